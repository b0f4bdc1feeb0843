// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Octets to a tree, within limits, and ways to look at the tree that overlook
 * nothing: whoever reads an element with them reads all that is in it.
 */
#include "internal.h"

#include <errno.h>
#include <libxml/hash.h>
#include <libxml/parser.h>
#include <stdlib.h>

#define IDS_MAX 4096

static const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
#if LIBXML_VERSION >= 21300
	| XML_PARSE_NO_XXE
#endif
#if LIBXML_VERSION >= 21400
	| XML_PARSE_NO_SYS_CATALOG
#endif
	;

/* Also refuses what is XML, but not with namespaces; NULL otherwise too. */
static xmlDocPtr read_strictly(const uint8_t *octets, size_t len)
{
	xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
	xmlDocPtr doc;

	if (!ctxt)
		return NULL;
	doc = xmlCtxtReadMemory(ctxt, (const char *)octets, (int)len, NULL, NULL, options);
	if (doc && (!ctxt->wellFormed || !ctxt->nsWellFormed || doc->intSubset || doc->extSubset)) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	xmlFreeParserCtxt(ctxt);
	return doc;
}

int xsec_doc_parse(const uint8_t *octets, size_t len, struct xsec_doc *doc, struct dm_error *err)
{
	int ret;

	memset(doc, 0, sizeof(*doc));
	if (len > XSEC_MESSAGE_MAX)
		return dm_fail(err, OMASEC_REASON_TOO_LARGE, "message is over %u octets",
			       XSEC_MESSAGE_MAX);
	ret = xml_scan(octets, len, &doc->scan, err);
	if (ret)
		return ret;
	doc->doc = read_strictly(octets, len);
	if (!doc->doc)
		return dm_fail(err, OMASEC_REASON_XML_BAD, "not well-formed XML");
	return 0;
}

void xsec_doc_free(struct xsec_doc *doc)
{
	if (doc->doc)
		xmlFreeDoc(doc->doc);
	xml_scan_free(&doc->scan);
	doc->doc = NULL;
}

int xsec_splice(const uint8_t *octets, size_t len, size_t at, size_t remove, const uint8_t *piece,
		size_t piece_len, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	size_t total = len - remove + piece_len;

	if (total > XSEC_MESSAGE_MAX)
		return dm_fail(err, OMASEC_REASON_TOO_LARGE, "the changed message is over %u octets",
			       XSEC_MESSAGE_MAX);
	*out = malloc(total);
	if (!*out)
		return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	memcpy(*out, octets, at);
	memcpy(*out + at, piece, piece_len);
	memcpy(*out + at + piece_len, octets + at + remove, len - at - remove);
	*out_len = total;
	return 0;
}

xmlBufferPtr xsec_serialise(xmlDocPtr doc, xmlNodePtr node)
{
	xmlBufferPtr buffer = xmlBufferCreate();

	if (buffer && xmlNodeDump(buffer, doc, node, 0, 0) > 0)
		return buffer;
	xmlBufferFree(buffer);
	return NULL;
}

bool xsec_is(const xmlNode *node, const char *name, const char *ns)
{
	return node->type == XML_ELEMENT_NODE && node->ns && node->ns->href &&
	       !strcmp((const char *)node->name, name) &&
	       !strcmp((const char *)node->ns->href, ns);
}

static xmlNodePtr element_at(xmlNodePtr node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

xmlNodePtr xsec_next(xmlNodePtr node)
{
	xmlNodePtr next = element_at(node->children);

	while (!next && node && node->type == XML_ELEMENT_NODE) {
		next = element_at(node->next);
		node = node->parent;
	}
	return next;
}

static bool blank(const xmlNode *node)
{
	return node->type == XML_TEXT_NODE && xmlIsBlankNode(node);
}

void xsec_walk(struct xsec_walk *walk, xmlNodePtr parent)
{
	walk->at = parent->children;
	while (walk->at && blank(walk->at))
		walk->at = walk->at->next;
}

xmlNodePtr xsec_take(struct xsec_walk *walk, const char *name, const char *ns)
{
	xmlNodePtr found = walk->at;

	if (!found || !xsec_is(found, name, ns))
		return NULL;
	do {
		walk->at = walk->at->next;
	} while (walk->at && blank(walk->at));
	return found;
}

bool xsec_done(struct xsec_walk *walk)
{
	return !walk->at;
}

const char *xsec_text(const xmlNode *node)
{
	const xmlNode *text = node->children;

	if (!text || text->type != XML_TEXT_NODE || text->next)
		return NULL;
	return (const char *)text->content;
}

const char *xsec_attribute(const xmlNode *node, const char *name)
{
	const xmlAttr *a;

	for (a = node->properties; a; a = a->next) {
		if (a->ns || strcmp((const char *)a->name, name))
			continue;
		if (!a->children)
			return "";
		return a->children->type == XML_TEXT_NODE && !a->children->next ?
		       (const char *)a->children->content : NULL;
	}
	return NULL;
}

bool xsec_attributes(const xmlNode *node, const char *a, const char *b)
{
	const xmlAttr *p;

	for (p = node->properties; p; p = p->next) {
		const char *name = (const char *)p->name;

		if (p->ns || !((a && !strcmp(name, a)) || (b && !strcmp(name, b))))
			return false;
	}
	return true;
}

const char *xsec_algorithm(const xmlNode *node)
{
	const xmlNode *child;

	for (child = node->children; child; child = child->next) {
		if (!blank(child))
			return NULL;
	}
	return xsec_attributes(node, "Algorithm", NULL) ? xsec_attribute(node, "Algorithm") : NULL;
}

long xsec_base64(const char *text, uint8_t *out, size_t cap)
{
	size_t n = 0, len = strlen(text), used = 0, i;
	char *packed = malloc(len + 1);
	int ret;

	if (!packed)
		return -1;
	for (i = 0; i < len; i++) {
		if (!strchr(" \t\r\n", text[i]))
			packed[n++] = text[i];
	}
	ret = dm_base64_decode(packed, n, out, cap, &used);
	free(packed);
	return ret ? -1 : (long)used;
}

static bool id_attribute(const xmlAttr *a)
{
	return !xmlStrcasecmp(a->name, BAD_CAST "id");
}

/* (A sort would do, but glibc's asks how much memory there is, which the sandbox forbids.) */
bool xsec_ids_unique(xmlDocPtr doc, struct dm_error *err)
{
	xmlNodePtr node = xmlDocGetRootElement(doc);
	xmlHashTablePtr ids = xmlHashCreate(IDS_MAX);
	bool unique = true;
	int n = 0;

	if (!ids) {
		dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
		return false;
	}
	for (; node && unique; node = xsec_next(node)) {
		const xmlAttr *a;

		for (a = node->properties; a && unique; a = a->next) {
			const xmlNode *text = a->children;

			if (!id_attribute(a))
				continue;
			/* what is in more than one piece is not in an Id */
			unique = n++ < IDS_MAX && !(text && text->next) &&
				 !xmlHashAddEntry(ids, text && text->content ? text->content : BAD_CAST "",
						  (void *)a);
		}
	}
	xmlHashFree(ids, NULL);
	if (!unique)
		dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, "an Id stands twice, or there are over %u",
			IDS_MAX);
	return unique;
}

int xsec_doc_parse_unique(const uint8_t *octets, size_t len, struct xsec_doc *doc, struct dm_error *err)
{
	int ret = xsec_doc_parse(octets, len, doc, err);

	if (!ret && !xsec_ids_unique(doc->doc, err))
		ret = -EBADMSG;
	return ret;
}
