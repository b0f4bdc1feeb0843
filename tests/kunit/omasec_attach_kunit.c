// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of ours on a socket that nobody attached, as an accept() leaves them that
 * an unwrap overtook: no other protocol may build its tables from them.
 */
#include <linux/net.h>
#include <linux/sockptr.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "../../kmod/attach.h"

static void attach_left_behind(struct kunit *test)
{
	const struct omasec_base *b = &omasec_bases[0];
	char name[] = "tls";
	struct socket *sock;
	int one = 1;

	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
					       &sock), 0);
	omasec_attach_ops(sock, &b->our_ops);
	KUNIT_EXPECT_EQ(test, sock->ops->setsockopt(sock, SOL_TCP, TCP_ULP,
						    KERNEL_SOCKPTR(name), sizeof(name) - 1),
			-EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, !inet_csk(sock->sk)->icsk_ulp_ops);
	KUNIT_EXPECT_EQ(test, sock->ops->setsockopt(sock, SOL_TCP, TCP_NODELAY,
						    KERNEL_SOCKPTR(&one), sizeof(one)), 0);
	omasec_attach_ops(sock, b->ops);
	sock_release(sock);
}

static struct kunit_case attach_cases[] = {
	KUNIT_CASE(attach_left_behind),
	{}
};

static struct kunit_suite attach_suite = {
	.name = "omasec_attach",
	.test_cases = attach_cases,
};

kunit_test_suites(&attach_suite);
MODULE_LICENSE("GPL");
