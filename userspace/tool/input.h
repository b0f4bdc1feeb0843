/* SPDX-License-Identifier: GPL-2.0 */
/* Octets of files and pipes, with a cap. */
#ifndef TOOL_INPUT_H
#define TOOL_INPUT_H

#include <sys/types.h>

/*
 * Reads until the end, or until there are @cap octets: one more than may be tells
 * what is too long. Their number, or a negative errno.
 */
ssize_t input_read(int fd, void *octets, size_t cap);

#endif
