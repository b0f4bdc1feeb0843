/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XML-Signature and XML-Encryption for DM messages: octets in, octets out. The work
 * is libxmlsec1's; what this adds is a profile that leaves it no choice. A message
 * that is not in exactly the one form below is refused before any cryptography, and
 * no document crosses this interface: what was verified or decrypted comes out as
 * octets, to be parsed by the strict reader of DM messages.
 *
 * Keys do not enter: operations with a secret go through struct xsec_crypto, one
 * request each. Only public keys of signers are handed in.
 *
 * Not for several threads. Nothing here does I/O, logs, or keeps state.
 */
#ifndef XSEC_XSEC_H
#define XSEC_XSEC_H

#include <dm/dm.h>

#define XSEC_MESSAGE_MAX	(2u << 20)	/* octets of a message */
#define XSEC_NAME_MAX		64		/* KeyName, with terminator */
#define XSEC_WRAPPED_MAX	1024		/* octets of a wrapped session key */
#define XSEC_SIGNATURE_MAX	1024		/* octets of a signature */
#define XSEC_TARGET_MAX		64		/* local name of an element, with terminator */
#define XSEC_OBJECTS_MAX	256		/* management objects of a message, one request each */

enum xsec_sign {
	XSEC_HMAC_SHA256, XSEC_HMAC_SHA384, XSEC_HMAC_SHA512,
	XSEC_RSA_SHA256, XSEC_RSA_SHA384, XSEC_RSA_SHA512,
	XSEC_ECDSA_SHA256, XSEC_ECDSA_SHA384, XSEC_ECDSA_SHA512,
	XSEC_SIGN_COUNT,
};

/*
 * AES-CBC is for profiles that take nothing else, below what has authenticated the message: see
 * struct xsec_reply for what then comes out.
 */
enum xsec_cipher {
	XSEC_AES128_GCM, XSEC_AES192_GCM, XSEC_AES256_GCM,
	XSEC_AES128_CBC, XSEC_AES256_CBC,
	XSEC_CIPHER_COUNT,
};

/* How the session key travels; OAEP with SHA-1 and MGF1, the form that all peers have. */
enum xsec_wrap {
	XSEC_KW_AES128, XSEC_KW_AES192, XSEC_KW_AES256, XSEC_RSA_OAEP, XSEC_RSA_1_5, XSEC_WRAP_COUNT,
};

static inline bool xsec_cipher_is_cbc(enum xsec_cipher cipher)
{
	return cipher == XSEC_AES128_CBC || cipher == XSEC_AES256_CBC;
}

enum xsec_op {
	XSEC_MAC = 1,	/* @data -> its HMAC, for signing and for checking */
	XSEC_SIGN,	/* @data -> its signature: PKCS #1 v1.5, or r and s of ECDSA */
	XSEC_SEAL,	/* @data -> IV, cipher text and tag, under a new key in @wrapped; CBC has no tag */
	XSEC_OPEN,	/* IV, cipher text, tag and @wrapped -> plain octets */
	XSEC_OP_COUNT,
};

struct xsec_request {
	enum xsec_op op;
	enum xsec_sign sign;		/* MAC, SIGN */
	enum xsec_cipher cipher;	/* SEAL, OPEN */
	enum xsec_wrap wrap;		/* SEAL, OPEN */
	const uint8_t *data;
	size_t len;
	const uint8_t *wrapped;		/* OPEN */
	size_t wrapped_len;
};

/*
 * Of AES-CBC the holder of the key does not say that a key or a padding was wrong, only that a
 * length cannot be: other octets come then, and of a wrong padding the last one is 0. They
 * fail as content does that was changed, at the same place and after the same work.
 */
struct xsec_reply {
	uint8_t *data;			/* malloc'ed */
	size_t len;
	uint8_t wrapped[XSEC_WRAPPED_MAX];	/* SEAL */
	size_t wrapped_len;
};

/*
 * Called at most once in an operation, of objects once for each, for the one key that the
 * caller means. 0, or a
 * negative errno: -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED and -ENOMEM keep their meaning.
 */
typedef int (*xsec_crypto_fn)(void *private, const struct xsec_request *request,
			      struct xsec_reply *reply);

struct xsec_crypto {
	xsec_crypto_fn fn;
	void *private;
};

/* The key of the other side, by what the configuration says of it. */
struct xsec_key {
	const char *name;	/* KeyName, written; one in a message has to be this. NULL: none */
	const uint8_t *public;	/* to verify RSA and ECDSA: SubjectPublicKeyInfo, DER */
	size_t public_len;
};

/* Once per process, before any sandbox, after dm_init(). -ENOTSUP without an algorithm. */
int xsec_init(void);

/*
 * The message with exactly one enveloped Signature, last child of the root, over
 * everything else, by @sign and @key -> the octets that were signed. @out is
 * malloc'ed. 0, or what dm_fail() gives for the reason in @err.
 */
int xsec_verify(const uint8_t *message, size_t len, enum xsec_sign sign, const struct xsec_key *key,
		const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
		struct dm_error *err);

/* Puts a Signature of that form into the message; other octets stay as they are. */
int xsec_sign(const uint8_t *message, size_t len, enum xsec_sign sign, const struct xsec_key *key,
	      const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
	      struct dm_error *err);

/*
 * Replaces the second child of the root, which has to be called @target and stand behind
 * SyncHdr with nothing but a Signature behind it, or the root itself (NULL; it has to be
 * SyncML), by EncryptedData of Type Element; its octets go in as they stand.
 */
int xsec_encrypt(const uint8_t *message, size_t len, const char *target, enum xsec_cipher cipher,
		 enum xsec_wrap wrap, const struct xsec_key *key, const struct xsec_crypto *crypto,
		 uint8_t **out, size_t *out_len, struct dm_error *err);

/*
 * The reverse; exactly one EncryptedData, which stands just there, and inside the one
 * element that it stands for. Whatever fails from the cipher on fails with one reason and
 * one text.
 */
int xsec_decrypt(const uint8_t *message, size_t len, const char *target, enum xsec_cipher cipher,
		 enum xsec_wrap wrap, const struct xsec_key *key, const struct xsec_crypto *crypto,
		 uint8_t **out, size_t *out_len, struct dm_error *err);

/*
 * The message with an empty SyncBody in place of all that follows SyncHdr: what can be read, and
 * answered, of one that nobody vouches for. No key is used.
 */
int xsec_header(const uint8_t *message, size_t len, uint8_t **out, size_t *out_len,
		struct dm_error *err);

/*
 * Management objects one by one (DM Security 1.3, 5.9; as DM 1.2 carries them): of each Item
 * with Data in Add, Replace and Results, Meta and Data become those of EncryptedData of Type
 * Element, in which the whole Item is; its addresses stay readable. Meta and Data stand
 * together and in this order, or the message is refused. Without such an Item the octets
 * come out as they are.
 */
int xsec_encrypt_objects(const uint8_t *message, size_t len, enum xsec_cipher cipher,
			 enum xsec_wrap wrap, const struct xsec_key *key,
			 const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
			 struct dm_error *err);

/*
 * The reverse, to the very octets. Each such Item has to be encrypted, in that form, and what
 * is inside has to be that Item. Fails as xsec_decrypt() does, for all or none.
 */
int xsec_decrypt_objects(const uint8_t *message, size_t len, enum xsec_cipher cipher,
			 enum xsec_wrap wrap, const struct xsec_key *key,
			 const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
			 struct dm_error *err);

/*
 * Management objects signed one by one (the annex of DM Security 1.2): of each Item with Data
 * in Add, Replace, Exec and Results, Meta and Data become those of a detached Signature (its
 * Reference has no URI) followed by the whole Item, as text. The Item is put into
 * canonical form for that, and has to be XML by itself. Others come out as they are.
 */
int xsec_sign_objects(const uint8_t *message, size_t len, enum xsec_sign sign, const struct xsec_key *key,
		      const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
		      struct dm_error *err);

/*
 * The reverse: what was signed takes the place of Signature and content, an Item that of its
 * Item, which it has to be. Detached, enveloping and enveloped Signatures are taken, as
 * elements and as text, over one element. @require: a message with such an
 * Item that is not signed is refused, else that Item stays.
 */
int xsec_verify_objects(const uint8_t *message, size_t len, bool require, enum xsec_sign sign,
			const struct xsec_key *key, const struct xsec_crypto *crypto, uint8_t **out,
			size_t *out_len, struct dm_error *err);

#endif
