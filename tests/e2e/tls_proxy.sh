#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# CONNECT through a plain HTTP proxy, then TLS: recognised where TLS is allowed, and
# nothing but TLS passes the tunnel.
#
# KERNELS: 6.1
# TIMEOUT: 240
# NEEDS: openssl curl
. ./lib/common.sh
. ./lib/tls.sh
network
certificate
tls_server -tls1_3
SERVER_PORT=$PORT
PORT=3128

proxy() { start_peer proxy router faketls.py proxy "$PORT" "10.2.0.2:$SERVER_PORT" "$1"; }
tunnelled()
{
	on device curl -gsS --max-time 15 --cacert "$WORK/cert.pem" -o "$WORK/got" -x "http://10.1.0.1:$PORT" \
		"https://10.2.0.2:$SERVER_PORT/$1"
}

for tls in allow require; do
	for check in all start; do
		tls_rule device out "tls = $tls" "tls-check = $check"
		[ -n "${up:-}" ] || { helper_start device; events device; up=1; }
		proxy open
		check "$tls, $check: a page through the tunnel" tunnelled page
		check "$tls, $check: is what was served" fetched page
		check "$tls, $check: 3 MB" tunnelled big
		check "$tls, $check: are what was served" fetched big
		stop_peer proxy
	done
done
check "flows are counted as TLS" test "$(stat device tls-flows)" -eq 8
check "the event says what was found" event device secured '"version":"1.3"'

proxy plain
check_fails "plain text of the proxy behind its 200 does not pass" tunnelled page
check "with its reason" refused device tls-record
stop_peer proxy
proxy open
on device "$PYTHON" "$LIB/faketls.py" client 10.1.0.1 "$PORT" connect-plain >"$WORK/fake"
check "plain text of the client in the tunnel is refused" refused device tls-record 2
stop_peer proxy
proxy refuse
check_fails "a proxy that opens no tunnel" tunnelled page
check "with its reason" refused device tls-tunnel
check "and its status" event device tls-tunnel "407"
stop_peer proxy

tls_rule device out "tls = forbid"
proxy open
check_fails "forbid: no tunnel" tunnelled page
check "with the reason that it always had" refused device http-upgrade
stop_peer proxy
finish
