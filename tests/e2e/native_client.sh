#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A client that implements auth-MAC by itself holds sessions with a server
# application that knows nothing of it, behind omasec.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
protect_server
app_server
check "first session with the provisioned nonces" native_client "$DIRECT" --state "$WORK/nonces" --sessions 2
expect "nothing was refused" "$WORK/client.json" 'd["refused"] == 0 and d["refused_by_peer"] == 0 and d["verified"] == 6'
check "WBXML" native_client "$DIRECT" --state "$WORK/nonces" --session 10 --wbxml
check "without MAC: challenged, then right" native_client "$DIRECT" --state "$WORK/nonces" --session 20 --first-no-mac
expect "one challenge" "$WORK/client.json" 'd["refused_by_peer"] == 1'
check "server application" stop_peer server
expect "it saw only what was authenticated, and no challenge" "$WORK/server.json" \
	'd["sessions_ended"] == 4 and len(d["requests"]) == 12'
finish
