#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Messages in segments of one octet, written so by the client or cut so on the
# path.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
session "client writes and reads single octets" "--rounds 1" "--transport raw --segment 1"
: >"$WORK/wire.log"
app_server --rounds 1
relay --do 'cut=1@c2s:*' --do 'cut=1@s2c:*'
check "single octets on the path: client" app_client "$RELAY" --session 20
check "single octets on the path: server" stop_peer server
stop_peer relay
check "single octets on the path: wire" wirecheck
finish
