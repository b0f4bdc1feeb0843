// SPDX-License-Identifier: GPL-2.0
/*
 * The store, see store.h. Values are packed octet by octet, so that a database
 * can move to another machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nonce.h"
#include "store.h"

#define STORE_APPLICATION 0x6f6d6173	/* "omas" */

enum store_statement {
	STORE_BEGIN, STORE_COMMIT, STORE_ROLLBACK,
	STORE_NONCE_GET, STORE_NONCE_PUT,
	STORE_AGREED_GET, STORE_AGREED_PUT, STORE_AGREED_RETIRE,
	STORE_BUDGET_GET, STORE_BUDGET_PUT,
	STORE_SESSION_GET, STORE_SESSION_PUT, STORE_SESSION_DEL, STORE_SESSION_EXPIRE,
	STORE_STATEMENTS
};

static const char *const store_sql[STORE_STATEMENTS] = {
	[STORE_BEGIN] = "BEGIN IMMEDIATE",
	[STORE_COMMIT] = "COMMIT",
	[STORE_ROLLBACK] = "ROLLBACK",
	[STORE_NONCE_GET] = "SELECT who, value, guard FROM nonce WHERE account = ?1",
	[STORE_NONCE_PUT] = "INSERT INTO nonce VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
			    "SET value = excluded.value, guard = excluded.guard",
	[STORE_AGREED_GET] = "SELECT macs FROM agreed WHERE account = ?1 AND who = ?2 AND nonce = ?3",
	[STORE_AGREED_PUT] = "INSERT INTO agreed VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
			     "SET macs = excluded.macs",
	[STORE_AGREED_RETIRE] = "UPDATE agreed SET macs = NULL WHERE account = ?1 AND who = ?2 "
				"AND nonce <> ?3 AND macs IS NOT NULL",
	[STORE_BUDGET_GET] = "SELECT failed FROM budget WHERE account = ?1",
	[STORE_BUDGET_PUT] = "INSERT INTO budget VALUES (?1, ?2) ON CONFLICT DO UPDATE "
			     "SET failed = excluded.failed",
	[STORE_SESSION_GET] = "SELECT numbers FROM session WHERE account = ?1 AND role = ?2 "
			      "AND id = ?3",
	[STORE_SESSION_PUT] = "INSERT INTO session VALUES (?1, ?2, ?3, ?4, ?5) "
			      "ON CONFLICT DO UPDATE SET numbers = excluded.numbers, "
			      "used = excluded.used",
	[STORE_SESSION_DEL] = "DELETE FROM session WHERE account = ?1 AND role = ?2 AND id = ?3",
	[STORE_SESSION_EXPIRE] = "DELETE FROM session WHERE used < ?1",
};

/* Windows of agreed nonces; macs is NULL for a nonce that was replaced. */
#define STORE_SCHEMA_2 \
	"CREATE TABLE agreed (account TEXT NOT NULL, who INTEGER NOT NULL CHECK (who IN (0, 1))," \
	" nonce BLOB NOT NULL, macs BLOB, PRIMARY KEY (account, who, nonce)) STRICT, WITHOUT ROWID;" \
	"PRAGMA user_version = 2;"

/* When messages of the account could not be decrypted, see budget.h. */
#define STORE_SCHEMA_3 \
	"CREATE TABLE budget (account TEXT NOT NULL, failed BLOB NOT NULL CHECK (length(failed) = 128)," \
	" PRIMARY KEY (account)) STRICT, WITHOUT ROWID;" \
	"PRAGMA user_version = 3;"
_Static_assert(BUDGET_SIZE == 128, "what the schema says");

static const char store_schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE nonce (account TEXT NOT NULL, who INTEGER NOT NULL CHECK (who IN (0, 1)),"
	" value BLOB CHECK (length(value) <= 64), guard BLOB NOT NULL,"
	" PRIMARY KEY (account, who)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE session (account TEXT NOT NULL, role INTEGER NOT NULL, id TEXT NOT NULL,"
	" numbers BLOB NOT NULL, used INTEGER NOT NULL,"
	" PRIMARY KEY (account, role, id)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX session_used ON session (used);"
	"PRAGMA application_id = 1869439347;"
	STORE_SCHEMA_2 STORE_SCHEMA_3
	"COMMIT;";

/* One that a version before sessionless messages made. */
static const char store_from_1[] = "BEGIN IMMEDIATE;" STORE_SCHEMA_2 STORE_SCHEMA_3 "COMMIT;";
/* One before the legacy profile. */
static const char store_from_2[] = "BEGIN IMMEDIATE;" STORE_SCHEMA_3 "COMMIT;";

struct store {
	sqlite3 *db;
	struct sqlite3_stmt *stmt[STORE_STATEMENTS];
	char error[256];
};

/* ---- packing ------------------------------------------------------------ */

#define NONCE_SIZE	(2 + OMASEC_NONCE_MAX)
#define GUARD_SIZE	(GUARD_SEEN * 8 + 2 + NONCE_SIZE)
#define MAP_SIZE	(4 + MAP_SEGMENTS * 8)
#define NUMBERS_SIZE	(2 * MAP_SIZE + 5 * 4)

static uint8_t *pack(uint8_t *p, uint64_t v, unsigned int octets)
{
	while (octets--) {
		*p++ = (uint8_t)v;
		v >>= 8;
	}
	return p;
}

static uint64_t unpack(const uint8_t **p, unsigned int octets)
{
	uint64_t v = 0;
	unsigned int i;

	for (i = 0; i < octets; i++)
		v |= (uint64_t)*(*p)++ << (8 * i);
	return v;
}

static void guard_pack(const struct guard *g, uint8_t out[GUARD_SIZE])
{
	uint8_t *p = out;
	unsigned int i;

	for (i = 0; i < GUARD_SEEN; i++)
		p = pack(p, g->seen[i], 8);
	p = pack(p, g->next, 1);
	p = pack(p, g->uses, 1);
	p = pack(p, g->before.known, 1);
	p = pack(p, g->before.len, 1);
	memcpy(p, g->before.data, OMASEC_NONCE_MAX);
}

static int guard_unpack(struct guard *g, const uint8_t *p, int len)
{
	unsigned int i;

	if (len != GUARD_SIZE)
		return -EUCLEAN;
	for (i = 0; i < GUARD_SEEN; i++)
		g->seen[i] = unpack(&p, 8);
	g->next = (uint8_t)unpack(&p, 1);
	g->uses = (uint8_t)unpack(&p, 1);
	g->before.known = unpack(&p, 1);
	g->before.len = (uint8_t)unpack(&p, 1);
	if (g->next >= GUARD_SEEN || g->before.len > OMASEC_NONCE_MAX)
		return -EUCLEAN;
	memcpy(g->before.data, p, OMASEC_NONCE_MAX);
	return 0;
}

static uint8_t *map_pack(const struct msg_map *m, uint8_t *p)
{
	unsigned int i;

	p = pack(p, m->count, 4);
	for (i = 0; i < MAP_SEGMENTS; i++) {
		p = pack(p, m->seg[i].wire, 4);
		p = pack(p, m->seg[i].app, 4);
	}
	return p;
}

static const uint8_t *map_unpack(struct msg_map *m, const uint8_t *p)
{
	unsigned int i;

	m->count = (uint32_t)unpack(&p, 4);
	for (i = 0; i < MAP_SEGMENTS; i++) {
		m->seg[i].wire = (uint32_t)unpack(&p, 4);
		m->seg[i].app = (uint32_t)unpack(&p, 4);
	}
	return p;
}

static void numbers_pack(const struct numbers *n, uint8_t out[NUMBERS_SIZE])
{
	uint8_t *p = map_pack(&n->out, map_pack(&n->in, out));

	p = pack(p, n->in_first, 4);
	p = pack(p, n->in_wire, 4);
	p = pack(p, n->in_app, 4);
	p = pack(p, n->out_wire, 4);
	pack(p, n->out_app, 4);
}

static void numbers_unpack(struct numbers *n, const uint8_t *p)
{
	p = map_unpack(&n->out, map_unpack(&n->in, p));
	n->in_first = (uint32_t)unpack(&p, 4);
	n->in_wire = (uint32_t)unpack(&p, 4);
	n->in_app = (uint32_t)unpack(&p, 4);
	n->out_wire = (uint32_t)unpack(&p, 4);
	n->out_app = (uint32_t)unpack(&p, 4);
}

/* ---- errors -------------------------------------------------------------- */

static int store_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return -EACCES;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	default:
		return -EIO;
	}
}

static int store_fail(struct store *st, int rc, const char *what)
{
	snprintf(st->error, sizeof(st->error), "%s: %s", what,
		 st->db ? sqlite3_errmsg(st->db) : sqlite3_errstr(rc));
	return store_errno(rc);
}

const char *store_error(const struct store *st)
{
	return st->error;
}

/* ---- opening ------------------------------------------------------------- */

static int store_pragma_int(struct store *st, const char *sql, int *value)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(st->db, sql, -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int store_check(struct store *st)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(st->db, "PRAGMA quick_check(1)", -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		rc = !strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") ?
			SQLITE_OK : SQLITE_CORRUPT;
	sqlite3_finalize(stmt);
	return rc;
}

/* A file system without shared memory or locks would quietly give less than was asked for. */
static int store_durable(struct store *st)
{
	int wal = 0, synchronous = 0, rc;

	rc = store_pragma_int(st, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &wal);
	if (rc == SQLITE_OK)
		rc = store_pragma_int(st, "PRAGMA synchronous", &synchronous);
	return rc != SQLITE_OK ? rc : wal && synchronous == 2 ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* Settings first, because they concern how the file is opened; then what is in it. */
static int store_setup(struct store *st)
{
	static const char settings[] =
		"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
		"PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF;"
		"PRAGMA temp_store = MEMORY;";
	int rc, version = 0, application = 0;

	sqlite3_extended_result_codes(st->db, 1);
	sqlite3_busy_timeout(st->db, 1000);
	rc = sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(st->db, settings, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = store_pragma_int(st, "PRAGMA user_version", &version);
	if (rc == SQLITE_OK)
		rc = store_pragma_int(st, "PRAGMA application_id", &application);
	if (rc == SQLITE_OK)
		rc = store_durable(st);
	if (rc != SQLITE_OK)
		return rc;
	if (!version && !application) {
		int tables = 1;

		rc = store_pragma_int(st, "SELECT count(*) FROM sqlite_schema", &tables);
		if (rc == SQLITE_OK && tables)
			return SQLITE_NOTADB;
		return rc == SQLITE_OK ? sqlite3_exec(st->db, store_schema, NULL, NULL, NULL) : rc;
	}
	if (application != STORE_APPLICATION)
		return SQLITE_NOTADB;
	if (version > STORE_SCHEMA)
		return SQLITE_SCHEMA;
	rc = store_check(st);
	if (rc == SQLITE_OK && version < STORE_SCHEMA)
		rc = sqlite3_exec(st->db, version == 1 ? store_from_1 : store_from_2, NULL, NULL, NULL);
	return rc;
}

static int store_explain(struct store *st, int rc, const char *path, char *err, size_t len)
{
	const char *what = st->db ? sqlite3_errmsg(st->db) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_SCHEMA:
		snprintf(err, len, "%s was made by a newer omasecd; run that one, or move the file "
			 "away (nonces are then agreed anew)", path);
		return -EPROTO;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		snprintf(err, len, "%s is damaged or no database of omasecd (%s); move it away "
			 "(nonces are then agreed anew) or restore a copy", path, what);
		return -EUCLEAN;
	case SQLITE_BUSY:
		snprintf(err, len, "%s is in use by another omasecd; end that one, or give each "
			 "its own --state-dir", path);
		return -EBUSY;
	default:
		snprintf(err, len, "%s: %s; see to space, owner and mode of the directory", path,
			 what);
		return store_errno(rc) ?: -EIO;
	}
}

/* Nonces are no secrets, but who can write them can make omasec accept replays. */
static int store_check_dir(const char *dir, char *err, size_t len)
{
	struct stat sb;

	if (mkdir(dir, 0700) && errno != EEXIST) {
		int e = errno;

		snprintf(err, len, "%s: %s; make the directory, or give another --state-dir", dir,
			 strerror(e));
		return -e;
	}
	if (stat(dir, &sb) || !S_ISDIR(sb.st_mode)) {
		snprintf(err, len, "%s is not a directory", dir);
		return -ENOTDIR;
	}
	if (sb.st_uid != geteuid() || (sb.st_mode & 022)) {
		snprintf(err, len, "%s belongs to somebody else or others may write to it; "
			 "chown it to the user of omasecd and chmod it to 0700", dir);
		return -EPERM;
	}
	return 0;
}

int store_open(const char *dir, struct store **out, char *err, size_t err_len)
{
	struct store *st;
	char path[4096];
	mode_t mask;
	int rc, e, i;

	*out = NULL;
	e = store_check_dir(dir, err, err_len);
	if (e)
		return e;
	if ((size_t)snprintf(path, sizeof(path), "%s/" STORE_FILE, dir) >= sizeof(path)) {
		snprintf(err, err_len, "the name of the state directory is too long");
		return -ENAMETOOLONG;
	}
	st = calloc(1, sizeof(*st));
	if (!st) {
		snprintf(err, err_len, "no memory for the store");
		return -ENOMEM;
	}
	mask = umask(077);
	rc = sqlite3_open_v2(path, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			     SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = store_setup(st);
	umask(mask);
	for (i = 0; rc == SQLITE_OK && i < STORE_STATEMENTS; i++)
		rc = sqlite3_prepare_v3(st->db, store_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
					&st->stmt[i], NULL);
	if (rc != SQLITE_OK) {
		e = store_explain(st, rc, path, err, err_len);
		store_close(st);
		return e;
	}
	*out = st;
	return 0;
}

void store_close(struct store *st)
{
	int i;

	if (!st)
		return;
	for (i = 0; i < STORE_STATEMENTS; i++)
		sqlite3_finalize(st->stmt[i]);
	sqlite3_close(st->db);
	free(st);
}

/* ---- reading ------------------------------------------------------------- */

static int store_row(struct account *a, sqlite3_stmt *stmt)
{
	int who = sqlite3_column_int(stmt, 0), len = sqlite3_column_bytes(stmt, 1);

	if (who < 0 || who > 1 || len > OMASEC_NONCE_MAX)
		return -EUCLEAN;
	if (sqlite3_column_type(stmt, 1) != SQLITE_NULL)
		nonce_set(&a->nonce[who], sqlite3_column_blob(stmt, 1), (size_t)len);
	return guard_unpack(&a->guard[who], sqlite3_column_blob(stmt, 2),
			    sqlite3_column_bytes(stmt, 2));
}

static int store_load_budget(struct store *st, struct account *a)
{
	sqlite3_stmt *stmt = st->stmt[STORE_BUDGET_GET];
	int rc = sqlite3_bind_text(stmt, 1, a->name, -1, SQLITE_STATIC), err = 0;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW && sqlite3_column_bytes(stmt, 0) == BUDGET_SIZE) {
		budget_unpack(&a->budget, sqlite3_column_blob(stmt, 0));
	} else if (rc == SQLITE_ROW) {
		snprintf(st->error, sizeof(st->error), "a stored budget of failures is damaged");
		err = -EUCLEAN;
	} else if (rc != SQLITE_DONE) {
		err = store_fail(st, rc, "cannot read a budget of failures") ?: -EIO;
	}
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return err;
}

int store_load_account(void *arg, struct account *a)
{
	struct store *st = arg;
	sqlite3_stmt *stmt = st->stmt[STORE_NONCE_GET];
	int rc, err = store_load_budget(st, a);

	if (err)
		return err;
	rc = sqlite3_bind_text(stmt, 1, a->name, -1, SQLITE_STATIC);
	while (rc == SQLITE_OK && !err && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		err = store_row(a, stmt);
		rc = SQLITE_OK;
	}
	if (err)
		snprintf(st->error, sizeof(st->error), "a stored nonce is damaged");
	else if (rc != SQLITE_DONE)
		err = store_fail(st, rc, "cannot read nonces");
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return err;
}

static int store_bind_agreed(sqlite3_stmt *stmt, const struct account *a, int who,
			     const struct omasec_nonce *nonce)
{
	int rc = sqlite3_bind_text(stmt, 1, a->name, -1, SQLITE_STATIC);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 2, who);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(stmt, 3, nonce->data, nonce->len, SQLITE_STATIC);
	return rc;
}

static int store_window(sqlite3_stmt *stmt, const struct omasec_nonce *nonce, struct window *w)
{
	int len = sqlite3_column_bytes(stmt, 0);

	if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		return -EKEYEXPIRED;
	if (len % WINDOW_MAC)
		return -EUCLEAN;
	return window_load(w, nonce, sqlite3_column_blob(stmt, 0), (size_t)len / WINDOW_MAC);
}

int store_load_window(void *arg, const struct account *a, enum account_who who,
		      const struct omasec_nonce *nonce, struct window *w)
{
	struct store *st = arg;
	sqlite3_stmt *stmt = st->stmt[STORE_AGREED_GET];
	int rc = store_bind_agreed(stmt, a, who, nonce), err = 0;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		err = store_window(stmt, nonce, w);
	else if (rc == SQLITE_DONE)
		window_begin(w, nonce);
	else
		err = store_fail(st, rc, "cannot read a replay window") ?: -EIO;
	if (err == -EUCLEAN)
		snprintf(st->error, sizeof(st->error), "a stored replay window is damaged");
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return err;
}

static int store_bind_session(sqlite3_stmt *stmt, const struct session *s)
{
	int rc = sqlite3_bind_text(stmt, 1, s->acct->name, -1, SQLITE_STATIC);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 2, s->role);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 3, s->id, -1, SQLITE_STATIC);
	return rc;
}

bool store_load_session(void *arg, const struct session *s, struct numbers *num)
{
	struct store *st = arg;
	sqlite3_stmt *stmt = st->stmt[STORE_SESSION_GET];
	bool found = false;
	int rc;

	rc = store_bind_session(stmt, s);
	if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
	    sqlite3_column_bytes(stmt, 0) == NUMBERS_SIZE) {
		numbers_unpack(num, sqlite3_column_blob(stmt, 0));
		found = true;
	}
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return found;
}

/* ---- writing ------------------------------------------------------------- */

static int store_run(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt), again;

	again = sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (rc == SQLITE_DONE || rc == SQLITE_ROW)
		return SQLITE_OK;
	return again != SQLITE_OK ? again : rc;
}

static int store_put_nonce(struct store *st, const struct account *a, int who)
{
	sqlite3_stmt *stmt = st->stmt[STORE_NONCE_PUT];
	const struct omasec_nonce *n = &a->nonce[who];
	uint8_t guard[GUARD_SIZE];
	int rc;

	if (!n->known && !a->guard[who].uses)
		return SQLITE_OK;
	guard_pack(&a->guard[who], guard);
	rc = sqlite3_bind_text(stmt, 1, a->name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 2, who);
	if (rc == SQLITE_OK && n->known)
		rc = sqlite3_bind_blob(stmt, 3, n->data, n->len, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(stmt, 4, guard, sizeof(guard), SQLITE_STATIC);
	return rc == SQLITE_OK ? store_run(stmt) : rc;
}

static int store_put_window(struct store *st, const struct account *a, int who)
{
	const struct window *w = &a->window[who];
	sqlite3_stmt *stmt = st->stmt[STORE_AGREED_PUT];
	int rc;

	if (!window_dirty(w))
		return SQLITE_OK;
	rc = store_bind_agreed(stmt, a, who, &w->nonce);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(stmt, 4, w->macs, w->count * WINDOW_MAC, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = store_run(stmt);
	if (rc != SQLITE_OK || !w->fresh)
		return rc;
	stmt = st->stmt[STORE_AGREED_RETIRE];
	rc = store_bind_agreed(stmt, a, who, &w->nonce);
	return rc == SQLITE_OK ? store_run(stmt) : rc;
}

static int store_put_budget(struct store *st, const struct account *a)
{
	sqlite3_stmt *stmt = st->stmt[STORE_BUDGET_PUT];
	uint8_t failed[BUDGET_SIZE];
	int rc;

	if (!a->budget_dirty)
		return SQLITE_OK;
	budget_pack(&a->budget, failed);
	rc = sqlite3_bind_text(stmt, 1, a->name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(stmt, 2, failed, sizeof(failed), SQLITE_STATIC);
	return rc == SQLITE_OK ? store_run(stmt) : rc;
}

static int store_put_account(struct store *st, const struct account *a)
{
	int who, rc = store_put_budget(st, a);

	for (who = ACCOUNT_CLIENT; who <= ACCOUNT_SERVER && rc == SQLITE_OK; who++) {
		rc = store_put_nonce(st, a, who);
		if (rc == SQLITE_OK)
			rc = store_put_window(st, a, who);
	}
	return rc;
}

static int store_put_session(struct store *st, const struct session *s, uint64_t now)
{
	bool keep = number_shifted(&s->num);
	sqlite3_stmt *stmt = st->stmt[keep ? STORE_SESSION_PUT : STORE_SESSION_DEL];
	uint8_t numbers[NUMBERS_SIZE];
	int rc = store_bind_session(stmt, s);

	if (rc == SQLITE_OK && keep) {
		numbers_pack(&s->num, numbers);
		rc = sqlite3_bind_blob(stmt, 4, numbers, sizeof(numbers), SQLITE_STATIC);
	}
	if (rc == SQLITE_OK && keep)
		rc = sqlite3_bind_int64(stmt, 5, (sqlite3_int64)now);
	return rc == SQLITE_OK ? store_run(stmt) : rc;
}

static int store_write_all(struct store *st, struct accounts *as, struct sessions *ss, uint64_t now)
{
	struct account *a;
	struct session *s;
	int rc = SQLITE_OK;

	for (a = as->dirty; a && rc == SQLITE_OK; a = a->next_dirty)
		rc = store_put_account(st, a);
	for (s = ss->dirty; s && rc == SQLITE_OK; s = s->next_dirty)
		if (s->acct)
			rc = store_put_session(st, s, now);
	return rc;
}

static void store_clean(struct accounts *as, struct sessions *ss)
{
	while (as->dirty) {
		window_stored(&as->dirty->window[ACCOUNT_CLIENT]);
		window_stored(&as->dirty->window[ACCOUNT_SERVER]);
		as->dirty->budget_dirty = false;
		as->dirty->dirty = false;
		as->dirty = as->dirty->next_dirty;
	}
	while (ss->dirty) {
		ss->dirty->dirty = false;
		ss->dirty->stored = number_shifted(&ss->dirty->num);
		ss->dirty = ss->dirty->next_dirty;
	}
}

static void store_undo(struct accounts *as)
{
	struct account *a;

	for (a = as->dirty; a; a = a->next_dirty) {
		window_undo(&a->window[ACCOUNT_CLIENT]);
		window_undo(&a->window[ACCOUNT_SERVER]);
	}
}

int store_commit(struct store *st, struct accounts *as, struct sessions *ss, uint64_t now)
{
	int rc;

	if (!as->dirty && !ss->dirty)
		return 0;
	rc = store_run(st->stmt[STORE_BEGIN]);
	if (rc == SQLITE_OK)
		rc = store_write_all(st, as, ss, now);
	if (rc == SQLITE_OK)
		rc = store_run(st->stmt[STORE_COMMIT]);
	if (rc != SQLITE_OK) {
		int err = store_fail(st, rc, "cannot write nonces");

		if (!sqlite3_get_autocommit(st->db))
			store_run(st->stmt[STORE_ROLLBACK]);
		store_undo(as);
		return err ?: -EIO;
	}
	store_clean(as, ss);
	return 0;
}

int store_expire(struct store *st, uint64_t before)
{
	sqlite3_stmt *stmt = st->stmt[STORE_SESSION_EXPIRE];
	int rc = sqlite3_bind_int64(stmt, 1, (sqlite3_int64)before);

	if (rc == SQLITE_OK)
		rc = store_run(stmt);
	return rc == SQLITE_OK ? 0 : store_fail(st, rc, "cannot forget old sessions");
}
