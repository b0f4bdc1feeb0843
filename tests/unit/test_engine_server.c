// SPDX-License-Identifier: GPL-2.0
/*
 * Server role: an engine against native clients, and against strangers.
 */
#include "engine_peer.h"

/* ---- server role, native client ---- */

static void native_client_session(void **state)
{
	struct omasec_nonce n;

	(void)state;
	as_server();
	peer(&up, 1, 0, 0, NULL);
	play_command(&up.facts, DM_CMD_ALERT);
	sign_text(&up, "c0");
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(h.d.body, ENGINE_KEEP);
	server_next(1, 1, 200);
	assert_true(host_tx(&h, 1, &app, &down));
	used(&down, "s0");
	n = issued(&down);
	peer(&up, 2, 1, 200, "s1");
	play_command(&up.facts, DM_CMD_RESULTS);
	sign(&up, &n);
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].has_chal, 0);
	server_next(2, 2, 212);
	assert_true(host_tx(&h, 1, &app, &down));
	used(&down, "s1");
	/* Changed, not doubled. */
	assert_int_equal(down.facts.status_count, 2);
	assert_int_equal(down.facts.status[0].code, 200);
	issued(&down);
	host_done(&h);
}

static void client_without_header_is_found_by_its_name(void **state)
{
	struct omasec_nonce n;
	unsigned int known;

	(void)state;
	for (known = 0; known < 2; known++) {
		as_server();
		peer(&up, 1, 0, 0, NULL);
		play_command(&up.facts, DM_CMD_ALERT);
		if (!known)
			strcpy(up.facts.source_name, "Nobody");
		challenged(host_rx(&h, 1, &up, &msg), 407);
		assert_string_equal(h.d.account, known ? "acct" : "");
		assert_int_equal(msg.facts.msg_id, 1);
		/* Nothing to make a MAC with, and the nonce stays with the connection. */
		assert_int_equal(msg.mac.present, known);
		n = issued(&msg);
		assert_int_equal(h.flow_expect.known, !known);
		peer(&up, 2, 1, 407, "s1");
		play_command(&up.facts, DM_CMD_ALERT);
		if (!known)
			strcpy(up.facts.source_name, "Nobody");
		sign(&up, &n);
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(msg.facts.msg_id, 1);
		assert_int_equal(msg.facts.status_count, 0);
		server_next(1, 1, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		assert_int_equal(down.facts.msg_id, 2);
		assert_int_equal(down.facts.status[0].msg_ref, 2);
		assert_int_equal(down.facts.status[1].msg_ref, 2);
		used(&down, "s1");
		host_done(&h);
	}
}

static void server_stops_challenging(void **state)
{
	unsigned int i, flow, chals = 0, finals = 0, rejects = 0;

	(void)state;
	as_server();
	for (flow = 1; flow <= 2; flow++) {
		for (i = 0; i < 6; i++) {
			peer(&up, i + 1, 0, 0, NULL);
			sign_text(&up, "wrong");
			switch (host_rx(&h, flow, &up, &msg)) {
			case OMASEC_VERDICT_RESPOND:
				assert_int_equal(msg.facts.status[0].code, 401);
				if (msg.facts.status[0].has_chal)
					chals++;
				else
					finals++;
				assert_true(i < ENGINE_FAILED_FLOW);
				assert_int_equal(!i, msg.facts.status[0].has_chal);
				assert_int_equal(!i, h.d.expect_nonce.known);
				break;
			default:
				rejected(OMASEC_VERDICT_REJECT, OMASEC_REASON_AUTH_FAILED);
				rejects++;
			}
		}
	}
	/* The second connection reaches what a session may fail altogether. */
	assert_int_equal(chals, 2);
	assert_int_equal(finals, 3 + 1);
	assert_int_equal(rejects, 2 + 4);
	/* A right one is welcome nevertheless. */
	peer(&up, 9, 0, 0, NULL);
	sign(&up, &h.kernel[ACCOUNT_CLIENT].cur);
	assert_int_equal(host_rx(&h, 3, &up, &msg), OMASEC_VERDICT_ACCEPT);
	host_done(&h);
}

/* The server's MAC was stale: the client answers with nothing but a challenge. */
static void client_challenges_server(void **state)
{
	struct omasec_nonce n;
	unsigned int again;

	(void)state;
	for (again = 0; again < 3; again++) {
		as_server();
		peer(&up, 1, 0, 0, NULL);
		play_command(&up.facts, DM_CMD_ALERT);
		sign_text(&up, "c0");
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		server_next(1, 1, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		n = issued(&down);
		peer(&up, 2, 1, 401, "s1");
		play_status(&up.facts, 1, 3, DM_CMD_GET, 401);
		sign(&up, &n);
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_RESPOND);
		assert_int_equal(h.d.body, ENGINE_REPEAT);
		used(&msg, "s1");
		assert_int_equal(msg.facts.msg_id, 2);
		assert_int_equal(msg.facts.command_count, 1);
		/* Ours for the challenge first; the application's own as it was. */
		assert_int_equal(msg.facts.status[0].msg_ref, 2);
		assert_int_equal(msg.facts.status[0].code, 200);
		assert_int_equal(msg.facts.status[1].msg_ref, 1);
		assert_int_equal(msg.facts.status[1].has_chal, 0);
		n = issued(&msg);
		if (again == 1) {
			peer(&up, 3, 2, 401, "s2");
			sign(&up, &n);
			rejected(host_rx(&h, 1, &up, &msg), OMASEC_REASON_AUTH_FAILED);
		} else {
			peer(&up, 3, 2, 200, "s2");
			/* Its answer to the first time it got the message came after all. */
			if (again)
				play_status(&up.facts, 1, 0, DM_CMD_SYNCHDR, 200);
			play_command(&up.facts, DM_CMD_RESULTS);
			sign(&up, &n);
			assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
			assert_int_equal(msg.facts.msg_id, 2);
			assert_int_equal(msg.facts.status_count, 1);
			assert_int_equal(msg.facts.status[0].msg_ref, 1);
			assert_int_equal(msg.facts.status[0].has_chal, 0);
		}
		host_done(&h);
	}
}

/* ---- strangers ---- */

static void stranger_gets_no_held_message(void **state)
{
	(void)state;
	as_server();
	h.rule_account = true;
	peer(&up, 1, 0, 0, NULL);
	sign_text(&up, "c0");
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	server_next(1, 1, 200);
	assert_true(host_tx(&h, 1, &app, &down));
	peer(&up, 2, 1, 401, "s1");
	challenged(host_rx(&h, 2, &up, &msg), 407);
	assert_int_equal(msg.facts.command_count, 0);
	assert_int_equal(h.repeats, 0);
	host_done(&h);
}

static void stranger_does_not_break_a_session(void **state)
{
	static const struct { uint32_t id, ref; } rows[] = {
		{ 1, 0 }, { 2, 1 }, { 3, 2 }, { 99, 2 }, { 99, 0 }, { 2, 0 },
	};
	struct omasec_nonce n;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		as_server();
		peer(&up, 1, 0, 0, NULL);
		sign_text(&up, "c0");
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		server_next(1, 1, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		peer(&up, 2, 1, 200, "s1");
		n = issued(&down);
		sign(&up, &n);
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		server_next(2, 2, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		n = issued(&down);

		/* On a connection of its own, in the name of the client. */
		peer(&up, rows[i].id, rows[i].ref, 401, rows[i].ref ? "evil" : NULL);
		sign_text(&up, "guess");
		challenged(host_rx(&h, 2, &up, &msg), 401);

		/* The client goes on; that its nonce was pushed out costs it one round. */
		peer(&up, 3, 2, 200, "s2");
		play_command(&up.facts, DM_CMD_RESULTS);
		sign(&up, &n);
		challenged(host_rx(&h, 1, &up, &msg), 401);
		used(&msg, "s2");
		n = issued(&msg);
		peer(&up, 4, msg.facts.msg_id, 200, "s3");
		play_status(&up.facts, 2, 3, DM_CMD_GET, 200);
		play_command(&up.facts, DM_CMD_RESULTS);
		sign(&up, &n);
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(msg.facts.msg_id, 3);
		/* The Status for the challenge stands in for the one of the message before. */
		assert_int_equal(msg.facts.status_count, 2);
		assert_int_equal(msg.facts.status[0].msg_ref, 2);
		assert_int_equal(msg.facts.status[0].cmd_ref, 0);
		assert_int_equal(msg.facts.status[0].has_chal, 0);
		assert_int_equal(msg.facts.status[1].msg_ref, 2);
		server_next(3, 3, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		used(&down, "s3");
		assert_int_equal(down.facts.status[0].msg_ref, 4);
		host_done(&h);
	}
}

/* Whoever was challenged on another connection has nothing to do with this one. */
static void stranger_leaves_no_numbers_behind(void **state)
{
	(void)state;
	as_server();
	peer(&up, 1, 0, 0, NULL);
	strcpy(up.facts.source_name, "Nobody");
	challenged(host_rx(&h, 1, &up, &msg), 407);
	peer(&up, 1, 0, 0, NULL);
	sign_text(&up, "c0");
	assert_int_equal(host_rx(&h, 2, &up, &msg), OMASEC_VERDICT_ACCEPT);
	server_next(1, 1, 200);
	assert_true(host_tx(&h, 2, &app, &down));
	assert_int_equal(down.facts.msg_id, 1);
	host_done(&h);
}

static void replay_to_the_server_is_challenged(void **state)
{
	static struct sim_msg old;

	(void)state;
	as_server();
	peer(&up, 1, 0, 0, NULL);
	sign_text(&up, "c0");
	old = up;
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	/* While the application thinks, on another connection. */
	challenged(host_rx(&h, 2, &old, &msg), 401);
	/* And if the module were to take the nonce again: the fingerprint tells. */
	sim_nonce(&h.kernel[ACCOUNT_CLIENT].cur, "c0");
	h.kernel[ACCOUNT_CLIENT].spent = false;
	challenged(host_rx(&h, 3, &old, &msg), 401);
	host_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native_client_session),
		cmocka_unit_test(client_without_header_is_found_by_its_name),
		cmocka_unit_test(server_stops_challenging),
		cmocka_unit_test(client_challenges_server),
		cmocka_unit_test(stranger_gets_no_held_message),
		cmocka_unit_test(stranger_does_not_break_a_session),
		cmocka_unit_test(stranger_leaves_no_numbers_behind),
		cmocka_unit_test(replay_to_the_server_is_challenged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
