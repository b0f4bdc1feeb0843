#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A WAP gateway between a device in a session of WSP over WTP and a server that speaks HTTP:
# Kannel, which knows nothing of us. The MAC goes from end to end, through its translation of
# the headers. Kannel sends its answers in segments of 1400 octets, in groups of three, and
# again what is asked for; but it asks for no segment of a request that is missing: it hands on
# what it has. The server refuses that like anything that was altered on the way.
#
# KERNELS: 6.12
# NEEDS: kannel
# TIMEOUT: 180
. ./lib/common.sh
. ./lib/kannel.sh
network
HTTP=$PORT
PORT=9300	# of the relay in front of Kannel
protect_device "protocol = udp" "binding = wtp"
PORT=$HTTP
protect_server "auth-mode = transparent"
events server
events device
kannel

# gateway TEXT SERVER-OPTIONS CLIENT-OPTIONS [RELAY-OPTION...]: a session, each message of which is right
N=0
gateway()
{
	_through=$1 _server=$2 _client=$3
	shift 3
	N=$((N + 1))
	: >"$WORK/wire.log"
	# shellcheck disable=SC2086
	app_server $_server
	start_peer relay router wtp_tamper.py --listen 9300 --host $GATEWAY --to $GATEWAY:9201 --log "$WORK/wire.log" "$@"
	# shellcheck disable=SC2086
	check "$_through: client" app_client "$DIRECT" --transport wtp --bare --gateway $GATEWAY:9300 --session $N $_client
	check "$_through: server" stop_peer server
	stop_peer relay
	check "$_through: wire" wirecheck
}
gateway "through Kannel" "--rounds 3" ""
expect "the server application saw HTTP, four messages and no MAC" "$WORK/server.json" \
	'd["sessions_ended"] == 1 and len(d["requests"]) == 4 and not any(r["hmac"] for r in d["requests"])'
check "the server checked them" test "$(stat server rx-messages)" -ge 4
check "and the device the answers" test "$(stat device rx-messages)" -ge 4
gateway "WBXML" "--rounds 1" "--wbxml"
gateway "in segments" "--rounds 1 --size 9000" "--cut 400 --size 9000"
for way in c2s s2c; do
	check "of more than a group, $way" grep -q "\"dir\": \"$way\".*\"packets\": \([5-9]\|[1-9][0-9]\)" "$WORK/wire.log"
done

# ---- a bad line, and an attacker on it
# attacked TEXT REQUESTS SERVER-OPTIONS CLIENT-OPTIONS RELAY-OPTION...: the server application sees each request once
attacked()
{
	_attacked=$1 _requests=$2 _server=$3 _client=$4
	shift 4
	N=$((N + 1))
	# shellcheck disable=SC2086
	app_server $_server
	start_peer relay router wtp_tamper.py --listen 9300 --host $GATEWAY --to $GATEWAY:9201 "$@"
	# shellcheck disable=SC2086
	check "$_attacked: client" app_client "$DIRECT" --transport wtp --bare --gateway $GATEWAY:9300 --session $N $_client
	check "$_attacked: server" stop_peer server
	stop_peer relay
	expect "$_attacked: the server application saw each request once" "$WORK/server.json" \
		"len(d['requests']) == $_requests == len(set(r['sha256'] for r in d['requests']))"
}
attacked "a request and an answer that are lost" 2 "--rounds 1" "--wbxml --retry 1 --strays" --do lose@c2s:1 --do lose@s2c:2
attacked "a segment of an answer that is lost" 2 "--rounds 1 --size 3000" "" --do drop@s2c:3
wrong=$(stat server mac-wrong)
attacked "requests altered on the way" 3 "--rounds 2" "--wbxml" --do body@c2s:1 --do body@c2s:3
check "the server refused them" test "$(stat server mac-wrong)" = $((wrong + 2))
attacked "an answer altered on the way" 2 "--rounds 1" "--wbxml --strays" --do body@s2c:1
check "the device refused it" refused device mac-wrong 1

# From who is not behind omasec: what came through Kannel is not believed.
app_server
check_fails "a request without MAC through Kannel" on router "$PYTHON" "$LIB/dm_client.py" "$DIRECT" \
	--transport wtp --gateway $GATEWAY:9201 --timeout 3 --session 90
stop_peer server
check "told: mac-missing" event server mac-missing
expect "the server application saw nothing of it" "$WORK/server.json" 'not d["requests"]'
finish
