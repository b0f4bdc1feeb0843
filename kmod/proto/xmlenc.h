/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What block encryption of XML-Encryption (5.2) does besides AES-CBC: its padding, and a
 * choice of keys. Who gets an answer about one of the two decrypts messages with it, so none
 * of this takes another way, or another time, for octets that are wrong.
 */
#ifndef OMASEC_PROTO_XMLENC_H
#define OMASEC_PROTO_XMLENC_H

#include "types.h"

#define OMASEC_XMLENC_BLOCK 16

/**
 * omasec_xmlenc_pad() - says how many octets of padding there are
 * @data: content and padding of any octets
 * @len: octets of content
 * @padded: of both, a multiple of 16, at most 16 more than @len
 *
 * Context: any.
 */
void omasec_xmlenc_pad(u8 *data, size_t len, size_t padded);

/**
 * omasec_xmlenc_unpad() - takes padding off
 * @data: what was decrypted; of padding that was wrong, or of nothing else, all but
 *	one octet stays, and the last of those becomes 0, so that it ends no element
 * @len: a multiple of 16, above 0
 *
 * Context: any.
 * Return: octets that stay, above 0.
 */
size_t omasec_xmlenc_unpad(u8 *data, size_t len);

/**
 * omasec_xmlenc_choose() - the one key or the other
 * @key: gets @other, or stays as it is
 * @other: the other one
 * @len: octets of both
 * @take: whether to take @other
 *
 * Context: any.
 */
void omasec_xmlenc_choose(u8 *key, const u8 *other, size_t len, bool take);

#endif
