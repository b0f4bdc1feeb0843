// SPDX-License-Identifier: GPL-2.0
/*
 * Content types and WSP parameters of bootstrap messages. Properties: what is
 * refused says why; what is read has one of the types that there are; a MAC that
 * was made from the same secrets is right, and no longer when an octet of it, of the
 * message or of the key changes; keys keep to their room.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../kmod/proto/bootstrap.h"
#include "../../kmod/proto/wsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

/* Not a MAC, but each octet of its input changes it, which is all that is asked here. */
static int mix(void *ctx, struct omasec_slice key, struct omasec_slice body, u8 out[OMASEC_SHA1_LEN])
{
	u64 h = 1469598103934665603u;
	size_t i;

	(void)ctx;
	for (i = 0; i < key.len; i++)
		h = (h ^ (u8)key.p[i]) * 1099511628211u;
	h = (h ^ key.len) * 1099511628211u;
	for (i = 0; i < body.len; i++)
		h = (h ^ (u8)body.p[i]) * 1099511628211u;
	for (i = 0; i < OMASEC_SHA1_LEN; i++, h *= 1099511628211u)
		out[i] = (u8)(h >> 56);
	return 0;
}

static const struct omasec_hmac_sha1 mixer = { .digest = mix };

static void check_params(unsigned int reason, const struct omasec_bootstrap *b)
{
	CHECK(!reason || reason == OMASEC_REASON_BOOTSTRAP_BAD);
	CHECK(!reason == !b->what);
	CHECK(b->sec <= OMASEC_SEC_USERPINMAC);
	CHECK(!b->colon || b->sec == OMASEC_SEC_USERNETWPIN);
}

/* @p in three: network secret, PIN, document. */
static void check_mac(const u8 *p, size_t len)
{
	size_t n = len ? p[0] % 70 : 0, m = len > 1 ? p[1] % 70 : 0;
	struct omasec_bootstrap_secrets s = { .colon = len & 1 };
	char mac[OMASEC_BOOTSTRAP_MAC_TEXT], pin[70], typed[70 + OMASEC_BOOTSTRAP_MAC_TEXT];
	struct omasec_slice body, none = { NULL, 0 }, text;
	struct omasec_bootstrap b;
	u8 key[OMASEC_BOOTSTRAP_KEY_MAX];
	unsigned int sec;
	size_t i;

	if (len < 2 + n + m + 1)
		return;
	for (i = 0; i < m; i++)
		pin[i] = (char)(p[2 + n + i] % 11 + '0');
	s.netw.p = (const char *)p + 2;
	s.netw.len = n;
	body.p = (const char *)p + 2 + n + m;
	body.len = len - 2 - n - m;
	for (sec = 0; sec <= OMASEC_SEC_USERPINMAC + 1; sec++) {
		int k;

		s.pin.p = pin;
		s.pin.len = m;
		k = omasec_bootstrap_key(sec, &s, key);
		CHECK(k == -EINVAL || (k > 0 && k <= OMASEC_BOOTSTRAP_KEY_MAX));
		if (omasec_bootstrap_make(&mixer, sec, &s, body, mac)) {
			CHECK(k == -EINVAL || sec == OMASEC_SEC_USERPINMAC);
			continue;
		}
		CHECK(k > 0);
		text.p = mac;
		text.len = strlen(mac);
		CHECK(text.len == (sec == OMASEC_SEC_USERPINMAC ? m : 40));
		CHECK(!omasec_bootstrap_parse(OMASEC_WSP_SEC_CODE, sec - OMASEC_SEC_NETWPIN, none,
					      sec == OMASEC_SEC_USERPINMAC ? none : text, &b));
		CHECK(b.sec == sec);
		if (sec == OMASEC_SEC_USERPINMAC) {
			memcpy(typed, pin, m);
			memcpy(typed + m, mac, m);
			s.pin.p = typed;
			s.pin.len = 2 * m;
		}
		CHECK(omasec_bootstrap_check(&mixer, &b, &s, body) == 1);
		if (sec == OMASEC_SEC_USERPINMAC) {
			typed[2 * m - 1] ^= 1;
			CHECK(!omasec_bootstrap_check(&mixer, &b, &s, body));
		} else {
			b.mac[p[0] % OMASEC_SHA1_LEN] ^= 1;
			CHECK(!omasec_bootstrap_check(&mixer, &b, &s, body));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct omasec_wsp_push push;
	struct omasec_bootstrap b;
	unsigned int reason;
	u32 type = 0;

	CHECK(copy);
	if (size)
		memcpy(copy, data, size);
	reason = omasec_bootstrap_content_type(copy, size, &type, &b);
	check_params(reason, &b);
	/* Whatever has SEC, or cannot be read, is never taken for one of a session. */
	CHECK(omasec_bootstrap_claims(copy, size) || (!reason && b.sec == OMASEC_SEC_NONE));
	if (!omasec_wsp_push_parse(copy, size, &push))
		check_params(omasec_bootstrap_parse(push.sec_form, push.sec, push.sec_text, push.mac, &b), &b);
	check_mac((const u8 *)copy, size);
	free(copy);
	return 0;
}
