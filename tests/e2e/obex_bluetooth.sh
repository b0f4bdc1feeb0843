#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# omasec obex-relay over Bluetooth: RFCOMM between two virtual controllers (the kernel's
# vhci, BlueZ's btvirt), whose link stands for the air. The applications are libopenobex
# over UNIX sockets.
#
# KERNELS: rt
# TIMEOUT: 180
. ./lib/common.sh
command -v btvirt >/dev/null || skip "btvirt, of Debian's bluez-test-tools, is not in the guest"
modprobe hci_vhci && modprobe rfcomm || skip "this kernel has no virtual Bluetooth controllers"
network
PORT=7002			# of the server application, which no rule names
OWN="port = 6500"		# of the relays' rules
APP=http://127.0.0.1:7001/dm
# peer NAME NS PROGRAM ARG...: in the background, its process in $LAST
in_ns() { echo "nsenter --net=/run/netns/$1"; }
protect_device "binding = obex" "$OWN"
protect_server "binding = obex" "$OWN"

btvirt -l2 >"$WORK/btvirt.log" 2>&1 &
PIDS="$PIDS $!"
check "two controllers come up" "$PYTHON" "$LIB/rfcomm.py" up || { cat "$WORK/btvirt.log"; die "no Bluetooth"; }
"$PYTHON" "$LIB/rfcomm.py" sniff "$WORK/air" &
PIDS="$PIDS $!"
start_peer app_device device stream.py listen:7001 "unix:$WORK/app-device"
start_peer app_server server stream.py "unix-listen:$WORK/app-server" "tcp:127.0.0.1:$PORT"

# called CHANNEL COMMAND...: what the second controller's side does with a connection
called()
{
	rm -f "$WORK/called.ready"
	_channel=$1
	shift
	"$PYTHON" "$LIB/rfcomm.py" listen "$_channel" --ready "$WORK/called.ready" "$@" >"$WORK/called.log" 2>&1 &
	CALLED=$!
	PIDS="$PIDS $CALLED"
	wait_for "$PATIENCE" test -s "$WORK/called.ready" || { cat "$WORK/called.log"; die "RFCOMM does not listen"; }
}
# calls CHANNEL: the device's relay, over the first controller
calls()
{
	# that of an earlier call would be taken for one that listens
	rm -f "$WORK/app-device"
	# shellcheck disable=SC2046
	"$PYTHON" "$LIB/rfcomm.py" connect "$1" $(in_ns device) omasec obex-relay rule dm app "listen:$WORK/app-device" carrier fd:@ \
		>"$WORK/calls.log" 2>&1 &
	CALLS=$!
	PIDS="$PIDS $CALLS"
	wait_for 30 test -S "$WORK/app-device" || { cat "$WORK/calls.log" "$WORK/called.log"; return 1; }
}
ended() { wait "$1" || { cat "$2"; return 1; }; }

app_server --obex --mtu 8192
# shellcheck disable=SC2046
called 5 $(in_ns server) omasec obex-relay rule dm carrier fd:@ app "connect:$WORK/app-server"
check "RFCOMM connects" calls 5
check "a session over Bluetooth: client" app_client $APP --transport obex --mtu 1000 --size 3000
check "server" stop_peer server
expect "it saw all messages, and no MAC" "$WORK/server.json" \
	'd["sessions_ended"] == 1 and len(d["requests"]) == 3 and not any(r["hmac"] for r in d["requests"])'
check "the device's relay ends with it" ended "$CALLS" "$WORK/calls.log"
check "the server's relay, too" ended "$CALLED" "$WORK/called.log"
check "the air carries MACs" grep -aq 'algorithm=MD5' "$WORK/air"
check "of both sides" sh -c "grep -aq Device1 '$WORK/air' && grep -aq Mgmt1 '$WORK/air'"

app_server --obex --mtu 8192
# a Python of its own: the one that is ready has not this descriptor
# shellcheck disable=SC2046
called 6 $(in_ns server) /usr/bin/python3 "$LIB/stream.py" fd:@ "unix:$WORK/app-server"
check "RFCOMM connects again" calls 6
check_fails "who answers without omasec is refused" app_client $APP --transport obex --session 10
check "which is counted" refused device mac-missing
stop_peer server
finish
