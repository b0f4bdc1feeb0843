/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The management tree as far as rights go: names, lists, and what is known of the
 * nodes that carry them. Children are found by one hash table over the whole tree and
 * kept in the order of their coming; nothing is O(n^2), everything is capped.
 */
#ifndef ACL_TREE_H
#define ACL_TREE_H

#include "acl.h"
#include "uri.h"

#define ACL_NODES_MAX	(1u << 17)
#define ACL_OCTETS_MAX	(64u << 20)	/* of all lists of a tree */
#define ACL_ROOT_DEFAULT "Add=*&Get=*"

enum acl_kind {
	ACL_KIND_UNKNOWN,	/* treated as a leaf where that is stricter */
	ACL_KIND_INTERIOR,
	ACL_KIND_LEAF,
};

/* Commands that the description of the device (DDF) allows: ACL_ rights, and Copy. */
#define ACL_ACCESS_COPY	(1u << 5)
#define ACL_ACCESS_ANY	0xffu		/* nothing is known */

/**
 * struct acl_node - a node
 * @chain: in the hash table
 * @acl: its own list, NULL for none
 * @broken: its list could not be read, so it allows nothing; @acl is NULL
 * @below: nodes under this one with a list of their own, also a broken one
 * @uri_len: octets of its URI
 * @access: ACL_ACCESS_ bits
 * @where: for the reader's messages: line of the file, 0 for none
 */
struct acl_node {
	struct acl_node *parent, *child, *last, *next, *prev, *chain;
	struct acl *acl;
	char *name;
	uint64_t hash;
	uint32_t below, where;
	uint16_t uri_len;
	uint8_t name_len, depth, kind, access;
	bool broken, permanent;
};

/**
 * struct acl_tree - a tree; the root is always there and always governs. It cannot be moved.
 * @delete_node_only: whoever may delete a node may delete it with everything beneath;
 *	otherwise each list beneath has to allow it too
 * @client_lists: the client has lists as well, and is asked for them; what both allow is allowed
 */
struct acl_tree {
	struct acl_node root;
	struct acl_node **bucket;
	size_t mask;
	uint32_t count;		/* without the root */
	size_t octets;
	uint64_t key[2];
	bool delete_node_only, client_lists;
};

/* Who asks. Zeroed, it is nobody, who may do nothing. */
enum acl_who { ACL_NOBODY, ACL_SERVER, ACL_LOCAL };

struct acl_principal {
	enum acl_who who;
	const char *id;
	size_t len;
};

/* -EINVAL, and nobody, for what cannot stand in a list. @id has to outlive it. */
int acl_principal_server(struct acl_principal *p, const char *id, size_t len);

/* @seed: nobody who names nodes may know it. 0 or -ENOMEM. */
int acl_tree_init(struct acl_tree *t, const uint8_t seed[16]);
/* Also after a failed acl_tree_init(). */
void acl_tree_free(struct acl_tree *t);

/* Names are as acl_name_decode() gives them. */
struct acl_node *acl_tree_child(const struct acl_tree *t, const struct acl_node *parent, const char *name,
				size_t len);
/* The node of a URI whatever its query, or NULL. */
struct acl_node *acl_tree_find(const struct acl_tree *t, const struct acl_uri *uri);

/*
 * A new node without a list. A parent of unknown kind becomes an interior node. 0;
 * -EEXIST; -ENOTDIR below a leaf; -ENAMETOOLONG, -ENOSPC over a limit; -EINVAL for a
 * name that no node can have; -ENOMEM.
 */
int acl_tree_add(struct acl_tree *t, struct acl_node *parent, const char *name, size_t len,
		 enum acl_kind kind, struct acl_node **node);
/*
 * As after an Add that succeeded: nodes above are made where they are missing, and a
 * creator who could not change the list of a new interior node gets one that lets it.
 * All or nothing.
 */
int acl_tree_create(struct acl_tree *t, const struct acl_uri *uri, enum acl_kind kind,
		    const struct acl_principal *creator, struct acl_node **node);
/* With everything beneath and all their lists. -EPERM for the root. */
int acl_tree_delete(struct acl_tree *t, struct acl_node *node);
/* Lists stay with their nodes. -EPERM for the root, otherwise as acl_tree_add(). */
int acl_tree_rename(struct acl_tree *t, struct acl_node *node, const char *name, size_t len);
/* A leaf to a new place; its list is not copied. -EISDIR for another kind, otherwise as acl_tree_add(). */
int acl_tree_copy(struct acl_tree *t, const struct acl_node *from, struct acl_node *parent, const char *name,
		  size_t len, struct acl_node **node);

/*
 * A list for a node; the empty one lets it inherit. -EPERM for an empty one on the root,
 * -ENOSPC over ACL_OCTETS_MAX, otherwise as acl_parse(); nothing has changed then.
 */
int acl_tree_set(struct acl_tree *t, struct acl_node *node, const char *text, size_t len,
		 struct acl_fault *fault);
/* Its list cannot be read: it allows nothing until it gets another. */
void acl_tree_break(struct acl_tree *t, struct acl_node *node);
/* Takes a server out of all lists. 0, or -ENOMEM when it is still in some. */
int acl_tree_forget(struct acl_tree *t, const char *id, size_t len);

static inline bool acl_node_governs(const struct acl_node *n)
{
	return n->acl || n->broken;
}

/* The node whose list counts for @n: itself, or the nearest one above with a list. */
const struct acl_node *acl_node_governing(const struct acl_node *n);
/* Terminated; returns the length. */
size_t acl_node_uri(const struct acl_node *n, char out[ACL_URI_MAX + 1]);

/* In document order; NULL behind the last of @top. @skip: not into @n. */
const struct acl_node *acl_node_after(const struct acl_node *top, const struct acl_node *n, bool skip);

#endif
