// SPDX-License-Identifier: GPL-2.0
/*
 * Failing allocations: the kernel's failslab and fail_page_alloc, by position in a
 * task (fail-nth) or, for whoever is marked (make-it-fail), from some amount on.
 */
#include <dirent.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fail.h"

#define DEBUGFS "/sys/kernel/debug/"

static int self_nth = -1, self_mark = -1;
static int worker_nth[64], worker_mark[64], workers;
bool injected;
enum walk_mode mode_now;

static void put(int fd, unsigned int value)
{
	char text[16];
	int len = sprintf(text, "%u", value);

	if (pwrite(fd, text, len, 0) != len && errno != ESRCH)
		perror("not ok write to /proc"), exit(1);
}

static unsigned int number(int fd)
{
	char text[16] = "";

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? strtoul(text, NULL, 10) : 1;
}

static void set(const char *file, const char *value)
{
	static const char *const kinds[] = { "failslab/", "fail_page_alloc/" };
	char path[128];
	size_t i;
	int fd;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), DEBUGFS "%s%s", kinds[i], file);
		fd = open(path, O_WRONLY);
		if (fd < 0 && i && errno == ENOENT)
			continue;
		if (fd < 0 || write(fd, value, strlen(value)) < 0)
			printf("not ok %s: %s\n", path, strerror(errno)), exit(1);
		close(fd);
	}
}

static int proc_open(const char *pid, const char *file)
{
	char path[600];

	snprintf(path, sizeof(path), "/proc/%s/task/%s/%s", pid, pid, file);
	return open(path, O_RDWR | O_CLOEXEC);
}

void inject_init(void)
{
	char pid[16];
	int fd;

	set("probability", "0");
	set("interval", "1");
	set("times", "-1");
	set("space", "0");
	set("verbose", "0");
	set("task-filter", "Y");
	set("ignore-gfp-wait", "N");
	fd = open(DEBUGFS "fail_page_alloc/min-order", O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		printf("not ok min-order\n"), exit(1);
	close(fd);
	snprintf(pid, sizeof(pid), "%ld", (long)syscall(SYS_gettid));
	self_nth = proc_open(pid, "fail-nth");
	snprintf(pid, sizeof(pid), "%d", getpid());
	self_mark = proc_open(pid, "make-it-fail");
	if (self_nth < 0 || self_mark < 0)
		printf("not ok this kernel has no fault injection\n"), exit(1);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		perror("not ok mlockall"), exit(1);
}

/* Unbound workers and our queue's rescuer: one of them will run the flow. */
static void workers_find(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	while (workers)
		close(worker_nth[--workers]), close(worker_mark[workers]);
	while (d && (e = readdir(d)) && workers < 64) {
		char path[300], comm[32] = "";
		int fd;

		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		if (read(fd, comm, sizeof(comm) - 1) > 0 &&
		    (!strncmp(comm, "kworker/u", 9) || !strcmp(comm, "omasec\n"))) {
			worker_nth[workers] = proc_open(e->d_name, "fail-nth");
			worker_mark[workers] = proc_open(e->d_name, "make-it-fail");
			if (worker_nth[workers] >= 0 && worker_mark[workers] >= 0)
				workers++;
		}
		close(fd);
	}
	if (d)
		closedir(d);
}

/* In front of kernel threads: what the flow has to do is done in our own calls. */
void real_time(bool on)
{
	struct sched_param p = { .sched_priority = on ? 10 : 0 };

	if (sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &p))
		perror("not ok sched_setscheduler"), exit(1);
}

void arm(enum walk_mode mode, unsigned int n)
{
	char space[16];
	int i;

	if (mode != NTH)
		workers_find();
	if (mode == NTH) {
		put(self_nth, n);
	} else if (mode == WORKERS) {
		for (i = 0; i < workers; i++)
			put(worker_nth[i], n);
	} else {
		/* The other kind never fails: its budget is out of reach. */
		set("space", "2000000000");
		snprintf(space, sizeof(space), "%u", mode == FROM_SLAB ? n * 512 : n);
		i = open(mode == FROM_SLAB ? DEBUGFS "failslab/space" :
					     DEBUGFS "fail_page_alloc/space", O_WRONLY);
		if (i < 0 || write(i, space, strlen(space)) < 0)
			perror("not ok space"), exit(1);
		close(i);
		for (i = 0; i < workers; i++)
			put(worker_mark[i], 1);
		set("times", "100000");
		set("probability", "100");
		put(self_mark, 1);
	}
}

void mark(bool on)
{
	if (mode_now == FROM_SLAB || mode_now == FROM_PAGE)
		put(self_mark, on);
}

/* What is left of "times" tells whether something failed. */
static bool times_used(void)
{
	static const char *const files[] = {
		DEBUGFS "failslab/times", DEBUGFS "fail_page_alloc/times",
	};
	bool used = false;
	size_t i;

	for (i = 0; i < 2; i++) {
		int fd = open(files[i], O_RDONLY);
		char text[16] = "";

		/* These cannot be read from a place. */
		if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
			printf("not ok %s: %s\n", files[i], strerror(errno)), exit(1);
		used |= strcmp(text, "100000\n");
		close(fd);
	}
	return used;
}

bool disarm(enum walk_mode mode)
{
	bool hit = false;
	int i;

	if (mode == NTH) {
		hit = !number(self_nth);
		put(self_nth, 0);
	} else if (mode == WORKERS) {
		for (i = 0; i < workers; i++) {
			hit |= !number(worker_nth[i]);
			put(worker_nth[i], 0);
		}
	} else {
		put(self_mark, 0);
		for (i = 0; i < workers; i++)
			put(worker_mark[i], 0);
		set("probability", "0");
		hit = times_used();
		set("times", "-1");
	}
	return hit;
}

long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
