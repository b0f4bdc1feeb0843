#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The benchmark's job in the guest (tools/bench): each thing that is measured, one
# after the other. Lines "interval ..." stand in the order in which the program
# bench or yard.ko set marks; icnt.c has the counts. A device and a server in two
# network namespaces, one veth pair between them.
cd "$(dirname "$0")" || exit 1
. ./lib/common.sh
. ./lib/encryption.sh
SIZES="1024 16384 262144"
TLS_PORT=8443
OBEX_PORT=650
WSP_PORT=9200
# what goes into a datagram, and is encrypted in one request to the kernel
SHORT_SIZES="1024 16384 32768"
WTP_PORT=9201
PUSH_PORT=2948

fail()
{
	echo "failed: $*"
	dmesg | tail -n 20
	exit 1
}

# rounds SIZE: exchanges that are counted
rounds()
{
	case $1 in
	1024) echo 100 ;;
	16384) echo 40 ;;
	*) echo 10 ;;
	esac
}

two_namespaces()
{
	modprobe veth || fail "no veth"
	for _ns in device server; do
		ip netns add $_ns || fail "no network namespaces"
		ip -n $_ns link set lo up
		# so that one measurement leaves nothing for the next
		on $_ns sysctl -qw net.ipv4.tcp_max_tw_buckets=0 net.ipv4.tcp_no_metrics_save=1
	done
	ip link add dev0 netns device type veth peer name dev0 netns server
	ip -n device addr add 10.9.0.1/24 dev dev0
	ip -n server addr add 10.9.0.2/24 dev dev0
	ip -n device link set dev0 up
	ip -n server link set dev0 up
}

server_start()
{
	background bench-server server ./bench serve "${1:-$PORT}" ${2:+"$2"}
	SERVER=$LAST
	wait_for 10 grep -q ready "$WORK/bench-server.log" || fail "no server: $(cat "$WORK/bench-server.log")"
}

server_stop()
{
	kill "$SERVER" 2>/dev/null || fail "the server: $(cat "$WORK/bench-server.log")"
	wait "$SERVER" 2>/dev/null
}

# row NAME HOST PORT [SHARE]: the exchanges of a row; with SHARE, that part of the usual number
row()
{
	case $1 in
	obex*) server_start "$3" obex ;;
	wsp*) server_start "$3" wsp ;;
	wtp*) server_start "$3" wtp ;;
	*) server_start ;;
	esac
	_sizes=$SIZES
	case $1 in
	wsp* | signed | encrypted | sealed) _sizes=$SHORT_SIZES ;;
	helper) _sizes="$SIZES 32768" ;;	# which those are compared with
	esac
	for _size in $_sizes; do
		on device ./bench exchange "$1" "$2" "$3" "$_size" $(($(rounds "$_size") / ${4:-1})) ||
			fail "$1 $_size; server: $(cat "$WORK/bench-server.log")"
	done
	server_stop
}

# tls ROW: TLS-shaped exchanges, in the sizes of the other rows, three times: one per cent counts
tls()
{
	background bench-tls server ./secured serve $TLS_PORT
	_tls=$LAST
	sleep 2		# what the last row left to be freed
	wait_for 10 grep -q ready "$WORK/bench-tls.log" || fail "no TLS server: $(cat "$WORK/bench-tls.log")"
	for _i in 1 2 3; do
		for _size in $SIZES; do
			on device ./secured tls "$1" 10.9.0.2 $TLS_PORT "$_size" "$(rounds "$_size")" ||
				fail "tls $1 $_size; server: $(cat "$WORK/bench-tls.log")"
		done
	done
	kill "$_tls" 2>/dev/null || fail "the TLS server: $(cat "$WORK/bench-tls.log")"
	wait "$_tls" 2>/dev/null
}

# notifications FIRST N: as many, a line each, with session ids from FIRST on
notifications()
{
	PYTHONPATH=$LIB /usr/bin/python3 - "$1" "$2" <<-'END'
		import base64, sys
		from push import PUSH, digest, trigger
		first, n = map(int, sys.argv[1:])
		nonce = base64.b64decode("Zmlyc3Qtc2VydmVyLTE=")
		for session in range(first, first + n):
		    body = trigger(session)
		    print((PUSH + digest(b"Mgmt1", "server-secret", nonce, body) + body).hex())
	END
}

push()
{
	notifications 1 520 >"$WORK/pushes"
	on device ./secured push "$1" $PUSH_PORT "$WORK/pushes" 500 || fail "push $1"
}

connects()
{
	for _i in 1 2 3; do
		on device ./bench connect "$1" 9999 500 || fail "connect $1"
	done
}

idle()
{
	server_start
	on device ./bench idle "$1" 10.9.0.2 $PORT 500 || fail "idle $1"
	server_stop
	sleep 1
}

yard()
{
	for _size in $SIZES; do
		insmod ./yard.ko what="$1" size="$_size" count=20 || fail "yard $1"
		rmmod yard
		echo "interval yard $1 $_size 20"
	done
}

# proxy NS PORT TARGET
proxy()
{
	cat >"$WORK/haproxy-$1.cfg" <<-END
		global
		    nbthread 1
		defaults
		    mode http
		    timeout connect 10s
		    timeout client 60s
		    timeout server 60s
		listen forward
		    bind 0.0.0.0:$2
		    server next $3
	END
	background "haproxy-$1" "$1" haproxy -db -f "$WORK/haproxy-$1.cfg"
	wait_for 20 on "$1" sh -c "ss -Hltn sport = $2 | grep -q ." || fail "haproxy: $(cat "$WORK/haproxy-$1.log")"
	PROXIES="${PROXIES:-} $LAST"
}

# both LINE...: one rule at each end with these lines
both()
{
	{ account; rule dm "direction = out" "max-message = 1M" "$@"; } >"$WORK/c"
	apply device <"$WORK/c"
	{ account; rule dm "direction = in" "max-message = 1M" "$@"; } >"$WORK/c"
	apply server <"$WORK/c"
}

# sealed ROW CONFIDENTIALITY INTEGRITY: the row with messages that the worker changes at each end
sealed()
{
	# shellcheck disable=SC2034
	HIDDEN=$2	# which protect() takes
	protect device out mgmt "max-message = 1M" "integrity = $3"
	protect server in dev "max-message = 1M" "integrity = $3"
	helper_start device
	helper_start server
	row "$1" 10.9.0.2 $PORT 8
	protected "$1"
	helper_stop device
	helper_stop server
}

# The exchanges of the row were protected: so many messages were checked there.
protected() { echo "checked $1 $(stat device rx-messages) $(stat server rx-messages)"; }

# What became of the TLS of the row: connections at each end, those handed back, records.
secured() { echo "secured $1 $(stat device tls-flows) $(stat device tls-direct) $(stat device tls-records)"; }

[ "$(cat /sys/kernel/slab/kmalloc-64/poison)" = 0 ] || fail "slab debugging is on: it would be measured"
two_namespaces
connects unloaded
row plain 10.9.0.2 $PORT
row obex 10.9.0.2 $OBEX_PORT
row wsp 10.9.0.2 $WSP_PORT
row wtp 10.9.0.2 $WTP_PORT
idle plain
tls plain
push plain
proxy server 8000 10.9.0.2:$PORT
row haproxy 10.9.0.2 8000
proxy device 8001 10.9.0.2:8000
row haproxy-both 127.0.0.1 8001
# shellcheck disable=SC2086
kill $PROXIES
yard md5
yard copy

insmod "$OMASEC_KO" || fail "the module does not load"
connects loaded
both "auth-mode = static"
connects ruled
row static 10.9.0.2 $PORT
protected static
idle static
both
helper_start device
helper_start server
row helper 10.9.0.2 $PORT 4
protected helper
helper_stop device
helper_stop server
store_keys
sealed signed none both
sealed encrypted message hmac
sealed sealed message both
both "auth-mode = static" "port = $OBEX_PORT" "binding = obex"
row obex-static 10.9.0.2 $OBEX_PORT
protected obex-static
both "auth-mode = static" "protocol = udp" "port = $WSP_PORT" "binding = wsp-post" "max-message = 60K"
row wsp-static 10.9.0.2 $WSP_PORT
protected wsp-static
both "auth-mode = static" "protocol = udp" "port = $WTP_PORT" "binding = wtp"
row wtp-static 10.9.0.2 $WTP_PORT
protected wtp-static
both "auth-mode = static" "port = $TLS_PORT" "tls = require" "tls-check = start"
tls start
secured start
both "auth-mode = static" "port = $TLS_PORT" "tls = require" "tls-check = all"
tls all
secured all
{ account; rule push "protocol = udp" "direction = in" "port = $PUSH_PORT"; } >"$WORK/c"
apply device <"$WORK/c"
push checked
echo "pushes $(stat device notifications)"
echo "symbols"
awk '$2 ~ /[tT]/ { print $1, $3, $4 }' /proc/kallsyms | gzip -1 | base64
echo "end"
