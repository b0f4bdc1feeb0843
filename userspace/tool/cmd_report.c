// SPDX-License-Identifier: GPL-2.0
/*
 * omasec report: does what is in force meet DM Security 1.3, clause by clause? Exit
 * code 1 when a clause with "must" is not met.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "report.h"

/**
 * struct gathering - what is read before the rules can be judged
 * @accounts: by the order in which the module tells them
 */
struct gathering {
	json_t *doc;
	struct omasec_account *accounts;
	size_t count, room;
};

static int see_account(void *arg, const struct omasec_account *a)
{
	struct gathering *g = arg;

	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 16;
		struct omasec_account *n = reallocarray(g->accounts, room, sizeof(*n));

		if (!n)
			return -ENOMEM;
		g->accounts = n;
		g->room = room;
	}
	g->accounts[g->count++] = *a;
	return report_doc_account(g->doc, a);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct omasec_account *)a)->name,
		      ((const struct omasec_account *)b)->name);
}

static int see_rule(void *arg, const struct omasec_rule *r)
{
	struct gathering *g = arg;
	struct omasec_account key;

	memcpy(key.name, r->account, sizeof(key.name));
	return report_doc_rule(g->doc, r, !g->count || !*r->account ? NULL :
			       bsearch(&key, g->accounts, g->count, sizeof(key), by_name));
}

static int see_counter(void *arg, const struct omasec_counter *c)
{
	return report_doc_counter(((struct gathering *)arg)->doc, c);
}

static int gather(struct tool *t, json_t **doc)
{
	struct gathering g = { 0 };
	struct omasec_status st;
	int rc = omasec_status_get(t->o, &st);

	if (rc)
		return rc;
	g.doc = report_doc_new(&st);
	if (!g.doc)
		return -ENOMEM;
	rc = omasec_account_each(t->o, see_account, &g);
	if (!rc && g.count)
		qsort(g.accounts, g.count, sizeof(*g.accounts), by_name);
	if (!rc)
		rc = omasec_rule_each(t->o, see_rule, &g);
	if (!rc)
		rc = omasec_stats_each(t->o, see_counter, &g);
	if (!rc)
		rc = report_doc_end(g.doc);
	free(g.accounts);
	if (rc)
		json_decref(g.doc);
	else
		*doc = g.doc;
	return rc;
}

static int print_text(const struct tool *t, const json_t *doc)
{
	static const struct { const char *name; enum out_colour colour; } states[] = {
		{ "met", OUT_GOOD }, { "not met", OUT_BAD }, { "not applicable", OUT_PLAIN },
	};
	const json_t *r, *f, *sum = json_object_get(doc, "summary");
	size_t i, j, s;

	json_array_foreach(json_object_get(doc, "rules"), i, r) {
		const json_t *seen = json_object_get(r, "seen");

		printf("%sRule %s%s: %s, account %s\n", out_colour(t, OUT_BOLD), report_text(r, "name"),
		       out_colour(t, OUT_PLAIN), report_text(r, "direction"), report_text(r, "account"));
		printf("  seen: %llu in and %llu out with MAC, %llu in and %llu out without, %llu not DM, %llu refused\n",
		       report_count(seen, "rx-mac"),
		       report_count(seen, "tx-mac"),
		       report_count(seen, "rx-plain"),
		       report_count(seen, "tx-plain"),
		       report_count(seen, "passed"),
		       report_count(seen, "refused"));
		json_array_foreach(json_object_get(r, "findings"), j, f) {
			const char *state = report_text(f, "state");

			for (s = 0; s < 2 && strcmp(state, states[s].name); s++)
				;
			printf("  %-12s %-6s %s%-14s%s %s\n    %s\n", report_clauses[j].section,
			       report_clauses[j].level, out_colour(t, states[s].colour), state,
			       out_colour(t, OUT_PLAIN), report_clauses[j].text, report_text(f, "why"));
		}
	}
	if (!json_array_size(json_object_get(doc, "rules")))
		printf("There are no rules: nothing is protected (omasec apply FILE).\n");
	printf("%llu met, %llu not met, %llu not applicable; %llu that must be are not met\n",
	       report_count(sum, "met"),
	       report_count(sum, "not met"),
	       report_count(sum, "not applicable"),
	       report_count(sum, "must not met"));
	return out_finish(t);
}

/* The page replaces @path as a whole, or not at all. */
static int write_html(struct tool *t, const char *path, const json_t *doc)
{
	size_t len = strlen(path);
	char *tmp = malloc(len + sizeof(".XXXXXX"));
	FILE *f = NULL;
	int fd, rc;

	if (!tmp)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	memcpy(tmp, path, len);
	memcpy(tmp + len, ".XXXXXX", sizeof(".XXXXXX"));
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (!f) {
		rc = tool_error(t, EXIT_REFUSED, "cannot write %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		free(tmp);
		return rc;
	}
	rc = report_html(f, doc);
	/* As the umask would have it for a file that is no secret. */
	if (!rc && fchmod(fd, 0644))
		rc = -errno;
	if (fclose(f) && !rc)
		rc = -EIO;
	if (!rc && rename(tmp, path))
		rc = -errno;
	if (rc) {
		unlink(tmp);
		rc = tool_error(t, EXIT_REFUSED, "cannot write %s: %s", path, strerror(-rc));
	}
	free(tmp);
	return rc;
}

int cmd_report(struct tool *t, int argc, char **argv)
{
	json_t *doc = NULL;
	bool unmet;
	int rc;

	if (argc)
		return tool_usage(t, "%s: nothing is expected here", argv[0]);
	rc = tool_connect(t);
	if (rc)
		return rc;
	rc = gather(t, &doc);
	if (rc == -ENOMEM)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	if (rc)
		return tool_refused(t, rc);
	unmet = json_integer_value(json_object_get(json_object_get(doc, "summary"), "must not met"));
	rc = t->html_file ? write_html(t, t->html_file, doc) : 0;
	if (!rc && t->json)
		rc = out_json_object(t, json_incref(doc));
	else if (!rc && !t->html_file)
		rc = print_text(t, doc);
	json_decref(doc);
	return !rc && unmet ? EXIT_REFUSED : rc;
}
