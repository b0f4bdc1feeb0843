#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Keep-alive, a connection for each message, and responses that end with the
# connection.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
session "client closes each time" "" "--close --session 10"
session "server closes each time" "--close" "--session 20"
session "responses without length" "--close-delimited" "--session 30"
session "RespURI" "--resp-uri" "--session 40 --transport raw"
finish
