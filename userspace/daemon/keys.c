// SPDX-License-Identifier: GPL-2.0
/* Keys of accounts at work, see keys.h. */
#include <dm/text.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "log.h"

#define KEYS_MAC_MAX 64		/* octets of an HMAC-SHA512 */
#define KEYS_WRAPPED 40		/* of a wrapped key of 32 octets, RFC 3394 */
#define KEYS_WRAPPED_128 24	/* of one of 16 */
#define KEYS_BLOCK 16
#define KEYS_PKEY_USES 16	/* of an RSA key for one message: it must not hold the helper up */

/* Content and wrapping key are of the same length: which one, and what the module does for it. */
struct keys_strength {
	enum xsec_cipher cipher;
	enum xsec_wrap wrap;
	uint32_t seal, open;
	size_t wrapped, more;
};

static const struct keys_strength keys_strengths[] = {
	{ XSEC_AES256_GCM, XSEC_KW_AES256, OMASEC_CRYPTO_OP_SEAL, OMASEC_CRYPTO_OP_OPEN,
	  KEYS_WRAPPED, OMASEC_SEAL_MORE },
	{ XSEC_AES128_GCM, XSEC_KW_AES128, OMASEC_CRYPTO_OP_SEAL_128, OMASEC_CRYPTO_OP_OPEN_128,
	  KEYS_WRAPPED_128, OMASEC_SEAL_128_MORE },
	{ XSEC_AES256_CBC, XSEC_KW_AES256, OMASEC_CRYPTO_OP_SEAL_CBC, OMASEC_CRYPTO_OP_OPEN_CBC,
	  KEYS_WRAPPED, OMASEC_SEAL_CBC_MORE },
	{ XSEC_AES128_CBC, XSEC_KW_AES128, OMASEC_CRYPTO_OP_SEAL_128_CBC, OMASEC_CRYPTO_OP_OPEN_128_CBC,
	  KEYS_WRAPPED_128, OMASEC_SEAL_128_CBC_MORE },
};

/* NULL: not one of ours. */
static const struct keys_strength *keys_strength(uint32_t cipher)
{
	size_t i;

	for (i = 0; i < sizeof(keys_strengths) / sizeof(*keys_strengths); i++) {
		if (keys_strengths[i].cipher == cipher)
			return &keys_strengths[i];
	}
	return NULL;
}

static int keys_op(enum xsec_sign sign, uint32_t *op)
{
	switch (sign) {
	case XSEC_HMAC_SHA256:
		*op = OMASEC_CRYPTO_OP_HMAC_SHA256;
		return 0;
	case XSEC_HMAC_SHA384:
		*op = OMASEC_CRYPTO_OP_HMAC_SHA384;
		return 0;
	case XSEC_HMAC_SHA512:
		*op = OMASEC_CRYPTO_OP_HMAC_SHA512;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* What the worker makes a reason of; for all else the log has the words. */
static int keys_error(const struct keys *k, int err)
{
	switch (err) {
	case -EKEYREJECTED:	/* a key for another content-cipher */
	case -EACCES:		/* or for another encryption-profile */
		log_error("account %s: %s", k->account, omasec_error(k->o));
		return -ENOKEY;
	case -ENOENT:		/* the account went meanwhile */
		return -ENOKEY;
	case -ENOKEY:
	case -EKEYREVOKED:
	case -EKEYEXPIRED:
	case -ENOMEM:
		return err;
	default:
		log_error("account %s: %s", k->account, omasec_error(k->o));
		return err == -EBADMSG ? -EPROTO : err;
	}
}

/* The reply has room for @room octets; 0, or what is told to the worker. */
static int keys_ask(const struct keys *k, uint32_t op, const void *data, size_t len, size_t room,
		    struct xsec_reply *reply)
{
	int err;

	reply->data = malloc(room);
	if (!reply->data)
		return -ENOMEM;
	reply->len = room;
	err = omasec_helper_crypto(k->o, k->account, op, data, len, reply->data, &reply->len);
	if (!err)
		return 0;
	free(reply->data);
	reply->data = NULL;
	reply->len = 0;
	/* That it does not open is the peer's doing. */
	return err == -EBADMSG && (op == OMASEC_CRYPTO_OP_OPEN || op == OMASEC_CRYPTO_OP_OPEN_128) ?
	       err : keys_error(k, err);
}

/* The module puts the wrapped key in front. */
static int keys_seal(const struct keys *k, const struct keys_strength *s, const struct xsec_request *request,
		     struct xsec_reply *reply)
{
	int err;

	if (!request->len || request->len > OMASEC_CRYPTO_MAX - s->more)
		return -EMSGSIZE;
	err = keys_ask(k, s->seal, request->data, request->len, request->len + s->more, reply);
	if (err)
		return err;
	memcpy(reply->wrapped, reply->data, s->wrapped);
	reply->wrapped_len = s->wrapped;
	reply->len -= s->wrapped;
	memmove(reply->data, reply->data + s->wrapped, reply->len);
	return 0;
}

static int keys_open(const struct keys *k, const struct keys_strength *s, const struct xsec_request *request,
		     struct xsec_reply *reply)
{
	size_t len = request->len + s->wrapped, room = len - s->more;
	uint8_t *data;
	int err;

	if (request->wrapped_len != s->wrapped || len < s->more)
		return -EBADMSG;
	/* Of whole blocks, the last of which the padding need not fill. */
	if (xsec_cipher_is_cbc(request->cipher)) {
		room += KEYS_BLOCK;
		if (request->len % KEYS_BLOCK)
			return -EBADMSG;
	}
	if (!room)
		return -EBADMSG;
	if (len > OMASEC_CRYPTO_MAX)
		return -EMSGSIZE;
	data = malloc(len);
	if (!data)
		return -ENOMEM;
	memcpy(data, request->wrapped, s->wrapped);
	memcpy(data + s->wrapped, request->data, request->len);
	err = keys_ask(k, s->open, data, len, room, reply);
	free(data);
	return err;
}

/* ------------------------------------------------------------------ asymmetric keys */

/* With only one of the two, an account does not go on with the key that both sides have. */
static int keys_without(const struct keys *k, enum pkey_of of, struct dm_error *err)
{
	static const char *const missing[PKEY_KINDS] = {
		[PKEY_PRIVATE] = "the account has a public key of the other side, and no private key",
		[PKEY_PUBLIC] = "the account has a private key, and no public key of the other side",
		[PKEY_DECRYPT] = "the account has a key to encrypt with, and none to decrypt with",
		[PKEY_ENCRYPT] = "the account has a key to decrypt with, and none of the other side to encrypt with",
		[PKEY_LEGACY_DECRYPT] = "the account has a legacy key to encrypt with, and none to decrypt with",
		[PKEY_LEGACY_ENCRYPT] = "the account has a legacy key to decrypt with, and none of the other side to encrypt with",
	};
	char why[PKEY_WHY_MAX];
	struct pkey key;
	int rc = pkey_look(k->dir, k->account, pkey_other(of), &key, why);

	pkey_done(&key);
	return rc == -ENOENT ? 0 : dm_fail(err, OMASEC_REASON_KEY_MISSING, "%s", missing[of]);
}

static int keys_public(const EVP_PKEY *key, struct worker_xsec *how, struct dm_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	if (len > 0 && (size_t)len <= sizeof(how->public)) {
		memcpy(how->public, der, (size_t)len);
		how->public_len = (uint32_t)len;
	}
	OPENSSL_free(der);
	return how->public_len ? 0 : dm_fail(err, OMASEC_REASON_HELPER_ERROR,
					     "the public key of the account cannot be written");
}

/* What is encrypted goes to the other side's key, what is decrypted was for ours. */
static enum pkey_of keys_of(uint32_t what, bool legacy)
{
	switch (what) {
	case WORKER_VERIFY:
	case WORKER_VERIFY_OBJECTS:
		return PKEY_PUBLIC;
	case WORKER_SIGN:
	case WORKER_SIGN_OBJECTS:
		return PKEY_PRIVATE;
	case WORKER_ENCRYPT:
	case WORKER_ENCRYPT_OBJECTS:
		return legacy ? PKEY_LEGACY_ENCRYPT : PKEY_ENCRYPT;
	default:
		return legacy ? PKEY_LEGACY_DECRYPT : PKEY_DECRYPT;
	}
}

/* By RSA 1.5 what AES-CBC encrypted, and nothing else. */
static enum xsec_wrap keys_rsa(enum xsec_cipher cipher)
{
	return xsec_cipher_is_cbc(cipher) ? XSEC_RSA_1_5 : XSEC_RSA_OAEP;
}

int keys_choose(struct keys *k, struct worker_xsec *how, struct dm_error *err)
{
	const struct keys_strength *s = keys_strength(how->cipher);
	bool legacy = xsec_cipher_is_cbc(how->cipher);
	enum pkey_of of = keys_of(how->what, legacy);
	char why[PKEY_WHY_MAX];
	enum xsec_sign sign;
	struct pkey key;
	int rc;

	keys_done(k);
	how->sign = XSEC_HMAC_SHA256;
	how->wrap = s ? s->wrap : XSEC_KW_AES256;
	if (!k->dir)
		return 0;
	rc = pkey_load(k->dir, k->account, of, &key, why);
	if (rc == -ENOENT)
		return keys_without(k, of, err);
	if (!rc)
		rc = pkey_algorithm(key.key, &sign, why);
	if (rc) {
		pkey_done(&key);
		return dm_fail(err, rc == -EKEYREVOKED || rc == -EKEYEXPIRED ? OMASEC_REASON_KEY_REVOKED :
			       OMASEC_REASON_KEY_MISSING, "%.180s", why);
	}
	if (of >= PKEY_DECRYPT)
		how->wrap = keys_rsa(how->cipher);
	else
		how->sign = sign;
	if (of != PKEY_PUBLIC) {
		k->pkey = key;
		return 0;
	}
	rc = keys_public(key.key, how, err);
	pkey_done(&key);
	return rc;
}

void keys_done(struct keys *k)
{
	pkey_done(&k->pkey);
	k->uses = 0;
}

/* What the kernel says of its key; the worker makes a reason of it. */
static int keys_pkey_error(const struct keys *k, int err)
{
	if (err && k->pkey.serial && err != -EBADMSG)
		log_error("account %s: key %d of the kernel: %s", k->account, k->pkey.serial, strerror(-err));
	return err;
}

static int keys_use_pkey(struct keys *k, const struct xsec_request *request, struct xsec_reply *reply)
{
	if (!k->pkey.key)
		return -ENOKEY;
	if (k->uses++ == KEYS_PKEY_USES)
		return -EMSGSIZE;
	switch (request->op) {
	case XSEC_SIGN:
		return keys_pkey_error(k, pkey_sign(&k->pkey, request->sign, request->data, request->len, reply));
	case XSEC_SEAL:
		return pkey_seal(k->pkey.key, request->cipher, request->data, request->len, reply);
	default:
		return keys_pkey_error(k, pkey_open(&k->pkey, request, reply));
	}
}

int keys_use(void *private, const struct xsec_request *request, struct xsec_reply *reply)
{
	struct keys *k = private;
	bool sealed = request->op == XSEC_SEAL || request->op == XSEC_OPEN;
	const struct keys_strength *s = sealed ? keys_strength(request->cipher) : NULL;
	uint32_t op;

	if (sealed && !s)
		return -EOPNOTSUPP;
	if (request->op == XSEC_SIGN || (sealed && request->wrap == keys_rsa(request->cipher)))
		return keys_use_pkey(k, request, reply);
	if (!k->o)
		return -ENOKEY;
	switch (request->op) {
	case XSEC_MAC:
		return keys_op(request->sign, &op) ? -EOPNOTSUPP :
			keys_ask(k, op, request->data, request->len, KEYS_MAC_MAX, reply);
	case XSEC_SEAL:
	case XSEC_OPEN:
		if (request->wrap != s->wrap)
			return -EOPNOTSUPP;
		return request->op == XSEC_SEAL ? keys_seal(k, s, request, reply) :
						  keys_open(k, s, request, reply);
	default:
		return -EOPNOTSUPP;
	}
}
