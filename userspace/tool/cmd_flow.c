// SPDX-License-Identifier: GPL-2.0
/* omasec flow. See omasec-flow(8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "live.h"
#include "out.h"
#include "tls_text.h"
#include "value.h"

static json_t *flow_json(const struct omasec_flow *f)
{
	char text[VALUE_ENDPOINT_MAX];
	json_t *o = json_object();

	out_set(o, "id", out_number(f->id));
	out_set(o, "listener", json_boolean(f->listener));
	out_set(o, "direction", json_string(omasec_name(OMASEC_NAMES_DIRECTION, f->direction)));
	value_format_endpoint(text, f->family, f->local, f->local_port);
	out_set(o, "local", json_string(text));
	if (!f->listener) {
		value_format_endpoint(text, f->family, f->peer, f->peer_port);
		out_set(o, "peer", json_string(text));
	}
	if (!f->datagrams)
		out_set(o, "uid", json_integer(f->uid));
	out_set(o, "datagrams", json_boolean(f->datagrams));
	out_set(o, "rule", json_integer(f->rule));
	if (f->account[0])
		out_set(o, "account", out_text(f->account));
	out_set(o, "rx-messages", out_number(f->rx_messages));
	out_set(o, "tx-messages", out_number(f->tx_messages));
	out_set(o, "rx-bytes", out_number(f->rx_bytes));
	out_set(o, "tx-bytes", out_number(f->tx_bytes));
	out_set(o, "rx-state", out_text(f->rx_state));
	out_set(o, "tx-state", out_text(f->tx_state));
	out_set(o, "reason", json_string(omasec_reason_name(f->reason)));
	tls_json(o, f->tls_version, f->tls_suite, f->tls_name);
	out_set(o, "inode", out_number(f->inode));
	return o;
}

struct list {
	json_t *array;
	struct out_table *table;
};

static int list_one(void *arg, const struct omasec_flow *f)
{
	char local[VALUE_ENDPOINT_MAX], peer[VALUE_ENDPOINT_MAX], tls[TLS_TEXT_MAX];
	struct list *l = arg;

	if (l->array)
		return json_array_append_new(l->array, flow_json(f)) ? -ENOMEM : 0;
	value_format_endpoint(local, f->family, f->local, f->local_port);
	value_format_endpoint(peer, f->family, f->peer, f->peer_port);
	out_cell(l->table, "%llu", (unsigned long long)f->id);
	out_cell(l->table, "%s", omasec_name(OMASEC_NAMES_DIRECTION, f->direction));
	out_cell(l->table, "%s", local);
	out_cell(l->table, "%s", f->listener ? "(listens)" : peer);
	if (f->datagrams)
		out_cell(l->table, "-");
	else
		out_cell(l->table, "%u", f->uid);
	out_cell(l->table, "%u", f->rule);
	out_cell(l->table, "%s", f->account[0] ? f->account : "-");
	out_cell(l->table, "%llu", (unsigned long long)f->rx_messages);
	out_cell(l->table, "%llu", (unsigned long long)f->tx_messages);
	if (f->datagrams)
		out_cell(l->table, "%s%s", f->reason ? "last refused: " : "datagrams",
			 f->reason ? omasec_reason_name(f->reason) : "");
	else if (f->reason)
		out_cell(l->table, "refused: %s", omasec_reason_name(f->reason));
	else if (f->listener)
		out_cell(l->table, "%s", "");
	else
		out_cell(l->table, "rx %s, tx %s%s%s", f->rx_state, f->tx_state,
			 f->tls_version ? ", " : "",
			 f->tls_version ? tls_text(tls, f->tls_version, f->tls_suite, f->tls_name) : "");
	return 0;
}

int cmd_flow_list(struct tool *t, int argc, char **argv)
{
	struct list l = { 0 };
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	if (rc)
		return rc;
	if (t->json)
		l.array = json_array();
	else
		l.table = out_table_new(">ID|DIR|LOCAL|PEER|>UID|>RULE|ACCOUNT|>RX|>TX|STATE");
	if (!l.array && !l.table)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	rc = omasec_flow_each(t->o, list_one, &l);
	if (rc) {
		json_decref(l.array);
		out_table_free(l.table);
		return tool_refused(t, rc);
	}
	if (l.array)
		return out_json(t, "flows", l.array);
	out_table_end(t, l.table, 0, "No flows.");
	return out_finish(t);
}

int cmd_flow_kill(struct tool *t, int argc, char **argv)
{
	bool all = t->given & OPT_ALL;
	uint64_t id = 0;
	int rc = 0;

	if (argc != !all)
		rc = tool_usage(t, "expected the number of one flow, or --all");
	else if (!all && value_u64(argv[0], 1, UINT64_MAX, &id))
		rc = tool_error(t, EXIT_USAGE, "%s: expected the number of a flow (omasec flow list)", argv[0]);
	if (!rc)
		rc = tool_connect(t);
	if (rc)
		return rc;
	rc = all ? omasec_flow_kill_all(t->o) : omasec_flow_kill(t->o, id);
	return rc ? tool_refused(t, rc) : EXIT_DONE;
}

int cmd_flow_attach(struct tool *t, int argc, char **argv)
{
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);
	struct live_result result;
	json_t *o;

	if (rc)
		return rc;
	rc = omasec_flow_attach(t->o, -1, NULL);
	rc = rc ? tool_refused(t, rc) : live_attach(t, &result);
	if (rc)
		return rc;
	if (t->json) {
		o = json_object();
		live_json(&result, o);
		rc = out_json(t, "attached", o);
	} else {
		live_print(&result);
		if (!result.listeners && !result.ended && !result.left)
			printf("Nothing that a rule selects was left unprotected.\n");
		rc = out_finish(t);
	}
	return rc ? rc : result.left ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_flow_detach(struct tool *t, int argc, char **argv)
{
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	if (rc)
		return rc;
	rc = omasec_flow_detach(t->o);
	return rc ? tool_refused(t, rc) : EXIT_DONE;
}
