/* SPDX-License-Identifier: GPL-2.0 */
/* Listeners: wrapped, so that accept() attaches what comes out of it. */
#ifndef OMASEC_LISTEN_H
#define OMASEC_LISTEN_H

#include "attach.h"

/**
 * struct omasec_listen_ops - what the listeners of a family and protocol have
 * @ok: filled; release/acquire, because Multipath TCP may be switched on later
 * @base: their own operations
 * @ours: our copy; of plain TCP the one in struct omasec_base
 */
struct omasec_listen_ops {
	bool ok;
	const struct proto_ops *base;
	struct proto_ops *ours;
};

/* [protocol is MPTCP][family is AF_INET6] */
extern struct omasec_listen_ops omasec_listen_tables[2][2];

/*
 * The accept() of @sk is ours. @sk may be the first subflow of an MPTCP listener,
 * which shares its socket. The caller keeps the socket open, or holds RCU.
 */
static inline bool omasec_listen_wrapped(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	const struct proto_ops *ops = sock ? READ_ONCE(sock->ops) : NULL;

	return ops && (ops == omasec_listen_tables[0][sk->sk_family == AF_INET6].ours ||
		       ops == omasec_listen_tables[1][sk->sk_family == AF_INET6].ours);
}

void omasec_listen_init(void);		/* after the tables of attach.c */
void omasec_listen_exit(void);
/* Makes the tables for Multipath TCP unless that was done, and can be. Process context. */
void omasec_listen_prepare(struct net *net);

/* The edge CLOSE -> LISTEN, from the probe. */
void omasec_listen_probe(struct omasec_net *on, struct sock *sk);
/* Wraps a listener that has the mark of the ULP; lock_sock held. 0 or an errno. */
int omasec_listen_wrap(struct omasec_net *on, struct sock *sk, gfp_t gfp);
/* Takes the stand-in out, for whom to free it; lock_sock held, or @sk is going. */
struct omasec_flow *omasec_listen_take(struct sock *sk);
int omasec_listen_unwrap(struct sock *sk);
bool omasec_listen_in_accept(struct sock *sk);

#define OMASEC_ADOPT_ENDED	1
int omasec_listen_adopt(struct omasec_net *on, struct sock *sk);

int omasec_listen_accept(struct socket *sock, struct socket *newsock, OMASEC_ACCEPT_PARAMS);
int omasec_listen_listen(struct socket *sock, int backlog);

#endif
