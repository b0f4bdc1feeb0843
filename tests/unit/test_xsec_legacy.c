// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * EncryptedData by AES-CBC: against xmlsec1 both ways, and whatever is changed in it, one
 * failure. The header alone of what nobody vouches for.
 */
#include <stdio.h>
#include <unistd.h>

#include "cmocka_table.h"
#include "xsec_keys.h"

#include <dm/doc.h>
#include <linux/omasec.h>

#define TEXT "message cannot be decrypted"

struct how {
	enum xsec_cipher cipher;
	enum xsec_wrap wrap;
	const char *key;	/* of the tests' data */
	const char *option;	/* of xmlsec1 for it */
	const char *session, *content, *method;
};

static const struct how hows[] = {
	{ XSEC_AES128_CBC, XSEC_KW_AES128, "kek128.key", "--aeskey", "aes-128", "aes128-cbc", "kw-aes128" },
	{ XSEC_AES256_CBC, XSEC_KW_AES256, "kek256.key", "--aeskey", "aes-256", "aes256-cbc", "kw-aes256" },
	{ XSEC_AES128_CBC, XSEC_RSA_1_5, "rsa.pem", "--privkey-pem", "aes-128", "aes128-cbc", "rsa-1_5" },
	{ XSEC_AES256_CBC, XSEC_RSA_1_5, "rsa.pem", "--privkey-pem", "aes-256", "aes256-cbc", "rsa-1_5" },
};

static struct xsec_key nobody;

static void write_file(char path[], const void *octets, size_t len)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
	close(fd);
}

static uint8_t *read_file(const char *path, size_t *len)
{
	uint8_t *octets = malloc(1 << 20);
	FILE *f = fopen(path, "rb");

	assert_non_null(octets);
	assert_non_null(f);
	*len = fread(octets, 1, 1 << 20, f);
	fclose(f);
	return octets;
}

static int open_with(const struct how *h, struct xsec_keys *keys, const uint8_t *message, size_t len, uint8_t **out,
		     size_t *out_len, struct dm_error *err)
{
	struct xsec_crypto crypto = { xsec_keys_do, keys };

	memset(err, 0, sizeof(*err));
	*out = NULL;
	return xsec_decrypt(message, len, "SyncBody", h->cipher, h->wrap, &nobody, &crypto, out, out_len, err);
}

/* Ours in xmlsec1, and back here. */
static void ours(void **state)
{
	char path[] = "/tmp/omasec-legacy.XXXXXX", command[512];
	const struct how *h = *state;
	uint8_t *plain, *out, *back;
	size_t plain_len, len, back_len;
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	struct dm_error err = { 0 };

	xsec_keys_load(&keys, h->key);
	plain = xsec_file("plain.xml", &plain_len);
	assert_int_equal(xsec_encrypt(plain, plain_len, "SyncBody", h->cipher, h->wrap, &nobody, &crypto, &out, &len, &err),
			 0);
	assert_null(memmem(out, len, "good", 4));
	assert_non_null(memmem(out, len, h->content, strlen(h->content)));
	assert_non_null(memmem(out, len, h->method, strlen(h->method)));
	write_file(path, out, len);
	snprintf(command, sizeof(command), "xmlsec1 --decrypt %s %s%s %s 2>/dev/null | grep -q good", h->option, XSEC_DATA,
		 h->key, path);
	assert_int_equal(system(command), 0);
	unlink(path);
	assert_int_equal(open_with(h, &keys, out, len, &back, &back_len, &err), 0);
	assert_int_equal(back_len, plain_len);
	assert_memory_equal(back, plain, plain_len);
	xsec_keys_free(&keys);
	free(back);
	free(out);
	free(plain);
}

/* That of xmlsec1 here. */
static void theirs(void **state)
{
	char template[] = "/tmp/omasec-legacy.XXXXXX", result[] = "/tmp/omasec-legacy.XXXXXX", command[1024], text[1024];
	const struct how *h = *state;
	struct xsec_keys keys;
	struct dm_error err;
	uint8_t *message, *out;
	size_t len, out_len;

	snprintf(text, sizeof(text),
		 "<EncryptedData xmlns='http://www.w3.org/2001/04/xmlenc#' Type='http://www.w3.org/2001/04/xmlenc#Element'>"
		 "<EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#%s'/>"
		 "<KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'><EncryptedKey xmlns='http://www.w3.org/2001/04/xmlenc#'>"
		 "<EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#%s'/><CipherData><CipherValue/></CipherData>"
		 "</EncryptedKey></KeyInfo><CipherData><CipherValue/></CipherData></EncryptedData>", h->content, h->method);
	write_file(template, text, strlen(text));
	write_file(result, "", 0);
	snprintf(command, sizeof(command), "xmlsec1 --encrypt --output %s %s %s%s --session-key %s --xml-data %splain.xml "
		 "--node-xpath '//*[local-name()=\"SyncBody\"]' %s >/dev/null 2>&1", result,
		 h->wrap == XSEC_RSA_1_5 ? "--privkey-pem" : h->option, XSEC_DATA, h->key, h->session, XSEC_DATA, template);
	assert_int_equal(system(command), 0);
	message = read_file(result, &len);
	unlink(template);
	unlink(result);
	xsec_keys_load(&keys, h->key);
	assert_int_equal(open_with(h, &keys, message, len, &out, &out_len, &err), 0);
	assert_non_null(memmem(out, out_len, "good", 4));
	xsec_keys_free(&keys);
	free(out);
	free(message);
}

/* The octets of the @n-th CipherValue, changed at @at, or cut by that much; the message anew. */
static uint8_t *changed(const uint8_t *message, size_t len, unsigned int n, size_t at, uint8_t with, size_t *total)
{
	static const char open[] = "<CipherValue>";
	const char *p = (const char *)message, *end;
	uint8_t octets[8192], *out = malloc(len + 4096);
	size_t count = 0, head;
	char *text;

	assert_non_null(out);
	do {
		p = memmem(p, len - (size_t)(p - (const char *)message), open, strlen(open));
		assert_non_null(p);
		p += strlen(open);
	} while (n--);
	end = memchr(p, '<', len - (size_t)(p - (const char *)message));
	text = malloc((size_t)(end - p));
	assert_non_null(text);
	for (head = 0; p < end; p++) {
		if (*p != '\n')
			text[head++] = *p;
	}
	assert_int_equal(dm_base64_decode(text, head, octets, sizeof(octets), &count), 0);
	free(text);
	for (p = end; p[-1] != '>'; p--)
		;
	if (with) {
		octets[at % count] ^= with;
	} else {
		assert_true(at < count);
		count -= at;
	}
	head = (size_t)(p - (const char *)message);
	memcpy(out, message, head);
	text = malloc(DM_BASE64_LEN(sizeof(octets)) + 1);
	dm_base64_encode(octets, count, text);
	memcpy(out + head, text, strlen(text));
	memcpy(out + head + strlen(text), end, len - (size_t)(end - (const char *)message));
	*total = head + strlen(text) + len - (size_t)(end - (const char *)message);
	free(text);
	return out;
}

/* Key, IV, each octet of the content, each length: what is told is the same, and nothing comes out. */
static void one_failure(void **state)
{
	const struct how *h = *state;
	struct xsec_keys keys;
	struct xsec_crypto crypto = { xsec_keys_do, &keys };
	uint8_t *plain, *message, *bad, *out;
	size_t plain_len, len, bad_len, out_len, content, at, whole = 0;
	struct dm_error err = { 0 };
	unsigned int n, failed = 0;

	xsec_keys_load(&keys, h->key);
	plain = xsec_file("plain.xml", &plain_len);
	assert_int_equal(xsec_encrypt(plain, plain_len, "SyncBody", h->cipher, h->wrap, &nobody, &crypto, &message, &len,
				      &err), 0);
	assert_int_equal(open_with(h, &keys, message, len, &out, &out_len, &err), 0);
	content = keys.last.len;
	free(out);
	for (n = 0; n < 2; n++) {
		for (at = 0; at < 256; at++) {
			bad = changed(message, len, n, at, (uint8_t)(1 << at % 8), &bad_len);
			if (!open_with(h, &keys, bad, bad_len, &out, &out_len, &err)) {
				/* bits of text that is text nevertheless, or of padding: a MAC is what notices these */
				assert_int_equal(n, 1);
				whole++;
				free(out);
			} else {
				assert_int_equal(err.reason, OMASEC_REASON_DECRYPTION_FAILED);
				assert_string_equal(err.text, TEXT);
				assert_null(out);
				failed++;
			}
			free(bad);
		}
	}
	assert_true(failed > 256 && whole < 64);
	for (at = 1; at <= 20; at++) {
		bad = changed(message, len, 1, at, 0, &bad_len);
		assert_int_not_equal(open_with(h, &keys, bad, bad_len, &out, &out_len, &err), 0);
		assert_int_equal(err.reason, OMASEC_REASON_DECRYPTION_FAILED);
		assert_string_equal(err.text, TEXT);
		free(bad);
	}
	/* each last octet that there can be, by the block before it */
	for (at = 1; at < 256; at++) {
		bad = changed(message, len, 1, content - 17, (uint8_t)at, &bad_len);
		assert_int_not_equal(open_with(h, &keys, bad, bad_len, &out, &out_len, &err), 0);
		assert_int_equal(err.reason, OMASEC_REASON_DECRYPTION_FAILED);
		assert_string_equal(err.text, TEXT);
		free(bad);
	}
	xsec_keys_free(&keys);
	free(message);
	free(plain);
}

static const struct {
	const char *in, *out;
} headers[] = {
	{ "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><A/></SyncHdr><E xmlns=\"x\">y</E><S xmlns=\"z\"/></SyncML>",
	  "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><A/></SyncHdr><SyncBody><Final/></SyncBody></SyncML>" },
	{ "<s:SyncML xmlns:s=\"SYNCML:SYNCML1.2\"> <s:SyncHdr/>\n<s:SyncBody>a</s:SyncBody> </s:SyncML>\n",
	  "<s:SyncML xmlns:s=\"SYNCML:SYNCML1.2\"> <s:SyncHdr/><s:SyncBody><s:Final/></s:SyncBody> </s:SyncML>\n" },
	{ "<SyncML><SyncHdr/></SyncML>", "<SyncML><SyncHdr/><SyncBody><Final/></SyncBody></SyncML>" },
	{ "<SyncML><SyncBody/><SyncHdr/></SyncML>", NULL },
	{ "<SyncML/>", NULL },
	{ "<EncryptedData xmlns='http://www.w3.org/2001/04/xmlenc#'/>", NULL },
	{ "<SyncML><SyncHdr xmlns='x'/><SyncBody/></SyncML>", NULL },
};

static void header(void **state)
{
	struct dm_error err;
	uint8_t *out;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		const char *in = headers[i].in, *want = headers[i].out;
		int rc;

		memset(&err, 0, sizeof(err));
		out = NULL;
		rc = xsec_header((const uint8_t *)in, strlen(in), &out, &len, &err);
		assert_int_equal(!rc, !!want);
		if (!want) {
			assert_int_equal(err.reason, OMASEC_REASON_PROFILE_VIOLATED);
			continue;
		}
		assert_int_equal(len, strlen(want));
		assert_memory_equal(out, want, len);
		free(out);
	}
}

int main(void)
{
	static struct table t;
	size_t i;

	dm_init();
	if (xsec_init())
		return 1;
	for (i = 0; i < sizeof(hows) / sizeof(*hows); i++) {
		table_add(&t, "ours is taken by xmlsec1", ours, &hows[i]);
		table_add(&t, "that of xmlsec1 here", theirs, &hows[i]);
		table_add(&t, "one failure", one_failure, &hows[i]);
	}
	table_add(&t, "header", header, NULL);
	return table_run("xsec_legacy", &t);
}
