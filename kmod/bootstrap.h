/* SPDX-License-Identifier: GPL-2.0 */
/* The judgement of bootstrap messages, and what protects them, by an account's secrets. */
#ifndef OMASEC_BOOTSTRAP_H
#define OMASEC_BOOTSTRAP_H

#include "account.h"
#include "proto/bootstrap.h"

/* After so many wrong PINs none is taken for so long. */
#define OMASEC_PIN_TRIES	3
#define OMASEC_PIN_LOCK_SECONDS	(15 * 60)

/*
 * All: process context, may sleep.
 *
 * judge: @b is what secures @body; @pin was typed for it, empty for none: then it is
 * that of the account. Returns enum omasec_reason; for 0, *@unchecked says that
 * nothing secured it and the account takes that; *@what tells more, or is NULL.
 */
unsigned int omasec_bootstrap_judge(struct omasec_account *a, const struct omasec_bootstrap *b,
				    struct omasec_slice body, struct omasec_slice pin,
				    bool *unchecked, const char **what);
/*
 * protect: the MAC of @body, by @sec; with @pin in place of that of the account
 * unless it is empty. Returns enum omasec_reason.
 */
unsigned int omasec_bootstrap_protect(struct omasec_account *a, unsigned int sec,
				      struct omasec_slice body, struct omasec_slice pin,
				      char mac[OMASEC_BOOTSTRAP_MAC_TEXT], const char **what);

/* Any context: wrong PINs, and the seconds for which none is taken; and to forget them. */
void omasec_pin_state(struct omasec_account *a, unsigned int *failures, unsigned int *locked);
void omasec_pin_reset(struct omasec_account *a);

#endif
