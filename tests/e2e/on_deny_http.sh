#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With on-deny = http the client application reads an HTTP status, not a reset.
#
# BROKEN: what the client application gets when the peer answers twice without MAC is not settled
# KERNELS: 6.1 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device "on-deny = http" "deadline = 3s"
protect_server "on-deny = http" "max-message = 8K"
app_server
raw two-lengths large get
for case in two-lengths large get; do check "$case is answered" raw_is $case "response"; done
expect_4xx() { grep "\"case\": \"$1\"" "$WORK/raw" | grep -qE '"status": (4|5)[0-9][0-9]'; }
for case in two-lengths large get; do check "$case with an error status" expect_4xx $case; done
stop_peer server
check "the server application saw nothing" app_saw 0
raw_server unprotected
check_fails "an unprotected response" app_client "$DIRECT"
expect "is an HTTP error to the client application" "$WORK/client.json" \
	'd["results"][0]["kind"] == "http" and d["results"][0]["http_status"] >= 400'
finish
