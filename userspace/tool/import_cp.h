/* SPDX-License-Identifier: GPL-2.0 */
/* Attribute tokens of client provisioning in WBXML: OMA ProvCont 1.1, section 8. */
#ifndef TOOL_IMPORT_CP_H
#define TOOL_IMPORT_CP_H

#include <stdint.h>

enum import_cp_kind { IMPORT_CP_NONE, IMPORT_CP_NAME, IMPORT_CP_VALUE, IMPORT_CP_VERSION, IMPORT_CP_TYPE };

/**
 * struct import_cp_attribute - what a token begins
 * @prefix: with which its value begins
 */
struct import_cp_attribute {
	enum import_cp_kind kind;
	const char *prefix;
};

/* NULL for a token that the page does not have. @page: 0 or 1. */
const struct import_cp_attribute *import_cp_attribute(unsigned int page, uint8_t token);
const char *import_cp_value(unsigned int page, uint8_t token);

#endif
