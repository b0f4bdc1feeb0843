/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RSA private keys that the kernel has: keys of type asymmetric, see asymmetric-key(7) of
 * keyutils and keyctl_pkey_sign(3). Who may use one can have it sign and decrypt, and nobody can
 * read it back. A process needs but the serial number and the public half.
 */
#ifndef DAEMON_PKEY_KERNEL_H
#define DAEMON_PKEY_KERNEL_H

#include <omasec.h>

#include "pkey.h"

#define PKEY_KERNEL_TYPE "asymmetric"
#define PKEY_KERNEL_DESC_MAX (OMASEC_NAME_MAX + 64)

/*
 * "omasec:mgmt:private:fe01.1a2b:3c", as the other keys of accounts are described, and then device
 * and inode of @dir: the one of another directory must not take its place, which would be its end. At last
 * which module has parsed it, 0 for none: the kernel's key has a pointer into that, and whoever
 * uses one whose module was unloaded meanwhile brings the kernel down. 0 or a negative errno.
 */
int pkey_kernel_describe(char out[PKEY_KERNEL_DESC_MAX], const char *dir, const char *account, enum pkey_of of);

/*
 * Whether @serial is that key of @account in @dir: numbers are given anew, and after a restart
 * of the machine none is left. 0; -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EACCES or another
 * negative errno with @why.
 */
int pkey_kernel_check(int32_t serial, const char *dir, const char *account, enum pkey_of of,
		      char why[PKEY_WHY_MAX]);

/*
 * PKCS #1 v1.5 with SHA-256 over @data, into @sig of @len octets, the size of the modulus, which
 * are verified before anybody gets them. 0, or what the kernel says.
 */
int pkey_kernel_sign(const struct pkey *key, const void *data, size_t data_len, uint8_t *sig, size_t len);

/*
 * RSA-OAEP with SHA-1 and MGF1, or RSA 1.5: octets in @to in @n, or a value below 0 in it, without a branch on
 * which. Returns 0, or why the key cannot be used, which no cipher text has a say in.
 */
int pkey_kernel_unwrap(const struct pkey *key, bool oaep, const uint8_t *from, size_t len,
		       uint8_t to[XSEC_WRAPPED_MAX], int *n);

#endif
