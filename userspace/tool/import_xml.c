// SPDX-License-Identifier: GPL-2.0
/*
 * XML documents into the tree: a management tree (OMA DM TND 1.2, section 7) or
 * client provisioning (OMA ProvCont 1.1, section 5). The octets go through the
 * same first walk as DM messages (dm/xml_scan.c: UTF-8 only, no entities, no
 * processing instructions, bounded depth and tags), then through libxml2 without
 * DTD, network and error output (xml_doc.h).
 */
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <stdlib.h>
#include <string.h>

#include "dm/doc.h"
#include "import_doc.h"
#include "secret.h"
#include "xml_doc.h"

enum element {
	E_OUTSIDE,
	E_IGNORED,
	/* management tree */
	E_TREE, E_NODE, E_NODE_NAME, E_PATH, E_VALUE, E_PROPERTIES, E_FORMAT, E_FORMAT_IS, E_TYPE,
	E_DDF_NAME,
	/* client provisioning */
	E_PROVISIONING, E_CHARACTERISTIC, E_PARM,
};

/**
 * struct level - an open element
 * @node: that it is, or belongs to
 * @text: offset at which its text begins, 0 when it has none that counts
 */
struct level {
	enum element element;
	uint32_t node;
	size_t text;
	uint32_t path;
	bool named;
};

struct reader {
	struct import_doc *d;
	struct level level[DM_DEPTH_MAX + 1];	/* [0] is outside of the root */
	unsigned int depth;
	int rc;
};

/* What may stand in what; all else is refused or ignored by element_of(). */
static const struct {
	enum element parent;
	const char *name;
	enum element element;
} grammar[] = {
	{ E_OUTSIDE, "MgmtTree", E_TREE },
	{ E_TREE, "Node", E_NODE },
	{ E_NODE, "Node", E_NODE },
	{ E_NODE, "NodeName", E_NODE_NAME },
	{ E_NODE, "Path", E_PATH },
	{ E_NODE, "Value", E_VALUE },
	{ E_NODE, "RTProperties", E_PROPERTIES },
	{ E_PROPERTIES, "Format", E_FORMAT },
	{ E_PROPERTIES, "Type", E_TYPE },
	{ E_TYPE, "DDFName", E_DDF_NAME },
	{ E_OUTSIDE, "wap-provisioningdoc", E_PROVISIONING },
	{ E_PROVISIONING, "characteristic", E_CHARACTERISTIC },
	{ E_PROVISIONING, "parm", E_PARM },
	{ E_CHARACTERISTIC, "characteristic", E_CHARACTERISTIC },
	{ E_CHARACTERISTIC, "parm", E_PARM },
};

static struct reader *reader_of(void *ctx)
{
	return ((xmlParserCtxtPtr)ctx)->_private;
}

static uint32_t line_of(void *ctx)
{
	int line = xmlSAX2GetLineNumber(ctx);

	return line > 0 ? (uint32_t)line : 0;
}

static void reader_stop(void *ctx, int rc)
{
	struct reader *r = reader_of(ctx);

	if (!rc || r->rc)
		return;
	r->rc = rc;
	xmlStopParser(ctx);
}

static enum element element_of(enum element parent, const char *name)
{
	size_t i;

	if (parent == E_FORMAT)
		return E_FORMAT_IS;
	for (i = 0; i < sizeof(grammar) / sizeof(grammar[0]); i++)
		if (grammar[i].parent == parent && !strcmp(grammar[i].name, name))
			return grammar[i].element;
	return E_IGNORED;
}

/* An element where it cannot be ignored: the value would be another one. */
static int misplaced(struct reader *r, enum element parent, const char *name, uint32_t line)
{
	switch (parent) {
	case E_OUTSIDE:
		if (!strcmp(name, "SyncML"))
			return import_bad(r->d, line, "expected a management tree or a provisioning document, this is a DM message; take the MgmtTree out of its Data");
		return import_bad(r->d, line, "expected MgmtTree or wap-provisioningdoc as root");
	case E_NODE_NAME:
	case E_PATH:
	case E_VALUE:
	case E_DDF_NAME:
		return import_bad(r->d, line, "expected text only in NodeName, Path, Value and DDFName");
	case E_PROVISIONING:
	case E_CHARACTERISTIC:
	case E_PARM:
		return import_bad(r->d, line, "expected characteristic and parm only, and parm empty");
	default:
		return 0;
	}
}

static uint8_t form_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		enum import_form form;
	} forms[] = {
		{ "chr", IMPORT_FORM_CHR }, { "bin", IMPORT_FORM_BIN }, { "b64", IMPORT_FORM_B64 },
	};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strlen(forms[i].name) == len && !memcmp(forms[i].name, name, len))
			return (uint8_t)forms[i].form;
	return IMPORT_FORM_OTHER;
}

/*
 * An attribute into the text. Without entity replacement libxml2 hands an "&" of
 * an attribute over as "&#38;", and nothing else as a reference.
 */
static int attribute_add(struct import_doc *d, const char *p, const char *end)
{
	static const char amp[] = "&#38;";
	int rc = 0;

	while (!rc && p < end) {
		const char *next = memchr(p, '&', (size_t)(end - p));

		if (!next)
			next = end;
		rc = import_text_add(d, p, (size_t)(next - p));
		p = next;
		if (rc || p == end)
			break;
		if ((size_t)(end - p) >= sizeof(amp) - 1 && !memcmp(p, amp, sizeof(amp) - 1))
			p += sizeof(amp) - 1;
		else
			p++;
		rc = import_text_add(d, "&", 1);
	}
	return rc ? rc : import_text_end(d);
}

static int characteristic_start(struct reader *r, uint32_t index, bool parm, const xmlChar **at,
				int count)
{
	struct import_doc *d = r->d;
	struct import_node *n = &d->node[index];
	bool named = false;
	int i, rc = 0;

	for (i = 0; !rc && i < count; i++, at += 5) {
		const char *name = (const char *)at[0], *p = (const char *)at[3];
		size_t start = d->used;

		if (!strcmp(name, parm ? "name" : "type")) {
			named = true;
			rc = attribute_add(d, p, (const char *)at[4]);
			n->name = (uint32_t)start;
		} else if (parm && !strcmp(name, "value")) {
			rc = attribute_add(d, p, (const char *)at[4]);
			n->value = (uint32_t)start;
			n->value_len = (uint32_t)(d->used - start - 1);
			n->has_value = true;
		}
	}
	if (!rc && !named)
		rc = import_bad(d, n->where, parm ? "expected a name in parm" :
						    "expected a type in characteristic");
	return rc;
}

static int node_start(struct reader *r, struct level *l, uint32_t parent, uint32_t line,
		      const xmlChar **at, int count)
{
	int rc = import_node_new(r->d, line, &l->node);

	if (rc)
		return rc;
	if (l->element != E_NODE)
		rc = characteristic_start(r, l->node, l->element == E_PARM, at, count);
	/* A node of the top level gets its place when its path is known. */
	if (!rc && (l->element != E_NODE || parent))
		import_node_link(r->d, parent, l->node);
	return rc;
}

static int element_start(struct reader *r, const char *name, uint32_t line, const xmlChar **at,
			 int count)
{
	struct level *up = &r->level[r->depth], *l = up + 1;
	enum element e = element_of(up->element, name);
	int rc = 0;

	if (r->depth == DM_DEPTH_MAX)
		return import_bad(r->d, line, "expected at most %u levels", DM_DEPTH_MAX);
	if (e == E_IGNORED)
		rc = misplaced(r, up->element, name, line);
	*l = (struct level){ .element = e, .node = up->node };
	r->depth++;
	if (rc)
		return rc;
	switch (e) {
	case E_PROVISIONING:
		r->d->cp = true;
		return 0;
	case E_NODE:
	case E_CHARACTERISTIC:
	case E_PARM:
		return node_start(r, l, up->node, line, at, count);
	case E_FORMAT_IS:
		r->d->node[l->node].form = form_of(name, strlen(name));
		return 0;
	case E_VALUE:
		if (r->d->node[l->node].has_value)
			return import_bad(r->d, line, "expected one Value in a Node");
		r->d->node[l->node].has_value = true;
		break;
	case E_NODE_NAME:
		if (up->named)
			return import_bad(r->d, line, "expected one NodeName in a Node");
		up->named = true;
		break;
	case E_PATH:
		if (up->path)
			return import_bad(r->d, line, "expected one Path in a Node");
		break;
	case E_DDF_NAME:
		break;
	default:
		return 0;
	}
	l->text = r->d->used;
	return 0;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int nb_namespaces, const xmlChar **declared, int nb_attributes,
		     int nb_defaulted, const xmlChar **attributes)
{
	struct reader *r = reader_of(ctx);

	(void)prefix;
	(void)uri;
	(void)nb_namespaces;
	(void)declared;
	(void)nb_defaulted;
	if (!r->rc)
		reader_stop(ctx, element_start(r, (const char *)name, line_of(ctx), attributes,
					       nb_attributes));
}

static int element_end(struct reader *r)
{
	struct level *l = &r->level[r->depth--], *up = l - 1;
	struct import_node *n = &r->d->node[l->node];
	uint32_t text = (uint32_t)l->text, len = (uint32_t)(r->d->used - l->text);

	if (l->element == E_NODE && !up->node)
		return import_node_place(r->d, l->node, r->d->text + l->path);
	if (!text)
		return 0;
	switch (l->element) {
	case E_NODE_NAME:
		n->name = text;
		break;
	case E_PATH:
		up->path = text;
		break;
	case E_VALUE:
		n->value = text;
		n->value_len = len;
		break;
	default:
		n->type = text;
		break;
	}
	return import_text_end(r->d);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reader *r = reader_of(ctx);

	(void)name;
	(void)prefix;
	(void)uri;
	if (!r->rc && r->depth)
		reader_stop(ctx, element_end(r));
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
	struct reader *r = reader_of(ctx);

	if (!r->rc && r->level[r->depth].text && len > 0)
		reader_stop(ctx, import_text_add(r->d, text, (size_t)len));
}

/* There is none any more; should one get through, libxml2 stops here. */
static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name;
	(void)id;
	(void)system;
	reader_stop(ctx, import_bad(reader_of(ctx)->d, line_of(ctx), "expected no document type declaration here"));
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.internalSubset = on_doctype,
	.externalSubset = on_doctype,
};

/* ------------------------------------------------------------------ document */

static int parse(struct reader *r, const uint8_t *data, size_t len)
{
	int line, rc = xml_sax(&handler, r, data, len, &line);

	if (r->rc)
		return r->rc;
	return rc <= 0 ? rc : import_bad(r->d, line > 0 ? (uint32_t)line : 0,
					 "not well-formed XML (libxml2 error %d)", rc);
}

int import_read_xml(struct import_doc *d, const uint8_t *data, size_t len)
{
	struct reader r = { .d = d };
	struct xml_scan scan = { 0 };
	struct dm_error err = { 0 };
	const char *why;
	uint8_t *copy;
	int rc;

	xml_doc_prepare();
	d->lines = true;
	copy = malloc(len ? len : 1);
	if (!copy)
		return -ENOMEM;
	if (len)
		memcpy(copy, data, len);
	rc = xml_doc_blank_doctype(copy, len, &why);
	if (rc)
		rc = import_bad(d, 0, "%s", why);
	if (!rc) {
		rc = xml_scan(copy, len, &scan, &err);
		xml_scan_free(&scan);
		if (rc && rc != -ENOMEM)
			rc = import_bad(d, 0, "%s", err.text);
	}
	if (!rc)
		rc = parse(&r, copy, len);
	secret_wipe(copy, len);
	free(copy);
	return rc;
}
