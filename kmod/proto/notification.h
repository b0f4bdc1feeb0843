/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Package #0, the notification that asks a device to begin a session (DM
 * Notification 1.2, 6.2): a digest of 16 octets and the trigger that it protects.
 *
 *	digest = MD5(K ":" nonce ":" B64(MD5(trigger))), K = B64(MD5(server id ":" password))
 *
 * which is the MAC of proto/mac.h over the trigger, not encoded.
 */
#ifndef OMASEC_PROTO_NOTIFICATION_H
#define OMASEC_PROTO_NOTIFICATION_H

#include "mac.h"

#define OMASEC_NOTIFICATION_MIN	24	/* without the server identifier */

/**
 * struct omasec_notification - a notification that was read; slices point into it
 * @digest: OMASEC_MD5_LEN octets
 * @trigger: all that follows, which @digest protects
 * @version: in tenths of the version, 11 or 12
 * @ui_mode: 0 to 3: not specified, background, informative, user interaction
 * @initiator: 0 client or user, 1 server
 * @session: id of the session that is asked for, from 1
 * @server_id: identifier of the server, from 1 to 255 octets
 * @vendor: what the vendor put behind it
 * @what: on failure, what is wrong
 */
struct omasec_notification {
	const u8 *digest;
	struct omasec_slice trigger, server_id, vendor;
	u16 version, session;
	u8 ui_mode, initiator;
	const char *what;
};

/* Context: any. Return: enum omasec_reason: 0, NOTIFICATION_BAD, NOTIFICATION_VERSION. */
unsigned int omasec_notification_parse(const void *p, size_t len, struct omasec_notification *n);

#endif
