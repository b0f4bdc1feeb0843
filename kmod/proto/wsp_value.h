/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values of WSP headers (WAP-230-WSP, 8.1.2 and 8.4.1), for wsp.c and wsp_pdu.c only.
 * Each reader goes on behind what it took; each length is compared with what is left
 * before it is used.
 */
#ifndef OMASEC_PROTO_WSP_VALUE_H
#define OMASEC_PROTO_WSP_VALUE_H

#include "types.h"

#define WSP_LENGTH_QUOTE	0x1f

/**
 * struct wsp - a reader
 * @p: what is left begins here
 * @end: and ends before here
 */
struct wsp {
	const u8 *p, *end;
};

/* Forms of a value, which its first octet tells (8.4.1.2). */
enum wsp_form { WSP_BAD, WSP_NUMBER, WSP_TEXT, WSP_OCTETS };

/**
 * struct wsp_value - a value
 * @form: what it is
 * @number: of a short integer
 * @s: text without quote and NUL, or the octets behind a length
 */
struct wsp_value {
	enum wsp_form form;
	u32 number;
	struct omasec_slice s;
};

static inline size_t wsp_left(const struct wsp *r)
{
	return (size_t)(r->end - r->p);
}

/* At most 32 bits, in as few octets as there are; false when not. */
bool wsp_uintvar(struct wsp *r, u32 *v);
/* Text up to its NUL, without control characters; false when there is none. */
bool wsp_text(struct wsp *r, struct omasec_slice *s);
/* Any value; form WSP_BAD when it has no end. */
struct wsp_value wsp_value(struct wsp *r);
/* The number that a value is, as short or as long integer; false for anything else. */
bool wsp_number(const struct wsp_value *v, u32 *n);
/* Type "/" subtype, of token characters. */
bool wsp_media_type_ok(struct omasec_slice s);

#endif
