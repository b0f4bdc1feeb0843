// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of a server under ACLs: what goes on, what is due, and that no order of
 * commands in a message gets more than the lists give.
 */
#include <acl/filter.h>

#include "acl_messages.h"

static struct acl_tree t;
static struct acl_dues dues, others_dues, *others;
static struct dm_changes changes;
static struct dm_list list;
static struct dm_facts facts;
static char told[4096];

static void tell(void *arg, const struct acl_filtered *f)
{
	size_t at = strlen(told);

	(void)arg;
	snprintf(told + at, sizeof(told) - at, "%s %s %s;", f->word, f->uri, acl_clause_name(f->d.clause));
}

/* What becomes of @xml: the commands that go on, by CmdID and their items. */
static const char *filtered(const char *server, const char *xml)
{
	static struct acl_dues stored;
	static char out[2048], octets[sizeof(dues)];
	struct acl_principal who = { 0 };
	struct dm_edits none = { 0 };
	struct dm_doc *doc = parse_good(xml, strlen(xml), TYPE_XML);
	struct dm_error err;
	unsigned int i, j;
	uint8_t *body;
	size_t len;
	int rc;

	if (server)
		assert_int_equal(acl_principal_server(&who, server, strlen(server)), 0);
	if (dm_commands(doc, true, &list, &err))
		fail_msg("%s", err.text);
	facts = doc->facts;
	told[0] = 0;
	rc = acl_filter(&t, &who, &facts, &list, others, &dues, &changes, tell, NULL);
	assert_int_equal(rc, 0);
	assert_int_equal(acl_dues_unpack(&stored, octets, acl_dues_pack(&dues, octets)), 0);
	if (dm_change(doc, &none, &changes, &body, &len, &err))
		fail_msg("%s", err.text);
	dm_doc_free(doc);
	doc = parse_good(body, len, TYPE_XML);
	assert_int_equal(dm_commands(doc, true, &list, &err), 0);
	out[0] = 0;
	for (i = 0; i < list.command_count; i++) {
		sprintf(out + strlen(out), "%s%u", i ? " " : "", doc->facts.command[i].cmd_id);
		for (j = 0; j < list.command[i].count; j++)
			sprintf(out + strlen(out), "%s", list.text + list.item[list.command[i].first + j].target);
	}
	dm_doc_free(doc);
	free(body);
	return out;
}

static const char *due(void)
{
	static const char *const what[] = { "", "results", "read", "write", "stand-in", "receipt", "add", "delete", "rename", "copy", "list", "prune" };
	static char out[4096];
	uint32_t i;

	out[0] = 0;
	for (i = 0; i < dues.count; i++) {
		const struct acl_due *d = &dues.due[i];

		sprintf(out + strlen(out), "%s%u:", i ? " " : "", d->cmd);
		if (d->what == ACL_DUE_STATUS)
			sprintf(out + strlen(out), "%u", d->code);
		else
			sprintf(out + strlen(out), "%s%s%s%s", what[d->what], acl_due_text(&dues, d->uri),
				d->text ? "=" : "", acl_due_text(&dues, d->text));
	}
	return out;
}

static int begin(void **state)
{
	(void)state;
	tree_example(&t);
	acl_dues_init(&dues);
	others = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	acl_tree_free(&t);
	return 0;
}

#define BODY(content) MESSAGE(HDR("2"), content "<Final/>")
#define check(server, content, goes, owed) do { \
		assert_string_equal(filtered(server, BODY(content)), goes); \
		assert_string_equal(due(), owed); \
	} while (0)

static void denied_commands_are_cut(void **state)
{
	(void)state;
	check("ServerB", GET("1", "./NodeB/Node3/Node4") GET("2", "./NodeB/Node2") SET("3", "./NodeB/Node3/Node5", "x"),
	      "1./NodeB/Node3/Node4", "2:425 3:425");
	assert_string_equal(told, "Get ./NodeB/Node2 not-named;Replace ./NodeB/Node3/Node5 not-named;");
	check("ServerA", GET("1", "./NodeB/Node3/Node4") GET("2", "./NodeB/Node2"), "2./NodeB/Node2", "1:425");
	check("ServerB", GET("1", "./Nothing") GET("2", "./Inbox") DEL("3", ".") GET("4", "./a/../b")
	      CMD("Exec", "5", ITEM("./NodeA", "")) GET("6", "."), "6.", "1:404 2:405 3:405 4:400 5:425");
}

static void nobody_gets_nothing(void **state)
{
	(void)state;
	check(NULL, GET("1", ".") CMD("Alert", "2", "<Data>1100</Data>"), "2", "1:425");
}

static void the_session_goes_on_when_all_is_denied(void **state)
{
	(void)state;
	check("ServerB", GET("1", "./NodeB/Node2") SET("2", "./NodeA", "x"), "1./DevInfo/DevId",
	      "1:425 2:425 1:stand-in");
	/* nothing was denied: the server ends it */
	check("ServerB", "", "", "");
}

static void items_are_judged_one_by_one(void **state)
{
	(void)state;
	check("ServerB", CMD("Get", "1", ITEM("./NodeB/Node2", "") ITEM("./NodeB/Node3", "") ITEM("./x", "")),
	      "1./NodeB/Node3", "1:425 1:404");
	assert_string_equal(acl_due_text(&dues, dues.due[1].uri), "./x");
}

static void atomic_fails_whole(void **state)
{
	(void)state;
	check("ServerB", CMD("Atomic", "1", SET("2", "./NodeB/Node3/Node4", "x") CMD("Sequence", "3",
	      GET("4", "./NodeB/Node2")) ADD("5", "./New")) GET("6", ".") GET("7", "./New"),
	      "6.", "1:507 2:516 3:516 4:425 5:516 7:404");
	check("ServerB", CMD("Atomic", "1", SET("2", "./NodeB/Node3/Node4", "x")), "1 2./NodeB/Node3/Node4", "");
	/* what omasec answers itself would not be undone */
	check("ServerB", CMD("Atomic", "1", SET("2", "./NodeB/Node3/Node4?prop=ACL", "Get=*")) GET("3", "."), "3.",
	      "1:507 2:405");
}

static void sequence_goes_with_its_last_command(void **state)
{
	(void)state;
	check("ServerB", CMD("Sequence", "1", GET("2", "./NodeB/Node2")) GET("3", "."), "3.", "1:200 2:425");
	check("ServerB", CMD("Sequence", "1", GET("2", "./NodeB/Node2") GET("3", ".")), "1 3.", "2:425");
	check("ServerB", CMD("Sequence", "1", CMD("Sequence", "2", GET("3", "./NodeB/Node2"))) GET("4", "."), "4.",
	      "1:200 2:200 3:425");
}

static void subtrees_and_odd_copies_are_denied(void **state)
{
	(void)state;
	check("ServerB", CMD("Add", "1", ITEM("./New", "<Meta><Type xmlns='syncml:metinf'>"
	      "application/vnd.syncml.dmtnds+xml</Type></Meta><Data>x</Data>")) GET("3", "."), "3.", "1:415");
	check("ServerB", COPY("1", "./NodeB/Node2", "./New") CMD("Copy", "2", ITEM("./New", ""))
	      CMD("Get", "3", "<Item>" TARGET(".") "<Source><LocURI>./x</LocURI></Source></Item>") GET("4", "."), "4.",
	      "1:425 2:405 3:405");
}

static void lists_are_asked_for_less_what_is_not_for_the_server(void **state)
{
	char xml[256];
	unsigned int i;

	(void)state;
	check("ServerB", GET("1", "./NodeB/Node3?list=Struct") GET("2", ".?list=TNDS"),
	      "1./NodeB/Node3?list=Struct 2.?list=TNDS", "2:prune./NodeA=1 2:prune./NodeB=1 2:prune./NodeC=1");
	assert_string_equal(told, "Get .?list=TNDS pruned;");
	acl_dues_init(&dues);
	tree_put(&t, "./NodeB/Node3/Node5", ACL_KIND_LEAF, "Get=ServerA");
	check("ServerB", GET("1", "./NodeB/Node3?list=Struct") GET("2", "./NodeB/Node3?list=StructData"),
	      "1./NodeB/Node3?list=Struct 2./NodeB/Node3?list=StructData", "1:prune./NodeB/Node3/Node5=1");
	assert_string_equal(told, "Get ./NodeB/Node3?list=Struct pruned;Get ./NodeB/Node3?list=StructData pruned;");
	acl_dues_init(&dues);
	/* what is in the way of a deep one stays beneath the first node that is not for it */
	check("ServerB", GET("1", ".?list=Struct"), "1.?list=Struct", "1:prune./NodeA=1 1:prune./NodeB=1 1:prune./NodeC=1");
	acl_dues_init(&dues);
	check("ServerB", GET("1", "./NodeB?list=Struct") GET("2", "."), "2.", "1:425");
	/* there is room for so many, and the rest of the message has its own */
	for (i = 0; i <= ACL_DUES_MAX / 2; i++) {
		snprintf(xml, sizeof(xml), "./NodeB/Node3/N%u", i);
		tree_put(&t, xml, ACL_KIND_LEAF, "Get=ServerA");
	}
	check("ServerB", GET("1", "./NodeB/Node3?list=Struct") GET("2", "."), "2.", "1:425");
	check("ServerB", GET("1", "./NodeB/Node3?list=TNDS") GET("2", "."), "2.", "1:425");
}

static void a_client_with_lists_is_asked_for_them(void **state)
{
	(void)state;
	t.client_lists = true;
	check("ServerB", GET("1", "./NodeB/Node3?prop=ACL") SET("2", "./NodeB/Node3?prop=ACL", "Get=*")
	      SET("3", "./NodeB?prop=ACL", "Get=*"), "1./NodeB/Node3?prop=ACL 2./NodeB/Node3?prop=ACL",
	      "2:list./NodeB/Node3=Get=* 3:425");
	/* another list may count by the time that the client is there, but it does not yet */
	check("ServerB", SET("1", "./NodeB/Node3?prop=ACL", "Exec=ServerB") GET("2", "./NodeB/Node3")
	      CMD("Exec", "3", ITEM("./NodeB/Node3/Node4", "")), "1./NodeB/Node3?prop=ACL 2./NodeB/Node3",
	      "1:list./NodeB/Node3=Exec=ServerB 3:417");
	check("ServerB", CMD("Atomic", "1", SET("2", "./NodeB/Node3?prop=ACL", "Get=*") SET("3", "./NodeB/Node3", "x")),
	      "1 2./NodeB/Node3?prop=ACL 3./NodeB/Node3", "2:list./NodeB/Node3=Get=*");
	check("ServerB", CMD("Replace", "1", "<NoResp/>" ITEM("./NodeB/Node3?prop=ACL", "<Data>Get=*</Data>"))
	      GET("2", "."), "2.", "");
}

static void lists_of_nodes_are_ours(void **state)
{
	(void)state;
	check("ServerB", GET("1", "./NodeB/Node3?prop=ACL") SET("2", "./NodeB/Node3?prop=ACL", "Get=*")
	      SET("3", "./NodeB?prop=ACL", "Get=*") SET("4", "./NodeB/Node3?prop=ACL", "Get=") GET("5", "."), "5.",
	      "1:read./NodeB/Node3?prop=ACL 2:write./NodeB/Node3?prop=ACL=Get=* 3:425 4:400");
	check("ServerB", CMD("Replace", "1", ITEM("./NodeB/Node3?prop=ACL", "<Data>Get=*</Data><MoreData/>")),
	      "1./DevInfo/DevId", "1:400 1:stand-in");
}

static void what_is_done_counts_later(void **state)
{
	(void)state;
	/* the order of a server that renews a node */
	check("ServerB", DEL("1", "./NodeB/Node3/Node4") ADD("2", "./NodeB/Node3/Node4"), "1./NodeB/Node3/Node4",
	      "1:delete./NodeB/Node3/Node4 2:417");
	tree_put(&t, "./NodeB/Node3", ACL_KIND_INTERIOR, "Get=ServerB&Replace=ServerB&Delete=ServerB&Add=ServerB");
	check("ServerB", DEL("1", "./NodeB/Node3/Node4") ADD("2", "./NodeB/Node3/Node4"),
	      "1./NodeB/Node3/Node4 2./NodeB/Node3/Node4", "1:delete./NodeB/Node3/Node4 2:add./NodeB/Node3/Node4");
}

/* Nothing that may not have been done gives a right: the attack is to say that one has made the node. */
static void what_waits_gives_no_right(void **state)
{
	(void)state;
	tree_put(&t, "./S", ACL_KIND_INTERIOR, "Delete=ServerB");
	tree_put(&t, "./S/secret", ACL_KIND_LEAF, NULL);
	check("ServerB", DEL("1", "./S") ADD_NODE("2", "./S") GET("3", "./S") ADD("4", "./S/secret")
	      GET("5", "./S/secret"), "1./S 2./S", "1:delete./S 2:add./S 3:417 4:417 5:417");
	/* the rights of a creator come with the Status, also in a later message */
	acl_dues_init(&dues);
	check("ServerB", ADD_NODE("1", "./New") ADD("2", "./New/x") SET("3", "./New/x", "y") GET("4", "./New"),
	      "1./New 2./New/x 4./New", "1:add./New 2:add./New/x 3:417");
	assert_string_equal(filtered("ServerB", MESSAGE(HDR("3"), SET("1", "./New/x", "z") GET("2", "./Other"))),
			    "1./DevInfo/DevId");
	assert_string_equal(due(), "1:add./New 2:add./New/x 3:417 1:417 2:404 1:stand-in");
}

static void a_renamed_node_keeps_its_list(void **state)
{
	(void)state;
	tree_put(&t, "./R", ACL_KIND_INTERIOR, "Replace=ServerB");
	tree_put(&t, "./R/x", ACL_KIND_LEAF, NULL);
	check("ServerB", SET("1", "./R?prop=Name", "Q") GET("2", "./Q/x") GET("3", "./Q") GET("4", "./Qx") GET("5", "./R/x"),
	      "1./R?prop=Name", "1:rename./R=Q 2:417 3:417 4:404 5:417");
	assert_string_equal(filtered("ServerA", MESSAGE(HDR("3"), GET("1", "./Q/x"))), "1./DevInfo/DevId");
	acl_dues_init(&dues);
	check("ServerB", SET("1", "./R?prop=Name", "NodeA"), "1./DevInfo/DevId", "1:418 1:stand-in");
}

/* What another server's session has not heard of yet is not for this one. */
static void what_waits_elsewhere_is_nobodys(void **state)
{
	struct acl_due d = { .msg = 1, .cmd = 1, .what = ACL_DUE_ADD, .command = DM_CMD_ADD, .kind = ACL_KIND_INTERIOR };

	(void)state;
	acl_dues_init(&others_dues);
	assert_int_equal(acl_dues_add(&others_dues, &d, "./New", NULL), 0);
	d.what = ACL_DUE_DELETE;
	assert_int_equal(acl_dues_add(&others_dues, &d, "./NodeB/Node3/Node4", NULL), 0);
	d.what = ACL_DUE_RENAME;
	assert_int_equal(acl_dues_add(&others_dues, &d, "./NodeC", "Q"), 0);
	others = &others_dues;
	check("ServerB", GET("1", "./New") ADD("2", "./New/x") GET("3", "./NodeB/Node3/Node4") GET("4", "./Q")
	      GET("5", "./NodeB/Node3"), "5./NodeB/Node3", "1:417 2:417 3:417 4:417");
}

static void a_message_that_comes_again_is_the_same(void **state)
{
	char first[4096];

	(void)state;
	check("ServerB", ADD_NODE("1", "./New") GET("2", "./NodeB/Node2"), "1./New", "1:add./New 2:425");
	strcpy(first, due());
	check("ServerB", ADD_NODE("1", "./New") GET("2", "./NodeB/Node2"), "1./New", first);
	/* what it adds was not added before it */
	acl_dues_init(&dues);
	check("ServerB", GET("1", "./New") ADD_NODE("2", "./New"), "2./New", "1:404 2:add./New");
	check("ServerB", GET("1", "./New") ADD_NODE("2", "./New"), "2./New", "1:404 2:add./New");
}

/* One with its number that takes back what it has under way is another message. */
static void a_change_under_way_is_not_taken_back(void **state)
{
	static struct acl_dues before;

	(void)state;
	check("ServerB", ADD_NODE("1", "./New") GET("2", "."), "1./New 2.", "1:add./New");
	before = dues;
	check("ServerB", ADD_NODE("1", "./New") GET("2", "./NodeA"), "1./New", "1:add./New 2:425");
	assert_true(acl_dues_keep(&dues, &before, 2));
	check("ServerB", ADD_NODE("1", "./Other") GET("2", "."), "1./Other 2.", "1:add./Other");
	assert_false(acl_dues_keep(&dues, &before, 2));
	assert_true(acl_dues_keep(&dues, &before, 3));
}

static void who_wants_no_status_changes_nothing(void **state)
{
	(void)state;
	check("ServerB", "<Add><CmdID>1</CmdID><NoResp/>" ITEM("./New", NODE) "</Add><Get><CmdID>2</CmdID><NoResp/>"
	      ITEM("./NodeB/Node2", "") "</Get>" GET("3", "."), "3.", "");
	assert_string_equal(told, "Add ./New no-status;Get ./NodeB/Node2 not-named;");
	assert_string_equal(filtered("ServerB", MESSAGE(HDR("2") "<NoResp/>", DEL("1", "./NodeB/Node3/Node4")
							 GET("2", "."))), "2.");
	assert_string_equal(due(), "");
}

/* Nothing of it goes on, nor of what is in it, and the rest is as if it were not there. */
static void what_is_no_command_of_dm_is_denied_alone(void **state)
{
	static const char *const words[] = { "Map", "Move", "Put", "Search", "Sync" };
	char xml[2048], expected[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(xml, sizeof(xml), MESSAGE(HDR("2"), GET("1", ".") "<%s><CmdID>2</CmdID>" ADD("3", "./NodeB/x")
						   "</%s>" GET("4", "./NodeB/Node3")), words[i], words[i]);
		acl_dues_init(&dues);
		assert_string_equal(filtered("ServerB", xml), "1. 4./NodeB/Node3");
		assert_string_equal(due(), "2:501");
		assert_int_equal(dues.due[0].command, DM_CMD_MAP + i);
		snprintf(expected, sizeof(expected), "%s  foreign;", words[i]);
		assert_string_equal(told, expected);
	}
	acl_dues_init(&dues);
	check("ServerB", CMD("Put", "1", ITEM("./NodeB", "")), "1./DevInfo/DevId", "1:501 1:stand-in");
	acl_dues_init(&dues);
	check("ServerB", "<Put><CmdID>1</CmdID><NoResp/></Put>" GET("2", "."), "2.", "");
	acl_dues_init(&dues);
	check("ServerB", CMD("Atomic", "1", SET("2", "./NodeB/Node3/Node4", "x") CMD("Put", "3", "")) GET("4", "."), "4.",
	      "1:507 2:516 3:501");
	acl_dues_init(&dues);
	check("ServerB", CMD("Sequence", "1", CMD("Search", "2", "") GET("3", ".")), "1 3.", "2:501");
}

static void chunks_are_judged_each(void **state)
{
	(void)state;
	check("ServerB", CMD("Replace", "1", ITEM("./NodeB/Node3/Node4", "<Data>a</Data><MoreData/>")), "1./NodeB/Node3/Node4", "");
	check("ServerA", CMD("Replace", "1", ITEM("./NodeB/Node3/Node4", "<Data>a</Data><MoreData/>")), "1./DevInfo/DevId",
	      "1:425 1:stand-in");
}

static void room_for_what_is_due_is_bounded(void **state)
{
	struct acl_due d = { .msg = 1, .cmd = 1, .what = ACL_DUE_STATUS, .command = DM_CMD_GET, .code = 425 };
	struct acl_principal who = { 0 };
	const char *xml = BODY(GET("1", "."));
	struct dm_doc *doc = parse_good(xml, strlen(xml), TYPE_XML);
	struct dm_error err;
	struct acl_dues *back = malloc(sizeof(*back));
	void *packed = malloc(sizeof(dues));
	size_t len, i;

	(void)state;
	while (!acl_dues_add(&dues, &d, "./a/b/c", "text"))
		;
	assert_int_equal(dues.count, ACL_DUES_MAX);
	assert_int_equal(dm_commands(doc, true, &list, &err), 0);
	assert_int_equal(acl_filter(&t, &who, &doc->facts, &list, NULL, &dues, &changes, NULL, NULL), -E2BIG);
	dm_doc_free(doc);
	len = acl_dues_pack(&dues, packed);
	assert_int_equal(acl_dues_unpack(back, packed, len), 0);
	assert_int_equal(back->count, dues.count);
	assert_string_equal(acl_due_text(back, back->due[77].text), "text");
	for (i = 0; i < 64; i++)
		assert_int_equal(acl_dues_unpack(back, packed, i), -EINVAL);
	((char *)packed)[len - 1] = 'x';
	assert_int_equal(acl_dues_unpack(back, packed, len), -EINVAL);
	free(packed);
	free(back);
}

/* Which Status of the client is about which of them. */
static void answers_are_found(void **state)
{
	static const uint32_t wire[] = { 2, 2, 2, 3 };
	const char *xml = MESSAGE(HDR("9"), STATUS("1", "2", "0", "SyncHdr", "200")
		STATUS_PARTS("2", "2", "1", "Add", "<TargetRef>./New/b</TargetRef><Data>500</Data>")
		STATUS_PARTS("3", "2", "1", "Add", "<TargetRef>./New/a</TargetRef><Data>200</Data>")
		STATUS("4", "3", "1", "Delete", "200"));
	struct dm_doc *doc;
	struct dm_error err;
	const struct dm_status *st;

	(void)state;
	check("ServerB", CMD("Add", "1", ITEM("./New/a", "") ITEM("./New/b", "") ITEM("./New/c", "")),
	      "1./New/a./New/b./New/c", "1:add./New/a 1:add./New/b 1:add./New/c");
	doc = parse_good(xml, strlen(xml), TYPE_XML);
	assert_int_equal(dm_commands(doc, false, &list, &err), 0);
	st = acl_due_answered(&dues, &dues.due[0], &doc->facts, &list, wire);
	assert_int_equal(st->code, 200);
	st = acl_due_answered(&dues, &dues.due[1], &doc->facts, &list, wire);
	assert_int_equal(st->code, 500);
	assert_null(acl_due_answered(&dues, &dues.due[2], &doc->facts, &list, wire));
	assert_int_equal(acl_due_place(&dues.due[0], &doc->facts, wire), 4);
	dues.due[0].cmd = 0;
	assert_int_equal(acl_due_place(&dues.due[0], &doc->facts, wire), 1);
	dm_doc_free(doc);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

static const struct CMUnitTest tests[] = {
	T(denied_commands_are_cut), T(nobody_gets_nothing), T(the_session_goes_on_when_all_is_denied),
	T(items_are_judged_one_by_one), T(atomic_fails_whole), T(sequence_goes_with_its_last_command),
	T(subtrees_and_odd_copies_are_denied), T(lists_are_asked_for_less_what_is_not_for_the_server), T(a_client_with_lists_is_asked_for_them), T(lists_of_nodes_are_ours),
	T(what_is_done_counts_later), T(what_waits_gives_no_right), T(a_renamed_node_keeps_its_list),
	T(a_message_that_comes_again_is_the_same), T(a_change_under_way_is_not_taken_back), T(who_wants_no_status_changes_nothing), T(what_is_no_command_of_dm_is_denied_alone), T(chunks_are_judged_each),
	T(what_waits_elsewhere_is_nobodys), T(room_for_what_is_due_is_bounded), T(answers_are_found),
};

int main(void)
{
	dm_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
