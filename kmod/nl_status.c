// SPDX-License-Identifier: GPL-2.0
/* Netlink: what can be seen, and flows. */
#include <linux/module.h>
#include <linux/net.h>

#include "buf.h"
#include "compat/compat.h"
#include "crypto.h"
#include "flow.h"
#include "helper_crypto.h"
#include "listen.h"
#include "netlink.h"
#include "pin.h"
#include "policy.h"
#include "proto/reason.h"

static int omasec_nl_put_helper(struct sk_buff *skb, struct omasec_net *on)
{
	char version[sizeof(on->helper_version)];
	unsigned int pending;
	u32 portid;

	spin_lock_bh(&on->helper_lock);
	portid = on->helper_portid;
	memcpy(version, on->helper_version, sizeof(version));
	pending = on->pending_count;
	spin_unlock_bh(&on->helper_lock);

	if (nla_put_u32(skb, OMASEC_A_STATUS_HELPER, portid) ||
	    nla_put_u32(skb, OMASEC_A_STATUS_PENDING, pending) ||
	    (*version && nla_put_string(skb, OMASEC_A_STATUS_HELPER_VERSION, version)))
		return -EMSGSIZE;
	return 0;
}

static int omasec_nl_put_drivers(struct sk_buff *skb)
{
	static const u16 hmac[] = {
		[OMASEC_CRYPTO_OP_HMAC_SHA256] = OMASEC_A_STATUS_SHA256_DRIVER,
		[OMASEC_CRYPTO_OP_HMAC_SHA384] = OMASEC_A_STATUS_SHA384_DRIVER,
		[OMASEC_CRYPTO_OP_HMAC_SHA512] = OMASEC_A_STATUS_SHA512_DRIVER,
	};
	unsigned int op;

	for (op = 0; op < ARRAY_SIZE(hmac); op++) {
		if (nla_put_string(skb, hmac[op], omasec_helper_hmac_driver(op)))
			return -EMSGSIZE;
	}
	return nla_put_string(skb, OMASEC_A_STATUS_MD5_DRIVER, omasec_crypto_md5_driver()) ||
	       nla_put_string(skb, OMASEC_A_STATUS_AES_DRIVER, omasec_helper_aes_driver()) ||
	       nla_put_string(skb, OMASEC_A_STATUS_GCM_DRIVER, omasec_helper_gcm_driver()) ||
	       nla_put_string(skb, OMASEC_A_STATUS_CBC_DRIVER, omasec_helper_cbc_driver()) ?
		-EMSGSIZE : 0;
}

static int omasec_nl_put_status(struct sk_buff *skb, struct omasec_net *on)
{
	struct omasec_policy *p;
	bool needs_helper;
	u32 rules;

	rcu_read_lock();
	p = rcu_dereference(on->policy);
	rules = p ? p->count : 0;
	needs_helper = p && p->needs_helper;
	rcu_read_unlock();

	if (nla_put_string(skb, OMASEC_A_STATUS_VERSION, THIS_MODULE->version ?: "unknown") ||
	    nla_put_u32(skb, OMASEC_A_STATUS_ABI, OMASEC_GENL_VERSION) ||
	    omasec_nl_put_helper(skb, on) ||
	    nla_put_u32(skb, OMASEC_A_STATUS_ACCOUNTS, atomic_read(&on->account_count)) ||
	    nla_put_u32(skb, OMASEC_A_STATUS_RULES, rules) ||
	    nla_put_u32(skb, OMASEC_A_STATUS_FLOWS, atomic_read(&on->flow_count)) ||
	    nla_put_u32(skb, OMASEC_A_STATUS_LISTENERS, atomic_read(&on->listener_count)) ||
	    nla_put_u64_64bit(skb, OMASEC_A_STATUS_MEMORY, atomic_long_read(&on->memory),
			      OMASEC_A_STATUS_PAD) ||
	    nla_put_u64_64bit(skb, OMASEC_A_STATUS_MEMORY_MAX, READ_ONCE(omasec_memory_max),
			      OMASEC_A_STATUS_PAD) ||
	    omasec_nl_put_drivers(skb) ||
	    (needs_helper && nla_put_flag(skb, OMASEC_A_STATUS_NEEDS_HELPER)) ||
	    nla_put_u32(skb, OMASEC_A_STATUS_WAITING, omasec_pin_waiting(on)) ||
	    nla_put_u32(skb, OMASEC_A_STATUS_GENERATION, READ_ONCE(on->generation)))
		return -EMSGSIZE;
	return 0;
}

int omasec_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;

	reply = omasec_nl_reply(info, NLMSG_DEFAULT_SIZE, OMASEC_CMD_STATUS_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	return omasec_nl_reply_end(info, reply, hdr,
				   omasec_nl_put_status(reply, omasec_nl_net(info)));
}

/* Counter @i: the general ones, then one per reason. */
static int omasec_nl_put_counter(struct sk_buff *skb, struct omasec_net *on, unsigned int i)
{
	u32 reason = i - OMASEC_STAT_MAX;

	if (i < OMASEC_STAT_MAX)
		return nla_put_string(skb, OMASEC_A_COUNTER_NAME, omasec_stat_name(i)) ||
		       nla_put_u64_64bit(skb, OMASEC_A_COUNTER_VALUE, omasec_stat_read(on, i),
					 OMASEC_A_COUNTER_PAD);
	return nla_put_string(skb, OMASEC_A_COUNTER_NAME, "refused") ||
	       nla_put_u64_64bit(skb, OMASEC_A_COUNTER_VALUE,
				 omasec_stat_read_refused(on, reason), OMASEC_A_COUNTER_PAD) ||
	       nla_put_u32(skb, OMASEC_A_COUNTER_REASON, reason);
}

int omasec_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const unsigned long count = OMASEC_STAT_MAX + OMASEC_REASONS;
	struct omasec_net *on = omasec_net(sock_net(skb->sk));
	unsigned long i;
	void *hdr;

	for (i = cb->args[0]; i < count; i++) {
		if (i == OMASEC_STAT_MAX + OMASEC_REASON_NONE)
			continue;	/* is no refusal */
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &omasec_nl_family, NLM_F_MULTI, OMASEC_CMD_STATS_GET);
		if (!hdr)
			break;
		if (omasec_nl_put_counter(skb, on, i)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	cb->args[0] = i;
	return skb->len;
}

static int omasec_nl_put_flow(struct sk_buff *skb, const struct omasec_flow_info *f)
{
	int len = f->family == AF_INET ? 4 : 16;

	if (nla_put_u64_64bit(skb, OMASEC_A_FLOW_ID, f->id, OMASEC_A_FLOW_PAD) ||
	    nla_put_u16(skb, OMASEC_A_FLOW_FAMILY, f->family) ||
	    nla_put(skb, OMASEC_A_FLOW_LOCAL_ADDRESS, len, f->local) ||
	    nla_put_u16(skb, OMASEC_A_FLOW_LOCAL_PORT, f->lport) ||
	    (!f->datagrams && nla_put_u32(skb, OMASEC_A_FLOW_UID, f->uid)) ||
	    nla_put_u32(skb, OMASEC_A_FLOW_RULE, f->rule) ||
	    nla_put_u8(skb, OMASEC_A_FLOW_DIRECTION, f->direction) ||
	    nla_put_u64_64bit(skb, OMASEC_A_FLOW_INODE, f->inode, OMASEC_A_FLOW_PAD))
		return -EMSGSIZE;
	if (f->listener)
		return nla_put_flag(skb, OMASEC_A_FLOW_LISTENER);
	if (nla_put(skb, OMASEC_A_FLOW_PEER_ADDRESS, len, f->peer) ||
	    nla_put_u16(skb, OMASEC_A_FLOW_PEER_PORT, f->pport) ||
	    (*f->account && nla_put_string(skb, OMASEC_A_FLOW_ACCOUNT, f->account)) ||
	    nla_put_u64_64bit(skb, OMASEC_A_FLOW_RX_MESSAGES, f->rx_messages, OMASEC_A_FLOW_PAD) ||
	    nla_put_u64_64bit(skb, OMASEC_A_FLOW_TX_MESSAGES, f->tx_messages, OMASEC_A_FLOW_PAD) ||
	    nla_put_u64_64bit(skb, OMASEC_A_FLOW_RX_BYTES, f->rx_bytes, OMASEC_A_FLOW_PAD) ||
	    nla_put_u64_64bit(skb, OMASEC_A_FLOW_TX_BYTES, f->tx_bytes, OMASEC_A_FLOW_PAD) ||
	    (f->rx_state && nla_put_string(skb, OMASEC_A_FLOW_RX_STATE, f->rx_state)) ||
	    (f->tx_state && nla_put_string(skb, OMASEC_A_FLOW_TX_STATE, f->tx_state)) ||
	    (f->reason && nla_put_u32(skb, OMASEC_A_FLOW_REASON, f->reason)))
		return -EMSGSIZE;
	if (f->tls_version && (nla_put_u16(skb, OMASEC_A_FLOW_TLS_VERSION, f->tls_version) ||
			       nla_put_u16(skb, OMASEC_A_FLOW_TLS_SUITE, f->tls_suite)))
		return -EMSGSIZE;
	if (*f->tls_name && nla_put_string(skb, OMASEC_A_FLOW_TLS_NAME, f->tls_name))
		return -EMSGSIZE;
	return f->datagrams ? nla_put_flag(skb, OMASEC_A_FLOW_DATAGRAMS) : 0;
}

int omasec_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct omasec_net *on = omasec_net(sock_net(skb->sk));
	u64 *last = (u64 *)cb->ctx;
	struct omasec_flow_info f;
	void *hdr;

	for (;;) {
		memset(&f, 0, sizeof(f));
		if (!omasec_flow_next(on, *last, &f))
			break;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &omasec_nl_family, NLM_F_MULTI, OMASEC_CMD_FLOW_GET);
		if (!hdr)
			break;
		if (omasec_nl_put_flow(skb, &f)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		*last = f.id;
	}
	return skb->len;
}

int omasec_nl_flow_kill_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[OMASEC_A_FLOW_ID];
	u64 id = attr ? nla_get_u64(attr) : 0;
	int killed;

	if (attr && !id)
		return omasec_nl_fail(info->extack, attr, -EINVAL, "0 is no id of a flow");
	killed = omasec_flow_kill(omasec_nl_net(info), id);
	if (killed < 0)
		return omasec_nl_fail(info->extack, attr, killed, "there is no such flow");
	return 0;
}

int omasec_nl_flow_detach_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = omasec_flow_detach(omasec_nl_net(info));

	if (err)
		return omasec_nl_fail(info->extack, NULL, err,
				      "a listener could not be unwrapped: close it, or try again");
	return 0;
}

static const char *omasec_nl_attach_why(int err)
{
	switch (err) {
	case -ENOENT:
		return "no rule selects this socket";
	case -EBUSY:
		return "a thread waits in accept() on it: restart the program";
	case -EOPNOTSUPP:
		return "another protocol layer has changed the socket";
	case -EPROTONOSUPPORT:
		return "not a TCP socket, or Multipath TCP is switched off here";
	case -EXDEV:
		return "the socket is of another network namespace";
	case -ESHUTDOWN:
		return "no new sockets are attached since flow-detach";
	case -ENOTCONN:
		return "the socket is neither a listener nor connected";
	default:
		return "the socket could not be taken over";
	}
}

int omasec_nl_flow_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[OMASEC_A_FLOW_FD];
	struct omasec_net *on = omasec_nl_net(info);
	struct sk_buff *reply;
	struct socket *sock;
	void *hdr;
	int err;

	if (!attr) {
		WRITE_ONCE(on->draining, false);
		return 0;
	}
	/* Requests are handled in the context of who sends them: it is their descriptor. */
	sock = sockfd_lookup(nla_get_u32(attr), &err);
	if (!sock)
		return omasec_nl_fail(info->extack, attr, err, "not a socket");
	/* Before what cannot be taken back. */
	err = -ENOMEM;
	reply = omasec_nl_reply(info, nla_total_size(0), OMASEC_CMD_FLOW_ATTACH, &hdr);
	if (!reply)
		goto out;
	err = omasec_listen_adopt(on, sock->sk);
	if (err < 0)
		omasec_nl_fail(info->extack, attr, err, omasec_nl_attach_why(err));
	else
		err = err == OMASEC_ADOPT_ENDED ? nla_put_flag(reply, OMASEC_A_FLOW_ENDED) : 0;
	err = omasec_nl_reply_end(info, reply, hdr, err);
out:
	sockfd_put(sock);
	return err;
}
