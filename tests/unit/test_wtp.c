// SPDX-License-Identifier: GPL-2.0
/*
 * WTP: PDUs and what is wrong with them, several in one datagram, which packets of a message
 * come and go, and what begins and ends a session of WSP.
 */
#include <string.h>
#include "cmocka_table.h"
#include "../../kmod/proto/reason.h"
#include "../kunit/wtp_vectors.h"
#include "../../kmod/proto/wtp_sar.h"

static void pdu(void **state)
{
	const struct wtp_read *v = *state;
	const char *writes = v->writes ? v->writes : v->wire;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_wtp_pdu p, is = v->is;
	u8 out[OMASEC_WTP_HEAD_MAX];
	size_t n;

	assert_int_equal(omasec_wtp_parse(copy, v->len, &p), 0);
	assert_int_equal(p.data.len, strlen(v->data));
	assert_memory_equal(p.data.p, v->data, p.data.len);
	assert_ptr_equal(p.data.p + p.data.len, copy + v->len);
	n = omasec_wtp_head(&p, out);
	if (!v->writes)
		assert_int_equal(n, v->len - p.data.len);
	assert_memory_equal(out, writes, n);
	memset(&p.data, 0, sizeof(p.data));
	assert_memory_equal(&p, &is, sizeof(p));
	free(copy);
}

static void bad(void **state)
{
	const struct wtp_bad *v = *state;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_wtp_pdu p;

	assert_int_equal(omasec_wtp_parse(copy, v->len, &p), OMASEC_REASON_WTP_SYNTAX);
	assert_non_null(p.what);
	assert_non_null(strstr(p.what, v->what));
	free(copy);
}

static void missing_packets(void **state)
{
	struct omasec_wtp_pdu p;

	assert_int_equal(omasec_wtp_parse("\x39\x80\x05\x02\x03\x09", 6, &p), 0);
	assert_true(p.type == OMASEC_WTP_NACK && p.rid && p.answers && p.tid == 5);
	assert_int_equal(p.missing.len, 2);
	assert_memory_equal(p.missing.p, "\x03\x09", 2);
}

static const struct split {
	const char *name, *wire;
	size_t len;
	int pieces;	/* -1: cut wrongly */
	bool answers;
	const char *last;
	size_t last_len;
} splits[] = {
	{ "single", W("\x18\x80\x05"), 1, true, W("\x18\x80\x05") },
	{ "two", W("\0\x03\x18\x00\x05\x80\x04\x0a\x00\x06\x02"), 2, false, W("\x0a\x00\x06\x02") },
	{ "long_length_first", W("\0\x80\x03\x18\x80\x05"), 1, true, W("\x18\x80\x05") },
	{ "none", W("\0"), -1, false, NULL, 0 },
	{ "beyond", W("\0\x03\x18\x00"), -1, false, NULL, 0 },
	{ "long_length_cut", W("\0\x80"), -1, false, NULL, 0 },
	{ "of_nothing", W("\0\x00\x03\x18\x00\x05"), -1, false, NULL, 0 },
	{ "second_beyond", W("\0\x03\x18\x00\x05\x05\x18"), -1, false, NULL, 0 },
};

static void split(void **state)
{
	const struct split *v = *state;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_slice left = { copy, v->len }, piece = { NULL, 0 };
	bool begun = false;
	int n = 0, got;

	while ((got = omasec_wtp_next(&left, &begun, &piece)) > 0)
		n++;
	assert_int_equal(got < 0 ? -1 : n, v->pieces);
	if (v->pieces > 0) {
		assert_int_equal(piece.len, v->last_len);
		assert_memory_equal(piece.p, v->last, piece.len);
	}
	assert_int_equal(omasec_wtp_answers((const u8 *)copy, v->len), v->answers);
	free(copy);
}

/* A length of two octets counts as such. */
static void long_piece(void **state)
{
	static const char wire[3 + 0x102] = "\x00\x81\x02";
	char *copy = exact_copy(wire, sizeof(wire));
	struct omasec_slice left = { copy, sizeof(wire) }, piece;
	bool begun = false;

	assert_int_equal(omasec_wtp_next(&left, &begun, &piece), 1);
	assert_int_equal(piece.len, 0x102);
	assert_ptr_equal(piece.p, copy + 3);
	assert_int_equal(omasec_wtp_next(&left, &begun, &piece), 0);
	free(copy);
}

/* An Abort has no mark of having been sent again: its bits are the type. */
static void abort_again(void **state)
{
	struct omasec_wtp_pdu p = { .type = OMASEC_WTP_ABORT, .rid = true, .tid = 5, .abort_reason = 9 };
	u8 out[OMASEC_WTP_HEAD_MAX];

	assert_int_equal(omasec_wtp_head(&p, out), 4);
	assert_memory_equal(out, "\x20\x00\x05\x09", 4);
}

static void first_is_missing(void **state)
{
	struct omasec_wtp_pdu p = { .psn = 2, .gtr = true };
	u8 missing[OMASEC_WTP_PACKETS];
	struct omasec_wtp_in in;
	bool fresh;

	omasec_wtp_in_begin(&in);
	assert_int_equal(omasec_wtp_in_take(&in, &p, &fresh), OMASEC_WTP_MISS);
	assert_int_equal(omasec_wtp_in_missing(&in, missing), 2);
	assert_memory_equal(missing, "\x00\x01", 2);
}

/* Packets in the order in which they come: number, then marks g and t, and what is due. */
static const struct coming {
	const char *name;
	struct { u8 psn; char mark; enum omasec_wtp_then then; bool fresh; } step[10];
	const char *missing;	/* at the end */
} comings[] = {
	{ "alone", { { 0, 't', OMASEC_WTP_WHOLE, true }, { 0, 't', OMASEC_WTP_WAIT, false } }, "" },
	{ "two_groups", { { 0, 'g', OMASEC_WTP_TELL, true }, { 1, ' ', OMASEC_WTP_WAIT, true },
			  { 2, 't', OMASEC_WTP_WHOLE, true } }, "" },
	{ "group_told_again", { { 0, 'g', OMASEC_WTP_TELL, true }, { 0, 'g', OMASEC_WTP_TELL, false },
				{ 1, ' ', OMASEC_WTP_WAIT, true }, { 1, ' ', OMASEC_WTP_WAIT, false } }, "" },
	{ "last_comes_first", { { 0, 'g', OMASEC_WTP_TELL, true }, { 3, 't', OMASEC_WTP_MISS, true },
				{ 1, ' ', OMASEC_WTP_WAIT, true }, { 2, ' ', OMASEC_WTP_WHOLE, true } }, "" },
	{ "lost_and_asked_for", { { 0, 'g', OMASEC_WTP_TELL, true }, { 1, ' ', OMASEC_WTP_WAIT, true },
				  { 4, 'g', OMASEC_WTP_MISS, true }, { 4, 'g', OMASEC_WTP_MISS, false } }, "\x02\x03" },
	{ "lost_in_a_group", { { 0, ' ', OMASEC_WTP_WAIT, true }, { 2, 'g', OMASEC_WTP_MISS, true },
			       { 1, ' ', OMASEC_WTP_TELL, true }, { 3, 't', OMASEC_WTP_WHOLE, true } }, "" },
	{ "behind_the_last", { { 1, 't', OMASEC_WTP_MISS, true }, { 2, ' ', OMASEC_WTP_WRONG, false } }, NULL },
	{ "two_lasts", { { 1, 't', OMASEC_WTP_MISS, true }, { 0, 't', OMASEC_WTP_WRONG, false } }, NULL },
	{ "last_before_one_that_came_late", { { 3, ' ', OMASEC_WTP_WAIT, true }, { 1, ' ', OMASEC_WTP_WAIT, true },
					      { 2, 't', OMASEC_WTP_WRONG, false } }, NULL },
	{ "ends_in_another_order", { { 0, 'g', OMASEC_WTP_TELL, true }, { 4, 'g', OMASEC_WTP_MISS, true },
				     { 2, 'g', OMASEC_WTP_MISS, true } }, "\x01\x03" },
	{ "last_before_another", { { 3, ' ', OMASEC_WTP_WAIT, true }, { 2, 't', OMASEC_WTP_WRONG, false } }, NULL },
};

static void coming(void **state)
{
	const struct coming *v = *state;
	u8 missing[OMASEC_WTP_PACKETS];
	struct omasec_wtp_in in;
	size_t i;

	omasec_wtp_in_begin(&in);
	for (i = 0; i < ARRAY_SIZE(v->step) && v->step[i].mark; i++) {
		struct omasec_wtp_pdu p = {
			.psn = v->step[i].psn, .gtr = v->step[i].mark == 'g', .ttr = v->step[i].mark == 't',
		};
		bool fresh;

		assert_int_equal(omasec_wtp_in_take(&in, &p, &fresh), v->step[i].then);
		assert_int_equal(fresh, v->step[i].fresh);
	}
	if (!v->missing)
		return;
	assert_int_equal(omasec_wtp_in_missing(&in, missing), strlen(v->missing));
	assert_memory_equal(missing, v->missing, strlen(v->missing));
}

/* Whatever the sizes are, who sends and who receives agree, and nothing is there twice. */
static void going(void **state)
{
	static const struct { size_t len, size; u16 count; } v[] = {
		{ 1, 0, 1 }, { 1000, 0, 1 }, { 1000, 1000, 1 }, { 1000, 2000, 1 }, { 1000, 999, 2 },
		{ 1000, 100, 10 }, { 256, 1, 256 }, { 257, 1, 129 }, { 65535, 10, 256 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(v); i++) {
		enum omasec_wtp_then then = OMASEC_WTP_WAIT;
		struct omasec_wtp_out o;
		struct omasec_wtp_in in;
		size_t next = 0;
		u16 psn;

		omasec_wtp_in_begin(&in);
		omasec_wtp_out_begin(&o, v[i].len, v[i].size);
		assert_int_equal(o.count, v[i].count);
		do {
			assert_true(!o.first || then == OMASEC_WTP_TELL);
			assert_true(o.end - o.first < OMASEC_WTP_GROUP);
			for (psn = o.first; psn <= o.end; psn++) {
				struct omasec_wtp_pdu p = { 0 };
				struct omasec_wtp_span s = omasec_wtp_out_packet(&o, psn, &p);
				bool fresh;

				assert_int_equal(p.psn, psn);
				assert_int_equal(p.ttr, psn + 1 == o.count);
				/* both would say that we cut no messages */
				assert_int_equal(p.gtr, psn == o.end && !p.ttr);
				assert_int_equal(s.off, next);
				assert_true(s.len && s.len <= o.size);
				next += s.len;
				then = omasec_wtp_in_take(&in, &p, &fresh);
				assert_true(fresh);
			}
			assert_false(omasec_wtp_out_acked(&o, (u8)(o.end + 1)));
		} while (omasec_wtp_out_acked(&o, (u8)o.end));
		assert_int_equal(next, v[i].len);
		assert_int_equal(then, OMASEC_WTP_WHOLE);
		assert_true(omasec_wtp_out_last(&o));
	}
}

static void sess(void **state)
{
	const struct wtp_session *v = *state;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_wsp_session s;
	unsigned int reason = omasec_wsp_session_take((u8 *)copy, v->len, &s);

	if (v->what) {
		assert_int_equal(reason, OMASEC_REASON_WSP_SYNTAX);
		assert_non_null(strstr(s.what, v->what));
	} else {
		assert_int_equal(reason, 0);
		assert_null(s.what);
		assert_int_equal(s.has_client_sdu ? (long)s.client_sdu : -1, v->client);
		assert_int_equal(s.has_server_sdu ? (long)s.server_sdu : -1, v->server);
		assert_memory_equal(copy, v->becomes ? v->becomes : v->wire, v->len);
	}
	free(copy);
}

/* Cut anywhere, it is read as something else or not at all, and nothing beyond is looked at. */
static void every_cut(void **state)
{
	struct omasec_wsp_session s;
	struct omasec_wtp_pdu p;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(wtp_reads); i++) {
		for (n = 0; n < wtp_reads[i].len; n++) {
			char *copy = exact_copy(wtp_reads[i].wire, n);

			(void)omasec_wtp_parse(copy, n, &p);
			(void)omasec_wtp_answers((u8 *)copy, n);
			free(copy);
		}
	}
	for (i = 0; i < ARRAY_SIZE(wtp_sessions); i++) {
		for (n = 0; n < wtp_sessions[i].len; n++) {
			char *copy = exact_copy(wtp_sessions[i].wire, n);

			(void)omasec_wsp_session_take((u8 *)copy, n, &s);
			free(copy);
		}
	}
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wtp_reads); i++)
		table_add(&t, wtp_reads[i].name, pdu, &wtp_reads[i]);
	for (i = 0; i < ARRAY_SIZE(wtp_bads); i++)
		table_add(&t, wtp_bads[i].name, bad, &wtp_bads[i]);
	for (i = 0; i < ARRAY_SIZE(splits); i++)
		table_add(&t, splits[i].name, split, &splits[i]);
	for (i = 0; i < ARRAY_SIZE(comings); i++)
		table_add(&t, comings[i].name, coming, &comings[i]);
	for (i = 0; i < ARRAY_SIZE(wtp_sessions); i++)
		table_add(&t, wtp_sessions[i].name, sess, &wtp_sessions[i]);
	table_add(&t, "missing_packets", missing_packets, NULL);
	table_add(&t, "long_piece", long_piece, NULL);
	table_add(&t, "abort_again", abort_again, NULL);
	table_add(&t, "first_is_missing", first_is_missing, NULL);
	table_add(&t, "going", going, NULL);
	table_add(&t, "every_cut", every_cut, NULL);
	return table_run("wtp", &t);
}
