// SPDX-License-Identifier: GPL-2.0
/*
 * The report as a document: what is in force, each clause for each rule with its
 * finding, and what was seen. Text, JSON and HTML are made from it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "accounts.h"
#include "out.h"
#include "report.h"
#include "rules.h"

static const char *now_text(char *buf, size_t cap)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(buf, cap, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

static json_t *clauses_json(void)
{
	json_t *all = json_array();
	unsigned int i;

	for (i = 0; i < report_clause_count; i++) {
		const struct report_clause *c = &report_clauses[i];
		json_t *o = json_object();

		out_set(o, "id", json_string(c->id));
		out_set(o, "section", json_string(c->section));
		out_set(o, "level", json_string(c->level));
		out_set(o, "text", json_string(c->text));
		json_array_append_new(all, o);
	}
	return all;
}

json_t *report_doc_new(const struct omasec_status *st)
{
	json_t *doc = out_object(), *about = json_object();
	struct utsname un;
	char when[32];

	if (!doc || !about) {
		json_decref(doc);
		json_decref(about);
		return NULL;
	}
	memset(&un, 0, sizeof(un));
	uname(&un);
	out_set(about, "made", json_string(now_text(when, sizeof(when))));
	out_set(about, "host", out_text(un.nodename));
	out_set(about, "kernel", out_text(un.release));
	out_set(about, "module", out_text(st->version));
	if (st->helper)
		out_set(about, "helper", out_text(st->helper_version));
	out_set(about, "needs-helper", json_boolean(st->needs_helper));
	out_set(about, "generation", json_integer(st->generation));
	out_set(about, "flows", json_integer(st->flows));
	out_set(about, "listeners", json_integer(st->listeners));
	out_set(doc, "about", about);
	out_set(doc, "clauses", clauses_json());
	out_set(doc, "rules", json_array());
	out_set(doc, "accounts", json_array());
	out_set(doc, "refusals", json_array());
	return doc;
}

static int append(json_t *doc, const char *key, json_t *value)
{
	return json_array_append_new(json_object_get(doc, key), value) ? -ENOMEM : 0;
}

int report_doc_account(json_t *doc, const struct omasec_account *a)
{
	json_t *o = json_object();

	out_set(o, "name", out_text(a->name));
	out_set(o, "server-id", out_text(a->server_id));
	out_set(o, "client-key", json_string(account_key_text(a->client.key, a->client.key_state)));
	out_set(o, "server-key", json_string(account_key_text(a->server.key, a->server.key_state)));
	out_set(o, "messages-ok", out_number(a->messages_ok));
	out_set(o, "messages-refused", out_number(a->messages_refused));
	return append(doc, "accounts", o);
}

int report_doc_rule(json_t *doc, const struct omasec_rule *r, const struct omasec_account *a)
{
	struct report_finding findings[REPORT_CLAUSE_MAX];
	json_t *o = rule_json(r), *all = json_array();
	unsigned int i;

	memset(findings, 0, sizeof(findings));
	report_rule(r, a, findings);
	for (i = 0; i < report_clause_count; i++) {
		json_t *f = json_object();

		out_set(f, "clause", json_string(report_clauses[i].id));
		out_set(f, "state", json_string(report_state_name(findings[i].state)));
		out_set(f, "why", out_text(findings[i].why));
		json_array_append_new(all, f);
	}
	out_set(o, "findings", all);
	return append(doc, "rules", o);
}

int report_doc_counter(json_t *doc, const struct omasec_counter *c)
{
	json_t *o;

	if (!c->refusal || !c->value)
		return 0;
	o = json_object();
	out_set(o, "reason", json_string(omasec_reason_name(c->reason)));
	out_set(o, "count", out_number(c->value));
	out_set(o, "means", json_string(omasec_reason_text(c->reason)));
	return append(doc, "refusals", o);
}

int report_doc_end(json_t *doc)
{
	unsigned int n[REPORT_STATES] = { 0 }, must = 0, s;
	json_t *rule, *f, *sum = json_object();
	size_t i, j;

	json_array_foreach(json_object_get(doc, "rules"), i, rule) {
		json_array_foreach(json_object_get(rule, "findings"), j, f) {
			const char *state = json_string_value(json_object_get(f, "state"));

			for (s = 0; s < REPORT_STATES; s++) {
				if (!state || strcmp(state, report_state_name(s)))
					continue;
				n[s]++;
				must += s == REPORT_NOT_MET && !strcmp(report_clauses[j].level, "must");
			}
		}
	}
	for (s = 0; s < REPORT_STATES; s++)
		out_set(sum, report_state_name(s), json_integer(n[s]));
	out_set(sum, "must not met", json_integer(must));
	return json_object_set_new(doc, "summary", sum) ? -ENOMEM : 0;
}

const char *report_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

unsigned long long report_count(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? strtoull(json_string_value(v), NULL, 10) :
				   (unsigned long long)json_integer_value(v);
}
