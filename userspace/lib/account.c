// SPDX-License-Identifier: LGPL-2.1-or-later
/* Accounts. Keys go by serial; the octets of a key never pass here. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Room for every attribute of an account at its longest. */
#define ACCOUNT_ROOM 1536

static const struct hint account_hints[] = {
	{ ENOENT, "there is no such account", "omasec account list" },
	{ EBUSY, "a rule names the account", "omasec rule list" },
	{ ENOKEY, "there is no key of that serial", "omasec key list" },
	{ EKEYREVOKED, "the key was revoked", "omasec key add" },
	{ EKEYEXPIRED, "the key has expired", "omasec key add" },
	{ 0, NULL, NULL }
};

static void account_put_cred(struct genl_msg *m, int attr, const struct omasec_cred *cred)
{
	struct nlattr *nest;

	if (!cred->user[0] && !cred->key && !cred->nonce.known && !cred->agreed.known)
		return;
	nest = genl_nest(m, attr);
	if (cred->user[0])
		genl_put_str(m, OMASEC_A_CRED_USER, cred->user, OMASEC_USER_MAX);
	if (cred->key)
		genl_put_s32(m, OMASEC_A_CRED_KEY, cred->key);
	if (cred->nonce.known)
		genl_put(m, OMASEC_A_CRED_NONCE, cred->nonce.data, cred->nonce.len);
	if (cred->agreed.known)
		genl_put(m, OMASEC_A_CRED_AGREED, cred->agreed.data, cred->agreed.len);
	genl_nest_end(m, nest);
}

int omasec_account_set(struct omasec *o, const struct omasec_account *account)
{
	struct genl_msg m;

	genl_msg_init(&m, &o->req, OMASEC_CMD_ACCOUNT_SET, false, ACCOUNT_ROOM);
	genl_put_str(&m, OMASEC_A_ACCOUNT_NAME, account->name, OMASEC_NAME_MAX);
	if (account->server_id[0])
		genl_put_str(&m, OMASEC_A_ACCOUNT_SERVER_ID, account->server_id,
			     OMASEC_SERVER_ID_MAX);
	account_put_cred(&m, OMASEC_A_ACCOUNT_CLIENT, &account->client);
	account_put_cred(&m, OMASEC_A_ACCOUNT_SERVER, &account->server);
	genl_put_u8(&m, OMASEC_A_ACCOUNT_MAC_FORM, account->mac_form);
	genl_put_u8(&m, OMASEC_A_ACCOUNT_APP_CRED, account->app_cred);
	if (account->netw.key)
		genl_put_s32(&m, OMASEC_A_ACCOUNT_NETW_KEY, account->netw.key);
	if (account->pin.key)
		genl_put_s32(&m, OMASEC_A_ACCOUNT_PIN_KEY, account->pin.key);
	if (account->sign.key)
		genl_put_s32(&m, OMASEC_A_ACCOUNT_SIGN_KEY, account->sign.key);
	if (account->wrap.key)
		genl_put_s32(&m, OMASEC_A_ACCOUNT_WRAP_KEY, account->wrap.key);
	if (account->legacy_wrap.key)
		genl_put_s32(&m, OMASEC_A_ACCOUNT_LEGACY_WRAP_KEY, account->legacy_wrap.key);
	genl_put_u8(&m, OMASEC_A_ACCOUNT_USERNETWPIN, account->usernetwpin);
	genl_put_u8(&m, OMASEC_A_ACCOUNT_BOOTSTRAP_UNSECURED, account->bootstrap_unsecured);
	genl_put_u8(&m, OMASEC_A_ACCOUNT_ENCRYPTION_PROFILE, account->encryption_profile);
	return omasec_call(o, &m, &omasec_set_account, NULL, NULL, account_hints);
}

int omasec_account_del(struct omasec *o, const char *name)
{
	struct genl_msg m;

	genl_msg_init(&m, &o->req, OMASEC_CMD_ACCOUNT_DEL, false, ACCOUNT_ROOM);
	genl_put_str(&m, OMASEC_A_ACCOUNT_NAME, name, OMASEC_NAME_MAX);
	return omasec_call(o, &m, &omasec_set_account, NULL, NULL, account_hints);
}

static int account_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct omasec_account *account = arg;

	memset(account, 0, sizeof(*account));
	return genl_decode_msg(&omasec_set_account, nlh, account);
}

int omasec_account_get(struct omasec *o, const char *name, struct omasec_account *account)
{
	struct genl_msg m;
	int rc;

	memset(account, 0, sizeof(*account));
	genl_msg_init(&m, omasec_account_channel(o), OMASEC_CMD_ACCOUNT_GET, false, ACCOUNT_ROOM);
	genl_put_str(&m, OMASEC_A_ACCOUNT_NAME, name, OMASEC_NAME_MAX);
	rc = omasec_account_call(o, &m, account_reply, account, account_hints);
	if (!rc && strcmp(account->name, name))
		return omasec_explain(o, &o->req, -EBADMSG, NULL);
	return rc;
}

struct account_each {
	omasec_account_fn fn;
	void *arg;
};

static int account_each_reply(void *arg, const struct nlmsghdr *nlh)
{
	const struct account_each *e = arg;
	struct omasec_account account;
	int rc = account_reply(&account, nlh);

	return rc ? rc : e->fn(e->arg, &account);
}

int omasec_account_each(struct omasec *o, omasec_account_fn fn, void *arg)
{
	struct account_each e = { fn, arg };

	return omasec_account_dump(o, account_each_reply, &e);
}
