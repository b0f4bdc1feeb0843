// SPDX-License-Identifier: GPL-2.0
/*
 * Client role: an engine against native servers, right and wrong ones.
 */
#include "engine_peer.h"

/* ---- client role, native server ---- */

static void native_server_session(void **state)
{
	struct omasec_nonce n1, n2;

	(void)state;
	as_client();
	client_first(true);
	assert_true(host_tx(&h, 1, &app, &up));
	assert_int_equal(h.d.body, ENGINE_KEEP);	/* the first package stays as it is */
	used(&up, "c0");

	peer(&down, 1, 1, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].code, 212);	/* its Cred was accepted */
	assert_int_equal(h.e.sessions.held, 0);	/* answered */
	assert_int_equal(msg.facts.status[0].has_chal, 0);

	client_next(2);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c1");
	assert_int_equal(up.facts.status_count, 1);
	assert_int_equal(up.facts.status[0].code, 200);
	n1 = issued(&up);

	peer(&down, 2, 2, 200, "c2");
	play_command(&down.facts, DM_CMD_GET);
	sign(&down, &n1);
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].code, 200);	/* no Cred in that one */

	client_next(3);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c2");
	n2 = issued(&up);
	assert_false(nonce_equal(&n1, &n2));
	host_done(&h);
}

static void native_server_challenges_once(void **state)
{
	static const struct { uint16_t code; bool mac, right; uint16_t answer; } rows[] = {
		{ 407, false, false, 407 }, { 401, false, false, 407 },
		{ 401, true, false, 401 }, { 401, true, true, 200 }, { 407, true, true, 200 },
	};
	struct omasec_nonce n;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		as_client();
		client_first(false);
		assert_true(host_tx(&h, 1, &app, &up));
		peer(&down, 1, 1, rows[i].code, "c1");
		play_status(&down.facts, 1, 1, DM_CMD_ALERT, rows[i].code);
		play_status(&down.facts, 1, 2, DM_CMD_REPLACE, rows[i].code);
		if (rows[i].mac)
			sign_text(&down, rows[i].right ? "s0" : "stale");
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
		assert_int_equal(h.d.body, ENGINE_REPEAT);
		used(&msg, "c1");
		assert_int_equal(msg.facts.msg_id, 2);
		assert_int_equal(msg.facts.command_count, 2);
		assert_int_equal(msg.facts.status[0].msg_ref, 1);
		assert_int_equal(msg.facts.status[0].code, rows[i].answer);
		n = issued(&msg);

		peer(&down, 2, 2, 200, "c2");
		play_command(&down.facts, DM_CMD_GET);
		sign(&down, &n);
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
		/* The application has sent one message and gets one. */
		assert_int_equal(msg.facts.msg_id, 1);
		assert_int_equal(msg.facts.status[0].msg_ref, 1);
		client_next(2);
		assert_true(host_tx(&h, 1, &app, &up));
		used(&up, "c2");
		assert_int_equal(up.facts.msg_id, 3);
		assert_int_equal(up.facts.status[0].msg_ref, 2);
		host_done(&h);
	}
}

static void second_challenge_is_refused(void **state)
{
	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 401, "c1");
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	peer(&down, 2, 2, 401, "c2");
	sign(&down, &h.d.expect_nonce);
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	assert_non_null(strstr(h.d.detail, "also with its own nonce"));
	host_done(&h);
}

/* 401 without a challenge for the repetition: our credential is wrong, and the device says so. */
static void refusal_of_the_repetition_is_told(void **state)
{
	static const struct { bool again, command, chal; uint8_t verdict; } rows[] = {
		{ true, false, false, OMASEC_VERDICT_REJECT },
		/* What is the application's business is delivered. */
		{ false, false, false, OMASEC_VERDICT_ACCEPT },
		{ true, true, false, OMASEC_VERDICT_ACCEPT },
		{ true, false, true, OMASEC_VERDICT_ACCEPT },
	};
	struct omasec_nonce n;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		as_client();
		client_first(false);
		assert_true(host_tx(&h, 1, &app, &up));
		sim_nonce(&n, "s0");
		if (rows[i].again) {
			peer(&down, 1, 1, 401, "c1");
			sign(&down, &n);
			assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
			n = issued(&msg);
		}
		peer(&down, rows[i].again + 1, rows[i].again + 1, 401, NULL);
		if (rows[i].chal)
			play_chal(&down.facts.status[0], DM_AUTH_MD5, "app");
		if (rows[i].command)
			play_command(&down.facts, DM_CMD_GET);
		sign(&down, &n);
		assert_int_equal(host_rx(&h, 1, &down, &msg), rows[i].verdict);
		if (rows[i].verdict == OMASEC_VERDICT_REJECT) {
			rejected(h.d.verdict, OMASEC_REASON_AUTH_FAILED);
			assert_non_null(strstr(h.d.detail, "for good"));
		}
		host_done(&h);
	}
}

/* Somebody on the path made the server answer an older request once more. */
static void answer_to_an_older_message_is_not_delivered(void **state)
{
	struct omasec_nonce n;

	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	client_next(2);
	assert_true(host_tx(&h, 1, &app, &up));
	n = issued(&up);
	peer(&down, 2, 1, 200, "c2");
	play_command(&down.facts, DM_CMD_GET);
	sign(&down, &n);
	/* It did not get our last message: once more, with the nonce in this answer. */
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	assert_int_equal(h.d.body, ENGINE_REPEAT);
	used(&msg, "c2");
	assert_int_equal(msg.facts.msg_id, 3);
	assert_int_equal(msg.facts.status[0].msg_ref, 2);
	assert_int_equal(msg.facts.status[0].code, 200);
	n = issued(&msg);
	peer(&down, 3, 1, 200, "c3");
	play_command(&down.facts, DM_CMD_GET);
	sign(&down, &n);
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	assert_non_null(strstr(h.d.detail, "earlier one"));
	host_done(&h);
}

/* The repetition is the message as it was, with what was changed in it the first time. */
static void repetition_in_mid_session_is_mapped_and_stripped(void **state)
{
	struct omasec_nonce n;

	(void)state;
	as_client();
	h.app_cred = OMASEC_APP_CRED_STRIP;
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 401, "c1");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	n = issued(&msg);
	peer(&down, 2, 2, 200, "c2");
	play_command(&down.facts, DM_CMD_GET);
	sign(&down, &n);
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(h.e.sessions.held, 0);
	client_next(2);
	app.has_cred = 1;
	app.cred_type = DM_AUTH_BASIC;
	assert_true(host_tx(&h, 1, &app, &up));
	assert_int_equal(up.facts.has_cred, 0);
	n = issued(&up);
	peer(&down, 3, 3, 401, "c3");
	sign(&down, &n);
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	assert_int_equal(msg.facts.msg_id, 4);
	assert_int_equal(msg.facts.has_cred, 0);
	assert_int_equal(msg.facts.status_count, 2);
	assert_int_equal(msg.facts.status[0].msg_ref, 3);
	assert_int_equal(msg.facts.status[1].msg_ref, 2);
	host_done(&h);
}

static void challenge_of_another_message_is_refused(void **state)
{
	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 7, 401, "c1");
	sign_text(&down, "s0");
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	host_done(&h);
}

static void nonce_of_unproved_server_is_not_kept(void **state)
{
	struct omasec_nonce c0;

	(void)state;
	as_client();
	sim_nonce(&c0, "c0");
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 401, "of whoever");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	used(&msg, "of whoever");
	assert_true(nonce_equal(&host_account(&h)->nonce[ACCOUNT_CLIENT], &c0));
	/* The connection broke; the application begins again, and so does the nonce. */
	client_first(false);
	assert_true(host_tx(&h, 2, &app, &up));
	used(&up, "of whoever");
	assert_int_equal(h.d.body, ENGINE_KEEP);
	host_done(&h);
}

static void server_content_without_mac_is_challenged(void **state)
{
	struct omasec_nonce n;
	unsigned int wrong;

	(void)state;
	for (wrong = 0; wrong < 2; wrong++) {
		as_client();
		client_first(true);
		assert_true(host_tx(&h, 1, &app, &up));
		peer(&down, 1, 1, 200, "c1");
		play_command(&down.facts, DM_CMD_GET);
		play_command(&down.facts, DM_CMD_EXEC);
		if (wrong)
			sign_text(&down, "stale");
		challenged(host_rx(&h, 1, &down, &msg), wrong ? 401 : 407);
		assert_int_equal(msg.facts.status_count, 3);
		assert_int_equal(msg.facts.msg_id, 2);
		used(&msg, "c1");
		n = issued(&msg);
		/* The server repeats its package, with a Status for the challenge. */
		peer(&down, 2, 2, 200, "c2");
		play_status(&down.facts, 1, 0, DM_CMD_SYNCHDR, 212);
		play_command(&down.facts, DM_CMD_GET);
		play_command(&down.facts, DM_CMD_EXEC);
		sign(&down, &n);
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(msg.facts.msg_id, 1);
		assert_int_equal(msg.facts.status_count, 1);
		assert_int_equal(msg.facts.status[0].msg_ref, 1);
		assert_int_equal(msg.facts.status[0].code, 212);
		client_next(2);
		assert_true(host_tx(&h, 1, &app, &up));
		used(&up, "c2");
		assert_int_equal(up.facts.msg_id, 3);
		assert_int_equal(up.facts.status[0].msg_ref, 2);
		host_done(&h);
	}
}

/* The same from a server that has no Status any more for what it answered unproved. */
static void lone_status_for_the_challenge_stands_in(void **state)
{
	struct omasec_nonce n;
	unsigned int cred;

	(void)state;
	for (cred = 0; cred < 2; cred++) {
		as_client();
		client_first(cred);
		assert_true(host_tx(&h, 1, &app, &up));
		peer(&down, 1, 1, 200, "c1");
		play_command(&down.facts, DM_CMD_GET);
		challenged(host_rx(&h, 1, &down, &msg), 407);
		n = issued(&msg);
		peer(&down, 2, 2, 200, "c2");
		play_command(&down.facts, DM_CMD_GET);
		sign(&down, &n);
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(msg.facts.status_count, 1);
		assert_int_equal(msg.facts.status[0].msg_ref, 1);
		assert_int_equal(msg.facts.status[0].code, cred ? 212 : 200);
		assert_int_equal(msg.facts.status[0].has_chal, 0);
		host_done(&h);
	}
}

static void server_that_fails_twice_is_refused(void **state)
{
	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	challenged(host_rx(&h, 1, &down, &msg), 407);
	peer(&down, 2, 2, 200, "c2");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "wrong again");
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	host_done(&h);
}

/* Its challenge was one round, and our repetition challenged it in turn. */
static void server_that_fails_after_a_repetition_is_refused(void **state)
{
	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 401, "c1");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	peer(&down, 2, 2, 200, "c2");
	play_command(&down.facts, DM_CMD_GET);
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	host_done(&h);
}

/* One failure, all well, one failure: a round each. */
static void failures_count_in_a_row_only(void **state)
{
	struct omasec_nonce n;
	unsigned int i;

	(void)state;
	as_server();
	h.rule_account = true;
	sim_nonce(&n, "c0");
	for (i = 0; i < 20; i++) {
		peer(&up, 2 * i + 1, i ? msg.facts.msg_id : 0, 200, "s");
		challenged(host_rx(&h, 1, &up, &msg), 407);
		n = issued(&msg);
		peer(&up, 2 * i + 2, msg.facts.msg_id, 200, "s");
		sign(&up, &n);
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(msg.facts.msg_id, i + 1);
		server_next(i + 1, i + 1, 200);
		assert_true(host_tx(&h, 1, &app, &msg));
	}
	host_done(&h);
}

static void codes_other_than_200_stay(void **state)
{
	(void)state;
	as_client();
	client_first(true);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 513, "c1");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].code, 513);
	assert_int_equal(msg.facts.status[0].has_chal, 0);
	host_done(&h);
}

static void nonce_for_our_last_message_counts(void **state)
{
	struct dm_status *st;

	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 200, "right");
	st = play_status(&down.facts, 9, 0, DM_CMD_SYNCHDR, 200);
	play_chal(st, DM_AUTH_MAC, "other");
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	client_next(2);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "right");
	host_done(&h);
}

static void old_references_are_mapped(void **state)
{
	struct session *s;

	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	s = session_find(&h.e.sessions, host_account(&h), h.role, "1");
	s->num.out = (struct msg_map){ 2, { { 1, 0 }, { 2, 1 } } };
	s->num.out_wire = 40;
	s->num.out_app = 39;
	peer(&down, 30, 40, 200, "c1");
	play_status(&down.facts, 5, 2, DM_CMD_EXEC, 200);
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].msg_ref, 39);
	assert_int_equal(msg.facts.status[1].msg_ref, 4);
	host_done(&h);
}

static void first_contact_without_nonce(void **state)
{
	unsigned int rule, role;

	(void)state;
	for (role = 0; role < 2; role++) {
		for (rule = 0; rule < 2; rule++) {
			host_init(&h, role ? OMASEC_ROLE_SERVER : OMASEC_ROLE_CLIENT);
			h.first_contact = (uint8_t)rule;
			h.rule_account = true;
			if (role)
				server_next(1, 1, 200);
			else
				client_first(false);
			assert_true(host_tx(&h, 1, &app, &up));
			assert_int_equal(h.d.no_mac, rule && !role);
			if (!h.d.no_mac)
				used(&up, "");
			host_done(&h);
		}
	}
}

static void cred_does_not_answer_a_challenge(void **state)
{
	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 200, NULL);
	challenged(host_rx(&h, 1, &down, &msg), 407);
	peer(&down, 2, 2, 200, NULL);
	down.facts.has_cred = 1;
	down.facts.cred_type = DM_AUTH_MD5;
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_TYPE);
	host_done(&h);

	as_server();
	h.rule_account = true;
	peer(&up, 1, 0, 0, NULL);
	challenged(host_rx(&h, 1, &up, &msg), 407);
	peer(&up, 2, 1, 407, NULL);
	up.facts.has_cred = 1;
	up.facts.cred_type = DM_AUTH_MD5;
	rejected(host_rx(&h, 1, &up, &msg), OMASEC_REASON_AUTH_TYPE);
	host_done(&h);
}

static void response_of_unknown_session_needs_a_right_mac(void **state)
{
	(void)state;
	as_client();
	peer(&down, 3, 3, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_MAC_MISSING);
	/* The helper was new between request and response. */
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.msg_id, 3);
	client_next(4);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c1");
	assert_int_equal(up.facts.msg_id, 4);
	host_done(&h);
}

/* The last answer of a session, replayed as the first of the next. */
static void replay_in_the_next_session_is_challenged(void **state)
{
	static struct sim_msg old;

	(void)state;
	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 200, "c1");
	sign_text(&down, "s0");
	old = down;
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	client_first(false);
	assert_true(host_tx(&h, 2, &app, &up));
	/* The server may use its nonce once more, because no newer one was issued, ... */
	assert_true(h.d.expect_nonce.known);
	/* ... but not for the same message. */
	challenged(host_rx(&h, 2, &old, &msg), 401);
	host_done(&h);

	as_client();
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	assert_int_equal(host_rx(&h, 1, &old, &msg), OMASEC_VERDICT_ACCEPT);
	client_first(false);
	assert_true(host_tx(&h, 2, &app, &up));
	peer(&down, 1, 1, 200, "c2");
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 2, &down, &msg), OMASEC_VERDICT_ACCEPT);
	host_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native_server_session),
		cmocka_unit_test(native_server_challenges_once),
		cmocka_unit_test(second_challenge_is_refused),
		cmocka_unit_test(refusal_of_the_repetition_is_told),
		cmocka_unit_test(answer_to_an_older_message_is_not_delivered),
		cmocka_unit_test(repetition_in_mid_session_is_mapped_and_stripped),
		cmocka_unit_test(challenge_of_another_message_is_refused),
		cmocka_unit_test(nonce_of_unproved_server_is_not_kept),
		cmocka_unit_test(server_content_without_mac_is_challenged),
		cmocka_unit_test(lone_status_for_the_challenge_stands_in),
		cmocka_unit_test(server_that_fails_twice_is_refused),
		cmocka_unit_test(server_that_fails_after_a_repetition_is_refused),
		cmocka_unit_test(failures_count_in_a_row_only),
		cmocka_unit_test(codes_other_than_200_stay),
		cmocka_unit_test(nonce_for_our_last_message_counts),
		cmocka_unit_test(old_references_are_mapped),
		cmocka_unit_test(first_contact_without_nonce),
		cmocka_unit_test(cred_does_not_answer_a_challenge),
		cmocka_unit_test(response_of_unknown_session_needs_a_right_mac),
		cmocka_unit_test(replay_in_the_next_session_is_challenged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
