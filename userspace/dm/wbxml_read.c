// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * WBXML to document: one pass over the tokens with a stack of open elements.
 * The code page belongs to the token stream, not to the element (WBXML 1.3,
 * 5.8.1): it stays as it is when an element ends.
 */
#include "doc.h"

#include <linux/omasec.h>

#define wbxml_bad(err, ...) dm_fail(err, OMASEC_REASON_WBXML_BAD, __VA_ARGS__)

/* What table strings may add up to, in lengths of the message: keeps it linear. */
#define EXPANSION_MAX 8

struct reader {
	struct dm_doc *doc;
	uint32_t stack[DM_DEPTH_MAX];
	uint32_t last[DM_DEPTH_MAX];
	unsigned int depth;
	uint8_t page;
	size_t expanded;
	struct dm_error *err;
};

static int read_tag(struct reader *r, const struct wbxml_token *t)
{
	struct dm_doc *doc = r->doc;
	uint16_t tag = DM_TAG(doc->input.type->table[r->page], t->octet & 0x3f);
	struct dm_node *n;
	uint32_t index;
	int ret;

	if (!dm_tag_name(tag))
		return wbxml_bad(r->err, "unknown tag at %zu", t->start);
	if (r->depth == DM_DEPTH_MAX)
		return wbxml_bad(r->err, "elements nest deeper than %u", DM_DEPTH_MAX);
	ret = dm_node_add(doc, r->depth ? r->stack[r->depth - 1] : 0,
			  r->depth ? &r->last[r->depth - 1] : NULL, DM_ELEMENT, &index, r->err);
	if (ret)
		return ret;
	n = &doc->nodes[index];
	n->tag = tag;
	n->start = (uint32_t)t->start;
	n->inner = n->inner_end = n->end = (uint32_t)t->end;
	if (t->octet & 0x40) {
		r->stack[r->depth] = index;
		r->last[r->depth++] = 0;
	} else {
		n->flags |= DM_NODE_EMPTY;
	}
	return 0;
}

static int read_text(struct reader *r, const struct wbxml_token *t)
{
	bool string = t->kind == WBXML_STRING;
	uint32_t index;
	int ret;

	if (!r->depth)
		return wbxml_bad(r->err, "text at %zu stands outside the root", t->start);
	if (t->text < r->doc->root) {
		r->expanded += t->text_len;
		if (r->expanded / EXPANSION_MAX > r->doc->len)
			return wbxml_bad(r->err, "table strings add up to over %u messages",
					 EXPANSION_MAX);
	}
	if (string && !dm_utf8_plain(r->doc->body + t->text, t->text_len))
		return wbxml_bad(r->err, "string at %zu is not UTF-8 text", t->start);
	ret = dm_node_add(r->doc, r->stack[r->depth - 1], &r->last[r->depth - 1],
			  string ? DM_TEXT : DM_OPAQUE, &index, r->err);
	if (ret)
		return ret;
	r->doc->nodes[index].text = (uint32_t)t->text;
	r->doc->nodes[index].text_len = (uint32_t)t->text_len;
	return 0;
}

static int read_end(struct reader *r, const struct wbxml_token *t)
{
	struct dm_node *n;

	if (!r->depth)
		return wbxml_bad(r->err, "END at %zu without an open element", t->start);
	n = &r->doc->nodes[r->stack[--r->depth]];
	n->inner_end = (uint32_t)t->start;
	n->end = (uint32_t)t->end;
	return 0;
}

int wbxml_read(struct dm_doc *doc, struct dm_error *err)
{
	struct reader r = { .doc = doc, .err = err };
	struct wbxml_token t;
	size_t pos;
	int ret;

	ret = wbxml_header(doc, err);
	if (ret)
		return ret;
	pos = doc->root;
	do {
		ret = wbxml_next(&doc->input, pos, &t, err);
		if (ret)
			return ret;
		switch (t.kind) {
		case WBXML_SWITCH:
			r.page = t.octet;
			break;
		case WBXML_TAG:
			ret = read_tag(&r, &t);
			break;
		case WBXML_END:
			ret = read_end(&r, &t);
			break;
		default:
			ret = read_text(&r, &t);
			break;
		}
		if (ret)
			return ret;
		pos = t.end;
	} while (r.depth || !doc->count);
	if (pos != doc->len)
		return wbxml_bad(err, "octets after the root, from %zu", pos);
	if (doc->nodes[0].tag != doc->input.type->root)
		return wbxml_bad(err, "root is not the one of its document type");
	return 0;
}
