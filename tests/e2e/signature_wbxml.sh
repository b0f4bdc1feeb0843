#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# integrity = both for applications that speak WBXML: what is on the wire is XML, with the
# signatures, over each binding, and encrypted; each application gets its own encoding,
# also where the two differ, where omasec repeats a message, and from a peer that signs XML
# with xmlsec1 itself; and a client of WBXML is served by a peer that has nothing but xmlsec1 and openssl,
# by what omasec does alone. What has no form in XML does not leave, and no WBXML arrives.
#
# KERNELS: 6.1
# TIMEOUT: 420
# NEEDS: xmlsec1 openssl
. ./lib/common.sh
. ./lib/bindings.sh
. ./lib/pkeys.sh
KEY=$(secret sign 0123456789abcdef0123456789abcdef)
WRAP=$(secret wrap 0123456789abcdefghijklmnopqrstuv)
OTHER=$(secret other-sign fedcba9876543210fedcba9876543210)
# where no rule is
NATIVE_NS=router
# got TYPE: of each message that the server application has got
got() { expect "it got $1 alone" "$WORK/server.json" "d[\"requests\"] and {r[\"type\"] for r in d[\"requests\"]} == {\"application/vnd.syncml.dm+$1\"}"; }
# alone TEXT SERVER-OPTION CLIENT-OPTION...: fails, and the server application gets nothing
alone()
{
	_alone=$1
	shift
	app_server
	check_fails "$_alone" app_client "$DIRECT" "$@"
	stop_peer server
	check "nothing of it reaches the application" app_saw 0
}

network
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	{ key $side sign "$KEY"; key $side wrap "$WRAP"; }
done
# the first message goes without MAC, is challenged, and is repeated
both device out mgmt "integrity = both" "first-contact = challenge"
both server in dev "integrity = both" "encoding = wbxml"
helper_start device
helper_start server
events device
events server
WIRE="--sign $KEY --bare 1"
for binding in http obex wsp; do
	over $binding "WBXML, challenged" --wbxml
	got wbxml
done
WIRE="--sign $KEY"
over wsp "a client of XML, a server of WBXML"
got wbxml
both server in dev "integrity = both"
for binding in http obex; do
	over $binding "a client of WBXML, a server of XML" --wbxml
	got xml
done
WIRE="--sign $KEY --wrap $WRAP"
both device out mgmt "integrity = both" "confidentiality = message"
both server in dev "integrity = both" "confidentiality = message" "encoding = wbxml"
over http "WBXML, signed and encrypted" --wbxml
got wbxml
WIRE="--wrap $WRAP --objects"
both device out mgmt "confidentiality = objects"
both server in dev "confidentiality = objects" "encoding = wbxml"
over obex "WBXML, its objects encrypted" --wbxml
got wbxml

# ---- a peer that signs with xmlsec1
PORT=8080
DIRECT=http://10.2.0.2:$PORT/dm
both device out mgmt "integrity = both"
both server in dev "integrity = both" "encoding = wbxml"
app_server
check "a client of XML with xmlsec1" native_client "$DIRECT" --session 40 --sign "$KEY"
check "and the server application is content" stop_peer server
got wbxml

# ---- a server that is nothing but scripts around xmlsec1 and openssl, for a client of WBXML
account dev | apply server
SESSION=70
# served TEXT "SERVER OPTIONS" LINE...: with these lines in the rule of the device
served()
{
	_served=$1 _options=$2
	shift 2
	both device out mgmt "$@"
	# shellcheck disable=SC2086
	native_server $PEER --rounds 2 $_options
	check "$_served: the client of WBXML" app_client "$DIRECT" --wbxml --session $((SESSION += 1))
	expect "$_served: has seen all" "$WORK/client.json" 'd["results"][0]["commands"] >= 4'
	check "$_served: the server has seen no fault" stop_peer server
}
served "signed" "--sign $KEY" "integrity = both"
served "signed and encrypted" "--sign $KEY --wrap $WRAP" "integrity = both" "confidentiality = message"
served "objects signed" "--sign-objects $KEY --verify-objects $KEY" "object-signature = both"
served "objects encrypted" "--wrap $WRAP --objects" "confidentiality = objects"
mkdir -m 700 "$K"
(
	umask 077
	rsa_key 1 "$K/device.pem"
	rsa_key 2 "$K/device-enc.pem"
	rsa_key 3 "$K/server-enc.pem"
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$K/server.pem"
) 2>/dev/null
for name in device device-enc server server-enc; do openssl pkey -in "$K/$name.pem" -pubout -out "$K/$name.pub"; done
check "the device signs with RSA" keys device add mgmt private --secret-file "$K/device.pem"
check "the server with ECDSA" keys device add mgmt public --file "$K/server.pub"
check "both encrypt to RSA" keys device add mgmt decrypt --secret-file "$K/device-enc.pem"
check "keys of their own" keys device add mgmt encrypt --file "$K/server-enc.pub"
served "RSA and ECDSA, RSA-OAEP" "--sign ecdsa-sha256:$K/server.pem --verify rsa-sha256:$K/device.pub --wrap rsa:$K/device-enc.pub --unwrap rsa:$K/server-enc.pem" \
	"integrity = both" "confidentiality = message"
for name in private public decrypt encrypt; do keys device del mgmt $name; done
both device out mgmt "integrity = both"
# shellcheck disable=SC2086
native_server $PEER --sign "$OTHER" --verify "$KEY"
check_fails "a server that signs with another key" app_client "$DIRECT" --wbxml --session 79
stop_peer server
check "counted" refused device signature-wrong
both server in dev "integrity = both" "encoding = wbxml"

# ---- what is refused
alone "what XML has no characters for does not leave" --wbxml --session 50 --man "$(printf 'a\007b')"
check "counted" refused device not-convertible
check "told" event device not-convertible "binary data has no XML form"
app_server
check_fails "WBXML with a MAC, from nobody who signs" native_client "$DIRECT" --session 60 --wbxml
stop_peer server
check "nothing of it reaches the application" app_saw 0
check "counted" refused server profile-violated
check "told" event server profile-violated "have the peer send XML"
{ account dev; rule dm "direction = in" "account = dev" "encoding = wbxml"; } >"$WORK/bad"
check_fails "encoding without anything to convert" on server omasec check "$WORK/bad"
check "with words" grep -q "signed or encrypted" "$WORK/check.out"
finish
