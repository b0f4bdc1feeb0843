// SPDX-License-Identifier: GPL-2.0
/* Whole frames on the worker's socket, whatever the kernel takes at a time. */
#include "channel.h"

#include <dm/worker_ipc.h>

#include <errno.h>
#include <unistd.h>

bool read_all(int fd, void *to, size_t len)
{
	while (len) {
		ssize_t n = read(fd, to, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to = (uint8_t *)to + n;
		len -= (size_t)n;
	}
	return true;
}

bool write_all(int fd, const void *from, size_t len)
{
	while (len) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		from = (const uint8_t *)from + n;
		len -= (size_t)n;
	}
	return true;
}

bool write_frame(int fd, uint32_t op, uint32_t id, const void *lead, size_t lead_len,
		 const void *body, size_t len)
{
	struct worker_frame frame = { WORKER_MAGIC, op, id, (uint32_t)(lead_len + len) };

	return write_all(fd, &frame, sizeof(frame)) && write_all(fd, lead, lead_len) &&
	       write_all(fd, body, len);
}
