/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the helper may have done with keys of accounts that it cannot read: HMACs with
 * the sign key, AES-GCM under keys that the wrap key wraps, AES-CBC for the legacy profile. A fixed list of algorithms,
 * synchronous, on plain memory; looked up once, at module load.
 */
#ifndef OMASEC_HELPER_CRYPTO_H
#define OMASEC_HELPER_CRYPTO_H

#include "account.h"
#include "proto/key_wrap.h"
#include "proto/xmlenc.h"

#define OMASEC_CRYPTO_OPS (OMASEC_CRYPTO_OP_OPEN_128_CBC + 1)

int omasec_helper_crypto_init(void);	/* 0 also when an algorithm is not available */
void omasec_helper_crypto_exit(void);
/* What serves an HMAC, key wrap, AES-GCM and AES-CBC; "" when there is nothing. */
const char *omasec_helper_hmac_driver(unsigned int op);
const char *omasec_helper_aes_driver(void);
const char *omasec_helper_gcm_driver(void);
const char *omasec_helper_cbc_driver(void);

/* Octets that come out at most when @len go in, or -EMSGSIZE. */
int omasec_helper_crypto_len(unsigned int op, size_t len);
/*
 * The operation @op with the key of @a that is for it; @out has room for as many octets
 * as omasec_helper_crypto_len() said, and is wiped on failure. Octets there, or a negative errno
 * and *@why in words. May sleep.
 */
int omasec_helper_crypto(struct omasec_account *a, unsigned int op, struct omasec_slice in,
			 u8 *out, const char **why);

/**
 * struct omasec_keyed - an operation with its key
 *
 * new: ERR_PTR(-EOPNOTSUPP, -ENOMEM). set: under the semaphore of a key. run: after that.
 * free: wipes the key; NULL is fine. All may sleep.
 */
struct omasec_keyed;
struct omasec_keyed *omasec_keyed_new(unsigned int op);
int omasec_keyed_set(void *keyed, const u8 *key, size_t len);
int omasec_keyed_run(struct omasec_keyed *k, struct omasec_slice in, u8 *out);
void omasec_keyed_free(struct omasec_keyed *k);

#endif
