#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With another key on the device nothing passes, and both sides say why.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
{ account mgmt "client-secret-file = $(secret other wrong-secret)"; rule dm "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
protect_server
events server
events device
app_server
check_fails "the session fails" app_client "$DIRECT"
expect "with an error or a 401, and without any command" "$WORK/client.json" \
	'd["results"][0]["messages"] == 1 and d["results"][0]["commands"] == 0'
stop_peer server
check "the server application saw nothing" app_saw 0
check "the server counts mac-wrong" refused server mac-wrong
check "and tells account and user" event server mac-wrong Device1
check "the device tells of it as well" event device auth-failed
finish
