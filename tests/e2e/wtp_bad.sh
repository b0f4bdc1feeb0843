#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# WSP over WTP: what is refused, and why. Malformed PDUs of WTP and of sessions, messages
# without MAC, what belongs to no transaction, messages longer than their receiver takes,
# floods of messages that never become whole; static mode.
#
# KERNELS: 6.12 debug
# TIMEOUT: 300
. ./lib/common.sh
network
PORT=9201
static() { rule dm "protocol = udp" "binding = wtp" "auth-mode = static" "$@"; }
{ account; static "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
{ account; static "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
events server
events device
relay() { start_peer relay router wtp_tamper.py --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log"; }
URL=http://10.2.0.2:$PORT/dm
RELAY=http://10.1.0.1:$PORT/dm
session "static, without any helper" "--wtp" "--transport wtp --sessions 2 --cut 300" "--static --least 12"

# says TEXT HEX...: what lib/wtp.py prints, a word for each, from the router, which has no rules
says()
{
	_want=$1
	shift
	# shellcheck disable=SC2046
	set -- $(on router "$PYTHON" "$LIB/wtp.py" send "10.2.0.2:$PORT" "$@")
	[ "$*" = "$_want" ] || { echo "says: $*"; return 1; }
}
# bad REASON HEX...: nobody answers these, each of which is refused for that
bad()
{
	_reason=$1
	shift
	_before=$(stat server "$_reason")
	check "$# that are $_reason: silence" says "$(printf 'silence %.0s' $(seq $#) | sed 's/ $//')" "$@"
	check "$# that are $_reason: counted" test "$(stat server "$_reason")" = $((${_before:-0} + $#))
}
# an Invoke of class 2, whole, and the beginning of a Post of XML
I=0a000102
P=600b01687474703a2f2f612f646dc3
app_server --wtp
# a type that there is not, another version, extended segmentation, PDUs beyond the datagram, nine of them
bad wtp-syntax 420001 0a000142${P}3c 8a0001022901${P}3c 0005180001 \
	"00$(printf '03180001%.0s' 1 2 3 4 5 6 7 8 9)"
# an Ack of nothing, a Result, class 1, DTLS
bad wtp-unasked 180001 12800104 0a0001010600 16fefd0000000000000000000178
# Resume, Suspend, Connect with a content type for all, part of a message, push, another method, another code page
bad wsp-syntax ${I}090500 ${I}0805 ${I}0110000291c2 ${I}8005 ${I}0603c4af87 ${I}700b01687474703a2f2f612f646dc33c \
	${I}600b03687474703a2f2f612f646dc37f023c
bad mac-missing $I${P}3c53796e634d4c2f3e
bad not-dm ${I}400b687474703a2f2f612f646d
check "a Connect goes, and is answered in its transaction" \
	says "got 12800102070600028000028100 silence" 0a00010201100000 180001
check "a group is acknowledged, what is missing asked for" \
	says "got 9880011900 got 3880010101 silence" 0c00010260 2a00010261 2a00010161
check "segments that contradict each other: wtp-syntax" refused server wtp-syntax 6
check "told why, which way and from where" event server '"wtp-syntax"' '"path":"rx"' "version" 10.2.0.1
stop_peer server
expect "the application has seen nothing but Connects" "$WORK/server.json" 'not d["requests"]'

# ---- what its receiver does not take
app_server --wtp --sdu 700
check_fails "longer than the server takes" app_client "$URL" --transport wtp --session 3 --size 600 --timeout 4
check "is refused at the device" refused device wtp-sdu
stop_peer server
expect "and arrives nowhere" "$WORK/server.json" 'not any(r["length"] > 700 for r in d["requests"])'
app_server --wtp --size 1500
check_fails "longer than the client takes" app_client "$URL" --transport wtp --session 4 --sdu 1400 --timeout 4
check "is refused at the server" refused server wtp-sdu
stop_peer server

# ---- many that never become whole
unfinished() { [ "$(stat server wtp-unfinished)" -ge 100 ]; }
app_server --wtp
check "600 beginnings of messages from as many ports" on router "$PYTHON" "$LIB/wtp.py" flood "10.2.0.2:$PORT" 600
check "leave no more flows than there may be" sh -c "[ \$(ip netns exec server omasec -j flow list | grep -o '\"id\"' | wc -l) -le 256 ]"
check "a session goes on meanwhile" app_client "$URL" --transport wtp --session 7 --cut 400
check "what never became whole is given up, and counted" wait_for 40 unfinished
stop_peer server
expect "it is all that came" "$WORK/server.json" 'len(d["requests"]) == 3'
app_server --wtp --delay 2000
background late device "$PYTHON" "$LIB/dm_client.py" "$URL" --transport wtp --session 8 --timeout 5
sleep 1
printf '' | apply server
check "without rules nothing is held, and nothing leaks" sh -c "ip netns exec server omasec -j flow list | grep -q '\"flows\": *\[\]'"
wait "$LAST"
finish
