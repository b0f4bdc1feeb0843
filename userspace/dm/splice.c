// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Cuts pieces out of a message and others in, by octet offsets of its nodes.
 * XML: what lies between is copied as it is. WBXML: token by token as it is,
 * except that the page switches are made anew, each right before the tag that
 * needs it, because a piece cut out or in may leave another page in force.
 */
#include "doc.h"

#include <errno.h>
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

void splices_init(struct splices *s, const struct dm_doc *doc)
{
	memset(s, 0, sizeof(*s));
	s->doc = doc;
	writer_fragments(&s->w, doc);
}

void splices_free(struct splices *s)
{
	dm_out_free(&s->w.out);
	free(s->list);
}

void splices_add(struct splices *s, size_t at, size_t remove, size_t data)
{
	if (s->count == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		struct splice *list = realloc(s->list, cap * sizeof(*list));

		if (!list) {
			s->w.out.error = -ENOMEM;
			return;
		}
		s->list = list;
		s->cap = cap;
	}
	s->list[s->count] = (struct splice){
		.at = at, .remove = remove, .data = data, .len = s->w.out.len - data,
		.nth = s->count,
	};
	s->count++;
}

static int splice_order(const void *a, const void *b)
{
	const struct splice *x = a, *y = b;

	if (x->at != y->at)
		return x->at > y->at ? 1 : -1;
	/* what is put in before an element goes before its removal */
	if ((x->remove > 0) != (y->remove > 0))
		return (x->remove > 0) - (y->remove > 0);
	return x->nth > y->nth ? 1 : -1;
}

/* Pages in force: where we read, and in what we wrote. */
struct pages { uint8_t in, out; };

/* Copies the tokens from @pos to @end, or with @out NULL only follows the pages. */
static int copy_tokens(const struct wbxml_input *in, size_t pos, size_t end, struct pages *pages,
		       struct dm_out *out, struct dm_error *err)
{
	struct wbxml_token t;
	int ret;

	while (pos < end) {
		ret = wbxml_next(in, pos, &t, err);
		if (ret)
			return ret;
		if (t.kind == WBXML_SWITCH) {
			pages->in = t.octet;
		} else if (out) {
			if (t.kind == WBXML_TAG && pages->in != pages->out) {
				dm_out_byte(out, 0x00);
				dm_out_byte(out, pages->in);
				pages->out = pages->in;
			}
			dm_out_put(out, in->octets + t.start, t.end - t.start);
		}
		pos = t.end;
	}
	return 0;
}

static int apply_wbxml(struct splices *s, struct dm_out *out, struct dm_error *err)
{
	const struct wbxml_input *in = &s->doc->input;
	struct wbxml_input fragment = { .octets = s->w.out.data, .type = in->type };
	struct pages pages = { 0, 0 };
	size_t pos = s->doc->root, i;
	int ret = 0;

	dm_out_put(out, in->octets, pos);
	for (i = 0; i < s->count && !ret; i++) {
		const struct splice *p = &s->list[i];
		struct pages inside = { 0, 0 };

		ret = copy_tokens(in, pos, p->at, &pages, out, err);
		if (ret)
			return ret;
		fragment.len = p->data + p->len;
		inside.out = pages.out;
		ret = copy_tokens(&fragment, p->data, fragment.len, &inside, out, err);
		pages.out = inside.out;
		pos = p->at + p->remove;
		if (!ret)
			ret = copy_tokens(in, p->at, pos, &pages, NULL, err);
	}
	return ret ? ret : copy_tokens(in, pos, in->len, &pages, out, err);
}

static void apply_xml(struct splices *s, struct dm_out *out)
{
	size_t pos = 0, i;

	for (i = 0; i < s->count; i++) {
		const struct splice *p = &s->list[i];

		dm_out_put(out, s->doc->body + pos, p->at - pos);
		if (p->len)
			dm_out_put(out, s->w.out.data + p->data, p->len);
		pos = p->at + p->remove;
	}
	dm_out_put(out, s->doc->body + pos, s->doc->len - pos);
}

int splices_apply(struct splices *s, uint8_t **result, size_t *len, struct dm_error *err)
{
	struct dm_out out;
	size_t i;
	int ret;

	if (s->w.out.error)
		return dm_out_take(&s->w.out, result, len, err);
	if (s->count)
		qsort(s->list, s->count, sizeof(*s->list), splice_order);
	for (i = 1; i < s->count; i++) {
		if (s->list[i - 1].at + s->list[i - 1].remove > s->list[i].at)
			return dm_fail(err, OMASEC_REASON_HELPER_ERROR,
				       "two edits want to change the same place");
	}
	dm_out_init(&out, DM_BODY_MAX);
	if (s->doc->encoding == DM_XML) {
		apply_xml(s, &out);
	} else {
		ret = apply_wbxml(s, &out, err);
		if (ret) {
			dm_out_free(&out);
			return ret;
		}
	}
	return dm_out_take(&out, result, len, err);
}
