// SPDX-License-Identifier: GPL-2.0
/* The store of the management tree: opening and reading. See acl_store.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acl_store_internal.h"

#define ACL_STORE_APPLICATION	0x6f6d6163	/* "omac" */
#define ACL_STORE_BUSY_MS	2000

static const char *const acl_store_sql[ACL_STATEMENTS] = {
	[ACL_BEGIN] = "BEGIN IMMEDIATE",
	[ACL_COMMIT] = "COMMIT",
	[ACL_ROLLBACK] = "ROLLBACK",
	[ACL_VERSION] = "PRAGMA data_version",
	[ACL_NODE_ALL] = "SELECT id, parent, name, kind, access, permanent, acl FROM node ORDER BY id",
	[ACL_NODE_FIND] = "SELECT id FROM node WHERE parent = ?1 AND name = ?2",
	[ACL_NODE_ADD] = "INSERT INTO node (parent, name, kind, access, permanent, acl) "
			 "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[ACL_NODE_DEL] = "DELETE FROM node WHERE id = ?1",
	[ACL_NODE_CLEAR] = "DELETE FROM node WHERE parent = 1",
	[ACL_NODE_NAME] = "UPDATE node SET name = ?2 WHERE id = ?1",
	[ACL_NODE_LIST] = "UPDATE node SET acl = ?2 WHERE id = ?1",
	[ACL_NODE_DESCRIBE] = "UPDATE node SET kind = ?2, access = ?3, permanent = ?4 WHERE id = ?1",
	[ACL_OPTION_ALL] = "SELECT name, value FROM option",
	[ACL_OPTION_PUT] = "INSERT OR REPLACE INTO option (name, value) VALUES (?1, ?2)",
	[ACL_DUE_GET] = "SELECT dues FROM due WHERE account = ?1 AND session = ?2",
	[ACL_DUE_BEFORE] = "SELECT dues FROM due WHERE account = ?1 AND session <> ?2",
	[ACL_DUE_OTHERS] = "SELECT dues FROM due WHERE account <> ?1",
	[ACL_DUE_PUT] = "INSERT OR REPLACE INTO due (account, session, dues) VALUES (?1, ?2, ?3)",
	[ACL_DUE_DEL] = "DELETE FROM due WHERE account = ?1",
	[ACL_DUE_CLEAR] = "DELETE FROM due",
	[ACL_AUDIT_ADD] = "INSERT INTO audit (time, server, command, node, allowed, status, decider, clause) "
			  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[ACL_AUDIT_ROTATE] = "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1",
	/* A node and what is beneath are three ranges of an index: "0" follows "/", "@" "?". */
	[ACL_AUDIT_SEARCH] =
		"SELECT * FROM (SELECT id, time, server, command, node, allowed, status, decider, clause "
		"FROM audit WHERE (?1 IS NULL OR server = ?1) AND (?2 IS NULL OR node = ?2 "
		"OR (node >= ?2 || '/' AND node < ?2 || '0') OR (node >= ?2 || '?' AND node < ?2 || '@')) "
		"AND time >= ?3 AND allowed <= ?4 ORDER BY id DESC LIMIT ?5) ORDER BY id",
};

/*
 * A child comes after its parent, so that one reading in the order of ids finds every
 * parent; rows whose parent goes, go with it. Lists are canonical; NULL inherits.
 */
#define ACL_STORE_DUE \
	"CREATE TABLE due (account TEXT PRIMARY KEY, session TEXT NOT NULL," \
	" dues BLOB NOT NULL) STRICT;"
#define ACL_STORE_OPTION \
	"CREATE TABLE option (name TEXT PRIMARY KEY, value INTEGER NOT NULL CHECK (value IN (0, 1))) STRICT;" \
	"PRAGMA user_version = 3;"

static const char acl_store_schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE node (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES node ON DELETE CASCADE,"
	" name TEXT NOT NULL, kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),"
	" access INTEGER NOT NULL CHECK (access BETWEEN 0 AND 255),"
	" permanent INTEGER NOT NULL CHECK (permanent IN (0, 1)),"
	" acl TEXT CHECK (acl <> ''), UNIQUE (parent, name),"
	" CHECK ((id = 1) = (parent IS NULL)), CHECK (parent < id),"
	" CHECK (id <> 1 OR acl IS NOT NULL)) STRICT;"
	"INSERT INTO node VALUES (1, NULL, '', 1, 255, 1, '" ACL_ROOT_DEFAULT "');"
	"CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,"
	" server TEXT NOT NULL, command TEXT NOT NULL, node TEXT NOT NULL,"
	" allowed INTEGER NOT NULL CHECK (allowed IN (0, 1)), status INTEGER NOT NULL,"
	" decider TEXT, clause TEXT NOT NULL) STRICT;"
	"CREATE INDEX audit_server ON audit (server, id);"
	"CREATE INDEX audit_node ON audit (node);"
	"CREATE INDEX audit_time ON audit (time);"
	"PRAGMA application_id = 1869439331;"
	ACL_STORE_DUE ACL_STORE_OPTION
	"COMMIT;";

/* By schema: 1 had nothing that is due, 2 no options. */
static const char *const acl_store_upgrade[ACL_STORE_SCHEMA] = {
	[1] = "BEGIN IMMEDIATE;" ACL_STORE_DUE ACL_STORE_OPTION "COMMIT;",
	[2] = "BEGIN IMMEDIATE;" ACL_STORE_OPTION "COMMIT;",
};

/* ---- errors -------------------------------------------------------------- */

static int acl_store_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
		return -EUCLEAN;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_SCHEMA:
		return -EPROTO;
	default:
		return -EIO;
	}
}

int acl_store_fail(struct acl_store *st, int rc, const char *what)
{
	snprintf(st->error, sizeof(st->error), "%s: %s", what, sqlite3_errmsg(st->db));
	return acl_store_errno(rc);
}

const char *acl_store_error(const struct acl_store *st)
{
	return st->error;
}

int acl_store_run(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt), again;

	again = sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (rc == SQLITE_DONE || rc == SQLITE_ROW)
		return SQLITE_OK;
	return again != SQLITE_OK ? again : rc;
}

int acl_store_end(struct acl_store *st, int err, const char *what)
{
	int rc;

	if (!err) {
		rc = acl_store_run(st->stmt[ACL_COMMIT]);
		if (rc != SQLITE_OK)
			err = acl_store_fail(st, rc, what);
	}
	if (err && !sqlite3_get_autocommit(st->db))
		acl_store_run(st->stmt[ACL_ROLLBACK]);
	return err;
}

/* ---- opening ------------------------------------------------------------- */

static int acl_store_int(struct acl_store *st, const char *sql, int *value)
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

/* What was asked for, as far as the file system gives it. */
static int acl_store_durable(struct acl_store *st)
{
	static const char settings[] =
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
		"PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;";
	int rc, wal = 0, synchronous = 0, keys = 0;

	rc = sqlite3_exec(st->db, settings, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = acl_store_int(st, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &wal);
	if (rc == SQLITE_OK)
		rc = acl_store_int(st, "PRAGMA synchronous", &synchronous);
	if (rc == SQLITE_OK)
		rc = acl_store_int(st, "PRAGMA foreign_keys", &keys);
	return rc != SQLITE_OK ? rc : wal && synchronous == 2 && keys ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* Two may make it at the same time: the second finds it made. */
static int acl_store_make(struct acl_store *st, const char *schema)
{
	int rc = sqlite3_exec(st->db, schema, NULL, NULL, NULL), version = 0;

	if (rc == SQLITE_OK)
		return rc;
	if (!sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
	if (acl_store_int(st, "PRAGMA user_version", &version) == SQLITE_OK && version == ACL_STORE_SCHEMA)
		return SQLITE_OK;
	return rc;
}

static int acl_store_setup(struct acl_store *st, bool create)
{
	int rc, version = 0, application = 0, tables = 1, sound = 0;

	sqlite3_extended_result_codes(st->db, 1);
	sqlite3_busy_timeout(st->db, ACL_STORE_BUSY_MS);
	rc = sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* Before anything is written into what may be another's. */
	if (rc == SQLITE_OK)
		rc = acl_store_int(st, "PRAGMA user_version", &version);
	if (rc == SQLITE_OK)
		rc = acl_store_int(st, "PRAGMA application_id", &application);
	if (rc == SQLITE_OK)
		rc = acl_store_int(st, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc != SQLITE_OK)
		return rc;
	if (application ? application != ACL_STORE_APPLICATION : version || tables || !create)
		return SQLITE_NOTADB;
	if (version > ACL_STORE_SCHEMA)
		return SQLITE_SCHEMA;
	rc = acl_store_durable(st);
	if (rc != SQLITE_OK)
		return rc;
	if (!application)
		return acl_store_make(st, acl_store_schema);
	rc = acl_store_int(st, "SELECT quick_check = 'ok' FROM pragma_quick_check(1)", &sound);
	if (rc == SQLITE_OK && !sound)
		return SQLITE_CORRUPT;
	if (rc != SQLITE_OK || version == ACL_STORE_SCHEMA)
		return rc;
	return version < 1 ? SQLITE_NOTADB : acl_store_make(st, acl_store_upgrade[version]);
}

static int acl_store_explain(struct acl_store *st, int rc, const char *path, char *err, size_t len)
{
	const char *what = st->db ? sqlite3_errmsg(st->db) : sqlite3_errstr(rc);

	switch (rc & 0xff) {
	case SQLITE_SCHEMA:
		snprintf(err, len, "%s was made by a newer omasec; use that one, or move the file away and "
			 "import the tree again", path);
		break;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		snprintf(err, len, "%s is damaged or no store of ACLs (%s); restore a copy, or move it away "
			 "and import the tree again", path, (rc & 0xff) == SQLITE_CORRUPT ? "it fails its check" :
			 what);
		break;
	case SQLITE_BUSY:
		snprintf(err, len, "%s is being written by another process; try again", path);
		break;
	default:
		snprintf(err, len, "%s: %s; see to space, owner and mode of the directory", path, what);
	}
	return acl_store_errno(rc);
}

/* Who can write the lists decides for every server. Root looks after the store of another. */
static int acl_store_check_dir(const char *dir, bool create, struct stat *sb, char *err, size_t len)
{
	int e = create && mkdir(dir, 0700) ? errno : 0;

	if (e && e != EEXIST) {
		snprintf(err, len, "%s: %s; make the directory, or name another", dir, strerror(e));
		return -e;
	}
	if (stat(dir, sb)) {
		e = errno;
		snprintf(err, len, "%s: %s; %s", dir, strerror(e), e == EACCES ?
			 "run this as root or as the user of omasecd" :
			 "omasec acl import or omasec acl set makes a store");
		return -e;
	}
	if (!S_ISDIR(sb->st_mode)) {
		snprintf(err, len, "%s is not a directory", dir);
		return -ENOTDIR;
	}
	if (sb->st_mode & 022) {
		snprintf(err, len, "others may write to %s; chmod it to 0700", dir);
		return -EPERM;
	}
	if (geteuid() && sb->st_uid != geteuid()) {
		snprintf(err, len, "%s belongs to somebody else; run this as root or as the user of omasecd", dir);
		return -EACCES;
	}
	return 0;
}

/* Made by root, it is still that of whom the directory belongs to. */
static int acl_store_file(const char *path, bool create, const struct stat *dir, char *err, size_t len)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW), e = fd < 0 ? errno : 0;

	if (e == ENOENT && create) {
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		e = fd < 0 && errno != EEXIST ? errno : 0;
		if (fd >= 0 && !geteuid() && dir->st_uid && fchown(fd, dir->st_uid, dir->st_gid))
			e = errno;
	}
	if (fd >= 0)
		close(fd);
	if (e == ENOENT)
		snprintf(err, len, "%s: there is no store yet; omasec acl import or omasec acl set makes one", path);
	else if (e)
		snprintf(err, len, "%s: %s; see to owner and mode, or run this as root", path, strerror(e));
	return -e;
}

static int acl_store_connect(struct acl_store *st, const char *path, bool create)
{
	int rc, i;

	rc = sqlite3_open_v2(path, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
			     NULL);
	if (rc == SQLITE_OK)
		rc = acl_store_setup(st, create);
	for (i = 0; rc == SQLITE_OK && i < ACL_STATEMENTS; i++)
		rc = sqlite3_prepare_v3(st->db, acl_store_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &st->stmt[i],
					NULL);
	return rc;
}

int acl_store_open(const char *dir, bool create, struct acl_store **out, char *err, size_t err_len)
{
	char path[4096], real[4096];
	struct acl_store *st;
	struct stat sb;
	mode_t mask;
	int rc;

	*out = NULL;
	rc = acl_store_check_dir(dir, create, &sb, err, err_len);
	if (rc)
		return rc;
	/* Only the last part may not be a link, or /var could be none. */
	if (!realpath(dir, real) ||
	    (size_t)snprintf(path, sizeof(path), "%s/" ACL_STORE_FILE, real) >= sizeof(path)) {
		snprintf(err, err_len, "the name of the state directory is too long");
		return -ENAMETOOLONG;
	}
	rc = acl_store_file(path, create, &sb, err, err_len);
	if (rc)
		return rc;
	st = calloc(1, sizeof(*st));
	if (!st || getrandom(st->seed, sizeof(st->seed), 0) != sizeof(st->seed)) {
		free(st);
		snprintf(err, err_len, "no memory or no random numbers for the store");
		return -ENOMEM;
	}
	st->keep = ACL_AUDIT_KEEP;
	mask = umask(077);
	rc = acl_store_connect(st, path, create);
	umask(mask);
	if (rc != SQLITE_OK) {
		rc = acl_store_explain(st, rc, path, err, err_len);
		acl_store_close(st);
		return rc;
	}
	*out = st;
	return 0;
}

void acl_store_close(struct acl_store *st)
{
	int i;

	if (!st)
		return;
	for (i = 0; i < ACL_STATEMENTS; i++)
		sqlite3_finalize(st->stmt[i]);
	sqlite3_close(st->db);
	acl_tree_free(&st->tree);
	free(st);
}

/* ---- reading ------------------------------------------------------------- */

/* Rows by their ids, which rise. */
struct acl_index {
	struct acl_row {
		int64_t id;
		struct acl_node *node;
	} *row;
	size_t count, room;
};

static struct acl_node *acl_index_find(const struct acl_index *x, int64_t id)
{
	size_t low = 0, high = x->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (x->row[mid].id == id)
			return x->row[mid].node;
		if (x->row[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int acl_index_add(struct acl_index *x, int64_t id, struct acl_node *n)
{
	if (x->count == x->room) {
		size_t room = x->room ? 2 * x->room : 1024;
		struct acl_row *row = reallocarray(x->row, room, sizeof(*row));

		if (!row)
			return -ENOMEM;
		x->row = row;
		x->room = room;
	}
	x->row[x->count++] = (struct acl_row){ id, n };
	return 0;
}

static int acl_store_row(struct acl_tree *t, struct acl_index *x, sqlite3_stmt *stmt)
{
	const char *name = (const char *)sqlite3_column_text(stmt, 2);
	const char *acl = (const char *)sqlite3_column_text(stmt, 6);
	struct acl_node *n = &t->root, *parent;
	int64_t id = sqlite3_column_int64(stmt, 0);
	int rc = 0;

	if (id == ACL_STORE_ROOT) {
		if (!acl)
			return -EUCLEAN;
	} else {
		parent = acl_index_find(x, sqlite3_column_int64(stmt, 1));
		if (!parent || !name)
			return -EUCLEAN;
		rc = acl_tree_add(t, parent, name, (size_t)sqlite3_column_bytes(stmt, 2),
				  (enum acl_kind)sqlite3_column_int(stmt, 3), &n);
		if (!rc) {
			n->access = (uint8_t)sqlite3_column_int(stmt, 4);
			n->permanent = sqlite3_column_int(stmt, 5);
		}
	}
	if (!rc && acl)
		rc = acl_tree_set(t, n, acl, (size_t)sqlite3_column_bytes(stmt, 6), NULL);
	/* What this code never writes: a reading that goes on could allow too much. */
	if (rc)
		return rc == -ENOMEM ? rc : -EUCLEAN;
	return acl_index_add(x, id, n);
}

static int acl_store_read(struct acl_store *st, struct acl_tree *t)
{
	sqlite3_stmt *stmt = st->stmt[ACL_NODE_ALL];
	struct acl_index x = { 0 };
	int rc = SQLITE_DONE, err;

	err = acl_tree_init(t, st->seed);
	while (!err && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		err = acl_store_row(t, &x, stmt);
	if (!err && rc != SQLITE_DONE)
		err = acl_store_fail(st, rc, "cannot read the tree");
	else if (!err && !x.count)
		err = -EUCLEAN;
	if (!err)
		err = acl_store_read_options(st, t);
	if (err == -EUCLEAN)
		snprintf(st->error, sizeof(st->error), "the stored tree is damaged; restore a copy of "
			 ACL_STORE_FILE ", or move it away and import the tree again");
	else if (err == -ENOMEM)
		snprintf(st->error, sizeof(st->error), "no memory for the tree");
	sqlite3_reset(stmt);
	free(x.row);
	return err;
}

/* Taken before the reading: what is committed between both is read again, not missed. */
static int acl_store_version(struct acl_store *st, int64_t *version)
{
	sqlite3_stmt *stmt = st->stmt[ACL_VERSION];
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		*version = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW ? 0 : acl_store_fail(st, rc, "cannot look for changes of the tree");
}

int acl_store_load(struct acl_store *st, struct acl_tree **tree)
{
	int64_t version = 0;
	int rc;

	*tree = NULL;
	rc = acl_store_version(st, &version);
	if (!rc && (!st->loaded || version != st->version)) {
		st->loaded = false;
		acl_tree_free(&st->tree);
		rc = acl_store_read(st, &st->tree);
		if (rc)
			acl_tree_free(&st->tree);
		st->loaded = !rc;
		st->version = version;
	}
	if (!rc)
		*tree = &st->tree;
	return rc;
}
