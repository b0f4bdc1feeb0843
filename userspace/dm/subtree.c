// SPDX-License-Identifier: LGPL-2.1-or-later
/* Subtrees in the data of an Item. See subtree.h. */
#include "subtree.h"
#include "commands.h"
#include "want.h"

#include <errno.h>
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

#define tree_bad(err, ...) dm_fail(err, OMASEC_REASON_DM_BAD, __VA_ARGS__)

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ---- finding it ---------------------------------------------------------- */

static uint32_t child_of(const struct dm_doc *doc, uint32_t node, uint16_t tag)
{
	uint32_t child = doc->nodes[node].child;

	while (child && (doc->nodes[child].kind != DM_ELEMENT || doc->nodes[child].tag != tag))
		child = doc->nodes[child].next;
	return child;
}

/* XML in the text of Data; a declaration in front of it may have blanks before. */
static int open_text(const struct dm_doc *doc, struct subtree *s, struct dm_error *err)
{
	const struct dm_node *text = &doc->nodes[doc->nodes[s->data].child];
	const uint8_t *octets = dm_node_text(doc, text);
	size_t len = text->text_len;
	int ret;

	if (text->next || doc->nodes[s->data].flags & DM_NODE_COMMENT)
		return tree_bad(err, "a subtree in pieces");
	for (; len && is_blank(*octets); len--)
		octets++;
	if (!len || *octets != '<')
		return tree_bad(err, "a subtree that is no XML");
	s->own = calloc(1, sizeof(*s->own));
	if (!s->own)
		return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	s->own->encoding = DM_XML;
	s->own->tree = true;
	s->own->body = octets;
	s->own->len = len;
	ret = xml_read(s->own, err);
	s->doc = s->own;
	s->root = 0;
	return ret;
}

int subtree_open(const struct dm_doc *doc, uint32_t item, struct subtree *s, struct dm_error *err)
{
	uint32_t child;
	int ret = 0;

	*s = (struct subtree){ .doc = doc, .data = child_of(doc, item, DM_DATA) };
	child = s->data ? doc->nodes[s->data].child : 0;
	if (!child)
		return tree_bad(err, "an Item without a subtree");
	if (doc->nodes[s->data].flags & DM_NODE_PARENT) {
		s->root = child_of(doc, s->data, DM_MGMTTREE);
		for (; child && !ret; child = doc->nodes[child].next)
			if (doc->nodes[child].kind == DM_ELEMENT && child != s->root)
				ret = tree_bad(err, "something beside a subtree");
	} else {
		ret = open_text(doc, s, err);
	}
	if (!ret && s->doc->nodes[s->root].tag != DM_MGMTTREE)
		ret = tree_bad(err, "%s, where MgmtTree belongs", dm_tag_label(s->doc->nodes[s->root].tag));
	if (ret)
		subtree_close(s);
	return ret;
}

void subtree_close(struct subtree *s)
{
	dm_doc_free(s->own);
	s->own = NULL;
}

/* The next Node of the subtree behind @at; 0 for none. They stand in document order. */
static uint32_t next_node(const struct subtree *s, uint32_t at)
{
	const struct dm_node *n = s->doc->nodes;

	while (++at < s->doc->count) {
		if (n[at].kind != DM_ELEMENT)
			continue;
		if (n[at].start >= n[s->root].end)
			return 0;
		if (n[at].tag == DM_TND_NODE)
			return at;
	}
	return 0;
}

/* ---- its nodes ------------------------------------------------------------ */

/**
 * struct walk - where we are
 * @node, @place, @len: of each Node that we are in: its node, which it is, octets of @uri; 0 for no name
 */
struct walk {
	const struct subtree *s;
	const char *source;
	uint32_t node[DM_DEPTH_MAX];
	unsigned int place[DM_DEPTH_MAX], depth;
	size_t len[DM_DEPTH_MAX];
	char uri[2 * DM_URI_MAX + 2];
	struct dm_error *err;
};

/* The same with and without escapes, and one name. */
static bool plain_name(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..") && !strpbrk(name, "/%?");
}

/* Where a node at the top stands: its Path, or where what was reported stands. Its length. */
static size_t top_path(struct walk *w, const char *path)
{
	const char *from = *path ? path : w->source, *slash = strrchr(w->source, '/');
	size_t len = strlen(from);

	if (!*path)
		len = slash ? (size_t)(slash - w->source) : 0;
	while (len > 1 && from[len - 1] == '/')
		len--;
	memcpy(w->uri, from, len);
	return len;
}

/* Puts the URI of the node on top of the stack together. */
static int name_node(struct walk *w, uint32_t node)
{
	uint32_t name, path, df, rt, value;
	const struct want wants[] = {
		{ DM_NODENAME, true, false, &name }, { DM_PATH, false, false, &path },
		{ DM_DFPROPERTIES, false, false, &df }, { DM_RTPROPERTIES, false, false, &rt },
		{ DM_VALUE, false, false, &value }, { DM_TND_NODE, false, true, NULL },
	};
	char text[DM_URI_MAX + 1], at[DM_URI_MAX + 1] = "";
	bool top = w->depth == 1;
	size_t len;

	if (WANT(w->s->doc, node, wants, ONLY_WANTED, w->err) ||
	    facts_text(w->s->doc, name, text, sizeof(text), w->err))
		return -EBADMSG;
	if (path && !top)
		return tree_bad(w->err, "Path in a Node within another");
	if (path && facts_text(w->s->doc, path, at, sizeof(at), w->err))
		return -EBADMSG;
	w->len[w->depth - 1] = 0;
	if (top && !*at && !strcmp(text, ".")) {
		strcpy(w->uri, ".");
		w->len[0] = 1;
		return 0;
	}
	len = top ? top_path(w, at) : w->len[w->depth - 2];
	if (!len || !plain_name(text) || len + strlen(text) + 1 > DM_URI_MAX)
		return 0;
	w->uri[len++] = '/';
	strcpy(w->uri + len, text);
	w->len[w->depth - 1] = len + strlen(text);
	return 0;
}

static int root_wants(const struct subtree *s, struct dm_error *err)
{
	uint32_t version, man, mod;
	const struct want wants[] = {
		{ DM_TND_VERDTD, false, false, &version }, { DM_MAN, false, false, &man },
		{ DM_MOD, false, false, &mod }, { DM_TND_NODE, false, true, NULL },
	};

	return WANT(s->doc, s->root, wants, ONLY_WANTED, err) ? -EBADMSG : 0;
}

int subtree_each(const struct subtree *s, const char *source, subtree_fn fn, void *arg, struct dm_error *err)
{
	struct walk w = { .s = s, .source = source, .err = err };
	unsigned int count = 0;
	uint32_t node = s->root, parent;
	int ret = root_wants(s, err);

	while (!ret && (node = next_node(s, node))) {
		parent = s->doc->nodes[node].parent;
		while (w.depth && w.node[w.depth - 1] != parent)
			w.depth--;
		if ((!w.depth && parent != s->root) || w.depth == DM_DEPTH_MAX)
			return tree_bad(err, "a Node where none belongs");
		w.node[w.depth] = node;
		w.place[w.depth++] = count++;
		ret = name_node(&w, node);
		if (ret)
			break;
		ret = fn(arg, w.len[w.depth - 1] ? w.uri : NULL, w.depth > 1 ? w.place[w.depth - 2] + 1 : 0);
	}
	return ret;
}

/* ---- taking some out ------------------------------------------------------ */

/* What is left of the text, as text of the same kind. */
static int write_left(struct splices *s, const struct subtree *t, const struct dm_out *left)
{
	const struct dm_doc *doc = s->doc;
	const struct dm_node *data = &doc->nodes[t->data];
	size_t at;

	if (left->error)
		return left->error;
	at = writer_fragment(&s->w, doc, t->data);
	if (doc->nodes[data->child].kind == DM_OPAQUE)
		writer_opaque(&s->w, left->data, left->len);
	else
		writer_text(&s->w, left->data, left->len);
	splices_add(s, data->inner, data->inner_end - data->inner, at);
	return 0;
}

static int cut_nodes(struct splices *s, const struct subtree *t, const uint16_t *nth, unsigned int count,
		     struct dm_out *left, struct dm_error *err)
{
	const struct dm_doc *doc = t->doc;
	uint32_t node = t->root, from = 0;
	unsigned int i, place = 0;

	for (i = 0; i < count; i++, place++) {
		while ((node = next_node(t, node)) && place != nth[i])
			place++;
		if (!node || doc->nodes[node].start < from)
			return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "cut of a node that is not there");
		if (t->own)
			dm_out_put(left, doc->body + from, doc->nodes[node].start - from);
		else
			splices_add(s, doc->nodes[node].start, doc->nodes[node].end - doc->nodes[node].start, s->w.out.len);
		from = doc->nodes[node].end;
	}
	if (t->own)
		dm_out_put(left, doc->body + from, doc->len - from);
	return 0;
}

int subtree_cut(struct splices *s, uint32_t item, const uint16_t *nth, unsigned int count, struct dm_error *err)
{
	struct subtree t;
	struct dm_out left;
	int ret = subtree_open(s->doc, item, &t, err);

	if (ret == -EBADMSG)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "cut of a node of what is no subtree");
	if (ret)
		return ret;
	dm_out_init(&left, DM_BODY_MAX);
	ret = cut_nodes(s, &t, nth, count, &left, err);
	if (!ret && t.own && write_left(s, &t, &left))
		ret = dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	dm_out_free(&left);
	subtree_close(&t);
	return ret;
}
