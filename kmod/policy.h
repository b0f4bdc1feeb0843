/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules: which sockets omasec protects, and how. A policy is an immutable
 * snapshot of all rules of a network namespace under RCU; a rule is reference
 * counted, so that a change of policy never alters a flow in the middle of a
 * message. The match itself is pure (policy_match.c, also in host tests).
 */
#ifndef OMASEC_POLICY_H
#define OMASEC_POLICY_H

#include "net.h"
#include "policy_match.h"

struct omasec_account;

/* What a rule has seen of messages, since it was first in force. */
enum omasec_seen {
	OMASEC_SEEN_RX_MAC,	/* delivered with a right MAC, or Cred in what is signed */
	OMASEC_SEEN_TX_MAC,	/* sent with one */
	OMASEC_SEEN_RX_PLAIN,	/* delivered without */
	OMASEC_SEEN_TX_PLAIN,	/* sent without */
	OMASEC_SEEN_PASSED,	/* not DM, let through */
	OMASEC_SEEN_REFUSED,	/* messages and sockets */
	OMASEC_SEEN_COUNT,
};

/**
 * struct omasec_rule - a rule; immutable after it was published
 * @sel: which sockets
 * @ref: reference count
 * @account: the one account, or NULL for any (by user name in the MAC); holds a reference
 * @flows: flows that use it
 * @hits: sockets or datagrams that it selected
 * @seen: by enum omasec_seen
 */
struct omasec_rule {
	struct omasec_selector sel;
	refcount_t ref;
	struct rcu_head rcu;
	u32 id;
	char name[OMASEC_NAME_MAX + 1];
	struct omasec_account *account;
	u8 role;		/* never OMASEC_ROLE_AUTO here */
	u8 binding;
	u8 integrity;
	u8 confidentiality;
	u8 content_cipher;
	u8 object_signature;
	u8 encoding;
	u8 transport;
	u8 auth_mode;
	u8 first_contact;
	u8 other;
	u8 on_deny;
	u8 helper_lost;
	u8 tls;
	u8 notification_13;
	u8 nonce_resync;
	u8 sessionless;
	u8 tls_check;
	u8 bootstrap;
	bool unprotected;	/* an administrator wants it so */
	u16 tls_min;
	u32 max_message;
	u32 deadline_ms;
	u32 pin_wait;		/* seconds; 0: refused at once */
	atomic_t flows;
	atomic64_t hits;
	atomic64_t seen[OMASEC_SEEN_COUNT];
};

/**
 * struct omasec_policy - all rules in force, first match wins
 * @ports: per direction, the ports that any rule names: the one look-up that an
 *	unselected socket pays for
 * @udp_ports: the ports that rules of protocol udp name, in either direction
 * @names: per direction, whether there is a rule of protocol tcp at all
 * @has_udp: there are rules of protocol udp
 * @has_posts: some of them have binding wsp-post or wtp
 * @needs_helper: some rule cannot work without the helper
 */
struct omasec_policy {
	struct rcu_head rcu;
	DECLARE_BITMAP(ports[2], 65536);
	DECLARE_BITMAP(udp_ports, 65536);
	bool names[2];
	bool needs_helper;
	bool has_udp;
	bool has_posts;
	unsigned int count;
	struct omasec_rule *rules[];
};

/* Its messages are encrypted by the helper. */
static inline bool omasec_rule_hides(const struct omasec_rule *r)
{
	return r->confidentiality != OMASEC_CONFIDENTIALITY_NONE;
}

/* Its messages may have a MAC in their header, which the module makes and checks. */
static inline bool omasec_rule_macs(const struct omasec_rule *r)
{
	return r->integrity != OMASEC_INTEGRITY_NONE && r->integrity != OMASEC_INTEGRITY_SIGNATURE;
}

/* A Cred in what is signed may stand in for the MAC. */
static inline bool omasec_rule_creds(const struct omasec_rule *r)
{
	return r->integrity == OMASEC_INTEGRITY_SIGNATURE || r->integrity == OMASEC_INTEGRITY_ANY;
}

/* The helper signs its messages, or some of them. */
static inline bool omasec_rule_signs(const struct omasec_rule *r)
{
	return r->integrity == OMASEC_INTEGRITY_BOTH || omasec_rule_creds(r);
}

/* It does so by AES-CBC, which authenticates nothing. */
static inline bool omasec_rule_legacy(const struct omasec_rule *r)
{
	return omasec_rule_hides(r) && r->content_cipher >= OMASEC_CONTENT_CIPHER_AES_256_CBC;
}

/* The helper signs or encrypts its messages, or objects in them: they are XML on the way. */
static inline bool omasec_rule_xml(const struct omasec_rule *r)
{
	return omasec_rule_signs(r) || omasec_rule_hides(r) ||
	       r->object_signature != OMASEC_OBJECT_SIGNATURE_NONE;
}

/* A rule with all values zero, one reference, not published. NULL without memory. */
struct omasec_rule *omasec_rule_new(void);
/* A copy that is not published, for @account; NULL without memory. Process context. */
struct omasec_rule *omasec_rule_clone(const struct omasec_rule *r, struct omasec_account *account);
/* Says the same, id and counters apart. */
bool omasec_rule_same(const struct omasec_rule *a, const struct omasec_rule *b);

/* A policy of @count rules; takes their references over. NULL without memory. */
struct omasec_policy *omasec_policy_new(struct omasec_rule **rules, unsigned int count);
/* After a grace period; drops the references. NULL is fine. */
void omasec_policy_free(struct omasec_policy *p);

/* Some rule of @p names this port in this direction. */
static inline bool omasec_policy_names(const struct omasec_policy *p, unsigned int direction,
				       u16 port)
{
	return test_bit(port, p->ports[direction]);
}

/*
 * Some rule of protocol tcp in force names this port in this direction. RCU inside; any context, also
 * with preemption off on PREEMPT_RT. @port in host order.
 */
bool omasec_policy_port(struct omasec_net *on, unsigned int direction, u16 port);
/* Some rule in force is for this direction. Same context. */
bool omasec_policy_direction(struct omasec_net *on, unsigned int direction);

/*
 * The first rule that selects @key, with a reference, or NULL. Same context.
 */
struct omasec_rule *omasec_policy_match(struct omasec_net *on, const struct omasec_sock_key *key);

/* The rule in force with this id, with a reference, or NULL. Same context. */
struct omasec_rule *omasec_policy_rule(struct omasec_net *on, u32 id);

/* Datagrams are Posts and Replies, alone or in transactions of WTP. */
static inline bool omasec_rule_posts(const struct omasec_rule *r)
{
	return r->binding == OMASEC_BINDING_WSP_POST || r->binding == OMASEC_BINDING_WTP;
}

/* The rule needs a verdict of the helper for each DM message. */
static inline bool omasec_rule_needs_helper(const struct omasec_rule *r)
{
	if (r->sel.protocol == OMASEC_PROTOCOL_UDP && !omasec_rule_posts(r))
		return r->sessionless == OMASEC_SESSIONLESS_ACCEPT;
	return r->integrity != OMASEC_INTEGRITY_NONE && r->auth_mode != OMASEC_AUTH_MODE_STATIC;
}

/*
 * A message with this enum omasec_mac_state may be delivered if the helper says so.
 * Unverified ones are only those of a native client's server (its first challenge must
 * reach the application), and those without MAC where nobody has asked for one.
 */
static inline bool omasec_rule_lets_in(const struct omasec_rule *r, u8 mac_state)
{
	if (r->integrity == OMASEC_INTEGRITY_NONE || mac_state == OMASEC_MAC_STATE_OK)
		return true;
	if (r->integrity == OMASEC_INTEGRITY_ON_CHALLENGE &&
	    mac_state == OMASEC_MAC_STATE_MISSING)
		return true;
	return r->auth_mode == OMASEC_AUTH_MODE_NATIVE && r->role == OMASEC_ROLE_CLIENT;
}

static inline void omasec_rule_saw(struct omasec_rule *r, enum omasec_seen what)
{
	atomic64_inc(&r->seen[what]);
}

static inline struct omasec_rule *omasec_rule_get(struct omasec_rule *r)
{
	refcount_inc(&r->ref);
	return r;
}

void omasec_rule_put(struct omasec_rule *r);	/* any context; NULL is fine */

#endif
