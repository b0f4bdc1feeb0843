/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * URIs of the management tree: "." or "./A/B", perhaps with ?prop= or ?list=. What a
 * client could take for another spelling of a name is the same name here, or refused:
 * otherwise it would be one node for the client and two for whoever looks for its list.
 */
#ifndef ACL_URI_H
#define ACL_URI_H

#include <stddef.h>
#include <stdint.h>

#define ACL_URI_MAX	2048	/* octets of a URI */
#define ACL_NAME_MAX	255	/* octets of a name, escapes resolved */
#define ACL_DEPTH_MAX	64	/* names of a URI */

enum acl_query { ACL_QUERY_NONE, ACL_QUERY_PROP, ACL_QUERY_LIST };

enum acl_prop {
	ACL_PROP_ACL, ACL_PROP_FORMAT, ACL_PROP_NAME, ACL_PROP_SIZE, ACL_PROP_TITLE, ACL_PROP_TSTAMP,
	ACL_PROP_TYPE, ACL_PROP_VERNO, ACL_PROP_UNKNOWN,
};

enum acl_list { ACL_LIST_STRUCT, ACL_LIST_STRUCT_DATA, ACL_LIST_TNDS, ACL_LIST_UNKNOWN };

/**
 * struct acl_uri - a URI, taken apart
 * @depth: names; 0 is the root
 * @at: where each begins in @names, and where the last ends
 * @names: one behind the other, escapes resolved
 */
struct acl_uri {
	uint8_t depth;
	enum acl_query query;
	enum acl_prop prop;
	enum acl_list list;
	uint16_t at[ACL_DEPTH_MAX + 1];
	char names[ACL_URI_MAX];
};

/*
 * 0; -ENAMETOOLONG over a limit; -EINVAL for everything that is no absolute URI:
 * empty names, "." and "..", escapes of what needs none, of "/" and of control
 * characters, octets that are not UTF-8, other queries.
 */
int acl_uri_parse(const char *text, size_t len, struct acl_uri *uri);

/* A name with its escapes resolved; @out has room for ACL_NAME_MAX. 0 and *@used, or as above. */
int acl_name_decode(const char *text, size_t len, char *out, size_t *used);
/* The spelling that is written. NULL as @out only counts. Not terminated. */
size_t acl_name_encode(const char *name, size_t len, char *out);

/*
 * The spelling of the first @depth names, without a query. Terminated; 0, or
 * -ENAMETOOLONG: escapes make it longer than what was read.
 */
int acl_uri_spell(const struct acl_uri *uri, unsigned int depth, char out[ACL_URI_MAX + 1]);

/* @a is @b or above it; both as acl_uri_spell() writes them. */
bool acl_uri_above(const char *a, const char *b);

static inline const char *acl_uri_name(const struct acl_uri *u, unsigned int i, size_t *len)
{
	*len = (size_t)(u->at[i + 1] - u->at[i]);
	return u->names + u->at[i];
}

#endif
