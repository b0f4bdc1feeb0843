// SPDX-License-Identifier: GPL-2.0
/*
 * libomasec against a fake of the family: what is sent, what is understood of
 * the answers, and what is refused in them.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib_fake.h"

/* The last request, copied, for a look at what was sent. */
static _Alignas(8) uint8_t sent[65536];
static struct attrs reply;

static struct nlmsghdr *sent_msg(void)
{
	return (struct nlmsghdr *)sent;
}

static void keep(const struct nlmsghdr *req)
{
	memcpy(sent, req, req->nlmsg_len);
}

static void just_ack(const struct nlmsghdr *req)
{
	keep(req);
	fake_ack(req, 0);
}

static void reply_and_ack(const struct nlmsghdr *req)
{
	keep(req);
	fake_reply(req, &reply);
	fake_ack(req, 0);
}

static void dump_reply(const struct nlmsghdr *req)
{
	keep(req);
	fake_genl(fake.at, 0, NLM_F_MULTI, req->nlmsg_seq, genl_command(req), &reply);
	fake_done(req, 0);
}

static const struct nlattr *sent_attr(int type)
{
	return nlmsg_find_attr(sent_msg(), GENL_HDRLEN, type);
}

/* ------------------------------------------------------------------ replies */

static void reads_every_field_of_the_status(void **state)
{
	struct omasec_status st;

	(void)state;
	reply.len = 0;
	attr_str(&reply, OMASEC_A_STATUS_VERSION, "1.2");
	attr_u32(&reply, OMASEC_A_STATUS_ABI, 1);
	attr_u32(&reply, OMASEC_A_STATUS_HELPER, 77);
	attr_str(&reply, OMASEC_A_STATUS_HELPER_VERSION, "9");
	attr_u32(&reply, OMASEC_A_STATUS_ACCOUNTS, 3);
	attr_u32(&reply, OMASEC_A_STATUS_RULES, 4);
	attr_u32(&reply, OMASEC_A_STATUS_FLOWS, 5);
	attr_u32(&reply, OMASEC_A_STATUS_LISTENERS, 6);
	attr_u32(&reply, OMASEC_A_STATUS_PENDING, 7);
	attr_u64(&reply, OMASEC_A_STATUS_MEMORY, 1ull << 40);
	attr_u64(&reply, OMASEC_A_STATUS_MEMORY_MAX, 1ull << 41);
	attr_str(&reply, OMASEC_A_STATUS_MD5_DRIVER, "md5-generic");
	attr_put(&reply, OMASEC_A_STATUS_NEEDS_HELPER, NULL, 0);
	attr_u32(&reply, OMASEC_A_STATUS_GENERATION, 8);
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_status_get(fake.o, &st), 0);
	assert_string_equal(st.version, "1.2");
	assert_int_equal(st.abi, 1);
	assert_int_equal(st.helper, 77);
	assert_string_equal(st.helper_version, "9");
	assert_int_equal(st.accounts, 3);
	assert_int_equal(st.rules, 4);
	assert_int_equal(st.flows, 5);
	assert_int_equal(st.listeners, 6);
	assert_int_equal(st.pending, 7);
	assert_int_equal(st.memory, 1ull << 40);
	assert_int_equal(st.memory_max, 1ull << 41);
	assert_string_equal(st.md5_driver, "md5-generic");
	assert_true(st.needs_helper);
	assert_int_equal(st.generation, 8);
}

static void skips_attributes_of_a_newer_module(void **state)
{
	struct omasec_status st;

	(void)state;
	reply.len = 0;
	attr_u32(&reply, OMASEC_A_STATUS_MAX + 1, 1);
	attr_u32(&reply, 60000, 1);
	attr_u32(&reply, OMASEC_A_STATUS_RULES, 4);
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_status_get(fake.o, &st), 0);
	assert_int_equal(st.rules, 4);
}

static void refuses_an_attribute_of_wrong_length(void **state)
{
	struct omasec_status st;

	(void)state;
	fake.handler = reply_and_ack;
	reply.len = 0;
	attr_u16(&reply, OMASEC_A_STATUS_RULES, 4);
	assert_int_equal(omasec_status_get(fake.o, &st), -EBADMSG);
	reply.len = 0;
	attr_u64(&reply, OMASEC_A_STATUS_RULES, 4);
	assert_int_equal(omasec_status_get(fake.o, &st), -EBADMSG);
}

static void refuses_a_text_that_does_not_fit_or_hides_octets(void **state)
{
	struct omasec_status st;
	char longer[OMASEC_VERSION_MAX + 2];

	(void)state;
	fake.handler = reply_and_ack;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	reply.len = 0;
	attr_str(&reply, OMASEC_A_STATUS_VERSION, longer);
	assert_int_equal(omasec_status_get(fake.o, &st), -EBADMSG);
	reply.len = 0;
	attr_str(&reply, OMASEC_A_STATUS_VERSION, longer + 1);
	assert_int_equal(omasec_status_get(fake.o, &st), 0);
	assert_int_equal(strlen(st.version), OMASEC_VERSION_MAX);
	reply.len = 0;
	attr_put(&reply, OMASEC_A_STATUS_VERSION, "a\0b", 4);
	assert_int_equal(omasec_status_get(fake.o, &st), -EBADMSG);
}

static void reads_an_account_with_nested_credentials(void **state)
{
	struct omasec_account a;
	size_t nest;

	(void)state;
	reply.len = 0;
	attr_str(&reply, OMASEC_A_ACCOUNT_NAME, "srv");
	attr_str(&reply, OMASEC_A_ACCOUNT_SERVER_ID, "id");
	nest = attr_put(&reply, OMASEC_A_ACCOUNT_CLIENT | NLA_F_NESTED, NULL, 0);
	attr_str(&reply, OMASEC_A_CRED_USER, "dev");
	attr_u32(&reply, OMASEC_A_CRED_KEY, 1234);
	attr_put(&reply, OMASEC_A_CRED_NONCE, "Nonce", 5);
	attr_u32(&reply, OMASEC_A_CRED_KEY_STATE, EKEYEXPIRED);
	attr_nest_end(&reply, nest);
	nest = attr_put(&reply, OMASEC_A_ACCOUNT_SERVER | NLA_F_NESTED, NULL, 0);
	attr_put(&reply, OMASEC_A_CRED_HAS_NONCE, NULL, 0);
	attr_nest_end(&reply, nest);
	attr_u8(&reply, OMASEC_A_ACCOUNT_MAC_FORM, 1);
	attr_u64(&reply, OMASEC_A_ACCOUNT_MESSAGES_OK, 5);
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_account_get(fake.o, "srv", &a), 0);
	assert_string_equal(a.server_id, "id");
	assert_string_equal(a.client.user, "dev");
	assert_int_equal(a.client.key, 1234);
	assert_int_equal(a.client.key_state, EKEYEXPIRED);
	assert_true(a.client.nonce.known);
	assert_int_equal(a.client.nonce.len, 5);
	assert_memory_equal(a.client.nonce.data, "Nonce", 5);
	assert_true(a.server.nonce.known);
	assert_int_equal(a.server.nonce.len, 0);
	assert_int_equal(a.mac_form, 1);
	assert_int_equal(a.messages_ok, 5);
	/* Not the account that was asked for. */
	assert_int_equal(omasec_account_get(fake.o, "other", &a), -EBADMSG);
}

static void refuses_a_nonce_longer_than_the_contract(void **state)
{
	struct omasec_account a;
	char nonce[OMASEC_NONCE_MAX + 1] = { 0 };
	size_t nest;

	(void)state;
	reply.len = 0;
	attr_str(&reply, OMASEC_A_ACCOUNT_NAME, "srv");
	nest = attr_put(&reply, OMASEC_A_ACCOUNT_CLIENT | NLA_F_NESTED, NULL, 0);
	attr_put(&reply, OMASEC_A_CRED_NONCE, nonce, sizeof(nonce));
	attr_nest_end(&reply, nest);
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_account_get(fake.o, "srv", &a), -EBADMSG);
}

/* --------------------------------------------------- who answers, and when */

static void from_another_process(const struct nlmsghdr *req)
{
	struct nlmsgerr e = { .error = 0, .msg = *req };

	fake_message(fake.at, 4711, NLMSG_ERROR, 0, req->nlmsg_seq, &e, sizeof(e));
}

static void ignores_replies_that_are_not_from_the_kernel(void **state)
{
	(void)state;
	fake.handler = from_another_process;
	assert_int_equal(omasec_config_begin(fake.o, false), -ETIMEDOUT);
	assert_non_null(strstr(omasec_error(fake.o), "did not answer"));
}

static void late_refusal_first(const struct nlmsghdr *req)
{
	struct nlmsghdr old = *req;

	old.nlmsg_seq--;
	fake_ack(&old, -EBUSY);
	fake_ack(req, 0);
}

static void skips_the_late_answer_to_an_earlier_call(void **state)
{
	(void)state;
	fake.handler = late_refusal_first;
	assert_int_equal(omasec_config_begin(fake.o, false), 0);
}

static void foreign_family(const struct nlmsghdr *req)
{
	fake_message(fake.at, 0, FAKE_FAMILY + 1, 0, req->nlmsg_seq, "\1\1\0\0", 4);
	fake_ack(req, 0);
}

static void refuses_a_reply_of_another_family(void **state)
{
	struct omasec_status st;

	(void)state;
	fake.handler = foreign_family;
	assert_int_equal(omasec_status_get(fake.o, &st), -EBADMSG);
}

/* ------------------------------------------------------------------ errors */

static struct {
	int err;
	const char *text;
	uint32_t offs, miss;
	bool echo, done;
} extack;

static void refuse_with_extack(const struct nlmsghdr *req)
{
	_Alignas(8) static uint8_t buf[4096];
	struct nlmsgerr e = { .error = extack.err, .msg = *req };
	static struct attrs a;
	size_t n = sizeof(e);
	uint16_t flags = NLM_F_ACK_TLVS;

	keep(req);
	a.len = 0;
	attr_str(&a, NLMSGERR_ATTR_MSG, extack.text);
	if (extack.offs)
		attr_u32(&a, NLMSGERR_ATTR_OFFS, extack.offs);
	if (extack.miss)
		attr_u32(&a, 5, extack.miss);
	if (extack.done) {
		n = sizeof(int);
		flags |= NLM_F_MULTI;
	}
	memcpy(buf, &e, n);
	if (extack.echo) {
		memcpy(buf + n, NLMSG_DATA(req), req->nlmsg_len - NLMSG_HDRLEN);
		n += NLMSG_ALIGN(req->nlmsg_len) - NLMSG_HDRLEN;
	} else if (!extack.done) {
		flags |= NLM_F_CAPPED;
	}
	memcpy(buf + n, a.data, a.len);
	fake_message(fake.at, 0, extack.done ? NLMSG_DONE : NLMSG_ERROR, flags, req->nlmsg_seq,
		     buf, n + a.len);
}

static int count_counter(void *arg, const struct omasec_counter *c)
{
	(void)c;
	++*(int *)arg;
	return 0;
}

static void passes_on_what_the_module_says(void **state)
{
	int n = 0;

	(void)state;
	fake.handler = refuse_with_extack;
	memset(&extack, 0, sizeof(extack));
	extack.err = -EBUSY;
	extack.text = "transaction of port 12 is open";
	assert_int_equal(omasec_config_begin(fake.o, false), -EBUSY);
	assert_non_null(strstr(omasec_error(fake.o), "transaction of port 12 is open"));
	/* With the request echoed, as without NETLINK_CAP_ACK. */
	extack.echo = true;
	assert_int_equal(omasec_config_begin(fake.o, true), -EBUSY);
	assert_non_null(strstr(omasec_error(fake.o), "transaction of port 12 is open"));
	/* And what to do about it. */
	extack.err = -ENOENT;
	extack.text = "no account srv";
	assert_int_equal(omasec_account_del(fake.o, "srv"), -ENOENT);
	assert_string_equal(omasec_error(fake.o), "no account srv (omasec account list)");
	extack.err = -EBUSY;
	extack.text = "transaction of port 12 is open";
	/* At the end of a dump. */
	extack.echo = false;
	extack.done = true;
	assert_int_equal(omasec_stats_each(fake.o, count_counter, &n), -EBUSY);
	assert_non_null(strstr(omasec_error(fake.o), "transaction of port 12 is open"));
	assert_int_equal(n, 0);
}

static void names_the_attribute_that_was_refused(void **state)
{
	struct omasec_account a = { .name = "srv", .client = { .user = "dev", .key = 5 } };

	(void)state;
	fake.handler = just_ack;
	assert_int_equal(omasec_account_set(fake.o, &a), 0);

	memset(&extack, 0, sizeof(extack));
	extack.err = -EINVAL;
	extack.text = "too long";
	fake.handler = refuse_with_extack;
	extack.offs = (uint32_t)((const uint8_t *)sent_attr(OMASEC_A_ACCOUNT_NAME) - sent);
	assert_int_equal(omasec_account_set(fake.o, &a), -EINVAL);
	assert_non_null(strstr(omasec_error(fake.o), "too long [name]"));

	extack.offs = (uint32_t)((const uint8_t *)sent_attr(OMASEC_A_ACCOUNT_CLIENT) - sent) +
		      NLA_HDRLEN + NLA_ALIGN(NLA_HDRLEN + sizeof("dev"));
	assert_int_equal(omasec_account_set(fake.o, &a), -EINVAL);
	assert_non_null(strstr(omasec_error(fake.o), "[client/key]"));

	extack.offs = 0;
	extack.miss = OMASEC_A_ACCOUNT_SERVER_ID;
	assert_int_equal(omasec_account_set(fake.o, &a), -EINVAL);
	assert_non_null(strstr(omasec_error(fake.o), "[server-id is missing]"));

	/* An offset outside of the request is not followed. */
	extack.miss = 0;
	extack.offs = UINT32_MAX;
	assert_int_equal(omasec_account_set(fake.o, &a), -EINVAL);
	assert_null(strstr(omasec_error(fake.o), "["));
}

static int refusal;

static void refuse(const struct nlmsghdr *req)
{
	fake_ack(req, refusal);
}

static void says_what_to_do_when_the_module_says_nothing(void **state)
{
	struct omasec_status st;

	(void)state;
	fake.handler = refuse;
	refusal = -EPERM;
	assert_int_equal(omasec_status_get(fake.o, &st), -EPERM);
	assert_non_null(strstr(omasec_error(fake.o), "CAP_NET_ADMIN"));
	refusal = -EBUSY;
	assert_int_equal(omasec_account_del(fake.o, "x"), -EBUSY);
	assert_non_null(strstr(omasec_error(fake.o), "(omasec rule list)"));
	refusal = -ENOENT;
	assert_int_equal(omasec_flow_kill(fake.o, 3), -ENOENT);
	assert_non_null(strstr(omasec_error(fake.o), "omasec flow list"));
	/* All of none is done. */
	assert_int_equal(omasec_flow_kill_all(fake.o), 0);
	refusal = -EPERM;
	assert_int_equal(omasec_flow_kill_all(fake.o), -EPERM);
}

static void takes_no_number_for_an_errno_that_is_none(void **state)
{
	(void)state;
	fake.handler = refuse;
	refusal = INT32_MIN;
	assert_int_equal(omasec_config_begin(fake.o, false), -EBADMSG);
	refusal = -4096;
	assert_int_equal(omasec_config_begin(fake.o, false), -EBADMSG);
	refusal = -4095;
	assert_int_equal(omasec_config_begin(fake.o, false), -4095);
}

static void says_that_the_module_is_not_loaded(void **state)
{
	struct omasec *o;
	int rc;

	(void)state;
	rc = omasec_open(&o);
	assert_non_null(o);
	if (rc == 0) {
		omasec_close(o);
		skip();
	}
	assert_int_equal(rc, -EPROTONOSUPPORT);
	assert_string_equal(omasec_error(o), "kernel module omasec is not loaded (modprobe omasec)");
	assert_int_equal(omasec_account_del(o, "x"), -EPROTONOSUPPORT);
	assert_string_equal(omasec_error(o), "kernel module omasec is not loaded (modprobe omasec)");
	omasec_close(o);
}

/* ------------------------------------------------------------------ dumps */

static unsigned int inconsistent;

static void two_counters(const struct nlmsghdr *req)
{
	uint16_t flags = NLM_F_MULTI;
	static struct attrs a;

	assert_true((req->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP);
	if (inconsistent) {
		inconsistent--;
		flags |= NLM_F_DUMP_INTR;
	}
	a.len = 0;
	attr_str(&a, OMASEC_A_COUNTER_NAME, "tx-messages");
	attr_u64(&a, OMASEC_A_COUNTER_VALUE, 7);
	fake_genl(fake.at, 0, flags, req->nlmsg_seq, genl_command(req), &a);
	a.len = 0;
	attr_str(&a, OMASEC_A_COUNTER_NAME, "mac-wrong");
	attr_u64(&a, OMASEC_A_COUNTER_VALUE, 8);
	attr_u32(&a, OMASEC_A_COUNTER_REASON, OMASEC_REASON_MAC_WRONG);
	fake_genl(fake.at, 0, NLM_F_MULTI, req->nlmsg_seq, genl_command(req), &a);
	fake_done(req, 0);
}

struct seen {
	unsigned int n;
	uint64_t sum;
	uint32_t reason;
};

static int see_counter(void *arg, const struct omasec_counter *c)
{
	struct seen *s = arg;
	struct omasec_status st;

	/* The handle may be used in here. */
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_status_get(fake.o, &st), 0);
	s->n++;
	s->sum += c->value;
	if (c->refusal)
		s->reason = c->reason;
	return 0;
}

static void lists_each_object_once(void **state)
{
	struct seen s = { 0 };

	(void)state;
	reply.len = 0;
	fake.handler = two_counters;
	assert_int_equal(omasec_stats_each(fake.o, see_counter, &s), 0);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.sum, 15);
	assert_int_equal(s.reason, OMASEC_REASON_MAC_WRONG);
}

static void reads_a_list_that_changed_once_more(void **state)
{
	struct seen s = { 0 };
	int n = 0;

	(void)state;
	inconsistent = 1;
	fake.handler = two_counters;
	assert_int_equal(omasec_stats_each(fake.o, see_counter, &s), 0);
	assert_int_equal(s.n, 2);
	inconsistent = 2;
	fake.handler = two_counters;
	assert_int_equal(omasec_stats_each(fake.o, count_counter, &n), -EINTR);
	assert_int_equal(n, 0);
}

static int stop(void *arg, const struct omasec_counter *c)
{
	(void)c;
	++*(int *)arg;
	return 42;
}

static void stops_when_the_caller_says_so(void **state)
{
	int n = 0;

	(void)state;
	inconsistent = 0;
	fake.handler = two_counters;
	assert_int_equal(omasec_stats_each(fake.o, stop, &n), 42);
	assert_int_equal(n, 1);
}

static int see_flow(void *arg, const struct omasec_flow *f)
{
	*(struct omasec_flow *)arg = *f;
	return 0;
}

static void reads_a_flow(void **state)
{
	struct omasec_flow f;

	(void)state;
	reply.len = 0;
	attr_u64(&reply, OMASEC_A_FLOW_ID, 9);
	attr_u16(&reply, OMASEC_A_FLOW_FAMILY, AF_INET);
	attr_put(&reply, OMASEC_A_FLOW_PEER_ADDRESS, "\xc0\x00\x02\x07", 4);
	attr_u16(&reply, OMASEC_A_FLOW_PEER_PORT, 8080);
	attr_str(&reply, OMASEC_A_FLOW_RX_STATE, "head");
	attr_put(&reply, OMASEC_A_FLOW_LISTENER, NULL, 0);
	attr_u64(&reply, OMASEC_A_FLOW_RX_BYTES, 1ull << 33);
	fake.handler = dump_reply;
	assert_int_equal(omasec_flow_each(fake.o, see_flow, &f), 0);
	assert_int_equal(f.id, 9);
	assert_memory_equal(f.peer, "\xc0\x00\x02\x07", 4);
	assert_int_equal(f.peer_port, 8080);
	assert_string_equal(f.rx_state, "head");
	assert_true(f.listener);
	assert_int_equal(f.rx_bytes, 1ull << 33);
	reply.len = 0;
	attr_put(&reply, OMASEC_A_FLOW_PEER_ADDRESS, "12345", 5);
	assert_int_equal(omasec_flow_each(fake.o, see_flow, &f), -EBADMSG);
}

/* ------------------------------------------------------------------ requests */

static void sends_an_account_as_it_is(void **state)
{
	struct omasec_account a = {
		.name = "srv", .server_id = "id", .mac_form = 1, .app_cred = 1,
		.client = { .user = "dev", .key = -5, .nonce = { true, 3, "abc" } },
		.server = { .nonce = { true, 0, "" } },
	}, back = { 0 };

	(void)state;
	fake.handler = just_ack;
	assert_int_equal(omasec_account_set(fake.o, &a), 0);
	assert_int_equal(genl_command(sent_msg()), OMASEC_CMD_ACCOUNT_SET);
	assert_int_equal(genl_decode_msg(&omasec_set_account, sent_msg(), &back), 0);
	assert_memory_equal(&a, &back, sizeof(a));
}

static void leaves_out_a_credential_that_is_not_there(void **state)
{
	struct omasec_account a = { .name = "srv" };

	(void)state;
	fake.handler = just_ack;
	assert_int_equal(omasec_account_set(fake.o, &a), 0);
	assert_null(sent_attr(OMASEC_A_ACCOUNT_CLIENT));
	assert_null(sent_attr(OMASEC_A_ACCOUNT_SERVER));
	assert_null(sent_attr(OMASEC_A_ACCOUNT_SERVER_ID));
}

static void sends_a_rule_as_it_is(void **state)
{
	struct omasec_rule r, back = { 0 };
	uint32_t id = 0;

	(void)state;
	omasec_rule_init(&r);
	memcpy(r.name, "r", 2);
	memcpy(r.account, "srv", 4);
	r.direction = OMASEC_DIRECTION_IN;
	r.family = AF_INET6;
	r.prefix = 32;
	memcpy(r.address, "\x20\x01\x0d\xb8", 4);
	r.port_min = 80;
	r.port_max = 81;
	r.has_uid = true;
	r.has_cgroup = true;
	r.cgroup = 1ull << 35;
	r.role = OMASEC_ROLE_SERVER;
	r.auth_mode = OMASEC_AUTH_MODE_NATIVE;
	r.first_contact = OMASEC_FIRST_CONTACT_CHALLENGE;
	r.other = OMASEC_OTHER_PASS;
	r.bootstrap = OMASEC_BOOTSTRAP_HTTP_REFUSE;
	r.on_deny = OMASEC_ON_DENY_HTTP;
	r.encoding = OMASEC_ENCODING_WBXML;
	r.helper_lost = OMASEC_HELPER_LOST_HOLD;
	r.max_message = 4096;
	r.deadline_ms = 2000;
	reply.len = 0;
	attr_u32(&reply, OMASEC_A_RULE_ID, 17);
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_rule_add(fake.o, &r, &id), 0);
	assert_int_equal(id, 17);
	assert_int_equal(genl_decode_msg(&omasec_set_rule, sent_msg(), &back), 0);
	assert_memory_equal(&r, &back, sizeof(r));
	r.family = AF_INET;
	assert_int_equal(omasec_rule_add(fake.o, &r, NULL), 0);
	assert_int_equal(nla_len(sent_attr(OMASEC_A_RULE_ADDRESS)), 4);
}

static void leaves_out_of_a_rule_what_does_not_select(void **state)
{
	struct omasec_rule r;

	(void)state;
	omasec_rule_init(&r);
	reply.len = 0;
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_rule_add(fake.o, &r, NULL), 0);
	assert_null(sent_attr(OMASEC_A_RULE_ADDRESS));
	assert_null(sent_attr(OMASEC_A_RULE_PREFIX));
	assert_null(sent_attr(OMASEC_A_RULE_UID));
	assert_null(sent_attr(OMASEC_A_RULE_CGROUP));
	assert_null(sent_attr(OMASEC_A_RULE_ACCOUNT));
	assert_null(sent_attr(OMASEC_A_RULE_MAX_MESSAGE));
	assert_int_equal(nla_get_u8(sent_attr(OMASEC_A_RULE_INTEGRITY)), OMASEC_INTEGRITY_HMAC);
}

static void sends_nothing_that_the_contract_forbids(void **state)
{
	char longer[OMASEC_NAME_MAX + 2];
	unsigned int before = fake.requests;

	(void)state;
	memset(longer, 'n', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	fake.handler = just_ack;
	assert_int_equal(omasec_account_del(fake.o, longer), -EINVAL);
	assert_int_equal(omasec_rule_del(fake.o, 0, ""), -EINVAL);
	assert_int_equal(omasec_flow_kill(fake.o, 0), -EINVAL);
	assert_int_equal(fake.requests, before);
	assert_int_equal(omasec_account_del(fake.o, longer + 1), 0);
	assert_int_equal(fake.requests, before + 1);
}

static void refuses_a_payload_over_the_attribute_limit(void **state)
{
	static const uint8_t big[GENL_PAYLOAD_MAX + 1];
	struct genl_msg m;

	(void)state;
	genl_msg_init(&m, &fake.o->req, OMASEC_CMD_MSG_PUT, false, 4 * sizeof(big));
	genl_put(&m, OMASEC_A_MSG_CHUNK, big, sizeof(big) - 1);
	assert_int_equal(m.err, 0);
	genl_put(&m, OMASEC_A_MSG_CHUNK, big, sizeof(big));
	assert_int_equal(m.err, -EMSGSIZE);
	assert_int_equal(genl_call(&fake.o->req, &m, NULL, NULL, NULL), -EMSGSIZE);
	assert_int_equal(fake.requests, 0);
}

static void says_whether_a_transaction_replaces(void **state)
{
	uint32_t generation = 0;

	(void)state;
	fake.handler = just_ack;
	assert_int_equal(omasec_config_begin(fake.o, false), 0);
	assert_null(sent_attr(OMASEC_A_CONFIG_REPLACE));
	assert_int_equal(omasec_config_begin(fake.o, true), 0);
	assert_non_null(sent_attr(OMASEC_A_CONFIG_REPLACE));
	reply.len = 0;
	attr_u32(&reply, OMASEC_A_CONFIG_GENERATION, 12);
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_config_commit(fake.o, &generation), 0);
	assert_int_equal(generation, 12);
}

static void hands_a_descriptor_over(void **state)
{
	bool ended = true;
	uint32_t fd;

	(void)state;
	reply.len = 0;
	fake.handler = reply_and_ack;
	assert_int_equal(omasec_flow_attach(fake.o, 7, &ended), 0);
	assert_false(ended);
	assert_non_null(sent_attr(OMASEC_A_FLOW_FD));
	memcpy(&fd, nla_data(sent_attr(OMASEC_A_FLOW_FD)), sizeof(fd));
	assert_int_equal(fd, 7);
	attr_put(&reply, OMASEC_A_FLOW_ENDED, NULL, 0);
	assert_int_equal(omasec_flow_attach(fake.o, 0, &ended), 0);
	assert_true(ended);
	/* Without one it ends what detach began. */
	fake.handler = just_ack;
	assert_int_equal(omasec_flow_attach(fake.o, -1, NULL), 0);
	assert_null(sent_attr(OMASEC_A_FLOW_FD));
}

#define T(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reads_every_field_of_the_status),
		T(skips_attributes_of_a_newer_module),
		T(refuses_an_attribute_of_wrong_length),
		T(refuses_a_text_that_does_not_fit_or_hides_octets),
		T(reads_an_account_with_nested_credentials),
		T(refuses_a_nonce_longer_than_the_contract),
		T(ignores_replies_that_are_not_from_the_kernel),
		T(skips_the_late_answer_to_an_earlier_call),
		T(refuses_a_reply_of_another_family),
		T(passes_on_what_the_module_says),
		T(names_the_attribute_that_was_refused),
		T(says_what_to_do_when_the_module_says_nothing),
		T(takes_no_number_for_an_errno_that_is_none),
		T(says_that_the_module_is_not_loaded),
		T(lists_each_object_once),
		T(reads_a_list_that_changed_once_more),
		T(stops_when_the_caller_says_so),
		T(reads_a_flow),
		T(hands_a_descriptor_over),
		T(sends_an_account_as_it_is),
		T(leaves_out_a_credential_that_is_not_there),
		T(sends_a_rule_as_it_is),
		T(leaves_out_of_a_rule_what_does_not_select),
		T(sends_nothing_that_the_contract_forbids),
		T(refuses_a_payload_over_the_attribute_limit),
		T(says_whether_a_transaction_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
