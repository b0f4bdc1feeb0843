// SPDX-License-Identifier: GPL-2.0
/*
 * A byte buffer of chunks that fit: small ones for small messages, because
 * hardened kernels clear whatever is allocated, and long ones for long messages,
 * because each costs an allocation. More than a page comes from kvmalloc(), since
 * a fragmented device has only single pages. One list, because messages are only
 * ever appended, walked in order and dropped from the front.
 *
 * Invariants: @len is the sum of what the chunks hold; no chunk in the list is
 * empty, but for the last one between reserve and commit; on->memory counts what
 * every chunk that exists takes, so an octet at a time cannot hold more memory
 * than the cap says.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "buf.h"

unsigned long omasec_memory_max = 64UL << 20;
module_param_named(memory_max, omasec_memory_max, ulong, 0644);
MODULE_PARM_DESC(memory_max, "most octets held for messages in one network namespace");

/* What a chunk takes at least, and at most when nobody asks for one piece. */
#define OMASEC_BUF_CHUNK_MIN	256
#define OMASEC_BUF_CHUNK_MAX	16384

/**
 * struct omasec_chunk - a piece of a buffer
 * @list: in omasec_buf.chunks
 * @off: first octet that counts
 * @end: behind the last octet
 * @cap: octets that @data has room for
 * @data: octets
 */
struct omasec_chunk {
	struct list_head list;
	u32 off, end, cap;
	u8 data[];
};

static int omasec_buf_charge(struct omasec_net *on, size_t size)
{
	unsigned long max = min_t(unsigned long, READ_ONCE(omasec_memory_max), LONG_MAX);

	if (atomic_long_add_return(size, &on->memory) > (long)max) {
		atomic_long_sub(size, &on->memory);
		return -ENOBUFS;
	}
	return 0;
}

/* What a chunk is to take for @len more octets: the longer the buffer, the more. */
static size_t omasec_chunk_size(const struct omasec_buf *b, size_t len)
{
	size_t want = max(len, b->len) + sizeof(struct omasec_chunk);

	want = clamp_t(size_t, want, OMASEC_BUF_CHUNK_MIN, OMASEC_BUF_CHUNK_MAX);
	return roundup_pow_of_two(want);
}

/* An empty chunk of @size at the end of @list, or ERR_PTR(-ENOMEM, -ENOBUFS). */
static struct omasec_chunk *omasec_chunk_new(struct omasec_buf *b, size_t size,
					     struct list_head *list)
{
	int err = omasec_buf_charge(b->on, size);
	struct omasec_chunk *c;

	if (err)
		return ERR_PTR(err);
	c = kvmalloc(size, OMASEC_GFP);
	if (!c) {
		atomic_long_sub(size, &b->on->memory);
		return ERR_PTR(-ENOMEM);
	}
	c->off = 0;
	c->end = 0;
	c->cap = size - sizeof(*c);
	list_add_tail(&c->list, list);
	return c;
}

static void omasec_chunk_free(struct omasec_buf *b, struct omasec_chunk *c)
{
	list_del(&c->list);
	atomic_long_sub(c->cap + sizeof(*c), &b->on->memory);
	kvfree(c);
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

/* The last chunk when it has room, or NULL. */
static struct omasec_chunk *omasec_buf_last(const struct omasec_buf *b)
{
	struct omasec_chunk *c;

	if (list_empty(&b->chunks))
		return NULL;
	c = list_last_entry(&b->chunks, struct omasec_chunk, list);
	return c->end < c->cap ? c : NULL;
}

static size_t omasec_chunk_put(struct omasec_buf *b, struct omasec_chunk *c, const void *data,
			       size_t len)
{
	size_t n = min_t(size_t, c->cap - c->end, len);

	memcpy(c->data + c->end, data, n);
	c->end += n;
	b->len += n;
	return n;
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
	struct omasec_chunk *last = omasec_buf_last(b), *c, *next;
	size_t left = len - min_t(size_t, len, last ? last->cap - last->end : 0), n;
	LIST_HEAD(fresh);

	while (left) {
		c = omasec_chunk_new(b, omasec_chunk_size(b, left), &fresh);
		if (IS_ERR(c))
			goto err_free;
		left -= min_t(size_t, left, c->cap);
	}
	if (last) {
		n = omasec_chunk_put(b, last, data, len);
		data += n;
		len -= n;
	}
	list_for_each_entry(c, &fresh, list) {
		n = omasec_chunk_put(b, c, data, len);
		data += n;
		len -= n;
	}
	list_splice_tail(&fresh, &b->chunks);
	return 0;

err_free:
	list_for_each_entry_safe(last, next, &fresh, list)
		omasec_chunk_free(b, last);
	return PTR_ERR(c);
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
		size_t room = len - done, n;
		void *p = omasec_buf_reserve(b, 1, &room);

		if (IS_ERR(p)) {
			err = PTR_ERR(p);
			break;
		}
		n = copy_from_iter(p, min(room, len - done), from);
		omasec_buf_commit(b, n);
		done += n;
		if (!n) {
			err = -EFAULT;
			break;
		}
	}
	return done ? done : err;
}

/**
 * omasec_buf_reserve() - room at the end, for somebody else to write to
 * @b: the buffer
 * @least: octets that must be there, in one piece
 * @room: octets that would be useful; set to those that are there
 *
 * omasec_buf_commit() must follow, before anything else is done to @b.
 *
 * Context: process, may sleep. The caller serialises.
 * Return: where to write, or ERR_PTR() of -ENOMEM, or -ENOBUFS over the memory cap
 * of the namespace.
 */
void *omasec_buf_reserve(struct omasec_buf *b, size_t least, size_t *room)
{
	struct omasec_chunk *c = omasec_buf_last(b);

	if (!c || c->cap - c->end < least) {
		c = omasec_chunk_new(b, max(omasec_chunk_size(b, *room), least + sizeof(*c)),
				     &b->chunks);
		if (IS_ERR(c))
			return c;
	}
	*room = c->cap - c->end;
	return c->data + c->end;
}

/**
 * omasec_buf_commit() - takes over what was written
 * @b: the buffer, after omasec_buf_reserve()
 * @len: octets that were written, may be 0
 *
 * Context: any.
 */
void omasec_buf_commit(struct omasec_buf *b, size_t len)
{
	struct omasec_chunk *c = list_last_entry(&b->chunks, struct omasec_chunk, list);

	c->end += len;
	b->len += len;
	if (c->off == c->end)
		omasec_chunk_free(b, c);
}

/**
 * omasec_buf_take() - moves octets from the front of a buffer to the end of another
 * @to: receives them
 * @from: loses them; of the same namespace
 * @len: their number, within the first contiguous piece
 *
 * A chunk that is used well changes hands without a copy.
 *
 * Context: process, may sleep. The caller serialises.
 * Return: 0, -ENOMEM, or -ENOBUFS; then nothing was moved.
 */
int omasec_buf_take(struct omasec_buf *to, struct omasec_buf *from, size_t len)
{
	struct omasec_chunk *c = list_first_entry(&from->chunks, struct omasec_chunk, list);
	int err;

	if (len == c->end - c->off && len >= c->cap / 4) {
		list_move_tail(&c->list, &to->chunks);
		to->len += len;
		from->len -= len;
		return 0;
	}
	err = omasec_buf_append(to, c->data + c->off, len);
	if (!err)
		omasec_buf_consume(from, len);
	return err;
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
