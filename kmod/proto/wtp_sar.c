// SPDX-License-Identifier: GPL-2.0
/* Which packets of a message have come and which go; see wtp_sar.h. */
#include "wtp_sar.h"

static bool has(const struct omasec_wtp_in *in, unsigned int psn)
{
	return in->have[psn / 8] >> psn % 8 & 1;
}

static bool has_all(const struct omasec_wtp_in *in, int end)
{
	int i;

	for (i = 0; i <= end; i++) {
		if (!has(in, (unsigned int)i))
			return false;
	}
	return true;
}

void omasec_wtp_in_begin(struct omasec_wtp_in *in)
{
	memset(in, 0, sizeof(*in));
	in->last = -1;
	in->end = -1;
	in->top = -1;
}

enum omasec_wtp_then omasec_wtp_in_take(struct omasec_wtp_in *in, const struct omasec_wtp_pdu *p,
					bool *fresh)
{
	bool ends = p->gtr || p->ttr;

	*fresh = false;
	if (in->last >= 0 ? p->psn > in->last || (p->ttr && p->psn != in->last) :
			    p->ttr && p->psn < in->top)
		return OMASEC_WTP_WRONG;
	if (!has(in, p->psn)) {
		*fresh = true;
		in->have[p->psn / 8] |= (u8)(1 << p->psn % 8);
	}
	if (p->psn > in->top)
		in->top = p->psn;
	if (p->ttr)
		in->last = p->psn;
	if (ends && p->psn > in->end)
		in->end = p->psn;
	if (p->psn > in->end)
		return OMASEC_WTP_WAIT;
	if (!has_all(in, in->end))
		return ends ? OMASEC_WTP_MISS : OMASEC_WTP_WAIT;
	if (in->end == in->last)
		return *fresh ? OMASEC_WTP_WHOLE : OMASEC_WTP_WAIT;
	return *fresh || ends ? OMASEC_WTP_TELL : OMASEC_WTP_WAIT;
}

unsigned int omasec_wtp_in_missing(const struct omasec_wtp_in *in, u8 out[OMASEC_WTP_PACKETS])
{
	unsigned int n = 0;
	int i;

	for (i = 0; i < in->end; i++) {
		if (!has(in, (unsigned int)i))
			out[n++] = (u8)i;
	}
	return n;
}

void omasec_wtp_out_begin(struct omasec_wtp_out *o, size_t len, size_t size)
{
	size_t least = len / OMASEC_WTP_PACKETS + !!(len % OMASEC_WTP_PACKETS);

	memset(o, 0, sizeof(*o));
	o->len = len;
	o->size = size && size < len ? size : len;
	if (o->size < least)
		o->size = least;
	o->count = 1;
	if (o->size)
		o->count = (u16)(len / o->size + !!(len % o->size));
}

bool omasec_wtp_out_acked(struct omasec_wtp_out *o, u8 psn)
{
	if (psn != o->end || omasec_wtp_out_last(o))
		return false;
	o->first = o->end + 1;
	o->end = o->first + OMASEC_WTP_GROUP - 1;
	if (o->end >= o->count)
		o->end = o->count - 1;
	return true;
}

struct omasec_wtp_span omasec_wtp_out_packet(const struct omasec_wtp_out *o, u16 psn,
					     struct omasec_wtp_pdu *p)
{
	struct omasec_wtp_span s = { psn * o->size, o->size };

	if (s.len > o->len - s.off)
		s.len = o->len - s.off;
	p->psn = (u8)psn;
	p->ttr = psn + 1 == o->count;
	p->gtr = psn == o->end && !p->ttr;
	return s;
}
