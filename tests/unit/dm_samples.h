/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages for the tests of userspace/dm, and ways to hold two against each
 * other: parse, transcode without judging, canonical form.
 */
#ifndef TESTS_DM_SAMPLES_H
#define TESTS_DM_SAMPLES_H

#include "cmocka_table.h"

#include <errno.h>
#include <linux/omasec.h>
#include <stdio.h>

#include "dm/doc.h"

#define TYPE_XML "application/vnd.syncml.dm+xml"
#define TYPE_WBXML "application/vnd.syncml.dm+wbxml"

#define HDR_FIELDS \
	"<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1A</SessionID><MsgID>2</MsgID>" \
	"<Target><LocURI>IMEI:493005100592800</LocURI></Target>" \
	"<Source><LocURI>http://dm.example/mgmt</LocURI><LocName>Bruce2</LocName></Source>"
#define CRED \
	"<Cred><Meta><Type xmlns='syncml:metinf'>syncml:auth-md5</Type>" \
	"<Format xmlns='syncml:metinf'>b64</Format></Meta><Data>Zz6EivR3yeaaENcRN6lpAQ==</Data></Cred>"
#define CHAL(type, nonce) \
	"<Chal><Meta><Type xmlns='syncml:metinf'>" type "</Type><Format xmlns='syncml:metinf'>b64" \
	"</Format><NextNonce xmlns='syncml:metinf'>" nonce "</NextNonce></Meta></Chal>"
#define STATUS_PARTS(id, msg, ref, cmd, parts) \
	"<Status><CmdID>" id "</CmdID><MsgRef>" msg "</MsgRef><CmdRef>" ref "</CmdRef><Cmd>" cmd \
	"</Cmd>" parts "</Status>"
#define STATUS(id, msg, ref, cmd, code) STATUS_PARTS(id, msg, ref, cmd, "<Data>" code "</Data>")
#define ALERT(id) "<Alert><CmdID>" id "</CmdID><Data>1201</Data></Alert>"
#define DM_NS "SYNCML:SYNCML1.2"
#define ROOT(content) "<SyncML xmlns='" DM_NS "'>" content "</SyncML>"
#define MESSAGE(hdr, body) \
	ROOT("<SyncHdr>" hdr "</SyncHdr><SyncBody>" body "</SyncBody>")

/* The message that most edits are tried on. */
#define SAMPLE \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- package 2 -->\n" \
	MESSAGE(HDR_FIELDS CRED "\n  <Meta><MaxMsgSize xmlns='syncml:metinf'>5000</MaxMsgSize></Meta>", \
		"\n  " STATUS_PARTS("1", "7", "0", "SyncHdr", CHAL("syncml:auth-MAC", "Tm9uY2U=") \
				    "<Data>212</Data>") "\n" \
		STATUS("2", "7", "1", "Alert", "200") \
		"<Results><CmdID>3</CmdID><MsgRef>7</MsgRef><CmdRef>2</CmdRef><Item><Source><LocURI>./a" \
		"</LocURI></Source><Data><![CDATA[<x>&amp;]]></Data></Item></Results>" \
		"<Replace><CmdID>4</CmdID><Item><Target><LocURI>./b</LocURI></Target>" \
		"<Meta><Format xmlns='syncml:metinf'>chr</Format></Meta><Data>v &lt; w</Data></Item></Replace>" \
		"<Atomic><CmdID>5</CmdID><Get><CmdID>6</CmdID><Item><Target><LocURI>./c</LocURI></Target>" \
		"</Item></Get></Atomic><Final/>")

static inline int parse(const void *body, size_t len, const char *type, struct dm_doc **doc,
			struct dm_error *err)
{
	memset(err, 0, sizeof(*err));
	return dm_parse(body, len, type, doc, err);
}

static inline struct dm_doc *parse_good(const void *body, size_t len, const char *type)
{
	struct dm_error err;
	struct dm_doc *doc;

	if (parse(body, len, type, &doc, &err))
		fail_msg("refused: %u %s", err.reason, err.text);
	return doc;
}

/* XML to WBXML or canonical XML; without the rules of DM, so that bad messages go too. */
static inline uint8_t *recode(const char *xml, size_t xml_len, enum dm_encoding encoding,
			      size_t *len)
{
	struct dm_doc *doc = calloc(1, sizeof(*doc));
	struct dm_error err = { 0 };
	uint8_t *out = NULL;

	doc->encoding = DM_XML;
	doc->body = (const uint8_t *)xml;
	doc->len = xml_len;
	if (xml_read(doc, &err) || dm_encode(doc, encoding, &out, len, &err))
		out = NULL;
	dm_doc_free(doc);
	return out;
}

/* One text for all encodings of the same message, terminated. */
static inline char *canonical(const struct dm_doc *doc)
{
	struct dm_error err;
	uint8_t *out;
	size_t len;

	if (dm_encode(doc, DM_XML, &out, &len, &err))
		fail_msg("has no form as XML: %s", err.text);
	out = realloc(out, len + 1);
	out[len] = 0;
	return (char *)out;
}

static inline char *canonical_of(const void *body, size_t len, const char *type)
{
	struct dm_doc *doc = parse_good(body, len, type);
	char *text = canonical(doc);

	dm_doc_free(doc);
	return text;
}

/* Repeatable randomness. */
static inline uint32_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 16);
}

#endif
