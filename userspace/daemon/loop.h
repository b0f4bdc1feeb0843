/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting: signals, the module, the workers, time. */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include "helper.h"

/* Blocks the signals that loop_run() takes; before any worker is started. 0 or negative. */
int loop_prepare(int *signal_fd);
/* Until a signal asks to end (0), or something fails for good (a negative errno). */
int loop_run(struct helper *h, int signal_fd);

#endif
