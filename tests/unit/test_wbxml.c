// SPDX-License-Identifier: GPL-2.0
/*
 * WBXML into the tree and out of it: every malformed class by name, the token
 * tables and whole messages against libwbxml (where that is right: no "]]>", no
 * line ends, no +wbxml types), and that time is linear.
 */
#include "dm_samples.h"

#include <time.h>
#ifdef HAVE_LIBWBXML
#include <wbxml/wbxml.h>
#endif

#define HEAD "\x02\xa4\x01\x6a\x00"
/* SyncHdr, then SyncBody up to the first command */
#define HDR \
	"\x6d\x6c\x71\x03" "1.2\0\x01\x72\x03" "DM/1.2\0\x01\x65\x03" "1\0\x01\x5b\x03" "2\0\x01" \
	"\x6e\x57\x03" "t\0\x01\x01\x67\x57\x03" "s\0\x01\x01\x01"
#define BODY_FINAL "\x6b\x12\x01\x01"
/* Add with one Item whose Data holds what comes between; page 0 at the end */
#define ADD_OPEN "\x6b\x45\x4b\x03" "1\0\x01\x54\x4f"
#define ADD_CLOSE "\x01\x01\x12\x01\x01"

#define OCTETS(s) s, sizeof(s) - 1

static const struct row {
	const char *name, *body;
	size_t len;
	const char *says;	/* NULL: is taken */
} rows[] = {
	{ "takes_shortest", OCTETS(HEAD HDR BODY_FINAL), NULL },
	{ "takes_version_1_1", OCTETS("\x01\xa4\x01\x6a\x00" HDR BODY_FINAL), NULL },
	{ "takes_version_1_3", OCTETS("\x03\xa4\x01\x6a\x00" HDR BODY_FINAL), NULL },
	{ "takes_syncml_1_1", OCTETS("\x02\x9f\x53\x6a\x00" HDR BODY_FINAL), NULL },
	{ "takes_identifier_as_text",
	  OCTETS("\x02\x00\x00\x6a\x1e-//SYNCML//DTD SyncML 1.2//EN\0" HDR BODY_FINAL), NULL },
	{ "takes_identifier_without_terminator",
	  OCTETS("\x02\x00\x00\x6a\x1d-//SYNCML//DTD SyncML 1.1//EN" HDR BODY_FINAL), NULL },
	{ "takes_identifier_inside_table",
	  OCTETS("\x02\x00\x02\x6a\x20x\0-//SYNCML//DTD SyncML 1.2//EN\0" HDR BODY_FINAL), NULL },
	{ "takes_table_string",
	  OCTETS("\x02\xa4\x01\x6a\x04\xc3\xa9z\0" HDR ADD_OPEN "\x83\x00\x83\x02\x01" ADD_CLOSE), NULL },
	{ "takes_opaque", OCTETS(HEAD HDR ADD_OPEN "\xc3\x03\x00\xff\x01\x01" ADD_CLOSE), NULL },
	{ "takes_empty_opaque", OCTETS(HEAD HDR ADD_OPEN "\xc3\x00\x01" ADD_CLOSE), NULL },
	{ "takes_long_number_form", OCTETS(HEAD HDR ADD_OPEN "\xc3\x80\x80\x80\x80\x01x\x01" ADD_CLOSE), NULL },
	{ "takes_page_switch_and_back",
	  OCTETS(HEAD HDR ADD_OPEN "\x00\x02\x60\x77\x03" "1.2\0\x01\x01\x01\x01\x01\x00\x00\x12\x01\x01"),
	  NULL },
	{ "takes_idle_page_switches",
	  OCTETS(HEAD "\x00\x01\x00\x00" HDR "\x6b\x00\x01\x00\x00\x12\x01\x01"), NULL },

	{ "refuses_empty", OCTETS(""), "empty" },
	{ "refuses_version_1_0", OCTETS("\x00\xa4\x01\x6a\x00" HDR BODY_FINAL), "version" },
	{ "refuses_version_1_4", OCTETS("\x04\xa4\x01\x6a\x00" HDR BODY_FINAL), "version" },
	{ "refuses_other_document", OCTETS("\x02\x0b\x6a\x00" HDR BODY_FINAL), "public identifier" },
	{ "refuses_unknown_identifier_text",
	  OCTETS("\x02\x00\x00\x6a\x1e-//SYNCML//DTD SyncML 9.9//EN\0" HDR BODY_FINAL), "public identifier" },
	{ "refuses_identifier_outside_table", OCTETS("\x02\x00\x05\x6a\x02x\0" HDR BODY_FINAL),
	  "public identifier" },
	{ "refuses_identifier_behind_table",
	  OCTETS("\x02\x00\x03\x6a\x02x\0y-//SYNCML//DTD SyncML 1.2//EN\0" HDR BODY_FINAL), "public identifier" },
	{ "refuses_identifier_without_table", OCTETS("\x02\x00\x00\x6a\x00" HDR BODY_FINAL),
	  "public identifier" },
	{ "refuses_latin1", OCTETS("\x02\xa4\x01\x04\x00" HDR BODY_FINAL), "charset" },
	{ "refuses_unknown_charset", OCTETS("\x02\xa4\x01\x00\x00" HDR BODY_FINAL), "charset" },
	{ "refuses_table_longer_than_message", OCTETS("\x02\xa4\x01\x6a\x7f" HDR BODY_FINAL), "string table" },
	{ "refuses_huge_table", OCTETS("\x02\xa4\x01\x6a\x8f\xff\xff\xff\x7f" HDR BODY_FINAL), "string table" },
	{ "refuses_table_not_utf8", OCTETS("\x02\xa4\x01\x6a\x02\xff\0" HDR BODY_FINAL), "not UTF-8" },
	{ "refuses_cut_header", OCTETS("\x02\xa4"), "number" },
	{ "refuses_header_only", OCTETS(HEAD), "ends inside" },
	{ "refuses_number_of_six_octets",
	  OCTETS(HEAD HDR ADD_OPEN "\xc3\x80\x80\x80\x80\x80\x01x\x01" ADD_CLOSE), "32 bits" },
	{ "refuses_number_over_32_bits",
	  OCTETS(HEAD HDR ADD_OPEN "\xc3\x90\x80\x80\x80\x00\x01" ADD_CLOSE), "32 bits" },
	{ "refuses_trailing_octets", OCTETS(HEAD HDR BODY_FINAL "\x00"), "after the root" },
	{ "refuses_trailing_page_switch", OCTETS(HEAD HDR BODY_FINAL "\x00\x01"), "after the root" },
	{ "refuses_second_root", OCTETS(HEAD HDR BODY_FINAL HDR BODY_FINAL), "after the root" },
	{ "refuses_text_before_root", OCTETS(HEAD "\x03x\0" HDR BODY_FINAL), "outside the root" },
	{ "refuses_end_before_root", OCTETS(HEAD "\x01" HDR BODY_FINAL), "without an open element" },
	{ "refuses_instruction", OCTETS(HEAD "\x43\x05\x01" HDR BODY_FINAL), "processing instruction" },
	{ "refuses_instruction_inside", OCTETS(HEAD HDR ADD_OPEN "\x43\x05\x01\x01" ADD_CLOSE),
	  "processing instruction" },
	{ "refuses_extension_inline", OCTETS(HEAD HDR ADD_OPEN "\x40x\0\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_inline_1", OCTETS(HEAD HDR ADD_OPEN "\x41x\0\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_inline_2", OCTETS(HEAD HDR ADD_OPEN "\x42x\0\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_table", OCTETS(HEAD HDR ADD_OPEN "\x80\x00\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_table_1", OCTETS(HEAD HDR ADD_OPEN "\x81\x00\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_table_2", OCTETS(HEAD HDR ADD_OPEN "\x82\x00\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_octet", OCTETS(HEAD HDR ADD_OPEN "\xc0\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_octet_1", OCTETS(HEAD HDR ADD_OPEN "\xc1\x01" ADD_CLOSE), "extension" },
	{ "refuses_extension_octet_2", OCTETS(HEAD HDR ADD_OPEN "\xc2\x01" ADD_CLOSE), "extension" },
	{ "refuses_entity", OCTETS(HEAD HDR ADD_OPEN "\x02\x20\x01" ADD_CLOSE), "entity" },
	{ "refuses_attributes", OCTETS(HEAD HDR ADD_OPEN "\x8f\x05\x01\x01" ADD_CLOSE), "attributes" },
	{ "refuses_attributes_and_content", OCTETS(HEAD HDR ADD_OPEN "\xcf\x05\x01\x01\x01" ADD_CLOSE),
	  "attributes" },
	{ "refuses_literal", OCTETS(HEAD HDR ADD_OPEN "\x04\x00\x01" ADD_CLOSE), "literal" },
	{ "refuses_literal_content", OCTETS(HEAD HDR ADD_OPEN "\x44\x00\x01\x01" ADD_CLOSE), "literal" },
	{ "refuses_literal_attributes", OCTETS(HEAD HDR ADD_OPEN "\x84\x00\x01\x01" ADD_CLOSE), "literal" },
	{ "refuses_literal_both", OCTETS(HEAD HDR ADD_OPEN "\xc4\x00\x01\x01\x01" ADD_CLOSE), "literal" },
	{ "refuses_unknown_tag", OCTETS(HEAD HDR ADD_OPEN "\x3f\x01" ADD_CLOSE), "unknown tag" },
	{ "refuses_gap_in_table", OCTETS(HEAD HDR ADD_OPEN "\x30\x01" ADD_CLOSE), "unknown tag" },
	{ "refuses_unknown_tag_of_page_1", OCTETS(HEAD HDR ADD_OPEN "\x00\x01\x17\x00\x00\x01" ADD_CLOSE),
	  "unknown tag" },
	{ "refuses_unknown_page", OCTETS(HEAD HDR ADD_OPEN "\x00\x03\x05\x01" ADD_CLOSE), "code page" },
	{ "refuses_page_255", OCTETS(HEAD HDR ADD_OPEN "\x00\xff\x05\x01" ADD_CLOSE), "code page" },
	{ "refuses_cut_page_switch", OCTETS(HEAD HDR ADD_OPEN "\x00"), "page switch" },
	{ "refuses_string_without_end", OCTETS(HEAD HDR ADD_OPEN "\x03xyz"), "does not end" },
	{ "refuses_string_not_utf8", OCTETS(HEAD HDR ADD_OPEN "\x03\xc3(\0\x01" ADD_CLOSE), "not UTF-8" },
	{ "refuses_string_with_control", OCTETS(HEAD HDR ADD_OPEN "\x03\x07\0\x01" ADD_CLOSE), "not UTF-8" },
	{ "refuses_string_above_unicode", OCTETS(HEAD HDR ADD_OPEN "\x03\xf4\x90\x80\x80\0\x01" ADD_CLOSE),
	  "not UTF-8" },
	{ "refuses_string_with_no_character", OCTETS(HEAD HDR ADD_OPEN "\x03\xef\xbf\xbe\0\x01" ADD_CLOSE),
	  "not UTF-8" },
	{ "takes_string_of_last_characters", OCTETS(HEAD HDR ADD_OPEN "\x03\xef\xbf\xbd\xf4\x8f\xbf\xbf\0\x01" ADD_CLOSE),
	  NULL },
	{ "refuses_string_outside_table", OCTETS(HEAD HDR ADD_OPEN "\x83\x00\x01" ADD_CLOSE),
	  "outside the string table" },
	{ "refuses_table_string_without_end",
	  OCTETS("\x02\xa4\x01\x6a\x02xy" HDR ADD_OPEN "\x83\x00\x01" ADD_CLOSE), "does not end" },
	{ "refuses_table_string_inside_character",
	  OCTETS("\x02\xa4\x01\x6a\x03\xc3\xa9\0" HDR ADD_OPEN "\x83\x01\x01" ADD_CLOSE), "not UTF-8" },
	{ "refuses_opaque_longer_than_message", OCTETS(HEAD HDR ADD_OPEN "\xc3\x40x\x01" ADD_CLOSE),
	  "longer than the message" },
	{ "refuses_opaque_of_4_gib", OCTETS(HEAD HDR ADD_OPEN "\xc3\x8f\xff\xff\xff\x7fx\x01" ADD_CLOSE),
	  "longer than the message" },
	{ "refuses_root_of_other_kind", OCTETS(HEAD "\x6c\x01"), "root" },
	{ "refuses_devinf_root_in_syncml", OCTETS(HEAD "\x4a\x01"), "root" },
};

static void row_holds(void **state)
{
	const struct row *row = *state;
	char *copy = exact_copy(row->body, row->len);
	struct dm_error err;
	struct dm_doc *doc;

	if (!row->says) {
		dm_doc_free(parse_good(copy, row->len, TYPE_WBXML));
	} else {
		assert_int_equal(parse(copy, row->len, TYPE_WBXML, &doc, &err), -EBADMSG);
		assert_null(doc);
		assert_int_equal(err.reason, OMASEC_REASON_WBXML_BAD);
		if (!strstr(err.text, row->says))
			fail_msg("says \"%s\", not \"%s\"", err.text, row->says);
	}
	free(copy);
}

static void refuses_other_documents(void **state)
{
	static const char metinf[] = "\x02\xa4\x02\x6a\x00\x4e\x53\x03x\0\x01\x01";
	static const char devinf[] = "\x02\xa4\x03\x6a\x00\x4a\x51\x03x\0\x01\x01";
	struct dm_error err;
	struct dm_doc *doc;

	(void)state;
	assert_int_equal(parse(OCTETS(metinf), TYPE_WBXML, &doc, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_DM_BAD);
	assert_non_null(strstr(err.text, "root is MetInf"));
	assert_int_equal(parse(OCTETS(devinf), TYPE_WBXML, &doc, &err), -EBADMSG);
	assert_int_equal(err.reason, OMASEC_REASON_DM_BAD);
	assert_non_null(strstr(err.text, "root is DevInf"));
}

static void refuses_every_truncation(void **state)
{
	size_t len, cut;
	uint8_t *body = recode(SAMPLE, strlen(SAMPLE), DM_WBXML, &len);
	struct dm_error err;
	struct dm_doc *doc;

	(void)state;
	for (cut = 0; cut < len; cut++) {
		char *copy = exact_copy(body, cut);

		assert_int_equal(parse(copy, cut, TYPE_WBXML, &doc, &err), -EBADMSG);
		assert_int_equal(err.reason, OMASEC_REASON_WBXML_BAD);
		free(copy);
	}
	free(body);
}

static uint8_t *nested(unsigned int depth, size_t *len)
{
	uint8_t *s = malloc(256 + 2 * (size_t)depth), *p = s;

	p = mempcpy(p, HEAD HDR ADD_OPEN, sizeof(HEAD HDR ADD_OPEN) - 1);
	p = mempcpy(memset(p, 0x4f, depth), "", 0) + depth;
	p = (uint8_t *)memset(p, 0x01, depth) + depth;
	p = mempcpy(p, "\x01" ADD_CLOSE, sizeof("\x01" ADD_CLOSE) - 1);
	*len = (size_t)(p - s);
	return s;
}

static void depth_is_limited(void **state)
{
	struct dm_error err;
	struct dm_doc *doc;
	uint8_t *s;
	size_t len;

	(void)state;
	s = nested(DM_DEPTH_MAX - 5, &len);
	dm_doc_free(parse_good(s, len, TYPE_WBXML));
	free(s);
	s = nested(DM_DEPTH_MAX - 4, &len);
	assert_int_equal(parse(s, len, TYPE_WBXML, &doc, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "deeper than 64"));
	free(s);
	s = nested(100000, &len);
	assert_int_equal(parse(s, len, TYPE_WBXML, &doc, &err), -EBADMSG);
	free(s);
}

/* @uses references to one table string of @each octets */
static int parse_table_uses(size_t each, size_t uses, struct dm_error *err)
{
	size_t cap = each + 3 * uses + 256;
	uint8_t *s = malloc(cap), *p = s;
	struct dm_doc *doc;
	int ret;

	p = mempcpy(p, "\x02\xa4\x01\x6a", 4);
	*p++ = (uint8_t)(0x80 | (each + 1) >> 7);
	*p++ = (each + 1) & 0x7f;
	p = (uint8_t *)memset(p, 'x', each) + each;
	*p++ = 0;
	p = mempcpy(p, HDR ADD_OPEN, sizeof(HDR ADD_OPEN) - 1);
	while (uses--)
		p = mempcpy(p, "\x83\x00", 2);
	p = mempcpy(p, "\x01" ADD_CLOSE, sizeof("\x01" ADD_CLOSE) - 1);
	ret = parse(s, (size_t)(p - s), TYPE_WBXML, &doc, err);
	dm_doc_free(doc);
	free(s);
	return ret;
}

static void table_strings_are_limited(void **state)
{
	struct dm_error err;

	(void)state;
	assert_int_equal(parse_table_uses(4095, 3, &err), 0);
	assert_int_equal(parse_table_uses(4096, 1, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "within 4096"));
	assert_int_equal(parse_table_uses(2000, 100, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "over 8 messages"));
}

static void nodes_are_limited(void **state)
{
	size_t n = DM_NODES_MAX, len = n + 256;
	uint8_t *s = malloc(len), *p = s;
	struct dm_error err;
	struct dm_doc *doc;

	(void)state;
	p = mempcpy(p, HEAD HDR ADD_OPEN, sizeof(HEAD HDR ADD_OPEN) - 1);
	p = (uint8_t *)memset(p, 0x0f, n) + n;
	p = mempcpy(p, "\x01" ADD_CLOSE, sizeof("\x01" ADD_CLOSE) - 1);
	assert_int_equal(parse(s, (size_t)(p - s), TYPE_WBXML, &doc, &err), -EMSGSIZE);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	free(s);
}

static void survives_round_trip(void **state)
{
	size_t len, again_len;
	uint8_t *body = recode(SAMPLE, strlen(SAMPLE), DM_WBXML, &len), *again;
	struct dm_doc *doc = parse_good(body, len, TYPE_WBXML);
	char *from_xml = canonical_of(SAMPLE, strlen(SAMPLE), TYPE_XML), *from_wbxml = canonical(doc);
	struct dm_error err;

	(void)state;
	assert_string_equal(from_xml, from_wbxml);
	assert_int_equal(dm_encode(doc, DM_WBXML, &again, &again_len, &err), 0);
	assert_int_equal(again_len, len);
	assert_memory_equal(again, body, len);
	dm_doc_free(doc);
	free(again);
	free(from_xml);
	free(from_wbxml);
	free(body);
}

/* WBXML to tree to WBXML: page switches, empty tags, opaque data stay as they were. */
static void octets_survive_round_trip(void **state)
{
	const struct row *row = *state;
	struct dm_doc *doc = parse_good(row->body, row->len, TYPE_WBXML);
	struct dm_error err;
	uint8_t *out;
	size_t len;

	assert_int_equal(dm_encode(doc, DM_WBXML, &out, &len, &err), 0);
	assert_int_equal(len, row->len);
	assert_memory_equal(out, row->body, len);
	dm_doc_free(doc);
	free(out);
}

static const char *const exact[] = {
	"takes_shortest", "takes_version_1_1", "takes_version_1_3", "takes_syncml_1_1", "takes_opaque",
	"takes_empty_opaque", "takes_page_switch_and_back",
};

/* Opaque data whose length takes two to four octets. */
static void long_data_survives_round_trip(void **state)
{
	static const size_t sizes[] = { 127, 128, 16383, 16384, 2097151, 2097152 };
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *body = malloc(sizes[i] + 256), *p = body, *out;
		struct dm_error err;
		struct dm_doc *doc;
		int shift;

		p = mempcpy(p, HEAD HDR ADD_OPEN "\xc3", sizeof(HEAD HDR ADD_OPEN "\xc3") - 1);
		for (shift = 21; shift > 0; shift -= 7) {
			if (sizes[i] >> shift)
				*p++ = (uint8_t)(0x80 | (sizes[i] >> shift & 0x7f));
		}
		*p++ = sizes[i] & 0x7f;
		p = (uint8_t *)memset(p, 0xee, sizes[i]) + sizes[i];
		p = mempcpy(p, "\x01" ADD_CLOSE, sizeof("\x01" ADD_CLOSE) - 1);
		doc = parse_good(body, (size_t)(p - body), TYPE_WBXML);
		assert_int_equal(dm_encode(doc, DM_WBXML, &out, &len, &err), 0);
		assert_int_equal(len, (size_t)(p - body));
		assert_memory_equal(out, body, len);
		dm_doc_free(doc);
		free(out);
		free(body);
	}
}

/* White space between elements does not go over the air, white space that is data does. */
static void layout_is_not_encoded(void **state)
{
	static const char pretty[] = MESSAGE("\n " HDR_FIELDS "\n", "\t<Add>\r\n<CmdID>1</CmdID> <Item>\n<Data>\n </Data></Item>"
		"</Add>\n<Final/>\n");
	static const char compact[] = MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data>\n </Data></Item></Add><Final/>");
	static const char lost[] = MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data/></Item></Add><Final/>");
	size_t len[3];
	uint8_t *out[3];

	(void)state;
	out[0] = recode(pretty, sizeof(pretty) - 1, DM_WBXML, &len[0]);
	out[1] = recode(compact, sizeof(compact) - 1, DM_WBXML, &len[1]);
	out[2] = recode(lost, sizeof(lost) - 1, DM_WBXML, &len[2]);
	assert_int_equal(len[0], len[1]);
	assert_memory_equal(out[0], out[1], len[0]);
	assert_int_not_equal(len[1], len[2]);
	free(out[0]);
	free(out[1]);
	free(out[2]);
}

static void binary_data_has_no_xml_form(void **state)
{
	struct dm_doc *doc = parse_good(OCTETS(HEAD HDR ADD_OPEN "\xc3\x03\x00\xff\x01\x01" ADD_CLOSE),
					TYPE_WBXML);
	struct dm_error err;
	uint8_t *out;
	size_t len;

	(void)state;
	assert_int_equal(dm_encode(doc, DM_XML, &out, &len, &err), -EINVAL);
	dm_doc_free(doc);
}

/* The fault of libwbxml's that matters most: data cannot become markup. */
static void data_never_becomes_markup(void **state)
{
	static const char evil[] = "]]></Data></Item></Add><Exec><CmdID>9</CmdID></Exec><![CDATA[";
	uint8_t body[512], *p = body;
	char *text;

	(void)state;
	p = mempcpy(p, HEAD HDR ADD_OPEN "\xc3", sizeof(HEAD HDR ADD_OPEN "\xc3") - 1);
	*p++ = sizeof(evil) - 1;
	p = mempcpy(p, evil, sizeof(evil) - 1);
	p = mempcpy(p, "\x01" ADD_CLOSE, sizeof("\x01" ADD_CLOSE) - 1);
	text = canonical_of(body, (size_t)(p - body), TYPE_WBXML);
	assert_null(strstr(text, "<Exec>"));
	assert_non_null(strstr(text, "]]&gt;&lt;/Data&gt;"));
	free(text);
}

static double parse_time(size_t items)
{
	static const char item[] = "\x54\x67\x57\x03./a\0\x01\x01\x5a\x00\x01\x47\x03" "chr\0\x01\x01\x00\x00\x4f"
				   "\xc3\x05value\x01\x01";
	size_t cap = items * sizeof(item) + 256;
	uint8_t *s = malloc(cap), *p = s;
	double best = 1e9;
	int run;

	p = mempcpy(p, HEAD HDR "\x6b\x45\x4b\x03" "1\0\x01", sizeof(HEAD HDR "\x6b\x45\x4b\x03" "1\0\x01") - 1);
	while (items--)
		p = mempcpy(p, item, sizeof(item) - 1);
	p = mempcpy(p, "\x01\x12\x01\x01", 4);
	for (run = 0; run < 7; run++) {
		struct timespec a, b;
		double t;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		dm_doc_free(parse_good(s, (size_t)(p - s), TYPE_WBXML));
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		t = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
		best = t < best ? t : best;
	}
	free(s);
	return best;
}

static void time_is_linear(void **state)
{
	double one, four;

	(void)state;
	one = parse_time(3000);
	four = parse_time(12000);
	print_message("# %.0f us, four times as much %.0f us\n", one * 1e6, four * 1e6);
	assert_true(four < one * 8);
}

#ifdef HAVE_LIBWBXML

static char *oracle_to_xml(const uint8_t *body, size_t len)
{
	WBXMLConvWBXML2XML *conv = NULL;
	WB_UTINY *xml = NULL;
	WB_ULONG xml_len = 0;
	char *text = NULL;

	assert_int_equal(wbxml_conv_wbxml2xml_create(&conv), WBXML_OK);
	wbxml_conv_wbxml2xml_set_gen_type(conv, WBXML_GEN_XML_COMPACT);
	if (wbxml_conv_wbxml2xml_run(conv, (WB_UTINY *)body, (WB_ULONG)len, &xml, &xml_len) == WBXML_OK) {
		text = calloc(1, xml_len + 1);
		memcpy(text, xml, xml_len);
	}
	free(xml);
	wbxml_conv_wbxml2xml_destroy(conv);
	return text;
}

static uint8_t *oracle_to_wbxml(const char *xml, size_t *len)
{
	WBXMLConvXML2WBXML *conv = NULL;
	WB_UTINY *wbxml = NULL;
	WB_ULONG wbxml_len = 0;

	assert_int_equal(wbxml_conv_xml2wbxml_create(&conv), WBXML_OK);
	wbxml_conv_xml2wbxml_set_version(conv, WBXML_VERSION_12);
	wbxml_conv_xml2wbxml_disable_string_table(conv);
	if (wbxml_conv_xml2wbxml_run(conv, (WB_UTINY *)xml, (WB_ULONG)strlen(xml), &wbxml, &wbxml_len))
		wbxml = NULL;
	wbxml_conv_xml2wbxml_destroy(conv);
	*len = wbxml_len;
	return wbxml;
}

/* The document types in which libwbxml has our tables: octets up to the first tag. */
static const struct {
	const char *head;
	size_t len;
	const char *root;
} oracle_types[DM_TABLES] = {
	[DM_TABLE_SYNCML] = { OCTETS("\x02\xa4\x01\x6a\x00\x6d"), "<SyncML" },
	[DM_TABLE_METINF] = { OCTETS("\x02\xa4\x01\x6a\x00\x6d\x00\x01"), "<SyncML" },
	[DM_TABLE_DMDDF] = { OCTETS("\x03\x00\x00\x6a\x1b-//OMA//DTD-DM-DDF 1.2//EN\0\x00\x02\x60"), "<MgmtTree" },
	[DM_TABLE_DEVINF] = { OCTETS("\x02\xa4\x03\x6a\x00\x4a"), "<DevInf" },
};

/* Every token that we know has the name that libwbxml gives it, and none has one that we lack. */
static void tables_agree_with_libwbxml(void **state)
{
	unsigned int table = *(const unsigned int *)*state, token;

	for (token = 0x05; token < 0x40; token++) {
		const char *name = dm_tag_name(DM_TAG(table, token)), *root;
		uint8_t body[64], *p = body;
		char *xml, wanted[64];

		p = mempcpy(p, oracle_types[table].head, oracle_types[table].len);
		*p++ = (uint8_t)token;
		*p++ = 0x01;
		xml = oracle_to_xml(body, (size_t)(p - body));
		assert_non_null(xml);
		root = strstr(strchr(xml, '!') + 1, oracle_types[table].root);
		assert_non_null(root);
		snprintf(wanted, sizeof(wanted), "<%s", name ? name : "unknown");
		root += strlen(oracle_types[table].root);
		/* the whole name, not its beginning */
		if (!strstr(root, wanted) || !strchr(" />", strstr(root, wanted)[strlen(wanted)])) {
			if (name || !strstr(root, "<Reserved"))
				fail_msg("table %u token %02x is not %s: %s", table, token, wanted, root);
		}
		free(xml);
	}
}

static void put(char **p, const char *text)
{
	*p = stpcpy(*p, text);
}

static void put_word(char **p, uint64_t *rnd)
{
	static const char *const words[] = {
		"a", "./DevInfo/DevId", "text/plain", "x &amp; y", "&lt;b&gt;", "caf\xc3\xa9", "0", "chr",
		"http://dm.example/mgmt?a=b", "\xe6\xbc\xa2",
	};

	put(p, words[next_random(rnd) % 10]);
}

static void put_item(char **p, uint64_t *rnd)
{
	put(p, "<Item><Target><LocURI>");
	put_word(p, rnd);
	put(p, "</LocURI></Target>");
	if (next_random(rnd) % 2) {
		put(p, "<Meta><Format xmlns='syncml:metinf'>chr</Format>");
		if (next_random(rnd) % 2)
			put(p, "<Type xmlns='syncml:metinf'>text/plain</Type>");
		put(p, "</Meta>");
	}
	if (next_random(rnd) % 2) {
		put(p, next_random(rnd) % 2 ? "<Data>" : "<Data><![CDATA[");
		if (!strcmp(*p - 9, "<![CDATA["))
			put(p, "plain text]]>");
		else
			put_word(p, rnd);
		put(p, "</Data>");
	}
	put(p, "</Item>");
}

/* A good message without what libwbxml is known to get wrong. */
static char *random_message(uint64_t *rnd)
{
	static const char *const commands[] = { "Add", "Replace", "Delete", "Exec", "Get", "Copy", "Alert" };
	char *s = malloc(32768), *p = s;
	unsigned int n = next_random(rnd) % 8, id = 1, i, items;

	put(&p, "<?xml version=\"1.0\"?><SyncML xmlns='" DM_NS "'><SyncHdr>" HDR_FIELDS);
	if (next_random(rnd) % 2)
		put(&p, CRED);
	if (next_random(rnd) % 2)
		put(&p, "<Meta><MaxMsgSize xmlns='syncml:metinf'>4096</MaxMsgSize>"
		    "<MaxObjSize xmlns='syncml:metinf'>90000</MaxObjSize></Meta>");
	put(&p, "</SyncHdr><SyncBody>");
	if (next_random(rnd) % 2)
		put(&p, STATUS_PARTS("1", "7", "0", "SyncHdr", CHAL("syncml:auth-MAC", "Tm9uY2U=")
				     "<Data>200</Data>"));
	for (i = 0; i < n; i++) {
		const char *name = commands[next_random(rnd) % 7];

		p += sprintf(p, "<%s><CmdID>%u</CmdID>", name, ++id);
		for (items = next_random(rnd) % 4; items; items--)
			put_item(&p, rnd);
		p += sprintf(p, "</%s>", name);
	}
	put(&p, next_random(rnd) % 4 ? "<Final/></SyncBody></SyncML>" : "</SyncBody></SyncML>");
	return s;
}

/* Without the DOCTYPE that libwbxml writes and we refuse. */
static char *without_doctype(char *xml)
{
	char *from = strstr(xml, "<!DOCTYPE"), *to = from ? strchr(from, '>') : NULL;

	assert_non_null(to);
	memmove(from, to + 1, strlen(to + 1) + 1);
	return xml;
}

static void messages_agree_with_libwbxml(void **state)
{
	uint64_t rnd = 20240229;
	unsigned int round;

	(void)state;
	for (round = 0; round < 400; round++) {
		char *xml = random_message(&rnd), *mine = canonical_of(xml, strlen(xml), TYPE_XML), *text;
		size_t len;
		uint8_t *wbxml;

		/* they encode, we decode */
		wbxml = oracle_to_wbxml(xml, &len);
		assert_non_null(wbxml);
		text = canonical_of(wbxml, len, TYPE_WBXML);
		assert_string_equal(text, mine);
		free(text);
		free(wbxml);
		/* we encode, they decode */
		wbxml = recode(xml, strlen(xml), DM_WBXML, &len);
		assert_non_null(wbxml);
		text = oracle_to_xml(wbxml, len);
		assert_non_null(text);
		without_doctype(text);
		free(wbxml);
		wbxml = (uint8_t *)canonical_of(text, strlen(text), TYPE_XML);
		assert_string_equal((char *)wbxml, mine);
		free(wbxml);
		free(text);
		free(mine);
		free(xml);
	}
}

#else

static void tables_agree_with_libwbxml(void **state)
{
	(void)state;
	skip();
}

static void messages_agree_with_libwbxml(void **state)
{
	(void)state;
	skip();
}

#endif

int main(void)
{
	static struct table t;
	size_t i, j;

	dm_init();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		table_add(&t, rows[i].name, row_holds, &rows[i]);
		for (j = 0; j < sizeof(exact) / sizeof(exact[0]); j++) {
			if (!strcmp(exact[j], rows[i].name))
				table_add(&t, "octets_survive_round_trip", octets_survive_round_trip, &rows[i]);
		}
	}
	table_add(&t, "refuses_other_documents", refuses_other_documents, NULL);
	table_add(&t, "refuses_every_truncation", refuses_every_truncation, NULL);
	table_add(&t, "depth_is_limited", depth_is_limited, NULL);
	table_add(&t, "nodes_are_limited", nodes_are_limited, NULL);
	table_add(&t, "table_strings_are_limited", table_strings_are_limited, NULL);
	table_add(&t, "survives_round_trip", survives_round_trip, NULL);
	table_add(&t, "long_data_survives_round_trip", long_data_survives_round_trip, NULL);
	table_add(&t, "layout_is_not_encoded", layout_is_not_encoded, NULL);
	table_add(&t, "binary_data_has_no_xml_form", binary_data_has_no_xml_form, NULL);
	table_add(&t, "data_never_becomes_markup", data_never_becomes_markup, NULL);
	table_add(&t, "time_is_linear", time_is_linear, NULL);
	for (i = 0; i < DM_TABLES; i++) {
		static unsigned int tables[DM_TABLES];

		tables[i] = (unsigned int)i;
		table_add(&t, "tables_agree_with_libwbxml", tables_agree_with_libwbxml, &tables[i]);
	}
	table_add(&t, "messages_agree_with_libwbxml", messages_agree_with_libwbxml, NULL);
	return table_run("wbxml", &t);
}
