/* SPDX-License-Identifier: GPL-2.0 */
/* Commands of a server for tests of ACLs on messages, and the tree that they are about. */
#ifndef TESTS_ACL_MESSAGES_H
#define TESTS_ACL_MESSAGES_H

#include "dm_samples.h"

#include "acl_tree.h"

#define TARGET(uri) "<Target><LocURI>" uri "</LocURI></Target>"
#define ITEM(uri, more) "<Item>" TARGET(uri) more "</Item>"
#define CMD(name, id, content) "<" name "><CmdID>" id "</CmdID>" content "</" name ">"
#define GET(id, uri) CMD("Get", id, ITEM(uri, ""))
#define DEL(id, uri) CMD("Delete", id, ITEM(uri, ""))
#define ADD(id, uri) CMD("Add", id, ITEM(uri, "<Data>v</Data>"))
#define NODE "<Meta><Format xmlns='syncml:metinf'>node</Format></Meta>"
#define ADD_NODE(id, uri) CMD("Add", id, ITEM(uri, NODE))
#define SET(id, uri, data) CMD("Replace", id, ITEM(uri, "<Data>" data "</Data>"))
#define COPY(id, from, to) \
	CMD("Copy", id, "<Item>" TARGET(to) "<Source><LocURI>" from "</LocURI></Source></Item>")
#define HDR(msg) \
	"<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>" msg "</MsgID>" \
	"<Target><LocURI>IMEI:1</LocURI></Target><Source><LocURI>ServerB</LocURI><LocName>ServerB</LocName></Source>"

#endif
