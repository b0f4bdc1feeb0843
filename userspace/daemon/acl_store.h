/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The management tree with its lists, and the audit of what was judged by it, in a
 * database beside that of store.h. Several processes may have it open: the helper that
 * judges by it and the tool that changes it. SQLite with WAL and synchronous=FULL: what
 * returned 0 is on the disk, what did not is not, whenever the process or the power ends.
 *
 * The tree in memory is a copy that is looked after here. acl_store_load() asks SQLite
 * whether another connection has committed since (PRAGMA data_version: two words of
 * shared memory, and unlike a counter of our own it cannot be forgotten by a writer),
 * and reads the tree again if so. It is to be called before each batch of decisions.
 */
#ifndef DAEMON_ACL_STORE_H
#define DAEMON_ACL_STORE_H

#include "acl/due.h"
#include "acl/judge.h"

#define ACL_STORE_SCHEMA	3
#define ACL_STORE_FILE		"acl.db"
#define ACL_AUDIT_KEEP		100000	/* records, unless said otherwise */

struct acl_store;

/*
 * Opens ACL_STORE_FILE in @dir; with @create makes what is missing, otherwise -ENOENT.
 * 0, -EPROTO (made by a newer omasec), -EUCLEAN (damaged), -EACCES, or another negative
 * errno; @err then says what is wrong and what to do.
 */
int acl_store_open(const char *dir, bool create, struct acl_store **st, char *err, size_t err_len);
void acl_store_close(struct acl_store *st);
/* What the last failed call ran into. */
const char *acl_store_error(const struct acl_store *st);

/*
 * The tree as it is in the database now. It stays the store's: it and its nodes are good
 * until the next call of this, acl_store_change() or acl_store_replace(). 0 or a negative
 * errno: nothing may be judged then.
 */
int acl_store_load(struct acl_store *st, struct acl_tree **tree);

enum acl_change_what {
	ACL_CHANGE_ADD,		/* a node; what is missing above it is made as well */
	ACL_CHANGE_DELETE,	/* with everything beneath and all lists */
	ACL_CHANGE_RENAME,	/* lists stay with their nodes */
	ACL_CHANGE_COPY,	/* a leaf to @text; its list stays behind */
	ACL_CHANGE_SET,		/* a list; the empty one lets the node inherit */
	ACL_CHANGE_DESCRIBE,	/* what is known of a node */
};

/**
 * struct acl_change - one change
 * @uri: of the node, without a query
 * @text: the new name, escapes resolved (RENAME); URI of the target (COPY); the list (SET)
 * @kind: ADD, DESCRIBE
 * @creator: ADD: who gets a list where it could not set one; NULL for a local change
 * @access, @permanent: DESCRIBE: ACL_ACCESS_ bits, and whether it stays
 */
struct acl_change {
	enum acl_change_what what;
	const char *uri;
	size_t uri_len;
	const char *text;
	size_t text_len;
	enum acl_kind kind;
	const struct acl_principal *creator;
	uint8_t access;
	bool permanent;
};

/*
 * All of them in their order, in one durable transaction, on the newest tree; or none,
 * with a negative errno of acl/tree.h (-ENOENT: no such node), or of the database (-EBUSY,
 * -ENOSPC, -EIO...). The tree of acl_store_load() has them too, then.
 */
int acl_store_change(struct acl_store *st, const struct acl_change *change, size_t n);
/*
 * The same in steps, for who judges in between: begin gives the newest tree, and nobody else
 * writes until the end. A step that the tree does not take returns 1 and changes nothing;
 * after a negative errno only the end may follow. The end commits, or with @err rolls back
 * and returns that. Audit records and dues written meanwhile are part of it.
 */
int acl_store_begin(struct acl_store *st, struct acl_tree **tree);
int acl_store_step(struct acl_store *st, const struct acl_change *change);
int acl_store_finish(struct acl_store *st, int err);

/* How the lists are to be taken: the flags of struct acl_tree, which has them after acl_store_load(). */
enum acl_option { ACL_OPTION_CLIENT_LISTS, ACL_OPTION_DELETE_NODE_ONLY, ACL_OPTIONS };

/* Durable; it stays when the tree is replaced. 0 or a negative errno. */
int acl_store_option(struct acl_store *st, enum acl_option which, bool value);

/*
 * What is due in the session of an account; one session for each. 1; 0 when there is none of that
 * session, and in @d only what lists of any session keep back; or a negative errno.
 */
int acl_store_dues(struct acl_store *st, const char *account, const char *session, struct acl_dues *d);
/*
 * The changes that wait in the sessions of other accounts, and those whose session ended
 * without a Status. 0, -E2BIG when they are too many, or another negative errno.
 */
int acl_store_dues_others(struct acl_store *st, const char *account, struct acl_dues *d);
/*
 * Nothing due (or NULL) takes it out. What waits in another session of the account is kept as
 * what nobody knows the end of, until the tree is replaced. Between begin and finish.
 */
int acl_store_dues_put(struct acl_store *st, const char *account, const char *session,
		       const struct acl_dues *d);
/* Nobody waits for anything then. The whole tree is as @tree now. -EINVAL when a list of it could not be read. */
int acl_store_replace(struct acl_store *st, const struct acl_tree *tree);

/**
 * struct acl_audit - a record: who asked what of which node, and why it was answered so
 * @time: milliseconds since 1970
 * @id: of the record, given by the store
 * @server: empty for nobody
 * @node: URI that was asked for, with its query; stored in the spelling of acl_node_uri()
 * @decider: URI of the node that decided, NULL for none
 * @clause: acl_clause_name()
 */
struct acl_audit {
	int64_t id, time;
	const char *server, *command, *node, *decider, *clause;
	bool allow;
	uint16_t status;
};

/* Fills @a from a decision; @decider is room for the URI that it may point to. */
void acl_audit_fill(struct acl_audit *a, const struct acl_decision *d, char decider[ACL_URI_MAX + 1]);
/* Durable; the oldest records go when there are more than are kept. */
int acl_store_audit(struct acl_store *st, const struct acl_audit *record, size_t n);
void acl_store_audit_keep(struct acl_store *st, uint32_t records);

/**
 * struct acl_audit_query - what is looked for; zero matches everything
 * @node: and what is beneath
 * @since: milliseconds since 1970
 * @limit: the newest so many, 0 for all
 */
struct acl_audit_query {
	const char *server, *node;
	int64_t since;
	uint64_t limit;
	bool denied_only;
};

/* Oldest first, until @fn returns other than 0, which is returned then. */
int acl_store_search(struct acl_store *st, const struct acl_audit_query *q,
		     int (*fn)(void *arg, const struct acl_audit *a), void *arg);

#endif
