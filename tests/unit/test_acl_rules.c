// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of the standard by name and row, through everything: omasec acl import and set,
 * the store, and the answer of omasec acl why from it; and the audit as it is printed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "acl_tree.h"
#include "userspace/daemon/acl_store.h"
#include "userspace/tool/tool.h"

#define EXAMPLE OMASEC_TEST_DATA "/../Documentation/examples/tree.xml"

static char dir[64], out[1 << 16], err[1 << 16];

static int capture(int fd)
{
	int to = memfd_create("capture", MFD_CLOEXEC), was = dup(fd);

	assert_true(to >= 0 && was >= 0);
	dup2(to, fd);
	close(to);
	return was;
}

static void captured(int fd, int was, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	dup2(was, fd);
	close(was);
}

static struct tool options;

/* On the store in @dir, with @options, which last for one run. */
#define omasec(...) run_args((const char *[]){ __VA_ARGS__, NULL })
static int run_args(const char *const *words)
{
	struct tool t = options;
	char *argv[10] = { NULL };
	int argc, used, rc, was[2];

	for (argc = 0; words[argc]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	t.secret_fd = -1;
	t.store_dir = dir;
	t.command = command_find(argc, argv, &used);
	assert_non_null(t.command);
	fflush(stdout);
	was[0] = capture(STDOUT_FILENO);
	was[1] = capture(STDERR_FILENO);
	rc = t.command->run(&t, argc - used, argv + used);
	fflush(stdout);
	captured(STDERR_FILENO, was[1], err, sizeof(err));
	captured(STDOUT_FILENO, was[0], out, sizeof(out));
	memset(&options, 0, sizeof(options));
	return rc;
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/omasec-rules-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int setup_example(void **state)
{
	return setup(state) || omasec("acl", "import", EXAMPLE);
}

static int teardown(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm", "-journal" };
	char path[128];
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/" ACL_STORE_FILE "%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static void set(const char *uri, const char *acl)
{
	options.given = OPT_CREATE;
	if (omasec("acl", "set", uri, acl))
		fail_msg("%s", err);
}

static void assert_list(const char *uri, const char *acl)
{
	json_t *all, *o;
	const char *text;

	options.json = true;
	assert_int_equal(omasec("acl", "show", uri), 0);
	all = json_loads(out, 0, NULL);
	o = json_object_get(json_array_get(json_object_get(all, "acl-nodes"), 0), "acl");
	text = json_string_value(o);
	assert_string_equal(text ? text : "", acl);
	json_decref(all);
}

static void assert_why(const char *server, const char *command, const char *uri, unsigned int status,
		       const char *clause)
{
	char want[32];
	int rc = omasec("acl", "why", server, command, uri);

	assert_int_equal(rc, status != 200);
	snprintf(want, sizeof(want), "(%u):", status);
	if (!strstr(out, want) || !strstr(out, clause))
		fail_msg("%s%s", out, err);
}

/* What a device does with what it was allowed to do. */
static void change(enum acl_change_what what, const char *uri, const char *text, const char *creator)
{
	struct acl_change c = { .what = what, .uri = uri, .uri_len = strlen(uri), .text = text,
				.text_len = text ? strlen(text) : 0, .kind = ACL_KIND_INTERIOR };
	struct acl_principal who;
	struct acl_store *st;

	if (creator) {
		assert_int_equal(acl_principal_server(&who, creator, strlen(creator)), 0);
		c.creator = &who;
	}
	assert_int_equal(acl_store_open(dir, false, &st, err, sizeof(err)), 0);
	assert_int_equal(acl_store_change(st, &c, 1), 0);
	acl_store_close(st);
}

/* ---- the worked example of TND 7.7.1 -------------------------------------- */

static const struct row {
	const char *server, *command, *uri, *operand;
	unsigned int status;
	const char *clause;
} rows[] = {
	{ "Any", "Get", "./NodeA/Node1", NULL, 200, "everybody" },
	{ "Any", "Replace", "./NodeA/Node1", NULL, 425, "no-entry" },
	{ "Any", "Delete", "./NodeA/Node1", NULL, 425, "no-entry" },
	{ "ServerC", "Replace", "./NodeA/Node1?prop=ACL", "Get=X", 200, "parent-replace" },
	{ "ServerA", "Replace", "./NodeA/Node1?prop=ACL", "Get=X", 425, "not-named" },
	{ "Any", "Get", "./NodeA/Node1?prop=ACL", NULL, 200, "everybody" },
	{ "ServerB", "Get", "./NodeB/Node3/Node4?prop=ACL", NULL, 200, "named" },
	{ "ServerB", "Replace", "./NodeB/Node3/Node4", NULL, 200, "named" },
	{ "ServerA", "Get", "./NodeB/Node3/Node4", NULL, 425, "not-named" },
	{ "ServerA", "Replace", "./NodeB/Node3/Node5", NULL, 200, "named" },
	{ "ServerB", "Get", "./NodeB/Node3/Node5", NULL, 200, "named" },
	{ "ServerB", "Replace", "./NodeB/Node3/Node5?prop=ACL", NULL, 200, "parent-replace" },
	{ "ServerA", "Replace", "./NodeB/Node3?prop=ACL", NULL, 200, "parent-replace" },
	{ "ServerA", "Add", "./NodeB/New", NULL, 425, "no-entry" },
	{ "ServerX", "Add", "./New", NULL, 200, "everybody" },
	/* Node5 has a list without Delete: it is asked as well, see design.md */
	{ "ServerB", "Delete", "./NodeB/Node3", NULL, 425, "beneath" },
	{ "ServerB", "Delete", "./NodeB/Node3/Node4", NULL, 200, "named" },
	{ "ServerA", "Delete", "./NodeB/Node3", NULL, 425, "not-named" },
};

static void worked_example(void **state)
{
	const struct row *r = *state;
	int rc = omasec("acl", "why", r->server, r->command, r->uri, r->operand);
	char want[64];

	assert_int_equal(rc, r->status != 200);
	snprintf(want, sizeof(want), "clause: %s:", r->clause);
	if (!strstr(out, want))
		fail_msg("%s%s", out, err);
	snprintf(want, sizeof(want), "(%u):", r->status);
	assert_non_null(strstr(out, want));
}

static void lists_of_the_example(void **state)
{
	(void)state;
	assert_list("./NodeA/Node1", "Get=*");
	assert_list("./NodeB/Node3/Node4", "");
	assert_list("./NodeB/Node3/Node5", "Get=ServerA+ServerB&Replace=ServerA");
	set("./Spec", "Add=www.sonera.fi-8765&Delete=www.sonera.fi-8765&"
		      "Replace=www.sonera.fi-8765+321_ibm.com&Get=*");
	assert_list("./Spec", "Add=www.sonera.fi-8765&Delete=www.sonera.fi-8765&Get=*&"
			      "Replace=321_ibm.com+www.sonera.fi-8765");
}

/* ---- the constraints of OSGi's test suite, by their numbers --------------- */

static void osgi_001_no_white_space(void **state)
{
	static const char *const bad[] = {
		"Get = *", "Get=a + b", "Get=* &Replace=a", " Get=*", "Get=*\n", "Get=a\tb", "Get=*& Replace=a",
	};
	size_t i;

	(void)state;
	set("./A", "Get=x");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(omasec("acl", "set", "./A", bad[i]), 1);
		assert_non_null(strstr(err, "cannot be read: expected"));
	}
	assert_list("./A", "Get=x");
}

/* OSGi's root has Replace=* as well; the standard has it not. */
static void osgi_002_the_root_has_a_default(void **state)
{
	(void)state;
	set("./A", "");
	assert_list(".", "Add=*&Get=*");
	assert_why("any", "Get", "./A", 200, "everybody");
	assert_why("any", "Replace", "./A", 425, "no-entry");
}

static void osgi_003_the_list_of_the_root_stays(void **state)
{
	(void)state;
	set("./A", "");
	assert_int_equal(omasec("acl", "set", ".", ""), 1);
	assert_non_null(strstr(err, "nothing to inherit from"));
	assert_list(".", "Add=*&Get=*");
	set(".", "Add=*&Get=*&Replace=boss");
	assert_int_equal(omasec("acl", "why", "boss", "Replace", ".?prop=ACL", ""), 1);
	assert_non_null(strstr(out, "root-acl:"));
}

static void osgi_004_the_list_of_the_root_changes(void **state)
{
	(void)state;
	set("./A", "");
	set(".", "Get=*&Replace=boss");
	assert_list(".", "Get=*&Replace=boss");
	assert_why("boss", "Replace", "./A", 200, "named");
}

static void osgi_005_no_ghost_of_a_deleted_node(void **state)
{
	(void)state;
	set("./A/B", "Get=secret");
	change(ACL_CHANGE_DELETE, "./A", NULL, NULL);
	assert_int_equal(omasec("acl", "show", "./A/B"), 1);
	change(ACL_CHANGE_ADD, "./A/B", NULL, NULL);
	assert_list("./A/B", "");
	assert_why("any", "Get", "./A/B", 200, "everybody");
}

static void osgi_006_renaming_moves_lists(void **state)
{
	(void)state;
	set("./A/B", "Get=secret");
	change(ACL_CHANGE_RENAME, "./A", "Z", NULL);
	assert_list("./Z/B", "Get=secret");
	assert_why("any", "Get", "./Z/B", 425, "not-named");
	assert_int_equal(omasec("acl", "show", "./A"), 1);
}

static void osgi_007_the_parent_rules_lists(void **state)
{
	(void)state;
	set("./A", "Replace=parent");
	set("./A/B", "Get=other");
	change(ACL_CHANGE_ADD, "./A/B/C", NULL, NULL);
	assert_why("parent", "Replace", "./A/B?prop=ACL", 200, "parent-replace");
	assert_why("parent", "Replace", "./A/B", 425, "no-entry");
	assert_why("other", "Replace", "./A/B?prop=ACL", 425, "not");
}

static void osgi_008_a_leaf_does_not_rule_its_list(void **state)
{
	(void)state;
	assert_int_equal(omasec("acl", "import", EXAMPLE), 0);
	/* a leaf beneath ServerC's node, and the same on an interior node */
	set("./NodeA/Node1", "Replace=leaf");
	assert_why("leaf", "Replace", "./NodeA/Node1", 200, "named");
	assert_why("leaf", "Replace", "./NodeA/Node1?prop=ACL", 425, "not-named");
	set("./NodeB/Node3", "Replace=inside");
	assert_why("inside", "Replace", "./NodeB/Node3?prop=ACL", 200, "named");
}

static void osgi_009_local_sessions_are_not_asked(void **state)
{
	struct acl_store *st;
	struct acl_tree *t;

	(void)state;
	set("./A", "Get=secret");
	assert_int_equal(acl_store_open(dir, false, &st, err, sizeof(err)), 0);
	assert_int_equal(acl_store_load(st, &t), 0);
	assert_int_equal(tree_judge(t, NULL, ACL_CMD_REPLACE, "./A", NULL).clause, ACL_CLAUSE_LOCAL);
	/* and no server can be one: it would have to have no name */
	assert_int_equal(omasec("acl", "why", "", "Get", "./A"), 2);
	acl_store_close(st);
}

static void osgi_010_copies_have_no_list(void **state)
{
	(void)state;
	assert_int_equal(omasec("acl", "import", EXAMPLE), 0);
	change(ACL_CHANGE_COPY, "./NodeC", "./NodeA/C", NULL);
	assert_list("./NodeC", "Get=ServerA&Replace=ServerA");
	assert_list("./NodeA/C", "");
	assert_why("ServerC", "Get", "./NodeA/C", 200, "named");
	assert_why("ServerA", "Get", "./NodeA/C", 425, "not-named");
}

static void osgi_011_creators_get_rights(void **state)
{
	(void)state;
	set(".", "Add=*&Get=*");
	change(ACL_CHANGE_ADD, "./New", NULL, "ServerX");
	assert_list("./New", "Add=ServerX&Delete=ServerX&Get=ServerX&Replace=ServerX");
	set("./Own", "Add=ServerX&Replace=ServerX");
	change(ACL_CHANGE_ADD, "./Own/New", NULL, "ServerX");
	assert_list("./Own/New", "");
}

/* ---- setting and importing ------------------------------------------------ */

static void set_is_exact(void **state)
{
	json_t *all, *o;

	(void)state;
	assert_int_equal(omasec("acl", "set", "./A", "Get=*"), 1);
	assert_non_null(strstr(err, "--create makes it"));
	assert_int_equal(omasec("acl", "set", "./A"), 2);
	assert_int_equal(omasec("acl", "set", "A", "Get=*"), 2);
	assert_int_equal(omasec("acl", "set", "./A?prop=ACL", "Get=*"), 2);
	assert_int_equal(omasec("acl", "set", "./A", "Get=*", "more"), 2);
	set("./A", "Get=b");
	assert_string_equal(out, "");
	options.json = true;
	assert_int_equal(omasec("acl", "set", "./A", "Get=z+a"), 0);
	all = json_loads(out, 0, NULL);
	o = json_object_get(all, "acl-set");
	assert_string_equal(json_string_value(json_object_get(o, "from")), "Get=b");
	assert_string_equal(json_string_value(json_object_get(o, "to")), "Get=a+z");
	json_decref(all);
}

static const char *path_with(const char *text)
{
	static char path[32];
	int fd = memfd_create("tree", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

static void import_adds_and_replaces(void **state)
{
	const char *more = path_with("<MgmtTree><Node><NodeName>NodeC</NodeName><DFProperties><AccessType><Get/>"
				     "</AccessType></DFProperties></Node><Node><NodeName>N</NodeName><RTProperties><ACL>"
				     "Get=n</ACL></RTProperties></Node></MgmtTree>");

	(void)state;
	set(".", "Add=*&Get=*&Replace=boss");
	assert_int_equal(omasec("acl", "import", more), 0);
	assert_non_null(strstr(out, "Imported 3 nodes; the store has 10, 8 with an ACL of their own.\n"));
	assert_list("./N", "Get=n");
	assert_list(".", "Add=*&Get=*&Replace=boss");
	/* what the file does not say stays */
	assert_list("./NodeC", "Get=ServerA&Replace=ServerA");
	assert_list("./NodeA/Node1", "Get=*");
	assert_why("ServerA", "Replace", "./NodeC", 405, "access");
	assert_int_equal(omasec("acl", "diff", more), 1);
	assert_non_null(strstr(out, "- ./NodeA/Node1  Get=*\n"));
	options.given = OPT_REPLACE;
	assert_int_equal(omasec("acl", "import", more), 0);
	assert_int_equal(omasec("acl", "diff", more), 0);
	assert_int_equal(omasec("acl", "show", "./NodeA"), 1);
	/* nothing of a file with a fault */
	assert_int_equal(omasec("acl", "import", path_with("<MgmtTree><Node><NodeName>Q</NodeName><RTProperties><ACL>"
							   "Get=</ACL></RTProperties></Node></MgmtTree>")), 1);
	assert_non_null(strstr(err, "nothing was imported"));
	assert_int_equal(omasec("acl", "show", "./Q"), 1);
}

static void import_says_before_what_it_does(void **state)
{
	const char *more = path_with("<MgmtTree><Node><NodeName>NodeC</NodeName><RTProperties><ACL>Get=*</ACL></RTProperties>"
				     "</Node><Node><NodeName>N</NodeName><Node><NodeName>M</NodeName></Node></Node></MgmtTree>");
	static char before[sizeof(out)];

	(void)state;
	assert_int_equal(omasec("acl", "export"), 0);
	strcpy(before, out);
	options.given = OPT_DRY_RUN;
	assert_int_equal(omasec("acl", "import", more), 0);
	assert_string_equal(out, "~ ./NodeC  Get=ServerA&Replace=ServerA -> Get=*\n+ ./N  (inherits)\n"
				 "+ ./N/M  (inherits)\n");
	options.given = OPT_DRY_RUN | OPT_REPLACE;
	assert_int_equal(omasec("acl", "import", more), 0);
	assert_non_null(strstr(out, "- ./NodeA/Node1  Get=*\n"));
	options.given = OPT_DRY_RUN;
	options.json = true;
	assert_int_equal(omasec("acl", "import", more), 0);
	assert_non_null(strstr(out, "\"acl-diff\""));
	assert_int_equal(omasec("acl", "export"), 0);
	assert_string_equal(out, before);
	/* what it said is what comes, and then there is no more of it */
	assert_int_equal(omasec("acl", "import", more), 0);
	assert_list("./NodeC", "Get=*");
	assert_list("./N/M", "");
	options.given = OPT_DRY_RUN;
	assert_int_equal(omasec("acl", "import", more), 0);
	assert_string_equal(out, "Nothing would change.\n");
	/* a node with nodes beneath is no leaf */
	options.given = OPT_DRY_RUN;
	assert_int_equal(omasec("acl", "import", path_with("<MgmtTree><Node><NodeName>N</NodeName><Value/></Node></MgmtTree>")), 1);
	assert_string_equal(out, "");
	assert_non_null(strstr(err, "./N: the store would not take"));
}

/* A store that is not there is not made by looking. */
static void import_looks_without_a_store(void **state)
{
	char path[128];

	(void)state;
	options.given = OPT_DRY_RUN;
	assert_int_equal(omasec("acl", "import", EXAMPLE), 1);
	assert_non_null(strstr(err, "omasec acl import or omasec acl set makes one"));
	snprintf(path, sizeof(path), "%s/" ACL_STORE_FILE, dir);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void del_takes_all_beneath(void **state)
{
	json_t *all, *o;

	(void)state;
	set("./NodeB/Node3/Deep/er", "Get=deep");
	assert_int_equal(omasec("acl", "del", "./NodeB/Node3"), 0);
	assert_string_equal(out, "Deleted 5 nodes; the store has 6, 5 with an ACL of their own.\n");
	assert_int_equal(omasec("acl", "show", "./NodeB/Node3"), 1);
	assert_list("./NodeB", "Get=ServerA&Replace=ServerA");
	/* no ghost: a node of the same name begins without a list */
	options.given = OPT_CREATE;
	assert_int_equal(omasec("acl", "set", "./NodeB/Node3/Deep/er", ""), 0);
	assert_list("./NodeB/Node3", "");
	assert_list("./NodeB/Node3/Deep/er", "");
	options.json = true;
	assert_int_equal(omasec("acl", "del", "./NodeC"), 0);
	all = json_loads(out, 0, NULL);
	o = json_object_get(all, "acl-del");
	assert_string_equal(json_string_value(json_object_get(o, "uri")), "./NodeC");
	assert_int_equal(json_integer_value(json_object_get(o, "nodes")), 1);
	json_decref(all);
	/* what is not there, the root, and what is no node */
	assert_int_equal(omasec("acl", "del", "./NodeC"), 1);
	assert_non_null(strstr(err, "there is no such node in the store"));
	assert_int_equal(omasec("acl", "del", "."), 1);
	assert_int_equal(omasec("acl", "del", "./NodeA?prop=ACL"), 2);
	assert_int_equal(omasec("acl", "del", "NodeA"), 2);
	assert_int_equal(omasec("acl", "del"), 2);
	assert_int_equal(omasec("acl", "del", "./NodeA", "./NodeB"), 2);
	assert_list("./NodeA/Node1", "Get=*");
}

static void export_is_the_store(void **state)
{
	(void)state;
	assert_int_equal(omasec("acl", "export"), 0);
	assert_int_equal(omasec("acl", "diff", path_with(out)), 0);
	assert_string_equal(out, "");
}

static void missing_stores_are_told_of(void **state)
{
	static const char *const verbs[] = { "show", "export", "audit" };
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(omasec("acl", verbs[i]), 1);
		assert_non_null(strstr(err, "omasec acl import or omasec acl set makes one"));
	}
	assert_int_equal(omasec("acl", "why", "s", "Get", "."), 2);
	/* and looking makes none */
	snprintf(path, sizeof(path), "%s/" ACL_STORE_FILE, dir);
	assert_int_not_equal(access(path, F_OK), 0);
	chmod(dir, 0777);
	assert_int_equal(omasec("acl", "set", ".", "Get=*"), 4);
	assert_non_null(strstr(err, "chmod it to 0700"));
	chmod(dir, 0700);
}

/* ---- audit ----------------------------------------------------------------- */

static void audit_is_printed(void **state)
{
	struct acl_audit a[] = {
		{ .time = 1764115200123, .server = "one", .command = "Get", .node = "./A/%C3%A4", .status = 425,
		  .decider = "./A", .clause = "no-entry" },
		{ .time = 1764115260000, .server = "two", .command = "Get", .node = "./A", .status = 200, .allow = true,
		  .clause = "everybody" },
		{ .time = 1764115320000, .server = "", .command = "Add\033[2J", .node = "../x", .status = 400,
		  .clause = "uri-bad" },
	};
	struct acl_store *st;
	json_t *all, *o;

	(void)state;
	assert_int_equal(acl_store_open(dir, true, &st, err, sizeof(err)), 0);
	assert_int_equal(acl_store_audit(st, a, 3), 0);
	acl_store_close(st);
	assert_int_equal(omasec("acl", "audit"), 0);
	assert_non_null(strstr(out, "2025-11-26T00:00:00.123Z"));
	assert_non_null(strstr(out, "Add\\x1b[2J"));
	assert_null(strstr(out, "two"));
	options.node = "./A";
	options.given = OPT_ALL;
	options.json = true;
	assert_int_equal(omasec("acl", "audit"), 0);
	all = json_loads(out, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(all, "acl-audit")), 2);
	o = json_array_get(json_object_get(all, "acl-audit"), 0);
	assert_string_equal(json_string_value(json_object_get(o, "uri")), "./A/\303\244");
	assert_string_equal(json_string_value(json_object_get(o, "node")), "./A");
	json_decref(all);
	options.since = "2025-11-26T00:01:30Z";
	assert_int_equal(omasec("acl", "audit"), 0);
	assert_non_null(strstr(out, "../x"));
	assert_null(strstr(out, "one"));
	options.since = "1h";
	assert_int_equal(omasec("acl", "audit"), 0);
	assert_string_equal(out, "No records.\n");
	options.since = "yesterday";
	assert_int_equal(omasec("acl", "audit"), 2);
	options.node = "A";
	assert_int_equal(omasec("acl", "audit"), 2);
}

static void options_are_kept(void **state)
{
	(void)state;
	assert_int_equal(omasec("acl", "option"), 0);
	assert_non_null(strstr(out, "lists   own "));
	assert_non_null(strstr(out, "delete  beneath "));
	assert_int_equal(omasec("acl", "why", "ServerB", "Delete", "./NodeB/Node3"), 1);
	assert_int_equal(omasec("acl", "option", "delete", "node"), 0);
	assert_int_equal(omasec("acl", "why", "ServerB", "Delete", "./NodeB/Node3"), 0);
	assert_int_equal(omasec("acl", "option", "lists", "merge"), 0);
	options.given = OPT_REPLACE;
	assert_int_equal(omasec("acl", "import", EXAMPLE), 0);
	options.json = true;
	assert_int_equal(omasec("acl", "option"), 0);
	assert_non_null(strstr(out, "\"lists\":\"merge\""));
	assert_non_null(strstr(out, "\"delete\":\"node\""));
	assert_int_equal(omasec("acl", "option", "lists", "own"), 0);
	assert_int_equal(omasec("acl", "option"), 0);
	assert_non_null(strstr(out, "lists   own "));
	assert_int_equal(omasec("acl", "option", "list"), 2);
	assert_non_null(strstr(err, "did you mean lists?"));
	assert_int_equal(omasec("acl", "option", "lists"), 2);
	assert_int_equal(omasec("acl", "option", "lists", "mine"), 2);
	assert_int_equal(omasec("acl", "option", "lists", "own", "more"), 2);
}

#define ADD(f, before) (t.tests[t.n++] = (struct CMUnitTest)cmocka_unit_test_setup_teardown(f, before, teardown))

int main(void)
{
	static char names[sizeof(rows) / sizeof(rows[0])][96];
	static struct table t;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(names[i], sizeof(names[i]), "example: %s %s %s", rows[i].server, rows[i].command, rows[i].uri);
		t.tests[t.n++] = (struct CMUnitTest){ names[i], worked_example, setup_example, teardown,
						      (void *)(uintptr_t)&rows[i] };
	}
	ADD(lists_of_the_example, setup_example);
	ADD(osgi_001_no_white_space, setup);
	ADD(osgi_002_the_root_has_a_default, setup);
	ADD(osgi_003_the_list_of_the_root_stays, setup);
	ADD(osgi_004_the_list_of_the_root_changes, setup);
	ADD(osgi_005_no_ghost_of_a_deleted_node, setup);
	ADD(osgi_006_renaming_moves_lists, setup);
	ADD(osgi_007_the_parent_rules_lists, setup);
	ADD(osgi_008_a_leaf_does_not_rule_its_list, setup);
	ADD(osgi_009_local_sessions_are_not_asked, setup);
	ADD(osgi_010_copies_have_no_list, setup);
	ADD(osgi_011_creators_get_rights, setup);
	ADD(set_is_exact, setup);
	ADD(options_are_kept, setup_example);
	ADD(import_adds_and_replaces, setup_example);
	ADD(import_says_before_what_it_does, setup_example);
	ADD(import_looks_without_a_store, setup);
	ADD(del_takes_all_beneath, setup_example);
	ADD(export_is_the_store, setup_example);
	ADD(missing_stores_are_told_of, setup);
	ADD(audit_is_printed, setup);
	return table_run("acl_rules", &t);
}
