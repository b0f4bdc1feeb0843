/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Held datagrams: taken out of the queue, because what decides about them comes
 * later. Whoever holds one settles it, once; until then it is in memory of its own,
 * bounded, and asked for when its device, its rule or its namespace goes.
 */
#ifndef OMASEC_UDP_HELD_H
#define OMASEC_UDP_HELD_H

#include <linux/udp.h>
#include "proto/types.h"
#include "udp.h"

struct omasec_held;
struct omasec_push_verdict;

/**
 * struct omasec_held_ops - who holds datagrams
 * @by: whose bound it counts for
 * @datagrams: most of them at a time in a namespace
 * @octets: most memory of them
 * @gone: to be settled now, or as soon as whoever is about to settle it has
 *	finished: it will be refused whatever the verdict is. May be called before
 *	the holder is ready, and more than once. Process context, may sleep;
 *	config_lock or the lock of network devices may be held.
 * @release: nobody has it any more: frees it
 */
struct omasec_held_ops {
	enum omasec_held_by by;
	unsigned int datagrams, octets;
	void (*gone)(struct omasec_held *h);
	void (*release)(struct omasec_held *h);
};

/**
 * struct omasec_held - a held datagram, inside of what its holder keeps of it
 * @d: the datagram; @d.list in omasec_udp.held; @d.rule is of the holder
 * @u: of the namespace
 * @ops: of the holder
 * @rule: id of the rule that selected it
 * @ref: reference count; the holder has one until it settles, and one until it is ready
 * @gone: why it is asked for, or NULL; under @u->lock
 */
struct omasec_held {
	struct omasec_datagram d;
	struct omasec_udp *u;
	const struct omasec_held_ops *ops;
	u32 rule;
	refcount_t ref;
	const char *gone;
};

/* All: process context, may sleep. */

/*
 * Moves @d, with its references, into @h, which is zeroed memory of the holder. Returns
 * enum omasec_reason; unless it is 0, nothing has changed, and release is not called.
 */
unsigned int omasec_held_add(struct omasec_udp *u, struct omasec_held *h,
			     struct omasec_datagram *d, const struct omasec_held_ops *ops);
/*
 * After add: the holder is ready to be asked for it, and is, should device or rule have
 * gone before. It may have been settled before; from here on it is no longer the caller's.
 */
void omasec_held_ready(struct omasec_held *h);
/*
 * Counts, tells, and delivers unless @v refuses it, and drops the holder's reference.
 * Returns enum omasec_reason of what became of it, which @v then says as well.
 */
unsigned int omasec_held_settle(struct omasec_held *h, struct omasec_push_verdict *v);

static inline struct omasec_slice omasec_held_data(const struct omasec_held *h)
{
	unsigned int head = h->d.off + sizeof(struct udphdr);

	return (struct omasec_slice) { .p = h->d.skb->data + head, .len = h->d.skb->len - head };
}

/* Asks for what came in by @dev, or for all (NULL); for what no rule in force selects. */
void omasec_held_drop(struct omasec_udp *u, const struct net_device *dev);
void omasec_held_drop_unruled(struct omasec_udp *u);

#endif
