#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The kernel fails each allocation of loading the module, and of making a network
# namespace while it is loaded, in turn: done or undone, and nothing is left.
#
# KERNELS: debug
# TIMEOUT: 120
# MODULE: no
. ./lib/common.sh
command -v alloc_failures >/dev/null || die "alloc_failures was not built (make -C tests/e2e OUT=dir)"
alloc_failures --module "$OMASEC_KO" || FAILED=1
check "the module can be unloaded" wait_for 20 rmmod omasec
finish
