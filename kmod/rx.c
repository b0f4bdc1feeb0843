// SPDX-License-Identifier: GPL-2.0
/*
 * The way in: TCP -> rx.in -> framer -> message -> MAC -> verdict -> rx.out.
 *
 * Read from top to bottom it is the life of a received message. Everything runs
 * under f->mtx in process context. Octets of a DM message reach rx.out only in
 * omasec_rx_deliver(), after its verdict.
 */
#include <linux/uio.h>

#include "flow_internal.h"
#include "trace.h"

static void omasec_rx_refuse(struct omasec_flow *f, unsigned int reason, const char *what)
{
	omasec_flow_refuse(f, OMASEC_PATH_RX, reason, what);
}

/* ---- reading ---- */

/*
 * On the listening side the next request is left in TCP's queue until the
 * response to the last one has gone. On the connecting side we always read:
 * the peer may close, and what it says unasked is refused.
 */
static bool omasec_rx_open(struct omasec_flow *f)
{
	return !omasec_dir_boundary(&f->rx) || omasec_flow_connects(f) ||
	       omasec_exchange_idle(&f->exch);
}

/* TCP has nothing to say: no octet, no end, no error. What comes now kicks the flow. */
static bool omasec_rx_quiet(const struct sock *sk)
{
	return skb_queue_empty_lockless(&sk->sk_receive_queue) && !READ_ONCE(sk->sk_err) &&
	       !(READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN) &&
	       (1 << inet_sk_state_load(sk)) & (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 |
						TCPF_FIN_WAIT2);
}

/* Octets into rx.in: their number, 0 at FIN, or a negative errno. */
int omasec_rx_fill(struct omasec_flow *f)
{
	size_t room = max(tcp_inq(f->sk), 1);
	struct msghdr msg = {};
	struct kvec kv;
	int n;

	if (omasec_rx_quiet(f->sk))
		return -EAGAIN;
	kv.iov_base = omasec_buf_reserve(&f->rx.in, 1, &room);
	if (IS_ERR(kv.iov_base))
		return -ENOMEM;
	kv.iov_len = room;
	iov_iter_kvec(&msg.msg_iter, ITER_DEST, &kv, 1, room);
	n = omasec_call_recvmsg(f->base_prot, f->sk, &msg, room, MSG_DONTWAIT);
	omasec_buf_commit(&f->rx.in, max(n, 0));
	return n;
}

/* ---- a whole message ---- */

/* The verified message goes to the application. */
static void omasec_rx_deliver(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->rx;
	struct omasec_msg *m = d->msg;
	unsigned int reason = omasec_emit_rx(f, m);

	if (reason) {
		omasec_rx_refuse(f, reason, NULL);
		return;
	}
	if (omasec_flow_connects(f)) {
		x->resp_open = false;
		x->resent = false;
		/* Not x->close_after: a client may ask to close and be kept all the same. */
		x->closing |= d->h.close;
		kvfree(x->req_head);
		x->req_head = NULL;
	} else {
		x->req_open = false;
		x->resp_open = true;
		x->answers_head = d->h.is_head;
		x->dm = m->kind == OMASEC_MESSAGE_KIND_SESSION;
		x->sessionless = m->sessionless;
		x->close_after = d->h.close;
	}
	if (m->sessionless) {
		omasec_stat_inc(f->on, OMASEC_STAT_SESSIONLESS);
		omasec_flow_event(f, OMASEC_EVENT_KIND_ACCEPTED, 0, OMASEC_PATH_RX, m, NULL);
	}
	if (m->kind == OMASEC_MESSAGE_KIND_BOOTSTRAP) {
		omasec_fetched_gone(f, OMASEC_PATH_RX);
	} else if (m->account && m->mac_state == OMASEC_MAC_STATE_OK) {
		atomic64_inc(&m->account->messages_ok);
		if (m->account != f->account) {
			struct omasec_account *old = f->account;

			WRITE_ONCE(f->account, omasec_account_get(m->account));
			omasec_account_put(old);
		}
	}
	f->wake |= EPOLLIN | EPOLLRDNORM;
	omasec_dir_next(f, OMASEC_PATH_RX);
}

/* The helper answers the peer itself, or sends the request again. */
static void omasec_rx_respond(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->rx;
	unsigned int reason = 0;

	if (omasec_flow_connects(f) && d->h.close)
		reason = OMASEC_REASON_RESPONSE_LOST;
	if (!reason)
		reason = omasec_emit_respond(f, d->msg);
	if (reason) {
		omasec_rx_refuse(f, reason, reason == OMASEC_REASON_RESPONSE_LOST ?
				 "the peer closes the connection before the retry round" : NULL);
		return;
	}
	x->resent = true;
	omasec_stat_inc(f->on, OMASEC_STAT_RESPONDED);
	omasec_flow_event(f, OMASEC_EVENT_KIND_CHALLENGED, d->msg->reason, OMASEC_PATH_RX,
			  d->msg, d->msg->detail);
	omasec_dir_next(f, OMASEC_PATH_RX);
}

/* It is about the Cred. */
static unsigned int omasec_rx_cred_reason(const struct omasec_msg *m)
{
	switch (m->mac_state) {
	case OMASEC_MAC_STATE_OK:
		return OMASEC_REASON_NONE;
	case OMASEC_MAC_STATE_UNCHECKED:
		/* Nobody found a signature in which it could be. */
		if (m->rule->integrity == OMASEC_INTEGRITY_ANY)
			return OMASEC_REASON_MAC_MISSING;
		fallthrough;
	case OMASEC_MAC_STATE_MISSING:
		return OMASEC_REASON_CRED_MISSING;
	case OMASEC_MAC_STATE_REPLAYED:
		return OMASEC_REASON_CRED_REPLAYED;
	default:
		return OMASEC_REASON_CRED_WRONG;
	}
}

static unsigned int omasec_rx_mac_reason(const struct omasec_msg *m)
{
	if (m->creds)
		return omasec_rx_cred_reason(m);
	switch (m->mac_state) {
	case OMASEC_MAC_STATE_OK:
		return OMASEC_REASON_NONE;
	case OMASEC_MAC_STATE_MISSING:
		return OMASEC_REASON_MAC_MISSING;
	case OMASEC_MAC_STATE_REPLAYED:
		return OMASEC_REASON_MAC_REPLAYED;
	case OMASEC_MAC_STATE_MALFORMED:
		return m->reason ?: OMASEC_REASON_MAC_MALFORMED;
	case OMASEC_MAC_STATE_USER_UNKNOWN:
		return m->reason ?: OMASEC_REASON_USER_UNKNOWN;
	default:
		return OMASEC_REASON_MAC_WRONG;
	}
}

void omasec_rx_complete(struct omasec_flow *f)
{
	struct omasec_msg *m = f->rx.msg;
	unsigned int reason = 0;

	if (m->kind == OMASEC_MESSAGE_KIND_BOOTSTRAP) {
		if (omasec_fetched_right(f, OMASEC_PATH_RX))
			omasec_rx_deliver(f);
		return;
	}
	if (omasec_rule_macs(f->rule))
		reason = omasec_check_mac(f, m);
	if (reason) {
		omasec_rx_refuse(f, reason, NULL);
		return;
	}
	trace_omasec_message(f, OMASEC_PATH_RX, m->body.len, m->mac_state);
	if (!omasec_rule_needs_helper(f->rule)) {
		reason = f->rule->integrity == OMASEC_INTEGRITY_NONE ? 0 :
			 omasec_rx_mac_reason(m);
		if (reason)
			omasec_rx_refuse(f, reason, NULL);
		else
			omasec_rx_deliver(f);
		return;
	}
	/*
	 * Wrong ones go up too: the helper has a challenge to send. Of a Cred nothing is
	 * known yet; see omasec_rx_decide().
	 */
	if (!m->creds && !omasec_rule_lets_in(f->rule, m->mac_state))
		omasec_flow_event(f, OMASEC_EVENT_KIND_REFUSED,
				  omasec_rx_mac_reason(m), OMASEC_PATH_RX, m, NULL);
	omasec_dir_submit(f, OMASEC_PATH_RX);
}

void omasec_rx_decide(struct omasec_flow *f)
{
	struct omasec_msg *m = f->rx.msg;

	switch (m->verdict) {
	case OMASEC_VERDICT_ACCEPT:
		/* Whatever the helper says. */
		if (!omasec_rule_lets_in(f->rule, m->mac_state)) {
			omasec_rx_refuse(f, omasec_rx_mac_reason(m), NULL);
			return;
		}
		omasec_rx_deliver(f);
		return;
	case OMASEC_VERDICT_RESPOND:
		if (m->creds && !omasec_rule_lets_in(f->rule, m->mac_state))
			omasec_flow_event(f, OMASEC_EVENT_KIND_REFUSED,
					  omasec_rx_mac_reason(m), OMASEC_PATH_RX, m, NULL);
		omasec_rx_respond(f);
		return;
	default:
		omasec_rx_refuse(f, m->reason ?: OMASEC_REASON_HELPER_ERROR, NULL);
	}
}

/* ---- the stream ---- */

/* One step over what was read; true when it got anywhere. */
static bool omasec_rx_step(struct omasec_flow *f)
{
	u8 state = f->rx.state;
	bool moved;

	if (omasec_dir_step(f, OMASEC_PATH_RX, &moved) == OMASEC_HTTP_DONE) {
		if (state == OMASEC_DIR_BODY)
			omasec_rx_complete(f);
		else
			omasec_dir_passed(f, OMASEC_PATH_RX);
	}
	return moved;
}

static void omasec_rx_fin(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->rx;
	bool complete = false;
	unsigned int reason = 0;

	if (!omasec_dir_boundary(d))
		reason = omasec_http_eof(&d->framer, &complete);
	if (reason) {
		omasec_rx_refuse(f, reason, NULL);
		return;
	}
	if (complete && d->state == OMASEC_DIR_BODY) {
		omasec_rx_complete(f);	/* the FIN is seen again after the verdict */
		return;
	}
	if (complete && d->state == OMASEC_DIR_PASS)
		omasec_dir_passed(f, OMASEC_PATH_RX);
	if (f->exch.resent && f->exch.resp_open)
		omasec_flow_event(f, OMASEC_EVENT_KIND_REFUSED, OMASEC_REASON_RESPONSE_LOST,
				  OMASEC_PATH_RX, NULL, NULL);
	d->state = OMASEC_DIR_EOF;
	omasec_publish_flag(&f->rx_eof);
	f->wake |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
}

/* The connection broke: what was verified stays readable, then the error. */
void omasec_rx_broken(struct omasec_flow *f, int err)
{
	f->rx.state = OMASEC_DIR_DEAD;
	if (err != -ENOTCONN)
		omasec_flow_put_error(f, err);
	omasec_publish_flag(&f->rx_err);
	f->wake |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
}

bool omasec_rx_run(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->rx;
	bool moved = false;

	if (omasec_flow_obex(f))
		return omasec_relay_run(f);
	if (omasec_secure_owns(f->phase))
		return omasec_secure_rx(f);
	for (;;) {
		int n;

		if (d->state == OMASEC_DIR_EOF || d->state == OMASEC_DIR_DEAD)
			break;
		if (d->state == OMASEC_DIR_WAIT) {
			if (f->fetched) {
				bool done;

				if (omasec_fetched_resume(f, &done))
					omasec_rx_deliver(f);
				if (!done)
					break;
				moved = true;
				continue;
			}
			if (atomic_read_acquire(&d->msg->state) != OMASEC_MSG_DECIDED)
				break;
			omasec_rx_decide(f);
			moved = true;
			continue;
		}
		if (d->out.len >= OMASEC_RX_READY_MAX || !omasec_rx_open(f))
			break;
		if (f->phase == OMASEC_SECURE_NEW && omasec_dir_first(f, OMASEC_PATH_RX)) {
			moved = true;
			break;
		}
		/* With its head read, a message may be complete without another octet. */
		if ((d->in.len || d->state != OMASEC_DIR_HEAD) && omasec_rx_step(f)) {
			moved = true;
			if (omasec_secure_owns(f->phase))
				break;
			continue;
		}
		if (tcp_sk(f->sk)->urg_data) {
			omasec_rx_refuse(f, OMASEC_REASON_URGENT_DATA, NULL);
			break;
		}
		n = omasec_rx_fill(f);
		if (n == -EAGAIN)
			break;
		moved = true;
		if (n == -ENOMEM)
			omasec_rx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		else if (n < 0)
			omasec_rx_broken(f, n);
		else if (!n)
			omasec_rx_fin(f);
	}
	return moved;
}
