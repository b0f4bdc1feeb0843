// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams that wait for a PIN: held (udp_held.c) for whoever gives it (pin.c).
 *
 * Each PIN is tried by the rule and the account that are in force then. Without its
 * rule a datagram does not wait on.
 */
#include <linux/slab.h>

#include "event.h"
#include "pin.h"
#include "push.h"
#include "udp_held.h"

/**
 * struct omasec_udp_pin - a datagram that waits for a PIN
 * @held: the datagram
 * @wait: its place among those that wait
 */
struct omasec_udp_pin {
	struct omasec_held held;
	struct omasec_pin_wait wait;
};

static unsigned int omasec_udp_pin_try(struct omasec_pin_wait *w, struct omasec_slice pin,
				       const char **what)
{
	struct omasec_udp_pin *p = container_of(w, struct omasec_udp_pin, wait);
	struct omasec_slice data = omasec_held_data(&p->held);
	struct omasec_net *on = p->held.u->on;
	struct omasec_rule *rule = omasec_policy_rule(on, p->held.rule);
	struct omasec_push_terms terms;
	struct omasec_push_verdict v;

	if (!rule) {
		*what = "the rule that selected it was removed";
		return OMASEC_REASON_KILLED;
	}
	terms = omasec_udp_terms(rule);
	terms.pin = pin;
	terms.trial = true;
	omasec_push_judge(on, &terms, data.p, data.len, &v);
	omasec_account_put(v.account);
	swap(p->held.d.rule, rule);
	omasec_rule_put(rule);
	*what = v.what;
	return v.reason;
}

static unsigned int omasec_udp_pin_settle(struct omasec_pin_wait *w, unsigned int reason,
					  const char *what)
{
	struct omasec_udp_pin *p = container_of(w, struct omasec_udp_pin, wait);
	struct omasec_account *first = w->account;
	struct omasec_push_verdict v = {
		.outcome = reason ? OMASEC_PUSH_REFUSE : OMASEC_PUSH_ACCEPT,
		.reason = reason,
		.what = what,
		.has_kind = true,
		.kind = OMASEC_MESSAGE_KIND_BOOTSTRAP,
		.sec = w->m.sec,
		/* After a try it is that of the rule then. */
		.account = omasec_account_get(p->held.d.rule->account),
	};

	reason = omasec_held_settle(&p->held, &v);
	omasec_push_count(&v);
	omasec_account_put(v.account);
	omasec_account_put(first);
	return reason;
}

static const struct omasec_pin_ops omasec_udp_pin_ops = {
	.try = omasec_udp_pin_try,
	.settle = omasec_udp_pin_settle,
};

static void omasec_udp_pin_gone(struct omasec_held *h)
{
	struct omasec_udp_pin *p = container_of(h, struct omasec_udp_pin, held);

	omasec_pin_wait_end(h->u->on, &p->wait, OMASEC_REASON_KILLED, h->gone);
}

static void omasec_udp_pin_release(struct omasec_held *h)
{
	kfree(container_of(h, struct omasec_udp_pin, held));
}

/* One more than may wait, however long, so that a repeated one is known as such. */
static const struct omasec_held_ops omasec_udp_pin_held = {
	.by = OMASEC_HELD_PIN,
	.datagrams = OMASEC_PIN_MESSAGES + 1,
	.octets = OMASEC_PIN_OCTETS + SKB_TRUESIZE(128 * 1024),
	.gone = omasec_udp_pin_gone,
	.release = omasec_udp_pin_release,
};

static void omasec_udp_pin_about(struct omasec_udp_pin *p, const struct omasec_push_verdict *v)
{
	struct omasec_pin_message *m = &p->wait.m;
	struct omasec_datagram *d = &p->held.d;
	struct omasec_event ev = {};

	omasec_udp_event_socket(&ev, omasec_datagram_at(d));
	m->family = ev.family;
	m->lport = ev.lport;
	m->pport = ev.pport;
	memcpy(m->local, ev.local, sizeof(m->local));
	memcpy(m->peer, ev.peer, sizeof(m->peer));
	m->rule = p->held.rule;
	m->sec = v->sec;
	m->kind = v->blob_kind;
}

/**
 * omasec_udp_pin_wait() - lets a datagram wait for its PIN
 * @u: of the namespace
 * @d: the datagram; emptied when it waits, and when it was refused here
 * @v: its verdict, that the PIN is missing; where it cannot be held, why
 *
 * Context: process, may sleep.
 * Return: false when the caller has to refuse it with @v.
 */
bool omasec_udp_pin_wait(struct omasec_udp *u, struct omasec_datagram *d,
			 struct omasec_push_verdict *v)
{
	struct omasec_udp_pin *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	unsigned int seconds = d->rule->pin_wait, reason = OMASEC_REASON_NO_MEMORY;
	const char *what;

	if (p)
		reason = omasec_held_add(u, &p->held, d, &omasec_udp_pin_held);
	if (reason) {
		kfree(p);
		v->outcome = OMASEC_PUSH_REFUSE;
		v->reason = reason;
		return false;
	}
	p->wait.ops = &omasec_udp_pin_ops;
	p->wait.account = omasec_account_get(v->account);
	p->wait.data = omasec_held_data(&p->held);
	p->wait.octets = p->held.d.octets;
	omasec_udp_pin_about(p, v);
	reason = omasec_pin_wait_add(u->on, &p->wait, seconds, &what);
	if (reason)
		omasec_udp_pin_settle(&p->wait, reason, what);
	omasec_held_ready(&p->held);
	return true;
}
