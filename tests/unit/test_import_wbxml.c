// SPDX-License-Identifier: GPL-2.0
/*
 * Client provisioning in WBXML: octets written by hand from the token tables of
 * ProvCont, octets that libwbxml makes of XML, and every fault that is refused.
 */
#include "cmocka_table.h"

#include <errno.h>
#include <stdio.h>

#ifdef HAVE_LIBWBXML
#include <wbxml/wbxml.h>
#endif

#include "userspace/tool/import.h"

#define HEADER "\x03\x0b\x6a\x00"
#define DOC(x) HEADER "\xc5\x46\x01" x "\x01"
/* Both pages: the tag's does not move when the attributes' does. */
#define APP(x) "\xc6\x00\x01\x55\x01" x "\x01"
#define PARM(token, v) "\x87" token "\x00\x00\x06\x03" v "\x00\x00\x01\x01"
#define APPID PARM("\x36", "w7")
#define PROVIDER PARM("\x38", "Mgmt1")
#define APPAUTH(x) "\xc6\x57\x01" x "\x01"
#define APPSRV "\x87\x30\x06\x8d\x01"
#define TYPE(x) "\x87\x33\x06" x "\x01"
#define AUTH(x) DOC(APP(APPID PROVIDER APPAUTH(APPSRV TYPE("\x93") x)))
#define DIGEST "\x93"

static struct import im;

static int parse(const void *octets, size_t len)
{
	char *copy = exact_copy(octets, len);
	int rc;

	import_free(&im);
	rc = import_parse(&im, (uint8_t *)copy, len, IMPORT_AUTO, IMPORT_NONCE_AUTO);
	free(copy);
	return rc;
}

#define PARSE(x) parse(x, sizeof(x) - 1)

static int teardown(void **state)
{
	import_free(&im);
	return 0;
}

static const struct import_cred *only_cred(void)
{
	assert_int_equal(im.count, 1);
	assert_int_equal(im.account[0].cred_count, 1);
	return &im.account[0].cred[0];
}

static void takes_tokens_of_both_pages(void **state)
{
	assert_int_equal(PARSE(AUTH(PARM("\x31", "dev") PARM("\x32", "pw") PARM("\x2f", "Tm9uY2U="))), 0);
	assert_string_equal(im.account[0].server_id, "Mgmt1");
	assert_int_equal(im.format, IMPORT_W7);
	assert_int_equal(only_cred()->who, WHO_CLIENT);
	assert_int_equal(only_cred()->auth, IMPORT_AUTH_DIGEST);
	assert_string_equal(only_cred()->name, "dev");
	assert_string_equal(only_cred()->secret.data, "pw");
	assert_int_equal(only_cred()->nonce.len, 5);
	assert_memory_equal(only_cred()->nonce.data, "Nonce", 5);
}

static void a_value_is_made_of_pieces(void **state)
{
	/* DIGEST "," "HMAC", and a page switch within */
	assert_int_equal(PARSE(DOC(APP(APPID PROVIDER APPAUTH(APPSRV
		"\x87\x33\x06\x93\x90\x00\x00\x03HM\x00\x00\x01\x03\x41\x43\x00\x01"
		"\x87\x32\x06\x03p\x00\x02\x26\x03w\x00\x01")))), 0);
	assert_int_equal(only_cred()->auth, IMPORT_AUTH_HMAC);
	assert_string_equal(only_cred()->secret.data, "p&w");
}

static void takes_strings_of_the_table(void **state)
{
	assert_int_equal(PARSE("\x03\x0b\x6a\x09" "dev\0" "Mgm1\0" "\xc5\x46\x01"
			       APP(APPID "\x87\x38\x06\x83\x04\x01" APPAUTH(APPSRV TYPE(DIGEST) "\x87\x31\x06\x83\x00\x01"))
			       "\x01"), 0);
	assert_string_equal(im.account[0].server_id, "Mgm1");
	assert_string_equal(only_cred()->name, "dev");
}

static void takes_the_public_identifier_by_name(void **state)
{
	assert_int_equal(PARSE("\x03\x00\x00\x6a\x1e" "-//WAPFORUM//DTD PROV 1.0//EN\0" "\xc5\x46\x01"
			       APP(APPID PROVIDER) "\x01"), 0);
	assert_int_equal(im.count, 1);
}

static void opaque_data_is_a_raw_nonce(void **state)
{
	assert_int_equal(PARSE(AUTH("\x87\x2f\x06\xc3\x05\x00\x01\xff\x02\x03\x01")), 0);
	assert_int_equal(only_cred()->nonce.len, 5);
	assert_memory_equal(only_cred()->nonce.data, "\x00\x01\xff\x02\x03", 5);
	assert_int_equal(PARSE(AUTH("\x87\x2f\x06\xc3\x08Tm9uY2U=\x01")), 0);
	assert_int_equal(only_cred()->nonce.len, 8);
}

static void places_are_octets(void **state)
{
	assert_int_equal(PARSE(DOC(APP(APPID PROVIDER APPAUTH("\x87\x30\x06\x8e\x01")))), 0);
	assert_false(im.lines);
	assert_non_null(strstr(im.note[0].text, "level OBEX"));
	assert_memory_equal(DOC(APP(APPID PROVIDER APPAUTH(""))) + im.note[0].where, "\xc6\x57", 2);
}

#define BAD(name, octets, why) { name, octets, sizeof(octets) - 1, why }
static const struct bad {
	const char *name, *octets;
	size_t len;
	const char *why;
} bads[] = {
	BAD("version only", "\x03", "ends too early"),
	BAD("DM message", "\x02\xa4\x01\x6a\x00\x6d\x01", "public identifier"),
	BAD("identifier outside of the table", "\x03\x00\x05\x6a\x01x", "public identifier"),
	BAD("identifier of another document", "\x03\x00\x00\x6a\x03-//", "public identifier"),
	BAD("charset", "\x03\x0b\x04\x00\x45", "charset"),
	BAD("table longer than the document", "\x03\x0b\x6a\x7f", "string table is longer"),
	BAD("number of 33 bits", "\x03\x90\x80\x80\x80\x00", "32 bits"),
	BAD("number without an end", "\x03\x80\x80\x80\x80\x80\x00", "32 bits"),
	BAD("no root", HEADER, "ends too early"),
	BAD("END as root", HEADER "\x01", "did not begin"),
	BAD("other root", HEADER "\x06", "wap-provisioningdoc as root"),
	BAD("root on page 1", HEADER "\x00\x01\x45\x01", "wap-provisioningdoc as root"),
	BAD("root in the root", HEADER "\x45\x45\x01\x01", "wap-provisioningdoc as root"),
	BAD("unknown tag", HEADER "\x45\x08\x01", "wap-provisioningdoc as root"),
	BAD("string as content", HEADER "\x45\x03x\x00\x01", "wap-provisioningdoc as root"),
	BAD("page 2 of tags", HEADER "\x45\x00\x02", "code page 0 or 1"),
	BAD("page 2 of attributes", HEADER "\xc5\x00\x02", "code page 0 or 1"),
	BAD("element without attributes", HEADER "\x45\x46\x01\x01", "expected attributes"),
	BAD("parm without a name", DOC("\x87\x06\x03x\x00\x01"), "a name in parm"),
	BAD("characteristic without a type", DOC("\x86\x01"), "a type in characteristic"),
	BAD("two names", DOC("\x87\x07\x08\x01"), "given twice"),
	BAD("two values", DOC("\x87\x07\x06\x03x\x00\x06\x03y\x00\x01"), "given twice"),
	BAD("type in parm", DOC("\x87\x07\x55\x01"), "not one of its element"),
	BAD("name in characteristic", DOC("\x86\x55\x07\x01"), "not one of its element"),
	BAD("name in the root", HEADER "\xc5\x07\x01\x01", "not one of its element"),
	BAD("unknown attribute", DOC("\x87\x4d\x01"), "0x4d on page 0 is none"),
	BAD("unknown attribute of page 1", DOC("\x87\x00\x01\x08\x01"), "0x08 on page 1 is none"),
	BAD("unknown value", DOC("\x87\x07\x06\x80\x01"), "0x80 on page 0 is none"),
	BAD("value of the other page", DOC("\x87\x07\x06\x8d\x01"), "0x8d on page 0 is none"),
	BAD("value before the attribute", DOC("\x87\x85\x01"), "expected an attribute"),
	BAD("extension", DOC("\x87\x07\x06\x40x\x00\x01"), "is none"),
	BAD("content of parm", DOC("\xc7\x07\x01\x01"), "parm to be empty"),
	BAD("string that does not end", HEADER "\xc5\x45\x03xyz", "a string does not end"),
	BAD("string that is not UTF-8", DOC("\x87\x07\x06\x03\xff\x00\x01"), "UTF-8"),
	BAD("string with control characters", DOC("\x87\x07\x06\x03\x02\x00\x01"), "UTF-8"),
	BAD("string outside of the table", DOC("\x87\x07\x06\x83\x00\x01"), "outside of the string table"),
	BAD("table string that does not end", "\x03\x0b\x6a\x02xy\xc5\x45\x83\x00\x01\x01", "does not end"),
	BAD("opaque data longer than the document", DOC("\x87\x07\x06\xc3\x7fx\x01"), "opaque data is longer"),
	BAD("entity that is not ASCII", DOC("\x87\x07\x06\x02\x81\x00\x01"), "character entity"),
	BAD("attributes that do not end", HEADER "\xc5\x46", "ends too early"),
	BAD("octets after it", DOC("") "\x00", "nothing after the document"),
	BAD("no w7", DOC(""), "no APPLICATION"),
};

static void refuses(void **state)
{
	const struct bad *b = *state;

	assert_int_equal(parse(b->octets, b->len), -EINVAL);
	assert_int_equal(im.count, 0);
	assert_int_equal(im.note_count, 1);
	assert_true(im.note[0].fault);
	assert_non_null(strstr(im.note[0].text, b->why));
	assert_true(im.note[0].where <= b->len);
}

static void refuses_every_beginning(void **state)
{
	static const char whole[] = AUTH(PARM("\x31", "dev") PARM("\x32", "pw"));
	size_t len;

	for (len = 0; len < sizeof(whole) - 1; len++)
		assert_int_equal(parse(whole, len), -EINVAL);
	assert_int_equal(parse(whole, len), 0);
}

static void refuses_depth(void **state)
{
	uint8_t doc[256] = HEADER "\x45";
	size_t at = 5, i;

	for (i = 0; i < 15; i++, at += 3)
		memcpy(doc + at, "\xc6\x51\x01", 3);
	memset(doc + at, 1, 16);
	assert_int_equal(parse(doc, at + 16), -EINVAL);
	assert_non_null(strstr(im.note[0].text, "no APPLICATION"));
	memcpy(doc + at, "\xc6\x51\x01", 3);
	memset(doc + at + 3, 1, 17);
	assert_int_equal(parse(doc, at + 20), -EINVAL);
	assert_non_null(strstr(im.note[0].text, "levels"));
}

/* A table string named over and over: the text is bounded, not the naming. */
static void refuses_expansion(void **state)
{
	size_t table = 60000, cap = IMPORT_FILE_MAX, at = 0, i;
	uint8_t *doc = calloc(1, cap);

	memcpy(doc, "\x03\x0b\x6a\x83\xd4\x60", 6);
	at = 6;
	memset(doc + at, 'x', table - 1);
	at += table;
	memcpy(doc + at, "\x45", 1);
	at++;
	for (i = 0; i < 20; i++, at += 6)
		memcpy(doc + at, "\x87\x07\x06\x83\x00\x01", 6);
	doc[at++] = 1;
	assert_int_equal(parse(doc, at), -EINVAL);
	assert_non_null(strstr(im.note[0].text, "octets of names and values"));
	free(doc);
}

#ifdef HAVE_LIBWBXML
#define X_PARM(n, v) "<parm name=\"" n "\" value=\"" v "\"/>"
static const char *const documents[] = {
	X_PARM("APPID", "w7") X_PARM("PROVIDER-ID", "Mgmt1") X_PARM("NAME", "Op")
	"<characteristic type=\"APPADDR\">" X_PARM("ADDR", "http://x/") X_PARM("ADDRTYPE", "IPV6")
	"<characteristic type=\"PORT\">" X_PARM("PORTNBR", "8080") "</characteristic></characteristic>"
	"<characteristic type=\"APPAUTH\">" X_PARM("AAUTHLEVEL", "APPSRV") X_PARM("AAUTHTYPE", "DIGEST")
	X_PARM("AAUTHNAME", "dev") X_PARM("AAUTHSECRET", "pw&amp;&lt;") X_PARM("AAUTHDATA", "Tm9uY2U=") "</characteristic>"
	"<characteristic type=\"APPAUTH\">" X_PARM("AAUTHLEVEL", "CLIENT") X_PARM("AAUTHTYPE", "HMAC")
	X_PARM("AAUTHNAME", "srv") X_PARM("AAUTHSECRET", "BASIC-IPV4-APPSRV") X_PARM("AAUTHDATA", "nonce") "</characteristic>",
	X_PARM("APPID", "w7") X_PARM("PROVIDER-ID", "HTTP-DIGEST")
	"<characteristic type=\"APPAUTH\">" X_PARM("AAUTHLEVEL", "OBEX") X_PARM("AAUTHTYPE", "HTTP-BASIC") "</characteristic>",
};

/* XML and what libwbxml makes of it give the same accounts. */
static void agrees_with_libwbxml(void **state)
{
	static struct import first;
	size_t i;

	for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		WBXMLConvXML2WBXML *conv = NULL;
		WB_UTINY *wbxml = NULL;
		WB_ULONG len = 0;
		char xml[4096];
		unsigned int k;

		snprintf(xml, sizeof(xml), "<?xml version=\"1.0\"?><!DOCTYPE wap-provisioningdoc PUBLIC \"-//WAPFORUM//DTD PROV 1.0//EN\" "
			 "\"http://www.wapforum.org/DTD/prov.dtd\"><wap-provisioningdoc version=\"1.0\">"
			 "<characteristic type=\"APPLICATION\">%s</characteristic></wap-provisioningdoc>", documents[i]);
		assert_int_equal(wbxml_conv_xml2wbxml_create(&conv), WBXML_OK);
		assert_int_equal(wbxml_conv_xml2wbxml_run(conv, (WB_UTINY *)xml, (WB_ULONG)strlen(xml), &wbxml, &len), WBXML_OK);
		wbxml_conv_xml2wbxml_destroy(conv);
		assert_int_equal(parse(xml, strlen(xml)), 0);
		first = im;
		memset(&im, 0, sizeof(im));
		assert_int_equal(parse(wbxml, len), 0);
		assert_int_equal(im.count, first.count);
		assert_int_equal(im.note_count, first.note_count);
		for (k = 0; k < im.note_count; k++)
			assert_string_equal(im.note[k].text, first.note[k].text);
		assert_string_equal(im.account[0].server_id, first.account[0].server_id);
		assert_string_equal(im.account[0].label, first.account[0].label);
		assert_int_equal(im.account[0].cred_count, first.account[0].cred_count);
		for (k = 0; k < im.account[0].cred_count; k++) {
			struct import_cred *a = &im.account[0].cred[k], *b = &first.account[0].cred[k];

			a->where = b->where;
			assert_memory_equal(a, b, sizeof(*a));
		}
		import_free(&first);
		free(wbxml);
	}
}
#endif

int main(void)
{
	static const struct CMUnitTest plain[] = {
		cmocka_unit_test(takes_tokens_of_both_pages),
		cmocka_unit_test(a_value_is_made_of_pieces),
		cmocka_unit_test(takes_strings_of_the_table),
		cmocka_unit_test(takes_the_public_identifier_by_name),
		cmocka_unit_test(opaque_data_is_a_raw_nonce),
		cmocka_unit_test(places_are_octets),
		cmocka_unit_test(refuses_every_beginning),
		cmocka_unit_test(refuses_depth),
		cmocka_unit_test(refuses_expansion),
#ifdef HAVE_LIBWBXML
		cmocka_unit_test(agrees_with_libwbxml),
#endif
	};
	static struct table t;
	size_t i;

	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
		table_add(&t, bads[i].name, refuses, &bads[i]);
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		t.tests[t.n++] = plain[i];
	i = (size_t)table_run("import_wbxml", &t);
	teardown(NULL);
	return (int)i;
}
