#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a server does wrong never reaches the client application; the server is
# challenged, and one retry round gets the answer through.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
events device
# each in the second answer of a session, which has three and then one more
n=2
what=
for bad in wrong-mac no-header two-headers bad-algorithm stale-nonce altered-body unknown-user short-mac; do
	what="$what --misbehave $bad@$n"
	n=$((n + 4))
done
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces" $what
check "the sessions go on" app_client "$DIRECT" --sessions 8
check "server" stop_peer server
expect "which was challenged once for each" "$WORK/server.json" \
	'd["refused_by_peer"] == 8 == len(d["misbehaved"]) and d["sessions_ended"] == 8'
for reason in mac-missing mac-wrong; do
	check "counted: $reason" refused device $reason
	check "told: $reason" event device $reason
done
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces" --lone-status --misbehave wrong-mac@2
check "a repetition without Status for the message before the refusal is understood too" \
	app_client "$DIRECT" --session 200
stop_peer server
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces" --misbehave no-header@2 --misbehave no-header@3
check_fails "twice in a row ends the session" app_client "$DIRECT" --session 300
expect "the application gets an error, no message" "$WORK/client.json" \
	'd["results"][0]["outcome"] == "transport" and d["results"][0]["messages"] == 2'
finish
