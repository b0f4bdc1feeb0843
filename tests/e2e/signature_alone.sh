#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# integrity = signature: unmodified applications, of XML and of WBXML, over each binding, and
# on the wire every message has a signature that xmlsec1 takes, inside of it a Cred of auth-md5 whose
# nonce serves once, and no MAC. Lost nonces cost a round. A peer of the standard, xmlsec1 and
# auth-md5, interoperates in both roles. What is changed, repeated, or has no right Cred does not
# reach the application; neither does anything without helper or key.
#
# KERNELS: 6.1
# TIMEOUT: 300
# NEEDS: xmlsec1
. ./lib/common.sh
. ./lib/bindings.sh
KEY=$(secret sign 0123456789abcdef0123456789abcdef)
WRAP=$(secret wrap 0123456789abcdefghijklmnopqrstuv)
# where no rule is
NATIVE_NS=router
WIRE="--sign $KEY --cred"
# alone TEXT COMMAND...: and the server application is reached by nothing
alone()
{
	app_server
	check_fails "$@"
	stop_peer server
	check "$1: nothing reaches the application" app_saw 0
}

# challenges: so many Creds of the client were wrong
challenges() { echo "$(($(stat server cred-wrong) + $(stat server cred-replayed)))"; }
# standard TEXT [OPTION...]: sessions of a client that knows xmlsec1 and auth-md5
standard()
{
	_standard=$1
	shift
	SESSION=$((SESSION + 1))
	check "$_standard" native_client "$DIRECT" --session "$SESSION" --sign "$KEY" --cred --state "$WORK/standard.nonces" "$@"
}

network
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	{ key $side sign "$KEY"; key $side wrap "$WRAP"; }
done
both device out mgmt "integrity = signature"
both server in dev "integrity = signature"
helper_start device
helper_start server
events server

over http "XML"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was signed, and was right" "$WORK/check.wire" \
	'd["signed"] == d["messages"] == d["verified"] >= 6 and d["refusals"] == 0'
over obex "WBXML" --wbxml
over wtp "XML"
check "counted as proved" test "$(on server omasec -j rule list | py -c 'import json,sys; print(sum(r["seen"]["rx-plain"] + r["seen"]["tx-plain"] for r in json.load(sys.stdin)["rules"]))')" -eq 0
both device out mgmt "integrity = signature" "confidentiality = message"
both server in dev "integrity = signature" "confidentiality = message"
WIRE="$WIRE --wrap $WRAP"
over http "WBXML, encrypted" --wbxml
WIRE="--sign $KEY --cred"
both device out mgmt "integrity = signature"
both server in dev "integrity = signature"

# ---- an attacker on the path
PORT=8080
RELAY=http://10.1.0.1:$PORT/dm
DIRECT=http://10.2.0.2:$PORT/dm
app_server
: >"$WORK/wire.log"
relay --do replay@c2s:2
check "a repeated message costs a round" app_client "$RELAY" --session 20
stop_peer relay
stop_peer server
expect "and is delivered once" "$WORK/server.json" \
	'len(d["requests"]) == 3 == len(set(r["sha256"] for r in d["requests"]))'
# shellcheck disable=SC2086
check "all else on the wire is right" wirecheck --least 6 $WIRE
check "counted: cred-replayed" refused server cred-replayed
check "told" event server refused cred-replayed
check "and challenged" event server challenged
for what in body sub=auth-md5/auth-mdX; do
	app_server
	relay --do "$what@c2s:2"
	check_fails "$what: a changed message ends the session" app_client "$RELAY" --session 30
	stop_peer relay
	stop_peer server
	# the second time it is the repetition of the first, whose nonce got lost
	expect "$what: and is not delivered" "$WORK/server.json" 'len(d["requests"]) <= 1'
done

# ---- nonces that were lost
helper_stop device
{ account mgmt "client-nonce = text:other-client-nonce"; rule dm "direction = out" "integrity = signature"; } >"$WORK/c"
rm -rf "$WORK/device"
apply device <"$WORK/c"
helper_start device
before=$(challenges)
app_server
check "a device that has forgotten: the session goes through" app_client "$DIRECT" --session 40
check "the next one as well" app_client "$DIRECT" --session 41
stop_peer server
expect "each application saw three messages of each" "$WORK/server.json" \
	'd["sessions_ended"] == 2 and len(d["requests"]) == 6'
check "the server challenged once" test "$(challenges)" -eq $((before + 1))
helper_stop device
rm -rf "$WORK/device"
account spare | apply device
before=$(stat server cred-missing)
{ account mgmt "client-nonce ="; rule dm "direction = out" "integrity = signature" "first-contact = challenge"; } >"$WORK/c"
on device omasec apply --replace "$WORK/c" >/dev/null
helper_start device
app_server
check "a first contact without Cred" app_client "$DIRECT" --session 50
stop_peer server
check "is challenged, too" refused server cred-missing $((before + 1))

# ---- a peer of the standard
before=$(stat server cred-missing)
app_server
SESSION=200
standard "a client with xmlsec1 and auth-md5"
standard "its MAC, where it has one as well, is nobody's business" --misbehave spare-header@2
expect "and is not missed" "$WORK/client.json" 'd["misbehaved"] == ["spare-header"] and d["refused_by_peer"] == 0'
standard "without a right Cred it is challenged, each time" --sessions 3 --misbehave no-cred@2 --misbehave wrong-cred@6 \
	--misbehave replay@11
expect "which were sent and refused" "$WORK/client.json" 'len(d["misbehaved"]) == 3 == d["refused_by_peer"]'
check "the server application has seen nothing wrong" stop_peer server
expect "and nothing twice" "$WORK/server.json" 'len(d["requests"]) == 15 == len(set(r["sha256"] for r in d["requests"]))'
check "counted: cred-missing" refused server cred-missing $((before + 1))
check "counted: cred-wrong" refused server cred-wrong
app_server
for kind in unsigned altered-signed; do
	check_fails "$kind with a right Cred" native_client "$DIRECT" --session 70 --sign "$KEY" --cred --misbehave "$kind@1"
done
check_fails "a MAC is no signature" native_client "$DIRECT" --session 71
stop_peer server
check "nothing of these reaches the application" app_saw 0
check "counted: signature-missing" refused server signature-missing 2
# shellcheck disable=SC2086
start_peer native router native_peer.py server --port 8080 --host :: --json "$WORK/native.json" $PEER --sign "$KEY" --cred
{ account mgmt; rule dm "direction = out" "integrity = signature"; } >"$WORK/c"
apply device <"$WORK/c"
check "a server with xmlsec1 and auth-md5" app_client http://10.1.0.1:8080/dm --session 80
check "which has seen no fault" stop_peer native

# ---- nothing goes past it
both device out mgmt "integrity = hmac"
alone "a MAC alone" app_client "$DIRECT" --session 91
both device out mgmt "integrity = signature"
app_server --user app:secret
check_fails "a Cred of the application has no place" app_client "$DIRECT" --session 92 --user app:secret
stop_peer server
check "counted: cred-taken" refused device cred-taken
helper_stop server KILL
alone "no helper" app_client "$DIRECT" --session 93
helper_start server
on device omasec key del mgmt sign
both device out mgmt "integrity = signature"
alone "no key" app_client "$DIRECT" --session 94
check "counted: key-missing" refused device key-missing

# ---- what cannot be
for line in "auth-mode = static" "auth-mode = native" "account = any" "protocol = udp" "sessionless = accept"; do
	{ account dev; rule dm "$line" "direction = in" "account = dev" "integrity = signature"; } >"$WORK/bad"
	check_fails "refused: $line" on server omasec check "$WORK/bad"
done
finish
