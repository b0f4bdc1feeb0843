// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One element and the Signature over it, as management objects of DM 1.2 carry them. Their
 * Reference has no URI, or one that is resolved by nobody: what was signed is known by
 * where it stands. libxmlsec1 takes the first for the whole document, so canonical form
 * (libxml2), digest (OpenSSL) and signature are put together here, once the form is
 * known to be the one form.
 */
#include "internal.h"

#include <errno.h>
#include <libxml/c14n.h>
#include <libxml/xmlIO.h>
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <xmlsec/crypto.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmltree.h>

static int form(struct dm_error *err, const char *what)
{
	return dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, "%s", what);
}

static int no_memory(struct dm_error *err)
{
	return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
}

static int wrong(struct dm_error *err)
{
	return dm_fail(err, OMASEC_REASON_SIGNATURE_WRONG, "an object and its signature do not match");
}

int xsec_signing_init(struct xsec_signing *how, enum xsec_sign sign, const struct xsec_key *key,
		      const struct xsec_crypto *crypto, struct dm_error *err)
{
	const unsigned char *der = key->public;

	*how = (struct xsec_signing){ .sign = sign, .name = key->name, .crypto = crypto };
	if (sign >= XSEC_SIGN_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown signature algorithm");
	if (!xsec_sign_is_hmac(sign) && der)
		how->public = d2i_PUBKEY(NULL, &der, (long)key->public_len);
	how->len = xsec_signature_len(sign, how->public);
	return 0;
}

void xsec_signing_free(struct xsec_signing *how)
{
	EVP_PKEY_free(how->public);
	how->public = NULL;
}

/* ------------------------------------------------------------------ canonical form */

/* Of attributes and namespaces libxml2 says the element they are of. */
static int below(void *apex, xmlNodePtr node, xmlNodePtr parent)
{
	if (node && (node->type == XML_ATTRIBUTE_NODE || node->type == XML_NAMESPACE_DECL))
		node = parent;
	for (; node && node->type != XML_DOCUMENT_NODE; node = node->parent) {
		if (node == apex)
			return 1;
	}
	return 0;
}

/* Declarations can be repeated without end in canonical form: so there is one. */
static int gather(void *out, const char *octets, int len)
{
	dm_out_put(out, octets, (size_t)len);
	return ((struct dm_out *)out)->error ? -1 : len;
}

int xsec_canonical(xmlNodePtr node, struct dm_out *out, struct dm_error *err)
{
	xmlOutputBufferPtr io = xmlOutputBufferCreateIO(gather, NULL, out, NULL);
	size_t before = out->len;
	int ret;

	if (!io)
		return no_memory(err);
	ret = xmlC14NExecute(node->doc, below, node, XML_C14N_EXCLUSIVE_1_0, NULL, 0, io);
	if (xmlOutputBufferClose(io) < 0)
		ret = -1;
	if (out->error == -EMSGSIZE)
		return dm_fail(err, OMASEC_REASON_TOO_LARGE, "what is signed is over %zu octets", out->max);
	if (out->error)
		return no_memory(err);
	return ret < 0 || out->len == before ? form(err, "what is signed has no canonical form") : 0;
}

/* @value: the digest of @node in canonical form. */
static int digest(xmlNodePtr node, const EVP_MD *md, uint8_t value[EVP_MAX_MD_SIZE], struct dm_error *err)
{
	struct dm_out octets;
	int ret;

	dm_out_init(&octets, XSEC_MESSAGE_MAX);
	ret = xsec_canonical(node, &octets, err);
	if (!ret && EVP_Digest(octets.data, octets.len, value, NULL, md, NULL) != 1)
		ret = no_memory(err);
	dm_out_free(&octets);
	return ret;
}

/* ------------------------------------------------------------------ verifying */

/* By its length, which is that of the digest named. */
static const EVP_MD *digest_of(const struct xsec_reference *ref)
{
	return ref->len == 32 ? EVP_sha256() : ref->len == 48 ? EVP_sha384() : EVP_sha512();
}

static bool has_id(const xmlNode *node, const char *id)
{
	static const char *const names[] = { "Id", "ID", "id" };
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *is = xsec_attribute(node, names[i]);

		if (is && !strcmp(is, id))
			return true;
	}
	return false;
}

/* The one element in @parent that is not @but; NULL when there is anything else. */
static xmlNodePtr only_child(xmlNodePtr parent, const xmlNode *but)
{
	xmlNodePtr node, found = NULL;

	for (node = parent->children; node; node = node->next) {
		if (node == but || (node->type == XML_TEXT_NODE && xmlIsBlankNode(node)))
			continue;
		if (node->type != XML_ELEMENT_NODE || found)
			return NULL;
		found = node;
	}
	return found;
}

static xmlNodePtr signature_in(xmlNodePtr parent)
{
	xmlNodePtr node = parent->children;

	while (node && !xsec_is(node, "Signature", XSEC_DSIG_NS))
		node = node->next;
	return node;
}

bool xsec_content_signed(xmlNodePtr parent)
{
	return signature_in(parent);
}

/*
 * Detached: Signature, then content, and no URI. Enveloping: nothing but the Signature, the content
 * alone in its Object, and no URI or that of the Object, which is what was signed then. Enveloped:
 * beside each other, and the URI of the content.
 */
static int find_content(const struct xsec_signature *s, xmlNodePtr signature, xmlNodePtr *content,
			xmlNodePtr *target, struct dm_error *err)
{
	xmlNodePtr parent = signature->parent, node;

	if (s->object) {
		*content = only_child(s->object, NULL);
		for (node = parent->children; node; node = node->next) {
			if (node != signature && !(node->type == XML_TEXT_NODE && xmlIsBlankNode(node)))
				return form(err, "something stands beside a Signature that has an Object");
		}
	} else {
		*content = only_child(parent, signature);
	}
	if (!*content || xsec_is(*content, "Signature", XSEC_DSIG_NS))
		return form(err, "a Signature of an object is not over exactly one element");
	*target = s->ref.id && s->object ? s->object : *content;
	if (s->ref.id && !has_id(*target, s->ref.id))
		return form(err, "Reference of an object is to something else");
	if (s->ref.id || s->object)
		return 0;
	for (node = signature->prev; node; node = node->prev) {
		if (node == *content)
			return form(err, "a detached Signature stands behind its content");
	}
	return 0;
}

static int check_value(const struct xsec_signing *how, const struct xsec_signature *s, struct dm_error *err)
{
	struct xsec_job job = {
		.crypto = how->crypto, .request = { .op = XSEC_MAC, .sign = how->sign },
	};
	struct dm_out info;
	int ret;

	dm_out_init(&info, XSEC_MESSAGE_MAX);
	ret = xsec_canonical(s->info, &info, err);
	if (!ret && how->public) {
		if (!xsec_signature_right(how->sign, how->public, info.data, info.len, s->value, s->value_len))
			ret = wrong(err);
	} else if (!ret) {
		job.request.data = info.data;
		job.request.len = info.len;
		if (xsec_job_ask(&job))
			ret = xsec_job_fail(&job, err, OMASEC_REASON_SIGNATURE_WRONG,
					    "an object and its signature do not match");
		else if (job.reply.len != how->len || s->value_len != how->len ||
			 CRYPTO_memcmp(job.reply.data, s->value, how->len))
			ret = wrong(err);
	}
	xsec_job_free(&job);
	dm_out_free(&info);
	return ret;
}

int xsec_content_verify(const struct xsec_signing *how, xmlNodePtr parent, xmlNodePtr *content,
			struct dm_error *err)
{
	xmlNodePtr signature = signature_in(parent), target = NULL;
	uint8_t value[EVP_MAX_MD_SIZE];
	struct xsec_signature s;
	int ret;

	if (!how->len)
		return dm_fail(err, OMASEC_REASON_KEY_MISSING, "no public key that fits the algorithm");
	ret = xsec_signature_look(signature, how->sign, how->name, how->len, &s, err);
	if (!ret)
		ret = find_content(&s, signature, content, &target, err);
	if (!ret)
		ret = check_value(how, &s, err);
	if (!ret)
		ret = digest(target, digest_of(&s.ref), value, err);
	return ret || !CRYPTO_memcmp(value, s.ref.value, s.ref.len) ? ret : wrong(err);
}

/* ------------------------------------------------------------------ signing */

static bool put_text(xmlNodePtr root, const char *name, const uint8_t *octets, size_t len)
{
	char text[DM_BASE64_LEN(XSEC_SIGNATURE_MAX) + 1];
	xmlNodePtr node = xmlSecFindNode(root, BAD_CAST name, BAD_CAST XSEC_DSIG_NS);

	if (!node || len > XSEC_SIGNATURE_MAX)
		return false;
	dm_base64_encode(octets, len, text);
	xmlNodeSetContent(node, BAD_CAST text);
	return node->children;
}

/* Without its value, and with that of the digest. */
static xmlNodePtr template(xmlDocPtr doc, const struct xsec_signing *how, const uint8_t value[32])
{
	xmlNodePtr signature = xmlSecTmplSignatureCreate(doc, xmlSecTransformExclC14NId,
							 xsec_sign_klass(how->sign), NULL);
	xmlNodePtr ref, info;

	if (!signature)
		return NULL;
	xmlDocSetRootElement(doc, signature);
	ref = xmlSecTmplSignatureAddReference(signature, xmlSecTransformSha256Id, NULL, NULL, NULL);
	if (!ref || !xmlSecTmplReferenceAddTransform(ref, xmlSecTransformExclC14NId) ||
	    !put_text(ref, "DigestValue", value, 32))
		return NULL;
	if (!how->name)
		return signature;
	info = xmlSecTmplSignatureEnsureKeyInfo(signature, NULL);
	return info && xmlSecTmplKeyInfoAddKeyName(info, BAD_CAST how->name) ? signature : NULL;
}

static int fill(struct xsec_job *job, xmlNodePtr signature, struct dm_error *err)
{
	struct dm_out info;
	int ret;

	dm_out_init(&info, XSEC_MESSAGE_MAX);
	ret = xsec_canonical(xmlSecFindChild(signature, BAD_CAST "SignedInfo", BAD_CAST XSEC_DSIG_NS), &info, err);
	job->request.data = info.data;
	job->request.len = info.len;
	if (!ret && (xsec_job_ask(job) || !job->reply.len || job->reply.len > XSEC_SIGNATURE_MAX))
		ret = xsec_job_fail(job, err, OMASEC_REASON_HELPER_ERROR, "an object cannot be signed");
	if (!ret && !put_text(signature, "SignatureValue", job->reply.data, job->reply.len))
		ret = no_memory(err);
	dm_out_free(&info);
	return ret;
}

int xsec_content_sign(const struct xsec_signing *how, xmlNodePtr content, xmlBufferPtr *octets,
		      struct dm_error *err)
{
	struct xsec_job job = {
		.crypto = how->crypto,
		.request = { .op = xsec_sign_is_hmac(how->sign) ? XSEC_MAC : XSEC_SIGN, .sign = how->sign },
	};
	xmlDocPtr doc = xmlNewDoc(BAD_CAST "1.0");
	uint8_t value[EVP_MAX_MD_SIZE];
	xmlNodePtr signature = NULL;
	int ret = digest(content, EVP_sha256(), value, err);

	if (!ret) {
		signature = doc ? template(doc, how, value) : NULL;
		ret = signature ? fill(&job, signature, err) : no_memory(err);
	}
	if (!ret) {
		*octets = xsec_serialise(doc, signature);
		ret = *octets ? 0 : no_memory(err);
	}
	xsec_job_free(&job);
	xmlFreeDoc(doc);
	return ret;
}
