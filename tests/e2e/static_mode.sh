#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# auth-mode static: the module alone, without helper; fixed nonces, bodies as they
# are; what is wrong is refused.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
{ account; rule dm "direction = out" "auth-mode = static"; } >"$WORK/c"
apply device <"$WORK/c"
{ account; rule dm "direction = in" "auth-mode = static"; } >"$WORK/c"
apply server <"$WORK/c"
session "without any helper" "" "--sessions 2" "--static --least 12"
expect "bodies arrive as they were sent" "$WORK/client.json" 'd["ok"]'
printf '' | apply device
app_server
check "a native peer with fixed nonces" native_client "$DIRECT" --static --session 20
for bad in wrong-mac no-header two-headers bad-algorithm altered-body unknown-user; do
	check_fails "$bad" native_client "$DIRECT" --static --session 30 --misbehave $bad@1
done
stop_peer server
expect "nothing of that arrived" "$WORK/server.json" 'len(d["requests"]) == 3'
for reason in mac-wrong mac-missing mac-malformed mac-algorithm user-unknown; do
	check "counted: $reason" refused server $reason
done
finish
