// SPDX-License-Identifier: GPL-2.0
/*
 * What both directions of a flow have in common: collecting a head, beginning a
 * message, going on to the next, and errors of the connection.
 */
#include <linux/slab.h>

#include "flow_internal.h"

/* Lets go of the current message and everything that belongs to it. */
void omasec_dir_reset(struct omasec_dir *d)
{
	kvfree(d->head);
	d->head = NULL;
	d->head_len = 0;
	d->head_cap = 0;
	memset(&d->h, 0, sizeof(d->h));
	omasec_md5_free(d->md5);
	d->md5 = NULL;
	omasec_msg_put(d->msg);
	d->msg = NULL;
}

/* The message is through; the next one may begin. */
void omasec_dir_next(struct omasec_dir *d, unsigned int kind)
{
	omasec_dir_reset(d);
	omasec_http_init(&d->framer, kind);
	if (d->state != OMASEC_DIR_DEAD)
		d->state = OMASEC_DIR_HEAD;
}

int omasec_dir_add_head(struct omasec_dir *d, const void *p, size_t len)
{
	size_t need = d->head_len + len;

	if (need > OMASEC_HTTP_HEAD_MAX)
		return -EMSGSIZE;	/* the framer stops before that */
	if (need > d->head_cap) {
		u32 cap = max_t(u32, 512, roundup_pow_of_two(need));
		char *n = kvmalloc(cap, GFP_KERNEL_ACCOUNT);

		if (!n)
			return -ENOMEM;
		if (d->head_len)
			memcpy(n, d->head, d->head_len);
		kvfree(d->head);
		d->head = n;
		d->head_cap = cap;
	}
	memcpy(d->head + d->head_len, p, len);
	d->head_len = need;
	return 0;
}

/**
 * omasec_dir_begin() - a DM message begins: its head was read
 * @f: the flow
 * @d: the direction
 * @path: enum omasec_path
 * @h: the head
 *
 * Context: process, f->mtx held, may sleep.
 * Return: the message, or NULL when it was refused.
 */
struct omasec_msg *omasec_dir_begin(struct omasec_flow *f, struct omasec_dir *d, int path,
				    const struct omasec_http_head *h)
{
	struct omasec_msg *m;

	if (h->has_length && h->length > f->rule->max_message) {
		omasec_flow_refuse(f, path, OMASEC_REASON_TOO_LARGE, NULL);
		return NULL;
	}
	if (h->encoded && omasec_rule_needs_helper(f->rule)) {
		omasec_flow_refuse(f, path, OMASEC_REASON_DM_BAD,
				   "the body has a Content-Encoding");
		return NULL;
	}
	m = omasec_msg_new(f->on, f->rule, f->account);
	if (!m)
		goto nomem;
	m->flow_id = f->id;
	m->path = path;
	m->role = f->rule->role;
	m->http_kind = h->kind;
	memcpy(m->content_type, h->content_type.p,
	       min_t(size_t, h->content_type.len, OMASEC_TYPE_MAX));
	d->msg = m;
	if (path == OMASEC_PATH_RX && f->rule->integrity != OMASEC_INTEGRITY_NONE) {
		d->md5 = omasec_md5_new(GFP_KERNEL_ACCOUNT);
		if (!d->md5)
			goto nomem;
	}
	omasec_http_start_body(&d->framer, h);
	d->state = OMASEC_DIR_BODY;
	return m;
nomem:
	omasec_flow_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
	return NULL;
}

/* From upcall.c, in any context: the verdict is there. */
void omasec_dir_decided(struct omasec_msg *m, void *arg)
{
	omasec_flow_kick(arg);
}

/*
 * A base call of ours consumed the socket's error; the application is to see it.
 */
void omasec_flow_put_error(struct omasec_flow *f, int err)
{
	struct sock *sk = f->sk;

	if (err == -ENOTCONN || err == -EPIPE)
		return;
	lock_sock(sk);
	if (!sk->sk_err)
		WRITE_ONCE(sk->sk_err, -err);
	release_sock(sk);
	sk_error_report(sk);
}
