// SPDX-License-Identifier: GPL-2.0
/* Reads a notification. The bits between digest and session id are one number. */
#include "ascii.h"
#include "notification.h"

static u64 be64(const u8 *p)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static bool server_id_ok(struct omasec_slice s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (omasec_is_control((unsigned char)s.p[i]))
			return false;
	}
	return s.len;
}

unsigned int omasec_notification_parse(const void *p, size_t len, struct omasec_notification *n)
{
	const u8 *octets = p;
	size_t id_len;
	u64 head;

	memset(n, 0, sizeof(*n));
	n->what = "shorter than its header";
	if (len < OMASEC_NOTIFICATION_MIN)
		return OMASEC_REASON_NOTIFICATION_BAD;
	head = be64(octets + OMASEC_MD5_LEN);
	n->digest = octets;
	n->trigger.p = (const char *)octets + OMASEC_MD5_LEN;
	n->trigger.len = len - OMASEC_MD5_LEN;
	n->version = (u16)(head >> 54);
	n->ui_mode = head >> 52 & 3;
	n->initiator = head >> 51 & 1;
	n->session = (u16)(head >> 8);
	id_len = head & 0xff;

	n->what = "a version other than 1.1 and 1.2";
	if (n->version != 11 && n->version != 12)
		return OMASEC_REASON_NOTIFICATION_VERSION;
	n->what = "bits set that are for future use";
	if (head >> 24 & 0x7ffffff)
		return OMASEC_REASON_NOTIFICATION_BAD;
	n->what = "session id 0";
	if (!n->session)
		return OMASEC_REASON_NOTIFICATION_BAD;
	n->what = "a server identifier longer than what is left";
	if (id_len > len - OMASEC_NOTIFICATION_MIN)
		return OMASEC_REASON_NOTIFICATION_BAD;
	n->server_id.p = (const char *)octets + OMASEC_NOTIFICATION_MIN;
	n->server_id.len = id_len;
	n->vendor.p = n->server_id.p + id_len;
	n->vendor.len = len - OMASEC_NOTIFICATION_MIN - id_len;
	n->what = "a server identifier that is empty or has control characters";
	if (!server_id_ok(n->server_id))
		return OMASEC_REASON_NOTIFICATION_BAD;
	n->what = NULL;
	return OMASEC_REASON_NONE;
}
