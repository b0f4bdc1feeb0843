// SPDX-License-Identifier: GPL-2.0
/* See array.h. */
#include <errno.h>
#include <stdlib.h>

#include "array.h"

int array_grow(void **array, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? 2 * *cap : 16;
	void *p;

	if (count < *cap)
		return 0;
	p = reallocarray(*array, more, size);
	if (!p)
		return -ENOMEM;
	*array = p;
	*cap = more;
	return 0;
}
