#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With other = pass what is not DM goes through untouched, and DM stays protected.
#
# KERNELS: 6.1
# TIMEOUT: 180
# NEEDS: curl
. ./lib/common.sh
network
protect_device "other = pass"
protect_server "other = pass"
app_server
check "GET" sh -c "on() { nsenter --net=/run/netns/\$1 -- curl -gsS --max-time 20 \$2; }; on device $DIRECT | grep -q 'not DM: GET'"
check "HEAD" on device curl -gsSI --max-time 20 "$DIRECT"
check "PUT of 2 MiB, which is more than a DM message may have" sh -c \
	"head -c 2000000 /dev/zero | nsenter --net=/run/netns/device -- curl -gsS --max-time 40 -T - $DIRECT | grep -q 'not DM: PUT'"
check "a DM session beside it" app_client "$DIRECT"
stop_peer server
expect "all arrived" "$WORK/server.json" 'len(d["requests"]) == 6'
check "three were DM and checked" test "$(stat server rx-messages)" -eq 3
check "the others passed, both ways" test "$(stat server passed)" -ge 6
app_server
on router "$PYTHON" "$LIB/raw.py" request "$DIRECT" no-mac >"$WORK/raw"
check "DM without MAC is challenged all the same" raw_is no-mac "response"
stop_peer server
check "and does not arrive" app_saw 0
# What answers DM is not other content, whatever it is said to be.
answers()
{
	for case in html error-502; do
		raw_server $case
		check_fails "$1: $case in answer to DM" app_client "$DIRECT" --session $2 --timeout 8
		expect "nothing delivered" "$WORK/client.json" \
			'd["results"][0]["outcome"] == "transport" and d["results"][0]["kind"] not in ("http", "timeout")'
		stop_peer server 2>/dev/null
	done
}
answers "it is not sent" 30
check "by its reason" refused server not-dm 2
: >"$WORK/none"
check "the server goes without rules" on server omasec apply --replace "$WORK/none"
answers "it is not received" 31
check "by its reason" refused device not-dm 2
finish
