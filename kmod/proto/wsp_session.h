/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What begins and ends a session of WSP in connection mode (WAP-230-WSP, 8.2.2): Connect,
 * ConnectReply, Disconnect. What would take messages past whoever sees these is taken out
 * of the capabilities where both ends can do without (push, suspending, parts of messages,
 * several requests at a time), and refused where not (another address, headers for all
 * messages of the session that belong to one).
 */
#ifndef OMASEC_PROTO_WSP_SESSION_H
#define OMASEC_PROTO_WSP_SESSION_H

#include "types.h"

#define OMASEC_WSP_CONNECT	0x01
#define OMASEC_WSP_CONNECT_REPLY 0x02
#define OMASEC_WSP_DISCONNECT	0x05
#define OMASEC_WSP_SDU_DEFAULT	1400	/* octets, where nobody says anything else */

/**
 * struct omasec_wsp_session - what is said of a session
 * @has_client_sdu: there is @client_sdu
 * @has_server_sdu: there is @server_sdu
 * @client_sdu: most octets of a PDU for the client; 0 for any number
 * @server_sdu: the same for the server
 * @what: on failure, what is wrong
 */
struct omasec_wsp_session {
	bool has_client_sdu, has_server_sdu;
	u32 client_sdu, server_sdu;
	const char *what;
};

/*
 * Reads a PDU of this kind, and changes it where it lies; its length stays. Context: any.
 * Return: enum omasec_reason: 0, or WSP_SYNTAX with s->what, also for other PDUs.
 */
unsigned int omasec_wsp_session_take(u8 *p, size_t len, struct omasec_wsp_session *s);

#endif
