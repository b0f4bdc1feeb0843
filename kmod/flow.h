/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows as the control plane sees them (the data plane has flow_internal.h).
 */
#ifndef OMASEC_FLOW_H
#define OMASEC_FLOW_H

#include "net.h"

/**
 * struct omasec_flow_info - a flow by value, for netlink
 */
struct omasec_flow_info {
	u64 id;
	u16 family, lport, pport;
	u8 local[16], peer[16];
	u32 uid, rule, reason;
	u8 direction;
	bool listener;
	bool datagrams;		/* no socket stands behind it, so there is no uid */
	char account[OMASEC_NAME_MAX + 1];
	u64 rx_messages, tx_messages, rx_bytes, tx_bytes;
	const char *rx_state, *tx_state;
	u64 inode;
	u16 tls_version, tls_suite;	/* 0 unless TLS was recognised */
	char tls_name[256];
};

/*
 * The first flow with an id above @after (ids grow), or false. Process context.
 * For dumps: start with 0, go on with the last id.
 */
bool omasec_flow_next(struct omasec_net *on, u64 after, struct omasec_flow_info *info);
/* Resets one flow (0 for all). Returns the number killed, or -ENOENT. Process context. */
int omasec_flow_kill(struct omasec_net *on, u64 id);
/* Unwraps listeners and attaches no more. Process context. */
int omasec_flow_detach(struct omasec_net *on);

#endif
