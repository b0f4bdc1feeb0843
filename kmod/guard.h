/* SPDX-License-Identifier: GPL-2.0 */
/* The guard: blocks what should have been attached and was not. */
#ifndef OMASEC_GUARD_H
#define OMASEC_GUARD_H

#include "net.h"

int omasec_guard_init(void);
/* After return no hook runs and nothing that one queued is left. */
void omasec_guard_exit(void);

#endif
