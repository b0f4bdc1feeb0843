/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of WTP in several packets (WAP-224-WTP, 7.14): which have come, which group of
 * them goes next. Who has the octets is not here. A group ends with a packet that says so;
 * it is acknowledged when all up to there have come, and the next goes only then.
 */
#ifndef OMASEC_PROTO_WTP_SAR_H
#define OMASEC_PROTO_WTP_SAR_H

#include "wtp.h"

#define OMASEC_WTP_GROUP	8	/* packets of a group that we send, but for the first: 1 */

/**
 * struct omasec_wtp_in - packets that have come
 * @have: one bit each
 * @last: number of the last of the message, -1 before it has come
 * @end: highest number that ends a group, -1 for none
 * @top: highest number that has come, -1 for none
 */
struct omasec_wtp_in {
	u8 have[OMASEC_WTP_PACKETS / 8];
	int last, end, top;
};

/**
 * enum omasec_wtp_then - what to do after a packet has come
 * @OMASEC_WTP_WAIT: nothing
 * @OMASEC_WTP_TELL: acknowledge all up to omasec_wtp_in.end
 * @OMASEC_WTP_MISS: ask for what is missing
 * @OMASEC_WTP_WHOLE: the message is whole, with this packet
 * @OMASEC_WTP_WRONG: it contradicts those before
 */
enum omasec_wtp_then {
	OMASEC_WTP_WAIT, OMASEC_WTP_TELL, OMASEC_WTP_MISS, OMASEC_WTP_WHOLE, OMASEC_WTP_WRONG,
};

void omasec_wtp_in_begin(struct omasec_wtp_in *in);
/* A packet has come; @fresh says whether its octets are wanted. */
enum omasec_wtp_then omasec_wtp_in_take(struct omasec_wtp_in *in, const struct omasec_wtp_pdu *p,
					bool *fresh);
/* Numbers before the end of the group that have not come; returns how many. */
unsigned int omasec_wtp_in_missing(const struct omasec_wtp_in *in, u8 out[OMASEC_WTP_PACKETS]);

/**
 * struct omasec_wtp_out - packets that go
 * @len: octets of the message
 * @size: of each packet but the last
 * @count: packets
 * @first: of the group that is on its way
 * @end: last of it
 */
struct omasec_wtp_out {
	size_t len, size;
	u16 count, first, end;
};

/* @size: octets of a packet, 0 for one packet; larger where there would be too many. */
void omasec_wtp_out_begin(struct omasec_wtp_out *o, size_t len, size_t size);
/* The group is acknowledged up to @psn: true when there is a next one, to be sent. */
bool omasec_wtp_out_acked(struct omasec_wtp_out *o, u8 psn);
/* The group on its way is the last. */
static inline bool omasec_wtp_out_last(const struct omasec_wtp_out *o)
{
	return o->end + 1 == o->count;
}

/* Where the octets of packet @psn are; sets numbers and marks of @p. */
struct omasec_wtp_span {
	size_t off, len;
};

struct omasec_wtp_span omasec_wtp_out_packet(const struct omasec_wtp_out *o, u16 psn,
					     struct omasec_wtp_pdu *p);

#endif
