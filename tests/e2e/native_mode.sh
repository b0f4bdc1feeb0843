#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# auth-mode native: applications that speak auth-MAC themselves are checked and not
# changed; their own challenges and retries work.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
{ account; rule dm "direction = out" "auth-mode = native"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
{ account; rule dm "direction = in" "auth-mode = native"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces.s"
relay
check "two sessions" native_client "$RELAY" --state "$WORK/nonces.c" --sessions 2
expect "nothing was refused" "$WORK/client.json" 'd["refused"] == 0 and d["refused_by_peer"] == 0'
stop_peer server
stop_peer relay
check "the wire is right" wirecheck --least 12
expect "the server verified all" "$WORK/server.json" 'd["verified"] == 6 and d["refused"] == 0'
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces.s" --challenge 1
check "a challenge of the server application reaches the client application" \
	native_client "$DIRECT" --state "$WORK/nonces.c" --session 20
expect "which answers it" "$WORK/client.json" 'd["refused_by_peer"] == 1'
stop_peer server
finish
