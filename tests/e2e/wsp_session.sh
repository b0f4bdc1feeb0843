#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Connectionless WSP over UDP: an unmodified client and server, each behind omasec, XML and
# WBXML, IPv4 and IPv6, in fragments too. Every message on the wire is authenticated; what an
# attacker does to one, what is lost and what comes twice, the applications do not notice.
#
# KERNELS: 6.12
# TIMEOUT: 360
. ./lib/common.sh
network
PORT=9200
RELAY=http://10.1.0.1:$PORT/dm
protect_device "protocol = udp" "binding = wsp-post"
protect_server "protocol = udp" "binding = wsp-post"
on device omasec rule list >"$WORK/rules"
check "the list of rules says which binding" grep -q "$PORT/udp/wsp-post .*hmac, transparent" "$WORK/rules"
events server
events device
relay() { start_peer relay router wsp_tamper.py --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log" "$@"; }

# one that asks once, and has its socket open long after its exchange is forgotten
background asks device "$PYTHON" "$LIB/wsp.py" wait "10.2.0.2:$PORT" 4444 100
asks=$LAST
wait_for 5 grep -q asked "$WORK/asks.log"
asked=$(date +%s)

session "a session" "--wsp --rounds 3" "--transport wsp --bare"
expect "the server application saw four messages and no MAC" "$WORK/server.json" \
	'd["sessions_ended"] == 1 and len(d["requests"]) == 4 and not any(r["hmac"] for r in d["requests"])'
check "the client sent its package 1 unchanged" test \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][0]["sent_sha256"][0])' "$WORK/client.json")" = \
	"$(py -c 'import json,sys; print(json.load(open(sys.argv[1]))["requests"][0]["sha256"])' "$WORK/server.json")"
on server omasec -j flow list >"$WORK/flows"
expect "the list of flows has it" "$WORK/flows" \
	'any(f["datagrams"] and f["local"] == "[fd02::2]:9200" and f["rx-messages"] >= 4 and f["account"] == "mgmt" and "uid" not in f for f in d["flows"])'
session "WBXML" "--wsp" "--transport wsp --wbxml --session 2 --tid 250"
session "in fragments" "--wsp --size 8000 --rounds 1" "--transport wsp --session 3 --size 9000"
: >"$WORK/wire.log"
app_server --wsp
check "IPv6: client" app_client "http://[fd02::2]:$PORT/dm" --transport wsp --session 4
check "IPv6: server" stop_peer server

# altered DIRECTION FIRST-N: each action at a message of a session of its own
altered()
{
	_n=$2
	_what=
	for _a in body strip flip; do
		_what="$_what --do $_a@$1:$_n"
		_n=$((_n + 4))
	done
	: >"$WORK/wire.log"
	app_server --wsp
	# shellcheck disable=SC2086
	relay $_what
}
rm -f "$WORK/wire.nonces"
altered c2s 2
check "requests altered on the way: the client application notices nothing" \
	app_client "$RELAY" --transport wsp --session 10 --sessions 3
check "nor does the server application" stop_peer server
stop_peer relay
expect "it saw each request once" "$WORK/server.json" \
	'len(d["requests"]) == 9 == len(set(r["sha256"] for r in d["requests"])) and d["sessions_ended"] == 3'
for reason in mac-wrong mac-missing; do
	check "told: $reason" event server $reason
done
altered s2c 2
check "altered Replies: the client application notices nothing" \
	app_client "$RELAY" --transport wsp --session 20 --sessions 3
check "nor does the server application" stop_peer server
stop_peer relay
expect "it saw three requests of each session" "$WORK/server.json" 'len(d["requests"]) == 9 and d["sessions_ended"] == 3'
for reason in mac-wrong mac-missing; do
	check "the device counts $reason" refused device $reason
done

app_server --wsp
relay --do drop@c2s:1 --do drop@s2c:2 --do echo@c2s:3
check "what is lost is repeated, what comes twice is one" \
	app_client "$RELAY" --transport wsp --session 30 --retry 1
check "the server application saw each request once" stop_peer server
stop_peer relay
expect "three" "$WORK/server.json" 'len(d["requests"]) == 3 == len(set(r["sha256"] for r in d["requests"]))'
check "repetitions left as they had left" test "$(stat device wsp-repeated)" -ge 2
check "and were answered as they had been" test "$(stat server wsp-repeated)" -ge 2
check "the wire repeats octet for octet" grep -q '"head": "repeated' "$WORK/wire.log"

app_server --wsp
relay --do tid@s2c:1 --do early@c2s:3 --do echo@s2c:2
check "Replies that belong to nothing: the application does not see them" \
	app_client "$RELAY" --transport wsp --session 40 --retry 1
check "nor is the server disturbed" stop_peer server
stop_peer relay
check "refused for it" refused device wsp-unasked 3
for text in "another transaction id" "a repeated Reply"; do
	check "told: $text" event device wsp-unasked "$text"
done

# netem in place of the relay
for ns in router device; do
	on $ns tc qdisc add dev dev0 root netem delay 10ms 8ms reorder 20% loss 25% duplicate 15% || die "no netem here"
done
app_server --wsp
check "lost, repeated and reordered at random: client" \
	app_client "http://10.2.0.2:$PORT/dm" --transport wsp --session 50 --sessions 6 --retry 1 --timeout 40
check "lost, repeated and reordered at random: server" stop_peer server
expect "it saw each message once" "$WORK/server.json" \
	'd["sessions_ended"] == 6 and len(d["requests"]) == 18 == len(set(r["sha256"] for r in d["requests"]))'
for ns in router device; do on $ns tc -s qdisc show dev dev0; done >"$WORK/qdisc"
check "netem lost some" grep -q "dropped [1-9]" "$WORK/qdisc"
for ns in router device; do on $ns tc qdisc del dev dev0 root; done

while [ $(($(date +%s) - asked)) -lt 66 ]; do sleep 1; done
on router "$PYTHON" "$LIB/wsp.py" send 10.1.0.2:4444 01042001c33c >/dev/null
check "a stranger, when the exchange is forgotten" event device wsp-unasked "who was not asked" 10.1.0.1
check "is not heard by a socket that is still open" test "$(cat "$WORK/asks.log")" = asked
kill "$asks" 2>/dev/null
wait "$asks" 2>/dev/null
finish
