// SPDX-License-Identifier: GPL-2.0
/*
 * Events for administrators, by multicast. Events name accounts, addresses and
 * user names, so only listeners with CAP_NET_ADMIN get them, and only in their
 * own network namespace.
 *
 * A peer can cause events at will; a token bucket per namespace keeps them from
 * becoming its means to load the machine. What is left out is counted.
 */
#include <linux/jiffies.h>
#include <linux/socket.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "account.h"
#include "compat/compat.h"
#include "control.h"
#include "event.h"
#include "genl.h"
#include "policy.h"
#include "proto/reason.h"

#define OMASEC_EVENT_BURST	256
#define OMASEC_EVENT_RATE	64	/* per second */
/* One message has many denials: they are not to take the place of what others do. */
#define OMASEC_EVENT_OTHERS	(OMASEC_EVENT_BURST / 2)

/* Takes a token, if there are more than @left. */
static bool omasec_event_allowed(struct omasec_control *c, unsigned int left)
{
	unsigned long now = jiffies, passed, fresh;
	bool ok;

	spin_lock_bh(&c->event_lock);
	passed = min_t(unsigned long, now - c->event_stamp, 60 * HZ);
	fresh = passed * OMASEC_EVENT_RATE / HZ;
	if (fresh) {
		c->event_tokens = min_t(unsigned long, c->event_tokens + fresh, OMASEC_EVENT_BURST);
		c->event_stamp = now;
	}
	ok = c->event_tokens > left;
	if (ok)
		c->event_tokens--;
	spin_unlock_bh(&c->event_lock);
	return ok;
}

void omasec_event_init(struct omasec_control *c)
{
	spin_lock_init(&c->event_lock);
	c->event_tokens = OMASEC_EVENT_BURST;
	c->event_stamp = jiffies;
}

static int omasec_event_put_string(struct sk_buff *skb, int attr, const char *s)
{
	return s && *s ? nla_put_string(skb, attr, s) : 0;
}

static int omasec_event_put_socket(struct sk_buff *skb, const struct omasec_event *ev)
{
	int len = ev->family == AF_INET ? 4 : 16;

	if (!ev->family)
		return 0;
	return nla_put_u16(skb, OMASEC_A_EVENT_FAMILY, ev->family) ||
	       nla_put(skb, OMASEC_A_EVENT_LOCAL_ADDRESS, len, ev->local) ||
	       nla_put_u16(skb, OMASEC_A_EVENT_LOCAL_PORT, ev->lport) ||
	       nla_put(skb, OMASEC_A_EVENT_PEER_ADDRESS, len, ev->peer) ||
	       nla_put_u16(skb, OMASEC_A_EVENT_PEER_PORT, ev->pport) ||
	       nla_put_u8(skb, OMASEC_A_EVENT_DIRECTION, ev->direction) ||
	       (!ev->no_uid && nla_put_u32(skb, OMASEC_A_EVENT_UID, ev->uid));
}

static int omasec_event_put_denial(struct sk_buff *skb, const struct omasec_event *ev)
{
	const struct omasec_denial *d = ev->denial;
	struct nlattr *nest;

	if (!d)
		return 0;
	nest = nla_nest_start(skb, OMASEC_A_EVENT_DENIAL);
	if (!nest || omasec_event_put_string(skb, OMASEC_A_DENIAL_SERVER, d->server) ||
	    nla_put_string(skb, OMASEC_A_DENIAL_COMMAND, d->command) ||
	    omasec_event_put_string(skb, OMASEC_A_DENIAL_URI, d->uri) ||
	    nla_put_u16(skb, OMASEC_A_DENIAL_STATUS, d->status) ||
	    nla_put_string(skb, OMASEC_A_DENIAL_CLAUSE, d->clause))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return ev->more ? nla_put_u32(skb, OMASEC_A_EVENT_MORE, ev->more) : 0;
}

static int omasec_event_fill(struct sk_buff *skb, const struct omasec_event *ev)
{
	void *hdr = genlmsg_put(skb, 0, 0, &omasec_nl_family, 0, OMASEC_CMD_EVENT);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u8(skb, OMASEC_A_EVENT_KIND, ev->kind) ||
	    nla_put_u64_64bit(skb, OMASEC_A_EVENT_TIME_NS, ktime_get_real_ns(),
			      OMASEC_A_EVENT_PAD) ||
	    omasec_event_put_socket(skb, ev) ||
	    omasec_event_put_string(skb, OMASEC_A_EVENT_ACCOUNT, ev->account) ||
	    omasec_event_put_string(skb, OMASEC_A_EVENT_USER, ev->user) ||
	    omasec_event_put_string(skb, OMASEC_A_EVENT_TEXT, ev->text))
		return -EMSGSIZE;
	if (ev->reason &&
	    (nla_put_u32(skb, OMASEC_A_EVENT_REASON, ev->reason) ||
	     nla_put_s32(skb, OMASEC_A_EVENT_ERRNO, omasec_reason_errno(ev->reason))))
		return -EMSGSIZE;
	if (ev->flow_id && nla_put_u64_64bit(skb, OMASEC_A_EVENT_FLOW, ev->flow_id,
					     OMASEC_A_EVENT_PAD))
		return -EMSGSIZE;
	if (ev->rule && nla_put_u32(skb, OMASEC_A_EVENT_RULE, ev->rule))
		return -EMSGSIZE;
	if (ev->has_path && nla_put_u8(skb, OMASEC_A_EVENT_PATH, ev->path))
		return -EMSGSIZE;
	if (ev->has_message && nla_put_u8(skb, OMASEC_A_EVENT_MESSAGE, ev->message))
		return -EMSGSIZE;
	if (ev->cookie && nla_put_u64_64bit(skb, OMASEC_A_EVENT_COOKIE, ev->cookie,
					    OMASEC_A_EVENT_PAD))
		return -EMSGSIZE;
	if (ev->tls_version && (nla_put_u16(skb, OMASEC_A_EVENT_TLS_VERSION, ev->tls_version) ||
				nla_put_u16(skb, OMASEC_A_EVENT_TLS_SUITE, ev->tls_suite)))
		return -EMSGSIZE;
	if (omasec_event_put_string(skb, OMASEC_A_EVENT_TLS_NAME, ev->tls_name))
		return -EMSGSIZE;
	if (ev->wait && (nla_put_u32(skb, OMASEC_A_EVENT_WAIT, ev->wait) ||
			 nla_put_u8(skb, OMASEC_A_EVENT_SEC, ev->sec)))
		return -EMSGSIZE;
	if (omasec_event_put_denial(skb, ev))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

void omasec_event_addresses(const struct sock *sk, u16 *family, u8 *local, u8 *peer,
			    u16 *lport, u16 *pport)
{
	const struct inet_sock *inet = inet_sk(sk);

	*family = sk->sk_family;
	*lport = inet->inet_num;
	*pport = ntohs(inet->inet_dport);
	if (sk->sk_family == AF_INET) {
		memcpy(local, &inet->inet_saddr, 4);
		memcpy(peer, &inet->inet_daddr, 4);
#if IS_ENABLED(CONFIG_IPV6)
	} else if (ipv6_addr_v4mapped(&sk->sk_v6_daddr)) {
		*family = AF_INET;
		memcpy(local, &sk->sk_v6_rcv_saddr.s6_addr[12], 4);
		memcpy(peer, &sk->sk_v6_daddr.s6_addr[12], 4);
	} else {
		memcpy(local, &sk->sk_v6_rcv_saddr, 16);
		memcpy(peer, &sk->sk_v6_daddr, 16);
#endif
	}
}

void omasec_event_socket(struct omasec_event *ev, struct omasec_net *on, const struct sock *sk,
			 const struct omasec_rule *rule, unsigned int reason)
{
	memset(ev, 0, sizeof(*ev));
	ev->kind = OMASEC_EVENT_KIND_REFUSED;
	ev->reason = reason;
	ev->direction = rule ? rule->sel.direction : OMASEC_DIRECTION_IN;
	ev->uid = from_kuid_munged(on->net->user_ns, omasec_sk_uid(sk));
	ev->rule = rule ? rule->id : 0;
	ev->account = rule && rule->account ? rule->account->name : NULL;
	omasec_event_addresses(sk, &ev->family, ev->local, ev->peer, &ev->lport, &ev->pport);
}

static size_t omasec_event_room(const char *text)
{
	return text ? strlen(text) : 0;
}

/* Room for the attributes; strings are of bounded length where they come from. */
static size_t omasec_event_size(const struct omasec_event *ev)
{
	size_t text = omasec_event_room(ev->account) + omasec_event_room(ev->user) +
		      omasec_event_room(ev->text) + omasec_event_room(ev->tls_name);

	if (ev->denial)
		text += omasec_event_room(ev->denial->server) + omasec_event_room(ev->denial->uri) +
			2 * OMASEC_WORD_MAX;
	return 512 + text;
}

static void omasec_event_multicast(struct omasec_net *on, const struct omasec_event *ev, gfp_t gfp)
{
	struct sk_buff *skb;
	int err;

	if (!omasec_event_allowed(on->control, ev->denial ? OMASEC_EVENT_OTHERS : 0))
		goto lost;
	skb = genlmsg_new(omasec_event_size(ev), gfp);
	if (!skb)
		goto lost;
	if (omasec_event_fill(skb, ev)) {
		nlmsg_free(skb);
		goto lost;
	}
	err = genlmsg_multicast_netns(&omasec_nl_family, on->net, skb, 0, OMASEC_NLGRP_EVENTS, gfp);
	if (!err || err == -ESRCH)
		return;
lost:
	omasec_stat_inc(on, OMASEC_STAT_EVENTS_LOST);
}

/**
 * omasec_event_send() - tells administrators, and counts a refusal
 * @on: namespace
 * @ev: the event
 * @gfp: what the context allows
 *
 * A refusal for want of a key also tells those who look after keys.
 *
 * Context: any in which @gfp allows, but hard interrupts.
 */
void omasec_event_send(struct omasec_net *on, const struct omasec_event *ev, gfp_t gfp)
{
	if (ev->kind == OMASEC_EVENT_KIND_REFUSED)
		omasec_stat_refused(on, ev->reason);
	if (!genl_has_listeners(&omasec_nl_family, on->net, OMASEC_NLGRP_EVENTS))
		return;
	omasec_event_multicast(on, ev, gfp);
	if (ev->kind == OMASEC_EVENT_KIND_REFUSED &&
	    (ev->reason == OMASEC_REASON_KEY_MISSING || ev->reason == OMASEC_REASON_KEY_REVOKED)) {
		struct omasec_event key = *ev;

		key.kind = OMASEC_EVENT_KIND_KEY;
		omasec_event_multicast(on, &key, gfp);
	}
}
