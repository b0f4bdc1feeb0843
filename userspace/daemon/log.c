// SPDX-License-Identifier: GPL-2.0
/*
 * Logging, see log.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define LOG_LIMIT 10

static const char *const log_names[] = {
	[LOG_ERR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
	[LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

static int log_max = LOG_NOTICE;
static enum { LOG_TO_STDERR, LOG_TO_JOURNAL, LOG_TO_SYSLOG } log_to;

void log_open(int level, bool foreground)
{
	log_max = level;
	if (getenv("JOURNAL_STREAM"))
		log_to = LOG_TO_JOURNAL;
	else if (foreground || isatty(STDERR_FILENO))
		log_to = LOG_TO_STDERR;
	else
		log_to = LOG_TO_SYSLOG;
	if (log_to == LOG_TO_SYSLOG)
		openlog("omasecd", LOG_PID, LOG_DAEMON);
}

int log_level(const char *name)
{
	int i;

	for (i = LOG_ERR; i <= LOG_DEBUG; i++)
		if (!strcmp(name, log_names[i]))
			return i;
	return -1;
}

void log_write(int level, const char *fmt, ...)
{
	char line[512], *c;
	va_list ap;

	if (level > log_max)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* Session ids come from peers: one line stays one line. */
	for (c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	switch (log_to) {
	case LOG_TO_JOURNAL:
		fprintf(stderr, "<%d>%s\n", level, line);
		break;
	case LOG_TO_SYSLOG:
		syslog(level, "%s", line);
		break;
	default:
		fprintf(stderr, "omasecd: %s: %s\n", log_names[level], line);
	}
}

bool log_allowed(struct log_limit *l)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	if (ts.tv_sec != l->second) {
		if (l->dropped)
			log_notice("%u more messages like the last ones", l->dropped);
		l->second = ts.tv_sec;
		l->said = 0;
		l->dropped = 0;
	}
	if (l->said < LOG_LIMIT) {
		l->said++;
		return true;
	}
	l->dropped++;
	return false;
}
