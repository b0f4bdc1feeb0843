// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams on a port of WTP. Properties: pieces of a datagram lie in it, one behind the
 * other; what is read is a header and data, and its header written anew is read as the same
 * with nothing lost but TPIs; what packets say of one message never makes it whole before
 * all have come, nor twice; a PDU that begins or ends a session keeps its length, and is
 * read again as the same without another change.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../kmod/proto/reason.h"
#include "../../kmod/proto/wsp_session.h"
#include "../../kmod/proto/wtp.h"
#include "../../kmod/proto/wtp_sar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

static void check_session(struct omasec_slice s)
{
	u8 *copy = malloc(s.len ? s.len : 1), *once = malloc(s.len ? s.len : 1);
	struct omasec_wsp_session a, b;

	CHECK(copy && once);
	if (s.len)
		memcpy(copy, s.p, s.len);
	if (!omasec_wsp_session_take(copy, s.len, &a)) {
		CHECK(!a.what);
		memcpy(once, copy, s.len);
		CHECK(!omasec_wsp_session_take(copy, s.len, &b));
		CHECK(!memcmp(once, copy, s.len));
		CHECK(a.has_client_sdu == b.has_client_sdu && a.client_sdu == b.client_sdu);
		CHECK(a.has_server_sdu == b.has_server_sdu && a.server_sdu == b.server_sdu);
	} else {
		CHECK(a.what);
	}
	free(once);
	free(copy);
}

static void check_pdu(struct omasec_slice piece, struct omasec_wtp_in *in, bool *whole)
{
	struct omasec_wtp_pdu p, q;
	u8 head[OMASEC_WTP_HEAD_MAX], missing[OMASEC_WTP_PACKETS];
	enum omasec_wtp_then then;
	unsigned int i;
	bool fresh;
	size_t n;

	if (omasec_wtp_parse(piece.p, piece.len, &p)) {
		CHECK(p.what);
		return;
	}
	CHECK(!p.what && p.data.p + p.data.len == piece.p + piece.len && p.data.len < piece.len);
	CHECK(p.tid <= OMASEC_WTP_TID_MASK);
	if (p.type == OMASEC_WTP_NACK) {
		CHECK(p.missing.len && p.missing.p > piece.p && p.missing.p + p.missing.len <= piece.p + piece.len);
		return;
	}
	n = omasec_wtp_head(&p, head);
	CHECK(n <= sizeof(head) && !omasec_wtp_parse(head, n, &q));
	CHECK(!q.data.len);
	q.data = p.data;
	CHECK(!memcmp(&p, &q, sizeof(p)));
	CHECK(omasec_wtp_answers((const u8 *)piece.p, piece.len) == p.answers);
	if (!omasec_wtp_carries(&p))
		return;
	check_session(p.data);
	then = omasec_wtp_in_take(in, &p, &fresh);
	if (then == OMASEC_WTP_WRONG) {
		CHECK(!fresh);
		return;
	}
	CHECK(in->top >= p.psn && in->end <= in->top && (in->last < 0 || in->last == in->top));
	n = omasec_wtp_in_missing(in, missing);
	CHECK(then != OMASEC_WTP_MISS || (n && n < OMASEC_WTP_PACKETS));
	CHECK((then != OMASEC_WTP_TELL && then != OMASEC_WTP_WHOLE) || !n);
	for (i = 0; i < n; i++)
		CHECK(missing[i] < in->end && !(in->have[missing[i] / 8] >> missing[i] % 8 & 1));
	CHECK(then != OMASEC_WTP_WHOLE || (!*whole && fresh && in->last >= 0));
	*whole |= then == OMASEC_WTP_WHOLE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct omasec_slice left, piece;
	struct omasec_wtp_in in;
	bool begun = false, whole = false;
	u8 *copy = malloc(size ? size : 1);
	const char *end;
	int got;

	CHECK(copy);
	if (size)
		memcpy(copy, data, size);
	left.p = (const char *)copy;
	left.len = size;
	end = left.p + size;
	omasec_wtp_in_begin(&in);
	do {
		got = omasec_wtp_next(&left, &begun, &piece);
		if (got <= 0)
			break;
		CHECK(piece.p >= (const char *)copy && piece.p + piece.len == left.p);
		CHECK(left.p + left.len == end);
		check_pdu(piece, &in, &whole);
	} while (1);
	CHECK(got || !left.len);
	free(copy);
	return 0;
}
