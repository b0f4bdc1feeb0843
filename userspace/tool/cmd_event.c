// SPDX-License-Identifier: GPL-2.0
/* omasec event and omasec monitor: what happens, as it happens. See omasec-event(8). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "event_text.h"
#include "monitor.h"

static volatile sig_atomic_t event_stop;

static void event_on_signal(int sig)
{
	event_stop = sig;
}

/* ------------------------------------------------------------------ counters */

static int monitor_stats(struct tool *t, struct monitor_totals *last, bool first)
{
	struct omasec_status st;
	struct monitor_totals now;
	struct timespec ts;
	char time[40];
	json_t *o;
	int rc = monitor_totals_get(t->o, &now);

	if (!rc)
		rc = omasec_status_get(t->o, &st);
	if (rc)
		return tool_refused(t, rc);
	if (!first && !memcmp(&now, last, sizeof(now)))
		return 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	event_text_time((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec, time);
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
			rc = out_json_line(t, "event", event_text_json(&e));
		} else {
			event_text_line(stdout, t, &e);
			rc = out_finish(t);
		}
		if (rc)
			return rc;
	}
	return EXIT_DONE;
}

/* @interval: between lines of counters, 0 for none. */
static int event_follow(struct tool *t, uint32_t interval)
{
	/* No SA_RESTART, and blocked but in ppoll(): none is missed. */
	struct sigaction sa = { .sa_handler = event_on_signal };
	int64_t end = t->given & OPT_TIMEOUT ? clock_now_ms() + t->timeout_ms : -1;
	int64_t tick = interval ? clock_now_ms() + interval : -1;
	uint64_t left = t->given & OPT_COUNT ? t->count : UINT64_MAX;
	struct monitor_totals last = { 0 };
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
		int ms = clock_wait_ms(end, tick);
		struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

		if (ppoll(pfd, 2, ms < 0 ? NULL : &ts, &old) < 0 && errno != EINTR)
			return tool_error(t, EXIT_REFUSED, "poll: %s", strerror(errno));
		rc = event_drain(t, &left);
		if (pfd[1].revents & (POLLERR | POLLNVAL))
			break;
		if (!rc && tick >= 0 && clock_now_ms() >= tick) {
			rc = monitor_stats(t, &last, false);
			tick = clock_now_ms() + interval;
		}
		if (end >= 0 && clock_now_ms() >= end)
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
	uint32_t interval;
	int rc = argc ? tool_usage(t, "%s: nothing is expected here", argv[0]) : tool_connect(t);

	interval = t->given & OPT_INTERVAL ? t->interval_ms : 2000;
	if (rc)
		return rc;
	return monitor_has_screen(t) ? monitor_screen(t, interval) : event_follow(t, interval);
}
