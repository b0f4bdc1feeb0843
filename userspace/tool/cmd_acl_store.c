// SPDX-License-Identifier: GPL-2.0
/* omasec acl set and del: changes of one node of the store. See omasec-acl(8). */
#include <errno.h>
#include <string.h>

#include "acl_source.h"

/* ------------------------------------------------------------------ set */

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
		return acl_source_refused(t, st, rc);
	n = acl_source_node(tree, uri);
	if (n)
		acl_file_list(n, was);
	make = !n && t->given & OPT_CREATE;
	if (!n && !make)
		return tool_error(t, EXIT_REFUSED, "%s: there is no such node in the store; --create makes it", uri);
	rc = acl_store_change(st, make ? c : c + 1, make ? 2 : 1);
	if (!rc)
		rc = acl_store_load(st, &tree);
	if (rc)
		return acl_source_refused(t, st, rc);
	n = acl_source_node(tree, uri);
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

/* ------------------------------------------------------------------ del */

static int del_check(struct tool *t, int argc, char **argv)
{
	struct acl_uri uri;

	if (!argc)
		return tool_usage(t, "expected a URI");
	if (argc > 1)
		return tool_usage(t, "%s: nothing is expected here", argv[1]);
	if (acl_uri_parse(argv[0], strlen(argv[0]), &uri) || uri.query != ACL_QUERY_NONE)
		return tool_usage(t, "%s: expected . or ./NAME/NAME", argv[0]);
	return uri.depth ? 0 : tool_error(t, EXIT_REFUSED, "the root stays: expected a node beneath it");
}

static int del_done(struct tool *t, const char *uri, unsigned int nodes, const struct acl_tree *tree)
{
	unsigned int lists = tree->root.below + (tree->root.acl ? 1 : 0);
	json_t *o;

	if (t->json) {
		o = json_object();
		out_set(o, "uri", json_string(uri));
		out_set(o, "nodes", json_integer(nodes));
		out_set(o, "stored-nodes", json_integer(tree->count + 1));
		out_set(o, "stored-acls", json_integer(lists));
		return out_json(t, "acl-del", o);
	}
	printf("Deleted %u node%s; the store has %u, %u with an ACL of their own.\n", nodes, nodes == 1 ? "" : "s",
	       tree->count + 1, lists);
	return out_finish(t);
}

static int del_in(struct tool *t, struct acl_store *st, const char *text)
{
	struct acl_change c = { .what = ACL_CHANGE_DELETE, .uri = text, .uri_len = strlen(text) };
	const struct acl_node *top, *n;
	char uri[ACL_URI_MAX + 1];
	unsigned int nodes = 0;
	struct acl_tree *tree;
	int rc = acl_store_load(st, &tree);

	if (rc)
		return acl_source_refused(t, st, rc);
	top = acl_source_node(tree, text);
	if (!top)
		return tool_error(t, EXIT_REFUSED, "%s: there is no such node in the store", text);
	acl_node_uri(top, uri);
	for (n = top; n; n = acl_node_after(top, n, false))
		nodes++;
	rc = acl_store_change(st, &c, 1);
	if (!rc)
		rc = acl_store_load(st, &tree);
	return rc ? acl_source_refused(t, st, rc) : del_done(t, uri, nodes, tree);
}

int cmd_acl_del(struct tool *t, int argc, char **argv)
{
	struct acl_store *st = NULL;
	int rc = del_check(t, argc, argv);

	if (!rc)
		rc = acl_source_store(t, false, &st, EXIT_REFUSED);
	if (!rc)
		rc = del_in(t, st, argv[0]);
	acl_store_close(st);
	return rc;
}
