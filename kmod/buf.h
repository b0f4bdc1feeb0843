/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A byte buffer that grows at the end and is read from the front,
 * charged to the memory cap of its network namespace and to the memory cgroup
 * of the task. The caller serialises.
 */
#ifndef OMASEC_BUF_H
#define OMASEC_BUF_H

#include <linux/list.h>
#include <linux/uio.h>
#include "net.h"

struct omasec_buf {
	struct omasec_net *on;
	struct list_head chunks;
	size_t len;		/* octets that can be read */
};

/**
 * struct omasec_buf_cursor - a position for reading piece by piece
 * @at: list entry of the chunk
 * @off: octets of it that were read
 */
struct omasec_buf_cursor {
	const struct list_head *at;
	size_t off;
};

/*
 * For what may be larger than a page. Without memory the caller refuses by name, with
 * counter and event; a stack trace in the log would add nothing, and peers could fill
 * the log with them.
 */
#define OMASEC_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/* Module parameter: cap of the octets held for messages in one namespace. */
extern unsigned long omasec_memory_max;

void omasec_buf_init(struct omasec_buf *b, struct omasec_net *on);
/* 0, -ENOMEM, or -ENOBUFS over the cap of the namespace. All or nothing. May sleep. */
int omasec_buf_append(struct omasec_buf *b, const void *data, size_t len);
/* From user memory: octets taken, or a negative errno when none were. May sleep. */
ssize_t omasec_buf_append_iter(struct omasec_buf *b, struct iov_iter *from, size_t len);
/*
 * Room at the end, at least @least octets in one piece and about *@room, which is
 * set to what is there: its place, or ERR_PTR(). commit takes what was written.
 */
void *omasec_buf_reserve(struct omasec_buf *b, size_t least, size_t *room);
void omasec_buf_commit(struct omasec_buf *b, size_t len);
/* Moves @len octets of the first contiguous piece of @from to the end of @to, or none. */
int omasec_buf_take(struct omasec_buf *to, struct omasec_buf *from, size_t len);
/* Copies from @off without consuming; -ERANGE when there is less. Does not sleep. */
int omasec_buf_read(const struct omasec_buf *b, size_t off, void *dst, size_t len);
/* Positions at the front; valid as long as nothing is consumed. */
void omasec_buf_cursor_init(const struct omasec_buf *b, struct omasec_buf_cursor *c);
/* Copies at most @len octets and moves on; returns their number. Does not sleep. */
size_t omasec_buf_cursor_read(const struct omasec_buf *b, struct omasec_buf_cursor *c, void *dst,
			      size_t len);
/* Drops @len octets from the front. */
void omasec_buf_consume(struct omasec_buf *b, size_t len);
/* First contiguous piece; 0 when empty. */
size_t omasec_buf_front(const struct omasec_buf *b, const void **p);
/* Calls @fn for each contiguous piece until it returns non-zero, and returns that. */
int omasec_buf_walk(const struct omasec_buf *b,
		    int (*fn)(void *arg, const void *p, size_t len), void *arg);
/* Moves all of @from to the end of @to. Same namespace. */
void omasec_buf_splice(struct omasec_buf *to, struct omasec_buf *from);
void omasec_buf_free(struct omasec_buf *b);

#endif
