#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Bodies that are no DM message are refused with a reason of their own.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server "deadline = 3s"
app_server
raw bad-xml bad-wbxml not-syncml doctype empty
for case in bad-xml bad-wbxml not-syncml doctype empty; do check "$case" raw_is $case "reset|eof"; done
stop_peer server
check "the server application saw nothing" app_saw 0
check "counted: xml-bad" refused server xml-bad
check "counted: wbxml-bad" refused server wbxml-bad
check "counted: dm-bad" refused server dm-bad
finish
