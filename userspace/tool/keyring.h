/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys in the user keyring (@u): type logon, so that userspace can never read
 * them back, described as omasec:ACCOUNT:client, :server (K of a credential), :netw,
 * :pin (secrets for bootstrap messages), :sign (of XML signatures) or :wrap and :legacy-wrap (of XML
 * encryption).
 */
#ifndef TOOL_KEYRING_H
#define TOOL_KEYRING_H

#include <omasec.h>
#include <stdint.h>

#include "setting.h"

#define KEYRING_DESC_MAX (OMASEC_NAME_MAX + 32)

void keyring_describe(char out[KEYRING_DESC_MAX], const char *account, enum who who);
/*
 * The user keyring counts as possessed only when one of the process's keyrings
 * leads to it, which is not so in every session; the process keyring is ours.
 */
int keyring_possess(void);
/*
 * All return a negative errno on failure.
 *
 * keyring_stage() makes a key that only this process has, and that goes when it
 * ends; keyring_publish() puts it into the user keyring, in place of the one with
 * the same description. keyring_update() gives the key of the user keyring new
 * contents at once, where it is in use, or adds it. Returns: serial, 0, serial.
 */
int keyring_stage(const char *account, enum who who, const uint8_t *data, size_t len);
int keyring_publish(int32_t serial);
int keyring_update(const char *account, enum who who, const uint8_t *data, size_t len);
/* Serial, or -ENOKEY. */
int keyring_find(const char *account, enum who who);
/* Revokes the key, so that the module stops using it, and unlinks it. */
int keyring_del(const char *account, enum who who);
/* It expires after @seconds, which replace what was said before; 0 takes that back. 0 or a negative errno. */
int keyring_expire(const char *account, enum who who, uint32_t seconds);

/**
 * struct keyring_key - a key as it is listed
 * @state: 0, -EKEYREVOKED, -EKEYEXPIRED
 */
struct keyring_key {
	int32_t serial;
	char account[OMASEC_NAME_MAX + 1];
	enum who who;
	int state;
	uint32_t uid, perm;
};

typedef int (*keyring_fn)(void *arg, const struct keyring_key *key);
int keyring_each(keyring_fn fn, void *arg);

#endif
