#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sessions of WSP over WTP: an unmodified client and server, each behind omasec, XML and WBXML,
# IPv4 and IPv6, messages alone and in segments. Every message on the wire is authenticated;
# what an attacker does to one, what is lost, comes twice or in another order, by a relay and
# at random, the applications do not notice.
#
# KERNELS: 6.12
# TIMEOUT: 300
. ./lib/common.sh
network
PORT=9201
RELAY=http://10.1.0.1:$PORT/dm
protect_device "protocol = udp" "binding = wtp"
protect_server "protocol = udp" "binding = wtp"
on device omasec rule list >"$WORK/rules"
check "the list of rules says which binding" grep -q "$PORT/udp/wtp .*hmac, transparent" "$WORK/rules"
events server
events device
relay() { start_peer relay router wtp_tamper.py --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log" "$@"; }
# over TEXT SERVER-OPTIONS CLIENT-OPTIONS [RELAY-OPTION...]: a session, each message of which is right
N=0
over()
{
	_over=$1 _server=$2 _client=$3
	shift 3
	N=$((N + 1))
	: >"$WORK/wire.log"
	# shellcheck disable=SC2086
	app_server --wtp $_server
	relay "$@"
	# shellcheck disable=SC2086
	check "$_over: client" app_client "$RELAY" --transport wtp --session $N $_client
	check "$_over: server" stop_peer server
	stop_peer relay
	check "$_over: wire" wirecheck
}

over "alone in packets" "--rounds 3" "--bare"
expect "the server application saw four messages and no MAC, and what the client asked for but what goes past us" "$WORK/server.json" \
	'd["sessions_ended"] == 1 and len(d["requests"]) == 4 and not any(r["hmac"] for r in d["requests"]) and d["said"] == [{"0": "00", "1": "00", "2": "00", "3": "01"}, "disconnect"]'
check "the client sent its package 1 unchanged" test \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][0]["sent_sha256"][0])' "$WORK/client.json")" = \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")"
over "WBXML, several PDUs in a datagram, the server asks for the TID" "--verify --hold" "--wbxml --concat --tid 32766"
over "in segments" "--cut 300 --hold --size 2000" "--cut 200 --size 2000"
check "messages of many packets went" grep -q '"packets": [12][0-9]' "$WORK/wire.log"
over "on a bad network, in segments" "--cut 300 --hold --retry 1" "--cut 250 --retry 1 --strays --timeout 60" --do bad=4@c2s:1
check "nothing was repeated otherwise" sh -c "! grep -q 'repeated otherwise' '$WORK/wire.log'"
expect "the application saw each request once" "$WORK/server.json" 'len(d["requests"]) == 3 == len(set(r["sha256"] for r in d["requests"]))'
over "on a bad network, alone in packets" "--retry 1" "--retry 1 --strays --timeout 60" --do bad=7@c2s:1
check "what came again left, and was answered, as before" test "$(stat device wsp-repeated)" -ge 2
app_server --wtp --cut 400
check "IPv6: client" app_client "http://[fd02::2]:$PORT/dm" --transport wtp --session 40 --cut 400
check "IPv6: server" stop_peer server

rm -f "$WORK/wire.nonces"
: >"$WORK/wire.log"
app_server --wtp
relay --do body@c2s:2 --do strip@c2s:6
check "requests altered on the way: the client application notices nothing" \
	app_client "$RELAY" --transport wtp --session 50 --sessions 2 --retry 2
check "nor does the server application" stop_peer server
stop_peer relay
expect "it saw each request once" "$WORK/server.json" \
	'len(d["requests"]) == 6 == len(set(r["sha256"] for r in d["requests"])) and d["sessions_ended"] == 2'
for reason in mac-wrong mac-missing; do
	check "told: $reason" event server $reason
done
app_server --wtp --retry 2
relay --do body@s2c:2 --do flip@s2c:6
check "altered Replies: the client application notices nothing" \
	app_client "$RELAY" --transport wtp --session 60 --sessions 2 --retry 2 --strays
check "nor does the server application" stop_peer server
stop_peer relay
check "the device counts it" refused device mac-wrong 2

# what omasec asks again by itself, it also repeats by itself; the client application waits
app_server --wtp
relay --do body@c2s:2 --do lose@c2s:3
check "a request that we sent again gets lost: the client application does not notice" \
	app_client "$RELAY" --transport wtp --session 66 --retry 60 --timeout 40
check "nor does the server application" stop_peer server
stop_peer relay
app_server --wtp
relay --do stray@s2c:2
unasked=$(stat device wtp-unasked)
check "a Reply comes first in another transaction: the client application does not see it" \
	app_client "$RELAY" --transport wtp --session 67 --retry 2
check "nor does the server application notice" stop_peer server
stop_peer relay
check "the device refused it" test "$(stat device wtp-unasked)" -gt "$unasked"
on server omasec -j flow list >"$WORK/flows"
expect "the list of flows has it" "$WORK/flows" \
	'any(f["datagrams"] and f["local"] == "[fd02::2]:9201" and f["rx-messages"] >= 3 and f["account"] == "mgmt" for f in d["flows"])'

# netem in place of the relay
for ns in router device; do
	on $ns tc qdisc add dev dev0 root netem delay 10ms 8ms reorder 20% loss 15% duplicate 15% || die "no netem here"
done
app_server --wtp --cut 400 --hold --retry 1
check "lost, repeated and reordered at random: client" \
	app_client "http://10.2.0.2:$PORT/dm" --transport wtp --session 70 --sessions 3 --cut 300 --retry 1 --strays --timeout 60
check "lost, repeated and reordered at random: server" stop_peer server
expect "it saw each message once" "$WORK/server.json" \
	'd["sessions_ended"] == 3 and len(d["requests"]) == 9 == len(set(r["sha256"] for r in d["requests"]))'
for ns in router device; do on $ns tc -s qdisc show dev dev0; done >"$WORK/qdisc"
check "netem lost some" grep -q "dropped [1-9]" "$WORK/qdisc"
finish
