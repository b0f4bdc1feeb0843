// SPDX-License-Identifier: GPL-2.0
/* RSA private keys in the kernel. See pkey_kernel.h. */
/* OAEP without the exponentiation has no other name in OpenSSL 3. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <keyutils.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pkey_kernel.h"

/* Its inode: another one when it is loaded again. */
static uintmax_t pkey_kernel_parser(void)
{
	struct stat sb;

	return stat("/sys/module/pkcs8_key_parser", &sb) ? 0 : (uintmax_t)sb.st_ino;
}

int pkey_kernel_describe(char out[PKEY_KERNEL_DESC_MAX], const char *dir, const char *account, enum pkey_of of)
{
	struct stat sb;

	if (stat(dir, &sb))
		return -errno;
	snprintf(out, PKEY_KERNEL_DESC_MAX, "omasec:%s:%s:%jx.%jx:%jx", account,
		 of == PKEY_PRIVATE ? "private" : of == PKEY_DECRYPT ? "decrypt" : "legacy-decrypt", (uintmax_t)sb.st_dev, (uintmax_t)sb.st_ino,
		 pkey_kernel_parser());
	return 0;
}

/* "asymmetric;990;0;3f0a0000;omasec:mgmt:private:fe01.1a2b:3c" */
static bool pkey_kernel_is(const char *text, const char *desc)
{
	const char *last = strrchr(text, ';');

	return !strncmp(text, PKEY_KERNEL_TYPE ";", strlen(PKEY_KERNEL_TYPE ";")) && last && !strcmp(last + 1, desc);
}

int pkey_kernel_check(int32_t serial, const char *dir, const char *account, enum pkey_of of,
		      char why[PKEY_WHY_MAX])
{
	char desc[PKEY_KERNEL_DESC_MAX], *text;
	int err = -pkey_kernel_describe(desc, dir, account, of);

	if (err) {
		;	/* said below */
	} else if (keyctl_describe_alloc(serial, &text) < 0) {
		err = errno;
	} else {
		err = pkey_kernel_is(text, desc) ? 0 : ENOKEY;
		free(text);
	}
	if (err == ENOKEY)
		snprintf(why, PKEY_WHY_MAX, "the private key was in the kernel, which has it no more, as after a restart, or the parser was unloaded: omasec apply, or omasec key add");
	else if (err)
		snprintf(why, PKEY_WHY_MAX, "the private key is key %d of the kernel: %s", serial, strerror(err));
	return -err;
}

/* The kernel has to be the one that the public half belongs to, and to have computed rightly. */
static bool pkey_kernel_right(EVP_PKEY *key, const void *data, size_t data_len, const uint8_t *sig, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestVerify(ctx, sig, len, data, data_len) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

int pkey_kernel_sign(const struct pkey *key, const void *data, size_t data_len, uint8_t *sig, size_t len)
{
	unsigned char digest[32];
	long n;

	if (EVP_Digest(data, data_len, digest, NULL, EVP_sha256(), NULL) != 1)
		return -EIO;
	n = keyctl_pkey_sign(key->serial, "enc=pkcs1 hash=sha256", digest, sizeof(digest), sig, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len && pkey_kernel_right(key->key, data, data_len, sig, len) ? 0 : -EIO;
}

/* ------------------------------------------------------------------ decryption */

/**
 * struct blinding - numbers of one decryption
 * @c: cipher text, and then what the kernel makes of it
 * @r: random; @e: it to the public exponent, then its inverse
 */
struct blinding {
	BN_CTX *ctx;
	BIGNUM *n, *exponent, *c, *r, *e;
};

static void blinding_done(struct blinding *b)
{
	BN_free(b->n);
	BN_free(b->exponent);
	BN_clear_free(b->c);
	BN_clear_free(b->r);
	BN_clear_free(b->e);
	BN_CTX_free(b->ctx);
}

/* 0; -EBADMSG for what is no cipher text of the key; -EIO. */
static int blinding_init(struct blinding *b, const EVP_PKEY *key, const uint8_t *from, size_t len)
{
	memset(b, 0, sizeof(*b));
	b->ctx = BN_CTX_new();
	b->c = BN_bin2bn(from, (int)len, NULL);
	b->r = BN_new();
	b->e = BN_new();
	if (!b->ctx || !b->c || !b->r || !b->e ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &b->n) != 1 ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &b->exponent) != 1)
		return -EIO;
	if (len != (size_t)EVP_PKEY_get_size(key) || BN_cmp(b->c, b->n) >= 0)
		return -EBADMSG;
	do {
		if (BN_priv_rand_range(b->r, b->n) != 1)
			return -EIO;
	} while (BN_is_zero(b->r));
	BN_set_flags(b->r, BN_FLG_CONSTTIME);
	if (BN_mod_exp(b->e, b->r, b->exponent, b->n, b->ctx) != 1 ||
	    BN_mod_mul(b->c, b->c, b->e, b->n, b->ctx) != 1 ||
	    !BN_mod_inverse(b->e, b->r, b->n, b->ctx))
		return -EIO;
	return 0;
}

/*
 * The private exponentiation of @block, in its place. The kernel's takes as long as its numbers want:
 * so it gets one that nobody chose, as OpenSSL gives its own.
 */
static int pkey_kernel_raw(const struct pkey *key, uint8_t *block, size_t len)
{
	uint8_t *out = malloc(len);
	struct blinding b;
	int rc = out ? blinding_init(&b, key->key, block, len) : -ENOMEM;
	long n;

	if (!out)
		return rc;
	if (!rc && BN_bn2binpad(b.c, block, (int)len) != (int)len)
		rc = -EIO;
	if (!rc) {
		n = keyctl_pkey_decrypt(key->serial, "enc=raw", block, len, out, len);
		rc = n < 0 ? -errno : n > (long)len ? -EIO : 0;
	}
	/* It gives leading zeros, but need not. */
	if (!rc && (!BN_bin2bn(out, (int)n, b.c) || BN_mod_mul(b.c, b.c, b.e, b.n, b.ctx) != 1 ||
		    BN_bn2binpad(b.c, block, (int)len) != (int)len))
		rc = -EIO;
	blinding_done(&b);
	OPENSSL_cleanse(out, len);
	free(out);
	return rc;
}

int pkey_kernel_unwrap(const struct pkey *key, bool oaep, const uint8_t *from, size_t len,
		       uint8_t to[XSEC_WRAPPED_MAX], int *n)
{
	uint8_t block[XSEC_WRAPPED_MAX];
	int rc;

	*n = -1;
	if (!len || len > sizeof(block))
		return 0;
	memcpy(block, from, len);
	rc = pkey_kernel_raw(key, block, len);
	if (!rc && oaep)
		*n = RSA_padding_check_PKCS1_OAEP_mgf1(to, XSEC_WRAPPED_MAX, block, (int)len, (int)len,
						       NULL, 0, EVP_sha1(), EVP_sha1());
	else if (!rc)
		*n = RSA_padding_check_PKCS1_type_2(to, XSEC_WRAPPED_MAX, block, (int)len, (int)len);
	OPENSSL_cleanse(block, sizeof(block));
	ERR_clear_error();
	return rc == -EBADMSG ? 0 : rc;
}
