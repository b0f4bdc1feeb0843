// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: blobs. The body stays where the request has it; what was typed is wiped
 * there when it has served.
 */
#include "blob.h"
#include "bootstrap.h"
#include "compat/compat.h"
#include "netlink.h"
#include "proto/reason.h"

static struct omasec_slice omasec_nl_slice(const struct nlattr *attr)
{
	return (struct omasec_slice) {
		.p = attr ? nla_data(attr) : NULL,
		.len = attr ? nla_len(attr) : 0,
	};
}

/* blob->account has a reference. */
static int omasec_nl_blob(struct genl_info *info, struct omasec_blob *blob)
{
	struct nlattr **attrs = info->attrs, *account = attrs[OMASEC_A_BLOB_ACCOUNT];

	if (!attrs[OMASEC_A_BLOB_KIND] || !attrs[OMASEC_A_BLOB_BODY])
		return omasec_nl_missing(info, "kind and body are needed");
	blob->kind = nla_get_u8(attrs[OMASEC_A_BLOB_KIND]);
	blob->role = attrs[OMASEC_A_BLOB_ROLE] ? nla_get_u8(attrs[OMASEC_A_BLOB_ROLE]) :
						 OMASEC_ROLE_AUTO;
	if (blob->role == OMASEC_ROLE_AUTO)
		blob->role = OMASEC_ROLE_CLIENT;
	blob->has_sec = attrs[OMASEC_A_BLOB_SEC];
	if (blob->has_sec)
		blob->sec = nla_get_u8(attrs[OMASEC_A_BLOB_SEC]);
	blob->content_type = omasec_nl_string(attrs[OMASEC_A_BLOB_CONTENT_TYPE]);
	blob->mac = omasec_nl_string(attrs[OMASEC_A_BLOB_MAC]);
	blob->hmac = omasec_nl_string(attrs[OMASEC_A_BLOB_HMAC]);
	blob->pin = omasec_nl_slice(attrs[OMASEC_A_BLOB_PIN]);
	blob->body = omasec_nl_slice(attrs[OMASEC_A_BLOB_BODY]);
	if (!account)
		return 0;
	blob->account = omasec_account_find(omasec_nl_net(info), nla_data(account));
	if (!blob->account)
		return omasec_nl_fail(info->extack, account, -ENOENT,
				      "there is no account with this name");
	return 0;
}

static bool omasec_nl_blob_is_bootstrap(const struct omasec_blob *blob)
{
	return blob->kind == OMASEC_BLOB_KIND_BOOTSTRAP_DM ||
	       blob->kind == OMASEC_BLOB_KIND_BOOTSTRAP_CP;
}

/* What is given for another kind would be taken for checked. */
static int omasec_nl_blob_fits(struct genl_info *info, const struct omasec_blob *blob)
{
	struct nlattr **attrs = info->attrs;
	bool bootstrap = omasec_nl_blob_is_bootstrap(blob);

	if (blob->hmac && blob->kind != OMASEC_BLOB_KIND_MESSAGE)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_BLOB_HMAC], -EINVAL,
				      "hmac is for kind message");
	if (!bootstrap && (blob->content_type || blob->has_sec || blob->mac))
		return omasec_nl_missing(info, "content-type, sec and mac are for bootstrap messages");
	if (!bootstrap && blob->kind != OMASEC_BLOB_KIND_PUSH && attrs[OMASEC_A_BLOB_PIN])
		return omasec_nl_missing(info, "a PIN is for bootstrap messages and pushes");
	if (bootstrap && !blob->account)
		return omasec_nl_missing(info, "a bootstrap message names nobody: say for which account it is");
	return 0;
}

static int omasec_nl_put_verdict(struct sk_buff *skb, const struct omasec_blob *blob,
				 const struct omasec_blob_verdict *v)
{
	const char *text = v->what ?: v->reason ? omasec_reason_text(v->reason) : NULL;

	if (nla_put_u8(skb, OMASEC_A_BLOB_KIND, blob->kind) ||
	    nla_put_u32(skb, OMASEC_A_BLOB_REASON, v->reason) ||
	    (text && nla_put_string(skb, OMASEC_A_BLOB_TEXT, text)) ||
	    (v->account && nla_put_string(skb, OMASEC_A_BLOB_ACCOUNT, v->account->name)) ||
	    (*v->user && nla_put_string(skb, OMASEC_A_BLOB_USER, v->user)) ||
	    (v->has_message && nla_put_u8(skb, OMASEC_A_BLOB_MESSAGE, v->message)) ||
	    (v->session && nla_put_u16(skb, OMASEC_A_BLOB_SESSION, v->session)) ||
	    nla_put_u8(skb, OMASEC_A_BLOB_SEC, v->sec))
		return -EMSGSIZE;
	if (v->reason)
		return 0;
	if ((v->unchecked && nla_put_flag(skb, OMASEC_A_BLOB_UNCHECKED)) ||
	    nla_put_u32(skb, OMASEC_A_BLOB_OFFSET, v->data.p - blob->body.p) ||
	    nla_put_u32(skb, OMASEC_A_BLOB_LENGTH, v->data.len))
		return -EMSGSIZE;
	return 0;
}

static void omasec_nl_blob_done(struct genl_info *info, struct omasec_blob *blob)
{
	struct nlattr *pin = info->attrs[OMASEC_A_BLOB_PIN];

	if (pin)
		memzero_explicit(nla_data(pin), nla_len(pin));
	omasec_account_put(blob->account);
}

int omasec_nl_blob_verify_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct omasec_blob_verdict v = {};
	struct omasec_blob blob = {};
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = omasec_nl_blob(info, &blob);
	if (!err)
		err = omasec_nl_blob_fits(info, &blob);
	if (err)
		goto out;
	/* Before the verdict, which uses a nonce or a try up. */
	err = -ENOMEM;
	reply = omasec_nl_reply(info, NLMSG_DEFAULT_SIZE, OMASEC_CMD_BLOB_VERIFY, &hdr);
	if (!reply)
		goto out;
	omasec_blob_verify(omasec_nl_net(info), &blob, &v);
	err = omasec_nl_put_verdict(reply, &blob, &v);
	omasec_account_put(v.account);
	err = omasec_nl_reply_end(info, reply, hdr, err);
out:
	omasec_nl_blob_done(info, &blob);
	return err;
}

static int omasec_nl_put_protection(struct sk_buff *skb, const struct omasec_blob *blob,
				    const struct omasec_blob_protection *p)
{
	if (nla_put_string(skb, OMASEC_A_BLOB_ACCOUNT, blob->account->name) ||
	    (*p->content_type &&
	     nla_put_string(skb, OMASEC_A_BLOB_CONTENT_TYPE, p->content_type)) ||
	    (*p->mac && (nla_put_u8(skb, OMASEC_A_BLOB_SEC, blob->sec) ||
			 nla_put_string(skb, OMASEC_A_BLOB_MAC, p->mac))) ||
	    (*p->hmac && nla_put_string(skb, OMASEC_A_BLOB_HMAC, p->hmac)) ||
	    (p->has_digest &&
	     nla_put(skb, OMASEC_A_BLOB_DIGEST, sizeof(p->digest), p->digest)))
		return -EMSGSIZE;
	return 0;
}

int omasec_nl_blob_protect_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct omasec_blob_protection p;
	struct omasec_blob blob = {};
	const char *what = NULL;
	struct sk_buff *reply;
	unsigned int reason;
	void *hdr;
	int err;

	err = omasec_nl_blob(info, &blob);
	if (!err && !blob.account)
		err = omasec_nl_missing(info, "say with the keys of which account");
	if (!err)
		err = omasec_nl_blob_fits(info, &blob);
	if (err)
		goto out;
	err = -ENOMEM;
	reply = omasec_nl_reply(info, NLMSG_DEFAULT_SIZE, OMASEC_CMD_BLOB_PROTECT, &hdr);
	if (!reply)
		goto out;
	reason = omasec_blob_protect(omasec_nl_net(info), &blob, &p, &what);
	if (reason)
		err = omasec_nl_fail(info->extack, NULL, -omasec_reason_errno(reason),
				     what ?: omasec_reason_text(reason));
	else
		err = omasec_nl_put_protection(reply, &blob, &p);
	err = omasec_nl_reply_end(info, reply, hdr, err);
out:
	omasec_nl_blob_done(info, &blob);
	return err;
}

int omasec_nl_account_pin_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[OMASEC_A_ACCOUNT_NAME];
	struct omasec_account *a;

	if (!name)
		return omasec_nl_missing(info, "the name of the account is missing");
	a = omasec_account_find(omasec_nl_net(info), nla_data(name));
	if (!a)
		return omasec_nl_fail(info->extack, name, -ENOENT,
				      "there is no account with this name");
	omasec_pin_reset(a);
	omasec_account_put(a);
	return 0;
}
