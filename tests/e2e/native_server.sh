#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A server that implements auth-MAC by itself holds sessions with a client
# application that knows nothing of it, behind omasec.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device
# shellcheck disable=SC2086
native_server $PEER
relay
check "two sessions" app_client "$RELAY" --sessions 2
check "WBXML" app_client "$RELAY" --session 10 --wbxml
check "server" stop_peer server
stop_peer relay
check "every message on the wire" wirecheck --least 18
expect "all verified, nothing refused" "$WORK/server.json" 'd["refused"] == 0 and d["refused_by_peer"] == 0'

# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces" --challenge 1
check "refused once on purpose: the application does not notice" app_client "$DIRECT" --session 20
stop_peer server
expect "one retry round" "$WORK/server.json" 'd["refused"] == 1 and d["sessions_ended"] == 1'
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces" --challenge 1 --bare-challenge
check "a challenge without MAC" app_client "$DIRECT" --session 30
stop_peer server
finish
