// SPDX-License-Identifier: LGPL-2.1-or-later
/* Algorithms: their URIs, what fits them, and signatures checked with public keys. */
#include "internal.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define ENC11 "http://www.w3.org/2009/xmlenc11#"

#define RSA_BITS_MIN	2048
#define RSA_BITS_MAX	8192

static const char *const sign_href[XSEC_SIGN_COUNT] = {
	[XSEC_HMAC_SHA256] = MORE "hmac-sha256",
	[XSEC_HMAC_SHA384] = MORE "hmac-sha384",
	[XSEC_HMAC_SHA512] = MORE "hmac-sha512",
	[XSEC_RSA_SHA256] = MORE "rsa-sha256",
	[XSEC_RSA_SHA384] = MORE "rsa-sha384",
	[XSEC_RSA_SHA512] = MORE "rsa-sha512",
	[XSEC_ECDSA_SHA256] = MORE "ecdsa-sha256",
	[XSEC_ECDSA_SHA384] = MORE "ecdsa-sha384",
	[XSEC_ECDSA_SHA512] = MORE "ecdsa-sha512",
};

static const char *const cipher_href[XSEC_CIPHER_COUNT] = {
	[XSEC_AES128_GCM] = ENC11 "aes128-gcm",
	[XSEC_AES192_GCM] = ENC11 "aes192-gcm",
	[XSEC_AES256_GCM] = ENC11 "aes256-gcm",
	[XSEC_AES128_CBC] = XSEC_ENC_NS "aes128-cbc",
	[XSEC_AES256_CBC] = XSEC_ENC_NS "aes256-cbc",
};

static const char *const wrap_href[XSEC_WRAP_COUNT] = {
	[XSEC_KW_AES128] = XSEC_ENC_NS "kw-aes128",
	[XSEC_KW_AES192] = XSEC_ENC_NS "kw-aes192",
	[XSEC_KW_AES256] = XSEC_ENC_NS "kw-aes256",
	[XSEC_RSA_OAEP] = XSEC_ENC_NS "rsa-oaep-mgf1p",
	[XSEC_RSA_1_5] = XSEC_ENC_NS "rsa-1_5",
};

const char *xsec_sign_href(enum xsec_sign sign)
{
	return sign < XSEC_SIGN_COUNT ? sign_href[sign] : NULL;
}

const char *xsec_cipher_href(enum xsec_cipher cipher)
{
	return cipher < XSEC_CIPHER_COUNT ? cipher_href[cipher] : NULL;
}

const char *xsec_wrap_href(enum xsec_wrap wrap)
{
	return wrap < XSEC_WRAP_COUNT ? wrap_href[wrap] : NULL;
}

size_t xsec_digest_len(const char *href)
{
	if (!strcmp(href, XSEC_ENC_NS "sha256"))
		return 32;
	if (!strcmp(href, MORE "sha384"))
		return 48;
	return strcmp(href, XSEC_ENC_NS "sha512") ? 0 : 64;
}

const EVP_MD *xsec_sign_md(enum xsec_sign sign)
{
	switch (sign % 3) {
	case 0:
		return EVP_sha256();
	case 1:
		return EVP_sha384();
	default:
		return EVP_sha512();
	}
}

bool xsec_sign_is_hmac(enum xsec_sign sign)
{
	return sign <= XSEC_HMAC_SHA512;
}

static bool sign_is_rsa(enum xsec_sign sign)
{
	return sign >= XSEC_RSA_SHA256 && sign <= XSEC_RSA_SHA512;
}

size_t xsec_signature_len(enum xsec_sign sign, EVP_PKEY *public)
{
	int bits;

	if (xsec_sign_is_hmac(sign))
		return public ? 0 : (size_t)EVP_MD_get_size(xsec_sign_md(sign));
	if (!public)
		return 0;
	bits = EVP_PKEY_get_bits(public);
	if (sign_is_rsa(sign))
		return EVP_PKEY_get_base_id(public) == EVP_PKEY_RSA && bits >= RSA_BITS_MIN &&
		       bits <= RSA_BITS_MAX ? (size_t)EVP_PKEY_get_size(public) : 0;
	return EVP_PKEY_get_base_id(public) == EVP_PKEY_EC &&
	       (bits == 256 || bits == 384 || bits == 521) ? 2 * (((size_t)bits + 7) / 8) : 0;
}

/* r and s, as XML-Signature has them, to what OpenSSL takes. */
static unsigned char *ecdsa_der(const uint8_t *signature, size_t len, int *der_len)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, (int)(len / 2), NULL);
	BIGNUM *s = BN_bin2bn(signature + len / 2, (int)(len / 2), NULL);
	unsigned char *der = NULL;

	if (!sig || !r || !s || !ECDSA_SIG_set0(sig, r, s)) {
		BN_free(r);
		BN_free(s);
	} else {
		*der_len = i2d_ECDSA_SIG(sig, &der);
		if (*der_len <= 0)
			der = NULL;
	}
	ECDSA_SIG_free(sig);
	return der;
}

bool xsec_signature_right(enum xsec_sign sign, EVP_PKEY *public, const uint8_t *data, size_t len,
			  const uint8_t *signature, size_t signature_len)
{
	EVP_MD_CTX *ctx;
	unsigned char *der = NULL;
	int der_len = (int)signature_len;
	bool right = false;

	if (!signature_len || signature_len != xsec_signature_len(sign, public))
		return false;
	if (!sign_is_rsa(sign)) {
		der = ecdsa_der(signature, signature_len, &der_len);
		if (!der)
			return false;
		signature = der;
	}
	ctx = EVP_MD_CTX_new();
	if (ctx && EVP_DigestVerifyInit(ctx, NULL, xsec_sign_md(sign), NULL, public) == 1)
		right = EVP_DigestVerify(ctx, signature, (size_t)der_len, data, len) == 1;
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	return right;
}
