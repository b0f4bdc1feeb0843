/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Composition of the OMA DM message authentication code.
 * DM Security 1.2, 5.4.3: MAC = B64(MD5(B64(MD5(user:pass)) ":" nonce ":" B64(MD5(body)))).
 * It is not RFC 2104, whatever the reference there says; OMASEC_MAC_FORM_RFC2104
 * is for peers that took it literally:
 * B64(HMAC-MD5(key = B64(MD5(user:pass)), data = nonce ":" B64(MD5(body)))).
 */
#ifndef OMASEC_PROTO_MAC_H
#define OMASEC_PROTO_MAC_H

#include "types.h"

#define OMASEC_MD5_LEN 16
#define OMASEC_KEY_LEN 24	/* K = B64(MD5(user ":" password)) */

/**
 * struct omasec_md5 - how to compute an MD5, given by the surroundings
 * @digest: MD5 of @n slices one after the other into @out; 0 or a negative errno
 * @ctx: handed to @digest
 */
struct omasec_md5 {
	int (*digest)(void *ctx, const struct omasec_slice *s, unsigned int n,
		      u8 out[OMASEC_MD5_LEN]);
	void *ctx;
};

/**
 * omasec_mac_compute() - the 16 octets of the MAC (before Base64)
 * @md5: how to compute MD5
 * @form: enum omasec_mac_form
 * @key: K, OMASEC_KEY_LEN octets
 * @nonce: octets of the nonce, decoded; may be empty
 * @nonce_len: at most OMASEC_NONCE_MAX
 * @body_md5: MD5 of the body as carried, transfer coding removed
 * @mac: result
 *
 * Context: any in which @md5 works. Return: 0, -EINVAL, or what @md5 returned.
 */
int omasec_mac_compute(const struct omasec_md5 *md5, unsigned int form, const u8 *key,
		       const u8 *nonce, size_t nonce_len, const u8 body_md5[OMASEC_MD5_LEN],
		       u8 mac[OMASEC_MD5_LEN]);

/**
 * omasec_digest_compute() - the 16 octets of a Cred of auth-md5 (before Base64)
 * @md5: how to compute MD5
 * @key: K, OMASEC_KEY_LEN octets
 * @nonce: octets of the nonce, decoded; may be empty
 * @nonce_len: at most OMASEC_NONCE_MAX
 * @digest: result
 *
 * DM Security 1.2, 5.3.2: B64(MD5(B64(MD5(user:pass)) ":" nonce)).
 *
 * Context: any in which @md5 works. Return: 0, -EINVAL, or what @md5 returned.
 */
int omasec_digest_compute(const struct omasec_md5 *md5, const u8 *key, const u8 *nonce,
			  size_t nonce_len, u8 digest[OMASEC_MD5_LEN]);

/**
 * omasec_nonce_like_mac() - would a digest with this nonce be a MAC?
 * @nonce: octets of the nonce, decoded
 * @nonce_len: their number
 *
 * Both are MD5s over K ":", and a MAC goes on with a nonce, ":" and B64(MD5(body)): whoever
 * may choose the nonce of a digest must not get a MAC for a body of his choice.
 *
 * Context: any. Return: true for a nonce that ends like that.
 */
bool omasec_nonce_like_mac(const u8 *nonce, size_t nonce_len);

#endif
