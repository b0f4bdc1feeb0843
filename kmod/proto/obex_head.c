// SPDX-License-Identifier: GPL-2.0
/*
 * The headers of an OBEX object, read and rewritten, and the packets that carry it
 * onwards. See obex.h. That each header is as long as it says was seen by the framer,
 * and is not believed here.
 */
#include "ascii.h"
#include "hmac_header.h"
#include "http.h"
#include "obex.h"

#define HI_TYPE		0x42
#define HI_TARGET	0x46
#define HI_HTTP		0x47
#define HI_BODY		0x48
#define HI_END		0x49
#define HI_LENGTH	0xc3
#define HI_CONNECTION	0xcb
#define HI_SRM		0x97
#define HI_SRM_PARAM	0x98

#define FRONT_LEN	3
#define LONG_LEN	5	/* of a header with a number of four octets */

struct header {
	u8 id;
	struct omasec_slice whole, value;
};

static u32 be32(const char *s)
{
	const u8 *p = (const u8 *)s;

	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* Takes the next header off @rest; false at the end, and with @rest left when it is cut. */
static bool next(struct omasec_slice *rest, struct header *h)
{
	size_t front, len;

	if (!rest->len)
		return false;
	h->id = (u8)rest->p[0];
	front = h->id & 0x80 ? 1 : FRONT_LEN;
	if (rest->len < front)
		return false;
	if (h->id & 0x80)
		len = h->id & 0x40 ? LONG_LEN : 2;
	else
		len = (size_t)((u8)rest->p[1] << 8 | (u8)rest->p[2]);
	if (len < front || len > rest->len)
		return false;
	h->whole.p = rest->p;
	h->whole.len = len;
	h->value.p = rest->p + front;
	h->value.len = len - front;
	rest->p += len;
	rest->len -= len;
	return true;
}

bool omasec_obex_hmac_line(struct omasec_slice *rest, struct omasec_slice *line)
{
	size_t i = 0;

	while (i < rest->len && rest->p[i] != '\n')
		i++;
	i += i < rest->len;
	line->p = rest->p;
	line->len = i;
	rest->p += i;
	rest->len -= i;
	return omasec_slice_begins(*line, OMASEC_HMAC_HEADER ":");
}

bool omasec_obex_hmac_read(struct omasec_slice value, struct omasec_obex_head *h)
{
	struct omasec_slice line;
	size_t i;

	while (value.len) {
		bool hmac = omasec_obex_hmac_line(&value, &line);

		/* Each ends in CR LF, the last one need not. */
		if (line.p[line.len - 1] == '\n') {
			if (line.len < 2 || line.p[line.len - 2] != '\r')
				return false;
			line.len -= 2;
		}
		for (i = 0; i < line.len && line.p[i] != ':'; i++) {
			if (!omasec_is_tchar((unsigned char)line.p[i]))
				return false;
		}
		if (!i || i == line.len)
			return false;
		line.p += i + 1;
		line.len -= i + 1;
		for (i = 0; i < line.len; i++) {
			if (omasec_is_control((unsigned char)line.p[i]) && line.p[i] != '\t')
				return false;
		}
		if (hmac) {
			h->hmac = omasec_slice_trim(line);
			h->hmac_count++;
		}
	}
	return true;
}

/* Puts @value as header @id. Return: its length, -ENOSPC. */
static ssize_t put(u8 id, const void *value, size_t len, u8 *out, size_t cap)
{
	size_t front = id & 0x80 ? 1 : FRONT_LEN;

	if (front + len > cap || front + len > 0xffff)
		return -ENOSPC;
	out[0] = id;
	if (front == FRONT_LEN) {
		out[1] = (u8)((front + len) >> 8);
		out[2] = (u8)(front + len);
	}
	if (len)
		memcpy(out + front, value, len);
	return (ssize_t)(front + len);
}

ssize_t omasec_obex_hmac_write(struct omasec_slice hmac, u8 *out, size_t cap)
{
	static const char name[] = OMASEC_HMAC_HEADER ": ";
	size_t at = FRONT_LEN + sizeof(name) - 1, len = at + hmac.len + 2;

	if (omasec_text_span(hmac.p, hmac.len) != hmac.len)
		return -EINVAL;
	if (len > cap || len > 0xffff)
		return -ENOSPC;
	out[0] = HI_HTTP;
	out[1] = (u8)(len >> 8);
	out[2] = (u8)len;
	memcpy(out + FRONT_LEN, name, sizeof(name) - 1);
	memcpy(out + at, hmac.p, hmac.len);
	memcpy(out + len - 2, "\r\n", 2);
	return (ssize_t)len;
}

static const char *read_type(const struct header *h, struct omasec_obex_head *out)
{
	size_t i;

	if (out->has_type)
		return "Type twice";
	if (h->value.len < 2 || h->value.p[h->value.len - 1])
		return "a Type that does not end in NUL";
	out->has_type = true;
	out->type.p = h->value.p;
	out->type.len = h->value.len - 1;
	if (omasec_text_span(out->type.p, out->type.len) != out->type.len)
		return "control characters in Type";
	for (i = 0; i < out->type.len && out->type.p[i] != ';'; i++)
		;
	out->type.len = i;
	out->type = omasec_slice_trim(out->type);
	out->is_dm = omasec_http_is_dm(out->type);
	return NULL;
}

static const char *read_header(const struct header *h, struct omasec_obex_head *out)
{
	switch (h->id) {
	case HI_TYPE:
		return read_type(h, out);
	case HI_TARGET:
		if (out->has_target)
			return "Target twice";
		out->has_target = true;
		out->target = h->value;
		return NULL;
	case HI_LENGTH:
		if (out->has_length)
			return "Length twice";
		out->has_length = true;
		out->length = be32(h->value.p);
		return NULL;
	case HI_CONNECTION:
		/* Each packet of an object may name it. */
		if (out->has_connection && out->connection != be32(h->value.p))
			return "packets of one object in two connections";
		out->has_connection = true;
		out->connection = be32(h->value.p);
		return NULL;
	case HI_HTTP:
		return omasec_obex_hmac_read(h->value, out) ? NULL : "an HTTP header that is no lines";
	case HI_BODY:
	case HI_END:
		return "a body among the headers";
	default:
		return NULL;
	}
}

unsigned int omasec_obex_parse_head(const void *head, size_t len, struct omasec_obex_head *out,
				    const char **what)
{
	struct omasec_slice rest = { head, len };
	struct header h;

	memset(out, 0, sizeof(*out));
	*what = NULL;
	while (!*what && next(&rest, &h))
		*what = read_header(&h, out);
	if (!*what && rest.len)
		*what = "a header that is cut off";
	return *what ? OMASEC_REASON_OBEX_HEADER : 0;
}

/* An HTTP header without its lines x-syncml-hmac; nothing when no line is left. */
static ssize_t put_other_lines(struct omasec_slice value, u8 *out, size_t cap)
{
	struct omasec_slice line;
	size_t at = FRONT_LEN;

	while (value.len) {
		if (omasec_obex_hmac_line(&value, &line))
			continue;
		if (line.len > cap || at > cap - line.len)
			return -ENOSPC;
		memcpy(out + at, line.p, line.len);
		at += line.len;
	}
	if (at == FRONT_LEN)
		return 0;
	out[0] = HI_HTTP;
	out[1] = (u8)(at >> 8);
	out[2] = (u8)at;
	return (ssize_t)at;
}

/* A Type is text with its NUL; nothing for an empty one. */
static ssize_t put_type(struct omasec_slice type, u8 *out, size_t cap)
{
	size_t len = FRONT_LEN + type.len + 1;

	if (!type.len)
		return 0;
	if (omasec_text_span(type.p, type.len) != type.len)
		return -EINVAL;
	if (len > cap || len > 0xffff)
		return -ENOSPC;
	out[0] = HI_TYPE;
	out[1] = (u8)(len >> 8);
	out[2] = (u8)len;
	memcpy(out + FRONT_LEN, type.p, type.len);
	out[len - 1] = 0;
	return (ssize_t)len;
}

ssize_t omasec_obex_edit_head(const void *head, size_t len, const struct omasec_obex_edit *e,
			      void *out, size_t cap)
{
	u8 number[4] = { (u8)(e->length >> 24), (u8)(e->length >> 16), (u8)(e->length >> 8),
			 (u8)e->length };
	struct omasec_slice rest = { head, len };
	bool strip = e->drop_hmac || e->hmac.len;
	struct omasec_slice connection = { NULL, 0 };
	struct header h;
	size_t at = 0;
	ssize_t n;

	while (!connection.p && next(&rest, &h)) {
		if (h.id == HI_CONNECTION)
			connection = h.value;
	}
	if (connection.p) {
		n = put(HI_CONNECTION, connection.p, connection.len, out, cap);
		if (n < 0)
			return n;
		at += (size_t)n;
	}
	if (e->set_length) {
		n = put(HI_LENGTH, number, sizeof(number), (u8 *)out + at, cap - at);
		if (n < 0)
			return n;
		at += (size_t)n;
	}
	n = put_type(e->type, (u8 *)out + at, cap - at);
	if (n < 0)
		return n;
	at += (size_t)n;
	rest.p = head;
	rest.len = len;
	while (next(&rest, &h)) {
		if (h.id == HI_CONNECTION || h.id == HI_SRM || h.id == HI_SRM_PARAM ||
		    (h.id == HI_LENGTH && e->set_length) || (h.id == HI_TYPE && e->type.len))
			continue;
		if (h.id == HI_HTTP && strip)
			n = put_other_lines(h.value, (u8 *)out + at, cap - at);
		else
			n = put(h.id, h.value.p, h.value.len, (u8 *)out + at, cap - at);
		if (n < 0)
			return n;
		at += (size_t)n;
	}
	if (e->hmac.len) {
		n = omasec_obex_hmac_write(e->hmac, (u8 *)out + at, cap - at);
		if (n < 0)
			return n;
		at += (size_t)n;
	}
	return (ssize_t)at;
}

ssize_t omasec_obex_make_head(struct omasec_slice type, u32 length, struct omasec_slice hmac,
			      void *out, size_t cap)
{
	struct omasec_obex_edit e = {
		.length = length, .set_length = true, .hmac = hmac, .type = type,
	};

	return omasec_obex_edit_head(NULL, 0, &e, out, cap);
}

ssize_t omasec_obex_cut_next(struct omasec_obex_cut *c, void *out, size_t cap, size_t *body)
{
	struct omasec_slice rest = c->head;
	size_t at = FRONT_LEN;
	struct header h;
	u8 *o = out;
	u8 code;

	*body = 0;
	if (c->done || c->max < OMASEC_OBEX_PACKET_MIN)
		return -EINVAL;
	while (next(&rest, &h) && h.whole.len <= (size_t)c->max - at) {
		if (at + h.whole.len > cap)
			return -ENOSPC;
		memcpy(o + at, h.whole.p, h.whole.len);
		at += h.whole.len;
		c->head = rest;
	}
	if (c->head.len && at == FRONT_LEN)
		return -EMSGSIZE;
	if (cap < at)
		return -ENOSPC;
	c->done = !c->head.len && !c->has_body;
	/* A packet that has room for no octet of the body goes without. */
	if (!c->head.len && c->has_body && (size_t)c->max - at > FRONT_LEN) {
		if (cap - at < FRONT_LEN)
			return -ENOSPC;
		*body = min_t(size_t, c->body_left, (size_t)c->max - at - FRONT_LEN);
		c->body_left -= (u32)*body;
		c->done = !c->body_left;
		o[at] = c->done ? HI_END : HI_BODY;
		o[at + 1] = (u8)((*body + FRONT_LEN) >> 8);
		o[at + 2] = (u8)(*body + FRONT_LEN);
		at += FRONT_LEN;
	}
	code = c->code;
	if (c->response)
		code = c->done ? code : OMASEC_OBEX_CONTINUE;
	else if (c->done)
		code |= OMASEC_OBEX_FINAL;
	o[0] = code;
	o[1] = (u8)((at + *body) >> 8);
	o[2] = (u8)(at + *body);
	return (ssize_t)at;
}
