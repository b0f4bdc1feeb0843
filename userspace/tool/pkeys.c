// SPDX-License-Identifier: GPL-2.0
/* Asymmetric keys of accounts. See pkeys.h. */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "keyfile.h"
#include "out.h"
#include "pkeys.h"

static const char *const pkeys_setting[] = {
	[PKEY_PRIVATE] = "private-key-file", [PKEY_PUBLIC] = "public-key-file",
	[PKEY_DECRYPT] = "decrypt-key-file", [PKEY_ENCRYPT] = "encrypt-key-file",
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

int pkeys_put(const struct tool *t, const char *account, const struct pkeys *p,
	      char why[PKEY_WHY_MAX])
{
	enum pkey_of of;
	int rc = 0;

	for (of = PKEY_PRIVATE; !rc && of < PKEY_KINDS; of++)
		if (p->key[of])
			rc = pkey_put(pkeys_dir(t), account, of, p->key[of], why);
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
	EVP_PKEY *key;

	memset(seen, 0, sizeof(*seen));
	seen->error = pkey_load(pkeys_dir(t), account, of, &key, seen->why);
	if (seen->error)
		return;
	pkey_kind(key, seen->kind);
	pkeys_fingerprint(key, seen->sha256);
	EVP_PKEY_free(key);
}

const char *pkeys_state(const struct pkeys_seen *seen)
{
	return !seen->error ? "ok" : seen->error == -ENOENT ? "missing" : "unusable";
}

json_t *pkeys_json(const struct pkeys_seen *seen)
{
	json_t *o = json_object();

	out_set(o, "state", json_string(pkeys_state(seen)));
	if (!seen->error) {
		out_set(o, "kind", json_string(seen->kind));
		out_set(o, "sha256", json_string(seen->sha256));
	} else if (*seen->why) {
		out_set(o, "why", out_text(seen->why));
	}
	return o;
}
