// SPDX-License-Identifier: GPL-2.0
/* See clock.h. */
#include <time.h>

#include "clock.h"

int64_t clock_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int clock_wait_ms(int64_t a, int64_t b)
{
	int64_t now = clock_now_ms(), next = a;

	if (b >= 0 && (next < 0 || b < next))
		next = b;
	if (next < 0)
		return -1;
	if (next <= now)
		return 0;
	return next - now > 1000000 ? 1000000 : (int)(next - now);
}
