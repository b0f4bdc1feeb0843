// SPDX-License-Identifier: GPL-2.0
/* kmod/proto/wtp.c and wsp_session.c in the kernel: the vectors of the unit tests. */
#include <kunit/test.h>
#include "wtp_vectors.h"

static void read_desc(const struct wtp_read *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(read, wtp_reads, read_desc);

static void bad_desc(const struct wtp_bad *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad, wtp_bads, bad_desc);

static void session_desc(const struct wtp_session *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(session, wtp_sessions, session_desc);

static void wtp_read(struct kunit *test)
{
	const struct wtp_read *v = test->param_value;
	const char *writes = v->writes ? v->writes : v->wire;
	struct omasec_wtp_pdu p;
	u8 out[OMASEC_WTP_HEAD_MAX];
	size_t n;

	KUNIT_ASSERT_EQ(test, omasec_wtp_parse(v->wire, v->len, &p), 0U);
	KUNIT_EXPECT_EQ(test, p.type, v->is.type);
	KUNIT_EXPECT_EQ(test, p.tid, v->is.tid);
	KUNIT_EXPECT_EQ(test, p.psn, v->is.psn);
	KUNIT_EXPECT_EQ(test, p.answers, v->is.answers);
	KUNIT_ASSERT_EQ(test, p.data.len, strlen(v->data));
	KUNIT_EXPECT_EQ(test, memcmp(p.data.p, v->data, p.data.len), 0);
	n = omasec_wtp_head(&p, out);
	KUNIT_EXPECT_EQ(test, memcmp(out, writes, n), 0);
}

static void wtp_bad(struct kunit *test)
{
	const struct wtp_bad *v = test->param_value;
	struct omasec_wtp_pdu p;

	KUNIT_ASSERT_EQ(test, omasec_wtp_parse(v->wire, v->len, &p),
			(unsigned int)OMASEC_REASON_WTP_SYNTAX);
	KUNIT_EXPECT_NOT_NULL(test, strstr(p.what, v->what));
}

static void wtp_session(struct kunit *test)
{
	const struct wtp_session *v = test->param_value;
	u8 *copy = kunit_kzalloc(test, v->len, GFP_KERNEL);
	struct omasec_wsp_session s;
	unsigned int reason;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, v->wire, v->len);
	reason = omasec_wsp_session_take(copy, v->len, &s);
	KUNIT_ASSERT_EQ(test, reason, v->what ? (unsigned int)OMASEC_REASON_WSP_SYNTAX : 0U);
	if (v->what)
		KUNIT_EXPECT_NOT_NULL(test, strstr(s.what, v->what));
	else
		KUNIT_EXPECT_EQ(test, memcmp(copy, v->becomes ? v->becomes : v->wire, v->len), 0);
}

static struct kunit_case wtp_cases[] = {
	KUNIT_CASE_PARAM(wtp_read, read_gen_params),
	KUNIT_CASE_PARAM(wtp_bad, bad_gen_params),
	KUNIT_CASE_PARAM(wtp_session, session_gen_params),
	{}
};

static struct kunit_suite wtp_suite = {
	.name = "omasec_wtp",
	.test_cases = wtp_cases,
};

kunit_test_suites(&wtp_suite);
