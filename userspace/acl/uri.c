// SPDX-License-Identifier: LGPL-2.1-or-later
/* URIs and names. See uri.h. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "dm/text.h"
#include "uri.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Has to be escaped in a name: what would end it, or begin an escape. */
static bool special(unsigned char c)
{
	return c == '%' || c == '?' || c == '#';
}

/* May be escaped: many write blanks and UTF-8 as they are. */
static bool escapable(unsigned char c)
{
	return special(c) || c == ' ' || c >= 0x80;
}

int acl_name_decode(const char *text, size_t len, char *out, size_t *used)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '%') {
			if (len - i < 3 || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
				return -EINVAL;
			c = (unsigned char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
			i += 2;
			if (!escapable(c))
				return -EINVAL;
		} else if (c < ' ' || c == 0x7f || c == '/' || special(c)) {
			return -EINVAL;
		}
		if (n == ACL_NAME_MAX)
			return -ENAMETOOLONG;
		out[n++] = (char)c;
	}
	if (!n || (n == 1 && out[0] == '.') || (n == 2 && !memcmp(out, "..", 2)) ||
	    !dm_utf8_plain((const uint8_t *)out, n))
		return -EINVAL;
	*used = n;
	return 0;
}

size_t acl_name_encode(const char *name, size_t len, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (!special(c)) {
			if (out)
				out[n] = (char)c;
			n++;
			continue;
		}
		if (out) {
			out[n] = '%';
			out[n + 1] = digits[c >> 4];
			out[n + 2] = digits[c & 15];
		}
		n += 3;
	}
	return n;
}

static const char *const props[] = {
	[ACL_PROP_ACL] = "ACL", [ACL_PROP_FORMAT] = "Format", [ACL_PROP_NAME] = "Name",
	[ACL_PROP_SIZE] = "Size", [ACL_PROP_TITLE] = "Title", [ACL_PROP_TSTAMP] = "TStamp",
	[ACL_PROP_TYPE] = "Type", [ACL_PROP_VERNO] = "VerNo",
};

static const char *const lists[] = {
	[ACL_LIST_STRUCT] = "Struct", [ACL_LIST_STRUCT_DATA] = "StructData", [ACL_LIST_TNDS] = "TNDS",
};

static unsigned int word(const char *const *words, unsigned int count, const char *text, size_t len)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (strlen(words[i]) == len && !memcmp(words[i], text, len))
			break;
	return i;
}

static int query_parse(const char *text, size_t len, struct acl_uri *uri)
{
	if (len < 5 || (memcmp(text, "prop=", 5) && memcmp(text, "list=", 5)))
		return -EINVAL;
	if (text[0] == 'p') {
		uri->query = ACL_QUERY_PROP;
		uri->prop = (enum acl_prop)word(props, ACL_PROP_UNKNOWN, text + 5, len - 5);
	} else {
		uri->query = ACL_QUERY_LIST;
		uri->list = (enum acl_list)word(lists, ACL_LIST_UNKNOWN, text + 5, len - 5);
	}
	return 0;
}

int acl_uri_parse(const char *text, size_t len, struct acl_uri *uri)
{
	const char *mark, *end = text + len, *p;
	int rc;

	uri->depth = 0;
	uri->query = ACL_QUERY_NONE;
	uri->prop = ACL_PROP_UNKNOWN;
	uri->list = ACL_LIST_UNKNOWN;
	uri->at[0] = 0;
	if (len > ACL_URI_MAX)
		return -ENAMETOOLONG;
	mark = len ? memchr(text, '?', len) : NULL;
	if (mark) {
		rc = query_parse(mark + 1, (size_t)(end - mark) - 1, uri);
		if (rc)
			return rc;
		end = mark;
		len = (size_t)(end - text);
	}
	if (!len || text[0] != '.' || (len > 1 && text[1] != '/'))
		return -EINVAL;
	if (len <= 2)		/* "." and "./" */
		return 0;
	p = text + 2;
	for (;;) {
		const char *slash = memchr(p, '/', (size_t)(end - p)), *stop = slash ? slash : end;
		size_t used;

		if (uri->depth == ACL_DEPTH_MAX)
			return -ENAMETOOLONG;
		if (stop - p > 3 * ACL_NAME_MAX)
			return -ENAMETOOLONG;
		rc = acl_name_decode(p, (size_t)(stop - p), uri->names + uri->at[uri->depth], &used);
		if (rc)
			return rc;
		uri->at[uri->depth + 1] = (uint16_t)(uri->at[uri->depth] + used);
		uri->depth++;
		if (!slash)
			return 0;
		p = slash + 1;
	}
}

int acl_uri_spell(const struct acl_uri *uri, unsigned int depth, char out[ACL_URI_MAX + 1])
{
	size_t at = 1, len;
	unsigned int i;

	out[0] = '.';
	for (i = 0; i < depth; i++) {
		const char *name = acl_uri_name(uri, i, &len);

		if (at + 1 + acl_name_encode(name, len, NULL) > ACL_URI_MAX)
			return -ENAMETOOLONG;
		out[at++] = '/';
		at += acl_name_encode(name, len, out + at);
	}
	out[at] = '\0';
	return 0;
}

bool acl_uri_above(const char *a, const char *b)
{
	size_t len = strlen(a);

	return !strncmp(a, b, len) && (!b[len] || b[len] == '/');
}
