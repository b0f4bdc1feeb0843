/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the engine share. engine.c finds account and mode;
 * engine_sessionless.c has what belongs to no session;
 * engine_tx.c and engine_rx.c are the life of a message in transparent mode,
 * engine_native.c in native mode; engine_facts.c reads and edits Status.
 */
#ifndef DAEMON_ENGINE_INTERNAL_H
#define DAEMON_ENGINE_INTERNAL_H

#include "engine.h"

/**
 * struct engine_in - a message to decide
 * @acct: account, NULL for none
 * @send: our credential
 * @expect: the credential of the peer
 * @auth: how both prove that a message is no repetition: DM_AUTH_MAC, or with integrity
 *	signature DM_AUTH_MD5, in a Cred inside of what is signed
 */
struct engine_in {
	const struct omasec_message *msg;
	const struct dm_facts *facts;
	const void *body;
	uint64_t now;
	struct account *acct;
	enum account_who send, expect;
	enum dm_auth auth;
};

/* Its Cred is ours to put in and to take out. */
static inline bool engine_creds(const struct engine_in *in)
{
	return in->auth == DM_AUTH_MD5;
}

/* What is right or wrong with a message, for people. */
static inline const char *engine_proof(const struct engine_in *in)
{
	return engine_creds(in) ? "Cred" : "MAC";
}

/* How it is asked for. */
static inline enum dm_chal_op engine_chal(const struct engine_in *in)
{
	return engine_creds(in) ? DM_CHAL_MD5 : DM_CHAL_MAC;
}

/* -- engine.c */
/* A fresh nonce for the peer into @d; 0, or @d is a rejection. @a may be NULL. */
int engine_issue(struct engine *e, struct account *a, enum account_who who,
		 struct engine_decision *d);
/* Chooses the nonce for a message that leaves. @fresh: NULL for none. */
void engine_protect(const struct engine_in *in, const struct session *s,
		    const struct omasec_nonce *fresh, struct engine_decision *d);
/*
 * Whether each message has a MAC, ours or the peer's. With integrity on-challenge only
 * once it was asked for (DM Security 1.3, 5.4.1.5: nobody need supply it otherwise).
 */
bool engine_mac_out(const struct engine_in *in, const struct session *s);
bool engine_mac_in(const struct engine_in *in, const struct session *s);
/* A received message without MAC, which need not have one. */
bool engine_unasked(const struct engine_in *in);
/* It does not have one although the peer was asked: the session ends (5.4.1.5). */
void engine_unanswered(struct engine_decision *d);
/*
 * For a message that issues no nonce: the peer will use the one that we issued
 * last once more, as the standard has it for the first package of a session, and
 * the module has taken it out of service. The guard of the account tells replays.
 */
void engine_rearm(const struct engine_in *in, struct engine_decision *d);
/* The reason to reject @in when its enum omasec_mac_state is this. */
uint32_t engine_mac_reason(const struct engine_in *in, uint8_t mac_state);
/* The established session of @in, made when there is none; NULL: @d is a rejection. */
struct session *engine_session(struct engine *e, const struct engine_in *in,
			       struct engine_decision *d);

/*
 * The session to count a failure in. What continues an established session (by
 * its number, and by answering something) is counted there, all else in a
 * provisional one. NULL: @d is a rejection.
 */
struct session *engine_suspect(struct engine *e, const struct engine_in *in,
			       struct engine_decision *d);

/* -- engine_sessionless.c */
/* Decides a sessionless message; false when @in is none. */
bool engine_sessionless(struct engine *e, const struct engine_in *in, struct engine_decision *d);

/* -- engine_tx.c, engine_rx.c, engine_native.c */
void engine_tx(struct engine *e, const struct engine_in *in, struct engine_decision *d);
void engine_rx(struct engine *e, const struct engine_in *in, struct engine_decision *d);
void engine_native_tx(struct engine *e, const struct engine_in *in, struct engine_decision *d);
void engine_native_rx(struct engine *e, const struct engine_in *in, struct engine_decision *d);

/**
 * engine_challenge() - answer a message that failed with a challenge
 * @nonce: to challenge with; NULL for a fresh one
 * @fresh: nonce of the peer from that message, for our MAC; NULL for none
 * Counts the failure; @d becomes a rejection when there were too many.
 */
void engine_challenge(struct engine *e, const struct engine_in *in, struct session *s,
		      uint8_t mac_state, const struct omasec_nonce *nonce,
		      const struct omasec_nonce *fresh, struct engine_decision *d);

/* -- engine_facts.c */
/*
 * The Status that has the nonce for us: the one for message @wire, else the latest. Of two
 * for one message the first: with auth-md5, behind that may be one of the application's.
 */
const struct dm_status *facts_chal(const struct dm_facts *f, enum dm_auth auth, uint32_t wire);
void facts_nonce(const struct dm_status *st, struct omasec_nonce *n);
/* Nothing but 401 or 407, and a Chal of this type for the SyncHdr. */
bool facts_challenge_only(const struct dm_facts *f, enum dm_auth auth);
/* Status for the SyncHdr of message @ref, not at @except; NULL for none. */
const struct dm_status *facts_hdr(const struct dm_facts *f, uint32_t ref,
				  const struct dm_status *except);
/* The last Status for a SyncHdr; NULL for none. */
const struct dm_status *facts_last_hdr(const struct dm_facts *f);
/* A number that is the same for a replay; @unique: and for nothing else. */
uint64_t facts_print(const struct dm_facts *f, enum dm_auth auth, bool *unique);

/* MsgRef @from becomes @to; 0 or -E2BIG. */
int edits_map(struct dm_edits *e, uint32_t from, uint32_t to);
void edits_status(struct dm_edits *e, const struct dm_facts *f, const struct dm_status *st,
		  enum dm_status_op op, uint16_t code, enum dm_chal_op chal,
		  const struct omasec_nonce *n);
/* @chal: with the nonce @n, which is NULL for no Chal */
void edits_insert(struct dm_edits *e, uint16_t code, uint32_t ref, const char *target,
		  const char *source, enum dm_chal_op chal, const struct omasec_nonce *n);

#endif
