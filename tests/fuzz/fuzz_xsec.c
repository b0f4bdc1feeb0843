// SPDX-License-Identifier: GPL-2.0
/*
 * Signatures and encryption with a fixed key, which the holder uses in the simplest
 * way there is: the MAC is zeros, plain octets are what stands where the cipher text
 * would. So inputs get behind the cryptography. Properties: no operation asks more often
 * than once for an object, or asks for something else than it is for; what is refused leaves nothing and says
 * why; what comes out can be read, and has no Signature or EncryptedData left that
 * was to be taken away.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/omasec.h>
#include <xsec/xsec.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

static unsigned int asked, most = 1;
static enum xsec_op expected;

static int holder(void *private, const struct xsec_request *r, struct xsec_reply *reply)
{
	(void)private;
	CHECK(asked++ < most);
	CHECK(r->op == expected);
	reply->data = calloc(1, r->len + 64);
	CHECK(reply->data);
	reply->len = r->op == XSEC_MAC ? 32 : r->len;
	if (r->op == XSEC_MAC)
		return 0;
	CHECK(r->op == XSEC_SEAL || (r->wrapped_len && r->wrapped_len <= XSEC_WRAPPED_MAX));
	memcpy(reply->data, r->data, r->len);
	memcpy(reply->wrapped, "24 octets of a key, more", 24);
	reply->wrapped_len = 24;
	return 0;
}

static const struct xsec_crypto crypto = { holder, NULL };
static const struct xsec_key key = { .name = "key" };

static void check(int ret, const uint8_t *out, size_t len, const struct dm_error *err)
{
	if (!ret) {
		CHECK(out && len && len <= XSEC_MESSAGE_MAX);
		return;
	}
	CHECK(!out);
	CHECK(err->reason > OMASEC_REASON_NONE && err->reason <= OMASEC_REASON_MAX && err->text[0]);
}

static int sign(const uint8_t *in, size_t len, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	asked = 0;
	expected = XSEC_MAC;
	return xsec_sign(in, len, XSEC_HMAC_SHA256, &key, &crypto, out, out_len, err);
}

static void try_verify(const uint8_t *in, size_t len)
{
	struct dm_error err = { 0 };
	uint8_t *out = NULL, *again = NULL, *third = NULL;
	size_t out_len = 0, again_len = 0, third_len = 0;
	int ret;

	asked = 0;
	expected = XSEC_MAC;
	ret = xsec_verify(in, len, XSEC_HMAC_SHA256, &key, &crypto, &out, &out_len, &err);
	check(ret, out, out_len, &err);
	if (ret)
		return;
	/* it is canonical: signed and verified again it is the same */
	CHECK(!sign(out, out_len, &again, &again_len, &err));
	asked = 0;
	CHECK(!xsec_verify(again, again_len, XSEC_HMAC_SHA256, &key, &crypto, &third, &third_len, &err));
	CHECK(third_len == out_len && !memcmp(third, out, out_len));
	free(out);
	free(again);
	free(third);
}

static void try_decrypt(const uint8_t *in, size_t len)
{
	struct dm_error err = { 0 };
	uint8_t *out = NULL;
	size_t out_len = 0;
	int ret, i, taken = 0;

	for (i = 0; i < 2; i++) {
		asked = 0;
		expected = XSEC_OPEN;
		ret = xsec_decrypt(in, len, i ? NULL : "SyncBody", XSEC_AES128_GCM, XSEC_KW_AES128, &key, &crypto,
				   &out, &out_len, &err);
		check(ret, out, out_len, &err);
		taken += !ret;
		free(out);
		out = NULL;
	}
	/* it cannot be both */
	CHECK(taken < 2);
}

/* The whole message, or its SyncBody: taken back as that, and as nothing else. */
static void try_encrypt(const uint8_t *in, size_t len, const char *target)
{
	struct dm_error err = { 0 };
	uint8_t *out = NULL, *back = NULL;
	size_t out_len = 0, back_len = 0;
	int ret;

	asked = 0;
	expected = XSEC_SEAL;
	ret = xsec_encrypt(in, len, target, XSEC_AES128_GCM, XSEC_KW_AES128, &key, &crypto, &out, &out_len, &err);
	check(ret, out, out_len, &err);
	if (ret)
		return;
	asked = 0;
	expected = XSEC_OPEN;
	CHECK(xsec_decrypt(out, out_len, target ? NULL : "SyncBody", XSEC_AES128_GCM, XSEC_KW_AES128, &key, &crypto,
			   &back, &back_len, &err));
	CHECK(!asked && err.reason == OMASEC_REASON_PROFILE_VIOLATED);
	CHECK(!xsec_decrypt(out, out_len, target, XSEC_AES128_GCM, XSEC_KW_AES128, &key, &crypto, &back, &back_len,
			    &err));
	CHECK(back_len == len && !memcmp(back, in, len));
	free(out);
	free(back);
}

static void try_make(const uint8_t *in, size_t len)
{
	struct dm_error err = { 0 };
	uint8_t *out = NULL, *back = NULL;
	size_t out_len = 0, back_len = 0;
	int ret = sign(in, len, &out, &out_len, &err);

	check(ret, out, out_len, &err);
	if (!ret) {
		asked = 0;
		CHECK(!xsec_verify(out, out_len, XSEC_HMAC_SHA256, &key, &crypto, &back, &back_len, &err) ||
		      err.reason == OMASEC_REASON_SIGNATURE_WRONG || err.reason == OMASEC_REASON_TOO_LARGE);
		free(out);
		free(back);
		out = back = NULL;
	}
	try_encrypt(in, len, NULL);
	try_encrypt(in, len, "SyncBody");
}

/* What is sent comes back to the octet, or is not read because it nests deeper by then. */
static void try_objects(const uint8_t *in, size_t len)
{
	struct dm_error err = { 0 };
	uint8_t *out = NULL, *back = NULL;
	size_t out_len = 0, back_len = 0;
	int ret;

	most = XSEC_OBJECTS_MAX;
	asked = 0;
	expected = XSEC_OPEN;
	ret = xsec_decrypt_objects(in, len, XSEC_AES128_GCM, XSEC_KW_AES128, &key, &crypto, &out, &out_len, &err);
	check(ret, out, out_len, &err);
	free(out);
	out = NULL;
	asked = 0;
	expected = XSEC_SEAL;
	ret = xsec_encrypt_objects(in, len, XSEC_AES128_GCM, XSEC_KW_AES128, &key, &crypto, &out, &out_len, &err);
	check(ret, out, out_len, &err);
	if (!ret) {
		asked = 0;
		expected = XSEC_OPEN;
		ret = xsec_decrypt_objects(out, out_len, XSEC_AES128_GCM, XSEC_KW_AES128, &key, &crypto, &back,
					   &back_len, &err);
		CHECK(ret ? err.reason == OMASEC_REASON_XML_BAD || err.reason == OMASEC_REASON_TOO_LARGE :
			    back_len == len && !memcmp(back, in, len));
	}
	free(out);
	free(back);
	most = 1;
}

static int sign_objects(const uint8_t *in, size_t len, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	asked = 0;
	expected = XSEC_MAC;
	return xsec_sign_objects(in, len, XSEC_HMAC_SHA256, &key, &crypto, out, out_len, err);
}

/* What is sent is read, and from then on comes back to the octet. */
static void try_signed_objects(const uint8_t *in, size_t len)
{
	struct dm_error err = { 0 };
	uint8_t *out = NULL, *back = NULL, *again = NULL;
	size_t out_len = 0, back_len = 0, again_len = 0;
	int ret, i;

	most = XSEC_OBJECTS_MAX;
	for (i = 0; i < 2; i++) {
		asked = 0;
		expected = XSEC_MAC;
		ret = xsec_verify_objects(in, len, i, XSEC_HMAC_SHA256, &key, &crypto, &out, &out_len, &err);
		check(ret, out, out_len, &err);
		free(out);
		out = NULL;
	}
	ret = sign_objects(in, len, &out, &out_len, &err);
	check(ret, out, out_len, &err);
	for (i = 0; !ret && i < 2; i++) {
		asked = 0;
		ret = xsec_verify_objects(out, out_len, true, XSEC_HMAC_SHA256, &key, &crypto, &back, &back_len, &err);
		CHECK(!ret || err.reason == OMASEC_REASON_XML_BAD || err.reason == OMASEC_REASON_TOO_LARGE);
		CHECK(ret || !again || (back_len == again_len && !memcmp(back, again, back_len)));
		free(out);
		free(again);
		out = NULL;
		again = back;
		again_len = back_len;
		back = NULL;
		if (!ret && !i)
			ret = sign_objects(again, again_len, &out, &out_len, &err);
	}
	free(again);
	free(out);
	most = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	uint8_t *copy;

	if (!ready) {
		dm_init();
		CHECK(!xsec_init());
		ready = true;
	}
	copy = malloc(size ? size : 1);
	CHECK(copy);
	if (size)
		memcpy(copy, data, size);
	try_verify(copy, size);
	try_decrypt(copy, size);
	try_make(copy, size);
	try_objects(copy, size);
	try_signed_objects(copy, size);
	free(copy);
	return 0;
}
