// SPDX-License-Identifier: GPL-2.0
/* omasec acl show: a walk over the tree. See omasec-acl(8). */
#include <string.h>

#include "acl/judge.h"
#include "acl_source.h"

#define WIDTH_MAX	48	/* of the column with the names */

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
