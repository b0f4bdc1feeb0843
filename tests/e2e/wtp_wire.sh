#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What leaves a rule with binding wtp is what the standard means: Wireshark reads it, puts
# segments together, and finds lengths and checksums right, with a challenge of omasec's own.
#
# KERNELS: 6.12
# TIMEOUT: 180
# NEEDS: tshark
. ./lib/common.sh
network
PORT=9201
protect_device "protocol = udp" "binding = wtp" "first-contact = challenge"
protect_server "protocol = udp" "binding = wtp"
background tcpdump device tcpdump -i dev0 -w "$WORK/wire.pcap" -U udp
capture=$LAST
wait_for 20 grep -q listening "$WORK/tcpdump.log"
app_server --wtp --cut 400
check "a session" app_client "http://10.2.0.2:$PORT/dm" --transport wtp
check "one in segments, over IPv6, in WBXML" app_client "http://[fd02::2]:$PORT/dm" --transport wtp --wbxml --session 2 --cut 300
check "the server" stop_peer server
sleep 1
kill "$capture"
wait "$capture"
tshark -r "$WORK/wire.pcap" -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE -V >"$WORK/tshark" 2>"$WORK/tshark.err"
read_as() { grep -c -- "$1" "$WORK/tshark"; }
all=$(read_as 'PDU Type: Post\|PDU Type: Reply')
check "Wireshark: Connects, ConnectReplies and Disconnects" test "$(read_as 'PDU Type: Connect ')" = 2 -a \
	"$(read_as 'PDU Type: ConnectReply')" = 2 -a "$(read_as 'PDU Type: Disconnect')" = 2
check "Wireshark: Posts and Replies" test "$(read_as 'PDU Type: Post')" -ge 6 -a "$(read_as 'PDU Type: Reply')" -ge 6
check "Wireshark: segments both ways, and what acknowledges them" test "$(read_as 'PDU: Segmented Invoke')" -ge 3 -a \
	"$(read_as 'PDU: Segmented Result')" -ge 6 -a "$(read_as 'PDU: ACK')" -ge 12
check "Wireshark: XML and WBXML" test "$(read_as 'Content-Type: application/vnd.syncml.dm+xml')" -ge 6 -a \
	"$(read_as 'Content-Type: application/vnd.syncml.dm+wbxml')" -ge 6
check "Wireshark: the MAC is a header of all but what cannot have one" test \
	"$(read_as 'x-syncml-hmac: algorithm=MD5, username="\(Device1\|Mgmt1\)", mac=')" -ge $((all - 2))
check "Wireshark: no TPI but the number of an Ack" test "$(read_as '^ *TPI: ')" = "$(read_as '^ *TPI: Packet sequence number')"
check "Wireshark: no checksum is wrong" sh -c "grep -q 'Checksum Status: Good' '$WORK/tshark' && ! grep -q 'Checksum Status: Bad\|Header checksum.*incorrect' '$WORK/tshark'"
check "Wireshark finds nothing malformed" sh -c "! grep -qi 'malformed\|Defragmentation error' '$WORK/tshark'"
[ $FAILED = 0 ] || { cat "$WORK/tshark.err"; grep '^Wireless' "$WORK/tshark" | head -c 4000; }
finish
