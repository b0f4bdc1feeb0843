// SPDX-License-Identifier: LGPL-2.1-or-later
/* Blobs: messages that come, or go, another way than through a protected socket. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Room for every attribute but the body. */
#define BLOB_ROOM 2048

static const struct hint blob_hints[] = {
	{ ENOENT, "there is no such account", "omasec account list" },
	{ ENOKEY, "a key, nonce or PIN is missing", "omasec account show" },
	{ 0, NULL, NULL }
};

static int blob_fits(struct omasec *o, const struct omasec_blob *blob)
{
	if (blob->len > OMASEC_BLOB_MAX)
		return omasec_fail(o, -EMSGSIZE, "the blob has %zu octets, and at most %d can be verified or protected in one piece",
				   blob->len, OMASEC_BLOB_MAX);
	if (blob->pin && (!*blob->pin || strlen(blob->pin) > OMASEC_PIN_MAX))
		return omasec_fail(o, -EINVAL, "a PIN has 1 to %d digits", OMASEC_PIN_MAX);
	return 0;
}

static void blob_put(struct genl_msg *m, struct omasec *o, int cmd, const struct omasec_blob *blob)
{
	genl_msg_init(m, &o->req, cmd, false, BLOB_ROOM + blob->len);
	genl_put_u8(m, OMASEC_A_BLOB_KIND, blob->kind);
	genl_put_u8(m, OMASEC_A_BLOB_ROLE, blob->role);
	if (blob->account)
		genl_put_str(m, OMASEC_A_BLOB_ACCOUNT, blob->account, OMASEC_NAME_MAX);
	if (blob->sec)
		genl_put_u8(m, OMASEC_A_BLOB_SEC, blob->sec);
	if (blob->pin)
		genl_put(m, OMASEC_A_BLOB_PIN, blob->pin, strlen(blob->pin));
	genl_put(m, OMASEC_A_BLOB_BODY, blob->body, blob->len);
}

static int blob_verify_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct reply_verdict *r = arg;

	return genl_decode_msg(&omasec_set_blob_verdict, nlh, r);
}

int omasec_blob_verify(struct omasec *o, const struct omasec_blob *blob,
		       struct omasec_blob_verdict *verdict)
{
	struct reply_verdict r = { 0 };
	struct genl_msg m;
	int rc;

	memset(verdict, 0, sizeof(*verdict));
	rc = blob_fits(o, blob);
	if (rc)
		return rc;
	blob_put(&m, o, OMASEC_CMD_BLOB_VERIFY, blob);
	if (blob->content_type)
		genl_put_str(&m, OMASEC_A_BLOB_CONTENT_TYPE, blob->content_type, 255);
	if (blob->mac)
		genl_put_str(&m, OMASEC_A_BLOB_MAC, blob->mac, 64);
	if (blob->hmac)
		genl_put_str(&m, OMASEC_A_BLOB_HMAC, blob->hmac, 511);
	rc = omasec_call(o, &m, &omasec_set_blob_verdict, blob_verify_reply, &r, blob_hints);
	if (rc)
		return rc;
	/* Nothing is right that the module did not say is right. */
	if (!r.has_reason || r.v.offset > blob->len || r.v.length > blob->len - r.v.offset)
		return omasec_explain(o, &o->req, -EBADMSG, NULL);
	*verdict = r.v;
	if (verdict->reason)
		return omasec_fail(o, -EKEYREJECTED, "%s",
				   *verdict->text ? verdict->text : omasec_reason_text(verdict->reason));
	return 0;
}

static int blob_protect_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct reply_protection *r = arg;
	int rc = genl_decode_msg(&omasec_set_blob_protection, nlh, r);

	/* It points into the message. */
	if (!rc && r->digest.len == sizeof(r->p.digest)) {
		memcpy(r->p.digest, r->digest.p, r->digest.len);
		r->p.has_digest = true;
	}
	return rc;
}

int omasec_blob_protect(struct omasec *o, const struct omasec_blob *blob,
			struct omasec_blob_protection *protection)
{
	struct reply_protection r = { 0 };
	struct genl_msg m;
	int rc;

	memset(protection, 0, sizeof(*protection));
	rc = blob_fits(o, blob);
	if (rc)
		return rc;
	blob_put(&m, o, OMASEC_CMD_BLOB_PROTECT, blob);
	rc = omasec_call(o, &m, &omasec_set_blob_protection, blob_protect_reply, &r, blob_hints);
	if (rc)
		return rc;
	if (!r.p.has_digest && !*r.p.mac && !*r.p.hmac)
		return omasec_explain(o, &o->req, -EBADMSG, NULL);
	*protection = r.p;
	return 0;
}

int omasec_account_pin_reset(struct omasec *o, const char *name)
{
	struct genl_msg m;

	genl_msg_init(&m, &o->req, OMASEC_CMD_ACCOUNT_PIN_RESET, false, BLOB_ROOM);
	genl_put_str(&m, OMASEC_A_ACCOUNT_NAME, name, OMASEC_NAME_MAX);
	return omasec_call(o, &m, &omasec_set_account, NULL, NULL, blob_hints);
}
