/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A management tree in a file (TNDS, OMA DM TND 1.2, section 7), as far as rights go:
 * names, lists, formats, and what a description among the properties says. Values are
 * not kept. Pure: octets in, tree and faults out.
 */
#ifndef TOOL_TNDS_H
#define TOOL_TNDS_H

#include <stdio.h>

#include "acl/tree.h"

#define TNDS_FILE_MAX		(64u << 20)	/* octets of a document */
#define TNDS_ELEMENTS_MAX	(1u << 20)
#define TNDS_FAULTS_MAX		200		/* that are kept */

enum tnds_weight {
	TNDS_NOTE,	/* allowed, and perhaps not meant */
	TNDS_LIST,	/* a list that cannot be read: its node allows nothing */
	TNDS_TREE,	/* the tree is not what the file says: nothing may be judged by it */
	TNDS_WEIGHTS
};

/**
 * struct tnds_fault - what is wrong
 * @line: 0 for the whole document
 * @text: where in the tree, what, and what was expected; not fit for a terminal
 */
struct tnds_fault {
	enum tnds_weight weight;
	uint32_t line;
	char *text;
};

/**
 * struct tnds - a document
 * @root_listed: it has a list for the root, which is the default otherwise
 * @kept: faults that are kept, in @fault
 * @count: all of them, by weight
 */
struct tnds {
	struct acl_tree tree;
	bool root_listed;
	struct tnds_fault fault[TNDS_FAULTS_MAX];
	unsigned int kept, count[TNDS_WEIGHTS];
};

/*
 * 0 when there is a tree to look at, even with faults; -EINVAL with one of TNDS_TREE
 * when it is no document of this kind; -ENOMEM. To be freed in any case.
 */
int tnds_read(struct tnds *t, const uint8_t *data, size_t len, const uint8_t seed[16]);
void tnds_free(struct tnds *t);

void tnds_fault_add(struct tnds *t, enum tnds_weight weight, uint32_t line, const struct acl_node *n,
		    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Adds notes of what is allowed and perhaps not meant. Sorts all by line. */
void tnds_review(struct tnds *t);

/*
 * The tree with its lists in canonical form, without values. -EINVAL, and nothing is
 * written, when a list could not be read: without it the node would inherit. -EIO when
 * @f did not take it.
 */
int tnds_write(FILE *f, const struct acl_tree *t);

#endif
