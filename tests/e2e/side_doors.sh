#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What would go around a protected socket is refused: kTLS, MPTCP, fast open, urgent
# data; and no octet of it leaves.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 240
. ./lib/common.sh
network
modprobe tls 2>/dev/null
protect_device
background sink server "$PYTHON" "$LIB/sidedoor.py" sink :: "$PORT" "$WORK/sink"
sink=$LAST
wait_for 20 test -e "$WORK/sink"
door() { _d=$1; shift; on device "$PYTHON" "$LIB/sidedoor.py" "$_d" 10.2.0.2 "$PORT" "$@" >"$WORK/$_d"; }
door ktls
# ENOENT where there is no kTLS to be had at all
expect "kTLS on a protected socket is refused" "$WORK/ktls" 'd["ulp"] == "omasec" and d["tls"] in ("EEXIST", "ENOENT")'
if on device sysctl -qw net.mptcp.enabled=1 2>/dev/null; then
	door mptcp_connect
	expect "MPTCP connect is refused at once" "$WORK/mptcp_connect" \
		'd["connect"] == "ECONNREFUSED" and d["seconds"] < 2'
	check "counted: mptcp or unattached" test $(($(stat device mptcp) + $(stat device unattached))) -ge 1
fi
on device sysctl -qw net.ipv4.tcp_fastopen=3
on server sysctl -qw net.ipv4.tcp_fastopen=3
door fastopen_send
expect "MSG_FASTOPEN is refused, an ordinary connect is not" "$WORK/fastopen_send" \
	'd["send"] in ("ECONNREFUSED", "EOPNOTSUPP") and d["again"] == "ok"'
door fastopen_connect
expect "TCP_FASTOPEN_CONNECT makes an ordinary protected connection" "$WORK/fastopen_connect" \
	'd["connect"] == "ok" and d["ulp"] == "omasec"'
touch "$WORK/sink.go"
wait "$sink"
expect "no octet reached the server" "$WORK/sink.log" 'd["octets"] == 0'
finish
