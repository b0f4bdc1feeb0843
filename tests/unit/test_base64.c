// SPDX-License-Identifier: GPL-2.0
/*
 * Base64: the vectors of RFC 4648, and that the decoder takes exactly what the
 * encoder makes (tried over all groups of two and three characters).
 */
#include "cmocka_table.h"
#include "../../kmod/proto/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const struct {
	const char *plain, *text;
} pairs[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "Bruce2:OhBehave", "QnJ1Y2UyOk9oQmVoYXZl" },
	{ "\xff\xff\xff\xfb\xef\xbe", "////++++" },
};

static ssize_t decode(const char *text, size_t len, u8 *out, size_t cap)
{
	char *copy = exact_copy(text, len);
	u8 *room = malloc(cap ? cap : 1);
	ssize_t n;

	assert_non_null(room);
	n = omasec_base64_decode(copy, len, room, cap);
	if (n > 0)
		memcpy(out, room, (size_t)n);
	free(room);
	free(copy);
	return n;
}

static void agrees_with_rfc4648(void **state)
{
	u8 plain[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		size_t len = strlen(pairs[i].plain), text_len = strlen(pairs[i].text);
		char *text = malloc(text_len ? text_len : 1);
		char *in = exact_copy(pairs[i].plain, len);

		assert_non_null(text);
		assert_int_equal(OMASEC_B64_LEN(len), text_len);
		assert_int_equal(omasec_base64_encode((u8 *)in, len, text), text_len);
		assert_memory_equal(text, pairs[i].text, text_len);
		assert_int_equal(decode(pairs[i].text, text_len, plain, len), len);
		assert_memory_equal(plain, pairs[i].plain, len);
		free(in);
		free(text);
	}
}

static void gives_back_all_octets_of_all_lengths(void **state)
{
	char text[OMASEC_B64_LEN(80)];
	u8 in[80], out[80];
	unsigned int len, i, round;
	size_t n;

	(void)state;
	for (round = 0; round < 16; round++) {
		for (i = 0; i < sizeof(in); i++)
			in[i] = (u8)(i * 37 + round * 16 + (i >> 3));
		for (len = 0; len <= sizeof(in); len++) {
			n = omasec_base64_encode(in, len, text);
			assert_int_equal(n, OMASEC_B64_LEN(len));
			assert_int_equal(decode(text, n, out, len), len);
			assert_memory_equal(in, out, len);
		}
	}
}

static void refuses_too_small_a_buffer(void **state)
{
	u8 out[8];
	size_t cap;

	(void)state;
	for (cap = 0; cap < 6; cap++)
		assert_int_equal(decode("Zm9vYmFy", 8, out, cap), -EINVAL);
	assert_int_equal(decode("Zm9vYmE=", 8, out, 4), -EINVAL);
	assert_int_equal(decode("Zm9vYg==", 8, out, 3), -EINVAL);
}

static void refuses_other_lengths_than_fours(void **state)
{
	u8 out[16];
	size_t n;

	(void)state;
	for (n = 0; n < 12; n++)
		assert_int_equal(decode("Zm9vYmFyZm9v", n, out, sizeof(out)),
				 n % 4 ? -EINVAL : (int)(n / 4 * 3));
}

static void refuses_padding_in_the_wrong_place(void **state)
{
	static const char * const bad[] = {
		"====", "Z===", "=m9v", "Z=9v", "Zm=v", "Zg==Zg==", "Zm8=Zm9v", "Zg=v", "Zm9vY===",
		"Zg==Zm9v", "Zg==    ",
	};
	u8 out[16];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(decode(bad[i], strlen(bad[i]), out, sizeof(out)), -EINVAL);
}

/* In each of the four places: the 64 characters, and no other octet. */
static void knows_64_characters(void **state)
{
	unsigned int c, place;
	char text[4];
	u8 out[4];

	(void)state;
	for (place = 0; place < 4; place++) {
		for (c = 0; c < 256; c++) {
			bool ok = c && strchr(alphabet, (int)c);

			memcpy(text, "AAAA", 4);
			text[place] = (char)c;
			if (place == 3 && c == '=')	/* that is two octets */
				continue;
			assert_int_equal(decode(text, 4, out, 3), ok ? 3 : -EINVAL);
		}
	}
}

/* One text for each octet string: the bits that padding leaves over are zero. */
static void refuses_stray_bits(void **state)
{
	unsigned int a, b, c, one = 0, two = 0;
	char text[4], again[4];
	u8 out[4];

	(void)state;
	for (a = 0; a < 64; a++) {
		for (b = 0; b < 64; b++) {
			text[0] = alphabet[a];
			text[1] = alphabet[b];
			text[2] = '=';
			text[3] = '=';
			if (omasec_base64_decode(text, 4, out, 3) == 1) {
				one++;
				omasec_base64_encode(out, 1, again);
				assert_memory_equal(text, again, 4);
			}
			for (c = 0; c < 64; c++) {
				text[2] = alphabet[c];
				if (omasec_base64_decode(text, 4, out, 3) != 2)
					continue;
				two++;
				omasec_base64_encode(out, 2, again);
				assert_memory_equal(text, again, 4);
			}
		}
	}
	assert_int_equal(one, 256);
	assert_int_equal(two, 65536);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_rfc4648),
		cmocka_unit_test(gives_back_all_octets_of_all_lengths),
		cmocka_unit_test(refuses_too_small_a_buffer),
		cmocka_unit_test(refuses_other_lengths_than_fours),
		cmocka_unit_test(refuses_padding_in_the_wrong_place),
		cmocka_unit_test(knows_64_characters),
		cmocka_unit_test(refuses_stray_bits),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
