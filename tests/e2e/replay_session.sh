#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A whole session that was recorded and is played again, on new connections, gets
# nowhere; nor does its first message alone.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
app_server
: >"$WORK/wire.log"
relay
check "the recorded session" app_client "$RELAY"
stop_peer relay
stop_peer server
app_server
check "the replay is answered with challenges, at most" \
	on router "$PYTHON" "$LIB/replay.py" "$WORK/wire.log" 10.2.0.2 "$PORT"
stop_peer server
check "and the server application sees nothing of it" app_saw 0
check "counted" test $(($(stat server mac-replayed) + $(stat server mac-wrong))) -ge 3
finish
