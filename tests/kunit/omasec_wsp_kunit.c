// SPDX-License-Identifier: GPL-2.0
/* kmod/proto/wsp_pdu.c in the kernel: the vectors of the unit tests. */
#include <kunit/test.h>
#include "wsp_vectors.h"

static void pdu_desc(const struct pdu_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pdu, pdu_vectors, pdu_desc);

static void secured_desc(const struct secured_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(secured, pdu_secured_vectors, secured_desc);

static bool slice_is(struct omasec_slice s, const char *text)
{
	return text ? s.len == strlen(text) && !memcmp(s.p, text, s.len) : !s.len;
}

static void wsp_pdu(struct kunit *test)
{
	const struct pdu_vector *v = test->param_value;
	struct omasec_wsp_pdu p;
	unsigned int reason = omasec_wsp_pdu_parse(v->wire, v->len, &p);
	char out[128];

	KUNIT_ASSERT_EQ(test, reason, v->what ? (unsigned int)OMASEC_REASON_WSP_SYNTAX : 0U);
	if (v->what) {
		KUNIT_EXPECT_NOT_NULL(test, strstr(p.what, v->what));
		return;
	}
	KUNIT_EXPECT_EQ(test, p.method, v->method);
	KUNIT_EXPECT_EQ(test, p.is_dm, v->is_dm);
	KUNIT_EXPECT_EQ(test, p.harmless, v->harmless);
	KUNIT_EXPECT_EQ(test, p.encoded, v->encoded);
	KUNIT_EXPECT_EQ(test, p.hmac_count, v->hmac_count);
	KUNIT_EXPECT_TRUE(test, slice_is(p.content_type, v->type));
	KUNIT_EXPECT_TRUE(test, slice_is(p.uri, v->uri));
	KUNIT_EXPECT_TRUE(test, slice_is(p.hmac, v->hmac));
	KUNIT_EXPECT_TRUE(test, slice_is(p.data, v->data));
	if (!v->edited)
		return;
	KUNIT_ASSERT_EQ(test, omasec_wsp_pdu_edit(&p, &v->edit, (u8 *)out, sizeof(out)),
			(ssize_t)v->edited_len);
	KUNIT_EXPECT_EQ(test, memcmp(out, v->edited, v->edited_len), 0);
}

static void wsp_secured(struct kunit *test)
{
	const struct secured_vector *v = test->param_value;

	KUNIT_EXPECT_EQ(test, omasec_wsp_pdu_is_secured(v->wire, v->len), v->secured);
}

static struct kunit_case wsp_cases[] = {
	KUNIT_CASE_PARAM(wsp_pdu, pdu_gen_params),
	KUNIT_CASE_PARAM(wsp_secured, secured_gen_params),
	{}
};

static struct kunit_suite wsp_suite = {
	.name = "omasec_wsp",
	.test_cases = wsp_cases,
};

kunit_test_suites(&wsp_suite);
