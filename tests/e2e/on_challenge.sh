#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# integrity on-challenge, over a transport that authenticates: no MAC until a side
# asks for it; then it is answered, or the session ends. In both roles, transparent
# and native.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
network
asked="integrity = on-challenge"
vpn="transport = authenticated"
# both DEVICE SERVER: rules with these lines at both ends, without helpers
both()
{
	{ account; rule dm "direction = out" "$asked" "$vpn" "auth-mode = $1"; } >"$WORK/c"
	apply device <"$WORK/c"
	{ account; rule dm "direction = in" "$asked" "$vpn" "auth-mode = $2"; } >"$WORK/c"
	apply server <"$WORK/c"
}
both transparent transparent
helper_start device
helper_start server

: >"$WORK/wire.log"
app_server
relay
check "two transparent ends: client" app_client "$RELAY"
check "two transparent ends: server" stop_peer server
stop_peer relay
check "and nothing of it on the wire" sh -c "! grep -qiE 'x-syncml-hmac|NextNonce' $WORK/wire.log && test \$(grep -c c2s $WORK/wire.log) -eq 3"
check "messages are counted all the same" test "$(stat device rx-messages)" -eq 3

# The peer is native and asks.
printf '' | apply server
# shellcheck disable=SC2086
native_server $PEER
check "a server that asks is answered" app_client "$DIRECT" --session 10
check "and has checked it" stop_peer server
expect "each message after its challenge" "$WORK/server.json" 'd["verified"] >= 3 and d["refused"] == 1'

both transparent transparent
printf '' | apply device
app_server
check "a client that asks is answered" native_client "$DIRECT" --session 20
check "the server application notices nothing" stop_peer server
expect "it has checked the answers" "$WORK/client.json" 'd["verified"] >= 3'

# Without the right key there is no answer, and no session.
{ account mgmt "client-secret-file = $(secret other wrong-secret)"; rule dm "direction = out" "$asked" "$vpn"; } >"$WORK/c"
apply device <"$WORK/c"
printf '' | apply server
# shellcheck disable=SC2086
native_server $PEER
check_fails "a wrong answer ends the session" app_client "$DIRECT" --session 30
stop_peer server
expect "which is the server's decision" "$WORK/server.json" 'd["verified"] == 0 and d["refused"] == 2'

# Native applications ask each other; all begin with the first nonces.
for ns in device server; do
	helper_stop $ns
	rm -rf "${WORK:?}/$ns"
	printf '' | apply $ns
done
both native native
helper_start device
helper_start server
# shellcheck disable=SC2086
native_server $PEER --state "$WORK/nonces.s"
check "two native ends that use it from the start" native_client "$DIRECT" --state "$WORK/nonces.c" --session 40
expect "verify each other" "$WORK/client.json" 'd["verified"] >= 3'
stop_peer server
app_server
check_fails "a server application that does not answer a native client" native_client "$DIRECT" --session 50
stop_peer server
finish
