#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The module is loaded and unloaded again and again while other connections come
# and go: none of them notices, and nothing is left.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 240
# MODULE: no
. ./lib/common.sh
network
app_server --rounds 1
background load device "$PYTHON" "$LIB/dm_client.py" "$DIRECT" --sessions 10000 --close --session 1 --json "$WORK/load.json"
load=$LAST
sleep 1
n=0
while [ $n -lt 12 ]; do
	n=$((n + 1))
	insmod "$OMASEC_KO" || die "insmod failed in round $n"
	{ account; rule dm "direction = out" "port = 9" "auth-mode = static"; } >"$WORK/c"
	apply device <"$WORK/c"
	wait_for 10 rmmod omasec || die "rmmod failed in round $n"
done
check "the traffic went on meanwhile" kill -0 "$load"
kill "$load"
stop_peer server
expect "the server application saw nothing wrong" "$WORK/server.json" 'd["ok"] and d["sessions_ended"] > 5'
check "nothing in the kernel log" sh -c "! dmesg | grep -E 'BUG|WARNING|Oops'"
finish
