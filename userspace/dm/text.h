/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small things that every part of the library needs: refusing with a text,
 * checking UTF-8, numbers and Base64 without any leniency, and a buffer that
 * grows up to a cap and remembers that it failed.
 */
#ifndef DM_TEXT_H
#define DM_TEXT_H

#include "dm.h"

/* Fills @err (may be NULL) and returns the errno that goes with @reason. */
int dm_fail(struct dm_error *err, unsigned int reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Well-formed UTF-8 without surrogates and non-shortest forms. */
bool dm_utf8_valid(const uint8_t *text, size_t len);
/* UTF-8, and of the control characters only TAB, LF and CR: what XML can hold. */
bool dm_utf8_plain(const uint8_t *text, size_t len);
/* A terminated text in its array, UTF-8, no control characters: fit to be logged. */
bool dm_label_valid(const char *text, size_t size);

/* Decimal without sign and leading zeros, at most INT32_MAX. */
bool dm_number(const char *text, size_t len, uint32_t *value);

#define DM_BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* RFC 4648 with padding, no white space. -EINVAL, or -EMSGSIZE over @cap. */
int dm_base64_decode(const char *text, size_t len, uint8_t *out, size_t cap, size_t *out_len);
/* Writes DM_BASE64_LEN(len) characters and a terminator. */
void dm_base64_encode(const uint8_t *data, size_t len, char *out);

struct dm_out {
	uint8_t *data;
	size_t len, cap;
	size_t max;	/* never longer than this */
	int error;	/* 0, -ENOMEM or -EMSGSIZE; sticks */
};

void dm_out_init(struct dm_out *out, size_t max);
void dm_out_free(struct dm_out *out);
void dm_out_put(struct dm_out *out, const void *data, size_t len);
void dm_out_byte(struct dm_out *out, uint8_t byte);
void dm_out_text(struct dm_out *out, const char *text);
/* Hands the octets over, or frees them and fills @err. */
int dm_out_take(struct dm_out *out, uint8_t **data, size_t *len, struct dm_error *err);

#endif
