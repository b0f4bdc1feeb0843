// SPDX-License-Identifier: GPL-2.0
/*
 * Rewritten heads and heads of our own. Each result is also written into every
 * buffer that is too small, and read again by the head parser.
 */
#include <stdio.h>
#include "cmocka_table.h"
#include "../../kmod/proto/http.h"

#define SLICE(s) { s, sizeof(s) - 1 }
#define GET "GET / HTTP/1.1\r\n"

struct edit_case {
	const char *name, *head, *want;
	struct omasec_http_edit e;
};

static const struct edit_case edit_cases[] = {
	{ "changes_nothing_unasked",
	  "POST /a  HTTP/1.1\r\nhOST:  a \r\nX:\t y\t\r\nContent-Length: 5\r\n\r\n",
	  "POST /a  HTTP/1.1\r\nhOST:  a \r\nX:\t y\t\r\nContent-Length: 5\r\n\r\n", { 0 } },
	{ "replaces_length", GET "Content-Length: 5\r\nA: b\r\n\r\n",
	  GET "A: b\r\nContent-Length: 1234567890123\r\n\r\n",
	  { .set_length = true, .length = 1234567890123ULL } },
	{ "sets_length_zero", GET "A: b\r\n\r\n", GET "A: b\r\nContent-Length: 0\r\n\r\n",
	  { .set_length = true } },
	{ "replaces_chunked_by_length",
	  GET "TRANSFER-encoding: chunked\r\nTrailer: x\r\nTE: trailers\r\nA: b\r\n\r\n",
	  GET "A: b\r\nContent-Length: 7\r\n\r\n", { .set_length = true, .length = 7 } },
	{ "drops_digests_of_the_old_body",
	  GET "Content-MD5: x\r\nDigest: y\r\nContent-Digest: z\r\nRepr-Digest: z\r\nA: b\r\n\r\n",
	  GET "A: b\r\nContent-Length: 7\r\n\r\n", { .set_length = true, .length = 7 } },
	{ "keeps_fields_with_similar_names",
	  GET "TEX: 1\r\nX-Content-Length: 2\r\nContent-Length-X: 3\r\nWant-Digest: 4\r\n\r\n",
	  GET "TEX: 1\r\nX-Content-Length: 2\r\nContent-Length-X: 3\r\nWant-Digest: 4\r\n"
	  "Content-Length: 7\r\n\r\n", { .set_length = true, .length = 7 } },
	{ "drops_expect", GET "Expect: 100-continue\r\nA: b\r\nEXPECT: x\r\n\r\n",
	  GET "A: b\r\n\r\n", { .drop_expect = true } },
	{ "drops_accept_alone", GET "Accept: a/b\r\nAccept-Charset: x\r\nACCEPT: c/d\r\n\r\n",
	  GET "Accept-Charset: x\r\n\r\n", { .drop_accept = true } },
	{ "drops_every_hmac_field", GET "x-syncml-hmac: 1\r\nA: b\r\nX-SyncML-HMAC: 2\r\n\r\n",
	  GET "A: b\r\n\r\n", { .drop_hmac = true } },
	{ "keeps_expect_and_type_unasked", GET "Expect: x\r\nContent-Type: a/b\r\n\r\n",
	  GET "Expect: x\r\nContent-Type: a/b\r\nContent-Length: 7\r\n\r\n",
	  { .set_length = true, .length = 7 } },
	{ "keeps_hmac_unasked", GET "x-syncml-hmac: 1\r\n\r\n",
	  GET "x-syncml-hmac: 1\r\nContent-Length: 7\r\n\r\n",
	  { .set_length = true, .length = 7 } },
	{ "adds_hmac", GET "A: b\r\n\r\n", GET "A: b\r\nx-syncml-hmac: u=\"v\"\r\n\r\n",
	  { .hmac = SLICE("u=\"v\"") } },
	{ "never_leaves_two_hmac_fields", GET "X-Syncml-Hmac: old\r\nA: b\r\n\r\n",
	  GET "A: b\r\nx-syncml-hmac: new\r\n\r\n", { .hmac = SLICE("new") } },
	{ "replaces_content_type", GET "Content-TYPE: text/xml\r\nA: b\r\n\r\n",
	  GET "A: b\r\nContent-Type: text/plain\r\n\r\n", { .content_type = SLICE("text/plain") } },
	{ "does_all_at_once",
	  "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n"
	  "Expect: x\r\nx-syncml-hmac: o\r\nServer: s\r\n\r\n",
	  "HTTP/1.1 200 OK\r\nServer: s\r\nContent-Type: c/d\r\nContent-Length: 9\r\n"
	  "x-syncml-hmac: n\r\n\r\n",
	  { .set_length = true, .length = 9, .drop_expect = true, .drop_hmac = true,
	    .hmac = SLICE("n"), .content_type = SLICE("c/d") } },
	{ "edits_head_without_fields", GET "\r\n", GET "Content-Length: 1\r\n\r\n",
	  { .set_length = true, .length = 1 } },
	{ "does_not_take_start_line_for_a_field", "GET x-syncml-hmac: HTTP/1.1\r\n\r\n",
	  "GET x-syncml-hmac: HTTP/1.1\r\n\r\n", { .drop_hmac = true } },
};

static void edit_as(const struct edit_case *c, const char *head, size_t len,
		    const struct omasec_http_edit *e)
{
	size_t want = strlen(c->want), cap;

	for (cap = 0; cap <= want + 2; cap++) {
		char *out = malloc(cap ? cap : 1);
		ssize_t n;

		assert_non_null(out);
		n = omasec_http_edit_head(head, len, e, out, cap);
		if (cap < want) {
			assert_int_equal(n, -ENOSPC);
		} else {
			if (n != (ssize_t)want || memcmp(out, c->want, want))
				fail_msg("wrote \"%.*s\"", n < 0 ? 0 : (int)n, out);
		}
		free(out);
	}
}

/* With what the parser said of the head the result is the same. */
static void edit(void **state)
{
	const struct edit_case *c = *state;
	size_t len = strlen(c->head);
	char *head = exact_copy(c->head, len);
	struct omasec_http_edit e = c->e;
	struct omasec_http_head h;
	const char *what;

	edit_as(c, head, len, &e);
	if (!omasec_http_parse_head(head, len, strncmp(head, "HTTP", 4) ?
				    OMASEC_HTTP_KIND_REQUEST : OMASEC_HTTP_KIND_RESPONSE,
				    false, &h, &what)) {
		e.known = &h;
		edit_as(c, head, len, &e);
	}
	free(head);
}

static void refuses_values_that_end_the_line(void **state)
{
	static const struct omasec_slice bad[] = {
		SLICE("a\r\nContent-Length: 9"), SLICE("a\n"), SLICE("a\r"), SLICE("a\0b"),
		SLICE("\t"), SLICE("\x7f"),
	};
	static const struct omasec_slice none = { NULL, 0 };
	char out[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct omasec_http_edit hmac = { .hmac = bad[i] };
		struct omasec_http_edit type = { .content_type = bad[i] };

		assert_int_equal(omasec_http_edit_head(GET "\r\n", 18, &hmac, out, sizeof(out)),
				 -EINVAL);
		assert_int_equal(omasec_http_edit_head(GET "\r\n", 18, &type, out, sizeof(out)),
				 -EINVAL);
		assert_int_equal(omasec_http_make_response(out, sizeof(out), 200, bad[i], 0, none,
							   false), -EINVAL);
		assert_int_equal(omasec_http_make_response(out, sizeof(out), 200, none, 0, bad[i],
							   false), -EINVAL);
	}
}

static void refuses_what_is_no_head(void **state)
{
	static const struct omasec_slice bad[] = {
		SLICE(""), SLICE(GET), SLICE(GET "\r"), SLICE(GET "A\r\n\r\n"), SLICE(GET "\n\r\n"),
		SLICE(GET "A: b\n\r\n"), SLICE(GET ": b\r\n\r\n"), SLICE("GET\rX\r\n\r\n"),
	};
	struct omasec_http_edit e = { .drop_hmac = true };
	char out[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		char *head = exact_copy(bad[i].p, bad[i].len);

		assert_int_equal(omasec_http_edit_head(head, bad[i].len, &e, out, sizeof(out)),
				 -EINVAL);
		free(head);
	}
}

struct response_case {
	const char *name;
	unsigned int status;
	struct omasec_slice type;
	u64 length;
	struct omasec_slice hmac;
	bool close;
	const char *want;
};

static const struct response_case response_cases[] = {
	{ "makes_answer_to_a_message", 200, SLICE("application/vnd.syncml.dm+xml"), 321,
	  SLICE("algorithm=MD5"), false,
	  "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.syncml.dm+xml\r\nContent-Length: 321\r\n"
	  "x-syncml-hmac: algorithm=MD5\r\n\r\n" },
	{ "makes_refusal", 403, { 0 }, 0, { 0 }, true,
	  "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" },
	{ "makes_continue_without_length", 100, { 0 }, 0, { 0 }, false,
	  "HTTP/1.1 100 Continue\r\n\r\n" },
	{ "makes_no_content_without_length", 204, { 0 }, 0, { 0 }, false,
	  "HTTP/1.1 204 No Content\r\n\r\n" },
	{ "makes_any_status", 599, { 0 }, 18446744073709551615ULL, { 0 }, false,
	  "HTTP/1.1 599 \r\nContent-Length: 18446744073709551615\r\n\r\n" },
};

static void response(void **state)
{
	const struct response_case *c = *state;
	size_t want = strlen(c->want), cap;

	for (cap = 0; cap <= want + 2; cap++) {
		char *out = malloc(cap ? cap : 1);
		ssize_t n;

		assert_non_null(out);
		n = omasec_http_make_response(out, cap, c->status, c->type, c->length, c->hmac,
					      c->close);
		if (cap < want)
			assert_int_equal(n, -ENOSPC);
		else if (n != (ssize_t)want || memcmp(out, c->want, want))
			fail_msg("wrote \"%.*s\"", n < 0 ? 0 : (int)n, out);
		free(out);
	}
}

static void refuses_status_that_is_none(void **state)
{
	static const struct omasec_slice none = { NULL, 0 };
	char out[256];

	(void)state;
	assert_int_equal(omasec_http_make_response(out, sizeof(out), 99, none, 0, none, false),
			 -EINVAL);
	assert_int_equal(omasec_http_make_response(out, sizeof(out), 600, none, 0, none, false),
			 -EINVAL);
}

/* Every status but those that cannot be heads of ours reads back as made. */
static void makes_responses_that_can_be_read(void **state)
{
	static const struct omasec_slice type = SLICE("application/vnd.syncml.dm+wbxml");
	static const struct omasec_slice hmac = SLICE("x=y");
	struct omasec_http_head h;
	const char *what;
	unsigned int s;
	char out[256];
	ssize_t n;

	(void)state;
	for (s = 100; s < 600; s++) {
		bool bare = s < 200 || s == 204;

		if (s == 101)
			continue;
		n = omasec_http_make_response(out, sizeof(out), s, type, 12, hmac, true);
		assert_true(n > 0);
		if (omasec_http_parse_head(out, (size_t)n, OMASEC_HTTP_KIND_RESPONSE, false, &h,
					   &what))
			fail_msg("%u: %s", s, what);
		assert_int_equal(h.status, s);
		assert_int_equal(h.has_length, !bare);
		assert_int_equal(h.length, bare ? 0 : 12);
		assert_int_equal(h.close, s >= 200);
		assert_true(h.is_dm);
		assert_int_equal(h.hmac_count, 1);
	}
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(edit_cases); i++)
		table_add(&t, edit_cases[i].name, edit, &edit_cases[i]);
	for (i = 0; i < ARRAY_SIZE(response_cases); i++)
		table_add(&t, response_cases[i].name, response, &response_cases[i]);
	table_add(&t, "refuses_values_that_end_the_line", refuses_values_that_end_the_line, NULL);
	table_add(&t, "refuses_what_is_no_head", refuses_what_is_no_head, NULL);
	table_add(&t, "refuses_status_that_is_none", refuses_status_that_is_none, NULL);
	table_add(&t, "makes_responses_that_can_be_read", makes_responses_that_can_be_read, NULL);
	return table_run("http_edit", &t);
}
