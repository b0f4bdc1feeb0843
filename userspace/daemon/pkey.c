// SPDX-License-Identifier: GPL-2.0
/* What asymmetric keys are for, and what is done with them. See pkey.h. */
#include <errno.h>
#include <malloc.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkey.h"

static void *pkey_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(len);
}

static void pkey_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *pkey_realloc(void *p, size_t len, const char *file, int line)
{
	size_t had = p ? malloc_usable_size(p) : 0;
	void *q = len ? malloc(len) : NULL;

	if (q && p)
		memcpy(q, p, had < len ? had : len);
	if (q || !len)
		pkey_free(p, file, line);
	return q;
}

int pkey_wipe_freed(void)
{
	return CRYPTO_set_mem_functions(pkey_malloc, pkey_realloc, pkey_free) ? 0 : -EBUSY;
}

static bool pkey_is_on(const EVP_PKEY *key, const char *curve)
{
	char name[80];

	return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name), NULL) &&
	       !strcmp(name, curve);
}

int pkey_algorithm(const EVP_PKEY *key, enum xsec_sign *sign, char why[PKEY_WHY_MAX])
{
	int bits = EVP_PKEY_get_bits(key);

	if (EVP_PKEY_is_a(key, "RSA")) {
		*sign = XSEC_RSA_SHA256;
		if (bits >= PKEY_RSA_BITS_MIN && bits <= PKEY_RSA_BITS_MAX)
			return 0;
		snprintf(why, PKEY_WHY_MAX, "expected an RSA key of %d to %d bits, this one has %d",
			 PKEY_RSA_BITS_MIN, PKEY_RSA_BITS_MAX, bits);
		return -EINVAL;
	}
	if (EVP_PKEY_is_a(key, "EC")) {
		*sign = bits == 256 ? XSEC_ECDSA_SHA256 : XSEC_ECDSA_SHA384;
		if (pkey_is_on(key, "prime256v1") || pkey_is_on(key, "secp384r1"))
			return 0;
		snprintf(why, PKEY_WHY_MAX, "expected a key on the curve P-256 or P-384");
		return -EINVAL;
	}
	snprintf(why, PKEY_WHY_MAX, "expected an RSA or EC key, this one is %.40s",
		 EVP_PKEY_get0_type_name(key) ? EVP_PKEY_get0_type_name(key) : "another");
	return -EINVAL;
}

void pkey_kind(const EVP_PKEY *key, char out[PKEY_KIND_MAX])
{
	snprintf(out, PKEY_KIND_MAX, EVP_PKEY_is_a(key, "RSA") ? "RSA %d" : "ECDSA P-%d",
		 EVP_PKEY_get_bits(key));
}

/* r and s, each as long as the curve, of what OpenSSL makes. */
static int pkey_r_and_s(const EVP_PKEY *key, struct xsec_reply *reply)
{
	const unsigned char *der = reply->data;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)reply->len);
	int n = (EVP_PKEY_get_bits(key) + 7) / 8;
	uint8_t *raw = malloc(2 * (size_t)n);
	bool ok;

	ok = sig && raw && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, n) == n &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + n, n) == n;
	ECDSA_SIG_free(sig);
	if (!ok) {
		free(raw);
		return -ENOMEM;
	}
	free(reply->data);
	reply->data = raw;
	reply->len = 2 * (size_t)n;
	return 0;
}

int pkey_sign(EVP_PKEY *key, enum xsec_sign sign, const void *data, size_t len,
	      struct xsec_reply *reply)
{
	char why[PKEY_WHY_MAX];
	enum xsec_sign fits;
	EVP_MD_CTX *ctx;
	int rc = -EIO;

	if (pkey_algorithm(key, &fits, why) || fits != sign)
		return -EKEYREJECTED;
	reply->len = (size_t)EVP_PKEY_get_size(key);
	reply->data = malloc(reply->len);
	ctx = EVP_MD_CTX_new();
	if (!reply->data || !ctx)
		rc = -ENOMEM;
	else if (EVP_DigestSignInit(ctx, NULL, sign == XSEC_ECDSA_SHA384 ? EVP_sha384() : EVP_sha256(),
				    NULL, key) == 1 &&
		 EVP_DigestSign(ctx, reply->data, &reply->len, data, len) == 1)
		rc = sign == XSEC_RSA_SHA256 ? 0 : pkey_r_and_s(key, reply);
	EVP_MD_CTX_free(ctx);
	if (rc) {
		free(reply->data);
		reply->data = NULL;
		reply->len = 0;
	}
	return rc;
}
