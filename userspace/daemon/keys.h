/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What takes a key, for the worker: it asks, and gets it done with the key of the account
 * that the message is of. Secrets that both sides have are the module's: neither process
 * ever has one. A private key of an account is here, for as long as the message takes, unless the kernel has it; with
 * keys that encrypt, so is the content key.
 */
#ifndef DAEMON_KEYS_H
#define DAEMON_KEYS_H

#include <dm/worker_ipc.h>
#include <omasec.h>
#include <xsec/xsec.h>

#include "pkey.h"

/**
 * struct keys - whose keys
 * @o: registered as helper
 * @dir: where asymmetric keys are, see pkey.h; NULL for none
 * @account: name, has to stay
 * @pkey: what the message under way is signed, encrypted or decrypted with, if with any
 * @uses: how often it was, in this operation
 */
struct keys {
	struct omasec *o;
	const char *dir;
	const char *account;
	struct pkey pkey;
	unsigned int uses;
};

/*
 * With which algorithm and key @how is done, before the worker is asked: those of the
 * account's asymmetric keys, where it has any, and otherwise HMAC-SHA256 and AES key wrap; for
 * AES-CBC those of the legacy profile. What is in the
 * message has no say. 0, or what dm_fail() gives.
 */
int keys_choose(struct keys *k, struct worker_xsec *how, struct dm_error *err);
/* Afterwards: there is no private key any more. */
void keys_done(struct keys *k);

/* An xsec_crypto_fn; @private is a struct keys. Blocks for one round trip to the module. */
int keys_use(void *private, const struct xsec_request *request, struct xsec_reply *reply);

#endif
