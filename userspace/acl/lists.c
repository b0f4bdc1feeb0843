// SPDX-License-Identifier: LGPL-2.1-or-later
/* The lists of the nodes: setting them, creators, servers that go. See tree.h. */
#include <errno.h>
#include <string.h>

#include "tree_internal.h"

void acl_tree_put(struct acl_tree *t, struct acl_node *n, struct acl *acl, bool broken)
{
	bool had = acl_node_governs(n), has = acl || broken;
	struct acl_node *p;

	if (n->acl)
		t->octets -= n->acl->octets;
	acl_free(n->acl);
	n->acl = acl;
	n->broken = broken;
	if (acl)
		t->octets += acl->octets;
	for (p = n->parent; had != has && p; p = p->parent)
		p->below += has ? 1u : -1u;
}

static int put_checked(struct acl_tree *t, struct acl_node *n, struct acl *acl)
{
	size_t had = n->acl ? n->acl->octets : 0;

	if (acl && acl->octets > ACL_OCTETS_MAX - (t->octets - had)) {
		acl_free(acl);
		return -ENOSPC;
	}
	acl_tree_put(t, n, acl, false);
	return 0;
}

int acl_tree_set(struct acl_tree *t, struct acl_node *node, const char *text, size_t len,
		 struct acl_fault *fault)
{
	struct acl *acl;
	int rc;

	if (!len && !node->parent)
		return -EPERM;
	rc = acl_parse(text, len, &acl, fault);
	return rc ? rc : put_checked(t, node, acl);
}

void acl_tree_break(struct acl_tree *t, struct acl_node *node)
{
	acl_tree_put(t, node, NULL, true);
}

int acl_tree_forget(struct acl_tree *t, const char *id, size_t len)
{
	const struct acl_node *c;
	struct acl *acl;
	int rc = 0;

	for (c = &t->root; c; c = acl_node_after(&t->root, c, false)) {
		struct acl_node *n = (struct acl_node *)(uintptr_t)c;
		unsigned int r, named = 0;

		for (r = 0; n->acl && r < ACL_RIGHTS; r++)
			named |= acl_grant(n->acl, 1u << r, id, len) == ACL_GRANT_NAMED;
		if (!named)
			continue;
		if (acl_without(n->acl, id, len, !n->parent, &acl)) {
			rc = -ENOMEM;
			continue;
		}
		if (acl || n->parent)
			acl_tree_put(t, n, acl, false);
		else
			rc = acl_tree_set(t, n, ACL_ROOT_DEFAULT, strlen(ACL_ROOT_DEFAULT), NULL) ?
				-ENOMEM : rc;
	}
	return rc;
}

/* ------------------------------------------------------------------ creators */

/*
 * TND 7.7.1.3 names Add, Delete and Replace; a list that is there and lacks Get would
 * take Get from the creator, which nobody means: it gets that too.
 */
static const char *const creator_entry[] = { "Add=", "&Delete=", "&Get=", "&Replace=" };

static int creator_list(struct acl_tree *t, struct acl_node *n, const struct acl_principal *creator)
{
	char text[ACL_TEXT_MAX];
	size_t i, at = 0;

	for (i = 0; i < sizeof(creator_entry) / sizeof(creator_entry[0]); i++) {
		size_t len = strlen(creator_entry[i]);

		if (at + len + creator->len > sizeof(text))
			return -EMSGSIZE;
		memcpy(text + at, creator_entry[i], len);
		memcpy(text + at + len, creator->id, creator->len);
		at += len + creator->len;
	}
	return acl_tree_set(t, n, text, at, NULL);
}

/* Whether @creator could change the list of a new node of @parent without more ado. */
static bool may_replace(const struct acl_node *parent, const struct acl_principal *creator)
{
	const struct acl_node *g = acl_node_governing(parent);

	return creator->who == ACL_LOCAL ||
	       (g->acl && acl_grant(g->acl, ACL_REPLACE, creator->id, creator->len) >= ACL_GRANT_NAMED);
}

int acl_tree_create(struct acl_tree *t, const struct acl_uri *uri, enum acl_kind kind,
		    const struct acl_principal *creator, struct acl_node **node)
{
	struct acl_node *n = &t->root, *first = NULL, *above = NULL, *next;
	uint8_t kind_above = 0;
	unsigned int i;
	size_t len;
	int rc = 0;

	if (creator->who == ACL_NOBODY)
		return -EPERM;
	if (!uri->depth || acl_tree_find(t, uri))
		return -EEXIST;
	for (i = 0; !rc && i < uri->depth; i++) {
		const char *name = acl_uri_name(uri, i, &len);
		enum acl_kind is = i + 1 < uri->depth ? ACL_KIND_INTERIOR : kind;

		next = acl_tree_child(t, n, name, len);
		if (!next) {
			if (!first) {
				above = n;
				kind_above = n->kind;
			}
			rc = acl_tree_add(t, n, name, len, is, &next);
			if (rc)
				break;
			if (!first)
				first = next;
			if (is == ACL_KIND_INTERIOR && !may_replace(n, creator))
				rc = creator_list(t, next, creator);
		}
		n = next;
	}
	if (!rc) {
		*node = n;
		return 0;
	}
	if (first) {
		acl_tree_delete(t, first);
		above->kind = kind_above;
	}
	return rc;
}
