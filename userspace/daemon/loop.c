// SPDX-License-Identifier: GPL-2.0
/*
 * The event loop, see loop.h. One poll() over all descriptors; how long it may
 * wait is what the helper says, or the service manager's watchdog.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "notify.h"

#define LOOP_STOP_MS 5000	/* for what is under way when a signal comes */

int loop_prepare(int *signal_fd)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	*signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *signal_fd < 0 ? -errno : 0;
}

static uint64_t loop_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* True to end. */
static bool loop_signal(struct helper *h, int fd)
{
	struct signalfd_siginfo si;
	bool end = false;

	while (read(fd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP)
			h->sync = true;
		else
			end = true;
	}
	return end;
}

static int loop_wait(struct helper *h, int signal_fd, uint64_t until)
{
	struct pollfd p[1 + HELPER_FDS];
	uint64_t now = loop_now();
	unsigned int n;
	int ms;

	p[0] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
	n = 1 + helper_fds(h, p + 1);
	ms = helper_timeout(h, now);
	if (until && (ms < 0 || now + (uint64_t)ms > until))
		ms = until > now ? (int)(until - now) : 0;
	if (poll(p, n, ms) < 0 && errno != EINTR)
		return -errno;
	return p[0].revents & POLLIN ? 1 : 0;
}

int loop_run(struct helper *h, int signal_fd)
{
	uint64_t beat = notify_watchdog_ms(), next = beat ? loop_now() : 0, end = 0;
	int rc;

	for (;;) {
		rc = helper_run(h, loop_now());
		if (rc)
			return rc;
		if (h->stopping && (helper_idle(h) || loop_now() >= end))
			return 0;
		if (beat && loop_now() >= next) {
			notify_send("WATCHDOG=1");
			next = loop_now() + beat;
		}
		rc = loop_wait(h, signal_fd, h->stopping ? end : next);
		if (rc < 0) {
			log_error("poll: %s", strerror(-rc));
			return rc;
		}
		if (rc && loop_signal(h, signal_fd) && !h->stopping) {
			h->stopping = true;
			end = loop_now() + LOOP_STOP_MS;
			notify_send("STOPPING=1");
			log_info("ending");
		}
	}
}
