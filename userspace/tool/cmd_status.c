// SPDX-License-Identifier: GPL-2.0
/*
 * omasec status, and omasec alone: one screen that says what is protected, by
 * what, and what is wrong. Exit code 1 when something is wrong.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "kernel_key.h"
#include "live.h"
#include "out.h"
#include "rules.h"

/* More problems of one kind than this are only counted. */
#define PROBLEMS_MAX 20

/**
 * struct screen - what status gathers before it prints
 * @problems: array of {id, text, advice}
 * @rule_count: rules that were read
 * @refused: messages refused since the module was loaded
 * @datagrams: selected by rules, @notifications of them right
 * @denied: commands, by Access Control Lists
 */
struct screen {
	const struct tool *t;
	struct omasec_status st;
	json_t *problems, *rules;
	struct out_table *table;
	unsigned int rule_count, bad_accounts;
	uint64_t refused, rx, tx, datagrams, notifications, denied;
};

static void problem(struct screen *s, const char *id, const char *advice, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static void problem(struct screen *s, const char *id, const char *advice, const char *fmt, ...)
{
	json_t *o = json_object();
	char text[640];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_set(o, "id", json_string(id));
	out_set(o, "text", out_text(text));
	out_set(o, "advice", out_text(advice));
	json_array_append_new(s->problems, o);
}

/* ------------------------------------------------------------------ gathering */

static int see_rule(void *arg, const struct omasec_rule *r)
{
	struct screen *s = arg;

	s->rule_count++;
	if (s->rules)
		return json_array_append_new(s->rules, rule_json(r)) ? -ENOMEM : 0;
	rule_row(s->table, r);
	return 0;
}

static void see_key(struct screen *s, const struct omasec_account *a, const char *who, int32_t key, int state)
{
	char advice[200];

	if (key && !state)
		return;
	if (s->bad_accounts++ >= PROBLEMS_MAX)
		return;
	snprintf(advice, sizeof(advice), "omasec key add %s %s, then omasec account set or omasec apply",
		 a->name, who);
	problem(s, "key", advice, "account %s: the %s key is %s; messages that need it are refused",
		a->name, who, account_key_text(key, state));
}

/* Not every account has one of these. */
static void see_secret(struct screen *s, const struct omasec_account *a, const char *who,
		       const struct omasec_secret *secret)
{
	if (secret->key)
		see_key(s, a, who, secret->key, secret->key_state);
}

static void see_blocked(struct screen *s, const struct omasec_account *a)
{
	if (a->decryption_blocked && s->bad_accounts++ < PROBLEMS_MAX)
		problem(s, "decryption", "omasec event; it ends by itself",
			"account %s: 16 messages could not be decrypted within an hour: none is for %u seconds",
			a->name, a->decryption_blocked);
}

static int see_account(void *arg, const struct omasec_account *a)
{
	see_key(arg, a, "client", a->client.key, a->client.key_state);
	see_key(arg, a, "server", a->server.key, a->server.key_state);
	see_secret(arg, a, "netw", &a->netw);
	see_secret(arg, a, "pin", &a->pin);
	see_secret(arg, a, "sign", &a->sign);
	see_secret(arg, a, "wrap", &a->wrap);
	see_secret(arg, a, "legacy-wrap", &a->legacy_wrap);
	see_blocked(arg, a);
	return 0;
}

static int see_counter(void *arg, const struct omasec_counter *c)
{
	struct screen *s = arg;

	if (c->refusal)
		s->refused += c->value;
	else if (!strcmp(c->name, "rx-messages"))
		s->rx = c->value;
	else if (!strcmp(c->name, "tx-messages"))
		s->tx = c->value;
	else if (!strcmp(c->name, "datagrams"))
		s->datagrams = c->value;
	else if (!strcmp(c->name, "notifications"))
		s->notifications = c->value;
	else if (!strcmp(c->name, "acl-denied"))
		s->denied = c->value;
	return 0;
}

/* Listeners that are older than their rule, or that were missed: blocked. */
static int see_listeners(struct tool *t, struct screen *s)
{
	char text[LIVE_TEXT_MAX];
	struct live_list l;
	int rc = live_find(t, false, &l);
	size_t i;

	for (i = 0; !rc && i < l.count && i < PROBLEMS_MAX; i++) {
		live_text(&l, &l.socket[i], text);
		problem(s, "listener", "omasec flow attach, or restart the program",
			"%s, but it is not protected: its connections are refused", text);
	}
	if (!rc && l.count > PROBLEMS_MAX)
		problem(s, "listener", "omasec flow attach", "%zu more listeners are not protected",
			l.count - PROBLEMS_MAX);
	live_free(&l);
	return rc;
}

static int gather(struct tool *t, struct screen *s)
{
	int rc = omasec_status_get(t->o, &s->st);

	if (!rc)
		rc = omasec_rule_each(t->o, see_rule, s);
	if (!rc)
		rc = omasec_account_each(t->o, see_account, s);
	if (!rc)
		rc = omasec_stats_each(t->o, see_counter, s);
	if (!rc)
		rc = see_listeners(t, s);
	if (rc)
		return rc;
	if (s->st.abi != OMASEC_ABI)
		problem(s, "abi", "install tool and module of the same version",
			"the module speaks version %u of the netlink contract, this tool %u", s->st.abi,
			OMASEC_ABI);
	if (s->st.needs_helper && !s->st.helper)
		problem(s, "helper", "start omasecd (systemctl start omasecd)",
			"no helper is registered, and some rule cannot work without: its messages are refused");
	if (!s->st.md5_driver[0] && s->rule_count)
		problem(s, "md5", "boot without fips=1, or load the module md5",
			"the kernel has no MD5: no MAC can be computed");
	if (s->bad_accounts > PROBLEMS_MAX)
		problem(s, "key", "omasec account list", "%u more keys are not usable",
			s->bad_accounts - PROBLEMS_MAX);
	if (s->st.memory_max && s->st.memory > s->st.memory_max / 10 * 9)
		problem(s, "memory", "omasec flow list; the helper may be too slow",
			"%llu of %llu octets for messages are in use",
			(unsigned long long)s->st.memory, (unsigned long long)s->st.memory_max);
	return 0;
}

/* ------------------------------------------------------------------ printing */

static int print_json(struct tool *t, struct screen *s)
{
	json_t *o = out_object(), *st = json_object();

	out_set(st, "module", out_text(s->st.version));
	out_set(st, "abi", json_integer(s->st.abi));
	if (s->st.helper) {
		out_set(st, "helper", json_integer(s->st.helper));
		out_set(st, "helper-version", out_text(s->st.helper_version));
	}
	out_set(st, "needs-helper", json_boolean(s->st.needs_helper));
	out_set(st, "accounts", json_integer(s->st.accounts));
	out_set(st, "rules", json_integer(s->st.rules));
	out_set(st, "flows", json_integer(s->st.flows));
	out_set(st, "listeners", json_integer(s->st.listeners));
	out_set(st, "pending", json_integer(s->st.pending));
	out_set(st, "waiting", json_integer(s->st.waiting));
	out_set(st, "memory", out_number(s->st.memory));
	out_set(st, "memory-max", out_number(s->st.memory_max));
	out_set(st, "md5-driver", out_text(s->st.md5_driver));
	out_set(st, "sha256-driver", out_text(s->st.sha256_driver));
	out_set(st, "sha384-driver", out_text(s->st.sha384_driver));
	out_set(st, "sha512-driver", out_text(s->st.sha512_driver));
	out_set(st, "aes-driver", out_text(s->st.aes_driver));
	out_set(st, "gcm-driver", out_text(s->st.gcm_driver));
	out_set(st, "cbc-driver", out_text(s->st.cbc_driver));
	out_set(st, "private-keys", json_string(kernel_key_possible() ? "kernel" : "helper"));
	out_set(st, "generation", json_integer(s->st.generation));
	out_set(st, "rx-messages", out_number(s->rx));
	out_set(st, "tx-messages", out_number(s->tx));
	out_set(st, "refused", out_number(s->refused));
	out_set(st, "datagrams", out_number(s->datagrams));
	out_set(st, "notifications", out_number(s->notifications));
	out_set(st, "acl-denied", out_number(s->denied));
	out_set(o, "loaded", json_true());
	out_set(o, "status", st);
	out_set(o, "rules", s->rules);
	out_set(o, "problems", s->problems);
	s->rules = NULL;
	s->problems = NULL;
	return out_json_object(t, o);
}

static void print_problems(const struct tool *t, const json_t *problems)
{
	const json_t *p;
	size_t i;

	if (!json_array_size(problems)) {
		printf("\n%sNothing is wrong.%s\n", out_colour(t, OUT_GOOD), out_colour(t, OUT_PLAIN));
		return;
	}
	printf("\n%sWrong%s\n", out_colour(t, OUT_BOLD), out_colour(t, OUT_PLAIN));
	json_array_foreach(problems, i, p)
		printf("  %s!%s %s\n    %s\n", out_colour(t, OUT_BAD), out_colour(t, OUT_PLAIN),
		       json_string_value(json_object_get(p, "text")),
		       json_string_value(json_object_get(p, "advice")));
}

/* Which driver of the kernel serves what: with a crypto engine, that of the engine. */
static void print_drivers(const struct omasec_status *st)
{
	const struct {
		const char *algorithm, *driver;
	} of[] = {
		{ "MD5", st->md5_driver }, { "HMAC-SHA256", st->sha256_driver },
		{ "AES", st->aes_driver }, { "AES-GCM", st->gcm_driver },
	};
	char safe[4 * OMASEC_TYPE_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		printf("%s%s by %s", i ? ", " : "", of[i].algorithm,
		       of[i].driver[0] ? value_safe(of[i].driver, safe, sizeof(safe)) : "nobody");
	printf(", RSA private keys %s\n", kernel_key_possible() ? "in the kernel" : "in files of omasecd");
}

static int print_text(struct tool *t, struct screen *s)
{
	const char *bold = out_colour(t, OUT_BOLD), *plain = out_colour(t, OUT_PLAIN);
	char safe[4 * OMASEC_VERSION_MAX + 1];

	printf("%somasec%s module %s, ", bold, plain, value_safe(s->st.version, safe, sizeof(safe)));
	if (s->st.helper)
		printf("helper %s (port %u)", value_safe(s->st.helper_version, safe, sizeof(safe)),
		       s->st.helper);
	else
		printf("%s%s%s", out_colour(t, s->st.needs_helper ? OUT_BAD : OUT_PLAIN), "no helper", plain);
	printf(", %u account%s, %u rule%s\n", s->st.accounts, s->st.accounts == 1 ? "" : "s",
	       s->st.rules, s->st.rules == 1 ? "" : "s");
	printf("%u flow%s, %u listener%s, %u message%s waiting, %llu received, %llu sent, %s%llu refused%s\n",
	       s->st.flows, s->st.flows == 1 ? "" : "s", s->st.listeners,
	       s->st.listeners == 1 ? "" : "s", s->st.pending, s->st.pending == 1 ? "" : "s",
	       (unsigned long long)s->rx, (unsigned long long)s->tx,
	       out_colour(t, s->refused ? OUT_WARN : OUT_PLAIN), (unsigned long long)s->refused, plain);
	if (s->datagrams)
		printf("%llu datagram%s, %llu notification%s right and delivered\n",
		       (unsigned long long)s->datagrams, s->datagrams == 1 ? "" : "s",
		       (unsigned long long)s->notifications, s->notifications == 1 ? "" : "s");
	if (s->denied)
		printf("%llu command%s denied by Access Control Lists: omasec acl audit\n",
		       (unsigned long long)s->denied, s->denied == 1 ? "" : "s");
	if (s->st.waiting)
		printf("%u bootstrap message%s for a PIN: omasec blob waiting\n", s->st.waiting,
		       s->st.waiting == 1 ? " waits" : "s wait");
	print_drivers(&s->st);
	printf("\n%sProtected%s\n", bold, plain);
	out_table_end(t, s->table, 2, "Nothing: there are no rules (omasec apply FILE).");
	s->table = NULL;
	print_problems(t, s->problems);
	return out_finish(t);
}

static int no_module(struct tool *t, int err)
{
	json_t *o;

	if (!t->json)
		return tool_refused(t, err);
	o = out_object();
	out_set(o, "loaded", json_false());
	out_set(o, "error", out_text(omasec_error(t->o)));
	return out_json_object(t, o) ? EXIT_REFUSED : tool_exit_code(err);
}

int cmd_status(struct tool *t, int argc, char **argv)
{
	struct screen s = { .t = t };
	bool wrong;
	int rc;

	if (argc)
		return tool_usage(t, "%s: nothing is expected here", argv[0]);
	rc = omasec_open(&t->o);
	if (rc)
		return no_module(t, rc);
	s.problems = json_array();
	if (t->json)
		s.rules = json_array();
	else
		s.table = rule_table();
	rc = s.problems && (s.rules || s.table) ? gather(t, &s) : -ENOMEM;
	if (rc == -ENOMEM) {
		rc = tool_error(t, EXIT_REFUSED, "out of memory");
	} else if (rc) {
		rc = no_module(t, rc);
	} else {
		wrong = json_array_size(s.problems);
		rc = t->json ? print_json(t, &s) : print_text(t, &s);
		if (!rc && wrong)
			rc = EXIT_REFUSED;
	}
	json_decref(s.problems);
	json_decref(s.rules);
	out_table_free(s.table);
	return rc;
}
