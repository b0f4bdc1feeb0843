// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The token tables: SyncML RepPro 1.2 section 8 (code page 0), MetInf 1.2
 * section 6 (code page 1), DM TND 1.2 section 10 (code page 2), DevInf 1.2
 * (a document type of its own, code page 0).
 */
#include "tags.h"

#include <string.h>

#define TOKENS	0x40

static const char *const syncml[TOKENS] = {
	[0x05] = "Add", [0x06] = "Alert", [0x07] = "Archive", [0x08] = "Atomic",
	[0x09] = "Chal", [0x0a] = "Cmd", [0x0b] = "CmdID", [0x0c] = "CmdRef",
	[0x0d] = "Copy", [0x0e] = "Cred", [0x0f] = "Data", [0x10] = "Delete",
	[0x11] = "Exec", [0x12] = "Final", [0x13] = "Get", [0x14] = "Item",
	[0x15] = "Lang", [0x16] = "LocName", [0x17] = "LocURI", [0x18] = "Map",
	[0x19] = "MapItem", [0x1a] = "Meta", [0x1b] = "MsgID", [0x1c] = "MsgRef",
	[0x1d] = "NoResp", [0x1e] = "NoResults", [0x1f] = "Put", [0x20] = "Replace",
	[0x21] = "RespURI", [0x22] = "Results", [0x23] = "Search", [0x24] = "Sequence",
	[0x25] = "SessionID", [0x26] = "SftDel", [0x27] = "Source", [0x28] = "SourceRef",
	[0x29] = "Status", [0x2a] = "Sync", [0x2b] = "SyncBody", [0x2c] = "SyncHdr",
	[0x2d] = "SyncML", [0x2e] = "Target", [0x2f] = "TargetRef", [0x31] = "VerDTD",
	[0x32] = "VerProto", [0x33] = "NumberOfChanges", [0x34] = "MoreData",
	[0x35] = "Field", [0x36] = "Filter", [0x37] = "Record", [0x38] = "FilterType",
	[0x39] = "SourceParent", [0x3a] = "TargetParent", [0x3b] = "Move",
	[0x3c] = "Correlator",
};

static const char *const metinf[TOKENS] = {
	[0x05] = "Anchor", [0x06] = "EMI", [0x07] = "Format", [0x08] = "FreeID",
	[0x09] = "FreeMem", [0x0a] = "Last", [0x0b] = "Mark", [0x0c] = "MaxMsgSize",
	[0x0d] = "Mem", [0x0e] = "MetInf", [0x0f] = "Next", [0x10] = "NextNonce",
	[0x11] = "SharedMem", [0x12] = "Size", [0x13] = "Type", [0x14] = "Version",
	[0x15] = "MaxObjSize", [0x16] = "FieldLevel",
};

static const char *const dmddf[TOKENS] = {
	[0x05] = "AccessType", [0x06] = "ACL", [0x07] = "Add", [0x08] = "b64",
	[0x09] = "bin", [0x0a] = "bool", [0x0b] = "chr", [0x0c] = "CaseSense",
	[0x0d] = "CIS", [0x0e] = "Copy", [0x0f] = "CS", [0x10] = "date",
	[0x11] = "DDFName", [0x12] = "DefaultValue", [0x13] = "Delete",
	[0x14] = "Description", [0x15] = "DFFormat", [0x16] = "DFProperties",
	[0x17] = "DFTitle", [0x18] = "DFType", [0x19] = "Dynamic", [0x1a] = "Exec",
	[0x1b] = "float", [0x1c] = "Format", [0x1d] = "Get", [0x1e] = "int",
	[0x1f] = "Man", [0x20] = "MgmtTree", [0x21] = "MIME", [0x22] = "Mod",
	[0x23] = "Name", [0x24] = "Node", [0x25] = "node", [0x26] = "NodeName",
	[0x27] = "null", [0x28] = "Occurrence", [0x29] = "One", [0x2a] = "OneOrMore",
	[0x2b] = "OneOrN", [0x2c] = "Path", [0x2d] = "Permanent", [0x2e] = "Replace",
	[0x2f] = "RTProperties", [0x30] = "Scope", [0x31] = "Size", [0x32] = "time",
	[0x33] = "Title", [0x34] = "TStamp", [0x35] = "Type", [0x36] = "Value",
	[0x37] = "VerDTD", [0x38] = "VerNo", [0x39] = "xml", [0x3a] = "ZeroOrMore",
	[0x3b] = "ZeroOrN", [0x3c] = "ZeroOrOne",
};

static const char *const devinf[TOKENS] = {
	[0x05] = "CTCap", [0x06] = "CTType", [0x07] = "DataStore", [0x08] = "DataType",
	[0x09] = "DevID", [0x0a] = "DevInf", [0x0b] = "DevTyp", [0x0c] = "DisplayName",
	[0x0d] = "DSMem", [0x0e] = "Ext", [0x0f] = "FwV", [0x10] = "HwV",
	[0x11] = "Man", [0x12] = "MaxGUIDSize", [0x13] = "MaxID", [0x14] = "MaxMem",
	[0x15] = "Mod", [0x16] = "OEM", [0x17] = "ParamName", [0x18] = "PropName",
	[0x19] = "Rx", [0x1a] = "Rx-Pref", [0x1b] = "SharedMem", [0x1c] = "MaxSize",
	[0x1d] = "SourceRef", [0x1e] = "SwV", [0x1f] = "SyncCap", [0x20] = "SyncType",
	[0x21] = "Tx", [0x22] = "Tx-Pref", [0x23] = "ValEnum", [0x24] = "VerCT",
	[0x25] = "VerDTD", [0x26] = "XNam", [0x27] = "XVal", [0x28] = "UTC",
	[0x29] = "SupportNumberOfChanges", [0x2a] = "SupportLargeObjs",
	[0x2b] = "Property", [0x2c] = "PropParam", [0x2d] = "MaxOccur",
	[0x2e] = "NoTruncate", [0x30] = "Filter-Rx", [0x31] = "FilterCap",
	[0x32] = "FilterKeyword", [0x33] = "FieldLevel", [0x34] = "SupportHierarchicalSync",
};

static const struct {
	const char *const *names;
	const char *namespace;
} tables[DM_TABLES] = {
	[DM_TABLE_SYNCML] = { syncml, "SYNCML:SYNCML1.2" },
	[DM_TABLE_METINF] = { metinf, "syncml:metinf" },
	[DM_TABLE_DMDDF] = { dmddf, "syncml:dmddf1.2" },
	[DM_TABLE_DEVINF] = { devinf, "syncml:devinf" },
};

const char *dm_tag_name(uint16_t tag)
{
	if (DM_TAG_TABLE(tag) >= DM_TABLES || DM_TAG_TOKEN(tag) >= TOKENS)
		return NULL;
	return tables[DM_TAG_TABLE(tag)].names[DM_TAG_TOKEN(tag)];
}

const char *dm_tag_label(uint16_t tag)
{
	const char *name = dm_tag_name(tag);

	return name ? name : "foreign element";
}

uint16_t dm_tag_find(enum dm_table table, const char *name, size_t len)
{
	const char *const *names = tables[table].names;
	unsigned int i;

	for (i = 0; i < TOKENS; i++) {
		if (names[i] && names[i][0] == name[0] && strlen(names[i]) == len &&
		    !memcmp(names[i], name, len))
			return DM_TAG(table, i);
	}
	return DM_TAG_FOREIGN;
}

const char *dm_table_namespace(enum dm_table table)
{
	return tables[table].namespace;
}
