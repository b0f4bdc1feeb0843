// SPDX-License-Identifier: GPL-2.0
/*
 * Strict Base64, RFC 4648 section 4. The decoder accepts exactly what the
 * encoder makes: for any octets there is one text only, so that two MACs that
 * differ as text differ as octets. No table look-up by secret data matters here:
 * MACs and digests of bodies are public, K is only encoded where it is made.
 */
#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t omasec_base64_encode(const u8 *in, size_t len, char *out)
{
	char *o = out;
	u32 v;

	for (; len >= 3; len -= 3, in += 3) {
		v = (u32)in[0] << 16 | (u32)in[1] << 8 | in[2];
		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = alphabet[v >> 6 & 63];
		*o++ = alphabet[v & 63];
	}
	if (len) {
		v = (u32)in[0] << 16 | (len == 2 ? (u32)in[1] << 8 : 0);
		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		*o++ = len == 2 ? alphabet[v >> 6 & 63] : '=';
		*o++ = '=';
	}
	return (size_t)(o - out);
}

static int value_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

ssize_t omasec_base64_decode(const char *in, size_t len, u8 *out, size_t cap)
{
	size_t i, j, n = 0, octets;
	u32 v;

	if (len % 4)
		return -EINVAL;
	for (i = 0; i < len; i += 4) {
		octets = 3;
		if (i + 4 == len && in[i + 3] == '=')
			octets = in[i + 2] == '=' ? 1 : 2;
		for (v = 0, j = 0; j <= octets; j++) {
			int d = value_of((unsigned char)in[i + j]);

			if (d < 0)
				return -EINVAL;
			v = v << 6 | (u32)d;
		}
		v <<= 6 * (3 - octets);
		/* the bits that padding leaves over must be zero */
		if (v & ((1U << 8 * (3 - octets)) - 1))
			return -EINVAL;
		if (cap - n < octets)
			return -EINVAL;
		out[n++] = (u8)(v >> 16);
		if (octets > 1)
			out[n++] = (u8)(v >> 8 & 255);
		if (octets > 2)
			out[n++] = (u8)(v & 255);
	}
	return (ssize_t)n;
}
