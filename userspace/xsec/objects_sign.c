// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Management objects signed one by one. As with encryption, what omasec signs is the whole
 * Item, so that Meta comes back as it was, and an object cannot be put at another node
 * without notice. What others sign may be the bare content of Data: it takes the place of
 * Signature and content then, and Meta stays.
 *
 * Only what was digested comes out, in the form in which it was: canonical, so without
 * comments, and with all that is not ASCII white space as it was.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

#define META_SIGNED "application/xml"

static int form(struct dm_error *err, const char *what)
{
	return dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, "%s", what);
}

/* ------------------------------------------------------------------ signing */

static bool child_is(const xmlNode *node, const xmlNode *root, const char *name)
{
	return node->parent == root && !strcmp((const char *)node->name, name);
}

/* Where Meta and Data stand in an Item that is there by itself. */
static bool locate(const struct xsec_doc *item, struct xsec_object *o)
{
	xmlNodePtr root = xmlDocGetRootElement(item->doc), node;
	const struct xml_tag *meta = NULL, *data = NULL;
	uint32_t i;

	for (node = root, i = 0; node && i < item->scan.count; node = xsec_next(node), i++) {
		if (child_is(node, root, "Meta"))
			meta = &item->scan.tags[i];
		else if (child_is(node, root, "Data"))
			data = &item->scan.tags[i];
	}
	if (!data)
		return false;
	o->from = meta ? meta->start : data->start;
	o->to = data->end;
	return true;
}

/* Text that reads as these octets, which are markup in canonical form. */
static void put_markup(struct dm_out *out, const uint8_t *octets, size_t len)
{
	size_t i;

	if (!memmem(octets, len, "]]>", 3)) {
		dm_out_text(out, "<![CDATA[");
		dm_out_put(out, octets, len);
		dm_out_text(out, "]]>");
		return;
	}
	for (i = 0; i < len; i++) {
		if (octets[i] == '<')
			dm_out_text(out, "&lt;");
		else if (octets[i] == '>')
			dm_out_text(out, "&gt;");
		else if (octets[i] == '&')
			dm_out_text(out, "&amp;");
		else
			dm_out_byte(out, octets[i]);
	}
}

/* @item: canonical, @doc: of it. */
static int put_signed(const struct xsec_signing *how, const struct dm_out *item, const struct xsec_doc *doc,
		      struct dm_out *out, struct dm_error *err)
{
	struct dm_out inside, data;
	xmlBufferPtr signature = NULL;
	struct xsec_object o;
	int ret;

	if (!locate(doc, &o))
		return form(err, "an Item has no Data by itself");
	ret = xsec_content_sign(how, xmlDocGetRootElement(doc->doc), &signature, err);
	if (ret)
		return ret;
	dm_out_init(&inside, XSEC_MESSAGE_MAX);
	dm_out_init(&data, XSEC_MESSAGE_MAX);
	dm_out_put(&inside, signature->content, signature->use);
	dm_out_put(&inside, item->data, item->len);
	if (!inside.error)
		put_markup(&data, inside.data, inside.len);
	dm_out_put(out, item->data, o.from);
	xsec_put_object(out, item->data, META_SIGNED, data.data, data.len);
	dm_out_put(out, item->data + o.to, item->len - o.to);
	if (inside.error || data.error)
		ret = dm_fail(err, inside.error == -ENOMEM || data.error == -ENOMEM ? OMASEC_REASON_NO_MEMORY :
			      OMASEC_REASON_TOO_LARGE, "no room for a signed object");
	dm_out_free(&inside);
	dm_out_free(&data);
	xmlBufferFree(signature);
	return ret;
}

/* Canonical by itself: neither what is declared around it nor a message signature changes it. */
static int sign_item(const struct xsec_signing *how, const uint8_t *octets, size_t len, struct dm_out *out,
		     struct dm_error *err)
{
	struct xsec_doc plain, doc;
	struct dm_out item;
	int ret = xsec_doc_parse(octets, len, &plain, NULL);

	dm_out_init(&item, XSEC_MESSAGE_MAX);
	if (ret)
		ret = form(err, "an Item that is to be signed uses a prefix that is declared outside of it");
	else
		ret = xsec_canonical(xmlDocGetRootElement(plain.doc), &item, err);
	xsec_doc_free(&plain);
	if (!ret) {
		ret = xsec_doc_parse(item.data, item.len, &doc, err);
		if (!ret)
			ret = put_signed(how, &item, &doc, out, err);
		xsec_doc_free(&doc);
	}
	dm_out_free(&item);
	return ret;
}

static int sign_all(const struct xsec_signing *how, const struct xsec_objects *all, struct dm_out *out,
		    struct dm_error *err)
{
	const uint8_t *message = all->doc.body;
	unsigned int i;
	size_t at = 0;

	for (i = 0; i < all->count; i++) {
		const struct xsec_object *o = &all->list[i];
		int ret;

		dm_out_put(out, message + at, o->start - at);
		ret = sign_item(how, message + o->start, o->end - o->start, out, err);
		if (ret)
			return ret;
		at = o->end;
	}
	dm_out_put(out, message + at, all->doc.len - at);
	return 0;
}

int xsec_sign_objects(const uint8_t *message, size_t len, enum xsec_sign sign, const struct xsec_key *key,
		      const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
		      struct dm_error *err)
{
	struct xsec_objects *all = NULL;
	struct xsec_signing how;
	struct xsec_doc doc;
	struct dm_out made;
	int ret = xsec_signing_init(&how, sign, key, crypto, err);

	if (ret)
		return ret;
	/* what the other side would not read is not sent */
	ret = xsec_doc_parse_unique(message, len, &doc, err);
	xsec_doc_free(&doc);
	if (!ret)
		all = xsec_objects_find(message, len, true, &ret, err);
	if (all) {
		dm_out_init(&made, XSEC_MESSAGE_MAX);
		ret = sign_all(&how, all, &made, err);
		if (ret)
			dm_out_free(&made);
		else
			ret = dm_out_take(&made, out, out_len, err);
	}
	xsec_objects_free(all);
	xsec_signing_free(&how);
	return ret;
}

/* ------------------------------------------------------------------ verifying */

/* What Data holds: elements of the message, or text that reads as such. */
struct value {
	xmlNodePtr at;			/* the parent of what was signed; NULL: it is not signed */
	struct xsec_doc own;		/* of text */
};

static bool has_elements(const xmlNode *node)
{
	for (node = node->children; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			return true;
	}
	return false;
}

/* As an application reads it; @odd: there is something in it that applications read differently. */
static void join_text(const xmlNode *data, struct dm_out *text, bool *odd)
{
	const xmlNode *node;

	*odd = false;
	for (node = data->children; node; node = node->next) {
		if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
			dm_out_text(text, node->content ? (const char *)node->content : "");
		else
			*odd = true;
	}
}

static int value_of_text(const xmlNode *data, struct value *v, struct dm_error *err)
{
	struct dm_out text;
	bool odd;
	int ret = 0;

	dm_out_init(&text, XSEC_MESSAGE_MAX);
	dm_out_text(&text, "<Data>");
	join_text(data, &text, &odd);
	dm_out_text(&text, "</Data>");
	if (text.error)
		ret = dm_fail(err, text.error == -ENOMEM ? OMASEC_REASON_NO_MEMORY : OMASEC_REASON_TOO_LARGE,
			      "no room for the text of an object");
	else if (!memchr(text.data + strlen("<Data>"), '<', text.len - strlen("<Data></Data>")))
		;	/* no markup */
	else if (!xsec_doc_parse(text.data, text.len, &v->own, NULL))
		v->at = xsec_content_signed(xmlDocGetRootElement(v->own.doc)) ?
			xmlDocGetRootElement(v->own.doc) : NULL;
	else if (memmem(text.data, text.len, XSEC_DSIG_NS, strlen(XSEC_DSIG_NS)))
		ret = form(err, "an object with a Signature is not well-formed XML");
	if (!ret && v->at && odd)
		ret = form(err, "a comment stands in a signed object");
	if (!ret && v->at && !xsec_ids_unique(v->own.doc, err))
		ret = -EBADMSG;
	dm_out_free(&text);
	return ret;
}

static int value_of(xmlNodePtr data, struct value *v, struct dm_error *err)
{
	memset(v, 0, sizeof(*v));
	if (!has_elements(data))
		return value_of_text(data, v, err);
	if (xsec_content_signed(data))
		v->at = data;
	return 0;
}

/* (Markup is not deeper than the reader of messages lets it.) */
static bool all_in_namespaces(const xmlNode *node)
{
	if (!node->ns)
		return false;
	for (node = node->children; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE && !all_in_namespaces(node))
			return false;
	}
	return true;
}

static bool is_item(const xmlNode *node)
{
	return !strcmp((const char *)node->name, "Item") &&
	       (!node->ns || !strncmp((const char *)node->ns->href, "SYNCML:SYNCML", 13));
}

/* How far it is with putting the message together. */
struct verifying {
	const struct xsec_signing *how;
	const struct xsec_objects *all;
	bool require;
	struct dm_out out;
	size_t at;			/* octets of the message that are done with */
	struct xsec_object is[XSEC_OBJECTS_MAX];	/* where each Item lies in @out */
};

static void copy_to(struct verifying *v, size_t end)
{
	dm_out_put(&v->out, v->all->doc.body + v->at, end - v->at);
	v->at = end;
}

static int put_item(struct verifying *v, const struct xsec_object *o, struct xsec_object *is,
		    const struct dm_out *plain, struct dm_error *err)
{
	if (!xsec_same_item(v->all->doc.body, o, plain->data, plain->len))
		return form(err, "a signed Item is in the place of another");
	dm_out_put(&v->out, plain->data, plain->len);
	v->at = o->end;
	is->to = (uint32_t)v->out.len - (o->end - o->to);
	return 0;
}

static void put_content(struct verifying *v, const struct xsec_object *o, struct xsec_object *is,
			const struct dm_out *plain, bool text)
{
	const struct dm_node *data = &v->all->doc.nodes[o->data];

	copy_to(v, data->inner);
	if (text)
		put_markup(&v->out, plain->data, plain->len);
	else
		dm_out_put(&v->out, plain->data, plain->len);
	v->at = data->inner_end;
	copy_to(v, o->to);
	is->to = (uint32_t)v->out.len;
	copy_to(v, o->end);
}

static int verify_one(struct verifying *v, unsigned int i, xmlNodePtr data, struct dm_error *err)
{
	const struct xsec_object *o = &v->all->list[i];
	struct xsec_object *is = &v->is[i];
	xmlNodePtr content = NULL;
	struct dm_out plain;
	struct value value;
	int ret = value_of(data, &value, err);

	dm_out_init(&plain, XSEC_MESSAGE_MAX);
	copy_to(v, o->start);
	is->start = (uint32_t)v->out.len;
	is->from = is->start + (o->from - o->start);
	is->to = is->start + (o->to - o->start);
	if (ret) {
		;
	} else if (!value.at) {
		if (v->require)
			ret = dm_fail(err, OMASEC_REASON_SIGNATURE_MISSING, "an object has no Signature");
	} else if (!o->meta || !xsec_meta_is(&v->all->doc, o->meta, META_SIGNED)) {
		ret = form(err, "Meta of a signed object is not Format xml and Type application/xml");
	} else {
		ret = xsec_content_verify(v->how, value.at, &content, err);
		if (!ret)
			ret = xsec_canonical(content, &plain, err);
		if (!ret && is_item(content))
			ret = put_item(v, o, is, &plain, err);
		else if (!ret && !value.own.doc && !all_in_namespaces(content))
			ret = form(err, "signed elements in no namespace would be in another one in the message");
		else if (!ret)
			put_content(v, o, is, &plain, value.own.doc);
	}
	if (!ret)
		copy_to(v, o->end);
	is->end = (uint32_t)v->out.len;
	dm_out_free(&plain);
	xsec_doc_free(&value.own);
	return ret;
}

/* Data of the objects in the tree, in the same order. */
static int verify_all(struct verifying *v, const struct xsec_doc *doc, struct dm_error *err)
{
	xmlNodePtr node = xmlDocGetRootElement(doc->doc);
	const struct dm_doc *dm = &v->all->doc;
	unsigned int n = 0;
	uint32_t i;
	int ret;

	for (i = 0; node && i < doc->scan.count && n < v->all->count; node = xsec_next(node), i++) {
		if (doc->scan.tags[i].start != dm->nodes[v->all->list[n].data].start)
			continue;
		ret = verify_one(v, n++, node, err);
		if (ret)
			return ret;
	}
	if (n != v->all->count)
		return form(err, "ambiguous markup");
	copy_to(v, dm->len);
	return 0;
}

int xsec_verify_objects(const uint8_t *message, size_t len, bool require, enum xsec_sign sign,
			const struct xsec_key *key, const struct xsec_crypto *crypto, uint8_t **out,
			size_t *out_len, struct dm_error *err)
{
	struct xsec_objects *all = NULL;
	struct xsec_signing how;
	struct verifying *v = calloc(1, sizeof(*v));
	struct xsec_doc doc = { 0 };
	int ret;

	if (!v)
		return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	dm_out_init(&v->out, XSEC_MESSAGE_MAX);
	ret = xsec_signing_init(&how, sign, key, crypto, err);
	if (!ret)
		ret = xsec_doc_parse_unique(message, len, &doc, err);
	if (!ret)
		all = xsec_objects_find(message, len, true, &ret, err);
	v->how = &how;
	v->all = all;
	v->require = require;
	if (!ret)
		ret = verify_all(v, &doc, err);
	if (!ret && !v->out.error && !xsec_reads_alike(v->out.data, v->out.len, true, v->is, all->count))
		ret = form(err, "the message would read differently without its signatures");
	if (ret)
		dm_out_free(&v->out);
	else
		ret = dm_out_take(&v->out, out, out_len, err);
	xsec_objects_free(all);
	xsec_doc_free(&doc);
	xsec_signing_free(&how);
	free(v);
	return ret;
}
