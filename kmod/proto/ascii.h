/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Octet classes and comparisons of the header syntaxes. ASCII only, whatever
 * the locale; octets above 127 are opaque (obs-text of RFC 9110, 5.5).
 */
#ifndef OMASEC_PROTO_ASCII_H
#define OMASEC_PROTO_ASCII_H

#include "types.h"

static inline bool omasec_is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static inline bool omasec_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Control character; the tab is one too. */
static inline bool omasec_is_control(unsigned char c)
{
	return c < ' ' || c == 127;
}

/*
 * Octets in front of the first control character (the tab is one). Eight at a time
 * while there is none: an octet below the blank borrows, which shows in its top bit,
 * when a blank is taken off it, and so does 127, made zero, when one is.
 */
static inline size_t omasec_text_span(const char *p, size_t len)
{
	const u64 ones = 0x0101010101010101ULL, tops = ones << 7;
	size_t i;

	for (i = 0; len - i >= 8; i += 8) {
		u64 x, y;

		memcpy(&x, p + i, 8);
		y = x ^ (ones * 127);
		if ((((x - ones * ' ') & ~x) | ((y - ones) & ~y)) & tops)
			break;
	}
	while (i < len && !omasec_is_control((unsigned char)p[i]))
		i++;
	return i;
}

static inline unsigned char omasec_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* tchar of RFC 9110, 5.6.2: !#$%&'*+-.^_`|~, digits and letters, a bit for each */
static inline bool omasec_is_tchar(unsigned char c)
{
	static const u32 set[8] = { 0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff };

	return (set[c / 32] >> (c % 32)) & 1;
}

static inline bool omasec_is_token(struct omasec_slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (!omasec_is_tchar((unsigned char)s.p[i]))
			return false;
	}
	return s.len;
}

/* Does @s begin with @lower (lower case), in any case of letters? */
static inline bool omasec_slice_begins(struct omasec_slice s, const char *lower)
{
	size_t i;

	for (i = 0; lower[i]; i++) {
		if (i == s.len || omasec_lower((unsigned char)s.p[i]) != (unsigned char)lower[i])
			return false;
	}
	return true;
}

/* Is @s @lower (lower case), in any case of letters? */
static inline bool omasec_slice_is(struct omasec_slice s, const char *lower)
{
	return s.len == strlen(lower) && omasec_slice_begins(s, lower);
}

/* A word of a table, and the same question without counting its letters again. */
#define OMASEC_WORD(text) { text, sizeof(text) - 1 }

static inline bool omasec_slice_is_word(struct omasec_slice s, struct omasec_slice word)
{
	return s.len == word.len && omasec_slice_begins(s, word.p);
}

/* Without blanks at either end. */
static inline struct omasec_slice omasec_slice_trim(struct omasec_slice s)
{
	while (s.len && omasec_is_blank((unsigned char)s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len && omasec_is_blank((unsigned char)s.p[s.len - 1]))
		s.len--;
	return s;
}

/*
 * Takes the next element of a comma-separated list off @rest, trimmed; it may be
 * empty. Commas in quoted strings are not known here. False at the end.
 */
static inline bool omasec_list_next(struct omasec_slice *rest, struct omasec_slice *element)
{
	size_t i;

	if (!rest->p)
		return false;
	for (i = 0; i < rest->len && rest->p[i] != ','; i++)
		;
	element->p = rest->p;
	element->len = i;
	*element = omasec_slice_trim(*element);
	if (i == rest->len) {
		rest->p = NULL;
		rest->len = 0;
	} else {
		rest->p += i + 1;
		rest->len -= i + 1;
	}
	return true;
}

#endif
