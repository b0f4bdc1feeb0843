// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark measures of TLS and of pushes, as one static program for the guest:
 *	serve PORT                      answers TLS-shaped exchanges
 *	tls ROW HOST PORT OCTETS N      N exchanges on one connection
 *	push ROW PORT FILE N            N datagrams to a socket of this program, through lo
 * An exchange is so many octets in records of at most 16384, and as many back. The hellos
 * are real ones in form (RFC 8446); what the records hold is made up: cryptography is the
 * same on both sides of a comparison, and would only make the difference look smaller.
 * FILE has a datagram as hexadecimal digits a line; none is sent twice. A first part of
 * the work is done outside of the marks, so that caches are warm.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mark.h"
#include "net.h"

#define RECORD_MAX	16384
#define HEADER		5
#define OCTETS_MAX	(256 * 1024)
#define WIRE_MAX	(OCTETS_MAX + OCTETS_MAX / RECORD_MAX * HEADER)
#define WARM		8

static unsigned char wire[WIRE_MAX];

/* ---- TLS ---- */

static size_t put(unsigned char *to, size_t at, const void *from, size_t len)
{
	memcpy(to + at, from, len);
	return at + len;
}

/* A hello of TLS 1.3 into @to, with its record; returns its length. */
static size_t hello(unsigned char *to, bool client)
{
	static const unsigned char client_rest[] = {
		0, 2, 0x13, 0x01, 1, 0,			/* one suite, no compression */
		0, 7, 0, 43, 0, 3, 2, 3, 4,		/* extension: versions */
	};
	static const unsigned char server_rest[] = {
		0x13, 0x01, 0, 0, 6, 0, 43, 0, 2, 3, 4,
	};
	unsigned char start[] = { 22, 3, 3, 0, 0, client ? 1 : 2, 0, 0, 0, 3, 3 };
	unsigned char random[32];
	size_t at = put(to, 0, start, sizeof(start));

	memset(random, client ? 0x11 : 0x22, sizeof(random));
	at = put(to, at, random, sizeof(random));
	to[at++] = 0;					/* no session id */
	at = client ? put(to, at, client_rest, sizeof(client_rest)) :
		      put(to, at, server_rest, sizeof(server_rest));
	to[4] = (unsigned char)(at - HEADER);
	to[8] = (unsigned char)(at - HEADER - 4);
	return at;
}

/* @octets in records, into wire[]; returns the length of all. */
static size_t records(size_t octets)
{
	size_t at = 0;

	while (octets) {
		size_t n = octets < RECORD_MAX ? octets : RECORD_MAX;
		unsigned char head[HEADER] = { 23, 3, 3, (unsigned char)(n >> 8), (unsigned char)n };

		at = put(wire, at, head, sizeof(head));
		memset(wire + at, 0xa5, n);
		at += n;
		octets -= n;
	}
	return at;
}

static bool read_all(int fd, unsigned char *to, size_t len)
{
	while (len) {
		ssize_t n = read(fd, to, len);

		if (n < 0)
			err(1, "read");
		if (!n)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

static void send_octets(int fd, const unsigned char *p, size_t len)
{
	struct iovec v = { (void *)p, len };

	write_all(fd, &v, 1);
}

/* The first record says how many octets there are in an exchange. */
static void serve(const char *port)
{
	unsigned char their[256], our[256];
	size_t their_len = hello(their, true), our_len = hello(our, false), len;
	int lfd = listen_on(port), one = 1;
	unsigned int octets;

	printf("ready\n");
	for (;;) {
		int fd = accept(lfd, NULL, NULL);

		if (fd < 0)
			err(1, "accept");
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (!read_all(fd, their, their_len))
			errx(1, "no hello");
		send_octets(fd, our, our_len);
		if (!read_all(fd, wire, HEADER + 16))
			errx(1, "no size");
		memcpy(&octets, wire + HEADER, sizeof(octets));
		if (octets > OCTETS_MAX)
			errx(1, "%u octets in an exchange", octets);
		len = records(octets);
		while (read_all(fd, wire, len))
			send_octets(fd, wire, len);
		close(fd);
	}
}

static void tls_exchange(int fd, size_t len)
{
	send_octets(fd, wire, len);
	if (!read_all(fd, wire, len))
		errx(1, "the server closed the connection");
}

static void run_tls(char **argv)
{
	struct sockaddr_in a = address_of(argv[1], argv[2]);
	unsigned int octets = (unsigned int)atoi(argv[3]), n = (unsigned int)atoi(argv[4]), i;
	unsigned char buf[256], size[HEADER + 16] = { 23, 3, 3, 0, 16 };
	size_t len = hello(buf, true);
	int fd = connect_to(&a);

	if (octets > OCTETS_MAX)
		errx(2, "an exchange has at most %d octets", OCTETS_MAX);
	send_octets(fd, buf, len);
	if (!read_all(fd, buf, hello(wire, false)))
		errx(1, "no hello");
	memcpy(size + HEADER, &octets, sizeof(octets));
	send_octets(fd, size, sizeof(size));
	len = records(octets);
	for (i = 0; i < WARM; i++)
		tls_exchange(fd, len);
	mark_begin();
	for (i = 0; i < n; i++)
		tls_exchange(fd, len);
	mark_end();
	printf("interval tls %s %u %u\n", argv[0], octets, n);
}

/* ---- pushes ---- */

/* The next datagram of @f into @to. */
static size_t datagram(FILE *f, unsigned char *to, size_t room)
{
	char line[2048];
	size_t n = 0;

	if (!fgets(line, sizeof(line), f))
		errx(1, "too few datagrams");
	while (n < room && sscanf(line + 2 * n, "%2hhx", to + n) == 1)
		n++;
	return n;
}

static void run_push(char **argv)
{
	struct sockaddr_in a = address_of("127.0.0.1", argv[1]);
	unsigned int n = (unsigned int)atoi(argv[3]), i;
	int from = socket(AF_INET, SOCK_DGRAM, 0), to = socket(AF_INET, SOCK_DGRAM, 0);
	FILE *f = fopen(argv[2], "r");
	struct { unsigned char octets[512]; size_t len; } *all = calloc(n + WARM, sizeof(*all));
	unsigned char got[512];

	if (from < 0 || to < 0 || !f || !all || bind(to, (struct sockaddr *)&a, sizeof(a)))
		err(1, "push");
	for (i = 0; i < n + WARM; i++)
		all[i].len = datagram(f, all[i].octets, sizeof(all[i].octets));
	for (i = 0; i < n + WARM; i++) {
		if (i == WARM)
			mark_begin();
		if (sendto(from, all[i].octets, all[i].len, 0, (struct sockaddr *)&a, sizeof(a)) < 0)
			err(1, "sendto");
		if (recv(to, got, sizeof(got), 0) != (ssize_t)all[i].len ||
		    memcmp(got, all[i].octets, all[i].len))
			errx(1, "datagram %u did not arrive as it was", i);
	}
	mark_end();
	printf("interval push %s %zu %u\n", argv[0], all[0].len, n);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(what, "serve") && argc == 3)
		serve(argv[2]);
	else if (!strcmp(what, "tls") && argc == 7)
		run_tls(argv + 2);
	else if (!strcmp(what, "push") && argc == 6)
		run_push(argv + 2);
	else
		errx(2, "see the head of secured.c for what it takes");
	return 0;
}
