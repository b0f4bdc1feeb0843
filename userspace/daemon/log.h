/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What omasecd says: one line a message, to the journal (standard error with a
 * <N> prefix), to a terminal, or to syslog. Never content of messages, nonces, or
 * names of credentials and keys; accounts, session ids and reasons are fine.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>

/* As in syslog(3); what is above @level is dropped. @foreground: to standard error. */
void log_open(int level, bool foreground);
/* A level by its name (error, warning, notice, info, debug), or -1. */
int log_level(const char *name);

void log_write(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)		log_write(3, __VA_ARGS__)
#define log_warning(...)	log_write(4, __VA_ARGS__)
#define log_notice(...)		log_write(5, __VA_ARGS__)
#define log_info(...)		log_write(6, __VA_ARGS__)
#define log_debug(...)		log_write(7, __VA_ARGS__)

/*
 * The same, at most a few a second of one kind: for what peers can provoke. What
 * was left out is counted and told.
 */
struct log_limit {
	long long second;
	unsigned int said, dropped;
};

bool log_allowed(struct log_limit *l);

#endif
