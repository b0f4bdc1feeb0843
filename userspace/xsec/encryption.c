// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * EncryptedData in place of an element. The session key is never here: it is made
 * and unwrapped by whoever holds the key that wraps it, in the one request that
 * encrypts or decrypts the content.
 */
#include "internal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
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

static void job_init(struct xsec_job *job, enum xsec_op op, const struct xsec_sealing *how)
{
	memset(job, 0, sizeof(*job));
	job->crypto = how->crypto;
	job->request.op = op;
	job->request.cipher = how->cipher;
	job->request.wrap = how->wrap;
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
	case XSEC_RSA_1_5:
		return xmlSecTransformRsaPkcs1Id;
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

int xsec_seal(const struct xsec_sealing *how, const uint8_t *plain, size_t len, xmlBufferPtr *octets,
	      struct dm_error *err)
{
	struct xsec_job job;
	int ret;

	job_init(&job, XSEC_SEAL, how);
	ret = encrypt_octets(&job, how->name, plain, len, octets, err);
	xsec_job_free(&job);
	return ret;
}

/* What of a message is encrypted is called like that. */
static const char *target_name(const char *target)
{
	return target ? target : "SyncML";
}

/* The tag of what is to be encrypted; NULL: it is not there, or something else stands beside it. */
static const struct xml_tag *target_find(const struct xsec_doc *doc, const char *target)
{
	xmlNodePtr root = xmlDocGetRootElement(doc->doc), node = root;
	uint32_t i;

	/* if the first one is not the one, no other is */
	for (i = 0; node && i < doc->scan.count; node = xsec_next(node), i++) {
		if ((target ? node->parent == root : node == root) && xsec_is_syncml(node, target_name(target)))
			return xsec_in_place(node, target) ? &doc->scan.tags[i] : NULL;
	}
	return NULL;
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
	const struct xsec_sealing how = { cipher, wrap, key->name, crypto };
	const struct xml_tag *tag;
	xmlBufferPtr octets = NULL;
	struct xsec_doc doc;
	int ret;

	if (cipher >= XSEC_CIPHER_COUNT || wrap >= XSEC_WRAP_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown cipher or key wrap");
	ret = xsec_doc_parse(message, len, &doc, err);
	if (ret)
		goto out;
	tag = target_find(&doc, target);
	if (!tag || has_encrypted(&doc)) {
		ret = dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, tag ? "message has EncryptedData already" :
			      "message does not have exactly what is to be encrypted");
		goto out;
	}
	ret = xsec_seal(&how, message + tag->start, tag->end - tag->start, &octets, err);
	if (!ret)
		ret = xsec_splice(message, len, tag->start, tag->end - tag->start, octets->content,
				  octets->use, out, out_len, err);
	if (octets)
		xmlBufferFree(octets);
out:
	xsec_doc_free(&doc);
	return ret;
}

int xsec_not_decrypted(struct dm_error *err)
{
	return dm_fail(err, OMASEC_REASON_DECRYPTION_FAILED, "message cannot be decrypted");
}

static int failed(const struct xsec_job *job, struct dm_error *err)
{
	return xsec_job_fail(job, err, OMASEC_REASON_DECRYPTION_FAILED, "message cannot be decrypted");
}

void xsec_wipe(uint8_t *octets, size_t len)
{
	if (octets)
		OPENSSL_cleanse(octets, len);
	free(octets);
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

static int take_plain(const struct xsec_job *job, xmlSecBufferPtr buffer, uint8_t **plain, size_t *len,
		      struct dm_error *err)
{
	if (!buffer || !one_element(xmlSecBufferGetData(buffer), xmlSecBufferGetSize(buffer)))
		return failed(job, err);
	*len = xmlSecBufferGetSize(buffer);
	*plain = malloc(*len);
	if (!*plain)
		return no_memory(err);
	memcpy(*plain, xmlSecBufferGetData(buffer), *len);
	return 0;
}

int xsec_open(const struct xsec_sealing *how, const struct xsec_encrypted *found, uint8_t **plain,
	      size_t *len, struct dm_error *err)
{
	xmlSecEncCtxPtr ctx;
	struct xsec_job job;
	int ret;

	job_init(&job, XSEC_OPEN, how);
	job.request.wrapped = found->wrapped;
	job.request.wrapped_len = found->wrapped_len;
	ctx = context(&job);
	ret = ctx ? take_plain(&job, xmlSecEncCtxDecryptToBuffer(ctx, found->node), plain, len, err) :
		    no_memory(err);
	if (ctx)
		xmlSecEncCtxDestroy(ctx);
	xsec_job_free(&job);
	return ret;
}

/* From behind SyncHdr to the end of the last element of @doc, if the root is SyncML. */
static bool behind_header(const struct xsec_doc *doc, size_t *from, size_t *to, const char **prefix)
{
	xmlNodePtr root = xmlDocGetRootElement(doc->doc), node = root;
	unsigned int n = 0;
	uint32_t i;

	if (!xsec_is_syncml(root, "SyncML"))
		return false;
	for (i = 0; node && i < doc->scan.count; node = xsec_next(node), i++) {
		if (node->parent != root)
			continue;
		if (!n++) {
			if (!xsec_is_syncml(node, "SyncHdr"))
				return false;
			*from = doc->scan.tags[i].end;
			*prefix = node->ns && node->ns->prefix ? (const char *)node->ns->prefix : "";
		}
		*to = doc->scan.tags[i].end;
	}
	return n;
}

int xsec_header(const uint8_t *message, size_t len, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	const char *prefix = "", *colon;
	size_t from = 0, to = 0;
	struct xsec_doc doc;
	char body[256];
	int ret, n;

	ret = xsec_doc_parse(message, len, &doc, err);
	if (!ret && !behind_header(&doc, &from, &to, &prefix))
		ret = dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, "the message does not begin with a SyncHdr");
	if (!ret) {
		colon = *prefix ? ":" : "";
		n = snprintf(body, sizeof(body), "<%.40s%sSyncBody><%.40s%sFinal/></%.40s%sSyncBody>", prefix, colon,
			     prefix, colon, prefix, colon);
		ret = strlen(prefix) > 40 ?
		      dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, "the message has a prefix over 40 octets") :
		      xsec_splice(message, len, from, to - from, (const uint8_t *)body, (size_t)n, out, out_len, err);
	}
	xsec_doc_free(&doc);
	return ret;
}

static int put_back(const uint8_t *message, size_t len, const struct xml_tag *tag, const char *target,
		    const uint8_t *plain, size_t plain_len, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	const struct xml_tag *is;
	struct xsec_doc whole;
	uint8_t *octets;
	size_t total;
	bool right;

	if (xsec_splice(message, len, tag->start, tag->end - tag->start, plain, plain_len, &octets,
			&total, NULL))
		return xsec_not_decrypted(err);
	/* what was hidden is read as strictly as what was not, and is what it stood for */
	right = !xsec_doc_parse(octets, total, &whole, NULL);
	if (right) {
		is = target_find(&whole, target);
		right = is && is->start == tag->start;
	}
	xsec_doc_free(&whole);
	if (!right) {
		xsec_wipe(octets, total);
		return xsec_not_decrypted(err);
	}
	*out = octets;
	*out_len = total;
	return 0;
}

int xsec_decrypt(const uint8_t *message, size_t len, const char *target, enum xsec_cipher cipher,
		 enum xsec_wrap wrap, const struct xsec_key *key, const struct xsec_crypto *crypto,
		 uint8_t **out, size_t *out_len, struct dm_error *err)
{
	const struct xsec_sealing how = { cipher, wrap, key->name, crypto };
	struct xsec_encrypted found = { 0 };
	uint8_t *plain = NULL;
	size_t plain_len = 0;
	struct xsec_doc doc;
	int ret;

	if (cipher >= XSEC_CIPHER_COUNT || wrap >= XSEC_WRAP_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown cipher or key wrap");
	ret = xsec_doc_parse(message, len, &doc, err);
	if (!ret)
		ret = xsec_encrypted_find(doc.doc, target, cipher, wrap, key->name, &found, err);
	if (!ret && found.index >= doc.scan.count)
		ret = xsec_not_decrypted(err);
	if (!ret)
		ret = xsec_open(&how, &found, &plain, &plain_len, err);
	if (!ret)
		ret = put_back(message, len, &doc.scan.tags[found.index], target, plain, plain_len, out,
			       out_len, err);
	xsec_wipe(plain, plain_len);
	xsec_doc_free(&doc);
	return ret;
}
