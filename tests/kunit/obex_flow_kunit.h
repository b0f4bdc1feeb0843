/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An OBEX flow between an application and a network that are buffers; its socket is one that
 * never has anything to say. What the two say and hear, packets and messages; the names
 * are those of OBEX, whose client is the application or the network.
 */
#ifndef OMASEC_OBEX_FLOW_KUNIT_H
#define OMASEC_OBEX_FLOW_KUNIT_H

#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/key-type.h>

#include "control_kunit.h"
#include "../../kmod/flow_internal.h"

#define K "PtEdr8lBQ45IbT1bZIkrOQ=="
#define DM_XML "application/vnd.syncml.dm+xml"
#define SERVER_MAX 300
#define CLIENT_MAX 280
#define BODY_LEN 500
#define CLIENT true
#define SERVER false

static int destroyed;	/* errno of the last reset */

static inline int flow_destroy(struct sock *sk, int err)
{
	destroyed = err;
	return 0;
}

/**
 * struct flow_test - a flow, and what was last heard
 * @on: namespace
 * @f: flow
 * @a: account
 * @prot: protocol of its socket
 * @body: of every message
 * @octets: a packet that is made, or what was heard
 * @len: octets in there
 * @framer: of who reads that
 * @head: headers of the object that it has read
 * @head_len: their length
 * @whole: body of it
 * @whole_len: its length
 * @longest: octets of its longest packet
 * @packets: their number
 */
struct flow_test {
	struct omasec_net *on;
	struct omasec_flow *f;
	struct omasec_account *a;
	struct proto prot;
	u8 body[BODY_LEN], octets[2048];
	size_t len;
	struct omasec_obex framer;
	u8 head[1024], whole[BODY_LEN];
	size_t head_len, whole_len, longest;
	unsigned int packets;
};

static struct flow_test *flow_open;	/* what a test that was aborted has left */

static inline void flow_account(struct kunit *test, struct flow_test *t)
{
	struct key *key = key_alloc(&key_type_logon, "omasec:obex-flow", GLOBAL_ROOT_UID,
				    GLOBAL_ROOT_GID, current_cred(), KEY_POS_ALL | KEY_USR_ALL,
				    KEY_ALLOC_NOT_IN_QUOTA, NULL);
	struct omasec_account_spec spec = {
		.name = "srv", .server_id = "Mgmt1", .user = { "Device1", "Mgmt1" },
		.nonce = { { .known = true, .len = 2, .data = "c1" },
			   { .known = true, .len = 2, .data = "s1" } },
	};

	KUNIT_ASSERT_FALSE(test, IS_ERR(key));
	KUNIT_ASSERT_EQ(test, key_instantiate_and_link(key, K, 24, NULL, NULL), 0);
	spec.key[OMASEC_CRED_CLIENT] = key;
	spec.key[OMASEC_CRED_SERVER] = key;
	KUNIT_ASSERT_EQ(test, control_account(t->on, &spec), 0);
	key_put(key);
	t->a = omasec_account_find(t->on, "srv");
	KUNIT_ASSERT_NOT_NULL(test, t->a);
}

/* A flow of the device, or of the server; the test ends it. */
static inline struct flow_test *flow_begin(struct kunit *test, bool device, u8 other)
{
	struct flow_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct tcp_sock *tp = kunit_kzalloc(test, sizeof(*tp), GFP_KERNEL);
	struct sock *sk = (struct sock *)tp;
	struct omasec_rule *r;
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_NOT_NULL(test, tp);
	destroyed = 0;
	t->on = test->priv;
	for (i = 0; i < BODY_LEN; i++)
		t->body[i] = 'a' + i % 23;
	flow_account(test, t);
	r = control_rule(test, device ? OMASEC_DIRECTION_OUT : OMASEC_DIRECTION_IN, 650);
	r->account = omasec_account_get(t->a);
	r->binding = OMASEC_BINDING_OBEX;
	r->auth_mode = OMASEC_AUTH_MODE_STATIC;
	r->other = other;
	t->f = omasec_flow_new(GFP_KERNEL_ACCOUNT);
	KUNIT_ASSERT_NOT_NULL(test, t->f);
	omasec_flow_setup(t->f, t->on, NULL, r);
	sk->sk_state = TCP_ESTABLISHED;
	skb_queue_head_init(&sk->sk_receive_queue);
	rwlock_init(&sk->sk_callback_lock);
	t->prot.diag_destroy = flow_destroy;
	t->f->sk = sk;
	t->f->base_prot = &t->prot;
	flow_open = t;
	return t;
}

static inline void flow_end(struct flow_test *t)
{
	flow_open = NULL;
	if (t->f->rx.msg)
		omasec_upcall_cancel(t->f->rx.msg);
	if (t->f->tx.msg)
		omasec_upcall_cancel(t->f->tx.msg);
	cancel_work_sync(&t->f->work);	/* a verdict kicks it; it is not in use, and does nothing */
	t->f->sk = NULL;
	omasec_flow_free(t->f);
	rcu_barrier();
	omasec_account_put(t->a);
}

static inline void flow_exit(struct kunit *test)
{
	if (flow_open)
		flow_end(flow_open);
	control_kunit_exit(test);
}

/* ---- packets ---- */

static inline void begin(struct flow_test *t, u8 code)
{
	t->octets[0] = code;
	t->len = 3;
}

static inline void header(struct flow_test *t, u8 id, const void *p, size_t len)
{
	t->octets[t->len++] = id;
	t->octets[t->len++] = (len + 3) >> 8;
	t->octets[t->len++] = len + 3;
	memcpy(t->octets + t->len, p, len);
	t->len += len;
}

static inline void flow_run(struct omasec_flow *f)
{
	mutex_lock(&f->mtx);
	omasec_relay_run(f);
	mutex_unlock(&f->mtx);
}

/* The packet is whole, and one of the two says it. */
static inline void say(struct kunit *test, struct flow_test *t, bool client)
{
	struct omasec_flow *f = t->f;
	struct omasec_buf *to = omasec_flow_connects(f) == client ? &f->tx.in : &f->rx.in;

	t->octets[1] = t->len >> 8;
	t->octets[2] = t->len;
	KUNIT_ASSERT_EQ(test, omasec_buf_append(to, t->octets, t->len), 0);
	flow_run(f);
}

static inline void say_code(struct kunit *test, struct flow_test *t, bool client, u8 code)
{
	begin(t, code);
	say(test, t, client);
}

/* What goes to one of the two, taken out into t->octets. */
static inline size_t hear(struct kunit *test, struct flow_test *t, bool client)
{
	struct omasec_flow *f = t->f;
	struct omasec_buf *from = omasec_flow_connects(f) == client ? &f->rx.out : &f->tx.out;

	t->len = from->len;
	KUNIT_ASSERT_LE(test, t->len, sizeof(t->octets));
	if (t->len)
		KUNIT_ASSERT_EQ(test, omasec_buf_read(from, 0, t->octets, t->len), 0);
	omasec_buf_consume(from, t->len);
	return t->len;
}

/* One of the two hears this code and nothing more. */
static inline void hears(struct kunit *test, struct flow_test *t, bool client, u8 code)
{
	KUNIT_ASSERT_EQ(test, hear(test, t, client), (size_t)3);
	KUNIT_EXPECT_EQ(test, t->octets[0], code);
}

static inline void hears_nothing(struct kunit *test, struct flow_test *t)
{
	KUNIT_EXPECT_EQ(test, hear(test, t, CLIENT), (size_t)0);
	KUNIT_EXPECT_EQ(test, hear(test, t, SERVER), (size_t)0);
}

static inline void take_begin(struct flow_test *t, unsigned int side)
{
	omasec_obex_init(&t->framer, side);
	if (side == OMASEC_OBEX_RESPONSE)
		t->framer.answers = OMASEC_OBEX_GET;
	t->head_len = 0;
	t->whole_len = 0;
	t->packets = 0;
	t->longest = 0;
}

/* The packet in t->octets as its receiver reads it. */
static inline void take(struct kunit *test, struct flow_test *t)
{
	struct omasec_obex_out out;
	enum omasec_obex_event ev;
	size_t at = 0;

	t->longest = max(t->longest, t->len);
	do {
		ev = omasec_obex_step(&t->framer, t->octets + at, t->len - at, &out);
		KUNIT_ASSERT_NE(test, (int)ev, OMASEC_OBEX_BAD);
		if (ev == OMASEC_OBEX_HEAD) {
			KUNIT_ASSERT_LE(test, t->head_len + out.span.len, sizeof(t->head));
			memcpy(t->head + t->head_len, out.span.p, out.span.len);
			t->head_len += out.span.len;
		} else if (ev == OMASEC_OBEX_BODY) {
			KUNIT_ASSERT_LE(test, t->whole_len + out.span.len, sizeof(t->whole));
			memcpy(t->whole + t->whole_len, out.span.p, out.span.len);
			t->whole_len += out.span.len;
		}
		t->packets += ev == OMASEC_OBEX_END;
		at += out.used;
	} while (ev != OMASEC_OBEX_MORE);
	KUNIT_EXPECT_EQ(test, at, t->len);
}

/* ---- messages ---- */

static inline size_t mac_value(struct kunit *test, const struct flow_test *t,
			       enum omasec_cred_who who, char value[OMASEC_HMAC_VALUE_MAX])
{
	const char *user = who == OMASEC_CRED_CLIENT ? "Device1" : "Mgmt1";
	struct omasec_slice body = { (const char *)t->body, BODY_LEN };
	u8 sum[OMASEC_MD5_LEN], mac[OMASEC_MD5_LEN];
	ssize_t n;

	KUNIT_ASSERT_EQ(test, omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &body, 1, sum), 0);
	KUNIT_ASSERT_EQ(test, omasec_mac_compute(&omasec_kernel_md5, OMASEC_MAC_FORM_OMA,
						 (const u8 *)K, who == OMASEC_CRED_CLIENT ? "c1" :
						 "s1", 2, sum, mac), 0);
	n = omasec_hmac_header_format(value, OMASEC_HMAC_VALUE_MAX, user, strlen(user), mac);
	KUNIT_ASSERT_GT(test, n, (ssize_t)0);
	return n;
}

/* What the message in t->head and t->whole has of a MAC: @who's, or none. */
static inline void has_mac(struct kunit *test, struct flow_test *t, bool mac,
			   enum omasec_cred_who who)
{
	char value[OMASEC_HMAC_VALUE_MAX];
	struct omasec_obex_head h;
	const char *what;
	size_t len = mac_value(test, t, who, value);

	KUNIT_ASSERT_EQ(test, omasec_obex_parse_head(t->head, t->head_len, &h, &what), 0U);
	KUNIT_EXPECT_EQ(test, h.hmac_count, (u16)mac);
	if (mac && h.hmac_count) {
		KUNIT_ASSERT_EQ(test, h.hmac.len, len);
		KUNIT_EXPECT_EQ(test, memcmp(h.hmac.p, value, len), 0);
	}
	KUNIT_EXPECT_TRUE(test, h.has_length);
	KUNIT_EXPECT_EQ(test, h.length, (u32)BODY_LEN);
	KUNIT_EXPECT_EQ(test, t->whole_len, (size_t)BODY_LEN);
	KUNIT_EXPECT_EQ(test, memcmp(t->whole, t->body, BODY_LEN), 0);
}

static inline void connects(struct kunit *test, struct flow_test *t, const char *target)
{
	static const u8 front[] = { 0x10, 0, CLIENT_MAX >> 8, CLIENT_MAX & 0xff };

	begin(t, OMASEC_OBEX_CONNECT);
	memcpy(t->octets + 3, front, 4);
	t->len = 7;
	header(t, 0x46, target, strlen(target));
	say(test, t, CLIENT);
	KUNIT_EXPECT_EQ(test, hear(test, t, SERVER), 10 + strlen(target));
	KUNIT_EXPECT_EQ(test, t->octets[0], (u8)OMASEC_OBEX_CONNECT);
	begin(t, OMASEC_OBEX_SUCCESS);
	memcpy(t->octets + 3, front, 4);
	t->octets[6] = SERVER_MAX & 0xff;
	t->len = 7;
	say(test, t, SERVER);
	KUNIT_EXPECT_EQ(test, hear(test, t, CLIENT), (size_t)7);
	KUNIT_EXPECT_EQ(test, t->octets[0], (u8)OMASEC_OBEX_SUCCESS);
}

static inline void add_mac(struct kunit *test, struct flow_test *t, enum omasec_cred_who who,
			   bool change)
{
	char value[OMASEC_HMAC_VALUE_MAX];
	size_t len = mac_value(test, t, who, value);
	struct omasec_slice s = { value, len };
	ssize_t n;

	if (change)	/* of the MAC, in front of its padding */
		value[len - 10] = value[len - 10] == 'A' ? 'B' : 'A';
	n = omasec_obex_hmac_write(s, t->octets + t->len, sizeof(t->octets) - t->len);
	KUNIT_ASSERT_GT(test, n, (ssize_t)0);
	t->len += n;
}

/* A message in three packets, of which the first two are answered by us. */
static inline void message(struct kunit *test, struct flow_test *t, bool client, const char *type,
			   int macs, bool change)
{
	u8 code = client ? OMASEC_OBEX_PUT : OMASEC_OBEX_CONTINUE;
	u8 last = client ? OMASEC_OBEX_PUT | OMASEC_OBEX_FINAL : OMASEC_OBEX_SUCCESS;
	enum omasec_cred_who who = client ? OMASEC_CRED_CLIENT : OMASEC_CRED_SERVER;
	u8 answer = client ? OMASEC_OBEX_CONTINUE : OMASEC_OBEX_GET | OMASEC_OBEX_FINAL;

	begin(t, code);
	if (type)
		header(t, 0x42, type, strlen(type) + 1);
	while (macs--)
		add_mac(test, t, who, change);
	header(t, 0x48, t->body, 50);
	say(test, t, client);
	if (t->f->rx.state == OMASEC_DIR_DEAD)
		return;
	hears(test, t, client, answer);
	begin(t, code);
	header(t, 0x48, t->body + 50, 240);
	say(test, t, client);
	hears(test, t, client, answer);
	/* Nothing goes on before it is whole. */
	hears_nothing(test, t);
	begin(t, last);
	header(t, 0x49, t->body + 290, BODY_LEN - 290);
	say(test, t, client);
}

static inline void fetches(struct kunit *test, struct flow_test *t)
{
	begin(t, OMASEC_OBEX_GET | OMASEC_OBEX_FINAL);
	header(t, 0x42, DM_XML, sizeof(DM_XML));
	say(test, t, CLIENT);
}

/* The server hears that GET. */
static inline void hears_get(struct kunit *test, struct flow_test *t)
{
	KUNIT_ASSERT_EQ(test, hear(test, t, SERVER), 6 + sizeof(DM_XML));
	KUNIT_EXPECT_EQ(test, t->octets[0], (u8)(OMASEC_OBEX_GET | OMASEC_OBEX_FINAL));
}

static inline void refused(struct kunit *test, struct flow_test *t, unsigned int reason)
{
	KUNIT_EXPECT_EQ(test, t->f->reason, reason);
	KUNIT_EXPECT_EQ(test, destroyed, omasec_reason_errno(reason));
	KUNIT_EXPECT_EQ(test, t->f->rx.state, (u8)OMASEC_DIR_DEAD);
	hears_nothing(test, t);
}

/* What goes to the server: cut to what it takes, each packet answered, then the answer. */
static inline void goes_to_server(struct kunit *test, struct flow_test *t)
{
	take_begin(t, OMASEC_OBEX_REQUEST);
	while (hear(test, t, SERVER)) {
		take(test, t);
		KUNIT_EXPECT_EQ(test, hear(test, t, CLIENT), (size_t)0);
		if (t->framer.object_done)
			break;
		say_code(test, t, SERVER, OMASEC_OBEX_CONTINUE);
	}
	KUNIT_EXPECT_TRUE(test, t->framer.object_done);
	KUNIT_EXPECT_GT(test, t->packets, 1U);
	KUNIT_EXPECT_LE(test, t->longest, (size_t)SERVER_MAX);
}

static inline void goes_to_client(struct kunit *test, struct flow_test *t)
{
	take_begin(t, OMASEC_OBEX_RESPONSE);
	while (hear(test, t, CLIENT)) {
		take(test, t);
		KUNIT_EXPECT_EQ(test, hear(test, t, SERVER), (size_t)0);
		if (t->framer.object_done)
			break;
		say_code(test, t, CLIENT, OMASEC_OBEX_GET | OMASEC_OBEX_FINAL);
	}
	KUNIT_EXPECT_TRUE(test, t->framer.object_done);
	KUNIT_EXPECT_GT(test, t->packets, 1U);
	KUNIT_EXPECT_LE(test, t->longest, (size_t)CLIENT_MAX);
}

#define SKIP_WITHOUT_MD5(test) do {					\
	if (!omasec_crypto_has_md5())					\
		kunit_skip(test, "this kernel has no MD5");		\
} while (0)

#endif
