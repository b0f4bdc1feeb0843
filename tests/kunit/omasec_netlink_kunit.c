// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family as user space meets it: requests with missing, unknown,
 * badly typed or out of range attributes are refused, by the generated policies
 * or by the handlers, and always before anything has changed.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/net.h>
#include <net/sock.h>

#include "control_kunit.h"
#include "../../kmod/event.h"
#include "../../kmod/genl.h"

struct nl_test {
	struct socket *sock;
	struct file *file;	/* has the credentials that the family asks for */
	struct socket *ear;	/* hears events, when a test wants to */
	struct sk_buff *skb;	/* the request that is being written */
	void *hdr;
};

static int nl_init(struct kunit *test)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct nl_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC,
					       &t->sock), 0);
	t->sock->sk->sk_rcvtimeo = 5 * HZ;
	t->file = sock_alloc_file(t->sock, 0, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t->file));	/* or else the socket is gone */
	KUNIT_ASSERT_EQ(test, kernel_bind(t->sock, (void *)&addr, sizeof(addr)), 0);
	return 0;
}

/* Closes the socket as a process would. */
static void nl_close(struct nl_test *t)
{
	if (!IS_ERR_OR_NULL(t->file))
		fput(t->file);
	t->file = NULL;
	flush_delayed_fput();
}

static void nl_exit(struct kunit *test)
{
	struct nl_test *t = test->priv;

	if (!t)
		return;
	kfree_skb(t->skb);
	nl_close(t);
	if (t->ear)
		sock_release(t->ear);
}

static struct sk_buff *request(struct kunit *test, u8 cmd, u16 flags)
{
	struct nl_test *t = test->priv;

	kfree_skb(t->skb);
	t->skb = genlmsg_new(4096, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->skb);
	t->hdr = genlmsg_put(t->skb, 0, 1, &omasec_nl_family, NLM_F_REQUEST | NLM_F_ACK | flags,
			     cmd);
	KUNIT_ASSERT_NOT_NULL(test, t->hdr);
	return t->skb;
}

/* Sends what was written; the errno of the answer, 0 for an acknowledgment or a reply. */
static int answer(struct kunit *test)
{
	struct nl_test *t = test->priv;
	u8 *buf = kunit_kzalloc(test, 8192, GFP_KERNEL);
	struct msghdr msg = {};
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	int len;
	struct kvec v;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	genlmsg_end(t->skb, t->hdr);
	v.iov_base = t->skb->data;
	v.iov_len = t->skb->len;
	KUNIT_ASSERT_EQ(test, kernel_sendmsg(t->sock, &msg, &v, 1, v.iov_len), (int)v.iov_len);
	/* Everything that this request causes is in the queue by now. */
	for (;;) {
		v.iov_base = buf;
		v.iov_len = 8192;
		memset(&msg, 0, sizeof(msg));
		len = kernel_recvmsg(t->sock, &msg, &v, 1, 8192, 0);
		KUNIT_ASSERT_GE(test, len, NLMSG_HDRLEN);
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)nlmsg_data(nlh))->error;
		if (nlh->nlmsg_type == NLMSG_DONE)
			return *(int *)nlmsg_data(nlh);
		if (nlh->nlmsg_flags & NLM_F_MULTI) {
			struct nlmsghdr *last = nlh;
			int left = len;

			while (nlmsg_ok(last, left)) {
				if (last->nlmsg_type == NLMSG_DONE)
					return *(int *)nlmsg_data(last);
				last = nlmsg_next(last, &left);
			}
		}
	}
}

static u32 generation(void)
{
	return omasec_net(&init_net)->generation;
}

static void requests_without_attributes_take_none(struct kunit *test)
{
	struct sk_buff *skb = request(test, OMASEC_CMD_STATUS_GET, 0);

	KUNIT_EXPECT_EQ(test, answer(test), 0);
	skb = request(test, OMASEC_CMD_STATUS_GET, 0);
	nla_put_u32(skb, 1, 1);
	KUNIT_EXPECT_EQ(test, answer(test), -EINVAL);
	skb = request(test, OMASEC_CMD_STATUS_GET, 0);
	nla_put_u32(skb, 77, 1);
	KUNIT_EXPECT_EQ(test, answer(test), -EINVAL);
	request(test, OMASEC_CMD_MSG_READY, 0);		/* is a notice, no request */
	KUNIT_EXPECT_EQ(test, answer(test), -EOPNOTSUPP);
	request(test, OMASEC_CMD_MAX + 1, 0);
	KUNIT_EXPECT_EQ(test, answer(test), -EOPNOTSUPP);
	request(test, OMASEC_CMD_STATS_GET, NLM_F_DUMP);
	KUNIT_EXPECT_EQ(test, answer(test), 0);
	request(test, OMASEC_CMD_STATS_GET, 0);
	KUNIT_EXPECT_EQ(test, answer(test), -EOPNOTSUPP);
}

/* account-set with one attribute that is wrong in some way. */
static const struct account_case {
	const char *name;
	int attr;
	const char *data;
	int len;
	int err;
} account_cases_nl[] = {
	{ "name too long", OMASEC_A_ACCOUNT_NAME,
	  "0123456789012345678901234567890123456789012345678901234567890123", 65, -EINVAL },
	{ "name without end", OMASEC_A_ACCOUNT_NAME, "abc", 3, -EINVAL },
	{ "empty name", OMASEC_A_ACCOUNT_NAME, "", 1, -EINVAL },
	{ "name with a line end", OMASEC_A_ACCOUNT_NAME, "a\nb", 4, -EINVAL },
	{ "form of two octets", OMASEC_A_ACCOUNT_MAC_FORM, "\0\0", 2, -EINVAL },
	{ "form out of range", OMASEC_A_ACCOUNT_MAC_FORM, "\2", 1, -ERANGE },
	{ "reserved flags", OMASEC_A_ACCOUNT_FLAGS, "\1\0\0\0", 4, -EINVAL },
	{ "counter that only replies have", OMASEC_A_ACCOUNT_MESSAGES_OK, "\0\0\0\0\0\0\0", 8,
	  -EINVAL },
	{ "cut nest", OMASEC_A_ACCOUNT_CLIENT | NLA_F_NESTED, "\x09", 1, -ERANGE },
};

static void account_case_desc(const struct account_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(account_case, account_cases_nl, account_case_desc);

static void account_attributes_are_validated(struct kunit *test)
{
	const struct account_case *c = test->param_value;
	struct sk_buff *skb = request(test, OMASEC_CMD_ACCOUNT_SET, 0);
	u32 before = generation();

	if (c->attr != OMASEC_A_ACCOUNT_NAME)
		nla_put_string(skb, OMASEC_A_ACCOUNT_NAME, "kunit");
	nla_put(skb, c->attr, c->len, c->data);
	KUNIT_EXPECT_EQ(test, answer(test), c->err);
	KUNIT_EXPECT_EQ(test, generation(), before);
}

/* account-set with a client credential that has @attr. */
static int set_credential(struct kunit *test, int attr, const void *data, int len)
{
	struct sk_buff *skb = request(test, OMASEC_CMD_ACCOUNT_SET, 0);
	struct nlattr *nest;

	nla_put_string(skb, OMASEC_A_ACCOUNT_NAME, "kunit");
	nest = nla_nest_start(skb, OMASEC_A_ACCOUNT_CLIENT);
	KUNIT_ASSERT_NOT_NULL(test, nest);
	if (attr != OMASEC_A_CRED_USER)
		nla_put_string(skb, OMASEC_A_CRED_USER, "u");
	if (attr)
		nla_put(skb, attr, len, data);
	nla_nest_end(skb, nest);
	return answer(test);
}

static void credential_attributes_are_validated(struct kunit *test)
{
	static const u8 nonce[OMASEC_NONCE_MAX + 1];
	s32 serial = -1;

	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_NONCE, nonce, sizeof(nonce)),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_HAS_NONCE, NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_KEY, &serial, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_USER, "", 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_AGREED, nonce, sizeof(nonce)),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_AGREED, nonce, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_HAS_AGREED, NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_AGREED_USED, &serial, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_MAX + 1, &serial, 4), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, omasec_account_find(omasec_net(&init_net), "kunit"),
			    (struct omasec_account *)NULL);

	KUNIT_EXPECT_EQ(test, set_credential(test, OMASEC_A_CRED_NONCE, nonce,
					     OMASEC_NONCE_MAX), 0);
	nla_put_string(request(test, OMASEC_CMD_ACCOUNT_DEL, 0), OMASEC_A_ACCOUNT_NAME, "kunit");
	KUNIT_EXPECT_EQ(test, answer(test), 0);
}

/* rule-add for direction in and port 4999, with one more attribute. */
static int add_rule(struct kunit *test, int attr, const void *data, int len)
{
	struct sk_buff *skb = request(test, OMASEC_CMD_RULE_ADD, 0);

	nla_put_u8(skb, OMASEC_A_RULE_DIRECTION, OMASEC_DIRECTION_IN);
	nla_put_u16(skb, OMASEC_A_RULE_PORT_MIN, 4999);
	if (attr)
		nla_put(skb, attr, len, data);
	return answer(test);
}

static void rule_attributes_are_validated(struct kunit *test)
{
	u32 before = generation(), big = OMASEC_MESSAGE_MAX + 1, nothing = 0;
	static const u8 mapped[16] = { [10] = 0xff, [11] = 0xff, [12] = 10 };
	u16 low = 4998, zero = 0;
	u8 two = 2, three = 3, any = OMASEC_INTEGRITY_ANY, six = 6, one = 1, many = 129;

	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_PORT_MAX, &low, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_PORT_MAX, &zero, 2), -ERANGE);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_ADDRESS, mapped, 5), -EINVAL);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_ADDRESS, mapped, 16), -EINVAL);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_PREFIX, &one, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_PREFIX, &many, 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_INTEGRITY, &six, 1), -ERANGE);
	/* Without an account. */
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_INTEGRITY, &any, 1), -EINVAL);
	/* Only for a transport that authenticates. */
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_INTEGRITY, &two, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_TRANSPORT, &two, 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_ENCODING, &two, 1), -ERANGE);
	/* Only where the helper signs or encrypts. */
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_ENCODING, &one, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_AUTH_MODE, &three, 1), -ERANGE);
	/* wsp is for datagrams */
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_BINDING, &one, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_MAX_MESSAGE, &big, 4), -ERANGE);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_MAX_MESSAGE, &nothing, 4), -ERANGE);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_DEADLINE_MS, &nothing, 4), -ERANGE);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_ACCOUNT, "nobody", 7), -ENOENT);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_ID, &nothing, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, generation(), before);

	/* For direction out, somebody's credentials are needed. */
	request(test, OMASEC_CMD_RULE_ADD, 0);
	nla_put_u8(((struct nl_test *)test->priv)->skb, OMASEC_A_RULE_DIRECTION,
		   OMASEC_DIRECTION_OUT);
	nla_put_u16(((struct nl_test *)test->priv)->skb, OMASEC_A_RULE_PORT_MIN, 4999);
	KUNIT_EXPECT_EQ(test, answer(test), -EINVAL);
	KUNIT_EXPECT_EQ(test, generation(), before);
}

/* integrity signature, with what goes with it and what does not. */
static void signatures_have_what_they_need(struct kunit *test)
{
	static const struct { int attr; u8 value; int err; } rows[] = {
		{ 0, 0, 0 },
		{ OMASEC_A_RULE_FIRST_CONTACT, OMASEC_FIRST_CONTACT_CHALLENGE, 0 },
		{ OMASEC_A_RULE_CONFIDENTIALITY, OMASEC_CONFIDENTIALITY_MESSAGE, 0 },
		{ OMASEC_A_RULE_OBJECT_SIGNATURE, OMASEC_OBJECT_SIGNATURE_BOTH, 0 },
		{ OMASEC_A_RULE_ENCODING, OMASEC_ENCODING_WBXML, 0 },
		{ OMASEC_A_RULE_BINDING, OMASEC_BINDING_OBEX, 0 },
		{ OMASEC_A_RULE_AUTH_MODE, OMASEC_AUTH_MODE_STATIC, -EINVAL },
		{ OMASEC_A_RULE_AUTH_MODE, OMASEC_AUTH_MODE_NATIVE, -EINVAL },
		{ OMASEC_A_RULE_SESSIONLESS, OMASEC_SESSIONLESS_ACCEPT, -EINVAL },
		{ OMASEC_A_RULE_PROTOCOL, OMASEC_PROTOCOL_UDP, -EINVAL },
	};
	struct sk_buff *skb;
	size_t i;

	KUNIT_ASSERT_EQ(test, set_credential(test, 0, NULL, 0), 0);
	for (i = 0; i <= ARRAY_SIZE(rows); i++) {
		bool account = i < ARRAY_SIZE(rows);
		int err = account ? rows[i].err : -EINVAL;

		skb = request(test, OMASEC_CMD_RULE_ADD, 0);
		nla_put_string(skb, OMASEC_A_RULE_NAME, "kunit");
		nla_put_u8(skb, OMASEC_A_RULE_DIRECTION, OMASEC_DIRECTION_IN);
		nla_put_u16(skb, OMASEC_A_RULE_PORT_MIN, 4999);
		nla_put_u8(skb, OMASEC_A_RULE_INTEGRITY, OMASEC_INTEGRITY_SIGNATURE);
		if (account)
			nla_put_string(skb, OMASEC_A_RULE_ACCOUNT, "kunit");
		if (account && rows[i].attr)
			nla_put_u8(skb, rows[i].attr, rows[i].value);
		KUNIT_EXPECT_EQ_MSG(test, answer(test), err, "row %zu", i);
		if (err)
			continue;
		nla_put_string(request(test, OMASEC_CMD_RULE_DEL, 0), OMASEC_A_RULE_NAME, "kunit");
		KUNIT_EXPECT_EQ(test, answer(test), 0);
	}
	nla_put_string(request(test, OMASEC_CMD_ACCOUNT_DEL, 0), OMASEC_A_ACCOUNT_NAME, "kunit");
	KUNIT_EXPECT_EQ(test, answer(test), 0);
}

static void rule_gets_the_safe_defaults(struct kunit *test)
{
	struct omasec_sock_key key = { .direction = OMASEC_DIRECTION_IN, .port = 4999 };
	struct omasec_net *on = omasec_net(&init_net);
	struct omasec_rule *r;

	KUNIT_ASSERT_EQ(test, add_rule(test, OMASEC_A_RULE_NAME, "kunit", 6), 0);
	KUNIT_EXPECT_EQ(test, add_rule(test, OMASEC_A_RULE_NAME, "kunit", 6), -EEXIST);
	r = omasec_policy_match(on, &key);
	KUNIT_ASSERT_NOT_NULL(test, r);
	KUNIT_EXPECT_EQ(test, r->role, (u8)OMASEC_ROLE_SERVER);
	KUNIT_EXPECT_EQ(test, r->integrity, (u8)OMASEC_INTEGRITY_HMAC);
	KUNIT_EXPECT_EQ(test, r->transport, (u8)OMASEC_TRANSPORT_PLAIN);
	KUNIT_EXPECT_EQ(test, r->auth_mode, (u8)OMASEC_AUTH_MODE_TRANSPARENT);
	KUNIT_EXPECT_EQ(test, r->other, (u8)OMASEC_OTHER_DENY);
	KUNIT_EXPECT_EQ(test, r->on_deny, (u8)OMASEC_ON_DENY_RESET);
	KUNIT_EXPECT_EQ(test, r->encoding, (u8)OMASEC_ENCODING_AS_SENT);
	KUNIT_EXPECT_EQ(test, r->helper_lost, (u8)OMASEC_HELPER_LOST_REJECT);
	KUNIT_EXPECT_EQ(test, r->max_message, 1024U * 1024U);
	KUNIT_EXPECT_EQ(test, r->deadline_ms, 5000U);
	KUNIT_EXPECT_PTR_EQ(test, r->account, (struct omasec_account *)NULL);
	omasec_rule_put(r);
	nla_put_string(request(test, OMASEC_CMD_RULE_DEL, 0), OMASEC_A_RULE_NAME, "kunit");
	KUNIT_EXPECT_EQ(test, answer(test), 0);
	KUNIT_EXPECT_FALSE(test, omasec_policy_port(on, OMASEC_DIRECTION_IN, 4999));
}

static void message_commands_are_the_helpers(struct kunit *test)
{
	struct sk_buff *skb = request(test, OMASEC_CMD_HELPER_REGISTER, 0);
	struct omasec_net *on = omasec_net(&init_net);
	struct nl_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, answer(test), -EINVAL);
	skb = request(test, OMASEC_CMD_HELPER_REGISTER, 0);
	nla_put_u32(skb, OMASEC_A_HELPER_ABI, OMASEC_GENL_VERSION + 1);
	KUNIT_EXPECT_EQ(test, answer(test), -EPROTONOSUPPORT);
	request(test, OMASEC_CMD_MSG_NEXT, 0);
	KUNIT_EXPECT_EQ(test, answer(test), -EPERM);
	skb = request(test, OMASEC_CMD_MSG_VERDICT, 0);
	nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, 1, OMASEC_A_MSG_PAD);
	nla_put_u8(skb, OMASEC_A_MSG_VERDICT, OMASEC_VERDICT_ACCEPT);
	KUNIT_EXPECT_EQ(test, answer(test), -EPERM);
	skb = request(test, OMASEC_CMD_MSG_VERDICT, 0);
	nla_put_u8(skb, OMASEC_A_MSG_VERDICT, OMASEC_VERDICT_RESPOND + 1);
	KUNIT_EXPECT_EQ(test, answer(test), -ERANGE);
	skb = request(test, OMASEC_CMD_MSG_GET, NLM_F_DUMP);
	nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, 1, OMASEC_A_MSG_PAD);
	KUNIT_EXPECT_EQ(test, answer(test), -EPERM);
	skb = request(test, OMASEC_CMD_MSG_CRED, 0);
	nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, 1, OMASEC_A_MSG_PAD);
	KUNIT_EXPECT_EQ(test, answer(test), -EPERM);
	request(test, OMASEC_CMD_MSG_CRED, 0);
	KUNIT_EXPECT_EQ(test, answer(test), -EINVAL);

	skb = request(test, OMASEC_CMD_HELPER_REGISTER, 0);
	nla_put_u32(skb, OMASEC_A_HELPER_ABI, OMASEC_GENL_VERSION);
	KUNIT_EXPECT_EQ(test, answer(test), 0);
	KUNIT_EXPECT_TRUE(test, omasec_upcall_ready(on));
	request(test, OMASEC_CMD_MSG_NEXT, 0);
	KUNIT_EXPECT_EQ(test, answer(test), -ENOENT);
	skb = request(test, OMASEC_CMD_MSG_GET, NLM_F_DUMP);
	nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, 1, OMASEC_A_MSG_PAD);
	KUNIT_EXPECT_EQ(test, answer(test), -ESTALE);
	skb = request(test, OMASEC_CMD_MSG_CRED, 0);
	nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, 1, OMASEC_A_MSG_PAD);
	KUNIT_EXPECT_EQ(test, answer(test), -ESTALE);
	skb = request(test, OMASEC_CMD_MSG_CRED, 0);
	nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, 1, OMASEC_A_MSG_PAD);
	nla_put(skb, OMASEC_A_MSG_CRED, 17, "0123456789abcdef");
	KUNIT_EXPECT_EQ(test, answer(test), -ERANGE);

	/* It ends with its socket. */
	nl_close(t);
	KUNIT_EXPECT_FALSE(test, omasec_upcall_ready(on));
}

/* A whole CRYPTO request about an account that is not there. */
static int crypto_answer(struct kunit *test, u8 op, size_t len)
{
	struct sk_buff *skb = request(test, OMASEC_CMD_CRYPTO, 0);
	u8 *data = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	nla_put_u8(skb, OMASEC_A_CRYPTO_OP, op);
	nla_put_string(skb, OMASEC_A_CRYPTO_ACCOUNT, "nobody");
	nla_put(skb, OMASEC_A_CRYPTO_DATA, len, data);
	return answer(test);
}

static void keys_are_used_for_the_helper_only(struct kunit *test)
{
	struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, crypto_answer(test, OMASEC_CRYPTO_OP_SEAL, 16), -EPERM);
	skb = request(test, OMASEC_CMD_HELPER_REGISTER, 0);
	nla_put_u32(skb, OMASEC_A_HELPER_ABI, OMASEC_GENL_VERSION);
	KUNIT_ASSERT_EQ(test, answer(test), 0);
	KUNIT_EXPECT_EQ(test, crypto_answer(test, OMASEC_CRYPTO_OP_SEAL, 16), -ENOENT);
	KUNIT_EXPECT_EQ(test, crypto_answer(test, OMASEC_CRYPTO_OP_OPEN_128_CBC + 1, 16), -ERANGE);
	skb = request(test, OMASEC_CMD_CRYPTO, 0);
	nla_put_u8(skb, OMASEC_A_CRYPTO_OP, OMASEC_CRYPTO_OP_HMAC_SHA256);
	nla_put_string(skb, OMASEC_A_CRYPTO_ACCOUNT, "nobody");
	KUNIT_EXPECT_EQ(test, answer(test), -EINVAL);
}

/* ---- events ---- */

static void join_events(struct kunit *test)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct nl_test *t = test->priv;
	int group = omasec_nl_family.mcgrp_offset + OMASEC_NLGRP_EVENTS;

	omasec_event_init(omasec_net(&init_net)->control);	/* all tokens are there */
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, NETLINK_GENERIC,
					       &t->ear), 0);
	t->ear->sk->sk_rcvbuf = 8 << 20;	/* none is lost for want of room */
	KUNIT_ASSERT_EQ(test, kernel_bind(t->ear, (void *)&addr, sizeof(addr)), 0);
	KUNIT_ASSERT_EQ(test, t->ear->ops->setsockopt(t->ear, SOL_NETLINK,
						      NETLINK_ADD_MEMBERSHIP,
						      KERNEL_SOCKPTR(&group), sizeof(group)), 0);
}

/* Takes what has arrived; their number, and the kind of each if @kinds is not NULL. */
static unsigned int take_events(struct kunit *test, u8 *kinds)
{
	struct nl_test *t = test->priv;
	struct nlattr *attr;
	unsigned int n = 0;
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&t->ear->sk->sk_receive_queue))) {
		attr = nlmsg_find_attr(nlmsg_hdr(skb), GENL_HDRLEN, OMASEC_A_EVENT_KIND);
		KUNIT_EXPECT_NOT_NULL(test, attr);
		if (kinds && attr)
			kinds[n] = nla_get_u8(attr);
		n++;
		kfree_skb(skb);
	}
	return n;
}

static void events_reach_who_listens_at_a_limited_rate(struct kunit *test)
{
	struct omasec_event ev = {
		.kind = OMASEC_EVENT_KIND_REFUSED, .reason = OMASEC_REASON_MAC_WRONG,
		.family = AF_INET6, .account = "a", .user = "u", .text = "kunit",
	};
	struct omasec_net *on = omasec_net(&init_net);
	u64 lost = omasec_stat_read(on, OMASEC_STAT_EVENTS_LOST);
	u64 refused = omasec_stat_read_refused(on, OMASEC_REASON_MAC_WRONG);
	unsigned int i, n;
	u8 kinds[2] = {};

	omasec_event_send(on, &ev, GFP_KERNEL);		/* nobody listens: counted, not sent */
	join_events(test);
	KUNIT_EXPECT_EQ(test, take_events(test, NULL), 0U);
	ev.reason = OMASEC_REASON_KEY_REVOKED;
	omasec_event_send(on, &ev, GFP_KERNEL);
	KUNIT_ASSERT_EQ(test, take_events(test, kinds), 2U);
	KUNIT_EXPECT_EQ(test, kinds[0], (u8)OMASEC_EVENT_KIND_REFUSED);
	KUNIT_EXPECT_EQ(test, kinds[1], (u8)OMASEC_EVENT_KIND_KEY);

	ev.reason = OMASEC_REASON_MAC_WRONG;
	for (i = 0; i < 1000; i++)
		omasec_event_send(on, &ev, GFP_ATOMIC);
	n = take_events(test, NULL);
	KUNIT_EXPECT_GE(test, n, 200U);
	KUNIT_EXPECT_LT(test, n, 900U);		/* a slow machine earns more tokens meanwhile */
	KUNIT_EXPECT_EQ(test, omasec_stat_read(on, OMASEC_STAT_EVENTS_LOST) - lost, 1000ULL - n);
	KUNIT_EXPECT_EQ(test, omasec_stat_read_refused(on, OMASEC_REASON_MAC_WRONG) - refused,
			1001ULL);
}

/* What one message denies does not keep refusals from being heard. */
static void denials_leave_room_for_others(struct kunit *test)
{
	const struct omasec_denial d = { .command = "Get", .clause = "not-named", .status = 425 };
	struct omasec_event ev = { .kind = OMASEC_EVENT_KIND_ACL_DENIED, .denial = &d };
	struct omasec_event other = {
		.kind = OMASEC_EVENT_KIND_REFUSED, .reason = OMASEC_REASON_MAC_WRONG,
	};
	struct omasec_net *on = omasec_net(&init_net);
	unsigned int i;

	join_events(test);
	for (i = 0; i < 1000; i++)
		omasec_event_send(on, &ev, GFP_KERNEL);
	KUNIT_EXPECT_GE(test, take_events(test, NULL), 100U);
	for (i = 0; i < 100; i++)
		omasec_event_send(on, &other, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, take_events(test, NULL), 100U);
}

static void count_decided(struct omasec_msg *m, void *arg)
{
	(*(unsigned int *)arg)++;
}

/* A received message that the helper of this test has. */
static struct omasec_msg *handed_msg(struct kunit *test, unsigned int *decided)
{
	struct omasec_rule *r = control_rule(test, OMASEC_DIRECTION_OUT, 80);
	struct sk_buff *skb = request(test, OMASEC_CMD_HELPER_REGISTER, 0);
	struct omasec_msg *m;

	nla_put_u32(skb, OMASEC_A_HELPER_ABI, OMASEC_GENL_VERSION);
	KUNIT_ASSERT_EQ(test, answer(test), 0);
	m = omasec_msg_new(omasec_net(&init_net), r, NULL);
	omasec_rule_put(r);
	KUNIT_ASSERT_NOT_NULL(test, m);
	m->path = OMASEC_PATH_RX;
	m->flow_id = 77;
	m->mac_state = OMASEC_MAC_STATE_OK;
	m->decided = count_decided;
	m->arg = decided;
	KUNIT_ASSERT_EQ(test, omasec_upcall_submit(m), 0U);
	request(test, OMASEC_CMD_MSG_NEXT, 0);
	answer(test);	/* the notice has handed it out already, or this does */
	return m;
}

/* A verdict on @m with @denied denials, of which @n are named, all with the attribute @attr. */
static int deny(struct kunit *test, const struct omasec_msg *m, u32 denied, unsigned int n, int attr,
		const char *text)
{
	struct sk_buff *skb = request(test, OMASEC_CMD_MSG_VERDICT, 0);
	struct nlattr *all, *one;
	unsigned int i;

	nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, m->cookie, OMASEC_A_MSG_PAD);
	nla_put_u8(skb, OMASEC_A_MSG_VERDICT, OMASEC_VERDICT_ACCEPT);
	nla_put_u32(skb, OMASEC_A_MSG_DENIED, denied);
	all = nla_nest_start(skb, OMASEC_A_MSG_DENIALS);
	KUNIT_ASSERT_NOT_NULL(test, all);
	for (i = 0; i < n; i++) {
		one = nla_nest_start(skb, i + 1);
		KUNIT_ASSERT_NOT_NULL(test, one);
		if (attr != OMASEC_A_DENIAL_COMMAND)
			nla_put_string(skb, OMASEC_A_DENIAL_COMMAND, "Delete");
		nla_put_u16(skb, OMASEC_A_DENIAL_STATUS, 425);
		nla_put_string(skb, OMASEC_A_DENIAL_CLAUSE, "not-named");
		if (text)
			nla_put_string(skb, attr, text);
		nla_nest_end(skb, one);
	}
	nla_nest_end(skb, all);
	return answer(test);
}

/* The next event, which is a denial: its URI is @uri, and it tells of @more. */
static void expect_denial(struct kunit *test, const char *uri, u32 more)
{
	struct nl_test *t = test->priv;
	struct sk_buff *skb = skb_dequeue(&t->ear->sk->sk_receive_queue);
	struct nlattr *denial, *attr;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	attr = nlmsg_find_attr(nlmsg_hdr(skb), GENL_HDRLEN, OMASEC_A_EVENT_KIND);
	KUNIT_EXPECT_EQ(test, nla_get_u8(attr), (u8)OMASEC_EVENT_KIND_ACL_DENIED);
	attr = nlmsg_find_attr(nlmsg_hdr(skb), GENL_HDRLEN, OMASEC_A_EVENT_FLOW);
	KUNIT_EXPECT_EQ(test, attr ? nla_get_u64(attr) : 0, 77ULL);
	attr = nlmsg_find_attr(nlmsg_hdr(skb), GENL_HDRLEN, OMASEC_A_EVENT_MORE);
	KUNIT_EXPECT_EQ(test, attr ? nla_get_u32(attr) : 0, more);
	denial = nlmsg_find_attr(nlmsg_hdr(skb), GENL_HDRLEN, OMASEC_A_EVENT_DENIAL);
	KUNIT_ASSERT_NOT_NULL(test, denial);
	attr = nla_find_nested(denial, OMASEC_A_DENIAL_URI);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_STREQ(test, (const char *)nla_data(attr), uri);
	attr = nla_find_nested(denial, OMASEC_A_DENIAL_COMMAND);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_STREQ(test, (const char *)nla_data(attr), "Delete");
	attr = nla_find_nested(denial, OMASEC_A_DENIAL_STATUS);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_EQ(test, nla_get_u16(attr), (u16)425);
	kfree_skb(skb);
}

static void denials_are_told_when_the_verdict_counts(struct kunit *test)
{
	struct omasec_net *on = omasec_net(&init_net);
	u64 denied = omasec_stat_read(on, OMASEC_STAT_ACL_DENIED);
	unsigned int decided = 0;
	struct omasec_msg *m = handed_msg(test, &decided);
	char *long_uri = kunit_kzalloc(test, OMASEC_URI_MAX + 2, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, long_uri);
	memset(long_uri, 'x', OMASEC_URI_MAX + 1);
	join_events(test);
	/* more than are named, or counted; texts that are too long, or would be obeyed */
	KUNIT_EXPECT_EQ(test, deny(test, m, 17, 17, OMASEC_A_DENIAL_URI, "./A"), -EINVAL);
	KUNIT_EXPECT_EQ(test, deny(test, m, 1, 2, OMASEC_A_DENIAL_URI, "./A"), -EINVAL);
	KUNIT_EXPECT_EQ(test, deny(test, m, 1, 1, OMASEC_A_DENIAL_URI, long_uri), -EINVAL);
	KUNIT_EXPECT_EQ(test, deny(test, m, 1, 1, OMASEC_A_DENIAL_URI, "./A\033[2J"), -EINVAL);
	KUNIT_EXPECT_EQ(test, deny(test, m, 1, 1, OMASEC_A_DENIAL_SERVER, "a\nb"), -EINVAL);
	KUNIT_EXPECT_EQ(test, deny(test, m, 1, 1, OMASEC_A_DENIAL_COMMAND, "\177"), -EINVAL);
	KUNIT_EXPECT_EQ(test, deny(test, m, 1, 1, OMASEC_A_DENIAL_COMMAND, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, deny(test, m, 1, 1, OMASEC_A_DENIAL_MAX + 1, "x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, decided, 0U);
	KUNIT_EXPECT_EQ(test, take_events(test, NULL), 0U);
	KUNIT_EXPECT_EQ(test, omasec_stat_read(on, OMASEC_STAT_ACL_DENIED), denied);

	KUNIT_EXPECT_EQ(test, deny(test, m, 5, 2, OMASEC_A_DENIAL_URI, "./A"), 0);
	KUNIT_EXPECT_EQ(test, decided, 1U);
	expect_denial(test, "./A", 0);
	expect_denial(test, "./A", 3);
	/* what does not decide tells nothing */
	KUNIT_EXPECT_LT(test, deny(test, m, 5, 2, OMASEC_A_DENIAL_URI, "./A"), 0);
	KUNIT_EXPECT_EQ(test, take_events(test, NULL), 0U);
	KUNIT_EXPECT_EQ(test, omasec_stat_read(on, OMASEC_STAT_ACL_DENIED), denied + 5);
	omasec_upcall_cancel(m);
	omasec_msg_put(m);
}

static struct kunit_case netlink_cases[] = {
	KUNIT_CASE(requests_without_attributes_take_none),
	KUNIT_CASE_PARAM(account_attributes_are_validated, account_case_gen_params),
	KUNIT_CASE(credential_attributes_are_validated),
	KUNIT_CASE(rule_attributes_are_validated),
	KUNIT_CASE(rule_gets_the_safe_defaults),
	KUNIT_CASE(signatures_have_what_they_need),
	KUNIT_CASE(message_commands_are_the_helpers),
	KUNIT_CASE(keys_are_used_for_the_helper_only),
	KUNIT_CASE(events_reach_who_listens_at_a_limited_rate),
	KUNIT_CASE(denials_leave_room_for_others),
	KUNIT_CASE(denials_are_told_when_the_verdict_counts),
	{}
};

static struct kunit_suite netlink_suite = {
	.name = "omasec_netlink",
	.init = nl_init,
	.exit = nl_exit,
	.test_cases = netlink_cases,
};

kunit_test_suites(&netlink_suite);

MODULE_LICENSE("GPL");
