// SPDX-License-Identifier: GPL-2.0
/*
 * What read, write and poll do on an attached socket. The application takes
 * octets only from rx.out, where they arrive verified, and gives octets only to
 * tx.in, from where whole messages go on. Semantics are TCP's wherever that is
 * possible.
 *
 * Calls run the flow themselves before they wait: that saves a switch to the
 * work item in the common case. Waiting is done with lock_sock held in the
 * usual way (sk_wait_event drops it) and never with f->mtx.
 */
#include <linux/sched/signal.h>
#include <linux/poll.h>

#include "attach.h"

/* ---- receive ---- */

struct omasec_copy {
	struct iov_iter *to;
	size_t skip, want, done;
	bool trunc;
};

static int omasec_copy_piece(void *arg, const void *p, size_t len)
{
	struct omasec_copy *c = arg;

	if (c->skip >= len) {
		c->skip -= len;
		return 0;
	}
	p += c->skip;
	len = min(len - c->skip, c->want - c->done);
	c->skip = 0;
	if (!c->trunc && copy_to_iter(p, len, c->to) != len)
		return -EFAULT;
	c->done += len;
	return c->done == c->want;
}

/* Moves verified octets out; returns their number or a negative errno. mtx held. */
static ssize_t omasec_recv_take(struct omasec_flow *f, struct msghdr *msg, size_t want,
				size_t skip, int flags)
{
	struct omasec_copy c = {
		.to = &msg->msg_iter,
		.skip = skip,
		.want = want,
		.trunc = flags & MSG_TRUNC,
	};
	int err;

	if (!want || f->rx.out.len <= skip)
		return 0;
	err = omasec_buf_walk(&f->rx.out, omasec_copy_piece, &c);
	if (!(flags & MSG_PEEK) && c.done) {
		omasec_buf_consume(&f->rx.out, c.done);
		omasec_publish_len(&f->rx.out_len, f->rx.out.len);
	}
	return c.done ? c.done : min(err, 0);
}

/* The error that ends the stream, once; then plain EOF. */
static int omasec_recv_error(struct omasec_flow *f, struct sock *sk)
{
	int err = 0;

	lock_sock(sk);
	if (!f->err_seen && f->err) {
		err = -f->err;
		f->err_seen = true;
		if (sk->sk_err == f->err)
			sk->sk_err = 0;
	} else if (sk->sk_err) {
		err = sock_error(sk);
	}
	release_sock(sk);
	return err;
}

static bool omasec_recv_over(struct omasec_flow *f)
{
	return omasec_shown_flag(&f->rx_eof) || omasec_shown_flag(&f->rx_err);
}

/*
 * The peer's FIN came while the application still owes a response: the flow does
 * not read on before that, but if TCP holds nothing in front of the FIN, that is
 * the end. A message that waits for its verdict, or a pipelined request, is not.
 */
static bool omasec_recv_fin(struct omasec_flow *f, struct sock *sk)
{
	return (READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN) && !READ_ONCE(f->rx.in.len) &&
	       READ_ONCE(f->rx.state) == OMASEC_DIR_HEAD && !READ_ONCE(f->rx.head_len) &&
	       !omasec_exchange_idle(&f->exch) && tcp_inq(sk) <= 0;
}

static bool omasec_recv_can(struct omasec_flow *f, struct sock *sk, size_t seen)
{
	return omasec_shown_len(&f->rx.out_len) > seen || omasec_recv_over(f) || sk->sk_err ||
	       omasec_recv_fin(f, sk) || sk->sk_state == TCP_CLOSE || READ_ONCE(f->rx.direct);
}

static int omasec_recv_wait(struct omasec_flow *f, struct sock *sk, long *timeo, size_t seen)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	if (!*timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(*timeo);
	lock_sock(sk);
	add_wait_queue(sk_sleep(sk), &wait);
	sk_wait_event(sk, timeo, omasec_recv_can(f, sk, seen), &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
	release_sock(sk);
	return 0;
}

/* TCP_INQ: what is left; of ours, not of what TCP holds. */
static void omasec_recv_inq(const struct omasec_flow *f, const struct sock *sk, struct msghdr *msg)
{
	int left = omasec_shown_len(&f->rx.out_len);

	if (tcp_sk(sk)->recvmsg_inq)
		put_cmsg(msg, SOL_TCP, TCP_CM_INQ, sizeof(left), &left);
}

static int omasec_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, OMASEC_RECVMSG_PARAMS)
{
	struct omasec_flow *f = omasec_sk_flow(sk);
	int fl = OMASEC_RECVMSG_FLAGS, err = 0;
	size_t copied = 0, target;
	bool full, direct;
	long timeo;

	OMASEC_RECVMSG_NO_ADDR();
	if (!f || f->passthru || READ_ONCE(f->rx.direct) || (fl & MSG_ERRQUEUE))
		return omasec_call_recvmsg(f ? f->base_prot : READ_ONCE(sk->sk_prot), sk, msg,
					   len, fl);
	if (fl & MSG_OOB)
		return -EINVAL;
	if (sk->sk_state == TCP_LISTEN || (sk->sk_state == TCP_CLOSE && !f->used))
		return -ENOTCONN;
	full = omasec_shown_len(&f->rx.out_len) >= OMASEC_RX_READY_MAX;
	timeo = sock_rcvtimeo(sk, fl & MSG_DONTWAIT);
	target = fl & MSG_WAITALL ? len : min_t(size_t, READ_ONCE(f->rcvlowat) ?: 1, len);
	for (;;) {
		size_t skip = fl & MSG_PEEK ? copied : 0;
		bool over = omasec_recv_over(f);
		ssize_t n;

		mutex_lock(&f->mtx);
		direct = f->rx.direct;
		n = direct ? 0 : omasec_recv_take(f, msg, len - copied, skip, fl);
		mutex_unlock(&f->mtx);
		if (direct) {
			/* Handed back meanwhile; the rest is the base protocol's. */
			if (!copied || (copied < target && !(fl & MSG_PEEK)))
				err = omasec_call_recvmsg(f->base_prot, sk, msg, len - copied,
							  fl);
			return copied ? copied + max(err, 0) : err;
		}
		if (n < 0) {
			err = n;
			break;
		}
		copied += n;
		if (copied >= target || copied == len)
			break;
		if (over) {
			if (!copied)
				err = omasec_recv_error(f, sk);
			break;
		}
		/* Take in what TCP has: an RST or FIN is reported in its order. */
		omasec_flow_run(f);
		if (omasec_shown_len(&f->rx.out_len) > (fl & MSG_PEEK ? copied : 0) ||
		    omasec_recv_over(f))
			continue;
		if (sk->sk_err || sk->sk_state == TCP_CLOSE || omasec_recv_fin(f, sk)) {
			if (!copied)
				err = omasec_recv_error(f, sk);
			break;
		}
		if (copied && (!timeo || signal_pending(current)))
			break;
		err = omasec_recv_wait(f, sk, &timeo, fl & MSG_PEEK ? copied : 0);
		if (err)
			break;
	}
	/* The last octet that was held may be what kept TLS from being handed back. */
	if (copied && f->rule->tls_check == OMASEC_TLS_CHECK_START &&
	    omasec_shown_flag(&f->secured) && !omasec_shown_len(&f->rx.out_len))
		omasec_flow_run(f);
	if (full && copied && omasec_shown_len(&f->rx.out_len) < OMASEC_RX_READY_MAX)
		omasec_flow_kick(f);	/* it had stopped reading */
	if (copied)
		omasec_recv_inq(f, sk, msg);
	return copied ? copied : err;
}

/* ---- send ---- */

static bool omasec_send_can(struct omasec_flow *f, struct sock *sk)
{
	return omasec_shown_len(&f->tx.in_len) < OMASEC_TX_AHEAD * 2 / 3 || sk->sk_err ||
	       f->err || (sk->sk_shutdown & SEND_SHUTDOWN) || READ_ONCE(f->tx.direct);
}

static int omasec_send_wait(struct omasec_flow *f, struct sock *sk, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	if (!*timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(*timeo);
	lock_sock(sk);
	add_wait_queue(sk_sleep(sk), &wait);
	sk_wait_event(sk, timeo, omasec_send_can(f, sk), &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
	release_sock(sk);
	return 0;
}

/* As TCP: wait for the connection, then refuse what can no longer be sent. */
static int omasec_send_check(struct omasec_flow *f, struct sock *sk, long *timeo)
{
	int err = 0;

	lock_sock(sk);
	if ((1 << sk->sk_state) & ~(TCPF_ESTABLISHED | TCPF_CLOSE_WAIT))
		err = sk_stream_wait_connect(sk, timeo);
	if (!err && (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN) || f->shut_wr || f->err))
		err = -EPIPE;
	release_sock(sk);
	return err;
}

/* Takes octets from the application as far as there is room; 0 when there is none. */
static ssize_t omasec_send_take(struct omasec_flow *f, struct msghdr *msg)
{
	ssize_t n;

	if (f->tx.in.len >= OMASEC_TX_AHEAD)
		return 0;
	n = omasec_buf_append_iter(&f->tx.in, &msg->msg_iter,
				   min_t(size_t, OMASEC_TX_AHEAD - f->tx.in.len,
					 msg_data_left(msg)));
	omasec_publish_len(&f->tx.in_len, f->tx.in.len);
	return n;
}

static int omasec_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	struct omasec_flow *f = omasec_sk_flow(sk);
	int flags = msg->msg_flags, err;
	size_t copied = 0;
	bool direct;
	long timeo;

	if (!f || f->passthru || READ_ONCE(f->tx.direct))
		return (f ? f->base_prot : READ_ONCE(sk->sk_prot))->sendmsg(sk, msg, size);
	if (flags & (MSG_OOB | MSG_ZEROCOPY | MSG_FASTOPEN))
		return -EOPNOTSUPP;
	timeo = sock_sndtimeo(sk, flags & MSG_DONTWAIT);
	err = omasec_send_check(f, sk, &timeo);
	while (!err && msg_data_left(msg)) {
		ssize_t n;

		mutex_lock(&f->mtx);
		direct = f->tx.direct;
		n = direct ? 0 : omasec_send_take(f, msg);
		mutex_unlock(&f->mtx);
		if (direct) {
			/* Handed back meanwhile; the rest is the base protocol's. */
			err = f->base_prot->sendmsg(sk, msg, msg_data_left(msg));
			return copied ? copied + max(err, 0) : err;
		}
		if (n < 0) {
			err = n;
			break;
		}
		copied += n;
		omasec_flow_run(f);
		if (n)
			continue;
		err = omasec_send_wait(f, sk, &timeo);
		if (!err && (sk->sk_err || f->err || (sk->sk_shutdown & SEND_SHUTDOWN)))
			err = -EPIPE;
	}
	if (copied)
		return copied;
	if (err) {
		lock_sock(sk);
		if (err == -EPIPE && f->err && !f->err_seen) {
			f->err_seen = true;
			err = -f->err;
			sk->sk_err = 0;
		}
		err = sk_stream_error(sk, flags, err);
		release_sock(sk);
	}
	return err;
}

/* ---- poll ---- */

/* @mask with what there is to read here instead of what there is in TCP. */
static __poll_t omasec_poll_in(struct omasec_flow *f, struct sock *sk, __poll_t mask)
{
	bool over = omasec_recv_over(f) || omasec_recv_fin(f, sk);
	size_t ready = omasec_shown_len(&f->rx.out_len);

	mask &= ~(EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLPRI);
	if (over || inet_sk_state_load(sk) == TCP_CLOSE)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	else if (ready && (ready >= READ_ONCE(f->rcvlowat) || ready >= OMASEC_RX_READY_MAX))
		mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

static __poll_t omasec_poll(struct file *file, struct socket *sock, poll_table *wait)
{
	struct sock *sk = sock->sk;
	__poll_t mask = omasec_base_of(sk)->ops->poll(file, sock, wait);
	int state = inet_sk_state_load(sk);
	struct omasec_flow *f;

	if (!omasec_sk_attached(sk) || state == TCP_LISTEN || state == TCP_SYN_SENT)
		return mask;
	rcu_read_lock();
	f = rcu_dereference(inet_csk(sk)->icsk_ulp_data);
	if (f && !f->passthru) {
		if (!READ_ONCE(f->rx.direct))
			mask = omasec_poll_in(f, sk, mask);
		if (!READ_ONCE(f->tx.direct) &&
		    omasec_shown_len(&f->tx.in_len) >= OMASEC_TX_AHEAD * 2 / 3 &&
		    !(sk->sk_shutdown & SEND_SHUTDOWN) && !f->shut_wr)
			mask &= ~(EPOLLOUT | EPOLLWRNORM);
		if (READ_ONCE(f->err) && !f->err_seen)
			mask |= EPOLLERR;
	}
	rcu_read_unlock();
	return mask;
}

void omasec_sock_io_fill(struct omasec_base *b)
{
	b->our_prot.recvmsg = omasec_recvmsg;
	b->our_prot.sendmsg = omasec_sendmsg;
	b->our_ops.poll = omasec_poll;
	b->our_ops.splice_read = NULL;	/* the generic one goes through recvmsg */
	b->our_ops.read_sock = NULL;
	b->our_ops.sendmsg_locked = NULL;
	b->our_ops.peek_len = NULL;
	b->our_ops.set_peek_off = NULL;
	b->our_ops.mmap = sock_no_mmap;
}
