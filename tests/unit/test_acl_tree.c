// SPDX-License-Identifier: GPL-2.0
/*
 * The tree: URIs and names, what happens to lists when nodes come, go and change their
 * names, creators' rights, limits, and that 100,000 nodes cost ten times what 10,000 do.
 */
#include <errno.h>
#include <stdio.h>

#include "acl_tree.h"
#include "userspace/acl/sip.h"

static struct acl_tree tree;

static int teardown(void **state)
{
	(void)state;
	acl_tree_free(&tree);
	return 0;
}

static const char *list_of(const char *uri)
{
	static char out[ACL_TEXT_MAX + 1];

	assert_non_null(tree_at(&tree, uri));
	acl_format(tree_at(&tree, uri)->acl, out);
	return out;
}

/* The sums that are kept along the way, against counting. */
static void assert_sound(void)
{
	const struct acl_node *n, *m;
	size_t octets = 0, nodes = 0, len;
	char uri[ACL_URI_MAX + 1];

	for (n = &tree.root; n; n = acl_node_after(&tree.root, n, false)) {
		uint32_t below = 0;

		for (m = acl_node_after(n, n, false); m; m = acl_node_after(n, m, false))
			below += acl_node_governs(m);
		assert_int_equal(n->below, below);
		octets += n->acl ? n->acl->octets : 0;
		len = acl_node_uri(n, uri);
		assert_int_equal(len, strlen(uri));
		assert_ptr_equal(tree_at(&tree, uri), n);
		nodes++;
	}
	assert_int_equal(tree.octets, octets);
	assert_int_equal(tree.count + 1, nodes);
}

/* ------------------------------------------------------------------ names */

/* Appendix A of the paper. */
static void hash_is_that_of_the_paper(void **state)
{
	/* octets 0 to 15, the first the lowest */
	static const uint64_t key[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
	uint8_t octets[15];
	unsigned int i;

	(void)state;
	for (i = 0; i < 15; i++)
		octets[i] = (uint8_t)i;
	assert_true(acl_sip(key, octets, 15) == 0xa129ca6149be45e5u);
}

static void uris(void **state)
{
	static const struct { const char *text; int rc; unsigned int depth; const char *last; } rows[] = {
		{ ".", 0, 0, NULL }, { "./", 0, 0, NULL }, { "./A", 0, 1, "A" }, { "./A/B", 0, 2, "B" },
		{ "./a%20b", 0, 1, "a b" }, { "./a b", 0, 1, "a b" }, { "./%c3%A4", 0, 1, "\xc3\xa4" },
		{ "./%25", 0, 1, "%" }, { "./%3F", 0, 1, "?" }, { "./...", 0, 1, "..." },
		{ "./A?prop=ACL", 0, 1, "A" }, { ".?list=Struct", 0, 0, NULL }, { "./?prop=ACL", 0, 0, NULL },
		{ "./A?prop=acl", 0, 1, "A" },
		{ "", -EINVAL, 0, NULL }, { "A", -EINVAL, 0, NULL }, { "/A", -EINVAL, 0, NULL },
		{ "..", -EINVAL, 0, NULL }, { ".A", -EINVAL, 0, NULL }, { "../A", -EINVAL, 0, NULL },
		{ "./A/", -EINVAL, 0, NULL }, { ".//A", -EINVAL, 0, NULL }, { "./A//B", -EINVAL, 0, NULL },
		{ "./A/./B", -EINVAL, 0, NULL }, { "./A/../B", -EINVAL, 0, NULL }, { "./..", -EINVAL, 0, NULL },
		{ "./%41", -EINVAL, 0, NULL }, { "./%2E%2E", -EINVAL, 0, NULL }, { "./%2F", -EINVAL, 0, NULL },
		{ "./%2f", -EINVAL, 0, NULL }, { "./%00", -EINVAL, 0, NULL }, { "./%", -EINVAL, 0, NULL },
		{ "./%2", -EINVAL, 0, NULL }, { "./%gg", -EINVAL, 0, NULL }, { "./A#b", -EINVAL, 0, NULL },
		{ "./A\n", -EINVAL, 0, NULL }, { "./\x7f", -EINVAL, 0, NULL }, { "./\xff", -EINVAL, 0, NULL },
		{ "./%FF", -EINVAL, 0, NULL }, { "./%C0%AF", -EINVAL, 0, NULL }, { "./A?", -EINVAL, 0, NULL },
		{ "./A?prop", -EINVAL, 0, NULL }, { "./A?x=ACL", -EINVAL, 0, NULL },
		{ "?prop=ACL", -EINVAL, 0, NULL },
	};
	struct acl_uri u;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *copy = exact_copy(rows[i].text, strlen(rows[i].text));

		if (acl_uri_parse(copy, strlen(rows[i].text), &u) != rows[i].rc)
			fail_msg("%s", rows[i].text);
		free(copy);
		if (rows[i].rc)
			continue;
		assert_int_equal(u.depth, rows[i].depth);
		if (u.depth) {
			const char *name = acl_uri_name(&u, u.depth - 1u, &len);

			assert_int_equal(len, strlen(rows[i].last));
			assert_memory_equal(name, rows[i].last, len);
		}
	}
	assert_int_equal(acl_uri_parse("./A?prop=acl", 12, &u), 0);
	assert_int_equal(u.prop, ACL_PROP_UNKNOWN);
	assert_int_equal(acl_uri_parse("./A\0B", 5, &u), -EINVAL);
}

static void uris_are_limited(void **state)
{
	char text[ACL_URI_MAX + 2];
	struct acl_uri u;
	unsigned int i;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "./", 2);
	assert_int_equal(acl_uri_parse(text, 2 + ACL_NAME_MAX, &u), 0);
	assert_int_equal(acl_uri_parse(text, 3 + ACL_NAME_MAX, &u), -ENAMETOOLONG);
	for (i = 1; i <= ACL_URI_MAX; i += 2)
		text[i] = '/';
	assert_int_equal(acl_uri_parse(text, 1 + 2 * ACL_DEPTH_MAX, &u), 0);
	assert_int_equal(u.depth, ACL_DEPTH_MAX);
	assert_int_equal(acl_uri_parse(text, 3 + 2 * ACL_DEPTH_MAX, &u), -ENAMETOOLONG);
	for (i = 2; i < ACL_URI_MAX + 2; i++)
		text[i] = i % 200 == 1 ? '/' : 'a';
	assert_int_equal(acl_uri_parse(text, ACL_URI_MAX, &u), 0);
	assert_int_equal(acl_uri_parse(text, ACL_URI_MAX + 1, &u), -ENAMETOOLONG);
}

/* ------------------------------------------------------------------ nodes */

static void add(struct acl_node *parent, const char *name, int rc)
{
	struct acl_node *n;

	assert_int_equal(acl_tree_add(&tree, parent, name, strlen(name), ACL_KIND_UNKNOWN, &n), rc);
}

static void adding(void **state)
{
	struct acl_node *n;

	(void)state;
	tree_new(&tree);
	tree_put(&tree, "./L", ACL_KIND_LEAF, NULL);
	n = tree_put(&tree, "./U", ACL_KIND_UNKNOWN, NULL);
	add(&tree.root, "L", -EEXIST);
	add(tree_at(&tree, "./L"), "x", -ENOTDIR);
	add(n, "x", 0);
	assert_int_equal(n->kind, ACL_KIND_INTERIOR);
	add(n, "", -EINVAL);
	add(n, ".", -EINVAL);
	add(n, "..", -EINVAL);
	add(n, "a/b", -EINVAL);
	add(n, "a\x01", -EINVAL);
	add(n, "\xff", -EINVAL);
	add(n, "X", 0);		/* another one than x */
	add(n, "50%?#", 0);
	assert_non_null(tree_at(&tree, "./U/50%25%3F%23"));
	assert_sound();
}

static void deleting_takes_lists_along(void **state)
{
	(void)state;
	tree_example(&tree);
	assert_int_equal(acl_tree_delete(&tree, tree_at(&tree, "./NodeB")), 0);
	assert_null(tree_at(&tree, "./NodeB/Node3"));
	assert_sound();
	/* No ghost: what comes back by that name inherits. */
	tree_put(&tree, "./NodeB/Node3", ACL_KIND_INTERIOR, NULL);
	assert_string_equal(list_of("./NodeB/Node3"), "");
	assert_ptr_equal(acl_node_governing(tree_at(&tree, "./NodeB/Node3")), &tree.root);
	assert_int_equal(acl_tree_delete(&tree, &tree.root), -EPERM);
	assert_sound();
}

static void renaming_takes_lists_along(void **state)
{
	struct acl_node *n;

	(void)state;
	tree_example(&tree);
	n = tree_at(&tree, "./NodeB/Node3");
	assert_int_equal(acl_tree_rename(&tree, n, "Moved%", 6), 0);
	assert_null(tree_at(&tree, "./NodeB/Node3"));
	assert_ptr_equal(tree_at(&tree, "./NodeB/Moved%25"), n);
	assert_string_equal(list_of("./NodeB/Moved%25"), "Delete=ServerB&Get=ServerB&Replace=ServerB");
	assert_string_equal(list_of("./NodeB/Moved%25/Node5"), "Get=ServerA+ServerB&Replace=ServerA");
	assert_sound();
	assert_int_equal(acl_tree_rename(&tree, n, "Node2", 5), -EEXIST);
	assert_int_equal(acl_tree_rename(&tree, n, "Moved%", 6), 0);
	assert_int_equal(acl_tree_rename(&tree, n, "a/b", 3), -EINVAL);
	assert_int_equal(acl_tree_rename(&tree, &tree.root, "a", 1), -EPERM);
	/* A new node of the old name has nothing of it. */
	tree_put(&tree, "./NodeB/Node3", ACL_KIND_INTERIOR, NULL);
	assert_string_equal(list_of("./NodeB/Node3"), "");
	assert_sound();
}

/* A name above that becomes longer must not push those beneath over the limit. */
static void renaming_keeps_uris_in_their_limit(void **state)
{
	char uri[ACL_URI_MAX + 1], name[ACL_NAME_MAX + 1];
	unsigned int i;

	(void)state;
	tree_new(&tree);
	for (i = 0; i < ACL_URI_MAX; i++)
		uri[i] = i % 200 == 1 ? '/' : 'a';
	uri[0] = '.';
	uri[ACL_URI_MAX] = '\0';
	tree_put(&tree, uri, ACL_KIND_LEAF, NULL);
	memset(name, 'b', sizeof(name));
	assert_int_equal(acl_tree_rename(&tree, tree.root.child, name, ACL_NAME_MAX), -ENAMETOOLONG);
	assert_int_equal(acl_tree_rename(&tree, tree.root.child, name, 199), 0);
	assert_int_equal(acl_tree_rename(&tree, tree.root.child, name, 200), -ENAMETOOLONG);
	assert_sound();
}

static void copying_leaves_lists_behind(void **state)
{
	struct acl_node *n;

	(void)state;
	tree_example(&tree);
	assert_int_equal(acl_tree_copy(&tree, tree_at(&tree, "./NodeC"), tree_at(&tree, "./NodeA"), "C", 1, &n), 0);
	assert_null(n->acl);
	assert_string_equal(list_of("./NodeC"), "Get=ServerA&Replace=ServerA");
	assert_int_equal(acl_tree_copy(&tree, tree_at(&tree, "./NodeB"), &tree.root, "D", 1, &n), -EISDIR);
	assert_sound();
}

static void lists_are_set_or_stay(void **state)
{
	struct acl_fault fault;
	struct acl_node *n;

	(void)state;
	tree_example(&tree);
	n = tree_at(&tree, "./NodeA");
	assert_int_equal(acl_tree_set(&tree, n, "Get=*&", 6, &fault), -EINVAL);
	assert_int_equal(fault.at, 6);
	assert_string_equal(list_of("./NodeA"), "Get=ServerC&Replace=ServerC");
	assert_int_equal(acl_tree_set(&tree, n, "", 0, NULL), 0);
	assert_ptr_equal(acl_node_governing(n), &tree.root);
	acl_tree_break(&tree, n);
	assert_ptr_equal(acl_node_governing(n), n);
	assert_sound();
	assert_int_equal(acl_tree_set(&tree, n, "Get=*", 5, NULL), 0);
	assert_false(n->broken);
	/* The root keeps a list. */
	assert_int_equal(acl_tree_set(&tree, &tree.root, "", 0, NULL), -EPERM);
	assert_string_equal(list_of("."), "Add=*&Get=*");
	assert_int_equal(acl_tree_set(&tree, &tree.root, "Add=*", 5, NULL), 0);
	assert_sound();
}

static void create(const char *server, const char *uri, enum acl_kind kind, int rc)
{
	struct acl_principal who = { ACL_NOBODY, NULL, 0 };
	struct acl_node *n = NULL;
	struct acl_uri u;

	if (server)
		assert_int_equal(acl_principal_server(&who, server, strlen(server)), 0);
	assert_int_equal(acl_uri_parse(uri, strlen(uri), &u), 0);
	assert_int_equal(acl_tree_create(&tree, &u, kind, &who, &n), rc);
	assert_int_equal(!n, !!rc);
}

static void creators_get_rights(void **state)
{
	(void)state;
	tree_example(&tree);
	/* Without Replace on the parent: only interior nodes, only the topmost. */
	create("X", "./New", ACL_KIND_INTERIOR, 0);
	assert_string_equal(list_of("./New"), "Add=X&Delete=X&Get=X&Replace=X");
	create("X", "./Leaf", ACL_KIND_LEAF, 0);
	assert_string_equal(list_of("./Leaf"), "");
	create("X", "./P/Q/R", ACL_KIND_LEAF, 0);
	assert_string_equal(list_of("./P"), "Add=X&Delete=X&Get=X&Replace=X");
	assert_string_equal(list_of("./P/Q"), "");
	assert_string_equal(list_of("./P/Q/R"), "");
	/* With it: they inherit. */
	create("ServerA", "./NodeB/In", ACL_KIND_INTERIOR, 0);
	assert_string_equal(list_of("./NodeB/In"), "");
	create("ServerA", "./NodeB/In", ACL_KIND_INTERIOR, -EEXIST);
	create(NULL, "./Nobody", ACL_KIND_INTERIOR, -EPERM);
	create("X", ".", ACL_KIND_INTERIOR, -EEXIST);
	assert_sound();
}

/* A list that cannot be made leaves no node that everybody inherits. */
static void creating_is_all_or_nothing(void **state)
{
	static char id[ACL_TEXT_MAX / 4];
	struct acl_node *u;
	uint32_t count;

	(void)state;
	tree_example(&tree);
	u = tree_put(&tree, "./U", ACL_KIND_UNKNOWN, NULL);
	count = tree.count;
	memset(id, 'x', sizeof(id) - 1);
	create(id, "./U/P/Q", ACL_KIND_INTERIOR, -EMSGSIZE);
	create("X", "./NodeC/Q", ACL_KIND_LEAF, -ENOTDIR);
	assert_int_equal(tree.count, count);
	assert_int_equal(u->kind, ACL_KIND_UNKNOWN);
	assert_sound();
}

static void servers_are_forgotten(void **state)
{
	(void)state;
	tree_example(&tree);
	assert_int_equal(acl_tree_set(&tree, &tree.root, "Add=*&Get=ServerA&Replace=ServerA", 33, NULL), 0);
	assert_int_equal(acl_tree_forget(&tree, "ServerA", 7), 0);
	assert_string_equal(list_of("."), "Add=*&Get=*");
	assert_string_equal(list_of("./NodeB"), "");
	assert_string_equal(list_of("./NodeB/Node3/Node5"), "Get=ServerB");
	assert_string_equal(list_of("./NodeA"), "Get=ServerC&Replace=ServerC");
	/* Nothing left at all: what it came with. */
	assert_int_equal(acl_tree_set(&tree, &tree.root, "Replace=Z", 9, NULL), 0);
	assert_int_equal(acl_tree_forget(&tree, "Z", 1), 0);
	assert_string_equal(list_of("."), "Add=*&Get=*");
	assert_sound();
}

/* ------------------------------------------------------------------ size */

/* Nodes that a look into each chain would pass: n when there is one in each. */
static size_t chain_steps(void)
{
	size_t i, steps = 0;

	for (i = 0; i <= tree.mask; i++) {
		const struct acl_node *n;
		size_t length = 0;

		for (n = tree.bucket[i]; n; n = n->chain)
			steps += ++length;
	}
	return steps;
}

static void fill(unsigned int from, unsigned int to, bool wide)
{
	struct acl_node *n, *parent = &tree.root;
	char name[16];

	for (; from < to; from++) {
		int len = snprintf(name, sizeof(name), "n%u", from);

		if (!wide && from % 100 == 0)
			parent = &tree.root;
		assert_int_equal(acl_tree_add(&tree, parent, name, (size_t)len, ACL_KIND_UNKNOWN, &n), 0);
		if (!wide && from % 100 == 0)
			parent = n;
	}
}

static void hundred_thousand_nodes(void **state)
{
	bool wide = *state;
	size_t small;

	tree_new(&tree);
	fill(0, 10000, wide);
	small = chain_steps();
	fill(10000, 100000, wide);
	assert_int_equal(tree.count, 100000);
	assert_true(chain_steps() < 15 * small);
	assert_true(chain_steps() < 2 * 100000);
	fill(100000, ACL_NODES_MAX, wide);
	add(&tree.root, "one more", -ENOSPC);
	while (tree.root.child)
		acl_tree_delete(&tree, tree.root.child);
	assert_int_equal(tree.count, 0);
	assert_int_equal(chain_steps(), 0);
}

static void changes_at_random(void **state)
{
	static const char *const lists[] = { "Get=a", "", "Add=*&Replace=b", "Delete=*", "Get=a+b+c" };
	uint64_t seed = 0x7ee;
	unsigned int round;

	(void)state;
	tree_new(&tree);
	for (round = 0; round < 4000; round++) {
		struct acl_node *n = &tree.root, *made;
		const char *list = lists[tree_random(&seed) % 5];
		char name[2] = { (char)('a' + tree_random(&seed) % 4), 0 };

		while (n->child && tree_random(&seed) % 3)
			n = tree_random(&seed) % 2 ? n->child : n->last;
		switch (tree_random(&seed) % 8) {
		case 0:
			acl_tree_delete(&tree, n);
			break;
		case 1:
			acl_tree_rename(&tree, n, name, 1);
			break;
		case 2:
		case 3:
			acl_tree_set(&tree, n, list, strlen(list), NULL);
			break;
		case 4:
			if (n->parent)
				acl_tree_break(&tree, n);
			break;
		default:
			if (n->depth < 6)
				acl_tree_add(&tree, n, name, 1, ACL_KIND_UNKNOWN, &made);
		}
		if (round % 100 == 0)
			assert_sound();
	}
	assert_sound();
	assert_in_range(tree.count, 5, 10000);
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void)
{
	static bool wide = true;
	const struct CMUnitTest tests[] = {
		TEST(hash_is_that_of_the_paper),
		TEST(uris),
		TEST(uris_are_limited),
		TEST(adding),
		TEST(deleting_takes_lists_along),
		TEST(renaming_takes_lists_along),
		TEST(renaming_keeps_uris_in_their_limit),
		TEST(copying_leaves_lists_behind),
		TEST(lists_are_set_or_stay),
		TEST(creators_get_rights),
		TEST(creating_is_all_or_nothing),
		TEST(servers_are_forgotten),
		{ "hundred_thousand_children", hundred_thousand_nodes, NULL, teardown, &wide },
		{ "hundred_thousand_in_groups", hundred_thousand_nodes, NULL, teardown, NULL },
		TEST(changes_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
