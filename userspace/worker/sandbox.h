/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the worker gives up before it sees the first octet of a message:
 * capabilities, descriptors, files, sockets, new programs, memory and time
 * without bound. One way only; a child of the daemon has nothing to keep.
 */
#ifndef WORKER_SANDBOX_H
#define WORKER_SANDBOX_H

#include <stddef.h>

/*
 * Keeps only @fd. *@landlock: ABI version in force, 0 when the kernel has no
 * Landlock (then seccomp stands alone). 0, or negative errno with what failed
 * in @why; then the caller has to exit.
 */
int sandbox_enter(int fd, unsigned int *landlock, char *why, size_t size);

#endif
