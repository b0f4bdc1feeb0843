// SPDX-License-Identifier: GPL-2.0
/*
 * Sessionless messages that came as a blob, or in one: who asks for the verdict waits
 * until the helper has said that they did not come before and are durably noted.
 */
#include <linux/completion.h>

#include "blob.h"
#include "policy.h"
#include "upcall.h"

/* Less than a caller waits for its answer. */
#define OMASEC_BLOB_DEADLINE_MS 3000

/* From upcall.c, with the message's put_lock held. */
static void omasec_blob_decided(struct omasec_msg *m, void *arg)
{
	complete(arg);
}

/* No rule selects blobs; this one says what holds for them. NULL without memory. */
static struct omasec_rule *omasec_blob_rule(const struct omasec_blob *blob)
{
	struct omasec_rule *r = omasec_rule_new();

	if (!r)
		return NULL;
	r->role = blob->role;
	r->binding = OMASEC_BINDING_WSP;	/* nothing can answer it either */
	r->integrity = OMASEC_INTEGRITY_HMAC;
	r->sessionless = OMASEC_SESSIONLESS_ACCEPT;
	r->max_message = OMASEC_BLOB_MAX;
	r->deadline_ms = OMASEC_BLOB_DEADLINE_MS;
	return r;
}

static struct omasec_msg *omasec_blob_upcall(struct omasec_net *on, const struct omasec_blob *blob,
					     const struct omasec_blob_verdict *v)
{
	struct omasec_rule *r = omasec_blob_rule(blob);
	struct omasec_msg *m = r ? omasec_msg_new(on, r, v->account) : NULL;

	omasec_rule_put(r);
	if (!m)
		return NULL;
	m->path = OMASEC_PATH_RX;
	m->http_kind = OMASEC_HTTP_KIND_REQUEST;
	m->mac_state = OMASEC_MAC_STATE_OK;
	m->agreed = v->agreed;
	memcpy(m->mac, v->mac, sizeof(m->mac));
	strscpy(m->user, v->user, sizeof(m->user));
	strscpy(m->content_type, v->type, sizeof(m->content_type));
	if (!omasec_buf_append(&m->body, v->data.p, v->data.len))
		return m;
	omasec_msg_put(m);
	return NULL;
}

/**
 * omasec_blob_note() - has a sessionless message noted
 * @on: namespace
 * @blob: where it came from
 * @v: what was found; v->said is set to what the helper says
 *
 * Context: process, may sleep, as long as OMASEC_BLOB_DEADLINE_MS.
 * Return: enum omasec_reason, 0 when it may be used.
 */
unsigned int omasec_blob_note(struct omasec_net *on, const struct omasec_blob *blob,
			      struct omasec_blob_verdict *v)
{
	struct omasec_msg *m = omasec_blob_upcall(on, blob, v);
	DECLARE_COMPLETION_ONSTACK(decided);
	unsigned int reason;

	if (!m)
		return OMASEC_REASON_NO_MEMORY;
	m->decided = omasec_blob_decided;
	m->arg = &decided;
	reason = omasec_upcall_submit(m);
	if (!reason && wait_for_completion_killable(&decided)) {
		/* After this nothing completes it any more. */
		omasec_upcall_cancel(m);
		reason = OMASEC_REASON_KILLED;
	} else if (!reason) {
		strscpy(v->said, m->detail, sizeof(v->said));
		if (m->verdict != OMASEC_VERDICT_ACCEPT || !m->sessionless || m->has_repl)
			reason = m->reason ?: OMASEC_REASON_HELPER_ERROR;
	}
	omasec_msg_put(m);
	return reason;
}
