// SPDX-License-Identifier: GPL-2.0
/* Netlink: messages that wait for a PIN. A PIN is wiped from the request when it has served. */
#include "compat/compat.h"
#include "netlink.h"
#include "pin.h"
#include "proto/reason.h"

static int omasec_nl_put_waiting(struct sk_buff *skb, const struct omasec_pin_message *m,
				 const char *account)
{
	int len = m->family == AF_INET ? 4 : 16;

	if (nla_put_u32(skb, OMASEC_A_WAIT_ID, m->id) ||
	    nla_put_string(skb, OMASEC_A_WAIT_ACCOUNT, account) ||
	    nla_put_u32(skb, OMASEC_A_WAIT_RULE, m->rule) ||
	    nla_put_u8(skb, OMASEC_A_WAIT_SEC, m->sec) ||
	    nla_put_u8(skb, OMASEC_A_WAIT_KIND, m->kind) ||
	    nla_put_u16(skb, OMASEC_A_WAIT_FAMILY, m->family) ||
	    nla_put(skb, OMASEC_A_WAIT_LOCAL_ADDRESS, len, m->local) ||
	    nla_put_u16(skb, OMASEC_A_WAIT_LOCAL_PORT, m->lport) ||
	    nla_put(skb, OMASEC_A_WAIT_PEER_ADDRESS, len, m->peer) ||
	    nla_put_u16(skb, OMASEC_A_WAIT_PEER_PORT, m->pport))
		return -EMSGSIZE;
	return 0;
}

static int omasec_nl_put_answer(struct sk_buff *skb, const struct omasec_pin_answer *a)
{
	const char *text = a->what ?: a->reason ? omasec_reason_text(a->reason) : NULL;

	if (omasec_nl_put_waiting(skb, &a->m, a->account) ||
	    nla_put_u32(skb, OMASEC_A_WAIT_REASON, a->reason) ||
	    (text && nla_put_string(skb, OMASEC_A_WAIT_TEXT, text)) ||
	    nla_put_u32(skb, OMASEC_A_WAIT_TRIES, a->tries) ||
	    (a->waits && nla_put_flag(skb, OMASEC_A_WAIT_WAITS)))
		return -EMSGSIZE;
	return 0;
}

int omasec_nl_wait_pin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id = info->attrs[OMASEC_A_WAIT_ID], *pin = info->attrs[OMASEC_A_WAIT_PIN];
	bool refuse = nla_get_flag(info->attrs[OMASEC_A_WAIT_REFUSE]), there;
	struct omasec_net *on = omasec_nl_net(info);
	struct omasec_pin_answer answer;
	struct omasec_slice digits;
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (!id || (pin && !nla_len(pin)) || !!pin == refuse) {
		err = omasec_nl_missing(info, "id, and either a PIN or refuse are needed");
		goto out;
	}
	/* Before what cannot be taken back. */
	err = -ENOMEM;
	reply = omasec_nl_reply(info, NLMSG_DEFAULT_SIZE, OMASEC_CMD_WAIT_PIN, &hdr);
	if (!reply)
		goto out;
	if (refuse) {
		there = omasec_pin_give_up(on, nla_get_u32(id), &answer);
	} else {
		digits = (struct omasec_slice) { .p = nla_data(pin), .len = nla_len(pin) };
		there = omasec_pin_give(on, nla_get_u32(id), digits, &answer);
	}
	if (there)
		err = omasec_nl_put_answer(reply, &answer);
	else
		err = omasec_nl_fail(info->extack, id, -ENOENT,
				     "no message waits by this id: it was delivered or refused, or its time is over");
	err = omasec_nl_reply_end(info, reply, hdr, err);
out:
	if (pin)
		memzero_explicit(nla_data(pin), nla_len(pin));
	return err;
}

static int omasec_nl_put_pin_info(struct sk_buff *skb, const struct omasec_pin_info *info)
{
	if (omasec_nl_put_waiting(skb, &info->m, info->account) ||
	    (info->octets && nla_put_u32(skb, OMASEC_A_WAIT_LENGTH, info->octets)) ||
	    nla_put_u32(skb, OMASEC_A_WAIT_SECONDS, info->seconds) ||
	    nla_put_u32(skb, OMASEC_A_WAIT_TRIES, info->tries) ||
	    nla_put_flag(skb, OMASEC_A_WAIT_WAITS))
		return -EMSGSIZE;
	return 0;
}

int omasec_nl_wait_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct omasec_net *on = omasec_net(sock_net(skb->sk));
	struct omasec_pin_info info;
	void *hdr;

	while (omasec_pin_next(on, cb->args[0], &info)) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &omasec_nl_family, NLM_F_MULTI, OMASEC_CMD_WAIT_GET);
		if (!hdr)
			break;
		if (omasec_nl_put_pin_info(skb, &info)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		cb->args[0] = info.m.id;
	}
	return skb->len;
}
