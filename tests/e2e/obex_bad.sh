#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# OBEX that no library speaks: what is malformed, ambiguous, endless or out of turn is
# refused by name, and the application at the other end sees nothing of it.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
PORT=650
DIRECT=http://10.2.0.2:$PORT/dm
# raw_ends PATTERN CASE...: each ends as one of PATTERN says
raw_ends()
{
	_pattern=$1
	shift
	for _case in "$@"; do
		# shellcheck disable=SC2086
		check "$_case" sh -c "grep '\"case\": \"$_case\"' $WORK/raw | grep -qE '\"outcome\": \"($_pattern)\"' || { grep '\"case\": \"$_case\"' $WORK/raw | cut -c1-200; false; }"
	done
}

protect_server "binding = obex" "max-message = 64K"
app_server --obex
packets="bad-opcode short-packet not-obex connect-short connect-small connect-version get-inside connect-inside oversize response"
headers="long-header short-header half-character early-end body-behind-end get-body two-types type-without-nul
	two-lengths connection-changes endless-headers"
refused="setpath action session"
# shellcheck disable=SC2086
on device "$PYTHON" "$LIB/obex_raw.py" --linger 0.3 "$DIRECT" $packets $headers $refused cut-off cut-in-packet \
	endless too-long-announced abort put-without-mac put-wrong-mac http-no-lines get-nothing >"$WORK/raw"
# shellcheck disable=SC2086
raw_ends reset $packets $headers $refused cut-off cut-in-packet endless too-long-announced http-no-lines
raw_ends open abort put-without-mac put-wrong-mac get-nothing
stop_peer server
check "the server application saw nothing" app_saw 0
for reason in obex-packet obex-header obex-refused obex-truncated too-large mac-missing user-unknown; do
	check "counted: $reason" refused server $reason
done

printf '' | apply server
protect_device "binding = obex" "max-message = 64K"
session=1
for case in no-final-bit put-body connect-continue srm-get two-answers endless early-end cut-off; do
	start_peer server server obex_raw.py --listen $PORT --host :: --server-user Mgmt1:server-secret \
		--server-nonce Zmlyc3Qtc2VydmVyLTE= "$case"
	check_fails "a server with $case" app_client "$DIRECT" --transport obex --session $session --timeout 10
	expect "of which the client application sees nothing" "$WORK/client.json" 'd["results"][0]["commands"] == 0'
	stop_peer server
	session=$((session + 1))
done
for reason in obex-packet obex-header obex-refused too-large; do
	check "the device counts $reason" refused device $reason
done
finish
