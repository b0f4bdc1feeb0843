/* SPDX-License-Identifier: GPL-2.0 */
/* Pure: does a selector select a socket? In kernel, KUnit and host tests. */
#ifndef OMASEC_POLICY_MATCH_H
#define OMASEC_POLICY_MATCH_H

#include "proto/types.h"

/**
 * struct omasec_selector - the part of a rule that selects sockets
 * @direction: enum omasec_direction
 * @protocol: enum omasec_protocol
 * @has_uid: @uid counts
 * @has_cgroup: @cgroup counts
 * @family: 0 for any address, 4 or 6
 * @prefix: bits of @address that count
 * @port_min: first port, host order: of the peer for out, of the listener for in
 * @port_max: last port
 * @address: of the peer, network order
 */
struct omasec_selector {
	u8 direction;
	u8 protocol;
	bool has_uid, has_cgroup;
	u8 family;
	u8 prefix;
	u16 port_min, port_max;
	u32 uid;
	u64 cgroup;
	u8 address[16];
};

/**
 * struct omasec_sock_key - a socket as rules see it
 * @family: 4 or 6 (v4-mapped addresses are 4); 0 when the peer is not known yet
 *	(a listener): address prefixes then do not exclude
 * @in_cgroup: says whether the socket is in cgroup @id or below; NULL for no
 */
struct omasec_sock_key {
	u8 direction;
	u8 protocol;
	u8 family;
	u16 port;
	u32 uid;
	u8 address[16];
	bool (*in_cgroup)(const void *arg, u64 id);
	const void *cgroup_arg;
};

bool omasec_selector_match(const struct omasec_selector *sel, const struct omasec_sock_key *key);

#endif
