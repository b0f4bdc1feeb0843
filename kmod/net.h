/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module keeps for a network namespace. Lives from pernet init to
 * pernet exit; user sockets pin their namespace, so no flow outlives it.
 */
#ifndef OMASEC_NET_H
#define OMASEC_NET_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "../include/uapi/linux/omasec.h"
#include "stats.h"

struct omasec_policy;
struct omasec_config;
struct omasec_control;
struct omasec_pins;
struct omasec_stats;
struct omasec_udp;

/**
 * struct omasec_net - state of a network namespace
 * @net: the namespace
 * @config_lock: serialises changes of configuration; taken before everything
 *	else here, process context
 * @policy: rules in force; RCU, replaced as a whole under @config_lock
 * @guard: hooks of guard.c; under @config_lock
 * @guarded: they are registered; under @config_lock
 * @txn: open transaction, under @config_lock
 * @txn_portid: netlink socket that owns @txn
 * @generation: counts configuration changes
 * @accounts: by name; RCU look-up, changed under @config_lock
 * @control: what only the control plane knows
 * @users: accounts by user name, [enum omasec_cred_who]; account.c only
 * @account_count: number of accounts
 * @helper_lock: protects the helper_* fields and @pending; BH-safe, innermost
 *	but for message state
 * @helper_portid: netlink port of the helper, 0 for none
 * @helper_version: as it registered
 * @pending: messages that wait for a verdict, oldest first
 * @pending_count: their number
 * @messages: cookie index -> message
 * @flows_new: flows that the tracepoint probe made, not yet in @flows: the probe
 *	may not take a lock on PREEMPT_RT; whoever takes @flow_lock moves them over
 * @flow_lock: protects @flows; BH-safe
 * @flows: all flows of the namespace, by id
 * @flow_count: attached flows
 * @listener_count: wrapped listeners
 * @memory: octets held for messages
 * @draining: attach no more (flow-detach, or the namespace goes)
 * @udp: datagrams; NULL until there is the first rule for them, then for as long as
 *	the namespace lives
 * @pins: messages that wait for a PIN
 * @stats: counters
 */
struct omasec_net {
	struct net *net;

	struct mutex config_lock;
	struct omasec_policy __rcu *policy;
	struct nf_hook_ops guard[4];
	bool guarded;
	struct omasec_config *txn;
	u32 txn_portid;
	u32 generation;

	struct omasec_control *control;
	struct rhashtable accounts;
	struct rhashtable users[2];
	atomic_t account_count;

	spinlock_t helper_lock;
	u32 helper_portid;
	char helper_version[64];
	struct list_head pending;
	unsigned int pending_count;
	struct xarray messages;
	u32 next_cookie;
	u32 cookie_generation;

	struct llist_head flows_new;
	spinlock_t flow_lock;
	struct rb_root flows;
	atomic_t flow_count;
	atomic_t listener_count;

	atomic_long_t memory;
	bool draining;

	struct omasec_udp *udp;
	struct omasec_pins *pins;
	struct omasec_stats __percpu *stats;
};

/* Never NULL between pernet init and exit. Any context. */
struct omasec_net *omasec_net(const struct net *net);

/*
 * The netlink family and the notifier of dying netlink sockets. Module init calls
 * the first after register_pernet_subsys(), module exit the second before
 * unregister_pernet_subsys().
 */
int omasec_control_init(void);
void omasec_control_exit(void);

/*
 * main.c calls these in its pernet init and exit; each is control plane, and
 * covers all members but @net, @stats, and what is about flows.
 */
int omasec_control_net_init(struct omasec_net *on);
/* Helper gone, transaction dropped, messages decided; before flows are waited for. */
void omasec_control_net_pre_exit(struct omasec_net *on);
void omasec_control_net_exit(struct omasec_net *on);

#endif
