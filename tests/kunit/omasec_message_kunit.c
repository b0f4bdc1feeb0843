// SPDX-License-Identifier: GPL-2.0
/*
 * Held messages: that exactly one of verdict, deadline, helper loss and close
 * decides, whatever the order; who may do what to a message; and what a helper
 * may decide at all (DM Security 1.2, 5.4.3: never accept without a right MAC,
 * never send without one).
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/workqueue.h>

#include "control_kunit.h"

#define BODY "<SyncML/>"

struct seen {
	atomic_t calls;
	u8 verdict;
	u32 reason;
	struct completion done;
};

static void on_decided(struct omasec_msg *m, void *arg)
{
	struct seen *s = arg;

	s->verdict = m->verdict;
	s->reason = m->reason;
	atomic_inc(&s->calls);
	complete(&s->done);
}

static struct seen *new_seen(struct kunit *test)
{
	struct seen *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	init_completion(&s->done);
	return s;
}

/* A received message with a right MAC, of a rule of its own. */
static struct omasec_msg *new_msg(struct kunit *test, u8 helper_lost, u32 deadline_ms,
				  struct seen *s)
{
	struct omasec_rule *r = control_rule(test, OMASEC_DIRECTION_IN, 80);
	struct omasec_msg *m;

	r->helper_lost = helper_lost;
	r->deadline_ms = deadline_ms;
	m = omasec_msg_new(test->priv, r, NULL);
	omasec_rule_put(r);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_EQ(test, omasec_buf_append(&m->body, BODY, strlen(BODY)), 0);
	m->path = OMASEC_PATH_RX;
	m->mac_state = OMASEC_MAC_STATE_OK;
	m->decided = on_decided;
	m->arg = s;
	return m;
}

/* What a flow does when it is done with a message. */
static void end_msg(struct omasec_msg *m)
{
	omasec_upcall_cancel(m);
	omasec_msg_put(m);
}

static void register_helper(struct kunit *test, u32 port)
{
	const char *why = "";

	KUNIT_ASSERT_EQ(test, omasec_upcall_register(test->priv, port, "kunit", true, &why), 0);
}

/* Hands the only message out to @port. */
static void hand(struct kunit *test, struct omasec_msg *m, u32 port)
{
	const char *why = "";
	struct omasec_msg *got = omasec_upcall_next(test->priv, port, &why);

	KUNIT_ASSERT_PTR_EQ(test, got, m);
	omasec_msg_put(got);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->state), (int)OMASEC_MSG_HANDED);
}

static int accept_msg(struct omasec_msg *m, u32 port)
{
	struct omasec_decision d = { .verdict = OMASEC_VERDICT_ACCEPT };
	const char *why = "";

	return omasec_upcall_verdict(m, port, &d, &why);
}

static void expect_idle(struct kunit *test)
{
	struct omasec_net *on = test->priv;

	KUNIT_EXPECT_EQ(test, on->pending_count, 0U);
	KUNIT_EXPECT_TRUE(test, list_empty(&on->pending));
	KUNIT_EXPECT_TRUE(test, list_empty(&on->control->handed));
	KUNIT_EXPECT_TRUE(test, xa_empty(&on->messages));
}

/* ---- one decides ---- */

static void no_helper_refuses_or_holds(struct kunit *test)
{
	struct seen *s = new_seen(test);
	struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_REJECT, 60000, s);

	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), (unsigned int)OMASEC_REASON_HELPER_ABSENT);
	end_msg(m);
	m = new_msg(test, OMASEC_HELPER_LOST_HOLD, 60000, s);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	KUNIT_EXPECT_EQ(test, atomic_read(&m->state), (int)OMASEC_MSG_PENDING);
	register_helper(test, HELPER_PORT);
	hand(test, m, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->calls), 1);
	KUNIT_EXPECT_EQ(test, s->verdict, (u8)OMASEC_VERDICT_ACCEPT);
	expect_idle(test);
	end_msg(m);
}

static void verdict_decides_once(struct kunit *test)
{
	struct seen *s = new_seen(test);
	struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_REJECT, 80, s);

	register_helper(test, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), -EPERM);	/* not handed yet */
	hand(test, m, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, accept_msg(m, OTHER_PORT), -EPERM);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), 0);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), -ESTALE);
	msleep(200);							/* nor the deadline */
	omasec_upcall_release(test->priv, HELPER_PORT);			/* nor a loss */
	KUNIT_EXPECT_EQ(test, atomic_read(&s->calls), 1);
	KUNIT_EXPECT_EQ(test, s->verdict, (u8)OMASEC_VERDICT_ACCEPT);
	expect_idle(test);
	end_msg(m);
}

static void deadline_decides(struct kunit *test)
{
	struct seen *s = new_seen(test);
	struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_HOLD, 50, s);

	register_helper(test, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	hand(test, m, HELPER_PORT);
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&s->done, 5 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, s->verdict, (u8)OMASEC_VERDICT_REJECT);
	KUNIT_EXPECT_EQ(test, s->reason, (u32)OMASEC_REASON_DEADLINE);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), -ESTALE);
	omasec_upcall_release(test->priv, HELPER_PORT);
	end_msg(m);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->calls), 1);
	expect_idle(test);
}

static void close_decides_in_silence(struct kunit *test)
{
	struct seen *s = new_seen(test);
	struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_HOLD, 50, s);

	register_helper(test, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	hand(test, m, HELPER_PORT);
	omasec_upcall_cancel(m);
	expect_idle(test);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), -ESTALE);
	omasec_upcall_cancel(m);	/* twice is fine */
	msleep(150);
	KUNIT_EXPECT_EQ(test, atomic_read(&s->calls), 0);
	omasec_msg_put(m);
	/* And one that was never given to anybody. */
	end_msg(new_msg(test, OMASEC_HELPER_LOST_HOLD, 50, s));
}

static void helper_loss_refuses_or_holds(struct kunit *test)
{
	struct seen *s = new_seen(test), *t = new_seen(test), *u = new_seen(test);
	struct omasec_msg *lost = new_msg(test, OMASEC_HELPER_LOST_REJECT, 60000, s);
	struct omasec_msg *held = new_msg(test, OMASEC_HELPER_LOST_HOLD, 60000, t);
	struct omasec_msg *unsaid = new_msg(test, OMASEC_HELPER_LOST_REJECT, 60000, u);
	const char *why = "";

	register_helper(test, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(lost), 0U);
	hand(test, lost, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(held), 0U);
	hand(test, held, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(unsaid), 0U);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(held, HELPER_PORT, 0, "half", 4, &why), 0);

	omasec_upcall_release(test->priv, OTHER_PORT);	/* somebody else's socket */
	KUNIT_EXPECT_TRUE(test, omasec_upcall_ready(test->priv));
	omasec_upcall_release(test->priv, HELPER_PORT);
	KUNIT_EXPECT_FALSE(test, omasec_upcall_ready(test->priv));
	KUNIT_EXPECT_EQ(test, s->reason, (u32)OMASEC_REASON_HELPER_LOST);
	KUNIT_EXPECT_EQ(test, u->reason, (u32)OMASEC_REASON_HELPER_LOST);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->calls), 0);
	KUNIT_EXPECT_EQ(test, accept_msg(held, HELPER_PORT), -EPERM);

	/* The next helper gets it from the start: what the last one put is gone. */
	register_helper(test, OTHER_PORT);
	hand(test, held, OTHER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(held, OTHER_PORT, 4, "x", 1, &why), -ERANGE);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(held, OTHER_PORT, 0, "x", 1, &why), 0);
	KUNIT_EXPECT_EQ(test, held->repl.len, (size_t)1);
	end_msg(lost);
	end_msg(held);
	end_msg(unsaid);
	expect_idle(test);
}

static void takeover_hands_over(struct kunit *test)
{
	struct seen *s = new_seen(test);
	struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_REJECT, 60000, s);
	const char *why = "";

	register_helper(test, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	hand(test, m, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_register(test->priv, OTHER_PORT, "", false, &why),
			-EBUSY);
	register_helper(test, OTHER_PORT);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), -EPERM);
	omasec_upcall_release(test->priv, HELPER_PORT);		/* is no helper any more */
	KUNIT_EXPECT_EQ(test, atomic_read(&s->calls), 0);
	hand(test, m, OTHER_PORT);
	KUNIT_EXPECT_EQ(test, accept_msg(m, OTHER_PORT), 0);
	end_msg(m);
}

static void cookies_never_meet_another_message(struct kunit *test)
{
	struct seen *s = new_seen(test);
	struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_REJECT, 60000, s), *got;
	struct omasec_net *on = test->priv;
	const char *why = "";
	u64 old;

	register_helper(test, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	old = m->cookie;
	got = omasec_upcall_get(on, HELPER_PORT, old, &why);
	KUNIT_EXPECT_PTR_EQ(test, got, m);
	omasec_msg_put(got);
	got = omasec_upcall_get(on, OTHER_PORT, old, &why);
	KUNIT_EXPECT_EQ(test, PTR_ERR(got), (long)-EPERM);
	end_msg(m);

	on->next_cookie = (u32)old;	/* the index comes round */
	m = new_msg(test, OMASEC_HELPER_LOST_REJECT, 60000, s);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	KUNIT_EXPECT_EQ(test, (u32)m->cookie, (u32)old);
	KUNIT_EXPECT_NE(test, m->cookie, old);
	got = omasec_upcall_get(on, HELPER_PORT, old, &why);
	KUNIT_EXPECT_EQ(test, PTR_ERR(got), (long)-ESTALE);
	end_msg(m);
}

static void oldest_first_and_no_more_than_the_cap(struct kunit *test)
{
	struct omasec_net *on = test->priv;
	struct seen *s = new_seen(test);
	struct omasec_msg **m, *over, *got;
	const char *why = "";
	unsigned int i;

	m = kunit_kcalloc(test, OMASEC_PENDING_MAX, sizeof(*m), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m);
	register_helper(test, HELPER_PORT);
	for (i = 0; i < OMASEC_PENDING_MAX; i++) {
		m[i] = new_msg(test, OMASEC_HELPER_LOST_REJECT, 600000, s);
		KUNIT_ASSERT_EQ(test, omasec_upcall_submit(m[i]), 0U);
	}
	over = new_msg(test, OMASEC_HELPER_LOST_REJECT, 600000, s);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(over), (unsigned int)OMASEC_REASON_TOO_MANY);
	end_msg(over);
	for (i = 0; i < 5; i++)
		hand(test, m[i], HELPER_PORT);
	/* Two notices that did not get through come first again, in order. */
	omasec_upcall_requeue(m[3], HELPER_PORT);
	omasec_upcall_requeue(m[1], HELPER_PORT);
	hand(test, m[1], HELPER_PORT);
	hand(test, m[3], HELPER_PORT);
	hand(test, m[5], HELPER_PORT);
	for (i = 0; i < OMASEC_PENDING_MAX; i++)
		end_msg(m[i]);
	got = omasec_upcall_next(on, HELPER_PORT, &why);
	KUNIT_EXPECT_EQ(test, PTR_ERR(got), (long)-ENOENT);
	expect_idle(test);
}

static void body_is_put_in_order_and_within_limits(struct kunit *test)
{
	struct omasec_decision d = { .verdict = OMASEC_VERDICT_ACCEPT, .has_length = true };
	struct seen *s = new_seen(test);
	struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_REJECT, 60000, s);
	size_t room = m->rule->max_message + OMASEC_PUT_SLACK, at;
	u8 *page = kunit_kzalloc(test, 4096, GFP_KERNEL);
	const char *why = "";

	KUNIT_ASSERT_NOT_NULL(test, page);
	register_helper(test, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_submit(m), 0U);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(m, HELPER_PORT, 0, page, 1, &why), -EPERM);
	hand(test, m, HELPER_PORT);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(m, OTHER_PORT, 0, page, 1, &why), -EPERM);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(m, HELPER_PORT, 1, page, 1, &why), -ERANGE);
	for (at = 0; at + 4096 <= room; at += 4096)
		KUNIT_ASSERT_EQ(test, omasec_upcall_put(m, HELPER_PORT, at, page, 4096, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(m, HELPER_PORT, at - 1, page, 1, &why), -ERANGE);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(m, HELPER_PORT, at, page, room - at + 1, &why),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(m, HELPER_PORT, at, page, room - at, &why), 0);

	d.length = room - 1;
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &d, &why), -EINVAL);
	KUNIT_EXPECT_EQ(test, accept_msg(m, HELPER_PORT), -EINVAL);	/* no length at all */
	d.length = room;
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &d, &why), 0);
	KUNIT_EXPECT_TRUE(test, m->has_repl);
	KUNIT_EXPECT_EQ(test, m->repl.len, room);
	KUNIT_EXPECT_EQ(test, omasec_upcall_put(m, HELPER_PORT, room, page, 1, &why), -ESTALE);
	end_msg(m);
}

/* ---- everybody at once ---- */

struct racer {
	struct work_struct work;
	struct omasec_msg *m;
	atomic_t *gate;
	void (*run)(struct racer *r);
	int result;
};

static void race_work(struct work_struct *work)
{
	struct racer *r = container_of(work, struct racer, work);

	atomic_dec(r->gate);
	while (atomic_read(r->gate) > 0)
		cond_resched();
	r->run(r);
}

static void race_verdict(struct racer *r)
{
	r->result = accept_msg(r->m, HELPER_PORT);
}

static void race_loss(struct racer *r)
{
	omasec_upcall_release(r->m->on, HELPER_PORT);
}

static void race_takeover(struct racer *r)
{
	const char *why;

	omasec_upcall_register(r->m->on, OTHER_PORT, "", true, &why);
}

static void race_put(struct racer *r)
{
	const char *why;

	omasec_upcall_put(r->m, HELPER_PORT, 0, BODY, strlen(BODY), &why);
}

static void exactly_one_decides_a_race(struct kunit *test)
{
	void (*const runs[])(struct racer *r) = {
		race_verdict, race_verdict, race_loss, race_put, race_takeover,
	};
	struct racer *r = kunit_kcalloc(test, ARRAY_SIZE(runs), sizeof(*r), GFP_KERNEL);
	unsigned int round, i, good, by[3] = {};
	struct omasec_net *on = test->priv;
	const char *why = "";

	KUNIT_ASSERT_NOT_NULL(test, r);
	for (round = 0; round < 300; round++) {
		struct seen *s = new_seen(test);
		struct omasec_msg *m = new_msg(test, OMASEC_HELPER_LOST_REJECT, 100, s), *got;
		/* Now and then the one that gives up and closes takes part as well. */
		bool closes = round % 3 == 0;
		unsigned int n = round % 2 ? ARRAY_SIZE(runs) : ARRAY_SIZE(runs) - 1;
		atomic_t gate = ATOMIC_INIT(n + 1);

		register_helper(test, HELPER_PORT);
		KUNIT_ASSERT_EQ(test, omasec_upcall_submit(m), 0U);
		got = omasec_upcall_next(on, HELPER_PORT, &why);
		if (IS_ERR(got)) {	/* on a slow machine the deadline was first */
			end_msg(m);
			continue;
		}
		omasec_msg_put(got);
		for (i = 0; i < n; i++) {
			r[i].m = m;
			r[i].gate = &gate;
			r[i].run = runs[(i + round) % n];
			r[i].result = -ENODATA;
			INIT_WORK_ONSTACK(&r[i].work, race_work);
			queue_work(system_unbound_wq, &r[i].work);
		}
		atomic_dec(&gate);
		while (atomic_read(&gate) > 0)
			cond_resched();
		if (closes)
			omasec_upcall_cancel(m);
		for (i = 0; i < n; i++)
			flush_work(&r[i].work);
		if (!closes)
			KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&s->done, 5 * HZ), 0UL);
		omasec_upcall_cancel(m);

		for (i = 0, good = 0; i < n; i++)
			good += !r[i].result;	/* only of verdicts */
		KUNIT_EXPECT_LE(test, good, 1U);
		KUNIT_EXPECT_LE(test, atomic_read(&s->calls), 1);
		if (!closes)
			KUNIT_EXPECT_EQ(test, atomic_read(&s->calls), 1);
		if (good)
			KUNIT_EXPECT_EQ(test, s->verdict, (u8)OMASEC_VERDICT_ACCEPT);
		else if (atomic_read(&s->calls))
			KUNIT_EXPECT_EQ(test, s->verdict, (u8)OMASEC_VERDICT_REJECT);
		by[good ? 0 : atomic_read(&s->calls) ? 1 : 2]++;
		KUNIT_EXPECT_EQ(test, refcount_read(&m->ref), 1U);
		expect_idle(test);
		for (i = 0; i < n; i++)
			destroy_work_on_stack(&r[i].work);
		omasec_msg_put(m);
		omasec_upcall_release(on, OTHER_PORT);
		omasec_upcall_release(on, HELPER_PORT);
	}
	kunit_info(test, "decided by verdict %u, by loss or deadline %u, by close %u", by[0],
		   by[1], by[2]);
}

/* ---- what may be decided ---- */

#define NONCE { .known = true, .len = 5, .data = "Nonce" }

static const struct verdict_case {
	const char *name;
	u8 path, role, mac_state, auth_mode, first_contact, integrity;
	bool known, repl;
	struct omasec_decision d;
	int err;
} verdict_cases[] = {
	{ "accept a right MAC", .mac_state = OMASEC_MAC_STATE_OK,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT } },
	{ "accept a wrong MAC", .mac_state = OMASEC_MAC_STATE_WRONG,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EPERM },
	{ "accept a missing MAC", .mac_state = OMASEC_MAC_STATE_MISSING,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EPERM },
	{ "accept a replay", .mac_state = OMASEC_MAC_STATE_REPLAYED,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EPERM },
	{ "accept what was never checked", .mac_state = OMASEC_MAC_STATE_UNCHECKED,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EPERM },
	{ "native client judges itself", .mac_state = OMASEC_MAC_STATE_MISSING,
	  .auth_mode = OMASEC_AUTH_MODE_NATIVE, .role = OMASEC_ROLE_CLIENT,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT } },
	{ "native server does not", .mac_state = OMASEC_MAC_STATE_MISSING,
	  .auth_mode = OMASEC_AUTH_MODE_NATIVE, .role = OMASEC_ROLE_SERVER,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EPERM },
	{ "transparent client neither", .mac_state = OMASEC_MAC_STATE_MISSING,
	  .role = OMASEC_ROLE_CLIENT, .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EPERM },
	{ "rx accept with a nonce", .mac_state = OMASEC_MAC_STATE_OK, .known = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .expect_nonce = NONCE }, .err = -EINVAL },
	{ "reject", .d = { .verdict = OMASEC_VERDICT_REJECT, .reason = OMASEC_REASON_DM_BAD } },
	{ "reject without reason", .d = { .verdict = OMASEC_VERDICT_REJECT }, .err = -EINVAL },
	{ "reject for no known reason", .d = { .verdict = OMASEC_VERDICT_REJECT,
	  .reason = OMASEC_REASON_MAX + 1 }, .err = -EINVAL },
	{ "no verdict", .d = { .verdict = OMASEC_VERDICT_NONE }, .err = -EINVAL },
	{ "an unknown verdict", .d = { .verdict = 9 }, .err = -EINVAL },
	{ "tx with MAC", .path = OMASEC_PATH_TX, .known = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .mac_nonce = NONCE, .expect_nonce = NONCE } },
	{ "tx with nothing said", .path = OMASEC_PATH_TX, .known = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EINVAL },
	{ "tx without MAC to a known peer", .path = OMASEC_PATH_TX, .known = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .no_mac = true }, .err = -EPERM },
	{ "tx without MAC at first contact", .path = OMASEC_PATH_TX, .known = true,
	  .first_contact = OMASEC_FIRST_CONTACT_CHALLENGE,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .no_mac = true } },
	{ "tx without MAC to a stranger", .path = OMASEC_PATH_TX,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .no_mac = true } },
	{ "tx with both", .path = OMASEC_PATH_TX, .known = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .no_mac = true, .mac_nonce = NONCE },
	  .err = -EINVAL },
	{ "tx with a nonce of nobody", .path = OMASEC_PATH_TX,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .mac_nonce = NONCE }, .err = -EINVAL },
	{ "tx of a rule without integrity", .path = OMASEC_PATH_TX, .known = true,
	  .integrity = 1, .d = { .verdict = OMASEC_VERDICT_ACCEPT } },
	{ "respond", .mac_state = OMASEC_MAC_STATE_MISSING, .repl = true,
	  .d = { .verdict = OMASEC_VERDICT_RESPOND, .no_mac = true, .has_length = true,
		 .length = 4, .content_type = "application/vnd.syncml.dm+xml" } },
	{ "respond to a known peer with MAC", .mac_state = OMASEC_MAC_STATE_WRONG, .repl = true,
	  .known = true, .d = { .verdict = OMASEC_VERDICT_RESPOND, .mac_nonce = NONCE,
	  .expect_nonce = NONCE, .has_length = true, .length = 4 } },
	{ "respond without body", .d = { .verdict = OMASEC_VERDICT_RESPOND, .no_mac = true },
	  .err = -EINVAL },
	{ "respond without MAC or leave", .repl = true, .known = true,
	  .d = { .verdict = OMASEC_VERDICT_RESPOND, .has_length = true, .length = 4 },
	  .err = -EINVAL },
	{ "respond to what leaves", .path = OMASEC_PATH_TX, .repl = true,
	  .d = { .verdict = OMASEC_VERDICT_RESPOND, .no_mac = true, .has_length = true,
		 .length = 4 }, .err = -EPERM },
	{ "body without length", .mac_state = OMASEC_MAC_STATE_OK, .repl = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT }, .err = -EINVAL },
	{ "body of another length", .mac_state = OMASEC_MAC_STATE_OK, .repl = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .has_length = true, .length = 5 },
	  .err = -EINVAL },
	{ "length without body", .mac_state = OMASEC_MAC_STATE_OK,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .has_length = true, .length = 4 },
	  .err = -EINVAL },
	{ "type without body", .mac_state = OMASEC_MAC_STATE_OK,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .content_type = "text/plain" },
	  .err = -EINVAL },
	{ "type with a line end", .mac_state = OMASEC_MAC_STATE_OK, .repl = true,
	  .d = { .verdict = OMASEC_VERDICT_ACCEPT, .has_length = true, .length = 4,
		 .content_type = "text/plain\r\nX: y" }, .err = -EINVAL },
};

static void verdict_desc(const struct verdict_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(verdict, verdict_cases, verdict_desc);

static void verdict_is_checked(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "a" };
	const struct verdict_case *c = test->param_value;
	struct omasec_account *a = c->known ? omasec_account_new(&spec) : NULL;
	struct omasec_msg *m = new_msg(test, 0, 60000, NULL);
	const char *why = NULL;

	KUNIT_ASSERT_FALSE(test, IS_ERR(a));
	m->path = c->path;
	m->role = c->role;
	m->mac_state = c->mac_state;
	m->account = a;
	m->rule->auth_mode = c->auth_mode;
	m->rule->first_contact = c->first_contact;
	if (c->integrity)
		m->rule->integrity = OMASEC_INTEGRITY_NONE;
	m->has_repl = c->repl;
	if (c->repl)
		KUNIT_ASSERT_EQ(test, omasec_buf_append(&m->repl, "body", 4), 0);
	KUNIT_EXPECT_EQ(test, omasec_verdict_check(m, &c->d, &why), c->err);
	KUNIT_EXPECT_EQ(test, !!why, !!c->err);
	omasec_msg_put(m);
}

static void verdict_keeps_to_its_account(struct kunit *test)
{
	struct omasec_account_spec sa = { .name = "a" }, sb = { .name = "b" };
	struct omasec_account *a = omasec_account_new(&sa), *b = omasec_account_new(&sb);
	struct omasec_decision d = { .verdict = OMASEC_VERDICT_ACCEPT };
	struct omasec_msg *m = new_msg(test, 0, 60000, NULL);
	const char *why = NULL;

	KUNIT_ASSERT_FALSE(test, IS_ERR(a) || IS_ERR(b));
	m->account = omasec_account_get(a);
	d.account = a;
	KUNIT_EXPECT_EQ(test, omasec_verdict_check(m, &d, &why), 0);
	d.account = b;	/* the MAC was a's */
	KUNIT_EXPECT_EQ(test, omasec_verdict_check(m, &d, &why), -EPERM);
	d.verdict = OMASEC_VERDICT_REJECT;
	d.reason = OMASEC_REASON_DM_BAD;
	m->mac_state = OMASEC_MAC_STATE_WRONG;
	KUNIT_EXPECT_EQ(test, omasec_verdict_check(m, &d, &why), 0);
	m->rule->account = omasec_account_get(a);
	KUNIT_EXPECT_EQ(test, omasec_verdict_check(m, &d, &why), -EPERM);
	omasec_msg_put(m);
	omasec_account_put(a);
	omasec_account_put(b);
}

static struct kunit_case message_cases[] = {
	KUNIT_CASE(no_helper_refuses_or_holds),
	KUNIT_CASE(verdict_decides_once),
	KUNIT_CASE(deadline_decides),
	KUNIT_CASE(close_decides_in_silence),
	KUNIT_CASE(helper_loss_refuses_or_holds),
	KUNIT_CASE(takeover_hands_over),
	KUNIT_CASE(cookies_never_meet_another_message),
	KUNIT_CASE(oldest_first_and_no_more_than_the_cap),
	KUNIT_CASE(body_is_put_in_order_and_within_limits),
	KUNIT_CASE(exactly_one_decides_a_race),
	KUNIT_CASE_PARAM(verdict_is_checked, verdict_gen_params),
	KUNIT_CASE(verdict_keeps_to_its_account),
	{}
};

static struct kunit_suite message_suite = {
	.name = "omasec_message",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = message_cases,
};

kunit_test_suites(&message_suite);

MODULE_LICENSE("GPL");
