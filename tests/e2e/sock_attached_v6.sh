#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The socket cases on protected sockets, IPv6.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 300
# ALONE: yes
. ./lib/common.sh
network
{ account; rule o "direction = out" "auth-mode = static" "max-message = 16M"
  rule i "direction = in" "auth-mode = static" "max-message = 16M"; } >"$WORK/c"
apply server <"$WORK/c"
on server sock_semantics -6 --port "$PORT" || FAILED=1
check "the sockets were protected" test "$(stat server rx-messages)" -ge 300
finish
