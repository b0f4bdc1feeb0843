/* SPDX-License-Identifier: GPL-2.0 */
/*
 * XML security for the parent, which is asked for what takes a key: the worker has
 * none.
 */
#ifndef WORKER_SERVE_XSEC_H
#define WORKER_SERVE_XSEC_H

#include <dm/worker_ipc.h>

/* False when parent and worker have lost step in the middle. @out is malloc'ed. */
bool serve_xsec(int fd, uint32_t id, const struct worker_xsec *how, const uint8_t *message, size_t len,
		uint8_t **out, size_t *out_len, struct dm_error *err, int *ret);

#endif
