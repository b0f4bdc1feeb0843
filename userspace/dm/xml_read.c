// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * XML to document, with libxml2 as the judge of well-formedness, names,
 * namespaces and character data. libxml2's events have to agree, tag for tag
 * and name for name, with what xml_scan.c saw; where they do not, the message
 * is refused. Nothing is loaded, nothing is printed: no DTD, no network, no
 * entity but the five predefined ones, and every error handler is silent.
 */
#include "doc.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

#define xml_bad(err, ...) dm_fail(err, OMASEC_REASON_XML_BAD, __VA_ARGS__)

struct reader {
	struct dm_doc *doc;
	struct xml_scan scan;
	uint32_t next_tag;
	uint32_t stack[DM_DEPTH_MAX];	/* open elements */
	uint32_t last[DM_DEPTH_MAX];	/* last child of each */
	unsigned int depth;
	int ret;
	struct dm_error *err;
};

static const struct {
	const char *uri;
	enum dm_table table;
} namespaces[] = {
	{ "SYNCML:SYNCML1.2", DM_TABLE_SYNCML },
	{ "SYNCML:SYNCML1.1", DM_TABLE_SYNCML },
	{ "SYNCML:SYNCML1.3", DM_TABLE_SYNCML },
	{ "SYNCML:SYNCML1.0", DM_TABLE_SYNCML },
	{ "syncml:metinf", DM_TABLE_METINF },
	{ "syncml:metinf1.1", DM_TABLE_METINF },
	{ "syncml:metinf1.2", DM_TABLE_METINF },
	{ "syncml:dmddf1.2", DM_TABLE_DMDDF },
	{ "syncml:devinf", DM_TABLE_DEVINF },
};

static struct reader *reader_of(void *ctx)
{
	return ((xmlParserCtxtPtr)ctx)->_private;
}

static void reader_stop(void *ctx, int ret)
{
	struct reader *r = reader_of(ctx);

	if (!r->ret)
		r->ret = ret;
	xmlStopParser(ctx);
}

/*
 * Writers that know no namespaces put MetInf elements under Meta without one,
 * or leave all of them out; those names count as they are meant.
 */
static uint16_t reader_tag(struct reader *r, const char *name, const char *uri)
{
	struct dm_doc *doc = r->doc;
	uint16_t parent = r->depth ? doc->nodes[r->stack[r->depth - 1]].tag : DM_TAG_FOREIGN;
	const char *ns = NULL;
	size_t i, len = strlen(name);

	if (!uri)
		uri = "";
	if (doc->tree && !*uri)
		return dm_tag_find(DM_TABLE_DMDDF, name, len);
	for (i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		if (strcmp(uri, namespaces[i].uri))
			continue;
		ns = namespaces[i].uri;
		if (namespaces[i].table != DM_TABLE_SYNCML)
			return dm_tag_find(namespaces[i].table, name, len);
	}
	if (!r->depth && ns)
		doc->root_namespace = ns;
	/* another namespace, or another version of SyncML than the root's */
	if (strcmp(uri, doc->root_namespace))
		return DM_TAG_FOREIGN;
	if (parent == DM_META || DM_TAG_TABLE(parent) == DM_TABLE_METINF)
		return dm_tag_find(DM_TABLE_METINF, name, len);
	return dm_tag_find(DM_TABLE_SYNCML, name, len);
}

/* The name in the octets at the tag is the one that libxml2 reports. */
static bool reader_name_agrees(const struct reader *r, const struct xml_tag *tag,
			       const char *name, const char *prefix)
{
	const uint8_t *p = r->doc->body + tag->start + 1, *end = r->doc->body + tag->inner;
	size_t n;

	if (prefix) {
		n = strlen(prefix);
		if ((size_t)(end - p) <= n || memcmp(p, prefix, n) || p[n] != ':')
			return false;
		p += n + 1;
	}
	n = strlen(name);
	return (size_t)(end - p) > n && !memcmp(p, name, n) && strchr(" \t\r\n/>", p[n]);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int nb_namespaces, const xmlChar **declared, int nb_attributes,
		     int nb_defaulted, const xmlChar **attributes)
{
	struct reader *r = reader_of(ctx);
	const struct xml_tag *tag;
	struct dm_node *n;
	uint32_t index;
	int ret;

	(void)nb_namespaces;
	(void)declared;
	(void)attributes;
	if (r->ret)
		return;
	tag = &r->scan.tags[r->next_tag];
	if (r->next_tag == r->scan.count || r->depth == DM_DEPTH_MAX || nb_defaulted ||
	    (!r->depth && r->doc->count) ||
	    !reader_name_agrees(r, tag, (const char *)name, (const char *)prefix)) {
		reader_stop(ctx, xml_bad(r->err, "ambiguous markup"));
		return;
	}
	r->next_tag++;
	ret = dm_node_add(r->doc, r->depth ? r->stack[r->depth - 1] : 0,
			  r->depth ? &r->last[r->depth - 1] : NULL, DM_ELEMENT, &index, r->err);
	if (ret) {
		reader_stop(ctx, ret);
		return;
	}
	n = &r->doc->nodes[index];
	n->tag = reader_tag(r, (const char *)name, (const char *)uri);
	n->start = tag->start;
	n->inner = tag->inner;
	n->inner_end = tag->inner_end;
	n->end = tag->end;
	if (nb_attributes)
		n->flags |= DM_NODE_ATTRS;
	if (n->inner == n->end)
		n->flags |= DM_NODE_EMPTY;
	r->stack[r->depth] = index;
	r->last[r->depth++] = 0;
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = reader_of(ctx);

	(void)name;
	(void)prefix;
	(void)uri;
	if (!r->ret && r->depth)
		r->depth--;
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
	struct reader *r = reader_of(ctx);
	struct dm_doc *doc = r->doc;
	uint32_t index, *last;
	int ret;

	if (r->ret || !r->depth || len <= 0)
		return;
	/* decoded text is never longer than its source */
	if ((size_t)len > doc->len - doc->text_len) {
		reader_stop(ctx, xml_bad(r->err, "ambiguous text"));
		return;
	}
	last = &r->last[r->depth - 1];
	index = *last;
	if (!index || doc->nodes[index].kind != DM_TEXT) {
		ret = dm_node_add(doc, r->stack[r->depth - 1], last, DM_TEXT, &index, r->err);
		if (ret) {
			reader_stop(ctx, ret);
			return;
		}
		doc->nodes[index].text = (uint32_t)doc->text_len;
	}
	memcpy(doc->text + doc->text_len, text, (size_t)len);
	doc->text_len += (size_t)len;
	doc->nodes[index].text_len += (uint32_t)len;
}

static void on_comment(void *ctx, const xmlChar *text)
{
	struct reader *r = reader_of(ctx);

	(void)text;
	if (!r->ret && r->depth)
		r->doc->nodes[r->stack[r->depth - 1]].flags |= DM_NODE_COMMENT;
}

/* xml_scan.c refuses both; should one get through, libxml2 stops here. */
static void on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	(void)target;
	(void)data;
	reader_stop(ctx, xml_bad(reader_of(ctx)->err, "processing instruction"));
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name;
	(void)id;
	(void)system;
	reader_stop(ctx, xml_bad(reader_of(ctx)->err, "DOCTYPE"));
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.comment = on_comment,
	.processingInstruction = on_instruction,
	.internalSubset = on_doctype,
	.externalSubset = on_doctype,
};

int xml_read(struct dm_doc *doc, struct dm_error *err)
{
	struct reader r = { .doc = doc, .err = err };
	int ret, line = 0;

	doc->root_namespace = "";
	ret = xml_scan(doc->body, doc->len, &r.scan, err);
	if (ret)
		goto out;
	doc->text = malloc(doc->len);
	ret = doc->text ? xml_sax(&handler, &r, doc->body, doc->len, &line) : -ENOMEM;
	if (r.ret)
		ret = r.ret;
	else if (ret == -ENOMEM)
		ret = dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	else if (ret)
		ret = xml_bad(err, "not well-formed XML (libxml2 error %d, line %d)", ret, line);
	else if (r.next_tag != r.scan.count || r.depth)
		ret = xml_bad(err, "ambiguous markup");
out:
	xml_scan_free(&r.scan);
	return ret;
}
