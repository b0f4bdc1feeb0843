#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Messages that come another way: omasec blob gives for notifications, bootstrap
# messages and DM messages the verdicts that they would get on a socket, and makes
# what an independent peer takes. What is wrong, repeated or unsecured is refused.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
. ./lib/push.sh
network
IMSI=262011234567890
blob() { py "$LIB/blob.py" "$@"; }
verify() { on device omasec -j blob verify "$@" >"$WORK/verdict"; }
protect() { on device omasec -j blob protect "$@" >"$WORK/protection"; }
# refuses TEXT REASON KIND FILE WORD...: with this reason
refuses()
{
	_what=$1 _why=$2
	shift 2
	check_fails "$_what" verify "$@"
	expect "$_what: $_why" "$WORK/verdict" "d['blob']['reason'] == '$_why' and not d['blob']['accepted']"
}
# protection KEY
protection() { py -c 'import json,sys; print(json.load(open(sys.argv[1]))["protection"][sys.argv[2]])' "$WORK/protection" "$1"; }
pin() { secret "pin$1" "$1"; }
is() { [ "$1" = "$2" ] || { echo "got $1, expected $2"; return 1; }; }

{
	account mgmt "usernetwpin = concat"
	account v4 "server-id = com.mgmtsrv.manage" "server-name = com.mgmtsrv.manage" "client-name = V4" \
		"server-secret-file = $(secret v4 srvpwd)" "server-nonce = text:Nonce"
	account colon "server-id = Colon" "server-name = Colon" "client-name = Colon" "usernetwpin = colon"
	account lax "server-id = Lax" "server-name = Lax" "client-name = Lax" "bootstrap-unsecured = accept"
	account bare "server-id = Bare" "server-name = Bare" "client-name = Bare" "client-nonce =" "server-nonce ="
	rule push "protocol = udp" "direction = in" "port = $PUSH_PORT"
} >"$WORK/c"
check "a network secret waits for its account" on device omasec key add mgmt netw --secret-file "$(secret imsi $IMSI)"
apply device <"$WORK/c"
check "a loaded account takes one" on device omasec key add colon netw --secret-file "$(secret imsi $IMSI)"
check "and a PIN" on device omasec key add mgmt pin --secret-file "$(pin 4711)"
check_fails "text that is no IMSI needs form" on device omasec key add mgmt netw --secret-file "$(secret esn ESN-1)"
on device omasec -j account show mgmt >"$WORK/account"
expect "the account has both" "$WORK/account" "d['account']['netw']['key-state'] == 'ok' and d['account']['pin']['key-state'] == 'ok'"
events device

# ---- notifications
py -c 'import sys; open(sys.argv[1], "wb").write(bytes.fromhex(sys.argv[2]) + bytes.fromhex("02d0000000123412") + b"com.mgmtsrv.manage")' \
	"$WORK/v4" 10369e83e3fc7103a4a21acce6e242ae
check "the notification of the standard" verify notification "$WORK/v4"
expect "is of its account, with its session" "$WORK/verdict" \
	"d['blob']['account'] == 'v4' and d['blob']['session'] == '1234' and d['blob']['message'] == 'notification' and not d['blob']['unchecked']"
refuses "again" session-replayed notification "$WORK/v4"
py -c 'import sys; d = bytearray(open(sys.argv[1], "rb").read()); d[21] ^= 1; open(sys.argv[2], "wb").write(d)' "$WORK/v4" "$WORK/v4.changed"
refuses "changed" digest-wrong notification "$WORK/v4.changed"
refuses "for another account" server-mismatch notification "$WORK/v4" account mgmt
blob notification "$WORK/n" 0x77 com.mgmtsrv.manage srvpwd Nonce
blob push "$WORK/n" "$WORK/n.push" notification
check "as a push" verify push "$WORK/n.push"
expect "says where it is inside" "$WORK/verdict" "d['blob']['offset'] == 6 and d['blob']['length'] == 42 and d['blob']['session'] == '77'"
blob notification "$WORK/n" 0x77 com.mgmtsrv.manage srvpwd Nonce
refuses "and then without one" session-replayed notification "$WORK/n"
dd if="$WORK/v4" of="$WORK/trigger" bs=16 skip=1 2>/dev/null
check "protect a notification" protect notification "$WORK/trigger" account v4
check "with the digest of the standard" is "$(protection digest)" 10369e83e3fc7103a4a21acce6e242ae
check_fails "not for another server" protect notification "$WORK/trigger" account mgmt

# ---- bootstrap
blob wbxml "$WORK/b"
blob wbxml "$WORK/b2" 1
for sec in netwpin userpin usernetwpin; do
	case $sec in
	netwpin) args="$IMSI" ;;
	userpin) args="4711" ;;
	usernetwpin) args="$IMSI 4711" ;;
	esac
	# shellcheck disable=SC2086
	right=$(blob mac "$WORK/b" $sec $args)
	lower=$(echo "$right" | tr A-F a-f)
	check "$sec" verify bootstrap-cp "$WORK/b" account mgmt sec $sec mac "$right"
	expect "$sec: of its account" "$WORK/verdict" "d['blob']['account'] == 'mgmt' and d['blob']['sec'] == '$sec' and d['blob']['message'] == 'bootstrap'"
	check "$sec in lower case" verify bootstrap-dm "$WORK/b" account mgmt sec $sec mac "$lower"
	refuses "$sec of another message" bootstrap-mac-wrong bootstrap-cp "$WORK/b2" account mgmt sec $sec mac "$right"
	check "$sec: protect" protect bootstrap-cp "$WORK/b" account mgmt sec $sec
	check "$sec: the same MAC" is "$(protection mac)" "$right"
	check "$sec: its content type is right" verify bootstrap-cp "$WORK/b" account mgmt content-type "$(protection content-type)"
done
name=$(blob mac "$WORK/b" netwpin $IMSI)
check "the names of the DM profile" verify bootstrap-dm "$WORK/b" account mgmt content-type "application/vnd.syncml.dm+wbxml; SEC=NETWORKID; MAC=$name"
name=$(blob mac "$WORK/b" colon $IMSI 99)
check "PIN:secret by its name" verify bootstrap-dm "$WORK/b" account mgmt content-type "application/vnd.syncml.dm+wbxml; SEC=USERPIN_NETWORKID; MAC=$name" --secret-file "$(pin 99)"
check "PIN:secret by the account" verify bootstrap-cp "$WORK/b" account colon sec usernetwpin mac "$name" --secret-file "$(pin 99)"
refuses "no PIN" pin-missing bootstrap-cp "$WORK/b" account colon sec usernetwpin mac "$name"
refuses "nothing secures it" bootstrap-unsecured bootstrap-cp "$WORK/b" account mgmt
check "unless the account takes that" verify bootstrap-cp "$WORK/b" account lax
expect "which the verdict says" "$WORK/verdict" "d['blob']['unchecked'] and d['blob']['account'] == 'lax'"
refuses "even then a MAC must be right" bootstrap-mac-wrong bootstrap-cp "$WORK/b" account mgmt sec netwpin mac "$name"
refuses "a MAC that is none" bootstrap-bad bootstrap-cp "$WORK/b" account mgmt sec netwpin mac 1234
refuses "SEC without MAC" bootstrap-bad bootstrap-cp "$WORK/b" account mgmt sec netwpin
refuses "MAC without SEC" bootstrap-bad bootstrap-cp "$WORK/b" account lax mac "$name"
echo '<wap-provisioningdoc/>' >"$WORK/xml"
refuses "XML" bootstrap-bad bootstrap-cp "$WORK/xml" account lax
check_fails "no account" verify bootstrap-cp "$WORK/b"
digits=$(blob mac "$WORK/b" userpinmac 4711)
check "what the user types for userpinmac" verify bootstrap-cp "$WORK/b" account mgmt sec userpinmac --secret-file "$(pin "4711$digits")"
refuses "nothing typed" pin-missing bootstrap-cp "$WORK/b" account mgmt sec userpinmac
check "protect with userpinmac" protect bootstrap-cp "$WORK/b" account mgmt sec userpinmac
check "says the digits" is "$(protection mac)" "$digits"

# ---- three wrong PINs
right=$(blob mac "$WORK/b" userpin 1234)
for wrong in 1230 1231 1232; do
	refuses "wrong PIN $wrong" pin-wrong bootstrap-cp "$WORK/b" account colon sec userpin mac "$right" --secret-file "$(pin $wrong)"
done
refuses "then the right one is not taken either" pin-locked bootstrap-cp "$WORK/b" account colon sec userpin mac "$right" --secret-file "$(pin 1234)"
check "told with the account" event device pin-wrong '"account":"colon"' "third wrong PIN"
on device omasec -j account show colon >"$WORK/account"
expect "the account says so" "$WORK/account" "d['account']['pin-failures'] == 3 and 0 < d['account']['pin-locked'] <= 900"
check "others are not locked" verify bootstrap-cp "$WORK/b" account mgmt sec userpin mac "$right" --secret-file "$(pin 1234)"
check "loading the same again does not help" sh -c "nsenter --net=/run/netns/device -- omasec account set colon app-cred strip"
refuses "still locked" pin-locked bootstrap-cp "$WORK/b" account colon sec userpin mac "$right" --secret-file "$(pin 1234)"
check "reset" on device omasec account pin-reset colon
check "the right one is taken" verify bootstrap-cp "$WORK/b" account colon sec userpin mac "$right" --secret-file "$(pin 1234)"

# ---- DM messages
py "$LIB/sessionless.py" message text >"$WORK/m"
py "$LIB/sessionless.py" message other --wbxml >"$WORK/mw"
printf '<SyncML/>' >"$WORK/nodm"
right=$(blob hmac "$WORK/m" Mgmt1 server-secret agreed-s)
check "a nonce is agreed" on device omasec account set mgmt server-agreed-nonce text:agreed-s client-agreed-nonce text:agreed-c
check "and another" on device omasec account set v4 client-agreed-nonce text:agreed-v
refuses "without helper" helper-absent message "$WORK/m" hmac "$right"
helper_start device
refuses "a message without MAC" mac-missing message "$WORK/m"
refuses "with the wrong nonce" mac-wrong message "$WORK/m" hmac "$(blob hmac "$WORK/m" Mgmt1 server-secret other)"
refuses "from nobody known" user-unknown message "$WORK/m" hmac "$(blob hmac "$WORK/m" Nobody server-secret agreed-s)"
refuses "for another account" user-mismatch message "$WORK/m" account colon hmac "$right"
refuses "in the name of the client" user-unknown message "$WORK/m" hmac "$(blob hmac "$WORK/m" Device1 device-secret agreed-c)"
refuses "with the nonce of the session" mac-wrong message "$WORK/m" hmac "$(blob hmac "$WORK/m" Mgmt1 server-secret first-server-1)"
refuses "what is no DM message" dm-bad message "$WORK/nodm" hmac "$(blob hmac "$WORK/nodm" Mgmt1 server-secret agreed-s)"
refuses "without a nonce that was agreed" nonce-missing message "$WORK/m" hmac "$(blob hmac "$WORK/m" Bare server-secret "")"
check "the right one" verify message "$WORK/m" hmac "$right"
expect "is of its account" "$WORK/verdict" "d['blob']['account'] == 'mgmt' and d['blob']['user'] == 'Mgmt1'"
refuses "again" mac-replayed message "$WORK/m" hmac "$right"
helper_stop device KILL
helper_start device
refuses "after SIGKILL and restart" mac-replayed message "$WORK/m" hmac "$right"
check "another one, in WBXML" verify message "$WORK/mw" hmac "$(blob hmac "$WORK/mw" Mgmt1 server-secret agreed-s)"
py "$LIB/sessionless.py" message pushed --push agreed-s >"$WORK/m.push"
check "one that was pushed" verify push "$WORK/m.push"
expect "is sessionless" "$WORK/verdict" "d['blob']['message'] == 'sessionless' and d['blob']['account'] == 'mgmt'"
refuses "once" mac-replayed push "$WORK/m.push"
check "protect a message" protect message "$WORK/m" account mgmt
check "for the peer it is right" blob judge "$WORK/m" Device1 device-secret agreed-c "$(protection hmac)"
check_fails "no nonce was agreed" protect message "$WORK/m" account bare
check "another message" protect message "$WORK/mw" account mgmt
check "and that is right" blob judge "$WORK/mw" Device1 device-secret agreed-c "$(protection hmac)"
right=$(blob hmac "$WORK/m" V4 device-secret agreed-v)
check "in the role of the server" verify message "$WORK/m" role server account v4 hmac "$right"
dd if=/dev/zero of="$WORK/big" bs=61441 count=1 2>/dev/null
check_fails "too large" on device omasec blob verify message "$WORK/big" hmac "$right"
check "which is said" grep -q "61440 octets" "$WORK/check.out"

# ---- the same by datagram, and through a modem
mac=$(blob mac "$WORK/b" netwpin $IMSI)
wrong=$(blob mac "$WORK/b2" netwpin $IMSI)
blob push "$WORK/b" "$WORK/b.push" cp 0 "$mac"
blob push "$WORK/b" "$WORK/b.wrong" cp 0 "$wrong"
blob push "$WORK/b" "$WORK/b.open" cp
hex() { py -c 'import sys; print(open(sys.argv[1], "rb").read().hex())' "$1"; }
push_listen
push_send "forged,raw=$(hex "$WORK/b.wrong")" "open,raw=$(hex "$WORK/b.open")" "right,raw=$(hex "$WORK/b.push")"
check "of bootstrap messages that are pushed the right one arrives" arrived right
check "which is counted" refused device bootstraps 1
stop_peer listener
# in parts: it does not fit one SMS
blob wbxml "$WORK/b3" 400
blob push "$WORK/b3" "$WORK/b3.push" cp 0 "$(blob mac "$WORK/b3" netwpin $IMSI)"
blob sms "$WORK/b3.push" >"$WORK/sms"
check "a push of several SMS" test "$(wc -l <"$WORK/sms")" -gt 1
blob notification "$WORK/n" 0x99 com.mgmtsrv.manage srvpwd Nonce
blob push "$WORK/n" "$WORK/n.push" notification
blob sms "$WORK/b.wrong" >>"$WORK/sms"
echo 0605040b8323f001 >>"$WORK/sms"
check "a modem daemon" sh -c "nsenter --net=/run/netns/device -- modem mgmt '$WORK/delivered' <'$WORK/sms'"
check "hears what is right" grep -q "^accepted bootstrap for mgmt" "$WORK/check.out"
check "delivers that" cmp "$WORK/delivered" "$WORK/b3"
check "hears what is wrong" sh -c "nsenter --net=/run/netns/device -- modem mgmt '$WORK/delivered' <'$WORK/sms' | grep '^refused bootstrap-mac-wrong'"
blob sms "$WORK/n.push" >"$WORK/sms"
check "takes a notification" sh -c "nsenter --net=/run/netns/device -- modem v4 '$WORK/delivered' <'$WORK/sms' | grep '^accepted notification for v4'"

# ---- counted and told
check "counted: refused" refused device bootstrap-mac-wrong 4
check "counted: accepted" refused device blobs-accepted 22
check "counted: unchecked" refused device blobs-passed 1
check "counted: protected" refused device blobs-protected 7
check "told: accepted" event device '"accepted"' '"account":"v4"' "blob, session 1234"
check "told: refused" event device bootstrap-unsecured '"account":"mgmt"' '"message":"bootstrap"'
finish
