// SPDX-License-Identifier: GPL-2.0
/* omasec acl import and diff: a tree in a file, and what it changes. See omasec-acl(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl_diff.h"
#include "acl_source.h"

enum { SAME = 0, DIFFERENT = 1, UNKNOWN = 2 };

/* ------------------------------------------------------------------ diff */

int cmd_acl_diff(struct tool *t, int argc, char **argv)
{
	struct acl_diff d = { NULL, stdout, 0 };
	struct acl_source a;
	struct tnds b;
	int rc;

	if (argc < 1)
		return tool_usage(t, "the name of a file is expected, or of two");
	if (argc > 2)
		return tool_usage(t, "%s: nothing is expected here", argv[2]);
	if (argc == 2 && t->store_dir)
		return tool_usage(t, "%s: nothing is expected here beside --store and a file", argv[1]);
	t->tree_file = argc == 2 ? argv[0] : NULL;
	rc = acl_source_load(t, &a, UNKNOWN);
	if (rc) {
		acl_source_free(&a);
		return rc;
	}
	rc = acl_file_load(t, argv[argc - 1], &b, UNKNOWN);
	if (!rc) {
		d.all = t->json ? json_array() : NULL;
		acl_diff_trees(&d, a.tree, &b.tree);
		rc = t->json ? out_json(t, "acl-diff", d.all) : out_finish(t);
		rc = rc ? UNKNOWN : d.count ? DIFFERENT : SAME;
	}
	acl_source_free(&a);
	tnds_free(&b);
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
	old = acl_source_node(m->store, uri);
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

/* What the file changes in the store; @m is to be freed in any case. */
static int merge_make(struct tool *t, struct merge *m, const struct acl_tree *store, const struct tnds *file)
{
	const struct acl_node *n;
	int rc = 0;

	*m = (struct merge){ .store = store, .root_listed = file->root_listed };
	for (n = &file->tree.root; !rc && n; n = acl_node_after(&file->tree.root, n, false))
		rc = merge_node(m, n);
	return rc ? tool_error(t, EXIT_REFUSED, "out of memory") : 0;
}

static int merge_all(struct tool *t, struct acl_store *st, const struct tnds *file)
{
	struct acl_tree *tree;
	struct merge m;
	int rc = acl_store_load(st, &tree);

	if (rc)
		return acl_source_refused(t, st, rc);
	rc = merge_make(t, &m, tree, file);
	if (!rc && m.count)
		rc = acl_store_change(st, m.change, m.count);
	if (rc < 0)
		rc = acl_source_refused(t, st, rc);
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
		return acl_source_refused(t, st, rc);
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

/* ------------------------------------------------------------------ dry run */

/*
 * What @file would make of @was, which is what the store has. The changes are made, by the
 * store whose rules are the only ones, and taken back.
 */
static int preview_merge(struct tool *t, struct acl_store *st, const struct acl_tree *was,
			 const struct tnds *file, struct acl_diff *d)
{
	struct acl_tree *tree;
	struct merge m = { 0 };
	size_t i;
	int rc = acl_store_begin(st, &tree);

	if (rc)
		return acl_source_refused(t, st, rc);
	rc = merge_make(t, &m, was, file);
	for (i = 0; !rc && i < m.count; i++) {
		rc = acl_store_step(st, &m.change[i]);
		if (rc > 0)
			rc = tool_error(t, EXIT_REFUSED, "%s: the store would not take what the file says", m.change[i].uri);
		else if (rc)
			rc = acl_source_refused(t, st, rc);
	}
	if (!rc)
		acl_diff_trees(d, was, tree);
	acl_store_finish(st, -ECANCELED);
	merge_free(&m);
	return rc;
}

static int preview_store(struct tool *t, const struct tnds *file, struct acl_diff *d)
{
	struct acl_store *st = NULL;
	struct acl_source s;
	int rc = acl_source_load(t, &s, EXIT_REFUSED);

	if (!rc && t->given & OPT_REPLACE) {
		acl_diff_trees(d, s.tree, &file->tree);
	} else if (!rc) {
		rc = acl_source_store(t, false, &st, EXIT_REFUSED);
		if (!rc)
			rc = preview_merge(t, st, s.tree, file, d);
	}
	acl_store_close(st);
	acl_source_free(&s);
	return rc;
}

/* Printed when all is known: the helper must not wait for whoever reads it. */
static int preview(struct tool *t, const struct tnds *file)
{
	struct acl_diff d = { .all = t->json ? json_array() : NULL };
	char *text = NULL;
	size_t len;
	int rc;

	d.text = open_memstream(&text, &len);
	if (!d.text)
		rc = tool_error(t, EXIT_REFUSED, "out of memory");
	else
		rc = preview_store(t, file, &d);
	if (d.text && fclose(d.text) && !rc)
		rc = tool_error(t, EXIT_REFUSED, "out of memory");
	if (rc) {
		json_decref(d.all);
	} else if (t->json) {
		rc = out_json(t, "acl-diff", d.all);
	} else {
		fputs(d.count ? text : "Nothing would change.\n", stdout);
		rc = out_finish(t);
	}
	free(text);
	return rc;
}

static int import(struct tool *t, const struct tnds *file)
{
	struct acl_store *st = NULL;
	int rc = acl_source_store(t, true, &st, EXIT_REFUSED);

	if (!rc && t->given & OPT_REPLACE) {
		rc = acl_store_replace(st, &file->tree);
		if (rc)
			rc = acl_source_refused(t, st, rc);
	} else if (!rc) {
		rc = merge_all(t, st, file);
	}
	if (!rc)
		rc = import_done(t, st, file);
	acl_store_close(st);
	return rc;
}

int cmd_acl_import(struct tool *t, int argc, char **argv)
{
	struct tnds file;
	int rc;

	if (argc != 1)
		return argc ? tool_usage(t, "%s: nothing is expected here", argv[1]) :
			      tool_usage(t, "the name of the file is missing");
	rc = acl_file_load(t, argv[0], &file, EXIT_REFUSED);
	if (!rc && file.count[TNDS_LIST])
		rc = tool_error(t, EXIT_REFUSED, "%s: expected ACLs that can be read; nothing was imported", argv[0]);
	if (!rc)
		rc = t->given & OPT_DRY_RUN ? preview(t, &file) : import(t, &file);
	tnds_free(&file);
	return rc;
}
