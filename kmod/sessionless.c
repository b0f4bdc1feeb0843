// SPDX-License-Identifier: GPL-2.0
/* Agreed nonces, the MACs that are made with them, and pushes that have one; sessionless.h. */
#include <crypto/algapi.h>

#include "crypto.h"
#include "proto/hmac_header.h"
#include "proto/sessionless.h"
#include "proto/wsp.h"
#include "push.h"
#include "sessionless.h"

void omasec_agreed_read(struct omasec_account *a, enum omasec_cred_who who,
			struct omasec_nonce *nonce, u32 *used)
{
	a = omasec_account_lock(a);
	*nonce = a->cred[who].agreed;
	if (used)
		*used = a->cred[who].agreed_used;
	spin_unlock_bh(&a->lock);
}

void omasec_agreed_used(struct omasec_account *a, enum omasec_cred_who who,
			const struct omasec_nonce *nonce, u32 used)
{
	a = omasec_account_lock(a);
	if (omasec_nonce_equal(&a->cred[who].agreed, nonce))
		a->cred[who].agreed_used = used;
	spin_unlock_bh(&a->lock);
}

bool omasec_agreed_same(struct omasec_account *a, enum omasec_cred_who who,
			const struct omasec_nonce *nonce)
{
	struct omasec_nonce now;

	omasec_agreed_read(a, who, &now, NULL);
	return !nonce->known || omasec_nonce_equal(&now, nonce);
}

/**
 * omasec_agreed_mac() - MAC of a sessionless message
 * @a: the account
 * @who: whose credential
 * @body: MD5 of the body
 * @nonce: set to the agreed nonce
 * @mac: result
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason: NONE, NONCE_MISSING, KEY_MISSING, KEY_REVOKED, NO_MEMORY.
 */
unsigned int omasec_agreed_mac(struct omasec_account *a, enum omasec_cred_who who,
			       const u8 body[OMASEC_MD5_LEN], struct omasec_nonce *nonce,
			       u8 mac[OMASEC_MD5_LEN])
{
	omasec_agreed_read(a, who, nonce, NULL);
	if (!nonce->known)
		return OMASEC_REASON_NONCE_MISSING;
	return omasec_account_mac(a, who, nonce, body, mac);
}

/**
 * omasec_agreed_judge() - is a MAC that of a sessionless message?
 * @a: the account
 * @who: whose credential
 * @body: MD5 of the body
 * @mac: the MAC
 * @nonce: set to the agreed nonce
 *
 * That it is right says nothing about whether it came before.
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason: as omasec_agreed_mac(), or MAC_WRONG.
 */
unsigned int omasec_agreed_judge(struct omasec_account *a, enum omasec_cred_who who,
				 const u8 body[OMASEC_MD5_LEN], const u8 mac[OMASEC_MD5_LEN],
				 struct omasec_nonce *nonce)
{
	u8 right[OMASEC_MD5_LEN];
	unsigned int reason = omasec_agreed_mac(a, who, body, nonce, right);

	if (!reason && crypto_memneq(right, mac, sizeof(right)))
		reason = OMASEC_REASON_MAC_WRONG;
	memzero_explicit(right, sizeof(right));
	return reason;
}

/* ---- pushes ---- */

bool omasec_push_sessionless(const struct omasec_wsp_push *push)
{
	const struct omasec_marks marks = { .pushed = true, .hmac = push->has_hmac };

	return (push->type == OMASEC_WSP_TYPE_DM_XML || push->type == OMASEC_WSP_TYPE_DM_WBXML) &&
	       omasec_is_sessionless(&marks);
}

/* What has to be so before a MAC is looked at; enum omasec_reason. */
static unsigned int omasec_push_fits(const struct omasec_push_terms *terms,
				     const struct omasec_wsp_push *push,
				     struct omasec_push_verdict *v)
{
	if (terms->sessionless != OMASEC_SESSIONLESS_ACCEPT)
		return OMASEC_REASON_SESSIONLESS_REFUSED;
	v->what = "a sessionless message that is secured as a bootstrap message too";
	if (push->sec_form || push->has_mac)
		return OMASEC_REASON_WSP_SYNTAX;
	v->what = "a sessionless message without the application id of DM";
	if (push->app != OMASEC_WSP_APP_DM)
		return OMASEC_REASON_WSP_SYNTAX;
	v->what = NULL;
	return push->data.len ? OMASEC_REASON_NONE : OMASEC_REASON_DM_BAD;
}

/* Who speaks; pushes come from servers. enum omasec_reason. */
static unsigned int omasec_push_sender(struct omasec_net *on, const struct omasec_push_terms *terms,
				       const char *user, struct omasec_push_verdict *v)
{
	struct omasec_account *a = terms->account;

	strscpy(v->server_id, user, sizeof(v->server_id));
	if (!a) {
		v->account = omasec_account_find_user(on, OMASEC_CRED_SERVER, user);
		return v->account ? OMASEC_REASON_NONE : OMASEC_REASON_USER_UNKNOWN;
	}
	v->account = omasec_account_get(a);
	return omasec_account_is(a, OMASEC_CRED_SERVER, user) ? OMASEC_REASON_NONE :
								OMASEC_REASON_USER_MISMATCH;
}

/**
 * omasec_push_judge_sessionless() - judges a pushed sessionless message
 * @on: namespace
 * @terms: by what
 * @push: the push
 * @v: gets account, name and, for 0, all that the helper has to be told
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason; 0 with v->outcome OMASEC_PUSH_NOTE.
 */
unsigned int omasec_push_judge_sessionless(struct omasec_net *on,
					   const struct omasec_push_terms *terms,
					   const struct omasec_wsp_push *push,
					   struct omasec_push_verdict *v)
{
	struct omasec_hmac_header hdr;
	u8 body[OMASEC_MD5_LEN];
	unsigned int reason;

	reason = omasec_push_fits(terms, push, v);
	if (!reason)
		reason = omasec_hmac_header_parse(push->hmac.p, push->hmac.len, &hdr);
	if (!reason)
		reason = omasec_push_sender(on, terms, hdr.user, v);
	if (reason)
		return reason;
	if (omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &push->data, 1, body))
		return OMASEC_REASON_NO_MEMORY;
	reason = omasec_agreed_judge(v->account, OMASEC_CRED_SERVER, body, hdr.mac, &v->agreed);
	if (reason)
		return reason;
	memcpy(v->mac, hdr.mac, sizeof(v->mac));
	v->type = push->type == OMASEC_WSP_TYPE_DM_XML ? "application/vnd.syncml.dm+xml" :
							 "application/vnd.syncml.dm+wbxml";
	v->outcome = OMASEC_PUSH_NOTE;
	return OMASEC_REASON_NONE;
}
