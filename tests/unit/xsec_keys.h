/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whoever holds the keys, for tests: the requests of xsec done with OpenSSL, and the
 * files of tests/data/xsec. An unwrap that fails is gone on from with a random key,
 * as a holder of keys has to.
 */
#ifndef TESTS_XSEC_KEYS_H
#define TESTS_XSEC_KEYS_H

#include <errno.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xsec/xsec.h>

#include "../../kmod/proto/xmlenc.h"

#define XSEC_DATA OMASEC_TEST_DATA "/data/xsec/"
#define GCM_IV 12
#define GCM_TAG 16

struct xsec_keys {
	uint8_t secret[64];
	size_t secret_len;
	EVP_PKEY *pkey;
	int error;			/* answer everything with it */
	unsigned int asked;
	size_t cut;			/* octets that replies lack */
	struct xsec_request last;
};

/* The session keys used last, one after the other. */
static uint8_t xsec_sessions[4][32];
static unsigned int xsec_session_next;

static inline void xsec_session_note(const uint8_t *session)
{
	memcpy(xsec_sessions[xsec_session_next++ % 4], session, 32);
}

static inline uint8_t *xsec_file(const char *name, size_t *len)
{
	char path[512];
	uint8_t *octets;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", XSEC_DATA, name);
	f = fopen(path, "rb");
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		abort();
	}
	octets = malloc(1 << 20);
	if (!octets)
		abort();
	*len = fread(octets, 1, 1 << 20, f);
	fclose(f);
	octets = realloc(octets, *len ? *len : 1);
	return octets;
}

/* @name: a PEM file, or one with a secret. */
static inline void xsec_keys_load(struct xsec_keys *keys, const char *name)
{
	size_t len;
	uint8_t *octets = xsec_file(name, &len);

	memset(keys, 0, sizeof(*keys));
	if (strstr(name, ".pem")) {
		BIO *bio = BIO_new_mem_buf(octets, (int)len);

		keys->pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
		BIO_free(bio);
		if (!keys->pkey)
			abort();
	} else {
		if (len > sizeof(keys->secret))
			abort();
		memcpy(keys->secret, octets, len);
		keys->secret_len = len;
	}
	free(octets);
}

static inline void xsec_keys_free(struct xsec_keys *keys)
{
	EVP_PKEY_free(keys->pkey);
	keys->pkey = NULL;
}

static inline const EVP_MD *xsec_keys_md(enum xsec_sign sign)
{
	static const EVP_MD *(*const md[])(void) = { EVP_sha256, EVP_sha384, EVP_sha512 };

	return md[sign % 3]();
}

static inline int xsec_keys_mac(struct xsec_keys *keys, const struct xsec_request *r,
				struct xsec_reply *reply)
{
	unsigned int len = 0;

	if (!keys->secret_len)
		return -ENOKEY;
	HMAC(xsec_keys_md(r->sign), keys->secret, (int)keys->secret_len, r->data, r->len, reply->data,
	     &len);
	reply->len = len;
	return 0;
}

static inline int xsec_keys_sign(struct xsec_keys *keys, const struct xsec_request *r,
				 struct xsec_reply *reply)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 1024;
	int ret = -EINVAL;

	if (keys->pkey && EVP_DigestSignInit(ctx, NULL, xsec_keys_md(r->sign), NULL, keys->pkey) == 1 &&
	    EVP_DigestSign(ctx, reply->data, &len, r->data, r->len) == 1) {
		ret = 0;
		reply->len = len;
	}
	EVP_MD_CTX_free(ctx);
	if (!ret && EVP_PKEY_get_base_id(keys->pkey) == EVP_PKEY_EC) {
		const unsigned char *p = reply->data;
		ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
		int half = (EVP_PKEY_get_bits(keys->pkey) + 7) / 8;

		BN_bn2binpad(ECDSA_SIG_get0_r(sig), reply->data, half);
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), reply->data + half, half);
		ECDSA_SIG_free(sig);
		reply->len = 2 * (size_t)half;
	}
	return ret;
}

/* AES key wrap, either way; the number of octets, or -1. */
static inline int xsec_keys_aes_wrap(struct xsec_keys *keys, enum xsec_wrap wrap, bool out,
				     const uint8_t *in, size_t len, uint8_t *to)
{
	static const EVP_CIPHER *(*const kind[])(void) = {
		EVP_aes_128_wrap, EVP_aes_192_wrap, EVP_aes_256_wrap,
	};
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = -1, done = 0;

	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (keys->secret_len != 16 + 8 * (size_t)wrap ||
	    EVP_CipherInit_ex(ctx, kind[wrap](), NULL, keys->secret, NULL, out) != 1 ||
	    EVP_CipherUpdate(ctx, to, &n, in, (int)len) != 1 ||
	    EVP_CipherFinal_ex(ctx, to + n, &done) != 1)
		n = -1;
	EVP_CIPHER_CTX_free(ctx);
	return n;
}

static inline int xsec_keys_wrap(struct xsec_keys *keys, enum xsec_wrap wrap, bool out,
				 const uint8_t *in, size_t len, uint8_t *to)
{
	EVP_PKEY_CTX *ctx;
	size_t n = 1024;
	int ok = 0;

	if (wrap < XSEC_RSA_OAEP)
		return xsec_keys_aes_wrap(keys, wrap, out, in, len, to);
	ctx = keys->pkey ? EVP_PKEY_CTX_new(keys->pkey, NULL) : NULL;
	if (ctx && (out ? EVP_PKEY_encrypt_init(ctx) : EVP_PKEY_decrypt_init(ctx)) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, wrap == XSEC_RSA_1_5 ? RSA_PKCS1_PADDING :
					 RSA_PKCS1_OAEP_PADDING) == 1)
		ok = out ? EVP_PKEY_encrypt(ctx, to, &n, in, len) : EVP_PKEY_decrypt(ctx, to, &n, in, len);
	EVP_PKEY_CTX_free(ctx);
	return ok == 1 ? (int)n : -1;
}

static inline int xsec_keys_gcm(enum xsec_cipher cipher, bool out, const uint8_t *session,
				const uint8_t *in, size_t len, struct xsec_reply *reply)
{
	static const EVP_CIPHER *(*const kind[])(void) = { EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *to = reply->data;
	int n = 0, done = 0, ret = -EBADMSG;

	if (out) {
		RAND_bytes(to, GCM_IV);
		EVP_EncryptInit_ex(ctx, kind[cipher](), NULL, session, to);
		EVP_EncryptUpdate(ctx, to + GCM_IV, &n, in, (int)len);
		EVP_EncryptFinal_ex(ctx, to + GCM_IV + n, &done);
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, GCM_TAG, to + GCM_IV + n);
		reply->len = GCM_IV + (size_t)n + GCM_TAG;
		ret = 0;
	} else if (len >= GCM_IV + GCM_TAG) {
		EVP_DecryptInit_ex(ctx, kind[cipher](), NULL, session, in);
		EVP_DecryptUpdate(ctx, to, &n, in + GCM_IV, (int)(len - GCM_IV - GCM_TAG));
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, GCM_TAG, (void *)(in + len - GCM_TAG));
		if (EVP_DecryptFinal_ex(ctx, to + n, &done) == 1) {
			reply->len = (size_t)n;
			ret = 0;
		}
	}
	EVP_CIPHER_CTX_free(ctx);
	return ret;
}

static inline size_t xsec_keys_session(enum xsec_cipher cipher)
{
	return cipher <= XSEC_AES256_GCM ? 16 + 8 * (size_t)cipher : cipher == XSEC_AES128_CBC ? 16 : 32;
}

/* What comes out is what the holder of a key has to give, see struct xsec_reply. */
static inline int xsec_keys_cbc(enum xsec_cipher cipher, bool out, const uint8_t *session,
				const uint8_t *in, size_t len, struct xsec_reply *reply)
{
	size_t padded = out ? (len / 16 + 1) * 16 : len - 16;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *to = reply->data;
	int n = 0, done = 0;

	if (!out && (len < 32 || len % 16)) {
		EVP_CIPHER_CTX_free(ctx);
		return -EBADMSG;
	}
	if (out) {
		RAND_bytes(to, 16);
		memcpy(to + 16, in, len);
		omasec_xmlenc_pad(to + 16, len, padded);
	} else {
		memcpy(to, in + 16, padded);
	}
	EVP_CipherInit_ex(ctx, cipher == XSEC_AES128_CBC ? EVP_aes_128_cbc() : EVP_aes_256_cbc(), NULL, session,
			  out ? to : in, out);
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	EVP_CipherUpdate(ctx, to + (out ? 16 : 0), &n, to + (out ? 16 : 0), (int)padded);
	EVP_CipherFinal_ex(ctx, to + (out ? 16 : 0) + n, &done);
	EVP_CIPHER_CTX_free(ctx);
	reply->len = out ? 16 + padded : omasec_xmlenc_unpad(to, padded);
	return 0;
}

static inline int xsec_keys_content(enum xsec_cipher cipher, bool out, const uint8_t *session,
				    const uint8_t *in, size_t len, struct xsec_reply *reply)
{
	return xsec_cipher_is_cbc(cipher) ? xsec_keys_cbc(cipher, out, session, in, len, reply) :
					    xsec_keys_gcm(cipher, out, session, in, len, reply);
}

static inline int xsec_keys_seal(struct xsec_keys *keys, const struct xsec_request *r,
				 struct xsec_reply *reply)
{
	uint8_t session[32];
	int n;

	RAND_bytes(session, sizeof(session));
	n = xsec_keys_wrap(keys, r->wrap, true, session, xsec_keys_session(r->cipher), reply->wrapped);
	if (n < 0)
		return -ENOKEY;
	reply->wrapped_len = (size_t)n;
	xsec_session_note(session);
	return xsec_keys_content(r->cipher, true, session, r->data, r->len, reply);
}

static inline int xsec_keys_open(struct xsec_keys *keys, const struct xsec_request *r,
				 struct xsec_reply *reply)
{
	size_t want = xsec_keys_session(r->cipher);
	uint8_t session[XSEC_WRAPPED_MAX + 64] = { 0 };

	if (r->wrapped_len > XSEC_WRAPPED_MAX)
		return -EBADMSG;
	if (xsec_keys_wrap(keys, r->wrap, false, r->wrapped, r->wrapped_len, session) != (int)want)
		RAND_bytes(session, (int)want);
	xsec_session_note(session);
	return xsec_keys_content(r->cipher, false, session, r->data, r->len, reply);
}

static inline int xsec_keys_do(void *private, const struct xsec_request *r, struct xsec_reply *reply)
{
	struct xsec_keys *keys = private;
	int ret = -EINVAL;

	keys->asked++;
	keys->last = *r;
	if (keys->error)
		return keys->error;
	reply->data = malloc(r->len + 1024);
	if (!reply->data)
		return -ENOMEM;
	switch (r->op) {
	case XSEC_MAC:
		ret = xsec_keys_mac(keys, r, reply);
		break;
	case XSEC_SIGN:
		ret = xsec_keys_sign(keys, r, reply);
		break;
	case XSEC_SEAL:
		ret = xsec_keys_seal(keys, r, reply);
		break;
	case XSEC_OPEN:
		ret = xsec_keys_open(keys, r, reply);
		break;
	default:
		break;
	}
	if (!ret && keys->cut < reply->len)
		reply->len -= keys->cut;
	return ret;
}

#endif
