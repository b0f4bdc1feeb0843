#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Notifications by WAP push: the right ones reach the unmodified listener as they
# were sent; forged, repeated and malformed ones do not, and everybody is told why.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
. ./lib/push.sh
network
push_listen
push_protect
events device
push_send first,session=0x11 \
	version12,session=0x12,version=12 \
	vendor,session=0x13,vendor=300,ui=3,init=0 \
	last-session,session=0xffff \
	other-headers,session=0x14,wsp=010605c4af87b480 \
	type-as-text,session=0x15,wsp=0106266170706c69636174696f6e2f766e642e73796e636d6c2e6e6f74696669636174696f6e00af87 \
	again,session=0x11 \
	again-with-vendor,session=0x11,vendor=4 \
	wrong-digest,session=0x21,flip=6 \
	wrong-trigger,session=0x21,vendor=4,flip=36 \
	wrong-password,session=0x21,password=guess \
	wrong-nonce,session=0x21,nonce=empty \
	other-server,session=0x21,id=Mgmt2 \
	version10,session=0x21,version=10 \
	version13,session=0x21,version=13 \
	future-bit,session=0x21,future=1 \
	session-0,session=0 \
	cut-1,session=0x21,cut=1 \
	cut-all,session=0x21,cut=13 \
	header-cut,raw=010604c4af87 \
	no-app,session=0x21,wsp=010601c4 \
	twice-app,session=0x21,wsp=010605c4af85af87 \
	bootstrap,raw=010603b6af8700 \
	not-dm,raw=01060b746578742f706c61696e0068656c6c6f \
	not-push,raw=6162636465 \
	notification-13,session=0x21,wsp=010603d8af87 \
	empty,raw= \
	last,session=0x22
check "the right ones arrive, unchanged and in order" arrived first version12 vendor last-session \
	other-headers type-as-text last
check "repeated: session-replayed" dropped session-replayed 2
check "forged: digest-wrong" dropped digest-wrong 4
check "another server: server-mismatch" dropped server-mismatch 1
check "other versions: notification-version" dropped notification-version 3
check "malformed: notification-bad" dropped notification-bad 4
check "bad headers: wsp-syntax" dropped wsp-syntax 3
check "not a notification: not-dm" dropped not-dm 3
check "bootstrap that is no WBXML: bootstrap-bad" dropped bootstrap-bad 1
check "the rule saw all" rule_saw device hits 28
check "and accepted" rule_saw device rx-mac 7
check "and refused" rule_saw device refused 21
check "the event names account, reason and kind" event device '"digest-wrong"' '"account":"mgmt"' \
	'"message":"notification"' '"user":"Mgmt1"'
check "the event tells of the replay with its session" event device session-replayed "session 11"
check "the event tells of the right ones" event device '"accepted"' "session FFFF" '"account":"mgmt"'
check "and of what is wrong exactly" event device notification-bad "session id 0"
check "status shows the rule and what it saw" sh -c \
	"nsenter --net=/run/netns/device -- omasec status | grep -q '2948/udp.*28 (7 right, 0 passed, 21 refused)'"
stop_peer listener
finish
