#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Hundreds of sockets at once.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 300
# MEM: 2048
. ./lib/common.sh
# Under the sanitizers of the debug kernel fewer of them take long enough.
COUNT=300
[ ! -e /sys/kernel/debug/kmemleak ] || COUNT=40
network
{ account; rule dm "direction = out" "auth-mode = static"; } >"$WORK/c"
apply device <"$WORK/c"
{ account; rule dm "direction = in" "auth-mode = static"; } >"$WORK/c"
apply server <"$WORK/c"
app_server --rounds 1
check "$COUNT sessions at once, without helper" app_client "$DIRECT" --parallel "$COUNT" --timeout 90
check "no flow is left" wait_for 20 sh -c "nsenter --net=/run/netns/device -- omasec -j flow list | grep -q '\"flows\": *\\[\\]'"
stop_peer server
expect "the server application had all" "$WORK/server.json" \
	"d['sessions_ended'] == $COUNT and len(d['requests']) == 2 * $COUNT"
check "each message was checked" test "$(stat server rx-messages)" -eq $((2 * COUNT))
finish
