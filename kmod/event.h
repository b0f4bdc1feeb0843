/* SPDX-License-Identifier: GPL-2.0 */
/* What administrators are told: multicast events and tracepoints. */
#ifndef OMASEC_EVENT_H
#define OMASEC_EVENT_H

#include <linux/in6.h>
#include "net.h"

/**
 * struct omasec_denial - what Access Control Lists deny
 * @server: identifier, NULL for nobody
 * @uri: NULL for nothing
 * @status: that the server gets
 */
struct omasec_denial {
	const char *server, *command, *uri, *clause;
	u16 status;
};

/**
 * struct omasec_event - an event before it is sent
 * @family: AF_INET, AF_INET6, or 0 when there is no socket
 * @local: address, network order, 4 or 16 octets
 * @lport: host order
 * All pointers may be NULL.
 */
struct omasec_event {
	u8 kind;		/* enum omasec_event_kind */
	u32 reason;
	u64 flow_id;
	u16 family, lport, pport;
	u8 local[16], peer[16];
	u8 direction, path;
	bool has_path;
	bool no_uid;		/* nobody's socket */
	bool has_message;
	u8 message;		/* enum omasec_message_kind */
	u32 uid, rule;
	u64 cookie;
	u16 tls_version, tls_suite;	/* 0 for none */
	u32 wait;		/* of what waits for a PIN, 0 for none */
	u8 sec;			/* enum omasec_sec; only with @wait */
	const char *account, *user, *text, *tls_name;
	const struct omasec_denial *denial;
	u32 more;		/* denials of the same message without an event */
};

struct omasec_control;
struct omasec_rule;
struct sock;
void omasec_event_init(struct omasec_control *c);

/*
 * Counts the reason (for OMASEC_EVENT_KIND_REFUSED) and sends the event. Never
 * fails; what cannot be sent is counted. @gfp says what the context allows.
 * Rate-limited per namespace (burst 256, then 64 a second), counting what was left out.
 * Denials leave half of the burst to the others.
 */
void omasec_event_send(struct omasec_net *on, const struct omasec_event *ev, gfp_t gfp);
/* Fills in that a socket without a flow is refused. @rule: that selects it, or NULL. */
void omasec_event_socket(struct omasec_event *ev, struct omasec_net *on, const struct sock *sk,
			 const struct omasec_rule *rule, unsigned int reason);
/* The addresses of a socket as people write them: those of IPv4 in IPv6 as IPv4. */
void omasec_event_addresses(const struct sock *sk, u16 *family, u8 *local, u8 *peer,
			    u16 *lport, u16 *pport);

#endif
