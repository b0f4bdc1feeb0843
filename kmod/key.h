/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel keys that hold K, the 24 octets Base64(MD5(user:password)), or another secret of
 * an account: the network secret of the device, a PIN, a key that signs, a key that wraps
 * keys. Only keys of type logon: user space can put them in but never read them back.
 */
#ifndef OMASEC_KEY_H
#define OMASEC_KEY_H

#include <linux/key.h>
#include "proto/bootstrap.h"
#include "proto/mac.h"

/*
 * The key with @serial as the calling task may use it, with a reference. Returns
 * 0, or a negative errno and *@why in words.
 */
int omasec_key_get(s32 serial, struct key **key, const char **why);
/* 0, or the negative errno that using the key gives now. May sleep. */
int omasec_key_state(struct key *key);
/*
 * MAC with the key, in place; without @body_md5 the digest of a Cred of auth-md5. 0, or a
 * negative errno: of the key or of @md5. May sleep.
 */
int omasec_key_mac(struct key *key, unsigned int form, const u8 *nonce, size_t nonce_len,
		   const u8 body_md5[OMASEC_MD5_LEN], u8 mac[OMASEC_MD5_LEN]);

#define OMASEC_KEK_LEN 32		/* octets of a key that wraps keys */
#define OMASEC_KEK_128_LEN 16		/* of one for AES-128 */

/**
 * enum omasec_secret_of - secrets of an account besides K
 * @OMASEC_SECRET_NETW: of the network, for bootstrap messages: IMSI in semi-octets, ESN,
 *	other octets
 * @OMASEC_SECRET_PIN: digits of a PIN, for bootstrap messages
 * @OMASEC_SECRET_SIGN: for HMACs, by helper_crypto.c only
 * @OMASEC_SECRET_WRAP: AES key that wraps keys, by helper_crypto.c only
 * @OMASEC_SECRET_LEGACY_WRAP: the same, for content in AES-CBC
 * @OMASEC_SECRETS: how many there are
 */
enum omasec_secret_of {
	OMASEC_SECRET_NETW, OMASEC_SECRET_PIN, OMASEC_SECRET_SIGN, OMASEC_SECRET_WRAP,
	OMASEC_SECRET_LEGACY_WRAP, OMASEC_SECRETS
};

/* As omasec_key_get() and omasec_key_state(), of a secret, whose kind says how long it is. */
int omasec_secret_get(s32 serial, enum omasec_secret_of of, struct key **key, const char **why);
int omasec_secret_state(struct key *key, enum omasec_secret_of of);
/*
 * Copies a secret for bootstrap messages, which the caller wipes. Its length, or a
 * negative errno of the key. May sleep.
 */
int omasec_secret_read(struct key *key, u8 secret[OMASEC_SECRET_MAX]);
/*
 * Hands the octets of a secret to @use, which must not keep them; under the key's
 * semaphore. What @use returned, or a negative errno of the key. May sleep.
 */
int omasec_secret_use(struct key *key, enum omasec_secret_of of,
		      int (*use)(void *ctx, const u8 *octets, size_t len), void *ctx);

#endif
