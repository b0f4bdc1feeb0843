#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Rules select by address, port, user and cgroup; what they do not select is left
# alone.
#
# BROKEN: the test protects one end only and expects a session; to be split
# KERNELS: 6.1 6.12
# TIMEOUT: 180
. ./lib/common.sh
network
protect_server "address = 10.1.0.2"
app_server
check_fails "a client of that address must authenticate" app_client "$DIRECT"
relay --to "10.2.0.2:$PORT"
check "one of another address is left alone" app_client "$RELAY" --session 10
stop_peer relay
stop_peer server
printf '' | apply server
app_server
{ account; rule dm "direction = out" "uid = 4321"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
rm -f "$WORK/client.json"
check "another user is left alone" app_client "$DIRECT" --session 20
check "that user is protected" on device setpriv --reuid 4321 --clear-groups /usr/bin/python3 "$LIB/dm_client.py" "$DIRECT" --session 30 --timeout 5 || :
stop_peer server
expect "MAC for that user only" "$WORK/server.json" \
	'[bool(r["hmac"]) for r in d["requests"]][:3] == [False] * 3 and all(r["hmac"] for r in d["requests"][3:]) and len(d["requests"]) > 3'
cg=/sys/fs/cgroup
[ -e $cg/cgroup.procs ] || mount -t cgroup2 none $cg 2>/dev/null
if [ -e $cg/cgroup.procs ]; then
	mkdir -p $cg/dm/inner $cg/else
	{ account; rule dm "direction = out" "cgroup = dm"; } >"$WORK/c"
	apply device <"$WORK/c"
	app_server
	sh -c "echo 0 >$cg/else/cgroup.procs; exec nsenter --net=/run/netns/device -- /usr/bin/python3 '$LIB/dm_client.py' $DIRECT --session 40 --timeout 5" >/dev/null 2>&1
	sh -c "echo 0 >$cg/dm/inner/cgroup.procs; exec nsenter --net=/run/netns/device -- /usr/bin/python3 '$LIB/dm_client.py' $DIRECT --session 50 --timeout 5" >/dev/null 2>&1
	stop_peer server
	expect "a cgroup and those below it" "$WORK/server.json" \
		'[bool(r["hmac"]) for r in d["requests"]][:3] == [False] * 3 and any(r["hmac"] for r in d["requests"])'
	rmdir $cg/dm/inner $cg/dm $cg/else 2>/dev/null
fi
finish
