#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Connectionless WSP: what is refused, and why. Malformed PDUs, those that no message is,
# what is too long, what comes in the wrong order or from the wrong side, floods; static mode,
# other content, DTLS, both ends at the same port, and what ends a flow.
#
# KERNELS: 6.1
# TIMEOUT: 300
. ./lib/common.sh
network
PORT=9200
post() { rule dm "protocol = udp" "binding = wsp-post" "$@"; }
static() { post "auth-mode = static" "$@"; }
{ account; static "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
{ account; static "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
events server
events device
relay() { start_peer relay router wsp_tamper.py --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log" "$@"; }
wsp() { on "$1" "$PYTHON" "$LIB/wsp.py" "$2" "$3" "$4"; }
URL=http://10.2.0.2:$PORT/dm
RELAY=http://10.1.0.1:$PORT/dm
session "static, without any helper" "--wsp" "--transport wsp --sessions 2" "--static --least 12"

# says NS TEXT ARG...: what lib/wsp.py prints
says()
{
	_from=$1 _want=$2
	shift 2
	_said=$(on "$_from" "$PYTHON" "$LIB/wsp.py" "$@")
	[ "$_said" = "$_want" ] || { echo "says: $_said"; return 1; }
}

# ---- what nobody at the server gets; the router has no rules
# a Post behind its transaction id: URI, and the content type of XML
P=600b01687474703a2f2f612f646dc3
# bad TEXT REASON N HEX: it is the N-th that is refused for it
bad()
{
	check "$1: silence" says router silence send "10.2.0.2:$PORT" "$4"
	check "$1: $2" refused server "$2" "$3"
}
app_server --wsp
bad "a message without MAC" mac-missing 1 01${P}3c53796e634d4c2f3e
bad "a push" wsp-syntax 1 010603c4af8778
bad "a Put" wsp-syntax 2 01610b01687474703a2f2f612f646dc33c2f3e
bad "a code page" wsp-syntax 3 01600b03687474703a2f2f612f646dc37f023c2f3e
bad "headers beyond the datagram" wsp-syntax 4 01600b20687474703a2f2f612f646dc3
bad "a Connect" wsp-syntax 5 0101100000
bad "a Get" not-dm 1 01400b687474703a2f2f612f646d
bad "a Post of plain text" not-dm 2 01600b01687474703a2f2f612f646d8378
bad "a notification in a Post" not-dm 3 01600b01687474703a2f2f612f646dc478
bad "a Reply that nobody asked for" wsp-unasked 1 01042001c33c
bad "DTLS" tls-forbidden 1 16fefd0000000000000000000178
check "told why, which way and from where" event server '"wsp-syntax"' '"path":"rx"' "code page" 10.2.0.1
stop_peer server
expect "the application has seen nothing" "$WORK/server.json" 'd["ok"] and not d["requests"]'

# ---- what does not leave, and one request without an answer
app_server --wsp --mute
check "a Reply from the client's side" says device silence send "10.2.0.2:$PORT" 01042001c33c2f3e
check "does not leave" refused device wsp-unasked
check "longer than a datagram with its MAC: EMSGSIZE at once" says device EMSGSIZE size "10.2.0.2:$PORT" 65500
check "for it" refused device too-large
check "several datagrams in one" says device EINVAL segment "10.2.0.2:$PORT"
check "for it" refused device datagram-bad
check "the largest that fits, in fragments, and one that is written in pieces" sh -c \
	"$(command -v warm) -n device $PYTHON $LIB/wsp.py size 10.2.0.2:$PORT 65380 && $(command -v warm) -n device $PYTHON $LIB/wsp.py pieces 10.2.0.2:$PORT"
background asks device "$PYTHON" "$LIB/wsp.py" wait "10.2.0.2:$PORT" 4444
asks=$LAST
wait_for 5 sh -c "grep -q asked $WORK/asks.log"
check "a stranger says something to who waits for a Reply" says router silence send 10.1.0.2:4444 01042001c33c
wait "$asks"
check "which it does not hear" grep -qx silence "$WORK/asks.log"
check "told" event device wsp-unasked "who was not asked" 10.1.0.1
stop_peer server
expect "arrive whole" "$WORK/server.json" '[r["length"] for r in d["requests"]] == [65380 - 16, 9, 9]'
check "the flows are ended" on device omasec flow kill --all
check "and go" wait_for 5 sh -c "ip netns exec device omasec -j flow list | grep -q '\"flows\": *\[\]'"
check "what was not answered is counted" test "$(stat device wsp-unanswered)" = 3

# ---- other content, DTLS, both ends at the same port, over loopback
{ account; static "direction = in" "other = pass" "tls = allow"; static "direction = out" "other = pass" "tls = allow"; } |
	sed '0,/\[rule dm\]/! s/\[rule dm\]/[rule out]/' >"$WORK/c"
apply server <"$WORK/c"
app_server --wsp
check "a Get goes, and is answered" says router "got 0104200b746578742f706c61696e006e6f7420444d" send "10.2.0.2:$PORT" 01400b687474703a2f2f612f646d
check "a form as well" says router "got 0104200b746578742f706c61696e006e6f7420444d" send "10.2.0.2:$PORT" 01600b01687474703a2f2f612f646d9278
bad "a notification in a Post does not" not-dm 4 01600b01687474703a2f2f612f646dc478
check "DTLS passes" says router silence send "10.2.0.2:$PORT" 16fefd0000000000000000000178
check "and is counted" test "$(stat server datagrams-passed)" = 1
check "a session from port to port over loopback" on server "$PYTHON" "$LIB/dm_client.py" "http://127.0.0.1:$PORT/dm" \
	--transport wsp --bind "127.0.0.2:$PORT" --session 5 --json "$WORK/client.json"
stop_peer server
app_server --wsp
relay --do type=text/plain@s2c:1
check_fails "a Reply that says it is none of DM reaches nobody" app_client "http://10.1.0.1:$PORT/dm" --transport wsp --session 6 --timeout 4
check "for it" refused device not-dm
stop_peer relay

# ---- many
check "600 forged Posts from as many ports" on router "$PYTHON" "$LIB/wsp.py" flood "10.2.0.2:$PORT" 600
check "leave no more flows than there may be" sh -c "[ \$(ip netns exec server omasec -j flow list | grep -o '\"id\"' | wc -l) -le 256 ]"
check "none of them was delivered, and a session goes on" app_client "$URL" --transport wsp --session 7
stop_peer server
expect "it is all that came" "$WORK/server.json" 'len(d["requests"]) == 4'
app_server --wsp --delay 2000
background late device "$PYTHON" "$LIB/dm_client.py" "$URL" --transport wsp --session 8 --timeout 5
sleep 1
printf '' | apply server
check "without rules nothing is held, and nothing leaks" sh -c "ip netns exec server omasec -j flow list | grep -q '\"flows\": *\[\]'"
wait "$LAST"

finish
