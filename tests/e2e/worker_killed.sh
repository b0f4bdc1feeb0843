#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The worker dies on a message: that message is refused, the next one passes.
#
# KERNELS: 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
app_server
check "before" app_client "$DIRECT"
worker() { pgrep -P "$(helper_pid device)"; }
check "there is a worker" worker
old=$(worker)
# shellcheck disable=SC2086
kill -KILL $old
check "the next session passes with a new one" wait_for 15 app_client "$DIRECT" --session 10
check "which is another process" test "$(worker)" != "$old"
# shellcheck disable=SC2046
kill -STOP $(worker)
check_fails "a worker that hangs" app_client "$DIRECT" --session 20 --timeout 15
expect "is not waited for beyond the deadline" "$WORK/client.json" 'd["results"][0]["seconds"] < 12'
check "and replaced" wait_for 20 app_client "$DIRECT" --session 30
stop_peer server
finish
