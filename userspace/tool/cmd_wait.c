// SPDX-License-Identifier: GPL-2.0
/* omasec blob waiting and omasec blob pin: messages that wait for a PIN. See omasec-blob(8). */
#include <errno.h>
#include <stdio.h>

#include "out.h"
#include "secret.h"
#include "value.h"

static json_t *wait_json(const struct omasec_wait *w)
{
	char text[VALUE_ENDPOINT_MAX];
	json_t *o = json_object();

	out_set(o, "id", json_integer(w->id));
	out_set(o, "account", out_text(w->account));
	out_set(o, "rule", json_integer(w->rule));
	out_set(o, "sec", json_string(omasec_name(OMASEC_NAMES_SEC, w->sec)));
	out_set(o, "kind", json_string(omasec_name(OMASEC_NAMES_BLOB_KIND, w->kind)));
	value_format_endpoint(text, w->family, w->local, w->local_port);
	out_set(o, "local", json_string(text));
	value_format_endpoint(text, w->family, w->peer, w->peer_port);
	out_set(o, "peer", json_string(text));
	out_set(o, "tries", json_integer(w->tries));
	out_set(o, "waits", json_boolean(w->waits));
	return o;
}

/* ------------------------------------------------------------------ waiting */

static int waiting_add(void *arg, const struct omasec_wait *w)
{
	json_t *o = wait_json(w);

	out_set(o, "seconds", json_integer(w->seconds));
	if (w->length)
		out_set(o, "length", json_integer(w->length));
	return json_array_append_new(arg, o) ? -ENOMEM : 0;
}

static int waiting_row(void *arg, const struct omasec_wait *w)
{
	char text[VALUE_ENDPOINT_MAX], safe[4 * OMASEC_NAME_MAX + 1];
	struct out_table *table = arg;

	out_cell(table, "%u", w->id);
	out_cell(table, "%s", value_safe(w->account, safe, sizeof(safe)));
	out_cell(table, "%s", omasec_name(OMASEC_NAMES_BLOB_KIND, w->kind));
	out_cell(table, "%s", omasec_name(OMASEC_NAMES_SEC, w->sec));
	value_format_endpoint(text, w->family, w->peer, w->peer_port);
	out_cell(table, "%s", text);
	out_cell(table, "%u", w->rule);
	out_cell(table, "%us", w->seconds);
	out_cell(table, "%u", w->tries);
	return 0;
}

int cmd_blob_waiting(struct tool *t, int argc, char **argv)
{
	struct out_table *table;
	json_t *list;
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	if (rc)
		return rc;
	if (t->json) {
		list = json_array();
		rc = omasec_wait_each(t->o, waiting_add, list);
		if (!rc)
			return out_json(t, "waiting", list);
		json_decref(list);
		return tool_refused(t, rc);
	}
	table = out_table_new(">ID|ACCOUNT|KIND|SEC|FROM|>RULE|>WAITS|>TRIES");
	rc = omasec_wait_each(t->o, waiting_row, table);
	if (rc) {
		out_table_free(table);
		return tool_refused(t, rc);
	}
	out_table_end(t, table, 0, "No message waits for a PIN.");
	return out_finish(t);
}

/* ------------------------------------------------------------------ pin */

/* Exactly one way to the PIN, the prompt unless said otherwise; none to refuse. */
static int pin_get(struct tool *t, struct secret *pin)
{
	unsigned int ways = t->given & (OPT_REFUSE | OPT_SECRET_FILE | OPT_SECRET_FD);
	char why[SECRET_WHY_MAX];
	int rc = 0;

	if (ways & (ways - 1))
		return tool_usage(t, "expected only one of --refuse, --secret-file and --secret-fd");
	if (ways == OPT_SECRET_FILE)
		rc = secret_from_file(t->secret_file, pin, why);
	else if (ways == OPT_SECRET_FD)
		rc = secret_from_fd(t->secret_fd, pin, why);
	else if (!ways)
		rc = secret_from_prompt("the bootstrap message (PIN)", pin, why);
	return rc ? tool_error(t, tool_exit_code(rc), "%s", why) : 0;
}

static int pin_json(struct tool *t, const struct omasec_wait *w)
{
	json_t *o = wait_json(w);

	out_set(o, "delivered", json_boolean(!w->reason));
	out_set(o, "reason", json_string(omasec_reason_name(w->reason)));
	if (*w->text)
		out_set(o, "text", out_text(w->text));
	return out_json(t, "message", o);
}

/* What came of it. A message that was given up as asked for is no failure. */
static int pin_done(struct tool *t, int err, const struct omasec_wait *w)
{
	bool asked = t->given & OPT_REFUSE && w->reason == OMASEC_REASON_KILLED;
	char safe[4 * OMASEC_NAME_MAX + 1];
	int rc;

	if (err && err != -EKEYREJECTED)
		return tool_refused(t, err);
	if (t->json) {
		rc = pin_json(t, w);
		return rc ? rc : err && !asked ? EXIT_REFUSED : EXIT_DONE;
	}
	if (err && !asked && w->waits)
		return tool_error(t, EXIT_REFUSED, "%s: %s It waits on; %u more may be wrong.",
				  omasec_reason_name(w->reason), omasec_error(t->o), w->tries);
	if (err && !asked)
		return tool_error(t, EXIT_REFUSED, "refused, %s: %s", omasec_reason_name(w->reason),
				  omasec_error(t->o));
	printf("%s: bootstrap, account %s, %s\n", asked ? "given up" : "delivered",
	       value_safe(w->account, safe, sizeof(safe)), omasec_name(OMASEC_NAMES_SEC, w->sec));
	return out_finish(t);
}

int cmd_blob_pin(struct tool *t, int argc, char **argv)
{
	struct secret pin = { 0 };
	struct omasec_wait w;
	uint64_t id;
	int rc;

	if (argc != 1 || value_u64(argv[0], 1, UINT32_MAX, &id))
		return tool_usage(t, "expected the id of a message (omasec blob waiting)");
	rc = pin_get(t, &pin);
	if (!rc)
		rc = tool_connect(t);
	if (!rc)
		rc = pin_done(t, omasec_wait_pin(t->o, (uint32_t)id,
						 t->given & OPT_REFUSE ? NULL : pin.data, &w), &w);
	secret_wipe(&pin, sizeof(pin));
	return rc;
}
