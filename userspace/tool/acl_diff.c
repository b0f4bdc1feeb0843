// SPDX-License-Identifier: GPL-2.0
/* See acl_diff.h. */
#include <string.h>

#include "acl_diff.h"
#include "acl_file.h"

/* @from, @to: NULL for a node that is not there */
static void diff_tell(struct acl_diff *d, const char *what, const struct acl_node *from, const struct acl_node *to)
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

		fprintf(d->text, "%c %s  %s\n", from ? '-' : '+', uri, *list ? list : "(inherits)");
	} else if (!strcmp(what, "acl")) {
		fprintf(d->text, "~ %s  %s -> %s\n", uri, *old ? old : "(inherits)", *new ? new : "(inherits)");
	} else {
		fprintf(d->text, "~ %s  other %s\n", uri, what);
	}
}

/* The same place in @other, whose parent is known to be there or not. */
static const struct acl_node *twin(const struct acl_tree *other, const struct acl_node *parent,
				   const struct acl_node *n)
{
	return parent ? acl_tree_child(other, parent, n->name, n->name_len) : NULL;
}

/* What of @a is missing in @b, or (@compare) unlike. */
static void diff_walk(struct acl_diff *d, const struct acl_tree *a, const struct acl_tree *b, bool compare)
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

void acl_diff_trees(struct acl_diff *d, const struct acl_tree *a, const struct acl_tree *b)
{
	diff_walk(d, a, b, true);
	diff_walk(d, b, a, false);
}
