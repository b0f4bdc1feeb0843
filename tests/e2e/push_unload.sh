#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Datagrams wait while the module, their device or their namespace goes: with the
# module they are judged and delivered, with the others dropped; nothing hangs.
# The sender has the only processor to itself until it removes what it removes.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 240
# MODULE: no
. ./lib/common.sh
. ./lib/push.sh
load() { insmod "$OMASEC_KO" || die "the module does not load"; }
cases() { _i=0; while [ $_i -lt 20 ]; do echo "$1$_i,session=$(($2 + _i))"; _i=$((_i + 1)); done; }
names() { cases "$1" 1 | sed 's/,.*//'; }
# burst NS TARGET ACTION...: sends cases, then acts, without letting go of the processor
burst()
{
	_bns=$1 _target=$2
	shift 2
	# shellcheck disable=SC2046
	on "$_bns" "$PYTHON" "$LIB/push.py" burst "$_target" $PUSH_PORT "$SENT" $(cases "$LETTER" $BASE) -- "$@"
}
load
network
push_listen
push_protect
LETTER=u BASE=100
check "the module goes with datagrams in its queue" burst device 127.0.0.1 rmmod
# shellcheck disable=SC2046
check "they are judged and arrive" arrived $(names u)
load
push_protect
push_listen
LETTER=d BASE=200
check "the device goes with datagrams in its queue" burst router $DEVICE ip -n device link del dev0
check "and takes no long time" test -z "$(ip -n device link show dev0 2>/dev/null)"
check "what waited was judged or dropped" sh -c \
	"nsenter --net=/run/netns/device -- omasec -j rule list | grep -q '\"hits\":20'"
link_to_router dev0 device 10.1.0 fd01
push_send later,session=300
check "another device serves as well" sh -c "grep -q '' '$RECEIVED' || sleep 1; grep -q . '$RECEIVED'"
stop_peer listener
LETTER=n BASE=400
check "the namespace goes with datagrams in its queue" burst router $DEVICE ip netns del device
check "it is gone" wait_for 10 sh -c '! ip link show dev0 netns router >/dev/null 2>&1 || ! ip -n router link show dev0'
check "the module can be unloaded" wait_for 20 rmmod omasec
n=0
load
while [ $n -lt 5 ]; do
	ip netns add "x$n" && ip -n "x$n" link set lo up
	nsenter --net="/run/netns/x$n" -- omasec apply --replace "$WORK/c" >/dev/null
	nsenter --net="/run/netns/x$n" -- "$PYTHON" "$LIB/push.py" flood 127.0.0.1 $PUSH_PORT 200 &
	flood=$!
	sleep 0.1
	rmmod omasec
	rc=$?
	wait $flood
	ip netns del "x$n"
	[ $rc = 0 ] || break
	load
	n=$((n + 1))
done
check "loaded and unloaded under traffic" test $n = 5
rmmod omasec
finish
