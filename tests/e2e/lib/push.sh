# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034
#
# What the tests of pushes share; sourced after common.sh. The server sends
# notifications to the device, where an application listens at $PUSH_PORT.
PUSH_PORT=2948
DEVICE=10.1.0.2
DEVICE6=fd01::2
SENT=$WORK/sent
RECEIVED=$WORK/received
: >"$SENT"

# push_rule [LINE...]: the account and the rule of most tests, on standard output
push_rule()
{
	account
	rule push "$@" "protocol = udp" "direction = in" "port = $PUSH_PORT"
}

# push_protect [LINE...]: the device has them
push_protect() { push_rule "$@" >"$WORK/c"; apply device <"$WORK/c"; }

push_listen()
{
	rm -f "$RECEIVED"
	start_peer listener device push.py listen $PUSH_PORT "$RECEIVED" "$@"
}

# push_send CASE...: from the server to the device
push_send() { on server "$PYTHON" "$LIB/push.py" send $DEVICE $PUSH_PORT "$SENT" "$@"; }
push_send6() { on server "$PYTHON" "$LIB/push.py" send $DEVICE6 $PUSH_PORT "$SENT" "$@"; }

# arrived [NAME...]: these arrived, in this order and unchanged, and nothing else
arrived() { "$PYTHON" "$LIB/push.py" same "$SENT" "$RECEIVED" "$@"; }

# rule_saw NS KEY N: what the first rule of the namespace counts: hits, or of what it has seen
rule_saw()
{
	on "$1" omasec -j rule list >"$WORK/rules"
	"$PYTHON" "$LIB/expect.py" "$WORK/rules" "{**d['rules'][0], **d['rules'][0]['seen']}['$2'] == $3" || return 1
}

# dropped REASON N: exactly so many were refused for it since the module was loaded
dropped()
{
	_v=$(stat device "$1")
	[ "$_v" = "$2" ] || { echo "$1 is $_v, expected $2"; on device omasec stats; return 1; }
}
