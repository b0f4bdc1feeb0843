/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading elements strictly, for facts.c and commands.c: every child once, none unknown. */
#ifndef DM_WANT_H
#define DM_WANT_H

#include "doc.h"

/* A child that is looked for. */
struct want {
	uint16_t tag;
	bool required;
	bool many;
	uint32_t *node;
};

enum strictness {
	ONLY_WANTED,		/* nothing else may stand there */
	OTHERS_OF_SYNCML,	/* other elements of the standard may */
	ANY_OTHER,		/* anything may */
};

/* Finds the wanted children of @parent; nodes not found are 0. */
int want_children(const struct dm_doc *doc, uint32_t parent, const struct want *wants, size_t count,
		  enum strictness others, struct dm_error *err);

#define WANT(doc, parent, wants, others, err) \
	want_children(doc, parent, wants, sizeof(wants) / sizeof((wants)[0]), others, err)

int want_number(const struct dm_doc *doc, uint32_t node, uint32_t min, uint32_t *value,
		struct dm_error *err);

#endif
