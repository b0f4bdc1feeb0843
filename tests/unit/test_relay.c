// SPDX-License-Identifier: GPL-2.0
/*
 * omasec obex-relay without its pair: how streams are written, what a service manager
 * passes, and what moves between four sockets, of which the two in the middle stand for
 * the protected connection.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmocka_table.h"
#include "userspace/tool/relay_pair.h"
#include "userspace/tool/relay_pump.h"
#include "userspace/tool/relay_spec.h"

/* ------------------------------------------------------------------ as it is written */

static void streams_are_read(void **state)
{
	struct relay_spec s;

	(void)state;
	assert_int_equal(relay_spec_parse("-", &s), 0);
	assert_int_equal(s.kind, RELAY_STDIO);
	assert_int_equal(relay_spec_parse("fd:7", &s), 0);
	assert_int_equal(s.kind, RELAY_FD);
	assert_int_equal(s.fd, 7);
	assert_int_equal(relay_spec_parse("tty:/dev/rfcomm0", &s), 0);
	assert_int_equal(s.kind, RELAY_TTY);
	assert_string_equal(s.name, "/dev/rfcomm0");
	assert_int_equal(relay_spec_parse("listen:/run/a:b", &s), 0);
	assert_int_equal(s.kind, RELAY_LISTEN);
	assert_string_equal(s.name, "/run/a:b");
	assert_int_equal(relay_spec_parse("connect:/run/a", &s), 0);
	assert_int_equal(s.kind, RELAY_CONNECT);
	assert_int_equal(relay_spec_parse("systemd:carrier", &s), 0);
	assert_int_equal(s.kind, RELAY_SYSTEMD);
}

static void others_are_refused(void **state)
{
	static const char *const bad[] = { "", "--", "fd:", "fd:x", "fd:-1", "fd:2", "fd:65536", "tty:", "listen:",
					   "/dev/rfcomm0", "systemd:a:b", "connect" };
	char path[RELAY_PATH_MAX + 8] = "listen:";
	struct relay_spec s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(relay_spec_parse(bad[i], &s), -EINVAL);
	memset(path + 7, 'a', RELAY_PATH_MAX);
	assert_int_equal(relay_spec_parse(path, &s), -EINVAL);
	path[7 + RELAY_PATH_MAX - 1] = '\0';
	assert_int_equal(relay_spec_parse(path, &s), 0);
}

static bool same(const char *a, const char *b)
{
	struct relay_spec x, y;

	assert_int_equal(relay_spec_parse(a, &x), 0);
	assert_int_equal(relay_spec_parse(b, &y), 0);
	assert_int_equal(relay_spec_same(&x, &y), relay_spec_same(&y, &x));
	return relay_spec_same(&x, &y);
}

static void one_stream_is_not_both(void **state)
{
	(void)state;
	assert_true(same("-", "-"));
	assert_true(same("-", "fd:1"));
	assert_true(same("fd:4", "fd:4"));
	assert_true(same("tty:/dev/ttyS0", "tty:/dev/ttyS0"));
	assert_false(same("fd:4", "fd:5"));
	assert_false(same("-", "fd:3"));
	assert_false(same("fd:3", "tty:/dev/ttyS0"));
	assert_false(same("listen:/run/a", "connect:/run/a"));
}

static void passed_descriptors_have_names(void **state)
{
	struct relay_passed p = { "77", "3", "app:carrier:x" };

	(void)state;
	assert_int_equal(relay_spec_passed(&p, 77, "app"), 3);
	assert_int_equal(relay_spec_passed(&p, 77, "carrier"), 4);
	assert_int_equal(relay_spec_passed(&p, 77, "x"), 5);
	assert_int_equal(relay_spec_passed(&p, 77, "carr"), -ENOENT);
	assert_int_equal(relay_spec_passed(&p, 77, "carriers"), -ENOENT);
	assert_int_equal(relay_spec_passed(&p, 78, "app"), -ESRCH);	/* another process's */
	p.fds = "2";
	assert_int_equal(relay_spec_passed(&p, 77, "x"), -ENOENT);
	p.fds = "0";
	assert_int_equal(relay_spec_passed(&p, 77, "app"), -ESRCH);
	p = (struct relay_passed){ "77", "2", "app:app" };
	assert_int_equal(relay_spec_passed(&p, 77, "app"), -EEXIST);
	p = (struct relay_passed){ "77", "1", NULL };
	assert_int_equal(relay_spec_passed(&p, 77, "unknown"), 3);
	p.pid = NULL;
	assert_int_equal(relay_spec_passed(&p, 77, "unknown"), -ESRCH);
}

/* ------------------------------------------------------------------ octets */

/**
 * struct line - a pump that runs
 * @app, @carrier, @protected, @other: our ends; those of the middle are not connected
 */
struct line {
	struct relay_stream s[4];
	struct relay_pump pump;
	int app, protected, other, carrier, stop;
	pthread_t thread;
	enum relay_end end;
};

static void *line_thread(void *arg)
{
	struct line *l = arg;

	l->end = relay_pump_run(&l->pump);
	return NULL;
}

static int line_stream(struct relay_stream *s, const char *name)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(relay_stream_take(s, name, fd[0], fd[0]), 0);
	return fd[1];
}

/* @in, @out: a carrier that is there already, or -1. */
static void line_open(struct line *l, int in, int out)
{
	int stop[2];

	memset(l, 0, sizeof(*l));
	l->app = line_stream(&l->s[0], "app");
	l->protected = line_stream(&l->s[1], "protected");
	l->other = line_stream(&l->s[2], "other");
	if (in < 0)
		l->carrier = line_stream(&l->s[3], "carrier");
	else
		assert_int_equal(relay_stream_take(&l->s[3], "carrier", in, out), 0);
	assert_int_equal(pipe(stop), 0);
	l->stop = stop[1];
	l->pump = (struct relay_pump){ .app = &l->s[0], .protected = &l->s[1], .other = &l->s[2],
				       .carrier = &l->s[3], .signals = stop[0], .linger_ms = 200 };
}

static void line_go(struct line *l)
{
	assert_int_equal(pthread_create(&l->thread, NULL, line_thread, l), 0);
}

static void line_start(struct line *l, int in, int out)
{
	line_open(l, in, out);
	line_go(l);
}

static enum relay_end line_join(struct line *l)
{
	int i;

	pthread_join(l->thread, NULL);
	for (i = 0; i < 4; i++)
		relay_stream_close(&l->s[i], false);
	close(l->pump.signals);
	close(l->stop);
	return l->end;
}

static void says(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void hears(int fd, const char *text)
{
	char got[64];
	size_t n = 0, len = strlen(text);

	while (n < len) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t m;

		assert_int_equal(poll(&p, 1, 5000), 1);
		m = read(fd, got + n, len - n);
		assert_true(m > 0);
		n += (size_t)m;
	}
	assert_memory_equal(got, text, len);
}

static void hears_the_end(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_true(read(fd, &c, 1) <= 0);
}

static void hears_nothing(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 50), 0);
}

static void close_all(struct line *l)
{
	close(l->app);
	close(l->protected);
	close(l->other);
	if (l->carrier)
		close(l->carrier);
}

static void nothing_goes_around_the_middle(void **state)
{
	struct line l;

	(void)state;
	line_start(&l, -1, -1);
	says(l.app, "plain");
	says(l.carrier, "air");
	hears(l.protected, "plain");
	hears(l.other, "air");
	hears_nothing(l.carrier);
	hears_nothing(l.app);
	says(l.other, "out");
	says(l.protected, "in");
	hears(l.carrier, "out");
	hears(l.app, "in");
	says(l.stop, "x");
	assert_int_equal(line_join(&l), RELAY_END_SIGNAL);
	close_all(&l);
}

static void an_end_is_passed_on_behind_the_octets(void **state)
{
	struct line l;

	(void)state;
	line_start(&l, -1, -1);
	says(l.app, "last");
	shutdown(l.app, SHUT_WR);
	hears(l.protected, "last");
	hears_the_end(l.protected);
	/* The other direction goes on. */
	says(l.protected, "answer");
	hears(l.app, "answer");
	shutdown(l.protected, SHUT_WR);
	hears_the_end(l.app);
	shutdown(l.carrier, SHUT_WR);
	hears_the_end(l.other);
	shutdown(l.other, SHUT_WR);
	hears_the_end(l.carrier);
	assert_int_equal(line_join(&l), RELAY_END_DONE);
	close_all(&l);
}

static void what_never_ends_is_not_waited_for(void **state)
{
	struct line l;

	(void)state;
	line_start(&l, -1, -1);
	shutdown(l.app, SHUT_WR);
	assert_int_equal(line_join(&l), RELAY_END_DONE);
	close_all(&l);
}

static void a_reader_that_stalls_stops_the_writer(void **state)
{
	static char block[16384];
	size_t sent = 0;
	struct line l;
	int size = 16384, tries;
	ssize_t n;

	(void)state;
	line_start(&l, -1, -1);
	setsockopt(l.app, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	fcntl(l.app, F_SETFL, O_NONBLOCK);
	for (tries = 0; tries < 20;) {
		n = write(l.app, block, sizeof(block));
		if (n > 0) {
			sent += (size_t)n;
			assert_true(sent < 4 << 20);
		} else {
			tries++;
			usleep(5000);
		}
	}
	says(l.stop, "x");
	line_join(&l);
	close_all(&l);
}

static void who_lost_it_is_named(void **state)
{
	struct line l;

	(void)state;
	line_start(&l, -1, -1);
	close(l.protected);
	says(l.app, "to nobody");
	assert_int_equal(line_join(&l), RELAY_END_FLOW);
	assert_int_equal(l.pump.error, EPIPE);
	close(l.app);
	close(l.other);
	close(l.carrier);

	line_start(&l, -1, -1);
	close(l.carrier);
	says(l.other, "to nobody");
	assert_int_equal(line_join(&l), RELAY_END_CARRIER);
	close(l.app);
	close(l.other);
	close(l.protected);
}

/* ------------------------------------------------------------------ ttys */

static const char octets[] = "\x03\x04\r\n\x11\x13\x7f\x80\xff\x1a end";

static void a_tty_is_raw_as_long_as_it_is_used(void **state)
{
	struct termios before, now;
	int master, slave, keep;
	struct line l;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	keep = dup(slave);
	assert_int_equal(tcgetattr(slave, &before), 0);
	assert_true(before.c_lflag & ICANON);
	line_start(&l, slave, slave);
	says(master, octets);
	hears(l.other, octets);
	hears_nothing(master);		/* no echo */
	says(l.other, octets);
	hears(master, octets);
	/* Nobody can tell the end to a tty: what it would say is not waited for. */
	shutdown(l.other, SHUT_WR);
	hears_the_end(l.other);
	close(l.app);
	hears_the_end(l.protected);
	close(l.protected);
	assert_int_equal(line_join(&l), RELAY_END_DONE);
	assert_int_equal(tcgetattr(keep, &now), 0);
	assert_int_equal(now.c_lflag, before.c_lflag);
	assert_int_equal(now.c_iflag, before.c_iflag);
	assert_int_equal(fcntl(keep, F_GETFL) & O_NONBLOCK, 0);
	close(keep);
	close(master);
	close(l.other);
}

static void a_tty_that_hangs_up_is_an_end(void **state)
{
	int master, slave;
	struct line l;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	line_start(&l, slave, slave);
	says(master, "bye");
	hears(l.other, "bye");
	close(master);
	hears_the_end(l.other);
	says(l.stop, "x");
	assert_int_equal(line_join(&l), RELAY_END_SIGNAL);
	close(l.app);
	close(l.protected);
	close(l.other);
}

static void a_master_whose_tty_is_closed_is_an_end(void **state)
{
	int master, slave;
	struct line l;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	line_start(&l, master, master);
	says(slave, "bye");
	hears(l.other, "bye");
	close(slave);
	hears_the_end(l.other);
	says(l.stop, "x");
	assert_int_equal(line_join(&l), RELAY_END_SIGNAL);
	close(l.app);
	close(l.protected);
	close(l.other);
}

/* As Linux tells the end of RFCOMM; here by a UNIX socket that is closed before all was read. */
static void line_reset(struct line *l, bool rfcomm)
{
	line_open(l, -1, -1);
	l->s[3].rfcomm = rfcomm;
	line_go(l);
	says(l->other, "unread");
	says(l->carrier, "bye");
	hears(l->other, "bye");
	close(l->carrier);
	l->carrier = 0;
}

static void a_reset_is_the_end_of_rfcomm_alone(void **state)
{
	struct line l;

	(void)state;
	line_reset(&l, false);
	assert_int_equal(line_join(&l), RELAY_END_CARRIER);
	assert_int_equal(l.pump.error, ECONNRESET);
	close_all(&l);
	line_reset(&l, true);
	hears_the_end(l.other);
	shutdown(l.other, SHUT_WR);
	says(l.app, "x");
	hears(l.protected, "x");
	says(l.stop, "x");
	assert_int_equal(line_join(&l), RELAY_END_SIGNAL);
	close_all(&l);
}

static void rfcomm_ends_in_both_directions(void **state)
{
	struct line l;

	(void)state;
	line_open(&l, -1, -1);
	l.s[3].rfcomm = true;
	line_go(&l);
	shutdown(l.other, SHUT_WR);
	hears_the_end(l.carrier);
	hears_the_end(l.other);		/* though the carrier has not ended */
	says(l.stop, "x");
	assert_int_equal(line_join(&l), RELAY_END_SIGNAL);
	close_all(&l);
}

static void what_goes_one_way_is_no_stream(void **state)
{
	struct relay_stream s;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(relay_stream_take(&s, "app", fd[0], fd[0]), -ENOTSOCK);
	assert_int_equal(relay_stream_take(&s, "app", fd[0], fd[1]), 0);
	relay_stream_end(&s);
	assert_int_equal(s.out, -1);
	relay_stream_close(&s, false);
}

static void pipes_are_a_stream(void **state)
{
	int in[2], out[2];
	struct line l;

	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	line_start(&l, in[0], out[1]);
	says(l.other, "to them");
	hears(out[0], "to them");
	says(in[1], "from them");
	close(in[1]);
	hears(l.other, "from them");
	hears_the_end(l.other);
	shutdown(l.other, SHUT_WR);
	hears_the_end(out[0]);
	close(l.app);
	close(l.protected);
	assert_int_equal(line_join(&l), RELAY_END_DONE);
	close(out[0]);
	close(l.other);
}

/* ------------------------------------------------------------------ the pair */

static int loopback(struct sockaddr_in *a, bool listens)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(*a);

	assert_true(fd >= 0);
	if (listens) {
		*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		assert_int_equal(bind(fd, (struct sockaddr *)a, sizeof(*a)), 0);
		assert_int_equal(listen(fd, 4), 0);
		assert_int_equal(getsockname(fd, (struct sockaddr *)a, &len), 0);
	} else {
		assert_int_equal(connect(fd, (struct sockaddr *)a, sizeof(*a)), 0);
	}
	return fd;
}

static void strangers_are_turned_away(void **state)
{
	int listener, before, mine, behind, got = -1;
	struct sockaddr_in a;

	(void)state;
	listener = loopback(&a, true);
	before = loopback(&a, false);
	mine = loopback(&a, false);
	behind = loopback(&a, false);
	says(before, "let me in");
	assert_int_equal(relay_pair_accept(listener, mine, &got), 0);
	hears_the_end(before);
	says(mine, "own");
	hears(got, "own");
	close(listener);
	hears_the_end(behind);
	close(before);
	close(behind);
	close(mine);
	close(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_read),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(one_stream_is_not_both),
		cmocka_unit_test(passed_descriptors_have_names),
		cmocka_unit_test(nothing_goes_around_the_middle),
		cmocka_unit_test(an_end_is_passed_on_behind_the_octets),
		cmocka_unit_test(what_never_ends_is_not_waited_for),
		cmocka_unit_test(a_reader_that_stalls_stops_the_writer),
		cmocka_unit_test(who_lost_it_is_named),
		cmocka_unit_test(a_tty_is_raw_as_long_as_it_is_used),
		cmocka_unit_test(a_tty_that_hangs_up_is_an_end),
		cmocka_unit_test(a_master_whose_tty_is_closed_is_an_end),
		cmocka_unit_test(a_reset_is_the_end_of_rfcomm_alone),
		cmocka_unit_test(rfcomm_ends_in_both_directions),
		cmocka_unit_test(what_goes_one_way_is_no_stream),
		cmocka_unit_test(pipes_are_a_stream),
		cmocka_unit_test(strangers_are_turned_away),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
