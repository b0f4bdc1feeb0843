// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching: a TCP socket that a rule selects gets the upper layer protocol
 * "omasec" and copies of its own struct proto and struct proto_ops in which the
 * data path is ours.
 *
 * Who connects is attached by the tracepoint inet_sock_set_state, on the edge
 * CLOSE -> SYN_SENT, before a byte can move. Who listens gets our proto_ops on
 * the edge CLOSE -> LISTEN (listen.c); its children are attached inside accept(), before
 * their file descriptor exists. setsockopt(TCP_ULP, "omasec") does the same
 * without the tracepoint. What all of that misses, guard.c blocks.
 *
 * Invariants:
 *  I1 A socket that can be cloned (LISTEN) never carries our struct proto: its
 *     children and their time-wait successors would outlive the module.
 *  I2 sk_prot is ours => icsk_ulp_ops is omasec_ulp, with one module reference,
 *     which the core drops after ->destroy.
 *  I3 sock->ops is ours => the socket holds a module reference through
 *     ops->owner, which the core drops after our code returned.
 *  I4 A socket that is not attached never keeps our ops: kTLS and sockmap build
 *     global tables from the ops that they find.
 *  I5 After close() put sk_prot and the callbacks back and cancelled the work,
 *     nothing of ours runs for the socket.
 *  I6 Octets reach the application only from flow->rx.out.
 */
#include <linux/cgroup.h>
#include <linux/module.h>
#include <linux/tracepoint.h>
#include <net/ipv6.h>
#include <net/transp_v6.h>

#include "attach.h"
#include "listen.h"

struct omasec_base omasec_bases[2];

static struct tracepoint *omasec_tp;

/* ---- which rule ---- */

static bool omasec_attach_in_cgroup(const void *arg, u64 id)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	const struct sock *sk = arg;
	struct cgroup *c = sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);

	for (; c; c = cgroup_parent(c)) {
		if (cgroup_id(c) == id)
			return true;
	}
#endif
	return false;
}

/**
 * omasec_attach_match() - the rule for a socket
 * @on: its network namespace
 * @sk: the socket; for children of accept() the child
 * @direction: enum omasec_direction
 * @peer: address of the peer, or NULL when it is not known
 * @family: 4 or 6, of @peer
 * @port: peer's port for OUT, own port for IN; host order
 *
 * Context: any, also with preemption off on PREEMPT_RT.
 * Return: the rule with a reference, or NULL.
 */
struct omasec_rule *omasec_attach_match(struct omasec_net *on, const struct sock *sk,
					unsigned int direction, const void *peer, u8 family,
					u16 port)
{
	struct omasec_sock_key key = {
		.direction = direction,
		.port = port,
		.in_cgroup = omasec_attach_in_cgroup,
		.cgroup_arg = sk,
	};

	if (!omasec_policy_port(on, direction, port))
		return NULL;
	key.uid = from_kuid_munged(on->net->user_ns, omasec_sk_uid(sk));
	if (peer) {
		key.family = family;
		if (family == 6 && ipv6_addr_v4mapped(peer)) {
			key.family = 4;
			memcpy(key.address, (const u8 *)peer + 12, 4);
		} else {
			memcpy(key.address, peer, family == 4 ? 4 : 16);
		}
	}
	return omasec_policy_match(on, &key);
}

/* The same, with what @sk itself knows of its peer. */
struct omasec_rule *omasec_attach_match_sk(struct omasec_net *on, const struct sock *sk,
					   unsigned int direction)
{
	const struct inet_sock *inet = inet_sk(sk);
	u16 port = direction == OMASEC_DIRECTION_OUT ? ntohs(inet->inet_dport) : inet->inet_num;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return omasec_attach_match(on, sk, direction, &sk->sk_v6_daddr, 6, port);
#endif
	return omasec_attach_match(on, sk, direction, &inet->inet_daddr, 4, port);
}

/* ---- changing a socket ---- */

void omasec_attach_ops(struct socket *sock, const struct proto_ops *ops)
{
	const struct proto_ops *old = READ_ONCE(sock->ops);

	if (old == ops)
		return;
	__module_get(ops->owner);
	WRITE_ONCE(sock->ops, ops);
	module_put(old->owner);
}

static void omasec_attach_data_ready(struct sock *sk)
{
	struct omasec_flow *f;

	rcu_read_lock();
	f = rcu_dereference(inet_csk(sk)->icsk_ulp_data);
	if (f && (READ_ONCE(f->passthru) || READ_ONCE(f->rx.direct)))
		f->saved_data_ready(sk);
	else if (f)
		omasec_flow_kick(f);
	rcu_read_unlock();
}

static void omasec_attach_write_space(struct sock *sk)
{
	struct omasec_flow *f;

	rcu_read_lock();
	f = rcu_dereference(inet_csk(sk)->icsk_ulp_data);
	if (f) {
		omasec_flow_kick(f);
		f->saved_write_space(sk);
	}
	rcu_read_unlock();
}

/* The socket can be attached: nobody else has changed it. */
static bool omasec_attach_pristine(const struct sock *sk, const struct omasec_base *b)
{
	const struct proto_ops *ops = READ_ONCE(sk->sk_socket->ops);

	return READ_ONCE(sk->sk_prot) == b->prot && !sk->sk_user_data &&
	       (ops == b->ops || ops == &b->our_ops);
}

/*
 * Puts flow and tables into the socket. lock_sock is owned and no data can
 * arrive (CLOSE), or the caller runs us again afterwards (accept, ULP): plain
 * stores suffice, and sk_callback_lock is not to be taken in the probe.
 */
static void omasec_attach_install(struct sock *sk, struct omasec_base *b, struct omasec_flow *f)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	f->saved_data_ready = sk->sk_data_ready;
	f->saved_write_space = sk->sk_write_space;
	rcu_assign_pointer(icsk->icsk_ulp_data, f);
	omasec_no_zerocopy(sk->sk_socket);
	omasec_attach_ops(sk->sk_socket, &b->our_ops);
	/* Below our own mark TCP would not call sk_data_ready(). */
	WRITE_ONCE(sk->sk_rcvlowat, 1);
	WRITE_ONCE(sk->sk_data_ready, omasec_attach_data_ready);
	WRITE_ONCE(sk->sk_write_space, omasec_attach_write_space);
	/* Pairs with the address dependency through sk_prot in the socket calls. */
	smp_wmb();
	WRITE_ONCE(sk->sk_prot, &b->our_prot);
}

/* Puts the ULP into the slot, with the module reference that it stands for. */
bool omasec_attach_mark(struct sock *sk)
{
	if (!try_module_get(THIS_MODULE))
		return false;
	inet_csk(sk)->icsk_ulp_ops = &omasec_ulp;
	return true;
}

/*
 * Takes it out again: the socket is not protected, and guard.c shall know. The
 * caller's text stays, for the probe and netlink are waited for in module exit.
 */
void omasec_attach_unmark(struct sock *sk)
{
	inet_csk(sk)->icsk_ulp_ops = NULL;
	module_put(THIS_MODULE);
}

/**
 * omasec_attach_direct() - gives a socket its data path back
 * @sk: attached socket
 * @f: its flow, which has nothing left to move
 *
 * close() stays ours, and needs no rule of its own then; so do the socket
 * operations, which cost a branch a call.
 *
 * Context: process, lock_sock held.
 */
void omasec_attach_direct(struct sock *sk, struct omasec_flow *f)
{
	sock_owned_by_me(sk);
	write_lock_bh(&sk->sk_callback_lock);
	WRITE_ONCE(sk->sk_data_ready, f->saved_data_ready);
	WRITE_ONCE(sk->sk_write_space, f->saved_write_space);
	WRITE_ONCE(sk->sk_rcvlowat, READ_ONCE(f->rcvlowat));
	write_unlock_bh(&sk->sk_callback_lock);
	WRITE_ONCE(f->passthru, true);
	WRITE_ONCE(sk->sk_prot, &omasec_base_of(sk)->direct_prot);
}

/* No flow to be had: every transfer of the socket fails, nothing leaves. */
static void omasec_attach_dead(struct sock *sk, struct omasec_base *b)
{
	omasec_attach_ops(sk->sk_socket, &b->our_ops);
	WRITE_ONCE(sk->sk_prot, &b->dead_prot);
}

/**
 * omasec_attach_undo() - gives a socket back its own protocol
 * @sk: attached socket
 * @f: its flow
 *
 * Leaves operations and ULP in place: they hold the module until the socket goes.
 * The caller then cancels the flow's work before it frees the flow.
 *
 * Context: process, lock_sock held.
 */
void omasec_attach_undo(struct sock *sk, struct omasec_flow *f)
{
	sock_owned_by_me(sk);
	write_lock_bh(&sk->sk_callback_lock);
	WRITE_ONCE(sk->sk_prot, f->base_prot);
	WRITE_ONCE(sk->sk_data_ready, f->saved_data_ready);
	WRITE_ONCE(sk->sk_write_space, f->saved_write_space);
	WRITE_ONCE(sk->sk_rcvlowat, f->rcvlowat);
	rcu_assign_pointer(inet_csk(sk)->icsk_ulp_data, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
}

/* ---- the probe ---- */

static void omasec_probe_refused(struct omasec_net *on, unsigned int reason)
{
	omasec_stat_refused(on, reason);	/* guard.c drops the SYN and tells */
}

/*
 * With a cached cookie connect() would return without a SYN, and the first write
 * would wait for a connection that nobody opens. Inside sendmsg(MSG_FASTOPEN) it
 * is too late for that: the data would go out unprotected.
 */
static void omasec_probe_fastopen(struct omasec_net *on, struct sock *sk, struct omasec_flow *f)
{
	tcp_sk(sk)->fastopen_connect = 0;
	if (!tcp_sk(sk)->fastopen_req)
		return;
	omasec_probe_refused(on, OMASEC_REASON_FAST_OPEN);
	WRITE_ONCE(f->err, EOPNOTSUPP);
	WRITE_ONCE(sk->sk_err, EOPNOTSUPP);
}

/* Never established, or not protected then: nobody has used the rule yet. */
static void omasec_probe_reconnect(struct omasec_net *on, struct sock *sk, struct omasec_flow *f)
{
	struct omasec_rule *rule = omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_OUT);

	omasec_flow_set_rule(f, rule);
	WRITE_ONCE(f->passthru, !rule);
	WRITE_ONCE(f->err, 0);
	WRITE_ONCE(f->reason, 0);
	WRITE_ONCE(f->killed, false);
	f->err_seen = false;
	if (rule)
		omasec_probe_fastopen(on, sk, f);
}

/* A socket that listened before, and whose stand-in becomes its flow. */
static void omasec_probe_listener(struct omasec_net *on, struct sock *sk, struct omasec_flow *f)
{
	omasec_flow_to_connection(f);
	omasec_probe_reconnect(on, sk, f);
	omasec_attach_install(sk, omasec_base_of(sk), f);
}

static void omasec_probe_connect(struct omasec_net *on, struct sock *sk)
{
	struct omasec_base *b = omasec_base_of(sk);
	bool asked = omasec_sk_ours(sk);	/* by setsockopt(TCP_ULP), or it listened */
	struct omasec_flow *f;
	struct omasec_rule *rule;

	rule = omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_OUT);
	if (!rule && !asked)
		return;
	if (READ_ONCE(sk->sk_prot) == &b->dead_prot)
		goto put;		/* and it stays so */
	if (!b->ok || !sk->sk_socket || (inet_csk(sk)->icsk_ulp_ops && !asked) ||
	    !omasec_attach_pristine(sk, b)) {
		omasec_probe_refused(on, OMASEC_REASON_FOREIGN_ULP);
		goto put;
	}
	if (!asked && !omasec_attach_mark(sk))
		goto put;
	f = (__force struct omasec_flow *)rcu_access_pointer(inet_csk(sk)->icsk_ulp_data);
	if (f) {
		omasec_probe_listener(on, sk, f);
		goto put;
	}
	f = rule ? omasec_flow_new(GFP_NOWAIT) : NULL;
	if (!f) {
		omasec_probe_refused(on, rule ? OMASEC_REASON_NO_MEMORY :
						OMASEC_REASON_UNATTACHED);
		omasec_attach_dead(sk, b);
		goto put;
	}
	omasec_flow_setup(f, on, sk, rule);
	omasec_attach_install(sk, b, f);
	omasec_probe_fastopen(on, sk, f);
	return;
put:
	omasec_rule_put(rule);
}

/*
 * Preemption is off and lock_sock is owned. On PREEMPT_RT nothing in here may
 * take a lock that sleeps, nor allocate.
 */
static noinline void omasec_probe_edge(struct sock *sk, int old, int new)
{
	struct omasec_flow *f;
	struct omasec_net *on;

	if (sk->sk_kern_sock || (sk->sk_protocol != IPPROTO_TCP &&
				 (sk->sk_protocol != IPPROTO_MPTCP || new != TCP_LISTEN)))
		return;
	if (old == TCP_CLOSE && new == TCP_SYN_SENT) {
		on = omasec_net(sock_net(sk));
		f = omasec_sk_flow(sk);
		if (f)
			omasec_probe_reconnect(on, sk, f);
		else if (!READ_ONCE(on->draining) || omasec_sk_ours(sk))
			omasec_probe_connect(on, sk);
	} else if (new == TCP_ESTABLISHED) {
		f = omasec_sk_flow(sk);
		if (f && !f->passthru)
			WRITE_ONCE(f->used, true);
	} else if (old == TCP_CLOSE && new == TCP_LISTEN) {
		on = omasec_net(sock_net(sk));
		if (!READ_ONCE(on->draining) ||
		    (sk->sk_protocol == IPPROTO_TCP && omasec_sk_ours(sk)))
			omasec_listen_probe(on, sk);
	}
}

/* Every socket of the machine comes by here at every change: no more than this. */
static void omasec_probe(void *data, const struct sock *sk, const int old, const int new)
{
	if (new == TCP_SYN_SENT || new == TCP_ESTABLISHED || new == TCP_LISTEN)
		omasec_probe_edge((struct sock *)sk, old, new);
}

/* ---- children of listeners ---- */

/**
 * omasec_attach_refuse_child() - tells that a child of a listener is refused
 * @on: its network namespace
 * @sk: the child
 * @reason: enum omasec_reason
 *
 * Context: process, lock_sock of @sk held.
 * Return: -EACCES.
 */
int omasec_attach_refuse_child(struct omasec_net *on, struct sock *sk, unsigned int reason)
{
	struct omasec_rule *rule = omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_IN);
	struct omasec_event ev;

	omasec_event_socket(&ev, on, sk, rule, reason);
	if (rule)
		omasec_rule_saw(rule, OMASEC_SEEN_REFUSED);
	omasec_event_send(on, &ev, GFP_KERNEL);
	omasec_rule_put(rule);
	return -EACCES;
}

/**
 * omasec_attach_child() - attaches what accept() brought
 * @on: its network namespace
 * @sk: the child
 * @newsock: its socket, without a file descriptor yet
 *
 * Context: process, lock_sock of @sk held.
 * Return: 1 when it is attached, 0 when no rule selects it; negative: selected,
 * but it cannot be, which has been told.
 */
int omasec_attach_child(struct omasec_net *on, struct sock *sk, struct socket *newsock)
{
	struct omasec_base *b = omasec_base_of(sk);
	struct omasec_rule *rule;
	struct omasec_flow *f;

	rule = omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_IN);
	if (!rule)
		return 0;
	if (sk->sk_protocol != IPPROTO_TCP) {
		omasec_rule_put(rule);
		return omasec_attach_refuse_child(on, sk, OMASEC_REASON_MPTCP);
	}
	if (!b->ok || inet_csk(sk)->icsk_ulp_ops || !omasec_attach_pristine(sk, b)) {
		omasec_rule_put(rule);
		return omasec_attach_refuse_child(on, sk, OMASEC_REASON_FOREIGN_ULP);
	}
	f = omasec_flow_new(GFP_KERNEL_ACCOUNT);
	if (!f || !omasec_attach_mark(sk)) {
		if (f)
			omasec_flow_drop(f);
		omasec_rule_put(rule);
		return omasec_attach_refuse_child(on, sk, OMASEC_REASON_NO_MEMORY);
	}
	omasec_flow_setup(f, on, sk, rule);
	f->used = true;
	omasec_attach_install(sk, b, f);
	omasec_flow_kick(f);	/* data may have come already */
	return 1;
}

/* ---- the upper layer protocol ---- */

/* Connected, but not one octet has gone either way. */
static bool omasec_ulp_untouched(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	return sk->sk_state == TCP_ESTABLISHED && !tp->bytes_sent && !tp->urg_data &&
	       !tp->bytes_received && skb_queue_empty(&sk->sk_receive_queue) &&
	       !sk->sk_wmem_queued;
}

/* setsockopt(TCP_ULP, "omasec"): lock_sock held; the core took a module reference. */
static int omasec_ulp_init(struct sock *sk)
{
	struct omasec_net *on = omasec_net(sock_net(sk));
	struct omasec_base *b = omasec_base_of(sk);
	struct omasec_rule *rule;
	struct omasec_flow *f;

	if (sk->sk_protocol != IPPROTO_TCP || !b->ok || !sk->sk_socket ||
	    !omasec_attach_pristine(sk, b))
		return -EINVAL;
	if (READ_ONCE(on->draining))
		return -ESHUTDOWN;
	switch (sk->sk_state) {
	case TCP_CLOSE:
		return 0;	/* a mark; the probe attaches when it connects or listens */
	case TCP_LISTEN:
		if (omasec_listen_in_accept(sk))
			return -EBUSY;
		return omasec_listen_wrap(on, sk, GFP_KERNEL_ACCOUNT);
	case TCP_ESTABLISHED:
		break;
	default:
		return -ENOTCONN;
	}
	if (!omasec_ulp_untouched(sk))
		return -EISCONN;
	rule = omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_OUT);
	if (!rule)
		rule = omasec_attach_match_sk(on, sk, OMASEC_DIRECTION_IN);
	if (!rule)
		return -ENOENT;
	f = omasec_flow_new(GFP_KERNEL_ACCOUNT);
	if (!f) {
		omasec_rule_put(rule);
		return -ENOMEM;
	}
	omasec_flow_setup(f, on, sk, rule);
	f->used = true;
	omasec_attach_install(sk, b, f);
	omasec_flow_kick(f);
	return 0;
}

/*
 * From tcp_v4_destroy_sock(), after close() has detached. A socket that was
 * destroyed without close() (it never had a file) is not ours to begin with.
 */
static void omasec_ulp_release(struct sock *sk)
{
	struct omasec_flow *listener = omasec_listen_take(sk);
	struct omasec_base *b = omasec_base_of(sk);
	const struct proto *p = READ_ONCE(sk->sk_prot);

	if (p == &b->dead_prot) {
		WRITE_ONCE(sk->sk_prot, b->prot);
	} else if (p == &b->our_prot || p == &b->direct_prot) {
		struct omasec_flow *f = omasec_sk_flow(sk);

		WARN_ON_ONCE(1);
		WRITE_ONCE(sk->sk_prot, f->base_prot);
	}
	if (listener)
		omasec_flow_free(listener);
}

/* A child of a marked listener starts clean; accept() attaches it. */
static void omasec_ulp_clone(const struct request_sock *req, struct sock *newsk,
			     const gfp_t priority)
{
	inet_csk(newsk)->icsk_ulp_ops = NULL;
	rcu_assign_pointer(inet_csk(newsk)->icsk_ulp_data, NULL);
}

struct tcp_ulp_ops omasec_ulp = {
	.name = "omasec",
	.owner = THIS_MODULE,
	.init = omasec_ulp_init,
	.release = omasec_ulp_release,
	.clone = omasec_ulp_clone,
};

/* ---- tables, start and stop ---- */

static int omasec_dead_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	return -EACCES;
}

static int omasec_dead_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			       OMASEC_RECVMSG_PARAMS)
{
	return -EACCES;
}

static int omasec_base_build(struct omasec_base *b, int family)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, family, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return err;
	b->prot = READ_ONCE(sock->sk->sk_prot);
	b->ops = READ_ONCE(sock->ops);
	b->our_prot = *b->prot;
	b->our_ops = *b->ops;
	sock_release(sock);
	if (!try_module_get(b->ops->owner))
		return -ENOENT;
	b->our_ops.owner = THIS_MODULE;
	omasec_proto_close_doors(&b->our_prot);
	omasec_proto_ops_close_doors(&b->our_ops);
	omasec_sock_io_fill(b);
	omasec_sock_ctl_fill(b);
	b->our_ops.accept = omasec_listen_accept;
	b->our_ops.listen = omasec_listen_listen;
	b->direct_prot = b->our_prot;
	b->direct_prot.sendmsg = b->prot->sendmsg;
	b->direct_prot.recvmsg = b->prot->recvmsg;
	b->dead_prot = b->our_prot;
	b->dead_prot.sendmsg = omasec_dead_sendmsg;
	b->dead_prot.recvmsg = omasec_dead_recvmsg;
	b->dead_prot.close = b->prot->close;
	b->dead_prot.shutdown = b->prot->shutdown;
	b->dead_prot.disconnect = b->prot->disconnect;
	b->ok = true;
	return 0;
}

static void omasec_tp_find(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "inet_sock_set_state"))
		omasec_tp = tp;
}

int omasec_attach_init(void)
{
	int err;

	for_each_kernel_tracepoint(omasec_tp_find, NULL);
	if (!omasec_tp) {
		pr_err("this kernel has no tracepoint inet_sock_set_state (CONFIG_TRACEPOINTS)\n");
		return -ENOENT;
	}
	err = omasec_base_build(&omasec_bases[0], AF_INET);
	if (err)
		return err;
	err = omasec_base_build(&omasec_bases[1], AF_INET6);
	if (err)
		pr_info("no IPv6 on this kernel (%d)\n", err);
	omasec_listen_init();
	err = tcp_register_ulp(&omasec_ulp);
	if (err)
		goto put;
	return 0;
put:
	omasec_listen_exit();
	if (omasec_bases[1].ok)
		module_put(omasec_bases[1].ops->owner);
	module_put(omasec_bases[0].ops->owner);
	return err;
}

int omasec_attach_start(void)
{
	return tracepoint_probe_register(omasec_tp, omasec_probe, NULL);
}

void omasec_attach_stop(void)
{
	tracepoint_probe_unregister(omasec_tp, omasec_probe, NULL);
	tracepoint_synchronize_unregister();
}

void omasec_attach_exit(void)
{
	tcp_unregister_ulp(&omasec_ulp);
	omasec_listen_exit();
	if (omasec_bases[1].ok)
		module_put(omasec_bases[1].ops->owner);
	module_put(omasec_bases[0].ops->owner);
}
