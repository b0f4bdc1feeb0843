// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets older than their rule: how the tool reads /proc/net/tcp, which of them a
 * rule selects, and that those who have one are stopped and go on unharmed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "userspace/tool/live.h"

#define TAIL " 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000 100 0 0 10 0"
#define V6_ANY "00000000000000000000000000000000"

/* The words of /proc are in the byte order of the machine. */
static uint32_t word(const char *address)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, address, &a), 1);
	return a.s_addr;
}

static void lines_are_read(void **state)
{
	struct live_socket s;
	char line[300];
	uint8_t v6[16];

	snprintf(line, sizeof(line), "   0: %08X:1F90 00000000:0000 0A" TAIL "\n", word("10.2.0.2"));
	assert_true(live_parse(line, AF_INET, &s));
	assert_true(s.listener);
	assert_int_equal(s.family, AF_INET);
	assert_memory_equal(s.local, "\x0a\x02\x00\x02", 4);
	assert_int_equal(s.local_port, 8080);
	assert_int_equal(s.uid, 1000);
	assert_int_equal(s.inode, 4711);

	snprintf(line, sizeof(line), "  12: " V6_ANY ":1F90 " V6_ANY ":0000 0A" TAIL);
	assert_true(live_parse(line, AF_INET6, &s));
	assert_true(s.listener);
	assert_int_equal(s.family, AF_INET6);

	/* an IPv4 peer of an IPv6 socket is one of IPv4 */
	snprintf(line, sizeof(line), "   1: 0000000000000000%08X%08X:1F90 0000000000000000%08X%08X:C350 01" TAIL,
		 htonl(0xffff), word("10.2.0.2"), htonl(0xffff), word("10.1.0.2"));
	assert_true(live_parse(line, AF_INET6, &s));
	assert_false(s.listener);
	assert_int_equal(s.family, AF_INET);
	assert_memory_equal(s.peer, "\x0a\x01\x00\x02", 4);
	assert_memory_equal(s.local, "\x0a\x02\x00\x02", 4);
	assert_int_equal(s.peer_port, 50000);

	inet_pton(AF_INET6, "fd02::2", v6);
	snprintf(line, sizeof(line), "   1: %08X%08X%08X%08X:1F90 %08X%08X%08X%08X:C350 08" TAIL,
		 *(uint32_t *)v6, 0, 0, *(uint32_t *)(v6 + 12), *(uint32_t *)v6, 0, 0, *(uint32_t *)(v6 + 12));
	assert_true(live_parse(line, AF_INET6, &s));
	assert_int_equal(s.family, AF_INET6);
	assert_memory_equal(s.peer, v6, 16);
}

static void other_lines_are_not(void **state)
{
	static const char *const lines[] = {
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
		"", "   0: 0100007F:1F90", "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000",
		/* time-wait: no inode */
		"   3: 0100007F:1F90 0100007F:A000 06 00000000:00000000 03:00000100 00000000     0        0 0 3 0",
		"   3: 0100007F:1F90 00000000:0000 07" TAIL,			/* closed */
		"   3: 0100007F:1F90 00000000000000000000000000000000:0000 0A" TAIL,	/* mixed */
		"   3: 0100007:1F90 00000000:0000 0A" TAIL,
	};
	struct live_socket s;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (live_parse(lines[i], AF_INET, &s))
			fail_msg("taken: %s", lines[i]);
}

#define PEER { 10, 1, 0, 2 }

static const struct row {
	const char *name;
	struct omasec_rule rule;
	struct live_socket socket;
	bool selects;
} rows[] = {
	{ "listener", { .direction = OMASEC_DIRECTION_IN, .port_min = 80, .port_max = 90 },
	  { .listener = true, .local_port = 85 }, true },
	{ "listener, other port", { .direction = OMASEC_DIRECTION_IN, .port_min = 80, .port_max = 90 },
	  { .listener = true, .local_port = 91 }, false },
	{ "listener, rule for datagrams",
	  { .protocol = OMASEC_PROTOCOL_UDP, .direction = OMASEC_DIRECTION_IN, .port_min = 80, .port_max = 90 },
	  { .listener = true, .local_port = 85 }, false },
	{ "listener, rule for clients", { .direction = OMASEC_DIRECTION_OUT, .port_max = 65535 },
	  { .listener = true, .local_port = 85 }, false },
	{ "listener, whose peers are not known yet",
	  { .direction = OMASEC_DIRECTION_IN, .port_max = 90, .family = AF_INET, .prefix = 32, .address = PEER },
	  { .listener = true, .local_port = 85 }, true },
	{ "listener of somebody else",
	  { .direction = OMASEC_DIRECTION_IN, .port_max = 90, .has_uid = true, .uid = 5 },
	  { .listener = true, .local_port = 85, .uid = 6 }, false },
	{ "listener, cgroup", { .direction = OMASEC_DIRECTION_IN, .port_max = 90, .has_cgroup = true, .cgroup = 5 },
	  { .listener = true, .local_port = 85 }, true },
	{ "accepted", { .direction = OMASEC_DIRECTION_IN, .port_min = 80, .port_max = 90 },
	  { .family = AF_INET, .local_port = 85, .peer_port = 50000 }, true },
	{ "connected", { .direction = OMASEC_DIRECTION_OUT, .port_min = 80, .port_max = 90 },
	  { .family = AF_INET, .local_port = 50000, .peer_port = 85 }, true },
	{ "connected from that port", { .direction = OMASEC_DIRECTION_OUT, .port_min = 80, .port_max = 90 },
	  { .family = AF_INET, .local_port = 85, .peer_port = 50000 }, false },
	{ "connected to the address",
	  { .direction = OMASEC_DIRECTION_OUT, .port_max = 90, .family = AF_INET, .prefix = 24, .address = { 10, 1, 0 } },
	  { .family = AF_INET, .peer = PEER, .peer_port = 85 }, true },
	{ "connected elsewhere",
	  { .direction = OMASEC_DIRECTION_OUT, .port_max = 90, .family = AF_INET, .prefix = 24, .address = { 10, 2, 0 } },
	  { .family = AF_INET, .peer = PEER, .peer_port = 85 }, false },
	{ "other family", { .direction = OMASEC_DIRECTION_OUT, .port_max = 90, .family = AF_INET6 },
	  { .family = AF_INET, .peer = PEER, .peer_port = 85 }, false },
};

static void rules_select(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (live_selects(&rows[i].rule, &rows[i].socket) != rows[i].selects)
			fail_msg("%s: expected %d", rows[i].name, rows[i].selects);
}

static char run_state(pid_t pid)
{
	char path[64], st = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%*d (%*[^)]) %c", &st), 1);
	fclose(f);
	return st;
}

/* A process sleeps in accept(), is stopped, goes on, and its accept() succeeds. */
static void who_accepts_is_stopped_and_goes_on(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int l = socket(AF_INET, SOCK_STREAM, 0), c, rc, status;
	struct live_holder h[3] = { 0 };
	socklen_t len = sizeof(sin);
	struct stopped *s;
	pid_t child;

	assert_int_equal(bind(l, (void *)&sin, sizeof(sin)), 0);
	assert_int_equal(listen(l, 5), 0);
	assert_int_equal(getsockname(l, (void *)&sin, &len), 0);
	child = fork();
	if (!child)
		_exit(accept(l, NULL, NULL) < 0);
	while (run_state(child) != 'S')
		usleep(1000);
	h[0].pid = getpid();		/* never ourselves */
	h[1].pid = child;
	h[2].pid = child;		/* a second descriptor */
	s = stop_holders(h, 3, &rc);
	if (!s)
		fail_msg("not stopped: %s", strerror(-rc));
	assert_int_equal(run_state(child), 't');
	c = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(c, (void *)&sin, sizeof(sin)), 0);
	usleep(20000);
	assert_int_equal(run_state(child), 't');
	stop_release(s);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(c);
	close(l);
}

static void who_is_gone_does_not_matter(void **state)
{
	struct live_holder h = { .pid = fork() };
	struct stopped *s;
	int rc;

	if (!h.pid)
		_exit(0);
	assert_int_equal(waitpid(h.pid, NULL, 0), h.pid);
	s = stop_holders(&h, 1, &rc);
	assert_non_null(s);
	stop_release(s);
}

static void holders_are_found_by_inode(void **state)
{
	struct live_holder h[] = { { 3, 10, 4 }, { 5, 10, 5 }, { 5, 12, 5 }, { 9, 10, 6 } };
	struct live_list l = { .holder = h, .holders = 4 };
	size_t count;

	assert_ptr_equal(live_holders(&l, 5, &count), &h[1]);
	assert_int_equal(count, 2);
	assert_ptr_equal(live_holders(&l, 9, &count), &h[3]);
	assert_int_equal(count, 1);
	assert_null(live_holders(&l, 4, &count));
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(other_lines_are_not),
		cmocka_unit_test(rules_select),
		cmocka_unit_test(who_accepts_is_stopped_and_goes_on),
		cmocka_unit_test(who_is_gone_does_not_matter),
		cmocka_unit_test(holders_are_found_by_inode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
