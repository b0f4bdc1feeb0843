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
/* The same, and no two elements have the same Id. */
int xsec_doc_parse_unique(const uint8_t *octets, size_t len, struct xsec_doc *doc, struct dm_error *err);
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

struct xsec_reference {
	const char *id;			/* what the URI names, without #; NULL: there is no URI */
	const char *digest;		/* URI of the digest */
	uint8_t value[64];
	size_t len;
};

/* A Signature over one element, which is found by where it stands. */
struct xsec_signature {
	xmlNodePtr info;
	xmlNodePtr object;		/* NULL: there is none */
	struct xsec_reference ref;
	uint8_t value[XSEC_SIGNATURE_MAX];
	size_t value_len;
};

/* @node is a Signature of the form of objects; where it stands, its caller has seen to. */
int xsec_signature_look(xmlNodePtr node, enum xsec_sign sign, const char *name, size_t signature_len,
			struct xsec_signature *found, struct dm_error *err);

struct xsec_encrypted {
	xmlNodePtr node;
	uint32_t index;			/* of the element in document order */
	uint8_t wrapped[XSEC_WRAPPED_MAX];
	size_t wrapped_len;
};

/* An element of SyncML, whose namespace is what the root has. */
bool xsec_is_syncml(const xmlNode *node, const char *name);
/* @node is what of a message is encrypted, @target or the root, or stands in its place. */
bool xsec_in_place(const xmlNode *node, const char *target);
int xsec_encrypted_find(xmlDocPtr doc, const char *target, enum xsec_cipher cipher, enum xsec_wrap wrap,
			const char *key_name, struct xsec_encrypted *found, struct dm_error *err);
/* @node is an EncryptedData of the one form; where it stands, its caller has seen to. */
int xsec_encrypted_look(xmlNodePtr node, enum xsec_cipher cipher, enum xsec_wrap wrap,
			const char *key_name, struct xsec_encrypted *found, struct dm_error *err);

/* objects.c: Items with Data, in document order */
struct xsec_object {
	uint32_t meta, data;		/* nodes; meta 0: none */
	uint32_t start, end;		/* the Item */
	uint32_t from, to;		/* Meta and Data in it */
};

struct xsec_objects {
	struct dm_doc doc;
	struct xsec_object list[XSEC_OBJECTS_MAX];
	unsigned int count;
};

/* Those of Add, Replace and Results, with @exec those of Exec too; NULL with @ret. */
struct xsec_objects *xsec_objects_find(const uint8_t *message, size_t len, bool exec, int *ret,
				       struct dm_error *err);
void xsec_objects_free(struct xsec_objects *all);
bool xsec_blank(const uint8_t *text, size_t len);
/* Meta of @type and Data with @data, with the prefix that the Item has at @item. */
void xsec_put_object(struct dm_out *out, const uint8_t *item, const char *type, const void *data,
		     size_t len);
/* Meta is Format xml and this Type, and nothing else. */
bool xsec_meta_is(const struct dm_doc *doc, uint32_t meta, const char *type);
/* What was inside is that Item: it begins and ends as the one that it comes out of. */
bool xsec_same_item(const uint8_t *message, const struct xsec_object *o, const uint8_t *plain, size_t len);
/* Read as if it had come like that, it has the same Items at the same places, and no others. */
bool xsec_reads_alike(const uint8_t *octets, size_t len, bool exec, const struct xsec_object *is,
		      unsigned int count);

/* content.c: one element and its Signature, which libxmlsec1 cannot do without a URI */
struct xsec_signing {
	enum xsec_sign sign;
	const char *name;		/* KeyName, or NULL */
	EVP_PKEY *public;		/* to verify RSA and ECDSA */
	size_t len;			/* of a signature, to verify */
	const struct xsec_crypto *crypto;
};

/* The key of the other side and the length of its signatures; xsec_signing_free() in any case. */
int xsec_signing_init(struct xsec_signing *how, enum xsec_sign sign, const struct xsec_key *key,
		      const struct xsec_crypto *crypto, struct dm_error *err);
void xsec_signing_free(struct xsec_signing *how);
/* @node in exclusive C14N without comments, at the end of @out. */
int xsec_canonical(xmlNodePtr node, struct dm_out *out, struct dm_error *err);
/* A Signature of the detached form over @content. */
int xsec_content_sign(const struct xsec_signing *how, xmlNodePtr content, xmlBufferPtr *signature,
		      struct dm_error *err);
/* There is a Signature among the children. */
bool xsec_content_signed(xmlNodePtr parent);
/* All that @parent holds is one Signature and, beside or inside it, what that is over: @content. */
int xsec_content_verify(const struct xsec_signing *how, xmlNodePtr parent, xmlNodePtr *content,
			struct dm_error *err);

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
