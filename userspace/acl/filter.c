// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which commands of a server's message go on. See filter.h. */
#include "filter.h"
#include "clause.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct verdict - of an item
 * @own: omasec answers it: READ or WRITE
 */
struct verdict {
	uint16_t status;
	bool allow, own;
};

struct filter {
	const struct acl_tree *t;
	const struct acl_principal *who;
	const struct dm_facts *f;
	const struct dm_list *l;
	const struct acl_dues *others;
	struct acl_dues *dues;
	struct dm_changes *changes;
	acl_filter_fn fn;
	void *arg;
	uint32_t mark_count, mark_text;		/* @dues before the Atomic where we are */
	bool broken;				/* it has a denied member */
	uint32_t kept_back, kept_text;		/* for what the lists of this message leave out */
	bool gone[DM_COMMAND_MAX];		/* nothing of it goes on */
	uint16_t fails[DM_COMMAND_MAX];		/* place plus 1 of the Atomic that fails with it; 0 for none */
	uint16_t code[DM_COMMAND_MAX];		/* first denial in it */
	struct verdict item[DM_ITEMS_MAX];
};

const char *acl_filter_word(uint8_t cmd)
{
	static const char *const words[] = {
		[DM_CMD_ADD] = "Add", [DM_CMD_ALERT] = "Alert", [DM_CMD_ATOMIC] = "Atomic", [DM_CMD_COPY] = "Copy",
		[DM_CMD_DELETE] = "Delete", [DM_CMD_EXEC] = "Exec", [DM_CMD_GET] = "Get",
		[DM_CMD_MAP] = "Map", [DM_CMD_MOVE] = "Move", [DM_CMD_PUT] = "Put", [DM_CMD_REPLACE] = "Replace",
		[DM_CMD_RESULTS] = "Results", [DM_CMD_SEARCH] = "Search", [DM_CMD_SEQUENCE] = "Sequence",
		[DM_CMD_SYNC] = "Sync",
	};

	return cmd < sizeof(words) / sizeof(words[0]) && words[cmd] ? words[cmd] : "?";
}

static enum acl_command judged_as(uint8_t cmd)
{
	switch (cmd) {
	case DM_CMD_ADD: return ACL_CMD_ADD;
	case DM_CMD_COPY: return ACL_CMD_COPY;
	case DM_CMD_DELETE: return ACL_CMD_DELETE;
	case DM_CMD_EXEC: return ACL_CMD_EXEC;
	case DM_CMD_GET: return ACL_CMD_GET;
	case DM_CMD_REPLACE: return ACL_CMD_REPLACE;
	default: return ACL_CMDS;
	}
}

/* ---- changes that wait for their Status --------------------------------- */

/* Where a change that waits will have put a node; "" for none. */
static void goes_to(const struct acl_dues *dues, const struct acl_due *due, char out[2 * ACL_URI_MAX + 1])
{
	const char *uri = acl_due_text(dues, due->uri), *text = acl_due_text(dues, due->text);
	size_t len;

	out[0] = '\0';
	if (due->what == ACL_DUE_COPY)
		strcpy(out, text);
	if (due->what != ACL_DUE_RENAME)
		return;
	len = (size_t)(strrchr(uri, '/') - uri) + 1;
	memcpy(out, uri, len);
	len += acl_name_encode(text, strlen(text), out + len);
	out[len] = '\0';
}

struct waits {
	bool renamed;	/* what has this name may be another node by now */
	bool made;	/* the node may be there by now */
	bool removed;	/* it may be gone by now */
	bool inside;	/* something beneath it may be there or gone by now */
	bool listed;	/* another list may count by now */
};

static void what_waits(const struct acl_dues *dues, const char *uri, struct waits *w)
{
	char to[2 * ACL_URI_MAX + 1];
	uint32_t i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < dues->count; i++) {
		const struct acl_due *due = &dues->due[i];
		const char *from = acl_due_text(dues, due->uri);

		if (!acl_due_pending(due))
			continue;
		if (due->what == ACL_DUE_LIST) {
			w->listed |= acl_uri_above(from, uri);
			continue;
		}
		goes_to(dues, due, to);
		if (due->what == ACL_DUE_RENAME && acl_uri_above(to, uri))
			w->renamed = true;
		if (due->what == ACL_DUE_ADD && (acl_uri_above(from, uri) || acl_uri_above(uri, from)))
			w->made = true;
		if (*to && (acl_uri_above(to, uri) || acl_uri_above(uri, to)))
			w->made = true;
		if ((due->what == ACL_DUE_DELETE || due->what == ACL_DUE_RENAME) && acl_uri_above(from, uri))
			w->removed = true;
		if (acl_uri_above(uri, from) || (*to && acl_uri_above(uri, to)))
			w->inside = true;
	}
}

/* Whose it will be is not known yet, and the list that is there may be that of another node by then. */
static bool is_others(const struct filter *x, enum acl_command c, const struct acl_uri *u, const char *uri)
{
	bool deep = c == ACL_CMD_DELETE || u->query == ACL_QUERY_LIST;
	char to[2 * ACL_URI_MAX + 1];
	struct waits w;
	uint32_t i;

	if (!x->others)
		return false;
	what_waits(x->others, uri, &w);
	if (w.renamed || w.removed || (deep && w.inside))
		return true;
	for (i = 0; w.made && i < x->others->count; i++) {
		goes_to(x->others, &x->others->due[i], to);
		if (acl_uri_above(acl_due_text(x->others, x->others->due[i].uri), uri) || (*to && acl_uri_above(to, uri)))
			return true;
	}
	return false;
}

/* @there: the node is in the tree */
static void with_waiting(const struct filter *x, enum acl_command c, const char *uri, bool there,
			 struct acl_decision *d)
{
	bool form = d->clause >= ACL_CLAUSE_PROP_COMMAND && d->clause < ACL_CLAUSE_LIST_BENEATH;
	struct waits w;

	what_waits(x->dues, uri, &w);
	if (w.renamed)
		acl_decide(d, ACL_CLAUSE_PENDING, NULL);
	else if (d->clause == ACL_CLAUSE_NOT_FOUND && w.made && c != ACL_CMD_COPY)
		d->allow = true;
	else if (d->clause == ACL_CLAUSE_EXISTS && w.removed && c == ACL_CMD_ADD)
		d->allow = true;
	else if (!d->allow && !form && ((w.made && !there) || w.removed || w.listed))
		acl_decide(d, ACL_CLAUSE_PENDING, NULL);
}

/* ---- one item ----------------------------------------------------------- */

static bool changes_tree(const struct filter *x, enum acl_command c, const struct acl_uri *u)
{
	if (c != ACL_CMD_REPLACE)
		return c == ACL_CMD_ADD || c == ACL_CMD_DELETE || c == ACL_CMD_COPY;
	return u->query == ACL_QUERY_PROP &&
	       (u->prop == ACL_PROP_NAME || (u->prop == ACL_PROP_ACL && x->t->client_lists));
}

static bool has_kept_back(const struct acl_dues *dues, const char *uri, const char *session)
{
	uint32_t i;

	for (i = 0; i < dues->count; i++)
		if (acl_due_prunes(dues, &dues->due[i], session) &&
		    !strcmp(acl_due_text(dues, dues->due[i].uri), uri))
			return true;
	return false;
}

/* The next node at @w that the server may not read; what is beneath goes with it. */
static const struct acl_node *next_kept_back(const struct filter *x, struct acl_walk *w)
{
	const struct acl_node *n;

	while (w->node && acl_walk_readable(w, x->who))
		acl_walk_next(w, false);
	n = w->node;
	if (n)
		acl_walk_next(w, true);
	return n;
}

/*
 * What is kept back is told by the URI of each Item that the client reports, or of each node in it
 * (TNDS). Where there is more to remember than room, nothing is told.
 */
static void whole(struct filter *x, const struct acl_uri *u, struct acl_decision *d)
{
	const struct acl_node *top = acl_tree_find(x->t, u), *n, *first = NULL;
	uint32_t count = x->dues->count + x->kept_back, text = x->dues->text_len + x->kept_text;
	char uri[ACL_URI_MAX + 1];
	struct acl_walk w;

	if (!top)
		return;
	acl_walk_begin(&w, top);
	while ((n = next_kept_back(x, &w))) {
		size_t len = acl_node_uri(n, uri);

		if (!first) {
			first = n;
			acl_decide(d, ACL_CLAUSE_PRUNED, n);
		}
		if (has_kept_back(x->dues, uri, x->f->session_id))
			continue;
		text += (uint32_t)(len + strlen(x->f->session_id)) + 2;
		if (++count > ACL_DUES_MAX / 2 || text > ACL_DUES_TEXT / 2) {
			acl_decide(d, ACL_CLAUSE_LIST_BENEATH, n);
			return;
		}
	}
	x->kept_back = count - x->dues->count;
	x->kept_text = text - x->dues->text_len;
}

/* The value of a property has one reading, or the command is denied. */
static bool plain_value(const struct dm_item *i)
{
	return !(i->flags & (DM_ITEM_MORE | DM_ITEM_OPAQUE)) &&
	       (i->format == DM_FORMAT_NONE || i->format == DM_FORMAT_CHR);
}

static void judge_property(const struct filter *x, const struct dm_item *i, const struct acl_uri *u,
			   struct acl_request *q, struct acl_decision *d)
{
	if (u->prop == ACL_PROP_ACL || u->prop == ACL_PROP_NAME) {
		if (!plain_value(i)) {
			acl_decide(d, u->prop == ACL_PROP_ACL ? ACL_CLAUSE_ACL_TEXT : ACL_CLAUSE_NAME_BAD, NULL);
			return;
		}
		q->operand = x->l->text + i->data;
		q->operand_len = strlen(q->operand);
	}
	acl_judge(x->t, x->who, q, d);
}

static void judge_tree(struct filter *x, enum acl_command c, const struct dm_item *i, struct acl_uri *u,
		       struct acl_decision *d)
{
	const char *target = x->l->text + i->target, *source = x->l->text + i->source;
	const char *uri = c == ACL_CMD_COPY ? source : target;
	struct acl_request q = { .command = c, .uri = uri, .uri_len = strlen(uri) };

	if (c == ACL_CMD_COPY) {
		q.operand = target;
		q.operand_len = strlen(target);
	}
	if (acl_uri_parse(uri, q.uri_len, u)) {
		/* the judge says which fault it is */
		acl_judge(x->t, x->who, &q, d);
		return;
	}
	if (c == ACL_CMD_REPLACE && u->query == ACL_QUERY_PROP)
		judge_property(x, i, u, &q, d);
	else
		acl_judge(x->t, x->who, &q, d);
	if (d->allow && u->query == ACL_QUERY_LIST)
		whole(x, u, d);
}

static void judge_waiting(const struct filter *x, enum acl_command c, const struct dm_item *i,
			  const struct acl_uri *u, struct acl_decision *d)
{
	char spelled[ACL_URI_MAX + 1];
	struct acl_uri to;

	if (acl_uri_spell(u, u->depth, spelled)) {
		acl_decide(d, ACL_CLAUSE_URI_LONG, NULL);
		return;
	}
	if (is_others(x, c, u, spelled)) {
		acl_decide(d, ACL_CLAUSE_PENDING, NULL);
		return;
	}
	with_waiting(x, c, spelled, acl_tree_find(x->t, u), d);
	if (c != ACL_CMD_COPY || !d->allow || acl_uri_parse(x->l->text + i->target, strlen(x->l->text + i->target), &to))
		return;
	if (acl_uri_spell(&to, to.depth, spelled))
		acl_decide(d, ACL_CLAUSE_URI_LONG, NULL);
	else if (is_others(x, c, &to, spelled))
		acl_decide(d, ACL_CLAUSE_PENDING, NULL);
	else
		with_waiting(x, c, spelled, acl_tree_find(x->t, &to), d);
}

static void judge_item(struct filter *x, unsigned int n, const struct dm_item *i, struct acl_uri *u,
		       struct acl_decision *d)
{
	enum acl_command c = judged_as(x->f->command[n].cmd);
	bool quiet = x->f->no_resp || x->f->command[n].no_resp;

	memset(d, 0, sizeof(*d));
	memset(u, 0, offsetof(struct acl_uri, names));
	if (i->flags & DM_ITEM_ODD) {
		acl_decide(d, ACL_CLAUSE_URI_BAD, NULL);
	} else if (!i->target || !!i->source != (c == ACL_CMD_COPY)) {
		acl_decide(d, ACL_CLAUSE_COMMAND, NULL);
	} else if (i->flags & DM_ITEM_TREE) {
		acl_decide(d, ACL_CLAUSE_SUBTREE, NULL);
	} else {
		judge_tree(x, c, i, u, d);
		/* what cannot be a URI of the tree has nothing to wait for */
		if (d->clause == ACL_CLAUSE_URI_BAD || d->clause == ACL_CLAUSE_URI_LONG)
			return;
		judge_waiting(x, c, i, u, d);
		if (d->allow && quiet && changes_tree(x, c, u))
			acl_decide(d, ACL_CLAUSE_NO_STATUS, NULL);
	}
}

/* Where only omasec has lists, it answers for them. */
static enum acl_due_what owned(const struct filter *x, uint8_t cmd, const struct acl_uri *u)
{
	if (x->t->client_lists || u->query != ACL_QUERY_PROP || u->prop != ACL_PROP_ACL)
		return ACL_DUE_STATUS;
	return cmd == DM_CMD_GET ? ACL_DUE_READ : cmd == DM_CMD_REPLACE ? ACL_DUE_WRITE : ACL_DUE_STATUS;
}

/* ---- what is due for it ------------------------------------------------- */

static struct acl_due due_of(const struct filter *x, unsigned int n, enum acl_due_what what)
{
	const struct dm_command *c = &x->f->command[n];

	return (struct acl_due){
		.msg = x->f->msg_id, .cmd = c->cmd_id, .what = (uint8_t)what, .command = c->cmd,
		.quiet = x->f->no_resp || c->no_resp,
	};
}

static int due_status(struct filter *x, unsigned int n, uint16_t code, const char *uri)
{
	struct acl_due due = due_of(x, n, ACL_DUE_STATUS);

	due.code = code;
	return due.quiet ? 0 : acl_dues_add(x->dues, &due, uri, NULL);
}

static int due_change(struct filter *x, unsigned int n, const struct dm_item *i, const struct acl_uri *u)
{
	const char *target = x->l->text + i->target;
	char uri[ACL_URI_MAX + 1], text[ACL_URI_MAX + 1] = "";
	uint8_t cmd = x->f->command[n].cmd;
	struct acl_due due = due_of(x, n, ACL_DUE_ADD);
	struct acl_uri to;
	size_t len;

	if (acl_uri_spell(u, u->depth, uri))
		return -E2BIG;
	if (cmd == DM_CMD_ADD) {
		due.kind = i->format == DM_FORMAT_NODE ? ACL_KIND_INTERIOR : ACL_KIND_LEAF;
	} else if (cmd == DM_CMD_DELETE) {
		due.what = ACL_DUE_DELETE;
	} else if (cmd == DM_CMD_COPY) {
		due.what = ACL_DUE_COPY;
		if (acl_uri_parse(target, strlen(target), &to) || acl_uri_spell(&to, to.depth, text))
			return -E2BIG;
	} else if (u->prop == ACL_PROP_ACL) {
		due.what = ACL_DUE_LIST;
		return acl_dues_add(x->dues, &due, uri, x->l->text + i->data);
	} else {
		due.what = ACL_DUE_RENAME;
		if (acl_name_decode(x->l->text + i->data, strlen(x->l->text + i->data), text, &len))
			return -E2BIG;
		text[len] = '\0';
	}
	return acl_dues_add(x->dues, &due, uri, text);
}

static int due_kept_back(struct filter *x, unsigned int n, const struct acl_uri *u)
{
	const struct acl_node *top = acl_tree_find(x->t, u), *kept;
	struct acl_due due = due_of(x, n, ACL_DUE_PRUNE);
	char uri[ACL_URI_MAX + 1];
	struct acl_walk w;
	int rc = 0;

	if (!top)
		return 0;
	acl_walk_begin(&w, top);
	while (!rc && (kept = next_kept_back(x, &w))) {
		acl_node_uri(kept, uri);
		if (!has_kept_back(x->dues, uri, x->f->session_id))
			rc = acl_dues_add(x->dues, &due, uri, x->f->session_id);
	}
	return rc;
}

static void tell(struct filter *x, unsigned int n, const char *uri, const struct acl_decision *d)
{
	struct acl_filtered told = { (uint16_t)n, acl_filter_word(x->f->command[n].cmd), uri, *d };

	if (x->fn)
		x->fn(x->arg, &told);
}

/* Judges an item; what it changes counts as waiting for those behind it. */
static int one_item(struct filter *x, unsigned int n, unsigned int at)
{
	const struct dm_item *i = &x->l->item[at];
	struct verdict *v = &x->item[at];
	struct acl_decision d;
	struct acl_uri u;
	bool changes;

	judge_item(x, n, i, &u, &d);
	v->own = d.allow && owned(x, x->f->command[n].cmd, &u) != ACL_DUE_STATUS;
	/* It would be done although the rest of the Atomic may fail. */
	if (v->own && x->f->command[n].depth && x->fails[n]) {
		acl_decide(&d, ACL_CLAUSE_COMMAND, NULL);
		v->own = false;
	}
	v->allow = d.allow;
	v->status = d.status;
	if (!d.allow && !x->code[n])
		x->code[n] = d.status;
	changes = changes_tree(x, judged_as(x->f->command[n].cmd), &u);
	if (!d.allow || v->own || changes || d.clause == ACL_CLAUSE_PRUNED)
		tell(x, n, x->l->text + i->target, &d);
	if (d.allow && !v->own && changes)
		return due_change(x, n, i, &u);
	return 0;
}

/* ---- the message -------------------------------------------------------- */

/* The outermost Atomic around a command, or itself, as place plus 1; 0 for none. */
static uint16_t atomic_of(const struct filter *x, unsigned int n)
{
	uint16_t found = 0, at = (uint16_t)(n + 1);

	for (; at; at = x->l->command[at - 1].parent)
		if (x->f->command[at - 1].cmd == DM_CMD_ATOMIC)
			found = at;
	return found;
}

/* Nobody knows what a client would make of it. */
static void deny_foreign(struct filter *x, unsigned int n)
{
	struct acl_decision d = { 0 };

	acl_decide(&d, ACL_CLAUSE_FOREIGN, NULL);
	x->code[n] = d.status;
	x->gone[n] = true;
	tell(x, n, "", &d);
}

static int judge_command(struct filter *x, unsigned int n)
{
	const struct dm_listed *c = &x->l->command[n];
	unsigned int i;
	int rc = 0;

	x->fails[n] = atomic_of(x, n);
	if (dm_cmd_foreign(x->f->command[n].cmd))
		deny_foreign(x, n);
	if (c->count)
		x->gone[n] = true;
	for (i = c->first; !rc && i < c->first + (unsigned int)c->count; i++) {
		rc = one_item(x, n, i);
		if (x->item[i].allow && !x->item[i].own)
			x->gone[n] = false;
	}
	return rc;
}

/* Nothing of an Atomic with a denied member will happen, so nothing of it is waited for. */
static int judge_in_order(struct filter *x, unsigned int n)
{
	int rc;

	if (atomic_of(x, n) == n + 1) {
		x->mark_count = x->dues->count;
		x->mark_text = x->dues->text_len;
		x->broken = false;
	}
	rc = judge_command(x, n);
	if (!rc && x->fails[n]) {
		x->broken |= x->code[n];
		if (x->broken) {
			x->dues->count = x->mark_count;
			x->dues->text_len = x->mark_text;
		}
	}
	return rc;
}

/* Atomics with a denied member fail whole; what has only what is gone inside is gone. */
static void judge_groups(struct filter *x)
{
	bool fails[DM_COMMAND_MAX] = { false }, filled[DM_COMMAND_MAX] = { false };
	bool left[DM_COMMAND_MAX] = { false };
	unsigned int n;

	for (n = 0; n < x->f->command_count; n++)
		if (x->fails[n] && x->code[n])
			fails[x->fails[n] - 1] = true;
	for (n = 0; n < x->f->command_count; n++) {
		if (x->fails[n] && !fails[x->fails[n] - 1])
			x->fails[n] = 0;
		if (x->fails[n])
			x->gone[n] = true;
	}
	/* from the inside: what is in a Sequence comes behind it */
	for (n = x->f->command_count; n--;) {
		uint16_t parent = x->l->command[n].parent;

		if (x->f->command[n].cmd == DM_CMD_SEQUENCE && filled[n] && !left[n])
			x->gone[n] = true;
		if (parent) {
			filled[parent - 1] = true;
			left[parent - 1] |= !x->gone[n];
		}
	}
}

static int cut_command(struct filter *x, unsigned int n)
{
	uint16_t parent = x->l->command[n].parent;

	if (parent && x->gone[parent - 1])
		return 0;
	return dm_changes_cut(x->changes, DM_CUT_COMMAND, (uint16_t)n, 0);
}

/* What the Atomic does not let happen; whoever is denied in it has that code. */
static int due_failed(struct filter *x, unsigned int n)
{
	struct acl_decision d = { 0 };

	if (x->fails[n] == n + 1)
		return due_status(x, n, 507, NULL);
	if (x->code[n])
		return due_status(x, n, x->code[n], NULL);
	acl_decide(&d, ACL_CLAUSE_ATOMIC, NULL);
	tell(x, n, "", &d);
	return due_status(x, n, d.status, NULL);
}

static int due_item(struct filter *x, unsigned int n, unsigned int at)
{
	const struct dm_item *i = &x->l->item[at];
	const struct verdict *v = &x->item[at];
	const char *target = x->l->text + i->target;
	const char *uri = i->source ? x->l->text + i->source : target;
	struct acl_due due;
	struct acl_uri u;

	if (!v->allow)
		return due_status(x, n, v->status, target);
	if (acl_uri_parse(uri, strlen(uri), &u))
		return -E2BIG;	/* it was allowed, so it is one */
	if (!v->own && u.query == ACL_QUERY_LIST)
		return due_kept_back(x, n, &u);
	if (!v->own)
		return changes_tree(x, judged_as(x->f->command[n].cmd), &u) ? due_change(x, n, i, &u) : 0;
	due = due_of(x, n, owned(x, x->f->command[n].cmd, &u));
	if (due.what == ACL_DUE_READ && due.quiet)
		return 0;
	return acl_dues_add(x->dues, &due, target, x->l->text + i->data);
}

static int carry_out(struct filter *x, unsigned int n)
{
	const struct dm_listed *c = &x->l->command[n];
	unsigned int i;
	int rc = 0;

	if (x->gone[n])
		rc = cut_command(x, n);
	if (rc)
		return rc;
	if (x->fails[n])
		return due_failed(x, n);
	if (x->gone[n] && !c->count)
		return due_status(x, n, x->code[n] ? x->code[n] : 200, NULL);
	for (i = 0; !rc && i < c->count; i++) {
		const struct verdict *v = &x->item[c->first + i];

		if (!x->gone[n] && (!v->allow || v->own))
			rc = dm_changes_cut(x->changes, DM_CUT_ITEM, (uint16_t)n, (uint16_t)i);
		if (!rc)
			rc = due_item(x, n, c->first + i);
	}
	return rc;
}

/* A message without commands ends the session for the client, and the server would hear nothing. */
static int stand_in(struct filter *x)
{
	struct acl_due due;
	unsigned int n;

	for (n = 0; n < x->f->command_count; n++)
		if (!x->l->command[n].parent && !x->gone[n] && x->f->command[n].cmd != DM_CMD_RESULTS)
			return 0;
	if (!x->changes->cut_count)
		return 0;
	x->changes->cut[0].op = DM_CUT_STAND_IN;
	due = due_of(x, x->changes->cut[0].command, ACL_DUE_STAND_IN);
	return acl_dues_add(x->dues, &due, NULL, NULL);
}

/* What is kept back stays so to the end of the session: a client reports by and by. */
static bool of_message(const struct acl_due *due, uint32_t msg)
{
	return due->msg == msg && due->what != ACL_DUE_RECEIPT && due->what != ACL_DUE_PRUNE;
}

static int give_receipts(struct filter *x)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; !rc && i < x->dues->count; i++) {
		const struct acl_due *due = &x->dues->due[i];
		struct dm_answer receipt = {
			.before = x->f->status_count, .cmd = due->command, .code = 200,
			.msg_ref = due->msg, .cmd_ref = due->cmd,
		};

		if (due->what == ACL_DUE_RECEIPT)
			rc = dm_changes_answer(x->changes, &receipt, NULL, NULL);
	}
	return rc;
}

int acl_filter(const struct acl_tree *t, const struct acl_principal *who, const struct dm_facts *f,
	       const struct dm_list *l, const struct acl_dues *others, struct acl_dues *dues,
	       struct dm_changes *changes, acl_filter_fn fn, void *arg)
{
	struct filter *x = calloc(1, sizeof(*x));
	unsigned int n;
	int rc = 0;

	if (!x)
		return -ENOMEM;
	x->t = t;
	x->who = who;
	x->f = f;
	x->l = l;
	x->others = others;
	x->dues = dues;
	x->changes = changes;
	x->fn = fn;
	x->arg = arg;
	acl_dues_drop(dues, of_message, f->msg_id);
	dm_changes_init(changes);
	for (n = 0; !rc && n < f->command_count; n++)
		rc = judge_in_order(x, n);
	judge_groups(x);
	acl_dues_drop(dues, of_message, f->msg_id);
	for (n = 0; !rc && n < f->command_count; n++)
		rc = carry_out(x, n);
	if (!rc)
		rc = stand_in(x);
	if (!rc)
		rc = give_receipts(x);
	free(x);
	return rc;
}

/* ---- what the client answers -------------------------------------------- */

/* A TargetRef names the node, with or without a query. */
static bool names(const char *ref, const char *uri)
{
	char spelled[ACL_URI_MAX + 1];
	struct acl_uri u;

	return !acl_uri_parse(ref, strlen(ref), &u) && !acl_uri_spell(&u, u.depth, spelled) &&
	       !strcmp(spelled, uri);
}

/* Whether that Status is about the item of @due; one without TargetRef is about all. */
static bool about(const struct acl_dues *dues, const struct acl_due *due, const struct dm_list *l, unsigned int status)
{
	const char *uri = acl_due_text(dues, due->what == ACL_DUE_COPY ? due->text : due->uri);
	bool any = false;
	unsigned int i;

	for (i = 0; i < l->ref_count; i++) {
		if (l->ref[i].status != status)
			continue;
		if (names(l->text + l->ref[i].target, uri))
			return true;
		any = true;
	}
	return !any;
}

static bool alone(const struct acl_dues *dues, const struct acl_due *due)
{
	uint32_t i;

	for (i = 0; i < dues->count; i++)
		if (&dues->due[i] != due && dues->due[i].what != ACL_DUE_RECEIPT &&
		    dues->due[i].msg == due->msg && dues->due[i].cmd == due->cmd)
			return false;
	return true;
}

const struct dm_status *acl_due_answered(const struct acl_dues *dues, const struct acl_due *due,
					 const struct dm_facts *f, const struct dm_list *l,
					 const uint32_t *wire)
{
	unsigned int i;

	for (i = 0; i < f->status_count; i++)
		if (wire[i] == due->msg && f->status[i].cmd_ref == due->cmd &&
		    (alone(dues, due) || about(dues, due, l, i)))
			return &f->status[i];
	return NULL;
}

uint16_t acl_due_place(const struct acl_due *due, const struct dm_facts *f, const uint32_t *wire)
{
	uint16_t i, place = f->status_count;

	for (i = f->status_count; i--;)
		if (wire[i] == due->msg && f->status[i].cmd_ref > due->cmd)
			place = i;
	return place;
}
