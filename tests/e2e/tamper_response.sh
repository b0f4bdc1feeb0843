#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What an attacker on the path does to a response is refused before it reaches the
# client application.
#
# KERNELS: 6.1 6.12 debug
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
protect_server
events device
n=100
for action in body strip flip twice; do
	n=$((n + 10))
	: >"$WORK/wire.log"
	app_server
	relay --do $action@s2c:2
	check "$action: the client application notices nothing" app_client "$RELAY" --session $n
	check "$action: nor does the server application" stop_peer server
	stop_peer relay
	expect "$action: it saw three requests" "$WORK/server.json" 'len(d["requests"]) == 3'
done
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
