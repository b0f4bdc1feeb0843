// SPDX-License-Identifier: GPL-2.0
/* Reads and rewrites PDUs of connectionless WSP; see wsp_pdu.h. */
#include "ascii.h"
#include "hmac_header.h"
#include "http.h"
#include "wsp.h"
#include "wsp_pdu.h"
#include "wsp_value.h"

/* Assigned numbers of header fields (table 39). */
#define WSP_FIELD_CONTENT_ENCODING	0x0b
#define WSP_FIELD_CONTENT_LENGTH	0x0d
#define WSP_FIELD_CONTENT_MD5		0x10
#define WSP_FIELD_CONTENT_TYPE		0x11
#define WSP_FIELD_TRANSFER_ENCODING	0x27

#define WSP_PUT				0x61
#define WSP_GET_LAST			0x44

static const char wsp_dm_wbxml[] = "application/vnd.syncml.dm+wbxml";
static const char wsp_dm_xml[] = "application/vnd.syncml.dm+xml";

enum wsp_header_kind {
	WSP_HEADER_OTHER, WSP_HEADER_HMAC, WSP_HEADER_TYPE, WSP_HEADER_ENCODING,
	WSP_HEADER_TRANSFER, WSP_HEADER_BODY,	/* says something of the octets of the body */
};

/**
 * struct wsp_header - a header
 * @kind: enum wsp_header_kind
 * @v: its value
 * @value: the same as it stands there
 * @octets: all of it
 */
struct wsp_header {
	enum wsp_header_kind kind;
	struct wsp_value v;
	struct omasec_slice value, octets;
};

static enum wsp_header_kind header_by_number(u8 code)
{
	switch (code) {
	case WSP_FIELD_CONTENT_ENCODING:
		return WSP_HEADER_ENCODING;
	case WSP_FIELD_CONTENT_LENGTH:
	case WSP_FIELD_CONTENT_MD5:
		return WSP_HEADER_BODY;
	case WSP_FIELD_CONTENT_TYPE:
		return WSP_HEADER_TYPE;
	case WSP_FIELD_TRANSFER_ENCODING:
		return WSP_HEADER_TRANSFER;
	}
	return WSP_HEADER_OTHER;
}

static enum wsp_header_kind header_by_name(struct omasec_slice name)
{
	static const struct {
		const char *name;
		enum wsp_header_kind kind;
	} names[] = {
		{ OMASEC_HMAC_HEADER, WSP_HEADER_HMAC },
		{ "content-type", WSP_HEADER_TYPE },
		{ "content-encoding", WSP_HEADER_ENCODING },
		{ "content-length", WSP_HEADER_BODY },
		{ "content-md5", WSP_HEADER_BODY },
		{ "transfer-encoding", WSP_HEADER_TRANSFER },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (omasec_slice_is(name, names[i].name))
			return names[i].kind;
	}
	return WSP_HEADER_OTHER;
}

/* One header, of which there is at least an octet; NULL, or what is wrong with it. */
static const char *next_header(struct wsp *r, struct wsp_header *h)
{
	struct omasec_slice name;
	const u8 *begin = r->p;

	if (*begin & 0x80) {
		r->p++;
		h->kind = header_by_number(*begin & 0x7f);
	} else {
		if (*begin <= WSP_LENGTH_QUOTE || *begin == 0x7f)
			return "a shift to another code page of headers";
		if (!wsp_text(r, &name) || !omasec_is_token(name))
			return "a header name that is no token";
		h->kind = header_by_name(name);
	}
	h->value.p = (const char *)r->p;
	h->v = wsp_value(r);
	if (h->v.form == WSP_BAD)
		return "a header value without end";
	h->value.len = (size_t)((const char *)r->p - h->value.p);
	h->octets.p = (const char *)begin;
	h->octets.len = (size_t)(r->p - begin);
	return NULL;
}

/* What stands in front says it already; gateways from HTTP leave it there. */
static bool type_again(struct omasec_slice value, const struct omasec_wsp_pdu *pdu)
{
	return pdu->type_octets.len && value.len == pdu->type_octets.len &&
	       !memcmp(value.p, pdu->type_octets.p, value.len);
}

/* What a header says; NULL, or what is wrong with it. */
static const char *take_header(const struct wsp_header *h, struct omasec_wsp_pdu *pdu)
{
	switch (h->kind) {
	case WSP_HEADER_TYPE:
		return type_again(h->value, pdu) ? NULL : "a second content type";
	case WSP_HEADER_TRANSFER:
		return "a transfer encoding, which a datagram has no use for";
	case WSP_HEADER_ENCODING:
		if (h->v.form != WSP_TEXT || !omasec_slice_is(h->v.s, "identity"))
			pdu->encoded = true;
		break;
	case WSP_HEADER_HMAC:
		if (!pdu->hmac_count++ && h->v.form == WSP_TEXT)
			pdu->hmac = h->v.s;
		break;
	default:
		break;
	}
	return NULL;
}

/*
 * Numbers of types that are none of DM, none that holds others (multipart), and none of
 * WAP, which HTTP counts as DM too: text, forms, pictures, plain XML.
 */
static bool number_harmless(u32 type)
{
	return (type >= 0x01 && type <= 0x07) || type == 0x12 ||
	       (type >= 0x1c && type <= 0x20) || type == 0x27 || type == 0x28;
}

/* Whose type it is. */
static bool media(const struct wsp_value *v, struct omasec_wsp_pdu *pdu)
{
	u32 n;

	if (v->form == WSP_TEXT) {
		if (!wsp_media_type_ok(v->s))
			return false;
		pdu->content_type = v->s;
		pdu->is_dm = omasec_http_is_dm(v->s);
		pdu->harmless = !pdu->is_dm;
		return true;
	}
	if (!wsp_number(v, &n))
		return false;
	pdu->is_dm = n == OMASEC_WSP_TYPE_DM_WBXML || n == OMASEC_WSP_TYPE_DM_XML;
	pdu->harmless = number_harmless(n);
	if (pdu->is_dm) {
		pdu->content_type.p = n == OMASEC_WSP_TYPE_DM_XML ? wsp_dm_xml : wsp_dm_wbxml;
		pdu->content_type.len = strlen(pdu->content_type.p);
	}
	return true;
}

/* The content type, 8.4.2.24: a number, a text, or a length with either and parameters. */
static bool content_type(struct wsp *r, struct omasec_wsp_pdu *pdu)
{
	const u8 *begin = r->p;
	struct wsp_value v = wsp_value(r), inner;
	struct wsp in;

	pdu->type_octets.p = (const char *)begin;
	pdu->type_octets.len = (size_t)(r->p - begin);
	if (v.form != WSP_OCTETS)
		return media(&v, pdu);
	in.p = (const u8 *)v.s.p;
	in.end = in.p + v.s.len;
	inner = wsp_value(&in);
	if (!media(&inner, pdu))
		return false;
	while (wsp_left(&in)) {		/* name and value of each parameter */
		if (wsp_value(&in).form == WSP_BAD || wsp_value(&in).form == WSP_BAD)
			return false;
	}
	return true;
}

/* Headers in @r, up to its end. */
static const char *headers(struct wsp *r, struct omasec_wsp_pdu *pdu)
{
	const char *what = NULL;
	struct wsp_header h;

	pdu->headers.p = (const char *)r->p;
	pdu->headers.len = wsp_left(r);
	while (!what && wsp_left(r)) {
		what = next_header(r, &h);
		what = what ? what : take_header(&h, pdu);
	}
	return what;
}

const char *omasec_wsp_session_headers(const void *p, size_t len)
{
	struct wsp r = { .p = p, .end = (const u8 *)p + len };
	const char *what = NULL;
	struct wsp_header h;

	while (!what && wsp_left(&r)) {
		what = next_header(&r, &h);
		if (!what && h.kind != WSP_HEADER_OTHER)
			what = "a header for all messages that belongs to one";
	}
	return what;
}

/* @len octets in front of @r. */
static bool cut(struct wsp *r, u32 len, struct wsp *piece)
{
	if (len > wsp_left(r))
		return false;
	piece->p = r->p;
	piece->end = r->p + len;
	r->p += len;
	return true;
}

static bool read_uri(struct wsp *r, u32 len, struct omasec_wsp_pdu *pdu)
{
	struct wsp piece;
	size_t i;

	if (!len || len > OMASEC_WSP_URI_MAX || !cut(r, len, &piece))
		return false;
	pdu->uri.p = (const char *)piece.p;
	pdu->uri.len = len;
	for (i = 0; i < len; i++) {
		if (omasec_is_control(piece.p[i]) || piece.p[i] == ' ')
			return false;
	}
	return true;
}

/* Behind the type of a Get: URI, and headers to the end (8.2.3.1). */
static const char *read_get(struct wsp *r, struct omasec_wsp_pdu *pdu)
{
	u32 uri_len;

	if (!wsp_uintvar(r, &uri_len) || !read_uri(r, uri_len, pdu))
		return "a URI that cannot be read, is longer than 2048 octets or than the datagram";
	if (wsp_left(r) > OMASEC_WSP_PDU_HEADERS_MAX)
		return "headers longer than 4096 octets";
	pdu->harmless = true;
	return headers(r, pdu);
}

/* Behind the type of a Post, or the status of a Reply (8.2.3.2, 8.2.3.3). */
static const char *read_carrier(struct wsp *r, struct omasec_wsp_pdu *pdu)
{
	bool post = pdu->method == OMASEC_WSP_IS_POST;
	u32 uri_len = 0, len;
	struct wsp head;

	if ((post && !wsp_uintvar(r, &uri_len)) || !wsp_uintvar(r, &len) ||
	    len > OMASEC_WSP_PDU_HEADERS_MAX)
		return "a length that cannot be read, or of headers above 4096 octets";
	if (post && !read_uri(r, uri_len, pdu))
		return "a URI that cannot be read, is longer than 2048 octets or than the datagram";
	if (!cut(r, len, &head))
		return "headers longer than the datagram";
	pdu->data.p = (const char *)r->p;
	pdu->data.len = wsp_left(r);
	if (!len) {
		pdu->type_octets.p = (const char *)head.p;
		pdu->headers.p = (const char *)head.p;
		pdu->harmless = !pdu->data.len;
		return pdu->data.len ? "data without a content type" : NULL;
	}
	if (!content_type(&head, pdu))
		return "a content type or parameter that cannot be read";
	return headers(&head, pdu);
}

/* The method of @type, or -1. */
static int method_of(u8 type)
{
	if (type == OMASEC_WSP_POST)
		return OMASEC_WSP_IS_POST;
	if (type == OMASEC_WSP_REPLY)
		return OMASEC_WSP_IS_REPLY;
	return type >= OMASEC_WSP_GET && type <= WSP_GET_LAST ? OMASEC_WSP_IS_GET : -1;
}

/**
 * omasec_wsp_pdu_parse() - reads a datagram
 * @p: octets
 * @len: their number
 * @pdu: set to what they say
 *
 * Context: any.
 * Return: enum omasec_reason: 0, or WSP_SYNTAX with @pdu->what.
 */
unsigned int omasec_wsp_pdu_parse(const void *p, size_t len, struct omasec_wsp_pdu *pdu)
{
	struct wsp r = { .p = p, .end = (const u8 *)p + len };
	int method;

	memset(pdu, 0, sizeof(*pdu));
	pdu->what = "neither Get, Post nor Reply";
	if (len < 3)
		return OMASEC_REASON_WSP_SYNTAX;
	pdu->tid = *r.p++;
	pdu->type = *r.p++;
	method = method_of(pdu->type);
	if (method < 0) {
		if (pdu->type == OMASEC_WSP_PUSH || pdu->type == OMASEC_WSP_CONFIRMED)
			pdu->what = "a push, which is for a rule of binding wsp";
		else if (pdu->type == WSP_PUT)
			pdu->what = "a Put, which carries no DM message";
		return OMASEC_REASON_WSP_SYNTAX;
	}
	pdu->method = (u8)method;
	if (method == OMASEC_WSP_IS_REPLY)
		pdu->status = *r.p++;
	pdu->what = method == OMASEC_WSP_IS_GET ? read_get(&r, pdu) : read_carrier(&r, pdu);
	if (pdu->what)
		return OMASEC_REASON_WSP_SYNTAX;
	pdu->head_len = len - pdu->data.len;
	return OMASEC_REASON_NONE;
}

bool omasec_wsp_pdu_is_secured(const void *p, size_t len)
{
	/* A sequence number of WTLS can make one of these of it: then it counts as that. */
	return len >= 2 && method_of(((const u8 *)p)[1]) < 0 && ((const u8 *)p)[1] != WSP_PUT &&
	       omasec_wsp_is_secured(p, len);
}

/* ---- writing ---- */

/* A writer: what is written so far, and whether it fitted. */
struct wsp_out {
	u8 *p;
	size_t len, cap;
};

static void put(struct wsp_out *o, const void *p, size_t len)
{
	if (len && o->len <= o->cap && len <= o->cap - o->len)
		memcpy(o->p + o->len, p, len);
	o->len += len;
}

static void put_octet(struct wsp_out *o, u8 c)
{
	put(o, &c, 1);
}

/* Of at most 28 bits, in as few octets as there are. */
static void put_uintvar(struct wsp_out *o, u32 v)
{
	unsigned int shift = v >> 21 ? 21 : v >> 14 ? 14 : v >> 7 ? 7 : 0;

	for (; shift; shift -= 7)
		put_octet(o, 0x80 | (v >> shift & 0x7f));
	put_octet(o, v & 0x7f);
}

static void put_text(struct wsp_out *o, struct omasec_slice s)
{
	put(o, s.p, s.len);
	put_octet(o, 0);
}

static void put_type(struct wsp_out *o, struct omasec_slice name)
{
	if (omasec_slice_is(name, wsp_dm_wbxml))
		put_octet(o, 0x80 | OMASEC_WSP_TYPE_DM_WBXML);
	else if (omasec_slice_is(name, wsp_dm_xml))
		put_octet(o, 0x80 | OMASEC_WSP_TYPE_DM_XML);
	else
		put_text(o, name);
}

static void put_hmac(struct wsp_out *o, struct omasec_slice value)
{
	static const struct omasec_slice name = OMASEC_WORD(OMASEC_HMAC_HEADER);

	if (!value.len)
		return;
	put_text(o, name);
	put_text(o, value);
}

/* It is read as the text that it is: it needs no quote, and ends where it ends. */
static bool text_ok(struct omasec_slice s)
{
	size_t i;

	if (s.len && (u8)(s.p[0] - 0x20) >= 0x5f)
		return false;
	for (i = 0; i < s.len; i++) {
		if (omasec_is_control((unsigned char)s.p[i]))
			return false;
	}
	return true;
}

static bool values_ok(struct omasec_slice type, struct omasec_slice hmac)
{
	return (!type.len || wsp_media_type_ok(type)) && text_ok(hmac);
}

/* The same name, in any case of letters. */
static bool same_name(struct omasec_slice a, struct omasec_slice b)
{
	size_t i;

	for (i = 0; i < a.len && a.len == b.len; i++) {
		if (omasec_lower((unsigned char)a.p[i]) != omasec_lower((unsigned char)b.p[i]))
			return false;
	}
	return a.len == b.len;
}

/* Content type and headers as @e has them. */
static void put_headers(struct wsp_out *o, const struct omasec_wsp_pdu *pdu,
			const struct omasec_wsp_edit *e)
{
	struct wsp r = { .p = (const u8 *)pdu->headers.p };
	bool new_type = e->content_type.len && !same_name(pdu->content_type, e->content_type);
	struct wsp_header h;

	r.end = r.p + pdu->headers.len;
	if (new_type)
		put_type(o, e->content_type);
	else
		put(o, pdu->type_octets.p, pdu->type_octets.len);
	while (wsp_left(&r) && !next_header(&r, &h)) {
		if ((h.kind == WSP_HEADER_HMAC && (e->drop_hmac || e->hmac.len)) ||
		    (h.kind == WSP_HEADER_BODY && e->new_body) ||
		    (h.kind == WSP_HEADER_TYPE && new_type))
			continue;
		put(o, h.octets.p, h.octets.len);
	}
	put_hmac(o, e->hmac);
}

ssize_t omasec_wsp_pdu_edit(const struct omasec_wsp_pdu *pdu, const struct omasec_wsp_edit *e,
			    u8 *out, size_t cap)
{
	struct wsp_out o = { .p = out, .cap = cap }, size = { NULL, 0, 0 };

	if (pdu->method == OMASEC_WSP_IS_GET || !values_ok(e->content_type, e->hmac))
		return -EINVAL;
	/* The first header is the content type, whatever it is. */
	if (!pdu->type_octets.len && !e->content_type.len && e->hmac.len)
		return -EINVAL;
	put_headers(&size, pdu, e);
	put_octet(&o, e->tid);
	put_octet(&o, pdu->type);
	if (pdu->method == OMASEC_WSP_IS_REPLY)
		put_octet(&o, pdu->status);
	else
		put_uintvar(&o, (u32)pdu->uri.len);
	put_uintvar(&o, (u32)size.len);
	put(&o, pdu->uri.p, pdu->uri.len);
	put_headers(&o, pdu, e);
	return o.len > cap || size.len > OMASEC_WSP_PDU_HEADERS_MAX ? -ENOSPC : (ssize_t)o.len;
}

ssize_t omasec_wsp_make_reply(u8 tid, struct omasec_slice content_type, struct omasec_slice hmac,
			      u8 *out, size_t cap)
{
	struct omasec_wsp_pdu reply = {
		.type = OMASEC_WSP_REPLY, .status = OMASEC_WSP_STATUS_OK,
		.method = OMASEC_WSP_IS_REPLY, .headers = { "", 0 },
	};
	const struct omasec_wsp_edit e = {
		.tid = tid, .content_type = content_type, .hmac = hmac,
	};

	return content_type.len ? omasec_wsp_pdu_edit(&reply, &e, out, cap) : -EINVAL;
}
