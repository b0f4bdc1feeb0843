// SPDX-License-Identifier: GPL-2.0
/*
 * The HTTP framer and the reading of heads. Every stream of proto_vectors.h runs
 * in one piece, octet by octet and in seeded random cuts, and has to give the
 * same in all of them; every stream that is taken is also ended too early at each
 * of its octets. Pieces lie at the end of their allocation.
 */
#include "cmocka_table.h"
#include "../../kmod/proto/ascii.h"
#include "../kunit/http_drive.h"
#include "../kunit/proto_vectors.h"

#define BODY_MAX 4096

struct run {
	struct drive d;
	char body[BODY_MAX];
};

static struct run *run_new(const struct http_vector *v)
{
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	drive_init(&r->d, v->kind == 'q' ? OMASEC_HTTP_KIND_REQUEST : OMASEC_HTTP_KIND_RESPONSE,
		   v->kind == 'h', r->body, sizeof(r->body));
	return r;
}

static void feed_copy(struct run *r, const char *data, size_t len)
{
	char *piece = exact_copy(data, len);

	drive_feed(&r->d, piece, len);
	free(piece);
}

/* @seed: 0 for single octets */
static struct run *run_cut(const struct http_vector *v, u32 seed)
{
	struct run *r = run_new(v);
	size_t at = 0;

	while (at < v->len) {
		size_t n = drive_piece(&seed, v->len - at);

		feed_copy(r, v->wire + at, n);
		at += n;
	}
	if (v->eof)
		drive_eof(&r->d);
	return r;
}

static struct run *run_whole(const struct http_vector *v)
{
	struct run *r = run_new(v);

	feed_copy(r, v->wire, v->len);
	if (v->eof)
		drive_eof(&r->d);
	return r;
}

static void assert_outcome(const struct http_vector *v, const struct run *r)
{
	if (r->d.fault)
		fail_msg("%s", r->d.fault);
	if (!v->reason) {
		if (!r->d.done)
			fail_msg("not complete: %s", r->d.what);
		assert_int_equal(r->d.used, v->len - v->rest);
		assert_int_equal(r->d.body_len, strlen(v->body));
		assert_memory_equal(r->d.body, v->body, r->d.body_len);
		return;
	}
	assert_true(r->d.bad);
	assert_false(r->d.done);
	assert_int_equal(r->d.reason, v->reason);
	if (!strstr(r->d.what, v->what))
		fail_msg("says \"%s\", not \"%s\"", r->d.what, v->what);
}

/* A message that ends before its end is never complete. */
static void assert_no_early_end(const struct http_vector *v)
{
	size_t n, end = v->len - v->rest;
	bool complete;

	for (n = 0; n < end; n++) {
		struct run *r = run_new(v);
		unsigned int reason;

		feed_copy(r, v->wire, n);
		assert_false(r->d.done);
		assert_false(r->d.bad);
		assert_int_equal(omasec_http_idle(&r->d.h), n == 0);
		reason = omasec_http_eof(&r->d.h, &complete);
		if (v->eof && r->d.have_head) {
			assert_true(complete);
			assert_int_equal(reason, 0);
		} else {
			assert_false(complete);
			assert_int_equal(reason, n ? OMASEC_REASON_HTTP_TRUNCATED : 0);
		}
		free(r);
	}
}

/* DONE and BAD stay, and no further octet is touched. */
static void assert_final(struct run *r)
{
	struct omasec_http_out out;
	enum omasec_http_event ev;
	bool complete;

	if (!r->d.done && r->d.h.state == 0)
		return;
	ev = omasec_http_step(&r->d.h, "GET / HTTP/1.1\r\n\r\n", 18, &out);
	if (r->d.done) {
		assert_int_equal(ev, OMASEC_HTTP_DONE);
		assert_int_equal(omasec_http_eof(&r->d.h, &complete), 0);
		assert_false(complete);
	} else {
		assert_int_equal(ev, OMASEC_HTTP_BAD);
		assert_int_equal(omasec_http_eof(&r->d.h, &complete), OMASEC_REASON_HTTP_TRUNCATED);
		assert_false(complete);
	}
	assert_int_equal(out.used, 0);
	assert_int_equal(out.body.len, 0);
}

static void stream(void **state)
{
	const struct http_vector *v = *state;
	struct run *whole = run_whole(v), *other;
	const char *differ;
	u32 seed;

	assert_outcome(v, whole);
	for (seed = 0; seed <= 40; seed++) {
		other = run_cut(v, seed * 2654435761U);
		differ = drive_differ(&whole->d, &other->d);
		if (differ)
			fail_msg("seed %u: %s", seed, differ);
		free(other);
	}
	if (!v->reason && v->len < 1000)
		assert_no_early_end(v);
	if (!v->eof && (v->reason == 0 || !whole->d.text_len || whole->d.have_head))
		assert_final(whole);
	free(whole);
}

/* ------------------------------------------------------------------- heads */

struct head_case {
	const char *name;
	char kind;
	const char *head;
	struct omasec_http_head want;	/* slices: text in p, length not needed */
};

#define SLICE(s) { s, sizeof(s) - 1 }
#define DM "application/vnd.syncml.dm+xml"

static const struct head_case head_cases[] = {
	{ "tells_method_and_target", 'q', "POST /dm?x=1 HTTP/1.1\r\n\r\n",
	  { .minor = 1, .method = SLICE("POST"), .target = SLICE("/dm?x=1") } },
	{ "tells_head_method", 'q', "HEAD / HTTP/1.1\r\n\r\n",
	  { .minor = 1, .method = SLICE("HEAD"), .target = SLICE("/"), .is_head = true } },
	{ "tells_longer_method_apart_from_head", 'q', "HEADS / HTTP/1.1\r\n\r\n",
	  { .minor = 1, .method = SLICE("HEADS"), .target = SLICE("/") } },
	{ "tells_status_and_version", 'p', "HTTP/1.0 503 Busy\r\nContent-Length: 0\r\n\r\n",
	  { .status = 503, .close = true, .has_length = true } },
	{ "tells_content_type_without_parameters", 'q',
	  GET "Content-Type: " DM " ; charset=UTF-8\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .is_dm = true,
	    .content_type = SLICE(DM), .content_type_full = SLICE(DM " ; charset=UTF-8") } },
	{ "tells_other_content_type", 'q', GET "Content-Type: text/html\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"),
	    .content_type = SLICE("text/html"), .content_type_full = SLICE("text/html") } },
	{ "is_not_dm_by_a_parameter", 'q', GET "Content-Type: text/html;x=" DM "\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"),
	    .content_type = SLICE("text/html"), .content_type_full = SLICE("text/html;x=" DM) } },
	{ "tells_length_of_18_digits", 'q', GET "Content-Length: 999999999999999999\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .has_length = true,
	    .length = 999999999999999999ULL } },
	{ "tells_chunked", 'q', GET "Transfer-Encoding: chunked\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .chunked = true } },
	{ "tells_connection_close", 'q', GET "Connection: close\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .close = true } },
	{ "finds_close_in_a_list", 'q', GET "Connection: Upgrade ,CLOSE\t,x\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .close = true } },
	{ "finds_close_in_a_second_field", 'q', GET "Connection: x\r\nConnection: close\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .close = true } },
	{ "finds_no_close_in_other_words", 'q', GET "Connection: closed, x-close\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/") } },
	{ "keeps_http_1_0_alive_when_asked", 'q',
	  "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
	  { .method = SLICE("GET"), .target = SLICE("/") } },
	{ "closes_http_1_0", 'q', "GET / HTTP/1.0\r\n\r\n",
	  { .method = SLICE("GET"), .target = SLICE("/"), .close = true } },
	{ "prefers_close_to_keep_alive", 'q',
	  "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
	  { .method = SLICE("GET"), .target = SLICE("/"), .close = true } },
	{ "closes_after_response_without_length", 'p', OK "Connection: keep-alive\r\n\r\n",
	  { .minor = 1, .status = 200, .close = true } },
	{ "keeps_response_with_length_alive", 'p', OK "Content-Length: 3\r\n\r\n",
	  { .minor = 1, .status = 200, .has_length = true, .length = 3 } },
	{ "keeps_response_in_chunks_alive", 'p', OK "Transfer-Encoding: chunked\r\n\r\n",
	  { .minor = 1, .status = 200, .chunked = true } },
	{ "keeps_answer_to_head_alive", 'h', OK "\r\n",
	  { .minor = 1, .status = 200, .no_body = true } },
	{ "keeps_status_204_alive", 'p', "HTTP/1.1 204 X\r\n\r\n",
	  { .minor = 1, .status = 204, .no_body = true } },
	{ "keeps_status_304_alive", 'p', "HTTP/1.1 304 X\r\n\r\n",
	  { .minor = 1, .status = 304, .no_body = true } },
	{ "tells_interim_response", 'p', "HTTP/1.1 100 Continue\r\n\r\n",
	  { .minor = 1, .status = 100, .no_body = true, .interim = true } },
	{ "never_closes_after_interim_response", 'p',
	  "HTTP/1.0 100 Continue\r\nConnection: close\r\n\r\n",
	  { .status = 100, .no_body = true, .interim = true } },
	{ "tells_status_200_from_interim", 'p', OK "Content-Length: 0\r\n\r\n",
	  { .minor = 1, .status = 200, .has_length = true } },
	{ "tells_expectation", 'q', GET "Expect: 100-Continue\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .expect_continue = true } },
	{ "knows_no_other_expectation", 'q', GET "Expect: 100-continued\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/") } },
	{ "expects_nothing_in_a_response", 'p',
	  OK "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
	  { .minor = 1, .status = 200, .has_length = true } },
	{ "tells_content_encoding", 'q', GET "Content-Encoding: gzip\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .encoded = true } },
	{ "finds_encoding_in_a_list", 'q', GET "Content-Encoding: identity, , br\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .encoded = true } },
	{ "takes_identity_for_no_encoding", 'q',
	  GET "Content-Encoding: Identity\r\nContent-Encoding:\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/") } },
	{ "tells_hmac_value", 'q', GET "X-SyncML-HMAC: \t a=b, c \r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .hmac_count = 1,
	    .hmac = SLICE("a=b, c") } },
	{ "counts_hmac_fields_and_keeps_the_first", 'q',
	  GET "x-syncml-hmac: a\r\nY: z\r\nx-syncml-hmac: b\r\nx-syncml-hmac: b\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .hmac_count = 3,
	    .hmac = SLICE("a") } },
	{ "counts_empty_hmac_fields", 'q', GET "x-syncml-hmac:\r\nx-syncml-hmac: b\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("/"), .hmac_count = 2 } },
	{ "takes_several_hosts_in_a_response", 'p',
	  OK "Host: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
	  { .minor = 1, .status = 200, .has_length = true } },
	{ "takes_absolute_target", 'q', "GET http://a/b HTTP/1.1\r\n\r\n",
	  { .minor = 1, .method = SLICE("GET"), .target = SLICE("http://a/b") } },
};

static void assert_slice(const char *which, struct omasec_slice have, struct omasec_slice want)
{
	if (have.len != want.len || (have.len && memcmp(have.p, want.p, have.len)))
		fail_msg("%s is \"%.*s\", not \"%.*s\"", which, (int)have.len, have.p,
			 (int)want.len, want.p);
}

static void head(void **state)
{
	const struct head_case *c = *state;
	size_t len = strlen(c->head);
	char *copy = exact_copy(c->head, len);
	unsigned int kind = c->kind == 'q' ? OMASEC_HTTP_KIND_REQUEST : OMASEC_HTTP_KIND_RESPONSE;
	struct omasec_http_head h;
	const char *what = NULL;

	memset(&h, 0xff, sizeof(h));
	if (omasec_http_parse_head(copy, len, kind, c->kind == 'h', &h, &what))
		fail_msg("refused: %s", what);
	assert_string_equal(what, "");
	assert_int_equal(h.kind, kind);
	assert_int_equal(h.minor, c->want.minor);
	assert_int_equal(h.status, c->want.status);
	assert_slice("method", h.method, c->want.method);
	assert_slice("target", h.target, c->want.target);
	assert_slice("type", h.content_type, c->want.content_type);
	assert_slice("full type", h.content_type_full, c->want.content_type_full);
	assert_slice("hmac", h.hmac, c->want.hmac);
	assert_int_equal(h.hmac_count, c->want.hmac_count);
	assert_int_equal(h.length, c->want.length);
	assert_int_equal(h.has_length, c->want.has_length);
	assert_int_equal(h.is_head, c->want.is_head);
	assert_int_equal(h.is_dm, c->want.is_dm);
	assert_int_equal(h.chunked, c->want.chunked);
	assert_int_equal(h.close, c->want.close);
	assert_int_equal(h.expect_continue, c->want.expect_continue);
	assert_int_equal(h.no_body, c->want.no_body);
	assert_int_equal(h.interim, c->want.interim);
	assert_int_equal(h.encoded, c->want.encoded);
	free(copy);
}

/* Faults that the framer would have found first; the head parser does not rely on it. */
static const struct http_vector alone_vectors[] = {
	REJECTS("alone_rejects_empty_head", 'q', "", HTTP_LINE_END, "does not end in CR LF"),
	REJECTS("alone_rejects_missing_empty_line", 'q', GET "A: b\r\n", HTTP_LINE_END,
		"does not end in CR LF"),
	REJECTS("alone_rejects_unfinished_empty_line", 'q', GET "A: b\r\n\r", HTTP_LINE_END,
		"does not end in CR LF"),
	REJECTS("alone_rejects_octets_after_head", 'q', GET "A: b\r\n\r\nC: d\r\n\r\n", HTTP_SYNTAX,
		"after the empty line"),
	REJECTS("alone_rejects_empty_first_line", 'q', "\r\n\r\n", HTTP_SYNTAX, "method"),
	REJECTS("alone_rejects_empty_status_line", 'p', "\r\n\r\n", HTTP_SYNTAX, "status line"),
	REJECTS("alone_rejects_lf", 'q', GET "A: b\nC: d\r\n\r\n", HTTP_LINE_END, "CR LF"),
	REJECTS("alone_rejects_cr", 'q', GET "A: b\rC: d\r\n\r\n", HTTP_LINE_END, "CR LF"),
	REJECTS("alone_rejects_two_lf", 'q', GET "A: b\n\nC: d\r\n\r\n", HTTP_LINE_END, "CR LF"),
	REJECTS("alone_rejects_nul", 'q', GET "A: b\0\r\n\r\n", HTTP_SYNTAX, "control"),
	REJECTS("alone_rejects_delete", 'q', GET "A: \x7f\r\n\r\n", HTTP_SYNTAX, "control"),
	REJECTS("alone_rejects_folding", 'q', GET "A: b\r\n c: d\r\n\r\n", HTTP_SYNTAX, "folded"),
	REJECTS("alone_rejects_101_fields", 'q', GET X100("A: b\r\n") "A: b\r\n\r\n", HTTP_TOO_MANY,
		"more than 100"),
	REJECTS("alone_rejects_16385_octets", 'q',
		GET "A: " X1000(SIXTEEN) X10(SIXTEEN SIXTEEN "0123") "xy\r\n\r\n", HTTP_TOO_MANY,
		"head longer"),
};

static void alone(void **state)
{
	const struct http_vector *v = *state;
	char *copy = exact_copy(v->wire, v->len);
	struct omasec_http_head h;
	const char *what = NULL;

	assert_int_equal(omasec_http_parse_head(copy, v->len, v->kind == 'q' ?
						OMASEC_HTTP_KIND_REQUEST :
						OMASEC_HTTP_KIND_RESPONSE, false, &h, &what),
			 v->reason);
	if (!strstr(what, v->what))
		fail_msg("says \"%s\", not \"%s\"", what, v->what);
	free(copy);
}

/* Each octet value inside name, value, target: taken or refused as the grammar says. */
static void refuses_every_octet_that_the_grammar_refuses(void **state)
{
	static const char tchars[] = "!#$%&'*+-.^_`|~0123456789"
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char name[] = "GET / HTTP/1.1\r\nX?Y: z\r\n\r\n";
	char value[] = "GET / HTTP/1.1\r\nX: y?z\r\n\r\n";
	char target[] = "GET /x?y HTTP/1.1\r\n\r\n";
	struct omasec_http_head h;
	const char *what;
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		bool control = c < 32 || c == 127;
		/* a colon ends the name; "X" is a name too */
		bool tchar = (c && strchr(tchars, c)) || c == ':';

		name[17] = (char)c;
		value[20] = (char)c;
		target[6] = (char)c;
		assert_int_equal(!omasec_http_parse_head(name, sizeof(name) - 1, 0, false, &h,
							 &what), tchar);
		assert_int_equal(!omasec_http_parse_head(value, sizeof(value) - 1, 0, false, &h,
							 &what), !control || c == '\t');
		assert_int_equal(!omasec_http_parse_head(target, sizeof(target) - 1, 0, false, &h,
							 &what), !control && c != ' ' && c < 128);
	}
}

/* Each octet value at each place, alone and behind a later one, in each length. */
static void finds_the_first_control_character(void **state)
{
	size_t len, at, i;
	int c;

	(void)state;
	for (len = 0; len < 26; len++) {
		for (at = 0; at < len; at++) {
			for (c = 0; c < 256; c++) {
				char text[32];
				char *copy;
				size_t want = len;

				for (i = 0; i < len; i++)
					text[i] = (char)(at % 2 && i % 3 ? 0x80 + i : ' ' + i);
				text[at] = (char)c;
				text[len - 1 - (len - 1 - at) / 2] = (char)c;
				for (i = len; i--;)
					if ((unsigned char)text[i] < ' ' || text[i] == 127)
						want = i;
				copy = exact_copy(text, len);
				assert_int_equal(omasec_text_span(copy, len), want);
				free(copy);
			}
		}
	}
	assert_int_equal(omasec_text_span("\n", 0), 0);
}

static void knows_dm_types(void **state)
{
	static const char * const yes[] = {
		"application/vnd.syncml.dm+xml", "application/vnd.syncml.dm+wbxml",
		"Application/VND.SyncML.DM+XML", "application/vnd.syncml+xml",
		"application/vnd.syncml.notification", "application/vnd.wap.connectivity-wbxml",
		"application/vnd.oma.dm.notification",
		"application/vnd.syncml.dm+xml;charset=utf-8", "Text/vnd.wap.connectivity-xml",
	};
	static const char * const no[] = {
		"", "a", "application/vnd.syncm", "application/vnd.wap", "application/vnd.omax",
		"text/xml", "application/octet-stream", "xapplication/vnd.syncml.dm+xml",
		" application/vnd.syncml.dm+xml", "application/vnd_syncml",
		"text/vnd.wap.wml",
	};
	struct omasec_slice s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(yes); i++) {
		s.len = strlen(yes[i]);
		s.p = exact_copy(yes[i], s.len);
		assert_true(omasec_http_is_dm(s));
		free((void *)(uintptr_t)s.p);
	}
	for (i = 0; i < ARRAY_SIZE(no); i++) {
		s.len = strlen(no[i]);
		s.p = exact_copy(no[i], s.len);
		assert_false(omasec_http_is_dm(s));
		free((void *)(uintptr_t)s.p);
	}
}

static void knows_wbxml(void **state)
{
	static const struct { const char *type; bool is; } rows[] = {
		{ "application/vnd.syncml.dm+wbxml", true }, { "application/vnd.syncml+WBXML", true },
		{ "application/vnd.syncml.dm+xml", false }, { "application/vnd.syncml.dm+wbxml2", false },
		{ "application/vnd.syncml.dmwbxml", false }, { "wbxml", false }, { "", false },
	};
	struct omasec_slice s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		s.len = strlen(rows[i].type);
		s.p = exact_copy(rows[i].type, s.len);
		assert_int_equal(omasec_http_is_wbxml(s), rows[i].is);
		free((void *)(uintptr_t)s.p);
	}
}

static void writes_the_other_encoding(void **state)
{
	static const struct { const char *type; size_t size; bool wbxml, done; const char *is; } rows[] = {
		{ "a/b+wbxml", 10, false, true, "a/b+xml" }, { "a/b+WbXml", 10, false, true, "a/b+xml" },
		{ "a/b+wbxml", 10, true, true, "a/b+wbxml" }, { "a/b+xml", 8, false, true, "a/b+xml" },
		{ "a/b+xml", 10, true, true, "a/b+wbxml" }, { "a/b+xml", 9, true, false, "a/b+xml" },
		{ "text/plain", 32, true, false, "text/plain" }, { "", 1, false, false, "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char *type = malloc(rows[i].size);

		strcpy(type, rows[i].type);
		assert_int_equal(omasec_http_type_to(type, rows[i].size, rows[i].wbxml), rows[i].done);
		assert_string_equal(type, rows[i].is);
		free(type);
	}
}

static void refuses_octets_before_the_head_was_read(void **state)
{
	struct omasec_http_out out;
	struct omasec_http h;

	(void)state;
	omasec_http_init(&h, OMASEC_HTTP_KIND_REQUEST);
	assert_int_equal(omasec_http_step(&h, GET "\r\nx", 19, &out), OMASEC_HTTP_HEAD);
	assert_int_equal(out.used, 18);
	assert_int_equal(omasec_http_step(&h, NULL, 0, &out), OMASEC_HTTP_MORE);
	assert_int_equal(omasec_http_step(&h, "x", 1, &out), OMASEC_HTTP_BAD);
	assert_int_equal(out.reason, OMASEC_REASON_HTTP_UNEXPECTED);
}

static void needs_no_octets_to_say_done(void **state)
{
	struct omasec_http_head head = { .has_length = true };
	struct omasec_http_out out;
	struct omasec_http h;

	(void)state;
	omasec_http_init(&h, OMASEC_HTTP_KIND_REQUEST);
	omasec_http_start_body(&h, &head);
	assert_int_equal(omasec_http_step(&h, NULL, 0, &out), OMASEC_HTTP_DONE);

	head.length = 1;
	omasec_http_start_body(&h, &head);
	assert_int_equal(omasec_http_step(&h, "x", 1, &out), OMASEC_HTTP_BODY);
	assert_int_equal(omasec_http_step(&h, NULL, 0, &out), OMASEC_HTTP_DONE);
}

/* A body longer than fits 32 bits is counted right. */
static void counts_long_bodies(void **state)
{
	struct omasec_http_head head = { .has_length = true, .length = (5ULL << 32) + 3 };
	size_t len = 1 << 26;
	char *piece = calloc(1, len);
	struct omasec_http_out out;
	struct omasec_http h;
	u64 sum = 0;

	(void)state;
	assert_non_null(piece);
	omasec_http_init(&h, OMASEC_HTTP_KIND_REQUEST);
	omasec_http_start_body(&h, &head);
	while (omasec_http_step(&h, piece, len, &out) == OMASEC_HTTP_BODY) {
		assert_true(out.used <= len);
		sum += out.body.len;
	}
	assert_int_equal(sum, head.length);
	free(piece);
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(http_vectors); i++)
		table_add(&t, http_vectors[i].name, stream, &http_vectors[i]);
	for (i = 0; i < ARRAY_SIZE(head_cases); i++)
		table_add(&t, head_cases[i].name, head, &head_cases[i]);
	for (i = 0; i < ARRAY_SIZE(alone_vectors); i++)
		table_add(&t, alone_vectors[i].name, alone, &alone_vectors[i]);
	table_add(&t, "refuses_every_octet_that_the_grammar_refuses",
		  refuses_every_octet_that_the_grammar_refuses, NULL);
	table_add(&t, "knows_dm_types", knows_dm_types, NULL);
	table_add(&t, "knows_wbxml", knows_wbxml, NULL);
	table_add(&t, "writes_the_other_encoding", writes_the_other_encoding, NULL);
	table_add(&t, "finds_the_first_control_character", finds_the_first_control_character, NULL);
	table_add(&t, "refuses_octets_before_the_head_was_read",
		  refuses_octets_before_the_head_was_read, NULL);
	table_add(&t, "needs_no_octets_to_say_done", needs_no_octets_to_say_done, NULL);
	table_add(&t, "counts_long_bodies", counts_long_bodies, NULL);
	return table_run("http", &t);
}
