// SPDX-License-Identifier: GPL-2.0
/*
 * Values of x-syncml-hmac. Properties: a value that is taken has a user without
 * control characters and the MAC stands in it as text; written anew it is read
 * alike; a second username, mac or algorithm after it makes it unreadable;
 * blanks and empty elements around it do not matter.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../kmod/proto/base64.h"
#include "../../kmod/proto/hmac_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

/* Many small pieces are freed here; they need not be remembered for long. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=16";
}

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

static unsigned int parse(const char *p, size_t len, struct omasec_hmac_header *h)
{
	char *copy = malloc(len ? len : 1);
	unsigned int reason;

	CHECK(copy);
	if (len)
		memcpy(copy, p, len);
	reason = omasec_hmac_header_parse(copy, len, h);
	free(copy);
	return reason;
}

static void check_again(const struct omasec_hmac_header *h)
{
	char out[OMASEC_HMAC_VALUE_MAX];
	struct omasec_hmac_header g;
	ssize_t n;

	n = omasec_hmac_header_format(out, sizeof(out), h->user, h->user_len, h->mac);
	CHECK(n > 0 && strlen(out) == (size_t)n);
	CHECK(!parse(out, (size_t)n, &g));
	CHECK(g.user_len == h->user_len && !memcmp(g.user, h->user, (size_t)h->user_len + 1));
	CHECK(!memcmp(g.mac, h->mac, sizeof(g.mac)));
	CHECK(omasec_hmac_header_format(out, (size_t)n, h->user, h->user_len, h->mac) == -ENOSPC);
}

/* The value with something before and after it. */
static unsigned int parse_with(const char *before, const uint8_t *data, size_t size,
			       const char *after, struct omasec_hmac_header *g)
{
	size_t b = strlen(before), a = strlen(after);
	char *copy = malloc(b + size + a + 1);
	unsigned int reason;

	CHECK(copy);
	memcpy(copy, before, b);
	memcpy(copy + b, data, size);
	memcpy(copy + b + size, after, a);
	reason = parse(copy, b + size + a, g);
	free(copy);
	return reason;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[OMASEC_B64_LEN(OMASEC_MD5_LEN)];
	struct omasec_hmac_header h, g;
	unsigned int reason;
	size_t i;

	reason = parse((const char *)data, size, &h);
	CHECK(reason == OMASEC_REASON_NONE || reason == OMASEC_REASON_MAC_MALFORMED ||
	      reason == OMASEC_REASON_MAC_ALGORITHM);
	if (reason)
		return 0;

	CHECK(h.user_len && h.user_len <= OMASEC_USER_MAX);
	CHECK(strlen(h.user) == h.user_len);
	for (i = 0; i < h.user_len; i++)
		CHECK((u8)h.user[i] >= ' ' && h.user[i] != 127);
	omasec_base64_encode(h.mac, sizeof(h.mac), text);
	CHECK(memmem(data, size, text, sizeof(text)) || memchr(data, '\\', size));
	check_again(&h);

	CHECK(!parse_with(" ,\t", data, size, " ,, ", &g));
	CHECK(!memcmp(g.mac, h.mac, sizeof(g.mac)) && !strcmp(g.user, h.user));
	CHECK(parse_with("", data, size, ",username=x", &g) == OMASEC_REASON_MAC_MALFORMED);
	CHECK(parse_with("", data, size, ",mac=AAAAAAAAAAAAAAAAAAAAAA==", &g) == OMASEC_REASON_MAC_MALFORMED);
	CHECK(parse_with("algorithm=MD5,algorithm=MD5,", data, size, "", &g) ==
	      OMASEC_REASON_MAC_MALFORMED);
	CHECK(parse_with("", data, size, ",x=y", &g) == OMASEC_REASON_MAC_MALFORMED);
	return 0;
}
