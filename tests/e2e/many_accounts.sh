#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Many devices at once at one server, each with an account of its own, found by the
# user name in the header.
#
# KERNELS: 6.12
# TIMEOUT: 400
# MEM: 2048
. ./lib/common.sh
network
i=0
secret client device-secret >/dev/null
secret server server-secret >/dev/null
while [ $i -lt 60 ]; do
	printf '[account d%d]\nserver-id = Mgmt1\nclient-name = Device%d\nserver-name = Mgmt%d\n' $i $i $i
	printf 'client-secret-file = %s\nserver-secret-file = %s\n' "$WORK/secrets/client" "$WORK/secrets/server"
	i=$((i + 1))
done >"$WORK/c"
# slow kernels get the time that thirty sessions at once take
rule dm "direction = in" "account = any" "deadline = 240s" >>"$WORK/c"
apply server <"$WORK/c"
helper_start server
app_server --rounds 1
i=0
pids=
while [ $i -lt 30 ]; do
	background n$i device "$PYTHON" "$LIB/native_peer.py" client --url "$DIRECT" --device "IMEI:$i" \
		--session 1 --user "Device$i:device-secret" --server-user "Mgmt$i:server-secret" --timeout 240
	pids="$pids $LAST"
	i=$((i + 1))
done
bad=0
for p in $pids; do wait "$p" || bad=$((bad + 1)); done
check "30 native clients at once" test $bad -eq 0
[ $bad -eq 0 ] || cat "$WORK"/n*.log
stop_peer server
expect "each had its session" "$WORK/server.json" 'd["sessions_ended"] == 30'
finish
