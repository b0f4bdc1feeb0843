// SPDX-License-Identifier: GPL-2.0
/*
 * The Cred of auth-md5 in a message whose only other protection is its XML signature.
 *
 * The module cannot read the message, so the helper shows it the digest. Whether that is
 * right is for the module to say: K stays here, and so does the nonce, which a right
 * digest uses up as a right MAC does. The result stands in @mac_state from then on, and
 * everything that asks there for the MAC of a message asks for this.
 */
#include "cred_md5.h"
#include "proto/reason.h"

static enum omasec_cred_who omasec_msg_own(const struct omasec_msg *m)
{
	return m->role == OMASEC_ROLE_CLIENT ? OMASEC_CRED_CLIENT : OMASEC_CRED_SERVER;
}

static enum omasec_cred_who omasec_msg_peer(const struct omasec_msg *m)
{
	return m->role == OMASEC_ROLE_CLIENT ? OMASEC_CRED_SERVER : OMASEC_CRED_CLIENT;
}

static int omasec_msg_cred_reason(unsigned int reason, const char **why)
{
	*why = reason == OMASEC_REASON_NO_MEMORY ? "out of memory" :
	       reason == OMASEC_REASON_KEY_REVOKED ? "the key was revoked or has expired" :
						     "the account has no key for this side";
	return reason == OMASEC_REASON_NO_MEMORY ? -ENOMEM : -omasec_reason_errno(reason);
}

/* The helper has it, and its rule is one where this counts. */
static int omasec_msg_cred_held(struct omasec_msg *m, u32 portid, const char **why)
{
	int err = omasec_upcall_held(m, portid, why);

	if (err)
		return err;
	if (m->creds && m->account)
		return 0;
	*why = "the Cred counts in messages without MAC of rules with integrity signature or any";
	return -EPERM;
}

static int omasec_msg_cred_fresh(struct omasec_msg *m, const u8 *digest, const char **why)
{
	bool replayed = false;
	int fits;

	if (!digest) {
		m->mac_state = OMASEC_MAC_STATE_MISSING;
		return 0;
	}
	fits = omasec_cred_judge(m->account, omasec_msg_peer(m), true, NULL, digest, &replayed);
	if (fits < 0)
		return omasec_msg_cred_reason(-fits, why);
	m->mac_state = fits ? OMASEC_MAC_STATE_OK :
		       replayed ? OMASEC_MAC_STATE_REPLAYED : OMASEC_MAC_STATE_WRONG;
	memcpy(m->mac, digest, sizeof(m->mac));
	return 0;
}

/**
 * omasec_msg_cred_judge() - is the Cred of a received message right?
 * @m: the message
 * @portid: who asks
 * @digest: what it has, OMASEC_MD5_LEN octets; NULL for nothing
 * @state: set to enum omasec_mac_state
 * @why: set to words on failure
 *
 * A helper that was started anew asks again, and the nonce served the first time.
 *
 * Context: process, may sleep.
 * Return: 0; -ESTALE or -EPERM when the message is not for this; -ENOKEY, -EKEYREVOKED,
 * -ENOMEM when it cannot be said.
 */
int omasec_msg_cred_judge(struct omasec_msg *m, u32 portid, const u8 *digest, u8 *state,
			  const char **why)
{
	bool missing;
	int err;

	mutex_lock(&m->put_lock);
	err = omasec_msg_cred_held(m, portid, why);
	if (err)
		goto out;
	missing = m->mac_state == OMASEC_MAC_STATE_MISSING;
	if (m->path != OMASEC_PATH_RX) {
		*why = "only a received message has a Cred to judge";
		err = -EPERM;
	} else if (m->mac_state == OMASEC_MAC_STATE_UNCHECKED) {
		err = omasec_msg_cred_fresh(m, digest, why);
	} else if (missing != !digest || (digest && memcmp(digest, m->mac, sizeof(m->mac)))) {
		*why = "the message was judged by another Cred";
		err = -EPERM;
	}
	*state = m->mac_state;
out:
	mutex_unlock(&m->put_lock);
	return err;
}

/**
 * omasec_msg_cred_make() - the Cred of a message that leaves
 * @m: the message; a received one when it is responded to
 * @portid: who asks
 * @nonce: to make it with; the verdict has to name the same one
 * @digest: result
 * @why: set to words on failure
 *
 * Context: process, may sleep.
 * Return: 0; -ESTALE or -EPERM when the message is not for this; -EINVAL when the digest
 * would be the MAC of something; -ENOKEY, -EKEYREVOKED, -ENOMEM.
 */
int omasec_msg_cred_make(struct omasec_msg *m, u32 portid, const struct omasec_nonce *nonce,
			 u8 digest[OMASEC_MD5_LEN], const char **why)
{
	unsigned int reason;
	int err;

	mutex_lock(&m->put_lock);
	err = omasec_msg_cred_held(m, portid, why);
	if (!err && omasec_nonce_like_mac(nonce->data, nonce->len)) {
		*why = "a Cred with this nonce would be the MAC of a message";
		err = -EINVAL;
	}
	if (err)
		goto out;
	omasec_upcall_fresh(m);
	reason = omasec_account_mac(m->account, omasec_msg_own(m), nonce, NULL, digest);
	if (reason)
		err = omasec_msg_cred_reason(reason, why);
	else
		m->cred_nonce = *nonce;
out:
	mutex_unlock(&m->put_lock);
	return err;
}
