#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# IPv6, and IPv4 to a listener on IPv6.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
app_server
check "IPv6: client" app_client "$DIRECT6"
check "IPv4 to the same listener: client" app_client "$DIRECT" --session 20
check "server" stop_peer server
expect "two sessions" "$WORK/server.json" 'd["sessions_ended"] == 2 and len(d["requests"]) == 6'
check "all of it checked by the server" test "$(stat server rx-messages)" -eq 6
check "and by the device" test "$(stat device rx-messages)" -eq 6
finish
