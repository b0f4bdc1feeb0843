/* SPDX-License-Identifier: GPL-2.0 */
/* The guard: blocks what should have been attached and was not. */
#ifndef OMASEC_GUARD_H
#define OMASEC_GUARD_H

#include "net.h"

/*
 * A namespace pays for the guard only while it has rules: up before rules come
 * into force (0 or a negative errno), down after the last one is out of force.
 * config_lock held; both may sleep, and do nothing when it is so already.
 */
int omasec_guard_up(struct omasec_net *on);
void omasec_guard_down(struct omasec_net *on);

int omasec_guard_init(void);
/* After return no hook runs and nothing that one queued is left. */
void omasec_guard_exit(void);

#endif
