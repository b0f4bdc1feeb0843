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
#include <crypto/aead.h>
#include <crypto/hash.h>
#include <crypto/skcipher.h>
#include <linux/err.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "helper_crypto.h"
#include "key.h"

/* Handles that are never given a key. */
static struct crypto_shash *omasec_hmac_tfm[OMASEC_CRYPTO_OP_HMAC_SHA512 + 1];
static struct crypto_sync_skcipher *omasec_aes_tfm;
static struct crypto_aead *omasec_gcm_tfm;
static struct crypto_sync_skcipher *omasec_cbc_tfm;

static const struct {
	const char *name;
	unsigned int len;
} omasec_hmac[] = {
	[OMASEC_CRYPTO_OP_HMAC_SHA256] = { "hmac(sha256)", 32 },
	[OMASEC_CRYPTO_OP_HMAC_SHA384] = { "hmac(sha384)", 48 },
	[OMASEC_CRYPTO_OP_HMAC_SHA512] = { "hmac(sha512)", 64 },
};

#define OMASEC_IV_LEN 12
#define OMASEC_TAG_LEN 16
/* Sealed data begin with the wrapped key and the IV, and end with the tag. */
#define OMASEC_MORE(cek) ((cek) + OMASEC_WRAP_BLOCK + OMASEC_IV_LEN + OMASEC_TAG_LEN)
static_assert(OMASEC_MORE(OMASEC_KEK_LEN) == OMASEC_SEAL_MORE);
static_assert(OMASEC_MORE(OMASEC_KEK_128_LEN) == OMASEC_SEAL_128_MORE);

/* With CBC, which has no tag, with the wrapped key and an IV of a block; padding is at most one. */
#define OMASEC_CBC_FRONT(cek) ((cek) + OMASEC_WRAP_BLOCK + OMASEC_AES_BLOCK)
static_assert(OMASEC_CBC_FRONT(OMASEC_KEK_LEN) + OMASEC_AES_BLOCK == OMASEC_SEAL_CBC_MORE);
static_assert(OMASEC_CBC_FRONT(OMASEC_KEK_128_LEN) + OMASEC_AES_BLOCK == OMASEC_SEAL_128_CBC_MORE);

/**
 * struct omasec_keyed - an operation with its key
 * @op: enum omasec_crypto_op
 * @hmac: for the HMACs
 * @aes: wraps keys for the others, block by block
 * @req: for each block
 * @block: where that block is
 * @sg: of @block
 * @gcm: for the content, with a key of its own
 * @cbc: instead, for the legacy profile
 * @content: that, and behind it @tag
 * @cek: the key for it
 * @key_len: octets of that, and of the one that wraps it
 * @iv: for it
 * @tag: of it
 */
struct omasec_keyed {
	unsigned int op;
	struct crypto_shash *hmac;
	struct crypto_sync_skcipher *aes;
	struct skcipher_request *req;
	u8 block[OMASEC_AES_BLOCK];
	struct scatterlist sg;
	struct crypto_aead *gcm;
	struct crypto_sync_skcipher *cbc;
	struct scatterlist content[2];
	unsigned int key_len;
	u8 cek[OMASEC_KEK_LEN], iv[OMASEC_AES_BLOCK], tag[OMASEC_TAG_LEN];
};

static bool omasec_op_is_hmac(unsigned int op)
{
	return op < ARRAY_SIZE(omasec_hmac);
}

static bool omasec_op_is_seal(unsigned int op)
{
	return op == OMASEC_CRYPTO_OP_SEAL || op == OMASEC_CRYPTO_OP_SEAL_128 ||
	       op == OMASEC_CRYPTO_OP_SEAL_CBC || op == OMASEC_CRYPTO_OP_SEAL_128_CBC;
}

static bool omasec_op_is_cbc(unsigned int op)
{
	return op >= OMASEC_CRYPTO_OP_SEAL_CBC;
}

/* Octets of both AES keys of an operation that has them. */
static unsigned int omasec_op_key_len(unsigned int op)
{
	return op == OMASEC_CRYPTO_OP_SEAL || op == OMASEC_CRYPTO_OP_OPEN ||
	       op == OMASEC_CRYPTO_OP_SEAL_CBC || op == OMASEC_CRYPTO_OP_OPEN_CBC ?
		OMASEC_KEK_LEN : OMASEC_KEK_128_LEN;
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
	struct crypto_sync_skcipher *aes, *cbc;
	struct crypto_shash *tfm;
	struct crypto_aead *gcm;
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
	gcm = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	if (gcm == ERR_PTR(-ENOMEM))
		goto err_nomem;
	if (!IS_ERR(gcm))
		omasec_gcm_tfm = gcm;
	cbc = crypto_alloc_sync_skcipher("cbc(aes)", 0, 0);
	if (cbc == ERR_PTR(-ENOMEM))
		goto err_nomem;
	if (!IS_ERR(cbc))
		omasec_cbc_tfm = cbc;
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
	if (omasec_gcm_tfm)
		crypto_free_aead(omasec_gcm_tfm);
	omasec_gcm_tfm = NULL;
	if (omasec_cbc_tfm)
		crypto_free_sync_skcipher(omasec_cbc_tfm);
	omasec_cbc_tfm = NULL;
}

const char *omasec_helper_hmac_driver(unsigned int op)
{
	return omasec_hmac_tfm[op] ? crypto_shash_driver_name(omasec_hmac_tfm[op]) : "";
}

const char *omasec_helper_aes_driver(void)
{
	return omasec_aes_tfm ? crypto_tfm_alg_driver_name(crypto_skcipher_tfm(&omasec_aes_tfm->base)) :
				"";
}

const char *omasec_helper_gcm_driver(void)
{
	return omasec_gcm_tfm ? crypto_tfm_alg_driver_name(crypto_aead_tfm(omasec_gcm_tfm)) : "";
}

const char *omasec_helper_cbc_driver(void)
{
	return omasec_cbc_tfm ? crypto_tfm_alg_driver_name(crypto_skcipher_tfm(&omasec_cbc_tfm->base)) :
				"";
}

/* ---- an operation ---- */

static int omasec_keyed_hmac(struct omasec_keyed *k)
{
	k->hmac = crypto_alloc_shash(omasec_helper_hmac_driver(k->op), 0, 0);
	return PTR_ERR_OR_ZERO(k->hmac);
}

static int omasec_keyed_cipher(struct omasec_keyed *k)
{
	k->key_len = omasec_op_key_len(k->op);
	sg_init_one(&k->sg, k->block, sizeof(k->block));
	k->aes = crypto_alloc_sync_skcipher(omasec_helper_aes_driver(), 0, 0);
	if (IS_ERR(k->aes))
		return PTR_ERR(k->aes);
	k->req = skcipher_request_alloc(&k->aes->base, GFP_KERNEL);
	if (!k->req)
		return -ENOMEM;
	skcipher_request_set_callback(k->req, 0, NULL, NULL);
	skcipher_request_set_crypt(k->req, &k->sg, &k->sg, sizeof(k->block), NULL);
	if (omasec_op_is_cbc(k->op)) {
		k->cbc = crypto_alloc_sync_skcipher(omasec_helper_cbc_driver(), 0, 0);
		return PTR_ERR_OR_ZERO(k->cbc);
	}
	k->gcm = crypto_alloc_aead(omasec_helper_gcm_driver(), 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(k->gcm))
		return PTR_ERR(k->gcm);
	return crypto_aead_setauthsize(k->gcm, OMASEC_TAG_LEN);
}

static bool omasec_op_is_served(unsigned int op)
{
	if (omasec_op_is_hmac(op))
		return omasec_hmac_tfm[op];
	if (op >= OMASEC_CRYPTO_OPS || !omasec_aes_tfm)
		return false;
	return omasec_op_is_cbc(op) ? !!omasec_cbc_tfm : !!omasec_gcm_tfm;
}

/**
 * omasec_keyed_new() - handles for an operation, by the drivers that were looked up
 * @op: enum omasec_crypto_op
 *
 * Context: process, may sleep.
 * Return: what omasec_keyed_free() frees, or ERR_PTR(-EOPNOTSUPP, -ENOMEM).
 */
struct omasec_keyed *omasec_keyed_new(unsigned int op)
{
	struct omasec_keyed *k;
	int err;

	if (!omasec_op_is_served(op))
		return ERR_PTR(-EOPNOTSUPP);
	k = kzalloc(sizeof(*k), GFP_KERNEL_ACCOUNT);
	if (!k)
		return ERR_PTR(-ENOMEM);
	k->op = op;
	err = omasec_op_is_hmac(op) ? omasec_keyed_hmac(k) : omasec_keyed_cipher(k);
	if (!err)
		return k;
	omasec_keyed_free(k);
	return ERR_PTR(err == -ENOMEM ? -ENOMEM : -EOPNOTSUPP);
}

void omasec_keyed_free(struct omasec_keyed *k)
{
	if (!k)
		return;
	/* Each wipes its key. */
	if (!IS_ERR_OR_NULL(k->hmac))
		crypto_free_shash(k->hmac);
	skcipher_request_free(k->req);
	if (!IS_ERR_OR_NULL(k->aes))
		crypto_free_sync_skcipher(k->aes);
	if (!IS_ERR_OR_NULL(k->gcm))
		crypto_free_aead(k->gcm);
	if (!IS_ERR_OR_NULL(k->cbc))
		crypto_free_sync_skcipher(k->cbc);
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

	/* AES would take others, and then be of another strength than was asked for. */
	if (!k->hmac && len != k->key_len)
		return -EKEYREJECTED;
	err = k->hmac ? crypto_shash_setkey(k->hmac, key, len) :
			crypto_sync_skcipher_setkey(k->aes, key, len);
	return err && err != -ENOMEM ? -EKEYREJECTED : err;
}

/* For proto/key_wrap.c. */
static int omasec_keyed_block(void *ctx, bool decrypt, u8 block[OMASEC_AES_BLOCK])
{
	struct omasec_keyed *k = ctx;
	int err;

	/* The stack is not for scatterlists. */
	memcpy(k->block, block, sizeof(k->block));
	err = decrypt ? crypto_skcipher_decrypt(k->req) : crypto_skcipher_encrypt(k->req);
	memcpy(block, k->block, sizeof(k->block));
	return err;
}

/* The content, in place, with @cek and @iv; @tag is made, or looked at. */
static int omasec_keyed_gcm(struct omasec_keyed *k, bool decrypt, u8 *content, size_t len)
{
	struct aead_request *req;
	int err;

	err = crypto_aead_setkey(k->gcm, k->cek, k->key_len);
	if (err)
		return err;
	req = aead_request_alloc(k->gcm, GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	sg_init_table(k->content, ARRAY_SIZE(k->content));
	sg_set_buf(&k->content[0], content, len);
	sg_set_buf(&k->content[1], k->tag, sizeof(k->tag));
	aead_request_set_callback(req, 0, NULL, NULL);
	aead_request_set_ad(req, 0);
	aead_request_set_crypt(req, k->content, k->content,
			       decrypt ? len + sizeof(k->tag) : len, k->iv);
	err = decrypt ? crypto_aead_decrypt(req) : crypto_aead_encrypt(req);
	aead_request_free(req);
	return err;
}

/* The key is of this message only, so a random IV is never met again with it. */
static int omasec_keyed_seal(struct omasec_keyed *k, struct omasec_slice in, u8 *out)
{
	const struct omasec_aes aes = { omasec_keyed_block, k };
	u8 *iv = out + k->key_len + OMASEC_WRAP_BLOCK, *content = iv + OMASEC_IV_LEN;
	int err;

	get_random_bytes(k->cek, k->key_len);
	get_random_bytes(k->iv, OMASEC_IV_LEN);
	err = omasec_key_wrap(&aes, k->cek, k->key_len, out);
	if (err)
		return err;
	memcpy(iv, k->iv, OMASEC_IV_LEN);
	memcpy(content, in.p, in.len);
	err = omasec_keyed_gcm(k, false, content, in.len);
	memcpy(content + in.len, k->tag, sizeof(k->tag));
	return err;
}

static int omasec_keyed_open(struct omasec_keyed *k, struct omasec_slice in, u8 *out)
{
	const struct omasec_aes aes = { omasec_keyed_block, k };
	size_t len = in.len - OMASEC_MORE(k->key_len);
	const u8 *wrapped = (const u8 *)in.p, *iv = wrapped + k->key_len + OMASEC_WRAP_BLOCK;
	int err;

	err = omasec_key_unwrap(&aes, wrapped, k->key_len + OMASEC_WRAP_BLOCK, k->cek);
	if (err)
		return err;
	memcpy(k->iv, iv, OMASEC_IV_LEN);
	memcpy(out, iv + OMASEC_IV_LEN, len);
	memcpy(k->tag, iv + OMASEC_IV_LEN + len, sizeof(k->tag));
	return omasec_keyed_gcm(k, true, out, len);
}

/* The content, in place, whole blocks, with @cek and @iv. */
static int omasec_keyed_cbc(struct omasec_keyed *k, bool decrypt, u8 *content, size_t len)
{
	struct skcipher_request *req;
	int err;

	err = crypto_sync_skcipher_setkey(k->cbc, k->cek, k->key_len);
	if (err)
		return err;
	req = skcipher_request_alloc(&k->cbc->base, GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	sg_init_one(k->content, content, len);
	skcipher_request_set_callback(req, 0, NULL, NULL);
	skcipher_request_set_crypt(req, k->content, k->content, len, k->iv);
	err = decrypt ? crypto_skcipher_decrypt(req) : crypto_skcipher_encrypt(req);
	skcipher_request_free(req);
	return err;
}

static int omasec_keyed_seal_cbc(struct omasec_keyed *k, struct omasec_slice in, u8 *out, size_t len)
{
	const struct omasec_aes aes = { omasec_keyed_block, k };
	size_t front = OMASEC_CBC_FRONT(k->key_len);
	u8 *content = out + front;
	int err;

	get_random_bytes(k->cek, k->key_len);
	get_random_bytes(k->iv, OMASEC_AES_BLOCK);
	err = omasec_key_wrap(&aes, k->cek, k->key_len, out);
	if (err)
		return err;
	/* The algorithm leaves another one behind. */
	memcpy(content - OMASEC_AES_BLOCK, k->iv, OMASEC_AES_BLOCK);
	memcpy(content, in.p, in.len);
	get_random_bytes(content + in.len, len - front - in.len);
	omasec_xmlenc_pad(content, in.len, len - front);
	return omasec_keyed_cbc(k, false, content, len - front);
}

/*
 * Whether the key unwrapped, and then the padding, must not show: nothing here goes another
 * way because of that, and something comes out in any case.
 */
static int omasec_keyed_open_cbc(struct omasec_keyed *k, struct omasec_slice in, u8 *out, size_t len)
{
	const struct omasec_aes aes = { omasec_keyed_block, k };
	const u8 *wrapped = (const u8 *)in.p, *iv = wrapped + k->key_len + OMASEC_WRAP_BLOCK;
	u8 unwrapped[OMASEC_KEK_LEN] = {};
	int err;

	get_random_bytes(k->cek, k->key_len);
	err = omasec_key_unwrap(&aes, wrapped, k->key_len + OMASEC_WRAP_BLOCK, unwrapped);
	omasec_xmlenc_choose(k->cek, unwrapped, k->key_len, !err);
	memzero_explicit(unwrapped, sizeof(unwrapped));
	if (err && err != -EBADMSG)
		return err;
	memcpy(k->iv, iv, OMASEC_AES_BLOCK);
	memcpy(out, iv + OMASEC_AES_BLOCK, len);
	err = omasec_keyed_cbc(k, true, out, len);
	return err ?: (int)omasec_xmlenc_unpad(out, len);
}

/* With AES-GCM, or for the legacy profile with AES-CBC; as omasec_keyed_run(). */
static int omasec_keyed_content(struct omasec_keyed *k, struct omasec_slice in, u8 *out, int len)
{
	bool seal = omasec_op_is_seal(k->op);
	int err;

	if (omasec_op_is_cbc(k->op) && !seal)
		return omasec_keyed_open_cbc(k, in, out, len);
	if (omasec_op_is_cbc(k->op))
		err = omasec_keyed_seal_cbc(k, in, out, len);
	else
		err = seal ? omasec_keyed_seal(k, in, out) : omasec_keyed_open(k, in, out);
	return err ?: len;
}

/**
 * omasec_keyed_run() - does it
 * @k: with its key
 * @in: what goes in
 * @out: room for omasec_helper_crypto_len() octets in directly mapped memory; wiped on
 *	failure
 *
 * Context: process, may sleep.
 * Return: octets in @out, -EMSGSIZE, -EBADMSG, -EFAULT for other memory, or what the algorithm
 * returned.
 */
int omasec_keyed_run(struct omasec_keyed *k, struct omasec_slice in, u8 *out)
{
	int len = omasec_helper_crypto_len(k->op, in.len);
	int err;

	if (len < 0)
		return len;
	/* A scatterlist would be of the page of something else. */
	if (!k->hmac && !virt_addr_valid(out))
		return -EFAULT;
	if (k->hmac)
		err = crypto_shash_tfm_digest(k->hmac, (const u8 *)in.p, in.len, out) ?: len;
	else
		err = omasec_keyed_content(k, in, out, len);
	if (err < 0)
		memzero_explicit(out, len);
	return err;
}

/* ---- what the helper asks for ---- */

/* The same with AES-CBC: whole blocks behind what is in front. */
static int omasec_helper_cbc_len(unsigned int op, size_t len)
{
	size_t front = OMASEC_CBC_FRONT(omasec_op_key_len(op));

	if (omasec_op_is_seal(op)) {
		size_t out = front + (len / OMASEC_AES_BLOCK + 1) * OMASEC_AES_BLOCK;

		return len && out <= OMASEC_CRYPTO_MAX ? (int)out : -EMSGSIZE;
	}
	return len > front && !((len - front) % OMASEC_AES_BLOCK) ? (int)(len - front) : -EMSGSIZE;
}

/**
 * omasec_helper_crypto_len() - how many octets come out
 * @op: enum omasec_crypto_op
 * @len: octets that go in
 *
 * Context: any.
 * Return: their number, or more where padding comes off; above 0; or -EMSGSIZE when it does not take so many or so few.
 */
int omasec_helper_crypto_len(unsigned int op, size_t len)
{
	size_t more;

	if (len > OMASEC_CRYPTO_MAX)
		return -EMSGSIZE;
	if (omasec_op_is_hmac(op))
		return omasec_hmac[op].len;
	if (omasec_op_is_cbc(op))
		return omasec_helper_cbc_len(op, len);
	more = OMASEC_MORE(omasec_op_key_len(op));
	if (omasec_op_is_seal(op))
		return len && len <= OMASEC_CRYPTO_MAX - more ? (int)(len + more) : -EMSGSIZE;
	return len > more ? (int)(len - more) : -EMSGSIZE;
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
	case -EACCES:
		return "AES-CBC is for accounts with encryption-profile legacy, which have nothing else";
	case -EOPNOTSUPP:
		return "this kernel does not have the algorithm";
	case -EBADMSG:
		return "this was not sealed with the wrap key of the account, or was changed since";
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
 * Return: octets in @out, -ENOKEY, -EKEYREVOKED, -EKEYEXPIRED, -EKEYREJECTED, -EACCES,
 * -EOPNOTSUPP, -EMSGSIZE, -EBADMSG, -ENOMEM, or what the algorithm returned.
 */
int omasec_helper_crypto(struct omasec_account *a, unsigned int op, struct omasec_slice in,
			 u8 *out, const char **why)
{
	bool legacy = a->encryption_profile == OMASEC_ENCRYPTION_PROFILE_LEGACY;
	enum omasec_secret_of of = omasec_op_is_hmac(op) ? OMASEC_SECRET_SIGN :
				   omasec_op_is_cbc(op) ? OMASEC_SECRET_LEGACY_WRAP :
							  OMASEC_SECRET_WRAP;
	struct omasec_keyed *k;
	int err;

	if (!omasec_op_is_hmac(op) && omasec_op_is_cbc(op) != legacy) {
		err = -EACCES;
		goto out;
	}
	k = omasec_keyed_new(op);
	err = PTR_ERR_OR_ZERO(k);
	if (err)
		goto out;
	err = omasec_secret_use(a->secret[of], of, omasec_keyed_set, k);
	if (!err)
		err = omasec_keyed_run(k, in, out);
	omasec_keyed_free(k);
out:
	if (err < 0)
		*why = omasec_helper_crypto_why(err);
	return err;
}
