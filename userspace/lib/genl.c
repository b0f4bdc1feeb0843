// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Channels and messages on libnl-3. What libnl does not do is done here: it
 * does not look at extended acknowledgements, does not check that a payload
 * fits the 16-bit attribute length (and would then let the rest of it be read as
 * attributes), and does not check that the kernel is the sender.
 *
 * Replies are told from notices by the sequence number, which is 0 for notices;
 * both may come on one socket. A late reply to a call that timed out carries an
 * old number and is skipped.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <omasec.h>
#include "genl.h"

#define GENL_SOCKET_BUFFER (1 << 20)
#define GENL_ERRNO_MAX 4095	/* MAX_ERRNO of the kernel */

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/* ---------------------------------------------------------------- sockets */

static int genl_errno(int nlerr)
{
	switch (-nlerr) {
	case NLE_INTR:
	case NLE_DUMP_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_PERM:
		return -EPERM;
	case NLE_NOACCESS:
		return -EACCES;
	case NLE_PROTO_MISMATCH:
	case NLE_AF_NOSUPPORT:
		return -EPROTONOSUPPORT;
	case NLE_MSGSIZE:
	case NLE_MSG_TRUNC:
		return -EMSGSIZE;
	case NLE_INVAL:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int genl_sock_send(struct genl *g, struct nl_msg *msg)
{
	/* A request that the socket buffer cannot hold is EMSGSIZE, which libnl does not tell. */
	errno = 0;
	int rc = nl_send(g->sk, msg);

	if (rc >= 0)
		return 0;
	return errno ? -errno : genl_errno(rc);
}

static ssize_t genl_sock_recv(struct genl *g, void *buf, size_t cap, uint32_t *port)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = buf, .iov_len = cap };
	struct msghdr mh = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
	};
	ssize_t n;

	do {
		n = recvmsg(g->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (mh.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	if (mh.msg_namelen != sizeof(from) || from.nl_family != AF_NETLINK)
		*port = UINT32_MAX;
	else
		*port = from.nl_pid;
	return n;
}

static const struct genl_io genl_sock_io = { .send = genl_sock_send, .recv = genl_sock_recv };

void genl_init(struct genl *g)
{
	memset(g, 0, sizeof(*g));
	g->fd = -1;
	g->timeout_ms = 5000;
}

static int genl_resolve(struct nl_sock *sk)
{
	int id = genl_ctrl_resolve(sk, OMASEC_GENL_NAME);

	if (id >= 0)
		return id;
	return id == -NLE_OBJ_NOTFOUND ? -EPROTONOSUPPORT : genl_errno(id);
}

static int genl_join(struct nl_sock *sk, const char *family, const char *group)
{
	int rc = genl_ctrl_resolve_grp(sk, family, group);

	if (rc >= 0)
		rc = nl_socket_add_membership(sk, rc);
	return rc < 0 ? genl_errno(rc) : 0;
}

static int genl_memory(struct genl *g)
{
	g->buf = malloc(GENL_DATAGRAM_MAX);
	g->sk = nl_socket_alloc();
	return g->buf && g->sk ? 0 : -ENOMEM;
}

int genl_open(struct genl *g, const char *group)
{
	static const int one = 1;
	int rc;

	rc = genl_memory(g);
	if (rc)
		goto fail;
	rc = genl_connect(g->sk);
	if (rc) {
		rc = genl_errno(rc);
		goto fail;
	}
	g->fd = nl_socket_get_fd(g->sk);
	/* The default of 32 KiB holds neither a chunk to send nor a burst of notices. */
	rc = nl_socket_set_buffer_size(g->sk, GENL_SOCKET_BUFFER, GENL_SOCKET_BUFFER);
	if (rc) {
		rc = genl_errno(rc);
		goto fail;
	}
	/* More than the administrator's limit, when allowed. */
	setsockopt(g->fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ GENL_SOCKET_BUFFER }, sizeof(int));
	setsockopt(g->fd, SOL_SOCKET, SO_SNDBUFFORCE, &(int){ GENL_SOCKET_BUFFER }, sizeof(int));
	if (setsockopt(g->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(g->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(g->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one))) {
		rc = -errno;
		goto fail;
	}
	rc = genl_resolve(g->sk);
	if (rc < 0)
		goto fail;
	g->family = (uint16_t)rc;
	rc = 0;
	if (group && *group)
		rc = genl_join(g->sk, OMASEC_GENL_NAME, group);
	/* Last: its notices would disturb libnl's own calls. */
	if (!rc && group)
		rc = genl_join(g->sk, "nlctrl", "notify");
	if (!rc && nl_socket_set_nonblocking(g->sk))
		rc = -EIO;
	if (rc)
		goto fail;
	g->io = &genl_sock_io;
	return 0;

fail:
	genl_close(g);
	return rc;
}

int genl_open_io(struct genl *g, int fd, uint16_t family, const struct genl_io *io)
{
	int rc = genl_memory(g);

	if (rc) {
		genl_close(g);
		return rc;
	}
	g->fd = fd;
	g->family = family;
	g->io = io;
	return 0;
}

void genl_close(struct genl *g)
{
	nl_socket_free(g->sk);
	free(g->buf);
	g->sk = NULL;
	g->buf = NULL;
	g->io = NULL;
	g->fd = -1;
}

bool genl_is_open(const struct genl *g)
{
	return g->io;
}

bool genl_family_present(const struct genl *g)
{
	struct nl_sock *sk;
	bool present = false;

	if (g->io != &genl_sock_io)
		return true;
	sk = nl_socket_alloc();
	if (sk && !genl_connect(sk))
		present = genl_resolve(sk) == g->family;
	nl_socket_free(sk);
	return present;
}

/* --------------------------------------------------------------- building */

void genl_msg_init(struct genl_msg *m, const struct genl *g, int cmd, bool dump, size_t room)
{
	m->err = 0;
	m->nl = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + room);
	if (!m->nl || !genlmsg_put(m->nl, NL_AUTO_PORT, NL_AUTO_SEQ, g->family, 0,
				   NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK),
				   (uint8_t)cmd, OMASEC_GENL_VERSION))
		m->err = -ENOMEM;
}

void genl_msg_drop(struct genl_msg *m)
{
	/* A PIN may be in it. */
	if (m->nl)
		explicit_bzero(nlmsg_hdr(m->nl), nlmsg_hdr(m->nl)->nlmsg_len);
	nlmsg_free(m->nl);
	m->nl = NULL;
}

void genl_put(struct genl_msg *m, int attr, const void *data, size_t len)
{
	if (m->err)
		return;
	if (len > GENL_PAYLOAD_MAX || nla_put(m->nl, attr, (int)len, data))
		m->err = -EMSGSIZE;
}

void genl_put_u8(struct genl_msg *m, int attr, uint8_t v)
{
	genl_put(m, attr, &v, sizeof(v));
}

void genl_put_u16(struct genl_msg *m, int attr, uint16_t v)
{
	genl_put(m, attr, &v, sizeof(v));
}

void genl_put_u32(struct genl_msg *m, int attr, uint32_t v)
{
	genl_put(m, attr, &v, sizeof(v));
}

void genl_put_u64(struct genl_msg *m, int attr, uint64_t v)
{
	genl_put(m, attr, &v, sizeof(v));
}

void genl_put_s32(struct genl_msg *m, int attr, int32_t v)
{
	genl_put(m, attr, &v, sizeof(v));
}

void genl_put_flag(struct genl_msg *m, int attr)
{
	genl_put(m, attr, NULL, 0);
}

void genl_put_str(struct genl_msg *m, int attr, const char *s, size_t max)
{
	size_t len = strnlen(s, max + 1);

	if (len > max && !m->err)
		m->err = -EINVAL;
	genl_put(m, attr, s, len + 1);
}

struct nlattr *genl_nest(struct genl_msg *m, int attr)
{
	struct nlattr *nest = NULL;

	if (!m->err) {
		nest = nla_nest_start(m->nl, attr | NLA_F_NESTED);
		if (!nest)
			m->err = -EMSGSIZE;
	}
	return nest;
}

void genl_nest_end(struct genl_msg *m, struct nlattr *nest)
{
	if (m->err)
		return;
	if (nla_nest_end(m->nl, nest))
		m->err = -EMSGSIZE;
}

/* --------------------------------------------------------------- decoding */

static int genl_decode_str(char *to, size_t size, const char *p, size_t len)
{
	/* The module sends the NUL; without one it would still be a text. */
	size_t n = strnlen(p, len);

	if (n >= size || n + 1 < len)
		return -EBADMSG;
	memcpy(to, p, n);
	to[n] = '\0';
	return 0;
}

static int genl_decode_nonce(struct omasec_nonce *nonce, const void *p, size_t len)
{
	if (len > sizeof(nonce->data))
		return -EBADMSG;
	nonce->known = true;
	nonce->len = (uint8_t)len;
	memcpy(nonce->data, p, len);
	return 0;
}

static int genl_decode_field(const struct genl_field *f, const struct nlattr *nla, void *out)
{
	static const uint8_t width[] = {
		[GENL_U8] = 1, [GENL_U16] = 2, [GENL_U32] = 4, [GENL_U64] = 8, [GENL_S32] = 4,
	};
	char *to = (char *)out + f->offset;
	const void *p = nla_data(nla);
	size_t len = (size_t)nla_len(nla);

	switch (f->type) {
	case GENL_U8:
	case GENL_U16:
	case GENL_U32:
	case GENL_U64:
	case GENL_S32:
		if (len != width[f->type])
			return -EBADMSG;
		memcpy(to, p, len);
		break;
	case GENL_FLAG:
		*(bool *)to = true;
		break;
	case GENL_STR:
		if (genl_decode_str(to, f->size, p, len))
			return -EBADMSG;
		break;
	case GENL_NONCE:
		if (genl_decode_nonce((struct omasec_nonce *)to, p, len))
			return -EBADMSG;
		break;
	case GENL_ADDR:
		if (len != 4 && len != 16)
			return -EBADMSG;
		memcpy(to, p, len);
		if (f->aux)
			*((uint8_t *)out + f->aux) = len == 4 ? AF_INET : AF_INET6;
		return 0;
	case GENL_OCTETS:
		if (len != f->size)
			return -EBADMSG;
		memcpy(to, p, len);
		break;
	case GENL_BYTES:
		*(struct genl_bytes *)to = (struct genl_bytes){ .p = p, .len = len };
		break;
	case GENL_NEST:
		if (genl_decode(f->nest, p, len, to))
			return -EBADMSG;
		break;
	default:
		return 0;
	}
	if (f->aux)
		*((bool *)out + f->aux) = true;
	return 0;
}

int genl_decode(const struct genl_set *set, const void *attrs, size_t len, void *out)
{
	struct nlattr *tb[GENL_ATTR_MAX + 1];
	unsigned int i;

	if (set->max > GENL_ATTR_MAX || len > INT32_MAX)
		return -EBADMSG;
	if (nla_parse(tb, (int)set->max, (struct nlattr *)(uintptr_t)attrs, (int)len, NULL))
		return -EBADMSG;
	for (i = 0; i < set->count; i++) {
		const struct genl_field *f = &set->field[i];

		if (tb[f->attr] && genl_decode_field(f, tb[f->attr], out))
			return -EBADMSG;
	}
	return 0;
}

int genl_command(const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return -EBADMSG;
	return ((const struct genlmsghdr *)NLMSG_DATA(nlh))->cmd;
}

int genl_decode_msg(const struct genl_set *set, const struct nlmsghdr *nlh, void *out)
{
	if (genl_command(nlh) < 0)
		return -EBADMSG;
	return genl_decode(set, (const char *)nlh + NLMSG_LENGTH(GENL_HDRLEN),
			   nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), out);
}

/* ------------------------------------------------- extended acknowledgement */

/* NLMSGERR_ATTR_MISS_TYPE, which headers before 5.19 do not have. */
#define EXTACK_MISS_TYPE 5

static const struct genl_field *genl_field(const struct genl_set *set, unsigned int attr)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		if (set->field[i].attr == attr)
			return &set->field[i];
	return NULL;
}

/* The name of the attribute at @offs of the request, "client/user" in a nest. */
static void genl_name_attr(struct genl *g, const struct genl_set *set,
			   const struct nlmsghdr *req, uint32_t offs)
{
	size_t pos = NLMSG_LENGTH(GENL_HDRLEN), end = req->nlmsg_len;

	while (set && pos + NLA_HDRLEN <= end) {
		const struct nlattr *nla = (const void *)((const char *)req + pos);
		const struct genl_field *f = genl_field(set, (unsigned int)nla_type(nla));
		size_t used = strlen(g->attr);

		if (nla->nla_len < NLA_HDRLEN || pos + nla->nla_len > end)
			return;
		if (offs >= pos + NLA_ALIGN(nla->nla_len)) {
			pos += NLA_ALIGN(nla->nla_len);
			continue;
		}
		if (!f || offs < pos)
			return;
		snprintf(g->attr + used, sizeof(g->attr) - used, "%s%s", used ? "/" : "", f->name);
		if (offs == pos)
			return;
		end = pos + nla->nla_len;
		pos += NLA_HDRLEN;
		set = f->nest;
	}
}

static void genl_read_extack(struct genl *g, const struct genl_set *set,
			     const struct nlmsghdr *req, const void *attrs, size_t len)
{
	struct nlattr *tb[EXTACK_MISS_TYPE + 1];

	if (nla_parse(tb, EXTACK_MISS_TYPE, (struct nlattr *)(uintptr_t)attrs, (int)len, NULL))
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		snprintf(g->extack, sizeof(g->extack), "%.*s", nla_len(tb[NLMSGERR_ATTR_MSG]),
			 (const char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
	if (tb[NLMSGERR_ATTR_OFFS] && nla_len(tb[NLMSGERR_ATTR_OFFS]) == 4)
		genl_name_attr(g, set, req, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	if (set && tb[EXTACK_MISS_TYPE] && nla_len(tb[EXTACK_MISS_TYPE]) == 4) {
		const struct genl_field *f = genl_field(set, nla_get_u32(tb[EXTACK_MISS_TYPE]));

		if (f)
			snprintf(g->attr, sizeof(g->attr), "%s is missing", f->name);
	}
}

/* NLMSG_ERROR (0 is the acknowledgement) and NLMSG_DONE (with the result of a dump). */
static int genl_read_end(struct genl *g, const struct genl_set *set, const struct nlmsghdr *req,
			 const struct nlmsghdr *nlh)
{
	bool done = nlh->nlmsg_type == NLMSG_DONE;
	size_t fixed = done ? sizeof(int) : sizeof(struct nlmsgerr);
	const char *payload = NLMSG_DATA(nlh);
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;
	int err;

	if (len < sizeof(int))
		return done && len == 0 ? 0 : -EBADMSG;
	memcpy(&err, payload, sizeof(err));
	if (err >= 0)
		return 0;
	/* What is no errno would be taken for one further on. */
	if (err < -GENL_ERRNO_MAX || (!done && len < fixed))
		return -EBADMSG;
	/* Before the attributes, a copy of the request unless the kernel was asked to cap it. */
	if (!done && !(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		size_t echoed = ((const struct nlmsgerr *)payload)->msg.nlmsg_len;

		if (echoed < NLMSG_HDRLEN || echoed > len)
			return err;
		fixed += NLMSG_ALIGN(echoed) - NLMSG_HDRLEN;
	}
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && len > fixed)
		genl_read_extack(g, set, req, payload + fixed, len - fixed);
	return err;
}

/* ---------------------------------------------------------------- receiving */

/* Removal of the family, from nlctrl's multicast group. */
static void genl_ctrl_notice(struct genl *g, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];

	if (genl_command(nlh) != CTRL_CMD_DELFAMILY)
		return;
	if (nla_parse(tb, CTRL_ATTR_MAX, (struct nlattr *)((char *)(uintptr_t)nlh +
		      NLMSG_LENGTH(GENL_HDRLEN)), (int)(nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN)),
		      NULL))
		return;
	if (tb[CTRL_ATTR_FAMILY_ID] && nla_len(tb[CTRL_ATTR_FAMILY_ID]) == 2 &&
	    nla_get_u16(tb[CTRL_ATTR_FAMILY_ID]) == g->family)
		g->gone = true;
}

static void genl_notice(struct genl *g, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		genl_ctrl_notice(g, nlh);
	else if (nlh->nlmsg_type == g->family && g->notice)
		g->notice(g->arg, nlh);
}

/* One datagram, from the kernel only. Octets, or a negative errno. */
static ssize_t genl_recv(struct genl *g)
{
	uint32_t port = UINT32_MAX;
	ssize_t n;

	/* Other processes may send to our port: not an error, and not for us. */
	do {
		n = g->io->recv(g, g->buf, GENL_DATAGRAM_MAX, &port);
	} while (n >= 0 && port != 0);
	if (n == -ENOBUFS)
		g->overrun = true;
	return n;
}

static int64_t genl_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static ssize_t genl_recv_wait(struct genl *g, int64_t until)
{
	for (;;) {
		struct pollfd pfd = { .fd = g->fd, .events = POLLIN };
		ssize_t n = genl_recv(g);
		int64_t left;

		/* Notices that were lost do not concern the call; its reply may follow. */
		if (n == -ENOBUFS)
			continue;
		if (n != -EAGAIN)
			return n;
		left = until - genl_now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, (int)left) < 0 && errno != EINTR)
			return -errno;
	}
}

/**
 * struct genl_state - a call in progress
 * @rc: first error of the reply function or of a reply
 * @done: the end was seen
 * @intr: the dump is not consistent
 */
struct genl_state {
	const struct genl_set *set;
	const struct nlmsghdr *req;
	genl_reply_fn fn;
	void *arg;
	int rc;
	bool done, intr;
};

static void genl_reply(struct genl *g, struct genl_state *s, const struct nlmsghdr *nlh)
{
	int rc = 0;

	if (nlh->nlmsg_seq == 0) {
		genl_notice(g, nlh);
		return;
	}
	if (nlh->nlmsg_seq != s->req->nlmsg_seq || s->done)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		s->intr = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_OVERRUN:
		rc = -ENOBUFS;
		break;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		s->done = true;
		rc = genl_read_end(g, s->set, s->req, nlh);
		break;
	default:
		if (nlh->nlmsg_type != g->family)
			rc = -EBADMSG;
		else if (!s->rc && s->fn)
			rc = s->fn(s->arg, nlh);
	}
	if (rc && !s->rc)
		s->rc = rc;
}

int genl_call(struct genl *g, struct genl_msg *m, const struct genl_set *set,
	      genl_reply_fn fn, void *arg)
{
	struct genl_state s = { .set = set, .fn = fn, .arg = arg };
	int64_t until = genl_now_ms() + g->timeout_ms;
	int rc = m->err;

	g->extack[0] = '\0';
	g->attr[0] = '\0';
	if (rc)
		goto out;
	nl_complete_msg(g->sk, m->nl);
	s.req = nlmsg_hdr(m->nl);
	rc = g->io->send(g, m->nl);
	if (rc)
		goto out;
	while (!s.done) {
		ssize_t n = genl_recv_wait(g, until);
		struct nlmsghdr *nlh = g->buf;
		int left;

		if (n < 0) {
			rc = (int)n;
			goto out;
		}
		for (left = (int)n; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
			genl_reply(g, &s, nlh);
	}
	rc = s.rc ? s.rc : s.intr ? -EINTR : 0;
out:
	genl_msg_drop(m);
	return rc;
}

int genl_drain_one(struct genl *g)
{
	struct nlmsghdr *nlh = g->buf;
	ssize_t n = genl_recv(g);
	int left;

	if (n < 0)
		return n == -EAGAIN ? (g->gone ? -EPROTONOSUPPORT : 0) : (int)n;
	for (left = (int)n; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		if (nlh->nlmsg_seq == 0)
			genl_notice(g, nlh);
	return 1;
}

int genl_drain(struct genl *g)
{
	int rc;

	do {
		rc = genl_drain_one(g);
	} while (rc > 0);
	return rc;
}
