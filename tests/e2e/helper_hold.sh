#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# helper-lost = hold: messages wait for a new helper until their deadline.
#
# KERNELS: 6.12 debug
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device "helper-lost = hold" "deadline = 15s"
protect_server
app_server
check "before" app_client "$DIRECT"
background held device "$PYTHON" "$LIB/dm_client.py" "$DIRECT" --session 10 --pause 1500 --json "$WORK/held.json" --timeout 30
held=$LAST
sleep 0.8
helper_stop device KILL
sleep 2
helper_start device
check "the session goes on with the new helper" wait "$held"
stop_peer server
expect "two whole sessions" "$WORK/server.json" 'd["sessions_ended"] == 2'
finish
