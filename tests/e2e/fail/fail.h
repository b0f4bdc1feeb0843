/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of alloc_failures share. A step of a connection's life is prepared,
 * run while the kernel fails allocations, and judged; walk() does that again and
 * again, with another allocation failing each time, until none was left to fail.
 */
#ifndef FAIL_H
#define FAIL_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <omasec.h>

#define PORT_OUT	7001	/* its connecting side is protected, its listener is plain */
#define PORT_IN		7002	/* its listening side is protected, who connects is plain */
#define PORT_ULP	7003	/* rules come and go */
#define PATIENCE_MS	8000
#define BODY		9000
#define BODY_SMALL	3000	/* fits into a netlink message without vmalloc() */
#define NTH_MAX		3000

/**
 * struct step - one step
 * @prepare: makes what @run needs; a failure here is the test's own
 * @run: the step itself, while allocations fail
 * @judge: were the rules kept? 0, or 1 after fail()
 */
struct step {
	const char *name;
	int (*prepare)(void);
	void (*run)(void);
	int (*judge)(void);
};

/**
 * enum walk_mode - which allocations fail
 * @NTH: the n-th one of this task, alone
 * @WORKERS: the n-th one of each kernel worker, alone
 * @FROM_SLAB: of task and workers, all slab objects after the first @n * 512 octets
 * @FROM_PAGE: the same of pages, after the first @n
 */
enum walk_mode { NTH, WORKERS, FROM_SLAB, FROM_PAGE };

/* The step was disturbed in this round; then it may fail, otherwise it must not. */
extern bool injected;
/* Which allocations fail in this round. */
extern enum walk_mode mode_now;
/* Why the current round is wrong. */
extern char why[256];

int fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#define MUST(cond) do { if (!(cond)) return fail("line %d: %s", __LINE__, #cond); } while (0)

/* inject.c */
void inject_init(void);
void arm(enum walk_mode mode, unsigned int n);
bool disarm(enum walk_mode mode);	/* did an allocation fail? */
void mark(bool on);		/* this task too, when amounts are counted */
void real_time(bool on);
long now_ms(void);

/* main.c */
extern struct omasec *control;
bool walk(const struct step *s, enum walk_mode mode);
int clean(void);			/* no flow, no octet held */

/* config.c */
int config_load(bool transparent);
int config_rule(unsigned int port, unsigned int direction, bool transparent);
int config_rule_gone(unsigned int port);
extern const struct step config_steps[], helper_steps[];

/* sockets.c */
struct octets {
	size_t len;
	char data[256 * 1024];
};

int plain_listener(unsigned int port);
int dial(unsigned int port);
bool gone(int fd);
void drain(int fd, struct octets *o, size_t want, bool *ended);
bool is_omasec(int fd);
int references(void);
int pool_runs_empty(void);
extern struct octets got, wire_request, wire_small, wire_response, app_request, app_response;
extern const struct step attach_steps[], message_steps[], ulp_steps[];

#endif
