#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without helper nothing that needs one passes: connections are refused at once, not
# after a timeout; with a helper all is well again.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
{ account; rule dm "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
protect_server
events device
app_server
check_fails "no helper on the device" app_client "$DIRECT"
expect "told within 3 s" "$WORK/client.json" 'd["results"][0]["seconds"] < 3'
check "counted" refused device helper-absent
check "told" event device helper-absent
check "status says so" sh -c "nsenter --net=/run/netns/device -- omasec status | grep -qi helper"
helper_start device
check "with a helper" app_client "$DIRECT" --session 10
helper_stop server
check_fails "no helper on the server" app_client "$DIRECT" --session 20 --timeout 15
helper_start server
check "with a helper" app_client "$DIRECT" --session 30
stop_peer server
expect "the server application saw two sessions" "$WORK/server.json" 'd["sessions_ended"] == 2 and len(d["requests"]) == 6'
finish
