// SPDX-License-Identifier: GPL-2.0
/*
 * Life of a held message. What happens to it between submission and decision is
 * in upcall.c.
 */
#include <linux/slab.h>

#include "message.h"
#include "upcall.h"

/**
 * omasec_msg_new() - a message
 * @on: namespace
 * @rule: the rule of its flow; gets a reference
 * @account: account, may be NULL; gets a reference
 *
 * Context: process, may sleep.
 * Return: the message in state NEW with one reference, or NULL without memory.
 */
struct omasec_msg *omasec_msg_new(struct omasec_net *on, struct omasec_rule *rule,
				  struct omasec_account *account)
{
	struct omasec_msg *m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);

	if (!m)
		return NULL;
	refcount_set(&m->ref, 1);
	m->on = on;
	m->rule = omasec_rule_get(rule);
	m->role = rule->role;
	m->creds = omasec_rule_creds(rule);
	m->account = account ? omasec_account_get(account) : NULL;
	atomic_set(&m->state, OMASEC_MSG_NEW);
	mutex_init(&m->put_lock);
	omasec_buf_init(&m->body, on);
	omasec_buf_init(&m->repl, on);
	omasec_upcall_prepare(m);
	return m;
}

/**
 * omasec_msg_put() - drops a reference
 * @m: the message, NULL is fine
 *
 * Context: process.
 */
void omasec_msg_put(struct omasec_msg *m)
{
	if (!m || !refcount_dec_and_test(&m->ref))
		return;
	omasec_buf_free(&m->body);
	omasec_buf_free(&m->repl);
	omasec_account_put(m->account);
	omasec_rule_put(m->rule);
	mutex_destroy(&m->put_lock);
	kfree_rcu(m, rcu);
}
