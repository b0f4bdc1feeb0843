/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Cred of auth-md5 that takes the place of the MAC in signed messages (integrity
 * signature). The worker reads and writes it, the engine chooses its nonce, and the module,
 * which has K, says whether it is right and makes it. For messages of other rules nothing
 * is done.
 */
#ifndef DAEMON_CRED_H
#define DAEMON_CRED_H

#include <dm/dm.h>

#include "engine.h"

/* Has the Cred of a received message judged: sets @msg->mac_state. 0, or @err says why not. */
int cred_judge(struct omasec *o, struct omasec_message *msg, const struct dm_facts *facts,
	       struct dm_error *err);
/* Has the Cred of what leaves by @d made, with @d->mac_nonce, and put into it. Likewise. */
int cred_make(struct omasec *o, const struct omasec_message *msg, struct engine_decision *d,
	      struct dm_error *err);

#endif
