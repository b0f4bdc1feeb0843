#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# encryption-profile = legacy: AES-CBC under AES key wrap, and under RSA 1.5, between unmodified
# applications, XML and WBXML; xmlsec1 decrypts each message, and encrypts some. Only what has a
# right MAC is decrypted, whatever is wrong has one reason and one text, and after 16 of these none
# is decrypted for an hour, whoever starts the helper anew. Accounts without the profile refuse it.
#
# KERNELS: 6.12
# TIMEOUT: 240
# NEEDS: xmlsec1 openssl
. ./lib/common.sh
. ./lib/encryption.sh
. ./lib/pkeys.sh
HIDDEN=message
WRAP_128=$(secret wrap-128 0123456789ABCDEF)
native() { native_client "$DIRECT" --header-alone --wrap "cbc:$WRAP" "$@"; }
# legacy NS DIRECTION ACCOUNT PROFILE [LINE...]
legacy()
{
	_on=$1 _to=$2 _who=$3 _profile=$4
	shift 4
	{
		account "$_who" "encryption-profile = $_profile"
		rule dm "$@" "direction = $_to" "account = $_who" "confidentiality = $HIDDEN"
	} >"$WORK/c"
	apply "$_on" <"$WORK/c"
}
both() { legacy device out mgmt legacy "$@"; legacy server in dev legacy "$@"; }

network
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	{ key $side sign "$KEY"; key $side legacy-wrap "$WRAP"; }
done
both "content-cipher = aes-256-cbc" "integrity = both"
helper_start device
helper_start server
check "the helper says so" grep -q "account dev: encryption-profile legacy" "$WORK/omasecd-server.log"
on server omasec account show dev >"$WORK/shown"
check "so does the account" grep -q "^encryption  *legacy" "$WORK/shown"
on server omasec doctor >"$WORK/doctor"
check "and the doctor warns" grep -q "account dev: encryption-profile legacy" "$WORK/doctor"

# ---- AES key wrap
session "by AES-256-CBC, signed" "--rounds 2" "" "--sign $KEY --wrap cbc:$WRAP"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was encrypted" "$WORK/check.wire" 'd["encrypted"] == d["signed"] == d["messages"] >= 6'
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	key $side legacy-wrap "$WRAP_128"
done
both "content-cipher = aes-128-cbc" "integrity = hmac" "encoding = wbxml"
session "by AES-128-CBC, WBXML" "" "--wbxml --session 20" "--wrap cbc:$WRAP_128"
HIDDEN=objects
both "content-cipher = aes-128-cbc" "integrity = hmac"
session "objects" "" "--session 30" "--wrap cbc:$WRAP_128 --objects"
HIDDEN=whole
both "content-cipher = aes-128-cbc" "integrity = hmac"
session "the whole of it" "" "--session 40" "--wrap cbc:$WRAP_128 --whole"
HIDDEN=message

# ---- RSA 1.5
make_keys()
{
	mkdir -m 700 "$K"
	rsa_key 1 "$K/device.pem" && rsa_key 2 "$K/server.pem" &&
		for _name in device server; do openssl pkey -in "$K/$_name.pem" -pubout -out "$K/$_name.pub" || return; done
}
conf()
{
	{
		case $1 in
		device) account mgmt "encryption-profile = legacy" "legacy-decrypt-key-file = keys/device.pem" "legacy-encrypt-key-file = keys/server.pub" ;;
		*) account dev "encryption-profile = legacy" "legacy-decrypt-key-file = keys/server.pem" "legacy-encrypt-key-file = keys/device.pub" ;;
		esac
		rule dm "direction = $2" "account = $3" "confidentiality = message" "content-cipher = aes-128-cbc"
	} >"$WORK/conf-$1"
	on "$1" omasec apply --replace --store "$WORK/$1" "$WORK/conf-$1"
}
kernel_keys_gone
make_keys || die "no keys"
check "device: RSA" conf device out mgmt
check "server: RSA" conf server in dev
session "by RSA 1.5" "" "--session 200" "--wrap rsa15-128:$K/server.pem --wrap-server rsa15-128:$K/device.pem"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was encrypted" "$WORK/check.wire" 'd["encrypted"] == d["messages"] >= 6'
check_fails "a key has one use" keys device add mgmt decrypt --secret-file "$K/device.pem"
for side in "device mgmt" "server dev"; do
	for of in legacy-decrypt legacy-encrypt; do keys ${side% *} del "${side#* }" $of; done
done
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	key $side legacy-wrap "$WRAP"
done
both "content-cipher = aes-256-cbc" "integrity = hmac"

# ---- a peer that does it with xmlsec1; each time its nonces are old ones: it is challenged by what can be read
app_server
check "a client with xmlsec1: ok" native --session 50
events server
wrong_with_right_mac other-cipher other-last other-key other-length
check "counted: one reason" refused server decryption-failed 4
check "told: one text" test "$(grep -c "message cannot be decrypted" "$WORK/events-server.log")" -ge 4
check "nothing else is told" test "$(grep -c "decrypt" "$WORK/events-server.log")" -eq "$(grep -c "message cannot be decrypted" "$WORK/events-server.log")"
# Its nonces are old again: what cannot be decrypted has a wrong MAC, and only that is answered.
check "with a wrong MAC it is challenged, and goes on" native --session 50 --misbehave other-cipher@1
expect "its first message could not have been decrypted" "$WORK/client.json" 'd["misbehaved"] == ["other-cipher"]'
check "which nobody tried" test "$(stat server decryption-failed)" -eq 4

# ---- the budget
for n in 5 6 7 8 9 10 11 12 13 14 15 16; do
	native --session $((60 + n)) --misbehave other-cipher@2 >/dev/null 2>&1
done
check "16 are refused for what they are" test "$(stat server decryption-failed)" -eq 16
check_fails "then a right one is refused, too" native --session 90
check "counted: decryption-blocked" refused server decryption-blocked
check "told" event server decryption-blocked "could not be decrypted within an hour"
on server omasec account show dev >"$WORK/shown"
check "the account is shown so" grep -q "^  blocked  *[0-9]* seconds" "$WORK/shown"
on server omasec status >"$WORK/status"
check "and in the status" grep -q "account dev: 16 messages could not be decrypted" "$WORK/status"
on server omasec doctor >"$WORK/doctor"
check "and by the doctor" grep -q "account dev: too many messages could not be decrypted" "$WORK/doctor"
check "the log says when it ends" grep -q "could not be decrypted within an hour" "$WORK/omasecd-server.log"
helper_stop server
helper_start server
check_fails "who starts the helper anew changes nothing" native --session 91
check "counted again" refused server decryption-blocked 2
stop_peer server
app_server
check_fails "nor for the other side" app_client "$DIRECT" --session 92
stop_peer server
check "nothing reaches the application" app_saw 0
date -s "@$(($(date +%s) + 3660))" >/dev/null
app_server
check "an hour later it goes on" native --session 93
stop_peer server

# ---- the same with RSA, the key in the kernel
check "device: RSA again" conf device out mgmt
rsa() { native_client "$DIRECT" --header-alone --wrap "rsa15-128:$K/server.pub" --unwrap "rsa15-128:$K/device.pem" "$@"; }
check "the kernel has a parser" modprobe pkcs8_key_parser
check "server: with its key in the kernel" conf server in dev
keys server list >"$WORK/list"
check "listed" grep -q "dev .*legacy-decrypt .*kernel .*ok .*RSA 2048" "$WORK/list"
app_server
check "a client with xmlsec1: ok" rsa --session 210
_before=$(stat server decryption-failed)
for kind in other-key other-last; do
	check_fails "$kind" rsa --session 220 --misbehave $kind@2
done
check "the same reason" refused server decryption-failed $((${_before:-0} + 2))
stop_peer server

# ---- who does not have the profile
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	key $side wrap "$OTHER"
done
legacy server in dev standard "content-cipher = aes-256-gcm"
app_server
_before=$(stat server algorithm-refused)
check_fails "an account without the profile refuses it" native --session 230
check "counted: algorithm-refused" refused server algorithm-refused $((${_before:-0} + 1))
stop_peer server
for line in "standard aes-128-cbc" "legacy aes-128-gcm" "legacy aes-256-gcm"; do
	{
		account dev "encryption-profile = ${line% *}"
		rule dm "direction = in" "account = dev" "confidentiality = message" "content-cipher = ${line#* }"
	} >"$WORK/bad"
	check_fails "refused: $line" on server omasec check "$WORK/bad"
	check "with words" grep -q "encryption-profile = legacy" "$WORK/check.out"
done
check_fails "the module refuses it, too" on server omasec account set dev encryption-profile legacy
check "with words" grep -q "encryption-profile legacy" "$WORK/check.out"
finish
