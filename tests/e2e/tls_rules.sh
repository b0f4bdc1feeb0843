#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# tls = require refuses plain DM, tls = forbid refuses TLS, tls-min what is older;
# each with its reason, whichever end has the rule.
#
# KERNELS: 6.12
# TIMEOUT: 240
# NEEDS: openssl curl
. ./lib/common.sh
. ./lib/tls.sh
network
certificate

tls_rule device out
helper_start device
tls_server
check_fails "forbid, which is the default: no TLS to a server" https page --connect-timeout 5
check "with its reason" refused device tls-forbidden
tls_server_stop

tls_rule device out "tls = require"
tls_server -tls1_2
check "require: TLS passes" https page
tls_server_stop
app_server
check_fails "require: plain DM does not" app_client "$DIRECT" --timeout 5
check "with its reason" refused device tls-required
stop_peer server
check "and nothing of it arrives" app_saw 0

tls_rule device out "tls = require" "tls-min = 1.3"
tls_server -tls1_2
check_fails "tls-min 1.3: a server that chooses 1.2 is refused" https page --connect-timeout 5
check "with its reason" refused device tls-version
tls_server_stop
tls_rule device out "tls = require" "tls-min = 1.3" "tls-check = start"
tls_server -tls1_2
check_fails "also with tls-check start" https page --connect-timeout 5
check "with its reason" refused device tls-version 2
tls_server_stop
tls_server -tls1_3
check "1.3 passes" https page
check "and is what was served" fetched page
tls_server_stop

# The same at the server's end.
printf '' | apply device
tls_rule server in
helper_start server
tls_server
check_fails "server, forbid: no TLS" https page --connect-timeout 5
check "with its reason" refused server tls-forbidden
tls_server_stop
tls_rule server in "tls = require" "tls-min = 1.3"
tls_server -tls1_2
check_fails "server, tls-min" https page --connect-timeout 5
check "with its reason" refused server tls-version
tls_server_stop
app_server
check_fails "server, require: plain DM does not arrive" app_client "$DIRECT" --timeout 5
check "with its reason" refused server tls-required
stop_peer server
check "indeed" app_saw 0

# Rules that protect nothing.
printf '%s\n' "[rule bare]" "direction = in" "port = 99" "account = any" "integrity = none" >"$WORK/bare"
check_fails "a rule that protects nothing is refused" on server omasec check "$WORK/bare"
check "with the clause" grep -q "DM Security 1.3, 5.5.3.*at least one.*unprotected = yes" "$WORK/check.out"
check_fails "by apply too" on server omasec apply --replace "$WORK/bare"
echo "unprotected = yes" >>"$WORK/bare"
check "unless it says so" on server omasec apply --replace "$WORK/bare"
check "status has a word for it" sh -c "nsenter --net=/run/netns/server -- omasec status | grep -q UNPROTECTED"
check "and it is red on a terminal" sh -c "TERM=xterm script -qec 'nsenter --net=/run/netns/server -- omasec status' /dev/null |
	grep UNPROTECTED | grep -q \"\$(printf '\033')\\[[0-9;]*31m\""
check "and none elsewhere" sh -c "nsenter --net=/run/netns/server -- omasec status | grep UNPROTECTED | grep -vq \"\$(printf '\033')\""
finish
