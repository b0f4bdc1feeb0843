#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# OBEX the other way round: the DM server connects to the device, fetches its messages by GET
# and answers by PUT; libopenobex on both ends, each behind omasec. Challenges and
# repetitions go between the two ends of omasec; the applications notice none.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
PORT=650
PEER_client=
protect() { { account; rule dm "binding = obex" "direction = $2" "role = $3"; } >"$WORK/c"; apply "$1" <"$WORK/c"; helper_start "$1"; }
protect device in client
protect server out server
events device
events server

# called TEXT SESSION "RELAY ARG..." [ARG OF BOTH...]: the device listens, the server calls it
called()
{
	_text=$1 _session=$2 _do=$3
	shift 3
	: >"$WORK/wire.log"
	start_peer client device dm_called.py client "obex://10.1.0.2:$PORT" --session "$_session" --json "$WORK/client.json" "$@"
	# shellcheck disable=SC2086
	start_peer relay router obex_tamper.py --listen $PORT --host 10.2.0.1 --to 10.1.0.2:$PORT --log "$WORK/wire.log" $_do
	on server "$PYTHON" "$LIB/dm_called.py" server --host 10.2.0.1 --port $PORT --sessions 1 --json "$WORK/server.json" "$@"
}
# ends TEXT: how both applications ended
ends()
{
	check "$1: server" [ "$2" = 0 ]
	check "$1: client" wait "$PEER_client"
	stop_peer relay
}

for how in "" --wbxml; do
	# shellcheck disable=SC2086
	called "a session" 1 "" --size 3000 --mtu 300 $how
	ends "a session $how" $?
	check "a session $how: the wire" wirecheck --called
	expect "the server application saw three messages" "$WORK/server.json" 'len(d["requests"]) == 3 and d["sessions_ended"] == 1'
	expect "the first as it left the client" "$WORK/client.json" \
		"d['results'][0]['sent_sha256'][0] == '$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")'"
done

for action in body strip flip; do
	called "altered" 10 "--do $action@s2c:2"
	ends "what the device says is altered ($action)" $?
	check "all else on the wire is right" wirecheck --called
	called "altered" 20 "--do $action@c2s:2"
	ends "what the server says is altered ($action)" $?
	check "all else on the wire is right" wirecheck --called
	expect "the server application saw each message once" "$WORK/server.json" 'len(d["requests"]) == 3'
done
# There is no exchange behind the last answer in which it could be said once more.
called "altered" 30 "--do body@c2s:3" --timeout 6
check_fails "without its last answer the client application ends with an error" wait "$PEER_client"
stop_peer relay
expect "which it has not got" "$WORK/client.json" 'd["failed"] == 1 and d["results"][0]["kind"] == "timeout"'
for reason in mac-wrong mac-missing; do
	check "told to the server: $reason" event server $reason
	check "told to the device: $reason" event device $reason
done
finish
