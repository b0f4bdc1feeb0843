// SPDX-License-Identifier: GPL-2.0
/*
 * The application w7 in client provisioning: OMA DM Bootstrap 1.2 (annex on w7),
 * ProvCont 1.1. AAUTHLEVEL names the side that asks: APPSRV is how the client
 * proves itself to the server (CLCRED), CLIENT how the server proves itself to
 * the client (SRVCRED).
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "import.h"

static bool is(const struct import_doc *d, const struct import_node *n, const char *name)
{
	return !n->has_value && !strcasecmp(import_name(d, n), name);
}

static void w7_auth(struct import *im, const struct import_doc *d, const struct import_node *n)
{
	struct import_auth_nodes a = { .where = n->where };
	char level[IMPORT_LABEL_MAX + 1];

	if (import_leaf(im, d, n, "AAUTHLEVEL", level, sizeof(level)) == -ENOENT)
		import_note_add(im, (int)im->count - 1, n->where, false, "a credential without AAUTHLEVEL is left out");
	if (!level[0])
		return;
	if (!strcasecmp(level, "APPSRV"))
		a.level = "CLCRED";
	else if (!strcasecmp(level, "CLIENT"))
		a.level = "SRVCRED";
	else if (!strcasecmp(level, "CLCRED") || !strcasecmp(level, "SRVCRED"))
		a.level = "of DMAcc in w7";
	else
		a.level = level;
	a.type = import_leaf_node(im, d, n, "AAUTHTYPE");
	a.name = import_leaf_node(im, d, n, "AAUTHNAME");
	a.secret = import_leaf_node(im, d, n, "AAUTHSECRET");
	a.data = import_leaf_node(im, d, n, "AAUTHDATA");
	import_cred_add(im, d, &a);
}

static void w7_account(struct import *im, const struct import_doc *d, const struct import_node *n)
{
	struct import_account *a = import_account_add(im, n->where);
	uint32_t i;

	if (!a)
		return;
	if (import_value(d, import_leaf_node(im, d, n, "NAME"), a->label, sizeof(a->label)))
		a->label[0] = '\0';
	if (import_leaf(im, d, n, "PROVIDER-ID", a->server_id, sizeof(a->server_id)) == -ENOENT)
		import_note_add(im, (int)im->count - 1, n->where, true, "PROVIDER-ID is missing: it is the identifier of the server");
	for (i = n->child; i; i = d->node[i].next)
		if (is(d, &d->node[i], "APPAUTH"))
			w7_auth(im, d, &d->node[i]);
}

void import_w7(struct import *im, const struct import_doc *d)
{
	char app[IMPORT_LABEL_MAX + 1];
	uint32_t i;

	for (i = 1; i < d->count; i++) {
		const struct import_node *n = &d->node[i];
		bool twice = false;
		int rc;

		if (!is(d, n, "APPLICATION"))
			continue;
		rc = import_value(d, import_child(d, n, "APPID", &twice), app, sizeof(app));
		if (rc || twice)
			import_note_add(im, -1, n->where, false, "an APPLICATION without one APPID is left out");
		else if (!strcasecmp(app, "w7"))
			w7_account(im, d, n);
	}
}
