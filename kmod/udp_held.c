// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that are held until their verdict comes.
 *
 * What is held is a copy: memory of a driver's ring is not kept for long, and nobody
 * can change what was judged before it is delivered. Conntrack's entry, which it does
 * not need any more, does not wait for it.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "compat/compat.h"
#include "push.h"
#include "udp_held.h"

static void omasec_held_put(struct omasec_held *h)
{
	if (!refcount_dec_and_test(&h->ref))
		return;
	omasec_datagram_clear(&h->d);
	h->ops->release(h);
}

/* Room for one more. enum omasec_reason. */
static unsigned int omasec_held_reserve(struct omasec_udp *u, const struct omasec_held_ops *ops,
					unsigned int octets)
{
	struct omasec_held_sum *sum = &u->held_sum[ops->by];
	unsigned int reason = OMASEC_REASON_NONE;

	spin_lock_bh(&u->lock);
	if (u->dead) {
		reason = OMASEC_REASON_KILLED;
	} else if (sum->datagrams >= ops->datagrams || octets > ops->octets - sum->octets) {
		reason = OMASEC_REASON_QUEUE_FULL;
	} else {
		sum->datagrams++;
		sum->octets += octets;
	}
	spin_unlock_bh(&u->lock);
	return reason;
}

/* @u->lock held. */
static void omasec_held_unreserve(struct omasec_udp *u, const struct omasec_held_ops *ops,
				  unsigned int octets)
{
	lockdep_assert_held(&u->lock);
	u->held_sum[ops->by].datagrams--;
	u->held_sum[ops->by].octets -= octets;
}

/* Some rule in force has this id. RCU inside; any context. */
static bool omasec_held_ruled(struct omasec_udp *u, u32 id)
{
	struct omasec_rule *r = omasec_policy_rule(u->on, id);
	bool ruled = r;

	omasec_rule_put(r);
	return ruled;
}

/**
 * omasec_held_add() - holds a datagram
 * @u: of the namespace
 * @h: zeroed; filled in
 * @d: moved into it; of a slot, which stays as large as it was
 * @ops: of the holder
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason: 0, and the holder goes on to omasec_held_ready();
 * QUEUE_FULL, NO_MEMORY, KILLED when the namespace goes.
 */
unsigned int omasec_held_add(struct omasec_udp *u, struct omasec_held *h,
			     struct omasec_datagram *d, const struct omasec_held_ops *ops)
{
	unsigned int octets = SKB_TRUESIZE(skb_end_offset(d->skb) + d->skb->data_len);
	unsigned int reason = omasec_held_reserve(u, ops, octets);
	struct sk_buff *skb;

	if (reason)
		return reason;
	skb = skb_copy(d->skb, GFP_KERNEL);
	if (!skb) {
		spin_lock_bh(&u->lock);
		omasec_held_unreserve(u, ops, octets);
		spin_unlock_bh(&u->lock);
		return OMASEC_REASON_NO_MEMORY;
	}
	nf_reset_ct(skb);
	consume_skb(d->skb);
	h->d = *d;
	h->d.skb = skb;
	h->d.octets = octets;
	h->u = u;
	h->ops = ops;
	h->rule = d->rule->id;
	refcount_set(&h->ref, 2);
	d->skb = NULL;
	d->dev = NULL;
	d->rule = NULL;
	spin_lock_bh(&u->lock);
	list_add_tail(&h->d.list, &u->held);
	spin_unlock_bh(&u->lock);
	return OMASEC_REASON_NONE;
}

/**
 * omasec_held_settle() - what becomes of a held datagram
 * @h: the datagram; the holder has it no longer
 * @v: the verdict; a refusal when it was asked for meanwhile
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason.
 */
unsigned int omasec_held_settle(struct omasec_held *h, struct omasec_push_verdict *v)
{
	struct omasec_udp *u = h->u;

	spin_lock_bh(&u->lock);
	list_del_init(&h->d.list);
	omasec_held_unreserve(u, h->ops, h->d.octets);
	if (h->gone && v->outcome != OMASEC_PUSH_REFUSE) {
		v->outcome = OMASEC_PUSH_REFUSE;
		v->reason = OMASEC_REASON_KILLED;
		v->what = h->gone;
	}
	spin_unlock_bh(&u->lock);
	omasec_udp_tell(u->on, h->d.rule, omasec_datagram_at(&h->d), v, GFP_KERNEL);
	if (v->outcome != OMASEC_PUSH_REFUSE)
		omasec_datagram_deliver(u->on, &h->d);
	omasec_held_put(h);
	return v->reason;
}

/* ---- what goes ---- */

static const char omasec_held_gone_dev[] = "the device that it came in by went";
static const char omasec_held_gone_all[] = "omasec or the network namespace went";
static const char omasec_held_gone_rule[] =
	"the rule that selected it was removed or replaced: have it sent again";

/**
 * omasec_held_ready() - the holder can be asked for a datagram that was added
 * @h: the datagram
 *
 * What it depends on may have gone while it was no longer in the queue and not yet here.
 *
 * Context: process, may sleep.
 */
void omasec_held_ready(struct omasec_held *h)
{
	struct omasec_udp *u = h->u;
	bool gone;

	spin_lock_bh(&u->lock);
	if (!h->gone && u->dead)
		h->gone = omasec_held_gone_all;
	else if (!h->gone && !omasec_dev_registered(h->d.dev))
		h->gone = omasec_held_gone_dev;
	else if (!h->gone && !omasec_held_ruled(u, h->rule))
		h->gone = omasec_held_gone_rule;
	gone = h->gone && !list_empty(&h->d.list);
	spin_unlock_bh(&u->lock);
	if (gone)
		h->ops->gone(h);
	omasec_held_put(h);
}

/* The next one to be asked for, with a reference, or NULL; @why is then noted. */
static struct omasec_held *omasec_held_next(struct omasec_udp *u, const struct net_device *dev,
					    bool unruled, const char *why)
{
	struct omasec_held *h;

	spin_lock_bh(&u->lock);
	list_for_each_entry(h, &u->held, d.list) {
		if (h->gone || (dev && h->d.dev != dev) ||
		    (unruled && omasec_held_ruled(u, h->rule)))
			continue;
		h->gone = why;
		refcount_inc(&h->ref);	/* in the list, so the holder has one */
		spin_unlock_bh(&u->lock);
		return h;
	}
	spin_unlock_bh(&u->lock);
	return NULL;
}

static void omasec_held_ask(struct omasec_udp *u, const struct net_device *dev, bool unruled,
			    const char *why)
{
	struct omasec_held *h;

	while ((h = omasec_held_next(u, dev, unruled, why))) {
		h->ops->gone(h);
		omasec_held_put(h);
	}
}

void omasec_held_drop(struct omasec_udp *u, const struct net_device *dev)
{
	omasec_held_ask(u, dev, false, dev ? omasec_held_gone_dev : omasec_held_gone_all);
}

void omasec_held_drop_unruled(struct omasec_udp *u)
{
	omasec_held_ask(u, NULL, true, omasec_held_gone_rule);
}
