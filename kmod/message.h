/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A DM message that is held until it was decided.
 *
 * Exactly one of verdict, deadline, helper loss and close decides: whoever moves
 * @state from PENDING or HANDED to DECIDED by cmpxchg wins, the others find
 * ESTALE. The flow that submitted the message is told by @decided, which runs
 * with put_lock held and must only queue work. After close the flow has called
 * omasec_upcall_cancel(), which returns only when @decided can no longer run.
 */
#ifndef OMASEC_MESSAGE_H
#define OMASEC_MESSAGE_H

#include <linux/refcount.h>
#include <linux/workqueue.h>
#include "account.h"
#include "buf.h"
#include "policy.h"

enum omasec_msg_state { OMASEC_MSG_NEW, OMASEC_MSG_PENDING, OMASEC_MSG_HANDED, OMASEC_MSG_DECIDED };

/**
 * struct omasec_msg - a message
 * @ref: the flow holds one until it is done, the xarray one while submitted,
 *	an open dump one
 * @cookie: index | generation << 32; 0 before it was submitted
 * @on: network namespace
 * @flow_id: for notices and events
 * @state: enum omasec_msg_state, cmpxchg only
 * @path: enum omasec_path
 * @rule: with a reference
 * @account: with a reference; of the MAC or of the flow; may be NULL. The
 *	verdict may set it (before DECIDED).
 * @user: in the header, "" for none
 * @mac_state: enum omasec_mac_state; with @creds set while it is HANDED, under put_lock
 * @creds: it has no MAC, and a Cred in what is signed may prove it; one that leaves may
 *	get such a Cred in place of the MAC
 * @kind: enum omasec_message_kind
 * @http_kind: enum omasec_http_kind
 * @content_type: without parameters
 * @wbxml: received: the application is to get it as WBXML, when it is for the helper to say
 * @body: transfer coding removed. Immutable while PENDING or HANDED.
 * @repl: the body that the helper put; valid when @has_repl after DECIDED
 * @agreed: nonce for sessionless messages that the MAC is right with; not known when
 *	it is right with another one, or not at all
 * @mac: that MAC; or the digest of the Cred that @mac_state is about (cred_md5.c)
 * @cred_nonce: what the Cred of the message that leaves was made with, under put_lock
 * @sessionless: the verdict says that it is a sessionless message, valid after DECIDED
 * @verdict: enum omasec_verdict, valid after DECIDED
 * @reason: enum omasec_reason for reject
 * @mac_nonce: nonce to compute the MAC of the leaving message with
 * @no_mac: the message leaves without MAC
 * @expect_nonce: install as the peer's nonce when the message goes to the wire
 * @repl_type: Content-Type of @repl, "" to keep
 * @detail: text for the event, from the helper
 * @decided: called once, when DECIDED by something else than cancel
 * @arg: for @decided
 * @pending: in on->pending, or announced in the list of those; under helper_lock
 * @deadline: holds a reference while it is armed or runs
 * @handed_to: netlink port that was told; under helper_lock
 * @handed: how many times it was handed out; under helper_lock
 * @put_handed: @handed when @repl or @cred_nonce was begun; a helper never goes on with what
 *	another one began
 */
struct omasec_msg {
	refcount_t ref;
	struct rcu_head rcu;
	u64 cookie;
	struct omasec_net *on;
	u64 flow_id;
	atomic_t state;
	u8 path, role, http_kind, mac_state, kind;
	struct omasec_rule *rule;
	struct omasec_account *account;
	char user[OMASEC_USER_MAX + 1];
	char content_type[OMASEC_TYPE_MAX + 1];
	struct omasec_buf body;
	struct omasec_nonce agreed;
	u8 mac[OMASEC_MD5_LEN];
	struct omasec_nonce cred_nonce;

	struct mutex put_lock;		/* @repl while HANDED; taken by whoever decides */
	struct omasec_buf repl;
	bool has_repl, no_mac, sessionless, wbxml, creds;
	u8 verdict;
	u32 reason;
	struct omasec_nonce mac_nonce, expect_nonce;
	char repl_type[OMASEC_TYPE_MAX + 1];
	char detail[256];

	void (*decided)(struct omasec_msg *msg, void *arg);
	void *arg;

	/* upcall.c only */
	struct list_head pending;
	struct delayed_work deadline;
	u32 handed_to, handed, put_handed;
};

/* State NEW, one reference, rule and account referenced. GFP_KERNEL_ACCOUNT. */
struct omasec_msg *omasec_msg_new(struct omasec_net *on, struct omasec_rule *rule,
				  struct omasec_account *account);
static inline struct omasec_msg *omasec_msg_get(struct omasec_msg *m)
{
	refcount_inc(&m->ref);
	return m;
}

/* What the rule says; with any, of one that came with a MAC, hmac. */
static inline u8 omasec_msg_integrity(const struct omasec_msg *m)
{
	return m->rule->integrity == OMASEC_INTEGRITY_ANY && !m->creds ? OMASEC_INTEGRITY_HMAC :
									 m->rule->integrity;
}

void omasec_msg_put(struct omasec_msg *m);	/* NULL is fine; process context */

#endif
