// SPDX-License-Identifier: GPL-2.0
/*
 * A byte buffer of single pages. Single pages, because a fragmented device has
 * no others; one list, because messages are only ever appended, walked in order
 * and dropped from the front.
 *
 * Invariants: @len is the sum of what the chunks hold; no chunk in the list is
 * empty; on->memory counts PAGE_SIZE for every chunk that exists, so an octet at
 * a time cannot hold more memory than the cap says.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "buf.h"

unsigned long omasec_memory_max = 64UL << 20;
module_param_named(memory_max, omasec_memory_max, ulong, 0644);
MODULE_PARM_DESC(memory_max, "most octets held for messages in one network namespace");

/**
 * struct omasec_chunk - one page of a buffer
 * @list: in omasec_buf.chunks
 * @off: first octet that counts
 * @end: behind the last octet
 * @data: octets
 */
struct omasec_chunk {
	struct list_head list;
	u16 off, end;
	u8 data[];
};

#define OMASEC_CHUNK_SIZE	(min_t(size_t, PAGE_SIZE, 32768) - sizeof(struct omasec_chunk))

/* Undoes the charge of @pages. */
static void omasec_buf_uncharge(struct omasec_net *on, size_t pages)
{
	atomic_long_sub(pages * PAGE_SIZE, &on->memory);
}

static int omasec_buf_charge(struct omasec_net *on, size_t pages)
{
	long add = pages * PAGE_SIZE;
	unsigned long max = min_t(unsigned long, READ_ONCE(omasec_memory_max), LONG_MAX);

	if (atomic_long_add_return(add, &on->memory) > (long)max) {
		atomic_long_sub(add, &on->memory);
		return -ENOBUFS;
	}
	return 0;
}

static void omasec_chunk_free(struct omasec_buf *b, struct omasec_chunk *c)
{
	list_del(&c->list);
	free_page((unsigned long)c);
	omasec_buf_uncharge(b->on, 1);
}

/**
 * omasec_buf_init() - an empty buffer
 * @b: the buffer
 * @on: whose memory cap counts
 *
 * Context: any.
 */
void omasec_buf_init(struct omasec_buf *b, struct omasec_net *on)
{
	b->on = on;
	b->len = 0;
	INIT_LIST_HEAD(&b->chunks);
}

/* Room behind the last octet. */
static size_t omasec_buf_room(const struct omasec_buf *b)
{
	if (list_empty(&b->chunks))
		return 0;
	return OMASEC_CHUNK_SIZE - list_last_entry(&b->chunks, struct omasec_chunk, list)->end;
}

/* Puts @pages empty chunks into @list, or none. */
static int omasec_buf_pages(struct omasec_net *on, size_t pages, struct list_head *list)
{
	struct omasec_chunk *c, *next;
	size_t i;
	int err;

	err = omasec_buf_charge(on, pages);
	if (err)
		return err;
	for (i = 0; i < pages; i++) {
		c = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
		if (!c)
			goto err_free;
		c->off = 0;
		c->end = 0;
		list_add_tail(&c->list, list);
	}
	return 0;

err_free:
	list_for_each_entry_safe(c, next, list, list)
		free_page((unsigned long)c);
	INIT_LIST_HEAD(list);
	omasec_buf_uncharge(on, pages);
	return -ENOMEM;
}

/**
 * omasec_buf_append() - puts octets at the end, all or none
 * @b: the buffer
 * @data: octets
 * @len: their number
 *
 * Context: process, may sleep. The caller serialises.
 * Return: 0, -ENOMEM, or -ENOBUFS over the memory cap of the namespace.
 */
int omasec_buf_append(struct omasec_buf *b, const void *data, size_t len)
{
	size_t room = omasec_buf_room(b), n;
	struct omasec_chunk *c;
	LIST_HEAD(fresh);
	int err;

	if (len > room) {
		err = omasec_buf_pages(b->on, DIV_ROUND_UP(len - room, OMASEC_CHUNK_SIZE), &fresh);
		if (err)
			return err;
	}
	b->len += len;
	if (room && len) {
		c = list_last_entry(&b->chunks, struct omasec_chunk, list);
		n = min(room, len);
		memcpy(c->data + c->end, data, n);
		c->end += n;
		data += n;
		len -= n;
	}
	list_for_each_entry(c, &fresh, list) {
		n = min(OMASEC_CHUNK_SIZE, len);
		memcpy(c->data, data, n);
		c->end = n;
		data += n;
		len -= n;
	}
	list_splice_tail(&fresh, &b->chunks);
	return 0;
}

/**
 * omasec_buf_append_iter() - takes octets from the caller of a socket call
 * @b: the buffer
 * @from: where they come from
 * @len: most octets
 *
 * Context: process, may sleep and fault. The caller serialises.
 * Return: octets taken; when none were, -EFAULT, -ENOMEM or -ENOBUFS.
 */
ssize_t omasec_buf_append_iter(struct omasec_buf *b, struct iov_iter *from, size_t len)
{
	size_t done = 0;
	int err = 0;

	while (done < len) {
		size_t room = omasec_buf_room(b), n;
		struct omasec_chunk *c;
		LIST_HEAD(fresh);

		if (!room) {
			err = omasec_buf_pages(b->on, 1, &fresh);
			if (err)
				break;
			room = OMASEC_CHUNK_SIZE;
			c = list_first_entry(&fresh, struct omasec_chunk, list);
		} else {
			c = list_last_entry(&b->chunks, struct omasec_chunk, list);
		}
		n = copy_from_iter(c->data + c->end, min(room, len - done), from);
		c->end += n;
		b->len += n;
		done += n;
		if (!list_empty(&fresh)) {
			list_move_tail(&c->list, &b->chunks);
			if (!n)
				omasec_chunk_free(b, c);
		}
		if (!n) {
			err = -EFAULT;
			break;
		}
	}
	return done ? done : err;
}

/**
 * omasec_buf_cursor_init() - a position at the front of a buffer
 * @b: the buffer; it must not shrink while the cursor is in use
 * @c: the cursor
 *
 * Context: any.
 */
void omasec_buf_cursor_init(const struct omasec_buf *b, struct omasec_buf_cursor *c)
{
	c->at = b->chunks.next;
	c->off = 0;
}

/**
 * omasec_buf_cursor_read() - copies octets and moves on
 * @b: the buffer
 * @c: where to begin; behind the last octet that was copied afterwards
 * @dst: destination
 * @len: most octets
 *
 * Context: any; does not sleep.
 * Return: octets copied, less than @len only at the end.
 */
size_t omasec_buf_cursor_read(const struct omasec_buf *b, struct omasec_buf_cursor *c, void *dst,
			      size_t len)
{
	size_t done = 0;

	while (done < len && c->at != &b->chunks) {
		struct omasec_chunk *k = list_entry(c->at, struct omasec_chunk, list);
		size_t have = k->end - k->off - c->off;
		size_t n = min(have, len - done);

		memcpy(dst + done, k->data + k->off + c->off, n);
		done += n;
		c->off += n;
		if (n == have) {
			c->at = k->list.next;
			c->off = 0;
		}
	}
	return done;
}

/**
 * omasec_buf_read() - copies octets without consuming them
 * @b: the buffer
 * @off: first octet
 * @dst: destination
 * @len: number of octets
 *
 * Goes through the buffer from the front: who reads all of a long one piece by
 * piece uses a cursor or omasec_buf_walk().
 *
 * Context: any; does not sleep.
 * Return: 0, or -ERANGE when there are fewer.
 */
int omasec_buf_read(const struct omasec_buf *b, size_t off, void *dst, size_t len)
{
	struct omasec_buf_cursor cur;
	struct omasec_chunk *c;

	if (off > b->len || len > b->len - off)
		return -ERANGE;
	omasec_buf_cursor_init(b, &cur);
	list_for_each_entry(c, &b->chunks, list) {
		if (off < c->end - c->off)
			break;
		off -= c->end - c->off;
		cur.at = c->list.next;
	}
	cur.off = off;
	omasec_buf_cursor_read(b, &cur, dst, len);
	return 0;
}

/**
 * omasec_buf_consume() - drops octets from the front
 * @b: the buffer
 * @len: number of octets; more than there are means all
 *
 * Context: any.
 */
void omasec_buf_consume(struct omasec_buf *b, size_t len)
{
	struct omasec_chunk *c, *next;
	size_t n;

	len = min(len, b->len);
	b->len -= len;
	list_for_each_entry_safe(c, next, &b->chunks, list) {
		if (!len)
			break;
		n = min_t(size_t, c->end - c->off, len);
		c->off += n;
		len -= n;
		if (c->off == c->end)
			omasec_chunk_free(b, c);
	}
}

/**
 * omasec_buf_front() - the first contiguous piece
 * @b: the buffer
 * @p: set to its first octet
 *
 * Context: any.
 * Return: its length, 0 when the buffer is empty.
 */
size_t omasec_buf_front(const struct omasec_buf *b, const void **p)
{
	struct omasec_chunk *c;

	if (list_empty(&b->chunks))
		return 0;
	c = list_first_entry(&b->chunks, struct omasec_chunk, list);
	*p = c->data + c->off;
	return c->end - c->off;
}

/**
 * omasec_buf_walk() - calls a function for each contiguous piece, in order
 * @b: the buffer
 * @fn: the function; ends the walk with a value other than 0
 * @arg: handed to @fn
 *
 * Context: that of @fn.
 * Return: what @fn returned last, 0 for an empty buffer.
 */
int omasec_buf_walk(const struct omasec_buf *b,
		    int (*fn)(void *arg, const void *p, size_t len), void *arg)
{
	struct omasec_chunk *c;
	int ret = 0;

	list_for_each_entry(c, &b->chunks, list) {
		ret = fn(arg, c->data + c->off, c->end - c->off);
		if (ret)
			break;
	}
	return ret;
}

/**
 * omasec_buf_splice() - moves all octets to the end of another buffer
 * @to: receives them
 * @from: is empty afterwards; of the same namespace
 *
 * Context: any. Cannot fail and copies nothing.
 */
void omasec_buf_splice(struct omasec_buf *to, struct omasec_buf *from)
{
	list_splice_tail_init(&from->chunks, &to->chunks);
	to->len += from->len;
	from->len = 0;
}

/**
 * omasec_buf_free() - drops everything; the buffer can be used again
 * @b: the buffer
 *
 * Context: any.
 */
void omasec_buf_free(struct omasec_buf *b)
{
	struct omasec_chunk *c, *next;

	list_for_each_entry_safe(c, next, &b->chunks, list)
		omasec_chunk_free(b, c);
	b->len = 0;
}
