#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A connection from before the rule is ended as soon as it sends; nothing of it goes
# on unprotected.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 180
. ./lib/common.sh
network
background sink server "$PYTHON" "$LIB/sidedoor.py" sink :: "$PORT" "$WORK/sink"
sink=$LAST
wait_for 20 test -e "$WORK/sink"
background existing device "$PYTHON" "$LIB/sidedoor.py" existing 10.2.0.2 "$PORT" "$WORK/existing"
existing=$LAST
wait_for 20 test -e "$WORK/existing"
sleep 0.3
events device
# In a PID namespace of its own the tool does not see whose the connection is, and
# leaves it to the module.
{ account; rule dm "direction = out"; } >"$WORK/c"
on device unshare -pf --mount-proc omasec apply --replace "$WORK/c" >"$WORK/applied" 2>&1
check "the tool says that it could not end it" grep -q "a connection from .* to 10.2.0.2:$PORT, which rule dm selects" "$WORK/applied"
touch "$WORK/existing.go"
wait "$existing"
expect "it is aborted, quickly" "$WORK/existing.log" \
	'd["before"] == 19 and (d["recv"] in ("ECONNABORTED", "ECONNRESET") or d["send"] == "ECONNABORTED") and d["seconds"] < 3'
check "counted" refused device unattached
check "told" event device unattached
touch "$WORK/sink.go"
wait "$sink"
expect "what it sent before arrived, nothing after" "$WORK/sink.log" 'd["octets"] == 19'
finish
