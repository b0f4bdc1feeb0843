// SPDX-License-Identifier: GPL-2.0
/*
 * Bootstrap messages over HTTP that wait for a PIN. The flow waits as it does for the
 * helper; nothing of the message is in its buffers yet.
 *
 * A wait has a copy of what is judged, so that a PIN can be tried while the flow ends.
 * Two hold it: the flow until it has taken the result or forgets the wait, and pin.c until
 * the message was settled. @lock stands between the two: who settles kicks the flow under
 * it, and a flow that has forgotten the wait under it is kicked no more.
 */
#include <linux/slab.h>

#include "bootstrap.h"
#include "flow_internal.h"
#include "pin.h"
#include "proto/wsp.h"

/**
 * struct omasec_fetched_wait - a bootstrap message that waits
 * @w: for pin.c
 * @ref: the flow, and pin.c
 * @lock: @f and @settled; taken under f->mtx
 * @f: NULL when it is not interested any more
 * @b: what secures the message
 * @body: the message, in one piece
 * @settled: @reason and @what are there
 * @reason: enum omasec_reason
 * @what: more words, or NULL; a constant
 */
struct omasec_fetched_wait {
	struct omasec_pin_wait w;
	refcount_t ref;
	spinlock_t lock;
	struct omasec_flow *f;
	struct omasec_bootstrap b;
	struct omasec_buf body;
	bool settled;
	unsigned int reason;
	const char *what;
};

static struct omasec_fetched_wait *omasec_fetched_of(struct omasec_pin_wait *w)
{
	return container_of(w, struct omasec_fetched_wait, w);
}

static void omasec_fetched_put(struct omasec_fetched_wait *x)
{
	if (!refcount_dec_and_test(&x->ref))
		return;
	omasec_buf_free(&x->body);
	omasec_account_put(x->w.account);
	kfree_sensitive(x);
}

static unsigned int omasec_fetched_try(struct omasec_pin_wait *w, struct omasec_slice pin,
				       const char **what)
{
	struct omasec_fetched_wait *x = omasec_fetched_of(w);
	bool unchecked;

	/* What nothing secures does not wait, so it is never unchecked. */
	return omasec_bootstrap_judge(w->account, &x->b, w->data, pin, &unchecked, what);
}

static unsigned int omasec_fetched_settle(struct omasec_pin_wait *w, unsigned int reason,
					  const char *what)
{
	struct omasec_fetched_wait *x = omasec_fetched_of(w);

	spin_lock_bh(&x->lock);
	x->reason = reason;
	x->what = what;
	x->settled = true;
	if (x->f)
		omasec_flow_kick(x->f);
	else
		reason = reason ?: OMASEC_REASON_KILLED;
	spin_unlock_bh(&x->lock);
	omasec_fetched_put(x);
	return reason;
}

static const struct omasec_pin_ops omasec_fetched_pin_ops = {
	.try = omasec_fetched_try,
	.settle = omasec_fetched_settle,
};

/* Empty, for f->rx.msg; NULL without memory. */
static struct omasec_fetched_wait *omasec_fetched_wait_new(struct omasec_flow *f,
							   const struct omasec_bootstrap *b,
							   u32 type)
{
	const struct omasec_buf *from = &f->rx.msg->body;
	struct omasec_fetched_wait *x = kzalloc(sizeof(*x), GFP_KERNEL_ACCOUNT);
	size_t room = from->len;
	char *to;

	if (!x)
		return NULL;
	omasec_buf_init(&x->body, f->on);
	to = omasec_buf_reserve(&x->body, from->len, &room);
	if (IS_ERR(to)) {
		kfree(x);
		return NULL;
	}
	omasec_buf_read(from, 0, to, from->len);
	omasec_buf_commit(&x->body, from->len);
	refcount_set(&x->ref, 2);
	spin_lock_init(&x->lock);
	x->f = f;
	x->b = *b;
	x->w.ops = &omasec_fetched_pin_ops;
	x->w.account = omasec_account_get(f->rx.msg->account);
	x->w.data.p = to;
	x->w.data.len = from->len;
	x->w.octets = min_t(size_t, 2 * from->len + sizeof(*x), UINT_MAX);
	x->w.m.rule = f->rule->id;
	x->w.m.sec = b->sec;
	x->w.m.kind = type == OMASEC_WSP_TYPE_DM_WBXML ? OMASEC_BLOB_KIND_BOOTSTRAP_DM :
							 OMASEC_BLOB_KIND_BOOTSTRAP_CP;
	omasec_event_addresses(f->sk, &x->w.m.family, x->w.m.local, x->w.m.peer, &x->w.m.lport,
			       &x->w.m.pport);
	return x;
}

/**
 * omasec_fetched_wait() - lets the message that a flow received wait for its PIN
 * @f: the flow; f->rx.msg is whole, and its account lacks the PIN
 * @b: what secures it
 * @type: assigned number of its content type
 * @what: for a refusal, set to more words or NULL
 *
 * Context: process, f->mtx held, may sleep.
 * Return: enum omasec_reason; 0, and the flow is kicked when it was settled.
 */
unsigned int omasec_fetched_wait(struct omasec_flow *f, const struct omasec_bootstrap *b, u32 type,
				 const char **what)
{
	struct omasec_fetched_wait *x;
	unsigned int reason;

	lockdep_assert_held(&f->mtx);
	x = omasec_fetched_wait_new(f, b, type);
	if (!x)
		return OMASEC_REASON_NO_MEMORY;
	reason = omasec_pin_wait_add(f->on, &x->w, f->rule->pin_wait, what);
	if (reason) {
		omasec_fetched_put(x);
		omasec_fetched_put(x);
		return reason;
	}
	f->fetched = x;
	f->rx.state = OMASEC_DIR_WAIT;
	return OMASEC_REASON_NONE;
}

/**
 * omasec_fetched_settled() - takes the result when there is one
 * @f: the flow, whose bootstrap message waits
 * @reason: set to enum omasec_reason
 * @what: set to more words, or NULL
 *
 * Context: process, f->mtx held.
 * Return: false when it waits on.
 */
bool omasec_fetched_settled(struct omasec_flow *f, unsigned int *reason, const char **what)
{
	struct omasec_fetched_wait *x = f->fetched;
	bool settled;

	lockdep_assert_held(&f->mtx);
	spin_lock_bh(&x->lock);
	settled = x->settled;
	*reason = x->reason;
	*what = x->what;
	spin_unlock_bh(&x->lock);
	if (!settled)
		return false;
	f->fetched = NULL;
	omasec_fetched_put(x);
	return true;
}

/**
 * omasec_fetched_forget() - the flow waits for no PIN any more
 * @f: the flow; f->mtx held, or closing
 *
 * Context: process, may sleep. Nothing kicks the flow for it afterwards.
 */
void omasec_fetched_forget(struct omasec_flow *f)
{
	struct omasec_fetched_wait *x = f->fetched;

	if (!x)
		return;
	f->fetched = NULL;
	spin_lock_bh(&x->lock);
	x->f = NULL;
	spin_unlock_bh(&x->lock);
	omasec_pin_wait_end(f->on, &x->w, OMASEC_REASON_KILLED, "its connection ended");
	omasec_fetched_put(x);
}
