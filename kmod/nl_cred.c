// SPDX-License-Identifier: GPL-2.0
/* Netlink: the helper shows the Cred of a signed message, or has one made. */
#include "compat/compat.h"
#include "cred_md5.h"
#include "netlink.h"

static int omasec_nl_cred_judge(struct genl_info *info, struct omasec_msg *m, struct sk_buff *reply)
{
	struct nlattr *cred = info->attrs[OMASEC_A_MSG_CRED];
	const char *why = NULL;
	u8 state;
	int err;

	if (cred && nla_len(cred) != OMASEC_MD5_LEN)
		return omasec_nl_fail(info->extack, cred, -EINVAL, "a digest has 16 octets");
	err = omasec_msg_cred_judge(m, info->snd_portid, cred ? nla_data(cred) : NULL, &state, &why);
	if (err)
		return omasec_nl_fail(info->extack, NULL, err, why);
	return nla_put_u8(reply, OMASEC_A_MSG_MAC_STATE, state);
}

static int omasec_nl_cred_make(struct genl_info *info, struct omasec_msg *m, struct sk_buff *reply)
{
	struct nlattr *attr = info->attrs[OMASEC_A_MSG_MAC_NONCE], *out;
	struct omasec_nonce nonce = { .known = true, .len = nla_len(attr) };
	const char *why = NULL;
	int err;

	if (info->attrs[OMASEC_A_MSG_CRED])
		return omasec_nl_fail(info->extack, attr, -EINVAL,
				      "cred to judge one, mac-nonce to make one: not both");
	memcpy(nonce.data, nla_data(attr), nonce.len);	/* at most OMASEC_NONCE_MAX by policy */
	out = nla_reserve(reply, OMASEC_A_MSG_CRED, OMASEC_MD5_LEN);
	if (!out)
		return -EMSGSIZE;
	err = omasec_msg_cred_make(m, info->snd_portid, &nonce, nla_data(out), &why);
	return err ? omasec_nl_fail(info->extack, attr, err, why) : 0;
}

int omasec_nl_msg_cred_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *cookie = info->attrs[OMASEC_A_MSG_COOKIE];
	const char *why = NULL;
	struct omasec_msg *m;
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (!cookie)
		return omasec_nl_missing(info, "the cookie is missing");
	m = omasec_upcall_get(omasec_nl_net(info), info->snd_portid, nla_get_u64(cookie), &why);
	if (IS_ERR(m))
		return omasec_nl_fail(info->extack, NULL, PTR_ERR(m), why);
	reply = omasec_nl_reply(info, nla_total_size(OMASEC_MD5_LEN), OMASEC_CMD_MSG_CRED, &hdr);
	if (!reply) {
		err = -ENOMEM;
		goto out;
	}
	err = info->attrs[OMASEC_A_MSG_MAC_NONCE] ? omasec_nl_cred_make(info, m, reply) :
						    omasec_nl_cred_judge(info, m, reply);
	err = omasec_nl_reply_end(info, reply, hdr, err);
out:
	omasec_msg_put(m);
	return err;
}
