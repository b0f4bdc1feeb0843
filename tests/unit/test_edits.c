// SPDX-License-Identifier: GPL-2.0
/*
 * Edits: what each one changes to the octet, that nothing else changes, that
 * XML and WBXML of the same message come out as the same message, and what is
 * refused. Expected results are written by hand, not by the code under test.
 */
#include "dm_samples.h"

#define META_CHAL(prefix, nonce) \
	"<" prefix "Chal><" prefix "Meta><Type xmlns=\"syncml:metinf\">syncml:auth-MAC</Type>" \
	"<Format xmlns=\"syncml:metinf\">b64</Format><NextNonce xmlns=\"syncml:metinf\">" nonce \
	"</NextNonce></" prefix "Meta></" prefix "Chal>"

#define CHAL_MD5(nonce) \
	"<Chal><Meta><Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type>" \
	"<Format xmlns=\"syncml:metinf\">b64</Format><NextNonce xmlns=\"syncml:metinf\">" nonce \
	"</NextNonce></Meta></Chal>"
#define HDR_S \
	"<s:VerDTD>1.2</s:VerDTD><s:VerProto>DM/1.2</s:VerProto><s:SessionID>1A</s:SessionID><s:MsgID>2</s:MsgID>" \
	"<s:Target><s:LocURI>a</s:LocURI></s:Target><s:Source><s:LocURI>b</s:LocURI></s:Source>"

#define META_EMPTY \
	"<Chal><Meta><Type xmlns=\"syncml:metinf\">syncml:auth-MAC</Type>" \
	"<Format xmlns=\"syncml:metinf\">b64</Format><NextNonce xmlns=\"syncml:metinf\"/></Meta></Chal>"

static struct dm_edits e;

static uint8_t *apply(const void *body, size_t len, const char *type, size_t *out_len)
{
	struct dm_doc *doc = parse_good(body, len, type);
	struct dm_error err;
	uint8_t *out;

	if (dm_apply(doc, &e, &out, out_len, &err))
		fail_msg("edits refused: %s", err.text);
	dm_doc_free(doc);
	return out;
}

static void check_xml(const char *from, const char *to)
{
	size_t len;
	uint8_t *out = apply(from, strlen(from), TYPE_XML, &len);

	out = realloc(out, len + 1);
	out[len] = 0;
	assert_string_equal((char *)out, to);
	free(out);
}

/* The edits applied to the message as WBXML mean what they mean in XML. */
static void check_wbxml(const char *from, const char *to)
{
	size_t len, out_len;
	uint8_t *body = recode(from, strlen(from), DM_WBXML, &len), *out;
	char *is, *wanted = canonical_of(to, strlen(to), TYPE_XML);

	assert_non_null(body);
	out = apply(body, len, TYPE_WBXML, &out_len);
	is = canonical_of(out, out_len, TYPE_WBXML);
	assert_string_equal(is, wanted);
	free(body);
	free(out);
	free(is);
	free(wanted);
}

static void check(const char *from, const char *to)
{
	check_xml(from, to);
	check_wbxml(from, to);
}

/* SAMPLE with one part of it exchanged. */
static const char *sample_with(const char *part, const char *other)
{
	static char text[2][8192];
	static int which;
	const char *at = strstr(SAMPLE, part);

	assert_non_null(at);
	which = !which;
	snprintf(text[which], sizeof(text[0]), "%.*s%s%s", (int)(at - SAMPLE), SAMPLE, other,
		 at + strlen(part));
	return text[which];
}

static int reset(void **state)
{
	(void)state;
	memset(&e, 0, sizeof(e));
	return 0;
}

static void no_edit_changes_nothing(void **state)
{
	size_t len, out_len;
	uint8_t *body = recode(SAMPLE, strlen(SAMPLE), DM_WBXML, &len), *out;

	(void)state;
	assert_true(dm_edits_empty(&e));
	check_xml(SAMPLE, SAMPLE);
	out = apply(body, len, TYPE_WBXML, &out_len);
	assert_int_equal(out_len, len);
	assert_memory_equal(out, body, len);
	free(out);
	/* KEEP is no edit either */
	e.status_count = 1;
	assert_true(dm_edits_empty(&e));
	check_xml(SAMPLE, SAMPLE);
	free(body);
}

static void edit_to_what_is_there_changes_nothing(void **state)
{
	size_t len, out_len;
	uint8_t *body = recode(SAMPLE, strlen(SAMPLE), DM_WBXML, &len), *out;

	(void)state;
	e.set_msg_id = 2;
	e.map_count = 1;
	e.map[0] = (struct dm_map){ 99, 100 };
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 212 };
	assert_false(dm_edits_empty(&e));
	check_xml(SAMPLE, SAMPLE);
	out = apply(body, len, TYPE_WBXML, &out_len);
	assert_int_equal(out_len, len);
	assert_memory_equal(out, body, len);
	free(out);
	free(body);
}

/* Not even its white space, its CDATA, its idle page switches. */
static void odd_forms_stay(void **state)
{
	static const char odd[] = MESSAGE("<MsgID> <![CDATA[2]]>\n</MsgID>" "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
		"<SessionID>1</SessionID><Target><LocURI>t</LocURI></Target><Source><LocURI>s</LocURI></Source>",
		STATUS("1", " 7 ", "0", "SyncHdr", " 200 "));
	static const char idle[] = "\x02\xa4\x01\x6a\x00\x00\x01\x00\x00\x6d\x6c\x71\x03" "1.2\0\x01\x72\x03" "DM/1.2\0\x01"
		"\x65\x03" "1\0\x01\x5b\x03" "2\0\x01\x6e\x57\x03" "t\0\x01\x01\x67\x57\x03" "s\0\x01\x01\x01\x6b\x00\x02\x01\x01";
	uint8_t *out;
	size_t len;

	(void)state;
	out = apply(idle, sizeof(idle) - 1, TYPE_WBXML, &len);
	assert_int_equal(len, sizeof(idle) - 1);
	assert_memory_equal(out, idle, len);
	free(out);
	e.set_msg_id = 2;
	e.map_count = 1;
	e.map[0] = (struct dm_map){ 7, 7 };
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 200 };
	check_xml(odd, odd);
}

static void sets_msg_id(void **state)
{
	(void)state;
	e.set_msg_id = 2147483647;
	check(SAMPLE, sample_with("<MsgID>2<", "<MsgID>2147483647<"));
	e.set_msg_id = 3;
	check(MESSAGE("<MsgID> <![CDATA[2]]>\n</MsgID>" "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
		      "<SessionID>1</SessionID><Target><LocURI>t</LocURI></Target><Source><LocURI>s</LocURI></Source>",
		      "<Final/>"),
	      MESSAGE("<MsgID>3</MsgID>" "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>"
		      "<SessionID>1</SessionID><Target><LocURI>t</LocURI></Target><Source><LocURI>s</LocURI></Source>",
		      "<Final/>"));
}

static void removes_cred(void **state)
{
	(void)state;
	e.remove_cred = 1;
	check(SAMPLE, sample_with(CRED, ""));
	check(MESSAGE(CRED HDR_FIELDS, "<Final/>"), MESSAGE(HDR_FIELDS, "<Final/>"));
	/* none there: nothing happens */
	check(MESSAGE(HDR_FIELDS, "<Final/>"), MESSAGE(HDR_FIELDS, "<Final/>"));
}

#define INSERTED(p, id, chal) \
	"<" p "Status><" p "CmdID>" id "</" p "CmdID><" p "MsgRef>9</" p "MsgRef><" p "CmdRef>0</" p "CmdRef><" \
	p "Cmd>SyncHdr</" p "Cmd><" p "TargetRef>a&amp;&lt;b&gt;</" p "TargetRef><" p "SourceRef>s</" p "SourceRef>" \
	chal "<" p "Data>200</" p "Data></" p "Status>"

static void want_insert(void)
{
	e.insert_status = 1;
	e.insert_code = 200;
	e.insert_msg_ref = 9;
	memcpy(e.insert_target_ref, "a&<b>", 6);
	memcpy(e.insert_source_ref, "s", 2);
	e.insert_chal = DM_CHAL_MAC;
	e.insert_nonce_len = 5;
	memcpy(e.insert_nonce, "Nonce", 5);
}

static void inserts_status_first(void **state)
{
	(void)state;
	want_insert();
	check(SAMPLE, sample_with("<SyncBody>", "<SyncBody>" INSERTED("", "7", META_CHAL("", "Tm9uY2U="))));
	e.insert_chal = DM_CHAL_REMOVE;
	e.insert_target_ref[0] = e.insert_source_ref[0] = 0;
	check(SAMPLE, sample_with("<SyncBody>", "<SyncBody>"
		"<Status><CmdID>7</CmdID><MsgRef>9</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status>"));
	/* the empty nonce is a nonce */
	e.insert_chal = DM_CHAL_MAC;
	e.insert_nonce_len = 0;
	check(SAMPLE, sample_with("<SyncBody>", "<SyncBody>"
		"<Status><CmdID>7</CmdID><MsgRef>9</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>" META_EMPTY
		"<Data>200</Data></Status>"));
}

static void inserts_into_empty_body(void **state)
{
	(void)state;
	want_insert();
	check(ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody/>"),
	      MESSAGE(HDR_FIELDS, INSERTED("", "1", META_CHAL("", "Tm9uY2U="))));
	check(ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody />"),
	      ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody >" INSERTED("", "1", META_CHAL("", "Tm9uY2U="))
		   "</SyncBody>"));
	check(MESSAGE(HDR_FIELDS, ""), MESSAGE(HDR_FIELDS, INSERTED("", "1", META_CHAL("", "Tm9uY2U="))));
}

/* Names get the prefix that is in use at the place. */
static void follows_prefixes(void **state)
{
#define PREFIXED(body) \
	"<s:SyncML xmlns:s='" DM_NS "' xmlns='urn:other'><SyncHdr xmlns='" DM_NS "'>" HDR_FIELDS "</SyncHdr>" body "</s:SyncML>"
#define P_STATUS(chal) \
	"<s:Status><s:CmdID>1</s:CmdID><s:MsgRef>7</s:MsgRef><s:CmdRef>0</s:CmdRef><s:Cmd>SyncHdr</s:Cmd>" chal \
	"<s:Data>200</s:Data></s:Status>"
	(void)state;
	want_insert();
	check(PREFIXED("<s:SyncBody><s:Final/></s:SyncBody>"),
	      PREFIXED("<s:SyncBody>" INSERTED("s:", "1", META_CHAL("s:", "Tm9uY2U=")) "<s:Final/></s:SyncBody>"));
	check(PREFIXED("<s:SyncBody/>"),
	      PREFIXED("<s:SyncBody>" INSERTED("s:", "1", META_CHAL("s:", "Tm9uY2U=")) "</s:SyncBody>"));
	reset(NULL);
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 200, .chal = DM_CHAL_MAC,
					       .nonce_len = 1, .nonce = "a" };
	check(PREFIXED("<s:SyncBody>" P_STATUS("") "</s:SyncBody>"),
	      PREFIXED("<s:SyncBody>" P_STATUS(META_CHAL("s:", "YQ==")) "</s:SyncBody>"));
}

static void keeps_messages_without_namespace(void **state)
{
#define BARE(body) "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody>" body "<Final/></SyncBody></SyncML>"
	(void)state;
	want_insert();
	check_xml(BARE(""), BARE(INSERTED("", "1", META_CHAL("", "Tm9uY2U="))));
}

/* V1 of the standard: Bruce2, OhBehave, nonce "Nonce". */
static const uint8_t digest_v1[DM_CRED_LEN] = {
	0x67, 0x3e, 0x84, 0x8a, 0xf4, 0x77, 0xc9, 0xe6, 0x9a, 0x10, 0xd7, 0x11, 0x37, 0xa9, 0x69, 0x01,
};

#define CRED_V1(p) \
	"<" p "Cred><" p "Meta><Format xmlns=\"syncml:metinf\">b64</Format><Type xmlns=\"syncml:metinf\">" \
	"syncml:auth-md5</Type></" p "Meta><" p "Data>Zz6EivR3yeaaENcRN6lpAQ==</" p "Data></" p "Cred>"

/* In the place of the one that is there, or where one belongs (RepPro 1.2, 6.1.4). */
static void sets_cred(void **state)
{
#define META "<Meta><MaxMsgSize xmlns='syncml:metinf'>77</MaxMsgSize></Meta>"
#define RESP "<RespURI>http://r/</RespURI>"
	(void)state;
	e.set_cred = 1;
	memcpy(e.cred, digest_v1, sizeof(e.cred));
	check(SAMPLE, sample_with(CRED, CRED_V1("")));
	/* which may have to go as well */
	e.remove_cred = 1;
	check(SAMPLE, sample_with(CRED, CRED_V1("")));
	e.remove_cred = 0;
	check(MESSAGE(HDR_FIELDS, "<Final/>"), MESSAGE(HDR_FIELDS CRED_V1(""), "<Final/>"));
	check(MESSAGE(HDR_FIELDS META, "<Final/>"), MESSAGE(HDR_FIELDS CRED_V1("") META, "<Final/>"));
	check(MESSAGE(HDR_FIELDS RESP "<NoResp/>" META, "<Final/>"),
	      MESSAGE(HDR_FIELDS RESP "<NoResp/>" CRED_V1("") META, "<Final/>"));
	check(MESSAGE(HDR_FIELDS RESP, "<Final/>"), MESSAGE(HDR_FIELDS RESP CRED_V1(""), "<Final/>"));
	check("<s:SyncML xmlns:s='" DM_NS "'><s:SyncHdr>" HDR_S "</s:SyncHdr><s:SyncBody/></s:SyncML>",
	      "<s:SyncML xmlns:s='" DM_NS "'><s:SyncHdr>" HDR_S CRED_V1("s:") "</s:SyncHdr><s:SyncBody/></s:SyncML>");
	want_insert();
	e.insert_chal = DM_CHAL_MD5;
	check(MESSAGE(HDR_FIELDS, "<Final/>"), MESSAGE(HDR_FIELDS CRED_V1(""),
	      INSERTED("", "1", CHAL_MD5("Tm9uY2U=")) "<Final/>"));
}

static void asks_for_md5(void **state)
{
	(void)state;
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 212, .chal = DM_CHAL_MD5,
					       .nonce_len = 1, .nonce = "a" };
	check(SAMPLE, sample_with(CHAL("syncml:auth-MAC", "Tm9uY2U="), CHAL_MD5("YQ==")));
}

static void removes_status(void **state)
{
	(void)state;
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_REMOVE, .index = 0 };
	check(SAMPLE, sample_with(STATUS_PARTS("1", "7", "0", "SyncHdr", CHAL("syncml:auth-MAC", "Tm9uY2U=")
					       "<Data>212</Data>"), ""));
	e.status[0].index = 1;
	check(SAMPLE, sample_with(STATUS("2", "7", "1", "Alert", "200"), ""));
	/* the last thing there is */
	e.status[0].index = 0;
	check(MESSAGE(HDR_FIELDS, STATUS("1", "1", "0", "SyncHdr", "200")), MESSAGE(HDR_FIELDS, ""));
}

static void removes_and_inserts_at_one_place(void **state)
{
	(void)state;
	want_insert();
	e.status_count = 2;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_REMOVE, .index = 1 };
	e.status[1] = (struct dm_status_edit){ .op = DM_STATUS_REMOVE, .index = 0 };
	check(MESSAGE(HDR_FIELDS, STATUS("1", "1", "0", "SyncHdr", "200") STATUS("2", "1", "1", "Get", "200") ALERT("3")),
	      MESSAGE(HDR_FIELDS, INSERTED("", "4", META_CHAL("", "Tm9uY2U=")) ALERT("3")));
}

static void sets_code_and_chal(void **state)
{
	const char *old = CHAL("syncml:auth-MAC", "Tm9uY2U=") "<Data>212</Data>";

	(void)state;
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 200 };
	check(SAMPLE, sample_with(old, CHAL("syncml:auth-MAC", "Tm9uY2U=") "<Data>200</Data>"));
	e.status[0].chal = DM_CHAL_REMOVE;
	check(SAMPLE, sample_with(old, "<Data>200</Data>"));
	e.status[0].chal = DM_CHAL_MAC;
	e.status[0].nonce_len = 16;
	memcpy(e.status[0].nonce, "0123456789abcdef", 16);
	check(SAMPLE, sample_with(old, META_CHAL("", "MDEyMzQ1Njc4OWFiY2RlZg==") "<Data>200</Data>"));
	e.status[0].index = 1;
	e.status[0].code = 407;
	check(SAMPLE, sample_with("<Cmd>Alert</Cmd><Data>200</Data>", "<Cmd>Alert</Cmd>"
				  META_CHAL("", "MDEyMzQ1Njc4OWFiY2RlZg==") "<Data>407</Data>"));
	/* removing what is not there */
	e.status[0].chal = DM_CHAL_REMOVE;
	check(SAMPLE, sample_with("<Cmd>Alert</Cmd><Data>200</Data>", "<Cmd>Alert</Cmd><Data>407</Data>"));
}

/* A Cred before the place leaves page 1 in force there. */
static void adds_chal_after_another_page(void **state)
{
#define WITH_CRED(chal, code) MESSAGE(HDR_FIELDS, STATUS_PARTS("1", "7", "0", "SyncHdr", \
	"<Cred><Data>x</Data><Meta><Type xmlns='syncml:metinf'>a</Type></Meta></Cred>" chal "<Data>" code "</Data>"))
	(void)state;
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 401, .chal = DM_CHAL_MAC,
					       .nonce_len = 1, .nonce = "a" };
	check(WITH_CRED("", "200"), WITH_CRED(META_CHAL("", "YQ=="), "401"));
}

static void maps_references(void **state)
{
#define REFS(a, b, c) MESSAGE(HDR_FIELDS, STATUS("1", a, "0", "SyncHdr", "200") STATUS("2", b, "1", "Get", "200") \
	"<Results><CmdID>3</CmdID><MsgRef>" c "</MsgRef></Results><Results><CmdID>4</CmdID></Results>" \
	"<Add><CmdID>5</CmdID><Item><Data><MsgRef>1</MsgRef></Data></Item></Add>")
	(void)state;
	e.map_count = 2;
	e.map[0] = (struct dm_map){ 1, 10 };
	e.map[1] = (struct dm_map){ 10, 1 };
	check(REFS("1", "1", "1"), REFS("10", "10", "10"));
	check(REFS("10", "2", "1"), REFS("1", "2", "10"));
	/* a removed Status has no reference any more */
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_REMOVE };
	check(MESSAGE(HDR_FIELDS, STATUS("1", "1", "0", "SyncHdr", "200") STATUS("2", "1", "1", "Get", "200")),
	      MESSAGE(HDR_FIELDS, STATUS("2", "10", "1", "Get", "200")));
}

static void does_all_at_once(void **state)
{
	const char *wanted =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- package 2 -->\n"
		MESSAGE("<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1A</SessionID><MsgID>5</MsgID>"
			"<Target><LocURI>IMEI:493005100592800</LocURI></Target>"
			"<Source><LocURI>http://dm.example/mgmt</LocURI><LocName>Bruce2</LocName></Source>"
			"\n  <Meta><MaxMsgSize xmlns='syncml:metinf'>5000</MaxMsgSize></Meta>",
			INSERTED("", "7", META_CHAL("", "Tm9uY2U=")) "\n  "
			STATUS_PARTS("1", "8", "0", "SyncHdr", "<Data>200</Data>") "\n"
			"<Results><CmdID>3</CmdID><MsgRef>8</MsgRef><CmdRef>2</CmdRef><Item><Source><LocURI>./a"
			"</LocURI></Source><Data><![CDATA[<x>&amp;]]></Data></Item></Results>"
			"<Replace><CmdID>4</CmdID><Item><Target><LocURI>./b</LocURI></Target>"
			"<Meta><Format xmlns='syncml:metinf'>chr</Format></Meta><Data>v &lt; w</Data></Item></Replace>"
			"<Atomic><CmdID>5</CmdID><Get><CmdID>6</CmdID><Item><Target><LocURI>./c</LocURI></Target>"
			"</Item></Get></Atomic><Final/>");

	(void)state;
	want_insert();
	e.set_msg_id = 5;
	e.remove_cred = 1;
	e.map_count = 1;
	e.map[0] = (struct dm_map){ 7, 8 };
	e.status_count = 2;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 200, .chal = DM_CHAL_REMOVE };
	e.status[1] = (struct dm_status_edit){ .op = DM_STATUS_REMOVE, .index = 1 };
	check(SAMPLE, wanted);
}

/* Foreign content, attributes, CDATA, comments, references: not an octet of it moves. */
static void keeps_foreign_content(void **state)
{
#define FOREIGN(id) \
	MESSAGE("<!-- h --><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>" id "</MsgID>" \
		"<Target><LocURI>t</LocURI></Target><Source><LocURI>s</LocURI></Source>", \
		"<Add><CmdID>1</CmdID><Item><Data><e:EncryptedData xmlns:e='http://www.w3.org/2001/04/xmlenc#' Type = \"a\">" \
		"<e:CipherData a='&#x41;&quot;'/>&#13;\r\n<![CDATA[ ]] ]]><!-- > --></e:EncryptedData></Data></Item></Add>" \
		"\r\n\t<Final></Final><!--b-->")
	(void)state;
	e.set_msg_id = 44;
	check_xml(FOREIGN("3"), FOREIGN("44"));
}

/* String kinds, table, page switches of the untouched rest; and the new number like the old. */
static void keeps_wbxml_octets(void **state)
{
#define WB_HEAD "\x03\x00\x00\x6a\x21-//SYNCML//DTD SyncML 1.2//EN\0s1\0"
#define WB_MESSAGE(id) \
	WB_HEAD "\x6d\x6c\x71\xc3\x03" "1.2\x01\x72\x03" "DM/1.2\0\x01\x65\x83\x1e\x01\x5b" id "\x01" \
	"\x6e\x57\x03" "t\0\x01\x01\x67\x57\x03" "s\0\x01\x01\x01" \
	"\x6b\x45\x4b\x03" "1\0\x01\x54\x5a\x00\x01\x47\x03" "bin\0\x01\x01\x00\x00\x4f\xc3\x04\x00\xff\x01\x7f\x01\x01\x01" \
	"\x12\x01\x01"
	static const struct {
		const char *from;
		size_t from_len;
		const char *to;
		size_t to_len;
	} rows[] = {
		{ WB_MESSAGE("\x03" "9\0"), sizeof(WB_MESSAGE("\x03" "9\0")) - 1,
		  WB_MESSAGE("\x03" "10\0"), sizeof(WB_MESSAGE("\x03" "10\0")) - 1 },
		{ WB_MESSAGE("\xc3\x01" "9"), sizeof(WB_MESSAGE("\xc3\x01" "9")) - 1,
		  WB_MESSAGE("\xc3\x02" "10"), sizeof(WB_MESSAGE("\xc3\x02" "10")) - 1 },
		{ WB_MESSAGE("\x03 \0\xc3\x01" "9"), sizeof(WB_MESSAGE("\x03 \0\xc3\x01" "9")) - 1,
		  WB_MESSAGE("\xc3\x02" "10"), sizeof(WB_MESSAGE("\xc3\x02" "10")) - 1 },
	};
	size_t i, len;

	(void)state;
	e.set_msg_id = 10;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *out = apply(rows[i].from, rows[i].from_len, TYPE_WBXML, &len);

		assert_int_equal(len, rows[i].to_len);
		assert_memory_equal(out, rows[i].to, len);
		free(out);
	}
}

/* A removed element that had switched the page takes its switch along. */
static void mends_code_pages(void **state)
{
#define PG_HDR "\x02\xa4\x01\x6a\x00\x6d\x6c\x71\x03" "1.2\0\x01\x72\x03" "DM/1.2\0\x01\x65\x03" "1\0\x01\x5b\x03" "2\0\x01" \
	"\x6e\x57\x03" "t\0\x01\x01\x67\x57\x03" "s\0\x01\x01"
#define PG_CRED "\x4e\x5a\x00\x01\x53\x03" "a\0\x01\x01"
	/* Meta after Cred; page 1 stays in force from Cred to the MaxMsgSize */
	static const char from[] = PG_HDR PG_CRED "\x00\x00\x4f\x03" "d\0\x01\x01" "\x5a\x00\x01\x4c\x03" "5\0\x01\x01\x01"
		"\x00\x00\x6b\x12\x01\x01";
	static const char to[] = PG_HDR "\x5a\x00\x01\x4c\x03" "5\0\x01\x01\x01" "\x00\x00\x6b\x12\x01\x01";
	/* Chal last in its Status: it ends on page 1, the next Status switches back */
	static const char chal_from[] = PG_HDR "\x01\x6b"
		"\x69\x4b\x03" "1\0\x01\x5c\x03" "1\0\x01\x4c\x03" "0\0\x01\x4a\x03" "SyncHdr\0\x01\x4f\x03" "200\0\x01"
		"\x49\x5a\x00\x01\x53\x03" "syncml:auth-MAC\0\x01\x01\x01\x01\x00\x00\x12\x01\x01";
	static const char chal_to[] = PG_HDR "\x01\x6b"
		"\x69\x4b\x03" "1\0\x01\x5c\x03" "1\0\x01\x4c\x03" "0\0\x01\x4a\x03" "SyncHdr\0\x01\x4f\x03" "200\0\x01"
		"\x01\x12\x01\x01";
	uint8_t *out;
	size_t len;

	(void)state;
	e.remove_cred = 1;
	out = apply(from, sizeof(from) - 1, TYPE_WBXML, &len);
	assert_int_equal(len, sizeof(to) - 1);
	assert_memory_equal(out, to, len);
	free(out);
	reset(NULL);
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_SET, .code = 200, .chal = DM_CHAL_REMOVE };
	out = apply(chal_from, sizeof(chal_from) - 1, TYPE_WBXML, &len);
	assert_int_equal(len, sizeof(chal_to) - 1);
	assert_memory_equal(out, chal_to, len);
	free(out);
}

static void refused(const char *says, int ret)
{
	struct dm_doc *doc = parse_good(SAMPLE, strlen(SAMPLE), TYPE_XML);
	struct dm_error err = { 0 };
	uint8_t *out;
	size_t len;

	assert_int_equal(dm_apply(doc, &e, &out, &len, &err), ret);
	assert_null(out);
	if (!strstr(err.text, says))
		fail_msg("says \"%s\", not \"%s\"", err.text, says);
	dm_doc_free(doc);
}

static void refuses_what_does_not_fit(void **state)
{
	(void)state;
	e.status_count = 1;
	e.status[0] = (struct dm_status_edit){ .op = DM_STATUS_REMOVE, .index = 2 };
	refused("Status 2 in a message that has 2", -EINVAL);
	reset(NULL);
	e.set_msg_id = 1u << 31;
	refused("out of range", -EINVAL);
}

static void refuses_insert_without_a_free_id(void **state)
{
	const char *full = MESSAGE(HDR_FIELDS, ALERT("2147483647"));
	struct dm_doc *doc = parse_good(full, strlen(full), TYPE_XML);
	struct dm_error err;
	uint8_t *out;
	size_t len;

	(void)state;
	want_insert();
	assert_int_equal(dm_apply(doc, &e, &out, &len, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_DM_BAD);
	dm_doc_free(doc);
}

static void refuses_to_grow_over_the_limit(void **state)
{
	static const char head[] = "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Add><CmdID>1</CmdID><Item><Data>";
	static const char tail[] = "</Data></Item></Add></SyncBody></SyncML>";
	char *body = malloc(DM_BODY_MAX);
	struct dm_error err;
	struct dm_doc *doc;
	uint8_t *out;
	size_t len;

	(void)state;
	memset(body, 'v', DM_BODY_MAX);
	memcpy(body, head, sizeof(head) - 1);
	memcpy(body + DM_BODY_MAX - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
	doc = parse_good(body, DM_BODY_MAX, TYPE_XML);
	e.set_msg_id = 10;
	assert_int_equal(dm_apply(doc, &e, &out, &len, &err), -EMSGSIZE);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	e.set_msg_id = 9;
	assert_int_equal(dm_apply(doc, &e, &out, &len, &err), 0);
	assert_int_equal(len, DM_BODY_MAX);
	free(out);
	dm_doc_free(doc);
	free(body);
}

static void edits_valid_checks_everything(void **state)
{
	(void)state;
#define WRONG(change) do { \
		reset(NULL); \
		want_insert(); \
		assert_true(dm_edits_valid(&e)); \
		change; \
		assert_false(dm_edits_valid(&e)); \
	} while (0)
	WRONG(e.set_msg_id = 1u << 31);
	WRONG(e.remove_cred = 2);
	WRONG(e.insert_status = 2);
	WRONG(e.insert_chal = DM_CHAL_KEEP);
	WRONG(e.insert_chal = DM_CHAL_MD5 + 1);
	WRONG(e.set_cred = 2);
	WRONG(e.insert_nonce_len = DM_NONCE_MAX + 1);
	WRONG(e.insert_code = 99);
	WRONG(e.insert_code = 1000);
	WRONG(e.insert_msg_ref = 0);
	WRONG(e.insert_msg_ref = 1u << 31);
	WRONG(memset(e.insert_target_ref, 'a', DM_TEXT_MAX));
	WRONG(memset(e.insert_source_ref, 'a', DM_TEXT_MAX));
	WRONG(e.insert_target_ref[0] = 1);
	WRONG(e.map_count = DM_MAP_MAX + 1);
	WRONG(e.map_count = 1);		/* 0 to 0 */
	WRONG((e.map_count = 1, e.map[0] = (struct dm_map){ 1, 1u << 31 }));
	WRONG((e.map_count = 2, e.map[0] = e.map[1] = (struct dm_map){ 1, 2 }));
	WRONG(e.status_count = DM_STATUS_MAX + 1);
	WRONG((e.status_count = 1, e.status[0].index = DM_STATUS_MAX));
	WRONG(e.status_count = 2);	/* index 0 twice */
	WRONG((e.status_count = 1, e.status[0].op = DM_STATUS_SET + 1));
	WRONG((e.status_count = 1, e.status[0].chal = DM_CHAL_MD5 + 1));
	WRONG((e.status_count = 1, e.status[0].nonce_len = DM_NONCE_MAX + 1));
	WRONG((e.status_count = 1, e.status[0].op = DM_STATUS_SET));	/* code 0 */
	WRONG((e.status_count = 1, e.status[0].op = DM_STATUS_SET, e.status[0].code = 1000));
#undef WRONG
}

/* 512 of everything, all changed: the biggest set of edits there is. */
static void edits_many(void **state)
{
	char *from = malloc(1 << 20), *to = malloc(1 << 20), *p, *q;
	unsigned int i;

	(void)state;
	p = stpcpy(from, "<SyncML xmlns='" DM_NS "'><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody>");
	q = stpcpy(to, "<SyncML xmlns='" DM_NS "'><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody>");
	for (i = 0; i < DM_STATUS_MAX; i++) {
		p += sprintf(p, STATUS("%u", "1", "0", "SyncHdr", "401"), i + 1);
		q += sprintf(q, STATUS_PARTS("%u", "2", "0", "SyncHdr", META_CHAL("", "YWJj") "<Data>200</Data>"), i + 1);
		e.status[i] = (struct dm_status_edit){ .op = DM_STATUS_SET, .index = (uint16_t)(DM_STATUS_MAX - 1 - i),
			.code = 200, .chal = DM_CHAL_MAC, .nonce_len = 3, .nonce = "abc" };
	}
	for (; i < DM_STATUS_MAX + DM_COMMAND_MAX; i++) {
		p += sprintf(p, "<Results><CmdID>%u</CmdID><MsgRef>1</MsgRef></Results>", i + 1);
		q += sprintf(q, "<Results><CmdID>%u</CmdID><MsgRef>2</MsgRef></Results>", i + 1);
	}
	stpcpy(p, "</SyncBody></SyncML>");
	stpcpy(q, "</SyncBody></SyncML>");
	e.status_count = DM_STATUS_MAX;
	e.map_count = 1;
	e.map[0] = (struct dm_map){ 1, 2 };
	check(from, to);
	free(from);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup(test, reset)
		T(no_edit_changes_nothing),
		T(edit_to_what_is_there_changes_nothing),
		T(odd_forms_stay),
		T(sets_msg_id),
		T(removes_cred),
		T(inserts_status_first),
		T(inserts_into_empty_body),
		T(follows_prefixes),
		T(keeps_messages_without_namespace),
		T(sets_cred), T(asks_for_md5), T(removes_status),
		T(removes_and_inserts_at_one_place),
		T(sets_code_and_chal),
		T(adds_chal_after_another_page),
		T(maps_references),
		T(does_all_at_once),
		T(keeps_foreign_content),
		T(keeps_wbxml_octets),
		T(mends_code_pages),
		T(refuses_what_does_not_fit),
		T(refuses_insert_without_a_free_id),
		T(refuses_to_grow_over_the_limit),
		T(edits_valid_checks_everything),
		T(edits_many),
	};

	dm_init();
	return cmocka_run_group_tests_name("edits", tests, NULL, NULL);
}
