/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow as things come in. */
#ifndef TOOL_ARRAY_H
#define TOOL_ARRAY_H

#include <stddef.h>

/*
 * Room for one more element of @size octets behind @count. 0, or -ENOMEM, after which
 * the array is what it was.
 */
int array_grow(void **array, size_t count, size_t *cap, size_t size);

#endif
