// SPDX-License-Identifier: GPL-2.0
/*
 * XML into the tree: what is refused and under which name, what is taken, that
 * the octet offsets are exact, that nothing is printed, and that time is linear.
 */
#include "dm_samples.h"

#include <time.h>
#include <unistd.h>

#define B "<SyncBody><Final/></SyncBody>"
#define OK_MESSAGE MESSAGE(HDR_FIELDS, ALERT("1") "<Final/>")

static const struct bad {
	const char *name, *body;
	size_t len;	/* 0: strlen */
	const char *says;
} bad[] = {
	{ "refuses_empty", "", 0, "empty" },
	{ "refuses_text_only", "hello", 0, "no element" },
	{ "refuses_blank_only", " \r\n ", 0, "no element" },
	{ "refuses_doctype", "<!DOCTYPE SyncML>" OK_MESSAGE, 0, "DOCTYPE" },
	{ "refuses_doctype_lower_case", "<!doctype SyncML>" OK_MESSAGE, 0, "DOCTYPE" },
	{ "refuses_doctype_after_comment", "<!-- a --><!DOCTYPE SyncML []>" OK_MESSAGE, 0, "DOCTYPE" },
	{ "refuses_billion_laughs",
	  "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>" OK_MESSAGE, 0, "DOCTYPE" },
	{ "refuses_external_entity",
	  "<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" OK_MESSAGE, 0, "DOCTYPE" },
	{ "refuses_entity_in_content", ROOT("<!ENTITY a 'b'>"), 0, "ENTITY" },
	{ "refuses_unknown_entity", MESSAGE(HDR_FIELDS, "<Alert><CmdID>1</CmdID><Data>&x;</Data></Alert>"),
	  0, "not well-formed" },
	{ "refuses_latin1_declaration",
	  "<?xml version='1.0' encoding='ISO-8859-1'?>" OK_MESSAGE, 0, "encoding other than UTF-8" },
	{ "refuses_utf7_declaration",
	  "<?xml version='1.0' encoding='UTF-7'?>" OK_MESSAGE, 0, "encoding other than UTF-8" },
	{ "refuses_utf16_declaration",
	  "<?xml version='1.0' encoding=\"utf-16\"?>" OK_MESSAGE, 0, "encoding other than UTF-8" },
	{ "refuses_spaced_declaration",
	  "<?xml version = '1.0'\n encoding = 'cp1252' ?>" OK_MESSAGE, 0, "encoding other than UTF-8" },
	{ "refuses_utf16_mark", "\xff\xfe<\0S\0/\0>\0", 10, "other than UTF-8" },
	{ "refuses_utf16_without_mark", "<\0S\0/\0>\0", 8, "other than UTF-8" },
	{ "refuses_nul", ROOT("<SyncHdr>\0</SyncHdr>"), sizeof(ROOT("<SyncHdr>\0</SyncHdr>")) - 1, "NUL" },
	{ "refuses_bad_utf8", MESSAGE(HDR_FIELDS, "<Alert><CmdID>1</CmdID><Data>\xc3(</Data></Alert>"),
	  0, "UTF-8" },
	{ "refuses_overlong_utf8", ROOT("\xc0\xbc"), 0, "UTF-8" },
	{ "refuses_overlong_utf8_of_three", ROOT("\xe0\x9f\xbf"), 0, "UTF-8" },
	{ "refuses_overlong_utf8_of_four", ROOT("\xf0\x8f\xbf\xbf"), 0, "UTF-8" },
	{ "refuses_surrogate", ROOT("\xed\xa0\x80"), 0, "UTF-8" },
	{ "refuses_above_unicode", ROOT("\xf4\x90\x80\x80"), 0, "UTF-8" },
	{ "refuses_utf8_of_no_length", ROOT("\xf5\x80\x80\x80"), 0, "UTF-8" },
	{ "refuses_cut_utf8", ROOT("\xe2\x82"), 0, "UTF-8" },
	{ "refuses_cut_utf8_at_end", ROOT("") "\xe2\x82", 0, "UTF-8" },
	{ "refuses_control_character",
	  MESSAGE(HDR_FIELDS, "<Alert><CmdID>1</CmdID><Data>\x07</Data></Alert>"), 0, "not well-formed" },
	{ "refuses_control_reference",
	  MESSAGE(HDR_FIELDS, "<Alert><CmdID>1</CmdID><Data>&#7;</Data></Alert>"), 0, "not well-formed" },
	{ "refuses_xml11", "<?xml version='1.1'?>" OK_MESSAGE, 0, "version is not 1.0" },
	{ "refuses_malformed_declaration", "<?xml version=1.0?>" OK_MESSAGE, 0, "malformed XML declaration" },
	{ "refuses_open_declaration", "<?xml version='1.0'", 0, "does not end" },
	{ "refuses_instruction", "<?php echo ?>" OK_MESSAGE, 0, "processing instruction" },
	{ "refuses_stylesheet", "<?xml-stylesheet href='x'?>" OK_MESSAGE, 0, "processing instruction" },
	{ "refuses_instruction_inside", ROOT("<?x y?>"), 0, "processing instruction" },
	{ "refuses_second_declaration", "<?xml version='1.0'?><?xml version='1.0'?>" OK_MESSAGE, 0,
	  "processing instruction" },
	{ "refuses_second_root", OK_MESSAGE OK_MESSAGE, 0, "not well-formed" },
	{ "refuses_text_after_root", OK_MESSAGE "x", 0, "not well-formed" },
	{ "refuses_text_before_root", "x" OK_MESSAGE, 0, "not well-formed" },
	{ "refuses_truncated", "<SyncML xmlns='" DM_NS "'><SyncHdr>", 0, "inside an element" },
	{ "refuses_cut_in_tag", "<SyncML xmlns='", 0, "does not end" },
	{ "refuses_lone_bracket", ROOT("") "<", 0, "ends inside markup" },
	{ "refuses_end_without_start", "</SyncML>", 0, "no start tag" },
	{ "refuses_crossed_tags", ROOT("<SyncHdr><SyncBody></SyncHdr></SyncBody>"), 0, "not well-formed" },
	{ "refuses_open_comment", "<!-- " OK_MESSAGE, 0, "comment at 0 does not end" },
	{ "refuses_short_comment", "<!-->" OK_MESSAGE, 0, "does not end" },
	{ "refuses_dashes_in_comment", "<!-- a -- b -->" OK_MESSAGE, 0, "not well-formed" },
	{ "refuses_open_cdata", ROOT("<![CDATA[ x"), 0, "CDATA section" },
	{ "refuses_cdata_end_in_text",
	  MESSAGE(HDR_FIELDS, "<Alert><CmdID>1</CmdID><Data>]]></Data></Alert>"), 0, "not well-formed" },
	{ "refuses_tag_in_tag", ROOT("<a <b/>>"), 0, "tag inside the tag" },
	{ "refuses_double_attribute", ROOT("<a b='1' b='2'/>"), 0, "not well-formed" },
	{ "refuses_unquoted_attribute", ROOT("<a b=c/>"), 0, "not well-formed" },
	{ "refuses_bracket_in_attribute", ROOT("<a b='<'/>"), 0, "not well-formed" },
	{ "refuses_unbound_prefix", ROOT("<q:a/>"), 0, "not well-formed" },
	{ "refuses_nine_attributes",
	  ROOT("<a a='' b='' c='' d='' e='' f='' g='' h='' i=''/>"), 0, "over 8 attributes" },
};

static void is_refused(void **state)
{
	const struct bad *row = *state;
	size_t len = row->len ? row->len : strlen(row->body);
	char *copy = exact_copy(row->body, len);
	struct dm_error err;
	struct dm_doc *doc;

	assert_int_equal(parse(copy, len, TYPE_XML, &doc, &err), -EBADMSG);
	assert_null(doc);
	assert_int_equal(err.reason, OMASEC_REASON_XML_BAD);
	if (!strstr(err.text, row->says))
		fail_msg("says \"%s\", not \"%s\"", err.text, row->says);
	free(copy);
}

/* Every prefix of a good message is refused, wherever it ends. */
static void refuses_every_truncation(void **state)
{
	size_t len = strlen(SAMPLE), cut;
	struct dm_error err;
	struct dm_doc *doc;

	(void)state;
	for (cut = 0; cut < len; cut++) {
		char *copy = exact_copy(SAMPLE, cut);

		assert_int_equal(parse(copy, cut, TYPE_XML, &doc, &err), -EBADMSG);
		assert_int_equal(err.reason, OMASEC_REASON_XML_BAD);
		free(copy);
	}
}

static const struct good {
	const char *name, *body;
} good[] = {
	{ "takes_plain", OK_MESSAGE },
	{ "takes_sample", SAMPLE },
	{ "takes_utf8_mark", "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>" OK_MESSAGE },
	{ "takes_utf8_mark_without_declaration", "\xef\xbb\xbf" OK_MESSAGE },
	{ "takes_standalone", "<?xml version='1.0' encoding=\"UTF-8\" standalone='yes'?>" OK_MESSAGE },
	{ "takes_declaration_without_encoding", "<?xml version=\"1.0\"?>\r\n" OK_MESSAGE },
	{ "takes_comments_between", "<!-- > < -->" MESSAGE("<!-- a='1' -->" HDR_FIELDS, "<!--</x>--><Final/>")
	  "<!-- ' -->" },
	{ "takes_utf8_of_all_lengths",
	  MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data>\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbd"
		  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf</Data></Item></Add>") },
	{ "takes_brackets_in_cdata",
	  MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data><![CDATA[</Data><!DOCTYPE <?x ]] > \"]]>"
		  "</Data></Item></Add><Final/>") },
	{ "takes_bracket_in_attribute",
	  MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data><f:x xmlns:f='u:f' a='/>' b=\"'\"/></Data>"
		  "</Item></Add><Final/>") },
	{ "takes_carriage_return",
	  MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data>a&#13;\r\n&#13;</Data></Item></Add>") },
	{ "takes_no_namespace", "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr>" B "</SyncML>" },
	{ "takes_prefixes", "<s:SyncML xmlns:s='" DM_NS "'><s:SyncHdr xmlns='" DM_NS "'>" HDR_FIELDS
	  "</s:SyncHdr><s:SyncBody><s:Final /></s:SyncBody></s:SyncML >" },
	{ "takes_syncml11", "<SyncML xmlns='SYNCML:SYNCML1.1'><SyncHdr>" HDR_FIELDS "</SyncHdr>" B "</SyncML>" },
};

static void is_taken(void **state)
{
	const struct good *row = *state;
	size_t len = strlen(row->body);
	char *copy = exact_copy(row->body, len);

	dm_doc_free(parse_good(copy, len, TYPE_XML));
	free(copy);
}

/* XML to tree to XML to tree: the second tree is the first. */
static void survives_round_trip(void **state)
{
	const char *body = *state ? ((const struct good *)*state)->body : SAMPLE;
	char *first = canonical_of(body, strlen(body), TYPE_XML);
	char *second = canonical_of(first, strlen(first), TYPE_XML);

	assert_string_equal(first, second);
	free(first);
	free(second);
}

/* The texts of the tree are those of the source, decoded. */
static void decodes_text(void **state)
{
	static const struct {
		const char *source, *text;
	} rows[] = {
		{ "a&lt;b&gt;&amp;&quot;&apos;", "a<b>&\"'" },
		{ "&#65;&#x42;&#xe9;", "AB\xc3\xa9" },
		{ "<![CDATA[<a>&amp;]]>", "<a>&amp;" },
		{ "x<![CDATA[y]]>z", "xyz" },
		{ "a\r\nb\rc&#13;", "a\nb\nc\r" },
		{ "]] >", "]] >" },
	};
	char message[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dm_doc *doc;
		uint32_t n;

		snprintf(message, sizeof(message), MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data>%s"
			 "</Data></Item></Add>"), rows[i].source);
		doc = parse_good(message, strlen(message), TYPE_XML);
		for (n = 0; n < doc->count; n++) {
			if (doc->nodes[n].tag == DM_DATA)
				break;
		}
		n = doc->nodes[n].child;
		assert_int_equal(doc->nodes[n].kind, DM_TEXT);
		assert_int_equal(doc->nodes[n].next, 0);
		assert_int_equal(doc->nodes[n].text_len, strlen(rows[i].text));
		assert_memory_equal(dm_node_text(doc, &doc->nodes[n]), rows[i].text, strlen(rows[i].text));
		dm_doc_free(doc);
	}
}

/* What stands at the offsets of every element is that element. */
static void offsets_are_exact(void **state)
{
	const char *body = ((const struct good *)*state)->body;
	struct dm_doc *doc = parse_good(body, strlen(body), TYPE_XML);
	uint32_t i;

	for (i = 0; i < doc->count; i++) {
		const struct dm_node *n = &doc->nodes[i];
		const char *name = dm_tag_name(n->tag), *p;

		if (n->kind != DM_ELEMENT)
			continue;
		assert_int_equal(body[n->start], '<');
		assert_int_equal(body[n->inner - 1], '>');
		assert_int_equal(body[n->end - 1], '>');
		p = body + n->start + 1;
		if (memchr(p, ':', strcspn(p, " />")))
			p = strchr(p, ':') + 1;
		if (name)
			assert_memory_equal(p, name, strlen(name));
		if (n->flags & DM_NODE_EMPTY) {
			assert_int_equal(body[n->end - 2], '/');
			assert_int_equal(n->inner, n->end);
		} else {
			assert_memory_equal(body + n->inner_end, "</", 2);
			assert_true(n->inner <= n->inner_end);
		}
		if (i) {
			assert_true(n->start >= doc->nodes[n->parent].inner);
			assert_true(n->end <= doc->nodes[n->parent].inner_end);
		}
	}
	dm_doc_free(doc);
}

/* Content that only XML has is not dropped on the way to WBXML: it is refused. */
static void does_not_lose_content(void **state)
{
	static const char *const bodies[] = {
		MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data a='b'>x</Data></Item></Add>"),
		MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data><x/></Data></Item></Add>"),
		MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data><Data xmlns='urn:x'/></Data></Item></Add>"),
		MESSAGE(HDR_FIELDS, "<Add><CmdID>1</CmdID><Item><Data><DevInf xmlns='syncml:devinf'/></Data></Item></Add>"),
	};
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct dm_doc *doc = parse_good(bodies[i], strlen(bodies[i]), TYPE_XML);
		struct dm_error err;
		uint8_t *out;

		assert_int_equal(dm_encode(doc, DM_WBXML, &out, &len, &err), -EINVAL);
		assert_int_equal(err.reason, OMASEC_REASON_HELPER_ERROR);
		dm_doc_free(doc);
	}
}

static char *nested(unsigned int depth, const char *open, const char *close, size_t *len)
{
	size_t cap = 4096 + depth * (strlen(open) + strlen(close));
	char *s = malloc(cap), *p = s;
	unsigned int i;

	p += sprintf(p, "<SyncML><SyncHdr>" HDR_FIELDS "</SyncHdr><SyncBody><Add><CmdID>1</CmdID><Item><Data>");
	for (i = 0; i < depth; i++)
		p = stpcpy(p, open);
	for (i = 0; i < depth; i++)
		p = stpcpy(p, close);
	p = stpcpy(p, "</Data></Item></Add></SyncBody></SyncML>");
	*len = (size_t)(p - s);
	return s;
}

static void depth_is_limited(void **state)
{
	struct dm_error err;
	struct dm_doc *doc;
	size_t len;
	char *s;

	(void)state;
	/* five elements around */
	s = nested(DM_DEPTH_MAX - 5, "<a>", "</a>", &len);
	dm_doc_free(parse_good(s, len, TYPE_XML));
	free(s);
	s = nested(DM_DEPTH_MAX - 4, "<a>", "</a>", &len);
	assert_int_equal(parse(s, len, TYPE_XML, &doc, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "deeper than 64"));
	free(s);
	s = nested(100000, "<a>", "</a>", &len);
	assert_int_equal(parse(s, len, TYPE_XML, &doc, &err), -EBADMSG);
	free(s);
}

static void nodes_are_limited(void **state)
{
	struct dm_error err;
	struct dm_doc *doc;
	size_t len;
	char *s;

	(void)state;
	s = nested(DM_NODES_MAX - 40, "<a/>", "", &len);
	dm_doc_free(parse_good(s, len, TYPE_XML));
	free(s);
	s = nested(DM_NODES_MAX, "<a/>", "", &len);
	assert_int_equal(parse(s, len, TYPE_XML, &doc, &err), -EMSGSIZE);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	free(s);
	/* texts count as well */
	s = nested(DM_NODES_MAX / 2, "<a/>b", "", &len);
	assert_int_equal(parse(s, len, TYPE_XML, &doc, &err), -EMSGSIZE);
	free(s);
}

static void tags_and_sizes_are_limited(void **state)
{
	char tag[DM_TAG_MAX + 64];
	struct dm_error err;
	struct dm_doc *doc;
	size_t len;
	char *s;

	(void)state;
	memset(tag, 'a', sizeof(tag));
	tag[0] = '<';
	memcpy(tag + DM_TAG_MAX - 2, "/>", 3);
	s = nested(1, tag, "", &len);
	dm_doc_free(parse_good(s, len, TYPE_XML));
	free(s);
	tag[DM_TAG_MAX - 2] = 'a';
	memcpy(tag + DM_TAG_MAX - 1, "/>", 3);
	s = nested(1, tag, "", &len);
	assert_int_equal(parse(s, len, TYPE_XML, &doc, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "within 4096"));
	free(s);
	s = nested(1, "<a a='' b='' c='' d='' e='' f='' g='' h=''/>", "", &len);
	dm_doc_free(parse_good(s, len, TYPE_XML));
	free(s);
	s = calloc(1, DM_BODY_MAX + 1);
	assert_int_equal(parse(s, DM_BODY_MAX + 1, TYPE_XML, &doc, &err), -EMSGSIZE);
	assert_int_equal(err.reason, OMASEC_REASON_TOO_LARGE);
	free(s);
}

/* Neither our code nor libxml2 writes a word of a message anywhere. */
static void prints_nothing(void **state)
{
	int saved[2] = { dup(1), dup(2) };
	FILE *f = tmpfile();
	struct dm_error err;
	struct dm_doc *doc;
	size_t i;

	(void)state;
	fflush(NULL);
	dup2(fileno(f), 1);
	dup2(fileno(f), 2);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		parse(bad[i].body, bad[i].len ? bad[i].len : strlen(bad[i].body), TYPE_XML, &doc, &err);
		dm_doc_free(doc);
	}
	fflush(NULL);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	assert_int_equal(lseek(fileno(f), 0, SEEK_END), 0);
	fclose(f);
}

static double parse_time(unsigned int items)
{
	double best = 1e9;
	size_t len;
	char *s = nested(items, "<Item><Data>v &lt; w</Data></Item><!-- c -->", "", &len);
	int run;

	for (run = 0; run < 7; run++) {
		struct timespec a, b;
		double t;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		dm_doc_free(parse_good(s, len, TYPE_XML));
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
	one = parse_time(4000);
	four = parse_time(16000);
	print_message("# %.0f us, four times as much %.0f us\n", one * 1e6, four * 1e6);
	assert_true(four < one * 8);
}

int main(void)
{
	static struct table t;
	size_t i;

	dm_init();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		table_add(&t, bad[i].name, is_refused, &bad[i]);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		table_add(&t, good[i].name, is_taken, &good[i]);
		table_add(&t, "offsets_are_exact", offsets_are_exact, &good[i]);
		if (!strstr(good[i].name, "in_attribute"))
			table_add(&t, "survives_round_trip", survives_round_trip, &good[i]);
	}
	table_add(&t, "refuses_every_truncation", refuses_every_truncation, NULL);
	table_add(&t, "decodes_text", decodes_text, NULL);
	table_add(&t, "does_not_lose_content", does_not_lose_content, NULL);
	table_add(&t, "depth_is_limited", depth_is_limited, NULL);
	table_add(&t, "nodes_are_limited", nodes_are_limited, NULL);
	table_add(&t, "tags_and_sizes_are_limited", tags_and_sizes_are_limited, NULL);
	table_add(&t, "prints_nothing", prints_nothing, NULL);
	table_add(&t, "time_is_linear", time_is_linear, NULL);
	return table_run("xml", &t);
}
