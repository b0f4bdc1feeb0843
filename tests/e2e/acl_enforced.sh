#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Two servers with accounts of their own manage one unmodified client under Access Control
# Lists: each gets what is its own, whatever name it claims, and the client never sees the
# rest. What a server makes is its own once the client has said that it is there. Lists of nodes
# are cut to what is its own, large objects go or stay with each chunk.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
accounts() { account mgmt; account other "server-id = Mgmt2" "client-name = Device2" "server-name = Mgmt2"; }
{ accounts; rule one "direction = out"; rule two "direction = out" "port = 8081" "account = other"; } >"$WORK/c"
apply device <"$WORK/c"
{ accounts; rule one "direction = in"; rule two "direction = in" "port = 8081" "account = other"; } >"$WORK/c"
apply server <"$WORK/c"
acl() { on device omasec acl "$@" --store "$WORK/device"; }
mkdir -m 700 "$WORK/device"
acl set ./A 'Get=Mgmt1&Replace=Mgmt1&Delete=Mgmt1' --create >/dev/null
acl set ./A/x '' --create >/dev/null
acl set ./B 'Get=Mgmt2&Replace=Mgmt2' --create >/dev/null
helper_start device
helper_start server
events device

# asks PORT NAME "CLIENT OPTIONS" ASK...: a session with the server at PORT, in the name NAME
asks()
{
	_port=$1 _locname=$2 _client=$3
	shift 3
	for _a; do set -- "$@" --ask "$_a"; shift; done
	start_peer server server dm_server.py --port "$_port" --json "$WORK/server.json" --host :: --locname "$_locname" "$@"
	# shellcheck disable=SC2086
	check "$TEXT: the client is content" app_client "http://10.2.0.2:$_port/dm" --server-id "$_locname" $_client
	check "$TEXT: the server got what it expected" stop_peer server
}

TEXT="the first server"
asks "$PORT" Mgmt1 "--session 1" "Get ./A 200;Get ./B 425;Replace ./A/x 200 xx;Get ./Nowhere 404" \
	"Get ./B 425;Put ./A 501;Delete ./B 425" "Add ./New 200 node;Get ./A 200" "Get ./New 200;Replace ./New?prop=ACL 200 Get=Mgmt1"
expect "it reached its own, and a question of omasec's where nothing was left" "$WORK/client.json" \
	'd["results"][0]["seen"] == ["Get ./A", "Replace ./A/x", "Get ./DevInfo/DevId", "Add ./New", "Get ./A", "Get ./New"]'
acl show ./New >"$WORK/new"
check "what it made is its own, with the list that it gave it" grep -q "Get=Mgmt1 *own" "$WORK/new"
TEXT="the second server, which calls itself the first, in WBXML"
asks 8081 Mgmt1 "--session 2 --wbxml" "Get ./A/x 425;Get ./B 200;Get ./New 425;Replace ./B?prop=ACL 425 Get=*" \
	"Delete ./A 425;Put ./B 501;Get ./B 200"
expect "it reached its own" "$WORK/client.json" 'd["results"][0]["seen"] == ["Get ./B", "Get ./B"]'
acl audit --server Mgmt2 >"$WORK/two"
acl audit --server Mgmt1 >"$WORK/one"
check "what it was denied is on record" grep -Eq "Delete +\./A " "$WORK/two"
check_fails "under its own name" grep -Eq "Delete +\./A " "$WORK/one"
check "and was told" event device '"kind":"acl-denied"' '"account":"other"' '"server":"Mgmt2"' '"command":"Delete"' \
	'"uri":"./A"' '"status":425' '"clause":"not-named"'
check "as what the first was denied" event device acl-denied '"account":"mgmt"' '"server":"Mgmt1"' '"command":"Delete"' '"uri":"./B"'
on device omasec -j status >"$WORK/status"
expect "all are counted" "$WORK/status" \
	"d[\"status\"][\"acl-denied\"] == $(grep -c acl-denied "$WORK/events-device.log")"

TEXT="lists and large objects, in WBXML"
acl set ./A/secret 'Get=Mgmt2' --create >/dev/null
acl set ./A/secret/key '' --create >/dev/null
asks "$PORT" Mgmt1 "--session 3 --wbxml --tree ./A:./A/secret:./A/secret/key:./A/x" \
	"Get ./A?list=StructData 200 ./A,./A/x" "Get ./A?list=TNDS 200 ./A,./A/x;Get ./A/x?list=TNDS 200 ./A/x" \
	"Get ./A/secret 425;Get ./A/x 200" \
	"Replace ./A/x 213 1/3;Replace ./B 425 1/2" "Replace ./A/x 213 2/3;Replace ./B 425 2/2" "Replace ./A/x 200 3/3"
expect "the client reported all, and was asked for no more than there was" "$WORK/client.json" \
	'd["results"][0]["seen"] == ["Get ./A?list=StructData", "Get ./A?list=TNDS", "Get ./A/x?list=TNDS", "Get ./A/x"] + 3 * ["Replace ./A/x"]'

TEXT="a client with lists of its own"
acl option lists merge
asks "$PORT" Mgmt1 "--session 4" "Get ./A?prop=ACL 200;Replace ./A/x?prop=ACL 200 Get=Mgmt1;Get ./B?prop=ACL 425" "Get ./A/x 200"
expect "it was asked for them" "$WORK/client.json" \
	'd["results"][0]["seen"] == ["Get ./A?prop=ACL", "Replace ./A/x?prop=ACL", "Get ./A/x"]'
acl show ./A/x >"$WORK/new"
check "and omasec has learned what it took" grep -q "Get=Mgmt1 *own" "$WORK/new"

helper_stop device KILL
printf x | dd of="$WORK/device/acl.db" bs=1 seek=100 conv=notrunc 2>/dev/null
rm -f "$WORK/device/acl.db-wal"
helper_start device --replace
app_server --rounds 1
check_fails "with a store that cannot be read nothing goes on" app_client "$DIRECT" --session 5 --timeout 5
stop_peer server
expect "and the server has not seen it" "$WORK/server.json" 'len(d["requests"]) == 0'
finish
