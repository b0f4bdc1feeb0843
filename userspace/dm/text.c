// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Refusals, UTF-8, numbers, Base64 and the growing buffer. See text.h.
 * Every function is linear in its input and none of them trusts it.
 */
#include "text.h"

#include <errno.h>
#include <linux/omasec.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int dm_fail(struct dm_error *err, unsigned int reason, const char *format, ...)
{
	va_list args;

	if (err) {
		err->reason = reason;
		va_start(args, format);
		vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
	}
	switch (reason) {
	case OMASEC_REASON_NO_MEMORY:
		return -ENOMEM;
	case OMASEC_REASON_TOO_LARGE:
		return -EMSGSIZE;
	case OMASEC_REASON_HELPER_ERROR:
		return -EINVAL;
	default:
		return -EBADMSG;
	}
}

/* Octets of the sequence at @p, 0 when it is not well-formed (Unicode, table 3-7). */
static size_t utf8_sequence(const uint8_t *p, size_t left)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

bool dm_utf8_valid(const uint8_t *text, size_t len)
{
	size_t pos = 0, n;
	uint64_t word;

	while (pos < len) {
		if (len - pos >= sizeof(word)) {
			memcpy(&word, text + pos, sizeof(word));
			if (!(word & 0x8080808080808080ull)) {
				pos += sizeof(word);
				continue;
			}
		}
		n = utf8_sequence(text + pos, len - pos);
		if (!n)
			return false;
		pos += n;
	}
	return true;
}

bool dm_utf8_plain(const uint8_t *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] < 0x20 && text[i] != '\t' && text[i] != '\n' && text[i] != '\r')
			return false;
		/* U+FFFE and U+FFFF are no XML characters */
		if (text[i] == 0xef && len - i >= 3 && text[i + 1] == 0xbf && text[i + 2] >= 0xbe)
			return false;
	}
	return dm_utf8_valid(text, len);
}

bool dm_label_valid(const char *text, size_t size)
{
	size_t len = strnlen(text, size), i;

	if (len == size)
		return false;
	for (i = 0; i < len; i++) {
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	}
	return dm_utf8_valid((const uint8_t *)text, len);
}

bool dm_number(const char *text, size_t len, uint32_t *value)
{
	uint64_t n = 0;
	size_t i;

	if (!len || len > 10 || (len > 1 && text[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	if (n > INT32_MAX)
		return false;
	*value = (uint32_t)n;
	return true;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(char c)
{
	const char *p = c ? strchr(base64_digits, c) : NULL;

	return p ? (int)(p - base64_digits) : -1;
}

int dm_base64_decode(const char *text, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
	size_t pad = 0, n, i, j;

	if (len % 4)
		return -EINVAL;
	while (len && pad < 2 && text[len - 1 - pad] == '=')
		pad++;
	n = len / 4 * 3 - pad;
	if (n > cap)
		return -EMSGSIZE;
	for (i = 0, j = 0; i < len; i += 4) {
		uint32_t quad = 0;
		size_t k;

		for (k = 0; k < 4; k++) {
			int v = i + k >= len - pad ? 0 : base64_value(text[i + k]);

			if (v < 0)
				return -EINVAL;
			quad = quad << 6 | (uint32_t)v;
		}
		for (k = 0; k < 3; k++, quad <<= 8) {
			if (j < n)
				out[j++] = (uint8_t)(quad >> 16);
			else if (quad >> 16 & 0xff)
				return -EINVAL;	/* bits set in the padding */
		}
	}
	*out_len = n;
	return 0;
}

void dm_base64_encode(const uint8_t *data, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t quad = (uint32_t)data[i] << 16;

		if (n > 1)
			quad |= (uint32_t)data[i + 1] << 8;
		if (n > 2)
			quad |= data[i + 2];
		*out++ = base64_digits[quad >> 18 & 63];
		*out++ = base64_digits[quad >> 12 & 63];
		*out++ = n > 1 ? base64_digits[quad >> 6 & 63] : '=';
		*out++ = n > 2 ? base64_digits[quad & 63] : '=';
	}
	*out = '\0';
}

void dm_out_init(struct dm_out *out, size_t max)
{
	memset(out, 0, sizeof(*out));
	out->max = max;
}

void dm_out_free(struct dm_out *out)
{
	free(out->data);
	out->data = NULL;
	out->len = out->cap = 0;
}

static bool out_reserve(struct dm_out *out, size_t more)
{
	uint8_t *data;
	size_t cap;

	if (out->error)
		return false;
	if (more <= out->cap - out->len)
		return true;
	if (more > out->max - out->len) {
		out->error = -EMSGSIZE;
		return false;
	}
	cap = out->cap ? out->cap : 256;
	while (cap - out->len < more)
		cap *= 2;
	data = realloc(out->data, cap);
	if (!data) {
		out->error = -ENOMEM;
		return false;
	}
	out->data = data;
	out->cap = cap;
	return true;
}

void dm_out_put(struct dm_out *out, const void *data, size_t len)
{
	if (!len || !out_reserve(out, len))
		return;
	memcpy(out->data + out->len, data, len);
	out->len += len;
}

void dm_out_byte(struct dm_out *out, uint8_t byte)
{
	dm_out_put(out, &byte, 1);
}

void dm_out_text(struct dm_out *out, const char *text)
{
	dm_out_put(out, text, strlen(text));
}

int dm_out_take(struct dm_out *out, uint8_t **data, size_t *len, struct dm_error *err)
{
	int error = out->error;

	if (error == -EMSGSIZE) {
		dm_out_free(out);
		return dm_fail(err, OMASEC_REASON_TOO_LARGE,
			       "the changed message is over %zu octets", out->max);
	}
	if (error) {
		dm_out_free(out);
		return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	}
	*data = out->data;
	*len = out->len;
	memset(out, 0, sizeof(*out));
	return 0;
}
