// SPDX-License-Identifier: GPL-2.0
/*
 * Counters per CPU. Atomic ones, so that any context may count without thinking
 * about preemption, interrupts or the width of a word; they are never shared
 * between CPUs, so the atomic costs next to nothing.
 */
#include "net.h"
#include "proto/reason.h"
#include "stats.h"

struct omasec_stats {
	atomic64_t general[OMASEC_STAT_MAX];
	atomic64_t refused[OMASEC_REASONS];
};

static const char * const omasec_stat_names[] = {
	[OMASEC_STAT_FLOWS_ATTACHED] = "flows-attached",
	[OMASEC_STAT_FLOWS_DETACHED] = "flows-detached",
	[OMASEC_STAT_LISTENERS_WRAPPED] = "listeners-wrapped",
	[OMASEC_STAT_RX_MESSAGES] = "rx-messages",
	[OMASEC_STAT_TX_MESSAGES] = "tx-messages",
	[OMASEC_STAT_RX_BYTES] = "rx-bytes",
	[OMASEC_STAT_TX_BYTES] = "tx-bytes",
	[OMASEC_STAT_PASSED] = "passed",
	[OMASEC_STAT_UPCALLS] = "upcalls",
	[OMASEC_STAT_RESPONDED] = "responded",
	[OMASEC_STAT_NOTICES_LOST] = "notices-lost",
	[OMASEC_STAT_EVENTS_LOST] = "events-lost",
	[OMASEC_STAT_GUARD_DROPS] = "guard-drops",
	[OMASEC_STAT_DATAGRAMS] = "datagrams",
	[OMASEC_STAT_NOTIFICATIONS] = "notifications",
	[OMASEC_STAT_BOOTSTRAPS] = "bootstraps",
	[OMASEC_STAT_DATAGRAMS_PASSED] = "datagrams-passed",
	[OMASEC_STAT_DATAGRAMS_DROPPED] = "datagrams-dropped",
	[OMASEC_STAT_BLOBS_ACCEPTED] = "blobs-accepted",
	[OMASEC_STAT_BLOBS_PASSED] = "blobs-passed",
	[OMASEC_STAT_BLOBS_PROTECTED] = "blobs-protected",
	[OMASEC_STAT_SESSIONLESS] = "sessionless",
	[OMASEC_STAT_TLS_FLOWS] = "tls-flows",
	[OMASEC_STAT_TLS_RECORDS] = "tls-records",
	[OMASEC_STAT_TLS_DIRECT] = "tls-direct",
	[OMASEC_STAT_PINS_WANTED] = "pins-wanted",
	[OMASEC_STAT_ACL_DENIED] = "acl-denied",
	[OMASEC_STAT_WSP_REPEATED] = "wsp-repeated",
	[OMASEC_STAT_WSP_UNANSWERED] = "wsp-unanswered",
	[OMASEC_STAT_WTP_UNFINISHED] = "wtp-unfinished",
};

static_assert(ARRAY_SIZE(omasec_stat_names) == OMASEC_STAT_MAX);

/**
 * omasec_stat_add() - counts
 * @on: namespace
 * @stat: counter
 * @n: by how much
 *
 * Context: any.
 */
void omasec_stat_add(struct omasec_net *on, enum omasec_stat stat, u64 n)
{
	atomic64_add(n, &raw_cpu_ptr(on->stats)->general[stat]);
}

/**
 * omasec_stat_refused() - counts a refusal
 * @on: namespace
 * @reason: enum omasec_reason; unknown values count as OMASEC_REASON_NONE
 *
 * Context: any.
 */
void omasec_stat_refused(struct omasec_net *on, unsigned int reason)
{
	if (reason >= OMASEC_REASONS)
		reason = OMASEC_REASON_NONE;
	atomic64_inc(&raw_cpu_ptr(on->stats)->refused[reason]);
}

int omasec_stats_init(struct omasec_net *on)
{
	on->stats = alloc_percpu(struct omasec_stats);	/* zeroed */
	return on->stats ? 0 : -ENOMEM;
}

void omasec_stats_exit(struct omasec_net *on)
{
	free_percpu(on->stats);
	on->stats = NULL;
}

u64 omasec_stat_read(const struct omasec_net *on, enum omasec_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += atomic64_read(&per_cpu_ptr(on->stats, cpu)->general[stat]);
	return sum;
}

u64 omasec_stat_read_refused(const struct omasec_net *on, unsigned int reason)
{
	u64 sum = 0;
	int cpu;

	if (reason >= OMASEC_REASONS)
		return 0;
	for_each_possible_cpu(cpu)
		sum += atomic64_read(&per_cpu_ptr(on->stats, cpu)->refused[reason]);
	return sum;
}

const char *omasec_stat_name(enum omasec_stat stat)
{
	return stat < OMASEC_STAT_MAX ? omasec_stat_names[stat] : "unknown";
}
