// SPDX-License-Identifier: GPL-2.0
/*
 * What ends or steers an attached socket: close, shutdown, disconnect, socket
 * options and ioctls.
 */
#include <asm/ioctls.h>
#include <linux/sched/signal.h>
#include <linux/sockios.h>

#include "attach.h"

/* ---- close ---- */

/*
 * A condition to wait for: it must not sleep itself, so it looks without the lock.
 * omasec_flow_run() changes the state before it looks for waiters; what close() then
 * does with the state is decided under the lock.
 */
static bool omasec_close_waits(const struct omasec_flow *f)
{
	return READ_ONCE(f->tx.state) == OMASEC_DIR_WAIT;
}

/*
 * A whole message that still waits for its verdict: an application that writes
 * and closes would lose it. Bounded by the rule's deadline, which decides the
 * message anyway.
 */
static void omasec_close_verdict(struct omasec_flow *f)
{
	unsigned long deadline = msecs_to_jiffies(f->rule->deadline_ms) + HZ / 10;

	mutex_lock(&f->mtx);
	f->tx_eof = true;	/* ends a response that is delimited by the close */
	mutex_unlock(&f->mtx);
	omasec_flow_run(f);
	wait_event_interruptible_timeout(f->waiters, !omasec_close_waits(f), deadline);
}

/* Decided octets go into TCP's queue, however full: TCP delivers them after close. */
static void omasec_close_flush(struct sock *sk, struct omasec_flow *f)
{
	size_t left = READ_ONCE(f->tx.out_len);

	/* Records that were not looked at yet follow as soon as there is room. */
	if (omasec_secure_owns(READ_ONCE(f->phase)))
		left += READ_ONCE(f->tx.in_len);
	if (!left)
		return;
	lock_sock(sk);
	sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	WRITE_ONCE(sk->sk_sndbuf, min_t(size_t, INT_MAX / 2, READ_ONCE(sk->sk_sndbuf) +
					4 * left + sk->sk_wmem_queued));
	tcp_sk(sk)->notsent_lowat = UINT_MAX;
	release_sock(sk);
	omasec_flow_run(f);
}

static void omasec_close(struct sock *sk, long timeout)
{
	struct omasec_msg *rx, *tx;
	struct omasec_flow *f;
	struct proto *prot;
	bool drop, abort;

	f = omasec_sk_flow(sk);
	if (!f) {
		READ_ONCE(sk->sk_prot)->close(sk, timeout);
		return;
	}
	prot = f->base_prot;
	drop = sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime;
	if (!drop && !f->passthru && READ_ONCE(f->used)) {
		omasec_close_verdict(f);
		omasec_close_flush(sk, f);
	}

	mutex_lock(&f->mtx);
	f->closing = true;	/* the flow does nothing more */
	rx = f->rx.msg;
	tx = f->tx.msg;
	/*
	 * RFC 2525, 2.17: data that nobody will read is answered with RST. So is
	 * what could not be handed to TCP: a FIN would say that it was all.
	 */
	abort = f->rx.out.len || f->rx.in.len || f->tx.out.len || f->tx.state == OMASEC_DIR_WAIT ||
		(omasec_secure_owns(f->phase) && f->tx.in.len);
	mutex_unlock(&f->mtx);

	lock_sock(sk);
	omasec_attach_undo(sk, f);
	if (abort && !f->passthru) {
		sock_set_flag(sk, SOCK_LINGER);
		sk->sk_lingertime = 0;
	}
	release_sock(sk);
	if (rx)
		omasec_upcall_cancel(rx);
	if (tx)
		omasec_upcall_cancel(tx);
	omasec_fetched_forget(f);
	cancel_work_sync(&f->work);
	omasec_flow_free(f);
	prot->close(sk, timeout);
}

/* lock_sock held; inet_shutdown() has set sk_shutdown already. */
static void omasec_shutdown(struct sock *sk, int how)
{
	struct omasec_flow *f = omasec_sk_flow(sk);

	if (!f || f->passthru) {
		(f ? f->base_prot : READ_ONCE(sk->sk_prot))->shutdown(sk, how);
		return;
	}
	if ((how & SEND_SHUTDOWN) &&
	    (READ_ONCE(f->tx.in_len) || READ_ONCE(f->tx.out_len) ||
	     READ_ONCE(f->tx.state) == OMASEC_DIR_WAIT ||
	     READ_ONCE(f->tx.state) == OMASEC_DIR_BODY ||
	     READ_ONCE(f->tx.state) == OMASEC_DIR_PASS)) {
		/* What is under way goes first; tx.c sends the FIN when it has gone. */
		WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown & ~SEND_SHUTDOWN);
		WRITE_ONCE(f->tx_eof, true);
		WRITE_ONCE(f->shut_wr, true);
		omasec_flow_kick(f);
		how &= ~SEND_SHUTDOWN;
		if (!how)
			return;
	}
	f->base_prot->shutdown(sk, how);
}

/*
 * connect(AF_UNSPEC). A flow that was established cannot be emptied from here
 * (f->mtx comes before lock_sock), and what the old peer sent must not be read
 * from the next: refused, as kTLS does.
 */
static int omasec_disconnect(struct sock *sk, int flags)
{
	struct omasec_flow *f = omasec_sk_flow(sk);

	if (f && READ_ONCE(f->used))
		return -EOPNOTSUPP;
	return omasec_base_of(sk)->prot->disconnect(sk, flags);
}

/* ---- options ---- */

/*
 * accept() of older kernels looks twice for the operations of its listener. If that was
 * unwrapped in between, a child that nobody attached keeps ours, which kTLS would copy
 * into tables that outlive the module (invariant I4).
 */
static int omasec_ops_setsockopt(struct socket *sock, int level, int name, sockptr_t val,
				 unsigned int len)
{
	struct sock *sk = sock->sk;

	if (level == SOL_TCP && name == TCP_ULP && !omasec_sk_ours(sk))
		return -EOPNOTSUPP;
	return omasec_base_of(sk)->ops->setsockopt(sock, level, name, val, len);
}

static int omasec_setsockopt(struct sock *sk, int level, int name, sockptr_t val,
			     unsigned int len)
{
	if (level == SOL_TCP && name == TCP_REPAIR)
		return -EPERM;
	return omasec_base_of(sk)->prot->setsockopt(sk, level, name, val, len);
}

static int omasec_getsockopt(struct sock *sk, int level, int name, char __user *val,
			     int __user *len)
{
	/* Maps the raw receive queue. */
	if (level == SOL_TCP && name == TCP_ZEROCOPY_RECEIVE)
		return -EOPNOTSUPP;
	return omasec_base_of(sk)->prot->getsockopt(sk, level, name, val, len);
}

static int omasec_ioctl(struct sock *sk, int cmd, OMASEC_IOCTL_PARAM)
{
	struct omasec_flow *f = omasec_sk_flow(sk);
	struct proto *prot = omasec_base_of(sk)->prot;

	if (!f || f->passthru || (READ_ONCE(f->rx.direct) && cmd == SIOCINQ))
		return prot->ioctl(sk, cmd, OMASEC_IOCTL_ARG);
	switch (cmd) {
	case SIOCINQ:
		return omasec_ioctl_result(omasec_shown_len(&f->rx.out_len));
	case SIOCATMARK:
		return omasec_ioctl_result(0);	/* urgent data is refused */
	case SIOCOUTQ:
	case SIOCOUTQNSD: {
		struct tcp_sock *tp = tcp_sk(sk);
		u32 from = cmd == SIOCOUTQ ? READ_ONCE(tp->snd_una) : READ_ONCE(tp->snd_nxt);
		u32 raw = 0;

		if ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))
			raw = 0;
		else
			raw = READ_ONCE(tp->write_seq) - from;
		return omasec_ioctl_result(raw + READ_ONCE(f->tx.in_len) +
					   READ_ONCE(f->tx.out_len));
	}
	default:
		return prot->ioctl(sk, cmd, OMASEC_IOCTL_ARG);
	}
}

static int omasec_set_rcvlowat(struct sock *sk, int val)
{
	struct omasec_flow *f = omasec_sk_flow(sk);

	if (!f || f->passthru) {
		const struct proto_ops *ops = omasec_base_of(sk)->ops;

		return ops->set_rcvlowat ? ops->set_rcvlowat(sk, val) : 0;
	}
	WRITE_ONCE(f->rcvlowat, min(val ?: 1, OMASEC_RX_READY_MAX));
	WRITE_ONCE(sk->sk_rcvlowat, 1);
	return 0;
}

void omasec_sock_ctl_fill(struct omasec_base *b)
{
	b->our_prot.close = omasec_close;
	b->our_prot.shutdown = omasec_shutdown;
	b->our_prot.disconnect = omasec_disconnect;
	b->our_prot.setsockopt = omasec_setsockopt;
	b->our_prot.getsockopt = omasec_getsockopt;
	b->our_prot.ioctl = omasec_ioctl;
	b->our_ops.set_rcvlowat = omasec_set_rcvlowat;
	b->our_ops.setsockopt = omasec_ops_setsockopt;
}
