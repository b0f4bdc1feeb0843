/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A subtree of the management tree as the data of an Item (DM TND 1.2, section 7): which nodes
 * it has, and how some of them are taken out. It may stand there as elements, or as XML in
 * the text of Data. What cannot be read with one meaning is not read at all.
 */
#ifndef DM_SUBTREE_H
#define DM_SUBTREE_H

#include "doc.h"

/**
 * struct subtree - one that was found
 * @doc: which has its elements: that of the message, or @own
 * @data: node of Data in the message
 * @root: node of MgmtTree in @doc
 */
struct subtree {
	const struct dm_doc *doc;
	struct dm_doc *own;
	uint32_t data, root;
};

/* That of the Item at @item of @doc. 0, -EBADMSG for none that can be read, -ENOMEM. */
int subtree_open(const struct dm_doc *doc, uint32_t item, struct subtree *s, struct dm_error *err);
void subtree_close(struct subtree *s);

/*
 * Called for each node, those around it first. @uri: NULL when its name is none that is the same
 * with and without escapes. @within: place of the one around it plus 1, 0 for none.
 */
typedef int (*subtree_fn)(void *arg, const char *uri, unsigned int within);

/* @source: the LocURI that was reported, for nodes without Path. 0, -EBADMSG, or what @fn returned. */
int subtree_each(const struct subtree *s, const char *source, subtree_fn fn, void *arg, struct dm_error *err);

/* Takes out the nodes at the places @nth, in rising order and none within another, of the Item at @item. */
int subtree_cut(struct splices *s, uint32_t item, const uint16_t *nth, unsigned int count, struct dm_error *err);

#endif
