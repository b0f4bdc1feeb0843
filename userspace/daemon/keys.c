// SPDX-License-Identifier: GPL-2.0
/* Keys of accounts at work, see keys.h. */
#include <errno.h>
#include <stdlib.h>

#include "keys.h"
#include "log.h"

#define KEYS_MAC_MAX 64		/* octets of an HMAC-SHA512 */

static int keys_op(enum xsec_sign sign, uint32_t *op)
{
	switch (sign) {
	case XSEC_HMAC_SHA256:
		*op = OMASEC_CRYPTO_OP_HMAC_SHA256;
		return 0;
	case XSEC_HMAC_SHA384:
		*op = OMASEC_CRYPTO_OP_HMAC_SHA384;
		return 0;
	case XSEC_HMAC_SHA512:
		*op = OMASEC_CRYPTO_OP_HMAC_SHA512;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* What the worker makes a reason of; for all else the log has the words. */
static int keys_error(const struct keys *k, int err)
{
	switch (err) {
	case -ENOENT:		/* the account went meanwhile */
	case -EKEYREJECTED:
		return -ENOKEY;
	case -ENOKEY:
	case -EKEYREVOKED:
	case -EKEYEXPIRED:
	case -ENOMEM:
		return err;
	default:
		log_error("account %s: %s", k->account, omasec_error(k->o));
		return err == -EBADMSG ? -EPROTO : err;
	}
}

int keys_use(void *private, const struct xsec_request *request, struct xsec_reply *reply)
{
	const struct keys *k = private;
	size_t len = KEYS_MAC_MAX;
	uint32_t op;
	int err;

	if (!k->o)
		return -ENOKEY;
	if (request->op != XSEC_MAC || keys_op(request->sign, &op))
		return -EOPNOTSUPP;
	reply->data = malloc(len);
	if (!reply->data)
		return -ENOMEM;
	err = omasec_helper_crypto(k->o, k->account, op, request->data, request->len, reply->data, &len);
	if (err) {
		free(reply->data);
		reply->data = NULL;
		return keys_error(k, err);
	}
	reply->len = len;
	return 0;
}
