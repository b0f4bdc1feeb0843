// SPDX-License-Identifier: GPL-2.0
/* omasec rule. See omasec-rule(8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "out.h"
#include "pairs.h"
#include "resolve.h"
#include "rules.h"
#include "setting.h"
#include "value.h"

/* ------------------------------------------------------------------ printing */

json_t *rule_seen_json(const struct omasec_seen *seen)
{
	json_t *o = json_object();

	out_set(o, "rx-mac", out_number(seen->rx_mac));
	out_set(o, "tx-mac", out_number(seen->tx_mac));
	out_set(o, "rx-plain", out_number(seen->rx_plain));
	out_set(o, "tx-plain", out_number(seen->tx_plain));
	out_set(o, "passed", out_number(seen->passed));
	out_set(o, "refused", out_number(seen->refused));
	return o;
}

/* Datagrams of which each is judged by itself. */
static bool rule_of_pushes(const struct omasec_rule *r)
{
	return r->protocol == OMASEC_PROTOCOL_UDP && r->binding == OMASEC_BINDING_WSP;
}

static void rule_json_datagrams(json_t *o, const struct omasec_rule *r)
{
	out_set(o, "notification-1.3",
		json_string(omasec_name(OMASEC_NAMES_NOTIFICATION_13, r->notification_13)));
	out_set(o, "nonce-resync", json_string(omasec_name(OMASEC_NAMES_NONCE_RESYNC, r->nonce_resync)));
}

json_t *rule_json(const struct omasec_rule *r)
{
	char text[VALUE_PREFIX_MAX], version[8];
	json_t *o = json_object();

	out_set(o, "id", json_integer(r->id));
	out_set(o, "name", out_text(r->name));
	out_set(o, "direction", json_string(omasec_name(OMASEC_NAMES_DIRECTION, r->direction)));
	out_set(o, "protocol", json_string(omasec_name(OMASEC_NAMES_PROTOCOL, r->protocol)));
	out_set(o, "port-min", json_integer(r->port_min));
	out_set(o, "port-max", json_integer(r->port_max));
	value_format_prefix(text, r->family, r->prefix, r->address);
	out_set(o, "address", json_string(text));
	if (r->has_uid)
		out_set(o, "uid", json_integer(r->uid));
	if (r->has_cgroup)
		out_set(o, "cgroup", out_number(r->cgroup));
	out_set(o, "account", out_text(r->account[0] ? r->account : "any"));
	out_set(o, "role", json_string(omasec_name(OMASEC_NAMES_ROLE, r->role)));
	out_set(o, "binding", json_string(omasec_name(OMASEC_NAMES_BINDING, r->binding)));
	out_set(o, "integrity", json_string(omasec_name(OMASEC_NAMES_INTEGRITY, r->integrity)));
	out_set(o, "confidentiality",
		json_string(omasec_name(OMASEC_NAMES_CONFIDENTIALITY, r->confidentiality)));
	out_set(o, "content-cipher",
		json_string(omasec_name(OMASEC_NAMES_CONTENT_CIPHER, r->content_cipher)));
	out_set(o, "object-signature",
		json_string(omasec_name(OMASEC_NAMES_OBJECT_SIGNATURE, r->object_signature)));
	out_set(o, "encoding", json_string(omasec_name(OMASEC_NAMES_ENCODING, r->encoding)));
	out_set(o, "transport", json_string(omasec_name(OMASEC_NAMES_TRANSPORT, r->transport)));
	out_set(o, "auth-mode", json_string(omasec_name(OMASEC_NAMES_AUTH_MODE, r->auth_mode)));
	out_set(o, "first-contact",
		json_string(omasec_name(OMASEC_NAMES_FIRST_CONTACT, r->first_contact)));
	out_set(o, "other", json_string(omasec_name(OMASEC_NAMES_OTHER, r->other)));
	out_set(o, "max-message", json_integer(r->max_message));
	out_set(o, "deadline-ms", json_integer(r->deadline_ms));
	out_set(o, "pin-wait", json_integer(r->pin_wait));
	out_set(o, "on-deny", json_string(omasec_name(OMASEC_NAMES_ON_DENY, r->on_deny)));
	out_set(o, "sessionless", json_string(omasec_name(OMASEC_NAMES_SESSIONLESS, r->sessionless)));
	out_set(o, "helper-lost", json_string(omasec_name(OMASEC_NAMES_HELPER_LOST, r->helper_lost)));
	out_set(o, "tls", json_string(omasec_name(OMASEC_NAMES_TLS, r->tls)));
	if (r->protocol == OMASEC_PROTOCOL_UDP && !rule_of_pushes(r))
		out_set(o, "unprotected", json_boolean(setting_rule_unprotected(r)));
	if (r->protocol == OMASEC_PROTOCOL_TCP) {
		out_set(o, "tls-check",
			json_string(omasec_name(OMASEC_NAMES_TLS_CHECK, r->tls_check)));
		out_set(o, "tls-min", json_string(omasec_tls_version_name(r->tls_min, version)));
		out_set(o, "unprotected", json_boolean(setting_rule_unprotected(r)));
		out_set(o, "bootstrap",
			json_string(omasec_name(OMASEC_NAMES_BOOTSTRAP_HTTP, r->bootstrap)));
	}
	out_set(o, "flows", json_integer(r->flows));
	out_set(o, "hits", out_number(r->hits));
	out_set(o, "seen", rule_seen_json(&r->seen));
	if (rule_of_pushes(r))
		rule_json_datagrams(o, r);
	return o;
}

static const char *rule_hidden(const struct omasec_rule *r)
{
	switch (r->confidentiality) {
	case OMASEC_CONFIDENTIALITY_MESSAGE:
		return ", encrypted";
	case OMASEC_CONFIDENTIALITY_OBJECTS:
		return ", objects encrypted";
	case OMASEC_CONFIDENTIALITY_WHOLE:
		return ", wholly encrypted";
	default:
		return "";
	}
}

/* Where it is not the usual one. */
static const char *rule_cipher(const struct omasec_rule *r)
{
	switch (r->confidentiality ? r->content_cipher : OMASEC_CONTENT_CIPHER_AES_256_GCM) {
	case OMASEC_CONTENT_CIPHER_AES_128_GCM:
		return " with AES-128";
	case OMASEC_CONTENT_CIPHER_AES_256_CBC:
		return " with AES-256-CBC";
	case OMASEC_CONTENT_CIPHER_AES_128_CBC:
		return " with AES-128-CBC";
	default:
		return "";
	}
}

static const char *rule_objects(const struct omasec_rule *r)
{
	switch (r->object_signature) {
	case OMASEC_OBJECT_SIGNATURE_ACCEPT:
		return ", signed objects checked";
	case OMASEC_OBJECT_SIGNATURE_REQUIRE:
		return ", signed objects required";
	case OMASEC_OBJECT_SIGNATURE_SIGN:
		return ", objects signed";
	case OMASEC_OBJECT_SIGNATURE_BOTH:
		return ", objects signed both ways";
	default:
		return "";
	}
}

/* What protects the sockets of a rule, in words. */
static void rule_protection(struct out_table *table, const struct omasec_rule *r)
{
	char version[8], tls[48] = "", mac[96] = "";

	if (setting_rule_unprotected(r)) {
		out_mark_bad(table);
		out_cell(table, "UNPROTECTED%s", r->tls == OMASEC_TLS_ALLOW ? ", TLS passes" : "");
		return;
	}
	if (r->tls != OMASEC_TLS_FORBID && r->protocol == OMASEC_PROTOCOL_UDP)
		snprintf(tls, sizeof(tls), "%sDTLS or WTLS", r->tls == OMASEC_TLS_REQUIRE ? "" : " or ");
	else if (r->tls != OMASEC_TLS_FORBID)
		snprintf(tls, sizeof(tls), "%s %s or newer",
			 r->tls == OMASEC_TLS_REQUIRE ? "TLS" : " or TLS",
			 omasec_tls_version_name(r->tls_min, version));
	/* Where TLS is demanded, no other message passes. */
	if (r->tls != OMASEC_TLS_REQUIRE)
		snprintf(mac, sizeof(mac), "%s, %s%s%s%s", omasec_name(OMASEC_NAMES_INTEGRITY, r->integrity),
			 omasec_name(OMASEC_NAMES_AUTH_MODE, r->auth_mode), rule_objects(r), rule_hidden(r),
			 rule_cipher(r));
	out_cell(table, "%s%s%s%s%s%s", mac, tls,
		 r->sessionless == OMASEC_SESSIONLESS_ACCEPT ? ", sessionless" : "",
		 r->transport == OMASEC_TRANSPORT_AUTHENTICATED ? ", transport authenticates" : "",
		 r->other == OMASEC_OTHER_PASS &&
		 r->tls != OMASEC_TLS_REQUIRE ? ", other content passes" : "",
		 r->bootstrap == OMASEC_BOOTSTRAP_HTTP_FETCH ? ", fetches bootstrap" : "");
}

struct out_table *rule_table(void)
{
	return out_table_new(">ID|NAME|DIR|PORT|ADDRESS|FOR|ACCOUNT|PROTECTION|>FLOWS|>HITS");
}

static void rule_cell_datagrams(struct out_table *table, const struct omasec_rule *r)
{
	out_cell(table, "notifications%s%s%s%s%s%s",
		 r->sessionless == OMASEC_SESSIONLESS_ACCEPT ? ", sessionless" : "",
		 r->tls == OMASEC_TLS_REQUIRE ? ", only with TLS" :
		 r->tls == OMASEC_TLS_FORBID ? ", no TLS" : "",
		 r->nonce_resync ? ", resync " : "",
		 r->nonce_resync ? omasec_name(OMASEC_NAMES_NONCE_RESYNC, r->nonce_resync) : "",
		 r->notification_13 == OMASEC_NOTIFICATION_13_PASS ? ", 1.3 passes" : "",
		 r->other == OMASEC_OTHER_PASS ? ", other content passes" : "");
}

void rule_row(struct out_table *table, const struct omasec_rule *r)
{
	char ports[VALUE_PORTS_MAX], address[VALUE_PREFIX_MAX];

	value_format_ports(ports, r->port_min, r->port_max);
	value_format_prefix(address, r->family, r->prefix, r->address);
	out_cell(table, "%u", r->id);
	out_cell(table, "%s", r->name);
	out_cell(table, "%s", omasec_name(OMASEC_NAMES_DIRECTION, r->direction));
	out_cell(table, "%s%s%s", ports, r->protocol == OMASEC_PROTOCOL_UDP ? "/udp" :
		 r->binding == OMASEC_BINDING_OBEX ? "/obex" : "",
		 r->binding == OMASEC_BINDING_WSP_POST ? "/wsp-post" :
		 r->binding == OMASEC_BINDING_WTP ? "/wtp" : "");
	out_cell(table, "%s", address);
	if (r->has_uid && r->has_cgroup)
		out_cell(table, "uid %u, cgroup %llu", r->uid, (unsigned long long)r->cgroup);
	else if (r->has_uid)
		out_cell(table, "uid %u", r->uid);
	else if (r->has_cgroup)
		out_cell(table, "cgroup %llu", (unsigned long long)r->cgroup);
	else
		out_cell(table, "all");
	out_cell(table, "%s", r->account[0] ? r->account : "any");
	if (rule_of_pushes(r))
		rule_cell_datagrams(table, r);
	else
		rule_protection(table, r);
	out_cell(table, "%u", r->flows);
	if (r->protocol == OMASEC_PROTOCOL_UDP)
		out_cell(table, "%llu (%llu right, %llu passed, %llu refused)",
			 (unsigned long long)r->hits, (unsigned long long)r->seen.rx_mac,
			 (unsigned long long)r->seen.passed, (unsigned long long)r->seen.refused);
	else
		out_cell(table, "%llu", (unsigned long long)r->hits);
}

struct list {
	json_t *array;
	struct out_table *table;
};

static int list_one(void *arg, const struct omasec_rule *r)
{
	struct list *l = arg;

	if (l->array)
		return json_array_append_new(l->array, rule_json(r)) ? -ENOMEM : 0;
	rule_row(l->table, r);
	return 0;
}

int cmd_rule_list(struct tool *t, int argc, char **argv)
{
	struct list l = { 0 };
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	if (rc)
		return rc;
	if (t->json)
		l.array = json_array();
	else
		l.table = rule_table();
	if (!l.array && !l.table)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	rc = omasec_rule_each(t->o, list_one, &l);
	if (rc) {
		json_decref(l.array);
		out_table_free(l.table);
		return tool_refused(t, rc);
	}
	if (l.array)
		return out_json(t, "rules", l.array);
	out_table_end(t, l.table, 0, "No rules: no socket is protected.");
	return out_finish(t);
}

/* ------------------------------------------------------------------ changing */

int cmd_rule_add(struct tool *t, int argc, char **argv)
{
	struct pairs_faults faults = { t, &setting_rule, 0 };
	struct live_result live;
	char why[RESOLVE_WHY_MAX];
	struct rule_conf c;
	uint32_t id = 0;
	int rc, key = 0;

	setting_rule_init(&c);
	/* The name is the odd word. */
	rc = argc % 2 ? pairs_name(t, argc, argv, c.r.name) : 0;
	if (!rc && c.r.name[0] && !c.r.name[strspn(c.r.name, "0123456789")])
		rc = tool_error(t, EXIT_USAGE, "%s: expected a name that is not a number", c.r.name);
	if (!rc)
		rc = pairs_read(t, &setting_rule, &c, argc - argc % 2, argv + argc % 2);
	if (rc)
		goto out;
	setting_rule_default(&c);
	setting_rule_check(&c, pairs_fault, &faults);
	rc = faults.count ? EXIT_USAGE : 0;
	if (rc)
		goto out;
	rc = resolve_rule(&c, &key, why);
	if (rc) {
		rc = tool_error(t, EXIT_REFUSED, "%s: %s", setting_rule.setting[key].name, why);
		goto out;
	}
	rc = tool_connect(t);
	if (rc)
		goto out;
	rc = omasec_rule_add(t->o, &c.r, &id);
	/* What is open already; complains itself, and the rule is in force. */
	rc = rc ? tool_refused(t, rc) : live_attach(t, &live);
	if (!rc && t->json)
		rc = out_json(t, "id", json_integer(id));
	else if (!rc)
		live_print(&live);
out:
	setting_rule_free(&c);
	return rc;
}

int cmd_rule_del(struct tool *t, int argc, char **argv)
{
	uint64_t id = 0;
	int rc = 0;

	if (argc != 1)
		rc = tool_usage(t, argc ? "expected one rule" : "the number or name of the rule is missing");
	if (!rc)
		rc = tool_connect(t);
	if (rc)
		return rc;
	value_u64(argv[0], 1, UINT32_MAX, &id);
	rc = omasec_rule_del(t->o, (uint32_t)id, argv[0]);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s: %s", argv[0], omasec_error(t->o));
	return EXIT_DONE;
}
