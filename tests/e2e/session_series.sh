#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sessions in a row use the nonces of the session before; each ends as it should,
# also when helpers and connections are new in between.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
session "five sessions on one connection each" "" "--sessions 5" "--least 30"
helper_stop device
helper_stop server
helper_start device
helper_start server
app_server
relay
check "after a restart of both helpers: client" app_client "$RELAY" --session 100
check "after a restart of both helpers: server" stop_peer server
stop_peer relay
# wirecheck goes on with the nonces that the sessions before have left
check "the nonces went on where they were" wirecheck --least 6
finish
