/* SPDX-License-Identifier: GPL-2.0 */
/* RSA and EC keys in PEM and PKCS#12 files. Nothing here prints one. */
#ifndef TOOL_KEYFILE_H
#define TOOL_KEYFILE_H

#include "daemon/pkey.h"
#include "secret.h"

/**
 * struct keyfile_ask - who knows the passphrase of an encrypted key
 * @fn: 0 with the passphrase, or a negative errno with @why
 */
struct keyfile_ask {
	int (*fn)(void *arg, struct secret *s, char why[SECRET_WHY_MAX]);
	void *arg;
};

/*
 * PEM (PKCS#8 or the older forms) or PKCS#12 for a private key, of which only the key counts;
 * for a public one SubjectPublicKeyInfo or a certificate in PEM, of which nothing else counts.
 * @ask: NULL refuses what is encrypted. 0, or a negative errno with @why.
 */
int keyfile_read(const char *path, enum pkey_of of, const struct keyfile_ask *ask,
		 struct evp_pkey_st **key, char why[SECRET_WHY_MAX]);
int keyfile_from_fd(int fd, enum pkey_of of, const struct keyfile_ask *ask, struct evp_pkey_st **key,
		    char why[SECRET_WHY_MAX]);

#endif
