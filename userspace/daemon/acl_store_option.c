// SPDX-License-Identifier: GPL-2.0
/* How the lists of a device are to be taken, see acl_store.h. Without a row: false. */
#include <errno.h>
#include <string.h>

#include "acl_store_internal.h"

static const char *const names[ACL_OPTIONS] = {
	[ACL_OPTION_CLIENT_LISTS] = "client-lists", [ACL_OPTION_DELETE_NODE_ONLY] = "delete-node-only",
};

static bool *option_of(struct acl_tree *t, enum acl_option which)
{
	return which == ACL_OPTION_CLIENT_LISTS ? &t->client_lists : &t->delete_node_only;
}

int acl_store_read_options(struct acl_store *st, struct acl_tree *t)
{
	sqlite3_stmt *stmt = st->stmt[ACL_OPTION_ALL];
	int rc, err = 0;

	while (!err && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		unsigned int i;

		for (i = 0; name && i < ACL_OPTIONS && strcmp(name, names[i]) != 0;)
			i++;
		if (name && i < ACL_OPTIONS)
			*option_of(t, (enum acl_option)i) = sqlite3_column_int(stmt, 1);
		else
			err = -EUCLEAN;	/* it may be one that allows less */
	}
	if (!err && rc != SQLITE_DONE)
		err = acl_store_fail(st, rc, "cannot read the options of the tree");
	sqlite3_reset(stmt);
	return err;
}

int acl_store_option(struct acl_store *st, enum acl_option which, bool value)
{
	sqlite3_stmt *stmt = st->stmt[ACL_OPTION_PUT];
	int rc = sqlite3_bind_text(stmt, 1, names[which], -1, SQLITE_STATIC);

	st->error[0] = '\0';
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 2, value);
	if (rc == SQLITE_OK)
		rc = acl_store_run(stmt);
	st->loaded = false;
	return rc == SQLITE_OK ? 0 : acl_store_fail(st, rc, "cannot write an option of the tree");
}
