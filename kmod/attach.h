/* SPDX-License-Identifier: GPL-2.0 */
/* How sockets become flows, and cease to be. */
#ifndef OMASEC_ATTACH_H
#define OMASEC_ATTACH_H

#include "flow_internal.h"

/**
 * struct omasec_base - what a family's TCP sockets have, and our copies of it
 * @ok: the family exists
 * @prot: base protocol, read from a socket of this kernel
 * @ops: base socket operations
 * @our_prot: for attached sockets
 * @direct_prot: for those whose data is TCP's again, but not their end
 * @dead_prot: for sockets that a rule selects but that could not get a flow:
 *	every transfer fails
 * @our_ops: for attached sockets and wrapped listeners
 */
struct omasec_base {
	bool ok;
	struct proto *prot;
	const struct proto_ops *ops;
	struct proto our_prot;
	struct proto direct_prot;
	struct proto dead_prot;
	struct proto_ops our_ops;
};

extern struct omasec_base omasec_bases[2];
extern struct tcp_ulp_ops omasec_ulp;

static inline struct omasec_base *omasec_base_of(const struct sock *sk)
{
	return &omasec_bases[sk->sk_family == AF_INET6];
}

static inline bool omasec_sk_attached(const struct sock *sk)
{
	const struct proto *p = READ_ONCE(sk->sk_prot);
	const struct omasec_base *b = omasec_base_of(sk);

	return p == &b->our_prot || p == &b->direct_prot;
}

static inline bool omasec_sk_ours(const struct sock *sk)
{
	return READ_ONCE(inet_csk(sk)->icsk_ulp_ops) == &omasec_ulp;
}

/*
 * The flow of a socket, or NULL for one that is not attached (a listener, a
 * dead one). The caller keeps the socket from being closed, or holds RCU.
 */
static inline struct omasec_flow *omasec_sk_flow(const struct sock *sk)
{
	if (!omasec_sk_attached(sk))
		return NULL;
	return (__force struct omasec_flow *)rcu_access_pointer(inet_csk(sk)->icsk_ulp_data);
}

int omasec_attach_init(void);		/* tables, ULP; then omasec_attach_start() */
int omasec_attach_start(void);		/* the probe: sockets are attached from here on */
void omasec_attach_stop(void);
void omasec_attach_exit(void);

/* Which rule selects this socket; a reference, or NULL. @peer: NULL to read it from @sk. */
struct omasec_rule *omasec_attach_match(struct omasec_net *on, const struct sock *sk,
					unsigned int direction, const void *peer, u8 family,
					u16 port);
struct omasec_rule *omasec_attach_match_sk(struct omasec_net *on, const struct sock *sk,
					   unsigned int direction);
/* Gives the socket back its own protocol and callbacks; lock_sock held. */
void omasec_attach_undo(struct sock *sk, struct omasec_flow *f);
/* Gives it back the data path, but not its end; lock_sock held. */
void omasec_attach_direct(struct sock *sk, struct omasec_flow *f);
/* The slot of the ULP, with a module reference; lock_sock held. False while unloading. */
bool omasec_attach_mark(struct sock *sk);
void omasec_attach_unmark(struct sock *sk);
/* What accept() brought; lock_sock of the child held. See attach.c. */
int omasec_attach_child(struct omasec_net *on, struct sock *sk, struct socket *newsock);
int omasec_attach_refuse_child(struct omasec_net *on, struct sock *sk, unsigned int reason);
/* The socket operations change hands with their module references. */
void omasec_attach_ops(struct socket *sock, const struct proto_ops *ops);

/* sock_io.c, sock_ctl.c: fill the copies. */
void omasec_sock_io_fill(struct omasec_base *b);
void omasec_sock_ctl_fill(struct omasec_base *b);

#endif
