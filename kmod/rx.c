// SPDX-License-Identifier: GPL-2.0
/*
 * The way in: TCP -> raw -> framer -> message -> MAC -> verdict -> rx.out.
 *
 * Read from top to bottom it is the life of a received message. Everything runs
 * under f->mtx in process context. Octets of a DM message reach rx.out only in
 * omasec_rx_deliver(), after its verdict.
 */
#include <linux/uio.h>

#include "flow_internal.h"
#include "trace.h"

static unsigned int omasec_rx_kind(const struct omasec_flow *f)
{
	return omasec_flow_connects(f) ? OMASEC_HTTP_KIND_RESPONSE : OMASEC_HTTP_KIND_REQUEST;
}

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
	bool boundary = f->rx.state == OMASEC_DIR_HEAD && !f->rx.head_len;

	return !boundary || omasec_flow_connects(f) || omasec_exchange_idle(&f->exch);
}

/* Octets in f->raw: their number, 0 at FIN, or a negative errno. */
int omasec_rx_fill(struct omasec_flow *f)
{
	struct msghdr msg = {};
	struct kvec kv;
	int n;

	if (f->raw_len)
		return f->raw_len;
	if (!f->raw) {
		f->raw = kvmalloc(OMASEC_RAW_SIZE, GFP_KERNEL_ACCOUNT);
		if (!f->raw)
			return -ENOMEM;
	}
	kv.iov_base = f->raw;
	kv.iov_len = OMASEC_RAW_SIZE;
	iov_iter_kvec(&msg.msg_iter, ITER_DEST, &kv, 1, OMASEC_RAW_SIZE);
	n = omasec_call_recvmsg(f->base_prot, f->sk, &msg, OMASEC_RAW_SIZE, MSG_DONTWAIT);
	f->raw_off = 0;
	f->raw_len = max(n, 0);
	return n;
}

/* An idle flow keeps no buffer. */
static void omasec_rx_trim(struct omasec_flow *f)
{
	if (f->raw_len || f->rx.state == OMASEC_DIR_BODY || f->rx.state == OMASEC_DIR_PASS)
		return;
	kvfree(f->raw);
	f->raw = NULL;
}

/* ---- a head ---- */

static void omasec_rx_pass(struct omasec_flow *f, const struct omasec_http_head *h)
{
	struct omasec_exchange *x = &f->exch;

	if (f->rule->other != OMASEC_OTHER_PASS) {
		omasec_rx_refuse(f, OMASEC_REASON_NOT_DM, NULL);
		return;
	}
	if (!omasec_flow_connects(f)) {
		x->req_open = true;
		x->resp_open = true;
		x->answers_head = h->is_head;
		x->close_after = h->close;
	} else {
		x->close_after |= h->close;
	}
	if (omasec_buf_append(&f->rx.out, f->rx.head, f->rx.head_len)) {
		omasec_rx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	f->wake |= EPOLLIN | EPOLLRDNORM;
	omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
	omasec_http_start_body(&f->rx.framer, h);
	f->rx.state = OMASEC_DIR_PASS;
}

static void omasec_rx_head(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->rx;
	struct omasec_http_head h;
	const char *what = NULL;
	unsigned int reason;

	reason = omasec_http_parse_head(d->head, d->head_len, omasec_rx_kind(f), x->answers_head,
					&h, &what);
	if (omasec_secure_head(f, OMASEC_PATH_RX, &h, reason))
		return;
	if (reason) {
		omasec_rx_refuse(f, reason, what);
		return;
	}
	if (x->closing || (omasec_flow_connects(f) && !x->resp_open)) {
		omasec_rx_refuse(f, OMASEC_REASON_HTTP_UNEXPECTED, NULL);
		return;
	}
	if (h.interim) {
		if (omasec_buf_append(&d->out, d->head, d->head_len))
			omasec_rx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		f->wake |= EPOLLIN | EPOLLRDNORM;
		omasec_dir_next(d, omasec_rx_kind(f));
		return;
	}
	if (!h.is_dm || h.no_body) {
		omasec_rx_pass(f, &h);
		return;
	}
	if (!omasec_dir_begin(f, d, OMASEC_PATH_RX, &h))
		return;
	if (h.expect_continue && !omasec_flow_connects(f)) {
		static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

		/* The peer waits for this before it sends what we wait for. */
		if (omasec_buf_append(&f->tx.out, go_on, sizeof(go_on) - 1))
			omasec_rx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
	}
}

/* ---- a whole message ---- */

/* The verified message goes to the application. */
static void omasec_rx_deliver(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->rx;
	struct omasec_msg *m = d->msg;
	struct omasec_http_head h;
	unsigned int reason;
	const char *what;

	reason = omasec_http_parse_head(d->head, d->head_len, omasec_rx_kind(f), x->answers_head,
					&h, &what);
	if (!reason)
		reason = omasec_emit_rx(f, m);
	if (reason) {
		omasec_rx_refuse(f, reason, NULL);
		return;
	}
	if (omasec_flow_connects(f)) {
		x->resp_open = false;
		x->resent = false;
		/* Not x->close_after: a client may ask to close and be kept all the same. */
		x->closing |= h.close;
		kvfree(x->req_head);
		x->req_head = NULL;
	} else {
		x->req_open = false;
		x->resp_open = true;
		x->answers_head = h.is_head;
		x->close_after = h.close;
	}
	if (m->account && m->mac_state == OMASEC_MAC_STATE_OK) {
		atomic64_inc(&m->account->messages_ok);
		if (m->account != f->account) {
			struct omasec_account *old = f->account;

			WRITE_ONCE(f->account, omasec_account_get(m->account));
			omasec_account_put(old);
		}
	}
	f->wake |= EPOLLIN | EPOLLRDNORM;
	omasec_dir_next(d, omasec_rx_kind(f));
}

/* The helper answers the peer itself, or sends the request again. */
static void omasec_rx_respond(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->rx;
	struct omasec_http_head h;
	unsigned int reason;
	const char *what;

	reason = omasec_http_parse_head(d->head, d->head_len, omasec_rx_kind(f), x->answers_head,
					&h, &what);
	if (!reason && omasec_flow_connects(f) && h.close)
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
	omasec_dir_next(d, omasec_rx_kind(f));
}

static unsigned int omasec_rx_mac_reason(const struct omasec_msg *m)
{
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

static void omasec_rx_complete(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->rx;
	struct omasec_msg *m = d->msg;
	struct omasec_http_head h;
	unsigned int reason;
	const char *what = NULL;

	reason = omasec_http_parse_head(d->head, d->head_len, omasec_rx_kind(f),
					f->exch.answers_head, &h, &what);
	if (!reason && f->rule->integrity == OMASEC_INTEGRITY_HMAC)
		reason = omasec_check_mac(f, m, &h);
	if (reason) {
		omasec_rx_refuse(f, reason, what);
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
	/* Wrong ones go up too: the helper has a challenge to send. */
	if (m->mac_state != OMASEC_MAC_STATE_OK)
		omasec_flow_event(f, OMASEC_EVENT_KIND_REFUSED,
				  omasec_rx_mac_reason(m), OMASEC_PATH_RX, m, NULL);
	d->state = OMASEC_DIR_WAIT;
	m->decided = omasec_dir_decided;
	m->arg = f;
	reason = omasec_upcall_submit(m);
	if (reason)
		omasec_rx_refuse(f, reason, NULL);
}

static void omasec_rx_decide(struct omasec_flow *f)
{
	struct omasec_msg *m = f->rx.msg;

	switch (m->verdict) {
	case OMASEC_VERDICT_ACCEPT:
		/* Whatever the helper says: unverified octets only pass in native mode. */
		if (m->mac_state != OMASEC_MAC_STATE_OK &&
		    (f->rule->auth_mode != OMASEC_AUTH_MODE_NATIVE ||
		     f->rule->role != OMASEC_ROLE_CLIENT)) {
			omasec_rx_refuse(f, omasec_rx_mac_reason(m), NULL);
			return;
		}
		omasec_rx_deliver(f);
		return;
	case OMASEC_VERDICT_RESPOND:
		omasec_rx_respond(f);
		return;
	default:
		omasec_rx_refuse(f, m->reason ?: OMASEC_REASON_HELPER_ERROR, NULL);
	}
}

/* ---- the stream ---- */

static int omasec_rx_body(struct omasec_flow *f, const struct omasec_slice *s)
{
	struct omasec_dir *d = &f->rx;

	if (d->msg->body.len + s->len > f->rule->max_message) {
		omasec_rx_refuse(f, OMASEC_REASON_TOO_LARGE, NULL);
		return -EMSGSIZE;
	}
	if ((d->md5 && omasec_md5_update(d->md5, s->p, s->len)) ||
	    omasec_buf_append(&d->msg->body, s->p, s->len)) {
		omasec_rx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return -ENOMEM;
	}
	return 0;
}

static void omasec_rx_passed(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;

	if (omasec_flow_connects(f)) {
		x->resp_open = false;
		x->closing |= x->close_after;
	} else {
		x->req_open = false;
		if (!x->resp_open)
			x->closing |= x->close_after;
	}
	omasec_dir_next(&f->rx, omasec_rx_kind(f));
}

/* One step of the framer over what was read; true when it got anywhere. */
static bool omasec_rx_step(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->rx;
	const char *p = f->raw ? (char *)f->raw + f->raw_off : NULL;
	enum omasec_http_event ev;
	struct omasec_http_out o;
	u8 state = d->state;

	if (state == OMASEC_DIR_HEAD && !d->head_len)
		omasec_http_init(&d->framer, omasec_rx_kind(f));
	ev = omasec_http_step(&d->framer, p, f->raw_len, &o);
	f->raw_off += o.used;
	f->raw_len -= o.used;
	if (ev == OMASEC_HTTP_BAD) {
		omasec_rx_refuse(f, o.reason, o.what);
		return true;
	}
	if (state == OMASEC_DIR_HEAD && o.used && omasec_dir_add_head(d, p, o.used)) {
		omasec_rx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return true;
	}
	if (state == OMASEC_DIR_PASS && o.used) {
		if (omasec_buf_append(&d->out, p, o.used)) {
			omasec_rx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
			return true;
		}
		f->wake |= EPOLLIN | EPOLLRDNORM;
	}
	switch (ev) {
	case OMASEC_HTTP_HEAD:
		omasec_rx_head(f);
		break;
	case OMASEC_HTTP_BODY:
		if (state == OMASEC_DIR_BODY)
			omasec_rx_body(f, &o.body);
		break;
	case OMASEC_HTTP_DONE:
		if (state == OMASEC_DIR_BODY)
			omasec_rx_complete(f);
		else
			omasec_rx_passed(f);
		break;
	default:
		return o.used;
	}
	return true;
}

static void omasec_rx_fin(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->rx;
	bool complete = false;
	unsigned int reason = 0;

	if (d->state != OMASEC_DIR_HEAD || d->head_len)
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
		omasec_rx_passed(f);
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

	if (omasec_secure_owns(f->phase))
		return omasec_secure_rx(f);
	for (;;) {
		int n;

		if (d->state == OMASEC_DIR_EOF || d->state == OMASEC_DIR_DEAD)
			break;
		if (d->state == OMASEC_DIR_WAIT) {
			if (atomic_read_acquire(&d->msg->state) != OMASEC_MSG_DECIDED)
				break;
			omasec_rx_decide(f);
			moved = true;
			continue;
		}
		if (d->out.len >= OMASEC_RX_READY_MAX || !omasec_rx_open(f))
			break;
		/* With its head read, a message may be complete without another octet. */
		if (d->state != OMASEC_DIR_HEAD && !f->raw_len && omasec_rx_step(f)) {
			moved = true;
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
		else if (f->phase != OMASEC_SECURE_NEW ||
			 !omasec_secure_first(f, OMASEC_PATH_RX, f->raw[f->raw_off]))
			omasec_rx_step(f);
		if (omasec_secure_owns(f->phase))
			break;
	}
	omasec_rx_trim(f);
	return moved;
}

/* Octets of our own for the application, between messages. */
int omasec_rx_inject(struct omasec_flow *f, const char *p, size_t len)
{
	f->wake |= EPOLLIN | EPOLLRDNORM;
	return omasec_buf_append(&f->rx.out, p, len);
}
