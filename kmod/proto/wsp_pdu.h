/* SPDX-License-Identifier: GPL-2.0 */
/*
 * WSP in connectionless mode (WAP-230-WSP, 8.2): Post and Reply, which carry DM messages,
 * and Get. One datagram is one PDU, and what is behind its headers is its data.
 *
 * Stricter than a gateway: what two readers could understand differently is not read.
 * The MAC is a header that has no assigned number, so it goes as text (8.4.2.1,
 * application header): name NUL value NUL.
 */
#ifndef OMASEC_PROTO_WSP_PDU_H
#define OMASEC_PROTO_WSP_PDU_H

#include "types.h"

#define OMASEC_WSP_REPLY	0x04
#define OMASEC_WSP_GET		0x40	/* to 0x44: Get, Options, Head, Delete, Trace */
#define OMASEC_WSP_POST		0x60

#define OMASEC_WSP_STATUS_OK	0x20	/* 200 of HTTP */
#define OMASEC_WSP_URI_MAX	2048
#define OMASEC_WSP_PDU_HEADERS_MAX 4096
/* The longest beginning of a PDU that is read: all but its data. */
#define OMASEC_WSP_PDU_HEAD_MAX	(8 + OMASEC_WSP_URI_MAX + OMASEC_WSP_PDU_HEADERS_MAX)

enum omasec_wsp_method { OMASEC_WSP_IS_GET, OMASEC_WSP_IS_POST, OMASEC_WSP_IS_REPLY };

/**
 * struct omasec_wsp_pdu - a PDU that was read; slices point into the datagram
 * @tid: transaction id
 * @type: octet of the type
 * @status: of a Reply, as WSP writes it
 * @method: enum omasec_wsp_method
 * @is_dm: its content type is one of DM
 * @harmless: no reader takes its content for DM: it has none, or of a type that is known
 *	to be another. Never with @is_dm; neither of both is a type that nobody here knows,
 *	or one of DM that no Post carries.
 * @encoded: there is a Content-Encoding other than identity
 * @uri: of a request
 * @content_type: its name, also when it came as number; empty without one that is known
 * @type_octets: the content type as it stands there
 * @headers: behind that
 * @hmac: value of x-syncml-hmac, empty when it is no text
 * @hmac_count: how many there are
 * @head_len: octets before @data
 * @data: what is carried
 * @what: on failure, what is wrong
 */
struct omasec_wsp_pdu {
	u8 tid, type, status, method;
	bool is_dm, harmless, encoded;
	struct omasec_slice uri, content_type, type_octets, headers, hmac, data;
	u16 hmac_count;
	size_t head_len;
	const char *what;
};

/*
 * Reads a datagram. Context: any. Return: enum omasec_reason: 0, or WSP_SYNTAX with
 * pdu->what, also for what is no Get, Post or Reply.
 */
unsigned int omasec_wsp_pdu_parse(const void *p, size_t len, struct omasec_wsp_pdu *pdu);

/*
 * Headers that hold for all messages of a session (connection mode): none may be one that
 * belongs to a single message. NULL, or what is wrong with them. Context: any.
 */
const char *omasec_wsp_session_headers(const void *p, size_t len);

/*
 * The datagram is a sequence of whole DTLS or WTLS records, and no reader of pushes or of
 * the PDUs above takes it for one of those.
 */
bool omasec_wsp_pdu_is_secured(const void *p, size_t len);

/**
 * struct omasec_wsp_edit - how to rewrite what is before the data
 * @tid: transaction id
 * @drop_hmac: without x-syncml-hmac
 * @new_body: other data follow: without Content-Length and Content-MD5
 * @hmac: value of an x-syncml-hmac behind all other headers, or empty
 * @content_type: name of the content type, without parameters, or empty to keep it
 */
struct omasec_wsp_edit {
	u8 tid;
	bool drop_hmac, new_body;
	struct omasec_slice hmac, content_type;
};

/*
 * Writes a Post or a Reply anew, without its data; what @e does not name stays octet for
 * octet. Returns the length, -ENOSPC, or -EINVAL for a value that no header can have.
 */
ssize_t omasec_wsp_pdu_edit(const struct omasec_wsp_pdu *pdu, const struct omasec_wsp_edit *e,
			    u8 *out, size_t cap);

/* Beginning of a Reply of our own, with status 200. Returns as omasec_wsp_pdu_edit(). */
ssize_t omasec_wsp_make_reply(u8 tid, struct omasec_slice content_type, struct omasec_slice hmac,
			      u8 *out, size_t cap);

#endif
