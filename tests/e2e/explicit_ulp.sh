#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# setsockopt(TCP_ULP, omasec) attaches a socket as a rule would; ss and flow list
# show it.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
background sink server "$PYTHON" "$LIB/sidedoor.py" sink :: "$PORT" "$WORK/sink"
wait_for 20 test -e "$WORK/sink"
background explicit device "$PYTHON" "$LIB/sidedoor.py" explicit_ulp 10.2.0.2 "$PORT" "$WORK/explicit"
explicit=$LAST
wait_for 20 test -e "$WORK/explicit"
check "ss shows it" sh -c "nsenter --net=/run/netns/device -- ss -tniO | grep -q omasec"
check "flow list shows it" sh -c "nsenter --net=/run/netns/device -- omasec flow list | grep -q '10.2.0.2:$PORT'"
touch "$WORK/explicit.go"
wait "$explicit"
expect "a socket that asks itself is attached" "$WORK/explicit.log" 'd == {"set": "ok", "connect": "ok", "ulp": "omasec"}'
finish
