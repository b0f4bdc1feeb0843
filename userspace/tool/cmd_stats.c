// SPDX-License-Identifier: GPL-2.0
/* omasec stats. See omasec-stats(8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "out.h"

struct list {
	json_t *counters, *refused;
	struct out_table *table;
	bool all;
};

static int list_one(void *arg, const struct omasec_counter *c)
{
	struct list *l = arg;

	/* The counters of refusals share one name; the reason tells them apart. */
	const char *name = c->refusal ? omasec_reason_name(c->reason) : c->name;

	if (!l->table) {
		out_set(c->refusal ? l->refused : l->counters, name, out_number(c->value));
		return 0;
	}
	/* Nobody reads forty zeros. */
	if (c->refusal && !c->value && !l->all)
		return 0;
	out_cell(l->table, "%s%s", c->refusal ? "refused: " : "", name);
	out_cell(l->table, "%llu", (unsigned long long)c->value);
	out_cell(l->table, "%s", c->refusal ? omasec_reason_text(c->reason) : "");
	return 0;
}

int cmd_stats(struct tool *t, int argc, char **argv)
{
	struct list l = { .all = t->given & OPT_ALL };
	json_t *o;
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	if (rc)
		return rc;
	if (t->json) {
		l.counters = json_object();
		l.refused = json_object();
	} else {
		l.table = out_table_new("COUNTER|>VALUE|MEANS");
		if (!l.table)
			return tool_error(t, EXIT_REFUSED, "out of memory");
	}
	rc = omasec_stats_each(t->o, list_one, &l);
	if (rc) {
		json_decref(l.counters);
		json_decref(l.refused);
		out_table_free(l.table);
		return tool_refused(t, rc);
	}
	if (t->json) {
		o = out_object();
		out_set(o, "counters", l.counters);
		out_set(o, "refused", l.refused);
		return out_json_object(t, o);
	}
	out_table_end(t, l.table, 0, "No counters.");
	return out_finish(t);
}
