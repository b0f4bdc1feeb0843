#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# object-signature: unmodified applications, and on the wire each object of Add, Replace, Exec
# and Results has a detached Signature, which openssl takes; also under a signature of the
# message and encryption. Peers that sign with openssl and xmlsec1 themselves interoperate, in
# all three forms of DM 1.2. A message with an object that is not signed where it must be, or
# not rightly, does not reach the application, also where its MAC is right. Under Access Control
# Lists, and for applications that speak WBXML, it is the object inside that counts.
#
# KERNELS: 6.1
# TIMEOUT: 240
# NEEDS: xmlsec1 openssl
. ./lib/common.sh
. ./lib/encryption.sh
. ./lib/pkeys.sh
HIDDEN=none
native() { native_client "$DIRECT" "$@"; }
# sent KIND REASON [OPTION...]: native() sends that as its second message, which is refused
sent()
{
	_kind=$1 _reason=$2
	shift 2
	_counted=$(stat server "$_reason")
	check_fails "$_kind with a right MAC" native --session 50 --misbehave "$_kind@2" "$@"
	expect "$_kind: is what was sent" "$WORK/client.json" 'd["misbehaved"] == ["'"$_kind"'"] and (d["sent"], d["refused_by_peer"]) == (2, 1)'
	check "$_kind: counted: $_reason" refused server "$_reason" $((_counted + 1))
}

network
store_keys
mkdir -m 700 "$K" "$WORK/device" "$WORK/server"
protect device out mgmt "object-signature = both"
on device omasec rule list >"$WORK/rules"
check "the list of rules says so" grep -q "hmac, transparent, objects signed both ways" "$WORK/rules"
check_fails "not without MAC" sh -c "{ cat '$WORK/c'; echo 'integrity = none'; echo 'unprotected = yes'; } >'$WORK/bad'; omasec check '$WORK/bad'"
helper_start device
helper_start server
events server

# ---- omasec on both sides
protect server in dev "object-signature = both"
session "objects signed" "--rounds 2 --size 30000" "" "--sign-objects $KEY"
cp "$WORK/check.out" "$WORK/check.wire"
expect "objects were signed" "$WORK/check.wire" 'd["objects"] >= 6'
HIDDEN=objects
protect device out mgmt "object-signature = both" "integrity = both"
protect server in dev "object-signature = both" "integrity = both"
session "signed, message signed, objects encrypted" "" "--session 10" "--sign-objects $KEY --sign $KEY --wrap $WRAP --objects"
cp "$WORK/check.out" "$WORK/check.wire"
expect "all of it" "$WORK/check.wire" 'd["objects"] == d["encrypted"] >= 4 and d["signed"] == d["messages"]'

# ---- under Access Control Lists, between applications that speak WBXML
acl() { on device omasec acl "$@" --store "$WORK/device"; }
HIDDEN=none
check "a tree" acl set ./A 'Get=Mgmt1&Replace=Mgmt1' --create
check "with a leaf" acl set ./A/x '' --create
check "and what is somebody else's" acl set ./B 'Get=Other' --create
helper_stop device
helper_start device
protect device out mgmt "object-signature = both"
protect server in dev "object-signature = both" "encoding = wbxml"
: >"$WORK/wire.log"
app_server --locname Mgmt1 --ask "Replace ./A/x 200 xx;Replace ./B 425 xx;Get ./A/x 200;Get ./B 425"
relay
check "lists and WBXML: client" app_client "$RELAY" --server-id Mgmt1 --wbxml --session 20
check "lists and WBXML: server" stop_peer server
stop_peer relay
check "lists and WBXML: each object was signed" wirecheck --sign-objects "$KEY"
cp "$WORK/check.out" "$WORK/check.wire"
expect "those of the server and of the client" "$WORK/check.wire" 'd["objects"] >= 7'
expect "the client saw what its lists allow" "$WORK/client.json" 'd["results"][0]["seen"] == ["Replace ./A/x", "Get ./A/x"]'
acl audit --server Mgmt1 >"$WORK/audit"
check "and the rest is on record" grep -Eq "Replace +\./B " "$WORK/audit"
helper_stop device
rm -f "$WORK"/device/acl.db*
helper_start device

# ---- private and public keys
(
	umask 077
	rsa_key 1 "$K/device.pem"
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$K/server.pem"
) 2>/dev/null
for name in device server; do openssl pkey -in "$K/$name.pem" -pubout -out "$K/$name.pub"; done
check "the device's keys" keys device add mgmt private --secret-file "$K/device.pem"
check "and the server's public one" keys device add mgmt public --file "$K/server.pub"
check "the server's keys" keys server add dev private --secret-file "$K/server.pem"
check "and the device's public one" keys server add dev public --file "$K/device.pub"
HIDDEN=none
protect device out mgmt "object-signature = both"
protect server in dev "object-signature = both"
session "RSA and ECDSA" "" "--session 80" "--sign-objects rsa-sha256:$K/device.pub --sign-objects-server ecdsa-sha256:$K/server.pub"
app_server
check "a client with openssl and RSA" native --session 90 --sign-objects "rsa-sha256:$K/device.pem" --verify-objects "ecdsa-sha256:$K/server.pub"
check_fails "HMAC with the HMAC key" native --session 91 --sign-objects "$KEY"
check_fails "HMAC with the octets of the public key" native --session 92 --sign-objects "$K/device.pub"
check "counted: algorithm-refused" refused server algorithm-refused 2
check_fails "not signed" native --session 93
stop_peer server
for key in private public; do
	check "without its $key key" keys device del mgmt $key
	check "and the server without" keys server del dev $key
done

# ---- a client that signs with openssl and xmlsec1
protect server in dev "object-signature = require"
app_server
for form in detached enveloping enveloped; do
	check "a client with $form signatures: ok" native --session 40 --sign-objects "$KEY" --form "$form"
done
sent unsigned-object signature-missing --sign-objects "$KEY"
sent altered-object signature-wrong --sign-objects "$KEY"
check "told" event server signature-wrong
sent altered-object signature-wrong --sign-objects "$KEY" --form enveloping
sent two-object-signatures profile-violated --sign-objects "$KEY"
sent wrapped-object profile-violated --sign-objects "$KEY"
sent foreign-reference profile-violated --sign-objects "$KEY"
sent other-address profile-violated --sign-objects "$KEY"
protect server in dev "object-signature = accept"
check "what is not signed is accepted" native --session 60
sent altered-object signature-wrong --sign-objects "$KEY"
stop_peer server

# ---- a server that does both, with openssl
protect device out mgmt "object-signature = both"
account dev | apply server
# shellcheck disable=SC2086
native_server $PEER --sign-objects "$KEY" --verify-objects "$KEY"
check "a server with openssl: ok" app_client "$DIRECT" --session 70
check "a server with openssl: has seen no fault" stop_peer server

# ---- a server with openssl, whose objects are rightly signed, and that has no right to anything
check "a tree that is somebody else's" acl set . 'Get=Other' --create
helper_stop device
helper_start device
# shellcheck disable=SC2086
native_server $PEER --sign-objects "$KEY" --verify-objects "$KEY"
app_client "$DIRECT" --wbxml --session 110 >/dev/null 2>&1
stop_peer server
expect "a signature is no right" "$WORK/client.json" 'd["results"][0]["messages"] >= 2 and not [s for s in d["results"][0]["seen"] if not s.startswith("Get ./DevInfo")]'
acl audit --server Mgmt1 >"$WORK/audit"
check "that is on record" grep -Eq "Replace +\./Test" "$WORK/audit"

finish
