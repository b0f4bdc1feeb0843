// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A first walk over XML octets, before libxml2: refuses whatever libxml2 would
 * take but a DM message has no need of (DTD, entities, encodings other than
 * UTF-8, processing instructions, floods of attributes, depth), and notes where
 * each tag stands. It does not judge well-formedness: of a document that
 * libxml2 finds well-formed, and that has no DTD, the places are exact, because
 * then "<" begins markup and nothing else, and quotes inside a tag are paired.
 * One pass, every octet looked at a fixed number of times.
 */
#include "doc.h"

#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct scanner {
	const uint8_t *body;
	size_t len, pos;
	struct xml_scan *scan;
	uint32_t stack[DM_DEPTH_MAX];
	unsigned int depth;
	struct dm_error *err;
};

#define xml_bad(err, ...) dm_fail(err, OMASEC_REASON_XML_BAD, __VA_ARGS__)

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool starts(const struct scanner *s, const char *text)
{
	size_t n = strlen(text);

	return s->len - s->pos >= n && !memcmp(s->body + s->pos, text, n);
}

/*
 * Position after the next @text, which ends in ">", at or after @from; 0 when
 * there is none.
 */
static size_t find_after(const struct scanner *s, size_t from, const char *text)
{
	size_t n = strlen(text), at = from + n - 1;

	while (at < s->len) {
		const uint8_t *p = memchr(s->body + at, '>', s->len - at);

		if (!p)
			break;
		at = (size_t)(p - s->body) + 1;
		if (!memcmp(s->body + at - n, text, n))
			return at;
	}
	return 0;
}

/* One name="value" of the XML declaration. */
static int scan_pseudo_attribute(struct scanner *s, size_t end)
{
	const uint8_t *p = s->body;
	size_t name = s->pos, name_len, value;
	const void *quote;

	while (s->pos < end && p[s->pos] >= 'a' && p[s->pos] <= 'z')
		s->pos++;
	name_len = s->pos - name;
	while (s->pos < end && blank(p[s->pos]))
		s->pos++;
	if (!name_len || s->pos == end || p[s->pos++] != '=')
		return xml_bad(s->err, "malformed XML declaration");
	while (s->pos < end && blank(p[s->pos]))
		s->pos++;
	if (s->pos == end || (p[s->pos] != '"' && p[s->pos] != '\''))
		return xml_bad(s->err, "malformed XML declaration");
	value = s->pos + 1;
	quote = memchr(p + value, p[s->pos], end - value);
	if (!quote)
		return xml_bad(s->err, "malformed XML declaration");
	s->pos = (size_t)((const uint8_t *)quote - p) + 1;
	if (name_len == 8 && !memcmp(p + name, "encoding", 8) &&
	    !(s->pos - 1 - value == 5 && !strncasecmp((const char *)p + value, "utf-8", 5)))
		return xml_bad(s->err, "XML declaration names an encoding other than UTF-8");
	if (name_len == 7 && !memcmp(p + name, "version", 7) &&
	    !(s->pos - 1 - value == 3 && !memcmp(p + value, "1.0", 3)))
		return xml_bad(s->err, "XML version is not 1.0");
	return 0;
}

/* Byte order mark and XML declaration. */
static int scan_prolog(struct scanner *s)
{
	size_t end;
	int ret;

	if (s->len >= 3 && !memcmp(s->body, "\xef\xbb\xbf", 3))
		s->pos = 3;
	if (memchr(s->body, 0, s->len))
		return xml_bad(s->err, "NUL octet (or an encoding other than UTF-8)");
	if (!dm_utf8_valid(s->body, s->len))
		return xml_bad(s->err, "not well-formed UTF-8");
	if (!starts(s, "<?xml") || s->len - s->pos < 6 || !blank(s->body[s->pos + 5]))
		return 0;
	end = find_after(s, s->pos, "?>");
	if (!end)
		return xml_bad(s->err, "XML declaration does not end");
	s->pos += 5;
	for (;;) {
		while (blank(s->body[s->pos]))
			s->pos++;
		if (s->pos >= end - 2)
			break;
		ret = scan_pseudo_attribute(s, end - 2);
		if (ret)
			return ret;
	}
	s->pos = end;
	return 0;
}

/* Room for one more; it is scan->tags[scan->count - 1] then. */
static int scan_add(struct scanner *s)
{
	struct xml_scan *scan = s->scan;

	if (scan->count == scan->cap) {
		uint32_t cap = scan->cap ? scan->cap * 2 : 256, max = scan->max ? scan->max : DM_NODES_MAX;
		struct xml_tag *tags;

		if (cap > max)
			return dm_fail(s->err, OMASEC_REASON_TOO_LARGE, "over %u elements", max);
		tags = realloc(scan->tags, cap * sizeof(*tags));
		if (!tags)
			return dm_fail(s->err, OMASEC_REASON_NO_MEMORY, "out of memory");
		scan->tags = tags;
		scan->cap = cap;
	}
	scan->count++;
	return 0;
}

static int scan_start_tag(struct scanner *s)
{
	size_t start = s->pos, limit = s->len - start < DM_TAG_MAX ? s->len : start + DM_TAG_MAX;
	unsigned int attributes = 0;
	struct xml_tag *tag;
	uint8_t quote = 0;
	int ret;

	for (s->pos++; s->pos < limit; s->pos++) {
		uint8_t c = s->body[s->pos];

		if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '=') {
			if (++attributes > DM_ATTR_MAX)
				return xml_bad(s->err, "over %u attributes in the tag at %zu",
					       DM_ATTR_MAX, start);
		} else if (c == '>') {
			break;
		} else if (c == '<') {
			return xml_bad(s->err, "tag inside the tag at %zu", start);
		}
	}
	if (s->pos >= limit)
		return xml_bad(s->err, "tag at %zu does not end within %u octets", start,
			       DM_TAG_MAX);
	s->pos++;
	ret = scan_add(s);
	if (ret)
		return ret;
	tag = &s->scan->tags[s->scan->count - 1];
	tag->start = (uint32_t)start;
	tag->inner = tag->inner_end = tag->end = (uint32_t)s->pos;
	if (s->depth == DM_DEPTH_MAX)
		return xml_bad(s->err, "elements nest deeper than %u", DM_DEPTH_MAX);
	if (s->body[s->pos - 2] != '/')
		s->stack[s->depth++] = s->scan->count - 1;
	return 0;
}

static int scan_end_tag(struct scanner *s)
{
	size_t left = s->len - s->pos;
	const uint8_t *close = memchr(s->body + s->pos, '>', left < DM_TAG_MAX ? left : DM_TAG_MAX);
	struct xml_tag *tag;

	if (!close)
		return xml_bad(s->err, "end tag at %zu does not end", s->pos);
	if (!s->depth)
		return xml_bad(s->err, "end tag at %zu has no start tag", s->pos);
	tag = &s->scan->tags[s->stack[--s->depth]];
	tag->inner_end = (uint32_t)s->pos;
	s->pos = (size_t)(close - s->body) + 1;
	tag->end = (uint32_t)s->pos;
	return 0;
}

static int scan_declaration(struct scanner *s)
{
	bool comment = starts(s, "<!--");
	size_t end;

	if (!comment && !starts(s, "<![CDATA["))
		return xml_bad(s->err, "DOCTYPE, ENTITY or other declaration at %zu", s->pos);
	end = comment ? find_after(s, s->pos + 4, "-->") : find_after(s, s->pos + 9, "]]>");
	if (!end)
		return xml_bad(s->err, "%s at %zu does not end",
			       comment ? "comment" : "CDATA section", s->pos);
	s->pos = end;
	return 0;
}

int xml_scan(const uint8_t *body, size_t len, struct xml_scan *scan, struct dm_error *err)
{
	struct scanner s = { .body = body, .len = len, .scan = scan, .err = err };
	int ret;

	if (!len)
		return xml_bad(err, "message is empty");
	ret = scan_prolog(&s);
	while (!ret) {
		const uint8_t *next = memchr(body + s.pos, '<', len - s.pos);

		if (!next)
			break;
		s.pos = (size_t)(next - body);
		if (len - s.pos < 2)
			return xml_bad(err, "message ends inside markup");
		if (next[1] == '!')
			ret = scan_declaration(&s);
		else if (next[1] == '?')
			ret = xml_bad(err, "processing instruction at %zu", s.pos);
		else if (next[1] == '/')
			ret = scan_end_tag(&s);
		else
			ret = scan_start_tag(&s);
	}
	if (ret)
		return ret;
	if (s.depth)
		return xml_bad(err, "message ends inside an element");
	if (!scan->count)
		return xml_bad(err, "no element");
	return 0;
}

void xml_scan_free(struct xml_scan *scan)
{
	free(scan->tags);
	memset(scan, 0, sizeof(*scan));
}
