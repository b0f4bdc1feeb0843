// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The table of rights (OMA DM TND 1.2, 7.7.1.2; DM RepPro 1.2 for the commands). See
 * judge.h. The order of the checks is part of the rule: first what the form of the
 * request forbids whatever the tree is like, then the lists, and only for those who
 * have the right what the node is like.
 */
#include <errno.h>
#include <string.h>

#include "clause.h"

/**
 * struct place - where a URI leads
 * @node: the deepest one that is there
 * @missing: names of the URI behind it
 * @governs: whose list counts for the node of the URI, or would if it were there
 * @parent_governs: the same for the parent; NULL for the root
 */
struct place {
	const struct acl_node *node, *governs, *parent_governs;
	unsigned int missing;
};

struct judging {
	const struct acl_tree *t;
	const struct acl_principal *who;
	const struct acl_request *q;
	struct acl_decision *d;
};

void acl_decide(struct acl_decision *d, enum acl_clause c, const struct acl_node *node)
{
	d->clause = c;
	d->node = node;
	d->status = acl_clause_status(c);
	d->allow = d->status == 200;
}

static bool decide(struct judging *j, enum acl_clause c, const struct acl_node *node)
{
	acl_decide(j->d, c, node);
	return j->d->allow;
}

static void find(const struct acl_tree *t, const struct acl_uri *uri, struct place *p)
{
	const struct acl_node *n = &t->root, *next;
	unsigned int i;
	size_t len;

	*p = (struct place){ .node = n, .governs = n };
	for (i = 0; i < uri->depth; i++) {
		const char *name = acl_uri_name(uri, i, &len);

		next = acl_tree_child(t, n, name, len);
		p->parent_governs = p->governs;
		if (!next)
			break;
		n = next;
		if (acl_node_governs(n))
			p->governs = n;
	}
	p->node = n;
	p->missing = uri->depth - i;
}

static enum acl_clause grants(const struct acl_node *governs, const struct acl_principal *who,
			      unsigned int right)
{
	if (who->who == ACL_LOCAL)
		return ACL_CLAUSE_LOCAL;
	if (who->who != ACL_SERVER)
		return ACL_CLAUSE_NOBODY;
	if (!governs->acl)
		return ACL_CLAUSE_BROKEN;
	switch (acl_grant(governs->acl, right, who->id, who->len)) {
	case ACL_GRANT_STAR:
		return ACL_CLAUSE_STAR;
	case ACL_GRANT_NAMED:
		return ACL_CLAUSE_NAMED;
	case ACL_GRANT_NO_ENTRY:
		return ACL_CLAUSE_NO_ENTRY;
	default:
		return ACL_CLAUSE_NOT_NAMED;
	}
}

static bool ask(struct judging *j, const struct acl_node *governs, unsigned int right)
{
	j->d->right = (uint8_t)right;
	return decide(j, grants(governs, j->who, right), governs);
}

/* The right on the node of the URI, that it is there, and that its description allows the command. */
static bool ask_node(struct judging *j, const struct place *p, unsigned int right)
{
	if (!ask(j, p->governs, right))
		return false;
	if (p->missing)
		return decide(j, ACL_CLAUSE_NOT_FOUND, NULL);
	return p->node->access & right || decide(j, ACL_CLAUSE_ACCESS, p->node);
}

/* ------------------------------------------------------------------ nodes */

/* ./Inbox and what is in it. */
static bool inbox(const struct acl_uri *uri)
{
	size_t len;
	const char *name = uri->depth ? acl_uri_name(uri, 0, &len) : NULL;

	return name && len == 5 && !memcmp(name, "Inbox", 5);
}

static void judge_get(struct judging *j, const struct acl_uri *uri, const struct place *p)
{
	if (inbox(uri) && j->who->who != ACL_LOCAL)
		decide(j, ACL_CLAUSE_INBOX, NULL);
	else
		ask_node(j, p, ACL_GET);
}

/* A new node, or what has to be made above it: the nearest one that is there decides. */
static bool ask_add(struct judging *j, const struct acl_uri *uri, const struct place *p)
{
	if (!uri->depth)
		return decide(j, ACL_CLAUSE_ROOT, &j->t->root);
	if (!ask(j, p->parent_governs, ACL_ADD))
		return false;
	if (!p->missing)
		return decide(j, ACL_CLAUSE_EXISTS, p->node);
	if (p->node->kind == ACL_KIND_LEAF)
		return decide(j, ACL_CLAUSE_BELOW_LEAF, p->node);
	/* Levels in between get lists for their creator, or inherit what was just asked. */
	return j->t->count + p->missing <= ACL_NODES_MAX || decide(j, ACL_CLAUSE_FULL, NULL);
}

/* Lists beneath have to allow it as well; the count of them spares the walk where there is none. */
static void judge_beneath(struct judging *j, const struct acl_node *top)
{
	const struct acl_node *n = acl_node_after(top, top, !top->below);
	enum acl_clause c;

	if (j->who->who == ACL_LOCAL || j->t->delete_node_only)
		return;
	for (; n; n = acl_node_after(top, n, !n->below)) {
		if (!acl_node_governs(n))
			continue;
		c = grants(n, j->who, ACL_DELETE);
		if (acl_clause_status(c) != 200) {
			decide(j, ACL_CLAUSE_BENEATH, n);
			return;
		}
	}
}

static void judge_delete(struct judging *j, const struct acl_uri *uri, const struct place *p)
{
	if (!uri->depth)
		decide(j, ACL_CLAUSE_ROOT, &j->t->root);
	else if (!ask(j, p->governs, ACL_DELETE))
		return;
	else if (p->missing)
		decide(j, ACL_CLAUSE_NOT_FOUND, NULL);
	else if (p->node->permanent)
		decide(j, ACL_CLAUSE_PERMANENT, p->node);
	else if (!(p->node->access & ACL_DELETE))
		decide(j, ACL_CLAUSE_ACCESS, p->node);
	else
		judge_beneath(j, p->node);
}

static void judge_rename(struct judging *j, const struct acl_uri *uri, const struct place *p)
{
	const struct acl_node *clash;
	char name[ACL_NAME_MAX];
	size_t len;

	if (!uri->depth) {
		decide(j, ACL_CLAUSE_ROOT, &j->t->root);
		return;
	}
	if (j->q->operand && acl_name_decode(j->q->operand, j->q->operand_len, name, &len)) {
		decide(j, ACL_CLAUSE_NAME_BAD, NULL);
		return;
	}
	if (!ask_node(j, p, ACL_REPLACE))
		return;
	if (p->node->permanent) {
		decide(j, ACL_CLAUSE_PERMANENT, p->node);
		return;
	}
	clash = j->q->operand ? acl_tree_child(j->t, p->node->parent, name, len) : NULL;
	if (clash && clash != p->node)
		decide(j, ACL_CLAUSE_EXISTS, clash);
}

static bool uri_parse(struct judging *j, const char *text, size_t len, struct acl_uri *uri)
{
	int rc = acl_uri_parse(text, len, uri);

	return !rc || decide(j, rc == -ENAMETOOLONG ? ACL_CLAUSE_URI_LONG : ACL_CLAUSE_URI_BAD, NULL);
}

/* No right of its own: Get on the source, Replace on the target, or Add where it will be. */
static void judge_copy(struct judging *j, const struct acl_uri *uri, const struct place *p)
{
	struct acl_uri uri_to;
	struct place to;

	if (!j->q->operand) {
		decide(j, ACL_CLAUSE_COMMAND, NULL);
		return;
	}
	if (!uri_parse(j, j->q->operand, j->q->operand_len, &uri_to))
		return;
	if (uri_to.query != ACL_QUERY_NONE) {
		decide(j, ACL_CLAUSE_COMMAND, NULL);
		return;
	}
	judge_get(j, uri, p);
	if (!j->d->allow)
		return;
	if (!(p->node->access & ACL_ACCESS_COPY)) {
		decide(j, ACL_CLAUSE_ACCESS, p->node);
		return;
	}
	if (p->node->kind != ACL_KIND_LEAF) {
		decide(j, ACL_CLAUSE_COPY_LEAVES, p->node);
		return;
	}
	find(j->t, &uri_to, &to);
	if (to.missing) {
		ask_add(j, &uri_to, &to);
		return;
	}
	if (ask_node(j, &to, ACL_REPLACE) && to.node->kind != ACL_KIND_LEAF)
		decide(j, ACL_CLAUSE_COPY_LEAVES, to.node);
}

/* ------------------------------------------------------------------ properties */

/* The parent's Replace for a leaf, and for what may be one; either's for an interior node. */
static bool ask_acl(struct judging *j, const struct place *p)
{
	enum acl_clause c;
	bool own = !p->missing && p->node->kind == ACL_KIND_INTERIOR;

	j->d->right = ACL_REPLACE;
	if (own) {
		c = grants(p->governs, j->who, ACL_REPLACE);
		if (acl_clause_status(c) == 200 || !p->parent_governs)
			return decide(j, c, p->governs);
	}
	c = grants(p->parent_governs, j->who, ACL_REPLACE);
	if (acl_clause_status(c) != 200)
		return own ? ask(j, p->governs, ACL_REPLACE) : decide(j, c, p->parent_governs);
	return decide(j, c == ACL_CLAUSE_LOCAL ? c : ACL_CLAUSE_PARENT_REPLACE, p->parent_governs);
}

static void judge_replace_acl(struct judging *j, const struct place *p)
{
	unsigned int star = 0;

	if (j->q->operand && acl_check(j->q->operand, j->q->operand_len, &star, NULL)) {
		decide(j, ACL_CLAUSE_ACL_TEXT, NULL);
		return;
	}
	if (!ask_acl(j, p))
		return;
	if (p->missing)
		decide(j, ACL_CLAUSE_NOT_FOUND, NULL);
	else if (!p->node->parent && j->q->operand && !(star & ACL_ADD))
		decide(j, ACL_CLAUSE_ROOT_ACL, p->node);
}

static void judge_prop(struct judging *j, const struct acl_uri *uri, const struct place *p)
{
	enum acl_command c = j->q->command;

	if (uri->prop == ACL_PROP_UNKNOWN)
		decide(j, ACL_CLAUSE_PROP_UNKNOWN, NULL);
	else if (c == ACL_CMD_GET)
		judge_get(j, uri, p);
	else if (c == ACL_CMD_RENAME && uri->prop == ACL_PROP_NAME)
		judge_rename(j, uri, p);
	else if (c != ACL_CMD_REPLACE)
		decide(j, ACL_CLAUSE_PROP_COMMAND, NULL);
	else if (uri->prop == ACL_PROP_ACL)
		judge_replace_acl(j, p);
	else if (uri->prop == ACL_PROP_NAME)
		judge_rename(j, uri, p);
	else if (uri->prop == ACL_PROP_TITLE)
		ask_node(j, p, ACL_REPLACE);
	else
		decide(j, ACL_CLAUSE_PROP_FIXED, NULL);
}

/* ------------------------------------------------------------------ all */

static void judge_node(struct judging *j, const struct acl_uri *uri, const struct place *p)
{
	switch (j->q->command) {
	case ACL_CMD_ADD:
		ask_add(j, uri, p);
		break;
	case ACL_CMD_COPY:
		judge_copy(j, uri, p);
		break;
	case ACL_CMD_DELETE:
		judge_delete(j, uri, p);
		break;
	case ACL_CMD_EXEC:
		ask_node(j, p, ACL_EXEC);
		break;
	case ACL_CMD_GET:
		judge_get(j, uri, p);
		break;
	case ACL_CMD_RENAME:
		judge_rename(j, uri, p);
		break;
	case ACL_CMD_REPLACE:
		ask_node(j, p, ACL_REPLACE);
		break;
	default:
		decide(j, ACL_CLAUSE_COMMAND, NULL);
	}
}

void acl_judge(const struct acl_tree *t, const struct acl_principal *who, const struct acl_request *q,
	       struct acl_decision *d)
{
	struct judging j = { t, who, q, d };
	struct acl_uri uri;
	struct place p;

	memset(d, 0, sizeof(*d));
	if (who->who != ACL_SERVER && who->who != ACL_LOCAL) {
		decide(&j, ACL_CLAUSE_NOBODY, NULL);
		return;
	}
	if (!uri_parse(&j, q->uri, q->uri_len, &uri))
		return;
	find(t, &uri, &p);
	if (uri.query == ACL_QUERY_PROP)
		judge_prop(&j, &uri, &p);
	else if (uri.query == ACL_QUERY_NONE)
		judge_node(&j, &uri, &p);
	else if (q->command != ACL_CMD_GET)
		decide(&j, ACL_CLAUSE_LIST_COMMAND, NULL);
	else if (uri.list == ACL_LIST_UNKNOWN)
		decide(&j, ACL_CLAUSE_LIST_UNKNOWN, NULL);
	else
		judge_get(&j, &uri, &p);
}

/* ------------------------------------------------------------------ walks */

static void walk_at(struct acl_walk *w, const struct acl_node *n, const struct acl_node *above)
{
	w->node = n;
	w->governs = acl_node_governs(n) ? n : above;
	w->above[n->depth] = w->governs;
}

void acl_walk_begin(struct acl_walk *w, const struct acl_node *top)
{
	w->top = top;
	walk_at(w, top, acl_node_governing(top));
}

void acl_walk_next(struct acl_walk *w, bool skip)
{
	const struct acl_node *n = w->node ? acl_node_after(w->top, w->node, skip) : NULL;

	if (n)
		walk_at(w, n, w->above[n->depth - 1]);
	else
		w->node = NULL;
}

/* Not for ./Inbox, nor for what the description hides. */
bool acl_walk_readable(const struct acl_walk *w, const struct acl_principal *who)
{
	const struct acl_node *n = w->node;

	if (who->who == ACL_SERVER && n->depth == 1 && n->name_len == 5 && !memcmp(n->name, "Inbox", 5))
		return false;
	return n->access & ACL_GET && acl_clause_status(grants(w->governs, who, ACL_GET)) == 200;
}
