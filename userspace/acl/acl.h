/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libacl: the Access Control List of the management tree (OMA DM TND 1.2, 7.7.1).
 * This header has the text of a list and its parsed form; tree.h the nodes that
 * carry lists; judge.h who may do what. No I/O, no markup, no global state.
 */
#ifndef ACL_ACL_H
#define ACL_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACL_TEXT_MAX	4096	/* octets of a list */

/* Rights, in the order of the canonical form. */
enum acl_right {
	ACL_ADD = 1 << 0,
	ACL_DELETE = 1 << 1,
	ACL_EXEC = 1 << 2,
	ACL_GET = 1 << 3,
	ACL_REPLACE = 1 << 4,
};

#define ACL_RIGHTS	5

/* Writings that mean what the standard says, but that it advises against. */
#define ACL_LOOSE_REPEATED	0x01	/* a command has several entries: their union */
#define ACL_LOOSE_STAR		0x02	/* identifiers beside "*", which overrides them */

/* No padding: two lists are compared as octets. */
struct acl_id {
	uint16_t at, len;	/* in the text behind the identifiers */
	uint16_t rights;
};

/**
 * struct acl - a list that was parsed
 * @named: rights that have an entry
 * @star: rights that everybody has
 * @loose: ACL_LOOSE_ bits of the text
 * @count: identifiers, sorted, each once, with at least one right that is not in @star
 * @octets: of this allocation
 */
struct acl {
	uint8_t named, star, loose;
	uint16_t count;
	uint32_t octets;
	struct acl_id id[];
};

/* Where a text stops being a list, and what was expected there. */
struct acl_fault {
	size_t at;
	const char *expected;
};

/* "Add" for ACL_ADD; "?" for what is not one right. */
const char *acl_right_name(unsigned int right);
/* 0 for what is no command of a list; upper and lower case differ. */
unsigned int acl_right_find(const char *name, size_t len);

/* May stand in a list: printable ASCII except = & * + and white space. */
bool acl_id_valid(const char *id, size_t len);

/*
 * Parses; *@acl is malloc'ed, and NULL for the empty text, which is "no value". 0;
 * -EINVAL with @fault (may be NULL), -EMSGSIZE over ACL_TEXT_MAX, -ENOMEM: *@acl is
 * NULL then as well, so look at the return value first.
 */
int acl_parse(const char *text, size_t len, struct acl **acl, struct acl_fault *fault);
/* The same judgement without memory; @star is what "*" stands for. 0, -EINVAL, -EMSGSIZE. */
int acl_check(const char *text, size_t len, unsigned int *star, struct acl_fault *fault);
void acl_free(struct acl *acl);

/*
 * Canonical form: commands and identifiers sorted, each once, "*" alone. Never
 * longer than the text it came from. Terminated; returns the length.
 */
size_t acl_format(const struct acl *acl, char out[ACL_TEXT_MAX + 1]);
bool acl_same(const struct acl *a, const struct acl *b);

enum acl_grant {
	ACL_GRANT_NO_ENTRY,	/* the command is not in the list */
	ACL_GRANT_NOT_NAMED,	/* it is, without this identifier */
	ACL_GRANT_NAMED,
	ACL_GRANT_STAR,
};

/* Whole identifiers are compared. @right: one. */
enum acl_grant acl_grant(const struct acl *acl, unsigned int right, const char *id, size_t len);

/*
 * A copy without @id; entries that it leaves empty go. @root: as the standard has it
 * for the root, where Add and Get become "*". *@out is NULL when no entry is left. 0,
 * -ENOMEM.
 */
int acl_without(const struct acl *acl, const char *id, size_t len, bool root, struct acl **out);

#endif
