// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that leave a flow of Posts and Replies: one that goes on with other octets, and
 * one of our own. Lengths and checksums are made anew. What is too long for its IP header,
 * or for a path that its sender allows no fragments on, is refused, never cut.
 */
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "account.h"
#include "policy.h"
#include "proto/hmac_header.h"
#include "wsp_flow.h"

/* Quotes and names in the value of an x-syncml-hmac, and its base64. */
#define OMASEC_WSP_HMAC_MIN	(sizeof("algorithm=MD5, username=\"\", mac=") - 1 + 24)

/*
 * The datagram of our own that this processor hands to the network just now, and by whom: with
 * PREEMPT_RT another task may come between, with a datagram at the same address.
 */
static DEFINE_PER_CPU(const struct sk_buff *, omasec_wsp_sending);
static DEFINE_PER_CPU(const struct task_struct *, omasec_wsp_sender);

bool omasec_wsp_is_own(const struct sk_buff *skb)
{
	return this_cpu_read(omasec_wsp_sending) == skb &&
	       this_cpu_read(omasec_wsp_sender) == current;
}

bool omasec_wsp_is_reply(const struct sk_buff *skb, unsigned int off)
{
	u8 _front[2], *front = skb_header_pointer(skb, off, sizeof(_front), _front);

	return front && front[1] == OMASEC_WSP_REPLY;
}

/* Most octets behind the UDP header, where that is at @off. */
static unsigned int omasec_wsp_room(unsigned int off, u8 family)
{
	return OMASEC_WSP_DATAGRAM_MAX - (family == 4 ? off : off - sizeof(struct ipv6hdr));
}

/**
 * omasec_wsp_may_fit() - is there a way for a datagram to fit with its MAC?
 * @rule: that selected it
 * @off: of its UDP header
 * @len: octets behind that
 * @family: 4 or 6
 *
 * For an answer while its sender waits for it; what the helper adds nobody knows yet.
 *
 * Context: any.
 * Return: false when it certainly does not.
 */
bool omasec_wsp_may_fit(const struct omasec_rule *rule, unsigned int off, unsigned int len,
			u8 family)
{
	unsigned int mac = 0;

	if (rule->integrity == OMASEC_INTEGRITY_HMAC && rule->account &&
	    rule->auth_mode == OMASEC_AUTH_MODE_STATIC)
		mac = sizeof(OMASEC_HMAC_HEADER) + OMASEC_WSP_HMAC_MIN + 1 +
		      strlen(rule->account->cred[rule->role == OMASEC_ROLE_CLIENT ?
						 OMASEC_CRED_CLIENT : OMASEC_CRED_SERVER].user);
	return len + mac <= omasec_wsp_room(off, family) &&
	       (len <= OMASEC_WSP_PDU_HEAD_MAX ||
		len - OMASEC_WSP_PDU_HEAD_MAX <= rule->max_message);
}

/* Length and checksum of @skb, whose UDP header is at @off. */
static void omasec_wsp_finish(struct sk_buff *skb, unsigned int off, u8 family)
{
	struct udphdr *uh = (struct udphdr *)(skb->data + off);
	unsigned int len = skb->len - off;
	struct ipv6hdr *ip6;
	struct iphdr *ip;
	__wsum sum;

	uh->len = htons(len);
	uh->check = 0;
	sum = csum_partial(uh, len, 0);
	skb->ip_summed = CHECKSUM_NONE;
	skb->csum = 0;
	if (family == 4) {
		ip = ip_hdr(skb);
		ip->tot_len = htons(skb->len);
		ip_send_check(ip);
		uh->check = csum_tcpudp_magic(ip->saddr, ip->daddr, len, IPPROTO_UDP, sum);
	} else {
		ip6 = ipv6_hdr(skb);
		ip6->payload_len = htons(skb->len - sizeof(*ip6));
		uh->check = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, IPPROTO_UDP, sum);
	}
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
}

/* It would have to be fragmented, and its sender said that it may not. */
static bool omasec_wsp_whole_only(const struct sk_buff *skb, u8 family)
{
	return !skb->ignore_df && skb->len > dst_mtu(skb_dst(skb)) &&
	       (family == 6 || ip_hdr(skb)->frag_off & htons(IP_DF));
}

/**
 * omasec_wsp_replace() - sends a datagram on with other octets
 * @on: namespace
 * @d: the datagram, linear; it stays as it is
 * @octets: behind the UDP header
 *
 * Context: process, may sleep.
 * Return: 0, or the enum omasec_reason for which nothing was sent.
 */
unsigned int omasec_wsp_replace(struct omasec_net *on, struct omasec_datagram *d,
				const struct omasec_buf *octets)
{
	unsigned int head = d->off + sizeof(struct udphdr), had = d->skb->len - head;
	struct omasec_datagram sent = *d;

	if (octets->len > omasec_wsp_room(d->off, d->family))
		return OMASEC_REASON_TOO_LARGE;
	sent.skb = skb_copy_expand(d->skb, skb_headroom(d->skb),
				   octets->len > had ? octets->len - had : 0,
				   GFP_KERNEL | __GFP_NOWARN);
	if (!sent.skb)
		return OMASEC_REASON_NO_MEMORY;
	skb_trim(sent.skb, head);
	if (omasec_buf_read(octets, 0, skb_put(sent.skb, octets->len), octets->len)) {
		kfree_skb(sent.skb);
		return OMASEC_REASON_NO_MEMORY;
	}
	omasec_wsp_finish(sent.skb, d->off, d->family);
	if (d->out && omasec_wsp_whole_only(sent.skb, d->family)) {
		kfree_skb(sent.skb);
		return OMASEC_REASON_TOO_LARGE;
	}
	omasec_datagram_deliver(on, &sent);
	return 0;
}

/* ---- of our own ---- */

static struct dst_entry *omasec_wsp_route4(struct net *net, const struct omasec_wsp *w,
					   struct sk_buff *skb)
{
	struct flowi4 fl4 = {
		.flowi4_oif = w->oif, .flowi4_mark = w->mark, .flowi4_proto = IPPROTO_UDP,
		.fl4_sport = w->lport, .fl4_dport = w->pport,
	};
	struct iphdr *ip = skb_push(skb, sizeof(*ip));
	struct rtable *rt;

	skb_reset_network_header(skb);
	memcpy(&fl4.saddr, w->local, 4);
	memcpy(&fl4.daddr, w->peer, 4);
	rt = ip_route_output_flow(net, &fl4, NULL);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = ip4_dst_hoplimit(&rt->dst);
	ip->protocol = IPPROTO_UDP;
	ip->saddr = fl4.saddr;
	ip->daddr = fl4.daddr;
	ip_select_ident(net, skb, NULL);
	return &rt->dst;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct dst_entry *omasec_wsp_route6(struct net *net, const struct omasec_wsp *w,
					   struct sk_buff *skb)
{
	struct flowi6 fl6 = {
		.flowi6_oif = w->oif, .flowi6_mark = w->mark, .flowi6_proto = IPPROTO_UDP,
		.fl6_sport = w->lport, .fl6_dport = w->pport,
	};
	struct ipv6hdr *ip = skb_push(skb, sizeof(*ip));
	struct dst_entry *dst;

	skb_reset_network_header(skb);
	memcpy(&fl6.saddr, w->local, 16);
	memcpy(&fl6.daddr, w->peer, 16);
	dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return dst;
	ip6_flow_hdr(ip, 0, 0);
	ip->nexthdr = IPPROTO_UDP;
	ip->hop_limit = ip6_dst_hoplimit(dst);
	ip->saddr = fl6.saddr;
	ip->daddr = fl6.daddr;
	return dst;
}

static int omasec_wsp_out6(struct net *net, struct sk_buff *skb)
{
	return ip6_local_out(net, NULL, skb);
}
#else
static struct dst_entry *omasec_wsp_route6(struct net *net, const struct omasec_wsp *w,
					   struct sk_buff *skb)
{
	return ERR_PTR(-EAFNOSUPPORT);
}

static int omasec_wsp_out6(struct net *net, struct sk_buff *skb)
{
	kfree_skb(skb);
	return -EAFNOSUPPORT;
}
#endif

/*
 * Through the hooks of all others, and through ours without being judged. With bottom
 * halves off nothing else of this processor leaves meanwhile.
 */
static void omasec_wsp_hand(struct net *net, struct sk_buff *skb, u8 family)
{
	local_bh_disable();
	rcu_read_lock();
	this_cpu_write(omasec_wsp_sender, current);
	this_cpu_write(omasec_wsp_sending, skb);
	if (family == 4)
		ip_local_out(net, NULL, skb);
	else
		omasec_wsp_out6(net, skb);
	this_cpu_write(omasec_wsp_sending, NULL);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * omasec_wsp_own() - sends a datagram of our own
 * @on: namespace
 * @w: between whose ports
 * @octets: behind the UDP header
 *
 * Context: process, may sleep.
 * Return: 0, or the enum omasec_reason for which nothing was sent. What the network does
 * with it nobody knows, as with every datagram.
 */
unsigned int omasec_wsp_own(struct omasec_net *on, const struct omasec_wsp *w,
			    const struct omasec_buf *octets)
{
	unsigned int ip_len = w->family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct dst_entry *dst;
	struct sk_buff *skb;
	struct udphdr *uh;

	if (octets->len > omasec_wsp_room(ip_len, w->family))
		return OMASEC_REASON_TOO_LARGE;
	skb = alloc_skb(LL_MAX_HEADER + ip_len + sizeof(*uh) + octets->len,
			GFP_KERNEL | __GFP_NOWARN);
	if (!skb)
		return OMASEC_REASON_NO_MEMORY;
	skb_reserve(skb, LL_MAX_HEADER + ip_len + sizeof(*uh));
	if (omasec_buf_read(octets, 0, skb_put(skb, octets->len), octets->len)) {
		kfree_skb(skb);
		return OMASEC_REASON_NO_MEMORY;
	}
	uh = skb_push(skb, sizeof(*uh));
	skb_reset_transport_header(skb);
	uh->source = w->lport;
	uh->dest = w->pport;
	dst = w->family == 4 ? omasec_wsp_route4(on->net, w, skb) :
			       omasec_wsp_route6(on->net, w, skb);
	if (IS_ERR(dst)) {
		kfree_skb(skb);
		return OMASEC_REASON_DATAGRAM_BAD;
	}
	skb_dst_set(skb, dst);
	skb->protocol = w->family == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	skb->mark = w->mark;
	skb->ignore_df = 1;
	omasec_wsp_finish(skb, ip_len, w->family);
	omasec_wsp_hand(on->net, skb, w->family);
	return 0;
}
