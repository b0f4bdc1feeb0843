// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: rules. What is not said gets the safe value: MACs both ways, other
 * content refused, no waiting for a helper that is not there.
 */
#include <linux/cred.h>
#include <linux/uidgid.h>
#include <net/ipv6.h>

#include "compat/compat.h"
#include "config.h"
#include "crypto.h"
#include "listen.h"
#include "netlink.h"
#include "proto/tls.h"

#define OMASEC_MAX_MESSAGE	(1024 * 1024)
#define OMASEC_DEADLINE_MS	5000
#define OMASEC_DEADLINE_MS_MIN	50
#define OMASEC_DEADLINE_MS_MAX	600000

static u8 omasec_nl_u8(struct nlattr **attrs, int attr, u8 otherwise)
{
	return attrs[attr] ? nla_get_u8(attrs[attr]) : otherwise;
}

static u32 omasec_nl_u32(struct nlattr **attrs, int attr, u32 otherwise)
{
	return attrs[attr] ? nla_get_u32(attrs[attr]) : otherwise;
}

static int omasec_nl_rule_ports(struct genl_info *info, struct omasec_selector *sel)
{
	struct nlattr **attrs = info->attrs;

	if (!attrs[OMASEC_A_RULE_PORT_MIN])
		return omasec_nl_missing(info, "the port is missing (port-min)");
	sel->port_min = nla_get_u16(attrs[OMASEC_A_RULE_PORT_MIN]);
	sel->port_max = attrs[OMASEC_A_RULE_PORT_MAX] ?
		nla_get_u16(attrs[OMASEC_A_RULE_PORT_MAX]) : sel->port_min;
	if (sel->port_max < sel->port_min)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_PORT_MAX], -EINVAL,
				      "the last port is below the first");
	return 0;
}

/* Clears the bits of an address behind its prefix. */
static void omasec_nl_mask(u8 *address, unsigned int len, unsigned int prefix)
{
	unsigned int i;

	for (i = 0; i < len; i++) {
		unsigned int bits = prefix > 8 * i ? min(prefix - 8 * i, 8U) : 0;

		address[i] &= 0xff << (8 - bits);
	}
}

static int omasec_nl_rule_address(struct genl_info *info, struct omasec_selector *sel)
{
	struct nlattr *address = info->attrs[OMASEC_A_RULE_ADDRESS];
	struct nlattr *prefix = info->attrs[OMASEC_A_RULE_PREFIX];
	unsigned int len;

	if (!address)
		return prefix ? omasec_nl_fail(info->extack, prefix, -EINVAL,
					       "a prefix without an address") : 0;
	len = nla_len(address);
	if (len != 4 && len != 16)
		return omasec_nl_fail(info->extack, address, -EINVAL,
				      "an address has 4 or 16 octets");
	memcpy(sel->address, nla_data(address), len);
	if (len == 16 && ipv6_addr_v4mapped((struct in6_addr *)sel->address))
		return omasec_nl_fail(info->extack, address, -EINVAL,
				      "write an IPv4-mapped address as IPv4 address");
	sel->family = len == 4 ? 4 : 6;
	sel->prefix = prefix ? nla_get_u8(prefix) : 8 * len;
	if (sel->prefix > 8 * len)
		return omasec_nl_fail(info->extack, prefix, -EINVAL,
				      "the prefix is longer than the address");
	omasec_nl_mask(sel->address, len, sel->prefix);
	return 0;
}

static int omasec_nl_rule_selector(struct genl_info *info, struct omasec_selector *sel)
{
	struct nlattr **attrs = info->attrs;
	kuid_t uid;
	int err;

	if (!attrs[OMASEC_A_RULE_DIRECTION])
		return omasec_nl_missing(info, "the direction is missing");
	sel->direction = nla_get_u8(attrs[OMASEC_A_RULE_DIRECTION]);
	sel->protocol = omasec_nl_u8(attrs, OMASEC_A_RULE_PROTOCOL, OMASEC_PROTOCOL_TCP);
	err = omasec_nl_rule_ports(info, sel);
	if (!err)
		err = omasec_nl_rule_address(info, sel);
	if (err)
		return err;
	if (attrs[OMASEC_A_RULE_UID]) {
		/* Sockets are seen in the user namespace that owns the network namespace. */
		uid = make_kuid(current_user_ns(), nla_get_u32(attrs[OMASEC_A_RULE_UID]));
		sel->uid = uid_valid(uid) ? from_kuid(genl_info_net(info)->user_ns, uid) : -1;
		if (sel->uid == (u32)-1)
			return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_UID], -EINVAL,
					      "this user id means nothing in the network namespace");
		sel->has_uid = true;
	}
	if (attrs[OMASEC_A_RULE_CGROUP]) {
		sel->cgroup = nla_get_u64(attrs[OMASEC_A_RULE_CGROUP]);
		sel->has_cgroup = true;
		if (!sel->cgroup)
			return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_CGROUP], -EINVAL,
					      "0 is no id of a cgroup");
	}
	return 0;
}

static int omasec_nl_rule_protection(struct genl_info *info, struct omasec_rule *r)
{
	struct nlattr **attrs = info->attrs;

	r->role = omasec_nl_u8(attrs, OMASEC_A_RULE_ROLE, OMASEC_ROLE_AUTO);
	r->binding = omasec_nl_u8(attrs, OMASEC_A_RULE_BINDING,
				  r->sel.protocol == OMASEC_PROTOCOL_UDP ? OMASEC_BINDING_WSP :
									   OMASEC_BINDING_HTTP);
	if (r->role == OMASEC_ROLE_AUTO)
		r->role = r->sel.direction == OMASEC_DIRECTION_OUT ||
			  r->binding == OMASEC_BINDING_WSP ? OMASEC_ROLE_CLIENT :
							     OMASEC_ROLE_SERVER;
	r->integrity = omasec_nl_u8(attrs, OMASEC_A_RULE_INTEGRITY, OMASEC_INTEGRITY_HMAC);
	r->confidentiality = omasec_nl_u8(attrs, OMASEC_A_RULE_CONFIDENTIALITY,
					  OMASEC_CONFIDENTIALITY_NONE);
	r->content_cipher = omasec_nl_u8(attrs, OMASEC_A_RULE_CONTENT_CIPHER,
					 OMASEC_CONTENT_CIPHER_AES_256_GCM);
	r->object_signature = omasec_nl_u8(attrs, OMASEC_A_RULE_OBJECT_SIGNATURE,
					   OMASEC_OBJECT_SIGNATURE_NONE);
	r->encoding = omasec_nl_u8(attrs, OMASEC_A_RULE_ENCODING, OMASEC_ENCODING_AS_SENT);
	r->transport = omasec_nl_u8(attrs, OMASEC_A_RULE_TRANSPORT, OMASEC_TRANSPORT_PLAIN);
	r->auth_mode = omasec_nl_u8(attrs, OMASEC_A_RULE_AUTH_MODE, OMASEC_AUTH_MODE_TRANSPARENT);
	r->first_contact = omasec_nl_u8(attrs, OMASEC_A_RULE_FIRST_CONTACT,
					OMASEC_FIRST_CONTACT_NONCE);
	r->other = omasec_nl_u8(attrs, OMASEC_A_RULE_OTHER, OMASEC_OTHER_DENY);
	r->on_deny = omasec_nl_u8(attrs, OMASEC_A_RULE_ON_DENY, OMASEC_ON_DENY_RESET);
	r->helper_lost = omasec_nl_u8(attrs, OMASEC_A_RULE_HELPER_LOST, OMASEC_HELPER_LOST_REJECT);
	r->notification_13 = omasec_nl_u8(attrs, OMASEC_A_RULE_NOTIFICATION_13,
					  OMASEC_NOTIFICATION_13_REFUSE);
	r->nonce_resync = omasec_nl_u8(attrs, OMASEC_A_RULE_NONCE_RESYNC, OMASEC_NONCE_RESYNC_OFF);
	r->bootstrap = omasec_nl_u8(attrs, OMASEC_A_RULE_BOOTSTRAP, OMASEC_BOOTSTRAP_HTTP_CHECK);
	r->sessionless = omasec_nl_u8(attrs, OMASEC_A_RULE_SESSIONLESS, OMASEC_SESSIONLESS_REFUSE);
	if (r->sessionless == OMASEC_SESSIONLESS_ACCEPT &&
	    (r->integrity != OMASEC_INTEGRITY_HMAC || r->auth_mode == OMASEC_AUTH_MODE_STATIC))
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_SESSIONLESS], -EINVAL,
				      "sessionless accept needs integrity hmac and the helper, which remembers: auth-mode transparent or native");
	if (r->integrity != OMASEC_INTEGRITY_NONE && !omasec_crypto_has_md5())
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_INTEGRITY], -EOPNOTSUPP,
				      "integrity needs md5, which this kernel lacks (FIPS, or no CONFIG_CRYPTO_MD5)");
	if (r->integrity == OMASEC_INTEGRITY_ON_CHALLENGE &&
	    r->transport != OMASEC_TRANSPORT_AUTHENTICATED)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_INTEGRITY], -EINVAL,
				      "integrity on-challenge is for a transport that authenticates (transport = authenticated)");
	if (omasec_rule_signs(r) && r->auth_mode != OMASEC_AUTH_MODE_TRANSPARENT)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_AUTH_MODE], -EINVAL,
				      "integrity both, signature and any need the helper to sign: auth-mode transparent");
	if (omasec_rule_hides(r) && r->auth_mode != OMASEC_AUTH_MODE_TRANSPARENT)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_AUTH_MODE], -EINVAL,
				      "confidentiality needs the helper to encrypt: auth-mode transparent");
	if (omasec_rule_hides(r) && r->integrity != OMASEC_INTEGRITY_HMAC && !omasec_rule_signs(r))
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_INTEGRITY], -EINVAL,
				      "confidentiality is for messages that are authenticated: integrity hmac, both, signature or any");
	if (r->content_cipher != OMASEC_CONTENT_CIPHER_AES_256_GCM && !omasec_rule_hides(r))
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_CONTENT_CIPHER], -EINVAL,
				      "content-cipher is for messages that are encrypted: confidentiality message, objects or whole");
	if (r->object_signature && r->auth_mode != OMASEC_AUTH_MODE_TRANSPARENT)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_AUTH_MODE], -EINVAL,
				      "object-signature needs the helper to sign and check: auth-mode transparent");
	if (r->object_signature && r->integrity != OMASEC_INTEGRITY_HMAC && !omasec_rule_signs(r))
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_INTEGRITY], -EINVAL,
				      "object-signature is for messages that are authenticated: integrity hmac, both, signature or any");
	if (r->encoding != OMASEC_ENCODING_AS_SENT && !omasec_rule_xml(r))
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_ENCODING], -EINVAL,
				      "encoding wbxml is for messages that are signed or encrypted: others are delivered as they come");
	if (r->integrity == OMASEC_INTEGRITY_ON_CHALLENGE &&
	    r->auth_mode == OMASEC_AUTH_MODE_STATIC)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_AUTH_MODE], -EINVAL,
				      "integrity on-challenge needs the helper: auth-mode transparent or native");
	return 0;
}

/* The same for Posts and Replies, which are messages of a session and nothing else. */
static const char *omasec_nl_rule_unfit_post(const struct omasec_rule *r)
{
	if (r->notification_13 || r->nonce_resync)
		return "notification-1.3 and nonce-resync are for pushes, binding wsp";
	if (r->on_deny != OMASEC_ON_DENY_RESET)
		return "on-deny http is for binding http: a datagram that is refused is dropped";
	if (r->bootstrap)
		return "bootstrap is for binding http: a Post carries no bootstrap message";
	if (r->sessionless)
		return "sessionless accept is for bindings http, obex and wsp";
	if (r->tls_check)
		return "tls-check is for protocol tcp: records of DTLS are looked at one by one";
	if (r->binding == OMASEC_BINDING_WTP && r->tls != OMASEC_TLS_FORBID)
		return "tls is forbid with binding wtp: WTLS has a port of its own";
	return NULL;
}

/* What a rule may not say for its protocol; NULL when it does not. */
static const char *omasec_nl_rule_unfit(const struct omasec_rule *r)
{
	const struct omasec_selector *sel = &r->sel;

	if (sel->protocol == OMASEC_PROTOCOL_TCP) {
		if (r->binding == OMASEC_BINDING_WSP || omasec_rule_posts(r))
			return "bindings wsp, wsp-post and wtp are for protocol udp";
		if (r->binding == OMASEC_BINDING_OBEX &&
		    (r->tls != OMASEC_TLS_FORBID || r->on_deny != OMASEC_ON_DENY_RESET ||
		     r->bootstrap != OMASEC_BOOTSTRAP_HTTP_CHECK))
			return "tls, on-deny http and bootstrap are for binding http";
		if (r->notification_13 || r->nonce_resync)
			return "notification-1.3 and nonce-resync are for protocol udp";
		if (r->bootstrap == OMASEC_BOOTSTRAP_HTTP_FETCH &&
		    (sel->direction != OMASEC_DIRECTION_OUT || r->role != OMASEC_ROLE_CLIENT))
			return "bootstrap fetch is for direction out and role client";
		return NULL;
	}
	if (sel->has_uid || sel->has_cgroup)
		return "a datagram is judged before its socket is known: no uid and no cgroup with protocol udp";
	if (omasec_rule_posts(r))
		return omasec_nl_rule_unfit_post(r);
	if (r->binding != OMASEC_BINDING_WSP)
		return "protocol udp has binding wsp, wsp-post or wtp";
	if (sel->direction != OMASEC_DIRECTION_IN)
		return "protocol udp is for direction in: datagrams that come to this host";
	if (r->integrity != OMASEC_INTEGRITY_HMAC)
		return "protocol udp has integrity hmac: without, a rule would check nothing";
	if (r->role != OMASEC_ROLE_CLIENT)
		return "protocol udp has role client: notifications come from servers";
	if (r->tls_check || r->unprotected || r->bootstrap)
		return "tls-check, unprotected and bootstrap are for protocol tcp";
	if (r->auth_mode || r->first_contact || r->on_deny || r->helper_lost || r->confidentiality ||
	    r->object_signature)
		return "auth-mode, first-contact, on-deny, helper-lost, signatures and encryption are for protocol tcp";
	return NULL;
}

/*
 * Whatever the transport is, something has to protect it (HTTP without TLS: one of the
 * protections of the application layer), unless somebody said that nothing shall.
 */
static int omasec_nl_rule_tls(struct genl_info *info, struct omasec_rule *r)
{
	struct nlattr **attrs = info->attrs;

	r->tls = omasec_nl_u8(attrs, OMASEC_A_RULE_TLS,
			      r->binding == OMASEC_BINDING_WSP ? OMASEC_TLS_ALLOW :
								 OMASEC_TLS_FORBID);
	r->tls_check = omasec_nl_u8(attrs, OMASEC_A_RULE_TLS_CHECK, OMASEC_TLS_CHECK_ALL);
	r->tls_min = attrs[OMASEC_A_RULE_TLS_MIN] ? nla_get_u16(attrs[OMASEC_A_RULE_TLS_MIN]) :
						    OMASEC_TLS_1_2;
	r->unprotected = nla_get_flag(attrs[OMASEC_A_RULE_UNPROTECTED]);
	if (r->integrity != OMASEC_INTEGRITY_NONE || r->tls == OMASEC_TLS_REQUIRE ||
	    r->transport == OMASEC_TRANSPORT_AUTHENTICATED || r->unprotected)
		return 0;
	return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_INTEGRITY], -EPERM,
			      "nothing would protect these sockets: integrity hmac, tls require, or unprotected in so many words");
}

static int omasec_nl_rule_limits(struct genl_info *info, struct omasec_rule *r)
{
	struct nlattr **attrs = info->attrs;

	r->max_message = omasec_nl_u32(attrs, OMASEC_A_RULE_MAX_MESSAGE, OMASEC_MAX_MESSAGE);
	if (!r->max_message || r->max_message > OMASEC_MESSAGE_MAX)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_MAX_MESSAGE], -ERANGE,
				      "max-message is from 1 to 16777216 octets");
	r->deadline_ms = omasec_nl_u32(attrs, OMASEC_A_RULE_DEADLINE_MS, OMASEC_DEADLINE_MS);
	if (r->deadline_ms < OMASEC_DEADLINE_MS_MIN || r->deadline_ms > OMASEC_DEADLINE_MS_MAX)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_DEADLINE_MS], -ERANGE,
				      "deadline-ms is from 50 to 600000");
	r->pin_wait = omasec_nl_u32(attrs, OMASEC_A_RULE_PIN_WAIT, OMASEC_PIN_WAIT_DEFAULT);
	if (r->pin_wait > OMASEC_PIN_WAIT_MAX)
		return omasec_nl_fail(info->extack, attrs[OMASEC_A_RULE_PIN_WAIT], -ERANGE,
				      "pin-wait is from 0 to 3600 seconds");
	return 0;
}

static int omasec_nl_rule_account(struct genl_info *info, struct omasec_config *cfg,
				  struct omasec_rule *r)
{
	struct nlattr *attr = info->attrs[OMASEC_A_RULE_ACCOUNT];

	if (attr) {
		r->account = omasec_config_account(cfg, nla_data(attr));
		return r->account ? 0 : omasec_nl_fail(info->extack, attr, -ENOENT,
						       "there is no account with this name");
	}
	if (r->integrity == OMASEC_INTEGRITY_ON_CHALLENGE)
		return omasec_nl_missing(info, "integrity on-challenge needs an account");
	if (omasec_rule_signs(r))
		return omasec_nl_missing(info, "integrity both, signature and any need an account and its sign key");
	if (omasec_rule_hides(r))
		return omasec_nl_missing(info, "confidentiality needs an account, whose wrap key it is");
	if (r->object_signature)
		return omasec_nl_missing(info, "object-signature needs an account, whose sign key it is");
	if (r->bootstrap == OMASEC_BOOTSTRAP_HTTP_FETCH)
		return omasec_nl_missing(info, "bootstrap fetch needs an account");
	if (r->sel.direction == OMASEC_DIRECTION_OUT && r->integrity != OMASEC_INTEGRITY_NONE)
		return omasec_nl_missing(info, "a rule for direction out needs an account");
	return 0;
}

static struct omasec_rule *omasec_nl_rule_parse(struct genl_info *info)
{
	struct nlattr *name = info->attrs[OMASEC_A_RULE_NAME];
	struct omasec_rule *r = omasec_rule_new();
	const char *why;
	int err;

	if (!r)
		return ERR_PTR(-ENOMEM);
	if (name && !omasec_nl_name_ok(nla_data(name))) {
		err = omasec_nl_fail(info->extack, name, -EINVAL,
				     "a name is not empty and has no control characters");
		goto err_put;
	}
	if (name)
		strscpy(r->name, nla_data(name), sizeof(r->name));
	err = omasec_nl_rule_selector(info, &r->sel);
	if (!err)
		err = omasec_nl_rule_protection(info, r);
	if (!err)
		err = omasec_nl_rule_tls(info, r);
	why = err ? NULL : omasec_nl_rule_unfit(r);
	if (why)
		err = omasec_nl_fail(info->extack, info->attrs[OMASEC_A_RULE_PROTOCOL], -EINVAL,
				     why);
	if (!err)
		err = omasec_nl_rule_limits(info, r);
	if (!err)
		return r;
err_put:
	omasec_rule_put(r);
	return ERR_PTR(err);
}

int omasec_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct omasec_config *cfg;
	const char *why = NULL;
	struct omasec_rule *r;
	struct sk_buff *reply;
	void *hdr;
	u32 id = 0;
	int err;

	r = omasec_nl_rule_parse(info);
	if (IS_ERR(r))
		return PTR_ERR(r);
	reply = omasec_nl_reply(info, nla_total_size(sizeof(u32)), OMASEC_CMD_RULE_ADD, &hdr);
	if (!reply) {
		omasec_rule_put(r);
		return -ENOMEM;
	}
	omasec_listen_prepare(genl_info_net(info));	/* it may select listeners */
	cfg = omasec_config_open(omasec_nl_net(info), info->snd_portid, &why);
	if (IS_ERR(cfg)) {
		err = PTR_ERR(cfg);
		goto err_rule;
	}
	err = omasec_nl_rule_account(info, cfg, r);
	if (!err)
		err = omasec_config_rule_add(cfg, r, &why);
	if (!err) {
		id = r->id;
		r = NULL;
	}
	err = omasec_config_close(cfg, err, &why);
	if (err)
		goto err_rule;
	err = nla_put_u32(reply, OMASEC_A_RULE_ID, id);
	return omasec_nl_reply_end(info, reply, hdr, err);

err_rule:
	if (why)
		omasec_nl_fail(info->extack, NULL, err, why);
	nlmsg_free(reply);
	omasec_rule_put(r);
	return err;
}

int omasec_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *id = info->attrs[OMASEC_A_RULE_ID], *name = info->attrs[OMASEC_A_RULE_NAME];
	struct omasec_config *cfg;
	const char *why = NULL;
	int err;

	if (!id == !name)
		return omasec_nl_missing(info, "name the rule by id or by name, and not by both");
	if (id ? !nla_get_u32(id) : !omasec_nl_name_ok(nla_data(name)))
		return omasec_nl_fail(info->extack, id ?: name, -EINVAL,
				      "no rule has this id or name");
	cfg = omasec_config_open(omasec_nl_net(info), info->snd_portid, &why);
	if (IS_ERR(cfg))
		return omasec_nl_fail(info->extack, NULL, PTR_ERR(cfg), why);
	err = omasec_config_rule_del(cfg, id ? nla_get_u32(id) : 0, omasec_nl_string(name), &why);
	err = omasec_config_close(cfg, err, &why);
	return err ? omasec_nl_fail(info->extack, id ?: name, err, why) : 0;
}

static int omasec_nl_put_selector(struct sk_buff *skb, const struct omasec_selector *sel,
				  struct user_namespace *owner)
{
	kuid_t uid;

	if (nla_put_u8(skb, OMASEC_A_RULE_DIRECTION, sel->direction) ||
	    nla_put_u8(skb, OMASEC_A_RULE_PROTOCOL, sel->protocol) ||
	    nla_put_u16(skb, OMASEC_A_RULE_PORT_MIN, sel->port_min) ||
	    nla_put_u16(skb, OMASEC_A_RULE_PORT_MAX, sel->port_max))
		return -EMSGSIZE;
	if (sel->family &&
	    (nla_put(skb, OMASEC_A_RULE_ADDRESS, sel->family == 4 ? 4 : 16, sel->address) ||
	     nla_put_u8(skb, OMASEC_A_RULE_PREFIX, sel->prefix)))
		return -EMSGSIZE;
	uid = make_kuid(owner, sel->uid);
	if (sel->has_uid &&
	    nla_put_u32(skb, OMASEC_A_RULE_UID, from_kuid_munged(current_user_ns(), uid)))
		return -EMSGSIZE;
	if (sel->has_cgroup && nla_put_u64_64bit(skb, OMASEC_A_RULE_CGROUP, sel->cgroup,
						 OMASEC_A_RULE_PAD))
		return -EMSGSIZE;
	return 0;
}

static int omasec_nl_put_seen(struct sk_buff *skb, const struct omasec_rule *r)
{
	static const u16 attr[OMASEC_SEEN_COUNT] = {
		[OMASEC_SEEN_RX_MAC] = OMASEC_A_RULE_RX_MAC,
		[OMASEC_SEEN_TX_MAC] = OMASEC_A_RULE_TX_MAC,
		[OMASEC_SEEN_RX_PLAIN] = OMASEC_A_RULE_RX_PLAIN,
		[OMASEC_SEEN_TX_PLAIN] = OMASEC_A_RULE_TX_PLAIN,
		[OMASEC_SEEN_PASSED] = OMASEC_A_RULE_PASSED,
		[OMASEC_SEEN_REFUSED] = OMASEC_A_RULE_REFUSED,
	};
	unsigned int i;

	for (i = 0; i < OMASEC_SEEN_COUNT; i++)
		if (nla_put_u64_64bit(skb, attr[i], atomic64_read(&r->seen[i]),
				      OMASEC_A_RULE_PAD))
			return -EMSGSIZE;
	return 0;
}

/* What is about one protocol only. */
static int omasec_nl_put_protocol(struct sk_buff *skb, const struct omasec_rule *r)
{
	if (r->sel.protocol != OMASEC_PROTOCOL_UDP)
		return nla_put_u8(skb, OMASEC_A_RULE_BOOTSTRAP, r->bootstrap);
	if (nla_put_u8(skb, OMASEC_A_RULE_NOTIFICATION_13, r->notification_13) ||
	    nla_put_u8(skb, OMASEC_A_RULE_NONCE_RESYNC, r->nonce_resync))
		return -EMSGSIZE;
	return 0;
}

static int omasec_nl_put_rule(struct sk_buff *skb, const struct omasec_rule *r,
			      struct user_namespace *owner)
{
	if (nla_put_u32(skb, OMASEC_A_RULE_ID, r->id) ||
	    (*r->name && nla_put_string(skb, OMASEC_A_RULE_NAME, r->name)) ||
	    omasec_nl_put_selector(skb, &r->sel, owner) ||
	    (r->account && nla_put_string(skb, OMASEC_A_RULE_ACCOUNT, r->account->name)) ||
	    nla_put_u8(skb, OMASEC_A_RULE_ROLE, r->role) ||
	    nla_put_u8(skb, OMASEC_A_RULE_BINDING, r->binding) ||
	    nla_put_u8(skb, OMASEC_A_RULE_INTEGRITY, r->integrity) ||
	    nla_put_u8(skb, OMASEC_A_RULE_TRANSPORT, r->transport) ||
	    nla_put_u8(skb, OMASEC_A_RULE_AUTH_MODE, r->auth_mode) ||
	    nla_put_u8(skb, OMASEC_A_RULE_CONFIDENTIALITY, r->confidentiality) ||
	    nla_put_u8(skb, OMASEC_A_RULE_CONTENT_CIPHER, r->content_cipher) ||
	    nla_put_u8(skb, OMASEC_A_RULE_OBJECT_SIGNATURE, r->object_signature) ||
	    nla_put_u8(skb, OMASEC_A_RULE_ENCODING, r->encoding) ||
	    nla_put_u8(skb, OMASEC_A_RULE_FIRST_CONTACT, r->first_contact) ||
	    nla_put_u8(skb, OMASEC_A_RULE_OTHER, r->other) ||
	    nla_put_u32(skb, OMASEC_A_RULE_MAX_MESSAGE, r->max_message) ||
	    nla_put_u32(skb, OMASEC_A_RULE_DEADLINE_MS, r->deadline_ms) ||
	    nla_put_u32(skb, OMASEC_A_RULE_PIN_WAIT, r->pin_wait) ||
	    nla_put_u8(skb, OMASEC_A_RULE_ON_DENY, r->on_deny) ||
	    nla_put_u8(skb, OMASEC_A_RULE_HELPER_LOST, r->helper_lost) ||
	    nla_put_u8(skb, OMASEC_A_RULE_TLS, r->tls) ||
	    nla_put_u8(skb, OMASEC_A_RULE_TLS_CHECK, r->tls_check) ||
	    nla_put_u16(skb, OMASEC_A_RULE_TLS_MIN, r->tls_min) ||
	    (r->unprotected && nla_put_flag(skb, OMASEC_A_RULE_UNPROTECTED)) ||
	    nla_put_u8(skb, OMASEC_A_RULE_SESSIONLESS, r->sessionless) ||
	    omasec_nl_put_protocol(skb, r) ||
	    nla_put_u32(skb, OMASEC_A_RULE_FLOWS, atomic_read(&r->flows)) ||
	    nla_put_u64_64bit(skb, OMASEC_A_RULE_HITS, atomic64_read(&r->hits),
			      OMASEC_A_RULE_PAD) ||
	    omasec_nl_put_seen(skb, r))
		return -EMSGSIZE;
	return 0;
}

int omasec_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net *net = sock_net(skb->sk);
	struct omasec_net *on = omasec_net(net);
	struct omasec_policy *p;
	unsigned long i;
	void *hdr;

	/* Rules do not move inside a policy, and the generation tells of another one. */
	rcu_read_lock();
	cb->seq = READ_ONCE(on->generation);
	p = rcu_dereference(on->policy);
	for (i = cb->args[0]; p && i < p->count; i++) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &omasec_nl_family, NLM_F_MULTI, OMASEC_CMD_RULE_GET);
		if (!hdr)
			break;
		if (omasec_nl_put_rule(skb, p->rules[i], net->user_ns)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
	}
	rcu_read_unlock();
	cb->args[0] = i;
	return skb->len;
}
