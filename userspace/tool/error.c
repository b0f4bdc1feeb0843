// SPDX-License-Identifier: GPL-2.0
/* Errors: one line, one style, and the exit code that a script can act on. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"
#include "value.h"

static void error_print(const struct tool *t, const char *fmt, va_list ap)
{
	const struct command *c = t->command;
	char text[1024], safe[2048];

	vsnprintf(text, sizeof(text), fmt, ap);
	fflush(stdout);
	fprintf(stderr, "omasec: %s%s%s%s%s\n", c ? c->object : "", c && c->verb ? " " : "",
		c && c->verb ? c->verb : "", c ? ": " : "", value_safe(text, safe, sizeof(safe)));
}

int tool_error(const struct tool *t, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_print(t, fmt, ap);
	va_end(ap);
	return code;
}

int tool_usage(const struct tool *t, const char *fmt, ...)
{
	const struct command *c = t->command;
	va_list ap;

	va_start(ap, fmt);
	error_print(t, fmt, ap);
	va_end(ap);
	if (c)
		fprintf(stderr, "usage: omasec %s%s%s%s%s\n", c->object, c->verb ? " " : "",
			c->verb ? c->verb : "", *c->args ? " " : "", c->args);
	else
		fputs("usage: omasec [OPTION]... OBJECT VERB [KEY VALUE]...   (omasec help)\n", stderr);
	return EXIT_USAGE;
}

int tool_exit_code(int err)
{
	switch (err) {
	case 0:
		return EXIT_DONE;
	case -EPROTONOSUPPORT:
		return EXIT_NOT_RUNNING;
	case -EPERM:
	case -EACCES:
		return EXIT_NOT_PERMITTED;
	default:
		return EXIT_REFUSED;
	}
}

int tool_refused(const struct tool *t, int err)
{
	return tool_error(t, tool_exit_code(err), "%s", omasec_error(t->o));
}

int tool_connect(struct tool *t)
{
	int rc = t->o ? 0 : omasec_open(&t->o);

	return rc ? tool_refused(t, rc) : 0;
}
