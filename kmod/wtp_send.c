// SPDX-License-Identifier: GPL-2.0
/*
 * PDUs of WTP that go from us, to the network or to our application: packets of a message,
 * in groups, and what tells of those that came. See wtp_flow.h.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/dst.h>

#include "flow_internal.h"
#include "wtp_flow.h"
#include "wtp_internal.h"

/* ---- datagrams ---- */

bool omasec_wtp_is_answer(const struct sk_buff *skb, unsigned int off)
{
	unsigned int len = min_t(unsigned int, OMASEC_WTP_FRONT,
				 skb->len > off ? skb->len - off : 0);
	u8 _front[OMASEC_WTP_FRONT], *front = skb_header_pointer(skb, off, len, _front);

	return front && omasec_wtp_answers(front, len);
}

/*
 * Headers alone, so that neither a long datagram nor a conntrack entry is kept. Route and
 * device are those of what came; when the device goes, so does the flow.
 */
bool omasec_wtp_remember(struct omasec_wtp *x, const struct omasec_datagram *d)
{
	unsigned int len = d->off + sizeof(struct udphdr);
	struct sk_buff *skb;

	if (x->near.skb && x->near.dev == d->dev)
		return true;
	skb = alloc_skb(LL_MAX_HEADER + len, GFP_KERNEL | __GFP_NOWARN);
	if (!skb)
		return false;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_put_data(skb, d->skb->data, len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, skb_transport_offset(d->skb));
	skb_dst_set(skb, dst_clone(skb_dst(d->skb)));
	memcpy(skb->cb, d->skb->cb, sizeof(skb->cb));
	skb->dev = d->skb->dev;
	skb->skb_iif = d->skb->skb_iif;
	skb->protocol = d->skb->protocol;
	skb->mark = d->skb->mark;
	if (x->near.skb)
		omasec_datagram_clear(&x->near);
	x->near = *d;
	x->near.skb = skb;
	x->near.sk = NULL;
	x->near.rule = omasec_rule_get(d->rule);
	dev_hold(x->near.dev);
	return true;
}

/* Who asks is our application on the client's side, and the network on the other. */
static bool omasec_wtp_to_net(const struct omasec_flow *f, bool to_asker)
{
	return omasec_flow_connects(f) != to_asker;
}

/* One datagram: as the one that is looked at where that goes there, or else as one of ours. */
static unsigned int omasec_wtp_datagram(struct omasec_flow *f, bool to_asker,
					const struct omasec_buf *octets)
{
	bool to_net = omasec_wtp_to_net(f, to_asker);
	struct omasec_wsp *w = f->wsp;

	if (w->now && w->now->d.out == to_net)
		return omasec_wsp_replace(f->on, &w->now->d, octets);
	if (to_net)
		return omasec_wsp_own(f->on, w, octets);
	return w->wtp->near.skb ? omasec_wsp_replace(f->on, &w->wtp->near, octets) :
				  OMASEC_REASON_DATAGRAM_BAD;
}

/* A PDU with @len octets of @from at @off. */
static unsigned int omasec_wtp_pdu(struct omasec_flow *f, const struct omasec_wtp_pdu *p,
				   bool to_asker, const struct omasec_buf *from, size_t off,
				   size_t len)
{
	u8 head[OMASEC_WTP_HEAD_MAX], *to;
	size_t n = omasec_wtp_head(p, head), room = n + len;
	struct omasec_buf octets;
	unsigned int reason = OMASEC_REASON_NO_MEMORY;

	omasec_buf_init(&octets, f->on);
	to = omasec_buf_reserve(&octets, room, &room);
	if (IS_ERR(to))
		return reason;
	memcpy(to, head, n);
	if (!len || !omasec_buf_read(from, off, to + n, len)) {
		omasec_buf_commit(&octets, n + len);
		reason = omasec_wtp_datagram(f, to_asker, &octets);
	} else {
		omasec_buf_commit(&octets, 0);
	}
	omasec_buf_free(&octets);
	return reason;
}

/* One without data, in the transaction that there is. */
static unsigned int omasec_wtp_tiny(struct omasec_flow *f, struct omasec_wtp_pdu p, bool to_asker)
{
	const struct omasec_wtp *x = f->wsp->wtp;

	p.tid = to_asker ? x->mine : x->wire;
	p.answers = to_asker;
	return omasec_wtp_pdu(f, &p, to_asker, NULL, 0, 0);
}

/* ---- packets of a message ---- */

static unsigned int omasec_wtp_send_packet(struct omasec_flow *f, u16 psn, bool again)
{
	struct omasec_wtp *x = f->wsp->wtp;
	struct omasec_wtp_pdu p = {
		.rid = again, .how = x->how, .answers = x->result,
		.tid = x->result ? x->mine : x->wire,
	};
	struct omasec_wtp_span s = omasec_wtp_out_packet(&x->out, psn, &p);

	if (psn)
		p.type = x->result ? OMASEC_WTP_SEG_RESULT : OMASEC_WTP_SEG_INVOKE;
	else
		p.type = x->result ? OMASEC_WTP_RESULT : OMASEC_WTP_INVOKE;
	p.gtr |= x->out.count == 1 && x->whole_flags;
	return omasec_wtp_pdu(f, &p, x->result, &x->octets, 1 + s.off, s.len);
}

static unsigned int omasec_wtp_send_group(struct omasec_flow *f)
{
	struct omasec_wtp *x = f->wsp->wtp;
	unsigned int reason = 0;
	u16 psn;

	x->sent_at = jiffies;
	for (psn = x->out.first; !reason && psn <= x->out.end; psn++)
		reason = omasec_wtp_send_packet(f, psn, false);
	return reason;
}

unsigned int omasec_wtp_next_group(struct omasec_flow *f, u8 psn)
{
	if (omasec_wtp_out_acked(&f->wsp->wtp->out, psn))
		return omasec_wtp_send_group(f);
	omasec_stat_inc(f->on, OMASEC_STAT_WSP_REPEATED);
	return 0;
}

/* Of the group that is on its way, to who sends the list. */
unsigned int omasec_wtp_send_missing(struct omasec_flow *f, const struct omasec_slice *missing,
				     bool asks)
{
	struct omasec_wtp *x = f->wsp->wtp;
	unsigned int reason = 0;
	size_t i;
	u8 psn;

	if (!x->going || x->result != asks)
		return OMASEC_REASON_WTP_UNASKED;
	for (i = 0; !reason && i < missing->len && i < OMASEC_WTP_GROUP; i++) {
		psn = missing->p[i];
		if (psn >= x->out.first && psn <= x->out.end)
			reason = omasec_wtp_send_packet(f, psn, true);
	}
	omasec_stat_inc(f->on, OMASEC_STAT_WSP_REPEATED);
	return reason;
}

/* The last packet of the group on its way, once more: who has it says what is missing. */
void omasec_wtp_send_last(struct omasec_flow *f)
{
	struct omasec_wtp *x = f->wsp->wtp;

	x->sent_at = jiffies;
	omasec_stat_inc(f->on, OMASEC_STAT_WSP_REPEATED);
	/* What cannot be sent now is asked for once more. */
	omasec_wtp_send_packet(f, x->out.end, true);
}

void omasec_wtp_repeat(struct omasec_flow *f, bool now)
{
	if (now && f->wsp->wtp->going)
		omasec_wtp_send_last(f);
	else
		omasec_stat_inc(f->on, OMASEC_STAT_WSP_REPEATED);
}

/* A message begins to go: 0 or enum omasec_reason. */
static unsigned int omasec_wtp_start(struct omasec_flow *f, const struct omasec_buf *octets,
				     bool result, size_t size)
{
	struct omasec_wtp *x = f->wsp->wtp;
	u32 most = x->sdu[result ? OMASEC_WTP_TO_CLIENT : OMASEC_WTP_TO_SERVER];
	struct omasec_buf_cursor c;
	size_t left = octets->len, room, n;
	unsigned int reason;
	void *to;

	/* What our own application takes it has said to who sent this. */
	if (most && octets->len - 1 > most && omasec_wtp_to_net(f, result))
		return OMASEC_REASON_WTP_SDU;
	omasec_buf_free(&x->octets);
	omasec_buf_cursor_init(octets, &c);
	while (left) {
		room = left;
		to = omasec_buf_reserve(&x->octets, 1, &room);
		if (IS_ERR(to))
			return OMASEC_REASON_NO_MEMORY;
		n = omasec_buf_cursor_read(octets, &c, to, min(room, left));
		omasec_buf_commit(&x->octets, n);
		left -= n;
	}
	x->result = result;
	x->repeats = 0;
	omasec_wtp_out_begin(&x->out, octets->len - 1, size);
	reason = omasec_wtp_send_group(f);
	x->going = !reason;
	if (!reason)
		x->stage = result ? OMASEC_WTP_ANSWERED : OMASEC_WTP_ASKED;
	return reason;
}

unsigned int omasec_wtp_onward(struct omasec_flow *f, const struct omasec_buf *octets)
{
	struct omasec_wtp *x = f->wsp->wtp;
	u8 type = f->wsp->now->wtp.type;
	bool result = type == OMASEC_WTP_RESULT || type == OMASEC_WTP_SEG_RESULT;

	lockdep_assert_held(&f->mtx);
	x->own_answer = false;
	return omasec_wtp_start(f, octets, result, result ? x->cut : x->asked_cut);
}

unsigned int omasec_wtp_again(struct omasec_flow *f, const struct omasec_buf *octets)
{
	struct omasec_wtp *x = f->wsp->wtp;
	unsigned int reason;

	lockdep_assert_held(&f->mtx);
	/* The Result that made this necessary goes no further: we have it. */
	reason = omasec_wtp_ack(f, x->wire, x->last[1] ? x->last[1] : -1);
	if (reason)
		return reason;
	x->gone = x->wire;
	x->shift = (x->shift + 1) & OMASEC_WTP_TID_MASK;
	x->wire = (x->mine + x->shift) & OMASEC_WTP_TID_MASK;
	x->own_ask = true;
	return omasec_wtp_start(f, octets, false, x->asked_cut);
}

unsigned int omasec_wtp_answer(struct omasec_flow *f, const struct omasec_buf *octets)
{
	struct omasec_wtp *x = f->wsp->wtp;

	lockdep_assert_held(&f->mtx);
	x->own_answer = true;
	return omasec_wtp_start(f, octets, true, x->cut);
}

void omasec_wtp_pending(struct omasec_flow *f)
{
	struct omasec_wtp *x = f->wsp->wtp;

	lockdep_assert_held(&f->mtx);
	x->wire = x->before;
	x->stage = OMASEC_WTP_ASKED;
}

/* ---- what tells of those that came ---- */

unsigned int omasec_wtp_tell(struct omasec_flow *f, bool asks)
{
	const struct omasec_wtp *x = f->wsp->wtp;
	struct omasec_wtp_pdu p = {
		.type = OMASEC_WTP_ACK, .has_psn = true, .psn = x->in.end,
	};

	return omasec_wtp_tiny(f, p, asks);
}

unsigned int omasec_wtp_miss(struct omasec_flow *f, bool asks)
{
	const struct omasec_wtp *x = f->wsp->wtp;
	u8 missing[OMASEC_WTP_PACKETS], head[OMASEC_WTP_HEAD_MAX], n;
	struct omasec_wtp_pdu p = {
		.type = OMASEC_WTP_NACK, .tid = asks ? x->mine : x->wire, .answers = asks,
	};
	struct omasec_buf octets;
	unsigned int reason = OMASEC_REASON_NO_MEMORY;
	size_t len = omasec_wtp_head(&p, head);

	n = omasec_wtp_in_missing(&x->in, missing);	/* the end has come: 255 at most */
	omasec_buf_init(&octets, f->on);
	if (!omasec_buf_append(&octets, head, len) && !omasec_buf_append(&octets, &n, 1) &&
	    !omasec_buf_append(&octets, missing, n))
		reason = omasec_wtp_datagram(f, asks, &octets);
	omasec_buf_free(&octets);
	return reason;
}

unsigned int omasec_wtp_pass(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp_pdu q = *p;

	q.has_psn = false;
	return omasec_wtp_tiny(f, q, p->answers);
}

unsigned int omasec_wtp_disconnect(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	const struct omasec_wtp *x = f->wsp->wtp;
	struct omasec_wtp_pdu q = *p;
	struct omasec_buf data;
	unsigned int reason = OMASEC_REASON_NO_MEMORY;

	q.tid = (q.tid + x->shift) & OMASEC_WTP_TID_MASK;
	omasec_buf_init(&data, f->on);
	if (!omasec_buf_append(&data, p->data.p, p->data.len))
		reason = omasec_wtp_pdu(f, &q, false, &data, 0, data.len);
	omasec_buf_free(&data);
	if (!reason)
		omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
	return reason;
}

/* An Ack of all @last packets of a message, or of one that was alone. */
static struct omasec_wtp_pdu omasec_wtp_ack_of(int last)
{
	return (struct omasec_wtp_pdu){
		.type = OMASEC_WTP_ACK, .has_psn = last > 0, .psn = last > 0 ? last : 0,
	};
}

unsigned int omasec_wtp_hold_on(struct omasec_flow *f)
{
	return omasec_wtp_tiny(f, omasec_wtp_ack_of(f->wsp->wtp->last[0]), true);
}

unsigned int omasec_wtp_ack_result(struct omasec_flow *f)
{
	const struct omasec_wtp *x = f->wsp->wtp;

	/* What was ours is awaited by nobody. */
	return x->own_answer ? 0 : omasec_wtp_tiny(f, omasec_wtp_ack_of(x->last[1]), false);
}

unsigned int omasec_wtp_done(struct omasec_flow *f)
{
	struct omasec_wtp *x = f->wsp->wtp;

	x->stage = OMASEC_WTP_DONE;
	x->going = false;
	omasec_buf_free(&x->octets);
	return omasec_wtp_ack_result(f);
}

unsigned int omasec_wtp_ack(struct omasec_flow *f, u16 tid, int psn)
{
	struct omasec_wtp_pdu p = omasec_wtp_ack_of(psn);

	p.tid = tid;
	return omasec_wtp_pdu(f, &p, false, NULL, 0, 0);
}
