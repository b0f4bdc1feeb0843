// SPDX-License-Identifier: GPL-2.0
/* Asymmetric keys in the state directory. See pkey.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <omasec.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkey.h"
#include "pkey_kernel.h"

#define PKEY_PREFIX "key-"
#define PKEY_NEW ".new"
/* Then the serial number, a line end, and the public half: no DER begins like that. */
#define PKEY_IN_KERNEL "kernel "
#define PKEY_FILE_MAX (OMASEC_NAME_MAX + 32)

static const char *const pkey_suffix[PKEY_KINDS] = {
	[PKEY_PRIVATE] = ".private", [PKEY_PUBLIC] = ".public", [PKEY_DECRYPT] = ".decrypt", [PKEY_ENCRYPT] = ".encrypt",
	[PKEY_LEGACY_DECRYPT] = ".legacy-decrypt", [PKEY_LEGACY_ENCRYPT] = ".legacy-encrypt",
};

static int pkey_fail(int err, char why[PKEY_WHY_MAX], const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int pkey_fail(int err, char why[PKEY_WHY_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, PKEY_WHY_MAX, fmt, ap);
	va_end(ap);
	return err;
}

/* A name that the module has need not be one that the tool would take. */
static int pkey_name(const char *account, enum pkey_of of, char out[PKEY_FILE_MAX])
{
	int n = snprintf(out, PKEY_FILE_MAX, PKEY_PREFIX "%s%s", account, pkey_suffix[of]);

	return n > 0 && n < PKEY_FILE_MAX && !strchr(account, '/') ? 0 : -EINVAL;
}

static int pkey_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* ------------------------------------------------------------------ reading */

/* Octets of the file, or a negative errno. */
static int pkey_read(int at, const char *name, uint8_t der[PKEY_DER_MAX], char why[PKEY_WHY_MAX])
{
	/* Not a FIFO that nobody writes to: that would wait for ever. */
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err = errno;
	struct stat sb;
	ssize_t n;

	if (fd < 0)
		return err == ENOENT ? -ENOENT : pkey_fail(-err, why, "%s: %s", name, strerror(err));
	if (fstat(fd, &sb) || !S_ISREG(sb.st_mode) || sb.st_mode & 077) {
		close(fd);
		return pkey_fail(-EACCES, why, "%s: expected a file that only its owner may use", name);
	}
	n = read(fd, der, PKEY_DER_MAX);
	err = errno;
	close(fd);
	if (n < 0)
		return pkey_fail(-err, why, "%s: %s", name, strerror(err));
	return (int)n;
}

static EVP_PKEY *pkey_decode(bool public, const uint8_t *der, int len)
{
	const unsigned char *p = der;
	PKCS8_PRIV_KEY_INFO *info;
	EVP_PKEY *key;

	if (public)
		return d2i_PUBKEY(NULL, &p, len);
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, len);
	key = info ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	return key;
}

/* Octets of what is in front of the public half; 0 where there is more than that half. */
static int pkey_reference(const uint8_t *octets, int len, int32_t *serial)
{
	const int max = (int)strlen(PKEY_IN_KERNEL "2147483647\n");
	const uint8_t *end = memchr(octets, '\n', (size_t)(len < max ? len : max));
	char line[32];
	int used;

	*serial = 0;
	if (len < (int)strlen(PKEY_IN_KERNEL) || memcmp(octets, PKEY_IN_KERNEL, strlen(PKEY_IN_KERNEL)) || !end)
		return 0;
	memcpy(line, octets, (size_t)(end - octets));
	line[end - octets] = '\0';
	if (sscanf(line, PKEY_IN_KERNEL "%d%n", serial, &used) == 1 && !line[used] && *serial > 0)
		return (int)(end - octets) + 1;
	*serial = 0;
	return 0;
}

static int pkey_look_at(int at, const char *account, enum pkey_of of, struct pkey *key,
			char why[PKEY_WHY_MAX])
{
	char name[PKEY_FILE_MAX], what[PKEY_WHY_MAX];
	int rc = pkey_name(account, of, name), skip = 0;
	uint8_t der[PKEY_DER_MAX];

	memset(key, 0, sizeof(*key));
	if (rc)
		return pkey_fail(rc, why, "an account of this name has no key files");
	rc = pkey_read(at, name, der, why);
	if (rc < 0)
		return rc;
	if (!pkey_is_public(of))
		skip = pkey_reference(der, rc, &key->serial);
	key->key = pkey_decode(skip || pkey_is_public(of), der + skip, rc - skip);
	OPENSSL_cleanse(der, sizeof(der));
	if (!key->key) {
		pkey_done(key);
		return pkey_fail(-EINVAL, why, "%s: is damaged", name);
	}
	rc = pkey_fits(key->key, of, what);
	if (!rc && key->serial && !EVP_PKEY_is_a(key->key, "RSA"))
		rc = pkey_fail(-EINVAL, what, "expected an RSA key in the kernel");
	if (!rc)
		return 0;
	pkey_done(key);
	return pkey_fail(rc, why, "%s: %.150s", name, what);
}

int pkey_look(const char *dir, const char *account, enum pkey_of of, struct pkey *key,
	      char why[PKEY_WHY_MAX])
{
	int at = pkey_dir(dir), rc;

	memset(key, 0, sizeof(*key));
	if (at < 0)
		return at == -ENOENT ? at : pkey_fail(at, why, "%.160s: %s", dir, strerror(-at));
	rc = pkey_look_at(at, account, of, key, why);
	close(at);
	return rc;
}

int pkey_load(const char *dir, const char *account, enum pkey_of of, struct pkey *key,
	      char why[PKEY_WHY_MAX])
{
	int rc = pkey_look(dir, account, of, key, why);

	if (!rc && key->serial)
		rc = pkey_kernel_check(key->serial, dir, account, of, why);
	if (rc)
		pkey_done(key);
	return rc;
}

/* ------------------------------------------------------------------ writing */

static int pkey_encode_der(bool public, const EVP_PKEY *key, uint8_t **der)
{
	PKCS8_PRIV_KEY_INFO *info;
	int len;

	if (public)
		return i2d_PUBKEY(key, der);
	info = EVP_PKEY2PKCS8(key);
	len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, der) : -1;
	PKCS8_PRIV_KEY_INFO_free(info);
	return len;
}

/* What a file has of @key, in @octets; how many, or a value of 0 or below. */
static int pkey_encode(enum pkey_of of, const EVP_PKEY *key, int32_t serial, uint8_t **octets)
{
	unsigned char *der = NULL;
	int len, front;

	*octets = NULL;
	if (!serial)
		return pkey_encode_der(pkey_is_public(of), key, octets);
	len = i2d_PUBKEY(key, &der);
	*octets = len > 0 ? OPENSSL_malloc((size_t)len + 32) : NULL;
	if (*octets) {
		front = snprintf((char *)*octets, 32, PKEY_IN_KERNEL "%d\n", serial);
		memcpy(*octets + front, der, (size_t)len);
		len += front;
	} else {
		len = -1;
	}
	OPENSSL_free(der);
	return len;
}

/* Made by root, it is still that of whom the directory belongs to. */
static int pkey_write(int at, const char *name, const uint8_t *der, size_t len)
{
	struct stat sb;
	int fd, err = 0;

	if (fstat(at, &sb))
		return -errno;
	if (sb.st_mode & 022)
		return -EPERM;
	/* what an end in the middle has left */
	if (unlinkat(at, name, 0) && errno != ENOENT)
		return -errno;
	fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (!geteuid() && sb.st_uid && fchown(fd, sb.st_uid, sb.st_gid))
		err = errno;
	else if (write(fd, der, len) != (ssize_t)len)
		err = errno ? errno : EIO;
	else if (fsync(fd))
		err = errno;
	close(fd);
	if (err)
		unlinkat(at, name, 0);
	return -err;
}

static int pkey_replace(int at, const char *name, const uint8_t *der, size_t len)
{
	char new[PKEY_FILE_MAX + sizeof(PKEY_NEW)];
	int rc;

	snprintf(new, sizeof(new), "%s" PKEY_NEW, name);
	errno = 0;
	rc = pkey_write(at, new, der, len);
	if (rc)
		return rc;
	if (renameat(at, new, at, name)) {
		rc = -errno;
		unlinkat(at, new, 0);
		return rc;
	}
	return fsync(at) ? -errno : 0;
}

/* That file has the same key, or the other half of it; @serial: only one that is there. */
static bool pkey_same(int at, const char *account, enum pkey_of of, const EVP_PKEY *key, const int32_t *serial)
{
	char why[PKEY_WHY_MAX];
	struct pkey there;
	bool same;

	if (pkey_look_at(at, account, of, &there, why))
		return false;
	same = EVP_PKEY_eq(key, there.key) == 1 && (!serial || *serial == there.serial);
	pkey_done(&there);
	return same;
}

static int pkey_differs(int at, const char *account, enum pkey_of of, const EVP_PKEY *key,
			char why[PKEY_WHY_MAX])
{
	enum pkey_of have;

	for (have = PKEY_PRIVATE; have < PKEY_KINDS; have++) {
		if (have == of || !pkey_same(at, account, have, key, NULL))
			continue;
		if (pkey_is_public(have) == pkey_is_public(of))
			return pkey_fail(-EINVAL, why,
				"the account has this key already, for another use: expected one for each, signatures, encryption, and encryption of the legacy profile");
		return pkey_fail(-EINVAL, why, pkey_is_public(of) ?
			"this is the public key of the account's own private key: expected that of the other side" :
			"this is the private key of the other side, whose public key the account has");
	}
	return 0;
}

int pkey_put(const char *dir, const char *account, enum pkey_of of, const EVP_PKEY *key, int32_t serial,
	     char why[PKEY_WHY_MAX])
{
	char name[PKEY_FILE_MAX];
	uint8_t *der;
	int at, len, rc = pkey_fits(key, of, why);

	if (rc)
		return rc;
	if (pkey_name(account, of, name))
		return pkey_fail(-EINVAL, why, "an account of this name has no key files");
	at = pkey_dir(dir);
	if (at < 0)
		return pkey_fail(at, why, "%.160s: %s", dir, strerror(-at));
	rc = pkey_differs(at, account, of, key, why);
	/* Each start of a system puts those of its configuration: nothing to write then. */
	if (!rc && !pkey_same(at, account, of, key, &serial)) {
		len = pkey_encode(of, key, serial, &der);
		rc = len <= 0 ? -ENOMEM : len > PKEY_DER_MAX ? -EFBIG : pkey_replace(at, name, der, (size_t)len);
		if (len > 0)
			OPENSSL_clear_free(der, (size_t)len);
		if (rc == -EPERM)
			pkey_fail(rc, why, "others may write to %.160s, or it is not yours; chmod it to 0700", dir);
		else if (rc)
			pkey_fail(rc, why, "%.100s/%s: %s", dir, name, strerror(-rc));
	}
	close(at);
	return rc;
}

int pkey_del(const char *dir, const char *account, enum pkey_of of)
{
	char name[PKEY_FILE_MAX];
	int at, rc = pkey_name(account, of, name);

	if (rc)
		return -ENOENT;
	at = pkey_dir(dir);
	if (at < 0)
		return at;
	if (unlinkat(at, name, 0) || fsync(at))
		rc = -errno;
	close(at);
	return rc;
}

/* ------------------------------------------------------------------ all of them */

static bool pkey_parse(const char *name, char account[OMASEC_NAME_MAX + 1], enum pkey_of *of)
{
	const char *begin = name + strlen(PKEY_PREFIX), *end = strrchr(name, '.');
	size_t len;

	if (strncmp(name, PKEY_PREFIX, strlen(PKEY_PREFIX)) || !end || end <= begin)
		return false;
	len = (size_t)(end - begin);
	if (len > OMASEC_NAME_MAX)
		return false;
	for (*of = PKEY_PRIVATE; *of < PKEY_KINDS; (*of)++) {
		if (strcmp(end, pkey_suffix[*of]))
			continue;
		memcpy(account, begin, len);
		account[len] = '\0';
		return true;
	}
	return false;
}

int pkey_each(const char *dir, pkey_fn fn, void *arg)
{
	char account[OMASEC_NAME_MAX + 1];
	struct dirent *e;
	enum pkey_of of;
	DIR *d = opendir(dir);
	int rc = 0;

	if (!d)
		return -errno;
	while (!rc && (e = readdir(d)))
		if (pkey_parse(e->d_name, account, &of))
			rc = fn(arg, account, of);
	closedir(d);
	return rc;
}
