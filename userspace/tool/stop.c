// SPDX-License-Identifier: GPL-2.0
/*
 * Stopping the processes that have a socket, for the moment in which it is taken
 * over. PTRACE_SEIZE and PTRACE_INTERRUPT do that unseen: a thread that sleeps in
 * accept() leaves it and begins it anew when it goes on. Only a call that does not
 * restart, such as epoll_wait(2), returns EINTR, as it does after SIGSTOP.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "live.h"

/* A thread in uninterruptible sleep does not stop; it is not waited for longer. */
#define STOP_PATIENCE_MS 2000

/**
 * struct stopped - threads that are stopped
 * @signal: that a thread was about to get when it stopped, 0 for none
 */
struct stopped {
	struct { pid_t tid; int signal; } *thread;
	size_t count, cap;
};

static bool stop_has(const struct stopped *s, pid_t tid)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->thread[i].tid == tid)
			return true;
	return false;
}

/* 1 when it has stopped, 0 when it has ended, or a negative errno. */
static int stop_wait(pid_t tid, int *sig)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	int64_t until = clock_now_ms() + STOP_PATIENCE_MS;
	int status;

	for (;;) {
		pid_t got = waitpid(tid, &status, __WALL | WNOHANG);

		if (got < 0 && errno != EINTR)
			return errno == ECHILD ? 0 : -errno;
		if (got == tid && WIFSTOPPED(status)) {
			*sig = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);
			return 1;
		}
		if (got == tid)
			return 0;
		if (clock_now_ms() > until)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
}

/* Threads of io_uring cannot be traced; the module sees those that sleep in accept(). */
static bool stop_is_worker(pid_t pid, pid_t tid)
{
	char path[64], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, tid);
	f = fopen(path, "re");
	if (f && !fgets(name, sizeof(name), f))
		name[0] = '\0';
	if (f)
		fclose(f);
	return !strncmp(name, "iou-", 4);
}

static int stop_thread(struct stopped *s, pid_t pid, pid_t tid)
{
	int sig = 0, rc;

	if (s->count == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 16;
		void *p = reallocarray(s->thread, cap, sizeof(*s->thread));

		if (!p)
			return -ENOMEM;
		s->thread = p;
		s->cap = cap;
	}
	if (ptrace(PTRACE_SEIZE, tid, 0, 0)) {
		if (errno == ESRCH || (errno == EPERM && stop_is_worker(pid, tid)))
			return 0;
		return -errno;
	}
	if (ptrace(PTRACE_INTERRUPT, tid, 0, 0))
		return errno == ESRCH ? 0 : -errno;
	rc = stop_wait(tid, &sig);
	if (rc <= 0) {
		if (rc < 0)
			ptrace(PTRACE_DETACH, tid, 0, 0);
		return rc;
	}
	s->thread[s->count].tid = tid;
	s->thread[s->count++].signal = sig;
	return 0;
}

/* All threads, and those that were made meanwhile. */
static int stop_process(struct stopped *s, pid_t pid)
{
	size_t before;
	int rc = 0;

	do {
		struct dirent *e;
		char path[64];
		DIR *d;

		before = s->count;
		snprintf(path, sizeof(path), "/proc/%d/task", pid);
		d = opendir(path);
		if (!d)
			return errno == ENOENT ? 0 : -errno;
		while (!rc && (e = readdir(d))) {
			pid_t tid = atoi(e->d_name);

			if (tid && !stop_has(s, tid))
				rc = stop_thread(s, pid, tid);
		}
		closedir(d);
	} while (!rc && s->count != before);
	return rc;
}

struct stopped *stop_holders(const struct live_holder *h, size_t count, int *err)
{
	struct stopped *s = calloc(1, sizeof(*s));
	pid_t last = getpid();
	size_t i;

	*err = s ? 0 : -ENOMEM;
	/* By process; we are not inside accept(). */
	for (i = 0; s && !*err && i < count; i++) {
		if (h[i].pid != last && h[i].pid != getpid())
			*err = stop_process(s, h[i].pid);
		last = h[i].pid;
	}
	if (s && *err) {
		stop_release(s);
		s = NULL;
	}
	return s;
}

void stop_release(struct stopped *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		ptrace(PTRACE_DETACH, s->thread[i].tid, 0, (void *)(long)s->thread[i].signal);
	free(s->thread);
	free(s);
}
