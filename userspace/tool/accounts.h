/* SPDX-License-Identifier: GPL-2.0 */
/* What other commands need of accounts. */
#ifndef TOOL_ACCOUNTS_H
#define TOOL_ACCOUNTS_H

#include <jansson.h>

#include "resolve.h"
#include "tool.h"
#include "value.h"

json_t *account_json(const struct omasec_account *a);
/* "ok", "missing", "revoked", "expired", or what else is wrong with a key (0: none). */
const char *account_key_text(int32_t key, int32_t key_state);
/*
 * Finds or makes the key of one side and names it in @c->a. @staged: serial of a
 * new key, 0 for none. 0, or a negative errno with the @key of the setting (-1
 * for none) and @why.
 */
int account_key(struct tool *t, struct account_conf *c, enum who who, const char *dir,
		int *staged, int *key, char why[RESOLVE_WHY_MAX]);
/* The secrets besides those of credentials, where the keyring has them. */
void account_secrets(struct account_conf *c);
/* That of netw, pin, sign, wrap or legacy-wrap. */
struct omasec_secret *account_secret(struct omasec_account *a, enum who who);
/* All: 0 or an exit code, after an error was printed. */
/* Connects, and refuses a name that there is. */
int account_absent(struct tool *t, const char *name);
/* Sets the account, whose keys were found, and makes the new ones lasting. */
int account_put(struct tool *t, struct account_conf *c, const int staged[2]);
/* Only the latter. @done: what is done if it fails, and whose key. */
int account_publish(struct tool *t, const int staged[2], const char *done);

#endif
