/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A message of the client under ACLs, on its way to the server: what its Status say of
 * changes that waited, and what is due to the server and goes along. Pure but for the
 * change of the tree, which whoever keeps it makes, in the transaction that also keeps
 * the dues: the message may leave only when both are kept.
 */
#ifndef ACL_ANSWER_H
#define ACL_ANSWER_H

#include "filter.h"

/**
 * struct acl_answer - a message of the client
 * @t: the tree, which @change changes
 * @who: the server
 * @f, @l: of the message; the list may be without items
 * @wire: for each Status the MsgID on the wire of what it answers
 * @next: the first CmdID that an answer may have
 * @change: makes what a pending due says, or for ACL_DUE_WRITE sets the list. 0; 1 where the
 *	tree does not fit it, which changes nothing; or a negative errno, which ends all
 */
struct acl_answer {
	const struct acl_tree *t;
	const struct acl_principal *who;
	const struct dm_facts *f;
	const struct dm_list *l;
	const uint32_t *wire;
	uint32_t next;
	int (*change)(void *arg, const struct acl_due *due, const char *uri, const char *text);
	acl_filter_fn fn;	/* for each list that is read or written; may be NULL */
	void *arg;
};

/*
 * Where a list was asked for that has what the server may not read, what it may not is cut out of
 * all Results from then on, to the end of the session.
 *
 * @dues: what is due after it. A message of the client that is sent once more has the same
 * answers and changes nothing. @changes: what goes into the message, and Results to cut
 * out. @hide: Status that answer what the server did not ask. 0, what @change ended with,
 * -E2BIG without room, -ENOMEM: the message may not leave then, and @dues are no good.
 */
int acl_answer(const struct acl_answer *a, struct acl_dues *dues, struct dm_changes *changes,
	       bool hide[DM_STATUS_MAX]);

/*
 * Whether a Status of the server is for Results that omasec has put into a message of the
 * client: @sent is its number for the client's application, @cmd the CmdID there.
 */
bool acl_due_results(const struct acl_dues *dues, uint32_t sent, uint32_t cmd);

#endif
