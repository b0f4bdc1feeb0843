// SPDX-License-Identifier: GPL-2.0
/*
 * Transparent mode: a message of the peer on its way to the application, and
 * the rounds that the application does not see. engine.h has the rules.
 */
#include <string.h>

#include "engine_internal.h"

/* ---- which session ------------------------------------------------------ */

/*
 * A provisional session becomes established by a message that answers its
 * challenge: the nonce that was issued last is the one that the MAC was right
 * with. Without account the module kept the nonce with the connection.
 */
static struct session *rx_proved(struct engine *e, const struct engine_in *in)
{
	const struct dm_facts *f = in->facts;
	struct session *s;

	s = session_find_provisional(&e->sessions, in->acct, in->msg->role, f->session_id,
				     f->source);
	if (s && nonce_equal(&s->issued, &in->acct->nonce[in->expect]))
		return s;
	s = session_find_provisional(&e->sessions, NULL, in->msg->role, f->session_id, f->source);
	return s && s->flow == in->msg->flow ? s : NULL;
}

/* The session that a message goes on with, or begins. NULL: @d is a rejection. */
static struct session *rx_current(struct engine *e, const struct engine_in *in,
				  struct engine_decision *d)
{
	struct session *s = engine_session(e, in, d);

	if (s && in->msg->role == OMASEC_ROLE_SERVER && !in->facts->status_count &&
	    in->facts->msg_id <= s->num.in_wire)
		session_restart(&e->sessions, s);
	return s;
}

/* The session of a message with a right MAC. NULL: @d is a rejection. */
static struct session *rx_session(struct engine *e, const struct engine_in *in,
				  struct engine_decision *d)
{
	struct session *s, *proved = NULL;

	if (in->msg->role == OMASEC_ROLE_SERVER)
		proved = rx_proved(e, in);
	if (proved) {
		s = session_find(&e->sessions, in->acct, in->msg->role, in->facts->session_id);
		if (s)
			session_drop(&e->sessions, s);
		session_establish(&e->sessions, proved, in->acct, in->now);
		return proved;
	}
	return rx_current(e, in, d);
}

struct session *engine_suspect(struct engine *e, const struct engine_in *in,
			       struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	struct session *s = NULL;

	if (in->acct)
		s = session_find(&e->sessions, in->acct, in->msg->role, f->session_id);
	if (in->msg->role == OMASEC_ROLE_CLIENT) {
		if (!s || !s->num.out_wire)
			engine_reject(d, engine_mac_reason(in, in->msg->mac_state),
				      "not authenticated, and of a session that is not known here");
		else
			number_in_seen(&s->num, f->msg_id);
		return d->verdict ? NULL : s;
	}
	if (s && f->status_count && f->msg_id >= s->num.in_wire)
		return s;
	s = session_find_provisional(&e->sessions, in->acct, in->msg->role, f->session_id,
				     f->source);
	if (!s)
		s = session_new(&e->sessions, in->acct, in->msg->role, f->session_id, f->source,
				in->now);
	if (!s)
		engine_reject(d, OMASEC_REASON_NO_MEMORY, "no memory for the session");
	else
		number_in_seen(&s->num, f->msg_id);
	return s;
}

/* ---- rounds of our own -------------------------------------------------- */

static uint16_t rx_code(uint8_t mac_state)
{
	return mac_state == OMASEC_MAC_STATE_MISSING ? 407 : 401;
}

static void rx_count(struct session *s, uint64_t flow)
{
	s->failed++;
	if (s->flow != flow)
		s->failed_flow = 0;
	s->failed_flow++;
	s->flow = flow;
}

void engine_challenge(struct engine *e, const struct engine_in *in, struct session *s,
		      uint8_t mac_state, const struct omasec_nonce *nonce,
		      const struct omasec_nonce *fresh, struct engine_decision *d)
{
	struct dm_challenge *c = &d->challenge;
	bool final;

	rx_count(s, in->msg->flow);
	if (s->failed > ENGINE_FAILED_SESSION || s->failed_flow > ENGINE_FAILED_FLOW) {
		engine_reject(d, OMASEC_REASON_AUTH_FAILED,
			      "%u messages in a row failed authentication, the last one: %s",
			      s->failed, omasec_reason_name(engine_mac_reason(in, mac_state)));
		return;
	}
	final = s->failed_flow > 1;
	c->code = final ? 401 : rx_code(mac_state);
	if (!final && nonce)
		d->expect_nonce = *nonce;
	else if (!final && engine_issue(e, in->acct, in->expect, d))
		return;
	if (!final) {
		c->has_chal = 1;
		c->md5 = engine_creds(in);
		c->nonce_len = d->expect_nonce.len;
		memcpy(c->nonce, d->expect_nonce.data, d->expect_nonce.len);
		s->issued = d->expect_nonce;
	}
	c->msg_id = number_out_own(&s->num, in->facts->msg_id);
	s->mac_in = true;
	engine_protect(in, s, fresh, d);
	if (!s->provisional)
		session_dirty(&e->sessions, s);
	d->verdict = OMASEC_VERDICT_RESPOND;
	d->body = ENGINE_CHALLENGE;
}

/* The held message once more; @ok: the challenge itself was authenticated. */
static void rx_repeat(struct engine *e, const struct engine_in *in, struct session *s, bool ok,
		      uint8_t mac_state, const struct omasec_nonce *nonce,
		      struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	struct held *h = &s->held;

	if (engine_mac_in(in, s) && engine_issue(e, in->acct, in->expect, d))
		return;
	s->mac_out = true;
	d->repeat = h->body;
	d->repeat_len = h->len;
	d->repeat_type = h->type;
	e->sessions.held -= h->len;
	h->body = NULL;
	h->type = NULL;
	h->again = true;
	h->wire = number_out_again(&s->num, h->app);
	h->flow = in->msg->flow;
	if (h->wire != h->app)
		d->edits.set_msg_id = h->wire;
	d->edits.remove_cred = h->strip;
	d->edits.map_count = h->map_count;
	memcpy(d->edits.map, h->map, h->map_count * sizeof(*h->map));
	edits_insert(&d->edits, ok ? 200 : rx_code(mac_state), f->msg_id, f->target, f->source,
		     engine_chal(in), engine_mac_in(in, s) ? &d->expect_nonce : NULL);
	if (!ok)
		rx_count(s, in->msg->flow);
	engine_protect(in, s, nonce, d);
	session_dirty(&e->sessions, s);
	d->verdict = OMASEC_VERDICT_RESPOND;
	d->body = ENGINE_REPEAT;
}

/* Nothing but a challenge, to the message that we sent last or to another one. */
static void rx_challenged(struct engine *e, const struct engine_in *in, struct session *s,
			  const struct dm_status *chal, bool ok, uint8_t mac_state,
			  struct engine_decision *d)
{
	struct omasec_nonce nonce;

	facts_nonce(chal, &nonce);
	if (chal->msg_ref == s->held.wire && s->held.body) {
		rx_repeat(e, in, s, ok, mac_state, &nonce, d);
		return;
	}
	if (chal->msg_ref == s->held.wire && s->held.again) {
		engine_reject(d, OMASEC_REASON_AUTH_FAILED,
			      "the peer refused the %s of message %u also with its own nonce",
			      engine_proof(in), chal->msg_ref);
		return;
	}
	if (in->msg->role == OMASEC_ROLE_SERVER && !map_to_app(&s->num.out, chal->msg_ref)) {
		/* To a challenge of ours. It has the nonce now: ask once more. */
		engine_challenge(e, in, s, mac_state, NULL, &nonce, d);
		return;
	}
	engine_reject(d, OMASEC_REASON_AUTH_FAILED,
		      "the peer challenges message %u, which is not held any more",
		      chal->msg_ref);
}

/*
 * The answer to a message that we repeated with the server's own nonce: nothing but
 * 401 or 407, and no challenge any more. A server that had taken our MAC would have
 * issued the next nonce, so this is about our credential, not the application's.
 */
static bool rx_refused_for_good(const struct engine_in *in, const struct session *s)
{
	const struct dm_facts *f = in->facts;
	const struct dm_status *st;

	if (in->msg->role != OMASEC_ROLE_CLIENT || !s->held.again || f->command_count ||
	    !facts_hdr(f, s->held.wire, NULL))
		return false;
	for (st = f->status; st < f->status + f->status_count; st++)
		if ((st->code != 401 && st->code != 407) || st->has_chal)
			return false;
	return true;
}

/* ---- delivery ----------------------------------------------------------- */

/*
 * A peer that repeats after our challenge may have a Status for the SyncHdr of
 * the challenge only, and none for the message of the application before it.
 */
static bool rx_stands_in(const struct dm_facts *f, const struct session *s,
			 const struct dm_status *st)
{
	const struct msg_map *out = &s->num.out;
	uint32_t wire = map_to_wire(out, s->num.out_app);
	bool sent = out->count && out->seg[0].wire <= wire &&
		    map_to_app(out, wire) == s->num.out_app;
	const struct dm_status *other;

	/* One that answers an older message of the application answers just that. */
	for (other = f->status; other < f->status + f->status_count; other++)
		if (!other->cmd_ref && map_to_app(out, other->msg_ref))
			return false;
	return sent && s->num.out_app && !st->cmd_ref && st->msg_ref == s->num.out_wire &&
	       st->msg_ref > wire;
}

/* Another Status for the SyncHdr of the same message of the application, which may have gone twice. */
static bool rx_twin(const struct dm_facts *f, const struct session *s, const struct dm_status *st,
		    uint32_t app)
{
	const struct dm_status *other;

	for (other = f->status; other < f->status + f->status_count; other++)
		if (other != st && !other->cmd_ref &&
		    map_to_app(&s->num.out, other->msg_ref) == app)
			return true;
	return false;
}

/* The first Status for the SyncHdr of a message. */
static bool rx_first(const struct dm_facts *f, const struct dm_status *st)
{
	return !st->cmd_ref && facts_hdr(f, st->msg_ref, NULL) == st;
}

/*
 * Its Chal is for us, not for the application. One of auth-md5 can be either's: ours is in
 * the first Status for the SyncHdr (tx_status()), and one behind that is the application's.
 */
static bool rx_ours(const struct engine_in *in, const struct dm_status *st)
{
	if (!st->has_chal || st->chal_type != in->auth)
		return false;
	return !engine_creds(in) || rx_first(in->facts, st);
}

/* What the peer says of a Cred that the application has not sent is about ours. */
static uint16_t rx_app_code(const struct engine_in *in, const struct session *s,
			    const struct dm_status *st, uint32_t app)
{
	if (st->cmd_ref)
		return st->code;
	if (session_cred_has(s, app))
		return st->code == 200 && rx_ours(in, st) ? 212 : st->code;
	return st->code == 212 && engine_creds(in) && rx_first(in->facts, st) ? 200 : st->code;
}

static int rx_status(const struct engine_in *in, const struct session *s,
		     const struct dm_status *st, struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	uint32_t app = map_to_app(&s->num.out, st->msg_ref);
	bool mac = rx_ours(in, st);
	uint16_t code = rx_app_code(in, s, st, app);

	if (!app && rx_stands_in(f, s, st)) {
		/* For the application it answers what the challenge stood in for. */
		code = session_cred_has(s, s->num.out_app) ? 212 : 200;
		edits_status(&d->edits, f, st, DM_STATUS_SET, code, DM_CHAL_REMOVE, NULL);
		return edits_map(&d->edits, st->msg_ref, s->num.out_app);
	}
	if (!app || (mac && !st->cmd_ref && rx_twin(f, s, st, app))) {
		edits_status(&d->edits, f, st, DM_STATUS_REMOVE, st->code, DM_CHAL_KEEP, NULL);
		return 0;
	}
	if (mac || code != st->code)
		edits_status(&d->edits, f, st, DM_STATUS_SET, code,
			     mac ? DM_CHAL_REMOVE : DM_CHAL_KEEP, NULL);
	return edits_map(&d->edits, st->msg_ref, app);
}

/*
 * A response answers the application's last message. On the way, somebody can make
 * the server repeat an older answer (by replaying an older request); its MAC is
 * right, but the application must not get it a second time. The server has not seen
 * our last message then, so that is sent again, once.
 */
static bool rx_answers(const struct dm_facts *f, const struct session *s)
{
	const struct dm_status *st;
	bool any = false;

	for (st = f->status; st < f->status + f->status_count; st++) {
		if (st->cmd_ref)
			continue;
		any = true;
		if (map_to_app(&s->num.out, st->msg_ref) == s->num.out_app ||
		    rx_stands_in(f, s, st))
			return true;
	}
	return !any;
}

static void rx_deliver(struct engine *e, const struct engine_in *in, struct session *s,
		       struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	const struct dm_status *st;
	uint32_t app, wire;

	if (in->msg->role == OMASEC_ROLE_CLIENT && s->num.out_app && !rx_answers(f, s)) {
		if (s->held.body)
			rx_repeat(e, in, s, true, OMASEC_MAC_STATE_OK, NULL, d);
		else
			engine_reject(d, OMASEC_REASON_AUTH_FAILED,
				      "the message answers an earlier one than the application's last");
		return;
	}
	app = number_in(&s->num, f->msg_id);
	if (app != f->msg_id)
		d->edits.set_msg_id = app;
	for (st = f->status; st < f->status + f->status_count; st++) {
		if (rx_status(in, s, st, d)) {
			engine_reject(d, OMASEC_REASON_DM_BAD,
				      "Status for more than %u messages", DM_MAP_MAX);
			return;
		}
	}
	for (wire = s->num.out_wire; wire && s->num.out_wire - wire < DM_MAP_MAX / 4; wire--) {
		app = map_to_app(&s->num.out, wire);
		if (app && edits_map(&d->edits, wire, app))
			break;
	}
	session_release(&e->sessions, s);
	d->edits.remove_cred = f->has_cred && engine_creds(in);
	s->peer_cred = f->has_cred && !d->edits.remove_cred;
	if (session_peer(s, f->source, f->target)) {
		engine_reject(d, OMASEC_REASON_NO_MEMORY, "no memory for the session");
		return;
	}
	if (number_shifted(&s->num) || s->stored)
		session_dirty(&e->sessions, s);
	d->verdict = OMASEC_VERDICT_ACCEPT;
	d->body = dm_edits_empty(&d->edits) ? ENGINE_KEEP : ENGINE_EDIT;
}

/* ---- with and without a right MAC --------------------------------------- */

static void rx_good(struct engine *e, const struct engine_in *in, uint64_t print, bool unique,
		    struct engine_decision *d)
{
	struct session *s = rx_session(e, in, d);
	const struct dm_status *chal;
	struct omasec_nonce nonce;

	if (!s)
		return;
	number_in_seen(&s->num, in->facts->msg_id);
	s->failed = 0;
	s->failed_flow = 0;
	memset(&in->acct->fresh, 0, sizeof(in->acct->fresh));
	account_accepted(&e->accounts, in->acct, in->expect, print, unique);
	s->mac_in = true;
	s->creds = engine_creds(in);
	chal = facts_chal(in->facts, in->auth, s->num.out_wire);
	if (chal) {
		s->mac_out = true;
		facts_nonce(chal, &nonce);
		account_learn(&e->accounts, in->acct, in->send, &nonce);
	}
	if (rx_refused_for_good(in, s))
		engine_reject(d, OMASEC_REASON_AUTH_FAILED,
			      "the peer refused the %s of message %u for good; are name and secret the peer's?",
			      engine_proof(in), s->held.wire);
	else if (facts_challenge_only(in->facts, in->auth))
		rx_challenged(e, in, s, chal, true, OMASEC_MAC_STATE_OK, d);
	else
		rx_deliver(e, in, s, d);
}

/* No MAC where none is needed until somebody asks: integrity on-challenge. */
static void rx_plain(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	struct session *s = rx_current(e, in, d);
	const struct dm_status *chal;
	struct omasec_nonce nonce;

	if (!s)
		return;
	if (engine_mac_in(in, s)) {
		engine_unanswered(d);
		return;
	}
	number_in_seen(&s->num, in->facts->msg_id);
	chal = facts_chal(in->facts, in->auth, s->num.out_wire);
	if (chal) {
		s->mac_out = true;
		facts_nonce(chal, &nonce);
		account_learn(&e->accounts, in->acct, in->send, &nonce);
	}
	if (facts_challenge_only(in->facts, in->auth))
		rx_challenged(e, in, s, chal, true, OMASEC_MAC_STATE_OK, d);
	else
		rx_deliver(e, in, s, d);
}

static void rx_bad(struct engine *e, const struct engine_in *in, uint8_t mac_state,
		   struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	struct session *s = engine_suspect(e, in, d);
	struct omasec_nonce nonce = { 0 };
	const struct dm_status *chal;

	if (!s)
		return;
	chal = facts_chal(f, in->auth, s->num.out_wire);
	/* A server may have answered others of that name meanwhile. */
	if (chal && (in->msg->role == OMASEC_ROLE_SERVER || chal->msg_ref == s->num.out_wire))
		facts_nonce(chal, &nonce);
	/* Should this connection end, the next try of the application begins with it. */
	if (in->msg->role == OMASEC_ROLE_CLIENT && nonce.known)
		in->acct->fresh = nonce;
	if (nonce.known && facts_challenge_only(f, in->auth) && s->held.wire == chal->msg_ref &&
	    s->held.flow == in->msg->flow) {
		rx_challenged(e, in, s, chal, false, mac_state, d);
		return;
	}
	if (s->failed && f->has_cred && mac_state == OMASEC_MAC_STATE_MISSING) {
		engine_reject(d, OMASEC_REASON_AUTH_TYPE,
			      engine_creds(in) ? "the peer answered a challenge of auth-md5 with another Cred" :
			      "the peer answered a challenge of auth-MAC with Cred");
		return;
	}
	if (s->failed && in->msg->role == OMASEC_ROLE_CLIENT) {
		engine_reject(d, OMASEC_REASON_AUTH_FAILED,
			      "the server failed authentication again after a challenge: %s",
			      omasec_reason_name(engine_mac_reason(in, mac_state)));
		return;
	}
	engine_challenge(e, in, s, mac_state, NULL, &nonce, d);
}

void engine_rx(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	uint8_t mac_state = in->msg->mac_state;
	uint64_t print;
	bool unique;

	print = facts_print(in->facts, in->auth, &unique);
	if (mac_state == OMASEC_MAC_STATE_OK &&
	    account_replayed(in->acct, in->expect, print, unique))
		mac_state = OMASEC_MAC_STATE_REPLAYED;
	if (mac_state == OMASEC_MAC_STATE_OK)
		rx_good(e, in, print, unique, d);
	else if (engine_unasked(in))
		rx_plain(e, in, d);
	else
		rx_bad(e, in, mac_state, d);
}
