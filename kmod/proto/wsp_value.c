// SPDX-License-Identifier: GPL-2.0
/* Reads values of WSP headers. Nothing is copied; see wsp_value.h. */
#include "ascii.h"
#include "wsp_value.h"

#define WSP_QUOTE	0x7f

/* 8.1.2: at most 32 bits, in as few octets as there are; false when not. */
bool wsp_uintvar(struct wsp *r, u32 *v)
{
	unsigned int i;

	*v = 0;
	for (i = 0; i < 5; i++) {
		u8 c;

		if (!wsp_left(r) || *v >> 25)
			return false;
		c = *r->p++;
		if (!i && c == 0x80)
			return false;
		*v = *v << 7 | (c & 0x7f);
		if (!(c & 0x80))
			return true;
	}
	return false;
}

/* Text up to its NUL, without control characters. */
bool wsp_text(struct wsp *r, struct omasec_slice *s)
{
	const u8 *nul = memchr(r->p, 0, wsp_left(r)), *c;

	if (!nul)
		return false;
	s->p = (const char *)r->p;
	s->len = (size_t)(nul - r->p);
	for (c = r->p; c < nul; c++) {
		if (omasec_is_control(*c))
			return false;
	}
	r->p = nul + 1;
	return true;
}

struct wsp_value wsp_value(struct wsp *r)
{
	struct wsp_value v = { .form = WSP_BAD };
	u32 len;
	u8 c;

	if (!wsp_left(r))
		return v;
	c = *r->p;
	if (c & 0x80) {
		r->p++;
		v.form = WSP_NUMBER;
		v.number = c & 0x7f;
	} else if (c > WSP_LENGTH_QUOTE) {
		if (c == WSP_QUOTE) {
			/* needed, and therefore allowed, only before 128 and above */
			r->p++;
			if (!wsp_left(r) || !(*r->p & 0x80))
				return v;
		}
		if (wsp_text(r, &v.s))
			v.form = WSP_TEXT;
	} else {
		r->p++;
		len = c;
		if (c == WSP_LENGTH_QUOTE && !wsp_uintvar(r, &len))
			return v;
		if (len > wsp_left(r))
			return v;
		v.form = WSP_OCTETS;
		v.s.p = (const char *)r->p;
		v.s.len = len;
		r->p += len;
	}
	return v;
}

/* The number that a value is, as short or as long integer; false for anything else. */
bool wsp_number(const struct wsp_value *v, u32 *n)
{
	size_t i;

	*n = v->number;
	if (v->form == WSP_NUMBER)
		return true;
	if (v->form != WSP_OCTETS || !v->s.len || v->s.len > 4)
		return false;
	for (*n = 0, i = 0; i < v->s.len; i++)
		*n = *n << 8 | (u8)v->s.p[i];
	return true;
}

/* Type "/" subtype, of token characters. */
bool wsp_media_type_ok(struct omasec_slice s)
{
	unsigned int slashes = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.p[i] == '/')
			slashes++;
		else if (!omasec_is_tchar((unsigned char)s.p[i]))
			return false;
	}
	return slashes == 1 && s.p[0] != '/' && s.p[s.len - 1] != '/';
}
