#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without the module the tool says so in words, with exit status 3.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 300
# MODULE: no
. ./lib/common.sh
rmmod omasec 2>/dev/null
echo /bin/false >/proc/sys/kernel/modprobe	# or the kernel would load it on demand
omasec status >"$WORK/out" 2>&1
check "exit status 3" test $? -eq 3
check "says what to do" grep -q "modprobe omasec" "$WORK/out"
echo /sbin/modprobe >/proc/sys/kernel/modprobe
finish
