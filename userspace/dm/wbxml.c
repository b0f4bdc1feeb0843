// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * WBXML 1.1 to 1.3, the header and one token at a time. Only what DM messages
 * are made of is taken: tags from a code page that the document type has,
 * inline strings, table strings, opaque data, page switches. Everything else
 * that WBXML knows (processing instructions, extensions, attributes, literals,
 * entities) is refused by name. Every length is checked against the message
 * before it is used.
 */
#include "doc.h"

#include <linux/omasec.h>
#include <string.h>

#define wbxml_bad(err, ...) dm_fail(err, OMASEC_REASON_WBXML_BAD, __VA_ARGS__)

#define STRING_TABLE_MAX 65536
#define TABLE_STRING_MAX 4096

static const struct dm_wbxml_type types[] = {
	{ 0x1201, "-//SYNCML//DTD SyncML 1.2//EN", DM_SYNCML, 3,
	  { DM_TABLE_SYNCML, DM_TABLE_METINF, DM_TABLE_DMDDF } },
	{ 0x0fd3, "-//SYNCML//DTD SyncML 1.1//EN", DM_SYNCML, 3,
	  { DM_TABLE_SYNCML, DM_TABLE_METINF, DM_TABLE_DMDDF } },
	{ 0x1202, "-//SYNCML//DTD MetInf 1.2//EN", DM_TAG(DM_TABLE_METINF, 0x0e), 2,
	  { DM_TABLE_METINF, DM_TABLE_METINF } },
	{ 0x1203, "-//SYNCML//DTD DevInf 1.2//EN", DM_TAG(DM_TABLE_DEVINF, 0x0a), 2,
	  { DM_TABLE_DEVINF, DM_TABLE_METINF } },
};

/* WBXML 1.3, 5.1: seven bits an octet, at most five octets. */
static int get_mb(const struct wbxml_input *in, size_t *pos, uint32_t *value, struct dm_error *err)
{
	size_t start = *pos, i;
	uint64_t n = 0;

	for (i = 0; i < 5; i++) {
		if (*pos >= in->len)
			return wbxml_bad(err, "ends inside the number at %zu", start);
		n = n << 7 | (in->octets[*pos] & 0x7f);
		if (!(in->octets[(*pos)++] & 0x80)) {
			if (n > UINT32_MAX)
				break;
			*value = (uint32_t)n;
			return 0;
		}
	}
	return wbxml_bad(err, "number at %zu does not fit 32 bits", start);
}

const struct dm_wbxml_type *wbxml_type(uint32_t public_id)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].public_id == public_id)
			return &types[i];
	}
	return NULL;
}

/* The public identifier as text in the string table. */
static const struct dm_wbxml_type *type_by_name(const struct wbxml_input *in, uint32_t index)
{
	const char *name = (const char *)in->octets + in->table + index;
	size_t i, len;

	if (index >= in->table_len)
		return NULL;
	/* some writers leave its terminator out */
	len = strnlen(name, in->table_len - index);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strlen(types[i].formal_id) == len && !memcmp(types[i].formal_id, name, len))
			return &types[i];
	}
	return NULL;
}

/* WBXML 1.3, 5.4 to 5.7: version publicid charset strtbl */
int wbxml_header(struct dm_doc *doc, struct dm_error *err)
{
	struct wbxml_input *in = &doc->input;
	uint32_t id, index = 0, charset, table_len;
	size_t pos = 1;
	int ret;

	in->octets = doc->body;
	in->len = doc->len;
	if (!in->len)
		return wbxml_bad(err, "message is empty");
	doc->version = in->octets[0];
	if (doc->version < 1 || doc->version > 3)
		return wbxml_bad(err, "version is not 1.1, 1.2 or 1.3");
	ret = get_mb(in, &pos, &id, err);
	if (!ret && !id)
		ret = get_mb(in, &pos, &index, err);
	if (!ret)
		ret = get_mb(in, &pos, &charset, err);
	if (!ret && charset != 0x6a)
		ret = wbxml_bad(err, "charset is not UTF-8");
	if (!ret)
		ret = get_mb(in, &pos, &table_len, err);
	if (ret)
		return ret;
	if (table_len > in->len - pos || table_len > STRING_TABLE_MAX)
		return wbxml_bad(err, "string table is longer than the message or %u octets",
				 STRING_TABLE_MAX);
	in->table = pos;
	in->table_len = table_len;
	doc->root = pos + table_len;
	if (!dm_utf8_valid(in->octets + pos, table_len))
		return wbxml_bad(err, "string table is not UTF-8");
	in->type = id ? wbxml_type(id) : type_by_name(in, index);
	if (!in->type)
		return wbxml_bad(err, "public identifier is not that of a SyncML document");
	return 0;
}

static int next_string(const struct wbxml_input *in, size_t pos, struct wbxml_token *t,
		       struct dm_error *err)
{
	const uint8_t *nul = memchr(in->octets + pos, 0, in->len - pos);

	if (!nul)
		return wbxml_bad(err, "string at %zu does not end", t->start);
	t->kind = WBXML_STRING;
	t->text = pos;
	t->text_len = (size_t)(nul - in->octets) - pos;
	t->end = pos + t->text_len + 1;
	return 0;
}

static int next_table_string(const struct wbxml_input *in, size_t pos, struct wbxml_token *t,
			     struct dm_error *err)
{
	const uint8_t *text, *nul;
	uint32_t index;
	size_t left;
	int ret;

	ret = get_mb(in, &pos, &index, err);
	if (ret)
		return ret;
	if (index >= in->table_len)
		return wbxml_bad(err, "string at %zu is outside the string table", t->start);
	text = in->octets + in->table + index;
	left = in->table_len - index;
	nul = memchr(text, 0, left < TABLE_STRING_MAX ? left : TABLE_STRING_MAX);
	if (!nul)
		return wbxml_bad(err, "table string at %zu does not end within %u octets",
				 t->start, TABLE_STRING_MAX);
	t->kind = WBXML_STRING;
	t->text = in->table + index;
	t->text_len = (size_t)(nul - text);
	t->end = pos;
	return 0;
}

static int next_opaque(const struct wbxml_input *in, size_t pos, struct wbxml_token *t,
		       struct dm_error *err)
{
	uint32_t len;
	int ret;

	ret = get_mb(in, &pos, &len, err);
	if (ret)
		return ret;
	if (len > in->len - pos)
		return wbxml_bad(err, "opaque data at %zu is longer than the message", t->start);
	t->kind = WBXML_BINARY;
	t->text = pos;
	t->text_len = len;
	t->end = pos + len;
	return 0;
}

int wbxml_next(const struct wbxml_input *in, size_t pos, struct wbxml_token *t,
	       struct dm_error *err)
{
	if (pos >= in->len)
		return wbxml_bad(err, "ends inside an element");
	memset(t, 0, sizeof(*t));
	t->start = pos;
	t->octet = in->octets[pos++];
	t->end = pos;
	switch (t->octet) {
	case 0x00:
		if (pos == in->len)
			return wbxml_bad(err, "ends inside a page switch");
		t->kind = WBXML_SWITCH;
		t->octet = in->octets[pos++];
		t->end = pos;
		if (t->octet >= in->type->pages)
			return wbxml_bad(err, "unknown code page at %zu", t->start);
		return 0;
	case 0x01:
		t->kind = WBXML_END;
		return 0;
	case 0x02:
		return wbxml_bad(err, "character entity at %zu", t->start);
	case 0x03:
		return next_string(in, pos, t, err);
	case 0x83:
		return next_table_string(in, pos, t, err);
	case 0xc3:
		return next_opaque(in, pos, t, err);
	case 0x43:
		return wbxml_bad(err, "processing instruction at %zu", t->start);
	case 0x04: case 0x44: case 0x84: case 0xc4:
		return wbxml_bad(err, "literal tag at %zu", t->start);
	case 0x40: case 0x41: case 0x42:
	case 0x80: case 0x81: case 0x82:
	case 0xc0: case 0xc1: case 0xc2:
		return wbxml_bad(err, "extension token at %zu", t->start);
	}
	if (t->octet & 0x80)
		return wbxml_bad(err, "tag with attributes at %zu", t->start);
	t->kind = WBXML_TAG;
	return 0;
}
