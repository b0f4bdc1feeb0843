/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Element names of SyncML, MetInf, DMDDF and DevInf 1.2 with their WBXML
 * tokens: one number names an element in both encodings. High octet: table;
 * low octet: token in that table's code page.
 */
#ifndef DM_TAGS_H
#define DM_TAGS_H

#include <stddef.h>
#include <stdint.h>

enum dm_table { DM_TABLE_SYNCML, DM_TABLE_METINF, DM_TABLE_DMDDF, DM_TABLE_DEVINF, DM_TABLES };

#define DM_TAG(table, token)	((uint16_t)((table) << 8 | (token)))
#define DM_TAG_TABLE(tag)	((tag) >> 8)
#define DM_TAG_TOKEN(tag)	((tag) & 0xff)
#define DM_TAG_FOREIGN		0xffffu	/* XML only: no name of ours */

enum {
	DM_ADD = 0x05, DM_ALERT = 0x06, DM_ATOMIC = 0x08, DM_CHAL = 0x09, DM_CMD = 0x0a,
	DM_CMDID = 0x0b, DM_CMDREF = 0x0c, DM_COPY = 0x0d, DM_CRED = 0x0e, DM_DATA = 0x0f,
	DM_DELETE = 0x10, DM_EXEC = 0x11, DM_FINAL = 0x12, DM_GET = 0x13, DM_ITEM = 0x14,
	DM_LOCNAME = 0x16, DM_LOCURI = 0x17, DM_MAP = 0x18, DM_META = 0x1a, DM_MSGID = 0x1b,
	DM_MSGREF = 0x1c, DM_NORESP = 0x1d, DM_PUT = 0x1f, DM_REPLACE = 0x20,
	DM_RESPURI = 0x21, DM_RESULTS = 0x22, DM_SEARCH = 0x23, DM_SEQUENCE = 0x24,
	DM_SESSIONID = 0x25, DM_SOURCE = 0x27, DM_SOURCEREF = 0x28, DM_STATUS = 0x29,
	DM_SYNC = 0x2a, DM_SYNCBODY = 0x2b, DM_SYNCHDR = 0x2c, DM_SYNCML = 0x2d,
	DM_TARGET = 0x2e, DM_TARGETREF = 0x2f, DM_VERDTD = 0x31, DM_VERPROTO = 0x32,
	DM_MOREDATA = 0x34, DM_MOVE = 0x3b, DM_CORRELATOR = 0x3c,
	DM_FORMAT = 0x107, DM_MAXMSGSIZE = 0x10c, DM_NEXTNONCE = 0x110, DM_TYPE = 0x113,
	DM_MAXOBJSIZE = 0x115,
	DM_DFPROPERTIES = 0x216, DM_MAN = 0x21f, DM_MGMTTREE = 0x220, DM_MOD = 0x222, DM_TND_NODE = 0x224,
	DM_NODENAME = 0x226, DM_PATH = 0x22c, DM_RTPROPERTIES = 0x22f, DM_VALUE = 0x236, DM_TND_VERDTD = 0x237,
};

/* Name from the standard; NULL for a token that the table does not have. */
const char *dm_tag_name(uint16_t tag);
/* For messages about any element: "foreign element" for DM_TAG_FOREIGN. */
const char *dm_tag_label(uint16_t tag);
/* DM_TAG_FOREIGN when the table does not have the name. */
uint16_t dm_tag_find(enum dm_table table, const char *name, size_t len);
/* The namespace that the library writes for a table. */
const char *dm_table_namespace(enum dm_table table);

#endif
