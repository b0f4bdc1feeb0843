// SPDX-License-Identifier: GPL-2.0
/* The live screen on a terminal, and what keeps it so. See monitor.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "event_text.h"
#include "monitor.h"

#define ALTERNATE "\033[?1049h\033[?25l"
#define ORDINARY "\033[?25h\033[?1049l"
/* However many events come, it is not drawn more often. */
#define DRAW_MS 100
#define EVENTS_AT_ONCE 1000

static volatile sig_atomic_t screen_stop;

static void screen_on_signal(int sig)
{
	if (sig != SIGWINCH)
		screen_stop = sig;
}

bool monitor_has_screen(const struct tool *t)
{
	const char *term = getenv("TERM");

	return !t->json && !(t->given & OPT_COUNT) && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term &&
	       *term && strcmp(term, "dumb");
}

/* ------------------------------------------------------------------ what is new */

static int totals_add(void *arg, const struct omasec_counter *c)
{
	struct monitor_totals *sum = arg;

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

int monitor_totals_get(struct omasec *o, struct monitor_totals *totals)
{
	memset(totals, 0, sizeof(*totals));
	return omasec_stats_each(o, totals_add, totals);
}

static int keep_flow(void *arg, const struct omasec_flow *f)
{
	monitor_flow_add(arg, f);
	return 0;
}

/* @since: when it was looked last, 0 for never. 0 or a negative errno. */
static int look(struct omasec *o, struct monitor *m, int64_t since)
{
	struct timespec ts;
	int rc;

	m->before = m->now;
	m->elapsed_ms = since ? (uint32_t)(clock_now_ms() - since) : 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	event_text_time((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec, m->time);
	rc = monitor_totals_get(o, &m->now);
	if (!rc)
		rc = omasec_status_get(o, &m->status);
	if (rc)
		return rc;
	m->flows = 0;
	m->connections = 0;
	rc = omasec_flow_each(o, keep_flow, m);
	/* They come and go too fast: what was read is shown. */
	return rc == -EINTR ? 0 : rc;
}

/* Takes the events that wait, but not for ever where they never end. 1 for some, 0 for none, or a negative errno. */
static int take_events(struct omasec *o, struct monitor *m)
{
	struct omasec_event e;
	int rc, any = 0, n;

	for (n = 0; n < EVENTS_AT_ONCE && (rc = omasec_events_read(o, &e)); n++) {
		if (rc < 0 && rc != -ENOBUFS)
			return rc;
		if (rc == -ENOBUFS)
			m->lost++;
		else
			monitor_event_add(m, &e);
		any = 1;
	}
	return any;
}

static void draw(struct tool *t, struct monitor *m)
{
	struct winsize w = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
	m->rows = w.ws_row ? w.ws_row : 24;
	m->cols = w.ws_col ? w.ws_col : 80;
	m->colour = t->colour;
	monitor_draw(stdout, m);
	fflush(stdout);
}

/* ------------------------------------------------------------------ until it ends */

/* The keys that are typed: whether q is among them, or there will be no more. */
static bool keys_quit(void)
{
	char key[16];
	ssize_t n = read(STDIN_FILENO, key, sizeof(key));

	return !n || (n < 0 && errno != EAGAIN && errno != EINTR) ||
	       (n > 0 && (memchr(key, 'q', (size_t)n) || memchr(key, 'Q', (size_t)n)));
}

/* 0 or a negative errno of libomasec. */
static int screen_loop(struct tool *t, struct monitor *m, uint32_t interval, const sigset_t *old)
{
	int64_t end = t->given & OPT_TIMEOUT ? clock_now_ms() + t->timeout_ms : -1;
	int64_t looked = 0, drawn = 0, tick = 0, now;
	bool changed = true;
	int rc = 0;

	while (rc >= 0 && !screen_stop) {
		struct pollfd pfd[2] = {
			{ .fd = omasec_events_fd(t->o), .events = POLLIN },
			{ .fd = STDIN_FILENO, .events = POLLIN },
		};
		struct timespec ts;
		int ms;

		now = clock_now_ms();
		if (now >= tick) {
			rc = look(t->o, m, looked);
			if (rc)
				return rc;
			looked = now;
			tick = now + interval;
			changed = true;
		}
		if (changed && now - drawn >= DRAW_MS) {
			draw(t, m);
			drawn = now;
			changed = false;
		}
		if (end >= 0 && now >= end)
			break;
		ms = clock_wait_ms(end, changed && drawn + DRAW_MS < tick ? drawn + DRAW_MS : tick);
		ts = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
		if (ppoll(pfd, 2, &ts, old) < 0) {
			if (errno != EINTR)
				return -errno;
			changed = true;	/* another size */
			continue;
		}
		if (pfd[1].revents && keys_quit())
			break;
		rc = take_events(t->o, m);
		changed = changed || rc > 0;
	}
	return rc < 0 ? rc : 0;
}

int monitor_screen(struct tool *t, uint32_t interval)
{
	/* No SA_RESTART, and blocked but in ppoll(): none is missed. */
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };
	struct sigaction sa = { .sa_handler = screen_on_signal };
	struct termios was, raw;
	struct monitor *m;
	sigset_t block, old;
	size_t i;
	int rc;

	rc = omasec_events_open(t->o);
	if (rc)
		return tool_refused(t, rc);
	m = calloc(1, sizeof(*m));
	if (!m)
		return tool_error(t, EXIT_REFUSED, "out of memory");
	sigemptyset(&block);
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		sigaddset(&block, sigs[i]);
		sigaction(sigs[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &block, &old);
	if (tcgetattr(STDIN_FILENO, &was)) {
		free(m);
		return tool_error(t, EXIT_REFUSED, "the terminal: %s", strerror(errno));
	}
	raw = was;
	raw.c_lflag &= (tcflag_t)~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;	/* nobody would clear the screen up */
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs(ALTERNATE, stdout);
	rc = screen_loop(t, m, interval, &old);
	fputs(ORDINARY, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &was);
	free(m);
	return rc ? tool_refused(t, rc) : out_finish(t);
}
