// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of the datagrams of a flow of Posts and Replies.
 *
 * Over UDP a request may be lost, and so may its Reply. The next request therefore takes
 * the place of one that was not answered, and a request that is repeated octet for octet is
 * no new one: on the client's side it leaves as it left before, on the server's it is
 * answered as before, and the application gets it once. A Reply belongs to the request
 * that went through last, by its transaction id; all others are refused.
 */
#include <linux/slab.h>

#include "flow_internal.h"
#include "wsp_flow.h"
#include "wtp_flow.h"

/* The PDU that is looked at, as a datagram of connectionless WSP. */
static struct omasec_slice omasec_wsp_octets(const struct omasec_wsp_gram *g)
{
	const void *p = g->d.skb->data + g->d.off + sizeof(struct udphdr);

	return (struct omasec_slice){
		g->whole ? (const char *)g->whole : p, g->pdu.head_len + g->pdu.data.len,
	};
}

/* The digest by which octets are known again. */
static bool omasec_wsp_digest(struct omasec_wsp_gram *g)
{
	struct omasec_slice s = omasec_wsp_octets(g);

	return !omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &s, 1, g->digest);
}

static bool omasec_wsp_same(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, OMASEC_MD5_LEN);
}

static void omasec_wsp_forget(struct omasec_wsp_past *p)
{
	p->known = false;
	omasec_buf_free(&p->answer);
}

static void omasec_wsp_ask(struct omasec_wsp_past *p, const struct omasec_wsp_gram *g)
{
	omasec_wsp_forget(p);
	p->known = true;
	memcpy(p->asked, g->digest, sizeof(p->asked));
}

/* @to has the octets of @from, and nothing else; @from none. */
static void omasec_wsp_keep(struct omasec_buf *to, struct omasec_buf *from)
{
	omasec_buf_free(to);
	omasec_buf_splice(to, from);
}

static int omasec_wsp_path(const struct omasec_flow *f)
{
	return f->wsp->now->d.out ? OMASEC_PATH_TX : OMASEC_PATH_RX;
}

/* ---- refusals ---- */

/*
 * A socket that is connected hears of it with its next call, as of an ICMP error; one
 * that is not would not know which of its peers is meant.
 */
static void omasec_wsp_tell_socket(struct sock *sk, int err)
{
	if (READ_ONCE(sk->sk_state) != TCP_ESTABLISHED)
		return;
	WRITE_ONCE(sk->sk_err, err);
	sk_error_report(sk);
}

void omasec_wsp_refuse(struct omasec_flow *f, int path, unsigned int reason, const char *text)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	struct sock *sk = f->wsp->now ? f->wsp->now->d.sk : NULL;

	lockdep_assert_held(&f->mtx);
	WRITE_ONCE(f->reason, reason);
	omasec_rule_saw(f->rule, OMASEC_SEEN_REFUSED);
	omasec_stat_inc(f->on, OMASEC_STAT_DATAGRAMS_DROPPED);
	omasec_flow_event(f, OMASEC_EVENT_KIND_REFUSED, reason, path, d->msg,
			  text ? text : d->msg ? d->msg->detail : NULL);
	if (d->msg && d->msg->account)
		atomic64_inc(&d->msg->account->messages_refused);
	if (sk)
		omasec_wsp_tell_socket(sk, omasec_reason_errno(reason));
	omasec_dir_next(f, path);
}

/* ---- what leaves ---- */

/* What is looked at goes on with other octets. */
static unsigned int omasec_wsp_onward(struct omasec_flow *f, const struct omasec_buf *octets)
{
	return f->wsp->wtp ? omasec_wtp_onward(f, octets) :
			     omasec_wsp_replace(f->on, &f->wsp->now->d, octets);
}

/* Octets go back to who sent the request that is looked at. */
static unsigned int omasec_wsp_back(struct omasec_flow *f, const struct omasec_buf *octets)
{
	return f->wsp->wtp ? omasec_wtp_answer(f, octets) : omasec_wsp_own(f->on, f->wsp, octets);
}

/* What is before the data, rewritten, and @body behind it: into @whole. */
static unsigned int omasec_wsp_make(const struct omasec_wsp_pdu *pdu,
				    const struct omasec_wsp_edit *e, struct omasec_buf *body,
				    struct omasec_buf *whole)
{
	size_t cap = OMASEC_WSP_PDU_HEAD_MAX;
	u8 *out = omasec_buf_reserve(whole, cap, &cap);
	ssize_t n;

	if (IS_ERR(out))
		return OMASEC_REASON_NO_MEMORY;
	n = omasec_wsp_pdu_edit(pdu, e, out, cap);
	omasec_buf_commit(whole, max_t(ssize_t, n, 0));
	if (n < 0)
		return n == -ENOSPC ? OMASEC_REASON_TOO_LARGE : OMASEC_REASON_WSP_SYNTAX;
	if (body)
		omasec_buf_splice(whole, body);
	return 0;
}

static struct omasec_slice omasec_wsp_type(const struct omasec_msg *m)
{
	bool has = m->has_repl && m->repl_type[0];

	return (struct omasec_slice){ m->repl_type, has ? strlen(m->repl_type) : 0 };
}

/* The request that is looked at went through. */
static void omasec_wsp_went(struct omasec_flow *f, struct omasec_buf *whole)
{
	struct omasec_wsp *w = f->wsp;

	w->tid = w->now->pdu.tid;
	w->wire_tid = w->tid;
	w->again = false;
	omasec_wsp_ask(&w->past, w->now);
	if (omasec_flow_connects(f))
		omasec_wsp_keep(&w->sent, whole);
}

/* The Reply that is looked at went through. */
static void omasec_wsp_replied(struct omasec_flow *f, struct omasec_buf *whole)
{
	struct omasec_wsp *w = f->wsp;

	memcpy(w->replied, w->now->digest, sizeof(w->replied));
	omasec_wsp_keep(&w->past.answer, whole);
}

unsigned int omasec_wsp_forward(struct omasec_flow *f, struct omasec_msg *m,
				struct omasec_slice hmac, bool drop, struct omasec_buf *body)
{
	bool request = m->http_kind == OMASEC_HTTP_KIND_REQUEST;
	struct omasec_wsp *w = f->wsp;
	struct omasec_wsp_edit e = {
		.tid = request ? w->now->pdu.tid : w->tid, .drop_hmac = drop,
		.new_body = m->has_repl, .hmac = hmac, .content_type = omasec_wsp_type(m),
	};
	struct omasec_buf whole;
	unsigned int reason;

	lockdep_assert_held(&f->mtx);
	omasec_buf_init(&whole, f->on);
	reason = omasec_wsp_make(&w->now->pdu, &e, body, &whole);
	if (!reason)
		reason = omasec_wsp_onward(f, &whole);
	if (!reason && request)
		omasec_wsp_went(f, &whole);
	else if (!reason)
		omasec_wsp_replied(f, &whole);
	omasec_buf_free(&whole);
	return reason;
}

unsigned int omasec_wsp_again(struct omasec_flow *f, struct omasec_msg *m,
			      struct omasec_slice hmac, struct omasec_buf *body)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_wsp *w = f->wsp;
	/* A late copy of what was answered to the first one does not belong to this one. */
	struct omasec_wsp_edit e = {
		.tid = w->wtp ? 0 : w->wire_tid + 0x40, .drop_hmac = true, .new_body = true,
		.hmac = hmac, .content_type = omasec_wsp_type(m),
	};
	struct omasec_wsp_pdu pdu;
	struct omasec_buf whole;
	unsigned int reason;

	lockdep_assert_held(&f->mtx);
	omasec_buf_init(&whole, f->on);
	reason = omasec_wsp_pdu_parse(x->req_head, x->req_head_len, &pdu);
	if (!reason)
		reason = omasec_wsp_make(&pdu, &e, body, &whole);
	if (!reason)
		reason = w->wtp ? omasec_wtp_again(f, &whole) : omasec_wsp_own(f->on, w, &whole);
	if (!reason) {
		w->wire_tid = e.tid;
		omasec_wsp_keep(&w->sent, &whole);
	}
	omasec_buf_free(&whole);
	return reason;
}

unsigned int omasec_wsp_answer(struct omasec_flow *f, struct omasec_slice type,
			       struct omasec_slice hmac, struct omasec_buf *body)
{
	struct omasec_wsp *w = f->wsp;
	u8 head[OMASEC_TYPE_MAX + OMASEC_HMAC_VALUE_MAX + 64];
	ssize_t n = omasec_wsp_make_reply(w->now->pdu.tid, type, hmac, head, sizeof(head));
	struct omasec_buf whole;
	unsigned int reason;

	lockdep_assert_held(&f->mtx);
	if (n < 0)
		return OMASEC_REASON_WSP_SYNTAX;
	omasec_buf_init(&whole, f->on);
	reason = omasec_buf_append(&whole, head, n) ? OMASEC_REASON_NO_MEMORY : 0;
	if (!reason) {
		omasec_buf_splice(&whole, body);
		reason = omasec_wsp_back(f, &whole);
	}
	if (!reason) {
		omasec_wsp_ask(&w->own, w->now);
		omasec_wsp_keep(&w->own.answer, &whole);
	}
	omasec_buf_free(&whole);
	return reason;
}

/* ---- what comes ---- */

/* A message of DM: to those who judge it. */
static void omasec_wsp_message(struct omasec_flow *f, int path, bool request)
{
	const struct omasec_wsp_gram *g = f->wsp->now;
	const struct omasec_wsp_pdu *pdu = &g->pdu;
	struct omasec_dir *d = omasec_flow_dir(f, path);
	struct omasec_msg *m;

	if (pdu->data.len > f->rule->max_message) {
		omasec_wsp_refuse(f, path, OMASEC_REASON_TOO_LARGE, NULL);
		return;
	}
	if (pdu->encoded && omasec_rule_needs_helper(f->rule)) {
		omasec_wsp_refuse(f, path, OMASEC_REASON_DM_BAD, "the body has a Content-Encoding");
		return;
	}
	if (pdu->content_type.len > OMASEC_TYPE_MAX) {
		omasec_wsp_refuse(f, path, OMASEC_REASON_WSP_SYNTAX,
				  "a content type that is too long");
		return;
	}
	m = omasec_msg_new(f->on, f->rule, f->account);
	if (!m)
		goto nomem;
	d->msg = m;
	m->flow_id = f->id;
	m->path = path;
	m->http_kind = request ? OMASEC_HTTP_KIND_REQUEST : OMASEC_HTTP_KIND_RESPONSE;
	memcpy(m->content_type, pdu->content_type.p, pdu->content_type.len);
	/* What check.c and emit.c look at; slices into the datagram, which stays. */
	d->h.kind = m->http_kind;
	d->h.hmac = pdu->hmac;
	d->h.hmac_count = pdu->hmac_count;
	if (omasec_dir_add_head(d, omasec_wsp_octets(g).p, pdu->head_len) ||
	    omasec_buf_append(&m->body, pdu->data.p, pdu->data.len))
		goto nomem;
	if (path == OMASEC_PATH_RX && omasec_rule_macs(f->rule)) {
		d->md5 = omasec_md5_new(GFP_KERNEL_ACCOUNT);
		if (!d->md5 || omasec_md5_update(d->md5, pdu->data.p, pdu->data.len))
			goto nomem;
	}
	d->state = OMASEC_DIR_BODY;
	if (path == OMASEC_PATH_RX)
		omasec_rx_complete(f);
	else
		omasec_tx_complete(f);
	return;
nomem:
	omasec_wsp_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
}

/* What is none of DM, and goes on as it came; false when it was refused. */
static bool omasec_wsp_other(struct omasec_flow *f, int path)
{
	struct omasec_slice s = omasec_wsp_octets(f->wsp->now);
	struct omasec_buf octets;
	unsigned int reason = 0;

	if (f->wsp->wtp) {
		omasec_buf_init(&octets, f->on);
		reason = omasec_buf_append(&octets, s.p, s.len) ? OMASEC_REASON_NO_MEMORY :
								  omasec_wtp_onward(f, &octets);
		omasec_buf_free(&octets);
	}
	if (reason) {
		omasec_wsp_refuse(f, path, reason, NULL);
		return false;
	}
	omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
	omasec_rule_saw(f->rule, OMASEC_SEEN_PASSED);
	if (!f->wsp->wtp)
		omasec_datagram_deliver(f->on, &f->wsp->now->d);
	return true;
}

/*
 * A request that came before goes the way it went, or is answered as it was; one that waits
 * for its answer on the server's side is with the application. True when it was that.
 */
static bool omasec_wsp_repeated(struct omasec_flow *f, int path)
{
	struct omasec_wsp *w = f->wsp;
	const struct omasec_wsp_past *p;
	unsigned int reason = 0;

	p = w->past.known && omasec_wsp_same(w->past.asked, w->now->digest) ? &w->past :
	    w->own.known && omasec_wsp_same(w->own.asked, w->now->digest) ? &w->own : NULL;
	if (!p)
		return false;
	omasec_stat_inc(f->on, OMASEC_STAT_WSP_REPEATED);
	if (omasec_flow_connects(f)) {
		w->again = !f->exch.resp_open;
		reason = omasec_wsp_onward(f, &w->sent);
	} else if (p->answer.len) {
		reason = omasec_wsp_back(f, &p->answer);
	} else if (w->wtp) {
		omasec_wtp_pending(f);
	}
	if (reason)
		omasec_wsp_refuse(f, path, reason, NULL);
	return true;
}

static void omasec_wsp_request(struct omasec_flow *f, int path)
{
	const struct omasec_wsp_pdu *pdu = &f->wsp->now->pdu;
	struct omasec_exchange *x = &f->exch;
	struct omasec_wsp *w = f->wsp;

	if (omasec_wsp_repeated(f, path))
		return;
	if (pdu->is_dm) {
		omasec_wsp_message(f, path, true);
		return;
	}
	if (f->rule->other != OMASEC_OTHER_PASS || !pdu->harmless) {
		omasec_wsp_refuse(f, path, OMASEC_REASON_NOT_DM,
				  pdu->harmless ? NULL : "content that some reader could take for DM");
		return;
	}
	if (!omasec_wsp_other(f, path))
		return;
	x->resp_open = true;
	x->dm = false;
	w->tid = pdu->tid;
	w->wire_tid = pdu->tid;
	w->again = false;
	omasec_wsp_forget(&w->past);
	omasec_buf_free(&w->sent);
}

/* The Reply to a request that the client has repeated after it was answered. */
static bool omasec_wsp_replied_again(struct omasec_flow *f, int path)
{
	struct omasec_wsp *w = f->wsp;
	unsigned int reason;

	if (!w->again || w->now->pdu.tid != w->wire_tid ||
	    !omasec_wsp_same(w->replied, w->now->digest))
		return false;
	w->again = false;
	reason = omasec_wsp_onward(f, &w->past.answer);
	if (reason)
		omasec_wsp_refuse(f, path, reason, NULL);
	return true;
}

/* Why a Reply belongs to nothing, or NULL. */
static const char *omasec_wsp_stray(const struct omasec_flow *f)
{
	const struct omasec_wsp *w = f->wsp;
	u8 tid = omasec_flow_connects(f) ? w->wire_tid : w->tid;

	if (!f->exch.resp_open)
		return w->now->pdu.tid == tid && w->past.answer.len ? "a repeated Reply" :
			"a Reply that no request asked for";
	return w->now->pdu.tid == tid ? NULL : "a Reply with another transaction id than its request";
}

static void omasec_wsp_response(struct omasec_flow *f, int path)
{
	const struct omasec_wsp_pdu *pdu = &f->wsp->now->pdu;
	struct omasec_exchange *x = &f->exch;
	const char *stray = omasec_wsp_stray(f);

	if (stray) {
		if (!omasec_wsp_replied_again(f, path))
			omasec_wsp_refuse(f, path, OMASEC_REASON_WSP_UNASKED, stray);
		return;
	}
	if (pdu->is_dm && x->dm) {
		omasec_wsp_message(f, path, false);
		return;
	}
	if (pdu->is_dm) {
		omasec_wsp_refuse(f, path, OMASEC_REASON_KIND_UNCHECKED,
				  "a DM message that answers none");
		return;
	}
	/* What octets are said to be is no part of any MAC: it spares them no check. */
	if (f->rule->other != OMASEC_OTHER_PASS || !pdu->harmless || (x->dm && pdu->data.len)) {
		omasec_wsp_refuse(f, path, OMASEC_REASON_NOT_DM,
				  x->dm ? "it answers a DM message, and is none" : NULL);
		return;
	}
	if (pdu->tid == f->wsp->tid) {
		if (!omasec_wsp_other(f, path))
			return;
	} else {	/* to a request that was sent again */
		struct omasec_wsp_edit e = { .tid = f->wsp->tid };
		struct omasec_buf whole;
		unsigned int reason;

		omasec_buf_init(&whole, f->on);
		reason = omasec_wsp_make(pdu, &e, NULL, &whole);
		reason = reason ?: omasec_wsp_replace(f->on, &f->wsp->now->d, &whole);
		omasec_buf_free(&whole);
		if (reason) {
			omasec_wsp_refuse(f, path, reason, NULL);
			return;
		}
		omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
		omasec_rule_saw(f->rule, OMASEC_SEEN_PASSED);
	}
	x->resp_open = false;
}

/* ---- one after the other ---- */

/**
 * omasec_wsp_judge() - looks at a Get, Post or Reply
 * @f: the flow; f->wsp->now was read
 *
 * Context: process, f->mtx held, may sleep.
 */
void omasec_wsp_judge(struct omasec_flow *f)
{
	struct omasec_wsp_gram *g = f->wsp->now;
	bool request = g->pdu.method != OMASEC_WSP_IS_REPLY;
	int path = omasec_wsp_path(f);

	if (!omasec_wsp_digest(g))
		omasec_wsp_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
	else if (request != (omasec_flow_connects(f) == g->d.out))
		omasec_wsp_refuse(f, path, OMASEC_REASON_WSP_UNASKED,
				  request ? "a request from who answers" : "a Reply from who asks");
	else if (request)
		omasec_wsp_request(f, path);
	else
		omasec_wsp_response(f, path);
}

static struct omasec_wsp_gram *omasec_wsp_pop(struct omasec_wsp *w)
{
	struct omasec_wsp_gram *g;

	spin_lock(&w->lock);
	g = list_first_entry_or_null(&w->queue, struct omasec_wsp_gram, list);
	if (g) {
		list_del(&g->list);
		w->waiting--;
	}
	spin_unlock(&w->lock);
	return g;
}

/* A message waits for its verdict; false while it does. */
static bool omasec_wsp_decide(struct omasec_flow *f)
{
	bool rx = f->rx.state == OMASEC_DIR_WAIT;

	if (!rx && f->tx.state != OMASEC_DIR_WAIT)
		return true;
	if (atomic_read_acquire(&(rx ? &f->rx : &f->tx)->msg->state) != OMASEC_MSG_DECIDED)
		return false;
	if (rx)
		omasec_rx_decide(f);
	else
		omasec_tx_decide(f);
	return true;
}

/**
 * omasec_wsp_run() - looks at what has come, until something has to wait
 * @f: the flow
 *
 * Context: process, f->mtx held, may sleep.
 */
void omasec_wsp_run(struct omasec_flow *f)
{
	struct omasec_wsp *w = f->wsp;

	lockdep_assert_held(&f->mtx);
	while (omasec_wsp_decide(f)) {
		if (w->now)
			omasec_wsp_gram_free(w->table, w->now);
		w->now = omasec_wsp_pop(w);
		if (!w->now)
			break;
		if (w->wtp)
			omasec_wtp_begin(f);
		else
			omasec_wsp_judge(f);
		cond_resched();
	}
	f->wake = 0;	/* nobody sleeps on a flow without a socket */
}

void omasec_wsp_lapse(struct omasec_flow *f)
{
	struct omasec_wsp *w = f->wsp;

	lockdep_assert_held(&f->mtx);
	if (f->exch.resp_open)
		omasec_stat_inc(f->on, OMASEC_STAT_WSP_UNANSWERED);
	f->exch.resp_open = false;
	w->again = false;
	omasec_wsp_forget(&w->past);
	omasec_wsp_forget(&w->own);
	omasec_buf_free(&w->sent);
}

void omasec_wsp_free(struct omasec_flow *f)
{
	struct omasec_wsp *w = f->wsp;

	if (!w)
		return;
	if (w->now)
		omasec_wsp_gram_free(w->table, w->now);
	while ((w->now = omasec_wsp_pop(w)))
		omasec_wsp_gram_free(w->table, w->now);
	omasec_wsp_forget(&w->past);
	omasec_wsp_forget(&w->own);
	omasec_buf_free(&w->sent);
	omasec_wtp_free(w->table, w->wtp);
	if (w->sk)
		sock_put(w->sk);
	kfree(w);
}
