#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a helper that was taken over may send to the module: thousands of CRYPTO requests, changed at
# random from a fixed seed. Each is answered, what is served is right, what was not sealed does
# not open, no key comes out, and nobody but the helper is served. With KASAN and the rest.
#
# KERNELS: debug
# TIMEOUT: 120
. ./lib/common.sh
network
KEY=$(secret sign 0123456789abcdef0123456789abcdef)
WRAP=$(secret wrap abcdefghijklmnopqrstuvwxyz012345)
OTHER=$(secret other-sign another-key-of-signatures)
SMALL=$(secret small-wrap 128-bits-of-keys)
# asks REQUESTS: so many of the helper that it is
asks() { on server "$PYTHON" "$LIB/crypto_fuzz.py" "$1" "${SEED:-20261128}" mgmt "$KEY" "$WRAP" other "$OTHER" "$SMALL" \
	legacy "$OTHER" "$WRAP" legacy2 "$KEY" "$SMALL"; }
{ account; account other "server-id = Mgmt2" "client-name = Device2" "server-name = Mgmt2"
	for name in legacy legacy2; do account $name "server-id = $name" "client-name = $name" "server-name = $name" "encryption-profile = legacy"; done; } | apply server
for key in "mgmt sign $KEY" "mgmt wrap $WRAP" "other sign $OTHER" "other wrap $SMALL" "legacy sign $OTHER" \
	"legacy legacy-wrap $WRAP" "legacy2 sign $KEY" "legacy2 legacy-wrap $SMALL"; do
	on server omasec key add ${key% *} form text --secret-file "${key##* }" >/dev/null
done
check "3000 requests" asks 3000
cp "$WORK/check.out" "$WORK/seen"
expect "of each kind enough" "$WORK/seen" 'min(d["hmac"], d["seal"]) >= 100 and min(d["open"], d["other"], d["cbc"]) >= 50 and d["garbage"] >= 5'
expect "and of each refusal" "$WORK/seen" 'all(d["errors"].get(e, 0) >= 10 for e in ("2", "13", "22", "34", "74", "90", "129"))'
# the keys are gone while it asks
on server omasec key del mgmt sign
on server omasec key del mgmt wrap
check_fails "without keys" asks 1
check "nothing is served" grep -q "a right request of .*errno 12[68]" "$WORK/check.out"
protect_server "integrity = hmac"
protect_device "integrity = hmac"
app_server
check "a helper comes, and a session goes on" app_client "$DIRECT"
stop_peer server
finish
