// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts, see account.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "nonce.h"

int accounts_init(struct accounts *as, account_load_fn load, void *arg)
{
	memset(as, 0, sizeof(*as));
	as->load = load;
	as->arg = arg;
	if (hash_init(&as->names))
		return -ENOMEM;
	if (hash_init(&as->users)) {
		hash_free(&as->names);
		return -ENOMEM;
	}
	return 0;
}

void accounts_free(struct accounts *as)
{
	while (as->all)
		account_drop(as, as->all);
	hash_free(&as->names);
	hash_free(&as->users);
}

struct account *account_find(const struct accounts *as, const char *name)
{
	struct hash_node *n;

	for (n = hash_find(&as->names, hash_text(hash_seed(), name)); n; n = hash_next(n)) {
		struct account *a = hash_entry(n, struct account, by_name);

		if (!strcmp(a->name, name))
			return a;
	}
	return NULL;
}

struct account *account_find_user(const struct accounts *as, const char *user)
{
	struct account *found = NULL;
	struct hash_node *n;

	if (!*user)
		return NULL;
	for (n = hash_find(&as->users, hash_text(hash_seed(), user)); n; n = hash_next(n)) {
		struct account *a = hash_entry(n, struct account, by_user);

		if (strcmp(a->user, user))
			continue;
		if (found)
			return NULL;
		found = a;
	}
	return found;
}

static void account_free(struct account *a)
{
	if (!a)
		return;
	explicit_bzero(a->nonce, sizeof(a->nonce));
	window_free(&a->window[ACCOUNT_CLIENT]);
	window_free(&a->window[ACCOUNT_SERVER]);
	free(a->user);
	free(a);
}

int account_need(struct accounts *as, const char *name, struct account **out)
{
	struct account *a = account_find(as, name);
	int err;

	*out = a;
	if (a)
		return 0;
	a = calloc(1, sizeof(*a) + strlen(name) + 1);
	if (!a)
		return -ENOMEM;
	strcpy(a->name, name);
	err = as->load ? as->load(as->arg, a) : 0;
	if (err) {
		account_free(a);
		return err;
	}
	a->next = as->all;
	if (a->next)
		a->next->link = &a->next;
	a->link = &as->all;
	as->all = a;
	hash_add(&as->names, &a->by_name, hash_text(hash_seed(), name));
	*out = a;
	return 0;
}

int account_set_user(struct accounts *as, struct account *a, const char *user)
{
	char *copy;

	if (a->has_user && !strcmp(a->user, user))
		return 0;
	copy = strdup(user);
	if (!copy)
		return -ENOMEM;
	if (a->has_user)
		hash_del(&as->users, &a->by_user);
	free(a->user);
	a->user = copy;
	a->has_user = true;
	hash_add(&as->users, &a->by_user, hash_text(hash_seed(), user));
	return 0;
}

void account_drop(struct accounts *as, struct account *a)
{
	struct account **p;

	for (p = &as->dirty; a->dirty && *p; p = &(*p)->next_dirty) {
		if (*p == a) {
			*p = a->next_dirty;
			break;
		}
	}
	*a->link = a->next;
	if (a->next)
		a->next->link = a->link;
	hash_del(&as->names, &a->by_name);
	if (a->has_user)
		hash_del(&as->users, &a->by_user);
	account_free(a);
}

void account_dirty(struct accounts *as, struct account *a)
{
	if (a->dirty)
		return;
	a->dirty = true;
	a->next_dirty = as->dirty;
	as->dirty = a;
}

int account_window(struct accounts *as, struct account *a, enum account_who who,
		   const struct omasec_nonce *nonce, struct window **w)
{
	struct window *now = &a->window[who];
	int err = 0;

	*w = now;
	if (now->nonce.known && nonce_equal(&now->nonce, nonce))
		return 0;
	/* What is decided and not stored must not get lost. */
	if (window_dirty(now))
		return -EBUSY;
	window_free(now);
	if (as->load_window)
		err = as->load_window(as->arg, a, who, nonce, now);
	else
		window_begin(now, nonce);
	if (err)
		window_free(now);
	return err;
}

void account_learn(struct accounts *as, struct account *a, enum account_who who,
		   const struct omasec_nonce *n)
{
	if (nonce_equal(&a->nonce[who], n))
		return;
	a->nonce[who] = *n;
	account_dirty(as, a);
}

void account_issue(struct accounts *as, struct account *a, enum account_who who,
		   const struct omasec_nonce *n)
{
	a->guard[who].before = a->nonce[who];
	a->guard[who].uses = 0;
	a->nonce[who] = *n;
	account_dirty(as, a);
}

static uint64_t guard_print(uint64_t print, bool unique, const struct omasec_nonce *n)
{
	return unique ? print : hash_octets(print, n->data, n->len);
}

static bool guard_has(const struct guard *g, uint64_t print)
{
	unsigned int i;

	for (i = 0; i < GUARD_SEEN; i++)
		if (g->seen[i] == print)
			return true;
	return false;
}

bool account_replayed(const struct account *a, enum account_who who, uint64_t print, bool unique)
{
	const struct guard *g = &a->guard[who];

	if (g->uses >= GUARD_SEEN || guard_has(g, guard_print(print, unique, &a->nonce[who])))
		return true;
	return !unique && g->before.known && guard_has(g, guard_print(print, false, &g->before));
}

void account_accepted(struct accounts *as, struct account *a, enum account_who who,
		      uint64_t print, bool unique)
{
	struct guard *g = &a->guard[who];

	g->seen[g->next % GUARD_SEEN] = guard_print(print, unique, &a->nonce[who]);
	g->next = (uint8_t)((g->next + 1) % GUARD_SEEN);
	if (g->uses < GUARD_SEEN)
		g->uses++;
	account_dirty(as, a);
}
