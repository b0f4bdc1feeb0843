// SPDX-License-Identifier: GPL-2.0
/*
 * RSA private keys in the kernel, which is OpenSSL here: that they get there, that nothing of them
 * stays behind, that what the kernel makes is checked, and what is done when it has none.
 */
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

/* LINK: -Wl,--wrap=stat */
#include "cmocka_table.h"
#include "fake_keyctl.h"

#include <daemon/keys.h>
#include <daemon/pkey_kernel.h>
#include <tool/kernel_key.h>
#include <tool/keyfile.h>
#include <tool/pkeys.h>

#define TEMPLATE "/tmp/omasec-pkey-XXXXXX"

static char dir[sizeof(TEMPLATE)], why[PKEY_WHY_MAX];
static struct tool tool = { .store_dir = dir };
static EVP_PKEY *rsa, *other, *ec;

/* The module of the parser is loaded, and so often. */
static unsigned int parser = 1;

int __real_stat(const char *path, struct stat *sb);
int __wrap_stat(const char *path, struct stat *sb);
int __wrap_stat(const char *path, struct stat *sb)
{
	if (strcmp(path, "/sys/module/pkcs8_key_parser"))
		return __real_stat(path, sb);
	if (!parser) {
		errno = ENOENT;
		return -1;
	}
	memset(sb, 0, sizeof(*sb));
	sb->st_ino = parser;
	return 0;
}

static void remove_files(const char *path)
{
	struct dirent *e;
	DIR *d = opendir(path);

	while ((e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	rmdir(path);
}

static int begin(void **state)
{
	(void)state;
	fake_reset();
	strcpy(dir, TEMPLATE);
	return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	remove_files(dir);
	fake_reset();
	return 0;
}

static int put(enum pkey_of of, EVP_PKEY *key)
{
	struct pkeys p = { 0 };

	p.key[of] = key;
	return pkeys_put(&tool, "a", &p, why);
}

/* Where the key is: "kernel", "helper", or its state. */
static const char *where(enum pkey_of of)
{
	static struct pkeys_seen seen;

	pkeys_see(&tool, "a", of, &seen);
	return seen.error ? pkeys_state(&seen) : pkeys_in(&seen, of);
}

static struct pkey loaded(enum pkey_of of)
{
	struct pkey key;

	assert_int_equal(pkey_load(dir, "a", of, &key, why), 0);
	return key;
}

/* Whether a number of the private half is in the file. */
static bool in_file(const char *name, EVP_PKEY *key)
{
	static const char *const number[] = { "d", "rsa-factor1", "rsa-factor2" };
	uint8_t octets[PKEY_DER_MAX], raw[1024];
	char path[128];
	size_t len, i;
	BIGNUM *n;
	FILE *f;
	int size;
	bool found = false;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	len = fread(octets, 1, sizeof(octets), f);
	fclose(f);
	for (i = 0; i < sizeof(number) / sizeof(number[0]); i++) {
		n = NULL;
		assert_int_equal(EVP_PKEY_get_bn_param(key, number[i], &n), 1);
		size = BN_bn2bin(n, raw);
		found |= !!memmem(octets, len, raw, (size_t)size);
		BN_free(n);
	}
	return found;
}

/* ------------------------------------------------------------------ use */

static bool verifies(EVP_PKEY *key, const struct xsec_reply *reply, const char *text)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestVerify(ctx, reply->data, reply->len, (const uint8_t *)text, strlen(text)) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

static void signs(void **state)
{
	struct xsec_reply reply = { 0 };
	struct pkey key;

	(void)state;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_string_equal(where(PKEY_PRIVATE), "kernel");
	assert_false(in_file("key-a.private", rsa));
	key = loaded(PKEY_PRIVATE);
	assert_int_equal(key.serial, FAKE_FIRST);
	assert_int_equal(i2d_PrivateKey(key.key, NULL) > 0, 0);
	ERR_clear_error();
	assert_int_equal(pkey_sign(&key, XSEC_RSA_SHA256, "text", 4, &reply), 0);
	assert_int_equal(fake_signed, 2);	/* the first was to try it */
	assert_true(verifies(rsa, &reply, "text"));
	free(reply.data);
	assert_int_equal(pkey_sign(&key, XSEC_RSA_SHA512, "text", 4, &reply), -EKEYREJECTED);
	assert_int_equal(pkey_sign(&key, XSEC_ECDSA_SHA256, "text", 4, &reply), -EKEYREJECTED);
	fake_wrong = true;
	assert_int_equal(pkey_sign(&key, XSEC_RSA_SHA256, "text", 4, &reply), -EIO);
	assert_null(reply.data);
	fake_wrong = false;
	fake_error = EKEYEXPIRED;
	assert_int_equal(pkey_sign(&key, XSEC_RSA_SHA256, "text", 4, &reply), -EKEYEXPIRED);
	assert_null(reply.data);
	pkey_done(&key);
}

/* In a file of ours it would be the same. */
static void decrypts(void **state)
{
	struct xsec_reply sealed = { 0 }, reply = { 0 };
	struct xsec_request r = { .op = XSEC_OPEN, .cipher = XSEC_AES256_GCM };
	uint8_t first[256];
	struct pkey key;
	unsigned int i;

	(void)state;
	assert_int_equal(put(PKEY_DECRYPT, rsa), 0);
	assert_string_equal(where(PKEY_DECRYPT), "kernel");
	assert_false(in_file("key-a.decrypt", rsa));
	key = loaded(PKEY_DECRYPT);
	for (i = 0; i < 20; i++) {
		assert_int_equal(pkey_seal(rsa, XSEC_AES256_GCM, "hidden", 6, &sealed), 0);
		r = (struct xsec_request){ XSEC_OPEN, .cipher = XSEC_AES256_GCM, .data = sealed.data, .len = sealed.len,
					   .wrapped = sealed.wrapped, .wrapped_len = sealed.wrapped_len };
		assert_int_equal(pkey_open(&key, &r, &reply), 0);
		assert_int_equal(reply.len, 6);
		assert_memory_equal(reply.data, "hidden", 6);
		free(reply.data);
		/* The kernel does not see what a peer has chosen, nor the same twice. */
		assert_memory_not_equal(fake_block, sealed.wrapped, 256);
		memcpy(first, fake_block, sizeof(first));
		assert_int_equal(pkey_open(&key, &r, &reply), 0);
		assert_memory_not_equal(fake_block, first, 256);
		free(reply.data);
		free(sealed.data);
	}
	pkey_done(&key);
}

static void decryption_fails_in_one_way(void **state)
{
	struct xsec_reply sealed = { 0 }, elsewhere = { 0 }, reply;
	struct xsec_request r = { .op = XSEC_OPEN, .cipher = XSEC_AES256_GCM };
	uint8_t wrapped[XSEC_WRAPPED_MAX + 1] = { 0 };
	struct pkey key;
	unsigned int i;

	(void)state;
	assert_int_equal(put(PKEY_DECRYPT, rsa), 0);
	key = loaded(PKEY_DECRYPT);
	assert_int_equal(pkey_seal(rsa, XSEC_AES256_GCM, "hidden", 6, &sealed), 0);
	assert_int_equal(pkey_seal(other, XSEC_AES256_GCM, "hidden", 6, &elsewhere), 0);
	r.data = sealed.data;
	r.len = sealed.len;
	r.wrapped = wrapped;
	for (i = 0; i < 11; i++) {
		memcpy(wrapped, sealed.wrapped, XSEC_WRAPPED_MAX);
		r.wrapped_len = sealed.wrapped_len;
		fake_wrong = i == 9;
		if (i >= 1 && i <= 4)
			wrapped[(i - 1) * 64 + 63] ^= 1;
		else if (i == 5)
			r.wrapped_len--;
		else if (i == 6)
			r.wrapped_len = 0;
		else if (i == 7)		/* not below the modulus */
			memset(wrapped, 0xff, sizeof(wrapped));
		else if (i == 8)
			r.wrapped_len = sizeof(wrapped);
		else if (i == 10)
			memcpy(wrapped, elsewhere.wrapped, XSEC_WRAPPED_MAX);
		memset(&reply, 0, sizeof(reply));
		assert_int_equal(pkey_open(&key, &r, &reply), i ? -EBADMSG : 0);
		assert_int_equal(!!reply.data, !i);
		assert_int_equal(ERR_peek_error(), 0);
		free(reply.data);
	}
	/* That there is no key is another matter, which no cipher text has a say in. */
	memcpy(wrapped, sealed.wrapped, XSEC_WRAPPED_MAX);
	r.wrapped_len = sealed.wrapped_len;
	fake_error = EKEYREVOKED;
	assert_int_equal(pkey_open(&key, &r, &reply), -EKEYREVOKED);
	fake_error = ENOMEM;
	assert_int_equal(pkey_open(&key, &r, &reply), -ENOMEM);
	free(sealed.data);
	free(elsewhere.data);
	pkey_done(&key);
}

/* ------------------------------------------------------------------ where they are */

static void goes_where_it_can(void **state)
{
	struct pkey key;
	int32_t serial;

	(void)state;
	/* a kernel without the parser */
	fake_refuses = EBADMSG;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_string_equal(where(PKEY_PRIVATE), "helper");
	assert_true(in_file("key-a.private", rsa));
	/* one that has it, and not the algorithm */
	fake_refuses = 0;
	fake_error = ENOPKG;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_string_equal(where(PKEY_PRIVATE), "helper");
	/* that computes wrongly */
	fake_error = 0;
	fake_wrong = true;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_string_equal(where(PKEY_PRIVATE), "helper");
	fake_wrong = false;
	/* a keyring that is full */
	fake_full = EDQUOT;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_string_equal(where(PKEY_PRIVATE), "helper");
	fake_full = 0;
	/* all is well: it moves */
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_string_equal(where(PKEY_PRIVATE), "kernel");
	assert_false(in_file("key-a.private", rsa));
	fake_forget(false);
	assert_string_equal(where(PKEY_PRIVATE), "kernel");
	/* and back: it is there alone then */
	key = loaded(PKEY_PRIVATE);
	serial = key.serial;
	pkey_done(&key);
	assert_non_null(fake_find(serial));
	fake_refuses = EBADMSG;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_string_equal(where(PKEY_PRIVATE), "helper");
	assert_null(fake_find(serial));
	fake_refuses = 0;
	/* no kernel signs with EC */
	assert_int_equal(put(PKEY_PRIVATE, ec), 0);
	assert_string_equal(where(PKEY_PRIVATE), "helper");
	/* what it must not be is said before it is anywhere */
	assert_int_equal(put(PKEY_PUBLIC, rsa), 0);
	assert_int_equal(put(PKEY_PRIVATE, rsa), -EINVAL);
	fake_forget(false);
	assert_string_equal(where(PKEY_PRIVATE), "helper");
}

/* The process that put it there has ended. */
static void stays_and_is_replaced(void **state)
{
	struct pkey key, next;
	unsigned int made;

	(void)state;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	fake_forget(false);
	key = loaded(PKEY_PRIVATE);
	assert_int_equal(fake_find(key.serial)->perm, KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_SEARCH);
	assert_int_equal(pkeys_expire(&tool, "a", PKEY_PRIVATE, 60), 0);
	assert_int_equal(fake_find(key.serial)->timeout, 60);
	/* the same again takes that back, and makes none */
	made = fake_signed;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_int_equal(fake_signed, made);
	assert_int_equal(fake_find(key.serial)->timeout, 0);
	assert_int_equal(put(PKEY_PRIVATE, other), 0);
	fake_forget(false);
	next = loaded(PKEY_PRIVATE);
	assert_int_not_equal(next.serial, key.serial);
	assert_int_equal(EVP_PKEY_eq(next.key, other), 1);
	assert_null(fake_find(key.serial));
	pkey_done(&key);
	pkey_done(&next);
	/* one that fails to replace it leaves it there */
	assert_int_equal(put(PKEY_ENCRYPT, rsa), 0);
	assert_int_equal(put(PKEY_PRIVATE, rsa), -EINVAL);
	fake_forget(false);
	assert_string_equal(where(PKEY_PRIVATE), "kernel");
	assert_int_equal(pkeys_del(&tool, "a", PKEY_PRIVATE), 0);
	assert_null(fake_find(next.serial));
	assert_string_equal(where(PKEY_PRIVATE), "missing");
	assert_int_equal(pkeys_del(&tool, "a", PKEY_PRIVATE), -ENOENT);
	assert_int_equal(pkeys_expire(&tool, "a", PKEY_PRIVATE, 60), -ENOENT);
	assert_int_equal(put(PKEY_PRIVATE, ec), 0);
	assert_int_equal(pkeys_expire(&tool, "a", PKEY_PRIVATE, 60), -ENOENT);
}

/* Of another directory, an account of the same name has another key, and both are there. */
static void directories_are_apart(void **state)
{
	char there[] = TEMPLATE;
	struct tool elsewhere = { .store_dir = there };
	struct pkeys p = { .key = { other } };
	struct pkey key, theirs;

	(void)state;
	assert_non_null(mkdtemp(there));
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_int_equal(pkeys_put(&elsewhere, "a", &p, why), 0);
	fake_forget(false);
	key = loaded(PKEY_PRIVATE);
	assert_int_equal(pkey_load(there, "a", PKEY_PRIVATE, &theirs, why), 0);
	/* a number that leads to a key of somebody else is none */
	assert_int_equal(pkey_kernel_check(theirs.serial, dir, "a", PKEY_PRIVATE, why), -ENOKEY);
	assert_int_equal(pkey_kernel_check(key.serial, dir, "a", PKEY_DECRYPT, why), -ENOKEY);
	assert_int_equal(pkey_kernel_check(key.serial, dir, "b", PKEY_PRIVATE, why), -ENOKEY);
	assert_int_equal(pkey_kernel_check(key.serial, dir, "a", PKEY_PRIVATE, why), 0);
	pkey_done(&key);
	pkey_done(&theirs);
	remove_files(there);
}

/* ------------------------------------------------------------------ without it */

static unsigned int reason(uint32_t what, char text[PKEY_WHY_MAX])
{
	struct keys keys = { .o = (struct omasec *)dir, .dir = dir, .account = "a" };
	struct worker_xsec how = { .what = what };
	struct dm_error error = { 0 };
	int rc = keys_choose(&keys, &how, &error);

	keys_done(&keys);
	snprintf(text, PKEY_WHY_MAX, "%s", error.text);
	return rc ? error.reason : 0;
}

/* Not on with a key that both sides have, nor taken for none. */
static void a_restart_is_noticed(void **state)
{
	char text[PKEY_WHY_MAX];

	(void)state;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_int_equal(put(PKEY_PUBLIC, ec), 0);
	assert_int_equal(reason(WORKER_SIGN, text), 0);
	fake_forget(true);
	assert_int_equal(reason(WORKER_SIGN, text), OMASEC_REASON_KEY_MISSING);
	assert_non_null(strstr(text, "omasec apply"));
	assert_string_equal(where(PKEY_PRIVATE), "unusable");
	/* what comes is still verified: nothing of that was in the kernel */
	assert_int_equal(reason(WORKER_VERIFY, text), 0);
	/* it is the account's own still, and cannot become that of the other side */
	assert_int_equal(put(PKEY_PUBLIC, rsa), -EINVAL);
	/* what the start of the system does */
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_int_equal(reason(WORKER_SIGN, text), 0);
	assert_string_equal(where(PKEY_PRIVATE), "kernel");
}

/* Who uses a key whose parser has gone brings the kernel down. */
static void parser_has_to_stay(void **state)
{
	char text[PKEY_WHY_MAX];
	unsigned int before, was = parser;

	(void)state;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_int_equal(put(PKEY_PUBLIC, ec), 0);
	fake_forget(false);
	for (parser = 0; parser < 3; parser += 2) {
		before = fake_signed;
		assert_int_equal(reason(WORKER_SIGN, text), OMASEC_REASON_KEY_MISSING);
		assert_non_null(strstr(text, "parser was unloaded"));
		assert_string_equal(where(PKEY_PRIVATE), "unusable");
		assert_int_equal(pkeys_expire(&tool, "a", PKEY_PRIVATE, 60), -ENOKEY);
		assert_int_equal(fake_signed, before);
	}
	/* loaded again, and applied again */
	parser = 2;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	assert_int_equal(reason(WORKER_SIGN, text), 0);
	assert_int_equal(fake_keys[0].error, EKEYREVOKED);
	parser = was;
}

static void a_key_that_was_revoked_is(void **state)
{
	char text[PKEY_WHY_MAX];
	struct pkey key;

	(void)state;
	assert_int_equal(put(PKEY_DECRYPT, rsa), 0);
	assert_int_equal(put(PKEY_ENCRYPT, other), 0);
	key = loaded(PKEY_DECRYPT);
	fake_keys[key.serial - FAKE_FIRST].error = EKEYREVOKED;
	assert_int_equal(reason(WORKER_DECRYPT, text), OMASEC_REASON_KEY_REVOKED);
	assert_string_equal(where(PKEY_DECRYPT), "revoked");
	fake_keys[key.serial - FAKE_FIRST].error = EKEYEXPIRED;
	assert_int_equal(reason(WORKER_DECRYPT, text), OMASEC_REASON_KEY_REVOKED);
	assert_string_equal(where(PKEY_DECRYPT), "expired");
	/* of another user */
	fake_keys[key.serial - FAKE_FIRST].error = EACCES;
	assert_int_equal(reason(WORKER_DECRYPT, text), OMASEC_REASON_KEY_MISSING);
	pkey_done(&key);
}

/* Nothing but a number, a line end, and an RSA key that has no private half. */
static void damaged_references_are_refused(void **state)
{
	static const char *const front[] = {
		"kernel 100\n", "kernel\040\n", "kernel -1\n", "kernel 0\n", "kernel 100", "kernel 99999999999\n",
		"kernel 100\040\n", "Kernel 100\n", "kernel 1 1\n", "kernel", "", "kernel 0x64\n",
	};
	unsigned char *der = NULL;
	char path[128];
	struct pkey key;
	size_t i, len;
	FILE *f;

	(void)state;
	assert_int_equal(put(PKEY_PRIVATE, rsa), 0);
	snprintf(path, sizeof(path), "%s/key-a.private", dir);
	for (i = 0; i <= sizeof(front) / sizeof(front[0]); i++) {
		bool last = i == sizeof(front) / sizeof(front[0]);

		der = NULL;
		len = (size_t)i2d_PUBKEY(last ? ec : rsa, &der);
		f = fopen(path, "wb");
		fputs(front[last ? 0 : i], f);
		fwrite(der, 1, len, f);
		fclose(f);
		OPENSSL_free(der);
		assert_int_equal(pkey_load(dir, "a", PKEY_PRIVATE, &key, why), i ? -EINVAL : 0);
		assert_int_equal(!!key.key, !i);
		pkey_done(&key);
	}
	ERR_clear_error();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(signs, begin, end),
		cmocka_unit_test_setup_teardown(decrypts, begin, end),
		cmocka_unit_test_setup_teardown(decryption_fails_in_one_way, begin, end),
		cmocka_unit_test_setup_teardown(goes_where_it_can, begin, end),
		cmocka_unit_test_setup_teardown(stays_and_is_replaced, begin, end),
		cmocka_unit_test_setup_teardown(directories_are_apart, begin, end),
		cmocka_unit_test_setup_teardown(a_restart_is_noticed, begin, end),
		cmocka_unit_test_setup_teardown(parser_has_to_stay, begin, end),
		cmocka_unit_test_setup_teardown(a_key_that_was_revoked_is, begin, end),
		cmocka_unit_test_setup_teardown(damaged_references_are_refused, begin, end),
	};
	int rc;

	rsa = EVP_RSA_gen(2048);
	other = EVP_RSA_gen(2048);
	ec = EVP_EC_gen("P-256");
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other);
	EVP_PKEY_free(ec);
	return rc;
}
