// SPDX-License-Identifier: GPL-2.0
/* Padding of XML-Encryption, and a choice of keys, without a branch. See xmlenc.h. */
#include "xmlenc.h"

void omasec_xmlenc_pad(u8 *data, size_t len, size_t padded)
{
	data[padded - 1] = (u8)(padded - len);
}

size_t omasec_xmlenc_unpad(u8 *data, size_t len)
{
	/* Nothing but padding would leave nothing: no message is like that. */
	const u32 most = len > OMASEC_XMLENC_BLOCK ? OMASEC_XMLENC_BLOCK : OMASEC_XMLENC_BLOCK - 1;
	const u32 pad = data[len - 1];
	/* All ones when it is not from 1 to @most: then one of the two wraps around. */
	const u32 bad = 0 - (((pad - 1) | (most - pad)) >> 31);

	data[len - 2] &= (u8)~bad;
	return len - ((pad & ~bad) | (1 & bad));
}

void omasec_xmlenc_choose(u8 *key, const u8 *other, size_t len, bool take)
{
	const u8 mask = (u8)(0 - (u32)take);
	size_t i;

	for (i = 0; i < len; i++)
		key[i] = (other[i] & mask) | (key[i] & (u8)~mask);
}
