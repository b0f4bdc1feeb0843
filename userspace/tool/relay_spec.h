/* SPDX-License-Identifier: GPL-2.0 */
/* Which streams omasec obex-relay is to use, as they are written. Pure. */
#ifndef TOOL_RELAY_SPEC_H
#define TOOL_RELAY_SPEC_H

#include <stdbool.h>

#define RELAY_PATH_MAX 108	/* of a UNIX socket, with its end */

enum relay_kind {
	RELAY_STDIO,		/* standard input and output */
	RELAY_FD,		/* a descriptor that was inherited */
	RELAY_SYSTEMD,		/* one of the service manager, by its name */
	RELAY_LISTEN,		/* a UNIX socket, for one connection */
	RELAY_CONNECT,
	RELAY_TTY,
};

/**
 * struct relay_spec - a stream as it is written: -, fd:N, systemd:NAME, listen:PATH, ...
 * @fd: RELAY_FD: its number
 * @name: path, or name of the descriptor
 */
struct relay_spec {
	enum relay_kind kind;
	int fd;
	char name[RELAY_PATH_MAX];
};

/* The forms, for completion; NULL after the last. */
const char *relay_spec_form(unsigned int i);
/* 0 or -EINVAL. */
int relay_spec_parse(const char *text, struct relay_spec *spec);
/* Both would be the same descriptors, or the same path. */
bool relay_spec_same(const struct relay_spec *a, const struct relay_spec *b);

/**
 * struct relay_passed - what a service manager says of the descriptors it passes
 * @pid, @fds, @names: LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, NULL where not set
 */
struct relay_passed {
	const char *pid, *fds, *names;
};

/*
 * The descriptor that has @name, for the process @self. -ENOENT: there is none;
 * -ESRCH: none at all were passed to this process; -EEXIST: several have the name.
 */
int relay_spec_passed(const struct relay_passed *passed, long self, const char *name);

#endif
