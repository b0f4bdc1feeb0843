/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs the framer over a stream the way a caller of kmod/proto/http.h has to:
 * collects the head, parses it, collects the body, stops at the end of the
 * message. Shared by the unit tests, the KUnit suite and the fuzzer; holds no
 * expectations of its own but those that every caller may have.
 */
#ifndef TESTS_HTTP_DRIVE_H
#define TESTS_HTTP_DRIVE_H

#include "../../kmod/proto/http.h"

/**
 * struct drive - a message on its way through the framer
 * @h: the framer
 * @head: once @have_head
 * @text: the head as collected
 * @text_len: its length
 * @body: where body data goes, given by the user
 * @body_cap: its size; more body than that is counted, not kept
 * @body_len: octets of body so far
 * @used: octets of the stream that belong to the message
 * @reason: why it was refused
 * @what: likewise, in words
 * @fault: the framer broke a promise of its own; the text says which
 */
struct drive {
	struct omasec_http h;
	struct omasec_http_head head;
	bool answers_head, have_head, done, bad;
	char text[OMASEC_HTTP_HEAD_MAX];
	size_t text_len;
	char *body;
	size_t body_cap, body_len, used;
	unsigned int reason;
	const char *what, *fault;
};

static inline void drive_init(struct drive *d, unsigned int kind, bool answers_head, char *body,
			      size_t body_cap)
{
	memset(d, 0, sizeof(*d));
	omasec_http_init(&d->h, kind);
	d->answers_head = answers_head;
	d->body = body;
	d->body_cap = body_cap;
	d->what = "";
}

static inline void drive_refuse(struct drive *d, unsigned int reason, const char *what)
{
	d->bad = true;
	d->reason = reason;
	d->what = what;
	if (!reason || !what || !*what)
		d->fault = "refused without reason or words";
}

static inline void drive_head(struct drive *d, const char *data, size_t len)
{
	if (d->have_head)
		return;
	if (len > sizeof(d->text) - d->text_len) {
		d->fault = "head longer than the limit";
		return;
	}
	if (len)
		memcpy(d->text + d->text_len, data, len);
	d->text_len += len;
}

static inline void drive_body(struct drive *d, const char *data, const struct omasec_http_out *out)
{
	size_t room = d->body_len < d->body_cap ? d->body_cap - d->body_len : 0;

	if (!out->body.len || out->body.p < data ||
	    out->body.p + out->body.len != data + out->used) {
		d->fault = "span is not inside the octets used";
		return;
	}
	if (room)
		memcpy(d->body + d->body_len, out->body.p, min_t(size_t, room, out->body.len));
	d->body_len += out->body.len;
}

/* Feeds one piece, up to the end of the message. Returns the octets used. */
static inline size_t drive_feed(struct drive *d, const char *data, size_t len)
{
	enum omasec_http_event ev = OMASEC_HTTP_BODY;
	struct omasec_http_out out;
	size_t used = 0;

	while (!d->done && !d->bad && !d->fault && ev != OMASEC_HTTP_MORE) {
		ev = omasec_http_step(&d->h, data, len, &out);
		if (out.used > len) {
			d->fault = "more octets used than given";
			break;
		}
		if (ev != OMASEC_HTTP_BODY && out.body.len)
			d->fault = "span without a body event";
		drive_head(d, data, out.used);
		switch (ev) {
		case OMASEC_HTTP_MORE:
			if (out.used != len)
				d->fault = "wants more, but has not used all";
			break;
		case OMASEC_HTTP_HEAD:
			out.reason = omasec_http_parse_head(d->text, d->text_len, d->h.kind,
							    d->answers_head, &d->head, &out.what);
			if (out.reason) {
				drive_refuse(d, out.reason, out.what);
				break;
			}
			d->have_head = true;
			omasec_http_start_body(&d->h, &d->head);
			break;
		case OMASEC_HTTP_BODY:
			drive_body(d, data, &out);
			break;
		case OMASEC_HTTP_DONE:
			d->done = true;
			break;
		case OMASEC_HTTP_BAD:
			drive_refuse(d, out.reason, out.what);
			break;
		}
		used += out.used;
		data += out.used;
		len -= out.used;
	}
	d->used += used;
	return used;
}

/* The connection ends. */
static inline void drive_eof(struct drive *d)
{
	unsigned int reason;
	bool complete;

	if (d->done || d->bad)
		return;
	reason = omasec_http_eof(&d->h, &complete);
	if (reason && complete)
		d->fault = "complete and refused";
	if (reason)
		drive_refuse(d, reason, "the connection ended inside a message");
	d->done = complete;
}

/* Small seeded generator, so that a failure can be repeated. */
static inline u32 drive_random(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Length of the next piece: mostly short, sometimes long. @seed 0: one octet. */
static inline size_t drive_piece(u32 *seed, size_t left)
{
	size_t n = 1;

	if (*seed) {
		u32 r = drive_random(seed);

		n = 1 + (r >> 8) % (r & 7 ? 12 : 4096);
	}
	return n < left ? n : left;
}

/* What two runs over the same stream must have in common: everything. */
static inline const char *drive_differ(const struct drive *a, const struct drive *b)
{
	if (a->fault || b->fault)
		return a->fault ? a->fault : b->fault;
	if (a->done != b->done || a->bad != b->bad)
		return "one is complete or refused, the other is not";
	if (a->reason != b->reason || strcmp(a->what, b->what))
		return "refused for different reasons";
	if (a->used != b->used)
		return "a different number of octets used";
	if (a->have_head != b->have_head || a->text_len != b->text_len ||
	    memcmp(a->text, b->text, a->text_len))
		return "different heads";
	if (a->body_len != b->body_len ||
	    memcmp(a->body, b->body, min_t(size_t, a->body_len, a->body_cap)))
		return "different bodies";
	return NULL;
}

#endif
