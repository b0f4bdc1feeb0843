// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of accounts at work for the helper. The octets of a key go from its payload into
 * an algorithm handle, under the key's semaphore, and nowhere else; handles are made for
 * each request and wiped with it.
 *
 * Whatever could run asynchronously is left out: it would bring its own life times for a
 * few microseconds of work. A handle of each algorithm is held from module load on, so
 * that what status tells serves every request, and its module stays loaded.
 */
#include <crypto/hash.h>
#include <crypto/skcipher.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "helper_crypto.h"
#include "key.h"

/* Handles that are never given a key. */
static struct crypto_shash *omasec_hmac_tfm[OMASEC_CRYPTO_OP_HMAC_SHA512 + 1];
static struct crypto_sync_skcipher *omasec_aes_tfm;

static const struct {
	const char *name;
	unsigned int len;
} omasec_hmac[] = {
	[OMASEC_CRYPTO_OP_HMAC_SHA256] = { "hmac(sha256)", 32 },
	[OMASEC_CRYPTO_OP_HMAC_SHA384] = { "hmac(sha384)", 48 },
	[OMASEC_CRYPTO_OP_HMAC_SHA512] = { "hmac(sha512)", 64 },
};

/**
 * struct omasec_keyed - an operation with its key
 * @op: enum omasec_crypto_op
 * @hmac: for the HMACs
 * @aes: for the others, which use it block by block
 * @block: where that block is
 * @sg: of @block
 */
struct omasec_keyed {
	unsigned int op;
	struct crypto_shash *hmac;
	struct crypto_sync_skcipher *aes;
	u8 block[OMASEC_AES_BLOCK];
	struct scatterlist sg;
};

static bool omasec_op_is_hmac(unsigned int op)
{
	return op < ARRAY_SIZE(omasec_hmac);
}

/* ---- algorithms ---- */

/**
 * omasec_helper_crypto_init() - looks the algorithms up
 *
 * Context: process, module load.
 * Return: 0, also when the kernel lacks some; -ENOMEM.
 */
int omasec_helper_crypto_init(void)
{
	struct crypto_sync_skcipher *aes;
	struct crypto_shash *tfm;
	unsigned int op;

	for (op = 0; op < ARRAY_SIZE(omasec_hmac); op++) {
		tfm = crypto_alloc_shash(omasec_hmac[op].name, 0, 0);
		if (tfm == ERR_PTR(-ENOMEM))
			goto err_nomem;
		if (IS_ERR(tfm))
			continue;
		if (crypto_shash_digestsize(tfm) == omasec_hmac[op].len)
			omasec_hmac_tfm[op] = tfm;
		else
			crypto_free_shash(tfm);
	}
	aes = crypto_alloc_sync_skcipher("ecb(aes)", 0, 0);
	if (aes == ERR_PTR(-ENOMEM))
		goto err_nomem;
	if (!IS_ERR(aes))
		omasec_aes_tfm = aes;
	return 0;

err_nomem:
	omasec_helper_crypto_exit();
	return -ENOMEM;
}

void omasec_helper_crypto_exit(void)
{
	unsigned int op;

	for (op = 0; op < ARRAY_SIZE(omasec_hmac); op++) {
		if (omasec_hmac_tfm[op])
			crypto_free_shash(omasec_hmac_tfm[op]);
		omasec_hmac_tfm[op] = NULL;
	}
	if (omasec_aes_tfm)
		crypto_free_sync_skcipher(omasec_aes_tfm);
	omasec_aes_tfm = NULL;
}

const char *omasec_helper_crypto_driver(unsigned int op)
{
	if (omasec_op_is_hmac(op))
		return omasec_hmac_tfm[op] ? crypto_shash_driver_name(omasec_hmac_tfm[op]) : "";
	return omasec_aes_tfm ? crypto_tfm_alg_driver_name(crypto_skcipher_tfm(&omasec_aes_tfm->base)) :
				"";
}

/* ---- an operation ---- */

/**
 * omasec_keyed_new() - handles for an operation, by the driver that was looked up
 * @op: enum omasec_crypto_op
 *
 * Context: process, may sleep.
 * Return: what omasec_keyed_free() frees, or ERR_PTR(-EOPNOTSUPP, -ENOMEM).
 */
struct omasec_keyed *omasec_keyed_new(unsigned int op)
{
	const char *driver = op < OMASEC_CRYPTO_OPS ? omasec_helper_crypto_driver(op) : "";
	struct omasec_keyed *k;
	int err;

	if (!*driver)
		return ERR_PTR(-EOPNOTSUPP);
	k = kzalloc(sizeof(*k), GFP_KERNEL);
	if (!k)
		return ERR_PTR(-ENOMEM);
	k->op = op;
	if (omasec_op_is_hmac(op)) {
		k->hmac = crypto_alloc_shash(driver, 0, 0);
		err = PTR_ERR_OR_ZERO(k->hmac);
	} else {
		sg_init_one(&k->sg, k->block, sizeof(k->block));
		k->aes = crypto_alloc_sync_skcipher(driver, 0, 0);
		err = PTR_ERR_OR_ZERO(k->aes);
	}
	if (!err)
		return k;
	kfree(k);
	return ERR_PTR(err == -ENOMEM ? -ENOMEM : -EOPNOTSUPP);
}

void omasec_keyed_free(struct omasec_keyed *k)
{
	if (!k)
		return;
	/* Both wipe the key. */
	if (k->hmac)
		crypto_free_shash(k->hmac);
	if (k->aes)
		crypto_free_sync_skcipher(k->aes);
	kfree_sensitive(k);
}

/**
 * omasec_keyed_set() - gives it the key
 * @keyed: of omasec_keyed_new()
 * @key: octets of the key
 * @len: their number
 *
 * Context: process, may sleep; for omasec_secret_use(), under the key's semaphore.
 * Return: 0, -EKEYREJECTED when the algorithm takes no such key, -ENOMEM.
 */
int omasec_keyed_set(void *keyed, const u8 *key, size_t len)
{
	struct omasec_keyed *k = keyed;
	int err;

	err = k->hmac ? crypto_shash_setkey(k->hmac, key, len) :
			crypto_sync_skcipher_setkey(k->aes, key, len);
	return err && err != -ENOMEM ? -EKEYREJECTED : err;
}

/* For proto/key_wrap.c. */
static int omasec_keyed_block(void *ctx, bool decrypt, u8 block[OMASEC_AES_BLOCK])
{
	struct omasec_keyed *k = ctx;
	int err;
	SYNC_SKCIPHER_REQUEST_ON_STACK(req, k->aes);

	/* The stack is not for scatterlists. */
	memcpy(k->block, block, sizeof(k->block));
	skcipher_request_set_sync_tfm(req, k->aes);
	skcipher_request_set_callback(req, 0, NULL, NULL);
	skcipher_request_set_crypt(req, &k->sg, &k->sg, sizeof(k->block), NULL);
	err = decrypt ? crypto_skcipher_decrypt(req) : crypto_skcipher_encrypt(req);
	skcipher_request_zero(req);
	memcpy(block, k->block, sizeof(k->block));
	return err;
}

/**
 * omasec_keyed_run() - does it
 * @k: with its key
 * @in: what goes in
 * @out: room for omasec_helper_crypto_len() octets; wiped on failure
 *
 * Context: process, may sleep.
 * Return: 0, -EMSGSIZE, -EBADMSG, or what the algorithm returned.
 */
int omasec_keyed_run(struct omasec_keyed *k, struct omasec_slice in, u8 *out)
{
	const struct omasec_aes aes = { omasec_keyed_block, k };
	int err;

	if (!k->hmac)
		return k->op == OMASEC_CRYPTO_OP_WRAP ?
			omasec_key_wrap(&aes, (const u8 *)in.p, in.len, out) :
			omasec_key_unwrap(&aes, (const u8 *)in.p, in.len, out);
	err = crypto_shash_tfm_digest(k->hmac, (const u8 *)in.p, in.len, out);
	if (err)
		memzero_explicit(out, omasec_hmac[k->op].len);
	return err;
}

/* ---- what the helper asks for ---- */

/**
 * omasec_helper_crypto_len() - how many octets come out
 * @op: enum omasec_crypto_op
 * @len: octets that go in
 *
 * Context: any.
 * Return: their number, above 0, or -EMSGSIZE when it does not take so many or so few.
 */
int omasec_helper_crypto_len(unsigned int op, size_t len)
{
	bool wrap = op == OMASEC_CRYPTO_OP_WRAP;
	size_t key_len = wrap ? len : len - OMASEC_WRAP_BLOCK;

	if (omasec_op_is_hmac(op))
		return len <= OMASEC_CRYPTO_MAX ? (int)omasec_hmac[op].len : -EMSGSIZE;
	if (len < OMASEC_WRAP_BLOCK || !omasec_key_wrap_takes(key_len))
		return -EMSGSIZE;
	return wrap ? len + OMASEC_WRAP_BLOCK : key_len;
}

static const char *omasec_helper_crypto_why(int err)
{
	switch (err) {
	case -ENOKEY:
		return "the account has no key for this, or it was invalidated";
	case -EKEYREVOKED:
		return "the key was revoked";
	case -EKEYEXPIRED:
		return "the key has expired";
	case -EKEYREJECTED:
		return "the key has a length that this does not take";
	case -EOPNOTSUPP:
		return "this kernel does not have the algorithm";
	case -EBADMSG:
		return "this was not wrapped with the wrap key of the account, or was changed since";
	case -EMSGSIZE:
		return "no such number of octets can go in";
	case -ENOMEM:
		return "out of memory";
	default:
		return "the algorithm failed";
	}
}

/**
 * omasec_helper_crypto() - an operation with a key of an account
 * @a: the account
 * @op: enum omasec_crypto_op, which says with which key
 * @in: what goes in
 * @out: room for omasec_helper_crypto_len() octets; wiped on failure
 * @why: set to words on failure
 *
 * Context: process, may sleep.
 * Return: 0, -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EKEYREJECTED, -EOPNOTSUPP, -EMSGSIZE,
 * -EBADMSG, -ENOMEM, or what the algorithm returned.
 */
int omasec_helper_crypto(struct omasec_account *a, unsigned int op, struct omasec_slice in,
			 u8 *out, const char **why)
{
	enum omasec_secret_of of = omasec_op_is_hmac(op) ? OMASEC_SECRET_SIGN : OMASEC_SECRET_WRAP;
	struct omasec_keyed *k = omasec_keyed_new(op);
	int err = PTR_ERR_OR_ZERO(k);

	if (err)
		goto out;
	err = omasec_secret_use(a->secret[of], of, omasec_keyed_set, k);
	if (!err)
		err = omasec_keyed_run(k, in, out);
	omasec_keyed_free(k);
out:
	if (err)
		*why = omasec_helper_crypto_why(err);
	return err;
}
