// SPDX-License-Identifier: GPL-2.0
/*
 * omasec(8): options, then the command of the table. Options may stand anywhere;
 * passwords may stand nowhere.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "tool.h"
#include "value.h"

#ifndef OMASEC_VERSION
#define OMASEC_VERSION "unknown"
#endif

enum {
	LONG_COUNT = 256, LONG_TIMEOUT, LONG_REPLACE, LONG_ALL, LONG_INTERVAL,
	LONG_SECRET_FILE, LONG_SECRET_FD, LONG_HTML, LONG_PIN, LONG_REFUSE, LONG_COMPLETE,
	LONG_STORE, LONG_FILE, LONG_CREATE, LONG_SERVER, LONG_NODE, LONG_SINCE,
	LONG_PASSPHRASE_FILE,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "count", required_argument, NULL, LONG_COUNT },
	{ "timeout", required_argument, NULL, LONG_TIMEOUT },
	{ "replace", no_argument, NULL, LONG_REPLACE },
	{ "all", no_argument, NULL, LONG_ALL },
	{ "interval", required_argument, NULL, LONG_INTERVAL },
	{ "secret-file", required_argument, NULL, LONG_SECRET_FILE },
	{ "passphrase-file", required_argument, NULL, LONG_PASSPHRASE_FILE },
	{ "secret-fd", required_argument, NULL, LONG_SECRET_FD },
	{ "html", required_argument, NULL, LONG_HTML },
	{ "pin", no_argument, NULL, LONG_PIN },
	{ "refuse", no_argument, NULL, LONG_REFUSE },
	{ "store", required_argument, NULL, LONG_STORE },
	{ "file", required_argument, NULL, LONG_FILE },
	{ "create", no_argument, NULL, LONG_CREATE },
	{ "server", required_argument, NULL, LONG_SERVER },
	{ "node", required_argument, NULL, LONG_NODE },
	{ "since", required_argument, NULL, LONG_SINCE },
	{ "complete", no_argument, NULL, LONG_COMPLETE },
	{ NULL, 0, NULL, 0 }
};

static const char *option_name(int bit)
{
	static const struct { int bit; const char *name; } names[] = {
		{ OPT_COUNT, "--count" }, { OPT_TIMEOUT, "--timeout" }, { OPT_REPLACE, "--replace" },
		{ OPT_ALL, "--all" }, { OPT_INTERVAL, "--interval" },
		{ OPT_SECRET_FILE, "--secret-file" }, { OPT_SECRET_FD, "--secret-fd" },
		{ OPT_HTML, "--html" }, { OPT_DRY_RUN, "--dry-run" }, { OPT_PIN, "--pin" },
		{ OPT_REFUSE, "--refuse" }, { OPT_STORE, "--store" }, { OPT_FILE, "--file" },
		{ OPT_CREATE, "--create" }, { OPT_SERVER, "--server" }, { OPT_NODE, "--node" },
		{ OPT_SINCE, "--since" }, { OPT_PASSPHRASE_FILE, "--passphrase-file" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].bit == bit)
			return names[i].name;
	return "?";
}

/* One whose value is taken as it is. */
static bool option_text(struct tool *t, int opt, const char *value)
{
	const struct { int opt; unsigned int bit; const char **to; } texts[] = {
		{ LONG_SECRET_FILE, OPT_SECRET_FILE, &t->secret_file }, { LONG_HTML, OPT_HTML, &t->html_file },
		{ LONG_STORE, OPT_STORE, &t->store_dir }, { LONG_FILE, OPT_FILE, &t->tree_file },
		{ LONG_SERVER, OPT_SERVER, &t->server }, { LONG_NODE, OPT_NODE, &t->node },
		{ LONG_SINCE, OPT_SINCE, &t->since },
		{ LONG_PASSPHRASE_FILE, OPT_PASSPHRASE_FILE, &t->passphrase_file },
	};
	unsigned int i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].opt != opt)
			continue;
		t->given |= texts[i].bit;
		*texts[i].to = value;
		return true;
	}
	return false;
}

/* An option with a value. 0 or EXIT_USAGE. */
static int option_value(struct tool *t, int opt, const char *value)
{
	uint64_t v = 0;

	if (option_text(t, opt, value))
		return 0;
	switch (opt) {
	case LONG_COUNT:
		t->given |= OPT_COUNT;
		return value_u64(value, 1, UINT64_MAX - 1, &t->count) ?
			tool_usage(t, "--count: expected a number from 1 on") : 0;
	case LONG_TIMEOUT:
		t->given |= OPT_TIMEOUT;
		return value_time(value, &t->timeout_ms) ?
			tool_usage(t, "--timeout: expected a time such as 500ms or 10s") : 0;
	case LONG_INTERVAL:
		t->given |= OPT_INTERVAL;
		return value_time(value, &t->interval_ms) ?
			tool_usage(t, "--interval: expected a time such as 500ms or 10s") : 0;
	default:
		t->given |= OPT_SECRET_FD;
		if (value_u64(value, 0, 65535, &v))
			return tool_usage(t, "--secret-fd: expected the number of an open descriptor");
		t->secret_fd = (int)v;
		return 0;
	}
}

struct wanted {
	bool help, complete;
};

/* 0, EXIT_USAGE, or -1 when there is nothing more to do. */
static int read_options(struct tool *t, struct wanted *w, int argc, char **argv)
{
	int opt, rc = 0;

	opterr = 0;
	while (!rc && (opt = getopt_long(argc, argv, ":jpVhn", options, NULL)) != -1) {
		switch (opt) {
		case 'p':
			t->pretty = true;
			/* fall through */
		case 'j':
			t->json = true;
			break;
		case 'V':
			puts("omasec " OMASEC_VERSION);
			return -1;
		case 'h':
			w->help = true;
			break;
		case 'n':
			t->given |= OPT_DRY_RUN;
			break;
		case LONG_REPLACE:
			t->given |= OPT_REPLACE;
			break;
		case LONG_ALL:
			t->given |= OPT_ALL;
			break;
		case LONG_PIN:
			t->given |= OPT_PIN;
			break;
		case LONG_REFUSE:
			t->given |= OPT_REFUSE;
			break;
		case LONG_CREATE:
			t->given |= OPT_CREATE;
			break;
		case LONG_COMPLETE:
			w->complete = true;
			break;
		case ':':
			rc = tool_usage(t, "%s: the value is missing", argv[optind - 1]);
			break;
		case '?':
			if (optopt && optopt < 256)
				rc = tool_usage(t, "-%c: no such option", optopt);
			else
				rc = tool_usage(t, "%s: no such option", argv[optind - 1]);
			break;
		default:
			rc = option_value(t, opt, optarg);
		}
	}
	return rc;
}

static int run(struct tool *t, int argc, char **argv)
{
	unsigned int wrong, bit = 1;
	int used;

	t->command = command_find(argc, argv, &used);
	if (!t->command)
		return EXIT_USAGE;
	wrong = t->given & ~t->command->options;
	while (wrong && !(wrong & bit))
		bit <<= 1;
	if (wrong)
		return tool_usage(t, "%s does not belong to this command", option_name((int)bit));
	return t->command->run(t, argc - used, argv + used);
}

int main(int argc, char **argv)
{
	struct tool t = { .secret_fd = -1, .colour = out_wants_colour() };
	struct wanted w = { false, false };
	int rc;

	/* A closed pipe is an error of output, not a death. */
	signal(SIGPIPE, SIG_IGN);
	rc = read_options(&t, &w, argc, argv);
	if (rc)
		return rc < 0 ? EXIT_DONE : rc;
	argc -= optind;
	argv += optind;
	if (w.complete)
		rc = help_complete(&t, argc, argv);
	else if (w.help)
		rc = help_topic(argc ? argv[0] : NULL, argc > 1 ? argv[1] : NULL);
	else
		rc = run(&t, argc, argv);
	omasec_close(t.o);
	return rc;
}
