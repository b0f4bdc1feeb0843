// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of the PDUs of WTP of a flow; see wtp_flow.h. wtp_send.c makes those that go.
 *
 * There is one transaction at a time, the one that began last, as there is one exchange in
 * a flow of datagrams (Method-MOR is 1 where we see the Connect). Who asks has the client's
 * side of it; one of both sides is our application, the other the network.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "flow_internal.h"
#include "proto/wsp_session.h"
#include "wtp_flow.h"
#include "wtp_internal.h"

static void omasec_wtp_refuse(struct omasec_flow *f, unsigned int reason, const char *text)
{
	omasec_wsp_refuse(f, f->wsp->now->d.out ? OMASEC_PATH_TX : OMASEC_PATH_RX, reason, text);
}

static void omasec_wtp_unasked(struct omasec_flow *f, const char *text)
{
	omasec_wtp_refuse(f, OMASEC_REASON_WTP_UNASKED, text);
}

/* ---- packets that have come ---- */

static void omasec_wtp_forget_in(struct omasec_wsp_table *t, struct omasec_wtp *x)
{
	unsigned int i;

	x->active = false;
	for (i = 0; x->packets && i < OMASEC_WTP_PACKETS; i++)
		kvfree(x->packets[i].p);
	kvfree(x->packets);
	x->packets = NULL;
	omasec_wsp_uncharge(t, x->charged);
	x->charged = 0;
	x->got = 0;
}

/* Room for a message, of which @p is the first packet; false when there is none. */
static bool omasec_wtp_begin_in(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp *x = f->wsp->wtp;

	omasec_wtp_forget_in(f->wsp->table, x);
	if (!p->ttr) {
		if (!omasec_wsp_charge(f->wsp->table, OMASEC_WTP_PACKETS * sizeof(*x->packets)))
			return false;
		x->charged = OMASEC_WTP_PACKETS * sizeof(*x->packets);
		x->packets = kvcalloc(OMASEC_WTP_PACKETS, sizeof(*x->packets), OMASEC_GFP);
		if (!x->packets)
			return false;
	}
	omasec_wtp_in_begin(&x->in);
	x->active = true;
	x->size = p->ttr ? 0 : p->data.len;
	x->since = jiffies;
	return true;
}

/* Keeps the octets of a packet: 0 or enum omasec_reason. */
static unsigned int omasec_wtp_keep(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp *x = f->wsp->wtp;
	struct omasec_wtp_packet *to;

	/* One that is alone goes by in place. */
	if (p->ttr && !p->psn)
		return 0;
	x->got += p->data.len;
	if (x->got > (size_t)f->rule->max_message + OMASEC_WSP_PDU_HEAD_MAX)
		return OMASEC_REASON_TOO_LARGE;
	if (!omasec_wsp_charge(f->wsp->table, p->data.len + OMASEC_WTP_PACKET_COST))
		return OMASEC_REASON_QUEUE_FULL;
	x->charged += p->data.len + OMASEC_WTP_PACKET_COST;
	to = &x->packets[p->psn];
	to->p = kvmalloc(p->data.len + 1, OMASEC_GFP);
	if (!to->p)
		return OMASEC_REASON_NO_MEMORY;
	memcpy(to->p, p->data.p, p->data.len);
	to->len = p->data.len;
	return 0;
}

/* The message of what came, in one piece behind a transaction id of 0. */
static unsigned int omasec_wtp_join(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wsp_gram *g = f->wsp->now;
	struct omasec_wtp *x = f->wsp->wtp;
	bool alone = !x->in.last;
	size_t len = 1 + (alone ? p->data.len : x->got), at = 1;
	int i;

	if (!omasec_wsp_charge(f->wsp->table, len))
		return OMASEC_REASON_QUEUE_FULL;
	g->d.octets += len;
	g->whole = kvmalloc(len, OMASEC_GFP);
	if (!g->whole)
		return OMASEC_REASON_NO_MEMORY;
	g->whole_len = len;
	g->whole[0] = 0;
	if (alone)
		memcpy(g->whole + 1, p->data.p, p->data.len);
	for (i = 0; !alone && i <= x->in.last; i++) {
		memcpy(g->whole + at, x->packets[i].p, x->packets[i].len);
		at += x->packets[i].len;
	}
	return 0;
}

/* ---- whole messages ---- */

/* Sizes that count from now on; nobody says anything, or 0 for any. */
static void omasec_wtp_sizes(struct omasec_wtp *x, const struct omasec_wsp_session *s, bool asked)
{
	if (asked) {
		x->sdu[OMASEC_WTP_TO_CLIENT] = OMASEC_WSP_SDU_DEFAULT;
		x->sdu[OMASEC_WTP_TO_SERVER] = OMASEC_WSP_SDU_DEFAULT;
	}
	/* What a client takes its server cannot make more. */
	if (s->has_client_sdu && asked)
		x->sdu[OMASEC_WTP_TO_CLIENT] = s->client_sdu;
	else if (s->has_client_sdu)
		x->sdu[OMASEC_WTP_TO_CLIENT] = min_not_zero(x->sdu[OMASEC_WTP_TO_CLIENT],
							    s->client_sdu);
	if (s->has_server_sdu)
		x->sdu[OMASEC_WTP_TO_SERVER] = s->server_sdu;
}

/* A Connect, or what answers it. */
static void omasec_wtp_session(struct omasec_flow *f, bool asks)
{
	struct omasec_wsp_gram *g = f->wsp->now;
	struct omasec_wtp *x = f->wsp->wtp;
	struct omasec_wsp_session s;
	struct omasec_buf octets;
	unsigned int reason;

	if (g->whole[1] != (asks ? OMASEC_WSP_CONNECT : OMASEC_WSP_CONNECT_REPLY)) {
		reason = omasec_wsp_session_take(g->whole + 1, g->whole_len - 1, &s);
		omasec_wtp_refuse(f, OMASEC_REASON_WSP_SYNTAX,
				  reason ? s.what : "it answers no Connect, or asks for nothing");
		return;
	}
	reason = omasec_wsp_session_take(g->whole + 1, g->whole_len - 1, &s);
	if (reason) {
		omasec_wtp_refuse(f, reason, s.what);
		return;
	}
	x->connects = asks;
	omasec_wtp_sizes(x, &s, asks);
	omasec_buf_init(&octets, f->on);
	reason = omasec_buf_append(&octets, g->whole, g->whole_len) ? OMASEC_REASON_NO_MEMORY :
		 omasec_wtp_onward(f, &octets);
	omasec_buf_free(&octets);
	if (reason)
		omasec_wtp_refuse(f, reason, NULL);
	else
		omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
}

static void omasec_wtp_whole(struct omasec_flow *f, bool asks)
{
	struct omasec_wsp_gram *g = f->wsp->now;
	struct omasec_wtp *x = f->wsp->wtp;
	bool ours = false;
	unsigned int reason;

	if (g->whole_len > 1)
		ours = g->whole[1] == OMASEC_WSP_REPLY || (g->whole[1] & 0xc0) == OMASEC_WSP_GET;
	if (g->whole_len < 2) {
		omasec_wtp_refuse(f, OMASEC_REASON_WTP_SYNTAX, "a message of nothing");
		return;
	}
	if (asks ? !ours : x->connects) {
		omasec_wtp_session(f, asks);
		return;
	}
	if (asks)
		x->connects = false;
	reason = omasec_wsp_pdu_parse(g->whole, g->whole_len, &g->pdu);
	if (reason)
		omasec_wtp_refuse(f, reason, g->pdu.what);
	else
		omasec_wsp_judge(f);
}

/* A packet of the message that is put together. */
static void omasec_wtp_packet(struct omasec_flow *f, const struct omasec_wtp_pdu *p, bool asks)
{
	struct omasec_wtp *x = f->wsp->wtp;
	enum omasec_wtp_then then;
	unsigned int reason = 0;
	bool fresh;

	then = omasec_wtp_in_take(&x->in, p, &fresh);
	if (then == OMASEC_WTP_WRONG) {
		omasec_wtp_forget_in(f->wsp->table, x);
		omasec_wtp_refuse(f, OMASEC_REASON_WTP_SYNTAX,
				  "segments that contradict each other");
		return;
	}
	if (fresh)
		reason = omasec_wtp_keep(f, p);
	if (!reason && then == OMASEC_WTP_TELL)
		reason = omasec_wtp_tell(f, asks);
	else if (!reason && then == OMASEC_WTP_MISS)
		reason = omasec_wtp_miss(f, asks);
	else if (!reason && then == OMASEC_WTP_WHOLE)
		reason = omasec_wtp_join(f, p);
	if (!reason && then != OMASEC_WTP_WHOLE)
		return;
	x->last[!asks] = x->in.last;
	*(asks ? &x->asked_cut : &x->cut) = x->size;
	omasec_wtp_forget_in(f->wsp->table, x);
	if (reason)
		omasec_wtp_refuse(f, reason, NULL);
	else
		omasec_wtp_whole(f, asks);
}

/* What both sides may send in the transaction that there is. */
static void omasec_wtp_either(struct omasec_flow *f, const struct omasec_wtp_pdu *p, bool asks)
{
	unsigned int reason = 0;

	switch (p->type) {
	case OMASEC_WTP_NACK:
		reason = omasec_wtp_send_missing(f, &p->missing, asks);
		break;
	case OMASEC_WTP_ABORT:
		reason = omasec_wtp_pass(f, p);
		omasec_wtp_over(f);
		break;
	default:
		omasec_wtp_unasked(f, asks ? "a Result from who asks" :
					     "an Invoke from who answers");
	}
	if (reason)
		omasec_wtp_refuse(f, reason, NULL);
}

/* ---- of who asks ---- */

/* The first packet of a transaction that was answered, or given up, comes late. */
static bool omasec_wtp_late(struct omasec_wtp *x, u16 tid, const u8 *digest)
{
	unsigned int i;

	for (i = 0; i < OMASEC_WTP_PAST; i++) {
		if (x->past[i].known && x->past[i].tid == tid &&
		    time_before(jiffies, x->past[i].at + OMASEC_WTP_LATE) &&
		    !memcmp(x->past[i].digest, digest, OMASEC_MD5_LEN))
			return true;
	}
	return false;
}

/* A new transaction, or the first packet of the last one once more. */
static void omasec_wtp_invoke(struct omasec_flow *f, const struct omasec_wtp_pdu *p, u16 tid)
{
	struct omasec_wtp *x = f->wsp->wtp;
	struct omasec_wtp_past *past = &x->past[x->next_past];
	u8 digest[OMASEC_MD5_LEN];

	if (x->stage && tid == x->mine) {
		if (x->stage != OMASEC_WTP_COMING)
			omasec_wtp_repeat(f, p->rid);
		else if (!x->active && !omasec_wtp_begin_in(f, p))
			omasec_wtp_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		else
			omasec_wtp_packet(f, p, true);
		return;
	}
	if (omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &p->data, 1, digest)) {
		omasec_wtp_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	if (omasec_wtp_late(x, tid, digest)) {
		omasec_wtp_unasked(f, "an Invoke that came before");
		return;
	}
	if (!omasec_wtp_begin_in(f, p)) {
		omasec_wtp_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	past->known = true;
	past->tid = tid;
	past->at = jiffies;
	memcpy(past->digest, digest, OMASEC_MD5_LEN);
	x->next_past = (x->next_past + 1) % OMASEC_WTP_PAST;
	x->before = x->wire;
	x->mine = tid;
	x->wire = (tid + x->shift) & OMASEC_WTP_TID_MASK;
	x->how = p->how;
	x->whole_flags = p->gtr && p->ttr;
	x->own_ask = false;
	x->own_answer = false;
	x->going = false;
	omasec_buf_free(&x->octets);
	x->stage = OMASEC_WTP_COMING;
	omasec_wtp_packet(f, p, true);
}

/* What ends a session has no answer: class 0. */
static void omasec_wtp_unanswered(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	u8 octets[8];
	struct omasec_wsp_session s;
	unsigned int reason;

	if (!p->ttr || p->data.len > sizeof(octets) || !p->data.len ||
	    (u8)p->data.p[0] != OMASEC_WSP_DISCONNECT) {
		omasec_wtp_refuse(f, OMASEC_REASON_WTP_SYNTAX,
				  "of transactions without an answer only a Disconnect goes through");
		return;
	}
	memcpy(octets, p->data.p, p->data.len);
	reason = omasec_wsp_session_take(octets, p->data.len, &s);
	if (!reason)
		reason = omasec_wtp_disconnect(f, p);
	if (reason)
		omasec_wtp_refuse(f, reason, s.what);
}

/* An Ack of who asks: of the Result, of a group of it, or that its TID is valid. */
static void omasec_wtp_acked(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp *x = f->wsp->wtp;
	unsigned int reason = 0;

	if (p->tve && x->stage == OMASEC_WTP_ASKED)
		reason = omasec_wtp_pass(f, p);
	else if (x->stage < OMASEC_WTP_ANSWERED || p->tve)
		omasec_wtp_unasked(f, "an Ack of nothing");
	else if (x->going && p->has_psn && !omasec_wtp_out_last(&x->out))
		reason = omasec_wtp_next_group(f, p->psn);
	else if (x->going && !omasec_wtp_out_last(&x->out))
		omasec_wtp_unasked(f, "an Ack of what was not sent yet");
	else if (p->has_psn && x->going && p->psn != x->out.end)
		omasec_stat_inc(f->on, OMASEC_STAT_WSP_REPEATED);
	else
		reason = omasec_wtp_done(f);
	if (reason)
		omasec_wtp_refuse(f, reason, NULL);
}

static void omasec_wtp_from_asker(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp *x = f->wsp->wtp;
	bool current_one = x->stage && p->tid == x->mine;

	if (p->type == OMASEC_WTP_INVOKE) {
		if (p->class == 2)
			omasec_wtp_invoke(f, p, p->tid);
		else if (!p->class)
			omasec_wtp_unanswered(f, p);
		else
			omasec_wtp_refuse(f, OMASEC_REASON_WTP_SYNTAX,
					  "a transaction of class 1, which is for pushes");
		return;
	}
	if (!current_one) {
		omasec_wtp_unasked(f, "another transaction than the last");
		return;
	}
	switch (p->type) {
	case OMASEC_WTP_SEG_INVOKE:
		if (x->stage != OMASEC_WTP_COMING)
			omasec_wtp_repeat(f, p->rid && p->ttr);
		else if (x->active)
			omasec_wtp_packet(f, p, true);
		else
			omasec_wtp_unasked(f, "a segment of what was refused, or has not begun");
		break;
	case OMASEC_WTP_ACK:
		omasec_wtp_acked(f, p);
		break;
	default:
		omasec_wtp_either(f, p, true);
	}
}

/* ---- of who answers ---- */

static void omasec_wtp_result(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp *x = f->wsp->wtp;
	bool first = p->type == OMASEC_WTP_RESULT;
	unsigned int reason = 0;

	if (x->stage == OMASEC_WTP_DONE) {
		/* Its Ack was lost. */
		if (p->ttr)
			reason = omasec_wtp_ack_result(f);
		if (reason)
			omasec_wtp_refuse(f, reason, NULL);
		return;
	}
	if (x->stage == OMASEC_WTP_ANSWERED) {
		omasec_wtp_repeat(f, p->rid && p->ttr);
		return;
	}
	if (x->stage != OMASEC_WTP_ASKED || (x->going && !omasec_wtp_out_last(&x->out))) {
		omasec_wtp_unasked(f, "a Result of what was not asked yet");
		return;
	}
	if (!x->active && !first) {
		omasec_wtp_unasked(f, "a segment of what was refused, or has not begun");
		return;
	}
	if (!x->active && !omasec_wtp_begin_in(f, p)) {
		omasec_wtp_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	omasec_wtp_packet(f, p, false);
}

/* An Ack of who answers: of a group of the Invoke, that it works on it, or asks for the TID. */
static void omasec_wtp_held(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp *x = f->wsp->wtp;
	unsigned int reason = 0;

	if (x->stage < OMASEC_WTP_ASKED)
		omasec_wtp_unasked(f, "an Ack of nothing");
	else if (x->stage > OMASEC_WTP_ASKED)
		omasec_stat_inc(f->on, OMASEC_STAT_WSP_REPEATED);
	else if (p->tve)
		reason = omasec_wtp_pass(f, p);
	else if (x->going && !omasec_wtp_out_last(&x->out))
		reason = p->has_psn ? omasec_wtp_next_group(f, p->psn) : 0;
	else if (!p->has_psn || p->psn == x->out.end)
		reason = omasec_wtp_hold_on(f);
	if (reason)
		omasec_wtp_refuse(f, reason, NULL);
}

static void omasec_wtp_from_answerer(struct omasec_flow *f, const struct omasec_wtp_pdu *p)
{
	struct omasec_wtp *x = f->wsp->wtp;
	bool carries = p->type == OMASEC_WTP_RESULT || p->type == OMASEC_WTP_SEG_RESULT;
	unsigned int reason = 0;

	if (x->stage && x->own_ask && p->tid == x->gone && carries) {
		/* That was judged, and the request sent again: its Ack was lost. */
		if (p->ttr && p->rid)
			reason = omasec_wtp_ack(f, x->gone, !p->psn ? -1 : p->psn);
		if (reason)
			omasec_wtp_refuse(f, reason, NULL);
		return;
	}
	if (!x->stage || p->tid != x->wire) {
		omasec_wtp_unasked(f, "another transaction than the last");
		return;
	}
	switch (p->type) {
	case OMASEC_WTP_RESULT:
	case OMASEC_WTP_SEG_RESULT:
		omasec_wtp_result(f, p);
		break;
	case OMASEC_WTP_ACK:
		omasec_wtp_held(f, p);
		break;
	default:
		omasec_wtp_either(f, p, false);
	}
}

/**
 * omasec_wtp_begin() - a PDU has come
 * @f: the flow
 *
 * Context: process, f->mtx held, may sleep.
 */
void omasec_wtp_begin(struct omasec_flow *f)
{
	struct omasec_wsp_gram *g = f->wsp->now;
	bool asks = omasec_flow_connects(f) == g->d.out;

	lockdep_assert_held(&f->mtx);
	if (!g->d.out && !omasec_wtp_remember(f->wsp->wtp, &g->d))
		omasec_wtp_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
	else if (asks && g->wtp.answers)
		omasec_wtp_unasked(f, "an answer from who asks");
	else if (!asks && !g->wtp.answers)
		omasec_wtp_unasked(f, "a transaction that who answers begins (a push)");
	else if (asks)
		omasec_wtp_from_asker(f, &g->wtp);
	else
		omasec_wtp_from_answerer(f, &g->wtp);
}

/* ---- time, and the end ---- */

void omasec_wtp_over(struct omasec_flow *f)
{
	struct omasec_wtp *x = f->wsp->wtp;

	omasec_wtp_forget_in(f->wsp->table, x);
	omasec_buf_free(&x->octets);
	x->going = false;
	x->stage = OMASEC_WTP_NONE;
	omasec_wsp_lapse(f);
}

void omasec_wtp_look(struct omasec_flow *f)
{
	struct omasec_wtp *x = f->wsp->wtp;

	lockdep_assert_held(&f->mtx);
	if (x->active && time_after(jiffies, x->since + OMASEC_WTP_KEEP)) {
		omasec_wtp_forget_in(f->wsp->table, x);
		omasec_stat_inc(f->on, OMASEC_STAT_WTP_UNFINISHED);
	}
	if (x->stage == OMASEC_WTP_ASKED && x->own_ask && x->going && !x->active &&
	    !f->wsp->now && x->repeats < OMASEC_WTP_REPEATS &&
	    time_after(jiffies, x->sent_at + OMASEC_WTP_REPEAT)) {
		x->repeats++;
		omasec_wtp_send_last(f);
	}
}

struct omasec_wtp *omasec_wtp_new(struct omasec_net *on)
{
	struct omasec_wtp *x = kzalloc(sizeof(*x), GFP_KERNEL_ACCOUNT);

	if (x)
		omasec_buf_init(&x->octets, on);
	return x;
}

void omasec_wtp_free(struct omasec_wsp_table *t, struct omasec_wtp *x)
{
	if (!x)
		return;
	if (x->active)
		omasec_stat_inc(x->octets.on, OMASEC_STAT_WTP_UNFINISHED);
	omasec_wtp_forget_in(t, x);
	omasec_buf_free(&x->octets);
	if (x->near.skb)
		omasec_datagram_clear(&x->near);
	kfree(x);
}

bool omasec_wtp_holds(const struct omasec_wtp *x, const struct net_device *dev)
{
	return x && x->near.skb && x->near.dev == dev;
}
