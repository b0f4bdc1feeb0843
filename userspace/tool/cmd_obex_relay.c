// SPDX-License-Identifier: GPL-2.0
/*
 * omasec obex-relay: OBEX over what is not TCP. See omasec-obex-relay(8).
 *
 * Nothing is read from either stream before the pair is known to be protected, and
 * nothing goes from one to the other but through it.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "pairs.h"
#include "relay_pair.h"
#include "relay_pump.h"
#include "value.h"

#define LINGER_MS 30000

/**
 * struct relay - a run of the command
 * @signals: descriptor from which SIGTERM and SIGINT are read
 */
struct relay {
	struct relay_conf conf;
	struct omasec_rule rule;
	struct relay_stream app, carrier, protected, other;
	struct relay_pair pair;
	int signals;
};

/* ------------------------------------------------------------------ what is asked for */

static int relay_words(struct tool *t, struct relay *r, int argc, char **argv)
{
	struct pairs_faults faults = { t, &setting_relay, 0 };
	int rc = pairs_read(t, &setting_relay, &r->conf, argc, argv);

	if (rc)
		return rc;
	setting_relay_check(&r->conf, pairs_fault, &faults);
	return faults.count ? EXIT_USAGE : 0;
}

static int relay_rule_found(void *arg, const struct omasec_rule *rule)
{
	struct relay *r = arg;

	if (!strcmp(rule->name, r->conf.rule))
		r->rule = *rule;
	return 0;
}

static int relay_rule(struct tool *t, struct relay *r)
{
	const struct omasec_rule *rule = &r->rule;
	int rc = omasec_rule_each(t->o, relay_rule_found, r);

	if (rc)
		return tool_refused(t, rc);
	if (!*rule->name)
		return tool_error(t, EXIT_REFUSED, "there is no rule %s (omasec rule list)", r->conf.rule);
	if (rule->protocol != OMASEC_PROTOCOL_TCP || rule->binding != OMASEC_BINDING_OBEX)
		return tool_error(t, EXIT_REFUSED, "rule %s is not for OBEX: expected protocol = tcp and binding = obex",
				  rule->name);
	if (rule->integrity == OMASEC_INTEGRITY_NONE)
		return tool_error(t, EXIT_REFUSED, "rule %s has integrity = none: there is nothing that a relay could add",
				  rule->name);
	if (rule->port_min != rule->port_max)
		return tool_error(t, EXIT_REFUSED, "rule %s is for several ports: expected one that nothing else uses",
				  rule->name);
	return 0;
}

/* ------------------------------------------------------------------ running */

static int relay_signals(struct tool *t, struct relay *r)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC);
	return r->signals < 0 ? tool_error(t, EXIT_REFUSED, "signalfd: %s", strerror(errno)) : 0;
}

/* Who speaks first comes first: the other side is not bothered before. */
static int relay_streams(struct tool *t, struct relay *r)
{
	bool out = r->rule.direction == OMASEC_DIRECTION_OUT;
	int i, rc = 0;

	for (i = 0; i < 2 && !rc; i++)
		rc = (i == 0) == out ?
			relay_stream_open(t, &r->app, "app", &r->conf.app, r->signals) :
			relay_stream_open(t, &r->carrier, "carrier", &r->conf.carrier, r->signals);
	return rc;
}

static int relay_ends(struct tool *t, struct relay *r)
{
	int rc = relay_pair_open(t, &r->rule, &r->pair);

	if (rc)
		return rc;
	rc = relay_stream_take(&r->protected, "protected", r->pair.protected, r->pair.protected);
	if (!rc)
		rc = relay_stream_take(&r->other, "other", r->pair.other, r->pair.other);
	return rc ? tool_error(t, EXIT_REFUSED, "127.0.0.1:%u: %s", r->rule.port_min, strerror(-rc)) : 0;
}

/* An exit code. What the module says counts before what a socket says. */
static int relay_over(struct tool *t, const struct relay *r, enum relay_end end, int err)
{
	uint32_t reason = relay_pair_reason(t, &r->pair);

	if (reason)
		return tool_error(t, EXIT_REFUSED, "refused, %s: %s %s", omasec_reason_name(reason),
				  omasec_reason_text(reason), omasec_reason_advice(reason));
	switch (end) {
	case RELAY_END_DONE:
	case RELAY_END_SIGNAL:
		return EXIT_DONE;
	case RELAY_END_FLOW:
		return tool_error(t, EXIT_REFUSED, "the protected connection was lost: %s", strerror(err));
	case RELAY_END_APP:
	case RELAY_END_CARRIER:
		return tool_error(t, EXIT_REFUSED, "%s: lost before all was delivered: %s",
				  end == RELAY_END_APP ? r->app.name : r->carrier.name, strerror(err));
	case RELAY_END_FAULT:
		break;
	}
	return tool_error(t, EXIT_REFUSED, "%s", strerror(err));
}

static int relay_run(struct tool *t, struct relay *r)
{
	struct relay_pump pump = {
		.app = &r->app, .protected = &r->protected, .other = &r->other, .carrier = &r->carrier,
		.signals = r->signals, .linger_ms = LINGER_MS,
	};
	enum relay_end end;
	int rc = relay_streams(t, r);

	if (!rc)
		rc = relay_ends(t, r);
	if (!rc) {
		end = relay_pump_run(&pump);
		rc = relay_over(t, r, end, pump.error);
		relay_pair_close(&r->pair, rc || end != RELAY_END_DONE);
		relay_stream_close(&r->app, !rc && end == RELAY_END_DONE);
		relay_stream_close(&r->carrier, !rc && end == RELAY_END_DONE);
	}
	return rc == -EINTR ? EXIT_DONE : rc;
}

int cmd_obex_relay(struct tool *t, int argc, char **argv)
{
	struct relay r = {
		.pair = { -1, -1 }, .app.in = -1, .carrier.in = -1, .signals = -1,
	};
	int rc = relay_words(t, &r, argc, argv);

	if (!rc)
		rc = tool_connect(t);
	if (!rc)
		rc = relay_rule(t, &r);
	if (!rc)
		rc = relay_signals(t, &r);
	if (!rc)
		rc = relay_run(t, &r);
	relay_stream_close(&r.app, false);
	relay_stream_close(&r.carrier, false);
	relay_pair_close(&r.pair, true);
	if (r.signals >= 0)
		close(r.signals);
	return rc;
}
