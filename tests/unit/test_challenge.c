// SPDX-License-Identifier: GPL-2.0
/*
 * The answer to a message that fails authentication: its whole text is laid
 * down here, for XML and, by meaning and header octets, for WBXML.
 */
#include "dm_samples.h"

static const struct dm_challenge plain = {
	.msg_id = 3, .code = 401, .has_chal = 1, .nonce_len = 5, .nonce = "Nonce",
};

static uint8_t *build(const void *body, size_t len, const char *type, const struct dm_challenge *c,
		      size_t *out_len)
{
	struct dm_doc *doc = parse_good(body, len, type);
	struct dm_error err;
	uint8_t *out;

	if (dm_challenge_build(doc, c, &out, out_len, &err))
		fail_msg("refused: %s", err.text);
	dm_doc_free(doc);
	out = realloc(out, *out_len + 1);
	out[*out_len] = 0;
	return out;
}

#define ANSWER(id, ref, cmd, code) \
	"<Status><CmdID>" id "</CmdID><MsgRef>2</MsgRef><CmdRef>" ref "</CmdRef><Cmd>" cmd "</Cmd><Data>" code \
	"</Data></Status>"
#define EXPECTED(root_ns, chal, code) \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SyncML" root_ns "><SyncHdr><VerDTD>1.2</VerDTD>" \
	"<VerProto>DM/1.2</VerProto><SessionID>1A</SessionID><MsgID>3</MsgID>" \
	"<Target><LocURI>http://dm.example/mgmt</LocURI><LocName>Bruce2</LocName></Target>" \
	"<Source><LocURI>IMEI:493005100592800</LocURI></Source></SyncHdr><SyncBody>" \
	"<Status><CmdID>1</CmdID><MsgRef>2</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd>" \
	"<TargetRef>IMEI:493005100592800</TargetRef><SourceRef>http://dm.example/mgmt</SourceRef>" chal \
	"<Data>" code "</Data></Status>" \
	ANSWER("2", "4", "Replace", code) ANSWER("3", "5", "Atomic", code) ANSWER("4", "6", "Get", code) \
	"<Final/></SyncBody></SyncML>"
#define NONCE_CHAL \
	"<Chal><Meta><Type xmlns=\"syncml:metinf\">syncml:auth-MAC</Type><Format xmlns=\"syncml:metinf\">b64</Format>" \
	"<NextNonce xmlns=\"syncml:metinf\">Tm9uY2U=</NextNonce></Meta></Chal>"
#define NS12 " xmlns=\"SYNCML:SYNCML1.2\""

/* Target and Source exchanged; Status and Results get none; nested commands do. */
static void answers_xml(void **state)
{
	size_t len;
	uint8_t *out = build(SAMPLE, strlen(SAMPLE), TYPE_XML, &plain, &len);

	(void)state;
	assert_string_equal((char *)out, EXPECTED(NS12, NONCE_CHAL, "401"));
	free(out);
}

static void answers_wbxml(void **state)
{
	static const uint8_t headers[][5] = {
		{ 0x02, 0xa4, 0x01, 0x6a, 0x00 }, { 0x01, 0xa4, 0x01, 0x6a, 0x00 }, { 0x03, 0x9f, 0x53, 0x6a, 0x00 },
	};
	char *wanted = canonical_of(EXPECTED(NS12, NONCE_CHAL, "401"), strlen(EXPECTED(NS12, NONCE_CHAL, "401")),
				    TYPE_XML);
	size_t len, out_len, i;
	uint8_t *body = recode(SAMPLE, strlen(SAMPLE), DM_WBXML, &len), *out;

	(void)state;
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		char *is, *ns;

		memcpy(body, headers[i], 5);
		out = build(body, len, TYPE_WBXML, &plain, &out_len);
		assert_memory_equal(out, headers[i], 5);
		is = canonical_of(out, out_len, TYPE_WBXML);
		ns = strstr(is, "SYNCML1.1");
		assert_int_equal(ns != NULL, i == 2);
		if (ns)
			ns[8] = '2';
		assert_string_equal(is, wanted);
		free(is);
		free(out);
	}
	free(body);
	free(wanted);
}

/* A public identifier that came as text is answered by its number, without a string table. */
static void answers_wbxml_with_number(void **state)
{
	static const char head[] = "\x02\x00\x00\x6a\x1d-//SYNCML//DTD SyncML 1.1//EN";
	size_t len, out_len;
	uint8_t *body = recode(SAMPLE, strlen(SAMPLE), DM_WBXML, &len), *out;
	uint8_t *text = malloc(len + sizeof(head)), *p = text;

	(void)state;
	p = mempcpy(p, head, sizeof(head) - 1);
	p = mempcpy(p, body + 5, len - 5);
	out = build(text, (size_t)(p - text), TYPE_WBXML, &plain, &out_len);
	assert_memory_equal(out, "\x02\x9f\x53\x6a\x00\x6d", 6);
	dm_doc_free(parse_good(out, out_len, TYPE_WBXML));
	free(out);
	free(text);
	free(body);
}

/* In what is signed: a Cred of ours, and one of the peer's to come. */
static void answers_with_cred(void **state)
{
	static const char chal[] = "<Chal><Meta><Type xmlns=\"syncml:metinf\">syncml:auth-md5</Type>",
		cred[] = "</Source><Cred><Meta><Format xmlns=\"syncml:metinf\">b64</Format><Type xmlns=\"syncml:metinf\">"
		"syncml:auth-md5</Type></Meta><Data>MDEyMzQ1Njc4OWFiY2RlZg==</Data></Cred></SyncHdr>";
	struct dm_challenge c = plain;
	size_t len;
	uint8_t *out;

	(void)state;
	c.md5 = c.set_cred = 1;
	memcpy(c.cred, "0123456789abcdef", sizeof(c.cred));
	out = build(SAMPLE, strlen(SAMPLE), TYPE_XML, &c, &len);
	assert_non_null(strstr((char *)out, chal));
	assert_non_null(strstr((char *)out, cred));
	assert_null(strstr((char *)out, "auth-MAC"));
	free(out);
}

static void answers_without_chal(void **state)
{
	const struct dm_challenge c = { .msg_id = 3, .code = 407 };
	size_t len;
	uint8_t *out = build(SAMPLE, strlen(SAMPLE), TYPE_XML, &c, &len);

	(void)state;
	assert_string_equal((char *)out, EXPECTED(NS12, "", "407"));
	free(out);
}

static void keeps_the_namespace(void **state)
{
	static const char bare[] = "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Final/></SyncBody></SyncML>";
	static const char old[] = "<p:SyncML xmlns:p='SYNCML:SYNCML1.1' xmlns='SYNCML:SYNCML1.1'><SyncHdr>" HDR_FIELDS
		"</SyncHdr><SyncBody><Final/></SyncBody></p:SyncML>";
	size_t len;
	uint8_t *out;

	(void)state;
	out = build(bare, sizeof(bare) - 1, TYPE_XML, &plain, &len);
	assert_non_null(strstr((char *)out, "<SyncML><SyncHdr>"));
	free(out);
	out = build(old, sizeof(old) - 1, TYPE_XML, &plain, &len);
	assert_non_null(strstr((char *)out, "<SyncML xmlns=\"SYNCML:SYNCML1.1\"><SyncHdr>"));
	free(out);
}

static void respects_noresp(void **state)
{
	static const char body[] = MESSAGE(HDR_FIELDS, "<Exec><CmdID>1</CmdID><NoResp/></Exec>" ALERT("2") "<Final/>");
	size_t len;
	uint8_t *out = build(body, sizeof(body) - 1, TYPE_XML, &plain, &len);

	(void)state;
	assert_null(strstr((char *)out, "Exec"));
	assert_non_null(strstr((char *)out, ANSWER("2", "2", "Alert", "401") "<Final/>"));
	free(out);
}

static void escapes_what_it_repeats(void **state)
{
	static const char body[] = MESSAGE("<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>&lt;1&gt;</SessionID>"
		"<MsgID>2</MsgID><Target><LocURI>a?b&amp;c</LocURI></Target><Source><LocURI>]]&gt;</LocURI></Source>",
		"<Final/>");
	size_t len;
	uint8_t *out = build(body, sizeof(body) - 1, TYPE_XML, &plain, &len);
	struct dm_doc *doc = parse_good(out, len, TYPE_XML);
	struct dm_facts f;

	(void)state;
	assert_int_equal(dm_extract(doc, &f, NULL), 0);
	assert_string_equal(f.session_id, "<1>");
	assert_string_equal(f.source, "a?b&c");
	assert_string_equal(f.target, "]]>");
	dm_doc_free(doc);
	free(out);
}

/* The answer is itself a message with the right facts, to the biggest one we take. */
static void answers_512_commands(void **state)
{
	char *body = malloc(1 << 17), *p;
	struct dm_facts f;
	struct dm_doc *doc;
	unsigned int i;
	uint8_t *out;
	size_t len;

	(void)state;
	p = stpcpy(body, "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody>");
	for (i = 0; i < DM_COMMAND_MAX - 1; i++)
		p += sprintf(p, "<Get><CmdID>%u</CmdID></Get>", i + 7);
	stpcpy(p, "</SyncBody></SyncML>");
	out = build(body, strlen(body), TYPE_XML, &plain, &len);
	doc = parse_good(out, len, TYPE_XML);
	dm_extract(doc, &f, NULL);
	assert_true(dm_facts_valid(&f));
	assert_int_equal(f.command_count, 0);
	assert_int_equal(f.status_count, DM_COMMAND_MAX);
	assert_int_equal(f.final, 1);
	assert_int_equal(f.msg_id, 3);
	for (i = 0; i < f.status_count; i++) {
		assert_int_equal(f.status[i].cmd_id, i + 1);
		assert_int_equal(f.status[i].code, 401);
		assert_int_equal(f.status[i].cmd_ref, i ? i + 6 : 0);
		assert_int_equal(f.status[i].has_chal, !i);
	}
	assert_int_equal(f.status[0].chal_nonce_len, 5);
	assert_memory_equal(f.status[0].nonce, "Nonce", 5);
	dm_doc_free(doc);
	free(out);
	free(body);
}

static void refuses_what_is_out_of_range(void **state)
{
	static const struct dm_challenge bad[] = {
		{ .msg_id = 0, .code = 401 }, { .msg_id = 1u << 31, .code = 401 }, { .msg_id = 1, .code = 99 },
		{ .msg_id = 1, .code = 1000 }, { .msg_id = 1, .code = 401, .has_chal = 2 },
		{ .msg_id = 1, .code = 401, .has_chal = 1, .nonce_len = DM_NONCE_MAX + 1 },
	};
	struct dm_doc *doc = parse_good(SAMPLE, strlen(SAMPLE), TYPE_XML);
	struct dm_error err;
	uint8_t *out;
	size_t len, i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(dm_challenge_valid(&bad[i]));
		assert_int_equal(dm_challenge_build(doc, &bad[i], &out, &len, &err), -EINVAL);
		assert_null(out);
	}
	dm_doc_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_xml),
		cmocka_unit_test(answers_wbxml),
		cmocka_unit_test(answers_wbxml_with_number),
		cmocka_unit_test(answers_with_cred),
		cmocka_unit_test(answers_without_chal),
		cmocka_unit_test(keeps_the_namespace),
		cmocka_unit_test(respects_noresp),
		cmocka_unit_test(escapes_what_it_repeats),
		cmocka_unit_test(answers_512_commands),
		cmocka_unit_test(refuses_what_is_out_of_range),
	};

	dm_init();
	return cmocka_run_group_tests_name("challenge", tests, NULL, NULL);
}
