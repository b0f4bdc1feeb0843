/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A message of a server under ACLs: which of its commands go on to the client, and what
 * is due for the others. Pure; the tree is not changed here.
 *
 * What a command changes counts only when its Status says that it was done, so a command
 * is let through by the lists as they are now. Where a change that waits for its Status
 * could give the right that is missing, the server is told to try again later (417).
 * That a node is missing, or is in the way, is left to the client where a change that
 * waits may make or remove it.
 */
#ifndef ACL_FILTER_H
#define ACL_FILTER_H

#include <dm/commands.h>

#include "due.h"
#include "judge.h"

/**
 * struct acl_filtered - what became of a command, or of an item of it
 * @command: place in dm_facts.command
 * @word: as the server wrote it: "Get"
 * @uri: what it names, "" for nothing
 * @d: why; where nothing was judged, the node is NULL
 */
struct acl_filtered {
	uint16_t command;
	const char *word, *uri;
	struct acl_decision d;
};

/* Called for each that is denied, and for each that omasec itself will answer or let change the tree. */
typedef void (*acl_filter_fn)(void *arg, const struct acl_filtered *f);

/*
 * @others: what waits in sessions of other servers, NULL for nothing: what it may touch is
 * nobody else's for now (417). @dues: what was due before; of a message with this MsgID
 * nothing is kept, for then it is the same once more. @changes: what is cut out of the message,
 * and the Status that the client waits for and the server knows nothing of. 0; -E2BIG when
 * there is no room, -ENOMEM: nothing of the message
 * may go on then, and @dues are no good.
 */
int acl_filter(const struct acl_tree *t, const struct acl_principal *who, const struct dm_facts *f,
	       const struct dm_list *l, const struct acl_dues *others, struct acl_dues *dues,
	       struct dm_changes *changes, acl_filter_fn fn, void *arg);

/* What the command of @f is called; "?" for none that is known. */
const char *acl_filter_word(uint8_t cmd);

/*
 * The Status of a client's message that answers @due; NULL for none. @wire: MsgID on the
 * wire for that of each Status.
 */
const struct dm_status *acl_due_answered(const struct acl_dues *dues, const struct acl_due *due,
					 const struct dm_facts *f, const struct dm_list *l,
					 const uint32_t *wire);
/* The place of the Status in front of which the answer to @due belongs. */
uint16_t acl_due_place(const struct acl_due *due, const struct dm_facts *f, const uint32_t *wire);

#endif
