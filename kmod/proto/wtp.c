// SPDX-License-Identifier: GPL-2.0
/* Reads and writes PDUs of WTP; see wtp.h. */
#include "reason.h"
#include "wtp.h"

#define WTP_CON		0x80	/* TPIs follow, or one more TPI */
#define WTP_GTR		0x04
#define WTP_TTR		0x02
#define WTP_TVE		0x04
#define WTP_RID		0x01
#define WTP_VERSION	0xc0	/* of the octet behind the TID of an Invoke */
#define WTP_CLASS	0x03
#define WTP_TID_ANSWERS	0x8000u

#define WTP_TPI_LONG	0x04	/* its length is an octet of its own */
#define WTP_TPI_OPTION	2	/* 0 to 2: error, information, option */
#define WTP_TPI_PSN	3
#define WTP_TPI_PSN_HEAD (WTP_TPI_PSN << 3 | 1)

/* What is left of a PDU. */
struct wtp {
	const u8 *p, *end;
};

static bool octet(struct wtp *r, u8 *c)
{
	if (r->p == r->end)
		return false;
	*c = *r->p++;
	return true;
}

static struct omasec_slice rest(const struct wtp *r)
{
	return (struct omasec_slice){ (const char *)r->p, (size_t)(r->end - r->p) };
}

/* One TPI of @id in @len octets at @r. */
static const char *take_tpi(struct omasec_wtp_pdu *pdu, const struct wtp *r, u8 id, u8 len)
{
	if (id > WTP_TPI_PSN)
		return "extended segmentation, or a TPI that is not known";
	if (id != WTP_TPI_PSN)
		return NULL;
	if (len != 1 || pdu->has_psn || pdu->type != OMASEC_WTP_ACK)
		return "a sequence number in a TPI that is none of an Ack, or is there twice";
	pdu->has_psn = true;
	pdu->psn = *r->p;
	return NULL;
}

static const char *tpis(struct wtp *r, struct omasec_wtp_pdu *pdu)
{
	const char *what;
	u8 head, len;

	do {
		if (!octet(r, &head))
			return "a TPI is announced and not there";
		len = head & 3;
		if (head & WTP_TPI_LONG && !octet(r, &len))
			return "a TPI without its length";
		if (len > r->end - r->p)
			return "a TPI longer than the PDU";
		what = take_tpi(pdu, r, head >> 3 & 0xf, len);
		if (what)
			return what;
		r->p += len;
	} while (head & WTP_CON);
	return NULL;
}

/* What is behind the TID, by type, up to the TPIs. */
static const char *fixed_part(struct wtp *r, u8 first, struct omasec_wtp_pdu *pdu)
{
	static const char shorter[] = "shorter than its header";
	u8 n;

	switch (pdu->type) {
	case OMASEC_WTP_INVOKE:
		if (!octet(r, &pdu->how))
			return shorter;
		if (pdu->how & WTP_VERSION)
			return "another version of WTP";
		pdu->class = pdu->how & WTP_CLASS;
		return pdu->class > 2 ? "a class of transactions that there is not" : NULL;
	case OMASEC_WTP_RESULT:
		return NULL;
	case OMASEC_WTP_SEG_INVOKE:
	case OMASEC_WTP_SEG_RESULT:
		if (!octet(r, &pdu->psn))
			return shorter;
		if (!pdu->psn)
			return "a segment with the number of the first packet";
		return pdu->gtr && pdu->ttr ? "a segment from who makes none" : NULL;
	case OMASEC_WTP_ACK:
		pdu->tve = first & WTP_TVE;
		return NULL;
	case OMASEC_WTP_ABORT:
		pdu->abort_type = first & 7;
		if (pdu->abort_type > 1)
			return "an Abort of a type that there is not";
		return octet(r, &pdu->abort_reason) ? NULL : shorter;
	case OMASEC_WTP_NACK:
		if (!octet(r, &n))
			return shorter;
		if (!n || n > r->end - r->p)
			return "a list of missing packets that is empty or longer than the PDU";
		pdu->missing.p = (const char *)r->p;
		pdu->missing.len = n;
		r->p += n;
		return NULL;
	}
	return "a type of PDU that is not known";
}

/**
 * omasec_wtp_parse() - reads a PDU
 * @p: octets
 * @len: their number
 * @pdu: set to what they say
 *
 * Context: any.
 * Return: enum omasec_reason: 0, or WTP_SYNTAX with @pdu->what.
 */
unsigned int omasec_wtp_parse(const void *p, size_t len, struct omasec_wtp_pdu *pdu)
{
	struct wtp r = { .p = p, .end = (const u8 *)p + len };
	u8 first, high, low;

	memset(pdu, 0, sizeof(*pdu));
	pdu->what = "shorter than its header";
	if (!octet(&r, &first) || !octet(&r, &high) || !octet(&r, &low))
		return OMASEC_REASON_WTP_SYNTAX;
	pdu->type = first >> 3 & 0xf;
	pdu->tid = (u16)((high << 8 | low) & OMASEC_WTP_TID_MASK);
	pdu->answers = high & 0x80;
	pdu->rid = first & WTP_RID;
	if (omasec_wtp_carries(pdu)) {
		pdu->gtr = first & WTP_GTR;
		pdu->ttr = first & WTP_TTR;
	} else if (pdu->type == OMASEC_WTP_ABORT) {
		pdu->rid = false;	/* it is one of the bits of the type */
	}
	pdu->what = fixed_part(&r, first, pdu);
	if (!pdu->what && first & WTP_CON)
		pdu->what = tpis(&r, pdu);
	if (!pdu->what && !omasec_wtp_carries(pdu) && r.p != r.end)
		pdu->what = "data in a PDU that carries none";
	if (pdu->what)
		return OMASEC_REASON_WTP_SYNTAX;
	pdu->data = rest(&r);
	return OMASEC_REASON_NONE;
}

size_t omasec_wtp_head(const struct omasec_wtp_pdu *pdu, u8 out[OMASEC_WTP_HEAD_MAX])
{
	unsigned int tid = pdu->tid | (pdu->answers ? WTP_TID_ANSWERS : 0);
	unsigned int first = (unsigned int)pdu->type << 3;
	size_t len = 3;

	if (pdu->rid && pdu->type != OMASEC_WTP_ABORT)
		first |= WTP_RID;
	if (omasec_wtp_carries(pdu))
		first |= (pdu->gtr ? WTP_GTR : 0) | (pdu->ttr ? WTP_TTR : 0);
	switch (pdu->type) {
	case OMASEC_WTP_INVOKE:
		out[len++] = pdu->how;
		break;
	case OMASEC_WTP_SEG_INVOKE:
	case OMASEC_WTP_SEG_RESULT:
		out[len++] = pdu->psn;
		break;
	case OMASEC_WTP_ACK:
		first |= pdu->tve ? WTP_TVE : 0;
		if (!pdu->has_psn)
			break;
		first |= WTP_CON;
		out[len++] = WTP_TPI_PSN_HEAD;
		out[len++] = pdu->psn;
		break;
	case OMASEC_WTP_ABORT:
		first |= pdu->abort_type;
		out[len++] = pdu->abort_reason;
		break;
	}
	out[0] = (u8)first;
	out[1] = (u8)(tid >> 8);
	out[2] = (u8)tid;
	return len;
}

int omasec_wtp_next(struct omasec_slice *left, bool *begun, struct omasec_slice *piece)
{
	const u8 *p = (const u8 *)left->p;
	size_t len, head = 1;

	if (!*begun && (!left->len || p[0])) {
		*begun = true;
		*piece = *left;
		left->p += left->len;
		left->len = 0;
		return 1;
	}
	if (!*begun) {
		left->p++;
		left->len--;
		p++;
	} else if (!left->len) {
		return 0;
	}
	*begun = true;
	if (!left->len)
		return -1;
	len = p[0];
	if (len & 0x80) {
		if (left->len < 2)
			return -1;
		len = (len & 0x7f) << 8 | p[1];
		head = 2;
	}
	if (!len || len > left->len - head)
		return -1;
	piece->p = left->p + head;
	piece->len = len;
	left->p += head + len;
	left->len -= head + len;
	return 1;
}

bool omasec_wtp_answers(const u8 *front, size_t len)
{
	size_t at = len && !front[0] ? 2 + (len > 1 && front[1] & 0x80) : 0;

	return at + 1 < len && front[at + 1] & 0x80;
}
