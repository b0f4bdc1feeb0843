#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Messages of 1 MiB, both ways.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
protect_device "max-message = 2M"
protect_server "max-message = 2M"
session "1 MiB in both directions" "--size 1000000 --rounds 1" "--size 1000000 --timeout 60"
session "1 MiB as WBXML, chunked" "--size 1000000 --rounds 1 --chunked --chunk 20000" \
	"--size 1000000 --timeout 60 --wbxml --chunked --chunk 16384 --session 20"
finish
