// SPDX-License-Identifier: GPL-2.0
/*
 * Signing and encrypting: what omasec makes, omasec and xmlsec1 take; octet by octet
 * changed, nobody gets other octets out of it; keys that fail, replies that are cut,
 * and messages at the limits.
 */
#include <time.h>
#include <unistd.h>

#include <linux/omasec.h>

#include "cmocka_table.h"
#include "xsec_keys.h"

static const char *const sign_names[] = {
	"hmac-sha256", "hmac-sha384", "hmac-sha512", "rsa-sha256", "rsa-sha384", "rsa-sha512",
	"ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512",
};

static const char *sign_file(enum xsec_sign sign)
{
	static const char *const ec[] = { "ec256.pem", "ec384.pem", "ec512.pem" };

	return sign <= XSEC_HMAC_SHA512 ? "mac.key" : sign <= XSEC_RSA_SHA512 ? "rsa.pem" : ec[sign % 3];
}

static uint8_t *public_of(enum xsec_sign sign, size_t *len)
{
	char name[32];

	*len = 0;
	if (sign <= XSEC_HMAC_SHA512)
		return NULL;
	snprintf(name, sizeof(name), "%.*s.pub", (int)strcspn(sign_file(sign), "."), sign_file(sign));
	return xsec_file(name, len);
}

static void write_temp(char *path, const uint8_t *octets, size_t len)
{
	int fd;

	strcpy(path, "/tmp/xsec.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
	close(fd);
}

static bool peer(const char *arguments, const uint8_t *octets, size_t len, char **printed)
{
	char path[32], command[512], *text = calloc(1, 1 << 16);
	FILE *f;
	bool good;

	write_temp(path, octets, len);
	snprintf(command, sizeof(command), "cd %s && xmlsec1 %s %s 2>/dev/null", XSEC_DATA, arguments, path);
	f = popen(command, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 16) - 1, f) < 1 << 16);
	good = pclose(f) == 0;
	unlink(path);
	if (printed)
		*printed = text;
	else
		free(text);
	return good;
}

static void sign_sample(enum xsec_sign sign, const char *name, struct xsec_keys *keys, uint8_t **out,
			size_t *out_len)
{
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	struct xsec_key key = { .name = name };
	struct dm_error err = { 0 };
	size_t len;
	uint8_t *plain = xsec_file("plain.xml", &len);

	xsec_keys_load(keys, sign_file(sign));
	if (xsec_sign(plain, len, sign, &key, &crypto, out, out_len, &err))
		fail_msg("%s", err.text);
	assert_int_equal(keys->asked, 1);
	/* all but the signature is as it was */
	assert_memory_equal(*out, plain, len - strlen("</SyncML>"));
	free(plain);
}

static int verify_with(enum xsec_sign sign, const char *name, struct xsec_keys *keys,
		       const uint8_t *message, size_t len, uint8_t **out, size_t *out_len,
		       struct dm_error *err)
{
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	struct xsec_key key = { .name = name };
	uint8_t *public = public_of(sign, &key.public_len);
	int ret;

	key.public = public;
	ret = xsec_verify(message, len, sign, &key, &crypto, out, out_len, err);
	free(public);
	return ret;
}

static void signs(void **state)
{
	enum xsec_sign sign = (enum xsec_sign)(uintptr_t)*state;
	const char *name = sign % 2 ? "server" : NULL;
	struct xsec_keys keys;
	uint8_t *out, *back, *canonical;
	size_t len, back_len, canonical_len;
	struct dm_error err = { 0 };
	char options[64];

	sign_sample(sign, name, &keys, &out, &len);
	if (verify_with(sign, name, &keys, out, len, &back, &back_len, &err))
		fail_msg("%s", err.text);
	canonical = xsec_file("canonical.xml", &canonical_len);
	assert_int_equal(back_len, canonical_len);
	assert_memory_equal(back, canonical, back_len);
	snprintf(options, sizeof(options), "--verify %s%s %s",
		 sign <= XSEC_HMAC_SHA512 ? "--hmackey" : "--privkey-pem", name ? ":server" : "", sign_file(sign));
	assert_true(peer(options, out, len, NULL));
	/* and the peer is not one that takes everything */
	*(uint8_t *)memmem(out, len, "good", 4) = 'f';
	assert_false(peer(options, out, len, NULL));
	free(out);
	free(back);
	free(canonical);
	xsec_keys_free(&keys);
}

static const char *const wrap_files[] = { "kek128.key", "kek192.key", "kek256.key", "rsa.pem" };

static int encrypt_sample(const char *target, enum xsec_cipher cipher, enum xsec_wrap wrap,
			  struct xsec_keys *keys, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	struct xsec_key key = { .name = cipher % 2 ? "kek" : NULL };
	size_t len;
	uint8_t *plain = xsec_file("plain.xml", &len);
	int ret;

	ret = xsec_encrypt(plain, len, target, cipher, wrap, &key, &crypto, out, out_len, err);
	free(plain);
	return ret;
}

static int decrypt_target(const char *target, enum xsec_cipher cipher, enum xsec_wrap wrap,
			  struct xsec_keys *keys, const uint8_t *message, size_t len, uint8_t **out,
			  size_t *out_len, struct dm_error *err)
{
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	struct xsec_key key = { .name = cipher % 2 ? "kek" : NULL };

	return xsec_decrypt(message, len, target, cipher, wrap, &key, &crypto, out, out_len, err);
}

static int decrypt_with(enum xsec_cipher cipher, enum xsec_wrap wrap, struct xsec_keys *keys,
			const uint8_t *message, size_t len, uint8_t **out, size_t *out_len,
			struct dm_error *err)
{
	return decrypt_target("SyncBody", cipher, wrap, keys, message, len, out, out_len, err);
}

/* state: cipher, wrap, and whether the root */
static void encrypts(void **state)
{
	uintptr_t n = (uintptr_t)*state;
	enum xsec_cipher cipher = n % 3;
	enum xsec_wrap wrap = n / 3 % 4;
	const char *target = n >= 12 ? NULL : "SyncBody";
	struct dm_error err = { 0 };
	struct xsec_keys keys;
	uint8_t *out, *back, *plain;
	size_t len, back_len, plain_len;
	char options[96], *printed;

	xsec_keys_load(&keys, wrap_files[wrap]);
	if (encrypt_sample(target, cipher, wrap, &keys, &out, &len, &err))
		fail_msg("%s", err.text);
	assert_int_equal(keys.asked, 1);
	assert_null(memmem(out, len, "good", 4));
	/* which of the two it is, the caller says */
	assert_int_not_equal(decrypt_target(target ? NULL : "SyncBody", cipher, wrap, &keys, out, len, &back,
					    &back_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
	assert_int_equal(keys.asked, 1);
	if (decrypt_target(target, cipher, wrap, &keys, out, len, &back, &back_len, &err))
		fail_msg("%s", err.text);
	plain = xsec_file("plain.xml", &plain_len);
	assert_int_equal(back_len, plain_len);
	assert_memory_equal(back, plain, plain_len);
	snprintf(options, sizeof(options), "--decrypt %s:kek %s", wrap == XSEC_RSA_OAEP ? "--privkey-pem" :
		 "--aeskey", wrap_files[wrap]);
	assert_true(peer(options, out, len, &printed));
	assert_non_null(memmem(printed, strlen(printed), plain, plain_len));
	free(printed);
	free(out);
	free(back);
	free(plain);
	xsec_keys_free(&keys);
}

/* One octet at a time: refused, or the very same octets come out. */
static void changed_signature(void **state)
{
	enum xsec_sign sign = (enum xsec_sign)(uintptr_t)*state;
	unsigned int refused = 0;
	struct xsec_keys keys;
	uint8_t *out, *canonical;
	size_t len, canonical_len, i;

	sign_sample(sign, NULL, &keys, &out, &len);
	canonical = xsec_file("canonical.xml", &canonical_len);
	for (i = 0; i < len; i++) {
		static const uint8_t masks[] = { 0x01, 0x20, 0x80 };
		uint8_t was = out[i], *back = NULL;
		size_t back_len;

		out[i] ^= masks[i % 3];
		if (verify_with(sign, NULL, &keys, out, len, &back, &back_len, NULL)) {
			assert_null(back);
			refused++;
		} else {
			assert_int_equal(back_len, canonical_len);
			assert_memory_equal(back, canonical, back_len);
			free(back);
		}
		out[i] = was;
	}
	assert_true(refused > len - 16);
	free(out);
	free(canonical);
	xsec_keys_free(&keys);
}

/* Changed ciphers fail in one way; what else passes gives the same octets. */
static void changed_encryption(void **state)
{
	enum xsec_wrap wrap = (enum xsec_wrap)(uintptr_t)*state;
	struct xsec_keys keys;
	uint8_t *out, *plain, *value;
	size_t len, plain_len, i;
	struct dm_error err = { 0 };

	xsec_keys_load(&keys, wrap_files[wrap]);
	assert_int_equal(encrypt_sample("SyncBody", XSEC_AES128_GCM, wrap, &keys, &out, &len, NULL), 0);
	plain = xsec_file("plain.xml", &plain_len);
	for (i = 0; i < len; i++) {
		uint8_t was = out[i], *back = NULL;
		size_t back_len;

		out[i] = was == 'A' ? 'B' : 'A';
		if (!decrypt_with(XSEC_AES128_GCM, wrap, &keys, out, len, &back, &back_len, &err)) {
			assert_int_equal(back_len, plain_len);
			/* only what was not encrypted may differ, and then by this octet */
			if (i < (size_t)((uint8_t *)memmem(out, len, "<EncryptedData", 14) - out))
				back[i] = was;
			assert_memory_equal(back, plain, plain_len);
			free(back);
		} else if (err.reason == OMASEC_REASON_DECRYPTION_FAILED) {
			assert_string_equal(err.text, "message cannot be decrypted");
		}
		out[i] = was;
	}
	value = memmem(out, len, "<CipherValue>", 13);
	value[20] = value[20] == 'A' ? 'B' : 'A';
	assert_int_not_equal(decrypt_with(XSEC_AES128_GCM, wrap, &keys, out, len, &value, &i, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_DECRYPTION_FAILED);
	free(out);
	free(plain);
	xsec_keys_free(&keys);
}

static const struct failing {
	const char *name;
	int error;
	unsigned int reason;
} failing[] = {
	{ "no key", -ENOKEY, OMASEC_REASON_KEY_MISSING },
	{ "revoked key", -EKEYREVOKED, OMASEC_REASON_KEY_REVOKED },
	{ "expired key", -EKEYEXPIRED, OMASEC_REASON_KEY_REVOKED },
	{ "no memory", -ENOMEM, OMASEC_REASON_NO_MEMORY },
	{ "too much", -EMSGSIZE, OMASEC_REASON_TOO_LARGE },
	{ "broken holder", -EIO, OMASEC_REASON_HELPER_ERROR },
	{ "nonsense", 1, OMASEC_REASON_HELPER_ERROR },
};

static void key_fails(void **state)
{
	const struct failing *f = *state;
	struct dm_error err = { 0 };
	struct xsec_keys keys;
	uint8_t *plain, *out = NULL;
	size_t len, out_len;
	struct xsec_key key = { 0 };
	struct xsec_crypto crypto = { xsec_keys_do, &keys };

	xsec_keys_load(&keys, "mac.key");
	keys.error = f->error;
	plain = xsec_file("ok-hmac-sha256.xml", &len);
	assert_int_not_equal(verify_with(XSEC_HMAC_SHA256, NULL, &keys, plain, len, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, f->reason);
	free(plain);
	plain = xsec_file("plain.xml", &len);
	assert_int_not_equal(xsec_sign(plain, len, XSEC_HMAC_SHA256, &key, &crypto, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, f->reason);
	free(plain);
	assert_int_not_equal(encrypt_sample("SyncBody", 0, 0, &keys, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, f->reason);
	plain = xsec_file("ok-aes128-gcm-kw-aes128.xml", &len);
	assert_int_not_equal(decrypt_with(0, 0, &keys, plain, len, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, f->reason);
	assert_null(out);
	free(plain);
}

/* A MAC is compared over its whole length, even if the holder of the key gives less. */
static void cut_reply(void **state)
{
	struct dm_error err = { 0 };
	struct xsec_keys keys;
	uint8_t *message, *out = NULL;
	size_t len, out_len, cut;

	(void)state;
	message = xsec_file("ok-hmac-sha256.xml", &len);
	for (cut = 1; cut <= 32; cut++) {
		xsec_keys_load(&keys, "mac.key");
		keys.cut = cut;
		if (cut == 32) {
			keys.cut = 31;
			keys.secret[0] ^= 1;
		}
		assert_int_not_equal(verify_with(XSEC_HMAC_SHA256, NULL, &keys, message, len, &out, &out_len,
						 &err), 0);
		assert_int_equal(err.reason, OMASEC_REASON_SIGNATURE_WRONG);
	}
	free(message);
}

/* Keys that do not fit the algorithm are none. */
static void unfit_keys(void **state)
{
	static const char *const files[] = { "rsa.pub", "ec256.pub", "mac.key", NULL };
	struct dm_error err = { 0 };
	struct xsec_key key = { 0 };
	uint8_t *message, *out = NULL, *public;
	size_t len, out_len;
	unsigned int i;

	(void)state;
	message = xsec_file("ok-rsa-sha256.xml", &len);
	for (i = 1; i < 4; i++) {
		public = files[i] ? xsec_file(files[i], &key.public_len) : NULL;
		key.public = public;
		assert_int_not_equal(xsec_verify(message, len, XSEC_RSA_SHA256, &key, NULL, &out, &out_len,
						 &err), 0);
		assert_int_equal(err.reason, OMASEC_REASON_KEY_MISSING);
		free(public);
	}
	key.public = public = xsec_file(files[0], &key.public_len);
	assert_int_not_equal(xsec_verify(message, len, XSEC_ECDSA_SHA256, &key, NULL, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_KEY_MISSING);
	/* while the right one asks nobody */
	assert_int_equal(xsec_verify(message, len, XSEC_RSA_SHA256, &key, NULL, &out, &out_len, &err), 0);
	free(out);
	free(public);
	free(message);
}

static const struct inside {
	const char *name, *text;
} insides[] = {
	{ "inside: an element", "<SyncBody>good</SyncBody>" },
	{ "inside: another element", "<SyncHdr>good</SyncHdr>" },
	{ "inside: an element of another namespace", "<SyncBody xmlns='urn:x'>good</SyncBody>" },
	{ "inside: a Signature", "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>" },
	{ "inside: nothing", "" },
	{ "inside: text", "text" },
	{ "inside: two elements", "<SyncBody/><SyncBody/>" },
	{ "inside: tags that do not match", "<SyncBody></b>" },
	{ "inside: the end of the message and another", "<SyncBody/></SyncML><SyncML>" },
	{ "inside: no end", "<SyncBody>" },
	{ "inside: a blank before", " <SyncBody/>" },
	{ "inside: a blank behind", "<SyncBody/> " },
	{ "inside: a document type", "<!DOCTYPE SyncBody><SyncBody/>" },
	{ "inside: a comment before", "<!-- --><SyncBody/>" },
	{ "inside: an XML declaration", "<?xml version='1.0'?><SyncBody/>" },
	{ "inside: an unknown entity", "<SyncBody>&unknown;</SyncBody>" },
	{ "inside: no UTF-8", "<SyncBody>\xff</SyncBody>" },
	{ "inside: a prefix that nothing declares", "<SyncBody><u:a/></SyncBody>" },
	{ "inside: an attribute twice", "<SyncBody b=\"1\" b=\"2\"/>" },
	{ "inside: a character that XML has not", "<SyncBody>&#0;</SyncBody>" },
};

/* @frame with EncryptedData of @inside in place of each @, AES-128 under AES-128. */
static char *sealed(struct xsec_keys *keys, const char *inside, const char *frame)
{
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	struct xsec_request r = {
		.op = XSEC_SEAL, .cipher = XSEC_AES128_GCM, .wrap = XSEC_KW_AES128,
		.data = (const uint8_t *)inside, .len = strlen(inside),
	};
	char *text = calloc(1, 1 << 16), *p = text, *wrapped, *data;
	struct xsec_reply reply = { 0 };

	assert_int_equal(crypto.fn(crypto.private, &r, &reply), 0);
	wrapped = calloc(1, 256);
	data = calloc(1, 2 * reply.len + 8);
	EVP_EncodeBlock((uint8_t *)wrapped, reply.wrapped, (int)reply.wrapped_len);
	EVP_EncodeBlock((uint8_t *)data, reply.data, (int)reply.len);
	for (; *frame; frame++) {
		if (*frame != '@') {
			*p++ = *frame;
			continue;
		}
		p += sprintf(p, "<EncryptedData xmlns='http://www.w3.org/2001/04/xmlenc#' "
			     "Type='http://www.w3.org/2001/04/xmlenc#Element'>"
			     "<EncryptionMethod Algorithm='http://www.w3.org/2009/xmlenc11#aes128-gcm'/>"
			     "<d:KeyInfo xmlns:d='http://www.w3.org/2000/09/xmldsig#'><EncryptedKey>"
			     "<EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#kw-aes128'/>"
			     "<CipherData><CipherValue>%s</CipherValue></CipherData></EncryptedKey></d:KeyInfo>"
			     "<CipherData><CipherValue>%s</CipherValue></CipherData></EncryptedData>",
			     wrapped, data);
	}
	free(reply.data);
	free(wrapped);
	free(data);
	return text;
}

struct opened {
	int ret;
	struct dm_error err;
	uint8_t *out;
	size_t len;
	unsigned int asked;
};

/* What sealed() makes, as xsec_decrypt() takes it. */
static struct opened open_sealed(const char *target, const char *inside, const char *frame)
{
	struct opened o = { 0 };
	struct xsec_keys keys;
	char *text;

	xsec_keys_load(&keys, "kek128.key");
	text = sealed(&keys, inside, frame);
	o.ret = decrypt_target(target, 0, 0, &keys, (uint8_t *)text, strlen(text), &o.out, &o.len, &o.err);
	o.asked = keys.asked;
	free(text);
	return o;
}

/* What is inside is not taken for being inside: these decrypt, and are refused. */
static void hidden(void **state)
{
	const char *inside = ((const struct inside *)*state)->text;
	struct opened o = open_sealed("SyncBody", inside, "<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr/>@</SyncML>");

	if (!strcmp(inside, insides[0].text)) {
		assert_int_equal(o.ret, 0);
		assert_non_null(memmem(o.out, o.len, inside, strlen(inside)));
		free(o.out);
	} else {
		assert_int_not_equal(o.ret, 0);
		assert_null(o.out);
		assert_int_equal(o.err.reason, OMASEC_REASON_DECRYPTION_FAILED);
		assert_string_equal(o.err.text, "message cannot be decrypted");
	}
	assert_int_equal(o.asked, 2);
}

#define SML "<SyncML xmlns='SYNCML:SYNCML1.2'>"
#define SIGNATURE "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"
#define BODY "<SyncBody>good</SyncBody>"
#define WHOLE SML "<SyncHdr/>" BODY "</SyncML>"

/* Where it stands, and for what; all of them would decrypt. */
static const struct place {
	const char *name;
	bool whole;
	const char *frame, *inside;
	unsigned int reason;
} places[] = {
	{ "place: behind SyncHdr", false, SML "<SyncHdr/>@</SyncML>", BODY, 0 },
	{ "place: with blanks and comments", false, SML " <SyncHdr/> <!-- --> @\n</SyncML>", BODY, 0 },
	{ "place: before a Signature", false, SML "<SyncHdr/>@" SIGNATURE "</SyncML>", BODY, 0 },
	{ "place: without a namespace", false, "<SyncML><SyncHdr/>@</SyncML>", BODY, 0 },
	{ "place: with a prefix", false, "<s:SyncML xmlns:s='SYNCML:SYNCML1.2'><s:SyncHdr/>@</s:SyncML>",
	  "<s:SyncBody>good</s:SyncBody>", 0 },
	{ "place: before SyncHdr", false, SML "@<SyncHdr/></SyncML>", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: in place of SyncHdr", false, SML "@" BODY "</SyncML>", "<SyncHdr/>", OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: alone", false, SML "@</SyncML>", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: beside a SyncBody", false, SML "<SyncHdr/>@" BODY "</SyncML>", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: behind a SyncBody", false, SML "<SyncHdr/>" BODY "@</SyncML>", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: behind a Signature", false, SML "<SyncHdr/>" SIGNATURE "@</SyncML>", BODY,
	  OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: before two Signatures", false, SML "<SyncHdr/>@" SIGNATURE SIGNATURE "</SyncML>", BODY,
	  OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: before something else", false, SML "<SyncHdr/>@<x/></SyncML>", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: beside text", false, SML "<SyncHdr/>@text</SyncML>", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: behind a foreign SyncHdr", false, SML "<SyncHdr xmlns='urn:x'/>@</SyncML>", BODY,
	  OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: in the SyncBody", false, SML "<SyncHdr/><SyncBody>@</SyncBody></SyncML>", BODY,
	  OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: in the SyncHdr", false, SML "<SyncHdr>@</SyncHdr>" BODY "</SyncML>", BODY,
	  OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: twice", false, SML "<SyncHdr/>@@</SyncML>", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: the root, where it is the SyncBody", false, "@", WHOLE, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: a SyncBody for the root", false, "@", BODY, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: the root", true, "@", WHOLE, 0 },
	{ "place: the root, with what may be around it", true, "<?xml version='1.0'?>\n@\n", WHOLE, 0 },
	{ "place: the SyncBody, where it is the root", true, SML "<SyncHdr/>@</SyncML>", BODY,
	  OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: the root in a root", true, "<x>@</x>", WHOLE, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: nothing encrypted", true, WHOLE, WHOLE, OMASEC_REASON_PROFILE_VIOLATED },
	{ "place: another root inside", true, "@", "<Other>good</Other>", OMASEC_REASON_DECRYPTION_FAILED },
	{ "place: a SyncBody inside the root", true, "@", BODY, OMASEC_REASON_DECRYPTION_FAILED },
	{ "place: a document type inside the root", true, "@", "<!DOCTYPE SyncML>" WHOLE,
	  OMASEC_REASON_DECRYPTION_FAILED },
};

static void placed(void **state)
{
	const struct place *p = *state;
	struct opened o = open_sealed(p->whole ? NULL : "SyncBody", p->inside, p->frame);

	if (p->reason) {
		assert_int_not_equal(o.ret, 0);
		assert_int_equal(o.err.reason, p->reason);
		assert_null(o.out);
	} else {
		assert_int_equal(o.ret, 0);
		assert_non_null(memmem(o.out, o.len, p->inside, strlen(p->inside)));
		free(o.out);
	}
	/* the form is judged before the key is used */
	assert_int_equal(o.asked, p->reason == OMASEC_REASON_PROFILE_VIOLATED ? 1 : 2);
}

/* What would not be taken back is not made. */
static void not_there(void **state)
{
	static const struct { const char *target, *text; } rows[] = {
		{ "SyncBody", SML "<SyncBody/></SyncML>" },
		{ "SyncBody", SML "<SyncBody/><SyncHdr/></SyncML>" },
		{ "SyncBody", SML "<SyncHdr/><SyncBody/><SyncBody/></SyncML>" },
		{ "SyncBody", SML "<SyncHdr/><SyncBody/><x/></SyncML>" },
		{ "SyncBody", SML "<SyncHdr/><SyncBody xmlns='urn:x'/></SyncML>" },
		{ "SyncBody", SML "<SyncHdr><SyncBody/></SyncHdr></SyncML>" },
		{ NULL, "<Other/>" },
	};
	struct xsec_key key = { 0 };
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	uint8_t *out = NULL;
	size_t out_len;
	unsigned int i;

	(void)state;
	xsec_keys_load(&keys, "kek128.key");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dm_error err = { 0 };

		assert_int_not_equal(xsec_encrypt((const uint8_t *)rows[i].text, strlen(rows[i].text),
						  rows[i].target, 0, 0, &key, &crypto, &out, &out_len, &err), 0);
		assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
		assert_null(out);
	}
	assert_int_equal(keys.asked, 0);
}

/* A message of about @size octets, of many elements. */
static uint8_t *large(size_t size, size_t *len)
{
	static const char item[] = "<Item><Target><LocURI>./A/B</LocURI></Target><Data>0123456789abcdef</Data></Item>";
	char *text = malloc(size + 512), *p = text;

	p += sprintf(p, "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr></SyncHdr><SyncBody>");
	while ((size_t)(p - text) + sizeof(item) < size)
		p = stpcpy(p, item);
	p = stpcpy(p, "</SyncBody></SyncML>");
	*len = (size_t)(p - text);
	return (uint8_t *)text;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* All four on a message of @size; the processor time. */
static double all_four(size_t size)
{
	struct xsec_keys mac, kek;
	struct xsec_crypto crypto = { xsec_keys_do, &mac }, kek_crypto = { xsec_keys_do, &kek };
	struct xsec_key key = { 0 };
	uint8_t *message, *a, *b, *c, *d;
	size_t len, a_len, b_len, c_len, d_len;
	double start = seconds();

	xsec_keys_load(&mac, "mac.key");
	xsec_keys_load(&kek, "kek256.key");
	message = large(size, &len);
	assert_int_equal(xsec_sign(message, len, 0, &key, &crypto, &a, &a_len, NULL), 0);
	assert_int_equal(xsec_encrypt(a, a_len, "SyncBody", 2, 2, &key, &kek_crypto, &b, &b_len, NULL), 0);
	assert_int_equal(xsec_decrypt(b, b_len, "SyncBody", 2, 2, &key, &kek_crypto, &c, &c_len, NULL), 0);
	assert_int_equal(c_len, a_len);
	assert_memory_equal(c, a, c_len);
	assert_int_equal(xsec_verify(c, c_len, 0, &key, &crypto, &d, &d_len, NULL), 0);
	assert_int_equal(d_len, len);
	assert_memory_equal(d, message, len);
	assert_int_equal(mac.asked + kek.asked, 4);
	free(message);
	free(a);
	free(b);
	free(c);
	free(d);
	return seconds() - start;
}

static void linear(void **state)
{
	double small, big;

	(void)state;
	all_four(1 << 16);
	small = all_four(1 << 17);
	big = all_four(1 << 20);
	/* eight times as much; twice that for the noise of a busy machine */
	if (big > 16 * small + 0.2)
		fail_msg("128 KiB: %.3f s, 1 MiB: %.3f s", small, big);
}

static void too_large(void **state)
{
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	struct xsec_key key = { 0 };
	struct dm_error err = { 0 };
	uint8_t *message, *out = NULL;
	size_t len, out_len;

	(void)state;
	xsec_keys_load(&keys, "mac.key");
	message = large(XSEC_MESSAGE_MAX + 200, &len);
	assert_true(len > XSEC_MESSAGE_MAX);
	assert_int_not_equal(xsec_verify(message, len, 0, &key, &crypto, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	assert_int_not_equal(xsec_sign(message, len, 0, &key, &crypto, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	free(message);
	/* fits, but no longer with what is put in */
	message = large(XSEC_MESSAGE_MAX, &len);
	assert_int_not_equal(xsec_sign(message, len, 0, &key, &crypto, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	assert_null(out);
	free(message);
}

/* Neither signs or encrypts twice, nor what it would not take back. */
static void not_again(void **state)
{
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	struct xsec_key key = { 0 };
	struct dm_error err = { 0 };
	uint8_t *message, *out = NULL;
	size_t len, out_len;

	(void)state;
	xsec_keys_load(&keys, "mac.key");
	message = xsec_file("ok-hmac-sha256.xml", &len);
	assert_int_not_equal(xsec_sign(message, len, 0, &key, &crypto, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
	free(message);
	message = xsec_file("ok-aes128-gcm-kw-aes128.xml", &len);
	memset(&err, 0, sizeof(err));
	assert_int_not_equal(xsec_encrypt(message, len, "SyncHdr", 0, 0, &key, &crypto, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
	memset(&err, 0, sizeof(err));
	assert_int_not_equal(encrypt_sample("Nothing", 0, 0, &keys, &out, &out_len, &err), 0);
	assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
	assert_int_equal(keys.asked, 0);
	assert_null(out);
	free(message);
}

int main(void)
{
	static const char *const names[] = {
		"AES-128 under AES-128", "AES-192 under AES-128", "AES-256 under AES-128",
		"AES-128 under AES-192", "AES-192 under AES-192", "AES-256 under AES-192",
		"AES-128 under AES-256", "AES-192 under AES-256", "AES-256 under AES-256",
		"AES-128 under RSA", "AES-192 under RSA", "AES-256 under RSA", "whole message",
	};
	static struct table t;
	uintptr_t i;

	dm_init();
	if (xsec_init())
		return 1;
	for (i = 0; i < XSEC_SIGN_COUNT; i++)
		table_add(&t, sign_names[i], signs, (void *)i);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		table_add(&t, names[i], encrypts, (void *)i);
	for (i = 0; i < sizeof(failing) / sizeof(failing[0]); i++)
		table_add(&t, failing[i].name, key_fails, &failing[i]);
	for (i = 0; i < sizeof(insides) / sizeof(insides[0]); i++)
		table_add(&t, insides[i].name, hidden, &insides[i]);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		table_add(&t, places[i].name, placed, &places[i]);
	table_add(&t, "what is to be encrypted is not there", not_there, NULL);
	table_add(&t, "each octet of a message with MAC changed", changed_signature, (void *)XSEC_HMAC_SHA256);
	table_add(&t, "each octet of a signed message changed", changed_signature, (void *)XSEC_ECDSA_SHA256);
	table_add(&t, "each octet of an encrypted message changed", changed_encryption, (void *)XSEC_KW_AES128);
	table_add(&t, "the same with RSA", changed_encryption, (void *)XSEC_RSA_OAEP);
	table_add(&t, "cut MAC", cut_reply, NULL);
	table_add(&t, "keys that do not fit", unfit_keys, NULL);
	table_add(&t, "linear", linear, NULL);
	table_add(&t, "too large", too_large, NULL);
	table_add(&t, "not again", not_again, NULL);
	return table_run("xsec_make", &t);
}
