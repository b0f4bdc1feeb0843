/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is due in a session of a server under ACLs: a Status for what its client never
 * got, a change of the tree for what the client got and has not answered yet, and a Status
 * for what the server never got. Plain data, so that it can be stored as it is. Texts are
 * offsets into @text, 0 for none.
 */
#ifndef ACL_DUE_H
#define ACL_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACL_DUES_MAX	1024
#define ACL_DUES_TEXT	(192u << 10)

enum acl_due_what {
	ACL_DUE_STATUS,		/* @code */
	ACL_DUE_RESULTS,	/* @text as the value of @uri; right behind its Status */
	ACL_DUE_READ,		/* Get of the list of @uri */
	ACL_DUE_WRITE,		/* @text as the list of @uri */
	ACL_DUE_STAND_IN,	/* the client was asked something else: its answer is not for the server */
	ACL_DUE_RECEIPT,	/* the client's Results that were for nobody: a Status to the client */
	ACL_DUE_ADD,		/* of @kind */
	ACL_DUE_DELETE,
	ACL_DUE_RENAME,		/* @text is the new name, escapes resolved */
	ACL_DUE_COPY,		/* to @text */
	ACL_DUE_LIST,		/* @text as the list of @uri, set by the client itself */
	ACL_DUE_PRUNE,		/* a list was asked for in session @text: @uri and beneath is not to be told there */
	ACL_DUES
};

/**
 * struct acl_due - one of them
 * @msg, @cmd: MsgID on the wire and CmdID of the server's command; of the client's own, as the
 *	client numbers them, for ACL_DUE_RECEIPT
 * @sent: number of the client's message that tells it; 0 for none yet
 * @own: the CmdID that it has there
 * @command: enum dm_cmd of the server's command
 * @quiet: the server wants no Status
 * @uri: what the server wrote, or for a change the spelling of acl_uri_spell()
 */
struct acl_due {
	uint32_t msg, cmd, sent, own;
	uint32_t uri, text;
	uint16_t code;
	uint8_t what, command, kind, quiet;
};

struct acl_dues {
	uint32_t count, text_len;
	struct acl_due due[ACL_DUES_MAX];
	char text[ACL_DUES_TEXT];	/* begins with the empty one */
};

void acl_dues_init(struct acl_dues *d);
/* @uri and @text are copied, NULL for none. 0, or -E2BIG when there is no room. */
int acl_dues_add(struct acl_dues *d, const struct acl_due *due, const char *uri, const char *text);
/* Takes out those that @which says, and their texts. */
void acl_dues_drop(struct acl_dues *d, bool (*which)(const struct acl_due *due, uint32_t arg), uint32_t arg);

static inline const char *acl_due_text(const struct acl_dues *d, uint32_t at)
{
	return d->text + at;
}

/* A change of the tree that waits for the client's Status. */
static inline bool acl_due_pending(const struct acl_due *due)
{
	return due->what >= ACL_DUE_ADD && due->what <= ACL_DUE_LIST;
}

/* @due keeps something back in session @id; and whether any does. */
bool acl_due_prunes(const struct acl_dues *d, const struct acl_due *due, const char *id);
bool acl_dues_prune(const struct acl_dues *d, const char *id);

/* All changes of @before that wait in message @msg wait in @d as well. */
bool acl_dues_keep(const struct acl_dues *d, const struct acl_dues *before, uint32_t msg);

/* Octets to store, in @out with room for sizeof(*d); and back: 0, or -EINVAL for what was not stored. */
size_t acl_dues_pack(const struct acl_dues *d, void *out);
int acl_dues_unpack(struct acl_dues *d, const void *in, size_t len);

#endif
