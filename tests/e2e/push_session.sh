#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A notification is made with the nonce that the server has from the last session,
# and does not use it up: the session that follows works with the same one.
#
# KERNELS: 6.12
# TIMEOUT: 240
. ./lib/common.sh
. ./lib/push.sh
network
{
	push_rule
	rule dm "direction = out"
} >"$WORK/c"
apply device <"$WORK/c"
helper_start device
push_listen
server_nonce() { py -c 'import json,sys; print(json.load(open(sys.argv[1]))["server"])' "$WORK/state"; }
peer()
{
	# shellcheck disable=SC2086
	start_peer server server native_peer.py server --port $PORT --json "$WORK/server.json" --host :: $PEER \
		--state "$WORK/state"
}
push_send before,session=0x30
check "before the first session: with the first nonce" arrived before
peer
check "a session" app_client "$DIRECT" --session 30
check "the server is content" stop_peer server
check "the server has another nonce" test "$(server_nonce)" != "Zmlyc3Qtc2VydmVyLTE="
push_send old,session=0x31
push_send new,session=0x31,nonce="$(server_nonce)"
check "after it: with the nonce of that session only" arrived before new
check "the old one is wrong" dropped digest-wrong 1
push_send new-again,session=0x31,nonce="$(server_nonce)"
check "a recorded one is told from it" dropped session-replayed 1
peer
check "the session that was asked for" app_client "$DIRECT" --session 31
check "the server is content again" stop_peer server
push_send third,session=0x30,nonce="$(server_nonce)"
check "a session id may come again with another nonce" arrived before new third
stop_peer listener
helper_stop device
finish
