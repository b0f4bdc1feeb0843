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

void wsp_post(int fd, const struct iovec *v, int n, const char *uri)
{
	unsigned char head[64];
	size_t len = strlen(uri);

	if (len > 48)
		errx(2, "too long: %s", uri);
	head[0] = ++tid;
	head[1] = POST;
	head[2] = (unsigned char)len;
	head[3] = 1;
	memcpy(head + 4, uri, len);
	head[4 + len] = DM_XML;
	transmit(fd, NULL, head, 5 + len, v, n);
}

void wsp_answer(int fd, const struct iovec *v, int n)
{
	unsigned char head[] = { tid, REPLY, OK, 1, DM_XML };

	transmit(fd, &asker, head, sizeof(head), v, n);
}

/* The data behind @at, where the length of the headers stands, of @len octets in @buf. */
static size_t data_of(char *buf, size_t len, size_t at, size_t uri)
{
	size_t headers = (unsigned char)buf[at], start;

	if (headers & 0x80)
		headers = (headers & 0x7f) << 7 | (unsigned char)buf[++at];
	start = at + 1 + uri + headers;
	if (start > len || (unsigned char)buf[at + 1 + uri] != DM_XML)
		errx(1, "that is no DM message");
	memmove(buf, buf + start, len - start);
	return len - start;
}

size_t wsp_get(int fd, char *buf, size_t room)
{
	ssize_t n = recv(fd, buf, room, 0);

	if (n < 0)
		err(1, "recv");
	if (n < 5 || (unsigned char)buf[0] != tid || buf[1] != REPLY || buf[2] != OK)
		errx(1, "that is not the Reply");
	return data_of(buf, (size_t)n, 3, 0);
}

size_t wsp_serve(int fd, char *buf, size_t room)
{
	socklen_t size = sizeof(asker);
	ssize_t n = recvfrom(fd, buf, room, 0, (struct sockaddr *)&asker, &size);

	if (n < 0)
		err(1, "recvfrom");
	if (n < 5 || buf[1] != POST || buf[2] < 0)
		errx(1, "that is no Post");
	tid = (unsigned char)buf[0];
	return data_of(buf, (size_t)n, 3, (size_t)buf[2]);
}
