// SPDX-License-Identifier: LGPL-2.1-or-later
/* Checks on lists and changes as plain data, for both sides, and how changes are made. */
#include "commands.h"

#include "text.h"

#include <errno.h>
#include <string.h>

/* Texts one behind the other, each plain and terminated; the empty one first. */
static bool texts_valid(const char *text, uint32_t len, uint32_t max)
{
	return len && len <= max && !text[0] && !text[len - 1];
}

static bool text_valid(const char *text, uint32_t len, uint32_t at, size_t max)
{
	return !at || (at < len && text[at] && dm_label_valid(text + at, max < len - at ? max : len - at));
}

static bool item_valid(const struct dm_list *l, const struct dm_item *i)
{
	return text_valid(l->text, l->text_len, i->target, DM_URI_MAX + 1) &&
	       text_valid(l->text, l->text_len, i->source, DM_URI_MAX + 1) &&
	       text_valid(l->text, l->text_len, i->data, DM_VALUE_MAX + 1) &&
	       i->format <= DM_FORMAT_OTHER && i->flags < 0x40 && !i->branches == !(i->flags & DM_ITEM_NODES);
}

/* Those of each item behind those of the one before, and what is around a node before it. */
static bool branches_valid(const struct dm_list *l)
{
	unsigned int i, k, count = 0;

	for (i = 0; i < l->item_count; i++) {
		const struct dm_item *item = &l->item[i];

		if (item->branches && (item->branch != count || item->branches > l->branch_count - count))
			return false;
		for (k = 0; k < item->branches; k++) {
			const struct dm_branch *b = &l->branch[count + k];

			if (b->within > k || !text_valid(l->text, l->text_len, b->uri, DM_URI_MAX + 1))
				return false;
		}
		count += item->branches;
	}
	return count == l->branch_count;
}

bool dm_list_valid(const struct dm_list *l, size_t len, const struct dm_facts *f)
{
	unsigned int i, items = 0;

	if (len < offsetof(struct dm_list, text) || l->command_count != f->command_count ||
	    l->item_count > DM_ITEMS_MAX || l->ref_count > DM_REFS_MAX || l->branch_count > DM_BRANCHES_MAX ||
	    len != dm_list_size(l) ||
	    !texts_valid(l->text, l->text_len, DM_LIST_TEXT))
		return false;
	for (i = 0; i < l->command_count; i++) {
		const struct dm_listed *c = &l->command[i];
		uint8_t above = c->parent ? f->command[c->parent - 1].cmd : DM_CMD_ATOMIC;

		/* in document order: what is around it comes before it */
		if (c->parent > i || (above != DM_CMD_ATOMIC && above != DM_CMD_SEQUENCE) ||
		    c->first != items || c->count > l->item_count - items || c->msg_ref > INT32_MAX ||
		    c->cmd_ref > INT32_MAX || c->unlisted > 1 || (c->unlisted && c->count))
			return false;
		items += c->count;
	}
	for (i = 0; i < l->item_count; i++) {
		if (!item_valid(l, &l->item[i]))
			return false;
	}
	for (i = 0; i < l->ref_count; i++) {
		if (l->ref[i].status >= f->status_count || !l->ref[i].target ||
		    !text_valid(l->text, l->text_len, l->ref[i].target, DM_URI_MAX + 1))
			return false;
	}
	return items == l->item_count && branches_valid(l);
}

void dm_changes_init(struct dm_changes *c)
{
	c->cut_count = 0;
	c->answer_count = 0;
	c->text_len = 1;
	c->text[0] = '\0';
}

bool dm_changes_empty(const struct dm_changes *c)
{
	return !c->cut_count && !c->answer_count;
}

static bool answer_valid(const struct dm_changes *c, const struct dm_answer *a)
{
	return a->before <= DM_STATUS_MAX && dm_cmd_answered(a->cmd) &&
	       a->results <= 1 && (a->results ? a->target != 0 : a->code >= 100 && a->code <= 999) &&
	       a->msg_ref && a->msg_ref <= INT32_MAX && a->cmd_ref && a->cmd_ref <= INT32_MAX &&
	       text_valid(c->text, c->text_len, a->target, DM_URI_MAX + 1) &&
	       text_valid(c->text, c->text_len, a->data, DM_VALUE_MAX + 1);
}

bool dm_changes_valid(const struct dm_changes *c, size_t len)
{
	unsigned int i;

	if (len < offsetof(struct dm_changes, text) || c->cut_count > DM_CUTS_MAX ||
	    c->answer_count > DM_ANSWERS_MAX || len != dm_changes_size(c) ||
	    !texts_valid(c->text, c->text_len, DM_CHANGES_TEXT))
		return false;
	for (i = 0; i < c->cut_count; i++) {
		if (c->cut[i].op > DM_CUT_STAND_IN || c->cut[i].command >= DM_COMMAND_MAX)
			return false;
	}
	for (i = 0; i < c->answer_count; i++) {
		if (!answer_valid(c, &c->answer[i]))
			return false;
	}
	return true;
}

static int cut_add(struct dm_changes *c, struct dm_cut cut)
{
	if (c->cut_count == DM_CUTS_MAX)
		return -E2BIG;
	c->cut[c->cut_count++] = cut;
	return 0;
}

int dm_changes_cut(struct dm_changes *c, enum dm_cut_op op, uint16_t command, uint16_t item)
{
	return cut_add(c, (struct dm_cut){ command, item, 0, (uint8_t)op });
}

int dm_changes_cut_branch(struct dm_changes *c, uint16_t command, uint16_t item, uint16_t branch)
{
	return cut_add(c, (struct dm_cut){ command, item, branch, DM_CUT_BRANCH });
}

static int changes_text(struct dm_changes *c, const char *text, uint32_t *at)
{
	size_t len = text ? strlen(text) + 1 : 0;

	*at = 0;
	if (len < 2)
		return 0;
	if (len > DM_CHANGES_TEXT - c->text_len)
		return -E2BIG;
	memcpy(c->text + c->text_len, text, len);
	*at = c->text_len;
	c->text_len += (uint32_t)len;
	return 0;
}

int dm_changes_answer(struct dm_changes *c, const struct dm_answer *a, const char *target,
		      const char *data)
{
	struct dm_answer *to = &c->answer[c->answer_count];
	uint32_t len = c->text_len;

	if (c->answer_count == DM_ANSWERS_MAX)
		return -E2BIG;
	*to = *a;
	if (changes_text(c, target, &to->target) || changes_text(c, data, &to->data)) {
		c->text_len = len;
		return -E2BIG;
	}
	c->answer_count++;
	return 0;
}
