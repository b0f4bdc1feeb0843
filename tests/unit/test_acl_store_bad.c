// SPDX-License-Identifier: GPL-2.0
/*
 * The store of the management tree: a file that is not right is told apart from one that
 * is, what cannot be written changes nothing; and its audit.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "acl_store_dir.h"

/* ---- files that are not right -------------------------------------------- */

static void sql(const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void refused(int rc, const char *says)
{
	assert_int_equal(acl_store_open(dir, true, &store, err, sizeof(err)), rc);
	assert_null(store);
	if (!strstr(err, says))
		fail_msg("%s", err);
}

static void refuses_what_is_not_its_own(void **state)
{
	int fd;

	(void)state;
	open_at(&store);
	acl_store_close(store);
	store = NULL;
	sql("PRAGMA user_version = 4");
	refused(-EPROTO, "newer omasec");
	sql("PRAGMA user_version = 3; PRAGMA application_id = 1869439347");
	refused(-EUCLEAN, "restore a copy");
	unlink(file);
	sql("CREATE TABLE t (x)");
	refused(-EUCLEAN, "restore a copy");
	fd = open(file, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "no database at all, and long enough to be read", 46), 46);
	close(fd);
	refused(-EUCLEAN, "restore a copy");
	unlink(file);
	assert_int_equal(symlink("/dev/null", file), 0);
	refused(-ELOOP, "see to owner");
	unlink(file);
	chmod(dir, 0777);
	refused(-EPERM, "chmod it to 0700");
	chmod(dir, 0700);
}

static void takes_over_the_schema_before(void **state)
{
	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	acl_store_close(store);
	store = NULL;
	sql("DROP TABLE due; DROP TABLE option; PRAGMA user_version = 1");
	open_at(&store);
	assert_non_null(list_at(store, "./A"));
	assert_int_equal(acl_store_dues_put(store, "x", "", NULL), 0);
	reopen();
	acl_store_close(store);
	store = NULL;
	sql("DROP TABLE option; PRAGMA user_version = 2");
	open_at(&store);
	assert_non_null(list_at(store, "./A"));
	assert_int_equal(acl_store_option(store, ACL_OPTION_CLIENT_LISTS, true), 0);
}

static void an_unknown_option_is_no_tree(void **state)
{
	struct acl_tree *t;

	(void)state;
	open_at(&store);
	sql("INSERT INTO option VALUES ('stricter', 1)");
	assert_int_equal(acl_store_load(store, &t), -EUCLEAN);
	assert_null(t);
	assert_non_null(strstr(acl_store_error(store), "restore a copy"));
}

static void what_is_due_is_checked(void **state)
{
	static struct acl_dues dues;

	(void)state;
	open_at(&store);
	sql("INSERT INTO due VALUES ('x', '1', x'0102')");
	assert_int_equal(acl_store_dues(store, "x", "1", &dues), -EUCLEAN);
	assert_int_equal(acl_store_dues_others(store, "y", &dues), -EUCLEAN);
	assert_non_null(strstr(acl_store_error(store), "restore a copy"));
}

static void refuses_damaged_pages(void **state)
{
	uint8_t noise[4096];
	char name[16];
	int i, fd;

	(void)state;
	open_at(&store);
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "./n%d", i);
		assert_int_equal(add(name, ACL_KIND_LEAF, NULL), 0);
	}
	acl_store_close(store);
	store = NULL;
	memset(noise, 0xa5, sizeof(noise));
	fd = open(file, O_WRONLY);
	assert_int_equal(pwrite(fd, noise, sizeof(noise), 4096), sizeof(noise));
	close(fd);
	refused(-EUCLEAN, "damaged");
}

/* What no check of SQLite finds must not become a tree that allows more. */
static void refuses_damaged_trees(void **state)
{
	static const char *const damage[] = {
		"UPDATE node SET acl = 'Get=' WHERE id = 2",
		"UPDATE node SET acl = 'Get=*&Replace' WHERE id = 1",
		"UPDATE node SET name = 'a/b' WHERE id = 2",
		"UPDATE node SET name = '' WHERE id = 2",
		"UPDATE node SET kind = 2 WHERE id = 2",
		"PRAGMA foreign_keys = OFF; DELETE FROM node WHERE id = 2",
		"PRAGMA foreign_keys = OFF; DELETE FROM node",
	};
	struct acl_tree *t;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		open_at(&store);
		assert_int_equal(add("./A/B", ACL_KIND_LEAF, NULL), 0);
		tree(store);
		sql(damage[i]);
		/* also while it is open */
		assert_int_equal(acl_store_load(store, &t), -EUCLEAN);
		assert_null(t);
		assert_non_null(strstr(acl_store_error(store), "restore a copy"));
		assert_int_equal(do_one(store, ACL_CHANGE_SET, ".", "Get=*&Replace=*"), -EUCLEAN);
		acl_store_close(store);
		store = NULL;
		unlink(file);
	}
}

static void waits_for_other_writers(void **state)
{
	sqlite3 *db;

	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	/* Reading goes on; writing gives up in time, and nothing has changed. */
	assert_string_equal(list_at(store, "./A"), "");
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A", "Get=x"), -EBUSY);
	assert_string_equal(list_at(store, "./A"), "");
	sqlite3_close(db);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A", "Get=x"), 0);
}

/* Neither on the disk nor in memory, and the next one goes on from what was. */
static void full_disk_changes_nothing(void **state)
{
	struct rlimit old, small;
	struct acl_tree t, *now_there;
	char name[16];
	int i;

	(void)state;
	open_at(&store);
	assert_int_equal(add("./Old", ACL_KIND_LEAF, NULL), 0);
	tree_new(&t);
	for (i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "./n%d", i);
		tree_put(&t, name, ACL_KIND_LEAF, "Get=x");
	}
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 8192;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_true(acl_store_replace(store, &t) < 0);
	assert_non_null(strstr(acl_store_error(store), "cannot"));
	assert_true(do_one(store, ACL_CHANGE_SET, "./Old", "Get=x") < 0);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(acl_store_load(store, &now_there), 0);
	assert_int_equal(now_there->count, 1);
	assert_string_equal(list_at(store, "./Old"), "");
	assert_int_equal(acl_store_replace(store, &t), 0);
	reopen();
	assert_same_tree(&t, tree(store));
	acl_tree_free(&t);
}

/* A row that cannot be written takes those before it back, in memory too. */
static void failed_rows_take_all_back(void **state)
{
	struct acl_change c[2] = { change(ACL_CHANGE_SET, "./A", "Get=x"), change(ACL_CHANGE_ADD, "./bad", NULL) };

	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	sql("CREATE TRIGGER t BEFORE INSERT ON node WHEN new.name = 'bad' BEGIN SELECT RAISE(FAIL, 'no'); END");
	assert_true(acl_store_change(store, c, 2) < 0);
	assert_non_null(strstr(acl_store_error(store), "no"));
	assert_string_equal(list_at(store, "./A"), "");
	assert_null(list_at(store, "./bad"));
}

/* In a process of another user. */
static void refuses_others(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	open_at(&store);
	acl_store_close(store);
	store = NULL;
	pid = fork();
	if (!pid) {
		struct acl_store *st;

		if (setuid(65534) || acl_store_open(dir, true, &st, err, sizeof(err)) != -EACCES ||
		    !strstr(err, "as root or as the user of omasecd"))
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* The tool is root's, the directory may be the helper's: so is what root makes in it. */
static void belongs_to_whom_the_directory_belongs(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm" };
	char path[160];
	struct stat sb;
	int i;

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(chown(dir, 65534, 65534), 0);
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", file, names[i]);
		assert_int_equal(stat(path, &sb), 0);
		assert_int_equal(sb.st_uid, 65534);
		assert_int_equal(sb.st_mode & 0777, 0600);
	}
}

/* ---- audit ---------------------------------------------------------------- */

static char found[4096];

static int gather(void *arg, const struct acl_audit *a)
{
	size_t at = strlen(found);

	(void)arg;
	snprintf(found + at, sizeof(found) - at, "%d:%s:%s:%s:%u:%s:%s\n", (int)a->time, a->server, a->command,
		 a->node, a->status, a->decider ? a->decider : "-", a->clause);
	return a->time == 999;
}

static const char *search(struct acl_audit_query q)
{
	found[0] = '\0';
	assert_int_equal(acl_store_search(store, &q, gather, NULL), 0);
	return found;
}

static void record(int time, const char *server, const char *node, bool allow)
{
	struct acl_audit a = {
		.time = time, .server = server, .command = "Get", .node = node, .allow = allow,
		.status = allow ? 200 : 425, .decider = allow ? NULL : "./A", .clause = allow ? "everybody" : "no-entry",
	};

	assert_int_equal(acl_store_audit(store, &a, 1), 0);
}

static void audit_is_searched(void **state)
{
	(void)state;
	open_at(&store);
	record(10, "one", "./A", true);
	record(20, "two", "./A/B?prop=ACL", false);
	record(30, "one", "./AB", false);
	record(40, "two", "./A?list=Struct", true);
	reopen();
	assert_string_equal(search((struct acl_audit_query){ .server = "one" }),
			    "10:one:Get:./A:200:-:everybody\n30:one:Get:./AB:425:./A:no-entry\n");
	assert_string_equal(search((struct acl_audit_query){ .node = "./A" }),
			    "10:one:Get:./A:200:-:everybody\n20:two:Get:./A/B?prop=ACL:425:./A:no-entry\n"
			    "40:two:Get:./A?list=Struct:200:-:everybody\n");
	assert_string_equal(search((struct acl_audit_query){ .node = ".", .since = 30 }),
			    "30:one:Get:./AB:425:./A:no-entry\n40:two:Get:./A?list=Struct:200:-:everybody\n");
	assert_string_equal(search((struct acl_audit_query){ .limit = 1 }), "40:two:Get:./A?list=Struct:200:-:everybody\n");
	assert_string_equal(search((struct acl_audit_query){ .denied_only = true, .server = "two" }),
			    "20:two:Get:./A/B?prop=ACL:425:./A:no-entry\n");
	assert_string_equal(search((struct acl_audit_query){ .server = "tw" }), "");
}

static void audit_is_rotated(void **state)
{
	struct acl_audit a[7];
	int i;

	(void)state;
	open_at(&store);
	acl_store_audit_keep(store, 3);
	for (i = 0; i < 7; i++)
		a[i] = (struct acl_audit){ .time = i, .server = "s", .command = "Get", .node = "./A", .clause = "everybody" };
	assert_int_equal(acl_store_audit(store, a, 7), 0);
	assert_string_equal(search((struct acl_audit_query){ 0 }),
			    "4:s:Get:./A:0:-:everybody\n5:s:Get:./A:0:-:everybody\n6:s:Get:./A:0:-:everybody\n");
	record(7, "s", "./A", true);
	assert_string_equal(search((struct acl_audit_query){ 0 }),
			    "5:s:Get:./A:0:-:everybody\n6:s:Get:./A:0:-:everybody\n7:s:Get:./A:200:-:everybody\n");
	/* Records are no change of the tree in this process. */
	assert_ptr_equal(tree(store), tree(store));
}

static void audit_is_filled_from_decisions(void **state)
{
	char decider[ACL_URI_MAX + 1];
	struct acl_audit a = { .time = 1, .server = "ServerX", .command = "Get", .node = "./NodeB/Node3/Node4" };
	struct acl_decision d;
	struct acl_tree t;

	(void)state;
	tree_example(&t);
	d = tree_judge(&t, "ServerA", ACL_CMD_GET, a.node, NULL);
	acl_audit_fill(&a, &d, decider);
	assert_false(a.allow);
	assert_int_equal(a.status, 425);
	assert_string_equal(a.decider, "./NodeB/Node3");
	assert_string_equal(a.clause, "not-named");
	acl_tree_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_what_is_not_its_own), TEST(takes_over_the_schema_before), TEST(an_unknown_option_is_no_tree), TEST(what_is_due_is_checked), TEST(refuses_damaged_pages), TEST(refuses_damaged_trees),
		TEST(waits_for_other_writers), TEST(full_disk_changes_nothing), TEST(failed_rows_take_all_back),
		TEST(refuses_others), TEST(belongs_to_whom_the_directory_belongs), TEST(audit_is_searched),
		TEST(audit_is_rotated), TEST(audit_is_filled_from_decisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
