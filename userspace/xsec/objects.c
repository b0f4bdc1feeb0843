// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Management objects encrypted one by one. Which Items those are, the reader of DM messages
 * says, on both sides alike, since it is the one that reads the message afterwards.
 *
 * What travels in EncryptedData is the whole Item, so that Meta comes back as it was, and an
 * object cannot be put at another node without notice.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

#define META_FORMAT "xml"
#define META_ENCRYPTED "application/xenc+xml"

static int form(struct dm_error *err, const char *what)
{
	return dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, "%s", what);
}

static int no_memory(struct dm_error *err)
{
	return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
}

bool xsec_blank(const uint8_t *text, size_t len)
{
	while (len && strchr(" \t\r\n", *text) && *text) {
		text++;
		len--;
	}
	return !len;
}

static bool carries_objects(uint16_t tag, bool exec)
{
	return tag == DM_ADD || tag == DM_REPLACE || tag == DM_RESULTS || (exec && tag == DM_EXEC);
}

/* Nothing in an Item may be readable, or stay so, that has no name in it. */
static int look_at_item(const struct dm_doc *doc, uint32_t item, struct xsec_object *o, struct dm_error *err)
{
	uint32_t i, before = 0;
	const struct dm_node *n;

	memset(o, 0, sizeof(*o));
	for (i = doc->nodes[item].child; i; i = n->next) {
		n = &doc->nodes[i];
		if (n->kind != DM_ELEMENT) {
			if (!xsec_blank(dm_node_text(doc, n), n->text_len))
				return form(err, "text in an Item");
			continue;
		}
		if (DM_TAG_TABLE(n->tag) != DM_TABLE_SYNCML)
			return form(err, "foreign element in an Item");
		if ((n->tag == DM_META && o->meta) || (n->tag == DM_DATA && o->data))
			return form(err, "Meta or Data stands twice in an Item");
		if (n->tag == DM_META)
			o->meta = i;
		else if (n->tag == DM_DATA)
			o->data = i;
		if (n->tag == DM_DATA && o->meta && o->meta != before)
			return form(err, "something stands between Meta and Data of an Item");
		if (n->tag == DM_META && o->data)
			return form(err, "Meta stands behind Data in an Item");
		before = i;
	}
	if (!o->data)
		return 0;
	o->start = doc->nodes[item].start;
	o->end = doc->nodes[item].end;
	o->from = doc->nodes[o->meta ? o->meta : o->data].start;
	o->to = doc->nodes[o->data].end;
	return 0;
}

/* In document order. An Item in an Item is data, if anything. */
static int list_objects(struct xsec_objects *all, bool exec, struct dm_error *err)
{
	const struct dm_doc *doc = &all->doc;
	uint32_t i, past = 0;
	int ret;

	for (i = 1; i < doc->count; i++) {
		const struct dm_node *n = &doc->nodes[i];
		struct xsec_object o;

		if (n->kind != DM_ELEMENT || n->tag != DM_ITEM || n->start < past)
			continue;
		past = n->end;
		if (!carries_objects(doc->nodes[n->parent].tag, exec))
			continue;
		ret = look_at_item(doc, i, &o, err);
		if (ret)
			return ret;
		if (!o.data)
			continue;
		if (all->count == XSEC_OBJECTS_MAX)
			return dm_fail(err, OMASEC_REASON_TOO_LARGE, "over %u objects in a message",
				       XSEC_OBJECTS_MAX);
		all->list[all->count++] = o;
	}
	return 0;
}

void xsec_objects_free(struct xsec_objects *all)
{
	if (!all)
		return;
	free(all->doc.nodes);
	free(all->doc.text);
	free(all);
}

struct xsec_objects *xsec_objects_find(const uint8_t *message, size_t len, bool exec, int *ret,
				       struct dm_error *err)
{
	struct xsec_objects *all = calloc(1, sizeof(*all));

	if (!all) {
		*ret = no_memory(err);
		return NULL;
	}
	all->doc.encoding = DM_XML;
	all->doc.body = message;
	all->doc.len = len;
	*ret = xml_read(&all->doc, err);
	if (!*ret && all->doc.nodes[0].tag != DM_SYNCML)
		*ret = form(err, "the root is not SyncML");
	if (!*ret)
		*ret = list_objects(all, exec, err);
	if (!*ret)
		return all;
	xsec_objects_free(all);
	return NULL;
}

/* ------------------------------------------------------------------ encrypting */

void xsec_put_object(struct dm_out *out, const uint8_t *item, const char *type, const void *data, size_t len)
{
	const uint8_t *name = item + 1;
	size_t n = 0, prefix;

	/* the reader has seen that the tag ends */
	while (!strchr(" \t\r\n/>:", name[n]))
		n++;
	prefix = name[n] == ':' ? n + 1 : 0;

	dm_out_text(out, "<");
	dm_out_put(out, name, prefix);
	dm_out_text(out, "Meta><Format xmlns=\"syncml:metinf\">" META_FORMAT
		    "</Format><Type xmlns=\"syncml:metinf\">");
	dm_out_text(out, type);
	dm_out_text(out, "</Type></");
	dm_out_put(out, name, prefix);
	dm_out_text(out, "Meta><");
	dm_out_put(out, name, prefix);
	dm_out_text(out, "Data>");
	dm_out_put(out, data, len);
	dm_out_text(out, "</");
	dm_out_put(out, name, prefix);
	dm_out_text(out, "Data>");
}

static int seal_all(const struct xsec_sealing *how, const struct xsec_objects *all, uint8_t **octets,
		    size_t *len, struct dm_error *err)
{
	const uint8_t *message = all->doc.body;
	struct dm_out out;
	size_t at = 0;
	unsigned int i;
	int ret;

	dm_out_init(&out, XSEC_MESSAGE_MAX);
	for (i = 0; i < all->count; i++) {
		const struct xsec_object *o = &all->list[i];
		xmlBufferPtr sealed = NULL;

		ret = xsec_seal(how, message + o->start, o->end - o->start, &sealed, err);
		if (ret) {
			dm_out_free(&out);
			return ret;
		}
		dm_out_put(&out, message + at, o->from - at);
		xsec_put_object(&out, message + o->start, META_ENCRYPTED, sealed->content, sealed->use);
		xmlBufferFree(sealed);
		at = o->to;
	}
	dm_out_put(&out, message + at, all->doc.len - at);
	return dm_out_take(&out, octets, len, err);
}

int xsec_encrypt_objects(const uint8_t *message, size_t len, enum xsec_cipher cipher,
			 enum xsec_wrap wrap, const struct xsec_key *key,
			 const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
			 struct dm_error *err)
{
	const struct xsec_sealing how = { cipher, wrap, key->name, crypto };
	struct xsec_objects *all;
	struct xsec_doc doc;
	int ret;

	if (cipher >= XSEC_CIPHER_COUNT || wrap >= XSEC_WRAP_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown cipher or key wrap");
	/* what the other side would not read is not sent */
	ret = xsec_doc_parse_unique(message, len, &doc, err);
	xsec_doc_free(&doc);
	if (ret)
		return ret;
	all = xsec_objects_find(message, len, false, &ret, err);
	if (all)
		ret = seal_all(&how, all, out, out_len, err);
	xsec_objects_free(all);
	return ret;
}

/* ------------------------------------------------------------------ decrypting */

static bool leaf_is(const struct dm_doc *doc, uint32_t node, uint16_t tag, const char *text)
{
	char is[32];

	return doc->nodes[node].kind == DM_ELEMENT && doc->nodes[node].tag == tag &&
	       !(doc->nodes[node].flags & DM_NODE_ATTRS) &&
	       !facts_text(doc, node, is, sizeof(is), NULL) && !strcmp(is, text);
}

/* Format and Type, and nothing else. */
bool xsec_meta_is(const struct dm_doc *doc, uint32_t meta, const char *type)
{
	uint32_t found[2] = { 0 }, n = 0, i;

	for (i = doc->nodes[meta].child; i; i = doc->nodes[i].next) {
		const struct dm_node *child = &doc->nodes[i];

		if (child->kind != DM_ELEMENT && xsec_blank(dm_node_text(doc, child), child->text_len))
			continue;
		if (n == 2)
			return false;
		found[n++] = i;
	}
	return n == 2 && !(doc->nodes[meta].flags & (DM_NODE_ATTRS | DM_NODE_COMMENT)) &&
	       leaf_is(doc, found[0], DM_FORMAT, META_FORMAT) && leaf_is(doc, found[1], DM_TYPE, type);
}

/* The EncryptedData that is all that stands in each Data; all of them, before a key is used. */
static int find_sealed(const struct xsec_sealing *how, const struct xsec_objects *all,
		       const struct xsec_doc *doc, xmlNodePtr sealed[XSEC_OBJECTS_MAX], struct dm_error *err)
{
	xmlNodePtr node = xmlDocGetRootElement(doc->doc);
	unsigned int n = 0;
	uint32_t i;
	int ret;

	for (i = 0; node && n < all->count; node = xsec_next(node), i++) {
		const struct xsec_object *o = &all->list[n];
		const struct dm_doc *dm = &all->doc;
		struct xsec_encrypted found;
		struct xsec_walk w;

		if (i >= doc->scan.count || doc->scan.tags[i].start != dm->nodes[o->data].start)
			continue;
		xsec_walk(&w, node);
		sealed[n] = xsec_take(&w, "EncryptedData", XSEC_ENC_NS);
		if (!sealed[n] || !xsec_done(&w) || !xsec_attributes(node, NULL, NULL) || !o->meta ||
		    !xsec_meta_is(dm, o->meta, META_ENCRYPTED) ||
		    !xsec_blank(dm->body + dm->nodes[o->meta].end, dm->nodes[o->data].start - dm->nodes[o->meta].end))
			return form(err, "an object is not encrypted, or not in the one form");
		ret = xsec_encrypted_look(sealed[n++], how->cipher, how->wrap, how->name, &found, err);
		if (ret)
			return ret;
	}
	return n == all->count ? 0 : form(err, "ambiguous markup");
}

bool xsec_same_item(const uint8_t *message, const struct xsec_object *o, const uint8_t *plain, size_t len)
{
	size_t head = o->from - o->start, tail = o->end - o->to;

	return len > head + tail && !memcmp(plain, message + o->start, head) &&
	       !memcmp(plain + len - tail, message + o->to, tail);
}

/* @is: where each Item lies in @out, then. */
static int open_all(const struct xsec_sealing *how, const struct xsec_objects *all, xmlNodePtr *sealed,
		    struct dm_out *out, struct xsec_object *is, struct dm_error *err)
{
	const uint8_t *message = all->doc.body;
	unsigned int i;
	size_t at = 0;

	for (i = 0; i < all->count; i++) {
		const struct xsec_object *o = &all->list[i];
		struct xsec_encrypted found;
		uint8_t *plain = NULL;
		size_t len = 0;
		int ret;

		ret = xsec_encrypted_look(sealed[i], how->cipher, how->wrap, how->name, &found, err);
		if (!ret)
			ret = xsec_open(how, &found, &plain, &len, err);
		if (!ret && !xsec_same_item(message, o, plain, len))
			ret = xsec_not_decrypted(err);
		if (!ret) {
			dm_out_put(out, message + at, o->start - at);
			is[i].start = (uint32_t)out->len;
			is[i].from = is[i].start + (o->from - o->start);
			dm_out_put(out, plain, len);
			is[i].end = (uint32_t)out->len;
			is[i].to = is[i].end - (o->end - o->to);
			at = o->end;
		}
		xsec_wipe(plain, len);
		if (ret)
			return ret;
	}
	dm_out_put(out, message + at, all->doc.len - at);
	return 0;
}

bool xsec_reads_alike(const uint8_t *octets, size_t len, bool exec, const struct xsec_object *is,
		      unsigned int count)
{
	struct xsec_objects *all = NULL;
	struct xsec_doc whole;
	unsigned int i;
	bool alike;
	int ret = xsec_doc_parse(octets, len, &whole, NULL);

	xsec_doc_free(&whole);
	if (!ret)
		all = xsec_objects_find(octets, len, exec, &ret, NULL);
	alike = all && all->count == count;
	for (i = 0; alike && i < count; i++)
		alike = all->list[i].start == is[i].start && all->list[i].end == is[i].end &&
			all->list[i].from == is[i].from && all->list[i].to == is[i].to;
	xsec_objects_free(all);
	return alike;
}

static int put_back(const struct xsec_sealing *how, const struct xsec_objects *all, xmlNodePtr *sealed,
		    uint8_t **octets, size_t *len, struct dm_error *err)
{
	struct xsec_object is[XSEC_OBJECTS_MAX];
	struct dm_out out;
	int ret;

	dm_out_init(&out, XSEC_MESSAGE_MAX);
	ret = open_all(how, all, sealed, &out, is, err);
	if (!ret && (out.error || !xsec_reads_alike(out.data, out.len, false, is, all->count)))
		ret = out.error == -ENOMEM ? no_memory(err) : xsec_not_decrypted(err);
	if (!ret)
		return dm_out_take(&out, octets, len, err);
	dm_out_free(&out);
	return ret;
}

int xsec_decrypt_objects(const uint8_t *message, size_t len, enum xsec_cipher cipher,
			 enum xsec_wrap wrap, const struct xsec_key *key,
			 const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
			 struct dm_error *err)
{
	const struct xsec_sealing how = { cipher, wrap, key->name, crypto };
	xmlNodePtr sealed[XSEC_OBJECTS_MAX];
	struct xsec_objects *all = NULL;
	struct xsec_doc doc;
	int ret;

	if (cipher >= XSEC_CIPHER_COUNT || wrap >= XSEC_WRAP_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown cipher or key wrap");
	ret = xsec_doc_parse_unique(message, len, &doc, err);
	if (!ret)
		all = xsec_objects_find(message, len, false, &ret, err);
	if (!ret)
		ret = find_sealed(&how, all, &doc, sealed, err);
	if (!ret)
		ret = put_back(&how, all, sealed, out, out_len, err);
	xsec_objects_free(all);
	xsec_doc_free(&doc);
	return ret;
}
