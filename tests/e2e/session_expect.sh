#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Expect: 100-continue is answered, and the application behind never waits for it.
#
# KERNELS: 6.12
# TIMEOUT: 180
# NEEDS: curl
. ./lib/common.sh
network
protect_device
protect_server
session "curl with Expect" "" "--transport curl --expect"
session "plain socket with Expect" "" "--transport raw --expect --session 20"
finish
