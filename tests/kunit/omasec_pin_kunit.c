// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that wait for a PIN, and datagrams that are held: settled exactly once,
 * bounded, and refused when what they depend on goes.
 */
#include <linux/delay.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "control_kunit.h"
#include "../../kmod/bootstrap.h"
#include "../../kmod/udp_held.h"

/* ---- an owner that notes what happens to its message */

struct message {
	struct omasec_pin_wait wait;
	struct omasec_net *on;
	const char *right;
	bool end_in_try;
	unsigned int tried, settled, reason;
	const char *what;
};

/* As bootstrap.c does, by way of the account. */
static unsigned int message_try(struct omasec_pin_wait *w, struct omasec_slice pin,
				const char **what)
{
	struct message *m = container_of(w, struct message, wait);

	m->tried++;
	*what = NULL;
	if (m->end_in_try)
		omasec_pin_wait_end(m->on, w, OMASEC_REASON_KILLED, "gone");
	if (pin.len == strlen(m->right) && !memcmp(pin.p, m->right, pin.len))
		return OMASEC_REASON_NONE;
	return OMASEC_REASON_PIN_WRONG;
}

static unsigned int message_settle(struct omasec_pin_wait *w, unsigned int reason,
				   const char *what)
{
	struct message *m = container_of(w, struct message, wait);

	m->settled++;
	m->reason = reason;
	m->what = what;
	return reason;
}

static const struct omasec_pin_ops message_ops = { .try = message_try, .settle = message_settle };

static struct omasec_account *account(struct kunit *test)
{
	static const struct omasec_account_spec spec = { .name = "a" };
	struct omasec_account *a = omasec_account_new(&spec);

	KUNIT_ASSERT_FALSE(test, IS_ERR(a));
	return a;
}

static struct message *message(struct kunit *test, struct omasec_account *a, const char *data)
{
	struct message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->on = test->priv;
	m->right = "4711";
	m->wait.ops = &message_ops;
	m->wait.account = a;
	m->wait.m.rule = 1;
	m->wait.m.family = AF_INET;
	m->wait.data = (struct omasec_slice) { .p = data, .len = strlen(data) };
	m->wait.octets = 100;
	return m;
}

static unsigned int add(struct message *m, unsigned int seconds)
{
	const char *what;

	return omasec_pin_wait_add(m->on, &m->wait, seconds, &what);
}

static bool give(struct message *m, const char *pin, struct omasec_pin_answer *answer)
{
	struct omasec_slice s = { .p = pin, .len = strlen(pin) };

	return omasec_pin_give(m->on, m->wait.m.id, s, answer);
}

/* ---- PINs */

static void right_pin_settles_once(struct kunit *test)
{
	struct omasec_account *a = account(test);
	struct message *m = message(test, a, "one");
	struct omasec_pin_answer answer;
	struct omasec_pin_info info;

	KUNIT_ASSERT_EQ(test, add(m, 60), 0U);
	KUNIT_EXPECT_EQ(test, omasec_pin_waiting(m->on), 1U);
	KUNIT_ASSERT_TRUE(test, omasec_pin_next(m->on, 0, &info));
	KUNIT_EXPECT_EQ(test, info.m.id, m->wait.m.id);
	KUNIT_EXPECT_EQ(test, info.tries, 3U);
	KUNIT_EXPECT_STREQ(test, info.account, "a");
	KUNIT_EXPECT_FALSE(test, omasec_pin_next(m->on, info.m.id, &info));
	KUNIT_ASSERT_TRUE(test, give(m, "1", &answer));
	KUNIT_EXPECT_TRUE(test, answer.waits);
	KUNIT_EXPECT_EQ(test, answer.tries, 2U);
	KUNIT_EXPECT_EQ(test, answer.reason, (u32)OMASEC_REASON_PIN_WRONG);
	KUNIT_EXPECT_EQ(test, m->settled, 0U);
	KUNIT_ASSERT_TRUE(test, give(m, "4711", &answer));
	KUNIT_EXPECT_FALSE(test, answer.waits);
	KUNIT_EXPECT_EQ(test, answer.reason, 0U);
	KUNIT_EXPECT_EQ(test, m->settled, 1U);
	KUNIT_EXPECT_EQ(test, m->reason, 0U);
	KUNIT_EXPECT_FALSE(test, give(m, "4711", &answer));
	KUNIT_EXPECT_FALSE(test, omasec_pin_wait_end(m->on, &m->wait, OMASEC_REASON_KILLED, NULL));
	KUNIT_EXPECT_EQ(test, m->settled, 1U);
	KUNIT_EXPECT_EQ(test, m->tried, 2U);
	KUNIT_EXPECT_EQ(test, omasec_pin_waiting(m->on), 0U);
	omasec_account_put(a);
}

static void third_wrong_pin_ends(struct kunit *test)
{
	struct omasec_account *a = account(test);
	struct message *m = message(test, a, "one");
	struct omasec_pin_answer answer;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, add(m, 60), 0U);
	for (i = 0; i < OMASEC_PIN_TRIES; i++) {
		KUNIT_EXPECT_EQ(test, m->settled, 0U);
		KUNIT_ASSERT_TRUE(test, give(m, "1", &answer));
		KUNIT_EXPECT_EQ(test, answer.waits, i < OMASEC_PIN_TRIES - 1);
	}
	KUNIT_EXPECT_EQ(test, m->settled, 1U);
	KUNIT_EXPECT_EQ(test, m->reason, (unsigned int)OMASEC_REASON_PIN_WRONG);
	KUNIT_EXPECT_FALSE(test, give(m, "4711", &answer));
	omasec_account_put(a);
}

/* Wrong PINs that other messages had count for this one, too. */
static void locked_account_ends(struct kunit *test)
{
	struct omasec_account *a = account(test);
	struct message *m = message(test, a, "one");
	struct omasec_pin_answer answer;
	struct omasec_pin_info info;

	KUNIT_ASSERT_EQ(test, add(m, 60), 0U);
	a->pin_failures = 2;
	a->pin_tried = ktime_get_boottime_seconds();
	KUNIT_ASSERT_TRUE(test, omasec_pin_next(m->on, 0, &info));
	KUNIT_EXPECT_EQ(test, info.tries, 1U);
	a->pin_failures = 3;
	KUNIT_ASSERT_TRUE(test, give(m, "1", &answer));
	KUNIT_EXPECT_FALSE(test, answer.waits);
	KUNIT_EXPECT_EQ(test, m->settled, 1U);
	omasec_account_put(a);
}

static void ending_wins_over_the_right_pin(struct kunit *test)
{
	struct omasec_account *a = account(test);
	struct message *m = message(test, a, "one");
	struct omasec_pin_answer answer;

	m->end_in_try = true;
	KUNIT_ASSERT_EQ(test, add(m, 60), 0U);
	KUNIT_ASSERT_TRUE(test, give(m, "4711", &answer));
	KUNIT_EXPECT_EQ(test, answer.reason, (u32)OMASEC_REASON_KILLED);
	KUNIT_EXPECT_FALSE(test, answer.waits);
	KUNIT_EXPECT_EQ(test, m->settled, 1U);
	KUNIT_EXPECT_EQ(test, m->reason, (unsigned int)OMASEC_REASON_KILLED);
	omasec_account_put(a);
}

/* ---- bounds */

static void few_wait(struct kunit *test)
{
	static const char * const data[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8" };
	struct omasec_account *a = account(test);
	struct message *m[ARRAY_SIZE(data)], *large, *again;
	struct omasec_pin_answer answer;
	unsigned int i;

	for (i = 0; i < OMASEC_PIN_MESSAGES - 1; i++) {
		m[i] = message(test, a, data[i]);
		KUNIT_ASSERT_EQ(test, add(m[i], 60), 0U);
	}
	again = message(test, a, "3");
	KUNIT_EXPECT_EQ(test, add(again, 60), (unsigned int)OMASEC_REASON_PIN_WAITING);
	again->wait.m.rule = 2;		/* another rule is another matter */
	large = message(test, a, "large");
	large->wait.octets = OMASEC_PIN_OCTETS - i * 100 + 1;
	KUNIT_EXPECT_EQ(test, add(large, 60), (unsigned int)OMASEC_REASON_PIN_MISSING);
	large->wait.octets--;
	KUNIT_EXPECT_EQ(test, add(large, 60), 0U);
	KUNIT_EXPECT_EQ(test, add(again, 60), (unsigned int)OMASEC_REASON_PIN_MISSING);
	KUNIT_ASSERT_TRUE(test, omasec_pin_give_up(test->priv, large->wait.m.id, &answer));
	KUNIT_EXPECT_EQ(test, large->reason, (unsigned int)OMASEC_REASON_KILLED);
	KUNIT_EXPECT_EQ(test, add(again, 60), 0U);
	omasec_pins_pre_exit(test->priv);
	for (i = 0; i < OMASEC_PIN_MESSAGES - 1; i++) {
		KUNIT_EXPECT_EQ(test, m[i]->settled, 1U);
		KUNIT_EXPECT_EQ(test, m[i]->reason, (unsigned int)OMASEC_REASON_KILLED);
	}
	KUNIT_EXPECT_EQ(test, again->settled, 1U);
	KUNIT_EXPECT_EQ(test, large->settled, 1U);
	KUNIT_EXPECT_EQ(test, omasec_pin_waiting(test->priv), 0U);
	large = message(test, a, "late");
	KUNIT_EXPECT_EQ(test, add(large, 60), (unsigned int)OMASEC_REASON_KILLED);
	KUNIT_EXPECT_EQ(test, large->settled, 0U);
	omasec_account_put(a);
}

static void time_ends(struct kunit *test)
{
	struct omasec_account *a = account(test);
	struct message *early = message(test, a, "one"), *late = message(test, a, "two");
	struct omasec_pin_answer answer;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, add(late, 60), 0U);
	KUNIT_ASSERT_EQ(test, add(early, 1), 0U);
	for (i = 0; i < 100 && omasec_pin_waiting(test->priv) == 2; i++)
		msleep(50);
	omasec_pin_wait_end(test->priv, &late->wait, OMASEC_REASON_KILLED, NULL);
	omasec_pins_pre_exit(test->priv);	/* waits for the work */
	KUNIT_EXPECT_EQ(test, early->settled, 1U);
	KUNIT_EXPECT_EQ(test, early->reason, (unsigned int)OMASEC_REASON_PIN_MISSING);
	KUNIT_ASSERT_NOT_NULL(test, early->what);
	KUNIT_EXPECT_NOT_NULL(test, strstr(early->what, "nobody gave the PIN in time"));
	KUNIT_EXPECT_EQ(test, late->settled, 1U);
	KUNIT_EXPECT_EQ(test, late->reason, (unsigned int)OMASEC_REASON_KILLED);
	KUNIT_EXPECT_FALSE(test, give(early, "4711", &answer));
	omasec_account_put(a);
}

/* ---- held datagrams */

static int eaten;

static int eat(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	eaten++;
	kfree_skb(skb);
	return 0;
}

static unsigned int asked, released;

static void held_gone(struct omasec_held *h)
{
	asked++;
}

static void held_release(struct omasec_held *h)
{
	released++;
}

static const struct omasec_held_ops held_ops = {
	.by = OMASEC_HELD_PIN,
	.datagrams = 2,
	.octets = 100000,
	.gone = held_gone,
	.release = held_release,
};

static void fill(struct kunit *test, struct omasec_datagram *d, struct omasec_rule *r)
{
	struct sk_buff *skb = alloc_skb(100, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	memset(skb_put(skb, 40), 0, 40);
	memset(d, 0, sizeof(*d));
	d->skb = skb;
	d->rule = omasec_rule_get(r);
	d->dev = init_net.loopback_dev;
	dev_hold(d->dev);
	d->okfn = eat;
	d->off = 20;
	d->family = 4;
}

static void held_is_settled_once(struct kunit *test)
{
	struct omasec_udp *u = omasec_udp_new(test->priv);
	struct omasec_rule *r = control_rule(test, OMASEC_DIRECTION_IN, 2948);
	struct omasec_push_verdict accept = { .outcome = OMASEC_PUSH_ACCEPT }, v = accept;
	struct omasec_datagram d, full;
	struct omasec_held h[3];

	KUNIT_ASSERT_NOT_NULL(test, u);
	memset(h, 0, sizeof(h));
	asked = 0;
	released = 0;
	eaten = 0;
	fill(test, &d, r);
	KUNIT_ASSERT_EQ(test, omasec_held_add(u, &h[0], &d, &held_ops), 0U);
	KUNIT_EXPECT_TRUE(test, !d.skb && !d.dev && !d.rule);
	KUNIT_EXPECT_EQ(test, omasec_held_data(&h[0]).len, 12U);
	fill(test, &d, r);
	KUNIT_ASSERT_EQ(test, omasec_held_add(u, &h[1], &d, &held_ops), 0U);
	fill(test, &full, r);
	KUNIT_EXPECT_EQ(test, omasec_held_add(u, &h[2], &full, &held_ops),
			(unsigned int)OMASEC_REASON_QUEUE_FULL);
	KUNIT_EXPECT_NOT_NULL(test, full.skb);

	/* The first goes on; no rule in force selects it, which nobody has asked yet. */
	KUNIT_EXPECT_EQ(test, omasec_held_settle(&h[0], &v), 0U);
	KUNIT_EXPECT_EQ(test, eaten, 1);
	KUNIT_EXPECT_EQ(test, released, 0U);
	omasec_held_ready(&h[0]);
	KUNIT_EXPECT_EQ(test, asked, 0U);
	KUNIT_EXPECT_EQ(test, released, 1U);

	/* The second is asked for, by its rule and then by its device, and refused. */
	omasec_held_ready(&h[1]);
	KUNIT_EXPECT_EQ(test, asked, 1U);
	omasec_held_drop(u, init_net.loopback_dev);
	KUNIT_EXPECT_EQ(test, asked, 1U);
	v = accept;
	KUNIT_EXPECT_EQ(test, omasec_held_settle(&h[1], &v), (unsigned int)OMASEC_REASON_KILLED);
	KUNIT_EXPECT_EQ(test, eaten, 1);
	KUNIT_EXPECT_EQ(test, released, 2U);

	/* With the namespace nothing is held any more. */
	KUNIT_EXPECT_EQ(test, u->held_sum[OMASEC_HELD_PIN].octets, 0U);
	u->dead = true;
	KUNIT_EXPECT_EQ(test, omasec_held_add(u, &h[2], &full, &held_ops),
			(unsigned int)OMASEC_REASON_KILLED);
	omasec_datagram_clear(&full);
	KUNIT_EXPECT_TRUE(test, list_empty(&u->held));
	omasec_rule_put(r);
	omasec_udp_free(u);
}

static struct kunit_case pin_cases[] = {
	KUNIT_CASE(right_pin_settles_once),
	KUNIT_CASE(third_wrong_pin_ends),
	KUNIT_CASE(locked_account_ends),
	KUNIT_CASE(ending_wins_over_the_right_pin),
	KUNIT_CASE(few_wait),
	KUNIT_CASE(time_ends),
	KUNIT_CASE(held_is_settled_once),
	{}
};

static struct kunit_suite pin_suite = {
	.name = "omasec_pin",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = pin_cases,
};

kunit_test_suites(&pin_suite);

MODULE_LICENSE("GPL");
