// SPDX-License-Identifier: GPL-2.0
/*
 * Sessionless messages: one message, one way, no session and no challenge. The nonce
 * was agreed before and stays; what keeps a message from counting twice is the
 * window (window.h). Nothing here touches a session or one of its nonces.
 */
#include <errno.h>
#include <string.h>

#include <kmod/proto/sessionless.h>

#include "engine_internal.h"

static bool sessionless_is(const struct engine_in *in)
{
	const struct omasec_marks marks = {
		.pushed = in->msg->binding == OMASEC_BINDING_WSP,
		.hmac = true,		/* the module tells only of those */
		.request = in->msg->http_kind == OMASEC_HTTP_KIND_REQUEST,
		.no_resp = in->facts->no_resp,
	};

	return omasec_is_sessionless(&marks);
}

static void sessionless_tx(const struct engine_in *in, struct engine_decision *d)
{
	d->edits.remove_cred = in->facts->has_cred &&
			       in->msg->app_cred == OMASEC_APP_CRED_STRIP;
	d->verdict = OMASEC_VERDICT_ACCEPT;
	d->body = dm_edits_empty(&d->edits) ? ENGINE_KEEP : ENGINE_EDIT;
}

/* The MAC is right with the agreed nonce: did it come before? */
static void sessionless_note(struct engine *e, const struct engine_in *in,
			     struct engine_decision *d)
{
	struct window *w;
	int err = account_window(&e->accounts, in->acct, in->expect, &in->msg->agreed, &w);

	if (!err)
		err = window_note(w, in->msg->agreed_mac);
	switch (err) {
	case 0:
		account_dirty(&e->accounts, in->acct);
		d->agreed_used = w->count;
		d->verdict = OMASEC_VERDICT_ACCEPT;
		d->body = ENGINE_KEEP;
		break;
	case -EEXIST:
		engine_reject(d, OMASEC_REASON_MAC_REPLAYED, "this sessionless message came before");
		break;
	case -EKEYEXPIRED:
		engine_reject(d, OMASEC_REASON_NONCE_EXHAUSTED,
			      "the agreed nonce has served for %d messages or was replaced before: agree on a new one",
			      OMASEC_SESSIONLESS_MAX);
		break;
	case -ENOMEM:
		engine_reject(d, OMASEC_REASON_NO_MEMORY, "no memory for the replay window");
		break;
	default:
		engine_reject(d, OMASEC_REASON_NONCE_NOT_STORED, err == -EBUSY ?
			      "the agreed nonce was changed this moment" :
			      "the replay window cannot be read from the store");
	}
}

static void sessionless_rx(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	bool right = in->msg->mac_state == OMASEC_MAC_STATE_OK;

	if (right && in->msg->agreed.known)
		sessionless_note(e, in, d);
	else if (right)
		engine_reject(d, OMASEC_REASON_MAC_WRONG,
			      "a sessionless message is protected with the agreed nonce, this one with that of a session");
	else if (in->acct && !in->acct->agreed[in->expect] &&
		 (in->msg->mac_state == OMASEC_MAC_STATE_WRONG ||
		  in->msg->mac_state == OMASEC_MAC_STATE_REPLAYED))
		engine_reject(d, OMASEC_REASON_NONCE_MISSING,
			      "no nonce was agreed for sessionless messages of the peer");
	else
		engine_reject(d, engine_mac_reason(in, in->msg->mac_state), "a sessionless message");
}

bool engine_sessionless(struct engine *e, const struct engine_in *in, struct engine_decision *d)
{
	if (!sessionless_is(in)) {
		if (!in->msg->agreed.known)
			return false;
		engine_reject(d, OMASEC_REASON_DM_BAD,
			      "protected with the nonce for sessionless messages, but asks for a response");
		return true;
	}
	if (in->msg->take != OMASEC_SESSIONLESS_ACCEPT)
		engine_reject(d, OMASEC_REASON_SESSIONLESS_REFUSED,
			      "the rule takes no sessionless messages (sessionless = accept)");
	else if (in->msg->path == OMASEC_PATH_TX)
		sessionless_tx(in, d);
	else
		sessionless_rx(e, in, d);
	d->sessionless = true;
	return true;
}
