#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The socket cases on protected sockets, IPv4: everything that TCP promises holds.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 300
# ALONE: yes
. ./lib/common.sh
network
{ account; rule o "direction = out" "auth-mode = static" "max-message = 16M"
  rule i "direction = in" "auth-mode = static" "max-message = 16M"; } >"$WORK/c"
apply server <"$WORK/c"
command -v sock_semantics >/dev/null || die "sock_semantics was not built (make -C tests/e2e OUT=dir)"
on server sock_semantics --port "$PORT" || FAILED=1
check "the sockets were protected" test "$(stat server rx-messages)" -ge 300
check "no flow is left" sh -c "sleep 2; nsenter --net=/run/netns/server -- omasec -j flow list | grep -q '\"flows\": *\\[\\]'"
finish
