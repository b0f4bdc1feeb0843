// SPDX-License-Identifier: GPL-2.0
/*
 * Two omasecs back to back: whatever either side has forgotten, the applications
 * get what was written, numbered as it was written, after one retry round.
 */
#include "engine_play.h"

static struct host client, server;
static uint8_t integrity = OMASEC_INTEGRITY_HMAC;

static void begin(struct play *p)
{
	host_init(&client, OMASEC_ROLE_CLIENT);
	host_init(&server, OMASEC_ROLE_SERVER);
	client.integrity = server.integrity = integrity;
	/* With signatures rules name their account. */
	server.rule_account = integrity == OMASEC_INTEGRITY_SIGNATURE;
	memset(p, 0, sizeof(*p));
	p->c = &client;
	p->s = &server;
	p->id = "1";
	p->messages = 3;
}

static void end(void)
{
	host_done(&client);
	host_done(&server);
}

/* Another session between the same two. */
static void again(struct play *p, const char *id)
{
	p->id = id;
	p->sent = p->served = p->extra = 0;
	p->server_id = 1;
}

static void every_stale_state_converges_in_one_round(void **state)
{
	static struct play p;
	unsigned int i, cs, ss, shape, runs = 0;

	(void)state;
	for (i = 0; i < STATE_COUNT * STATE_COUNT * 32; i++) {
		cs = i % STATE_COUNT;
		ss = i / STATE_COUNT % STATE_COUNT;
		shape = i / (STATE_COUNT * STATE_COUNT);
		begin(&p);
		play_set(&client, &server, ACCOUNT_CLIENT, cs);
		play_set(&server, &client, ACCOUNT_SERVER, ss);
		client.first_contact = shape & 1 ? OMASEC_FIRST_CONTACT_CHALLENGE :
			OMASEC_FIRST_CONTACT_NONCE;
		server.rule_account |= !!(shape & 2);
		p.close_each = shape & 4;
		p.mute_client = shape & 8;
		p.mute_server = shape & 16;
		if (play_session(&p))
			fail_msg("%u: client %s: %s, server %s: %s", i,
				 omasec_reason_name(client.d.reason), client.d.detail,
				 omasec_reason_name(server.d.reason), server.d.detail);
		assert_int_equal(p.sent, 3);
		if (p.extra > 1)
			fail_msg("%u: %u extra rounds", i, p.extra);
		if (cs == STATE_SAME && ss == STATE_SAME)
			assert_int_equal(p.extra, 0);
		/* From here on nothing is stale. */
		again(&p, "2");
		assert_int_equal(play_session(&p), 0);
		assert_int_equal(p.extra, 0);
		end();
		runs++;
	}
	assert_int_equal(runs, 800);
}

static void application_auth_passes_through(void **state)
{
	static const enum play_auth kinds[] = { PLAY_BASIC, PLAY_EACH, PLAY_MD5 };
	static struct play p;
	unsigned int i;

	(void)state;
	for (i = 0; i < 3 * 2 * 2; i++) {
		begin(&p);
		p.auth = kinds[i % 3];
		p.messages = 4;
		play_set(&client, &server, ACCOUNT_CLIENT, i / 3 % 2 ? STATE_STALE : STATE_SAME);
		play_set(&server, &client, ACCOUNT_SERVER, i / 6 % 2 ? STATE_STALE : STATE_SAME);
		assert_int_equal(play_session(&p), 0);
		assert_int_equal(p.sent, 4);
		assert_true(p.extra <= 1);
		end();
	}
}

static void stripped_cred_is_answered_with_212(void **state)
{
	static struct dm_facts req, resp;
	static struct play p;

	(void)state;
	begin(&p);
	client.app_cred = OMASEC_APP_CRED_STRIP;
	p.auth = PLAY_BASIC;
	p.stripped = true;
	p.server_id = 1;
	assert_true(play_write(&p, NULL, &req));
	p.sent++;
	p.request = &req;
	assert_int_equal(sim_exchange(&client, &server, &p.flow, false, &req, play_serve, &p,
				      &resp), 1);
	assert_int_equal(resp.status[0].code, 212);
	assert_int_equal(resp.status[0].has_chal, 0);
	end();
}

static void long_session_keeps_its_numbers(void **state)
{
	static struct play p;

	(void)state;
	begin(&p);
	p.messages = 40;
	play_set(&client, &server, ACCOUNT_CLIENT, STATE_STALE);
	play_set(&server, &client, ACCOUNT_SERVER, STATE_STALE);
	assert_int_equal(play_session(&p), 0);
	assert_int_equal(p.sent, 40);
	assert_int_equal(p.extra, 1);
	end();
}

/* In the middle of a session one side forgets what the other one issued. */
static void nonce_lost_within_a_session_costs_one_round(void **state)
{
	static struct play p;
	unsigned int side;

	(void)state;
	for (side = 0; side < 4; side++) {
		begin(&p);
		p.messages = 6;
		p.server_id = 1;
		assert_int_equal(play_step(&p), 1);
		assert_int_equal(play_step(&p), 1);
		if (side & 1)
			sim_nonce(&host_account(&client)->nonce[ACCOUNT_CLIENT], "lost");
		if (side & 2)
			sim_nonce(&host_account(&server)->nonce[ACCOUNT_SERVER], "lost");
		while (play_step(&p) > 0)
			;
		assert_int_equal(p.sent, 6);
		assert_int_equal(p.served, 6);
		/* The server's next nonce comes with the message that is refused. */
		assert_int_equal(p.extra, side & 1 ? 1 : 0);
		end();
	}
}

static void same_session_id_again_begins_anew(void **state)
{
	static struct play p;
	unsigned int i;

	(void)state;
	begin(&p);
	for (i = 0; i < 5; i++) {
		again(&p, "1");
		if (i == 3)
			sim_nonce(&host_account(&client)->nonce[ACCOUNT_CLIENT], "lost");
		assert_int_equal(play_session(&p), 0);
		assert_int_equal(p.extra, i == 3);
		assert_int_equal(server.e.sessions.established.count, 1);
		assert_int_equal(server.e.sessions.provisional.count, 0);
	}
	end();
}

/* Sessions of one exchange: the server's nonce is used again and again. */
static void polling_sessions_rarely_need_a_round(void **state)
{
	unsigned int i, extra = 0;
	static struct play p;
	char id[8];

	(void)state;
	begin(&p);
	p.messages = 1;
	for (i = 0; i < 64; i++) {
		snprintf(id, sizeof(id), "%X", i + 1);
		again(&p, id);
		assert_int_equal(play_session(&p), 0);
		extra += p.extra;
	}
	assert_true(extra >= 3 && extra <= 4);
	end();
}

/* Message by message, on a connection each, with one chain of nonces. */
static void sessions_in_turns_share_the_nonces(void **state)
{
	static struct play p, q;
	unsigned int i;

	(void)state;
	begin(&p);
	p.messages = 5;
	p.server_id = 1;
	q = p;
	q.id = "2";
	p.flow = 1;
	q.flow = 2;
	for (i = 0; i < 5; i++) {
		assert_int_equal(play_step(&p), 1);
		assert_int_equal(play_step(&q), 1);
	}
	assert_int_equal(p.served, 5);
	assert_int_equal(q.served, 5);
	assert_int_equal(p.extra + q.extra, 0);
	end();
}

static void server_restart_between_messages_goes_unnoticed(void **state)
{
	static struct play p;

	(void)state;
	begin(&p);
	p.messages = 5;
	p.server_id = 1;
	assert_int_equal(play_step(&p), 1);
	assert_int_equal(play_step(&p), 1);
	host_restart(&server, true);
	assert_int_equal(play_step(&p), 1);
	host_restart(&client, true);
	while (play_step(&p) > 0)
		;
	assert_int_equal(p.served, 5);
	assert_int_equal(p.extra, 0);
	end();
}

/* The application's Chal of auth-md5 stands behind ours, and is its own. */
static void serve_md5(void *arg, const struct dm_facts *req, struct dm_facts *resp)
{
	struct play *p = arg;

	play_serve(p, req, resp);
	play_chal(&resp->status[0], DM_AUTH_MD5, "for the application");
	p->response = *resp;
}

static void challenges_of_the_application_are_its_own(void **state)
{
	static struct dm_facts req, resp;
	static struct play p;

	(void)state;
	begin(&p);
	p.server_id = 1;
	assert_true(play_write(&p, NULL, &req));
	p.sent++;
	p.request = &req;
	assert_int_equal(sim_exchange(&client, &server, &p.flow, false, &req, serve_md5, &p, &resp), 1);
	play_same(&p.response, &resp, false);
	end();
}

static int as_signed(void **state)
{
	integrity = OMASEC_INTEGRITY_SIGNATURE;
	return 0;
}

#define SIGNED(test) { "signed_" #test, test, NULL, NULL, NULL }

int main(void)
{
	const struct CMUnitTest signed_tests[] = {
		SIGNED(every_stale_state_converges_in_one_round),
		SIGNED(stripped_cred_is_answered_with_212),
		SIGNED(long_session_keeps_its_numbers),
		SIGNED(nonce_lost_within_a_session_costs_one_round),
		SIGNED(same_session_id_again_begins_anew),
		SIGNED(polling_sessions_rarely_need_a_round),
		SIGNED(sessions_in_turns_share_the_nonces),
		SIGNED(server_restart_between_messages_goes_unnoticed),
		SIGNED(challenges_of_the_application_are_its_own),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_stale_state_converges_in_one_round),
		cmocka_unit_test(application_auth_passes_through),
		cmocka_unit_test(stripped_cred_is_answered_with_212),
		cmocka_unit_test(long_session_keeps_its_numbers),
		cmocka_unit_test(nonce_lost_within_a_session_costs_one_round),
		cmocka_unit_test(same_session_id_again_begins_anew),
		cmocka_unit_test(polling_sessions_rarely_need_a_round),
		cmocka_unit_test(sessions_in_turns_share_the_nonces),
		cmocka_unit_test(server_restart_between_messages_goes_unnoticed),
		cmocka_unit_test(challenges_of_the_application_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) +
	       cmocka_run_group_tests(signed_tests, as_signed, NULL);
}
