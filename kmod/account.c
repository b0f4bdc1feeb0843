// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts: allocation, tables, look-up, nonces, MAC.
 *
 * By name: a hash table under RCU, in which, while a transaction comes into
 * force, two accounts of one name stand side by side; the generation says which
 * of them counts. By user name: hash tables under index_lock. Thousands of
 * accounts may share one user name (a server calls itself the same everywhere),
 * so accounts of one user name form a ring of which one member is in the table:
 * insert, remove and "is it the only one" take constant time.
 */
#include <crypto/algapi.h>
#include <linux/random.h>
#include <linux/timekeeping.h>
#include <linux/jhash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "account.h"
#include "control.h"
#include "key.h"

struct omasec_name_key {
	const char *name;
	u32 generation;
};

/* Wrap-safe: both are close to each other while they are not 0. */
static bool omasec_reached(u32 generation, u32 mark)
{
	return (s32)(generation - mark) >= 0;
}

static bool omasec_account_counts(const struct omasec_account *a, u32 generation)
{
	u32 born = READ_ONCE(a->born), died = READ_ONCE(a->died);

	return (!born || omasec_reached(generation, born)) &&
	       (!died || !omasec_reached(generation, died));
}

static u32 omasec_string_hash(const char *s, u32 seed)
{
	return jhash(s, strlen(s), seed);
}

static u32 omasec_name_hash(const void *key, u32 len, u32 seed)
{
	return omasec_string_hash(((const struct omasec_name_key *)key)->name, seed);
}

static u32 omasec_name_obj_hash(const void *obj, u32 len, u32 seed)
{
	return omasec_string_hash(((const struct omasec_account *)obj)->name, seed);
}

static int omasec_name_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct omasec_name_key *key = arg->key;
	const struct omasec_account *a = obj;

	return strcmp(key->name, a->name) || !omasec_account_counts(a, key->generation);
}

static const struct rhashtable_params omasec_name_params = {
	.head_offset = offsetof(struct omasec_account, by_name),
	.hashfn = omasec_name_hash,
	.obj_hashfn = omasec_name_obj_hash,
	.obj_cmpfn = omasec_name_cmp,
	.automatic_shrinking = true,
};

static u32 omasec_user_hash(const void *key, u32 len, u32 seed)
{
	return omasec_string_hash(key, seed);
}

static u32 omasec_client_obj_hash(const void *obj, u32 len, u32 seed)
{
	const struct omasec_account *a = obj;

	return omasec_string_hash(a->cred[OMASEC_CRED_CLIENT].user, seed);
}

static u32 omasec_server_obj_hash(const void *obj, u32 len, u32 seed)
{
	const struct omasec_account *a = obj;

	return omasec_string_hash(a->cred[OMASEC_CRED_SERVER].user, seed);
}

static int omasec_client_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct omasec_account *a = obj;

	return strcmp(arg->key, a->cred[OMASEC_CRED_CLIENT].user);
}

static int omasec_server_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct omasec_account *a = obj;

	return strcmp(arg->key, a->cred[OMASEC_CRED_SERVER].user);
}

static const struct rhashtable_params omasec_user_params[2] = {
	[OMASEC_CRED_CLIENT] = {
		.head_offset = offsetof(struct omasec_account, link[OMASEC_CRED_CLIENT].node),
		.hashfn = omasec_user_hash,
		.obj_hashfn = omasec_client_obj_hash,
		.obj_cmpfn = omasec_client_cmp,
		.automatic_shrinking = true,
	},
	[OMASEC_CRED_SERVER] = {
		.head_offset = offsetof(struct omasec_account, link[OMASEC_CRED_SERVER].node),
		.hashfn = omasec_user_hash,
		.obj_hashfn = omasec_server_obj_hash,
		.obj_cmpfn = omasec_server_cmp,
		.automatic_shrinking = true,
	},
};

/* ---- life ---- */

/* Copies @s (NULL is "") to *@p and moves *@p behind it. */
static char *omasec_account_string(char **p, const char *s)
{
	char *start = *p;
	size_t len = s ? strlen(s) : 0;

	memcpy(start, s ? s : "", len);
	start[len] = '\0';
	*p += len + 1;
	return start;
}

/**
 * omasec_account_new() - makes an account that is in no table yet
 * @spec: what it is
 *
 * Context: process, may sleep.
 * Return: the account with one reference, or ERR_PTR(-ENOMEM).
 */
struct omasec_account *omasec_account_new(const struct omasec_account_spec *spec)
{
	size_t len = strlen(spec->name) + 1;
	struct omasec_account *a;
	unsigned int who, of;
	char *p;

	len += (spec->server_id ? strlen(spec->server_id) : 0) + 1;
	for (who = 0; who < 2; who++)
		len += (spec->user[who] ? strlen(spec->user[who]) : 0) + 1;
	a = kzalloc(sizeof(*a) + len, GFP_KERNEL_ACCOUNT);
	if (!a)
		return ERR_PTR(-ENOMEM);

	refcount_set(&a->ref, 1);
	spin_lock_init(&a->lock);
	a->mac_form = spec->mac_form;
	a->app_cred = spec->app_cred;
	a->usernetwpin = spec->usernetwpin;
	a->bootstrap_unsecured = spec->bootstrap_unsecured;
	a->encryption_profile = spec->encryption_profile;
	p = a->name;
	omasec_account_string(&p, spec->name);
	a->server_id = omasec_account_string(&p, spec->server_id);
	for (who = 0; who < 2; who++) {
		INIT_LIST_HEAD(&a->link[who].same);
		a->cred[who].user = omasec_account_string(&p, spec->user[who]);
		a->cred[who].key = spec->key[who] ? key_get(spec->key[who]) : NULL;
		a->cred[who].nonce = spec->nonce[who];
		a->cred[who].agreed = spec->agreed[who];
	}
	for (of = 0; of < OMASEC_SECRETS; of++)
		a->secret[of] = spec->secret[of] ? key_get(spec->secret[of]) : NULL;
	return a;
}

/**
 * omasec_account_same() - is an account what a specification asks for?
 * @a: the account
 * @spec: the specification; its nonces do not count
 *
 * Context: any.
 */
bool omasec_account_same(const struct omasec_account *a, const struct omasec_account_spec *spec)
{
	unsigned int who;

	if (strcmp(a->name, spec->name) || strcmp(a->server_id, spec->server_id ?: "") ||
	    a->mac_form != spec->mac_form || a->app_cred != spec->app_cred ||
	    a->usernetwpin != spec->usernetwpin ||
	    a->bootstrap_unsecured != spec->bootstrap_unsecured ||
	    a->encryption_profile != spec->encryption_profile)
		return false;
	for (who = 0; who < 2; who++) {
		if (strcmp(a->cred[who].user, spec->user[who] ?: "") ||
		    a->cred[who].key != spec->key[who])
			return false;
	}
	return !memcmp(a->secret, spec->secret, sizeof(a->secret));
}

/* Apart from the last put, which may come with preemption off on PREEMPT_RT. */
static void omasec_account_free_rcu(struct rcu_head *rcu)
{
	struct omasec_account *a = container_of(rcu, struct omasec_account, rcu);
	unsigned int of;

	key_put(a->cred[OMASEC_CRED_CLIENT].key);
	key_put(a->cred[OMASEC_CRED_SERVER].key);
	for (of = 0; of < OMASEC_SECRETS; of++)
		key_put(a->secret[of]);
	omasec_notified_free(a->notified);
	kfree(a);
}

/**
 * omasec_account_put() - drops a reference
 * @a: the account, NULL is fine
 *
 * Context: any, also with preemption off on PREEMPT_RT.
 */
void omasec_account_put(struct omasec_account *a)
{
	/* A loop, not recursion: successors may form a long chain. */
	while (a && refcount_dec_and_test(&a->ref)) {
		struct omasec_account *next = a->successor;

		call_rcu(&a->rcu, omasec_account_free_rcu);
		a = next;
	}
}

/* ---- tables ---- */

static int omasec_user_insert(struct omasec_net *on, struct omasec_account *a, unsigned int who)
{
	struct omasec_account *rep;
	int err = 0;

	if (!*a->cred[who].user)
		return 0;
	spin_lock_bh(&on->control->index_lock);
	rep = rhashtable_lookup_fast(&on->users[who], a->cred[who].user, omasec_user_params[who]);
	if (rep)
		list_add_tail(&a->link[who].same, &rep->link[who].same);
	else
		err = rhashtable_insert_fast(&on->users[who], &a->link[who].node,
					     omasec_user_params[who]);
	spin_unlock_bh(&on->control->index_lock);
	return err;
}

static void omasec_user_remove(struct omasec_net *on, struct omasec_account *a, unsigned int who)
{
	const struct rhashtable_params *params = &omasec_user_params[who];
	struct omasec_account *rep, *next;

	if (!*a->cred[who].user)
		return;
	spin_lock_bh(&on->control->index_lock);
	rep = rhashtable_lookup_fast(&on->users[who], a->cred[who].user, *params);
	if (rep == a && list_empty(&a->link[who].same)) {
		rhashtable_remove_fast(&on->users[who], &a->link[who].node, *params);
	} else if (rep == a) {
		next = list_first_entry(&a->link[who].same, struct omasec_account, link[who].same);
		rhashtable_replace_fast(&on->users[who], &a->link[who].node,
					&next->link[who].node, *params);
	}
	list_del_init(&a->link[who].same);
	spin_unlock_bh(&on->control->index_lock);
}

/**
 * omasec_account_insert() - puts an account into all tables
 * @on: namespace
 * @a: the account; its reference goes over to the tables on success
 * @old: the account of the same name that it will replace, or NULL
 * @born: generation from which it counts
 *
 * Context: process, config_lock held.
 * Return: 0, or a negative errno and nothing has changed.
 */
int omasec_account_insert(struct omasec_net *on, struct omasec_account *a,
			  struct omasec_account *old, u32 born)
{
	int err;

	lockdep_assert_held(&on->config_lock);
	a->born = born;
	if (old) {
		a->id = old->id;
	} else {
		err = xa_alloc_cyclic(&on->control->account_ids, &a->id, a, xa_limit_32b,
				      &on->control->next_account, GFP_KERNEL_ACCOUNT);
		if (err < 0)
			return err;
	}
	err = rhashtable_insert_fast(&on->accounts, &a->by_name, omasec_name_params);
	if (err)
		goto err_id;
	err = omasec_user_insert(on, a, OMASEC_CRED_CLIENT);
	if (err)
		goto err_name;
	err = omasec_user_insert(on, a, OMASEC_CRED_SERVER);
	if (err)
		goto err_client;
	if (!old)
		atomic_inc(&on->account_count);
	return 0;

err_client:
	omasec_user_remove(on, a, OMASEC_CRED_CLIENT);
err_name:
	rhashtable_remove_fast(&on->accounts, &a->by_name, omasec_name_params);
err_id:
	if (!old)
		xa_erase(&on->control->account_ids, a->id);
	return err;
}

/**
 * omasec_account_remove() - takes an account out of all tables
 * @on: namespace
 * @a: the account; the reference of the tables is dropped
 * @successor: stands in its place in the list for dumps, or NULL
 *
 * Context: process, config_lock held.
 */
void omasec_account_remove(struct omasec_net *on, struct omasec_account *a,
			   struct omasec_account *successor)
{
	lockdep_assert_held(&on->config_lock);
	omasec_user_remove(on, a, OMASEC_CRED_CLIENT);
	omasec_user_remove(on, a, OMASEC_CRED_SERVER);
	rhashtable_remove_fast(&on->accounts, &a->by_name, omasec_name_params);
	if (successor) {
		/* The slot is there, so nothing is allocated. */
		xa_store(&on->control->account_ids, a->id, successor, GFP_KERNEL_ACCOUNT);
	} else {
		xa_erase(&on->control->account_ids, a->id);
		atomic_dec(&on->account_count);
	}
	omasec_account_put(a);
}

int omasec_accounts_init(struct omasec_net *on)
{
	int err;

	err = rhashtable_init(&on->accounts, &omasec_name_params);
	if (err)
		return err;
	err = rhashtable_init(&on->users[OMASEC_CRED_CLIENT],
			      &omasec_user_params[OMASEC_CRED_CLIENT]);
	if (err)
		goto err_accounts;
	err = rhashtable_init(&on->users[OMASEC_CRED_SERVER],
			      &omasec_user_params[OMASEC_CRED_SERVER]);
	if (err)
		goto err_client;
	xa_init_flags(&on->control->account_ids, XA_FLAGS_ALLOC);
	spin_lock_init(&on->control->index_lock);
	return 0;

err_client:
	rhashtable_destroy(&on->users[OMASEC_CRED_CLIENT]);
err_accounts:
	rhashtable_destroy(&on->accounts);
	return err;
}

void omasec_accounts_exit(struct omasec_net *on)
{
	struct omasec_account *a;
	unsigned long id;

	xa_for_each(&on->control->account_ids, id, a)
		omasec_account_put(a);
	xa_destroy(&on->control->account_ids);
	rhashtable_destroy(&on->users[OMASEC_CRED_SERVER]);
	rhashtable_destroy(&on->users[OMASEC_CRED_CLIENT]);
	rhashtable_destroy(&on->accounts);
}

/* ---- look-up ---- */

/**
 * omasec_account_find() - the account with a name
 * @on: namespace
 * @name: name
 *
 * Context: any.
 * Return: the account with a reference, or NULL.
 */
struct omasec_account *omasec_account_find(struct omasec_net *on, const char *name)
{
	struct omasec_name_key key = { .name = name };
	struct omasec_account *a;

	rcu_read_lock();
	do {
		/* Pairs with omasec_commit_switch(): what it prepared is seen. */
		key.generation = smp_load_acquire(&on->generation);
		a = rhashtable_lookup(&on->accounts, &key, omasec_name_params);
		if (a && !refcount_inc_not_zero(&a->ref))
			a = NULL;
		/* A change that came into force meanwhile may have hidden both. */
	} while (!a && key.generation != READ_ONCE(on->generation));
	rcu_read_unlock();
	return a;
}

/* The only account with this user name that counts, or NULL. index_lock held. */
static struct omasec_account *omasec_user_only(struct omasec_net *on, unsigned int who,
					       const char *user, u32 generation)
{
	struct omasec_account *rep, *a, *only = NULL;

	rep = rhashtable_lookup_fast(&on->users[who], user, omasec_user_params[who]);
	if (!rep)
		return NULL;
	if (omasec_account_counts(rep, generation))
		only = rep;
	list_for_each_entry(a, &rep->link[who].same, link[who].same) {
		if (!omasec_account_counts(a, generation))
			continue;
		if (only)
			return NULL;
		only = a;
	}
	return only;
}

/**
 * omasec_account_find_user() - the account with a user name
 * @on: namespace
 * @who: whose credential
 * @user: user name
 *
 * Context: any but hard interrupts.
 * Return: the account with a reference; NULL when there is none or more than one.
 */
struct omasec_account *omasec_account_find_user(struct omasec_net *on, enum omasec_cred_who who,
						const char *user)
{
	struct omasec_account *a;
	u32 generation;

	if (!*user)
		return NULL;
	do {
		/* Pairs with omasec_commit_switch(). */
		generation = smp_load_acquire(&on->generation);
		spin_lock_bh(&on->control->index_lock);
		a = omasec_user_only(on, who, user, generation);
		if (a && !refcount_inc_not_zero(&a->ref))
			a = NULL;
		spin_unlock_bh(&on->control->index_lock);
	} while (!a && generation != READ_ONCE(on->generation));
	return a;
}

/**
 * omasec_account_is() - does a name in a message stand for an account?
 * @a: the account
 * @who: whose credential
 * @user: the name
 *
 * Some peers name the server id where the user name belongs.
 *
 * Context: any.
 * Return: true when it does; an empty name never does.
 */
bool omasec_account_is(const struct omasec_account *a, enum omasec_cred_who who, const char *user)
{
	if (!*user)
		return false;
	return !strcmp(a->cred[who].user, user) ||
	       (who == OMASEC_CRED_SERVER && !strcmp(a->server_id, user));
}

/**
 * omasec_account_next() - for going through all accounts
 * @on: namespace
 * @id: where to begin; set to the id of the account that was found
 *
 * Context: any.
 * Return: the account with a reference, or NULL at the end.
 */
struct omasec_account *omasec_account_next(struct omasec_net *on, unsigned long *id)
{
	struct omasec_account *a;
	u32 generation;

	rcu_read_lock();
	/* Pairs with omasec_commit_switch(). */
	generation = smp_load_acquire(&on->generation);
	a = xa_find(&on->control->account_ids, id, ULONG_MAX, XA_PRESENT);
	while (a && (!omasec_account_counts(a, generation) || !refcount_inc_not_zero(&a->ref)))
		a = xa_find_after(&on->control->account_ids, id, ULONG_MAX, XA_PRESENT);
	rcu_read_unlock();
	return a;
}

/* ---- nonces and MAC ---- */

struct omasec_account *omasec_account_lock(struct omasec_account *a)
	__acquires(&a->lock)
{
	for (;;) {
		struct omasec_account *next;

		spin_lock_bh(&a->lock);
		next = a->successor;
		if (!next)
			return a;
		spin_unlock_bh(&a->lock);
		a = next;	/* @a holds it, and our caller holds the first one */
	}
}

/**
 * omasec_account_nonce_read() - the nonces of a credential
 * @a: the account
 * @who: whose credential
 * @cur: set to the current nonce
 * @prev: set to the one before, or NULL
 *
 * Context: any but hard interrupts.
 */
void omasec_account_nonce_read(struct omasec_account *a, enum omasec_cred_who who,
			       struct omasec_nonce *cur, struct omasec_nonce *prev)
{
	a = omasec_account_lock(a);
	*cur = a->cred[who].nonce;
	if (prev)
		*prev = a->cred[who].previous;
	spin_unlock_bh(&a->lock);
}

/**
 * omasec_account_nonce_set() - a new nonce; the current one becomes the previous
 * @a: the account
 * @who: whose credential
 * @n: the nonce; nothing happens when it is the current one already
 *
 * Context: any but hard interrupts.
 */
void omasec_account_nonce_set(struct omasec_account *a, enum omasec_cred_who who,
			      const struct omasec_nonce *n)
{
	struct omasec_cred *c;

	a = omasec_account_lock(a);
	c = &a->cred[who];
	if (!omasec_nonce_equal(&c->nonce, n)) {
		if (!c->nonce.spent)
			c->previous = c->nonce;
		c->nonce = *n;
	}
	spin_unlock_bh(&a->lock);
}

/**
 * omasec_account_nonce_spend() - takes a nonce out of service after it was used
 * @a: the account
 * @who: whose credential
 * @used: the nonce that a message was verified with
 *
 * Until the next one is set, the credential has one that nobody knows: the same
 * message a second time, on whatever connection, is a replay.
 *
 * Context: any but hard interrupts.
 * Return: false when it was taken out already.
 */
bool omasec_account_nonce_spend(struct omasec_account *a, enum omasec_cred_who who,
				const struct omasec_nonce *used)
{
	struct omasec_nonce fresh = { .len = 32, .known = true, .spent = true };
	struct omasec_cred *c;
	bool same;

	get_random_bytes(fresh.data, fresh.len);
	a = omasec_account_lock(a);
	c = &a->cred[who];
	same = c->nonce.known == used->known && c->nonce.len == used->len &&
	       !c->nonce.spent && !crypto_memneq(c->nonce.data, used->data, used->len);
	if (same) {
		c->previous = c->nonce;
		c->previous.known = true;
		c->nonce = fresh;
	}
	spin_unlock_bh(&a->lock);
	return same;
}

/**
 * omasec_account_inherit() - hands nonces and counters on
 * @a: the new account, in no table that anybody would find it in
 * @old: the old one, whose flows use the nonces of @a from now on
 *
 * Context: process.
 */
void omasec_account_inherit(struct omasec_account *a, struct omasec_account *old)
{
	unsigned int who;

	spin_lock_bh(&old->lock);
	for (who = 0; who < 2; who++) {
		struct omasec_cred *new = &a->cred[who], *was = &old->cred[who];

		if (!new->nonce.known) {
			new->nonce = was->nonce;
			new->previous = was->previous;
		} else if (new->nonce.len == was->nonce.len && was->nonce.known &&
			   !memcmp(new->nonce.data, was->nonce.data, was->nonce.len)) {
			new->previous = was->previous;
		} else {
			new->previous = was->nonce;
		}
		if (!new->agreed.known)
			new->agreed = was->agreed;
		if (omasec_nonce_equal(&new->agreed, &was->agreed))
			new->agreed_used = was->agreed_used;
	}
	atomic64_set(&a->messages_ok, atomic64_read(&old->messages_ok));
	atomic64_set(&a->messages_refused, atomic64_read(&old->messages_refused));
	a->pin_failures = old->pin_failures;
	a->pin_tried = old->pin_tried;
	a->blocked_until = old->blocked_until;
	a->notified = old->notified;
	old->notified = NULL;
	old->successor = omasec_account_get(a);
	spin_unlock_bh(&old->lock);
}

/**
 * omasec_account_block() - notes for how long the helper decrypts nothing
 * @a: the account
 * @seconds: from now on
 *
 * Context: any but hard interrupts.
 */
void omasec_account_block(struct omasec_account *a, u32 seconds)
{
	a = omasec_account_lock(a);
	a->blocked_until = ktime_get_boottime_seconds() + seconds;
	spin_unlock_bh(&a->lock);
}

/**
 * omasec_account_blocked() - for how long that still is
 * @a: the account
 *
 * Context: any but hard interrupts.
 * Return: seconds, 0 when it is over.
 */
u32 omasec_account_blocked(struct omasec_account *a)
{
	time64_t left;

	a = omasec_account_lock(a);
	left = a->blocked_until - ktime_get_boottime_seconds();
	spin_unlock_bh(&a->lock);
	return left > 0 ? left : 0;
}

/**
 * omasec_account_mac() - MAC of a body
 * @a: the account
 * @who: whose credential
 * @nonce: the nonce; one that is not known counts as the empty one
 * @body_md5: MD5 of the body; NULL for the digest of a Cred of auth-md5
 * @mac: result
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason: NONE, KEY_MISSING, KEY_REVOKED, NO_MEMORY.
 */
unsigned int omasec_account_mac(struct omasec_account *a, enum omasec_cred_who who,
				const struct omasec_nonce *nonce,
				const u8 body_md5[OMASEC_MD5_LEN], u8 mac[OMASEC_MD5_LEN])
{
	int err = omasec_key_mac(a->cred[who].key, a->mac_form, nonce->data,
				 nonce->known ? nonce->len : 0, body_md5, mac);

	switch (err) {
	case 0:
		return OMASEC_REASON_NONE;
	case -ENOMEM:
		return OMASEC_REASON_NO_MEMORY;
	case -EKEYREVOKED:
	case -EKEYEXPIRED:
		return OMASEC_REASON_KEY_REVOKED;
	default:	/* no key, an invalidated one, one of another length, no md5 */
		return a->cred[who].key && err == -ENOKEY ? OMASEC_REASON_KEY_REVOKED :
							    OMASEC_REASON_KEY_MISSING;
	}
}
