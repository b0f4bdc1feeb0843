// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and the policy that is made of them.
 *
 * Readers come from a tracepoint probe with preemption off, also on PREEMPT_RT:
 * RCU and reference counts only, no lock, no allocation. A policy is never
 * changed after it was published. A rule whose count has reached zero belongs to
 * a policy that was replaced; the reader then starts again with the new one, and
 * never goes on to a later rule.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "account.h"
#include "buf.h"
#include "policy.h"

struct omasec_rule *omasec_rule_new(void)
{
	struct omasec_rule *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);

	if (r)
		refcount_set(&r->ref, 1);
	return r;
}

struct omasec_rule *omasec_rule_clone(const struct omasec_rule *r, struct omasec_account *account)
{
	struct omasec_rule *c = omasec_rule_new();
	unsigned int i;

	if (!c)
		return NULL;
	c->sel = r->sel;
	c->id = r->id;
	memcpy(c->name, r->name, sizeof(c->name));
	c->account = account ? omasec_account_get(account) : NULL;
	c->role = r->role;
	c->binding = r->binding;
	c->integrity = r->integrity;
	c->confidentiality = r->confidentiality;
	c->content_cipher = r->content_cipher;
	c->object_signature = r->object_signature;
	c->encoding = r->encoding;
	c->transport = r->transport;
	c->auth_mode = r->auth_mode;
	c->first_contact = r->first_contact;
	c->other = r->other;
	c->on_deny = r->on_deny;
	c->helper_lost = r->helper_lost;
	c->tls = r->tls;
	c->notification_13 = r->notification_13;
	c->nonce_resync = r->nonce_resync;
	c->sessionless = r->sessionless;
	c->tls_check = r->tls_check;
	c->tls_min = r->tls_min;
	c->unprotected = r->unprotected;
	c->bootstrap = r->bootstrap;
	c->max_message = r->max_message;
	c->deadline_ms = r->deadline_ms;
	c->pin_wait = r->pin_wait;
	atomic64_set(&c->hits, atomic64_read(&r->hits));
	for (i = 0; i < OMASEC_SEEN_COUNT; i++)
		atomic64_set(&c->seen[i], atomic64_read(&r->seen[i]));
	return c;
}

static bool omasec_selector_same(const struct omasec_selector *a, const struct omasec_selector *b)
{
	return a->direction == b->direction && a->protocol == b->protocol &&
	       a->has_uid == b->has_uid &&
	       a->has_cgroup == b->has_cgroup && a->family == b->family &&
	       a->prefix == b->prefix && a->port_min == b->port_min &&
	       a->port_max == b->port_max && a->uid == b->uid && a->cgroup == b->cgroup &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

bool omasec_rule_same(const struct omasec_rule *a, const struct omasec_rule *b)
{
	return omasec_selector_same(&a->sel, &b->sel) && !strcmp(a->name, b->name) &&
	       a->account == b->account && a->role == b->role && a->binding == b->binding &&
	       a->integrity == b->integrity && a->transport == b->transport &&
	       a->confidentiality == b->confidentiality && a->auth_mode == b->auth_mode &&
	       a->object_signature == b->object_signature &&
	       a->content_cipher == b->content_cipher &&
	       a->first_contact == b->first_contact && a->other == b->other &&
	       a->on_deny == b->on_deny && a->helper_lost == b->helper_lost &&
	       a->tls == b->tls && a->tls_check == b->tls_check && a->tls_min == b->tls_min &&
	       a->unprotected == b->unprotected && a->notification_13 == b->notification_13 &&
	       a->nonce_resync == b->nonce_resync && a->bootstrap == b->bootstrap &&
	       a->sessionless == b->sessionless && a->encoding == b->encoding &&
	       a->max_message == b->max_message && a->deadline_ms == b->deadline_ms &&
	       a->pin_wait == b->pin_wait;
}

/**
 * omasec_rule_put() - drops a reference
 * @r: the rule, NULL is fine
 *
 * Context: any.
 */
void omasec_rule_put(struct omasec_rule *r)
{
	if (!r || !refcount_dec_and_test(&r->ref))
		return;
	omasec_account_put(r->account);
	kfree_rcu(r, rcu);
}

/**
 * omasec_policy_new() - makes a policy
 * @rules: rules in order; their references go over to the policy on success
 * @count: their number
 *
 * Context: process, may sleep.
 * Return: the policy, or NULL without memory.
 */
struct omasec_policy *omasec_policy_new(struct omasec_rule **rules, unsigned int count)
{
	struct omasec_policy *p = kvzalloc(struct_size(p, rules, count), OMASEC_GFP);
	unsigned int i;

	if (!p)
		return NULL;
	p->count = count;
	for (i = 0; i < count; i++) {
		const struct omasec_selector *sel = &rules[i]->sel;

		p->rules[i] = rules[i];
		bitmap_set(sel->protocol == OMASEC_PROTOCOL_UDP ? p->udp_ports :
			   p->ports[sel->direction], sel->port_min,
			   sel->port_max - sel->port_min + 1);
		p->has_posts |= omasec_rule_posts(rules[i]);
		if (sel->protocol == OMASEC_PROTOCOL_UDP)
			p->has_udp = true;
		else
			p->names[sel->direction] = true;
		p->needs_helper |= omasec_rule_needs_helper(rules[i]);
	}
	return p;
}

void omasec_policy_free(struct omasec_policy *p)
{
	unsigned int i;

	if (!p)
		return;
	for (i = 0; i < p->count; i++)
		omasec_rule_put(p->rules[i]);
	kvfree_rcu(p, rcu);
}

/**
 * omasec_policy_port() - does some rule name a port?
 * @on: namespace
 * @direction: enum omasec_direction
 * @port: in host order
 *
 * Context: any, also with preemption off on PREEMPT_RT.
 */
bool omasec_policy_port(struct omasec_net *on, unsigned int direction, u16 port)
{
	struct omasec_policy *p;
	bool named;

	rcu_read_lock();
	p = rcu_dereference(on->policy);
	named = p && omasec_policy_names(p, direction, port);
	rcu_read_unlock();
	return named;
}

/* Does any rule name a direction? Context: any, also with preemption off. */
bool omasec_policy_direction(struct omasec_net *on, unsigned int direction)
{
	struct omasec_policy *p;
	bool named;

	rcu_read_lock();
	p = rcu_dereference(on->policy);
	named = p && p->names[direction];
	rcu_read_unlock();
	return named;
}

/* Some rule of the protocol of @key names its port. */
static bool omasec_policy_named(const struct omasec_policy *p, const struct omasec_sock_key *key)
{
	return test_bit(key->port, key->protocol == OMASEC_PROTOCOL_UDP ? p->udp_ports :
				   p->ports[key->direction]);
}

/**
 * omasec_policy_match() - the first rule that selects a socket
 * @on: namespace
 * @key: the socket
 *
 * Context: any, also with preemption off on PREEMPT_RT.
 * Return: the rule with a reference, or NULL.
 */
struct omasec_rule *omasec_policy_match(struct omasec_net *on, const struct omasec_sock_key *key)
{
	struct omasec_rule *r = NULL;
	struct omasec_policy *p;
	unsigned int i;

	rcu_read_lock();
again:
	p = rcu_dereference(on->policy);
	if (!p || !omasec_policy_named(p, key))
		goto out;
	for (i = 0; i < p->count; i++) {
		if (!omasec_selector_match(&p->rules[i]->sel, key))
			continue;
		r = p->rules[i];
		if (!refcount_inc_not_zero(&r->ref)) {
			r = NULL;
			goto again;	/* replaced while we looked */
		}
		break;
	}
out:
	rcu_read_unlock();
	return r;
}

/**
 * omasec_policy_rule() - a rule in force by its id
 * @on: namespace
 * @id: of the rule
 *
 * Context: any, also with preemption off on PREEMPT_RT.
 * Return: the rule with a reference, or NULL.
 */
struct omasec_rule *omasec_policy_rule(struct omasec_net *on, u32 id)
{
	struct omasec_rule *r = NULL;
	struct omasec_policy *p;
	unsigned int i;

	rcu_read_lock();
again:
	p = rcu_dereference(on->policy);
	for (i = 0; p && i < p->count; i++) {
		if (p->rules[i]->id != id)
			continue;
		r = p->rules[i];
		if (!refcount_inc_not_zero(&r->ref)) {
			r = NULL;
			goto again;	/* replaced while we looked */
		}
		break;
	}
	rcu_read_unlock();
	return r;
}
