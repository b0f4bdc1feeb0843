/* SPDX-License-Identifier: GPL-2.0 */
/* What wtp_flow.c and wtp_send.c share. Everything here is under the flow's mtx. */
#ifndef OMASEC_WTP_INTERNAL_H
#define OMASEC_WTP_INTERNAL_H

#include "proto/wtp_sar.h"
#include "wtp_flow.h"

#define OMASEC_WTP_PAST		4	/* transactions whose Invoke is known again */
#define OMASEC_WTP_PACKET_COST	64	/* of memory beside its octets */

/* How far a transaction is. */
enum omasec_wtp_stage {
	OMASEC_WTP_NONE,
	OMASEC_WTP_COMING,	/* its Invoke comes, or is judged, or was refused */
	OMASEC_WTP_ASKED,	/* that has gone on */
	OMASEC_WTP_ANSWERED,	/* so has its Result */
	OMASEC_WTP_DONE,	/* which was acknowledged */
};

enum omasec_wtp_to { OMASEC_WTP_TO_CLIENT, OMASEC_WTP_TO_SERVER };

struct omasec_wtp_packet {
	u8 *p;
	size_t len;
};

struct omasec_wtp_past {
	bool known;
	u16 tid;
	unsigned long at;
	u8 digest[OMASEC_MD5_LEN];
};

/**
 * struct omasec_wtp - what a flow of sessions has beside one of datagrams
 * @stage: enum omasec_wtp_stage
 * @how: octet of class and flags of the Invoke
 * @whole_flags: who asks cuts no messages into segments
 * @connects: it is a Connect
 * @own_ask: the request was sent again by us, in the transaction @wire
 * @own_answer: the Result is ours; no application waits for its Ack
 * @mine: TID for who asks: on the client's side the application, on the other the network
 * @wire: TID for who answers: @mine + @shift
 * @shift: transactions of this flow that were ours
 * @gone: TID of the one before one of ours
 * @before: @wire of the transaction before
 * @past: Invokes that came, in turn
 * @next_past: where the next goes
 * @sdu: most octets of a message, by enum omasec_wtp_to; 0 for any
 * @active: a message is put together
 * @in: its packets that have come
 * @packets: their octets, by number; NULL when there are none
 * @got: octets in there
 * @charged: octets that are counted for it
 * @size: octets of the first packet, 0 when it is alone
 * @since: jiffies when that came
 * @last: number of the last packet of the Invoke and of the Result as they came
 * @cut: octets of packets of the Result that came last, 0 when it was alone
 * @asked_cut: the same of the Invoke
 * @going: a message goes on, or its last group is not acknowledged
 * @result: it is a Result
 * @out: its packets
 * @octets: it, behind a transaction id of 0
 * @sent_at: jiffies when of it was sent last
 * @repeats: how often we have repeated it without being asked to
 * @near: headers of a datagram that came in, for those to our application
 */
struct omasec_wtp {
	u8 stage, how;
	bool whole_flags, connects, own_ask, own_answer;
	u16 mine, wire, shift, gone, before;
	struct omasec_wtp_past past[OMASEC_WTP_PAST];
	unsigned int next_past;
	u32 sdu[2];

	bool active;
	struct omasec_wtp_in in;
	struct omasec_wtp_packet *packets;
	size_t got, charged, size;
	unsigned long since;
	int last[2];
	size_t cut, asked_cut;

	bool going, result;
	struct omasec_wtp_out out;
	struct omasec_buf octets;
	unsigned long sent_at;
	unsigned int repeats;
	struct omasec_datagram near;
};

/* wtp_flow.c: the transaction has ended, and what was asked in it. */
void omasec_wtp_over(struct omasec_flow *f);

/* wtp_send.c; what returns a value: 0 or enum omasec_reason. */
/* Headers for what goes to our application; false without memory. */
bool omasec_wtp_remember(struct omasec_wtp *x, const struct omasec_datagram *d);
/* The group that has come, and what is missing of it, to who sends it. */
unsigned int omasec_wtp_tell(struct omasec_flow *f, bool asks);
unsigned int omasec_wtp_miss(struct omasec_flow *f, bool asks);
/* A PDU without data goes on as it is, but for its TID. */
unsigned int omasec_wtp_pass(struct omasec_flow *f, const struct omasec_wtp_pdu *p);
unsigned int omasec_wtp_disconnect(struct omasec_flow *f, const struct omasec_wtp_pdu *p);
/* Who answers has the whole request, and works on it. */
unsigned int omasec_wtp_hold_on(struct omasec_flow *f);
/* Who asked has the whole answer. ack_result: tells who answered so. */
unsigned int omasec_wtp_done(struct omasec_flow *f);
unsigned int omasec_wtp_ack_result(struct omasec_flow *f);
/* Acknowledges a Result of the network, by the number of its last packet, -1 for one alone. */
unsigned int omasec_wtp_ack(struct omasec_flow *f, u16 tid, int psn);
unsigned int omasec_wtp_next_group(struct omasec_flow *f, u8 psn);
unsigned int omasec_wtp_send_missing(struct omasec_flow *f, const struct omasec_slice *missing,
				     bool asks);
/* What has come again made us send again; @now: at once. */
void omasec_wtp_repeat(struct omasec_flow *f, bool now);
void omasec_wtp_send_last(struct omasec_flow *f);

#endif
