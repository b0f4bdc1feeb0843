// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting: blocking, nonblocking, timeouts, signals, poll, select, epoll in both
 * modes, low-water marks; connecting and accepting.
 */
#include "sock.h"

/* ---- blocking, nonblocking, timeouts ---- */

static int nonblocking_recv_is_eagain(struct pair *p)
{
	char buf[100];

	FAILS(recv(p->s, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN);
	nonblock(p->s);
	FAILS(read(p->s, buf, sizeof(buf)), EAGAIN);
	MUST(put(p->c, true, 100));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(50);
	MUST(get(p->s, 100) > 0);
	FAILS(read(p->s, buf, sizeof(buf)), EAGAIN);
	return 0;
}

static int blocked_recv_wakes(struct pair *p)
{
	struct job up = { .fd = p->c, .request = true, .body = 100, .delay_ms = 300 };
	long t = now_ms();

	start(&up, job_send);
	MUST(get(p->s, 100) > 0);
	MUST(now_ms() - t >= 250);
	EQ(finish(&up), 0);
	return 0;
}

/*
 * Requests without end into a peer that does not read: EAGAIN comes; then the
 * peer reads and answers all of them, and every octet arrives in order.
 */
static int nonblocking_send_fills_and_drains(struct pair *p)
{
	struct parser req = { .messages = 0 }, resp = { .messages = 0 };
	size_t len, rlen, at = 0, rat = 0, sent = 0, owed = 0;
	char *m = message(true, 30000, &len), *r = message(false, 500, &rlen);
	static char buf[32 * KIB];
	unsigned int begun = 0, total = 0;
	long end;
	ssize_t n = 0;

	nonblock(p->c);
	nonblock(p->s);
	for (end = now_ms() + 8000; sent < 64 * MIB && now_ms() < end;) {
		n = send(p->c, m + at, len - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			if (!events(p->c, POLLOUT, 300))
				break;
			continue;
		}
		MUST(n > 0);
		sent += n;
		at = (at + n) % len;
	}
	MUST(n < 0);
	total = sent / len + (at ? 1 : 0);
	begun = at ? 1 : 0;
	end = now_ms() + 15000;
	while (resp.messages < total && now_ms() < end) {
		struct pollfd pf[2] = { { p->c, POLLIN | (begun ? POLLOUT : 0), 0 },
					{ p->s, POLLIN | (owed ? POLLOUT : 0), 0 } };

		poll(pf, 2, 1000);
		n = begun ? send(p->c, m + at, len - at, MSG_NOSIGNAL) : 0;
		if (n > 0) {
			at += n;
			begun = at < len;
		}
		while ((n = recv(p->s, buf, sizeof(buf), 0)) > 0) {
			unsigned int was = req.messages;

			parse(&req, buf, n);
			owed += req.messages - was;
		}
		while (owed && (n = send(p->s, r + rat, rlen - rat, MSG_NOSIGNAL)) > 0) {
			rat += n;
			if (rat == rlen) {
				rat = 0;
				owed--;
			}
		}
		while ((n = recv(p->c, buf, sizeof(buf), 0)) > 0)
			parse(&resp, buf, n);
		MUST(!req.bad && !resp.bad);
	}
	EQ(resp.messages, total);
	MUST(events(p->c, POLLOUT, 2000) & POLLOUT);
	return 0;
}

static int rcvtimeo_ends_recv(struct pair *p)
{
	char c;
	long t;

	set_time(p->s, SO_RCVTIMEO, 300);
	t = now_ms();
	FAILS(recv(p->s, &c, 1, 0), EAGAIN);
	t = now_ms() - t;
	MUST(t >= 250 && t < 3000);
	MUST(put(p->c, true, 10));
	MUST(get(p->s, 10) > 0);
	return 0;
}

static int sndtimeo_ends_send(struct pair *p)
{
	size_t len;
	char *m = message(true, 1000 * KIB, &len);
	long t = 0;
	ssize_t n = 1;
	int i;

	set_time(p->c, SO_SNDTIMEO, 300);
	set_int(p->s, SOL_SOCKET, SO_RCVBUF, 8 * KIB);
	set_int(p->c, SOL_SOCKET, SO_SNDBUF, 8 * KIB);
	for (i = 0; i < 64 && n > 0; i++) {
		t = now_ms();
		n = send(p->c, m, len, MSG_NOSIGNAL);
	}
	EQ(n, -1);
	EQ(errno, EAGAIN);
	t = now_ms() - t;
	MUST(t >= 250 && t < 3000);
	return 0;
}

static void on_signal(int sig)
{
	(void)sig;
}

static int signal_interrupts_recv(struct pair *p)
{
	struct sigaction sa = { .sa_handler = on_signal };
	pid_t child;
	char c;

	sigaction(SIGUSR1, &sa, NULL);
	child = fork();
	if (!child) {
		nap(300);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	FAILS(recv(p->s, &c, 1, 0), EINTR);
	waitpid(child, NULL, 0);
	MUST(put(p->c, true, 10));
	MUST(get(p->s, 10) > 0);
	return 0;
}

/* ---- readiness ---- */

static int poll_tells_readable(struct pair *p)
{
	long len;
	char buf[4096];

	RUN(measure(p, 50, &len));
	EQ(events(p->s, POLLIN | POLLRDNORM, 100), 0);
	MUST(put(p->c, true, 50));
	EQ(events(p->s, POLLIN | POLLRDNORM, 5000), POLLIN | POLLRDNORM);
	nap(50);
	EQ(recv(p->s, buf, len - 1, 0), len - 1);
	EQ(events(p->s, POLLIN, 0), POLLIN);
	EQ(recv(p->s, buf, sizeof(buf), 0), 1);
	EQ(events(p->s, POLLIN, 100), 0);
	return 0;
}

static int poll_tells_writable(struct pair *p)
{
	EQ(events(p->c, POLLOUT | POLLWRNORM, 0), POLLOUT | POLLWRNORM);
	EQ(events(p->s, POLLOUT | POLLIN, 0), POLLOUT);
	RUN(exchange(p, 10, 10));
	EQ(events(p->c, POLLOUT, 1000), POLLOUT);
	return 0;
}

static int poll_tells_hangup(struct pair *p)
{
	char c;

	RUN(exchange(p, 10, 10));
	EQ(events(p->s, POLLRDHUP, 0), 0);
	EQ(shutdown(p->c, SHUT_WR), 0);
	EQ(events(p->s, POLLIN | POLLRDHUP, 5000), POLLIN | POLLRDHUP);
	EQ(recv(p->s, &c, 1, 0), 0);
	EQ(events(p->s, POLLOUT, 0), POLLOUT);
	EQ(shutdown(p->s, SHUT_WR), 0);
	MUST(events(p->c, POLLIN | POLLRDHUP, 5000) & POLLRDHUP);
	nap(50);
	MUST(events(p->c, POLLIN, 0) & POLLHUP);
	return 0;
}

static int poll_tells_data_before_hangup(struct pair *p)
{
	char c;

	MUST(put(p->c, true, 20000));
	close(p->c);
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	MUST(get(p->s, 20000) > 0);
	EQ(recv(p->s, &c, 1, 0), 0);
	EQ(recv(p->s, &c, 1, 0), 0);
	return 0;
}

static int select_tells_readable(struct pair *p)
{
	struct timeval tv = { 0, 100000 };
	fd_set r, w;

	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(p->s, &r);
	EQ(select(p->s + 1, &r, NULL, NULL, &tv), 0);
	MUST(put(p->c, true, 10));
	FD_SET(p->s, &r);
	FD_SET(p->s, &w);
	tv.tv_sec = 5;
	nap(50);
	EQ(select(p->s + 1, &r, &w, NULL, &tv), 2);
	MUST(get(p->s, 10) > 0);
	return 0;
}

static int epoll_level_repeats(struct pair *p)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(0), i;

	epoll_ctl(ep, EPOLL_CTL_ADD, p->s, &ev);
	EQ(epoll_wait(ep, &ev, 1, 50), 0);
	MUST(put(p->c, true, 100));
	for (i = 0; i < 3; i++) {
		EQ(epoll_wait(ep, &ev, 1, 5000), 1);
		EQ(ev.events, EPOLLIN);
	}
	MUST(get(p->s, 100) > 0);
	EQ(epoll_wait(ep, &ev, 1, 100), 0);
	return 0;
}

static int epoll_edge_tells_once(struct pair *p)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };
	int ep = epoll_create1(0), i;

	epoll_ctl(ep, EPOLL_CTL_ADD, p->s, &ev);
	for (i = 0; i < 5; i++) {
		MUST(put(p->c, true, 100));
		EQ(epoll_wait(ep, &ev, 1, 5000), 1);
		EQ(ev.events, EPOLLIN);
		nap(100);
		epoll_wait(ep, &ev, 1, 0);	/* the message may have come in two pieces */
		EQ(epoll_wait(ep, &ev, 1, 100), 0);
		MUST(get(p->s, 100) > 0);
		MUST(put(p->s, false, 5));
		MUST(get(p->c, 5) > 0);
		epoll_wait(ep, &ev, 1, 0);	/* room for writing is an edge of its own */
	}
	close(p->c);
	EQ(epoll_wait(ep, &ev, 1, 5000), 1);
	MUST((ev.events & (EPOLLIN | EPOLLRDHUP)) == (EPOLLIN | EPOLLRDHUP));
	return 0;
}

static int epoll_oneshot_is_silent(struct pair *p)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLONESHOT };
	int ep = epoll_create1(0);

	epoll_ctl(ep, EPOLL_CTL_ADD, p->s, &ev);
	MUST(put(p->c, true, 100));
	EQ(epoll_wait(ep, &ev, 1, 5000), 1);
	EQ(epoll_wait(ep, &ev, 1, 100), 0);
	ev.events = EPOLLIN | EPOLLONESHOT;
	epoll_ctl(ep, EPOLL_CTL_MOD, p->s, &ev);
	EQ(epoll_wait(ep, &ev, 1, 5000), 1);
	return 0;
}

/* Edge-triggered on both sides, small buffers, some MiB at once: no edge is lost. */
static int epoll_edge_never_stalls(struct pair *p)
{
	struct parser req = { .messages = 0 }, resp = { .messages = 0 };
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	size_t len, rlen, at = 0, rat = 0;
	char *m = message(true, 100000, &len), *r = message(false, 40000, &rlen);
	unsigned int begun = 0, owed = 0;
	const unsigned int total = 6;
	static char buf[16 * KIB];
	int ep = epoll_create1(0);
	ssize_t n;

	set_int(p->c, SOL_SOCKET, SO_SNDBUF, 16 * KIB);
	set_int(p->s, SOL_SOCKET, SO_SNDBUF, 16 * KIB);
	set_int(p->s, SOL_SOCKET, SO_RCVBUF, 16 * KIB);
	nonblock(p->c);
	nonblock(p->s);
	ev.data.fd = p->c;
	epoll_ctl(ep, EPOLL_CTL_ADD, p->c, &ev);
	ev.data.fd = p->s;
	epoll_ctl(ep, EPOLL_CTL_ADD, p->s, &ev);
	while (resp.messages < total) {
		if (epoll_wait(ep, &ev, 1, 5000) != 1)
			return fail(__LINE__, "no event for 5 s: %u requests sent, %u read, %u responses read",
				    begun, req.messages, resp.messages);
		if (ev.data.fd == p->c) {
			while (begun < total && (n = send(p->c, m + at, len - at, MSG_NOSIGNAL)) > 0) {
				at += n;
				if (at == len) {
					at = 0;
					begun++;
				}
			}
			while ((n = recv(p->c, buf, sizeof(buf), 0)) > 0)
				parse(&resp, buf, n);
		} else {
			while ((n = recv(p->s, buf, sizeof(buf), 0)) > 0) {
				unsigned int was = req.messages;

				parse(&req, buf, n);
				owed += req.messages - was;
			}
			while (owed && (n = send(p->s, r + rat, rlen - rat, MSG_NOSIGNAL)) > 0) {
				rat += n;
				if (rat == rlen) {
					rat = 0;
					owed--;
				}
			}
		}
		MUST(!req.bad && !resp.bad);
	}
	EQ(req.messages, total);
	return 0;
}

static int rcvlowat_holds_poll(struct pair *p)
{
	long len;

	RUN(measure(p, 100, &len));
	EQ(set_int(p->s, SOL_SOCKET, SO_RCVLOWAT, 2 * len), 0);
	MUST(put(p->c, true, 100));
	EQ(events(p->s, POLLIN, 300), 0);
	EQ(set_int(p->s, SOL_SOCKET, SO_RCVLOWAT, len), 0);
	EQ(events(p->s, POLLIN, 3000), POLLIN);
	EQ(set_int(p->s, SOL_SOCKET, SO_RCVLOWAT, 1), 0);
	MUST(get(p->s, 100) > 0);
	return 0;
}

/* ---- connecting and accepting ---- */

static int nonblocking_connect_completes(struct pair *p)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, port), elen = sizeof(int);
	struct pair q = { -1, -1 };
	int l = listener(), err = -1;

	(void)p;
	MUST(l >= 0);
	q.c = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	FAILS(connect(q.c, (void *)&ss, len), EINPROGRESS);
	EQ(events(q.c, POLLOUT, 5000), POLLOUT);
	EQ(getsockopt(q.c, SOL_SOCKET, SO_ERROR, &err, &elen), 0);
	EQ(err, 0);
	connect(q.c, (void *)&ss, len);		/* tells once that it is done */
	FAILS(connect(q.c, (void *)&ss, len), EISCONN);
	q.s = accept4(l, NULL, NULL, SOCK_NONBLOCK);
	MUST(q.s >= 0);
	MUST(fcntl(q.s, F_GETFL) & O_NONBLOCK);
	FAILS(recv(q.s, &err, 1, 0), EAGAIN);
	return 0;
}

static int accept_is_eagain_when_nobody_waits(struct pair *p)
{
	int l = listener();

	(void)p;
	nonblock(l);
	EQ(events(l, POLLIN, 0), 0);
	FAILS(accept(l, NULL, NULL), EAGAIN);
	return 0;
}

static int failed_connect_can_be_retried(struct pair *p)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, port);
	struct pair q;
	int l;

	close(p->c);
	close(p->s);
	q.c = socket(ss.ss_family, SOCK_STREAM, 0);
	FAILS(connect(q.c, (void *)&ss, len), ECONNREFUSED);
	l = listener();
	MUST(l >= 0);
	EQ(connect(q.c, (void *)&ss, len), 0);
	q.s = accept(l, NULL, NULL);
	MUST(q.s >= 0);
	RUN(exchange(&q, 100, 100));
	return 0;
}

static int unconnected_calls_are_enotconn(struct pair *p)
{
	struct sockaddr_storage ss;
	int fd;
	char c;

	(void)p;
	address(&ss, port);
	fd = socket(ss.ss_family, SOCK_STREAM, 0);
	FAILS(recv(fd, &c, 1, 0), ENOTCONN);
	FAILS(send(fd, &c, 1, MSG_NOSIGNAL), EPIPE);
	FAILS(shutdown(fd, SHUT_WR), ENOTCONN);
	return 0;
}

static int several_connections_accept_in_order(struct pair *p)
{
	struct pair q[20];
	int l = listener(), i;

	(void)p;
	MUST(l >= 0);
	for (i = 0; i < 20; i++)
		MUST((q[i].c = dial()) >= 0);
	for (i = 0; i < 20; i++)
		MUST((q[i].s = accept(l, NULL, NULL)) >= 0);
	for (i = 0; i < 20; i++)
		RUN(exchange(&q[i], 100 + i, 50));
	return 0;
}

static int names_and_info_are_there(struct pair *p)
{
	struct sockaddr_storage a, b;
	socklen_t la = sizeof(a), lb = sizeof(b), li;
	struct tcp_info info = { 0 };

	EQ(getpeername(p->c, (void *)&a, &la), 0);
	EQ(getsockname(p->s, (void *)&b, &lb), 0);
	MUST(la == lb && !memcmp(&a, &b, la));
	RUN(exchange(p, 1000, 10));
	li = sizeof(info);
	EQ(getsockopt(p->c, IPPROTO_TCP, TCP_INFO, &info, &li), 0);
	EQ(info.tcpi_state, 1);
	MUST(info.tcpi_bytes_sent > 1000);
	return 0;
}

const struct item ready_cases[] = {
	CASE(nonblocking_recv_is_eagain), CASE(blocked_recv_wakes),
	CASE(nonblocking_send_fills_and_drains), CASE(rcvtimeo_ends_recv),
	CASE(sndtimeo_ends_send), CASE(signal_interrupts_recv), CASE(poll_tells_readable),
	CASE(poll_tells_writable), CASE(poll_tells_hangup), CASE(poll_tells_data_before_hangup),
	CASE(select_tells_readable), CASE(epoll_level_repeats), CASE(epoll_edge_tells_once),
	CASE(epoll_oneshot_is_silent), CASE(epoll_edge_never_stalls), CASE(rcvlowat_holds_poll),
	CASE(nonblocking_connect_completes), CASE(accept_is_eagain_when_nobody_waits),
	CASE(failed_connect_can_be_retried), CASE(unconnected_calls_are_enotconn),
	CASE(several_connections_accept_in_order), CASE(names_and_info_are_there),
	{ 0 },
};
