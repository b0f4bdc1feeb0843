// SPDX-License-Identifier: GPL-2.0
/*
 * Does a MAC, or the digest of a Cred, fit a credential? DM Security 1.2, 5.4.3 and 5.3.2.
 *
 * A nonce serves once: when a message was verified with it, it is replaced by
 * one that nobody knows, until we issue the next. So the same message a second
 * time is wrong, on this connection or any other, and there is no window.
 */
#include <crypto/algapi.h>

#include "account.h"

int omasec_cred_fits(struct omasec_account *a, enum omasec_cred_who who,
		     const struct omasec_nonce *nonce, const u8 body[OMASEC_MD5_LEN],
		     const u8 mac[OMASEC_MD5_LEN])
{
	u8 right[OMASEC_MD5_LEN];
	unsigned int reason = omasec_account_mac(a, who, nonce, body, right);
	int fits;

	if (reason)
		return -(int)reason;
	fits = !crypto_memneq(right, mac, OMASEC_MD5_LEN);
	memzero_explicit(right, sizeof(right));
	return fits;
}

/**
 * omasec_cred_judge() - is a MAC right now?
 * @a: the account
 * @who: whose credential
 * @once: the nonce serves once
 * @body: MD5 of the body; NULL when @mac is the digest of a Cred of auth-md5
 * @mac: the MAC
 * @replayed: set to whether it was made with a nonce that served before
 *
 * Context: process, may sleep.
 * Return: 1 or 0, or negative for -enum omasec_reason.
 */
int omasec_cred_judge(struct omasec_account *a, enum omasec_cred_who who, bool once,
		      const u8 body[OMASEC_MD5_LEN], const u8 mac[OMASEC_MD5_LEN],
		      bool *replayed)
{
	struct omasec_nonce cur, prev;
	int fits;

	*replayed = false;
	omasec_account_nonce_read(a, who, &cur, &prev);
	fits = omasec_cred_fits(a, who, &cur, body, mac);
	if (fits > 0 && once && !omasec_account_nonce_spend(a, who, &cur)) {
		*replayed = true;
		fits = 0;
	} else if (!fits && prev.known) {
		*replayed = omasec_cred_fits(a, who, &prev, body, mac) > 0;
	}
	memzero_explicit(&cur, sizeof(cur));
	memzero_explicit(&prev, sizeof(prev));
	return fits;
}
