/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The judgement of a push: octets in, verdict out. What brought them (a datagram,
 * another transport) is no matter here.
 */
#ifndef OMASEC_PUSH_H
#define OMASEC_PUSH_H

#include "account.h"

/**
 * struct omasec_push_terms - by what a push is judged
 * @account: the only one that may speak, or NULL for any
 * @other: enum omasec_other
 * @tls: enum omasec_tls
 * @notification_13: enum omasec_notification_13
 * @nonce_resync: enum omasec_nonce_resync
 * @sessionless: enum omasec_sessionless; accept: who asks can wait for the helper
 * @max_message: most octets
 * @pin: that was typed for this one; empty for none
 * @pin_wait: without a PIN it waits for one
 * @trial: the verdict need not be the last one: the account does not count it
 */
struct omasec_push_terms {
	struct omasec_account *account;
	u8 other, tls, notification_13, nonce_resync, sessionless;
	u32 max_message;
	struct omasec_slice pin;
	bool pin_wait, trial;
};

/**
 * enum omasec_push_outcome - what becomes of a push
 * @OMASEC_PUSH_REFUSE: nobody gets it
 * @OMASEC_PUSH_PASS: it goes on unchecked, because the terms say so
 * @OMASEC_PUSH_ACCEPT: it was checked and is right
 * @OMASEC_PUSH_WAIT: its PIN is missing, for which the terms let it wait
 * @OMASEC_PUSH_NOTE: a sessionless message that was checked and is right if the helper
 *	says that it did not come before, and has noted it; only where the terms say accept
 */
enum omasec_push_outcome {
	OMASEC_PUSH_REFUSE,
	OMASEC_PUSH_PASS,
	OMASEC_PUSH_ACCEPT,
	OMASEC_PUSH_WAIT,
	OMASEC_PUSH_NOTE,
};

/**
 * struct omasec_push_verdict - what was found
 * @outcome: enum omasec_push_outcome
 * @has_kind: @kind is known
 * @kind: enum omasec_message_kind
 * @resync: accepted with the resynchronisation nonce
 * @session: id of the session that a notification asks for, 0 for none
 * @reason: enum omasec_reason, for a refusal
 * @account: who spoke or claimed to, with a reference; NULL when not known
 * @sec: enum omasec_sec, of a bootstrap message
 * @blob_kind: enum omasec_blob_kind, of a bootstrap message in a push
 * @data: what was pushed, where the header could be read
 * @server_id: in the notification, as far as there is room; "" for none
 * @what: what exactly was wrong, or NULL; a constant
 * @type: content type of what is to be noted; a constant
 * @agreed: nonce that the MAC of what is to be noted is right with
 * @mac: that MAC
 */
struct omasec_push_verdict {
	u8 outcome;
	bool has_kind;
	u8 kind;
	bool resync;
	u8 sec, blob_kind;
	u16 session;
	u32 reason;
	struct omasec_slice data;
	struct omasec_account *account;
	char server_id[OMASEC_USER_MAX + 1];
	const char *what, *type;
	struct omasec_nonce agreed;
	u8 mac[OMASEC_MD5_LEN];
};

/*
 * The caller puts v->account. An accepted notification counts as seen: the same
 * octets are refused the next time. Process context, may sleep.
 */
void omasec_push_judge(struct omasec_net *on, const struct omasec_push_terms *terms,
		       const void *data, size_t len, struct omasec_push_verdict *v);
/* The same for what was pushed, or came without a push. */
void omasec_push_judge_notification(struct omasec_net *on, const struct omasec_push_terms *terms,
				    const void *data, size_t len, struct omasec_push_verdict *v);
/* Counts for v->account, where that is known. Any context. */
void omasec_push_count(struct omasec_push_verdict *v);
struct omasec_bootstrap;
void omasec_push_judge_bootstrap(const struct omasec_push_terms *terms,
				 const struct omasec_bootstrap *b, struct omasec_slice body,
				 struct omasec_push_verdict *v);

#endif
