// SPDX-License-Identifier: GPL-2.0
/*
 * Keys that the helper has used: the kernel's algorithms against the vectors of RFC 4231
 * and RFC 3394, which key of an account does what, and what comes of keys that are not
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

static void hmac_vectors_of_rfc_4231(struct kunit *test)
{
	u8 out[64];
	size_t i;
	unsigned int op;

	for (op = OMASEC_CRYPTO_OP_HMAC_SHA256; op <= OMASEC_CRYPTO_OP_HMAC_SHA512; op++) {
		KUNIT_EXPECT_STRNEQ(test, omasec_helper_crypto_driver(op), "");
		for (i = 0; i < ARRAY_SIZE(hmac_vectors); i++) {
			const struct hmac_vector *v = &hmac_vectors[i];

			KUNIT_EXPECT_EQ(test, keyed(op, v->key, v->key_len, v->data, v->data_len,
						    out), 0);
			KUNIT_EXPECT_EQ_MSG(test, memcmp(out, v->mac[op], 32 + 16 * op), 0,
					    "%s, operation %u", v->name, op);
		}
	}
}

static void wrap_vectors_of_rfc_3394(struct kunit *test)
{
	u8 out[40];
	size_t i;

	KUNIT_EXPECT_STRNEQ(test, omasec_helper_crypto_driver(OMASEC_CRYPTO_OP_WRAP), "");
	for (i = 0; i < ARRAY_SIZE(wrap_vectors); i++) {
		const struct wrap_vector *v = &wrap_vectors[i];

		KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OP_WRAP, v->kek, v->kek_len, v->key,
					    v->key_len, out), 0);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(out, v->wrapped, v->key_len + 8), 0, "%s", v->name);
		KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OP_UNWRAP, v->kek, v->kek_len, v->wrapped,
					    v->key_len + 8, out), 0);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(out, v->key, v->key_len), 0, "%s", v->name);
		KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OP_UNWRAP, v->kek, v->kek_len - 8,
					    v->wrapped, v->key_len + 8, out),
				v->kek_len == 16 ? -EKEYREJECTED : -EBADMSG);
	}
	KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OPS, "", 0, "", 0, out), -EOPNOTSUPP);
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
		{ OMASEC_CRYPTO_OP_WRAP, 8, -EMSGSIZE }, { OMASEC_CRYPTO_OP_WRAP, 16, 24 },
		{ OMASEC_CRYPTO_OP_WRAP, 20, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_WRAP, OMASEC_WRAP_MAX - 8, OMASEC_WRAP_MAX },
		{ OMASEC_CRYPTO_OP_WRAP, OMASEC_WRAP_MAX, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_UNWRAP, 0, -EMSGSIZE }, { OMASEC_CRYPTO_OP_UNWRAP, 7, -EMSGSIZE },
		{ OMASEC_CRYPTO_OP_UNWRAP, 16, -EMSGSIZE }, { OMASEC_CRYPTO_OP_UNWRAP, 24, 16 },
		{ OMASEC_CRYPTO_OP_UNWRAP, OMASEC_WRAP_MAX, OMASEC_WRAP_MAX - 8 },
		{ OMASEC_CRYPTO_OP_UNWRAP, OMASEC_WRAP_MAX + 8, -EMSGSIZE },
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
	u8 out[48], want[48];
	const char *why = NULL;
	struct omasec_account *a;

	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	a = omasec_account_find(test->priv, "a");
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_HMAC_SHA256, in, out, &why),
			0);
	KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OP_HMAC_SHA256, secret_octets, 20, in.p, in.len,
				    want), 0);
	KUNIT_EXPECT_EQ(test, memcmp(out, want, 32), 0);
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_WRAP, in, out, &why), 0);
	KUNIT_EXPECT_EQ(test, keyed(OMASEC_CRYPTO_OP_WRAP, secret_octets, 32, in.p, in.len, want),
			0);
	KUNIT_EXPECT_EQ(test, memcmp(out, want, 24), 0);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)why, (const char *)NULL);
	omasec_account_put(a);

	/* An account that has the other one only. */
	spec.secret[OMASEC_SECRET_WRAP] = NULL;
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	a = omasec_account_find(test->priv, "a");
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_WRAP, in, out, &why),
			-ENOKEY);
	KUNIT_EXPECT_NOT_NULL(test, why);
	KUNIT_EXPECT_EQ(test, omasec_helper_crypto(a, OMASEC_CRYPTO_OP_HMAC_SHA384, in, want, &why),
			0);
	omasec_account_put(a);
	key_put(sign);
	key_put(wrap);
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
		{ OMASEC_SECRET_WRAP, 8, -EKEYREJECTED }, { OMASEC_SECRET_WRAP, 16, 0 },
		{ OMASEC_SECRET_WRAP, 20, -EKEYREJECTED }, { OMASEC_SECRET_WRAP, 24, 0 },
		{ OMASEC_SECRET_WRAP, 32, 0 }, { OMASEC_SECRET_WRAP, 40, -EKEYREJECTED },
	};
	const struct omasec_slice in = { secret_octets, 16 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		struct key *key = logon_key(test, c[i].len);
		struct omasec_account_spec spec = { .name = "a", .secret = { [0] = NULL } };
		unsigned int op = c[i].of == OMASEC_SECRET_SIGN ? OMASEC_CRYPTO_OP_HMAC_SHA256 :
								  OMASEC_CRYPTO_OP_WRAP;
		struct omasec_account *a;
		const char *why = NULL;
		u8 out[32];

		spec.secret[c[i].of] = key;
		KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
		a = omasec_account_find(test->priv, "a");
		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_EXPECT_EQ_MSG(test, omasec_secret_state(key, c[i].of), c[i].err, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, omasec_helper_crypto(a, op, in, out, &why), c[i].err,
				    "row %zu", i);
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
	KUNIT_CASE(wrap_vectors_of_rfc_3394),
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
