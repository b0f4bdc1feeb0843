#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# After traffic that was signed and encrypted neither the helper nor its worker has a password, nor
# what is made of one, nor the key that signs, the one that wraps, or any of those by which a
# message was encrypted anywhere in memory; and nothing of a message is in what the helper logged.
#
# KERNELS: 6.12
# TIMEOUT: 120
# NEEDS: openssl
. ./lib/common.sh

KEY=a-key-that-signs-of-32-octets-00
WRAP=a-key-that-wraps-of-32-octets-00
# memory TEXT PID NAMES: these of program, client, server, sign, wrap and content are in its memory
memory()
{
	# shellcheck disable=SC2046
	_said=$(py "$LIB/memory.py" "$2" program=omasecd client=Device1:device-secret server=Mgmt1:server-secret \
		sign=$KEY wrap=$WRAP $(sed 's/^/content=hex:/' "$WORK/content"))
	check "$1: \"$3\"" test "$_said" = "$3"
}

network
# Both sides have an account of that name, and the keyring is one.
on device omasec key add mgmt sign form text --secret-file "$(secret sign $KEY)" >/dev/null
on device omasec key add mgmt wrap form text --secret-file "$(secret wrap $WRAP)" >/dev/null
protect_device "integrity = both" "confidentiality = message"
protect_server "integrity = both" "confidentiality = message"
app_server
relay
check "two sessions" app_client "$RELAY" --sessions 2
py "$LIB/contentkeys.py" "$WORK/wire.log" "$(secret wrap $WRAP)" >"$WORK/content"
check "each message has its key" test "$(wc -l <"$WORK/content")" -ge 8
for side in device server; do
	helper=$(helper_pid $side)
	# Its own name is there: so what is there is found.
	memory "the helper of the $side has the name and no secret" "$helper" program
	worker=$(pgrep -P "$helper")
	# shellcheck disable=SC2086
	memory "so has its worker" "$worker" program
	check "its log has nothing of a message" sh -c "! grep -E 'SyncML|SyncHdr|Data>|DevInfo' '$WORK/omasecd-$side.log'"
done
printf 'device-secret%s' $WRAP >"$WORK/held"
tail -n 1 "$WORK/content" | py -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >>"$WORK/held"
/usr/bin/python3 -c 'import sys, time; held = open(sys.argv[1], "rb").read(); print("up", flush=True); time.sleep(60)' "$WORK/held" >"$WORK/holder" &
PIDS="$PIDS $!"
wait_for 20 test -s "$WORK/holder"
check "who has them is found" test "$(py "$LIB/memory.py" $! client=Device1:device-secret wrap=$WRAP \
	"content=hex:$(tail -n 1 "$WORK/content")")" = "client content wrap"
stop_peer relay
stop_peer server
finish
