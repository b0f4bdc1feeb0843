/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module keeps for a network namespace. Lives from pernet init to
 * pernet exit; user sockets pin their namespace, so no flow outlives it.
 */
#ifndef OMASEC_NET_H
#define OMASEC_NET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "../include/uapi/linux/omasec.h"
#include "stats.h"

struct omasec_policy;
struct omasec_config;
struct omasec_stats;

/**
 * struct omasec_net - state of a network namespace
 * @net: the namespace
 * @config_lock: serialises changes of configuration; taken before everything
 *	else here, process context
 * @policy: rules in force; RCU, replaced as a whole under @config_lock
 * @txn: open transaction, under @config_lock
 * @txn_portid: netlink socket that owns @txn
 * @generation: counts configuration changes
 * @accounts: by name; RCU look-up, changed under @config_lock
 * @users: accounts by client user name, likewise
 * @servers: accounts by server user name, likewise
 * @account_count: number of accounts
 * @helper_lock: protects the helper_* fields and @pending; BH-safe, innermost
 *	but for message state
 * @helper_portid: netlink port of the helper, 0 for none
 * @helper_version: as it registered
 * @pending: messages that wait for a verdict, oldest first
 * @pending_count: their number
 * @messages: cookie index -> message
 * @flow_lock: protects @flows; BH-safe
 * @flows: all flows of the namespace, and wrapped listeners
 * @flow_count: attached flows
 * @listener_count: wrapped listeners
 * @memory: octets held for messages
 * @draining: attach no more (flow-detach, or the namespace goes)
 * @stats: counters
 */
struct omasec_net {
	struct net *net;

	struct mutex config_lock;
	struct omasec_policy __rcu *policy;
	struct omasec_config *txn;
	u32 txn_portid;
	u32 generation;

	struct rhashtable accounts;
	struct rhltable users;
	struct rhltable servers;
	atomic_t account_count;

	spinlock_t helper_lock;
	u32 helper_portid;
	char helper_version[64];
	struct list_head pending;
	unsigned int pending_count;
	struct xarray messages;
	u32 next_cookie;
	u32 cookie_generation;

	spinlock_t flow_lock;
	struct list_head flows;
	atomic_t flow_count;
	atomic_t listener_count;

	atomic_long_t memory;
	bool draining;

	struct omasec_stats __percpu *stats;
};

/* Never NULL between pernet init and exit. Any context. */
struct omasec_net *omasec_net(const struct net *net);

/* main.c calls these in its pernet init and exit; each is control plane. */
int omasec_control_net_init(struct omasec_net *on);
/* Helper gone, transaction dropped, messages decided; before flows are waited for. */
void omasec_control_net_pre_exit(struct omasec_net *on);
void omasec_control_net_exit(struct omasec_net *on);

#endif
