#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Two network namespaces that use the same account name do not touch each other's
# keys, nonces and rules.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
app_server
check "before" app_client "$DIRECT"
{ account mgmt "client-secret-file = $(secret other another-secret)" "client-name = Else"; rule x "direction = in" "port = 9"; } >"$WORK/c"
apply router <"$WORK/c"
check "the others go on" app_client "$DIRECT" --session 10
helper_stop device
helper_start device
check "also after a restart" app_client "$DIRECT" --session 20
check_fails "an account that a rule names cannot be removed" on router omasec account del mgmt
check "first the rule" on router omasec rule del x
check "then the account" on router omasec account del mgmt
check "and after the account is gone there" app_client "$DIRECT" --session 30
stop_peer server
finish
