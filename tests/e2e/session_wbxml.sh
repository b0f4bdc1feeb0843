#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same session in WBXML.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
session "WBXML session" "--rounds 3" "--wbxml"
finish
