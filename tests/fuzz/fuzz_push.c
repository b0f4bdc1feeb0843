// SPDX-License-Identifier: GPL-2.0
/*
 * Datagrams on a push port. Properties: what counts as secured is never a push;
 * a push is made of its headers and its data and nothing else; its data does not
 * change what its header says; each shorter datagram that is still a push says the
 * same of the header; a notification that is taken obeys the limits of the
 * standard, and a changed digest does not change how the trigger is read.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../kmod/proto/notification.h"
#include "../../kmod/proto/wsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

static bool inside(struct omasec_slice s, const u8 *p, size_t len)
{
	return !s.len || ((const u8 *)s.p >= p && s.len <= len &&
			  (size_t)((const u8 *)s.p - p) <= len - s.len);
}

static void check_notification(const u8 *p, size_t len)
{
	struct omasec_notification n, m;
	unsigned int reason = omasec_notification_parse(p, len, &n);
	u8 *copy;

	CHECK(!reason == !n.what);
	if (reason) {
		CHECK(reason == OMASEC_REASON_NOTIFICATION_BAD ||
		      reason == OMASEC_REASON_NOTIFICATION_VERSION);
		return;
	}
	CHECK(n.version == 11 || n.version == 12);
	CHECK(n.session && n.ui_mode < 4 && n.initiator < 2);
	CHECK(n.server_id.len && n.server_id.len < 256 && !memchr(n.server_id.p, 0, n.server_id.len));
	CHECK(n.digest == p && n.trigger.len == len - 16);
	CHECK(n.server_id.len + n.vendor.len + 8 == n.trigger.len);
	CHECK(inside(n.server_id, p, len) && inside(n.vendor, p, len));
	copy = malloc(len);
	CHECK(copy);
	memcpy(copy, p, len);
	copy[0] ^= 0xff;
	CHECK(!omasec_notification_parse(copy, len, &m) && m.session == n.session &&
	      m.server_id.len == n.server_id.len);
	free(copy);
}

/* The same header before other data. */
static void check_header(const u8 *p, size_t head, const struct omasec_wsp_push *push)
{
	struct omasec_wsp_push q;
	u8 *copy = malloc(head + 1);

	CHECK(copy);
	memcpy(copy, p, head);
	copy[head] = 0x81;
	CHECK(!omasec_wsp_push_parse(copy, head + 1, &q));
	CHECK(q.type == push->type && q.app == push->app && q.sec == push->sec &&
	      q.sec_form == push->sec_form && q.has_mac == push->has_mac &&
	      q.mac.len == push->mac.len && q.has_hmac == push->has_hmac &&
	      q.hmac.len == push->hmac.len && q.data.len == 1);
	CHECK(omasec_wsp_push_parse(copy, head - 1, &q) == OMASEC_REASON_WSP_SYNTAX);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *copy = malloc(size ? size : 1);
	struct omasec_wsp_push push;
	unsigned int reason;

	CHECK(copy);
	if (size)
		memcpy(copy, data, size);
	reason = omasec_wsp_push_parse(copy, size, &push);
	CHECK(reason == OMASEC_REASON_NONE || reason == OMASEC_REASON_NOT_DM ||
	      reason == OMASEC_REASON_WSP_SYNTAX);
	if (omasec_wsp_is_secured(copy, size))
		CHECK(reason == OMASEC_REASON_NOT_DM);
	CHECK((reason == OMASEC_REASON_WSP_SYNTAX) == !!push.what);
	if (!reason) {
		CHECK((const u8 *)push.data.p + push.data.len == copy + size);
		CHECK(inside(push.mac, copy, size) && inside(push.sec_text, copy, size) &&
		      inside(push.hmac, copy, size));
		CHECK(push.has_hmac == !!push.hmac.len);
		CHECK(push.type != OMASEC_WSP_NONE || !push.sec || push.sec_form);
		check_header(copy, size - push.data.len, &push);
		check_notification((const u8 *)push.data.p, push.data.len);
	}
	check_notification(copy, size);
	free(copy);
	return 0;
}
