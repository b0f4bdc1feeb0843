// SPDX-License-Identifier: GPL-2.0
/*
 * ClientHello and ServerHello, octet by octet (RFC 8446, 4.1; RFC 5246, 7.4.1). A
 * field is collected in an integer or looked at as it goes by; nothing is kept by
 * a length from the wire. See tls.h.
 */
#include "tls.h"

#define TYPE_CLIENT_HELLO	1
#define TYPE_SERVER_HELLO	2

#define EXT_SERVER_NAME		0
#define EXT_EARLY_DATA		42
#define EXT_VERSIONS		43

enum field {
	F_TYPE, F_LENGTH, F_VERSION, F_RANDOM, F_SESSION_LEN, F_SESSION,
	F_SUITES_LEN, F_SUITE, F_COMPRESSIONS_LEN, F_COMPRESSION,
	F_EXTENSIONS_LEN, F_EXT_TYPE, F_EXT_LEN, F_EXT,
};

/* RFC 8446, 4.1.3: the random that makes a ServerHello a HelloRetryRequest. */
static const u8 retry_random[32] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

void omasec_tls_hello_init(struct omasec_tls_hello *h)
{
	memset(h, 0, sizeof(*h));
	h->field = F_TYPE;
	h->need = 1;
	h->retry = true;
	h->session_same = true;
}

/* The next field, of @need octets; the message has to have them. */
static unsigned int field_begin(struct omasec_tls_conn *t, struct omasec_tls_hello *h, u8 field,
				u16 need)
{
	if (need > h->left)
		return omasec_tls_bad(t, "hello that is shorter than its fields");
	h->field = field;
	h->need = need;
	h->at = 0;
	h->acc = 0;
	return 0;
}

/* ---- what stands in extensions ---- */

/* A name as it may be shown to people: letters, digits and what hosts have else. */
static bool name_octet_ok(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_';
}

static unsigned int name_octet(struct omasec_tls_conn *t, struct omasec_tls_hello *h, u8 c)
{
	bool ok = true;

	switch (h->at) {
	case 2:
		ok = h->acc == h->need - 2U;
		break;
	case 3:
		ok = !c;
		break;
	case 5:
		ok = (h->acc & 0xffff) == h->need - 5U && h->need > 5 &&
		     h->need - 5U <= OMASEC_TLS_SNI_MAX;
		h->has_name = true;
		break;
	default:
		if (h->at <= 5)
			break;
		if (!name_octet_ok(c))
			h->has_name = false;
		t->sni[h->at - 6] = h->has_name ? (char)c : '\0';
		if (!h->has_name)
			t->sni[0] = '\0';
		else if (h->at == h->need)
			t->sni[h->at - 5] = '\0';
	}
	if (!ok || (h->at == h->need && h->at < 6))
		return omasec_tls_bad(t, "malformed server name in the ClientHello");
	return 0;
}

static unsigned int versions_octet(struct omasec_tls_conn *t, struct omasec_tls_hello *h, u8 c)
{
	if (h->at == 1) {
		if (c != h->need - 1 || !c || c % 2)
			return omasec_tls_bad(t, "malformed list of versions in the ClientHello");
		t->versions = 0;
		h->has_versions = true;
		return 0;
	}
	if (h->at % 2 && ((h->acc >> 8) & 0xff) == 3 && c <= 4)
		t->versions |= (u8)(1 << c);
	return 0;
}

static unsigned int extension_octet(struct omasec_tls_conn *t, enum omasec_tls_side side,
				    struct omasec_tls_hello *h, u8 c)
{
	if (side == OMASEC_TLS_SERVER)
		return 0;	/* read as a whole, at its end */
	if (h->extension == EXT_SERVER_NAME)
		return name_octet(t, h, c);
	if (h->extension == EXT_VERSIONS)
		return versions_octet(t, h, c);
	return 0;
}

static unsigned int extension_begin(struct omasec_tls_conn *t, enum omasec_tls_side side,
				    struct omasec_tls_hello *h, u16 len)
{
	if (h->extension == EXT_VERSIONS) {
		if (h->has_versions || (side == OMASEC_TLS_SERVER ? len != 2 : len < 3))
			return omasec_tls_bad(t, "malformed list of versions");
	} else if (side == OMASEC_TLS_CLIENT && h->extension == EXT_SERVER_NAME) {
		if (h->named || len < 6)
			return omasec_tls_bad(t, "malformed server name in the ClientHello");
		h->named = true;
	} else if (side == OMASEC_TLS_CLIENT && h->extension == EXT_EARLY_DATA) {
		t->early = true;
	}
	return field_begin(t, h, F_EXT, len);
}

static unsigned int extension_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
				  struct omasec_tls_hello *h)
{
	if (side == OMASEC_TLS_SERVER && h->extension == EXT_VERSIONS) {
		h->has_versions = true;
		if (h->acc != OMASEC_TLS_1_3 || h->version != OMASEC_TLS_1_2)
			return omasec_tls_bad(t, "ServerHello of a version that does not exist");
		h->version = OMASEC_TLS_1_3;
	}
	return 0;
}

/* ---- the end of a hello ---- */

static bool suite_offered(const struct omasec_tls_conn *t, u16 suite)
{
	unsigned int i;

	if (t->suite_count > OMASEC_TLS_SUITES_MAX)
		return true;
	for (i = 0; i < t->suite_count; i++) {
		if (t->suites[i] == suite)
			return true;
	}
	return false;
}

/* What the server chose has to be among what the client offered. */
static unsigned int server_end(struct omasec_tls_conn *t, struct omasec_tls_hello *h)
{
	bool new = h->version == OMASEC_TLS_1_3;

	if (h->retry && (!new || t->retry))
		return omasec_tls_bad(t, "HelloRetryRequest out of place");
	if (!(t->versions & 1 << (h->version & 0xff)))
		return omasec_tls_bad(t, "ServerHello with a version that was not offered");
	if (!suite_offered(t, h->suite) || new != (h->suite >> 8 == 0x13) ||
	    (t->retry && h->suite != t->retry_suite))
		return omasec_tls_bad(t, "ServerHello with a cipher suite that was not offered");
	if (new && !h->session_same)
		return omasec_tls_bad(t, "ServerHello that does not echo the session id");
	if (h->version < t->min) {
		t->version = h->version;
		t->suite = h->suite;
		t->reason = OMASEC_REASON_TLS_VERSION;
		t->what = "the server chose a version below tls-min";
		return t->reason;
	}
	if (h->retry) {
		t->retry = true;
		t->retry_suite = h->suite;
		return 0;
	}
	t->version = h->version;
	t->suite = h->suite;
	t->judged = true;
	return 0;
}

static unsigned int hello_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
			      struct omasec_tls_hello *h, bool *done)
{
	unsigned int i;

	*done = true;
	if (side == OMASEC_TLS_SERVER)
		return server_end(t, h);
	if (!h->has_null)
		return omasec_tls_bad(t, "ClientHello without the null compression");
	/* Without the list, the field of old names the highest version. */
	if (!h->has_versions) {
		t->versions = 0;
		for (i = 0; i <= t->legacy; i++)
			t->versions |= (u8)(1 << i);
	}
	return 0;
}

/* ---- fields ---- */

static unsigned int length_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
			       struct omasec_tls_hello *h)
{
	h->left = h->acc;
	if (h->left > OMASEC_TLS_HELLO_MAX)
		return omasec_tls_bad(t, "hello longer than 65535 octets");
	if (side == OMASEC_TLS_CLIENT) {
		t->suite_count = 0;
		t->early = false;
		t->sni[0] = '\0';
	}
	return field_begin(t, h, F_VERSION, 2);
}

static unsigned int version_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
				struct omasec_tls_hello *h)
{
	h->version = (u16)h->acc;
	if (h->version < 0x0300 || h->version > OMASEC_TLS_1_2)
		return omasec_tls_bad(t, "hello of a version that does not exist");
	if (side == OMASEC_TLS_CLIENT)
		t->legacy = (u8)(h->version & 0xff);
	return field_begin(t, h, F_RANDOM, 32);
}

static unsigned int session_len_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
				    struct omasec_tls_hello *h)
{
	u8 len = (u8)h->acc;

	if (len > sizeof(t->session))
		return omasec_tls_bad(t, "session id longer than 32 octets");
	if (side == OMASEC_TLS_CLIENT)
		t->session_len = len;
	else if (len != t->session_len)
		h->session_same = false;
	if (len)
		return field_begin(t, h, F_SESSION, len);
	return side == OMASEC_TLS_CLIENT ? field_begin(t, h, F_SUITES_LEN, 2) :
					   field_begin(t, h, F_SUITE, 2);
}

static unsigned int suites_len_end(struct omasec_tls_conn *t, struct omasec_tls_hello *h)
{
	h->suites_left = (u16)h->acc;
	if (!h->suites_left || h->suites_left % 2 || h->suites_left > h->left)
		return omasec_tls_bad(t, "malformed list of cipher suites");
	return field_begin(t, h, F_SUITE, 2);
}

static unsigned int suite_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
			      struct omasec_tls_hello *h)
{
	if (side == OMASEC_TLS_SERVER) {
		h->suite = (u16)h->acc;
		return field_begin(t, h, F_COMPRESSION, 1);
	}
	if (t->suite_count < OMASEC_TLS_SUITES_MAX)
		t->suites[t->suite_count] = (u16)h->acc;
	t->suite_count++;
	h->suites_left -= 2;
	return h->suites_left ? field_begin(t, h, F_SUITE, 2) :
				field_begin(t, h, F_COMPRESSIONS_LEN, 1);
}

static unsigned int compression_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
				    struct omasec_tls_hello *h, bool *done)
{
	if (side == OMASEC_TLS_SERVER && !h->has_null)
		return omasec_tls_bad(t, "ServerHello with compression");
	/* TLS up to 1.2 knows hellos without extensions. */
	return h->left ? field_begin(t, h, F_EXTENSIONS_LEN, 2) : hello_end(t, side, h, done);
}

static unsigned int extensions_len_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
				       struct omasec_tls_hello *h, bool *done)
{
	if (h->acc != h->left)
		return omasec_tls_bad(t, "extensions that do not fill the hello");
	return h->left ? field_begin(t, h, F_EXT_TYPE, 2) : hello_end(t, side, h, done);
}

static unsigned int next_extension(struct omasec_tls_conn *t, enum omasec_tls_side side,
				   struct omasec_tls_hello *h, bool *done)
{
	return h->left ? field_begin(t, h, F_EXT_TYPE, 2) : hello_end(t, side, h, done);
}

static unsigned int field_end(struct omasec_tls_conn *t, enum omasec_tls_side side,
			      struct omasec_tls_hello *h, bool *done)
{
	unsigned int reason;

	switch (h->field) {
	case F_TYPE:
		if (h->acc != (side == OMASEC_TLS_CLIENT ? TYPE_CLIENT_HELLO : TYPE_SERVER_HELLO))
			return omasec_tls_bad(t, "handshake that does not begin with a hello");
		h->left = 3;
		return field_begin(t, h, F_LENGTH, 3);
	case F_LENGTH:
		return length_end(t, side, h);
	case F_VERSION:
		return version_end(t, side, h);
	case F_RANDOM:
		return field_begin(t, h, F_SESSION_LEN, 1);
	case F_SESSION_LEN:
		return session_len_end(t, side, h);
	case F_SESSION:
		return side == OMASEC_TLS_CLIENT ? field_begin(t, h, F_SUITES_LEN, 2) :
						   field_begin(t, h, F_SUITE, 2);
	case F_SUITES_LEN:
		return suites_len_end(t, h);
	case F_SUITE:
		return suite_end(t, side, h);
	case F_COMPRESSIONS_LEN:
		if (!h->acc)
			return omasec_tls_bad(t, "ClientHello without the null compression");
		return field_begin(t, h, F_COMPRESSION, (u16)h->acc);
	case F_COMPRESSION:
		return compression_end(t, side, h, done);
	case F_EXTENSIONS_LEN:
		return extensions_len_end(t, side, h, done);
	case F_EXT_TYPE:
		h->extension = (u16)h->acc;
		return field_begin(t, h, F_EXT_LEN, 2);
	case F_EXT_LEN:
		reason = extension_begin(t, side, h, (u16)h->acc);
		return reason || h->need ? reason : next_extension(t, side, h, done);
	default:
		reason = extension_end(t, side, h);
		return reason ? reason : next_extension(t, side, h, done);
	}
}

unsigned int omasec_tls_hello_octet(struct omasec_tls_conn *t, enum omasec_tls_side side, u8 c,
				    bool *done)
{
	struct omasec_tls_hello *h = &t->dir[side].hello;
	unsigned int reason = 0;

	h->acc = h->acc << 8 | c;
	h->at++;
	if (h->field > F_TYPE)
		h->left--;
	switch (h->field) {
	case F_RANDOM:
		h->retry = h->retry && c == retry_random[h->at - 1];
		break;
	case F_SESSION:
		if (side == OMASEC_TLS_CLIENT)
			t->session[h->at - 1] = c;
		else if (c != t->session[h->at - 1])
			h->session_same = false;
		break;
	case F_COMPRESSION:
		h->has_null = h->has_null || !c;
		break;
	case F_EXT:
		reason = extension_octet(t, side, h, c);
		break;
	default:
		break;
	}
	if (!reason && h->at == h->need)
		reason = field_end(t, side, h, done);
	return reason;
}
