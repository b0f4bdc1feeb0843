/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RSA private keys on their way into the kernel. They belong to whom the state directory belongs
 * to, so that omasecd may use them, and stay in the user keyring of who put them there.
 */
#ifndef TOOL_KERNEL_KEY_H
#define TOOL_KERNEL_KEY_H

#include "daemon/pkey.h"

/* Whether this kernel takes private keys (CONFIG_PKCS8_PRIVATE_KEY_PARSER, module pkcs8_key_parser). */
bool kernel_key_possible(void);
/*
 * A key that only this process and the owner of @dir have, and that goes when this process
 * ends. It has done once what it is for: a kernel may take what it has no algorithm for. Serial, or a
 * negative errno: -EOPNOTSUPP for other than RSA.
 */
int kernel_key_stage(const char *dir, const char *account, enum pkey_of of, const EVP_PKEY *key);
/* Into the user keyring, in place of the one with the same description. 0 or a negative errno. */
int kernel_key_publish(int32_t serial);
/* One that was not published, or that another one is there for: it is used no more, and goes. */
void kernel_key_drop(int32_t serial);
/* Out of the user keyring: of keys with the same description the one that is there, whichever it is. */
void kernel_key_del(int32_t serial);
/* After @seconds; 0: never. 0 or a negative errno. */
int kernel_key_expire(int32_t serial, uint32_t seconds);

#endif
