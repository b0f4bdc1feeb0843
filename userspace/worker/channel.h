/* SPDX-License-Identifier: GPL-2.0 */
/* Whole frames on the worker's socket; false when the parent has gone. */
#ifndef WORKER_CHANNEL_H
#define WORKER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool read_all(int fd, void *to, size_t len);
bool write_all(int fd, const void *from, size_t len);
/* A frame whose payload is @lead and then @body. */
bool write_frame(int fd, uint32_t op, uint32_t id, const void *lead, size_t lead_len,
		 const void *body, size_t len);

#endif
