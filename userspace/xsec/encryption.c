// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * EncryptedData in place of an element. The session key is never here: it is made
 * and unwrapped by whoever holds the key that wraps it, in the one request that
 * encrypts or decrypts the content.
 */
#include "internal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <xmlsec/crypto.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmlenc.h>

static int no_memory(struct dm_error *err)
{
	return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
}

static xmlSecEncCtxPtr context(struct xsec_job *job)
{
	xmlSecEncCtxPtr ctx = xmlSecEncCtxCreate(NULL);

	if (!ctx)
		return NULL;
	ctx->encKey = xsec_key_new(job, NULL);
	if (ctx->encKey && !xmlSecPtrListAdd(&ctx->transformCtx.enabledTransforms,
					     (void *)xsec_cipher_klass(job->request.cipher)))
		return ctx;
	xmlSecEncCtxDestroy(ctx);
	return NULL;
}

static void job_init(struct xsec_job *job, enum xsec_op op, enum xsec_cipher cipher,
		     enum xsec_wrap wrap, const struct xsec_crypto *crypto)
{
	memset(job, 0, sizeof(*job));
	job->crypto = crypto;
	job->request.op = op;
	job->request.cipher = cipher;
	job->request.wrap = wrap;
}

static xmlSecTransformId wrap_id(enum xsec_wrap wrap)
{
	switch (wrap) {
	case XSEC_KW_AES128:
		return xmlSecTransformKWAes128Id;
	case XSEC_KW_AES192:
		return xmlSecTransformKWAes192Id;
	case XSEC_KW_AES256:
		return xmlSecTransformKWAes256Id;
	default:
		return xmlSecTransformRsaOaepId;
	}
}

/* KeyInfo with the wrapped key; put in afterwards, so that libxmlsec1 does not fill it. */
static bool add_key(xmlNodePtr data, const struct xsec_job *job, const char *name)
{
	char text[DM_BASE64_LEN(XSEC_WRAPPED_MAX) + 1];
	xmlNodePtr info, key, value, inner;

	if (!job->reply.wrapped_len || job->reply.wrapped_len > XSEC_WRAPPED_MAX)
		return false;
	info = xmlSecTmplEncDataEnsureKeyInfo(data, NULL);
	key = info ? xmlSecTmplKeyInfoAddEncryptedKey(info, wrap_id(job->request.wrap), NULL, NULL,
						      NULL) : NULL;
	value = key ? xmlSecTmplEncDataEnsureCipherValue(key) : NULL;
	if (!value)
		return false;
	dm_base64_encode(job->reply.wrapped, job->reply.wrapped_len, text);
	xmlNodeSetContent(value, BAD_CAST text);
	if (!name)
		return true;
	inner = xmlSecTmplEncDataEnsureKeyInfo(key, NULL);
	inner = inner ? xmlSecTmplKeyInfoAddKeyName(inner, BAD_CAST name) : NULL;
	return inner;
}

static int encrypt_octets(struct xsec_job *job, const char *name, const uint8_t *plain, size_t len,
			  xmlBufferPtr *octets, struct dm_error *err)
{
	xmlDocPtr doc = xmlNewDoc(BAD_CAST "1.0");
	xmlSecEncCtxPtr ctx = context(job);
	xmlNodePtr data = NULL;
	int ret = 0;

	if (doc && ctx)
		data = xmlSecTmplEncDataCreate(doc, xsec_cipher_klass(job->request.cipher), NULL,
					       BAD_CAST XSEC_ELEMENT, NULL, NULL);
	if (data)
		xmlDocSetRootElement(doc, data);
	if (!data || !xmlSecTmplEncDataEnsureCipherValue(data)) {
		ret = no_memory(err);
	} else if (xmlSecEncCtxBinaryEncrypt(ctx, data, plain, (xmlSecSize)len) < 0 ||
		   !add_key(data, job, name)) {
		ret = xsec_job_fail(job, err, OMASEC_REASON_HELPER_ERROR, "message cannot be encrypted");
	} else {
		*octets = xsec_serialise(doc, data);
		if (!*octets)
			ret = no_memory(err);
	}
	if (ctx)
		xmlSecEncCtxDestroy(ctx);
	xmlFreeDoc(doc);
	return ret;
}

/* The tag of the only child of the root that is called @target; NULL: none, or more. */
static const struct xml_tag *target_find(const struct xsec_doc *doc, const char *target)
{
	xmlNodePtr root = xmlDocGetRootElement(doc->doc), node = root;
	const struct xml_tag *found = NULL;
	uint32_t i = 0;

	if (!target)
		return &doc->scan.tags[0];
	for (; node; node = xsec_next(node), i++) {
		if (node->parent != root || strcmp((const char *)node->name, target))
			continue;
		if (found || i >= doc->scan.count)
			return NULL;
		found = &doc->scan.tags[i];
	}
	return found;
}

static bool has_encrypted(const struct xsec_doc *doc)
{
	xmlNodePtr node = xmlDocGetRootElement(doc->doc);

	while (node && !xsec_is(node, "EncryptedData", XSEC_ENC_NS))
		node = xsec_next(node);
	return node;
}

int xsec_encrypt(const uint8_t *message, size_t len, const char *target, enum xsec_cipher cipher,
		 enum xsec_wrap wrap, const struct xsec_key *key, const struct xsec_crypto *crypto,
		 uint8_t **out, size_t *out_len, struct dm_error *err)
{
	const struct xml_tag *tag;
	xmlBufferPtr octets = NULL;
	struct xsec_job job;
	struct xsec_doc doc;
	int ret;

	if (cipher >= XSEC_CIPHER_COUNT || wrap >= XSEC_WRAP_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown cipher or key wrap");
	job_init(&job, XSEC_SEAL, cipher, wrap, crypto);
	ret = xsec_doc_parse(message, len, &doc, err);
	if (ret)
		goto out;
	tag = target_find(&doc, target);
	if (!tag || has_encrypted(&doc)) {
		ret = dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, tag ? "message has EncryptedData already" :
			      "message does not have exactly one element to encrypt");
		goto out;
	}
	ret = encrypt_octets(&job, key->name, message + tag->start, tag->end - tag->start, &octets, err);
	if (!ret)
		ret = xsec_splice(message, len, tag->start, tag->end - tag->start, octets->content,
				  octets->use, out, out_len, err);
	if (octets)
		xmlBufferFree(octets);
out:
	xsec_doc_free(&doc);
	xsec_job_free(&job);
	return ret;
}

static int failed(const struct xsec_job *job, struct dm_error *err)
{
	return xsec_job_fail(job, err, OMASEC_REASON_DECRYPTION_FAILED, "message cannot be decrypted");
}

/* One element, from the first octet to the last. */
static bool one_element(const uint8_t *octets, size_t len)
{
	struct xml_scan scan = { 0 };
	bool one = len && octets[0] == '<' && !xml_scan(octets, len, &scan, NULL) &&
		   !scan.tags[0].start && scan.tags[0].end == len;

	xml_scan_free(&scan);
	return one;
}

static int put_back(const struct xsec_job *job, const uint8_t *message, size_t len,
		    const struct xml_tag *tag, const uint8_t *plain, size_t plain_len, uint8_t **out,
		    size_t *out_len, struct dm_error *err)
{
	struct xsec_doc whole;
	uint8_t *octets;
	size_t total;
	int ret;

	if (!one_element(plain, plain_len) ||
	    xsec_splice(message, len, tag->start, tag->end - tag->start, plain, plain_len, &octets,
			&total, NULL))
		return failed(job, err);
	/* what was hidden is read as strictly as what was not */
	ret = xsec_doc_parse(octets, total, &whole, NULL);
	xsec_doc_free(&whole);
	if (ret) {
		OPENSSL_cleanse(octets, total);
		free(octets);
		return failed(job, err);
	}
	*out = octets;
	*out_len = total;
	return 0;
}

int xsec_decrypt(const uint8_t *message, size_t len, enum xsec_cipher cipher, enum xsec_wrap wrap,
		 const struct xsec_key *key, const struct xsec_crypto *crypto,
		 uint8_t **out, size_t *out_len, struct dm_error *err)
{
	struct xsec_encrypted found = { 0 };
	xmlSecEncCtxPtr ctx = NULL;
	xmlSecBufferPtr plain;
	struct xsec_job job;
	struct xsec_doc doc;
	int ret;

	if (cipher >= XSEC_CIPHER_COUNT || wrap >= XSEC_WRAP_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown cipher or key wrap");
	job_init(&job, XSEC_OPEN, cipher, wrap, crypto);
	ret = xsec_doc_parse(message, len, &doc, err);
	if (!ret)
		ret = xsec_encrypted_find(doc.doc, cipher, wrap, key->name, &found, err);
	if (ret)
		goto out;
	job.request.wrapped = found.wrapped;
	job.request.wrapped_len = found.wrapped_len;
	ctx = context(&job);
	if (!ctx) {
		ret = no_memory(err);
		goto out;
	}
	plain = found.index < doc.scan.count ? xmlSecEncCtxDecryptToBuffer(ctx, found.node) : NULL;
	if (!plain)
		ret = failed(&job, err);
	else
		ret = put_back(&job, message, len, &doc.scan.tags[found.index],
			       xmlSecBufferGetData(plain), xmlSecBufferGetSize(plain), out, out_len, err);
out:
	if (ctx)
		xmlSecEncCtxDestroy(ctx);
	xsec_doc_free(&doc);
	xsec_job_free(&job);
	return ret;
}
