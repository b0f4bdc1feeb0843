/* SPDX-License-Identifier: GPL-2.0 */
/*
 * OBEX packets (IrOBEX 1.5) of one direction of one connection, and the headers that
 * tell a DM message. Strict: what two readers could understand differently is refused.
 *
 * Use: omasec_obex_init() once; omasec_obex_step() on octets in pieces of any size. The
 * caller keeps what OMASEC_OBEX_HEAD hands out until the object is whole (object_done)
 * and reads it with omasec_obex_parse_head(); the spans of OMASEC_OBEX_BODY, one behind
 * the other, are the message. What goes on is cut into packets anew.
 *
 * Single Response Mode is never agreed on: its headers in requests are dropped by
 * omasec_obex_edit_head(), which to the peer means no; in responses they are refused.
 */
#ifndef OMASEC_PROTO_OBEX_H
#define OMASEC_PROTO_OBEX_H

#include "types.h"

#define OMASEC_OBEX_FINAL	0x80
#define OMASEC_OBEX_CONNECT	0x80
#define OMASEC_OBEX_DISCONNECT	0x81
#define OMASEC_OBEX_PUT		0x02	/* without the final bit, as GET */
#define OMASEC_OBEX_GET		0x03
#define OMASEC_OBEX_ABORT	0xff
#define OMASEC_OBEX_CONTINUE	0x90	/* response codes with the final bit, which all have */
#define OMASEC_OBEX_SUCCESS	0xa0

#define OMASEC_OBEX_PACKET_MIN	255	/* every receiver takes that much */
#define OMASEC_OBEX_HEAD_MAX	4096	/* headers of an object, but for its body */

enum omasec_obex_side { OMASEC_OBEX_REQUEST, OMASEC_OBEX_RESPONSE };

enum omasec_obex_event {
	OMASEC_OBEX_MORE,	/* all octets used; feed more */
	OMASEC_OBEX_PACKET,	/* code, and for CONNECT max_packet, are known */
	OMASEC_OBEX_HEAD,	/* span of headers other than the body */
	OMASEC_OBEX_BODY,	/* span of body octets */
	OMASEC_OBEX_END,	/* the packet is complete with the octets used so far */
	OMASEC_OBEX_BAD,	/* refused; stays */
};

/**
 * struct omasec_obex_out - what one step found
 * @used: octets of the input consumed
 * @span: for HEAD and BODY; HEAD ones may point into struct omasec_obex
 * @reason: for BAD, enum omasec_reason
 * @what: likewise, in words
 */
struct omasec_obex_out {
	size_t used;
	struct omasec_slice span;
	unsigned int reason;
	const char *what;
};

/**
 * struct omasec_obex - one direction of a connection
 * @code: opcode or response code of the packet, with the final bit
 * @max_packet: of a CONNECT packet: what its sender takes
 * @limit: set by the caller: longest packet that the receiver takes
 * @answers: set by the caller of a response side: opcode of the request, without the
 *	final bit of PUT and GET
 * @object_done: the packet, once complete, is the last one of its object
 * @side: enum omasec_obex_side
 * @state: private, as all that follows
 * @reason: of a refusal
 * @what: likewise
 */
struct omasec_obex {
	u8 code;
	u16 max_packet, limit;
	u8 answers;
	bool object_done;
	u8 side, state;
	unsigned int reason;
	const char *what;

	u8 front[7], front_len, front_need;
	u8 header[5], header_len;
	bool first, has_body, has_end;
	u16 left, value_left;
	u32 head_count;
};

/* @side: enum omasec_obex_side. The limit is 65535 until the caller knows another. */
void omasec_obex_init(struct omasec_obex *f, unsigned int side);

/* One step over @data; see enum omasec_obex_event. Never reads past @len. */
enum omasec_obex_event omasec_obex_step(struct omasec_obex *f, const void *data, size_t len,
					struct omasec_obex_out *out);

/*
 * The connection ended. Return: 0 between two objects, else
 * OMASEC_REASON_OBEX_TRUNCATED.
 */
unsigned int omasec_obex_eof(const struct omasec_obex *f);

/**
 * struct omasec_obex_head - what the headers of an object say; slices point into them
 * @type: media type, without NUL and parameters
 * @target: whom CONNECT is for
 * @hmac: value of the x-syncml-hmac line
 * @hmac_count: how many such lines there are
 * @length: announced length of the object
 * @connection: Connection Id
 * @is_dm: @type is one of OMA DM
 */
struct omasec_obex_head {
	struct omasec_slice type, target, hmac;
	u16 hmac_count;
	u32 length, connection;
	bool has_type, has_target, has_length, has_connection, is_dm;
};

/* Reads the headers of an object. Return: 0 or enum omasec_reason, with *what. */
unsigned int omasec_obex_parse_head(const void *head, size_t len, struct omasec_obex_head *out,
				    const char **what);

/**
 * struct omasec_obex_edit - how to rewrite the headers of an object
 * @length: new Length, when @set_length
 * @set_length: replace Length
 * @drop_hmac: drop x-syncml-hmac
 * @hmac: its new value instead, or empty
 * @type: new Type, or empty to keep it
 */
struct omasec_obex_edit {
	u32 length;
	bool set_length, drop_hmac;
	struct omasec_slice hmac, type;
};

/*
 * Writes the rewritten headers: Connection Id, then Length, then a new Type, then
 * the others as they were, the new x-syncml-hmac last. @head must have passed
 * omasec_obex_parse_head().
 * Return: the length, -ENOSPC, or -EINVAL for a value with control characters.
 */
ssize_t omasec_obex_edit_head(const void *head, size_t len, const struct omasec_obex_edit *e,
			      void *out, size_t cap);

/*
 * Headers of an object of our own. Return: the length, -ENOSPC, or -EINVAL for a value with
 * control characters.
 */
ssize_t omasec_obex_make_head(struct omasec_slice type, u32 length, struct omasec_slice hmac,
			      void *out, size_t cap);

/**
 * struct omasec_obex_cut - an object on its way out, packet by packet
 * @code: opcode without the final bit, or the code of the last response
 * @response: it is a response: the ones before the last are CONTINUE
 * @has_body: the last packet has an End-of-Body, be it empty
 * @max: longest packet that the receiver takes
 * @head: headers that are still to go
 * @body_left: octets of the body that are
 * @done: the last packet was made
 */
struct omasec_obex_cut {
	u8 code;
	bool response, has_body, done;
	u16 max;
	struct omasec_slice head;
	u32 body_left;
};

/*
 * Writes the front of the next packet, behind which the caller puts the next *@body
 * octets of the body. Return: length of the front; -EMSGSIZE for a header that fits no
 * packet of the receiver, -ENOSPC when @cap is too small, -EINVAL when all is done.
 */
ssize_t omasec_obex_cut_next(struct omasec_obex_cut *c, void *out, size_t cap, size_t *body);

/*
 * The carriage of x-syncml-hmac, about which the binding's text is not to be had: a line
 * of the HTTP header (0x47). omasec_obex_hmac_read() adds the lines in @value to @h and
 * says whether they are lines; omasec_obex_hmac_write() makes a header of its own.
 */
bool omasec_obex_hmac_read(struct omasec_slice value, struct omasec_obex_head *h);
ssize_t omasec_obex_hmac_write(struct omasec_slice hmac, u8 *out, size_t cap);
/* Takes the next line, with its end, off @rest; says whether it is x-syncml-hmac's. */
bool omasec_obex_hmac_line(struct omasec_slice *rest, struct omasec_slice *line);

#endif
