#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With on-deny = http the client application reads an HTTP status, not a reset.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device "on-deny = http" "deadline = 3s"
protect_server "on-deny = http" "max-message = 8K"
app_server
expect_4xx() { grep "\"case\": \"$1\"" "$WORK/raw" | grep -qE '"status": (4|5)[0-9][0-9]'; }
# Refused by the end that the octets come to first: the device's own, then the server's.
# A peer that is still sending when it is refused gets a reset behind the status.
for from in device router; do
	on $from "$PYTHON" "$LIB/raw.py" request "$DIRECT" two-lengths large get >"$WORK/raw"
	for case in two-lengths get; do
		check "$case from the $from is answered" raw_is $case "response"
		check "$case from the $from with an error status" expect_4xx $case
	done
	check "large from the $from is answered, or reset" raw_is large "response|reset"
done
stop_peer server
check "the server application saw nothing" app_saw 0
printf '' | apply server
raw_server unprotected
check_fails "an unprotected response" app_client "$DIRECT"
expect "is an HTTP error to the client application" "$WORK/client.json" \
	'd["results"][0]["kind"] == "http" and d["results"][0]["http_status"] >= 400'
finish
