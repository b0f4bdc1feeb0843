// SPDX-License-Identifier: GPL-2.0
/* RSA private keys on their way into the kernel. See kernel_key.h. */
#include <errno.h>
#include <keyutils.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include "daemon/pkey_kernel.h"
#include "kernel_key.h"

/* The owner, who is omasecd, may use it and see what it is; others of the same user as well. */
#define KERNEL_KEY_PERM (KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_SEARCH)

bool kernel_key_possible(void)
{
	/* PKCS#8 of an RSA key without numbers: the parser does not look at those. */
	static const uint8_t probe[] = {
		0x30, 0x16, 0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x04, 0x02, 0x30, 0x00,
	};
	key_serial_t key = add_key(PKEY_KERNEL_TYPE, "omasec:probe", probe, sizeof(probe),
				   KEY_SPEC_PROCESS_KEYRING);

	if (key < 0)
		return false;
	keyctl_unlink(key, KEY_SPEC_PROCESS_KEYRING);
	return true;
}

static int kernel_key_add(const char *desc, const EVP_PKEY *key, uid_t owner)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	uid_t self = (uid_t)setfsuid(owner);
	unsigned char *der = NULL;
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;
	key_serial_t serial = -1;
	int err = ENOMEM;

	/* The kernel does not say whether it was allowed, but who one is now. */
	if ((uid_t)setfsuid(owner) != owner) {
		err = EPERM;
	} else if (len > 0) {
		serial = add_key(PKEY_KERNEL_TYPE, desc, der, (size_t)len, KEY_SPEC_PROCESS_KEYRING);
		err = errno;
		if (serial >= 0 && keyctl_setperm(serial, KERNEL_KEY_PERM)) {
			err = errno;
			kernel_key_drop(serial);
			serial = -1;
		}
	}
	setfsuid(self);
	if (len > 0)
		OPENSSL_clear_free(der, (size_t)len);
	PKCS8_PRIV_KEY_INFO_free(info);
	return serial < 0 ? -err : serial;
}

/* That it signs, with what the public half verifies, or decrypts what that has encrypted. */
static int kernel_key_works(const struct pkey *key, enum pkey_of of)
{
	static const char text[] = "omasec";
	struct xsec_reply made = { 0 }, back = { 0 };
	struct xsec_request request = { .op = XSEC_OPEN, .cipher = XSEC_AES256_GCM };
	int rc;

	if (of == PKEY_PRIVATE) {
		rc = pkey_sign(key, XSEC_RSA_SHA256, text, sizeof(text), &made);
	} else {
		rc = pkey_seal(key->key, XSEC_AES256_GCM, text, sizeof(text), &made);
		request.data = made.data;
		request.len = made.len;
		request.wrapped = made.wrapped;
		request.wrapped_len = made.wrapped_len;
		if (!rc)
			rc = pkey_open(key, &request, &back);
		if (!rc && (back.len != sizeof(text) || memcmp(back.data, text, sizeof(text))))
			rc = -EIO;
	}
	free(made.data);
	free(back.data);
	return rc;
}

static EVP_PKEY *kernel_key_public(const EVP_PKEY *key)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	int len = i2d_PUBKEY(key, &der);
	EVP_PKEY *half;

	p = der;
	half = len > 0 ? d2i_PUBKEY(NULL, &p, len) : NULL;
	OPENSSL_free(der);
	return half;
}

int kernel_key_stage(const char *dir, const char *account, enum pkey_of of, const EVP_PKEY *key)
{
	char desc[PKEY_KERNEL_DESC_MAX];
	struct pkey made = { 0 };
	struct stat sb;
	int rc;

	if (!EVP_PKEY_is_a(key, "RSA"))
		return -EOPNOTSUPP;
	if (stat(dir, &sb))
		return -errno;
	rc = pkey_kernel_describe(desc, dir, account, of);
	if (!rc)
		rc = kernel_key_add(desc, key, sb.st_uid);
	if (rc < 0)
		return rc;
	made.serial = rc;
	made.key = kernel_key_public(key);
	rc = made.key ? kernel_key_works(&made, of) : -ENOMEM;
	if (rc)
		kernel_key_drop(made.serial);
	else
		rc = made.serial;
	pkey_done(&made);
	return rc;
}

int kernel_key_publish(int32_t serial)
{
	return keyctl_link(serial, KEY_SPEC_USER_KEYRING) ? -errno : 0;
}

void kernel_key_drop(int32_t serial)
{
	/* One that has expired cannot be revoked, and need not be. */
	keyctl_revoke(serial);
}

void kernel_key_del(int32_t serial)
{
	kernel_key_drop(serial);
	keyctl_unlink(serial, KEY_SPEC_USER_KEYRING);
}

int kernel_key_expire(int32_t serial, uint32_t seconds)
{
	return keyctl_set_timeout(serial, seconds) ? -errno : 0;
}
