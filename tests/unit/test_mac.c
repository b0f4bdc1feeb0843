// SPDX-License-Identifier: GPL-2.0
/*
 * The MAC: the worked values of DM Security 5.4.3 and what must not match them,
 * then both forms against OpenSSL over seeded random input. MD5 is OpenSSL's.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "cmocka_table.h"
#include "../kunit/http_drive.h"
#include "../kunit/proto_vectors.h"
#include "../../kmod/proto/base64.h"

/* Fails the call whose number is @fail_at; counts calls. */
struct md5_ctx {
	unsigned int calls, fail_at;
};

static int md5_digest(void *ctx, const struct omasec_slice *s, unsigned int n,
		      u8 out[OMASEC_MD5_LEN])
{
	struct md5_ctx *c = ctx;
	EVP_MD_CTX *md;
	unsigned int i;

	if (++c->calls == c->fail_at)
		return -ENOMEM;
	md = EVP_MD_CTX_new();
	assert_non_null(md);
	assert_int_equal(EVP_DigestInit_ex(md, EVP_md5(), NULL), 1);
	for (i = 0; i < n; i++)
		assert_int_equal(EVP_DigestUpdate(md, s[i].p, s[i].len), 1);
	assert_int_equal(EVP_DigestFinal_ex(md, out, NULL), 1);
	EVP_MD_CTX_free(md);
	return 0;
}

static void md5_of(const void *p, size_t len, u8 out[OMASEC_MD5_LEN])
{
	assert_int_equal(EVP_Digest(p, len, out, NULL, EVP_md5(), NULL), 1);
}

static void vector(void **state)
{
	const struct mac_vector *v = *state;
	struct md5_ctx ctx = { 0 };
	struct omasec_md5 md5 = { md5_digest, &ctx };
	u8 body[OMASEC_MD5_LEN], mac[OMASEC_MD5_LEN];
	char text[OMASEC_B64_LEN(OMASEC_MD5_LEN)];

	md5_of(MAC_BODY, strlen(MAC_BODY), body);
	assert_int_equal(omasec_mac_compute(&md5, v->form, (const u8 *)MAC_KEY,
					    (const u8 *)v->nonce, v->nonce_len, body, mac), 0);
	omasec_base64_encode(mac, sizeof(mac), text);
	if (v->match)
		assert_memory_equal(text, v->mac, sizeof(text));
	else
		assert_memory_not_equal(text, v->mac, sizeof(text));
}

static void key_of_the_standard(void **state)
{
	u8 digest[OMASEC_MD5_LEN];
	char key[OMASEC_KEY_LEN];

	(void)state;
	md5_of("Bruce2:OhBehave", 15, digest);
	assert_int_equal(omasec_base64_encode(digest, sizeof(digest), key), OMASEC_KEY_LEN);
	assert_memory_equal(key, MAC_KEY, sizeof(key));
}

static void fill(u8 *p, size_t len, u32 *seed)
{
	while (len--)
		*p++ = (u8)(drive_random(seed) >> 9);
}

/* Any octets as nonce, of every length that is allowed; key octets likewise. */
static void agrees_with_openssl(void **state)
{
	u8 key[OMASEC_KEY_LEN], body[OMASEC_MD5_LEN], mac[OMASEC_MD5_LEN], want[OMASEC_MD5_LEN];
	u8 text[OMASEC_KEY_LEN + OMASEC_NONCE_MAX + 64];
	struct md5_ctx ctx = { 0 };
	struct omasec_md5 md5 = { md5_digest, &ctx };
	u32 seed = 20130517;
	size_t len, n;
	u8 *nonce;

	(void)state;
	for (len = 0; len <= OMASEC_NONCE_MAX; len++) {
		nonce = malloc(len ? len : 1);
		assert_non_null(nonce);
		fill(nonce, len, &seed);
		fill(key, sizeof(key), &seed);
		fill(body, sizeof(body), &seed);

		n = sizeof(key);
		memcpy(text, key, n);
		text[n++] = ':';
		memcpy(text + n, nonce, len);
		n += len;
		text[n++] = ':';
		n += omasec_base64_encode(body, sizeof(body), (char *)text + n);
		md5_of(text, n, want);
		assert_int_equal(omasec_mac_compute(&md5, OMASEC_MAC_FORM_OMA, key, nonce, len,
						    body, mac), 0);
		assert_memory_equal(mac, want, sizeof(mac));

		assert_non_null(HMAC(EVP_md5(), key, sizeof(key), text + sizeof(key) + 1,
				     n - sizeof(key) - 1, want, NULL));
		assert_int_equal(omasec_mac_compute(&md5, OMASEC_MAC_FORM_RFC2104, key, nonce, len,
						    body, mac), 0);
		assert_memory_equal(mac, want, sizeof(mac));
		free(nonce);
	}
}

/* DM Security 1.2, 5.3.2: B64(MD5(K ":" nonce)). */
static void digest_of_the_standard(void **state)
{
	u8 digest[OMASEC_MD5_LEN], nonce[OMASEC_NONCE_MAX + 1] = { 0 };
	char text[OMASEC_B64_LEN(OMASEC_MD5_LEN)];
	struct md5_ctx ctx = { 0 };
	struct omasec_md5 md5 = { md5_digest, &ctx };

	(void)state;
	assert_int_equal(omasec_digest_compute(&md5, (const u8 *)MAC_KEY, (const u8 *)"Nonce", 5, digest), 0);
	omasec_base64_encode(digest, sizeof(digest), text);
	assert_memory_equal(text, "Zz6EivR3yeaaENcRN6lpAQ==", sizeof(text));
	assert_int_equal(omasec_digest_compute(&md5, (const u8 *)MAC_KEY, nonce, sizeof(nonce), digest), -EINVAL);
	ctx.calls = 0;
	ctx.fail_at = 1;
	assert_int_equal(omasec_digest_compute(&md5, (const u8 *)MAC_KEY, nonce, 1, digest), -ENOMEM);
}

/* With the right nonce, a digest is the MAC of a body: that nonce is told from others. */
static void no_digest_is_a_mac(void **state)
{
	u8 body[OMASEC_MD5_LEN], mac[OMASEC_MD5_LEN], digest[OMASEC_MD5_LEN], nonce[OMASEC_NONCE_MAX];
	struct md5_ctx ctx = { 0 };
	struct omasec_md5 md5 = { md5_digest, &ctx };
	size_t n = 0, before;

	(void)state;
	md5_of(MAC_BODY, strlen(MAC_BODY), body);
	for (before = 0; before <= OMASEC_NONCE_MAX - 25; before++) {
		memset(nonce, 'n', before);
		n = before;
		nonce[n++] = ':';
		n += omasec_base64_encode(body, sizeof(body), (char *)nonce + n);
		assert_int_equal(omasec_mac_compute(&md5, OMASEC_MAC_FORM_OMA, (const u8 *)MAC_KEY, nonce, before,
						    body, mac), 0);
		assert_int_equal(omasec_digest_compute(&md5, (const u8 *)MAC_KEY, nonce, n, digest), 0);
		assert_memory_equal(mac, digest, sizeof(mac));
		assert_true(omasec_nonce_like_mac(nonce, n));
	}
	assert_false(omasec_nonce_like_mac(nonce, n - 1));
	nonce[n - 25] = ';';
	assert_false(omasec_nonce_like_mac(nonce, n));
	nonce[n - 25] = ':';
	nonce[n - 5] = '!';
	assert_false(omasec_nonce_like_mac(nonce, n));
	assert_false(omasec_nonce_like_mac((const u8 *)":", 1));
	assert_false(omasec_nonce_like_mac((const u8 *)"", 0));
	/* all 24 octets alone are no MAC input: the colon in front is missing */
	assert_false(omasec_nonce_like_mac(nonce + n - 24, 24));
}

static void refuses_too_long_a_nonce(void **state)
{
	u8 nonce[OMASEC_NONCE_MAX + 1] = { 0 }, body[OMASEC_MD5_LEN] = { 0 }, mac[OMASEC_MD5_LEN];
	struct md5_ctx ctx = { 0 };
	struct omasec_md5 md5 = { md5_digest, &ctx };

	(void)state;
	assert_int_equal(omasec_mac_compute(&md5, OMASEC_MAC_FORM_OMA, (const u8 *)MAC_KEY, nonce,
					    sizeof(nonce), body, mac), -EINVAL);
	assert_int_equal(omasec_mac_compute(&md5, OMASEC_MAC_FORM_RFC2104, (const u8 *)MAC_KEY,
					    nonce, sizeof(nonce), body, mac), -EINVAL);
	assert_int_equal(ctx.calls, 0);
}

static void refuses_unknown_form(void **state)
{
	u8 body[OMASEC_MD5_LEN] = { 0 }, mac[OMASEC_MD5_LEN];
	struct md5_ctx ctx = { 0 };
	struct omasec_md5 md5 = { md5_digest, &ctx };

	(void)state;
	assert_int_equal(omasec_mac_compute(&md5, OMASEC_MAC_FORM_RFC2104 + 1, (const u8 *)MAC_KEY,
					    NULL, 0, body, mac), -EINVAL);
	assert_int_equal(ctx.calls, 0);
}

static void passes_on_every_failure_of_md5(void **state)
{
	u8 body[OMASEC_MD5_LEN] = { 0 }, mac[OMASEC_MD5_LEN];
	struct md5_ctx ctx = { 0 };
	struct omasec_md5 md5 = { md5_digest, &ctx };
	unsigned int form, at;

	(void)state;
	for (form = OMASEC_MAC_FORM_OMA; form <= OMASEC_MAC_FORM_RFC2104; form++) {
		unsigned int calls = form == OMASEC_MAC_FORM_OMA ? 1 : 2;

		for (at = 1; at <= calls; at++) {
			ctx.calls = 0;
			ctx.fail_at = at;
			assert_int_equal(omasec_mac_compute(&md5, form, (const u8 *)MAC_KEY, NULL,
							    0, body, mac), -ENOMEM);
			assert_int_equal(ctx.calls, at);
		}
		ctx.calls = 0;
		ctx.fail_at = 0;
		assert_int_equal(omasec_mac_compute(&md5, form, (const u8 *)MAC_KEY, NULL, 0, body,
						    mac), 0);
		assert_int_equal(ctx.calls, calls);
	}
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mac_vectors); i++)
		table_add(&t, mac_vectors[i].name, vector, &mac_vectors[i]);
	table_add(&t, "key_of_the_standard", key_of_the_standard, NULL);
	table_add(&t, "agrees_with_openssl", agrees_with_openssl, NULL);
	table_add(&t, "digest_of_the_standard", digest_of_the_standard, NULL);
	table_add(&t, "no_digest_is_a_mac", no_digest_is_a_mac, NULL);
	table_add(&t, "refuses_too_long_a_nonce", refuses_too_long_a_nonce, NULL);
	table_add(&t, "refuses_unknown_form", refuses_unknown_form, NULL);
	table_add(&t, "passes_on_every_failure_of_md5", passes_on_every_failure_of_md5, NULL);
	return table_run("mac", &t);
}
