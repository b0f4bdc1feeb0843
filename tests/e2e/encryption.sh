#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# confidentiality = message: unmodified applications, and on the wire no message has a
# SyncBody that can be read; xmlsec1 decrypts each, and what is inside is signed. A peer
# that encrypts with xmlsec1 itself interoperates. What is not encrypted, or
# was changed, does not reach the application, also where its MAC is right. With content-cipher
# the same by AES-128, and neither side takes the other one.
#
# KERNELS: 6.12
# TIMEOUT: 240
# NEEDS: xmlsec1 openssl
. ./lib/common.sh
. ./lib/encryption.sh
HIDDEN=message
native() { native_client "$DIRECT" --wrap "$WRAP" "$@"; }

network
check_fails "a wrap key of another length is refused" key device mgmt wrap "$(secret short 0123456789abcdef01234567)"
store_keys
protect device out mgmt "integrity = both"
protect server in dev "integrity = both"
on device omasec rule list >"$WORK/rules"
check "the list of rules says so" grep -q "both, transparent, encrypted " "$WORK/rules"
helper_start device
helper_start server

session "signed and encrypted" "--rounds 2" "" "--sign $KEY --wrap $WRAP"
cp "$WORK/check.out" "$WORK/check.wire"
expect "every message was encrypted" "$WORK/check.wire" 'd["encrypted"] == d["signed"] == d["messages"] >= 6'
on device omasec -j report >"$WORK/report"
check "the report has the clause" grep -q "EncryptedData by AES-256-GCM" "$WORK/report"

# ---- with a MAC and no signature
protect device out mgmt "integrity = hmac"
protect server in dev "integrity = hmac"
session "encrypted with a MAC" "" "--session 70" "--wrap $WRAP"
check "the client sent its package 1 unchanged" test \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][0]["sent_sha256"][0])' "$WORK/client.json")" = \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")"

# ---- by AES-128
WRAP_128=$(secret wrap-128 0123456789ABCDEF)
# with KEY CIPHER: both sides
with()
{
	key device mgmt wrap "$1"
	key server dev wrap "$1"
	protect device out mgmt "content-cipher = $2"
	protect server in dev "content-cipher = $2"
}
with "$WRAP_128" aes-128-gcm
on device omasec rule list >"$WORK/rules"
check "the list of rules says so" grep -q "encrypted with AES-128" "$WORK/rules"
: >"$WORK/wire.log"
app_server
relay
check "by AES-128: client" app_client "$RELAY" --session 100
check "by AES-128: server" stop_peer server
stop_peer relay
# what was refused before left nonces that wirecheck does not know
check "each message has a key that openssl unwraps by AES-128" py "$LIB/contentkeys.py" "$WORK/wire.log" "$WRAP_128"
with "$WRAP" aes-256-gcm

# ---- a peer that does it with xmlsec1
app_server
check "a client with xmlsec1: ok" native --session 40
wrong_with_right_mac unencrypted other-cipher other-extent beside
stop_peer server
check "counted: profile-violated" refused server profile-violated 3
check "counted: decryption-failed" refused server decryption-failed

# ---- without the key
app_server
key device mgmt wrap "$OTHER"
check_fails "another key" app_client "$DIRECT" --session 80
on device omasec key del mgmt wrap
protect device out mgmt "integrity = hmac"	# without the key that went
check_fails "no key" app_client "$DIRECT" --session 90
check "counted: key-missing" refused device key-missing
stop_peer server
check "nothing of these reaches the application" app_saw 0

# ---- who takes AES-128
with "$WRAP_128" aes-128-gcm
app_server
check "a client with xmlsec1 and AES-128: ok" native_client "$DIRECT" --wrap "$WRAP_128" --session 110
stop_peer server
app_server
_before=$(stat server algorithm-refused)
check_fails "one with AES-256" native --session 120
check "counted: algorithm-refused" refused server algorithm-refused $((${_before:-0} + 1))
key server dev wrap "$WRAP"
check_fails "a wrap key of 32 octets is none for it" app_client "$DIRECT" --session 130
stop_peer server
check "nothing of that reaches the application" app_saw 0
check "counted: key-missing" refused server key-missing
key server dev wrap "$WRAP_128"
protect server in dev "content-cipher = aes-256-gcm"
app_server
check_fails "the server's rule says AES-256" app_client "$DIRECT" --session 140
stop_peer server
check "nor of this" app_saw 0
check "counted: algorithm-refused" refused server algorithm-refused $((${_before:-0} + 2))

# ---- what cannot be
for line in "auth-mode = static" "account = any" "integrity = none"; do
	{ account dev; rule dm "$line" "direction = in" "account = dev" "unprotected = no" "confidentiality = message"; } >"$WORK/bad"
	check_fails "refused: $line" on server omasec check "$WORK/bad"
	check "with words" grep -q "confidentiality" "$WORK/check.out"
done
finish
