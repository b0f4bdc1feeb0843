// SPDX-License-Identifier: GPL-2.0
/*
 * profile verify|decrypt SECRET FILE...: what the profile says of each file, with
 * every algorithm that it has and SECRET as the only key: "taken", or the
 * reason of the refusal that came nearest, and how often the key was asked for.
 * The published ones are no DM messages: of a root with EncryptedData in it, that
 * is judged as if it was the message.
 */
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

#include "../../kmod/proto/reason.h"
#include "../unit/xsec_keys.h"

struct verdict {
	bool taken;
	unsigned int reason, asked;
};

static void note(struct verdict *v, int ret, const struct dm_error *err, struct xsec_keys *keys,
		 uint8_t *out)
{
	v->taken = v->taken || !ret;
	if (!v->reason || keys->asked)
		v->reason = err->reason;
	v->asked += keys->asked;
	keys->asked = 0;
	free(out);
}

static unsigned int count_encrypted(const xmlNode *node)
{
	unsigned int n = 0;

	for (; node; node = node->next)
		n += (node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, "EncryptedData")) +
		     (node->type == XML_ELEMENT_NODE ? count_encrypted(node->children) : 0);
	return n;
}

/* The only EncryptedData, a child of the root, in place of the message; where it is not like that, nothing changes. */
static size_t encrypted_alone(uint8_t *message, size_t len, size_t room)
{
	xmlDocPtr doc = xmlReadMemory((const char *)message, (int)len, NULL, NULL,
				      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlNodePtr root = doc && !doc->intSubset ? xmlDocGetRootElement(doc) : NULL, node = NULL;
	xmlBufferPtr octets = xmlBufferCreate();

	if (root && octets && count_encrypted(root) == 1)
		node = root->children;
	while (node && strcmp((const char *)node->name, "EncryptedData"))
		node = node->next;
	if (node) {
		xmlUnlinkNode(node);
		xmlReconciliateNs(doc, node);
		xmlDocSetRootElement(doc, node);
		if (xmlNodeDump(octets, doc, node, 0, 0) > 0 && octets->use <= room) {
			memcpy(message, octets->content, octets->use);
			len = octets->use;
		}
		xmlFreeNode(root);
	}
	xmlBufferFree(octets);
	xmlFreeDoc(doc);
	return len;
}

static struct verdict judge(bool verify, struct xsec_keys *keys, const uint8_t *message, size_t len)
{
	struct xsec_crypto crypto = { xsec_keys_do, keys };
	size_t rsa_len, ec_len, out_len, full = keys->secret_len;
	uint8_t *rsa = xsec_file("rsa.pub", &rsa_len), *ec = xsec_file("ec256.pub", &ec_len), *out;
	struct verdict v = { 0 };
	struct dm_error err;
	unsigned int i, j;

	for (i = 0; verify && i < XSEC_SIGN_COUNT; i++) {
		struct xsec_key key = {
			.public = i < XSEC_RSA_SHA256 ? NULL : i < XSEC_ECDSA_SHA256 ? rsa : ec,
			.public_len = i < XSEC_ECDSA_SHA256 ? rsa_len : ec_len,
		};

		out = NULL;
		note(&v, xsec_verify(message, len, i, &key, &crypto, &out, &out_len, &err), &err, keys, out);
	}
	for (i = 0; !verify && i < XSEC_CIPHER_COUNT; i++) {
		for (j = XSEC_KW_AES128; j <= XSEC_KW_AES256; j++) {
			struct xsec_key key = { 0 };

			keys->secret_len = 16 + 8 * j < full ? 16 + 8 * j : full;
			out = NULL;
			note(&v, xsec_decrypt(message, len, NULL, i, j, &key, &crypto, &out, &out_len, &err), &err,
			     keys, out);
		}
	}
	free(rsa);
	free(ec);
	return v;
}

int main(int argc, char **argv)
{
	struct xsec_keys keys = { 0 };
	int i;

	if (argc < 4 || strlen(argv[2]) > sizeof(keys.secret))
		return 64;
	dm_init();
	if (xsec_init())
		return 1;
	keys.secret_len = strlen(argv[2]);
	memcpy(keys.secret, argv[2], keys.secret_len);
	for (i = 3; i < argc; i++) {
		static uint8_t message[XSEC_MESSAGE_MAX + 1];
		FILE *f = fopen(argv[i], "rb");
		struct verdict v;
		size_t len;

		if (!f) {
			perror(argv[i]);
			return 1;
		}
		len = fread(message, 1, sizeof(message), f);
		fclose(f);
		if (!strcmp(argv[1], "decrypt"))
			len = encrypted_alone(message, len, sizeof(message));
		v = judge(!strcmp(argv[1], "verify"), &keys, message, len);
		printf("%s %u\n", v.taken ? "taken" : omasec_reason_name(v.reason), v.asked);
	}
	return 0;
}
