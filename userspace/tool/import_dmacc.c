// SPDX-License-Identifier: GPL-2.0
/*
 * The DM account in a management tree: urn:oma:mo:oma-dm-dmacc:1.0 (OMA DM StdObj
 * 1.2, 5.3). Writers name and nest the nodes above it as they like, so that an
 * account is told by its leaves.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "import.h"

#define MO_ANY "urn:oma:mo:"
#define MO_DMACC "urn:oma:mo:oma-dm-dmacc:"

/* The management object to which a node belongs is another one, as its type says. */
static bool foreign(const struct import_doc *d, const struct import_node *n)
{
	for (; n != d->node; n = &d->node[n->parent]) {
		const char *type = d->text + n->type;

		type += strspn(type, " \t\r\n");
		if (!strncasecmp(type, MO_ANY, strlen(MO_ANY)))
			return strncasecmp(type, MO_DMACC, strlen(MO_DMACC)) != 0;
	}
	return false;
}

/* AppAuth/<X>, or its leaves right below AppAuth, as some have them. */
static void dmacc_auth(struct import *im, const struct import_doc *d, const struct import_node *n)
{
	struct import_auth_nodes a = { .where = n->where };
	char level[IMPORT_LABEL_MAX + 1];

	if (import_leaf(im, d, n, "AAuthLevel", level, sizeof(level)) == -ENOENT)
		import_note_add(im, (int)im->count - 1, n->where, false, "a credential without AAuthLevel is left out");
	if (!level[0])
		return;
	a.level = level;
	a.type = import_leaf_node(im, d, n, "AAuthType");
	a.name = import_leaf_node(im, d, n, "AAuthName");
	a.secret = import_leaf_node(im, d, n, "AAuthSecret");
	a.data = import_leaf_node(im, d, n, "AAuthData");
	import_cred_add(im, d, &a);
}

static void dmacc_auths(struct import *im, const struct import_doc *d, const struct import_node *acc)
{
	const struct import_node *auth = import_leaf_node(im, d, acc, "AppAuth");
	bool twice = false;
	uint32_t i;

	if (!auth)
		return;
	if (import_child(d, auth, "AAuthLevel", &twice)) {
		dmacc_auth(im, d, auth);
		return;
	}
	for (i = auth->child; i; i = d->node[i].next)
		dmacc_auth(im, d, &d->node[i]);
}

static void dmacc_account(struct import *im, const struct import_doc *d, const struct import_node *n)
{
	struct import_account *a;
	bool twice = false;
	char app[IMPORT_LABEL_MAX + 1];
	int rc = import_value(d, import_child(d, n, "AppID", &twice), app, sizeof(app));

	if (!rc && strcasecmp(app, "w7")) {
		import_note_add(im, -1, n->where, false, "the account of application \"%s\" is left out: DM has w7",
				app);
		return;
	}
	a = import_account_add(im, n->where);
	if (!a)
		return;
	if (rc || twice)
		import_note_add(im, (int)im->count - 1, n->where, twice || rc != -ENOENT,
				rc == -ENOENT ? "AppID is missing; the account is taken for one of DM (w7)" :
						"expected one AppID, w7");
	if (strlen(import_name(d, n)) <= IMPORT_LABEL_MAX)
		memcpy(a->label, import_name(d, n), strlen(import_name(d, n)) + 1);
	if (import_leaf(im, d, n, "ServerID", a->server_id, sizeof(a->server_id)) == -ENOENT)
		import_note_add(im, (int)im->count - 1, n->where, true, "ServerID is empty");
	dmacc_auths(im, d, n);
}

void import_dmacc(struct import *im, const struct import_doc *d)
{
	bool twice = false;
	uint32_t i;

	for (i = 1; i < d->count; i++) {
		const struct import_node *n = &d->node[i];

		if (!import_child(d, n, "ServerID", &twice) || foreign(d, n))
			continue;
		if (import_child(d, n, "AppID", &twice) || import_child(d, n, "AppAuth", &twice))
			dmacc_account(im, d, n);
	}
}
