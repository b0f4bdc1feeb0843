#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The header may be written in all the ways that real peers write it.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server
app_server
n=1
what=
for form in token-user reordered no-algorithm blanks field-case empty-elements; do
	what="$what --misbehave $form@$n"
	n=$((n + 1))
done
# shellcheck disable=SC2086
check "each form is understood" native_client "$DIRECT" --sessions 2 $what
expect "and none refused" "$WORK/client.json" 'd["refused_by_peer"] == 0 and len(d["misbehaved"]) == 6'
check "server application" stop_peer server
finish
