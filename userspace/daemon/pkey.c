// SPDX-License-Identifier: GPL-2.0
/* What asymmetric keys are for, and what is done with them. See pkey.h. */
#include <errno.h>
#include <malloc.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/proto/xmlenc.h"
#include "pkey.h"
#include "pkey_kernel.h"

static void *wiping_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(len);
}

static void wiping_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *wiping_realloc(void *p, size_t len, const char *file, int line)
{
	size_t had = p ? malloc_usable_size(p) : 0;
	void *q = len ? malloc(len) : NULL;

	if (q && p)
		memcpy(q, p, had < len ? had : len);
	if (q || !len)
		wiping_free(p, file, line);
	return q;
}

int pkey_wipe_freed(void)
{
	return CRYPTO_set_mem_functions(wiping_malloc, wiping_realloc, wiping_free) ? 0 : -EBUSY;
}

void pkey_done(struct pkey *key)
{
	EVP_PKEY_free(key->key);
	memset(key, 0, sizeof(*key));
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

int pkey_fits(const EVP_PKEY *key, enum pkey_of of, char why[PKEY_WHY_MAX])
{
	enum xsec_sign sign;
	int rc = pkey_algorithm(key, &sign, why);

	if (rc || of == PKEY_PRIVATE || of == PKEY_PUBLIC || EVP_PKEY_is_a(key, "RSA"))
		return rc;
	snprintf(why, PKEY_WHY_MAX, "expected an RSA key to encrypt with, this one is for signatures");
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

static int pkey_sign_here(EVP_PKEY *key, enum xsec_sign sign, const void *data, size_t len,
			  struct xsec_reply *reply)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = -EIO;

	if (!ctx)
		return -ENOMEM;
	if (EVP_DigestSignInit(ctx, NULL, sign == XSEC_ECDSA_SHA384 ? EVP_sha384() : EVP_sha256(),
			       NULL, key) == 1 &&
	    EVP_DigestSign(ctx, reply->data, &reply->len, data, len) == 1)
		rc = sign == XSEC_RSA_SHA256 ? 0 : pkey_r_and_s(key, reply);
	EVP_MD_CTX_free(ctx);
	return rc;
}

int pkey_sign(const struct pkey *key, enum xsec_sign sign, const void *data, size_t len,
	      struct xsec_reply *reply)
{
	char why[PKEY_WHY_MAX];
	enum xsec_sign fits;
	int rc;

	if (pkey_algorithm(key->key, &fits, why) || fits != sign)
		return -EKEYREJECTED;
	reply->len = (size_t)EVP_PKEY_get_size(key->key);
	reply->data = malloc(reply->len);
	if (!reply->data)
		rc = -ENOMEM;
	else if (key->serial)
		rc = pkey_kernel_sign(key, data, len, reply->data, reply->len);
	else
		rc = pkey_sign_here(key->key, sign, data, len, reply);
	if (rc) {
		free(reply->data);
		reply->data = NULL;
		reply->len = 0;
	}
	return rc;
}

/* ------------------------------------------------------------------ encryption */

#define PKEY_CEK 32	/* at most */
#define PKEY_IV 12
#define PKEY_TAG 16
#define PKEY_BLOCK 16	/* of AES-CBC, and its IV */

static bool pkey_rsa_padding(EVP_PKEY_CTX *ctx, bool oaep)
{
	if (!oaep)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha1()) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha1()) == 1;
}

/* RSA-OAEP or 1.5 either way; octets in @to, which has room for a modulus, or a value below 0. */
static int pkey_rsa(EVP_PKEY *key, bool oaep, bool out, const uint8_t *from, size_t len,
		    uint8_t to[XSEC_WRAPPED_MAX])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = XSEC_WRAPPED_MAX;
	bool ok = ctx && (out ? EVP_PKEY_encrypt_init(ctx) : EVP_PKEY_decrypt_init(ctx)) == 1 &&
		  pkey_rsa_padding(ctx, oaep);

	if (ok)
		ok = (out ? EVP_PKEY_encrypt(ctx, to, &n, from, len) : EVP_PKEY_decrypt(ctx, to, &n, from, len)) == 1;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok ? (int)n : -1;
}

static const EVP_CIPHER *pkey_cipher(enum xsec_cipher cipher)
{
	switch (cipher) {
	case XSEC_AES128_GCM:
		return EVP_aes_128_gcm();
	case XSEC_AES128_CBC:
		return EVP_aes_128_cbc();
	case XSEC_AES256_CBC:
		return EVP_aes_256_cbc();
	default:
		return EVP_aes_256_gcm();
	}
}

/* Octets of the content key. */
static int pkey_cek_len(enum xsec_cipher cipher)
{
	return EVP_CIPHER_get_key_length(pkey_cipher(cipher));
}

/* IV, cipher text and tag from @data into @to, or what is in them; false when they do not fit. */
static bool pkey_gcm(bool out, enum xsec_cipher cipher, const uint8_t cek[PKEY_CEK], const uint8_t *data, int len,
		     uint8_t *to)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const uint8_t *iv = out ? to : data;
	int n = 0, rest = 0;
	bool ok;

	ok = ctx && EVP_CipherInit_ex(ctx, pkey_cipher(cipher), NULL, cek, iv, out) == 1;
	if (ok && out) {
		ok = EVP_CipherUpdate(ctx, to + PKEY_IV, &n, data, len) == 1 &&
		     EVP_CipherFinal_ex(ctx, to + PKEY_IV + n, &rest) == 1 &&
		     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, PKEY_TAG, to + PKEY_IV + n) == 1;
	} else if (ok) {
		len -= PKEY_IV + PKEY_TAG;
		ok = EVP_CipherUpdate(ctx, to, &n, data + PKEY_IV, len) == 1 &&
		     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, PKEY_TAG,
					 (void *)(data + PKEY_IV + len)) == 1 &&
		     EVP_CipherFinal_ex(ctx, to + n, &rest) == 1;
	}
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* Whole blocks from @data to @to, which may be the same. */
static bool pkey_cbc(bool out, enum xsec_cipher cipher, const uint8_t cek[PKEY_CEK], const uint8_t *iv,
		     const uint8_t *data, int len, uint8_t *to)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, rest = 0;
	bool ok;

	ok = ctx && EVP_CipherInit_ex(ctx, pkey_cipher(cipher), NULL, cek, iv, out) == 1 &&
	     EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 && EVP_CipherUpdate(ctx, to, &n, data, len) == 1 &&
	     EVP_CipherFinal_ex(ctx, to + n, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* Octets that IV and @len of content become. */
static size_t pkey_sealed_len(enum xsec_cipher cipher, size_t len)
{
	return xsec_cipher_is_cbc(cipher) ? PKEY_BLOCK + (len / PKEY_BLOCK + 1) * PKEY_BLOCK :
					    PKEY_IV + len + PKEY_TAG;
}

/* IV and what follows, into @to. */
static bool pkey_content_seal(enum xsec_cipher cipher, const uint8_t cek[PKEY_CEK], const void *data, size_t len,
			      uint8_t *to)
{
	size_t padded = pkey_sealed_len(cipher, len) - PKEY_BLOCK;
	uint8_t *content = to + PKEY_BLOCK;

	if (!xsec_cipher_is_cbc(cipher))
		return RAND_bytes(to, PKEY_IV) == 1 && pkey_gcm(true, cipher, cek, data, (int)len, to);
	memcpy(content, data, len);
	if (RAND_bytes(to, PKEY_BLOCK) != 1 || RAND_bytes(content + len, (int)(padded - len)) != 1)
		return false;
	omasec_xmlenc_pad(content, len, padded);
	return pkey_cbc(true, cipher, cek, to, content, (int)padded, content);
}

int pkey_seal(EVP_PKEY *key, enum xsec_cipher cipher, const void *data, size_t len, struct xsec_reply *reply)
{
	uint8_t cek[PKEY_CEK];
	int n = -1;

	if (!len || len > XSEC_MESSAGE_MAX)
		return -EMSGSIZE;
	reply->len = pkey_sealed_len(cipher, len);
	reply->data = malloc(reply->len);
	if (!reply->data)
		return -ENOMEM;
	if (RAND_priv_bytes(cek, sizeof(cek)) == 1)
		n = pkey_rsa(key, !xsec_cipher_is_cbc(cipher), true, cek, (size_t)pkey_cek_len(cipher),
			     reply->wrapped);
	if (n > 0 && pkey_content_seal(cipher, cek, data, len, reply->data)) {
		reply->wrapped_len = (size_t)n;
	} else {
		free(reply->data);
		memset(reply, 0, sizeof(*reply));
		n = -EIO;
	}
	OPENSSL_cleanse(cek, sizeof(cek));
	return n < 0 ? n : 0;
}

/* Octets in @to in @n, or a value below 0 in it. 0, or why the key cannot be used. */
static int pkey_unwrap(const struct pkey *key, const struct xsec_request *request,
		       uint8_t to[XSEC_WRAPPED_MAX], int *n)
{
	bool oaep = !xsec_cipher_is_cbc(request->cipher);

	if (key->serial)
		return pkey_kernel_unwrap(key, oaep, request->wrapped, request->wrapped_len, to, n);
	*n = pkey_rsa(key->key, oaep, false, request->wrapped, request->wrapped_len, to);
	return 0;
}

/* What is in it, in @reply, with padding for as long as this takes. */
static bool pkey_content_open(const struct xsec_request *request, const uint8_t cek[PKEY_CEK],
			      struct xsec_reply *reply)
{
	if (!xsec_cipher_is_cbc(request->cipher))
		return pkey_gcm(false, request->cipher, cek, request->data, (int)request->len, reply->data);
	if (!pkey_cbc(false, request->cipher, cek, request->data, request->data + PKEY_BLOCK, (int)reply->len,
		      reply->data))
		return false;
	reply->len = omasec_xmlenc_unpad(reply->data, reply->len);
	return true;
}

/* A length that content cannot have: -EBADMSG. Octets there are room for in @len. */
static int pkey_open_len(const struct xsec_request *request, size_t *len)
{
	bool cbc = xsec_cipher_is_cbc(request->cipher);
	size_t more = cbc ? PKEY_BLOCK : PKEY_IV + PKEY_TAG;

	if (request->len <= more || request->len > 2 * XSEC_MESSAGE_MAX || (cbc && request->len % PKEY_BLOCK))
		return -EBADMSG;
	*len = request->len - more;
	return 0;
}

int pkey_open(const struct pkey *key, const struct xsec_request *request, struct xsec_reply *reply)
{
	uint8_t cek[PKEY_CEK], unwrapped[XSEC_WRAPPED_MAX] = { 0 };
	int n, rc;
	bool ok;

	if (pkey_open_len(request, &reply->len))
		return -EBADMSG;
	reply->data = malloc(reply->len);
	if (!reply->data)
		return -ENOMEM;
	ok = RAND_priv_bytes(cek, sizeof(cek)) == 1;
	/* No branch on whether it unwrapped, and was a key. */
	rc = pkey_unwrap(key, request, unwrapped, &n);
	omasec_xmlenc_choose(cek, unwrapped, PKEY_CEK, n == pkey_cek_len(request->cipher));
	ok = ok && !rc && pkey_content_open(request, cek, reply);
	OPENSSL_cleanse(cek, sizeof(cek));
	OPENSSL_cleanse(unwrapped, sizeof(unwrapped));
	if (ok)
		return 0;
	OPENSSL_cleanse(reply->data, reply->len);
	free(reply->data);
	reply->data = NULL;
	reply->len = 0;
	return rc ? rc : -EBADMSG;
}
