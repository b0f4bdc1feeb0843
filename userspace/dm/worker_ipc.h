/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What parent and worker say to each other over their socketpair (stream).
 * A frame is a header and @length octets. The worker begins with HELLO once its
 * sandbox is closed; then the parent asks one thing, and the worker answers
 * with the same @id. Both are of one build: HELLO carries the sizes to prove it.
 *
 *	PARSE      struct worker_parse, message    -> FACTS or ERROR
 *	EDIT       struct worker_edit              -> BODY or ERROR
 *	CHALLENGE  struct worker_challenge         -> BODY or ERROR
 *
 * EDIT and CHALLENGE are about the message of the last PARSE and name its id.
 */
#ifndef DM_WORKER_IPC_H
#define DM_WORKER_IPC_H

#include "dm.h"

#define WORKER_FD	3	/* the worker's end of the socketpair */
#define WORKER_NAME	"omasecd-worker"
#define WORKER_MAGIC	0x6f6d0001u

/* Exit codes of the worker. */
#define WORKER_EXIT_SANDBOX	70
#define WORKER_EXIT_PROTOCOL	71
#define WORKER_EXIT_USAGE	64

enum worker_op {
	WORKER_HELLO = 1, WORKER_PARSE, WORKER_EDIT, WORKER_CHALLENGE,
	WORKER_FACTS, WORKER_BODY, WORKER_ERROR,
};

struct worker_frame {
	uint32_t magic;
	uint32_t op;
	uint32_t id;
	uint32_t length;
};

struct worker_hello {
	uint32_t facts_size, edits_size, challenge_size;
	uint32_t landlock;	/* ABI version in force, 0: the kernel has none */
};

struct worker_parse {
	char content_type[DM_TYPE_MAX];
};

struct worker_edit {
	uint32_t parse_id;
	struct dm_edits edits;
};

struct worker_challenge {
	uint32_t parse_id;
	struct dm_challenge challenge;
};

struct worker_error {
	int32_t error;		/* negative errno */
	struct dm_error detail;
};

void worker_hello_fill(struct worker_hello *hello, uint32_t landlock);
bool worker_hello_valid(const struct worker_hello *hello);

/* The header is ours and its length is one that @op may have. */
bool worker_frame_valid(const struct worker_frame *frame);

#endif
