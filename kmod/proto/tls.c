// SPDX-License-Identifier: GPL-2.0
/*
 * TLS records of both directions: their headers, and which may come when. See tls.h.
 *
 * Before the ServerHello nothing but hellos, alerts and, where it was offered, early
 * data can come; after it, what the version that was agreed on allows. Application
 * data is never accepted before this direction has changed to ciphers.
 */
#include "tls.h"

#define TYPE_CHANGE	20
#define TYPE_ALERT	21
#define TYPE_HANDSHAKE	22
#define TYPE_DATA	23
#define TYPE_HEARTBEAT	24

#define PLAIN_MAX	16384		/* RFC 8446, 5.1 */
#define SECURE_MAX_1_3	(16384 + 256)	/* RFC 8446, 5.2 */
#define SECURE_MAX	(16384 + 2048)	/* RFC 5246, 6.2.3 */
#define SECURE_MIN_1_3	9		/* the shortest tag, and the inner type */

/* Alerts and the like in the clear, in one direction; real ones are a few. */
#define BARE_MAX	8

void omasec_tls_init(struct omasec_tls_conn *t, u16 min)
{
	memset(t, 0, sizeof(*t));
	t->min = min;
	omasec_tls_hello_init(&t->dir[OMASEC_TLS_CLIENT].hello);
	omasec_tls_hello_init(&t->dir[OMASEC_TLS_SERVER].hello);
}

unsigned int omasec_tls_bad(struct omasec_tls_conn *t, const char *what)
{
	t->reason = OMASEC_REASON_TLS_RECORD;
	t->what = what;
	return t->reason;
}

static bool bare_ok(struct omasec_tls_dir *d)
{
	return d->left == (d->type == TYPE_ALERT ? 2 : 1) && ++d->bare <= BARE_MAX;
}

/* A record while this side has said no hello, or the server has to say it again. */
static bool hello_record_ok(const struct omasec_tls_conn *t, struct omasec_tls_dir *d,
			    enum omasec_tls_side side)
{
	bool inside = d->hello.at || d->hello.left;

	switch (d->type) {
	case TYPE_HANDSHAKE:
		return d->left <= PLAIN_MAX;
	case TYPE_ALERT:
		return !inside && (side == OMASEC_TLS_SERVER || t->retry) && bare_ok(d);
	case TYPE_CHANGE:
		return !inside && t->retry && bare_ok(d);
	default:
		return false;
	}
}

/* A record of a client that waits for the server's choice. */
static bool said_record_ok(const struct omasec_tls_conn *t, struct omasec_tls_dir *d)
{
	switch (d->type) {
	case TYPE_ALERT:
		return bare_ok(d);
	case TYPE_CHANGE:
		/* For the sake of middleboxes; before early data, or a second hello. */
		return (t->early || t->retry) && bare_ok(d);
	case TYPE_DATA:
		return t->early && d->left >= SECURE_MIN_1_3 && d->left <= SECURE_MAX_1_3;
	default:
		return false;
	}
}

static bool open_record_ok_1_3(struct omasec_tls_dir *d)
{
	switch (d->type) {
	case TYPE_ALERT:
	case TYPE_CHANGE:
		return bare_ok(d);
	case TYPE_DATA:
		return d->left >= SECURE_MIN_1_3 && d->left <= SECURE_MAX_1_3;
	default:
		return false;
	}
}

static bool open_record_ok(struct omasec_tls_dir *d)
{
	if (d->changed)
		return d->left <= SECURE_MAX;
	switch (d->type) {
	case TYPE_HANDSHAKE:
		return d->left <= PLAIN_MAX;
	case TYPE_ALERT:
		return bare_ok(d);
	case TYPE_CHANGE:
		d->changed = d->left == 1;
		return d->changed;
	default:
		return false;
	}
}

static unsigned int record_begin(struct omasec_tls_conn *t, struct omasec_tls_dir *d,
				 enum omasec_tls_side side)
{
	bool ok;

	d->type = d->head[0];
	d->left = (u16)(d->head[3] << 8 | d->head[4]);
	d->head_len = 0;
	if (d->type < TYPE_CHANGE || d->type > TYPE_HEARTBEAT || d->head[1] != 3 || d->head[2] > 4)
		return omasec_tls_bad(t, "octets that are no TLS record");
	if (!d->left || d->left > SECURE_MAX)
		return omasec_tls_bad(t, "TLS record of a length that there is not");
	if (side == OMASEC_TLS_SERVER && t->dir[OMASEC_TLS_CLIENT].phase == OMASEC_TLS_HELLO)
		return omasec_tls_bad(t, "the server speaks before the client's hello");
	/* After a HelloRetryRequest the client says its hello again, and then the server. */
	if (side == OMASEC_TLS_CLIENT && d->phase == OMASEC_TLS_SAID && t->retry && !t->again &&
	    d->type == TYPE_HANDSHAKE) {
		omasec_tls_hello_init(&d->hello);
		d->phase = OMASEC_TLS_HELLO;
		t->again = true;
	}
	if (side == OMASEC_TLS_SERVER && d->type == TYPE_HANDSHAKE && t->retry && !t->again)
		return omasec_tls_bad(t, "the server speaks before the client's second hello");
	if (d->phase == OMASEC_TLS_HELLO)
		ok = hello_record_ok(t, d, side);
	else if (d->phase == OMASEC_TLS_SAID)
		ok = said_record_ok(t, d);
	else
		ok = t->version == OMASEC_TLS_1_3 ? open_record_ok_1_3(d) : open_record_ok(d);
	if (!ok)
		return omasec_tls_bad(t, "TLS record out of place");
	t->records++;
	return 0;
}

/* The hello of @side is complete with the octets so far. */
static unsigned int hello_done(struct omasec_tls_conn *t, struct omasec_tls_dir *d,
			       enum omasec_tls_side side)
{
	bool alone = side == OMASEC_TLS_CLIENT || !t->judged || t->version == OMASEC_TLS_1_3;

	/* What follows it in one record would be read with other keys, or not at all. */
	if (alone && d->left)
		return omasec_tls_bad(t, "octets behind a hello");
	if (side == OMASEC_TLS_CLIENT) {
		d->phase = OMASEC_TLS_SAID;
	} else if (t->judged) {
		d->phase = OMASEC_TLS_OPEN;
		t->dir[OMASEC_TLS_CLIENT].phase = OMASEC_TLS_OPEN;
	} else {
		omasec_tls_hello_init(&d->hello);	/* that was a HelloRetryRequest */
	}
	return 0;
}

/* Octets of a record's body; returns how many, 0 when refused. */
static size_t record_body(struct omasec_tls_conn *t, struct omasec_tls_dir *d,
			  enum omasec_tls_side side, const u8 *p, size_t len)
{
	size_t n = min_t(size_t, d->left, len), i;
	bool done = false;

	if (d->phase != OMASEC_TLS_HELLO || d->type != TYPE_HANDSHAKE) {
		d->left -= (u16)n;
		return n;
	}
	for (i = 0; i < n && !done; i++) {
		d->left--;
		if (omasec_tls_hello_octet(t, side, p[i], &done))
			return 0;
	}
	return done && hello_done(t, d, side) ? 0 : i;
}

unsigned int omasec_tls_walk(struct omasec_tls_conn *t, enum omasec_tls_side side, const void *data,
			     size_t len)
{
	struct omasec_tls_dir *d = &t->dir[side];
	const u8 *p = data;
	size_t n;

	while (len && !t->reason) {
		if (d->left) {
			n = record_body(t, d, side, p, len);
		} else {
			n = min_t(size_t, sizeof(d->head) - d->head_len, len);
			memcpy(d->head + d->head_len, p, n);
			d->head_len += (u8)n;
			/* Plain text is known by its first octet, not by its fifth. */
			if (d->head[0] < TYPE_CHANGE || d->head[0] > TYPE_HEARTBEAT)
				return omasec_tls_bad(t, "octets that are no TLS record");
			if (d->head_len == sizeof(d->head) && record_begin(t, d, side))
				break;
		}
		p += n;
		len -= n;
	}
	return t->reason;
}
