/* SPDX-License-Identifier: GPL-2.0 */
/* The management tree that the verbs of omasec acl look at: of the store, or of a file. */
#ifndef TOOL_ACL_SOURCE_H
#define TOOL_ACL_SOURCE_H

#include "acl_file.h"
#include "daemon/acl_store.h"

/**
 * struct acl_source - a tree
 * @name: for messages
 * @root_listed: the root has a list and not the default
 */
struct acl_source {
	const struct acl_tree *tree;
	const char *name;
	bool root_listed;
	struct acl_store *store;
	struct tnds file;
};

/*
 * As the options of the command line say. 0, or @refused (EXIT_NOT_PERMITTED where that
 * is EXIT_REFUSED and it is so) after an error was printed. To be freed in any case.
 */
int acl_source_load(struct tool *t, struct acl_source *s, int refused);
void acl_source_free(struct acl_source *s);

/* Names of options, or the values of one: words for the shell. */
void acl_option_complete(const char *name);

/* The store to be changed (made with @create) or searched. As above. */
int acl_source_store(struct tool *t, bool create, struct acl_store **st, int refused);
/* Tells of a negative errno of the store; an exit code. */
int acl_source_refused(struct tool *t, const struct acl_store *st, int err);
/* The node of a URI whatever its query, or NULL. */
const struct acl_node *acl_source_node(const struct acl_tree *tree, const char *text);

#endif
