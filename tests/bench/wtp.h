/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions of WSP over WTP for exchange.c: a Connect, then a Post and its Reply as a transaction of
 * class 2, in segments. Nothing is lost here, so nothing is repeated; whatever fails ends
 * the program.
 */
#ifndef BENCH_WTP_H
#define BENCH_WTP_H

#include <stddef.h>
#include <sys/uio.h>

/* Begins a session on a socket of wsp_connect(). */
void wtp_begin(int fd);
/* As in wsp.h. The server answers Connects by itself. */
void wtp_post(int fd, const struct iovec *v, int n, const char *uri);
size_t wtp_get(int fd, char *buf, size_t room);
size_t wtp_serve(int fd, char *buf, size_t room);
void wtp_answer(int fd, const struct iovec *v, int n);

#endif
