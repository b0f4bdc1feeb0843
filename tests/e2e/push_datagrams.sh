#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Notifications in every shape of datagram: both families, fragments, segmentation
# offload, octets behind the datagram, multicast, loopback; and none that is cut,
# of a wrong length or of a wrong checksum.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 240
. ./lib/common.sh
. ./lib/push.sh
network
push_listen
push_protect

push_send big4,session=0x101,vendor=3000 huge4,session=0x102,vendor=60000 \
	bad-big4,session=0x103,vendor=3000,flip=2900 after4,session=0x104
push_send6 big6,session=0x105,vendor=3000 huge6,session=0x106,vendor=60000 \
	bad-big6,session=0x107,vendor=3000,flip=2900 after6,session=0x108
check "fragments" arrived big4 huge4 after4 big6 huge6 after6
check "fragments with a wrong digest do not" dropped digest-wrong 2

push_listen
push_send trail4,session=0x111,trail=5 nocheck4,session=0x112,csum=none odd4,session=0x113,trail=1,vendor=1 \
	bad4,session=0x114,csum=bad trail-bad4,session=0x114,trail=5,csum=bad \
	short4,session=0x114,short=10 long4,session=0x114,long=4 end4,session=0x115
push_send6 trail6,session=0x116,trail=7 bad6,session=0x114,csum=bad nocheck6,session=0x114,csum=none \
	end6,session=0x117
check "octets behind the datagram, no checksum" arrived trail4 nocheck4 odd4 end4 trail6 end6
check "wrong checksums and lengths: datagram-bad" dropped datagram-bad 5
check "a shorter length is a shorter datagram" dropped notification-bad 1

# the rest of what the application never sees would be its to wait for
push_send6 piece6,session=0x118,vendor=64,frag=first pieceless6,session=0x118,vendor=64,frag=first,noudp=1
check "a first fragment alone" arrived trail4 nocheck4 odd4 end4 trail6 end6

push_listen
on server "$PYTHON" "$LIB/push.py" send-gso $DEVICE $PUSH_PORT "$SENT" \
	g1,session=0x121,vendor=9 g2,session=0x122,vendor=9 g3,session=0x123,vendor=9,flip=7 g4,session=0x124,vendor=9
on server "$PYTHON" "$LIB/push.py" send-gso $DEVICE6 $PUSH_PORT "$SENT" \
	h1,session=0x125,vendor=9,flip=7 h2,session=0x126,vendor=9 h3,session=0x127,vendor=9
on device "$PYTHON" "$LIB/push.py" send-gso 127.0.0.1 $PUSH_PORT "$SENT" \
	l1,session=0x128,vendor=9 l2,session=0x129,vendor=9,flip=7 l3,session=0x12a,vendor=9
check "segmentation offload: each by itself" arrived g1 g2 g4 h2 h3 l1 l3
check "and the wrong ones among them do not" dropped digest-wrong 5

push_listen
on device "$PYTHON" "$LIB/push.py" send 127.0.0.1 $PUSH_PORT "$SENT" lo4,session=0x131 lo4-bad,session=0x132,flip=7
on device "$PYTHON" "$LIB/push.py" send ::1 $PUSH_PORT "$SENT" lo6,session=0x133 lo6-bad,session=0x134,flip=7
ip -n device link set lo mtu 1500
on device "$PYTHON" "$LIB/push.py" send 127.0.0.1 $PUSH_PORT "$SENT" lofrag4,session=0x135,vendor=4000
on device "$PYTHON" "$LIB/push.py" send ::1 $PUSH_PORT "$SENT" lofrag6,session=0x136,vendor=4000
check "loopback" arrived lo4 lo6 lofrag4 lofrag6
check "and what is wrong there" dropped digest-wrong 7
stop_peer listener

push_listen --host 0.0.0.0 --group 239.1.2.3 --interface 10.1.0.2
on router "$PYTHON" "$LIB/push.py" send 239.1.2.3 $PUSH_PORT "$SENT" --interface 10.1.0.1 \
	mc,session=0x141 mc-bad,session=0x142,flip=7 mc-again,session=0x141 mc2,session=0x143
check "multicast" arrived mc mc2
check "wrong ones by multicast" dropped digest-wrong 8
stop_peer listener
finish
