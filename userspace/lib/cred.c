// SPDX-License-Identifier: LGPL-2.1-or-later
/* The Cred of a signed message: the helper reads and writes it, the module judges and makes it. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static const struct hint cred_hints[] = {
	{ EPERM, "not permitted: the message is of no rule with integrity signature, or another helper took over", NULL },
	{ ENOENT, "the message is not there any more", NULL },
	{ ESTALE, "the message is decided already", NULL },
	{ EINVAL, "with this nonce the Cred would be the MAC of a message", NULL },
	{ ENOKEY, "the account has no key for this side", "omasec key add" },
	{ EKEYREVOKED, "the key was revoked or has expired", "omasec key add" },
	{ EPROTO, "the kernel module answered with something unexpected",
	  "are module and library of the same version?" },
	{ 0, NULL, NULL }
};

/**
 * struct cred_answer - what the module said
 * @mac_state: of a Cred that was judged, else 0
 * @digest: of one that was made
 * @made: there is one
 */
struct cred_answer {
	uint8_t mac_state;
	uint8_t digest[OMASEC_CRED_LEN];
	bool made;
};

static int cred_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct cred_answer *answer = arg;
	struct reply_cred reply = { 0 };

	if (genl_decode_msg(&omasec_set_msg_cred, nlh, &reply))
		return -EPROTO;
	answer->mac_state = reply.mac_state;
	answer->made = reply.cred.len == sizeof(answer->digest);
	if (answer->made)
		memcpy(answer->digest, reply.cred.p, reply.cred.len);
	return 0;
}

static int cred_call(struct omasec *o, struct genl_msg *m, struct cred_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	return omasec_helper_call(o, m, &omasec_set_msg_cred, cred_reply, answer, cred_hints);
}

int omasec_message_cred_judge(struct omasec *o, uint64_t cookie, const uint8_t *digest,
			      uint8_t *mac_state)
{
	struct cred_answer answer;
	struct genl_msg m;
	int rc = omasec_helper_need(o);

	*mac_state = OMASEC_MAC_STATE_UNCHECKED;
	if (rc)
		return rc;
	genl_msg_init(&m, &o->helper.g, OMASEC_CMD_MSG_CRED, false, 128);
	genl_put_u64(&m, OMASEC_A_MSG_COOKIE, cookie);
	if (digest)
		genl_put(&m, OMASEC_A_MSG_CRED, digest, OMASEC_CRED_LEN);
	rc = cred_call(o, &m, &answer);
	if (!rc && answer.mac_state == OMASEC_MAC_STATE_UNCHECKED)
		rc = omasec_explain(o, &o->helper.g, -EPROTO, cred_hints);
	if (!rc)
		*mac_state = answer.mac_state;
	return rc;
}

int omasec_message_cred_make(struct omasec *o, uint64_t cookie, const struct omasec_nonce *nonce,
			     uint8_t digest[OMASEC_CRED_LEN])
{
	struct cred_answer answer;
	struct genl_msg m;
	int rc = omasec_helper_need(o);

	memset(digest, 0, OMASEC_CRED_LEN);
	if (rc)
		return rc;
	genl_msg_init(&m, &o->helper.g, OMASEC_CMD_MSG_CRED, false, 256);
	genl_put_u64(&m, OMASEC_A_MSG_COOKIE, cookie);
	genl_put(&m, OMASEC_A_MSG_MAC_NONCE, nonce->data, nonce->len);
	rc = cred_call(o, &m, &answer);
	if (!rc && !answer.made)
		rc = omasec_explain(o, &o->helper.g, -EPROTO, cred_hints);
	if (!rc)
		memcpy(digest, answer.digest, OMASEC_CRED_LEN);
	return rc;
}
