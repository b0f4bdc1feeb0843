// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/proto/obex.c in the kernel: the vectors of the unit tests, in one piece, octet by
 * octet and in cuts; and an object that is rewritten and cut anew.
 */
#include <kunit/test.h>
#include "obex_drive.h"

static void obex_desc(const struct obex_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(obex, obex_vectors, obex_desc);

static void obex_packets(struct kunit *test)
{
	struct obex_run *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	const struct obex_vector *v = test->param_value;
	u32 round, seed;
	size_t at, n;

	KUNIT_ASSERT_NOT_NULL(test, r);
	for (round = 0; round < 8; round++) {
		seed = round < 2 ? round : round * 2654435761U | 2;
		obex_begin(r, v);
		for (at = 0; at < v->len; at += n) {
			n = obex_cut(&seed, v->len - at);
			if (!obex_feed(r, v->octets + at, n))
				break;
		}
		KUNIT_EXPECT_STREQ(test, obex_judge(v, r) ?: "", "");
	}
}

static void obex_rewritten(struct kunit *test)
{
	static const char head[] = "\xcb\x00\x00\x00\x07\x42\x00\x21" "application/vnd.syncml.dm+xml\0";
	static const struct obex_vector put = { .name = "put", .side = OMASEC_OBEX_REQUEST };
	struct obex_run *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	struct omasec_obex_edit edit = { .length = 5, .set_length = true, .hmac = { "v", 1 } };
	struct omasec_obex_cut cut = { .code = OMASEC_OBEX_PUT, .has_body = true, .max = 255,
				       .body_left = 5 };
	char *out = kunit_kzalloc(test, 600, GFP_KERNEL);
	struct omasec_obex_head read;
	const char *what;
	size_t body;
	ssize_t len;

	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_ASSERT_NOT_NULL(test, out);
	len = omasec_obex_edit_head(head, sizeof(head) - 1, &edit, out + 300, 300);
	KUNIT_ASSERT_GT(test, len, (ssize_t)0);
	cut.head.p = out + 300;
	cut.head.len = (size_t)len;
	len = omasec_obex_cut_next(&cut, out, 300, &body);
	KUNIT_ASSERT_GT(test, len, (ssize_t)0);
	KUNIT_EXPECT_EQ(test, body, (size_t)5);
	KUNIT_EXPECT_TRUE(test, cut.done);
	memcpy(out + len, "hello", 5);
	obex_begin(r, &put);
	KUNIT_ASSERT_TRUE(test, obex_feed(r, out, (size_t)len + 5));
	KUNIT_EXPECT_EQ(test, r->packets, 1U);
	KUNIT_EXPECT_EQ(test, memcmp(r->body, "hello", 5), 0);
	KUNIT_ASSERT_EQ(test, omasec_obex_parse_head(r->head, r->head_len, &read, &what), 0U);
	KUNIT_EXPECT_TRUE(test, read.is_dm);
	KUNIT_EXPECT_EQ(test, read.length, 5U);
	KUNIT_EXPECT_EQ(test, read.connection, 7U);
	KUNIT_EXPECT_EQ(test, read.hmac_count, (u16)1);
	KUNIT_EXPECT_TRUE(test, read.hmac.len == 1 && *read.hmac.p == 'v');
}

static struct kunit_case obex_cases[] = {
	KUNIT_CASE_PARAM(obex_packets, obex_gen_params),
	KUNIT_CASE(obex_rewritten),
	{}
};

static struct kunit_suite obex_suite = {
	.name = "omasec_obex",
	.test_cases = obex_cases,
};

kunit_test_suites(&obex_suite);

MODULE_LICENSE("GPL");
