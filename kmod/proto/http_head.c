// SPDX-License-Identifier: GPL-2.0
/*
 * What a complete head says. RFC 9110 and RFC 9112, 2 to 6, without every
 * leniency that they allow a recipient: a head that another reader might take
 * for a different message, length or content type is refused, with one
 * sentence that says why. Does not rely on the framer having seen the octets.
 */
#include "ascii.h"
#include "http.h"
#include "http_field.h"

struct parse {
	struct omasec_http_head *out;
	const char *what;
	unsigned int fields;
	bool answers_head;
	bool type, length, coding, host;	/* seen */
	bool conn_close, conn_keep;
};

static unsigned int refuse(struct parse *p, unsigned int reason, const char *what)
{
	p->what = what;
	return reason;
}

static unsigned int bad_syntax(struct parse *p, const char *what)
{
	return refuse(p, OMASEC_REASON_HTTP_SYNTAX, what);
}

unsigned int omasec_http_next_line(struct omasec_slice *rest, struct omasec_http_line *line)
{
	size_t i = 0;

	for (;; i++) {
		i += omasec_text_span(rest->p + i, rest->len - i);
		if (i == rest->len || rest->p[i] != '\t')
			break;
	}
	if (i < rest->len && rest->p[i] != '\r' && rest->p[i] != '\n')
		return OMASEC_REASON_HTTP_SYNTAX;
	if (rest->len - i < 2 || rest->p[i] != '\r' || rest->p[i + 1] != '\n')
		return OMASEC_REASON_HTTP_LINE_END;
	line->text.p = rest->p;
	line->text.len = i;
	line->all.p = rest->p;
	line->all.len = i + 2;
	rest->p += i + 2;
	rest->len -= i + 2;
	return OMASEC_REASON_NONE;
}

bool omasec_http_split_field(struct omasec_slice text, struct omasec_slice *name,
			     struct omasec_slice *value)
{
	size_t i;

	for (i = 0; i < text.len && omasec_is_tchar((unsigned char)text.p[i]); i++)
		;
	if (!i || i == text.len || text.p[i] != ':')
		return false;
	name->p = text.p;
	name->len = i;
	value->p = text.p + i + 1;
	value->len = text.len - i - 1;
	*value = omasec_slice_trim(*value);
	return true;
}

/* Cuts @s at its first space: the part before it, @s becomes what follows. */
static bool cut_at_space(struct omasec_slice *s, struct omasec_slice *part)
{
	size_t i;

	for (i = 0; i < s->len && s->p[i] != ' '; i++)
		;
	if (i == s->len)
		return false;
	part->p = s->p;
	part->len = i;
	s->p += i + 1;
	s->len -= i + 1;
	return true;
}

/* Exactly HTTP/1.0 or HTTP/1.1, in capitals */
static bool read_version(struct omasec_slice s, u8 *minor)
{
	if (s.len != 8 || memcmp(s.p, "HTTP/1.", 7) || (s.p[7] != '0' && s.p[7] != '1'))
		return false;
	*minor = (u8)(s.p[7] - '0');
	return true;
}

static unsigned int request_line(struct parse *p, struct omasec_slice rest)
{
	struct omasec_http_head *out = p->out;
	size_t i;

	if (!cut_at_space(&rest, &out->method) || !omasec_is_token(out->method))
		return bad_syntax(p, "malformed method in the request line");
	if (!cut_at_space(&rest, &out->target) || !out->target.len)
		return bad_syntax(p, "no request target");
	for (i = 0; i < out->target.len; i++) {
		if (omasec_is_control((unsigned char)out->target.p[i]) ||
		    (unsigned char)out->target.p[i] > 127)
			return bad_syntax(p, "request target with an octet that no URI has");
	}
	out->is_connect = out->method.len == 7 && !memcmp(out->method.p, "CONNECT", 7);
	if (!out->is_connect && omasec_slice_is(out->method, "connect"))
		return refuse(p, OMASEC_REASON_HTTP_UPGRADE, "CONNECT request");
	if (omasec_slice_is(out->method, "pri") && omasec_slice_begins(rest, "http/2"))
		return refuse(p, OMASEC_REASON_HTTP_UPGRADE, "HTTP/2 connection preface");
	if (!read_version(rest, &out->minor))
		return bad_syntax(p, "request line does not end in HTTP/1.0 or HTTP/1.1");

	out->is_head = omasec_slice_is(out->method, "head");
	if (out->is_head && memcmp(out->method.p, "HEAD", 4))
		return bad_syntax(p, "method HEAD not in capitals");
	return OMASEC_REASON_NONE;
}

static unsigned int status_line(struct parse *p, struct omasec_slice rest)
{
	struct omasec_http_head *out = p->out;
	struct omasec_slice version;
	size_t i;

	if (!cut_at_space(&rest, &version) || !read_version(version, &out->minor))
		return bad_syntax(p, "status line does not begin with HTTP/1.0 or HTTP/1.1");
	if (rest.len < 3 || (rest.len > 3 && rest.p[3] != ' '))
		return bad_syntax(p, "status code does not have three digits");
	for (i = 0; i < 3; i++) {
		if (!omasec_is_digit((unsigned char)rest.p[i]))
			return bad_syntax(p, "status code does not have three digits");
		out->status = (u16)(out->status * 10 + (rest.p[i] - '0'));
	}
	if (out->status < 100 || out->status > 599)
		return bad_syntax(p, "status code outside 100 to 599");
	if (out->status == 101)
		return refuse(p, OMASEC_REASON_HTTP_UPGRADE, "response 101 Switching Protocols");

	out->interim = out->status < 200;
	out->no_body = out->interim || out->status == 204 || out->status == 304 || p->answers_head;
	return OMASEC_REASON_NONE;
}

/* type "/" subtype, then nothing or parameters */
static unsigned int field_type(struct parse *p, struct omasec_slice value)
{
	struct omasec_slice type = value, part;
	size_t i;

	if (p->type)
		return bad_syntax(p, "several Content-Type fields");
	p->type = true;
	if (!value.len)
		return OMASEC_REASON_NONE;

	for (i = 0; i < value.len && value.p[i] != ';'; i++)
		;
	type.len = i;
	type = omasec_slice_trim(type);
	for (i = 0; i < type.len && type.p[i] != '/'; i++)
		;
	if (i == type.len)
		return bad_syntax(p, "Content-Type is not of the form type/subtype");
	part.p = type.p;
	part.len = i;
	if (!omasec_is_token(part))
		return bad_syntax(p, "Content-Type is not of the form type/subtype");
	part.p = type.p + i + 1;
	part.len = type.len - i - 1;
	if (!omasec_is_token(part))
		return bad_syntax(p, "Content-Type is not of the form type/subtype");

	p->out->content_type_full = value;
	p->out->content_type = type;
	p->out->is_dm = omasec_http_is_dm(type);
	return OMASEC_REASON_NONE;
}

/* One plain decimal number: no sign, list, leading zero or overflow */
static unsigned int field_length(struct parse *p, struct omasec_slice value)
{
	u64 n = 0;
	size_t i;

	if (p->length)
		return refuse(p, OMASEC_REASON_HTTP_LENGTH, "several Content-Length fields");
	p->length = true;
	if (!value.len)
		return refuse(p, OMASEC_REASON_HTTP_LENGTH, "empty Content-Length");
	if (value.len > 1 && value.p[0] == '0')
		return refuse(p, OMASEC_REASON_HTTP_LENGTH, "Content-Length with leading zero");
	if (value.len > 18)	/* 10^18 fits an s64 */
		return refuse(p, OMASEC_REASON_HTTP_LENGTH, "Content-Length has too many digits");
	for (i = 0; i < value.len; i++) {
		if (!omasec_is_digit((unsigned char)value.p[i]))
			return refuse(p, OMASEC_REASON_HTTP_LENGTH,
				      "Content-Length is not a plain decimal number");
		n = n * 10 + (u64)(value.p[i] - '0');
	}
	p->out->has_length = true;
	p->out->length = n;
	return OMASEC_REASON_NONE;
}

static unsigned int field_coding(struct parse *p, struct omasec_slice value)
{
	if (p->coding)
		return refuse(p, OMASEC_REASON_HTTP_ENCODING, "several Transfer-Encoding fields");
	p->coding = true;
	if (!omasec_slice_is(value, "chunked"))
		return refuse(p, OMASEC_REASON_HTTP_ENCODING,
			      "Transfer-Encoding is not exactly chunked");
	p->out->chunked = true;
	return OMASEC_REASON_NONE;
}

static unsigned int field_host(struct parse *p, struct omasec_slice value)
{
	(void)value;
	if (p->host && p->out->kind == OMASEC_HTTP_KIND_REQUEST)
		return bad_syntax(p, "several Host fields");
	p->host = true;
	return OMASEC_REASON_NONE;
}

/*
 * A field named here belongs to one hop, and the next reader may drop it. None
 * of those that say what the message is can be among them.
 */
static unsigned int field_connection(struct parse *p, struct omasec_slice value)
{
	static const struct omasec_slice end_to_end[] = {
		OMASEC_WORD("content-length"), OMASEC_WORD("transfer-encoding"),
		OMASEC_WORD("content-type"), OMASEC_WORD("host"), OMASEC_WORD("x-syncml-hmac"),
	};
	struct omasec_slice option;
	size_t i;

	while (omasec_list_next(&value, &option)) {
		if (omasec_slice_is(option, "close"))
			p->conn_close = true;
		else if (omasec_slice_is(option, "keep-alive"))
			p->conn_keep = true;
		for (i = 0; i < ARRAY_SIZE(end_to_end); i++) {
			if (omasec_slice_is_word(option, end_to_end[i]))
				return bad_syntax(p, "Connection names a field that is end to end");
		}
	}
	return OMASEC_REASON_NONE;
}

static unsigned int field_expect(struct parse *p, struct omasec_slice value)
{
	struct omasec_slice item;

	p->out->has_expect = true;
	while (omasec_list_next(&value, &item)) {
		if (omasec_slice_is(item, "100-continue") &&
		    p->out->kind == OMASEC_HTTP_KIND_REQUEST)
			p->out->expect_continue = true;
	}
	return OMASEC_REASON_NONE;
}

static unsigned int field_encoding(struct parse *p, struct omasec_slice value)
{
	struct omasec_slice coding;

	while (omasec_list_next(&value, &coding)) {
		if (coding.len && !omasec_slice_is(coding, "identity"))
			p->out->encoded = true;
	}
	return OMASEC_REASON_NONE;
}

static unsigned int field_hmac(struct parse *p, struct omasec_slice value)
{
	if (!p->out->hmac_count++)
		p->out->hmac = value;
	return OMASEC_REASON_NONE;
}

static const struct {
	struct omasec_slice name;
	unsigned int (*read)(struct parse *p, struct omasec_slice value);
} readers[] = {
	{ OMASEC_WORD("connection"), field_connection },
	{ OMASEC_WORD("content-encoding"), field_encoding },
	{ OMASEC_WORD("content-length"), field_length },
	{ OMASEC_WORD("content-type"), field_type },
	{ OMASEC_WORD("expect"), field_expect },
	{ OMASEC_WORD("host"), field_host },
	{ OMASEC_WORD("transfer-encoding"), field_coding },
	{ OMASEC_WORD("x-syncml-hmac"), field_hmac },
};

static unsigned int field_line(struct parse *p, struct omasec_slice text)
{
	struct omasec_slice name, value;
	size_t i;

	if (p->fields++ == OMASEC_HTTP_FIELDS_MAX)
		return refuse(p, OMASEC_REASON_HTTP_TOO_MANY, "more than 100 fields");
	if (omasec_is_blank((unsigned char)text.p[0]))
		return bad_syntax(p, "line that begins with a blank (folded field)");
	if (!omasec_http_split_field(text, &name, &value))
		return bad_syntax(p, "field name is not a token followed by a colon");
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		if (omasec_slice_is_word(name, readers[i].name))
			return readers[i].read(p, value);
	}
	return OMASEC_REASON_NONE;
}

/* The rules that need more than one line: RFC 9112, 6.1 to 6.3 */
static unsigned int conclude(struct parse *p)
{
	struct omasec_http_head *out = p->out;
	bool bare = out->interim || out->status == 204;

	if (out->is_connect) {
		out->is_connect = !out->chunked && !out->length;
		return refuse(p, OMASEC_REASON_HTTP_UPGRADE, "CONNECT request");
	}
	if (out->chunked && out->has_length)
		return refuse(p, OMASEC_REASON_HTTP_LENGTH,
			      "both Transfer-Encoding and Content-Length");
	if (out->chunked && !out->minor)
		return refuse(p, OMASEC_REASON_HTTP_ENCODING, "Transfer-Encoding in HTTP/1.0");
	if (out->chunked && bare)
		return refuse(p, OMASEC_REASON_HTTP_ENCODING,
			      "Transfer-Encoding in a response without body");
	if (out->length && bare)
		return refuse(p, OMASEC_REASON_HTTP_LENGTH,
			      "Content-Length in a response without body");

	/* an interim response never closes: the final one is still to come */
	if (!out->interim)
		out->close = p->conn_close || (!out->minor && !p->conn_keep) ||
			     (out->kind == OMASEC_HTTP_KIND_RESPONSE && !out->no_body &&
			      !out->chunked && !out->has_length);
	return OMASEC_REASON_NONE;
}

static unsigned int read_lines(struct parse *p, struct omasec_slice rest)
{
	struct omasec_http_line line;
	unsigned int reason;
	bool first = true;

	for (;; first = false) {
		reason = omasec_http_next_line(&rest, &line);
		if (reason == OMASEC_REASON_HTTP_SYNTAX)
			return bad_syntax(p, "control character in the head");
		if (reason)
			return refuse(p, reason, "line that does not end in CR LF");
		if (first)
			reason = p->out->kind == OMASEC_HTTP_KIND_REQUEST ?
				 request_line(p, line.text) : status_line(p, line.text);
		else if (line.text.len)
			reason = field_line(p, line.text);
		else
			return rest.len ? bad_syntax(p, "octets after the empty line") :
					  OMASEC_REASON_NONE;
		if (reason)
			return reason;
	}
}

unsigned int omasec_http_parse_head(const char *head, size_t len, unsigned int kind,
				    bool answers_head, struct omasec_http_head *out,
				    const char **what)
{
	struct parse p = { .out = out, .what = "", .answers_head = answers_head };
	struct omasec_slice rest = { head, len };
	unsigned int reason;

	memset(out, 0, sizeof(*out));
	out->kind = (u8)kind;
	if (len > OMASEC_HTTP_HEAD_MAX)
		reason = refuse(&p, OMASEC_REASON_HTTP_TOO_MANY, "head longer than 16384 octets");
	else
		reason = read_lines(&p, rest);
	if (!reason)
		reason = conclude(&p);
	*what = p.what;
	return reason;
}

bool omasec_http_is_dm(struct omasec_slice content_type)
{
	return omasec_slice_begins(content_type, "application/vnd.syncml") ||
	       omasec_slice_begins(content_type, "application/vnd.wap.") ||
	       omasec_slice_begins(content_type, "application/vnd.oma.") ||
	       omasec_slice_begins(content_type, "text/vnd.wap.connectivity");
}

static const struct omasec_slice type_ends[] = { OMASEC_WORD("+xml"), OMASEC_WORD("+wbxml") };

static bool type_ends_with(struct omasec_slice type, struct omasec_slice end)
{
	if (type.len < end.len)
		return false;
	type.p += type.len - end.len;
	type.len = end.len;
	return omasec_slice_is_word(type, end);
}

bool omasec_http_is_wbxml(struct omasec_slice content_type)
{
	return type_ends_with(content_type, type_ends[true]);
}

bool omasec_http_type_to(char *type, size_t size, bool wbxml)
{
	struct omasec_slice s = { type, strnlen(type, size) };
	const struct omasec_slice *to = &type_ends[wbxml], *from = &type_ends[!wbxml];

	if (type_ends_with(s, *to))
		return true;
	if (!type_ends_with(s, *from) || s.len - from->len + to->len >= size)
		return false;
	memcpy(type + s.len - from->len, to->p, to->len);
	type[s.len - from->len + to->len] = 0;
	return true;
}
