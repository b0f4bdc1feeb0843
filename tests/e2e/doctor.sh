#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# omasec doctor: a machine that is well, then one with a fault of each kind, and it
# names each with the next step.
#
# KERNELS: 6.1
# TIMEOUT: 120
# NEEDS: keyctl
. ./lib/common.sh
network
protect_device
doctor() { on device omasec doctor "$WORK/conf-device" --store "$WORK/device" >"$WORK/doctor" 2>&1; }
# says STATE CHECK TEXT: a line of it
says() { grep -E "^$1 +$2 +.*$3" "$WORK/doctor" || { cat "$WORK/doctor"; return 1; }; }
next() { grep -F -- "-> $1" "$WORK/doctor" || { cat "$WORK/doctor"; return 1; }; }
doctor
check "well: exit status 0" test $? -eq 0
check_fails "no problem" grep "^problem" "$WORK/doctor"
check "the helper" says ok helper registered
check "the keys" says ok key "all keys"
check "the store" says ok store "(schema 2|just begun), [0-9]+ MiB free"
check "the file is in force" says ok configuration "in force"
check "passwords" says ok secret "2 files"
check "no colours in a file" sh -c "! grep -q '$(printf '\033')' $WORK/doctor"
on device omasec -j doctor "$WORK/conf-device" --store "$WORK/device" >"$WORK/doctor.json"
check "JSON" sh -c "grep -q '\"schema\":1,' $WORK/doctor.json && grep -q '\"problem\":0' $WORK/doctor.json"

chmod 644 "$WORK/secrets/client"
doctor
check "a password that others may read: exit status 1" test $? -eq 1
check "it is named" says problem secret "secrets/client, mode 0644"
check "and what to do" next "chmod 600 $WORK/secrets/client"
chmod 600 "$WORK/secrets/client"

keyctl revoke "$(on device omasec -j key list | sed 's/.*{"serial":\([0-9]*\),"account":"mgmt","of":"client".*/\1/')"
doctor
check "a revoked key" says problem key "client is revoked"
check "and what to do" next "omasec key add mgmt client"

helper_stop device
mount --bind "$WORK/device" "$WORK/device"
mount -o remount,ro,bind "$WORK/device"
doctor
check "no helper" says problem helper "no helper"
check "a store that cannot be written" says problem store "read only"
umount "$WORK/device"
{ account; rule dm "direction = out" "on-deny = http"; rule more "direction = in"; } >"$WORK/conf-device"
doctor
check "the file differs" says warning configuration "rule dm is loaded otherwise, and 1 more"
check "without rights it says what is not seen" sh -c \
	"setpriv --reuid 65534 --clear-groups --bounding-set -all --inh-caps -all omasec doctor | grep -q '^not seen  *module'"
finish
