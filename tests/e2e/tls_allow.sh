#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With tls = allow OpenSSL and curl work untouched at both ends, TLS 1.2 and 1.3, with
# and without kTLS asked for, both kinds of tls-check; events and flow list say what
# was found; and plain DM beside it stays protected.
#
# KERNELS: 6.1
# TIMEOUT: 300
# NEEDS: openssl curl strace
. ./lib/common.sh
. ./lib/tls.sh
network
certificate
for check in all start; do
	tls_rule device out "tls = allow" "tls-check = $check"
	tls_rule server in "tls = allow" "tls-check = $check"
	if [ $check = all ]; then
		helper_start device
		helper_start server
		events device
		events server
	fi
	for version in 1.2 1.3; do
		for ktls in openssl ktls; do
			OPENSSL_CONF=$WORK/$ktls.cnf
			tls_server "-tls${version%.*}_${version#*.}"
			check "$check, TLS $version $ktls: a page" https page
			check "$check, TLS $version $ktls: is what was served" fetched page
			check "$check, TLS $version $ktls: 3 MB" https big
			check "$check, TLS $version $ktls: are what was served" fetched big
			check "$check, TLS $version $ktls: s_client" sh -c "printf 'GET /page HTTP/1.0\r\n\r\n' |
				nsenter --net=/run/netns/device -- timeout 20 openssl s_client -connect 10.2.0.2:$PORT \
				-servername dm.example.com -CAfile '$WORK/cert.pem' -verify_return_error -quiet |
				grep -q 'secured page'"
			tls_server_stop
		done
	done
done
OPENSSL_CONF=$WORK/ktls.cnf
tls_server
check "kernel TLS is asked for, and refused" sh -c "nsenter --net=/run/netns/device -- timeout 20 strace -e trace=setsockopt \
	openssl s_client -connect 10.2.0.2:$PORT </dev/null 2>&1 | grep TCP_ULP | grep -q EEXIST"
tls_server_stop
OPENSSL_CONF=$WORK/openssl.cnf
check "device: event with version, suite and name" event device secured '"version":"1.3"' \
	'"cipher-suite":"TLS_AES_256_GCM_SHA384"' '"server-name":"dm.example.com"'
check "device: event of TLS 1.2" event device secured '"version":"1.2"' '"cipher-suite":"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"'
check "server: event with version" event server secured '"version":"1.3"'
check "flows are counted" test "$(stat device tls-flows)" -eq 25
check "those of tls-check start were handed back" test "$(stat device tls-direct)" -eq 13
check "and those of the server" test "$(stat server tls-direct)" -eq 13
check "nothing was refused" sh -c "! nsenter --net=/run/netns/device -- omasec stats | grep -A99 -i refused | grep -q '[1-9]'"

tls_server -tls1_3
(sleep 8) | on device openssl s_client -connect "10.2.0.2:$PORT" -servername dm.example.com -quiet >/dev/null 2>&1 &
PIDS="$PIDS $!"
check "flow list names version, suite and server" wait_for 10 sh -c "nsenter --net=/run/netns/device -- omasec flow list |
	grep -q 'rx direct, tx direct, TLS 1.3 TLS_AES_256_GCM_SHA384 dm.example.com'"
on device omasec -j flow list >"$WORK/flows"
expect "as JSON" "$WORK/flows" \
	'[f["tls"] for f in d["flows"] if "tls" in f] == [{"version": "1.3", "cipher-suite": "TLS_AES_256_GCM_SHA384", "server-name": "dm.example.com"}]'
tls_server_stop

app_server
check "plain DM under the same rules" app_client "$DIRECT"
check "and its server" stop_peer server
check "its messages were checked" test "$(stat server rx-messages)" -eq 3
finish
