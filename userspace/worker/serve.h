/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The worker's loop: one request, one answer, until the parent goes away.
 */
#ifndef WORKER_SERVE_H
#define WORKER_SERVE_H

#include <stdint.h>

/* Says HELLO on @fd, then serves. Returns the exit code of the process. */
int serve(int fd, uint32_t landlock);

#endif
