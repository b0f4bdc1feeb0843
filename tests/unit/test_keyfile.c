// SPDX-License-Identifier: GPL-2.0
/*
 * Private and public keys in PEM and PKCS#12 files: which are taken, what is said of the others, and
 * that none is printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_table.h"
#include "fake_keyctl.h"

#include "userspace/tool/keyfile.h"
#include "userspace/tool/pkeys.h"

#define TEMPLATE "/tmp/omasec-keyfile-XXXXXX"

static char dir[sizeof(TEMPLATE)], path[64], why[RESOLVE_WHY_MAX];
static EVP_PKEY *rsa, *ec;

static int make_keys(void **state)
{
	(void)state;
	memcpy(dir, TEMPLATE, sizeof(TEMPLATE));
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/key.pem", dir);
	rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	ec = EVP_EC_gen("P-256");
	return rsa && ec ? 0 : -1;
}

static int remove_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	unlink(path);
	return rmdir(dir);
}

static BIO *begin(void)
{
	unlink(path);
	return BIO_new_file(path, "w");
}

static void end(BIO *bio, mode_t mode)
{
	BIO_free(bio);
	assert_int_equal(chmod(path, mode), 0);
}

static void put_private(EVP_PKEY *key, bool old, const char *passphrase)
{
	const EVP_CIPHER *cipher = passphrase ? EVP_aes_256_cbc() : NULL;
	BIO *bio = begin();

	if (old)
		assert_int_equal(PEM_write_bio_PrivateKey_traditional(bio, key, cipher, NULL, 0, NULL,
								      (void *)(uintptr_t)passphrase), 1);
	else
		assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, NULL, 0, NULL,
							       (void *)(uintptr_t)passphrase), 1);
	end(bio, 0600);
}

static void put_public(EVP_PKEY *key)
{
	BIO *bio = begin();

	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	end(bio, 0644);
}

static void put_certificate(EVP_PKEY *key)
{
	X509 *cert = X509_new();
	BIO *bio = begin();

	/* one that is out of date: of it only the key counts */
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -7200);
	X509_gmtime_adj(X509_getm_notAfter(cert), -3600);
	X509_set_pubkey(cert, key);
	assert_true(X509_sign(cert, rsa, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, cert), 1);
	X509_free(cert);
	end(bio, 0644);
}

static void put_text(const char *text)
{
	BIO *bio = begin();

	BIO_puts(bio, text);
	end(bio, 0600);
}

static void put_pkcs12(EVP_PKEY *key, EVP_PKEY *of, const char *passphrase)
{
	X509 *cert = X509_new();
	BIO *bio = begin();
	PKCS12 *p12;

	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), 0);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, of);
	assert_true(X509_sign(cert, of, EVP_sha256()) > 0);
	p12 = PKCS12_create(passphrase, "a key", key, cert, NULL, 0, 0, 0, 0, 0);
	assert_non_null(p12);
	assert_int_equal(i2d_PKCS12_bio(bio, p12), 1);
	PKCS12_free(p12);
	X509_free(cert);
	end(bio, 0600);
}

static const char *says_passphrase;
static unsigned int was_asked;

static int recalls(void *arg, struct secret *s, char reason[SECRET_WHY_MAX])
{
	(void)arg;
	was_asked++;
	if (!says_passphrase) {
		snprintf(reason, SECRET_WHY_MAX, "nobody knows");
		return -ENOTTY;
	}
	s->len = strlen(says_passphrase);
	memcpy(s->data, says_passphrase, s->len);
	return 0;
}

/* The file has @key, or, with NULL, is refused with words that have @says. */
static void reads_with(enum pkey_of of, const struct keyfile_ask *ask, const EVP_PKEY *key, int error,
		       const char *says)
{
	EVP_PKEY *got;

	*why = '\0';
	assert_int_equal(keyfile_read(path, of, ask, &got, why), error);
	assert_int_equal(!got, !key);
	if (key)
		assert_int_equal(EVP_PKEY_eq(got, key), 1);
	else if (!strstr(why, says))
		fail_msg("\"%s\" is not in \"%s\"", says, why);
	EVP_PKEY_free(got);
}

static void reads(enum pkey_of of, const EVP_PKEY *key, int error, const char *says)
{
	reads_with(of, NULL, key, error, says);
}

static void private_keys_are_taken(void **state)
{
	(void)state;
	put_private(rsa, false, NULL);
	reads(PKEY_PRIVATE, rsa, 0, NULL);
	put_private(rsa, true, NULL);
	reads(PKEY_PRIVATE, rsa, 0, NULL);
	put_private(ec, false, NULL);
	reads(PKEY_PRIVATE, ec, 0, NULL);
	put_private(ec, true, NULL);
	reads(PKEY_PRIVATE, ec, 0, NULL);
}

static void public_keys_are_taken(void **state)
{
	(void)state;
	put_public(rsa);
	reads(PKEY_PUBLIC, rsa, 0, NULL);
	put_public(ec);
	reads(PKEY_PUBLIC, ec, 0, NULL);
	put_certificate(ec);
	reads(PKEY_PUBLIC, ec, 0, NULL);
}

/* Nobody is asked for a passphrase. */
static void encrypted_keys_are_refused(void **state)
{
	int old;

	(void)state;
	for (old = 0; old < 2; old++) {
		put_private(rsa, old, "secret");
		reads(PKEY_PRIVATE, NULL, -EINVAL, "the key is encrypted, and nobody is there");
		reads(PKEY_PUBLIC, NULL, -EINVAL, "this is a private key");
	}
}

static void passphrases_are_asked_for(void **state)
{
	const struct keyfile_ask ask = { recalls, NULL };
	int form;

	(void)state;
	for (form = 0; form < 3; form++) {
		if (form == 2)
			put_pkcs12(ec, ec, "secret");
		else
			put_private(ec, form, "secret");
		was_asked = 0;
		says_passphrase = "secret";
		reads_with(PKEY_PRIVATE, &ask, ec, 0, NULL);
		assert_int_equal(was_asked, 1);
		says_passphrase = "secreT";
		reads_with(PKEY_PRIVATE, &ask, NULL, -EINVAL, "the passphrase is wrong");
		says_passphrase = "";
		reads_with(PKEY_PRIVATE, &ask, NULL, -EINVAL, "the passphrase is wrong");
		says_passphrase = NULL;
		reads_with(PKEY_PRIVATE, &ask, NULL, -ENOTTY, "nobody knows");
		assert_null(strstr(why, "secret"));
	}
	/* nobody is asked for what is not needed */
	was_asked = 0;
	put_private(ec, false, NULL);
	reads_with(PKEY_PRIVATE, &ask, ec, 0, NULL);
	put_public(rsa);
	reads_with(PKEY_PUBLIC, &ask, rsa, 0, NULL);
	put_private(rsa, false, "secret");
	assert_int_equal(chmod(path, 0644), 0);
	reads_with(PKEY_PUBLIC, &ask, NULL, -EINVAL, "this is a private key");
	assert_int_equal(was_asked, 0);
}

static void pkcs12_is_taken(void **state)
{
	const struct keyfile_ask ask = { recalls, NULL };

	(void)state;
	put_pkcs12(rsa, rsa, "");
	reads(PKEY_PRIVATE, rsa, 0, NULL);
	put_pkcs12(rsa, rsa, NULL);
	reads(PKEY_PRIVATE, rsa, 0, NULL);
	put_pkcs12(rsa, rsa, "secret");
	reads(PKEY_PRIVATE, NULL, -EINVAL, "the key is encrypted, and nobody is there");
	assert_int_equal(chmod(path, 0644), 0);
	reads(PKEY_PUBLIC, NULL, -EINVAL, "this is a private key");
	put_pkcs12(NULL, rsa, "secret");
	says_passphrase = "secret";
	reads_with(PKEY_PRIVATE, &ask, NULL, -EINVAL, "expected a private key in PEM or PKCS#12");
}

static void other_sorts_are_refused(void **state)
{
	EVP_PKEY *small = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *curve = EVP_EC_gen("secp256k1");

	(void)state;
	put_public(rsa);
	assert_int_equal(chmod(path, 0600), 0);
	reads(PKEY_PRIVATE, NULL, -EINVAL, "this is a public key");
	put_private(rsa, false, NULL);
	reads(PKEY_PUBLIC, NULL, -EINVAL, "this is a private key");
	put_private(small, false, NULL);
	reads(PKEY_PRIVATE, NULL, -EINVAL, "2048 to 4096 bits, this one has 1024");
	put_certificate(small);
	reads(PKEY_PUBLIC, NULL, -EINVAL, "2048 to 4096 bits, this one has 1024");
	put_private(other, false, NULL);
	reads(PKEY_PRIVATE, NULL, -EINVAL, "expected an RSA or EC key, this one is ED25519");
	put_private(curve, false, NULL);
	reads(PKEY_PRIVATE, NULL, -EINVAL, "P-256 or P-384");
	put_text("");
	reads(PKEY_PRIVATE, NULL, -EINVAL, "expected a private key in PEM");
	put_text("-----BEGIN PRIVATE KEY-----\nMIIEvAIBADANBg\n-----END PRIVATE KEY-----\n");
	reads(PKEY_PRIVATE, NULL, -EINVAL, "expected a private key in PEM");
	reads(PKEY_PUBLIC, NULL, -EINVAL, "expected a public key or certificate in PEM");
	EVP_PKEY_free(small);
	EVP_PKEY_free(other);
	EVP_PKEY_free(curve);
}

/* Private and public numbers that do not belong together. */
static void damaged_keys_are_refused(void **state)
{
	unsigned char *der = NULL, *d;
	const unsigned char *p;
	EVP_PKEY *key;
	int len = i2d_PrivateKey(ec, &der);

	(void)state;
	/* SEQUENCE { 1, OCTET STRING of 32 octets, ... */
	d = memmem(der, (size_t)len, "\x04\x20", 2);
	assert_non_null(d);
	d[33] ^= 1;
	p = der;
	key = d2i_PrivateKey(EVP_PKEY_EC, NULL, &p, len);
	OPENSSL_free(der);
	assert_non_null(key);
	put_private(key, false, NULL);
	reads(PKEY_PRIVATE, NULL, -EINVAL, "damaged");
	EVP_PKEY_free(key);
}

static void modes_and_sizes_are_looked_at(void **state)
{
	char *long_text = malloc(70000);

	(void)state;
	put_private(rsa, false, NULL);
	assert_int_equal(chmod(path, 0640), 0);
	reads(PKEY_PRIVATE, NULL, -EACCES, "chmod 600");
	put_public(rsa);
	assert_int_equal(chmod(path, 0664), 0);
	reads(PKEY_PUBLIC, NULL, -EACCES, "chmod go-w");
	memset(long_text, ' ', 69999);
	long_text[69999] = '\0';
	put_text(long_text);
	free(long_text);
	reads(PKEY_PRIVATE, NULL, -EINVAL, "too long");
	unlink(path);
	reads(PKEY_PRIVATE, NULL, -ENOENT, "cannot open");
	assert_int_equal(mkdir(path, 0700), 0);
	reads(PKEY_PRIVATE, NULL, -EINVAL, "regular file");
	rmdir(path);
}

/* What an account names; then into the state directory, and what is shown of it. */
static void an_account_names_them(void **state)
{
	struct tool t = { .store_dir = dir };
	struct account_conf c;
	struct pkeys_seen seen;
	struct pkeys pkeys;
	char *text;
	json_t *o;
	int key = -1;

	(void)state;
	/* a kernel that takes none, on whatever this runs */
	fake_refuses = EBADMSG;
	setting_account_init(&c);
	assert_int_equal(pkeys_read(&c, dir, &pkeys, &key, why), 0);
	assert_null(pkeys.key[PKEY_PRIVATE]);
	put_private(rsa, false, NULL);
	c.key_file[PKEY_PRIVATE] = strdup("key.pem");
	c.key_file[PKEY_PUBLIC] = strdup("none.pub");
	assert_int_equal(pkeys_read(&c, dir, &pkeys, &key, why), -ENOENT);
	assert_int_equal(key, setting_find(&setting_account, "public-key-file"));
	pkeys_free(&pkeys);
	free(c.key_file[PKEY_PUBLIC]);
	c.key_file[PKEY_PUBLIC] = NULL;
	assert_int_equal(pkeys_read(&c, dir, &pkeys, &key, why), 0);
	assert_int_equal(pkeys_put(&t, "a", &pkeys, why), 0);
	pkeys_free(&pkeys);
	pkeys_see(&t, "a", PKEY_PRIVATE, &seen);
	assert_string_equal(pkeys_state(&seen), "ok");
	assert_string_equal(seen.kind, "RSA 2048");
	assert_int_equal(strlen(seen.sha256), 64);
	o = pkeys_json(&seen, PKEY_PRIVATE);
	text = json_dumps(o, JSON_COMPACT);
	assert_true(strlen(text) < 150);
	json_decref(o);
	free(text);
	pkeys_see(&t, "a", PKEY_PUBLIC, &seen);
	assert_string_equal(pkeys_state(&seen), "missing");
	assert_int_equal(pkey_del(dir, "a", PKEY_PRIVATE), 0);
	setting_account_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_keys_are_taken), cmocka_unit_test(public_keys_are_taken),
		cmocka_unit_test(encrypted_keys_are_refused), cmocka_unit_test(passphrases_are_asked_for),
		cmocka_unit_test(pkcs12_is_taken), cmocka_unit_test(other_sorts_are_refused),
		cmocka_unit_test(damaged_keys_are_refused), cmocka_unit_test(modes_and_sizes_are_looked_at),
		cmocka_unit_test(an_account_names_them),
	};

	return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
