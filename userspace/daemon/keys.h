/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What takes a key, for the worker: it asks, and the module does it with the key of the
 * account that the message is of. Neither of the two processes ever has the key.
 */
#ifndef DAEMON_KEYS_H
#define DAEMON_KEYS_H

#include <omasec.h>
#include <xsec/xsec.h>

/**
 * struct keys - whose keys
 * @o: registered as helper
 * @account: name, has to stay
 */
struct keys {
	struct omasec *o;
	const char *account;
};

/* An xsec_crypto_fn; @private is a struct keys. Blocks for one round trip to the module. */
int keys_use(void *private, const struct xsec_request *request, struct xsec_reply *reply);

#endif
