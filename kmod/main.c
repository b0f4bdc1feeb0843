// SPDX-License-Identifier: GPL-2.0
/*
 * Module and network namespace life: everything in order up, and in reverse
 * order down.
 *
 * Up, the probe comes before the guard: a socket that is attached too early harms
 * nobody, one that is guarded too early is refused. Down, the guard goes first.
 * (Its hooks come and go with the rules of a namespace; see guard.c.)
 * The module cannot be unloaded while a socket is attached or a listener wrapped.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "attach.h"
#include "control.h"
#include "crypto.h"
#include "guard.h"
#include "helper_crypto.h"
#include "pin.h"
#include "udp.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static unsigned int omasec_net_id __read_mostly;

struct omasec_net *omasec_net(const struct net *net)
{
	return net_generic(net, omasec_net_id);
}

static int __net_init omasec_net_init(struct net *net)
{
	struct omasec_net *on = omasec_net(net);
	int err;

	on->net = net;
	spin_lock_init(&on->flow_lock);
	init_llist_head(&on->flows_new);
	on->flows = RB_ROOT;
	err = omasec_stats_init(on);
	if (err)
		return err;
	err = omasec_pins_init(on);
	if (err)
		goto stats;
	err = omasec_control_net_init(on);
	if (err)
		goto pins;
	return 0;
pins:
	omasec_pins_exit(on);
stats:
	omasec_stats_exit(on);
	return err;
}

static void __net_exit omasec_net_pre_exit(struct net *net)
{
	struct omasec_net *on = omasec_net(net);

	WRITE_ONCE(on->draining, true);
	omasec_udp_net_pre_exit(on);
	omasec_pins_pre_exit(on);
	omasec_control_net_pre_exit(on);
}

static void __net_exit omasec_net_exit(struct net *net)
{
	struct omasec_net *on = omasec_net(net);

	omasec_udp_net_exit(on);
	omasec_control_net_exit(on);
	omasec_pins_exit(on);
	omasec_stats_exit(on);
}

static struct pernet_operations omasec_pernet = {
	.init = omasec_net_init,
	.pre_exit = omasec_net_pre_exit,
	.exit = omasec_net_exit,
	.id = &omasec_net_id,
	.size = sizeof(struct omasec_net),
};

static int __init omasec_init(void)
{
	int err;

	err = omasec_crypto_init();
	if (err)
		return err;
	err = omasec_helper_crypto_init();
	if (err)
		goto crypto;
	err = omasec_flow_init();
	if (err)
		goto helper_crypto;
	err = omasec_attach_init();
	if (err)
		goto flow;
	err = register_pernet_subsys(&omasec_pernet);
	if (err)
		goto attach;
	err = omasec_attach_start();
	if (err)
		goto pernet;
	err = omasec_guard_init();
	if (err)
		goto start;
	err = omasec_udp_init();
	if (err)
		goto guard;
	err = omasec_control_init();
	if (err)
		goto udp;
	return 0;
udp:
	omasec_udp_exit();
guard:
	omasec_guard_exit();
start:
	omasec_attach_stop();
pernet:
	unregister_pernet_subsys(&omasec_pernet);
attach:
	omasec_attach_exit();
flow:
	omasec_flow_exit();
helper_crypto:
	omasec_helper_crypto_exit();
crypto:
	omasec_crypto_exit();
	return err;
}

static void __exit omasec_exit(void)
{
	omasec_control_exit();
	omasec_guard_exit();
	omasec_attach_stop();
	/*
	 * A thread that has just left our accept() may stand at its last instructions,
	 * preempted, with nothing left that pins the module.
	 */
	synchronize_rcu_tasks();
	omasec_udp_stop();
	unregister_pernet_subsys(&omasec_pernet);
	omasec_udp_exit();
	omasec_attach_exit();
	omasec_flow_exit();
	omasec_helper_crypto_exit();
	omasec_crypto_exit();
}

module_init(omasec_init);
module_exit(omasec_exit);

MODULE_DESCRIPTION("OMA DM message security for sockets");
MODULE_AUTHOR("The omasec authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(OMASEC_VERSION);
MODULE_ALIAS_TCP_ULP("omasec");
MODULE_ALIAS_GENL_FAMILY("omasec");
MODULE_SOFTDEP("pre: md5 sha1 hmac");
