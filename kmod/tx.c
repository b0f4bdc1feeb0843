// SPDX-License-Identifier: GPL-2.0
/*
 * The way out: tx_in -> framer -> message -> verdict -> MAC -> tx.out -> TCP.
 *
 * Read from top to bottom it is the life of a message that the application
 * sends. Everything runs under f->mtx in process context. Octets of a DM message
 * reach tx.out only through emit.c, after their verdict.
 */
#include <linux/uio.h>

#include "flow_internal.h"
#include "trace.h"

static unsigned int omasec_tx_kind(const struct omasec_flow *f)
{
	return omasec_flow_connects(f) ? OMASEC_HTTP_KIND_REQUEST : OMASEC_HTTP_KIND_RESPONSE;
}

static void omasec_tx_refuse(struct omasec_flow *f, unsigned int reason, const char *what)
{
	omasec_flow_refuse(f, OMASEC_PATH_TX, reason, what);
}

static bool omasec_tx_boundary(const struct omasec_flow *f)
{
	return f->tx.state == OMASEC_DIR_HEAD && !f->tx.head_len;
}

/*
 * A request waits until the last exchange is through; a response is only in
 * place while a request waits for it.
 */
static bool omasec_tx_open(struct omasec_flow *f)
{
	if (!omasec_tx_boundary(f))
		return true;
	if (omasec_flow_connects(f))
		return omasec_exchange_idle(&f->exch);
	return f->exch.resp_open;
}

/* ---- a head ---- */

static void omasec_tx_pass(struct omasec_flow *f, const struct omasec_http_head *h)
{
	struct omasec_exchange *x = &f->exch;

	if (f->rule->other != OMASEC_OTHER_PASS) {
		omasec_tx_refuse(f, OMASEC_REASON_NOT_DM, NULL);
		return;
	}
	if (omasec_flow_connects(f)) {
		x->req_open = true;
		x->resp_open = true;
		x->answers_head = h->is_head;
		x->close_after = h->close;
	} else {
		x->close_after |= h->close;
	}
	if (omasec_buf_append(&f->tx.out, f->tx.head, f->tx.head_len)) {
		omasec_tx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
	omasec_http_start_body(&f->tx.framer, h);
	f->tx.state = OMASEC_DIR_PASS;
}

static void omasec_tx_head(struct omasec_flow *f)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->tx;
	struct omasec_http_head h;
	const char *what = NULL;
	unsigned int reason;

	reason = omasec_http_parse_head(d->head, d->head_len, omasec_tx_kind(f), x->answers_head,
					&h, &what);
	if (omasec_secure_head(f, OMASEC_PATH_TX, &h, reason))
		return;
	if (reason) {
		omasec_tx_refuse(f, reason, what);
		return;
	}
	if (x->closing) {
		omasec_tx_refuse(f, OMASEC_REASON_HTTP_UNEXPECTED, "message after the last one");
		return;
	}
	if (h.interim) {
		if (omasec_buf_append(&d->out, d->head, d->head_len))
			omasec_tx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		omasec_dir_next(d, omasec_tx_kind(f));
		return;
	}
	if (!h.is_dm || h.no_body) {
		omasec_tx_pass(f, &h);
		return;
	}
	if (!omasec_dir_begin(f, d, OMASEC_PATH_TX, &h))
		return;
	/* We hold the message until it is whole, and the application waits for this. */
	if (h.expect_continue && omasec_flow_connects(f) &&
	    omasec_rx_inject(f, go_on, sizeof(go_on) - 1))
		omasec_tx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
}

/* ---- a whole message ---- */

static void omasec_tx_send(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->tx;
	struct omasec_http_head h;
	unsigned int reason;
	const char *what;

	reason = omasec_http_parse_head(d->head, d->head_len, omasec_tx_kind(f), x->answers_head,
					&h, &what);
	if (!reason)
		reason = omasec_emit_tx(f, d->msg);
	if (reason) {
		omasec_tx_refuse(f, reason, NULL);
		return;
	}
	if (omasec_flow_connects(f)) {
		x->req_open = false;
		x->resp_open = true;
		x->answers_head = h.is_head;
		x->close_after = h.close;
		x->resent = false;
		if (omasec_rule_needs_helper(f->rule)) {
			/* Kept for the retry round; the head changes owner. */
			kvfree(x->req_head);
			x->req_head = d->head;
			x->req_head_len = d->head_len;
			d->head = NULL;
			d->head_len = 0;
			d->head_cap = 0;
		}
	} else {
		x->resp_open = false;
		x->closing |= h.close | x->close_after;
	}
	omasec_dir_next(d, omasec_tx_kind(f));
}

static void omasec_tx_complete(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->tx;
	struct omasec_msg *m = d->msg;
	unsigned int reason;

	trace_omasec_message(f, OMASEC_PATH_TX, m->body.len, m->mac_state);
	if (!omasec_rule_needs_helper(f->rule)) {
		omasec_tx_send(f);
		return;
	}
	d->state = OMASEC_DIR_WAIT;
	m->decided = omasec_dir_decided;
	m->arg = f;
	reason = omasec_upcall_submit(m);
	if (reason)
		omasec_tx_refuse(f, reason, NULL);
}

static void omasec_tx_decide(struct omasec_flow *f)
{
	struct omasec_msg *m = f->tx.msg;

	if (m->verdict == OMASEC_VERDICT_ACCEPT)
		omasec_tx_send(f);
	else
		omasec_tx_refuse(f, m->reason ?: OMASEC_REASON_HELPER_ERROR, NULL);
}

/* ---- the stream ---- */

static void omasec_tx_passed(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;

	if (omasec_flow_connects(f)) {
		x->req_open = false;
	} else {
		x->resp_open = false;
		x->closing |= x->close_after;
	}
	omasec_dir_next(&f->tx, omasec_tx_kind(f));
}

static void omasec_tx_body(struct omasec_flow *f, const struct omasec_slice *s)
{
	struct omasec_msg *m = f->tx.msg;

	if (m->body.len + s->len > f->rule->max_message)
		omasec_tx_refuse(f, OMASEC_REASON_TOO_LARGE, NULL);
	else if (omasec_buf_append(&m->body, s->p, s->len))
		omasec_tx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
}

/* One step of the framer over the front of tx_in; true when it got anywhere. */
static bool omasec_tx_step(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->tx;
	struct omasec_http_out o;
	enum omasec_http_event ev;
	const void *p = NULL;
	u8 state = d->state;
	size_t len;

	len = omasec_buf_front(&f->tx_in, &p);
	if (omasec_tx_boundary(f))
		omasec_http_init(&d->framer, omasec_tx_kind(f));
	ev = omasec_http_step(&d->framer, p, len, &o);
	if (ev == OMASEC_HTTP_BAD) {
		omasec_tx_refuse(f, o.reason, o.what);
		return true;
	}
	if ((state == OMASEC_DIR_HEAD && o.used && omasec_dir_add_head(d, p, o.used)) ||
	    (state == OMASEC_DIR_PASS && o.used && omasec_buf_append(&d->out, p, o.used))) {
		omasec_tx_refuse(f, OMASEC_REASON_NO_MEMORY, NULL);
		return true;
	}
	switch (ev) {
	case OMASEC_HTTP_HEAD:
		omasec_tx_head(f);
		break;
	case OMASEC_HTTP_BODY:
		if (state == OMASEC_DIR_BODY)
			omasec_tx_body(f, &o.body);
		break;
	default:
		break;
	}
	if (f->tx_in.len)
		omasec_buf_consume(&f->tx_in, min(o.used, f->tx_in.len));
	if (ev == OMASEC_HTTP_DONE) {
		if (state == OMASEC_DIR_BODY)
			omasec_tx_complete(f);
		else
			omasec_tx_passed(f);
	}
	if (o.used)
		f->wake |= EPOLLOUT | EPOLLWRNORM;
	return o.used || ev == OMASEC_HTTP_DONE;
}

/* The application said its last octet: a close-delimited response ends here. */
static bool omasec_tx_fin(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->tx;
	bool complete = false;
	unsigned int reason;

	if (d->state != OMASEC_DIR_BODY && d->state != OMASEC_DIR_PASS)
		return false;
	reason = omasec_http_eof(&d->framer, &complete);
	if (reason) {
		omasec_tx_refuse(f, reason, "the application closed inside a message");
		return true;
	}
	if (!complete)
		return false;
	if (d->state == OMASEC_DIR_BODY)
		omasec_tx_complete(f);
	else
		omasec_tx_passed(f);
	return true;
}

/* ---- to TCP ---- */

/* Pieces of tx.out that go to TCP in one call. */
#define OMASEC_TX_PIECES 16

struct omasec_tx_pieces {
	struct kvec kv[OMASEC_TX_PIECES];
	unsigned int count;
	size_t len;
};

static int omasec_tx_piece(void *arg, const void *p, size_t len)
{
	struct omasec_tx_pieces *t = arg;

	t->kv[t->count].iov_base = (void *)p;
	t->kv[t->count].iov_len = len;
	t->len += len;
	return ++t->count == OMASEC_TX_PIECES;
}

/* Hands tx.out to TCP as far as it takes it; true when some went. */
bool omasec_tx_flush(struct omasec_flow *f)
{
	struct omasec_buf *out = &f->tx.out;
	bool moved = false;

	while (out->len) {
		struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
		struct omasec_tx_pieces t = { .count = 0 };
		int n;

		omasec_buf_walk(out, omasec_tx_piece, &t);
		if (out->len > t.len)
			msg.msg_flags |= MSG_MORE;
		iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, t.kv, t.count, t.len);
		n = f->base_prot->sendmsg(f->sk, &msg, t.len);
		if (n == -EAGAIN || !n)
			break;
		moved = true;
		if (n < 0) {
			omasec_buf_consume(out, out->len);
			omasec_buf_consume(&f->tx_in, f->tx_in.len);
			f->tx.state = OMASEC_DIR_DEAD;
			omasec_flow_put_error(f, n);
			break;
		}
		omasec_buf_consume(out, n);
	}
	if (moved)
		f->wake |= EPOLLOUT | EPOLLWRNORM;
	return moved;
}

/* The FIN that shutdown(SHUT_WR) asked for, once everything has gone. */
bool omasec_tx_shutdown(struct omasec_flow *f)
{
	struct sock *sk = f->sk;

	if (!f->shut_wr || f->tx.out.len || f->tx.state == OMASEC_DIR_WAIT)
		return false;
	if (f->tx_in.len && f->tx.state != OMASEC_DIR_DEAD && f->tx.state != OMASEC_DIR_EOF)
		return false;
	lock_sock(sk);
	f->shut_wr = false;
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | SEND_SHUTDOWN);
	f->base_prot->shutdown(sk, SEND_SHUTDOWN);
	sk->sk_state_change(sk);
	release_sock(sk);
	if (f->tx.state != OMASEC_DIR_DEAD)
		f->tx.state = OMASEC_DIR_EOF;
	return true;
}

/*
 * A request to a peer that has said its last octet gets no answer. As TCP would
 * after the peer's reset; but no nonce is spent on it.
 */
static void omasec_tx_orphan(struct omasec_flow *f)
{
	omasec_buf_consume(&f->tx_in, f->tx_in.len);
	f->tx.state = OMASEC_DIR_DEAD;
	f->wake |= EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP;
	f->base_prot->diag_destroy(f->sk, ECONNRESET);
}

/* What the application begins with; true when secure.c took over, or refused. */
static bool omasec_tx_first(struct omasec_flow *f)
{
	const void *p = NULL;

	return omasec_buf_front(&f->tx_in, &p) &&
	       omasec_secure_first(f, OMASEC_PATH_TX, *(const u8 *)p);
}

bool omasec_tx_run(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->tx;
	bool moved = false;

	if (f->phase == OMASEC_SECURE_NEW && omasec_tx_first(f))
		return true;
	if (omasec_secure_owns(f->phase))
		return omasec_secure_tx(f);
	for (;;) {
		if (d->state == OMASEC_DIR_EOF || d->state == OMASEC_DIR_DEAD)
			break;
		if (d->state == OMASEC_DIR_WAIT) {
			if (atomic_read_acquire(&d->msg->state) != OMASEC_MSG_DECIDED)
				break;
			omasec_tx_decide(f);
			moved = true;
			continue;
		}
		if (d->state == OMASEC_DIR_PASS && d->out.len >= OMASEC_TX_AHEAD &&
		    !omasec_tx_flush(f))
			break;
		if (f->tx_in.len && f->rx.state == OMASEC_DIR_EOF && omasec_flow_connects(f) &&
		    omasec_tx_boundary(f)) {
			omasec_tx_orphan(f);
			moved = true;
			break;
		}
		if (!omasec_tx_open(f)) {
			if (!f->tx_in.len || omasec_flow_connects(f) ||
			    f->rx.state != OMASEC_DIR_HEAD)
				break;
			omasec_tx_refuse(f, OMASEC_REASON_HTTP_UNEXPECTED,
					 "a response that no request asked for");
			moved = true;
			break;
		}
		if ((f->tx_in.len || d->state != OMASEC_DIR_HEAD) && omasec_tx_step(f)) {
			moved = true;
			if (omasec_secure_owns(f->phase))
				break;
			continue;
		}
		if (!f->tx_in.len && f->tx_eof && omasec_tx_fin(f)) {
			moved = true;
			continue;
		}
		break;
	}
	moved |= omasec_tx_flush(f);
	moved |= omasec_tx_shutdown(f);
	return moved;
}
