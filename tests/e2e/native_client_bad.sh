#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a client does wrong never reaches the server application; it is challenged
# with a Status for every command, and one retry round gets it back.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
protect_server
events server
app_server
# each in the second message of a session, which has three and then one more
n=2
what=
for bad in wrong-mac no-header two-headers bad-algorithm stale-nonce altered-body unknown-user \
	other-form short-mac garbage two-macs no-user; do
	what="$what --misbehave $bad@$n"
	n=$((n + 4))
done
# shellcheck disable=SC2086
check "each is challenged once, and the session goes on" native_client "$DIRECT" --state "$WORK/nonces" --sessions 12 $what
expect "all of them" "$WORK/client.json" 'd["refused_by_peer"] == 12 == len(d["misbehaved"]) and d["sessions_ended"] == 12'
check "server application" stop_peer server
expect "it saw three messages of each session" "$WORK/server.json" 'd["sessions_ended"] == 12 and len(d["requests"]) == 36'
app_server
check "a repetition without Status for the message before the refusal is understood too" \
	native_client "$DIRECT" --state "$WORK/nonces" --session 90 --lone-status --misbehave wrong-mac@3
stop_peer server
for reason in mac-missing mac-wrong mac-malformed mac-algorithm user-unknown; do
	check "counted: $reason" refused server $reason
	check "told: $reason" event server $reason
done
finish
