// SPDX-License-Identifier: GPL-2.0
/*
 * The x-syncml-hmac value: what is read, what is refused, that the writer makes
 * the one common form, and that the reader gives back what the writer wrote.
 */
#include "cmocka_table.h"
#include "../kunit/proto_vectors.h"

static const u8 mac_octets[OMASEC_MD5_LEN] = {
	0xe8, 0x06, 0x64, 0xf7, 0xa0, 0xc6, 0xe8, 0x5d,
	0x23, 0x48, 0x86, 0x84, 0xa5, 0xb2, 0xb8, 0x36,
};

static unsigned int parse(const char *value, size_t len, struct omasec_hmac_header *h)
{
	char *copy = exact_copy(value, len);
	unsigned int reason = omasec_hmac_header_parse(copy, len, h);

	free(copy);
	return reason;
}

static void vector(void **state)
{
	const struct hmac_vector *v = *state;
	struct omasec_hmac_header h;

	memset(&h, 0xee, sizeof(h));
	assert_int_equal(parse(v->value, v->len, &h), v->reason);
	if (v->reason)
		return;
	assert_int_equal(h.user_len, strlen(v->user));
	assert_string_equal(h.user, v->user);
	assert_memory_equal(h.mac, mac_octets, sizeof(h.mac));
}

/* A value that was cut is never read as if it were whole. */
static void refuses_every_value_that_was_cut(void **state)
{
	static const char value[] =
		"algorithm=MD5, username=\"B\\\"2\", mac=6AZk96DG6F0jSIaEpbK4Ng==";
	struct omasec_hmac_header h;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(value) - 1; n++)
		assert_int_equal(parse(value, n, &h), OMASEC_REASON_MAC_MALFORMED);
	assert_int_equal(parse(value, n, &h), 0);
}

static void writes_the_common_form(void **state)
{
	static const char want[] =
		"algorithm=MD5, username=\"Bruce2\", mac=6AZk96DG6F0jSIaEpbK4Ng==";
	char out[OMASEC_HMAC_VALUE_MAX];

	(void)state;
	assert_int_equal(omasec_hmac_header_format(out, sizeof(out), "Bruce2", 6, mac_octets),
			 sizeof(want) - 1);
	assert_string_equal(out, want);
}

static void writes_quoted_pairs(void **state)
{
	static const char want[] =
		"algorithm=MD5, username=\"a\\\"b\\\\c\", mac=6AZk96DG6F0jSIaEpbK4Ng==";
	char out[OMASEC_HMAC_VALUE_MAX];

	(void)state;
	assert_int_equal(omasec_hmac_header_format(out, sizeof(out), "a\"b\\c", 5, mac_octets),
			 sizeof(want) - 1);
	assert_string_equal(out, want);
}

static void writes_no_more_than_fits(void **state)
{
	static const char user[] = "a\"b";
	char whole[OMASEC_HMAC_VALUE_MAX];
	ssize_t len = omasec_hmac_header_format(whole, sizeof(whole), user, 3, mac_octets);
	size_t cap;

	(void)state;
	assert_true(len > 0);
	for (cap = 0; cap < (size_t)len + 3; cap++) {
		char *out = malloc(cap ? cap : 1);

		assert_non_null(out);
		if (cap <= (size_t)len) {
			assert_int_equal(omasec_hmac_header_format(out, cap, user, 3, mac_octets),
					 -ENOSPC);
		} else {
			assert_int_equal(omasec_hmac_header_format(out, cap, user, 3, mac_octets),
					 len);
			assert_string_equal(out, whole);
		}
		free(out);
	}
}

/* The longest user, all of it to be escaped, fits the size that the header promises. */
static void fits_the_longest_user(void **state)
{
	char out[OMASEC_HMAC_VALUE_MAX], user[OMASEC_USER_MAX + 1];
	struct omasec_hmac_header h;
	ssize_t n;

	(void)state;
	memset(user, '"', sizeof(user));
	n = omasec_hmac_header_format(out, sizeof(out), user, OMASEC_USER_MAX, mac_octets);
	assert_true(n > 2 * OMASEC_USER_MAX);
	assert_int_equal(parse(out, (size_t)n, &h), 0);
	assert_int_equal(h.user_len, OMASEC_USER_MAX);
	assert_memory_equal(h.user, user, OMASEC_USER_MAX);
	assert_int_equal(omasec_hmac_header_format(out, sizeof(out), user, sizeof(user),
						   mac_octets), -EINVAL);
}

static void writes_no_empty_user(void **state)
{
	char out[OMASEC_HMAC_VALUE_MAX];

	(void)state;
	assert_int_equal(omasec_hmac_header_format(out, sizeof(out), "", 0, mac_octets), -EINVAL);
}

/* Each octet in a user name: control characters are refused, all others come back. */
static void gives_back_every_octet_of_a_user(void **state)
{
	struct omasec_hmac_header h;
	char out[OMASEC_HMAC_VALUE_MAX], user[3] = "a?b";
	unsigned int c;
	ssize_t n;

	(void)state;
	for (c = 0; c < 256; c++) {
		user[1] = (char)c;
		n = omasec_hmac_header_format(out, sizeof(out), user, sizeof(user), mac_octets);
		if (c < 32 || c == 127) {
			assert_int_equal(n, -EINVAL);
			continue;
		}
		assert_true(n > 0);
		assert_int_equal(strlen(out), n);
		assert_int_equal(parse(out, (size_t)n, &h), 0);
		assert_int_equal(h.user_len, sizeof(user));
		assert_memory_equal(h.user, user, sizeof(user));
		assert_int_equal(h.user[3], 0);
		assert_memory_equal(h.mac, mac_octets, sizeof(h.mac));
	}
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hmac_vectors); i++)
		table_add(&t, hmac_vectors[i].name, vector, &hmac_vectors[i]);
	table_add(&t, "refuses_every_value_that_was_cut", refuses_every_value_that_was_cut, NULL);
	table_add(&t, "writes_the_common_form", writes_the_common_form, NULL);
	table_add(&t, "writes_quoted_pairs", writes_quoted_pairs, NULL);
	table_add(&t, "writes_no_more_than_fits", writes_no_more_than_fits, NULL);
	table_add(&t, "fits_the_longest_user", fits_the_longest_user, NULL);
	table_add(&t, "writes_no_empty_user", writes_no_empty_user, NULL);
	table_add(&t, "gives_back_every_octet_of_a_user", gives_back_every_octet_of_a_user, NULL);
	return table_run("hmac_header", &t);
}
