#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# integrity = both: unmodified applications, and on the wire every message has a
# signature that xmlsec1 takes and a MAC over the signed octets. A peer that signs with
# xmlsec1 itself interoperates. What is not signed, or not so, does not
# reach the application, also where its MAC is right.
#
# KERNELS: 6.1
# TIMEOUT: 240
# NEEDS: xmlsec1 keyctl
. ./lib/common.sh
KEY=$(secret sign 0123456789abcdef0123456789abcdef)
# where no rule is
NATIVE_NS=router
OTHER=$(secret other-sign another-key-of-32-octets-another)

# signer NS ACCOUNT [FILE]: the account signs with it
signer() { on "$1" omasec key add "$2" sign form text --secret-file "${3:-$KEY}"; }
# protect NS DIRECTION ACCOUNT [LINE...]: keys are found by the name of the account,
# in the one keyring of the user: so the two sides have names of their own
protect()
{
	_on=$1 _to=$2 _who=$3
	shift 3
	{ account "$_who"; rule dm "$@" "direction = $_to" "account = $_who" "integrity = both"; } >"$WORK/c"
	apply "$_on" <"$WORK/c"
}
serial() { on device omasec -j key list | py -c 'import json,sys; print([k["serial"] for k in json.load(sys.stdin)["keys"] if (k["account"], k["of"]) == ("mgmt", "sign")][0])'; }
# alone TEXT COMMAND...: and the server application is reached by nothing
alone()
{
	app_server
	check_fails "$@"
	stop_peer server
	check "$1: nothing reaches the application" app_saw 0
}

network
signer device mgmt
signer server dev
protect device out mgmt
protect server in dev
helper_start device
helper_start server
events device
events server

session "signed session" "--rounds 2" "" "--sign $KEY"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was signed" "$WORK/check.wire" 'd["signed"] == d["messages"] >= 6'

# ---- an attacker on the path
app_server
: >"$WORK/wire.log"
relay --do replay@c2s:2
check "a repeated message costs a round" app_client "$RELAY" --session 20
stop_peer relay
stop_peer server
expect "and is delivered once" "$WORK/server.json" \
	'len(d["requests"]) == 3 == len(set(r["sha256"] for r in d["requests"]))'
check "all else on the wire is signed" wirecheck --least 6 --sign "$KEY"
app_server
: >"$WORK/wire.log"
relay --do body@c2s:2
check_fails "a changed message ends the session" app_client "$RELAY" --session 30
stop_peer relay
stop_peer server
check "and is not delivered" app_saw 1
# what was changed may be in the signature itself
check "counted" test "$(($(stat server signature-wrong) + $(stat server algorithm-refused) + $(stat server profile-violated)))" -ge 1
check "told" event server mac-wrong

# ---- a peer that signs with xmlsec1
app_server
check "a client with xmlsec1: ok" native_client "$DIRECT" --session 40 --sign "$KEY"
stop_peer server
before=$(stat server signature-wrong)
app_server
for kind in unsigned other-signature altered-signed two-signatures; do
	# its nonces are old ones, so the second message is the first with a right MAC
	check_fails "$kind with a right MAC" native_client "$DIRECT" --session 50 --sign "$KEY" --misbehave "$kind@2"
	expect "$kind: is what was sent" "$WORK/client.json" \
		'd["misbehaved"] == ["'$kind'"] and (d["sent"], d["refused_by_peer"]) == (2, 1)'
done
stop_peer server
check "nothing of these reaches the application" app_saw 0
check "counted: signature-missing" refused server signature-missing
check "counted: signature-wrong" test "$(stat server signature-wrong)" -ge $((before + 2))
check "counted: profile-violated" refused server profile-violated

# ---- keys
signer device mgmt "$OTHER"
alone "another key" app_client "$DIRECT" --session 60
keyctl revoke "$(serial)"
alone "a revoked key" app_client "$DIRECT" --session 70
check "counted: key-revoked" refused device key-revoked
on device omasec key del mgmt sign
protect device out mgmt
alone "no key" app_client "$DIRECT" --session 80
check "counted: key-missing" refused device key-missing
protect device out mgmt "integrity = hmac"
alone "a MAC alone" app_client "$DIRECT" --session 90
check "counted: signature-missing" refused server signature-missing 2

# ---- what cannot be
for line in "auth-mode = static" "auth-mode = native" "account = any"; do
	{ account dev; rule dm "$line" "direction = in" "account = dev" "integrity = both"; } >"$WORK/bad"
	check_fails "refused: $line" on server omasec check "$WORK/bad"
	check "with words" grep -q "integrity = both" "$WORK/check.out"
done
finish
