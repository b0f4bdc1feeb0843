/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session and nonce engine: what becomes of a message, from its facts, from
 * what the module found out about its MAC, and from what was before. It does no
 * I/O, sees no markup and no secret, and leaves what is to be made durable on
 * the dirty lists of accounts and sessions (DM Security 1.2, 5.3 and 5.4).
 *
 * Transparent mode, sending. MsgID and MsgRef become those of the wire. The
 * first package of a client stays as it is. Every other message carries, in the
 * Status for the peer's SyncHdr, 200 and a Chal (auth-MAC) with a fresh nonce:
 *   the application wrote 212, or 200 for a message without Cred, and no Chal
 *	of its own: that Status is changed;
 *   it wrote anything else (a challenge of its own, an error, 200 for a message
 *	with Cred): that Status stays, and ours goes in front of it;
 *   it wrote none: ours goes in.
 * Receiving undoes exactly that: of two Status for the same SyncHdr the one with
 * Chal (auth-MAC) goes; a single one gets 212 when the application had sent Cred
 * in that message, else 200. So between two omasecs no application sees
 * a code that the other did not write.
 *
 * Receiving with a right MAC: the nonce in the Chal is learnt. A message that is
 * nothing but a challenge to the message that we sent last makes us send that
 * again, once; every other one is delivered. Status for messages that the
 * application never sent are taken out.
 *
 * Receiving without: a challenge is answered with the repetition (MAC with
 * the nonce in it, which is not kept) that challenges the peer in its turn, but
 * only on the connection that the message went out on: nobody else gets to see
 * it. All else is answered with a challenge, 407 without MAC, 401 otherwise,
 * of a fresh nonce. One round: the second failure in a row is refused by the
 * client role, and answered by the server role with a 401 without Chal, a few
 * times on a connection, then refused too.
 *
 * No window for replays. The module takes a nonce out of service once a message
 * was right with it. But a client's first package cannot issue one, and so the
 * server uses the last one again in its answer: for that it is put back into
 * service, and fingerprints of what was accepted (account.h) tell a replay,
 * which is then a message with a wrong MAC.
 *
 * What a stranger sends changes no established session: not its numbers of
 * received messages, not its nonces to send with; it goes to a provisional one.
 *
 * With integrity signature a Cred of auth-md5 inside of what is signed takes the place of
 * the MAC, and all of the above is said of it, with Chal of auth-md5: the nonce goes the
 * same ways, mac_state is the module's word on the Cred (cred.h), mac_nonce what it is made
 * with. The Cred of the peer is taken out, so the application sees none; one of its own
 * has no place on the way, and is refused or taken out as app-cred says. Of two Status for
 * the same SyncHdr, ours is the first.
 *
 * Native mode changes nothing: it follows the nonces that the application issues
 * and gets, and challenges in the application's name, with the application's
 * nonce, where a message may not be delivered.
 *
 * A message of the peer with right MAC but without Chal is accepted, although
 * the standard would end the session: last messages of real peers have none.
 */
#ifndef DAEMON_ENGINE_H
#define DAEMON_ENGINE_H

#include <omasec.h>

#include "nonce.h"
#include "session.h"

/* Failures in a row on one connection that the server role answers, and in one session. */
#define ENGINE_FAILED_FLOW	4
#define ENGINE_FAILED_SESSION	8

enum engine_body {
	ENGINE_KEEP,		/* the octets as they are */
	ENGINE_EDIT,		/* @edits on the message */
	ENGINE_REPEAT,		/* @edits on @repeat */
	ENGINE_CHALLENGE,	/* @challenge, made from the message */
};

/**
 * struct engine_decision - what becomes of a message
 * @verdict: enum omasec_verdict
 * @body: enum engine_body: what goes on, or is sent to the peer
 * @reason: enum omasec_reason, for a rejection
 * @detail: for a rejection: what exactly, one line, nothing of the content
 * @account: the account that was found where the module knew none, else ""
 * @mac_nonce: for the MAC of the message that leaves
 * @no_mac: it leaves without
 * @expect_nonce: issued in it
 * @sessionless: it is a sessionless message
 * @agreed_used: received: how many messages its agreed nonce has protected
 * @repeat: octets of the message to repeat; allocated, freed by engine_decision_done()
 * @repeat_len: how many
 * @repeat_type: their Content-Type; likewise
 */
struct engine_decision {
	uint8_t verdict, body;
	bool no_mac, sessionless;
	uint32_t reason, agreed_used;
	char detail[200];
	char account[OMASEC_NAME_MAX + 1];
	struct omasec_nonce mac_nonce, expect_nonce;
	uint8_t *repeat;
	size_t repeat_len;
	char *repeat_type;
	struct dm_challenge challenge;
	struct dm_edits edits;
};

/* Fills the numbers of an established session from the store; false for none. */
typedef bool (*engine_recall_fn)(void *arg, const struct session *s, struct numbers *num);

struct engine {
	struct accounts accounts;
	struct sessions sessions;
	nonce_random_fn random;
	engine_recall_fn recall;
	void *recall_arg;
};

/* 0 or -ENOMEM. @load may be NULL. */
int engine_init(struct engine *e, const struct session_limits *limits, nonce_random_fn random,
		account_load_fn load, void *load_arg);
void engine_free(struct engine *e);

/*
 * What proves @msg, that leaves, where the rule leaves it open (integrity any): what the peer proved
 * itself with in the session, or hmac. enum omasec_integrity.
 */
uint8_t engine_integrity(const struct engine *e, const struct omasec_message *msg,
			 const struct dm_facts *facts);

/**
 * engine_decide() - decide a message
 * @e: engine
 * @msg: as the module announced it
 * @facts: as the worker found them, valid
 * @body: octets of the message, @msg->length of them
 * @now: monotonic milliseconds
 * @d: filled; engine_decision_done() when it was carried out
 */
void engine_decide(struct engine *e, const struct omasec_message *msg,
		   const struct dm_facts *facts, const void *body, uint64_t now,
		   struct engine_decision *d);

/* How long an exchange keeps others of its account waiting at most, ms. */
#define ENGINE_EXCHANGE_MS 5000

/**
 * engine_wait() - how long a message of the application had better wait
 * Two exchanges of one account at the same time would spoil each other's nonces,
 * so the client role has them one after the other.
 * Return: 0 to decide it now, or ms; less when an exchange ends before.
 */
unsigned int engine_wait(const struct engine *e, const struct omasec_message *msg, uint64_t now);
/* The connection ended; @account may be "". */
void engine_flow_gone(struct engine *e, const char *account, uint64_t flow);

void engine_decision_done(struct engine_decision *d);

/* A rejection that needs no engine (the worker refused the message). */
void engine_reject(struct engine_decision *d, uint32_t reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
