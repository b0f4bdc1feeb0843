/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accounts: a pair of peers that know each other's credentials (on a device, a
 * management server; on a server, a device). Reference counted, found by name
 * or by user name in constant time. One allocation each, strings included: at
 * most 512 octets beyond the keys with names of ordinary length.
 *
 * An account never changes but for its nonces and counters: account-set puts a
 * new one in the place of the old one, which lives on while flows use it. Nonces
 * belong to the name, not to the object: the old account hands every question
 * about them on to its @successor.
 *
 * Which accounts count is decided by the generation of the configuration, so
 * that a transaction of any size comes into force in one store: an account counts
 * from generation @born (0: settled) until generation @died (0: for ever).
 */
#ifndef OMASEC_ACCOUNT_H
#define OMASEC_ACCOUNT_H

#include "key.h"
#include "net.h"
#include "proto/mac.h"

enum omasec_cred_who { OMASEC_CRED_CLIENT, OMASEC_CRED_SERVER };

/**
 * struct omasec_nonce - a nonce, by value
 * @len: octets
 * @known: it was set, also when empty
 * @spent: a stand-in that nobody knows, after the real one was used
 */
struct omasec_nonce {
	u8 len;
	bool known;
	bool spent;
	u8 data[OMASEC_NONCE_MAX];
};

static inline bool omasec_nonce_equal(const struct omasec_nonce *a, const struct omasec_nonce *b)
{
	return a->known == b->known && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/**
 * struct omasec_cred - one credential
 * @user: user name, "" for none
 * @key: logon key with K; a reference; NULL when none was given
 * @nonce: for the next message protected by it; under the account's lock
 * @previous: MD5-prefix of the nonce before that, to tell a replay; under the lock
 * @agreed: nonce for its sessionless messages; under the lock
 * @agreed_used: how many of them were accepted, as the helper says; under the lock
 */
struct omasec_cred {
	char *user;
	struct key *key;
	struct omasec_nonce nonce;
	struct omasec_nonce previous;
	struct omasec_nonce agreed;
	u32 agreed_used;
};

/**
 * struct omasec_user_link - an account in an index of user names
 * @node: in the index; only of one account of each user name
 * @same: ring of all accounts with this user name
 */
struct omasec_user_link {
	struct rhash_head node;
	struct list_head same;
};

struct omasec_notified;

/**
 * struct omasec_account - an account
 * @by_name: in on->accounts, where an old and a new one may stand side by side
 * @link: in on->users and on->servers, under the index lock
 * @ref: reference count; the tables hold one
 * @rcu: to be freed
 * @successor: set once when it is replaced, with a reference; under @lock
 * @id: index in the list for dumps; under config_lock
 * @rules: rules in force that name it; under config_lock
 * @born: generation from which it counts, 0 when that was long ago
 * @died: generation from which it no longer counts, 0 for none
 * @lock: nonces; BH-safe, innermost
 * @mac_form: enum omasec_mac_form
 * @app_cred: enum omasec_app_cred
 * @usernetwpin: enum omasec_usernetwpin
 * @bootstrap_unsecured: enum omasec_bootstrap_unsecured
 * @encryption_profile: enum omasec_encryption_profile
 * @pin_failures: wrong PINs one after the other, those that are being tried
 *	included; under @lock
 * @pin_tried: seconds since boot when the last one was tried; under @lock
 * @blocked_until: seconds since boot from which the helper decrypts again what is of the
 *	legacy profile, as it has told; under @lock
 * @server_id: inside this allocation, like the user names
 * @cred: [enum omasec_cred_who]
 * @secret: [enum omasec_secret_of], keys with references, NULL for none
 * @notified: notifications that it has had, NULL for none; under @lock
 * @messages_ok: accepted
 * @messages_refused: refused
 * @name: and behind it the other strings
 */
struct omasec_account {
	struct rhash_head by_name;
	struct omasec_user_link link[2];
	struct rcu_head rcu;
	struct omasec_account *successor;
	refcount_t ref;
	u32 id, rules, born, died;
	spinlock_t lock;
	u8 mac_form, app_cred, usernetwpin, bootstrap_unsecured, encryption_profile;
	u8 pin_failures;
	time64_t pin_tried, blocked_until;
	char *server_id;
	struct omasec_cred cred[2];
	struct key *secret[OMASEC_SECRETS];
	struct omasec_notified *notified;
	atomic64_t messages_ok, messages_refused;
	char name[];
};

/**
 * struct omasec_account_spec - what account-set asks for
 * @name: not empty
 * @server_id: NULL for none
 * @mac_form: enum omasec_mac_form
 * @app_cred: enum omasec_app_cred
 * @usernetwpin: enum omasec_usernetwpin
 * @bootstrap_unsecured: enum omasec_bootstrap_unsecured
 * @encryption_profile: enum omasec_encryption_profile
 * @user: user names, NULL for none
 * @key: keys, NULL for none; the account takes references of its own
 * @secret: [enum omasec_secret_of], keys, NULL for none; likewise
 * @nonce: nonces; one that is not known leaves the old one in force
 * @agreed: nonces for sessionless messages; likewise
 */
struct omasec_account_spec {
	const char *name, *server_id;
	u8 mac_form, app_cred, usernetwpin, bootstrap_unsecured, encryption_profile;
	const char *user[2];
	struct key *key[2];
	struct key *secret[OMASEC_SECRETS];
	struct omasec_nonce nonce[2], agreed[2];
};

/* A new one in no table, one reference. ERR_PTR(-ENOMEM). Process context. */
struct omasec_account *omasec_account_new(const struct omasec_account_spec *spec);
/* @a is what @spec asks for, nonces apart. */
bool omasec_account_same(const struct omasec_account *a, const struct omasec_account_spec *spec);

int omasec_accounts_init(struct omasec_net *on);
/* All accounts go; nobody looks any up any more. */
void omasec_accounts_exit(struct omasec_net *on);

/*
 * For config.c, under config_lock. insert: into all tables, counts from
 * generation @born, takes over the caller's reference; @old is the one of the
 * same name that it will replace, or NULL. 0, or a negative errno and nothing
 * has changed. remove: out of all tables, drops their reference. inherit: @a
 * takes nonces and counters of @old over, and @old becomes its shadow.
 */
int omasec_account_insert(struct omasec_net *on, struct omasec_account *a,
			  struct omasec_account *old, u32 born);
void omasec_account_remove(struct omasec_net *on, struct omasec_account *a,
			   struct omasec_account *successor);
void omasec_account_inherit(struct omasec_account *a, struct omasec_account *old);
/* The first account with an id from *@id on that counts, with a reference, or NULL. */
struct omasec_account *omasec_account_next(struct omasec_net *on, unsigned long *id);

/* With a reference, or NULL. Any context. */
struct omasec_account *omasec_account_find(struct omasec_net *on, const char *name);
/*
 * By the user name of a credential, with a reference. NULL when there is none,
 * or more than one account with that name. Any context but hard interrupts.
 */
struct omasec_account *omasec_account_find_user(struct omasec_net *on, enum omasec_cred_who who,
						const char *user);
bool omasec_account_is(const struct omasec_account *a, enum omasec_cred_who who, const char *user);
static inline struct omasec_account *omasec_account_get(struct omasec_account *a)
{
	refcount_inc(&a->ref);
	return a;
}

/* Any context, also with preemption off on PREEMPT_RT; NULL is fine. */
void omasec_account_put(struct omasec_account *a);

void omasec_account_nonce_read(struct omasec_account *a, enum omasec_cred_who who,
			       struct omasec_nonce *cur, struct omasec_nonce *prev);
/* The current one becomes the previous one. Any context. */
void omasec_account_nonce_set(struct omasec_account *a, enum omasec_cred_who who,
			      const struct omasec_nonce *n);
/* A verified message used it up; false when it was used up already. Any context. */
bool omasec_account_nonce_spend(struct omasec_account *a, enum omasec_cred_who who,
				const struct omasec_nonce *used);
/*
 * MAC of a body with a credential and @nonce; with @body_md5 NULL the digest of a Cred of
 * auth-md5. Process context, may sleep (key semaphore). Returns enum omasec_reason: 0,
 * KEY_MISSING, KEY_REVOKED, NO_MEMORY.
 */
unsigned int omasec_account_mac(struct omasec_account *a, enum omasec_cred_who who,
				const struct omasec_nonce *nonce,
				const u8 body_md5[OMASEC_MD5_LEN], u8 mac[OMASEC_MD5_LEN]);

/* Locks the account that has the nonces of @a's name now; the caller holds @a. */
struct omasec_account *omasec_account_lock(struct omasec_account *a) __acquires(&a->lock);

/* The helper decrypts nothing for so long, with keys of the legacy profile. Any context. */
void omasec_account_block(struct omasec_account *a, u32 seconds);
u32 omasec_account_blocked(struct omasec_account *a);

/*
 * notified.c: the nonce that a notification is made with; notes that one with a right
 * digest came (@nonce NULL: with the resynchronisation nonce) and says whether that
 * was the first time. Returns enum omasec_reason. The second may sleep.
 */
void omasec_account_nonce_notified(struct omasec_account *a, struct omasec_nonce *nonce);
unsigned int omasec_account_notified(struct omasec_account *a, const struct omasec_nonce *nonce,
				     u16 session);
void omasec_notified_free(struct omasec_notified *n);	/* NULL is fine */

/*
 * credential.c: does a MAC fit? With @body NULL: does the digest of a Cred of auth-md5?
 * Process context, may sleep. 1 when it does, 0 when not, negative for -enum
 * omasec_reason when that cannot be said. fits: with @nonce.
 * judge: with the nonce in force, which with @once is used up by that; *@replayed is
 * set when it was made with one that was.
 */
int omasec_cred_fits(struct omasec_account *a, enum omasec_cred_who who,
		     const struct omasec_nonce *nonce, const u8 body[OMASEC_MD5_LEN],
		     const u8 mac[OMASEC_MD5_LEN]);
int omasec_cred_judge(struct omasec_account *a, enum omasec_cred_who who, bool once,
		      const u8 body[OMASEC_MD5_LEN], const u8 mac[OMASEC_MD5_LEN],
		      bool *replayed);

#endif
