/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs octets through kmod/proto/obex.c in cuts of any size, and judges. Shared by the
 * unit tests and the KUnit suite.
 */
#ifndef TESTS_OBEX_DRIVE_H
#define TESTS_OBEX_DRIVE_H

#include "obex_vectors.h"

#define OBEX_ROOM 256

/* What came of a run. */
struct obex_run {
	struct omasec_obex f;
	struct omasec_obex_out out;
	char body[OBEX_ROOM], head[OBEX_ROOM];
	size_t body_len, head_len;
	unsigned int packets;
	bool overflow;
};

static inline void obex_keep(struct obex_run *r, char *to, size_t *len, struct omasec_slice s)
{
	if (s.len > OBEX_ROOM - *len) {
		r->overflow = true;
		return;
	}
	memcpy(to + *len, s.p, s.len);
	*len += s.len;
}

static inline void obex_begin(struct obex_run *r, const struct obex_vector *v)
{
	memset(r, 0, sizeof(*r));
	omasec_obex_init(&r->f, v->side);
	r->f.answers = v->answers;
	if (v->limit)
		r->f.limit = v->limit;
}

/* One piece; false when it was refused. */
static inline bool obex_feed(struct obex_run *r, const char *p, size_t len)
{
	enum omasec_obex_event e;

	for (;;) {
		e = omasec_obex_step(&r->f, p, len, &r->out);
		if (e == OMASEC_OBEX_BAD)
			return false;
		if (e == OMASEC_OBEX_HEAD)
			obex_keep(r, r->head, &r->head_len, r->out.span);
		if (e == OMASEC_OBEX_BODY)
			obex_keep(r, r->body, &r->body_len, r->out.span);
		if (e == OMASEC_OBEX_END)
			r->packets++;
		p += r->out.used;
		len -= r->out.used;
		if (e == OMASEC_OBEX_MORE)
			return true;
	}
}

/* The next cut: @seed 0 for single octets, 1 for all at once, else random ones. */
static inline size_t obex_cut(u32 *seed, size_t left)
{
	size_t n;

	if (*seed <= 1)
		return *seed ? left : 1;
	*seed = (*seed * 1664525U + 1013904223U) | 2;
	n = 1 + (*seed >> 16) % 7;
	return n < left ? n : left;
}

/* The promise that was broken, or NULL. */
static inline const char *obex_judge(const struct obex_vector *v, const struct obex_run *r)
{
	const char *body = v->body ? v->body : "";

	if (r->f.reason != v->reason || r->out.reason != v->reason)
		return "reason";
	if (v->reason && !strstr(r->out.what, v->what))
		return "words for the reason";
	if (r->packets != v->packets)
		return "packets";
	if (r->overflow || r->head_len != v->head_len)
		return "headers";
	if (r->body_len != strlen(body) || memcmp(r->body, body, r->body_len))
		return "body";
	if (omasec_obex_eof(&r->f) != v->eof)
		return "end of the connection";
	return NULL;
}

#endif
