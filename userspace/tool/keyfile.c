// SPDX-License-Identifier: GPL-2.0
/* RSA and EC keys in files. See keyfile.h. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "keyfile.h"

#define KEYFILE_MAX 65536

static int keyfile_fail(char why[SECRET_WHY_MAX], const char *text)
{
	snprintf(why, SECRET_WHY_MAX, "%s", text);
	return -EINVAL;
}

/**
 * struct unlock - what a key may be encrypted with
 * @with: NULL until somebody was asked
 * @needed: it is encrypted
 */
struct unlock {
	const struct secret *with;
	bool needed;
};

static int keyfile_passphrase(char *buf, int size, int writing, void *arg)
{
	struct unlock *u = arg;

	(void)writing;
	u->needed = true;
	if (!u->with || u->with->len > (size_t)size)
		return -1;
	memcpy(buf, u->with->data, u->with->len);
	return (int)u->with->len;
}

static EVP_PKEY *keyfile_pem(const char *octets, size_t len, struct unlock *u)
{
	BIO *bio = BIO_new_mem_buf(octets, (int)len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, keyfile_passphrase, u) : NULL;

	BIO_free(bio);
	return key;
}

/* Of what it holds the private key alone counts. */
static EVP_PKEY *keyfile_pkcs12(const char *octets, size_t len, struct unlock *u)
{
	const unsigned char *der = (const unsigned char *)octets;
	PKCS12 *p12 = d2i_PKCS12(NULL, &der, (long)len);
	EVP_PKEY *key = NULL;

	if (!p12)
		return NULL;
	/* OpenSSL tries none and an empty one for NULL; data is ended by a NUL */
	if (!PKCS12_parse(p12, u->with ? u->with->data : NULL, &key, NULL, NULL))
		u->needed = true;
	PKCS12_free(p12);
	return key;
}

static EVP_PKEY *keyfile_private(const char *octets, size_t len, struct unlock *u)
{
	EVP_PKEY *key = keyfile_pem(octets, len, u);

	return key || u->needed ? key : keyfile_pkcs12(octets, len, u);
}

static EVP_PKEY *keyfile_public(const char *pem, size_t len)
{
	/* Without a callback it would ask on the terminal. */
	struct unlock nobody = { NULL, false };
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, keyfile_passphrase, &nobody) : NULL;
	X509 *cert;

	BIO_free(bio);
	if (key)
		return key;
	bio = BIO_new_mem_buf(pem, (int)len);
	cert = bio ? PEM_read_bio_X509(bio, NULL, keyfile_passphrase, &nobody) : NULL;
	key = cert ? X509_get_pubkey(cert) : NULL;
	X509_free(cert);
	BIO_free(bio);
	return key;
}

/* What there is instead of a key of that sort. */
static int keyfile_other(const char *pem, size_t len, enum pkey_of of, char why[SECRET_WHY_MAX])
{
	struct unlock nobody = { NULL, false };
	EVP_PKEY *other = pkey_is_public(of) ? keyfile_private(pem, len, &nobody) : keyfile_public(pem, len);

	EVP_PKEY_free(other);
	if (pkey_is_public(of) && (other || nobody.needed))
		return keyfile_fail(why, "this is a private key: expected a public key (openssl pkey -pubout) or certificate of the other side");
	if (other)
		return keyfile_fail(why, "this is a public key or certificate: expected a private key");
	return keyfile_fail(why, pkey_is_public(of) ? "expected a public key or certificate in PEM, with a key that is taken here" :
						     "expected a private key in PEM or PKCS#12, of a kind that is taken here");
}

/* The algorithm takes it, and its numbers belong together. */
static int keyfile_check(EVP_PKEY *key, enum pkey_of of, char why[SECRET_WHY_MAX])
{
	char what[PKEY_WHY_MAX];
	EVP_PKEY_CTX *ctx;
	bool good;

	if (pkey_fits(key, of, what))
		return keyfile_fail(why, what);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	good = ctx && (pkey_is_public(of) ? EVP_PKEY_public_check(ctx) : EVP_PKEY_check(ctx)) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good ? 0 : keyfile_fail(why, "the key is damaged");
}

/* An encrypted one, with what whoever is asked says. */
static int keyfile_unlock(const char *octets, size_t len, const struct keyfile_ask *ask, EVP_PKEY **key,
			  char why[SECRET_WHY_MAX])
{
	struct secret passphrase = { 0 };
	struct unlock u = { &passphrase, false };
	int rc;

	if (!ask)
		return keyfile_fail(why, "the key is encrypted, and nobody is there to type its passphrase: expected one that is not (openssl pkey -in FILE -out NEW, mode 0600), or omasec key add");
	rc = ask->fn(ask->arg, &passphrase, why);
	if (rc)
		return rc;
	*key = keyfile_private(octets, len, &u);
	secret_wipe(&passphrase, sizeof(passphrase));
	return *key || !u.needed ? 0 : keyfile_fail(why, "the passphrase is wrong, or the key is encrypted in a way that OpenSSL does not take by itself (openssl pkcs12 -legacy)");
}

static int keyfile_parse(const char *octets, size_t len, enum pkey_of of, const struct keyfile_ask *ask,
			 EVP_PKEY **key, char why[SECRET_WHY_MAX])
{
	struct unlock nobody = { NULL, false };
	int rc = 0;

	*key = pkey_is_public(of) ? keyfile_public(octets, len) : keyfile_private(octets, len, &nobody);
	if (nobody.needed)
		rc = keyfile_unlock(octets, len, ask, key, why);
	if (!rc)
		rc = *key ? keyfile_check(*key, of, why) : keyfile_other(octets, len, of, why);
	if (rc) {
		EVP_PKEY_free(*key);
		*key = NULL;
	}
	/* They may quote the file. */
	ERR_clear_error();
	return rc;
}

int keyfile_from_fd(int fd, enum pkey_of of, const struct keyfile_ask *ask, EVP_PKEY **key,
		    char why[SECRET_WHY_MAX])
{
	char *pem = malloc(KEYFILE_MAX + 1);
	ssize_t n;
	int rc;

	*key = NULL;
	if (!pem) {
		snprintf(why, SECRET_WHY_MAX, "out of memory");
		return -ENOMEM;
	}
	n = input_read(fd, pem, KEYFILE_MAX + 1);
	if (n < 0) {
		snprintf(why, SECRET_WHY_MAX, "cannot read the key: %s", strerror((int)-n));
		rc = (int)n;
	} else if (n > KEYFILE_MAX) {
		rc = keyfile_fail(why, "the file is too long for a key");
	} else {
		rc = keyfile_parse(pem, (size_t)n, of, ask, key, why);
	}
	secret_wipe(pem, KEYFILE_MAX + 1);
	free(pem);
	return rc;
}

int keyfile_read(const char *path, enum pkey_of of, const struct keyfile_ask *ask, EVP_PKEY **key,
		 char why[SECRET_WHY_MAX])
{
	int fd, rc;

	*key = NULL;
	if (!strcmp(path, "-"))
		return keyfile_from_fd(STDIN_FILENO, of, ask, key, why);
	rc = secret_open(path, pkey_is_public(of) ? SECRET_BARRED_WRITE : SECRET_BARRED, &fd, why);
	if (rc)
		return rc;
	rc = keyfile_from_fd(fd, of, ask, key, why);
	close(fd);
	return rc;
}
