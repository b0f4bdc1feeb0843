#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Cut, delayed, doubled and truncated streams: the session is right, or ends; never
# is a part of a message delivered.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
protect_server
app_server
relay --do hold=700@c2s:2 --do hold=700@s2c:2 --do rechunk@c2s:3
check "delay and another transfer coding do no harm" app_client "$RELAY"
stop_peer relay
# A response is lost: the second one of a session whose nonces both sides know.
sid=10
for action in trunc reset drop; do
	relay --do $action@s2c:2
	check_fails "$action of a response is an error" app_client "$RELAY" --session $((sid + 1)) --timeout 3
	expect "$action: no part of the message" "$WORK/client.json" \
		'd["results"][0]["outcome"] == "transport" and d["results"][0]["messages"] == 2 and d["results"][0]["commands"] == 2'
	stop_peer relay
	check "$action: the next session is right" app_client "$DIRECT" --session $((sid + 2))
	sid=$((sid + 2))
done
relay --do trunc@c2s:2
check_fails "trunc of a request is an error" app_client "$RELAY" --session 30 --timeout 3
expect "trunc of a request: nothing came back" "$WORK/client.json" 'd["results"][0]["messages"] == 2'
stop_peer relay
check "the next session is right" app_client "$DIRECT" --session 31
relay --do echo@c2s:2
app_client "$RELAY" --session 40 --timeout 5 >/dev/null 2>&1
stop_peer relay
check "after a doubled request the next session is right" app_client "$DIRECT" --session 41
stop_peer server
expect "the server application saw no message twice" "$WORK/server.json" \
	'len(d["requests"]) == len(set(r["sha256"] for r in d["requests"]))'
check "nor the half of one" test "$(grep -c '"sha256"' "$WORK/server.json")" -eq "$(stat server rx-messages)"
finish
