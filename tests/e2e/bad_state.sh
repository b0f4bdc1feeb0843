#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A helper that lacks its parser, or whose store it cannot use, does not start and says
# what to do; nothing passes meanwhile, the store stays as it was, and with the
# cause gone all is well again.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
{ account; rule dm "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
protect_server
app_server
helper_start device
check "a session" app_client "$DIRECT"
helper_stop device
db=$WORK/device/omasec.db
cp "$db" "$WORK/kept.db"

# refuses WHAT PATTERN [OPTION...]: the helper ends by itself, and says PATTERN
refuses()
{
	_what=$1 _pattern=$2
	shift 2
	cp "$db" "$WORK/before.db"
	check "$_what: ends with status 1" sh -c 'nsenter --net=/run/netns/device -- timeout 20 omasecd -f "$@" >"$0" 2>&1; [ $? = 1 ]' \
		"$WORK/said" --state-dir "$WORK/device" "$@"
	check "$_what: says what to do" grep -q "$_pattern" "$WORK/said"
	check "$_what: leaves the store" cmp "$WORK/before.db" "$db"
}

refuses "no worker" "/nowhere/worker does not work.*No such file" --worker /nowhere/worker
check_fails "nothing passes" app_client "$DIRECT" --session 10
mount --bind "$WORK/device" "$WORK/device"
mount -o remount,bind,ro "$WORK/device"
refuses "read-only" "see to space, owner and mode"
umount "$WORK/device"
# the highest octet of SQLite's user_version
printf '\001' | dd of="$db" bs=1 seek=60 conv=notrunc 2>/dev/null
refuses "newer store" "was made by a newer omasecd"
cp "$WORK/kept.db" "$db"
head -c 1000 "$db" | tr '\000-\377' '\001' | dd of="$db" conv=notrunc 2>/dev/null
refuses "damaged store" "is damaged.*move it away"
check_fails "nothing passes" app_client "$DIRECT" --session 20
cp "$WORK/kept.db" "$db"
helper_start device
check "all is well again" app_client "$DIRECT" --session 30
stop_peer server
expect "the server application saw two sessions" "$WORK/server.json" 'd["sessions_ended"] == 2 and len(d["requests"]) == 6'
finish
