#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same on the listening side: MPTCP, urgent data, raw octets.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server
if on server sysctl -qw net.mptcp.enabled=1 2>/dev/null; then
	on device sysctl -qw net.mptcp.enabled=1
	background mptcp server /usr/bin/python3 "$LIB/sidedoor.py" mptcp_listen :: "$PORT" "$WORK/mptcp"
	mptcp=$LAST
	wait_for 20 test -e "$WORK/mptcp"
	touch "$WORK/mptcp.go"
	on device timeout 8 /usr/bin/python3 "$LIB/sidedoor.py" mptcp_connect 10.2.0.2 "$PORT" >"$WORK/peer"
	wait "$mptcp"
	expect "an MPTCP listener gets no octet" "$WORK/mptcp.log" 'd.get("read", "none") in ("none", 0, "timeout", "ECONNRESET")'
fi
app_server
raw urgent
check "urgent data ends the connection" raw_is urgent "reset|eof"
check "counted" refused server urgent-data
stop_peer server
check "the server application saw nothing" app_saw 0
finish
