#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# No key, a key that was revoked or has expired: nothing passes, the reason says which.
#
# KERNELS: 6.1
# TIMEOUT: 180
# NEEDS: keyctl
. ./lib/common.sh
network
protect_device
# another name: keys are found by it in the keyring of the user, which both share
{ account dev; rule dm "direction = in" "account = dev"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
events device
app_server
check "before" app_client "$DIRECT"
key() { on device omasec -j key list | py -c 'import json,sys; print([k["serial"] for k in json.load(sys.stdin)["keys"] if k["account"] == sys.argv[1] and k["of"] == "client"][0])' "$1"; }
serial=$(key mgmt)
check "the key is there" test "$serial" -gt 0
check_fails "and cannot be read" keyctl print "$serial"
keyctl revoke "$serial"
check_fails "revoked: no session" app_client "$DIRECT" --session 10
check "counted" refused device key-revoked
check "told with the account" event device key-revoked mgmt
check "status says so" sh -c "nsenter --net=/run/netns/device -- omasec status | grep -qi revoked"
on device omasec key del mgmt client
{ account; rule dm "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
check "a new key" app_client "$DIRECT" --session 20
on device omasec key expire mgmt client 1s
sleep 2
check_fails "expired: no session" app_client "$DIRECT" --session 30
check "status says that it has" sh -c "nsenter --net=/run/netns/device -- omasec status | grep -qi expired"
# in place: nothing is loaded anew
check "in its place another" on device omasec key add mgmt client --secret-file "$(secret again device-secret)"
check "goes on" app_client "$DIRECT" --session 40
sleep 2
check "and does not expire" app_client "$DIRECT" --session 50
on device omasec key add mgmt sign form text --secret-file "$(secret sign 0123456789abcdef)"
on device omasec key expire mgmt sign 1s
sleep 2
on device omasec status >"$WORK/status"
check "status names a sign key that has expired" grep -q "account mgmt: the sign key is expired" "$WORK/status"
stop_peer server
finish
