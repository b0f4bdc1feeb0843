// SPDX-License-Identifier: GPL-2.0
/* See obex.h. A packet, then its answer, as OBEX is. */
#include <err.h>
#include <errno.h>
#include <string.h>

#include "net.h"
#include "obex.h"

#define PACKET_MAX	0xffff
#define CONNECT		0x80
#define PUT		0x02
#define GET		0x83
#define CONTINUE	0x90
#define SUCCESS		0xa0
#define FINAL		0x80

#define H_TYPE		0x42
#define H_BODY		0x48
#define H_END		0x49

static unsigned char in[PACKET_MAX], out[PACKET_MAX];

static size_t be16(const unsigned char *p)
{
	return (size_t)p[0] << 8 | p[1];
}

static bool read_all(int fd, unsigned char *to, size_t len, bool may_end)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(fd, to + have, len - have);

		if (may_end && !have && (!n || (n < 0 && errno == ECONNRESET)))
			return false;
		if (n < 0)
			err(1, "read");
		if (!n)
			errx(1, "connection closed within a packet");
		have += (size_t)n;
	}
	return true;
}

/* The next packet into @in; false at the end of the connection. */
static bool receive(int fd, bool may_end)
{
	if (!read_all(fd, in, 3, may_end))
		return false;
	if (be16(in + 1) < 3)
		errx(1, "a packet of %zu octets", be16(in + 1));
	return read_all(fd, in + 3, be16(in + 1) - 3, false);
}

static void expect(int fd, unsigned char code)
{
	receive(fd, false);
	if (in[0] != code)
		errx(1, "response %#x instead of %#x", in[0], code);
}

/* Sends @len octets of @out as a packet, and behind them those of @v. */
static void transmit(int fd, unsigned char code, size_t len, struct iovec *v, int n, size_t body)
{
	out[0] = code;
	out[1] = (unsigned char)((len + body) >> 8);
	out[2] = (unsigned char)(len + body);
	v[0] = (struct iovec){ out, len };
	write_all(fd, v, n + 1);
}

static void short_packet(int fd, unsigned char code)
{
	struct iovec v;

	transmit(fd, code, 3, &v, 0, 0);
}

/* Header with a length of two octets at out[at]; what is behind it. */
static size_t header(size_t at, unsigned char id, const char *value, size_t len)
{
	out[at] = id;
	out[at + 1] = (unsigned char)((len + 3) >> 8);
	out[at + 2] = (unsigned char)(len + 3);
	if (value)
		memcpy(out + at + 3, value, len);
	return at + 3 + (value ? len : 0);
}

/* The next @len octets of @v, taken off it, into @piece; how many vectors. */
static int take(struct iovec *v, int n, size_t len, struct iovec *piece)
{
	int i, used = 0;

	for (i = 0; i < n && len; i++) {
		size_t some = v[i].iov_len < len ? v[i].iov_len : len;

		if (!some)
			continue;
		piece[used++] = (struct iovec){ v[i].iov_base, some };
		v[i].iov_base = (char *)v[i].iov_base + some;
		v[i].iov_len -= some;
		len -= some;
	}
	return used;
}

/* An object in packets; @next waits for what lets the next one go. */
static void send_object(int fd, const struct iovec *from, int n, const char *type, unsigned char more,
			unsigned char last, unsigned char next)
{
	struct iovec v[8], piece[9];
	size_t left = 0, at, body;
	int i;

	for (i = 0; i < n; i++) {
		v[i] = from[i];
		left += v[i].iov_len;
	}
	at = header(3, H_TYPE, type, strlen(type) + 1);
	while (left) {
		body = PACKET_MAX - at - 3;
		if (body > left)
			body = left;
		left -= body;
		at = header(at, left ? H_BODY : H_END, NULL, body);
		i = take(v, n, body, piece + 1);
		transmit(fd, left ? more : last, at, piece, i, body);
		if (left)
			expect(fd, next);
		at = 3;
	}
}

/* Adds the body in @in, whose headers begin at @at. */
static size_t add_body(size_t at, char *buf, size_t room, size_t have)
{
	size_t len = be16(in + 1), n;

	for (; at < len; at += n) {
		n = in[at] < 0x80 ? be16(in + at + 1) : in[at] < 0xc0 ? 2 : 5;
		if (n < 2 || at + n > len)
			errx(1, "a header of %zu octets", n);
		if (in[at] != H_BODY && in[at] != H_END)
			continue;
		if (n - 3 > room - have)
			errx(1, "an object of more than %zu octets", room);
		memcpy(buf + have, in + at + 3, n - 3);
		have += n - 3;
	}
	return have;
}

void obex_connect(int fd)
{
	struct iovec v;
	size_t at;

	memcpy(out + 3, "\x10\0\xff\xff", 4);
	at = header(7, 0x46, "SYNCML-DM", 9);
	transmit(fd, CONNECT, at, &v, 0, 0);
	expect(fd, SUCCESS);
}

void obex_put(int fd, const struct iovec *v, int n, const char *type)
{
	send_object(fd, v, n, type, PUT, PUT | FINAL, CONTINUE);
	expect(fd, SUCCESS);
}

size_t obex_get(int fd, char *buf, size_t room, const char *type)
{
	struct iovec v;
	size_t have = 0;

	transmit(fd, GET, header(3, H_TYPE, type, strlen(type) + 1), &v, 0, 0);
	for (;;) {
		receive(fd, false);
		have = add_body(3, buf, room, have);
		if (in[0] == SUCCESS)
			return have;
		if (in[0] != CONTINUE)
			errx(1, "response %#x to GET", in[0]);
		short_packet(fd, GET);
	}
}

bool obex_serve(int fd, char *buf, size_t room, size_t *len)
{
	*len = 0;
	while (receive(fd, true)) {
		struct iovec v;

		switch (in[0]) {
		case CONNECT:
			memcpy(out + 3, "\x10\0\xff\xff", 4);
			transmit(fd, SUCCESS, 7, &v, 0, 0);
			break;
		case PUT:
		case PUT | FINAL:
			*len = add_body(3, buf, room, *len);
			short_packet(fd, in[0] & FINAL ? SUCCESS : CONTINUE);
			break;
		case GET:
			return true;
		default:
			errx(1, "opcode %#x", in[0]);
		}
	}
	return false;
}

void obex_answer(int fd, const struct iovec *v, int n, const char *type)
{
	send_object(fd, v, n, type, CONTINUE, SUCCESS, GET);
}
