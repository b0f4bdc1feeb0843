#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sessionless messages that are posted: with the agreed nonce each one gets through
# once, whatever happens to the helper; nothing else gets through, and the
# applications on both sides know nothing of it.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
GOT=$WORK/got
AGREED="client-agreed-nonce = text:agreed-c"
listen()
{
	rm -f "$GOT"
	start_peer server server sessionless.py listen $PORT "$GOT" "$@"
}
post() { on device "$PYTHON" "$LIB/sessionless.py" post "$DIRECT" "$@"; }
# got N TEXT: so many arrived, TEXT in the last one and no MAC header in any
got()
{
	py -c 'import json,sys
d = [json.loads(l) for l in open(sys.argv[1])]
assert len(d) == int(sys.argv[2]), "%d arrived" % len(d)
assert not d or sys.argv[3].encode() in bytes.fromhex(d[-1]["hex"]), d[-1]
assert not any(m["hmac"] for m in d), d' "$GOT" "$@"
}
used() { on "$1" omasec account show mgmt | grep "agreed nonce    $2 of 256"; }
RIGHT=nonce=agreed-c

# An independent peer on the device; omasec on the server.
{ account; rule dm "direction = in" "sessionless = accept"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
events server
listen
check_fails "no nonce was agreed" post early $RIGHT
check "nonce-missing" refused server nonce-missing
check "one is agreed on" on server omasec account set mgmt client-agreed-nonce text:agreed-c
check "right" post one $RIGHT
check "arrives, without the header" got 1 one
check "is counted" test "$(stat server sessionless)" = 1
check "the event tells of it" event server '"accepted"' '"message":"sessionless"' '"account":"mgmt"'
check "its use is shown" used server 1
check_fails "the same again" post one $RIGHT
check "mac-replayed" refused server mac-replayed
check "the event tells which kind" event server mac-replayed '"message":"sessionless"' "came before"
check_fails "a wrong MAC" post two $RIGHT mac=flip
check_fails "another password" post two $RIGHT password=guess
check "mac-wrong" refused server mac-wrong 2
check_fails "the nonce of the session" post two nonce=first-client-1
check "is the wrong one" event server '"mac-wrong"' "with that of a session"
check_fails "no MAC" post two
check "mac-missing" refused server mac-missing
check_fails "a message that asks for a response" post two $RIGHT noresp=no
check "dm-bad" refused server dm-bad
check_fails "another user" post two $RIGHT user=Device2
check "right once more" post two $RIGHT
check "right again" got 2 two

# The helper dies after each of them.
helper_stop server KILL
check_fails "without helper" post three $RIGHT
check "helper-absent" refused server helper-absent
helper_start server
check_fails "replayed after SIGKILL and restart" post two $RIGHT
check "mac-replayed" refused server mac-replayed 2
check "the module is told how far the nonce is used" wait_for 10 used server 2
check "the refused one may come now" post three $RIGHT
check "nothing came twice" got 3 three
check "a new nonce" on server omasec account set mgmt client-agreed-nonce text:second
check "begins anew" used server 0
check "and is right" post one nonce=second
check_fails "and right once" post one nonce=second
check "the old one again" on server omasec account set mgmt client-agreed-nonce text:agreed-c
check_fails "does not come back" post four $RIGHT
check "nonce-exhausted" refused server nonce-exhausted
check "a third nonce" on server omasec account set mgmt client-agreed-nonce text:third

# Both sides with omasec, both applications without an idea.
{ account mgmt; rule dm "direction = out" "sessionless = accept"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
check_fails "nothing leaves without an agreed nonce" post five
check "nonce-missing" refused device nonce-missing
check "agreed" on device omasec account set mgmt client-agreed-nonce text:third
check "it leaves" post five
check "and arrives" got 5 five
check "two on one connection" post six --again seven
check "arrive" got 7 seven
check "the device has sent MACs" test "$(on device omasec -j rule list | py -c 'import json,sys; print(json.load(sys.stdin)["rules"][0]["seen"]["tx-mac"])')" = 3
check_fails "the same octets have the same MAC" post seven
check "and do not arrive" got 7 seven
stop_peer server
listen --answer 200
check "a 200 without body passes too" post eight
stop_peer server
listen --answer body
check_fails "a message in answer does not" post nine
check "http-unexpected" refused server http-unexpected
stop_peer server

# Rules take none unless they say so.
{ account mgmt "$AGREED"; rule dm "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
listen
check_fails "by default" post ten
check "sessionless-refused" refused server sessionless-refused
check "nothing arrived" got 0 -
stop_peer server
check_fails "static has no memory" on server omasec rule add s direction in port 81 account mgmt auth-mode static sessionless accept
check_fails "the empty nonce" on server omasec account set mgmt client-agreed-nonce text:
check_fails "one nonce for both sides" on server omasec account set mgmt client-agreed-nonce text:x server-agreed-nonce text:x
check "the report has the clause" sh -c "nsenter --net=/run/netns/device -- omasec -j report | grep -q 'each MAC once'"
finish
