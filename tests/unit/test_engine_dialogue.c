// SPDX-License-Identifier: GPL-2.0
/*
 * One engine against peers that are written down here, line by line: native
 * implementations of auth-MAC, peers that do wrong, and strangers.
 */
#include "engine_play.h"

static struct host h;
static struct sim_msg up, down, msg;
static struct dm_facts app;

/* ---- a native peer of the host ---- */

/* A message of the peer: Status for SyncHdr of @ref (0: none) with @code and nonce @chal. */
static void peer(struct sim_msg *m, uint32_t msg_id, uint32_t ref, uint16_t code, const char *chal)
{
	struct dm_status *st;

	memset(m, 0, sizeof(*m));
	play_begin(&m->facts, "1", msg_id, h.role == OMASEC_ROLE_SERVER);
	if (!ref)
		return;
	st = play_status(&m->facts, ref, 0, DM_CMD_SYNCHDR, code);
	if (chal)
		play_chal(st, DM_AUTH_MAC, chal);
}

static void sign(struct sim_msg *m, const struct omasec_nonce *n)
{
	m->mac.present = true;
	m->mac.nonce = *n;
}

static void sign_text(struct sim_msg *m, const char *nonce)
{
	m->mac.present = true;
	sim_nonce(&m->mac.nonce, nonce);
}

/* The nonce that a message of the host has for the peer. */
static struct omasec_nonce issued(const struct sim_msg *m)
{
	struct omasec_nonce n = { 0 };
	const struct dm_status *st = &m->facts.status[0];

	assert_true(m->facts.status_count > 0);
	assert_int_equal(st->cmd_ref, 0);
	assert_true(st->has_chal && st->chal_type == DM_AUTH_MAC && st->has_chal_nonce);
	assert_int_equal(st->chal_nonce_len, NONCE_FRESH_LEN);
	nonce_set(&n, st->nonce, st->chal_nonce_len);
	return n;
}

static void used(const struct sim_msg *m, const char *nonce)
{
	struct omasec_nonce n;

	sim_nonce(&n, nonce);
	assert_true(m->mac.present);
	if (!nonce_equal(&m->mac.nonce, &n))
		fail_msg("MAC with '%.*s' instead of '%s'", m->mac.nonce.len,
			 (const char *)m->mac.nonce.data, nonce);
}

static void rejected(uint8_t verdict, uint32_t reason)
{
	assert_int_equal(verdict, OMASEC_VERDICT_REJECT);
	assert_string_equal(omasec_reason_name(h.d.reason), omasec_reason_name(reason));
	assert_true(h.d.detail[0]);
	assert_false(h.d.mac_nonce.known || h.d.expect_nonce.known || h.d.no_mac);
}

/* A challenge of the host: only Status, all @code. */
static void challenged(uint8_t verdict, uint16_t code)
{
	unsigned int i;

	assert_int_equal(verdict, OMASEC_VERDICT_RESPOND);
	assert_int_equal(h.d.body, ENGINE_CHALLENGE);
	for (i = 0; i < msg.facts.status_count; i++)
		assert_int_equal(msg.facts.status[i].code, code);
}

/* ---- the local applications ---- */

static void client_first(bool cred)
{
	play_begin(&app, "1", 1, true);
	play_command(&app, DM_CMD_ALERT);
	play_command(&app, DM_CMD_REPLACE);
	if (cred) {
		app.has_cred = 1;
		app.cred_type = DM_AUTH_BASIC;
	}
}

static void client_next(uint32_t msg_id)
{
	play_begin(&app, "1", msg_id, true);
	play_status(&app, msg_id - 1, 0, DM_CMD_SYNCHDR, 200);
	play_command(&app, DM_CMD_RESULTS);
}

static void server_next(uint32_t msg_id, uint32_t ref, uint16_t code)
{
	play_begin(&app, "1", msg_id, false);
	play_status(&app, ref, 0, DM_CMD_SYNCHDR, code);
	play_status(&app, ref, 1, DM_CMD_ALERT, 200);
	play_command(&app, DM_CMD_GET);
}

static void as_client(void)
{
	host_init(&h, OMASEC_ROLE_CLIENT);
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_CLIENT], "c0");
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_SERVER], "s0");
	sim_nonce(&h.kernel[ACCOUNT_SERVER].cur, "s0");
}

static void as_server(void)
{
	host_init(&h, OMASEC_ROLE_SERVER);
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_CLIENT], "c0");
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_SERVER], "s0");
	sim_nonce(&h.kernel[ACCOUNT_CLIENT].cur, "c0");
}

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
	assert_int_equal(down.facts.status[0].code, 200);
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
	assert_int_equal(chals, 2);
	assert_int_equal(finals + rejects, 10);
	assert_true(rejects >= 4);
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
	for (again = 0; again < 2; again++) {
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
		if (again) {
			peer(&up, 3, 2, 401, "s2");
			sign(&up, &n);
			rejected(host_rx(&h, 1, &up, &msg), OMASEC_REASON_AUTH_FAILED);
		} else {
			peer(&up, 3, 2, 200, "s2");
			play_command(&up.facts, DM_CMD_RESULTS);
			sign(&up, &n);
			assert_int_equal(host_rx(&h, 1, &up, &msg), OMASEC_VERDICT_ACCEPT);
			assert_int_equal(msg.facts.msg_id, 2);
			assert_int_equal(msg.facts.status[0].msg_ref, 1);
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
		assert_int_equal(msg.facts.status_count, 1);
		assert_int_equal(msg.facts.status[0].msg_ref, 2);
		server_next(3, 3, 200);
		assert_true(host_tx(&h, 1, &app, &down));
		used(&down, "s3");
		assert_int_equal(down.facts.status[0].msg_ref, 4);
		host_done(&h);
	}
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

/* ---- bounds and faults ---- */

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
	m.mac_state = OMASEC_MAC_STATE_OK;
	m.account[0] = '\0';
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
	assert_int_equal(host_rx(&h, 1, &down, &msg), OMASEC_VERDICT_REJECT);
	rejected(OMASEC_VERDICT_REJECT, OMASEC_REASON_AUTH_FAILED);
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
	host_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native_server_session),
		cmocka_unit_test(native_server_challenges_once),
		cmocka_unit_test(second_challenge_is_refused),
		cmocka_unit_test(challenge_of_another_message_is_refused),
		cmocka_unit_test(nonce_of_unproved_server_is_not_kept),
		cmocka_unit_test(server_content_without_mac_is_challenged),
		cmocka_unit_test(server_that_fails_twice_is_refused),
		cmocka_unit_test(cred_does_not_answer_a_challenge),
		cmocka_unit_test(response_of_unknown_session_needs_a_right_mac),
		cmocka_unit_test(replay_in_the_next_session_is_challenged),
		cmocka_unit_test(native_client_session),
		cmocka_unit_test(client_without_header_is_found_by_its_name),
		cmocka_unit_test(server_stops_challenging),
		cmocka_unit_test(client_challenges_server),
		cmocka_unit_test(stranger_gets_no_held_message),
		cmocka_unit_test(stranger_does_not_break_a_session),
		cmocka_unit_test(replay_to_the_server_is_challenged),
		cmocka_unit_test(faults_are_refused_with_a_reason),
		cmocka_unit_test(what_is_not_held_is_not_repeated),
		cmocka_unit_test(exchanges_of_an_account_take_turns),
		cmocka_unit_test(native_application_is_followed),
		cmocka_unit_test(native_server_application),
		cmocka_unit_test(native_first_contact),
		cmocka_unit_test(shifted_numbers_survive_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
