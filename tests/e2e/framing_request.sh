#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Requests whose end two readers could see at different places are refused, and no
# octet of them reaches the server application.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
protect_server "max-message = 64K"
app_server
raw length-and-chunked two-lengths plus-length list-length negative-length huge-length \
	hex-length identity-coding gzip-chunked chunked-twice obs-fold bare-lf bare-cr nul \
	space-before-colon no-colon many-fields long-head chunk-not-hex chunk-overflow \
	chunk-no-crlf chunk-long-extension http2 connect not-http version truncated
for case in length-and-chunked two-lengths plus-length list-length negative-length huge-length \
	hex-length identity-coding gzip-chunked chunked-twice obs-fold bare-lf bare-cr nul \
	space-before-colon no-colon many-fields long-head chunk-not-hex chunk-overflow \
	chunk-no-crlf chunk-long-extension http2 connect not-http version truncated; do
	check "$case" raw_is $case "reset|eof"
done
stop_peer server
check "the server application saw nothing" app_saw 0
for reason in http-syntax http-line-end http-too-many http-length http-encoding http-chunk \
	http-upgrade http-truncated; do
	check "counted: $reason" refused server $reason
done
finish
