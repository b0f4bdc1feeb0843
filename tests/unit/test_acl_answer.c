// SPDX-License-Identifier: GPL-2.0
/*
 * Dialogues of a server and a client under ACLs: what the tree learns from the client's
 * Status, when, and what the server gets in the client's name.
 */
#include <acl/answer.h>

#include "acl_messages.h"

static struct acl_tree t;
static struct acl_dues dues;
static struct dm_changes changes;
static struct dm_list list;
static struct dm_facts facts;
static unsigned int changed;
static int change_error;
static char went[8192];

#define SERVER(msg, content) MESSAGE(HDR(msg), content "<Final/>")
#define REPORTS SERVER
#define OK(id, msg) STATUS(id, msg, "0", "SyncHdr", "200")

static void begin_list(const char *xml, bool items, struct dm_doc **doc)
{
	struct dm_error err;

	*doc = parse_good(xml, strlen(xml), TYPE_XML);
	facts = (*doc)->facts;
	if (dm_commands(*doc, items, &list, &err))
		fail_msg("%s", err.text);
}

static struct acl_principal principal(const char *server)
{
	struct acl_principal who;

	assert_int_equal(acl_principal_server(&who, server, strlen(server)), 0);
	return who;
}

/* A message of the server goes to the client. */
static void receive(const char *server, const char *xml)
{
	struct acl_principal who = principal(server);
	struct dm_doc *doc;

	begin_list(xml, true, &doc);
	assert_int_equal(acl_filter(&t, &who, &facts, &list, NULL, &dues, &changes, NULL, NULL), 0);
	dm_doc_free(doc);
}

struct keeper {
	struct acl_principal who;
};

static int change(void *arg, const struct acl_due *due, const char *uri, const char *text)
{
	struct keeper *k = arg;
	struct acl_node *n, *made;
	struct acl_uri u;

	changed++;
	if (change_error)
		return change_error;
	assert_int_equal(acl_uri_parse(uri, strlen(uri), &u), 0);
	n = acl_tree_find(&t, &u);
	switch (due->what) {
	case ACL_DUE_ADD:
		acl_tree_create(&t, &u, due->kind, &k->who, &made);
		break;
	case ACL_DUE_DELETE:
		if (n)
			acl_tree_delete(&t, n);
		break;
	case ACL_DUE_RENAME:
		acl_tree_rename(&t, n, text, strlen(text));
		break;
	case ACL_DUE_WRITE:
	case ACL_DUE_LIST:
		assert_int_equal(acl_tree_set(&t, n, text, strlen(text), NULL), 0);
		break;
	default:
		fail_msg("unexpected");
	}
	return 0;
}

/* A message of the client; what the server gets of it, with SyncHdr and numbers left out. */
static const char *sent(const char *server, const char *xml, int *rc)
{
	static char out[8192];
	struct keeper k = { principal(server) };
	uint32_t wire[DM_STATUS_MAX];
	bool hidden[DM_STATUS_MAX];
	struct dm_edits edits = { 0 };
	struct acl_answer a = {
		.t = &t, .who = &k.who, .f = &facts, .l = &list, .wire = wire, .change = change, .arg = &k,
	};
	struct dm_error err;
	struct dm_doc *doc;
	unsigned int i;
	uint8_t *body;
	size_t len;

	begin_list(xml, false, &doc);
	for (i = 0; i < facts.status_count; i++)
		wire[i] = facts.status[i].msg_ref;
	a.next = facts.max_cmd_id + 1;
	*rc = acl_answer(&a, &dues, &changes, hidden);
	if (*rc) {
		dm_doc_free(doc);
		return "";
	}
	for (i = 0; i < facts.status_count; i++)
		if (hidden[i])
			edits.status[edits.status_count++] = (struct dm_status_edit){
				.index = (uint16_t)i, .op = DM_STATUS_REMOVE,
			};
	assert_int_equal(dm_change(doc, &edits, &changes, &body, &len, &err), 0);
	dm_doc_free(doc);
	doc = parse_good(body, len, TYPE_XML);
	snprintf(went, sizeof(went), "%.*s", (int)len, body);
	out[0] = 0;
	for (i = 0; i < doc->facts.status_count; i++)
		sprintf(out + strlen(out), "%s%u:%u", i ? " " : "", doc->facts.status[i].cmd_ref, doc->facts.status[i].code);
	for (i = 0; i < doc->facts.command_count; i++)
		strcat(out, " +");
	strcat(out, memmem(body, len, "<Results>", 9) ? "|results" : "|");
	dm_doc_free(doc);
	free(body);
	return out;
}

#define check(server, xml, wanted) do { \
		int rc_; \
		assert_string_equal(sent(server, xml, &rc_), wanted); \
		assert_int_equal(rc_, 0); \
	} while (0)

static const char *acl(const char *uri)
{
	static char text[ACL_TEXT_MAX + 1];
	const struct acl_node *n = tree_at(&t, uri);

	if (!n)
		return NULL;
	acl_format(n->acl, text);
	return text;
}

static int begin(void **state)
{
	(void)state;
	tree_example(&t);
	acl_dues_init(&dues);
	changed = 0;
	change_error = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	acl_tree_free(&t);
	return 0;
}

#define CREATOR "Add=ServerX&Delete=ServerX&Get=ServerX&Replace=ServerX"

static void denials_are_told_in_order(void **state)
{
	(void)state;
	receive("ServerB", SERVER("2", GET("1", "./NodeB/Node2") GET("3", "./NodeB/Node3")
				  CMD("Delete", "4", ITEM("./NodeA", ""))));
	check("ServerB", REPORTS("3", OK("1", "2") STATUS("2", "2", "3", "Get", "200")),
	      "0:200 1:425 3:200 4:425|");
	assert_int_equal(dues.count, 2);
	/* once more the same, and then no more */
	check("ServerB", REPORTS("3", OK("1", "2") STATUS("2", "2", "3", "Get", "200")),
	      "0:200 1:425 3:200 4:425|");
	receive("ServerB", SERVER("3", GET("1", "./NodeB/Node3")));
	check("ServerB", REPORTS("4", OK("1", "3") STATUS("2", "3", "1", "Get", "200")), "0:200 1:200|");
	assert_int_equal(dues.count, 0);
}

static void what_was_done_is_learned_once(void **state)
{
	const char *report = REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Add", "200"));

	(void)state;
	receive("ServerX", SERVER("2", ADD_NODE("1", "./New")));
	assert_null(acl("./New"));
	check("ServerX", report, "0:200 1:200|");
	assert_string_equal(acl("./New"), CREATOR);
	check("ServerX", report, "0:200 1:200|");
	assert_int_equal(changed, 1);
}

static void what_was_not_done_is_not_learned(void **state)
{
	static const char *const codes[] = { "213", "216", "202", "404", "418", "500", "516" };
	char xml[4096];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		int rc;

		receive("ServerX", SERVER("2", ADD_NODE("1", "./New")));
		snprintf(xml, sizeof(xml), REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Add", "%s")), codes[i]);
		sent("ServerX", xml, &rc);
		assert_int_equal(rc, 0);
		assert_null(acl("./New"));
		assert_int_equal(dues.count, 0);
	}
	assert_int_equal(changed, 0);
}

static void renewed_in_one_message(void **state)
{
	(void)state;
	tree_put(&t, "./R", ACL_KIND_INTERIOR, "Delete=ServerX&Get=Other");
	receive("ServerX", SERVER("2", CMD("Delete", "1", ITEM("./R", "")) ADD_NODE("2", "./R")));
	check("ServerX", REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Delete", "200")
				 STATUS("3", "2", "2", "Add", "200")), "0:200 1:200 2:200|");
	assert_string_equal(acl("./R"), CREATOR);
}

/* Its Status comes in a later message; until then everybody is kept from the new name. */
static void renamed_over_messages(void **state)
{
	(void)state;
	tree_put(&t, "./R", ACL_KIND_INTERIOR, "Replace=ServerX&Get=ServerX");
	receive("ServerX", SERVER("2", SET("1", "./R?prop=Name", "Q")));
	check("ServerX", REPORTS("3", OK("1", "2")), "0:200|");
	receive("ServerX", SERVER("3", GET("1", "./Q")));
	check("ServerX", REPORTS("4", OK("1", "3") STATUS("2", "3", "1", "Get", "404")), "0:200 1:417|");
	assert_non_null(acl("./R"));
	receive("ServerX", SERVER("4", ""));
	check("ServerX", REPORTS("5", OK("1", "4") STATUS("2", "2", "1", "Replace", "200")), "0:200 1:200|");
	assert_null(acl("./R"));
	assert_string_equal(acl("./Q"), "Get=ServerX&Replace=ServerX");
}

#define RESULTS(id, msg, ref, more) \
	"<Results><CmdID>" id "</CmdID><MsgRef>" msg "</MsgRef><CmdRef>" ref "</CmdRef>" more \
	"<Item><Data>IMEI</Data></Item></Results>"

/* The client was asked for something else, and what it says of that is for nobody. */
static void a_stand_in_is_not_seen(void **state)
{
	const char *report = REPORTS("3", OK("1", "2") STATUS("2", "2", "7", "Get", "200") RESULTS("8", "2", "7", ""));

	(void)state;
	receive("ServerB", SERVER("2", GET("7", "./NodeB/Node2")));
	check("ServerB", report, "0:200 7:425|");
	/* once more, by a client that has had no answer */
	check("ServerB", report, "0:200 7:425|");
	/* it waits for a Status for its Results, by its own numbers, and gets it with each answer to that message */
	for (int again = 0; again < 2; again++) {
		receive("ServerB", SERVER("3", OK("1", "3") STATUS("2", "3", "2", "Status", "200") GET("4", ".")));
		assert_int_equal(changes.answer_count, 1);
		assert_int_equal(changes.answer[0].cmd, DM_CMD_RESULTS);
		assert_int_equal(changes.answer[0].before, 2);
		assert_int_equal(changes.answer[0].code, 200);
		assert_int_equal(changes.answer[0].msg_ref, 3);
		assert_int_equal(changes.answer[0].cmd_ref, 8);
	}
	check("ServerB", REPORTS("4", OK("1", "3") STATUS("2", "3", "4", "Get", "200")), "0:200 4:200|");
	receive("ServerB", SERVER("4", OK("1", "4")));
	assert_int_equal(changes.answer_count, 0);
}

static void no_receipt_where_none_is_wanted(void **state)
{
	(void)state;
	receive("ServerB", SERVER("2", GET("7", "./NodeB/Node2")));
	check("ServerB", REPORTS("3", OK("1", "2") STATUS("2", "2", "7", "Get", "200")
		RESULTS("8", "2", "7", "<NoResp/>")), "0:200 7:425|");
	receive("ServerB", SERVER("3", OK("1", "3")));
	assert_int_equal(changes.answer_count, 0);
}

static void lists_are_read_and_written(void **state)
{
	const char *report = REPORTS("3", OK("1", "2") STATUS("2", "2", "9", "Get", "200"));

	(void)state;
	receive("ServerB", SERVER("2", GET("1", "./NodeB/Node3/Node5?prop=ACL")
		SET("2", "./NodeB/Node3/Node5?prop=ACL", "Get=ServerB") GET("3", "./NodeB/Node3/Node5?prop=ACL")
		GET("9", ".")));
	check("ServerB", report, "0:200 1:200 2:200 3:200 9:200 + +|results");
	assert_string_equal(acl("./NodeB/Node3/Node5"), "Get=ServerB");
	check("ServerB", report, "0:200 1:200 2:200 3:200 9:200 + +|results");
	assert_int_equal(changed, 1);
	assert_true(acl_due_results(&dues, 3, dues.due[1].own));
	assert_false(acl_due_results(&dues, 4, dues.due[1].own));
	assert_false(acl_due_results(&dues, 3, dues.due[0].own));
	assert_string_equal(acl_due_text(&dues, dues.due[1].text), "Get=ServerA+ServerB&Replace=ServerA");
	assert_string_equal(acl_due_text(&dues, dues.due[4].text), "Get=ServerB");
}

/* The list of a node that the same message makes: by the rights that its maker has by then. */
static void a_new_node_gets_its_list(void **state)
{
	(void)state;
	receive("ServerX", SERVER("2", ADD_NODE("1", "./New") SET("2", "./Other?prop=ACL", "Get=*") GET("3", ".")));
	check("ServerX", REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Add", "200") STATUS("3", "2", "3", "Get", "200")),
	      "0:200 1:200 2:425 3:200|");
	receive("ServerX", SERVER("3", SET("1", "./New?prop=ACL", "Get=*&amp;Replace=ServerX") GET("2", ".")));
	check("ServerX", REPORTS("4", OK("1", "3") STATUS("2", "3", "2", "Get", "200")), "0:200 1:200 2:200|");
	assert_string_equal(acl("./New"), "Get=*&Replace=ServerX");
}

/* Rights may go between the judgement and its carrying out. */
static void lists_are_judged_when_they_are_written(void **state)
{
	(void)state;
	receive("ServerB", SERVER("2", SET("1", "./NodeB/Node3?prop=ACL", "Get=*") GET("2", "./NodeB/Node3")));
	tree_put(&t, "./NodeB/Node3", ACL_KIND_INTERIOR, "Get=ServerB");
	check("ServerB", REPORTS("3", OK("1", "2") STATUS("2", "2", "2", "Get", "200")), "0:200 1:425 2:200|");
	assert_string_equal(acl("./NodeB/Node3"), "Get=ServerB");
}

/* The client has done what it has done, but a list that was not written is told so. */
static void what_does_not_fit_is_told(void **state)
{
	(void)state;
	receive("ServerX", SERVER("2", ADD_NODE("1", "./New")));
	receive("ServerB", SERVER("3", SET("1", "./NodeB/Node3?prop=ACL", "Get=*") GET("2", "./NodeB/Node3")));
	change_error = 1;
	check("ServerB", REPORTS("4", OK("1", "3") STATUS("2", "2", "1", "Add", "200")
				 STATUS("3", "3", "2", "Get", "200")), "0:200 1:200 1:420 2:200|");
}

static void a_new_session_owes_nothing(void **state)
{
	(void)state;
	receive("ServerX", SERVER("2", ADD_NODE("1", "./New") GET("2", "./NodeB/Node2")));
	check("ServerX", REPORTS("1", ALERT("1")), " +|");
	assert_int_equal(dues.count, 0);
	check("ServerX", REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Add", "200")), "0:200 1:200|");
	assert_int_equal(changed, 0);
}

static void what_cannot_be_kept_does_not_leave(void **state)
{
	int rc;

	(void)state;
	receive("ServerX", SERVER("2", ADD_NODE("1", "./New")));
	change_error = -EIO;
	sent("ServerX", REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Add", "200")), &rc);
	assert_int_equal(rc, -EIO);
}

/* ---- lists with something that is not for the server ---------------------- */

#define SAYS(uri, more) "<Item><Source><LocURI>" uri "</LocURI></Source>" more "</Item>"
#define VALUE(uri) SAYS(uri, "<Data>v</Data>")
#define INTERIOR(uri) SAYS(uri, NODE)
#define REPORTED(id, items) CMD("Results", id, "<MsgRef>2</MsgRef><CmdRef>1</CmdRef>" items)
#define N3 "./NodeB/Node3"
#define went_with(text) assert_non_null(strstr(went, text))
#define went_without(text) assert_null(strstr(went, text))

static void begin_of_a_list(const char *more)
{
	char xml[4096];

	snprintf(xml, sizeof(xml), SERVER("2", GET("1", N3 "?list=StructData") "%s"), more);
	receive("ServerB", xml);
}

static void results_are_pruned(void **state)
{
	(void)state;
	tree_put(&t, N3 "/Node5", ACL_KIND_INTERIOR, "Get=ServerA");
	begin_of_a_list("");
	/* another message of that number does not take it back */
	receive("ServerB", SERVER("2", ALERT("1")));
	check("ServerB", REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Get", "200")
				 REPORTED("3", INTERIOR(N3) VALUE(N3 "/Node5") VALUE(N3 "/Node5/x") VALUE(N3 "/Node4"))),
	      "0:200 1:200 +|results");
	went_with("Node4");
	went_with("Node3<");
	went_without("Node5");
	/* a client may go on with it for as long as it likes, and does not have to say of what it is */
	receive("ServerB", SERVER("3", ALERT("1")));
	check("ServerB", REPORTS("4", OK("1", "3") CMD("Results", "3", "<CmdRef>9</CmdRef>" VALUE(N3 "/Node5/y") INTERIOR(N3))),
	      "0:200 +|results");
	went_without("Node5");
	/* a server that wants no Status gets no more */
	check("ServerB", REPORTS("4", CMD("Results", "3", "<CmdRef>9</CmdRef>" VALUE(N3 "/Node5/y") INTERIOR(N3))), " +|results");
	went_without("Node5");
	check("ServerB", REPORTS("5", CMD("Results", "3", "<CmdRef>9</CmdRef>" VALUE(N3 "/Node5/z"))), "|");
	assert_int_equal(dues.due[dues.count - 1].what, ACL_DUE_RECEIPT);
	/* it waits for a Status of what nobody gets */
	check("ServerB", REPORTS("5", OK("1", "3") REPORTED("3", VALUE(N3 "/Node5"))), "0:200|");
	receive("ServerB", SERVER("4", ALERT("1")));
	assert_int_equal(changes.answer_count, 1);
	assert_int_equal(changes.answer[0].cmd, DM_CMD_RESULTS);
}

static void what_cannot_be_told_is_kept_back(void **state)
{
	(void)state;
	check("ServerB", REPORTS("3", OK("1", "2") REPORTED("3", "<Item><Data>v</Data></Item>")), "0:200 +|results");
	tree_put(&t, N3 "/Node5", ACL_KIND_LEAF, "Get=ServerA");
	begin_of_a_list("");
	check("ServerB", REPORTS("3", OK("1", "2") REPORTED("3", "<Item><Data>v</Data></Item>")), "0:200|");
	check("ServerB", REPORTS("4", OK("1", "2") REPORTED("3", VALUE("Node4"))), "0:200|");
	check("ServerB", REPORTS("5", OK("1", "2") REPORTED("3", VALUE(N3) "<Item><Source><LocURI>" N3 "</LocURI></Source>"
				 "<Source><LocURI>" N3 "/Node5</LocURI></Source><Data>v</Data></Item>")), "0:200|");
	check("ServerB", REPORTS("6", OK("1", "2") REPORTED("3", VALUE(N3 "?list=TNDS") VALUE(N3 "/Node4?list=TNDS"))),
	      "0:200 +|results");
	went_without(N3 "?list");
	went_with("Node4?list");
}

#define TNDS "<Meta><Type xmlns='syncml:metinf'>application/vnd.syncml.dmtnds+xml</Type></Meta>"
#define TREE(nodes) "<Data><![CDATA[<MgmtTree>" nodes "</MgmtTree>]]></Data>"
#define AT(path, name, more) "<Node><NodeName>" name "</NodeName><Path>" path "</Path>" more "</Node>"
#define IN(name, more) "<Node><NodeName>" name "</NodeName>" more "</Node>"

/* A subtree loses what is not for the server, as lists do. */
static void subtrees_are_pruned(void **state)
{
	(void)state;
	tree_put(&t, N3 "/Node5", ACL_KIND_INTERIOR, "Get=ServerA");
	receive("ServerB", SERVER("2", GET("1", N3 "?list=TNDS")));
	check("ServerB", REPORTS("3", OK("1", "2") REPORTED("3", SAYS(N3 "?list=TNDS", TNDS
				 TREE(AT("./NodeB", "Node3", IN("Node4", "") IN("Node5", IN("x", "")) IN("New", "")))))),
	      "0:200 +|results");
	went_with("NodeName&gt;Node4");
	went_with("NodeName&gt;New");
	went_without("Node5");
	went_without("NodeName&gt;x");
	/* without the query too; what a node says itself counts, wherever it is reported */
	check("ServerB", REPORTS("4", OK("1", "2") REPORTED("3", SAYS(N3, TNDS TREE(IN("Node3", IN("Node5", "") IN("Node4", "")))))),
	      "0:200 +|results");
	went_without("Node5");
	went_with("NodeName&gt;Node4");
	check("ServerB", REPORTS("5", OK("1", "2") REPORTED("3", SAYS(N3 "/Node4", TNDS TREE(AT(N3, "Node5", ""))))), "0:200|");
	check("ServerB", REPORTS("6", OK("1", "2") REPORTED("3", SAYS(N3 "/Node4", TNDS TREE(AT(".", "NodeA", ""))))), "0:200|");
	check("ServerB", REPORTS("7", OK("1", "2") REPORTED("3", SAYS(N3, TNDS TREE(AT("./NodeB", "Node3", IN("a%62", "") IN("b", "")))))),
	      "0:200 +|results");
	went_without("a%62");
	went_with("NodeName&gt;b");
}

/* Nothing of it is told then: it could be of what the server may not read. */
static void subtrees_that_cannot_be_read_are_kept_back(void **state)
{
	(void)state;
	tree_put(&t, N3 "/Node5", ACL_KIND_LEAF, "Get=ServerA");
	receive("ServerB", SERVER("2", GET("1", N3 "?list=TNDS")));
	check("ServerB", REPORTS("3", OK("1", "2") REPORTED("3", SAYS(N3, TNDS "<Data>&lt;MgmtTree></Data>"))), "0:200|");
	/* in chunks: only the first says what it is, only the last that it is one */
	check("ServerB", REPORTS("4", OK("1", "2") REPORTED("3", SAYS(N3, TNDS "<Data>&lt;MgmtTree></Data><MoreData/>"))), "0:200|");
	check("ServerB", REPORTS("5", OK("1", "2") REPORTED("3", SAYS(N3, "<Data>&lt;Node></Data><MoreData/>"))), "0:200|");
	check("ServerB", REPORTS("6", OK("1", "2") REPORTED("3", SAYS(N3, "<Data>&lt;/Node></Data>"))), "0:200|");
	check("ServerB", REPORTS("6", OK("1", "2") REPORTED("3", SAYS(N3, NODE "<Data>&lt;Node></Data><MoreData/>"))), "0:200|");
	/* of what has nothing of that beneath they go on */
	check("ServerB", REPORTS("7", OK("1", "2") REPORTED("3", SAYS(N3 "/Node4", "<Data>v</Data><MoreData/>"))), "0:200 +|results");
}

/* Whichever name it had when the client looked. */
static void a_new_name_does_not_help(void **state)
{
	(void)state;
	tree_put(&t, N3 "/Node5", ACL_KIND_LEAF, "Replace=ServerB");
	begin_of_a_list(SET("2", N3 "/Node5?prop=Name", "Open"));
	check("ServerB", REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Get", "200") STATUS("3", "2", "2", "Replace", "200")
				 REPORTED("4", VALUE(N3 "/Node5") VALUE(N3 "/Open") VALUE(N3 "/Node4"))),
	      "0:200 1:200 2:200 +|results");
	assert_string_equal(acl(N3 "/Open"), "Replace=ServerB");
	went_without("Node5");
	went_without("Open");
	went_with("Node4");
}

static void a_list_of_the_client_is_learned(void **state)
{
	(void)state;
	t.client_lists = true;
	receive("ServerB", SERVER("2", SET("1", N3 "?prop=ACL", "Get=*") SET("2", N3 "/Node4?prop=ACL", "Get=ServerB")));
	assert_string_equal(acl(N3), "Delete=ServerB&Get=ServerB&Replace=ServerB");
	check("ServerB", REPORTS("3", OK("1", "2") STATUS("2", "2", "1", "Replace", "200")
				 STATUS("3", "2", "2", "Replace", "425")), "0:200 1:200 2:425|");
	assert_string_equal(acl(N3), "Get=*");
	assert_string_equal(acl(N3 "/Node4"), "");
	assert_int_equal(dues.count, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

static const struct CMUnitTest tests[] = {
	T(denials_are_told_in_order), T(what_was_done_is_learned_once), T(what_was_not_done_is_not_learned),
	T(renewed_in_one_message), T(renamed_over_messages), T(a_stand_in_is_not_seen),
	T(no_receipt_where_none_is_wanted), T(lists_are_read_and_written),
	T(a_new_node_gets_its_list), T(lists_are_judged_when_they_are_written), T(a_new_session_owes_nothing), T(what_does_not_fit_is_told),
	T(what_cannot_be_kept_does_not_leave), T(results_are_pruned), T(what_cannot_be_told_is_kept_back),
	T(subtrees_are_pruned), T(subtrees_that_cannot_be_read_are_kept_back),
	T(a_new_name_does_not_help), T(a_list_of_the_client_is_learned),
};

int main(void)
{
	dm_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
