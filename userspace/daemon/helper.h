/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The helper: takes messages from the module one after the other through worker,
 * engine and store, and gives verdicts.
 *
 *   next -> (wait for another exchange) -> get -> parse -> decide
 *	-> edit, repeat or challenge -> store -> put -> verdict
 *
 * One message a worker at a time. What the engine decided waits for the others of
 * the same turn, so that one transaction serves many verdicts; none is given
 * before what it depends on is on the disk.
 */
#ifndef DAEMON_HELPER_H
#define DAEMON_HELPER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include <omasec.h>

#include "engine.h"
#include "options.h"
#include "store.h"

#define HELPER_FDS (2 + OPTIONS_WORKERS_MAX)

struct job;
struct rights;
struct ready;
struct waiting;
struct worker_client;

/**
 * struct helper - the helper
 * @o: registered handle
 * @rights: Access Control Lists
 * @sync: accounts are to be read again
 * @synced: when they were, ms
 * @stopping: no new messages
 * @jobs: one for each worker
 * @ready: decided, not committed, oldest first
 * @ready_since: when the first of them was, ms
 * @waiting: for other exchanges of their accounts, oldest first
 */
struct helper {
	struct omasec *o;
	struct store *store;
	struct engine engine;
	struct rights *rights;
	bool sync, stopping;
	uint64_t synced, expired;
	struct job *jobs;
	unsigned int job_count;
	struct ready *ready, **ready_tail;
	unsigned int ready_count;
	uint64_t ready_since;
	struct waiting *waiting, **waiting_tail;
	unsigned int waiting_count;
};

/* Opens everything, registers, reads the accounts. 0 or a negative errno, told in the log. */
int helper_open(struct helper *h, const struct options *o);
void helper_close(struct helper *h);

/* Fills at most HELPER_FDS; returns how many. */
unsigned int helper_fds(struct helper *h, struct pollfd *p);
/* Ms until there is something to do without any of them; -1 for never. */
int helper_timeout(struct helper *h, uint64_t now);
/* Does what can be done now. 0, or a negative errno to end with (told). */
int helper_run(struct helper *h, uint64_t now);
/* Nothing is under way. */
bool helper_idle(const struct helper *h);

/* -- sync.c */
/* Reads the accounts, and tells the module the nonces that it does not know. 0 or negative. */
int sync_accounts(struct helper *h);
/* Reads events; sets @h->sync when accounts may have changed. 0 or negative. */
int sync_events(struct helper *h);

#endif
