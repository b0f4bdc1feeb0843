#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A network namespace is removed while flows and helper live in it; nothing is left of it.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 180
# MODULE: no
. ./lib/common.sh
insmod "$OMASEC_KO" || die "the module does not load"
network
protect_device
protect_server
app_server
background hold device "$PYTHON" "$LIB/dm_client.py" "$DIRECT" --pause 4000 --json "$WORK/hold.json"
hold=$LAST
sleep 1.5
ip netns del device
ip netns del router
sleep 1
kill -9 "$hold" "$(helper_pid device)"
wait "$hold" 2>/dev/null
stop_peer server
helper_stop server
check "the module can be unloaded" wait_for 20 rmmod omasec
finish
