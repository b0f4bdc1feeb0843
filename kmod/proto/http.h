/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HTTP/1.x framing, one direction of one connection (RFC 9112). Stricter than a
 * proxy: whatever two readers could understand differently is refused, because
 * the application behind us would be the second reader.
 *
 * Use, once per message: omasec_http_init(); feed octets to omasec_http_step()
 * until the head is complete; omasec_http_parse_head() on the collected head;
 * omasec_http_start_body(); feed on until OMASEC_HTTP_DONE. The caller keeps
 * the head; the body is handed out as spans of the input.
 *
 * Only OMASEC_HTTP_MORE means that octets are needed. A step with no input at
 * all is allowed and needed: after a head without body, and after a span that
 * used up the input, it is what says OMASEC_HTTP_DONE. DONE and BAD stay until
 * omasec_http_init(); a message that was DONE never touches later octets.
 */
#ifndef OMASEC_PROTO_HTTP_H
#define OMASEC_PROTO_HTTP_H

#include "types.h"

#define OMASEC_HTTP_HEAD_MAX	16384
#define OMASEC_HTTP_FIELDS_MAX	100
#define OMASEC_HTTP_CHUNK_EXT_MAX 1024

enum omasec_http_event {
	OMASEC_HTTP_MORE,	/* all octets used, none of them body; feed more */
	OMASEC_HTTP_HEAD,	/* the head is complete with the octets just used */
	OMASEC_HTTP_BODY,	/* span of body octets */
	OMASEC_HTTP_DONE,	/* the message is complete with the octets just used (may be 0) */
	OMASEC_HTTP_BAD,	/* refused; see reason */
};

/**
 * struct omasec_http_out - what one step found
 * @used: octets of the input consumed by this step; for OMASEC_HTTP_BAD those
 *	before the offending one
 * @body: for OMASEC_HTTP_BODY, the span inside the input that is body data; it
 *	ends with the octets used, chunk framing may stand before it
 * @reason: for OMASEC_HTTP_BAD, enum omasec_reason
 * @what: for OMASEC_HTTP_BAD, a constant text that says what exactly was wrong
 */
struct omasec_http_out {
	size_t used;
	struct omasec_slice body;
	unsigned int reason;
	const char *what;
};

/**
 * struct omasec_http_head - what a complete head says
 * @kind: enum omasec_http_kind
 * @minor: HTTP/1.@minor, 0 or 1
 * @status: of a response
 * @method: of a request
 * @target: of a request
 * @is_head: the request method is HEAD
 * @content_type: value without parameters and blanks, empty when absent
 * @content_type_full: whole value
 * @is_dm: @content_type is an OMA DM type (see omasec_http_is_dm())
 * @has_length: Content-Length was given
 * @length: its value
 * @chunked: Transfer-Encoding is chunked
 * @close: the connection closes after this message
 * @expect_continue: Expect: 100-continue
 * @has_expect: any Expect field
 * @hmac: value of the x-syncml-hmac field, unfolded never; empty when absent
 * @hmac_count: how many such fields there are
 * @no_body: this response never has a body (1xx, 204, 304, answer to HEAD)
 * @is_connect: this is a CONNECT request, whole and without body. Such a head is
 *	refused with OMASEC_REASON_HTTP_UPGRADE all the same; who knows what to do
 *	with a tunnel asks for this.
 * @interim: a 1xx response; another response to the same request follows
 * @encoded: a Content-Encoding other than identity is present
 */
struct omasec_http_head {
	u8 kind;
	u8 minor;
	u16 status;
	struct omasec_slice method, target, content_type, content_type_full, hmac;
	bool is_head, is_connect, is_dm, has_length, chunked, close, expect_continue, has_expect,
	     no_body, interim, encoded;
	u16 hmac_count;
	u64 length;
};

/* Private to http.c; one per direction. No pointers inside: copying it is fine. */
struct omasec_http {
	u8 kind;		/* enum omasec_http_kind */
	u8 state;
	u8 fields;		/* fields of the head or trailer so far */
	u8 digits;		/* digits of the chunk size so far */
	u32 count;		/* octets of the head, chunk extension or trailer so far */
	u64 left;		/* octets of the body or chunk still to come */
};

void omasec_http_init(struct omasec_http *h, unsigned int kind);

/* One step over @data; see enum omasec_http_event. Never reads past @len. */
enum omasec_http_event omasec_http_step(struct omasec_http *h, const char *data, size_t len,
					struct omasec_http_out *out);

/*
 * Reads the head of @len octets (with the empty line). @answers_head: this is
 * the response to a HEAD request. Returns 0 or enum omasec_reason; *what then
 * names the fault.
 */
unsigned int omasec_http_parse_head(const char *head, size_t len, unsigned int kind,
				    bool answers_head, struct omasec_http_head *out,
				    const char **what);

/* Goes on from the head to the body that it announces. */
void omasec_http_start_body(struct omasec_http *h, const struct omasec_http_head *head);

/*
 * The connection ended. Returns 0 when that completes the message (close-
 * delimited response) or nothing was begun; else OMASEC_REASON_HTTP_TRUNCATED.
 * *complete says whether a message ends here, by the end of the connection: for
 * one that step() has called DONE, or will with no input, it is false.
 */
unsigned int omasec_http_eof(struct omasec_http *h, bool *complete);

/* Nothing of a message has been seen yet. */
bool omasec_http_idle(const struct omasec_http *h);

/*
 * OMA DM content: application/vnd.syncml.dm+xml, +wbxml, and any other
 * application/vnd.syncml…, application/vnd.wap.… or application/vnd.oma.… type, and
 * client provisioning in XML, text/vnd.wap.connectivity….
 */
bool omasec_http_is_dm(struct omasec_slice content_type);
/* It is one in WBXML; without parameters, too. */
bool omasec_http_is_wbxml(struct omasec_slice content_type);
/*
 * The same content in WBXML, or in XML: the end of @type, which has @size octets and a NUL, is
 * replaced. False where it says neither or there is no room; then it stays.
 */
bool omasec_http_type_to(char *type, size_t size, bool wbxml);

/**
 * struct omasec_http_edit - how to rewrite a head
 * @length: new Content-Length, when @set_length
 * @set_length: replace Content-Length and drop Transfer-Encoding, TE, Trailer,
 *	Content-MD5, Digest, Content-Digest and Repr-Digest. Not for a head that
 *	has no_body.
 * @drop_expect: drop Expect
 * @drop_accept: drop Accept
 * @drop_hmac: drop x-syncml-hmac
 * @hmac: value of the x-syncml-hmac field, instead of any that stand there; or
 *	empty
 * @content_type: value of the Content-Type field, likewise
 * @known: what omasec_http_parse_head() said of this head, or NULL. Saves looking
 *	at the fields of one that has none of those named here.
 */
struct omasec_http_edit {
	u64 length;
	bool set_length, drop_expect, drop_accept, drop_hmac;
	struct omasec_slice hmac, content_type;
	const struct omasec_http_head *known;
};

/*
 * Writes the rewritten head; everything that @e does not name stays octet for
 * octet, new fields stand last. Writes no NUL. Returns the length, -ENOSPC, or
 * -EINVAL for a value with control characters. @head must have passed
 * omasec_http_parse_head().
 */
ssize_t omasec_http_edit_head(const char *head, size_t len, const struct omasec_http_edit *e,
			      char *out, size_t cap);

/*
 * Head of a message of our own: "HTTP/1.1 200 OK" with type and length, as the
 * answer to a request. For 100 to 199 and 204 no length is written. Writes no
 * NUL. Returns the length, -ENOSPC, or -EINVAL for a value with control
 * characters or a status outside 100 to 599.
 */
ssize_t omasec_http_make_response(char *out, size_t cap, unsigned int status,
				  struct omasec_slice content_type, u64 length,
				  struct omasec_slice hmac, bool close);

#endif
