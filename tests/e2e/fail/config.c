// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of configuration and helper. Each round has a handle of its own:
 * what the last one left in a socket's queue does not matter to the next.
 */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "fail.h"

static struct omasec *h;
static int rc, a = -1, b = -1, listener = -1;
static int32_t key;

/* ---- configuration that other steps need ---- */

static void rule_make(struct omasec_rule *r, unsigned int port, unsigned int direction,
		      bool transparent)
{
	omasec_rule_init(r);
	snprintf(r->name, sizeof(r->name), "p%u-%u", port, direction);
	strcpy(r->account, "mgmt");
	r->direction = direction;
	r->port_min = port;
	r->port_max = port;
	r->auth_mode = transparent ? OMASEC_AUTH_MODE_TRANSPARENT : OMASEC_AUTH_MODE_STATIC;
	r->deadline_ms = 800;
}

static void cred_make(struct omasec_cred *c, const char *user)
{
	strcpy(c->user, user);
	c->key = key;
	c->nonce = (struct omasec_nonce){ .known = true, .len = 5, .data = "Nonce" };
}

static void account_make(struct omasec_account *acc, const char *name)
{
	memset(acc, 0, sizeof(*acc));
	strcpy(acc->name, name);
	strcpy(acc->server_id, "Mgmt1");
	cred_make(&acc->client, "Device1");
	cred_make(&acc->server, "Mgmt1");
}

int config_rule(unsigned int port, unsigned int direction, bool transparent)
{
	struct omasec_rule r;

	rule_make(&r, port, direction, transparent);
	return omasec_rule_add(control, &r, NULL) ? fail("rule-add: %s", omasec_error(control)) : 0;
}

int config_rule_gone(unsigned int port)
{
	char name[32];
	unsigned int d;

	for (d = 0; d < 2; d++) {
		int err;

		snprintf(name, sizeof(name), "p%u-%u", port, d);
		err = omasec_rule_del(control, 0, name);
		if (err && err != -ENOENT)
			return fail("rule-del: %s", omasec_error(control));
	}
	return 0;
}

/* A whole configuration in one transaction, whose rules are named after @mark. */
static int config_replace(struct omasec *o, bool transparent, const char *mark)
{
	struct omasec_account acc;
	struct omasec_rule r;
	int err;

	account_make(&acc, "mgmt");
	err = omasec_config_begin(o, true);
	err = err ?: omasec_account_set(o, &acc);
	rule_make(&r, PORT_OUT, OMASEC_DIRECTION_OUT, transparent);
	snprintf(r.name, sizeof(r.name), "out-%s", mark);
	err = err ?: omasec_rule_add(o, &r, NULL);
	rule_make(&r, PORT_IN, OMASEC_DIRECTION_IN, transparent);
	snprintf(r.name, sizeof(r.name), "in-%s", mark);
	err = err ?: omasec_rule_add(o, &r, NULL);
	return err ?: omasec_config_commit(o, NULL);
}

int config_load(bool transparent)
{
	if (!key)
		key = syscall(SYS_add_key, "logon", "omasec:test", "PtEdr8lBQ45IbT1bZIkrOQ==", 24,
			      KEY_SPEC_PROCESS_KEYRING);
	MUST(key > 0);
	if (config_replace(control, transparent, "first"))
		return fail("%s", omasec_error(control));
	return 0;
}

/* ---- rounds ---- */

static int begin(void)
{
	MUST(!omasec_open(&h));
	omasec_set_timeout(h, 500);	/* an answer that was lost does not come later */
	return 0;
}

static int end(int err)
{
	omasec_close(h);
	h = NULL;
	if (rc < 0 && !injected)
		return fail("%s", strerror(-rc));
	return err;
}

static int judge_plain(void) { return end(0); }

static int nothing(void *arg, const void *thing)
{
	(*(int *)arg)++;
	return !thing;
}

static int count;
static void run_status(void) { struct omasec_status st; rc = omasec_status_get(h, &st); }
static void run_stats(void) { rc = omasec_stats_each(h, (omasec_counter_fn)nothing, &count); }
static void run_accounts(void) { rc = omasec_account_each(h, (omasec_account_fn)nothing, &count); }
static void run_rules(void) { rc = omasec_rule_each(h, (omasec_rule_fn)nothing, &count); }
static void run_flows(void) { rc = omasec_flow_each(h, (omasec_flow_fn)nothing, &count); }
static void run_account(void) { struct omasec_account x; rc = omasec_account_get(h, "mgmt", &x); }
static void run_events(void) { rc = omasec_events_open(h); }
static void run_register(void) { rc = omasec_helper_register(h, "test", false); }

/* ---- a configuration: wholly the old one or wholly the new one ---- */

static char name_mark[2][16];
static unsigned int marks, rules_old, rules_new, rules_other;

static int prepare_replace(void)
{
	snprintf(name_mark[0], sizeof(name_mark[0]), "%u", ++marks);
	snprintf(name_mark[1], sizeof(name_mark[1]), "%u", ++marks);
	MUST(!config_replace(control, false, name_mark[0]));
	return begin();
}

static void run_replace(void) { rc = config_replace(h, false, name_mark[1]); }

static int rule_marked(void *arg, const struct omasec_rule *r)
{
	const char *dash = strchr(r->name, '-');

	if (arg || !dash)
		return 0;
	rules_old += !strcmp(dash + 1, name_mark[0]);
	rules_new += !strcmp(dash + 1, name_mark[1]);
	rules_other += strcmp(dash + 1, name_mark[0]) && strcmp(dash + 1, name_mark[1]);
	return 0;
}

static int judge_replace(void)
{
	struct omasec_status st;

	omasec_close(h);
	h = NULL;
	if (rc && !injected)
		return fail("%s", strerror(-rc));
	rules_old = 0;
	rules_new = 0;
	rules_other = 0;
	MUST(!omasec_rule_each(control, rule_marked, NULL));
	MUST(!omasec_status_get(control, &st));
	MUST(st.accounts == 1 && st.rules == 2 && !rules_other);
	/* The answer to the commit may be what was lost. */
	MUST((rules_new == 2 && !rules_old) || (rc && rules_old == 2 && !rules_new));
	return 0;
}

static int prepare_account(void)
{
	omasec_account_del(control, "other");
	return begin();
}

static void run_account_set(void)
{
	struct omasec_account acc;

	account_make(&acc, "other");
	rc = omasec_account_set(h, &acc);
}

static int judge_account_set(void)
{
	struct omasec_account acc;
	int there = omasec_account_get(control, "other", &acc);

	MUST(rc ? there == -ENOENT || !there : !there);
	return end(0);
}

static int prepare_account_del(void)
{
	struct omasec_account acc;

	account_make(&acc, "other");
	MUST(!omasec_account_set(control, &acc));
	return begin();
}

static void run_account_del(void) { rc = omasec_account_del(h, "other"); }

/* The account changes under a rule that names it. */
static void run_account_change(void)
{
	struct omasec_account acc;

	account_make(&acc, "mgmt");
	snprintf(acc.server_id, sizeof(acc.server_id), "Mgmt%u", ++marks);
	rc = omasec_account_set(h, &acc);
}

static int prepare_rule_add(void)
{
	if (config_rule_gone(PORT_ULP))
		return 1;
	return begin();
}

static void run_rule_add(void)
{
	struct omasec_rule r;

	rule_make(&r, PORT_ULP, OMASEC_DIRECTION_OUT, false);
	rc = omasec_rule_add(h, &r, NULL);
}

static int prepare_rule_del(void)
{
	if (prepare_rule_add())
		return 1;
	return config_rule(PORT_ULP, OMASEC_DIRECTION_OUT, false);
}

static void run_rule_del(void)
{
	char name[32];

	snprintf(name, sizeof(name), "p%u-%u", PORT_ULP, OMASEC_DIRECTION_OUT);
	rc = omasec_rule_del(h, 0, name);
}

/* ---- flows ---- */

static void pair_end(void)
{
	if (a >= 0)
		close(a);
	if (b >= 0)
		close(b);
	a = -1;
	b = -1;
}

static int pair(unsigned int port)
{
	pair_end();
	if (listener < 0)
		MUST((listener = plain_listener(port)) >= 0);
	MUST((a = dial(port)) >= 0);
	MUST((b = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0);
	MUST(is_omasec(a));
	return 0;
}

static int prepare_pair(void)
{
	if (config_rule_gone(PORT_ULP) || config_rule(PORT_ULP, OMASEC_DIRECTION_OUT, false) ||
	    pair(PORT_ULP))
		return 1;
	return begin();
}

static void run_kill(void) { rc = omasec_flow_kill_all(h); }

static int judge_pair(void)
{
	pair_end();
	return end(0);
}

static int prepare_detach(void)
{
	pair_end();
	if (listener >= 0)
		close(listener);
	listener = -1;
	return begin();
}

static void run_detach(void) { rc = omasec_flow_detach(h); }

const struct step config_steps[] = {
	{ "status", begin, run_status, judge_plain },
	{ "counters", begin, run_stats, judge_plain },
	{ "events", begin, run_events, judge_plain },
	{ "list of accounts", begin, run_accounts, judge_plain },
	{ "list of rules", begin, run_rules, judge_plain },
	{ "list of flows", prepare_pair, run_flows, judge_pair },
	{ "account", begin, run_account, judge_plain },
	{ "account-set", prepare_account, run_account_set, judge_account_set },
	{ "account-set under a rule", begin, run_account_change, judge_plain },
	{ "account-del", prepare_account_del, run_account_del, judge_plain },
	{ "rule-add", prepare_rule_add, run_rule_add, judge_plain },
	{ "rule-del", prepare_rule_del, run_rule_del, judge_plain },
	{ "replace the configuration", prepare_replace, run_replace, judge_replace },
	{ "flow-kill", prepare_pair, run_kill, judge_pair },
	{ "flow-detach", prepare_detach, run_detach, judge_plain },
	{ NULL, NULL, NULL, NULL },
};

/* ---- a message that waits for the helper ---- */

static struct omasec_message m;
static bool have;
static char text[BODY_SMALL + 300];
static size_t text_len;

static void text_make(void)
{
	size_t i;

	text_len = sprintf(text, "POST /dm HTTP/1.1\r\nHost: localhost\r\n"
			   "Content-Type: application/vnd.syncml.dm+xml\r\nContent-Length: %d\r\n\r\n", BODY_SMALL);
	for (i = 0; i < BODY_SMALL; i++)
		text[text_len++] = "0123456789abcdefghijklmnopqrstuvwxyz"[i % 36];
}

static int prepare_message(void)
{
	if (config_rule_gone(PORT_ULP) || config_rule(PORT_ULP, OMASEC_DIRECTION_OUT, true) ||
	    pair(PORT_ULP) || begin())
		return 1;
	MUST(!omasec_helper_register(h, "test", true));
	text_make();
	have = false;
	return 0;
}

static void run_message(void)
{
	rc = send(a, text, text_len, MSG_NOSIGNAL) == (ssize_t)text_len ? 0 : -errno;
}

static int verdict(bool replaced)
{
	struct omasec_decision d = {
		.cookie = m.cookie, .verdict = OMASEC_VERDICT_ACCEPT, .replaced = replaced,
		.length = replaced ? m.length : 0,
		.mac_nonce = { .known = true, .len = 5, .data = "Nonce" },
	};

	return omasec_message_verdict(h, &d);
}

static int next(void)
{
	struct pollfd p = { .fd = omasec_helper_fd(h), .events = POLLIN };
	int n;

	if (poll(&p, 1, 100) < 0)
		return -errno;
	n = omasec_helper_next(h, &m);
	have |= n == 1;
	return n < 0 ? n : n == 1 ? 0 : -EAGAIN;
}

/* Whole, or nothing and the end: the deadline has the last word. */
static int judge_wire(bool whole)
{
	bool ended;

	got.len = 0;
	drain(b, &got, wire_small.len, &ended);
	if (got.len == wire_small.len && !memcmp(got.data, wire_small.data, got.len)) {
		pair_end();
		return end(0);
	}
	if (got.len)
		return fail("the peer got %zu octets that are not the message", got.len);
	if (whole && !injected)
		return fail("nothing was sent");
	if (!ended && !gone(b))
		return fail("the peer waits");
	pair_end();
	rc = 0;
	return end(0);
}

static int judge_message(void)
{
	int err = -EAGAIN, sent = rc;
	long until = now_ms() + 1000;

	if (rc && rc != -EPIPE && rc != -ENOMEM && rc != -ENOBUFS && rc != -ECONNABORTED)
		return fail("send: %s", strerror(-rc));
	if (rc == -ENOMEM || rc == -ENOBUFS)	/* the application tries again */
		run_message();
	while (err == -EAGAIN && now_ms() < until)
		err = next();
	if (!err)
		err = verdict(false);
	return judge_wire(!err && !sent);
}

static int prepare_commands(void)
{
	if (prepare_message())
		return 1;
	run_message();
	MUST(!rc);
	return 0;
}

static void run_commands(void)
{
	uint8_t *body = NULL;

	rc = next();
	rc = rc ?: omasec_message_get(h, &m, &body);
	rc = rc ?: omasec_message_put(h, m.cookie, body, m.length);
	rc = rc ?: verdict(true);
	free(body);
}

static int judge_commands(void)
{
	if (rc && !injected)
		return fail("%s", omasec_error(h));
	return judge_wire(!rc);
}

const struct step helper_steps[] = {
	{ "helper-register", begin, run_register, judge_plain },
	{ "a message for the helper", prepare_message, run_message, judge_message },
	{ "the helper's commands", prepare_commands, run_commands, judge_commands },
	{ NULL, NULL, NULL, NULL },
};
