// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams on a port of Posts and Replies. The first octet says how they are rewritten.
 * Properties: what is read is made of its head and its data and nothing else; what counts
 * as secured is read as nothing; what is rewritten is read back with the same data, URI and
 * status, and has the MAC that it was given, once, or none; rewriting it again changes
 * nothing; and no buffer that is too small is written to beyond its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../kmod/proto/wsp_pdu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

static bool inside(struct omasec_slice s, const u8 *p, size_t len)
{
	return !s.len || ((const u8 *)s.p >= p && s.len <= len &&
			  (size_t)((const u8 *)s.p - p) <= len - s.len);
}

static bool same(struct omasec_slice a, struct omasec_slice b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

/* In a buffer of just that size, and not in one that is smaller. */
static u8 *edit(const struct omasec_wsp_pdu *pdu, const struct omasec_wsp_edit *e, size_t *len)
{
	static u8 large[OMASEC_WSP_PDU_HEAD_MAX + 1];
	ssize_t n = omasec_wsp_pdu_edit(pdu, e, large, sizeof(large)), m;
	u8 *out;

	if (n == -EINVAL)
		CHECK(!pdu->type_octets.len && !e->content_type.len && e->hmac.len);
	if (n == -ENOSPC || n == -EINVAL)
		return NULL;
	CHECK(n >= 4 && n <= OMASEC_WSP_PDU_HEAD_MAX);
	out = malloc((size_t)n);
	CHECK(out);
	m = omasec_wsp_pdu_edit(pdu, e, out, (size_t)n - 1);
	CHECK(m == -ENOSPC);
	m = omasec_wsp_pdu_edit(pdu, e, out, (size_t)n);
	CHECK(m == n && !memcmp(out, large, (size_t)n));
	*len = (size_t)n;
	return out;
}

static void check_edit(const struct omasec_wsp_pdu *pdu, u8 how)
{
	static const char value[] = "algorithm=MD5, username=\"u\", mac=AAAAAAAAAAAAAAAAAAAAAA==";
	static const char type[] = "application/vnd.syncml.dm+wbxml";
	struct omasec_wsp_edit e = {
		.tid = how, .drop_hmac = how & 1, .new_body = how & 2,
		.hmac = { value, how & 4 ? sizeof(value) - 1 : 0 },
		.content_type = { type, how & 8 ? sizeof(type) - 1 : 0 },
	};
	bool takes_macs = e.drop_hmac || e.hmac.len;
	struct omasec_wsp_pdu q;
	size_t len, again_len;
	u8 *out = edit(pdu, &e, &len), *again;

	if (!out)
		return;
	CHECK(!omasec_wsp_pdu_parse(out, len, &q));
	CHECK(q.head_len == len && q.tid == how && q.type == pdu->type && q.status == pdu->status);
	CHECK(same(q.uri, pdu->uri) && q.encoded == pdu->encoded);
	CHECK(e.content_type.len ? q.is_dm : q.is_dm == pdu->is_dm && same(q.type_octets, pdu->type_octets));
	CHECK(q.hmac_count == (e.hmac.len ? 1 : takes_macs ? 0 : pdu->hmac_count));
	CHECK(e.hmac.len ? same(q.hmac, e.hmac) : takes_macs || same(q.hmac, pdu->hmac));
	again = edit(&q, &e, &again_len);
	CHECK(again && again_len == len && !memcmp(again, out, len));
	free(again);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct omasec_wsp_pdu pdu;
	unsigned int reason;
	u8 how = size ? data[0] : 0, *copy;

	if (!size)
		return 0;
	size--;
	copy = malloc(size ? size : 1);
	CHECK(copy);
	if (size)
		memcpy(copy, data + 1, size);
	reason = omasec_wsp_pdu_parse(copy, size, &pdu);
	CHECK(!reason == !pdu.what);
	CHECK(!reason || reason == OMASEC_REASON_WSP_SYNTAX);
	if (omasec_wsp_pdu_is_secured(copy, size))
		CHECK(reason);
	if (!reason) {
		CHECK(pdu.head_len + pdu.data.len == size && pdu.head_len <= OMASEC_WSP_PDU_HEAD_MAX);
		CHECK(!pdu.data.len || (const u8 *)pdu.data.p == copy + pdu.head_len);
		CHECK(inside(pdu.uri, copy, size) && inside(pdu.headers, copy, size) &&
		      inside(pdu.hmac, copy, size) && inside(pdu.type_octets, copy, size));
		CHECK(!pdu.is_dm || (!pdu.harmless && pdu.content_type.len));
		CHECK(!pdu.hmac.len || pdu.hmac_count);
		if (pdu.method != OMASEC_WSP_IS_GET)
			check_edit(&pdu, how);
	}
	free(copy);
	return 0;
}
