#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With connection tracking in the namespace each connection is confirmed as if
# nobody had taken its datagrams out of the way.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 120
# ALONE: yes
. ./lib/common.sh
. ./lib/push.sh
modprobe nf_conntrack enable_hooks=1 || skip "this kernel has no connection tracking"
network
count() { on device sysctl -n net.netfilter.nf_conntrack_count; }
push_listen
before=$(count)
push_send plain,raw=414243
check "without a rule" arrived plain
check "a connection is tracked" test "$(count)" -gt "$before"
push_protect
between=$(count)
push_send one,session=1 two,session=2 big,session=3,vendor=3000
push_send6 one6,session=4 big6,session=5,vendor=3000
check "with a rule" arrived plain one two big one6 big6
check "one connection for each sender is confirmed" test "$(count)" -eq $((between + 2))
ip -n device link set lo mtu 1500
push_listen
on device "$PYTHON" "$LIB/push.py" send ::1 $PUSH_PORT "$SENT" \
	lo,session=6 lobig,session=7,vendor=4000 lo2,session=8
check "fragments on loopback, which are tracked when they come in" arrived lo lobig lo2
on device "$PYTHON" "$LIB/push.py" send ::1 $PUSH_PORT "$SENT" lobad,session=9,vendor=4000,flip=3000 lo3,session=9
check "and are checked" arrived lo lobig lo2 lo3
stop_peer listener
finish
