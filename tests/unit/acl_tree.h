/* SPDX-License-Identifier: GPL-2.0 */
/* Trees for tests of libacl: the worked example of the standard, and random ones. */
#ifndef TESTS_ACL_TREE_H
#define TESTS_ACL_TREE_H

#include "cmocka_table.h"

#include "userspace/acl/judge.h"

static const uint8_t tree_seed[16] = "sixteen octets!";

static inline struct acl_node *tree_at(const struct acl_tree *t, const char *uri)
{
	struct acl_uri u;

	assert_int_equal(acl_uri_parse(uri, strlen(uri), &u), 0);
	return acl_tree_find(t, &u);
}

/* Nodes above are made; NULL as list for none. */
static inline struct acl_node *tree_put(struct acl_tree *t, const char *uri, enum acl_kind kind, const char *acl)
{
	static const struct acl_principal local = { ACL_LOCAL, NULL, 0 };
	struct acl_node *n = tree_at(t, uri);
	struct acl_uri u;

	if (!n) {
		acl_uri_parse(uri, strlen(uri), &u);
		assert_int_equal(acl_tree_create(t, &u, kind, &local, &n), 0);
	}
	if (acl)
		assert_int_equal(acl_tree_set(t, n, acl, strlen(acl), NULL), 0);
	return n;
}

static inline void tree_new(struct acl_tree *t)
{
	assert_int_equal(acl_tree_init(t, tree_seed), 0);
}

/* The figure of TND 7.7.1. */
static inline void tree_example(struct acl_tree *t)
{
	tree_new(t);
	tree_put(t, "./NodeA", ACL_KIND_INTERIOR, "Get=ServerC&Replace=ServerC");
	tree_put(t, "./NodeA/Node1", ACL_KIND_LEAF, "Get=*");
	tree_put(t, "./NodeB", ACL_KIND_INTERIOR, "Get=ServerA&Replace=ServerA");
	tree_put(t, "./NodeB/Node2", ACL_KIND_LEAF, NULL);
	tree_put(t, "./NodeB/Node3", ACL_KIND_INTERIOR, "Get=ServerB&Replace=ServerB&Delete=ServerB");
	tree_put(t, "./NodeB/Node3/Node4", ACL_KIND_LEAF, NULL);
	tree_put(t, "./NodeB/Node3/Node5", ACL_KIND_LEAF, "Get=ServerA&Replace=ServerA&Get=ServerB");
	tree_put(t, "./NodeC", ACL_KIND_LEAF, "Get=ServerA&Replace=ServerA");
}

/* @server: NULL for a local session. */
static inline struct acl_decision tree_judge(const struct acl_tree *t, const char *server, enum acl_command c,
					     const char *uri, const char *operand)
{
	struct acl_principal who = { ACL_LOCAL, NULL, 0 };
	struct acl_request q = { c, uri, strlen(uri), operand, operand ? strlen(operand) : 0 };
	struct acl_decision d;

	if (server)
		assert_int_equal(acl_principal_server(&who, server, strlen(server)), 0);
	acl_judge(t, &who, &q, &d);
	assert_int_equal(d.allow, d.status == 200);
	return d;
}

static inline uint32_t tree_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return (uint32_t)(*s >> 32);
}

#endif
