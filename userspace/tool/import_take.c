// SPDX-License-Identifier: GPL-2.0
/* Of an imported account what omasec.conf(5) has of one. See import.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import.h"

static const char *const side[] = { [WHO_CLIENT] = "client", [WHO_SERVER] = "server" };

static const char *const auth_name[] = {
	[IMPORT_AUTH_UNTOLD] = "none", [IMPORT_AUTH_BASIC] = "BASIC",
	[IMPORT_AUTH_DIGEST] = "DIGEST", [IMPORT_AUTH_HMAC] = "HMAC",
};

/**
 * struct candidates - the credentials of one side
 * @best: of the best type, the first of them
 * @same: how many have that type
 * @of_side: how many there are, whatever they are called
 */
struct candidates {
	const struct import_cred *best;
	unsigned int same, of_side;
};

/* @name: NULL for any. */
static struct candidates look(const struct import_account *a, enum who who, const char *name)
{
	struct candidates c = { 0 };
	unsigned int i;

	for (i = 0; i < a->cred_count; i++) {
		const struct import_cred *cred = &a->cred[i];

		if (cred->who != who)
			continue;
		c.of_side++;
		if (name && strcmp(cred->name, name))
			continue;
		if (!c.best || cred->auth > c.best->auth) {
			c.best = cred;
			c.same = 0;
		}
		c.same += cred->auth == c.best->auth;
	}
	return c;
}

static int take_side(struct import *im, unsigned int index, enum who who, struct omasec_cred *cred,
		     const struct import_cred **taken)
{
	const struct import_account *a = &im->account[index];
	const char *wanted = cred->user[0] ? cred->user : NULL;
	struct candidates c = look(a, who, wanted);

	*taken = NULL;
	/* A name that was given stands in for one that is not there. */
	if (wanted && !c.best)
		c = look(a, who, "");
	if (c.of_side && !c.best) {
		import_note_add(im, (int)index, a->where, true, "there is no credential of the %s with the name %s",
				side[who], wanted);
		return -EINVAL;
	}
	if (!c.best)
		return 0;
	if (c.same > 1) {
		import_note_add(im, (int)index, c.best->where, true, "there are several credentials of the %s of type %s: choose one by its name, %s-name",
				side[who], auth_name[c.best->auth], side[who]);
		return -EINVAL;
	}
	if (c.of_side > 1)
		import_note_add(im, (int)index, c.best->where, false, "of %u credentials of the %s this one is taken, of type %s",
				c.of_side, side[who], auth_name[c.best->auth]);
	if (!wanted)
		memcpy(cred->user, c.best->name, sizeof(cred->user));
	if (!cred->nonce.known)
		cred->nonce = c.best->nonce;
	*taken = c.best;
	return 0;
}

static void see(struct account_conf *c, const char *key)
{
	c->seen |= 1u << setting_find(&setting_account, key);
}

int import_take(struct import *im, unsigned int index, struct account_conf *c,
		struct import_taken *taken)
{
	const struct import_account *a = &im->account[index];
	struct omasec_cred *cred[2] = { &c->a.client, &c->a.server };
	int who, rc = a->bad ? -EINVAL : 0;

	for (who = WHO_CLIENT; who <= WHO_SERVER; who++)
		if (take_side(im, index, (enum who)who, cred[who], &taken->cred[who]))
			rc = -EINVAL;
	memcpy(c->a.server_id, a->server_id, sizeof(c->a.server_id));
	see(c, "server-id");
	if (!c->a.client.user[0]) {
		import_note_add(im, (int)index, a->where, true, "there is no user name of the client: expected client-name");
		rc = -EINVAL;
	}
	see(c, "client-name");
	if (c->a.server.user[0])
		see(c, "server-name");
	for (who = WHO_CLIENT; !rc && who <= WHO_SERVER; who++) {
		const struct import_cred *t = taken->cred[who];

		if ((t && t->has_secret) || c->secret[who].file)
			continue;
		import_note_add(im, (int)index, t ? t->where : a->where, false, "there is no secret of the %s that could be taken: expected %s-secret-file, or a key that is in the keyring",
				side[who], side[who]);
	}
	return rc;
}
