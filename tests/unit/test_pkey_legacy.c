// SPDX-License-Identifier: GPL-2.0
/*
 * AES-CBC under RSA 1.5: nothing at all is said of key or cipher text. Octets come out, as many as
 * there can be, and other ones. A length that cannot be is told, as anybody can see it.
 */
#include <errno.h>
#include <openssl/err.h>

#include <daemon/pkey.h>

#include "cmocka_table.h"
#include "xsec_keys.h"

static struct xsec_keys right;
static struct xsec_reply sealed, longer;
static struct pkey key;

static int setup(void **state)
{
	(void)state;
	xsec_keys_load(&right, "rsa.pem");
	key.key = right.pkey;
	return pkey_seal(right.pkey, XSEC_AES128_CBC, "hidden", 6, &sealed) ||
	       pkey_seal(right.pkey, XSEC_AES256_CBC, "hidden", 6, &longer) || sealed.len != 32 ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	free(sealed.data);
	free(longer.data);
	memset(&sealed, 0, sizeof(sealed));
	memset(&longer, 0, sizeof(longer));
	xsec_keys_free(&right);
	return 0;
}

/* What comes of that wrapped key and these 32 octets; true when it is what was sealed. */
static bool opens(const uint8_t *wrapped, size_t wrapped_len, const uint8_t *data)
{
	const struct xsec_request r = {
		.op = XSEC_OPEN, .cipher = XSEC_AES128_CBC, .wrap = XSEC_RSA_1_5, .data = data, .len = 32,
		.wrapped = wrapped, .wrapped_len = wrapped_len,
	};
	struct xsec_reply reply = { 0 };
	bool same;

	assert_int_equal(pkey_open(&key, &r, &reply), 0);
	assert_in_range(reply.len, 1, 15);
	assert_int_equal(ERR_peek_error(), 0);
	same = reply.len == 6 && !memcmp(reply.data, "hidden", 6);
	free(reply.data);
	return same;
}

static void another_key(void **state)
{
	uint8_t wrapped[XSEC_WRAPPED_MAX];
	size_t i;

	(void)state;
	assert_true(opens(sealed.wrapped, sealed.wrapped_len, sealed.data));
	for (i = 0; i < sealed.wrapped_len; i++) {
		memcpy(wrapped, sealed.wrapped, sizeof(wrapped));
		wrapped[i] ^= 1;
		assert_false(opens(wrapped, sealed.wrapped_len, sealed.data));
	}
	assert_false(opens(sealed.wrapped, sealed.wrapped_len - 1, sealed.data));
	assert_false(opens(sealed.wrapped, 0, sealed.data));
	memset(wrapped, 0xff, sizeof(wrapped));
	assert_false(opens(wrapped, sealed.wrapped_len, sealed.data));
	/* rightly wrapped, of another length */
	assert_false(opens(longer.wrapped, longer.wrapped_len, sealed.data));
}

/* Each octet of IV and content; those between text and padding are nobody's business. */
static void another_content(void **state)
{
	uint8_t data[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(data); i++) {
		memcpy(data, sealed.data, sizeof(data));
		data[i] ^= 0x81;
		assert_int_equal(opens(sealed.wrapped, sealed.wrapped_len, data), i >= 6 && i <= 14);
	}
}

/* What a key of zeros would open, which an unwrap that fails could leave behind. */
static void no_key_of_zeros(void **state)
{
	static const uint8_t zeros[16];
	struct xsec_reply zero = { .data = malloc(64) };
	uint8_t wrapped[XSEC_WRAPPED_MAX];

	(void)state;
	assert_int_equal(xsec_keys_cbc(XSEC_AES128_CBC, true, zeros, (const uint8_t *)"hidden", 6, &zero), 0);
	memcpy(wrapped, sealed.wrapped, sizeof(wrapped));
	wrapped[9] ^= 1;
	assert_false(opens(wrapped, sealed.wrapped_len, zero.data));
	free(zero.data);
}

static void lengths(void **state)
{
	struct xsec_request r = {
		.op = XSEC_OPEN, .cipher = XSEC_AES128_CBC, .wrap = XSEC_RSA_1_5, .data = sealed.data,
		.wrapped = sealed.wrapped, .wrapped_len = sealed.wrapped_len,
	};
	struct xsec_reply reply;

	(void)state;
	for (r.len = 0; r.len <= 32; r.len++) {
		memset(&reply, 0, sizeof(reply));
		assert_int_equal(pkey_open(&key, &r, &reply), r.len == 32 ? 0 : -EBADMSG);
		assert_int_equal(!!reply.data, r.len == 32);
		free(reply.data);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(another_key), T(another_content), T(no_key_of_zeros), T(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
