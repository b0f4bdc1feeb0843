// SPDX-License-Identifier: GPL-2.0
/* Padding of XML-Encryption: each last octet there is, and a choice of keys. */
#include "cmocka_table.h"
#include "../../kmod/proto/xmlenc.h"

/* Content of every length comes back; the octets between are nobody's business. */
static void pads_and_unpads(void **state)
{
	size_t len, padded, i;
	u8 *data;

	(void)state;
	for (len = 1; len <= 64; len++) {
		padded = (len / 16 + 1) * 16;
		data = (u8 *)exact_copy("", 0);
		data = realloc(data, padded);
		for (i = 0; i < padded; i++)
			data[i] = (u8)(i < len ? 'a' + i % 26 : 0xee);
		omasec_xmlenc_pad(data, len, padded);
		assert_int_equal(data[padded - 1], padded - len);
		assert_int_equal(omasec_xmlenc_unpad(data, padded), len);
		for (i = 0; i < len; i++)
			assert_int_equal(data[i], 'a' + i % 26);
		free(data);
	}
}

/* What is wrong loses one octet and ends in 0, whichever it is. */
static void each_last_octet(void **state)
{
	unsigned int blocks, last;
	u8 *data;

	(void)state;
	for (blocks = 1; blocks <= 3; blocks++) {
		for (last = 0; last < 256; last++) {
			size_t len = blocks * 16;
			bool good = last >= 1 && last <= (blocks == 1 ? 15 : 16);

			data = malloc(len);
			assert_non_null(data);
			memset(data, '>', len);
			data[len - 1] = (u8)last;
			assert_int_equal(omasec_xmlenc_unpad(data, len), len - (good ? last : 1));
			assert_int_equal(data[len - 2], good ? '>' : 0);
			assert_int_equal(data[len - 3], '>');
			free(data);
		}
	}
}

static void one_key_or_the_other(void **state)
{
	u8 a[3] = { 1, 0, 0xff }, b[3] = { 0x80, 0xff, 0 };

	(void)state;
	omasec_xmlenc_choose(a, b, sizeof(a), false);
	assert_memory_equal(a, "\x01\x00\xff", 3);
	omasec_xmlenc_choose(a, b, 2, true);
	assert_memory_equal(a, "\x80\xff\xff", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pads_and_unpads),
		cmocka_unit_test(each_last_octet),
		cmocka_unit_test(one_key_or_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
