// SPDX-License-Identifier: GPL-2.0
/*
 * The helper's side of libomasec and events, against a fake of the family: no
 * notice is forgotten, no body is taken for another, and nothing is sent that
 * the caller did not say.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib_fake.h"

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void announce(const struct nlmsghdr *req, uint64_t cookie)
{
	static struct attrs a;

	a.len = 0;
	attr_u64(&a, OMASEC_A_MSG_COOKIE, cookie);
	attr_u32(&a, OMASEC_A_MSG_LENGTH, 10);
	attr_str(&a, OMASEC_A_MSG_USER, "dev");
	attr_u8(&a, OMASEC_A_MSG_MAC_STATE, OMASEC_MAC_STATE_OK);
	if (req)
		fake_reply(req, &a);
	else
		fake_notice(OMASEC_CMD_MSG_READY, &a);
}

static uint64_t waiting[8];
static unsigned int waiting_count, asked;

/* MSG_NEXT as the module does it; everything else is acknowledged. */
static void module_next(const struct nlmsghdr *req)
{
	if (genl_command(req) != OMASEC_CMD_MSG_NEXT) {
		fake_ack(req, 0);
		return;
	}
	asked++;
	if (!waiting_count) {
		fake_ack(req, -ENOENT);
		return;
	}
	announce(req, waiting[--waiting_count]);
	fake_ack(req, 0);
}

static int setup(void **state)
{
	waiting_count = 0;
	asked = 0;
	if (fake_setup_helper(state))
		return -1;
	fake.handler = module_next;
	return 0;
}

static void asks_for_what_waited_before_it_registered(void **state)
{
	struct omasec_message m;

	(void)state;
	waiting[0] = 11;
	waiting_count = 1;
	assert_int_equal(omasec_helper_register(fake.o, "1", false), 0);
	assert_true(readable(omasec_helper_fd(fake.o)));
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 11);
	assert_string_equal(m.user, "dev");
	assert_int_equal(m.mac_state, OMASEC_MAC_STATE_OK);
	assert_true(readable(omasec_helper_fd(fake.o)));
	assert_int_equal(omasec_helper_next(fake.o, &m), 0);
	assert_false(readable(omasec_helper_fd(fake.o)));
}

static void does_not_ask_without_need(void **state)
{
	struct omasec_message m;

	(void)state;
	announce(NULL, 5);
	assert_true(readable(omasec_helper_fd(fake.o)));
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 5);
	assert_int_equal(omasec_helper_next(fake.o, &m), 0);
	assert_int_equal(asked, 0);
}

static void notices_in_between(const struct nlmsghdr *req)
{
	announce(NULL, 21);
	announce(NULL, 22);
	fake_ack(req, 0);
}

static void keeps_notices_that_come_during_a_call(void **state)
{
	struct omasec_decision d = { .cookie = 1, .verdict = OMASEC_VERDICT_ACCEPT };
	struct omasec_message m;

	(void)state;
	announce(NULL, 20);
	fake.handler = notices_in_between;
	assert_int_equal(omasec_message_verdict(fake.o, &d), 0);
	assert_true(readable(omasec_helper_fd(fake.o)));
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 20);
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 21);
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 22);
	assert_int_equal(omasec_helper_next(fake.o, &m), 0);
	assert_false(readable(omasec_helper_fd(fake.o)));
}

static void asks_after_notices_were_lost(void **state)
{
	struct omasec_message m;

	(void)state;
	announce(NULL, 30);
	fake_send(1, 0, -ENOBUFS, "", 0);
	waiting[0] = 32;
	waiting[1] = 31;
	waiting_count = 2;
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 30);
	assert_true(readable(omasec_helper_fd(fake.o)));
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 31);
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 32);
	assert_int_equal(omasec_helper_next(fake.o, &m), 0);
	assert_int_equal(asked, 3);
}

static void lost_in_call(const struct nlmsghdr *req)
{
	fake_send(1, 0, -ENOBUFS, "", 0);
	fake_ack(req, 0);
}

static void asks_after_notices_were_lost_during_a_call(void **state)
{
	struct omasec_decision d = { .cookie = 1, .verdict = OMASEC_VERDICT_ACCEPT };
	struct omasec_message m;

	(void)state;
	fake.handler = lost_in_call;
	assert_int_equal(omasec_message_verdict(fake.o, &d), 0);
	assert_true(readable(omasec_helper_fd(fake.o)));
	waiting[0] = 40;
	waiting_count = 1;
	fake.handler = module_next;
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 40);
}

static void tells_of_a_notice_that_cannot_be_read(void **state)
{
	static struct attrs a;
	struct omasec_message m;

	(void)state;
	a.len = 0;
	attr_u32(&a, OMASEC_A_MSG_COOKIE, 1);
	fake_notice(OMASEC_CMD_MSG_READY, &a);
	assert_int_equal(omasec_helper_next(fake.o, &m), -EBADMSG);
	assert_int_equal(omasec_helper_next(fake.o, &m), 0);
}

static void ignores_notices_of_other_processes(void **state)
{
	static struct attrs a;
	struct omasec_message m;

	(void)state;
	a.len = 0;
	attr_u64(&a, OMASEC_A_MSG_COOKIE, 1);
	fake_genl(1, 4711, 0, 0, OMASEC_CMD_MSG_READY, &a);
	assert_int_equal(omasec_helper_next(fake.o, &m), 0);
}

static void removal(int channel, uint16_t family)
{
	static struct attrs a;
	struct genlmsghdr gh = { .cmd = CTRL_CMD_DELFAMILY, .version = 2 };
	uint8_t buf[128] __attribute__((aligned(8)));

	a.len = 0;
	attr_u16(&a, CTRL_ATTR_FAMILY_ID, family);
	memcpy(buf, &gh, sizeof(gh));
	memcpy(buf + GENL_HDRLEN, a.data, a.len);
	fake_message(channel, 0, GENL_ID_CTRL, 0, 0, buf, GENL_HDRLEN + a.len);
}

static void notices_that_the_module_was_removed(void **state)
{
	struct omasec_message m;
	struct omasec_event e;

	(void)state;
	removal(1, FAKE_FAMILY + 1);
	removal(2, FAKE_FAMILY + 1);
	assert_int_equal(omasec_helper_next(fake.o, &m), 0);
	assert_int_equal(omasec_events_read(fake.o, &e), 0);
	removal(1, FAKE_FAMILY);
	removal(2, FAKE_FAMILY);
	assert_int_equal(omasec_helper_next(fake.o, &m), -EPROTONOSUPPORT);
	assert_non_null(strstr(omasec_error(fake.o), "removed"));
	assert_int_equal(omasec_events_read(fake.o, &e), -EPROTONOSUPPORT);
}

static int refusal;

static void refuse(const struct nlmsghdr *req)
{
	fake_ack(req, refusal);
}

static void gives_up_the_socket_when_it_cannot_register(void **state)
{
	struct omasec_message m;

	(void)state;
	fake.handler = refuse;
	refusal = -EBUSY;
	assert_int_equal(omasec_helper_register(fake.o, "1", false), -EBUSY);
	assert_non_null(strstr(omasec_error(fake.o), "another helper"));
	assert_int_equal(omasec_helper_fd(fake.o), -ENOTCONN);
	assert_int_equal(omasec_helper_next(fake.o, &m), -ENOTCONN);
	assert_int_equal(omasec_account_nonce(fake.o, "a", NULL, NULL), -ENOTCONN);
}

/* ------------------------------------------------------------------ bodies */

static struct piece {
	uint64_t cookie;
	uint32_t offset, len;
} pieces[8];
static unsigned int piece_count;
static uint8_t pattern[200000];

static void send_pieces(const struct nlmsghdr *req)
{
	static struct attrs a;
	unsigned int i;

	for (i = 0; i < piece_count; i++) {
		a.len = 0;
		attr_u64(&a, OMASEC_A_MSG_COOKIE, pieces[i].cookie);
		attr_u32(&a, OMASEC_A_MSG_OFFSET, pieces[i].offset);
		attr_put(&a, OMASEC_A_MSG_CHUNK, pattern + pieces[i].offset, pieces[i].len);
		fake_genl(1, 0, NLM_F_MULTI, req->nlmsg_seq, OMASEC_CMD_MSG_GET, &a);
	}
	fake_done(req, 0);
}

static void pulls_a_body_in_pieces(void **state)
{
	struct omasec_message m = { .cookie = 1ull << 33, .length = 70000 };
	uint8_t *body;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 2654435761u >> 24);
	pieces[0] = (struct piece){ m.cookie, 0, 32000 };
	pieces[1] = (struct piece){ m.cookie, 32000, 32000 };
	pieces[2] = (struct piece){ m.cookie, 64000, 6000 };
	piece_count = 3;
	fake.handler = send_pieces;
	assert_int_equal(omasec_message_get(fake.o, &m, &body), 0);
	assert_memory_equal(body, pattern, 70000);
	assert_int_equal(body[70000], 0);
	free(body);
	/* Nothing at all. */
	m.length = 0;
	piece_count = 0;
	assert_int_equal(omasec_message_get(fake.o, &m, &body), 0);
	free(body);
}

static void refuses_a_body_that_is_not_exactly_the_announced_one(void **state)
{
	static const struct {
		struct piece p[2];
		unsigned int n;
	} cases[] = {
		{ { { 1, 0, 99 } }, 1 },			/* short */
		{ { { 1, 0, 101 } }, 1 },			/* long */
		{ { { 1, 0, 5000 } }, 1 },
		{ { { 1, 0, 100 }, { 1, 100, 1 } }, 2 },	/* goes on */
		{ { { 1, 0, 100 }, { 1, 100, 5000 } }, 2 },
		{ { { 1, 0, 50 }, { 1, 51, 49 } }, 2 },		/* hole */
		{ { { 1, 0, 50 }, { 1, 49, 51 } }, 2 },		/* overlap */
		{ { { 1, 50, 50 }, { 1, 0, 50 } }, 2 },		/* order */
		{ { { 2, 0, 100 } }, 1 },			/* of another message */
		{ { { 1, 0, 0 } }, 0 },				/* nothing */
	};
	struct omasec_message m = { .cookie = 1, .length = 100 };
	unsigned int i;

	(void)state;
	fake.handler = send_pieces;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *body = pattern;

		memcpy(pieces, cases[i].p, sizeof(cases[i].p));
		piece_count = cases[i].n;
		assert_int_equal(omasec_message_get(fake.o, &m, &body), -EBADMSG);
		assert_null(body);
	}
	m.length = OMASEC_MESSAGE_MAX + 1;
	assert_int_equal(omasec_message_get(fake.o, &m, &(uint8_t *){ NULL }), -EMSGSIZE);
}

static void decided_meanwhile(const struct nlmsghdr *req)
{
	fake_ack(req, -ESTALE);
}

static void tells_when_the_message_is_decided(void **state)
{
	struct omasec_message m = { .cookie = 1, .length = 100 };
	uint8_t *body;

	(void)state;
	fake.handler = decided_meanwhile;
	assert_int_equal(omasec_message_get(fake.o, &m, &body), -ESTALE);
	assert_null(body);
	assert_non_null(strstr(omasec_error(fake.o), "decided already"));
}

static struct {
	uint8_t data[200000];
	size_t len;
	unsigned int count, fail_at;
} taken;

static void take_piece(const struct nlmsghdr *req)
{
	struct reply_chunk c = { 0 };

	assert_int_equal(genl_command(req), OMASEC_CMD_MSG_PUT);
	assert_int_equal(genl_decode_msg(&omasec_set_chunk, req, &c), 0);
	assert_int_equal(c.cookie, 7);
	assert_int_equal(c.offset, taken.len);
	assert_true(c.chunk.len > 0 && c.chunk.len <= OMASEC_CHUNK_MAX);
	if (++taken.count == taken.fail_at) {
		fake_ack(req, -ESTALE);
		return;
	}
	memcpy(taken.data + taken.len, c.chunk.p, c.chunk.len);
	taken.len += c.chunk.len;
	fake_ack(req, 0);
}

static void puts_a_body_in_order_and_in_allowed_pieces(void **state)
{
	(void)state;
	memset(&taken, 0, sizeof(taken));
	fake.handler = take_piece;
	assert_int_equal(omasec_message_put(fake.o, 7, pattern, 150000), 0);
	assert_int_equal(taken.len, 150000);
	assert_int_equal(taken.count, 4);
	assert_memory_equal(taken.data, pattern, 150000);

	memset(&taken, 0, sizeof(taken));
	taken.fail_at = 2;
	assert_int_equal(omasec_message_put(fake.o, 7, pattern, 150000), -ESTALE);
	assert_int_equal(taken.count, 2);

	assert_int_equal(omasec_message_put(fake.o, 7, pattern, 0), -EMSGSIZE);
	assert_int_equal(omasec_message_put(fake.o, 7, pattern, OMASEC_MESSAGE_MAX + 1), -EMSGSIZE);
	assert_int_equal(taken.count, 2);
}

/* ------------------------------------------------------------------ verdicts */

_Alignas(8) static uint8_t sent[16384];

static void keep_and_ack(const struct nlmsghdr *req)
{
	memcpy(sent, req, req->nlmsg_len);
	fake_ack(req, 0);
}

static struct nlattr *sent_attr(int type)
{
	return nlmsg_find_attr((struct nlmsghdr *)sent, GENL_HDRLEN, type);
}

static void sends_a_verdict_in_full(void **state)
{
	char detail[400];
	struct omasec_decision d = {
		.cookie = 9, .verdict = OMASEC_VERDICT_RESPOND, .reason = OMASEC_REASON_MAC_WRONG,
		.detail = detail, .replaced = true, .length = 0, .content_type = "a/b",
		.account = "srv", .mac_nonce = { true, 0, "" }, .expect_nonce = { true, 2, "xy" },
		.no_mac = true,
	};

	(void)state;
	memset(detail, 'd', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = '\0';
	fake.handler = keep_and_ack;
	assert_int_equal(omasec_message_verdict(fake.o, &d), 0);
	assert_int_equal(nla_get_u64(sent_attr(OMASEC_A_MSG_COOKIE)), 9);
	assert_int_equal(nla_get_u8(sent_attr(OMASEC_A_MSG_VERDICT)), OMASEC_VERDICT_RESPOND);
	assert_int_equal(nla_get_u32(sent_attr(OMASEC_A_MSG_REASON)), OMASEC_REASON_MAC_WRONG);
	assert_int_equal(nla_get_u32(sent_attr(OMASEC_A_MSG_LENGTH)), 0);
	assert_int_equal(nla_len(sent_attr(OMASEC_A_MSG_DETAIL)), OMASEC_DETAIL_MAX + 1);
	assert_string_equal(nla_data(sent_attr(OMASEC_A_MSG_CONTENT_TYPE)), "a/b");
	assert_string_equal(nla_data(sent_attr(OMASEC_A_MSG_ACCOUNT)), "srv");
	/* The empty nonce is a nonce. */
	assert_int_equal(nla_len(sent_attr(OMASEC_A_MSG_MAC_NONCE)), 0);
	assert_memory_equal(nla_data(sent_attr(OMASEC_A_MSG_EXPECT_NONCE)), "xy", 2);
	assert_non_null(sent_attr(OMASEC_A_MSG_NO_MAC));
}

static void names_what_was_denied(void **state)
{
	static struct omasec_denial denial[OMASEC_DENIALS_MAX + 1];
	struct omasec_decision d = {
		.cookie = 9, .verdict = OMASEC_VERDICT_ACCEPT, .denied = 20, .denial = denial, .denial_count = 2,
	};
	struct nlattr *all, *one, *tb[OMASEC_A_DENIAL_MAX + 1];

	(void)state;
	strcpy(denial[0].server, "Mgmt1");
	strcpy(denial[0].command, "Get");
	strcpy(denial[0].clause, "not-named");
	denial[0].status = 425;
	denial[1] = denial[0];
	denial[1].server[0] = '\0';
	memset(denial[1].uri, 'x', OMASEC_URI_MAX);
	fake.handler = keep_and_ack;
	assert_int_equal(omasec_message_verdict(fake.o, &d), 0);
	assert_int_equal(nla_get_u32(sent_attr(OMASEC_A_MSG_DENIED)), 20);
	all = sent_attr(OMASEC_A_MSG_DENIALS);
	assert_non_null(all);
	one = nla_data(all);
	assert_int_equal(nla_parse_nested(tb, OMASEC_A_DENIAL_MAX, one, NULL), 0);
	assert_string_equal(nla_data(tb[OMASEC_A_DENIAL_SERVER]), "Mgmt1");
	assert_string_equal(nla_data(tb[OMASEC_A_DENIAL_COMMAND]), "Get");
	assert_string_equal(nla_data(tb[OMASEC_A_DENIAL_CLAUSE]), "not-named");
	assert_int_equal(nla_get_u16(tb[OMASEC_A_DENIAL_STATUS]), 425);
	assert_null(tb[OMASEC_A_DENIAL_URI]);
	one = (struct nlattr *)((char *)one + NLA_ALIGN(one->nla_len));
	assert_int_equal(nla_parse_nested(tb, OMASEC_A_DENIAL_MAX, one, NULL), 0);
	assert_null(tb[OMASEC_A_DENIAL_SERVER]);
	assert_int_equal(nla_len(tb[OMASEC_A_DENIAL_URI]), OMASEC_URI_MAX + 1);
	/* as many as there may be, and not one more */
	d.denial_count = OMASEC_DENIALS_MAX;
	for (unsigned int i = 0; i < OMASEC_DENIALS_MAX; i++)
		denial[i] = denial[1];
	assert_int_equal(omasec_message_verdict(fake.o, &d), 0);
	d.denial_count++;
	assert_int_equal(omasec_message_verdict(fake.o, &d), -EINVAL);
}

static void sends_no_more_than_the_verdict_says(void **state)
{
	struct omasec_decision d = { .cookie = 9, .verdict = OMASEC_VERDICT_ACCEPT };
	static const int absent[] = {
		OMASEC_A_MSG_REASON, OMASEC_A_MSG_DETAIL, OMASEC_A_MSG_LENGTH,
		OMASEC_A_MSG_CONTENT_TYPE, OMASEC_A_MSG_ACCOUNT, OMASEC_A_MSG_MAC_NONCE,
		OMASEC_A_MSG_NO_MAC, OMASEC_A_MSG_EXPECT_NONCE, OMASEC_A_MSG_DENIED, OMASEC_A_MSG_DENIALS,
	};
	unsigned int i;

	(void)state;
	fake.handler = keep_and_ack;
	assert_int_equal(omasec_message_verdict(fake.o, &d), 0);
	for (i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_null(sent_attr(absent[i]));
}

static void sets_only_the_nonce_that_is_given(void **state)
{
	struct omasec_nonce nonce = { true, 2, "nn" };
	struct omasec_account back = { 0 };

	(void)state;
	fake.handler = keep_and_ack;
	assert_int_equal(omasec_account_nonce(fake.o, "srv", NULL, &nonce), 0);
	assert_null(sent_attr(OMASEC_A_ACCOUNT_CLIENT));
	assert_int_equal(genl_decode_msg(&omasec_set_account, (struct nlmsghdr *)sent, &back), 0);
	assert_string_equal(back.name, "srv");
	assert_memory_equal(&back.server.nonce, &nonce, sizeof(nonce));
}

static void with_nonce(const struct nlmsghdr *req)
{
	static struct attrs a;
	size_t nest;

	/* The module tells nonces on the registered socket only. */
	assert_int_equal(fake.at, 1);
	announce(NULL, 50);
	a.len = 0;
	attr_str(&a, OMASEC_A_ACCOUNT_NAME, "srv");
	nest = attr_put(&a, OMASEC_A_ACCOUNT_CLIENT | NLA_F_NESTED, NULL, 0);
	attr_put(&a, OMASEC_A_CRED_HAS_NONCE, NULL, 0);
	attr_put(&a, OMASEC_A_CRED_NONCE, "first", 5);
	attr_nest_end(&a, nest);
	fake_reply(req, &a);
	if (req->nlmsg_flags & NLM_F_DUMP)
		fake_done(req, 0);
	else
		fake_ack(req, 0);
}

static int see_nonce(void *arg, const struct omasec_account *a)
{
	*(struct omasec_nonce *)arg = a->client.nonce;
	return 0;
}

static void asks_for_accounts_as_the_helper(void **state)
{
	struct omasec_nonce nonce = { 0 };
	struct omasec_account a;
	struct omasec_message m;

	(void)state;
	fake.handler = with_nonce;
	assert_int_equal(omasec_account_each(fake.o, see_nonce, &nonce), 0);
	assert_int_equal(nonce.len, 5);
	assert_memory_equal(nonce.data, "first", 5);
	assert_int_equal(omasec_account_get(fake.o, "srv", &a), 0);
	assert_memory_equal(&a.client.nonce, &nonce, sizeof(nonce));
	assert_int_equal(omasec_helper_next(fake.o, &m), 1);
	assert_int_equal(m.cookie, 50);
}

/* ------------------------------------------------------------------ events */

static void reads_events_one_at_a_time(void **state)
{
	static struct attrs a;
	struct omasec_event e;

	(void)state;
	assert_int_equal(omasec_events_read(fake.o, &e), 0);
	a.len = 0;
	attr_u8(&a, OMASEC_A_EVENT_KIND, OMASEC_EVENT_KIND_REFUSED);
	attr_u64(&a, OMASEC_A_EVENT_TIME_NS, 1234567890123456789ull);
	attr_u32(&a, OMASEC_A_EVENT_REASON, OMASEC_REASON_MAC_WRONG);
	attr_u8(&a, OMASEC_A_EVENT_PATH, OMASEC_PATH_RX);
	attr_u32(&a, OMASEC_A_EVENT_UID, 0);
	attr_u16(&a, OMASEC_A_EVENT_FAMILY, AF_INET6);
	attr_put(&a, OMASEC_A_EVENT_PEER_ADDRESS, "0123456789abcdef", 16);
	attr_str(&a, OMASEC_A_EVENT_TEXT, "text");
	fake_genl(2, 0, 0, 0, OMASEC_CMD_EVENT, &a);
	a.len = 0;
	attr_u8(&a, OMASEC_A_EVENT_KIND, OMASEC_EVENT_KIND_HELPER_UP);
	fake_genl(2, 0, 0, 0, OMASEC_CMD_EVENT, &a);
	assert_true(readable(omasec_events_fd(fake.o)));
	assert_int_equal(omasec_events_read(fake.o, &e), 1);
	assert_int_equal(e.kind, OMASEC_EVENT_KIND_REFUSED);
	assert_int_equal(e.time_ns, 1234567890123456789ull);
	assert_int_equal(e.reason, OMASEC_REASON_MAC_WRONG);
	assert_true(e.has_path && e.has_uid && !e.has_direction);
	assert_memory_equal(e.peer, "0123456789abcdef", 16);
	assert_string_equal(e.text, "text");
	assert_int_equal(omasec_events_read(fake.o, &e), 1);
	assert_int_equal(e.kind, OMASEC_EVENT_KIND_HELPER_UP);
	assert_false(e.has_path);
	assert_int_equal(omasec_events_read(fake.o, &e), 0);
}

static void reads_what_was_denied(void **state)
{
	static struct attrs a, d;
	struct omasec_event e;

	(void)state;
	a.len = d.len = 0;
	attr_str(&d, OMASEC_A_DENIAL_SERVER, "Mgmt1");
	attr_str(&d, OMASEC_A_DENIAL_COMMAND, "Delete");
	attr_u16(&d, OMASEC_A_DENIAL_STATUS, 425);
	attr_str(&d, OMASEC_A_DENIAL_CLAUSE, "not-named");
	attr_u8(&a, OMASEC_A_EVENT_KIND, OMASEC_EVENT_KIND_ACL_DENIED);
	attr_put(&a, OMASEC_A_EVENT_DENIAL | NLA_F_NESTED, d.data, d.len);
	attr_u32(&a, OMASEC_A_EVENT_MORE, 4);
	fake_genl(2, 0, 0, 0, OMASEC_CMD_EVENT, &a);
	assert_int_equal(omasec_events_read(fake.o, &e), 1);
	assert_int_equal(e.kind, OMASEC_EVENT_KIND_ACL_DENIED);
	assert_string_equal(e.denial.server, "Mgmt1");
	assert_string_equal(e.denial.command, "Delete");
	assert_string_equal(e.denial.clause, "not-named");
	assert_string_equal(e.denial.uri, "");
	assert_int_equal(e.denial.status, 425);
	assert_int_equal(e.more, 4);
}

static void refuses_an_event_that_cannot_be_read(void **state)
{
	static struct attrs a;
	struct omasec_event e;

	(void)state;
	a.len = 0;
	attr_u32(&a, OMASEC_A_EVENT_KIND, OMASEC_EVENT_KIND_REFUSED);
	fake_genl(2, 0, 0, 0, OMASEC_CMD_EVENT, &a);
	assert_int_equal(omasec_events_read(fake.o, &e), -EBADMSG);
	assert_int_equal(omasec_events_read(fake.o, &e), 0);
}

static void tells_when_events_were_lost_and_goes_on(void **state)
{
	static struct attrs a;
	struct omasec_event e;

	(void)state;
	fake_send(2, 0, -ENOBUFS, "", 0);
	a.len = 0;
	attr_u8(&a, OMASEC_A_EVENT_KIND, OMASEC_EVENT_KIND_CONFIG);
	fake_genl(2, 0, 0, 0, OMASEC_CMD_EVENT, &a);
	assert_int_equal(omasec_events_read(fake.o, &e), -ENOBUFS);
	assert_int_equal(omasec_events_read(fake.o, &e), 1);
	assert_int_equal(e.kind, OMASEC_EVENT_KIND_CONFIG);
}

/* ---- keys ---- */

static int crypto_errno;
static size_t crypto_len, crypto_replies;

/* Answers CRYPTO with crypto_len octets, crypto_replies times. */
static void module_crypto(const struct nlmsghdr *req)
{
	static const uint8_t octets[128] = { 0x11, 0x22, 0x33 };
	static struct attrs a;
	size_t i;

	assert_int_equal(genl_command(req), OMASEC_CMD_CRYPTO);
	a.len = 0;
	attr_put(&a, OMASEC_A_CRYPTO_DATA, octets, crypto_len);
	for (i = 0; !crypto_errno && i < crypto_replies; i++)
		fake_reply(req, &a);
	fake_ack(req, crypto_errno);
}

static int crypto(uint32_t op, size_t len, uint8_t *out, size_t *out_len)
{
	static const uint8_t in[OMASEC_CRYPTO_MAX + 1];

	return omasec_helper_crypto(fake.o, "srv", op, in, len, out, out_len);
}

static void has_keys_used_by_the_module(void **state)
{
	uint8_t out[65] = { 0 };
	size_t out_len = 64;

	(void)state;
	fake.handler = module_crypto;
	crypto_errno = 0;
	crypto_len = 64;
	crypto_replies = 1;
	assert_int_equal(crypto(OMASEC_CRYPTO_OP_HMAC_SHA512, OMASEC_CRYPTO_MAX, out, &out_len), 0);
	assert_int_equal(out_len, 64);
	assert_int_equal(out[2], 0x33);
	assert_int_equal(fake.requests, 1);
}

static void tells_why_a_key_was_not_used(void **state)
{
	static const int err[] = { ENOKEY, EKEYREVOKED, EKEYEXPIRED, EKEYREJECTED, EPERM, EMSGSIZE,
				   EBADMSG, EOPNOTSUPP, ENOMEM, ENOENT };
	uint8_t out[32];
	unsigned int i;

	(void)state;
	fake.handler = module_crypto;
	for (i = 0; i < sizeof(err) / sizeof(err[0]); i++) {
		size_t out_len = sizeof(out);

		crypto_errno = -err[i];
		memset(out, 0xee, sizeof(out));
		assert_int_equal(crypto(OMASEC_CRYPTO_OP_OPEN, 40, out, &out_len), -err[i]);
		assert_int_equal(out_len, 0);
		assert_int_equal(out[0] | out[31], 0);
		assert_string_not_equal(omasec_error(fake.o), "no error");
	}
	assert_int_equal(fake.requests, i);
}

static void takes_nothing_but_one_result_that_fits(void **state)
{
	uint8_t out[33];
	size_t out_len;

	(void)state;
	fake.handler = module_crypto;
	crypto_errno = 0;
	for (crypto_replies = 0; crypto_replies <= 2; crypto_replies++) {
		for (crypto_len = 0; crypto_len <= 33; crypto_len += 11) {
			bool right = crypto_replies == 1 && crypto_len && crypto_len <= 32;

			out_len = 32;
			out[32] = 0xee;
			assert_int_equal(crypto(0, 9, out, &out_len), right ? 0 :
					 crypto_replies && crypto_len > 32 ? -EMSGSIZE : -EPROTO);
			assert_int_equal(out_len, right ? crypto_len : 0);
			assert_int_equal(out[0], right ? 0x11 : 0);
			assert_int_equal(out[32], 0xee);
		}
	}
}

static void asks_for_nothing_that_cannot_be(void **state)
{
	uint8_t out[32];
	size_t out_len = sizeof(out);

	(void)state;
	fake.handler = module_crypto;
	assert_int_equal(crypto(OMASEC_CRYPTO_OP_OPEN_128_CBC + 1, 9, out, &out_len), -EOPNOTSUPP);
	out_len = sizeof(out);
	assert_int_equal(crypto(0, OMASEC_CRYPTO_MAX + 1, out, &out_len), -EMSGSIZE);
	assert_int_equal(out_len, 0);
	assert_int_equal(fake.requests, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(asks_for_what_waited_before_it_registered),
		T(does_not_ask_without_need),
		T(keeps_notices_that_come_during_a_call),
		T(asks_after_notices_were_lost),
		T(asks_after_notices_were_lost_during_a_call),
		T(tells_of_a_notice_that_cannot_be_read),
		T(ignores_notices_of_other_processes),
		T(notices_that_the_module_was_removed),
		T(gives_up_the_socket_when_it_cannot_register),
		T(pulls_a_body_in_pieces),
		T(refuses_a_body_that_is_not_exactly_the_announced_one),
		T(tells_when_the_message_is_decided),
		T(puts_a_body_in_order_and_in_allowed_pieces),
		T(sends_a_verdict_in_full),
		T(names_what_was_denied),
		T(sends_no_more_than_the_verdict_says),
		T(sets_only_the_nonce_that_is_given),
		T(asks_for_accounts_as_the_helper),
		T(has_keys_used_by_the_module),
		T(tells_why_a_key_was_not_used),
		T(takes_nothing_but_one_result_that_fits),
		T(asks_for_nothing_that_cannot_be),
		T(reads_events_one_at_a_time),
		T(reads_what_was_denied),
		T(refuses_an_event_that_cannot_be_read),
		T(tells_when_events_were_lost_and_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
