/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What must outlive the process: nonces, fingerprints of accepted messages, the
 * windows of agreed nonces, failures to decrypt with keys of the legacy profile, and the numbers of sessions whose MsgIDs are shifted. SQLite with WAL and
 * synchronous=FULL: what store_commit() returned 0 for is on the disk.
 * One process at a time.
 */
#ifndef DAEMON_STORE_H
#define DAEMON_STORE_H

#include "account.h"
#include "session.h"

#define STORE_SCHEMA 3
#define STORE_FILE "omasec.db"

struct store;

/*
 * Opens or makes STORE_FILE in @dir. 0 or a negative errno: -EBUSY (another
 * process has it), -EPROTO (made by a newer omasecd), -EUCLEAN (damaged), or
 * another; @err then says what is wrong and what to do.
 */
int store_open(const char *dir, struct store **out, char *err, size_t err_len);
void store_close(struct store *st);
/* What the last failed call ran into. */
const char *store_error(const struct store *st);

/* Fits account_load_fn; @arg is the store. */
int store_load_account(void *arg, struct account *a);
/* Fits account_window_fn; @arg is the store. */
int store_load_window(void *arg, const struct account *a, enum account_who who,
		      const struct omasec_nonce *nonce, struct window *w);
/* Fits engine_recall_fn; @arg is the store. */
bool store_load_session(void *arg, const struct session *s, struct numbers *num);

/*
 * Writes all that is on the dirty lists, as one transaction. On failure nothing
 * is written and the lists stay, but windows are undone: whoever asked for the commit
 * refuses what depends on it. @now: seconds.
 */
int store_commit(struct store *st, struct accounts *as, struct sessions *ss, uint64_t now);
/* Forgets sessions not used since @before (seconds). */
int store_expire(struct store *st, uint64_t before);

#endif
