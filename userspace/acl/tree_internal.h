/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the tree share. */
#ifndef ACL_TREE_INTERNAL_H
#define ACL_TREE_INTERNAL_H

#include "tree.h"

/* Takes @acl, which counts in the tree and in the nodes above; the old one is freed. */
void acl_tree_put(struct acl_tree *t, struct acl_node *n, struct acl *acl, bool broken);

#endif
