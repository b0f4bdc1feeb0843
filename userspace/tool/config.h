/* SPDX-License-Identifier: GPL-2.0 */
/*
 * omasec.conf(5): text into accounts and rules. Pure: no file is opened, no name
 * looked up. All faults are reported, not only the first; with one fault nothing
 * of the file is to be used. Time is linear (sorting aside) in the text.
 */
#ifndef TOOL_CONFIG_H
#define TOOL_CONFIG_H

#include <stddef.h>

#include "setting.h"

#define CONFIG_SIZE_MAX ((size_t)64 << 20)
/* What inih reads of a line, its end included, is 200. */
#define CONFIG_LINE_MAX 190
/* Faults that are kept; more are only counted. */
#define CONFIG_ERRORS_MAX 100

/**
 * struct config_error - a fault
 * @line: 1 is the first
 * @text: "[section] key: what was expected", fit for a terminal
 */
struct config_error {
	int line;
	char *text;
};

/**
 * struct config - what a file says, in its order
 * @errors: in the order of lines
 * @error_count: faults, also those that were not kept
 */
struct config {
	struct account_conf *account;
	size_t account_count, account_cap;
	struct rule_conf *rule;
	size_t rule_count, rule_cap;
	struct config_error error[CONFIG_ERRORS_MAX];
	size_t error_count;
};

/* 0, -EINVAL with errors, or -ENOMEM. To be freed in any case. */
int config_parse(struct config *c, const char *text, size_t len);
/* Reports a fault, also of later steps. @key: index into the keys of @set, -1 for none. */
void config_fault(struct config *c, int line, const struct setting_set *set, const char *name,
		  int key, const char *text);
/* Line of a key, of the section when it was not given. */
int config_account_line(const struct account_conf *a, int key);
int config_rule_line(const struct rule_conf *r, int key);
/* By line; faults of later steps come after those of parsing. */
void config_sort_errors(struct config *c);
size_t config_errors_kept(const struct config *c);
void config_free(struct config *c);

#endif
