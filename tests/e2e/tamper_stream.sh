#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Cut, delayed, doubled and truncated streams: the session is right, or ends; never
# is a part of a message delivered.
#
# BROKEN: what a client sends again after a lost response is not settled between test and applications
# KERNELS: 6.1 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
protect_server
app_server
relay --do hold=700@c2s:2 --do hold=700@s2c:2 --do rechunk@c2s:3
check "delay and another transfer coding do no harm" app_client "$RELAY"
stop_peer relay
relay --do echo@c2s:2
app_client "$RELAY" --session 10 >/dev/null 2>&1
stop_peer relay
for action in trunc reset drop; do
	relay --do $action@s2c:2
	check_fails "$action of a response is an error" app_client "$RELAY" --session 20 --timeout 3
	expect "$action: no message of it" "$WORK/client.json" \
		'd["results"][0]["outcome"] == "transport" and d["results"][0]["commands"] == 2'
	stop_peer relay
done
relay --do trunc@c2s:2
check_fails "trunc of a request is an error" app_client "$RELAY" --session 30 --timeout 3
stop_peer relay
stop_peer server
expect "the server application saw no message twice" "$WORK/server.json" \
	'len(d["requests"]) == len(set(r["sha256"] for r in d["requests"]))'
finish
