/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the commands of a message are about, for who judges them: which nodes each names,
 * and what is said of their data. Only listed where somebody asks, because it is stricter
 * than facts.h: what one reader takes for one node and another for another is refused.
 * And what may be changed in them: commands and items cut out, answers put in.
 *
 * Plain data without pointers, as in facts.h. Texts are offsets into @text, 0 for none.
 */
#ifndef DM_COMMANDS_H
#define DM_COMMANDS_H

#include "facts.h"

#define DM_ITEMS_MAX	2048		/* of all commands of a message */
#define DM_REFS_MAX	1024		/* TargetRef of all Status of a message */
#define DM_BRANCHES_MAX	2048		/* nodes of all subtrees in Items */
#define DM_LIST_TEXT	(512u << 10)	/* octets of all texts */
#define DM_URI_MAX	4096		/* octets of a LocURI that is listed whole */
#define DM_VALUE_MAX	4096		/* octets of the value of a property that is listed */

enum dm_format { DM_FORMAT_NONE, DM_FORMAT_NODE, DM_FORMAT_CHR, DM_FORMAT_OTHER };

#define DM_ITEM_MORE	0x01	/* MoreData: a chunk that is not the last */
#define DM_ITEM_TREE	0x02	/* its data is a subtree (TNDS), or elements of some kind */
#define DM_ITEM_DATA	0x04	/* has Data; @data is it where it is a property's */
#define DM_ITEM_ODD	0x08	/* @target or @source is over DM_URI_MAX, or no plain text: not listed */
#define DM_ITEM_OPAQUE	0x10	/* the value of a property is over DM_VALUE_MAX or no plain text: not listed */
#define DM_ITEM_NODES	0x20	/* its data is a subtree whose nodes are all listed; of Results only */

/**
 * struct dm_item - an Item
 * @target, @source: LocURI
 * @data: the value that a Replace gives to a property
 * @format: enum dm_format
 * @flags: DM_ITEM_ bits
 * @branch, @branches: nodes of its subtree, if they are listed
 */
struct dm_item {
	uint32_t target, source, data;
	uint8_t format, flags;
	uint16_t branch, branches;
};

/**
 * struct dm_branch - a node of the subtree that an Item has as its data
 * @uri: 0 where it has none that is certain
 * @within: place of the node around it plus 1, among those of the Item; 0 for none
 */
struct dm_branch {
	uint32_t uri;
	uint16_t within;
};

/**
 * struct dm_listed - a command, at the same place as in dm_facts.command
 * @parent: place of the Atomic or Sequence around it plus 1; 0 for none
 * @first, @count: its items
 * @unlisted: it is Results whose items have no clear reading, or are too many to be listed
 * @msg_ref, @cmd_ref: of Results, else 0
 */
struct dm_listed {
	uint16_t parent, first, count, unlisted;
	uint32_t msg_ref, cmd_ref;
};

/* A TargetRef of the Status at this place of dm_facts.status. */
struct dm_ref {
	uint16_t status;
	uint32_t target;
};

struct dm_list {
	uint16_t command_count, item_count, ref_count, branch_count;
	uint32_t text_len;
	struct dm_listed command[DM_COMMAND_MAX];
	struct dm_item item[DM_ITEMS_MAX];
	struct dm_branch branch[DM_BRANCHES_MAX];
	struct dm_ref ref[DM_REFS_MAX];
	char text[DM_LIST_TEXT];	/* begins with the empty one */
};

/* Octets of @l that count. */
static inline size_t dm_list_size(const struct dm_list *l)
{
	return offsetof(struct dm_list, text) + l->text_len;
}

/* Everything in range, and @l is of the message of @f. @len: octets of @l that are there. */
bool dm_list_valid(const struct dm_list *l, size_t len, const struct dm_facts *f);

#define DM_CUTS_MAX	(DM_ITEMS_MAX + DM_BRANCHES_MAX)
#define DM_ANSWERS_MAX	1024
#define DM_CHANGES_TEXT	(256u << 10)
/* What is asked instead where nothing is left that a client would answer. */
#define DM_STAND_IN_URI	"./DevInfo/DevId"

enum dm_cut_op {
	DM_CUT_COMMAND,		/* with everything in it */
	DM_CUT_ITEM,
	DM_CUT_BRANCH,		/* a node of the Item's subtree, with what is beneath */
	DM_CUT_STAND_IN,	/* the command, and a Get of DM_STAND_IN_URI takes its place and CmdID */
};

/*
 * @item: within the command, @branch: within the item. Nothing is cut twice, nor out of what is
 * cut. Branches of an Item follow each other in their order.
 */
struct dm_cut {
	uint16_t command, item, branch;
	uint8_t op;
};

/**
 * struct dm_answer - a Status of somebody else's, or Results
 * @before: place of the Status that it goes in front of; status_count: behind the last
 * @cmd: enum dm_cmd that is answered
 * @results: Results, with @data as the value of the node @target
 * @code: else
 * @target: TargetRef, 0 for none
 * CmdIDs go on behind those of the message in the order of the answers.
 */
struct dm_answer {
	uint16_t before, code;
	uint8_t cmd, results;
	uint32_t msg_ref, cmd_ref;
	uint32_t target, data;
};

struct dm_changes {
	uint16_t cut_count, answer_count;
	uint32_t text_len;
	struct dm_cut cut[DM_CUTS_MAX];
	struct dm_answer answer[DM_ANSWERS_MAX];
	char text[DM_CHANGES_TEXT];	/* begins with the empty one */
};

static inline size_t dm_changes_size(const struct dm_changes *c)
{
	return offsetof(struct dm_changes, text) + c->text_len;
}

void dm_changes_init(struct dm_changes *c);
bool dm_changes_empty(const struct dm_changes *c);
bool dm_changes_valid(const struct dm_changes *c, size_t len);
/* 0, or -E2BIG when there is no room. */
int dm_changes_cut(struct dm_changes *c, enum dm_cut_op op, uint16_t command, uint16_t item);
int dm_changes_cut_branch(struct dm_changes *c, uint16_t command, uint16_t item, uint16_t branch);
/* @target and @data as texts, NULL for none. */
int dm_changes_answer(struct dm_changes *c, const struct dm_answer *a, const char *target,
		      const char *data);

#endif
