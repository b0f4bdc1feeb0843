#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A key that is revoked, or was never given, lets nothing through.
#
# KERNELS: 6.1
# TIMEOUT: 120
# NEEDS: keyctl
. ./lib/common.sh
. ./lib/push.sh
network
push_listen
push_protect
events device
push_send before,session=1
check "before" arrived before
serial=$(on device omasec -j key list | py -c 'import json,sys; print([k["serial"] for k in json.load(sys.stdin)["keys"] if k["account"] == "mgmt" and k["of"] == "server"][0])')
keyctl revoke "$serial"
push_send revoked,session=2
check "revoked: nothing arrives" arrived before
check "counted" dropped key-revoked 1
check "told with the account" event device key-revoked '"account":"mgmt"' '"message":"notification"'
on device omasec key del mgmt server
push_protect
push_send after,session=2
check "with a new key the same is right" arrived before after
stop_peer listener
finish
