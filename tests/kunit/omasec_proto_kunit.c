// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/proto in the kernel: the vectors of the unit tests, run over the objects
 * of the module with the kernel's compiler, string functions and MD5. What needs
 * a sanitizer or many runs stays with the unit tests and the fuzzers.
 */
#include <kunit/test.h>
#include "../../kmod/crypto.h"
#include "../../kmod/proto/base64.h"
#include "../../kmod/proto/reason.h"
#include "http_drive.h"
#include "proto_vectors.h"

#define BODY_MAX 4096

/* ----------------------------------------------------------------- streams */

static void http_desc(const struct http_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(http, http_vectors, http_desc);

/* @seed: 1 for the whole stream at once, 0 for single octets, else for cuts */
static struct drive *http_run(struct kunit *test, const struct http_vector *v, u32 seed)
{
	struct drive *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);
	char *body = kunit_kzalloc(test, BODY_MAX, GFP_KERNEL);
	size_t at = 0, n;

	KUNIT_ASSERT_NOT_NULL(test, d);
	KUNIT_ASSERT_NOT_NULL(test, body);
	drive_init(d, v->kind == 'q' ? OMASEC_HTTP_KIND_REQUEST : OMASEC_HTTP_KIND_RESPONSE,
		   v->kind == 'h', body, BODY_MAX);
	while (at < v->len) {
		n = seed == 1 ? v->len : drive_piece(&seed, v->len - at);
		drive_feed(d, v->wire + at, n);
		at += n;
	}
	if (v->eof)
		drive_eof(d);
	return d;
}

static void http_stream(struct kunit *test)
{
	const struct http_vector *v = test->param_value;
	struct drive *whole = http_run(test, v, 1), *cut;
	u32 round;

	KUNIT_EXPECT_PTR_EQ(test, whole->fault, (const char *)NULL);
	KUNIT_EXPECT_EQ(test, whole->done, !v->reason);
	KUNIT_EXPECT_EQ(test, whole->reason, v->reason);
	if (v->reason) {
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(whole->what, v->what), "says \"%s\"",
					  whole->what);
	} else {
		KUNIT_EXPECT_EQ(test, whole->used, v->len - v->rest);
		KUNIT_ASSERT_EQ(test, whole->body_len, strlen(v->body));
		KUNIT_EXPECT_EQ(test, memcmp(whole->body, v->body, whole->body_len), 0);
	}

	for (round = 0; round < 8; round++) {
		cut = http_run(test, v, round * 2654435761U);
		KUNIT_EXPECT_STREQ(test, drive_differ(whole, cut) ?: "", "");
		kunit_kfree(test, cut->body);
		kunit_kfree(test, cut);
	}
}

/* An edited head reads as what was asked for. */
static void http_edited_head_reads_back(struct kunit *test)
{
	static const char head[] = POST "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
		"Content-Type: application/vnd.syncml.dm+xml\r\nx-syncml-hmac: old\r\n\r\n";
	struct omasec_http_edit e = {
		.set_length = true, .length = 1234567890123ULL, .drop_expect = true,
		.hmac = { "new", 3 },
	};
	struct omasec_http_head h;
	const char *what;
	char out[512];
	ssize_t n;

	n = omasec_http_edit_head(head, sizeof(head) - 1, &e, out, sizeof(out));
	KUNIT_ASSERT_GT(test, n, (ssize_t)0);
	KUNIT_ASSERT_EQ(test, omasec_http_parse_head(out, n, OMASEC_HTTP_KIND_REQUEST, false, &h,
						     &what), 0U);
	KUNIT_EXPECT_TRUE(test, h.has_length && !h.chunked && !h.expect_continue && h.is_dm);
	KUNIT_EXPECT_EQ(test, h.length, e.length);
	KUNIT_EXPECT_EQ(test, h.hmac_count, 1);
	KUNIT_EXPECT_EQ(test, h.hmac.len, (size_t)3);
	KUNIT_EXPECT_EQ(test, memcmp(h.hmac.p, "new", 3), 0);
}

/* -------------------------------------------------------------------- MACs */

static void mac_desc(const struct mac_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mac, mac_vectors, mac_desc);

static void mac_value(struct kunit *test)
{
	const struct mac_vector *v = test->param_value;
	struct omasec_slice s = { MAC_BODY, sizeof(MAC_BODY) - 1 };
	u8 body[OMASEC_MD5_LEN], mac[OMASEC_MD5_LEN];
	char text[OMASEC_B64_LEN(OMASEC_MD5_LEN)];

	if (!omasec_crypto_has_md5())
		kunit_skip(test, "this kernel has no MD5");
	KUNIT_ASSERT_EQ(test, omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &s, 1, body), 0);
	KUNIT_ASSERT_EQ(test, omasec_mac_compute(&omasec_kernel_md5, v->form, (const u8 *)MAC_KEY,
						 (const u8 *)v->nonce, v->nonce_len, body, mac), 0);
	KUNIT_ASSERT_EQ(test, omasec_base64_encode(mac, sizeof(mac), text), sizeof(text));
	KUNIT_EXPECT_EQ(test, !memcmp(text, v->mac, sizeof(text)), v->match);
}

/* ------------------------------------------------------------ header values */

static void header_desc(const struct hmac_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(header, hmac_vectors, header_desc);

static void header_value(struct kunit *test)
{
	const struct hmac_vector *v = test->param_value;
	char again[OMASEC_HMAC_VALUE_MAX];
	struct omasec_hmac_header h, h2;
	ssize_t n;

	KUNIT_ASSERT_EQ(test, omasec_hmac_header_parse(v->value, v->len, &h), v->reason);
	if (v->reason)
		return;
	KUNIT_EXPECT_STREQ(test, h.user, v->user);
	KUNIT_ASSERT_EQ(test, (size_t)h.user_len, strlen(v->user));

	n = omasec_hmac_header_format(again, sizeof(again), h.user, h.user_len, h.mac);
	KUNIT_ASSERT_GT(test, n, (ssize_t)0);
	KUNIT_ASSERT_EQ(test, omasec_hmac_header_parse(again, n, &h2), 0U);
	KUNIT_EXPECT_STREQ(test, h2.user, h.user);
	KUNIT_EXPECT_EQ(test, memcmp(h2.mac, h.mac, sizeof(h.mac)), 0);
}

/* ----------------------------------------------------------------- reasons */

static void reason_never_lets_a_call_succeed(struct kunit *test)
{
	unsigned int r;

	KUNIT_EXPECT_EQ(test, omasec_reason_errno(OMASEC_REASON_NONE), 0);
	for (r = 1; r <= OMASEC_REASON_MAX + 1; r++) {
		KUNIT_EXPECT_GT(test, omasec_reason_errno(r), 0);
		KUNIT_ASSERT_NOT_NULL(test, omasec_reason_name(r));
		KUNIT_ASSERT_NOT_NULL(test, omasec_reason_text(r));
		KUNIT_ASSERT_NOT_NULL(test, omasec_reason_advice(r));
	}
	KUNIT_EXPECT_STREQ(test, omasec_reason_name(r), "unknown");
}

static struct kunit_case proto_cases[] = {
	KUNIT_CASE_PARAM(http_stream, http_gen_params),
	KUNIT_CASE(http_edited_head_reads_back),
	KUNIT_CASE_PARAM(mac_value, mac_gen_params),
	KUNIT_CASE_PARAM(header_value, header_gen_params),
	KUNIT_CASE(reason_never_lets_a_call_succeed),
	{}
};

static struct kunit_suite proto_suite = {
	.name = "omasec_proto",
	.test_cases = proto_cases,
};

kunit_test_suites(&proto_suite);

MODULE_LICENSE("GPL");
