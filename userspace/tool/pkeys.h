/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asymmetric keys of accounts: from files that the configuration names into the kernel, where
 * it takes them, and the state directory of omasecd, and how they are shown.
 */
#ifndef TOOL_PKEYS_H
#define TOOL_PKEYS_H

#include <jansson.h>

#include "daemon/pkey.h"
#include "resolve.h"
#include "tool.h"

/**
 * struct pkeys - keys of an account on their way
 * @key: [enum pkey_of], NULL for none
 */
struct pkeys {
	struct evp_pkey_st *key[PKEY_KINDS];
};

static inline enum pkey_of pkeys_of(enum who who)
{
	return (enum pkey_of)(who - WHO_PRIVATE);
}

/* Where they are. */
const char *pkeys_dir(const struct tool *t);
/*
 * Those that @c names, in files relative to @dir. 0, or a negative errno with @setting
 * (index into the keys of an account) and @why. To be freed in any case.
 */
int pkeys_read(const struct account_conf *c, const char *dir, struct pkeys *p, int *setting,
	       char why[RESOLVE_WHY_MAX]);
/* A private key of RSA into the kernel if that can use it, others into the state directory. 0, or a negative errno with @why. */
int pkeys_put(const struct tool *t, const char *account, const struct pkeys *p,
	      char why[PKEY_WHY_MAX]);
void pkeys_free(struct pkeys *p);
/* Out of both. 0, -ENOENT, or another negative errno. */
int pkeys_del(const struct tool *t, const char *account, enum pkey_of of);
/* As keyring_expire(); -ENOENT for one that is not in the kernel. */
int pkeys_expire(const struct tool *t, const char *account, enum pkey_of of, uint32_t seconds);

/**
 * struct pkeys_seen - what is seen of a key that an account has
 * @error: 0, -ENOENT for none, or why it cannot be used
 * @serial: of a private one in the kernel, else 0
 * @rsa: it is one that the kernel might take
 * @kind: "RSA 2048"
 * @sha256: of its SubjectPublicKeyInfo, in hexadecimal digits: the same at both ends
 * @why: with another @error
 */
struct pkeys_seen {
	int error;
	int32_t serial;
	bool rsa;
	char kind[PKEY_KIND_MAX], sha256[65], why[PKEY_WHY_MAX];
};

void pkeys_see(const struct tool *t, const char *account, enum pkey_of of, struct pkeys_seen *seen);
/* "ok", "missing", "revoked", "expired" or "unusable". */
const char *pkeys_state(const struct pkeys_seen *seen);
/* "kernel" or "helper": who has the private key @of when it is used; NULL for public ones. */
const char *pkeys_in(const struct pkeys_seen *seen, enum pkey_of of);
json_t *pkeys_json(const struct pkeys_seen *seen, enum pkey_of of);

#endif
