/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MD5 and HMAC-SHA1 by the kernel crypto API (shash, synchronous, process context).
 * MD5 is looked up once, at module load; a FIPS kernel has none, and then rules that
 * need a MAC are refused at configuration.
 */
#ifndef OMASEC_CRYPTO_H
#define OMASEC_CRYPTO_H

#include <crypto/hash.h>
#include "proto/bootstrap.h"
#include "proto/mac.h"

int omasec_crypto_init(void);		/* 0 also when md5 is not available */
void omasec_crypto_exit(void);
bool omasec_crypto_has_md5(void);
const char *omasec_crypto_md5_driver(void);	/* "" when there is none */

/* Incremental MD5 of a body; the state lives in the message. Process context. */
struct omasec_md5_state;
struct omasec_md5_state *omasec_md5_new(gfp_t gfp);	/* NULL without memory or md5 */
int omasec_md5_reset(struct omasec_md5_state *s);
int omasec_md5_update(struct omasec_md5_state *s, const void *data, size_t len);
int omasec_md5_final(struct omasec_md5_state *s, u8 out[OMASEC_MD5_LEN]);
void omasec_md5_free(struct omasec_md5_state *s);	/* zeroises; NULL is fine */

/* For omasec_mac_compute(). */
extern const struct omasec_md5 omasec_kernel_md5;

/* For bootstrap messages. */
extern const struct omasec_hmac_sha1 omasec_kernel_hmac_sha1;

#endif
