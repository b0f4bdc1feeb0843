// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions of the configuration.
 *
 * A transaction holds the changed accounts by name (with NULL for one that goes)
 * and, once a rule was touched, all rules in their new order. Putting it into
 * force has two halves: everything that can fail (resolve the accounts of rules,
 * allocate the policy, guard, insert new accounts that do not count yet), undone as a
 * whole when it does; then everything that cannot (hand nonces on, mark what
 * dies, store the new generation, publish the policy, tidy up).
 *
 * Accounts come into force with one store of on->generation, then the rules with
 * one of on->policy: a rule never sees an account older than itself.
 */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "buf.h"
#include "config.h"
#include "control.h"
#include "event.h"
#include "guard.h"
#include "sessionless.h"
#include "udp.h"

/**
 * struct omasec_change - what becomes of the account with a name
 * @node: in omasec_config.changes
 * @list: in omasec_config.list
 * @account: the account, with a reference; NULL when it goes
 * @old: the one in force, with a reference, or NULL; set by commit
 * @inserted: @account is in the tables, but does not count yet
 * @name: its name
 */
struct omasec_change {
	struct rhash_head node;
	struct list_head list;
	struct omasec_account *account, *old;
	bool inserted;
	char name[];
};

/**
 * struct omasec_config - a transaction
 * @on: namespace
 * @changes: by name
 * @list: all changes
 * @rules: rules in order, with references; counts when @rules_touched
 * @rule_count: their number
 * @rule_cap: room in @rules
 * @accounts: number of accounts after it
 * @rules_touched: @rules was filled
 * @replace: began from nothing
 * @shared: opened by config-begin, so it outlives a command
 * @expires: jiffies when it is dropped
 */
struct omasec_config {
	struct omasec_net *on;
	struct rhashtable changes;
	struct list_head list;
	struct omasec_rule **rules;
	unsigned int rule_count, rule_cap;
	unsigned int accounts;
	bool rules_touched, replace, shared;
	unsigned long expires;
};

static u32 omasec_change_hash(const void *key, u32 len, u32 seed)
{
	return jhash(key, strlen(key), seed);
}

static u32 omasec_change_obj_hash(const void *obj, u32 len, u32 seed)
{
	const struct omasec_change *ch = obj;

	return jhash(ch->name, strlen(ch->name), seed);
}

static int omasec_change_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	return strcmp(arg->key, ((const struct omasec_change *)obj)->name);
}

static const struct rhashtable_params omasec_change_params = {
	.head_offset = offsetof(struct omasec_change, node),
	.hashfn = omasec_change_hash,
	.obj_hashfn = omasec_change_obj_hash,
	.obj_cmpfn = omasec_change_cmp,
};

static struct omasec_policy *omasec_config_policy(struct omasec_net *on)
{
	return rcu_dereference_protected(on->policy, lockdep_is_held(&on->config_lock));
}

/* ---- life ---- */

static struct omasec_config *omasec_config_new(struct omasec_net *on, bool replace)
{
	struct omasec_config *cfg = kzalloc(sizeof(*cfg), GFP_KERNEL_ACCOUNT);

	if (!cfg)
		return NULL;
	if (rhashtable_init(&cfg->changes, &omasec_change_params)) {
		kfree(cfg);
		return NULL;
	}
	INIT_LIST_HEAD(&cfg->list);
	cfg->on = on;
	cfg->replace = replace;
	cfg->rules_touched = replace;
	cfg->accounts = replace ? 0 : atomic_read(&on->account_count);
	return cfg;
}

static void omasec_config_free(struct omasec_config *cfg)
{
	struct omasec_change *ch, *next;
	unsigned int i;

	rhashtable_destroy(&cfg->changes);
	list_for_each_entry_safe(ch, next, &cfg->list, list) {
		omasec_account_put(ch->account);
		omasec_account_put(ch->old);
		kfree(ch);
		cond_resched();
	}
	for (i = 0; i < cfg->rule_count; i++)
		omasec_rule_put(cfg->rules[i]);
	kvfree(cfg->rules);
	kfree(cfg);
}

/* ---- accounts ---- */

static struct omasec_change *omasec_config_change(struct omasec_config *cfg, const char *name)
{
	return rhashtable_lookup_fast(&cfg->changes, name, omasec_change_params);
}

/* Notes what becomes of the account @name; takes over the reference of @a. */
static int omasec_config_note(struct omasec_config *cfg, const char *name,
			      struct omasec_account *a)
{
	size_t size = strlen(name) + 1;
	struct omasec_change *ch;
	int err;

	ch = kzalloc(struct_size(ch, name, size), GFP_KERNEL_ACCOUNT);
	if (!ch)
		return -ENOMEM;
	memcpy(ch->name, name, size);
	err = rhashtable_insert_fast(&cfg->changes, &ch->node, omasec_change_params);
	if (err) {
		kfree(ch);
		return err;
	}
	ch->account = a;
	list_add_tail(&ch->list, &cfg->list);
	return 0;
}

struct omasec_account *omasec_config_account(struct omasec_config *cfg, const char *name)
{
	struct omasec_change *ch = omasec_config_change(cfg, name);

	if (ch)
		return ch->account ? omasec_account_get(ch->account) : NULL;
	return cfg->replace ? NULL : omasec_account_find(cfg->on, name);
}

/*
 * Would both ends have the same agreed nonce? What @spec does not say @old hands on;
 * an account that was set earlier in this transaction does not.
 */
static bool omasec_config_agreed_alike(struct omasec_account *old,
				       const struct omasec_account_spec *spec)
{
	struct omasec_nonce n[2];
	unsigned int who;

	for (who = 0; who < 2; who++) {
		n[who] = spec->agreed[who];
		if (!n[who].known && old)
			omasec_agreed_read(old, who, &n[who], NULL);
	}
	return n[0].known && omasec_nonce_equal(&n[0], &n[1]);
}

/**
 * omasec_config_account_set() - creates an account or replaces it
 * @cfg: transaction
 * @spec: what it is
 * @why: set to words on failure
 *
 * An account that is already like that stays the same object, so that loading
 * an unchanged configuration again disturbs nobody.
 *
 * Context: process, config_lock held.
 * Return: 0, -EINVAL, -ENOMEM, -ENOSPC.
 */
int omasec_config_account_set(struct omasec_config *cfg, const struct omasec_account_spec *spec,
			      const char **why)
{
	struct omasec_change *ch = omasec_config_change(cfg, spec->name);
	struct omasec_account *old = omasec_account_find(cfg->on, spec->name), *a;
	bool there = ch ? !!ch->account : old && !cfg->replace;
	int err = 0;

	if (!there && cfg->accounts >= OMASEC_ACCOUNTS_MAX) {
		*why = "too many accounts in this network namespace";
		err = -ENOSPC;
		goto out;
	}
	if (omasec_config_agreed_alike(old, spec)) {
		*why = "client and server need agreed nonces of their own, or a message could be sent back";
		err = -EINVAL;
		goto out;
	}
	if (old && omasec_account_same(old, spec) && !spec->nonce[0].known &&
	    !spec->nonce[1].known && omasec_agreed_same(old, OMASEC_CRED_CLIENT, &spec->agreed[0]) &&
	    omasec_agreed_same(old, OMASEC_CRED_SERVER, &spec->agreed[1])) {
		a = omasec_account_get(old);
	} else {
		a = omasec_account_new(spec);
		if (IS_ERR(a)) {
			err = PTR_ERR(a);
			goto out;
		}
	}
	if (ch) {
		omasec_account_put(ch->account);
		ch->account = a;
	} else {
		err = omasec_config_note(cfg, spec->name, a);
		if (err)
			omasec_account_put(a);
	}
	if (!err && !there)
		cfg->accounts++;
out:
	if (err == -ENOMEM)
		*why = "out of memory";
	omasec_account_put(old);
	return err;
}

/**
 * omasec_config_account_del() - removes an account
 * @cfg: transaction
 * @name: its name
 * @why: set to words on failure
 *
 * That no rule names it is checked when the transaction comes into force.
 *
 * Context: process, config_lock held.
 * Return: 0, -ENOENT, -ENOMEM.
 */
int omasec_config_account_del(struct omasec_config *cfg, const char *name, const char **why)
{
	struct omasec_change *ch = omasec_config_change(cfg, name);
	struct omasec_account *a = omasec_config_account(cfg, name);
	int err = 0;

	if (!a) {
		*why = "there is no account with this name";
		return -ENOENT;
	}
	omasec_account_put(a);
	if (ch) {
		omasec_account_put(ch->account);
		ch->account = NULL;
	} else {
		err = omasec_config_note(cfg, name, NULL);
	}
	if (err)
		*why = "out of memory";
	else
		cfg->accounts--;
	return err;
}

/* ---- rules ---- */

static int omasec_config_rules_room(struct omasec_config *cfg, unsigned int count)
{
	struct omasec_rule **rules;
	unsigned int cap = max(count, 2 * cfg->rule_cap);

	if (count <= cfg->rule_cap)
		return 0;
	rules = kvcalloc(cap, sizeof(*rules), OMASEC_GFP);
	if (!rules)
		return -ENOMEM;
	if (cfg->rules)
		memcpy(rules, cfg->rules, cfg->rule_count * sizeof(*rules));
	kvfree(cfg->rules);
	cfg->rules = rules;
	cfg->rule_cap = cap;
	return 0;
}

/* From now on @cfg->rules counts. */
static int omasec_config_rules_touch(struct omasec_config *cfg)
{
	struct omasec_policy *p = omasec_config_policy(cfg->on);
	unsigned int i;

	if (cfg->rules_touched)
		return 0;
	if (p) {
		if (omasec_config_rules_room(cfg, p->count))
			return -ENOMEM;
		for (i = 0; i < p->count; i++)
			cfg->rules[i] = omasec_rule_get(p->rules[i]);
		cfg->rule_count = p->count;
	}
	cfg->rules_touched = true;
	return 0;
}

int omasec_config_rule_add(struct omasec_config *cfg, struct omasec_rule *r, const char **why)
{
	unsigned int i;

	if (omasec_config_rules_touch(cfg) ||
	    omasec_config_rules_room(cfg, cfg->rule_count + 1)) {
		*why = "out of memory";
		return -ENOMEM;
	}
	if (cfg->rule_count >= OMASEC_RULES_MAX) {
		*why = "too many rules in this network namespace";
		return -ENOSPC;
	}
	for (i = 0; *r->name && i < cfg->rule_count; i++) {
		if (!strcmp(cfg->rules[i]->name, r->name)) {
			*why = "there is a rule with this name already";
			return -EEXIST;
		}
	}
	if (!++cfg->on->control->next_rule)
		cfg->on->control->next_rule = 1;
	r->id = cfg->on->control->next_rule;
	cfg->rules[cfg->rule_count++] = r;
	return 0;
}

int omasec_config_rule_del(struct omasec_config *cfg, u32 id, const char *name, const char **why)
{
	unsigned int i;

	if (omasec_config_rules_touch(cfg)) {
		*why = "out of memory";
		return -ENOMEM;
	}
	for (i = 0; i < cfg->rule_count; i++) {
		if (id ? cfg->rules[i]->id == id : !strcmp(cfg->rules[i]->name, name))
			break;
	}
	if (i == cfg->rule_count) {
		*why = "there is no such rule";
		return -ENOENT;
	}
	omasec_rule_put(cfg->rules[i]);
	cfg->rule_count--;
	memmove(&cfg->rules[i], &cfg->rules[i + 1], (cfg->rule_count - i) * sizeof(*cfg->rules));
	return 0;
}

/* ---- into force ---- */

/* Finds what is in force for each change; with replace, notes what else goes. */
static int omasec_commit_old(struct omasec_config *cfg)
{
	struct omasec_change *ch;
	struct omasec_account *a;
	unsigned long id = 0;
	int err = 0;

	for (; cfg->replace && (a = omasec_account_next(cfg->on, &id)); id++) {
		if (!omasec_config_change(cfg, a->name))
			err = omasec_config_note(cfg, a->name, NULL);
		omasec_account_put(a);
		if (err)
			return err;
		cond_resched();
	}
	list_for_each_entry(ch, &cfg->list, list) {
		omasec_account_put(ch->old);
		ch->old = omasec_account_find(cfg->on, ch->name);
		if (ch->old && ch->old != ch->account && ch->old->rules)
			err = omasec_config_rules_touch(cfg);
		if (err)
			return err;
	}
	return 0;
}

/*
 * What a rule encrypts with is what its account says: AES-CBC for those of the legacy profile,
 * which have nothing else, and only below a MAC. NULL when it is so.
 */
static const char *omasec_commit_unfit(const struct omasec_rule *r)
{
	bool legacy = r->account &&
		      r->account->encryption_profile == OMASEC_ENCRYPTION_PROFILE_LEGACY;

	if (!omasec_rule_hides(r))
		return NULL;
	if (legacy && !omasec_rule_legacy(r))
		return "encryption-profile legacy is for rules with content-cipher aes-256-cbc or aes-128-cbc";
	if (!legacy && omasec_rule_legacy(r))
		return "content-cipher aes-256-cbc and aes-128-cbc are for accounts with encryption-profile legacy";
	if (legacy && r->integrity != OMASEC_INTEGRITY_HMAC &&
	    r->integrity != OMASEC_INTEGRITY_BOTH)
		return "encryption-profile legacy is for messages that carry a MAC: integrity hmac or both";
	return NULL;
}

/* Makes each rule name the account that its name means after the change. */
static int omasec_commit_resolve(struct omasec_config *cfg, const char **why)
{
	struct omasec_policy *was = omasec_config_policy(cfg->on);
	unsigned int i;

	for (i = 0; i < cfg->rule_count; i++) {
		struct omasec_rule *r = cfg->rules[i], *c;
		struct omasec_change *ch;

		ch = r->account ? omasec_config_change(cfg, r->account->name) : NULL;
		if (ch && !ch->account) {
			*why = "a rule names an account that goes: remove the rule first";
			return -EBUSY;
		}
		if (ch && ch->account != r->account) {
			c = omasec_rule_clone(r, ch->account);
			if (!c)
				return -ENOMEM;
			omasec_rule_put(r);
			cfg->rules[i] = c;
		}
		*why = omasec_commit_unfit(cfg->rules[i]);
		if (*why)
			return -EINVAL;
		/* A rule that stays what it was keeps its id, counters and flows. */
		if (was && i < was->count && omasec_rule_same(was->rules[i], cfg->rules[i])) {
			omasec_rule_put(cfg->rules[i]);
			cfg->rules[i] = omasec_rule_get(was->rules[i]);
		}
	}
	return 0;
}

static int omasec_commit_insert(struct omasec_config *cfg, u32 generation)
{
	struct omasec_change *ch;
	int err;

	list_for_each_entry(ch, &cfg->list, list) {
		if (!ch->account || ch->account == ch->old)
			continue;
		err = omasec_account_insert(cfg->on, omasec_account_get(ch->account), ch->old,
					    generation);
		if (err) {
			omasec_account_put(ch->account);
			return err;
		}
		ch->inserted = true;
		cond_resched();
	}
	return 0;
}

static void omasec_commit_undo(struct omasec_config *cfg)
{
	struct omasec_change *ch;

	list_for_each_entry(ch, &cfg->list, list) {
		if (ch->inserted)
			omasec_account_remove(cfg->on, ch->account, ch->old);
		ch->inserted = false;
	}
}

/* What cannot fail. */
static void omasec_commit_switch(struct omasec_config *cfg, struct omasec_policy *p,
				 u32 generation)
{
	struct omasec_net *on = cfg->on;
	struct omasec_policy *was = omasec_config_policy(on);
	struct omasec_change *ch;
	unsigned int i;

	list_for_each_entry(ch, &cfg->list, list) {
		if (!ch->old || ch->old == ch->account)
			continue;
		if (ch->account)
			omasec_account_inherit(ch->account, ch->old);
		WRITE_ONCE(ch->old->died, generation);
	}
	/* Pairs with the look-ups in account.c: from here on the new accounts count. */
	smp_store_release(&on->generation, generation);

	if (p) {
		rcu_assign_pointer(on->policy, p);
		for (i = 0; was && i < was->count; i++) {
			if (was->rules[i]->account)
				was->rules[i]->account->rules--;
		}
		for (i = 0; i < p->count; i++) {
			if (p->rules[i]->account)
				p->rules[i]->account->rules++;
		}
		omasec_policy_free(was);
	}
	list_for_each_entry(ch, &cfg->list, list) {
		if (ch->old && ch->old != ch->account)
			omasec_account_remove(on, ch->old, ch->account);
		if (ch->inserted)
			WRITE_ONCE(ch->account->born, 0);
		cond_resched();
	}
}

static void omasec_commit_event(struct omasec_net *on)
{
	struct omasec_policy *p = omasec_config_policy(on);
	char text[96];
	struct omasec_event ev = { .kind = OMASEC_EVENT_KIND_CONFIG, .text = text };

	snprintf(text, sizeof(text), "generation %u: %u accounts, %u rules", on->generation,
		 atomic_read(&on->account_count), p ? p->count : 0);
	omasec_event_send(on, &ev, GFP_KERNEL);
}

static bool omasec_commit_nothing(struct omasec_config *cfg)
{
	struct omasec_change *ch;

	list_for_each_entry(ch, &cfg->list, list) {
		if (ch->account != ch->old)
			return false;
	}
	return !cfg->rules_touched;
}

/* Without a rule in force there is nothing to guard. */
static void omasec_config_guard(struct omasec_net *on)
{
	struct omasec_policy *p = omasec_config_policy(on);

	if (!p || !p->count)
		omasec_guard_down(on);
}

/* Puts a transaction into force, all or nothing. config_lock held. */
static int omasec_config_apply(struct omasec_config *cfg, const char **why)
{
	u32 generation = cfg->on->generation + 1;
	struct omasec_policy *p = NULL;
	int err;

	if (!generation)
		generation = 1;
	err = omasec_commit_old(cfg);
	if (!err && omasec_commit_nothing(cfg))
		return 0;
	if (!err && cfg->rules_touched)
		err = omasec_commit_resolve(cfg, why);
	if (!err)
		err = omasec_commit_insert(cfg, generation);
	if (err)
		goto err_undo;
	if (cfg->rules_touched) {
		if (cfg->rule_count && omasec_guard_up(cfg->on)) {
			*why = "netfilter takes no hooks for the guard";
			err = -EBUSY;
			goto err_undo;
		}
		p = omasec_policy_new(cfg->rules, cfg->rule_count);
		if (!p) {
			err = -ENOMEM;
			goto err_undo;
		}
		cfg->rule_count = 0;	/* the policy has the references */
		if (p->has_udp)
			err = omasec_udp_up(cfg->on, p->has_posts);
		if (err)
			goto err_policy;
	}
	omasec_commit_switch(cfg, p, generation);
	omasec_config_guard(cfg->on);
	if (p && !p->has_udp)
		omasec_udp_down(cfg->on);
	if (p)
		omasec_udp_unruled(cfg->on);
	omasec_commit_event(cfg->on);
	return 0;

err_policy:
	omasec_policy_free(p);
err_undo:
	omasec_commit_undo(cfg);
	omasec_config_guard(cfg->on);
	if (err != -EBUSY && err != -EINVAL)
		*why = "out of memory";
	return err;
}

/* ---- commands ---- */

static void omasec_config_drop(struct omasec_net *on)
{
	lockdep_assert_held(&on->config_lock);
	if (!on->txn)
		return;
	omasec_config_free(on->txn);
	on->txn = NULL;
	WRITE_ONCE(on->txn_portid, 0);
}

struct omasec_config *omasec_config_open(struct omasec_net *on, u32 portid, const char **why)
{
	struct omasec_config *cfg;
	int err = -ENOMEM;

	mutex_lock(&on->config_lock);
	cfg = on->txn;
	if (cfg && on->txn_portid != portid) {
		*why = "another process changes the configuration; try again when it has finished";
		err = -EBUSY;
		goto err_unlock;
	}
	if (!cfg)
		cfg = omasec_config_new(on, false);
	if (!cfg) {
		*why = "out of memory";
		goto err_unlock;
	}
	cfg->expires = jiffies + OMASEC_TXN_SECONDS * HZ;
	return cfg;

err_unlock:
	mutex_unlock(&on->config_lock);
	return ERR_PTR(err);
}

int omasec_config_close(struct omasec_config *cfg, int err, const char **why)
{
	struct omasec_net *on = cfg->on;

	if (!cfg->shared) {
		if (!err)
			err = omasec_config_apply(cfg, why);
		omasec_config_free(cfg);
	}
	mutex_unlock(&on->config_lock);
	return err;
}

int omasec_config_begin(struct omasec_net *on, u32 portid, bool replace, const char **why)
{
	struct omasec_config *cfg = NULL;
	int err = 0;

	mutex_lock(&on->config_lock);
	if (on->txn) {
		*why = on->txn_portid == portid ? "this socket has a transaction already" :
			"another process changes the configuration; try again when it has finished";
		err = -EBUSY;
	} else {
		cfg = omasec_config_new(on, replace);
		if (!cfg) {
			*why = "out of memory";
			err = -ENOMEM;
		}
	}
	if (cfg) {
		cfg->shared = true;
		cfg->expires = jiffies + OMASEC_TXN_SECONDS * HZ;
		on->txn = cfg;
		WRITE_ONCE(on->txn_portid, portid);
		mod_delayed_work(system_wq, &on->control->txn_expiry, OMASEC_TXN_SECONDS * HZ);
	}
	mutex_unlock(&on->config_lock);
	return err;
}

/* The transaction of @portid; config_lock held. */
static int omasec_config_mine(struct omasec_net *on, u32 portid, const char **why)
{
	if (on->txn && on->txn_portid == portid)
		return 0;
	*why = "this socket has no transaction: never begun, or dropped after a minute of silence";
	return -ENOENT;
}

int omasec_config_commit(struct omasec_net *on, u32 portid, u32 *generation, const char **why)
{
	int err;

	mutex_lock(&on->config_lock);
	err = omasec_config_mine(on, portid, why);
	if (!err) {
		err = omasec_config_apply(on->txn, why);
		omasec_config_drop(on);	/* also when it failed: as a whole or not at all */
		*generation = on->generation;
	}
	mutex_unlock(&on->config_lock);
	return err;
}

int omasec_config_abort(struct omasec_net *on, u32 portid, const char **why)
{
	int err;

	mutex_lock(&on->config_lock);
	err = omasec_config_mine(on, portid, why);
	if (!err)
		omasec_config_drop(on);
	mutex_unlock(&on->config_lock);
	return err;
}

void omasec_config_release(struct omasec_net *on, u32 portid)
{
	if (READ_ONCE(on->txn_portid) != portid)
		return;
	mutex_lock(&on->config_lock);
	if (on->txn_portid == portid)
		omasec_config_drop(on);
	mutex_unlock(&on->config_lock);
}

static void omasec_config_expire(struct work_struct *work)
{
	struct omasec_control *c = container_of(to_delayed_work(work), struct omasec_control,
						txn_expiry);
	struct omasec_net *on = c->on;
	long left;

	mutex_lock(&on->config_lock);
	if (on->txn) {
		left = on->txn->expires - jiffies;
		if (left > 0)
			queue_delayed_work(system_wq, &c->txn_expiry, left);
		else
			omasec_config_drop(on);
	}
	mutex_unlock(&on->config_lock);
}

/* ---- namespace ---- */

int omasec_config_net_init(struct omasec_net *on)
{
	mutex_init(&on->config_lock);
	on->txn = NULL;
	on->txn_portid = 0;
	on->generation = 1;
	atomic_set(&on->account_count, 0);
	RCU_INIT_POINTER(on->policy, NULL);
	INIT_DELAYED_WORK(&on->control->txn_expiry, omasec_config_expire);
	return omasec_accounts_init(on);
}

void omasec_config_net_pre_exit(struct omasec_net *on)
{
	mutex_lock(&on->config_lock);
	omasec_config_drop(on);
	mutex_unlock(&on->config_lock);
	cancel_delayed_work_sync(&on->control->txn_expiry);
}

void omasec_config_net_exit(struct omasec_net *on)
{
	struct omasec_policy *p;

	mutex_lock(&on->config_lock);
	p = omasec_config_policy(on);
	omasec_guard_down(on);
	RCU_INIT_POINTER(on->policy, NULL);
	mutex_unlock(&on->config_lock);
	omasec_policy_free(p);
	omasec_accounts_exit(on);
}
