/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may do what: one command of one server on one node. Pure, without memory, and
 * O(depth) except for Delete, which asks the lists beneath the node (see
 * acl_tree.delete_node_only). What is not allowed by a clause is denied.
 *
 * A node that is not there is judged as if it were and inherited: a server without the
 * right gets 425 either way, and 404 only where a node without a list of its own would
 * have been its to use.
 */
#ifndef ACL_JUDGE_H
#define ACL_JUDGE_H

#include "tree.h"

enum acl_command {
	ACL_CMD_ADD, ACL_CMD_COPY, ACL_CMD_DELETE, ACL_CMD_EXEC, ACL_CMD_GET, ACL_CMD_RENAME,
	ACL_CMD_REPLACE, ACL_CMDS,
};

/* "Add"; "?" for what is none. And back, ACL_CMDS for none. */
const char *acl_command_name(enum acl_command command);
enum acl_command acl_command_find(const char *name, size_t len);

/* Why, in the order of the table in judge.c. */
enum acl_clause {
	ACL_CLAUSE_NAMED,
	ACL_CLAUSE_STAR,
	ACL_CLAUSE_PARENT_REPLACE,
	ACL_CLAUSE_LOCAL,
	ACL_CLAUSE_NOBODY,
	ACL_CLAUSE_NO_ENTRY,
	ACL_CLAUSE_NOT_NAMED,
	ACL_CLAUSE_BROKEN,
	ACL_CLAUSE_BENEATH,
	ACL_CLAUSE_NOT_FOUND,
	ACL_CLAUSE_EXISTS,
	ACL_CLAUSE_ROOT,
	ACL_CLAUSE_PERMANENT,
	ACL_CLAUSE_INBOX,
	ACL_CLAUSE_ACCESS,
	ACL_CLAUSE_BELOW_LEAF,
	ACL_CLAUSE_COPY_LEAVES,
	ACL_CLAUSE_PROP_COMMAND,
	ACL_CLAUSE_PROP_FIXED,
	ACL_CLAUSE_PROP_UNKNOWN,
	ACL_CLAUSE_LIST_COMMAND,
	ACL_CLAUSE_LIST_UNKNOWN,
	ACL_CLAUSE_ROOT_ACL,
	ACL_CLAUSE_ACL_TEXT,
	ACL_CLAUSE_NAME_BAD,
	ACL_CLAUSE_URI_BAD,
	ACL_CLAUSE_URI_LONG,
	ACL_CLAUSE_COMMAND,
	ACL_CLAUSE_FULL,
	ACL_CLAUSE_LIST_BENEATH,
	ACL_CLAUSE_PRUNED,
	ACL_CLAUSE_SUBTREE,
	ACL_CLAUSE_NO_STATUS,
	ACL_CLAUSE_PENDING,
	ACL_CLAUSE_FOREIGN,
	ACL_CLAUSE_ATOMIC,
	ACL_CLAUSES
};

/* One word, one sentence, and the place of the rule in the standard ("TND 7.7.1.2"). */
const char *acl_clause_name(enum acl_clause c);
const char *acl_clause_text(enum acl_clause c);
const char *acl_clause_section(enum acl_clause c);

/**
 * struct acl_request - what is asked
 * @uri: with its query; ACL_CMD_RENAME takes the node, with or without ?prop=Name
 * @operand: URI of the target (Copy); the new name (Rename); the new list (Replace of
 *	?prop=ACL). NULL for not known, which skips the checks on it, but Copy needs it.
 */
struct acl_request {
	enum acl_command command;
	const char *uri;
	size_t uri_len;
	const char *operand;
	size_t operand_len;
};

/**
 * struct acl_decision - the answer
 * @status: 200, or what the server is to be told
 * @node: whose list decided, or that stands in the way; NULL where none did
 * @right: that was asked for last, 0 for none
 */
struct acl_decision {
	bool allow;
	uint16_t status;
	enum acl_clause clause;
	const struct acl_node *node;
	uint8_t right;
};

/* An answer that the form of a command already has, whatever the tree is like. */
void acl_decide(struct acl_decision *d, enum acl_clause c, const struct acl_node *node);
void acl_judge(const struct acl_tree *t, const struct acl_principal *who, const struct acl_request *q,
	       struct acl_decision *d);

/**
 * struct acl_walk - through a tree with the governing list at hand, O(1) for a node
 * @node: where it is; NULL behind the last
 * @governs: the node whose list counts there
 */
struct acl_walk {
	const struct acl_node *top, *node, *governs;
	const struct acl_node *above[ACL_DEPTH_MAX + 1];
};

/* At @top then. */
void acl_walk_begin(struct acl_walk *w, const struct acl_node *top);
/* @skip: not into the node where it is. */
void acl_walk_next(struct acl_walk *w, bool skip);

/*
 * For Get with ?list=: the answer may have the node where @w is. One that it may not have goes
 * with everything beneath it, because the URI of what is beneath names it.
 */
bool acl_walk_readable(const struct acl_walk *w, const struct acl_principal *who);

#endif
