// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The one form of a Signature and of EncryptedData. Every element and attribute has
 * to be one of those named here, in this order; what is not named is refused. All
 * of it comes before any cryptography.
 */
#include "internal.h"

#include <errno.h>

static int form(struct dm_error *err, const char *what)
{
	return dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, "%s", what);
}

static int algorithm(struct dm_error *err, const char *what)
{
	return dm_fail(err, OMASEC_REASON_ALGORITHM_REFUSED, "%s", what);
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* Every element of @name in the document, wherever it is; the first in @found. */
static unsigned int count(xmlDocPtr doc, const char *name, const char *ns, xmlNodePtr *found,
			  uint32_t *index)
{
	xmlNodePtr node = xmlDocGetRootElement(doc);
	unsigned int n = 0;
	uint32_t i = 0;

	for (; node; node = xsec_next(node), i++) {
		if (!xsec_is(node, name, ns) || n++)
			continue;
		*found = node;
		if (index)
			*index = i;
	}
	return n;
}

static int key_name(xmlNodePtr node, const char *expected, struct dm_error *err)
{
	if (!xsec_attributes(node, NULL, NULL) || !same(xsec_text(node), expected))
		return dm_fail(err, OMASEC_REASON_SIGNER_UNKNOWN, "KeyName is not that of the account");
	return 0;
}

/*
 * KeyInfo of a Signature: a name to be compared. Values and certificates are looked
 * at by nobody; what leads elsewhere is refused.
 */
static int signature_key_info(xmlNodePtr info, const char *name, struct dm_error *err)
{
	struct xsec_walk w;

	xsec_walk(&w, info);
	while (!xsec_done(&w)) {
		xmlNodePtr node = xsec_take(&w, "KeyName", XSEC_DSIG_NS);

		if (node) {
			int ret = key_name(node, name, err);

			if (ret)
				return ret;
		} else if (!xsec_take(&w, "KeyValue", XSEC_DSIG_NS) &&
			   !xsec_take(&w, "X509Data", XSEC_DSIG_NS)) {
			return form(err, "KeyInfo holds more than a name, value or certificate");
		}
	}
	return 0;
}

static int digest_look(xmlNodePtr method, xmlNodePtr value, struct xsec_reference *ref, struct dm_error *err)
{
	const char *text;

	ref->digest = xsec_algorithm(method);
	ref->len = ref->digest ? xsec_digest_len(ref->digest) : 0;
	if (!ref->len)
		return algorithm(err, "digest is not of SHA-2");
	text = xsec_text(value);
	if (!text || xsec_base64(text, ref->value, sizeof(ref->value)) != (long)ref->len)
		return form(err, "DigestValue is not as long as its digest");
	return 0;
}

/* Of the transforms these alone, in this order; @first NULL: only the second. */
static int transforms_look(xmlNodePtr node, const char *first, const char *second, struct dm_error *err)
{
	xmlNodePtr a = NULL, b;
	struct xsec_walk w;

	if (!xsec_attributes(node, NULL, NULL))
		return form(err, "Transforms has attributes");
	xsec_walk(&w, node);
	if (first)
		a = xsec_take(&w, "Transform", XSEC_DSIG_NS);
	b = xsec_take(&w, "Transform", XSEC_DSIG_NS);
	if ((first && !a) || !b || !xsec_done(&w))
		return form(err, first ? "Reference does not have exactly two transforms" :
					 "Reference does not have exactly one transform");
	if ((first && !same(xsec_algorithm(a), first)) || !same(xsec_algorithm(b), second))
		return algorithm(err, first ? "transforms are not enveloped-signature and exclusive C14N" :
					      "the transform is not exclusive C14N");
	return 0;
}

/* What the Reference is to, its caller has seen to. */
static int reference(xmlNodePtr node, const char *first, struct xsec_reference *ref, struct dm_error *err)
{
	xmlNodePtr list, method, value;
	struct xsec_walk w;
	int ret;

	xsec_walk(&w, node);
	list = xsec_take(&w, "Transforms", XSEC_DSIG_NS);
	method = xsec_take(&w, "DigestMethod", XSEC_DSIG_NS);
	value = xsec_take(&w, "DigestValue", XSEC_DSIG_NS);
	if (!list || !method || !value || !xsec_done(&w) || !xsec_attributes(value, NULL, NULL))
		return form(err, "Reference is not of the one form");
	ret = transforms_look(list, first, XSEC_EXC_C14N, err);
	return ret ? ret : digest_look(method, value, ref, err);
}

static int reference_message(xmlNodePtr node, struct dm_error *err)
{
	const char *uri = xsec_attribute(node, "URI");
	struct xsec_reference ref;

	if (!uri || *uri || !xsec_attributes(node, "URI", "Id"))
		return form(err, "Reference is not to the whole message by an empty URI");
	return reference(node, XSEC_ENVELOPED, &ref, err);
}

/* To what stands beside or inside: without URI, or with the Id of that. */
static int reference_content(xmlNodePtr node, struct xsec_reference *ref, struct dm_error *err)
{
	const char *uri = xsec_attribute(node, "URI");

	if (!xsec_attributes(node, "URI", NULL) || (node->properties && (!uri || uri[0] != '#' || !uri[1])))
		return form(err, "Reference of an object is neither without URI nor to an Id of that object");
	ref->id = uri ? uri + 1 : NULL;
	return reference(node, NULL, ref, err);
}

/* Its Reference in @ref. */
static int signed_info(xmlNodePtr node, enum xsec_sign sign, xmlNodePtr *ref, struct dm_error *err)
{
	struct xsec_walk w;
	xmlNodePtr c14n, method;

	if (!xsec_attributes(node, "Id", NULL))
		return form(err, "SignedInfo has attributes");
	xsec_walk(&w, node);
	c14n = xsec_take(&w, "CanonicalizationMethod", XSEC_DSIG_NS);
	method = xsec_take(&w, "SignatureMethod", XSEC_DSIG_NS);
	*ref = xsec_take(&w, "Reference", XSEC_DSIG_NS);
	if (!c14n || !method || !*ref || !xsec_done(&w))
		return form(err, "SignedInfo does not have exactly one Reference");
	if (!same(xsec_algorithm(c14n), XSEC_EXC_C14N))
		return algorithm(err, "SignedInfo is not in exclusive C14N");
	if (!same(xsec_algorithm(method), xsec_sign_href(sign)))
		return algorithm(err, "SignatureMethod is not that of the account");
	return 0;
}

static int signature_value(xmlNodePtr node, uint8_t value[XSEC_SIGNATURE_MAX], size_t len,
			   struct dm_error *err)
{
	const char *text = xsec_text(node);

	if (!xsec_attributes(node, "Id", NULL) || !text ||
	    xsec_base64(text, value, XSEC_SIGNATURE_MAX) != (long)len)
		return form(err, "SignatureValue is not as long as the key makes it");
	return 0;
}

/* Nothing but blanks after it in the root. */
static bool last_child(const xmlNode *node, const xmlNode *root)
{
	if (node->parent != root)
		return false;
	for (node = node->next; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			return false;
	}
	return true;
}

int xsec_signature_find(xmlDocPtr doc, enum xsec_sign sign, const char *name, size_t signature_len,
			xmlNodePtr *signature, struct dm_error *err)
{
	uint8_t octets[XSEC_SIGNATURE_MAX];
	xmlNodePtr info, value, keys, ref, node = NULL;
	struct xsec_walk w;
	unsigned int n = count(doc, "Signature", XSEC_DSIG_NS, &node, NULL);
	int ret;

	if (!n)
		return dm_fail(err, OMASEC_REASON_SIGNATURE_MISSING, "message has no Signature");
	if (n > 1)
		return form(err, "message has more than one Signature");
	if (!last_child(node, xmlDocGetRootElement(doc)))
		return form(err, "Signature is not the last child of the root");
	if (!xsec_ids_unique(doc, err))
		return -EBADMSG;
	xsec_walk(&w, node);
	info = xsec_take(&w, "SignedInfo", XSEC_DSIG_NS);
	value = xsec_take(&w, "SignatureValue", XSEC_DSIG_NS);
	keys = xsec_take(&w, "KeyInfo", XSEC_DSIG_NS);
	if (!info || !value || !xsec_done(&w) || !xsec_attributes(node, "Id", NULL))
		return form(err, "Signature holds more than SignedInfo, SignatureValue and KeyInfo");
	ret = signed_info(info, sign, &ref, err);
	if (!ret)
		ret = reference_message(ref, err);
	if (!ret)
		ret = signature_value(value, octets, signature_len, err);
	if (!ret && keys)
		ret = signature_key_info(keys, name, err);
	if (!ret)
		*signature = node;
	return ret;
}

int xsec_signature_look(xmlNodePtr node, enum xsec_sign sign, const char *name, size_t signature_len,
			struct xsec_signature *found, struct dm_error *err)
{
	xmlNodePtr value, keys, ref;
	struct xsec_walk w;
	int ret;

	memset(found, 0, sizeof(*found));
	xsec_walk(&w, node);
	found->info = xsec_take(&w, "SignedInfo", XSEC_DSIG_NS);
	value = xsec_take(&w, "SignatureValue", XSEC_DSIG_NS);
	keys = xsec_take(&w, "KeyInfo", XSEC_DSIG_NS);
	found->object = xsec_take(&w, "Object", XSEC_DSIG_NS);
	if (!found->info || !value || !xsec_done(&w) || !xsec_attributes(node, "Id", NULL))
		return form(err, "Signature of an object holds more than SignedInfo, SignatureValue, KeyInfo and one Object");
	if (found->object && !xsec_attributes(found->object, "Id", NULL))
		return form(err, "Object has other attributes than an Id");
	ret = signed_info(found->info, sign, &ref, err);
	if (!ret)
		ret = reference_content(ref, &found->ref, err);
	if (!ret)
		ret = signature_value(value, found->value, signature_len, err);
	found->value_len = signature_len;
	return !ret && keys ? signature_key_info(keys, name, err) : ret;
}

static int wrap_method(xmlNodePtr node, enum xsec_wrap wrap, struct dm_error *err)
{
	struct xsec_walk w;
	xmlNodePtr digest;

	if (!xsec_attributes(node, "Algorithm", NULL) ||
	    !same(xsec_attribute(node, "Algorithm"), xsec_wrap_href(wrap)))
		return algorithm(err, "the session key is not wrapped as the account says");
	xsec_walk(&w, node);
	digest = wrap == XSEC_RSA_OAEP ? xsec_take(&w, "DigestMethod", XSEC_DSIG_NS) : NULL;
	if (!xsec_done(&w) || (digest && !same(xsec_algorithm(digest), XSEC_DSIG_NS "sha1")))
		return algorithm(err, "parameters of the key wrap");
	return 0;
}

static xmlNodePtr cipher_value(xmlNodePtr data)
{
	struct xsec_walk w;
	xmlNodePtr value;

	if (!data || !xsec_attributes(data, NULL, NULL))
		return NULL;
	xsec_walk(&w, data);
	value = xsec_take(&w, "CipherValue", XSEC_ENC_NS);
	return value && xsec_done(&w) && xsec_attributes(value, NULL, NULL) && xsec_text(value) ?
	       value : NULL;
}

static int encrypted_key(xmlNodePtr node, enum xsec_wrap wrap, const char *name,
			 struct xsec_encrypted *found, struct dm_error *err)
{
	xmlNodePtr method, info, value;
	struct xsec_walk w;
	long len;
	int ret;

	if (!xsec_attributes(node, "Id", "Recipient"))
		return form(err, "EncryptedKey has other attributes");
	xsec_walk(&w, node);
	method = xsec_take(&w, "EncryptionMethod", XSEC_ENC_NS);
	info = xsec_take(&w, "KeyInfo", XSEC_DSIG_NS);
	value = cipher_value(xsec_take(&w, "CipherData", XSEC_ENC_NS));
	if (!method || !value || !xsec_done(&w))
		return form(err, "EncryptedKey is not of the one form");
	ret = wrap_method(method, wrap, err);
	if (ret)
		return ret;
	if (info) {
		struct xsec_walk in;
		xmlNodePtr called;

		xsec_walk(&in, info);
		called = xsec_take(&in, "KeyName", XSEC_DSIG_NS);
		if (!called || !xsec_done(&in))
			return form(err, "KeyInfo of EncryptedKey is not a name");
		ret = key_name(called, name, err);
		if (ret)
			return ret;
	}
	len = xsec_base64(xsec_text(value), found->wrapped, sizeof(found->wrapped));
	if (len <= 0)
		return form(err, "CipherValue of EncryptedKey");
	found->wrapped_len = (size_t)len;
	return 0;
}

int xsec_encrypted_look(xmlNodePtr node, enum xsec_cipher cipher, enum xsec_wrap wrap,
			const char *name, struct xsec_encrypted *found, struct dm_error *err)
{
	xmlNodePtr method, info, key;
	struct xsec_walk w;

	if (!same(xsec_attribute(node, "Type"), XSEC_ELEMENT) || !xsec_attributes(node, "Type", "Id"))
		return form(err, "EncryptedData is not of Type Element");
	xsec_walk(&w, node);
	method = xsec_take(&w, "EncryptionMethod", XSEC_ENC_NS);
	info = xsec_take(&w, "KeyInfo", XSEC_DSIG_NS);
	if (!method || !info || !cipher_value(xsec_take(&w, "CipherData", XSEC_ENC_NS)) ||
	    !xsec_done(&w))
		return form(err, "EncryptedData is not of the one form");
	if (!same(xsec_algorithm(method), xsec_cipher_href(cipher)))
		return algorithm(err, "content is not encrypted as the account says");
	xsec_walk(&w, info);
	key = xsec_take(&w, "EncryptedKey", XSEC_ENC_NS);
	if (!key || !xsec_done(&w))
		return form(err, "KeyInfo of EncryptedData is not one EncryptedKey");
	found->node = node;
	return encrypted_key(key, wrap, name, found, err);
}

bool xsec_is_syncml(const xmlNode *node, const char *name)
{
	const xmlNode *root = xmlDocGetRootElement(node->doc);
	const char *ns = node->ns ? (const char *)node->ns->href : NULL;
	const char *of = root->ns ? (const char *)root->ns->href : NULL;

	return node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name) &&
	       (ns && of ? !strcmp(ns, of) : ns == of);
}

/* Behind SyncHdr; only the Signature of the message may be there besides, which is looked at later. */
bool xsec_in_place(const xmlNode *node, const char *target)
{
	const xmlNode *root = xmlDocGetRootElement(node->doc), *at;
	unsigned int n = 0;
	bool right = true;

	if (!target)
		return node == root;
	for (at = root->children; at && right; at = at->next) {
		if (at->type == XML_COMMENT_NODE || (at->type == XML_TEXT_NODE && xmlIsBlankNode(at)))
			continue;
		if (!n)
			right = xsec_is_syncml(at, "SyncHdr");
		else if (n == 1)
			right = at == node;
		else
			right = n == 2 && xsec_is(at, "Signature", XSEC_DSIG_NS);
		n++;
	}
	return right && n >= 2;
}

int xsec_encrypted_find(xmlDocPtr doc, const char *target, enum xsec_cipher cipher, enum xsec_wrap wrap,
			const char *name, struct xsec_encrypted *found, struct dm_error *err)
{
	xmlNodePtr root = xmlDocGetRootElement(doc), node = NULL;
	unsigned int n = count(doc, "EncryptedData", XSEC_ENC_NS, &node, &found->index);

	if (n != 1)
		return form(err, n ? "message has more than one EncryptedData" :
				     "message has no EncryptedData");
	if (!xsec_in_place(node, target))
		return form(err, !target ? "EncryptedData is not the root: the whole message has to be encrypted" :
			    node == root ? "the whole message is encrypted, where only its SyncBody has to be" :
			    "EncryptedData does not stand in place of SyncBody, alone beside SyncHdr");
	if (!xsec_ids_unique(doc, err))
		return -EBADMSG;
	return xsec_encrypted_look(node, cipher, wrap, name, found, err);
}
