/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that knows that kernels differ. gen.h holds what probe.sh found
 * out about the kernel that we build for; here those answers become names that
 * the rest of the module uses on every kernel. No other file tests HAVE_...
 *
 * Include it before everything that depends on it; it needs no context.
 */
#ifndef OMASEC_COMPAT_H
#define OMASEC_COMPAT_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include <net/genetlink.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "gen.h"

/*
 * proto_ops.accept: declare with OMASEC_ACCEPT_PARAMS, call the next one with
 * OMASEC_ACCEPT_ARGS, ask for a kernel caller with OMASEC_ACCEPT_KERN.
 */
#ifdef HAVE_PROTO_ACCEPT_ARG
#define OMASEC_ACCEPT_PARAMS	struct proto_accept_arg *arg
#define OMASEC_ACCEPT_ARGS	arg
#define OMASEC_ACCEPT_KERN	(arg->kern)
#else
#define OMASEC_ACCEPT_PARAMS	int flags, bool kern
#define OMASEC_ACCEPT_ARGS	flags, kern
#define OMASEC_ACCEPT_KERN	(kern)
#endif

/*
 * proto.ioctl: declare with OMASEC_IOCTL_PARAM, pass on with OMASEC_IOCTL_ARG,
 * answer with omasec_ioctl_result().
 */
#ifdef HAVE_PROTO_IOCTL_KARG
#define OMASEC_IOCTL_PARAM	int *karg
#define OMASEC_IOCTL_ARG	karg
#define omasec_ioctl_result(v)	(*karg = (v), 0)
#else
#define OMASEC_IOCTL_PARAM	unsigned long arg
#define OMASEC_IOCTL_ARG	arg
#define omasec_ioctl_result(v)	put_user((int)(v), (int __user *)arg)
#endif

/*
 * proto.recvmsg: declare with OMASEC_RECVMSG_PARAMS, which gives @flags
 * (MSG_DONTWAIT included where the kernel passes it apart, once
 * OMASEC_RECVMSG_FLAGS was used), and call the base with omasec_call_recvmsg().
 */
#if defined(HAVE_RECVMSG_NOBLOCK)
#define OMASEC_RECVMSG_PARAMS	int noblock, int flags, int *addr_len
#define OMASEC_RECVMSG_FLAGS	(flags | (noblock ? MSG_DONTWAIT : 0))
#define OMASEC_RECVMSG_NO_ADDR()	do { if (addr_len) *addr_len = 0; } while (0)
#define omasec_call_recvmsg(prot, sk, msg, len, fl)				\
({										\
	int addr_len__ = 0;							\
										\
	(prot)->recvmsg(sk, msg, len, (fl) & MSG_DONTWAIT, (fl) & ~MSG_DONTWAIT,	\
			&addr_len__);						\
})
#elif defined(HAVE_RECVMSG_ADDR_LEN)
#define OMASEC_RECVMSG_PARAMS	int flags, int *addr_len
#define OMASEC_RECVMSG_FLAGS	(flags)
#define OMASEC_RECVMSG_NO_ADDR()	do { if (addr_len) *addr_len = 0; } while (0)
#define omasec_call_recvmsg(prot, sk, msg, len, fl)				\
({										\
	int addr_len__ = 0;							\
										\
	(prot)->recvmsg(sk, msg, len, fl, &addr_len__);				\
})
#else
#define OMASEC_RECVMSG_PARAMS	int flags
#define OMASEC_RECVMSG_FLAGS	(flags)
#define OMASEC_RECVMSG_NO_ADDR()	do { } while (0)
#define omasec_call_recvmsg(prot, sk, msg, len, fl)				\
	((prot)->recvmsg(sk, msg, len, fl))
#endif

/* tcp_ulp_ops.get_info and .get_info_size. */
#ifdef HAVE_ULP_GET_INFO_NET_ADMIN
#define OMASEC_ULP_INFO_PARAMS	struct sock *sk, struct sk_buff *skb, bool net_admin
#define OMASEC_ULP_INFO_SIZE_PARAMS	const struct sock *sk, bool net_admin
#else
#define OMASEC_ULP_INFO_PARAMS	struct sock *sk, struct sk_buff *skb
#define OMASEC_ULP_INFO_SIZE_PARAMS	const struct sock *sk
#endif

#ifndef HAVE_ITER_DEST
#define ITER_DEST	READ
#define ITER_SOURCE	WRITE
#endif

#ifndef HAVE_SK_ERROR_REPORT
static inline void sk_error_report(struct sock *sk)
{
	sk->sk_error_report(sk);
}
#endif

static inline kuid_t omasec_sk_uid(const struct sock *sk)
{
#ifdef HAVE_SK_UID_ACCESSOR
	return sk_uid(sk);
#else
	return READ_ONCE(sk->sk_uid);
#endif
}

/*
 * A reference on the file of @sock, or NULL when it is being closed, or has none. The
 * caller knows that the socket's release() is not over: the file is there until then.
 */
static inline struct file *omasec_file_get(struct socket *sock)
{
#ifdef HAVE_GET_FILE_ACTIVE
	return get_file_active(&sock->file);
#else
	struct file *file = READ_ONCE(sock->file);

	return file && get_file_rcu(file) ? file : NULL;
#endif
}

/* io_uring finds no zero-copy on the socket; kernels without that mark ask sendmsg(). */
static inline void omasec_no_zerocopy(struct socket *sock)
{
#ifdef HAVE_SOCK_SUPPORT_ZC
	clear_bit(SOCK_SUPPORT_ZC, &sock->flags);
#endif
}

/* A connect() was put off until the first write (TCP Fast Open). */
static inline bool omasec_sk_defer_connect(const struct sock *sk)
{
#ifdef HAVE_DEFER_CONNECT_FLAG
	return inet_test_bit(DEFER_CONNECT, sk);
#else
	return inet_sk(sk)->defer_connect;
#endif
}

/* Closes the side doors of a copied struct proto that only some kernels have. */
static inline void omasec_proto_close_doors(struct proto *p)
{
#ifdef HAVE_PROTO_SENDPAGE
	p->sendpage = NULL;	/* inet_sendpage() falls back to our sendmsg */
#endif
#ifdef HAVE_PROTO_SPLICE_EOF
	p->splice_eof = NULL;
#endif
}

/* The same for a copied struct proto_ops. */
static inline void omasec_proto_ops_close_doors(struct proto_ops *o)
{
#ifdef HAVE_PROTO_OPS_SENDPAGE_LOCKED
	o->sendpage_locked = NULL;
#endif
#ifdef HAVE_PROTO_SPLICE_EOF
	o->splice_eof = NULL;
#endif
#ifdef HAVE_PROTO_OPS_READ_SKB
	o->read_skb = NULL;
#endif
#ifdef HAVE_PROTO_OPS_GETSOCKOPT_ITER
	o->getsockopt_iter = NULL;	/* it would be asked before getsockopt */
#endif
}

/* Parsed attributes of the request that a dump answers. */
static inline struct nlattr **omasec_dump_attrs(struct netlink_callback *cb)
{
#ifdef HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* Members of struct genl_family and struct genl_multicast_group. */
#ifdef HAVE_GENL_RESV_START_OP
#define OMASEC_GENL_RESV_START_OP(op)	.resv_start_op = (op),
#else
#define OMASEC_GENL_RESV_START_OP(op)
#endif

/*
 * Events name accounts and addresses: without this flag, any user could listen.
 * probe.sh refuses a kernel that cannot restrict a group.
 */
#ifdef HAVE_GENL_MCAST_CAP
#define OMASEC_GENL_MCAST_ADMIN	.flags = GENL_MCAST_CAP_NET_ADMIN,
#else
#define OMASEC_GENL_MCAST_ADMIN	.flags = GENL_UNS_ADMIN_PERM,
#endif

/*
 * Confirms the connection that conntrack has begun for @skb, which is not confirmed
 * yet. Where conntrack offers nobody to do so, @skb goes on without one. RCU held.
 */
static inline bool omasec_ct_confirm(struct sk_buff *skb)
{
#ifdef HAVE_NF_CT_CONFIRM
	const struct nf_ct_hook *hook = rcu_dereference(nf_ct_hook);

	if (hook)
		return hook->confirm(skb) == NF_ACCEPT;
#endif
	nf_reset_ct(skb);
	return true;
}

/* Where there is no way back, IPv6 fragments are put together until the namespace goes. */
#ifdef HAVE_NF_DEFRAG_IPV6_DISABLE
#define omasec_defrag_ipv6_disable(net)	nf_defrag_ipv6_disable(net)
#else
#define omasec_defrag_ipv6_disable(net)	do { } while (0)
#endif

/* Of struct netlink_range_validation objects in policies. */
#ifdef HAVE_NLA_RANGE_CONST
#define omasec_range_const	const
#else
#define omasec_range_const
#endif

/* Whether packets for @dev still have somewhere to go; looked at without RTNL. */
static inline bool omasec_dev_registered(const struct net_device *dev)
{
#ifdef HAVE_REG_STATE_WORD
	return READ_ONCE(dev->reg_state) == NETREG_REGISTERED;
#else
	return dev->reg_state == NETREG_REGISTERED;
#endif
}

#endif
