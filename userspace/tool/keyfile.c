// SPDX-License-Identifier: GPL-2.0
/* RSA and EC keys in PEM files. See keyfile.h. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
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

/* Asked for a passphrase: the key is encrypted. */
static int keyfile_passphrase(char *buf, int size, int writing, void *asked)
{
	(void)buf;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static EVP_PKEY *keyfile_private(const char *pem, size_t len, bool *asked)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, keyfile_passphrase, asked) : NULL;

	BIO_free(bio);
	return key;
}

static EVP_PKEY *keyfile_public(const char *pem, size_t len)
{
	/* Without a callback it would ask on the terminal. */
	bool asked = false;
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, keyfile_passphrase, &asked) : NULL;
	X509 *cert;

	BIO_free(bio);
	if (key)
		return key;
	bio = BIO_new_mem_buf(pem, (int)len);
	cert = bio ? PEM_read_bio_X509(bio, NULL, keyfile_passphrase, &asked) : NULL;
	key = cert ? X509_get_pubkey(cert) : NULL;
	X509_free(cert);
	BIO_free(bio);
	return key;
}

/* What there is instead of a key of that sort. */
static int keyfile_other(const char *pem, size_t len, enum pkey_of of, char why[SECRET_WHY_MAX])
{
	bool asked = false;
	EVP_PKEY *other = pkey_is_public(of) ? keyfile_private(pem, len, &asked) : keyfile_public(pem, len);

	EVP_PKEY_free(other);
	if (pkey_is_public(of) && (other || asked))
		return keyfile_fail(why, "this is a private key: expected a public key (openssl pkey -pubout) or certificate of the other side");
	if (other)
		return keyfile_fail(why, "this is a public key or certificate: expected a private key");
	return keyfile_fail(why, pkey_is_public(of) ? "expected a public key or certificate in PEM, with a key that is taken here" :
						     "expected a private key in PEM, of a kind that is taken here");
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

static int keyfile_parse(const char *pem, size_t len, enum pkey_of of, EVP_PKEY **key,
			 char why[SECRET_WHY_MAX])
{
	bool asked = false;
	int rc;

	*key = pkey_is_public(of) ? keyfile_public(pem, len) : keyfile_private(pem, len, &asked);
	if (asked)
		rc = keyfile_fail(why, "the key is encrypted with a passphrase, and nobody could type it when omasecd needs it: expected one that is not (openssl pkey -in FILE -out NEW, mode 0600)");
	else
		rc = *key ? keyfile_check(*key, of, why) : keyfile_other(pem, len, of, why);
	if (rc) {
		EVP_PKEY_free(*key);
		*key = NULL;
	}
	/* They may quote the file. */
	ERR_clear_error();
	return rc;
}

int keyfile_from_fd(int fd, enum pkey_of of, EVP_PKEY **key, char why[SECRET_WHY_MAX])
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
		rc = keyfile_parse(pem, (size_t)n, of, key, why);
	}
	secret_wipe(pem, KEYFILE_MAX + 1);
	free(pem);
	return rc;
}

int keyfile_read(const char *path, enum pkey_of of, EVP_PKEY **key, char why[SECRET_WHY_MAX])
{
	int fd, rc;

	*key = NULL;
	if (!strcmp(path, "-"))
		return keyfile_from_fd(STDIN_FILENO, of, key, why);
	rc = secret_open(path, pkey_is_public(of) ? SECRET_BARRED_WRITE : SECRET_BARRED, &fd, why);
	if (rc)
		return rc;
	rc = keyfile_from_fd(fd, of, key, why);
	close(fd);
	return rc;
}
