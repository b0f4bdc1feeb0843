// SPDX-License-Identifier: GPL-2.0
/* Output. See out.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out.h"
#include "value.h"

const char *out_colour(const struct tool *t, enum out_colour c)
{
	static const char *const code[] = {
		[OUT_PLAIN] = "\033[0m", [OUT_BOLD] = "\033[1m", [OUT_GOOD] = "\033[32m",
		[OUT_BAD] = "\033[31m", [OUT_WARN] = "\033[33m",
	};

	return t->colour ? code[c] : "";
}

bool out_wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
}

/* ------------------------------------------------------------------ JSON */

json_t *out_text(const char *text)
{
	char safe[1024];

	return json_string(value_safe(text, safe, sizeof(safe)));
}

json_t *out_number(uint64_t v)
{
	char text[24];

	if (v <= INT64_MAX)
		return json_integer((json_int_t)v);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	return json_string(text);
}

void out_set(json_t *object, const char *key, json_t *value)
{
	/* NULL on either side is memory, which out_json() finds by the mark. */
	if (object && json_object_set_new(object, key, value))
		json_object_set_new(object, "", json_true());
}

json_t *out_object(void)
{
	json_t *object = json_object();

	out_set(object, "schema", json_integer(OUT_SCHEMA));
	return object;
}

static int out_json_write(const struct tool *t, json_t *object, size_t flags)
{
	int rc = object ? json_dumpf(object, stdout, flags) : -1;

	json_decref(object);
	if (rc)
		return tool_error(t, EXIT_REFUSED, "output: out of memory, or it cannot be written");
	putchar('\n');
	return out_finish(t);
}

int out_json_object(const struct tool *t, json_t *object)
{
	return out_json_write(t, object, t->pretty ? JSON_INDENT(2) : JSON_COMPACT);
}

int out_json(const struct tool *t, const char *key, json_t *value)
{
	json_t *object = out_object();

	out_set(object, key, value);
	return out_json_object(t, object);
}

int out_json_line(const struct tool *t, const char *key, json_t *value)
{
	json_t *object = out_object();

	out_set(object, key, value);
	return out_json_write(t, object, JSON_COMPACT);
}

int out_finish(const struct tool *t)
{
	if (fflush(stdout) || ferror(stdout))
		return tool_error(t, EXIT_REFUSED, "standard output: %s", strerror(errno));
	return EXIT_DONE;
}

/* ------------------------------------------------------------------ tables */

#define COLUMNS_MAX 16

struct out_table {
	const char *heading[COLUMNS_MAX];
	char *headings;
	bool right[COLUMNS_MAX];
	size_t width[COLUMNS_MAX];
	unsigned int columns;
	char **cell;
	size_t *bad;		/* rows in red, in order */
	size_t bad_count;
	size_t count, cap;
	bool memory;
};

/* Columns that a text takes: code points; wide ones are rare here. */
static size_t out_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

struct out_table *out_table_new(const char *headings)
{
	struct out_table *t = calloc(1, sizeof(*t));
	char *save, *p;

	if (!t)
		return NULL;
	t->headings = strdup(headings);
	if (!t->headings) {
		free(t);
		return NULL;
	}
	for (p = strtok_r(t->headings, "|", &save); p && t->columns < COLUMNS_MAX;
	     p = strtok_r(NULL, "|", &save)) {
		t->right[t->columns] = *p == '>';
		p += *p == '>';
		t->width[t->columns] = strlen(p);
		t->heading[t->columns++] = p;
	}
	return t;
}

void out_cell(struct out_table *t, const char *fmt, ...)
{
	char text[512], safe[512];
	size_t w;
	va_list ap;

	if (!t || t->memory)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		char **cell = reallocarray(t->cell, cap, sizeof(*cell));

		t->memory = !cell;
		if (!cell)
			return;
		t->cell = cell;
		t->cap = cap;
	}
	value_safe(text, safe, sizeof(safe));
	t->cell[t->count] = strdup(safe);
	if (!t->cell[t->count]) {
		t->memory = true;
		return;
	}
	w = out_width(safe);
	if (w > t->width[t->count % t->columns])
		t->width[t->count % t->columns] = w;
	t->count++;
}

void out_mark_bad(struct out_table *t)
{
	size_t *bad;

	if (!t || t->memory)
		return;
	bad = reallocarray(t->bad, t->bad_count + 1, sizeof(*bad));
	t->memory = !bad;
	if (!bad)
		return;
	t->bad = bad;
	t->bad[t->bad_count++] = t->count / t->columns;
}

static void out_row(const struct out_table *t, const char *const *cell, int indent,
		    const char *colour, const char *plain)
{
	unsigned int i, last = t->columns;

	/* No blanks at the end of a line. */
	while (last && !cell[last - 1][0])
		last--;
	printf("%*s%s", indent, "", colour);
	for (i = 0; i < last; i++) {
		int pad = (int)(t->width[i] - out_width(cell[i]));

		printf("%s%*s%s", i ? "  " : "", t->right[i] ? pad : 0, "", cell[i]);
		if (!t->right[i] && i + 1 < last)
			printf("%*s", pad, "");
	}
	puts(plain);
}

void out_table_end(const struct tool *tool, struct out_table *t, int indent, const char *empty)
{
	size_t i, bad = 0;

	if (!t || t->memory) {
		tool_error(tool, EXIT_REFUSED, "out of memory");
	} else if (!t->count) {
		printf("%*s%s\n", indent, "", empty);
	} else {
		out_row(t, t->heading, indent, out_colour(tool, OUT_BOLD), out_colour(tool, OUT_PLAIN));
		for (i = 0; i + t->columns <= t->count; i += t->columns) {
			if (bad < t->bad_count && t->bad[bad] == i / t->columns) {
				bad++;
				out_row(t, (const char *const *)&t->cell[i], indent,
					out_colour(tool, OUT_BAD), out_colour(tool, OUT_PLAIN));
			} else {
				out_row(t, (const char *const *)&t->cell[i], indent, "", "");
			}
		}
	}
	out_table_free(t);
}

void out_table_free(struct out_table *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->count; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t->bad);
	free(t->headings);
	free(t);
}
