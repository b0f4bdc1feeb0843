#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The kernel fails each allocation in the life of a protected connection in turn:
# every step is refused or done, and nothing passes unprotected, unverified or for ever.
#
# KERNELS: debug
# TIMEOUT: 150
# CPUS: 1
. ./lib/common.sh
command -v alloc_failures >/dev/null || die "alloc_failures was not built (make -C tests/e2e OUT=dir)"
ip link set lo up
alloc_failures || FAILED=1
finish
