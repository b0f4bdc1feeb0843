/* SPDX-License-Identifier: GPL-2.0 */
/* For tests whose rules have neither signatures nor encryption: nobody asks for a key. */
#ifndef HELPER_NO_KEYS_H
#define HELPER_NO_KEYS_H

#include <errno.h>

#include <dm/worker_client.h>
#include <omasec.h>

int omasec_helper_crypto(struct omasec *o, const char *account, uint32_t op, const void *data,
			 size_t len, uint8_t *out, size_t *out_len)
{
	fail();
	return -ENOSYS;
}

int omasec_message_cred_judge(struct omasec *o, uint64_t cookie, const uint8_t *digest,
			      uint8_t *mac_state)
{
	fail();
	return -ENOSYS;
}

int omasec_message_cred_make(struct omasec *o, uint64_t cookie, const struct omasec_nonce *nonce,
			     uint8_t digest[OMASEC_CRED_LEN])
{
	fail();
	return -ENOSYS;
}

int worker_client_start_xsec(struct worker_client *wc, const struct worker_xsec *how,
			     const uint8_t *message, size_t len, const struct xsec_crypto *crypto,
			     uint8_t **out, size_t *out_len, struct dm_error *err)
{
	fail();
	return -ENOSYS;
}

#endif
