#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# OBEX over TCP: an unmodified client and server on libopenobex, each behind omasec, in
# packets of many sizes, XML and WBXML. Every message on the wire is authenticated, and
# what an attacker does to one reaches nobody.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
PORT=650
RELAY=http://10.1.0.1:$PORT/dm
protect_device "binding = obex"
protect_server "binding = obex"
on device omasec rule list >"$WORK/rules"
check "the list of rules says which binding" grep -q "$PORT/obex " "$WORK/rules"
events server
events device
# relay ARG...
relay() { start_peer relay router obex_tamper.py --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log" "$@"; }

session "packets of 255 octets" "--obex --mtu 255 --rounds 3 --size 3000" "--transport obex --mtu 255 --size 2000"
expect "the server application saw four messages and no MAC" "$WORK/server.json" \
	'd["sessions_ended"] == 1 and len(d["requests"]) == 4 and not any(r["hmac"] for r in d["requests"])'
check "the client sent its package 1 unchanged" test \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][0]["sent_sha256"][0])' "$WORK/client.json")" = \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")"
check "in many packets" sh -c "grep -o '\"packets\": [0-9]*' $WORK/wire.log | grep -q '[1-9][0-9]'"
session "WBXML, a large client and a small server" "--obex --mtu 300 --size 100" "--transport obex --mtu 32767 --wbxml --session 2"
session "100 KiB" "--obex --mtu 32767 --size 100000 --rounds 1" "--transport obex --mtu 32767 --session 3"

n=2
what=
for action in body strip flip; do
	what="$what --do $action@c2s:$n"
	n=$((n + 4))
done
: >"$WORK/wire.log"
app_server --obex --mtu 8192
# shellcheck disable=SC2086
relay $what
check "requests altered on the way: the client application notices nothing" \
	app_client "$RELAY" --transport obex --mtu 8192 --session 10 --sessions 3
check "nor does the server application" stop_peer server
stop_peer relay
expect "it saw each request once" "$WORK/server.json" \
	'len(d["requests"]) == 9 == len(set(r["sha256"] for r in d["requests"])) and d["sessions_ended"] == 3'
check "all else on the wire is right" wirecheck --least 24
for reason in mac-wrong mac-missing; do
	check "told: $reason" event server $reason
done

n=2
what=
for action in body strip flip; do
	what="$what --do $action@s2c:$n"
	n=$((n + 4))
done
app_server --obex --mtu 8192
# shellcheck disable=SC2086
relay $what
check "altered responses: the client application notices nothing" \
	app_client "$RELAY" --transport obex --mtu 8192 --session 20 --sessions 3
check "nor does the server application" stop_peer server
stop_peer relay
expect "it saw three requests of each session" "$WORK/server.json" 'len(d["requests"]) == 9 and d["sessions_ended"] == 3'
app_server --obex --mtu 8192
relay --do type=text/plain@s2c:2
check_fails "a response that says it is none of DM ends the session" app_client "$RELAY" --transport obex --session 30
expect "after one good answer" "$WORK/client.json" 'd["results"][0]["commands"] == 2'
stop_peer server
stop_peer relay
for reason in mac-wrong mac-missing not-dm; do
	check "the device counts $reason" refused device $reason
done
finish
