/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A user-mode fake of the kernel's side of the family: a socket pair whose
 * other end is answered, message by message, by a handler of the test. Every
 * datagram on the pair is preceded by the port of the sender and an errno, so
 * that tests can be another process than the kernel, or lose messages.
 */
#ifndef TESTS_LIB_FAKE_H
#define TESTS_LIB_FAKE_H

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/msg.h>

#include "userspace/lib/internal.h"

#define FAKE_FAMILY 0x2a

struct fake_head {
	uint32_t port;
	int32_t err;
};

/* Attributes under construction. */
struct attrs {
	size_t len;
	uint8_t data[60000] __attribute__((aligned(8)));
};

struct fake {
	struct omasec *o;
	int client[3], kernel[3];	/* request, helper, events */
	int at;				/* channel of the request that is answered */
	void (*handler)(const struct nlmsghdr *req);
	unsigned int requests;
};

static struct fake fake;

static inline size_t attr_put(struct attrs *a, int type, const void *data, size_t len)
{
	struct nlattr nla = { .nla_len = (uint16_t)(NLA_HDRLEN + len), .nla_type = (uint16_t)type };
	size_t at = a->len;

	memset(a->data + at, 0, NLA_ALIGN(NLA_HDRLEN + len));
	memcpy(a->data + at, &nla, sizeof(nla));
	if (len)
		memcpy(a->data + at + NLA_HDRLEN, data, len);
	a->len += NLA_ALIGN(NLA_HDRLEN + len);
	return at;
}

static inline void attr_u8(struct attrs *a, int type, uint8_t v) { attr_put(a, type, &v, 1); }
static inline void attr_u16(struct attrs *a, int type, uint16_t v) { attr_put(a, type, &v, 2); }
static inline void attr_u32(struct attrs *a, int type, uint32_t v) { attr_put(a, type, &v, 4); }
static inline void attr_u64(struct attrs *a, int type, uint64_t v) { attr_put(a, type, &v, 8); }
static inline void attr_str(struct attrs *a, int type, const char *s)
{
	attr_put(a, type, s, strlen(s) + 1);
}

static inline void attr_nest_end(struct attrs *a, size_t nest)
{
	uint16_t len = (uint16_t)(a->len - nest);

	memcpy(a->data + nest, &len, sizeof(len));
}

static inline void fake_send(int channel, uint32_t port, int err, const void *msg, size_t len)
{
	struct fake_head head = { port, err };
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)(uintptr_t)msg, len } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };

	if (sendmsg(fake.kernel[channel], &mh, 0) < 0)
		abort();
}

/* A message of any type; the payload follows the netlink header. */
static inline void fake_message(int channel, uint32_t port, uint16_t type, uint16_t flags,
				uint32_t seq, const void *payload, size_t len)
{
	_Alignas(8) static uint8_t buf[65536];
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

	*nlh = (struct nlmsghdr){ .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + len), .nlmsg_type = type,
				  .nlmsg_flags = flags, .nlmsg_seq = seq };
	memcpy(buf + NLMSG_HDRLEN, payload, len);
	fake_send(channel, port, 0, buf, NLMSG_ALIGN(nlh->nlmsg_len));
}

static inline void fake_genl(int channel, uint32_t port, uint16_t flags, uint32_t seq, int cmd,
			     const struct attrs *a)
{
	_Alignas(8) static uint8_t buf[65536];
	struct genlmsghdr gh = { .cmd = (uint8_t)cmd, .version = 1 };

	memcpy(buf, &gh, sizeof(gh));
	if (a)
		memcpy(buf + GENL_HDRLEN, a->data, a->len);
	fake_message(channel, port, FAKE_FAMILY, flags, seq, buf, GENL_HDRLEN + (a ? a->len : 0));
}

static inline void fake_reply(const struct nlmsghdr *req, const struct attrs *a)
{
	fake_genl(fake.at, 0, 0, req->nlmsg_seq, genl_command(req), a);
}

static inline void fake_notice(int cmd, const struct attrs *a)
{
	fake_genl(1, 0, 0, 0, cmd, a);
}

static inline void fake_ack(const struct nlmsghdr *req, int err)
{
	struct nlmsgerr e = { .error = err, .msg = *req };

	fake_message(fake.at, 0, NLMSG_ERROR, NLM_F_CAPPED, req->nlmsg_seq, &e, sizeof(e));
}

static inline void fake_done(const struct nlmsghdr *req, int err)
{
	fake_message(fake.at, 0, NLMSG_DONE, NLM_F_MULTI, req->nlmsg_seq, &err, sizeof(err));
}

static inline int fake_io_send(struct genl *g, struct nl_msg *msg)
{
	fake.requests++;
	fake.at = g == &fake.o->req ? 0 : g == &fake.o->helper.g ? 1 : 2;
	fake.handler(nlmsg_hdr(msg));
	return 0;
}

static inline ssize_t fake_io_recv(struct genl *g, void *buf, size_t cap, uint32_t *port)
{
	struct fake_head head;
	struct iovec iov[2] = { { &head, sizeof(head) }, { buf, cap } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n = recvmsg(g->fd, &mh, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	*port = head.port;
	return head.err ? head.err : n - (ssize_t)sizeof(head);
}

static const struct genl_io fake_io = { .send = fake_io_send, .recv = fake_io_recv };

static inline int fake_setup(void **state)
{
	int i, size = 8 << 20;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	for (i = 0; i < 3; i++) {
		int sv[2];

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
			return -1;
		setsockopt(sv[1], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
		fake.client[i] = sv[0];
		fake.kernel[i] = sv[1];
	}
	if (omasec_open_io(&fake.o, fake.client[0], FAKE_FAMILY, &fake_io))
		return -1;
	omasec_set_timeout(fake.o, 200);
	return 0;
}

/* The channels of the helper and of events besides. */
static inline int fake_setup_helper(void **state)
{
	if (fake_setup(state) ||
	    omasec_helper_open_io(fake.o, fake.client[1], FAKE_FAMILY, &fake_io) ||
	    omasec_events_open_io(fake.o, fake.client[2], FAKE_FAMILY, &fake_io))
		return -1;
	return 0;
}

static inline int fake_teardown(void **state)
{
	int i;

	(void)state;
	omasec_close(fake.o);
	for (i = 0; i < 3; i++) {
		close(fake.client[i]);
		close(fake.kernel[i]);
	}
	return 0;
}

#endif
