/* SPDX-License-Identifier: GPL-2.0 */
/* RSA and EC keys in PEM files. Nothing here prints one. */
#ifndef TOOL_KEYFILE_H
#define TOOL_KEYFILE_H

#include "daemon/pkey.h"
#include "secret.h"

/*
 * PKCS#8 or the older forms for a private key; for a public one SubjectPublicKeyInfo, or a
 * certificate, of which nothing else counts. 0, or a negative errno with @why.
 */
int keyfile_read(const char *path, enum pkey_of of, struct evp_pkey_st **key,
		 char why[SECRET_WHY_MAX]);
int keyfile_from_fd(int fd, enum pkey_of of, struct evp_pkey_st **key, char why[SECRET_WHY_MAX]);

#endif
