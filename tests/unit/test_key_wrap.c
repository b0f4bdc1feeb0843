// SPDX-License-Identifier: GPL-2.0
/*
 * AES key wrap: the vectors of RFC 3394, what must not be unwrapped, and seeded random
 * keys against OpenSSL, both ways. AES is OpenSSL's.
 */
#include <openssl/evp.h>
#include "cmocka_table.h"
#include "../kunit/crypto_vectors.h"
#include "../../kmod/proto/key_wrap.h"

/* Fails the block whose number is @fail_at. */
struct aes_ctx {
	const u8 *key;
	unsigned int len, calls, fail_at;
};

static int aes_block(void *ctx, bool decrypt, u8 block[OMASEC_AES_BLOCK])
{
	struct aes_ctx *a = ctx;
	const EVP_CIPHER *cipher = a->len == 16 ? EVP_aes_128_ecb() :
				   a->len == 24 ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
	EVP_CIPHER_CTX *c;
	int n = 0;

	if (++a->calls == a->fail_at)
		return -ENOMEM;
	c = EVP_CIPHER_CTX_new();
	assert_non_null(c);
	assert_int_equal(EVP_CipherInit_ex(c, cipher, NULL, a->key, NULL, !decrypt), 1);
	EVP_CIPHER_CTX_set_padding(c, 0);
	assert_int_equal(EVP_CipherUpdate(c, block, &n, block, OMASEC_AES_BLOCK), 1);
	assert_int_equal(n, OMASEC_AES_BLOCK);
	EVP_CIPHER_CTX_free(c);
	return 0;
}

static bool all(const u8 *p, size_t len, u8 octet)
{
	while (len && *p == octet)
		p++, len--;
	return !len;
}

static void vector(void **state)
{
	const struct wrap_vector *v = *state;
	struct aes_ctx ctx = { (const u8 *)v->kek, v->kek_len, 0, 0 };
	struct omasec_aes aes = { aes_block, &ctx };
	u8 *in = (u8 *)exact_copy(v->key, v->key_len), *out = malloc(v->key_len + 8);

	assert_non_null(out);
	assert_int_equal(omasec_key_wrap(&aes, in, v->key_len, out), 0);
	assert_memory_equal(out, v->wrapped, v->key_len + 8);
	assert_int_equal(omasec_key_unwrap(&aes, out, v->key_len + 8, in), 0);
	assert_memory_equal(in, v->key, v->key_len);
	free(in);
	free(out);
}

static void nothing_remains_of_a_changed_one(void **state)
{
	const struct wrap_vector *v = &wrap_vectors[ARRAY_SIZE(wrap_vectors) - 1];
	struct aes_ctx ctx = { (const u8 *)v->kek, v->kek_len, 0, 0 };
	struct omasec_aes aes = { aes_block, &ctx };
	u8 wrapped[40], out[32];
	unsigned int i;

	(void)state;
	for (i = 0; i < 8 * sizeof(wrapped); i++) {
		memcpy(wrapped, v->wrapped, sizeof(wrapped));
		wrapped[i / 8] ^= (u8)(1 << i % 8);
		memset(out, 0xee, sizeof(out));
		assert_int_equal(omasec_key_unwrap(&aes, wrapped, sizeof(wrapped), out), -EBADMSG);
		assert_true(all(out, sizeof(out), 0));
	}
	ctx.key = (const u8 *)wrap_vectors[0].wrapped;
	ctx.len = 16;
	assert_int_equal(omasec_key_unwrap(&aes, (const u8 *)v->wrapped, 40, out), -EBADMSG);
}

static void takes_the_lengths_of_the_standard_only(void **state)
{
	struct aes_ctx ctx = { (const u8 *)wrap_vectors[0].kek, 16, 0, 0 };
	struct omasec_aes aes = { aes_block, &ctx };
	static u8 in[OMASEC_WRAP_MAX + 16], out[OMASEC_WRAP_MAX + 16];
	size_t len;

	(void)state;
	for (len = 0; len <= sizeof(in); len++) {
		bool wraps = len >= 16 && len <= OMASEC_WRAP_MAX - 8 && len % 8 == 0;
		bool unwraps = len >= 24 && len <= OMASEC_WRAP_MAX && len % 8 == 0;

		/* The first octet tells a refusal from work; most work is left out. */
		ctx.calls = 0;
		ctx.fail_at = 1;
		out[0] = 0xee;
		assert_int_equal(omasec_key_wrap_takes(len), wraps);
		assert_int_equal(omasec_key_wrap(&aes, in, len, out), wraps ? -ENOMEM : -EMSGSIZE);
		assert_int_equal(out[0], wraps ? 0 : 0xee);
		ctx.calls = 0;
		out[0] = 0xee;
		assert_int_equal(omasec_key_unwrap(&aes, in, len, out),
				 unwraps ? -ENOMEM : -EMSGSIZE);
		assert_int_equal(out[0], unwraps ? 0 : 0xee);
	}
}

static void nothing_remains_when_the_cipher_fails(void **state)
{
	const struct wrap_vector *v = &wrap_vectors[3];
	struct aes_ctx ctx = { (const u8 *)v->kek, v->kek_len, 0, 0 };
	struct omasec_aes aes = { aes_block, &ctx };
	u8 out[32];

	(void)state;
	for (ctx.fail_at = 1; ctx.fail_at <= 18; ctx.fail_at++) {
		ctx.calls = 0;
		memset(out, 0xee, sizeof(out));
		assert_int_equal(omasec_key_wrap(&aes, (const u8 *)v->key, 24, out), -ENOMEM);
		assert_true(all(out, 32, 0));
		assert_int_equal(ctx.calls, ctx.fail_at);
		ctx.calls = 0;
		memset(out, 0xee, sizeof(out));
		assert_int_equal(omasec_key_unwrap(&aes, (const u8 *)v->wrapped, 32, out), -ENOMEM);
		assert_true(all(out, 24, 0));
		assert_true(all(out + 24, 8, 0xee));
	}
}

/* What OpenSSL wraps of @in. */
static void openssl_wrap(const struct aes_ctx *a, const u8 *in, int len, u8 *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;

	assert_non_null(c);
	EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	assert_int_equal(EVP_EncryptInit_ex(c, a->len == 16 ? EVP_aes_128_wrap() :
					    a->len == 24 ? EVP_aes_192_wrap() : EVP_aes_256_wrap(),
					    NULL, a->key, NULL), 1);
	assert_int_equal(EVP_EncryptUpdate(c, out, &n, in, len), 1);
	assert_int_equal(n, len + 8);
	EVP_CIPHER_CTX_free(c);
}

static void wraps_as_openssl_does(void **state)
{
	static u8 key[OMASEC_WRAP_MAX], out[OMASEC_WRAP_MAX], theirs[OMASEC_WRAP_MAX], kek[32];
	static const int lens[] = { 16, 24, 32, 40, 64, 256, 1024, 2056, OMASEC_WRAP_MAX - 8 };
	struct aes_ctx ctx = { kek, 16, 0, 0 };
	struct omasec_aes aes = { aes_block, &ctx };
	unsigned int i, j;

	(void)state;
	srand(3394);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		for (ctx.len = 16; ctx.len <= 32; ctx.len += 8) {
			for (j = 0; j < sizeof(kek); j++)
				kek[j] = (u8)rand();
			for (j = 0; j < (unsigned int)lens[i]; j++)
				key[j] = (u8)rand();
			openssl_wrap(&ctx, key, lens[i], theirs);
			assert_int_equal(omasec_key_wrap(&aes, key, lens[i], out), 0);
			assert_memory_equal(out, theirs, lens[i] + 8);
			assert_int_equal(omasec_key_unwrap(&aes, theirs, lens[i] + 8, out), 0);
			assert_memory_equal(out, key, lens[i]);
		}
	}
}

int main(void)
{
	static struct table t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrap_vectors); i++)
		table_add(&t, wrap_vectors[i].name, vector, &wrap_vectors[i]);
	table_add(&t, "nothing_remains_of_a_changed_one", nothing_remains_of_a_changed_one, NULL);
	table_add(&t, "takes_the_lengths_of_the_standard_only",
		  takes_the_lengths_of_the_standard_only, NULL);
	table_add(&t, "nothing_remains_when_the_cipher_fails",
		  nothing_remains_when_the_cipher_fails, NULL);
	table_add(&t, "wraps_as_openssl_does", wraps_as_openssl_does, NULL);
	return table_run("key_wrap", &t);
}
