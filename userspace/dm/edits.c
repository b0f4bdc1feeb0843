// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Edits to splices: which octets of the message each edit replaces, and by
 * what. Order of the children of a Status: RepPro 1.2, 6.2.11.
 */
#include "doc.h"

#include <linux/omasec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* New number in a leaf that holds a number; its string stays of the same kind. */
static void replace_number(struct splices *s, uint32_t leaf, uint32_t number)
{
	const struct dm_doc *doc = s->doc;
	const struct dm_node *n = &doc->nodes[leaf];
	size_t data = writer_fragment(&s->w, doc, leaf);
	uint32_t child = n->child;
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	/* layout may stand before: the kind that counts is that of the digits */
	while (child && doc->nodes[child].next && doc->nodes[child].kind == DM_TEXT)
		child = doc->nodes[child].next;
	if (doc->nodes[child].kind == DM_OPAQUE)
		writer_opaque(&s->w, (const uint8_t *)text, strlen(text));
	else
		writer_text(&s->w, (const uint8_t *)text, strlen(text));
	splices_add(s, n->inner, n->inner_end - n->inner, data);
}

static void remove_node(struct splices *s, uint32_t node)
{
	const struct dm_node *n = &s->doc->nodes[node];

	splices_add(s, n->start, n->end - n->start, s->w.out.len);
}

static void edit_chal(struct splices *s, const struct dm_status_nodes *sn,
		      const struct dm_status_edit *e)
{
	const struct dm_node *chal = &s->doc->nodes[sn->chal];
	size_t data;

	if (e->chal == DM_CHAL_REMOVE && sn->chal)
		remove_node(s, sn->chal);
	if (e->chal != DM_CHAL_MAC && e->chal != DM_CHAL_MD5)
		return;
	data = writer_fragment(&s->w, s->doc, sn->node);
	writer_chal(&s->w, e->chal == DM_CHAL_MD5, e->nonce, e->nonce_len);
	if (sn->chal)
		splices_add(s, chal->start, chal->end - chal->start, data);
	else
		splices_add(s, s->doc->nodes[sn->data].start, 0, data);
}

static void edit_cred(struct splices *s, const struct dm_edits *e)
{
	const struct dm_doc *doc = s->doc;
	const struct dm_node *cred = &doc->nodes[doc->cred];
	size_t data;

	if (!e->set_cred) {
		if (e->remove_cred && doc->cred)
			remove_node(s, doc->cred);
		return;
	}
	data = writer_fragment(&s->w, doc, doc->before_cred);
	writer_cred(&s->w, e->cred);
	if (doc->cred)
		splices_add(s, cred->start, cred->end - cred->start, data);
	else
		splices_add(s, doc->nodes[doc->before_cred].end, 0, data);
}

static int edit_status(struct splices *s, const struct dm_status_edit *e, bool *removed,
		       struct dm_error *err)
{
	const struct dm_facts *f = &s->doc->facts;
	const struct dm_status_nodes *sn = &s->doc->status[e->index];

	if (e->index >= f->status_count)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR,
			       "edit of Status %u in a message that has %u", e->index,
			       f->status_count);
	if (e->op == DM_STATUS_REMOVE) {
		removed[e->index] = true;
		remove_node(s, sn->node);
	}
	if (e->op == DM_STATUS_SET) {
		if (e->code != f->status[e->index].code)
			replace_number(s, sn->data, e->code);
		edit_chal(s, sn, e);
	}
	return 0;
}

static uint32_t mapped(const struct dm_edits *e, uint32_t ref)
{
	unsigned int i;

	for (i = 0; i < e->map_count; i++) {
		if (e->map[i].from == ref)
			return e->map[i].to;
	}
	return ref;
}

static int map_refs(struct splices *s, const struct dm_edits *e, const bool *removed,
		    const struct cut_commands *cut, struct dm_error *err)
{
	const struct dm_doc *doc = s->doc;
	uint32_t ref = 0;
	unsigned int i;

	if (!e->map_count)
		return 0;
	for (i = 0; i < doc->facts.status_count; i++) {
		ref = doc->facts.status[i].msg_ref;
		if (!removed[i] && mapped(e, ref) != ref)
			replace_number(s, doc->status[i].msg_ref, mapped(e, ref));
	}
	for (i = 0; i < doc->facts.command_count; i++) {
		char text[32];
		int ret;

		if (!doc->command[i].msg_ref || cut->cut[i])
			continue;
		ret = facts_text(doc, doc->command[i].msg_ref, text, sizeof(text), err);
		if (ret)
			return ret;
		if (dm_number(text, strlen(text), &ref) && mapped(e, ref) != ref)
			replace_number(s, doc->command[i].msg_ref, mapped(e, ref));
	}
	return 0;
}

static void write_status(struct dm_writer *w, const struct dm_edits *e, uint32_t cmd_id)
{
	writer_open(w, DM_STATUS);
	writer_number(w, DM_CMDID, cmd_id);
	writer_number(w, DM_MSGREF, e->insert_msg_ref);
	writer_number(w, DM_CMDREF, 0);
	writer_leaf(w, DM_CMD, "SyncHdr");
	if (e->insert_target_ref[0])
		writer_leaf(w, DM_TARGETREF, e->insert_target_ref);
	if (e->insert_source_ref[0])
		writer_leaf(w, DM_SOURCEREF, e->insert_source_ref);
	if (e->insert_chal != DM_CHAL_REMOVE)
		writer_chal(w, e->insert_chal == DM_CHAL_MD5, e->insert_nonce, e->insert_nonce_len);
	writer_number(w, DM_DATA, e->insert_code);
	writer_close(w);
}

/* What goes to the beginning: our Status, and answers where there is no other Status. */
static void write_first(struct splices *s, const struct dm_edits *e, const struct dm_changes *c)
{
	uint32_t next = s->doc->facts.max_cmd_id + 1;

	if (e->insert_status)
		write_status(&s->w, e, next++);
	if (c && !s->doc->facts.status_count)
		changes_write(&s->w, c, 0, next);
}

/* <SyncBody/> has to be opened for it. */
static void insert_in_empty(struct splices *s, const struct dm_edits *e, const struct dm_changes *c)
{
	const struct dm_node *body = &s->doc->nodes[s->doc->syncbody];
	size_t data = writer_fragment(&s->w, s->doc, s->doc->syncbody);
	struct dm_writer *w = &s->w;

	if (s->doc->encoding == DM_WBXML) {
		writer_open(w, DM_SYNCBODY);
		write_first(s, e, c);
		writer_close(w);
		splices_add(s, body->start, body->end - body->start, data);
		return;
	}
	dm_out_byte(&w->out, '>');
	write_first(s, e, c);
	w->stack[w->depth++] = DM_SYNCBODY;
	writer_close(w);
	splices_add(s, body->end - 2, 2, data);
}

static void insert_first(struct splices *s, const struct dm_edits *e, const struct dm_changes *c)
{
	const struct dm_node *body = &s->doc->nodes[s->doc->syncbody];
	size_t data;

	if (body->flags & DM_NODE_EMPTY) {
		insert_in_empty(s, e, c);
		return;
	}
	data = writer_fragment(&s->w, s->doc, s->doc->syncbody);
	write_first(s, e, c);
	splices_add(s, body->inner, 0, data);
}

/* Both kinds of what is put in, numbered behind the CmdIDs that are there. */
static int insert_all(struct splices *s, const struct dm_edits *e, const struct dm_changes *c,
		      struct dm_error *err)
{
	const struct dm_facts *f = &s->doc->facts;
	unsigned int more = e->insert_status + (c ? c->answer_count : 0u);

	if (!more)
		return 0;
	if (f->max_cmd_id > INT32_MAX - more)
		return dm_fail(err, OMASEC_REASON_DM_BAD, "no CmdID is left for another Status");
	if (e->insert_status || !f->status_count)
		insert_first(s, e, c);
	return c && f->status_count ? changes_insert(s, c, f->max_cmd_id + 1 + e->insert_status, err) : 0;
}

static int edit_all(struct splices *s, const struct dm_edits *e, const struct dm_changes *c,
		    struct dm_error *err)
{
	const struct dm_doc *doc = s->doc;
	bool removed[DM_STATUS_MAX] = { false };
	struct cut_commands cut = { { false } };
	unsigned int i;
	int ret;

	if (e->set_msg_id && e->set_msg_id != doc->facts.msg_id)
		replace_number(s, doc->msg_id, e->set_msg_id);
	edit_cred(s, e);
	for (i = 0; i < e->status_count; i++) {
		ret = edit_status(s, &e->status[i], removed, err);
		if (ret)
			return ret;
	}
	ret = c ? changes_cut(s, c, &cut, err) : 0;
	if (!ret)
		ret = insert_all(s, e, c, err);
	return ret ? ret : map_refs(s, e, removed, &cut, err);
}

int dm_change(const struct dm_doc *doc, const struct dm_edits *edits, const struct dm_changes *changes,
	      uint8_t **out, size_t *len, struct dm_error *err)
{
	struct splices s;
	int ret;

	*out = NULL;
	if (!dm_edits_valid(edits) || (changes && !dm_changes_valid(changes, dm_changes_size(changes))))
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "edits are out of range");
	if (dm_edits_empty(edits) && (!changes || dm_changes_empty(changes))) {
		*out = malloc(doc->len);
		if (!*out)
			return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
		memcpy(*out, doc->body, doc->len);
		*len = doc->len;
		return 0;
	}
	splices_init(&s, doc);
	ret = edit_all(&s, edits, changes, err);
	if (!ret)
		ret = splices_apply(&s, out, len, err);
	splices_free(&s);
	return ret;
}

int dm_apply(const struct dm_doc *doc, const struct dm_edits *edits,
	     uint8_t **out, size_t *len, struct dm_error *err)
{
	return dm_change(doc, edits, NULL, out, len, err);
}
