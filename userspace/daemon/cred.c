// SPDX-License-Identifier: GPL-2.0
/* The Cred of a signed message, see cred.h. */
#include <dm/text.h>
#include <errno.h>
#include <string.h>

#include "cred.h"

static int cred_error(struct omasec *o, int err, struct dm_error *to)
{
	switch (err) {
	case -ENOKEY:
		return dm_fail(to, OMASEC_REASON_KEY_MISSING, "%.190s", omasec_error(o));
	case -EKEYREVOKED:
		return dm_fail(to, OMASEC_REASON_KEY_REVOKED, "%.190s", omasec_error(o));
	case -ENOMEM:
		return dm_fail(to, OMASEC_REASON_NO_MEMORY, "%.190s", omasec_error(o));
	case -EINVAL:
		return dm_fail(to, OMASEC_REASON_AUTH_FAILED,
			       "the nonce of the peer would make a Cred that is the MAC of some message");
	default:
		return dm_fail(to, OMASEC_REASON_HELPER_ERROR, "%.190s", omasec_error(o));
	}
}

int cred_judge(struct omasec *o, struct omasec_message *msg, const struct dm_facts *facts,
	       struct dm_error *err)
{
	int rc;

	if (msg->integrity != OMASEC_INTEGRITY_SIGNATURE || msg->path != OMASEC_PATH_RX)
		return 0;
	rc = omasec_message_cred_judge(o, msg->cookie, facts->has_digest ? facts->digest : NULL,
				       &msg->mac_state);
	return rc ? cred_error(o, rc, err) : 0;
}

int cred_make(struct omasec *o, const struct omasec_message *msg, struct engine_decision *d,
	      struct dm_error *err)
{
	uint8_t digest[OMASEC_CRED_LEN];
	int rc;

	if (msg->integrity != OMASEC_INTEGRITY_SIGNATURE || d->verdict == OMASEC_VERDICT_REJECT ||
	    !d->mac_nonce.known)
		return 0;
	rc = omasec_message_cred_make(o, msg->cookie, &d->mac_nonce, digest);
	if (rc)
		return cred_error(o, rc, err);
	if (d->body == ENGINE_CHALLENGE) {
		d->challenge.set_cred = 1;
		memcpy(d->challenge.cred, digest, sizeof(digest));
		return 0;
	}
	d->edits.set_cred = 1;
	memcpy(d->edits.cred, digest, sizeof(digest));
	if (d->body == ENGINE_KEEP)
		d->body = ENGINE_EDIT;
	return 0;
}
