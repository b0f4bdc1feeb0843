#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Transactions of WTP, PDU by PDU: answers in segments, what is acknowledged and asked for
# again, other transactions, Aborts, Invokes that come late, messages that are too long, and
# the memory of those that never become whole.
#
# KERNELS: 6.12
# TIMEOUT: 90
. ./lib/common.sh
network
PORT=9201
in_static() { { account; rule dm "protocol = udp" "binding = wtp" "auth-mode = static" "direction = in" "$@"; } >"$WORK/c"; apply server <"$WORK/c"; }
in_static
# says TEXT HEX...: what lib/wtp.py prints, a word for each, from the router, which has no rules
says()
{
	_want=$1
	shift
	# shellcheck disable=SC2046
	set -- $(on router "$PYTHON" "$LIB/wtp.py" send "10.2.0.2:$PORT" "$@")
	[ "$*" = "$_want" ] || { echo "says: $*"; return 1; }
}

# Connects are messages without MAC; here their answers come in three packets
app_server --wtp --cut 4 --retry 60
C=01100000
# counts REASON N TEXT WANT HEX...: says that, which is refused for that reason so often
counts()
{
	_reason=$1 _n=$2 _text=$3
	shift 3
	_before=$(stat server "$_reason")
	check "$_text" says "$@"
	check "$_text: $_reason $_n" test "$(stat server "$_reason")" = $((${_before:-0} + _n))
}
counts wtp-unasked 1 "of an answer, what is missing goes again until all of it is acknowledged, and nothing else" \
	"got 14800102070600 got 3080010102800002 got 328001028100 got 3180010102800002 silence silence" \
	=0a000102$C =9800011900 =9800011900 =380001040007010b 9800011902 3800010101
counts wtp-unasked 4 "an Ack, a list, a segment and an Abort of another transaction" \
	"got 14800102070600 silence silence silence silence got 15800102070600" \
	=0a000102$C 9800021900 3800020100 2a00020161 20000200 =3800010100
counts wtp-unasked 1 "a transaction that was aborted is over" "got 14800102070600 silence silence" =0a000102$C 20000100 9800011900
counts wtp-unasked 1 "an Invoke that comes late" \
	"got 14800102070600 got 14800202070600 silence" =0a000102$C =0a000202$C 0a000102$C
stop_peer server

in_static "max-message = 4K"
k=$(printf '61%.0s' $(seq 1400))
counts too-large 1 "more than there may be, before it is whole" "silence silence silence silence silence silence silence silence" \
	0800010260$k 2800010160$k 2800010260$k 2800010360$k 2800010460$k 2800010560$k 2800010660$k 2800010760$k

# ---- memory: no more than 2 MiB, which is there again when the rule goes
in_static
check "60 beginnings of 60 kB each" on router "$PYTHON" "$LIB/wtp.py" flood "10.2.0.2:$PORT" 60 60000
check "are not all kept" wait_for 10 refused server queue-full 15
printf '' | apply server
in_static
{ account; rule dm "protocol = udp" "binding = wtp" "auth-mode = static" "direction = out"; } >"$WORK/c"
apply device <"$WORK/c"
app_server --wtp
check "a session has it then" app_client "http://10.2.0.2:$PORT/dm" --transport wtp --session 9 --cut 400 --size 20000
check "with the server" stop_peer server
finish
