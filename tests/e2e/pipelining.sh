#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Several requests on one connection without waiting: one exchange after the other,
# answers in order; HEAD beside them when other content passes.
#
# KERNELS: 6.12 debug
# TIMEOUT: 180
. ./lib/common.sh
network
{ account; rule dm "direction = in" "other = pass"; } >"$WORK/c"
apply server <"$WORK/c"
helper_start server
{ account; rule dm "direction = out" "other = pass"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
app_server
check "GET, HEAD and GET in one write" on device "$PYTHON" "$LIB/pipeline.py" 10.2.0.2 "$PORT"
check "a DM session after that" app_client "$DIRECT"
stop_peer server
expect "each request arrived once" "$WORK/server.json" \
	'[r["method"] for r in d["requests"]] == ["GET", "HEAD", "GET", "HEAD", "GET"] + ["POST"] * 3'
finish
