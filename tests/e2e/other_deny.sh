#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Content that is not DM is refused on a protected port, by default.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server
events server
app_server
raw get head text no-type
for case in get head text no-type; do check "$case" raw_is $case "reset|eof"; done
stop_peer server
check "the server application saw nothing" app_saw 0
check "counted" refused server not-dm 4
check "told" event server not-dm
finish
