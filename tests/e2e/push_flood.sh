#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A flood of forged notifications: what does not fit the queue is dropped and
# counted, memory stays bounded, a DM session beside it goes on, and a right
# notification gets through when the flood is over.
#
# KERNELS: 6.1
# TIMEOUT: 300
. ./lib/common.sh
. ./lib/push.sh
network
{
	account
	account pusher "server-id = Pusher" "server-name = Pusher"
	rule push "account = pusher" "protocol = udp" "direction = in" "port = $PUSH_PORT"
	rule dm "direction = out"
} >"$WORK/c"
apply device <"$WORK/c"
helper_start device
protect_server
push_listen
events device
app_server
seconds() { awk "{ print \$1 }" /proc/uptime; }
check "a session in quiet" app_client "$DIRECT"
memory() { awk '/^(Slab|Percpu|VmallocUsed):/ { s += $2 } END { print s }' /proc/meminfo; }
before=$(memory)
background flood router "$PYTHON" "$LIB/push.py" flood $DEVICE $PUSH_PORT 20000 --burst 1000 --id Pusher
flood=$LAST
start=$(seconds)
check "a session during the flood" app_client "$DIRECT" --session 2
end=$(seconds)
check "which ended while the flood went on, or within its time" sh -c "awk 'BEGIN { exit !($end - $start < 30) }'"
wait "$flood"
after=$(memory)
push_send good,session=9,id=Pusher
check "nothing of the flood arrives, the right one does" arrived good
check "all were counted" rule_saw device hits 20001
check "and all but one refused" rule_saw device refused 20000
full=$(stat device queue-full)
wrong=$(stat device digest-wrong)
check "by the queue or by the digest ($full, $wrong)" test $((full + wrong)) = 20000
check "some by the queue" test "$full" -gt 0
check "memory is bounded ($before kB before, $after kB after)" test $((after - before)) -lt 16384
told=$(grep -c '"queue-full"' "$WORK/events-device.log")
check "the flood is told of, but not for each datagram ($told)" test "$told" -ge 1 -a "$told" -le 200
stop_peer server
stop_peer listener
finish
