// SPDX-License-Identifier: GPL-2.0
/*
 * The words of libomasec are those of Documentation/netlink/specs/omasec.yaml, in
 * the same order; and a mistyped word leads to the one that was meant.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <omasec.h>

#include "userspace/tool/setting.h"
#include "userspace/tool/words.h"

#ifndef OMASEC_TEST_DATA
#define OMASEC_TEST_DATA "tests"
#endif

static const char *const spec_name[OMASEC_NAMES_COUNT] = {
	[OMASEC_NAMES_REASON] = "reason",
	[OMASEC_NAMES_DIRECTION] = "direction",
	[OMASEC_NAMES_PATH] = "path",
	[OMASEC_NAMES_ROLE] = "role",
	[OMASEC_NAMES_BINDING] = "binding",
	[OMASEC_NAMES_INTEGRITY] = "integrity",
	[OMASEC_NAMES_TRANSPORT] = "transport",
	[OMASEC_NAMES_AUTH_MODE] = "auth-mode",
	[OMASEC_NAMES_OTHER] = "other",
	[OMASEC_NAMES_ON_DENY] = "on-deny",
	[OMASEC_NAMES_HELPER_LOST] = "helper-lost",
	[OMASEC_NAMES_FIRST_CONTACT] = "first-contact",
	[OMASEC_NAMES_CONFIDENTIALITY] = "confidentiality",
	[OMASEC_NAMES_CONTENT_CIPHER] = "content-cipher",
	[OMASEC_NAMES_OBJECT_SIGNATURE] = "object-signature",
	[OMASEC_NAMES_ENCODING] = "encoding",
	[OMASEC_NAMES_APP_CRED] = "app-cred",
	[OMASEC_NAMES_MAC_FORM] = "mac-form",
	[OMASEC_NAMES_MAC_STATE] = "mac-state",
	[OMASEC_NAMES_VERDICT] = "verdict",
	[OMASEC_NAMES_EVENT_KIND] = "event-kind",
	[OMASEC_NAMES_HTTP_KIND] = "http-kind",
	[OMASEC_NAMES_PROTOCOL] = "protocol",
	[OMASEC_NAMES_TLS] = "tls",
	[OMASEC_NAMES_TLS_CHECK] = "tls-check",
	[OMASEC_NAMES_NOTIFICATION_13] = "notification-13",
	[OMASEC_NAMES_NONCE_RESYNC] = "nonce-resync",
	[OMASEC_NAMES_BOOTSTRAP_HTTP] = "bootstrap-http",
	[OMASEC_NAMES_SESSIONLESS] = "sessionless",
	[OMASEC_NAMES_MESSAGE_KIND] = "message-kind",
	[OMASEC_NAMES_BLOB_KIND] = "blob-kind",
	[OMASEC_NAMES_SEC] = "sec",
	[OMASEC_NAMES_USERNETWPIN] = "usernetwpin",
	[OMASEC_NAMES_BOOTSTRAP_UNSECURED] = "bootstrap-unsecured",
	[OMASEC_NAMES_ENCRYPTION_PROFILE] = "encryption-profile",
};

static char *spec;

static int read_spec(void **state)
{
	FILE *f = fopen(OMASEC_TEST_DATA "/../Documentation/netlink/specs/omasec.yaml", "r");
	size_t n;

	(void)state;
	spec = calloc(1, 1 << 20);
	if (!f || !spec)
		return -1;
	n = fread(spec, 1, (1 << 20) - 1, f);
	fclose(f);
	return n ? 0 : -1;
}

static int free_spec(void **state)
{
	(void)state;
	free(spec);
	return 0;
}

/* The entries of an enum in the spec, which writes them as a list or as maps; returns their number. */
static unsigned int spec_entries(const char *name, char out[][64], unsigned int max)
{
	char head[80];
	const char *p, *end;
	unsigned int n = 0;

	snprintf(head, sizeof(head), "    type: enum\n    name: %s\n", name);
	p = strstr(spec, head);
	assert_non_null(p);
	p = strstr(p, "entries:") + strlen("entries:");
	if (strspn(p, " ") && p[strspn(p, " ")] == '[') {
		end = strchr(p, ']');
		p = strchr(p, '[') + 1;
		while (p < end && n < max) {
			/* words that YAML would take for truth values stand in quotes */
			size_t blank = strspn(p, " ,\""), len = strcspn(p + blank, " ,]\"");

			snprintf(out[n++], 64, "%.*s", (int)len, p + blank);
			p += blank + len + strspn(p + blank + len, " \"");
		}
		return n;
	}
	for (p = strchr(p, '\n') + 1; !strncmp(p, "      - { name: ", 16) && n < max; p = strchr(p, '\n') + 1)
		snprintf(out[n++], 64, "%.*s", (int)strcspn(p + 16, ","), p + 16);
	return n;
}

static void words_are_those_of_the_specification(void **state)
{
	static char entry[128][64];
	unsigned int which, i, n;

	(void)state;
	for (which = 0; which < OMASEC_NAMES_COUNT; which++) {
		n = spec_entries(spec_name[which], entry, 128);
		if (omasec_name_count((enum omasec_names)which) != n)
			fail_msg("%s has %u values, the specification %u", spec_name[which],
				 omasec_name_count((enum omasec_names)which), n);
		for (i = 0; i < n; i++) {
			assert_string_equal(omasec_name((enum omasec_names)which, i), entry[i]);
			assert_int_equal(omasec_value((enum omasec_names)which, entry[i]), (int)i);
		}
	}
}

static void values_out_of_range_have_a_word_but_no_value(void **state)
{
	unsigned int which;

	(void)state;
	for (which = 0; which < OMASEC_NAMES_COUNT; which++) {
		enum omasec_names w = (enum omasec_names)which;

		assert_string_equal(omasec_name(w, omasec_name_count(w)), "unknown");
		assert_string_equal(omasec_name(w, UINT32_MAX), "unknown");
		assert_int_equal(omasec_value(w, "unknown"), -EINVAL);
		assert_int_equal(omasec_value(w, ""), -EINVAL);
	}
	assert_int_equal(omasec_name_count(OMASEC_NAMES_COUNT), 0);
}

static void every_reason_has_a_text_and_an_advice(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 1; i < omasec_name_count(OMASEC_NAMES_REASON); i++) {
		assert_true(strlen(omasec_reason_text(i)) > 10);
		assert_true(strlen(omasec_reason_advice(i)) > 10);
		assert_true(omasec_reason_errno(i) > 0);
	}
}

static void a_mistyped_key_leads_to_the_one_that_was_meant(void **state)
{
	static const struct {
		const char *typed, *meant;
	} cases[] = {
		{ "direktion", "direction" }, { "prt", "port" }, { "adress", "address" },
		{ "max-mesage", "max-message" }, { "maxmessage", "max-message" },
		{ "helper_lost", "helper-lost" }, { "dead", "deadline" },
		{ "xyzzy", NULL }, { "", NULL },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = setting_near(&setting_rule, cases[i].typed);

		if (!cases[i].meant != !got || (got && strcmp(got, cases[i].meant)))
			fail_msg("%s did not lead to the key", cases[i].typed);
	}
}

static void the_nearest_of_several_words_wins(void **state)
{
	struct words_near near = { 0 };

	(void)state;
	words_near(&near, "flwo", "floor");
	words_near(&near, "flwo", "flow");
	words_near(&near, "flwo", "flaw");
	assert_string_equal(near.word, "flow");
	near.word = NULL;
	words_near(&near, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "flow");
	assert_null(near.word);
}

/* What a value may be is said in the words that are taken. */
static void the_words_of_a_key_stand_in_its_help(void **state)
{
	const struct setting_set *const sets[] = { &setting_account, &setting_rule };
	unsigned int s, i, v;

	(void)state;
	for (s = 0; s < 2; s++)
		for (i = 0; i < sets[s]->count; i++) {
			const struct setting *k = &sets[s]->setting[i];

			for (v = 0; k->words >= 0 && v < omasec_name_count((enum omasec_names)k->words); v++)
				assert_non_null(strstr(k->expects, omasec_name((enum omasec_names)k->words, v)));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_those_of_the_specification),
		cmocka_unit_test(values_out_of_range_have_a_word_but_no_value),
		cmocka_unit_test(every_reason_has_a_text_and_an_advice),
		cmocka_unit_test(a_mistyped_key_leads_to_the_one_that_was_meant),
		cmocka_unit_test(the_nearest_of_several_words_wins),
		cmocka_unit_test(the_words_of_a_key_stand_in_its_help),
	};

	return cmocka_run_group_tests(tests, read_spec, free_spec);
}
