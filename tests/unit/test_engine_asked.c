// SPDX-License-Identifier: GPL-2.0
/*
 * integrity on-challenge: the transport authenticates, and a MAC is there only once
 * a side asked for it (DM Security 1.3, 5.4.1.5). Both roles, transparent and native.
 */
#include "engine_peer.h"

static void unasked(uint8_t role, uint8_t mode)
{
	if (role == OMASEC_ROLE_CLIENT)
		as_client();
	else
		as_server();
	h.integrity = OMASEC_INTEGRITY_ON_CHALLENGE;
	h.mode = mode;
	h.rule_account = true;
}

/* The local application sent, as it wrote it and without MAC. */
static void left_alone(const struct sim_msg *m)
{
	assert_int_equal(h.d.body, ENGINE_KEEP);
	assert_false(m->mac.present);
	assert_false(h.d.expect_nonce.known);
}

static void nobody_asks(void **state)
{
	static const uint8_t modes[] = { OMASEC_AUTH_MODE_TRANSPARENT, OMASEC_AUTH_MODE_NATIVE };
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		unasked(OMASEC_ROLE_CLIENT, modes[i]);
		client_first(true);
		assert_true(host_tx(&h, 1, &app, &up));
		left_alone(&up);
		peer(&down, 1, 1, 212, NULL);
		play_command(&down.facts, DM_CMD_GET);
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(h.d.body, ENGINE_KEEP);
		client_next(2);
		assert_true(host_tx(&h, 1, &app, &up));
		left_alone(&up);
		host_done(&h);

		unasked(OMASEC_ROLE_SERVER, modes[i]);
		peer(&up, 1, 0, 0, NULL);
		play_command(&up.facts, DM_CMD_ALERT);
		assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(h.d.body, ENGINE_KEEP);
		server_next(1, 1, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		left_alone(&down);
		host_done(&h);
	}
}

/* A challenge is answered in the application's name, and each message after it has a MAC. */
static void server_asks(void **state)
{
	static const uint16_t codes[] = { 407, 401, 200 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		bool refused = codes[i] != 200;

		unasked(OMASEC_ROLE_CLIENT, OMASEC_AUTH_MODE_TRANSPARENT);
		client_first(false);
		assert_true(host_tx(&h, 1, &app, &up));
		peer(&down, 1, 1, codes[i], "c1");
		if (!refused)
			play_command(&down.facts, DM_CMD_GET);
		if (refused) {
			assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_RESPOND);
			assert_int_equal(h.d.body, ENGINE_REPEAT);
			used(&msg, "c1");
			/* Nobody asks the server. */
			assert_int_equal(msg.facts.status[0].has_chal, 0);
			assert_int_equal(msg.facts.status[0].code, 200);
			assert_false(h.d.expect_nonce.known);
			peer(&down, 2, 2, 200, "c2");
			play_command(&down.facts, DM_CMD_GET);
		}
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
		assert_int_equal(msg.facts.status[0].has_chal, 0);
		assert_int_equal(msg.facts.status[0].msg_ref, 1);
		client_next(2);
		assert_true(host_tx(&h, 1, &app, &up));
		used(&up, refused ? "c2" : "c1");
		assert_int_equal(up.facts.status[0].has_chal, 0);
		host_done(&h);
	}
}

static void client_asks(void **state)
{
	(void)state;
	unasked(OMASEC_ROLE_SERVER, OMASEC_AUTH_MODE_TRANSPARENT);
	peer(&up, 1, 0, 0, NULL);
	play_command(&up.facts, DM_CMD_ALERT);
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	server_next(1, 1, 200);
	assert_true(host_tx(&h, 1, &app, &down));
	left_alone(&down);
	peer(&up, 2, 1, 401, "s1");
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_RESPOND);
	assert_int_equal(h.d.body, ENGINE_REPEAT);
	used(&msg, "s1");
	peer(&up, 3, 2, 200, "s2");
	play_command(&up.facts, DM_CMD_RESULTS);
	assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.msg_id, 2);
	server_next(2, 2, 200);
	assert_true(host_tx(&h, 1, &app, &down));
	used(&down, "s2");
	host_done(&h);
}

/* Who has begun goes on; a wrong MAC is asked again, and none is no answer to that. */
static void no_way_back(void **state)
{
	unsigned int wrong;

	(void)state;
	for (wrong = 0; wrong < 2; wrong++) {
		unasked(OMASEC_ROLE_SERVER, OMASEC_AUTH_MODE_TRANSPARENT);
		peer(&up, 1, 0, 0, NULL);
		play_command(&up.facts, DM_CMD_ALERT);
		sign_text(&up, wrong ? "x" : "c0");
		if (wrong) {
			/* In a session that the client is in. */
			up.mac.present = false;
			assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
			server_next(1, 1, 200);
			assert_true(host_tx(&h, 1, &app, &down));
			peer(&up, 2, 1, 200, NULL);
			sign_text(&up, "x");
			challenged(host_rx(&h, 1, &up, &msg), 401);
			assert_false(msg.mac.present);
			issued(&msg);
		} else {
			assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
			server_next(1, 1, 200);
			assert_true(host_tx(&h, 1, &app, &down));
			/* It has a nonce for the next one. */
			issued(&down);
			assert_false(down.mac.present);
		}
		peer(&up, 3, 1, 200, NULL);
		rejected(host_rx(&h, 1, &up, &msg), OMASEC_REASON_AUTH_TYPE);
		/* Another session of that name may begin without. */
		peer(&up, 1, 0, 0, NULL);
		play_command(&up.facts, DM_CMD_ALERT);
		assert_int_equal(host_rx(&h, 2, &up, &msg), OMASEC_VERDICT_ACCEPT);
		host_done(&h);
	}
}

static void native_client_asks(void **state)
{
	unsigned int answers;

	(void)state;
	for (answers = 0; answers < 2; answers++) {
		unasked(OMASEC_ROLE_CLIENT, OMASEC_AUTH_MODE_NATIVE);
		client_first(false);
		assert_true(host_tx(&h, 1, &app, &up));
		peer(&down, 1, 1, 200, NULL);
		assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
		client_next(2);
		play_chal(&app.status[0], DM_AUTH_MAC, "s5");
		assert_true(host_tx(&h, 1, &app, &up));
		assert_int_equal(h.d.expect_nonce.len, 2);
		peer(&down, 2, 2, 200, NULL);
		if (answers) {
			sign_text(&down, "s5");
			assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
		} else {
			rejected(host_rx(&h, 1, &down, &msg), OMASEC_REASON_AUTH_TYPE);
		}
		host_done(&h);
	}
}

/* The module compares the MAC that the application made with that of this nonce. */
static void native_client_is_asked(void **state)
{
	(void)state;
	unasked(OMASEC_ROLE_CLIENT, OMASEC_AUTH_MODE_NATIVE);
	client_first(false);
	assert_true(host_tx(&h, 1, &app, &up));
	peer(&down, 1, 1, 407, "c7");
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_ACCEPT);
	assert_int_equal(msg.facts.status[0].has_chal, 1);
	client_next(2);
	assert_true(host_tx(&h, 1, &app, &up));
	used(&up, "c7");
	/* The same name once more is another session. */
	client_first(false);
	assert_true(host_tx(&h, 2, &app, &up));
	assert_false(up.mac.present);
	host_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_asks),
		cmocka_unit_test(server_asks),
		cmocka_unit_test(client_asks),
		cmocka_unit_test(no_way_back),
		cmocka_unit_test(native_client_asks),
		cmocka_unit_test(native_client_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
