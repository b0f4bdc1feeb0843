// SPDX-License-Identifier: GPL-2.0
/* What is due in sessions, see acl_store.h: kept where the tree is, so that both change at once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "acl_store_internal.h"

#define ACL_STORE_LOST	""	/* no account is called so */

static int dues_at(struct acl_store *st, sqlite3_stmt *stmt, struct acl_dues *d)
{
	const void *blob = sqlite3_column_blob(stmt, 0);
	int len = sqlite3_column_bytes(stmt, 0);

	if (blob && len > 0 && !acl_dues_unpack(d, blob, (size_t)len))
		return 0;
	snprintf(st->error, sizeof(st->error), "what is due in a session is damaged; restore a copy of "
		 ACL_STORE_FILE ", or move it away and import the tree again");
	return -EUCLEAN;
}

static int dues_of(struct acl_store *st, enum acl_statement which, const char *account, const char *session,
		   struct acl_dues *d)
{
	sqlite3_stmt *stmt = st->stmt[which];
	int rc = sqlite3_bind_text(stmt, 1, account, -1, SQLITE_STATIC), err = 0;

	acl_dues_init(d);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 2, session, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		err = dues_at(st, stmt, d);
	else if (rc != SQLITE_DONE)
		err = acl_store_fail(st, rc, "cannot read what is due in a session");
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return err ? err : rc == SQLITE_ROW;
}

static bool no_prune(const struct acl_due *due, uint32_t arg)
{
	(void)arg;
	return due->what != ACL_DUE_PRUNE;
}

int acl_store_dues(struct acl_store *st, const char *account, const char *session, struct acl_dues *d)
{
	int rc = dues_of(st, ACL_DUE_GET, account, session, d);

	if (rc)
		return rc;
	rc = dues_of(st, ACL_DUE_BEFORE, account, session, d);
	acl_dues_drop(d, no_prune, 0);
	return rc < 0 ? rc : 0;
}

/* A list that a client may have is its own to keep; ours counts as it is until its Status is there. */
static int add_pending(struct acl_store *st, const struct acl_dues *from, struct acl_dues *d)
{
	uint32_t i;

	for (i = 0; i < from->count; i++) {
		const struct acl_due *due = &from->due[i];

		if (!acl_due_pending(due) || due->what == ACL_DUE_LIST)
			continue;
		if (acl_dues_add(d, due, acl_due_text(from, due->uri), acl_due_text(from, due->text))) {
			snprintf(st->error, sizeof(st->error), "too many changes wait for their Status");
			return -E2BIG;
		}
	}
	return 0;
}

int acl_store_dues_others(struct acl_store *st, const char *account, struct acl_dues *d)
{
	sqlite3_stmt *stmt = st->stmt[ACL_DUE_OTHERS];
	int rc = sqlite3_bind_text(stmt, 1, account, -1, SQLITE_STATIC), err = 0;
	struct acl_dues *one = malloc(sizeof(*one));

	acl_dues_init(d);
	if (!one) {
		snprintf(st->error, sizeof(st->error), "no memory for what is due");
		err = -ENOMEM;
	}
	while (!err && rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		err = dues_at(st, stmt, one);
		if (!err)
			err = add_pending(st, one, d);
		rc = SQLITE_OK;
	}
	if (!err && rc != SQLITE_DONE)
		err = acl_store_fail(st, rc, "cannot read what is due in other sessions");
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	free(one);
	return err;
}

static int put_row(struct acl_store *st, const char *account, const char *session,
		   const struct acl_dues *d)
{
	void *packed = d && d->count ? malloc(sizeof(*d)) : NULL;
	sqlite3_stmt *stmt = st->stmt[packed ? ACL_DUE_PUT : ACL_DUE_DEL];
	int rc;

	if (d && d->count && !packed) {
		snprintf(st->error, sizeof(st->error), "no memory for what is due");
		return -ENOMEM;
	}
	rc = sqlite3_bind_text(stmt, 1, account, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && packed)
		rc = sqlite3_bind_text(stmt, 2, session, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && packed)
		rc = sqlite3_bind_blob(stmt, 3, packed, (int)acl_dues_pack(d, packed), SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = acl_store_run(stmt);
	free(packed);
	return rc == SQLITE_OK ? 0 : acl_store_fail(st, rc, "cannot write what is due in a session");
}

/*
 * A server can see to it that its client cannot say what it has done. The nodes concerned are
 * nobody's then, or it would get at what it has renamed, by a tree that has not followed.
 */
static int keep_lost(struct acl_store *st, const char *account, const char *session)
{
	struct acl_dues *two = malloc(2 * sizeof(*two));
	uint32_t count;
	int rc;

	if (!two) {
		snprintf(st->error, sizeof(st->error), "no memory for what is due");
		return -ENOMEM;
	}
	rc = dues_of(st, ACL_DUE_BEFORE, account, session, &two[0]);
	if (rc > 0) {
		rc = dues_of(st, ACL_DUE_GET, ACL_STORE_LOST, "", &two[1]);
		count = two[1].count;
		if (rc >= 0)
			rc = add_pending(st, &two[0], &two[1]);
		if (!rc && two[1].count > count)
			rc = put_row(st, ACL_STORE_LOST, "", &two[1]);
	}
	free(two);
	return rc;
}

int acl_store_dues_put(struct acl_store *st, const char *account, const char *session,
		       const struct acl_dues *d)
{
	int rc = keep_lost(st, account, session);

	return rc ? rc : put_row(st, account, session, d);
}
