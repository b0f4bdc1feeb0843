// SPDX-License-Identifier: GPL-2.0
/*
 * Facts of DM messages: what is read, and every kind of message that is no DM
 * message. Each row runs as XML and, where WBXML can say the same, as WBXML.
 */
#include "dm_samples.h"

#define FIELD(name, text) "<" name ">" text "</" name ">"
#define VERDTD FIELD("VerDTD", "1.2")
#define VERPROTO FIELD("VerProto", "DM/1.2")
#define SESSION FIELD("SessionID", "1A")
#define MSGID FIELD("MsgID", "2")
#define TARGET "<Target><LocURI>t</LocURI></Target>"
#define SOURCE "<Source><LocURI>s</LocURI></Source>"
#define FINAL "<Final/>"
#define H(fields) MESSAGE(fields, FINAL)
#define S(body) MESSAGE(HDR_FIELDS, body)
#define FORMAT(format) "<Format xmlns='syncml:metinf'>" format "</Format>"
#define TYPE(type) "<Type xmlns='syncml:metinf'>" type "</Type>"
#define NONCE(nonce) "<NextNonce xmlns='syncml:metinf'>" nonce "</NextNonce>"
#define ST(parts) S(STATUS_PARTS("1", "7", "0", "SyncHdr", parts) FINAL)
#define X64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define X255 X64 X64 X64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define CODE(code) "<Data>" code "</Data>"

struct bad {
	const char *name, *body, *says;
};

static const struct bad bad[] = {
	{ "refuses_no_header", ROOT("<SyncBody><Final/></SyncBody>"), "SyncML without SyncHdr" },
	{ "refuses_no_body", ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr>"), "SyncML without SyncBody" },
	{ "refuses_empty_root", ROOT(""), "SyncML without SyncHdr" },
	{ "refuses_two_headers", ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncHdr>" HDR_FIELDS "</SyncHdr>"
	  "<SyncBody><Final/></SyncBody>"), "second SyncHdr" },
	{ "refuses_two_bodies", ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Final/></SyncBody>"
	  "<SyncBody><Final/></SyncBody>"), "second SyncBody" },
	{ "refuses_body_before_header", ROOT("<SyncBody><Final/></SyncBody><SyncHdr>" HDR_FIELDS "</SyncHdr>"),
	  "before SyncHdr" },
	{ "refuses_stranger_beside_header", ROOT("<Status/><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody/>"),
	  "Status does not belong in SyncML" },
	{ "refuses_text_beside_header", ROOT("x<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody/>"), "text in SyncML" },
	{ "refuses_no_verdtd", H(VERPROTO SESSION MSGID TARGET SOURCE), "SyncHdr without VerDTD" },
	{ "refuses_no_verproto", H(VERDTD SESSION MSGID TARGET SOURCE), "SyncHdr without VerProto" },
	{ "refuses_no_session", H(VERDTD VERPROTO MSGID TARGET SOURCE), "SyncHdr without SessionID" },
	{ "refuses_no_msgid", H(VERDTD VERPROTO SESSION TARGET SOURCE), "SyncHdr without MsgID" },
	{ "refuses_no_target", H(VERDTD VERPROTO SESSION MSGID SOURCE), "SyncHdr without Target" },
	{ "refuses_no_source", H(VERDTD VERPROTO SESSION MSGID TARGET), "SyncHdr without Source" },
	{ "refuses_two_verdtd", H(VERDTD HDR_FIELDS), "second VerDTD" },
	{ "refuses_two_verproto", H(VERPROTO HDR_FIELDS), "second VerProto" },
	{ "refuses_two_sessions", H(SESSION HDR_FIELDS), "second SessionID" },
	{ "refuses_two_msgids", H(HDR_FIELDS MSGID), "second MsgID" },
	{ "refuses_two_targets", H(HDR_FIELDS TARGET), "second Target" },
	{ "refuses_two_sources", H(HDR_FIELDS SOURCE), "second Source" },
	{ "refuses_two_respuris", H(HDR_FIELDS FIELD("RespURI", "a") FIELD("RespURI", "a")), "second RespURI" },
	{ "refuses_two_creds", H(HDR_FIELDS CRED CRED), "second Cred" },
	{ "refuses_two_metas", H(HDR_FIELDS "<Meta/><Meta/>"), "second Meta" },
	{ "refuses_two_noresps", H(HDR_FIELDS "<NoResp/><NoResp/>"), "second NoResp" },
	{ "refuses_status_in_header", H(HDR_FIELDS "<Status/>"), "Status does not belong in SyncHdr" },
	{ "refuses_metinf_in_header", H(HDR_FIELDS TYPE("x")), "Type does not belong in SyncHdr" },
	{ "refuses_text_in_header", H("x" HDR_FIELDS), "text in SyncHdr" },
	{ "refuses_element_in_leaf", H(VERDTD VERPROTO SESSION "<MsgID>2<Data/></MsgID>" TARGET SOURCE),
	  "Data in MsgID" },
	{ "refuses_ds_protocol", H(VERDTD FIELD("VerProto", "SyncML/1.2") SESSION MSGID TARGET SOURCE), "VerProto" },
	{ "refuses_dm_2", H(VERDTD FIELD("VerProto", "DM/2.0") SESSION MSGID TARGET SOURCE), "VerProto" },
	{ "refuses_empty_verproto", H(VERDTD "<VerProto/>" SESSION MSGID TARGET SOURCE), "VerProto" },
	{ "refuses_verdtd_1_0", H(FIELD("VerDTD", "1.0") VERPROTO SESSION MSGID TARGET SOURCE), "VerDTD" },
	{ "refuses_msgid_zero", H(VERDTD VERPROTO SESSION FIELD("MsgID", "0") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_negative", H(VERDTD VERPROTO SESSION FIELD("MsgID", "-1") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_signed", H(VERDTD VERPROTO SESSION FIELD("MsgID", "+1") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_with_slash", H(VERDTD VERPROTO SESSION FIELD("MsgID", "1/") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_hex", H(VERDTD VERPROTO SESSION FIELD("MsgID", "0x1") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_octal", H(VERDTD VERPROTO SESSION FIELD("MsgID", "012") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_with_blank", H(VERDTD VERPROTO SESSION FIELD("MsgID", "1 2") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_over_31_bits", H(VERDTD VERPROTO SESSION FIELD("MsgID", "2147483648") TARGET SOURCE),
	  "MsgID is not" },
	{ "refuses_msgid_over_64_bits",
	  H(VERDTD VERPROTO SESSION FIELD("MsgID", "18446744073709551617") TARGET SOURCE), "MsgID is not" },
	{ "refuses_msgid_empty", H(VERDTD VERPROTO SESSION "<MsgID/>" TARGET SOURCE), "MsgID is not" },
	{ "refuses_session_empty", H(VERDTD VERPROTO "<SessionID> </SessionID>" MSGID TARGET SOURCE),
	  "SessionID is empty" },
	{ "refuses_session_of_256", H(VERDTD VERPROTO FIELD("SessionID", X255 "a") MSGID TARGET SOURCE),
	  "SessionID is over 255" },
	{ "refuses_session_with_line_end", H(VERDTD VERPROTO FIELD("SessionID", "1\n2") MSGID TARGET SOURCE),
	  "control characters" },
	{ "refuses_delete_character", H(VERDTD VERPROTO FIELD("SessionID", "1\x7f") MSGID TARGET SOURCE),
	  "control characters" },
	{ "refuses_target_without_uri", H(VERDTD VERPROTO SESSION MSGID "<Target><LocName>x</LocName></Target>"
	  SOURCE), "Target without LocURI" },
	{ "refuses_target_of_text", H(VERDTD VERPROTO SESSION MSGID "<Target>x</Target>" SOURCE), "text in Target" },
	{ "refuses_source_with_two_uris", H(VERDTD VERPROTO SESSION MSGID TARGET
	  "<Source><LocURI>a</LocURI><LocURI>b</LocURI></Source>"), "second LocURI" },
	{ "refuses_source_with_two_names", H(VERDTD VERPROTO SESSION MSGID TARGET
	  "<Source><LocURI>a</LocURI><LocName>b</LocName><LocName>b</LocName></Source>"), "second LocName" },
	{ "refuses_empty_uri", H(VERDTD VERPROTO SESSION MSGID TARGET "<Source><LocURI/></Source>"),
	  "LocURI is empty" },
	{ "refuses_filter_in_target", H(VERDTD VERPROTO SESSION MSGID
	  "<Target><LocURI>a</LocURI><Filter/></Target>" SOURCE), "Filter does not belong in Target" },
	{ "refuses_cred_without_data", H(HDR_FIELDS "<Cred><Meta/></Cred>"), "Cred without Data" },
	{ "refuses_cred_with_two_types", H(HDR_FIELDS "<Cred><Meta>" TYPE("a") TYPE("b") "</Meta><Data/></Cred>"),
	  "second Type" },
	{ "refuses_stranger_in_cred", H(HDR_FIELDS "<Cred><Data/><Item/></Cred>"), "Item does not belong in Cred" },
	{ "refuses_maxmsgsize_of_text", H(HDR_FIELDS
	  "<Meta><MaxMsgSize xmlns='syncml:metinf'>big</MaxMsgSize></Meta>"), "MaxMsgSize is not" },
	{ "refuses_two_maxmsgsizes", H(HDR_FIELDS "<Meta><MaxMsgSize xmlns='syncml:metinf'>1</MaxMsgSize>"
	  "<MaxMsgSize xmlns='syncml:metinf'>2</MaxMsgSize></Meta>"), "second MaxMsgSize" },
	{ "refuses_command_after_final", S(FINAL ALERT("1")), "Alert after Final" },
	{ "refuses_two_finals", S(FINAL FINAL), "Final after Final" },
	{ "refuses_final_with_text", S("<Final>x</Final>"), "Final is over 0 octets" },
	{ "refuses_final_with_element", S("<Final><Exec/></Final>"), "Exec in Final" },
	{ "refuses_stranger_in_body", S("<Item/>" FINAL), "Item does not belong in SyncBody" },
	{ "refuses_header_in_body", S("<SyncHdr>" HDR_FIELDS "</SyncHdr>" FINAL), "SyncHdr does not belong" },
	{ "refuses_metinf_in_body", S(TYPE("x") FINAL), "Type does not belong in SyncBody" },
	{ "refuses_text_in_body", S("x" FINAL), "text in SyncBody" },
	{ "refuses_command_without_id", S("<Alert><Data>1200</Data></Alert>"), "Alert without CmdID" },
	{ "refuses_command_with_two_ids", S("<Alert><CmdID>1</CmdID><CmdID>2</CmdID></Alert>"), "second CmdID" },
	{ "refuses_command_id_zero", S("<Alert><CmdID>0</CmdID></Alert>"), "CmdID is not" },
	{ "refuses_text_in_command", S("<Alert>x<CmdID>1</CmdID></Alert>"), "text in Alert" },
	{ "refuses_msgref_in_add", S("<Add><CmdID>1</CmdID><MsgRef>1</MsgRef></Add>"), "MsgRef does not belong in Add" },
	{ "refuses_results_with_bad_msgref", S("<Results><CmdID>1</CmdID><MsgRef>x</MsgRef></Results>"),
	  "MsgRef is not" },
	{ "refuses_status_in_atomic", S("<Atomic><CmdID>1</CmdID>" STATUS("2", "1", "0", "SyncHdr", "200") "</Atomic>"),
	  "Status inside Atomic" },
	{ "refuses_results_in_sequence", S("<Sequence><CmdID>1</CmdID><Results><CmdID>2</CmdID></Results></Sequence>"),
	  "Results inside Sequence" },
	{ "refuses_final_in_atomic", S("<Atomic><CmdID>1</CmdID><Final/></Atomic>"), "Final does not belong in Atomic" },
	{ "refuses_stranger_in_atomic", S("<Atomic><CmdID>1</CmdID><Item/></Atomic>"), "Item does not belong in Atomic" },
	{ "refuses_text_in_atomic", S("<Atomic><CmdID>1</CmdID>x</Atomic>"), "text in Atomic" },
	{ "refuses_nested_without_id", S("<Atomic><CmdID>1</CmdID><Sequence><CmdID>2</CmdID><Get/></Sequence></Atomic>"),
	  "Get without CmdID" },
	{ "refuses_status_without_id", S("<Status><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>" CODE("200")
	  "</Status>"), "Status without CmdID" },
	{ "refuses_status_without_msgref", S("<Status><CmdID>1</CmdID><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>" CODE("200")
	  "</Status>"), "Status without MsgRef" },
	{ "refuses_status_without_cmdref", S("<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><Cmd>SyncHdr</Cmd>" CODE("200")
	  "</Status>"), "Status without CmdRef" },
	{ "refuses_status_without_cmd", S("<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef>" CODE("200")
	  "</Status>"), "Status without Cmd" },
	{ "refuses_status_without_data", ST(""), "Status without Data" },
	{ "refuses_status_with_two_data", ST(CODE("200") CODE("200")), "second Data" },
	{ "refuses_status_with_two_chals", ST(CHAL("syncml:auth-MAC", "") CHAL("syncml:auth-MAC", "") CODE("401")),
	  "second Chal" },
	{ "refuses_code_99", ST(CODE("99")), "Data is not a number from 100" },
	{ "refuses_code_1000", ST(CODE("1000")), "code from 100 to 999" },
	{ "refuses_code_of_text", ST(CODE("OK")), "Data is not a number" },
	{ "refuses_msgref_zero", S(STATUS("1", "0", "0", "SyncHdr", "200")), "MsgRef is not" },
	{ "refuses_empty_cmd", S(STATUS("1", "1", "0", " ", "200")), "Cmd is empty" },
	{ "refuses_stranger_in_status", ST(CODE("200") "<Exec/>"), "Exec does not belong in Status" },
	{ "refuses_chal_without_meta", ST("<Chal/>" CODE("401")), "Chal without Meta" },
	{ "refuses_chal_without_type", ST("<Chal><Meta>" FORMAT("b64") "</Meta></Chal>" CODE("401")),
	  "Meta without Type" },
	{ "refuses_chal_with_two_nonces", ST("<Chal><Meta>" TYPE("syncml:auth-MAC") NONCE("YQ==") NONCE("Yg==")
	  "</Meta></Chal>" CODE("401")), "second NextNonce" },
	{ "refuses_mac_nonce_not_base64", ST(CHAL("syncml:auth-MAC", "not base64!") CODE("401")), "NextNonce is not" },
	{ "refuses_mac_nonce_unpadded", ST(CHAL("syncml:auth-MAC", "YQ") CODE("401")), "NextNonce is not" },
	{ "refuses_mac_nonce_cut_short", ST(CHAL("syncml:auth-MAC", "YWJjAA") CODE("401")), "NextNonce is not" },
	{ "refuses_mac_nonce_dirty_padding", ST(CHAL("syncml:auth-MAC", "YR==") CODE("401")), "NextNonce is not" },
	{ "refuses_mac_nonce_with_inner_padding", ST(CHAL("syncml:auth-MAC", "YQ==YQ==") CODE("401")),
	  "NextNonce is not" },
	{ "refuses_mac_nonce_of_65", ST(CHAL("syncml:auth-MAC",
	  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=") CODE("401")),
	  "NextNonce is not" },
	{ "refuses_mac_nonce_in_other_format", ST("<Chal><Meta>" TYPE("syncml:auth-MAC") FORMAT("chr") NONCE("YQ==")
	  "</Meta></Chal>" CODE("401")), "not b64" },
};

/* What WBXML cannot say. */
static const struct bad bad_xml[] = {
	{ "refuses_other_root", "<SyncHdr xmlns='" DM_NS "'/>", "root is SyncHdr" },
	{ "refuses_root_without_meaning", "<html/>", "root is foreign element" },
	{ "refuses_root_of_other_namespace", "<SyncML xmlns='urn:x'/>", "root is foreign element" },
	{ "refuses_syncml_under_other_root", "<x xmlns='urn:x'>" MESSAGE(HDR_FIELDS, FINAL) "</x>",
	  "root is foreign element" },
	{ "refuses_metinf_root", "<MetInf xmlns='syncml:metinf'/>", "root is MetInf" },
	{ "refuses_foreign_beside_header", ROOT("<SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody/><Signature/>"),
	  "foreign element does not belong in SyncML" },
	{ "refuses_foreign_in_header", H(HDR_FIELDS "<f:MsgID xmlns:f='urn:f'>3</f:MsgID>"),
	  "foreign element does not belong in SyncHdr" },
	{ "refuses_other_syncml_in_header", H(HDR_FIELDS "<RespURI xmlns='SYNCML:SYNCML1.1'>x</RespURI>"),
	  "foreign element does not belong in SyncHdr" },
	{ "refuses_field_without_namespace", H(HDR_FIELDS "<RespURI xmlns=''>x</RespURI>"),
	  "foreign element does not belong in SyncHdr" },
	{ "refuses_attribute_in_header", H(VERDTD VERPROTO SESSION "<MsgID a='1'>2</MsgID>" TARGET SOURCE),
	  "attribute on MsgID" },
	{ "refuses_attribute_on_root", "<SyncML a='b'/>", "attribute on SyncML" },
	{ "refuses_comment_in_leaf", H(VERDTD VERPROTO SESSION "<MsgID>1<!-- -->2</MsgID>" TARGET SOURCE),
	  "comment inside MsgID" },
	{ "refuses_foreign_in_body", S("<f:Exec xmlns:f='urn:f'><CmdID>1</CmdID></f:Exec>" FINAL),
	  "foreign element does not belong in SyncBody" },
	{ "refuses_attribute_on_command", S("<Alert a='b'><CmdID>1</CmdID></Alert>"), "attribute on Alert" },
	{ "refuses_foreign_in_command", S("<Alert><CmdID>1</CmdID><f:x xmlns:f='urn:f'/></Alert>"),
	  "foreign element does not belong in Alert" },
	{ "refuses_foreign_in_status", ST(CODE("200") "<f:Chal xmlns:f='urn:f'/>"),
	  "foreign element does not belong in Status" },
};

static void refused_as(const void *body, size_t len, const char *type, const char *says)
{
	char *copy = exact_copy(body, len);
	struct dm_error err;
	struct dm_doc *doc;

	assert_int_equal(parse(copy, len, type, &doc, &err), -EBADMSG);
	assert_null(doc);
	assert_int_equal(err.reason, OMASEC_REASON_DM_BAD);
	if (!strstr(err.text, says))
		fail_msg("says \"%s\", not \"%s\"", err.text, says);
	free(copy);
}

static void is_refused(void **state)
{
	const struct bad *row = *state;
	uint8_t *wbxml;
	size_t len;

	refused_as(row->body, strlen(row->body), TYPE_XML, row->says);
	wbxml = recode(row->body, strlen(row->body), DM_WBXML, &len);
	assert_non_null(wbxml);
	refused_as(wbxml, len, TYPE_WBXML, row->says);
	free(wbxml);
}

static void is_refused_as_xml(void **state)
{
	const struct bad *row = *state;

	refused_as(row->body, strlen(row->body), TYPE_XML, row->says);
}

static void facts_of(const void *body, size_t len, const char *type, struct dm_facts *f)
{
	struct dm_doc *doc = parse_good(body, len, type);
	struct dm_error err;

	assert_int_equal(dm_extract(doc, f, &err), 0);
	assert_true(dm_facts_valid(f));
	dm_doc_free(doc);
}

/* The facts of XML; and those of the same as WBXML have to be the same. */
static struct dm_facts *facts(const char *body)
{
	static struct dm_facts f, g;
	uint8_t *wbxml;
	size_t len;

	memset(&f, 0xa5, sizeof(f));
	memset(&g, 0x5a, sizeof(g));
	facts_of(body, strlen(body), TYPE_XML, &f);
	assert_int_equal(f.encoding, DM_XML);
	assert_int_equal(f.length, strlen(body));
	wbxml = recode(body, strlen(body), DM_WBXML, &len);
	assert_non_null(wbxml);
	facts_of(wbxml, len, TYPE_WBXML, &g);
	free(wbxml);
	assert_int_equal(g.encoding, DM_WBXML);
	assert_int_equal(g.length, len);
	g.encoding = f.encoding;
	g.length = f.length;
	assert_memory_equal(&f, &g, sizeof(f));
	return &f;
}

static void reads_the_sample(void **state)
{
	const struct dm_facts *f = facts(SAMPLE);

	(void)state;
	assert_int_equal(f->version, 12);
	assert_string_equal(f->session_id, "1A");
	assert_int_equal(f->msg_id, 2);
	assert_string_equal(f->source, "http://dm.example/mgmt");
	assert_string_equal(f->source_name, "Bruce2");
	assert_string_equal(f->target, "IMEI:493005100592800");
	assert_string_equal(f->target_name, "");
	assert_string_equal(f->resp_uri, "");
	assert_int_equal(f->no_resp, 0);
	assert_int_equal(facts(H(HDR_FIELDS "<NoResp/>"))->no_resp, 1);
	f = facts(SAMPLE);
	assert_int_equal(f->has_cred, 1);
	assert_int_equal(f->cred_type, DM_AUTH_MD5);
	assert_int_equal(f->max_msg_size, 5000);
	assert_int_equal(f->max_cmd_id, 6);
	assert_int_equal(f->final, 1);
	assert_int_equal(f->status_count, 2);
	assert_int_equal(f->status[0].cmd_id, 1);
	assert_int_equal(f->status[0].msg_ref, 7);
	assert_int_equal(f->status[0].cmd_ref, 0);
	assert_int_equal(f->status[0].code, 212);
	assert_int_equal(f->status[0].cmd, DM_CMD_SYNCHDR);
	assert_int_equal(f->status[0].has_chal, 1);
	assert_int_equal(f->status[0].chal_type, DM_AUTH_MAC);
	assert_int_equal(f->status[0].has_chal_nonce, 1);
	assert_int_equal(f->status[0].chal_nonce_len, 5);
	assert_memory_equal(f->status[0].nonce, "Nonce", 5);
	assert_int_equal(f->status[1].cmd, DM_CMD_ALERT);
	assert_int_equal(f->status[1].cmd_ref, 1);
	assert_int_equal(f->status[1].has_chal, 0);
	assert_int_equal(f->command_count, 4);
	assert_int_equal(f->command[0].cmd, DM_CMD_RESULTS);
	assert_int_equal(f->command[1].cmd, DM_CMD_REPLACE);
	assert_int_equal(f->command[2].cmd, DM_CMD_ATOMIC);
	assert_int_equal(f->command[2].depth, 0);
	assert_int_equal(f->command[3].cmd, DM_CMD_GET);
	assert_int_equal(f->command[3].depth, 1);
	assert_int_equal(f->command[3].cmd_id, 6);
}

static void reads_versions(void **state)
{
	(void)state;
	assert_int_equal(facts(H(FIELD("VerDTD", "1.1") FIELD("VerProto", "DM/1.1") SESSION MSGID TARGET SOURCE))
			 ->version, 11);
	assert_int_equal(facts(H(VERDTD VERPROTO SESSION MSGID TARGET SOURCE))->version, 12);
	assert_int_equal(facts(H(FIELD("VerDTD", "1.3") FIELD("VerProto", "DM/1.3") SESSION MSGID TARGET SOURCE))
			 ->version, 13);
	assert_int_equal(facts(H(FIELD("VerDTD", "1.2") FIELD("VerProto", "DM/1.3") SESSION MSGID TARGET SOURCE))
			 ->version, 13);
}

static void cuts_outer_white_space(void **state)
{
	const struct dm_facts *f = facts(H(VERDTD VERPROTO "<SessionID>\n\t 1A </SessionID><MsgID> 2\r\n</MsgID>"
		"<Target><LocURI> a b </LocURI></Target>" SOURCE));

	(void)state;
	assert_string_equal(f->session_id, "1A");
	assert_int_equal(f->msg_id, 2);
	assert_string_equal(f->target, "a b");
}

static void takes_texts_up_to_their_limit(void **state)
{
	const struct dm_facts *f = facts(H(VERDTD VERPROTO FIELD("SessionID", X255 "\n  ")
		FIELD("MsgID", "2147483647") "<Target><LocURI>" X255 "</LocURI><LocName>" X255 "</LocName></Target>"
		"<Source><LocURI>s</LocURI></Source>" FIELD("RespURI", X255)));

	(void)state;
	assert_string_equal(f->session_id, X255);
	assert_string_equal(f->target, X255);
	assert_string_equal(f->target_name, X255);
	assert_string_equal(f->resp_uri, X255);
	assert_int_equal(f->msg_id, INT32_MAX);
}

static void reads_any_order_and_cdata(void **state)
{
	const struct dm_facts *f = facts(H(SOURCE TARGET "<MsgID><![CDATA[3]]></MsgID>" SESSION VERPROTO VERDTD));

	(void)state;
	assert_int_equal(f->msg_id, 3);
	assert_int_equal(f->final, 1);
}

static void reads_auth_types(void **state)
{
	static const struct {
		const char *type;
		enum dm_auth auth;
	} rows[] = {
		{ "syncml:auth-basic", DM_AUTH_BASIC }, { "syncml:auth-md5", DM_AUTH_MD5 },
		{ "syncml:auth-MD5", DM_AUTH_MD5 }, { "syncml:auth-MAC", DM_AUTH_MAC },
		{ "syncml:auth-mac", DM_AUTH_MAC }, { "syncml:auth-X509", DM_AUTH_OTHER },
		{ "auth-MAC", DM_AUTH_OTHER },
	};
	const struct dm_facts *f;
	char text[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), MESSAGE(HDR_FIELDS "<Cred><Meta>" TYPE("%s") "</Meta><Data>x</Data></Cred>",
			STATUS_PARTS("1", "7", "0", "SyncHdr", "<Chal><Meta>" TYPE("%s") "</Meta></Chal>" CODE("401"))),
			rows[i].type, rows[i].type);
		f = facts(text);
		assert_int_equal(f->cred_type, rows[i].auth);
		assert_int_equal(f->status[0].chal_type, rows[i].auth);
		assert_int_equal(f->status[0].has_chal_nonce, 0);
	}
	f = facts(H(HDR_FIELDS "<Cred><Data>x</Data></Cred>"));
	assert_int_equal(f->has_cred, 1);
	assert_int_equal(f->cred_type, DM_AUTH_OTHER);
}

static void reads_nonces(void **state)
{
	const struct dm_facts *f;

	(void)state;
	f = facts(ST(CHAL("syncml:auth-MAC", "") CODE("200")));
	assert_int_equal(f->status[0].has_chal_nonce, 1);
	assert_int_equal(f->status[0].chal_nonce_len, 0);
	f = facts(ST(CHAL("syncml:auth-MAC", "\n AAAAAA== ") CODE("200")));
	assert_int_equal(f->status[0].chal_nonce_len, 4);
	assert_memory_equal(f->status[0].nonce, "\0\0\0\0", 4);
	f = facts(ST(CHAL("syncml:auth-MAC",
		"////////////////////////////////////////////////////////////////////////////////////+w==") CODE("200")));
	assert_int_equal(f->status[0].chal_nonce_len, 64);
	assert_int_equal(f->status[0].nonce[63], 0xfb);
	/* other types are the application's business, whatever they hold */
	f = facts(ST(CHAL("syncml:auth-md5", "!!") CODE("401")));
	assert_int_equal(f->status[0].chal_type, DM_AUTH_MD5);
	assert_int_equal(f->status[0].has_chal_nonce, 0);
	f = facts(ST(CHAL("syncml:auth-md5", "Tm9uY2U=") CODE("401")));
	assert_int_equal(f->status[0].has_chal_nonce, 1);
	assert_int_equal(f->status[0].chal_nonce_len, 5);
	assert_memory_equal(f->status[0].nonce, "Nonce", 5);
	f = facts(ST("<Chal><Meta>" TYPE("syncml:auth-md5") "<Format>bin</Format>" NONCE("YQ==") "</Meta></Chal>" CODE("401")));
	assert_int_equal(f->status[0].has_chal_nonce, 0);
	/* no Format: Base64 is the rule */
	f = facts(ST("<Chal><Meta>" TYPE("syncml:auth-MAC") NONCE("YQ==") "</Meta></Chal>" CODE("401")));
	assert_int_equal(f->status[0].chal_nonce_len, 1);
}

/* What cannot be read is none, and no reason to refuse what the application may read. */
static void reads_digests(void **state)
{
#define DIGEST(type, format, data) \
	H(HDR_FIELDS "<Cred><Meta>" TYPE(type) format "</Meta><Data>" data "</Data></Cred>")
#define B64 "<Format xmlns='syncml:metinf'>b64</Format>"
	static const char *const none[] = {
		DIGEST("syncml:auth-basic", B64, "Zz6EivR3yeaaENcRN6lpAQ=="),
		DIGEST("syncml:auth-md5", "<Format xmlns='syncml:metinf'>bin</Format>", "Zz6EivR3yeaaENcRN6lpAQ=="),
		DIGEST("syncml:auth-md5", B64, "Zz6EivR3yeaaENcRN6lp"),
		DIGEST("syncml:auth-md5", B64, "Zz6EivR3yeaaENcRN6lpAQEB"),
		DIGEST("syncml:auth-md5", B64, "Zz6EivR3yeaaENcRN6lpAQ="),
		DIGEST("syncml:auth-md5", B64, ""),
		H(HDR_FIELDS "<Cred><Data>Zz6EivR3yeaaENcRN6lpAQ==</Data></Cred>"),
		H(HDR_FIELDS),
	};
	const struct dm_facts *f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(facts(none[i])->has_digest, 0);
	for (i = 0; i < 2; i++) {
		f = facts(i ? DIGEST("syncml:auth-MD5", "", "\n Zz6EivR3yeaaENcRN6lpAQ== ") :
			  DIGEST("syncml:auth-md5", B64, "Zz6EivR3yeaaENcRN6lpAQ=="));
		assert_int_equal(f->has_digest, 1);
		assert_memory_equal(f->digest, "\x67\x3e\x84\x8a\xf4\x77\xc9\xe6\x9a\x10\xd7\x11\x37\xa9\x69\x01",
				    DM_CRED_LEN);
	}
}

static void takes_metinf_without_namespace(void **state)
{
	const struct dm_facts *f = facts(ST("<Chal><Meta><Type>syncml:auth-MAC</Type><NextNonce>YQ==</NextNonce>"
					    "</Meta></Chal>" CODE("401")));

	(void)state;
	assert_int_equal(f->status[0].chal_type, DM_AUTH_MAC);
	assert_int_equal(f->status[0].chal_nonce_len, 1);
	f = facts("<SyncML><SyncHdr>" HDR_FIELDS "<Meta><MaxMsgSize>77</MaxMsgSize></Meta></SyncHdr>"
		  "<SyncBody><Final/></SyncBody></SyncML>");
	assert_int_equal(f->max_msg_size, 77);
}

static void knows_commands(void **state)
{
	static const struct {
		const char *name;
		enum dm_cmd cmd;
	} rows[] = {
		{ "Add", DM_CMD_ADD }, { "Alert", DM_CMD_ALERT }, { "Atomic", DM_CMD_ATOMIC }, { "Copy", DM_CMD_COPY },
		{ "Delete", DM_CMD_DELETE }, { "Exec", DM_CMD_EXEC }, { "Get", DM_CMD_GET },
		{ "Replace", DM_CMD_REPLACE }, { "Results", DM_CMD_RESULTS }, { "Sequence", DM_CMD_SEQUENCE },
		{ "Map", DM_CMD_MAP }, { "Move", DM_CMD_MOVE }, { "Put", DM_CMD_PUT }, { "Search", DM_CMD_SEARCH },
		{ "Sync", DM_CMD_SYNC },
	};
	const struct dm_facts *f;
	char text[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), S(STATUS("1", "7", "3", "%s", "200")
			"<%s><CmdID>2</CmdID><NoResp/></%s>"), rows[i].name, rows[i].name, rows[i].name);
		f = facts(text);
		assert_int_equal(f->status[0].cmd, rows[i].cmd);
		assert_int_equal(f->command[0].cmd, rows[i].cmd);
		assert_int_equal(f->command[0].no_resp, 1);
		assert_int_equal(f->final, 0);
	}
	f = facts(S(STATUS("1", "7", "3", "Frobnicate", "200")));
	assert_int_equal(f->status[0].cmd, DM_CMD_OTHER);
}

static void walks_nested_commands(void **state)
{
	const struct dm_facts *f = facts(S("<Sequence><CmdID>1</CmdID><Atomic><CmdID>2</CmdID><Meta/>\n"
		"<Add><CmdID>3</CmdID></Add><Sequence><CmdID>4</CmdID></Sequence></Atomic><Get><CmdID>9</CmdID></Get>"
		"</Sequence><Exec><CmdID>6</CmdID></Exec>" FINAL));
	static const struct dm_command wanted[] = {
		{ 1, DM_CMD_SEQUENCE, 0, 0 }, { 2, DM_CMD_ATOMIC, 1, 0 }, { 3, DM_CMD_ADD, 2, 0 },
		{ 4, DM_CMD_SEQUENCE, 2, 0 }, { 9, DM_CMD_GET, 1, 0 }, { 6, DM_CMD_EXEC, 0, 0 },
	};
	size_t i;

	(void)state;
	assert_int_equal(f->command_count, 6);
	assert_int_equal(f->max_cmd_id, 9);
	for (i = 0; i < 6; i++) {
		assert_int_equal(f->command[i].cmd_id, wanted[i].cmd_id);
		assert_int_equal(f->command[i].cmd, wanted[i].cmd);
		assert_int_equal(f->command[i].depth, wanted[i].depth);
	}
}

/* Status and commands inside Data are data. */
static void does_not_look_into_data(void **state)
{
	const struct dm_facts *f = facts(S("<Add><CmdID>1</CmdID><Item><Data>" STATUS("8", "1", "0", "SyncHdr", "200")
		"<Exec><CmdID>9</CmdID></Exec><SyncHdr><MsgID>9</MsgID></SyncHdr></Data></Item></Add>" FINAL));

	(void)state;
	assert_int_equal(f->status_count, 0);
	assert_int_equal(f->command_count, 1);
	assert_int_equal(f->max_cmd_id, 1);
	assert_int_equal(f->msg_id, 2);
}

static void counts_are_limited(void **state)
{
	char *text = malloc(256 * 1024), *p;
	struct dm_facts f;
	unsigned int extra, i;

	(void)state;
	for (extra = 0; extra < 2; extra++) {
		p = stpcpy(text, "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody>");
		for (i = 0; i < DM_STATUS_MAX + extra; i++)
			p += sprintf(p, STATUS("%u", "1", "0", "SyncHdr", "200"), i + 1);
		stpcpy(p, "</SyncBody></SyncML>");
		if (extra)
			refused_as(text, strlen(text), TYPE_XML, "over 512 Status");
		else
			facts_of(text, strlen(text), TYPE_XML, &f);
		p = stpcpy(text, "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody>");
		for (i = 0; i < DM_COMMAND_MAX + extra; i++)
			p += sprintf(p, "<Get><CmdID>%u</CmdID></Get>", i + 1);
		stpcpy(p, "</SyncBody></SyncML>");
		if (extra)
			refused_as(text, strlen(text), TYPE_XML, "over 512 commands");
		else
			facts_of(text, strlen(text), TYPE_XML, &f);
	}
	free(text);
}

/* WBXML can put octets into a field that XML cannot. */
static void refuses_binary_fields(void **state)
{
	static const struct {
		const char *session;
		size_t len;
	} rows[] = {
		{ "\xc3\x01\x00", 3 }, { "\xc3\x03" "1\x00" "2", 5 }, { "\xc3\x01\xff", 3 }, { "\xc3\x02\x1b[", 4 },
	};
	static const char before[] =
		"\x02\xa4\x01\x6a\x00\x6d\x6c\x71\x03" "1.2\0\x01\x72\x03" "DM/1.2\0\x01\x65";
	static const char after[] =
		"\x01\x5b\x03" "2\0\x01\x6e\x57\x03" "t\0\x01\x01\x67\x57\x03" "s\0\x01\x01\x01"
		"\x6b\x12\x01\x01";
	uint8_t body[256], *p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = mempcpy(body, before, sizeof(before) - 1);
		p = mempcpy(p, rows[i].session, rows[i].len);
		p = mempcpy(p, after, sizeof(after) - 1);
		refused_as(body, (size_t)(p - body), TYPE_WBXML, "control characters");
	}
}

static void content_types(void **state)
{
	static const struct {
		const char *type;
		int ret;
	} rows[] = {
		{ "application/vnd.syncml.dm+xml", 0 },
		{ "application/vnd.syncml+xml", 0 },
		{ "Application/Vnd.SyncML.DM+XML", 0 },
		{ " application/vnd.syncml.dm+xml ; charset=UTF-8", 0 },
		{ "application/vnd.syncml.dm+xml;charset=\"utf-8\"; x=\"a;b\"", 0 },
		{ "application/vnd.syncml.dm+xml;", 0 },
		{ "application/vnd.syncml.dm+xml; charset=iso-8859-1", -EBADMSG },
		{ "application/vnd.syncml.dm+xml; charset=utf-16", -EBADMSG },
		{ "application/vnd.syncml.dm+xml; charset", -EBADMSG },
		{ "application/vnd.syncml.dm+xml; charset=\"utf-8", -EBADMSG },
		{ "application/vnd.syncml.dm+xml charset=utf-8", -EBADMSG },
		{ "application/vnd.syncml.dm+xmlx", -EBADMSG },
		{ "application/vnd.syncml.dm+wbxml", -EBADMSG },
		{ "application/octet-stream", -EBADMSG },
		{ "text/xml", -EBADMSG },
		{ "", -EBADMSG },
		{ NULL, -EBADMSG },
		{ "application/vnd.syncml.dm+xml;x=" X64 X64, -EBADMSG },
	};
	struct dm_error err;
	struct dm_doc *doc;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int ret = parse(SAMPLE, strlen(SAMPLE), rows[i].type, &doc, &err);

		if (ret != rows[i].ret)
			fail_msg("%s: %d %s", rows[i].type, ret, err.text);
		dm_doc_free(doc);
	}
}

/* One wrong field at a time has to be noticed. */
static void facts_valid_checks_everything(void **state)
{
	static struct dm_facts good, f;

	(void)state;
	facts_of(SAMPLE, strlen(SAMPLE), TYPE_XML, &good);
#define WRONG(change) do { f = good; change; assert_false(dm_facts_valid(&f)); } while (0)
	WRONG(f.encoding = 2);
	WRONG(f.version = 10);
	WRONG(f.version = 14);
	WRONG(f.final = 2);
	WRONG(f.has_cred = 2);
	WRONG(f.no_resp = 2);
	WRONG(f.has_digest = 2);
	WRONG((f.has_digest = 1, f.cred_type = DM_AUTH_BASIC));
	WRONG(f.has_cred = 0);
	WRONG(f.cred_type = DM_AUTH_OTHER + 1);
	WRONG(memset(f.session_id, 'a', DM_TEXT_MAX));
	WRONG(f.session_id[0] = 0);
	WRONG(memset(f.source, 'a', DM_TEXT_MAX));
	WRONG(memset(f.source_name, 'a', DM_TEXT_MAX));
	WRONG(memset(f.target, 'a', DM_TEXT_MAX));
	WRONG(memset(f.target_name, 'a', DM_TEXT_MAX));
	WRONG(memset(f.resp_uri, 'a', DM_TEXT_MAX));
	WRONG(f.source[0] = '\n');
	WRONG(f.source[0] = (char)0xff);
	WRONG(f.source[0] = 0);
	WRONG(f.target[0] = 0);
	WRONG(f.msg_id = 0);
	WRONG(f.msg_id = 1u << 31);
	WRONG(f.max_cmd_id = 5);
	WRONG(f.max_cmd_id = 1u << 31);
	WRONG(f.max_msg_size = 1u << 31);
	WRONG(f.length = 0);
	WRONG(f.length = DM_BODY_MAX + 1);
	WRONG(f.status_count = DM_STATUS_MAX + 1);
	WRONG(f.command_count = DM_COMMAND_MAX + 1);
	WRONG(f.status_count = 3);	/* the third is all zero */
	WRONG(f.status[0].cmd_id = 0);
	WRONG(f.status[0].cmd_id = 7);
	WRONG(f.command[0].cmd_id = 7);
	WRONG(f.status[0].msg_ref = 0);
	WRONG(f.status[0].cmd_ref = 1u << 31);
	WRONG(f.status[0].code = 99);
	WRONG(f.status[0].code = 1000);
	WRONG(f.status[0].cmd = DM_CMD_NONE);
	WRONG(f.status[0].cmd = DM_CMD_OTHER + 1);
	WRONG(f.status[0].has_chal = 2);
	WRONG(f.status[0].has_chal = 0);
	WRONG(f.status[0].chal_type = DM_AUTH_OTHER + 1);
	WRONG(f.status[0].has_chal_nonce = 2);
	WRONG(f.status[0].has_chal_nonce = 0);
	WRONG(f.status[0].chal_nonce_len = DM_NONCE_MAX + 1);
	WRONG(f.command_count = 5);
	WRONG(f.command[0].cmd_id = 0);
	WRONG(f.command[0].cmd = DM_CMD_SYNCHDR);
	WRONG(f.command[0].cmd = DM_CMD_STATUS);
	WRONG(f.command[0].cmd = DM_CMD_OTHER + 1);
	WRONG(f.command[0].depth = DM_DEPTH_MAX + 1);
	WRONG(f.command[0].no_resp = 2);
#undef WRONG
}

int main(void)
{
	static struct table t;
	size_t i;

	dm_init();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		table_add(&t, bad[i].name, is_refused, &bad[i]);
	for (i = 0; i < sizeof(bad_xml) / sizeof(bad_xml[0]); i++)
		table_add(&t, bad_xml[i].name, is_refused_as_xml, &bad_xml[i]);
#define ADD(test) table_add(&t, #test, test, NULL)
	ADD(reads_the_sample);
	ADD(reads_versions);
	ADD(cuts_outer_white_space);
	ADD(takes_texts_up_to_their_limit);
	ADD(reads_any_order_and_cdata);
	ADD(reads_auth_types);
	ADD(reads_nonces);
	ADD(takes_metinf_without_namespace);
	ADD(knows_commands);
	ADD(walks_nested_commands);
	ADD(does_not_look_into_data);
	ADD(counts_are_limited);
	ADD(refuses_binary_fields);
	ADD(content_types);
	ADD(reads_digests);
	ADD(facts_valid_checks_everything);
	return table_run("facts", &t);
}
