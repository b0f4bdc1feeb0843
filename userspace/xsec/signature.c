// SPDX-License-Identifier: LGPL-2.1-or-later
/* Signing and verifying, once the form is known to be the one form. */
#include "internal.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <xmlsec/crypto.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>

static int no_memory(struct dm_error *err)
{
	return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
}

static xmlSecDSigCtxPtr context(struct xsec_job *job, const char *name)
{
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);

	if (!ctx)
		return NULL;
	ctx->flags = XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
	ctx->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
	ctx->signKey = xsec_key_new(job, name);
	if (ctx->signKey &&
	    !xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformEnvelopedId) &&
	    !xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformExclC14NId) &&
	    !xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformSha256Id) &&
	    !xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformSha384Id) &&
	    !xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformSha512Id) &&
	    !xmlSecDSigCtxEnableSignatureTransform(ctx, xmlSecTransformExclC14NId) &&
	    !xmlSecDSigCtxEnableSignatureTransform(ctx, xsec_sign_klass(job->request.sign)))
		return ctx;
	xmlSecDSigCtxDestroy(ctx);
	return NULL;
}

static void job_init(struct xsec_job *job, enum xsec_sign sign, const struct xsec_crypto *crypto)
{
	memset(job, 0, sizeof(*job));
	job->crypto = crypto;
	job->request.sign = sign;
	job->request.op = xsec_sign_is_hmac(sign) ? XSEC_MAC : XSEC_SIGN;
}

/* The octets that the digest was made of, and nothing that was not. */
static int signed_octets(xmlSecDSigCtxPtr ctx, uint8_t **out, size_t *len, struct dm_error *err)
{
	xmlSecDSigReferenceCtxPtr ref;
	xmlSecBufferPtr buffer;

	ref = xmlSecPtrListGetItem(&ctx->signedInfoReferences, 0);
	buffer = ref && ref->status == xmlSecDSigStatusSucceeded ?
		 xmlSecDSigReferenceCtxGetPreDigestBuffer(ref) : NULL;
	if (!buffer || !xmlSecBufferGetSize(buffer))
		return dm_fail(err, OMASEC_REASON_SIGNATURE_WRONG, "nothing was signed");
	*out = malloc(xmlSecBufferGetSize(buffer));
	if (!*out)
		return no_memory(err);
	*len = xmlSecBufferGetSize(buffer);
	memcpy(*out, xmlSecBufferGetData(buffer), *len);
	return 0;
}

static int verify_node(struct xsec_job *job, const char *name, xmlNodePtr signature, uint8_t **out,
		       size_t *len, struct dm_error *err)
{
	xmlSecDSigCtxPtr ctx = context(job, name);
	int ret;

	if (!ctx)
		return no_memory(err);
	if (xmlSecDSigCtxVerify(ctx, signature) == 0 && ctx->status == xmlSecDSigStatusSucceeded &&
	    !job->error && xmlSecPtrListGetSize(&ctx->signedInfoReferences) == 1)
		ret = signed_octets(ctx, out, len, err);
	else
		ret = xsec_job_fail(job, err, OMASEC_REASON_SIGNATURE_WRONG,
				    "message and signature do not match");
	xmlSecDSigCtxDestroy(ctx);
	return ret;
}

int xsec_verify(const uint8_t *message, size_t len, enum xsec_sign sign, const struct xsec_key *key,
		const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len,
		struct dm_error *err)
{
	const unsigned char *der = key->public;
	struct xsec_job job;
	struct xsec_doc doc;
	xmlNodePtr signature;
	size_t signature_len;
	int ret;

	if (sign >= XSEC_SIGN_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown signature algorithm");
	job_init(&job, sign, crypto);
	if (!xsec_sign_is_hmac(sign) && der)
		job.public = d2i_PUBKEY(NULL, &der, (long)key->public_len);
	signature_len = xsec_signature_len(sign, job.public);
	if (!signature_len) {
		xsec_job_free(&job);
		return dm_fail(err, OMASEC_REASON_KEY_MISSING, "no public key that fits the algorithm");
	}
	ret = xsec_doc_parse(message, len, &doc, err);
	if (!ret)
		ret = xsec_signature_find(doc.doc, sign, key->name, signature_len, &signature, err);
	if (!ret)
		ret = verify_node(&job, key->name, signature, out, out_len, err);
	xsec_doc_free(&doc);
	xsec_job_free(&job);
	return ret;
}

/* A Signature without values at the end of the root, to be filled in. */
static xmlNodePtr template(xmlDocPtr doc, enum xsec_sign sign, const char *name)
{
	xmlNodePtr signature = xmlSecTmplSignatureCreate(doc, xmlSecTransformExclC14NId,
							 xsec_sign_klass(sign), NULL);
	xmlNodePtr ref, info;

	if (!signature)
		return NULL;
	xmlAddChild(xmlDocGetRootElement(doc), signature);
	ref = xmlSecTmplSignatureAddReference(signature, xmlSecTransformSha256Id, NULL, BAD_CAST "",
					      NULL);
	if (!ref || !xmlSecTmplReferenceAddTransform(ref, xmlSecTransformEnvelopedId) ||
	    !xmlSecTmplReferenceAddTransform(ref, xmlSecTransformExclC14NId))
		return NULL;
	if (!name)
		return signature;
	info = xmlSecTmplSignatureEnsureKeyInfo(signature, NULL);
	return info && xmlSecTmplKeyInfoAddKeyName(info, NULL) ? signature : NULL;
}

static int sign_doc(struct xsec_job *job, const char *name, xmlDocPtr doc, xmlBufferPtr *octets,
		    struct dm_error *err)
{
	xmlSecDSigCtxPtr ctx = context(job, name);
	xmlNodePtr signature = ctx ? template(doc, job->request.sign, name) : NULL;
	int ret = 0;

	if (!signature) {
		ret = no_memory(err);
	} else if (xmlSecDSigCtxSign(ctx, signature) != 0 || job->error ||
		   !job->reply.len || job->reply.len > XSEC_SIGNATURE_MAX) {
		ret = xsec_job_fail(job, err, OMASEC_REASON_HELPER_ERROR, "message cannot be signed");
	} else {
		*octets = xsec_serialise(doc, signature);
		if (!*octets)
			ret = no_memory(err);
	}
	if (ctx)
		xmlSecDSigCtxDestroy(ctx);
	return ret;
}

int xsec_sign(const uint8_t *message, size_t len, enum xsec_sign sign, const struct xsec_key *key,
	      const struct xsec_crypto *crypto, uint8_t **out, size_t *out_len, struct dm_error *err)
{
	xmlBufferPtr octets = NULL;
	xmlNodePtr node;
	struct xsec_job job;
	struct xsec_doc doc;
	size_t end;
	int ret;

	if (sign >= XSEC_SIGN_COUNT)
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "unknown signature algorithm");
	job_init(&job, sign, crypto);
	ret = xsec_doc_parse(message, len, &doc, err);
	if (ret)
		goto out;
	if (!xsec_ids_unique(doc.doc, err)) {
		ret = -EBADMSG;
		goto out;
	}
	end = doc.scan.tags[0].inner_end;
	for (node = xmlDocGetRootElement(doc.doc); node; node = xsec_next(node)) {
		if (xsec_is(node, "Signature", XSEC_DSIG_NS))
			break;
	}
	if (node || end == doc.scan.tags[0].end) {
		ret = dm_fail(err, OMASEC_REASON_PROFILE_VIOLATED, node ? "message has a Signature already" :
							  "message is empty");
		goto out;
	}
	ret = sign_doc(&job, key->name, doc.doc, &octets, err);
	if (!ret)
		ret = xsec_splice(message, len, end, 0, octets->content, octets->use, out, out_len, err);
	if (octets)
		xmlBufferFree(octets);
out:
	xsec_doc_free(&doc);
	xsec_job_free(&job);
	return ret;
}
