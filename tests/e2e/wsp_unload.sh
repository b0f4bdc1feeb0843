#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The module, a device or a namespace goes while exchanges of WSP and transactions of WTP are
# on their way and others never become whole: nothing hangs, and nothing is left.
#
# KERNELS: 6.12
# TIMEOUT: 180
# MODULE: no
. ./lib/common.sh
load() { insmod "$OMASEC_KO" || die "the module does not load"; }
load
network
SESSION=0

# rules: one for each of both bindings, at both ends
rules()
{
	for _ns in device server; do
		[ $_ns = device ] && _to=out || _to=in
		{
			account
			rule wsp "auth-mode = static" "direction = $_to" "port = 9200" "protocol = udp" "binding = wsp-post"
			rule wtp "auth-mode = static" "direction = $_to" "port = 9201" "protocol = udp" "binding = wtp"
		} >"$WORK/c"
		apply $_ns <"$WORK/c"
	done
}
# sessions TRANSPORT PORT [OPTION...]: one after the other, until $WORK/enough is there
sessions()
{
	_transport=$1 _port=$2
	shift 2
	while [ ! -e "$WORK/enough" ]; do
		SESSION=$((SESSION + 10))
		on device "$PYTHON" "$LIB/dm_client.py" "http://10.2.0.2:$_port/dm" --transport "$_transport" \
			--session $SESSION --sessions 5 --retry 1 --timeout 3 "$@"
	done
}
# busy: in both namespaces there are flows, of both bindings
busy()
{
	for _ns in device server; do
		on $_ns omasec -j flow list >"$WORK/flows"
		grep -q 9200 "$WORK/flows" && grep -q 9201 "$WORK/flows" || return 1
	done
}
# halves: Posts without MAC, and beginnings of messages that have no end
halves()
{
	on router "$PYTHON" "$LIB/wsp.py" flood 10.2.0.2:9200 20
	on router "$PYTHON" "$LIB/wtp.py" flood 10.2.0.2:9201 40
}
start()
{
	rm -f "$WORK/enough"
	start_peer wsp server dm_server.py --host :: --port 9200 --json "$WORK/wsp.json" --wsp
	start_peer wtp server dm_server.py --host :: --port 9201 --json "$WORK/wtp.json" --wtp --cut 300 --retry 1
	sessions wsp 9200 >"$WORK/sessions.wsp" 2>&1 &
	PIDS="$PIDS $!"
	_first=$!
	sessions wtp 9201 --cut 200 --strays >"$WORK/sessions.wtp" 2>&1 &
	PIDS="$PIDS $!"
	RUNNING="$_first $!"
}
stop()
{
	: >"$WORK/enough"
	# shellcheck disable=SC2086
	wait $RUNNING
	stop_peer wsp
	stop_peer wtp
}

rules
start
for n in 1 2 3; do
	check "sessions over both, for the $n. time" wait_for "$PATIENCE" busy
	halves
	check "the module goes under them" wait_for 20 rmmod omasec
	load
	rules
done

check "sessions over both, before the device goes" wait_for "$PATIENCE" busy
halves
now
begun=$NOW
ip -n server link del srv0
now
check "the device goes with what came by it" test $((NOW - begun)) -lt 10
check "and is gone" sh -c '! ip -n server link show srv0 2>/dev/null'
stop
check "what had begun counts as unfinished" refused server wtp-unfinished 30
link_to_router srv0 server 10.2.0 fd02
start
check "another device serves as well" wait_for "$PATIENCE" busy
halves
: >"$WORK/enough"	# whose namespace has no name begins nothing
ip netns del device
ip netns del server
stop
check "the namespaces go under what they had" wait_for 20 sh -c '! ip -n router link show dev0 && ! ip -n router link show srv0'
check "the module goes" wait_for 20 rmmod omasec
check "nothing in the kernel's log" sh -c "! dmesg | grep -E 'BUG|WARNING|Oops|unregister_netdevice: waiting'"
finish
