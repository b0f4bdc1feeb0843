/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of omasecd, see omasecd(8). */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>

#define OPTIONS_WORKERS_MAX 16

struct options {
	const char *state_dir;
	const char *worker;
	unsigned int workers;
	unsigned int recycle;
	int log_level;
	bool foreground, replace;
};

/*
 * 0: go on; 1: done (--help or --version was printed); -1: wrong, told on
 * standard error.
 */
int options_parse(struct options *o, int argc, char **argv);

#endif
