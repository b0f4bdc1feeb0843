// SPDX-License-Identifier: GPL-2.0
/* See wsp.h. The PDUs are those of WAP-230-WSP, 8.2. */
#include <err.h>
#include <string.h>

#include "net.h"
#include "wsp.h"

#define POST	0x60
#define REPLY	0x04
#define OK	0x20
#define DM_XML	(0x80 | 0x43)	/* application/vnd.syncml.dm+xml */
#define PARTS	8

static unsigned char tid;
static struct sockaddr_in asker;

int wsp_connect(const char *host, const char *port)
{
	struct sockaddr_in a = address_of(host, port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		err(1, "connect");
	return fd;
}

int wsp_listen(const char *port)
{
	struct sockaddr_in a = address_of("0.0.0.0", port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
		err(1, "bind to %s", port);
	return fd;
}

static void transmit(int fd, struct sockaddr_in *to, void *head, size_t len,
		     const struct iovec *v, int n)
{
	struct iovec all[PARTS] = { { head, len } };
	struct msghdr msg = {
		.msg_name = to, .msg_namelen = to ? sizeof(*to) : 0,
		.msg_iov = all, .msg_iovlen = (size_t)n + 1,
	};

	if (n >= PARTS)
		errx(2, "too many parts");
	memcpy(all + 1, v, (size_t)n * sizeof(*v));
	if (sendmsg(fd, &msg, 0) < 0)
		err(1, "sendmsg");
}

size_t wsp_post_head(unsigned char *to, const char *uri)
{
	size_t len = strlen(uri);

	if (len > WSP_HEAD_MAX - 4)
		errx(2, "too long: %s", uri);
	to[0] = POST;
	to[1] = (unsigned char)len;
	to[2] = 1;
	memcpy(to + 3, uri, len);
	to[3 + len] = DM_XML;
	return 4 + len;
}

size_t wsp_reply_head(unsigned char *to)
{
	static const unsigned char head[] = { REPLY, OK, 1, DM_XML };

	memcpy(to, head, sizeof(head));
	return sizeof(head);
}

size_t wsp_data(char *to, const char *from, size_t len, bool post)
{
	const unsigned char *p = (const unsigned char *)from;
	size_t uri = post ? p[1] : 0, at = 2, headers, start;

	if (len < 4 || (post ? p[0] != POST || p[1] > 127 : p[0] != REPLY || p[1] != OK))
		errx(1, "that is not the %s", post ? "Post" : "Reply");
	headers = p[at++];
	if (headers & 0x80)
		headers = (headers & 0x7f) << 7 | p[at++];
	start = at + uri + headers;
	if (start > len || p[at + uri] != DM_XML)
		errx(1, "that is no DM message");
	memmove(to, from + start, len - start);
	return len - start;
}

void wsp_post(int fd, const struct iovec *v, int n, const char *uri)
{
	unsigned char head[1 + WSP_HEAD_MAX] = { ++tid };

	transmit(fd, NULL, head, 1 + wsp_post_head(head + 1, uri), v, n);
}

void wsp_answer(int fd, const struct iovec *v, int n)
{
	unsigned char head[1 + WSP_HEAD_MAX] = { tid };

	transmit(fd, &asker, head, 1 + wsp_reply_head(head + 1), v, n);
}

size_t wsp_get(int fd, char *buf, size_t room)
{
	ssize_t n = recv(fd, buf, room, 0);

	if (n < 0)
		err(1, "recv");
	if (n < 1 || (unsigned char)buf[0] != tid)
		errx(1, "another transaction");
	return wsp_data(buf, buf + 1, (size_t)n - 1, false);
}

size_t wsp_serve(int fd, char *buf, size_t room)
{
	socklen_t size = sizeof(asker);
	ssize_t n = recvfrom(fd, buf, room, 0, (struct sockaddr *)&asker, &size);

	if (n < 0)
		err(1, "recvfrom");
	if (n < 1)
		errx(1, "an empty datagram");
	tid = (unsigned char)buf[0];
	return wsp_data(buf, buf + 1, (size_t)n - 1, true);
}
