#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A message longer than max-message is refused, whatever its transfer coding.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server "max-message = 64K"
events server
app_server
raw large large-chunked
check "too large" raw_is large "reset|eof"
check "too large, chunked" raw_is large-chunked "reset|eof"
check "counted" refused server too-large 2
check "told" event server too-large
check "a message of 30 KB passes" native_client "$DIRECT" --size 30000
stop_peer server
expect "nothing else arrived" "$WORK/server.json" 'len(d["requests"]) == 3'
finish
