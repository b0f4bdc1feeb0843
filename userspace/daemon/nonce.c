// SPDX-License-Identifier: GPL-2.0
/*
 * Nonces, see nonce.h. A fresh one is 16 printable ASCII characters of six
 * random bits each, because DM clients exist that lose octets above 127, or
 * that cannot decode Base64 whose length is not a multiple of three plus one.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "nonce.h"

int nonce_system_random(void *data, size_t len)
{
	uint8_t *p = data;
	ssize_t n;

	while (len) {
		n = getrandom(p, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int nonce_make(struct omasec_nonce *n, nonce_random_fn random)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t raw[NONCE_FRESH_LEN];
	unsigned int i;
	int err;

	memset(n, 0, sizeof(*n));
	err = random(raw, sizeof(raw));
	if (err)
		return err;
	for (i = 0; i < sizeof(raw); i++)
		n->data[i] = (uint8_t)alphabet[raw[i] & 63];
	n->len = sizeof(raw);
	n->known = true;
	return 0;
}

void nonce_set(struct omasec_nonce *n, const void *data, size_t len)
{
	memset(n, 0, sizeof(*n));
	if (len > sizeof(n->data))
		return;
	if (len)
		memcpy(n->data, data, len);
	n->len = (uint8_t)len;
	n->known = true;
}

bool nonce_equal(const struct omasec_nonce *a, const struct omasec_nonce *b)
{
	return a->known == b->known && a->len == b->len && !memcmp(a->data, b->data, a->len);
}
