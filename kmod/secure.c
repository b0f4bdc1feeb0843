// SPDX-License-Identifier: GPL-2.0
/*
 * TLS on a selected flow. The first octet of the connecting side tells: 22 begins a
 * TLS record and no HTTP request. From there on every octet of both directions goes
 * through the walker of proto/tls.c before it goes on, until the ServerHello was
 * judged (tls-check start) or for as long as the connection lives (all). A tunnel
 * through a proxy is the same behind a CONNECT request and its 2xx.
 *
 * Handing back: once the ServerHello was judged, a direction whose buffers are empty
 * is "direct": its socket calls go to the base protocol. When both are, sending,
 * receiving, the callbacks and SO_RCVLOWAT are TCP's own again; the rest of struct
 * proto stays ours and keeps module and flow alive until close(), which then needs no
 * rule of its own. All of it changes under lock_sock, so that no data can come in
 * between unseen, and nobody sleeps on: everyone is woken.
 */
#include <linux/slab.h>

#include "attach.h"

static int omasec_secure_client_path(const struct omasec_flow *f)
{
	return omasec_flow_connects(f) ? OMASEC_PATH_TX : OMASEC_PATH_RX;
}

static enum omasec_tls_side omasec_secure_side(const struct omasec_flow *f, int path)
{
	return path == omasec_secure_client_path(f) ? OMASEC_TLS_CLIENT : OMASEC_TLS_SERVER;
}

static void omasec_secure_phase(struct omasec_flow *f, u8 phase)
{
	struct omasec_dir *d;
	int path;

	WRITE_ONCE(f->phase, phase);
	if (phase != OMASEC_SECURE_TLS)
		return;
	for (path = OMASEC_PATH_RX; path <= OMASEC_PATH_TX; path++) {
		d = omasec_flow_dir(f, path);
		/* What has ended or was refused stays so. */
		if (d->state != OMASEC_DIR_EOF && d->state != OMASEC_DIR_DEAD)
			d->state = OMASEC_DIR_TLS;
	}
}

/* ---- recognition ---- */

/* Sets the walker up; false: the flow is refused. */
static bool omasec_secure_start(struct omasec_flow *f, int path)
{
	struct omasec_secure *s;

	if (f->rule->tls == OMASEC_TLS_FORBID) {
		/* Not OMASEC_DIR_HEAD any more: an HTTP status would not be understood. */
		omasec_secure_phase(f, OMASEC_SECURE_TLS);
		omasec_flow_refuse(f, path, OMASEC_REASON_TLS_FORBIDDEN, NULL);
		return false;
	}
	s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!s) {
		omasec_flow_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
		return false;
	}
	omasec_tls_init(&s->tls, f->rule->tls_min);
	smp_store_release(&f->secure, s);	/* pairs with omasec_flow_next() */
	return true;
}

/**
 * omasec_secure_first() - looks at the first octet of a flow
 * @f: the flow, f->phase is OMASEC_SECURE_NEW
 * @path: enum omasec_path in which the octet goes
 * @octet: the octet; it stays where it is
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when rx.c and tx.c have nothing more to do with the flow for now.
 */
bool omasec_secure_first(struct omasec_flow *f, int path, u8 octet)
{
	lockdep_assert_held(&f->mtx);
	if (path != omasec_secure_client_path(f))
		return false;	/* a response without a request: refused there */
	if (omasec_tls_begins(octet)) {
		if (omasec_secure_start(f, path))
			omasec_secure_phase(f, OMASEC_SECURE_TLS);
		return true;
	}
	/* With tls require the head of a request may still be that of CONNECT. */
	if (f->rule->tls == OMASEC_TLS_REQUIRE && octet != 'C') {
		omasec_flow_refuse(f, path, OMASEC_REASON_TLS_REQUIRED, NULL);
		return true;
	}
	omasec_secure_phase(f, OMASEC_SECURE_PLAIN);
	return false;
}

/**
 * omasec_secure_head() - looks at a head before anything of it goes on
 * @f: the flow
 * @path: enum omasec_path in which it goes
 * @h: the head, in f->rx.head or f->tx.head
 * @reason: what parsing it gave
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when the head was dealt with.
 */
bool omasec_secure_head(struct omasec_flow *f, int path, const struct omasec_http_head *h,
			unsigned int reason)
{
	struct omasec_dir *d = path == OMASEC_PATH_RX ? &f->rx : &f->tx;

	lockdep_assert_held(&f->mtx);
	if (path != omasec_secure_client_path(f))
		return false;
	if (reason == OMASEC_REASON_HTTP_UPGRADE && h->is_connect &&
	    f->rule->tls != OMASEC_TLS_FORBID && !f->exch.closing &&
	    omasec_exchange_idle(&f->exch)) {
		if (!omasec_secure_start(f, path))
			return true;
		if (omasec_buf_append(&d->out, d->head, d->head_len)) {
			omasec_flow_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
			return true;
		}
		if (path == OMASEC_PATH_RX)
			f->wake |= EPOLLIN | EPOLLRDNORM;
		omasec_dir_reset(d);
		omasec_secure_phase(f, OMASEC_SECURE_CONNECT);
		return true;
	}
	if (f->rule->tls != OMASEC_TLS_REQUIRE)
		return false;
	omasec_flow_refuse(f, path, OMASEC_REASON_TLS_REQUIRED, NULL);
	return true;
}

/* ---- the answer to CONNECT ---- */

/* The answer of the proxy is whole. */
static void omasec_secure_answer(struct omasec_flow *f, int path, struct omasec_dir *d)
{
	struct omasec_http_head h;
	const char *what = NULL;
	unsigned int reason;
	char text[64];

	reason = omasec_http_parse_head(d->head, d->head_len, OMASEC_HTTP_KIND_RESPONSE, false,
					&h, &what);
	if (reason) {
		omasec_flow_refuse(f, path, reason, what);
		return;
	}
	if (h.status / 100 != 2 || h.chunked || h.length) {
		snprintf(text, sizeof(text), "the answer to CONNECT is %u%s", h.status,
			 h.status / 100 == 2 ? " with a body" : "");
		omasec_flow_refuse(f, path, OMASEC_REASON_TLS_TUNNEL, text);
		return;
	}
	if (omasec_buf_append(&d->out, d->head, d->head_len)) {
		omasec_flow_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	if (path == OMASEC_PATH_RX)
		f->wake |= EPOLLIN | EPOLLRDNORM;
	omasec_dir_reset(d);
	omasec_secure_phase(f, OMASEC_SECURE_TLS);
}

/* Octets of the answer; returns how many were used, 0 when refused or not more. */
static size_t omasec_secure_answer_octets(struct omasec_flow *f, int path, struct omasec_dir *d,
					  const void *p, size_t len)
{
	struct omasec_http_out o;
	enum omasec_http_event ev;

	if (!d->head_len)
		omasec_http_init(&d->framer, OMASEC_HTTP_KIND_RESPONSE);
	ev = omasec_http_step(&d->framer, p, len, &o);
	if (ev == OMASEC_HTTP_BAD) {
		omasec_flow_refuse(f, path, o.reason, o.what);
		return 0;
	}
	if (o.used && omasec_dir_add_head(d, p, o.used)) {
		omasec_flow_refuse(f, path, OMASEC_REASON_NO_MEMORY, NULL);
		return 0;
	}
	if (ev == OMASEC_HTTP_HEAD)
		omasec_secure_answer(f, path, d);
	return o.used;
}

/* ---- walking ---- */

/* The ServerHello was judged: tell, once. */
static void omasec_secure_tell(struct omasec_flow *f, int path)
{
	struct omasec_secure *s = f->secure;

	omasec_stat_add(f->on, OMASEC_STAT_TLS_RECORDS, s->tls.records - s->counted);
	s->counted = s->tls.records;
	if (!s->tls.judged || s->told)
		return;
	s->told = true;
	/* Readers of the list look at version and suite once this is set. */
	smp_store_release(&f->secured, true);
	omasec_stat_inc(f->on, OMASEC_STAT_TLS_FLOWS);
	omasec_flow_event(f, OMASEC_EVENT_KIND_SECURED, 0, path, NULL, NULL);
}

static bool omasec_secure_walk(struct omasec_flow *f, int path, const void *p, size_t len)
{
	struct omasec_tls_conn *t = &f->secure->tls;
	unsigned int reason = omasec_tls_walk(t, omasec_secure_side(f, path), p, len);

	if (reason)
		omasec_flow_refuse(f, path, reason, t->what);
	return !reason;
}

static bool omasec_secure_judged(const struct omasec_flow *f)
{
	return f->rule->tls_check == OMASEC_TLS_CHECK_START && f->secure->tls.judged;
}

/* The answer of a proxy is wanted in this direction. */
static bool omasec_secure_wants_answer(const struct omasec_flow *f, int path)
{
	return f->phase == OMASEC_SECURE_CONNECT && path != omasec_secure_client_path(f);
}

static void omasec_secure_rx_octets(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->rx;
	const void *p = NULL;
	size_t len = omasec_buf_front(&d->in, &p);

	if (f->phase == OMASEC_SECURE_CONNECT) {
		len = omasec_secure_answer_octets(f, OMASEC_PATH_RX, d, p, len);
		omasec_buf_consume(&d->in, len);
		return;
	}
	if (!omasec_secure_walk(f, OMASEC_PATH_RX, p, len))
		return;
	if (omasec_buf_take(&d->out, &d->in, len)) {
		omasec_flow_refuse(f, OMASEC_PATH_RX, OMASEC_REASON_NO_MEMORY, NULL);
		return;
	}
	f->wake |= EPOLLIN | EPOLLRDNORM;
	omasec_secure_tell(f, OMASEC_PATH_RX);
}

/**
 * omasec_secure_rx() - takes in what TCP has
 * @f: the flow, omasec_secure_owns(f->phase)
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when something moved.
 */
bool omasec_secure_rx(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->rx;
	bool moved = false;
	int n;

	lockdep_assert_held(&f->mtx);
	/* A client's octets wait until the proxy has answered. */
	while (d->state != OMASEC_DIR_EOF && d->state != OMASEC_DIR_DEAD && !d->direct &&
	       d->out.len < OMASEC_RX_READY_MAX &&
	       (f->phase == OMASEC_SECURE_TLS || omasec_secure_wants_answer(f, OMASEC_PATH_RX))) {
		if (d->in.len) {
			omasec_secure_rx_octets(f);
			moved = true;
			continue;
		}
		if (omasec_secure_judged(f))
			break;
		if (tcp_sk(f->sk)->urg_data) {
			omasec_flow_refuse(f, OMASEC_PATH_RX, OMASEC_REASON_URGENT_DATA, NULL);
			return true;
		}
		n = omasec_rx_fill(f);
		if (n == -EAGAIN)
			break;
		moved = true;
		if (n == -ENOMEM) {
			omasec_flow_refuse(f, OMASEC_PATH_RX, OMASEC_REASON_NO_MEMORY, NULL);
		} else if (n < 0) {
			omasec_rx_broken(f, n);
		} else if (!n) {
			/* What ends inside of a record, TLS itself tells from an end. */
			d->state = OMASEC_DIR_EOF;
			omasec_publish_flag(&f->rx_eof);
			f->wake |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
		}
	}
	return moved;
}

static int omasec_secure_tx_piece(void *arg, const void *p, size_t len)
{
	return omasec_secure_walk(arg, OMASEC_PATH_TX, p, len) ? 0 : -EPROTO;
}

/* Octets of the application; true when they went on. */
static bool omasec_secure_tx_octets(struct omasec_flow *f)
{
	const void *p = NULL;
	size_t len, used;

	if (f->phase == OMASEC_SECURE_CONNECT) {
		len = omasec_buf_front(&f->tx.in, &p);
		used = omasec_secure_answer_octets(f, OMASEC_PATH_TX, &f->tx, p, len);
		omasec_buf_consume(&f->tx.in, used);
		return used;
	}
	if (omasec_buf_walk(&f->tx.in, omasec_secure_tx_piece, f))
		return true;
	omasec_buf_splice(&f->tx.out, &f->tx.in);
	omasec_secure_tell(f, OMASEC_PATH_TX);
	return true;
}

/**
 * omasec_secure_tx() - sends what the application gave
 * @f: the flow, omasec_secure_owns(f->phase)
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when something moved.
 */
bool omasec_secure_tx(struct omasec_flow *f)
{
	struct omasec_dir *d = &f->tx;
	bool moved = omasec_tx_flush(f);

	lockdep_assert_held(&f->mtx);
	/* What TCP does not take stays packed in tx.in, not in a chunk for each write. */
	while (d->state != OMASEC_DIR_EOF && d->state != OMASEC_DIR_DEAD && f->tx.in.len &&
	       !d->out.len &&
	       (f->phase == OMASEC_SECURE_TLS || omasec_secure_wants_answer(f, OMASEC_PATH_TX))) {
		if (!omasec_secure_tx_octets(f))
			break;
		moved = true;
		omasec_tx_flush(f);
	}
	return moved | omasec_tx_shutdown(f);
}

/* ---- handing back ---- */

static bool omasec_secure_empty_rx(const struct omasec_flow *f)
{
	return !f->rx.in.len && !f->rx.out.len && f->rx.state != OMASEC_DIR_DEAD;
}

static bool omasec_secure_empty_tx(const struct omasec_flow *f)
{
	return !f->tx.in.len && !f->tx.out.len && f->tx.state != OMASEC_DIR_DEAD;
}

/**
 * omasec_secure_settle() - hands back the directions that have nothing left to do
 * @f: the flow, after both directions were run
 *
 * Context: process, f->mtx held, may sleep.
 */
void omasec_secure_settle(struct omasec_flow *f)
{
	struct sock *sk = f->sk;
	bool rx, tx;

	lockdep_assert_held(&f->mtx);
	if (f->phase != OMASEC_SECURE_TLS || !f->secure || !omasec_secure_judged(f))
		return;
	rx = !f->rx.direct && omasec_secure_empty_rx(f);
	tx = !f->tx.direct && omasec_secure_empty_tx(f);
	if (!rx && !tx)
		return;
	/* shutdown() looks at these lengths under lock_sock and defers the FIN by them. */
	omasec_publish_len(&f->tx.out_len, f->tx.out.len);
	omasec_publish_len(&f->tx.in_len, f->tx.in.len);
	lock_sock(sk);
	if (rx)
		WRITE_ONCE(f->rx.direct, true);
	if (tx && !f->shut_wr)
		WRITE_ONCE(f->tx.direct, true);
	if (f->rx.direct && f->tx.direct) {
		omasec_attach_direct(sk, f);
		omasec_stat_inc(f->on, OMASEC_STAT_TLS_DIRECT);
	}
	release_sock(sk);
	f->wake |= EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;
}

void omasec_secure_free(struct omasec_flow *f)
{
	kfree(f->secure);
}
