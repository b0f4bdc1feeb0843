// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: keys of accounts at work for the helper. What goes in may be a key itself, so
 * it is wiped from the request when it has served.
 */
#include "compat/compat.h"
#include "helper_crypto.h"
#include "netlink.h"

/* @out has @len octets, and it was not known before that it has not more. */
static void omasec_nl_crypto_cut(struct sk_buff *reply, struct nlattr *out, int len)
{
	out->nla_len = nla_attr_size(len);
	memset(nla_data(out) + len, 0, nla_padlen(len));
	skb_trim(reply, (u8 *)out + nla_total_size(len) - reply->data);
}

/* Makes the reply and the result in it; a failed one is wiped before it is freed. */
static int omasec_nl_crypto(struct genl_info *info, struct omasec_account *a, unsigned int op,
			    struct nlattr *data)
{
	struct omasec_slice in = { .p = nla_data(data), .len = nla_len(data) };
	int len = omasec_helper_crypto_len(op, in.len), err;
	const char *why = "no room for the result";
	struct sk_buff *reply;
	struct nlattr *out;
	void *hdr;

	if (len < 0)
		return omasec_nl_fail(info->extack, data, len,
				      "sealed are 1 to 61372 octets, opened 68 more; 61388 and 52 with AES-128; with AES-CBC 61375 or 61391, and whole blocks");
	reply = omasec_nl_reply(info, nla_total_size(len), OMASEC_CMD_CRYPTO, &hdr);
	if (!reply)
		return -ENOMEM;
	out = nla_reserve(reply, OMASEC_A_CRYPTO_DATA, len);
	err = out ? omasec_helper_crypto(a, op, in, nla_data(out), &why) : -EMSGSIZE;
	if (err < 0)
		omasec_nl_fail(info->extack, err == -EBADMSG ? data : NULL, err, why);
	else
		omasec_nl_crypto_cut(reply, out, err);
	return omasec_nl_reply_end(info, reply, hdr, min(err, 0));
}

int omasec_nl_crypto_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *op = info->attrs[OMASEC_A_CRYPTO_OP];
	struct nlattr *name = info->attrs[OMASEC_A_CRYPTO_ACCOUNT];
	struct nlattr *data = info->attrs[OMASEC_A_CRYPTO_DATA];
	struct omasec_net *on = omasec_nl_net(info);
	struct omasec_account *a;
	int err;

	if (READ_ONCE(on->helper_portid) != info->snd_portid) {
		err = omasec_nl_fail(info->extack, NULL, -EPERM,
				     "only the registered helper may use keys this way");
		goto out;
	}
	if (!op || !name || !data) {
		err = omasec_nl_missing(info, "op, account and data are needed");
		goto out;
	}
	a = omasec_account_find(on, nla_data(name));
	if (!a) {
		err = omasec_nl_fail(info->extack, name, -ENOENT,
				     "there is no account with this name");
		goto out;
	}
	err = omasec_nl_crypto(info, a, nla_get_u8(op), data);
	omasec_account_put(a);
out:
	if (data)
		memzero_explicit(nla_data(data), nla_len(data));
	return err;
}
