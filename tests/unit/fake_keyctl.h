/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's asymmetric keys, for tests, done with OpenSSL: the functions of libkeyutils that
 * omasec uses for them. What it takes and does can be made to fail.
 */
#ifndef TESTS_FAKE_KEYCTL_H
#define TESTS_FAKE_KEYCTL_H

#include <errno.h>
#include <keyutils.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_KEYS 16
#define FAKE_FIRST 100

/**
 * struct fake_key - key FAKE_FIRST + its index
 * @linked: in the process keyring, in the user keyring
 * @error: errno of using it
 */
struct fake_key {
	EVP_PKEY *key;
	char desc[200];
	bool linked[2];
	int error;
	uint32_t perm;
	unsigned int timeout;
};

static struct fake_key fake_keys[FAKE_KEYS];
static unsigned int fake_count, fake_signed, fake_decrypted;
/* errno of add_key(), of a link, of what is done with a key; 0: none */
static int fake_refuses, fake_full, fake_error;
/* It errs, as a processor may. */
static bool fake_wrong;
static uint8_t fake_block[1024];	/* decrypted last */

static inline void fake_reset(void)
{
	unsigned int i;

	for (i = 0; i < fake_count; i++)
		EVP_PKEY_free(fake_keys[i].key);
	memset(fake_keys, 0, sizeof(fake_keys));
	fake_count = fake_signed = fake_decrypted = 0;
	fake_refuses = fake_full = fake_error = 0;
	fake_wrong = false;
}

static inline struct fake_key *fake_find(key_serial_t serial)
{
	struct fake_key *k = serial >= FAKE_FIRST && serial < FAKE_FIRST + (int)fake_count ?
			     &fake_keys[serial - FAKE_FIRST] : NULL;

	if (k && (k->linked[0] || k->linked[1])) {
		if (!k->error)
			return k;
		errno = k->error;
	} else {
		errno = ENOKEY;
	}
	return NULL;
}

/* The end of a process, and of the machine. */
static inline void fake_forget(bool all)
{
	unsigned int i;

	for (i = 0; i < fake_count; i++) {
		fake_keys[i].linked[0] = false;
		fake_keys[i].linked[1] &= !all;
	}
}

/* Whichever key has the description. */
static inline void fake_unlink(const char *desc, bool user)
{
	unsigned int i;

	for (i = 0; i < fake_count; i++)
		if (!strcmp(fake_keys[i].desc, desc))
			fake_keys[i].linked[user] = false;
}

key_serial_t add_key(const char *type, const char *desc, const void *data, size_t len, key_serial_t ring)
{
	struct fake_key *k = &fake_keys[fake_count];
	const unsigned char *p = data;
	PKCS8_PRIV_KEY_INFO *info;

	if (fake_refuses || strcmp(type, "asymmetric") || ring != KEY_SPEC_PROCESS_KEYRING || fake_count == FAKE_KEYS) {
		errno = fake_refuses ? fake_refuses : ENODEV;
		return -1;
	}
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)len);
	if (!info) {
		errno = EBADMSG;
		return -1;
	}
	fake_unlink(desc, false);
	k->key = EVP_PKCS82PKEY(info);	/* none in a probe */
	PKCS8_PRIV_KEY_INFO_free(info);
	snprintf(k->desc, sizeof(k->desc), "%s", desc);
	k->linked[0] = true;
	return FAKE_FIRST + (int)fake_count++;
}

long keyctl_setperm(key_serial_t serial, key_perm_t perm)
{
	struct fake_key *k = fake_find(serial);

	if (k)
		k->perm = perm;
	return k ? 0 : -1;
}

int keyctl_describe_alloc(key_serial_t serial, char **out)
{
	const struct fake_key *k = fake_find(serial);

	return k ? asprintf(out, "asymmetric;0;0;%08x;%s", k->perm, k->desc) : -1;
}

long keyctl_link(key_serial_t serial, key_serial_t ring)
{
	struct fake_key *k;

	if (serial == KEY_SPEC_USER_KEYRING)
		return 0;
	k = fake_find(serial);
	if (!k || fake_full) {
		errno = k ? fake_full : errno;
		return -1;
	}
	fake_unlink(k->desc, ring == KEY_SPEC_USER_KEYRING);
	k->linked[ring == KEY_SPEC_USER_KEYRING] = true;
	return 0;
}

long keyctl_unlink(key_serial_t serial, key_serial_t ring)
{
	fake_unlink(fake_keys[serial - FAKE_FIRST].desc, ring == KEY_SPEC_USER_KEYRING);
	return 0;
}

long keyctl_revoke(key_serial_t serial)
{
	struct fake_key *k = fake_find(serial);

	if (k)
		k->error = EKEYREVOKED;
	return k ? 0 : -1;
}

long keyctl_set_timeout(key_serial_t serial, unsigned int seconds)
{
	struct fake_key *k = fake_find(serial);

	if (k)
		k->timeout = seconds;
	return k ? 0 : -1;
}

static inline struct fake_key *fake_use(key_serial_t serial)
{
	struct fake_key *k = fake_find(serial);

	if (k && fake_error) {
		errno = fake_error;
		return NULL;
	}
	return k;
}

long keyctl_pkey_sign(key_serial_t serial, const char *how, const void *data, size_t len, void *out, size_t room)
{
	struct fake_key *k = fake_use(serial);
	EVP_PKEY_CTX *ctx;
	bool ok;

	if (!k || strcmp(how, "enc=pkcs1 hash=sha256")) {
		errno = k ? EINVAL : errno;
		return -1;
	}
	ctx = EVP_PKEY_CTX_new(k->key, NULL);
	ok = EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	     EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 && EVP_PKEY_sign(ctx, out, &room, data, len) == 1;
	EVP_PKEY_CTX_free(ctx);
	((uint8_t *)out)[0] ^= fake_wrong;
	fake_signed++;
	errno = EINVAL;
	return ok ? (long)room : -1;
}

/* As the kernel's: the whole of the modulus, leading zeros included. */
long keyctl_pkey_decrypt(key_serial_t serial, const char *how, const void *data, size_t len, void *out, size_t room)
{
	struct fake_key *k = fake_use(serial);
	EVP_PKEY_CTX *ctx;
	bool ok;

	if (!k || strcmp(how, "enc=raw")) {
		errno = k ? EINVAL : errno;
		return -1;
	}
	memcpy(fake_block, data, len);
	ctx = EVP_PKEY_CTX_new(k->key, NULL);
	ok = EVP_PKEY_decrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	     EVP_PKEY_decrypt(ctx, out, &room, data, len) == 1;
	EVP_PKEY_CTX_free(ctx);
	((uint8_t *)out)[room - 1] ^= fake_wrong;
	fake_decrypted++;
	errno = EINVAL;
	return ok ? (long)room : -1;
}

#endif
