/* SPDX-License-Identifier: GPL-2.0 */
/* Connectionless WSP for exchange.c: a Post and its Reply; whatever fails ends the program. */
#ifndef BENCH_WSP_H
#define BENCH_WSP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/* The most octets of a message: a datagram, less what omasec adds to its headers. */
#define WSP_BODY_MAX	(60 * 1024)

/* Sockets: one that knows its peer, one of a server. */
int wsp_connect(const char *host, const char *port);
int wsp_listen(const char *port);
/* A Post of the octets of @v; the data of its Reply into @buf, and their length. */
void wsp_post(int fd, const struct iovec *v, int n, const char *uri);
size_t wsp_get(int fd, char *buf, size_t room);
/* The other side: the data of the next Post, and its Reply. */
size_t wsp_serve(int fd, char *buf, size_t room);
void wsp_answer(int fd, const struct iovec *v, int n);

/*
 * For WTP: what is before the data, from the type on, and its length. data: those of the Post or
 * Reply of @len octets at @from, to @to, which may overlap; their length.
 */
#define WSP_HEAD_MAX	64
size_t wsp_post_head(unsigned char *to, const char *uri);
size_t wsp_reply_head(unsigned char *to);
size_t wsp_data(char *to, const char *from, size_t len, bool post);

#endif
