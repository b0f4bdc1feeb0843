#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# integrity = both with asymmetric keys: the device signs with RSA, the server with ECDSA,
# and each has of the other the public key alone. What xmlsec1 signs and verifies
# interoperates, client and server, also on P-384. A changed message, another key, another
# algorithm than that of the key, and a key that is missing are refused with their reasons,
# and nobody goes on with the HMAC key, which is there. No private key stays in memory. Where
# the kernel takes the RSA key it is there, for a helper that is a user of its own; the EC key is not.
#
# KERNELS: 6.1
# TIMEOUT: 240
# NEEDS: xmlsec1 openssl
. ./lib/common.sh
. ./lib/pkeys.sh
# where no rule is
NATIVE_NS=router
HMAC=$(secret sign 0123456789abcdef0123456789abcdef)

make_keys()
{
	mkdir -m 700 "$K"
	(
		umask 077
		rsa_key 1 "$K/device.pem"
		for _name in server other; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$K/$_name.pem"; done
		openssl pkey -in "$K/device.pem" -aes128 -passout pass:x -out "$K/encrypted.pem"
	) 2>/dev/null
	for _name in server other; do openssl pkey -in "$K/$_name.pem" -pubout -out "$K/$_name.pub"; done
	install -m 600 "$K/server.pub" "$K/public.pem"
	openssl pkey -in "$K/device.pem" -pubout -out "$K/device.pub"
	printf '[req]\ndistinguished_name = dn\n[dn]\n' >"$K/cnf"
	openssl req -config "$K/cnf" -x509 -new -key "$K/device.pem" -subj /CN=device -out "$K/device.crt"
}

# conf NS: its configuration, in $WORK/conf-NS. The two sides have names of their own,
# because the one keyring of the user has the HMAC keys of both.
conf()
{
	{
		case $1 in
		device)
			account mgmt "private-key-file = keys/device.pem" "public-key-file = keys/server.pub"
			rule dm "direction = out" "account = mgmt" "integrity = both"
			;;
		*)
			account dev "private-key-file = keys/server.pem" "public-key-file = keys/device.crt"
			rule dm "direction = in" "account = dev" "integrity = both"
			;;
		esac
	} >"$WORK/conf-$1"
}
load() { on "$1" omasec apply --replace --store "$WORK/$1" "$WORK/conf-$1"; }
# alone TEXT NS REASON: a session ends before the server application sees of it, and NS has counted that
alone()
{
	_before=$(stat "$2" "$3")
	app_server
	check_fails "$1" app_client "$DIRECT" --session "$((SESSION += 10))"
	stop_peer server
	check "$1: nothing reaches the application" app_saw 0
	check "$1: counted: $3" refused "$2" "$3" $((_before + 1))
}
SESSION=100

kernel_keys_gone
network
make_keys || die "openssl makes no keys"
conf device
conf server
mkdir -m 700 "$WORK/device" "$WORK/server"
check "correct" on device omasec check "$WORK/conf-device"
# fault FILE TEXT: with that private key the file is refused
fault()
{
	sed "s/device.pem/$1/" "$WORK/conf-device" >"$WORK/bad"
	check_fails "refused: $1" on device omasec check "$WORK/bad"
	check "with line, key and words" grep -q "bad:[0-9]*: .account mgmt. private-key-file: .*$2" "$WORK/check.out"
}
fault encrypted.pem passphrase
fault server.pub chmod
fault public.pem "public key"
fault none.pem "No such file"
for ns in device server; do
	check "loaded in $ns" load $ns
	helper_start $ns
done
on device omasec key add mgmt sign form text --secret-file "$HMAC" >/dev/null
on server omasec key add dev sign form text --secret-file "$HMAC" >/dev/null
load device >/dev/null && load server >/dev/null
events server

# ---- as it should be
session "RSA and ECDSA" "--rounds 2" "" "--sign rsa-sha256:$K/device.pub --sign-server ecdsa-sha256:$K/server.pub"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was signed" "$WORK/check.wire" 'd["signed"] == d["messages"] >= 6'
scalar=$(number "$K/server.pem" priv)
nowhere server "$scalar"
nowhere device "$(number "$K/device.pem" privateExponent)" "$(number "$K/device.pem" prime1)"
check "listed" keys server list
check "as what it is" grep -q "dev .*private .*ok .*ECDSA P-256 [0-9a-f]\{64\}" "$WORK/check.out"
check "and no more" sh -c "! grep -qi -e '$scalar' -e PRIVATE '$WORK/check.out'"
check "shown with the account" on device omasec account show mgmt --store "$WORK/device"
check "with its kind" grep -q "private key *RSA 2048" "$WORK/check.out"

# ---- the RSA key in the kernel
check "till now in a file" keys device list
check "as the list says" grep -q "mgmt .*private .*helper .*ok .*RSA 2048" "$WORK/check.out"
on device omasec doctor --store "$WORK/device" "$WORK/conf-device" >"$WORK/doctor"
check "and the doctor, with the next step" grep -q "modprobe pkcs8_key_parser" "$WORK/doctor"
check "the kernel has a parser" modprobe pkcs8_key_parser
helper_stop device
chmod 711 "$WORK"
chown -R omasec "$WORK/device"
check "loaded again" load device
background omasecd-device device setpriv --reuid omasec --regid omasec --clear-groups --inh-caps +net_admin --ambient-caps +net_admin omasecd -f --state-dir "$WORK/device"
# shellcheck disable=SC2034
HELPER_device=$LAST
check "a helper of another user" wait_for "$PATIENCE" helper_is_up device
check "which it is" sh -c "grep -q '^Uid:.990' /proc/$LAST/status"
keys device list >"$WORK/list"
check "the key is in the kernel" grep -q "[1-9][0-9]* *mgmt .*private .*kernel .*ok .*RSA 2048" "$WORK/list"
keys server list >"$WORK/list-server"
check "one of EC is not" grep -q "dev .*private .*helper .*ok .*ECDSA" "$WORK/list-server"
check "status says it" sh -c "omasec status | grep -q 'RSA private keys in the kernel'"
check_fails "the file has no private key" openssl pkey -inform DER -in "$WORK/device/key-mgmt.private" -noout
check "and says where it is" grep -aq "^kernel [1-9]" "$WORK/device/key-mgmt.private"
session "signed by the kernel" "--rounds 2" "--session 20" "--sign rsa-sha256:$K/device.pub --sign-server ecdsa-sha256:$K/server.pub"
nowhere device "$(number "$K/device.pem" privateExponent)" "$(number "$K/device.pem" prime1)"
serial() { keys device list | awk '$2 == "mgmt" && $3 == "private" { print $1 }'; }
check_fails "nobody reads it back" keyctl read "$(serial)"
# what a restart of the machine does
check "the kernel forgets it" keyctl unlink "$(serial)" @u
alone "a private key that is gone" device key-missing
check "what the start of the machine does" load device
check "is it, revoked" keyctl revoke "$(serial)"
alone "a private key that was revoked" device key-revoked
check "loaded again" load device
check "it is to expire" keys device expire mgmt private 1s
sleep 2
alone "a private key that has expired" device key-revoked
check "loaded again" load device
# the kernel would not survive its use
check "its parser is unloaded" modprobe -r pkcs8_key_parser
alone "a private key without its parser" device key-missing
check "and loaded again" modprobe pkcs8_key_parser
alone "a private key of the parser before" device key-missing
check "loaded again" load device
app_server
check "a session" app_client "$DIRECT" --session 25
stop_peer server

# ---- an attacker on the path
app_server
: >"$WORK/wire.log"
relay --do body@c2s:2
check_fails "a changed message ends the session" app_client "$RELAY" --session 30
stop_peer relay
stop_peer server
check "and is not delivered" app_saw 1
check "counted" test "$(($(stat server signature-wrong) + $(stat server algorithm-refused) + $(stat server profile-violated)))" -ge 1

# ---- a peer that has xmlsec1
peer() { native_client "$DIRECT" --verify "ecdsa-sha256:$K/server.pub" "$@"; }
app_server
check "a client with xmlsec1: ok" peer --session 40 --sign "rsa-sha256:$K/device.pem"
stop_peer server
app_server
check_fails "altered, with a right MAC" peer --session 50 --sign "rsa-sha256:$K/device.pem" --misbehave altered-signed@2
check "counted: signature-wrong" refused server signature-wrong
check_fails "HMAC with the octets of the public key" peer --session 60 --sign "$K/device.pub"
check_fails "HMAC with the HMAC key" peer --session 61 --sign "$HMAC"
check_fails "ECDSA where the key is of RSA" peer --session 62 --sign "ecdsa-sha256:$K/other.pem"
check "counted: algorithm-refused" refused server algorithm-refused 3
check "told" event server algorithm-refused
stop_peer server
check "nothing of these reaches the application" app_saw 0

# ---- keys
check "another public key" keys device add mgmt public --file "$K/other.pub"
app_server
check_fails "a message of another key ends the session" app_client "$DIRECT" --session 70
stop_peer server
check "counted: signature-wrong" refused device signature-wrong
check "the right one again" keys device add mgmt public --file "$K/server.pub"
check "no private key" keys device del mgmt private
alone "no private key" device key-missing
check_fails "the doctor finds it" on device omasec doctor --store "$WORK/device" "$WORK/conf-device"
check "with the next step" grep -q "omasec key add mgmt private --secret-file FILE" "$WORK/check.out"
check_fails "its own public key is refused" sh -c "omasec key add x private --store '$WORK/device' --secret-file '$K/device.pem' && omasec key add x public --store '$WORK/device' --file '$K/device.pub'"
check "there again" keys device add mgmt private --secret-file "$K/device.pem"
check "no public key" keys server del dev public
alone "no public key" server key-missing
check "there again" keys server add dev public --file "$K/device.crt"
app_server
check "a session" app_client "$DIRECT" --session 90
stop_peer server

# ---- a server that signs with xmlsec1; both ends on P-384
(umask 077 && for name in far near; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$K/$name.pem"; done) 2>/dev/null
for name in far near; do openssl pkey -in "$K/$name.pem" -pubout -out "$K/$name.pub"; done
check "a key on P-384" keys device add mgmt private --secret-file "$K/near.pem"
check "and one of the other side" keys device add mgmt public --file "$K/far.pub"
account dev | apply server
# shellcheck disable=SC2086
native_server $PEER --sign "ecdsa-sha384:$K/far.pem" --verify "ecdsa-sha384:$K/near.pub"
check "a server with xmlsec1: ok" app_client "$DIRECT" --session 100
check "a server with xmlsec1: has seen no fault" stop_peer server
finish
