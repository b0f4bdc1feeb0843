/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The service manager: sd_notify(3)'s protocol by hand, a datagram to the socket
 * that NOTIFY_SOCKET names. Without one, nothing happens.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/* "READY=1", "STATUS=...", ... one assignment a line. 0 or a negative errno. */
int notify_send(const char *text);
/* How often WATCHDOG=1 is wanted, ms: half of WATCHDOG_USEC; 0 for never. */
unsigned int notify_watchdog_ms(void);

#endif
