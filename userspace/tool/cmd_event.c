// SPDX-License-Identifier: GPL-2.0
/*
 * omasec event and omasec monitor: what happens, as it happens. See
 * omasec-event(8). Texts of an event may come from the network and are made safe
 * before they are printed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "tls_text.h"
#include "value.h"

static volatile sig_atomic_t event_stop;

static void event_on_signal(int sig)
{
	event_stop = sig;
}

static int64_t event_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------ printing */

/* RFC 3339 in UTC, with milliseconds. */
static void event_time(uint64_t ns, char out[40])
{
	time_t s = (time_t)(ns / 1000000000u);
	struct tm tm;
	size_t n = gmtime_r(&s, &tm) ? strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm) : 0;

	snprintf(out + n, 40 - n, ".%03uZ", (unsigned int)(ns / 1000000u % 1000u));
}

static json_t *event_json(const struct omasec_event *e)
{
	char text[VALUE_ENDPOINT_MAX];
	json_t *o = json_object();

	event_time(e->time_ns, text);
	out_set(o, "time", json_string(text));
	out_set(o, "time-ns", out_number(e->time_ns));
	out_set(o, "kind", json_string(omasec_name(OMASEC_NAMES_EVENT_KIND, e->kind)));
	if (e->reason) {
		out_set(o, "reason", json_string(omasec_reason_name(e->reason)));
		out_set(o, "means", json_string(omasec_reason_text(e->reason)));
		out_set(o, "advice", json_string(omasec_reason_advice(e->reason)));
	}
	if (e->error)
		out_set(o, "errno", json_integer(e->error));
	if (e->flow)
		out_set(o, "flow", out_number(e->flow));
	if (e->family) {
		value_format_endpoint(text, e->family, e->local, e->local_port);
		out_set(o, "local", json_string(text));
		value_format_endpoint(text, e->family, e->peer, e->peer_port);
		out_set(o, "peer", json_string(text));
	}
	if (e->has_direction)
		out_set(o, "direction", json_string(omasec_name(OMASEC_NAMES_DIRECTION, e->direction)));
	if (e->has_path)
		out_set(o, "path", json_string(omasec_name(OMASEC_NAMES_PATH, e->path)));
	if (e->has_message)
		out_set(o, "message", json_string(omasec_name(OMASEC_NAMES_MESSAGE_KIND, e->message)));
	if (e->has_uid)
		out_set(o, "uid", json_integer(e->uid));
	if (e->rule)
		out_set(o, "rule", json_integer(e->rule));
	if (e->account[0])
		out_set(o, "account", out_text(e->account));
	if (e->user[0])
		out_set(o, "user", out_text(e->user));
	if (e->cookie)
		out_set(o, "cookie", out_number(e->cookie));
	tls_json(o, e->tls_version, e->tls_suite, e->tls_name);
	if (e->wait) {
		out_set(o, "wait", json_integer(e->wait));
		out_set(o, "sec", json_string(omasec_name(OMASEC_NAMES_SEC, e->sec)));
	}
	if (e->text[0])
		out_set(o, "text", out_text(e->text));
	return o;
}

static void event_line(const struct tool *t, const struct omasec_event *e)
{
	char text[VALUE_ENDPOINT_MAX], safe[4 * OMASEC_DETAIL_MAX + 1], tls[TLS_TEXT_MAX];

	event_time(e->time_ns, text);
	printf("%s %s%s%s", text,
	       out_colour(t, e->kind == OMASEC_EVENT_KIND_REFUSED ||
			     e->kind == OMASEC_EVENT_KIND_HELPER_DOWN ? OUT_BAD : OUT_BOLD),
	       omasec_name(OMASEC_NAMES_EVENT_KIND, e->kind), out_colour(t, OUT_PLAIN));
	if (e->reason)
		printf(" %s", omasec_reason_name(e->reason));
	if (e->has_message)
		printf(" %s", omasec_name(OMASEC_NAMES_MESSAGE_KIND, e->message));
	if (e->has_path)
		printf(" %s", omasec_name(OMASEC_NAMES_PATH, e->path));
	if (e->flow)
		printf(" flow %llu", (unsigned long long)e->flow);
	if (e->family) {
		value_format_endpoint(text, e->family, e->local, e->local_port);
		printf(" local %s", text);
		value_format_endpoint(text, e->family, e->peer, e->peer_port);
		printf(" peer %s", text);
	}
	if (e->rule)
		printf(" rule %u", e->rule);
	if (e->account[0])
		printf(" account %s", value_safe(e->account, safe, sizeof(safe)));
	if (e->user[0])
		printf(" user \"%s\"", value_safe(e->user, safe, sizeof(safe)));
	if (e->has_uid)
		printf(" uid %u", e->uid);
	if (e->tls_version)
		printf(" %s", tls_text(tls, e->tls_version, e->tls_suite, e->tls_name));
	if (e->text[0])
		printf(": %s", value_safe(e->text, safe, sizeof(safe)));
	else if (e->reason)
		printf(": %s", omasec_reason_text(e->reason));
	if (e->wait)
		printf(" (%s: omasec blob pin %u)", omasec_name(OMASEC_NAMES_SEC, e->sec), e->wait);
	putchar('\n');
}

/* ------------------------------------------------------------------ counters */

/**
 * struct totals - what monitor tells of the counters
 */
struct totals {
	uint64_t rx, tx, refused, passed, responded;
};

static int totals_add(void *arg, const struct omasec_counter *c)
{
	struct totals *sum = arg;

	if (c->refusal)
		sum->refused += c->value;
	else if (!strcmp(c->name, "rx-messages"))
		sum->rx = c->value;
	else if (!strcmp(c->name, "tx-messages"))
		sum->tx = c->value;
	else if (!strcmp(c->name, "passed"))
		sum->passed = c->value;
	else if (!strcmp(c->name, "responded"))
		sum->responded = c->value;
	return 0;
}

static int monitor_stats(struct tool *t, struct totals *last, bool first)
{
	struct omasec_status st;
	struct totals now = { 0 };
	struct timespec ts;
	char time[40];
	json_t *o;
	int rc = omasec_stats_each(t->o, totals_add, &now);

	if (!rc)
		rc = omasec_status_get(t->o, &st);
	if (rc)
		return tool_refused(t, rc);
	if (!first && !memcmp(&now, last, sizeof(now)))
		return 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	event_time((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec, time);
	if (t->json) {
		o = json_object();
		out_set(o, "time", json_string(time));
		out_set(o, "rx-messages", out_number(now.rx));
		out_set(o, "tx-messages", out_number(now.tx));
		out_set(o, "refused", out_number(now.refused));
		out_set(o, "passed", out_number(now.passed));
		out_set(o, "responded", out_number(now.responded));
		out_set(o, "flows", json_integer(st.flows));
		out_set(o, "pending", json_integer(st.pending));
		rc = out_json_line(t, "stats", o);
	} else {
		printf("%s %sstats%s received %llu (+%llu) sent %llu (+%llu) refused %llu (+%llu) flows %u waiting %u\n",
		       time, out_colour(t, OUT_BOLD), out_colour(t, OUT_PLAIN),
		       (unsigned long long)now.rx, (unsigned long long)(now.rx - last->rx),
		       (unsigned long long)now.tx, (unsigned long long)(now.tx - last->tx),
		       (unsigned long long)now.refused,
		       (unsigned long long)(now.refused - last->refused), st.flows, st.pending);
		rc = out_finish(t);
	}
	*last = now;
	return rc;
}

/* ------------------------------------------------------------------ following */

/* Prints what waits. @left: how many more, UINT64_MAX without limit. Exit code. */
static int event_drain(struct tool *t, uint64_t *left)
{
	struct omasec_event e;
	int rc;

	while (*left) {
		rc = omasec_events_read(t->o, &e);
		if (rc == 0)
			return EXIT_DONE;
		if (rc == -ENOBUFS) {
			tool_error(t, 0, "%s", omasec_error(t->o));
			continue;
		}
		if (rc < 0)
			return tool_refused(t, rc);
		if (*left != UINT64_MAX)
			--*left;
		if (t->json) {
			rc = out_json_line(t, "event", event_json(&e));
		} else {
			event_line(t, &e);
			rc = out_finish(t);
		}
		if (rc)
			return rc;
	}
	return EXIT_DONE;
}

/* Milliseconds until the nearer of two times, -1 for neither. */
static int event_wait_ms(int64_t end, int64_t tick)
{
	int64_t now = event_now_ms(), next = end;

	if (tick >= 0 && (next < 0 || tick < next))
		next = tick;
	if (next < 0)
		return -1;
	if (next <= now)
		return 0;
	return next - now > 1000000 ? 1000000 : (int)(next - now);
}

/* @interval: between lines of counters, 0 for none. */
static int event_follow(struct tool *t, uint32_t interval)
{
	/* No SA_RESTART, and blocked but in ppoll(): none is missed. */
	struct sigaction sa = { .sa_handler = event_on_signal };
	int64_t end = t->given & OPT_TIMEOUT ? event_now_ms() + t->timeout_ms : -1;
	int64_t tick = interval ? event_now_ms() + interval : -1;
	uint64_t left = t->given & OPT_COUNT ? t->count : UINT64_MAX;
	struct totals last = { 0 };
	sigset_t block, old;
	int rc;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &old);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);

	rc = omasec_events_open(t->o);
	if (rc)
		return tool_refused(t, rc);
	rc = interval ? monitor_stats(t, &last, true) : 0;
	while (!rc && left && !event_stop) {
		struct pollfd pfd[2] = {
			{ .fd = omasec_events_fd(t->o), .events = POLLIN },
			/* The reader of our output went away (POLLERR). */
			{ .fd = STDOUT_FILENO },
		};
		int ms = event_wait_ms(end, tick);
		struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

		if (ppoll(pfd, 2, ms < 0 ? NULL : &ts, &old) < 0 && errno != EINTR)
			return tool_error(t, EXIT_REFUSED, "poll: %s", strerror(errno));
		rc = event_drain(t, &left);
		if (pfd[1].revents & (POLLERR | POLLNVAL))
			break;
		if (!rc && tick >= 0 && event_now_ms() >= tick) {
			rc = monitor_stats(t, &last, false);
			tick = event_now_ms() + interval;
		}
		if (end >= 0 && event_now_ms() >= end)
			break;
	}
	return rc;
}

int cmd_event(struct tool *t, int argc, char **argv)
{
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	return rc ? rc : event_follow(t, 0);
}

int cmd_monitor(struct tool *t, int argc, char **argv)
{
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	return rc ? rc : event_follow(t, t->given & OPT_INTERVAL ? t->interval_ms : 2000);
}
