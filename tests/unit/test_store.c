// SPDX-License-Identifier: GPL-2.0
/*
 * The store: what was committed is there after SIGKILL, and a file that is not
 * right is told apart from one that is.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <daemon/nonce.h>
#include <daemon/store.h>

#include "cmocka_table.h"

static char dir[64], file[128], err[512];
static struct store *store;
static struct accounts accounts;
static struct sessions sessions;

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/omasec-store-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/" STORE_FILE, dir);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm", "-journal" };
	char path[160];
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", file, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static void opened(void)
{
	if (store_open(dir, &store, err, sizeof(err)))
		fail_msg("%s", err);
	assert_int_equal(accounts_init(&accounts, store_load_account, store), 0);
	assert_int_equal(sessions_init(&sessions, &session_limits_default), 0);
}

static void closed(void)
{
	sessions_free(&sessions);
	accounts_free(&accounts);
	store_close(store);
	store = NULL;
}

static struct account *need(const char *name)
{
	struct account *a;

	assert_int_equal(account_need(&accounts, name, &a), 0);
	return a;
}

static void issue(const char *name, enum account_who who, const char *text)
{
	struct omasec_nonce n;

	nonce_set(&n, text, strlen(text));
	account_issue(&accounts, need(name), who, &n);
}

static int commit(void)
{
	return store_commit(store, &accounts, &sessions, 1000);
}

static void assert_nonce(const char *name, enum account_who who, const char *text)
{
	const struct omasec_nonce *n = &need(name)->nonce[who];

	assert_int_equal(n->known, !!text);
	if (text) {
		assert_int_equal(n->len, strlen(text));
		assert_memory_equal(n->data, text, n->len);
	}
}

static void keeps_nonces_and_fingerprints(void **state)
{
	struct guard g;

	(void)state;
	opened();
	issue("a", ACCOUNT_CLIENT, "first");
	issue("a", ACCOUNT_CLIENT, "second");
	issue("a", ACCOUNT_SERVER, "");
	issue("b", ACCOUNT_SERVER, "other");
	account_accepted(&accounts, need("a"), ACCOUNT_CLIENT, 0x123456789abcdef0u, true);
	account_accepted(&accounts, need("c"), ACCOUNT_CLIENT, 77, false);
	g = need("a")->guard[ACCOUNT_CLIENT];
	assert_int_equal(commit(), 0);
	assert_null(accounts.dirty);
	closed();

	opened();
	assert_nonce("a", ACCOUNT_CLIENT, "second");
	assert_nonce("a", ACCOUNT_SERVER, "");
	assert_nonce("b", ACCOUNT_CLIENT, NULL);
	assert_nonce("b", ACCOUNT_SERVER, "other");
	assert_nonce("c", ACCOUNT_CLIENT, NULL);
	assert_memory_equal(&need("a")->guard[ACCOUNT_CLIENT], &g, sizeof(g));
	assert_true(account_replayed(need("a"), ACCOUNT_CLIENT, 0x123456789abcdef0u, true));
	assert_true(account_replayed(need("c"), ACCOUNT_CLIENT, 77, false));
	assert_false(account_replayed(need("c"), ACCOUNT_SERVER, 77, false));
	closed();
}

static void keeps_shifted_numbers_only(void **state)
{
	struct numbers num, want;
	struct session *s, *t;

	(void)state;
	opened();
	s = session_new(&sessions, need("a"), 1, "77", NULL, 0);
	t = session_new(&sessions, need("a"), 2, "77", NULL, 0);
	number_out_own(&s->num, 1);
	number_in(&s->num, 2);
	number_out_app(&t->num, 1);
	want = s->num;
	session_dirty(&sessions, s);
	session_dirty(&sessions, t);
	assert_int_equal(commit(), 0);
	assert_null(sessions.dirty);
	assert_true(s->stored);
	assert_false(t->stored);
	closed();

	opened();
	s = session_new(&sessions, need("a"), 1, "77", NULL, 0);
	assert_true(store_load_session(store, s, &num));
	assert_memory_equal(&num, &want, sizeof(num));
	assert_true(number_valid(&num));
	t = session_new(&sessions, need("a"), 2, "77", NULL, 0);
	assert_false(store_load_session(store, t, &num));
	/* The next session of that name has not shifted anything. */
	session_dirty(&sessions, s);
	assert_int_equal(commit(), 0);
	assert_false(store_load_session(store, s, &num));
	/* And what nobody came back to is forgotten. */
	s->num = want;
	session_dirty(&sessions, s);
	assert_int_equal(commit(), 0);
	assert_int_equal(store_expire(store, 1000), 0);
	assert_true(store_load_session(store, s, &num));
	assert_int_equal(store_expire(store, 1001), 0);
	assert_false(store_load_session(store, s, &num));
	closed();
}

static void committed_is_there_after_sigkill(void **state)
{
	unsigned int round;

	(void)state;
	for (round = 0; round < 5; round++) {
		uint32_t last = 0, n;
		char want[16];
		int fds[2];
		pid_t pid;

		assert_int_equal(pipe(fds), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (!pid) {
			opened();
			for (n = 1;; n++) {
				snprintf(want, sizeof(want), "%010u", n);
				issue("a", ACCOUNT_CLIENT, want);
				if (commit() || write(fds[1], &n, sizeof(n)) != sizeof(n))
					_exit(1);
			}
		}
		close(fds[1]);
		while (last < 20 + 7 * round && read(fds[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		kill(pid, SIGKILL);
		while (read(fds[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		close(fds[0]);
		waitpid(pid, NULL, 0);
		assert_true(last >= 20);
		opened();
		snprintf(want, sizeof(want), "%010u", last);
		assert_true(need("a")->nonce[ACCOUNT_CLIENT].known);
		/* The one after it may have been committed, but not yet told. */
		assert_true(memcmp(need("a")->nonce[ACCOUNT_CLIENT].data, want, 10) >= 0);
		closed();
	}
}

/* SQL on the closed file. */
static void meddle(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void filled(void)
{
	char name[16];
	unsigned int i;

	opened();
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "account%u", i);
		issue(name, ACCOUNT_CLIENT, "0123456789abcdef");
	}
	assert_int_equal(commit(), 0);
	closed();
}

static void refused(int want, const char *word)
{
	struct store *st = (struct store *)&dir;

	assert_int_equal(store_open(dir, &st, err, sizeof(err)), want);
	assert_null(st);
	if (!strstr(err, word))
		fail_msg("'%s' does not say '%s'", err, word);
}

static void fail_one(const char *name)
{
	struct account *a = need(name);

	budget_spend(&a->budget, budget_take(&a->budget, 500), 500);
	a->budget_dirty = true;
	account_dirty(&accounts, a);
}

/* How often decryption failed is not forgotten by who starts anew, nor by who loads the account anew. */
static void keeps_the_budget(void **state)
{
	unsigned int i;

	(void)state;
	opened();
	for (i = 0; i < BUDGET_SLOTS; i++)
		fail_one("a");
	fail_one("b");
	assert_int_equal(commit(), 0);
	assert_null(accounts.dirty);
	assert_false(need("a")->budget_dirty);
	account_drop(&accounts, need("a"));
	assert_int_equal(budget_take(&need("a")->budget, 501), -1);
	closed();
	opened();
	assert_int_equal(budget_take(&need("a")->budget, 501), -1);
	assert_int_equal(need("b")->budget.failed[0], 500);
	assert_int_equal(need("b")->budget.failed[1], 0);
	assert_int_equal(need("c")->budget.failed[0], 0);
	closed();
}

/* What the versions before have made goes on, and is of this one then. */
static void older_schemas_go_on(void **state)
{
	(void)state;
	filled();
	meddle("DROP TABLE budget; PRAGMA user_version = 2");
	opened();
	fail_one("a");
	assert_int_equal(commit(), 0);
	closed();
	meddle("DROP TABLE budget; DROP TABLE agreed; PRAGMA user_version = 1");
	opened();
	assert_int_equal(need("a")->budget.failed[0], 0);
	fail_one("a");
	assert_int_equal(commit(), 0);
	closed();
	opened();
	assert_int_equal(need("a")->budget.failed[0], 500);
	closed();
}

static void newer_schema_is_refused(void **state)
{
	(void)state;
	filled();
	meddle("PRAGMA user_version = 4");
	refused(-EPROTO, "newer omasecd");
}

static void other_database_is_refused(void **state)
{
	(void)state;
	meddle("CREATE TABLE t (x)");
	refused(-EUCLEAN, "move it away");
	meddle("PRAGMA application_id = 7; PRAGMA user_version = 1");
	refused(-EUCLEAN, "move it away");
}

static void damaged_file_is_refused(void **state)
{
	static const char junk[3000] = "no database at all, but long enough to be one";
	char ff[512];
	struct stat sb;
	unsigned int i;
	int fd;

	(void)state;
	fd = open(file, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, junk, sizeof(junk)), sizeof(junk));
	close(fd);
	refused(-EUCLEAN, "damaged");
	unlink(file);

	filled();
	assert_int_equal(stat(file, &sb), 0);
	fd = open(file, O_WRONLY);
	memset(ff, 0xff, sizeof(ff));
	for (i = 1; i < sb.st_size / 4096; i++)
		assert_int_equal(pwrite(fd, ff, sizeof(ff), i * 4096), sizeof(ff));
	close(fd);
	refused(-EUCLEAN, "damaged");
}

static void damaged_row_is_an_error_not_a_nonce(void **state)
{
	struct account *a;

	(void)state;
	filled();
	meddle("UPDATE nonce SET guard = x'00' WHERE account = 'account7'");
	opened();
	assert_int_equal(account_need(&accounts, "account7", &a), -EUCLEAN);
	assert_null(a);
	assert_null(account_find(&accounts, "account7"));
	assert_int_equal(account_need(&accounts, "account8", &a), 0);
	closed();
}

static void second_process_is_refused(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	opened();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct store *st;
		int rc = store_open(dir, &st, err, sizeof(err));

		_exit(rc == -EBUSY && strstr(err, "another omasecd") ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	closed();
}

static void unsafe_directory_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(dir, 0777), 0);
	refused(-EPERM, "chmod");
	assert_int_equal(chmod(dir, 0700), 0);
	opened();
	closed();
	struct stat sb;

	assert_int_equal(stat(file, &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0600);
}

/* A file that cannot grow: nothing half is written, and it goes on when it can. */
static void full_disk_fails_and_heals(void **state)
{
	struct rlimit old, small;
	unsigned int i;
	char name[16];

	(void)state;
	filled();
	opened();
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 8192;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "account%u", i);
		issue(name, ACCOUNT_CLIENT, "fedcba9876543210");
	}
	assert_true(commit() < 0);
	assert_true(store_error(store)[0]);
	assert_non_null(accounts.dirty);
	assert_true(commit() < 0);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(commit(), 0);
	assert_null(accounts.dirty);
	closed();
	opened();
	assert_nonce("account0", ACCOUNT_CLIENT, "fedcba9876543210");
	assert_nonce("account499", ACCOUNT_CLIENT, "fedcba9876543210");
	closed();
}

/* What comes before a row that cannot be written is not written either. */
static void failed_commit_leaves_nothing(void **state)
{
	(void)state;
	filled();
	meddle("CREATE TRIGGER t BEFORE INSERT ON nonce WHEN new.account = 'bad'"
	       " BEGIN SELECT RAISE(FAIL, 'no'); END");
	opened();
	issue("bad", ACCOUNT_CLIENT, "x");
	issue("good", ACCOUNT_CLIENT, "x");
	assert_ptr_equal(accounts.dirty, need("good"));
	assert_true(commit() < 0);
	assert_non_null(strstr(store_error(store), "no"));
	account_drop(&accounts, need("bad"));
	account_drop(&accounts, need("good"));
	issue("third", ACCOUNT_CLIENT, "x");
	assert_int_equal(commit(), 0);
	closed();
	opened();
	assert_nonce("third", ACCOUNT_CLIENT, "x");
	assert_nonce("good", ACCOUNT_CLIENT, NULL);
	closed();
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(keeps_nonces_and_fingerprints),
		test(keeps_shifted_numbers_only),
		test(committed_is_there_after_sigkill),
		test(keeps_the_budget),
		test(older_schemas_go_on),
		test(newer_schema_is_refused),
		test(other_database_is_refused),
		test(damaged_file_is_refused),
		test(damaged_row_is_an_error_not_a_nonce),
		test(second_process_is_refused),
		test(unsafe_directory_is_refused),
		test(full_disk_fails_and_heals),
		test(failed_commit_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
