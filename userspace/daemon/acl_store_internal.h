/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of acl_store.h share. */
#ifndef DAEMON_ACL_STORE_INTERNAL_H
#define DAEMON_ACL_STORE_INTERNAL_H

#include <sqlite3.h>

#include "acl_store.h"

#define ACL_STORE_ROOT	1	/* id of the root */

enum acl_statement {
	ACL_BEGIN, ACL_COMMIT, ACL_ROLLBACK, ACL_VERSION,
	ACL_NODE_ALL, ACL_NODE_FIND, ACL_NODE_ADD, ACL_NODE_DEL, ACL_NODE_CLEAR,
	ACL_NODE_NAME, ACL_NODE_LIST, ACL_NODE_DESCRIBE,
	ACL_OPTION_ALL, ACL_OPTION_PUT,
	ACL_DUE_GET, ACL_DUE_BEFORE, ACL_DUE_OTHERS, ACL_DUE_PUT, ACL_DUE_DEL, ACL_DUE_CLEAR,
	ACL_AUDIT_ADD, ACL_AUDIT_ROTATE, ACL_AUDIT_SEARCH,
	ACL_STATEMENTS
};

/**
 * struct acl_store - the store
 * @tree: copy of the nodes of version @version; not to be looked at unless @loaded
 * @seed: of @tree
 */
struct acl_store {
	sqlite3 *db;
	struct sqlite3_stmt *stmt[ACL_STATEMENTS];
	struct acl_tree tree;
	int64_t version;
	bool loaded;
	uint32_t keep;
	uint8_t seed[16];
	char error[256];
};

/* Runs to its end without a row that matters, and resets. An SQLite code. */
int acl_store_run(sqlite3_stmt *stmt);
/* Notes what went wrong. The negative errno of an SQLite code, never 0. */
int acl_store_fail(struct acl_store *st, int rc, const char *what);
/* Ends a transaction: commits if @err is 0, rolls back otherwise. @err, or that of the end. */
int acl_store_end(struct acl_store *st, int err, const char *what);
/* Into a tree that was just read. -EUCLEAN for an option that nobody knows. */
int acl_store_read_options(struct acl_store *st, struct acl_tree *t);

#endif
