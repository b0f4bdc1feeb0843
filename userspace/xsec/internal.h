/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of xsec: one operation is one struct xsec_job, which transforms reach
 * through a key that is nothing but a pointer to it.
 */
#ifndef XSEC_INTERNAL_H
#define XSEC_INTERNAL_H

#include "xsec.h"

#include <dm/doc.h>
#include <dm/text.h>

#include <libxml/tree.h>
#include <linux/omasec.h>
#include <openssl/evp.h>
#include <string.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>

#define XSEC_DSIG_NS	"http://www.w3.org/2000/09/xmldsig#"
#define XSEC_ENC_NS	"http://www.w3.org/2001/04/xmlenc#"
#define XSEC_ELEMENT	"http://www.w3.org/2001/04/xmlenc#Element"
#define XSEC_EXC_C14N	"http://www.w3.org/2001/10/xml-exc-c14n#"
#define XSEC_ENVELOPED	"http://www.w3.org/2000/09/xmldsig#enveloped-signature"

struct xsec_job {
	struct xsec_request request;
	const struct xsec_crypto *crypto;
	EVP_PKEY *public;		/* verification with it instead of a request */
	struct xsec_reply reply;
	bool asked;			/* the one request was made */
	int error;			/* of the request: negative errno */
};

/* transform.c: the algorithms, registered ahead of libxmlsec1's own */
int xsec_transforms_register(void);
xmlSecTransformId xsec_sign_klass(enum xsec_sign sign);
xmlSecTransformId xsec_cipher_klass(enum xsec_cipher cipher);

/* key.c */
xmlSecKeyDataId xsec_key_klass(void);
xmlSecKeyPtr xsec_key_new(struct xsec_job *job, const char *name);
struct xsec_job *xsec_key_job(xmlSecKeyPtr key);

/* algorithm.c */
const char *xsec_sign_href(enum xsec_sign sign);
const char *xsec_cipher_href(enum xsec_cipher cipher);
const char *xsec_wrap_href(enum xsec_wrap wrap);
/* Octets of a digest by its URI; 0 for one that is not SHA-2. */
size_t xsec_digest_len(const char *href);
const EVP_MD *xsec_sign_md(enum xsec_sign sign);
bool xsec_sign_is_hmac(enum xsec_sign sign);
/* Octets of a signature with @public (NULL for HMAC); 0: the key does not fit @sign. */
size_t xsec_signature_len(enum xsec_sign sign, EVP_PKEY *public);
bool xsec_signature_right(enum xsec_sign sign, EVP_PKEY *public, const uint8_t *data, size_t len,
			  const uint8_t *signature, size_t signature_len);

/* job.c */
void xsec_job_free(struct xsec_job *job);
/* The one request; again and again it is an error. */
int xsec_job_ask(struct xsec_job *job);
/* What went wrong with the request, else @reason with @text. */
int xsec_job_fail(const struct xsec_job *job, struct dm_error *err, unsigned int reason,
		  const char *text);

/* document.c: octets to tree, with all limits, and the tree looked at */
struct xsec_doc {
	xmlDocPtr doc;
	struct xml_scan scan;
};

int xsec_doc_parse(const uint8_t *octets, size_t len, struct xsec_doc *doc, struct dm_error *err);
void xsec_doc_free(struct xsec_doc *doc);
/* @remove octets at @at replaced by @piece. */
int xsec_splice(const uint8_t *octets, size_t len, size_t at, size_t remove, const uint8_t *piece,
		size_t piece_len, uint8_t **out, size_t *out_len, struct dm_error *err);
/* A subtree as octets that can stand anywhere. */
xmlBufferPtr xsec_serialise(xmlDocPtr doc, xmlNodePtr node);

bool xsec_is(const xmlNode *node, const char *name, const char *ns);
/* The next element in document order, at or below the root; NULL after the last. */
xmlNodePtr xsec_next(xmlNodePtr node);
/* Walks children of which all but blanks have to be asked for, in order. */
struct xsec_walk { xmlNodePtr at; };
void xsec_walk(struct xsec_walk *walk, xmlNodePtr parent);
xmlNodePtr xsec_take(struct xsec_walk *walk, const char *name, const char *ns);
bool xsec_done(struct xsec_walk *walk);
/* Text of an element without elements; NULL when there is anything else in it. */
const char *xsec_text(const xmlNode *node);
/* Attribute without namespace; NULL when absent. */
const char *xsec_attribute(const xmlNode *node, const char *name);
/* No attributes but these two (NULL: fewer). */
bool xsec_attributes(const xmlNode *node, const char *a, const char *b);
/* Element without children whose only attribute is Algorithm; its value, or NULL. */
const char *xsec_algorithm(const xmlNode *node);
/* Base64 with blanks -> octets; the number, or -1 when malformed or over @cap. */
long xsec_base64(const char *text, uint8_t *out, size_t cap);
/* No two elements have the same Id. */
bool xsec_ids_unique(xmlDocPtr doc, struct dm_error *err);

/* shape.c */
int xsec_signature_find(xmlDocPtr doc, enum xsec_sign sign, const char *key_name, size_t signature_len,
			xmlNodePtr *signature, struct dm_error *err);

struct xsec_encrypted {
	xmlNodePtr node;
	uint32_t index;			/* of the element in document order */
	uint8_t wrapped[XSEC_WRAPPED_MAX];
	size_t wrapped_len;
};

int xsec_encrypted_find(xmlDocPtr doc, enum xsec_cipher cipher, enum xsec_wrap wrap,
			const char *key_name, struct xsec_encrypted *found, struct dm_error *err);
/* @node is an EncryptedData of the one form; where it stands, its caller has seen to. */
int xsec_encrypted_look(xmlNodePtr node, enum xsec_cipher cipher, enum xsec_wrap wrap,
			const char *key_name, struct xsec_encrypted *found, struct dm_error *err);

/* encryption.c: how, and one EncryptedData with one request */
struct xsec_sealing {
	enum xsec_cipher cipher;
	enum xsec_wrap wrap;
	const char *name;		/* KeyName, or NULL */
	const struct xsec_crypto *crypto;
};

/* @plain as EncryptedData of Type Element in @octets. */
int xsec_seal(const struct xsec_sealing *how, const uint8_t *plain, size_t len, xmlBufferPtr *octets,
	      struct dm_error *err);
/* What is in @found: malloc'ed, one element by itself. @found is of xsec_encrypted_look(). */
int xsec_open(const struct xsec_sealing *how, const struct xsec_encrypted *found, uint8_t **plain,
	      size_t *len, struct dm_error *err);
void xsec_wipe(uint8_t *octets, size_t len);
/* The one text of all that fails from the cipher on. */
int xsec_not_decrypted(struct dm_error *err);

#endif
