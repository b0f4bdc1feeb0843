#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Rules select by address, port, user and cgroup; what they do not select is left
# alone. Only one end has rules, so what they select fails, and the applications'
# own records tell the rest.
#
# KERNELS: 6.1
# TIMEOUT: 180
PYTHON=/usr/bin/python3
. ./lib/common.sh
# client_as SESSION COMMAND...: runs the client by way of COMMAND
client_as()
{
	_sid=$1
	shift
	on device "$@" "$PYTHON" "$LIB/dm_client.py" "$DIRECT" --session "$_sid" --timeout 8
}
# macs TEXT N WORD: N requests without MAC reached the server application, then only such with
# one: none or some
macs()
{
	expect "$1: first $2 requests without MAC, then $3 with one" "$WORK/server.json" \
		"(lambda m: m[:$2] == [False] * $2 and all(m[$2:]) and bool(m[$2:]) == ('$3' == 'some'))([bool(r['hmac']) for r in d['requests']])"
}
chmod 755 "$WORK"
network

protect_server "address = 10.1.0.2"
app_server
check_fails "a client of that address must authenticate" app_client "$DIRECT"
relay --to "10.2.0.2:$PORT"
check "one of another address is left alone" app_client "$RELAY" --session 10
stop_peer relay
stop_peer server
macs "by address" 3 none
printf '' | apply server

app_server
{ account; rule dm "direction = out" "uid = 4321"; } >"$WORK/c"
apply device <"$WORK/c"
helper_start device
check "another user is left alone" app_client "$DIRECT" --session 20
check_fails "that user takes nothing from a server without MAC" \
	client_as 30 setpriv --reuid 4321 --clear-groups
stop_peer server
macs "by user" 3 some

{ account; rule dm "direction = out" "port = 9000-9100"; } >"$WORK/c"
apply device <"$WORK/c"
app_server
check "another port is left alone" app_client "$DIRECT" --session 40
stop_peer server
macs "by port" 3 none

cg=/sys/fs/cgroup
[ -e $cg/cgroup.procs ] || mount -t cgroup2 none $cg 2>/dev/null
if [ -e $cg/cgroup.procs ]; then
	mkdir -p $cg/dm/inner $cg/else
	{ account; rule dm "direction = out" "cgroup = dm"; } >"$WORK/c"
	apply device <"$WORK/c"
	app_server
	check "another cgroup is left alone" client_as 50 \
		sh -c "echo \$\$ >$cg/else/cgroup.procs && exec \"\$@\"" sh
	check_fails "a cgroup below the one named takes nothing without MAC" client_as 60 \
		sh -c "echo \$\$ >$cg/dm/inner/cgroup.procs && exec \"\$@\"" sh
	stop_peer server
	macs "by cgroup" 3 some
	rmdir $cg/dm/inner $cg/dm $cg/else 2>/dev/null
else
	echo "skip by cgroup: no cgroup v2 here"
fi
finish
