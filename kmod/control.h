/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the control plane share and nobody else needs.
 */
#ifndef OMASEC_CONTROL_H
#define OMASEC_CONTROL_H

#include <linux/workqueue.h>
#include "net.h"

#define OMASEC_PENDING_MAX	1024	/* messages that wait for the helper, per namespace */
#define OMASEC_ACCOUNTS_MAX	262144
#define OMASEC_RULES_MAX	4096
#define OMASEC_PUT_SLACK	65536	/* what a helper may add to a message of greatest length */
#define OMASEC_TXN_SECONDS	60

/**
 * struct omasec_control - the control plane's part of a network namespace
 * @on: back pointer
 * @handed: messages that were announced, oldest first; under helper_lock
 * @closed: the namespace goes, no more upcalls; under helper_lock
 * @index_lock: protects on->users and on->servers; BH-safe
 * @account_ids: accounts in the order of their creation, for dumps; RCU look-up,
 *	changed under config_lock
 * @next_account: for @account_ids
 * @next_rule: id of the last rule; under config_lock
 * @txn_expiry: drops a transaction that nobody finishes
 * @event_lock: protects the two below; BH-safe, innermost
 * @event_tokens: events that may be sent now
 * @event_stamp: jiffies when @event_tokens was topped up
 */
struct omasec_control {
	struct omasec_net *on;
	struct list_head handed;
	bool closed;
	spinlock_t index_lock;
	struct xarray account_ids;
	u32 next_account;
	u32 next_rule;
	struct delayed_work txn_expiry;
	spinlock_t event_lock;
	unsigned int event_tokens;
	unsigned long event_stamp;
};

#endif
