// SPDX-License-Identifier: GPL-2.0
/*
 * TNDS into a tree. The octets go the way of import_xml.c: xml_doc.h, the first walk of
 * dm/xml_scan.c, libxml2 without anything that fetches or expands. A node that cannot
 * be placed is left out with everything beneath, and that is a fault of the tree; a
 * list that cannot be read is a fault of the list, and its node allows nothing.
 */
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <stdlib.h>
#include <string.h>

#include "dm/doc.h"
#include "secret.h"
#include "tnds.h"
#include "xml_doc.h"

enum element {
	E_OUTSIDE, E_IGNORED, E_TREE, E_NODE, E_NODE_NAME, E_PATH, E_VALUE, E_RT, E_DF, E_ACL, E_FORMAT,
	E_FORMAT_IS, E_ACCESS, E_ACCESS_IS, E_SCOPE, E_SCOPE_IS, E_CASE, E_CASE_IS,
};

/**
 * struct level - an open element
 * @node: that it is or is in; NULL while it has no place, or gets none
 * @name, @path, @acl: as read, NULL for none
 * @placed: no use to look for a place any more
 * @lost: none was found
 */
struct level {
	enum element element;
	struct acl_node *node;
	char *name, *path, *acl;
	size_t acl_len;
	uint32_t line, acl_line;
	uint8_t kind, access;
	bool placed, lost, permanent, described, valued;
};

/* @text: of the element that is open, if it has one; what is too long for an ACL is cut behind one octet more */
struct reader {
	struct tnds *t;
	struct level level[DM_DEPTH_MAX + 1];	/* [0] is outside of the root */
	unsigned int depth;
	char text[ACL_TEXT_MAX + 1];
	size_t text_len;
	bool rooted;
	int rc;
};

/* What is looked at; all else is ignored with what is in it. NULL: any name. */
static const struct {
	enum element parent;
	const char *name;
	enum element element;
} grammar[] = {
	{ E_OUTSIDE, "MgmtTree", E_TREE }, { E_TREE, "Node", E_NODE }, { E_NODE, "Node", E_NODE },
	{ E_NODE, "NodeName", E_NODE_NAME }, { E_NODE, "Path", E_PATH }, { E_NODE, "Value", E_VALUE },
	{ E_NODE, "RTProperties", E_RT }, { E_NODE, "DFProperties", E_DF }, { E_RT, "ACL", E_ACL },
	{ E_RT, "Format", E_FORMAT }, { E_DF, "DFFormat", E_FORMAT }, { E_FORMAT, NULL, E_FORMAT_IS },
	{ E_DF, "AccessType", E_ACCESS }, { E_ACCESS, NULL, E_ACCESS_IS }, { E_DF, "Scope", E_SCOPE },
	{ E_SCOPE, NULL, E_SCOPE_IS }, { E_DF, "CaseSense", E_CASE }, { E_CASE, NULL, E_CASE_IS },
};

static bool has_text(enum element e)
{
	return e == E_NODE_NAME || e == E_PATH || e == E_ACL;
}

static enum element element_of(enum element parent, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(grammar) / sizeof(grammar[0]); i++)
		if (grammar[i].parent == parent && (!grammar[i].name || !strcmp(grammar[i].name, name)))
			return grammar[i].element;
	return E_IGNORED;
}

static uint32_t line_of(void *ctx)
{
	int line = xmlSAX2GetLineNumber(ctx);

	return line > 0 ? (uint32_t)line : 0;
}

static struct reader *reader_of(void *ctx)
{
	return ((xmlParserCtxtPtr)ctx)->_private;
}

static void reader_stop(void *ctx, int rc)
{
	struct reader *r = reader_of(ctx);

	if (!rc || r->rc)
		return;
	r->rc = rc;
	xmlStopParser(ctx);
}

/* A fault after which nothing can be read. */
#define stop(r, line, ...) (tnds_fault_add((r)->t, TNDS_TREE, line, NULL, __VA_ARGS__), -EINVAL)

/* ------------------------------------------------------------------ placing */

/* The node under which one of the first level goes; those on the way are made. */
static int parent_of_path(struct reader *r, const struct level *l, struct acl_node **parent)
{
	static const struct acl_principal local = { ACL_LOCAL, NULL, 0 };
	size_t len = l->path ? strlen(l->path) : 0;
	struct acl_uri uri;
	int rc;

	*parent = &r->t->tree.root;
	if (!len)
		return 0;
	if (len > 2 && l->path[len - 1] == '/')
		len--;
	if (acl_uri_parse(l->path, len, &uri) || uri.query != ACL_QUERY_NONE) {
		tnds_fault_add(r->t, TNDS_TREE, l->line, NULL, "Path %s: expected . or ./NAME/NAME", l->path);
		return -EINVAL;
	}
	if (!uri.depth)
		return 0;
	*parent = acl_tree_find(&r->t->tree, &uri);
	if (*parent)
		return 0;
	rc = acl_tree_create(&r->t->tree, &uri, ACL_KIND_INTERIOR, &local, parent);
	if (rc && rc != -ENOMEM)
		tnds_fault_add(r->t, TNDS_TREE, l->line, NULL, "Path %s: %s", l->path, rc == -ENOTDIR ?
			       "it leads through a leaf" : "it is too long, or there are too many nodes");
	return rc;
}

static const char *why_not(int rc)
{
	switch (rc) {
	case -EEXIST:
		return "there is a node of that name already; expected each name once";
	case -ENOTDIR:
		return "it is below a leaf; expected Format node above it";
	case -ENAMETOOLONG:
		return "the name or its URI is too long, or too deep";
	case -ENOSPC:
		return "there are too many nodes";
	default:
		return "no node can have that name (no /, no escapes that are not needed, no control characters)";
	}
}

static int place_under(struct reader *r, struct level *l, struct acl_node *parent)
{
	struct acl_tree *t = &r->t->tree;
	char name[ACL_NAME_MAX];
	size_t len = 0;
	int rc = acl_name_decode(l->name, strlen(l->name), name, &len);

	/* A path named it before it came. */
	l->node = rc ? NULL : acl_tree_child(t, parent, name, len);
	if (l->node && !l->node->where) {
		l->node->where = l->line;
		return 0;
	}
	l->node = NULL;
	if (!rc)
		rc = acl_tree_add(t, parent, name, len, (enum acl_kind)l->kind, &l->node);
	if (rc == -ENOMEM)
		return rc;
	if (rc)
		tnds_fault_add(r->t, TNDS_TREE, l->line, parent, "node \"%s\": %s", l->name, why_not(rc));
	else
		l->node->where = l->line;
	l->lost = rc;
	return 0;
}

/* @l: the level of a Node; before its first child and at its end. */
static int node_place(struct reader *r, struct level *l)
{
	struct level *up = l - 1;
	struct acl_node *parent = up->node;
	int rc = 0;

	if (l->placed)
		return 0;
	l->placed = true;
	l->lost = true;
	if (up->element == E_NODE && up->lost)
		return 0;
	if (!l->name || !*l->name) {
		tnds_fault_add(r->t, TNDS_TREE, l->line, parent,
			       "a node without a name: expected a tree of a device, not a description of what it may have");
		return 0;
	}
	if (up->element != E_NODE) {
		if (!l->path && (!strcmp(l->name, ".") || !strcmp(l->name, "./"))) {
			if (r->rooted)
				return stop(r, l->line, "the root is there twice");
			r->rooted = true;
			l->lost = false;
			l->node = &r->t->tree.root;
			l->node->where = l->line;
			return 0;
		}
		rc = parent_of_path(r, l, &parent);
		if (rc)
			return rc == -ENOMEM ? rc : 0;
	} else if (l->path) {
		tnds_fault_add(r->t, TNDS_TREE, l->line, parent,
			       "node \"%s\": expected Path in nodes of the first level only", l->name);
		return 0;
	}
	l->lost = false;
	return place_under(r, l, parent);
}

/* ------------------------------------------------------------------ properties */

static int node_list(struct reader *r, struct level *l)
{
	struct acl_fault fault = { 0, NULL };
	struct acl_tree *t = &r->t->tree;
	int rc;

	if (!l->acl || !l->node)
		return 0;
	rc = acl_tree_set(t, l->node, l->acl, l->acl_len, &fault);
	if (!rc) {
		r->t->root_listed |= !l->node->parent;
		return 0;
	}
	if (rc == -ENOMEM)
		return rc;
	/* an empty list is no value; the root has its default then */
	if (rc == -EPERM)
		return 0;
	acl_tree_break(t, l->node);
	if (rc == -ENOSPC)
		tnds_fault_add(r->t, TNDS_LIST, l->acl_line, l->node, "the lists of the tree are too large together");
	else
		tnds_fault_add(r->t, TNDS_LIST, l->acl_line, l->node,
			       "the ACL \"%.100s\" cannot be read: expected %s at octet %zu; until then it allows nothing",
			       l->acl, fault.expected, fault.at + 1);
	return 0;
}

static int node_end(struct reader *r, struct level *l)
{
	struct acl_node *n;
	int rc = node_place(r, l);

	n = l->node;
	if (rc || !n)
		return rc;
	if (l->kind == ACL_KIND_UNKNOWN && l->valued)
		l->kind = ACL_KIND_LEAF;
	if (l->kind == ACL_KIND_LEAF && (n->child || !n->parent))
		tnds_fault_add(r->t, TNDS_TREE, l->line, n, "it has nodes beneath: expected Format node, and no Value");
	else if (l->kind == ACL_KIND_INTERIOR && l->valued)
		tnds_fault_add(r->t, TNDS_TREE, l->line, n, "it is of Format node: expected no Value");
	else if (n->kind == ACL_KIND_UNKNOWN)
		n->kind = l->kind;
	if (l->described)
		n->access = l->access;
	n->permanent |= l->permanent;
	return node_list(r, l);
}

static void access_is(struct reader *r, struct level *node, const char *name, uint32_t line)
{
	unsigned int bit = acl_right_find(name, strlen(name));

	if (!bit && !strcmp(name, "Copy"))
		bit = ACL_ACCESS_COPY;
	if (!bit)
		tnds_fault_add(r->t, TNDS_TREE, line, node->node,
			       "AccessType %s: expected Add, Copy, Delete, Exec, Get or Replace", name);
	node->access |= (uint8_t)bit;
}

/* ------------------------------------------------------------------ elements */

static struct level *node_of(struct reader *r)
{
	struct level *l = &r->level[r->depth];

	while (l->element != E_NODE && l > r->level)
		l--;
	return l;
}

static int element_start(struct reader *r, const char *name, uint32_t line)
{
	struct level *up = &r->level[r->depth], *l = up + 1, *node = node_of(r);
	enum element e = element_of(up->element, name);
	int rc;

	if (r->depth == DM_DEPTH_MAX)
		return stop(r, line, "expected at most %u levels; deeper nodes can be told by Path", DM_DEPTH_MAX);
	if (up->element == E_OUTSIDE && e == E_IGNORED)
		return stop(r, line, !strcmp(name, "SyncML") ?
			    "expected a management tree, this is a DM message; take the MgmtTree out of its Data" :
			    "expected MgmtTree as root");
	if (has_text(up->element))
		return stop(r, line, "expected text only in NodeName, Path and ACL");
	if (e == E_NODE && up->element == E_NODE) {
		rc = node_place(r, up);
		if (rc)
			return rc;
	}
	*l = (struct level){ .element = e, .line = line, .access = ACL_ACCESS_ANY };
	r->depth++;
	r->text_len = 0;
	if (e == E_VALUE)
		node->valued = true;
	else if (e == E_FORMAT_IS)
		node->kind = strcmp(name, "node") ? ACL_KIND_LEAF : ACL_KIND_INTERIOR;
	else if (e == E_SCOPE_IS)
		node->permanent |= !strcmp(name, "Permanent");
	else if (e == E_ACCESS_IS)
		access_is(r, node, name, line);
	else if (e == E_CASE_IS && strcmp(name, "CS"))
		tnds_fault_add(r->t, TNDS_NOTE, line, node->node,
			       "its names do not tell upper and lower case; here they do: beware of other spellings");
	if (e == E_ACCESS) {
		node->described = true;
		node->access = 0;
	}
	return 0;
}

static int keep(struct reader *r, char **to, uint32_t line, const char *what)
{
	if (*to)
		return stop(r, line, "expected one %s in a Node", what);
	if (r->text_len > sizeof(r->text) - (*what == 'A' ? 0 : 1))
		return stop(r, line, "%s: expected at most %u octets", what, ACL_TEXT_MAX);
	*to = malloc(r->text_len + 1);
	if (!*to)
		return -ENOMEM;
	memcpy(*to, r->text, r->text_len);
	(*to)[r->text_len] = '\0';
	return 0;
}

static void level_free(struct level *l)
{
	free(l->name);
	free(l->path);
	free(l->acl);
	l->name = l->path = l->acl = NULL;
}

static int element_end(struct reader *r)
{
	struct level *l = &r->level[r->depth], *node;
	int rc = 0;

	r->depth--;
	node = node_of(r);
	switch (l->element) {
	case E_NODE:
		rc = node_end(r, l);
		level_free(l);
		break;
	case E_NODE_NAME:
		if (node->placed)
			return stop(r, l->line, "expected NodeName before the nodes beneath");
		rc = keep(r, &node->name, l->line, "NodeName");
		break;
	case E_PATH:
		if (node->placed)
			return stop(r, l->line, "expected Path before the nodes beneath");
		rc = keep(r, &node->path, l->line, "Path");
		break;
	case E_ACL:
		node->acl_line = l->line;
		node->acl_len = r->text_len;
		rc = keep(r, &node->acl, l->line, "ACL");
		break;
	default:
		break;
	}
	return rc;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		     int nb_namespaces, const xmlChar **declared, int nb_attributes,
		     int nb_defaulted, const xmlChar **attributes)
{
	(void)prefix;
	(void)uri;
	(void)nb_namespaces;
	(void)declared;
	(void)nb_attributes;
	(void)nb_defaulted;
	(void)attributes;
	if (!reader_of(ctx)->rc)
		reader_stop(ctx, element_start(reader_of(ctx), (const char *)name, line_of(ctx)));
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
	size_t n = len > 0 ? (size_t)len : 0;

	if (r->rc || !has_text(r->level[r->depth].element))
		return;
	if (n > sizeof(r->text) - r->text_len)
		n = sizeof(r->text) - r->text_len;
	memcpy(r->text + r->text_len, text, n);
	r->text_len += n;
}

/* Readers differ in what text with a comment inside is. */
static void on_comment(void *ctx, const xmlChar *text)
{
	struct reader *r = reader_of(ctx);

	(void)text;
	if (!r->rc && has_text(r->level[r->depth].element))
		reader_stop(ctx, stop(r, line_of(ctx), "expected no comment in NodeName, Path and ACL"));
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name;
	(void)id;
	(void)system;
	reader_stop(ctx, stop(reader_of(ctx), line_of(ctx), "expected no document type declaration here"));
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.comment = on_comment,
	.internalSubset = on_doctype,
	.externalSubset = on_doctype,
};

/* ------------------------------------------------------------------ document */

static int read_copy(struct reader *r, uint8_t *copy, size_t len)
{
	struct xml_scan scan = { .max = TNDS_ELEMENTS_MAX };
	struct dm_error err = { 0 };
	const char *why;
	int rc, line;

	if (xml_doc_blank_doctype(copy, len, &why))
		return stop(r, 0, "%s", why);
	rc = xml_scan(copy, len, &scan, &err);
	xml_scan_free(&scan);
	if (rc)
		return rc == -ENOMEM ? rc : stop(r, 0, "%s", err.text);
	rc = xml_sax(&handler, r, copy, len, &line);
	if (r->rc)
		return r->rc;
	return rc <= 0 ? rc : stop(r, line > 0 ? (uint32_t)line : 0, "not well-formed XML (libxml2 error %d)", rc);
}

int tnds_read(struct tnds *t, const uint8_t *data, size_t len, const uint8_t seed[16])
{
	struct reader *r = calloc(1, sizeof(*r));
	uint8_t *copy = malloc(len ? len : 1);
	int rc;

	memset(t, 0, sizeof(*t));
	xml_doc_prepare();
	rc = r && copy ? acl_tree_init(&t->tree, seed) : -ENOMEM;
	if (!rc && len > TNDS_FILE_MAX) {
		tnds_fault_add(t, TNDS_TREE, 0, NULL, "expected at most %u MiB", TNDS_FILE_MAX >> 20);
		rc = -EINVAL;
	} else if (!rc) {
		r->t = t;
		if (len)
			memcpy(copy, data, len);
		rc = read_copy(r, copy, len);
		secret_wipe(copy, len);
		while (r->depth)
			level_free(&r->level[r->depth--]);
	}
	free(copy);
	free(r);
	return rc;
}
