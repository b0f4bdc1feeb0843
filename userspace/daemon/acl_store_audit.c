// SPDX-License-Identifier: GPL-2.0
/* Records of what was judged, see acl_store.h. */
#include <errno.h>
#include <string.h>

#include "acl_store_internal.h"

void acl_audit_fill(struct acl_audit *a, const struct acl_decision *d, char decider[ACL_URI_MAX + 1])
{
	a->allow = d->allow;
	a->status = d->status;
	a->clause = acl_clause_name(d->clause);
	a->decider = NULL;
	if (d->node) {
		acl_node_uri(d->node, decider);
		a->decider = decider;
	}
}

void acl_store_audit_keep(struct acl_store *st, uint32_t records)
{
	st->keep = records;
}

/* What a server sends may be long; what is kept is not. */
static int bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
	return text ? sqlite3_bind_text(stmt, at, text, (int)strnlen(text, ACL_URI_MAX), SQLITE_STATIC) :
		      sqlite3_bind_null(stmt, at);
}

/*
 * One spelling for each node, or looking for one would miss what was asked with another;
 * what is no URI stays as it was sent.
 */
static const char *spelled(const char *node, char out[ACL_URI_MAX + 1])
{
	const char *query = strchr(node, '?');
	struct acl_uri uri;
	size_t at;

	if (acl_uri_parse(node, strlen(node), &uri) || acl_uri_spell(&uri, uri.depth, out))
		return node;
	at = strlen(out);
	if (query && at + strlen(query) > ACL_URI_MAX)
		return node;
	if (query)
		strcpy(out + at, query);
	return out;
}

static int audit_add(struct acl_store *st, const struct acl_audit *a)
{
	sqlite3_stmt *stmt = st->stmt[ACL_AUDIT_ADD];
	char uri[ACL_URI_MAX + 1];
	int rc = sqlite3_bind_int64(stmt, 1, a->time);

	if (rc == SQLITE_OK)
		rc = bind_text(stmt, 2, a->server ? a->server : "");
	if (rc == SQLITE_OK)
		rc = bind_text(stmt, 3, a->command);
	if (rc == SQLITE_OK)
		rc = bind_text(stmt, 4, spelled(a->node, uri));
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 5, a->allow);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 6, a->status);
	if (rc == SQLITE_OK)
		rc = bind_text(stmt, 7, a->decider);
	if (rc == SQLITE_OK)
		rc = bind_text(stmt, 8, a->clause);
	return rc == SQLITE_OK ? acl_store_run(stmt) : rc;
}

static int audit_rotate(struct acl_store *st)
{
	sqlite3_stmt *stmt = st->stmt[ACL_AUDIT_ROTATE];
	int rc = sqlite3_bind_int64(stmt, 1, st->keep);

	return rc == SQLITE_OK ? acl_store_run(stmt) : rc;
}

int acl_store_audit(struct acl_store *st, const struct acl_audit *record, size_t n)
{
	bool whole = sqlite3_get_autocommit(st->db);
	int rc = SQLITE_OK;
	size_t i;

	if (!n)
		return 0;
	if (whole)
		rc = acl_store_run(st->stmt[ACL_BEGIN]);
	for (i = 0; rc == SQLITE_OK && i < n; i++)
		rc = audit_add(st, &record[i]);
	if (rc == SQLITE_OK)
		rc = audit_rotate(st);
	rc = rc == SQLITE_OK ? 0 : acl_store_fail(st, rc, "cannot write the audit");
	return whole ? acl_store_end(st, rc, "cannot write the audit") : rc;
}

static const char *text_at(sqlite3_stmt *stmt, int column)
{
	return (const char *)sqlite3_column_text(stmt, column);
}

/* @uri: outlives the search */
static int audit_bind(sqlite3_stmt *stmt, const struct acl_audit_query *q, char uri[ACL_URI_MAX + 1])
{
	int rc = bind_text(stmt, 1, q->server);

	if (rc == SQLITE_OK)
		rc = bind_text(stmt, 2, q->node ? spelled(q->node, uri) : NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(stmt, 3, q->since);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(stmt, 4, q->denied_only ? 0 : 1);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(stmt, 5, q->limit && q->limit < INT64_MAX ? (int64_t)q->limit : -1);
	return rc;
}

int acl_store_search(struct acl_store *st, const struct acl_audit_query *q,
		     int (*fn)(void *arg, const struct acl_audit *a), void *arg)
{
	sqlite3_stmt *stmt = st->stmt[ACL_AUDIT_SEARCH];
	char uri[ACL_URI_MAX + 1];
	int rc = audit_bind(stmt, q, uri), stop = 0;

	while (rc == SQLITE_OK && !stop && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct acl_audit a = {
			.id = sqlite3_column_int64(stmt, 0), .time = sqlite3_column_int64(stmt, 1),
			.server = text_at(stmt, 2), .command = text_at(stmt, 3), .node = text_at(stmt, 4),
			.allow = sqlite3_column_int(stmt, 5), .status = (uint16_t)sqlite3_column_int(stmt, 6),
			.decider = text_at(stmt, 7), .clause = text_at(stmt, 8),
		};

		if (!a.server || !a.command || !a.node || !a.clause) {
			rc = SQLITE_NOMEM;
			break;
		}
		stop = fn(arg, &a);
		rc = SQLITE_OK;
	}
	if (!stop && rc != SQLITE_DONE)
		stop = acl_store_fail(st, rc, "cannot read the audit");
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return stop;
}
