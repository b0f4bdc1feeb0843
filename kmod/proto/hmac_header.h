/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The value of the x-syncml-hmac transport header. DM Security 1.2, 5.4.3.
 * Read liberally in form (order, blanks, case, token as username, no algorithm),
 * strictly in substance (duplicates, wrong length, unknown algorithm, no username).
 */
#ifndef OMASEC_PROTO_HMAC_HEADER_H
#define OMASEC_PROTO_HMAC_HEADER_H

#include "mac.h"

#define OMASEC_HMAC_HEADER "x-syncml-hmac"
/* Longest value that omasec_hmac_header_format() makes, with the NUL. */
#define OMASEC_HMAC_VALUE_MAX (32 + 2 * OMASEC_USER_MAX + 16 + 24)

/**
 * struct omasec_hmac_header - a parsed value
 * @user: user name, quoted pairs resolved, NUL-terminated
 * @user_len: its length without the NUL
 * @mac: decoded MAC
 */
struct omasec_hmac_header {
	char user[OMASEC_USER_MAX + 1];
	u8 user_len;
	u8 mac[OMASEC_MD5_LEN];
};

/* Returns enum omasec_reason: 0, OMASEC_REASON_MAC_MALFORMED or OMASEC_REASON_MAC_ALGORITHM. */
unsigned int omasec_hmac_header_parse(const char *value, size_t len, struct omasec_hmac_header *h);

/*
 * Writes `algorithm=MD5, username="…", mac=…` and a NUL. @user must be free of
 * control characters. Returns the length, -EINVAL, or -ENOSPC.
 */
ssize_t omasec_hmac_header_format(char *out, size_t cap, const char *user, size_t user_len,
				  const u8 mac[OMASEC_MD5_LEN]);

#endif
