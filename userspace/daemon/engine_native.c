// SPDX-License-Identifier: GPL-2.0
/*
 * Native mode: the application speaks auth-MAC itself. Nothing in its messages
 * is changed; the engine follows the nonces that pass, so that the module can
 * check both sides, and challenges for the application where a message may not
 * be delivered. Then it uses the nonce that the application itself gave out
 * last: the peer's next message has to satisfy both.
 */
#include <string.h>

#include "engine_internal.h"

/*
 * With first-contact challenge, a challenge of the application's own and a first
 * package may leave with any MAC or none: the peer judges them.
 */
static void native_protect(const struct engine_in *in, const struct session *s,
			   struct engine_decision *d)
{
	bool first = in->msg->role == OMASEC_ROLE_CLIENT && !in->facts->status_count;

	if (in->msg->first_contact == OMASEC_FIRST_CONTACT_CHALLENGE &&
	    (first || facts_challenge_only(in->facts, in->auth)))
		d->no_mac = true;
	else
		engine_protect(in, s, &in->acct->fresh, d);
}

/* A first package begins anew what the session with that id had agreed on. */
static void native_begin(const struct engine_in *in, struct session *s, uint32_t last)
{
	if (!in->facts->status_count && in->facts->msg_id <= last) {
		s->mac_out = false;
		s->mac_in = false;
	}
}

void engine_native_tx(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	struct session *s = engine_session(e, in, d);
	const struct dm_status *chal;

	if (!s)
		return;
	if (in->msg->role == OMASEC_ROLE_CLIENT)
		native_begin(in, s, s->num.out_wire);
	chal = facts_chal(in->facts, in->auth, s->num.in_wire);
	if (chal) {
		facts_nonce(chal, &d->expect_nonce);
		account_issue(&e->accounts, in->acct, in->expect, &d->expect_nonce);
		s->mac_in = true;
	} else if (engine_mac_in(in, s)) {
		engine_rearm(in, d);
	}
	native_protect(in, s, d);
	s->num.out_wire = in->facts->msg_id;
	d->verdict = OMASEC_VERDICT_ACCEPT;
}

/* What a message that is delivered tells: the nonce for our next one. */
static void native_learn(struct engine *e, const struct engine_in *in, struct session *s)
{
	const struct dm_status *chal = facts_chal(in->facts, in->auth, s->num.out_wire);
	struct omasec_nonce nonce;

	if (chal) {
		s->mac_out = true;
		facts_nonce(chal, &nonce);
		account_learn(&e->accounts, in->acct, in->send, &nonce);
	}
	s->num.in_wire = in->facts->msg_id;
}

static void native_good(struct engine *e, const struct engine_in *in, uint64_t print, bool unique,
			struct engine_decision *d)
{
	struct session *s = engine_session(e, in, d);

	if (!s)
		return;
	s->failed = 0;
	s->failed_flow = 0;
	memset(&in->acct->fresh, 0, sizeof(in->acct->fresh));
	account_accepted(&e->accounts, in->acct, in->expect, print, unique);
	s->mac_in = true;
	native_learn(e, in, s);
	d->verdict = OMASEC_VERDICT_ACCEPT;
}

static void native_plain(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	struct session *s = engine_session(e, in, d);

	if (!s)
		return;
	if (in->msg->role == OMASEC_ROLE_SERVER)
		native_begin(in, s, s->num.in_wire);
	if (engine_mac_in(in, s)) {
		engine_unanswered(d);
		return;
	}
	native_learn(e, in, s);
	d->verdict = OMASEC_VERDICT_ACCEPT;
}

static void native_bad(struct engine *e, const struct engine_in *in, uint8_t mac_state,
		       struct engine_decision *d)
{
	uint32_t reason = engine_mac_reason(in, mac_state);
	const struct dm_status *chal;
	struct omasec_nonce nonce = { 0 };
	struct session *s;

	s = engine_suspect(e, in, d);
	if (!s)
		return;
	chal = facts_chal(in->facts, in->auth, s->num.out_wire);
	if (chal)
		facts_nonce(chal, &nonce);
	if (in->msg->role == OMASEC_ROLE_CLIENT && facts_challenge_only(in->facts, in->auth)) {
		/* The application is to answer it, and the module lets it pass. */
		in->acct->fresh = nonce;
		d->verdict = OMASEC_VERDICT_ACCEPT;
		return;
	}
	if (!in->acct || !in->acct->nonce[in->expect].known) {
		engine_reject(d, reason, "no nonce of the native application is known to challenge "
			      "the peer with; give one with the account");
		return;
	}
	if (s->failed && in->msg->role == OMASEC_ROLE_CLIENT) {
		engine_reject(d, OMASEC_REASON_AUTH_FAILED,
			      "the server failed authentication again after a challenge: %s",
			      omasec_reason_name(reason));
		return;
	}
	account_issue(&e->accounts, in->acct, in->expect, &in->acct->nonce[in->expect]);
	engine_challenge(e, in, s, mac_state, &in->acct->nonce[in->expect], &nonce, d);
}

void engine_native_rx(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	uint8_t mac_state = in->msg->mac_state;
	uint64_t print;
	bool unique;

	print = facts_print(in->facts, in->auth, &unique);
	if (mac_state == OMASEC_MAC_STATE_OK &&
	    account_replayed(in->acct, in->expect, print, unique))
		mac_state = OMASEC_MAC_STATE_REPLAYED;
	if (mac_state == OMASEC_MAC_STATE_OK)
		native_good(e, in, print, unique, d);
	else if (engine_unasked(in))
		native_plain(e, in, d);
	else
		native_bad(e, in, mac_state, d);
}
