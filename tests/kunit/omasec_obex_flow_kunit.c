// SPDX-License-Identifier: GPL-2.0
/*
 * OBEX flows: what is held, what goes on in which packets, with and without MAC, and what
 * ends the connection. Most rules are static, so that no helper takes part, or it is us.
 */
#include "obex_flow_kunit.h"

/* ---- MACs ---- */

static void put_gets_a_mac(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = flow_begin(test, true, OMASEC_OTHER_DENY);
	connects(test, t, "SYNCML-DM");
	message(test, t, CLIENT, DM_XML, 0, false);
	goes_to_server(test, t);
	has_mac(test, t, true, OMASEC_CRED_CLIENT);
	say_code(test, t, SERVER, OMASEC_OBEX_SUCCESS);
	hears(test, t, CLIENT, OMASEC_OBEX_SUCCESS);
	KUNIT_EXPECT_EQ(test, t->f->tx.messages, 1ULL);
	flow_end(t);
}

/* A MAC that the application made is not ours. */
static void put_has_one_mac(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = flow_begin(test, true, OMASEC_OTHER_DENY);
	connects(test, t, "SYNCML-DM");
	message(test, t, CLIENT, DM_XML, 2, true);
	goes_to_server(test, t);
	has_mac(test, t, true, OMASEC_CRED_CLIENT);
	flow_end(t);
}

static void answer_gets_a_mac(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = flow_begin(test, false, OMASEC_OTHER_DENY);
	connects(test, t, "SYNCML-DM");
	fetches(test, t);
	hears_get(test, t);
	message(test, t, SERVER, DM_XML, 0, false);
	goes_to_client(test, t);
	has_mac(test, t, true, OMASEC_CRED_SERVER);
	flow_end(t);
}

struct judged {
	const char *name, *type;
	int macs;
	bool change;
	unsigned int reason;
};

static const struct judged judged[] = {
	{ "right", DM_XML, 1 },
	{ "wrong", DM_XML, 1, true, .reason = OMASEC_REASON_MAC_WRONG },
	{ "none", DM_XML, 0, .reason = OMASEC_REASON_MAC_MISSING },
	{ "two", DM_XML, 2, .reason = OMASEC_REASON_MAC_MALFORMED },
	{ "type_not_of_dm", "text/plain", 1, .reason = OMASEC_REASON_NOT_DM },
};

static void judged_desc(const struct judged *j, char *desc)
{
	strscpy(desc, j->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(judged, judged, judged_desc);

static void put_is_judged(struct kunit *test)
{
	const struct judged *j = test->param_value;
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	/* Behind SYNCML-DM whatever a message says of itself does not let it pass. */
	t = flow_begin(test, false, OMASEC_OTHER_PASS);
	connects(test, t, "SYNCML-DM");
	message(test, t, CLIENT, j->type, j->macs, j->change);
	if (j->reason) {
		refused(test, t, j->reason);
	} else {
		goes_to_server(test, t);
		/* Without helper it stays where it was. */
		has_mac(test, t, true, OMASEC_CRED_CLIENT);
		KUNIT_EXPECT_EQ(test, t->f->rx.messages, 1ULL);
	}
	flow_end(t);
}

static void answer_is_judged(struct kunit *test)
{
	const struct judged *j = test->param_value;
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = flow_begin(test, true, OMASEC_OTHER_PASS);
	connects(test, t, "SYNCML-DM");
	fetches(test, t);
	hears_get(test, t);
	message(test, t, SERVER, j->type, j->macs, j->change);
	if (j->reason) {
		refused(test, t, j->reason);
	} else {
		goes_to_client(test, t);
		has_mac(test, t, true, OMASEC_CRED_SERVER);
	}
	flow_end(t);
}

/* What answers a GET for DM is DM, without a Type and whomever the client has connected to. */
static void answer_without_type(struct kunit *test)
{
	struct flow_test *t;
	int macs;

	SKIP_WITHOUT_MD5(test);
	for (macs = 0; macs < 2; macs++) {
		t = flow_begin(test, true, OMASEC_OTHER_PASS);
		connects(test, t, "ANOTHER");
		fetches(test, t);
		hears_get(test, t);
		message(test, t, SERVER, NULL, macs, false);
		if (macs)
			goes_to_client(test, t);
		else
			refused(test, t, OMASEC_REASON_MAC_MISSING);
		flow_end(t);
	}
}

/* Where the rule asks for no MAC, one of the application's own does not leave either. */
static void put_without_mac(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = flow_begin(test, true, OMASEC_OTHER_DENY);
	t->f->rule->integrity = OMASEC_INTEGRITY_NONE;
	connects(test, t, "SYNCML-DM");
	message(test, t, CLIENT, DM_XML, 1, false);
	goes_to_server(test, t);
	has_mac(test, t, false, OMASEC_CRED_CLIENT);
	flow_end(t);
}

/* What is not DM: as the rule says, and without MAC. */
static void other_passes(struct kunit *test)
{
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_PASS);

	connects(test, t, "ANOTHER");
	message(test, t, CLIENT, "text/plain", 0, false);
	goes_to_server(test, t);
	has_mac(test, t, false, OMASEC_CRED_CLIENT);
	KUNIT_EXPECT_EQ(test, t->f->tx.messages, 0ULL);
	flow_end(t);
}

static void other_is_refused(struct kunit *test)
{
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_DENY);

	connects(test, t, "ANOTHER");
	message(test, t, CLIENT, "text/plain", 0, false);
	refused(test, t, OMASEC_REASON_NOT_DM);
	flow_end(t);

	t = flow_begin(test, true, OMASEC_OTHER_DENY);
	connects(test, t, "ANOTHER");
	begin(t, OMASEC_OBEX_GET | OMASEC_OBEX_FINAL);
	header(t, 0x42, "text/plain", 11);
	say(test, t, CLIENT);
	refused(test, t, OMASEC_REASON_NOT_DM);
	flow_end(t);
}

static void put_of_nothing(struct kunit *test)
{
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_PASS);

	connects(test, t, "SYNCML-DM");
	begin(t, OMASEC_OBEX_PUT | OMASEC_OBEX_FINAL);
	header(t, 0x42, DM_XML, sizeof(DM_XML));
	say(test, t, CLIENT);
	refused(test, t, OMASEC_REASON_OBEX_REFUSED);
	flow_end(t);
}

static void longer_than_may_be(struct kunit *test)
{
	static const u8 length[] = { 0xc3, 0, 0, 290 >> 8, 290 & 0xff };
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_DENY);

	t->f->rule->max_message = 289;
	connects(test, t, "SYNCML-DM");
	begin(t, OMASEC_OBEX_PUT);
	header(t, 0x42, DM_XML, sizeof(DM_XML));
	header(t, 0x48, t->body, 50);
	say(test, t, CLIENT);
	hears(test, t, CLIENT, OMASEC_OBEX_CONTINUE);
	begin(t, OMASEC_OBEX_PUT);
	header(t, 0x48, t->body + 50, 240);
	say(test, t, CLIENT);
	refused(test, t, OMASEC_REASON_TOO_LARGE);
	flow_end(t);

	/* Or is going to be, as it says itself. */
	t = flow_begin(test, true, OMASEC_OTHER_DENY);
	t->f->rule->max_message = 289;
	connects(test, t, "SYNCML-DM");
	begin(t, OMASEC_OBEX_PUT);
	memcpy(t->octets + t->len, length, sizeof(length));
	t->len += sizeof(length);
	header(t, 0x42, DM_XML, sizeof(DM_XML));
	header(t, 0x48, t->body, 50);
	say(test, t, CLIENT);
	refused(test, t, OMASEC_REASON_TOO_LARGE);
	flow_end(t);
}

/* Until it has said so, a server takes no packets longer than any receiver does. */
static void connect_longer_than_taken(struct kunit *test)
{
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_PASS);
	static const u8 front[] = { 0x10, 0, 0xff, 0xff };

	begin(t, OMASEC_OBEX_CONNECT);
	memcpy(t->octets + 3, front, sizeof(front));
	t->len = 7;
	header(t, 0x46, t->body, OMASEC_OBEX_PACKET_MIN);
	say(test, t, CLIENT);
	refused(test, t, OMASEC_REASON_OBEX_HEADER);
	flow_end(t);
}

/* The server speaks before it was asked, or ends what has not gone whole, or goes on behind it. */
static void server_out_of_turn(struct kunit *test)
{
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_PASS);

	connects(test, t, "ANOTHER");
	say_code(test, t, SERVER, OMASEC_OBEX_SUCCESS);
	refused(test, t, OMASEC_REASON_OBEX_PACKET);
	flow_end(t);

	t = flow_begin(test, true, OMASEC_OTHER_PASS);
	connects(test, t, "ANOTHER");
	message(test, t, CLIENT, "text/plain", 0, false);
	KUNIT_EXPECT_GT(test, hear(test, t, SERVER), (size_t)3);
	say_code(test, t, SERVER, OMASEC_OBEX_SUCCESS);
	refused(test, t, OMASEC_REASON_OBEX_PACKET);
	flow_end(t);

	t = flow_begin(test, true, OMASEC_OTHER_PASS);
	connects(test, t, "ANOTHER");
	message(test, t, CLIENT, "text/plain", 0, false);
	goes_to_server(test, t);
	say_code(test, t, SERVER, OMASEC_OBEX_CONTINUE);
	refused(test, t, OMASEC_REASON_OBEX_PACKET);
	flow_end(t);
}

/* A server that cannot go on with an object says so; the next operation may begin. */
static void server_gives_up(struct kunit *test)
{
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_PASS);

	connects(test, t, "ANOTHER");
	message(test, t, CLIENT, "text/plain", 0, false);
	KUNIT_EXPECT_GT(test, hear(test, t, SERVER), (size_t)3);
	say_code(test, t, SERVER, 0xc3);
	hears(test, t, CLIENT, 0xc3);
	say_code(test, t, CLIENT, OMASEC_OBEX_DISCONNECT);
	hears(test, t, SERVER, OMASEC_OBEX_DISCONNECT);
	KUNIT_EXPECT_EQ(test, t->f->reason, 0U);
	flow_end(t);
}

/* Of a message that its sender gives up nothing goes on. */
static void client_gives_up(struct kunit *test)
{
	struct flow_test *t = flow_begin(test, true, OMASEC_OTHER_DENY);

	connects(test, t, "SYNCML-DM");
	begin(t, OMASEC_OBEX_PUT);
	header(t, 0x42, DM_XML, sizeof(DM_XML));
	header(t, 0x48, t->body, 50);
	say(test, t, CLIENT);
	hears(test, t, CLIENT, OMASEC_OBEX_CONTINUE);
	say_code(test, t, CLIENT, OMASEC_OBEX_ABORT);
	hears(test, t, CLIENT, OMASEC_OBEX_SUCCESS);
	KUNIT_EXPECT_EQ(test, hear(test, t, SERVER), (size_t)0);
	KUNIT_EXPECT_EQ(test, t->f->reason, 0U);
	flow_end(t);
}

/* What has come of an answer that its server gives up does not go on. */
static void answer_is_given_up(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = flow_begin(test, true, OMASEC_OTHER_DENY);
	connects(test, t, "SYNCML-DM");
	fetches(test, t);
	hears_get(test, t);
	begin(t, OMASEC_OBEX_CONTINUE);
	header(t, 0x42, DM_XML, sizeof(DM_XML));
	header(t, 0x48, t->body, 50);
	say(test, t, SERVER);
	hears(test, t, SERVER, OMASEC_OBEX_GET | OMASEC_OBEX_FINAL);
	say_code(test, t, SERVER, 0xc3);
	take_begin(t, OMASEC_OBEX_RESPONSE);
	KUNIT_ASSERT_GE(test, hear(test, t, CLIENT), (size_t)3);
	KUNIT_EXPECT_EQ(test, t->octets[0], (u8)0xc3);
	take(test, t);
	KUNIT_EXPECT_EQ(test, t->whole_len, (size_t)0);
	KUNIT_EXPECT_EQ(test, t->f->rx.messages, 0ULL);
	flow_end(t);
}

/* A client that has the first packet of an answer gives up the rest, or asks for another thing. */
static void client_stops_fetching(struct kunit *test)
{
	struct flow_test *t;
	int aborts;

	SKIP_WITHOUT_MD5(test);
	for (aborts = 0; aborts < 2; aborts++) {
		t = flow_begin(test, false, OMASEC_OTHER_DENY);
		connects(test, t, "SYNCML-DM");
		fetches(test, t);
		hears_get(test, t);
		message(test, t, SERVER, DM_XML, 0, false);
		KUNIT_EXPECT_EQ(test, hear(test, t, CLIENT), (size_t)CLIENT_MAX);
		say_code(test, t, CLIENT, aborts ? OMASEC_OBEX_ABORT : OMASEC_OBEX_DISCONNECT);
		if (aborts) {
			hears(test, t, CLIENT, OMASEC_OBEX_SUCCESS);
			hears_nothing(test, t);
			fetches(test, t);
			hears_get(test, t);
		} else {
			refused(test, t, OMASEC_REASON_OBEX_PACKET);
		}
		flow_end(t);
	}
}

/* ---- with a helper ---- */

static struct flow_test *helped_begin(struct kunit *test, bool device)
{
	struct flow_test *t = flow_begin(test, device, OMASEC_OTHER_DENY);
	const char *why = "";

	t->f->rule->auth_mode = OMASEC_AUTH_MODE_TRANSPARENT;
	KUNIT_ASSERT_EQ(test, omasec_upcall_register(t->on, HELPER_PORT, "kunit", true, &why), 0);
	return t;
}

/* The helper decides about the message that waits, with @nonce for a MAC, or a body of its own. */
static void decide(struct kunit *test, struct flow_test *t, u8 verdict, const char *nonce)
{
	struct omasec_decision d = { .verdict = verdict };
	const char *why = "";
	struct omasec_msg *m;

	flow_run(t->f);
	hears_nothing(test, t);
	m = omasec_upcall_next(t->on, HELPER_PORT, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(m));
	KUNIT_EXPECT_EQ(test, m->body.len, (size_t)BODY_LEN);
	if (verdict == OMASEC_VERDICT_RESPOND) {
		memset(t->body, 'H', BODY_LEN);
		KUNIT_ASSERT_EQ(test, omasec_upcall_put(m, HELPER_PORT, 0, t->body, BODY_LEN, &why),
				0);
		d.has_length = true;
		d.length = BODY_LEN;
	}
	if (nonce) {
		d.mac_nonce.known = true;
		d.mac_nonce.len = strlen(nonce);
		memcpy(d.mac_nonce.data, nonce, d.mac_nonce.len);
	}
	KUNIT_ASSERT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &d, &why), 0);
	omasec_msg_put(m);
	flow_run(t->f);
}

/* An application that knows nothing of MACs gets none. */
static void helper_lets_in(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = helped_begin(test, false);
	connects(test, t, "SYNCML-DM");
	message(test, t, CLIENT, DM_XML, 1, false);
	decide(test, t, OMASEC_VERDICT_ACCEPT, NULL);
	goes_to_server(test, t);
	has_mac(test, t, false, OMASEC_CRED_CLIENT);
	KUNIT_EXPECT_EQ(test, t->f->rx.messages, 1ULL);
	flow_end(t);
}

/* A challenge: the server hears neither the PUT nor the GET that fetches what it is answered. */
static void helper_answers(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = helped_begin(test, false);
	connects(test, t, "SYNCML-DM");
	message(test, t, CLIENT, DM_XML, 0, false);
	decide(test, t, OMASEC_VERDICT_RESPOND, "s1");
	hears(test, t, CLIENT, OMASEC_OBEX_SUCCESS);
	hears_nothing(test, t);
	fetches(test, t);
	goes_to_client(test, t);
	has_mac(test, t, true, OMASEC_CRED_SERVER);
	KUNIT_EXPECT_EQ(test, t->f->rx.messages, 0ULL);
	/* Once. */
	fetches(test, t);
	hears_get(test, t);
	flow_end(t);
}

/* Challenged, the server is put the message again, and asked again for what the client waits for. */
static void helper_puts_again(struct kunit *test)
{
	struct flow_test *t;

	SKIP_WITHOUT_MD5(test);
	t = helped_begin(test, true);
	connects(test, t, "SYNCML-DM");
	message(test, t, CLIENT, DM_XML, 0, false);
	decide(test, t, OMASEC_VERDICT_ACCEPT, "c1");
	goes_to_server(test, t);
	has_mac(test, t, true, OMASEC_CRED_CLIENT);
	say_code(test, t, SERVER, OMASEC_OBEX_SUCCESS);
	hears(test, t, CLIENT, OMASEC_OBEX_SUCCESS);
	fetches(test, t);
	hears_get(test, t);
	message(test, t, SERVER, DM_XML, 0, false);
	decide(test, t, OMASEC_VERDICT_RESPOND, "c1");
	goes_to_server(test, t);
	has_mac(test, t, true, OMASEC_CRED_CLIENT);
	say_code(test, t, SERVER, OMASEC_OBEX_SUCCESS);
	hears_get(test, t);
	hears_nothing(test, t);
	message(test, t, SERVER, DM_XML, 1, false);
	decide(test, t, OMASEC_VERDICT_ACCEPT, NULL);
	goes_to_client(test, t);
	has_mac(test, t, false, OMASEC_CRED_SERVER);
	KUNIT_EXPECT_EQ(test, t->f->reason, 0U);
	flow_end(t);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(put_gets_a_mac),
	KUNIT_CASE(put_has_one_mac),
	KUNIT_CASE(answer_gets_a_mac),
	KUNIT_CASE_PARAM(put_is_judged, judged_gen_params),
	KUNIT_CASE_PARAM(answer_is_judged, judged_gen_params),
	KUNIT_CASE(answer_without_type),
	KUNIT_CASE(put_without_mac),
	KUNIT_CASE(other_passes),
	KUNIT_CASE(other_is_refused),
	KUNIT_CASE(put_of_nothing),
	KUNIT_CASE(longer_than_may_be),
	KUNIT_CASE(connect_longer_than_taken),
	KUNIT_CASE(server_out_of_turn),
	KUNIT_CASE(server_gives_up),
	KUNIT_CASE(client_gives_up),
	KUNIT_CASE(answer_is_given_up),
	KUNIT_CASE(client_stops_fetching),
	KUNIT_CASE(helper_lets_in),
	KUNIT_CASE(helper_answers),
	KUNIT_CASE(helper_puts_again),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "omasec_obex_flow",
	.init = control_kunit_init,
	.exit = flow_exit,
	.test_cases = flow_cases,
};

kunit_test_suites(&flow_suite);

MODULE_LICENSE("GPL");
