// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Elements to octets, XML or WBXML, behind one set of calls. WBXML output uses
 * no string table and switches the code page right before the tag that needs
 * it. XML output declares a namespace where the table of names changes.
 */
#include "doc.h"

#include <linux/omasec.h>
#include <stdio.h>
#include <string.h>

static void put_mb(struct dm_out *out, uint32_t value)
{
	int shift;

	for (shift = 28; shift > 0; shift -= 7) {
		if (value >> shift)
			dm_out_byte(out, (uint8_t)(0x80 | (value >> shift & 0x7f)));
	}
	dm_out_byte(out, value & 0x7f);
}

void writer_message(struct dm_writer *w, const struct dm_doc *like, enum dm_encoding encoding)
{
	bool old;

	memset(w, 0, sizeof(*w));
	dm_out_init(&w->out, DM_BODY_MAX);
	w->encoding = encoding;
	if (encoding == DM_XML) {
		w->root_namespace = like->encoding == DM_XML ? like->root_namespace :
				    like->input.type->public_id == 0x0fd3 ?
				    "SYNCML:SYNCML1.1" : "SYNCML:SYNCML1.2";
		dm_out_text(&w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
		return;
	}
	old = like->encoding == DM_XML && !strcmp(like->root_namespace, "SYNCML:SYNCML1.1");
	w->type = like->encoding == DM_WBXML ? like->input.type : wbxml_type(old ? 0x0fd3 : 0x1201);
	dm_out_byte(&w->out, like->encoding == DM_WBXML ? like->version : 2);
	put_mb(&w->out, w->type->public_id);
	put_mb(&w->out, 0x6a);
	put_mb(&w->out, 0);
}

void writer_fragments(struct dm_writer *w, const struct dm_doc *doc)
{
	memset(w, 0, sizeof(*w));
	dm_out_init(&w->out, DM_BODY_MAX);
	w->encoding = doc->encoding;
	w->type = doc->input.type;
	w->fragment = true;
}

size_t writer_fragment(struct dm_writer *w, const struct dm_doc *doc, uint32_t near)
{
	w->page = 0;
	w->depth = 0;
	w->prefix_len = 0;
	if (doc->encoding == DM_XML) {
		w->prefix = doc->body + doc->nodes[near].start + 1;
		w->prefix_len = strcspn((const char *)w->prefix, ": \t\r\n/>");
		w->prefix_len = w->prefix[w->prefix_len] == ':' ? w->prefix_len + 1 : 0;
	}
	return w->out.len;
}

static void xml_tag(struct dm_writer *w, uint16_t tag, const char *tail)
{
	enum dm_table table = DM_TAG_TABLE(tag);
	bool same = w->depth ? DM_TAG_TABLE(w->stack[w->depth - 1]) == table :
			       w->fragment && table == DM_TABLE_SYNCML;
	const char *ns = table == DM_TABLE_SYNCML ? w->root_namespace : dm_table_namespace(table);

	dm_out_text(&w->out, "<");
	if (table == DM_TABLE_SYNCML)
		dm_out_put(&w->out, w->prefix, w->prefix_len);
	dm_out_text(&w->out, dm_tag_name(tag));
	if (!same && ns && *ns) {
		dm_out_text(&w->out, " xmlns=\"");
		dm_out_text(&w->out, ns);
		dm_out_text(&w->out, "\"");
	}
	dm_out_text(&w->out, tail);
}

static void wbxml_tag(struct dm_writer *w, uint16_t tag, uint8_t content)
{
	uint8_t page = 0;

	while (page < w->type->pages && w->type->table[page] != DM_TAG_TABLE(tag))
		page++;
	if (page == w->type->pages) {
		w->out.error = -1;	/* dm_encode() looks before */
		return;
	}
	if (page != w->page) {
		dm_out_byte(&w->out, 0x00);
		dm_out_byte(&w->out, page);
		w->page = page;
	}
	dm_out_byte(&w->out, (uint8_t)(DM_TAG_TOKEN(tag) | content));
}

void writer_open(struct dm_writer *w, uint16_t tag)
{
	if (w->encoding == DM_XML)
		xml_tag(w, tag, ">");
	else
		wbxml_tag(w, tag, 0x40);
	w->stack[w->depth++] = tag;
}

void writer_close(struct dm_writer *w)
{
	uint16_t tag = w->stack[--w->depth];

	if (w->encoding == DM_WBXML) {
		dm_out_byte(&w->out, 0x01);
		return;
	}
	dm_out_text(&w->out, "</");
	if (DM_TAG_TABLE(tag) == DM_TABLE_SYNCML)
		dm_out_put(&w->out, w->prefix, w->prefix_len);
	dm_out_text(&w->out, dm_tag_name(tag));
	dm_out_text(&w->out, ">");
}

void writer_empty(struct dm_writer *w, uint16_t tag)
{
	if (w->encoding == DM_XML)
		xml_tag(w, tag, "/>");
	else
		wbxml_tag(w, tag, 0);
}

/* CR would be read back as LF, so it is written as a reference. */
static void xml_text(struct dm_out *out, const uint8_t *text, size_t len)
{
	size_t from = 0, i;

	for (i = 0; i < len; i++) {
		const char *escaped = text[i] == '&' ? "&amp;" : text[i] == '<' ? "&lt;" :
				      text[i] == '>' ? "&gt;" : text[i] == '\r' ? "&#13;" : NULL;

		if (!escaped)
			continue;
		dm_out_put(out, text + from, i - from);
		dm_out_text(out, escaped);
		from = i + 1;
	}
	dm_out_put(out, text + from, len - from);
}

void writer_text(struct dm_writer *w, const uint8_t *text, size_t len)
{
	if (w->encoding == DM_XML) {
		xml_text(&w->out, text, len);
		return;
	}
	dm_out_byte(&w->out, 0x03);
	dm_out_put(&w->out, text, len);
	dm_out_byte(&w->out, 0x00);
}

void writer_opaque(struct dm_writer *w, const uint8_t *data, size_t len)
{
	if (w->encoding == DM_XML) {
		xml_text(&w->out, data, len);
		return;
	}
	dm_out_byte(&w->out, 0xc3);
	put_mb(&w->out, (uint32_t)len);
	dm_out_put(&w->out, data, len);
}

void writer_leaf(struct dm_writer *w, uint16_t tag, const char *text)
{
	if (!*text) {
		writer_empty(w, tag);
		return;
	}
	writer_open(w, tag);
	writer_text(w, (const uint8_t *)text, strlen(text));
	writer_close(w);
}

void writer_number(struct dm_writer *w, uint16_t tag, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	writer_leaf(w, tag, text);
}

/* DM Security 1.2, 5.4.1.4: MAC challenges carry their nonce in Base64 */
void writer_chal(struct dm_writer *w, bool md5, const uint8_t *nonce, size_t len)
{
	char text[DM_BASE64_LEN(DM_NONCE_MAX) + 1];

	dm_base64_encode(nonce, len, text);
	writer_open(w, DM_CHAL);
	writer_open(w, DM_META);
	writer_leaf(w, DM_TYPE, md5 ? "syncml:auth-md5" : "syncml:auth-MAC");
	writer_leaf(w, DM_FORMAT, "b64");
	writer_leaf(w, DM_NEXTNONCE, text);
	writer_close(w);
	writer_close(w);
}

void writer_cred(struct dm_writer *w, const uint8_t digest[DM_CRED_LEN])
{
	char text[DM_BASE64_LEN(DM_CRED_LEN) + 1];

	dm_base64_encode(digest, DM_CRED_LEN, text);
	writer_open(w, DM_CRED);
	writer_open(w, DM_META);
	writer_leaf(w, DM_FORMAT, "b64");
	writer_leaf(w, DM_TYPE, "syncml:auth-md5");
	writer_close(w);
	writer_leaf(w, DM_DATA, text);
	writer_close(w);
}

/* White space between elements is layout, not content. */
static bool is_layout(const struct dm_doc *doc, const struct dm_node *n)
{
	const uint8_t *text = dm_node_text(doc, n);
	uint32_t i;

	for (i = 0; i < n->text_len; i++) {
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r' && text[i] != '\n')
			return false;
	}
	return doc->nodes[n->parent].flags & DM_NODE_PARENT;
}

static int encode_node(struct dm_writer *w, const struct dm_doc *doc, const struct dm_node *n,
		       struct dm_error *err)
{
	const uint8_t *text;
	unsigned int page = 0;

	if (n->kind == DM_ELEMENT) {
		if (!dm_tag_name(n->tag) || n->flags & DM_NODE_ATTRS)
			return dm_fail(err, OMASEC_REASON_HELPER_ERROR,
				       "foreign element or attribute cannot be encoded anew");
		while (w->type && page < w->type->pages &&
		       w->type->table[page] != DM_TAG_TABLE(n->tag))
			page++;
		if (w->type && page == w->type->pages)
			return dm_fail(err, OMASEC_REASON_HELPER_ERROR,
				       "%s has no token in this document type",
				       dm_tag_label(n->tag));
		if (n->child)
			writer_open(w, n->tag);
		else
			writer_empty(w, n->tag);
		return 0;
	}
	text = dm_node_text(doc, n);
	if (n->kind == DM_TEXT && is_layout(doc, n))
		return 0;
	if (n->kind == DM_OPAQUE && w->encoding == DM_XML && !dm_utf8_plain(text, n->text_len))
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "binary data has no XML form");
	if (n->kind == DM_OPAQUE)
		writer_opaque(w, text, n->text_len);
	else
		writer_text(w, text, n->text_len);
	return 0;
}

int dm_encode(const struct dm_doc *doc, enum dm_encoding encoding,
	      uint8_t **out, size_t *len, struct dm_error *err)
{
	struct dm_writer w;
	uint32_t node = 0;
	int ret;

	writer_message(&w, doc, encoding);
	do {
		const struct dm_node *n = &doc->nodes[node];

		ret = encode_node(&w, doc, n, err);
		if (ret) {
			dm_out_free(&w.out);
			return ret;
		}
		if (n->kind == DM_ELEMENT && n->child) {
			node = n->child;
			continue;
		}
		while (node && !doc->nodes[node].next) {
			node = doc->nodes[node].parent;
			writer_close(&w);
		}
		node = doc->nodes[node].next;
	} while (node);
	return dm_out_take(&w.out, out, len, err);
}
