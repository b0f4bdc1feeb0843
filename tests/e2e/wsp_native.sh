#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Connectionless WSP: applications that speak auth-MAC themselves, with omasec on the other
# side and, in native mode, on their own. First contact, challenges and stale nonces too.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
PORT=9200
DIRECT=wsp://10.2.0.2:$PORT/dm
post() { rule dm "protocol = udp" "binding = wsp-post" "$@"; }

{ account; post "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
app_server --wsp
check "a native client, an application behind omasec" native_client "$DIRECT" --session 1 --sessions 2
expect "the client verified every Reply" "$WORK/client.json" 'd["verified"] == 6 and d["refused"] == 0'
check "one whose nonce is stale" native_client "$DIRECT" --session 10
expect "was challenged, and went on" "$WORK/client.json" 'd["refused_by_peer"] >= 1 and d["verified"] >= 3'
check "one that begins without MAC" native_client "$DIRECT" --session 11 --first-no-mac
for bad in wrong-mac no-header two-headers bad-algorithm altered-body; do
	check_fails "$bad" native_client "$DIRECT" --session 20 --timeout 3 --misbehave $bad@2 --misbehave $bad@3 --misbehave $bad@4
done
stop_peer server
expect "nothing of that arrived" "$WORK/server.json" \
	'len(d["requests"]) == len(set(r["sha256"] for r in d["requests"])) and not any(r["hmac"] for r in d["requests"])'
for reason in mac-wrong mac-missing mac-malformed mac-algorithm; do
	check "counted: $reason" refused server $reason
done
helper_stop server
printf '' | apply server

{ account; post "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
# shellcheck disable=SC2086
native_server $PEER --wsp --challenge 1
check "a native server that challenges, an application behind omasec" \
	app_client "http://10.2.0.2:$PORT/dm" --transport wsp --session 30
stop_peer server
expect "the server verified all but the one that it challenged" "$WORK/server.json" 'd["verified"] == 3 and d["why"] == ["on purpose"]'
helper_stop device
printf '' | apply device

for ns in device server; do
	[ $ns = device ] && to=out || to=in
	{ account; post "direction = $to" "auth-mode = native"; } >"$WORK/c"
	apply $ns <"$WORK/c"
	rm -rf "${WORK:?}/$ns"
	helper_start $ns
done
# shellcheck disable=SC2086
native_server $PEER --wsp --state "$WORK/nonces.s"
check "native mode: both applications speak auth-MAC" native_client "$DIRECT" --state "$WORK/nonces.c" --session 40 --sessions 2
expect "nothing was refused" "$WORK/client.json" 'd["refused"] == 0 and d["refused_by_peer"] == 0'
check_fails "native mode: an altered body does not leave" native_client "$DIRECT" --state "$WORK/nonces.c" \
	--session 50 --timeout 3 --misbehave altered-body@1
check "the device counts native-unprotected" refused device native-unprotected
stop_peer server
finish
