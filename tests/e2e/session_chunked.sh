#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Chunked transfer coding, in one direction or both, with any size of chunks.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
session "both chunked" "--chunked" "--chunked --session 10"
session "chunks of 1 octet" "--chunked --chunk 1" "--chunked --chunk 1 --session 20 --transport raw"
session "response chunked" "--chunked --chunk 7" "--session 30"
session "request chunked, WBXML" "" "--chunked --wbxml --session 40"
finish
