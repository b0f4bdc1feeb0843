// SPDX-License-Identifier: GPL-2.0
/*
 * The check of the MAC of a message that a flow received. DM Security 1.2, 5.4.3.
 */
#include "flow_internal.h"
#include "sessionless.h"

/* The account that the header speaks for; a reference, or NULL. */
static struct omasec_account *omasec_check_account(struct omasec_flow *f,
						   enum omasec_cred_who who, const char *user)
{
	struct omasec_account *a = f->rule->account;

	if (!a)
		return omasec_account_find_user(f->on, who, user);
	return omasec_account_is(a, who, user) ? omasec_account_get(a) : NULL;
}

/*
 * A sessionless message? What the helper finds in it has to say the same. That it
 * cannot be judged (a key that has gone) the session's nonce has shown before.
 */
static bool omasec_check_agreed(struct omasec_flow *f, struct omasec_msg *m,
				enum omasec_cred_who who, const u8 body[OMASEC_MD5_LEN],
				const struct omasec_hmac_header *hdr)
{
	struct omasec_nonce nonce;

	if (f->rule->sessionless != OMASEC_SESSIONLESS_ACCEPT ||
	    m->http_kind != OMASEC_HTTP_KIND_REQUEST ||
	    omasec_agreed_judge(m->account, who, body, hdr->mac, &nonce))
		return false;
	m->agreed = nonce;
	memcpy(m->mac, hdr->mac, sizeof(m->mac));
	return true;
}

static int omasec_check_known(struct omasec_flow *f, struct omasec_msg *m,
			      enum omasec_cred_who who, const u8 body[OMASEC_MD5_LEN],
			      const struct omasec_hmac_header *hdr)
{
	bool once = f->rule->auth_mode != OMASEC_AUTH_MODE_STATIC;
	bool replayed;
	int fits;

	if (f->expect) {
		/* Issued to this connection before it had an account. */
		fits = omasec_cred_fits(m->account, who, f->expect, body, hdr->mac);
		if (fits) {
			kfree_sensitive(f->expect);
			f->expect = NULL;
			return fits;
		}
	}
	fits = omasec_cred_judge(m->account, who, once, body, hdr->mac, &replayed);
	if (!fits && omasec_check_agreed(f, m, who, body, hdr))
		return 1;
	if (!fits && replayed)
		m->mac_state = OMASEC_MAC_STATE_REPLAYED;
	return fits;
}

/**
 * omasec_check_mac() - judges the MAC of a received message
 * @f: the flow; f->rx has the head and the MD5 state of the body
 * @m: the message; gets mac_state, user and account
 *
 * Context: process, f->mtx held, may sleep.
 * Return: enum omasec_reason when the message cannot be judged (no usable key, no
 * memory), else 0 with m->mac_state set, and m->reason for a header that cannot
 * be read or names a user that the rule does not allow.
 */
unsigned int omasec_check_mac(struct omasec_flow *f, struct omasec_msg *m)
{
	const struct omasec_http_head *h = &f->rx.h;
	enum omasec_cred_who who = omasec_flow_peer(f);
	struct omasec_hmac_header hdr;
	u8 body[OMASEC_MD5_LEN];
	unsigned int reason;
	int fits;

	if (!f->rx.md5 || omasec_md5_final(f->rx.md5, body))
		return OMASEC_REASON_NO_MEMORY;
	if (!h->hmac_count) {
		/* With integrity any the helper says whether a Cred is there for it. */
		m->mac_state = m->creds ? OMASEC_MAC_STATE_UNCHECKED : OMASEC_MAC_STATE_MISSING;
		return 0;
	}
	m->creds = false;
	reason = h->hmac_count > 1 ? OMASEC_REASON_MAC_MALFORMED :
		 omasec_hmac_header_parse(h->hmac.p, h->hmac.len, &hdr);
	if (reason) {
		m->mac_state = OMASEC_MAC_STATE_MALFORMED;
		m->reason = reason;
		return 0;
	}
	strscpy(m->user, hdr.user, sizeof(m->user));
	omasec_account_put(m->account);
	m->account = omasec_check_account(f, who, hdr.user);
	if (!m->account) {
		m->mac_state = OMASEC_MAC_STATE_USER_UNKNOWN;
		if (f->rule->account) {
			struct omasec_account *other = omasec_account_find_user(f->on, who, hdr.user);

			m->reason = other ? OMASEC_REASON_USER_MISMATCH : OMASEC_REASON_USER_UNKNOWN;
			omasec_account_put(other);
			m->account = omasec_account_get(f->rule->account);
		}
		return 0;
	}
	m->mac_state = OMASEC_MAC_STATE_WRONG;
	fits = omasec_check_known(f, m, who, body, &hdr);
	if (fits < 0)
		return -fits;
	if (fits && m->mac_state == OMASEC_MAC_STATE_WRONG)
		m->mac_state = OMASEC_MAC_STATE_OK;
	return 0;
}
