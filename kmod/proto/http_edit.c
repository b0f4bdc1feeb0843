// SPDX-License-Identifier: GPL-2.0
/*
 * Heads that we send: rewritten ones, in which everything not named stays octet
 * for octet, and short ones of our own. What is written parses again, and says
 * what was asked for; a value that could end its line is refused.
 */
#include "ascii.h"
#include "http.h"
#include "http_field.h"

/* Where the head is written. @full stays once something did not fit. */
struct sink {
	char *p;
	size_t len, cap;
	bool full;
};

static void put(struct sink *s, const char *p, size_t len)
{
	if (s->cap - s->len < len) {
		s->full = true;
		return;
	}
	if (len)
		memcpy(s->p + s->len, p, len);
	s->len += len;
}

static void put_text(struct sink *s, const char *text)
{
	put(s, text, strlen(text));
}

static void put_field(struct sink *s, const char *name, struct omasec_slice value)
{
	put_text(s, name);
	put_text(s, ": ");
	put(s, value.p, value.len);
	put_text(s, "\r\n");
}

static void put_length(struct sink *s, u64 length)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)length);
	struct omasec_slice value = { text, (size_t)n };

	put_field(s, "Content-Length", value);
}

static ssize_t result(const struct sink *s)
{
	return s->full ? -ENOSPC : (ssize_t)s->len;
}

static bool is_value(struct omasec_slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (omasec_is_control((unsigned char)s.p[i]))
			return false;
	}
	return true;
}

/* Fields that say how long or what the old body is. */
static bool is_about_body(struct omasec_slice name)
{
	static const struct omasec_slice names[] = {
		OMASEC_WORD("content-length"), OMASEC_WORD("transfer-encoding"),
		OMASEC_WORD("te"), OMASEC_WORD("trailer"), OMASEC_WORD("content-md5"),
		OMASEC_WORD("digest"), OMASEC_WORD("content-digest"), OMASEC_WORD("repr-digest"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (omasec_slice_is_word(name, names[i]))
			return true;
	}
	return false;
}

static bool is_dropped(const struct omasec_http_edit *e, struct omasec_slice name)
{
	if (e->set_length && is_about_body(name))
		return true;
	if (e->drop_expect && omasec_slice_is(name, "expect"))
		return true;
	if (e->drop_accept && omasec_slice_is(name, "accept"))
		return true;
	if ((e->drop_hmac || e->hmac.len) && omasec_slice_is(name, "x-syncml-hmac"))
		return true;
	return e->content_type.len && omasec_slice_is(name, "content-type");
}

/* No line has to go, as far as is known. */
static bool keeps_all(const struct omasec_http_edit *e)
{
	const struct omasec_http_head *h = e->known;

	if (!h || e->set_length || e->drop_accept || e->content_type.len)
		return false;
	return !(e->drop_expect && h->has_expect) &&
	       !((e->drop_hmac || e->hmac.len) && h->hmac_count);
}

/* The lines that stay, without the empty one. */
static bool put_lines(struct sink *s, struct omasec_slice rest, const struct omasec_http_edit *e)
{
	struct omasec_slice name, value;
	struct omasec_http_line line;
	bool first = true;

	for (;; first = false) {
		if (omasec_http_next_line(&rest, &line))
			return false;
		if (!line.text.len)
			return true;
		if (!first && !omasec_http_split_field(line.text, &name, &value))
			return false;
		if (first || !is_dropped(e, name))
			put(s, line.all.p, line.all.len);
	}
}

ssize_t omasec_http_edit_head(const char *head, size_t len, const struct omasec_http_edit *e,
			      char *out, size_t cap)
{
	struct omasec_slice all = { head, len };
	struct sink s = { .p = out, .cap = cap };

	if (!is_value(e->hmac) || !is_value(e->content_type))
		return -EINVAL;
	if (keeps_all(e))
		put(&s, head, len - 2);
	else if (!put_lines(&s, all, e))
		return -EINVAL;
	if (e->content_type.len)
		put_field(&s, "Content-Type", e->content_type);
	if (e->set_length)
		put_length(&s, e->length);
	if (e->hmac.len)
		put_field(&s, "x-syncml-hmac", e->hmac);
	put_text(&s, "\r\n");
	return result(&s);
}

static const char *phrase(unsigned int status)
{
	switch (status) {
	case 100: return "Continue";
	case 200: return "OK";
	case 204: return "No Content";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 408: return "Request Timeout";
	case 413: return "Content Too Large";
	case 415: return "Unsupported Media Type";
	case 417: return "Expectation Failed";
	case 500: return "Internal Server Error";
	case 502: return "Bad Gateway";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	}
	return "";	/* the phrase means nothing to a reader: RFC 9112, 4 */
}

ssize_t omasec_http_make_response(char *out, size_t cap, unsigned int status,
				  struct omasec_slice content_type, u64 length,
				  struct omasec_slice hmac, bool close)
{
	static const struct omasec_slice closes = { "close", 5 };
	struct sink s = { .p = out, .cap = cap };
	char line[24];

	if (status < 100 || status > 599 || !is_value(content_type) || !is_value(hmac))
		return -EINVAL;

	snprintf(line, sizeof(line), "HTTP/1.1 %u ", status);
	put_text(&s, line);
	put_text(&s, phrase(status));
	put_text(&s, "\r\n");
	if (content_type.len)
		put_field(&s, "Content-Type", content_type);
	if (status >= 200 && status != 204)
		put_length(&s, length);
	if (hmac.len)
		put_field(&s, "x-syncml-hmac", hmac);
	if (close)
		put_field(&s, "Connection", closes);
	put_text(&s, "\r\n");
	return result(&s);
}
