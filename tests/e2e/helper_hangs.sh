#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A helper that does not answer: the deadline decides, the application gets an error,
# and what comes after goes on.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device "deadline = 2s"
protect_server
events device
app_server
check "before" app_client "$DIRECT"
kill -STOP "$(helper_pid device)"
check_fails "the helper is stopped" app_client "$DIRECT" --session 10
expect "an error after the deadline, not much later" "$WORK/client.json" \
	'1.5 < d["results"][0]["seconds"] < 8 and d["results"][0]["kind"] != "timeout"'
kill -CONT "$(helper_pid device)"
check "counted" refused device deadline
check "told" event device deadline
check "the helper goes on" wait_for 10 app_client "$DIRECT" --session 20
stop_peer server
finish
