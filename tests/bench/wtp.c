// SPDX-License-Identifier: GPL-2.0
/* See wtp.h. The PDUs are those of WAP-224-WTP, 8; groups of them as omasec makes them. */
#include <err.h>
#include <string.h>

#include "net.h"
#include "wsp.h"
#include "wtp.h"

#define INVOKE		1
#define RESULT		2
#define ACK		3
#define SEGMENT		4	/* more than the type of the first packet */
#define GTR		0x04
#define TTR		0x02
#define TPIS		0x80	/* what follows the header */
#define TPI_PSN		0x19
#define CLASS_2		0x02
#define ANSWERS		0x80

#define CUT		1400	/* octets in a packet */
#define GROUP		8	/* packets that are acknowledged at a time */
#define PACKETS		256
#define PACKET_MAX	2048

/* Connect and ConnectReply, with a Client- and a Server-SDU-Size of any number of octets. */
static unsigned char hello[] = { 0x01, 0x10, 6, 0, 2, 0x80, 0, 2, 0x81, 0 };
static unsigned char welcome[] = { 0x02, 1, 6, 0, 2, 0x80, 0, 2, 0x81, 0 };

static unsigned int tid;
static struct sockaddr_in asker;
static struct sockaddr_in *to;		/* NULL for who asks, whose socket knows its peer */
static unsigned char out[PACKETS * CUT];
static unsigned char in[PACKET_MAX];
static size_t in_len;

static void packet(int fd, unsigned int first, unsigned int type, unsigned char octet, size_t head,
		   const void *data, size_t len)
{
	unsigned char h[] = {
		(unsigned char)(first | type << 3), (unsigned char)((to ? ANSWERS : 0) | tid >> 8),
		(unsigned char)tid, octet,
	};
	struct iovec v[] = { { h, head }, { (void *)data, len } };
	struct msghdr msg = {
		.msg_name = to, .msg_namelen = to ? sizeof(*to) : 0, .msg_iov = v, .msg_iovlen = 2,
	};

	if (sendmsg(fd, &msg, 0) < 0)
		err(1, "sendmsg");
}

/* Of all packets up to @psn; of one that is alone, 0. */
static void acknowledge(int fd, unsigned char psn, bool alone)
{
	unsigned char number[] = { psn };

	if (alone)
		packet(fd, 0, ACK, 0, 3, NULL, 0);
	else
		packet(fd, TPIS, ACK, TPI_PSN, 4, number, 1);
}

/* The next PDU into @in, of this transaction but for one that begins another; its type. */
static unsigned int next(int fd)
{
	socklen_t size = sizeof(asker);
	ssize_t n = recvfrom(fd, in, sizeof(in), 0, to ? (struct sockaddr *)to : NULL,
			     to ? &size : NULL);
	unsigned int type = in[0] >> 3 & 15, is;

	if (n < 0)
		err(1, "recv");
	in_len = (size_t)n;
	if (in_len < 3 || !(in[1] & ANSWERS) != !!to || (in[0] & TPIS && type != ACK))
		errx(1, "that is no PDU from there");
	is = (in[1] & ~ANSWERS & 0xffu) << 8 | in[2];
	if (type == INVOKE && to)
		tid = is;
	else if (is != tid)
		errx(1, "a PDU of transaction %u in %u", is, tid);
	return type;
}

/* The message of @len octets in @out, group by group. */
static void transmit(int fd, unsigned int type, size_t len)
{
	size_t count = (len + CUT - 1) / CUT, n = 0, end = 0;

	if (count > PACKETS)
		errx(2, "a message of %zu octets", len);
	for (;;) {
		for (; n <= end; n++) {
			size_t at = n * CUT, part = len - at < CUT ? len - at : CUT;
			unsigned int flags = n + 1 == count ? TTR : n == end ? GTR : 0;

			if (n)
				packet(fd, flags, type + SEGMENT, (unsigned char)n, 4, out + at, part);
			else
				packet(fd, flags, type, CLASS_2, type == INVOKE ? 4 : 3, out, part);
		}
		if (n == count)
			return;
		if (next(fd) != ACK || in_len < 5 || in[3] != TPI_PSN || in[4] != end)
			errx(1, "that is no Ack of packet %zu", end);
		end = end + GROUP < count ? end + GROUP : count - 1;
	}
}

/* A message into @buf, whose packets come in order; who asks acknowledges the whole. */
static size_t receive(int fd, unsigned int type, char *buf, size_t room)
{
	size_t have = 0, n = 0, head;
	unsigned int is;

	for (;; n++) {
		is = next(fd);
		/* those that answer a Result tell nothing that counts here */
		while (!n && to && is == ACK)
			is = next(fd);
		if (is != (n ? type + SEGMENT : type))
			errx(1, "a PDU of type %u", is);
		head = n || type == INVOKE ? 4 : 3;
		if (in_len < head || (n && in[3] != n))
			errx(1, "packet %zu is missing", n);
		if (have + in_len - head > room)
			errx(1, "a message of more than %zu octets", room);
		memcpy(buf + have, in + head, in_len - head);
		have += in_len - head;
		if (in[0] & TTR)
			break;
		if (in[0] & GTR)
			acknowledge(fd, (unsigned char)n, false);
	}
	if (!to)
		acknowledge(fd, (unsigned char)n, !n);
	return have;
}

/* What is in front of the message is in @out already. */
static size_t gather(size_t at, const struct iovec *v, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (v[i].iov_len > sizeof(out) - at)
			errx(2, "too long a message");
		memcpy(out + at, v[i].iov_base, v[i].iov_len);
		at += v[i].iov_len;
	}
	return at;
}

void wtp_begin(int fd)
{
	char answer[64];

	tid = 1;
	memcpy(out, hello, sizeof(hello));
	transmit(fd, INVOKE, sizeof(hello));
	if (receive(fd, RESULT, answer, sizeof(answer)) < 2 || answer[0] != welcome[0])
		errx(1, "the session was not begun");
}

void wtp_post(int fd, const struct iovec *v, int n, const char *uri)
{
	tid++;
	transmit(fd, INVOKE, gather(wsp_post_head(out, uri), v, n));
}

size_t wtp_get(int fd, char *buf, size_t room)
{
	return wsp_data(buf, buf, receive(fd, RESULT, buf, room), false);
}

size_t wtp_serve(int fd, char *buf, size_t room)
{
	size_t len;

	to = &asker;
	for (;;) {
		len = receive(fd, INVOKE, buf, room);
		if (len < 2 || buf[0] != hello[0])
			return wsp_data(buf, buf, len, true);
		memcpy(out, welcome, sizeof(welcome));
		transmit(fd, RESULT, sizeof(welcome));
	}
}

void wtp_answer(int fd, const struct iovec *v, int n)
{
	transmit(fd, RESULT, gather(wsp_reply_head(out), v, n));
}
