/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nonces: made here, compared here. DM Security 1.2, 5.3 and 5.4: at least 16
 * octets, hard to guess.
 */
#ifndef DAEMON_NONCE_H
#define DAEMON_NONCE_H

#include <omasec.h>

#define NONCE_FRESH_LEN 16

/* Fills @len octets that nobody can guess; 0 or a negative errno. */
typedef int (*nonce_random_fn)(void *data, size_t len);

/* From the kernel's generator; waits for it only early in the life of the system. */
int nonce_system_random(void *data, size_t len);

/* A fresh nonce; 0 or a negative errno, then @n is not known. */
int nonce_make(struct omasec_nonce *n, nonce_random_fn random);
void nonce_set(struct omasec_nonce *n, const void *data, size_t len);
bool nonce_equal(const struct omasec_nonce *a, const struct omasec_nonce *b);

#endif
