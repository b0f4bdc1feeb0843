#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# mac-form rfc2104, for peers that took the reference literally: each form is refused
# where the other is agreed.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
{ account mgmt "mac-form = rfc2104"; rule dm "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
app_server
check "rfc2104 on both sides" native_client "$DIRECT" --rfc2104 --state "$WORK/nonces"
check "the standard's form is challenged" native_client "$DIRECT" --rfc2104 --state "$WORK/nonces" --session 10 --misbehave other-form@2
expect "once" "$WORK/client.json" 'd["refused_by_peer"] == 1'
check_fails "and refused for good" native_client "$DIRECT" --session 20
stop_peer server
expect "only right messages arrived" "$WORK/server.json" 'd["sessions_ended"] == 2 and len(d["requests"]) == 6'
finish
