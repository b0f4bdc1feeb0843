/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Credentials of auth-md5 inside of signed messages (rules with integrity signature),
 * which take the place of the MAC. @portid is the netlink port that asks. Both return 0
 * or a negative errno, and then *why in words. Process context, may sleep.
 */
#ifndef OMASEC_CRED_MD5_H
#define OMASEC_CRED_MD5_H

#include "upcall.h"

int omasec_msg_cred_judge(struct omasec_msg *m, u32 portid, const u8 *digest, u8 *state,
			  const char **why);
int omasec_msg_cred_make(struct omasec_msg *m, u32 portid, const struct omasec_nonce *nonce,
			 u8 digest[OMASEC_MD5_LEN], const char **why);

#endif
