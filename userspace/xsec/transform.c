// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Signature and content encryption as libxmlsec1 transforms that gather their whole
 * input, then make one request. Registered before libxmlsec1's own of the same URI,
 * they are the ones it finds; they take no key but the job's, and no job but one that
 * asks for just this algorithm.
 */
#include "internal.h"

#include <openssl/crypto.h>
#include <xmlsec/buffer.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmltree.h>

#define KLASSES (XSEC_SIGN_COUNT + XSEC_CIPHER_COUNT)

struct transform {
	xmlSecTransform base;
	struct xsec_job *job;
};

static struct _xmlSecTransformKlass klasses[KLASSES];

xmlSecTransformId xsec_sign_klass(enum xsec_sign sign)
{
	return &klasses[sign];
}

xmlSecTransformId xsec_cipher_klass(enum xsec_cipher cipher)
{
	return &klasses[XSEC_SIGN_COUNT + cipher];
}

/* HMACOutputLength and whatever else could stand inside. */
static int read_node(xmlSecTransformPtr transform, xmlNodePtr node, xmlSecTransformCtxPtr ctx)
{
	(void)transform;
	(void)ctx;
	return node->children ? -1 : 0;
}

static int set_key_req(xmlSecTransformPtr transform, xmlSecKeyReqPtr req)
{
	(void)transform;
	req->keyId = xsec_key_klass();
	req->keyType = xmlSecKeyDataTypeAny;
	req->keyUsage = xmlSecKeyUsageAny;
	return 0;
}

static bool is_signature(xmlSecTransformPtr transform)
{
	return transform->id < &klasses[XSEC_SIGN_COUNT];
}

static int set_key(xmlSecTransformPtr transform, xmlSecKeyPtr key)
{
	struct xsec_job *job = xsec_key_job(key);
	xmlSecTransformId wanted;

	if (!job)
		return -1;
	wanted = is_signature(transform) ? xsec_sign_klass(job->request.sign) :
					   xsec_cipher_klass(job->request.cipher);
	if (transform->id != wanted ||
	    is_signature(transform) != (job->request.op == XSEC_MAC || job->request.op == XSEC_SIGN))
		return -1;
	((struct transform *)transform)->job = job;
	return 0;
}

/*
 * All input is there. A signature to be checked stays here until verify(). For
 * signatures this runs while libxmlsec1 closes an output buffer, which 1.2 leaks when
 * that fails: so it does not fail, and job->error does, which all callers look at.
 */
static int finish(xmlSecTransformPtr transform, xmlSecTransformCtxPtr ctx)
{
	struct xsec_job *job = ((struct transform *)transform)->job;
	bool check = transform->operation == xmlSecTransformOperationVerify;

	if (!job)
		return -1;
	transform->status = xmlSecTransformStatusFinished;
	job->request.data = xmlSecBufferGetData(&transform->inBuf);
	job->request.len = xmlSecBufferGetSize(&transform->inBuf);
	if (!(check && job->public) && xsec_job_ask(job) && !is_signature(transform))
		return -1;
	if (!transform->next)
		return 0;
	return xmlSecTransformPushBin(transform->next, job->error || check ? NULL : job->reply.data,
				      job->error || check ? 0 : (xmlSecSize)job->reply.len, 1, ctx);
}

static int push(xmlSecTransformPtr transform, const xmlSecByte *data, xmlSecSize len, int final,
		xmlSecTransformCtxPtr ctx)
{
	if (transform->status == xmlSecTransformStatusNone)
		transform->status = xmlSecTransformStatusWorking;
	/* libxmlsec1 may say more than once that the input has ended */
	if (!len && transform->status == xmlSecTransformStatusFinished)
		return 0;
	if (len && (transform->status != xmlSecTransformStatusWorking ||
		    xmlSecBufferGetSize(&transform->inBuf) + len > 2 * XSEC_MESSAGE_MAX ||
		    xmlSecBufferAppend(&transform->inBuf, data, len) < 0))
		return -1;
	return final ? finish(transform, ctx) : 0;
}

static int verify(xmlSecTransformPtr transform, const xmlSecByte *data, xmlSecSize len,
		  xmlSecTransformCtxPtr ctx)
{
	struct xsec_job *job = ((struct transform *)transform)->job;
	bool right;

	(void)ctx;
	if (!job || transform->status != xmlSecTransformStatusFinished)
		return -1;
	if (job->error)
		right = false;
	else if (job->public)
		right = xsec_signature_right(job->request.sign, job->public, job->request.data,
					     job->request.len, data, len);
	else
		right = len == xsec_signature_len(job->request.sign, NULL) &&
			len == job->reply.len && !CRYPTO_memcmp(data, job->reply.data, len);
	transform->status = right ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
	return 0;
}

/* Never pulled from; without it libxmlsec1 does not know our input for octets. */
static int execute(xmlSecTransformPtr transform, int last, xmlSecTransformCtxPtr ctx)
{
	(void)transform;
	(void)last;
	(void)ctx;
	return -1;
}

static void fill(struct _xmlSecTransformKlass *klass, const char *href, xmlSecTransformUsage usage)
{
	*klass = (struct _xmlSecTransformKlass) {
		.klassSize = sizeof(*klass),
		.objSize = sizeof(struct transform),
		.name = BAD_CAST href,
		.href = BAD_CAST href,
		.usage = usage,
		.readNode = read_node,
		.setKeyReq = set_key_req,
		.setKey = set_key,
		.getDataType = xmlSecTransformDefaultGetDataType,
		.pushBin = push,
		.popBin = xmlSecTransformDefaultPopBin,
		.execute = execute,
	};
}

int xsec_transforms_register(void)
{
	unsigned int i;

	for (i = 0; i < KLASSES; i++) {
		struct _xmlSecTransformKlass *klass = &klasses[i];

		if (i < XSEC_SIGN_COUNT) {
			fill(klass, xsec_sign_href(i), xmlSecTransformUsageSignatureMethod);
			klass->verify = verify;
		} else {
			fill(klass, xsec_cipher_href(i - XSEC_SIGN_COUNT),
			     xmlSecTransformUsageEncryptionMethod);
		}
		if (xmlSecTransformIdsRegister(klass) < 0)
			return -1;
	}
	return 0;
}
