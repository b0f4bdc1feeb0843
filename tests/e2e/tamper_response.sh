#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What an attacker on the path does to a response is refused before it reaches the
# client application.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
protect_server
events device
# each to the second answer of a session, which has three and then one more
n=2
what=
for action in body strip flip twice user=Nobody algo; do
	what="$what --do $action@s2c:$n"
	n=$((n + 4))
done
: >"$WORK/wire.log"
app_server
# shellcheck disable=SC2086
relay $what
check "the client application notices nothing" app_client "$RELAY" --sessions 6
check "nor does the server application" stop_peer server
stop_peer relay
expect "it saw three requests of each session" "$WORK/server.json" 'len(d["requests"]) == 18 and d["sessions_ended"] == 6'
check "all else on the wire is right" wirecheck --least 48
check "counted: mac-wrong" refused device mac-wrong 2
check "counted: mac-missing" refused device mac-missing
check "told: mac-wrong" event device mac-wrong
app_server
relay --do body@s2c:2 --do body@s2c:3
check_fails "changed again in the retry round: the session ends" app_client "$RELAY" --session 300
expect "with an error, after one good answer" "$WORK/client.json" \
	'd["results"][0]["outcome"] == "transport" and d["results"][0]["commands"] == 2'
stop_peer server
stop_peer relay
finish
