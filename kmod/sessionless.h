/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What protects a sessionless message: the MAC of DM Security 1.2, 5.4.3, with the
 * credential of its sender and a nonce that was agreed for such messages of that
 * sender. A session has nonces of its own, so neither disturbs the other.
 *
 * An agreed nonce protects up to OMASEC_SESSIONLESS_MAX messages, each MAC once.
 * Which ones came is remembered by the helper, on the disk, before one goes on: the
 * module knows only which nonce is in force.
 */
#ifndef OMASEC_SESSIONLESS_H
#define OMASEC_SESSIONLESS_H

#include "account.h"

/* The agreed nonce in force, and how many messages it has protected. Any context. */
void omasec_agreed_read(struct omasec_account *a, enum omasec_cred_who who,
			struct omasec_nonce *nonce, u32 *used);
/* The helper says how many; nothing happens when @nonce is not in force any more. */
void omasec_agreed_used(struct omasec_account *a, enum omasec_cred_who who,
			const struct omasec_nonce *nonce, u32 used);
/* Setting @nonce (one that is not known: leaving it) would change nothing. */
bool omasec_agreed_same(struct omasec_account *a, enum omasec_cred_who who,
			const struct omasec_nonce *nonce);

/*
 * MAC with the agreed nonce, which is returned in @nonce. Process context, may sleep.
 * Returns enum omasec_reason: 0, NONCE_MISSING, or of the key.
 */
unsigned int omasec_agreed_mac(struct omasec_account *a, enum omasec_cred_who who,
			       const u8 body[OMASEC_MD5_LEN], struct omasec_nonce *nonce,
			       u8 mac[OMASEC_MD5_LEN]);
/* Is @mac that one? enum omasec_reason: also MAC_WRONG. */
unsigned int omasec_agreed_judge(struct omasec_account *a, enum omasec_cred_who who,
				 const u8 body[OMASEC_MD5_LEN], const u8 mac[OMASEC_MD5_LEN],
				 struct omasec_nonce *nonce);

struct omasec_push_terms;
struct omasec_push_verdict;
struct omasec_wsp_push;
/* A push of a sessionless message? */
bool omasec_push_sessionless(const struct omasec_wsp_push *push);
/* Judges one: enum omasec_reason, with v->outcome for 0. Process context, may sleep. */
unsigned int omasec_push_judge_sessionless(struct omasec_net *on,
					   const struct omasec_push_terms *terms,
					   const struct omasec_wsp_push *push,
					   struct omasec_push_verdict *v);

#endif
