#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# confidentiality = objects: unmodified applications, and on the wire no object of Add, Replace
# and Results can be read; xmlsec1 decrypts each. Peers that do it with xmlsec1 themselves
# interoperate, client and server. A message with an object that is readable, was changed
# or is in the place of another does not reach the application, also where its MAC is right.
#
# KERNELS: 6.1
# TIMEOUT: 240
# NEEDS: xmlsec1
. ./lib/common.sh
. ./lib/encryption.sh
HIDDEN=objects
native() { native_client "$DIRECT" --wrap "$WRAP" --objects "$@"; }

network
store_keys
protect device out mgmt "integrity = both"
on device omasec rule list >"$WORK/rules"
check "the list of rules says so" grep -q "both, transparent, objects encrypted " "$WORK/rules"
helper_start device
helper_start server

# ---- omasec on both sides
protect device out mgmt "integrity = both"
protect server in dev "integrity = both"
session "signed, objects encrypted" "--rounds 2 --size 30000" "" "--sign $KEY --wrap $WRAP --objects"
cp "$WORK/check.out" "$WORK/check.wire"
expect "objects were encrypted" "$WORK/check.wire" 'd["signed"] == d["messages"] >= 6 and d["encrypted"] >= 6'
on device omasec -j report >"$WORK/report"
check "the report has the clause" grep -q "encrypted on the way" "$WORK/report"

# ---- with a MAC and no signature
protect device out mgmt "integrity = hmac"
protect server in dev "integrity = hmac"
session "objects encrypted with a MAC" "" "--session 70" "--wrap $WRAP --objects"
check "the client sent its package 1 unchanged" test \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][0]["sent_sha256"][0])' "$WORK/client.json")" = \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")"

# ---- a server that does it with xmlsec1
protect device out mgmt "integrity = both"
account dev | apply server
# shellcheck disable=SC2086
native_server $PEER --sign "$KEY" --wrap "$WRAP" --objects
check "a server with xmlsec1: ok" app_client "$DIRECT" --session 10
check "a server with xmlsec1: has seen no fault" stop_peer server

# ---- a client that does it with xmlsec1
protect device out mgmt "integrity = hmac"
protect server in dev "integrity = hmac"
app_server
check "a client with xmlsec1: ok" native --session 40
wrong_with_right_mac unencrypted one-readable other-cipher exchanged
stop_peer server
check "counted: profile-violated" refused server profile-violated 2
check "counted: decryption-failed" refused server decryption-failed 2

# ---- what is too large for one use of the key is not sent
app_server --size 70000
check_fails "an object over 61372 octets" app_client "$DIRECT" --session 80
stop_peer server
check "counted: too-large" refused server too-large

# ---- another key
app_server
key device mgmt wrap "$OTHER"
check_fails "another key" app_client "$DIRECT" --session 90
stop_peer server
check "nothing of it reaches the application" app_saw 0
finish
