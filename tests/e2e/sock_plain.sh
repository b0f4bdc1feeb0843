#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The socket cases on sockets that no rule selects: what TCP itself does, and what
# the module must leave alone.
#
# KERNELS: 6.12
# TIMEOUT: 300
# ALONE: yes
. ./lib/common.sh
ip link set lo up
command -v sock_semantics >/dev/null || die "sock_semantics was not built (make -C tests/e2e OUT=dir)"
sock_semantics --plain --port "$PORT" || FAILED=1
finish
