// SPDX-License-Identifier: GPL-2.0
/*
 * The way out: tx.in -> framer -> message -> verdict -> MAC -> tx.out -> TCP.
 *
 * Read from top to bottom it is the life of a message that the application
 * sends. Everything runs under f->mtx in process context. Octets of a DM message
 * reach tx.out only through emit.c, after their verdict.
 */
#include <linux/uio.h>

#include "flow_internal.h"
#include "trace.h"

static void omasec_tx_refuse(struct omasec_flow *f, unsigned int reason, const char *what)
{
	omasec_flow_refuse(f, OMASEC_PATH_TX, reason, what);
}

/*
 * A request waits until the last exchange is through; a response is only in
 * place while a request waits for it.
 */
static bool omasec_tx_open(struct omasec_flow *f)
{
	if (!omasec_dir_boundary(&f->tx))
		return true;
	if (omasec_flow_connects(f))
		return omasec_exchange_idle(&f->exch);
	return f->exch.resp_open;
}

/* ---- a whole message ---- */

static void omasec_tx_send(struct omasec_flow *f)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_dir *d = &f->tx;
	unsigned int reason = omasec_emit_tx(f, d->msg);

	if (reason) {
		omasec_tx_refuse(f, reason, NULL);
		return;
	}
	if (d->msg->kind == OMASEC_MESSAGE_KIND_BOOTSTRAP)
		omasec_fetched_gone(f, OMASEC_PATH_TX);
	if (omasec_flow_connects(f)) {
		x->req_open = false;
		x->resp_open = true;
		x->answers_head = d->h.is_head;
		x->dm = d->msg->kind == OMASEC_MESSAGE_KIND_SESSION;
		x->sessionless = d->msg->sessionless;
		x->close_after = d->h.close;
		x->resent = false;
		if (omasec_rule_needs_helper(f->rule) && !x->sessionless) {
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
		x->closing |= d->h.close | x->close_after;
	}
	omasec_dir_next(f, OMASEC_PATH_TX);
}

void omasec_tx_complete(struct omasec_flow *f)
{
	struct omasec_msg *m = f->tx.msg;

	if (m->kind == OMASEC_MESSAGE_KIND_BOOTSTRAP) {
		if (omasec_fetched_right(f, OMASEC_PATH_TX))
			omasec_tx_send(f);
		return;
	}
	trace_omasec_message(f, OMASEC_PATH_TX, m->body.len, m->mac_state);
	if (omasec_rule_needs_helper(f->rule))
		omasec_dir_submit(f, OMASEC_PATH_TX);
	else
		omasec_tx_send(f);
}

void omasec_tx_decide(struct omasec_flow *f)
{
	struct omasec_msg *m = f->tx.msg;

	if (m->verdict == OMASEC_VERDICT_ACCEPT)
		omasec_tx_send(f);
	else
		omasec_tx_refuse(f, m->reason ?: OMASEC_REASON_HELPER_ERROR, NULL);
}

/* ---- the stream ---- */

/* One step over the front of tx.in; true when it got anywhere. */
static bool omasec_tx_step(struct omasec_flow *f)
{
	u8 state = f->tx.state;
	bool moved;

	if (omasec_dir_step(f, OMASEC_PATH_TX, &moved) == OMASEC_HTTP_DONE) {
		if (state == OMASEC_DIR_BODY)
			omasec_tx_complete(f);
		else
			omasec_dir_passed(f, OMASEC_PATH_TX);
	}
	if (moved)
		f->wake |= EPOLLOUT | EPOLLWRNORM;
	return moved;
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
		omasec_dir_passed(f, OMASEC_PATH_TX);
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
			omasec_buf_consume(&f->tx.in, f->tx.in.len);
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
	if (f->tx.in.len && f->tx.state != OMASEC_DIR_DEAD && f->tx.state != OMASEC_DIR_EOF)
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
void omasec_tx_orphan(struct omasec_flow *f)
{
	omasec_buf_consume(&f->tx.in, f->tx.in.len);
	f->tx.state = OMASEC_DIR_DEAD;
	f->wake |= EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP;
	f->base_prot->diag_destroy(f->sk, ECONNRESET);
}

bool omasec_tx_run(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->tx;
	bool moved = false;

	if (omasec_flow_obex(f)) {
		moved = omasec_tx_flush(f);
		return moved | omasec_tx_shutdown(f);
	}
	if (f->phase == OMASEC_SECURE_NEW && omasec_dir_first(f, OMASEC_PATH_TX))
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
		if (f->tx.in.len && f->rx.state == OMASEC_DIR_EOF && omasec_flow_connects(f) &&
		    omasec_dir_boundary(&f->tx)) {
			omasec_tx_orphan(f);
			moved = true;
			break;
		}
		if (!omasec_tx_open(f)) {
			if (!f->tx.in.len || omasec_flow_connects(f) ||
			    f->rx.state != OMASEC_DIR_HEAD)
				break;
			omasec_tx_refuse(f, OMASEC_REASON_HTTP_UNEXPECTED,
					 "a response that no request asked for");
			moved = true;
			break;
		}
		if ((f->tx.in.len || d->state != OMASEC_DIR_HEAD) && omasec_tx_step(f)) {
			moved = true;
			if (omasec_secure_owns(f->phase))
				break;
			continue;
		}
		if (!f->tx.in.len && f->tx_eof && omasec_tx_fin(f)) {
			moved = true;
			continue;
		}
		break;
	}
	moved |= omasec_tx_flush(f);
	moved |= omasec_tx_shutdown(f);
	return moved;
}
