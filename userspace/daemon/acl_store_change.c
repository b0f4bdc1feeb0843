// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the tree, see acl_store.h. Each is made in the copy in memory, whose rules
 * are the only ones, and what it did is written down; if anything fails the transaction
 * is rolled back and the copy is read again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "acl_store_internal.h"

/* SQLITE_ROW with *@id, SQLITE_DONE for none, or an error. */
static int row_find(struct acl_store *st, int64_t parent, const char *name, size_t len, int64_t *id)
{
	sqlite3_stmt *stmt = st->stmt[ACL_NODE_FIND];
	int rc = sqlite3_bind_int64(stmt, 1, parent);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 2, name, (int)len, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*id = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return rc;
}

/* The row of a node; its name may have changed, @name is the one it is stored by. */
static int row_of(struct acl_store *st, const struct acl_node *n, const char *name, size_t len, int64_t *id)
{
	const struct acl_node *at[ACL_DEPTH_MAX + 1], *a;
	unsigned int i;
	int rc;

	*id = ACL_STORE_ROOT;
	for (a = n; a->parent; a = a->parent)
		at[a->depth] = a;
	for (i = 1; i <= n->depth; i++) {
		if (at[i] == n && name)
			rc = row_find(st, *id, name, len, id);
		else
			rc = row_find(st, *id, at[i]->name, at[i]->name_len, id);
		if (rc == SQLITE_ROW)
			continue;
		if (rc != SQLITE_DONE)
			return acl_store_fail(st, rc, "cannot find a node");
		snprintf(st->error, sizeof(st->error), "the stored tree is damaged: a node is missing");
		return -EUCLEAN;
	}
	return 0;
}

static int bind_list(sqlite3_stmt *stmt, int at, const struct acl_node *n)
{
	char text[ACL_TEXT_MAX + 1];

	if (!n->acl)
		return sqlite3_bind_null(stmt, at);
	return sqlite3_bind_text(stmt, at, text, (int)acl_format(n->acl, text), SQLITE_TRANSIENT);
}

static int write_new(struct acl_store *st, const struct acl_node *n, int64_t parent, int64_t *id)
{
	sqlite3_stmt *stmt = st->stmt[ACL_NODE_ADD];
	int rc = sqlite3_bind_int64(stmt, 1, parent);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 2, n->name, n->name_len, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 3, n->kind);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 4, n->access);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 5, n->permanent);
	if (rc == SQLITE_OK)
		rc = bind_list(stmt, 6, n);
	if (rc == SQLITE_OK)
		rc = acl_store_run(stmt);
	if (rc != SQLITE_OK)
		return acl_store_fail(st, rc, "cannot write a node");
	*id = sqlite3_last_insert_rowid(st->db);
	return 0;
}

static int write_list(struct acl_store *st, const struct acl_node *n, int64_t id)
{
	sqlite3_stmt *stmt = st->stmt[ACL_NODE_LIST];
	int rc = sqlite3_bind_int64(stmt, 1, id);

	if (rc == SQLITE_OK)
		rc = bind_list(stmt, 2, n);
	if (rc == SQLITE_OK)
		rc = acl_store_run(stmt);
	return rc == SQLITE_OK ? 0 : acl_store_fail(st, rc, "cannot write a list");
}

static int write_description(struct acl_store *st, const struct acl_node *n, int64_t id)
{
	sqlite3_stmt *stmt = st->stmt[ACL_NODE_DESCRIBE];
	int rc = sqlite3_bind_int64(stmt, 1, id);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 2, n->kind);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 3, n->access);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 4, n->permanent);
	if (rc == SQLITE_OK)
		rc = acl_store_run(stmt);
	return rc == SQLITE_OK ? 0 : acl_store_fail(st, rc, "cannot describe a node");
}

/* ---- one change ---------------------------------------------------------- */

/* The deepest node of @uri that is there. */
static struct acl_node *nearest(const struct acl_tree *t, const struct acl_uri *uri)
{
	struct acl_node *n = (struct acl_node *)(uintptr_t)&t->root, *next;
	unsigned int i;
	size_t len;

	for (i = 0; i < uri->depth; i++) {
		const char *name = acl_uri_name(uri, i, &len);

		next = acl_tree_child(t, n, name, len);
		if (!next)
			break;
		n = next;
	}
	return n;
}

/* @node and those above it up to @there, which had @kind, are new. */
static int written(struct acl_store *st, const struct acl_node *there, uint8_t kind, const struct acl_node *node)
{
	const struct acl_node *at[ACL_DEPTH_MAX + 1], *n;
	unsigned int i;
	int64_t id;
	int rc;

	rc = row_of(st, there, NULL, 0, &id);
	if (!rc && there->kind != kind)
		rc = write_description(st, there, id);
	for (n = node; n != there; n = n->parent)
		at[n->depth] = n;
	for (i = there->depth + 1u; !rc && i <= node->depth; i++)
		rc = write_new(st, at[i], id, &id);
	return rc;
}

static int change_add(struct acl_store *st, const struct acl_change *c, const struct acl_uri *uri)
{
	static const struct acl_principal local = { ACL_LOCAL, NULL, 0 };
	struct acl_node *there = nearest(&st->tree, uri), *n;
	uint8_t kind = there->kind;
	int rc = acl_tree_create(&st->tree, uri, c->kind, c->creator ? c->creator : &local, &n);

	return rc ? rc : written(st, there, kind, n);
}

static int change_copy(struct acl_store *st, const struct acl_change *c, const struct acl_node *from)
{
	struct acl_node *parent, *n;
	struct acl_uri to;
	const char *name;
	uint8_t kind;
	size_t len;
	int rc = acl_uri_parse(c->text, c->text_len, &to);

	if (rc || to.query != ACL_QUERY_NONE || !to.depth)
		return rc ? rc : -EINVAL;
	name = acl_uri_name(&to, to.depth - 1u, &len);
	parent = nearest(&st->tree, &to);
	if (parent->depth != to.depth - 1u)
		return parent->depth == to.depth ? -EEXIST : -ENOENT;
	kind = parent->kind;
	rc = acl_tree_copy(&st->tree, from, parent, name, len, &n);
	return rc ? rc : written(st, parent, kind, n);
}

static int change_delete(struct acl_store *st, struct acl_node *n)
{
	sqlite3_stmt *stmt = st->stmt[ACL_NODE_DEL];
	int64_t id;
	int rc = n->parent ? row_of(st, n, NULL, 0, &id) : -EPERM;

	if (rc)
		return rc;
	rc = sqlite3_bind_int64(stmt, 1, id);
	if (rc == SQLITE_OK)
		rc = acl_store_run(stmt);
	if (rc != SQLITE_OK)
		return acl_store_fail(st, rc, "cannot delete a node");
	return acl_tree_delete(&st->tree, n);
}

static int change_rename(struct acl_store *st, const struct acl_change *c, struct acl_node *n)
{
	sqlite3_stmt *stmt = st->stmt[ACL_NODE_NAME];
	int64_t id;
	int rc = n->parent ? row_of(st, n, NULL, 0, &id) : -EPERM;

	if (!rc)
		rc = acl_tree_rename(&st->tree, n, c->text, c->text_len);
	if (rc)
		return rc;
	rc = sqlite3_bind_int64(stmt, 1, id);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 2, n->name, n->name_len, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = acl_store_run(stmt);
	return rc == SQLITE_OK ? 0 : acl_store_fail(st, rc, "cannot rename a node");
}

static int change_set(struct acl_store *st, const struct acl_change *c, struct acl_node *n)
{
	int64_t id;
	int rc = acl_tree_set(&st->tree, n, c->text, c->text_len, NULL);

	if (!rc)
		rc = row_of(st, n, NULL, 0, &id);
	return rc ? rc : write_list(st, n, id);
}

static int change_describe(struct acl_store *st, const struct acl_change *c, struct acl_node *n)
{
	int64_t id;
	int rc;

	if (!n->parent)
		return -EPERM;
	if (c->kind != ACL_KIND_INTERIOR && n->child)
		return -ENOTEMPTY;
	n->kind = (uint8_t)c->kind;
	n->access = c->access;
	n->permanent = c->permanent;
	rc = row_of(st, n, NULL, 0, &id);
	return rc ? rc : write_description(st, n, id);
}

static int change_one(struct acl_store *st, const struct acl_change *c)
{
	struct acl_node *n;
	struct acl_uri uri;
	int rc = acl_uri_parse(c->uri, c->uri_len, &uri);

	if (rc || uri.query != ACL_QUERY_NONE)
		return rc ? rc : -EINVAL;
	if (c->what == ACL_CHANGE_ADD)
		return change_add(st, c, &uri);
	n = acl_tree_find(&st->tree, &uri);
	if (!n)
		return -ENOENT;
	switch (c->what) {
	case ACL_CHANGE_DELETE:
		return change_delete(st, n);
	case ACL_CHANGE_RENAME:
		return change_rename(st, c, n);
	case ACL_CHANGE_COPY:
		return change_copy(st, c, n);
	case ACL_CHANGE_SET:
		return change_set(st, c, n);
	case ACL_CHANGE_DESCRIBE:
		return change_describe(st, c, n);
	default:
		return -EINVAL;
	}
}

/* ---- all of them --------------------------------------------------------- */

/* Nobody else writes from here on, and the copy is what they left. */
static int change_begin(struct acl_store *st)
{
	struct acl_tree *tree;
	int rc = acl_store_run(st->stmt[ACL_BEGIN]);

	if (rc != SQLITE_OK)
		return acl_store_fail(st, rc, "cannot begin to change the tree");
	return acl_store_load(st, &tree);
}

int acl_store_change(struct acl_store *st, const struct acl_change *change, size_t n)
{
	bool begun;
	size_t i;
	int rc;

	st->error[0] = '\0';
	rc = change_begin(st);
	begun = !rc;
	for (i = 0; !rc && i < n; i++) {
		rc = change_one(st, &change[i]);
		if (rc && !st->error[0])
			snprintf(st->error, sizeof(st->error), "%.150s: %s", change[i].uri, strerror(-rc));
	}
	rc = acl_store_end(st, rc, "cannot write the tree");
	if (rc && begun)
		st->loaded = false;
	return rc;
}

int acl_store_begin(struct acl_store *st, struct acl_tree **tree)
{
	int rc;

	*tree = NULL;
	st->error[0] = '\0';
	rc = change_begin(st);
	if (rc)
		return acl_store_end(st, rc, "");
	*tree = &st->tree;
	return 0;
}

/* Only what is about the tree itself leaves no text, and is found out before anything is written. */
int acl_store_step(struct acl_store *st, const struct acl_change *change)
{
	int rc;

	st->error[0] = '\0';
	rc = change_one(st, change);
	if (rc == -ENOMEM && !st->error[0])
		snprintf(st->error, sizeof(st->error), "no memory for a change of the tree");
	return rc && !st->error[0] ? 1 : rc;
}

int acl_store_finish(struct acl_store *st, int err)
{
	int rc = acl_store_end(st, err, "cannot write the tree");

	if (rc)
		st->loaded = false;
	return rc;
}

static int replace_all(struct acl_store *st, const struct acl_tree *tree)
{
	int64_t id[ACL_DEPTH_MAX + 1] = { ACL_STORE_ROOT };
	const struct acl_node *n;
	int rc = acl_store_run(st->stmt[ACL_NODE_CLEAR]);

	if (rc == SQLITE_OK)
		rc = acl_store_run(st->stmt[ACL_DUE_CLEAR]);
	if (rc != SQLITE_OK)
		return acl_store_fail(st, rc, "cannot clear the tree");
	rc = write_list(st, &tree->root, ACL_STORE_ROOT);
	for (n = tree->root.child; !rc && n; n = acl_node_after(&tree->root, n, false))
		rc = write_new(st, n, id[n->depth - 1], &id[n->depth]);
	return rc;
}

int acl_store_replace(struct acl_store *st, const struct acl_tree *tree)
{
	const struct acl_node *n;
	int rc;

	for (n = &tree->root; n; n = acl_node_after(&tree->root, n, false)) {
		if (!n->broken)
			continue;
		snprintf(st->error, sizeof(st->error), "a list cannot be read; without it its node would inherit");
		return -EINVAL;
	}
	rc = acl_store_run(st->stmt[ACL_BEGIN]);
	if (rc != SQLITE_OK)
		return acl_store_fail(st, rc, "cannot begin to change the tree");
	rc = acl_store_end(st, replace_all(st, tree), "cannot write the tree");
	st->loaded = false;
	return rc;
}
