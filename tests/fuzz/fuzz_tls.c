// SPDX-License-Identifier: GPL-2.0
/*
 * TLS records and hellos. The input is a lowest version, then pieces: side, length,
 * octets. Properties: octet by octet gives the same as in pieces; a refusal has a
 * reason and words and stays; what was judged is a version that is allowed; the
 * name is text.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../kmod/proto/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) { fprintf(stderr, "property: %s\n", #x); abort(); } } while (0)

static void walk(struct omasec_tls_conn *t, unsigned int side, const uint8_t *p, size_t len,
		 size_t cut)
{
	while (len) {
		size_t n = len < cut ? len : cut;
		uint8_t *copy = malloc(n);

		CHECK(copy);
		memcpy(copy, p, n);
		CHECK(omasec_tls_walk(t, side, copy, n) == t->reason);
		free(copy);
		p += n;
		len -= n;
	}
}

static void check(const struct omasec_tls_conn *t)
{
	size_t i;

	CHECK(!t->reason || t->reason == OMASEC_REASON_TLS_RECORD ||
	      t->reason == OMASEC_REASON_TLS_VERSION);
	CHECK(!t->reason || (t->what && *t->what));
	CHECK(!t->judged || (t->version >= t->min && t->version <= OMASEC_TLS_1_3));
	CHECK(t->reason != OMASEC_REASON_TLS_VERSION || (!t->judged && t->version < t->min));
	CHECK(strnlen(t->sni, sizeof(t->sni)) < sizeof(t->sni));
	for (i = 0; t->sni[i]; i++)
		CHECK(isgraph((unsigned char)t->sni[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct omasec_tls_conn a, b;
	uint16_t min;

	if (!size)
		return 0;
	min = (uint16_t)(OMASEC_TLS_1_0 + *data % 4);
	omasec_tls_init(&a, min);
	omasec_tls_init(&b, min);
	data++;
	size--;
	while (size >= 3) {
		unsigned int side = *data & 1;
		size_t len = (size_t)data[1] << 8 | data[2];

		data += 3;
		size -= 3;
		len = len < size ? len : size;
		walk(&a, side, data, len, len);
		walk(&b, side, data, len, 1);
		data += len;
		size -= len;
		check(&a);
		CHECK(a.reason == b.reason && a.judged == b.judged && a.version == b.version &&
		      a.suite == b.suite && a.records == b.records && !strcmp(a.sni, b.sni));
	}
	return 0;
}
