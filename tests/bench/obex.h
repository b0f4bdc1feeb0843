/* SPDX-License-Identifier: GPL-2.0 */
/* OBEX for exchange.c, in the longest packets that there are; whatever fails ends the program. */
#ifndef BENCH_OBEX_H
#define BENCH_OBEX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

void obex_connect(int fd);
/* Puts an object of the octets of @v; gets one into @buf, and returns its length. */
void obex_put(int fd, const struct iovec *v, int n, const char *type);
size_t obex_get(int fd, char *buf, size_t room, const char *type);
/*
 * The other side: answers until something is to be got. The object that was put before is in
 * @buf then, its length in @len. False at the end of the connection. obex_answer() gives it.
 */
bool obex_serve(int fd, char *buf, size_t room, size_t *len);
void obex_answer(int fd, const struct iovec *v, int n, const char *type);

#endif
