// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the commands of a message are about (RepPro 1.2, 6.2.1 to 6.6). A client takes a
 * command by its own reading of Item; where there could be two readings, none is given.
 */
#include "subtree.h"
#include "want.h"

#include <errno.h>
#include <linux/omasec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define dm_bad(err, ...) dm_fail(err, OMASEC_REASON_DM_BAD, __VA_ARGS__)

#define TNDS_TYPE "application/vnd.syncml.dmtnds"

struct lister {
	const struct dm_doc *doc;
	struct dm_list *l;
	struct dm_error *err;
};

static int list_text(struct lister *x, const char *text, uint32_t *at)
{
	size_t len = strlen(text) + 1;

	if (len == 1)
		return 0;
	if (len > DM_LIST_TEXT - x->l->text_len)
		return dm_bad(x->err, "the commands name over %u octets", DM_LIST_TEXT);
	*at = x->l->text_len;
	memcpy(x->l->text + *at, text, len);
	x->l->text_len += (uint32_t)len;
	return 0;
}

/* Text and nothing else inside: there is one reading of it, whatever it says. */
static int only_text(struct lister *x, uint32_t node)
{
	const struct dm_node *leaf = &x->doc->nodes[node];
	uint32_t child;

	if (leaf->flags & DM_NODE_COMMENT)
		return dm_bad(x->err, "comment inside %s", dm_tag_label(leaf->tag));
	for (child = leaf->child; child; child = x->doc->nodes[child].next) {
		if (x->doc->nodes[child].kind == DM_ELEMENT)
			return dm_bad(x->err, "%s in %s, where text belongs",
				      dm_tag_label(x->doc->nodes[child].tag), dm_tag_label(leaf->tag));
	}
	return 0;
}

/* Lists the text of @node; too long or not plain: @flag is set instead. */
static int plain_text(struct lister *x, uint32_t node, size_t max, uint32_t *at, uint8_t flag,
		      uint8_t *flags)
{
	char text[(DM_URI_MAX > DM_VALUE_MAX ? DM_URI_MAX : DM_VALUE_MAX) + 1];
	struct dm_error ignored;

	if (only_text(x, node))
		return -EBADMSG;
	if (!facts_text(x->doc, node, text, max + 1, &ignored))
		return list_text(x, text, at);
	*flags |= flag;
	return 0;
}

static int list_location(struct lister *x, uint32_t node, uint32_t *at, uint8_t *flags)
{
	uint32_t uri, name;
	const struct want wants[] = {
		{ DM_LOCURI, true, false, &uri },
		{ DM_LOCNAME, false, false, &name },
	};

	if (!node)
		return 0;
	if (WANT(x->doc, node, wants, ONLY_WANTED, x->err))
		return -EBADMSG;
	return plain_text(x, uri, DM_URI_MAX, at, DM_ITEM_ODD, flags);
}

static int list_meta(struct lister *x, uint32_t meta, struct dm_item *item)
{
	uint32_t format, type;
	const struct want wants[] = {
		{ DM_FORMAT, false, false, &format },
		{ DM_TYPE, false, false, &type },
	};
	char text[DM_TEXT_MAX];

	if (!meta)
		return 0;
	if (WANT(x->doc, meta, wants, ANY_OTHER, x->err))
		return -EBADMSG;
	if (format) {
		if (facts_text(x->doc, format, text, sizeof(text), x->err))
			return -EBADMSG;
		item->format = !strcmp(text, "node") ? DM_FORMAT_NODE :
			       !strcmp(text, "chr") ? DM_FORMAT_CHR : DM_FORMAT_OTHER;
	}
	if (!type)
		return 0;
	if (facts_text(x->doc, type, text, sizeof(text), x->err))
		return -EBADMSG;
	if (!strncasecmp(text, TNDS_TYPE, strlen(TNDS_TYPE)))
		item->flags |= DM_ITEM_TREE;
	return 0;
}

static int list_data(struct lister *x, uint32_t data, bool property, struct dm_item *item)
{
	uint32_t child;

	if (!data)
		return 0;
	item->flags |= DM_ITEM_DATA;
	for (child = x->doc->nodes[data].child; child; child = x->doc->nodes[child].next) {
		if (x->doc->nodes[child].kind == DM_ELEMENT)
			item->flags |= DM_ITEM_TREE;
	}
	if (!property || item->flags & DM_ITEM_TREE)
		return 0;
	return plain_text(x, data, DM_VALUE_MAX, &item->data, DM_ITEM_OPAQUE, &item->flags);
}

/* @of_all: Meta of the command, for items that say nothing themselves */
static int list_item(struct lister *x, uint32_t node, uint32_t of_all, bool replace)
{
	struct dm_item *item = &x->l->item[x->l->item_count];
	uint32_t target, source, meta, data, more;
	const struct want wants[] = {
		{ DM_TARGET, false, false, &target },
		{ DM_SOURCE, false, false, &source },
		{ DM_META, false, false, &meta },
		{ DM_DATA, false, false, &data },
		{ DM_MOREDATA, false, false, &more },
	};
	int ret;

	if (x->l->item_count == DM_ITEMS_MAX)
		return dm_bad(x->err, "over %u Items", DM_ITEMS_MAX);
	memset(item, 0, sizeof(*item));
	ret = WANT(x->doc, node, wants, ONLY_WANTED, x->err);
	if (!ret)
		ret = list_location(x, target, &item->target, &item->flags);
	if (!ret)
		ret = list_location(x, source, &item->source, &item->flags);
	if (!ret)
		ret = list_meta(x, of_all, item);
	if (!ret)
		ret = list_meta(x, meta, item);
	if (!ret)
		ret = list_data(x, data, replace && strchr(x->l->text + item->target, '?'), item);
	if (more)
		item->flags |= DM_ITEM_MORE;
	if (!ret)
		x->l->item_count++;
	return ret;
}

static int list_items(struct lister *x, uint32_t node, struct dm_listed *c)
{
	uint32_t cmd_id, no_resp, meta, correlator, child;
	const struct want wants[] = {
		{ DM_CMDID, true, false, &cmd_id },
		{ DM_NORESP, false, false, &no_resp },
		{ DM_META, false, false, &meta },
		{ DM_CORRELATOR, false, false, &correlator },
		{ DM_ITEM, false, true, NULL },
	};
	const struct dm_node *n;
	int ret;

	ret = WANT(x->doc, node, wants, ONLY_WANTED, x->err);
	for (child = x->doc->nodes[node].child; !ret && child; child = n->next) {
		n = &x->doc->nodes[child];
		if (n->kind != DM_ELEMENT || n->tag != DM_ITEM)
			continue;
		ret = list_item(x, child, meta, x->doc->nodes[node].tag == DM_REPLACE);
		c->count++;
	}
	if (!ret && !c->count)
		ret = dm_bad(x->err, "%s without Item", dm_tag_label(x->doc->nodes[node].tag));
	return ret;
}

static int list_branch(void *arg, const char *uri, unsigned int within)
{
	struct lister *x = arg;
	struct dm_branch *b = &x->l->branch[x->l->branch_count];

	if (x->l->branch_count == DM_BRANCHES_MAX)
		return dm_bad(x->err, "over %u nodes in subtrees", DM_BRANCHES_MAX);
	*b = (struct dm_branch){ .within = (uint16_t)within };
	if (uri && dm_label_valid(uri, strlen(uri) + 1) && list_text(x, uri, &b->uri))
		return -EBADMSG;
	x->l->branch_count++;
	return 0;
}

/* The nodes of the subtree that the Item has as its data, if there is one that can be read. */
static void list_branches(struct lister *x, uint32_t node, struct dm_item *item)
{
	uint32_t text = x->l->text_len, count = x->l->branch_count;
	char source[DM_URI_MAX + 1];
	struct dm_error ignored;
	struct lister quiet = { x->doc, x->l, &ignored };
	struct subtree s;
	int ret;

	if (item->flags & (DM_ITEM_MORE | DM_ITEM_ODD) || !(item->flags & DM_ITEM_TREE))
		return;
	snprintf(source, sizeof(source), "%s", x->l->text + item->source);
	source[strcspn(source, "?")] = '\0';
	ret = subtree_open(x->doc, node, &s, &ignored);
	if (ret)
		return;
	ret = subtree_each(&s, source, list_branch, &quiet, &ignored);
	subtree_close(&s);
	if (!ret && x->l->branch_count > count) {
		item->flags |= DM_ITEM_NODES;
		item->branch = (uint16_t)count;
		item->branches = (uint16_t)(x->l->branch_count - count);
		return;
	}
	x->l->text_len = text;
	x->l->branch_count = (uint16_t)count;
}

/* What a client reports has to be told apart only where a server may not have all of it. */
static void list_reported(struct lister *x, uint32_t node, struct dm_listed *c)
{
	uint32_t text = x->l->text_len, branches = x->l->branch_count, child, meta;
	const struct want wants[] = { { DM_META, false, false, &meta } };
	struct dm_error ignored;
	struct lister quiet = { x->doc, x->l, &ignored };
	int ret = WANT(x->doc, node, wants, OTHERS_OF_SYNCML, &ignored);

	for (child = x->doc->nodes[node].child; !ret && child; child = x->doc->nodes[child].next) {
		if (x->doc->nodes[child].kind != DM_ELEMENT || x->doc->nodes[child].tag != DM_ITEM)
			continue;
		ret = list_item(&quiet, child, meta, false);
		if (!ret)
			list_branches(x, child, &x->l->item[c->first + c->count]);
		c->count++;
	}
	if (!ret)
		return;
	x->l->item_count = c->first;
	x->l->branch_count = (uint16_t)branches;
	x->l->text_len = text;
	c->count = 0;
	c->unlisted = 1;
}

static int list_results(struct lister *x, unsigned int i)
{
	uint32_t msg_ref, cmd_ref;
	const struct want wants[] = {
		{ DM_MSGREF, false, false, &msg_ref },
		{ DM_CMDREF, false, false, &cmd_ref },
	};
	struct dm_listed *c = &x->l->command[i];
	int ret = WANT(x->doc, x->doc->command[i].node, wants, OTHERS_OF_SYNCML, x->err);

	if (!ret && msg_ref)
		ret = want_number(x->doc, msg_ref, 1, &c->msg_ref, x->err);
	if (!ret && cmd_ref)
		ret = want_number(x->doc, cmd_ref, 0, &c->cmd_ref, x->err);
	if (!ret)
		list_reported(x, x->doc->command[i].node, c);
	return ret;
}

/* Commands stand in document order, so what is around one was just there. */
static uint16_t list_parent(const struct dm_doc *doc, unsigned int i)
{
	uint32_t around = doc->nodes[doc->command[i].node].parent;

	while (i && doc->command[i - 1].node != around)
		i--;
	return (uint16_t)i;
}

static int list_command(struct lister *x, unsigned int i, bool items)
{
	struct dm_listed *c = &x->l->command[i];
	const struct dm_doc *doc = x->doc;

	memset(c, 0, sizeof(*c));
	c->first = x->l->item_count;
	if (doc->facts.command[i].depth)
		c->parent = list_parent(doc, i);
	switch (doc->facts.command[i].cmd) {
	case DM_CMD_ADD: case DM_CMD_COPY: case DM_CMD_DELETE: case DM_CMD_EXEC: case DM_CMD_GET:
	case DM_CMD_REPLACE:
		return items ? list_items(x, doc->command[i].node, c) : 0;
	case DM_CMD_RESULTS:
		return list_results(x, i);
	default:
		return 0;
	}
}

static int list_refs(struct lister *x, unsigned int status)
{
	uint32_t child = x->doc->nodes[x->doc->status[status].node].child;
	struct dm_ref *ref;
	uint8_t odd = 0;

	for (; child; child = x->doc->nodes[child].next) {
		if (x->doc->nodes[child].kind != DM_ELEMENT || x->doc->nodes[child].tag != DM_TARGETREF)
			continue;
		if (x->l->ref_count == DM_REFS_MAX)
			return dm_bad(x->err, "over %u TargetRef", DM_REFS_MAX);
		ref = &x->l->ref[x->l->ref_count];
		*ref = (struct dm_ref){ (uint16_t)status, 0 };
		if (plain_text(x, child, DM_URI_MAX, &ref->target, 1, &odd))
			return -EBADMSG;
		if (odd)
			return dm_bad(x->err, "TargetRef is no URI");
		if (ref->target)
			x->l->ref_count++;
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* A Status says by CmdID what it answers: two commands with one would share it. */
static int check_ids(const struct dm_facts *f, struct dm_error *err)
{
	uint32_t id[DM_STATUS_MAX + DM_COMMAND_MAX];
	size_t n = 0, i;

	for (i = 0; i < f->status_count; i++)
		id[n++] = f->status[i].cmd_id;
	for (i = 0; i < f->command_count; i++)
		id[n++] = f->command[i].cmd_id;
	if (n)
		qsort(id, n, sizeof(id[0]), by_number);
	for (i = 1; i < n; i++) {
		if (id[i] == id[i - 1])
			return dm_bad(err, "two commands have the CmdID %u", id[i]);
	}
	return 0;
}

int dm_commands(const struct dm_doc *doc, bool items, struct dm_list *list, struct dm_error *err)
{
	struct lister x = { doc, list, err };
	unsigned int i;
	int ret = items ? check_ids(&doc->facts, err) : 0;

	list->command_count = doc->facts.command_count;
	list->item_count = 0;
	list->ref_count = 0;
	list->branch_count = 0;
	list->text_len = 1;
	list->text[0] = '\0';
	for (i = 0; !ret && i < doc->facts.command_count; i++)
		ret = list_command(&x, i, items);
	for (i = 0; !ret && i < doc->facts.status_count; i++)
		ret = list_refs(&x, i);
	return ret;
}
