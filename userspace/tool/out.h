/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output: tables for people, JSON for programs. A list is built as JSON in any
 * case; the table is printed from its own cells.
 */
#ifndef TOOL_OUT_H
#define TOOL_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tool.h"

/* Number of the form of the JSON output; goes up when a reader could break. */
#define OUT_SCHEMA 1

/* Colours, "" unless wanted. */
enum out_colour { OUT_PLAIN, OUT_BOLD, OUT_GOOD, OUT_BAD, OUT_WARN };
const char *out_colour(const struct tool *t, enum out_colour c);
/* On a terminal, and neither NO_COLOR nor TERM=dumb. */
bool out_wants_colour(void);

/* -- JSON: members are only added when memory lasts; out_json() then fails */
json_t *out_text(const char *text);	/* made safe */
json_t *out_number(uint64_t v);		/* as text where JSON readers lose digits */
void out_set(json_t *object, const char *key, json_t *value);
/* {"schema":1,KEY:VALUE}; takes @value. Exit code. */
int out_json(const struct tool *t, const char *key, json_t *value);
/* One line, flushed. */
int out_json_line(const struct tool *t, const char *key, json_t *value);
/* {"schema":1}, for out_json_object(), which takes it. */
json_t *out_object(void);
int out_json_object(const struct tool *t, json_t *object);

/* -- tables */
struct out_table;
/* @headings: separated by |; one that begins with > is right-aligned. */
struct out_table *out_table_new(const char *headings);
/* The next cell; made safe. */
void out_cell(struct out_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The row that is being filled is printed in red where there are colours; once a row. */
void out_mark_bad(struct out_table *t);
/* Prints and frees. @indent: blanks before each line. @empty: instead of no rows. */
void out_table_end(const struct tool *tool, struct out_table *t, int indent, const char *empty);
void out_table_free(struct out_table *t);

/* Exit code of a finished output: EXIT_REFUSED with an error when it was not written. */
int out_finish(const struct tool *t);

#endif
