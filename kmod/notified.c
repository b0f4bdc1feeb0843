// SPDX-License-Identifier: GPL-2.0
/*
 * Which notifications an account has had.
 *
 * A notification does not use a nonce up: the server makes its next message of
 * the session with the same one. What keeps a recorded notification from being
 * right again is a memory of the session ids, exact and without a window: one bit
 * for each of the 65535, for as long as the nonce is the same. With another nonce
 * the recorded digest is wrong, and the memory begins anew. Those that came with
 * the resynchronisation nonce, which never changes, have a memory of their own
 * that is never emptied. Memory is taken only after a right digest.
 */
#include <crypto/algapi.h>
#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "account.h"

#define OMASEC_SESSIONS		65536
#define OMASEC_RESYNC_SECONDS	60

/**
 * struct omasec_notified - notifications that an account has had; under its lock
 * @nonce: with which those in @sessions[0] came
 * @resynced: seconds since boot, of the last one with the resynchronisation nonce;
 *	counts when there are @sessions[1]
 * @sessions: a bit for each session id: with @nonce; with the resynchronisation nonce
 */
struct omasec_notified {
	struct omasec_nonce nonce;
	time64_t resynced;
	unsigned long *sessions[2];
};

void omasec_notified_free(struct omasec_notified *n)
{
	if (!n)
		return;
	bitmap_free(n->sessions[0]);
	bitmap_free(n->sessions[1]);
	kfree_sensitive(n);
}

static bool omasec_nonce_same(const struct omasec_nonce *a, const struct omasec_nonce *b)
{
	return a->known == b->known && a->len == b->len && !crypto_memneq(a->data, b->data, a->len);
}

/*
 * The nonce of a notification: the last one that the server was given. When the
 * session used it up there is a stand-in in its place, and the server goes on from
 * the one before, as it does in the first message of the next session.
 */
static const struct omasec_nonce *omasec_notified_nonce(const struct omasec_account *a)
{
	const struct omasec_cred *c = &a->cred[OMASEC_CRED_SERVER];

	return c->nonce.spent ? &c->previous : &c->nonce;
}

/**
 * omasec_account_nonce_notified() - the nonce that a notification is made with now
 * @a: the account
 * @nonce: set to it
 *
 * Context: any but hard interrupts.
 */
void omasec_account_nonce_notified(struct omasec_account *a, struct omasec_nonce *nonce)
{
	a = omasec_account_lock(a);
	*nonce = *omasec_notified_nonce(a);
	spin_unlock_bh(&a->lock);
}

/* Notes a session id. @a->lock held, memory is there. enum omasec_reason. */
static unsigned int omasec_notified_note(struct omasec_account *a,
					 const struct omasec_nonce *nonce, u16 session)
{
	struct omasec_notified *n = a->notified;
	time64_t now = ktime_get_boottime_seconds();

	lockdep_assert_held(&a->lock);
	if (nonce) {
		/* Another nonce came into force while the digest was computed. */
		if (!omasec_nonce_same(nonce, omasec_notified_nonce(a)))
			return OMASEC_REASON_DIGEST_WRONG;
		if (!omasec_nonce_same(nonce, &n->nonce)) {
			bitmap_zero(n->sessions[0], OMASEC_SESSIONS);
			n->nonce = *nonce;
		}
		return __test_and_set_bit(session, n->sessions[0]) ?
			OMASEC_REASON_SESSION_REPLAYED : OMASEC_REASON_NONE;
	}
	if (test_bit(session, n->sessions[1]))
		return OMASEC_REASON_SESSION_REPLAYED;
	if (n->resynced && now - n->resynced < OMASEC_RESYNC_SECONDS)
		return OMASEC_REASON_RESYNC_LIMIT;
	__set_bit(session, n->sessions[1]);
	n->resynced = now ?: 1;
	return OMASEC_REASON_NONE;
}

/**
 * omasec_account_notified() - a notification with a right digest came
 * @a: the account
 * @nonce: it was made with, or NULL for the resynchronisation nonce
 * @session: id of the session that it asks for
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason: NONE, SESSION_REPLAYED, RESYNC_LIMIT, DIGEST_WRONG
 * when the nonce is no longer the one in force, NO_MEMORY.
 */
unsigned int omasec_account_notified(struct omasec_account *a, const struct omasec_nonce *nonce,
				     u16 session)
{
	unsigned int which = nonce ? 0 : 1, reason;
	struct omasec_notified *fresh = NULL;
	unsigned long *map = NULL;

	a = omasec_account_lock(a);
	while (!a->notified || !a->notified->sessions[which]) {
		if (!map) {
			spin_unlock_bh(&a->lock);
			fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
			map = bitmap_zalloc(OMASEC_SESSIONS, GFP_KERNEL_ACCOUNT);
			reason = OMASEC_REASON_NO_MEMORY;
			if (!fresh || !map)
				goto out;
			a = omasec_account_lock(a);	/* perhaps another one by now */
			continue;
		}
		if (!a->notified) {
			a->notified = fresh;
			fresh = NULL;
		}
		a->notified->sessions[which] = map;
		map = NULL;
	}
	reason = omasec_notified_note(a, nonce, session);
	spin_unlock_bh(&a->lock);
out:
	bitmap_free(map);
	kfree(fresh);
	return reason;
}
