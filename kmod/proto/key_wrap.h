/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AES key wrap, RFC 3394, with its initial value: a key in 64-bit blocks, wrapped by
 * another. Which AES is a matter of the surroundings.
 */
#ifndef OMASEC_PROTO_KEY_WRAP_H
#define OMASEC_PROTO_KEY_WRAP_H

#include "types.h"

#define OMASEC_WRAP_BLOCK 8		/* that the result is longer by */
#define OMASEC_WRAP_MAX 4096		/* of the result */
#define OMASEC_AES_BLOCK 16

/**
 * struct omasec_aes - AES with a key, given by the surroundings
 * @block: encrypts or decrypts one block in place; 0 or a negative errno
 * @ctx: handed to @block
 */
struct omasec_aes {
	int (*block)(void *ctx, bool decrypt, u8 block[OMASEC_AES_BLOCK]);
	void *ctx;
};

/**
 * omasec_key_wrap_takes() - can a key be wrapped?
 * @len: its length
 *
 * Return: true for a multiple of 8 from 16 to OMASEC_WRAP_MAX - 8.
 */
bool omasec_key_wrap_takes(size_t len);

/**
 * omasec_key_wrap() - wraps a key
 * @aes: AES with the wrapping key
 * @key: what is wrapped
 * @len: its length, for which omasec_key_wrap_takes()
 * @out: gets @len + 8 octets; wiped on failure; apart from @key
 *
 * Context: any in which @aes works.
 * Return: 0, -EMSGSIZE for another length, or what @aes returned.
 */
int omasec_key_wrap(const struct omasec_aes *aes, const u8 *key, size_t len, u8 *out);

/**
 * omasec_key_unwrap() - the other way round
 * @aes: AES with the wrapping key
 * @wrapped: what was wrapped
 * @len: its length, longer by 8 than what omasec_key_wrap_takes()
 * @out: gets @len - 8 octets; wiped on failure; apart from @wrapped
 *
 * Context: any in which @aes works.
 * Return: 0, -EMSGSIZE for another length, -EBADMSG when it was not wrapped with this key,
 * or what @aes returned.
 */
int omasec_key_unwrap(const struct omasec_aes *aes, const u8 *wrapped, size_t len, u8 *out);

#endif
