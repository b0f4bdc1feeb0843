/* SPDX-License-Identifier: GPL-2.0 */
/* What one management tree changes in another: a walk over both. */
#ifndef TOOL_ACL_DIFF_H
#define TOOL_ACL_DIFF_H

#include "acl/tree.h"
#include "out.h"

/**
 * struct acl_diff - differences
 * @all: they are appended to, NULL for text
 * @text: a line for each is written to
 * @count: how many there are
 */
struct acl_diff {
	json_t *all;
	FILE *text;
	unsigned int count;
};

/* Nodes that are gone or not alike in the order of @a, then new ones in that of @b. */
void acl_diff_trees(struct acl_diff *d, const struct acl_tree *a, const struct acl_tree *b);

#endif
