/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of the configuration. Every change is a transaction: one that a netlink
 * socket opened with config-begin, or one of a single command. Nothing of it is
 * visible before all of it is.
 */
#ifndef OMASEC_CONFIG_H
#define OMASEC_CONFIG_H

#include "account.h"
#include "policy.h"

struct omasec_config;

/* All return 0 or a negative errno and then *why in words. Process context. */

/* config-begin, config-commit, config-abort of the socket @portid. */
int omasec_config_begin(struct omasec_net *on, u32 portid, bool replace, const char **why);
int omasec_config_commit(struct omasec_net *on, u32 portid, u32 *generation, const char **why);
int omasec_config_abort(struct omasec_net *on, u32 portid, const char **why);

/*
 * A command: open takes config_lock and returns the transaction of the socket, or
 * one of its own; close puts one of its own into force unless @err says that the
 * command failed, drops the lock, and returns what became of it.
 */
struct omasec_config *omasec_config_open(struct omasec_net *on, u32 portid, const char **why);
int omasec_config_close(struct omasec_config *cfg, int err, const char **why);

int omasec_config_account_set(struct omasec_config *cfg, const struct omasec_account_spec *spec,
			      const char **why);
int omasec_config_account_del(struct omasec_config *cfg, const char *name, const char **why);
/* As the transaction sees it, with a reference, or NULL. */
struct omasec_account *omasec_config_account(struct omasec_config *cfg, const char *name);

/* Appends; takes the reference over on success, and gives the rule its id. */
int omasec_config_rule_add(struct omasec_config *cfg, struct omasec_rule *r, const char **why);
/* By @id, or when that is 0 by @name. */
int omasec_config_rule_del(struct omasec_config *cfg, u32 id, const char *name, const char **why);

/* The netlink socket @portid was closed. */
void omasec_config_release(struct omasec_net *on, u32 portid);

int omasec_config_net_init(struct omasec_net *on);
void omasec_config_net_pre_exit(struct omasec_net *on);
void omasec_config_net_exit(struct omasec_net *on);

#endif
