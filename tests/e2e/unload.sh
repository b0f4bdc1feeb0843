#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The module cannot be unloaded while a protected socket lives; when they are gone,
# or detached and killed, it can.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 180
# MODULE: no
. ./lib/common.sh
flow_open() { on device omasec flow list | grep -q "10.2.0.2:$PORT"; }
loaded() { grep -q '^omasec ' /proc/modules; }
insmod "$OMASEC_KO" || die "the module does not load"
network
protect_device
protect_server
app_server
background hold device "$PYTHON" "$LIB/dm_client.py" "$DIRECT" --pause 3000 --json "$WORK/hold.json"
hold=$LAST
check "a session is open" wait_for 30 flow_open
check_fails "refused while a session is open" rmmod omasec
check "still loaded" loaded
check "the session ends as it should" wait "$hold"
check_fails "refused while a listener is protected" rmmod omasec
stop_peer server
helper_stop device
helper_stop server
check "done when all are gone" wait_for 15 rmmod omasec
check_fails "not loaded" loaded
insmod "$OMASEC_KO" || die "the module does not load again"
protect_device
protect_server
app_server
background hold device "$PYTHON" "$LIB/dm_client.py" "$DIRECT" --pause 3000 --json "$WORK/hold.json"
hold=$LAST
check "a session is open" wait_for 30 flow_open
on device omasec flow detach
on server omasec flow detach
check "flow list shows the open flow" flow_open
on device omasec flow kill --all
on server omasec flow kill --all
check_fails "the application whose flow was killed" wait "$hold"
helper_stop device
helper_stop server
check "unloaded under a listening server application" wait_for 15 rmmod omasec
check_fails "not loaded" loaded
stop_peer server
finish
