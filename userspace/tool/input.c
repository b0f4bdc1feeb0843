// SPDX-License-Identifier: GPL-2.0
/* See input.h. */
#include <errno.h>
#include <unistd.h>

#include "input.h"

ssize_t input_read(int fd, void *octets, size_t cap)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < cap) {
		n = read(fd, (char *)octets + len, cap - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	return n < 0 ? -errno : (ssize_t)len;
}
