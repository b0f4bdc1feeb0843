// SPDX-License-Identifier: GPL-2.0
/*
 * The command line, see options.h.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "log.h"
#include "options.h"

enum { OPT_STATE = 256, OPT_WORKER, OPT_WORKERS, OPT_RECYCLE, OPT_LEVEL, OPT_REPLACE };

static const struct option options_long[] = {
	{ "state-dir", required_argument, NULL, OPT_STATE },
	{ "worker", required_argument, NULL, OPT_WORKER },
	{ "workers", required_argument, NULL, OPT_WORKERS },
	{ "recycle", required_argument, NULL, OPT_RECYCLE },
	{ "log-level", required_argument, NULL, OPT_LEVEL },
	{ "replace", no_argument, NULL, OPT_REPLACE },
	{ "foreground", no_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static const char options_usage[] =
	"Usage: omasecd [OPTION]...\n"
	"Decides the DM messages that omasec.ko holds: sessions, nonces, challenges.\n"
	"\n"
	"  --state-dir DIR   where nonces are kept (" OMASEC_STATEDIR ")\n"
	"  --worker PATH     the parser (" OMASEC_LIBEXECDIR "/omasecd-worker)\n"
	"  --workers N       how many of them, 1 to 16 (1)\n"
	"  --recycle N       messages until a worker is replaced (10000)\n"
	"  --replace         take over from a helper that still runs\n"
	"  --log-level WORD  error, warning, notice, info or debug (notice)\n"
	"  -f, --foreground  log to standard error\n"
	"  -h, --help        print this and exit\n"
	"  -V, --version     print the version and exit\n"
	"\n"
	"See omasecd(8).\n";

static int options_number(const char *name, const char *text, unsigned long min, unsigned long max,
			  unsigned int *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || v < min || v > max) {
		fprintf(stderr, "omasecd: --%s: '%s' is not a number from %lu to %lu\n", name,
			text, min, max);
		return -1;
	}
	*out = (unsigned int)v;
	return 0;
}

static int options_one(struct options *o, int opt)
{
	switch (opt) {
	case OPT_STATE:
		o->state_dir = optarg;
		return 0;
	case OPT_WORKER:
		o->worker = optarg;
		return 0;
	case OPT_WORKERS:
		return options_number("workers", optarg, 1, OPTIONS_WORKERS_MAX, &o->workers);
	case OPT_RECYCLE:
		return options_number("recycle", optarg, 1, 100000000, &o->recycle);
	case OPT_REPLACE:
		o->replace = true;
		return 0;
	case 'f':
		o->foreground = true;
		return 0;
	case OPT_LEVEL:
		o->log_level = log_level(optarg);
		if (o->log_level >= 0)
			return 0;
		fprintf(stderr, "omasecd: --log-level: '%s' is none of error, warning, notice, "
			"info, debug\n", optarg);
		return -1;
	case 'h':
		fputs(options_usage, stdout);
		return 1;
	case 'V':
		puts("omasecd " OMASEC_VERSION);
		return 1;
	default:
		/* getopt_long() has said what is wrong. */
		fputs("Try 'omasecd --help'.\n", stderr);
		return -1;
	}
}

int options_parse(struct options *o, int argc, char **argv)
{
	int opt, rc;

	memset(o, 0, sizeof(*o));
	o->state_dir = OMASEC_STATEDIR;
	o->worker = OMASEC_LIBEXECDIR "/omasecd-worker";
	o->workers = 1;
	o->recycle = 10000;
	o->log_level = LOG_NOTICE;
	optind = 0;
	while ((opt = getopt_long(argc, argv, "fhV", options_long, NULL)) != -1) {
		rc = options_one(o, opt);
		if (rc)
			return rc;
	}
	if (optind < argc) {
		fprintf(stderr, "omasecd: '%s' is one argument too many\nTry 'omasecd --help'.\n",
			argv[optind]);
		return -1;
	}
	if (!*o->state_dir || !*o->worker) {
		fprintf(stderr, "omasecd: --state-dir and --worker need a path\n");
		return -1;
	}
	return 0;
}
