#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Pushed bootstrap messages whose PIN is not known wait for it: the right PIN
# delivers them as they were sent, once; wrong ones, time, a user, or the end of
# what they depend on refuses them. Other datagrams never wait for them.
#
# KERNELS: 6.12
# TIMEOUT: 240
# MODULE: no
. ./lib/common.sh
. ./lib/push.sh
load() { insmod "$OMASEC_KO" || die "the module does not load"; }
blob() { py "$LIB/blob.py" "$@"; }
hex() { py -c 'import sys; print(open(sys.argv[1], "rb").read().hex())' "$1"; }
pin() { secret "pin$1" "$1"; }
# case_of NAME SEC-NAME SEC-CODE PIN N: a push of its own for push_send
case_of()
{
	blob wbxml "$WORK/$1" "$5"
	_mac=$(blob mac "$WORK/$1" "$2" "$4")
	[ "$3" != 3 ] || _mac=
	blob push "$WORK/$1" "$WORK/$1.push" cp "$3" ${_mac:+"$_mac"}
	echo "$1,raw=$(hex "$WORK/$1.push")"
}
userpin() { case_of "$1" userpin 1 4711 "$2"; }
waiting() { on device omasec -j blob waiting >"$WORK/waiting"; }
# waits N: so many do, within a moment
waits() { wait_for 5 sh -c "nsenter --net=/run/netns/device -- omasec -j status | grep -q '\"waiting\":$1,'"; }
# id_of I: of the I-th one
id_of() { waiting; py -c 'import json,sys; print(json.load(open(sys.argv[1]))["waiting"][int(sys.argv[2])]["id"])' "$WORK/waiting" "$1"; }
give() { on device omasec -j blob pin "$1" --secret-file "$(pin "$2")" >"$WORK/verdict"; }

load
network
on device omasec key del mgmt pin >/dev/null 2>&1	# that another test stored
push_listen
{
	push_rule "pin-wait = 60"
	rule short "protocol = udp" "direction = in" "port = 2949" "pin-wait = 2"
	rule none "protocol = udp" "direction = in" "port = 2950" "pin-wait = 0"
} >"$WORK/rules.conf"
apply device <"$WORK/rules.conf"
events device

# ---- right, wrong
push_send "$(userpin a 1)"
check "a message without its PIN waits" waits 1
check "the listener has not got it" arrived
waiting
expect "it is listed" "$WORK/waiting" "len(d['waiting']) == 1 and d['waiting'][0]['account'] == 'mgmt' and d['waiting'][0]['sec'] == 'userpin' and d['waiting'][0]['kind'] == 'bootstrap-cp' and d['waiting'][0]['tries'] == 3 and 50 < d['waiting'][0]['seconds'] <= 60 and d['waiting'][0]['peer'].startswith('10.2.0.2:')"
a=$(id_of 0)
check "and asked for" event device '"pin-wanted"' "\"wait\":$a" '"sec":"userpin"' '"account":"mgmt"' '"rule":' '"peer":"10.2.0.2'
check "as text, too" sh -c "nsenter --net=/run/netns/device -- omasec blob waiting | grep -q 'userpin'"
push_send "note,session=0x31"
check "a notification does not wait for it" arrived note
push_send "$(userpin a 1)"
check "the same again does not wait" wait_for 5 refused device pin-waiting 1
check "one waits" waits 1
check_fails "a wrong PIN" give "$a" 1111
expect "leaves it waiting" "$WORK/verdict" "d['message']['reason'] == 'pin-wrong' and d['message']['waits'] and d['message']['tries'] == 2 and not d['message']['delivered']"
check "which is told" event device '"pin-wanted"' '"pin-wrong"' "\"wait\":$a"
check "nothing was delivered" arrived note
check_fails "an id that is none" give 999999 4711
check "the right PIN" give "$a" 4711
expect "delivers it" "$WORK/verdict" "d['message']['delivered'] and d['message']['reason'] == 'none' and not d['message']['waits']"
check "as it was sent, once" arrived note a
check_fails "the PIN serves once" give "$a" 4711
check "which is said" grep -q "no message waits by this id" "$WORK/check.out"
check "counted" refused device bootstraps 1
check "told" event device '"accepted"' '"message":"bootstrap"' '"account":"mgmt"'

# ---- PIN with MAC
case=$(case_of m userpinmac 3 4711 2)
push_send "$case"
check "userpinmac waits too" waits 1
check "PIN and MAC by descriptor" sh -c "echo '4711$(blob mac "$WORK/m" userpinmac 4711)' | nsenter --net=/run/netns/device -- omasec blob pin $(id_of 0) --secret-fd 0 | grep -q '^delivered'"
check "it arrives" arrived note a m

# ---- three wrong
push_send "$(userpin b 3)" "$(userpin c 4)"
check "two wait" waits 2
b=$(id_of 0)
for wrong in 1 2; do
	check_fails "wrong PIN $wrong" give "$b" "000$wrong"
done
check_fails "the third" give "$b" 0003
expect "ends it" "$WORK/verdict" "d['message']['reason'] == 'pin-wrong' and not d['message']['waits']"
check_fails "the right one comes too late" give "$b" 4711
c=$(id_of 0)
check_fails "and the account is locked for others" give "$c" 4711
expect "which ends them" "$WORK/verdict" "d['message']['reason'] == 'pin-locked' and not d['message']['waits']"
check "nothing of this arrived" arrived note a m
check "told" event device '"refused"' '"pin-locked"'
on device omasec account pin-reset mgmt

# ---- time, refusal, bounds
on server "$PYTHON" "$LIB/push.py" send $DEVICE 2949 "$SENT" "$(userpin t 5)"
check "with a short pin-wait" waits 1
check "its time ends" waits 0
check "with words" event device '"refused"' '"pin-missing"' "nobody gave the PIN in time" "omasec key add"
on server "$PYTHON" "$LIB/push.py" send $DEVICE 2950 "$SENT" "$(userpin z 6)"
check "without pin-wait" wait_for 5 refused device pin-missing 2
check "nothing waits" waits 0
push_send "$(userpin d 7)"
check "waits" waits 1
check "is given up" on device omasec blob pin "$(id_of 0)" --refuse
check "nothing waits any more" waits 0
check "told" event device '"refused"' '"killed"' "gave it up"
n=10
while [ $n -lt 20 ]; do
	push_send "$(userpin "n$n" $n)"
	n=$((n + 1))
done
check "at most eight wait" waits 8
check "the others are told why" event device '"refused"' '"pin-missing"' "too many messages"
push_send "note2,session=0x32"
check "and block nobody" arrived note a m note2
check "status says it" sh -c "nsenter --net=/run/netns/device -- omasec status | grep -q '8 bootstrap messages wait'"

# ---- the account gets its PIN, another account, another rule
check "a change of the account" on device omasec account set mgmt app-cred strip
check "ends nobody's waiting" waits 8
check "the account in force judges" give "$(id_of 7)" 4711
check "and delivers" arrived note a m note2 n17
sed 's/^pin-wait = 60/pin-wait = 61/' "$WORK/rules.conf" >"$WORK/rules2.conf"
apply device <"$WORK/rules2.conf"
check "another rule in its place ends all of them" waits 0
check "told" event device '"refused"' '"killed"' "removed or replaced"
push_send "$(userpin r 30)"
check "waits again" waits 1
for r in push short none; do on device omasec rule del $r; done
check "the last rule goes: killed" waits 0
check "nothing of this arrived" arrived note a m note2 n17
apply device <"$WORK/rules.conf"
push_send "$(userpin i 31)"
check "waits" waits 1
ip -n device link del dev0
check "its device goes" waits 0
check "told" event device '"killed"' "the device"
stop_peer listener
link_to_router dev0 device 10.1.0 fd01

# ---- the namespace, the module
push_send "$(userpin u 32)"
check "waits" waits 1
check "the module goes" rmmod omasec
load
apply device <"$WORK/rules.conf"
push_send "$(userpin v 33)"
check "waits" waits 1
check "the namespace goes" ip netns del device
check "and is gone" wait_for 10 sh -c '! ip link show dev0 netns router >/dev/null 2>&1 || ! ip -n router link show dev0'
check "the module can be unloaded" wait_for 20 rmmod omasec
finish
