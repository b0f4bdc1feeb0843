// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Keys of accounts at work for the helper. What goes in or out may be a secret: neither stays
 * in a buffer of the library.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Room for every attribute but the data. */
#define CRYPTO_ROOM 256

static const struct hint crypto_hints[] = {
	{ EPERM, "not permitted: only the registered helper may use keys this way", NULL },
	{ ENOENT, "there is no such account", "omasec account list" },
	{ ENOKEY, "the account has no key for this", "omasec key add" },
	{ EKEYREVOKED, "the key was revoked", "omasec key add" },
	{ EKEYEXPIRED, "the key has expired", "omasec key add" },
	{ EKEYREJECTED, "the key has a length that this does not take", "omasec key add" },
	{ EACCES, "AES-CBC is for accounts with encryption-profile legacy, which have nothing else",
	  "omasec account show" },
	{ EOPNOTSUPP, "the kernel does not have this algorithm", NULL },
	{ EPROTO, "the kernel module answered with something unexpected",
	  "are module and library of the same version?" },
	{ EBADMSG, "this was not sealed with the wrap key of the account, or was changed since", NULL },
	{ 0, NULL, NULL }
};

/**
 * struct crypto_out - where the result goes
 * @p: of @room octets
 * @len: octets of the result
 * @done: there was one
 */
struct crypto_out {
	uint8_t *p;
	size_t room, len;
	bool done;
};

static int crypto_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct reply_crypto reply = { 0 };
	struct crypto_out *out = arg;
	int rc = genl_decode_msg(&omasec_set_crypto, nlh, &reply);

	/* Not -EBADMSG, which says something of the data. */
	if (rc || !reply.data.len || out->done)
		rc = -EPROTO;
	if (!rc && reply.data.len > out->room)
		rc = -EMSGSIZE;
	if (!rc) {
		memcpy(out->p, reply.data.p, reply.data.len);
		out->len = reply.data.len;
		out->done = true;
	}
	/* It lies in the buffer of the channel, which outlives this. */
	if (reply.data.len)
		explicit_bzero((void *)(uintptr_t)reply.data.p, reply.data.len);
	return rc;
}

int omasec_helper_crypto(struct omasec *o, const char *account, uint32_t op, const void *data,
			 size_t len, uint8_t *out, size_t *out_len)
{
	struct crypto_out to = { .p = out, .room = *out_len };
	struct genl_msg m;
	int rc = omasec_helper_need(o);

	*out_len = 0;
	if (rc)
		return rc;
	if (op > OMASEC_CRYPTO_OP_OPEN_128_CBC)
		return omasec_fail(o, -EOPNOTSUPP, "there is no operation %u", op);
	if (len > OMASEC_CRYPTO_MAX)
		return omasec_fail(o, -EMSGSIZE, "%zu octets are more than the %d that go into one operation",
				   len, OMASEC_CRYPTO_MAX);
	genl_msg_init(&m, &o->helper.g, OMASEC_CMD_CRYPTO, false, CRYPTO_ROOM + len);
	genl_put_u8(&m, OMASEC_A_CRYPTO_OP, (uint8_t)op);
	genl_put_str(&m, OMASEC_A_CRYPTO_ACCOUNT, account, OMASEC_NAME_MAX);
	genl_put(&m, OMASEC_A_CRYPTO_DATA, data, len);
	rc = omasec_helper_call(o, &m, &omasec_set_crypto, crypto_reply, &to, crypto_hints);
	if (!rc && !to.done)
		rc = omasec_explain(o, &o->helper.g, -EPROTO, NULL);
	if (rc)
		explicit_bzero(out, to.room);
	else
		*out_len = to.len;
	return rc;
}
