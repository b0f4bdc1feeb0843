/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asymmetric keys of accounts: for XML signatures the private key that this side signs
 * with, and the public key of the other side; for XML-Encryption another such pair. Each is a file of the state directory, beside
 * store.h: PKCS#8 or SubjectPublicKeyInfo, DER, for its owner only. Read at each use, so
 * that what the tool writes or removes counts for the next message, and no private key
 * stays in memory between two. Of an RSA private key that the kernel has, see pkey_kernel.h, the
 * file has the serial number and the public half.
 */
#ifndef DAEMON_PKEY_H
#define DAEMON_PKEY_H

#include <openssl/types.h>
#include <xsec/xsec.h>

#define PKEY_RSA_BITS_MIN	2048
#define PKEY_RSA_BITS_MAX	4096	/* a signature must not hold the helper up */
#define PKEY_DER_MAX		8192	/* octets of a key */
#define PKEY_WHY_MAX		256
#define PKEY_KIND_MAX		32

/* Pairs: this side's private key, and the other side's public one; to sign, to encrypt, and that for the legacy profile. */
enum pkey_of {
	PKEY_PRIVATE, PKEY_PUBLIC, PKEY_DECRYPT, PKEY_ENCRYPT,
	PKEY_LEGACY_DECRYPT, PKEY_LEGACY_ENCRYPT, PKEY_KINDS
};

/**
 * struct pkey - a key of an account, in hand
 * @key: all of it, or the public half of one that the kernel has
 * @serial: of that one, or 0
 */
struct pkey {
	EVP_PKEY *key;
	int32_t serial;
};

void pkey_done(struct pkey *key);

static inline bool pkey_is_public(enum pkey_of of)
{
	return of & 1;
}

/* The other one of its pair. */
static inline enum pkey_of pkey_other(enum pkey_of of)
{
	return (enum pkey_of)(of ^ 1);
}

/*
 * Has libcrypto wipe whatever it frees: of the copies that decoding a key takes, it does not
 * wipe all. Before anything else of libcrypto; 0 or -EBUSY.
 */
int pkey_wipe_freed(void);

/* 0 for a key that can be @of, or -EINVAL with @why: to encrypt, RSA alone. */
int pkey_fits(const EVP_PKEY *key, enum pkey_of of, char why[PKEY_WHY_MAX]);
/* The one algorithm that @key is for. 0, or -EINVAL with @why: it is none that is taken. */
int pkey_algorithm(const EVP_PKEY *key, enum xsec_sign *sign, char why[PKEY_WHY_MAX]);
/* "RSA 2048", "ECDSA P-256". */
void pkey_kind(const EVP_PKEY *key, char out[PKEY_KIND_MAX]);

/*
 * The key that @account has in @dir, which the caller gives back. 0; -ENOENT without @why when
 * it has none; -EINVAL, -EACCES, -ENOMEM, what pkey_kernel_check() says, or another negative
 * errno with @why.
 */
int pkey_load(const char *dir, const char *account, enum pkey_of of, struct pkey *key,
	      char why[PKEY_WHY_MAX]);
/* The same without asking the kernel whether it still has its part. */
int pkey_look(const char *dir, const char *account, enum pkey_of of, struct pkey *key,
	      char why[PKEY_WHY_MAX]);
/*
 * Makes @key, or its public half, the one of @account; durable, all or nothing, and nothing
 * is written where it is that already. With @serial the private half is that key of the kernel, and
 * not written. Refuses
 * a key that the account has for something else: messages could be sent back then, or what was
 * signed be taken for what was encrypted.
 */
int pkey_put(const char *dir, const char *account, enum pkey_of of, const EVP_PKEY *key, int32_t serial,
	     char why[PKEY_WHY_MAX]);
/* Forgets where the key is; one in the kernel stays there. 0, -ENOENT, or another negative errno. */
int pkey_del(const char *dir, const char *account, enum pkey_of of);
/* All of @dir, in no order; ends with what @fn returns unless that is 0. */
typedef int (*pkey_fn)(void *arg, const char *account, enum pkey_of of);
int pkey_each(const char *dir, pkey_fn fn, void *arg);

/*
 * Signs @data: PKCS #1 v1.5, or r and s. 0 with @reply->data malloc'ed, -EKEYREJECTED when
 * the key is not for @sign, -ENOMEM, -EIO, or what the kernel says of its key.
 */
int pkey_sign(const struct pkey *key, enum xsec_sign sign, const void *data, size_t len,
	      struct xsec_reply *reply);

/*
 * @data under a new key by @cipher, AES-GCM of 256 or 128 bits, that one wrapped by RSA-OAEP (SHA-1, MGF1) in
 * @reply->wrapped; or by AES-CBC, and RSA 1.5. 0 with @reply->data malloc'ed, -ENOMEM or -EIO.
 */
int pkey_seal(EVP_PKEY *key, enum xsec_cipher cipher, const void *data, size_t len, struct xsec_reply *reply);
/*
 * The reverse. What does not unwrap is gone on from with a random key, so that all which
 * fails does so at the same place: -EBADMSG. Anything else is about the key, and not the message.
 * With AES-CBC nothing fails but a length; see struct xsec_reply.
 */
int pkey_open(const struct pkey *key, const struct xsec_request *request, struct xsec_reply *reply);

#endif
