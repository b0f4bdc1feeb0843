#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Bootstrap messages over HTTP: curl fetches them from Python's server, or posts
# them to a device. Right ones arrive octet for octet; wrong or unsecured ones, and
# those that would be a way around the MAC of a session, do not; a server sends none
# that is not secured.
#
# KERNELS: 6.1
# TIMEOUT: 240
# NEEDS: curl
. ./lib/common.sh
network
IMSI=262011234567890
DM=application/vnd.syncml.dm+wbxml
CP=application/vnd.wap.connectivity-wbxml
blob() { py "$LIB/blob.py" "$@"; }
dir=$WORK/files
mkdir "$dir"
# get NS NAME=VALUE...: what the server is to answer
get()
{
	_gns=$1
	shift
	for _a; do
		set -- "$@" --data-urlencode "$_a"
		shift
	done
	rm -f "$WORK/out"
	on "$_gns" curl -gsSf --max-time 20 -o "$WORK/out" --get "$@" "$DIRECT"
}
fetch() { get device "$@"; }
# arrives TEXT FILE NAME=VALUE...
arrives()
{
	_what=$1 _file=$2
	shift 2
	check "$_what" fetch "file=$_file" "$@"
	check "$_what: unchanged" cmp "$dir/$_file" "$WORK/out"
}
# counts NS REASON COMMAND...: fails, delivers nothing, and is counted once
counts()
{
	_cns=$1 _why=$2 _n=$(stat "$1" "$2")
	shift 2
	! "$@" || return 1
	[ ! -s "$WORK/out" ] || { echo "octets arrived"; return 1; }
	_got=$(stat "$_cns" "$_why")
	[ "$_got" -eq $((_n + 1)) ] || { echo "$_why went from $_n to $_got"; on "$_cns" omasec stats; return 1; }
}
# refuses TEXT REASON FILE NAME=VALUE...
refuses()
{
	_text=$1 _reason=$2 _file=$3
	shift 3
	check "$_text: $_reason" counts device "$_reason" fetch "file=$_file" "$@"
}
# device_rule [LINE...]: and one for what is posted; no helper is needed
device_rule()
{
	{
		account mgmt "usernetwpin = concat"
		account lax "server-id = Lax" "server-name = Lax" "client-name = Lax" "bootstrap-unsecured = accept"
		rule fetch "direction = out" "auth-mode = static" "$@"
		rule posted "direction = in" "port = 8090" "role = client" "auth-mode = static" "other = pass"
	} >"$WORK/c"
	apply device <"$WORK/c"
}
keys()
{
	on "$1" omasec key add mgmt netw --secret-file "$(secret imsi $IMSI)" >/dev/null &&
		on "$1" omasec key add mgmt pin --secret-file "$(secret pin 4711)" >/dev/null
}

blob wbxml "$dir/b"
blob wbxml "$dir/b2" 1
blob wbxml "$dir/large" 300000
netw=$(blob mac "$dir/b" netwpin $IMSI)
device_rule "bootstrap = fetch" "pin-wait = 0"
check "secrets" keys device
events device
start_peer server server http_files.py --port "$PORT" --dir "$dir"

# ---- fetched
arrives "NETWPIN" b "type=$CP; SEC=NETWPIN; MAC=$netw"
arrives "NETWORKID" b "type=$DM;sec=networkid;mac=$(echo "$netw" | tr A-F a-f)"
arrives "USERPIN" b "type=$CP; SEC=USERPIN; MAC=$(blob mac "$dir/b" userpin 4711)"
arrives "USERNETWPIN" b "type=$CP; SEC=USERNETWPIN; MAC=$(blob mac "$dir/b" usernetwpin $IMSI 4711)"
arrives "USERPIN_NETWORKID" b "type=$DM; SEC=USERPIN_NETWORKID; MAC=$(blob mac "$dir/b" colon $IMSI 4711)"
refuses "USERPINMAC, which nobody typed" pin-missing b "type=$CP; SEC=USERPINMAC"
arrives "chunked" b "type=$DM; SEC=NETWORKID; MAC=$netw" how=chunked
arrives "until the connection ends" b "type=$DM; SEC=NETWORKID; MAC=$netw" how=close
arrives "300 KB in pieces" large "type=$DM; SEC=NETWORKID; MAC=$(blob mac "$dir/large" netwpin $IMSI)" how=chunked
check "counted" refused device bootstraps 8
check "told" event device '"kind":"accepted"' '"message":"bootstrap"' '"account":"mgmt"'
refuses "another body" bootstrap-mac-wrong b2 "type=$CP; SEC=NETWPIN; MAC=$netw"
refuses "another body, chunked" bootstrap-mac-wrong b2 "type=$CP; SEC=NETWPIN; MAC=$netw" how=chunked
refuses "a changed octet in 300 KB" bootstrap-mac-wrong large "type=$DM; SEC=NETWORKID; MAC=$netw"
refuses "another kind of key" bootstrap-mac-wrong b "type=$CP; SEC=USERPIN; MAC=$netw"
check "told: wrong" event device bootstrap-mac-wrong '"message":"bootstrap"' '"account":"mgmt"'
refuses "client provisioning without SEC" bootstrap-unsecured b "type=$CP"
refuses "a DM message without SEC" bootstrap-unsecured b "type=$DM"
refuses "SEC without MAC" bootstrap-bad b "type=$CP; SEC=NETWPIN"
refuses "SEC twice" bootstrap-bad b "type=$CP; SEC=NETWPIN; SEC=USERPIN; MAC=$netw"
refuses "client provisioning in XML" kind-unchecked b "type=text/vnd.wap.connectivity-xml"
refuses "DM in XML" kind-unchecked b "type=application/vnd.syncml.dm+xml; SEC=NETWPIN; MAC=$netw"
refuses "a Content-Encoding" bootstrap-bad b "type=$CP; SEC=NETWPIN; MAC=$netw" "header=Content-Encoding:gzip"
refuses "a type that is not DM" not-dm b "type=application/octet-stream; SEC=NETWPIN; MAC=$netw"
refuses "with a MAC of a session, which is wrong" mac-wrong b "type=$CP; SEC=NETWPIN; MAC=$netw" \
	"header=x-syncml-hmac:algorithm=MD5, username=\"Mgmt1\", mac=AAAAAAAAAAAAAAAAAAAAAA=="

# ---- not around a session, nor by another request
post() { on device curl -gsSf --max-time 20 -o "$WORK/out" -H "Content-Type: $1" --data-binary "@$dir/b" "$2"; }
query="$DIRECT?file=b&type=application/vnd.syncml.dm%2Bwbxml%3BSEC%3DNETWPIN%3BMAC%3D$netw"
check "what answers a DM message needs the MAC of the session" counts device mac-missing post $DM "$query"
check "a DM message went out" grep -q . "$dir/posted"
rm -f "$dir/posted"
check "no other request leaves for it" counts device not-dm post text/plain "$query"
check_fails "not even a part" test -e "$dir/posted"

# ---- a PIN that is given while the message waits
waits() { wait_for 5 sh -c "nsenter --net=/run/netns/device -- omasec -j blob waiting | grep -c '\"id\":' | grep -qx $1"; }
ended() { wait_for 10 sh -c "! kill -0 $LAST"; }
waiting_id() { on device omasec -j blob waiting | py -c 'import json,sys; print(json.load(sys.stdin)["waiting"][0]["id"])'; }
give_pin() { on device omasec blob pin "$(waiting_id)" --secret-file "$(secret typed "$1")"; }
mac_only=$(blob mac "$dir/b" userpinmac 4711)
start_fetch()
{
	rm -f "$WORK/out"
	background client device curl -gsSf --max-time 40 -o "$WORK/out" \
		"$DIRECT?file=b&how=close&type=application/vnd.wap.connectivity-wbxml%3BSEC%3DUSERPINMAC"
}
device_rule "bootstrap = fetch" "pin-wait = 60"
n=$(stat device bootstraps)
start_fetch
check "a message waits for its PIN" waits 1
check "asked for" event device pin-wanted '"account":"mgmt"' '"sec":"userpinmac"'
check "nothing has arrived" test ! -s "$WORK/out"
check_fails "a wrong PIN" give_pin "4711000${mac_only#???}0"
check "leaves it waiting" waits 1
check "the right one" give_pin "4711$mac_only"
check "lets the client go on" ended
check "with the message unchanged" cmp "$dir/b" "$WORK/out"
check "counted once" test "$(stat device bootstraps)" -eq $((n + 1))
start_fetch
check "another one waits" waits 1
kill "$LAST"
check "until its client ends" waits 0
start_fetch
check "a third one waits" waits 1
check "a user gives it up" on device omasec blob pin "$(waiting_id)" --refuse
check "which ends its connection" ended
check "nothing of it arrived" test ! -s "$WORK/out"
device_rule "bootstrap = fetch" "pin-wait = 2"
refuses "in time nobody gave it" pin-missing b "type=$CP; SEC=USERPINMAC"

# ---- other rules
device_rule "bootstrap = fetch" "auth-mode = transparent"
arrives "without helper" b "type=$CP; SEC=NETWPIN; MAC=$netw"
device_rule "account = lax" "bootstrap = fetch"
arrives "nothing secures it, and the account takes that" b "type=$CP"
check "told: unchecked" event device '"kind":"accepted"' '"account":"lax"' "nothing secured"

device_rule "bootstrap = refuse" "other = pass"
refuses "bootstrap = refuse" kind-unchecked b "type=$CP; SEC=NETWPIN; MAC=$netw"
device_rule "other = pass"
arrives "bootstrap = check" b "type=$CP; SEC=NETWPIN; MAC=$netw"
refuses "bootstrap = check, wrong" bootstrap-mac-wrong b2 "type=$CP; SEC=NETWPIN; MAC=$netw"
device_rule
refuses "a GET does not leave by itself" not-dm b "type=$CP; SEC=NETWPIN; MAC=$netw"
stop_peer server

# ---- posted to a device that listens
start_peer device device http_files.py --port 8090 --dir "$dir"
give() { rm -f "$WORK/out" "$dir/posted"; on server curl -gsSf --max-time 20 -H "Content-Type: $1" --data-binary "@$dir/$2" http://10.1.0.2:8090/; }
counts_post() { counts device "$@" && [ ! -e "$dir/posted" ]; }
check "posted" give "$CP; SEC=NETWPIN; MAC=$netw" b
check "posted: unchanged" cmp "$dir/b" "$dir/posted"
check "posted: wrong" counts_post bootstrap-mac-wrong give "$DM; SEC=NETWORKID; MAC=$netw" b2
check "posted: unsecured" counts_post bootstrap-unsecured give "$CP" b
check "posted: unreadable" counts_post bootstrap-bad give "$DM; SEC=NETWORKID; SEC=NETWORKID" b
check "posted: one of a session" counts_post mac-missing give "$DM" b
stop_peer device

# ---- what a server sends
{ account; rule boot "direction = in" "auth-mode = static" "other = pass"; } >"$WORK/c"
apply server <"$WORK/c"
check "the server's secrets" keys server
start_peer server server http_files.py --port "$PORT" --dir "$dir"
check "a server sends what is secured" get router file=b "type=$CP; SEC=NETWPIN; MAC=$netw"
check "unchanged" cmp "$dir/b" "$WORK/out"
check "not what is secured wrongly" counts server bootstrap-mac-wrong get router file=b2 "type=$CP; SEC=NETWPIN; MAC=$netw"
check "nor what nothing secures" counts server bootstrap-unsecured get router file=b "type=$DM"
check "what is not DM passes" get router file=b type=text/plain
{ account mgmt "bootstrap-unsecured = accept"; rule boot "direction = in" "auth-mode = static" "other = pass"; } >"$WORK/c"
apply server <"$WORK/c"
check "also when the account takes such" counts server bootstrap-unsecured get router file=b "type=$CP"
stop_peer server
# The keyring outlives the test.
for of in netw pin; do on device omasec key del mgmt $of >/dev/null; done
finish
