#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What these tests send is what the standards mean: Wireshark reads the frames.
#
# KERNELS: 6.1
# TIMEOUT: 180
# NEEDS: tshark
. ./lib/common.sh
. ./lib/push.sh
network
push_protect
push_listen
background tcpdump device tcpdump -i dev0 -w "$WORK/wire.pcap" -U udp port $PUSH_PORT
capture=$LAST
wait_for 20 grep -q listening "$WORK/tcpdump.log"
mac=0123456789ABCDEF0123456789ABCDEF01234567
hexmac=$(printf %s $mac | od -v -An -tx1 | tr -d ' \n')
push_send plain,session=0x1234 quoted,raw="0106311f2dc2918192${hexmac}00af87" \
	app-as-text,session=0x1235,wsp=01061ec4af782d7761702d6170706c69636174696f6e3a73796e636d6c2e646d00
check "they arrive" arrived plain app-as-text
sleep 1
kill "$capture"
wait "$capture"
tshark -r "$WORK/wire.pcap" -d udp.port==$PUSH_PORT,wsp -V >"$WORK/tshark" 2>"$WORK/tshark.err"
read_as() { grep -c -- "$1" "$WORK/tshark"; }
check "Wireshark: pushes" test "$(read_as 'PDU Type: Push')" = 3
check "Wireshark: notification" test "$(read_as 'application/vnd.syncml.notification')" -ge 2
check "Wireshark: application id" test "$(read_as 'x-wap-application:syncml.dm')" -ge 3
check "Wireshark: bootstrap with SEC and MAC in a quoted length" grep -q "$mac" "$WORK/tshark"
check "Wireshark: USERPIN" grep -qi 'USERPIN' "$WORK/tshark"
check "Wireshark finds nothing malformed" sh -c "! grep -qi malformed '$WORK/tshark'"
[ $FAILED = 0 ] || { cat "$WORK/tshark.err"; head -c 6000 "$WORK/tshark"; }
stop_peer listener
finish
