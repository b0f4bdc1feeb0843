// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a client's message says of what waited, and what goes along. See answer.h. */
#include "answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Told in a message before this one, which the server has answered since; or in another session. */
static bool told(const struct acl_due *due, uint32_t msg)
{
	return due->sent && due->sent != msg;
}

/* Kept back is kept back: a server can see to it that its client says nothing but Results. */
static bool ends(const struct acl_due *due, uint32_t msg)
{
	return due->what != ACL_DUE_PRUNE && (due->what != ACL_DUE_RECEIPT || due->msg != msg);
}

/* Only these two say that it was done: 213 is a chunk, 216 an Atomic that was undone. */
static bool done(const struct dm_status *st)
{
	return st->code == 200 || st->code == 201;
}

/* The client waits for a Status for what the server does not get. */
static int owe_receipt(const struct acl_answer *a, const struct dm_command *results, struct acl_dues *dues)
{
	struct acl_due due = {
		.msg = a->f->msg_id, .cmd = results->cmd_id, .what = ACL_DUE_RECEIPT, .command = results->cmd,
	};

	return a->f->no_resp || results->no_resp ? 0 : acl_dues_add(dues, &due, NULL, NULL);
}

static int hide(const struct acl_answer *a, const struct acl_due *due, struct acl_dues *dues,
		struct dm_changes *changes, bool *hidden)
{
	unsigned int i;
	int rc = 0;

	for (i = 0; i < a->f->status_count; i++)
		if (a->wire[i] == due->msg && a->f->status[i].cmd_ref == due->cmd)
			hidden[i] = true;
	/* Results have no Status of their own to be told by: their MsgRef is the application's. */
	for (i = 0; !rc && i < a->f->command_count; i++) {
		const struct dm_listed *c = &a->l->command[i];
		unsigned int k;

		for (k = 0; k < a->f->status_count && a->f->command[i].cmd == DM_CMD_RESULTS; k++) {
			const struct dm_status *st = &a->f->status[k];

			if (hidden[k] && st->cmd_ref == c->cmd_ref && (!c->msg_ref || c->msg_ref == st->msg_ref)) {
				rc = dm_changes_cut(changes, DM_CUT_COMMAND, (uint16_t)i, 0);
				if (!rc)
					rc = owe_receipt(a, &a->f->command[i], dues);
				break;
			}
		}
	}
	return rc;
}

/* The lists are omasec's: judged now, by what has become of the commands before. */
static int serve(const struct acl_answer *a, struct acl_dues *to, const struct acl_due *was, const char *uri,
		 const char *text)
{
	bool read = was->what == ACL_DUE_READ;
	struct acl_request q = {
		.command = read ? ACL_CMD_GET : ACL_CMD_REPLACE, .uri = uri, .uri_len = strlen(uri),
		.operand = read ? NULL : text, .operand_len = read ? 0 : strlen(text),
	};
	struct acl_filtered f = { .word = acl_command_name(q.command), .uri = uri };
	struct acl_due due = *was;
	char list[ACL_TEXT_MAX + 1];
	struct acl_uri u;
	int rc = 0;

	acl_judge(a->t, a->who, &q, &f.d);
	if (a->fn)
		a->fn(a->arg, &f);
	if (f.d.allow && !read)
		rc = a->change(a->arg, was, uri, text);
	due.what = ACL_DUE_STATUS;
	due.code = rc > 0 ? 420 : f.d.status;
	rc = rc > 0 ? 0 : rc;
	if (!rc && !due.quiet)
		rc = acl_dues_add(to, &due, uri, NULL);
	if (rc || !read || !f.d.allow || due.quiet || acl_uri_parse(uri, strlen(uri), &u))
		return rc;
	acl_format(acl_tree_find(a->t, &u)->acl, list);
	due.what = ACL_DUE_RESULTS;
	due.code = 0;
	return acl_dues_add(to, &due, uri, list);
}

/*
 * In the order of the commands, which is that in which the client has done them: what waited
 * is learned, what is omasec's to answer becomes its answer, the rest stays.
 */
static int settle(const struct acl_answer *a, struct acl_dues *dues, const struct acl_dues *old)
{
	uint32_t i;
	int rc = 0;

	acl_dues_init(dues);
	for (i = 0; rc >= 0 && i < old->count; i++) {
		const struct acl_due *due = &old->due[i];
		const char *uri = acl_due_text(old, due->uri), *text = acl_due_text(old, due->text);
		const struct dm_status *st = NULL;

		/* of the message before, which has its answer, or of this one, which is sent once more */
		if (told(due, a->f->msg_id) || due->what == ACL_DUE_RECEIPT)
			continue;
		if (acl_due_pending(due))
			st = acl_due_answered(old, due, a->f, a->l, a->wire);
		if (st && done(st))
			rc = a->change(a->arg, due, uri, text);
		else if (due->what == ACL_DUE_READ || due->what == ACL_DUE_WRITE)
			rc = serve(a, dues, due, uri, text);
		else if (!st)
			rc = acl_dues_add(dues, due, uri, text);
	}
	return rc < 0 ? rc : 0;
}

static int put_in(const struct acl_answer *a, struct acl_dues *dues, struct dm_changes *changes, bool *hidden)
{
	uint32_t i;
	int rc = 0;

	for (i = 0; !rc && i < dues->count; i++) {
		struct acl_due *due = &dues->due[i];
		struct dm_answer answer = {
			.before = acl_due_place(due, a->f, a->wire), .cmd = due->command, .code = due->code,
			.msg_ref = due->msg, .cmd_ref = due->cmd, .results = due->what == ACL_DUE_RESULTS,
		};

		if (acl_due_pending(due) || due->what == ACL_DUE_RECEIPT || due->what == ACL_DUE_PRUNE)
			continue;
		due->sent = a->f->msg_id;
		if (due->what == ACL_DUE_STAND_IN) {
			rc = hide(a, due, dues, changes, hidden);
			continue;
		}
		due->own = a->next + changes->answer_count;
		rc = dm_changes_answer(changes, &answer, acl_due_text(dues, due->uri), acl_due_text(dues, due->text));
	}
	return rc;
}

/* ---- what is kept back ---------------------------------------------------- */

/*
 * By the lists as they were when it was asked for, and as they are now: in between a node can have
 * got the name of another. @beneath: so too where something beneath it is kept back.
 */
static bool kept_back(const struct acl_answer *a, const struct acl_dues *dues, const char *uri, bool beneath)
{
	struct acl_request q = { .command = ACL_CMD_GET, .uri = uri, .uri_len = strlen(uri) };
	char spelled[ACL_URI_MAX + 1];
	struct acl_decision d;
	struct acl_uri u;
	uint32_t k;

	if (acl_uri_parse(uri, q.uri_len, &u) || acl_uri_spell(&u, u.depth, spelled))
		return true;
	beneath |= u.query == ACL_QUERY_LIST && u.list == ACL_LIST_TNDS;
	for (k = 0; k < dues->count; k++) {
		const char *not = acl_due_text(dues, dues->due[k].uri);

		if (acl_due_prunes(dues, &dues->due[k], a->f->session_id) &&
		    (acl_uri_above(not, spelled) || (beneath && acl_uri_above(spelled, not))))
			return true;
	}
	acl_judge(a->t, a->who, &q, &d);
	return !d.allow && d.clause != ACL_CLAUSE_NOT_FOUND;
}

/*
 * Its data may tell of what is beneath: a subtree that cannot be looked into, or a chunk of one, which
 * from the second on does not say so. Of an interior node alone there is its Format.
 */
static bool may_tell_beneath(const struct dm_item *i)
{
	return i->flags & (DM_ITEM_TREE | DM_ITEM_MORE) || (i->flags & DM_ITEM_DATA && i->format != DM_FORMAT_NODE);
}

/* ACL_PARTS: some of its nodes are; they are marked in @branch. */
enum kept { ACL_NOTHING, ACL_PARTS, ACL_ALL };

/*
 * A subtree goes out node by node where its nodes are known, else whole. The nodes say for
 * themselves which they are; what was reported with it is only where they stand.
 */
static enum kept item_kept_back(const struct acl_answer *a, const struct acl_dues *dues, const struct dm_item *i,
				bool branch[DM_BRANCHES_MAX])
{
	const struct dm_branch *b = &a->l->branch[i->branch];
	const char *uri = a->l->text + i->source;
	bool gone[DM_BRANCHES_MAX];	/* with what is around it */
	unsigned int n, left = 0, back = 0;

	if (i->flags & DM_ITEM_ODD || !i->source)
		return ACL_ALL;
	if (!(i->flags & DM_ITEM_NODES))
		return kept_back(a, dues, uri, may_tell_beneath(i)) ? ACL_ALL : ACL_NOTHING;
	for (n = 0; n < i->branches; n++) {
		bool with = b[n].within && gone[b[n].within - 1];

		branch[n] = !with && (!b[n].uri || kept_back(a, dues, a->l->text + b[n].uri, false));
		gone[n] = with || branch[n];
		back += branch[n];
		left += !b[n].within && !gone[n];
	}
	return !back ? ACL_NOTHING : !left ? ACL_ALL : ACL_PARTS;
}

static int prune_branches(struct dm_changes *changes, uint16_t n, uint16_t item, const struct dm_item *i,
			  const bool branch[DM_BRANCHES_MAX])
{
	unsigned int k;
	int rc = 0;

	for (k = 0; !rc && k < i->branches; k++)
		if (branch[k])
			rc = dm_changes_cut_branch(changes, n, item, (uint16_t)k);
	return rc;
}

static int prune_results(const struct acl_answer *a, struct acl_dues *dues, struct dm_changes *changes, uint16_t n)
{
	const struct dm_listed *c = &a->l->command[n];
	bool branch[DM_BRANCHES_MAX];
	uint16_t before = changes->cut_count;
	unsigned int i, count = 0;
	int rc = 0;

	for (i = 0; !rc && i < c->count; i++) {
		const struct dm_item *item = &a->l->item[c->first + i];
		enum kept kept = item_kept_back(a, dues, item, branch);

		count += kept == ACL_ALL;
		if (kept == ACL_ALL)
			rc = dm_changes_cut(changes, DM_CUT_ITEM, n, (uint16_t)i);
		else if (kept == ACL_PARTS)
			rc = prune_branches(changes, n, (uint16_t)i, item, branch);
	}
	if (rc || (!c->unlisted && (!count || count != c->count)))
		return rc;
	changes->cut_count = before;
	rc = dm_changes_cut(changes, DM_CUT_COMMAND, n, 0);
	return rc ? rc : owe_receipt(a, &a->f->command[n], dues);
}

/* Which Results are of what Get cannot be relied on, so all are looked into from then on. */
static int prune(const struct acl_answer *a, struct acl_dues *dues, struct dm_changes *changes)
{
	bool gone[DM_COMMAND_MAX] = { false };
	uint32_t i;
	int rc = 0;

	if (!acl_dues_prune(dues, a->f->session_id))
		return 0;
	for (i = 0; i < changes->cut_count; i++)
		gone[changes->cut[i].command] = true;
	for (i = 0; !rc && i < a->f->command_count; i++)
		if (a->f->command[i].cmd == DM_CMD_RESULTS && !gone[i])
			rc = prune_results(a, dues, changes, (uint16_t)i);
	return rc;
}

int acl_answer(const struct acl_answer *a, struct acl_dues *dues, struct dm_changes *changes,
	       bool hidden[DM_STATUS_MAX])
{
	struct acl_dues *old;
	int rc;

	dm_changes_init(changes);
	memset(hidden, 0, DM_STATUS_MAX * sizeof(*hidden));
	/* A client's first message has no Status: what was due in another session is not due in this. */
	if (!a->f->status_count) {
		rc = prune(a, dues, changes);
		acl_dues_drop(dues, ends, a->f->msg_id);
		return rc;
	}
	old = malloc(sizeof(*old));
	if (!old)
		return -ENOMEM;
	*old = *dues;
	rc = settle(a, dues, old);
	free(old);
	if (!rc)
		rc = put_in(a, dues, changes, hidden);
	return rc ? rc : prune(a, dues, changes);
}

bool acl_due_results(const struct acl_dues *dues, uint32_t sent, uint32_t cmd)
{
	uint32_t i;

	for (i = 0; i < dues->count; i++)
		if (dues->due[i].what == ACL_DUE_RESULTS && dues->due[i].sent == sent && dues->due[i].own == cmd)
			return true;
	return false;
}
