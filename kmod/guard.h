/* SPDX-License-Identifier: GPL-2.0 */
/* The guard: blocks what should have been attached and was not. */
#ifndef OMASEC_GUARD_H
#define OMASEC_GUARD_H

#include "net.h"

int omasec_guard_net_init(struct omasec_net *on);
void omasec_guard_net_exit(struct omasec_net *on);
/* Waits for what the guard queued. */
void omasec_guard_flush(void);

#endif
