/* SPDX-License-Identifier: GPL-2.0 */
/* Datagrams: what comes in for a port of a rule of protocol udp is judged first. */
#ifndef OMASEC_UDP_H
#define OMASEC_UDP_H

#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include "policy.h"
#include "push.h"

struct net_device;
struct nf_hook_state;

#define OMASEC_UDP_DATAGRAMS	32
#define OMASEC_UDP_OCTETS	(256 * 1024)

/**
 * struct omasec_udp_at - a datagram, for who tells of it
 * @skb: from its network header on
 * @off: of its UDP header
 * @family: 4 or 6
 * @out: it leaves
 */
struct omasec_udp_at {
	const struct sk_buff *skb;
	unsigned int off;
	u8 family;
	bool out;
};

/**
 * struct omasec_datagram - a datagram that waits to be judged
 * @list: in omasec_udp.queue or omasec_udp.idle
 * @skb: from its network header on; in nobody's receive queue, with a route
 * @rule: that selected it, with a reference
 * @dev: it came in by, or leaves by, with a reference
 * @sk: that it leaves from, with a reference, or NULL
 * @okfn: takes it where it was going
 * @off: of the UDP header
 * @family: 4 or 6
 * @out: it leaves
 * @octets: of memory that it counts for
 */
struct omasec_datagram {
	struct list_head list;
	struct sk_buff *skb;
	struct omasec_rule *rule;
	struct net_device *dev;
	struct sock *sk;
	int (*okfn)(struct net *net, struct sock *sk, struct sk_buff *skb);
	unsigned int off;
	u8 family;
	bool out;
	unsigned int octets;
};

static inline struct omasec_udp_at omasec_datagram_at(const struct omasec_datagram *d)
{
	return (struct omasec_udp_at){ d->skb, d->off, d->family, d->out };
}

/* Who holds datagrams for longer (udp_held.c). */
enum omasec_held_by { OMASEC_HELD_PIN, OMASEC_HELD_NOTE, OMASEC_HELD_BY_COUNT };

/**
 * struct omasec_held_sum - what somebody holds
 * @datagrams: their number
 * @octets: their memory
 */
struct omasec_held_sum {
	unsigned int datagrams, octets;
};

/**
 * struct omasec_udp - datagrams of a network namespace
 * @on: namespace
 * @hooked: the hooks are up; under config_lock
 * @hooked_out: those on what leaves too; under config_lock
 * @lock: protects the rest; BH-safe, taken inside of nothing of ours
 * @dead: the namespace goes, nothing is queued any more
 * @queue: datagrams that wait, oldest first
 * @idle: room for more
 * @octets: memory of those that wait and of the one that is judged
 * @full: it was full before
 * @told: jiffies when that was told last
 * @work: judges
 * @wsp: exchanges of Posts and Replies (wsp_table.c)
 * @held: datagrams that are held, oldest first
 * @held_sum: of them, [enum omasec_held_by]
 * @slots: where all of those in the queue are
 */
struct omasec_udp {
	struct omasec_net *on;
	bool hooked, hooked_out;
	spinlock_t lock;
	bool dead;
	struct list_head queue, idle;
	unsigned int octets;
	bool full;
	unsigned long told;
	struct work_struct work;
	struct omasec_wsp_table *wsp;
	struct list_head held;
	struct omasec_held_sum held_sum[OMASEC_HELD_BY_COUNT];
	struct omasec_datagram slots[OMASEC_UDP_DATAGRAMS];
};

int omasec_udp_init(void);	/* after the pernet operations are up */
/*
 * Before the pernet operations go, and after: giving a notifier back tells it that
 * every device goes, and what is queued would be lost.
 */
void omasec_udp_stop(void);
void omasec_udp_exit(void);

/*
 * Hooks up and down; down after what waits was judged. config_lock held, may
 * sleep. up: 0 or a negative errno; @out: also those on what leaves.
 */
int omasec_udp_up(struct omasec_net *on, bool out);
void omasec_udp_down(struct omasec_net *on);
void omasec_udp_net_pre_exit(struct omasec_net *on);
void omasec_udp_net_exit(struct omasec_net *on);

/* udp_queue.c */
struct omasec_udp *omasec_udp_new(struct omasec_net *on);
void omasec_udp_free(struct omasec_udp *u);
/* Takes @skb and the reference of @rule over; false: it was dropped. Context of the hook. */
bool omasec_udp_queue(struct omasec_udp *u, struct sk_buff *skb, struct omasec_rule *rule,
		      const struct nf_hook_state *state, unsigned int off, u8 family);
/* Drops what waits, or only what came in by @dev, held or not. Process context, may sleep. */
void omasec_udp_drop(struct omasec_udp *u, const struct net_device *dev);

/* No rule in force selects what is held by its id any more: it is dropped. Process context. */
void omasec_udp_unruled(struct omasec_net *on);

/* Of a datagram: gives its references back; sends it where it was going; counts and tells. */
void omasec_datagram_clear(struct omasec_datagram *d);
/* Octets that nobody else can write to; false without memory. Process context. */
bool omasec_datagram_own(struct omasec_datagram *d);
void omasec_datagram_deliver(struct omasec_net *on, struct omasec_datagram *d);
struct omasec_event;
struct omasec_push_terms omasec_udp_terms(const struct omasec_rule *rule);
void omasec_udp_event_socket(struct omasec_event *ev, struct omasec_udp_at at);
void omasec_udp_tell(struct omasec_net *on, struct omasec_rule *rule, struct omasec_udp_at at,
		     const struct omasec_push_verdict *v, gfp_t gfp);

/*
 * udp_pin.c: lets a datagram wait for its PIN, and takes it over. False when the caller
 * has to refuse it with @v. Process context, may sleep.
 */
bool omasec_udp_pin_wait(struct omasec_udp *u, struct omasec_datagram *d,
			 struct omasec_push_verdict *v);

/* Counts a datagram that is dropped without being judged, and tells of it. Any context. */
void omasec_udp_refuse(struct omasec_net *on, struct omasec_rule *rule, struct omasec_udp_at at,
		       unsigned int reason, const char *what);

#endif
