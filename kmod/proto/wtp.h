/* SPDX-License-Identifier: GPL-2.0 */
/*
 * WTP (WAP-224-WTP), which carries WSP in connection mode over UDP: its PDUs, read and
 * written. The variable part of a header (TPIs) is read to find where the data begin; of
 * what it says only the sequence number of an Ack counts, and nothing is written but that.
 */
#ifndef OMASEC_PROTO_WTP_H
#define OMASEC_PROTO_WTP_H

#include "types.h"

#define OMASEC_WTP_HEAD_MAX	5	/* longest header that is written, without a list */
#define OMASEC_WTP_TID_MASK	0x7fff
#define OMASEC_WTP_TID_NEW	0x20	/* in omasec_wtp_pdu.how: lower than the one before */
#define OMASEC_WTP_PACKETS	256	/* of a message */
#define OMASEC_WTP_PIECES	8	/* PDUs in one datagram */

enum omasec_wtp_type {
	OMASEC_WTP_INVOKE = 1, OMASEC_WTP_RESULT, OMASEC_WTP_ACK, OMASEC_WTP_ABORT,
	OMASEC_WTP_SEG_INVOKE, OMASEC_WTP_SEG_RESULT, OMASEC_WTP_NACK,
};

/**
 * struct omasec_wtp_pdu - a PDU; slices point into the datagram
 * @type: enum omasec_wtp_type
 * @rid: sent again
 * @gtr: last packet of a group
 * @ttr: last packet of the message; with @gtr: the sender cuts no messages into segments
 * @tve: of an Ack: is the TID valid, or it is
 * @has_psn: of an Ack: it has @psn
 * @answers: from who answers transactions (highest bit of the TID)
 * @psn: sequence number of the packet; 0 for an Invoke and a Result
 * @how: of an Invoke: version, TIDnew, U/P and class
 * @class: of an Invoke
 * @abort_type: who aborts
 * @abort_reason: why
 * @tid: without its highest bit
 * @missing: of a Negative Ack: sequence numbers
 * @data: what is carried
 * @what: on failure, what is wrong
 */
struct omasec_wtp_pdu {
	u8 type;
	bool rid, gtr, ttr, tve, has_psn, answers;
	u8 psn, how, class, abort_type, abort_reason;
	u16 tid;
	struct omasec_slice missing, data;
	const char *what;
};

/* Reads a PDU. Context: any. Return: enum omasec_reason: 0, or WTP_SYNTAX with pdu->what. */
unsigned int omasec_wtp_parse(const void *p, size_t len, struct omasec_wtp_pdu *pdu);

/* The PDU is what cuts a message or carries a whole one. */
static inline bool omasec_wtp_carries(const struct omasec_wtp_pdu *pdu)
{
	return pdu->type == OMASEC_WTP_INVOKE || pdu->type == OMASEC_WTP_RESULT ||
	       pdu->type == OMASEC_WTP_SEG_INVOKE || pdu->type == OMASEC_WTP_SEG_RESULT;
}

/*
 * Writes the header of a PDU that is no Negative Ack; its data follow. Returns the length.
 */
size_t omasec_wtp_head(const struct omasec_wtp_pdu *pdu, u8 out[OMASEC_WTP_HEAD_MAX]);

/*
 * The next PDU of what is left of a datagram, which may hold several (first octet 0). 1 with
 * @piece and the rest in @left, 0 at the end, -1 when it is cut wrongly. @begun is false
 * before the first call.
 */
int omasec_wtp_next(struct omasec_slice *left, bool *begun, struct omasec_slice *piece);

/* Somebody who answers transactions sent the datagram that begins with these octets. */
bool omasec_wtp_answers(const u8 *front, size_t len);
#define OMASEC_WTP_FRONT	5	/* octets of it that this needs */

#endif
