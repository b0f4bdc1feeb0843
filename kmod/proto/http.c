// SPDX-License-Identifier: GPL-2.0
/*
 * The framer: finds the end of the head, the spans of the body and the end of
 * the message, octet by octet, RFC 9112. Its state is a few integers, so that
 * the result cannot depend on how the stream was cut; it looks at every octet of
 * framing once and at no octet of body data at all.
 * What a head means is http_head.c's business.
 */
#include "ascii.h"
#include "http.h"

/* Order matters: is_head() and has_span() below. */
enum state {
	ST_IDLE,		/* before the first octet */
	ST_START_LINE,
	ST_START_CR,		/* after the CR of the start line */
	ST_FIELD,		/* at the start of a field line */
	ST_FIELD_LINE,		/* inside one */
	ST_FIELD_CR,
	ST_HEAD_CR,		/* after the CR of the empty line */
	ST_HEAD_DONE,		/* wait for omasec_http_start_body() */
	ST_LENGTH,		/* body, @left octets to come */
	ST_CLOSE,		/* body, up to the end of the connection */
	ST_CHUNK,		/* chunk data, @left octets to come */
	ST_CHUNK_END,		/* CR after chunk data */
	ST_CHUNK_END_CR,
	ST_SIZE,		/* digits of a chunk size */
	ST_SIZE_BLANK,		/* blanks between it and an extension */
	ST_EXTENSION,
	ST_SIZE_CR,
	ST_TRAILER,		/* at the start of a trailer line */
	ST_TRAILER_NAME,
	ST_TRAILER_VALUE,
	ST_TRAILER_CR,
	ST_TRAILER_END,		/* after the CR of the empty line */
	ST_DONE,
	ST_BAD,			/* @count is the fault */
};

enum fault {
	BAD_START,
	BAD_RESPONSE,
	BAD_CONTROL,
	BAD_LF,
	BAD_CR,
	BAD_FOLD,
	BAD_HEAD_LONG,
	BAD_FIELDS,
	BAD_ORDER,
	BAD_SIZE,
	BAD_SIZE_LARGE,
	BAD_EXTENSION,
	BAD_EXTENSION_LONG,
	BAD_CHUNK_END,
	BAD_TRAILER,
	BAD_TRAILER_LONG,
};

static const struct {
	unsigned int reason;
	const char *what;
} faults[] = {
	[BAD_START] = { OMASEC_REASON_HTTP_SYNTAX, "no HTTP request line" },
	[BAD_RESPONSE] = { OMASEC_REASON_HTTP_SYNTAX, "no HTTP status line" },
	[BAD_CONTROL] = { OMASEC_REASON_HTTP_SYNTAX, "control character in the head" },
	[BAD_LF] = { OMASEC_REASON_HTTP_LINE_END, "LF without CR before it" },
	[BAD_CR] = { OMASEC_REASON_HTTP_LINE_END, "CR without LF after it" },
	[BAD_FOLD] = { OMASEC_REASON_HTTP_SYNTAX, "line that begins with a blank (folded field)" },
	[BAD_HEAD_LONG] = { OMASEC_REASON_HTTP_TOO_MANY, "head longer than 16384 octets" },
	[BAD_FIELDS] = { OMASEC_REASON_HTTP_TOO_MANY, "more than 100 fields" },
	[BAD_ORDER] = { OMASEC_REASON_HTTP_UNEXPECTED, "octets before the head was read" },
	[BAD_SIZE] = { OMASEC_REASON_HTTP_CHUNK, "chunk size is not a hexadecimal number" },
	[BAD_SIZE_LARGE] = { OMASEC_REASON_HTTP_CHUNK, "chunk size too large" },
	[BAD_EXTENSION] = { OMASEC_REASON_HTTP_CHUNK, "malformed chunk extension" },
	[BAD_EXTENSION_LONG] = { OMASEC_REASON_HTTP_CHUNK,
				 "chunk extension longer than 1024 octets" },
	[BAD_CHUNK_END] = { OMASEC_REASON_HTTP_CHUNK, "no CR LF after the data of a chunk" },
	[BAD_TRAILER] = { OMASEC_REASON_HTTP_CHUNK, "malformed trailer field" },
	[BAD_TRAILER_LONG] = { OMASEC_REASON_HTTP_TOO_MANY, "trailer longer than 16384 octets" },
};

static enum omasec_http_event bad(struct omasec_http *h, enum fault fault)
{
	h->state = ST_BAD;
	h->count = fault;
	return OMASEC_HTTP_BAD;
}

static enum omasec_http_event go(struct omasec_http *h, enum state state)
{
	h->state = (u8)state;
	return OMASEC_HTTP_MORE;
}

static bool is_head(const struct omasec_http *h)
{
	return h->state < ST_HEAD_DONE;
}

static bool has_span(const struct omasec_http *h)
{
	return h->state >= ST_LENGTH && h->state <= ST_CHUNK;
}

void omasec_http_init(struct omasec_http *h, unsigned int kind)
{
	memset(h, 0, sizeof(*h));
	h->kind = (u8)kind;
	h->state = ST_IDLE;
}

/* Inside a line of the head: on, or to the state after its CR. */
static enum omasec_http_event head_line(struct omasec_http *h, unsigned char c, enum state cr)
{
	if (c == '\r')
		return go(h, cr);
	if (c == '\n')
		return bad(h, BAD_LF);
	if (omasec_is_control(c) && c != '\t')
		return bad(h, BAD_CONTROL);
	return OMASEC_HTTP_MORE;
}

static enum omasec_http_event head_octet(struct omasec_http *h, unsigned char c)
{
	if (h->count++ == OMASEC_HTTP_HEAD_MAX)
		return bad(h, BAD_HEAD_LONG);

	switch (h->state) {
	case ST_IDLE:
		/* what is plainly not HTTP need not be waited for */
		if (h->kind == OMASEC_HTTP_KIND_RESPONSE && c != 'H')
			return bad(h, BAD_RESPONSE);
		if (!omasec_is_tchar(c))
			return bad(h, BAD_START);
		return go(h, ST_START_LINE);
	case ST_START_LINE:
		return head_line(h, c, ST_START_CR);
	case ST_FIELD:
		if (c == '\r')
			return go(h, ST_HEAD_CR);
		if (omasec_is_blank(c))
			return bad(h, BAD_FOLD);
		if (h->fields++ == OMASEC_HTTP_FIELDS_MAX)
			return bad(h, BAD_FIELDS);
		h->state = ST_FIELD_LINE;
		fallthrough;
	case ST_FIELD_LINE:
		return head_line(h, c, ST_FIELD_CR);
	case ST_START_CR:
	case ST_FIELD_CR:
		return c == '\n' ? go(h, ST_FIELD) : bad(h, BAD_CR);
	default:		/* ST_HEAD_CR */
		if (c != '\n')
			return bad(h, BAD_CR);
		h->state = ST_HEAD_DONE;
		return OMASEC_HTTP_HEAD;
	}
}

/*
 * Octets in front that a line of the head just takes in: all but its ends, tabs,
 * and what is refused. For speed only; head_octet() would say MORE to each.
 */
static size_t head_run(const struct omasec_http *h, const char *data, size_t len)
{
	if (h->state != ST_START_LINE && h->state != ST_FIELD_LINE)
		return 0;
	return omasec_text_span(data, min_t(size_t, len, OMASEC_HTTP_HEAD_MAX - h->count));
}

/* A digit of the chunk size. Sixteen digits are enough for every allowed size. */
static enum omasec_http_event size_digit(struct omasec_http *h, unsigned char c)
{
	unsigned char l = omasec_lower(c);
	unsigned int d;

	if (omasec_is_digit(c))
		d = c - '0';
	else if (l >= 'a' && l <= 'f')
		d = l - 'a' + 10U;
	else
		return bad(h, BAD_SIZE);

	if (h->digits++ == 16 || h->left > (u64)S64_MAX >> 4)
		return bad(h, BAD_SIZE_LARGE);
	h->left = h->left << 4 | d;
	return OMASEC_HTTP_MORE;
}

/* The line before a chunk: size, perhaps extensions, CR LF. */
static enum omasec_http_event size_octet(struct omasec_http *h, unsigned char c)
{
	switch (h->state) {
	case ST_SIZE:
		if (!h->digits || (c != '\r' && c != ';' && c != '\n' && !omasec_is_blank(c)))
			return size_digit(h, c);
		break;
	case ST_SIZE_BLANK:
		/* blanks only in front of an extension: RFC 9112, 7.1.1 */
		if (c != ';' && !omasec_is_blank(c))
			return bad(h, BAD_EXTENSION);
		break;
	case ST_EXTENSION:
		if (omasec_is_control(c) && c != '\t' && c != '\r' && c != '\n')
			return bad(h, BAD_EXTENSION);
		break;
	default:		/* ST_SIZE_CR */
		if (c != '\n')
			return bad(h, BAD_CR);
		h->digits = 0;
		h->fields = 0;
		h->count = 0;
		return go(h, h->left ? ST_CHUNK : ST_TRAILER);
	}

	if (c == '\r')
		return go(h, ST_SIZE_CR);
	if (c == '\n')
		return bad(h, BAD_LF);
	if (h->count++ == OMASEC_HTTP_CHUNK_EXT_MAX)
		return bad(h, BAD_EXTENSION_LONG);
	if (c == ';')
		return go(h, ST_EXTENSION);
	return h->state == ST_SIZE ? go(h, ST_SIZE_BLANK) : OMASEC_HTTP_MORE;
}

/* Trailer fields end the message. They are checked for form and dropped. */
static enum omasec_http_event trailer_octet(struct omasec_http *h, unsigned char c)
{
	if (h->count++ == OMASEC_HTTP_HEAD_MAX)
		return bad(h, BAD_TRAILER_LONG);

	switch (h->state) {
	case ST_TRAILER:
		if (c == '\r')
			return go(h, ST_TRAILER_END);
		if (omasec_is_blank(c))
			return bad(h, BAD_FOLD);
		if (c == '\n')
			return bad(h, BAD_LF);
		if (!omasec_is_tchar(c))
			return bad(h, BAD_TRAILER);
		if (h->fields++ == OMASEC_HTTP_FIELDS_MAX)
			return bad(h, BAD_FIELDS);
		return go(h, ST_TRAILER_NAME);
	case ST_TRAILER_NAME:
		if (c == ':')
			return go(h, ST_TRAILER_VALUE);
		return omasec_is_tchar(c) ? OMASEC_HTTP_MORE : bad(h, BAD_TRAILER);
	case ST_TRAILER_VALUE:
		if (c == '\r')
			return go(h, ST_TRAILER_CR);
		if (c == '\n')
			return bad(h, BAD_LF);
		if (omasec_is_control(c) && c != '\t')
			return bad(h, BAD_TRAILER);
		return OMASEC_HTTP_MORE;
	case ST_TRAILER_CR:
		return c == '\n' ? go(h, ST_TRAILER) : bad(h, BAD_CR);
	default:		/* ST_TRAILER_END */
		if (c != '\n')
			return bad(h, BAD_CR);
		h->state = ST_DONE;
		return OMASEC_HTTP_DONE;
	}
}

/* An octet of chunk framing. */
static enum omasec_http_event chunk_octet(struct omasec_http *h, unsigned char c)
{
	switch (h->state) {
	case ST_CHUNK_END:
		return c == '\r' ? go(h, ST_CHUNK_END_CR) : bad(h, BAD_CHUNK_END);
	case ST_CHUNK_END_CR:
		return c == '\n' ? go(h, ST_SIZE) : bad(h, BAD_CHUNK_END);
	case ST_SIZE:
	case ST_SIZE_BLANK:
	case ST_EXTENSION:
	case ST_SIZE_CR:
		return size_octet(h, c);
	default:
		return trailer_octet(h, c);
	}
}

/* Hands out body data from data[*i] on. */
static enum omasec_http_event take_span(struct omasec_http *h, const char *data, size_t len,
					size_t *i, struct omasec_slice *body)
{
	size_t n = len - *i;

	if (h->state != ST_CLOSE) {
		if (n > h->left)
			n = (size_t)h->left;
		h->left -= n;
		if (!h->left)
			h->state = h->state == ST_LENGTH ? ST_DONE : ST_CHUNK_END;
	}
	body->p = data + *i;
	body->len = n;
	*i += n;
	return OMASEC_HTTP_BODY;
}

enum omasec_http_event omasec_http_step(struct omasec_http *h, const char *data, size_t len,
					struct omasec_http_out *out)
{
	enum omasec_http_event ev = OMASEC_HTTP_MORE;
	size_t i = 0;

	memset(out, 0, sizeof(*out));
	while (ev == OMASEC_HTTP_MORE) {
		if (h->state == ST_DONE) {
			ev = OMASEC_HTTP_DONE;
		} else if (h->state == ST_BAD) {
			ev = OMASEC_HTTP_BAD;
		} else if (i == len) {
			break;
		} else if (h->state == ST_HEAD_DONE) {
			ev = bad(h, BAD_ORDER);
		} else if (has_span(h)) {
			ev = take_span(h, data, len, &i, &out->body);
		} else if (is_head(h)) {
			size_t n = head_run(h, data + i, len - i);

			h->count += (u32)n;
			i += n;
			if (i == len)
				break;
			ev = head_octet(h, (unsigned char)data[i]);
			i += ev != OMASEC_HTTP_BAD;
		} else {
			ev = chunk_octet(h, (unsigned char)data[i]);
			i += ev != OMASEC_HTTP_BAD;
		}
	}
	out->used = i;
	if (ev == OMASEC_HTTP_BAD) {
		out->reason = faults[h->count].reason;
		out->what = faults[h->count].what;
	}
	return ev;
}

void omasec_http_start_body(struct omasec_http *h, const struct omasec_http_head *head)
{
	h->count = 0;
	h->digits = 0;
	h->left = 0;
	if (head->no_body) {
		h->state = ST_DONE;
	} else if (head->chunked) {
		h->state = ST_SIZE;
	} else if (head->has_length) {
		h->left = head->length;
		h->state = h->left ? ST_LENGTH : ST_DONE;
	} else {
		h->state = head->kind == OMASEC_HTTP_KIND_REQUEST ? ST_DONE : ST_CLOSE;
	}
}

unsigned int omasec_http_eof(struct omasec_http *h, bool *complete)
{
	*complete = h->state == ST_CLOSE;
	if (*complete)
		h->state = ST_DONE;
	return h->state == ST_DONE || h->state == ST_IDLE ? OMASEC_REASON_NONE :
							    OMASEC_REASON_HTTP_TRUNCATED;
}

bool omasec_http_idle(const struct omasec_http *h)
{
	return h->state == ST_IDLE;
}
