// SPDX-License-Identifier: GPL-2.0
/*
 * Native mode, bounds and faults, and what outlives the helper.
 */
#include "engine_peer.h"

/* ---- bounds and faults ---- */

static void fingerprints_tell_messages_apart(void **state)
{
	static struct dm_facts f, g;
	bool unique;
	uint64_t print;

	(void)state;
	play_begin(&f, "1", 1, true);
	print = facts_print(&f, DM_AUTH_MAC, &unique);
	assert_false(unique);
	g = f;
	assert_true(facts_print(&g, DM_AUTH_MAC, &unique) == print);
	g.msg_id = 2;
	assert_true(facts_print(&g, DM_AUTH_MAC, &unique) != print);
	g = f;
	strcpy(g.session_id, "2");
	assert_true(facts_print(&g, DM_AUTH_MAC, &unique) != print);
	g = f;
	strcpy(g.source, "IMEI:2");
	assert_true(facts_print(&g, DM_AUTH_MAC, &unique) != print);
	g = f;
	g.length++;
	assert_true(facts_print(&g, DM_AUTH_MAC, &unique) != print);
	assert_false(unique);
	play_chal(play_status(&f, 1, 0, DM_CMD_SYNCHDR, 200), DM_AUTH_MAC, "a");
	g = f;
	g.status[0].nonce[0] = 'b';
	print = facts_print(&f, DM_AUTH_MAC, &unique);
	assert_true(unique);
	assert_true(facts_print(&g, DM_AUTH_MAC, &unique) != print);
}

static int no_random(void *data, size_t len)
{
	(void)data;
	(void)len;
	return -5;
}

static void faults_are_refused_with_a_reason(void **state)
{
	struct omasec_message m;
	unsigned int i;

	(void)state;
	as_server();
	server_next(1, 1, 200);
	assert_false(host_tx(&h, 1, &app, &down));	/* the flow has no account */
	rejected(h.d.verdict, OMASEC_REASON_USER_UNKNOWN);

	peer(&up, 1, 0, 0, NULL);
	sign_text(&up, "c0");
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	h.e.random = no_random;
	assert_false(host_tx(&h, 1, &app, &down));
	rejected(h.d.verdict, OMASEC_REASON_HELPER_ERROR);
	h.e.random = sim_random;

	play_begin(&app, "1", 1, false);
	for (i = 0; i < 2 * DM_MAP_MAX; i++)
		play_status(&app, i + 1, 0, DM_CMD_SYNCHDR, 200);
	session_find(&h.e.sessions, host_account(&h), h.role, "1")->num.in =
		(struct msg_map){ 1, { { 5, 1 } } };
	assert_false(host_tx(&h, 1, &app, &down));
	rejected(h.d.verdict, OMASEC_REASON_DM_BAD);

	host_message(&h, &m, OMASEC_PATH_RX, 1);
	strcpy(m.account, "acct");
	m.mac_state = OMASEC_MAC_STATE_UNCHECKED;
	engine_decide(&h.e, &m, &up.facts, &up.facts, 0, &h.d);
	rejected(h.d.verdict, OMASEC_REASON_KEY_MISSING);
	/* Nobody has the user name in the header; then LocName says nothing either. */
	m.mac_state = OMASEC_MAC_STATE_USER_UNKNOWN;
	m.account[0] = '\0';
	assert_string_equal(up.facts.source_name, "Bruce2");
	engine_decide(&h.e, &m, &up.facts, &up.facts, 0, &h.d);
	assert_int_equal(h.d.verdict, OMASEC_VERDICT_RESPOND);
	assert_int_equal(h.d.challenge.code, 401);
	assert_string_equal(h.d.account, "");
	assert_true(h.d.no_mac);
	m.mac_state = OMASEC_MAC_STATE_OK;
	engine_decide(&h.e, &m, &up.facts, &up.facts, 0, &h.d);
	rejected(h.d.verdict, OMASEC_REASON_HELPER_ERROR);
	host_done(&h);
}

static void what_is_not_held_is_not_repeated(void **state)
{
	(void)state;
	as_client();
	h.e.sessions.limits.held = sizeof(app) - 1;
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	assert_int_equal(h.e.sessions.held, 0);
	peer(&down, 1, 1, 401, "c1");
	sign_text(&down, "s0");
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	host_done(&h);
}

static void sessions_of_the_engine_are_bounded(void **state)
{
	struct omasec_message m;
	unsigned int i;

	(void)state;
	as_client();
	h.e.sessions.limits.established = 2;
	host_message(&h, &m, OMASEC_PATH_TX, 1);
	strcpy(m.account, "acct");
	for (i = 0; i < 4; i++) {
		/* 1 is used again before 3 comes, so that 2 goes. */
		play_begin(&app, i == 3 ? "3" : i == 1 ? "2" : "1", i + 1, true);
		engine_decide(&h.e, &m, &app, &app, 10 * i, &h.d);
		assert_int_equal(h.d.verdict, OMASEC_VERDICT_ACCEPT);
	}
	assert_non_null(session_find(&h.e.sessions, host_account(&h), h.role, "1"));
	assert_null(session_find(&h.e.sessions, host_account(&h), h.role, "2"));
	play_begin(&app, "4", 1, true);
	engine_decide(&h.e, &m, &app, &app, 20 + h.e.sessions.limits.established_ms, &h.d);
	assert_null(session_find(&h.e.sessions, host_account(&h), h.role, "1"));
	assert_int_equal(h.e.sessions.established.count, 2);
	assert_int_equal(h.e.sessions.evicted, 1);
	host_done(&h);
}

static void exchanges_of_an_account_take_turns(void **state)
{
	struct omasec_message a, b;

	(void)state;
	as_client();
	host_message(&h, &a, OMASEC_PATH_TX, 1);
	host_message(&h, &b, OMASEC_PATH_TX, 2);
	strcpy(a.account, "acct");
	strcpy(b.account, "acct");
	client_first(false);
	assert_int_equal(engine_wait(&h.e, &b, 0), 0);
	assert_true(host_tx(&h, 1, &app, &up));
	assert_int_equal(engine_wait(&h.e, &a, 0), 0);
	assert_int_equal(engine_wait(&h.e, &b, 0), ENGINE_EXCHANGE_MS);
	assert_int_equal(engine_wait(&h.e, &b, ENGINE_EXCHANGE_MS - 1), 1);
	assert_int_equal(engine_wait(&h.e, &b, ENGINE_EXCHANGE_MS), 0);
	b.path = OMASEC_PATH_RX;
	assert_int_equal(engine_wait(&h.e, &b, 0), 0);
	b.path = OMASEC_PATH_TX;
	/* A round within the exchange belongs to it. */
	peer(&down, 1, 1, 401, "c1");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
	assert_true(engine_wait(&h.e, &b, 0) > 0);
	peer(&down, 2, 2, 200, "c2");
	sign(&down, &h.d.expect_nonce);
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(engine_wait(&h.e, &b, 0), 0);
	/* The connection ends in the middle. */
	client_next(2);
	assert_true(host_tx(&h, 1, &app, &up));
	engine_flow_gone(&h.e, "acct", 7);
	assert_true(engine_wait(&h.e, &b, 0) > 0);
	engine_flow_gone(&h.e, "acct", 1);
	assert_int_equal(engine_wait(&h.e, &b, 0), 0);
	host_done(&h);
}

/* ---- native mode ---- */

static void native_application_is_followed(void **state)
{
	(void)state;
	as_client();
	h.mode = OMASEC_AUTH_MODE_NATIVE;
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c0");
	peer(&down, 1, 1, 200, "c1");
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(h.d.body, ENGINE_KEEP);
	client_next(2);
	play_chal(&app.status[0], DM_AUTH_MAC, "s1");
	assert_true(host_tx(&h, 1, &app, &up));
	assert_int_equal(h.d.body, ENGINE_KEEP);
	used(&up, "c1");
	peer(&down, 2, 2, 200, "c2");
	sign_text(&down, "s1");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	/* A challenge goes to the application, right MAC or not; its answer uses the nonce. */
	client_next(3);
	play_chal(&app.status[0], DM_AUTH_MAC, "s2");
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 3, 3, 401, "c3");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(h.d.body, ENGINE_KEEP);
	client_next(4);
	play_chal(&app.status[0], DM_AUTH_MAC, "s3");
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c3");
	/* Content that is not right does not: challenged with the application's nonce. */
	peer(&down, 4, 4, 200, "c4");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "wrong");
	challenged(host_rx(&h, 1, &down, &msg), 401);
	assert_int_equal(msg.facts.status[0].chal_nonce_len, 2);
	assert_memory_equal(msg.facts.status[0].nonce, "s3", 2);
	rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_FAILED);
	host_done(&h);
}

static void native_next_session_and_replay(void **state)
{
	static struct sim_msg old;

	(void)state;
	as_client();
	h.mode = OMASEC_AUTH_MODE_NATIVE;
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 200, "c1");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "s0");
	old = down;
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	client_first(false);
	assert_true(host_tx(&h, 2, &app, &up));
	challenged(host_rx(&h, 2, &old, &msg), 401);
	peer(&down, 2, 2, 200, "c2");
	play_command(&down.facts, DM_CMD_GET);
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 2, &down, &msg), OMASEC_VERDICT_ACCEPT);
	client_first(false);
	assert_true(host_tx(&h, 3, &app, &up));
	peer(&down, 1, 1, 200, "c3");
	sign_text(&down, "s0");
	assert_int_equal(host_rx(&h, 3, &down, &msg), OMASEC_VERDICT_ACCEPT);
	host_done(&h);
}

static void native_server_application(void **state)
{
	struct omasec_nonce *expect;

	(void)state;
	as_server();
	h.mode = OMASEC_AUTH_MODE_NATIVE;
	expect = &host_account(&h)->nonce[ACCOUNT_CLIENT];
	peer(&up, 1, 0, 0, NULL);
	sign_text(&up, "stale");
	challenged(host_rx(&h, 1, &up, &msg), 401);
	assert_memory_equal(msg.facts.status[0].nonce, "c0", 2);
	peer(&up, 2, 1, 200, "s1");
	sign_text(&up, "c0");
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(h.d.body, ENGINE_KEEP);
	server_next(1, 2, 200);
	play_chal(&app.status[0], DM_AUTH_MAC, "c1");
	assert_true(host_tx(&h, 1, &app, &down));
	assert_int_equal(h.d.body, ENGINE_KEEP);
	used(&down, "s1");
	assert_memory_equal(expect->data, "c1", 2);

	/* What the application would ask for is not known: nothing to challenge with. */
	memset(expect, 0, sizeof(*expect));
	peer(&up, 3, 1, 200, "s2");
	sign_text(&up, "stale");
	rejected(host_rx(&h, 1, &up, &msg), OMASEC_REASON_MAC_WRONG);
	host_done(&h);
}

static void native_first_contact(void **state)
{
	(void)state;
	as_client();
	h.mode = OMASEC_AUTH_MODE_NATIVE;
	h.first_contact = OMASEC_FIRST_CONTACT_CHALLENGE;
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	assert_true(h.d.no_mac);
	h.first_contact = OMASEC_FIRST_CONTACT_NONCE;
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c0");
	host_done(&h);
}

/* ---- numbers that outlive the helper ---- */

static struct numbers kept;

static bool recall(void *arg, const struct session *s, struct numbers *num)
{
	(void)arg;
	assert_string_equal(s->id, "1");
	*num = kept;
	return true;
}

static void shifted_numbers_survive_a_restart(void **state)
{
	struct omasec_nonce n;
	struct session *s;

	(void)state;
	as_server();
	peer(&up, 1, 0, 0, NULL);
	sign_text(&up, "stale");
	challenged(host_rx(&h, 1, &up, &msg), 401);
	n = issued(&msg);
	peer(&up, 2, 1, 200, "s1");
	sign(&up, &n);
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.msg_id, 1);
	server_next(1, 1, 200);
	assert_true(host_tx(&h, 1, &app, &down));
	assert_int_equal(down.facts.msg_id, 2);
	n = issued(&down);
	s = session_find(&h.e.sessions, host_account(&h), h.role, "1");
	assert_true(s->dirty);
	s->dirty = false;
	h.e.sessions.dirty = NULL;
	assert_true(host_tx(&h, 1, &app, &down));
	assert_true(s->dirty);
	n = issued(&down);
	kept = s->num;

	host_restart(&h, true);
	h.e.recall = recall;
	peer(&up, 3, 2, 200, "s2");
	play_status(&up.facts, 2, 3, DM_CMD_GET, 200);
	sign(&up, &n);
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.msg_id, 2);
	assert_int_equal(msg.facts.status[0].msg_ref, 1);
	assert_int_equal(msg.facts.status[1].msg_ref, 1);
	server_next(2, 2, 200);
	assert_true(host_tx(&h, 1, &app, &down));
	assert_int_equal(down.facts.msg_id, 3);
	assert_int_equal(down.facts.status[0].msg_ref, 3);
	assert_true(session_find(&h.e.sessions, host_account(&h), h.role, "1")->dirty);
	host_done(&h);
	/* What cannot have been written by us is not used. */
	as_server();
	h.e.recall = recall;
	kept.in.count = MAP_SEGMENTS + 1;
	peer(&up, 3, 2, 200, "s2");
	sign_text(&up, "c0");
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.msg_id, 3);
	host_done(&h);
}

/* Sending comes first after a restart: the Status that the application wrote is all there is. */
static void client_goes_on_after_a_restart(void **state)
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
	host_restart(&h, true);
	client_next(2);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c1");
	n = issued(&up);
	assert_true(nonce_equal(&n, &h.d.expect_nonce));
	host_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingerprints_tell_messages_apart),
		cmocka_unit_test(faults_are_refused_with_a_reason),
		cmocka_unit_test(what_is_not_held_is_not_repeated),
		cmocka_unit_test(sessions_of_the_engine_are_bounded),
		cmocka_unit_test(exchanges_of_an_account_take_turns),
		cmocka_unit_test(native_application_is_followed),
		cmocka_unit_test(native_next_session_and_replay),
		cmocka_unit_test(native_server_application),
		cmocka_unit_test(native_first_contact),
		cmocka_unit_test(shifted_numbers_survive_a_restart),
		cmocka_unit_test(client_goes_on_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
