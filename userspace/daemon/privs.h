/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What omasecd gives up at start: every capability but CAP_NET_ADMIN, all of them
 * for the programs that it starts, and being traced or dumped.
 */
#ifndef DAEMON_PRIVS_H
#define DAEMON_PRIVS_H

#include <stddef.h>

/* 0 or a negative errno with @err filled. */
int privs_drop(char *err, size_t len);

#endif
