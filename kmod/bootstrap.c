// SPDX-License-Identifier: GPL-2.0
/*
 * Judges bootstrap messages. Keys are put together of secrets that are copied from
 * the kernel's keyring for that, and wiped.
 *
 * A PIN has few digits, so who may try them may not try for long. A PIN that was
 * typed counts as wrong from before it is tried until it was found right: however
 * many try at once, no more than three wrong ones get through.
 */
#include <linux/ktime.h>

#include "bootstrap.h"
#include "crypto.h"
#include "key.h"

/* ---- tries ---- */

static u32 omasec_pin_locked(const struct omasec_account *a)
{
	time64_t left = a->pin_tried + OMASEC_PIN_LOCK_SECONDS - ktime_get_boottime_seconds();

	lockdep_assert_held(&a->lock);
	return a->pin_failures >= OMASEC_PIN_TRIES && left > 0 ? left : 0;
}

/* Counts a typed PIN as wrong. False when none is taken any more. */
static bool omasec_pin_begin(struct omasec_account *a, bool typed)
{
	bool ok;

	a = omasec_account_lock(a);
	ok = !omasec_pin_locked(a);
	if (ok && typed) {
		if (a->pin_failures >= OMASEC_PIN_TRIES)
			a->pin_failures = 0;	/* long ago */
		a->pin_failures++;
		a->pin_tried = ktime_get_boottime_seconds();
	}
	spin_unlock_bh(&a->lock);
	return ok;
}

/* What came of a PIN that was counted as wrong. Returns how many wrong ones there are. */
static unsigned int omasec_pin_end(struct omasec_account *a, unsigned int reason)
{
	unsigned int failures;

	a = omasec_account_lock(a);
	if (!reason)
		a->pin_failures = 0;
	else if (reason != OMASEC_REASON_PIN_WRONG && a->pin_failures)
		a->pin_failures--;	/* it was not tried */
	failures = a->pin_failures;
	spin_unlock_bh(&a->lock);
	return failures;
}

void omasec_pin_state(struct omasec_account *a, unsigned int *failures, unsigned int *locked)
{
	a = omasec_account_lock(a);
	*locked = omasec_pin_locked(a);
	*failures = a->pin_failures;
	spin_unlock_bh(&a->lock);
}

void omasec_pin_reset(struct omasec_account *a)
{
	a = omasec_account_lock(a);
	a->pin_failures = 0;
	spin_unlock_bh(&a->lock);
}

/* ---- secrets ---- */

/**
 * struct omasec_bootstrap_store - where secrets are while they are used
 * @s: that point into the rest
 * @netw: network secret
 * @pin: digits
 */
struct omasec_bootstrap_store {
	struct omasec_bootstrap_secrets s;
	u8 netw[OMASEC_SECRET_MAX], pin[OMASEC_SECRET_MAX];
};

static unsigned int omasec_bootstrap_secret(struct key *key, u8 *to, struct omasec_slice *s,
					    unsigned int missing)
{
	int len = omasec_secret_read(key, to);

	if (len < 0)
		return key ? OMASEC_REASON_KEY_REVOKED : missing;
	s->p = (const char *)to;
	s->len = len;
	return OMASEC_REASON_NONE;
}

/* What @sec needs; @st is to be wiped in any case. enum omasec_reason. */
static unsigned int omasec_bootstrap_secrets(struct omasec_account *a, unsigned int sec,
					     struct omasec_slice pin,
					     struct omasec_bootstrap_store *st)
{
	unsigned int reason = OMASEC_REASON_NONE;

	memset(st, 0, sizeof(*st));
	st->s.colon = a->usernetwpin == OMASEC_USERNETWPIN_COLON;
	if (omasec_sec_needs_netw(sec))
		reason = omasec_bootstrap_secret(a->secret[OMASEC_SECRET_NETW], st->netw,
						 &st->s.netw, OMASEC_REASON_KEY_MISSING);
	if (reason || !omasec_sec_needs_pin(sec))
		return reason;
	if (!pin.len)
		return omasec_bootstrap_secret(a->secret[OMASEC_SECRET_PIN], st->pin, &st->s.pin,
					       OMASEC_REASON_PIN_MISSING);
	st->s.pin = pin;
	return OMASEC_REASON_NONE;
}

/* ---- messages ---- */

/* What could not be computed. */
static unsigned int omasec_bootstrap_failed(int err, const char **what)
{
	if (err == -ENOMEM)
		return OMASEC_REASON_NO_MEMORY;
	*what = "this kernel has no hmac(sha1), or not for a key as short as this";
	return OMASEC_REASON_KEY_MISSING;
}

static unsigned int omasec_bootstrap_verify(struct omasec_account *a,
					    const struct omasec_bootstrap *b,
					    struct omasec_slice body, struct omasec_slice pin,
					    const char **what)
{
	bool typed = pin.len && omasec_sec_needs_pin(b->sec);
	struct omasec_bootstrap_store st;
	unsigned int reason;
	int right;

	reason = omasec_bootstrap_secrets(a, b->sec, pin, &st);
	if (reason)
		goto out;
	st.s.colon |= b->colon;
	right = omasec_bootstrap_check(&omasec_kernel_hmac_sha1, b, &st.s, body);
	if (right < 0)
		reason = omasec_bootstrap_failed(right, what);
	else if (!right)
		reason = typed ? OMASEC_REASON_PIN_WRONG : OMASEC_REASON_BOOTSTRAP_MAC_WRONG;
out:
	memzero_explicit(&st, sizeof(st));
	return reason;
}

/**
 * omasec_bootstrap_judge() - may a bootstrap message be used?
 * @a: whose it is to be
 * @b: what secures it
 * @body: the message
 * @pin: that was typed for it, empty for none
 * @unchecked: set to whether nothing secured it
 * @what: set to what more there is to say, or NULL
 *
 * Context: process, may sleep.
 * Return: enum omasec_reason.
 */
unsigned int omasec_bootstrap_judge(struct omasec_account *a, const struct omasec_bootstrap *b,
				    struct omasec_slice body, struct omasec_slice pin,
				    bool *unchecked, const char **what)
{
	bool needs_pin = omasec_sec_needs_pin(b->sec);
	unsigned int reason;

	*unchecked = false;
	*what = "not WBXML";
	if (!omasec_bootstrap_is_wbxml(body))
		return OMASEC_REASON_BOOTSTRAP_BAD;
	*what = NULL;
	if (b->sec == OMASEC_SEC_NONE) {
		*unchecked = a->bootstrap_unsecured == OMASEC_BOOTSTRAP_UNSECURED_ACCEPT;
		return *unchecked ? OMASEC_REASON_NONE : OMASEC_REASON_BOOTSTRAP_UNSECURED;
	}
	if (needs_pin && !omasec_pin_begin(a, pin.len))
		return OMASEC_REASON_PIN_LOCKED;
	/* Its MAC is what the user types: there is nothing to store. */
	if (b->sec == OMASEC_SEC_USERPINMAC && !pin.len)
		return OMASEC_REASON_PIN_MISSING;
	reason = omasec_bootstrap_verify(a, b, body, pin, what);
	if (needs_pin && pin.len && omasec_pin_end(a, reason) >= OMASEC_PIN_TRIES)
		*what = "the third wrong PIN: none is taken any more for 15 minutes";
	return reason;
}

unsigned int omasec_bootstrap_protect(struct omasec_account *a, unsigned int sec,
				      struct omasec_slice body, struct omasec_slice pin,
				      char mac[OMASEC_BOOTSTRAP_MAC_TEXT], const char **what)
{
	struct omasec_bootstrap_store st;
	unsigned int reason;
	int err;

	*what = "not WBXML";
	if (!omasec_bootstrap_is_wbxml(body))
		return OMASEC_REASON_BOOTSTRAP_BAD;
	*what = NULL;
	reason = omasec_bootstrap_secrets(a, sec, pin, &st);
	if (reason)
		goto out;
	err = omasec_bootstrap_make(&omasec_kernel_hmac_sha1, sec, &st.s, body, mac);
	if (err == -EINVAL) {
		*what = "the PIN is not of decimal digits, or of too many";
		reason = OMASEC_REASON_BOOTSTRAP_BAD;
	} else if (err) {
		reason = omasec_bootstrap_failed(err, what);
	}
out:
	memzero_explicit(&st, sizeof(st));
	return reason;
}
