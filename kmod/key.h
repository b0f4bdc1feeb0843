/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel keys that hold K, the 24 octets Base64(MD5(user:password)), or a secret of
 * bootstrap messages: the network secret of the device or a PIN. Only keys of type
 * logon: user space can put them in but never read them back.
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
/* MAC with the key, in place. 0, or a negative errno: of the key or of @md5. May sleep. */
int omasec_key_mac(struct key *key, unsigned int form, const u8 *nonce, size_t nonce_len,
		   const u8 body_md5[OMASEC_MD5_LEN], u8 mac[OMASEC_MD5_LEN]);

/* As omasec_key_get() and omasec_key_state(), of a key with 1 to OMASEC_SECRET_MAX octets. */
int omasec_secret_get(s32 serial, struct key **key, const char **why);
int omasec_secret_state(struct key *key);
/*
 * Copies the secret, which the caller wipes. Its length, or a negative errno of the
 * key. May sleep.
 */
int omasec_secret_read(struct key *key, u8 secret[OMASEC_SECRET_MAX]);

#endif
