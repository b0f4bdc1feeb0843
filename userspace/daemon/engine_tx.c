// SPDX-License-Identifier: GPL-2.0
/*
 * Transparent mode: a message of the application on its way to the wire.
 * engine.h says what is changed in it.
 */
#include <string.h>

#include "engine_internal.h"

/* The references that the message makes, and those that Results may make. */
static int tx_refs(struct engine *e, const struct engine_in *in, const struct session *s,
		   struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	uint32_t app;
	uint16_t i;

	(void)e;
	for (i = 0; i < f->status_count; i++) {
		app = f->status[i].msg_ref;
		if (edits_map(&d->edits, app, map_to_wire(&s->num.in, app))) {
			engine_reject(d, OMASEC_REASON_DM_BAD,
				      "Status for more than %u messages", DM_MAP_MAX);
			return -1;
		}
	}
	for (app = s->num.in_app; app && s->num.in_app - app < DM_MAP_MAX / 4; app--)
		if (edits_map(&d->edits, app, map_to_wire(&s->num.in, app)))
			break;
	return 0;
}

/* The Status for the peer's SyncHdr, with the next nonce. */
static int tx_status(struct engine *e, const struct engine_in *in, const struct session *s,
		     struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	const struct dm_status *hdr;
	uint32_t ref = s->num.in_wire;

	if (ref) {
		hdr = facts_hdr(f, s->num.in_app, NULL);
	} else {
		/* The session is older than this process. */
		hdr = facts_last_hdr(f);
		ref = hdr ? hdr->msg_ref : 0;
	}
	if (!engine_mac_in(in, s))
		return 0;
	if (!ref) {
		engine_rearm(in, d);
		return 0;
	}
	if (engine_issue(e, in->acct, in->expect, d))
		return -1;
	if (hdr && !hdr->has_chal && (hdr->code == 212 || (hdr->code == 200 && !s->peer_cred)))
		edits_status(&d->edits, f, hdr, DM_STATUS_SET, 200, engine_chal(in),
			     &d->expect_nonce);
	else
		edits_insert(&d->edits, 200, ref, s->peer_target, s->peer_source,
			     engine_chal(in), &d->expect_nonce);
	return 0;
}

/* Not being able to hold it is no reason to refuse it: a challenge to it is then. */
static void tx_hold(struct engine *e, const struct engine_in *in, struct session *s, uint32_t wire,
		    const struct engine_decision *d)
{
	session_hold(&e->sessions, s, in->body, in->msg->length, in->msg->content_type,
		     d->edits.map, d->edits.map_count);
	s->held.flow = in->msg->flow;
	s->held.app = in->facts->msg_id;
	s->held.wire = wire;
	s->held.strip = d->edits.remove_cred;
}

void engine_tx(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	struct session *s = engine_session(e, in, d);
	uint32_t wire;

	if (!s)
		return;
	/* The same SessionID for the next session: a client's first package has no Status. */
	if (in->msg->role == OMASEC_ROLE_CLIENT && !f->status_count && f->msg_id <= s->num.out_app)
		session_restart(&e->sessions, s);
	if (f->has_cred && engine_creds(in) && in->msg->app_cred != OMASEC_APP_CRED_STRIP) {
		engine_reject(d, OMASEC_REASON_CRED_TAKEN,
			      "the application authenticates itself; expected app-cred = strip in the account");
		return;
	}
	wire = number_out_app(&s->num, f->msg_id);
	if (wire != f->msg_id)
		d->edits.set_msg_id = wire;
	if (f->has_cred) {
		session_cred_add(s, f->msg_id);
		d->edits.remove_cred = in->msg->app_cred == OMASEC_APP_CRED_STRIP;
	}
	if (tx_refs(e, in, s, d) || tx_status(e, in, s, d))
		return;
	engine_protect(in, s, &in->acct->fresh, d);
	tx_hold(e, in, s, wire, d);
	if (number_shifted(&s->num) || s->stored)
		session_dirty(&e->sessions, s);
	d->verdict = OMASEC_VERDICT_ACCEPT;
	d->body = dm_edits_empty(&d->edits) ? ENGINE_KEEP : ENGINE_EDIT;
}
