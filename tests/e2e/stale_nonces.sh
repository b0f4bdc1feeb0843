#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Nonces that were lost on one side or both cost one retry round each, and no more.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
{ account mgmt "client-nonce = text:other-client-nonce"; rule dm "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
{ account mgmt "server-nonce = text:other-server-nonce"; rule dm "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
app_server
check "both nonces differ: the session goes through" app_client "$DIRECT"
check "the next one as well" app_client "$DIRECT" --session 2
stop_peer server
expect "each application saw three messages of each" "$WORK/server.json" \
	'd["sessions_ended"] == 2 and len(d["requests"]) == 6'
check "the server challenged once" test "$(stat server mac-wrong)" -eq 1
finish
