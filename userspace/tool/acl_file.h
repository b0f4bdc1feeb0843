/* SPDX-License-Identifier: GPL-2.0 */
/* What the verbs of omasec acl share: the file, its faults, a node of the command line. */
#ifndef TOOL_ACL_FILE_H
#define TOOL_ACL_FILE_H

#include "out.h"
#include "tnds.h"

/*
 * Reads @path (- is standard input). 0, @refused after an error or faults of the tree
 * were printed. What else is found is printed too; lists that cannot be read allow
 * nothing. @d is to be freed with tnds_free() in any case.
 */
int acl_file_load(struct tool *t, const char *path, struct tnds *d, int refused);
/* As above, without a word about faults; -EINVAL when there is no tree to look at. */
int acl_file_read(struct tool *t, const char *path, struct tnds *d, int refused);
void acl_file_faults(FILE *f, const char *path, const struct tnds *d);

/* "" for what inherits; room for ACL_TEXT_MAX + 1. "(cannot be read)" for a broken one. */
const char *acl_file_list(const struct acl_node *n, char *out);

#endif
