/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What parent and worker say to each other over their socketpair (stream).
 * A frame is a header and @length octets. The worker begins with HELLO once its
 * sandbox is closed; then the parent asks one thing, and the worker answers
 * with the same @id. Both are of one build: HELLO carries the sizes to prove it.
 *
 *	PARSE      struct worker_parse, message    -> FACTS or ERROR
 *	LIST       struct worker_list              -> COMMANDS or ERROR
 *	EDIT       struct worker_edit, struct dm_changes or nothing -> BODY or ERROR
 *	CHALLENGE  struct worker_challenge         -> BODY or ERROR
 *	XSEC       struct worker_xsec, message     -> BODY or ERROR
 *
 * LIST, EDIT and CHALLENGE are about the message of the last PARSE and name its id. XSEC
 * has a message of its own. Before it answers, the worker may ask for what takes a key, once,
 * of objects once for each, and to convert a message not at all, with the id of the request:
 *
 *	CRYPTO     struct worker_crypto, octets    <- CRYPTO_DONE
 */
#ifndef DM_WORKER_IPC_H
#define DM_WORKER_IPC_H

#include "dm.h"

#include <xsec/xsec.h>

#define WORKER_FD	3	/* the worker's end of the socketpair */
#define WORKER_NAME	"omasecd-worker"
#define WORKER_MAGIC	0x6f6d0001u
#define WORKER_PUBLIC_MAX	1200	/* octets of a public key */
#define WORKER_CRYPTO_MAX	(2 * XSEC_MESSAGE_MAX)	/* octets of a CRYPTO */

/* Exit codes of the worker. */
#define WORKER_EXIT_SANDBOX	70
#define WORKER_EXIT_PROTOCOL	71
#define WORKER_EXIT_XSEC	72
#define WORKER_EXIT_USAGE	64

enum worker_op {
	WORKER_HELLO = 1, WORKER_PARSE, WORKER_LIST, WORKER_EDIT, WORKER_CHALLENGE, WORKER_XSEC,
	WORKER_FACTS, WORKER_COMMANDS, WORKER_BODY, WORKER_ERROR, WORKER_CRYPTO, WORKER_CRYPTO_DONE,
};

struct worker_frame {
	uint32_t magic;
	uint32_t op;
	uint32_t id;
	uint32_t length;
};

struct worker_hello {
	uint32_t facts_size, edits_size, list_size, changes_size, challenge_size, xsec_size;
	uint32_t landlock;	/* ABI version in force, 0: the kernel has none */
};

struct worker_parse {
	char content_type[DM_TYPE_MAX];
};

struct worker_list {
	uint32_t parse_id;
	uint32_t items;		/* see dm_commands() */
};

struct worker_edit {
	uint32_t parse_id;
	struct dm_edits edits;
};

struct worker_challenge {
	uint32_t parse_id;
	struct dm_challenge challenge;
};

enum worker_xsec_what {
	WORKER_VERIFY = 1, WORKER_SIGN, WORKER_ENCRYPT, WORKER_DECRYPT,
	WORKER_ENCRYPT_OBJECTS, WORKER_DECRYPT_OBJECTS, WORKER_SIGN_OBJECTS, WORKER_VERIFY_OBJECTS,
	WORKER_TO_XML, WORKER_TO_WBXML,		/* dm_convert(), with no key */
	WORKER_HEADER,				/* xsec_header(), with no key */
};

/* See xsec.h; texts are terminated, an empty one stands for none. */
struct worker_xsec {
	uint32_t what;
	uint32_t sign;
	uint32_t cipher, wrap;
	uint32_t require;	/* 0 or 1: of objects, that each is signed */
	char name[XSEC_NAME_MAX];
	char target[XSEC_TARGET_MAX];
	uint32_t public_len;
	uint8_t public[WORKER_PUBLIC_MAX];
};

struct worker_crypto {
	uint32_t op, sign, cipher, wrap, wrapped_len;
	uint8_t wrapped[XSEC_WRAPPED_MAX];
};

struct worker_crypto_done {
	int32_t error;		/* 0 or negative errno */
	uint32_t wrapped_len;
	uint8_t wrapped[XSEC_WRAPPED_MAX];
};

struct worker_error {
	int32_t error;		/* negative errno */
	struct dm_error detail;
};

void worker_hello_fill(struct worker_hello *hello, uint32_t landlock);
bool worker_hello_valid(const struct worker_hello *hello);

bool worker_xsec_valid(const struct worker_xsec *how);
/* How often the worker may ask for a key to be used. */
unsigned int worker_xsec_questions(const struct worker_xsec *how);
/* What the worker asks for is what its request needs, and nothing else. */
bool worker_crypto_fits(const struct worker_crypto *ask, const struct worker_xsec *how);

/* The header is ours and its length is one that @op may have. */
bool worker_frame_valid(const struct worker_frame *frame);

#endif
