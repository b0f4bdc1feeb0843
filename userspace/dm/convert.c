// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A message in the other encoding. Whoever turns it back has to get the message that the
 * application wrote, so that is tried here, by the reader that will do it there: elements
 * and texts have to be the same after one conversion, and after the second one. Which of
 * its ways WBXML says a text (inline, from the table, opaque) is not the message.
 */
#include "doc.h"

#include <errno.h>
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

#define DIFFERS "the message is not the same in the other encoding"

/* A place in a document: the node, and how far its texts are compared. */
struct place {
	const struct dm_doc *doc;
	uint32_t node;
	uint32_t done;		/* octets of a text */
};

static bool is_blank(const uint8_t *text, uint32_t len)
{
	while (len && memchr(" \t\r\n", text[len - 1], 4))
		len--;
	return !len;
}

/* Elements around a node. */
static unsigned int depth(const struct dm_doc *doc, uint32_t node)
{
	unsigned int n = 0;

	for (; node; node = doc->nodes[node].parent)
		n++;
	return n;
}

/* Goes on to what counts: white space between elements and empty texts do not. */
static const struct dm_node *settle(struct place *p)
{
	const struct dm_node *n;

	for (; p->node < p->doc->count; p->node++, p->done = 0) {
		n = &p->doc->nodes[p->node];
		if (n->kind == DM_ELEMENT)
			return n;
		if (p->done == n->text_len)
			continue;
		if (p->done || !(p->doc->nodes[n->parent].flags & DM_NODE_PARENT) ||
		    !is_blank(dm_node_text(p->doc, n), n->text_len))
			return n;
	}
	return NULL;
}

/* Of two texts as much as both have. */
static bool same_text(struct place *a, struct place *b)
{
	const struct dm_node *na = &a->doc->nodes[a->node], *nb = &b->doc->nodes[b->node];
	uint32_t len = na->text_len - a->done;

	if (len > nb->text_len - b->done)
		len = nb->text_len - b->done;
	if (memcmp(dm_node_text(a->doc, na) + a->done, dm_node_text(b->doc, nb) + b->done, len))
		return false;
	a->done += len;
	b->done += len;
	return true;
}

/* WBXML has identifiers of two versions; XML without a namespace is taken for 1.2. */
static const char *version(const struct dm_doc *doc)
{
	static const char *const usual = "SYNCML:SYNCML1.2";

	if (doc->encoding == DM_XML)
		return *doc->root_namespace ? doc->root_namespace : usual;
	return doc->input.type->public_id == 0x0fd3 ? "SYNCML:SYNCML1.1" : usual;
}

bool dm_same(const struct dm_doc *one, const struct dm_doc *two)
{
	struct place a = { .doc = one }, b = { .doc = two };
	const struct dm_node *na, *nb;

	if (strcmp(version(one), version(two)))
		return false;
	for (;;) {
		na = settle(&a);
		nb = settle(&b);
		if (!na || !nb)
			return !na && !nb;
		if ((na->kind == DM_ELEMENT) != (nb->kind == DM_ELEMENT) ||
		    depth(one, a.node) != depth(two, b.node))
			return false;
		if (na->kind != DM_ELEMENT) {
			if (!same_text(&a, &b))
				return false;
			continue;
		}
		if (na->tag != nb->tag)
			return false;
		a.node++;
		b.node++;
		a.done = b.done = 0;
	}
}

static const char *type_of(enum dm_encoding encoding)
{
	return encoding == DM_XML ? "application/vnd.syncml.dm+xml" :
				    "application/vnd.syncml.dm+wbxml";
}

/* A comment inside a text says nothing, and yet cuts it in two for some readers. */
static int refuse_comments(const struct dm_doc *doc, struct dm_error *err)
{
	uint32_t i;

	for (i = 0; i < doc->count; i++) {
		if (doc->nodes[i].kind == DM_ELEMENT && doc->nodes[i].flags & DM_NODE_COMMENT &&
		    !(doc->nodes[i].flags & DM_NODE_PARENT))
			return dm_fail(err, OMASEC_REASON_NOT_CONVERTIBLE,
				       "a comment inside %s has no form in WBXML",
				       dm_tag_label(doc->nodes[i].tag));
	}
	return 0;
}

/* @doc as @to, which is read again as @again and has to say the same as @first. */
static int turn(const struct dm_doc *doc, const struct dm_doc *first, enum dm_encoding to,
		uint8_t **out, size_t *len, struct dm_doc **again, struct dm_error *err)
{
	int ret = dm_encode(doc, to, out, len, err);

	if (ret == -EINVAL) {
		if (err)
			err->reason = OMASEC_REASON_NOT_CONVERTIBLE;
		return -EBADMSG;
	}
	if (ret)
		return ret;
	ret = dm_parse(*out, *len, type_of(to), again, err);
	if (ret == -EBADMSG && err)
		err->reason = OMASEC_REASON_NOT_CONVERTIBLE;
	if (!ret && !dm_same(first, *again))
		ret = dm_fail(err, OMASEC_REASON_NOT_CONVERTIBLE, DIFFERS);
	if (ret) {
		dm_doc_free(*again);
		free(*out);
		*again = NULL;
		*out = NULL;
	}
	return ret;
}

int dm_convert(const uint8_t *body, size_t len, enum dm_encoding to, uint8_t **out, size_t *out_len,
	       struct dm_error *err)
{
	enum dm_encoding from = to == DM_XML ? DM_WBXML : DM_XML;
	struct dm_doc *doc, *other = NULL, *back = NULL;
	uint8_t *octets = NULL;
	size_t octets_len;
	int ret;

	*out = NULL;
	ret = dm_parse(body, len, type_of(from), &doc, err);
	if (ret)
		return ret;
	ret = refuse_comments(doc, err);
	if (!ret)
		ret = turn(doc, doc, to, out, out_len, &other, err);
	if (!ret)
		ret = turn(other, doc, from, &octets, &octets_len, &back, err);
	if (ret) {
		free(*out);
		*out = NULL;
	}
	dm_doc_free(back);
	dm_doc_free(other);
	dm_doc_free(doc);
	free(octets);
	return ret;
}
