#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# confidentiality = whole: over each binding nothing of a message can be read on the wire, its
# header included; xmlsec1 decrypts each, and what is inside is signed; applications speak
# XML or WBXML. Challenges and what is repeated are no exception. A peer that encrypts with
# xmlsec1 itself interoperates. Where the rule of one side says message, nothing passes.
#
# KERNELS: 6.12
# TIMEOUT: 360
# NEEDS: xmlsec1
. ./lib/common.sh
. ./lib/encryption.sh
. ./lib/bindings.sh
HIDDEN=whole
native() { native_client "$DIRECT" --wrap "$WRAP" --whole "$@"; }
# got TYPE: of each message that the server application has got
got() { expect "it got $1 alone" "$WORK/server.json" "d[\"requests\"] and {r[\"type\"] for r in d[\"requests\"]} == {\"application/vnd.syncml.dm+$1\"}"; }

network
store_keys
# the first message goes without MAC, is challenged, and is repeated
both device out mgmt "integrity = both" "confidentiality = whole" "first-contact = challenge"
both server in dev "integrity = both" "confidentiality = whole" "encoding = wbxml"
on device omasec rule list >"$WORK/rules"
check "the list of rules says so" grep -q "both, transparent, wholly encrypted " "$WORK/rules"
on device omasec -j report >"$WORK/report"
check "the report, too" grep -q "header included" "$WORK/report"
helper_start device
helper_start server
events server
WIRE="--sign $KEY --wrap $WRAP --whole --bare 1"
over http "WBXML, challenged" --wbxml
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was encrypted" "$WORK/check.wire" 'd["encrypted"] == d["signed"] == d["messages"] >= 6'
got wbxml
WIRE="--sign $KEY --wrap $WRAP --whole"
over wsp "WBXML" --wbxml
got wbxml
both server in dev "integrity = both" "confidentiality = whole"
for binding in obex wtp; do
	over $binding "XML"
	got xml
done

# ---- with a MAC and no signature
PORT=8080
DIRECT=http://10.2.0.2:$PORT/dm RELAY=http://10.1.0.1:$PORT/dm
protect device out mgmt "integrity = hmac"
protect server in dev "integrity = hmac"
session "encrypted with a MAC" "" "--session 70" "--wrap $WRAP --whole"
check "the client sent its package 1 unchanged" test \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][0]["sent_sha256"][0])' "$WORK/client.json")" = \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")"

# ---- a peer that does it with xmlsec1
app_server
check "a client with xmlsec1: ok" native --session 40
wrong_with_right_mac unencrypted other-cipher other-extent
check_fails "one that encrypts with another key" native_client "$DIRECT" --wrap "$OTHER" --whole --session 55
stop_peer server
check "counted: profile-violated" refused server profile-violated 2
check "counted: decryption-failed" refused server decryption-failed 2

# ---- the two sides differ
HIDDEN=message
protect server in dev "integrity = hmac"
app_server
check_fails "the server's rule says message" app_client "$DIRECT" --session 80
stop_peer server
check "nothing reaches the application" app_saw 0
check "counted" refused server profile-violated 3
check "told" event server profile-violated "the whole message is encrypted"
finish
