// SPDX-License-Identifier: GPL-2.0
/*
 * xsec alone|profile|worker PROGRAM: the time that signing, verifying, encrypting and
 * decrypting a message takes, of libxmlsec1 as it comes, with the profile around
 * it, and in the worker PROGRAM behind its socket. HMAC-SHA256; AES-256-GCM under AES
 * key wrap. Lines "OPERATION SIZE MICROSECONDS", the least of many runs.
 */
#include <dm/worker_client.h>
#include <libxml/parser.h>
#include <time.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "../unit/xsec_keys.h"

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "failed: %s\n", #x); exit(1); } } while (0)

struct octets {
	uint8_t *p;
	size_t len;
};

typedef struct octets (*operation)(struct octets in);

static struct xsec_keys mac, kek;
static const struct xsec_crypto mac_crypto = { xsec_keys_do, &mac }, kek_crypto = { xsec_keys_do, &kek };
static const struct xsec_key nameless;
static struct worker_client *worker;

/* --- libxmlsec1 as it comes ---------------------------------------------- */

static xmlSecKeysMngrPtr manager;
static xmlSecKeyPtr mac_key;

static struct octets dump(xmlDocPtr doc)
{
	xmlChar *text;
	int len;
	struct octets out;

	xmlDocDumpMemory(doc, &text, &len);
	out.p = malloc((size_t)len);
	out.len = (size_t)len;
	CHECK(out.p);
	memcpy(out.p, text, out.len);
	xmlFree(text);
	xmlFreeDoc(doc);
	return out;
}

static xmlDocPtr parse(struct octets in)
{
	xmlDocPtr doc = xmlReadMemory((char *)in.p, (int)in.len, NULL, NULL, XML_PARSE_NONET);

	CHECK(doc);
	return doc;
}

static struct octets alone_sign(struct octets in)
{
	xmlDocPtr doc = parse(in);
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
	xmlNodePtr node = xmlSecTmplSignatureCreate(doc, xmlSecTransformExclC14NId,
						    xmlSecTransformHmacSha256Id, NULL), ref;

	xmlAddChild(xmlDocGetRootElement(doc), node);
	ref = xmlSecTmplSignatureAddReference(node, xmlSecTransformSha256Id, NULL, BAD_CAST "", NULL);
	xmlSecTmplReferenceAddTransform(ref, xmlSecTransformEnvelopedId);
	xmlSecTmplReferenceAddTransform(ref, xmlSecTransformExclC14NId);
	ctx->signKey = xmlSecKeyDuplicate(mac_key);
	CHECK(!xmlSecDSigCtxSign(ctx, node));
	xmlSecDSigCtxDestroy(ctx);
	return dump(doc);
}

/* What was signed is had by the profile alone; here it is the document that was read. */
static struct octets alone_verify(struct octets in)
{
	xmlDocPtr doc = parse(in);
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
	xmlNodePtr node = xmlSecFindNode(xmlDocGetRootElement(doc), xmlSecNodeSignature, xmlSecDSigNs);

	ctx->signKey = xmlSecKeyDuplicate(mac_key);
	CHECK(!xmlSecDSigCtxVerify(ctx, node) && ctx->status == xmlSecDSigStatusSucceeded);
	xmlSecDSigCtxDestroy(ctx);
	xmlFreeDoc(doc);
	return (struct octets){ NULL, 0 };
}

static struct octets alone_encrypt(struct octets in)
{
	xmlDocPtr doc = parse(in);
	xmlSecEncCtxPtr ctx = xmlSecEncCtxCreate(manager);
	xmlNodePtr body = xmlSecFindNode(xmlDocGetRootElement(doc), BAD_CAST "SyncBody",
					 BAD_CAST "SYNCML:SYNCML1.2"), node, info, key;

	node = xmlSecTmplEncDataCreate(doc, xmlSecTransformAes256GcmId, NULL, xmlSecTypeEncElement, NULL, NULL);
	xmlSecTmplEncDataEnsureCipherValue(node);
	info = xmlSecTmplEncDataEnsureKeyInfo(node, NULL);
	key = xmlSecTmplKeyInfoAddEncryptedKey(info, xmlSecTransformKWAes256Id, NULL, NULL, NULL);
	xmlSecTmplEncDataEnsureCipherValue(key);
	ctx->encKey = xmlSecKeyGenerate(xmlSecKeyDataAesId, 256, xmlSecKeyDataTypeSession);
	CHECK(!xmlSecEncCtxXmlEncrypt(ctx, node, body));
	xmlSecEncCtxDestroy(ctx);
	return dump(doc);
}

static struct octets alone_decrypt(struct octets in)
{
	xmlDocPtr doc = parse(in);
	xmlSecEncCtxPtr ctx = xmlSecEncCtxCreate(manager);
	xmlNodePtr node = xmlSecFindNode(xmlDocGetRootElement(doc), xmlSecNodeEncryptedData, xmlSecEncNs);

	CHECK(!xmlSecEncCtxDecrypt(ctx, node));
	xmlSecEncCtxDestroy(ctx);
	return dump(doc);
}

static void alone_init(void)
{
	xmlSecKeyPtr key;

	xmlInitParser();
	CHECK(!xmlSecInit() && !xmlSecCryptoAppInit(NULL) && !xmlSecCryptoInit());
	mac_key = xmlSecKeyReadMemory(xmlSecKeyDataHmacId, mac.secret, (xmlSecSize)mac.secret_len);
	key = xmlSecKeyReadMemory(xmlSecKeyDataAesId, kek.secret, (xmlSecSize)kek.secret_len);
	manager = xmlSecKeysMngrCreate();
	CHECK(mac_key && key && manager && !xmlSecCryptoAppDefaultKeysMngrInit(manager) &&
	      !xmlSecCryptoAppDefaultKeysMngrAdoptKey(manager, key));
}

/* --- with the profile, and in the worker -------------------------------- */

static struct octets profile_sign(struct octets in)
{
	struct octets out;

	CHECK(!xsec_sign(in.p, in.len, XSEC_HMAC_SHA256, &nameless, &mac_crypto, &out.p, &out.len, NULL));
	return out;
}

static struct octets profile_verify(struct octets in)
{
	struct octets out;

	CHECK(!xsec_verify(in.p, in.len, XSEC_HMAC_SHA256, &nameless, &mac_crypto, &out.p, &out.len, NULL));
	return out;
}

static struct octets profile_encrypt(struct octets in)
{
	struct octets out;

	CHECK(!xsec_encrypt(in.p, in.len, "SyncBody", XSEC_AES256_GCM, XSEC_KW_AES256, &nameless,
			    &kek_crypto, &out.p, &out.len, NULL));
	return out;
}

static struct octets profile_decrypt(struct octets in)
{
	struct octets out;

	CHECK(!xsec_decrypt(in.p, in.len, "SyncBody", XSEC_AES256_GCM, XSEC_KW_AES256, &nameless,
			    &kek_crypto, &out.p, &out.len, NULL));
	return out;
}

static struct octets in_worker(enum worker_xsec_what what, struct octets in)
{
	struct worker_xsec how = {
		.what = what, .cipher = XSEC_AES256_GCM, .wrap = XSEC_KW_AES256, .target = "SyncBody",
	};
	struct octets out;
	bool signs = what == WORKER_SIGN || what == WORKER_VERIFY;

	CHECK(!worker_client_xsec(worker, &how, in.p, in.len, signs ? &mac_crypto : &kek_crypto, &out.p,
				  &out.len, NULL));
	return out;
}

static struct octets worker_sign(struct octets in) { return in_worker(WORKER_SIGN, in); }
static struct octets worker_verify(struct octets in) { return in_worker(WORKER_VERIFY, in); }
static struct octets worker_encrypt(struct octets in) { return in_worker(WORKER_ENCRYPT, in); }
static struct octets worker_decrypt(struct octets in) { return in_worker(WORKER_DECRYPT, in); }

static const struct way {
	const char *name;
	operation sign, verify, encrypt, decrypt;
} ways[] = {
	{ "alone", alone_sign, alone_verify, alone_encrypt, alone_decrypt },
	{ "profile", profile_sign, profile_verify, profile_encrypt, profile_decrypt },
	{ "worker", worker_sign, worker_verify, worker_encrypt, worker_decrypt },
};

static struct octets message(size_t size)
{
	static const char head[] = "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr><SessionID>1</SessionID></SyncHdr><SyncBody>";
	static const char item[] = "<Replace><CmdID>1</CmdID><Item><Target><LocURI>./DevInfo/Mod</LocURI></Target>"
				   "<Data>0123456789abcdef0123456789abcdef</Data></Item></Replace>";
	struct octets out = { malloc(size + 512), 0 };
	char *p = (char *)out.p;

	CHECK(p);
	p = stpcpy(p, head);
	while ((size_t)(p - (char *)out.p) + sizeof(item) < size)
		p = stpcpy(p, item);
	p = stpcpy(p, "</SyncBody></SyncML>");
	out.len = (size_t)(p - (char *)out.p);
	return out;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* The least time; the last result stays. */
static struct octets measure(const char *name, operation run, struct octets in, size_t size)
{
	int rounds = size >= 1 << 20 ? 12 : size >= 100 << 10 ? 60 : 400;
	struct octets out = { NULL, 0 };
	double least = 1e12;
	int i;

	for (i = 0; i < rounds; i++) {
		double start = now(), took;

		free(out.p);
		out = run(in);
		took = now() - start;
		least = took < least ? took : least;
	}
	printf("%s %zu %.0f\n", name, size, least);
	fflush(stdout);
	return out;
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 1 << 10, 10 << 10, 100 << 10, 1 << 20 };
	struct worker_client_options options = { argc > 2 ? argv[2] : "", 60000, 0 };
	const struct way *way = NULL;
	size_t i;

	for (i = 0; i < 3 && argc > 1; i++) {
		if (!strcmp(ways[i].name, argv[1]))
			way = &ways[i];
	}
	if (!way || (argc != 3 && way == &ways[2]))
		return 64;
	xsec_keys_load(&mac, "mac.key");
	xsec_keys_load(&kek, "kek256.key");
	dm_init();
	if (way == &ways[0])
		alone_init();
	else
		CHECK(!xsec_init());
	worker = worker_client_new(&options);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct octets plain = message(sizes[i]), out, made;

		made = measure("sign", way->sign, plain, sizes[i]);
		out = measure("verify", way->verify, made, sizes[i]);
		free(made.p);
		free(out.p);
		made = measure("encrypt", way->encrypt, plain, sizes[i]);
		out = measure("decrypt", way->decrypt, made, sizes[i]);
		free(made.p);
		free(out.p);
		free(plain.p);
	}
	worker_client_free(worker);
	return 0;
}
