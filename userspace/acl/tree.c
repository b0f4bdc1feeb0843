// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Nodes: finding, adding, deleting, renaming. See tree.h. One hash table over
 * (parent, name) for the whole tree, so that a node with 100,000 children costs what
 * 100,000 nodes with one child do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dm/text.h"
#include "sip.h"
#include "tree_internal.h"

#define BUCKETS_START	64

int acl_principal_server(struct acl_principal *p, const char *id, size_t len)
{
	memset(p, 0, sizeof(*p));
	if (!acl_id_valid(id, len))
		return -EINVAL;
	*p = (struct acl_principal){ ACL_SERVER, id, len };
	return 0;
}

int acl_tree_init(struct acl_tree *t, const uint8_t seed[16])
{
	memset(t, 0, sizeof(*t));
	memcpy(t->key, seed, sizeof(t->key));
	t->root.kind = ACL_KIND_INTERIOR;
	t->root.access = ACL_ACCESS_ANY;
	t->root.permanent = true;
	t->root.uri_len = 1;
	t->bucket = calloc(BUCKETS_START, sizeof(*t->bucket));
	t->mask = BUCKETS_START - 1;
	if (!t->bucket)
		return -ENOMEM;
	return acl_tree_set(t, &t->root, ACL_ROOT_DEFAULT, strlen(ACL_ROOT_DEFAULT), NULL);
}

static void node_free(struct acl_node *n)
{
	acl_free(n->acl);
	free(n->name);
	free(n);
}

void acl_tree_free(struct acl_tree *t)
{
	size_t i;

	for (i = 0; t->bucket && i <= t->mask; i++) {
		while (t->bucket[i]) {
			struct acl_node *n = t->bucket[i];

			t->bucket[i] = n->chain;
			node_free(n);
		}
	}
	free(t->bucket);
	acl_free(t->root.acl);
	memset(t, 0, sizeof(*t));
}

/* ------------------------------------------------------------------ finding */

/* The parent is part of the key by the hash of its address, which does not change. */
static uint64_t hash_of(const struct acl_tree *t, const struct acl_node *parent, const char *name, size_t len)
{
	uint64_t key[2] = { t->key[0], t->key[1] ^ (uint64_t)(uintptr_t)parent };

	return acl_sip(key, name, len);
}

struct acl_node *acl_tree_child(const struct acl_tree *t, const struct acl_node *parent, const char *name,
				size_t len)
{
	uint64_t hash = hash_of(t, parent, name, len);
	struct acl_node *n;

	for (n = t->bucket[hash & t->mask]; n; n = n->chain)
		if (n->hash == hash && n->parent == parent && n->name_len == len &&
		    !memcmp(n->name, name, len))
			return n;
	return NULL;
}

struct acl_node *acl_tree_find(const struct acl_tree *t, const struct acl_uri *uri)
{
	const struct acl_node *n = &t->root;
	unsigned int i;
	size_t len;

	for (i = 0; n && i < uri->depth; i++) {
		const char *name = acl_uri_name(uri, i, &len);

		n = acl_tree_child(t, n, name, len);
	}
	return (struct acl_node *)(uintptr_t)n;
}

const struct acl_node *acl_node_governing(const struct acl_node *n)
{
	while (!acl_node_governs(n))
		n = n->parent;
	return n;
}

size_t acl_node_uri(const struct acl_node *n, char out[ACL_URI_MAX + 1])
{
	size_t at = n->uri_len, len = at;

	out[at] = '\0';
	for (; n->parent; n = n->parent) {
		at -= acl_name_encode(n->name, n->name_len, NULL);
		acl_name_encode(n->name, n->name_len, out + at);
		out[--at] = '/';
	}
	out[0] = '.';
	return len;
}

const struct acl_node *acl_node_after(const struct acl_node *top, const struct acl_node *n, bool skip)
{
	if (n->child && !skip)
		return n->child;
	while (n != top && !n->next)
		n = n->parent;
	return n == top ? NULL : n->next;
}

/* ------------------------------------------------------------------ changing */

static void table_grow(struct acl_tree *t)
{
	size_t i, mask = t->mask * 2 + 1;
	struct acl_node **bucket = calloc(mask + 1, sizeof(*bucket)), *n;

	/* Without memory chains become longer. */
	if (!bucket)
		return;
	for (i = 0; i <= t->mask; i++) {
		while ((n = t->bucket[i])) {
			t->bucket[i] = n->chain;
			n->chain = bucket[n->hash & mask];
			bucket[n->hash & mask] = n;
		}
	}
	free(t->bucket);
	t->bucket = bucket;
	t->mask = mask;
}

static void table_put(struct acl_tree *t, struct acl_node *n)
{
	n->hash = hash_of(t, n->parent, n->name, n->name_len);
	n->chain = t->bucket[n->hash & t->mask];
	t->bucket[n->hash & t->mask] = n;
}

static void table_take(struct acl_tree *t, struct acl_node *n)
{
	struct acl_node **p = &t->bucket[n->hash & t->mask];

	while (*p != n)
		p = &(*p)->chain;
	*p = n->chain;
}

/* Whether a name can stand below @parent; *@uri_len of the node then. */
static int name_fits(const struct acl_tree *t, const struct acl_node *parent, const char *name, size_t len,
		     size_t *uri_len)
{
	if (!len || memchr(name, '/', len) || (len == 1 && name[0] == '.') ||
	    (len == 2 && !memcmp(name, "..", 2)) || !dm_utf8_plain((const uint8_t *)name, len))
		return -EINVAL;
	if (len > ACL_NAME_MAX)
		return -ENAMETOOLONG;
	*uri_len = parent->uri_len + 1 + acl_name_encode(name, len, NULL);
	if (*uri_len > ACL_URI_MAX)
		return -ENAMETOOLONG;
	return acl_tree_child(t, parent, name, len) ? -EEXIST : 0;
}

static char *name_copy(const char *name, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, name, len);
		copy[len] = '\0';
	}
	return copy;
}

static void link_last(struct acl_node *n)
{
	struct acl_node *p = n->parent;

	n->prev = p->last;
	if (p->last)
		p->last->next = n;
	else
		p->child = n;
	p->last = n;
}

static void unlink_node(struct acl_node *n)
{
	struct acl_node *p = n->parent;

	if (n->prev)
		n->prev->next = n->next;
	else
		p->child = n->next;
	if (n->next)
		n->next->prev = n->prev;
	else
		p->last = n->prev;
}

int acl_tree_add(struct acl_tree *t, struct acl_node *parent, const char *name, size_t len,
		 enum acl_kind kind, struct acl_node **node)
{
	size_t uri_len = 0;
	struct acl_node *n;
	int rc;

	if (parent->kind == ACL_KIND_LEAF)
		return -ENOTDIR;
	if (parent->depth == ACL_DEPTH_MAX)
		return -ENAMETOOLONG;
	rc = name_fits(t, parent, name, len, &uri_len);
	if (rc)
		return rc;
	if (t->count == ACL_NODES_MAX)
		return -ENOSPC;
	n = calloc(1, sizeof(*n));
	if (n)
		n->name = name_copy(name, len);
	if (!n || !n->name) {
		free(n);
		return -ENOMEM;
	}
	n->name_len = (uint8_t)len;
	n->uri_len = (uint16_t)uri_len;
	n->depth = (uint8_t)(parent->depth + 1);
	n->kind = (uint8_t)kind;
	n->access = ACL_ACCESS_ANY;
	n->parent = parent;
	if (t->count > t->mask)
		table_grow(t);
	table_put(t, n);
	link_last(n);
	parent->kind = ACL_KIND_INTERIOR;
	t->count++;
	*node = n;
	return 0;
}

/* The first of @n and beneath in the order in which children go first. */
static struct acl_node *deepest(struct acl_node *n)
{
	while (n->child)
		n = n->child;
	return n;
}

int acl_tree_delete(struct acl_tree *t, struct acl_node *node)
{
	struct acl_node *n, *parent;
	bool last;

	if (!node->parent)
		return -EPERM;
	n = deepest(node);
	do {
		last = n == node;
		parent = n->parent;
		acl_tree_put(t, n, NULL, false);
		unlink_node(n);
		table_take(t, n);
		node_free(n);
		t->count--;
		n = deepest(parent);
	} while (!last);
	return 0;
}

int acl_tree_rename(struct acl_tree *t, struct acl_node *node, const char *name, size_t len)
{
	const struct acl_node *n;
	size_t uri_len = 0;
	char *copy;
	int rc, more;

	if (!node->parent)
		return -EPERM;
	if (len == node->name_len && !memcmp(name, node->name, len))
		return 0;
	rc = name_fits(t, node->parent, name, len, &uri_len);
	if (rc)
		return rc;
	more = (int)uri_len - node->uri_len;
	for (n = node; n; n = acl_node_after(node, n, false))
		if (n->uri_len + more > ACL_URI_MAX)
			return -ENAMETOOLONG;
	copy = name_copy(name, len);
	if (!copy)
		return -ENOMEM;
	for (n = node; n; n = acl_node_after(node, n, false))
		((struct acl_node *)(uintptr_t)n)->uri_len = (uint16_t)(n->uri_len + more);
	table_take(t, node);
	free(node->name);
	node->name = copy;
	node->name_len = (uint8_t)len;
	table_put(t, node);
	return 0;
}

int acl_tree_copy(struct acl_tree *t, const struct acl_node *from, struct acl_node *parent, const char *name,
		  size_t len, struct acl_node **node)
{
	if (from->kind != ACL_KIND_LEAF)
		return -EISDIR;
	return acl_tree_add(t, parent, name, len, ACL_KIND_LEAF, node);
}
