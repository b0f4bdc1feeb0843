#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What leaves a rule with binding wsp-post is what the standard means: Wireshark reads it, and
# lengths and checksums are right, over IPv4 and IPv6, with a challenge of omasec's own.
#
# KERNELS: 6.1
# TIMEOUT: 180
# NEEDS: tshark
. ./lib/common.sh
network
PORT=9200
protect_device "protocol = udp" "binding = wsp-post" "first-contact = challenge"
protect_server "protocol = udp" "binding = wsp-post"
background tcpdump device tcpdump -i dev0 -w "$WORK/wire.pcap" -U 'udp or ip[6:2] & 0x1fff != 0 or ip6[6] = 44'
capture=$LAST
wait_for 20 grep -q listening "$WORK/tcpdump.log"
app_server --wsp
check "a session" app_client "http://10.2.0.2:$PORT/dm" --transport wsp
check "one over IPv6, in WBXML" app_client "http://[fd02::2]:$PORT/dm" --transport wsp --wbxml --session 2
check "the server" stop_peer server
sleep 1
kill "$capture"
wait "$capture"
tshark -r "$WORK/wire.pcap" -d udp.port==$PORT,wsp -o udp.check_checksum:TRUE -o ip.check_checksum:TRUE -V \
	>"$WORK/tshark" 2>"$WORK/tshark.err"
read_as() { grep -c -- "$1" "$WORK/tshark"; }
all=$(read_as '^Wireless Session Protocol')
check "Wireshark: Posts and Replies" test "$(read_as 'PDU Type: Post')" -ge 6 -a "$(read_as 'PDU Type: Reply')" -ge 6
check "Wireshark: XML and WBXML" test "$(read_as 'Content-Type: application/vnd.syncml.dm+xml')" -ge 6 -a \
	"$(read_as 'Content-Type: application/vnd.syncml.dm+wbxml')" -ge 6
check "Wireshark: the MAC is a header of all but what cannot have one" test \
	"$(read_as 'x-syncml-hmac: algorithm=MD5, username="\(Device1\|Mgmt1\)", mac=')" -ge $((all - 2))
check "Wireshark: all checksums are right" test "$(sed -n '/^User Datagram/,/^Wireless/p' "$WORK/tshark" | grep -c 'Checksum Status: Good')" = "$all"
check "Wireshark: those of IPv4 too" sh -c "! grep -q 'Checksum Status: Bad\|Header checksum.*incorrect' '$WORK/tshark'"
check "Wireshark finds nothing malformed" sh -c "! grep -qi malformed '$WORK/tshark'"
[ $FAILED = 0 ] || { cat "$WORK/tshark.err"; grep -A12 '^Wireless' "$WORK/tshark" | head -c 4000; }
finish
