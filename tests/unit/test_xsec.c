// SPDX-License-Identifier: GPL-2.0
/*
 * XML-Signature and XML-Encryption: what becomes of each vector of tests/data/xsec.
 * Most of those that have to be refused carry a signature or encryption that is
 * right in itself; nothing that is refused may ask for a key before its form is
 * known to be the one form.
 */
#include <fcntl.h>
#include <unistd.h>

#include "cmocka_table.h"
#include "xsec_keys.h"
#include "../../kmod/proto/reason.h"

struct row {
	char file[64], op[48], account[16], reason[24], name[168];
};

static struct row rows[TABLE_MAX];

static const char *const signs[] = {
	"hmac-sha256", "hmac-sha384", "hmac-sha512", "rsa-sha256", "rsa-sha384", "rsa-sha512",
	"ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512",
};
static const char *const ciphers[] = { "aes128-gcm", "aes192-gcm", "aes256-gcm" };
static const char *const wraps[] = { "kw-aes128", "kw-aes192", "kw-aes256", "rsa-oaep-mgf1p" };

static unsigned int find(const char *const *list, unsigned int n, const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (strlen(list[i]) == len && !memcmp(list[i], name, len))
			return i;
	}
	fail_msg("no algorithm %.*s", (int)len, name);
	return 0;
}

static int run_verify(const struct row *row, const uint8_t *message, size_t len, struct xsec_keys *keys,
		      uint8_t **out, size_t *out_len, struct dm_error *err)
{
	const char *alg = row->op + strlen("verify:");
	enum xsec_sign sign = find(signs, 9, alg, strlen(alg));
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	struct xsec_key key = { .name = strcmp(row->account, "-") ? row->account : NULL };
	char name[32];
	uint8_t *public = NULL;
	int ret;

	xsec_keys_load(keys, "mac.key");
	if (sign > XSEC_HMAC_SHA512) {
		if (sign <= XSEC_RSA_SHA512)
			snprintf(name, sizeof(name), "rsa.pub");
		else
			snprintf(name, sizeof(name), "ec%s.pub", alg + strlen("ecdsa-sha"));
		key.public = public = xsec_file(name, &key.public_len);
	}
	ret = xsec_verify(message, len, sign, &key, &crypto, out, out_len, err);
	free(public);
	return ret;
}

static int run_decrypt(const struct row *row, const uint8_t *message, size_t len,
		       struct xsec_keys *keys, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	bool whole = !strncmp(row->op, "decrypt-whole:", 14);
	const char *alg = strchr(row->op, ':') + 1, *colon = strchr(alg, ':');
	enum xsec_cipher cipher = find(ciphers, 3, alg, (size_t)(colon - alg));
	enum xsec_wrap wrap = find(wraps, 4, colon + 1, strlen(colon + 1));
	struct xsec_key key = { .name = strcmp(row->account, "-") ? row->account : NULL };
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	char name[32];

	snprintf(name, sizeof(name), wrap == XSEC_RSA_OAEP ? "rsa.pem" : "kek%u.key", 128 + 64 * wrap);
	xsec_keys_load(keys, name);
	return xsec_decrypt(message, len, whole ? NULL : "SyncBody", cipher, wrap, &key, &crypto, out, out_len,
			    err);
}

/* The message that all that is taken comes down to. */
static void check_octets(const uint8_t *out, size_t len, bool decrypted)
{
	size_t plain_len;
	uint8_t *plain = xsec_file(decrypted ? "plain.xml" : "canonical.xml", &plain_len);

	if (decrypted) {
		const uint8_t *start = memmem(out, len, "<SyncML", 7);

		assert_non_null(start);
		len -= (size_t)(start - out);
		out = start;
		while (len && out[len - 1] == '\n')
			len--;
	}
	assert_int_equal(len, plain_len);
	assert_memory_equal(out, plain, len);
	free(plain);
}

static void vector(void **state)
{
	const struct row *row = *state;
	bool decrypt = !strncmp(row->op, "decrypt", 7);
	const char *reason;
	struct dm_error err = { 0 };
	struct xsec_keys keys;
	uint8_t *message, *copy, *out = NULL;
	size_t len, out_len = 0;
	int ret;

	message = xsec_file(row->file, &len);
	copy = (uint8_t *)exact_copy(message, len);
	ret = (decrypt ? run_decrypt : run_verify)(row, copy, len, &keys, &out, &out_len, &err);
	xsec_keys_free(&keys);
	assert_memory_equal(copy, message, len);
	free(message);
	free(copy);
	if (!strcmp(row->reason, "none")) {
		if (ret)
			print_error("%s: %s\n", row->file, err.text);
		assert_int_equal(ret, 0);
		check_octets(out, out_len, decrypt);
		assert_true(keys.asked <= 1);
		free(out);
		return;
	}
	assert_int_not_equal(ret, 0);
	assert_null(out);
	reason = omasec_reason_name(err.reason);
	if (strcmp(reason, row->reason))
		print_error("%s: %s\n", row->file, err.text);
	assert_string_equal(reason, row->reason);
	if (err.reason == OMASEC_REASON_DECRYPTION_FAILED)
		assert_string_equal(err.text, "message cannot be decrypted");
	/* a key is asked for only where the form was right */
	if (err.reason != OMASEC_REASON_SIGNATURE_WRONG && err.reason != OMASEC_REASON_DECRYPTION_FAILED)
		assert_int_equal(keys.asked, 0);
}

static void read_rows(struct table *t)
{
	FILE *f = fopen(XSEC_DATA "cases.tsv", "r");
	struct row *row = rows;

	if (!f)
		abort();
	while (fscanf(f, "%63s %47s %15s %23s\n", row->file, row->op, row->account, row->reason) == 4) {
		snprintf(row->name, sizeof(row->name), "%.63s, %.47s, account %.15s: %.23s", row->file, row->op,
			 row->account, row->reason);
		table_add(t, row->name, vector, row);
		row++;
	}
	if (!feof(f))
		abort();
	fclose(f);
}

static char noise[32];

/* libxml2 and libxmlsec1 would have told of the messages by now. */
static void nothing_printed(void **state)
{
	int fd = open(noise, O_RDONLY);
	char text[256] = "";

	(void)state;
	fflush(NULL);
	if (read(fd, text, sizeof(text) - 1) > 0)
		print_error("printed: %s\n", text);
	assert_string_equal(text, "");
	close(fd);
}

int main(void)
{
	static struct table t;
	int stderr_was = dup(STDERR_FILENO), fd, ret;

	strcpy(noise, "/tmp/xsec.XXXXXX");
	fd = mkstemp(noise);
	dm_init();
	if (fd < 0 || xsec_init() || xsec_init())
		return 1;
	dup2(fd, STDERR_FILENO);
	close(fd);
	read_rows(&t);
	table_add(&t, "nothing of it is printed", nothing_printed, NULL);
	ret = table_run("xsec", &t);
	dup2(stderr_was, STDERR_FILENO);
	close(stderr_was);
	unlink(noise);
	return ret;
}
