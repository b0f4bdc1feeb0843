#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# TCP Fast Open to a listener that a rule selects and that is not wrapped: a child with
# data is there before anything is sent that could be stopped. The application gets
# no octet of it.
#
# KERNELS: 6.1
# TIMEOUT: 120
. ./lib/common.sh
network
protect_server
on server sysctl -qw net.ipv4.tcp_fastopen=3
on router sysctl -qw net.ipv4.tcp_fastopen=1
background sink server "$PYTHON" "$LIB/sidedoor.py" sink_polling :: "$PORT" "$WORK/sink"
sink=$LAST
wait_for 20 test -e "$WORK/sink"
open() { on router timeout 20 "$PYTHON" "$LIB/sidedoor.py" fastopen_send "$1" "$PORT" >"$WORK/open"; }
passive() { on server awk '/^TcpExt:/ { if (!n) { for (i = 1; i <= NF; i++) if ($i == "TCPFastOpenPassive") n = i } else print $n }' /proc/net/netstat; }
# the first gets the cookie
open 10.2.0.2
open fd02::2
check "detach" on server omasec flow detach
for to in 10.2.0.2 fd02::2; do
	before=$(passive)
	open $to
	open $to
	check "Fast Open to $to was used" test "$(passive)" -gt "$before"
done
# and without a cookie, its data in another fragment than its header
on server sysctl -qw net.ipv4.tcp_fastopen=0x203
on router "$PYTHON" "$LIB/sidedoor.py" syn_in_pieces fd02::2 "$PORT" fd02::1
passive >"$WORK/passive"
touch "$WORK/sink.go"
wait "$sink"
expect "an octet of it does not arrive" "$WORK/sink.log" 'd["octets"] == 0'
check "it was refused" refused server guard-drops
finish
