// SPDX-License-Identifier: GPL-2.0
/*
 * What is listed of the commands of a message, what is refused for having two readings,
 * and changes to commands: each in XML to the octet and in WBXML by its meaning.
 */
#include "dm_samples.h"

static struct dm_list list;
static struct dm_changes changes;
static struct dm_edits edits;
static struct dm_error error;

#define TARGET(uri) "<Target><LocURI>" uri "</LocURI></Target>"
#define ITEM(uri, more) "<Item>" TARGET(uri) more "</Item>"
#define META(format, type) \
	"<Meta><Format xmlns='syncml:metinf'>" format "</Format><Type xmlns='syncml:metinf'>" type "</Type></Meta>"
#define CMD(name, id, content) "<" name "><CmdID>" id "</CmdID>" content "</" name ">"
#define BODY(content) MESSAGE(HDR_FIELDS, content)

static int list_in(const char *xml, enum dm_encoding encoding, struct dm_facts *facts)
{
	size_t len = strlen(xml);
	uint8_t *body = encoding == DM_WBXML ? recode(xml, len, DM_WBXML, &len) : (uint8_t *)strdup(xml);
	struct dm_doc *doc = parse_good(body, len, encoding == DM_WBXML ? TYPE_WBXML : TYPE_XML);
	int ret = dm_commands(doc, true, &list, &error);

	*facts = doc->facts;
	if (!ret)
		assert_true(dm_list_valid(&list, dm_list_size(&list), facts));
	dm_doc_free(doc);
	free(body);
	return ret;
}

static struct dm_facts facts;

static int listed(const char *xml)
{
	int wbxml = list_in(xml, DM_WBXML, &facts), ret = list_in(xml, DM_XML, &facts);

	assert_int_equal(wbxml, ret);
	return ret;
}

static const char *text(uint32_t at)
{
	return list.text + at;
}

static void items_are_listed(void **state)
{
	(void)state;
	assert_int_equal(listed(BODY(
		CMD("Replace", "1", ITEM("./a?prop=ACL", META("chr", "text/plain") "<Data>Get=*</Data>")
				    ITEM("./b", "<Data>v</Data><MoreData/>"))
		CMD("Atomic", "2", CMD("Add", "3", ITEM("./c", META("node", "x/y")))
				   CMD("Sequence", "4", CMD("Get", "5", ITEM("./d", ""))))
		CMD("Copy", "6", "<Item>" TARGET("./e") "<Source><LocURI>./f</LocURI></Source></Item>")
		CMD("Alert", "7", "<Data>1100</Data>"))), 0);
	assert_int_equal(list.command_count, 7);
	assert_int_equal(list.item_count, 5);
	assert_string_equal(text(list.item[0].target), "./a?prop=ACL");
	assert_string_equal(text(list.item[0].data), "Get=*");
	assert_int_equal(list.item[0].format, DM_FORMAT_CHR);
	assert_int_equal(list.item[0].flags, DM_ITEM_DATA);
	assert_int_equal(list.item[1].data, 0);
	assert_int_equal(list.item[1].flags, DM_ITEM_DATA | DM_ITEM_MORE);
	assert_int_equal(list.item[2].format, DM_FORMAT_NODE);
	assert_string_equal(text(list.item[4].source), "./f");
	assert_int_equal(list.command[0].count, 2);
	assert_int_equal(list.command[1].parent, 0);
	assert_int_equal(list.command[2].parent, 2);
	assert_int_equal(list.command[3].parent, 2);
	assert_int_equal(list.command[4].parent, 4);
	assert_int_equal(list.command[5].parent, 0);
	assert_int_equal(list.command[6].count, 0);
}

static void subtrees_are_seen(void **state)
{
	static const char *const tree[] = {
		ITEM("./a", META("xml", "application/vnd.syncml.dmtnds+xml") "<Data>x</Data>"),
		ITEM("./a", META("xml", "Application/VND.SyncML.DMTNDS+wbxml") "<Data>x</Data>"),
		META("xml", "application/vnd.syncml.dmtnds+xml") ITEM("./a", META("xml", "text/xml") "<Data>x</Data>"),
		ITEM("./a", "<Data><MgmtTree xmlns='syncml:dmddf1.2'><VerDTD>1.2</VerDTD></MgmtTree></Data>"),
	};
	char xml[4096];
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(xml, sizeof(xml), BODY(CMD("Add", "1", "%s")), tree[i]);
		assert_int_equal(list_in(xml, DM_XML, &facts), 0);
		assert_true(list.item[0].flags & DM_ITEM_TREE);
	}
}

static void two_readings_are_refused(void **state)
{
	static const char *const bad[] = {
		ITEM("./a", TARGET("./b")),
		"<Item><Target><LocURI>./a</LocURI><LocURI>./b</LocURI></Target></Item>",
		"<Item><Target><LocName>./a</LocName></Target></Item>",
		ITEM("./a", "<Meta/>" "<Meta/>"),
		ITEM("./a", "<Data>1</Data><Data>2</Data>"),
		ITEM("./a<!-- -->b", ""),
		ITEM("./a", "<TargetParent><LocURI>./b</LocURI></TargetParent>"),
		ITEM("./a", "") "<Data>x</Data>",
		ITEM("./a", "") "<Target><LocURI>./b</LocURI></Target>",
		"",
		"<Item>./a</Item>",
	};
	char xml[4096];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(xml, sizeof(xml), BODY(CMD("Get", "1", "%s")), bad[i]);
		if (list_in(xml, DM_XML, &facts) != -EBADMSG)
			fail_msg("%s", bad[i]);
		assert_int_equal(error.reason, OMASEC_REASON_DM_BAD);
	}
}

static void a_number_is_used_once(void **state)
{
	(void)state;
	assert_int_equal(listed(BODY(CMD("Get", "1", ITEM("./a", "")) CMD("Get", "1", ITEM("./b", "")))), -EBADMSG);
	assert_int_equal(listed(BODY(STATUS("1", "1", "0", "SyncHdr", "200") CMD("Get", "1", ITEM("./b", "")))),
			 -EBADMSG);
	assert_int_equal(listed(BODY(CMD("Atomic", "1", CMD("Get", "1", ITEM("./b", ""))))), -EBADMSG);
}

static void only_commands_of_dm_are_listed(void **state)
{
	(void)state;
	assert_int_equal(listed(BODY(CMD("Put", "1", ITEM("./a", "")))), 0);
	assert_int_equal(list.command_count, 1);
	assert_int_equal(list.item_count, 0);
	assert_int_equal(listed(BODY(CMD("Atomic", "1", CMD("Sync", "2", CMD("Add", "3", ITEM("./a", "")))))), 0);
	assert_int_equal(list.command_count, 2);
	assert_int_equal(list.item_count, 0);
}

static void odd_texts_are_flagged(void **state)
{
	static char xml[16384], uri[DM_URI_MAX + 2];

	(void)state;
	assert_int_equal(listed(BODY(CMD("Get", "1", ITEM("./a&#9;b", "")))), 0);
	assert_int_equal(list.item[0].flags, DM_ITEM_ODD);
	assert_int_equal(list.item[0].target, 0);
	memset(uri, 'x', DM_URI_MAX + 1);
	snprintf(xml, sizeof(xml), BODY(CMD("Get", "1", ITEM("%s", ""))), uri);
	assert_int_equal(listed(xml), 0);
	assert_int_equal(list.item[0].flags, DM_ITEM_ODD);
	snprintf(xml, sizeof(xml), BODY(CMD("Get", "1", ITEM("%s", ""))), uri + 1);
	assert_int_equal(listed(xml), 0);
	assert_int_equal(list.item[0].flags, 0);
	snprintf(xml, sizeof(xml), BODY(CMD("Replace", "1", ITEM("./a?prop=ACL", "<Data>%s</Data>"))), uri);
	assert_int_equal(listed(xml), 0);
	assert_int_equal(list.item[0].flags, DM_ITEM_DATA | DM_ITEM_OPAQUE);
}

static void answers_of_a_client_are_listed(void **state)
{
	(void)state;
	assert_int_equal(listed(BODY(
		STATUS_PARTS("1", "3", "5", "Add", "<TargetRef>./a</TargetRef><TargetRef>./b</TargetRef><Data>200</Data>")
		STATUS("2", "3", "6", "Get", "200")
		"<Results><CmdID>3</CmdID><MsgRef>3</MsgRef><CmdRef>6</CmdRef><Item><Data>x</Data></Item></Results>")), 0);
	assert_int_equal(list.ref_count, 2);
	assert_int_equal(list.ref[1].status, 0);
	assert_string_equal(text(list.ref[1].target), "./b");
	assert_int_equal(list.command[0].msg_ref, 3);
	assert_int_equal(list.command[0].cmd_ref, 6);
}

static void nonsense_is_no_list(void **state)
{
	struct dm_list *l = malloc(sizeof(*l));
	size_t size;

	(void)state;
	assert_int_equal(listed(BODY(CMD("Sequence", "1", CMD("Get", "2", ITEM("./a", ""))))), 0);
	size = dm_list_size(&list);
#define BROKEN(change) do { \
		memcpy(l, &list, sizeof(*l)); \
		change; \
		assert_false(dm_list_valid(l, size, &facts)); \
	} while (0)
	assert_false(dm_list_valid(&list, size - 1, &facts));
	BROKEN(l->command_count = 1);
	BROKEN(l->item_count = 2);
	BROKEN(l->command[1].parent = 2);
	BROKEN(l->command[1].count = 2);
	BROKEN(l->command[1].first = 1);
	BROKEN(l->item[0].target = l->text_len);
	BROKEN(l->item[0].flags = 0xff);
	BROKEN(l->item[0].format = 9);
	BROKEN(l->text[l->text_len - 1] = 'x');
	BROKEN(l->text[l->item[0].target] = 1);
	BROKEN(l->ref_count = 1; l->ref[0] = ((struct dm_ref){ 0, 1 }));
	free(l);
}

/* ---- changes ---- */

static uint8_t *apply(const void *body, size_t len, const char *type, size_t *out_len)
{
	struct dm_doc *doc = parse_good(body, len, type);
	uint8_t *out;

	assert_true(dm_changes_valid(&changes, dm_changes_size(&changes)));
	if (dm_change(doc, &edits, &changes, &out, out_len, &error))
		fail_msg("changes refused: %s", error.text);
	dm_doc_free(doc);
	return out;
}

static void check(const char *from, const char *to)
{
	size_t len, out_len;
	uint8_t *body = recode(from, strlen(from), DM_WBXML, &len), *out;
	char *is, *wanted = canonical_of(to, strlen(to), TYPE_XML);

	out = apply(body, len, TYPE_WBXML, &out_len);
	is = canonical_of(out, out_len, TYPE_WBXML);
	assert_string_equal(is, wanted);
	free(body);
	free(out);
	free(is);
	free(wanted);
	out = apply(from, strlen(from), TYPE_XML, &out_len);
	out = realloc(out, out_len + 1);
	out[out_len] = 0;
	assert_string_equal((char *)out, to);
	free(out);
}

static int reset(void **state)
{
	(void)state;
	memset(&edits, 0, sizeof(edits));
	dm_changes_init(&changes);
	return 0;
}

#define GET(id, uri) CMD("Get", id, ITEM(uri, ""))
#define TWO CMD("Get", "3", ITEM("./a", "") ITEM("./b", META("chr", "text/plain")))

static void commands_and_items_are_cut(void **state)
{
	(void)state;
	dm_changes_cut(&changes, DM_CUT_COMMAND, 0, 0);
	dm_changes_cut(&changes, DM_CUT_ITEM, 2, 1);
	dm_changes_cut(&changes, DM_CUT_COMMAND, 3, 0);
	check(BODY(GET("1", "./x") CMD("Sequence", "2", TWO) CMD("Atomic", "4", GET("5", "./y")) "<Final/>"),
	      BODY(CMD("Sequence", "2", CMD("Get", "3", ITEM("./a", ""))) "<Final/>"));
}

static void something_stands_in(void **state)
{
	(void)state;
	dm_changes_cut(&changes, DM_CUT_STAND_IN, 0, 0);
	dm_changes_cut(&changes, DM_CUT_COMMAND, 2, 0);
	check(BODY(STATUS("1", "1", "0", "SyncHdr", "200") CMD("Atomic", "2", GET("3", "./x")) GET("4", "./y") "<Final/>"),
	      BODY(STATUS("1", "1", "0", "SyncHdr", "200") GET("2", DM_STAND_IN_URI) "<Final/>"));
}

static struct dm_answer answer(uint16_t before, uint32_t ref, uint16_t code)
{
	return (struct dm_answer){ .before = before, .code = code, .cmd = DM_CMD_GET, .msg_ref = 7, .cmd_ref = ref };
}

#define ANSWER(id, ref, code) STATUS(id, "7", ref, "Get", code)

static void answers_stand_in_their_places(void **state)
{
	struct dm_answer a[] = { answer(3, 5, 425), answer(1, 2, 404), answer(1, 2, 0), answer(2, 4, 405) };

	(void)state;
	a[2].results = 1;
	assert_int_equal(dm_changes_answer(&changes, &a[0], "./a<b", NULL), 0);
	assert_int_equal(dm_changes_answer(&changes, &a[1], NULL, NULL), 0);
	assert_int_equal(dm_changes_answer(&changes, &a[2], "./n?prop=ACL", "Add=x&Get=*"), 0);
	assert_int_equal(dm_changes_answer(&changes, &a[3], NULL, NULL), 0);
	edits.insert_status = 1;
	edits.insert_code = 200;
	edits.insert_msg_ref = 9;
	edits.insert_chal = DM_CHAL_REMOVE;
	check(BODY(STATUS("1", "7", "0", "SyncHdr", "200") STATUS("2", "7", "3", "Get", "200")
		   STATUS("3", "7", "4", "Get", "200") ALERT("4") "<Final/>"),
	      BODY(STATUS("5", "9", "0", "SyncHdr", "200") STATUS("1", "7", "0", "SyncHdr", "200")
		   ANSWER("7", "2", "404") "<Results><CmdID>8</CmdID><MsgRef>7</MsgRef><CmdRef>2</CmdRef><Item>"
		   "<Source><LocURI>./n?prop=ACL</LocURI></Source><Data>Add=x&amp;Get=*</Data></Item></Results>"
		   STATUS("2", "7", "3", "Get", "200") ANSWER("9", "4", "405") STATUS("3", "7", "4", "Get", "200")
		   STATUS_PARTS("6", "7", "5", "Get", "<TargetRef>./a&lt;b</TargetRef><Data>425</Data>")
		   ALERT("4") "<Final/>"));
}

static void answers_need_no_other_status(void **state)
{
	struct dm_answer a = answer(0, 5, 425);

	(void)state;
	assert_int_equal(dm_changes_answer(&changes, &a, NULL, NULL), 0);
	check(BODY(ALERT("4")), BODY(ANSWER("5", "5", "425") ALERT("4")));
	check(BODY(""), BODY(ANSWER("1", "5", "425")));
	edits.insert_status = 1;
	edits.insert_code = 200;
	edits.insert_msg_ref = 9;
	edits.insert_chal = DM_CHAL_REMOVE;
	check(ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody/>"),
	      BODY(STATUS("1", "9", "0", "SyncHdr", "200") ANSWER("2", "5", "425")));
}

/* The peer looks for the Status of its SyncHdr first. */
static void ours_goes_before_answers(void **state)
{
	struct dm_answer a = answer(0, 5, 425);

	(void)state;
	assert_int_equal(dm_changes_answer(&changes, &a, NULL, NULL), 0);
	edits.insert_status = 1;
	edits.insert_code = 200;
	edits.insert_msg_ref = 9;
	edits.insert_chal = DM_CHAL_REMOVE;
	check(BODY(STATUS("1", "7", "6", "Get", "200")),
	      BODY(STATUS("2", "9", "0", "SyncHdr", "200") ANSWER("3", "5", "425") STATUS("1", "7", "6", "Get", "200")));
}

/* Numbers in what is cut are not changed as well. */
static void results_are_cut(void **state)
{
	(void)state;
	edits.map_count = 1;
	edits.map[0] = (struct dm_map){ 7, 8 };
	edits.status_count = 1;
	edits.status[0] = (struct dm_status_edit){ .index = 1, .op = DM_STATUS_REMOVE };
	dm_changes_cut(&changes, DM_CUT_COMMAND, 0, 0);
	check(BODY(STATUS("1", "7", "0", "SyncHdr", "200") STATUS("2", "7", "1", "Get", "200")
		   "<Results><CmdID>3</CmdID><MsgRef>7</MsgRef><CmdRef>1</CmdRef><Item/></Results>"),
	      BODY(STATUS("1", "8", "0", "SyncHdr", "200")));
}

static void what_is_not_there_is_not_cut(void **state)
{
	static const struct dm_cut cuts[] = {
		{ 1, 0, 0, DM_CUT_COMMAND }, { 0, 1, 0, DM_CUT_ITEM }, { 1, 0, 0, DM_CUT_STAND_IN },
		{ 0, 0, 0, DM_CUT_BRANCH }, { 0, 1, 0, DM_CUT_BRANCH },
	};
	const char *xml = BODY(GET("1", "./x"));
	struct dm_doc *doc = parse_good(xml, strlen(xml), TYPE_XML);
	struct dm_answer a = answer(1, 5, 425);
	unsigned int i;
	uint8_t *out;
	size_t len;

	(void)state;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		changes.cut[0] = cuts[i];
		changes.cut_count = 1;
		assert_int_equal(dm_change(doc, &edits, &changes, &out, &len, &error), -EINVAL);
		assert_null(out);
	}
	/* twice the same place */
	changes.cut[0] = changes.cut[1] = (struct dm_cut){ 0, 0, 0, DM_CUT_COMMAND };
	changes.cut_count = 2;
	assert_int_equal(dm_change(doc, &edits, &changes, &out, &len, &error), -EINVAL);
	dm_doc_free(doc);
	dm_changes_init(&changes);
	a.before = 2;
	dm_changes_answer(&changes, &a, NULL, NULL);
	xml = BODY(STATUS("1", "7", "0", "SyncHdr", "200"));
	doc = parse_good(xml, strlen(xml), TYPE_XML);
	assert_int_equal(dm_change(doc, &edits, &changes, &out, &len, &error), -EINVAL);
	dm_doc_free(doc);
}

static void room_is_bounded(void **state)
{
	struct dm_answer a = answer(0, 1, 425);
	char uri[DM_URI_MAX + 1];
	unsigned int n = 0;

	(void)state;
	memset(uri, 'x', DM_URI_MAX);
	uri[DM_URI_MAX] = 0;
	while (!dm_changes_answer(&changes, &a, uri, NULL))
		n++;
	assert_in_range(n, 1, DM_ANSWERS_MAX - 1);
	assert_true(dm_changes_valid(&changes, dm_changes_size(&changes)));
	while (!dm_changes_answer(&changes, &a, NULL, NULL))
		n++;
	assert_int_equal(n, DM_ANSWERS_MAX);
	for (n = 0; !dm_changes_cut(&changes, DM_CUT_COMMAND, 0, 0); n++)
		;
	assert_int_equal(n, DM_CUTS_MAX);
	assert_true(dm_changes_valid(&changes, dm_changes_size(&changes)));
	assert_false(dm_changes_valid(&changes, dm_changes_size(&changes) + 1));
}

#define T(f) cmocka_unit_test_setup(f, reset)

static const struct CMUnitTest tests[] = {
	T(items_are_listed), T(subtrees_are_seen), T(two_readings_are_refused), T(a_number_is_used_once),
	T(only_commands_of_dm_are_listed),
	T(odd_texts_are_flagged), T(answers_of_a_client_are_listed), T(nonsense_is_no_list),
	T(commands_and_items_are_cut), T(something_stands_in), T(answers_stand_in_their_places),
	T(answers_need_no_other_status),
	T(ours_goes_before_answers), T(results_are_cut), T(what_is_not_there_is_not_cut), T(room_is_bounded),
};

int main(void)
{
	dm_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
