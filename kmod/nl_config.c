// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: transactions and accounts. Requests are read into typed values here,
 * once; what they mean is in config.c. Keys are never sent back, nonces only to the
 * helper, which has to start from those that were provisioned.
 */
#include <linux/key.h>

#include "bootstrap.h"
#include "compat/compat.h"
#include "config.h"
#include "key.h"
#include "listen.h"
#include "netlink.h"
#include "sessionless.h"

bool omasec_nl_text_ok(const char *text)
{
	const u8 *c = (const u8 *)text;

	for (; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			return false;
	}
	return true;
}

bool omasec_nl_name_ok(const char *name)
{
	return *name && omasec_nl_text_ok(name);
}

struct sk_buff *omasec_nl_reply(struct genl_info *info, size_t size, u8 cmd, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &omasec_nl_family, 0, cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/* Sends what omasec_nl_reply() began, or for @err drops it. 0 or a negative errno. */
int omasec_nl_reply_end(struct genl_info *info, struct sk_buff *reply, void *hdr, int err)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

/* ---- transactions ---- */

int omasec_nl_config_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *why = NULL;
	int err = omasec_config_begin(omasec_nl_net(info), info->snd_portid,
				      info->attrs[OMASEC_A_CONFIG_REPLACE], &why);

	return err ? omasec_nl_fail(info->extack, NULL, err, why) : 0;
}

int omasec_nl_config_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	const char *why = NULL;
	u32 generation;
	void *hdr;
	int err;

	/* Before the commit, which cannot be taken back. */
	reply = omasec_nl_reply(info, nla_total_size(sizeof(u32)), OMASEC_CMD_CONFIG_COMMIT, &hdr);
	if (!reply)
		return -ENOMEM;
	omasec_listen_prepare(genl_info_net(info));	/* rules may select listeners now */
	err = omasec_config_commit(omasec_nl_net(info), info->snd_portid, &generation, &why);
	if (err) {
		nlmsg_free(reply);
		return omasec_nl_fail(info->extack, NULL, err, why);
	}
	err = nla_put_u32(reply, OMASEC_A_CONFIG_GENERATION, generation);
	return omasec_nl_reply_end(info, reply, hdr, err);
}

int omasec_nl_config_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *why = NULL;
	int err = omasec_config_abort(omasec_nl_net(info), info->snd_portid, &why);

	return err ? omasec_nl_fail(info->extack, NULL, err, why) : 0;
}

/* ---- accounts ---- */

static void omasec_nl_nonce(const struct nlattr *attr, struct omasec_nonce *n)
{
	n->known = true;
	n->len = nla_len(attr);		/* at most OMASEC_NONCE_MAX by policy */
	memcpy(n->data, nla_data(attr), n->len);
}

/* Parses a nest of credential attributes that the family's policy has validated. */
static int omasec_nl_cred_parse(struct genl_info *info, const struct nlattr *nest,
				struct nlattr **tb)
{
	int err = nla_parse_nested(tb, OMASEC_A_CRED_MAX, nest, omasec_cred_nl_policy,
				   info->extack);

	if (err)
		return err;
	if (tb[OMASEC_A_CRED_HAS_NONCE] || tb[OMASEC_A_CRED_KEY_STATE] ||
	    tb[OMASEC_A_CRED_HAS_AGREED])
		return omasec_nl_fail(info->extack, nest, -EINVAL,
				      "has-nonce, has-agreed and key-state are only for replies");
	if (tb[OMASEC_A_CRED_AGREED] && !nla_len(tb[OMASEC_A_CRED_AGREED]))
		return omasec_nl_fail(info->extack, tb[OMASEC_A_CRED_AGREED], -EINVAL,
				      "the empty nonce, which everybody knows, is no agreement");
	return 0;
}

static int omasec_nl_cred(struct genl_info *info, const struct nlattr *nest,
			  struct omasec_account_spec *spec, unsigned int who)
{
	struct nlattr *tb[OMASEC_A_CRED_MAX + 1];
	const char *why = NULL;
	int err;

	if (!nest)
		return 0;
	err = omasec_nl_cred_parse(info, nest, tb);
	if (err)
		return err;
	spec->user[who] = omasec_nl_string(tb[OMASEC_A_CRED_USER]);
	if (!spec->user[who] || !omasec_nl_name_ok(spec->user[who]))
		return omasec_nl_fail(info->extack, tb[OMASEC_A_CRED_USER] ?: nest, -EINVAL,
				      "a credential needs a user name without control characters");
	if (tb[OMASEC_A_CRED_KEY]) {
		err = omasec_key_get(nla_get_s32(tb[OMASEC_A_CRED_KEY]), &spec->key[who], &why);
		if (err)
			return omasec_nl_fail(info->extack, tb[OMASEC_A_CRED_KEY], err, why);
	}
	if (tb[OMASEC_A_CRED_NONCE])
		omasec_nl_nonce(tb[OMASEC_A_CRED_NONCE], &spec->nonce[who]);
	if (tb[OMASEC_A_CRED_AGREED])
		omasec_nl_nonce(tb[OMASEC_A_CRED_AGREED], &spec->agreed[who]);
	if (tb[OMASEC_A_CRED_AGREED_USED])
		return omasec_nl_fail(info->extack, tb[OMASEC_A_CRED_AGREED_USED], -EINVAL,
				      "how far a nonce is used is for the helper to say (account-nonce)");
	return 0;
}

/* Which attributes a secret of an account has. */
static const struct {
	u16 key, state;
} omasec_nl_secret[OMASEC_SECRETS] = {
	[OMASEC_SECRET_NETW] = { OMASEC_A_ACCOUNT_NETW_KEY, OMASEC_A_ACCOUNT_NETW_KEY_STATE },
	[OMASEC_SECRET_PIN] = { OMASEC_A_ACCOUNT_PIN_KEY, OMASEC_A_ACCOUNT_PIN_KEY_STATE },
	[OMASEC_SECRET_SIGN] = { OMASEC_A_ACCOUNT_SIGN_KEY, OMASEC_A_ACCOUNT_SIGN_KEY_STATE },
	[OMASEC_SECRET_WRAP] = { OMASEC_A_ACCOUNT_WRAP_KEY, OMASEC_A_ACCOUNT_WRAP_KEY_STATE },
	[OMASEC_SECRET_LEGACY_WRAP] = { OMASEC_A_ACCOUNT_LEGACY_WRAP_KEY,
					OMASEC_A_ACCOUNT_LEGACY_WRAP_KEY_STATE },
};

/*
 * One key must not do two of these, or what it signs tells of what it wraps, and who can
 * change content in AES-CBC learns what was in AES-GCM.
 */
static bool omasec_nl_secrets_apart(struct key *secret[OMASEC_SECRETS])
{
	struct key *sign = secret[OMASEC_SECRET_SIGN], *wrap = secret[OMASEC_SECRET_WRAP];
	struct key *legacy = secret[OMASEC_SECRET_LEGACY_WRAP];

	return !(sign && (sign == wrap || sign == legacy)) && !(wrap && wrap == legacy);
}

static int omasec_nl_secrets(struct genl_info *info, struct key *secret[OMASEC_SECRETS])
{
	const char *why = NULL;
	unsigned int of;
	int err;

	for (of = 0; of < OMASEC_SECRETS; of++) {
		struct nlattr *attr = info->attrs[omasec_nl_secret[of].key];

		if (!attr)
			continue;
		err = omasec_secret_get(nla_get_s32(attr), of, &secret[of], &why);
		if (err)
			return omasec_nl_fail(info->extack, attr, err, why);
	}
	if (!omasec_nl_secrets_apart(secret))
		return omasec_nl_fail(info->extack, info->attrs[OMASEC_A_ACCOUNT_LEGACY_WRAP_KEY] ?:
				      info->attrs[OMASEC_A_ACCOUNT_WRAP_KEY], -EINVAL,
				      "one key cannot do two of: sign, wrap, wrap for the legacy profile");
	return 0;
}

static int omasec_nl_account_name(struct genl_info *info, const char **name)
{
	struct nlattr *attr = info->attrs[OMASEC_A_ACCOUNT_NAME];

	*name = omasec_nl_string(attr);
	if (!*name)
		return omasec_nl_missing(info, "the name of the account is missing");
	if (!omasec_nl_name_ok(*name))
		return omasec_nl_fail(info->extack, attr, -EINVAL,
				      "a name is not empty and has no control characters");
	return 0;
}

int omasec_nl_account_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct omasec_net *on = omasec_nl_net(info);
	struct nlattr **attrs = info->attrs;
	struct omasec_account_spec spec = {};
	struct omasec_config *cfg;
	const char *why = NULL;
	unsigned int of;
	int err;

	err = omasec_nl_account_name(info, &spec.name);
	if (err)
		return err;
	if (attrs[OMASEC_A_ACCOUNT_FLAGS] && nla_get_u32(attrs[OMASEC_A_ACCOUNT_FLAGS]))
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_ACCOUNT_FLAGS], -EINVAL,
				      "flags are reserved and must be 0");
	if (attrs[OMASEC_A_ACCOUNT_MAC_FORM])
		spec.mac_form = nla_get_u8(attrs[OMASEC_A_ACCOUNT_MAC_FORM]);
	if (attrs[OMASEC_A_ACCOUNT_APP_CRED])
		spec.app_cred = nla_get_u8(attrs[OMASEC_A_ACCOUNT_APP_CRED]);
	if (attrs[OMASEC_A_ACCOUNT_USERNETWPIN])
		spec.usernetwpin = nla_get_u8(attrs[OMASEC_A_ACCOUNT_USERNETWPIN]);
	if (attrs[OMASEC_A_ACCOUNT_BOOTSTRAP_UNSECURED])
		spec.bootstrap_unsecured = nla_get_u8(attrs[OMASEC_A_ACCOUNT_BOOTSTRAP_UNSECURED]);
	if (attrs[OMASEC_A_ACCOUNT_ENCRYPTION_PROFILE])
		spec.encryption_profile = nla_get_u8(attrs[OMASEC_A_ACCOUNT_ENCRYPTION_PROFILE]);
	spec.server_id = omasec_nl_string(attrs[OMASEC_A_ACCOUNT_SERVER_ID]);

	err = omasec_nl_cred(info, attrs[OMASEC_A_ACCOUNT_CLIENT], &spec, OMASEC_CRED_CLIENT);
	if (!err)
		err = omasec_nl_cred(info, attrs[OMASEC_A_ACCOUNT_SERVER], &spec,
				     OMASEC_CRED_SERVER);
	if (!err)
		err = omasec_nl_secrets(info, spec.secret);
	if (err)
		goto out;
	cfg = omasec_config_open(on, info->snd_portid, &why);
	if (IS_ERR(cfg)) {
		err = PTR_ERR(cfg);
	} else {
		err = omasec_config_account_set(cfg, &spec, &why);
		err = omasec_config_close(cfg, err, &why);
	}
	if (err)
		omasec_nl_fail(info->extack, NULL, err, why);
out:
	key_put(spec.key[OMASEC_CRED_CLIENT]);
	key_put(spec.key[OMASEC_CRED_SERVER]);
	for (of = 0; of < OMASEC_SECRETS; of++)
		key_put(spec.secret[of]);
	return err;
}

int omasec_nl_account_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct omasec_config *cfg;
	const char *why = NULL, *name;
	int err;

	err = omasec_nl_account_name(info, &name);
	if (err)
		return err;
	cfg = omasec_config_open(omasec_nl_net(info), info->snd_portid, &why);
	if (IS_ERR(cfg))
		return omasec_nl_fail(info->extack, NULL, PTR_ERR(cfg), why);
	err = omasec_config_account_del(cfg, name, &why);
	err = omasec_config_close(cfg, err, &why);
	return err ? omasec_nl_fail(info->extack, info->attrs[OMASEC_A_ACCOUNT_NAME], err, why) : 0;
}

/**
 * struct omasec_nl_nonces - what account-nonce says of a credential
 * @nonce: the next nonce
 * @agreed: the agreed nonce of which @used tells
 * @used: how many messages it has protected
 */
struct omasec_nl_nonces {
	struct omasec_nonce nonce, agreed;
	u32 used;
};

static int omasec_nl_nonces(struct genl_info *info, const struct nlattr *nest,
			    struct omasec_nl_nonces *n)
{
	struct nlattr *tb[OMASEC_A_CRED_MAX + 1];
	int err;

	if (!nest)
		return 0;
	err = omasec_nl_cred_parse(info, nest, tb);
	if (err)
		return err;
	if (tb[OMASEC_A_CRED_USER] || tb[OMASEC_A_CRED_KEY] ||
	    (!tb[OMASEC_A_CRED_NONCE] && !tb[OMASEC_A_CRED_AGREED]))
		return omasec_nl_fail(info->extack, nest, -EINVAL,
				      "account-nonce takes a nonce, or how far an agreed one is used, and nothing else");
	if (!tb[OMASEC_A_CRED_AGREED] != !tb[OMASEC_A_CRED_AGREED_USED])
		return omasec_nl_fail(info->extack, nest, -EINVAL,
				      "agreed and agreed-used go together");
	if (tb[OMASEC_A_CRED_NONCE])
		omasec_nl_nonce(tb[OMASEC_A_CRED_NONCE], &n->nonce);
	if (tb[OMASEC_A_CRED_AGREED]) {
		omasec_nl_nonce(tb[OMASEC_A_CRED_AGREED], &n->agreed);
		n->used = nla_get_u32(tb[OMASEC_A_CRED_AGREED_USED]);
	}
	return 0;
}

int omasec_nl_account_nonce_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *client = info->attrs[OMASEC_A_ACCOUNT_CLIENT];
	struct nlattr *server = info->attrs[OMASEC_A_ACCOUNT_SERVER];
	struct nlattr *blocked = info->attrs[OMASEC_A_ACCOUNT_DECRYPTION_BLOCKED];
	struct omasec_net *on = omasec_nl_net(info);
	struct omasec_nl_nonces n[2] = {};
	struct omasec_account *a;
	const char *name;
	unsigned int who;
	int err;

	if (READ_ONCE(on->helper_portid) != info->snd_portid)
		return omasec_nl_fail(info->extack, NULL, -EPERM,
				      "only the registered helper may set nonces");
	err = omasec_nl_account_name(info, &name);
	if (!err)
		err = omasec_nl_nonces(info, client, &n[OMASEC_CRED_CLIENT]);
	if (!err)
		err = omasec_nl_nonces(info, server, &n[OMASEC_CRED_SERVER]);
	if (err)
		return err;
	if (!client && !server && !blocked)
		return omasec_nl_missing(info, "neither a client nor a server nonce is given");
	a = omasec_account_find(on, name);
	if (!a)
		return omasec_nl_fail(info->extack, info->attrs[OMASEC_A_ACCOUNT_NAME], -ENOENT,
				      "there is no account with this name");
	for (who = 0; who < 2; who++) {
		if (n[who].nonce.known)
			omasec_account_nonce_set(a, who, &n[who].nonce);
		if (n[who].agreed.known)
			omasec_agreed_used(a, who, &n[who].agreed, n[who].used);
	}
	if (blocked)
		omasec_account_block(a, nla_get_u32(blocked));
	omasec_account_put(a);
	return 0;
}

static int omasec_nl_put_cred(struct sk_buff *skb, int attr, struct omasec_account *a,
			      unsigned int who, bool helper)
{
	const struct omasec_cred *c = &a->cred[who];
	struct omasec_nonce nonce, agreed;
	struct nlattr *nest;
	u32 used;

	if (!*c->user)
		return 0;
	omasec_account_nonce_read(a, who, &nonce, NULL);
	omasec_agreed_read(a, who, &agreed, &used);
	nest = nla_nest_start(skb, attr);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_string(skb, OMASEC_A_CRED_USER, c->user) ||
	    (c->key && nla_put_s32(skb, OMASEC_A_CRED_KEY, key_serial(c->key))) ||
	    (nonce.known && nla_put_flag(skb, OMASEC_A_CRED_HAS_NONCE)) ||
	    (nonce.known && helper &&
	     nla_put(skb, OMASEC_A_CRED_NONCE, nonce.len, nonce.data)) ||
	    (agreed.known && (nla_put_flag(skb, OMASEC_A_CRED_HAS_AGREED) ||
			      nla_put_u32(skb, OMASEC_A_CRED_AGREED_USED, used))) ||
	    (agreed.known && helper &&
	     nla_put(skb, OMASEC_A_CRED_AGREED, agreed.len, agreed.data)) ||
	    nla_put_s32(skb, OMASEC_A_CRED_KEY_STATE, -omasec_key_state(c->key)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int omasec_nl_put_secrets(struct sk_buff *skb, const struct omasec_account *a)
{
	unsigned int of;

	for (of = 0; of < OMASEC_SECRETS; of++) {
		struct key *key = a->secret[of];

		if (key && (nla_put_s32(skb, omasec_nl_secret[of].key, key_serial(key)) ||
			    nla_put_s32(skb, omasec_nl_secret[of].state,
					-omasec_secret_state(key, of))))
			return -EMSGSIZE;
	}
	return 0;
}

static int omasec_nl_put_bootstrap(struct sk_buff *skb, struct omasec_account *a)
{
	unsigned int failures, locked;

	omasec_pin_state(a, &failures, &locked);
	if (omasec_nl_put_secrets(skb, a) ||
	    nla_put_u8(skb, OMASEC_A_ACCOUNT_USERNETWPIN, a->usernetwpin) ||
	    nla_put_u8(skb, OMASEC_A_ACCOUNT_BOOTSTRAP_UNSECURED, a->bootstrap_unsecured) ||
	    nla_put_u8(skb, OMASEC_A_ACCOUNT_PIN_FAILURES, failures) ||
	    nla_put_u32(skb, OMASEC_A_ACCOUNT_PIN_LOCKED, locked))
		return -EMSGSIZE;
	return 0;
}

/* @portid: of the reader. */
static int omasec_nl_put_account(struct sk_buff *skb, struct omasec_net *on,
				 struct omasec_account *a, u32 portid)
{
	bool helper = portid && READ_ONCE(on->helper_portid) == portid;

	if (nla_put_string(skb, OMASEC_A_ACCOUNT_NAME, a->name) ||
	    (*a->server_id && nla_put_string(skb, OMASEC_A_ACCOUNT_SERVER_ID, a->server_id)) ||
	    omasec_nl_put_cred(skb, OMASEC_A_ACCOUNT_CLIENT, a, OMASEC_CRED_CLIENT, helper) ||
	    omasec_nl_put_cred(skb, OMASEC_A_ACCOUNT_SERVER, a, OMASEC_CRED_SERVER, helper) ||
	    nla_put_u8(skb, OMASEC_A_ACCOUNT_MAC_FORM, a->mac_form) ||
	    nla_put_u8(skb, OMASEC_A_ACCOUNT_APP_CRED, a->app_cred) ||
	    nla_put_u8(skb, OMASEC_A_ACCOUNT_ENCRYPTION_PROFILE, a->encryption_profile) ||
	    nla_put_u32(skb, OMASEC_A_ACCOUNT_DECRYPTION_BLOCKED, omasec_account_blocked(a)) ||
	    omasec_nl_put_bootstrap(skb, a) ||
	    nla_put_u64_64bit(skb, OMASEC_A_ACCOUNT_MESSAGES_OK,
			      atomic64_read(&a->messages_ok), OMASEC_A_ACCOUNT_PAD) ||
	    nla_put_u64_64bit(skb, OMASEC_A_ACCOUNT_MESSAGES_REFUSED,
			      atomic64_read(&a->messages_refused), OMASEC_A_ACCOUNT_PAD))
		return -EMSGSIZE;
	return 0;
}

int omasec_nl_account_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct omasec_net *on = omasec_nl_net(info);
	struct omasec_account *a;
	struct sk_buff *reply;
	const char *name;
	void *hdr;
	int err;

	err = omasec_nl_account_name(info, &name);
	if (err)
		return err;
	a = omasec_account_find(on, name);
	if (!a)
		return omasec_nl_fail(info->extack, info->attrs[OMASEC_A_ACCOUNT_NAME], -ENOENT,
				      "there is no account with this name");
	err = -ENOMEM;
	reply = omasec_nl_reply(info, NLMSG_DEFAULT_SIZE, OMASEC_CMD_ACCOUNT_GET, &hdr);
	if (!reply)
		goto out;
	err = omasec_nl_reply_end(info, reply, hdr,
				  omasec_nl_put_account(reply, on, a, info->snd_portid));
out:
	omasec_account_put(a);
	return err;
}

int omasec_nl_account_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct omasec_net *on = omasec_net(sock_net(skb->sk));
	unsigned long id = cb->args[0];
	struct omasec_account *a;
	void *hdr;

	if (omasec_dump_attrs(cb)[OMASEC_A_ACCOUNT_NAME])
		return omasec_nl_fail(cb->extack, NULL, -EINVAL,
				      "all accounts, or one by name without the dump flag");
	cb->seq = READ_ONCE(on->generation);
	for (; (a = omasec_account_next(on, &id)); id++) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &omasec_nl_family, NLM_F_MULTI, OMASEC_CMD_ACCOUNT_GET);
		if (!hdr || omasec_nl_put_account(skb, on, a, NETLINK_CB(cb->skb).portid)) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			omasec_account_put(a);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
		omasec_account_put(a);
	}
	cb->args[0] = id;
	return skb->len;
}
