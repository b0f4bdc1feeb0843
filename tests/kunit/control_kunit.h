/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A network namespace's state of its own for each test of the control plane: the
 * real functions work on it, and nothing that a test does can be seen by another.
 */
#ifndef OMASEC_CONTROL_KUNIT_H
#define OMASEC_CONTROL_KUNIT_H

#include <kunit/test.h>
#include "../../kmod/config.h"
#include "../../kmod/control.h"
#include "../../kmod/message.h"
#include "../../kmod/pin.h"
#include "../../kmod/upcall.h"

#define HELPER_PORT	0x7fff1001	/* nobody has it: notices come back, MSG_NEXT works */
#define OTHER_PORT	0x7fff1002

static inline int control_kunit_init(struct kunit *test)
{
	struct omasec_net *on = kunit_kzalloc(test, sizeof(*on), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, on);
	on->net = &init_net;
	spin_lock_init(&on->flow_lock);
	KUNIT_ASSERT_EQ(test, omasec_stats_init(on), 0);
	KUNIT_ASSERT_EQ(test, omasec_pins_init(on), 0);
	KUNIT_ASSERT_EQ(test, omasec_control_net_init(on), 0);
	test->priv = on;
	return 0;
}

/* Ends as a namespace does; the exit function warns of messages or memory left behind. */
static inline void control_kunit_exit(struct kunit *test)
{
	struct omasec_net *on = test->priv;

	if (!on || !on->control)
		return;
	omasec_pins_pre_exit(on);
	omasec_control_net_pre_exit(on);
	omasec_control_net_exit(on);
	omasec_pins_exit(on);
	synchronize_net();	/* the guard's hooks */
	omasec_stats_exit(on);
}

/* account-set as a command of its own. */
static inline int control_account(struct omasec_net *on, const struct omasec_account_spec *spec)
{
	const char *why = "";
	struct omasec_config *cfg = omasec_config_open(on, HELPER_PORT, &why);

	if (IS_ERR(cfg))
		return PTR_ERR(cfg);
	return omasec_config_close(cfg, omasec_config_account_set(cfg, spec, &why), &why);
}

static inline struct omasec_rule *control_rule(struct kunit *test, unsigned int direction, u16 port)
{
	struct omasec_rule *r = omasec_rule_new();

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->sel.direction = direction;
	r->sel.port_min = port;
	r->sel.port_max = port;
	r->role = direction == OMASEC_DIRECTION_OUT ? OMASEC_ROLE_CLIENT : OMASEC_ROLE_SERVER;
	r->integrity = OMASEC_INTEGRITY_HMAC;
	r->max_message = 1000;
	r->deadline_ms = 60000;
	return r;
}

#endif
