// SPDX-License-Identifier: LGPL-2.1-or-later
/* Rules. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"

#define RULE_ROOM 512

static const struct hint add_hints[] = {
	{ ENOENT, "there is no such account", "omasec account list" },
	{ EEXIST, "there is a rule of that name", "omasec rule list" },
	{ ENOSPC, "there are too many rules", NULL },
	{ EPERM, "the rule would leave its sockets without protection", "integrity hmac, tls require, or unprotected yes" },
	{ EOPNOTSUPP, "this kernel cannot do what the rule asks for", NULL },
	{ 0, NULL, NULL }
};

static const struct hint del_hints[] = {
	{ ENOENT, "there is no such rule", "omasec rule list" },
	{ 0, NULL, NULL }
};

void omasec_rule_init(struct omasec_rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->integrity = OMASEC_INTEGRITY_HMAC;
	rule->pin_wait = OMASEC_PIN_WAIT_DEFAULT;
}

static void rule_put_selector(struct genl_msg *m, const struct omasec_rule *r)
{
	genl_put_u8(m, OMASEC_A_RULE_DIRECTION, r->direction);
	genl_put_u16(m, OMASEC_A_RULE_PORT_MIN, r->port_min);
	genl_put_u16(m, OMASEC_A_RULE_PORT_MAX, r->port_max);
	if (r->family) {
		genl_put(m, OMASEC_A_RULE_ADDRESS, r->address, r->family == AF_INET ? 4 : 16);
		genl_put_u8(m, OMASEC_A_RULE_PREFIX, r->prefix);
	}
	if (r->has_uid)
		genl_put_u32(m, OMASEC_A_RULE_UID, r->uid);
	if (r->has_cgroup)
		genl_put_u64(m, OMASEC_A_RULE_CGROUP, r->cgroup);
}

static int rule_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct omasec_rule *rule = arg;

	memset(rule, 0, sizeof(*rule));
	return genl_decode_msg(&omasec_set_rule, nlh, rule);
}

int omasec_rule_add(struct omasec *o, const struct omasec_rule *r, uint32_t *id)
{
	struct omasec_rule reply = { 0 };
	struct genl_msg m;
	int rc;

	genl_msg_init(&m, &o->req, OMASEC_CMD_RULE_ADD, false, RULE_ROOM);
	if (r->name[0])
		genl_put_str(&m, OMASEC_A_RULE_NAME, r->name, OMASEC_NAME_MAX);
	rule_put_selector(&m, r);
	if (r->account[0])
		genl_put_str(&m, OMASEC_A_RULE_ACCOUNT, r->account, OMASEC_NAME_MAX);
	genl_put_u8(&m, OMASEC_A_RULE_ROLE, r->role);
	genl_put_u8(&m, OMASEC_A_RULE_BINDING, r->binding);
	genl_put_u8(&m, OMASEC_A_RULE_INTEGRITY, r->integrity);
	genl_put_u8(&m, OMASEC_A_RULE_TRANSPORT, r->transport);
	genl_put_u8(&m, OMASEC_A_RULE_AUTH_MODE, r->auth_mode);
	genl_put_u8(&m, OMASEC_A_RULE_FIRST_CONTACT, r->first_contact);
	genl_put_u8(&m, OMASEC_A_RULE_CONFIDENTIALITY, r->confidentiality);
	genl_put_u8(&m, OMASEC_A_RULE_CONTENT_CIPHER, r->content_cipher);
	genl_put_u8(&m, OMASEC_A_RULE_OBJECT_SIGNATURE, r->object_signature);
	genl_put_u8(&m, OMASEC_A_RULE_ENCODING, r->encoding);
	genl_put_u8(&m, OMASEC_A_RULE_OTHER, r->other);
	genl_put_u8(&m, OMASEC_A_RULE_PROTOCOL, r->protocol);
	genl_put_u8(&m, OMASEC_A_RULE_TLS, r->tls);
	genl_put_u8(&m, OMASEC_A_RULE_NOTIFICATION_13, r->notification_13);
	genl_put_u8(&m, OMASEC_A_RULE_NONCE_RESYNC, r->nonce_resync);
	genl_put_u32(&m, OMASEC_A_RULE_PIN_WAIT, r->pin_wait);
	genl_put_u8(&m, OMASEC_A_RULE_BOOTSTRAP, r->bootstrap);
	genl_put_u8(&m, OMASEC_A_RULE_SESSIONLESS, r->sessionless);
	if (r->max_message)
		genl_put_u32(&m, OMASEC_A_RULE_MAX_MESSAGE, r->max_message);
	if (r->deadline_ms)
		genl_put_u32(&m, OMASEC_A_RULE_DEADLINE_MS, r->deadline_ms);
	genl_put_u8(&m, OMASEC_A_RULE_ON_DENY, r->on_deny);
	genl_put_u8(&m, OMASEC_A_RULE_HELPER_LOST, r->helper_lost);
	genl_put_u8(&m, OMASEC_A_RULE_TLS, r->tls);
	genl_put_u8(&m, OMASEC_A_RULE_TLS_CHECK, r->tls_check);
	if (r->tls_min)
		genl_put_u16(&m, OMASEC_A_RULE_TLS_MIN, r->tls_min);
	if (r->unprotected)
		genl_put_flag(&m, OMASEC_A_RULE_UNPROTECTED);
	rc = omasec_call(o, &m, &omasec_set_rule, rule_reply, &reply, add_hints);
	if (!rc && id)
		*id = reply.id;
	return rc;
}

int omasec_rule_del(struct omasec *o, uint32_t id, const char *name)
{
	struct genl_msg m;

	if (!id && (!name || !*name))
		return omasec_fail(o, -EINVAL, "a rule is deleted by its id or its name");
	genl_msg_init(&m, &o->req, OMASEC_CMD_RULE_DEL, false, RULE_ROOM);
	if (id)
		genl_put_u32(&m, OMASEC_A_RULE_ID, id);
	else
		genl_put_str(&m, OMASEC_A_RULE_NAME, name, OMASEC_NAME_MAX);
	return omasec_call(o, &m, &omasec_set_rule, NULL, NULL, del_hints);
}

struct rule_each {
	omasec_rule_fn fn;
	void *arg;
};

static int rule_each_reply(void *arg, const struct nlmsghdr *nlh)
{
	const struct rule_each *e = arg;
	struct omasec_rule rule;
	int rc = rule_reply(&rule, nlh);

	return rc ? rc : e->fn(e->arg, &rule);
}

int omasec_rule_each(struct omasec *o, omasec_rule_fn fn, void *arg)
{
	struct rule_each e = { fn, arg };

	return omasec_dump(o, OMASEC_CMD_RULE_GET, &omasec_set_rule, rule_each_reply, &e);
}
