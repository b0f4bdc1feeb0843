// SPDX-License-Identifier: GPL-2.0
/*
 * Blobs. Pushes, notifications and bootstrap messages are judged where those that
 * come by datagram are (push.c); a DM message is a sessionless one (sessionless.h).
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "blob.h"
#include "bootstrap.h"
#include "crypto.h"
#include "event.h"
#include "proto/notification.h"
#include "proto/wsp.h"
#include "push.h"
#include "sessionless.h"

static enum omasec_cred_who omasec_blob_own(const struct omasec_blob *blob)
{
	return blob->role == OMASEC_ROLE_SERVER ? OMASEC_CRED_SERVER : OMASEC_CRED_CLIENT;
}

static enum omasec_cred_who omasec_blob_peer(const struct omasec_blob *blob)
{
	return blob->role == OMASEC_ROLE_SERVER ? OMASEC_CRED_CLIENT : OMASEC_CRED_SERVER;
}

/* ---- verify ---- */

/* As a datagram is judged, but nothing goes on unchecked that is not DM. */
static struct omasec_push_terms omasec_blob_terms(const struct omasec_blob *blob)
{
	return (struct omasec_push_terms) {
		.account = blob->account,
		.other = OMASEC_OTHER_DENY,
		.tls = OMASEC_TLS_FORBID,
		.notification_13 = OMASEC_NOTIFICATION_13_REFUSE,
		.nonce_resync = OMASEC_NONCE_RESYNC_OFF,
		.sessionless = OMASEC_SESSIONLESS_ACCEPT,
		.max_message = OMASEC_BLOB_MAX,
		.pin = blob->pin,
	};
}

static void omasec_blob_from_push(struct omasec_blob_verdict *v,
				  const struct omasec_push_verdict *p)
{
	v->reason = p->reason;
	v->unchecked = p->outcome == OMASEC_PUSH_PASS;
	v->has_message = p->has_kind;
	v->message = p->kind;
	v->sec = p->sec;
	v->session = p->session;
	v->account = p->account;
	v->what = p->what;
	v->data = p->data;
	v->note = p->outcome == OMASEC_PUSH_NOTE;
	v->type = p->type;
	v->agreed = p->agreed;
	memcpy(v->mac, p->mac, sizeof(v->mac));
	strscpy(v->user, p->server_id, sizeof(v->user));
}

/* What secures a bootstrap message, given in one way or the other. enum omasec_reason. */
static unsigned int omasec_blob_params(const struct omasec_blob *blob, struct omasec_bootstrap *b)
{
	u32 type = blob->kind == OMASEC_BLOB_KIND_BOOTSTRAP_DM ? OMASEC_WSP_TYPE_DM_WBXML :
								 OMASEC_WSP_TYPE_CP_WBXML;
	bool coded = blob->has_sec && blob->sec != OMASEC_SEC_NONE;
	struct omasec_slice mac = {}, none = {};
	unsigned int reason;
	u32 got;

	if (blob->content_type) {
		reason = omasec_bootstrap_content_type(blob->content_type,
						       strlen(blob->content_type), &got, b);
		if (!reason && got != type) {
			b->what = "a content type of another kind";
			reason = OMASEC_REASON_BOOTSTRAP_BAD;
		}
		if (reason || (!coded && !blob->mac))
			return reason;
		if (b->sec != OMASEC_SEC_NONE) {
			b->what = "SEC or MAC given twice";
			return OMASEC_REASON_BOOTSTRAP_BAD;
		}
	}
	if (blob->mac) {
		mac.p = blob->mac;
		mac.len = strlen(blob->mac);
	}
	return omasec_bootstrap_parse(coded ? OMASEC_WSP_SEC_CODE : OMASEC_WSP_SEC_NONE,
				      coded ? blob->sec - OMASEC_SEC_NETWPIN : 0, none, mac, b);
}

static void omasec_blob_verify_bootstrap(const struct omasec_blob *blob,
					 const struct omasec_push_terms *terms,
					 struct omasec_blob_verdict *v)
{
	struct omasec_push_verdict p;
	struct omasec_bootstrap b;
	unsigned int reason = omasec_blob_params(blob, &b);

	if (!reason) {
		omasec_push_judge_bootstrap(terms, &b, blob->body, &p);
		omasec_blob_from_push(v, &p);
		return;
	}
	v->reason = reason;
	v->what = b.what;
	v->has_message = true;
	v->message = OMASEC_MESSAGE_KIND_BOOTSTRAP;
	if (blob->account) {
		v->account = omasec_account_get(blob->account);
		atomic64_inc(&v->account->messages_refused);
	}
}

/* The account that a header speaks for. enum omasec_reason. */
static unsigned int omasec_blob_account(struct omasec_net *on, const struct omasec_blob *blob,
					enum omasec_cred_who who, struct omasec_blob_verdict *v)
{
	struct omasec_account *a = blob->account;

	if (!a) {
		v->account = omasec_account_find_user(on, who, v->user);
		return v->account ? OMASEC_REASON_NONE : OMASEC_REASON_USER_UNKNOWN;
	}
	v->account = omasec_account_get(a);
	return omasec_account_is(a, who, v->user) ? OMASEC_REASON_NONE :
						    OMASEC_REASON_USER_MISMATCH;
}

static unsigned int omasec_blob_message(struct omasec_net *on, const struct omasec_blob *blob,
					struct omasec_blob_verdict *v)
{
	enum omasec_cred_who who = omasec_blob_peer(blob);
	struct omasec_hmac_header hdr;
	u8 body[OMASEC_MD5_LEN];
	unsigned int reason;

	if (!blob->hmac)
		return OMASEC_REASON_MAC_MISSING;
	reason = omasec_hmac_header_parse(blob->hmac, strlen(blob->hmac), &hdr);
	if (reason)
		return reason;
	strscpy(v->user, hdr.user, sizeof(v->user));
	if (!*v->user)
		return OMASEC_REASON_USER_UNKNOWN;
	reason = omasec_blob_account(on, blob, who, v);
	if (reason)
		return reason;
	if (!blob->body.len)
		return OMASEC_REASON_DM_BAD;
	if (omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &blob->body, 1, body))
		return OMASEC_REASON_NO_MEMORY;
	reason = omasec_agreed_judge(v->account, who, body, hdr.mac, &v->agreed);
	if (reason)
		return reason;
	memcpy(v->mac, hdr.mac, sizeof(v->mac));
	v->note = true;
	/* WBXML begins with its version, 1.1 to 1.3; anything else is XML or nothing. */
	v->type = (u8)*blob->body.p < 4 ? "application/vnd.syncml.dm+wbxml" :
					  "application/vnd.syncml.dm+xml";
	return OMASEC_REASON_NONE;
}

static void omasec_blob_verify_message(struct omasec_net *on, const struct omasec_blob *blob,
				       struct omasec_blob_verdict *v)
{
	v->has_message = true;
	v->message = OMASEC_MESSAGE_KIND_SESSIONLESS;
	v->data = blob->body;
	v->reason = omasec_blob_message(on, blob, v);
	if (v->reason && v->account)
		atomic64_inc(&v->account->messages_refused);
}

/* What is right so far and must not have come before. */
static void omasec_blob_verify_note(struct omasec_net *on, const struct omasec_blob *blob,
				    struct omasec_blob_verdict *v)
{
	v->reason = omasec_blob_note(on, blob, v);
	v->what = *v->said ? v->said : NULL;
	if (v->reason)
		atomic64_inc(&v->account->messages_refused);
	else
		atomic64_inc(&v->account->messages_ok);
}

/* Counts the verdict and tells of it. */
static void omasec_blob_tell(struct omasec_net *on, const struct omasec_blob_verdict *v)
{
	struct omasec_event ev = {
		.kind = v->reason ? OMASEC_EVENT_KIND_REFUSED : OMASEC_EVENT_KIND_ACCEPTED,
		.reason = v->reason,
		.has_path = true,
		.path = OMASEC_PATH_RX,
		.no_uid = true,
		.has_message = v->has_message,
		.message = v->message,
		.account = v->account ? v->account->name : NULL,
		.user = v->user,
		.text = v->what,
	};
	char text[32];

	if (!v->reason)
		omasec_stat_inc(on, v->unchecked ? OMASEC_STAT_BLOBS_PASSED :
						   OMASEC_STAT_BLOBS_ACCEPTED);
	if (!ev.text && v->session) {
		snprintf(text, sizeof(text), "blob, session %X", v->session);
		ev.text = text;
	} else if (!ev.text) {
		ev.text = v->unchecked ? "blob that nothing secured" : "blob";
	}
	omasec_event_send(on, &ev, GFP_KERNEL);
}

/**
 * omasec_blob_verify() - judges a blob
 * @on: namespace
 * @blob: the blob, which nobody may change meanwhile
 * @v: set to the verdict; the caller puts v->account
 *
 * Context: process, may sleep.
 */
void omasec_blob_verify(struct omasec_net *on, const struct omasec_blob *blob,
			struct omasec_blob_verdict *v)
{
	const struct omasec_push_terms terms = omasec_blob_terms(blob);
	struct omasec_push_verdict p;

	memset(v, 0, sizeof(*v));
	switch (blob->kind) {
	case OMASEC_BLOB_KIND_PUSH:
		omasec_push_judge(on, &terms, blob->body.p, blob->body.len, &p);
		omasec_blob_from_push(v, &p);
		break;
	case OMASEC_BLOB_KIND_NOTIFICATION:
		omasec_push_judge_notification(on, &terms, blob->body.p, blob->body.len, &p);
		omasec_blob_from_push(v, &p);
		break;
	case OMASEC_BLOB_KIND_BOOTSTRAP_DM:
	case OMASEC_BLOB_KIND_BOOTSTRAP_CP:
		omasec_blob_verify_bootstrap(blob, &terms, v);
		break;
	case OMASEC_BLOB_KIND_MESSAGE:
		omasec_blob_verify_message(on, blob, v);
		break;
	default:
		v->reason = OMASEC_REASON_NOT_DM;
	}
	if (!v->reason && v->note)
		omasec_blob_verify_note(on, blob, v);
	omasec_blob_tell(on, v);
}

/* ---- protect ---- */

static unsigned int omasec_blob_digest(const struct omasec_blob *blob,
				       struct omasec_blob_protection *p, const char **what)
{
	struct omasec_account *a = blob->account;
	struct omasec_notification n;
	u8 trigger[OMASEC_MD5_LEN];
	struct omasec_nonce nonce;
	unsigned int reason;
	u8 *whole;

	/* It has to be one that is accepted: read it with room for the digest. */
	whole = kvzalloc(OMASEC_MD5_LEN + blob->body.len, GFP_KERNEL_ACCOUNT);
	if (!whole)
		return OMASEC_REASON_NO_MEMORY;
	memcpy(whole + OMASEC_MD5_LEN, blob->body.p, blob->body.len);
	reason = omasec_notification_parse(whole, OMASEC_MD5_LEN + blob->body.len, &n);
	*what = n.what;
	if (!reason && (n.server_id.len != strlen(a->server_id) ||
			memcmp(n.server_id.p, a->server_id, n.server_id.len)))
		reason = OMASEC_REASON_SERVER_MISMATCH;
	kvfree(whole);
	if (reason)
		return reason;
	if (omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &blob->body, 1, trigger))
		return OMASEC_REASON_NO_MEMORY;
	omasec_account_nonce_notified(a, &nonce);
	reason = omasec_account_mac(a, OMASEC_CRED_SERVER, &nonce, trigger, p->digest);
	memzero_explicit(&nonce, sizeof(nonce));
	p->has_digest = !reason;
	return reason;
}

static unsigned int omasec_blob_secure(const struct omasec_blob *blob,
				       struct omasec_blob_protection *p, const char **what)
{
	bool dm = blob->kind == OMASEC_BLOB_KIND_BOOTSTRAP_DM;
	bool colon = blob->account->usernetwpin == OMASEC_USERNETWPIN_COLON;
	const char *type = dm ? "application/vnd.syncml.dm+wbxml" :
				"application/vnd.wap.connectivity-wbxml";
	unsigned int reason;

	if (!blob->has_sec || blob->sec == OMASEC_SEC_NONE) {
		*what = "which SEC is not said";
		return OMASEC_REASON_BOOTSTRAP_BAD;
	}
	reason = omasec_bootstrap_protect(blob->account, blob->sec, blob->body, blob->pin, p->mac,
					  what);
	if (reason)
		return reason;
	snprintf(p->content_type, sizeof(p->content_type), "%s; SEC=%s%s%s", type,
		 omasec_sec_name(blob->sec, dm, colon),
		 blob->sec == OMASEC_SEC_USERPINMAC ? "" : "; MAC=",
		 blob->sec == OMASEC_SEC_USERPINMAC ? "" : p->mac);
	return OMASEC_REASON_NONE;
}

static unsigned int omasec_blob_hmac(const struct omasec_blob *blob,
				     struct omasec_blob_protection *p, const char **what)
{
	enum omasec_cred_who who = omasec_blob_own(blob);
	struct omasec_account *a = blob->account;
	u8 body[OMASEC_MD5_LEN], mac[OMASEC_MD5_LEN];
	struct omasec_nonce nonce;
	unsigned int reason;

	if (omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &blob->body, 1, body))
		return OMASEC_REASON_NO_MEMORY;
	reason = omasec_agreed_mac(a, who, body, &nonce, mac);
	if (reason == OMASEC_REASON_NONCE_MISSING)
		*what = "no nonce was agreed for sessionless messages: set one";
	if (!reason && omasec_hmac_header_format(p->hmac, sizeof(p->hmac), a->cred[who].user,
						 strlen(a->cred[who].user), mac) < 0)
		reason = OMASEC_REASON_MAC_MALFORMED;
	memzero_explicit(mac, sizeof(mac));
	return reason;
}

/**
 * omasec_blob_protect() - makes what protects a blob
 * @on: namespace
 * @blob: the blob, with an account
 * @p: set to what protects it
 * @what: on failure set to what more there is to say, or NULL
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason.
 */
unsigned int omasec_blob_protect(struct omasec_net *on, const struct omasec_blob *blob,
				 struct omasec_blob_protection *p, const char **what)
{
	unsigned int reason;

	memset(p, 0, sizeof(*p));
	*what = NULL;
	switch (blob->kind) {
	case OMASEC_BLOB_KIND_NOTIFICATION:
		reason = omasec_blob_digest(blob, p, what);
		break;
	case OMASEC_BLOB_KIND_BOOTSTRAP_DM:
	case OMASEC_BLOB_KIND_BOOTSTRAP_CP:
		reason = omasec_blob_secure(blob, p, what);
		break;
	case OMASEC_BLOB_KIND_MESSAGE:
		reason = omasec_blob_hmac(blob, p, what);
		break;
	default:
		*what = "a push is protected by what it pushes";
		reason = OMASEC_REASON_KIND_UNCHECKED;
	}
	if (!reason)
		omasec_stat_inc(on, OMASEC_STAT_BLOBS_PROTECTED);
	else
		omasec_stat_refused(on, reason);
	return reason;
}
