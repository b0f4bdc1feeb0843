// SPDX-License-Identifier: GPL-2.0
/*
 * Judges pushes: transport that secures itself, WSP header, kind of message, and
 * for a notification server identifier, digest, and whether it came before.
 *
 * A push that one reader could take for DM is judged as DM; "other" lets through
 * only what nobody can.
 */
#include <crypto/algapi.h>

#include "bootstrap.h"
#include "crypto.h"
#include "proto/notification.h"
#include "proto/wsp.h"
#include "push.h"
#include "sessionless.h"

/* The resynchronisation nonce: "0x00000000" of Notification 1.2, 6.2, read in two ways. */
static const struct omasec_nonce omasec_resync_nonces[] = {
	{ .len = 4, .known = true, .data = { 0, 0, 0, 0 } },
	{ .len = 10, .known = true, .data = "0x00000000" },
};

static void omasec_push_kind(struct omasec_push_verdict *v, u8 kind)
{
	v->has_kind = true;
	v->kind = kind;
}

/* Who may speak under @id; sets v->account also when it may not. enum omasec_reason. */
static unsigned int omasec_push_account(struct omasec_net *on,
					const struct omasec_push_terms *terms,
					struct omasec_slice id, struct omasec_push_verdict *v)
{
	char name[256];		/* the length of an identifier is one octet */

	memcpy(name, id.p, id.len);
	name[id.len] = '\0';
	strscpy(v->server_id, name, sizeof(v->server_id));
	if (terms->account) {
		v->account = omasec_account_get(terms->account);
		return strcmp(v->account->server_id, name) ? OMASEC_REASON_SERVER_MISMATCH : 0;
	}
	/* The user name in K is the identifier, so it is that name that finds the account. */
	v->account = omasec_account_find_user(on, OMASEC_CRED_SERVER, name);
	if (v->account && !strcmp(v->account->server_id, name))
		return OMASEC_REASON_NONE;
	omasec_account_put(v->account);
	v->account = NULL;
	return OMASEC_REASON_SERVER_UNKNOWN;
}

/* Is the digest made with @nonce? enum omasec_reason: NONE, DIGEST_WRONG, or of the key. */
static unsigned int omasec_push_digest(struct omasec_account *a, const struct omasec_nonce *nonce,
				       const u8 trigger[OMASEC_MD5_LEN], const u8 *digest)
{
	u8 mac[OMASEC_MD5_LEN];
	unsigned int reason = omasec_account_mac(a, OMASEC_CRED_SERVER, nonce, trigger, mac);

	if (!reason && crypto_memneq(mac, digest, OMASEC_MD5_LEN))
		reason = OMASEC_REASON_DIGEST_WRONG;
	memzero_explicit(mac, sizeof(mac));
	return reason;
}

static unsigned int omasec_push_resync(const struct omasec_push_terms *terms,
				       const struct omasec_notification *n,
				       const u8 trigger[OMASEC_MD5_LEN],
				       struct omasec_push_verdict *v)
{
	unsigned int forms = terms->nonce_resync == OMASEC_NONCE_RESYNC_ASCII ? 2 :
			     terms->nonce_resync == OMASEC_NONCE_RESYNC_ON ? 1 : 0;
	unsigned int i, reason = OMASEC_REASON_DIGEST_WRONG;

	for (i = 0; i < forms && reason == OMASEC_REASON_DIGEST_WRONG; i++)
		reason = omasec_push_digest(v->account, &omasec_resync_nonces[i], trigger,
					    n->digest);
	if (reason)
		return reason;
	v->resync = true;
	return omasec_account_notified(v->account, NULL, n->session);
}

static unsigned int omasec_push_notification(struct omasec_net *on,
					     const struct omasec_push_terms *terms,
					     struct omasec_slice data,
					     struct omasec_push_verdict *v)
{
	struct omasec_notification n;
	u8 trigger[OMASEC_MD5_LEN];
	struct omasec_nonce nonce;
	unsigned int reason;

	reason = omasec_notification_parse(data.p, data.len, &n);
	v->what = n.what;
	if (reason)
		return reason;
	v->session = n.session;
	reason = omasec_push_account(on, terms, n.server_id, v);
	if (reason)
		return reason;
	if (omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &n.trigger, 1, trigger))
		return OMASEC_REASON_NO_MEMORY;
	omasec_account_nonce_notified(v->account, &nonce);
	reason = omasec_push_digest(v->account, &nonce, trigger, n.digest);
	if (!reason)
		reason = omasec_account_notified(v->account, &nonce, n.session);
	else if (reason == OMASEC_REASON_DIGEST_WRONG)
		reason = omasec_push_resync(terms, &n, trigger, v);
	memzero_explicit(&nonce, sizeof(nonce));
	return reason;
}

/*
 * A bootstrap message, which names nobody: only the terms say whose it may be. enum
 * omasec_reason, with v->outcome for 0.
 */
static unsigned int omasec_push_bootstrap(const struct omasec_push_terms *terms,
					  const struct omasec_bootstrap *b,
					  struct omasec_slice body, struct omasec_push_verdict *v)
{
	bool unchecked = false;
	unsigned int reason;

	v->sec = b->sec;
	if (!terms->account) {
		v->what = "a bootstrap message, where no account is set";
		return OMASEC_REASON_KIND_UNCHECKED;
	}
	v->account = omasec_account_get(terms->account);
	reason = omasec_bootstrap_judge(v->account, b, body, terms->pin, &unchecked, &v->what);
	v->outcome = unchecked ? OMASEC_PUSH_PASS : OMASEC_PUSH_ACCEPT;
	return reason;
}

static unsigned int omasec_push_read_bootstrap(const struct omasec_push_terms *terms,
					       const struct omasec_wsp_push *push,
					       struct omasec_push_verdict *v)
{
	struct omasec_bootstrap b;
	unsigned int reason;

	v->blob_kind = push->type == OMASEC_WSP_TYPE_DM_WBXML ? OMASEC_BLOB_KIND_BOOTSTRAP_DM :
								OMASEC_BLOB_KIND_BOOTSTRAP_CP;
	reason = omasec_bootstrap_parse(push->sec_form, push->sec, push->sec_text, push->mac, &b);
	v->what = b.what;
	return reason ? reason : omasec_push_bootstrap(terms, &b, push->data, v);
}

/* A push that was read. enum omasec_reason, with v->outcome for 0. */
static unsigned int omasec_push_read(struct omasec_net *on, const struct omasec_push_terms *terms,
				     const struct omasec_wsp_push *push,
				     struct omasec_push_verdict *v)
{
	if (!omasec_wsp_push_is_dm(push)) {
		v->outcome = OMASEC_PUSH_PASS;
		return terms->other == OMASEC_OTHER_PASS ? 0 : OMASEC_REASON_NOT_DM;
	}
	if (push->type == OMASEC_WSP_TYPE_NOTIFICATION ||
	    push->type == OMASEC_WSP_TYPE_NOTIFICATION_13)
		omasec_push_kind(v, OMASEC_MESSAGE_KIND_NOTIFICATION);
	else if (omasec_push_sessionless(push))
		omasec_push_kind(v, OMASEC_MESSAGE_KIND_SESSIONLESS);
	else if (push->type != OMASEC_WSP_NONE)
		omasec_push_kind(v, OMASEC_MESSAGE_KIND_BOOTSTRAP);
	if (terms->tls == OMASEC_TLS_REQUIRE)
		return OMASEC_REASON_TLS_REQUIRED;
	if (push->type == OMASEC_WSP_TYPE_NOTIFICATION_13) {
		v->outcome = OMASEC_PUSH_PASS;
		v->what = "a notification of DM 1.3";
		return terms->notification_13 == OMASEC_NOTIFICATION_13_PASS ? 0 :
			OMASEC_REASON_NOTIFICATION_VERSION;
	}
	if (v->kind == OMASEC_MESSAGE_KIND_SESSIONLESS)
		return omasec_push_judge_sessionless(on, terms, push, v);
	if (push->type == OMASEC_WSP_TYPE_DM_WBXML || push->type == OMASEC_WSP_TYPE_CP_WBXML)
		return omasec_push_read_bootstrap(terms, push, v);
	if (push->type != OMASEC_WSP_TYPE_NOTIFICATION)
		return OMASEC_REASON_KIND_UNCHECKED;
	if (push->app != OMASEC_WSP_APP_DM) {
		v->what = "a notification without the application id of DM";
		return OMASEC_REASON_WSP_SYNTAX;
	}
	v->outcome = OMASEC_PUSH_ACCEPT;
	return omasec_push_notification(on, terms, push->data, v);
}

void omasec_push_count(struct omasec_push_verdict *v)
{
	/* What is to be noted is counted when it is. */
	if (!v->account || v->outcome == OMASEC_PUSH_NOTE)
		return;
	if (v->outcome == OMASEC_PUSH_REFUSE)
		atomic64_inc(&v->account->messages_refused);
	else
		atomic64_inc(&v->account->messages_ok);
}

/* What follows from the reason. */
static void omasec_push_conclude(const struct omasec_push_terms *terms,
				 struct omasec_push_verdict *v)
{
	if (v->reason == OMASEC_REASON_PIN_MISSING && terms->pin_wait)
		v->outcome = OMASEC_PUSH_WAIT;
	else if (v->reason)
		v->outcome = OMASEC_PUSH_REFUSE;
	if (v->outcome != OMASEC_PUSH_WAIT && !terms->trial)
		omasec_push_count(v);
}

void omasec_push_judge_notification(struct omasec_net *on, const struct omasec_push_terms *terms,
				    const void *data, size_t len, struct omasec_push_verdict *v)
{
	memset(v, 0, sizeof(*v));
	v->data.p = data;
	v->data.len = len;
	omasec_push_kind(v, OMASEC_MESSAGE_KIND_NOTIFICATION);
	v->outcome = OMASEC_PUSH_ACCEPT;
	v->reason = omasec_push_notification(on, terms, v->data, v);
	omasec_push_conclude(terms, v);
}

void omasec_push_judge_bootstrap(const struct omasec_push_terms *terms,
				 const struct omasec_bootstrap *b, struct omasec_slice body,
				 struct omasec_push_verdict *v)
{
	memset(v, 0, sizeof(*v));
	v->data = body;
	omasec_push_kind(v, OMASEC_MESSAGE_KIND_BOOTSTRAP);
	v->reason = omasec_push_bootstrap(terms, b, body, v);
	omasec_push_conclude(terms, v);
}

/**
 * omasec_push_judge() - judges a push
 * @on: namespace
 * @terms: by what
 * @data: octets of a datagram, which nobody may change before they are delivered
 * @len: their number
 * @v: set to the verdict
 *
 * Context: process, may sleep.
 */
void omasec_push_judge(struct omasec_net *on, const struct omasec_push_terms *terms,
		       const void *data, size_t len, struct omasec_push_verdict *v)
{
	struct omasec_wsp_push push;

	memset(v, 0, sizeof(*v));
	if (len > terms->max_message) {
		v->reason = OMASEC_REASON_TOO_LARGE;
		return;
	}
	if (omasec_wsp_is_secured(data, len)) {
		v->outcome = OMASEC_PUSH_PASS;
		if (terms->tls == OMASEC_TLS_FORBID)
			v->reason = OMASEC_REASON_TLS_FORBIDDEN;
	} else {
		v->reason = omasec_wsp_push_parse(data, len, &push);
		v->what = push.what;
		if (!v->reason) {
			v->data = push.data;
			v->reason = omasec_push_read(on, terms, &push, v);
		} else if (v->reason == OMASEC_REASON_NOT_DM && terms->other == OMASEC_OTHER_PASS) {
			v->outcome = OMASEC_PUSH_PASS;
			v->reason = OMASEC_REASON_NONE;
		}
	}
	omasec_push_conclude(terms, v);
}
