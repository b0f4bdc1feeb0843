// SPDX-License-Identifier: GPL-2.0
/*
 * The report: what is found for a rule, the document, and the page made of it.
 */
#include <stdlib.h>
#include <string.h>

#include "cmocka_table.h"

#include <tool/report.h>

static struct report_finding found[REPORT_CLAUSE_MAX];

static const struct report_finding *of(const char *id)
{
	unsigned int i;

	for (i = 0; i < report_clause_count; i++)
		if (!strcmp(report_clauses[i].id, id))
			return &found[i];
	fail_msg("no clause %s", id);
	return NULL;
}

static struct omasec_rule rule(uint8_t integrity, uint8_t transport, uint8_t mode)
{
	struct omasec_rule r;

	omasec_rule_init(&r);
	strcpy(r.name, "r<1>");
	strcpy(r.account, "a");
	r.integrity = integrity;
	r.transport = transport;
	r.auth_mode = mode;
	return r;
}

static const struct omasec_account good = {
	.name = "a", .server_id = "\"id\" & co", .client = { .key = 7 }, .server = { .key = 8 },
};

static void clauses_are_judged(void **state)
{
	enum { N = OMASEC_INTEGRITY_NONE, H = OMASEC_INTEGRITY_HMAC, C = OMASEC_INTEGRITY_ON_CHALLENGE,
	       S = OMASEC_INTEGRITY_SIGNATURE };
	enum { P = OMASEC_TRANSPORT_PLAIN, A = OMASEC_TRANSPORT_AUTHENTICATED };
	static const struct {
		uint8_t integrity, transport, mode;
		const char *clause;
		enum report_state state;
	} rows[] = {
		{ H, P, 0, "neutral-integrity", REPORT_MET },
		{ H, P, 0, "hmac-or-signature", REPORT_MET },
		{ H, P, 0, "hmac-nonces", REPORT_MET },
		{ H, P, OMASEC_AUTH_MODE_STATIC, "hmac-nonces", REPORT_NOT_MET },
		{ H, P, 0, "one-protection", REPORT_MET },
		{ H, P, 0, "transport-authentication", REPORT_NOT_APPLICABLE },
		{ H, P, 0, "hmac-over-secure-transport", REPORT_NOT_APPLICABLE },
		{ H, P, 0, "neutral-confidentiality", REPORT_NOT_MET },
		{ S, P, 0, "neutral-integrity", REPORT_MET },
		{ S, P, 0, "hmac-or-signature", REPORT_MET },
		{ S, P, 0, "hmac-nonces", REPORT_MET },
		{ S, P, 0, "one-protection", REPORT_MET },
		{ S, A, 0, "neutral-integrity", REPORT_MET },
		{ S, A, 0, "hmac-over-secure-transport", REPORT_NOT_APPLICABLE },
		{ N, P, 0, "neutral-integrity", REPORT_NOT_MET },
		{ N, P, 0, "hmac-or-signature", REPORT_NOT_MET },
		{ N, P, 0, "one-protection", REPORT_NOT_MET },
		{ N, A, 0, "neutral-integrity", REPORT_NOT_APPLICABLE },
		{ N, A, 0, "one-protection", REPORT_NOT_APPLICABLE },
		{ C, A, 0, "transport-authentication", REPORT_MET },
		{ C, A, 0, "hmac-over-secure-transport", REPORT_MET },
		{ C, A, 0, "neutral-integrity", REPORT_NOT_APPLICABLE },
	};
	struct omasec_rule r;
	unsigned int i, c;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = rule(rows[i].integrity, rows[i].transport, rows[i].mode);
		memset(found, 0xff, sizeof(found));
		report_rule(&r, &good, found);
		if (of(rows[i].clause)->state != rows[i].state)
			fail_msg("row %u: %s is %s", i, rows[i].clause,
				 report_state_name(of(rows[i].clause)->state));
		/* None is forgotten, each says why. */
		for (c = 0; c < report_clause_count; c++) {
			assert_true((unsigned int)found[c].state < REPORT_STATES);
			assert_true(found[c].why[0] && memchr(found[c].why, 0, sizeof(found[c].why)));
		}
	}
}

static void encryption_counts(void **state)
{
	static const struct { uint8_t hidden; const char *clause; enum report_state state; } rows[] = {
		{ OMASEC_CONFIDENTIALITY_NONE, "xml-encryption", REPORT_NOT_APPLICABLE },
		{ OMASEC_CONFIDENTIALITY_NONE, "encrypted-objects", REPORT_NOT_APPLICABLE },
		{ OMASEC_CONFIDENTIALITY_MESSAGE, "neutral-confidentiality", REPORT_MET },
		{ OMASEC_CONFIDENTIALITY_MESSAGE, "xml-encryption", REPORT_MET },
		{ OMASEC_CONFIDENTIALITY_MESSAGE, "encrypted-objects", REPORT_NOT_APPLICABLE },
		{ OMASEC_CONFIDENTIALITY_WHOLE, "neutral-confidentiality", REPORT_MET },
		{ OMASEC_CONFIDENTIALITY_WHOLE, "xml-encryption", REPORT_MET },
		{ OMASEC_CONFIDENTIALITY_WHOLE, "encrypted-objects", REPORT_NOT_APPLICABLE },
		{ OMASEC_CONFIDENTIALITY_OBJECTS, "neutral-confidentiality", REPORT_MET },
		{ OMASEC_CONFIDENTIALITY_OBJECTS, "xml-encryption", REPORT_MET },
		{ OMASEC_CONFIDENTIALITY_OBJECTS, "encrypted-objects", REPORT_MET },
	};
	struct omasec_rule r = rule(OMASEC_INTEGRITY_HMAC, OMASEC_TRANSPORT_PLAIN, 0);
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.confidentiality = rows[i].hidden;
		report_rule(&r, &good, found);
		if (of(rows[i].clause)->state != rows[i].state)
			fail_msg("row %u: %s is %s", i, rows[i].clause,
				 report_state_name(of(rows[i].clause)->state));
	}
}

static void tls_counts(void **state)
{
	static const struct { uint8_t integrity, tls; const char *clause; enum report_state state; } rows[] = {
		{ OMASEC_INTEGRITY_NONE, OMASEC_TLS_REQUIRE, "transport-authentication", REPORT_MET },
		{ OMASEC_INTEGRITY_NONE, OMASEC_TLS_REQUIRE, "transport-confidentiality", REPORT_MET },
		{ OMASEC_INTEGRITY_NONE, OMASEC_TLS_REQUIRE, "neutral-integrity", REPORT_NOT_APPLICABLE },
		{ OMASEC_INTEGRITY_NONE, OMASEC_TLS_REQUIRE, "one-protection", REPORT_NOT_APPLICABLE },
		{ OMASEC_INTEGRITY_NONE, OMASEC_TLS_REQUIRE, "secure-binding", REPORT_MET },
		{ OMASEC_INTEGRITY_HMAC, OMASEC_TLS_ALLOW, "transport-authentication", REPORT_MET },
		{ OMASEC_INTEGRITY_HMAC, OMASEC_TLS_ALLOW, "neutral-integrity", REPORT_MET },
		{ OMASEC_INTEGRITY_HMAC, OMASEC_TLS_ALLOW, "neutral-confidentiality", REPORT_NOT_MET },
		{ OMASEC_INTEGRITY_NONE, OMASEC_TLS_ALLOW, "one-protection", REPORT_NOT_MET },
	};
	struct omasec_rule r;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = rule(rows[i].integrity, OMASEC_TRANSPORT_PLAIN, 0);
		r.tls = rows[i].tls;
		report_rule(&r, &good, found);
		if (of(rows[i].clause)->state != rows[i].state)
			fail_msg("row %u: %s is %s", i, rows[i].clause,
				 report_state_name(of(rows[i].clause)->state));
	}
}

static void keys_that_fail_are_told(void **state)
{
	struct omasec_account a = good;
	struct omasec_rule r = rule(OMASEC_INTEGRITY_HMAC, OMASEC_TRANSPORT_PLAIN, 0);

	(void)state;
	a.server.key_state = 128;
	report_rule(&r, &a, found);
	assert_int_equal(of("hmac-or-signature")->state, REPORT_NOT_MET);
	assert_non_null(strstr(of("hmac-or-signature")->why, "server credential"));
	a.client.key = 0;
	report_rule(&r, &a, found);
	assert_non_null(strstr(of("hmac-or-signature")->why, "client credential"));
	r.account[0] = 0;
	report_rule(&r, NULL, found);
	assert_int_equal(of("hmac-or-signature")->state, REPORT_MET);
}

static void bootstrap_that_nothing_secures_is_told(void **state)
{
	struct omasec_account a = good;
	struct omasec_rule r = rule(OMASEC_INTEGRITY_HMAC, OMASEC_TRANSPORT_PLAIN, 0);

	(void)state;
	r.bootstrap = OMASEC_BOOTSTRAP_HTTP_FETCH;
	report_rule(&r, &a, found);
	assert_int_equal(of("neutral-integrity")->state, REPORT_MET);
	assert_non_null(strstr(of("neutral-integrity")->why, "fetched"));
	a.bootstrap_unsecured = OMASEC_BOOTSTRAP_UNSECURED_ACCEPT;
	report_rule(&r, &a, found);
	assert_int_equal(of("neutral-integrity")->state, REPORT_NOT_MET);
	r.bootstrap = OMASEC_BOOTSTRAP_HTTP_REFUSE;
	report_rule(&r, &a, found);
	assert_int_equal(of("neutral-integrity")->state, REPORT_MET);
	/* None that is unsecured leaves a server. */
	r.bootstrap = OMASEC_BOOTSTRAP_HTTP_CHECK;
	r.role = OMASEC_ROLE_SERVER;
	report_rule(&r, &a, found);
	assert_int_equal(of("neutral-integrity")->state, REPORT_MET);
	r.role = OMASEC_ROLE_CLIENT;
	r.protocol = OMASEC_PROTOCOL_UDP;
	report_rule(&r, &a, found);
	assert_int_equal(of("neutral-integrity")->state, REPORT_NOT_MET);
}

static void sessionless_is_judged(void **state)
{
	struct omasec_account a = good;
	struct omasec_rule r = rule(OMASEC_INTEGRITY_HMAC, OMASEC_TRANSPORT_PLAIN, 0);

	(void)state;
	r.direction = OMASEC_DIRECTION_IN;
	report_rule(&r, &a, found);
	assert_int_equal(of("sessionless")->state, REPORT_NOT_APPLICABLE);
	r.sessionless = OMASEC_SESSIONLESS_ACCEPT;
	report_rule(&r, &a, found);
	assert_int_equal(of("sessionless")->state, REPORT_MET);
	assert_non_null(strstr(of("sessionless")->why, "no nonce"));
	a.client.agreed.known = true;
	a.client.agreed_used = 17;
	report_rule(&r, &a, found);
	assert_non_null(strstr(of("sessionless")->why, "17 of 256"));
	r.protocol = OMASEC_PROTOCOL_UDP;
	report_rule(&r, &a, found);
	assert_non_null(strstr(of("sessionless")->why, "no nonce"));
}

static void datagrams_are_judged(void **state)
{
	struct omasec_account a = good;
	struct omasec_rule r = rule(OMASEC_INTEGRITY_HMAC, OMASEC_TRANSPORT_PLAIN, 0);
	unsigned int c;

	(void)state;
	r.protocol = OMASEC_PROTOCOL_UDP;
	r.tls = OMASEC_TLS_ALLOW;
	memset(found, 0xff, sizeof(found));
	report_rule(&r, &a, found);
	for (c = 0; c < report_clause_count; c++)
		assert_true((unsigned int)found[c].state < REPORT_STATES && found[c].why[0]);
	assert_int_equal(of("neutral-integrity")->state, REPORT_MET);
	assert_int_equal(of("hmac-or-signature")->state, REPORT_MET);
	assert_int_equal(of("transport-authentication")->state, REPORT_MET);
	assert_int_equal(of("acl")->state, REPORT_NOT_APPLICABLE);
	r.tls = OMASEC_TLS_FORBID;
	r.notification_13 = OMASEC_NOTIFICATION_13_PASS;
	a.server.key_state = 126;
	report_rule(&r, &a, found);
	assert_int_equal(of("neutral-integrity")->state, REPORT_NOT_MET);
	assert_int_equal(of("hmac-or-signature")->state, REPORT_NOT_MET);
	assert_int_equal(of("transport-authentication")->state, REPORT_NOT_MET);
}

static json_t *document(void)
{
	static const struct omasec_status st = { .version = "1.0", .generation = 3 };
	struct omasec_counter c = { .name = "mac-wrong", .value = 5, .refusal = true,
				    .reason = OMASEC_REASON_MAC_WRONG };
	struct omasec_rule r = rule(OMASEC_INTEGRITY_HMAC, OMASEC_TRANSPORT_PLAIN,
				    OMASEC_AUTH_MODE_STATIC);
	json_t *doc = report_doc_new(&st);

	assert_non_null(doc);
	r.id = 1;
	r.seen.rx_mac = 30;
	r.seen.refused = 5;
	assert_int_equal(report_doc_account(doc, &good), 0);
	assert_int_equal(report_doc_rule(doc, &r, &good), 0);
	assert_int_equal(report_doc_counter(doc, &c), 0);
	c.value = 0;
	assert_int_equal(report_doc_counter(doc, &c), 0);
	assert_int_equal(report_doc_end(doc), 0);
	return doc;
}

static void document_sums_up(void **state)
{
	json_t *doc = document(), *sum = json_object_get(doc, "summary");
	json_int_t all = 0;
	int s;

	(void)state;
	for (s = 0; s < REPORT_STATES; s++)
		all += json_integer_value(json_object_get(sum, report_state_name((enum report_state)s)));
	assert_int_equal(all, report_clause_count);
	assert_int_equal(json_integer_value(json_object_get(sum, "must not met")), 1);
	assert_int_equal(json_array_size(json_object_get(doc, "refusals")), 1);
	json_decref(doc);
}

static void page_is_whole_and_escaped(void **state)
{
	json_t *doc = document();
	char *page = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&page, &len);

	(void)state;
	assert_non_null(f);
	assert_int_equal(report_html(f, doc), 0);
	fclose(f);
	assert_non_null(strstr(page, "</html>"));
	assert_non_null(strstr(page, "Rule r&lt;1&gt; (1)"));
	assert_non_null(strstr(page, "&quot;id&quot; &amp; co"));
	assert_non_null(strstr(page, "with MAC 30"));
	assert_non_null(strstr(page, "mac-wrong"));
	assert_null(strstr(page, "r<1>"));
	/* Nothing from elsewhere. */
	assert_null(strstr(page, "http://"));
	assert_null(strstr(page, "https://"));
	assert_null(strstr(page, "<script"));
	free(page);
	json_decref(doc);
}

static void full_disk_is_told(void **state)
{
	json_t *doc = document();
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	assert_true(report_html(f, doc) < 0);
	fclose(f);
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clauses_are_judged),
		cmocka_unit_test(tls_counts),
		cmocka_unit_test(encryption_counts),
		cmocka_unit_test(keys_that_fail_are_told),
		cmocka_unit_test(bootstrap_that_nothing_secures_is_told),
		cmocka_unit_test(sessionless_is_judged),
		cmocka_unit_test(datagrams_are_judged),
		cmocka_unit_test(document_sums_up),
		cmocka_unit_test(page_is_whole_and_escaped),
		cmocka_unit_test(full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
