#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# integrity = any: a server whose clients have a MAC or sign, as each of them does, over each
# binding, answers each in its way. What has neither is challenged for a MAC; what is changed, or
# repeated, or has a wrong signature, Cred or MAC does not get through in either form.
#
# KERNELS: 6.12
# TIMEOUT: 240
# NEEDS: xmlsec1
. ./lib/common.sh
. ./lib/bindings.sh
KEY=$(secret sign 0123456789abcdef0123456789abcdef)
WRAP=$(secret wrap 0123456789abcdefghijklmnopqrstuv)
# where no rule is
NATIVE_NS=router
SIGNED="--sign $KEY --cred"
native() { native_client "$DIRECT" --state "$WORK/standard.nonces" --session "$@"; }
# client INTEGRITY [LINE...]: what the rules of the device say
client()
{
	_integrity=$1
	shift
	both device out mgmt "integrity = $_integrity" "$@"
}

network
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	{ key $side sign "$KEY"; key $side wrap "$WRAP"; }
done
client hmac
both server in dev "integrity = any"
helper_start device
helper_start server
events server

# ---- each in its way
over http "a MAC"
over wtp "a MAC, WBXML" --wbxml
client signature
WIRE=$SIGNED
over http "a signature"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was signed, and none had a MAC" "$WORK/check.wire" \
	'd["signed"] == d["messages"] == d["verified"] >= 6 and d["refusals"] == 0'
over obex "a signature, WBXML" --wbxml
over wsp "a signature"
client any
WIRE=
over obex "any and any: a MAC"
check "all were proved" test "$(on server omasec -j rule list | py -c 'import json,sys; print(sum(r["seen"]["rx-plain"] + r["seen"]["tx-plain"] for r in json.load(sys.stdin)["rules"]))')" -eq 0
both server in dev "integrity = any" "confidentiality = message"
client signature "confidentiality = message"
WIRE="$SIGNED --wrap $WRAP"
over http "a signature, encrypted"
client hmac "confidentiality = message"
WIRE="--wrap $WRAP"
over http "a MAC, encrypted"
both server in dev "integrity = any"

# ---- an attacker on the path
PORT=8080
RELAY=http://10.1.0.1:$PORT/dm
DIRECT=http://10.2.0.2:$PORT/dm
n=200
for form in hmac signature; do
	what=body
	[ $form = hmac ] || what=sub=auth-md5/auth-mdX
	client $form
	n=$((n + 10))
	app_server
	: >"$WORK/wire.log"
	relay --do replay@c2s:2
	check "$form: a repeated message costs a round" app_client "$RELAY" --session $n
	stop_peer relay
	stop_peer server
	expect "$form: and is delivered once" "$WORK/server.json" \
		'len(d["requests"]) == 3 == len(set(r["sha256"] for r in d["requests"]))'
	app_server
	relay --do $what@c2s:2
	app_client "$RELAY" --session $((n + 1)) >/dev/null 2>&1
	stop_peer relay
	stop_peer server
	expect "$form: what was changed is not delivered" "$WORK/server.json" \
		'len(d["requests"]) == len(set(r["sha256"] for r in d["requests"]))'
done
check "counted: mac-replayed" refused server mac-replayed
check "counted: cred-replayed" refused server cred-replayed
check "counted: signature-wrong" refused server signature-wrong

# ---- a peer of the standard
app_server
before=$(stat server mac-missing)
check "neither: challenged for a MAC" native 50 --misbehave no-header@1
check "counted: mac-missing" refused server mac-missing $((before + 1))
check "a wrong MAC: challenged" native 51 --misbehave wrong-mac@2
# shellcheck disable=SC2086
check "signatures: without a right Cred challenged" native 52 $SIGNED --misbehave no-cred@1 --misbehave wrong-cred@3
expect "which were sent and refused" "$WORK/client.json" 'd["misbehaved"] == ["no-cred", "wrong-cred"]'
check "the server application has seen nothing wrong" stop_peer server
expect "and nothing twice" "$WORK/server.json" 'len(d["requests"]) == 9 == len(set(r["sha256"] for r in d["requests"]))'
app_server
# shellcheck disable=SC2086
for kind in unsigned altered-signed other-signature; do
	check_fails "a right Cred, $kind" native 60 $SIGNED --misbehave $kind@1
done
# shellcheck disable=SC2086
check_fails "a wrong MAC beside a right signature" native 61 $SIGNED --misbehave spare-header@1
stop_peer server
check "nothing of these reaches the application" app_saw 0

# ---- nothing goes past it
client hmac
helper_stop server KILL
app_server
check_fails "no helper" app_client "$DIRECT" --session 70
stop_peer server
check "nothing reaches the application" app_saw 0
helper_start server
app_server
check "with it, it goes on" app_client "$DIRECT" --session 71
stop_peer server
for line in "auth-mode = static" "auth-mode = native" "account = any" "protocol = udp" "sessionless = accept"; do
	{ account dev; rule dm "$line" "direction = in" "account = dev" "integrity = any"; } >"$WORK/bad"
	check_fails "refused: $line" on server omasec check "$WORK/bad"
done
finish
