/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A parsed message: one array of nodes in document order, the same for XML and
 * WBXML. Elements carry the octet offsets at which they stand in the message,
 * so that a change can be cut in without touching anything else (splice.c).
 * Node 0 is the root; as link, 0 means "none", for the root is nobody's child.
 * Texts point into the message (WBXML) or into doc->text (XML, decoded).
 */
#ifndef DM_DOC_H
#define DM_DOC_H

#include "dm.h"
#include "tags.h"
#include "text.h"

enum dm_node_kind { DM_ELEMENT, DM_TEXT, DM_OPAQUE };

#define DM_NODE_COMMENT	0x01	/* a comment inside: its text is ambiguous */
#define DM_NODE_ATTRS	0x02	/* attributes other than namespace declarations */
#define DM_NODE_EMPTY	0x04	/* <X/>, or a tag without content bit */
#define DM_NODE_PARENT	0x08	/* has elements inside; blank text there is layout */

struct dm_node {
	uint16_t tag;
	uint8_t kind;
	uint8_t flags;
	uint32_t parent, child, next;
	union {
		/* <X>text</X>: at '<', after '>', at '</', after the last '>' */
		struct { uint32_t start, inner, inner_end, end; };
		struct { uint32_t text, text_len; };
	};
};

/* A document type of WBXML: which table stands on which code page. */
struct dm_wbxml_type {
	uint32_t public_id;
	const char *formal_id;
	uint16_t root;
	uint8_t pages;
	uint8_t table[3];
};

/* Octets to take tokens from; offsets of table strings count from the start. */
struct wbxml_input {
	const uint8_t *octets;
	size_t len;
	size_t table, table_len;
	const struct dm_wbxml_type *type;
};

struct dm_status_nodes { uint32_t node, msg_ref, data, chal; };
struct dm_command_nodes { uint32_t node, msg_ref; };

struct dm_doc {
	enum dm_encoding encoding;
	const uint8_t *body;
	size_t len;
	struct dm_node *nodes;
	uint32_t count, cap;

	/* XML */
	uint8_t *text;
	size_t text_len;
	const char *root_namespace;	/* one of xml_read.c's, "" for none */
	bool tree;			/* a management tree: names without namespace are of DMDDF */

	/* WBXML */
	struct wbxml_input input;
	uint8_t version;
	size_t root;			/* where the header ends */

	/* what facts.c found */
	uint32_t syncbody, msg_id, cred, ver_dtd, ver_proto;
	uint32_t before_cred;		/* behind it a Cred belongs */
	struct dm_facts facts;
	struct dm_status_nodes status[DM_STATUS_MAX];
	struct dm_command_nodes command[DM_COMMAND_MAX];
};

/* Appends a node in document order; *@last is the last child of @parent so far. */
int dm_node_add(struct dm_doc *doc, uint32_t parent, uint32_t *last, enum dm_node_kind kind,
		uint32_t *index, struct dm_error *err);

static inline const uint8_t *dm_node_text(const struct dm_doc *doc, const struct dm_node *n)
{
	return (doc->encoding == DM_XML ? doc->text : doc->body) + n->text;
}

/* xml_scan.c: where the tags stand, and everything refused before libxml2 sees it */
struct xml_tag { uint32_t start, inner, inner_end, end; };
/* @max: elements; 0 for DM_NODES_MAX */
struct xml_scan { struct xml_tag *tags; uint32_t count, cap, max; };

int xml_scan(const uint8_t *body, size_t len, struct xml_scan *scan, struct dm_error *err);
void xml_scan_free(struct xml_scan *scan);

/*
 * xml_sax.c: libxml2. Callbacks get its context, with @private in ->_private. 0 for
 * well-formed octets, -ENOMEM, or libxml2's error number; @line is where it ended, 0
 * when that is not known. What a callback stopped is for the caller to know.
 */
struct _xmlSAXHandler;
void xml_init(void);
int xml_sax(const struct _xmlSAXHandler *handler, void *private, const uint8_t *octets, size_t len,
	    int *line);

/* xml_read.c */
int xml_read(struct dm_doc *doc, struct dm_error *err);

/* wbxml.c: one token at a time; wbxml_read.c: the document */
enum wbxml_kind { WBXML_SWITCH, WBXML_END, WBXML_TAG, WBXML_STRING, WBXML_BINARY };

struct wbxml_token {
	enum wbxml_kind kind;
	uint8_t octet;			/* tag with its content bit; page of a switch */
	size_t start, end;
	size_t text, text_len;
};

int wbxml_header(struct dm_doc *doc, struct dm_error *err);
int wbxml_next(const struct wbxml_input *in, size_t pos, struct wbxml_token *token,
	       struct dm_error *err);
/* By number, as the header carries it; NULL when unknown. */
const struct dm_wbxml_type *wbxml_type(uint32_t public_id);
int wbxml_read(struct dm_doc *doc, struct dm_error *err);

/*
 * convert.c: the same elements and texts, however their encodings say them. White space
 * between elements is none of them.
 */
bool dm_same(const struct dm_doc *one, const struct dm_doc *two);

/* facts.c */
int facts_find(struct dm_doc *doc, struct dm_error *err);
/* The text of a leaf, outer white space cut off, terminated. */
int facts_text(const struct dm_doc *doc, uint32_t node, char *text, size_t size,
	       struct dm_error *err);

/*
 * write.c: elements to octets. A message begins with declaration or header; a
 * fragment is to be cut into a document, and begins on code page 0.
 */
struct dm_writer {
	struct dm_out out;
	enum dm_encoding encoding;
	const char *root_namespace;		/* XML */
	const uint8_t *prefix;			/* XML: of SyncML elements, with the colon */
	size_t prefix_len;
	const struct dm_wbxml_type *type;	/* WBXML */
	uint8_t page;				/* WBXML: code page in force */
	uint16_t stack[DM_DEPTH_MAX];
	unsigned int depth;
	bool fragment;
};

void writer_message(struct dm_writer *w, const struct dm_doc *like, enum dm_encoding encoding);
void writer_fragments(struct dm_writer *w, const struct dm_doc *doc);
/* The next fragment is for @near: same name prefix there. Returns its offset. */
size_t writer_fragment(struct dm_writer *w, const struct dm_doc *doc, uint32_t near);
void writer_open(struct dm_writer *w, uint16_t tag);
void writer_close(struct dm_writer *w);
void writer_empty(struct dm_writer *w, uint16_t tag);
void writer_text(struct dm_writer *w, const uint8_t *text, size_t len);
void writer_opaque(struct dm_writer *w, const uint8_t *data, size_t len);
void writer_leaf(struct dm_writer *w, uint16_t tag, const char *text);
void writer_number(struct dm_writer *w, uint16_t tag, uint32_t number);
/* Chal{Meta{Type syncml:auth-MAC or auth-md5, Format b64, NextNonce}} */
void writer_chal(struct dm_writer *w, bool md5, const uint8_t *nonce, size_t len);
/* Cred{Meta{Format b64, Type syncml:auth-md5}, Data} */
void writer_cred(struct dm_writer *w, const uint8_t digest[DM_CRED_LEN]);

/* changes.c */
struct splices;
/* What is cut, by place in dm_doc.command: its numbers are not to be changed any more. */
struct cut_commands { bool cut[DM_COMMAND_MAX]; };

int changes_cut(struct splices *s, const struct dm_changes *c, struct cut_commands *cut,
		struct dm_error *err);
/* The answers that go in front of the Status @before; @cmd_id of the first is @next + its place. */
void changes_write(struct dm_writer *w, const struct dm_changes *c, unsigned int before, uint32_t next);
/* All answers that have a Status to stand beside. */
int changes_insert(struct splices *s, const struct dm_changes *c, uint32_t next, struct dm_error *err);

/* splice.c: octets of the message replaced by fragments of @w */
struct splice { size_t at, remove, data, len, nth; };

struct splices {
	const struct dm_doc *doc;
	struct dm_writer w;
	struct splice *list;
	size_t count, cap;
};

void splices_init(struct splices *s, const struct dm_doc *doc);
void splices_free(struct splices *s);
/* Replaces @remove octets at @at by what @w got since offset @data. */
void splices_add(struct splices *s, size_t at, size_t remove, size_t data);
int splices_apply(struct splices *s, uint8_t **out, size_t *len, struct dm_error *err);

#endif
