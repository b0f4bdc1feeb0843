// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the client role under the tree of the store: who the server is, what is on the
 * disk before a message goes on, and that nothing goes on when it is not.
 */
#include <daemon/rights.h>

#include "acl_messages.h"
#include "acl_store_dir.h"

static struct rights rights;
static struct engine engine;
static struct engine_decision d;
static struct omasec_message msg;
static struct dm_changes changes;
static struct dm_list list;
static struct dm_facts facts;
static struct denied denied;
static char out[4096];

#define SERVER(id, content) MESSAGE(HDR(id), content "<Final/>")
/* of session 2 */
#define OTHER_HDR(msg) \
	"<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>2</SessionID><MsgID>" msg "</MsgID>" \
	"<Target><LocURI>IMEI:1</LocURI></Target><Source><LocURI>ServerB</LocURI></Source>"
#define OTHER(id, content) MESSAGE(OTHER_HDR(id), content "<Final/>")
#define OK(id, ref) STATUS(id, ref, "0", "SyncHdr", "200")

static void put(const char *uri, const char *text)
{
	assert_int_equal(add(uri, ACL_KIND_INTERIOR, NULL), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, uri, text), 0);
}

static struct account *known(const char *name, const char *server)
{
	struct account *a;

	assert_int_equal(account_need(&engine.accounts, name, &a), 0);
	snprintf(a->server, sizeof(a->server), "%s", server);
	assert_non_null(session_new(&engine.sessions, a, OMASEC_ROLE_CLIENT, "1", NULL, 1));
	return a;
}

static int begin(void **state)
{
	if (setup(state))
		return -1;
	open_at(&store);
	put("./A", "Get=Mgmt1&Replace=Mgmt1&Delete=Mgmt1");
	put("./B", "Get=Mgmt2&Replace=Mgmt2");
	memset(&rights, 0, sizeof(rights));
	rights.dir = dir;
	assert_int_equal(engine_init(&engine, &session_limits_default, nonce_system_random, NULL, NULL), 0);
	known("one", "Mgmt1");
	known("two", "Mgmt2");
	return 0;
}

static int end(void **state)
{
	rights_close(&rights);
	engine_free(&engine);
	return teardown(state);
}

static bool sessionless;

/* What becomes of @xml: cuts, answers, and what a rejection says. */
static const char *through(const char *account, uint8_t path, const char *xml)
{
	struct rights_in in = { .e = &engine, .msg = &msg, .facts = &facts, .list = &list,
				.denied = &denied };
	struct dm_doc *doc = parse_good(xml, strlen(xml), TYPE_XML);
	struct dm_error error;
	int rc;

	msg.role = OMASEC_ROLE_CLIENT;
	msg.path = path;
	snprintf(msg.account, sizeof(msg.account), "%s", account);
	memset(&d, 0, sizeof(d));
	d.verdict = OMASEC_VERDICT_ACCEPT;
	d.sessionless = sessionless;
	facts = doc->facts;
	assert_int_equal(dm_commands(doc, path == OMASEC_PATH_RX, &list, &error), 0);
	dm_doc_free(doc);
	rc = rights_wanted(&rights, &msg, &d);
	if (rc < 0)
		return "unknown";
	if (!rc)
		return "free";
	dm_changes_init(&changes);
	denied_init(&denied);
	(path == OMASEC_PATH_RX ? rights_deliver : rights_send)(&rights, &in, 1000, &changes, &d);
	if (d.verdict == OMASEC_VERDICT_REJECT)
		return "refused";
	assert_int_equal(d.body, dm_changes_empty(&changes) && dm_edits_empty(&d.edits) ? ENGINE_KEEP : ENGINE_EDIT);
	sprintf(out, "%u cut %u put", changes.cut_count, changes.answer_count);
	return out;
}

#define received(account, xml, wanted) assert_string_equal(through(account, OMASEC_PATH_RX, xml), wanted)
#define sends(account, xml, wanted) assert_string_equal(through(account, OMASEC_PATH_TX, xml), wanted)

static void reset(void)
{
	memset(&msg, 0, sizeof(msg));
	msg.mac_state = OMASEC_MAC_STATE_OK;
}

static void an_account_is_its_server(void **state)
{
	(void)state;
	reset();
	/* the message says ServerB, whoever sends it */
	received("one", SERVER("2", GET("1", "./A") GET("2", "./B")), "1 cut 0 put");
	sends("one", SERVER("2", OK("1", "2") STATUS("2", "2", "1", "Get", "200")), "0 cut 1 put");
	assert_int_equal(changes.answer[0].code, 425);
	assert_int_equal(changes.answer[0].cmd_ref, 2);
	received("two", SERVER("2", GET("1", "./A") GET("2", "./B")), "1 cut 0 put");
	sends("two", SERVER("2", OK("1", "2") STATUS("2", "2", "2", "Get", "200")), "0 cut 1 put");
	assert_int_equal(changes.answer[0].cmd_ref, 1);
	msg.mac_state = OMASEC_MAC_STATE_MISSING;
	received("one", SERVER("3", GET("1", "./A") GET("2", "./B") CMD("Alert", "3", "<Data>1100</Data>")), "2 cut 0 put");
	msg.mac_state = OMASEC_MAC_STATE_OK;
	account_find(&engine.accounts, "one")->server[0] = '\0';
	received("one", SERVER("2", GET("1", "./A")), "refused");
	assert_non_null(strstr(d.detail, "server-id"));
}

static void assert_denied(unsigned int i, const char *server, const char *command, const char *uri, unsigned int status,
			  const char *clause)
{
	assert_in_range(i, 0, denied.kept - 1);
	assert_string_equal(denied.denial[i].server, server);
	assert_string_equal(denied.denial[i].command, command);
	assert_string_equal(denied.denial[i].uri, uri);
	assert_int_equal(denied.denial[i].status, status);
	assert_string_equal(denied.denial[i].clause, clause);
}

/* For the module: what is denied, and no more of it than a verdict may name. */
static void denials_are_named(void **state)
{
	static char many[16384];
	size_t len = 0;
	unsigned int i;

	(void)state;
	reset();
	received("one", SERVER("2", GET("1", "./A") GET("2", "./B") SET("3", "./B", "x")), "2 cut 0 put");
	assert_int_equal(denied.count, 2);
	assert_int_equal(denied.kept, 2);
	assert_denied(0, "Mgmt1", "Get", "./B", 425, "not-named");
	assert_denied(1, "Mgmt1", "Replace", "./B", 425, "not-named");
	received("one", SERVER("2", GET("1", "./A")), "0 cut 0 put");
	assert_int_equal(denied.count, 0);
	msg.mac_state = OMASEC_MAC_STATE_MISSING;
	received("one", SERVER("3", GET("1", "./A") CMD("Alert", "3", "<Data>1100</Data>")), "1 cut 0 put");
	assert_int_equal(denied.kept, 1);
	assert_string_equal(denied.denial[0].server, "");
	msg.mac_state = OMASEC_MAC_STATE_OK;
	len = (size_t)snprintf(many, sizeof(many), "%s", "<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr>" HDR("4") "</SyncHdr><SyncBody>");
	for (i = 1; i <= 20; i++)
		len += (size_t)snprintf(many + len, sizeof(many) - len, "<Get><CmdID>%u</CmdID><Item><Target><LocURI>./B/%u"
					"</LocURI></Target></Item></Get>", i, i);
	snprintf(many + len, sizeof(many) - len, GET("21", "./A") "<Final/></SyncBody></SyncML>");
	received("one", many, "20 cut 0 put");
	assert_int_equal(denied.count, 20);
	assert_int_equal(denied.kept, OMASEC_DENIALS_MAX);
	assert_denied(15, "Mgmt1", "Get", "./B/16", 425, "not-named");
}

/* Whatever a server writes, the module can take it: it would refuse the verdict. */
static void denials_are_cut_and_clean(void **state)
{
	struct acl_filtered f = { .word = "Get", .d = { .status = 414, .clause = ACL_CLAUSE_NOT_NAMED } };
	char uri[2 * OMASEC_URI_MAX];

	(void)state;
	denied_init(&denied);
	f.uri = "./a\033[2J\n\x7f\303\244";
	denied_add(&denied, NULL, &f);
	assert_string_equal(denied.denial[0].uri, "./a?[2J??\303\244");
	memset(uri, 'x', sizeof(uri) - 1);
	uri[sizeof(uri) - 1] = '\0';
	f.uri = uri;
	denied_add(&denied, "s", &f);
	assert_int_equal(strlen(denied.denial[1].uri), OMASEC_URI_MAX);
	/* not through the middle of a character */
	uri[OMASEC_URI_MAX - 1] = '\303';
	uri[OMASEC_URI_MAX] = '\244';
	denied_add(&denied, "s", &f);
	assert_int_equal(strlen(denied.denial[2].uri), OMASEC_URI_MAX - 1);
	uri[OMASEC_URI_MAX] = '\0';
	memcpy(uri + OMASEC_URI_MAX - 2, "\303\244", 2);
	denied_add(&denied, "s", &f);
	assert_string_equal(denied.denial[3].uri, uri);
}

static void what_waits_outlives_the_process(void **state)
{
	(void)state;
	reset();
	received("one", SERVER("2", ADD_NODE("1", "./New")), "0 cut 0 put");
	rights_close(&rights);
	assert_null(list_at(store, "./New"));
	received("two", SERVER("2", GET("1", "./New") GET("2", "./B")), "1 cut 0 put");
	sends("two", SERVER("2", OK("1", "2") STATUS("2", "2", "2", "Get", "200")), "0 cut 1 put");
	assert_int_equal(changes.answer[0].code, 417);
	sends("one", SERVER("2", OK("1", "2") STATUS("2", "2", "1", "Add", "200")), "0 cut 0 put");
	assert_string_equal(list_at(store, "./New"), "Add=Mgmt1&Delete=Mgmt1&Get=Mgmt1&Replace=Mgmt1");
	/* a new session owes nothing */
	received("one", SERVER("3", GET("1", "./B") GET("2", "./A")), "1 cut 0 put");
	sends("one", SERVER("1", ALERT("1")), "0 cut 0 put");
	sends("one", SERVER("2", OK("1", "3") STATUS("2", "3", "2", "Get", "200")), "0 cut 0 put");
}

/* The lists follow a rename or nobody gets at the node, whatever its server does to hide it. */
static void a_change_cannot_be_hidden(void **state)
{
	(void)state;
	reset();
	received("one", SERVER("2", SET("1", "./A?prop=Name", "Q") GET("2", ".")), "0 cut 0 put");
	received("one", SERVER("2", SET("1", "./A?prop=Name", "Q") GET("2", ".")), "0 cut 0 put");
	received("one", SERVER("2", GET("1", ".")), "refused");
	sends("one", SERVER("1", ALERT("1")), "0 cut 0 put");
	received("one", SERVER("2", ADD("1", "./Q/x") GET("2", "./A") GET("3", ".")), "2 cut 0 put");
	received("two", SERVER("2", GET("1", "./Q/x") GET("3", ".")), "1 cut 0 put");
}

/* Nor what it has asked for, by a message that leaves the client without a Status to send. */
static void a_list_stays_pruned(void **state)
{
	const char *more = SERVER("3", CMD("Results", "1", "<CmdRef>1</CmdRef><Item><Source><LocURI>./A/secret</LocURI>"
					   "</Source><Data>v</Data></Item>"));

	(void)state;
	reset();
	put("./A/secret", "Get=Mgmt2");
	received("one", SERVER("2", GET("1", "./A?list=Struct")), "0 cut 0 put");
	sends("one", more, "1 cut 0 put");
	rights_close(&rights);
	sends("one", more, "1 cut 0 put");
	sends("two", more, "0 cut 0 put");
	/* another session begins, and this one goes on: nobody knows how far it is */
	assert_non_null(session_new(&engine.sessions, account_find(&engine.accounts, "one"), OMASEC_ROLE_CLIENT, "2", NULL, 1));
	sends("one", OTHER("1", ALERT("1")), "0 cut 0 put");
	sends("one", SERVER("3", CMD("Results", "1", "<CmdRef>1</CmdRef><Item><Source><LocURI>./A</LocURI></Source>"
				     "<Data>v</Data></Item>")), "1 cut 0 put");
	received("one", OTHER("2", GET("1", "./A?list=Struct")), "0 cut 0 put");
	sends("one", OTHER("2", OK("1", "2") CMD("Results", "2", "<CmdRef>1</CmdRef><Item><Source><LocURI>./A</LocURI></Source>"
			   "<Meta><Format xmlns='syncml:metinf'>node</Format></Meta></Item>")), "0 cut 0 put");
	/* it begins anew */
	sends("one", SERVER("1", ALERT("1")), "0 cut 0 put");
	sends("one", more, "0 cut 0 put");
}

static void a_list_needs_a_session(void **state)
{
	(void)state;
	reset();
	put("./A/secret", "Get=Mgmt2");
	sessionless = true;
	received("one", SERVER("2", GET("1", "./A")), "0 cut 0 put");
	received("one", SERVER("2", GET("1", "./A?list=Struct")), "refused");
	received("one", OTHER("2", GET("1", "./A?list=Struct")), "refused");
	sessionless = false;
	received("one", SERVER("2", GET("1", "./A?list=Struct")), "0 cut 0 put");
}

static void numbers_are_those_of_the_wire(void **state)
{
	struct session *s = session_find(&engine.sessions, account_find(&engine.accounts, "one"), OMASEC_ROLE_CLIENT, "1");

	(void)state;
	reset();
	/* the application got message 5 as its second */
	map_add(&s->num.in, 5, 2);
	received("one", SERVER("5", GET("1", "./A?prop=ACL") GET("2", "./B") GET("3", "./A")), "2 cut 0 put");
	sends("one", SERVER("3", OK("1", "2") STATUS("2", "2", "3", "Get", "200")), "0 cut 3 put");
	assert_int_equal(changes.answer[0].msg_ref, 5);
	assert_int_equal(changes.answer[0].before, 1);
	/* its number for the application is 3; the server answers the Results in what is 7 on the wire */
	map_add(&s->num.out, 7, 3);
	received("one", SERVER("6", OK("1", "7") STATUS("2", "7", "3", "Get", "200") GET("3", "./A")), "0 cut 0 put");
	assert_int_equal(d.edits.status_count, 0);
	received("one", SERVER("6", OK("1", "7") STATUS("2", "7", "4", "Results", "200") GET("3", "./A")), "0 cut 0 put");
	assert_int_equal(d.edits.status_count, 1);
	assert_int_equal(d.edits.status[0].index, 1);
	assert_int_equal(d.edits.status[0].op, DM_STATUS_REMOVE);
}

static void what_cannot_be_applied_is_refused(void **state)
{
	(void)state;
	reset();
	msg.auth_mode = OMASEC_AUTH_MODE_NATIVE;
	received("one", SERVER("2", GET("1", "./A")), "0 cut 0 put");
	received("one", SERVER("2", GET("1", "./A") GET("2", "./B")), "refused");
}

static void without_a_store_there_are_no_lists(void **state)
{
	FILE *f;

	(void)state;
	reset();
	acl_store_close(store);
	store = NULL;
	unlink(file);
	received("one", SERVER("2", GET("1", "./B")), "free");
	f = fopen(file, "w");
	fputs("this is no database at all, but somebody meant to have one here", f);
	fclose(f);
	received("one", SERVER("2", GET("1", "./B")), "unknown");
	assert_non_null(strstr(rights.error, "restore a copy"));
	msg.role = OMASEC_ROLE_SERVER;
	assert_int_equal(rights_wanted(&rights, &msg, &d), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

static const struct CMUnitTest tests[] = {
	T(an_account_is_its_server), T(denials_are_named), T(denials_are_cut_and_clean),
	T(what_waits_outlives_the_process), T(a_change_cannot_be_hidden), T(a_list_stays_pruned), T(a_list_needs_a_session), T(numbers_are_those_of_the_wire),
	T(what_cannot_be_applied_is_refused), T(without_a_store_there_are_no_lists),
};

int main(void)
{
	dm_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
