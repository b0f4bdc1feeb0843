/* SPDX-License-Identifier: GPL-2.0 */
/* A directory with a store of ACLs for a test, and what tests do with it. */
#ifndef TESTS_ACL_STORE_DIR_H
#define TESTS_ACL_STORE_DIR_H

#include <stdio.h>
#include <unistd.h>

#include <daemon/acl_store.h>

#include "acl_tree.h"

static char dir[64], file[128], err[512];
static struct acl_store *store, *other;

static inline int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/omasec-acl-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/" ACL_STORE_FILE, dir);
	return 0;
}

static inline int teardown(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm", "-journal" };
	char path[160];
	unsigned int i;

	(void)state;
	acl_store_close(store);
	acl_store_close(other);
	store = NULL;
	other = NULL;
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", file, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static inline void open_at(struct acl_store **st)
{
	if (acl_store_open(dir, true, st, err, sizeof(err)))
		fail_msg("%s", err);
}

static inline void reopen(void)
{
	acl_store_close(store);
	open_at(&store);
}

static inline struct acl_tree *tree(struct acl_store *st)
{
	struct acl_tree *t;

	if (acl_store_load(st, &t))
		fail_msg("%s", acl_store_error(st));
	return t;
}

static inline struct acl_change change(enum acl_change_what what, const char *uri, const char *text)
{
	return (struct acl_change){
		.what = what, .uri = uri, .uri_len = strlen(uri), .text = text,
		.text_len = text ? strlen(text) : 0, .access = ACL_ACCESS_ANY,
	};
}

static inline int do_one(struct acl_store *st, enum acl_change_what what, const char *uri, const char *text)
{
	struct acl_change c = change(what, uri, text);

	return acl_store_change(st, &c, 1);
}

static inline int add(const char *uri, enum acl_kind kind, const char *server)
{
	struct acl_change c = change(ACL_CHANGE_ADD, uri, NULL);
	struct acl_principal who;

	c.kind = kind;
	if (server) {
		assert_int_equal(acl_principal_server(&who, server, strlen(server)), 0);
		c.creator = &who;
	}
	return acl_store_change(store, &c, 1);
}

/* NULL for a node that is not there; "" for one that inherits. */
static inline const char *list_at(struct acl_store *st, const char *uri)
{
	static char text[ACL_TEXT_MAX + 1];
	const struct acl_node *n = tree_at(tree(st), uri);

	if (!n)
		return NULL;
	acl_format(n->acl, text);
	return text;
}

static inline void assert_alike(const struct acl_node *a, const struct acl_node *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->access, b->access);
	assert_int_equal(a->permanent, b->permanent);
	assert_true(acl_same(a->acl, b->acl));
	assert_int_equal(a->broken, b->broken);
}

static inline void assert_same_tree(const struct acl_tree *a, const struct acl_tree *b)
{
	const struct acl_node *n, *m;
	char uri[ACL_URI_MAX + 1];

	assert_int_equal(a->count, b->count);
	for (n = &a->root; n; n = acl_node_after(&a->root, n, false)) {
		acl_node_uri(n, uri);
		m = tree_at(b, uri);
		if (!m)
			fail_msg("%s is missing", uri);
		assert_alike(n, m);
	}
}

/* A case with a directory of its own. */
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
