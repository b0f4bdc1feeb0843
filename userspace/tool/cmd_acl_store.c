// SPDX-License-Identifier: GPL-2.0
/* omasec acl set and import: what changes the store. See omasec-acl(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl_source.h"

/* The way an error of the store is told. */
static int store_refused(struct tool *t, const struct acl_store *st, int err)
{
	if (err == -EBUSY)
		return tool_error(t, EXIT_REFUSED, "%s: another process is writing; try again", acl_store_error(st));
	return tool_error(t, tool_exit_code(err), "%s", acl_store_error(st));
}

/* ------------------------------------------------------------------ set */

static const struct acl_node *node_at(const struct acl_tree *tree, const char *text)
{
	struct acl_uri uri;

	return acl_uri_parse(text, strlen(text), &uri) ? NULL : acl_tree_find(tree, &uri);
}

static int set_check(struct tool *t, int argc, char **argv)
{
	struct acl_fault fault = { 0, NULL };
	struct acl_uri uri;
	unsigned int star;
	int rc;

	if (argc < 2)
		return tool_usage(t, "expected a URI and an ACL");
	if (argc > 2)
		return tool_usage(t, "%s: nothing is expected here; an ACL with & needs quotes", argv[2]);
	if (acl_uri_parse(argv[0], strlen(argv[0]), &uri) || uri.query != ACL_QUERY_NONE)
		return tool_usage(t, "%s: expected . or ./NAME/NAME", argv[0]);
	if (!uri.depth && !*argv[1])
		return tool_error(t, EXIT_REFUSED, "the root has nothing to inherit from: expected an ACL");
	rc = *argv[1] ? acl_check(argv[1], strlen(argv[1]), &star, &fault) : 0;
	if (rc == -EMSGSIZE)
		return tool_error(t, EXIT_REFUSED, "an ACL has %d octets at most", ACL_TEXT_MAX);
	if (rc)
		return tool_error(t, EXIT_REFUSED, "%s: cannot be read: expected %s at octet %zu", argv[1],
				  fault.expected, fault.at + 1);
	return 0;
}

/* @was: the list before, or NULL for none. */
static int set_json(struct tool *t, const struct acl_node *n, const char *was)
{
	char uri[ACL_URI_MAX + 1], list[ACL_TEXT_MAX + 1];
	json_t *o = json_object();

	acl_node_uri(n, uri);
	acl_file_list(n, list);
	out_set(o, "uri", json_string(uri));
	out_set(o, "from", was && *was ? json_string(was) : json_null());
	out_set(o, "to", *list ? json_string(list) : json_null());
	return out_json(t, "acl-set", o);
}

static int set_in(struct tool *t, struct acl_store *st, const char *uri, const char *acl)
{
	struct acl_change c[2] = {
		{ .what = ACL_CHANGE_ADD, .uri = uri, .uri_len = strlen(uri), .kind = ACL_KIND_UNKNOWN },
		{ .what = ACL_CHANGE_SET, .uri = uri, .uri_len = strlen(uri), .text = acl, .text_len = strlen(acl) },
	};
	char was[ACL_TEXT_MAX + 1] = "";
	const struct acl_node *n;
	struct acl_tree *tree;
	bool make;
	int rc = acl_store_load(st, &tree);

	if (rc)
		return store_refused(t, st, rc);
	n = node_at(tree, uri);
	if (n)
		acl_file_list(n, was);
	make = !n && t->given & OPT_CREATE;
	if (!n && !make)
		return tool_error(t, EXIT_REFUSED, "%s: there is no such node in the store; --create makes it", uri);
	rc = acl_store_change(st, make ? c : c + 1, make ? 2 : 1);
	if (!rc)
		rc = acl_store_load(st, &tree);
	if (rc)
		return store_refused(t, st, rc);
	n = node_at(tree, uri);
	return t->json && n ? set_json(t, n, was) : 0;
}

int cmd_acl_set(struct tool *t, int argc, char **argv)
{
	struct acl_store *st = NULL;
	int rc = set_check(t, argc, argv);

	if (!rc)
		rc = acl_source_store(t, true, &st, EXIT_REFUSED);
	if (!rc)
		rc = set_in(t, st, argv[0], argv[1]);
	acl_store_close(st);
	return rc;
}

/* ------------------------------------------------------------------ import */

/* Changes, and the texts that they point to. */
struct merge {
	struct acl_change *change;
	size_t count, room;
	const struct acl_tree *store;
	bool root_listed;
};

static int merge_add(struct merge *m, enum acl_change_what what, const char *uri, const struct acl_node *n)
{
	char list[ACL_TEXT_MAX + 1];
	struct acl_change *c;

	if (m->count == m->room) {
		size_t room = m->room ? 2 * m->room : 256;

		c = reallocarray(m->change, room, sizeof(*c));
		if (!c)
			return -ENOMEM;
		m->change = c;
		m->room = room;
	}
	c = &m->change[m->count];
	*c = (struct acl_change){ .what = what, .kind = (enum acl_kind)n->kind, .access = n->access,
				  .permanent = n->permanent };
	c->uri = strdup(uri);
	c->uri_len = strlen(uri);
	if (c->uri && what == ACL_CHANGE_SET) {
		c->text_len = acl_format(n->acl, list);
		c->text = strdup(list);
	}
	if (!c->uri || (what == ACL_CHANGE_SET && !c->text)) {
		free((char *)(uintptr_t)c->uri);
		return -ENOMEM;
	}
	m->count++;
	return 0;
}

/* What a node of the file says goes over what is known; what it leaves open stays. */
static int merge_node(struct merge *m, const struct acl_node *n)
{
	const struct acl_node *old;
	struct acl_node is = *n;
	char uri[ACL_URI_MAX + 1];
	int rc = 0;

	acl_node_uri(n, uri);
	old = node_at(m->store, uri);
	if (!old)
		rc = merge_add(m, ACL_CHANGE_ADD, uri, n);
	if (!rc && old && n->parent) {
		if (n->kind == ACL_KIND_UNKNOWN)
			is.kind = old->kind;
		if (n->access == ACL_ACCESS_ANY)
			is.access = old->access;
		is.permanent |= old->permanent;
		if (is.kind != old->kind || is.access != old->access || is.permanent != old->permanent)
			rc = merge_add(m, ACL_CHANGE_DESCRIBE, uri, &is);
	} else if (!rc && !old && (n->access != ACL_ACCESS_ANY || n->permanent)) {
		rc = merge_add(m, ACL_CHANGE_DESCRIBE, uri, n);
	}
	if (!rc && n->acl && (n->parent || m->root_listed) && !(old && acl_same(old->acl, n->acl)))
		rc = merge_add(m, ACL_CHANGE_SET, uri, n);
	return rc;
}

static void merge_free(struct merge *m)
{
	size_t i;

	for (i = 0; i < m->count; i++) {
		free((char *)(uintptr_t)m->change[i].uri);
		free((char *)(uintptr_t)m->change[i].text);
	}
	free(m->change);
}

static int merge_all(struct tool *t, struct acl_store *st, const struct tnds *file)
{
	struct merge m = { .root_listed = file->root_listed };
	const struct acl_node *n;
	struct acl_tree *tree;
	int rc = acl_store_load(st, &tree);

	if (rc)
		return store_refused(t, st, rc);
	m.store = tree;
	for (n = &file->tree.root; !rc && n; n = acl_node_after(&file->tree.root, n, false))
		rc = merge_node(&m, n);
	if (rc)
		rc = tool_error(t, EXIT_REFUSED, "out of memory");
	else if (m.count)
		rc = acl_store_change(st, m.change, m.count);
	if (rc < 0)
		rc = store_refused(t, st, rc);
	merge_free(&m);
	return rc;
}

static unsigned int count_lists(const struct acl_tree *t)
{
	return t->root.below + (t->root.acl ? 1 : 0);
}

static int import_done(struct tool *t, struct acl_store *st, const struct tnds *file)
{
	struct acl_tree *tree;
	json_t *o;
	int rc = acl_store_load(st, &tree);

	if (rc)
		return store_refused(t, st, rc);
	if (t->json) {
		o = json_object();
		out_set(o, "nodes", json_integer(file->tree.count + 1));
		out_set(o, "stored-nodes", json_integer(tree->count + 1));
		out_set(o, "stored-acls", json_integer(count_lists(tree)));
		return out_json(t, "acl-import", o);
	}
	printf("Imported %u nodes; the store has %u, %u with an ACL of their own.\n", file->tree.count + 1,
	       tree->count + 1, count_lists(tree));
	return out_finish(t);
}

int cmd_acl_import(struct tool *t, int argc, char **argv)
{
	struct acl_store *st = NULL;
	struct tnds file;
	int rc;

	if (argc != 1)
		return argc ? tool_usage(t, "%s: nothing is expected here", argv[1]) :
			      tool_usage(t, "the name of the file is missing");
	rc = acl_file_load(t, argv[0], &file, EXIT_REFUSED);
	if (!rc && file.count[TNDS_LIST])
		rc = tool_error(t, EXIT_REFUSED, "%s: expected ACLs that can be read; nothing was imported", argv[0]);
	if (!rc)
		rc = acl_source_store(t, true, &st, EXIT_REFUSED);
	if (!rc && t->given & OPT_REPLACE) {
		rc = acl_store_replace(st, &file.tree);
		if (rc)
			rc = store_refused(t, st, rc);
	} else if (!rc) {
		rc = merge_all(t, st, &file);
	}
	if (!rc)
		rc = import_done(t, st, &file);
	acl_store_close(st);
	tnds_free(&file);
	return rc;
}
