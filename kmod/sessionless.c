// SPDX-License-Identifier: GPL-2.0
/* Agreed nonces and the MACs that are made with them, see sessionless.h. */
#include <crypto/algapi.h>

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
