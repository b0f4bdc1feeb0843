// SPDX-License-Identifier: GPL-2.0
/*
 * Keys. A key is checked when an account names it, and again at every use,
 * because it may be revoked, expire or be updated at any time between. K is used
 * in place under the key's semaphore and is never copied; secrets of bootstrap
 * messages are put together to a key, and wiped by who did so; other secrets go into
 * an algorithm handle, which is wiped.
 */
#include <keys/user-type.h>
#include <linux/err.h>

#include "crypto.h"
#include "key.h"

/**
 * struct omasec_key_size - octets that the payload may have
 * @min: at least so many
 * @max: at most
 * @step: and between the two, in steps of so many
 * @why: that in words
 */
struct omasec_key_size {
	unsigned short min, max, step;
	const char *why;
};

static const struct omasec_key_size omasec_key_k = {
	OMASEC_KEY_LEN, OMASEC_KEY_LEN, 1,
	"the key must hold exactly 24 octets: Base64(MD5(user:password))",
};

static const struct omasec_key_size omasec_key_secret[OMASEC_SECRETS] = {
	[OMASEC_SECRET_NETW] = { 1, OMASEC_SECRET_MAX, 1, "the key must hold 1 to 64 octets" },
	[OMASEC_SECRET_PIN] = { 1, OMASEC_SECRET_MAX, 1, "the key must hold 1 to 64 octets" },
	[OMASEC_SECRET_SIGN] = { 16, 256, 1, "a key that signs must hold 16 to 256 octets" },
	[OMASEC_SECRET_WRAP] = { OMASEC_KEK_128_LEN, OMASEC_KEK_LEN,
				 OMASEC_KEK_LEN - OMASEC_KEK_128_LEN,
				 "a key that wraps must hold 32 octets, or 16" },
	[OMASEC_SECRET_LEGACY_WRAP] = { OMASEC_KEK_128_LEN, OMASEC_KEK_LEN,
					OMASEC_KEK_LEN - OMASEC_KEK_128_LEN,
					"a key that wraps must hold 32 octets, or 16" },
};

/* The payload, or an errno. The key's semaphore is held. */
static const struct user_key_payload *omasec_key_payload(struct key *key,
							 const struct omasec_key_size *size)
{
	const struct user_key_payload *p;
	int err = key_validate(key);

	if (err)
		return ERR_PTR(err);
	p = user_key_payload_locked(key);
	if (!p)
		return ERR_PTR(-EKEYREVOKED);
	return p->datalen >= size->min && p->datalen <= size->max &&
	       !((p->datalen - size->min) % size->step) ? p : ERR_PTR(-EKEYREJECTED);
}

static int omasec_key_size_state(struct key *key, const struct omasec_key_size *size)
{
	const struct user_key_payload *p;

	if (!key)
		return -ENOKEY;
	down_read(&key->sem);
	p = omasec_key_payload(key, size);
	up_read(&key->sem);
	return PTR_ERR_OR_ZERO(p);
}

static int omasec_key_find(s32 serial, const struct omasec_key_size *size, struct key **key,
			   const char **why)
{
	key_ref_t ref;
	int err;

	if (serial <= 0) {
		*why = "a key is named by its serial number, which is above 0";
		return -EINVAL;
	}
	ref = lookup_user_key(serial, 0, KEY_NEED_SEARCH);
	if (IS_ERR(ref)) {
		err = PTR_ERR(ref);
		*why = err == -EACCES ? "the caller has no search permission on the key" :
					"there is no such key, or it was revoked or has expired";
		return err;
	}
	*key = key_ref_to_ptr(ref);
	if ((*key)->type != &key_type_logon) {
		*why = "the key is not of type logon";
		err = -EKEYREJECTED;
		goto err_put;
	}
	err = omasec_key_size_state(*key, size);
	if (err) {
		*why = err == -EKEYREJECTED ? size->why : "the key was revoked or has expired";
		goto err_put;
	}
	return 0;

err_put:
	key_put(*key);
	*key = NULL;
	return err;
}

/**
 * omasec_key_get() - the key with a serial number, as the calling task may use it
 * @serial: serial number
 * @key: set to the key, with a reference
 * @why: set to words on failure
 *
 * Context: process, of the task that sent the request; may sleep.
 * Return: 0 or a negative errno.
 */
int omasec_key_get(s32 serial, struct key **key, const char **why)
{
	return omasec_key_find(serial, &omasec_key_k, key, why);
}

int omasec_secret_get(s32 serial, enum omasec_secret_of of, struct key **key, const char **why)
{
	return omasec_key_find(serial, &omasec_key_secret[of], key, why);
}

/**
 * omasec_key_state() - can the key be used now?
 * @key: the key, NULL for none
 *
 * Context: process, may sleep.
 * Return: 0 or the negative errno that using it gives.
 */
int omasec_key_state(struct key *key)
{
	return omasec_key_size_state(key, &omasec_key_k);
}

int omasec_secret_state(struct key *key, enum omasec_secret_of of)
{
	return omasec_key_size_state(key, &omasec_key_secret[of]);
}

/**
 * omasec_secret_read() - the octets of a secret for bootstrap messages
 * @key: the key, NULL for none
 * @secret: gets them; the caller wipes it
 *
 * Context: process, may sleep.
 * Return: their number, -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EKEYREJECTED.
 */
int omasec_secret_read(struct key *key, u8 secret[OMASEC_SECRET_MAX])
{
	const struct user_key_payload *p;
	int len;

	if (!key)
		return -ENOKEY;
	down_read(&key->sem);
	p = omasec_key_payload(key, &omasec_key_secret[OMASEC_SECRET_NETW]);
	len = PTR_ERR_OR_ZERO(p);
	if (!len) {
		len = p->datalen;
		memcpy(secret, p->data, len);
	}
	up_read(&key->sem);
	return len;
}

/**
 * omasec_secret_use() - lets somebody use a secret in place
 * @key: the key, NULL for none
 * @of: what it is
 * @use: gets the octets; keeps none
 * @ctx: for @use
 *
 * Context: process, may sleep.
 * Return: what @use returned, or -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EKEYREJECTED for a
 * payload of another length.
 */
int omasec_secret_use(struct key *key, enum omasec_secret_of of,
		      int (*use)(void *ctx, const u8 *octets, size_t len), void *ctx)
{
	const struct user_key_payload *p;
	int err;

	if (!key)
		return -ENOKEY;
	down_read(&key->sem);
	p = omasec_key_payload(key, &omasec_key_secret[of]);
	err = PTR_ERR_OR_ZERO(p);
	if (!err)
		err = use(ctx, (const u8 *)p->data, p->datalen);
	up_read(&key->sem);
	return err;
}

/**
 * omasec_key_mac() - MAC with a key
 * @key: the key, NULL for none
 * @form: enum omasec_mac_form
 * @nonce: nonce
 * @nonce_len: its length
 * @body_md5: MD5 of the body; NULL for the digest of a Cred of auth-md5
 * @mac: result
 *
 * Context: process, may sleep.
 * Return: 0, -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EKEYREJECTED for a payload of
 * another length, or what the hash returned.
 */
int omasec_key_mac(struct key *key, unsigned int form, const u8 *nonce, size_t nonce_len,
		   const u8 body_md5[OMASEC_MD5_LEN], u8 mac[OMASEC_MD5_LEN])
{
	const struct user_key_payload *p;
	int err;

	if (!key)
		return -ENOKEY;
	down_read(&key->sem);
	p = omasec_key_payload(key, &omasec_key_k);
	err = PTR_ERR_OR_ZERO(p);
	if (!err && !body_md5)
		err = omasec_digest_compute(&omasec_kernel_md5, (const u8 *)p->data, nonce,
					    nonce_len, mac);
	else if (!err)
		err = omasec_mac_compute(&omasec_kernel_md5, form, (const u8 *)p->data, nonce,
					 nonce_len, body_md5, mac);
	up_read(&key->sem);
	return err;
}
