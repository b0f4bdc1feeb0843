// SPDX-License-Identifier: GPL-2.0
/*
 * Messages in the other encoding and back: what is the same then, what is refused, and that
 * the comparison sees what a conversion could lose.
 */
#include "dm_samples.h"

#define HEAD "\x02\xa4\x01\x6a\x00"
#define HDR \
	"\x6d\x6c\x71\x03" "1.2\0\x01\x72\x03" "DM/1.2\0\x01\x65\x03" "1\0\x01\x5b\x03" "2\0\x01" \
	"\x6e\x57\x03" "t\0\x01\x01\x67\x57\x03" "s\0\x01\x01\x01"
/* Add with one Item whose Data holds what comes between */
#define ADD_OPEN "\x6b\x45\x4b\x03" "1\0\x01\x54\x4f"
#define ADD_CLOSE "\x01\x01\x12\x01\x01"
#define ADD(data) MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item>" data "</Item></Add><Final/>")

#define OCTETS(s) s, sizeof(s) - 1

static const struct row {
	const char *name, *body;
	size_t len;
	enum dm_encoding to;
	const char *has;	/* the other form has it; NULL: is refused */
	const char *says;	/* then */
} rows[] = {
	{ "inline_string", OCTETS(HEAD HDR ADD_OPEN "\x03" "a<b>&c\0\x01" ADD_CLOSE), DM_XML,
	  "<Data>a&lt;b&gt;&amp;c</Data>", NULL },
	{ "markup_in_opaque_stays_text", OCTETS(HEAD HDR ADD_OPEN "\xc3\x11]]><Exec/><Data>\n\x01" ADD_CLOSE), DM_XML,
	  "<Data>]]&gt;&lt;Exec/&gt;&lt;Data&gt;\n</Data>", NULL },
	{ "line_ends", OCTETS(HEAD HDR ADD_OPEN "\x03" "a\r\nb\rc\n\0\x01" ADD_CLOSE), DM_XML,
	  "<Data>a&#13;\nb&#13;c\n</Data>", NULL },
	{ "blanks_are_data", OCTETS(HEAD HDR ADD_OPEN "\x03" "  \t\0\x01" ADD_CLOSE), DM_XML, "<Data>  \t</Data>",
	  NULL },
	{ "nothing_is_empty", OCTETS(HEAD HDR ADD_OPEN "\xc3\x00\x01" ADD_CLOSE), DM_XML, "<Data></Data>", NULL },
	{ "table_string_and_inline", OCTETS("\x02\xa4\x01\x6a\x04\xc3\xa9z\0" HDR ADD_OPEN "\x83\x00\x03-\0\x83\x02\x01"
					    ADD_CLOSE), DM_XML, "<Data>\xc3\xa9z-z</Data>", NULL },
	{ "management_tree", OCTETS(HEAD HDR ADD_OPEN "\x00\x02\x60\x77\x03" "1.2\0\x01\x01\x01\x01\x01\x00\x00\x12\x01\x01"),
	  DM_XML, "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD></MgmtTree>", NULL },
	{ "syncml_1_1", OCTETS("\x02\x9f\x53\x6a\x00" HDR ADD_OPEN "\x01" ADD_CLOSE), DM_XML, "SYNCML:SYNCML1.1", NULL },
	{ "identifier_as_text", OCTETS("\x02\x00\x00\x6a\x1e-//SYNCML//DTD SyncML 1.2//EN\0" HDR ADD_OPEN "\x01" ADD_CLOSE),
	  DM_XML, "SYNCML:SYNCML1.2", NULL },
	{ "version_1_3", OCTETS("\x03\xa4\x01\x6a\x00" HDR ADD_OPEN "\x01" ADD_CLOSE), DM_XML, "<Data", NULL },
	{ "binary_data", OCTETS(HEAD HDR ADD_OPEN "\xc3\x03\x00\xff\x01\x01" ADD_CLOSE), DM_XML, NULL, "binary" },
	{ "control_characters", OCTETS(HEAD HDR ADD_OPEN "\xc3\x01\x07\x01" ADD_CLOSE), DM_XML, NULL, "binary" },
	{ "no_character_of_xml", OCTETS(HEAD HDR ADD_OPEN "\xc3\x03\xef\xbf\xbf\x01" ADD_CLOSE), DM_XML, NULL, "" },

	{ "sample", OCTETS(SAMPLE), DM_WBXML, "<x>&amp;", NULL },
	{ "sections_are_text", OCTETS(ADD("<Data><![CDATA[<a b='c'/>]]></Data>")), DM_WBXML, "<a b='c'/>", NULL },
	{ "tree_in_xml", OCTETS(ADD("<Data><MgmtTree xmlns='syncml:dmddf1.2'><VerDTD>1.2</VerDTD></MgmtTree></Data>")),
	  DM_WBXML, "\x00\x02\x60\x77\x03" "1.2", NULL },
	{ "comment_between", OCTETS(ADD("<!-- none --><Data>x</Data>")), DM_WBXML, "\x4f\x03x", NULL },
	{ "comment_inside_a_text", OCTETS(ADD("<Data>x<!-- -->y</Data>")), DM_WBXML, NULL, "a comment inside Data" },
	{ "foreign_element", OCTETS(ADD("<Data><a xmlns='urn:x'/></Data>")), DM_WBXML, NULL, "foreign" },
	{ "attribute", OCTETS(ADD("<Data a='b'>x</Data>")), DM_WBXML, NULL, "attribute" },
	{ "version_1_3_in_xml", OCTETS("<SyncML xmlns='SYNCML:SYNCML1.3'><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Final/>"
				       "</SyncBody></SyncML>"), DM_WBXML, NULL, "not the same" },
	{ "no_namespace", OCTETS("<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Final/></SyncBody></SyncML>"),
	  DM_WBXML, "DM/1.2", NULL },
	{ "device_information", OCTETS(ADD("<Data><DevInf xmlns='syncml:devinf'/></Data>")), DM_WBXML, NULL,
	  "has no token" },
};

static const char *type_of(enum dm_encoding e)
{
	return e == DM_XML ? TYPE_XML : TYPE_WBXML;
}

static bool same(const void *a, size_t a_len, const char *a_type, const void *b, size_t b_len, const char *b_type)
{
	struct dm_doc *one = parse_good(a, a_len, a_type), *two = parse_good(b, b_len, b_type);
	bool is = dm_same(one, two);

	assert_int_equal(dm_same(two, one), is);
	dm_doc_free(one);
	dm_doc_free(two);
	return is;
}

static void converts(void **state)
{
	const struct row *row = *state;
	enum dm_encoding from = row->to == DM_XML ? DM_WBXML : DM_XML;
	struct dm_error err = { 0 };
	uint8_t *out = NULL, *back = NULL;
	size_t len = 0, back_len;
	int ret = dm_convert((const uint8_t *)row->body, row->len, row->to, &out, &len, &err);

	if (!row->has) {
		assert_int_equal(ret, -EBADMSG);
		assert_int_equal(err.reason, OMASEC_REASON_NOT_CONVERTIBLE);
		assert_non_null(strstr(err.text, row->says));
		assert_true(err.text[0]);
		assert_null(out);
		return;
	}
	if (ret)
		fail_msg("refused: %u %s", err.reason, err.text);
	assert_non_null(memmem(out, len, row->has, row->has[0] ? strlen(row->has) : 5));
	assert_int_equal(dm_convert(out, len, from, &back, &back_len, &err), 0);
	assert_true(same(row->body, row->len, type_of(from), back, back_len, type_of(from)));
	assert_true(same(row->body, row->len, type_of(from), out, len, type_of(row->to)));
	free(out);
	free(back);
}

#define DATA(data) ADD("<Data>" data "</Data>")

static const struct pair {
	const char *name, *one, *two;
	bool same;
} pairs[] = {
	{ "itself", DATA("x"), DATA("x"), true },
	{ "layout", DATA("x"), ADD("\n\t<Data>x</Data>\r\n"), true },
	{ "empty", DATA(""), ADD("<Data/>"), true },
	{ "ways_to_write", DATA("a&lt;&#x62;"), DATA("<![CDATA[a<]]>b"), true },
	{ "text", DATA("x"), DATA("y"), false },
	{ "longer", DATA("x"), DATA("xx"), false },
	{ "blank_text", DATA(" "), DATA(""), false },
	{ "blank_behind", DATA("x "), DATA("x"), false },
	{ "line_end", DATA("a&#13;\nb"), DATA("a\nb"), false },
	{ "name", DATA("x"), ADD("<CmdID>x</CmdID>"), false },
	{ "missing", DATA("x"), ADD("<Data>x</Data><Data/>"), false },
	{ "place_of_text", ADD("<Source><LocURI>x</LocURI></Source>"), ADD("<Source><LocURI/>x</Source>"), false },
	{ "place_of_element", ADD("<Source><LocURI/></Source><Data/>"), ADD("<Source><LocURI/><Data/></Source>"), false },
	{ "version", DATA("x"),
	  "<SyncML xmlns='SYNCML:SYNCML1.1'><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Add><CmdID>1</CmdID><Item>"
	  "<Data>x</Data></Item></Add><Final/></SyncBody></SyncML>", false },
};

static void compares(void **state)
{
	const struct pair *p = *state;

	assert_int_equal(same(p->one, strlen(p->one), TYPE_XML, p->two, strlen(p->two), TYPE_XML), p->same);
}

/* What is no message in the first place has the reasons of its reader. */
static void bad_messages_are_not_converted(void **state)
{
	struct dm_error err = { 0 };
	uint8_t *out = NULL;
	size_t len;

	(void)state;
	assert_int_equal(dm_convert((const uint8_t *)SAMPLE, strlen(SAMPLE), DM_XML, &out, &len, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_WBXML_BAD);
	assert_int_equal(dm_convert((const uint8_t *)HEAD, 5, DM_WBXML, &out, &len, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_XML_BAD);
	assert_null(out);
}

int main(void)
{
	static struct table t;
	size_t i;

	dm_init();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		table_add(&t, rows[i].name, converts, &rows[i]);
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		table_add(&t, pairs[i].name, compares, &pairs[i]);
	table_add(&t, "bad_messages_are_not_converted", bad_messages_are_not_converted, NULL);
	return table_run("convert", &t);
}
