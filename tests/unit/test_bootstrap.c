// SPDX-License-Identifier: GPL-2.0
/*
 * Bootstrap messages: what of SEC and MAC is read and what is refused, keys of
 * every type, that each octet of MAC, message and secret counts, and IMSIs.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "cmocka_table.h"
#include "../kunit/bootstrap_vectors.h"

static int sha1(void *ctx, struct omasec_slice key, struct omasec_slice data, u8 out[OMASEC_SHA1_LEN])
{
	unsigned int len = 0;

	if (ctx)
		return *(int *)ctx;
	return HMAC(EVP_sha1(), key.p, (int)key.len, (const u8 *)data.p, data.len, out, &len) &&
	       len == OMASEC_SHA1_LEN ? 0 : -EIO;
}

static const struct omasec_hmac_sha1 host = { .digest = sha1 };

static struct omasec_slice text(const char *s)
{
	struct omasec_slice slice = { s, strlen(s) };

	return slice;
}

static const struct omasec_slice body = { BOOTSTRAP_BODY, sizeof(BOOTSTRAP_BODY) - 1 };

static void content_type(void **state)
{
	const struct content_type_vector *v = *state;
	char *copy = exact_copy(v->text, strlen(v->text));
	struct omasec_bootstrap b;
	u32 type = 0;

	assert_int_equal(omasec_bootstrap_content_type(copy, strlen(v->text), &type, &b), v->reason);
	/* What cannot be read could be one to another reader. */
	assert_int_equal(omasec_bootstrap_claims(copy, strlen(v->text)), v->reason || v->claims);
	if (v->reason) {
		assert_non_null(strstr(b.what, v->what));
	} else {
		assert_null(b.what);
		assert_int_equal(type, v->type);
		assert_int_equal(b.sec, v->sec);
		assert_int_equal(b.colon, v->colon);
		if (v->sec != OMASEC_SEC_NONE && v->sec != OMASEC_SEC_USERPINMAC)
			assert_memory_equal(b.mac, "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb"
					    "\xcc\xdd\xee\xff\x00\x11\x22\x33", 20);
	}
	free(copy);
}

static void reads_the_numbers_of_wsp(void **state)
{
	static const u8 sec[] = { OMASEC_SEC_NETWPIN, OMASEC_SEC_USERPIN, OMASEC_SEC_USERNETWPIN };
	struct omasec_slice none = { NULL, 0 };
	struct omasec_bootstrap b;
	u32 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(omasec_bootstrap_parse(OMASEC_WSP_SEC_CODE, i, none, text(MAC40), &b), 0);
		assert_int_equal(b.sec, sec[i]);
	}
	assert_int_equal(omasec_bootstrap_parse(OMASEC_WSP_SEC_CODE, 3, none, none, &b), 0);
	assert_int_equal(b.sec, OMASEC_SEC_USERPINMAC);
	assert_int_equal(omasec_bootstrap_parse(OMASEC_WSP_SEC_CODE, 4, none, text(MAC40), &b),
			 OMASEC_REASON_BOOTSTRAP_BAD);
	assert_int_equal(omasec_bootstrap_parse(OMASEC_WSP_SEC_NONE, 0, none, none, &b), 0);
	assert_int_equal(b.sec, OMASEC_SEC_NONE);
}

/* The parameters that a maker would send for @mac. */
static void params(const struct bootstrap_vector *v, const char *mac, struct omasec_bootstrap *b)
{
	struct omasec_slice none = { NULL, 0 };

	assert_int_equal(omasec_bootstrap_parse(OMASEC_WSP_SEC_CODE, v->sec - OMASEC_SEC_NETWPIN, none,
						v->sec == OMASEC_SEC_USERPINMAC ? none : text(mac), b), 0);
}

static void mac(void **state)
{
	const struct bootstrap_vector *v = *state;
	struct omasec_bootstrap_secrets s = { text(v->netw), text(v->pin), v->colon }, wrong;
	char made[OMASEC_BOOTSTRAP_MAC_TEXT], typed[OMASEC_PIN_MAX + 1], changed[sizeof(BOOTSTRAP_BODY)];
	struct omasec_slice other = { changed, body.len };
	struct omasec_bootstrap b;
	size_t i;

	assert_int_equal(omasec_bootstrap_make(&host, v->sec, &s, body, made), 0);
	assert_string_equal(made, v->mac);
	params(v, made, &b);
	if (v->sec == OMASEC_SEC_USERPINMAC) {
		snprintf(typed, sizeof(typed), "%s%s", v->pin, v->mac);
		s.pin = text(typed);
	}
	assert_int_equal(omasec_bootstrap_check(&host, &b, &s, body), 1);
	for (i = 0; i < body.len; i++) {
		memcpy(changed, body.p, body.len);
		changed[i] ^= 1;
		assert_int_equal(omasec_bootstrap_check(&host, &b, &s, other), 0);
	}
	for (i = 0; v->sec != OMASEC_SEC_USERPINMAC && i < sizeof(b.mac); i++) {
		b.mac[i] ^= 0x80;
		assert_int_equal(omasec_bootstrap_check(&host, &b, &s, body), 0);
		b.mac[i] ^= 0x80;
	}
	for (i = 0; i < s.pin.len; i++) {
		char pin[OMASEC_PIN_MAX + 1];

		memcpy(pin, s.pin.p, s.pin.len);
		pin[i] = pin[i] == '0' ? '1' : '0';
		wrong = s;
		wrong.pin.p = pin;
		assert_int_equal(omasec_bootstrap_check(&host, &b, &wrong, body), 0);
	}
}

static void key_needs_its_secrets(void **state)
{
	char long_secret[OMASEC_SECRET_MAX + 1] = { 0 };
	struct omasec_slice none = { NULL, 0 }, too_long = { long_secret, sizeof(long_secret) };
	struct omasec_bootstrap_secrets no_netw = { none, { "1", 1 }, false };
	struct omasec_bootstrap_secrets no_pin = { { "n", 1 }, none, false };
	struct omasec_bootstrap_secrets letters = { { "n", 1 }, { "12a4", 4 }, false };
	struct omasec_bootstrap_secrets big = { too_long, { "1", 1 }, false };
	u8 key[OMASEC_BOOTSTRAP_KEY_MAX];

	(void)state;
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_NONE, &no_netw, key), -EINVAL);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_USERPINMAC + 1, &no_netw, key), -EINVAL);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_NETWPIN, &no_netw, key), -EINVAL);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_USERNETWPIN, &no_netw, key), -EINVAL);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_USERPIN, &no_netw, key), 1);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_USERPIN, &no_pin, key), -EINVAL);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_USERNETWPIN, &no_pin, key), -EINVAL);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_NETWPIN, &no_pin, key), 1);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_USERPIN, &letters, key), -EINVAL);
	assert_int_equal(omasec_bootstrap_key(OMASEC_SEC_NETWPIN, &big, key), -EINVAL);
}

/* Half of what is typed is the PIN, so an odd number of digits is none. */
static void userpinmac_needs_two_halves(void **state)
{
	struct omasec_bootstrap b = { .sec = OMASEC_SEC_USERPINMAC };
	struct omasec_bootstrap_secrets odd = { { NULL, 0 }, { "12345", 5 }, false };
	struct omasec_bootstrap_secrets one = { { NULL, 0 }, { "1", 1 }, false };
	struct omasec_bootstrap_secrets many = { { NULL, 0 },
		{ "123456789012345678901234567890123456789012", 42 }, false };

	(void)state;
	assert_int_equal(omasec_bootstrap_check(&host, &b, &odd, body), 0);
	assert_int_equal(omasec_bootstrap_check(&host, &b, &one, body), 0);
	assert_int_equal(omasec_bootstrap_check(&host, &b, &many, body), 0);
}

/* Not being able to compute is not the same as being wrong. */
static void passes_a_failure_on(void **state)
{
	int err = -ENOMEM;
	const struct omasec_hmac_sha1 broken = { sha1, &err };
	struct omasec_bootstrap b = { .sec = OMASEC_SEC_USERPIN };
	struct omasec_bootstrap_secrets s = { { NULL, 0 }, { "1234", 4 }, false };
	char made[OMASEC_BOOTSTRAP_MAC_TEXT];

	(void)state;
	assert_int_equal(omasec_bootstrap_check(&broken, &b, &s, body), -ENOMEM);
	assert_int_equal(omasec_bootstrap_make(&broken, OMASEC_SEC_USERPIN, &s, body, made), -ENOMEM);
}

static void knows_wbxml(void **state)
{
	(void)state;
	assert_true(omasec_bootstrap_is_wbxml(body));
	assert_false(omasec_bootstrap_is_wbxml(text("<wap-provisioningdoc/>")));
	assert_false(omasec_bootstrap_is_wbxml(text("\x03\x0b\x6a\x01")));
	assert_false(omasec_bootstrap_is_wbxml(text("\x04\x0b\x6a\x01\x01")));
}

/* Whatever name is given out is read as what it stood for. */
static void names_are_read_back(void **state)
{
	struct omasec_slice none = { NULL, 0 };
	struct omasec_bootstrap b;
	unsigned int sec, form;

	(void)state;
	assert_null(omasec_sec_name(OMASEC_SEC_NONE, true, true));
	for (sec = OMASEC_SEC_NETWPIN; sec <= OMASEC_SEC_USERPINMAC; sec++) {
		for (form = 0; form < 4; form++) {
			const char *name = omasec_sec_name(sec, form & 1, form & 2);

			assert_int_equal(omasec_bootstrap_parse(OMASEC_WSP_SEC_TEXT, 0, text(name),
					 sec == OMASEC_SEC_USERPINMAC ? none : text(MAC40), &b), 0);
			assert_int_equal(b.sec, sec);
			assert_true(!b.colon || (form & 2));
		}
	}
}

static void imsi(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(imsi_vectors); i++) {
		u8 out[OMASEC_IMSI_OCTETS];
		int n = omasec_imsi_encode(imsi_vectors[i].digits, strlen(imsi_vectors[i].digits), out);

		assert_int_equal(n, imsi_vectors[i].len);
		if (n > 0)
			assert_memory_equal(out, imsi_vectors[i].octets, (size_t)n);
	}
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(content_type_vectors); i++)
		table_add(&t, content_type_vectors[i].name, content_type, &content_type_vectors[i]);
	table_add(&t, "reads_the_numbers_of_wsp", reads_the_numbers_of_wsp, NULL);
	for (i = 0; i < ARRAY_SIZE(bootstrap_vectors); i++)
		table_add(&t, bootstrap_vectors[i].name, mac, &bootstrap_vectors[i]);
	table_add(&t, "key_needs_its_secrets", key_needs_its_secrets, NULL);
	table_add(&t, "userpinmac_needs_two_halves", userpinmac_needs_two_halves, NULL);
	table_add(&t, "passes_a_failure_on", passes_a_failure_on, NULL);
	table_add(&t, "knows_wbxml", knows_wbxml, NULL);
	table_add(&t, "names_are_read_back", names_are_read_back, NULL);
	table_add(&t, "imsi", imsi, NULL);
	return table_run("bootstrap", &t);
}
