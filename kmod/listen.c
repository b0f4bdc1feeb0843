// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners. A wrapped listener has our proto_ops but its own struct proto (I1);
 * what accept() brings is attached there, before it has a file descriptor.
 *
 * A Multipath TCP listener is wrapped as well: a peer that speaks plain TCP gets
 * an ordinary TCP socket from it, which is attached like any other. A child that
 * is Multipath TCP itself has no place for us and is refused.
 *
 * Each wrapped listener has a flow object that stands for it in lists and counts
 * the threads inside accept(): wrapped means that there is one. It lives in
 * icsk_ulp_data; for Multipath TCP, whose sockets have no upper layer protocol,
 * in sk_user_data, which children do not inherit, and it goes in release().
 */
#include <linux/module.h>
#include <net/tcp.h>

#include "listen.h"

struct omasec_listen_ops omasec_listen_tables[2][2];

static struct proto_ops omasec_mptcp_ops[2];
static DEFINE_MUTEX(omasec_mptcp_lock);	/* who fills the tables for MPTCP */

static bool omasec_sk_mptcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_MPTCP;
}

/* Our operations for @sk when it listens, or NULL. */
static const struct omasec_listen_ops *omasec_listen_table(const struct sock *sk)
{
	struct omasec_listen_ops *t =
		&omasec_listen_tables[omasec_sk_mptcp(sk)][sk->sk_family == AF_INET6];

	return smp_load_acquire(&t->ok) ? t : NULL;	/* pairs with omasec_listen_publish() */
}

/* The stand-in of a listener. lock_sock held, or @sk is going. */
static struct omasec_flow *omasec_listen_flow(const struct sock *sk)
{
	uintptr_t data;

	if (!omasec_sk_mptcp(sk)) {
		if (!omasec_sk_ours(sk) || omasec_sk_attached(sk))
			return NULL;
		return (__force struct omasec_flow *)
			rcu_access_pointer(inet_csk(sk)->icsk_ulp_data);
	}
	if (!omasec_listen_wrapped(sk))
		return NULL;
	data = (__force uintptr_t)rcu_access_pointer(__sk_user_data(sk));
	return (struct omasec_flow *)(data & SK_USER_DATA_PTRMASK);
}

static void omasec_listen_set_flow(struct sock *sk, struct omasec_flow *f)
{
	if (!omasec_sk_mptcp(sk))
		rcu_assign_pointer(inet_csk(sk)->icsk_ulp_data, f);
	else if (f)
		__rcu_assign_sk_user_data_with_flags(sk, f, SK_USER_DATA_NOCOPY);
	else
		rcu_assign_sk_user_data(sk, NULL);
}

/* ---- wrapping ---- */

/**
 * omasec_listen_wrap() - makes accept() of a socket ours
 * @on: network namespace of @sk
 * @sk: socket that listens, or begins to; of plain TCP with the mark of the ULP
 *	already, or about to get it
 * @gfp: what the context allows
 *
 * Context: any that owns lock_sock; with GFP_NOWAIT also with preemption off on
 * PREEMPT_RT.
 * Return: 0, or -EPROTONOSUPPORT, -EBUSY when somebody else has changed the
 * socket, -ENOMEM.
 */
int omasec_listen_wrap(struct omasec_net *on, struct sock *sk, gfp_t gfp)
{
	const struct omasec_listen_ops *t = omasec_listen_table(sk);
	struct omasec_flow *f;

	if (!t || !sk->sk_socket)
		return -EPROTONOSUPPORT;
	if (READ_ONCE(sk->sk_user_data) || READ_ONCE(sk->sk_socket->ops) != t->base)
		return -EBUSY;
	f = omasec_flow_new(gfp);
	if (!f)
		return -ENOMEM;
	f->listener = true;
	omasec_flow_setup(f, on, sk, NULL);
	omasec_listen_set_flow(sk, f);
	omasec_attach_ops(sk->sk_socket, t->ours);
	omasec_stat_inc(on, OMASEC_STAT_LISTENERS_WRAPPED);
	return 0;
}

/* Takes the stand-in of a wrapped listener out. */
struct omasec_flow *omasec_listen_take(struct sock *sk)
{
	struct omasec_flow *f = omasec_listen_flow(sk);

	if (f)
		omasec_listen_set_flow(sk, NULL);
	return f;
}

/**
 * omasec_listen_unwrap() - gives a listener back its own operations
 * @sk: wrapped listener, with a reference
 *
 * A thread inside our accept() runs module text that nothing else pins, so such
 * a listener stays wrapped. So does one that is being closed: the core has looked
 * already whose operations it has, and gives their module back afterwards.
 *
 * Context: process, may sleep.
 * Return: 0, or -EBUSY while a thread is inside accept().
 */
int omasec_listen_unwrap(struct sock *sk)
{
	struct file *file = NULL;
	struct omasec_flow *f;
	int err = 0;

	lock_sock(sk);
	f = sk->sk_state == TCP_LISTEN && sk->sk_socket ? omasec_listen_flow(sk) : NULL;
	if (f && atomic_read(&f->accepting)) {
		f = NULL;
		err = -EBUSY;
	}
	if (f)
		file = omasec_file_get(sk->sk_socket);
	if (!file)
		f = NULL;
	if (f) {
		omasec_listen_set_flow(sk, NULL);
		omasec_attach_ops(sk->sk_socket, omasec_listen_table(sk)->base);
		if (!omasec_sk_mptcp(sk))
			omasec_attach_unmark(sk);	/* netlink holds the module */
	}
	release_sock(sk);
	if (f)
		omasec_flow_free(f);
	if (file)
		fput(file);
	return err;
}

static unsigned int omasec_listen_reason(const struct sock *sk, int err)
{
	if (err == -ENOMEM)
		return OMASEC_REASON_NO_MEMORY;
	return omasec_sk_mptcp(sk) ? OMASEC_REASON_MPTCP : OMASEC_REASON_FOREIGN_ULP;
}

void omasec_listen_probe(struct omasec_net *on, struct sock *sk)
{
	bool mptcp = omasec_sk_mptcp(sk), asked = !mptcp && omasec_sk_ours(sk);
	u16 port = inet_sk(sk)->inet_num;
	int err;

	if (omasec_listen_flow(sk))
		return;		/* listens again after shutdown() */
	/* Who did not bind gets a port only after this: accept() knows it. */
	if (!asked && !(port ? omasec_policy_port(on, OMASEC_DIRECTION_IN, port) :
			       omasec_policy_direction(on, OMASEC_DIRECTION_IN)))
		return;
	if (!mptcp && !asked && inet_csk(sk)->icsk_ulp_ops)
		err = -EBUSY;
	else if (!mptcp && !asked && !omasec_attach_mark(sk))
		err = -ENODEV;
	else
		err = omasec_listen_wrap(on, sk, GFP_NOWAIT);
	if (!err)
		return;
	/* guard.c refuses its connections, and tells */
	omasec_stat_refused(on, omasec_listen_reason(sk, err));
	if (!mptcp && omasec_sk_ours(sk))
		omasec_attach_unmark(sk);
}

/**
 * omasec_listen_in_accept() - does a thread sleep in accept()?
 * @sk: listener
 *
 * Such a thread has loaded the operations that the socket had: the child that it
 * brings would be raw.
 *
 * Context: any.
 */
bool omasec_listen_in_accept(struct sock *sk)
{
	wait_queue_head_t *wq = sk_sleep(sk);
	struct wait_queue_entry *e;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&wq->lock, flags);
	list_for_each_entry(e, &wq->head, entry) {
		if ((e->flags & WQ_FLAG_EXCLUSIVE) && e->func == autoremove_wake_function)
			found = true;
	}
	spin_unlock_irqrestore(&wq->lock, flags);
	return found;
}

/* ---- sockets that are older than their rule ---- */

/*
 * A connection cannot be taken over: nobody knows in the middle of which message
 * it is. It ends, so that the application makes a new one, which is protected.
 */
static int omasec_listen_end_old(struct omasec_net *on, struct sock *sk)
{
	struct omasec_rule *rule = omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_OUT);
	struct omasec_event ev;
	int err;

	rule = rule ?: omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_IN);
	if (!rule)
		return -ENOENT;
	if (omasec_sk_mptcp(sk)) {	/* which cannot be aborted from outside */
		lock_sock(sk);
		err = READ_ONCE(sk->sk_prot)->disconnect(sk, O_NONBLOCK);
		release_sock(sk);
	} else {
		int (*abort)(struct sock *sk, int err) = READ_ONCE(sk->sk_prot)->diag_destroy;

		err = abort ? abort(sk, ECONNABORTED) : -EOPNOTSUPP;
	}
	if (!err) {
		omasec_event_socket(&ev, on, sk, rule, omasec_sk_mptcp(sk) ?
				    OMASEC_REASON_MPTCP : OMASEC_REASON_UNATTACHED);
		omasec_event_send(on, &ev, GFP_KERNEL);
	}
	omasec_rule_put(rule);
	return err ?: OMASEC_ADOPT_ENDED;
}

static int omasec_listen_adopt_listener(struct omasec_net *on, struct sock *sk)
{
	bool mptcp = omasec_sk_mptcp(sk);
	int err;

	if (omasec_listen_flow(sk))
		return 0;
	if (!omasec_policy_port(on, OMASEC_DIRECTION_IN, inet_sk(sk)->inet_num))
		return -ENOENT;
	if (omasec_listen_in_accept(sk))
		return -EBUSY;
	if (!mptcp && inet_csk(sk)->icsk_ulp_ops)
		return -EOPNOTSUPP;
	if (!mptcp && !omasec_attach_mark(sk))
		return -ESHUTDOWN;
	err = omasec_listen_wrap(on, sk, GFP_KERNEL_ACCOUNT);
	if (err && !mptcp)
		omasec_attach_unmark(sk);
	return err == -EBUSY ? -EOPNOTSUPP : err;
}

/**
 * omasec_listen_adopt() - takes over a socket that is older than its rule
 * @on: network namespace of the caller
 * @sk: socket that the caller holds open, and whose users it has stopped
 *
 * A thread that is between the look-up of the operations and lock_sock cannot be
 * seen from here: hence the caller stops those who have the socket.
 *
 * Context: process, may sleep.
 * Return: 0 when it is protected now, OMASEC_ADOPT_ENDED when it was a connection
 * and was ended; -ENOENT when no rule selects it, -EBUSY when a thread sleeps in
 * accept(), -EOPNOTSUPP when somebody else has changed the socket, -EXDEV when it
 * is of another namespace, or another errno.
 */
int omasec_listen_adopt(struct omasec_net *on, struct sock *sk)
{
	int err = -ENOTCONN;

	if ((sk->sk_family != AF_INET && sk->sk_family != AF_INET6) ||
	    (sk->sk_protocol != IPPROTO_TCP && !omasec_sk_mptcp(sk)) ||
	    sk->sk_type != SOCK_STREAM || sk->sk_kern_sock)
		return -EPROTONOSUPPORT;
	if (sock_net(sk) != on->net)
		return -EXDEV;
	if (READ_ONCE(on->draining))
		return -ESHUTDOWN;
	lock_sock(sk);
	if (sk->sk_state == TCP_LISTEN)
		err = omasec_listen_adopt_listener(on, sk);
	else if (!omasec_sk_mptcp(sk) && omasec_sk_ours(sk))
		err = 0;
	else if (sk->sk_state != TCP_CLOSE)
		err = OMASEC_ADOPT_ENDED;
	release_sock(sk);
	return err == OMASEC_ADOPT_ENDED ? omasec_listen_end_old(on, sk) : err;
}

/* ---- accept ---- */

/* The child ends in a reset as soon as the core closes it: nobody was served. */
static void omasec_listen_reset(struct sock *child)
{
	sock_owned_by_me(child);
	sock_set_flag(child, SOCK_LINGER);
	child->sk_lingertime = 0;
}

/*
 * Of what operations a new socket keeps, none may be ours unless it is attached
 * (I4): they are those of the listener, or none yet for a caller in the kernel.
 */
static void omasec_listen_give_back(struct socket *newsock)
{
	const struct omasec_listen_ops *t = omasec_listen_table(newsock->sk);
	const struct proto_ops *ops = READ_ONCE(newsock->ops);

	if (!ops) {
		__module_get(t->base->owner);
		WRITE_ONCE(newsock->ops, t->base);
	} else if (ops == t->ours) {
		omasec_attach_ops(newsock, t->base);
	}
}

static int omasec_listen_judge(struct omasec_net *on, struct sock *child, struct socket *newsock,
			       bool for_kernel)
{
	int err;

	lock_sock(child);
	/*
	 * A kernel user copies the listener's ops into the child after we return,
	 * and that child would keep them (I4).
	 */
	err = for_kernel ? omasec_attach_refuse_child(on, child, OMASEC_REASON_UNATTACHED) :
			   omasec_attach_child(on, child, newsock);
	if (err <= 0)
		omasec_listen_give_back(newsock);
	if (err < 0)
		omasec_listen_reset(child);
	release_sock(child);
	return err < 0 ? -ECONNABORTED : 0;
}

static int omasec_listen_do_accept(struct omasec_net *on, struct sock *sk, struct socket *sock,
				   struct socket *newsock, OMASEC_ACCEPT_PARAMS)
{
	const struct omasec_listen_ops *t = omasec_listen_table(sk);
	const struct proto_ops *before = READ_ONCE(newsock->ops);
	int err;

	err = t->base->accept(sock, newsock, OMASEC_ACCEPT_ARGS);
	if (err)
		return err;
	/*
	 * MPTCP hands a child that fell back over to TCP by overwriting its
	 * operations, and counts nothing: the reference that they held is ours. The
	 * listener holds another.
	 */
	if (before == t->ours && READ_ONCE(newsock->ops) != before)
		module_put(THIS_MODULE);
	return omasec_listen_judge(on, newsock->sk, newsock, OMASEC_ACCEPT_KERN || !before);
}

/* proto_ops.accept of a wrapped listener. */
int omasec_listen_accept(struct socket *sock, struct socket *newsock, OMASEC_ACCEPT_PARAMS)
{
	struct sock *sk = sock->sk;
	struct omasec_flow *f;
	int err;

	lock_sock(sk);
	f = omasec_listen_flow(sk);
	if (f)
		atomic_inc(&f->accepting);	/* it stays wrapped */
	release_sock(sk);
	if (!f)		/* is no listener, or was unwrapped while we came here */
		return omasec_sk_attached(sk) ? -EINVAL : -ECONNABORTED;
	err = omasec_listen_do_accept(omasec_net(sock_net(sk)), sk, sock, newsock,
				      OMASEC_ACCEPT_ARGS);
	atomic_dec(&f->accepting);
	return err;
}

/*
 * proto_ops.listen: our ops are on attached sockets, and one of those may be
 * turned into a listener after its connect() failed. It gets back its own
 * protocol before the state changes (I1). The flow stays and stands for the
 * listener: another thread may still be inside recv() with it.
 */
int omasec_listen_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	struct omasec_base *b = omasec_base_of(sk);
	struct omasec_flow *f;
	int err = 0;

	lock_sock(sk);
	f = sk->sk_state == TCP_CLOSE ? omasec_sk_flow(sk) : NULL;
	if (f && READ_ONCE(f->used)) {
		err = -EINVAL;	/* as TCP says, and what it received stays out of reach */
	} else if (f && sock->state == SS_UNCONNECTED) {
		omasec_attach_undo(sk, f);
		omasec_flow_to_listener(f);
		rcu_assign_pointer(inet_csk(sk)->icsk_ulp_data, f);
	} else if (READ_ONCE(sk->sk_prot) == &b->dead_prot) {
		WRITE_ONCE(sk->sk_prot, b->prot);
	}
	release_sock(sk);
	return err ?: b->ops->listen(sock, backlog);
}

/* ---- Multipath TCP ---- */

/* proto_ops.release of a wrapped MPTCP listener: nothing else would free its stand-in. */
static int omasec_mptcp_release(struct socket *sock)
{
	bool v6 = READ_ONCE(sock->ops) == &omasec_mptcp_ops[1];
	struct omasec_flow *f = NULL;
	struct sock *sk = sock->sk;

	if (sk) {
		lock_sock(sk);
		f = omasec_listen_take(sk);
		release_sock(sk);
	}
	if (f)
		omasec_flow_free(f);
	return omasec_listen_tables[1][v6].base->release(sock);
}

static void omasec_listen_publish(struct omasec_listen_ops *t, const struct proto_ops *base,
				  struct proto_ops *ours)
{
	t->base = base;
	t->ours = ours;
	smp_store_release(&t->ok, true);	/* pairs with omasec_listen_table() */
}

static void omasec_mptcp_build(struct net *net, int family)
{
	struct proto_ops *ours = &omasec_mptcp_ops[family == AF_INET6];
	struct omasec_listen_ops *t = &omasec_listen_tables[1][family == AF_INET6];
	const struct proto_ops *base;
	struct socket *sock;

	if (t->ok || sock_create_kern(net, family, SOCK_STREAM, IPPROTO_MPTCP, &sock))
		return;
	base = READ_ONCE(sock->ops);
	if (try_module_get(base->owner)) {
		*ours = *base;
		ours->owner = THIS_MODULE;
		ours->accept = omasec_listen_accept;
		ours->release = omasec_mptcp_release;
		omasec_listen_publish(t, base, ours);
	}
	sock_release(sock);
}

/**
 * omasec_listen_prepare() - learns the operations of Multipath TCP sockets
 * @net: a namespace; one in which sysctl net.mptcp.enabled is 0 teaches nothing
 *
 * A kernel without Multipath TCP has none of them to wrap.
 *
 * Context: process, may sleep.
 */
void omasec_listen_prepare(struct net *net)
{
	if (!IS_ENABLED(CONFIG_MPTCP))
		return;
	mutex_lock(&omasec_mptcp_lock);
	omasec_mptcp_build(net, AF_INET);
	if (IS_ENABLED(CONFIG_MPTCP_IPV6) && omasec_bases[1].ok)
		omasec_mptcp_build(net, AF_INET6);
	mutex_unlock(&omasec_mptcp_lock);
}

void omasec_listen_init(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (omasec_bases[i].ok)
			omasec_listen_publish(&omasec_listen_tables[0][i], omasec_bases[i].ops,
					      &omasec_bases[i].our_ops);
	}
	omasec_listen_prepare(&init_net);
}

void omasec_listen_exit(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (omasec_listen_tables[1][i].ok)
			module_put(omasec_listen_tables[1][i].base->owner);
	}
}
