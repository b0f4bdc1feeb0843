// SPDX-License-Identifier: GPL-2.0
/*
 * OBEX packets and headers. The input is a side with what it answers, a size of packets,
 * then octets. Properties: octet by octet gives the same as at once; a refusal has a
 * reason and words and stays; headers are bounded; an object that was read, rewritten and
 * cut anew is read as the same body with the one x-syncml-hmac that was given.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../kmod/proto/obex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

struct run {
	struct omasec_obex f;
	char *body, *head;
	size_t body_len, head_len;
	unsigned int packets;
};

static void run_begin(struct run *r, unsigned int side, uint8_t answers, size_t room)
{
	memset(r, 0, sizeof(*r));
	omasec_obex_init(&r->f, side);
	r->f.answers = answers;
	r->body = malloc(room + 1);
	r->head = malloc(room + 1);
	CHECK(r->body && r->head);
}

static void run_end(struct run *r)
{
	free(r->body);
	free(r->head);
}

/* Until the object is whole, the octets are used up, or refused; returns octets used. */
static size_t feed(struct run *r, const uint8_t *p, size_t len)
{
	struct omasec_obex_out out;
	enum omasec_obex_event e;
	size_t at = 0;

	for (;;) {
		e = omasec_obex_step(&r->f, p + at, len - at, &out);
		CHECK(out.used <= len - at);
		at += out.used;
		if (e == OMASEC_OBEX_HEAD) {
			memcpy(r->head + r->head_len, out.span.p, out.span.len);
			r->head_len += out.span.len;
		} else if (e == OMASEC_OBEX_BODY) {
			memcpy(r->body + r->body_len, out.span.p, out.span.len);
			r->body_len += out.span.len;
		} else if (e == OMASEC_OBEX_END) {
			r->packets++;
			if (r->f.object_done)
				return at;
		} else if (e == OMASEC_OBEX_BAD) {
			CHECK(out.reason && out.reason == r->f.reason && out.what && *out.what);
			CHECK(omasec_obex_step(&r->f, p, len, &out) == OMASEC_OBEX_BAD && !out.used);
			return at;
		} else if (e == OMASEC_OBEX_MORE) {
			CHECK(at == len);
			return at;
		}
	}
}

static void again(const struct run *r, const struct omasec_obex_head *head, uint16_t max)
{
	struct omasec_obex_edit e = { .length = (uint32_t)r->body_len, .set_length = true,
				      .hmac = { "fuzz", 4 } };
	struct omasec_obex_cut c = { .has_body = r->f.has_body, .max = max,
				     .body_left = (uint32_t)r->body_len };
	size_t cap = r->head_len + 64, at = 0, here;
	char *out = malloc(cap), *packet = malloc(65536);
	struct omasec_obex_head read;
	const char *what;
	struct run b;
	ssize_t n;

	CHECK(out && packet);
	n = omasec_obex_edit_head(r->head, r->head_len, &e, out, cap);
	CHECK(n > 0);
	c.head.p = out;
	c.head.len = (size_t)n;
	c.response = r->f.side == OMASEC_OBEX_RESPONSE;
	c.code = c.response ? r->f.code : r->f.answers;
	run_begin(&b, r->f.side, r->f.answers, r->body_len + cap);
	b.f.limit = max;
	while (!c.done) {
		n = omasec_obex_cut_next(&c, packet, max, &here);
		if (n == -EMSGSIZE)
			goto out;
		CHECK(n >= 3 && (size_t)n + here <= max && here <= r->body_len - at);
		memcpy(packet + n, r->body + at, here);
		at += here;
		CHECK(feed(&b, (uint8_t *)packet, (size_t)n + here) == (size_t)n + here);
		/* An object that is all headers may be too long by what was added. */
		if (b.f.reason) {
			CHECK(b.f.reason == OMASEC_REASON_OBEX_HEADER &&
			      b.f.head_count > OMASEC_OBEX_HEAD_MAX);
			goto out;
		}
		CHECK(b.f.object_done == c.done);
	}
	CHECK(b.body_len == r->body_len && !memcmp(b.body, r->body, b.body_len));
	CHECK(!omasec_obex_parse_head(b.head, b.head_len, &read, &what));
	CHECK(read.hmac_count == 1 && read.hmac.len == 4 && !memcmp(read.hmac.p, "fuzz", 4));
	CHECK(read.length == r->body_len && read.is_dm == head->is_dm);
	CHECK(read.has_connection == head->has_connection && read.connection == head->connection);
out:
	run_end(&b);
	free(out);
	free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t operations[] = { OMASEC_OBEX_CONNECT, OMASEC_OBEX_DISCONNECT,
					      OMASEC_OBEX_PUT, OMASEC_OBEX_GET };
	struct omasec_obex_head head;
	unsigned int side;
	uint8_t answers;
	const char *what;
	struct run a, b;
	uint16_t max;
	size_t n, i;

	if (size < 2)
		return 0;
	side = *data & 1;
	answers = side ? operations[*data >> 1 & 3] : 0;
	max = (uint16_t)(OMASEC_OBEX_PACKET_MIN + data[1] * 8);
	data += 2;
	size -= 2;
	run_begin(&a, side, answers, size + 16);
	run_begin(&b, side, answers, size + 16);
	n = feed(&a, data, size);
	for (i = 0; i < n && !b.f.reason; i++) {
		uint8_t *one = malloc(1);

		CHECK(one);
		*one = data[i];
		feed(&b, one, 1);
		free(one);
	}
	CHECK(a.f.reason == b.f.reason && a.packets == b.packets && a.head_len == b.head_len &&
	      a.body_len == b.body_len);
	CHECK(!memcmp(a.body, b.body, a.body_len) && !memcmp(a.head, b.head, a.head_len));
	CHECK(omasec_obex_eof(&a.f) == omasec_obex_eof(&b.f));
	CHECK(a.head_len <= 2 * OMASEC_OBEX_HEAD_MAX);
	n = (size_t)omasec_obex_parse_head(a.head, a.head_len, &head, &what);
	CHECK(!n == !what);
	if (!n && a.packets && !omasec_obex_eof(&a.f) &&
	    (a.f.answers == OMASEC_OBEX_PUT || (side && answers == OMASEC_OBEX_GET)))
		again(&a, &head, max);
	run_end(&a);
	run_end(&b);
	return 0;
}
