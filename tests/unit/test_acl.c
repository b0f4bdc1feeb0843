// SPDX-License-Identifier: GPL-2.0
/*
 * Who may do what: the worked example of TND 7.7.1 row by row, the rules that the test
 * kit of OSGi pins (001 to 011), the table of rights with its status codes, and what has
 * to hold for every tree, against an oracle that climbs instead of walking down.
 */
#include <errno.h>
#include <stdio.h>

#include "acl_tree.h"

static struct acl_tree tree;

static int example(void **state)
{
	(void)state;
	tree_example(&tree);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	acl_tree_free(&tree);
	return 0;
}

static const struct row {
	const char *server;
	enum acl_command command;
	const char *uri, *operand;
	unsigned int status;
	enum acl_clause clause;
	const char *node;
} rows[] = {
	/* TND 7.7.1, the figure */
	{ "X", ACL_CMD_GET, "./NodeA/Node1", NULL, 200, ACL_CLAUSE_STAR, "./NodeA/Node1" },
	{ "X", ACL_CMD_REPLACE, "./NodeA/Node1", NULL, 425, ACL_CLAUSE_NO_ENTRY, "./NodeA/Node1" },
	{ "ServerC", ACL_CMD_REPLACE, "./NodeA/Node1", NULL, 425, ACL_CLAUSE_NO_ENTRY, "./NodeA/Node1" },
	{ "X", ACL_CMD_DELETE, "./NodeA/Node1", NULL, 425, ACL_CLAUSE_NO_ENTRY, "./NodeA/Node1" },
	{ "ServerC", ACL_CMD_REPLACE, "./NodeA/Node1?prop=ACL", "Get=*", 200, ACL_CLAUSE_PARENT_REPLACE, "./NodeA" },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeA/Node1?prop=ACL", "Get=*", 425, ACL_CLAUSE_NOT_NAMED, "./NodeA" },
	{ "X", ACL_CMD_GET, "./NodeA/Node1?prop=ACL", NULL, 200, ACL_CLAUSE_STAR, "./NodeA/Node1" },
	{ "ServerB", ACL_CMD_GET, "./NodeB/Node3/Node4?prop=ACL", NULL, 200, ACL_CLAUSE_NAMED, "./NodeB/Node3" },
	{ "ServerB", ACL_CMD_REPLACE, "./NodeB/Node3/Node4", NULL, 200, ACL_CLAUSE_NAMED, "./NodeB/Node3" },
	{ "ServerA", ACL_CMD_GET, "./NodeB/Node3/Node4", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeB/Node3" },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeB/Node3/Node5", NULL, 200, ACL_CLAUSE_NAMED, "./NodeB/Node3/Node5" },
	{ "ServerB", ACL_CMD_GET, "./NodeB/Node3/Node5", NULL, 200, ACL_CLAUSE_NAMED, "./NodeB/Node3/Node5" },
	{ "ServerB", ACL_CMD_REPLACE, "./NodeB/Node3/Node5", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeB/Node3/Node5" },
	{ "ServerB", ACL_CMD_REPLACE, "./NodeB/Node3/Node5?prop=ACL", NULL, 200, ACL_CLAUSE_PARENT_REPLACE, "./NodeB/Node3" },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeB/Node3?prop=ACL", NULL, 200, ACL_CLAUSE_PARENT_REPLACE, "./NodeB" },
	{ "ServerB", ACL_CMD_REPLACE, "./NodeB/Node3?prop=ACL", NULL, 200, ACL_CLAUSE_NAMED, "./NodeB/Node3" },
	{ "ServerC", ACL_CMD_REPLACE, "./NodeB/Node3?prop=ACL", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeB/Node3" },
	{ "ServerA", ACL_CMD_ADD, "./NodeB/New", NULL, 425, ACL_CLAUSE_NO_ENTRY, "./NodeB" },
	{ "X", ACL_CMD_ADD, "./New", NULL, 200, ACL_CLAUSE_STAR, "." },
	{ "ServerB", ACL_CMD_DELETE, "./NodeB/Node3", NULL, 425, ACL_CLAUSE_BENEATH, "./NodeB/Node3/Node5" },
	{ "ServerA", ACL_CMD_DELETE, "./NodeB/Node3", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeB/Node3" },
	{ "ServerB", ACL_CMD_DELETE, "./NodeB/Node3/Node4", NULL, 200, ACL_CLAUSE_NAMED, "./NodeB/Node3" },
	/* the leaf's own Replace does not reach its list; an unknown kind is a leaf here */
	{ "ServerA", ACL_CMD_REPLACE, "./NodeC?prop=ACL", NULL, 425, ACL_CLAUSE_NO_ENTRY, "." },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeC", NULL, 200, ACL_CLAUSE_NAMED, "./NodeC" },
	/* levels that are not there: the nearest one decides */
	{ "X", ACL_CMD_ADD, "./N/M/L", NULL, 200, ACL_CLAUSE_STAR, "." },
	{ "ServerA", ACL_CMD_ADD, "./NodeB/N/M", NULL, 425, ACL_CLAUSE_NO_ENTRY, "./NodeB" },
	{ "X", ACL_CMD_ADD, "./NodeA", NULL, 418, ACL_CLAUSE_EXISTS, "./NodeA" },
	{ "X", ACL_CMD_ADD, ".", NULL, 405, ACL_CLAUSE_ROOT, "." },
	{ NULL, ACL_CMD_ADD, "./NodeC/Under", NULL, 405, ACL_CLAUSE_BELOW_LEAF, "./NodeC" },
	{ "ServerA", ACL_CMD_ADD, "./NodeC/Under", NULL, 425, ACL_CLAUSE_NO_ENTRY, "./NodeC" },
	/* what is not there */
	{ "X", ACL_CMD_GET, "./None", NULL, 404, ACL_CLAUSE_NOT_FOUND, NULL },
	{ "X", ACL_CMD_GET, "./NodeB/None", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeB" },
	{ "X", ACL_CMD_REPLACE, "./None", NULL, 425, ACL_CLAUSE_NO_ENTRY, "." },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeB/None", NULL, 404, ACL_CLAUSE_NOT_FOUND, NULL },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeB/None?prop=ACL", NULL, 404, ACL_CLAUSE_NOT_FOUND, NULL },
	{ "ServerB", ACL_CMD_DELETE, "./NodeB/Node3/None", NULL, 404, ACL_CLAUSE_NOT_FOUND, NULL },
	{ "X", ACL_CMD_GET, "./NodeA/Node1/Under", NULL, 404, ACL_CLAUSE_NOT_FOUND, NULL },
	/* Exec */
	{ "X", ACL_CMD_EXEC, "./NodeA", NULL, 425, ACL_CLAUSE_NO_ENTRY, "./NodeA" },
	/* the root */
	{ NULL, ACL_CMD_DELETE, ".", NULL, 405, ACL_CLAUSE_ROOT, "." },
	{ "X", ACL_CMD_RENAME, ".", "a", 405, ACL_CLAUSE_ROOT, "." },
	{ "X", ACL_CMD_GET, ".", NULL, 200, ACL_CLAUSE_STAR, "." },
	{ "X", ACL_CMD_REPLACE, ".?prop=ACL", "Add=*", 425, ACL_CLAUSE_NO_ENTRY, "." },
	{ NULL, ACL_CMD_REPLACE, ".?prop=ACL", "Add=*&Get=X", 200, ACL_CLAUSE_LOCAL, "." },
	{ NULL, ACL_CMD_REPLACE, ".?prop=ACL", "", 405, ACL_CLAUSE_ROOT_ACL, "." },
	{ NULL, ACL_CMD_REPLACE, ".?prop=ACL", "Add=X&Get=*", 405, ACL_CLAUSE_ROOT_ACL, "." },
	/* properties */
	{ "X", ACL_CMD_GET, "./NodeA/Node1?prop=Format", NULL, 200, ACL_CLAUSE_STAR, "./NodeA/Node1" },
	{ "X", ACL_CMD_GET, "./NodeB?prop=Name", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeB" },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeC?prop=Title", NULL, 200, ACL_CLAUSE_NAMED, "./NodeC" },
	{ "X", ACL_CMD_REPLACE, "./NodeC?prop=Title", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeC" },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeC?prop=Format", NULL, 405, ACL_CLAUSE_PROP_FIXED, NULL },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeC?prop=Type", NULL, 405, ACL_CLAUSE_PROP_FIXED, NULL },
	{ "ServerA", ACL_CMD_ADD, "./NodeC?prop=ACL", NULL, 405, ACL_CLAUSE_PROP_COMMAND, NULL },
	{ "ServerA", ACL_CMD_DELETE, "./NodeC?prop=ACL", NULL, 405, ACL_CLAUSE_PROP_COMMAND, NULL },
	{ "ServerA", ACL_CMD_EXEC, "./NodeC?prop=ACL", NULL, 405, ACL_CLAUSE_PROP_COMMAND, NULL },
	{ "ServerA", ACL_CMD_COPY, "./NodeC?prop=ACL", "./D", 405, ACL_CLAUSE_PROP_COMMAND, NULL },
	{ "ServerA", ACL_CMD_GET, "./NodeC?prop=Colour", NULL, 406, ACL_CLAUSE_PROP_UNKNOWN, NULL },
	{ "ServerA", ACL_CMD_GET, "./NodeC?prop=acl", NULL, 406, ACL_CLAUSE_PROP_UNKNOWN, NULL },
	{ "ServerC", ACL_CMD_REPLACE, "./NodeA/Node1?prop=ACL", "Get=*&", 400, ACL_CLAUSE_ACL_TEXT, NULL },
	{ "ServerC", ACL_CMD_REPLACE, "./NodeA/Node1?prop=ACL", "", 200, ACL_CLAUSE_PARENT_REPLACE, "./NodeA" },
	/* names */
	{ "ServerA", ACL_CMD_RENAME, "./NodeC", "NodeD", 200, ACL_CLAUSE_NAMED, "./NodeC" },
	{ "ServerA", ACL_CMD_REPLACE, "./NodeC?prop=Name", "NodeD", 200, ACL_CLAUSE_NAMED, "./NodeC" },
	{ "ServerA", ACL_CMD_RENAME, "./NodeC", "NodeC", 200, ACL_CLAUSE_NAMED, "./NodeC" },
	{ "ServerA", ACL_CMD_RENAME, "./NodeC", "NodeB", 418, ACL_CLAUSE_EXISTS, "./NodeB" },
	{ "X", ACL_CMD_RENAME, "./NodeC", "NodeB", 425, ACL_CLAUSE_NOT_NAMED, "./NodeC" },
	{ "ServerA", ACL_CMD_RENAME, "./NodeC", "a/b", 400, ACL_CLAUSE_NAME_BAD, NULL },
	{ "ServerA", ACL_CMD_RENAME, "./NodeC", "", 400, ACL_CLAUSE_NAME_BAD, NULL },
	{ "ServerA", ACL_CMD_RENAME, "./NodeB/None", "a", 404, ACL_CLAUSE_NOT_FOUND, NULL },
	/* Copy: Get there, Replace or Add here */
	{ "ServerA", ACL_CMD_COPY, "./NodeC", "./New", 200, ACL_CLAUSE_STAR, "." },
	{ "X", ACL_CMD_COPY, "./NodeC", "./New", 425, ACL_CLAUSE_NOT_NAMED, "./NodeC" },
	{ "X", ACL_CMD_COPY, "./NodeA/Node1", "./New", 200, ACL_CLAUSE_STAR, "." },
	{ "X", ACL_CMD_COPY, "./NodeA/Node1", "./NodeB/New", 425, ACL_CLAUSE_NO_ENTRY, "./NodeB" },
	{ "ServerA", ACL_CMD_COPY, "./NodeA/Node1", "./NodeC", 200, ACL_CLAUSE_NAMED, "./NodeC" },
	{ "X", ACL_CMD_COPY, "./NodeA/Node1", "./NodeC", 425, ACL_CLAUSE_NOT_NAMED, "./NodeC" },
	{ "ServerA", ACL_CMD_COPY, "./NodeB", "./New", 405, ACL_CLAUSE_COPY_LEAVES, "./NodeB" },
	{ "ServerA", ACL_CMD_COPY, "./NodeC", "./NodeB", 405, ACL_CLAUSE_COPY_LEAVES, "./NodeB" },
	{ "ServerA", ACL_CMD_COPY, "./NodeC", NULL, 405, ACL_CLAUSE_COMMAND, NULL },
	{ "ServerA", ACL_CMD_COPY, "./NodeC", "./New?prop=ACL", 405, ACL_CLAUSE_COMMAND, NULL },
	{ "ServerA", ACL_CMD_COPY, "./NodeC", "./../x", 400, ACL_CLAUSE_URI_BAD, NULL },
	/* lists of nodes */
	{ "X", ACL_CMD_GET, ".?list=Struct", NULL, 200, ACL_CLAUSE_STAR, "." },
	{ "X", ACL_CMD_GET, "./NodeB?list=StructData", NULL, 425, ACL_CLAUSE_NOT_NAMED, "./NodeB" },
	{ "X", ACL_CMD_REPLACE, ".?list=TNDS", NULL, 405, ACL_CLAUSE_LIST_COMMAND, NULL },
	{ "X", ACL_CMD_GET, ".?list=tnds", NULL, 406, ACL_CLAUSE_LIST_UNKNOWN, NULL },
	/* ./Inbox */
	{ "X", ACL_CMD_GET, "./Inbox", NULL, 405, ACL_CLAUSE_INBOX, NULL },
	{ "X", ACL_CMD_GET, "./Inbox/a", NULL, 405, ACL_CLAUSE_INBOX, NULL },
	{ "X", ACL_CMD_GET, "./Inbox?list=TNDS", NULL, 405, ACL_CLAUSE_INBOX, NULL },
	{ "X", ACL_CMD_GET, "./Inbox2", NULL, 404, ACL_CLAUSE_NOT_FOUND, NULL },
	/* bad input */
	{ "X", ACL_CMD_GET, "./NodeA/../NodeB", NULL, 400, ACL_CLAUSE_URI_BAD, NULL },
	{ "X", ACL_CMD_GET, "./%4EodeB", NULL, 400, ACL_CLAUSE_URI_BAD, NULL },
	{ "X", ACL_CMDS, "./NodeA", NULL, 405, ACL_CLAUSE_COMMAND, NULL },
	/* 009: local sessions are not subject to lists */
	{ NULL, ACL_CMD_GET, "./NodeB/Node3/Node4", NULL, 200, ACL_CLAUSE_LOCAL, "./NodeB/Node3" },
	{ NULL, ACL_CMD_DELETE, "./NodeB", NULL, 200, ACL_CLAUSE_LOCAL, "./NodeB" },
	{ NULL, ACL_CMD_REPLACE, "./NodeC?prop=ACL", NULL, 200, ACL_CLAUSE_LOCAL, "." },
};

static void judges(void **state)
{
	const struct row *r = *state;
	struct acl_decision d;
	char uri[ACL_URI_MAX + 1] = "none";

	tree_example(&tree);
	d = tree_judge(&tree, r->server, r->command, r->uri, r->operand);
	if (d.node)
		acl_node_uri(d.node, uri);
	if (d.status != r->status || d.clause != r->clause || strcmp(uri, r->node ? r->node : "none"))
		fail_msg("%s %s %s: %u %s by %s", r->server ? r->server : "local", acl_command_name(r->command),
			 r->uri, d.status, acl_clause_name(d.clause), uri);
	acl_tree_free(&tree);
}

static unsigned int status(const char *server, enum acl_command c, const char *uri)
{
	return tree_judge(&tree, server, c, uri, NULL).status;
}

static void nobody_may_do_nothing(void **state)
{
	struct acl_request q = { ACL_CMD_GET, ".", 1, NULL, 0 };
	struct acl_principal who;
	struct acl_decision d;
	static const char *const bad[] = { "", "*", "a b", "a+b", "a=b", "a&b", "\xc3\xa4", "a\n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(acl_principal_server(&who, bad[i], strlen(bad[i])), -EINVAL);
		acl_judge(&tree, &who, &q, &d);
		assert_int_equal(d.status, 425);
		assert_int_equal(d.clause, ACL_CLAUSE_NOBODY);
		assert_false(d.allow);
	}
}

/* A list that cannot be read allows nothing and is not looked behind. */
static void broken_lists_allow_nothing(void **state)
{
	enum acl_command c;

	(void)state;
	acl_tree_break(&tree, tree_at(&tree, "./NodeA"));
	acl_tree_set(&tree, tree_at(&tree, "./NodeA/Node1"), "", 0, NULL);
	for (c = 0; c < ACL_CMDS; c++) {
		struct acl_decision d = tree_judge(&tree, "ServerC", c, "./NodeA/Node1", "x");

		assert_false(d.allow);
		if (c == ACL_CMD_GET || c == ACL_CMD_REPLACE)
			assert_int_equal(d.clause, ACL_CLAUSE_BROKEN);
	}
	assert_int_equal(status("ServerC", ACL_CMD_ADD, "./NodeA/New"), 425);
	assert_int_equal(status("ServerC", ACL_CMD_REPLACE, "./NodeA/Node1?prop=ACL"), 425);
	/* Who may Replace the parent can mend it. */
	acl_tree_set(&tree, &tree.root, "Add=*&Get=*&Replace=Admin", 25, NULL);
	assert_int_equal(status("Admin", ACL_CMD_REPLACE, "./NodeA?prop=ACL"), 200);
	/* One beneath keeps the node from being deleted. */
	acl_tree_set(&tree, tree_at(&tree, "./NodeB/Node3/Node5"), "Delete=ServerB", 14, NULL);
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3"), 200);
	acl_tree_break(&tree, tree_at(&tree, "./NodeB/Node3/Node5"));
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3"), 425);
}

static void deleting_looks_beneath(void **state)
{
	(void)state;
	tree.delete_node_only = true;
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3"), 200);
	tree.delete_node_only = false;
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3"), 425);
	acl_tree_set(&tree, tree_at(&tree, "./NodeB/Node3/Node5"), "Delete=*", 8, NULL);
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3"), 200);
	/* deeper, behind nodes without lists, and behind a sibling */
	tree_put(&tree, "./NodeB/Node3/x/y/z", ACL_KIND_LEAF, "Get=*");
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3"), 425);
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3/x/y"), 425);
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3/Node4"), 200);
	acl_tree_delete(&tree, tree_at(&tree, "./NodeB/Node3/x"));
	assert_int_equal(status("ServerB", ACL_CMD_DELETE, "./NodeB/Node3"), 200);
}

static void descriptions_count_too(void **state)
{
	struct acl_node *c = tree_at(&tree, "./NodeC");

	(void)state;
	acl_tree_set(&tree, c, "Delete=S&Exec=S&Get=S&Replace=S", 31, NULL);
	c->permanent = true;
	assert_int_equal(tree_judge(&tree, "S", ACL_CMD_DELETE, "./NodeC", NULL).clause, ACL_CLAUSE_PERMANENT);
	assert_int_equal(tree_judge(&tree, "S", ACL_CMD_RENAME, "./NodeC", "D").clause, ACL_CLAUSE_PERMANENT);
	/* Only those who have the right learn that. */
	assert_int_equal(status("X", ACL_CMD_DELETE, "./NodeC"), 425);
	assert_int_equal(status("X", ACL_CMD_RENAME, "./NodeC"), 425);
	c->permanent = false;
	assert_int_equal(status("S", ACL_CMD_DELETE, "./NodeC"), 200);
	c->access = 0;
	assert_int_equal(status("S", ACL_CMD_DELETE, "./NodeC"), 405);
	assert_int_equal(status("S", ACL_CMD_EXEC, "./NodeC"), 405);
	assert_int_equal(status("S", ACL_CMD_GET, "./NodeC"), 405);
	assert_int_equal(status("S", ACL_CMD_REPLACE, "./NodeC"), 405);
	assert_int_equal(status("X", ACL_CMD_GET, "./NodeC"), 425);
	c->access = ACL_GET;
	assert_int_equal(status("S", ACL_CMD_GET, "./NodeC"), 200);
	assert_int_equal(tree_judge(&tree, "S", ACL_CMD_COPY, "./NodeC", "./D").clause, ACL_CLAUSE_ACCESS);
	c->access = ACL_GET | ACL_ACCESS_COPY;
	assert_int_equal(tree_judge(&tree, "S", ACL_CMD_COPY, "./NodeC", "./D").status, 200);
	/* It goes with its parent all the same. */
	acl_tree_set(&tree, tree_at(&tree, "./NodeB"), "Delete=S", 8, NULL);
	acl_tree_delete(&tree, tree_at(&tree, "./NodeB/Node3"));
	tree_at(&tree, "./NodeB/Node2")->access = 0;
	assert_int_equal(status("S", ACL_CMD_DELETE, "./NodeB"), 200);
}

/* 002, 003, 004: the root; 005, 006, 010: see test_acl_tree */
static void root_is_as_it_has_to_be(void **state)
{
	acl_tree_free(&tree);
	tree_new(&tree);
	(void)state;
	assert_int_equal(status("X", ACL_CMD_ADD, "./A"), 200);
	assert_int_equal(status("X", ACL_CMD_GET, "."), 200);
	/* 002 has Replace too; the standard says Add and Get */
	assert_int_equal(status("X", ACL_CMD_REPLACE, "./A?prop=ACL"), 425);
	assert_int_equal(acl_tree_set(&tree, &tree.root, "", 0, NULL), -EPERM);
	assert_int_equal(acl_tree_set(&tree, &tree.root, "Add=*&Get=*&Replace=X", 21, NULL), 0);
	assert_int_equal(status("X", ACL_CMD_REPLACE, ".?prop=ACL"), 200);
}

/* 007: Replace on a parent reaches every child's list; 008: a leaf's own does not */
static void parents_rule_the_lists_of_children(void **state)
{
	(void)state;
	tree_put(&tree, "./NodeA/In", ACL_KIND_INTERIOR, "Get=Other");
	tree_put(&tree, "./NodeA/Unknown", ACL_KIND_UNKNOWN, "Replace=S");
	tree_put(&tree, "./NodeA/Leaf", ACL_KIND_LEAF, "Replace=S");
	assert_int_equal(status("ServerC", ACL_CMD_REPLACE, "./NodeA/In?prop=ACL"), 200);
	assert_int_equal(status("ServerC", ACL_CMD_REPLACE, "./NodeA/In"), 425);
	assert_int_equal(status("S", ACL_CMD_REPLACE, "./NodeA/Leaf"), 200);
	assert_int_equal(status("S", ACL_CMD_REPLACE, "./NodeA/Leaf?prop=ACL"), 425);
	assert_int_equal(status("S", ACL_CMD_REPLACE, "./NodeA/Unknown?prop=ACL"), 425);
	tree_put(&tree, "./NodeA/Unknown/child", ACL_KIND_LEAF, NULL);
	assert_int_equal(status("S", ACL_CMD_REPLACE, "./NodeA/Unknown?prop=ACL"), 200);
	/* The parent's governing list, not the grandparent's own. */
	assert_int_equal(status("ServerC", ACL_CMD_REPLACE, "./NodeA/Unknown/child?prop=ACL"), 425);
}

/* 011, and that what was created can be used by its creator and by nobody else */
static void creators_can_use_what_they_made(void **state)
{
	struct acl_principal who;
	struct acl_node *n;
	struct acl_uri u;

	(void)state;
	acl_principal_server(&who, "X", 1);
	acl_uri_parse("./Mine/deep/leaf", 16, &u);
	assert_int_equal(tree_judge(&tree, "X", ACL_CMD_ADD, "./Mine/deep/leaf", NULL).status, 200);
	assert_int_equal(acl_tree_create(&tree, &u, ACL_KIND_LEAF, &who, &n), 0);
	assert_int_equal(status("X", ACL_CMD_GET, "./Mine/deep/leaf"), 200);
	assert_int_equal(status("X", ACL_CMD_REPLACE, "./Mine?prop=ACL"), 200);
	assert_int_equal(status("X", ACL_CMD_ADD, "./Mine/other"), 200);
	assert_int_equal(status("X", ACL_CMD_DELETE, "./Mine"), 200);
	assert_int_equal(status("X", ACL_CMD_EXEC, "./Mine"), 425);
	assert_int_equal(status("Y", ACL_CMD_GET, "./Mine/deep/leaf"), 425);
	assert_int_equal(status("Y", ACL_CMD_ADD, "./Mine/other"), 425);
}

static void reads_are_pruned(void **state)
{
	static const struct { const char *server, *top, *nodes; } want[] = {
		{ "X", ".", " . ./Free" },
		{ "ServerA", ".", " . ./NodeB ./NodeB/Node2 ./NodeC ./Free" },
		{ "ServerB", ".", " . ./Free" },
		{ "ServerB", "./NodeB/Node3", " ./NodeB/Node3 ./NodeB/Node3/Node4 ./NodeB/Node3/Node5" },
		{ "ServerC", "./NodeA", " ./NodeA ./NodeA/Node1" },
		{ "X", "./NodeB", "" },
		{ NULL, "./NodeB", " ./NodeB ./NodeB/Node2 ./NodeB/Node3 ./NodeB/Node3/Node4 ./NodeB/Node3/Node5" },
	};
	size_t i;

	(void)state;
	tree_put(&tree, "./Inbox/a", ACL_KIND_LEAF, "Get=*");
	tree_put(&tree, "./Hidden/a", ACL_KIND_LEAF, "Get=*");
	tree_at(&tree, "./Hidden")->access = ACL_REPLACE;
	tree_put(&tree, "./Free", ACL_KIND_LEAF, NULL);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct acl_principal who = { ACL_LOCAL, NULL, 0 };
		char got[4096] = "", uri[ACL_URI_MAX + 1];
		struct acl_walk w;

		if (want[i].server)
			acl_principal_server(&who, want[i].server, strlen(want[i].server));
		acl_walk_begin(&w, tree_at(&tree, want[i].top));
		while (w.node) {
			bool may = acl_walk_readable(&w, &who);

			assert_ptr_equal(w.governs, acl_node_governing(w.node));
			acl_node_uri(w.node, uri);
			if (may)
				strcat(strcat(got, " "), uri);
			acl_walk_next(&w, !may);
		}
		assert_string_equal(got, want[i].nodes);
	}
}

/* ------------------------------------------------------------------ at random */

static const char *const servers[] = { "A", "B", "AB" };
static const char *const lists[] = {
	"Get=A", "Get=*", "Replace=A+B", "Add=B&Delete=B&Get=B&Replace=B", "Delete=*", "Add=*&Exec=AB",
	"Get=AB&Replace=AB", "Get=A&Get=B", "Add=A&Get=*+A",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void tree_grow(uint64_t *seed)
{
	unsigned int i;

	tree_new(&tree);
	for (i = 0; i < 40; i++) {
		struct acl_node *n = &tree.root, *made;
		char name[2] = { (char)('a' + tree_random(seed) % 3), 0 };

		while (n->child && tree_random(seed) % 4)
			n = tree_random(seed) % 2 ? n->child : n->last;
		if (acl_tree_add(&tree, n, name, 1, (enum acl_kind)(tree_random(seed) % 3), &made))
			continue;
		if (tree_random(seed) % 3 == 0) {
			const char *list = lists[tree_random(seed) % COUNT(lists)];

			acl_tree_set(&tree, made, list, strlen(list), NULL);
		} else if (tree_random(seed) % 16 == 0) {
			acl_tree_break(&tree, made);
		}
	}
}

/* "./a/b/c", mostly of nodes that are there. */
static void uri_make(char *uri, uint64_t *seed)
{
	unsigned int depth = tree_random(seed) % 6;

	uri += sprintf(uri, ".");
	while (depth--)
		uri += sprintf(uri, "/%c", 'a' + tree_random(seed) % 4);
}

/* Climbing from the node, or from the nearest that is there. */
static bool oracle(const char *server, unsigned int right, const char *uri)
{
	char path[64], text[ACL_TEXT_MAX + 8], pattern[32], *entry;
	const struct acl_node *n;

	strcpy(path, uri);
	while (!(n = tree_at(&tree, path)))
		*strrchr(path, '/') = '\0';
	while (!n->acl && !n->broken)
		n = n->parent;
	if (n->broken)
		return false;
	/* of "&Get=a+b&..." the entry as "+a+b+" */
	text[0] = '&';
	strcat(text + acl_format(n->acl, text + 1) + 1, "&");
	snprintf(pattern, sizeof(pattern), "&%s=", acl_right_name(right));
	entry = strstr(text, pattern);
	if (!entry)
		return false;
	entry += strlen(pattern) - 1;
	*entry = '+';
	strcpy(strchr(entry, '&'), "+");
	snprintf(pattern, sizeof(pattern), "+%s+", server);
	return !strcmp(entry, "+*+") || strstr(entry, pattern);
}

static void trees_at_random(void **state)
{
	static const struct { enum acl_command c; unsigned int right; } simple[] = {
		{ ACL_CMD_GET, ACL_GET }, { ACL_CMD_REPLACE, ACL_REPLACE }, { ACL_CMD_EXEC, ACL_EXEC },
	};
	unsigned int round, i, allowed = 0, denied = 0;
	uint64_t seed = 0xacacac;

	(void)state;
	acl_tree_free(&tree);
	for (round = 0; round < 300; round++) {
		tree_grow(&seed);
		for (i = 0; i < 60; i++) {
			const char *server = servers[tree_random(&seed) % COUNT(servers)];
			unsigned int k = tree_random(&seed) % COUNT(simple);
			struct acl_decision d;
			char uri[64];
			bool may;

			uri_make(uri, &seed);
			may = oracle(server, simple[k].right, uri);
			d = tree_judge(&tree, server, simple[k].c, uri, NULL);
			assert_int_equal(d.status, !may ? 425 : tree_at(&tree, uri) ? 200 : 404);
			allowed += may;
			denied += !may;
		}
		acl_tree_free(&tree);
	}
	tree_new(&tree);
	assert_in_range(allowed, 2000, 16000);
	assert_in_range(denied, 2000, 16000);
}

/* "*" for one more entry of one list allows nobody less. */
static void star_is_monotone(void **state)
{
	uint64_t seed = 0x57a6;
	unsigned int round, i, more = 0;

	(void)state;
	acl_tree_free(&tree);
	for (round = 0; round < 600; round++) {
		struct acl_node *n = &tree.root;
		struct { const char *server; enum acl_command c; char uri[64]; bool allow; } ask[60];
		char text[ACL_TEXT_MAX + 16];
		size_t at;

		tree_grow(&seed);
		for (i = 0; i < COUNT(ask); i++) {
			ask[i].server = servers[tree_random(&seed) % COUNT(servers)];
			ask[i].c = (enum acl_command)(tree_random(&seed) % ACL_CMDS);
			uri_make(ask[i].uri, &seed);
			if (tree_random(&seed) % 4 == 0)
				strcat(ask[i].uri, "?prop=ACL");
			ask[i].allow = tree_judge(&tree, ask[i].server, ask[i].c, ask[i].uri, "./z").allow;
		}
		while (n->child && tree_random(&seed) % 3)
			n = n->last;
		if (n->acl) {
			at = acl_format(n->acl, text);
			sprintf(text + at, "&%s=*", acl_right_name(1u << tree_random(&seed) % ACL_RIGHTS));
			assert_int_equal(acl_tree_set(&tree, n, text, strlen(text), NULL), 0);
		}
		for (i = 0; i < COUNT(ask); i++) {
			bool now = tree_judge(&tree, ask[i].server, ask[i].c, ask[i].uri, "./z").allow;

			assert_true(now || !ask[i].allow);
			more += now && !ask[i].allow;
		}
		acl_tree_free(&tree);
	}
	tree_new(&tree);
	assert_in_range(more, 50, 30000);
}

/*
 * A denied server cannot tell a node that inherits from one that is not there: for each
 * that is there, and every command, the answer to a server without the right is the same
 * when the node is taken away.
 */
static void denied_servers_learn_nothing(void **state)
{
	static const char *const queries[] = { "", "?prop=ACL", "?prop=Title", "?prop=Name", "?list=Struct", "?prop=X" };
	uint64_t seed = 0x1ea4;
	unsigned int round, compared = 0;

	(void)state;
	acl_tree_free(&tree);
	for (round = 0; round < 6000; round++) {
		const char *server = servers[tree_random(&seed) % COUNT(servers)];
		enum acl_command c = (enum acl_command)(tree_random(&seed) % ACL_CMDS);
		const struct acl_node *parent_governs;
		struct acl_decision there, gone;
		struct acl_node *n = &tree.root;
		char uri[ACL_URI_MAX + 32];

		tree_grow(&seed);
		while (n->child && (n == &tree.root || tree_random(&seed) % 3))
			n = tree_random(&seed) % 2 ? n->child : n->last;
		/* Everything beneath inherits too, or its list would be a clause of its own. */
		if (!n->parent || acl_node_governs(n) || n->below)
			goto next;
		acl_node_uri(n, uri);
		strcat(uri, queries[tree_random(&seed) % COUNT(queries)]);
		parent_governs = acl_node_governing(n->parent);
		there = tree_judge(&tree, server, c, uri, "./z");
		if (there.status != 425)
			goto next;
		acl_tree_delete(&tree, n);
		gone = tree_judge(&tree, server, c, uri, "./z");
		assert_int_equal(gone.status, there.status);
		assert_int_equal(gone.clause, there.clause);
		assert_int_equal(gone.right, there.right);
		assert_ptr_equal(gone.node, there.node);
		assert_ptr_equal(gone.node, parent_governs);
		compared++;
next:
		acl_tree_free(&tree);
	}
	tree_new(&tree);
	assert_in_range(compared, 200, 2000);
}

/* Every clause has its texts; names are unlike. */
static void clauses_are_told(void **state)
{
	unsigned int i, k;

	(void)state;
	for (i = 0; i < ACL_CLAUSES; i++) {
		assert_non_null(acl_clause_name((enum acl_clause)i));
		assert_true(strlen(acl_clause_text((enum acl_clause)i)) > 10);
		assert_true(!strncmp(acl_clause_section((enum acl_clause)i), "TND ", 4) ||
			    !strncmp(acl_clause_section((enum acl_clause)i), "RepPro ", 7));
		for (k = 0; k < i; k++)
			assert_string_not_equal(acl_clause_name((enum acl_clause)i), acl_clause_name((enum acl_clause)k));
	}
	for (i = 0; i < ACL_CMDS; i++) {
		const char *name = acl_command_name((enum acl_command)i);

		assert_int_equal(acl_command_find(name, strlen(name)), i);
	}
	assert_int_equal(acl_command_find("get", 3), ACL_CMDS);
}

int main(void)
{
	static char names[COUNT(rows)][96];
	static struct table t;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		snprintf(names[i], sizeof(names[i]), "%s %s %s%s%s", rows[i].server ? rows[i].server : "local",
			 acl_command_name(rows[i].command), rows[i].uri, rows[i].operand ? " " : "",
			 rows[i].operand ? rows[i].operand : "");
		table_add(&t, names[i], judges, &rows[i]);
	}
#define ADD(f) (t.tests[t.n++] = (struct CMUnitTest)cmocka_unit_test_setup_teardown(f, example, teardown))
	ADD(nobody_may_do_nothing);
	ADD(broken_lists_allow_nothing);
	ADD(deleting_looks_beneath);
	ADD(descriptions_count_too);
	ADD(root_is_as_it_has_to_be);
	ADD(parents_rule_the_lists_of_children);
	ADD(creators_can_use_what_they_made);
	ADD(reads_are_pruned);
	ADD(trees_at_random);
	ADD(star_is_monotone);
	ADD(denied_servers_learn_nothing);
	ADD(clauses_are_told);
	return table_run("acl", &t);
}
