// SPDX-License-Identifier: GPL-2.0
/* omasec acl audit: the records of the store. See omasec-acl(8). */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "acl_source.h"
#include "value.h"

/* 90s, 30m, 12h, 7d ago; or a date, with a time or without, in UTC. */
static int since_parse(const char *text, int64_t now, int64_t *since)
{
	static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S" };
	uint64_t seconds;
	size_t i;

	if (!value_span(text, &seconds)) {
		*since = now - (int64_t)seconds * 1000;
		return 0;
	}
	for (i = 0; i < 3; i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);

		if (!end || strcmp(end + (*end == 'Z'), ""))
			continue;
		*since = (int64_t)timegm(&tm) * 1000;
		return 0;
	}
	return -EINVAL;
}

static void time_format(int64_t ms, char out[40])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	size_t len = 0;

	if (gmtime_r(&seconds, &tm))
		len = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + len, 40 - len, ".%03uZ", (unsigned int)(ms % 1000));
}

struct audit {
	json_t *all;	/* NULL for text */
	struct out_table *table;
};

static int audit_record(void *arg, const struct acl_audit *a)
{
	struct audit *to = arg;
	char when[40];
	json_t *o;

	time_format(a->time, when);
	if (to->all) {
		o = json_object();
		out_set(o, "time", json_string(when));
		out_set(o, "server", *a->server ? out_text(a->server) : json_null());
		out_set(o, "command", out_text(a->command));
		out_set(o, "uri", out_text(a->node));
		out_set(o, "allowed", json_boolean(a->allow));
		out_set(o, "status", json_integer(a->status));
		out_set(o, "node", a->decider ? out_text(a->decider) : json_null());
		out_set(o, "clause", out_text(a->clause));
		json_array_append_new(to->all, o);
		return 0;
	}
	out_cell(to->table, "%s", when);
	out_cell(to->table, "%s", *a->server ? a->server : "-");
	out_cell(to->table, "%s", a->command);
	out_cell(to->table, "%s", a->node);
	out_cell(to->table, "%s (%u)", a->allow ? "allowed" : "denied", a->status);
	out_cell(to->table, "%s", a->decider ? a->decider : "-");
	out_cell(to->table, "%s", a->clause);
	return 0;
}

static int audit_query(struct tool *t, struct acl_audit_query *q)
{
	struct acl_uri uri;
	struct timespec now;

	*q = (struct acl_audit_query){ .server = t->server, .node = t->node, .denied_only = !(t->given & OPT_ALL),
				       .limit = t->given & OPT_COUNT ? t->count : 0 };
	clock_gettime(CLOCK_REALTIME, &now);
	if (t->since && since_parse(t->since, (int64_t)now.tv_sec * 1000, &q->since))
		return tool_usage(t, "--since: %s: expected a time such as 90s, 30m, 12h, 7d, 2026-01-31 or 2026-01-31T12:00:00",
				  t->since);
	if (t->node && (acl_uri_parse(t->node, strlen(t->node), &uri) || uri.query != ACL_QUERY_NONE))
		return tool_usage(t, "--node: %s: expected . or ./NAME/NAME", t->node);
	return 0;
}

int cmd_acl_audit(struct tool *t, int argc, char **argv)
{
	struct audit to = { NULL, NULL };
	struct acl_store *st = NULL;
	struct acl_audit_query q;
	int rc;

	if (argc)
		return tool_usage(t, "%s: nothing is expected here", argv[0]);
	rc = audit_query(t, &q);
	if (!rc)
		rc = acl_source_store(t, false, &st, EXIT_REFUSED);
	if (rc)
		return rc;
	if (t->json)
		to.all = json_array();
	else
		to.table = out_table_new("TIME|SERVER|COMMAND|URI|ANSWER|BY NODE|CLAUSE");
	rc = acl_store_search(st, &q, audit_record, &to);
	if (rc) {
		rc = tool_error(t, tool_exit_code(rc), "%s", acl_store_error(st));
		json_decref(to.all);
		out_table_free(to.table);
	} else if (t->json) {
		rc = out_json(t, "acl-audit", to.all);
	} else {
		out_table_end(t, to.table, 0, "No records.");
		rc = out_finish(t);
	}
	acl_store_close(st);
	return rc;
}
