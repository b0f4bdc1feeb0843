// SPDX-License-Identifier: GPL-2.0
/*
 * PDUs of connectionless WSP: what is read, what is refused and why; that nothing that was
 * cut is read as if it were whole; what is rewritten, and that it is read back as meant.
 */
#include "cmocka_table.h"
#include "../../kmod/proto/hmac_header.h"
#include "../kunit/wsp_vectors.h"

static void slice_is(struct omasec_slice s, const char *text)
{
	assert_int_equal(s.len, text ? strlen(text) : 0);
	assert_memory_equal(s.len ? s.p : "", text ? text : "", s.len);
}

static void pdu(void **state)
{
	const struct pdu_vector *v = *state;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_wsp_pdu p;
	unsigned int reason = omasec_wsp_pdu_parse(copy, v->len, &p);

	if (v->what) {
		assert_int_equal(reason, OMASEC_REASON_WSP_SYNTAX);
		assert_non_null(strstr(p.what, v->what));
	} else {
		assert_null(p.what);
		assert_int_equal(reason, 0);
		assert_int_equal(p.tid, (u8)v->wire[0]);
		assert_int_equal(p.method, v->method);
		assert_int_equal(p.is_dm, v->is_dm);
		assert_int_equal(p.harmless, v->harmless);
		assert_int_equal(p.encoded, v->encoded);
		assert_int_equal(p.hmac_count, v->hmac_count);
		slice_is(p.content_type, v->type);
		slice_is(p.uri, v->uri);
		slice_is(p.hmac, v->hmac);
		slice_is(p.data, v->data);
		assert_int_equal(p.head_len + p.data.len, v->len);
	}
	free(copy);
}

/* Every buffer but one that is large enough is too small, and none is written beyond. */
static void edited(void **state)
{
	const struct pdu_vector *v = *state;
	struct omasec_wsp_pdu p, q;
	size_t cap;

	assert_int_equal(omasec_wsp_pdu_parse(v->wire, v->len, &p), 0);
	for (cap = 0; cap <= v->edited_len; cap++) {
		u8 *out = malloc(cap ? cap : 1);
		ssize_t n;

		assert_non_null(out);
		n = omasec_wsp_pdu_edit(&p, &v->edit, out, cap);
		if (cap < v->edited_len) {
			assert_int_equal(n, -ENOSPC);
		} else {
			assert_int_equal(n, v->edited_len);
			assert_memory_equal(out, v->edited, v->edited_len);
			assert_int_equal(omasec_wsp_pdu_parse(out, (size_t)n, &q), 0);
			assert_int_equal(q.head_len, n);
			assert_int_equal(q.status, p.status);
		}
		free(out);
	}
}

/* Only the data may be cut; a cut before them is seen. */
static void rejects_every_cut_head(void **state)
{
	struct omasec_wsp_pdu p;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(pdu_vectors); i++) {
		const struct pdu_vector *v = &pdu_vectors[i];

		/* a Get has no length of its headers: what is cut between two is a shorter one */
		if (v->what || v->method == OMASEC_WSP_IS_GET)
			continue;
		for (n = 0; n < v->len - (v->data ? strlen(v->data) : 0); n++) {
			char *copy = exact_copy(v->wire, n);

			assert_int_equal(omasec_wsp_pdu_parse(copy, n, &p), OMASEC_REASON_WSP_SYNTAX);
			free(copy);
		}
	}
}

static void own_reply(void **state)
{
	static const struct omasec_slice xml = PDU_SLICE("application/vnd.syncml.dm+xml");
	static const struct omasec_slice value = PDU_SLICE(PDU_VALUE), none = { NULL, 0 };
	u8 out[256];

	assert_int_equal(omasec_wsp_make_reply(9, xml, value, out, sizeof(out)), 4 + 0x4e);
	assert_memory_equal(out, "\x09\x04\x20\x4e\xc3" PDU_HMAC, 4 + 0x4e);
	assert_int_equal(omasec_wsp_make_reply(9, xml, none, out, sizeof(out)), 5);
	assert_memory_equal(out, "\x09\x04\x20\x01\xc3", 5);
	assert_int_equal(omasec_wsp_make_reply(9, none, none, out, sizeof(out)), -EINVAL);
}

static void refuses_values_that_no_header_has(void **state)
{
	static const struct omasec_slice bad[] = {
		PDU_SLICE("a\nb"), PDU_SLICE("a\0b"), PDU_SLICE("\x81"), PDU_SLICE("\x7f"), PDU_SLICE("\x1f"),
	};
	static const struct omasec_slice type[] = {
		PDU_SLICE("a"), PDU_SLICE("a/b; c"), PDU_SLICE("a/b\0"), PDU_SLICE("/b"), PDU_SLICE("a/"),
	};
	struct omasec_wsp_pdu p;
	u8 out[256];
	size_t i;

	assert_int_equal(omasec_wsp_pdu_parse(pdu_vectors[0].wire, pdu_vectors[0].len, &p), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct omasec_wsp_edit e = { .hmac = bad[i] };

		assert_int_equal(omasec_wsp_pdu_edit(&p, &e, out, sizeof(out)), -EINVAL);
	}
	for (i = 0; i < ARRAY_SIZE(type); i++) {
		struct omasec_wsp_edit e = { .content_type = type[i] };

		assert_int_equal(omasec_wsp_pdu_edit(&p, &e, out, sizeof(out)), -EINVAL);
	}
}

/* As long as headers may be: they are read, and one octet more is neither read nor made. */
static void headers_are_bounded(void **state)
{
	static u8 wire[OMASEC_WSP_PDU_HEAD_MAX + 16], out[OMASEC_WSP_PDU_HEAD_MAX + 16];
	struct omasec_wsp_edit e = { .hmac = PDU_SLICE(PDU_VALUE) };
	struct omasec_wsp_pdu p;

	memcpy(wire, "\x05\x04\x20\xa0\x00\xc3", 6);
	memset(wire + 6, 'a', OMASEC_WSP_PDU_HEADERS_MAX - 1);
	wire[6 + OMASEC_WSP_PDU_HEADERS_MAX - 3] = 0;
	wire[6 + OMASEC_WSP_PDU_HEADERS_MAX - 2] = 0x81;
	assert_int_equal(omasec_wsp_pdu_parse(wire, 5 + OMASEC_WSP_PDU_HEADERS_MAX, &p), 0);
	assert_int_equal(omasec_wsp_pdu_edit(&p, &e, out, sizeof(out)), -ENOSPC);
	e.hmac.len = 0;
	assert_int_equal(omasec_wsp_pdu_edit(&p, &e, out, sizeof(out)), 5 + OMASEC_WSP_PDU_HEADERS_MAX);
	memcpy(wire, "\x05\x04\x20\xa0\x01\xc3", 6);
	assert_int_equal(omasec_wsp_pdu_parse(wire, 6 + OMASEC_WSP_PDU_HEADERS_MAX, &p),
			 OMASEC_REASON_WSP_SYNTAX);
}

static void secured(void **state)
{
	const struct secured_vector *v = *state;
	char *copy = exact_copy(v->wire, v->len);

	assert_int_equal(omasec_wsp_pdu_is_secured(copy, v->len), v->secured);
	free(copy);
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pdu_vectors); i++) {
		table_add(&t, pdu_vectors[i].name, pdu, &pdu_vectors[i]);
		if (pdu_vectors[i].edited)
			table_add(&t, pdu_vectors[i].name, edited, &pdu_vectors[i]);
	}
	for (i = 0; i < ARRAY_SIZE(pdu_secured_vectors); i++)
		table_add(&t, pdu_secured_vectors[i].name, secured, &pdu_secured_vectors[i]);
	table_add(&t, "rejects_every_cut_head", rejects_every_cut_head, NULL);
	table_add(&t, "own_reply", own_reply, NULL);
	table_add(&t, "refuses_values_that_no_header_has", refuses_values_that_no_header_has, NULL);
	table_add(&t, "headers_are_bounded", headers_are_bounded, NULL);
	return table_run("wsp", &t);
}
