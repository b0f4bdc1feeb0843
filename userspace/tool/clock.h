/* SPDX-License-Identifier: GPL-2.0 */
/* A clock that only goes forward, for what waits. */
#ifndef TOOL_CLOCK_H
#define TOOL_CLOCK_H

#include <stdint.h>

/* Milliseconds since some time. */
int64_t clock_now_ms(void);
/* Milliseconds until the nearer of two times, at most 1000 s; -1 for neither (both negative). */
int clock_wait_ms(int64_t a, int64_t b);

#endif
