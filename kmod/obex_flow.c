// SPDX-License-Identifier: GPL-2.0
/*
 * OBEX over TCP: C, the OBEX client, asks; S, the server, answers. On the connecting
 * side C is our application, on the listening side S is.
 *
 * A PUT carries a message to S, the response to a GET one to C. OBEX is in lock-step: a
 * packet is not sent before the last one was answered. So who holds a message until it
 * is whole has to answer its packets (CONTINUE, or the next GET), and to be answered for
 * those that it sends on. Two exchanges of packets then go on, one with either end,
 * and never both at once: struct omasec_relay says where we are.
 *
 * Judging and MACs are those of HTTP flows (rx.c, tx.c, check.c, emit.c).
 */
#include <linux/slab.h>

#include "flow_internal.h"
#include "obex_flow.h"

static const char omasec_relay_dm[] = "SYNCML-DM";

/* What C says comes in on one path, what S says on the other. */
static int omasec_relay_path(const struct omasec_flow *f, bool from_client)
{
	return omasec_flow_connects(f) == from_client ? OMASEC_PATH_TX : OMASEC_PATH_RX;
}

static struct omasec_dir *omasec_relay_dir(struct omasec_flow *f, bool from_client)
{
	return omasec_flow_dir(f, omasec_relay_path(f, from_client));
}

/* What goes to S leaves where that comes out which C says. */
static struct omasec_buf *omasec_relay_out(struct omasec_flow *f, bool to_server)
{
	int path = omasec_relay_path(f, to_server);

	if (path == OMASEC_PATH_RX)
		f->wake |= EPOLLIN | EPOLLRDNORM;
	return &omasec_flow_dir(f, path)->out;
}

static void omasec_relay_refuse(struct omasec_flow *f, bool from_client, unsigned int reason,
				const char *what)
{
	omasec_flow_refuse(f, omasec_relay_path(f, from_client), reason, what);
}

static void omasec_relay_idle(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;

	r->phase = OMASEC_RELAY_IDLE;
	r->more = false;
	r->again = false;
	omasec_buf_free(&r->body);
	if (!omasec_flow_connects(f))
		f->exch.resp_open = false;
}

/* ---- packets that go out ---- */

/* A packet with these headers and no body; 0 or enum omasec_reason. */
static unsigned int omasec_relay_packet(struct omasec_flow *f, bool to_server, const u8 *front,
					size_t front_len, const void *head, size_t len)
{
	struct omasec_relay *r = f->relay;
	u16 max = to_server ? r->server_max : r->client_max;
	struct omasec_obex_edit e = { .drop_hmac = true };
	size_t cap = front_len + len;
	u8 *p = omasec_buf_reserve(omasec_relay_out(f, to_server), cap, &cap);
	ssize_t n;

	if (IS_ERR(p))
		return OMASEC_REASON_NO_MEMORY;
	n = omasec_obex_edit_head(head, len, &e, p + front_len, cap - front_len);
	if (n < 0)
		return OMASEC_REASON_OBEX_HEADER;
	n += front_len;
	if (n > max)
		return OMASEC_REASON_OBEX_HEADER;
	memcpy(p, front, front_len);
	p[1] = n >> 8;
	p[2] = n;
	omasec_buf_commit(omasec_relay_out(f, to_server), n);
	return 0;
}

static unsigned int omasec_relay_short(struct omasec_flow *f, bool to_server, u8 code)
{
	return omasec_relay_packet(f, to_server, (const u8[]){ code, 0, 0 }, 3, NULL, 0);
}

/* We answer C ourselves. */
static void omasec_relay_reply(struct omasec_flow *f, u8 code)
{
	unsigned int reason = omasec_relay_short(f, false, code);

	if (reason)
		omasec_relay_refuse(f, true, reason, NULL);
}

/* The next packet of the object that goes out; 0 or enum omasec_reason. */
static unsigned int omasec_relay_cut(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;
	struct omasec_buf *to = omasec_relay_out(f, !r->cut.response);
	size_t cap = min_t(size_t, r->cut.max, r->cut.head.len + 6), body;
	u8 *p = omasec_buf_reserve(to, cap, &cap);
	const void *unused;
	ssize_t n;

	if (IS_ERR(p))
		return OMASEC_REASON_NO_MEMORY;
	n = omasec_obex_cut_next(&r->cut, p, cap, &body);
	if (n < 0)
		return OMASEC_REASON_OBEX_HEADER;
	omasec_buf_commit(to, n);
	while (body) {
		size_t piece = min(omasec_buf_front(&r->body, &unused), body);

		if (!piece || omasec_buf_take(to, &r->body, piece))
			return OMASEC_REASON_NO_MEMORY;
		body -= piece;
	}
	return 0;
}

/* An object begins to go out, with @len octets of headers in r->head. */
static unsigned int omasec_relay_begin(struct omasec_flow *f, u8 code, size_t len,
				       struct omasec_buf *body)
{
	bool response = code & OMASEC_OBEX_FINAL;
	struct omasec_relay *r = f->relay;
	unsigned int reason;

	omasec_buf_free(&r->body);
	if (body)
		omasec_buf_splice(&r->body, body);
	r->cut = (struct omasec_obex_cut){
		.code = code, .response = response, .has_body = body,
		.max = response ? r->client_max : r->server_max,
		.head = { (const char *)r->head, len }, .body_left = r->body.len,
	};
	reason = omasec_relay_cut(f);
	if (reason)
		return reason;
	if (response) {
		r->phase = OMASEC_RELAY_RETURN;
		if (r->cut.done)
			omasec_relay_idle(f);
		return 0;
	}
	r->resp.answers = code;
	r->phase = r->cut.done ? OMASEC_RELAY_ANSWER : OMASEC_RELAY_SEND;
	if (!omasec_flow_connects(f))
		f->exch.resp_open = true;
	return 0;
}

static unsigned int omasec_relay_edit(struct omasec_relay *r, const char *head, size_t len,
				      struct omasec_slice type, struct omasec_slice hmac,
				      bool drop, size_t body_len, size_t *out)
{
	struct omasec_obex_edit e = {
		.length = body_len, .set_length = body_len, .drop_hmac = drop, .hmac = hmac,
		.type = type,
	};
	ssize_t n = omasec_obex_edit_head(head, len, &e, r->head, sizeof(r->head));

	*out = max_t(ssize_t, n, 0);
	return n < 0 ? OMASEC_REASON_OBEX_HEADER : 0;
}

unsigned int omasec_relay_forward(struct omasec_flow *f, int path, struct omasec_slice type,
				  struct omasec_slice hmac, bool drop, struct omasec_buf *body)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	bool request = path == omasec_relay_path(f, true);
	unsigned int reason;
	size_t len;

	lockdep_assert_held(&f->mtx);
	reason = omasec_relay_edit(f->relay, d->head, d->head_len, type, hmac, drop, body->len,
				   &len);
	return reason ?: omasec_relay_begin(f, request ? OMASEC_OBEX_PUT : OMASEC_OBEX_SUCCESS, len,
					    body);
}

unsigned int omasec_relay_again(struct omasec_flow *f, struct omasec_slice type,
				struct omasec_slice hmac, struct omasec_buf *body)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_relay *r = f->relay;
	unsigned int reason;
	size_t len;

	lockdep_assert_held(&f->mtx);
	reason = omasec_relay_edit(r, x->req_head, x->req_head_len, type, hmac, true, body->len,
				   &len);
	reason = reason ?: omasec_relay_begin(f, OMASEC_OBEX_PUT, len, body);
	r->again = true;
	return reason;
}

unsigned int omasec_relay_answer(struct omasec_flow *f, struct omasec_slice type,
				 struct omasec_slice hmac, struct omasec_buf *body)
{
	struct omasec_relay *r = f->relay;
	ssize_t n = omasec_obex_make_head(type, body->len, hmac, r->answer_head,
					  sizeof(r->answer_head));

	lockdep_assert_held(&f->mtx);
	if (n < 0)
		return OMASEC_REASON_OBEX_HEADER;
	omasec_buf_free(&r->answer);
	omasec_buf_splice(&r->answer, body);
	r->answer_len = n;
	r->has_answer = true;
	omasec_relay_idle(f);
	return omasec_relay_short(f, false, OMASEC_OBEX_SUCCESS);
}

/* ---- an object that comes ---- */

/* What @d->head says; false when it was refused. */
static bool omasec_relay_read(struct omasec_flow *f, bool from_client, struct omasec_obex_head *h)
{
	struct omasec_dir *d = omasec_relay_dir(f, from_client);
	const char *what;
	unsigned int reason = omasec_obex_parse_head(d->head, d->head_len, h, &what);

	if (reason)
		omasec_relay_refuse(f, from_client, reason, what);
	return !reason;
}

/*
 * Whether an object with these headers is a DM message. Behind SYNCML-DM there is nothing
 * else, whatever it says of itself: its Type is no part of any MAC.
 */
static bool omasec_relay_is_dm(const struct omasec_relay *r, bool from_client,
			       const struct omasec_obex_head *h)
{
	return h->is_dm || r->dm || (!from_client && r->get_dm);
}

/* The type of a DM message, without NUL; empty when nobody has said one. */
static struct omasec_slice omasec_relay_type(const struct omasec_relay *r, bool from_client,
					     const struct omasec_obex_head *h)
{
	if (h->has_type || from_client)
		return h->type;
	return (struct omasec_slice){ r->type, strlen(r->type) };
}

/* The first octet of a body: what it is has to be known by then. */
static bool omasec_relay_body_begins(struct omasec_flow *f, bool from_client)
{
	struct omasec_dir *d = omasec_relay_dir(f, from_client);
	struct omasec_relay *r = f->relay;
	struct omasec_obex_head h;
	struct omasec_slice type;
	struct omasec_msg *m;
	bool dm;

	if (!omasec_relay_read(f, from_client, &h))
		return false;
	dm = omasec_relay_is_dm(r, from_client, &h);
	type = omasec_relay_type(r, from_client, &h);
	if (dm ? !type.len || !omasec_http_is_dm(type) : f->rule->other != OMASEC_OTHER_PASS) {
		omasec_relay_refuse(f, from_client, OMASEC_REASON_NOT_DM,
				    dm ? "a DM message without a Type of DM" : NULL);
		return false;
	}
	if (type.len > OMASEC_TYPE_MAX) {
		omasec_relay_refuse(f, from_client, OMASEC_REASON_OBEX_HEADER, "a Type that is too long");
		return false;
	}
	if (h.has_length && h.length > f->rule->max_message) {
		omasec_relay_refuse(f, from_client, OMASEC_REASON_TOO_LARGE, NULL);
		return false;
	}
	m = omasec_msg_new(f->on, f->rule, f->account);
	if (!m)
		goto nomem;
	d->msg = m;
	m->flow_id = f->id;
	m->path = omasec_relay_path(f, from_client);
	m->role = f->rule->role;
	m->http_kind = from_client ? OMASEC_HTTP_KIND_REQUEST : OMASEC_HTTP_KIND_RESPONSE;
	memcpy(m->content_type, type.p, type.len);
	/* On the way out nothing is verified, and what is not DM has no MAC. */
	if (!dm || m->path == OMASEC_PATH_TX || !omasec_rule_macs(f->rule))
		return true;
	d->md5 = omasec_md5_new(GFP_KERNEL_ACCOUNT);
	if (d->md5)
		return true;
nomem:
	omasec_relay_refuse(f, from_client, OMASEC_REASON_NO_MEMORY, NULL);
	return false;
}

/* @s, at the front of d->in, is of the body. */
static void omasec_relay_body(struct omasec_flow *f, bool from_client, const struct omasec_slice *s)
{
	struct omasec_dir *d = omasec_relay_dir(f, from_client);

	if (!d->msg && !omasec_relay_body_begins(f, from_client))
		return;
	if (d->msg->body.len + s->len > f->rule->max_message)
		omasec_relay_refuse(f, from_client, OMASEC_REASON_TOO_LARGE, NULL);
	else if ((d->md5 && omasec_md5_update(d->md5, s->p, s->len)) ||
		 omasec_buf_take(&d->msg->body, &d->in, s->len))
		omasec_relay_refuse(f, from_client, OMASEC_REASON_NO_MEMORY, NULL);
}

/* The object is whole: to its judge, or on when it is none of ours. */
static void omasec_relay_whole(struct omasec_flow *f, bool from_client)
{
	struct omasec_dir *d = omasec_relay_dir(f, from_client);
	int path = omasec_relay_path(f, from_client);
	struct omasec_slice none = { NULL, 0 };
	struct omasec_obex_head h;
	unsigned int reason;

	if (!omasec_relay_read(f, from_client, &h))
		return;
	if (!omasec_relay_is_dm(f->relay, from_client, &h)) {
		reason = omasec_relay_forward(f, path, none, none, false, &d->msg->body);
		if (reason) {
			omasec_relay_refuse(f, from_client, reason, NULL);
			return;
		}
		omasec_stat_inc(f->on, OMASEC_STAT_PASSED);
		omasec_rule_saw(f->rule, OMASEC_SEEN_PASSED);
		omasec_dir_next(f, path);
		return;
	}
	/* It was none of DM when its body began, and has no digest. */
	if (!d->msg->content_type[0]) {
		omasec_relay_refuse(f, from_client, OMASEC_REASON_OBEX_HEADER, "a Type behind the body");
		return;
	}
	/* What check.c and emit.c look at; slices into d->head, which stays. */
	d->h.kind = d->msg->http_kind;
	d->h.hmac = h.hmac;
	d->h.hmac_count = h.hmac_count;
	if (path == OMASEC_PATH_RX)
		omasec_rx_complete(f);
	else
		omasec_tx_complete(f);
}

/* ---- what C says ---- */

static void omasec_relay_send_get(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;
	struct omasec_slice type = { r->type, r->retyped ? strlen(r->type) : 0 };
	struct omasec_slice none = { NULL, 0 };
	unsigned int reason;
	size_t len;

	reason = omasec_relay_edit(r, r->get_head, r->get_len, type, none, true, 0, &len);
	reason = reason ?: omasec_relay_begin(f, OMASEC_OBEX_GET, len, NULL);
	if (reason)
		omasec_relay_refuse(f, true, reason, NULL);
}

/*
 * The type that a GET asks for. S is asked for the encoding that it has: what is signed or
 * encrypted is XML on the wire, and for our application what it speaks.
 */
static void omasec_relay_get_type(struct omasec_flow *f, struct omasec_slice type)
{
	bool out = omasec_relay_path(f, true) == OMASEC_PATH_TX;
	struct omasec_relay *r = f->relay;

	memset(r->type, 0, sizeof(r->type));
	memcpy(r->type, type.p, type.len);
	r->retyped = false;
	if (!r->get_dm || !type.len)
		return;
	if (out)
		f->wbxml = omasec_http_is_wbxml(type);
	if (omasec_rule_xml(f->rule))
		r->retyped = omasec_http_type_to(r->type, sizeof(r->type),
						 !out && omasec_flow_wbxml(f));
}

static void omasec_relay_get(struct omasec_flow *f, const struct omasec_obex_head *h)
{
	struct omasec_dir *d = omasec_relay_dir(f, true);
	struct omasec_relay *r = f->relay;
	unsigned int reason;

	r->get_dm = h->is_dm || r->dm;
	if (!r->get_dm && f->rule->other != OMASEC_OTHER_PASS) {
		omasec_relay_refuse(f, true, OMASEC_REASON_NOT_DM, NULL);
		return;
	}
	if (h->type.len > OMASEC_TYPE_MAX) {
		omasec_relay_refuse(f, true, OMASEC_REASON_OBEX_HEADER, "a Type that is too long");
		return;
	}
	if (r->has_answer && r->get_dm) {
		r->has_answer = false;
		memcpy(r->head, r->answer_head, r->answer_len);
		reason = omasec_relay_begin(f, OMASEC_OBEX_SUCCESS, r->answer_len, &r->answer);
		if (reason)
			omasec_relay_refuse(f, true, reason, NULL);
		return;
	}
	omasec_relay_get_type(f, h->type);
	kvfree(r->get_head);	/* the head changes owner */
	r->get_head = d->head;
	r->get_len = d->head_len;
	d->head = NULL;
	d->head_len = 0;
	d->head_cap = 0;
	omasec_relay_send_get(f);
}

/* An operation of one packet goes to S as it is. */
static void omasec_relay_single(struct omasec_flow *f, const struct omasec_obex_head *h)
{
	struct omasec_dir *d = omasec_relay_dir(f, true);
	struct omasec_relay *r = f->relay;
	bool connect = r->req.code == OMASEC_OBEX_CONNECT;
	u8 front[7] = { r->req.code, 0, 0, 0x10, 0, r->req.max_packet >> 8, r->req.max_packet };
	unsigned int reason;

	if (connect) {
		r->client_max = r->req.max_packet;
		r->resp.limit = r->client_max;
		r->dm |= h->target.len == sizeof(omasec_relay_dm) - 1 &&
			 !memcmp(h->target.p, omasec_relay_dm, h->target.len);
	}
	reason = omasec_relay_packet(f, true, front, connect ? 7 : 3, d->head, d->head_len);
	if (reason) {
		omasec_relay_refuse(f, true, reason, "a packet with more headers than its receiver takes");
		return;
	}
	r->resp.answers = r->req.code;
	r->phase = OMASEC_RELAY_ANSWER;
	if (!omasec_flow_connects(f))
		f->exch.resp_open = true;
}

/* C goes on with an object that it gets from us. */
static void omasec_relay_next(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;
	unsigned int reason;

	if (r->req.code == OMASEC_OBEX_ABORT) {
		omasec_relay_idle(f);
		omasec_relay_reply(f, OMASEC_OBEX_SUCCESS);
		return;
	}
	if (r->req.code != (OMASEC_OBEX_GET | OMASEC_OBEX_FINAL)) {
		omasec_relay_refuse(f, true, OMASEC_REASON_OBEX_PACKET,
				    "another operation inside an object that is fetched");
		return;
	}
	reason = omasec_relay_cut(f);
	if (reason)
		omasec_relay_refuse(f, true, reason, NULL);
	else if (r->cut.done)
		omasec_relay_idle(f);
}

/* A packet of C is complete. */
static void omasec_relay_request(struct omasec_flow *f)
{
	struct omasec_dir *d = omasec_relay_dir(f, true);
	struct omasec_relay *r = f->relay;
	struct omasec_obex_head h;

	if (r->phase == OMASEC_RELAY_RETURN) {
		omasec_relay_next(f);
	} else if (!r->req.object_done) {
		r->phase = OMASEC_RELAY_REQUEST;
		omasec_relay_reply(f, OMASEC_OBEX_CONTINUE);
		return;
	} else if (r->req.code == OMASEC_OBEX_ABORT && r->phase == OMASEC_RELAY_REQUEST) {
		omasec_relay_idle(f);
		omasec_relay_reply(f, OMASEC_OBEX_SUCCESS);
	} else if (d->msg) {
		r->has_answer = false;
		omasec_relay_whole(f, true);
		return;
	} else if (r->req.answers == OMASEC_OBEX_PUT) {
		omasec_relay_refuse(f, true, OMASEC_REASON_OBEX_REFUSED, "a PUT of nothing");
	} else if (omasec_relay_read(f, true, &h)) {
		if (r->req.answers == OMASEC_OBEX_GET)
			omasec_relay_get(f, &h);
		else
			omasec_relay_single(f, &h);
	}
	omasec_dir_next(f, omasec_relay_path(f, true));
}

/* ---- what S says ---- */

/* A response without an object goes to C as it is, and the operation is over. */
static void omasec_relay_status(struct omasec_flow *f)
{
	struct omasec_dir *d = omasec_relay_dir(f, false);
	struct omasec_relay *r = f->relay;
	bool connect = r->resp.answers == OMASEC_OBEX_CONNECT;
	u16 max = r->resp.max_packet ?: OMASEC_OBEX_PACKET_MIN;
	u8 front[7] = { r->resp.code, 0, 0, 0x10, 0, max >> 8, max };
	struct omasec_obex_head h;
	unsigned int reason;

	if (!omasec_relay_read(f, false, &h))
		return;
	if (connect && r->resp.code == OMASEC_OBEX_SUCCESS) {
		r->server_max = max;
		r->req.limit = max;
	}
	reason = omasec_relay_packet(f, false, front, connect ? 7 : 3, d->head, d->head_len);
	if (reason) {
		omasec_relay_refuse(f, false, reason, "a packet with more headers than its receiver takes");
		return;
	}
	omasec_relay_idle(f);
	omasec_dir_next(f, omasec_relay_path(f, false));
}

/* S has answered a packet of an object that has not gone whole. True: it may go on. */
static bool omasec_relay_goes_on(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;
	unsigned int reason;

	if (r->resp.code == OMASEC_OBEX_SUCCESS || omasec_relay_dir(f, false)->msg) {
		omasec_relay_refuse(f, false, OMASEC_REASON_OBEX_PACKET,
				    "an answer to an object that has not gone whole");
		return true;
	}
	if (r->resp.code != OMASEC_OBEX_CONTINUE)
		return false;
	reason = omasec_relay_cut(f);
	if (reason)
		omasec_relay_refuse(f, false, reason, NULL);
	else if (r->cut.done)
		r->phase = OMASEC_RELAY_ANSWER;
	return true;
}

/* A packet of S is complete. */
static void omasec_relay_response(struct omasec_flow *f)
{
	struct omasec_dir *d = omasec_relay_dir(f, false);
	struct omasec_relay *r = f->relay;
	unsigned int reason;

	if (r->phase == OMASEC_RELAY_SEND && omasec_relay_goes_on(f))
		return;
	if (r->resp.code == OMASEC_OBEX_CONTINUE) {
		reason = OMASEC_REASON_OBEX_PACKET;
		if (r->resp.answers == OMASEC_OBEX_GET)
			reason = omasec_relay_short(f, true, OMASEC_OBEX_GET | OMASEC_OBEX_FINAL);
		if (reason)
			omasec_relay_refuse(f, false, reason, "CONTINUE behind the last packet");
		r->more = true;
		return;
	}
	r->more = false;
	if (r->again && r->resp.answers == OMASEC_OBEX_PUT && r->resp.code == OMASEC_OBEX_SUCCESS) {
		omasec_dir_next(f, omasec_relay_path(f, false));
		omasec_relay_send_get(f);
		return;
	}
	/* What came of an object that S could not go on with is nothing. */
	if (d->msg && r->resp.code != OMASEC_OBEX_SUCCESS) {
		omasec_msg_put(d->msg);
		d->msg = NULL;
	}
	if (d->msg)
		omasec_relay_whole(f, false);
	else
		omasec_relay_status(f);
}

/* ---- octets ---- */

/* One step of the framer over what one of the two said; true when it got anywhere. */
static bool omasec_relay_step(struct omasec_flow *f, bool from_client)
{
	struct omasec_dir *d = omasec_relay_dir(f, from_client);
	struct omasec_relay *r = f->relay;
	struct omasec_obex *o = from_client ? &r->req : &r->resp;
	enum omasec_obex_event ev;
	struct omasec_obex_out out;
	const void *p = NULL;
	size_t len = omasec_buf_front(&d->in, &p);

	ev = omasec_obex_step(o, p, len, &out);
	if (ev == OMASEC_OBEX_BAD) {
		omasec_relay_refuse(f, from_client, out.reason, out.what);
		return true;
	}
	if (ev == OMASEC_OBEX_PACKET && d->state != OMASEC_DIR_EOF) {
		/* A packet of an object that goes on adds to what there is of it. */
		if (from_client ? r->phase != OMASEC_RELAY_REQUEST || o->code == OMASEC_OBEX_ABORT :
				  !r->more)
			omasec_dir_reset(d);
		d->state = OMASEC_DIR_BODY;
	}
	if (ev == OMASEC_OBEX_HEAD && omasec_dir_add_head(d, out.span.p, out.span.len)) {
		omasec_relay_refuse(f, from_client, OMASEC_REASON_NO_MEMORY, NULL);
		return true;
	}
	if (ev == OMASEC_OBEX_BODY) {
		omasec_buf_consume(&d->in, out.used - out.span.len);
		omasec_relay_body(f, from_client, &out.span);
	} else {
		omasec_buf_consume(&d->in, out.used);
	}
	if (out.used && omasec_relay_path(f, from_client) == OMASEC_PATH_TX)
		f->wake |= EPOLLOUT | EPOLLWRNORM;
	if (ev == OMASEC_OBEX_END) {
		if (from_client)
			omasec_relay_request(f);
		else
			omasec_relay_response(f);
	}
	return out.used || ev != OMASEC_OBEX_MORE;
}

static void omasec_relay_fin(struct omasec_flow *f)
{
	bool from_client = !omasec_flow_connects(f);
	struct omasec_relay *r = f->relay;
	unsigned int reason = omasec_obex_eof(from_client ? &r->req : &r->resp);

	if (reason) {
		omasec_relay_refuse(f, from_client, reason, NULL);
		return;
	}
	f->rx.state = OMASEC_DIR_EOF;
	omasec_publish_flag(&f->rx_eof);
	f->wake |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
}

/* Reads from TCP; true when something came, be it the end. */
static bool omasec_relay_fill(struct omasec_flow *f)
{
	int n;

	if (tcp_sk(f->sk)->urg_data) {
		omasec_flow_refuse(f, OMASEC_PATH_RX, OMASEC_REASON_URGENT_DATA, NULL);
		return true;
	}
	n = omasec_rx_fill(f);
	if (n == -EAGAIN)
		return false;
	if (n == -ENOMEM)
		omasec_flow_refuse(f, OMASEC_PATH_RX, OMASEC_REASON_NO_MEMORY, NULL);
	else if (n < 0)
		omasec_rx_broken(f, n);
	else if (!n)
		omasec_relay_fin(f);
	return true;
}

/* A message waits for its verdict. True when it was there. */
static bool omasec_relay_decided(struct omasec_flow *f, struct omasec_dir *d)
{
	if (atomic_read_acquire(&d->msg->state) != OMASEC_MSG_DECIDED)
		return false;
	if (d == &f->rx)
		omasec_rx_decide(f);
	else
		omasec_tx_decide(f);
	return true;
}

/*
 * It is the other's turn: what is said out of turn is refused. Of the peer that we
 * connected to we look for it, because its end comes the same way.
 */
static bool omasec_relay_unasked(struct omasec_flow *f, bool client_turn)
{
	struct omasec_dir *other = omasec_relay_dir(f, !client_turn);

	if (client_turn && other->in.len) {
		omasec_relay_refuse(f, false, OMASEC_REASON_OBEX_PACKET,
				    "a response that no request asked for");
		return true;
	}
	/* While an object goes to the client its end can wait. */
	return client_turn && other == &f->rx && f->rx.state != OMASEC_DIR_EOF &&
	       f->relay->phase != OMASEC_RELAY_RETURN && omasec_relay_fill(f);
}

static bool omasec_relay_turn(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;
	bool client;
	struct omasec_dir *d;

	if (f->rx.state == OMASEC_DIR_DEAD)
		return false;
	if (f->rx.state == OMASEC_DIR_WAIT)
		return omasec_relay_decided(f, &f->rx);
	if (f->tx.state == OMASEC_DIR_WAIT)
		return omasec_relay_decided(f, &f->tx);
	client = r->phase != OMASEC_RELAY_SEND && r->phase != OMASEC_RELAY_ANSWER;
	d = omasec_relay_dir(f, client);
	if (f->rx.state == OMASEC_DIR_EOF && omasec_flow_connects(f) && f->tx.in.len) {
		omasec_tx_orphan(f);
		return true;
	}
	if (d->state != OMASEC_DIR_EOF && omasec_relay_step(f, client))
		return true;
	if (omasec_relay_unasked(f, client))
		return true;
	return d == &f->rx && d->state != OMASEC_DIR_EOF && omasec_relay_fill(f);
}

/**
 * omasec_relay_run() - runs an OBEX flow until nothing moves
 * @f: the flow, of a rule with binding obex
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when something moved.
 */
bool omasec_relay_run(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;
	bool moved = false;

	lockdep_assert_held(&f->mtx);
	if (f->rx.state == OMASEC_DIR_DEAD)
		return false;
	if (!r) {
		r = kvzalloc(sizeof(*r), OMASEC_GFP);
		if (!r) {
			omasec_flow_refuse(f, OMASEC_PATH_RX, OMASEC_REASON_NO_MEMORY, NULL);
			return true;
		}
		omasec_obex_init(&r->req, OMASEC_OBEX_REQUEST);
		omasec_obex_init(&r->resp, OMASEC_OBEX_RESPONSE);
		r->client_max = OMASEC_OBEX_PACKET_MIN;
		r->server_max = OMASEC_OBEX_PACKET_MIN;
		omasec_buf_init(&r->answer, f->on);
		omasec_buf_init(&r->body, f->on);
		f->relay = r;
	}
	while (omasec_relay_turn(f))
		moved = true;
	return moved;
}

void omasec_relay_free(struct omasec_flow *f)
{
	struct omasec_relay *r = f->relay;

	if (!r)
		return;
	omasec_buf_free(&r->answer);
	omasec_buf_free(&r->body);
	kvfree(r->get_head);
	kvfree(r);
}
