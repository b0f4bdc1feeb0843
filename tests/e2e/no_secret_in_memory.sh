#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# After signed traffic neither the helper nor its worker has a password, nor what is made
# of one, nor the key that signs anywhere in memory; and nothing of a message is in what
# the helper logged.
#
# KERNELS: 6.12
# TIMEOUT: 120
. ./lib/common.sh

KEY=a-key-that-signs-of-32-octets-00
# memory TEXT PID NAMES: these of program, client, server and sign are in its memory
memory()
{
	_said=$(py "$LIB/memory.py" "$2" program=omasecd client=Device1:device-secret server=Mgmt1:server-secret \
		sign=$KEY)
	check "$1: \"$3\"" test "$_said" = "$3"
}

network
# Both sides have an account of that name, and the keyring is one.
on device omasec key add mgmt sign form text --secret-file "$(secret sign $KEY)" >/dev/null
protect_device "integrity = both"
protect_server "integrity = both"
app_server
check "two sessions" app_client "$DIRECT" --sessions 2
for side in device server; do
	helper=$(helper_pid $side)
	# Its own name is there: so what is there is found.
	memory "the helper of the $side has the name and no secret" "$helper" program
	worker=$(pgrep -P "$helper")
	# shellcheck disable=SC2086
	memory "so has its worker" "$worker" program
	check "its log has nothing of a message" sh -c "! grep -E 'SyncML|SyncHdr|Data>|DevInfo' '$WORK/omasecd-$side.log'"
done
printf 'device-secret' >"$WORK/held"
/usr/bin/python3 -c 'import sys, time; held = open(sys.argv[1]).read(); print("up", flush=True); time.sleep(60)' "$WORK/held" >"$WORK/holder" &
PIDS="$PIDS $!"
wait_for 20 test -s "$WORK/holder"
check "who has one is found" test "$(py "$LIB/memory.py" $! client=Device1:device-secret)" = client
stop_peer server
finish
