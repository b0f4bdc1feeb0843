#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same on the listening side: MPTCP, urgent data, raw octets.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server
if on server sysctl -qw net.mptcp.enabled=1 2>/dev/null; then
	on device sysctl -qw net.mptcp.enabled=1
	background mptcp server "$PYTHON" "$LIB/sidedoor.py" mptcp_listen :: "$PORT" "$WORK/mptcp"
	mptcp=$LAST
	wait_for 20 test -e "$WORK/mptcp"
	touch "$WORK/mptcp.go"
	on device timeout 8 "$PYTHON" "$LIB/sidedoor.py" mptcp_connect 10.2.0.2 "$PORT" >"$WORK/peer"
	wait "$mptcp"
	expect "an MPTCP listener gets no octet" "$WORK/mptcp.log" 'd.get("read", "none") in ("none", 0, "timeout", "ECONNRESET")'
fi
# Fast Open: the child is readable before its handshake is over, but not raw
on server sysctl -qw net.ipv4.tcp_fastopen=3
on router sysctl -qw net.ipv4.tcp_fastopen=1
background sink server "$PYTHON" "$LIB/sidedoor.py" sink :: "$PORT" "$WORK/sink"
sink=$LAST
wait_for 20 test -e "$WORK/sink"
for _ in 1 2 3; do
	on router timeout 20 "$PYTHON" "$LIB/sidedoor.py" fastopen_send 10.2.0.2 "$PORT" >"$WORK/tfo"
done
passive() { on server awk '/^TcpExt:/ { if (!n) { for (i = 1; i <= NF; i++) if ($i == "TCPFastOpenPassive") n = i } else print $n }' /proc/net/netstat; }
expect "Fast Open to a protected listener connects" "$WORK/tfo" 'd["send"] > 0'
check "and was used" test "$(passive)" -ge 1
touch "$WORK/sink.go"
wait "$sink"
expect "an octet of it does not arrive" "$WORK/sink.log" 'd["octets"] == 0 and d["connections"] >= 2'
app_server
raw urgent
check "urgent data ends the connection" raw_is urgent "reset|eof"
check "counted" refused server urgent-data
stop_peer server
check "the server application saw nothing" app_saw 0
finish
