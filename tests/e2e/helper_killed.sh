#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The helpers are killed again and again under load and start again: no unverified
# octet reaches an application, nothing hangs beyond the deadline.
#
# KERNELS: 6.1
# TIMEOUT: 300
. ./lib/common.sh
network
protect_device "deadline = 3s"
protect_server "deadline = 3s"
app_server
: >"$WORK/wire.log"
relay
background load device "$PYTHON" "$LIB/dm_client.py" "$RELAY" --sessions 25 --session 100 --close --pause 300 --timeout 12 --json "$WORK/load.json"
load=$LAST
round=0
while kill -0 "$load" 2>/dev/null && [ $round -lt 8 ]; do
	round=$((round + 1))
	ns=device
	[ $((round % 2)) -eq 0 ] || ns=server
	sleep 0.$((round * 7 % 10))
	helper_stop $ns KILL
	helper_start $ns
	sleep 1
done
wait "$load"
expect "no session took longer than its deadlines" "$WORK/load.json" \
	'all(r["seconds"] < 12 for r in d["results"])'
expect "those that failed failed in the transport: the client application saw nothing wrong" "$WORK/load.json" \
	'all(r["outcome"] != "protocol" for r in d["results"])'
expect "some went through" "$WORK/load.json" 'any(r["outcome"] == "ok" for r in d["results"])'
stop_peer relay
check "afterwards all is well" app_client "$DIRECT" --session 900
check "the server application saw nothing wrong" stop_peer server
check "it saw no more than was checked" test "$(grep -c '"sha256"' "$WORK/server.json")" -le "$(stat server rx-messages)"
finish
