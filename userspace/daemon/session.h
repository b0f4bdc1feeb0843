/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DM sessions, found by account, SessionID and role, not by connection.
 *
 * Two kinds: established ones have had a message with a right MAC (or are begun
 * by the local application), provisional ones are what is kept of a peer that
 * was challenged and has not proved itself yet. Each kind has its own bound and
 * life time, so that strangers cannot push out sessions; the one that was idle
 * longest goes first. A provisional session is found by SessionID and Source.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include <dm/facts.h>

#include "account.h"
#include "number.h"

#define SESSION_CREDS 4

/**
 * struct held - the message that we sent last, as the application wrote it, to
 *	be sent again when the peer challenges it
 * @body: octets, NULL for none
 * @type: Content-Type
 * @flow: where it was sent
 * @app: its number for the application
 * @wire: its number when it was sent last
 * @again: it was repeated already
 * @strip: its Cred is to be removed
 * @map: MsgRef numbers to change
 */
struct held {
	uint8_t *body;
	size_t len;
	char *type;
	uint64_t flow;
	uint32_t app, wire;
	bool again, strip;
	uint16_t map_count;
	struct dm_map *map;
};

/**
 * struct session - a session
 * @acct: with a count in acct->sessions; NULL only when provisional
 * @role: enum omasec_role of the local application
 * @stamp: when it was used last, ms
 * @num: MsgIDs
 * @peer_source, @peer_target: LocURIs in the peer's last message
 * @peer_cred: that message had a Cred
 * @cred: numbers (application's) of our messages that had a Cred, a ring
 * @issued: nonce that our last challenge asked for
 * @flow: of the last message of the peer that failed
 * @failed: messages of the peer that failed in a row
 * @failed_flow: those of them on @flow
 * @mac_out: our messages need a MAC: the peer asked for it, or the rule does
 * @mac_in: the peer's messages need one: we asked for it, it has begun, or the rule does
 * @creds: the peer proved itself by a Cred in what it signed, and not by a MAC
 * @dirty: @num is to be stored
 * @stored: the store has it
 */
struct session {
	struct hash_node node;
	struct session *older, *newer;
	struct session *next_dirty;
	struct account *acct;
	uint64_t stamp;
	uint8_t role;
	bool provisional, peer_cred, dirty, stored, mac_out, mac_in, creds;
	struct numbers num;
	uint32_t cred[SESSION_CREDS];
	uint8_t next_cred;
	unsigned int failed, failed_flow;
	uint64_t flow;
	struct omasec_nonce issued;
	struct held held;
	char *peer_source, *peer_target;
	char *source;		/* key of a provisional one, else NULL */
	char id[];
};

struct session_limits {
	unsigned int established, provisional;	/* number */
	unsigned int established_ms, provisional_ms;	/* idle */
	size_t held;				/* octets of all held messages */
};

extern const struct session_limits session_limits_default;

struct session_list {
	struct session *oldest, *newest;
	unsigned int count;
};

struct sessions {
	struct hash table;
	struct session_list established, provisional;
	struct session_limits limits;
	size_t held;
	struct session *dirty;
	unsigned long evicted;
};

/* 0 or -ENOMEM. */
int sessions_init(struct sessions *ss, const struct session_limits *limits);
void sessions_free(struct sessions *ss);
/* Ends those that were idle too long. Returns ms until there may be more, or -1. */
int sessions_expire(struct sessions *ss, uint64_t now);
/* Ends the sessions of all accounts that are not listed any more. */
void sessions_forget(struct sessions *ss);

/* NULL for none. */
struct session *session_find(const struct sessions *ss, const struct account *a, uint8_t role,
			     const char *id);
struct session *session_find_provisional(const struct sessions *ss, const struct account *a,
					 uint8_t role, const char *id, const char *source);
/* @source NULL: established. NULL without memory. */
struct session *session_new(struct sessions *ss, struct account *a, uint8_t role, const char *id,
			    const char *source, uint64_t now);
void session_drop(struct sessions *ss, struct session *s);
/* The peer proved to be @a. An established session of that name must be gone. */
void session_establish(struct sessions *ss, struct session *s, struct account *a, uint64_t now);
/* It begins anew: the same name, used for another session. */
void session_restart(struct sessions *ss, struct session *s);
void session_touch(struct sessions *ss, struct session *s, uint64_t now);

void session_cred_add(struct session *s, uint32_t app);
bool session_cred_has(const struct session *s, uint32_t app);

/* 0 or -ENOMEM; the old texts stay then. */
int session_peer(struct session *s, const char *source, const char *target);

/*
 * Takes copies; releases what was held before, and if need be what is held for
 * others, oldest first. 0 or -ENOMEM (nothing is held then), also over the limit.
 */
int session_hold(struct sessions *ss, struct session *s, const void *body, size_t len,
		 const char *type, const struct dm_map *map, uint16_t map_count);
void session_release(struct sessions *ss, struct session *s);

void session_dirty(struct sessions *ss, struct session *s);

#endif
