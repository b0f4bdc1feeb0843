// SPDX-License-Identifier: GPL-2.0
/*
 * The MAC of a message, DM Security 1.2, 5.4.3, from K, nonce and the MD5 of
 * the body. The nonce goes in as octets, never as Base64 text. Nothing that
 * depends on K stays on the stack.
 */
#include "base64.h"
#include "mac.h"

#define MD5_BLOCK 64

static struct omasec_slice slice(const void *p, size_t len)
{
	struct omasec_slice s = { p, len };

	return s;
}

/* MD5(K ":" nonce ":" B64(body digest)) */
static int mac_oma(const struct omasec_md5 *md5, const u8 *key, struct omasec_slice nonce,
		   struct omasec_slice digest, u8 *mac)
{
	struct omasec_slice s[5];

	s[0] = slice(key, OMASEC_KEY_LEN);
	s[1] = slice(":", 1);
	s[2] = nonce;
	s[3] = slice(":", 1);
	s[4] = digest;
	return md5->digest(md5->ctx, s, 5, mac);
}

/* RFC 2104 over nonce ":" B64(body digest); K is shorter than a block */
static int mac_rfc2104(const struct omasec_md5 *md5, const u8 *key, struct omasec_slice nonce,
		       struct omasec_slice digest, u8 *mac)
{
	u8 pad[MD5_BLOCK], inner[OMASEC_MD5_LEN];
	struct omasec_slice s[4];
	unsigned int i;
	int err;

	memset(pad, 0x36, sizeof(pad));
	for (i = 0; i < OMASEC_KEY_LEN; i++)
		pad[i] ^= key[i];
	s[0] = slice(pad, sizeof(pad));
	s[1] = nonce;
	s[2] = slice(":", 1);
	s[3] = digest;
	err = md5->digest(md5->ctx, s, 4, inner);
	if (err)
		goto out;

	for (i = 0; i < MD5_BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	s[1] = slice(inner, sizeof(inner));
	err = md5->digest(md5->ctx, s, 2, mac);
out:
	memzero_explicit(pad, sizeof(pad));
	memzero_explicit(inner, sizeof(inner));
	return err;
}

int omasec_digest_compute(const struct omasec_md5 *md5, const u8 *key, const u8 *nonce,
			  size_t nonce_len, u8 digest[OMASEC_MD5_LEN])
{
	struct omasec_slice s[3];

	if (nonce_len > OMASEC_NONCE_MAX)
		return -EINVAL;
	s[0] = slice(key, OMASEC_KEY_LEN);
	s[1] = slice(":", 1);
	s[2] = slice(nonce, nonce_len);
	return md5->digest(md5->ctx, s, 3, digest);
}

bool omasec_nonce_like_mac(const u8 *nonce, size_t nonce_len)
{
	const size_t tail = OMASEC_B64_LEN(OMASEC_MD5_LEN);
	u8 body[OMASEC_MD5_LEN];

	return nonce_len > tail && nonce[nonce_len - tail - 1] == ':' &&
	       omasec_base64_decode((const char *)nonce + nonce_len - tail, tail, body,
				    sizeof(body)) == OMASEC_MD5_LEN;
}

int omasec_mac_compute(const struct omasec_md5 *md5, unsigned int form, const u8 *key,
		       const u8 *nonce, size_t nonce_len, const u8 body_md5[OMASEC_MD5_LEN],
		       u8 mac[OMASEC_MD5_LEN])
{
	char text[OMASEC_B64_LEN(OMASEC_MD5_LEN)];
	struct omasec_slice digest = { text, sizeof(text) };

	if (nonce_len > OMASEC_NONCE_MAX)
		return -EINVAL;
	omasec_base64_encode(body_md5, OMASEC_MD5_LEN, text);

	switch (form) {
	case OMASEC_MAC_FORM_OMA:
		return mac_oma(md5, key, slice(nonce, nonce_len), digest, mac);
	case OMASEC_MAC_FORM_RFC2104:
		return mac_rfc2104(md5, key, slice(nonce, nonce_len), digest, mac);
	}
	return -EINVAL;
}
