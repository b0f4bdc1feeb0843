/* SPDX-License-Identifier: GPL-2.0 */
/* Strict Base64 (RFC 4648, section 4): padding required, no white space, no stray bits. */
#ifndef OMASEC_PROTO_BASE64_H
#define OMASEC_PROTO_BASE64_H

#include "types.h"

#define OMASEC_B64_LEN(n) (((n) + 2) / 3 * 4)

/* Writes OMASEC_B64_LEN(len) characters, no NUL. Returns that number. */
size_t omasec_base64_encode(const u8 *in, size_t len, char *out);
/* Decodes @len characters into at most @cap octets. Returns their number or -EINVAL. */
ssize_t omasec_base64_decode(const char *in, size_t len, u8 *out, size_t cap);

#endif
