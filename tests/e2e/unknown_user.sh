#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A user name that no account has is refused; so is the account of another rule.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server
events server
app_server
check_fails "unknown user" native_client "$DIRECT" --user Stranger:device-secret
check "counted" refused server user-unknown
check "told with the name" event server user-unknown Stranger
{ account; account other "client-name = Device2" "server-id = Mgmt2" "server-name = Mgmt2"
  rule dm "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
check_fails "user of an account that the rule does not allow" native_client "$DIRECT" --user Device2:device-secret --session 10
check "counted" refused server user-mismatch
stop_peer server
check "the server application saw nothing" app_saw 0
finish
