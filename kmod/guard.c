// SPDX-License-Identifier: GPL-2.0
/*
 * The guard plane: a netfilter hook on locally generated packets. A SYN, SYN-ACK
 * or payload of a socket that a rule selects and that is not attached is dropped,
 * so that every way on which attaching can miss (older connections, kernel
 * sockets, Multipath TCP, Fast Open, another upper layer protocol, no memory)
 * ends closed. connect() fails at once, because TCP passes the error of its SYN
 * on; a connection that was there before the rule is reset, and so is the peer of
 * a listener. Of packets that come in, it looks at those that open a connection.
 *
 * The hooks are there only while the namespace has rules. They go up before the
 * policy is published, so there is no moment in which a rule is in force and its
 * sockets are not guarded; before that they find no policy and let all pass.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ipv6.h>

#include "attach.h"
#include "guard.h"
#include "listen.h"

struct omasec_guard_abort {
	struct work_struct work;
	struct sock *sk;
};

static void omasec_guard_abort_work(struct work_struct *work)
{
	struct omasec_guard_abort *a = container_of(work, struct omasec_guard_abort, work);

	READ_ONCE(a->sk->sk_prot)->diag_destroy(a->sk, ECONNABORTED);
	sock_put(a->sk);
	kfree(a);
}

/* A connection older than its rule would only stall: it is ended instead. */
static void omasec_guard_abort(struct sock *sk)
{
	struct omasec_guard_abort *a;

	if (!((1 << sk->sk_state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT)) ||
	    !READ_ONCE(sk->sk_prot)->diag_destroy)
		return;
	a = kmalloc(sizeof(*a), GFP_ATOMIC);
	if (!a)
		return;
	INIT_WORK(&a->work, omasec_guard_abort_work);
	sock_hold(sk);
	a->sk = sk;
	queue_work(omasec_wq, &a->work);
}

static unsigned int omasec_guard_reason(const struct sock *sk, const struct tcphdr *th)
{
	if (sk_is_mptcp(sk) || sk->sk_protocol == IPPROTO_MPTCP)
		return OMASEC_REASON_MPTCP;
	if (inet_csk(sk)->icsk_ulp_ops && !omasec_sk_ours(sk))
		return OMASEC_REASON_FOREIGN_ULP;
	if (READ_ONCE(sk->sk_prot) == &omasec_base_of(sk)->dead_prot)
		return OMASEC_REASON_NO_MEMORY;	/* no flow was to be had for it */
	if (th->syn && omasec_sk_ours(sk))	/* without a flow, somebody else changed it */
		return omasec_sk_flow(sk) ? OMASEC_REASON_FAST_OPEN : OMASEC_REASON_FOREIGN_ULP;
	return OMASEC_REASON_UNATTACHED;
}

/* @family, @daddr: whom the packet is for, 4 or 6; a listener does not know that. */
static void omasec_guard_tell(struct omasec_net *on, const struct sock *sk,
			      struct omasec_rule *rule, unsigned int reason,
			      const struct tcphdr *th, const void *daddr, u8 family)
{
	struct omasec_event ev;

	omasec_event_socket(&ev, on, sk, rule, reason);
	if (ev.family == AF_INET6 && family == 6) {
		memcpy(ev.peer, daddr, 16);
	} else if (family == 4) {
		if (ev.family == AF_INET6)	/* the listener's own address is :: then */
			memset(ev.local, 0, sizeof(ev.local));
		ev.family = AF_INET;
		memcpy(ev.peer, daddr, 4);
	}
	ev.pport = ntohs(th->dest);
	omasec_stat_inc(on, OMASEC_STAT_GUARD_DROPS);
	omasec_rule_saw(rule, OMASEC_SEEN_REFUSED);
	omasec_event_send(on, &ev, GFP_ATOMIC);
}

/*
 * Whose SYN-ACK it is: of a child that Fast Open made before its handshake was
 * over, the listener.
 */
static const struct sock *omasec_guard_listener(const struct sock *sk)
{
	const struct request_sock *req;

	if (sk->sk_state == TCP_LISTEN || sk->sk_protocol != IPPROTO_TCP)
		return sk;
	req = rcu_dereference_raw(tcp_sk(sk)->fastopen_rsk);
	return req && req->rsk_listener ? req->rsk_listener : sk;
}

/* The socket is attached, and this packet is one that an attached socket sends. */
static bool omasec_guard_fine(const struct sock *sk, const struct tcphdr *th, int payload)
{
	const struct proto *dead = &omasec_base_of(sk)->dead_prot;
	const struct omasec_flow *f;

	if (th->syn && payload > 0)
		return false;		/* Fast Open data */
	if (th->syn && th->ack) {
		sk = omasec_guard_listener(sk);
		if (sk->sk_state == TCP_LISTEN)
			return omasec_listen_wrapped(sk);
	}
	if (!omasec_sk_ours(sk) || READ_ONCE(sk->sk_prot) == dead)
		return false;
	if (!th->syn)
		return true;		/* without a flow: what a closed socket still has to send */
	f = omasec_sk_flow(sk);
	return f && READ_ONCE(f->err) != EOPNOTSUPP;
}

/*
 * The SYN-ACK of a listener that is not protected becomes a reset, for a peer that
 * hears nothing would try for minutes. TCP leaves the checksum to the device, so
 * there is only the pseudo header in it yet; whoever computed it already drops.
 */
static bool omasec_guard_reset(struct sk_buff *skb, int off)
{
	struct tcphdr *th;

	if (skb->ip_summed != CHECKSUM_PARTIAL || skb_ensure_writable(skb, off + sizeof(*th)))
		return false;
	th = (struct tcphdr *)(skb->data + off);
	th->syn = 0;
	th->ece = 0;
	th->cwr = 0;
	th->rst = 1;
	th->window = 0;
	th->seq = 0;	/* what would be needed to go on without the SYN-ACK */
	return true;
}

static struct omasec_rule *omasec_guard_rule(struct omasec_net *on, const struct sock *sk,
					     const struct tcphdr *th, const void *daddr, u8 family)
{
	struct omasec_rule *rule = NULL;

	if (!(th->syn && th->ack))
		rule = omasec_attach_match(on, sk, OMASEC_DIRECTION_OUT, daddr, family,
					   ntohs(th->dest));
	return rule ?: omasec_attach_match(on, sk, OMASEC_DIRECTION_IN, daddr, family,
					   ntohs(th->source));
}

/*
 * A packet on a port that some rule names, as far as is known. What an attached
 * socket sends is let through before any rule is looked for.
 */
static noinline unsigned int omasec_guard_look(struct omasec_net *on, struct sk_buff *skb, int off,
					       const void *daddr, u8 family)
{
	struct omasec_rule *rule;
	struct tcphdr _th, *th;
	struct sock *sk;
	int payload;

	th = skb_header_pointer(skb, off, sizeof(_th), &_th);
	if (!th)
		return NF_ACCEPT;
	/* Acknowledgements and the like carry nothing. */
	payload = (int)skb->len - off - th->doff * 4;
	if (!th->syn && payload <= 0)
		return NF_ACCEPT;
	sk = skb_to_full_sk(skb);
	if (!sk || !sk_fullsock(sk))
		return NF_ACCEPT;	/* a time-wait or request socket sends no payload */
	if (sk->sk_protocol == IPPROTO_TCP && omasec_guard_fine(sk, th, payload))
		return NF_ACCEPT;
	/*
	 * Only now the whole match: who accepted from a peer that no rule names may
	 * share the port with those that one does.
	 */
	rule = omasec_guard_rule(on, sk, th, daddr, family);
	if (!rule)
		return NF_ACCEPT;
	omasec_guard_tell(on, sk, rule, omasec_guard_reason(sk, th), th, daddr, family);
	omasec_rule_put(rule);
	if (!th->syn)
		omasec_guard_abort(sk);
	else if (th->ack && omasec_guard_reset(skb, off))
		return NF_ACCEPT;
	return NF_DROP_ERR(-ECONNREFUSED);
}

/* All packets of the namespace come by here: nothing but the ports is looked at. */
static __always_inline unsigned int omasec_guard_check(struct omasec_net *on, struct sk_buff *skb,
						       int off, const void *daddr, u8 family)
{
	const struct omasec_policy *p = rcu_dereference(on->policy);
	const struct tcphdr *th = (void *)(skb->data + off);

	if (!p)
		return NF_ACCEPT;
	/* TCP makes no other headers; if somebody did, the long way would find it. */
	if (likely(skb_headlen(skb) >= off + sizeof(*th)) &&
	    !omasec_policy_names(p, OMASEC_DIRECTION_OUT, ntohs(th->dest)) &&
	    !omasec_policy_names(p, OMASEC_DIRECTION_IN, ntohs(th->source)))
		return NF_ACCEPT;
	return omasec_guard_look(on, skb, off, daddr, family);
}

static unsigned int omasec_guard_v4(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	return omasec_guard_check(priv, skb, ip_hdrlen(skb), &ip->daddr, 4);
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int omasec_guard_v6(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	u8 next = ipv6_hdr(skb)->nexthdr;
	__be16 frag;
	int off;

	off = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &next, &frag);
	if (off < 0 || next != IPPROTO_TCP)
		return NF_ACCEPT;
	return omasec_guard_check(priv, skb, off, &ipv6_hdr(skb)->daddr, 6);
}
#endif

/* ---- data in a SYN ---- */

/*
 * Fast Open hands the child and the data of a SYN to accept() before the SYN-ACK is
 * seen here: a listener that is not wrapped would give it to its application raw. So a
 * port that a rule names takes no data with a SYN. TCP then acknowledges the SYN alone,
 * and the peer sends its data again when the connection stands, without waiting.
 */
static unsigned int omasec_guard_syn(struct omasec_net *on, struct sk_buff *skb,
				     const struct nf_hook_state *state, int off)
{
	const struct omasec_policy *p = rcu_dereference(on->policy);
	const struct tcphdr *th;
	struct tcphdr _th;
	int end;

	th = skb_header_pointer(skb, off, sizeof(_th), &_th);
	if (!th || !th->syn || !p ||
	    !omasec_policy_names(p, OMASEC_DIRECTION_IN, ntohs(th->dest)))
		return NF_ACCEPT;
	end = off + th->doff * 4;
	if (th->doff * 4 < sizeof(*th) || (int)skb->len <= end)
		return NF_ACCEPT;
	/* Its checksum is over the data, too; TCP cannot tell afterwards. */
	if (nf_checksum(skb, state->hook, off, IPPROTO_TCP, state->pf) || pskb_trim(skb, end))
		return NF_DROP;
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return NF_ACCEPT;
}

static unsigned int omasec_guard_in_v4(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	if (ip_hdr(skb)->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	return omasec_guard_syn(priv, skb, state, ip_hdrlen(skb));
}

#if IS_ENABLED(CONFIG_IPV6)
/* A fragment, from its TCP header on: it opens a connection to a port that a rule names, or may. */
static bool omasec_guard_opens(struct omasec_net *on, const struct sk_buff *skb, int off)
{
	const struct omasec_policy *p = rcu_dereference(on->policy);
	struct tcphdr _th, *th = skb_header_pointer(skb, off, sizeof(_th), &_th);

	return p && (!th || (th->syn && omasec_policy_names(p, OMASEC_DIRECTION_IN, ntohs(th->dest))));
}

static unsigned int omasec_guard_in_v6(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	u8 next = ipv6_hdr(skb)->nexthdr;
	__be16 frag;
	int off;

	off = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &next, &frag);
	if (off < 0 || next != IPPROTO_TCP)
		return NF_ACCEPT;
	/*
	 * Put together after this hook, where nobody looks any more. Without its first
	 * fragment none becomes a packet; nobody fragments a SYN but to hide its data.
	 */
	if (frag && omasec_guard_opens(priv, skb, off))
		return NF_DROP;
	return omasec_guard_syn(priv, skb, state, off);
}
#endif

static const struct nf_hook_ops omasec_guard_hooks[] = {
	{
		.hook = omasec_guard_in_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FILTER,
	},
	{
		.hook = omasec_guard_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_FILTER,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = omasec_guard_in_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_FILTER,
	},
	{
		.hook = omasec_guard_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_FILTER,
	},
#endif
};

/**
 * omasec_guard_up() - guards a namespace
 * @on: the namespace
 *
 * Context: process, may sleep; on->config_lock held.
 * Return: 0 or a negative errno, and then it is as it was.
 */
int omasec_guard_up(struct omasec_net *on)
{
	unsigned int i;
	int err;

	BUILD_BUG_ON(ARRAY_SIZE(omasec_guard_hooks) > ARRAY_SIZE(on->guard));
	lockdep_assert_held(&on->config_lock);
	if (on->guarded)
		return 0;
	for (i = 0; i < ARRAY_SIZE(omasec_guard_hooks); i++) {
		on->guard[i] = omasec_guard_hooks[i];
		on->guard[i].priv = on;
	}
	err = nf_register_net_hooks(on->net, on->guard, ARRAY_SIZE(omasec_guard_hooks));
	on->guarded = !err;
	return err;
}

/**
 * omasec_guard_down() - guards a namespace no longer
 * @on: the namespace; no rule is in force, or nothing sends there any more
 *
 * A hook may still be running when this returns.
 *
 * Context: process, may sleep; on->config_lock held.
 */
void omasec_guard_down(struct omasec_net *on)
{
	lockdep_assert_held(&on->config_lock);
	if (!on->guarded)
		return;
	nf_unregister_net_hooks(on->net, on->guard, ARRAY_SIZE(omasec_guard_hooks));
	on->guarded = false;
}

static void __net_exit omasec_guard_net_exit(struct net *net)
{
	struct omasec_net *on = omasec_net(net);

	mutex_lock(&on->config_lock);
	omasec_guard_down(on);
	mutex_unlock(&on->config_lock);
}

/*
 * Apart from the module's own, so that the guard can go before the probe does. At
 * either end of a namespace's life no command can reach it any more.
 */
static struct pernet_operations omasec_guard_pernet = {
	.exit = omasec_guard_net_exit,
};

int omasec_guard_init(void)
{
	return register_pernet_subsys(&omasec_guard_pernet);
}

void omasec_guard_exit(void)
{
	unregister_pernet_subsys(&omasec_guard_pernet);
	synchronize_net();	/* hooks that are still running */
	flush_workqueue(omasec_wq);
}
