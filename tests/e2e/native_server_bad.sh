#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a server does wrong never reaches the client application; the server is
# challenged, and one retry round gets the answer through.
#
# KERNELS: 6.1 6.12 debug
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
events device
n=100
for bad in wrong-mac no-header two-headers bad-algorithm stale-nonce altered-body unknown-user short-mac; do
	n=$((n + 10))
	rm -f "$WORK/server.json"
	# shellcheck disable=SC2086
	native_server $PEER --state "$WORK/nonces" --misbehave $bad@2
	check "$bad: the session goes on" app_client "$DIRECT" --session $n
	stop_peer server
	expect "$bad: the server was challenged once" "$WORK/server.json" 'd["refused_by_peer"] == 1'
done
for reason in mac-missing mac-wrong; do
	check "counted: $reason" refused device $reason
	check "told: $reason" event device $reason
done
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces" --misbehave no-header@2 --misbehave no-header@3
check_fails "twice in a row ends the session" app_client "$DIRECT" --session 300
expect "the application gets an error, no message" "$WORK/client.json" \
	'd["results"][0]["outcome"] == "transport" and d["results"][0]["messages"] == 2'
finish
