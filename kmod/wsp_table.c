// SPDX-License-Identifier: GPL-2.0
/*
 * The flows of Posts and Replies of a namespace: found by the ports and addresses of both
 * ends, made by a request, forgotten when nothing came for a while. Anybody can send
 * requests from any number of ports, so there is a bound for the flows, for what waits in
 * each and for what waits in all; the flow that was idle for longest makes room.
 *
 * Everything here runs in process context under the table's lock, which is taken before a
 * flow's mtx and never inside of it. Only the end of a flow waits for its work item.
 */
#include <linux/hashtable.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "flow_internal.h"
#include "wsp_flow.h"
#include "wtp_flow.h"

#define OMASEC_WSP_HASH_BITS	8
#define OMASEC_WSP_LOOK		(2 * HZ)

/**
 * struct omasec_wsp_table - flows of a namespace
 * @u: datagrams of the namespace
 * @lock: protects what follows
 * @flows: by addresses and ports
 * @lru: least recently used first
 * @count: their number
 * @seed: of the hash
 * @asking: ports from which requests left; read without lock
 * @octets: of memory of datagrams in all flows
 * @look: forgets
 */
struct omasec_wsp_table {
	struct omasec_udp *u;
	struct mutex lock;
	DECLARE_HASHTABLE(flows, OMASEC_WSP_HASH_BITS);
	struct list_head lru;
	unsigned int count;
	u32 seed;
	DECLARE_BITMAP(asking, 65536);
	atomic_t octets;
	struct delayed_work look;
};

/* The two ends of a datagram, seen from here; @direction is that of the rule. */
struct omasec_wsp_key {
	u8 local[16], peer[16];
	__be16 lport, pport;
	u8 family, direction;
	u8 pad[2];
};

static_assert(sizeof(struct omasec_wsp_key) % 4 == 0);

/* ---- datagrams ---- */

bool omasec_wsp_charge(struct omasec_wsp_table *t, size_t octets)
{
	if (octets <= OMASEC_WSP_OCTETS &&
	    atomic_add_return((int)octets, &t->octets) <= OMASEC_WSP_OCTETS)
		return true;
	if (octets <= OMASEC_WSP_OCTETS)
		atomic_sub((int)octets, &t->octets);
	return false;
}

void omasec_wsp_uncharge(struct omasec_wsp_table *t, size_t octets)
{
	atomic_sub((int)octets, &t->octets);
}

void omasec_wsp_gram_free(struct omasec_wsp_table *t, struct omasec_wsp_gram *g)
{
	atomic_sub(g->d.octets, &t->octets);
	omasec_datagram_clear(&g->d);
	kvfree(g->whole);
	kfree(g);
}

/* @d in a form in which it can wait; it is moved there. NULL with the enum omasec_reason. */
static struct omasec_wsp_gram *omasec_wsp_gram_new(struct omasec_wsp_table *t,
						   struct omasec_datagram *d, unsigned int *reason)
{
	struct omasec_wsp_gram *g;

	if (!omasec_wsp_charge(t, d->octets)) {
		*reason = OMASEC_REASON_QUEUE_FULL;
		return NULL;
	}
	*reason = OMASEC_REASON_NO_MEMORY;
	if (!omasec_datagram_own(d))
		goto err_octets;
	g = kzalloc(sizeof(*g), GFP_KERNEL_ACCOUNT);
	if (!g)
		goto err_octets;
	g->d = *d;
	d->skb = NULL;
	d->dev = NULL;
	d->sk = NULL;
	d->rule = NULL;
	return g;
err_octets:
	atomic_sub(d->octets, &t->octets);
	return NULL;
}

/* Nobody has a flow for it. */
static void omasec_wsp_refuse_one(struct omasec_udp *u, const struct omasec_datagram *d,
				  unsigned int reason, const char *what)
{
	struct omasec_push_verdict v = { .reason = reason, .what = what };

	omasec_udp_tell(u->on, d->rule, omasec_datagram_at(d), &v, GFP_KERNEL);
}

static void omasec_wsp_key(const struct omasec_datagram *d, struct omasec_wsp_key *key)
{
	const struct udphdr *uh = (const struct udphdr *)(d->skb->data + d->off);
	u8 *from = d->out ? key->local : key->peer, *to = d->out ? key->peer : key->local;

	memset(key, 0, sizeof(*key));
	key->family = d->family;
	key->direction = d->rule->sel.direction;
	if (d->family == 4) {
		memcpy(from, &ip_hdr(d->skb)->saddr, 4);
		memcpy(to, &ip_hdr(d->skb)->daddr, 4);
	} else {
		memcpy(from, &ipv6_hdr(d->skb)->saddr, 16);
		memcpy(to, &ipv6_hdr(d->skb)->daddr, 16);
	}
	key->lport = d->out ? uh->source : uh->dest;
	key->pport = d->out ? uh->dest : uh->source;
}

/* ---- flows ---- */

static u32 omasec_wsp_hash(const struct omasec_wsp_table *t, const struct omasec_wsp_key *key)
{
	return jhash2((const u32 *)key, sizeof(*key) / 4, t->seed);
}

static struct omasec_wsp *omasec_wsp_find(struct omasec_wsp_table *t,
					  const struct omasec_wsp_key *key)
{
	struct omasec_wsp *w;

	hash_for_each_possible(t->flows, w, node, omasec_wsp_hash(t, key)) {
		if (w->family == key->family && w->lport == key->lport && w->pport == key->pport &&
		    !memcmp(w->local, key->local, 16) && !memcmp(w->peer, key->peer, 16) &&
		    w->flow->rule->sel.direction == key->direction)
			return w;
	}
	return NULL;
}

/* Nothing waits and no Reply is awaited. */
static bool omasec_wsp_idle(struct omasec_wsp *w, bool *asked)
{
	struct omasec_flow *f = w->flow;
	bool idle;

	mutex_lock(&f->mtx);
	*asked = f->exch.resp_open;
	spin_lock(&w->lock);
	idle = !w->now && !w->waiting;
	spin_unlock(&w->lock);
	mutex_unlock(&f->mtx);
	return idle;
}

/* Replies are awaited at the port of @w, or no more. */
static void omasec_wsp_set_asking(struct omasec_wsp_table *t, const struct omasec_wsp *w)
{
	const struct omasec_wsp *other;
	bool asking = false;

	lockdep_assert_held(&t->lock);
	list_for_each_entry(other, &t->lru, lru)
		asking |= other->sk && other->lport == w->lport;
	if (asking)
		set_bit(ntohs(w->lport), t->asking);
	else
		clear_bit(ntohs(w->lport), t->asking);
}

bool omasec_wsp_asks(const struct omasec_wsp_table *t, __be16 port)
{
	return test_bit(ntohs(port), t->asking);
}

/* The application has closed the socket that it asked from. */
static bool omasec_wsp_closed(const struct omasec_wsp *w)
{
	return w->sk && sock_flag(w->sk, SOCK_DEAD);
}

/* It has not: it may read what comes there. */
static bool omasec_wsp_asking(const struct omasec_wsp *w)
{
	return w->sk && !sock_flag(w->sk, SOCK_DEAD);
}

/* Nothing of the flow goes on any more. */
static void omasec_wsp_end(struct omasec_wsp_table *t, struct omasec_wsp *w)
{
	struct omasec_flow *f = w->flow;
	struct omasec_msg *rx, *tx;

	lockdep_assert_held(&t->lock);
	hash_del(&w->node);
	list_del(&w->lru);
	t->count--;
	if (w->sk)
		omasec_wsp_set_asking(t, w);
	mutex_lock(&f->mtx);
	f->closing = true;
	rx = f->rx.msg;
	tx = f->tx.msg;
	if (f->exch.resp_open || w->now)
		omasec_stat_inc(f->on, OMASEC_STAT_WSP_UNANSWERED);
	mutex_unlock(&f->mtx);
	if (rx)
		omasec_upcall_cancel(rx);
	if (tx)
		omasec_upcall_cancel(tx);
	cancel_work_sync(&f->work);
	omasec_flow_free(f);
}

/*
 * Room for one more; false when there is none. What asked is kept as long as its socket is
 * open, because strangers are kept away from that by it.
 */
static bool omasec_wsp_make_room(struct omasec_wsp_table *t)
{
	struct omasec_wsp *w;
	bool asked;

	if (t->count < OMASEC_WSP_FLOWS)
		return true;
	list_for_each_entry(w, &t->lru, lru) {
		if (!omasec_wsp_asking(w) && omasec_wsp_idle(w, &asked) && !asked) {
			omasec_wsp_end(t, w);
			return true;
		}
	}
	return false;
}

/* How datagrams of our own leave: as those that came, where that matters. */
static void omasec_wsp_route(struct omasec_wsp *w, const struct omasec_datagram *d)
{
	bool near = d->family == 6 &&
		    ipv6_addr_type((const struct in6_addr *)w->peer) & IPV6_ADDR_LINKLOCAL;

	w->mark = d->out ? d->skb->mark : 0;
	w->oif = d->out && d->sk ? READ_ONCE(d->sk->sk_bound_dev_if) : 0;
	if (!w->oif && near)
		w->oif = d->dev->ifindex;
	w->sk = d->sk;
	if (w->sk)
		sock_hold(w->sk);
}

static struct omasec_wsp *omasec_wsp_new(struct omasec_wsp_table *t,
					 const struct omasec_wsp_key *key,
					 const struct omasec_datagram *d)
{
	struct omasec_wsp *w = kzalloc(sizeof(*w), GFP_KERNEL_ACCOUNT);
	struct omasec_net *on = t->u->on;

	if (!w)
		return NULL;
	if (d->rule->binding == OMASEC_BINDING_WTP) {
		w->wtp = omasec_wtp_new(on);
		if (!w->wtp)
			goto err_wsp;
	}
	w->flow = omasec_flow_new(GFP_KERNEL_ACCOUNT);
	if (!w->flow)
		goto err_wtp;
	w->table = t;
	w->family = key->family;
	w->lport = key->lport;
	w->pport = key->pport;
	memcpy(w->local, key->local, sizeof(w->local));
	memcpy(w->peer, key->peer, sizeof(w->peer));
	spin_lock_init(&w->lock);
	INIT_LIST_HEAD(&w->queue);
	omasec_buf_init(&w->past.answer, on);
	omasec_buf_init(&w->own.answer, on);
	omasec_buf_init(&w->sent, on);
	omasec_wsp_route(w, d);
	w->flow->wsp = w;
	omasec_flow_setup(w->flow, on, NULL, omasec_rule_get(d->rule));
	hash_add(t->flows, &w->node, omasec_wsp_hash(t, key));
	list_add_tail(&w->lru, &t->lru);
	if (w->sk)
		omasec_wsp_set_asking(t, w);
	if (!t->count++)
		queue_delayed_work(omasec_wq, &t->look, OMASEC_WSP_LOOK);
	return w;
err_wtp:
	omasec_wtp_free(t, w->wtp);
err_wsp:
	kfree(w);
	return NULL;
}

/* The flow of a datagram, which a request may make. NULL with the enum omasec_reason. */
static struct omasec_wsp *omasec_wsp_get(struct omasec_wsp_table *t, const struct omasec_datagram *d,
					 bool request, unsigned int *reason, const char **what)
{
	struct omasec_wsp_key key;
	struct omasec_wsp *w;
	bool asks;

	omasec_wsp_key(d, &key);
	w = omasec_wsp_find(t, &key);
	/* By another rule, or from another socket with the same port, nothing goes on. */
	if (w && (w->flow->rule != d->rule || w->flow->killed ||
		  omasec_wsp_closed(w))) {
		omasec_wsp_end(t, w);
		w = NULL;
	}
	if (w) {
		list_move_tail(&w->lru, &t->lru);
		w->touched = jiffies;
		return w;
	}
	*what = NULL;
	asks = d->rule->sel.direction == OMASEC_DIRECTION_OUT;
	if (!request || d->out != asks) {
		if (d->rule->binding == OMASEC_BINDING_WTP) {
			*reason = OMASEC_REASON_WTP_UNASKED;
			*what = "a PDU that begins no transaction, and belongs to none";
			return NULL;
		}
		*reason = OMASEC_REASON_WSP_UNASKED;
		*what = request ? "a request from who answers" :
				  "a Reply that no request asked for";
		return NULL;
	}
	if (!omasec_wsp_make_room(t)) {
		*reason = OMASEC_REASON_TOO_MANY;
		return NULL;
	}
	w = omasec_wsp_new(t, &key, d);
	if (w)
		w->touched = jiffies;
	else
		*reason = OMASEC_REASON_NO_MEMORY;
	return w;
}

/* To the datagrams that wait; false when there are too many. */
static bool omasec_wsp_append(struct omasec_wsp *w, struct omasec_wsp_gram *g)
{
	bool room;

	spin_lock(&w->lock);
	room = w->waiting < (w->wtp ? OMASEC_WTP_WAITING : OMASEC_WSP_WAITING);
	if (room) {
		list_add_tail(&g->list, &w->queue);
		w->waiting++;
	}
	spin_unlock(&w->lock);
	if (room)
		omasec_flow_kick(w->flow);
	return room;
}

/* ---- what comes ---- */

/* What a datagram without a flow is: enum omasec_reason, or it is secured and may pass. */
static unsigned int omasec_wsp_look(const struct omasec_datagram *d, struct omasec_wsp_pdu *pdu,
				    struct omasec_wtp_pdu *wtp, bool *secured, const char **what)
{
	unsigned int head = d->off + sizeof(struct udphdr);
	const struct omasec_rule *rule = d->rule;
	bool transactions = rule->binding == OMASEC_BINDING_WTP;
	unsigned int reason;

	/* Records of DTLS begin as PDUs of WTP do. */
	*secured = !transactions &&
		   omasec_wsp_pdu_is_secured(d->skb->data + head, d->skb->len - head);
	if (*secured)
		return rule->tls == OMASEC_TLS_FORBID ? OMASEC_REASON_TLS_FORBIDDEN : 0;
	if (rule->tls == OMASEC_TLS_REQUIRE)
		return OMASEC_REASON_TLS_REQUIRED;
	/* A Reply comes from whom it was asked; a group of them is nobody. */
	if (!d->out && d->skb->pkt_type != PACKET_HOST) {
		*what = "a datagram to a group or to all";
		return OMASEC_REASON_DATAGRAM_BAD;
	}
	if (transactions) {
		reason = omasec_wtp_parse(d->skb->data + head, d->skb->len - head, wtp);
		*what = wtp->what;
		return reason;
	}
	reason = omasec_wsp_pdu_parse(d->skb->data + head, d->skb->len - head, pdu);
	*what = pdu->what;
	return reason;
}

/* It may be the first of its flow. */
static bool omasec_wsp_begins(const struct omasec_wsp_gram *g)
{
	if (g->d.rule->binding == OMASEC_BINDING_WTP)
		return g->wtp.type == OMASEC_WTP_INVOKE && g->wtp.class == 2 && !g->wtp.answers;
	return g->pdu.method != OMASEC_WSP_IS_REPLY;
}

/* A PDU to its flow. */
static void omasec_wsp_take_one(struct omasec_udp *u, struct omasec_datagram *d)
{
	struct omasec_wsp_table *t = u->wsp;
	const char *what = NULL;
	struct omasec_wsp_gram *g;
	unsigned int reason;
	struct omasec_wsp *w;
	bool secured = false;

	g = omasec_wsp_gram_new(t, d, &reason);
	if (!g) {
		omasec_wsp_refuse_one(u, d, reason, NULL);
		return;
	}
	reason = omasec_wsp_look(&g->d, &g->pdu, &g->wtp, &secured, &what);
	if (!reason && secured) {
		omasec_rule_saw(g->d.rule, OMASEC_SEEN_PASSED);
		omasec_stat_inc(u->on, OMASEC_STAT_DATAGRAMS_PASSED);
		omasec_datagram_deliver(u->on, &g->d);
	}
	if (reason || secured)
		goto out;
	mutex_lock(&t->lock);
	w = omasec_wsp_get(t, &g->d, omasec_wsp_begins(g), &reason, &what);
	if (w && !omasec_dev_registered(g->d.dev))
		reason = OMASEC_REASON_KILLED;	/* omasec_wsp_drop() did not find it here */
	else if (w && !omasec_wsp_append(w, g))
		reason = OMASEC_REASON_QUEUE_FULL;
	if (!reason)
		g = NULL;
	mutex_unlock(&t->lock);
out:
	if (reason)
		omasec_wsp_refuse_one(u, &g->d, reason, what);
	if (g)
		omasec_wsp_gram_free(t, g);
}

/* One of the PDUs in @d as a datagram of its own. */
static void omasec_wsp_take_piece(struct omasec_udp *u, const struct omasec_datagram *d,
				  struct omasec_slice piece)
{
	unsigned int head = d->off + sizeof(struct udphdr);
	struct omasec_datagram one = *d;

	one.skb = skb_copy(d->skb, GFP_KERNEL | __GFP_NOWARN);
	if (!one.skb) {
		omasec_wsp_refuse_one(u, d, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	memcpy(one.skb->data + head, piece.p, piece.len);
	skb_trim(one.skb, head + piece.len);
	one.octets = one.skb->truesize;
	one.rule = omasec_rule_get(d->rule);
	dev_hold(one.dev);
	if (one.sk)
		sock_hold(one.sk);
	omasec_wsp_take_one(u, &one);
	omasec_datagram_clear(&one);
}

/**
 * omasec_wsp_take() - a datagram to its flow
 * @u: of the namespace
 * @d: the datagram, of a slot; taken over when it waits, or else refused
 *
 * Context: process, may sleep; one at a time in a namespace.
 */
void omasec_wsp_take(struct omasec_udp *u, struct omasec_datagram *d)
{
	unsigned int head = d->off + sizeof(struct udphdr), pieces = 0;
	struct omasec_slice left, piece;
	const char *what = NULL;
	bool begun = false;
	int got;

	if (d->rule->binding != OMASEC_BINDING_WTP) {
		omasec_wsp_take_one(u, d);
		return;
	}
	if (!omasec_datagram_own(d)) {
		omasec_wsp_refuse_one(u, d, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	left.p = (const char *)d->skb->data + head;
	left.len = d->skb->len - head;
	if (!left.len || left.p[0]) {
		omasec_wsp_take_one(u, d);
		return;
	}
	/* All of them are looked at before one goes on. */
	for (; (got = omasec_wtp_next(&left, &begun, &piece)) > 0; pieces++)
		;
	if (got < 0)
		what = "several PDUs that do not add up";
	else if (pieces > OMASEC_WTP_PIECES)
		what = "more than 8 PDUs in one datagram";
	if (what) {
		omasec_wsp_refuse_one(u, d, OMASEC_REASON_WTP_SYNTAX, what);
		return;
	}
	left.p = (const char *)d->skb->data + head;
	left.len = d->skb->len - head;
	begun = false;
	while (omasec_wtp_next(&left, &begun, &piece) > 0)
		omasec_wsp_take_piece(u, d, piece);
}

/* ---- what goes ---- */

/* Some datagram of it holds @dev. */
static bool omasec_wsp_holds(struct omasec_wsp *w, const struct net_device *dev)
{
	struct omasec_flow *f = w->flow;
	const struct omasec_wsp_gram *g;
	bool holds;

	mutex_lock(&f->mtx);
	holds = (w->now && w->now->d.dev == dev) || omasec_wtp_holds(w->wtp, dev);
	spin_lock(&w->lock);
	list_for_each_entry(g, &w->queue, list)
		holds |= g->d.dev == dev;
	spin_unlock(&w->lock);
	mutex_unlock(&f->mtx);
	return holds;
}

void omasec_wsp_drop(struct omasec_udp *u, const struct net_device *dev)
{
	struct omasec_wsp_table *t = u->wsp;
	struct omasec_wsp *w, *next;

	mutex_lock(&t->lock);
	list_for_each_entry_safe(w, next, &t->lru, lru) {
		if (!dev || omasec_wsp_holds(w, dev))
			omasec_wsp_end(t, w);
	}
	mutex_unlock(&t->lock);
}

void omasec_wsp_drop_unruled(struct omasec_udp *u)
{
	struct omasec_wsp_table *t = u->wsp;
	struct omasec_wsp *w, *next;

	mutex_lock(&t->lock);
	list_for_each_entry_safe(w, next, &t->lru, lru) {
		const struct omasec_rule *mine = w->flow->rule;
		struct omasec_rule *r = omasec_policy_rule(u->on, mine->id);
		bool same = r == mine;

		omasec_rule_put(r);
		if (!same)
			omasec_wsp_end(t, w);
	}
	mutex_unlock(&t->lock);
}

/* Nothing came for a while: the exchange is over, the flow too unless it guards a socket. */
static void omasec_wsp_old(struct omasec_wsp_table *t, struct omasec_wsp *w)
{
	struct omasec_flow *f = w->flow;

	if (!omasec_wsp_asking(w)) {
		omasec_wsp_end(t, w);
		return;
	}
	mutex_lock(&f->mtx);
	omasec_wsp_lapse(f);
	mutex_unlock(&f->mtx);
}

/* Forgets flows that were killed, whose socket was closed, or that were not used for a while. */
static void omasec_wsp_look_work(struct work_struct *work)
{
	struct omasec_wsp_table *t = container_of(work, struct omasec_wsp_table, look.work);
	struct omasec_wsp *w, *next;
	bool asked;

	mutex_lock(&t->lock);
	list_for_each_entry_safe(w, next, &t->lru, lru) {
		bool old = time_after(jiffies, w->touched + OMASEC_WSP_KEEP);

		if (READ_ONCE(w->flow->killed)) {
			omasec_wsp_end(t, w);
			continue;
		}
		if (w->wtp) {
			mutex_lock(&w->flow->mtx);
			omasec_wtp_look(w->flow);
			mutex_unlock(&w->flow->mtx);
		}
		if ((old || omasec_wsp_closed(w)) && omasec_wsp_idle(w, &asked))
			omasec_wsp_old(t, w);
	}
	if (t->count)
		queue_delayed_work(omasec_wq, &t->look, OMASEC_WSP_LOOK);
	mutex_unlock(&t->lock);
}

void omasec_wsp_killed(struct omasec_net *on)
{
	/* Where there is a flow, there is this. */
	mod_delayed_work(omasec_wq, &READ_ONCE(on->udp)->wsp->look, 0);
}

struct omasec_wsp_table *omasec_wsp_table_new(struct omasec_udp *u)
{
	struct omasec_wsp_table *t = kvzalloc(sizeof(*t), OMASEC_GFP);

	if (!t)
		return NULL;
	t->u = u;
	mutex_init(&t->lock);
	hash_init(t->flows);
	INIT_LIST_HEAD(&t->lru);
	t->seed = get_random_u32();
	INIT_DELAYED_WORK(&t->look, omasec_wsp_look_work);
	return t;
}

/* No flow is left, and none comes. */
void omasec_wsp_table_free(struct omasec_wsp_table *t)
{
	cancel_delayed_work_sync(&t->look);
	WARN_ON_ONCE(t->count || atomic_read(&t->octets));
	mutex_destroy(&t->lock);
	kvfree(t);
}
