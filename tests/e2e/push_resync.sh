#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The nonce 00000000 makes a notification right only where the rule says so, once a
# minute for an account, never twice for a session, and it is told.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
. ./lib/push.sh
network
push_listen
push_protect
events device
push_send off,session=1,nonce=zero off-ascii,session=1,nonce=ascii
check "off, as nothing else is said: refused" arrived
check "counted" dropped digest-wrong 2

push_protect "nonce-resync = on"
push_send plain,session=1 ascii,session=2,nonce=ascii zero,session=2,nonce=zero zero-again,session=2,nonce=zero \
	zero-next,session=3,nonce=zero forged,session=4,nonce=zero,flip=8 plain2,session=3
check "on: once, as octets" arrived plain zero plain2
check "the same again: session-replayed" dropped session-replayed 1
check "another within the minute: resync-limit" dropped resync-limit 1
check "the event says so" event device '"accepted"' "session 2, with the resynchronisation nonce"

account other "server-id = Mgmt2" "server-name = Mgmt2" >"$WORK/c"
rule push "protocol = udp" "direction = in" "port = $PUSH_PORT" "account = other" "nonce-resync = ascii" >>"$WORK/c"
apply device <"$WORK/c"
push_listen
push_send ascii2,session=2,nonce=ascii,id=Mgmt2 zero2,session=3,nonce=zero,id=Mgmt2
check "ascii: also as text; the minute is of each account" arrived ascii2
check "and limits both" dropped resync-limit 2
stop_peer listener
finish
