/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS as it looks from outside: the headers of records in both directions, and the
 * two hellos, which are in the clear (RFC 5246, RFC 8446). Nothing is decrypted and
 * nothing is verified but form and order: what is known afterwards is that both
 * sides behave as TLS does, and which version and cipher suite they agreed on.
 *
 * Use: omasec_tls_begins() on the first octet of the client; omasec_tls_init(); then
 * every octet of both directions, in the order in which they were seen and in pieces
 * of any size, through omasec_tls_walk(). Handshake messages may span records.
 */
#ifndef OMASEC_PROTO_TLS_H
#define OMASEC_PROTO_TLS_H

#include "types.h"

#define OMASEC_TLS_1_0 0x0301
#define OMASEC_TLS_1_2 0x0303
#define OMASEC_TLS_1_3 0x0304

#define OMASEC_TLS_SNI_MAX	255
/* Suites of the ClientHello that are remembered; with more, the choice is not checked. */
#define OMASEC_TLS_SUITES_MAX	128
#define OMASEC_TLS_HELLO_MAX	65535

enum omasec_tls_side { OMASEC_TLS_CLIENT, OMASEC_TLS_SERVER };

enum omasec_tls_phase {
	OMASEC_TLS_HELLO,	/* the hello of this side is not complete */
	OMASEC_TLS_SAID,	/* the client's is; the server's choice is not known */
	OMASEC_TLS_OPEN,	/* version and suite are agreed on */
};

/* Private to tls_hello.c: where the octets of a hello stand. */
struct omasec_tls_hello {
	u8 field;
	bool retry;		/* so far the random is that of a HelloRetryRequest */
	bool session_same;	/* so far the session id is that of the client */
	bool has_null;		/* the null compression was offered */
	bool has_versions, has_name, named;
	u16 need, at;		/* octets of the field, and those that came */
	u16 extension;
	u16 version, suite, suites_left;
	u32 acc;		/* value of a short field */
	u32 left;		/* octets of the message behind its header */
};

/* Private to tls.c: one direction. */
struct omasec_tls_dir {
	u8 phase;		/* enum omasec_tls_phase */
	u8 head[5], head_len;
	u8 type;
	bool changed;		/* ChangeCipherSpec was seen */
	u8 bare;		/* small records that nothing protects */
	u16 left;		/* octets of the record */
	struct omasec_tls_hello hello;
};

/**
 * struct omasec_tls_conn - both directions of a connection
 * @dir: by enum omasec_tls_side
 * @min: lowest version that is accepted
 * @version: agreed on, once @judged
 * @suite: likewise
 * @judged: the ServerHello was read and accepted
 * @retry: a HelloRetryRequest was seen
 * @again: and the second ClientHello has begun
 * @records: that began
 * @sni: name in the ClientHello, "" when there is none that can be shown
 * @reason: why it was refused; stays
 * @what: likewise, in words
 * @session: what the client offered, for plausibility
 */
struct omasec_tls_conn {
	struct omasec_tls_dir dir[2];
	u16 min, version, suite;
	bool judged, retry, again;
	u32 records;
	char sni[OMASEC_TLS_SNI_MAX + 1];
	unsigned int reason;
	const char *what;

	u8 session[32], session_len;
	u8 versions;		/* bit per minor version */
	u8 legacy;		/* minor version of the field of old */
	bool early;		/* early data were offered */
	u16 retry_suite;
	u16 suite_count;	/* may be above OMASEC_TLS_SUITES_MAX */
	u16 suites[OMASEC_TLS_SUITES_MAX];
};

/* A client that speaks TLS begins with this octet, and no HTTP request does. */
static inline bool omasec_tls_begins(u8 first)
{
	return first == 22;
}

/* @min: lowest version that is accepted, such as OMASEC_TLS_1_2. */
void omasec_tls_init(struct omasec_tls_conn *t, u16 min);

/*
 * Goes on by @len octets of @side. Returns 0 or enum omasec_reason, which stays:
 * TLS_RECORD or TLS_VERSION. Some octets before the offending one may then have
 * been fine; the caller passes on none of the piece. Never reads past @len.
 */
unsigned int omasec_tls_walk(struct omasec_tls_conn *t, enum omasec_tls_side side, const void *data,
			     size_t len);

/* Private to tls.c and tls_hello.c. */
unsigned int omasec_tls_bad(struct omasec_tls_conn *t, const char *what);
void omasec_tls_hello_init(struct omasec_tls_hello *h);
/* One octet of the hello of @side; *done when it was the last one. */
unsigned int omasec_tls_hello_octet(struct omasec_tls_conn *t, enum omasec_tls_side side, u8 c,
				    bool *done);

#endif
