/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of a network namespace, per CPU. One per enum omasec_reason for what
 * was refused, and the general ones below. Any context, preemption may be on.
 */
#ifndef OMASEC_STATS_H
#define OMASEC_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>
#include "../include/uapi/linux/omasec.h"

enum omasec_stat {
	OMASEC_STAT_FLOWS_ATTACHED,
	OMASEC_STAT_FLOWS_DETACHED,
	OMASEC_STAT_LISTENERS_WRAPPED,
	OMASEC_STAT_RX_MESSAGES,	/* delivered to applications */
	OMASEC_STAT_TX_MESSAGES,	/* handed to the wire */
	OMASEC_STAT_RX_BYTES,
	OMASEC_STAT_TX_BYTES,
	OMASEC_STAT_PASSED,		/* not DM, let through by rule */
	OMASEC_STAT_UPCALLS,
	OMASEC_STAT_RESPONDED,		/* messages of our own: challenges, repetitions */
	OMASEC_STAT_NOTICES_LOST,
	OMASEC_STAT_EVENTS_LOST,
	OMASEC_STAT_GUARD_DROPS,
	OMASEC_STAT_DATAGRAMS,		/* selected by a rule */
	OMASEC_STAT_NOTIFICATIONS,	/* of them, right and delivered */
	OMASEC_STAT_BOOTSTRAPS,		/* likewise, and those over HTTP */
	OMASEC_STAT_DATAGRAMS_PASSED,	/* delivered unchecked, by rule */
	OMASEC_STAT_DATAGRAMS_DROPPED,
	OMASEC_STAT_BLOBS_ACCEPTED,	/* checked and right */
	OMASEC_STAT_BLOBS_PASSED,	/* accepted unchecked, by account */
	OMASEC_STAT_BLOBS_PROTECTED,
	OMASEC_STAT_SESSIONLESS,	/* posted or pushed, right and delivered */
	OMASEC_STAT_TLS_FLOWS,		/* recognised, ServerHello accepted */
	OMASEC_STAT_TLS_RECORDS,	/* whose headers were looked at */
	OMASEC_STAT_TLS_DIRECT,		/* flows that were handed back to TCP */
	OMASEC_STAT_PINS_WANTED,	/* messages that had to wait for a PIN */
	OMASEC_STAT_ACL_DENIED,		/* commands and items, by Access Control Lists */
	OMASEC_STAT_WSP_REPEATED,	/* requests that came again, and went or were answered as before */
	OMASEC_STAT_WSP_UNANSWERED,	/* exchanges that were given up without a Reply */
	OMASEC_STAT_WTP_UNFINISHED,	/* messages of which packets came, and never all */
	OMASEC_STAT_MAX
};

struct omasec_net;

void omasec_stat_add(struct omasec_net *on, enum omasec_stat stat, u64 n);
#define omasec_stat_inc(on, stat) omasec_stat_add(on, stat, 1)
void omasec_stat_refused(struct omasec_net *on, unsigned int reason);

int omasec_stats_init(struct omasec_net *on);
void omasec_stats_exit(struct omasec_net *on);
u64 omasec_stat_read(const struct omasec_net *on, enum omasec_stat stat);
u64 omasec_stat_read_refused(const struct omasec_net *on, unsigned int reason);
const char *omasec_stat_name(enum omasec_stat stat);

#endif
