// SPDX-License-Identifier: GPL-2.0
/*
 * The plane for datagrams: netfilter hooks on what comes in for sockets of this
 * host, after routing and before a socket is looked up. So sockets that are older
 * than the rule, multicast and loopback are covered, and nothing of a socket is
 * touched. There are hooks only while some rule has protocol udp, and those on what
 * leaves, behind all others and before it is fragmented, while one has binding wsp-post or wtp.
 *
 * The hook takes a datagram that a rule selects out of the way (NF_STOLEN); it is
 * judged in process context (udp_queue.c, push.c) and then goes on. What the hook
 * has to get right before that, beside what nf_queue does for its packets:
 *  - IPv6: this hook comes before the fragment header is handled, so fragments are
 *    put together before routing (nf_defrag_ipv6), as for conntrack, and what gets
 *    past that here;
 *  - octets behind the length of the UDP header are legal and go before the
 *    checksum is verified;
 *  - datagrams that segmentation offload left in one skb become single ones;
 *  - conntrack confirms in a hook after ours, which is skipped: it is asked here.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/ipv6_frag.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/udp.h>

#include "compat/compat.h"
#include "event.h"
#include "stats.h"
#include "udp.h"
#include "udp_note.h"
#include "wsp_flow.h"
#include "wtp_flow.h"

#if IS_ENABLED(CONFIG_IPV6) && IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

static int omasec_udp_defrag_up(struct net *net)
{
	return nf_defrag_ipv6_enable(net);
}

static void omasec_udp_defrag_down(struct net *net)
{
	omasec_defrag_ipv6_disable(net);
}

static int omasec_udp_gather(struct net *net, struct sk_buff *skb)
{
	return nf_ct_frag6_gather(net, skb, IP6_DEFRAG_LOCAL_DELIVER);
}
#else
/* Fragments of IPv6 are then refused. */
static int omasec_udp_defrag_up(struct net *net)
{
	return 0;
}

static void omasec_udp_defrag_down(struct net *net)
{
}

static int __maybe_unused omasec_udp_gather(struct net *net, struct sk_buff *skb)
{
	return 0;
}
#endif

/* The module goes: what the device notifier hears from now on is no device that goes. */
static bool omasec_udp_stopping;

/* ---- a datagram ---- */

/* What is wrong with the length or the checksum, or NULL. Cuts what is behind. */
static const char *omasec_udp_wrong(struct sk_buff *skb, unsigned int off,
				    const struct udphdr *uh, u8 family)
{
	unsigned int len = ntohs(uh->len);

	if (len < sizeof(*uh) || len > skb->len - off)
		return "a length that is wrong or longer than the packet";
	if (pskb_trim_rcsum(skb, off + len))
		return "what is behind the datagram could not be cut off";
	if (!uh->check && family == 4)
		return NULL;		/* the sender made none */
	if (!uh->check || nf_checksum(skb, NF_INET_LOCAL_IN, off, IPPROTO_UDP,
				      family == 4 ? AF_INET : AF_INET6))
		return "a wrong checksum";
	return NULL;
}

/* Conntrack's last word on a packet that comes in, in place of its own hook. */
static bool omasec_udp_confirm(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	if (ct && !nf_ct_is_template(ct) && !nf_ct_is_confirmed(ct))
		return omasec_ct_confirm(skb);
#endif
	return true;
}

static bool omasec_udp_segmented(const struct sk_buff *skb)
{
	return skb_is_gso(skb) &&
	       skb_shinfo(skb)->gso_type & (SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST);
}

/* Several datagrams in one skb become single ones; NULL or an error when they cannot. */
static struct sk_buff *omasec_udp_segment(struct sk_buff *skb, unsigned int off)
{
	int mac = -skb_mac_offset(skb);
	struct sk_buff *segs;

	if (!skb_mac_header_was_set(skb) || mac < 0)
		return NULL;
	skb_set_transport_header(skb, off);
	if (skb->pkt_type == PACKET_LOOPBACK)
		skb->ip_summed = CHECKSUM_PARTIAL;	/* as udp_rcv_segment() does */
	__skb_push(skb, mac);
	segs = __skb_gso_segment(skb, NETIF_F_SG, false);
	__skb_pull(skb, mac);
	return segs;
}

static void omasec_udp_hit(struct omasec_net *on, struct omasec_rule *rule)
{
	atomic64_inc(&rule->hits);
	omasec_stat_inc(on, OMASEC_STAT_DATAGRAMS);
}

/* What @rule selects; takes the reference over. */
static unsigned int omasec_udp_take(struct omasec_udp *u, struct sk_buff *skb,
				    struct omasec_rule *rule, const struct nf_hook_state *state,
				    unsigned int off, const struct udphdr *uh, u8 family)
{
	struct sk_buff *segs = NULL, *seg, *next;
	const char *wrong = NULL;

	/* A checksum of offloaded datagrams is made when they are taken apart. */
	if (!omasec_udp_segmented(skb))
		wrong = omasec_udp_wrong(skb, off, uh, family);
	if (!wrong && !omasec_udp_confirm(skb))
		wrong = "conntrack refuses it";
	if (!wrong && omasec_udp_segmented(skb)) {
		segs = omasec_udp_segment(skb, off);
		if (IS_ERR_OR_NULL(segs))
			wrong = "datagrams that cannot be taken apart";
	}
	if (wrong) {
		const struct omasec_udp_at at = { skb, off, family, false };

		omasec_udp_hit(u->on, rule);
		omasec_udp_refuse(u->on, rule, at, OMASEC_REASON_DATAGRAM_BAD, wrong);
		omasec_rule_put(rule);
		return NF_DROP;
	}
	if (!segs) {
		omasec_udp_hit(u->on, rule);
		omasec_udp_queue(u, skb, rule, state, off, family);
		return NF_STOLEN;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		__skb_pull(seg, skb_network_offset(seg));
		omasec_udp_hit(u->on, rule);
		omasec_udp_queue(u, seg, omasec_rule_get(rule), state, off, family);
	}
	omasec_rule_put(rule);
	return NF_STOLEN;
}

/* What @rule selects of what leaves; takes the reference over. */
static unsigned int omasec_udp_leave(struct omasec_udp *u, struct sk_buff *skb,
				     struct omasec_rule *rule, const struct nf_hook_state *state,
				     unsigned int off, const struct udphdr *uh, u8 family)
{
	const struct omasec_udp_at at = { skb, off, family, true };
	unsigned int len = ntohs(uh->len), reason = OMASEC_REASON_DATAGRAM_BAD;
	const char *wrong = NULL;
	int err = EINVAL;

	omasec_udp_hit(u->on, rule);
	if (skb_is_gso(skb)) {
		wrong = "several datagrams in one (UDP_SEGMENT)";
	} else if (family == 6 && off != sizeof(struct ipv6hdr)) {
		wrong = "extension headers";
	} else if (len < sizeof(*uh) || len != skb->len - off) {
		wrong = "a length that is wrong";
	} else if (!omasec_wsp_may_fit(rule, off, len - sizeof(*uh), family)) {
		wrong = "with its MAC it is longer than a datagram or a message may be";
		reason = OMASEC_REASON_TOO_LARGE;
		err = EMSGSIZE;
	}
	if (wrong) {
		omasec_udp_refuse(u->on, rule, at, reason, wrong);
		omasec_rule_put(rule);
		return NF_DROP_ERR(-err);
	}
	/* An error for an skb that is gone: its sender is told, and nobody touches it. */
	return omasec_udp_queue(u, skb, rule, state, off, family) ? NF_STOLEN :
		NF_STOLEN | (ENOBUFS << NF_VERDICT_QBITS);
}

/* ---- hooks ---- */

/* The rule that selects what goes between @peer and us, by the port of who listens. */
static struct omasec_rule *omasec_udp_match(struct omasec_net *on, u8 direction, __be16 port,
					    const void *peer, u8 family)
{
	struct omasec_sock_key key = {
		.direction = direction,
		.protocol = OMASEC_PROTOCOL_UDP,
		.family = family,
		.port = ntohs(port),
	};

	memcpy(key.address, peer, family == 4 ? 4 : 16);
	return omasec_policy_match(on, &key);
}

/*
 * The rule for a datagram, with a reference. Requests go to the port of a rule, and only
 * rules for Posts know what goes the other way. Where both ends have such a port, its
 * type says which of the two it is.
 */
static struct omasec_rule *omasec_udp_rule(struct omasec_net *on, const struct sk_buff *skb,
					   unsigned int off, const struct udphdr *uh,
					   const void *peer, u8 family, bool out)
{
	u8 asks = out ? OMASEC_DIRECTION_OUT : OMASEC_DIRECTION_IN;
	struct omasec_rule *to, *from;
	bool answers;

	to = omasec_udp_match(on, asks, uh->dest, peer, family);
	from = omasec_udp_match(on, !asks, uh->source, peer, family);
	if (from && !omasec_rule_posts(from)) {
		omasec_rule_put(from);
		from = NULL;
	}
	if (!to || !from)
		return to ?: from;
	answers = to->binding == OMASEC_BINDING_WTP ?
		  omasec_wtp_is_answer(skb, off + sizeof(*uh)) :
		  to->binding == OMASEC_BINDING_WSP_POST &&
		  omasec_wsp_is_reply(skb, off + sizeof(*uh));
	omasec_rule_put(answers ? to : from);
	return answers ? from : to;
}

/*
 * What comes by no rule for a socket that has asked and waits for the Reply: an application
 * that does not look at who sends would take it for that.
 */
static unsigned int omasec_udp_stranger(struct omasec_net *on, struct omasec_udp_at at, __be16 port)
{
	const struct omasec_udp *u = READ_ONCE(on->udp);
	struct omasec_event ev = {
		.kind = OMASEC_EVENT_KIND_REFUSED,
		.reason = OMASEC_REASON_WSP_UNASKED,
		.direction = OMASEC_DIRECTION_OUT,
		.path = OMASEC_PATH_RX,
		.has_path = true,
		.no_uid = true,
		.text = "a datagram for a socket that waits for Replies, from who was not asked",
	};

	if (!omasec_wsp_asks(u->wsp, port))
		return NF_ACCEPT;
	omasec_stat_inc(on, OMASEC_STAT_DATAGRAMS_DROPPED);
	omasec_udp_event_socket(&ev, at);
	omasec_event_send(on, &ev, GFP_ATOMIC);
	return NF_DROP;
}

/* @piece: a fragment, which should have been put together before. */
static unsigned int omasec_udp_check(struct sk_buff *skb, const struct nf_hook_state *state,
				     unsigned int off, const void *peer, u8 family, bool piece)
{
	const struct omasec_udp_at at = { skb, off, family, state->hook == NF_INET_LOCAL_OUT };
	struct omasec_net *on = omasec_net(state->net);
	struct omasec_rule *rule;
	struct udphdr *p, uh;

	p = skb_header_pointer(skb, off, sizeof(uh), &uh);
	if (!p) {
		/* Too short for any socket; but a piece may still grow. */
		if (piece)
			omasec_stat_refused(on, OMASEC_REASON_DATAGRAM_BAD);
		return piece ? NF_DROP : NF_ACCEPT;
	}
	if (p != &uh)
		uh = *p;	/* it may move when the datagram is cut */
	rule = omasec_udp_rule(on, skb, off, &uh, peer, family, at.out);
	if (!rule)
		return at.out ? NF_ACCEPT : omasec_udp_stranger(on, at, uh.dest);
	if (piece) {
		omasec_udp_hit(on, rule);
		omasec_udp_refuse(on, rule, at, OMASEC_REASON_DATAGRAM_BAD,
				  "a fragment that was not put together");
		omasec_rule_put(rule);
		return NF_DROP;
	}
	/* Set before the hooks went up. */
	if (at.out)
		return omasec_udp_leave(READ_ONCE(on->udp), skb, rule, state, off, &uh, family);
	return omasec_udp_take(READ_ONCE(on->udp), skb, rule, state, off, &uh, family);
}

/* The other end of a datagram. */
static const void *omasec_udp_peer(const struct nf_hook_state *state, const void *from,
				   const void *to)
{
	return state->hook == NF_INET_LOCAL_OUT ? to : from;
}

static unsigned int omasec_udp_v4(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->protocol != IPPROTO_UDP || omasec_wsp_is_own(skb))
		return NF_ACCEPT;
	return omasec_udp_check(skb, state, ip_hdrlen(skb),
				omasec_udp_peer(state, &ip->saddr, &ip->daddr), 4,
				ip_is_fragment(ip));
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int omasec_udp_v6(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	u8 next = ipv6_hdr(skb)->nexthdr;
	__be16 frag;
	int off, err;

	if (omasec_wsp_is_own(skb))
		return NF_ACCEPT;
	off = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &next, &frag);
	if (off >= 0 && frag && state->hook == NF_INET_LOCAL_IN) {
		/*
		 * Before routing, what conntrack knows already (loopback) or shall not
		 * know is not put together.
		 */
		err = omasec_udp_gather(state->net, skb);
		if (err)
			return err == -EINPROGRESS ? NF_STOLEN : NF_DROP;
		next = ipv6_hdr(skb)->nexthdr;
		off = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &next, &frag);
	}
	/* A later fragment without the first, which is dropped, becomes no datagram. */
	if (off < 0 || next != IPPROTO_UDP)
		return NF_ACCEPT;
	return omasec_udp_check(skb, state, off,
				omasec_udp_peer(state, &ipv6_hdr(skb)->saddr,
						&ipv6_hdr(skb)->daddr), 6, frag);
}
#endif

static const struct nf_hook_ops omasec_udp_hooks[] = {
	{
		.hook = omasec_udp_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_LAST - 1,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = omasec_udp_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST - 1,
	},
#endif
};

static const struct nf_hook_ops omasec_udp_hooks_out[] = {
	{
		.hook = omasec_udp_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_LAST - 1,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = omasec_udp_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_LAST - 1,
	},
#endif
};

static int omasec_udp_hook_out(struct omasec_net *on)
{
	int err = 0;

	if (!on->udp->hooked_out)
		err = nf_register_net_hooks(on->net, omasec_udp_hooks_out,
					    ARRAY_SIZE(omasec_udp_hooks_out));
	on->udp->hooked_out = !err;
	return err;
}

/**
 * omasec_udp_up() - puts the hooks up if they are not
 * @on: namespace
 * @out: also those on what leaves; once up, they stay as long as the others
 *
 * Before the rules that need them count.
 *
 * Context: process, config_lock held, may sleep.
 * Return: 0 or a negative errno.
 */
int omasec_udp_up(struct omasec_net *on, bool out)
{
	int err;

	lockdep_assert_held(&on->config_lock);
	if (!on->udp) {
		struct omasec_udp *u = omasec_udp_new(on);

		if (!u)
			return -ENOMEM;
		/* Pairs with the device notifier, which holds no lock of ours. */
		smp_store_release(&on->udp, u);
	}
	if (!on->udp->hooked) {
		err = omasec_udp_defrag_up(on->net);
		if (err)
			return err;
		err = nf_register_net_hooks(on->net, omasec_udp_hooks,
					    ARRAY_SIZE(omasec_udp_hooks));
		if (err) {
			omasec_udp_defrag_down(on->net);
			return err;
		}
		on->udp->hooked = true;
	}
	return out ? omasec_udp_hook_out(on) : 0;
}

static void omasec_udp_unhook(struct omasec_net *on)
{
	lockdep_assert_held(&on->config_lock);
	if (!on->udp || !on->udp->hooked)
		return;
	if (on->udp->hooked_out)
		nf_unregister_net_hooks(on->net, omasec_udp_hooks_out,
					ARRAY_SIZE(omasec_udp_hooks_out));
	on->udp->hooked_out = false;
	nf_unregister_net_hooks(on->net, omasec_udp_hooks, ARRAY_SIZE(omasec_udp_hooks));
	omasec_udp_defrag_down(on->net);
	on->udp->hooked = false;
	synchronize_net();	/* hooks that are still running may queue */
}

/**
 * omasec_udp_down() - takes the hooks down if they are up
 * @on: namespace
 *
 * What waits is judged, by the rules that selected it.
 *
 * Context: process, config_lock held, may sleep.
 */
void omasec_udp_down(struct omasec_net *on)
{
	omasec_udp_unhook(on);
	if (!on->udp)
		return;
	flush_work(&on->udp->work);
	/* What was asked may be answered no more: there are no hooks to see it. */
	omasec_wsp_drop(on->udp, NULL);
}

/* ---- namespaces and devices ---- */

/**
 * omasec_udp_net_pre_exit() - nothing waits any more
 * @on: namespace
 *
 * Before its devices go, which wait for what we hold of them. When only the module
 * goes, what waits is judged and delivered.
 *
 * Context: process, may sleep.
 */
void omasec_udp_net_pre_exit(struct omasec_net *on)
{
	struct omasec_udp *u;

	mutex_lock(&on->config_lock);
	if (check_net(on->net))
		omasec_udp_down(on);
	else
		omasec_udp_unhook(on);
	u = on->udp;
	mutex_unlock(&on->config_lock);
	if (!u)
		return;
	spin_lock_bh(&u->lock);
	u->dead = true;
	spin_unlock_bh(&u->lock);
	omasec_udp_drop(u, NULL);
	cancel_work_sync(&u->work);
	omasec_wsp_drop(u, NULL);	/* what the work put there meanwhile */
	omasec_udp_note_flush();
}

void omasec_udp_net_exit(struct omasec_net *on)
{
	struct omasec_udp *u = on->udp;

	if (!u)
		return;
	/* A device of this namespace may go with its peer in another one: the notifier has u. */
	rtnl_lock();
	on->udp = NULL;
	rtnl_unlock();
	WARN_ON_ONCE(!list_empty(&u->queue) || !list_empty(&u->held));
	omasec_udp_free(u);
}

/* A device that goes takes with it what came in by it. */
static int omasec_udp_device(struct notifier_block *nb, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct omasec_udp *u;

	if (event != NETDEV_UNREGISTER || READ_ONCE(omasec_udp_stopping))
		return NOTIFY_DONE;
	/* Pairs with omasec_udp_up(). */
	u = smp_load_acquire(&omasec_net(dev_net(dev))->udp);
	if (u)
		omasec_udp_drop(u, dev);
	return NOTIFY_DONE;
}

static struct notifier_block omasec_udp_notifier = {
	.notifier_call = omasec_udp_device,
};

int omasec_udp_init(void)
{
	return register_netdevice_notifier(&omasec_udp_notifier);
}

void omasec_udp_stop(void)
{
	WRITE_ONCE(omasec_udp_stopping, true);
	/* For a notifier that has not seen it, before the namespaces' data goes. */
	rtnl_lock();
	rtnl_unlock();
}

void omasec_udp_exit(void)
{
	omasec_udp_stop();
	unregister_netdevice_notifier(&omasec_udp_notifier);
}
