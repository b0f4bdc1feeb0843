#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# auth-mode native: what the peer does wrong does not reach the application, and an
# application that sends without MAC is refused.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
{ account; rule dm "direction = in" "auth-mode = native"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
events server
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces.s"
native_client "$DIRECT" --state "$WORK/nonces.c" --session 10 --misbehave altered-body@2 >/dev/null 2>&1
native_client "$DIRECT" --state "$WORK/nonces.c" --session 20 --misbehave no-header@2 >/dev/null 2>&1
stop_peer server
expect "the server application never had to refuse anything" "$WORK/server.json" \
	'd["refused"] == 0 and d["verified"] >= 2'
check "counted: mac-wrong" refused server mac-wrong
check "counted: mac-missing" refused server mac-missing
app_server
check_fails "a server application without MAC behind a native rule" \
	native_client "$DIRECT" --state "$WORK/nonces.c" --session 30
stop_peer server
check "counted: native-unprotected" refused server native-unprotected
finish
