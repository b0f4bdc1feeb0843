// SPDX-License-Identifier: GPL-2.0
/*
 * Pushed sessionless messages: right by their MAC, and held until the helper has said
 * that they did not come before and are durably noted (udp_held.c, upcall.c).
 *
 * Whoever sets @settled settles: the work item, which the verdict or its deadline
 * queues, or whoever asks for the datagram. Both may come before the message was
 * submitted, so the one who submits looks at @settled afterwards. The work item runs
 * with the holder's reference; all others wait for it while they have one.
 */
#include <linux/slab.h>

#include "flow_internal.h"
#include "udp_held.h"
#include "udp_note.h"

/* Most that wait for the helper at a time in a namespace. */
#define OMASEC_NOTE_DATAGRAMS	32
#define OMASEC_NOTE_OCTETS	(256 * 1024)

/**
 * struct omasec_note - a datagram that waits to be noted
 * @h: the datagram
 * @m: what the helper is asked
 * @v: what was found so far; the account with a reference
 * @work: settles
 * @settled: bit 0: somebody does, or did
 */
struct omasec_note {
	struct omasec_held h;
	struct omasec_msg *m;
	struct omasec_push_verdict v;
	struct work_struct work;
	unsigned long settled;
};

static bool omasec_note_take(struct omasec_note *n)
{
	return !test_and_set_bit(0, &n->settled);
}

/* @n may be gone afterwards, but for the caller's own reference. */
static void omasec_note_settle(struct omasec_note *n, unsigned int reason, const char *what)
{
	struct omasec_account *a = omasec_account_get(n->v.account);
	struct omasec_push_verdict v = n->v;

	v.outcome = reason ? OMASEC_PUSH_REFUSE : OMASEC_PUSH_ACCEPT;
	v.reason = reason;
	v.what = what;
	omasec_held_settle(&n->h, &v);
	omasec_push_count(&v);
	omasec_account_put(a);
}

/* The verdict is there; it is about the octets that are held, and changes none. */
static void omasec_note_work(struct work_struct *work)
{
	struct omasec_note *n = container_of(work, struct omasec_note, work);
	struct omasec_msg *m = n->m;
	bool noted = m->verdict == OMASEC_VERDICT_ACCEPT && m->sessionless && !m->has_repl;
	char what[sizeof(m->detail)];

	if (!omasec_note_take(n))
		return;
	strscpy(what, m->detail, sizeof(what));
	omasec_note_settle(n, noted ? OMASEC_REASON_NONE : m->reason ?: OMASEC_REASON_HELPER_ERROR,
			   *what ? what : NULL);
}

/* From upcall.c, with the message's put_lock held. */
static void omasec_note_decided(struct omasec_msg *m, void *arg)
{
	struct omasec_note *n = arg;

	queue_work(omasec_wq, &n->work);
}

static void omasec_note_gone(struct omasec_held *h)
{
	struct omasec_note *n = container_of(h, struct omasec_note, h);
	bool took = omasec_note_take(n);

	/* Full barrier in test_and_set_bit(); pairs with omasec_udp_note(). */
	omasec_upcall_cancel(n->m);
	if (took)
		omasec_note_settle(n, OMASEC_REASON_KILLED, READ_ONCE(h->gone));
	flush_work(&n->work);
}

static void omasec_note_release(struct omasec_held *h)
{
	struct omasec_note *n = container_of(h, struct omasec_note, h);

	omasec_msg_put(n->m);
	omasec_account_put(n->v.account);
	kfree(n);
}

static const struct omasec_held_ops omasec_note_ops = {
	.by = OMASEC_HELD_NOTE,
	.datagrams = OMASEC_NOTE_DATAGRAMS,
	.octets = OMASEC_NOTE_OCTETS,
	.gone = omasec_note_gone,
	.release = omasec_note_release,
};

/* What the helper is asked; NULL without memory. */
static struct omasec_msg *omasec_note_message(struct omasec_udp *u, struct omasec_rule *rule,
					      const struct omasec_push_verdict *v)
{
	struct omasec_msg *m = omasec_msg_new(u->on, rule, v->account);

	if (!m)
		return NULL;
	m->path = OMASEC_PATH_RX;
	m->http_kind = OMASEC_HTTP_KIND_REQUEST;
	m->mac_state = OMASEC_MAC_STATE_OK;
	m->agreed = v->agreed;
	memcpy(m->mac, v->mac, sizeof(m->mac));
	strscpy(m->user, v->server_id, sizeof(m->user));
	strscpy(m->content_type, v->type, sizeof(m->content_type));
	m->decided = omasec_note_decided;
	if (!omasec_buf_append(&m->body, v->data.p, v->data.len))
		return m;
	omasec_msg_put(m);
	return NULL;
}

/**
 * omasec_udp_note() - holds a sessionless message until the helper has noted it
 * @u: of the namespace
 * @d: the datagram, which was judged
 * @v: the verdict, OMASEC_PUSH_NOTE
 *
 * Context: process, may sleep.
 * Return: 0, and @d and the reference of v->account are taken over; or the enum
 * omasec_reason for which the datagram is refused, and nothing has changed.
 */
unsigned int omasec_udp_note(struct omasec_udp *u, struct omasec_datagram *d,
			     const struct omasec_push_verdict *v)
{
	struct omasec_note *n = kzalloc(sizeof(*n), GFP_KERNEL_ACCOUNT);
	unsigned int reason = OMASEC_REASON_NO_MEMORY;

	if (!n)
		return reason;
	INIT_WORK(&n->work, omasec_note_work);
	n->m = omasec_note_message(u, d->rule, v);
	if (!n->m)
		goto err_note;
	n->m->arg = n;
	n->v = *v;
	memset(&n->v.data, 0, sizeof(n->v.data));	/* in octets that are copied now */
	reason = omasec_held_add(u, &n->h, d, &omasec_note_ops);
	if (reason)
		goto err_message;
	reason = omasec_upcall_submit(n->m);
	if (reason) {
		if (omasec_note_take(n))
			omasec_note_settle(n, reason, NULL);
	} else {
		/* Either omasec_note_gone() sees that it was submitted, or we see @settled. */
		smp_mb();
		if (test_bit(0, &n->settled)) {
			omasec_upcall_cancel(n->m);
			flush_work(&n->work);
		}
	}
	omasec_held_ready(&n->h);
	return OMASEC_REASON_NONE;

err_message:
	omasec_msg_put(n->m);
err_note:
	kfree(n);
	return reason;
}

/* Context: process, may sleep. */
void omasec_udp_note_flush(void)
{
	flush_workqueue(omasec_wq);
}
