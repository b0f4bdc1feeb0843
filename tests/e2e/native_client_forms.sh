#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The header may be written in all the ways that real peers write it.
#
# KERNELS: 6.1 6.12 debug
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server
app_server
n=10
for form in token-user reordered no-algorithm blanks field-case empty-elements; do
	n=$((n + 10))
	check "$form" native_client "$DIRECT" --session $n --state "$WORK/nonces" --misbehave $form@1 --misbehave $form@2
	expect "$form: not refused" "$WORK/client.json" 'd["refused_by_peer"] == 0'
done
check "server application" stop_peer server
finish
