// SPDX-License-Identifier: GPL-2.0
/* Asymmetric keys of accounts. See pkeys.h. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "daemon/pkey_kernel.h"
#include "kernel_key.h"
#include "keyfile.h"
#include "keyring.h"
#include "out.h"
#include "pkeys.h"

static const char *const pkeys_setting[] = {
	[PKEY_PRIVATE] = "private-key-file", [PKEY_PUBLIC] = "public-key-file",
	[PKEY_DECRYPT] = "decrypt-key-file", [PKEY_ENCRYPT] = "encrypt-key-file",
	[PKEY_LEGACY_DECRYPT] = "legacy-decrypt-key-file", [PKEY_LEGACY_ENCRYPT] = "legacy-encrypt-key-file",
};

const char *pkeys_dir(const struct tool *t)
{
	return t->store_dir ? t->store_dir : OMASEC_STATEDIR;
}

int pkeys_read(const struct account_conf *c, const char *dir, struct pkeys *p, int *setting,
	       char why[RESOLVE_WHY_MAX])
{
	char path[2 * SETTING_PATH_MAX];
	enum pkey_of of, other;
	int rc;

	memset(p, 0, sizeof(*p));
	for (of = PKEY_PRIVATE; of < PKEY_KINDS; of++) {
		if (!c->key_file[of])
			continue;
		*setting = setting_find(&setting_account, pkeys_setting[of]);
		if (resolve_path(dir, c->key_file[of], path, sizeof(path))) {
			snprintf(why, RESOLVE_WHY_MAX, "expected a shorter path");
			return -ENAMETOOLONG;
		}
		rc = keyfile_read(path, of, NULL, &p->key[of], why);
		if (rc)
			return rc;
	}
	for (of = PKEY_PRIVATE; of < PKEY_KINDS; of++) {
		for (other = of + 1; other < PKEY_KINDS; other++) {
			if (!p->key[of] || !p->key[other] || EVP_PKEY_eq(p->key[of], p->key[other]) != 1)
				continue;
			*setting = setting_find(&setting_account, pkeys_setting[other]);
			snprintf(why, RESOLVE_WHY_MAX, pkey_is_public(of) == pkey_is_public(other) ?
				 "expected another key than that of %s" :
				 "expected the key of the other side, not that of %s", pkeys_setting[of]);
			return -EINVAL;
		}
	}
	return 0;
}

/* The kernel has it already: what was said of its end is taken back, as for a new one. */
static bool pkeys_settled(const char *dir, const char *account, enum pkey_of of, const EVP_PKEY *key,
			  const struct pkey *had)
{
	char why[PKEY_WHY_MAX];

	return had->serial && EVP_PKEY_eq(key, had->key) == 1 && kernel_key_possible() &&
	       !pkey_kernel_check(had->serial, dir, account, of, why) && !kernel_key_expire(had->serial, 0);
}

static int pkeys_put_private(const char *dir, const char *account, enum pkey_of of, const EVP_PKEY *key,
			     char why[PKEY_WHY_MAX])
{
	struct pkey had;
	int serial, rc;

	keyring_possess();
	pkey_look(dir, account, of, &had, why);
	if (pkeys_settled(dir, account, of, key, &had)) {
		pkey_done(&had);
		return 0;
	}
	/* For whatever reason it cannot be in the kernel, it is in the file; both say where it is. */
	serial = kernel_key_stage(dir, account, of, key);
	if (serial < 0)
		serial = 0;
	rc = pkey_put(dir, account, of, key, serial, why);
	if (!rc && serial && kernel_key_publish(serial)) {
		kernel_key_drop(serial);
		serial = 0;
		rc = pkey_put(dir, account, of, key, serial, why);
	}
	if (rc && serial)
		kernel_key_drop(serial);
	if (!rc && had.serial && serial)
		kernel_key_drop(had.serial);
	else if (!rc && had.serial)
		kernel_key_del(had.serial);
	pkey_done(&had);
	return rc;
}

int pkeys_put(const struct tool *t, const char *account, const struct pkeys *p,
	      char why[PKEY_WHY_MAX])
{
	enum pkey_of of;
	int rc = 0;

	for (of = PKEY_PRIVATE; !rc && of < PKEY_KINDS; of++) {
		if (!p->key[of])
			continue;
		rc = pkey_is_public(of) ? pkey_put(pkeys_dir(t), account, of, p->key[of], 0, why) :
					  pkeys_put_private(pkeys_dir(t), account, of, p->key[of], why);
	}
	return rc;
}

int pkeys_del(const struct tool *t, const char *account, enum pkey_of of)
{
	char why[PKEY_WHY_MAX];
	struct pkey had;
	int rc;

	pkey_look(pkeys_dir(t), account, of, &had, why);
	if (had.serial && !keyring_possess())
		kernel_key_del(had.serial);
	rc = pkey_del(pkeys_dir(t), account, of);
	pkey_done(&had);
	return rc;
}

int pkeys_expire(const struct tool *t, const char *account, enum pkey_of of, uint32_t seconds)
{
	char why[PKEY_WHY_MAX];
	struct pkey had;
	int rc = pkey_look(pkeys_dir(t), account, of, &had, why);

	if (!rc && !had.serial)
		rc = -ENOENT;
	if (!rc)
		rc = keyring_possess();
	if (!rc)
		rc = pkey_kernel_check(had.serial, pkeys_dir(t), account, of, why);
	if (!rc)
		rc = kernel_key_expire(had.serial, seconds);
	pkey_done(&had);
	return rc;
}

void pkeys_free(struct pkeys *p)
{
	enum pkey_of of;

	for (of = PKEY_PRIVATE; of < PKEY_KINDS; of++)
		EVP_PKEY_free(p->key[of]);
	memset(p, 0, sizeof(*p));
}

/* ------------------------------------------------------------------ showing */

static void pkeys_fingerprint(const EVP_PKEY *key, char out[65])
{
	unsigned char *der = NULL, digest[32];
	int len = i2d_PUBKEY(key, &der);
	unsigned int i;

	*out = '\0';
	if (len > 0 && EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha256(), NULL))
		for (i = 0; i < sizeof(digest); i++)
			snprintf(out + 2 * i, 3, "%02x", digest[i]);
	OPENSSL_free(der);
}

void pkeys_see(const struct tool *t, const char *account, enum pkey_of of, struct pkeys_seen *seen)
{
	struct pkey key;

	memset(seen, 0, sizeof(*seen));
	seen->error = pkey_look(pkeys_dir(t), account, of, &key, seen->why);
	if (seen->error)
		return;
	seen->serial = key.serial;
	seen->rsa = EVP_PKEY_is_a(key.key, "RSA");
	pkey_kind(key.key, seen->kind);
	pkeys_fingerprint(key.key, seen->sha256);
	pkey_done(&key);
	if (seen->serial && !keyring_possess())
		seen->error = pkey_kernel_check(seen->serial, pkeys_dir(t), account, of, seen->why);
}

const char *pkeys_state(const struct pkeys_seen *seen)
{
	switch (seen->error) {
	case 0:
		return "ok";
	case -ENOENT:
		return "missing";
	case -EKEYREVOKED:
		return "revoked";
	case -EKEYEXPIRED:
		return "expired";
	default:
		return "unusable";
	}
}

const char *pkeys_in(const struct pkeys_seen *seen, enum pkey_of of)
{
	return pkey_is_public(of) ? NULL : seen->serial ? "kernel" : "helper";
}

json_t *pkeys_json(const struct pkeys_seen *seen, enum pkey_of of)
{
	const char *in = seen->error == -ENOENT ? NULL : pkeys_in(seen, of);
	json_t *o = json_object();

	out_set(o, "state", json_string(pkeys_state(seen)));
	if (in)
		out_set(o, "in", json_string(in));
	if (!seen->error) {
		out_set(o, "kind", json_string(seen->kind));
		out_set(o, "sha256", json_string(seen->sha256));
	} else if (*seen->why) {
		out_set(o, "why", out_text(seen->why));
	}
	return o;
}
