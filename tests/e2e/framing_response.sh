#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Responses that are malformed, not DM or unprotected never reach the client
# application.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device "deadline = 3s"
n=10
for case in length-and-chunked two-lengths bare-lf switching not-http truncated unprotected html error-502; do
	n=$((n + 1))
	raw_server $case
	check_fails "$case" app_client "$DIRECT" --session $n --timeout 8
	expect "$case: an error of the transport, nothing delivered" "$WORK/client.json" \
		'd["results"][0]["outcome"] == "transport" and d["results"][0]["kind"] not in ("http", "timeout")'
	stop_peer server 2>/dev/null
done
for reason in http-length http-line-end http-upgrade http-syntax http-truncated mac-missing not-dm; do
	check "counted: $reason" refused device $reason
done
finish
