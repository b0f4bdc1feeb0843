// SPDX-License-Identifier: GPL-2.0
/*
 * Pushes in the kernel: the vectors of the unit tests over the module's objects, and
 * the judgement: whose notification is right, with which nonce, and how often.
 */
#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/key-type.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/route.h>

#include "control_kunit.h"
#include "push_vectors.h"
#include "../../kmod/crypto.h"
#include "../../kmod/push.h"
#include "../../kmod/udp.h"

#define SERVER "com.mgmtsrv.manage"
#define PUSH "\x01\x06\x03\xc4\xaf\x87"

/* ---- vectors ---- */

static void wsp_desc(const struct wsp_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wsp, wsp_vectors, wsp_desc);

static void push_header(struct kunit *test)
{
	const struct wsp_vector *v = test->param_value;
	struct omasec_wsp_push p;

	KUNIT_ASSERT_EQ(test, omasec_wsp_push_parse(v->wire, v->len, &p), v->reason);
	if (v->reason)
		return;
	KUNIT_EXPECT_EQ(test, p.type, v->type);
	KUNIT_EXPECT_EQ(test, p.app, v->app);
	KUNIT_EXPECT_EQ(test, p.sec, v->sec);
	KUNIT_EXPECT_EQ(test, p.mac.len, v->mac ? strlen(v->mac) : 0);
	KUNIT_EXPECT_EQ(test, p.hmac.len, v->hmac ? strlen(v->hmac) : 0);
	KUNIT_EXPECT_EQ(test, p.data.len, v->data ? strlen(v->data) : 0);
}

static void notification_desc(const struct notification_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(notification, notification_vectors, notification_desc);

static void notification_header(struct kunit *test)
{
	const struct notification_vector *v = test->param_value;
	struct omasec_notification n;

	KUNIT_ASSERT_EQ(test, omasec_notification_parse(v->wire, v->len, &n), v->reason);
	if (v->reason)
		return;
	KUNIT_EXPECT_EQ(test, n.version, v->version);
	KUNIT_EXPECT_EQ(test, n.session, v->session);
	KUNIT_EXPECT_EQ(test, n.ui_mode, v->ui_mode);
	KUNIT_EXPECT_EQ(test, n.server_id.len, strlen(v->server_id));
}

static void secured_records(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(secured_vectors); i++)
		KUNIT_EXPECT_EQ_MSG(test, omasec_wsp_is_secured(secured_vectors[i].wire,
								secured_vectors[i].len),
				    secured_vectors[i].secured, "%s", secured_vectors[i].name);
}

/* ---- judgement ---- */

static struct omasec_nonce nonce_of(const char *s)
{
	struct omasec_nonce n = { .known = true, .len = strlen(s) };

	memcpy(n.data, s, n.len);
	return n;
}

/* The account of the worked value, with nonce "Nonce"; the caller puts it. */
static struct omasec_account *server_account(struct kunit *test)
{
	struct key *key = key_alloc(&key_type_logon, "omasec:push", GLOBAL_ROOT_UID,
				    GLOBAL_ROOT_GID, current_cred(), KEY_POS_ALL | KEY_USR_ALL,
				    KEY_ALLOC_NOT_IN_QUOTA, NULL);
	struct omasec_account_spec spec = {
		.name = "srv", .server_id = SERVER, .user = { "device", SERVER },
		.nonce = { {}, nonce_of("Nonce") },
	};
	struct omasec_account *a;

	KUNIT_ASSERT_FALSE(test, IS_ERR(key));
	KUNIT_ASSERT_EQ(test, key_instantiate_and_link(key, V4_KEY, 24, NULL, NULL), 0);
	spec.key[OMASEC_CRED_SERVER] = key;
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	key_put(key);
	a = omasec_account_find(test->priv, "srv");
	KUNIT_ASSERT_NOT_NULL(test, a);
	return a;
}

/* A push of the worked trigger with another session id, made with @nonce. */
static size_t make_push(struct kunit *test, const struct omasec_nonce *nonce, u16 session, u8 *out)
{
	struct omasec_slice trigger = { V4_TRIGGER, sizeof(V4_TRIGGER) - 1 };
	u8 *t = out + 6 + OMASEC_MD5_LEN, sum[OMASEC_MD5_LEN];

	memcpy(out, PUSH, 6);
	memcpy(t, trigger.p, trigger.len);
	t[5] = session >> 8;
	t[6] = session & 0xff;
	trigger.p = t;
	KUNIT_ASSERT_EQ(test, omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &trigger, 1, sum), 0);
	KUNIT_ASSERT_EQ(test, omasec_mac_compute(&omasec_kernel_md5, OMASEC_MAC_FORM_OMA,
						 (const u8 *)V4_KEY, nonce->data, nonce->len, sum,
						 out + 6), 0);
	return 6 + OMASEC_MD5_LEN + trigger.len;
}

static unsigned int judge(struct kunit *test, const struct omasec_push_terms *terms,
			  const struct omasec_nonce *nonce, u16 session)
{
	struct omasec_push_verdict v;
	u8 wire[64];
	size_t len = make_push(test, nonce, session, wire);

	omasec_push_judge(test->priv, terms, wire, len, &v);
	KUNIT_EXPECT_EQ(test, v.outcome == OMASEC_PUSH_ACCEPT, !v.reason);
	KUNIT_EXPECT_EQ(test, v.outcome == OMASEC_PUSH_REFUSE, !!v.reason);
	KUNIT_EXPECT_EQ(test, v.kind, OMASEC_MESSAGE_KIND_NOTIFICATION);
	omasec_account_put(v.account);
	return v.reason;
}

static const struct omasec_push_terms any_server = { .max_message = 1000 };

#define SKIP_WITHOUT_MD5(test) do {					\
	if (!omasec_crypto_has_md5())					\
		kunit_skip(test, "this kernel has no MD5");		\
} while (0)

static void worked_value_is_right_once(struct kunit *test)
{
	static const char wire[] = PUSH V4_DIGEST V4_TRIGGER;
	struct omasec_push_verdict v;
	struct omasec_account *a;

	SKIP_WITHOUT_MD5(test);
	a = server_account(test);
	omasec_push_judge(test->priv, &any_server, wire, sizeof(wire) - 1, &v);
	KUNIT_EXPECT_EQ(test, v.reason, OMASEC_REASON_NONE);
	KUNIT_EXPECT_EQ(test, v.outcome, OMASEC_PUSH_ACCEPT);
	KUNIT_EXPECT_PTR_EQ(test, v.account, a);
	KUNIT_EXPECT_EQ(test, v.session, 0x1234);
	KUNIT_EXPECT_STREQ(test, v.server_id, SERVER);
	omasec_account_put(v.account);
	omasec_push_judge(test->priv, &any_server, wire, sizeof(wire) - 1, &v);
	KUNIT_EXPECT_EQ(test, v.reason, OMASEC_REASON_SESSION_REPLAYED);
	KUNIT_EXPECT_EQ(test, v.outcome, OMASEC_PUSH_REFUSE);
	omasec_account_put(v.account);
	KUNIT_EXPECT_EQ(test, atomic64_read(&a->messages_ok), 1);
	KUNIT_EXPECT_EQ(test, atomic64_read(&a->messages_refused), 1);
	omasec_account_put(a);
}

static void nonce_is_that_of_the_last_session(struct kunit *test)
{
	struct omasec_nonce first = nonce_of("Nonce"), second = nonce_of("second");
	struct omasec_nonce cur, none = nonce_of("");
	struct omasec_account *a;

	SKIP_WITHOUT_MD5(test);
	a = server_account(test);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &second, 1), OMASEC_REASON_DIGEST_WRONG);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &none, 1), OMASEC_REASON_DIGEST_WRONG);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &first, 1), OMASEC_REASON_NONE);
	/* It was not used up. */
	omasec_account_nonce_read(a, OMASEC_CRED_SERVER, &cur, NULL);
	KUNIT_EXPECT_FALSE(test, cur.spent);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &first, 2), OMASEC_REASON_NONE);

	/* The last message of a session uses it up, and the server goes on from it. */
	KUNIT_EXPECT_TRUE(test, omasec_account_nonce_spend(a, OMASEC_CRED_SERVER, &first));
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &first, 1), OMASEC_REASON_SESSION_REPLAYED);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &first, 3), OMASEC_REASON_NONE);

	omasec_account_nonce_set(a, OMASEC_CRED_SERVER, &second);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &first, 4), OMASEC_REASON_DIGEST_WRONG);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &second, 1), OMASEC_REASON_NONE);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &second, 1), OMASEC_REASON_SESSION_REPLAYED);
	/* One whose digest was judged before the nonce changed does not count any more. */
	KUNIT_EXPECT_EQ(test, omasec_account_notified(a, &first, 9), OMASEC_REASON_DIGEST_WRONG);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &second, 1), OMASEC_REASON_SESSION_REPLAYED);
	omasec_account_put(a);
}

static void memory_goes_on_with_the_account(struct kunit *test)
{
	struct omasec_nonce nonce = nonce_of("Nonce");
	struct omasec_account_spec spec = { .name = "srv", .server_id = SERVER,
					    .user = { "other", SERVER } };
	struct omasec_account *a, *b;

	SKIP_WITHOUT_MD5(test);
	a = server_account(test);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &nonce, 1), OMASEC_REASON_NONE);
	spec.key[OMASEC_CRED_SERVER] = a->cred[OMASEC_CRED_SERVER].key;
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	b = omasec_account_find(test->priv, "srv");
	KUNIT_EXPECT_PTR_NE(test, a, b);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &nonce, 1), OMASEC_REASON_SESSION_REPLAYED);
	KUNIT_EXPECT_EQ(test, omasec_account_notified(a, &nonce, 2), OMASEC_REASON_NONE);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &nonce, 2), OMASEC_REASON_SESSION_REPLAYED);
	omasec_account_put(a);
	omasec_account_put(b);
}

static void resync_is_rare_and_by_rule(struct kunit *test)
{
	struct omasec_nonce zero = { .known = true, .len = 4 }, text = nonce_of("0x00000000");
	struct omasec_nonce nonce = nonce_of("Nonce");
	struct omasec_push_terms on = { .max_message = 1000, .nonce_resync = OMASEC_NONCE_RESYNC_ON };
	struct omasec_push_terms ascii = on;
	struct omasec_account *a;

	SKIP_WITHOUT_MD5(test);
	ascii.nonce_resync = OMASEC_NONCE_RESYNC_ASCII;
	a = server_account(test);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &zero, 1), OMASEC_REASON_DIGEST_WRONG);
	KUNIT_EXPECT_EQ(test, judge(test, &on, &text, 1), OMASEC_REASON_DIGEST_WRONG);
	KUNIT_EXPECT_EQ(test, judge(test, &on, &zero, 1), OMASEC_REASON_NONE);
	KUNIT_EXPECT_EQ(test, judge(test, &on, &zero, 1), OMASEC_REASON_SESSION_REPLAYED);
	KUNIT_EXPECT_EQ(test, judge(test, &on, &zero, 2), OMASEC_REASON_RESYNC_LIMIT);
	KUNIT_EXPECT_EQ(test, judge(test, &ascii, &text, 3), OMASEC_REASON_RESYNC_LIMIT);
	KUNIT_EXPECT_EQ(test, judge(test, &on, &nonce, 1), OMASEC_REASON_NONE);
	omasec_account_put(a);
}

static void account_is_the_one_of_the_rule(struct kunit *test)
{
	struct omasec_account_spec other = { .name = "other", .server_id = "elsewhere",
					     .user = { NULL, "elsewhere" } };
	struct omasec_push_terms terms = { .max_message = 1000 };
	struct omasec_nonce nonce = nonce_of("Nonce");
	struct omasec_account *a;

	SKIP_WITHOUT_MD5(test);
	KUNIT_EXPECT_EQ(test, judge(test, &any_server, &nonce, 1), OMASEC_REASON_SERVER_UNKNOWN);
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &other), 0);
	terms.account = omasec_account_find(test->priv, "other");
	KUNIT_EXPECT_EQ(test, judge(test, &terms, &nonce, 1), OMASEC_REASON_SERVER_MISMATCH);
	omasec_account_put(terms.account);
	a = server_account(test);
	terms.account = a;
	KUNIT_EXPECT_EQ(test, judge(test, &terms, &nonce, 1), OMASEC_REASON_NONE);
	key_revoke(a->cred[OMASEC_CRED_SERVER].key);
	KUNIT_EXPECT_EQ(test, judge(test, &terms, &nonce, 2), OMASEC_REASON_KEY_REVOKED);
	omasec_account_put(a);
}

/* ---- the queue ---- */

static int eaten;

static int eat(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	eaten++;
	kfree_skb(skb);
	return 0;
}

static struct sk_buff *datagram(struct kunit *test, struct dst_entry *dst, unsigned int octets)
{
	struct sk_buff *skb = alloc_skb(256, GFP_ATOMIC);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	memset(skb_put(skb, 28), 0, 28);
	skb_dst_set(skb, dst_clone(dst));
	skb->truesize = octets;
	return skb;
}

/* In place of the worker, which another processor might run at once. */
static void rest(struct work_struct *work)
{
}

/* @n datagrams, as they come to the hook. */
static void come(struct kunit *test, struct omasec_udp *u, struct omasec_rule *r, struct dst_entry *dst,
		 const struct nf_hook_state *state, unsigned int n, unsigned int size)
{
	local_bh_disable();
	rcu_read_lock();
	while (n--)
		omasec_udp_queue(u, datagram(test, dst, size), omasec_rule_get(r), state, 20, 4);
	rcu_read_unlock();
	local_bh_enable();
}

static void queue_is_bounded(struct kunit *test)
{
	struct omasec_udp *u = omasec_udp_new(test->priv);
	struct omasec_rule *r = control_rule(test, OMASEC_DIRECTION_IN, 2948);
	struct nf_hook_state state = { .in = init_net.loopback_dev, .okfn = eat };
	struct flowi4 fl4 = { .daddr = htonl(INADDR_LOOPBACK) };
	struct rtable *rt = ip_route_output_key(&init_net, &fl4);
	struct dst_entry *dst;

	KUNIT_ASSERT_NOT_NULL(test, u);
	if (IS_ERR(rt)) {
		omasec_udp_free(u);
		omasec_rule_put(r);
		kunit_skip(test, "no route on loopback");
	}
	dst = &rt->dst;
	r->other = OMASEC_OTHER_PASS;
	eaten = 0;

	INIT_WORK(&u->work, rest);
	come(test, u, r, dst, &state, OMASEC_UDP_DATAGRAMS + 5, 1000);
	KUNIT_EXPECT_EQ(test, u->octets, 1000U * OMASEC_UDP_DATAGRAMS);
	KUNIT_EXPECT_EQ(test, atomic64_read(&r->seen[OMASEC_SEEN_REFUSED]), 5);
	omasec_udp_drop(u, NULL);
	KUNIT_EXPECT_EQ(test, u->octets, 0U);
	come(test, u, r, dst, &state, 4, 100000);
	KUNIT_EXPECT_EQ(test, u->octets, 200000U);
	omasec_udp_drop(u, init_net.loopback_dev);
	KUNIT_EXPECT_EQ(test, u->octets, 0U);
	KUNIT_EXPECT_TRUE(test, list_empty(&u->queue));
	cancel_work_sync(&u->work);
	KUNIT_EXPECT_EQ(test, eaten, 0);
	omasec_udp_free(u);

	u = omasec_udp_new(test->priv);
	if (!u)
		goto out;

	come(test, u, r, dst, &state, 1, 1000);
	flush_work(&u->work);
	KUNIT_EXPECT_EQ(test, eaten, 1);
	KUNIT_EXPECT_EQ(test, u->octets, 0U);
out:
	KUNIT_EXPECT_NOT_NULL(test, u);
	omasec_rule_put(r);
	dst_release(dst);
	if (u)
		omasec_udp_free(u);
}

static struct kunit_case push_cases[] = {
	KUNIT_CASE_PARAM(push_header, wsp_gen_params),
	KUNIT_CASE_PARAM(notification_header, notification_gen_params),
	KUNIT_CASE(secured_records),
	KUNIT_CASE(worked_value_is_right_once),
	KUNIT_CASE(nonce_is_that_of_the_last_session),
	KUNIT_CASE(memory_goes_on_with_the_account),
	KUNIT_CASE(resync_is_rare_and_by_rule),
	KUNIT_CASE(account_is_the_one_of_the_rule),
	KUNIT_CASE(queue_is_bounded),
	{}
};

static struct kunit_suite push_suite = {
	.name = "omasec_push",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = push_cases,
};

kunit_test_suites(&push_suite);

MODULE_LICENSE("GPL");
