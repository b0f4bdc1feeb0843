// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts out of XML documents: DMAcc in the shapes that writers give it, w7, what
 * of them is taken, what is left out and why, and every class of document that is
 * refused.
 */
#include "cmocka_table.h"

#include <errno.h>
#include <stdio.h>

#include "userspace/tool/config.h"
#include "userspace/tool/import.h"
#include "userspace/tool/import_section.h"

/* LINK: -Wl,--wrap=secret_wipe */

#define LEAF(n, v) "<Node><NodeName>" n "</NodeName><Value>" v "</Value></Node>"
#define TYPED(n, f, v) "<Node><NodeName>" n "</NodeName><RTProperties><Format><" f "/></Format>" \
	"<Type><MIME>text/plain</MIME></Type></RTProperties><Value>" v "</Value></Node>"
#define INNER(n, x) "<Node><NodeName>" n "</NodeName>" x "</Node>"
#define AUTH(n, level, type, name, secret) INNER(n, LEAF("AAuthLevel", level) LEAF("AAuthType", type) \
	LEAF("AAuthName", name) LEAF("AAuthSecret", secret))
#define CL AUTH("1", "CLCRED", "HMAC", "dev", "pw-c")
#define SRV AUTH("2", "SRVCRED", "HMAC", "srv", "pw-s")
#define ACC(id, auths) LEAF("AppID", "w7") LEAF("ServerID", id) INNER("AppAuth", auths)
#define TREE(x) "<MgmtTree xmlns='syncml:dmddf1.2'><VerDTD>1.2</VerDTD>" x "</MgmtTree>"
#define ONE(auths) TREE(INNER("Acc", ACC("Mgmt1", auths)))

#define PARM(n, v) "<parm name=\"" n "\" value=\"" v "\"/>"
#define CHAR(t, x) "<characteristic type=\"" t "\">" x "</characteristic>"
#define APPAUTH(level, type, name, secret, data) CHAR("APPAUTH", PARM("AAUTHLEVEL", level) \
	PARM("AAUTHTYPE", type) PARM("AAUTHNAME", name) PARM("AAUTHSECRET", secret) PARM("AAUTHDATA", data))
#define APP(x) CHAR("APPLICATION", x)
#define W7(x) "<wap-provisioningdoc version=\"1.1\">" x "</wap-provisioningdoc>"
#define W7_AUTH APPAUTH("APPSRV", "HMAC", "dev", "pw-c", "Tm9uY2Ux") \
	APPAUTH("CLIENT", "HMAC", "srv", "pw-s", "Tm9uY2Uy")
#define W7_ONE W7(APP(PARM("APPID", "w7") PARM("PROVIDER-ID", "Mgmt1") PARM("NAME", "Op") W7_AUTH))

static struct import im;
static struct account_conf conf;
static struct import_taken taken;

/* Octets that secret_wipe() has to wipe at the address of interest, and did. */
static const void *watched;
static size_t wiped;

void __real_secret_wipe(void *p, size_t len);
void __wrap_secret_wipe(void *p, size_t len);
void __wrap_secret_wipe(void *p, size_t len)
{
	if (p == watched)
		wiped += len;
	__real_secret_wipe(p, len);
}

static int parse_as(const char *text, enum import_format format, enum import_nonce_form form)
{
	char *copy = exact_copy(text, strlen(text));
	int rc;

	import_free(&im);
	rc = import_parse(&im, (uint8_t *)copy, strlen(text), format, form);
	free(copy);
	return rc;
}

static int parse(const char *text)
{
	return parse_as(text, IMPORT_AUTO, IMPORT_NONCE_AUTO);
}

static int take(unsigned int index)
{
	setting_account_free(&conf);
	setting_account_init(&conf);
	return import_take(&im, index, &conf, &taken);
}

/* The note that has @text in it, or NULL. */
static const struct import_note *noted(const char *text)
{
	unsigned int i;

	for (i = 0; i < import_notes_kept(&im); i++)
		if (strstr(im.note[i].text, text))
			return &im.note[i];
	return NULL;
}

static int teardown(void **state)
{
	import_free(&im);
	setting_account_free(&conf);
	return 0;
}

static void assert_both(const char *text)
{
	assert_int_equal(parse(text), 0);
	assert_int_equal(im.count, 1);
	assert_int_equal(take(0), 0);
	assert_string_equal(conf.a.server_id, "Mgmt1");
	assert_string_equal(conf.a.client.user, "dev");
	assert_string_equal(conf.a.server.user, "srv");
	assert_string_equal(taken.cred[WHO_CLIENT]->secret.data, "pw-c");
	assert_int_equal(taken.cred[WHO_CLIENT]->secret.len, 4);
	assert_string_equal(taken.cred[WHO_SERVER]->secret.data, "pw-s");
	assert_null(noted("is missing"));
	assert_null(noted("credential of the client has type"));
}

/* ------------------------------------------------------------------ shapes */

static const struct shape {
	const char *name, *text;
} shapes[] = {
	{ "plain", ONE(CL SRV) },
	{ "namespace left out", "<MgmtTree>" INNER("Acc", ACC("Mgmt1", CL SRV)) "</MgmtTree>" },
	{ "prefix", "<d:MgmtTree xmlns:d='syncml:dmddf1.2'><d:Node><d:NodeName>a</d:NodeName>"
	  "<d:Node><d:NodeName>AppID</d:NodeName><d:Value>w7</d:Value></d:Node>"
	  "<d:Node><d:NodeName>ServerID</d:NodeName><d:Value>Mgmt1</d:Value></d:Node>"
	  "<d:Node><d:NodeName>AppAuth</d:NodeName>"
	  "<d:Node><d:NodeName>1</d:NodeName>"
	  "<d:Node><d:NodeName>AAuthLevel</d:NodeName><d:Value>CLCRED</d:Value></d:Node>"
	  "<d:Node><d:NodeName>AAuthName</d:NodeName><d:Value>dev</d:Value></d:Node>"
	  "<d:Node><d:NodeName>AAuthSecret</d:NodeName><d:Value>pw-c</d:Value></d:Node></d:Node>"
	  "<d:Node><d:NodeName>2</d:NodeName>"
	  "<d:Node><d:NodeName>AAuthLevel</d:NodeName><d:Value>SRVCRED</d:Value></d:Node>"
	  "<d:Node><d:NodeName>AAuthName</d:NodeName><d:Value>srv</d:Value></d:Node>"
	  "<d:Node><d:NodeName>AAuthSecret</d:NodeName><d:Value>pw-s</d:Value></d:Node></d:Node>"
	  "</d:Node></d:Node></d:MgmtTree>" },
	{ "declaration, DOCTYPE and comments", "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>\n<!-- a <b> -->\n"
	  "<!DOCTYPE MgmtTree PUBLIC '-//OMA//DTD-DM-DDF 1.2//EN'\n \"http://example.com/>.dtd\">\n<!-- c -->"
	  ONE("<!-- d -->" CL SRV) },
	{ "below DMAcc, with its type", TREE("<Node><NodeName>DMAcc</NodeName><Path>./</Path><RTProperties>"
	  "<Format><node/></Format><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type></RTProperties>"
	  INNER("Acc", ACC("Mgmt1", CL SRV)) "</Node>") },
	{ "nodes by their paths", TREE(
	  "<Node><NodeName>ServerID</NodeName><Path>./DMAcc/A</Path><Value>Mgmt1</Value></Node>"
	  "<Node><NodeName>DMAcc</NodeName><Path>.</Path></Node>"
	  "<Node><NodeName>A</NodeName><Path>./DMAcc</Path><RTProperties><Type>"
	  "<DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type></RTProperties>" LEAF("AppID", "w7") "</Node>"
	  "<Node><NodeName>1</NodeName><Path>./DMAcc/A/AppAuth</Path>" LEAF("AAuthLevel", "CLCRED")
	  LEAF("AAuthType", "HMAC") LEAF("AAuthName", "dev") "</Node>"
	  "<Node><NodeName>AAuthSecret</NodeName><Path>DMAcc/A/AppAuth/1</Path><Value>pw-c</Value></Node>"
	  "<Node><NodeName>2</NodeName><Path>./DMAcc/A/AppAuth/</Path>" LEAF("AAuthLevel", "SRVCRED")
	  LEAF("AAuthType", "HMAC") LEAF("AAuthName", "srv") LEAF("AAuthSecret", "pw-s") "</Node>") },
	{ "CDATA and references", ONE(AUTH("1", "CLCRED", "HMAC", "d&#101;v", "<![CDATA[pw]]>-<!-- -->c") SRV) },
	{ "white space around names", TREE("\n <Node>\n <NodeName>Acc</NodeName>\n" LEAF("AppID", "\n w7 ")
	  LEAF("ServerID", "\n\t Mgmt1\r\n ") INNER("AppAuth", AUTH("1", " CLCRED ", " HMAC", "\ndev", "pw-c")
	  SRV) "</Node>\n") },
	{ "other cases", TREE(INNER("Acc", LEAF("AppId", "W7") LEAF("ServerId", "Mgmt1") INNER("AppAuth",
	  AUTH("1", "clcred", "hmac", "dev", "pw-c") SRV))) },
	{ "properties, DDF name of a leaf, other leaves", ONE(INNER("c", TYPED("AAuthLevel", "chr", "CLCRED")
	  TYPED("AAuthType", "chr", "HMAC") TYPED("AAuthName", "chr", "dev") TYPED("AAuthSecret", "chr", "pw-c")
	  TYPED("Ext", "chr", "x")) SRV) },
	{ "secret in Base64 by its format", ONE(INNER("c", LEAF("AAuthLevel", "CLCRED") LEAF("AAuthType", "HMAC")
	  LEAF("AAuthName", "dev") TYPED("AAuthSecret", "b64", " cHct\nYw== ")) SRV) },
	{ "types as in messages", ONE(AUTH("1", "CLCRED", "syncml:auth-MAC", "dev", "pw-c") SRV) },
	{ "beside another object", TREE("<Node><NodeName>Other</NodeName><RTProperties><Type>"
	  "<DDFName>urn:oma:mo:oma-fumo:1.0</DDFName></Type></RTProperties>" INNER("x", ACC("Mgmt2", CL SRV))
	  "</Node>" INNER("Acc", ACC("Mgmt1", CL SRV))) },
	{ "beside another application", TREE(INNER("b", LEAF("AppID", "w5") LEAF("ServerID", "x"))
	  INNER("Acc", ACC("Mgmt1", CL SRV))) },
	{ "w7", W7_ONE },
	{ "w7 with DOCTYPE", "<?xml version=\"1.0\"?>\n<!DOCTYPE wap-provisioningdoc PUBLIC \"-//WAPFORUM//DTD PROV 1.0//EN\" "
	  "\"http://www.wapforum.org/DTD/prov.dtd\">\n" W7_ONE },
	{ "w7 beside access points and certificates", W7(CHAR("NAPDEF", PARM("NAPID", "n"))
	  CHAR("CertificateStore", CHAR("Root", CHAR("Hash", PARM("EncodedCertificate", "MIIB"))))
	  APP(PARM("APPID", "w2") PARM("PROVIDER-ID", "x"))
	  APP("<parm value='w7' name='APPID'/>" PARM("PROVIDER-ID", "Mgmt1") CHAR("APPADDR", PARM("ADDR", "http://a?b=1&amp;c"))
	      "<parm name='DEFAULTENCODING'/>" W7_AUTH)) },
	{ "w7 with several types", W7(APP(PARM("APPID", "w7") PARM("PROVIDER-ID", "Mgmt1")
	  APPAUTH("APPSRV", "BASIC,HMAC,DIGEST", "dev", "pw-c", "Tm9uY2Ux")
	  APPAUTH("CLIENT", "DIGEST", "srv", "pw-s", ""))) },
};

static void takes_shape(void **state)
{
	assert_both(((const struct shape *)*state)->text);
}

/* ------------------------------------------------------------------ refused */

static const struct bad {
	const char *name, *text, *why;
	uint32_t line;
} bads[] = {
	{ "nothing", "", "empty", 0 },
	{ "no XML", "hello", "", 0 },
	{ "not well-formed", "<MgmtTree>\n\n<Node></Nod></MgmtTree>", "not well-formed", 3 },
	{ "cut", "<MgmtTree><Node>", "", 0 },
	{ "two roots", "<MgmtTree/><MgmtTree/>", "not well-formed", 1 },
	{ "other encoding", "<?xml version='1.0' encoding='utf-16'?><MgmtTree/>", "encoding", 0 },
	{ "not UTF-8", "<MgmtTree>\xff</MgmtTree>", "UTF-8", 0 },
	{ "entities", "<!DOCTYPE MgmtTree [<!ENTITY a 'b'>]>" ONE(CL SRV), "declarations of its own", 0 },
	{ "external entity", "<!DOCTYPE MgmtTree [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><MgmtTree>&a;</MgmtTree>",
	  "declarations of its own", 0 },
	{ "declarations after the identifier", "<!DOCTYPE MgmtTree SYSTEM 'x' [ ]>" ONE(CL SRV), "declarations of its own", 0 },
	{ "two DOCTYPEs", "<!DOCTYPE MgmtTree><!DOCTYPE MgmtTree>" ONE(CL SRV), "DOCTYPE", 0 },
	{ "DOCTYPE that does not end", "<!DOCTYPE MgmtTree '>", "does not end", 0 },
	{ "entity that nobody declared", "<!DOCTYPE MgmtTree SYSTEM 'x'>" ONE(AUTH("1", "CLCRED", "HMAC", "&a;", "x")),
	  "not well-formed", 1 },
	{ "processing instruction", "<?php x?><MgmtTree/>", "processing instruction", 0 },
	{ "DM message", "\n<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr/></SyncML>", "DM message", 2 },
	{ "other root", "<html/>", "expected MgmtTree or wap-provisioningdoc", 1 },
	{ "markup in a value", TREE("\n<Node><NodeName>a</NodeName><Value>x<b/>y</Value></Node>"), "text only", 2 },
	{ "two values", TREE("<Node><NodeName>a</NodeName><Value>x</Value>\n<Value>y</Value></Node>"), "one Value", 2 },
	{ "two names", TREE("<Node><NodeName>a</NodeName>\n<NodeName>b</NodeName></Node>"), "one NodeName", 2 },
	{ "two paths", TREE("<Node><Path>a</Path>\n<Path>b</Path></Node>"), "one Path", 2 },
	{ "no account", TREE(LEAF("AppID", "w7")), "no DM account", 0 },
	{ "account of another object", TREE("<Node><NodeName>Other</NodeName><RTProperties><Type><DDFName>urn:oma:mo:oma-fumo:1.0"
	  "</DDFName></Type></RTProperties>" ACC("x", CL SRV) "</Node>"), "no DM account", 0 },
	{ "no w7", W7(APP(PARM("APPID", "w5"))), "no APPLICATION", 0 },
	{ "unknown element in w7", W7("\n<Node/>"), "characteristic and parm only", 2 },
	{ "markup in parm", W7("<parm name='a'>\n<parm name='b'/></parm>"), "parm empty", 2 },
	{ "parm without a name", W7("\n<parm value='x'/>"), "a name in parm", 2 },
	{ "characteristic without a type", W7("<characteristic/>"), "a type in characteristic", 1 },
};

static void refuses_document(void **state)
{
	const struct bad *b = *state;

	assert_int_equal(parse(b->text), -EINVAL);
	assert_int_equal(im.count, 0);
	assert_true(im.note_count >= 1);
	assert_true(im.note[im.note_count - 1].fault);
	assert_non_null(strstr(im.note[im.note_count - 1].text, b->why));
	assert_int_equal(im.note[im.note_count - 1].where, b->line);
}

static void refuses_what_is_too_large(void **state)
{
	char *text = malloc(IMPORT_FILE_MAX + 1);
	size_t at = 0, i;

	import_free(&im);
	memset(text, ' ', IMPORT_FILE_MAX + 1);
	assert_int_equal(import_parse(&im, (uint8_t *)text, IMPORT_FILE_MAX + 1, IMPORT_AUTO, IMPORT_NONCE_AUTO),
			 -EINVAL);
	assert_non_null(noted("at most"));
	import_free(&im);
	at = (size_t)sprintf(text, "<MgmtTree>");
	for (i = 0; i < IMPORT_NODES_MAX; i++)
		at += (size_t)sprintf(text + at, "<Node></Node>");
	at += (size_t)sprintf(text + at, "</MgmtTree>");
	assert_int_equal(import_parse(&im, (uint8_t *)text, at, IMPORT_AUTO, IMPORT_NONCE_AUTO), -EINVAL);
	assert_non_null(noted("nodes"));
	import_free(&im);
	for (at = 0, i = 0; i < 70; i++)
		at += (size_t)sprintf(text + at, i ? "<Node>" : "<MgmtTree>");
	assert_int_equal(import_parse(&im, (uint8_t *)text, at, IMPORT_AUTO, IMPORT_NONCE_AUTO), -EINVAL);
	assert_non_null(noted("deeper"));
	free(text);
}

static void the_format_can_be_demanded(void **state)
{
	assert_int_equal(parse_as(W7_ONE, IMPORT_W7, IMPORT_NONCE_AUTO), 0);
	assert_int_equal(parse_as(W7_ONE, IMPORT_DMACC, IMPORT_NONCE_AUTO), -EINVAL);
	assert_non_null(noted("expected a management tree"));
	assert_int_equal(parse_as(ONE(CL SRV), IMPORT_W7, IMPORT_NONCE_AUTO), -EINVAL);
}

/* ------------------------------------------------------------------ levels and types */

static void w7_levels_name_the_side_that_asks(void **state)
{
	assert_int_equal(parse(W7_ONE), 0);
	assert_int_equal(im.account[0].cred[0].who, WHO_CLIENT);
	assert_string_equal(im.account[0].cred[0].name, "dev");
	assert_int_equal(im.account[0].cred[1].who, WHO_SERVER);
	assert_int_equal(parse(W7(APP(PARM("APPID", "w7") PARM("PROVIDER-ID", "Mgmt1")
			       APPAUTH("CLCRED", "HMAC", "dev", "p", "") APPAUTH("SRVCRED", "HMAC", "s", "p", "")))), 0);
	assert_int_equal(im.account[0].cred_count, 0);
}

static const struct treated {
	const char *name, *auth, *note;
	unsigned int taken;
} treatments[] = {
	{ "HMAC", AUTH("1", "CLCRED", "HMAC", "dev", "p"), NULL, 1 },
	{ "DIGEST", AUTH("1", "CLCRED", "DIGEST", "dev", "p"), "type DIGEST; name and secret are used for HMAC", 1 },
	{ "BASIC", AUTH("1", "SRVCRED", "BASIC", "dev", "p"), "type BASIC; name and secret are used for HMAC", 1 },
	{ "no type", INNER("1", LEAF("AAuthLevel", "CLCRED")), "no type; name and secret are used for HMAC", 1 },
	{ "X509", AUTH("1", "CLCRED", "X509", "dev", "p"), "type \"X509\" is not made of", 0 },
	{ "SECURID", AUTH("1", "CLCRED", "SECURID", "dev", "p"), "left out: type \"SECURID\"", 0 },
	{ "TRANSPORT", AUTH("1", "SRVCRED", "TRANSPORT", "", ""), "left out: type \"TRANSPORT\"", 0 },
	{ "HTTP-DIGEST", AUTH("1", "CLCRED", "HTTP-DIGEST", "dev", "p"), "left out: type", 0 },
	{ "level OBEX", AUTH("1", "OBEX", "HTTP-BASIC", "dev", "p"), "level OBEX is left out", 0 },
	{ "level HTTP", AUTH("1", "HTTP", "HTTP-BASIC", "dev", "p"), "level HTTP is left out", 0 },
	{ "other level", AUTH("1", "MINE", "HMAC", "dev", "p"), "level \"MINE\" is left out", 0 },
	{ "no level", INNER("1", LEAF("AAuthType", "HMAC")), "without AAuthLevel", 0 },
};

static void treats(void **state)
{
	const struct treated *c = *state;
	char text[4096];

	snprintf(text, sizeof(text), "<MgmtTree><Node><NodeName>A</NodeName>\n%s<Node><NodeName>AppAuth</NodeName>\n%s</Node></Node></MgmtTree>",
		 LEAF("AppID", "w7") LEAF("ServerID", "Mgmt1"), c->auth);
	assert_int_equal(parse(text), 0);
	assert_int_equal(im.account[0].cred_count, c->taken);
	assert_false(im.account[0].bad);
	if (!c->note) {
		assert_int_equal(im.note_count, 0);
		return;
	}
	assert_non_null(noted(c->note));
	assert_int_equal(noted(c->note)->where, 3);
	assert_false(noted(c->note)->fault);
	assert_int_equal(noted(c->note)->account, 0);
}

static void the_best_of_several_is_taken(void **state)
{
	assert_int_equal(parse(ONE(AUTH("1", "CLCRED", "BASIC", "b", "p") AUTH("2", "CLCRED", "HMAC", "h", "p")
			       AUTH("3", "CLCRED", "DIGEST", "d", "p") SRV)), 0);
	assert_int_equal(take(0), 0);
	assert_string_equal(conf.a.client.user, "h");
	assert_non_null(noted("of 3 credentials of the client this one is taken, of type HMAC"));
}

static void of_equals_one_has_to_be_chosen(void **state)
{
	static const char text[] = ONE(AUTH("1", "CLCRED", "HMAC", "a", "pa") AUTH("2", "CLCRED", "HMAC", "b", "pb") SRV);

	assert_int_equal(parse(text), 0);
	assert_int_equal(take(0), -EINVAL);
	assert_true(noted("several credentials of the client of type HMAC")->fault);
	assert_int_equal(parse(text), 0);
	setting_account_init(&conf);
	strcpy(conf.a.client.user, "b");
	assert_int_equal(import_take(&im, 0, &conf, &taken), 0);
	assert_string_equal(taken.cred[WHO_CLIENT]->secret.data, "pb");
	setting_account_init(&conf);
	strcpy(conf.a.client.user, "c");
	assert_int_equal(import_take(&im, 0, &conf, &taken), -EINVAL);
	assert_non_null(noted("no credential of the client with the name c"));
}

static void a_name_stands_in_for_a_missing_one(void **state)
{
	static const char text[] = ONE(INNER("1", LEAF("AAuthLevel", "CLCRED") LEAF("AAuthType", "HMAC")
					     LEAF("AAuthSecret", "p")) SRV);

	assert_int_equal(parse(text), 0);
	assert_int_equal(take(0), -EINVAL);
	assert_non_null(noted("expected client-name"));
	assert_int_equal(parse(text), 0);
	setting_account_init(&conf);
	strcpy(conf.a.client.user, "given");
	assert_int_equal(import_take(&im, 0, &conf, &taken), 0);
	assert_string_equal(conf.a.client.user, "given");
	assert_string_equal(taken.cred[WHO_CLIENT]->secret.data, "p");
}

static void without_a_server_name_it_is_the_identifier(void **state)
{
	assert_int_equal(parse(ONE(CL INNER("2", LEAF("AAuthLevel", "SRVCRED") LEAF("AAuthType", "HMAC")
			       LEAF("AAuthSecret", "p")))), 0);
	assert_int_equal(take(0), 0);
	setting_account_default(&conf);
	assert_string_equal(conf.a.server.user, "Mgmt1");
}

static void a_missing_secret_is_told(void **state)
{
	assert_int_equal(parse(ONE(CL INNER("2", LEAF("AAuthLevel", "SRVCRED") LEAF("AAuthType", "HMAC")))), 0);
	assert_int_equal(take(0), 0);
	assert_false(taken.cred[WHO_SERVER]->has_secret);
	assert_non_null(noted("no secret of the server that could be taken: expected server-secret-file"));
	assert_null(noted("no secret of the client"));
	assert_int_equal(parse(ONE(CL)), 0);
	assert_int_equal(take(0), 0);
	assert_null(taken.cred[WHO_SERVER]);
	assert_non_null(noted("no secret of the server"));
}

static void leaves_that_stand_twice_are_a_fault(void **state)
{
	assert_int_equal(parse(ONE(INNER("1", LEAF("AAuthLevel", "CLCRED") LEAF("AAuthType", "HMAC")
			       LEAF("AAuthName", "a") LEAF("AAuthName", "b")) SRV)), 0);
	assert_true(im.account[0].bad);
	assert_int_equal(take(0), -EINVAL);
	assert_true(noted("AAuthName stands there more than once")->fault);
	assert_int_equal(parse(TREE(INNER("A", LEAF("ServerID", "x") ACC("y", CL SRV)))), 0);
	assert_true(im.account[0].bad);
	assert_int_equal(parse(W7(APP(PARM("APPID", "w7") PARM("PROVIDER-ID", "x") PARM("PROVIDER-ID", "y") W7_AUTH))), 0);
	assert_true(im.account[0].bad);
}

static void names_are_bounded_and_printable(void **state)
{
	char text[4096], longer[OMASEC_SERVER_ID_MAX + 2];

	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	snprintf(text, sizeof(text), "<MgmtTree><Node>" LEAF("AppID", "w7")
		 "<Node><NodeName>ServerID</NodeName><Value>%s</Value></Node></Node></MgmtTree>", longer);
	assert_int_equal(parse(text), 0);
	assert_true(im.account[0].bad);
	assert_non_null(noted("ServerID: expected at most 255"));
	assert_int_equal(parse(ONE(AUTH("1", "CLCRED", "HMAC", "a&#10;b", "p"))), 0);
	assert_true(im.account[0].bad);
	assert_int_equal(parse(TREE(INNER("A", ACC("", CL SRV)))), 0);
	assert_non_null(noted("ServerID is empty"));
	assert_int_equal(parse(W7(APP(PARM("APPID", "w7") W7_AUTH))), 0);
	assert_non_null(noted("PROVIDER-ID is missing"));
}

/* ------------------------------------------------------------------ secrets and nonces */

static void secrets_are_taken_as_they_are(void **state)
{
	char text[8192], longer[SECRET_MAX + 2];

	assert_int_equal(parse(ONE(AUTH("1", "CLCRED", "HMAC", "dev", " p &amp; &#228; "))), 0);
	assert_string_equal(im.account[0].cred[0].secret.data, " p & \xc3\xa4 ");
	assert_non_null(noted("white space, which is part of it"));
	assert_int_equal(parse(W7(APP(PARM("APPID", "w7") PARM("PROVIDER-ID", "x")
			       APPAUTH("APPSRV", "HMAC", "dev", "&amp;#38;&lt;&quot;&#38;amp;", "")))), 0);
	assert_string_equal(im.account[0].cred[0].secret.data, "&#38;<\"&amp;");
	assert_int_equal(parse(ONE(AUTH("1", "CLCRED", "HMAC", "dev", "a\nb"))), 0);
	assert_false(im.account[0].cred[0].has_secret);
	assert_non_null(noted("the secret is not taken"));
	assert_int_equal(parse(ONE(INNER("c", LEAF("AAuthLevel", "CLCRED") TYPED("AAuthSecret", "b64", "no base64!")))), 0);
	assert_false(im.account[0].cred[0].has_secret);
	assert_non_null(noted("in Base64, as its format says"));
	memset(longer, 'x', sizeof(longer));
	longer[SECRET_MAX + 1] = '\0';
	snprintf(text, sizeof(text), "<MgmtTree><Node>%s<Node><NodeName>AppAuth</NodeName><Node>" LEAF("AAuthLevel", "CLCRED")
		 "<Node><NodeName>AAuthSecret</NodeName><Value>%s</Value></Node></Node></Node></Node></MgmtTree>",
		 LEAF("AppID", "w7") LEAF("ServerID", "x"), longer);
	assert_int_equal(parse(text), 0);
	assert_false(im.account[0].cred[0].has_secret);
	assert_int_equal(im.account[0].cred[0].secret.len, 0);
}

static const struct nonce_case {
	const char *name, *leaf;
	enum import_nonce_form form;
	const char *nonce, *note;	/* NULL nonce: none is taken */
} nonces[] = {
	{ "bin is Base64 in XML", TYPED("AAuthData", "bin", "Tm9uY2U="), IMPORT_NONCE_AUTO, "Nonce", NULL },
	{ "b64", TYPED("AAuthData", "b64", "\n Tm9u\n Y2U= "), IMPORT_NONCE_AUTO, "Nonce", NULL },
	{ "without format", LEAF("AAuthData", "Tm9uY2U="), IMPORT_NONCE_AUTO, "Nonce", NULL },
	{ "without format, not Base64", LEAF("AAuthData", "nonce"), IMPORT_NONCE_AUTO, "nonce", "not Base64" },
	{ "chr", TYPED("AAuthData", "chr", "Nonce"), IMPORT_NONCE_AUTO, "Nonce", NULL },
	{ "chr that looks like Base64", TYPED("AAuthData", "chr", "bm9uY2Utbm9uY2U="), IMPORT_NONCE_AUTO,
	  "bm9uY2Utbm9uY2U=", "looks like Base64" },
	{ "chr, told to be Base64", TYPED("AAuthData", "chr", "Tm9uY2U="), IMPORT_NONCE_BASE64, "Nonce", NULL },
	{ "bin, told to be raw", TYPED("AAuthData", "bin", "Tm9uY2U="), IMPORT_NONCE_RAW, "Tm9uY2U=", NULL },
	{ "told to be Base64, but is not", LEAF("AAuthData", "nonce"), IMPORT_NONCE_BASE64, NULL, "the nonce is not taken" },
	{ "empty", LEAF("AAuthData", ""), IMPORT_NONCE_AUTO, NULL, NULL },
	{ "longest", TYPED("AAuthData", "chr", "-123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
	  IMPORT_NONCE_AUTO, "-123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL },
	{ "too long", TYPED("AAuthData", "chr", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef!"),
	  IMPORT_NONCE_AUTO, NULL, "the nonce is not taken" },
};

static void takes_nonce(void **state)
{
	const struct nonce_case *c = *state;
	const struct omasec_nonce *n;
	char text[4096];

	snprintf(text, sizeof(text), "<MgmtTree><Node>%s<Node><NodeName>AppAuth</NodeName><Node>" LEAF("AAuthLevel", "CLCRED")
		 LEAF("AAuthType", "HMAC") "%s</Node></Node></Node></MgmtTree>",
		 LEAF("AppID", "w7") LEAF("ServerID", "x"), c->leaf);
	assert_int_equal(parse_as(text, IMPORT_AUTO, c->form), 0);
	n = &im.account[0].cred[0].nonce;
	assert_int_equal(n->known, c->nonce != NULL);
	if (c->nonce) {
		assert_int_equal(n->len, strlen(c->nonce));
		assert_memory_equal(n->data, c->nonce, n->len);
	}
	assert_int_equal(im.note_count, c->note ? 1 : 0);
	if (c->note)
		assert_non_null(noted(c->note));
}

static void the_data_of_basic_is_no_nonce(void **state)
{
	assert_int_equal(parse(ONE(INNER("1", LEAF("AAuthLevel", "CLCRED") LEAF("AAuthType", "BASIC")
			       LEAF("AAuthData", "Tm9uY2U=")))), 0);
	assert_false(im.account[0].cred[0].nonce.known);
}

static void accounts_are_wiped_when_they_are_freed(void **state)
{
	assert_int_equal(parse(ONE(CL SRV)), 0);
	watched = im.account;
	wiped = 0;
	import_free(&im);
	assert_int_equal(wiped, IMPORT_ACCOUNTS_MAX * sizeof(struct import_account));
}

static void the_text_is_wiped_when_it_is_freed(void **state)
{
	struct import_doc d;
	size_t used;

	assert_int_equal(import_doc_init(&d), 0);
	assert_int_equal(import_read_xml(&d, (const uint8_t *)W7_ONE, strlen(W7_ONE)), 0);
	watched = d.text;
	wiped = 0;
	used = d.used;
	assert_non_null(memmem(d.text, used, "pw-c", 4));
	import_doc_free(&d);
	assert_int_equal(wiped, used);
}

static void no_note_tells_a_secret(void **state)
{
	unsigned int i;

	assert_int_equal(parse(ONE(AUTH("1", "CLCRED", "HMAC", "dev", "s3cr\n3t") AUTH("2", "OBEX", "HMAC", "x", "s3cr3t")
			       INNER("3", LEAF("AAuthLevel", "SRVCRED") TYPED("AAuthSecret", "b64", "s3cr3t")
				     TYPED("AAuthData", "b64", "s3cr3t")))), 0);
	take(0);
	assert_true(im.note_count > 3);
	for (i = 0; i < im.note_count; i++)
		assert_null(strstr(im.note[i].text, "s3cr"));
}

/* ------------------------------------------------------------------ choosing, writing */

static void one_of_several_is_chosen(void **state)
{
	char name[OMASEC_NAME_MAX + 1];

	assert_int_equal(parse(TREE(INNER("A", ACC("s1", CL SRV)) INNER("B", ACC("s2", CL SRV)) INNER("A", ACC("B", CL SRV)))), 0);
	assert_int_equal(im.count, 3);
	assert_int_equal(import_choose(&im, NULL), -ENOTUNIQ);
	assert_int_equal(import_choose(&im, "s2"), 1);
	assert_int_equal(import_choose(&im, "B"), 2);	/* identifiers come first */
	assert_int_equal(import_choose(&im, "A"), -ENOTUNIQ);
	assert_int_equal(import_choose(&im, "2"), 1);
	assert_int_equal(import_choose(&im, "4"), -ENOENT);
	assert_int_equal(import_choose(&im, "0"), -ENOENT);
	assert_int_equal(import_choose(&im, "x"), -ENOENT);
	assert_int_equal(import_suggest(&im.account[0], name), 0);
	assert_string_equal(name, "s1");
	strcpy(im.account[0].server_id, "http://x y");
	assert_int_equal(import_suggest(&im.account[0], name), 0);
	assert_string_equal(name, "A");
	strcpy(im.account[0].label, "any");
	assert_int_equal(import_suggest(&im.account[0], name), -ENOENT);
}

static void accounts_are_bounded(void **state)
{
	size_t at;
	char *text = malloc(65536);
	unsigned int i;

	at = (size_t)sprintf(text, "<MgmtTree>");
	for (i = 0; i < IMPORT_ACCOUNTS_MAX + 5; i++)
		at += (size_t)sprintf(text + at, "<Node><NodeName>%u</NodeName>%s</Node>", i,
				      LEAF("AppID", "w7") LEAF("ServerID", "s"));
	sprintf(text + at, "</MgmtTree>");
	assert_int_equal(parse(text), 0);
	assert_int_equal(im.count, IMPORT_ACCOUNTS_MAX);
	assert_non_null(noted("over 32 accounts"));
	free(text);
}

static void credentials_are_bounded(void **state)
{
	assert_int_equal(parse(ONE(CL CL CL CL CL CL CL CL CL)), 0);
	assert_int_equal(im.account[0].cred_count, IMPORT_CREDS_MAX);
	assert_true(im.account[0].bad);
}

static void notes_are_bounded(void **state)
{
	char *text = malloc(65536);
	size_t at = (size_t)sprintf(text, "<MgmtTree><Node>%s<Node><NodeName>AppAuth</NodeName>",
				    LEAF("AppID", "w7") LEAF("ServerID", "s"));
	unsigned int i;

	for (i = 0; i < IMPORT_NOTES_MAX + 10; i++)
		at += (size_t)sprintf(text + at, "<Node>" LEAF("AAuthLevel", "OBEX") "</Node>");
	sprintf(text + at, "</Node></Node></MgmtTree>");
	assert_int_equal(parse(text), 0);
	assert_int_equal(im.note_count, IMPORT_NOTES_MAX + 10);
	assert_int_equal(import_notes_kept(&im), IMPORT_NOTES_MAX);
	free(text);
}

static void the_section_reads_back_the_same(void **state)
{
	static struct config c;
	char out[IMPORT_SECTION_MAX];

	assert_both(W7_ONE);
	strcpy(conf.a.name, "op");
	conf.a.mac_form = OMASEC_MAC_FORM_RFC2104;
	conf.a.app_cred = OMASEC_APP_CRED_STRIP;
	assert_int_equal(import_section(&conf, out), 0);
	assert_null(strstr(out, "pw-"));
	assert_null(strstr(out, "secret"));
	assert_int_equal(config_parse(&c, out, strlen(out)), 0);
	assert_string_equal(c.account[0].a.client.user, "dev");
	assert_int_equal(c.account[0].a.client.nonce.len, 6);
	assert_memory_equal(c.account[0].a.client.nonce.data, "Nonce1", 6);
	assert_int_equal(c.account[0].a.app_cred, OMASEC_APP_CRED_STRIP);
	config_free(&c);
}

static void what_the_file_cannot_say_is_not_written(void **state)
{
	static const char *const names[] = { "a ;b", " a", "a ", "; a" };
	char out[IMPORT_SECTION_MAX];
	unsigned int i;

	assert_both(W7_ONE);
	strcpy(conf.a.name, "op");
	for (i = 0; i < 3; i++) {
		strcpy(conf.a.client.user, names[i]);
		assert_int_equal(import_section(&conf, out), -EINVAL);
	}
	strcpy(conf.a.client.user, "dev");
	memset(conf.a.server_id, 'x', OMASEC_SERVER_ID_MAX);
	assert_int_equal(import_section(&conf, out), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest plain[] = {
		cmocka_unit_test(refuses_what_is_too_large),
		cmocka_unit_test(the_format_can_be_demanded),
		cmocka_unit_test(w7_levels_name_the_side_that_asks),
		cmocka_unit_test(the_best_of_several_is_taken),
		cmocka_unit_test(of_equals_one_has_to_be_chosen),
		cmocka_unit_test(a_name_stands_in_for_a_missing_one),
		cmocka_unit_test(without_a_server_name_it_is_the_identifier),
		cmocka_unit_test(a_missing_secret_is_told),
		cmocka_unit_test(leaves_that_stand_twice_are_a_fault),
		cmocka_unit_test(names_are_bounded_and_printable),
		cmocka_unit_test(secrets_are_taken_as_they_are),
		cmocka_unit_test(the_data_of_basic_is_no_nonce),
		cmocka_unit_test(accounts_are_wiped_when_they_are_freed),
		cmocka_unit_test(the_text_is_wiped_when_it_is_freed),
		cmocka_unit_test(no_note_tells_a_secret),
		cmocka_unit_test(one_of_several_is_chosen),
		cmocka_unit_test(accounts_are_bounded),
		cmocka_unit_test(credentials_are_bounded),
		cmocka_unit_test(notes_are_bounded),
		cmocka_unit_test(the_section_reads_back_the_same),
		cmocka_unit_test(what_the_file_cannot_say_is_not_written),
	};
	static struct table t;
	size_t i;

#define ROWS(array, run) \
	for (i = 0; i < sizeof(array) / sizeof((array)[0]); i++) \
		table_add(&t, (array)[i].name, run, &(array)[i])
	ROWS(shapes, takes_shape);
	ROWS(bads, refuses_document);
	ROWS(treatments, treats);
	ROWS(nonces, takes_nonce);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		t.tests[t.n++] = plain[i];
	i = (size_t)table_run("import", &t);
	teardown(NULL);
	return (int)i;
}
