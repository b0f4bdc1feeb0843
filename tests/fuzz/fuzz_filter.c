// SPDX-License-Identifier: GPL-2.0
/*
 * Whole messages of a server through the filter of ACLs, in XML or WBXML. Whatever goes
 * in, what comes out is a message, has no command that is denied, and what is due can be
 * stored, read back, and told in a message of the client. The same message as one of the
 * client loses what is kept back of lists.
 */
#include <stdlib.h>
#include <string.h>

#include <acl/answer.h>

#include "dm/dm.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static struct acl_tree tree;
static struct acl_principal who;
static struct dm_list list;
static struct dm_changes changes;
static struct acl_dues dues, again;
static struct dm_facts facts;
static uint8_t packed[sizeof(struct acl_dues)];

static void put(const char *text, enum acl_kind kind, const char *acl)
{
	static const struct acl_principal local = { ACL_LOCAL, NULL, 0 };
	struct acl_node *n;
	struct acl_uri uri;

	CHECK(!acl_uri_parse(text, strlen(text), &uri));
	CHECK(!acl_tree_create(&tree, &uri, kind, &local, &n));
	CHECK(!acl || !acl_tree_set(&tree, n, acl, strlen(acl), NULL));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const uint8_t seed[16];

	(void)argc;
	(void)argv;
	dm_init();
	CHECK(!acl_tree_init(&tree, seed));
	put("./DevInfo", ACL_KIND_INTERIOR, NULL);
	put("./DevInfo/DevId", ACL_KIND_LEAF, NULL);
	put("./a", ACL_KIND_INTERIOR, "Add=s&Delete=s&Exec=s&Get=s&Replace=s");
	put("./a/b", ACL_KIND_LEAF, NULL);
	put("./a/c", ACL_KIND_LEAF, "Get=t");
	put("./b", ACL_KIND_INTERIOR, "Get=*&Replace=t");
	put("./c", ACL_KIND_LEAF, "Get=t&Delete=s");
	CHECK(!acl_principal_server(&who, "s", 1));
	return 0;
}

static void denied(void *arg, const struct acl_filtered *f)
{
	(void)arg;
	CHECK(f->d.allow);
}

/* 0 and the changed message, or the message is refused. */
static int filter(const uint8_t *data, size_t size, const char *type, acl_filter_fn fn, uint8_t **out, size_t *len)
{
	struct dm_edits none = { 0 };
	struct dm_error err = { 0 };
	struct dm_doc *doc;
	int ret = dm_parse(data, size, type, &doc, &err);

	*out = NULL;
	if (ret)
		return ret;
	CHECK(!dm_extract(doc, &facts, &err));
	ret = dm_commands(doc, true, &list, &err);
	if (!ret) {
		CHECK(dm_list_valid(&list, dm_list_size(&list), &facts));
		ret = acl_filter(&tree, &who, &facts, &list, NULL, &dues, &changes, fn, NULL);
	}
	if (!ret)
		CHECK(!dm_change(doc, &none, &changes, out, len, &err));
	dm_doc_free(doc);
	return ret;
}

/* Everything that is due, as answers in @data, which stands for a message of the client. */
static void answer(const uint8_t *data, size_t size, const char *type)
{
	struct dm_edits none = { 0 };
	struct dm_error err = { 0 };
	struct dm_doc *doc;
	uint8_t *out;
	uint32_t i;
	size_t len;

	CHECK(!dm_parse(data, size, type, &doc, &err) && !dm_extract(doc, &facts, &err));
	dm_changes_init(&changes);
	for (i = 0; i < dues.count; i++) {
		const struct acl_due *due = &dues.due[i];
		struct dm_answer a = {
			.before = facts.status_count, .code = 425, .cmd = due->command, .msg_ref = due->msg,
			.cmd_ref = due->cmd,
		};

		if (dm_changes_answer(&changes, &a, acl_due_text(&dues, due->uri), NULL))
			break;
	}
	if (!dm_change(doc, &none, &changes, &out, &len, &err)) {
		dm_doc_free(doc);
		CHECK(!dm_parse(out, len, type, &doc, &err));
		CHECK(!dm_extract(doc, &facts, &err));
		free(out);
	}
	dm_doc_free(doc);
}

static int change(void *arg, const struct acl_due *due, const char *uri, const char *text)
{
	(void)arg;
	CHECK(acl_due_pending(due) || due->what == ACL_DUE_WRITE);
	CHECK(uri && text);
	return 1;
}

/* @beneath: nor is anything kept back beneath it */
static void check_not_kept_back(const char *uri, bool beneath)
{
	char spelled[ACL_URI_MAX + 1];
	struct acl_uri u;
	uint32_t k;

	CHECK(!acl_uri_parse(uri, strlen(uri), &u) && !acl_uri_spell(&u, u.depth, spelled));
	for (k = 0; k < dues.count; k++) {
		const char *kept = acl_due_text(&dues, dues.due[k].uri);

		CHECK(dues.due[k].what != ACL_DUE_PRUNE ||
		      (!acl_uri_above(kept, spelled) && !(beneath && acl_uri_above(spelled, kept))));
	}
}

/* No Item of Results in @data, and no node of a subtree in one, is at or beneath what is kept back. */
static void check_kept_back(const uint8_t *data, size_t size, const char *type)
{
	struct dm_error err = { 0 };
	struct dm_doc *doc;
	uint32_t i, k;

	CHECK(!dm_parse(data, size, type, &doc, &err) && !dm_extract(doc, &facts, &err));
	CHECK(!dm_commands(doc, false, &list, &err));
	for (i = 0; i < list.item_count; i++) {
		const struct dm_item *item = &list.item[i];

		for (k = 0; k < item->branches; k++) {
			CHECK(list.branch[item->branch + k].uri);
			check_not_kept_back(list.text + list.branch[item->branch + k].uri, false);
		}
		if (!item->branches)
			check_not_kept_back(list.text + item->source, item->flags & (DM_ITEM_TREE | DM_ITEM_MORE));
	}
	dm_doc_free(doc);
}

/* @data as a message of the client in this session. */
static void prune(const uint8_t *data, size_t size, const char *type)
{
	static uint32_t wire[DM_STATUS_MAX];
	static bool hidden[DM_STATUS_MAX];
	struct acl_answer a = {
		.t = &tree, .who = &who, .f = &facts, .l = &list, .wire = wire, .change = change,
	};
	struct dm_edits edits = { 0 };
	struct dm_error err = { 0 };
	struct dm_doc *doc;
	uint32_t i, kept = 0;
	uint8_t *out;
	size_t len;

	CHECK(!dm_parse(data, size, type, &doc, &err) && !dm_extract(doc, &facts, &err));
	if (!dm_commands(doc, false, &list, &err)) {
		CHECK(dm_list_valid(&list, dm_list_size(&list), &facts));
		for (i = 0; i < facts.status_count; i++)
			wire[i] = facts.status[i].msg_ref;
		a.next = facts.max_cmd_id + 1;
		if (!acl_answer(&a, &dues, &changes, hidden) && !dm_change(doc, &edits, &changes, &out, &len, &err)) {
			for (i = 0; i < dues.count; i++)
				kept += dues.due[i].what == ACL_DUE_PRUNE;
			/* its own answers are of lists that the server may read */
			if (kept && !changes.answer_count)
				check_kept_back(out, len, type);
			free(out);
		}
	}
	dm_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *type = size && data[0] == '<' ? "application/vnd.syncml.dm+xml" : "application/vnd.syncml.dm+wbxml";
	uint8_t *out, *second;
	size_t len, len2;

	acl_dues_init(&dues);
	if (!size || filter(data, size, type, NULL, &out, &len))
		return 0;
	CHECK(!acl_dues_unpack(&again, packed, acl_dues_pack(&dues, packed)) && again.count == dues.count);
	answer(out, len, type);
	prune(data, size, type);
	/* What came out goes through once more, with nothing waiting, and loses nothing. */
	acl_dues_init(&dues);
	CHECK(!filter(out, len, type, denied, &second, &len2));
	CHECK(len == len2 && !memcmp(out, second, len));
	free(out);
	free(second);
	return 0;
}
