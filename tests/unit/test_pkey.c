// SPDX-License-Identifier: GPL-2.0
/*
 * Asymmetric keys of accounts: how they are kept, which algorithm they stand for, and
 * that this and nothing in a message decides how it is verified. What is signed and encrypted
 * with them xsec and the xmlsec1 command take.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/omasec.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_table.h"
#include "xsec_keys.h"

#include <daemon/keys.h>
#include <daemon/pkey.h>

#define TEMPLATE "/tmp/omasec-pkey-XXXXXX"

static char dir[sizeof(TEMPLATE)], why[PKEY_WHY_MAX];

/* Only HMACs are the module's, whose key is that of the vectors. */
int omasec_helper_crypto(struct omasec *o, const char *account, uint32_t op, const void *data,
			 size_t len, uint8_t *out, size_t *out_len)
{
	size_t secret_len;
	uint8_t *secret = xsec_file("mac.key", &secret_len);
	unsigned int n = 0;

	(void)o;
	assert_string_equal(account, "a");
	assert_int_equal(op, OMASEC_CRYPTO_OP_HMAC_SHA256);
	HMAC(EVP_sha256(), secret, (int)secret_len, data, len, out, &n);
	*out_len = n;
	free(secret);
	return 0;
}

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, TEMPLATE);
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	struct dirent *e;
	DIR *d = opendir(dir);

	(void)state;
	while ((e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return rmdir(dir);
}

static EVP_PKEY *pem(const char *name)
{
	struct xsec_keys keys;

	xsec_keys_load(&keys, name);
	return keys.pkey;
}

static int put(const char *account, enum pkey_of of, const char *name)
{
	EVP_PKEY *key = pem(name);
	int rc = pkey_put(dir, account, of, key, 0, why);

	EVP_PKEY_free(key);
	return rc;
}

static int load(const char *account, enum pkey_of of)
{
	struct pkey key;
	int rc = pkey_load(dir, account, of, &key, why);

	assert_int_equal(!key.key, !!rc);
	assert_int_equal(key.serial, 0);
	pkey_done(&key);
	return rc;
}

static void path_of(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", dir, name);
}

/* ------------------------------------------------------------------ files */

static void is_kept_for_its_owner(void **state)
{
	EVP_PKEY *key = pem("rsa.pem");
	struct pkey back;
	char path[128];
	struct stat sb;

	(void)state;
	assert_int_equal(load("a", PKEY_PRIVATE), -ENOENT);
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
	assert_int_equal(put("a", PKEY_PUBLIC, "ec256.pem"), 0);
	assert_int_equal(pkey_load(dir, "a", PKEY_PRIVATE, &back, why), 0);
	assert_int_equal(EVP_PKEY_eq(key, back.key), 1);
	pkey_done(&back);
	EVP_PKEY_free(key);
	path_of(path, "key-a.private");
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	/* the private half is not in the other file */
	key = pem("ec256.pem");
	assert_int_equal(pkey_load(dir, "a", PKEY_PUBLIC, &back, why), 0);
	assert_int_equal(EVP_PKEY_eq(key, back.key), 1);
	assert_int_equal(i2d_PrivateKey(back.key, NULL) > 0, 0);
	pkey_done(&back);
	EVP_PKEY_free(key);
	assert_int_equal(pkey_del(dir, "a", PKEY_PRIVATE), 0);
	assert_int_equal(pkey_del(dir, "a", PKEY_PRIVATE), -ENOENT);
	assert_int_equal(load("a", PKEY_PRIVATE), -ENOENT);
	assert_int_equal(load("a", PKEY_PUBLIC), 0);
	assert_int_equal(load("b", PKEY_PUBLIC), -ENOENT);
}

static void others_files_are_not_taken(void **state)
{
	char path[128], other[128];
	int fd;

	(void)state;
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
	path_of(path, "key-a.private");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(load("a", PKEY_PRIVATE), -EACCES);
	assert_non_null(strstr(why, "only its owner"));
	assert_int_equal(chmod(path, 0600), 0);
	path_of(other, "other");
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink("other", path), 0);
	assert_int_equal(load("a", PKEY_PRIVATE), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load("a", PKEY_PRIVATE), -EACCES);
	assert_int_equal(unlink(path), 0);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "0\x03\x02\x01\x05", 5), 5);
	close(fd);
	assert_int_equal(load("a", PKEY_PRIVATE), -EINVAL);
	assert_non_null(strstr(why, "damaged"));
	assert_int_equal(load("../a", PKEY_PRIVATE), -EINVAL);
	assert_int_equal(put("../a", PKEY_PRIVATE, "rsa.pem"), -EINVAL);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), -EPERM);
	assert_int_equal(chmod(dir, 0700), 0);
}

/* What an end in the middle leaves is not in the way; and what is there is not written again. */
static void is_replaced_at_once(void **state)
{
	struct stat sb, before;
	char path[128];
	int fd;

	(void)state;
	path_of(path, "key-a.private.new");
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	close(fd);
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
	assert_int_equal(stat(path, &sb), -1);
	path_of(path, "key-a.private");
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_ino, before.st_ino);
	assert_int_equal(put("a", PKEY_PRIVATE, "ec384.pem"), 0);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_not_equal(sb.st_ino, before.st_ino);
	assert_int_equal(load("a", PKEY_PRIVATE), 0);
}

static void own_public_key_is_refused(void **state)
{
	(void)state;
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
	assert_int_equal(put("a", PKEY_PUBLIC, "rsa.pem"), -EINVAL);
	assert_non_null(strstr(why, "own private key"));
	assert_int_equal(put("b", PKEY_PUBLIC, "rsa.pem"), 0);
	assert_int_equal(put("b", PKEY_PRIVATE, "rsa.pem"), -EINVAL);
	assert_non_null(strstr(why, "other side"));
	assert_int_equal(load("b", PKEY_PRIVATE), -ENOENT);
}

static int count(void *arg, const char *account, enum pkey_of of)
{
	*(unsigned int *)arg += !strcmp(account, "a.b") ? of == PKEY_PUBLIC ? 1 : 100 : 10000;
	return 0;
}

static void are_listed(void **state)
{
	unsigned int n = 0;
	char path[128];

	(void)state;
	assert_int_equal(put("a.b", PKEY_PUBLIC, "rsa.pem"), 0);
	assert_int_equal(put("a.b", PKEY_PRIVATE, "ec256.pem"), 0);
	path_of(path, "key-x.private.new");
	close(open(path, O_WRONLY | O_CREAT, 0600));
	path_of(path, "key-.private");
	close(open(path, O_WRONLY | O_CREAT, 0600));
	path_of(path, "omasec.db");
	close(open(path, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(pkey_each(dir, count, &n), 0);
	assert_int_equal(n, 101);
	assert_int_equal(pkey_each("/nowhere", count, &n), -ENOENT);
}

static EVP_PKEY *generated(const char *kind, size_t bits)
{
	return !strcmp(kind, "RSA") ? EVP_PKEY_Q_keygen(NULL, NULL, kind, bits) : EVP_PKEY_Q_keygen(NULL, NULL, kind);
}

static void other_kinds_are_refused(void **state)
{
	static const struct {
		const char *kind, *says;
		size_t bits;
	} c[] = { { "RSA", "this one has 1024", 1024 }, { "ED25519", "this one is ED25519", 0 } };
	EVP_PKEY *key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		key = generated(c[i].kind, c[i].bits);
		assert_int_equal(pkey_put(dir, "a", PKEY_PRIVATE, key, 0, why), -EINVAL);
		assert_non_null(strstr(why, c[i].says));
		EVP_PKEY_free(key);
	}
	key = EVP_EC_gen("secp256k1");
	assert_int_equal(pkey_put(dir, "a", PKEY_PUBLIC, key, 0, why), -EINVAL);
	assert_non_null(strstr(why, "P-256 or P-384"));
	EVP_PKEY_free(key);
	assert_int_equal(put("a", PKEY_PRIVATE, "ec512.pem"), -EINVAL);
	assert_int_equal(load("a", PKEY_PRIVATE), -ENOENT);
}

/* ------------------------------------------------------------------ signatures */

static struct keys keys;
static struct dm_error error;

static enum xsec_cipher cipher = XSEC_AES256_GCM;

static int choose(uint32_t what, struct worker_xsec *how)
{
	memset(how, 0, sizeof(*how));
	how->what = what;
	how->cipher = cipher;
	memset(&error, 0, sizeof(error));
	keys.o = (struct omasec *)dir;	/* one that is registered */
	keys.dir = dir;
	keys.account = "a";
	return keys_choose(&keys, how, &error);
}

static int sign(uint8_t **out, size_t *len)
{
	struct xsec_crypto crypto = { keys_use, &keys };
	struct xsec_key key = { 0 };
	struct worker_xsec how;
	size_t plain_len;
	uint8_t *plain;
	int rc = choose(WORKER_SIGN, &how);

	if (!rc) {
		plain = xsec_file("plain.xml", &plain_len);
		rc = xsec_sign(plain, plain_len, how.sign, &key, &crypto, out, len, &error);
		free(plain);
	}
	keys_done(&keys);
	return rc;
}

static int verify(const uint8_t *message, size_t len)
{
	struct xsec_crypto crypto = { keys_use, &keys };
	struct xsec_key key = { 0 };
	struct worker_xsec how;
	uint8_t *out = NULL;
	size_t out_len;
	int rc = choose(WORKER_VERIFY, &how);

	if (!rc) {
		key.public = how.public_len ? how.public : NULL;
		key.public_len = how.public_len;
		rc = xsec_verify(message, len, how.sign, &key, &crypto, &out, &out_len, &error);
	}
	free(out);
	return rc;
}

static int verify_file(const char *name)
{
	size_t len;
	uint8_t *message = xsec_file(name, &len);
	int rc = verify(message, len);

	free(message);
	return rc;
}

static bool xmlsec1_takes(const uint8_t *message, size_t len, const char *pub)
{
	char path[] = "/tmp/omasec-pkey.xml.XXXXXX", command[512];
	int fd = mkstemp(path);
	bool good;

	assert_int_equal(write(fd, message, len), len);
	close(fd);
	snprintf(command, sizeof(command), "xmlsec1 --verify --pubkey-der %s%s %s >/dev/null 2>&1",
		 XSEC_DATA, pub, path);
	good = !system(command);
	unlink(path);
	return good;
}

/* Of the state: the private key here, the public one there, and that of somebody else. */
static void is_taken_at_the_other_end(void **state)
{
	static const struct {
		const char *pem, *pub, *algorithm;
	} c[] = {
		{ "rsa.pem", "rsa.pub", "#rsa-sha256" }, { "ec256.pem", "ec256.pub", "#ecdsa-sha256" },
		{ "ec384.pem", "ec384.pub", "#ecdsa-sha384" },
	};
	uint8_t *out;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		remove_dir(NULL);
		make_dir(NULL);
		assert_int_equal(put("a", PKEY_PRIVATE, c[i].pem), 0);
		assert_int_equal(put("a", PKEY_PUBLIC, "other.pem"), 0);
		assert_int_equal(sign(&out, &len), 0);
		assert_null(keys.pkey.key);
		assert_non_null(memmem(out, len, c[i].algorithm, strlen(c[i].algorithm)));
		assert_true(xmlsec1_takes(out, len, c[i].pub));
		assert_false(xmlsec1_takes(out, len, i ? "rsa.pub" : "ec256.pub"));
		/* the other end has the public key alone, and something to sign with */
		assert_int_equal(pkey_del(dir, "a", PKEY_PRIVATE), 0);
		assert_int_equal(put("a", PKEY_PUBLIC, c[i].pem), 0);
		assert_int_equal(verify(out, len), 0);
		((uint8_t *)memmem(out, len, "SyncHdr", 7))[0] ^= 32;
		assert_true(verify(out, len) < 0);
		free(out);
	}
}

/* Made by xmlsec1; whoever has another key, or a key of another kind, refuses them. */
static void the_key_says_the_algorithm(void **state)
{
	static const struct {
		const char *key, *message;
		unsigned int reason;
	} c[] = {
		{ "rsa.pem", "ok-rsa-sha256.xml", 0 },
		{ "ec256.pem", "ok-ecdsa-sha256.xml", 0 },
		{ "ec384.pem", "ok-ecdsa-sha384.xml", 0 },
		{ "other.pem", "ok-rsa-sha256.xml", OMASEC_REASON_SIGNATURE_WRONG },
		{ "rsa.pem", "ok-ecdsa-sha256.xml", OMASEC_REASON_ALGORITHM_REFUSED },
		{ "ec256.pem", "ok-rsa-sha256.xml", OMASEC_REASON_ALGORITHM_REFUSED },
		{ "ec256.pem", "ok-ecdsa-sha384.xml", OMASEC_REASON_ALGORITHM_REFUSED },
		{ "rsa.pem", "ok-rsa-sha512.xml", OMASEC_REASON_ALGORITHM_REFUSED },
		{ "rsa.pem", "rsa-sha1.xml", OMASEC_REASON_ALGORITHM_REFUSED },
		{ "rsa.pem", "ok-hmac-sha256.xml", OMASEC_REASON_ALGORITHM_REFUSED },
		/* an HMAC with the octets of the public key */
		{ "rsa.pem", "confused-public-key-as-secret.xml", OMASEC_REASON_ALGORITHM_REFUSED },
		{ "rsa.pem", "bad-attackers-key-value.xml", OMASEC_REASON_SIGNATURE_WRONG },
		{ "rsa.pem", "plain.xml", OMASEC_REASON_SIGNATURE_MISSING },
		/* neither key: HMAC */
		{ NULL, "ok-hmac-sha256.xml", 0 },
		{ NULL, "ok-rsa-sha256.xml", OMASEC_REASON_ALGORITHM_REFUSED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		remove_dir(NULL);
		make_dir(NULL);
		if (c[i].key)
			assert_int_equal(put("a", PKEY_PUBLIC, c[i].key), 0);
		verify_file(c[i].message);
		if (error.reason != c[i].reason)
			fail_msg("%s of %s: %u, %s", c[i].message, c[i].key, error.reason, error.text);
	}
}

/* Also not on with the HMAC key, which is there. */
static void with_one_key_the_other_is_missing(void **state)
{
	struct worker_xsec how;
	uint8_t *out;
	char path[128];
	size_t len;

	(void)state;
	assert_int_equal(choose(WORKER_SIGN, &how), 0);
	assert_int_equal(how.sign, XSEC_HMAC_SHA256);
	assert_int_equal(put("a", PKEY_PUBLIC, "rsa.pem"), 0);
	assert_int_equal(sign(&out, &len), -EBADMSG);
	assert_int_equal(error.reason, OMASEC_REASON_KEY_MISSING);
	assert_non_null(strstr(error.text, "no private key"));
	assert_int_equal(pkey_del(dir, "a", PKEY_PUBLIC), 0);
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
	assert_int_equal(verify_file("ok-hmac-sha256.xml"), -EBADMSG);
	assert_int_equal(error.reason, OMASEC_REASON_KEY_MISSING);
	assert_non_null(strstr(error.text, "no public key"));
	/* one that is there and cannot be used is none to do without, either */
	path_of(path, "key-a.private");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(sign(&out, &len), -EBADMSG);
	assert_int_equal(error.reason, OMASEC_REASON_KEY_MISSING);
	assert_int_equal(verify_file("ok-hmac-sha256.xml"), -EBADMSG);
	assert_int_equal(error.reason, OMASEC_REASON_KEY_MISSING);
}

/* A worker that was taken over asks for what its request does not need. */
static void other_uses_are_refused(void **state)
{
	struct xsec_request r = { .op = XSEC_SIGN, .sign = XSEC_ECDSA_SHA256, .data = (uint8_t *)"x", .len = 1 };
	struct xsec_reply reply = { 0 };
	struct worker_xsec how;

	(void)state;
	assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
	assert_int_equal(put("a", PKEY_PUBLIC, "ec256.pem"), 0);
	assert_int_equal(choose(WORKER_SIGN, &how), 0);
	assert_int_equal(how.sign, XSEC_RSA_SHA256);
	assert_int_equal(keys_use(&keys, &r, &reply), -EKEYREJECTED);
	r.sign = XSEC_RSA_SHA512;
	assert_int_equal(keys_use(&keys, &r, &reply), -EKEYREJECTED);
	r.sign = XSEC_RSA_SHA256;
	assert_int_equal(keys_use(&keys, &r, &reply), 0);
	free(reply.data);
	reply.data = NULL;
	/* verifying there is no private key at all, nor after the signature */
	assert_int_equal(choose(WORKER_VERIFY, &how), 0);
	assert_int_equal(how.sign, XSEC_ECDSA_SHA256);
	assert_int_equal(keys_use(&keys, &r, &reply), -ENOKEY);
	assert_int_equal(choose(WORKER_SIGN, &how), 0);
	keys_done(&keys);
	assert_int_equal(keys_use(&keys, &r, &reply), -ENOKEY);
	assert_null(reply.data);
}

/* ------------------------------------------------------------------ encryption */

static int encrypt_sample(uint32_t what, const char *text, size_t text_len, uint8_t **out, size_t *len)
{
	struct xsec_crypto crypto = { keys_use, &keys };
	struct xsec_key key = { 0 };
	struct worker_xsec how;
	int rc = choose(what, &how);

	*out = NULL;
	if (!rc && what == WORKER_ENCRYPT_OBJECTS)
		rc = xsec_encrypt_objects((const uint8_t *)text, text_len, cipher, how.wrap, &key, &crypto,
					  out, len, &error);
	else if (!rc)
		rc = xsec_encrypt((const uint8_t *)text, text_len, "SyncBody", cipher, how.wrap, &key,
				  &crypto, out, len, &error);
	keys_done(&keys);
	return rc;
}

static int decrypt_sample(uint32_t what, const uint8_t *message, size_t message_len, uint8_t **out, size_t *len)
{
	struct xsec_crypto crypto = { keys_use, &keys };
	struct xsec_key key = { 0 };
	struct worker_xsec how;
	int rc = choose(what, &how);

	*out = NULL;
	if (!rc && what == WORKER_DECRYPT_OBJECTS)
		rc = xsec_decrypt_objects(message, message_len, cipher, how.wrap, &key, &crypto, out, len,
					  &error);
	else if (!rc)
		rc = xsec_decrypt(message, message_len, "SyncBody", cipher, how.wrap, &key, &crypto, out, len, &error);
	keys_done(&keys);
	return rc;
}

/* What this side encrypts, the holder of the private key decrypts; so does xmlsec1. */
static void encrypts_with(enum xsec_cipher with, enum xsec_wrap wrap)
{
	bool legacy = xsec_cipher_is_cbc(with);
	enum pkey_of enc = legacy ? PKEY_LEGACY_ENCRYPT : PKEY_ENCRYPT;
	enum pkey_of dec = legacy ? PKEY_LEGACY_DECRYPT : PKEY_DECRYPT;
	char path[] = "/tmp/omasec-pkey.xml.XXXXXX", command[512];
	uint8_t *out, *back, *plain;
	size_t len, back_len, plain_len;
	struct worker_xsec how;
	int fd;

	cipher = with;
	plain = xsec_file("plain.xml", &plain_len);
	assert_int_equal(choose(WORKER_ENCRYPT, &how), 0);
	assert_int_equal(how.wrap, wrap);
	/* of the other profile: nobody goes on with these */
	assert_int_equal(put("a", legacy ? PKEY_ENCRYPT : PKEY_LEGACY_ENCRYPT, "rsa.pem"), 0);
	assert_int_equal(choose(WORKER_ENCRYPT, &how), 0);
	assert_int_equal(how.wrap, wrap);
	assert_int_equal(pkey_del(dir, "a", legacy ? PKEY_ENCRYPT : PKEY_LEGACY_ENCRYPT), 0);
	assert_int_equal(put("a", enc, "rsa.pem"), 0);
	assert_int_equal(put("a", dec, "other.pem"), 0);
	assert_int_equal(choose(WORKER_ENCRYPT, &how), 0);
	assert_int_equal(how.wrap, legacy ? XSEC_RSA_1_5 : XSEC_RSA_OAEP);
	assert_int_equal(encrypt_sample(WORKER_ENCRYPT, (char *)plain, plain_len, &out, &len), 0);
	assert_null(memmem(out, len, "good", 4));
	/* the key of this side is not the one that it was encrypted to */
	assert_int_equal(decrypt_sample(WORKER_DECRYPT, out, len, &back, &back_len), -EBADMSG);
	assert_int_equal(error.reason, OMASEC_REASON_DECRYPTION_FAILED);
	fd = mkstemp(path);
	assert_int_equal(write(fd, out, len), len);
	close(fd);
	snprintf(command, sizeof(command), "xmlsec1 --decrypt --privkey-pem %srsa.pem %s 2>/dev/null | grep -q good", XSEC_DATA,
		 path);
	assert_int_equal(system(command), 0);
	unlink(path);
	remove_dir(NULL);
	make_dir(NULL);
	assert_int_equal(put("a", dec, "rsa.pem"), 0);
	assert_int_equal(put("a", enc, "other.pem"), 0);
	assert_int_equal(decrypt_sample(WORKER_DECRYPT, out, len, &back, &back_len), 0);
	assert_int_equal(back_len, plain_len);
	assert_memory_equal(back, plain, plain_len);
	assert_null(keys.pkey.key);
	/* with the other cipher it is not taken */
	free(back);
	cipher = with == XSEC_AES128_GCM ? XSEC_AES256_GCM : with == XSEC_AES256_CBC ? XSEC_AES128_CBC :
		 with == XSEC_AES128_CBC ? XSEC_AES256_CBC : XSEC_AES128_GCM;
	assert_int_equal(decrypt_sample(WORKER_DECRYPT, out, len, &back, &back_len), -EBADMSG);
	assert_int_equal(error.reason, OMASEC_REASON_ALGORITHM_REFUSED);
	cipher = XSEC_AES256_GCM;
	free(out);
	free(plain);
}

static void is_decrypted_at_the_other_end(void **state)
{
	(void)state;
	encrypts_with(XSEC_AES256_GCM, XSEC_KW_AES256);
}

static void with_128_bits_too(void **state)
{
	(void)state;
	encrypts_with(XSEC_AES128_GCM, XSEC_KW_AES128);
}

static void with_cbc_and_rsa_1_5(void **state)
{
	(void)state;
	encrypts_with(XSEC_AES256_CBC, XSEC_KW_AES256);
	remove_dir(NULL);
	make_dir(NULL);
	encrypts_with(XSEC_AES128_CBC, XSEC_KW_AES128);
}

/* By OAEP what is of CBC, or by RSA 1.5 what is of GCM, nobody asks for. */
static void profiles_do_not_mix(void **state)
{
	struct xsec_request oaep = { .op = XSEC_OPEN, .cipher = XSEC_AES128_CBC, .wrap = XSEC_RSA_OAEP };
	struct xsec_request rsa = { .op = XSEC_OPEN, .cipher = XSEC_AES256_GCM, .wrap = XSEC_RSA_1_5 };
	struct xsec_reply reply = { 0 };

	keys.o = (struct omasec *)dir;
	assert_int_equal(keys_use(&keys, &oaep, &reply), -EOPNOTSUPP);
	assert_int_equal(keys_use(&keys, &rsa, &reply), -EOPNOTSUPP);
}

/* Whatever is wrong with key or cipher: one error, nothing comes out, and libcrypto keeps no word of it. */
static void decryption_fails_in_one_way(void **state)
{
	EVP_PKEY *pub = pem("rsa.pem"), *other = pem("other.pem");
	struct xsec_request r = { .op = XSEC_OPEN, .cipher = XSEC_AES256_GCM, .wrap = XSEC_RSA_OAEP };
	struct xsec_reply sealed = { 0 }, reply = { 0 }, small = { 0 }, zero = { .data = malloc(64) },
			  half = { .data = malloc(64) };
	static const uint8_t no_key[32], half_key[32] = "sixteen octets..";
	uint8_t wrapped[XSEC_WRAPPED_MAX];
	EVP_PKEY_CTX *ctx;
	struct worker_xsec how;
	size_t i, n = sizeof(small.wrapped);

	(void)state;
	assert_int_equal(put("a", PKEY_DECRYPT, "rsa.pem"), 0);
	assert_int_equal(put("a", PKEY_ENCRYPT, "other.pem"), 0);
	assert_int_equal(pkey_seal(pub, XSEC_AES256_GCM, "hidden", 6, &sealed), 0);
	r.data = sealed.data;
	r.len = sealed.len;
	r.wrapped = wrapped;
	assert_int_equal(xsec_keys_gcm(XSEC_AES256_GCM, true, no_key, (uint8_t *)"hidden", 6, &zero), 0);
	assert_int_equal(xsec_keys_gcm(XSEC_AES256_GCM, true, half_key, (uint8_t *)"hidden", 6, &half), 0);
	for (i = 0; i < 14; i++) {
		memcpy(wrapped, sealed.wrapped, sizeof(wrapped));
		r.wrapped_len = sealed.wrapped_len;
		r.data = sealed.data;
		r.len = sealed.len;
		r.cipher = i == 13 ? XSEC_AES128_GCM : XSEC_AES256_GCM;	/* which 32 octets are no key for */
		if (i >= 1 && i <= 4)		/* another key, of several makes */
			wrapped[(i - 1) * 64 + 63] ^= 1;
		else if (i == 5)
			r.wrapped_len--;
		else if (i == 6)
			r.wrapped_len = 0;
		else if (i == 7)
			memset(wrapped, 0xff, sizeof(wrapped));
		else if (i == 8)		/* the tag */
			sealed.data[sealed.len - 1] ^= 1;
		else if (i == 9)
			r.len = 28;
		else if (i == 10) {		/* a key of another length, rightly wrapped */
			ctx = EVP_PKEY_CTX_new(pub, NULL);
			assert_true(EVP_PKEY_encrypt_init(ctx) == 1 &&
				    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
				    EVP_PKEY_encrypt(ctx, wrapped, &n, half_key, 16) == 1);
			EVP_PKEY_CTX_free(ctx);
			r.wrapped_len = n;
			r.data = half.data;
			r.len = half.len;
		} else if (i == 11) {		/* to somebody else */
			assert_int_equal(pkey_seal(other, XSEC_AES256_GCM, "hidden", 6, &small), 0);
			memcpy(wrapped, small.wrapped, sizeof(wrapped));
			free(small.data);
		} else if (i == 12) {		/* what a key of zeros would open */
			wrapped[9] ^= 1;
			r.data = zero.data;
			r.len = zero.len;
		}
		assert_int_equal(choose(WORKER_DECRYPT, &how), 0);
		memset(&reply, 0, sizeof(reply));
		assert_int_equal(keys_use(&keys, &r, &reply), i ? -EBADMSG : 0);
		assert_int_equal(!!reply.data, !i);
		assert_int_equal(ERR_peek_error(), 0);
		if (i == 8)
			sealed.data[sealed.len - 1] ^= 1;
		free(reply.data);
	}
	keys_done(&keys);
	free(zero.data);
	free(half.data);
	free(sealed.data);
	EVP_PKEY_free(pub);
	EVP_PKEY_free(other);
}

/* Not on with the wrap key; and one pair has nothing to do with the other. */
static void encryption_needs_both_keys(void **state)
{
	struct worker_xsec how;

	(void)state;
	assert_int_equal(put("a", PKEY_PRIVATE, "ec256.pem"), 0);
	assert_int_equal(choose(WORKER_DECRYPT, &how), 0);
	assert_int_equal(how.wrap, XSEC_KW_AES256);
	assert_int_equal(put("a", PKEY_ENCRYPT, "rsa.pem"), 0);
	assert_int_equal(choose(WORKER_DECRYPT_OBJECTS, &how), -EBADMSG);
	assert_int_equal(error.reason, OMASEC_REASON_KEY_MISSING);
	assert_non_null(strstr(error.text, "none to decrypt with"));
	assert_int_equal(pkey_del(dir, "a", PKEY_ENCRYPT), 0);
	assert_int_equal(put("a", PKEY_DECRYPT, "rsa.pem"), 0);
	assert_int_equal(choose(WORKER_ENCRYPT_OBJECTS, &how), -EBADMSG);
	assert_non_null(strstr(error.text, "none of the other side"));
	keys_done(&keys);
}

static void each_key_has_one_use(void **state)
{
	static const enum pkey_of all[] = {
		PKEY_PRIVATE, PKEY_PUBLIC, PKEY_DECRYPT, PKEY_ENCRYPT, PKEY_LEGACY_DECRYPT, PKEY_LEGACY_ENCRYPT,
	};
	size_t i, k;

	(void)state;
	assert_int_equal(put("a", PKEY_DECRYPT, "ec256.pem"), -EINVAL);
	assert_non_null(strstr(why, "RSA"));
	assert_int_equal(put("a", PKEY_ENCRYPT, "ec384.pem"), -EINVAL);
	for (i = 0; i < PKEY_KINDS; i++) {
		remove_dir(NULL);
		make_dir(NULL);
		assert_int_equal(put("a", all[i], "rsa.pem"), 0);
		for (k = 0; k < PKEY_KINDS; k++)
			assert_int_equal(put("a", all[k], "rsa.pem"), k == i ? 0 : -EINVAL);
	}
}

/* An RSA operation takes long, and one helper serves all. */
static void few_objects_with_rsa(void **state)
{
	char text[4096], *p;
	uint8_t *out, *back;
	size_t len, back_len;
	unsigned int n, i;

	(void)state;
	assert_int_equal(put("a", PKEY_ENCRYPT, "rsa.pem"), 0);
	assert_int_equal(put("a", PKEY_DECRYPT, "other.pem"), 0);
	for (n = 16; n <= 17; n++) {
		p = stpcpy(text, "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Add>");
		for (i = 0; i < n; i++)
			p = stpcpy(p, "<Item><Data>hidden</Data></Item>");
		strcpy(p, "</Add></SyncBody></SyncML>");
		assert_int_equal(encrypt_sample(WORKER_ENCRYPT_OBJECTS, text, strlen(text), &out, &len),
				 n == 16 ? 0 : -EMSGSIZE);
		if (n == 17)
			assert_int_equal(error.reason, OMASEC_REASON_TOO_LARGE);
		if (n == 17)
			continue;
		remove_dir(NULL);
		make_dir(NULL);
		assert_int_equal(put("a", PKEY_DECRYPT, "rsa.pem"), 0);
		assert_int_equal(put("a", PKEY_ENCRYPT, "other.pem"), 0);
		assert_int_equal(decrypt_sample(WORKER_DECRYPT_OBJECTS, out, len, &back, &back_len), 0);
		assert_int_equal(back_len, strlen(text));
		assert_memory_equal(back, text, back_len);
		free(out);
		free(back);
	}
}

/* With the keys of signatures, and as few of them. */
static void signs_objects(void **state)
{
	struct xsec_crypto crypto = { keys_use, &keys };
	char text[4096], *p;
	unsigned int n, i;

	(void)state;
	for (n = 16; n <= 17; n++) {
		struct xsec_key key = { 0 };
		struct worker_xsec how;
		uint8_t *out = NULL, *back = NULL;
		size_t len, back_len;

		assert_int_equal(put("a", PKEY_PRIVATE, "rsa.pem"), 0);
		p = stpcpy(text, "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr/><SyncBody><Exec>");
		for (i = 0; i < n; i++)
			p = stpcpy(p, "<Item><Data>signed</Data></Item>");
		strcpy(p, "</Exec></SyncBody></SyncML>");
		assert_int_equal(choose(WORKER_SIGN_OBJECTS, &how), 0);
		assert_int_equal(how.sign, XSEC_RSA_SHA256);
		assert_int_equal(xsec_sign_objects((uint8_t *)text, strlen(text), how.sign, &key, &crypto, &out, &len, &error),
				 n == 16 ? 0 : -EMSGSIZE);
		keys_done(&keys);
		if (n == 17) {
			assert_int_equal(error.reason, OMASEC_REASON_TOO_LARGE);
			assert_null(out);
			continue;
		}
		remove_dir(NULL);
		make_dir(NULL);
		assert_int_equal(put("a", PKEY_PUBLIC, "rsa.pem"), 0);
		assert_int_equal(choose(WORKER_VERIFY_OBJECTS, &how), 0);
		key.public = how.public;
		key.public_len = how.public_len;
		assert_int_equal(xsec_verify_objects(out, len, true, how.sign, &key, &crypto, &back, &back_len, &error), 0);
		assert_int_equal(back_len, strlen(text));
		assert_memory_equal(back, text, back_len);
		assert_int_equal(choose(WORKER_SIGN_OBJECTS, &how), -EBADMSG);
		assert_int_equal(error.reason, OMASEC_REASON_KEY_MISSING);
		remove_dir(NULL);
		make_dir(NULL);
		free(out);
		free(back);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
		T(is_kept_for_its_owner), T(others_files_are_not_taken), T(is_replaced_at_once),
		T(own_public_key_is_refused), T(are_listed), T(other_kinds_are_refused),
		T(is_taken_at_the_other_end), T(the_key_says_the_algorithm),
		T(with_one_key_the_other_is_missing), T(other_uses_are_refused),
		T(is_decrypted_at_the_other_end), T(with_128_bits_too), T(decryption_fails_in_one_way),
		T(with_cbc_and_rsa_1_5), T(profiles_do_not_mix),
		T(encryption_needs_both_keys), T(each_key_has_one_use), T(few_objects_with_rsa),
		T(signs_objects),
	};

	dm_init();
	if (xsec_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
