/* SPDX-License-Identifier: GPL-2.0 */
/* A set of names: filled, then asked. */
#ifndef TOOL_NAMESET_H
#define TOOL_NAMESET_H

#include <omasec.h>
#include <stdbool.h>
#include <stddef.h>

struct nameset {
	char (*name)[OMASEC_NAME_MAX + 1];
	size_t count, cap;
	bool sorted;
};

/* 0 or -ENOMEM. */
int nameset_add(struct nameset *s, const char *name);
bool nameset_has(struct nameset *s, const char *name);
void nameset_free(struct nameset *s);

#endif
