#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What an attacker on the path does to a request is refused before it reaches the
# server application; both ends are behind omasec, and its retry round gets the
# session through.
#
# KERNELS: 6.1 6.12 debug
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
protect_server
events server
n=100
for action in body strip flip twice user=Nobody algo replay; do
	n=$((n + 10))
	: >"$WORK/wire.log"
	app_server
	relay --do $action@c2s:2
	check "$action: the client application notices nothing" app_client "$RELAY" --session $n
	check "$action: nor does the server application" stop_peer server
	stop_peer relay
	expect "$action: it saw three requests, each once" "$WORK/server.json" \
		'len(d["requests"]) == 3 == len(set(r["sha256"] for r in d["requests"]))'
	check "$action: the wire had the changed message, and a challenge" \
		sh -c "grep -q '\"did\": \\[\"$action' '$WORK/wire.log'"
done
for reason in mac-wrong mac-missing mac-malformed user-unknown mac-algorithm; do
	check "counted and told: $reason" refused server $reason
	check "told with the account or the user: $reason" event server $reason
done
finish
