// SPDX-License-Identifier: LGPL-2.1-or-later
/* Changes to commands as splices: what is cut out, and answers that are put in. */
#include "doc.h"
#include "subtree.h"

#include <linux/omasec.h>
#include <string.h>

static const char *cmd_name(uint8_t cmd)
{
	static const uint16_t tags[] = {
		[DM_CMD_ADD] = DM_ADD, [DM_CMD_ALERT] = DM_ALERT, [DM_CMD_ATOMIC] = DM_ATOMIC,
		[DM_CMD_COPY] = DM_COPY, [DM_CMD_DELETE] = DM_DELETE, [DM_CMD_EXEC] = DM_EXEC,
		[DM_CMD_GET] = DM_GET, [DM_CMD_REPLACE] = DM_REPLACE, [DM_CMD_RESULTS] = DM_RESULTS,
		[DM_CMD_SEQUENCE] = DM_SEQUENCE, [DM_CMD_MAP] = DM_MAP, [DM_CMD_MOVE] = DM_MOVE,
		[DM_CMD_PUT] = DM_PUT, [DM_CMD_SEARCH] = DM_SEARCH, [DM_CMD_SYNC] = DM_SYNC,
	};

	return dm_tag_name(tags[cmd]);
}

static uint32_t item_node(const struct dm_doc *doc, uint32_t command, unsigned int item)
{
	uint32_t child = doc->nodes[command].child;

	for (; child; child = doc->nodes[child].next) {
		if (doc->nodes[child].kind == DM_ELEMENT && doc->nodes[child].tag == DM_ITEM && !item--)
			return child;
	}
	return 0;
}

static void write_stand_in(struct splices *s, uint32_t node, uint32_t cmd_id)
{
	struct dm_writer *w = &s->w;
	size_t data = writer_fragment(w, s->doc, node);

	writer_open(w, DM_GET);
	writer_number(w, DM_CMDID, cmd_id);
	writer_open(w, DM_ITEM);
	writer_open(w, DM_TARGET);
	writer_leaf(w, DM_LOCURI, DM_STAND_IN_URI);
	writer_close(w);
	writer_close(w);
	writer_close(w);
	splices_add(s, s->doc->nodes[node].start, s->doc->nodes[node].end - s->doc->nodes[node].start, data);
}

/* The cut at @from and those behind it of the same Item. Their number, or a negative errno. */
static int cut_branches(struct splices *s, const struct dm_changes *c, unsigned int from, uint32_t item,
			struct dm_error *err)
{
	uint16_t nth[DM_BRANCHES_MAX];
	unsigned int n = 0;
	int ret;

	while (from + n < c->cut_count && n < DM_BRANCHES_MAX && c->cut[from + n].op == DM_CUT_BRANCH &&
	       c->cut[from + n].command == c->cut[from].command && c->cut[from + n].item == c->cut[from].item) {
		nth[n] = c->cut[from + n].branch;
		n++;
	}
	ret = subtree_cut(s, item, nth, n, err);
	return ret ? ret : (int)n;
}

int changes_cut(struct splices *s, const struct dm_changes *c, struct cut_commands *cut,
		struct dm_error *err)
{
	const struct dm_doc *doc = s->doc;
	const struct dm_node *n;
	unsigned int i;
	uint32_t node;
	int n_cut;

	for (i = 0; i < c->cut_count; i++) {
		const struct dm_cut *k = &c->cut[i];

		if (k->command >= doc->facts.command_count)
			return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "cut of command %u in a message that has %u",
				       k->command, doc->facts.command_count);
		node = doc->command[k->command].node;
		if (k->op == DM_CUT_STAND_IN) {
			cut->cut[k->command] = true;
			write_stand_in(s, node, doc->facts.command[k->command].cmd_id);
			continue;
		}
		if (k->op == DM_CUT_ITEM || k->op == DM_CUT_BRANCH)
			node = item_node(doc, node, k->item);
		else
			cut->cut[k->command] = true;
		if (!node)
			return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "cut of an Item that is not there");
		if (k->op == DM_CUT_BRANCH) {
			n_cut = cut_branches(s, c, i, node, err);
			if (n_cut < 0)
				return n_cut;
			i += (unsigned int)n_cut - 1;
			continue;
		}
		n = &doc->nodes[node];
		splices_add(s, n->start, n->end - n->start, s->w.out.len);
	}
	return 0;
}

static void write_answer(struct dm_writer *w, const struct dm_changes *c, const struct dm_answer *a,
			 uint32_t cmd_id)
{
	const char *target = c->text + a->target;

	writer_open(w, a->results ? DM_RESULTS : DM_STATUS);
	writer_number(w, DM_CMDID, cmd_id);
	writer_number(w, DM_MSGREF, a->msg_ref);
	writer_number(w, DM_CMDREF, a->cmd_ref);
	if (a->results) {
		writer_open(w, DM_ITEM);
		writer_open(w, DM_SOURCE);
		writer_leaf(w, DM_LOCURI, target);
		writer_close(w);
		writer_leaf(w, DM_DATA, c->text + a->data);
		writer_close(w);
	} else {
		writer_leaf(w, DM_CMD, cmd_name(a->cmd));
		if (a->target)
			writer_leaf(w, DM_TARGETREF, target);
		writer_number(w, DM_DATA, a->code);
	}
	writer_close(w);
}

void changes_write(struct dm_writer *w, const struct dm_changes *c, unsigned int before, uint32_t next)
{
	unsigned int i;

	for (i = 0; i < c->answer_count; i++) {
		if (c->answer[i].before == before)
			write_answer(w, c, &c->answer[i], next + i);
	}
}

int changes_insert(struct splices *s, const struct dm_changes *c, uint32_t next, struct dm_error *err)
{
	const struct dm_doc *doc = s->doc;
	unsigned int count = doc->facts.status_count, i;
	bool done[DM_STATUS_MAX + 1] = { false };

	for (i = 0; i < c->answer_count; i++) {
		unsigned int before = c->answer[i].before;
		uint32_t near = doc->status[before < count ? before : count - 1].node;
		size_t data;

		if (before > count)
			return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "answer before Status %u in a message that has %u",
				       before, count);
		if (done[before])
			continue;
		done[before] = true;
		data = writer_fragment(&s->w, doc, near);
		changes_write(&s->w, c, before, next);
		splices_add(s, before < count ? doc->nodes[near].start : doc->nodes[near].end, 0, data);
	}
	return 0;
}
