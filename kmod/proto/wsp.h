/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header of a connectionless WSP push (WAP-230-WSP, 8.2 and 8.4), and what
 * of it tells a DM message: content type with its parameters SEC and MAC,
 * application id, and x-syncml-hmac (no number is assigned to it: a textual header).
 * Strict: what one listener could read as DM and another as something else is not
 * read at all.
 */
#ifndef OMASEC_PROTO_WSP_H
#define OMASEC_PROTO_WSP_H

#include "types.h"

#define OMASEC_WSP_PUSH		0x06
#define OMASEC_WSP_CONFIRMED	0x07	/* only in a session, which datagrams have not */
#define OMASEC_WSP_HEADERS_MAX	1024	/* DM allows 48 octets for a notification */
#define OMASEC_WSP_NONE		0xffffffff

/* Assigned numbers (WINA) of content types and application ids. */
#define OMASEC_WSP_TYPE_CP_XML		0x35	/* text/vnd.wap.connectivity-xml */
#define OMASEC_WSP_TYPE_CP_WBXML	0x36	/* application/vnd.wap.connectivity-wbxml */
#define OMASEC_WSP_TYPE_DM_WBXML	0x42	/* application/vnd.syncml.dm+wbxml */
#define OMASEC_WSP_TYPE_DM_XML		0x43	/* application/vnd.syncml.dm+xml */
#define OMASEC_WSP_TYPE_NOTIFICATION	0x44	/* application/vnd.syncml.notification */
#define OMASEC_WSP_TYPE_NOTIFICATION_13	0x58	/* application/vnd.syncml.dm.notification */
#define OMASEC_WSP_APP_DM		0x07	/* x-wap-application:syncml.dm */

/**
 * enum omasec_wsp_sec - form of the parameter SEC
 * @OMASEC_WSP_SEC_NONE: not there
 * @OMASEC_WSP_SEC_CODE: a number, omasec_wsp_push.sec
 * @OMASEC_WSP_SEC_TEXT: a word, omasec_wsp_push.sec_text
 */
enum omasec_wsp_sec { OMASEC_WSP_SEC_NONE, OMASEC_WSP_SEC_CODE, OMASEC_WSP_SEC_TEXT };

/**
 * struct omasec_wsp_push - a push that was read; slices point into the datagram
 * @tid: transaction id
 * @type: assigned number of the content type, also when it came as text;
 *	OMASEC_WSP_NONE for one that is not in the list above
 * @app: assigned number of the application id, likewise; OMASEC_WSP_NONE for none
 * @has_app: there was an application id
 * @sec_form: enum omasec_wsp_sec
 * @sec: SEC as number
 * @sec_text: SEC as word
 * @mac: MAC as it stands there
 * @has_mac: it was there
 * @has_hmac: there is a header x-syncml-hmac
 * @hmac: its value
 * @data: what is pushed
 * @what: on failure, what is wrong
 */
struct omasec_wsp_push {
	u8 tid;
	bool has_app, has_mac, has_hmac;
	u8 sec_form;
	u32 type, app, sec;
	struct omasec_slice sec_text, mac, hmac, data;
	const char *what;
};

/*
 * Reads a push. Context: any. Return: enum omasec_reason: 0; NOT_DM when the
 * datagram is no push at all; WSP_SYNTAX with push->what.
 */
unsigned int omasec_wsp_push_parse(const void *p, size_t len, struct omasec_wsp_push *push);

/* Assigned number of a content type by its name, in any case of letters; OMASEC_WSP_NONE. */
u32 omasec_wsp_media_type(struct omasec_slice s);

/* It is one of DM by its content type, or claims to be by its application id. */
bool omasec_wsp_push_is_dm(const struct omasec_wsp_push *push);

/*
 * The datagram is a sequence of whole DTLS (1.0 to 1.2) or WTLS records, and no
 * listener can take it for a push. DTLS 1.3 hides its records from everybody.
 */
bool omasec_wsp_is_secured(const void *p, size_t len);

#endif
