// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the header of a WSP push. One pass, nothing is copied, each length is
 * compared with what is left before it is used.
 */
#include "ascii.h"
#include "wsp.h"
#include "wsp_value.h"

#define WSP_FIELD_CONTENT_TYPE	0x11
#define WSP_FIELD_APP_ID	0x2f
#define WSP_PARAM_SEC		0x11
#define WSP_PARAM_MAC		0x12
#define WSP_QUOTE		0x7f

u32 omasec_wsp_media_type(struct omasec_slice s)
{
	static const struct {
		const char *name;
		u32 number;
	} types[] = {
		{ "text/vnd.wap.connectivity-xml", OMASEC_WSP_TYPE_CP_XML },
		{ "application/vnd.wap.connectivity-wbxml", OMASEC_WSP_TYPE_CP_WBXML },
		{ "application/vnd.syncml.dm+wbxml", OMASEC_WSP_TYPE_DM_WBXML },
		{ "application/vnd.syncml.dm+xml", OMASEC_WSP_TYPE_DM_XML },
		{ "application/vnd.syncml.notification", OMASEC_WSP_TYPE_NOTIFICATION },
		{ "application/vnd.syncml.dm.notification", OMASEC_WSP_TYPE_NOTIFICATION_13 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (omasec_slice_is(s, types[i].name))
			return types[i].number;
	}
	return OMASEC_WSP_NONE;
}

static bool media_type(const struct wsp_value *v, u32 *type)
{
	if (v->form == WSP_TEXT) {
		*type = omasec_wsp_media_type(v->s);
		return wsp_media_type_ok(v->s);
	}
	return wsp_number(v, type);
}

static bool param_sec(const struct wsp_value *v, struct omasec_wsp_push *push)
{
	if (push->sec_form)
		return false;
	if (v->form == WSP_TEXT) {
		push->sec_form = OMASEC_WSP_SEC_TEXT;
		push->sec_text = v->s;
		return v->s.len;
	}
	push->sec_form = OMASEC_WSP_SEC_CODE;
	return wsp_number(v, &push->sec);
}

static bool param_mac(const struct wsp_value *v, struct omasec_wsp_push *push)
{
	if (push->has_mac || v->form != WSP_TEXT)
		return false;
	push->has_mac = true;
	push->mac = v->s;
	return true;
}

/* Parameters of the content type: up to the end of @r. */
static bool params(struct wsp *r, struct omasec_wsp_push *push)
{
	while (wsp_left(r)) {
		struct wsp_value name = wsp_value(r), v;
		bool known = true, sec, mac;
		u32 n = 0;

		if (name.form == WSP_TEXT)
			known = omasec_is_token(name.s);
		else
			known = wsp_number(&name, &n);
		v = wsp_value(r);
		if (!known || v.form == WSP_BAD)
			return false;
		sec = name.form == WSP_TEXT ? omasec_slice_is(name.s, "sec") : n == WSP_PARAM_SEC;
		mac = name.form == WSP_TEXT ? omasec_slice_is(name.s, "mac") : n == WSP_PARAM_MAC;
		if ((sec && !param_sec(&v, push)) || (mac && !param_mac(&v, push)))
			return false;
	}
	return true;
}

/* The content type, 8.4.2.24: a number, a text, or a length with either and parameters. */
static bool content_type(struct wsp *r, struct omasec_wsp_push *push)
{
	struct wsp_value v = wsp_value(r), media;
	struct wsp inner;

	if (v.form != WSP_OCTETS)
		return media_type(&v, &push->type);
	inner.p = (const u8 *)v.s.p;
	inner.end = inner.p + v.s.len;
	media = wsp_value(&inner);
	return media_type(&media, &push->type) && params(&inner, push);
}

static bool app_id(const struct wsp_value *v, struct omasec_wsp_push *push)
{
	if (push->has_app)
		return false;
	push->has_app = true;
	if (v->form != WSP_TEXT)
		return wsp_number(v, &push->app);
	push->app = omasec_slice_is(v->s, "x-wap-application:syncml.dm") ? OMASEC_WSP_APP_DM :
								   OMASEC_WSP_NONE;
	return v->s.len;
}

static bool hmac(const struct wsp_value *v, struct omasec_wsp_push *push)
{
	if (push->has_hmac || v->form != WSP_TEXT)
		return false;
	push->has_hmac = true;
	push->hmac = v->s;
	return v->s.len;
}

/* One header; NULL, or what is wrong with it. */
static const char *next_header(struct wsp *r, struct omasec_wsp_push *push)
{
	struct omasec_slice name = { NULL, 0 };
	u8 code = *r->p;
	struct wsp_value v;
	bool is_app, is_type;

	if (code & 0x80) {
		code &= 0x7f;
		r->p++;
	} else if (code <= WSP_LENGTH_QUOTE || code == WSP_QUOTE) {
		/* what follows would mean something else to who does not know the page */
		return "a shift to another code page of headers";
	} else if (!wsp_text(r, &name) || !omasec_is_token(name)) {
		return "a header name that is no token";
	}
	v = wsp_value(r);
	if (v.form == WSP_BAD)
		return "a header value without end";
	is_app = name.len ? omasec_slice_is(name, "x-wap-application-id") : code == WSP_FIELD_APP_ID;
	is_type = name.len ? omasec_slice_is(name, "content-type") : code == WSP_FIELD_CONTENT_TYPE;
	if (is_type)
		return "a second content type";
	if (is_app && !app_id(&v, push))
		return "an application id that is there twice or cannot be read";
	if (name.len && omasec_slice_is(name, "x-syncml-hmac") && !hmac(&v, push))
		return "an x-syncml-hmac that is there twice or is no text";
	return NULL;
}

unsigned int omasec_wsp_push_parse(const void *p, size_t len, struct omasec_wsp_push *push)
{
	struct wsp r = { .p = p, .end = (const u8 *)p + len }, head;
	u32 n;

	memset(push, 0, sizeof(*push));
	push->type = OMASEC_WSP_NONE;
	push->app = OMASEC_WSP_NONE;
	if (len < 2 || (r.p[1] != OMASEC_WSP_PUSH && r.p[1] != OMASEC_WSP_CONFIRMED))
		return OMASEC_REASON_NOT_DM;
	push->tid = r.p[0];
	if (r.p[1] == OMASEC_WSP_CONFIRMED) {
		push->what = "a confirmed push outside of a session";
		return OMASEC_REASON_WSP_SYNTAX;
	}
	r.p += 2;
	push->what = "a length of the headers that cannot be read or is above 1024";
	if (!wsp_uintvar(&r, &n) || n > OMASEC_WSP_HEADERS_MAX)
		return OMASEC_REASON_WSP_SYNTAX;
	push->what = "headers longer than the datagram";
	if (n > wsp_left(&r))
		return OMASEC_REASON_WSP_SYNTAX;
	head.p = r.p;
	head.end = r.p + n;
	push->what = "a content type or parameter that is missing, there twice or cannot be read";
	if (!content_type(&head, push))
		return OMASEC_REASON_WSP_SYNTAX;
	while (wsp_left(&head)) {
		push->what = next_header(&head, push);
		if (push->what)
			return OMASEC_REASON_WSP_SYNTAX;
	}
	push->what = NULL;
	push->data.p = (const char *)head.end;
	push->data.len = (size_t)(r.end - head.end);
	return OMASEC_REASON_NONE;
}

bool omasec_wsp_push_is_dm(const struct omasec_wsp_push *push)
{
	switch (push->type) {
	case OMASEC_WSP_TYPE_CP_XML:
	case OMASEC_WSP_TYPE_CP_WBXML:
	case OMASEC_WSP_TYPE_DM_WBXML:
	case OMASEC_WSP_TYPE_DM_XML:
	case OMASEC_WSP_TYPE_NOTIFICATION:
	case OMASEC_WSP_TYPE_NOTIFICATION_13:
		return true;
	}
	return push->app == OMASEC_WSP_APP_DM;
}

/* Type 20 to 25, version 1.0 or 1.2, epoch and sequence number, length: 13 octets. */
static bool dtls_record(struct wsp *r)
{
	const u8 *h = r->p;
	size_t len;

	if (wsp_left(r) < 13 || h[0] < 20 || h[0] > 25 || h[1] != 0xfe || (h[2] != 0xff && h[2] != 0xfd))
		return false;
	len = (size_t)h[11] << 8 | h[12];
	if (len > wsp_left(r) - 13)
		return false;
	r->p += 13 + len;
	return true;
}

/* WAP-261-WTLS, 10.3: type 1 to 4 with flags for length, sequence number and cipher. */
static bool wtls_record(struct wsp *r)
{
	const u8 *h = r->p;
	size_t len;

	if (wsp_left(r) < 5 || (h[0] & 0xd0) != 0xc0 || !(h[0] & 0xf) || (h[0] & 0xf) > 4)
		return false;
	len = (size_t)h[3] << 8 | h[4];
	if (len > wsp_left(r) - 5)
		return false;
	r->p += 5 + len;
	return true;
}

bool omasec_wsp_is_secured(const void *p, size_t len)
{
	struct wsp r = { .p = p, .end = (const u8 *)p + len };
	bool dtls;

	/* A sequence number of WTLS can make a push of it: then it counts as one. */
	if (len < 2 || r.p[1] == OMASEC_WSP_PUSH || r.p[1] == OMASEC_WSP_CONFIRMED)
		return false;
	dtls = r.p[1] == 0xfe && r.p[0] < 0x80;
	while (wsp_left(&r)) {
		if (!(dtls ? dtls_record(&r) : wtls_record(&r)))
			return false;
	}
	return true;
}
