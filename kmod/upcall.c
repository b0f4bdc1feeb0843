// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on their way to the helper and back.
 *
 * A submitted message is in on->messages (by cookie) and in one of two lists: in
 * on->pending until the helper was told of it (PENDING), then in control->handed
 * (HANDED). Both moves, and the way back when a notice did not get through or the
 * helper went away, happen under helper_lock. DECIDED is reached by cmpxchg under
 * the message's put_lock, so that a decision also ends reading and putting of its
 * body; the winner alone takes the message out of list and xarray.
 *
 * References: one of the flow, one of the xarray, one of the armed deadline, one
 * of each open dump. Locks: put_lock, then helper_lock.
 */
#include <linux/slab.h>

#include "control.h"
#include "event.h"
#include "upcall.h"

static struct workqueue_struct *omasec_deadline_wq;

/* ---- lists ---- */

static u32 omasec_msg_generation(const struct omasec_msg *m)
{
	return m->cookie >> 32;
}

/* Into on->pending, which stays sorted by age. */
static void omasec_upcall_enqueue(struct omasec_msg *m)
{
	struct list_head *pos = &m->on->pending;
	struct omasec_msg *p;

	lockdep_assert_held(&m->on->helper_lock);
	/* From the end: new messages belong there. */
	list_for_each_entry_reverse(p, &m->on->pending, pending) {
		if ((s32)(omasec_msg_generation(p) - omasec_msg_generation(m)) < 0) {
			pos = &p->pending;
			break;
		}
	}
	list_add(&m->pending, pos);
}

/* PENDING -> HANDED; false when it was decided meanwhile. */
static bool omasec_upcall_hand(struct omasec_msg *m)
{
	lockdep_assert_held(&m->on->helper_lock);
	if (atomic_cmpxchg(&m->state, OMASEC_MSG_PENDING, OMASEC_MSG_HANDED) != OMASEC_MSG_PENDING)
		return false;
	WRITE_ONCE(m->handed_to, m->on->helper_portid);
	WRITE_ONCE(m->handed, m->handed + 1);
	list_move_tail(&m->pending, &m->on->control->handed);
	return true;
}

/* HANDED -> PENDING. */
static void omasec_upcall_unhand(struct omasec_msg *m)
{
	lockdep_assert_held(&m->on->helper_lock);
	if (atomic_cmpxchg(&m->state, OMASEC_MSG_HANDED, OMASEC_MSG_PENDING) != OMASEC_MSG_HANDED)
		return;
	WRITE_ONCE(m->handed_to, 0);
	list_del(&m->pending);
	omasec_upcall_enqueue(m);
}

static void omasec_upcall_unlink(struct omasec_msg *m)
{
	lockdep_assert_held(&m->on->helper_lock);
	if (list_empty(&m->pending))
		return;
	list_del_init(&m->pending);
	m->on->pending_count--;
}

/* ---- decision ---- */

/*
 * Decides; @d is NULL when the flow takes the message back. Whoever gets true
 * calls omasec_upcall_finish() once put_lock is dropped.
 */
static bool omasec_upcall_decide(struct omasec_msg *m, const struct omasec_decision *d)
{
	int state = atomic_read(&m->state);

	lockdep_assert_held(&m->put_lock);
	if (state != OMASEC_MSG_PENDING && state != OMASEC_MSG_HANDED)
		return false;
	/* put_lock keeps other deciders out, and nobody reads these before DECIDED. */
	if (d) {
		m->verdict = d->verdict;
		m->reason = d->reason;
		m->no_mac = d->no_mac;
		m->sessionless = d->sessionless;
		m->mac_nonce = d->mac_nonce;
		m->expect_nonce = d->expect_nonce;
		strscpy(m->repl_type, d->content_type ?: "", sizeof(m->repl_type));
		strscpy(m->detail, d->detail ?: "", sizeof(m->detail));
		if (d->account && d->account != m->account) {
			omasec_account_put(m->account);
			m->account = omasec_account_get(d->account);
		}
	}
	if (m->has_repl && (!d || d->verdict == OMASEC_VERDICT_REJECT)) {
		omasec_buf_free(&m->repl);
		m->has_repl = false;
	}
	/* Only PENDING and HANDED can take turns here. */
	while (!atomic_try_cmpxchg(&m->state, &state, OMASEC_MSG_DECIDED))
		;
	if (d)
		m->decided(m, m->arg);
	return true;
}

static void omasec_upcall_finish(struct omasec_msg *m)
{
	struct omasec_net *on = m->on;

	spin_lock_bh(&on->helper_lock);
	omasec_upcall_unlink(m);
	spin_unlock_bh(&on->helper_lock);
	xa_erase(&on->messages, (u32)m->cookie);
	if (cancel_delayed_work(&m->deadline))
		omasec_msg_put(m);
	omasec_msg_put(m);
}

static void omasec_upcall_reject(struct omasec_msg *m, unsigned int reason)
{
	struct omasec_decision d = { .verdict = OMASEC_VERDICT_REJECT, .reason = reason };
	bool won;

	mutex_lock(&m->put_lock);
	won = omasec_upcall_decide(m, &d);
	mutex_unlock(&m->put_lock);
	if (won)
		omasec_upcall_finish(m);
}

static void omasec_upcall_deadline(struct work_struct *work)
{
	struct omasec_msg *m = container_of(to_delayed_work(work), struct omasec_msg, deadline);

	omasec_upcall_reject(m, OMASEC_REASON_DEADLINE);
	omasec_msg_put(m);
}

void omasec_upcall_prepare(struct omasec_msg *m)
{
	INIT_LIST_HEAD(&m->pending);
	INIT_DELAYED_WORK(&m->deadline, omasec_upcall_deadline);
}

/* ---- for flows ---- */

/* Tells the helper; what does not get through is asked for with MSG_NEXT. */
static int omasec_upcall_announce(struct omasec_msg *m, u32 portid)
{
	int err = omasec_notice_send(m, portid);

	if (err) {
		omasec_stat_inc(m->on, OMASEC_STAT_NOTICES_LOST);
		omasec_upcall_requeue(m, portid);
	}
	return err;
}

static int omasec_upcall_cookie(struct omasec_msg *m)
{
	struct omasec_net *on = m->on;
	u32 index, generation;
	int err;

	err = xa_alloc_cyclic(&on->messages, &index, m, XA_LIMIT(1, INT_MAX), &on->next_cookie,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0)
		return err;
	omasec_msg_get(m);
	/* Until now nobody can have found it: look-ups compare the whole cookie. */
	spin_lock_bh(&on->helper_lock);
	generation = ++on->cookie_generation;
	WRITE_ONCE(m->cookie, index | (u64)generation << 32);
	spin_unlock_bh(&on->helper_lock);
	return 0;
}

/**
 * omasec_upcall_submit() - gives a message to the helper
 * @m: the message, state NEW, @decided set
 *
 * @m->decided may run before this returns.
 *
 * Context: process, may sleep.
 * Return: 0 when it waits, or the enum omasec_reason it is refused for at once:
 * HELPER_ABSENT, TOO_MANY, NO_MEMORY.
 */
unsigned int omasec_upcall_submit(struct omasec_msg *m)
{
	struct omasec_net *on = m->on;
	unsigned int reason = 0;
	u32 portid;

	if (WARN_ON_ONCE(atomic_read(&m->state) != OMASEC_MSG_NEW || !m->decided))
		return OMASEC_REASON_HELPER_ERROR;
	if (omasec_upcall_cookie(m))
		return OMASEC_REASON_NO_MEMORY;

	spin_lock_bh(&on->helper_lock);
	portid = on->helper_portid;
	if (on->pending_count >= OMASEC_PENDING_MAX)
		reason = OMASEC_REASON_TOO_MANY;
	else if (on->control->closed ||
		 (!portid && m->rule->helper_lost == OMASEC_HELPER_LOST_REJECT))
		reason = OMASEC_REASON_HELPER_ABSENT;
	if (reason) {
		atomic_set(&m->state, OMASEC_MSG_DECIDED);
		spin_unlock_bh(&on->helper_lock);
		xa_erase(&on->messages, (u32)m->cookie);
		omasec_msg_put(m);
		return reason;
	}
	atomic_set(&m->state, OMASEC_MSG_PENDING);
	omasec_upcall_enqueue(m);
	on->pending_count++;
	omasec_msg_get(m);	/* of the deadline */
	queue_delayed_work(omasec_deadline_wq, &m->deadline,
			   msecs_to_jiffies(m->rule->deadline_ms));
	if (portid)
		omasec_upcall_hand(m);
	spin_unlock_bh(&on->helper_lock);

	omasec_stat_inc(on, OMASEC_STAT_UPCALLS);
	if (portid)
		omasec_upcall_announce(m, portid);
	return 0;
}

/**
 * omasec_upcall_cancel() - takes a message back
 * @m: the message; never submitted or decided already is fine
 *
 * Context: process, may sleep. After return @m->decided neither runs nor will run.
 */
void omasec_upcall_cancel(struct omasec_msg *m)
{
	bool won;

	if (!m->cookie)
		return;
	mutex_lock(&m->put_lock);	/* whoever decided has called @decided by then */
	won = omasec_upcall_decide(m, NULL);
	mutex_unlock(&m->put_lock);
	if (won)
		omasec_upcall_finish(m);
	if (cancel_delayed_work_sync(&m->deadline))
		omasec_msg_put(m);
}

bool omasec_upcall_ready(struct omasec_net *on)
{
	return READ_ONCE(on->helper_portid);
}

/* ---- for the helper ---- */

static void omasec_upcall_event(struct omasec_net *on, u8 kind, const char *text)
{
	struct omasec_event ev = { .kind = kind, .text = text };

	omasec_event_send(on, &ev, GFP_KERNEL);
}

/* Announces what waits, oldest first, until a notice does not get through. */
static void omasec_upcall_announce_all(struct omasec_net *on, u32 portid)
{
	const char *why;
	struct omasec_msg *m;
	int err = 0;

	while (!err) {
		m = omasec_upcall_next(on, portid, &why);
		if (IS_ERR(m))
			break;
		err = omasec_upcall_announce(m, portid);
		omasec_msg_put(m);
		cond_resched();
	}
}

/**
 * omasec_upcall_register() - somebody wants to be the helper
 * @on: namespace
 * @portid: netlink port
 * @version: for status
 * @replace: also when another helper lives
 * @why: set to words on failure
 *
 * What another helper had in hand, and what waited, is announced to the new one.
 *
 * Context: process.
 * Return: 0 or -EBUSY.
 */
int omasec_upcall_register(struct omasec_net *on, u32 portid, const char *version, bool replace,
			   const char **why)
{
	struct omasec_msg *m, *next;

	spin_lock_bh(&on->helper_lock);
	if (on->helper_portid && on->helper_portid != portid && !replace) {
		spin_unlock_bh(&on->helper_lock);
		*why = "another helper is registered; stop it, or ask to replace it";
		return -EBUSY;
	}
	WRITE_ONCE(on->helper_portid, portid);
	strscpy(on->helper_version, version, sizeof(on->helper_version));
	list_for_each_entry_safe_reverse(m, next, &on->control->handed, pending)
		omasec_upcall_unhand(m);
	spin_unlock_bh(&on->helper_lock);

	omasec_upcall_event(on, OMASEC_EVENT_KIND_HELPER_UP, version);
	omasec_upcall_announce_all(on, portid);
	return 0;
}

/* Refuses all messages of @victims, which other deciders may empty meanwhile. */
static void omasec_upcall_reject_all(struct omasec_net *on, struct list_head *victims,
				     unsigned int reason)
{
	struct omasec_msg *m;

	for (;;) {
		spin_lock_bh(&on->helper_lock);
		m = list_first_entry_or_null(victims, struct omasec_msg, pending);
		if (m) {
			omasec_upcall_unlink(m);
			omasec_msg_get(m);
		}
		spin_unlock_bh(&on->helper_lock);
		if (!m)
			return;
		omasec_upcall_reject(m, reason);
		omasec_msg_put(m);
	}
}

/*
 * The helper @portid is gone; false when it was none. With @closing the namespace
 * is: messages of rules that hold are refused as well, and no new ones come.
 */
static bool omasec_upcall_lost(struct omasec_net *on, u32 portid, bool closing)
{
	struct omasec_msg *m, *next;
	LIST_HEAD(victims);

	spin_lock_bh(&on->helper_lock);
	if (!closing && on->helper_portid != portid) {
		spin_unlock_bh(&on->helper_lock);
		return false;
	}
	on->control->closed |= closing;
	WRITE_ONCE(on->helper_portid, 0);
	on->helper_version[0] = '\0';
	list_for_each_entry_safe_reverse(m, next, &on->control->handed, pending)
		omasec_upcall_unhand(m);
	list_for_each_entry_safe(m, next, &on->pending, pending) {
		if (closing || m->rule->helper_lost == OMASEC_HELPER_LOST_REJECT)
			list_move_tail(&m->pending, &victims);
	}
	spin_unlock_bh(&on->helper_lock);

	omasec_upcall_reject_all(on, &victims, OMASEC_REASON_HELPER_LOST);
	return true;
}

/**
 * omasec_upcall_release() - a netlink socket was closed
 * @on: its namespace
 * @portid: its port
 *
 * When it was the helper: messages of rules that reject are refused, the others
 * wait for the next helper until their deadline.
 *
 * Context: process, may sleep.
 */
void omasec_upcall_release(struct omasec_net *on, u32 portid)
{
	if (omasec_upcall_lost(on, portid, false))
		omasec_upcall_event(on, OMASEC_EVENT_KIND_HELPER_DOWN, NULL);
}

/**
 * omasec_upcall_shutdown() - no upcalls in this namespace any more
 * @on: namespace
 *
 * Context: process, may sleep.
 */
void omasec_upcall_shutdown(struct omasec_net *on)
{
	omasec_upcall_lost(on, 0, true);
	/* A deadline that has just decided may still have to let go of @on. */
	if (omasec_deadline_wq)
		flush_workqueue(omasec_deadline_wq);
}

static const char omasec_not_the_helper[] = "only the registered helper may do that";

struct omasec_msg *omasec_upcall_next(struct omasec_net *on, u32 portid, const char **why)
{
	struct omasec_msg *m, *next, *found = NULL;
	int err = -ENOENT;

	*why = "no message waits to be announced";
	spin_lock_bh(&on->helper_lock);
	if (on->helper_portid != portid) {
		*why = omasec_not_the_helper;
		err = -EPERM;
		goto out;
	}
	/* Skips messages that were decided this moment; they go by themselves. */
	list_for_each_entry_safe(m, next, &on->pending, pending) {
		if (omasec_upcall_hand(m)) {
			found = omasec_msg_get(m);
			break;
		}
	}
out:
	spin_unlock_bh(&on->helper_lock);
	return found ? found : ERR_PTR(err);
}

void omasec_upcall_requeue(struct omasec_msg *m, u32 portid)
{
	spin_lock_bh(&m->on->helper_lock);
	/* Not when it was handed to somebody else meanwhile. */
	if (m->handed_to == portid && !list_empty(&m->pending))
		omasec_upcall_unhand(m);
	spin_unlock_bh(&m->on->helper_lock);
}

struct omasec_msg *omasec_upcall_get(struct omasec_net *on, u32 portid, u64 cookie,
				     const char **why)
{
	struct omasec_msg *m;

	if (READ_ONCE(on->helper_portid) != portid) {
		*why = omasec_not_the_helper;
		return ERR_PTR(-EPERM);
	}
	rcu_read_lock();
	m = xa_load(&on->messages, (u32)cookie);
	if (m && (READ_ONCE(m->cookie) != cookie || !refcount_inc_not_zero(&m->ref)))
		m = NULL;
	rcu_read_unlock();
	if (m)
		return m;
	*why = "no such message waits: it was decided, its deadline passed or its socket closed";
	return ERR_PTR(-ESTALE);
}

int omasec_upcall_held(struct omasec_msg *m, u32 portid, const char **why)
{
	lockdep_assert_held(&m->put_lock);
	if (READ_ONCE(m->on->helper_portid) != portid) {
		*why = omasec_not_the_helper;
		return -EPERM;
	}
	switch (atomic_read(&m->state)) {
	case OMASEC_MSG_HANDED:
		if (READ_ONCE(m->handed_to) == portid)
			return 0;
		fallthrough;
	case OMASEC_MSG_PENDING:
		*why = "the message was not announced to this helper yet";
		return -EPERM;
	}
	*why = "the message is decided already";
	return -ESTALE;
}

/**
 * omasec_upcall_fresh() - drops what another helper, or the same one before it lost the
 *	message, has put and made for it
 * @m: the message
 *
 * Context: process, m->put_lock held.
 */
void omasec_upcall_fresh(struct omasec_msg *m)
{
	u32 handed = READ_ONCE(m->handed);

	lockdep_assert_held(&m->put_lock);
	if (m->put_handed == handed)
		return;
	m->put_handed = handed;
	m->has_repl = false;
	omasec_buf_free(&m->repl);
	memset(&m->cred_nonce, 0, sizeof(m->cred_nonce));
}

/**
 * omasec_upcall_put() - a piece of a new body
 * @m: the message
 * @portid: who puts
 * @offset: must be the number of octets put so far
 * @data: octets
 * @len: their number
 * @why: set to words on failure
 *
 * Context: process, may sleep.
 * Return: 0, -ERANGE out of order, -EMSGSIZE, -ENOBUFS, -ENOMEM, -ESTALE, -EPERM.
 */
int omasec_upcall_put(struct omasec_msg *m, u32 portid, u32 offset, const void *data, size_t len,
		      const char **why)
{
	int err;

	mutex_lock(&m->put_lock);
	err = omasec_upcall_held(m, portid, why);
	if (err)
		goto out;
	omasec_upcall_fresh(m);
	if (offset != m->repl.len) {
		*why = "pieces of a body must be put in order";
		err = -ERANGE;
	} else if (m->repl.len + len > (size_t)m->rule->max_message + OMASEC_PUT_SLACK) {
		*why = "the body is longer than the rule allows";
		err = -EMSGSIZE;
	} else {
		err = omasec_buf_append(&m->repl, data, len);
		if (err)
			*why = "out of memory for messages";
		else
			m->has_repl = true;
	}
out:
	mutex_unlock(&m->put_lock);
	return err;
}

/**
 * omasec_upcall_verdict() - the helper decides
 * @m: the message
 * @portid: who decides
 * @d: what
 * @why: set to words on failure
 *
 * Context: process, may sleep.
 * Return: 0; -ESTALE when something else has decided; see omasec_verdict_check().
 */
int omasec_upcall_verdict(struct omasec_msg *m, u32 portid, const struct omasec_decision *d,
			  const char **why)
{
	int err;

	mutex_lock(&m->put_lock);
	err = omasec_upcall_held(m, portid, why);
	if (!err) {
		omasec_upcall_fresh(m);
		err = omasec_verdict_check(m, d, why);
	}
	if (!err && WARN_ON_ONCE(!omasec_upcall_decide(m, d)))
		err = -ESTALE;
	mutex_unlock(&m->put_lock);
	if (!err)
		omasec_upcall_finish(m);
	return err;
}

/* ---- module ---- */

int omasec_upcall_init(void)
{
	omasec_deadline_wq = alloc_workqueue("omasec_deadline", WQ_UNBOUND, 0);
	return omasec_deadline_wq ? 0 : -ENOMEM;
}

void omasec_upcall_exit(void)
{
	destroy_workqueue(omasec_deadline_wq);
	omasec_deadline_wq = NULL;
}
