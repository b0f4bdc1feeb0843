#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sessionless messages that are pushed: the unmodified listener gets each one that is
# right, octet for octet and once, whatever happens to the helper, and nothing else.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
. ./lib/push.sh
network
push() { on server "$PYTHON" "$LIB/sessionless.py" push $DEVICE $PUSH_PORT "$SENT" "$@"; }
used() { on device omasec account show mgmt | grep "agreed nonce    $1 of 256"; }
R=nonce=agreed-s

push_protect "sessionless = accept" "deadline = 60s"
helper_start device
events device
push_listen
push "early,x,$R"
check "no nonce was agreed: nonce-missing" wait_for 10 dropped nonce-missing 1
check "agreed" on device omasec account set mgmt server-agreed-nonce text:agreed-s
push "xml,one,$R" "wbxml,two,$R,type=wbxml"
push_send notification,session=0x11
check "right ones arrive" arrived xml wbxml notification --any-order
check "are counted" test "$(stat device sessionless)" = 2
check "the event tells of them" event device '"accepted"' '"message":"sessionless"' '"account":"mgmt"' '"user":"Mgmt1"'
check "the use of the nonce is shown" wait_for 5 used 2
push "again,one,$R" "again2,two,$R,type=wbxml"
check "the same again: mac-replayed" wait_for 10 dropped mac-replayed 2
check "the event tells which" event device mac-replayed '"message":"sessionless"' "came before"
push "flip,three,$R,mac=flip" "password,three,$R,password=guess" "session,three,nonce=first-server-1" \
	"user,three,$R,user=Mgmt2" "twice,three,$R,field=twice" "noapp,three,$R,app=no" \
	"bare,three,$R,field=none" "barewbxml,three,$R,field=none,type=wbxml" "last,four,$R"
check "the next right one arrives" arrived xml wbxml notification last --any-order
check "changed, another password, nonce of the session: mac-wrong" dropped mac-wrong 3
check "another user: user-mismatch" dropped user-mismatch 1
check "two headers, no application: wsp-syntax" dropped wsp-syntax 2
check "XML without: kind-unchecked" dropped kind-unchecked 1
check "WBXML without: a bootstrap message" dropped bootstrap-unsecured 1

helper_stop device KILL
push "orphan,five,$R"
check "without helper: helper-absent" wait_for 10 dropped helper-absent 1
push_send other,session=0x12
check "what needs none goes on" arrived xml wbxml notification last other --any-order
helper_start device
push "replay,one,$R" "replay2,four,$R"
check "replayed after SIGKILL and restart: mac-replayed" wait_for 10 dropped mac-replayed 4
push "five,five,$R"
check "the refused one may come now" arrived xml wbxml notification last other five --any-order
check "the module is told how far the nonce is used" wait_for 10 used 4

# A helper that hangs: held, bounded, and dropped with the rule.
kill -STOP "$(helper_pid device)"
i=0
while [ $i -lt 40 ]; do set -- "$@" "h$i,held $i,$R"; i=$((i + 1)); done
push "$@"
check "no more than 32 wait" wait_for 10 dropped queue-full 8
push_protect
check "the rule goes: killed" wait_for 10 dropped killed 32
kill -CONT "$(helper_pid device)"
push "default,six,$R"
check "rules take none unless they say so" wait_for 10 dropped sessionless-refused 1
push_protect "sessionless = accept" "deadline = 300ms"
kill -STOP "$(helper_pid device)"
push "late,seven,$R"
check "no verdict in time: deadline" wait_for 10 dropped deadline 1
push_protect "sessionless = accept" "deadline = 60s"
push "gone,eight,$R"
ip -n device link del dev0
check "the device goes with what it brought" wait_for 10 dropped killed 33
kill -CONT "$(helper_pid device)"
check "nothing else arrived" arrived xml wbxml notification last other five --any-order
stop_peer listener
helper_stop device
finish
