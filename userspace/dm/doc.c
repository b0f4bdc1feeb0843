// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Life of a document: the content type says which reader takes the octets, the
 * reader fills the nodes, facts.c decides whether they are a DM message.
 */
#include "doc.h"

#include <errno.h>
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void dm_init(void)
{
	xml_init();
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* RFC 7231, 3.1.1.1: parameters; only charset matters, and only UTF-8 is taken. */
static int content_parameters(const char *p, struct dm_error *err)
{
	while (*(p = skip_blanks(p))) {
		size_t name, value;

		if (*p != ';')
			goto malformed;
		p = skip_blanks(p + 1);
		if (!*p || *p == ';')
			continue;
		name = strcspn(p, "= \t;\"");
		if (!name || p[name] != '=')
			goto malformed;
		value = p[name + 1] == '"' ? strcspn(p + name + 2, "\"\\") + 2 :
					     strcspn(p + name + 1, " \t;\"");
		if (p[name + 1] == '"' && p[name + value] != '"')
			goto malformed;
		if (name == 7 && !strncasecmp(p, "charset", 7) &&
		    !(value == 5 && !strncasecmp(p + 8, "utf-8", 5)) &&
		    !(value == 7 && !strncasecmp(p + 8, "\"utf-8\"", 7)))
			return dm_fail(err, OMASEC_REASON_DM_BAD,
				       "content type names a charset other than UTF-8");
		p += name + 1 + value;
	}
	return 0;
malformed:
	return dm_fail(err, OMASEC_REASON_DM_BAD, "content type has malformed parameters");
}

static int content_encoding(const char *type, enum dm_encoding *encoding, struct dm_error *err)
{
	static const struct {
		const char *name;
		enum dm_encoding encoding;
	} types[] = {
		{ "application/vnd.syncml.dm+xml", DM_XML },
		{ "application/vnd.syncml.dm+wbxml", DM_WBXML },
		{ "application/vnd.syncml+xml", DM_XML },
		{ "application/vnd.syncml+wbxml", DM_WBXML },
	};
	size_t len, i;

	if (!type || strnlen(type, DM_TYPE_MAX) >= DM_TYPE_MAX)
		return dm_fail(err, OMASEC_REASON_DM_BAD,
			       "content type is missing or over %u octets", DM_TYPE_MAX - 1);
	type = skip_blanks(type);
	len = strcspn(type, " \t;");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (len == strlen(types[i].name) && !strncasecmp(type, types[i].name, len)) {
			*encoding = types[i].encoding;
			return content_parameters(type + len, err);
		}
	}
	return dm_fail(err, OMASEC_REASON_DM_BAD, "content type is not that of a DM message");
}

int dm_parse(const uint8_t *body, size_t len, const char *content_type,
	     struct dm_doc **result, struct dm_error *err)
{
	enum dm_encoding encoding = DM_XML;
	struct dm_doc *doc;
	int ret;

	*result = NULL;
	ret = content_encoding(content_type, &encoding, err);
	if (ret)
		return ret;
	if (len > DM_BODY_MAX)
		return dm_fail(err, OMASEC_REASON_TOO_LARGE, "message is over %u octets",
			       DM_BODY_MAX);
	doc = calloc(1, sizeof(*doc));
	if (!doc)
		return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	doc->encoding = encoding;
	doc->body = body;
	doc->len = len;
	ret = encoding == DM_XML ? xml_read(doc, err) : wbxml_read(doc, err);
	if (!ret)
		ret = facts_find(doc, err);
	if (ret) {
		dm_doc_free(doc);
		return ret;
	}
	*result = doc;
	return 0;
}

void dm_doc_free(struct dm_doc *doc)
{
	if (!doc)
		return;
	free(doc->nodes);
	free(doc->text);
	free(doc);
}

int dm_node_add(struct dm_doc *doc, uint32_t parent, uint32_t *last, enum dm_node_kind kind,
		uint32_t *index, struct dm_error *err)
{
	struct dm_node *n;

	if (doc->count == doc->cap) {
		uint32_t cap = doc->cap ? doc->cap * 2 : 256;

		if (cap > DM_NODES_MAX)
			return dm_fail(err, OMASEC_REASON_TOO_LARGE,
				       "over %u elements and texts", DM_NODES_MAX);
		n = realloc(doc->nodes, cap * sizeof(*n));
		if (!n)
			return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
		doc->nodes = n;
		doc->cap = cap;
	}
	n = &doc->nodes[doc->count];
	memset(n, 0, sizeof(*n));
	n->kind = (uint8_t)kind;
	n->parent = parent;
	if (doc->count) {
		if (*last)
			doc->nodes[*last].next = doc->count;
		else
			doc->nodes[parent].child = doc->count;
		*last = doc->count;
		if (kind == DM_ELEMENT)
			doc->nodes[parent].flags |= DM_NODE_PARENT;
	}
	*index = doc->count++;
	return 0;
}
