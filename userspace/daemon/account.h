/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the helper knows of accounts: names, the current nonce of each
 * credential, and which messages were accepted lately. Memory follows the store:
 * an account is loaded when it is made, marked dirty when it changes, and
 * written before the verdict that depends on it. Secrets are not here.
 */
#ifndef DAEMON_ACCOUNT_H
#define DAEMON_ACCOUNT_H

#include <omasec.h>

#include "budget.h"
#include "hash.h"
#include "window.h"

enum account_who { ACCOUNT_CLIENT, ACCOUNT_SERVER };

#define GUARD_SEEN 16

/**
 * struct guard - tells a message that was accepted from its replay
 * @seen: fingerprints of the messages accepted last, a ring
 * @before: the nonce that we issued before the current one; it may still count
 *	when the message with the current one never left
 * @next: place in the ring
 * @uses: messages accepted since the current nonce was issued
 */
struct guard {
	uint64_t seen[GUARD_SEEN];
	struct omasec_nonce before;
	uint8_t next, uses;
};

/**
 * struct account - an account
 * @nonce: by enum account_who, for the next message that credential protects.
 *	One of them the peer has issued to us, the other one we to the peer.
 * @fresh: what the server issued while it was not authenticated; for the next
 *	try only, never stored (client role)
 * @busy: connection that has an exchange under way (client role), until @busy_until
 * @guard: for the credential of the peer, by enum account_who
 * @window: of the agreed nonce of the peer's credential, by enum account_who
 * @agreed: the module has an agreed nonce, by enum account_who
 * @budget: of failures to decrypt, with encryption-profile legacy
 * @budget_dirty: and it has changed
 * @legacy: that is its encryption-profile
 * @user: name of the client credential, "" when it is not known
 * @server: identifier of the server, by which Access Control Lists know it; "" for none
 * @listed: the module has the account, or had it when we looked last
 * @sessions: how many refer to it
 */
struct account {
	struct hash_node by_name, by_user;
	struct account *next, **link;
	struct account *next_dirty;
	bool dirty, listed, has_user;
	unsigned int sessions;
	struct omasec_nonce nonce[2], fresh;
	struct guard guard[2];
	struct window window[2];
	bool agreed[2];
	struct budget budget;
	bool budget_dirty, legacy;
	uint64_t busy, busy_until;
	char *user;
	char server[OMASEC_SERVER_ID_MAX + 1];
	char name[];
};

/* Reads what the store has; 0 (also for nothing) or a negative errno. */
typedef int (*account_load_fn)(void *arg, struct account *a);

/*
 * Reads a window into @w, which is empty; one that the store does not know begins.
 * 0, -EKEYEXPIRED when the nonce was replaced by another one before, or another errno.
 */
typedef int (*account_window_fn)(void *arg, const struct account *a, enum account_who who,
				 const struct omasec_nonce *nonce, struct window *w);

struct accounts {
	struct hash names, users;
	struct account *all, *dirty;
	account_load_fn load;
	account_window_fn load_window;	/* set after accounts_init(); may be NULL */
	void *arg;
};

/* 0 or -ENOMEM. @load may be NULL. */
int accounts_init(struct accounts *as, account_load_fn load, void *arg);
void accounts_free(struct accounts *as);

struct account *account_find(const struct accounts *as, const char *name);
/* The only account whose client has that name; NULL for none and for several. */
struct account *account_find_user(const struct accounts *as, const char *user);
/* Finds or makes. 0, -ENOMEM, or what loading failed with. */
int account_need(struct accounts *as, const char *name, struct account **out);
/* 0 or -ENOMEM. */
int account_set_user(struct accounts *as, struct account *a, const char *user);
/* Frees it; no session may refer to it. */
void account_drop(struct accounts *as, struct account *a);

void account_dirty(struct accounts *as, struct account *a);

/*
 * The window of an agreed nonce, which goes on from what the store has. 0, -EBUSY while
 * another one is not stored yet, or what loading failed with.
 */
int account_window(struct accounts *as, struct account *a, enum account_who who,
		   const struct omasec_nonce *nonce, struct window **w);

/* The peer issued @n. */
void account_learn(struct accounts *as, struct account *a, enum account_who who,
		   const struct omasec_nonce *n);
/* We issue @n. */
void account_issue(struct accounts *as, struct account *a, enum account_who who,
		   const struct omasec_nonce *n);

/**
 * account_replayed() - a message with a right MAC was accepted before
 * @a: account
 * @who: credential of the peer
 * @print: fingerprint of the message
 * @unique: the fingerprint has something that only this message has; otherwise
 *	it is told apart by the nonce that it was protected with
 * Also true when so many messages used one nonce that the oldest is forgotten.
 */
bool account_replayed(const struct account *a, enum account_who who, uint64_t print, bool unique);
void account_accepted(struct accounts *as, struct account *a, enum account_who who,
		      uint64_t print, bool unique);

#endif
