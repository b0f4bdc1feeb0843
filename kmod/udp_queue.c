// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams between the hook that took them and the socket that they go to.
 *
 * A bounded queue for each namespace, judged by one work item, so that a flood costs
 * what the queue holds and the rest is dropped; UDP may lose, never leak. What is
 * right goes where it was going, by the function that the hook was called with;
 * hooks after ours are skipped, which is why ours is the last but conntrack's, and
 * that one's work is done in udp.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/dst.h>

#include "compat/compat.h"
#include "event.h"
#include "flow_internal.h"
#include "push.h"
#include "udp_held.h"
#include "udp_note.h"
#include "wsp_flow.h"

/* ---- counting and telling ---- */

void omasec_udp_event_socket(struct omasec_event *ev, struct omasec_udp_at at)
{
	struct udphdr _uh, *uh = skb_header_pointer(at.skb, at.off, sizeof(_uh), &_uh);
	u8 *from = at.out ? ev->local : ev->peer, *to = at.out ? ev->peer : ev->local;

	ev->family = at.family == 4 ? AF_INET : AF_INET6;
	if (at.family == 4) {
		memcpy(to, &ip_hdr(at.skb)->daddr, 4);
		memcpy(from, &ip_hdr(at.skb)->saddr, 4);
	} else {
		memcpy(to, &ipv6_hdr(at.skb)->daddr, 16);
		memcpy(from, &ipv6_hdr(at.skb)->saddr, 16);
	}
	if (uh) {
		ev->lport = ntohs(at.out ? uh->source : uh->dest);
		ev->pport = ntohs(at.out ? uh->dest : uh->source);
	}
}

static unsigned int omasec_udp_stat(u8 kind)
{
	switch (kind) {
	case OMASEC_MESSAGE_KIND_BOOTSTRAP:
		return OMASEC_STAT_BOOTSTRAPS;
	case OMASEC_MESSAGE_KIND_SESSIONLESS:
		return OMASEC_STAT_SESSIONLESS;
	default:
		return OMASEC_STAT_NOTIFICATIONS;
	}
}

/**
 * omasec_udp_tell() - counts a datagram and tells of it
 * @on: namespace
 * @rule: that selected it
 * @at: the datagram
 * @v: what was found
 * @gfp: what the context allows
 *
 * Nothing is told of one that passes.
 *
 * Context: any in which @gfp allows, but hard interrupts.
 */
void omasec_udp_tell(struct omasec_net *on, struct omasec_rule *rule, struct omasec_udp_at at,
		     const struct omasec_push_verdict *v, gfp_t gfp)
{
	struct omasec_event ev = {
		.kind = v->outcome == OMASEC_PUSH_ACCEPT ? OMASEC_EVENT_KIND_ACCEPTED :
							    OMASEC_EVENT_KIND_REFUSED,
		.reason = v->reason,
		.direction = rule->sel.direction,
		.path = at.out ? OMASEC_PATH_TX : OMASEC_PATH_RX,
		.has_path = omasec_rule_posts(rule),
		.no_uid = true,
		.rule = rule->id,
		.account = v->account ? v->account->name : NULL,
		.user = v->server_id,
		.has_message = v->has_kind,
		.message = v->kind,
		.text = v->what,
	};
	char text[96];

	switch (v->outcome) {
	case OMASEC_PUSH_PASS:
		omasec_rule_saw(rule, OMASEC_SEEN_PASSED);
		omasec_stat_inc(on, OMASEC_STAT_DATAGRAMS_PASSED);
		return;
	case OMASEC_PUSH_ACCEPT:
		omasec_rule_saw(rule, OMASEC_SEEN_RX_MAC);
		omasec_stat_inc(on, omasec_udp_stat(v->kind));
		break;
	default:
		omasec_rule_saw(rule, OMASEC_SEEN_REFUSED);
		omasec_stat_inc(on, OMASEC_STAT_DATAGRAMS_DROPPED);
	}
	if (v->session && !ev.text) {
		snprintf(text, sizeof(text), "session %X%s", v->session,
			 v->resync ? ", with the resynchronisation nonce" : "");
		ev.text = text;
	}
	omasec_udp_event_socket(&ev, at);
	omasec_event_send(on, &ev, gfp);
}

void omasec_udp_refuse(struct omasec_net *on, struct omasec_rule *rule, struct omasec_udp_at at,
		       unsigned int reason, const char *what)
{
	struct omasec_push_verdict v = { .reason = reason, .what = what };

	omasec_udp_tell(on, rule, at, &v, GFP_ATOMIC);
}

/* Of one that is dropped without a word. */
static void omasec_udp_count(struct omasec_net *on, struct omasec_rule *rule, unsigned int reason)
{
	omasec_rule_saw(rule, OMASEC_SEEN_REFUSED);
	omasec_stat_inc(on, OMASEC_STAT_DATAGRAMS_DROPPED);
	omasec_stat_refused(on, reason);
}

/* ---- the queue ---- */

/* Gives its references back, but for those that went on; not yet the slot. */
void omasec_datagram_clear(struct omasec_datagram *d)
{
	kfree_skb(d->skb);
	d->skb = NULL;
	if (d->dev)
		dev_put(d->dev);
	if (d->sk)
		sock_put(d->sk);
	d->dev = NULL;
	d->sk = NULL;
	omasec_rule_put(d->rule);
	d->rule = NULL;
}

static struct omasec_datagram *omasec_udp_pop(struct omasec_udp *u)
{
	struct omasec_datagram *d;

	spin_lock_bh(&u->lock);
	d = list_first_entry_or_null(&u->queue, struct omasec_datagram, list);
	if (d)
		list_del(&d->list);
	spin_unlock_bh(&u->lock);
	return d;
}

/* A slot that is in no list any more is free. @u->lock held. */
static void omasec_udp_idle(struct omasec_udp *u, struct omasec_datagram *d)
{
	lockdep_assert_held(&u->lock);
	u->octets -= d->octets;
	list_add(&d->list, &u->idle);
}

/*
 * Told at most once a second: a flood must not use up the events that the
 * namespace has for everything else. @u->lock held.
 */
static bool omasec_udp_tell_full(struct omasec_udp *u)
{
	lockdep_assert_held(&u->lock);
	if (u->full && time_before(jiffies, u->told + HZ))
		return false;
	u->full = true;
	u->told = jiffies;
	return true;
}

/* A free slot, moved into the queue; NULL when there is no room. @u->lock held. */
static struct omasec_datagram *omasec_udp_slot(struct omasec_udp *u, unsigned int octets)
{
	struct omasec_datagram *d;

	lockdep_assert_held(&u->lock);
	d = list_first_entry_or_null(&u->idle, struct omasec_datagram, list);
	if (!d || u->dead || octets > OMASEC_UDP_OCTETS - u->octets)
		return NULL;
	list_move_tail(&d->list, &u->queue);
	d->octets = octets;
	u->octets += octets;
	return d;
}

/**
 * omasec_udp_queue() - puts a datagram into the queue, or drops it
 * @u: of the namespace
 * @skb: the datagram; taken over
 * @rule: that selected it; the reference is taken over
 * @state: of the hook
 * @off: of its UDP header
 * @family: 4 or 6
 *
 * What leaves counts for its socket until it has gone on.
 *
 * Context: that of a netfilter hook.
 * Return: false when it was dropped.
 */
bool omasec_udp_queue(struct omasec_udp *u, struct sk_buff *skb, struct omasec_rule *rule,
		      const struct nf_hook_state *state, unsigned int off, u8 family)
{
	const struct omasec_udp_at at = { skb, off, family, state->hook == NF_INET_LOCAL_OUT };
	struct omasec_datagram *d = NULL;
	bool tell = false;

	/*
	 * Early demultiplexing may have found a socket, on some kernels without a
	 * reference: it is looked up anew when the datagram goes on.
	 */
	if (!at.out)
		skb_orphan(skb);
	if (!skb_dst_force(skb)) {
		omasec_udp_refuse(u->on, rule, at, OMASEC_REASON_DATAGRAM_BAD,
				  "its route has gone");
		goto drop;
	}
	spin_lock_bh(&u->lock);
	d = omasec_udp_slot(u, skb->truesize);
	if (d) {
		d->skb = skb;
		d->rule = rule;
		d->dev = at.out ? state->out : state->in;
		dev_hold(d->dev);
		d->sk = at.out && state->sk && sk_fullsock(state->sk) ? state->sk : NULL;
		if (d->sk)
			sock_hold(d->sk);
		d->okfn = state->okfn;
		d->off = off;
		d->family = family;
		d->out = at.out;
	} else {
		tell = omasec_udp_tell_full(u);
	}
	spin_unlock_bh(&u->lock);
	if (d) {
		queue_work(omasec_wq, &u->work);
		return true;
	}
	if (tell)
		omasec_udp_refuse(u->on, rule, at, OMASEC_REASON_QUEUE_FULL, NULL);
	else
		omasec_udp_count(u->on, rule, OMASEC_REASON_QUEUE_FULL);
drop:
	kfree_skb(skb);
	omasec_rule_put(rule);
	return false;
}

/**
 * omasec_udp_drop() - drops what waits
 * @u: of the namespace
 * @dev: only what came in by this device; NULL for all
 *
 * Context: process, may sleep.
 */
void omasec_udp_drop(struct omasec_udp *u, const struct net_device *dev)
{
	struct omasec_datagram *d, *next;
	LIST_HEAD(gone);

	spin_lock_bh(&u->lock);
	list_for_each_entry_safe(d, next, &u->queue, list) {
		if (!dev || d->dev == dev)
			list_move_tail(&d->list, &gone);
	}
	spin_unlock_bh(&u->lock);
	list_for_each_entry(d, &gone, list) {
		omasec_udp_count(u->on, d->rule, OMASEC_REASON_KILLED);
		omasec_datagram_clear(d);
	}
	spin_lock_bh(&u->lock);
	list_for_each_entry_safe(d, next, &gone, list) {
		list_del(&d->list);
		omasec_udp_idle(u, d);
	}
	spin_unlock_bh(&u->lock);
	omasec_held_drop(u, dev);
	omasec_wsp_drop(u, dev);
}

/**
 * omasec_udp_unruled() - drops what is held by a rule that is no longer in force
 * @on: namespace
 *
 * Context: process, may sleep; after another policy was published.
 */
void omasec_udp_unruled(struct omasec_net *on)
{
	lockdep_assert_held(&on->config_lock);
	if (!on->udp)
		return;
	omasec_held_drop_unruled(on->udp);
	omasec_wsp_drop_unruled(on->udp);
}

/* ---- judging ---- */

/*
 * Octets in pages may belong to somebody who can still write to them (splice,
 * packet rings), so they are judged and delivered in a copy. Such datagrams are
 * rare: notifications are short.
 */
bool omasec_datagram_own(struct omasec_datagram *d)
{
	struct sk_buff *skb;

	if (!skb_is_nonlinear(d->skb))
		return true;
	skb = skb_copy(d->skb, GFP_KERNEL);
	if (!skb)
		return false;
	consume_skb(d->skb);
	d->skb = skb;
	return true;
}

/* Where it was going. */
void omasec_datagram_deliver(struct omasec_net *on, struct omasec_datagram *d)
{
	struct sk_buff *skb = d->skb;

	d->skb = NULL;
	local_bh_disable();
	rcu_read_lock();
	if (omasec_dev_registered(d->dev))
		d->okfn(on->net, d->sk, skb);
	else
		kfree_skb(skb);
	rcu_read_unlock();
	local_bh_enable();
}

struct omasec_push_terms omasec_udp_terms(const struct omasec_rule *rule)
{
	return (struct omasec_push_terms) {
		.account = rule->account,
		.other = rule->other,
		.tls = rule->tls,
		.notification_13 = rule->notification_13,
		.nonce_resync = rule->nonce_resync,
		.sessionless = rule->sessionless,
		.max_message = rule->max_message,
		.pin_wait = rule->pin_wait,
	};
}

static void omasec_datagram_judge(struct omasec_udp *u, struct omasec_datagram *d)
{
	struct omasec_rule *rule = d->rule;
	const struct omasec_push_terms terms = omasec_udp_terms(rule);
	unsigned int head = d->off + sizeof(struct udphdr), len = d->skb->len - head;
	struct omasec_push_verdict v = { .reason = OMASEC_REASON_TOO_LARGE };

	if (len <= rule->max_message) {
		if (omasec_datagram_own(d))
			omasec_push_judge(u->on, &terms, d->skb->data + head, len, &v);
		else
			v.reason = OMASEC_REASON_NO_MEMORY;
	}
	if (v.outcome == OMASEC_PUSH_WAIT) {
		if (omasec_udp_pin_wait(u, d, &v))
			goto out;
		omasec_push_count(&v);
	} else if (v.outcome == OMASEC_PUSH_NOTE) {
		v.reason = omasec_udp_note(u, d, &v);
		if (!v.reason)
			return;
		v.outcome = OMASEC_PUSH_REFUSE;
		omasec_push_count(&v);
	}
	omasec_udp_tell(u->on, rule, omasec_datagram_at(d), &v, GFP_KERNEL);
	if (v.outcome != OMASEC_PUSH_REFUSE)
		omasec_datagram_deliver(u->on, d);
out:
	omasec_account_put(v.account);
}

static void omasec_udp_work(struct work_struct *work)
{
	struct omasec_udp *u = container_of(work, struct omasec_udp, work);
	struct omasec_datagram *d;

	while ((d = omasec_udp_pop(u))) {
		if (omasec_rule_posts(d->rule))
			omasec_wsp_take(u, d);
		else
			omasec_datagram_judge(u, d);
		omasec_datagram_clear(d);
		spin_lock_bh(&u->lock);
		omasec_udp_idle(u, d);
		spin_unlock_bh(&u->lock);
		cond_resched();
	}
}

/**
 * omasec_udp_new() - an empty queue
 * @on: namespace
 *
 * Context: process, may sleep.
 * Return: the queue, or NULL without memory.
 */
struct omasec_udp *omasec_udp_new(struct omasec_net *on)
{
	struct omasec_udp *u = kzalloc(sizeof(*u), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!u)
		return NULL;
	u->wsp = omasec_wsp_table_new(u);
	if (!u->wsp) {
		kfree(u);
		return NULL;
	}
	u->on = on;
	spin_lock_init(&u->lock);
	INIT_LIST_HEAD(&u->queue);
	INIT_LIST_HEAD(&u->idle);
	INIT_LIST_HEAD(&u->held);
	for (i = 0; i < ARRAY_SIZE(u->slots); i++)
		list_add_tail(&u->slots[i].list, &u->idle);
	INIT_WORK(&u->work, omasec_udp_work);
	return u;
}

void omasec_udp_free(struct omasec_udp *u)
{
	omasec_wsp_table_free(u->wsp);
	kfree(u);
}
