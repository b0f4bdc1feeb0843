// SPDX-License-Identifier: GPL-2.0
/*
 * AES key wrap by the index-based description of RFC 3394, 2.2: the key lies in the
 * output, block by block, and is gone through six times. Whether a wrap was right shows
 * at its end only, and then nothing of what came out remains.
 */
#include "key_wrap.h"

#define WRAP_ROUNDS 6

/* RFC 3394, 2.2.3.1 */
static const u8 wrap_initial[OMASEC_WRAP_BLOCK] = {
	0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6,
};

bool omasec_key_wrap_takes(size_t len)
{
	return len >= 2 * OMASEC_WRAP_BLOCK && len <= OMASEC_WRAP_MAX - OMASEC_WRAP_BLOCK &&
	       len % OMASEC_WRAP_BLOCK == 0;
}

/* The count of steps, as the lower octets of a 64-bit number. */
static void wrap_count(u8 a[OMASEC_WRAP_BLOCK], u32 t)
{
	unsigned int i;

	for (i = 0; i < sizeof(t); i++)
		a[OMASEC_WRAP_BLOCK - 1 - i] ^= (u8)(t >> (8 * i));
}

int omasec_key_wrap(const struct omasec_aes *aes, const u8 *key, size_t len, u8 *out)
{
	const u32 n = (u32)(len / OMASEC_WRAP_BLOCK);
	u8 b[OMASEC_AES_BLOCK];
	u32 i, j, t = 0;
	int err = 0;

	if (!omasec_key_wrap_takes(len))
		return -EMSGSIZE;
	memcpy(b, wrap_initial, OMASEC_WRAP_BLOCK);
	memcpy(out + OMASEC_WRAP_BLOCK, key, len);
	for (j = 0; !err && j < WRAP_ROUNDS; j++) {
		for (i = 1; !err && i <= n; i++) {
			u8 *r = out + i * OMASEC_WRAP_BLOCK;

			memcpy(b + OMASEC_WRAP_BLOCK, r, OMASEC_WRAP_BLOCK);
			err = aes->block(aes->ctx, false, b);
			wrap_count(b, ++t);
			memcpy(r, b + OMASEC_WRAP_BLOCK, OMASEC_WRAP_BLOCK);
		}
	}
	memcpy(out, b, OMASEC_WRAP_BLOCK);
	memzero_explicit(b, sizeof(b));
	if (err)
		memzero_explicit(out, len + OMASEC_WRAP_BLOCK);
	return err;
}

/* Takes the same time for every difference. */
static bool wrap_initial_is(const u8 a[OMASEC_WRAP_BLOCK])
{
	unsigned int i;
	u8 diff = 0;

	for (i = 0; i < OMASEC_WRAP_BLOCK; i++)
		diff |= a[i] ^ wrap_initial[i];
	return !diff;
}

int omasec_key_unwrap(const struct omasec_aes *aes, const u8 *wrapped, size_t len, u8 *out)
{
	const size_t key_len = len - OMASEC_WRAP_BLOCK;
	u8 b[OMASEC_AES_BLOCK];
	int err = 0;
	u32 i, n, t;

	if (len < OMASEC_WRAP_BLOCK || !omasec_key_wrap_takes(key_len))
		return -EMSGSIZE;
	n = (u32)(key_len / OMASEC_WRAP_BLOCK);
	memcpy(b, wrapped, OMASEC_WRAP_BLOCK);
	memcpy(out, wrapped + OMASEC_WRAP_BLOCK, key_len);
	for (t = WRAP_ROUNDS * n; !err && t; ) {
		for (i = n; !err && i; i--, t--) {
			u8 *r = out + (i - 1) * OMASEC_WRAP_BLOCK;

			wrap_count(b, t);
			memcpy(b + OMASEC_WRAP_BLOCK, r, OMASEC_WRAP_BLOCK);
			err = aes->block(aes->ctx, true, b);
			memcpy(r, b + OMASEC_WRAP_BLOCK, OMASEC_WRAP_BLOCK);
		}
	}
	if (!err && !wrap_initial_is(b))
		err = -EBADMSG;
	memzero_explicit(b, sizeof(b));
	if (err)
		memzero_explicit(out, key_len);
	return err;
}
