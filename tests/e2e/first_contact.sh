#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# first-contact = challenge: the client's first message leaves without MAC, is
# challenged, and never is again.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
{ account mgmt "client-nonce ="; rule dm "direction = out" "first-contact = challenge"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
protect_server
: >"$WORK/wire.log"
app_server
relay
check "two sessions" app_client "$RELAY" --sessions 2
stop_peer server
stop_peer relay
check "one message without MAC on the wire" wirecheck --bare 1 --least 14
check "the server counts it" refused server mac-missing
finish
