/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A document to import accounts from, as a tree of names and values: nodes of a
 * management object, or characteristics and parameters of client provisioning.
 * Both readers fill it, both interpreters read it. It holds passwords, and is
 * wiped when it is freed. Everything in it is bounded.
 */
#ifndef TOOL_IMPORT_DOC_H
#define TOOL_IMPORT_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMPORT_FILE_MAX (256u << 10)	/* octets of a document */
#define IMPORT_TEXT_MAX (512u << 10)	/* octets of its names and values */
#define IMPORT_NODES_MAX 4096
#define IMPORT_WHY_MAX 256

/* Format of a value, as the property of that name has it. */
enum import_form {
	IMPORT_FORM_NONE,	/* not told */
	IMPORT_FORM_CHR,
	IMPORT_FORM_BIN,
	IMPORT_FORM_B64,
	IMPORT_FORM_OCTETS,	/* opaque data of WBXML: no encoding at all */
	IMPORT_FORM_OTHER,
};

/**
 * struct import_node - a name, perhaps with a value, perhaps with children
 * @parent, @child, @last, @next: indices; 0 is the root, and means "none" as link
 * @name: offset in the text, terminated
 * @value, @value_len: offset and octets; terminated too
 * @type: offset of the identifier of the management object, 0 for none
 * @where: line of XML, octet of WBXML
 * @implied: only named by the path of another one
 */
struct import_node {
	uint32_t parent, child, last, next;
	uint32_t name, value, value_len, type, where;
	uint8_t form;
	bool has_value, implied;
};

/**
 * struct import_doc - a document
 * @lines: places are lines
 * @cp: client provisioning, otherwise a management tree
 * @why, @where: the fault of a reader
 */
struct import_doc {
	struct import_node *node;
	uint32_t count;
	char *text;
	size_t used;
	bool lines, cp;
	char why[IMPORT_WHY_MAX];
	uint32_t where;
};

/* 0 or -ENOMEM. */
int import_doc_init(struct import_doc *d);
/* Wipes. Also after a failed import_doc_init(). */
void import_doc_free(struct import_doc *d);

/* Notes the fault, once; returns -EINVAL. */
int import_bad(struct import_doc *d, uint32_t where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* All three: 0, or -EINVAL with the fault noted. */
int import_node_new(struct import_doc *d, uint32_t where, uint32_t *index);
int import_text_add(struct import_doc *d, const void *text, size_t len);
int import_text_end(struct import_doc *d);

void import_node_link(struct import_doc *d, uint32_t parent, uint32_t index);
/*
 * Links a node of the top level below the one that @path names ("./A/B"), whose
 * nodes are made when they are not there. 0 or -EINVAL.
 */
int import_node_place(struct import_doc *d, uint32_t index, char *path);

/*
 * The child with that name (upper and lower case are the same); NULL for none.
 * *@twice is set when there are several.
 */
const struct import_node *import_child(const struct import_doc *d, const struct import_node *n,
				       const char *name, bool *twice);
const char *import_name(const struct import_doc *d, const struct import_node *n);
/* Copies a value without outer white space. 0; -ENOENT for none or empty; -EINVAL when it does not fit a line of text. */
int import_value(const struct import_doc *d, const struct import_node *n, char *out, size_t size);

/* The readers: 0, -EINVAL with the fault noted, or -ENOMEM. */
int import_read_xml(struct import_doc *d, const uint8_t *data, size_t len);
int import_read_wbxml(struct import_doc *d, const uint8_t *data, size_t len);

#endif
