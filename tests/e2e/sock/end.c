// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a connection: half-close, shutdown, linger, resets, close with data
 * still under way in either direction.
 */
#include "sock.h"

static int half_close_lets_the_answer_through(struct pair *p)
{
	char c;

	MUST(put(p->c, true, 5000));
	EQ(shutdown(p->c, SHUT_WR), 0);
	MUST(get(p->s, 5000) > 0);
	EQ(recv(p->s, &c, 1, 0), 0);
	MUST(put(p->s, false, 70000));
	close(p->s);
	MUST(get(p->c, 70000) > 0);
	EQ(recv(p->c, &c, 1, 0), 0);
	return 0;
}

static int send_after_shutdown_is_epipe(struct pair *p)
{
	EQ(shutdown(p->c, SHUT_WR), 0);
	FAILS(send(p->c, "x", 1, MSG_NOSIGNAL), EPIPE);
	return 0;
}

static volatile sig_atomic_t got_pipe;

static void on_pipe(int sig)
{
	(void)sig;
	got_pipe = 1;
}

static int send_after_shutdown_raises_sigpipe(struct pair *p)
{
	signal(SIGPIPE, on_pipe);
	EQ(shutdown(p->c, SHUT_WR), 0);
	FAILS(write(p->c, "x", 1), EPIPE);
	EQ(got_pipe, 1);
	return 0;
}

static int shutdown_rd_ends_recv(struct pair *p)
{
	char c;

	EQ(shutdown(p->s, SHUT_RD), 0);
	EQ(recv(p->s, &c, 1, 0), 0);
	MUST(events(p->s, POLLIN, 1000) & POLLIN);
	return 0;
}

static int shutdown_wakes_blocked_recv(struct pair *p)
{
	pid_t child = fork();
	char c;

	if (!child) {
		nap(300);
		shutdown(p->s, SHUT_RD);
		_exit(0);
	}
	EQ(recv(p->s, &c, 1, 0), 0);
	waitpid(child, NULL, 0);
	return 0;
}

static int close_delivers_what_was_written(struct pair *p)
{
	struct job up = { .fd = p->c, .request = true, .body = 600 * KIB, .then_close = true };
	struct job down = { .fd = p->s, .body = 600 * KIB, .delay_ms = 1500 };
	char c;

	set_int(p->s, SOL_SOCKET, SO_RCVBUF, 16 * KIB);
	start(&up, job_send);
	start(&down, job_get);
	EQ(finish(&up), 0);
	MUST(finish(&down) > 0);
	EQ(recv(p->s, &c, 1, 0), 0);
	return 0;
}

static int close_with_unread_data_resets(struct pair *p)
{
	char c;

	MUST(put(p->c, true, 100));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(50);
	close(p->s);
	MUST(events(p->c, POLLIN, 5000) & POLLERR);
	FAILS(recv(p->c, &c, 1, 0), ECONNRESET);
	return 0;
}

static int linger_0_resets(struct pair *p)
{
	struct linger l = { 1, 0 };
	char c;

	RUN(exchange(p, 10, 10));
	setsockopt(p->c, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(p->c);
	MUST(events(p->s, POLLIN, 5000) & POLLHUP);
	FAILS(recv(p->s, &c, 1, 0), ECONNRESET);
	EQ(recv(p->s, &c, 1, 0), 0);
	return 0;
}

static int linger_waits_for_the_peer(struct pair *p)
{
	struct job down = { .fd = p->s, .body = 300 * KIB, .delay_ms = 700 };
	struct linger l = { 1, 8 };
	long t;

	setsockopt(p->c, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	set_int(p->s, SOL_SOCKET, SO_RCVBUF, 16 * KIB);
	set_int(p->c, SOL_SOCKET, SO_SNDBUF, MIB);
	MUST(put(p->c, true, 300 * KIB));
	start(&down, job_get);
	t = now_ms();
	close(p->c);
	t = now_ms() - t;
	MUST(t >= 500 && t < 7500);
	MUST(finish(&down) > 0);
	return 0;
}

static int data_is_read_before_the_reset(struct pair *p)
{
	struct linger l = { 1, 0 };
	char c;

	MUST(put(p->c, true, 3000));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	nap(100);
	MUST(get(p->s, 3000) > 0);
	setsockopt(p->c, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(p->c);
	nap(100);
	FAILS(recv(p->s, &c, 1, 0), ECONNRESET);
	return 0;
}

static int reset_wakes_blocked_recv(struct pair *p)
{
	struct linger l = { 1, 0 };
	pid_t child;
	char c;

	setsockopt(p->c, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	child = fork();
	if (!child) {
		nap(300);
		_exit(0);	/* the last descriptor of p->c goes with it */
	}
	close(p->c);
	FAILS(recv(p->s, &c, 1, 0), ECONNRESET);
	waitpid(child, NULL, 0);
	return 0;
}

static int reset_wakes_blocked_send(struct pair *p)
{
	struct linger l = { 1, 0 };
	size_t len;
	char *m = message(true, 1000 * KIB, &len);
	ssize_t n = 1;
	pid_t child;
	int i;

	setsockopt(p->s, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	set_int(p->s, SOL_SOCKET, SO_RCVBUF, 8 * KIB);
	child = fork();
	if (!child) {
		nap(500);
		_exit(0);
	}
	close(p->s);
	for (i = 0; i < 64 && n > 0; i++)
		n = send(p->c, m, len, MSG_NOSIGNAL);
	EQ(n, -1);
	MUST(errno == ECONNRESET || errno == EPIPE);
	waitpid(child, NULL, 0);
	return 0;
}

static int so_error_tells_the_reset_once(struct pair *p)
{
	struct linger l = { 1, 0 };
	socklen_t len = sizeof(int);
	int err = -1;

	setsockopt(p->c, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(p->c);
	MUST(events(p->s, POLLIN, 5000) & POLLERR);
	EQ(getsockopt(p->s, SOL_SOCKET, SO_ERROR, &err, &len), 0);
	EQ(err, ECONNRESET);
	EQ(getsockopt(p->s, SOL_SOCKET, SO_ERROR, &err, &len), 0);
	EQ(err, 0);
	return 0;
}

static int killed_process_ends_the_connection(struct pair *p)
{
	pid_t child = fork();
	char c;

	if (!child) {
		close(p->s);
		for (;;)
			pause();
	}
	close(p->c);
	nap(100);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	EQ(recv(p->s, &c, 1, 0), 0);
	return 0;
}

const struct item end_cases[] = {
	CASE(half_close_lets_the_answer_through), CASE(send_after_shutdown_is_epipe),
	CASE(send_after_shutdown_raises_sigpipe), CASE(shutdown_rd_ends_recv),
	CASE(shutdown_wakes_blocked_recv), CASE(close_delivers_what_was_written),
	CASE(close_with_unread_data_resets), CASE(linger_0_resets),
	CASE(linger_waits_for_the_peer), CASE(data_is_read_before_the_reset),
	CASE(reset_wakes_blocked_recv), CASE(reset_wakes_blocked_send),
	CASE(so_error_tells_the_reset_once), CASE(killed_process_ends_the_connection),
	{ 0 },
};
