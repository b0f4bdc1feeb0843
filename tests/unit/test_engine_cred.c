// SPDX-License-Identifier: GPL-2.0
/*
 * integrity = signature: an engine and a peer that knows nothing but the standard, a Cred
 * of auth-md5 in each message, with the nonce of the last Chal. What its signature says was
 * said before.
 */
#include "engine_peer.h"

static void as(uint8_t role)
{
	peer_auth = DM_AUTH_MD5;
	if (role == OMASEC_ROLE_CLIENT)
		as_client();
	else
		as_server();
	h.rule_account = true;
	h.integrity = OMASEC_INTEGRITY_SIGNATURE;
}

/* A message with a Cred of another kind. */
static void other_cred(struct sim_msg *m, uint8_t type)
{
	m->facts.has_cred = 1;
	m->facts.cred_type = type;
}

static void a_server_of_the_standard(void **state)
{
	struct omasec_nonce n;

	(void)state;
	as(OMASEC_ROLE_CLIENT);
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c0");

	peer(&down, 1, 1, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].code, 200);
	assert_int_equal(msg.facts.status[0].has_chal, 0);
	assert_true(h.d.edits.remove_cred);

	client_next(2);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c1");
	assert_int_equal(up.facts.status_count, 1);
	assert_int_equal(up.facts.status[0].code, 200);
	n = issued(&up);

	/* It takes ours for the session, which the application has not asked for. */
	peer(&down, 2, 2, 212, NULL);
	play_command(&down.facts, DM_CMD_GET);
	sign(&down, &n);
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].code, 200);
	host_done(&h);
}

static void its_challenge_is_answered_once(void **state)
{
	struct omasec_nonce n;
	unsigned int right;

	(void)state;
	for (right = 0; right < 2; right++) {
		as(OMASEC_ROLE_CLIENT);
		client_first(false);
		assert_true(host_tx(&h, 1, &app, &up));
		peer(&down, 1, 1, 401, "c1");
		sign_text(&down, right ? "s0" : "stale");
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
		assert_int_equal(h.d.body, ENGINE_REPEAT);
		used(&msg, "c1");
		assert_int_equal(msg.facts.status[0].code, right ? 200 : 401);
		n = issued(&msg);
		peer(&down, 2, 2, 401, "c2");
		sign(&down, &n);
		rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
		assert_non_null(strstr(h.d.detail, "Cred"));
		host_done(&h);
	}
}

/* What asks for a MAC asks for something else; a nonce in it is none of ours. */
static void a_challenge_of_auth_mac_is_none(void **state)
{
	(void)state;
	as(OMASEC_ROLE_CLIENT);
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 401, NULL);
	play_chal(&down.facts.status[0], DM_AUTH_MAC, "c1");
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].chal_type, DM_AUTH_MAC);
	sim_nonce(&down.mac.nonce, "c1");
	assert_false(nonce_equal(&host_account(&h)->nonce[ACCOUNT_CLIENT], &down.mac.nonce));
	host_done(&h);
}

static void a_client_without_cred_is_challenged(void **state)
{
	static const struct { uint8_t type; bool replayed; uint16_t code; uint32_t reason; } rows[] = {
		{ DM_AUTH_NONE, false, 407, OMASEC_REASON_CRED_MISSING },
		{ DM_AUTH_BASIC, false, 407, OMASEC_REASON_CRED_MISSING },
		{ DM_AUTH_MD5, false, 401, OMASEC_REASON_CRED_WRONG },
		{ DM_AUTH_MD5, true, 401, OMASEC_REASON_CRED_REPLAYED },
	};
	struct omasec_nonce n;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		as(OMASEC_ROLE_SERVER);
		if (rows[i].replayed)
			sim_nonce(&h.kernel[ACCOUNT_CLIENT].prev, "before");
		peer(&up, 1, 0, 0, NULL);
		play_command(&up.facts, DM_CMD_ALERT);
		if (rows[i].type == DM_AUTH_MD5)
			sign_text(&up, rows[i].replayed ? "before" : "wrong");
		else if (rows[i].type)
			other_cred(&up, rows[i].type);
		challenged(host_rx(&h, 1, &up, &msg), rows[i].code);
		assert_true(h.d.challenge.md5);
		used(&msg, "s0");
		n = issued(&msg);

		peer(&up, 2, 1, 401, "s1");
		play_command(&up.facts, DM_CMD_ALERT);
		sign(&up, &n);
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		server_next(2, 2, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		used(&down, "s1");
		assert_false(nonce_equal(&n, &h.d.expect_nonce));

		/* The same message again: its nonce has served. */
		assert_int_equal(host_rx(&h, 2, &up, &msg), OMASEC_VERDICT_RESPOND);
		host_done(&h);
	}
}

static void failing_again_ends_it(void **state)
{
	unsigned int i;

	(void)state;
	as(OMASEC_ROLE_SERVER);
	for (i = 0; i < 2; i++) {
		peer(&up, 1 + i, 0, 0, NULL);
		play_command(&up.facts, DM_CMD_ALERT);
		other_cred(&up, DM_AUTH_BASIC);
		if (!i)
			challenged(host_rx(&h, 1, &up, &msg), 407);
	}
	rejected(host_rx(&h, 1, &up, &msg), OMASEC_REASON_AUTH_TYPE);
	host_done(&h);

	as(OMASEC_ROLE_CLIENT);
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "other");
	challenged(host_rx(&h, 1, &down, &msg), 401);
	peer(&down, 2, 2, 200, "c2");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "other");
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	assert_non_null(strstr(h.d.detail, "cred-wrong"));
	host_done(&h);
}

static void reasons_are_those_of_a_cred(void **state)
{
	static const struct { uint8_t state; uint32_t reason; } rows[] = {
		{ OMASEC_MAC_STATE_MISSING, OMASEC_REASON_CRED_MISSING },
		{ OMASEC_MAC_STATE_WRONG, OMASEC_REASON_CRED_WRONG },
		{ OMASEC_MAC_STATE_REPLAYED, OMASEC_REASON_CRED_REPLAYED },
	};
	const struct engine_in in = { .auth = DM_AUTH_MD5 }, mac = { .auth = DM_AUTH_MAC };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(engine_mac_reason(&in, rows[i].state), rows[i].reason);
		assert_int_not_equal(engine_mac_reason(&mac, rows[i].state), rows[i].reason);
	}
}

/* There is room for one Cred. */
static void a_cred_of_the_application_has_no_place(void **state)
{
	(void)state;
	as(OMASEC_ROLE_CLIENT);
	client_first(true);
	assert_false(host_tx(&h, 1, &app, &up));
	rejected(h.d.verdict, OMASEC_REASON_CRED_TAKEN);

	h.app_cred = OMASEC_APP_CRED_STRIP;
	assert_true(host_tx(&h, 1, &app, &up));
	assert_true(h.d.edits.remove_cred);
	used(&up, "c0");
	peer(&down, 1, 1, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].code, 212);
	host_done(&h);
}

/* The module was not asked. */
static void unchecked_is_refused(void **state)
{
	struct omasec_message m;

	(void)state;
	as(OMASEC_ROLE_SERVER);
	peer(&up, 1, 0, 0, NULL);
	host_message(&h, &m, OMASEC_PATH_RX, 1);
	strcpy(m.account, "acct");
	m.mac_state = OMASEC_MAC_STATE_UNCHECKED;
	engine_decide(&h.e, &m, &up.facts, &up.facts, 0, &h.d);
	rejected(h.d.verdict, OMASEC_REASON_KEY_MISSING);
	host_done(&h);
}

static void first_contact_without(void **state)
{
	(void)state;
	as(OMASEC_ROLE_CLIENT);
	h.first_contact = OMASEC_FIRST_CONTACT_CHALLENGE;
	memset(&host_account(&h)->nonce[ACCOUNT_CLIENT], 0, sizeof(struct omasec_nonce));
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	assert_false(up.mac.present);
	peer(&down, 1, 1, 407, "c1");
	play_status(&down.facts, 1, 1, DM_CMD_ALERT, 407);
	sign_text(&down, "stale");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	used(&msg, "c1");
	issued(&msg);
	host_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_of_the_standard),
		cmocka_unit_test(its_challenge_is_answered_once),
		cmocka_unit_test(a_challenge_of_auth_mac_is_none),
		cmocka_unit_test(a_client_without_cred_is_challenged),
		cmocka_unit_test(failing_again_ends_it),
		cmocka_unit_test(reasons_are_those_of_a_cred),
		cmocka_unit_test(a_cred_of_the_application_has_no_place),
		cmocka_unit_test(unchecked_is_refused),
		cmocka_unit_test(first_contact_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
