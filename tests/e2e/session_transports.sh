#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# curl, Python's http.client and a plain socket are transports that omasec
# protects alike.
#
# KERNELS: 6.12
# TIMEOUT: 180
# NEEDS: curl
. ./lib/common.sh
network
protect_device
protect_server
session "curl" "" "--transport curl"
session "http.client" "" "--transport http --session 20"
session "plain socket" "" "--transport raw --session 30"
finish
