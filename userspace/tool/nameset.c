// SPDX-License-Identifier: GPL-2.0
/* A set of names. See nameset.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nameset.h"

static int nameset_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

int nameset_add(struct nameset *s, const char *name)
{
	if (s->count == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 64;
		void *p = reallocarray(s->name, cap, sizeof(*s->name));

		if (!p)
			return -ENOMEM;
		s->name = p;
		s->cap = cap;
	}
	strncpy(s->name[s->count], name, OMASEC_NAME_MAX);
	s->name[s->count++][OMASEC_NAME_MAX] = '\0';
	s->sorted = false;
	return 0;
}

bool nameset_has(struct nameset *s, const char *name)
{
	if (!s->count)
		return false;
	if (!s->sorted)
		qsort(s->name, s->count, sizeof(*s->name), nameset_compare);
	s->sorted = true;
	return bsearch(name, s->name, s->count, sizeof(*s->name), nameset_compare);
}

void nameset_free(struct nameset *s)
{
	free(s->name);
	memset(s, 0, sizeof(*s));
}
