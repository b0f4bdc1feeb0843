// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/proto/tls.c in the kernel: the vectors of the unit tests, in one piece, octet
 * by octet and in cuts.
 */
#include <kunit/test.h>
#include "tls_drive.h"

static void tls_desc(const struct tls_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tls, tls_vectors, tls_desc);

static void tls_run(struct kunit *test, const struct tls_vector *v, u32 seed,
		    struct omasec_tls_conn *t)
{
	const struct tls_piece *p;

	omasec_tls_init(t, v->min);
	for (p = v->piece; p->octets && !t->reason; p++) {
		size_t len = tls_octets(p->octets, NULL), at = 0, n;
		u8 *octets = kunit_kzalloc(test, len, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, octets);
		tls_octets(p->octets, octets);
		for (; at < len && !t->reason; at += n) {
			n = tls_cut(&seed, len - at);
			omasec_tls_walk(t, tls_side(p), octets + at, n);
		}
		kunit_kfree(test, octets);
	}
}

static void tls_connection(struct kunit *test)
{
	struct omasec_tls_conn *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	const struct tls_vector *v = test->param_value;
	u32 round;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (round = 0; round < 8; round++) {
		tls_run(test, v, round < 2 ? round : round * 2654435761U | 2, t);
		KUNIT_EXPECT_STREQ(test, tls_judge(v, t) ?: "", "");
	}
}

static struct kunit_case tls_cases[] = {
	KUNIT_CASE_PARAM(tls_connection, tls_gen_params),
	{}
};

static struct kunit_suite tls_suite = {
	.name = "omasec_tls",
	.test_cases = tls_cases,
};

kunit_test_suites(&tls_suite);

MODULE_LICENSE("GPL");
