/* SPDX-License-Identifier: GPL-2.0 */
/*
 * XML documents of other systems, before libxml2 sees them. They often name their DTD,
 * which nobody needs to see, and may hold passwords.
 */
#ifndef TOOL_XML_DOC_H
#define TOOL_XML_DOC_H

#include <stddef.h>
#include <stdint.h>

/* Before the first document: what libxml2 allocates is wiped when it is freed. */
void xml_doc_prepare(void);
/*
 * A document type declaration becomes blanks; lines stay where they are. 0, or -EINVAL
 * with *@why for one with declarations of its own, or that does not end.
 */
int xml_doc_blank_doctype(uint8_t *p, size_t len, const char **why);

#endif
