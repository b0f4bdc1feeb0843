// SPDX-License-Identifier: GPL-2.0
/*
 * What both directions of a flow have in common: framing, collecting and reading
 * a head, beginning a message, letting one pass, and going on to the next; and
 * errors of the connection.
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

/* Requests go out of the connecting side. */
static unsigned int omasec_dir_kind(const struct omasec_flow *f, int path)
{
	return omasec_flow_connects(f) == (path == OMASEC_PATH_TX) ? OMASEC_HTTP_KIND_REQUEST :
								     OMASEC_HTTP_KIND_RESPONSE;
}

/* The message is through; the next one may begin. */
void omasec_dir_next(struct omasec_flow *f, int path)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);

	omasec_dir_reset(d);
	omasec_http_init(&d->framer, omasec_dir_kind(f, path));
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
		char *n = kvmalloc(cap, OMASEC_GFP);

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

/* What the far end of a direction reads may have changed. */
static void omasec_dir_wake(struct omasec_flow *f, int path)
{
	if (path == OMASEC_PATH_RX)
		f->wake |= EPOLLIN | EPOLLRDNORM;
}

/* Octets that nobody decides about: to the application (rx) or to TCP (tx). */
static int omasec_dir_put(struct omasec_flow *f, int path, const char *p, size_t len)
{
	omasec_dir_wake(f, path);
	return omasec_buf_append(&omasec_flow_dir(f, path)->out, p, len);
}

static void omasec_dir_no_memory(struct omasec_flow *f, int path)
{
	omasec_flow_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
}

/* ---- a head ---- */

/* A DM message begins. */
static void omasec_dir_begin(struct omasec_flow *f, int path)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	const struct omasec_http_head *h = &d->h;
	bool fetched = omasec_fetched_is(f, path);
	struct omasec_msg *m;

	if (h->has_length && h->length > f->rule->max_message) {
		omasec_flow_refuse(f, path, OMASEC_REASON_TOO_LARGE, NULL);
		return;
	}
	if (h->encoded && omasec_rule_needs_helper(f->rule) && !fetched) {
		omasec_flow_refuse(f, path, OMASEC_REASON_DM_BAD,
				   "the body has a Content-Encoding");
		return;
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
	if (fetched) {
		m->kind = OMASEC_MESSAGE_KIND_BOOTSTRAP;
		if (!omasec_fetched_begin(f, path))
			return;
	} else if (path == OMASEC_PATH_RX && omasec_rule_macs(f->rule)) {
		d->md5 = omasec_md5_new(GFP_KERNEL_ACCOUNT);
		if (!d->md5)
			goto nomem;
	}
	omasec_http_start_body(&d->framer, h);
	d->state = OMASEC_DIR_BODY;
	return;
nomem:
	omasec_dir_no_memory(f, path);
}

static bool omasec_dir_empty(const struct omasec_http_head *h)
{
	return h->no_body || (h->has_length && !h->length);
}

/* HTTP's own word that a sessionless message came: a success without a body. */
static bool omasec_dir_nothing(const struct omasec_exchange *x, const struct omasec_http_head *h)
{
	return x->sessionless && h->kind == OMASEC_HTTP_KIND_RESPONSE &&
	       h->status >= 200 && h->status < 300 && omasec_dir_empty(h);
}

/*
 * Octets that answer a DM message. What they are said to be is no part of any MAC, so
 * another Content-Type must not spare them the check.
 */
static bool omasec_dir_answers(const struct omasec_exchange *x, const struct omasec_http_head *h)
{
	return h->kind == OMASEC_HTTP_KIND_RESPONSE && (x->dm || x->sessionless) &&
	       !omasec_dir_empty(h);
}

/* A message that is not DM begins. */
static void omasec_dir_pass(struct omasec_flow *f, int path)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	struct omasec_exchange *x = &f->exch;

	if (f->rule->other != OMASEC_OTHER_PASS && !omasec_fetched_asks(f, path) &&
	    !omasec_dir_nothing(x, &d->h)) {
		omasec_flow_refuse(f, path, OMASEC_REASON_NOT_DM, NULL);
		return;
	}
	if (omasec_dir_answers(x, &d->h)) {
		omasec_flow_refuse(f, path, OMASEC_REASON_NOT_DM,
				   "it answers a DM message, which other = pass is not for");
		return;
	}
	if (d->h.kind == OMASEC_HTTP_KIND_REQUEST) {
		x->req_open = true;
		x->resp_open = true;
		x->sessionless = false;
		x->answers_head = d->h.is_head;
		x->dm = false;
		x->close_after = d->h.close;
	} else {
		x->close_after |= d->h.close;
	}
	if (omasec_dir_put(f, path, d->head, d->head_len)) {
		omasec_dir_no_memory(f, path);
		return;
	}
	omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
	omasec_rule_saw(f->rule, OMASEC_SEEN_PASSED);
	omasec_http_start_body(&d->framer, &d->h);
	d->state = OMASEC_DIR_PASS;
}

/* It is through. */
void omasec_dir_passed(struct omasec_flow *f, int path)
{
	struct omasec_exchange *x = &f->exch;

	if (omasec_flow_dir(f, path)->h.kind == OMASEC_HTTP_KIND_REQUEST) {
		x->req_open = false;
	} else {
		x->resp_open = false;
		x->closing |= x->close_after;
	}
	omasec_dir_next(f, path);
}

static void omasec_dir_head(struct omasec_flow *f, int path)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct omasec_dir *d = omasec_flow_dir(f, path);
	struct omasec_exchange *x = &f->exch;
	const char *what = NULL;
	unsigned int reason;

	reason = omasec_http_parse_head(d->head, d->head_len, omasec_dir_kind(f, path),
					x->answers_head, &d->h, &what);
	if (omasec_secure_head(f, path, &d->h, reason))
		return;
	if (!reason && x->closing) {
		reason = OMASEC_REASON_HTTP_UNEXPECTED;
		what = "message after the last one";
	} else if (!reason && d->h.kind == OMASEC_HTTP_KIND_RESPONSE && !x->resp_open) {
		reason = OMASEC_REASON_HTTP_UNEXPECTED;
		what = "a response that no request asked for";
	}
	if (reason) {
		omasec_flow_refuse(f, path, reason, what);
		return;
	}
	if (d->h.interim) {
		if (omasec_dir_put(f, path, d->head, d->head_len))
			omasec_dir_no_memory(f, path);
		omasec_dir_next(f, path);
		return;
	}
	if (!d->h.is_dm || d->h.no_body || omasec_dir_nothing(x, &d->h)) {
		omasec_dir_pass(f, path);
		return;
	}
	if (x->sessionless && d->h.kind == OMASEC_HTTP_KIND_RESPONSE) {
		omasec_flow_refuse(f, path, OMASEC_REASON_HTTP_UNEXPECTED,
				   "a message that answers a sessionless one");
		return;
	}
	omasec_dir_begin(f, path);
	/* We hold the request until it is whole, and its sender waits for this. */
	if (d->state == OMASEC_DIR_BODY && d->h.expect_continue &&
	    omasec_dir_put(f, path == OMASEC_PATH_RX ? OMASEC_PATH_TX : OMASEC_PATH_RX,
			   go_on, sizeof(go_on) - 1))
		omasec_dir_no_memory(f, path);
}

/**
 * omasec_dir_first() - looks at what a flow begins with
 * @f: the flow, f->phase is OMASEC_SECURE_NEW
 * @path: enum omasec_path
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when secure.c took over, or refused.
 */
bool omasec_dir_first(struct omasec_flow *f, int path)
{
	const void *p = NULL;

	return omasec_buf_front(&omasec_flow_dir(f, path)->in, &p) &&
	       omasec_secure_first(f, path, *(const u8 *)p);
}

/* ---- the stream ---- */

/* @s, the octets in front of d->in, is of the body. */
static void omasec_dir_body(struct omasec_flow *f, int path, const struct omasec_slice *s)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);

	if (d->msg->body.len + s->len > f->rule->max_message)
		omasec_flow_refuse(f, path, OMASEC_REASON_TOO_LARGE, NULL);
	else if ((d->md5 && omasec_md5_update(d->md5, s->p, s->len)) ||
		 omasec_buf_take(&d->msg->body, &d->in, s->len))
		omasec_dir_no_memory(f, path);
}

/* What the framer used goes where the direction's state says. */
static void omasec_dir_used(struct omasec_flow *f, int path, const char *p,
			    const struct omasec_http_out *o)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	int err = 0;

	switch (d->state) {
	case OMASEC_DIR_HEAD:
		err = omasec_dir_add_head(d, p, o->used);
		omasec_buf_consume(&d->in, o->used);
		break;
	case OMASEC_DIR_BODY:
		omasec_buf_consume(&d->in, o->used - o->body.len);
		if (o->body.len)
			omasec_dir_body(f, path, &o->body);
		break;
	case OMASEC_DIR_PASS:
		err = omasec_buf_take(&d->out, &d->in, o->used);
		omasec_dir_wake(f, path);
		break;
	}
	if (err)
		omasec_dir_no_memory(f, path);
}

/**
 * omasec_dir_step() - one step of the framer over the front of what came in
 * @f: the flow
 * @path: enum omasec_path
 * @moved: set to whether the step got anywhere
 *
 * Context: process, f->mtx held, may sleep.
 * Return: what the framer said. OMASEC_HTTP_DONE is for the caller to act on; all
 * else, refusals too, was done.
 */
enum omasec_http_event omasec_dir_step(struct omasec_flow *f, int path, bool *moved)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	enum omasec_http_event ev;
	struct omasec_http_out o;
	const void *p = NULL;
	size_t len;

	lockdep_assert_held(&f->mtx);
	len = omasec_buf_front(&d->in, &p);
	if (omasec_dir_boundary(d))
		omasec_http_init(&d->framer, omasec_dir_kind(f, path));
	ev = omasec_http_step(&d->framer, p, len, &o);
	*moved = o.used || ev == OMASEC_HTTP_DONE || ev == OMASEC_HTTP_BAD;
	if (ev == OMASEC_HTTP_BAD) {
		omasec_flow_refuse(f, path, o.reason, o.what);
		return ev;
	}
	if (o.used)
		omasec_dir_used(f, path, p, &o);
	if (d->state == OMASEC_DIR_DEAD)
		return OMASEC_HTTP_BAD;
	if (ev == OMASEC_HTTP_HEAD)
		omasec_dir_head(f, path);
	return ev;
}

/* ---- the helper ---- */

/* From upcall.c, in any context: the verdict is there. */
static void omasec_dir_decided(struct omasec_msg *m, void *arg)
{
	omasec_flow_kick(arg);
}

/* What the application spoke last is what it is answered in. */
static void omasec_dir_encoding(struct omasec_flow *f, int path, struct omasec_msg *m)
{
	struct omasec_slice type = { m->content_type, strlen(m->content_type) };

	if (path == OMASEC_PATH_TX)
		f->wbxml = omasec_http_is_wbxml(type);
	else
		m->wbxml = omasec_flow_wbxml(f);
}

/* The whole message waits for its verdict. */
void omasec_dir_submit(struct omasec_flow *f, int path)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	unsigned int reason;

	omasec_dir_encoding(f, path, d->msg);
	d->state = OMASEC_DIR_WAIT;
	d->msg->decided = omasec_dir_decided;
	d->msg->arg = f;
	reason = omasec_upcall_submit(d->msg);
	if (reason)
		omasec_flow_refuse(f, path, reason, NULL);
}

/* ---- errors ---- */

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
