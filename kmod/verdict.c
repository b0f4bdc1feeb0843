// SPDX-License-Identifier: GPL-2.0
/*
 * What a helper may decide. The helper parses hostile input, so the module does
 * not take its word for what the module itself knows: a received message whose
 * MAC is not right is never accepted, and nothing leaves without a MAC but a
 * first contact that the rule allows, or a challenge (DM Security 1.2, 5.4.3). With
 * integrity signature the Cred takes the place of the MAC.
 */
#include <linux/ctype.h>

#include "proto/reason.h"
#include "upcall.h"

/* The account that the message would have after the verdict. */
static const struct omasec_account *omasec_verdict_account(const struct omasec_msg *m,
							   const struct omasec_decision *d)
{
	return d->account ? d->account : m->account;
}

static int omasec_verdict_check_account(const struct omasec_msg *m,
					const struct omasec_decision *d, const char **why)
{
	if (!d->account)
		return 0;
	if (m->rule->account && strcmp(m->rule->account->name, d->account->name)) {
		*why = "the rule names another account";
		return -EPERM;
	}
	if (m->account && m->mac_state == OMASEC_MAC_STATE_OK &&
	    strcmp(m->account->name, d->account->name)) {
		*why = "the MAC of the message belongs to another account";
		return -EPERM;
	}
	return 0;
}

/* A body that was put is complete, and its type can stand in a header. */
static int omasec_verdict_check_body(const struct omasec_msg *m,
				     const struct omasec_decision *d, const char **why)
{
	const char *c;

	if (m->has_repl ? !d->has_length || d->length != m->repl.len : d->length) {
		*why = "length is not the number of octets that were put";
		return -EINVAL;
	}
	if (!d->content_type)
		return 0;
	if (!m->has_repl) {
		*why = "content-type without a body that was put";
		return -EINVAL;
	}
	for (c = d->content_type; *c; c++) {
		if (!isascii(*c) || !isprint(*c)) {
			*why = "content-type has characters that cannot stand in a header";
			return -EINVAL;
		}
	}
	return 0;
}

/*
 * The helper signs and encrypts what leaves, and takes both off what comes in. The module
 * cannot see whether it was right, but octets as they came are it never.
 */
static int omasec_verdict_check_signed(const struct omasec_msg *m, const char **why)
{
	if (!omasec_rule_xml(m->rule) || m->has_repl)
		return 0;
	/* With integrity any one that has a MAC need not have a signature. */
	if (m->rule->integrity == OMASEC_INTEGRITY_ANY && !m->creds &&
	    !omasec_rule_hides(m->rule) && !m->rule->object_signature)
		return 0;
	*why = "a message of a rule with signatures or encryption goes on only as a body that was put";
	return -EPERM;
}

/* What protects a message that leaves. */
static int omasec_verdict_check_mac(const struct omasec_msg *m, const struct omasec_decision *d,
				    const char **why)
{
	const struct omasec_account *account = omasec_verdict_account(m, d);
	bool first = m->rule->first_contact == OMASEC_FIRST_CONTACT_CHALLENGE || !account ||
		     m->rule->integrity == OMASEC_INTEGRITY_ON_CHALLENGE ||
		     d->verdict == OMASEC_VERDICT_RESPOND ||
		     /* A native application's own challenges have no MAC. */
		     m->rule->auth_mode == OMASEC_AUTH_MODE_NATIVE;

	/* A nonce issued to a peer without account stays with its connection. */
	if (d->mac_nonce.known && !account) {
		*why = "mac-nonce without an account whose key could be used";
		return -EINVAL;
	}
	if (d->mac_nonce.known && d->no_mac) {
		*why = "mac-nonce and no-mac exclude each other";
		return -EINVAL;
	}
	if (d->mac_nonce.known && m->rule->integrity == OMASEC_INTEGRITY_SIGNATURE &&
	    !omasec_nonce_equal(&d->mac_nonce, &m->cred_nonce)) {
		*why = "no Cred was made with this mac-nonce for the message that leaves";
		return -EPERM;
	}
	if (m->rule->integrity == OMASEC_INTEGRITY_NONE || d->mac_nonce.known)
		return 0;
	if (!d->no_mac) {
		*why = "a message that leaves needs mac-nonce or no-mac";
		return -EINVAL;
	}
	if (!first) {
		*why = "the rule allows no message without MAC to a known account";
		return -EPERM;
	}
	return 0;
}

static int omasec_verdict_check_rx(const struct omasec_msg *m, const struct omasec_decision *d,
				   const char **why)
{
	if (!omasec_rule_lets_in(m->rule, m->mac_state)) {
		*why = "a received message without a right MAC, or Cred, cannot be accepted";
		return -EPERM;
	}
	if (d->mac_nonce.known || d->no_mac || d->expect_nonce.known) {
		*why = "a received message that is accepted does not leave: no MAC, no nonce";
		return -EINVAL;
	}
	/* Whoever does not say so has not noted it; and the agreed nonce is for nothing else. */
	if (d->sessionless != m->agreed.known) {
		*why = "a message is accepted as sessionless if and only if its MAC is right with the agreed nonce";
		return -EPERM;
	}
	return 0;
}

/* It leaves as sessionless message: the module has the nonce, and nothing answers it. */
static int omasec_verdict_check_agreed(const struct omasec_msg *m, const struct omasec_decision *d,
				       const char **why)
{
	if (m->rule->sessionless != OMASEC_SESSIONLESS_ACCEPT ||
	    m->http_kind != OMASEC_HTTP_KIND_REQUEST) {
		*why = "the rule lets no sessionless message leave, or it is no request";
		return -EPERM;
	}
	if (d->mac_nonce.known || d->no_mac || d->expect_nonce.known) {
		*why = "a sessionless message leaves with the agreed nonce and issues none";
		return -EINVAL;
	}
	return 0;
}

/**
 * omasec_verdict_check() - may a message be decided like that?
 * @m: the message
 * @d: the verdict
 * @why: set to words on failure
 *
 * Context: process, m->put_lock held.
 * Return: 0, -EPERM for what is never allowed, -EINVAL for what makes no sense.
 */
int omasec_verdict_check(const struct omasec_msg *m, const struct omasec_decision *d,
			 const char **why)
{
	int err;

	err = omasec_verdict_check_account(m, d, why);
	if (err)
		return err;
	switch (d->verdict) {
	case OMASEC_VERDICT_REJECT:
		if (d->reason == OMASEC_REASON_NONE || d->reason >= OMASEC_REASONS) {
			*why = "reject needs a reason";
			return -EINVAL;
		}
		return 0;
	case OMASEC_VERDICT_ACCEPT:
		err = omasec_verdict_check_body(m, d, why);
		if (!err)
			err = omasec_verdict_check_signed(m, why);
		if (err)
			return err;
		if (m->path == OMASEC_PATH_RX)
			return omasec_verdict_check_rx(m, d, why);
		return d->sessionless ? omasec_verdict_check_agreed(m, d, why) :
					omasec_verdict_check_mac(m, d, why);
	case OMASEC_VERDICT_RESPOND:
		if (m->path != OMASEC_PATH_RX) {
			*why = "only a received message can be responded to";
			return -EPERM;
		}
		if (d->sessionless || m->agreed.known) {
			*why = "a sessionless message asks for no response";
			return -EPERM;
		}
		if (!m->has_repl) {
			*why = "respond needs a body that was put";
			return -EINVAL;
		}
		err = omasec_verdict_check_body(m, d, why);
		return err ? err : omasec_verdict_check_mac(m, d, why);
	}
	*why = "the verdict is accept, reject or respond";
	return -EINVAL;
}
