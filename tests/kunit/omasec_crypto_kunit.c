// SPDX-License-Identifier: GPL-2.0
/*
 * Keys that the helper has used: the kernel's algorithms against the vectors of RFC 4231
 * and against OpenSSL, which key of an account does what, and what comes of keys that are not
 * good. That only the helper may ask is in omasec_netlink_kunit.c.
 */
#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key-type.h>

#include "control_kunit.h"
#include "crypto_vectors.h"
#include "../../kmod/helper_crypto.h"
#include "../../kmod/key.h"

static const char secret_octets[33] = "0123456789abcdefghijklmnopqrstuv";

static struct key *logon_key(struct kunit *test, size_t len)
{
	struct key *key = key_alloc(&key_type_logon, "omasec:kunit", GLOBAL_ROOT_UID,
				    GLOBAL_ROOT_GID, current_cred(), KEY_POS_ALL | KEY_USR_ALL,
				    KEY_ALLOC_NOT_IN_QUOTA, NULL);
	u8 *payload = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(key));
	KUNIT_ASSERT_NOT_NULL(test, payload);
	memcpy(payload, secret_octets, min_t(size_t, len, 32));
	KUNIT_ASSERT_EQ(test, key_instantiate_and_link(key, payload, len, NULL, NULL), 0);
	return key;
}

/* Room for what comes out; the stack is not directly mapped everywhere. */
static u8 *room(struct kunit *test, size_t len)
{
	u8 *out = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, out);
	return out;
}

/* The operation with a key that no account has. */
static int keyed(unsigned int op, const char *key, size_t key_len, const char *in, size_t len,
		 u8 *out)
{
	struct omasec_keyed *k = omasec_keyed_new(op);
	int err = PTR_ERR_OR_ZERO(k);

	if (err)
		return err;
	err = omasec_keyed_set(k, (const u8 *)key, key_len);
	if (!err)
		err = omasec_keyed_run(k, (struct omasec_slice) { in, len }, out);
	omasec_keyed_free(k);
	return err;
}

/* The same for what has to go well: octets that came out, less those that should have. */
static int keyed_gives(unsigned int op, const char *key, size_t key_len, const char *in, size_t len,
		       u8 *out, size_t want)
{
	int err = keyed(op, key, key_len, in, len, out);

	return err < 0 ? err : err - (int)want;
}

static void hmac_vectors_of_rfc_4231(struct kunit *test)
{
	u8 out[64];
	size_t i;
	unsigned int op;

	for (op = OMASEC_CRYPTO_OP_HMAC_SHA256; op <= OMASEC_CRYPTO_OP_HMAC_SHA512; op++) {
		KUNIT_EXPECT_STRNEQ(test, omasec_helper_hmac_driver(op), "");
		for (i = 0; i < ARRAY_SIZE(hmac_vectors); i++) {
			const struct hmac_vector *v = &hmac_vectors[i];

			KUNIT_EXPECT_EQ(test, keyed_gives(op, v->key, v->key_len, v->data,
							  v->data_len, out, 32 + 16 * op), 0);
			KUNIT_EXPECT_EQ_MSG(test, memcmp(out, v->mac[op], 32 + 16 * op), 0,
					    "%s, operation %u", v->name, op);
		}
	}
}

/* Both lengths of keys, and then both with CBC, each with an operation of its own. */
static const struct {
	unsigned int seal, open;
	size_t key_len, more, len;
	const char *octets;
	bool cbc;
} strengths[] = {
	{ OMASEC_CRYPTO_OP_SEAL, OMASEC_CRYPTO_OP_OPEN, 32, OMASEC_SEAL_MORE, SEALED_LEN,
	  sealed_octets, false },
	{ OMASEC_CRYPTO_OP_SEAL_128, OMASEC_CRYPTO_OP_OPEN_128, 16, OMASEC_SEAL_128_MORE,
	  SEALED_128_LEN, sealed_128_octets, false },
	{ OMASEC_CRYPTO_OP_SEAL_CBC, OMASEC_CRYPTO_OP_OPEN_CBC, 32, OMASEC_SEAL_CBC_MORE,
	  SEALED_CBC_LEN, sealed_cbc_octets, true },
	{ OMASEC_CRYPTO_OP_SEAL_128_CBC, OMASEC_CRYPTO_OP_OPEN_128_CBC, 16,
	  OMASEC_SEAL_128_CBC_MORE, SEALED_128_CBC_LEN, sealed_128_cbc_octets, true },
};

/* Octets that @len become, less @len. */
static size_t more_of(size_t n, size_t len)
{
	return strengths[n].more - (strengths[n].cbc ? len % 16 : 0);
}

static void opens_what_openssl_sealed(struct kunit *test)
{
	size_t i, len = sizeof(SEALED_TEXT) - 1;
	u8 *out = room(test, len + 16);
	u8 stack[sizeof(SEALED_TEXT) + 16];

	for (i = 0; i < ARRAY_SIZE(strengths); i++) {
		memset(out, 0, len);
		KUNIT_EXPECT_EQ(test, keyed_gives(strengths[i].open, SEALED_KEK,
						  strengths[i].key_len, strengths[i].octets,
						  strengths[i].len, out, len), 0);
		KUNIT_EXPECT_EQ(test, memcmp(out, SEALED_TEXT, len), 0);
	}
	KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OPS, "", 0, "", 0, out), -EOPNOTSUPP);
	if (IS_ENABLED(CONFIG_VMAP_STACK))
		KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OP_OPEN, SEALED_KEK, 32, sealed_octets,
					    SEALED_LEN, stack), -EFAULT);
}

/* Wherever one bit of it is another one, nothing comes out, and nothing remains. */
static void opens_nothing_that_was_changed(struct kunit *test)
{
	u8 *out = room(test, sizeof(SEALED_TEXT));
	u8 octets[SEALED_LEN];
	size_t i, n;

	for (n = 0; n < ARRAY_SIZE(strengths) && !strengths[n].cbc; n++) {
		size_t len = strengths[n].len;

		for (i = 0; i < len; i++) {
			memcpy(octets, strengths[n].octets, len);
			octets[i] ^= 1 << (i % 8);
			memset(out, 0xee, sizeof(SEALED_TEXT));
			KUNIT_EXPECT_EQ_MSG(test, keyed(strengths[n].open, SEALED_KEK,
							strengths[n].key_len, octets, len, out),
					    -EBADMSG, "octet %zu", i);
			KUNIT_EXPECT_TRUE_MSG(test, !memchr_inv(out, 0, sizeof(SEALED_TEXT) - 1),
					      "octet %zu", i);
		}
		KUNIT_EXPECT_EQ(test, keyed(strengths[n].open, SEALED_KEK, strengths[n].key_len,
					    strengths[n].octets, len - 1, out), -EBADMSG);
		KUNIT_EXPECT_EQ(test, keyed(strengths[n].open, "another-key-of-32-octets-another",
					    strengths[n].key_len, strengths[n].octets, len, out),
				-EBADMSG);
	}
}

/*
 * CBC cannot tell, and must not: whatever is wrong, something else comes out and no error; where
 * the padding is wrong it ends in 0. With changes of the last IV but one each padding is met.
 */
static void opens_something_else_with_cbc(struct kunit *test)
{
	size_t i, n, text = sizeof(SEALED_TEXT) - 1;
	u8 *out = room(test, text + 16);
	u8 octets[SEALED_CBC_LEN];
	int got;

	for (n = 0; n < ARRAY_SIZE(strengths); n++) {
		size_t len = strengths[n].len;

		if (!strengths[n].cbc)
			continue;
		for (i = 0; i < len; i++) {
			memcpy(octets, strengths[n].octets, len);
			octets[i] ^= 1 << (i % 8);
			got = keyed(strengths[n].open, SEALED_KEK, strengths[n].key_len, octets,
				    len, out);
			KUNIT_EXPECT_TRUE_MSG(test, got >= (int)text - 7 && got <= (int)text + 8,
					      "octet %zu: %d", i, got);
			KUNIT_EXPECT_TRUE_MSG(test, got != (int)text ||
					      memcmp(out, SEALED_TEXT, text), "octet %zu", i);
		}
		for (i = 0; i < 256; i++) {
			memcpy(octets, strengths[n].octets, len);
			octets[len - 17] ^= 9 ^ i;
			got = keyed(strengths[n].open, SEALED_KEK, strengths[n].key_len, octets,
				    len, out);
			KUNIT_EXPECT_EQ_MSG(test, got, (int)text + 9 -
					    (i && i <= 16 ? (int)i : 1), "padding %zu", i);
			KUNIT_EXPECT_EQ_MSG(test, i && i <= 16, !!out[got - 1], "padding %zu", i);
		}
		KUNIT_EXPECT_EQ(test, keyed(strengths[n].open, SEALED_KEK, strengths[n].key_len,
					    strengths[n].octets, len - 1, out), -EMSGSIZE);
		KUNIT_EXPECT_GT(test, keyed(strengths[n].open, "another-key-of-32-octets-another",
					    strengths[n].key_len, strengths[n].octets, len, out), 0);
		KUNIT_EXPECT_NE(test, memcmp(out, SEALED_TEXT, text), 0);
	}
}

/* AES takes others, too: a key is for one of the two. */
static void takes_keys_of_one_length(struct kunit *test)
{
	u8 *out = room(test, OMASEC_CRYPTO_MAX);
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(strengths); i++) {
		for (len = 15; len <= 32; len++) {
			int err = len == strengths[i].key_len ? 0 : -EKEYREJECTED;

			KUNIT_EXPECT_EQ_MSG(test, min(keyed(strengths[i].open, SEALED_KEK, len,
							    strengths[i].octets,
							    strengths[i].len, out), 0),
					    err, "%zu octets", len);
			KUNIT_EXPECT_EQ_MSG(test, min(keyed(strengths[i].seal, SEALED_KEK, len,
							    "x", 1, out), 0),
					    err, "%zu octets", len);
		}
	}
}

/* What was sealed opens again; each time key, IV and all else are others. */
static void seals(struct kunit *test)
{
	static const size_t lens[] = { 1, 15, 16, 17, 4096, OMASEC_CRYPTO_MAX - OMASEC_SEAL_CBC_MORE };
	char *in = kunit_kzalloc(test, OMASEC_CRYPTO_MAX, GFP_KERNEL);
	u8 *a = kunit_kzalloc(test, OMASEC_CRYPTO_MAX, GFP_KERNEL);
	u8 *b = kunit_kzalloc(test, OMASEC_CRYPTO_MAX, GFP_KERNEL);
	size_t i;

	KUNIT_ASSERT_TRUE(test, in && a && b);
	memset(in, 'x', OMASEC_CRYPTO_MAX);
	for (i = 0; i < ARRAY_SIZE(strengths) * ARRAY_SIZE(lens); i++) {
		size_t n = i % ARRAY_SIZE(strengths), len = lens[i / ARRAY_SIZE(strengths)];
		size_t key = strengths[n].key_len, more = len + more_of(n, len), wrapped = key + 8;

		KUNIT_EXPECT_EQ(test, keyed_gives(strengths[n].seal, SEALED_KEK, key, in, len, a,
						  more), 0);
		KUNIT_EXPECT_EQ(test, keyed_gives(strengths[n].seal, SEALED_KEK, key, in, len, b,
						  more), 0);
		KUNIT_EXPECT_NE(test, memcmp(a, b, wrapped), 0);
		KUNIT_EXPECT_NE(test, memcmp(a + wrapped, b + wrapped, 12), 0);
		KUNIT_EXPECT_NE(test, memcmp(a + wrapped + 16, b + wrapped + 16, more - wrapped - 16),
				0);
		KUNIT_EXPECT_EQ(test, keyed_gives(strengths[n].open, SEALED_KEK, key, (char *)a,
						  more, b, len), 0);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(in, b, len), 0, "%zu octets", len);
	}
}

static void lengths_that_go_in(struct kunit *test)
{
	static const struct {
		unsigned int op;
		size_t in;
		int out;
	} c[] = {
		{ OMASEC_CRYPTO_OP_HMAC_SHA256, 0, 32 },
		{ OMASEC_CRYPTO_OP_HMAC_SHA384, OMASEC_CRYPTO_MAX, 48 },
		{ OMASEC_CRYPTO_OP_HMAC_SHA512, OMASEC_CRYPTO_MAX + 1, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_SEAL, 0, -EMSGSIZE }, { OMASEC_CRYPTO_OP_SEAL, 1, 69 },
		{ OMASEC_CRYPTO_OP_SEAL, OMASEC_CRYPTO_MAX - 68, OMASEC_CRYPTO_MAX },
		{ OMASEC_CRYPTO_OP_SEAL, OMASEC_CRYPTO_MAX - 67, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_OPEN, 0, -EMSGSIZE }, { OMASEC_CRYPTO_OP_OPEN, 68, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_OPEN, 69, 1 },
		{ OMASEC_CRYPTO_OP_OPEN, OMASEC_CRYPTO_MAX, OMASEC_CRYPTO_MAX - 68 },
		{ OMASEC_CRYPTO_OP_OPEN, OMASEC_CRYPTO_MAX + 1, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_SEAL_128, 0, -EMSGSIZE }, { OMASEC_CRYPTO_OP_SEAL_128, 1, 53 },
		{ OMASEC_CRYPTO_OP_SEAL_128, OMASEC_CRYPTO_MAX - 52, OMASEC_CRYPTO_MAX },
		{ OMASEC_CRYPTO_OP_SEAL_128, OMASEC_CRYPTO_MAX - 51, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_OPEN_128, 52, -EMSGSIZE }, { OMASEC_CRYPTO_OP_OPEN_128, 53, 1 },
		{ OMASEC_CRYPTO_OP_OPEN_128, OMASEC_CRYPTO_MAX + 1, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_SEAL_CBC, 0, -EMSGSIZE }, { OMASEC_CRYPTO_OP_SEAL_CBC, 1, 72 },
		{ OMASEC_CRYPTO_OP_SEAL_CBC, 15, 72 }, { OMASEC_CRYPTO_OP_SEAL_CBC, 16, 88 },
		{ OMASEC_CRYPTO_OP_SEAL_CBC, 61375, 61432 },
		{ OMASEC_CRYPTO_OP_SEAL_CBC, 61376, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_OPEN_CBC, 56, -EMSGSIZE }, { OMASEC_CRYPTO_OP_OPEN_CBC, 71, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_OPEN_CBC, 72, 16 }, { OMASEC_CRYPTO_OP_OPEN_CBC, 73, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_SEAL_128_CBC, 1, 56 }, { OMASEC_CRYPTO_OP_SEAL_128_CBC, 61391, 61432 },
		{ OMASEC_CRYPTO_OP_SEAL_128_CBC, 61392, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_OPEN_128_CBC, 56, 16 }, { OMASEC_CRYPTO_OP_OPEN_128_CBC, 40, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_OPEN_128_CBC, OMASEC_CRYPTO_MAX + 8, -EMSGSIZE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++)
		KUNIT_EXPECT_EQ_MSG(test, omasec_helper_crypto_len(c[i].op, c[i].in), c[i].out,
				    "row %zu", i);
}

static void each_key_does_its_own(struct kunit *test)
{
	struct key *sign = logon_key(test, 20), *wrap = logon_key(test, 32);
	struct omasec_account_spec spec = {
		.name = "a",
		.secret = { [OMASEC_SECRET_SIGN] = sign, [OMASEC_SECRET_WRAP] = wrap },
	};
	const struct omasec_slice in = { secret_octets, 16 };
	u8 *sealed = room(test, 16 + OMASEC_SEAL_MORE);
	u8 *out = room(test, 48), *want = room(test, 48);
	const char *why = NULL;
	struct omasec_account *a;

	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	a = omasec_account_find(test->priv, "a");
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_HMAC_SHA256, in, out, &why),
			32);
	KUNIT_EXPECT_EQ(test, keyed_gives(OMASEC_CRYPTO_OP_HMAC_SHA256, secret_octets, 20, in.p,
					  in.len, want, 32), 0);
	KUNIT_EXPECT_EQ(test, memcmp(out, want, 32), 0);
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_SEAL, in, sealed, &why),
			16 + OMASEC_SEAL_MORE);
	KUNIT_EXPECT_EQ(test, keyed_gives(OMASEC_CRYPTO_OP_OPEN, secret_octets, 32, (char *)sealed,
					  16 + OMASEC_SEAL_MORE, want, 16), 0);
	KUNIT_EXPECT_EQ(test, memcmp(secret_octets, want, 16), 0);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)why, (const char *)NULL);
	omasec_account_put(a);

	/* An account that has the other one only. */
	spec.secret[OMASEC_SECRET_WRAP] = NULL;
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	a = omasec_account_find(test->priv, "a");
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_SEAL, in, sealed, &why),
			-ENOKEY);
	KUNIT_EXPECT_NOT_NULL(test, why);
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_HMAC_SHA384, in, want, &why),
			48);
	omasec_account_put(a);
	key_put(sign);
	key_put(wrap);
}

/* Each profile has its key and its cipher, and nothing of the other one. */
static void profiles_stay_apart(struct kunit *test)
{
	struct key *wrap = logon_key(test, 32), *legacy = logon_key(test, 32);
	struct omasec_account_spec spec = {
		.name = "a",
		.secret = { [OMASEC_SECRET_WRAP] = wrap, [OMASEC_SECRET_LEGACY_WRAP] = legacy },
	};
	const struct omasec_slice in = { secret_octets, 16 };
	u8 *out = room(test, 16 + OMASEC_SEAL_CBC_MORE);
	struct omasec_account *a;
	const char *why = NULL;
	unsigned int profile;

	key_revoke(legacy);
	for (profile = 0; profile < 2; profile++) {
		spec.encryption_profile = profile;
		KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
		a = omasec_account_find(test->priv, "a");
		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_SEAL, in, out, &why),
				profile ? -EACCES : 16 + OMASEC_SEAL_MORE);
		KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_SEAL_CBC, in, out,
							   &why), profile ? -EKEYREVOKED : -EACCES);
		omasec_account_put(a);
	}
	key_put(wrap);
	key_put(legacy);
}

/* The payloads that are no such keys; and one that was good and is not any more. */
static void needs_a_key_that_is_good_now(struct kunit *test)
{
	static const struct {
		enum omasec_secret_of of;
		size_t len;
		int err;
	} c[] = {
		{ OMASEC_SECRET_SIGN, 15, -EKEYREJECTED }, { OMASEC_SECRET_SIGN, 16, 0 },
		{ OMASEC_SECRET_SIGN, 256, 0 }, { OMASEC_SECRET_SIGN, 257, -EKEYREJECTED },
		{ OMASEC_SECRET_WRAP, 15, -EKEYREJECTED }, { OMASEC_SECRET_WRAP, 16, 0 },
		{ OMASEC_SECRET_WRAP, 17, -EKEYREJECTED }, { OMASEC_SECRET_WRAP, 24, -EKEYREJECTED },
		{ OMASEC_SECRET_WRAP, 31, -EKEYREJECTED }, { OMASEC_SECRET_WRAP, 32, 0 },
		{ OMASEC_SECRET_WRAP, 33, -EKEYREJECTED }, { OMASEC_SECRET_WRAP, 48, -EKEYREJECTED },
	};
	const struct omasec_slice in = { secret_octets, 16 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		struct key *key = logon_key(test, c[i].len);
		struct omasec_account_spec spec = { .name = "a", .secret = { [0] = NULL } };
		unsigned int op = c[i].of == OMASEC_SECRET_SIGN ? OMASEC_CRYPTO_OP_HMAC_SHA256 :
				  c[i].len == 16 ? OMASEC_CRYPTO_OP_SEAL_128 : OMASEC_CRYPTO_OP_SEAL;
		struct omasec_account *a;
		const char *why = NULL;
		u8 *out = room(test, 16 + OMASEC_SEAL_MORE);

		spec.secret[c[i].of] = key;
		KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
		a = omasec_account_find(test->priv, "a");
		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_EXPECT_EQ_MSG(test, omasec_secret_state(key, c[i].of), c[i].err, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, min(omasec_helper_crypto(a, op, in, out, &why), 0),
				    c[i].err, "row %zu", i);
		if (!c[i].err) {
			key_revoke(key);
			KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, op, in, out, &why),
					-EKEYREVOKED);
			KUNIT_EXPECT_STREQ(test, why, "the key was revoked");
		}
		omasec_account_put(a);
		key_put(key);
	}
}

static struct kunit_case crypto_cases[] = {
	KUNIT_CASE(hmac_vectors_of_rfc_4231),
	KUNIT_CASE(opens_what_openssl_sealed),
	KUNIT_CASE(opens_nothing_that_was_changed),
	KUNIT_CASE(opens_something_else_with_cbc),
	KUNIT_CASE(profiles_stay_apart),
	KUNIT_CASE(takes_keys_of_one_length),
	KUNIT_CASE(seals),
	KUNIT_CASE(lengths_that_go_in),
	KUNIT_CASE(each_key_does_its_own),
	KUNIT_CASE(needs_a_key_that_is_good_now),
	{}
};

static struct kunit_suite crypto_suite = {
	.name = "omasec_crypto",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = crypto_cases,
};

kunit_test_suites(&crypto_suite);

MODULE_LICENSE("GPL");
