// SPDX-License-Identifier: GPL-2.0
/*
 * Sessionless messages in the helper: what the engine decides, and the window of an
 * agreed nonce, which no restart, SIGKILL or full disk makes forget a message that
 * was let through.
 */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <daemon/nonce.h>
#include <daemon/store.h>

#include "cmocka_table.h"

#include <daemon/engine.h>

static char dir[64], file[128], err[512];
static struct store *store;
static struct engine engine;
static struct engine_decision d;
static struct dm_facts facts;
static struct omasec_message msg;

static int no_random(void *data, size_t len)
{
	memset(data, 7, len);
	return 0;
}

static int setup(void **state)
{
	strcpy(dir, "/tmp/omasec-agreed-XXXXXX");
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

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", file, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

/* A message as it comes to a server: NoResp, right MAC @mac with the agreed nonce @nonce. */
static void posted(const char *nonce, unsigned int mac)
{
	memset(&msg, 0, sizeof(msg));
	msg.path = OMASEC_PATH_RX;
	msg.role = OMASEC_ROLE_SERVER;
	msg.http_kind = OMASEC_HTTP_KIND_REQUEST;
	msg.take = OMASEC_SESSIONLESS_ACCEPT;
	msg.mac_state = OMASEC_MAC_STATE_OK;
	strcpy(msg.account, "a");
	msg.length = 100;
	if (nonce)
		nonce_set(&msg.agreed, nonce, strlen(nonce));
	memcpy(msg.agreed_mac, &mac, sizeof(mac));
	memset(&facts, 0, sizeof(facts));
	facts.no_resp = 1;
	facts.msg_id = 1;
	facts.length = 100;
	strcpy(facts.session_id, "1");
	strcpy(facts.source, "IMEI:1");
	strcpy(facts.target, "http://s");
}

static void opened(void)
{
	struct account *a;

	if (store_open(dir, &store, err, sizeof(err)))
		fail_msg("%s", err);
	assert_int_equal(engine_init(&engine, &session_limits_default, no_random,
				     store_load_account, store), 0);
	engine.accounts.load_window = store_load_window;
	assert_int_equal(account_need(&engine.accounts, "a", &a), 0);
	a->agreed[ACCOUNT_CLIENT] = true;
}

static void closed(void)
{
	engine_free(&engine);
	store_close(store);
}

static int commit(void)
{
	return store_commit(store, &engine.accounts, &engine.sessions, 1000);
}

/* Decides @msg; the reason, 0 when it is accepted. */
static unsigned int decided(void)
{
	engine_decide(&engine, &msg, &facts, "", 1, &d);
	engine_decision_done(&d);
	return d.verdict == OMASEC_VERDICT_ACCEPT ? 0 : d.reason ? d.reason : 9999;
}

static unsigned int came(const char *nonce, unsigned int mac)
{
	posted(nonce, mac);
	return decided();
}

/* SQL on the closed file. */
static void meddle(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void each_counts_once(void **state)
{
	opened();
	assert_int_equal(came("n1", 1), 0);
	assert_true(d.sessionless);
	assert_int_equal(d.agreed_used, 1);
	/* also before anything is stored */
	assert_int_equal(came("n1", 1), OMASEC_REASON_MAC_REPLAYED);
	assert_true(d.sessionless);
	assert_int_equal(came("n1", 2), 0);
	assert_int_equal(d.agreed_used, 2);
	assert_int_equal(commit(), 0);
	assert_int_equal(came("n1", 2), OMASEC_REASON_MAC_REPLAYED);
	closed();
	opened();
	assert_int_equal(came("n1", 1), OMASEC_REASON_MAC_REPLAYED);
	assert_int_equal(came("n1", 2), OMASEC_REASON_MAC_REPLAYED);
	assert_int_equal(came("n1", 3), 0);
	assert_int_equal(d.agreed_used, 3);
	closed();
}

/* Nothing of it touches what sessions have. */
static void leaves_sessions_alone(void **state)
{
	struct account *a;

	opened();
	assert_int_equal(came("n1", 1), 0);
	a = account_find(&engine.accounts, "a");
	assert_false(a->nonce[ACCOUNT_CLIENT].known);
	assert_false(a->nonce[ACCOUNT_SERVER].known);
	assert_int_equal(a->guard[ACCOUNT_CLIENT].uses, 0);
	assert_int_equal(engine.sessions.established.count, 0);
	assert_int_equal(engine.sessions.provisional.count, 0);
	assert_int_equal(a->busy_until, 0);
	assert_false(d.no_mac);
	assert_false(d.mac_nonce.known);
	assert_false(d.expect_nonce.known);
	closed();
}

static void full_window_takes_no_more(void **state)
{
	unsigned int i;

	opened();
	for (i = 0; i < OMASEC_SESSIONLESS_MAX; i++) {
		assert_int_equal(came("n1", i), 0);
		if (i % 100 == 0)
			assert_int_equal(commit(), 0);
	}
	assert_int_equal(came("n1", i), OMASEC_REASON_NONCE_EXHAUSTED);
	assert_non_null(strstr(d.detail, "new one"));
	assert_int_equal(came("n1", 0), OMASEC_REASON_MAC_REPLAYED);
	assert_int_equal(commit(), 0);
	closed();
	opened();
	assert_int_equal(came("n1", i), OMASEC_REASON_NONCE_EXHAUSTED);
	assert_int_equal(came("n1", i - 1), OMASEC_REASON_MAC_REPLAYED);
	/* A new nonce is a new window. */
	assert_int_equal(came("n2", 0), 0);
	assert_int_equal(d.agreed_used, 1);
	closed();
}

static void replaced_nonce_is_over(void **state)
{
	opened();
	assert_int_equal(came("n1", 1), 0);
	assert_int_equal(commit(), 0);
	assert_int_equal(came("n2", 1), 0);
	assert_int_equal(commit(), 0);
	assert_int_equal(came("n1", 1), OMASEC_REASON_NONCE_EXHAUSTED);
	assert_int_equal(came("n1", 2), OMASEC_REASON_NONCE_EXHAUSTED);
	assert_int_equal(came("n2", 1), OMASEC_REASON_MAC_REPLAYED);
	closed();
	opened();
	assert_int_equal(came("n1", 2), OMASEC_REASON_NONCE_EXHAUSTED);
	assert_int_equal(came("n2", 1), OMASEC_REASON_MAC_REPLAYED);
	assert_int_equal(came("n3", 1), 0);
	assert_int_equal(commit(), 0);
	assert_int_equal(came("n2", 2), OMASEC_REASON_NONCE_EXHAUSTED);
	closed();
}

/* Setting a nonce, and the old one again before a message came, replaces nothing. */
static void unused_nonce_replaces_nothing(void **state)
{
	struct account *a;
	struct omasec_nonce n2;
	struct window *w;

	opened();
	a = account_find(&engine.accounts, "a");
	nonce_set(&n2, "n2", 2);
	assert_int_equal(came("n1", 1), 0);
	/* What is decided must be stored first. */
	assert_int_equal(account_window(&engine.accounts, a, ACCOUNT_CLIENT, &n2, &w), -EBUSY);
	assert_int_equal(came("n2", 1), OMASEC_REASON_NONCE_NOT_STORED);
	assert_int_equal(commit(), 0);
	assert_int_equal(account_window(&engine.accounts, a, ACCOUNT_CLIENT, &n2, &w), 0);
	assert_int_equal(w->count, 0);
	assert_int_equal(commit(), 0);
	assert_int_equal(came("n1", 1), OMASEC_REASON_MAC_REPLAYED);
	assert_int_equal(came("n1", 2), 0);
	closed();
}

/* The credentials of an account, and accounts, have windows of their own. */
static void windows_are_apart(void **state)
{
	struct account *b;

	opened();
	assert_int_equal(account_need(&engine.accounts, "b", &b), 0);
	assert_int_equal(came("n1", 1), 0);
	posted("n1", 1);
	strcpy(msg.account, "b");
	assert_int_equal(decided(), 0);
	posted("n1", 1);
	msg.role = OMASEC_ROLE_CLIENT;
	assert_int_equal(decided(), 0);
	assert_int_equal(commit(), 0);
	closed();
	opened();
	posted("n1", 1);
	msg.role = OMASEC_ROLE_CLIENT;
	assert_int_equal(decided(), OMASEC_REASON_MAC_REPLAYED);
	closed();
}

static void what_is_not_stored_did_not_come(void **state)
{
	opened();
	assert_int_equal(came("n1", 1), 0);
	assert_int_equal(commit(), 0);
	closed();
	meddle("CREATE TRIGGER t BEFORE UPDATE ON agreed BEGIN SELECT RAISE(FAIL, 'no'); END");
	opened();
	assert_int_equal(came("n1", 2), 0);
	assert_true(commit() < 0);
	/* Its verdict was a refusal, so it may come again; what was stored stays. */
	assert_int_equal(came("n1", 1), OMASEC_REASON_MAC_REPLAYED);
	assert_int_equal(came("n1", 2), 0);
	assert_true(commit() < 0);
	closed();
	meddle("DROP TRIGGER t");
	opened();
	assert_int_equal(came("n1", 2), 0);
	assert_int_equal(commit(), 0);
	assert_int_equal(came("n1", 2), OMASEC_REASON_MAC_REPLAYED);
	closed();
}

static void survives_sigkill(void **state)
{
	unsigned int round, seen = 0, i;

	for (round = 0; round < 4; round++) {
		unsigned int last = seen, n;
		int fds[2];
		pid_t pid;

		assert_int_equal(pipe(fds), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (!pid) {
			opened();
			for (n = seen + 1;; n++) {
				unsigned int r = came("n1", n);

				/* The one that was stored when it was killed is not told of. */
				if ((r && r != OMASEC_REASON_MAC_REPLAYED) || commit() ||
				    (!r && write(fds[1], &n, sizeof(n)) != sizeof(n)))
					_exit(1);
			}
		}
		close(fds[1]);
		while (last < seen + 10 + 3 * round && read(fds[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		kill(pid, SIGKILL);
		while (read(fds[0], &n, sizeof(n)) == sizeof(n))
			last = n;
		close(fds[0]);
		waitpid(pid, NULL, 0);
		assert_true(last >= seen + 10);
		seen = last;
		if (seen > OMASEC_SESSIONLESS_MAX - 60)
			break;
	}
	opened();
	for (i = 1; i <= seen; i++)
		assert_int_equal(came("n1", i), OMASEC_REASON_MAC_REPLAYED);
	closed();
}

/* A store of a version before. */
static void older_store_goes_on(void **state)
{
	struct omasec_nonce n;
	struct account *a;

	opened();
	a = account_find(&engine.accounts, "a");
	nonce_set(&n, "kept", 4);
	account_issue(&engine.accounts, a, ACCOUNT_CLIENT, &n);
	assert_int_equal(commit(), 0);
	closed();
	meddle("DROP TABLE agreed; DROP TABLE budget; PRAGMA user_version = 1");
	opened();
	a = account_find(&engine.accounts, "a");
	assert_true(nonce_equal(&a->nonce[ACCOUNT_CLIENT], &n));
	assert_int_equal(came("n1", 1), 0);
	assert_int_equal(commit(), 0);
	closed();
	opened();
	assert_int_equal(came("n1", 1), OMASEC_REASON_MAC_REPLAYED);
	closed();
}

static void damaged_window_lets_nothing_in(void **state)
{
	opened();
	assert_int_equal(came("n1", 1), 0);
	assert_int_equal(commit(), 0);
	closed();
	meddle("UPDATE agreed SET macs = x'0011'");
	opened();
	assert_int_equal(came("n1", 2), OMASEC_REASON_NONCE_NOT_STORED);
	assert_non_null(strstr(store_error(store), "damaged"));
	closed();
	meddle("UPDATE agreed SET macs = zeroblob(16 * 257)");
	opened();
	assert_int_equal(came("n1", 2), OMASEC_REASON_NONCE_NOT_STORED);
	closed();
}

/* What tells apart messages of a session and sessionless ones, and what each needs. */
static void right_and_wrong(void **state)
{
	struct account *a;

	opened();
	a = account_find(&engine.accounts, "a");
	/* asks for a response */
	posted("n1", 1);
	facts.no_resp = 0;
	assert_int_equal(decided(), OMASEC_REASON_DM_BAD);
	/* a response cannot be one */
	posted("n1", 1);
	msg.role = OMASEC_ROLE_CLIENT;
	msg.http_kind = OMASEC_HTTP_KIND_RESPONSE;
	assert_int_equal(decided(), OMASEC_REASON_DM_BAD);
	/* the rule takes none, whatever the MAC is */
	posted(NULL, 1);
	msg.take = OMASEC_SESSIONLESS_REFUSE;
	assert_int_equal(decided(), OMASEC_REASON_SESSIONLESS_REFUSED);
	assert_true(d.sessionless);
	/* with the nonce of the session */
	posted(NULL, 1);
	assert_int_equal(decided(), OMASEC_REASON_MAC_WRONG);
	assert_non_null(strstr(d.detail, "session"));
	posted(NULL, 1);
	msg.mac_state = OMASEC_MAC_STATE_WRONG;
	assert_int_equal(decided(), OMASEC_REASON_MAC_WRONG);
	posted(NULL, 1);
	msg.mac_state = OMASEC_MAC_STATE_MISSING;
	assert_int_equal(decided(), OMASEC_REASON_MAC_MISSING);
	/* never a challenge: it asks for no response */
	assert_int_equal(d.verdict, OMASEC_VERDICT_REJECT);
	a->agreed[ACCOUNT_CLIENT] = false;
	posted(NULL, 1);
	msg.mac_state = OMASEC_MAC_STATE_WRONG;
	assert_int_equal(decided(), OMASEC_REASON_NONCE_MISSING);
	/* pushed: NoResp need not be said */
	posted("n1", 9);
	msg.role = OMASEC_ROLE_CLIENT;
	msg.binding = OMASEC_BINDING_WSP;
	facts.no_resp = 0;
	assert_int_equal(decided(), 0);
	closed();
}

static void sends_with_the_agreed_nonce(void **state)
{
	opened();
	posted(NULL, 0);
	msg.path = OMASEC_PATH_TX;
	msg.role = OMASEC_ROLE_CLIENT;
	msg.mac_state = OMASEC_MAC_STATE_UNCHECKED;
	assert_int_equal(decided(), 0);
	assert_true(d.sessionless);
	assert_false(d.mac_nonce.known);
	assert_false(d.no_mac);
	assert_int_equal(d.body, ENGINE_KEEP);
	assert_int_equal(engine.sessions.established.count, 0);
	/* It keeps no other exchange of the account waiting. */
	msg.flow = 77;
	assert_int_equal(engine_wait(&engine, &msg, 1), 0);
	facts.has_cred = 1;
	msg.app_cred = OMASEC_APP_CRED_STRIP;
	assert_int_equal(decided(), 0);
	assert_int_equal(d.body, ENGINE_EDIT);
	assert_int_equal(d.edits.remove_cred, 1);
	msg.take = OMASEC_SESSIONLESS_REFUSE;
	assert_int_equal(decided(), OMASEC_REASON_SESSIONLESS_REFUSED);
	closed();
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(each_counts_once),
		test(leaves_sessions_alone),
		test(full_window_takes_no_more),
		test(replaced_nonce_is_over),
		test(unused_nonce_replaces_nothing),
		test(windows_are_apart),
		test(what_is_not_stored_did_not_come),
		test(survives_sigkill),
		test(older_store_goes_on),
		test(damaged_window_lets_nothing_in),
		test(right_and_wrong),
		test(sends_with_the_agreed_nonce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
