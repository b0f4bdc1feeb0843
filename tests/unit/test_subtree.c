// SPDX-License-Identifier: GPL-2.0
/* Subtrees in Items of Results: what is read of them, in all forms, and what is taken out. */
#include <stdlib.h>

#include <dm/commands.h>

#include "dm_samples.h"

#define NS "xmlns='syncml:dmddf1.2'"
#define TNDS "<Meta><Format xmlns='syncml:metinf'>xml</Format><Type xmlns='syncml:metinf'>" \
	"application/vnd.syncml.dmtnds+xml</Type></Meta>"
#define SOURCE "<Source><LocURI>./A?list=TNDS</LocURI></Source>"
#define RESULTS(items) "<Results><CmdID>1</CmdID><CmdRef>1</CmdRef>" items "</Results>"
#define SUBTREE(data) MESSAGE(HDR_FIELDS, RESULTS("<Item>" SOURCE TNDS "<Data>" data "</Data></Item>") "<Final/>")
#define NODE(name, content) "<Node><NodeName>" name "</NodeName>" content "</Node>"
#define VALUE "<RTProperties><Format><chr/></Format></RTProperties><Value>v</Value>"
#define TREE(content) "<VerDTD>1.2</VerDTD><Man>m</Man>" content
#define NODES NODE("A", "<Path>.</Path>" NODE("x", VALUE) NODE("s", NODE("k", VALUE) NODE("l", VALUE)) NODE("y", VALUE))
#define ALL "./A ./A/x<1 ./A/s<1 ./A/s/k<3 ./A/s/l<3 ./A/y<1"
#define CDATA(tree) "<![CDATA[<?xml version='1.0'?>\n<MgmtTree>" tree "</MgmtTree>\n]]>"

static struct dm_list list;
static struct dm_changes changes;
static struct dm_error error;

/* The nodes of each item, with what is around them; "-" for an item that has none. */
static const char *nodes_of(const struct dm_doc *doc)
{
	static char out[8192];
	unsigned int i, k;

	assert_int_equal(dm_commands(doc, false, &list, &error), 0);
	assert_true(dm_list_valid(&list, dm_list_size(&list), &doc->facts));
	out[0] = '\0';
	for (i = 0; i < list.item_count; i++) {
		const struct dm_item *item = &list.item[i];

		if (i)
			strcat(out, "; ");
		if (!item->branches)
			strcat(out, "-");
		for (k = 0; k < item->branches; k++) {
			const struct dm_branch *b = &list.branch[item->branch + k];

			sprintf(out + strlen(out), "%s%s", k ? " " : "", b->uri ? list.text + b->uri : "?");
			if (b->within)
				sprintf(out + strlen(out), "<%u", b->within);
		}
	}
	return out;
}

static const char *nodes(const char *xml)
{
	struct dm_doc *doc = parse_good(xml, strlen(xml), TYPE_XML);
	const char *out = nodes_of(doc);

	dm_doc_free(doc);
	return out;
}

/* As octets of the other encoding, and back what they have. */
static const char *nodes_wbxml(const char *xml)
{
	size_t len;
	uint8_t *octets = recode(xml, strlen(xml), DM_WBXML, &len);
	struct dm_doc *doc = parse_good(octets, len, TYPE_WBXML);
	const char *out = nodes_of(doc);

	dm_doc_free(doc);
	free(octets);
	return out;
}

static void every_form_is_read(void **state)
{
	static const char *const forms[] = {
		SUBTREE("<MgmtTree " NS ">" TREE(NODES) "</MgmtTree>"),
		SUBTREE("\n <MgmtTree " NS ">\n" TREE(NODES) "\n</MgmtTree>\n"),
		SUBTREE(CDATA(TREE(NODES))),
		SUBTREE("<![CDATA[\n<t:MgmtTree xmlns:t='syncml:dmddf1.2'><t:Node><t:NodeName>A</t:NodeName></t:Node></t:MgmtTree>]]>"),
		SUBTREE("&lt;MgmtTree&gt;&lt;Node>&lt;NodeName>A&lt;/NodeName>&lt;/Node>&lt;/MgmtTree&gt;"),
	};
	static const char *const expected[] = { ALL, ALL, ALL, "./A", "./A" };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		assert_string_equal(nodes(forms[i]), expected[i]);
		assert_int_equal(list.item[0].flags & (DM_ITEM_TREE | DM_ITEM_NODES), DM_ITEM_TREE | DM_ITEM_NODES);
		assert_string_equal(nodes_wbxml(forms[i]), expected[i]);
	}
}

static void a_node_is_where_it_says(void **state)
{
	static const struct { const char *tree, *nodes; } rows[] = {
		{ NODE("A", ""), "./A" }, { NODE("A", "<Path/>" NODE("b", "")), "./A ./A/b<1" },
		{ NODE("b", "<Path>./A/</Path>"), "./A/b" }, { NODE("b", "<Path>./A</Path>") NODE("c", "<Path>./B</Path>"), "./A/b ./B/c" },
		{ NODE(".", NODE("A", "")), ". ./A<1" }, { NODE("a b", ""), "./a b" },
		/* names that may be others */
		{ NODE("a/b", NODE("c", "")), "? ?<1" }, { NODE("a%20b", ""), "?" }, { NODE("a?prop=Name", ""), "?" },
		{ NODE("", ""), "?" }, { NODE("..", ""), "?" }, { NODE("A", NODE(".", NODE("b", "")) NODE("c", "")), "./A ?<1 ?<2 ./A/c<1" },
	};
	char xml[4096];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(xml, sizeof(xml), SUBTREE("<MgmtTree " NS ">%s</MgmtTree>"), rows[i].tree);
		if (strcmp(nodes(xml), rows[i].nodes))
			fail_msg("%s: %s", rows[i].tree, nodes(xml));
	}
}

static void what_has_two_readings_has_none(void **state)
{
	static const char *const bad[] = {
		"<MgmtTree " NS "/>", "x", "", "<MgmtTree>" NODE("A", "") "</MgmtTree>",
		"<MgmtTree " NS ">" NODE("A", "") "</MgmtTree><MgmtTree " NS ">" NODE("B", "") "</MgmtTree>",
		"<MgmtTree " NS "><Node><Path>.</Path></Node></MgmtTree>",
		"<MgmtTree " NS "><Node><NodeName>A</NodeName><NodeName>B</NodeName></Node></MgmtTree>",
		"<MgmtTree " NS "><Node><NodeName>A<!-- -->B</NodeName></Node></MgmtTree>",
		"<MgmtTree " NS ">" NODE("A", NODE("b", "<Path>./C</Path>")) "</MgmtTree>",
		"<MgmtTree " NS ">" NODE("A", "<Value>" NODE("b", "") "</Value>") "</MgmtTree>",
		"<MgmtTree " NS ">" NODE("A", "<Other/>") "</MgmtTree>",
		"<MgmtTree " NS ">" NODE("A", "") "<Other/></MgmtTree>",
		"<MgmtTree " NS ">" NODE("A", "") "<Node xmlns='x'><NodeName>B</NodeName></Node></MgmtTree>",
		"<![CDATA[<MgmtTree>" NODE("A", "") "]]>", "<![CDATA[<!DOCTYPE MgmtTree><MgmtTree>" NODE("A", "") "</MgmtTree>]]>",
		"<![CDATA[x<MgmtTree>" NODE("A", "") "</MgmtTree>]]>", "<![CDATA[<Tree>" NODE("A", "") "</Tree>]]>",
		"<![CDATA[<MgmtTree>" NODE("A", "") "]]><!-- --><![CDATA[</MgmtTree>]]>",
	};
	char xml[4096];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(xml, sizeof(xml), SUBTREE("%s"), bad[i]);
		if (strcmp(nodes(xml), "-"))
			fail_msg("%s", bad[i]);
		assert_int_equal(list.branch_count, 0);
	}
	/* a chunk, and what no type calls a subtree */
	assert_string_equal(nodes(MESSAGE(HDR_FIELDS, RESULTS("<Item>" SOURCE TNDS "<Data>" CDATA(NODES) "</Data><MoreData/></Item>"))), "-");
	assert_string_equal(nodes(MESSAGE(HDR_FIELDS, RESULTS("<Item>" SOURCE "<Data>" CDATA(NODES) "</Data></Item>"))), "-");
	/* the others are read */
	assert_string_equal(nodes(MESSAGE(HDR_FIELDS, RESULTS("<Item>" SOURCE TNDS "<Data>x</Data></Item><Item>" SOURCE TNDS "<Data>"
				  CDATA(NODE("A", "")) "</Data></Item><Item>" SOURCE "</Item><Item>" SOURCE TNDS "<Data>"
				  CDATA(NODE("B", "")) "</Data></Item>"))), "-; ./A; -; ./B");
	assert_string_equal(nodes(MESSAGE(HDR_FIELDS, RESULTS("<Item>" SOURCE TNDS "<Data><MgmtTree " NS ">" NODE("A", "") "</MgmtTree></Data>"
				  "</Item><Item>" SOURCE TNDS "<Data><MgmtTree " NS ">" NODE("B", "") "</MgmtTree></Data></Item>"))), "./A; ./B");
}

static void many_and_deep_ones_are_not_read(void **state)
{
	unsigned int i, n;
	char *xml = malloc(1 << 20), *to;

	(void)state;
	for (n = DM_BRANCHES_MAX - 1; n <= DM_BRANCHES_MAX; n++) {
		to = xml + sprintf(xml, "%s", "<SyncML xmlns='" DM_NS "'><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Results><CmdID>1</CmdID>"
				   "<CmdRef>1</CmdRef><Item>" SOURCE TNDS "<Data><MgmtTree " NS "><Node><NodeName>A</NodeName>");
		for (i = 0; i < n; i++)
			to += sprintf(to, "<Node><NodeName>%u</NodeName></Node>", i);
		sprintf(to, "%s", "</Node></MgmtTree></Data></Item></Results></SyncBody></SyncML>");
		if (n < DM_BRANCHES_MAX) {
			assert_int_equal(strlen(nodes("<SyncML xmlns='" DM_NS "'><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody/></SyncML>")), 0);
			struct dm_doc *doc = parse_good(xml, strlen(xml), TYPE_XML);

			assert_int_equal(dm_commands(doc, false, &list, &error), 0);
			assert_int_equal(list.branch_count, DM_BRANCHES_MAX);
			dm_doc_free(doc);
		} else {
			assert_string_equal(nodes(xml), "-");
		}
	}
	/* elements in the message are limited as all are; those in a text for themselves */
	to = xml + sprintf(xml, "%s", "<SyncML xmlns='" DM_NS "'><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Results><CmdID>1</CmdID>"
			   "<CmdRef>1</CmdRef><Item>" SOURCE TNDS "<Data><![CDATA[<MgmtTree>");
	for (i = 0; i < DM_DEPTH_MAX; i++)
		to += sprintf(to, "<Node><NodeName>n</NodeName>");
	for (i = 0; i < DM_DEPTH_MAX; i++)
		to += sprintf(to, "</Node>");
	sprintf(to, "%s", "</MgmtTree>]]></Data></Item></Results></SyncBody></SyncML>");
	assert_string_equal(nodes(xml), "-");
	free(xml);
}

/* ---- taking nodes out ----------------------------------------------------- */

static struct dm_doc *cut(const uint8_t *octets, size_t len, const char *type, uint8_t **out)
{
	struct dm_edits none = { 0 };
	struct dm_doc *doc = parse_good(octets, len, type);
	size_t out_len;

	if (dm_change(doc, &none, &changes, out, &out_len, &error))
		fail_msg("%s", error.text);
	dm_doc_free(doc);
	*out = realloc(*out, out_len + 1);
	(*out)[out_len] = '\0';
	return parse_good(*out, out_len, type);
}

static void nodes_are_taken_out(void **state)
{
	static const char *const forms[] = {
		SUBTREE("<MgmtTree " NS ">" TREE(NODES) "</MgmtTree>"), SUBTREE(CDATA(TREE(NODES))),
		SUBTREE("<![CDATA[<MgmtTree>]]>&lt;!-- &amp;amp; --><![CDATA[" NODES "</MgmtTree>]]>"),
	};
	static const struct { uint16_t nth[3]; unsigned int count; const char *left; } rows[] = {
		{ { 2 }, 1, "./A ./A/x<1 ./A/y<1" }, { { 1, 3 }, 2, "./A ./A/s<1 ./A/s/l<2 ./A/y<1" },
		{ { 1, 4, 5 }, 3, "./A ./A/s<1 ./A/s/k<2" }, { { 5 }, 1, "./A ./A/x<1 ./A/s<1 ./A/s/k<3 ./A/s/l<3" },
	};
	unsigned int f, r, k, wbxml;

	(void)state;
	for (f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
		for (r = 0; r < 2 * sizeof(rows) / sizeof(rows[0]); r++) {
			const char *type = (wbxml = r % 2) ? TYPE_WBXML : TYPE_XML;
			size_t len = strlen(forms[f]);
			uint8_t *octets = wbxml ? recode(forms[f], len, DM_WBXML, &len) : (uint8_t *)strdup(forms[f]), *out;
			struct dm_doc *doc;

			dm_changes_init(&changes);
			for (k = 0; k < rows[r / 2].count; k++)
				assert_int_equal(dm_changes_cut_branch(&changes, 0, 0, rows[r / 2].nth[k]), 0);
			assert_true(dm_changes_valid(&changes, dm_changes_size(&changes)));
			doc = cut(octets, len, type, &out);
			assert_string_equal(nodes_of(doc), rows[r / 2].left);
			dm_doc_free(doc);
			free(out);
			free(octets);
		}
	}
}

/* What stays is what it was, octet by octet but for the way in which text is escaped. */
static void what_stays_is_not_touched(void **state)
{
	const char *xml = SUBTREE(CDATA(NODE("A", "<!-- a --><RTProperties><ACL>Get=*&amp;Add=*</ACL></RTProperties>" NODE("b", VALUE) "\n")));
	struct dm_doc *doc;
	uint8_t *out;

	(void)state;
	dm_changes_init(&changes);
	assert_int_equal(dm_changes_cut_branch(&changes, 0, 0, 1), 0);
	doc = cut((const uint8_t *)xml, strlen(xml), TYPE_XML, &out);
	assert_non_null(strstr((const char *)out, "&lt;Node&gt;&lt;NodeName&gt;A&lt;/NodeName&gt;&lt;!-- a --&gt;&lt;RTProperties&gt;"
			       "&lt;ACL&gt;Get=*&amp;amp;Add=*&lt;/ACL&gt;&lt;/RTProperties&gt;\n&lt;/Node&gt;&lt;/MgmtTree&gt;"));
	assert_null(strstr((const char *)out, "NodeName&gt;b"));
	dm_doc_free(doc);
	free(out);
}

static void several_items_are_changed_at_once(void **state)
{
	const char *xml = MESSAGE(HDR_FIELDS, RESULTS("<Item>" SOURCE TNDS "<Data>" CDATA(NODES) "</Data></Item><Item>" SOURCE "</Item><Item>"
				  SOURCE TNDS "<Data><MgmtTree " NS ">" NODES "</MgmtTree></Data></Item>"));
	struct dm_doc *doc;
	uint8_t *out;

	(void)state;
	dm_changes_init(&changes);
	dm_changes_cut_branch(&changes, 0, 0, 1);
	dm_changes_cut_branch(&changes, 0, 0, 2);
	dm_changes_cut(&changes, DM_CUT_ITEM, 0, 1);
	dm_changes_cut_branch(&changes, 0, 2, 2);
	doc = cut((const uint8_t *)xml, strlen(xml), TYPE_XML, &out);
	assert_string_equal(nodes_of(doc), "./A ./A/y<1; ./A ./A/x<1 ./A/y<1");
	dm_doc_free(doc);
	free(out);
}

static void what_is_not_there_is_not_taken_out(void **state)
{
	static const struct { const char *data; uint16_t nth[2]; unsigned int count; } rows[] = {
		{ CDATA(NODES), { 6 }, 1 }, { CDATA(NODES), { 2, 3 }, 2 }, { CDATA(NODES), { 3, 1 }, 2 }, { CDATA(NODES), { 1, 1 }, 2 },
		{ "<MgmtTree " NS ">" NODES "</MgmtTree>", { 2, 4 }, 2 }, { "<MgmtTree " NS ">" NODES "</MgmtTree>", { 6 }, 1 },
		{ "x", { 0 }, 1 }, { "", { 0 }, 1 },
	};
	struct dm_edits none = { 0 };
	char xml[4096];
	unsigned int i, k;
	uint8_t *out;
	size_t len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dm_doc *doc;

		snprintf(xml, sizeof(xml), SUBTREE("%s"), rows[i].data);
		doc = parse_good(xml, strlen(xml), TYPE_XML);
		dm_changes_init(&changes);
		for (k = 0; k < rows[i].count; k++)
			dm_changes_cut_branch(&changes, 0, 0, rows[i].nth[k]);
		assert_int_equal(dm_change(doc, &none, &changes, &out, &len, &error), -EINVAL);
		assert_null(out);
		dm_doc_free(doc);
	}
}

static void lists_of_nodes_are_checked(void **state)
{
	const char *xml = SUBTREE(CDATA(NODES));
	struct dm_doc *doc = parse_good(xml, strlen(xml), TYPE_XML);
	struct dm_list *good = malloc(sizeof(*good));

	(void)state;
	assert_string_equal(nodes_of(doc), ALL);
	*good = list;
#define WRONG(change) do { \
		list = *good; \
		change; \
		assert_false(dm_list_valid(&list, dm_list_size(&list), &doc->facts)); \
	} while (0)
	WRONG(list.branch_count--);
	WRONG(list.branch_count = DM_BRANCHES_MAX + 1);
	WRONG(list.item[0].branch = 1);
	WRONG(list.item[0].branches++);
	WRONG(list.item[0].branches = 0);
	WRONG(list.item[0].flags &= (uint8_t)~DM_ITEM_NODES);
	WRONG(list.item[0].flags |= 0x40);
	WRONG(list.branch[1].within = 2);
	WRONG(list.branch[1].uri = list.text_len);
	free(good);
	dm_doc_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read), cmocka_unit_test(a_node_is_where_it_says),
		cmocka_unit_test(what_has_two_readings_has_none), cmocka_unit_test(many_and_deep_ones_are_not_read),
		cmocka_unit_test(nodes_are_taken_out), cmocka_unit_test(what_stays_is_not_touched),
		cmocka_unit_test(several_items_are_changed_at_once), cmocka_unit_test(what_is_not_there_is_not_taken_out),
		cmocka_unit_test(lists_of_nodes_are_checked),
	};

	dm_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
