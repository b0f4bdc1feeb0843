// SPDX-License-Identifier: GPL-2.0
/*
 * Hashes by shash: synchronous, in process context, on plain memory. One algorithm
 * handle for the module; states belong to messages.
 *
 * Not hmac(md5): the MAC of DM Security 1.2, 5.4.3 is a composition of plain
 * MD5s (proto/mac.h). A FIPS kernel has no md5; then nothing here works and
 * omasec_crypto_has_md5() says so before a rule asks for it.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "crypto.h"

static struct crypto_shash *omasec_md5_tfm;

struct omasec_md5_state {
	struct shash_desc desc;		/* must be last: the algorithm's state follows */
};

/**
 * omasec_crypto_init() - looks md5 up
 *
 * Context: process, module load.
 * Return: 0, also when the kernel has no md5; -ENOMEM.
 */
int omasec_crypto_init(void)
{
	struct crypto_shash *tfm = crypto_alloc_shash("md5", 0, 0);

	if (IS_ERR(tfm)) {
		if (PTR_ERR(tfm) == -ENOMEM)
			return -ENOMEM;
		pr_warn("this kernel has no md5 (%ld): rules that need a MAC will be refused\n",
			PTR_ERR(tfm));
		return 0;
	}
	if (crypto_shash_digestsize(tfm) != OMASEC_MD5_LEN) {
		crypto_free_shash(tfm);
		return -EINVAL;
	}
	omasec_md5_tfm = tfm;
	return 0;
}

void omasec_crypto_exit(void)
{
	if (omasec_md5_tfm)
		crypto_free_shash(omasec_md5_tfm);
	omasec_md5_tfm = NULL;
}

bool omasec_crypto_has_md5(void)
{
	return omasec_md5_tfm;
}

const char *omasec_crypto_md5_driver(void)
{
	return omasec_md5_tfm ? crypto_shash_driver_name(omasec_md5_tfm) : "";
}

/**
 * omasec_md5_new() - an initialised state
 * @gfp: how to allocate
 *
 * Return: the state, or NULL without memory or without md5.
 */
struct omasec_md5_state *omasec_md5_new(gfp_t gfp)
{
	struct omasec_md5_state *s;

	if (!omasec_md5_tfm)
		return NULL;
	s = kmalloc(sizeof(*s) + crypto_shash_descsize(omasec_md5_tfm), gfp);
	if (!s)
		return NULL;
	if (omasec_md5_reset(s)) {
		kfree(s);
		return NULL;
	}
	return s;
}

int omasec_md5_reset(struct omasec_md5_state *s)
{
	s->desc.tfm = omasec_md5_tfm;
	return crypto_shash_init(&s->desc);
}

int omasec_md5_update(struct omasec_md5_state *s, const void *data, size_t len)
{
	/* shash counts in unsigned int. */
	while (len) {
		unsigned int n = min_t(size_t, len, 1U << 30);
		int err = crypto_shash_update(&s->desc, data, n);

		if (err)
			return err;
		data += n;
		len -= n;
	}
	return 0;
}

int omasec_md5_final(struct omasec_md5_state *s, u8 out[OMASEC_MD5_LEN])
{
	return crypto_shash_final(&s->desc, out);
}

void omasec_md5_free(struct omasec_md5_state *s)
{
	kfree_sensitive(s);
}

/* Digest of slices one after the other. Process context. */
static int omasec_md5_digest(void *ctx, const struct omasec_slice *s, unsigned int n,
			     u8 out[OMASEC_MD5_LEN])
{
	int err;

	if (!omasec_md5_tfm)
		return -ENOENT;
	{
		SHASH_DESC_ON_STACK(desc, omasec_md5_tfm);

		desc->tfm = omasec_md5_tfm;
		err = crypto_shash_init(desc);
		for (; n && !err; n--, s++)
			err = crypto_shash_update(desc, s->p, s->len);
		if (!err)
			err = crypto_shash_final(desc, out);
		shash_desc_zero(desc);
	}
	return err;
}

const struct omasec_md5 omasec_kernel_md5 = {
	.digest = omasec_md5_digest,
};

/*
 * A handle of its own for each MAC, because the key is part of it; bootstrap
 * messages are rare. Freeing it wipes the key.
 */
static int omasec_hmac_sha1_digest(void *ctx, struct omasec_slice key, struct omasec_slice data,
				   u8 out[OMASEC_SHA1_LEN])
{
	struct crypto_shash *tfm = crypto_alloc_shash("hmac(sha1)", 0, 0);
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_shash_setkey(tfm, key.p, key.len);
	if (!err)
		err = crypto_shash_tfm_digest(tfm, data.p, data.len, out);
	crypto_free_shash(tfm);
	/* To the caller, -EINVAL is about the secrets. */
	return err == -EINVAL ? -ENOENT : err;
}

const struct omasec_hmac_sha1 omasec_kernel_hmac_sha1 = {
	.digest = omasec_hmac_sha1_digest,
};
