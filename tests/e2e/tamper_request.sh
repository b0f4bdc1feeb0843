#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What an attacker on the path does to a request is refused before it reaches the
# server application; both ends are behind omasec, and its retry round gets the
# session through.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
protect_server
events server
# each to the second request of a session, which has three and then one more
n=2
what=
for action in body strip flip twice user=Nobody algo replay; do
	what="$what --do $action@c2s:$n"
	n=$((n + 4))
done
: >"$WORK/wire.log"
app_server
# shellcheck disable=SC2086
relay $what
check "the client application notices nothing" app_client "$RELAY" --sessions 7
check "nor does the server application" stop_peer server
stop_peer relay
expect "it saw three requests of each session, each once" "$WORK/server.json" \
	'len(d["requests"]) == 21 == len(set(r["sha256"] for r in d["requests"])) and d["sessions_ended"] == 7'
for action in body strip flip twice user=Nobody algo replay; do
	check "the wire had it: $action" grep -q "\"did\": \[\"$action" "$WORK/wire.log"
done
check "all else on the wire is right" wirecheck --least 56
for reason in mac-wrong mac-missing mac-malformed user-unknown mac-algorithm; do
	check "counted: $reason" refused server $reason
	check "told: $reason" event server $reason
done
finish
