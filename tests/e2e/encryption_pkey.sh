#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# confidentiality with RSA keys of the two sides, each of which has of the other the public
# key alone, and no wrap key: what omasec encrypts xmlsec1 decrypts with the private key, and
# the other way round. Messages encrypted to somebody else, with the wrap key, or changed
# are refused; with one key of the pair nobody goes on with the wrap key, which is there by
# then. No private key stays in memory, nor any by which a message was encrypted; one in the kernel never
# was in a process, not even while it is used, as it is otherwise.
#
# KERNELS: 6.12
# TIMEOUT: 240
# NEEDS: xmlsec1 openssl
. ./lib/common.sh
. ./lib/encryption.sh
. ./lib/pkeys.sh
HIDDEN=message
native() { native_client "$DIRECT" --wrap "rsa:$K/server.pub" --unwrap "rsa:$K/device.pem" "$@"; }

make_keys()
{
	mkdir -m 700 "$K"
	rsa_key 1 "$K/device.pem" && rsa_key 2 "$K/server.pem" && rsa_key 3 "$K/other.pem" &&
		for _name in device server other; do openssl pkey -in "$K/$_name.pem" -pubout -out "$K/$_name.pub" || return; done
}
# conf NS CONFIDENTIALITY: its rule and keys
conf()
{
	{
		case $1 in
		device)
			account mgmt "decrypt-key-file = keys/device.pem" "encrypt-key-file = keys/server.pub"
			rule dm "direction = out" "account = mgmt" "confidentiality = $2"
			;;
		*)
			account dev "decrypt-key-file = keys/server.pem" "encrypt-key-file = keys/device.pub"
			rule dm "direction = in" "account = dev" "confidentiality = $2"
			;;
		esac
	} >"$WORK/conf-$1"
	on "$1" omasec apply --replace --store "$WORK/$1" "$WORK/conf-$1"
}
WIRE="--wrap rsa:$K/server.pem --wrap-server rsa:$K/device.pem"

kernel_keys_gone
network
make_keys || die "no keys"
mkdir -m 700 "$WORK/device" "$WORK/server"
for side in device server; do check "$side: applied" conf "$side" message; done
on device omasec account show mgmt --store "$WORK/device" >"$WORK/shown"
check "shown" grep -q "^decrypt key .*RSA 2048" "$WORK/shown"
check "and listed" sh -c "omasec key list --store '$WORK/device' | grep -q 'mgmt.*encrypt'"
check_fails "this side's own public key is refused" keys device add mgmt encrypt --file "$K/device.pub"
check_fails "a key has one use" keys device add mgmt private --secret-file "$K/device.pem"
helper_start device
helper_start server

session "the SyncBody" "" "" "$WIRE"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was encrypted" "$WORK/check.wire" 'd["encrypted"] == d["messages"] >= 6'
py "$LIB/contentkeys.py" "$WORK/wire.log" "rsa:$K/server.pem" "rsa:$K/device.pem" >"$WORK/content"
check "each message has its key" test "$(wc -l <"$WORK/content")" -ge 6
for side in device server; do
	# shellcheck disable=SC2046
	nowhere $side $(cat "$WORK/content") "$(number "$K/$side.pem" privateExponent)" "$(number "$K/$side.pem" prime1)"
done

# ---- with the private keys in the kernel
check "the kernel has a parser" modprobe pkcs8_key_parser
for side in device server; do check "$side: applied again" conf "$side" message; done
for side in "device mgmt" "server dev"; do
	keys ${side% *} list >"$WORK/list"
	check "$side: the key is in the kernel" grep -q "[1-9][0-9]* *${side#* } .*decrypt .*kernel .*ok .*RSA 2048" "$WORK/list"
done
session "decrypted by the kernel" "" "--session 20" "$WIRE"
py "$LIB/contentkeys.py" "$WORK/wire.log" "rsa:$K/server.pem" "rsa:$K/device.pem" >"$WORK/content"
check "each message has its key" test "$(wc -l <"$WORK/content")" -ge 6
for side in device server; do
	# shellcheck disable=SC2046
	nowhere $side $(cat "$WORK/content") "$(number "$K/$side.pem" privateExponent)" "$(number "$K/$side.pem" prime1)"
done

# ---- objects
for side in device server; do check "$side: objects" conf "$side" objects; done
session "objects" "" "--session 30" "$WIRE --objects"

# ---- while it is used: in the kernel, and in a file
for side in device server; do check "$side: the SyncBody" conf "$side" message; done
SESSION=200
in_hand server "$K/server.pem"
check "a private key in the kernel is in nobody's memory" test "$IN_HAND" = modulus
for side in "device mgmt" "server dev"; do check "$side: without the key" keys ${side% *} del "${side#* }" decrypt; done
check "the kernel without its parser" kernel_keys_gone
for side in device server; do check "$side: applied again" conf "$side" message; done
in_hand server "$K/server.pem"
check "one in a file is in the helper's" test "$IN_HAND" = "exponent modulus prime"

# ---- a peer that does it with xmlsec1
app_server
check "a client with xmlsec1: ok" native --session 40
wrong_with_right_mac unencrypted other-cipher
check_fails "encrypted to somebody else" native_client "$DIRECT" --wrap "rsa:$K/other.pub" --unwrap "rsa:$K/device.pem" --session 60
check_fails "encrypted with a wrap key" native_client "$DIRECT" --wrap "$WRAP" --unwrap "rsa:$K/device.pem" --session 70
stop_peer server
check "counted: profile-violated" refused server profile-violated
check "counted: decryption-failed" refused server decryption-failed 2
check "counted: algorithm-refused" refused server algorithm-refused

# ---- one key of the two
store_keys
keys device del mgmt encrypt
app_server
check_fails "without the key of the other side" app_client "$DIRECT" --session 90
stop_peer server
check "nothing reaches the application" app_saw 0
check "counted: key-missing" refused device key-missing
finish
