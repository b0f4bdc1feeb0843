// SPDX-License-Identifier: GPL-2.0
/* Reads what begins and ends a session of WSP; see wsp_session.h. */
#include "reason.h"
#include "wsp_pdu.h"
#include "wsp_session.h"
#include "wsp_value.h"

#define WSP_REDIRECT	0x03
#define WSP_SUSPEND	0x08
#define WSP_RESUME	0x09
#define WSP_FRAGMENT	0x80

/* Assigned numbers of capabilities (table 37). */
#define WSP_CAP_CLIENT_SDU	0x00
#define WSP_CAP_SERVER_SDU	0x01
#define WSP_CAP_OPTIONS		0x02
#define WSP_CAP_METHOD_MOR	0x03
#define WSP_CAP_ALIASES		0x07

static const char *capability(u8 *p, size_t len, struct omasec_wsp_session *s)
{
	struct wsp r = { .p = p + 1, .end = p + len };
	size_t i;

	if (!(p[0] & 0x80))		/* one with a name */
		return NULL;
	switch (p[0] & 0x7f) {
	case WSP_CAP_CLIENT_SDU:
		if (s->has_client_sdu || !wsp_uintvar(&r, &s->client_sdu) || wsp_left(&r))
			return "a Client-SDU-Size that cannot be read, or is there twice";
		s->has_client_sdu = true;
		break;
	case WSP_CAP_SERVER_SDU:
		if (s->has_server_sdu || !wsp_uintvar(&r, &s->server_sdu) || wsp_left(&r))
			return "a Server-SDU-Size that cannot be read, or is there twice";
		s->has_server_sdu = true;
		break;
	case WSP_CAP_OPTIONS:
		for (i = 1; i < len; i++)
			p[i] = 0;
		break;
	case WSP_CAP_METHOD_MOR:
		if (len != 2)
			return "a Method-MOR that is no octet";
		if (p[1] > 1)
			p[1] = 1;
		break;
	case WSP_CAP_ALIASES:
		if (len > 1)
			return "other addresses of the server (Aliases)";
		break;
	}
	return NULL;
}

static const char *capabilities(u8 *p, size_t len, struct omasec_wsp_session *s)
{
	struct wsp r = { .p = p, .end = p + len };
	const char *what;
	u32 n;

	while (wsp_left(&r)) {
		if (!wsp_uintvar(&r, &n) || !n || n > wsp_left(&r))
			return "a capability that cannot be read";
		what = capability(p + (r.p - p), n, s);
		if (what)
			return what;
		r.p += n;
	}
	return NULL;
}

static const char *whose_pdu(u8 type)
{
	switch (type) {
	case WSP_REDIRECT:
		return "a Redirect: the session would go on where nobody may look at it";
	case WSP_SUSPEND:
	case WSP_RESUME:
		return "a session that is suspended or resumed";
	case WSP_FRAGMENT:
		return "a part of a message (large data transfer)";
	}
	return "nothing that begins or ends a session";
}

/**
 * omasec_wsp_session_take() - reads a Connect, ConnectReply or Disconnect
 * @p: octets, from the type on; changed where they lie
 * @len: their number
 * @s: set to what they say
 *
 * Context: any.
 * Return: enum omasec_reason: 0, or WSP_SYNTAX with @s->what.
 */
unsigned int omasec_wsp_session_take(u8 *p, size_t len, struct omasec_wsp_session *s)
{
	struct wsp r = { .p = p, .end = p + len };
	u32 id, caps, heads;

	memset(s, 0, sizeof(*s));
	s->what = "shorter than its header";
	if (len < 2)
		return OMASEC_REASON_WSP_SYNTAX;
	r.p++;
	switch (p[0]) {
	case OMASEC_WSP_CONNECT:
		if (*r.p++ >> 4 == 1)
			break;
		s->what = "another version of WSP";
		return OMASEC_REASON_WSP_SYNTAX;
	case OMASEC_WSP_CONNECT_REPLY:
	case OMASEC_WSP_DISCONNECT:
		s->what = "a session id that cannot be read";
		if (wsp_uintvar(&r, &id))
			break;
		return OMASEC_REASON_WSP_SYNTAX;
	default:
		s->what = whose_pdu(p[0]);
		return OMASEC_REASON_WSP_SYNTAX;
	}
	if (p[0] == OMASEC_WSP_DISCONNECT) {
		s->what = wsp_left(&r) ? "octets behind a Disconnect" : NULL;
		return s->what ? OMASEC_REASON_WSP_SYNTAX : OMASEC_REASON_NONE;
	}
	s->what = "lengths that cannot be read, or do not add up";
	if (!wsp_uintvar(&r, &caps) || !wsp_uintvar(&r, &heads) || caps > wsp_left(&r) ||
	    heads != wsp_left(&r) - caps || heads > OMASEC_WSP_PDU_HEADERS_MAX)
		return OMASEC_REASON_WSP_SYNTAX;
	s->what = capabilities(p + (r.p - p), caps, s);
	if (!s->what)
		s->what = omasec_wsp_session_headers(r.p + caps, heads);
	return s->what ? OMASEC_REASON_WSP_SYNTAX : OMASEC_REASON_NONE;
}
