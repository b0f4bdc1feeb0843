/* SPDX-License-Identifier: GPL-2.0 */
/* "key value key value..." of the command line, by the tables of setting.h. */
#ifndef TOOL_PAIRS_H
#define TOOL_PAIRS_H

#include "setting.h"
#include "tool.h"

/*
 * Reads @argv into the structure that @set is of. 0 or an exit code, after
 * errors were printed.
 */
int pairs_read(struct tool *t, const struct setting_set *set, void *conf, int argc, char **argv);
/* For setting_report: counts and prints. @arg: struct pairs_faults. */
struct pairs_faults {
	const struct tool *t;
	const struct setting_set *set;
	unsigned int count;
};
void pairs_fault(void *arg, int key, const char *text);
/* The name that comes first. 0 or an exit code. @name: of OMASEC_NAME_MAX + 1. */
int pairs_name(struct tool *t, int argc, char **argv, char *name);
/* "client", "server", "netw"... */
int pairs_who(struct tool *t, const char *word, enum who *who);

#endif
