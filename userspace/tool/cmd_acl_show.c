// SPDX-License-Identifier: GPL-2.0
/* omasec acl show and diff: walks over one tree, and over two. See omasec-acl(8). */
#include <errno.h>
#include <string.h>

#include "acl/judge.h"
#include "acl_source.h"

#define WIDTH_MAX	48	/* of the column with the names */

enum { SAME = 0, DIFFERENT = 1, UNKNOWN = 2 };

static const char *const kinds[] = {
	[ACL_KIND_UNKNOWN] = "unknown", [ACL_KIND_INTERIOR] = "interior", [ACL_KIND_LEAF] = "leaf",
};

/* ------------------------------------------------------------------ show */

/* {"Get":["*"],...} of a canonical list. */
static json_t *rights_json(const struct acl_node *governs)
{
	char list[ACL_TEXT_MAX + 1], *entry, *id, *save, *save_id;
	json_t *o = json_object();

	/* nothing for one that cannot be read */
	acl_format(governs->acl, list);
	for (entry = strtok_r(list, "&", &save); entry; entry = strtok_r(NULL, "&", &save)) {
		json_t *ids = json_array();
		const char *right = strtok_r(entry, "=+", &save_id);

		while ((id = strtok_r(NULL, "=+", &save_id)))
			json_array_append_new(ids, json_string(id));
		out_set(o, right, ids);
	}
	return o;
}

static json_t *access_json(const struct acl_node *n)
{
	json_t *all = json_array();
	unsigned int r;

	for (r = 0; r < ACL_RIGHTS; r++)
		if (n->access & 1u << r)
			json_array_append_new(all, json_string(acl_right_name(1u << r)));
	if (n->access & ACL_ACCESS_COPY)
		json_array_append_new(all, json_string("Copy"));
	return all;
}

static json_t *node_json(const struct acl_walk *w)
{
	const struct acl_node *n = w->node;
	char uri[ACL_URI_MAX + 1], list[ACL_TEXT_MAX + 1];
	json_t *o = json_object();

	acl_node_uri(n, uri);
	out_set(o, "uri", json_string(uri));
	out_set(o, "kind", json_string(kinds[n->kind]));
	out_set(o, "acl", n->acl ? json_string(acl_file_list(n, list)) : json_null());
	out_set(o, "broken", json_boolean(n->broken));
	out_set(o, "rights", rights_json(w->governs));
	acl_node_uri(w->governs, uri);
	out_set(o, "from", json_string(uri));
	out_set(o, "permanent", json_boolean(n->permanent));
	if (n->access != ACL_ACCESS_ANY)
		out_set(o, "access", access_json(n));
	return o;
}

static int show_json(const struct tool *t, const struct acl_node *top)
{
	json_t *all = json_array();
	struct acl_walk w;

	for (acl_walk_begin(&w, top); w.node; acl_walk_next(&w, false))
		json_array_append_new(all, node_json(&w));
	return out_json(t, "acl-nodes", all);
}

/* The name with its indentation; NULL as @out only counts columns. */
static int label(const struct acl_node *top, const struct acl_node *n, char *out)
{
	char name[3 * ACL_NAME_MAX + 2];
	int indent = 2 * (n->depth - top->depth), columns = indent, i;
	size_t len;

	if (n->parent)
		len = acl_name_encode(n->name, n->name_len, name);
	else
		len = (size_t)(stpcpy(name, ".") - name);
	if (n->kind == ACL_KIND_INTERIOR && n->parent)
		name[len++] = '/';
	name[len] = '\0';
	for (i = 0; name[i]; i++)
		columns += ((unsigned char)name[i] & 0xc0) != 0x80;
	if (out)
		sprintf(out, "%*s%s", indent, "", name);
	return columns;
}

static int show_text(const struct tool *t, const struct acl_node *top, bool root_listed)
{
	char text[2 * ACL_DEPTH_MAX + 3 * ACL_NAME_MAX + 8], list[ACL_TEXT_MAX + 1], uri[ACL_URI_MAX + 1];
	int width = 4, columns;
	struct acl_walk w;

	for (acl_walk_begin(&w, top); w.node; acl_walk_next(&w, false)) {
		columns = label(top, w.node, NULL);
		if (columns > width && columns <= WIDTH_MAX)
			width = columns;
	}
	for (acl_walk_begin(&w, top); w.node; acl_walk_next(&w, false)) {
		columns = label(top, w.node, text);
		acl_node_uri(w.governs, uri);
		printf("%s%*s  %s%s%s  ", text, columns < width ? width - columns : 0, "",
		       out_colour(t, w.governs->broken ? OUT_BAD : OUT_PLAIN), acl_file_list(w.governs, list),
		       out_colour(t, OUT_PLAIN));
		if (w.governs != w.node)
			printf("from %s\n", uri);
		else
			puts(!w.node->parent && !root_listed && !w.node->broken ? "default" : "own");
	}
	return out_finish(t);
}

static int find(struct tool *t, const struct acl_source *s, const char *text, const struct acl_node **n)
{
	struct acl_uri uri;

	*n = &s->tree->root;
	if (!text)
		return 0;
	if (acl_uri_parse(text, strlen(text), &uri) || uri.query != ACL_QUERY_NONE)
		return tool_usage(t, "%s: expected . or ./NAME/NAME", text);
	*n = acl_tree_find(s->tree, &uri);
	return *n ? 0 : tool_error(t, EXIT_REFUSED, "%s: there is no such node in %s", text, s->name);
}

int cmd_acl_show(struct tool *t, int argc, char **argv)
{
	const struct acl_node *top;
	struct acl_source s;
	int rc;

	if (argc > 1)
		return tool_usage(t, "%s: nothing is expected here (--file FILE?)", argv[1]);
	rc = acl_source_load(t, &s, EXIT_REFUSED);
	if (!rc)
		rc = find(t, &s, argc ? argv[0] : NULL, &top);
	if (!rc)
		rc = t->json ? show_json(t, top) : show_text(t, top, s.root_listed);
	acl_source_free(&s);
	return rc;
}

/* ------------------------------------------------------------------ diff */

struct diff {
	const struct tool *t;
	json_t *all;	/* NULL for text */
	unsigned int count;
};

/* @from, @to: NULL for a node that is not there */
static void diff_tell(struct diff *d, const char *what, const struct acl_node *from, const struct acl_node *to)
{
	char uri[ACL_URI_MAX + 1], a[ACL_TEXT_MAX + 1], b[ACL_TEXT_MAX + 1];
	const char *old = from ? acl_file_list(from, a) : NULL, *new = to ? acl_file_list(to, b) : NULL;
	json_t *o;

	acl_node_uri(to ? to : from, uri);
	d->count++;
	if (d->all) {
		o = json_object();
		out_set(o, "uri", json_string(uri));
		out_set(o, "change", json_string(what));
		out_set(o, "from", old && *old ? json_string(old) : json_null());
		out_set(o, "to", new && *new ? json_string(new) : json_null());
		json_array_append_new(d->all, o);
	} else if (!from || !to) {
		const char *list = from ? old : new;

		printf("%c %s  %s\n", from ? '-' : '+', uri, *list ? list : "(inherits)");
	} else if (!strcmp(what, "acl")) {
		printf("~ %s  %s -> %s\n", uri, *old ? old : "(inherits)", *new ? new : "(inherits)");
	} else {
		printf("~ %s  other %s\n", uri, what);
	}
}

/* The same place in @other, whose parent is known to be there or not. */
static const struct acl_node *twin(const struct acl_tree *other, const struct acl_node *parent,
				   const struct acl_node *n)
{
	return parent ? acl_tree_child(other, parent, n->name, n->name_len) : NULL;
}

/* What of @a is missing in @b, or (@compare) unlike. */
static void diff_walk(struct diff *d, const struct acl_tree *a, const struct acl_tree *b, bool compare)
{
	const struct acl_node *at[ACL_DEPTH_MAX + 1], *n, *m;

	for (n = &a->root; n; n = acl_node_after(&a->root, n, false)) {
		m = n->parent ? twin(b, at[n->depth - 1], n) : &b->root;
		at[n->depth] = m;
		if (!m) {
			diff_tell(d, compare ? "removed" : "added", compare ? n : NULL, compare ? NULL : n);
		} else if (compare) {
			if (n->broken != m->broken || !acl_same(n->acl, m->acl))
				diff_tell(d, "acl", n, m);
			if (n->kind != m->kind)
				diff_tell(d, "format", n, m);
			if (n->access != m->access || n->permanent != m->permanent)
				diff_tell(d, "description", n, m);
		}
	}
}

int cmd_acl_diff(struct tool *t, int argc, char **argv)
{
	struct diff d = { t, NULL, 0 };
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
		diff_walk(&d, a.tree, &b.tree, true);
		diff_walk(&d, &b.tree, a.tree, false);
		rc = t->json ? out_json(t, "acl-diff", d.all) : out_finish(t);
		rc = rc ? UNKNOWN : d.count ? DIFFERENT : SAME;
	}
	acl_source_free(&a);
	tnds_free(&b);
	return rc;
}
