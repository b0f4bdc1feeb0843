// SPDX-License-Identifier: GPL-2.0
/* Keys in the user keyring. See keyring.h and keyrings(7). */
#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "keyring.h"
#include "secret.h"
#include "value.h"

#define KEYRING_PREFIX "omasec:"

/* Others of the same user may find and use a key, not change or remove it. */
#define KEYRING_PERM (KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_SEARCH)

void keyring_describe(char out[KEYRING_DESC_MAX], const char *account, enum who who)
{
	snprintf(out, KEYRING_DESC_MAX, KEYRING_PREFIX "%s:%s", account, setting_who[who]);
}

int keyring_possess(void)
{
	if (keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_PROCESS_KEYRING))
		return -errno;
	return 0;
}

static int keyring_put(const char *account, enum who who, const uint8_t *data, size_t len,
		       key_serial_t keyring)
{
	char desc[KEYRING_DESC_MAX];
	key_serial_t key;
	int rc = keyring_possess();

	if (rc)
		return rc;
	keyring_describe(desc, account, who);
	key = add_key("logon", desc, data, len, keyring);
	if (key < 0 || keyctl_setperm(key, KEYRING_PERM))
		return -errno;
	return key;
}

int keyring_stage(const char *account, enum who who, const uint8_t *data, size_t len)
{
	return keyring_put(account, who, data, len, KEY_SPEC_PROCESS_KEYRING);
}

int keyring_publish(int32_t serial)
{
	return keyctl_link(serial, KEY_SPEC_USER_KEYRING) ? -errno : 0;
}

int keyring_update(const char *account, enum who who, const uint8_t *data, size_t len)
{
	return keyring_put(account, who, data, len, KEY_SPEC_USER_KEYRING);
}

int keyring_find(const char *account, enum who who)
{
	char desc[KEYRING_DESC_MAX];
	long key;
	int rc = keyring_possess();

	if (rc)
		return rc;
	keyring_describe(desc, account, who);
	key = keyctl_search(KEY_SPEC_USER_KEYRING, "logon", desc, 0);
	return key < 0 ? -errno : (int)key;
}

/* "logon;0;0;3f0b0000;omasec:srv:client"; what is not ours is skipped. */
static int keyring_parse(const char *text, struct keyring_key *key)
{
	int at = 0;
	const char *desc, *colon;
	char account[OMASEC_NAME_MAX + 1];
	size_t len;

	if (sscanf(text, "logon;%u;%*d;%x;%n", &key->uid, &key->perm, &at) < 2 || !at)
		return -ENOENT;
	desc = text + at;
	if (strncmp(desc, KEYRING_PREFIX, strlen(KEYRING_PREFIX)))
		return -ENOENT;
	desc += strlen(KEYRING_PREFIX);
	colon = strchr(desc, ':');
	len = colon ? (size_t)(colon - desc) : 0;
	if (!len || len > OMASEC_NAME_MAX)
		return -ENOENT;
	memcpy(account, desc, len);
	account[len] = '\0';
	if (value_name(account, key->account))
		return -ENOENT;
	return setting_find_who(colon + 1, &key->who) || key->who >= WHO_KEYRING ? -ENOENT : 0;
}

int keyring_each(keyring_fn fn, void *arg)
{
	key_serial_t *list;
	void *data;
	int rc = keyring_possess(), n, i;

	if (rc)
		return rc;
	n = keyctl_read_alloc(KEY_SPEC_USER_KEYRING, &data);
	if (n < 0)
		return -errno;
	list = data;
	for (i = 0; !rc && i < n / (int)sizeof(*list); i++) {
		struct keyring_key key = { .serial = list[i] };
		char *text;

		if (keyctl_describe_alloc(list[i], &text) < 0)
			continue;
		if (!keyring_parse(text, &key)) {
			/* Looking for it by name says whether it can be used. */
			int found = keyring_find(key.account, key.who);

			key.state = found == -EKEYREVOKED || found == -EKEYEXPIRED ? found : 0;
			rc = fn(arg, &key);
		}
		free(text);
	}
	free(data);
	return rc;
}

struct keyring_wanted {
	const char *account;
	enum who who;
	int32_t serial;
};

static int keyring_match(void *arg, const struct keyring_key *key)
{
	struct keyring_wanted *w = arg;

	if (key->who != w->who || strcmp(key->account, w->account))
		return 0;
	w->serial = key->serial;
	return 1;
}

/*
 * The kernel describes a key that has expired to nobody, but a key of the same description takes its
 * place: one of random octets here, for the moment until it goes.
 */
static int keyring_unexpire(const char *account, enum who who)
{
	uint8_t octets[SECRET_OCTETS_MAX];

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
		return -EIO;
	return keyring_update(account, who, octets, sizeof(octets));
}

int keyring_del(const char *account, enum who who)
{
	struct keyring_wanted w = { account, who, 0 };
	int key = keyring_find(account, who);

	/* One that was revoked is found by listing only. */
	if (key == -EKEYREVOKED) {
		int rc = keyring_each(keyring_match, &w);

		key = rc < 0 ? rc : rc ? w.serial : -ENOKEY;
	} else {
		if (key == -EKEYEXPIRED)
			key = keyring_unexpire(account, who);
		if (key >= 0 && keyctl_revoke(key))
			key = -errno;
	}
	if (key < 0)
		return key;
	return keyctl_unlink(key, KEY_SPEC_USER_KEYRING) ? -errno : 0;
}

int keyring_expire(const char *account, enum who who, uint32_t seconds)
{
	int key = keyring_find(account, who);

	if (key < 0)
		return key;
	return keyctl_set_timeout(key, seconds) ? -errno : 0;
}
