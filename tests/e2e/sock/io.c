// SPDX-License-Identifier: GPL-2.0
/*
 * Carrying messages: sizes, pieces, flags, splice and sendfile, several processes
 * and threads at one socket.
 */
#include "sock.h"

/* ---- sending and receiving ---- */

static int carries_request_and_response(struct pair *p)
{
	RUN(exchange(p, 100, 200));
	return 0;
}

static int carries_many_exchanges(struct pair *p)
{
	int i;

	for (i = 0; i < 100; i++)
		RUN(exchange(p, i * 7, i * 13));
	return 0;
}

static int carries_empty_body(struct pair *p)
{
	RUN(exchange(p, 0, 0));
	RUN(exchange(p, 1, 1));
	return 0;
}

static int carries_1_mib_both_ways(struct pair *p)
{
	struct job up = { .fd = p->c, .request = true, .body = MIB };
	struct job down = { .fd = p->s, .body = MIB };

	start(&up, job_send);
	MUST(get(p->s, MIB) > 0);
	EQ(finish(&up), 0);
	start(&down, job_send);
	MUST(get(p->c, MIB) > 0);
	EQ(finish(&down), 0);
	return 0;
}

static int takes_1_octet_writes_and_reads(struct pair *p)
{
	struct job up = { .fd = p->c, .request = true, .body = 300, .piece = 1 };

	set_int(p->c, IPPROTO_TCP, TCP_NODELAY, 1);
	start(&up, job_send);
	MUST(get_by(p->s, 300, 1) > 0);
	EQ(finish(&up), 0);
	MUST(put(p->s, false, 300));
	MUST(get_by(p->c, 300, 1) > 0);
	return 0;
}

static int takes_iovecs(struct pair *p)
{
	size_t len, i, n = 0;
	char *m = message(true, 500, &len), in[4][400];
	struct iovec out[8], iv[4];
	struct msghdr mh = { .msg_iov = out, .msg_iovlen = 8 };
	struct parser ps = { .messages = 0 };
	long whole;

	RUN(measure(p, 500, &whole));
	for (i = 0; i < 8; i++) {
		size_t piece = i < 7 ? len / 8 : len - len / 8 * 7;

		out[i] = (struct iovec){ m + n, piece };
		n += piece;
	}
	EQ(sendmsg(p->c, &mh, 0), len);
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(50);
	for (i = 0; i < 4; i++)
		iv[i] = (struct iovec){ in[i], sizeof(in[i]) };
	EQ(readv(p->s, iv, 4), whole);
	for (i = 0; i < 4; i++)
		parse(&ps, in[i], i * 400 >= (size_t)whole ? 0 :
		      (size_t)whole - i * 400 < 400 ? (size_t)whole - i * 400 : 400);
	MUST(ps.messages == 1 && !ps.bad);
	return 0;
}

static int takes_sendmmsg_and_recvmmsg(struct pair *p)
{
	size_t len;
	char *m = message(true, 600, &len), a[300], b[4096];
	struct iovec o[2] = { { m, 100 }, { m + 100, len - 100 } };
	struct iovec i[2] = { { a, sizeof(a) }, { b, sizeof(b) } };
	struct mmsghdr out[2] = { { .msg_hdr = { .msg_iov = o, .msg_iovlen = 1 } },
				  { .msg_hdr = { .msg_iov = o + 1, .msg_iovlen = 1 } } };
	struct mmsghdr in[2] = { { .msg_hdr = { .msg_iov = i, .msg_iovlen = 1 } },
				 { .msg_hdr = { .msg_iov = i + 1, .msg_iovlen = 1 } } };
	struct parser ps = { .messages = 0 };

	EQ(sendmmsg(p->c, out, 2, 0), 2);
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(50);
	EQ(recvmmsg(p->s, in, 2, 0, NULL), 2);
	EQ(in[0].msg_len, sizeof(a));
	parse(&ps, a, in[0].msg_len);
	parse(&ps, b, in[1].msg_len);
	MUST(ps.messages == 1 && !ps.bad);
	return 0;
}

static int zero_length_calls_return_0(struct pair *p)
{
	char c;

	EQ(send(p->c, "", 0, 0), 0);
	MUST(put(p->c, true, 10));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	EQ(recv(p->s, &c, 0, 0), 0);
	MUST(get(p->s, 10) > 0);
	return 0;
}

static int bad_address_is_efault_and_loses_nothing(struct pair *p)
{
	void *bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	FAILS(send(p->c, bad, 100, 0), EFAULT);
	MUST(put(p->c, true, 100));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	FAILS(recv(p->s, bad, 100, 0), EFAULT);
	MUST(get(p->s, 100) > 0);
	return 0;
}

static int small_buffers_carry_200_kib(struct pair *p)
{
	struct job up = { .fd = p->c, .request = true, .body = 200 * KIB };

	set_int(p->c, SOL_SOCKET, SO_SNDBUF, 8 * KIB);
	set_int(p->s, SOL_SOCKET, SO_RCVBUF, 8 * KIB);
	start(&up, job_send);
	MUST(get(p->s, 200 * KIB) > 0);
	EQ(finish(&up), 0);
	return 0;
}

static int cork_and_nodelay_carry(struct pair *p)
{
	EQ(set_int(p->c, IPPROTO_TCP, TCP_CORK, 1), 0);
	MUST(put(p->c, true, 1000));
	EQ(set_int(p->c, IPPROTO_TCP, TCP_CORK, 0), 0);
	MUST(get(p->s, 1000) > 0);
	EQ(set_int(p->s, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	MUST(put(p->s, false, 1000));
	MUST(get(p->c, 1000) > 0);
	return 0;
}

static int msg_more_carries(struct pair *p)
{
	size_t len;
	char *m = message(true, 1000, &len);

	EQ(send(p->c, m, 30, MSG_MORE), 30);
	EQ(send(p->c, m + 30, 500, MSG_MORE), 500);
	EQ(send(p->c, m + 530, len - 530, 0), len - 530);
	MUST(get(p->s, 1000) > 0);
	return 0;
}

/* O: nothing of a message before all of it */
static int holds_back_an_unfinished_message(struct pair *p)
{
	size_t len;
	char *m = message(true, 2000, &len), c;
	int n;

	EQ(send(p->c, m, len - 1, 0), len - 1);
	nap(200);
	EQ(events(p->s, POLLIN, 0), 0);
	FAILS(recv(p->s, &c, 1, MSG_DONTWAIT), EAGAIN);
	EQ(ioctl(p->s, SIOCINQ, &n), 0);
	EQ(n, 0);
	EQ(send(p->c, m + len - 1, 1, 0), 1);
	MUST(get(p->s, 2000) > 0);
	return 0;
}

/* ---- flags of recv ---- */

static int peek_leaves_data(struct pair *p)
{
	char a[4096], b[4096];
	long len;

	RUN(measure(p, 1000, &len));
	MUST(put(p->c, true, 1000));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(50);
	EQ(recv(p->s, a, 10, MSG_PEEK), 10);
	EQ(recv(p->s, a, sizeof(a), MSG_PEEK), len);
	EQ(recv(p->s, a, sizeof(a), MSG_PEEK | MSG_DONTWAIT), len);
	EQ(recv(p->s, b, sizeof(b), 0), len);
	MUST(!memcmp(a, b, len));
	FAILS(recv(p->s, a, sizeof(a), MSG_PEEK | MSG_DONTWAIT), EAGAIN);
	return 0;
}

static int waitall_waits_for_all(struct pair *p)
{
	struct job up = { .fd = p->c, .request = true, .body = 1000, .piece = 50 };
	struct parser ps = { .messages = 0 };
	char buf[4096];
	long len;

	RUN(measure(p, 1000, &len));
	set_int(p->c, IPPROTO_TCP, TCP_NODELAY, 1);
	start(&up, job_send);
	EQ(recv(p->s, buf, len, MSG_WAITALL), len);
	parse(&ps, buf, len);
	MUST(ps.messages == 1 && !ps.bad);
	EQ(finish(&up), 0);
	return 0;
}

static int waitall_ends_at_eof(struct pair *p)
{
	char buf[8192];
	long len;

	RUN(measure(p, 1000, &len));
	MUST(put(p->c, true, 1000));
	EQ(shutdown(p->c, SHUT_WR), 0);
	EQ(recv(p->s, buf, sizeof(buf), MSG_WAITALL), len);
	EQ(recv(p->s, buf, sizeof(buf), MSG_WAITALL), 0);
	return 0;
}

static int trunc_discards(struct pair *p)
{
	char a[4096], b[4096];
	long len;

	RUN(measure(p, 1000, &len));
	MUST(put(p->c, true, 1000));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(50);
	EQ(recv(p->s, a, len, MSG_PEEK), len);
	EQ(recv(p->s, NULL, 100, MSG_TRUNC), 100);
	EQ(recv(p->s, b, sizeof(b), 0), len - 100);
	MUST(!memcmp(a + 100, b, len - 100));
	return 0;
}

static int errqueue_is_empty(struct pair *p)
{
	char buf[100];
	struct iovec iv = { buf, sizeof(buf) };
	struct msghdr mh = { .msg_iov = &iv, .msg_iovlen = 1 };

	MUST(put(p->c, true, 100));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	FAILS(recvmsg(p->s, &mh, MSG_ERRQUEUE), EAGAIN);
	MUST(get(p->s, 100) > 0);
	return 0;
}

static int inq_and_outq_count(struct pair *p)
{
	int n = -1, i;
	long len;

	RUN(measure(p, 1000, &len));
	EQ(ioctl(p->s, SIOCINQ, &n), 0);
	EQ(n, 0);
	MUST(put(p->c, true, 1000));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(100);
	EQ(ioctl(p->s, SIOCINQ, &n), 0);
	EQ(n, len);
	MUST(get_by(p->s, 1000, 100) == len);
	EQ(ioctl(p->s, FIONREAD, &n), 0);
	EQ(n, 0);
	for (i = 0; i < 50; i++) {
		EQ(ioctl(p->c, SIOCOUTQ, &n), 0);
		if (!n)
			break;
		nap(20);
	}
	EQ(n, 0);
	return 0;
}

/* TCP_INQ: how much there is still to read comes with what was read. */
static int inq_comes_with_the_data(struct pair *p)
{
	char data[400], control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	long len, got;
	int left;

	RUN(measure(p, 1000, &len));
	MUST(put(p->c, true, 1000));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(100);
	EQ(set_int(p->s, IPPROTO_TCP, TCP_INQ, 1), 0);
	for (got = 0; got < len; ) {
		ssize_t n;

		mh.msg_control = control;
		mh.msg_controllen = sizeof(control);
		n = recvmsg(p->s, &mh, 0);
		MUST(n > 0);
		got += n;
		c = CMSG_FIRSTHDR(&mh);
		MUST(c && c->cmsg_level == IPPROTO_TCP && c->cmsg_type == TCP_CM_INQ);
		memcpy(&left, CMSG_DATA(c), sizeof(left));
		EQ(left, len - got);
	}
	return 0;
}

static int outq_counts_what_is_not_acknowledged(struct pair *p)
{
	size_t len;
	char *m = message(true, 500 * KIB, &len);
	int n = 0;

	set_int(p->s, SOL_SOCKET, SO_RCVBUF, 8 * KIB);
	nonblock(p->c);
	MUST(send(p->c, m, len, MSG_NOSIGNAL) > 20000);
	nap(100);
	EQ(ioctl(p->c, SIOCOUTQ, &n), 0);
	MUST(n > 4000);
	return 0;
}

/* ---- splice, sendfile ---- */

static int splice_reads(struct pair *p)
{
	struct parser ps = { .messages = 0 };
	char buf[8192];
	int pipes[2];
	ssize_t n;

	MUST(!pipe(pipes));
	MUST(put(p->c, true, 20000));
	while (!ps.messages && !ps.bad) {
		n = splice(p->s, NULL, pipes[1], NULL, 8192, SPLICE_F_MOVE);
		MUST(n > 0);
		n = read(pipes[0], buf, n);
		MUST(n > 0);
		parse(&ps, buf, n);
	}
	MUST(!ps.bad);
	nonblock(p->s);
	FAILS(splice(p->s, NULL, pipes[1], NULL, 8192, 0), EAGAIN);
	EQ(shutdown(p->c, SHUT_WR), 0);
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	EQ(splice(p->s, NULL, pipes[1], NULL, 8192, 0), 0);
	return 0;
}

static int splice_writes(struct pair *p)
{
	size_t len, at = 0;
	char *m = message(true, 20000, &len);
	int pipes[2];
	ssize_t n;

	MUST(!pipe(pipes));
	while (at < len) {
		size_t piece = len - at < 4096 ? len - at : 4096;

		EQ(write(pipes[1], m + at, piece), piece);
		while (piece) {
			n = splice(pipes[0], NULL, p->c, NULL, piece, at + piece < len ? SPLICE_F_MORE : 0);
			MUST(n > 0);
			piece -= n;
			at += n;
		}
	}
	MUST(get(p->s, 20000) > 0);
	return 0;
}

static int sendfile_writes(struct pair *p)
{
	size_t len;
	char *m = message(true, 300000, &len);
	struct job down = { .fd = p->s, .body = 300000 };
	int fd = memfd_create("m", 0);
	off_t off = 0;

	EQ(write(fd, m, len), len);
	start(&down, job_get);
	while ((size_t)off < len)
		MUST(sendfile(p->c, fd, &off, len - off) > 0);
	MUST(finish(&down) > 0);
	return 0;
}

/* ---- descriptors and processes ---- */

static int dup_shares_the_socket(struct pair *p)
{
	int d = dup(p->s), e = dup(p->c);

	close(p->s);
	close(p->c);
	p->s = d;
	p->c = e;
	RUN(exchange(p, 100, 100));
	return 0;
}

static int fork_shares_the_socket(struct pair *p)
{
	int status;
	pid_t child;

	MUST(put(p->c, true, 1000));
	child = fork();
	if (!child)
		_exit(get(p->s, 1000) > 0 && put(p->s, false, 2000) ? 0 : 1);
	close(p->s);
	waitpid(child, &status, 0);
	EQ(status, 0);
	MUST(get(p->c, 2000) > 0);
	return 0;
}

struct shared {
	pthread_t thread;
	int fd;
	size_t got;
	unsigned int count[256];
};

static void *shared_read(void *arg)
{
	struct shared *s = arg;
	unsigned char buf[37];
	ssize_t n;

	while ((n = recv(s->fd, buf, sizeof(buf), 0)) > 0) {
		s->got += n;
		while (n--)
			s->count[buf[n]]++;
	}
	return NULL;
}

static int several_readers_get_each_octet_once(struct pair *p)
{
	struct shared r[4] = { { 0 } };
	size_t len, i, j, sum = 0;
	char *m = message(true, 50000, &len);
	unsigned int want = 0, have = 0;
	long whole;

	RUN(measure(p, 50000, &whole));
	for (i = 0; i < 4; i++) {
		r[i].fd = p->s;
		pthread_create(&r[i].thread, NULL, shared_read, &r[i]);
	}
	MUST(write_all(p->c, m, len));
	EQ(shutdown(p->c, SHUT_WR), 0);
	for (i = 0; i < 4; i++) {
		pthread_join(r[i].thread, NULL);
		sum += r[i].got;
		have += r[i].count['K'];
	}
	EQ(sum, whole);
	for (j = 0; j < 50000; j++)
		want += octet(j) == 'K';
	MUST(have >= want && have <= want + 5);
	return 0;
}

static int writers_and_readers_in_threads(struct pair *p)
{
	struct job a = { .fd = p->c, .request = true, .body = 200000, .piece = 999 };
	struct job b = { .fd = p->s, .body = 200000 };

	start(&b, job_get);
	start(&a, job_send);
	EQ(finish(&a), 0);
	MUST(finish(&b) > 0);
	return 0;
}

const struct item io_cases[] = {
	CASE(carries_request_and_response), CASE(carries_many_exchanges),
	CASE(carries_empty_body), CASE(carries_1_mib_both_ways),
	CASE(takes_1_octet_writes_and_reads), CASE(takes_iovecs),
	CASE(takes_sendmmsg_and_recvmmsg), CASE(zero_length_calls_return_0),
	CASE(bad_address_is_efault_and_loses_nothing), CASE(small_buffers_carry_200_kib),
	CASE(cork_and_nodelay_carry), CASE(msg_more_carries),
	ONLY(holds_back_an_unfinished_message), CASE(peek_leaves_data),
	CASE(waitall_waits_for_all), CASE(waitall_ends_at_eof), CASE(trunc_discards),
	CASE(errqueue_is_empty), CASE(inq_and_outq_count),
	CASE(inq_comes_with_the_data),
	CASE(outq_counts_what_is_not_acknowledged), CASE(splice_reads), CASE(splice_writes),
	CASE(sendfile_writes), CASE(dup_shares_the_socket), CASE(fork_shares_the_socket),
	CASE(several_readers_get_each_octet_once), CASE(writers_and_readers_in_threads),
	{ 0 },
};
