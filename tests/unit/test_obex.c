// SPDX-License-Identifier: GPL-2.0
/*
 * OBEX packets and headers. Every vector of obex_vectors.h runs in one piece, octet by
 * octet and in seeded random cuts, and gives the same in all of them. Objects are
 * rewritten, cut for each size of packet, and read back. Pieces and buffers lie at the
 * end of their allocation.
 */
#include "cmocka_table.h"
#include "../kunit/obex_drive.h"

static const char hmac_text[] = "algorithm=MD5, username=\"Bruce2\", mac=6AZk96DG6F0jSIaEpbK4Ng==";

static bool feed_copy(struct obex_run *r, const char *p, size_t len)
{
	char *copy = exact_copy(p, len);
	bool ok = obex_feed(r, copy, len);

	free(copy);
	return ok;
}

static void gives_the_same_in_all_cuts(void **state)
{
	const struct obex_vector *v = *state;
	struct obex_run r;
	const char *fault;
	u32 round, seed;
	size_t at, n;

	for (round = 0; round < 50; round++) {
		seed = round < 2 ? round : round * 2654435761U | 2;
		obex_begin(&r, v);
		for (at = 0; at < v->len; at += n) {
			n = obex_cut(&seed, v->len - at);
			if (!feed_copy(&r, v->octets + at, n))
				break;
		}
		fault = obex_judge(v, &r);
		if (fault)
			fail_msg("round %u: %s: reason %u, \"%s\", %u packets, %zu octets of headers, %zu of body",
				 round, fault, r.f.reason, r.out.what ? r.out.what : "", r.packets,
				 r.head_len, r.body_len);
		if (v->reason)	/* takes nothing more */
			assert_false(feed_copy(&r, "\x82\x00\x03", 3));
	}
}

static void connect_says_what_its_sender_takes(void **state)
{
	struct obex_run r;

	(void)state;
	obex_begin(&r, &obex_vectors[0]);
	assert_true(feed_copy(&r, obex_vectors[0].octets, obex_vectors[0].len));
	assert_int_equal(r.f.code, OMASEC_OBEX_CONNECT);
	assert_int_equal(r.f.max_packet, 0x2000);
}

static void headers_of_an_object_are_bounded(void **state)
{
	static const struct obex_vector put = { .side = OMASEC_OBEX_REQUEST };
	char packet[3 + 1000] = "\x02\x03\xeb\x42\x03\xe8";
	struct obex_run r;
	int i;

	(void)state;
	obex_begin(&r, &put);
	for (i = 0; i < 4; i++)
		assert_true(feed_copy(&r, packet, sizeof(packet)));
	assert_false(feed_copy(&r, packet, sizeof(packet)));
	assert_int_equal(r.f.reason, OMASEC_REASON_OBEX_HEADER);
	assert_non_null(strstr(r.out.what, "more headers"));
}

static void abort_of_a_get_is_answered(void **state)
{
	static const struct obex_vector get = { .side = OMASEC_OBEX_RESPONSE,
						.answers = OMASEC_OBEX_GET };
	struct obex_run r;

	(void)state;
	obex_begin(&r, &get);
	assert_true(feed_copy(&r, "\x90\x00\x07\x48\x00\x04z", 7));
	r.f.answers = OMASEC_OBEX_ABORT;
	assert_true(feed_copy(&r, "\xa0\x00\x03", 3));
	assert_int_equal(omasec_obex_eof(&r.f), 0);
}

#define DM_TYPE "\x42\x00\x21" "application/vnd.syncml.dm+xml\0"

/* What heads are read as. */
static const struct head {
	const char *name, *octets;
	size_t len;
	const char *what;	/* NULL when it is taken */
	const char *hmac;
	unsigned int hmac_count;
	bool is_dm;
} heads[] = {
#define HEAD(n, s, ...) { .name = n, .octets = s, .len = sizeof(s) - 1, __VA_ARGS__ }
	HEAD("dm_type", DM_TYPE, .is_dm = true),
	HEAD("type_with_parameter", "\x42\x00\x30" "application/vnd.syncml.dm+xml; charset=UTF-8\0",
	     .is_dm = true),
	HEAD("other_type", "\x42\x00\x0e" "text/plain\0"),
	HEAD("hmac_line", "\x47\x00\x18" "X-SynCML-hmac: mac=a\r", .what = "no lines"),
	HEAD("hmac_line_whole", "\x47\x00\x19" "X-SynCML-hmac: mac=a\r\n", .hmac = "mac=a",
	     .hmac_count = 1),
	HEAD("hmac_line_without_end", "\x47\x00\x17" "x-syncml-hmac: mac=a", .hmac = "mac=a",
	     .hmac_count = 1),
	HEAD("hmac_line_behind_another", "\x47\x00\x18" "a: b\r\nx-syncml-hmac:c", .hmac = "c",
	     .hmac_count = 1),
	HEAD("two_hmac_lines", "\x47\x00\x23" "x-syncml-hmac:b\r\nx-syncml-hmac:c", .hmac = "c",
	     .hmac_count = 2),
	HEAD("hmac_in_two_headers", "\x47\x00\x12" "x-syncml-hmac:b\x47\x00\x12" "x-syncml-hmac:c",
	     .hmac = "c", .hmac_count = 2),
	HEAD("longer_name_is_another", "\x47\x00\x13" "x-syncml-hmacs:b", .hmac_count = 0),
	HEAD("lone_line_feed", "\x47\x00\x16" "a: b\nx-syncml-hmac:c", .what = "no lines"),
	HEAD("folded_line", "\x47\x00\x0c" "a: b\r\n c:", .what = "no lines"),
	HEAD("line_without_colon", "\x47\x00\x08" "abcde", .what = "no lines"),
	HEAD("empty_line", "\x47\x00\x05\r\n", .what = "no lines"),
	HEAD("blank_before_colon", "\x47\x00\x13" "x-syncml-hmac :b", .what = "no lines"),
	HEAD("octet_zero_in_line", "\x47\x00\x08" "a: b\0", .what = "no lines"),
	HEAD("type_without_nul", "\x42\x00\x06" "a/b", .what = "does not end in NUL"),
	HEAD("nul_inside_type", "\x42\x00\x07" "a\0b\0", .what = "control characters in Type"),
	HEAD("type_twice", DM_TYPE DM_TYPE, .what = "Type twice"),
	HEAD("length_twice", "\xc3\0\0\0\1\xc3\0\0\0\1", .what = "Length twice"),
	HEAD("target_twice", "\x46\0\4a\x46\0\4a", .what = "Target twice"),
	HEAD("same_connection_twice", "\xcb\0\0\0\1\xcb\0\0\0\1"),
	HEAD("two_connections", "\xcb\0\0\0\1\xcb\0\0\0\2", .what = "two connections"),
	HEAD("body", "\x49\0\4a", .what = "a body among"),
	HEAD("cut_off", "\x42\0\x09" "a", .what = "cut off"),
	HEAD("cut_off_in_front", "\x42\0", .what = "cut off"),
};

static void head_is_read(void **state)
{
	const struct head *h = *state;
	char *copy = exact_copy(h->octets, h->len);
	struct omasec_obex_head out;
	const char *what;

	assert_int_equal(omasec_obex_parse_head(copy, h->len, &out, &what),
			 h->what ? OMASEC_REASON_OBEX_HEADER : 0);
	if (h->what) {
		if (!strstr(what, h->what))
			fail_msg("\"%s\"", what);
	} else {
		assert_int_equal(out.is_dm, h->is_dm);
		assert_int_equal(out.hmac_count, h->hmac_count);
		if (h->hmac) {
			assert_int_equal(out.hmac.len, strlen(h->hmac));
			assert_memory_equal(out.hmac.p, h->hmac, out.hmac.len);
		}
	}
	free(copy);
}

static void head_is_rewritten(void **state)
{
	static const char head[] = "\x97\x01" DM_TYPE "\xc3\0\0\0\1\xcb\0\0\0\x07"
				   "\x47\0\x1b" "a: b\r\nx-syncml-hmac: old" "\x47\0\x12" "x-syncml-hmac:y";
	static const char want[] = "\xcb\0\0\0\x07\xc3\0\0\1\2" DM_TYPE "\x47\0\x09" "a: b\r\n"
				   "\x47\0\x15" "x-syncml-hmac: n\r\n";
	struct omasec_obex_edit e = { .length = 0x102, .set_length = true, .hmac = { "n", 1 } };
	struct omasec_obex_head read;
	const char *what;
	size_t cap;

	(void)state;
	assert_int_equal(omasec_obex_parse_head(head, sizeof(head) - 1, &read, &what), 0);
	assert_int_equal(read.hmac_count, 2);
	for (cap = 0; cap < sizeof(want); cap++) {
		char *out = malloc(cap ? cap : 1);
		ssize_t n;

		assert_non_null(out);
		n = omasec_obex_edit_head(head, sizeof(head) - 1, &e, out, cap);
		if (cap < sizeof(want) - 1) {
			assert_int_equal(n, -ENOSPC);
		} else {
			assert_int_equal(n, sizeof(want) - 1);
			assert_memory_equal(out, want, sizeof(want) - 1);
		}
		free(out);
	}
	/* another Type in the place of the one that is there, or where none is */
	{
		static const char typed[] = "\xcb\0\0\0\x07\xc3\0\0\1\2" "\x42\0\x07x/y" "\0\x47\0\x09" "a: b\r\n"
					    "\x47\0\x15" "x-syncml-hmac: n\r\n";
		struct omasec_obex_edit t = e;
		char out[sizeof(typed) - 1];
		size_t i;

		t.type.p = "x/y";
		t.type.len = 3;
		for (i = 0; i < sizeof(typed) - 1; i++)
			assert_int_equal(omasec_obex_edit_head(head, sizeof(head) - 1, &t, out, i), -ENOSPC);
		assert_int_equal(omasec_obex_edit_head(head, sizeof(head) - 1, &t, out, sizeof(out)), sizeof(out));
		assert_memory_equal(out, typed, sizeof(out));
		t.hmac.len = 0;
		t.set_length = false;
		assert_int_equal(omasec_obex_edit_head("\xcb\0\0\0\x07", 5, &t, out, sizeof(out)), 12);
		assert_memory_equal(out, "\xcb\0\0\0\x07" "\x42\0\x07x/y", 12);
		t.type.p = "x\ny";
		assert_int_equal(omasec_obex_edit_head("\xcb\0\0\0\x07", 5, &t, out, sizeof(out)), -EINVAL);
	}
	e.hmac.p = "a\r\nb";
	e.hmac.len = 4;
	{
		char out[300];

		assert_int_equal(omasec_obex_edit_head(head, sizeof(head) - 1, &e, out, sizeof(out)),
				 -EINVAL);
	}
}

/* Cuts an object of @body octets and reads it back; returns the number of packets. */
static unsigned int cut_and_read(bool response, u16 max, size_t body, size_t others)
{
	struct omasec_obex_edit e = { .length = (u32)body, .set_length = true,
				      .hmac = { hmac_text, sizeof(hmac_text) - 1 } };
	char head[600], *message = malloc(body + 1), *got = malloc(body + 1);
	struct omasec_obex_out out;
	struct omasec_obex_head read;
	struct omasec_obex_cut c;
	struct omasec_obex f;
	size_t at = 0, got_len = 0, head_len = 0, here, i;
	unsigned int packets = 0;
	char source[300], heads_got[1000];
	const char *what;
	ssize_t n;

	assert_true(message && got);
	for (i = 0; i < body; i++)
		message[i] = (char)(i * 31 + i / 251);
	memset(source, 'n', sizeof(source));
	memcpy(source, "\x4c", 1);
	source[1] = (char)(others >> 8);
	source[2] = (char)others;
	n = omasec_obex_edit_head(source, others, &e, head, sizeof(head));
	assert_true(n > 0);
	c = (struct omasec_obex_cut){ .code = response ? OMASEC_OBEX_SUCCESS : OMASEC_OBEX_PUT,
				      .response = response, .has_body = true, .max = max,
				      .head = { head, (size_t)n }, .body_left = (u32)body };
	omasec_obex_init(&f, response ? OMASEC_OBEX_RESPONSE : OMASEC_OBEX_REQUEST);
	f.limit = max;
	f.answers = OMASEC_OBEX_GET;
	while (!c.done) {
		char *packet = malloc(max);
		enum omasec_obex_event ev;
		size_t used = 0;

		assert_non_null(packet);
		n = omasec_obex_cut_next(&c, packet, max, &here);
		assert_true(n >= 3 && (size_t)n + here <= max);
		assert_true(here <= body - at);
		memcpy(packet + n, message + at, here);
		at += here;
		do {
			ev = omasec_obex_step(&f, packet + used, (size_t)n + here - used, &out);
			assert_int_not_equal(ev, OMASEC_OBEX_BAD);
			if (ev == OMASEC_OBEX_BODY) {
				memcpy(got + got_len, out.span.p, out.span.len);
				got_len += out.span.len;
			} else if (ev == OMASEC_OBEX_HEAD) {
				memcpy(heads_got + head_len, out.span.p, out.span.len);
				head_len += out.span.len;
			}
			used += out.used;
		} while (ev != OMASEC_OBEX_END);
		assert_int_equal(used, (size_t)n + here);
		assert_int_equal(f.object_done, c.done);
		packets++;
		free(packet);
	}
	assert_int_equal(got_len, body);
	assert_memory_equal(got, message, body);
	assert_int_equal(omasec_obex_eof(&f), 0);
	assert_int_equal(omasec_obex_parse_head(heads_got, head_len, &read, &what), 0);
	assert_int_equal(read.length, body);
	assert_int_equal(read.hmac.len, sizeof(hmac_text) - 1);
	assert_memory_equal(read.hmac.p, hmac_text, read.hmac.len);
	assert_int_equal(omasec_obex_cut_next(&c, heads_got, sizeof(heads_got), &here), -EINVAL);
	free(message);
	free(got);
	return packets;
}

static void object_is_cut_to_the_size_agreed_on(void **state)
{
	static const u16 sizes[] = { 255, 256, 300, 1024, 8192, 65535 };
	size_t i, body;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (body = 0; body < 800; body++) {
			cut_and_read(false, sizes[i], body, 0);
			cut_and_read(true, sizes[i], body, 40);
		}
		cut_and_read(true, sizes[i], 200000, 40);
	}
	/* headers of 5 and 82 octets: 162 of the first packet, then 249 a packet */
	assert_int_equal(cut_and_read(false, 255, 162, 0), 1);
	assert_int_equal(cut_and_read(false, 255, 163, 0), 2);
	assert_int_equal(cut_and_read(false, 255, 162 + 249, 0), 2);
	assert_int_equal(cut_and_read(false, 255, 162 + 250, 0), 3);
	/* headers that fill the packet put the body into the next one */
	for (i = 150; i < 252; i++)
		cut_and_read(false, 255, 10, i);
}

static void header_too_long_for_the_receiver_is_refused(void **state)
{
	char head[300] = "\x4c\x01\x2c", out[300];
	struct omasec_obex_cut c = { .code = OMASEC_OBEX_PUT, .max = 255, .head = { head, 300 } };
	size_t body;

	(void)state;
	assert_int_equal(omasec_obex_cut_next(&c, out, sizeof(out), &body), -EMSGSIZE);
	c.max = 303;
	assert_int_equal(omasec_obex_cut_next(&c, out, sizeof(out), &body), -ENOSPC);
	c.max = 254;
	assert_int_equal(omasec_obex_cut_next(&c, out, sizeof(out), &body), -EINVAL);
}

static void head_of_our_own(void **state)
{
	static const char whole[] = "\xc3\0\0\1\2\x42\0\7" "a/b\0\x47\0\x19" "x-syncml-hmac: mac=a\r\n";
	struct omasec_slice type = { "a/b", 3 }, hmac = { "mac=a", 5 }, bad = { "a\n", 2 }, none = { NULL, 0 };
	char buf[64], text[300];
	size_t cap;

	(void)state;
	for (cap = 0; cap < sizeof(whole) - 1; cap++)
		assert_int_equal(omasec_obex_make_head(type, 258, hmac, buf, cap), -ENOSPC);
	assert_int_equal(omasec_obex_make_head(type, 258, hmac, buf, sizeof(whole)), sizeof(whole) - 1);
	assert_memory_equal(buf, whole, sizeof(whole) - 1);
	assert_int_equal(omasec_obex_make_head(type, 258, none, buf, sizeof(buf)), 12);
	assert_int_equal(omasec_obex_make_head(bad, 258, none, buf, sizeof(buf)), -EINVAL);
	assert_int_equal(omasec_obex_make_head(type, 258, bad, buf, sizeof(buf)), -EINVAL);
	memset(text, 'a', sizeof(text));
	type = (struct omasec_slice){ text, sizeof(text) };
	assert_int_equal(omasec_obex_make_head(type, 258, none, buf, sizeof(buf)), -ENOSPC);
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(obex_vectors); i++)
		table_add(&t, obex_vectors[i].name, gives_the_same_in_all_cuts, &obex_vectors[i]);
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		table_add(&t, heads[i].name, head_is_read, &heads[i]);
#define ADD(f) table_add(&t, #f, f, NULL)
	ADD(connect_says_what_its_sender_takes);
	ADD(headers_of_an_object_are_bounded);
	ADD(abort_of_a_get_is_answered);
	ADD(head_is_rewritten);
	ADD(head_of_our_own);
	ADD(object_is_cut_to_the_size_agreed_on);
	ADD(header_too_long_for_the_receiver_is_refused);
	return table_run("obex", &t);
}
