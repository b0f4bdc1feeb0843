/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accounts: a pair of peers that know each other's credentials (on a device, a
 * management server; on a server, a device). Reference counted, found by name
 * or by user name in constant time. At most 512 octets each beyond the keys.
 */
#ifndef OMASEC_ACCOUNT_H
#define OMASEC_ACCOUNT_H

#include <linux/key.h>
#include "net.h"
#include "proto/mac.h"

enum omasec_cred_who { OMASEC_CRED_CLIENT, OMASEC_CRED_SERVER };

/**
 * struct omasec_nonce - a nonce, by value
 * @len: octets
 * @known: it was set, also when empty
 */
struct omasec_nonce {
	u8 len;
	bool known;
	u8 data[OMASEC_NONCE_MAX];
};

/**
 * struct omasec_cred - one credential
 * @user: allocated user name
 * @key: logon key with K; a reference; NULL when none was given
 * @nonce: for the next message protected by it; under the account's lock
 * @previous: MD5-prefix of the nonce before that, to tell a replay; under the lock
 */
struct omasec_cred {
	char *user;
	struct key *key;
	struct omasec_nonce nonce;
	struct omasec_nonce previous;
};

struct omasec_account {
	struct rhash_head by_name;
	struct rhlist_head by_user;	/* client user name */
	struct rhlist_head by_server;	/* server user name */
	refcount_t ref;
	struct rcu_head rcu;
	spinlock_t lock;		/* nonces; BH-safe, innermost */
	u8 mac_form, app_cred;
	char *server_id;
	struct omasec_cred cred[2];	/* [enum omasec_cred_who] */
	atomic64_t messages_ok, messages_refused;
	char name[];
};

/* With a reference, or NULL. Any context. */
struct omasec_account *omasec_account_find(struct omasec_net *on, const char *name);
/*
 * By the user name of a credential; NULL with *reason = USER_UNKNOWN when there
 * is none, or more than one account with that name.
 */
struct omasec_account *omasec_account_find_user(struct omasec_net *on, enum omasec_cred_who who,
						const char *user);
static inline struct omasec_account *omasec_account_get(struct omasec_account *a)
{
	refcount_inc(&a->ref);
	return a;
}
void omasec_account_put(struct omasec_account *a);	/* any context; NULL is fine */

void omasec_account_nonce_read(struct omasec_account *a, enum omasec_cred_who who,
			       struct omasec_nonce *cur, struct omasec_nonce *prev);
/* The current one becomes the previous one. Any context. */
void omasec_account_nonce_set(struct omasec_account *a, enum omasec_cred_who who,
			      const struct omasec_nonce *n);

/*
 * MAC of a body with a credential and @nonce. Process context, may sleep (key
 * semaphore). Returns enum omasec_reason: 0, KEY_MISSING, KEY_REVOKED, NO_MEMORY.
 */
unsigned int omasec_account_mac(struct omasec_account *a, enum omasec_cred_who who,
				const struct omasec_nonce *nonce,
				const u8 body_md5[OMASEC_MD5_LEN], u8 mac[OMASEC_MD5_LEN]);

#endif
