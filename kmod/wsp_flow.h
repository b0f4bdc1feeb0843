/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Posts and Replies of connectionless WSP: exchanges between two UDP ports. A flow without
 * a socket stands for the two ports; what judges its messages, makes MACs and asks the
 * helper is the code of all flows (rx.c, tx.c, check.c, emit.c). wsp_table.c finds the flow
 * of a datagram, wsp_flow.c says what becomes of it, wsp_send.c makes the one that leaves.
 *
 * One message of a flow is looked at after the other, in the order in which they came; so
 * a request never overtakes the Reply before it.
 */
#ifndef OMASEC_WSP_FLOW_H
#define OMASEC_WSP_FLOW_H

#include "buf.h"
#include "proto/mac.h"
#include "proto/wsp_pdu.h"
#include "proto/wtp.h"
#include "udp.h"

struct omasec_flow;
struct omasec_msg;

/* Of a namespace: flows, and octets of memory of datagrams that wait in them. */
#define OMASEC_WSP_FLOWS	256
#define OMASEC_WSP_OCTETS	(2 * 1024 * 1024)
/* Datagrams that wait in one flow. */
#define OMASEC_WSP_WAITING	8
#define OMASEC_WTP_WAITING	32	/* packets of WTP */
/* How long an exchange is known after its last datagram. A client's flow lives on while its socket is open. */
#define OMASEC_WSP_KEEP		(60 * HZ)
/* Most octets in a UDP datagram behind IP headers of their usual length. */
#define OMASEC_WSP_DATAGRAM_MAX	(65535 - 8)

/**
 * struct omasec_wsp_gram - a datagram of a flow
 * @list: in omasec_wsp.queue
 * @d: the datagram, with a reference for each of its members
 * @pdu: what it says; slices into @d.skb, which is linear, or into @whole
 * @wtp: what it says as a PDU of WTP; slices into @d.skb
 * @whole: with WTP the message that is whole with it, in the form of a datagram; or NULL
 * @whole_len: its octets
 * @digest: MD5 of its octets, to know them again
 */
struct omasec_wsp_gram {
	struct list_head list;
	struct omasec_datagram d;
	struct omasec_wsp_pdu pdu;
	struct omasec_wtp_pdu wtp;
	u8 *whole;
	size_t whole_len;
	u8 digest[OMASEC_MD5_LEN];
};

/**
 * struct omasec_wsp_past - a request that was answered, or will be
 * @known: there is one
 * @asked: digest of the request as it came to us
 * @answer: octets of its Reply as they went on; empty before
 */
struct omasec_wsp_past {
	bool known;
	u8 asked[OMASEC_MD5_LEN];
	struct omasec_buf answer;
};

/**
 * struct omasec_wsp - what a flow of Posts and Replies has beside the other flows
 * @flow: whose it is
 * @table: where it is found
 * @node: in the table; under its lock
 * @lru: in the table, least recently used first; under its lock
 * @touched: jiffies when its last datagram came; under the table's lock
 * @family: 4 or 6
 * @local: our address
 * @peer: that of the other end
 * @lport: our port, network order
 * @pport: that of the other end
 * @sk: client: socket that the first request left from, with a reference, or NULL
 * @oif: interface that datagrams of our own go out by; 0 for any
 * @mark: of datagrams of our own
 * @lock: protects @queue and @waiting; BH need not be off
 * @queue: datagrams that wait, oldest first
 * @waiting: their number
 * @now: datagram that is looked at, or whose message waits for its verdict; below this all
 *	is under the flow's mtx
 * @tid: transaction id of the request that went through last, as its application knows it
 * @wire_tid: the same on the wire: another one once we have sent it again ourselves
 * @again: the client's application has repeated a request that was answered
 * @past: the request that went through last
 * @own: the request that we answered ourselves last (a challenge)
 * @sent: client: octets of the request as they left
 * @replied: client: digest of the Reply to it as it came
 * @wtp: transactions of WTP that carry Posts and Replies, or NULL; never changes
 */
struct omasec_wsp {
	struct omasec_flow *flow;
	struct omasec_wsp_table *table;
	struct hlist_node node;
	struct list_head lru;
	unsigned long touched;
	u8 family;
	u8 local[16], peer[16];
	__be16 lport, pport;
	struct sock *sk;
	int oif;
	u32 mark;
	spinlock_t lock;
	struct list_head queue;
	unsigned int waiting;

	struct omasec_wsp_gram *now;
	u8 tid, wire_tid;
	bool again;
	struct omasec_wsp_past past, own;
	struct omasec_buf sent;
	u8 replied[OMASEC_MD5_LEN];
	struct omasec_wtp *wtp;
};

/*
 * wsp_table.c. take: a datagram of a rule with binding wsp-post or wtp to its flow; takes it over.
 * drop: what waits and is known, or only where a datagram holds @dev; NULL for all.
 * Process context, may sleep.
 */
struct omasec_wsp_table *omasec_wsp_table_new(struct omasec_udp *u);
void omasec_wsp_table_free(struct omasec_wsp_table *t);
void omasec_wsp_take(struct omasec_udp *u, struct omasec_datagram *d);
void omasec_wsp_drop(struct omasec_udp *u, const struct net_device *dev);
void omasec_wsp_drop_unruled(struct omasec_udp *u);
/* Memory of messages counts as that of datagrams: false where there is too much. */
bool omasec_wsp_charge(struct omasec_wsp_table *t, size_t octets);
void omasec_wsp_uncharge(struct omasec_wsp_table *t, size_t octets);
void omasec_wsp_gram_free(struct omasec_wsp_table *t, struct omasec_wsp_gram *g);
/* A flow of @on was killed: it ends soon. Any context. */
void omasec_wsp_killed(struct omasec_net *on);

/*
 * wsp_flow.c. run: as far as it goes. judge: w->now is a PDU that was read. refuse: the
 * message or datagram that is looked at.
 * lapse: what was asked is answered no more, and known no more; nothing waits. mtx held.
 * free: nothing runs any more.
 */
void omasec_wsp_run(struct omasec_flow *f);
void omasec_wsp_judge(struct omasec_flow *f);
void omasec_wsp_refuse(struct omasec_flow *f, int path, unsigned int reason, const char *text);
void omasec_wsp_lapse(struct omasec_flow *f);
void omasec_wsp_free(struct omasec_flow *f);

/*
 * For emit.c, after the verdict. mtx held; 0 or enum omasec_reason. forward: @m goes on with
 * @body and the MAC in @hmac, empty for none; @drop: without the x-syncml-hmac that it came
 * with. again: the client's last request is sent once more, with @body. answer: @body is the
 * Reply to the request that is looked at.
 */
unsigned int omasec_wsp_forward(struct omasec_flow *f, struct omasec_msg *m,
				struct omasec_slice hmac, bool drop, struct omasec_buf *body);
unsigned int omasec_wsp_again(struct omasec_flow *f, struct omasec_msg *m,
			      struct omasec_slice hmac, struct omasec_buf *body);
unsigned int omasec_wsp_answer(struct omasec_flow *f, struct omasec_slice type,
			       struct omasec_slice hmac, struct omasec_buf *body);

/* A socket of this host waits at @port for Replies. Any context. */
bool omasec_wsp_asks(const struct omasec_wsp_table *t, __be16 port);

/*
 * wsp_send.c. replace: @d goes on with other octets. own: a
 * datagram of our own from our port to the peer's. 0 or enum omasec_reason. Process context.
 */
unsigned int omasec_wsp_replace(struct omasec_net *on, struct omasec_datagram *d,
				const struct omasec_buf *octets);
unsigned int omasec_wsp_own(struct omasec_net *on, const struct omasec_wsp *w,
			    const struct omasec_buf *octets);

/*
 * For the hooks, in any context. is_own: one of ours, which is judged already. is_reply: the
 * PDU at @off is a Reply. may_fit: @len octets at @off, of @family, may fit with their MAC.
 */
bool omasec_wsp_is_own(const struct sk_buff *skb);
bool omasec_wsp_is_reply(const struct sk_buff *skb, unsigned int off);
bool omasec_wsp_may_fit(const struct omasec_rule *rule, unsigned int off, unsigned int len,
			u8 family);

#endif
