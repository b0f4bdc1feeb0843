// SPDX-License-Identifier: GPL-2.0
/*
 * Beginning and end of the control plane: netlink family, notifier of dying
 * netlink sockets, state per network namespace.
 *
 * A closed netlink socket takes its transaction with it, and when it was the
 * helper's, the helper. The notifier runs before the dumps of that socket end, so
 * a message may outlive it by the reference of a dump.
 */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "config.h"
#include "control.h"
#include "event.h"
#include "genl.h"
#include "upcall.h"

static int omasec_control_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	struct netlink_notify *n = data;
	struct omasec_net *on;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC || !n->portid)
		return NOTIFY_DONE;
	on = omasec_net(n->net);
	omasec_upcall_release(on, n->portid);
	omasec_config_release(on, n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block omasec_control_notifier = {
	.notifier_call = omasec_control_notify,
};

/**
 * omasec_control_init() - opens the module for commands
 *
 * Context: module init, after omasec_crypto_init() and register_pernet_subsys().
 * Return: 0 or a negative errno.
 */
int omasec_control_init(void)
{
	int err;

	err = omasec_upcall_init();
	if (err)
		return err;
	err = netlink_register_notifier(&omasec_control_notifier);
	if (err)
		goto err_upcall;
	err = genl_register_family(&omasec_nl_family);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	netlink_unregister_notifier(&omasec_control_notifier);
err_upcall:
	omasec_upcall_exit();
	return err;
}

/**
 * omasec_control_exit() - no commands any more
 *
 * Context: module exit, when no flow is left and before unregister_pernet_subsys().
 */
void omasec_control_exit(void)
{
	genl_unregister_family(&omasec_nl_family);
	netlink_unregister_notifier(&omasec_control_notifier);
	omasec_upcall_exit();
}

/**
 * omasec_control_net_init() - the control plane's part of a namespace
 * @on: zeroed, with @net and @stats set
 *
 * Context: pernet init.
 * Return: 0 or a negative errno.
 */
int omasec_control_net_init(struct omasec_net *on)
{
	int err;

	on->control = kzalloc(sizeof(*on->control), GFP_KERNEL_ACCOUNT);
	if (!on->control)
		return -ENOMEM;
	on->control->on = on;
	INIT_LIST_HEAD(&on->control->handed);
	omasec_event_init(on->control);
	spin_lock_init(&on->helper_lock);
	INIT_LIST_HEAD(&on->pending);
	xa_init_flags(&on->messages, XA_FLAGS_ALLOC1);
	atomic_long_set(&on->memory, 0);

	err = omasec_config_net_init(on);
	if (err) {
		kfree(on->control);
		on->control = NULL;
	}
	return err;
}

/**
 * omasec_control_net_pre_exit() - nothing new, and nobody waits for the helper
 * @on: namespace
 *
 * Context: pernet pre_exit, process.
 */
void omasec_control_net_pre_exit(struct omasec_net *on)
{
	omasec_upcall_shutdown(on);
	omasec_config_net_pre_exit(on);
}

/**
 * omasec_control_net_exit() - frees everything; no flow is left
 * @on: namespace
 *
 * Context: pernet exit, process.
 */
void omasec_control_net_exit(struct omasec_net *on)
{
	omasec_config_net_exit(on);
	WARN_ON_ONCE(!xa_empty(&on->messages));
	xa_destroy(&on->messages);
	WARN_ON_ONCE(atomic_long_read(&on->memory));
	kfree(on->control);
	on->control = NULL;
}
