// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: the helper and its messages. Notices are small and go by unicast; a
 * body goes as a dump, whose pace is that of the reader, so that it can neither
 * overflow the reader's queue nor need a large allocation here.
 */
#include "compat/compat.h"
#include "netlink.h"
#include "sessionless.h"
#include "upcall.h"

/* What a dump is asked to be: a skb of 32 KiB with its shared info, not of 64. */
#define OMASEC_DUMP_ALLOC	SKB_WITH_OVERHEAD(32768)

/* ---- registration ---- */

int omasec_nl_helper_register_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	const char *why = NULL, *version;
	int err;

	if (!attrs[OMASEC_A_HELPER_ABI])
		return omasec_nl_missing(info, "the ABI number is missing");
	if (nla_get_u32(attrs[OMASEC_A_HELPER_ABI]) != OMASEC_GENL_VERSION)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_HELPER_ABI], -EPROTONOSUPPORT,
				      "the helper speaks another ABI than the module: install versions that match");
	version = omasec_nl_string(attrs[OMASEC_A_HELPER_VERSION]);
	err = omasec_upcall_register(omasec_nl_net(info), info->snd_portid, version ?: "",
				     attrs[OMASEC_A_HELPER_REPLACE], &why);
	return err ? omasec_nl_fail(info->extack, NULL, err, why) : 0;
}

/* ---- notices ---- */

/* put_lock is held: a verdict may give the message another account. */
static int omasec_nl_put_notice(struct sk_buff *skb, const struct omasec_msg *m)
{
	const struct omasec_account *a = m->account;

	if (nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, m->cookie, OMASEC_A_MSG_PAD) ||
	    nla_put_u64_64bit(skb, OMASEC_A_MSG_FLOW, m->flow_id, OMASEC_A_MSG_PAD) ||
	    nla_put_u8(skb, OMASEC_A_MSG_PATH, m->path) ||
	    nla_put_u8(skb, OMASEC_A_MSG_ROLE, m->role) ||
	    nla_put_u32(skb, OMASEC_A_MSG_RULE, m->rule->id) ||
	    (a && nla_put_string(skb, OMASEC_A_MSG_ACCOUNT, a->name)) ||
	    (*m->user && nla_put_string(skb, OMASEC_A_MSG_USER, m->user)) ||
	    nla_put_u8(skb, OMASEC_A_MSG_MAC_STATE, m->mac_state) ||
	    nla_put_u8(skb, OMASEC_A_MSG_INTEGRITY, omasec_msg_integrity(m)) ||
	    nla_put_u8(skb, OMASEC_A_MSG_AUTH_MODE, m->rule->auth_mode) ||
	    nla_put_u8(skb, OMASEC_A_MSG_CONFIDENTIALITY, m->rule->confidentiality) ||
	    nla_put_u8(skb, OMASEC_A_MSG_CONTENT_CIPHER, m->rule->content_cipher) ||
	    nla_put_u8(skb, OMASEC_A_MSG_OBJECT_SIGNATURE, m->rule->object_signature) ||
	    nla_put_u8(skb, OMASEC_A_MSG_FIRST_CONTACT, m->rule->first_contact) ||
	    nla_put_u8(skb, OMASEC_A_MSG_APP_CRED, a ? a->app_cred : OMASEC_APP_CRED_PASS) ||
	    nla_put_u8(skb, OMASEC_A_MSG_HTTP_KIND, m->http_kind) ||
	    nla_put_string(skb, OMASEC_A_MSG_CONTENT_TYPE, m->content_type) ||
	    nla_put_u32(skb, OMASEC_A_MSG_LENGTH, m->body.len) ||
	    nla_put_u32(skb, OMASEC_A_MSG_DEADLINE_MS, m->rule->deadline_ms) ||
	    nla_put_u8(skb, OMASEC_A_MSG_BINDING, m->rule->binding) ||
	    nla_put_u8(skb, OMASEC_A_MSG_TAKE, m->rule->sessionless))
		return -EMSGSIZE;
	if (m->wbxml && nla_put_flag(skb, OMASEC_A_MSG_WBXML))
		return -EMSGSIZE;
	if (m->agreed.known &&
	    (nla_put(skb, OMASEC_A_MSG_AGREED, m->agreed.len, m->agreed.data) ||
	     nla_put(skb, OMASEC_A_MSG_AGREED_MAC, sizeof(m->mac), m->mac)))
		return -EMSGSIZE;
	return 0;
}

static int omasec_nl_fill_notice(struct sk_buff *skb, void *hdr, struct omasec_msg *m)
{
	int err;

	mutex_lock(&m->put_lock);
	err = omasec_nl_put_notice(skb, m);
	mutex_unlock(&m->put_lock);
	if (!err)
		genlmsg_end(skb, hdr);
	return err;
}

/**
 * omasec_notice_send() - MSG_READY by unicast
 * @m: the message
 * @portid: netlink port of the helper
 *
 * Context: process, put_lock not held.
 * Return: 0; -EAGAIN when the helper's queue is full; -ECONNREFUSED when it is
 * gone; -ENOMEM.
 */
int omasec_notice_send(struct omasec_msg *m, u32 portid)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;

	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, 0, 0, &omasec_nl_family, 0, OMASEC_CMD_MSG_READY);
	if (!hdr || omasec_nl_fill_notice(skb, hdr, m)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	return genlmsg_unicast(m->on->net, skb, portid);
}

int omasec_nl_msg_next_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *why = NULL;
	struct omasec_msg *m;
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = omasec_nl_reply(info, NLMSG_DEFAULT_SIZE, OMASEC_CMD_MSG_NEXT, &hdr);
	if (!reply)
		return -ENOMEM;
	m = omasec_upcall_next(omasec_nl_net(info), info->snd_portid, &why);
	if (IS_ERR(m)) {
		nlmsg_free(reply);
		return omasec_nl_fail(info->extack, NULL, PTR_ERR(m), why);
	}
	err = omasec_nl_fill_notice(reply, hdr, m);
	if (err)
		nlmsg_free(reply);
	else
		err = genlmsg_reply(reply, info);
	if (err)
		omasec_upcall_requeue(m, info->snd_portid);
	omasec_msg_put(m);
	return err;
}

/* ---- bodies ---- */

/**
 * struct omasec_nl_pull - state of an open dump
 * @m: the message, with a reference
 * @cur: how far it got
 * @offset: the same, for the reader
 * @portid: who asked
 */
struct omasec_nl_pull {
	struct omasec_msg *m;
	struct omasec_buf_cursor cur;
	u32 offset;
	u32 portid;
};

static struct omasec_nl_pull *omasec_nl_pull(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct omasec_nl_pull) > sizeof(cb->ctx));
	return (struct omasec_nl_pull *)cb->ctx;
}

int omasec_nl_msg_get_start(struct netlink_callback *cb)
{
	struct nlattr *cookie = omasec_dump_attrs(cb)[OMASEC_A_MSG_COOKIE];
	struct omasec_nl_pull *pull = omasec_nl_pull(cb);
	u32 portid = NETLINK_CB(cb->skb).portid;
	const char *why = NULL;
	struct omasec_msg *m;
	int err;

	if (!cookie)
		return omasec_nl_fail(cb->extack, NULL, -EINVAL, "the cookie is missing");
	m = omasec_upcall_get(omasec_net(sock_net(cb->skb->sk)), portid, nla_get_u64(cookie),
			      &why);
	if (IS_ERR(m))
		return omasec_nl_fail(cb->extack, NULL, PTR_ERR(m), why);
	mutex_lock(&m->put_lock);
	err = omasec_upcall_held(m, portid, &why);
	if (!err)
		omasec_buf_cursor_init(&m->body, &pull->cur);
	mutex_unlock(&m->put_lock);
	if (err) {
		omasec_msg_put(m);
		return omasec_nl_fail(cb->extack, NULL, err, why);
	}
	pull->m = m;
	pull->offset = 0;
	pull->portid = portid;
	cb->min_dump_alloc = OMASEC_DUMP_ALLOC;
	return 0;
}

int omasec_nl_msg_get_done(struct netlink_callback *cb)
{
	struct omasec_nl_pull *pull = omasec_nl_pull(cb);

	omasec_msg_put(pull->m);
	pull->m = NULL;
	return 0;
}

/* One chunk, as long as fits. put_lock is held. */
static int omasec_nl_put_chunk(struct sk_buff *skb, struct omasec_nl_pull *pull)
{
	const struct omasec_buf *body = &pull->m->body;
	struct omasec_buf_cursor cur = pull->cur;
	size_t left = body->len - pull->offset, room;
	struct nlattr *chunk;

	if (nla_put_u64_64bit(skb, OMASEC_A_MSG_COOKIE, pull->m->cookie, OMASEC_A_MSG_PAD) ||
	    nla_put_u32(skb, OMASEC_A_MSG_OFFSET, pull->offset))
		return -EMSGSIZE;
	if (skb_tailroom(skb) <= NLA_HDRLEN + NLA_ALIGNTO)
		return -EMSGSIZE;
	room = skb_tailroom(skb) - NLA_HDRLEN - NLA_ALIGNTO;
	left = min3(left, room, (size_t)OMASEC_CHUNK_MAX);
	chunk = nla_reserve(skb, OMASEC_A_MSG_CHUNK, left);
	if (!chunk)
		return -EMSGSIZE;
	if (omasec_buf_cursor_read(body, &cur, nla_data(chunk), left) != left)
		return -EIO;
	pull->cur = cur;
	pull->offset += left;
	return 0;
}

int omasec_nl_msg_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct omasec_nl_pull *pull = omasec_nl_pull(cb);
	struct omasec_msg *m = pull->m;
	const char *why = NULL;
	void *hdr;
	int err;

	/* After the decision the flow may be using the body up. */
	mutex_lock(&m->put_lock);
	err = omasec_upcall_held(m, pull->portid, &why);
	if (err) {
		omasec_nl_fail(cb->extack, NULL, err, why);
		goto out;
	}
	if (pull->offset == m->body.len)
		goto out;
	err = -EMSGSIZE;
	hdr = genlmsg_put(skb, pull->portid, cb->nlh->nlmsg_seq, &omasec_nl_family, NLM_F_MULTI,
			  OMASEC_CMD_MSG_GET);
	if (!hdr)
		goto out;
	err = omasec_nl_put_chunk(skb, pull);
	if (err) {
		genlmsg_cancel(skb, hdr);
	} else {
		genlmsg_end(skb, hdr);
		err = skb->len;
	}
out:
	mutex_unlock(&m->put_lock);
	return err;
}

/* The message that a request is about, with a reference; or ERR_PTR, with words. */
static struct omasec_msg *omasec_nl_msg(struct genl_info *info)
{
	struct nlattr *cookie = info->attrs[OMASEC_A_MSG_COOKIE];
	const char *why = NULL;
	struct omasec_msg *m;

	if (!cookie)
		return ERR_PTR(omasec_nl_missing(info, "the cookie is missing"));
	m = omasec_upcall_get(omasec_nl_net(info), info->snd_portid, nla_get_u64(cookie), &why);
	if (IS_ERR(m))
		omasec_nl_fail(info->extack, NULL, PTR_ERR(m), why);
	return m;
}

int omasec_nl_msg_put_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *offset = info->attrs[OMASEC_A_MSG_OFFSET];
	struct nlattr *chunk = info->attrs[OMASEC_A_MSG_CHUNK];
	const char *why = NULL;
	struct omasec_msg *m;
	int err;

	if (!offset || !chunk || !nla_len(chunk))
		return omasec_nl_missing(info, "offset and a chunk that is not empty are needed");
	m = omasec_nl_msg(info);
	if (IS_ERR(m))
		return PTR_ERR(m);
	err = omasec_upcall_put(m, info->snd_portid, nla_get_u32(offset), nla_data(chunk),
				nla_len(chunk), &why);
	omasec_msg_put(m);
	return err ? omasec_nl_fail(info->extack, NULL, err, why) : 0;
}

/* ---- verdict ---- */

static void omasec_nl_msg_nonce(const struct nlattr *attr, struct omasec_nonce *n)
{
	if (!attr)
		return;
	n->known = true;
	n->len = nla_len(attr);		/* at most OMASEC_NONCE_MAX by policy */
	memcpy(n->data, nla_data(attr), n->len);
}

static int omasec_nl_decision(struct genl_info *info, struct omasec_decision *d)
{
	struct nlattr **attrs = info->attrs, *account = attrs[OMASEC_A_MSG_ACCOUNT];

	if (!attrs[OMASEC_A_MSG_VERDICT])
		return omasec_nl_missing(info, "the verdict is missing");
	d->verdict = nla_get_u8(attrs[OMASEC_A_MSG_VERDICT]);
	if (attrs[OMASEC_A_MSG_REASON])
		d->reason = nla_get_u32(attrs[OMASEC_A_MSG_REASON]);
	d->has_length = attrs[OMASEC_A_MSG_LENGTH];
	if (d->has_length)
		d->length = nla_get_u32(attrs[OMASEC_A_MSG_LENGTH]);
	d->no_mac = attrs[OMASEC_A_MSG_NO_MAC];
	d->sessionless = attrs[OMASEC_A_MSG_SESSIONLESS];
	if (attrs[OMASEC_A_MSG_AGREED_USED])
		d->agreed_used = nla_get_u32(attrs[OMASEC_A_MSG_AGREED_USED]);
	omasec_nl_msg_nonce(attrs[OMASEC_A_MSG_MAC_NONCE], &d->mac_nonce);
	omasec_nl_msg_nonce(attrs[OMASEC_A_MSG_EXPECT_NONCE], &d->expect_nonce);
	d->content_type = omasec_nl_string(attrs[OMASEC_A_MSG_CONTENT_TYPE]);
	d->detail = omasec_nl_string(attrs[OMASEC_A_MSG_DETAIL]);
	if (account) {
		d->account = omasec_account_find(omasec_nl_net(info), nla_data(account));
		if (!d->account)
			return omasec_nl_fail(info->extack, account, -ENOENT,
					      "there is no account with this name");
	}
	return 0;
}

/* For people: how far the agreed nonce is used. The account is what the check found. */
static void omasec_nl_msg_used(struct omasec_msg *m, const struct omasec_decision *d)
{
	if (d->agreed_used && m->agreed.known)
		omasec_agreed_used(m->account, m->role == OMASEC_ROLE_CLIENT ? OMASEC_CRED_SERVER :
									      OMASEC_CRED_CLIENT,
				   &m->agreed, d->agreed_used);
}

int omasec_nl_msg_verdict_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct omasec_decision d = {};
	const char *why = NULL;
	struct omasec_msg *m;
	int err;

	m = omasec_nl_msg(info);
	if (IS_ERR(m))
		return PTR_ERR(m);
	err = omasec_nl_decision(info, &d);
	if (!err)
		err = omasec_nl_denied_check(info);
	if (!err) {
		err = omasec_upcall_verdict(m, info->snd_portid, &d, &why);
		if (err) {
			omasec_nl_fail(info->extack, NULL, err, why);
		} else {
			omasec_nl_msg_used(m, &d);
			omasec_nl_denied_tell(info, m);
		}
	}
	omasec_account_put(d.account);
	omasec_msg_put(m);
	return err;
}
