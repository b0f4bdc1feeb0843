// SPDX-License-Identifier: GPL-2.0
/*
 * Client provisioning in WBXML (OMA ProvCont 1.1, section 8; WBXML 1.3) into the
 * tree. Only what such a document is made of is taken: its three elements with
 * attributes, inline strings, strings of the table, opaque data, character
 * entities, tokens of both code pages. Tags and attributes have a code page each
 * (WBXML 1.3, 5.8.1). Every length is checked before it is used, and the whole
 * text is bounded by import_doc.c, however often a table string is named.
 */
#include <errno.h>
#include <string.h>

#include "dm/text.h"
#include "import_cp.h"
#include "import_doc.h"

#define DEPTH_MAX 16
#define PAGES 2
#define PUBLIC_ID 0x0b
#define PUBLIC_NAME "-//WAPFORUM//DTD PROV 1.0//EN"
#define CHARSET_ASCII 3
#define CHARSET_UTF8 0x6a

enum { SWITCH_PAGE, END, ENTITY, STR_I, STR_T = 0x83, OPAQUE = 0xc3 };
enum { TAG_DOC = 5, TAG_CHARACTERISTIC, TAG_PARM };
#define HAS_ATTRIBUTES 0x80
#define HAS_CONTENT 0x40

/**
 * struct reader - a document while it is read
 * @table, @table_len: the string table
 * @tag_page, @attr_page: code pages in force
 * @open: open elements, the document itself not counted; 0 for what has no node
 */
struct reader {
	struct import_doc *d;
	const uint8_t *p;
	size_t len, pos, table, table_len;
	uint8_t tag_page, attr_page;
	uint32_t open[DEPTH_MAX];
	unsigned int depth;
};

#define bad(r, ...) import_bad((r)->d, (uint32_t)(r)->pos, __VA_ARGS__)

static int get_octet(struct reader *r, uint8_t *octet)
{
	*octet = 0;
	if (r->pos >= r->len)
		return bad(r, "the document ends too early");
	*octet = r->p[r->pos++];
	return 0;
}

/* WBXML 1.3, 5.1: seven bits an octet, at most five octets. */
static int get_mb(struct reader *r, uint32_t *value)
{
	uint64_t n = 0;
	uint8_t octet;
	int i;

	*value = 0;
	for (i = 0; i < 5; i++) {
		if (get_octet(r, &octet))
			return -EINVAL;
		n = n << 7 | (octet & 0x7f);
		if (octet & 0x80)
			continue;
		if (n > UINT32_MAX)
			break;
		*value = (uint32_t)n;
		return 0;
	}
	return bad(r, "expected a number of 32 bits");
}

/* WBXML 1.3, 5.4 to 5.7: version publicid charset strtbl */
static int read_header(struct reader *r)
{
	uint32_t id, index = 0, charset, table_len;
	const char *name;
	uint8_t version;

	if (get_octet(r, &version))
		return -EINVAL;
	if (version < 1 || version > 3)
		return bad(r, "expected WBXML 1.1, 1.2 or 1.3");
	if (get_mb(r, &id) || (!id && get_mb(r, &index)) || get_mb(r, &charset) ||
	    get_mb(r, &table_len))
		return -EINVAL;
	if (charset != CHARSET_UTF8 && charset != CHARSET_ASCII)
		return bad(r, "expected the charset UTF-8 or US-ASCII");
	if (table_len > r->len - r->pos)
		return bad(r, "the string table is longer than the document");
	r->table = r->pos;
	r->table_len = table_len;
	r->pos += table_len;
	if (id == PUBLIC_ID)
		return 0;
	name = (const char *)r->p + r->table + index;
	if (id || index >= table_len ||
	    strnlen(name, table_len - index) != strlen(PUBLIC_NAME) ||
	    memcmp(name, PUBLIC_NAME, strlen(PUBLIC_NAME)))
		return bad(r, "expected the public identifier of client provisioning (0x0b, " PUBLIC_NAME ")");
	return 0;
}

static int read_page(struct reader *r, uint8_t *page)
{
	uint8_t octet;

	if (get_octet(r, &octet))
		return -EINVAL;
	if (octet >= PAGES)
		return bad(r, "expected code page 0 or 1");
	*page = octet;
	return 0;
}

/* ------------------------------------------------------------------ values */

static int add_string(struct reader *r, size_t at, size_t limit)
{
	const uint8_t *nul = memchr(r->p + at, 0, limit);

	if (!nul)
		return bad(r, "a string does not end");
	if (!dm_utf8_plain(r->p + at, (size_t)(nul - (r->p + at))))
		return bad(r, "expected a string of UTF-8 text");
	return import_text_add(r->d, r->p + at, (size_t)(nul - (r->p + at)));
}

static int add_entity(struct reader *r)
{
	uint32_t code;
	uint8_t octet;

	if (get_mb(r, &code))
		return -EINVAL;
	if (code < 0x20 || code > 0x7e)
		return bad(r, "expected a character entity of printable ASCII");
	octet = (uint8_t)code;
	return import_text_add(r->d, &octet, 1);
}

/* One piece of a value; several make it up. */
static int add_piece(struct reader *r, uint8_t token, bool *octets)
{
	const char *text;
	uint32_t n;
	int rc;

	switch (token) {
	case STR_I:
		rc = add_string(r, r->pos, r->len - r->pos);
		if (!rc)
			r->pos += strlen((const char *)r->p + r->pos) + 1;
		return rc;
	case STR_T:
		if (get_mb(r, &n))
			return -EINVAL;
		if (n >= r->table_len)
			return bad(r, "a string is outside of the string table");
		return add_string(r, r->table + n, r->table_len - n);
	case OPAQUE:
		if (get_mb(r, &n))
			return -EINVAL;
		if (n > r->len - r->pos)
			return bad(r, "opaque data is longer than the document");
		*octets = true;
		rc = import_text_add(r->d, r->p + r->pos, n);
		r->pos += n;
		return rc;
	case ENTITY:
		return add_entity(r);
	}
	text = import_cp_value(r->attr_page, token);
	if (!text)
		return bad(r, "expected a value; 0x%02x on page %u is none", token, r->attr_page);
	return import_text_add(r->d, text, strlen(text));
}

static bool starts_attribute(uint8_t token)
{
	return token < 0x80 && token > STR_I && (token & 0x3f) > 4;
}

/* The pieces after the beginning of an attribute, up to the next one or the end. */
static int read_value(struct reader *r, bool *octets)
{
	int rc = 0;

	while (!rc && r->pos < r->len && r->p[r->pos] != END && !starts_attribute(r->p[r->pos])) {
		uint8_t token = r->p[r->pos++];

		rc = token == SWITCH_PAGE ? read_page(r, &r->attr_page) : add_piece(r, token, octets);
	}
	return rc ? rc : import_text_end(r->d);
}

/* ------------------------------------------------------------------ elements */

static int read_attribute(struct reader *r, uint8_t token, uint32_t index, uint8_t tag, bool *named)
{
	const struct import_cp_attribute *a = import_cp_attribute(r->attr_page, token);
	struct import_node *n = &r->d->node[index];
	size_t start = r->d->used;
	bool octets = false;

	if (!a)
		return bad(r, "expected an attribute; 0x%02x on page %u is none", token, r->attr_page);
	if (import_text_add(r->d, a->prefix, strlen(a->prefix)) || read_value(r, &octets))
		return -EINVAL;
	if (a->kind == (tag == TAG_PARM ? IMPORT_CP_NAME : IMPORT_CP_TYPE) && !*named) {
		n->name = (uint32_t)start;
		*named = true;
	} else if (tag == TAG_PARM && a->kind == IMPORT_CP_VALUE && !n->has_value) {
		n->has_value = true;
		n->value = (uint32_t)start;
		n->value_len = (uint32_t)(r->d->used - start - 1);
		n->form = octets ? IMPORT_FORM_OCTETS : IMPORT_FORM_NONE;
	} else if (tag != TAG_DOC || a->kind != IMPORT_CP_VERSION) {
		return bad(r, "an attribute is given twice, or not one of its element");
	}
	return 0;
}

static int read_attributes(struct reader *r, uint32_t index, uint8_t tag)
{
	bool named = false;
	uint8_t token;
	int rc = 0;

	while (!rc) {
		if (get_octet(r, &token))
			return -EINVAL;
		if (token == END)
			break;
		rc = token == SWITCH_PAGE ? read_page(r, &r->attr_page) :
					    read_attribute(r, token, index, tag, &named);
	}
	if (!rc && !named && tag != TAG_DOC)
		rc = bad(r, tag == TAG_PARM ? "expected a name in parm" :
					      "expected a type in characteristic");
	return rc;
}

static int read_element(struct reader *r, uint8_t octet)
{
	uint8_t tag = octet & 0x3f;
	uint32_t index = 0;

	if (tag < TAG_DOC || tag > TAG_PARM || (tag == TAG_DOC) != !r->depth ||
	    (tag == TAG_DOC && r->tag_page))
		return bad(r, "expected wap-provisioningdoc as root, and characteristic and parm in it");
	if (tag != TAG_DOC) {
		if (import_node_new(r->d, (uint32_t)r->pos - 1, &index))
			return -EINVAL;
		import_node_link(r->d, r->open[r->depth - 1], index);
		if (!(octet & HAS_ATTRIBUTES))
			return bad(r, "expected attributes in characteristic and parm");
	}
	if (octet & HAS_ATTRIBUTES && read_attributes(r, index, tag))
		return -EINVAL;
	if (tag == TAG_PARM && octet & HAS_CONTENT)
		return bad(r, "expected parm to be empty");
	if (!(octet & HAS_CONTENT))
		return 0;
	if (r->depth == DEPTH_MAX)
		return bad(r, "expected at most %u levels", DEPTH_MAX);
	r->open[r->depth++] = index;
	return 0;
}

int import_read_wbxml(struct import_doc *d, const uint8_t *data, size_t len)
{
	struct reader r = { .d = d, .p = data, .len = len };
	int rc = read_header(&r);
	bool root = false;
	uint8_t octet;

	d->cp = true;
	while (!rc && (!root || r.depth)) {
		if (get_octet(&r, &octet))
			return -EINVAL;
		if (octet == SWITCH_PAGE) {
			rc = read_page(&r, &r.tag_page);
		} else if (octet == END) {
			rc = r.depth ? 0 : bad(&r, "an element ends that did not begin");
			r.depth -= !rc;
		} else {
			rc = read_element(&r, octet);
			root = true;
		}
	}
	if (!rc && r.pos != len)
		rc = bad(&r, "expected nothing after the document");
	return rc;
}
