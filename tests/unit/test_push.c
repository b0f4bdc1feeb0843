// SPDX-License-Identifier: GPL-2.0
/*
 * Pushes and notifications: what is read, what is refused and why; that nothing
 * that was cut is read as if it were whole; the digest of the standard; and which
 * datagrams count as secured.
 */
#include <openssl/evp.h>

#include "cmocka_table.h"
#include "../../kmod/proto/base64.h"
#include "../kunit/push_vectors.h"

static int md5(void *ctx, const struct omasec_slice *s, unsigned int n, u8 out[OMASEC_MD5_LEN])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	int ok = c && EVP_DigestInit_ex(c, EVP_md5(), NULL);

	for (; n && ok; n--, s++)
		ok = EVP_DigestUpdate(c, s->p, s->len);
	ok = ok && EVP_DigestFinal_ex(c, out, NULL);
	EVP_MD_CTX_free(c);
	return ok ? 0 : -EIO;
}

static const struct omasec_md5 host_md5 = { .digest = md5 };

static void slice_is(struct omasec_slice s, const char *text)
{
	assert_int_equal(s.len, text ? strlen(text) : 0);
	assert_memory_equal(s.len ? s.p : "", text ? text : "", s.len);
}

static void push(void **state)
{
	const struct wsp_vector *v = *state;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_wsp_push p;

	assert_int_equal(omasec_wsp_push_parse(copy, v->len, &p), v->reason);
	if (v->reason) {
		assert_true(!v->what || strstr(p.what, v->what));
	} else {
		assert_null(p.what);
		assert_int_equal(p.type, v->type);
		assert_int_equal(p.app, v->app);
		assert_int_equal(p.has_app, v->app != OMASEC_WSP_NONE);
		assert_int_equal(p.sec_form, v->sec_form);
		assert_int_equal(p.sec, v->sec);
		slice_is(p.sec_text, v->sec_text);
		assert_int_equal(p.has_mac, !!v->mac);
		slice_is(p.mac, v->mac);
		assert_int_equal(p.has_hmac, !!v->hmac);
		slice_is(p.hmac, v->hmac);
		slice_is(p.data, v->data);
	}
	free(copy);
}

/* Only what was pushed may be cut; a cut inside of the headers is seen. */
static void rejects_every_cut_header(void **state)
{
	static const char wire[] = "\x01\x06\x31" "\x1f\x2d" "\xc2\x91\x81\x92" HEX40 "\0" "\xaf\x87";
	struct omasec_wsp_push p;
	size_t n;

	(void)state;
	for (n = 2; n < sizeof(wire); n++) {
		char *copy = exact_copy(wire, n);

		assert_int_equal(omasec_wsp_push_parse(copy, n, &p),
				 n == sizeof(wire) - 1 ? 0 : OMASEC_REASON_WSP_SYNTAX);
		free(copy);
	}
}

/* The length of the headers says where the data begins, and nothing else does. */
static void data_begins_behind_the_headers(void **state)
{
	static const char wire[] = "\x01\x06\x01\xc4\xaf\x87";
	struct omasec_wsp_push p;

	(void)state;
	assert_int_equal(omasec_wsp_push_parse(wire, sizeof(wire) - 1, &p), 0);
	assert_false(p.has_app);
	slice_is(p.data, "\xaf\x87");
}

static void knows_dm_by_type_or_application(void **state)
{
	static const struct { u32 type, app; bool dm; } rows[] = {
		{ 0x35, OMASEC_WSP_NONE, true }, { 0x36, OMASEC_WSP_NONE, true },
		{ 0x42, 1, true }, { 0x43, 1, true }, { 0x44, OMASEC_WSP_NONE, true },
		{ 0x58, OMASEC_WSP_NONE, true }, { 0x03, 7, true }, { OMASEC_WSP_NONE, 7, true },
		{ 0x03, 5, false }, { OMASEC_WSP_NONE, OMASEC_WSP_NONE, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct omasec_wsp_push p = { .type = rows[i].type, .app = rows[i].app };

		assert_int_equal(omasec_wsp_push_is_dm(&p), rows[i].dm);
	}
}

static void notification(void **state)
{
	const struct notification_vector *v = *state;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_notification n;

	assert_int_equal(omasec_notification_parse(copy, v->len, &n), v->reason);
	if (v->reason) {
		assert_non_null(strstr(n.what, v->what));
	} else {
		assert_null(n.what);
		assert_int_equal(n.version, v->version);
		assert_int_equal(n.ui_mode, v->ui_mode);
		assert_int_equal(n.initiator, v->initiator);
		assert_int_equal(n.session, v->session);
		slice_is(n.server_id, v->server_id);
		assert_ptr_equal(n.digest, copy);
		assert_ptr_equal(n.trigger.p, copy + OMASEC_MD5_LEN);
		assert_int_equal(n.trigger.len, v->len - OMASEC_MD5_LEN);
		assert_ptr_equal(n.vendor.p + n.vendor.len, copy + v->len);
		if (v->vendor)
			assert_memory_equal(n.vendor.p, v->vendor, strlen(v->vendor));
		else
			assert_int_equal(n.vendor.len, 0);
	}
	free(copy);
}

static void rejects_every_cut_notification(void **state)
{
	static const char wire[] = V4_DIGEST V4_TRIGGER;
	struct omasec_notification n;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(wire); len++) {
		char *copy = exact_copy(wire, len);

		assert_int_equal(omasec_notification_parse(copy, len, &n),
				 len == sizeof(wire) - 1 ? 0 : OMASEC_REASON_NOTIFICATION_BAD);
		free(copy);
	}
}

static void digest(void **state)
{
	const struct digest_vector *v = *state;
	struct omasec_slice cred = { "com.mgmtsrv.manage:srvpwd", 25 };
	struct omasec_slice trigger = { V4_TRIGGER, sizeof(V4_TRIGGER) - 1 };
	char key[OMASEC_B64_LEN(OMASEC_MD5_LEN)];
	u8 sum[OMASEC_MD5_LEN], got[OMASEC_MD5_LEN];

	assert_int_equal(md5(NULL, &cred, 1, sum), 0);
	omasec_base64_encode(sum, sizeof(sum), key);
	assert_memory_equal(key, V4_KEY, sizeof(key));
	assert_int_equal(md5(NULL, &trigger, 1, sum), 0);
	assert_int_equal(omasec_mac_compute(&host_md5, OMASEC_MAC_FORM_OMA, (const u8 *)key,
					    (const u8 *)v->nonce, v->nonce_len, sum, got), 0);
	assert_memory_equal(got, v->digest, sizeof(got));
}

static void secured(void **state)
{
	const struct secured_vector *v = *state;
	char *copy = exact_copy(v->wire, v->len);

	assert_int_equal(omasec_wsp_is_secured(copy, v->len), v->secured);
	free(copy);
}

/* Whatever passes as secured, no listener reads it as a push. */
static void never_both_secured_and_push(void **state)
{
	u8 wire[] = { 0, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	struct omasec_wsp_push p;
	unsigned int a, b;

	(void)state;
	for (a = 0; a < 256; a++) {
		for (b = 0; b < 256; b++) {
			wire[0] = (u8)a;
			wire[1] = (u8)b;
			if (omasec_wsp_is_secured(wire, sizeof(wire)))
				assert_int_equal(omasec_wsp_push_parse(wire, sizeof(wire), &p),
						 OMASEC_REASON_NOT_DM);
		}
	}
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wsp_vectors); i++)
		table_add(&t, wsp_vectors[i].name, push, &wsp_vectors[i]);
	table_add(&t, "rejects_every_cut_header", rejects_every_cut_header, NULL);
	table_add(&t, "data_begins_behind_the_headers", data_begins_behind_the_headers, NULL);
	table_add(&t, "knows_dm_by_type_or_application", knows_dm_by_type_or_application, NULL);
	for (i = 0; i < ARRAY_SIZE(notification_vectors); i++)
		table_add(&t, notification_vectors[i].name, notification, &notification_vectors[i]);
	table_add(&t, "rejects_every_cut_notification", rejects_every_cut_notification, NULL);
	for (i = 0; i < ARRAY_SIZE(digest_vectors); i++)
		table_add(&t, digest_vectors[i].name, digest, &digest_vectors[i]);
	for (i = 0; i < ARRAY_SIZE(secured_vectors); i++)
		table_add(&t, secured_vectors[i].name, secured, &secured_vectors[i]);
	table_add(&t, "never_both_secured_and_push", never_both_secured_and_push, NULL);
	return table_run("push", &t);
}
