// SPDX-License-Identifier: GPL-2.0
/*
 * The framer, the head parser and the editor. The first four octets of the input
 * choose kind, cuts and edit, the rest is the stream. Properties: the result
 * does not depend on the cuts; no more body than was announced, and of a chunked
 * one never framing; a head that was taken is read alike when it is edited, but
 * for what the edit asked for; nothing is read past a piece (each is an
 * allocation of its own).
 */
#include <stdio.h>
#include <stdlib.h>
#include "../kunit/http_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* Many small pieces are freed here; they need not be remembered for long. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=16";
}

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

struct run {
	struct drive d;
	char *body;
};

static void feed_copy(struct run *r, const char *p, size_t len)
{
	char *piece = malloc(len ? len : 1);

	CHECK(piece);
	memcpy(piece, p, len);
	drive_feed(&r->d, piece, len);
	free(piece);
}

/* @seed: 1 for one piece */
static void run(struct run *r, unsigned int kind, bool answers_head, const char *p, size_t len,
		u32 seed, bool eof)
{
	size_t at = 0, n;

	r->body = malloc(len + 1);
	CHECK(r->body);
	drive_init(&r->d, kind, answers_head, r->body, len + 1);
	do {
		n = seed == 1 ? len : drive_piece(&seed, len - at);
		feed_copy(r, p + at, n);
		at += n;
	} while (at < len);
	if (eof)
		drive_eof(&r->d);
}

static bool same(struct omasec_slice a, struct omasec_slice b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

/* Body and framing fit what the head said. */
static void check_message(const struct run *r, size_t len)
{
	const struct drive *d = &r->d;
	const struct omasec_http_head *h = &d->head;

	CHECK(!d->fault);
	CHECK(d->used <= len);
	CHECK(!(d->done && d->bad));
	CHECK(d->body_len + d->text_len <= d->used);
	if (!d->have_head) {
		CHECK(!d->body_len && !d->done);
		return;
	}
	CHECK(!(h->chunked && h->has_length));
	CHECK(h->length <= S64_MAX);
	if (h->no_body || (h->kind == OMASEC_HTTP_KIND_REQUEST && !h->chunked && !h->has_length))
		CHECK(!d->body_len && d->done && d->used == d->text_len);
	else if (h->has_length)
		CHECK(d->body_len <= h->length && d->used == d->text_len + d->body_len &&
		      d->done == (d->body_len == h->length));
	else if (!h->chunked)
		CHECK(h->close && !d->bad && d->used == len);
}

/* Decodes the chunks anew, by another way, and compares. */
static void check_chunks(const struct run *r, const char *p)
{
	const char *at = p + r->d.text_len, *end = p + r->d.used;
	size_t sum = 0;

	if (!r->d.done || !r->d.head.chunked || r->d.head.no_body)
		return;
	for (;;) {
		char *stop, text[18] = "";
		size_t n = 0;

		while (n < 16 && at + n < end && at[n] != '\r' && at[n] != ';' && at[n] != ' ' &&
		       at[n] != '\t') {
			text[n] = at[n];
			n++;
		}
		n = strtoull(text, &stop, 16);
		CHECK(stop != text && !*stop);
		at = memchr(at, '\n', (size_t)(end - at));
		CHECK(at);
		at++;
		if (!n)
			break;
		CHECK(n <= (size_t)(end - at) && sum + n <= r->d.body_len);
		CHECK(!memcmp(at, r->body + sum, n));
		sum += n;
		at += n;
		CHECK(at[0] == '\r' && at[1] == '\n');
		at += 2;
	}
	CHECK(sum == r->d.body_len);
	CHECK(end - at >= 2 && end[-2] == '\r' && end[-1] == '\n');
}

static void check_edit(const struct drive *d, u8 what)
{
	static const struct omasec_slice hmac = { "u=\"v\"", 5 }, type = { "text/plain", 10 };
	static const struct omasec_slice none = { NULL, 0 };
	static char out[OMASEC_HTTP_HEAD_MAX + 256], again[sizeof(out)];
	const struct omasec_http_head *h = &d->head;
	struct omasec_http_edit e = {
		.set_length = what & 1, .length = 4711, .drop_expect = what & 2,
		.drop_hmac = what & 4, .hmac = what & 8 ? hmac : none,
		.content_type = what & 16 ? type : none,
	};
	struct omasec_http_head g;
	unsigned int reason;
	const char *words;
	ssize_t n;

	n = omasec_http_edit_head(d->text, d->text_len, &e, out, sizeof(out));
	CHECK(n > 0);
	if (!(what & 31))
		CHECK((size_t)n == d->text_len && !memcmp(out, d->text, d->text_len));
	CHECK(omasec_http_edit_head(d->text, d->text_len, &e, out, (size_t)n - 1) == -ENOSPC);
	n = omasec_http_edit_head(d->text, d->text_len, &e, out, (size_t)n);
	CHECK(n > 0);
	e.known = h;
	CHECK(omasec_http_edit_head(d->text, d->text_len, &e, again, sizeof(again)) == n);
	CHECK(!memcmp(out, again, (size_t)n));
	if (e.set_length && h->no_body)
		return;		/* not allowed by the contract */

	reason = omasec_http_parse_head(out, (size_t)n, h->kind, d->answers_head, &g, &words);
	if (reason == OMASEC_REASON_HTTP_TOO_MANY)
		return;		/* was at the limit, a field came in addition */
	CHECK(!reason);
	CHECK(g.minor == h->minor && g.status == h->status && g.is_head == h->is_head &&
	      g.interim == h->interim && g.no_body == h->no_body && g.encoded == h->encoded);
	CHECK(same(g.method, h->method) && same(g.target, h->target));
	CHECK(same(g.content_type_full, e.content_type.len ? type : h->content_type_full));
	CHECK(g.is_dm == (!e.content_type.len && h->is_dm));
	CHECK(g.chunked == (h->chunked && !e.set_length));
	CHECK(g.has_length == (h->has_length || e.set_length));
	CHECK(g.length == (e.set_length ? 4711 : h->length));
	CHECK(g.expect_continue == (h->expect_continue && !e.drop_expect));
	CHECK(g.hmac_count == (e.hmac.len ? 1 : e.drop_hmac ? 0 : h->hmac_count));
	if (e.hmac.len)
		CHECK(same(g.hmac, hmac));
	if (h->close && !g.close)	/* only where the length was the end of the connection */
		CHECK(e.set_length && h->kind == OMASEC_HTTP_KIND_RESPONSE && !h->chunked &&
		      !h->has_length);
	CHECK(h->close || !g.close);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *stream = (const char *)data + 4;
	struct run whole, cut;
	bool answers_head, eof;
	struct omasec_http_head h;
	const char *words;
	unsigned int kind;
	u32 seed;

	if (size < 4)
		return 0;
	size -= 4;
	kind = data[0] & 1 ? OMASEC_HTTP_KIND_RESPONSE : OMASEC_HTTP_KIND_REQUEST;
	answers_head = kind == OMASEC_HTTP_KIND_RESPONSE && data[0] & 2;
	eof = data[0] & 4;
	seed = data[0] & 8 ? 0 : ((u32)data[1] << 8 | data[2]) * 2654435761U + 2;

	/* the parser on its own takes anything */
	omasec_http_parse_head(stream, size, kind, answers_head, &h, &words);

	run(&whole, kind, answers_head, stream, size, 1, eof);
	check_message(&whole, size);
	check_chunks(&whole, stream);
	if (whole.d.have_head)
		check_edit(&whole.d, data[3]);

	run(&cut, kind, answers_head, stream, size, seed, eof);
	CHECK(!drive_differ(&whole.d, &cut.d));
	free(cut.body);
	free(whole.body);
	return 0;
}
