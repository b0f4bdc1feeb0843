// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the clauses are called and mean. See judge.h. */
#include <string.h>

#include "clause.h"

#define TEXT(status, name, section, text) { status, name, section, text }

static const struct {
	uint16_t status;
	const char *name, *section, *text;
} clauses[ACL_CLAUSES] = {
	[ACL_CLAUSE_NAMED] = TEXT(200, "named", "TND 7.7.1.1",
		"the list names the server for this command"),
	[ACL_CLAUSE_STAR] = TEXT(200, "everybody", "TND 7.7.1.1",
		"the list has * for this command"),
	[ACL_CLAUSE_PARENT_REPLACE] = TEXT(200, "parent-replace", "TND 7.7.1.2",
		"who may Replace the parent may change the ACL of its children"),
	[ACL_CLAUSE_LOCAL] = TEXT(200, "local", "TND 7.7.1",
		"a session without a server is not subject to ACLs"),
	[ACL_CLAUSE_NOBODY] = TEXT(425, "nobody", "TND 7.7.1.1",
		"the server is not authenticated, or its identifier cannot stand in an ACL"),
	[ACL_CLAUSE_NO_ENTRY] = TEXT(425, "no-entry", "TND 7.7.1.2",
		"the list has no entry for this command, and entries are not inherited one by one"),
	[ACL_CLAUSE_NOT_NAMED] = TEXT(425, "not-named", "TND 7.7.1.1",
		"the entry for this command does not name the server"),
	[ACL_CLAUSE_BROKEN] = TEXT(425, "broken", "TND 7.7.1.1",
		"the list cannot be read, so it allows nothing"),
	[ACL_CLAUSE_BENEATH] = TEXT(425, "beneath", "TND 7.7.1",
		"a list beneath the node does not allow its deletion"),
	[ACL_CLAUSE_NOT_FOUND] = TEXT(404, "not-found", "TND 7.7",
		"there is no such node"),
	[ACL_CLAUSE_EXISTS] = TEXT(418, "exists", "TND 7.7",
		"there is a node of that name already"),
	[ACL_CLAUSE_ROOT] = TEXT(405, "root", "TND 7.7",
		"the root can be neither added, deleted nor renamed"),
	[ACL_CLAUSE_PERMANENT] = TEXT(405, "permanent", "TND 7.7",
		"a permanent node can be neither deleted nor renamed"),
	[ACL_CLAUSE_INBOX] = TEXT(405, "inbox", "TND 7",
		"./Inbox cannot be read, whatever its ACL"),
	[ACL_CLAUSE_ACCESS] = TEXT(405, "access-type", "TND 7.7",
		"the description of the node does not have the command among its access types"),
	[ACL_CLAUSE_BELOW_LEAF] = TEXT(405, "below-leaf", "TND 7",
		"nothing can be added below a leaf"),
	[ACL_CLAUSE_COPY_LEAVES] = TEXT(405, "copy-leaves", "TND 7",
		"only a leaf is copied, and only to a leaf"),
	[ACL_CLAUSE_PROP_COMMAND] = TEXT(405, "property-command", "TND 7.7",
		"only Get and Replace may be used on a property"),
	[ACL_CLAUSE_PROP_FIXED] = TEXT(405, "property-fixed", "TND 7.7",
		"the property is kept by the device"),
	[ACL_CLAUSE_PROP_UNKNOWN] = TEXT(406, "property-unknown", "TND 7.7",
		"there is no such property"),
	[ACL_CLAUSE_LIST_COMMAND] = TEXT(405, "list-command", "TND 7",
		"?list= may be used with Get only"),
	[ACL_CLAUSE_LIST_UNKNOWN] = TEXT(406, "list-unknown", "TND 7",
		"expected ?list=Struct, ?list=StructData or ?list=TNDS"),
	[ACL_CLAUSE_ROOT_ACL] = TEXT(405, "root-acl", "TND 7.7.1.2",
		"the ACL of the root stays, with * for Add"),
	[ACL_CLAUSE_ACL_TEXT] = TEXT(400, "acl-text", "TND 7.7.1",
		"the new ACL cannot be read"),
	[ACL_CLAUSE_NAME_BAD] = TEXT(400, "name-bad", "TND 7",
		"the new name cannot be that of a node"),
	[ACL_CLAUSE_URI_BAD] = TEXT(400, "uri-bad", "TND 7",
		"expected . or ./NAME/NAME, no empty names, escapes only where they are needed"),
	[ACL_CLAUSE_URI_LONG] = TEXT(414, "uri-long", "TND 7",
		"the URI is too long or has too many names"),
	[ACL_CLAUSE_COMMAND] = TEXT(405, "command", "TND 7.7",
		"the command cannot be used like that"),
	[ACL_CLAUSE_FULL] = TEXT(420, "full", "TND 7.7",
		"there are too many nodes"),
	[ACL_CLAUSE_LIST_BENEATH] = TEXT(425, "list-beneath", "TND 7",
		"more beneath the node may not be read than can be kept in mind, so all of it is not told"),
	[ACL_CLAUSE_PRUNED] = TEXT(200, "pruned", "TND 7",
		"what beneath the node the server may not read is left out of what it gets"),
	[ACL_CLAUSE_SUBTREE] = TEXT(415, "subtree", "TND 7",
		"a subtree as data cannot be judged node by node"),
	[ACL_CLAUSE_NO_STATUS] = TEXT(405, "no-status", "TND 7.7.1",
		"without a Status nobody would know whether the tree has changed"),
	[ACL_CLAUSE_PENDING] = TEXT(417, "pending", "TND 7.7.1",
		"it depends on a change that the client has not confirmed yet"),
	[ACL_CLAUSE_FOREIGN] = TEXT(501, "foreign", "RepPro 6.2",
		"the command is not one of Device Management"),
	[ACL_CLAUSE_ATOMIC] = TEXT(516, "atomic", "RepPro 6.2.4",
		"another command of the same Atomic is denied"),
};

const char *acl_clause_name(enum acl_clause c)
{
	return c < ACL_CLAUSES ? clauses[c].name : "?";
}

const char *acl_clause_text(enum acl_clause c)
{
	return c < ACL_CLAUSES ? clauses[c].text : "?";
}

const char *acl_clause_section(enum acl_clause c)
{
	return c < ACL_CLAUSES ? clauses[c].section : "?";
}

uint16_t acl_clause_status(enum acl_clause c)
{
	return c < ACL_CLAUSES ? clauses[c].status : 425;
}

static const char *const commands[ACL_CMDS] = {
	[ACL_CMD_ADD] = "Add", [ACL_CMD_COPY] = "Copy", [ACL_CMD_DELETE] = "Delete", [ACL_CMD_EXEC] = "Exec",
	[ACL_CMD_GET] = "Get", [ACL_CMD_RENAME] = "Rename", [ACL_CMD_REPLACE] = "Replace",
};

const char *acl_command_name(enum acl_command command)
{
	return command < ACL_CMDS ? commands[command] : "?";
}

enum acl_command acl_command_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ACL_CMDS; i++)
		if (strlen(commands[i]) == len && !memcmp(commands[i], name, len))
			break;
	return (enum acl_command)i;
}
