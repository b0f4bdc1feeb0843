/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions of WSP in connection mode: Posts and Replies (wsp_flow.h) as the Invoke and the
 * Result of transactions of WTP, class 2. A message is put together, judged whole, and goes
 * on in packets as it came in. Within, it has the form of a datagram of connectionless WSP
 * with transaction id 0, so what reads and rewrites those does it here too.
 *
 * Groups of packets are acknowledged by us where more of them are to come, the last one
 * only by who gets the message: what the sender of a message repeats makes us repeat what
 * we sent of it, and no message counts as received that its receiver does not have.
 */
#ifndef OMASEC_WTP_FLOW_H
#define OMASEC_WTP_FLOW_H

#include "wsp_flow.h"

/* How long packets of a message are kept while others are missing. */
#define OMASEC_WTP_KEEP		(20 * HZ)
/* How long the first packet of an earlier transaction is known, should it come late. */
#define OMASEC_WTP_LATE		(10 * HZ)
/* A request that we have sent again ourselves is repeated after this, that often. */
#define OMASEC_WTP_REPEAT	(3 * HZ)
#define OMASEC_WTP_REPEATS	8

struct omasec_wtp;

struct omasec_wtp *omasec_wtp_new(struct omasec_net *on);
void omasec_wtp_free(struct omasec_wsp_table *t, struct omasec_wtp *x);

/*
 * All with the flow's mtx held; what returns a value: 0 or enum omasec_reason.
 * begin: the PDU of w->now has come.
 */
void omasec_wtp_begin(struct omasec_flow *f);

/*
 * onward: the message that is looked at goes on with other octets. again: the client's
 * request is sent once more, in another transaction. answer: the Reply to the request that is
 * looked at. pending: that request is with the application already.
 */
unsigned int omasec_wtp_onward(struct omasec_flow *f, const struct omasec_buf *octets);
unsigned int omasec_wtp_again(struct omasec_flow *f, const struct omasec_buf *octets);
unsigned int omasec_wtp_answer(struct omasec_flow *f, const struct omasec_buf *octets);
void omasec_wtp_pending(struct omasec_flow *f);

/* Time has passed: forgets packets of what never became whole, repeats what is ours. */
void omasec_wtp_look(struct omasec_flow *f);
/* It holds @dev. */
bool omasec_wtp_holds(const struct omasec_wtp *x, const struct net_device *dev);

/* For the hooks: the datagram at @off comes from who answers transactions. Any context. */
bool omasec_wtp_is_answer(const struct sk_buff *skb, unsigned int off);

#endif
