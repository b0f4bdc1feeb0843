// SPDX-License-Identifier: GPL-2.0
/*
 * OBEX packets: their fronts, and where each header ends. See obex.h. IrOBEX 1.5,
 * chapters 2 and 3.
 */
#include "obex.h"

#define OP_SETPATH	0x85
#define OP_ACTION	0x06
#define OP_SESSION	0x87

#define HI_BODY		0x48
#define HI_END		0x49
#define HI_CONNECTION	0xcb
#define HI_SRM		0x97
#define HI_SRM_PARAM	0x98

#define FRONT_LEN	3
#define FRONT_CONNECT	7

enum { FRONT, HEADER, VALUE, BODY, REFUSED };

void omasec_obex_init(struct omasec_obex *f, unsigned int side)
{
	memset(f, 0, sizeof(*f));
	f->side = (u8)side;
	f->limit = 0xffff;
	f->front_need = FRONT_LEN;
	f->object_done = true;
}

static enum omasec_obex_event bad(struct omasec_obex *f, unsigned int reason, const char *what)
{
	f->state = REFUSED;
	f->reason = reason;
	f->what = what;
	return OMASEC_OBEX_BAD;
}

/* Opcode without the final bit of those that can be had without. */
static u8 operation(u8 code)
{
	u8 op = code & 0x7f;

	return op == OMASEC_OBEX_PUT || op == OMASEC_OBEX_GET ? op : code;
}

static const char *request_fault(struct omasec_obex *f, unsigned int *reason)
{
	switch (f->code) {
	case OMASEC_OBEX_CONNECT:
	case OMASEC_OBEX_DISCONNECT:
	case OMASEC_OBEX_ABORT:
	case OMASEC_OBEX_PUT:
	case OMASEC_OBEX_PUT | OMASEC_OBEX_FINAL:
	case OMASEC_OBEX_GET:
	case OMASEC_OBEX_GET | OMASEC_OBEX_FINAL:
		return NULL;
	case OP_SETPATH:
	case OP_ACTION:
	case OP_ACTION | OMASEC_OBEX_FINAL:
	case OP_SESSION:
		*reason = OMASEC_REASON_OBEX_REFUSED;
		return "an operation that device management does not have";
	default:
		*reason = OMASEC_REASON_OBEX_PACKET;
		return "an unknown opcode";
	}
}

static const char *response_fault(struct omasec_obex *f, unsigned int *reason)
{
	/* last code of each class, by its high half: 9 to 14 */
	static const u8 last[] = { 0x90, 0xa6, 0xb5, 0xcf, 0xd5, 0xe1 };
	u8 class = f->code >> 4;

	*reason = OMASEC_REASON_OBEX_PACKET;
	if (!(f->code & OMASEC_OBEX_FINAL))
		return "a response without the final bit";
	if (class < 9 || class > 14 || f->code > last[class - 9])
		return "an unknown response code";
	if (f->code == OMASEC_OBEX_CONTINUE && f->answers != OMASEC_OBEX_PUT &&
	    f->answers != OMASEC_OBEX_GET)
		return "CONTINUE for an operation of one packet";
	return NULL;
}

/* The three octets that every packet has are there. */
static const char *front_fault(struct omasec_obex *f, unsigned int *reason)
{
	u16 len = (u16)(f->front[1] << 8 | f->front[2]);
	bool connect, last;
	const char *what;
	u8 op;

	what = f->side == OMASEC_OBEX_REQUEST ? request_fault(f, reason) : response_fault(f, reason);
	if (what)
		return what;
	*reason = OMASEC_REASON_OBEX_PACKET;
	if (len < FRONT_LEN)
		return "a packet shorter than its front";
	if (len > f->limit)
		return "a packet longer than the receiver takes";
	/* Who turns CONNECT down may leave out what he would have agreed to. */
	connect = f->side == OMASEC_OBEX_REQUEST ? f->code == OMASEC_OBEX_CONNECT :
		  f->answers == OMASEC_OBEX_CONNECT &&
		  (f->code == OMASEC_OBEX_SUCCESS || len > FRONT_LEN);
	f->front_need = connect ? FRONT_CONNECT : FRONT_LEN;
	if (len < f->front_need)
		return "a packet shorter than its front";
	f->left = len - f->front_need;

	if (f->side == OMASEC_OBEX_REQUEST) {
		op = operation(f->code);
		last = f->code & OMASEC_OBEX_FINAL;
		if (!f->object_done && op != f->answers && op != OMASEC_OBEX_ABORT)
			return "another operation inside an object";
		if (f->object_done || f->code == OMASEC_OBEX_ABORT)
			f->head_count = 0;
		if (f->object_done)
			f->has_body = false;
		f->answers = op;
	} else {
		last = f->code != OMASEC_OBEX_CONTINUE;
		if (f->object_done || f->answers != OMASEC_OBEX_GET) {
			f->head_count = 0;
			f->has_body = false;
		}
	}
	f->object_done = last;
	return NULL;
}

static enum omasec_obex_event step_front(struct omasec_obex *f, const u8 *p, size_t len,
					 struct omasec_obex_out *out)
{
	unsigned int reason = 0;
	const char *what;

	while (out->used < len) {
		f->front[f->front_len++] = p[out->used++];
		if (f->front_len == FRONT_LEN) {
			f->code = f->front[0];
			what = front_fault(f, &reason);
			if (what)
				return bad(f, reason, what);
		}
		if (f->front_len < f->front_need)
			continue;
		if (f->front_need == FRONT_CONNECT) {
			f->max_packet = (u16)(f->front[5] << 8 | f->front[6]);
			if (f->front[3] >> 4 != 1)
				return bad(f, OMASEC_REASON_OBEX_PACKET, "a version other than 1");
			if (f->max_packet < OMASEC_OBEX_PACKET_MIN)
				return bad(f, OMASEC_REASON_OBEX_PACKET,
					   "a longest packet below 255 octets");
		}
		f->state = HEADER;
		f->first = true;
		f->has_end = false;
		f->header_len = 0;
		return OMASEC_OBEX_PACKET;
	}
	return OMASEC_OBEX_MORE;
}

static bool is_body(u8 id)
{
	return id == HI_BODY || id == HI_END;
}

/* May this packet have a body? */
static bool body_ok(const struct omasec_obex *f)
{
	if (f->side == OMASEC_OBEX_REQUEST)
		return f->answers == OMASEC_OBEX_PUT;
	return f->answers == OMASEC_OBEX_GET;
}

/* The front of a header is there: id, and what tells its length. */
static const char *header_fault(struct omasec_obex *f, unsigned int *reason)
{
	u8 id = f->header[0];
	u16 len;

	*reason = OMASEC_REASON_OBEX_REFUSED;
	if (f->side == OMASEC_OBEX_RESPONSE && (id == HI_SRM || id == HI_SRM_PARAM))
		return "Single Response Mode, which was not asked for";
	*reason = OMASEC_REASON_OBEX_HEADER;
	if (id == HI_CONNECTION && !f->first)
		return "a Connection Id that is not the first header";
	f->first = false;
	if (id >> 6 == 2) {
		f->value_left = 1;
	} else if (id >> 6 == 3) {
		f->value_left = 4;
	} else {
		len = (u16)(f->header[1] << 8 | f->header[2]);
		if (len < 3)
			return "a header shorter than its front";
		f->value_left = len - 3;
		if (id >> 6 == 0 && f->value_left % 2)
			return "text of half characters";
	}
	if (f->value_left > f->left)
		return "a header that is longer than its packet";
	if (!is_body(id)) {
		f->head_count += f->header_len + f->value_left;
		return f->head_count > OMASEC_OBEX_HEAD_MAX ? "more headers than an object needs" : NULL;
	}
	if (!body_ok(f))
		return "a body where there is none";
	if (f->has_end)
		return "a body behind End-of-Body";
	if (id == HI_END && !f->object_done)
		return "End-of-Body before the last packet";
	f->has_end = id == HI_END;
	f->has_body = true;
	return NULL;
}

static enum omasec_obex_event step_header(struct omasec_obex *f, const u8 *p, size_t len,
					  struct omasec_obex_out *out)
{
	unsigned int reason = 0;
	const char *what;

	if (!f->left && !f->header_len) {
		/* libopenobex ends objects with Body; that the packet is the last one says enough. */
		f->state = FRONT;
		f->front_len = 0;
		f->front_need = FRONT_LEN;
		return OMASEC_OBEX_END;
	}
	do {
		if (!f->left)
			return bad(f, OMASEC_REASON_OBEX_HEADER,
				   "a header that is longer than its packet");
		if (out->used == len)
			return OMASEC_OBEX_MORE;
		f->header[f->header_len++] = p[out->used++];
		f->left--;
	} while (f->header_len < (f->header[0] & 0x80 ? 1 : 3));
	what = header_fault(f, &reason);
	if (what)
		return bad(f, reason, what);
	f->state = is_body(f->header[0]) ? BODY : VALUE;
	out->span.p = (const char *)f->header;
	out->span.len = f->header_len;
	return OMASEC_OBEX_HEAD;
}

/* Octets of a header's value, at most those that are there. */
static void take_value(struct omasec_obex *f, const u8 *p, size_t len, struct omasec_obex_out *out)
{
	size_t n = min_t(size_t, f->value_left, len - out->used);

	out->span.p = (const char *)p + out->used;
	out->span.len = n;
	out->used += n;
	f->value_left -= (u16)n;
	f->left -= (u16)n;
}

enum omasec_obex_event omasec_obex_step(struct omasec_obex *f, const void *data, size_t len,
					struct omasec_obex_out *out)
{
	enum omasec_obex_event event = OMASEC_OBEX_MORE;
	const u8 *p = data;

	memset(out, 0, sizeof(*out));
	for (;;) {
		if (f->state == REFUSED) {
			event = OMASEC_OBEX_BAD;
		} else if (f->state == FRONT) {
			event = step_front(f, p, len, out);
		} else if (f->state == HEADER) {
			event = step_header(f, p, len, out);
			if (event == OMASEC_OBEX_HEAD && f->state == BODY)
				continue;	/* the front of a body is nobody's business */
		} else if (!f->value_left) {
			f->state = HEADER;
			f->header_len = 0;
			continue;
		} else if (out->used < len) {
			take_value(f, p, len, out);
			event = f->state == BODY ? OMASEC_OBEX_BODY : OMASEC_OBEX_HEAD;
		} else {
			event = OMASEC_OBEX_MORE;
		}
		break;
	}
	if (event != OMASEC_OBEX_HEAD && event != OMASEC_OBEX_BODY)
		memset(&out->span, 0, sizeof(out->span));
	if (event == OMASEC_OBEX_BAD) {
		out->reason = f->reason;
		out->what = f->what;
	}
	return event;
}

unsigned int omasec_obex_eof(const struct omasec_obex *f)
{
	if (f->reason)
		return f->reason;
	if (f->state != FRONT || f->front_len || !f->object_done)
		return OMASEC_REASON_OBEX_TRUNCATED;
	return 0;
}
