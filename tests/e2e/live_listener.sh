#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sockets that are older than the rule: omasec apply takes listeners over, however
# the server waits for connections, and resets connections; what cannot be taken over
# is refused with a reset, and omasec status says which program it is.
#
# KERNELS: 6.1
# TIMEOUT: 400
PYTHON=/usr/bin/python3
. ./lib/common.sh
PEER_server=
network
protect_device
{ account; rule dm "direction = in" "port = 9"; } >"$WORK/none"
{ account; rule dm "direction = in"; } >"$WORK/rule"
apply server <"$WORK/none"
helper_start server
listens() { on server omasec -j flow list >"$WORK/flows" && grep -q '"listener": *true' "$WORK/flows"; }
n=0
session_ok() { n=$((n + 10)); app_client "$DIRECT" --session $n; }

for how in blocking epoll nonblocking poll; do
	app_server --accept $how
	check_fails "$how: not protected before the rule" listens
	check "$how: applied" on server omasec apply --replace "$WORK/rule"
	check "$how: the tool says so" grep -q "Took over 1 listener" "$WORK/check.out"
	check "$how: wrapped" listens
	check "$how: a session" session_ok
	check "$how: the server goes on" stop_peer server
	apply server <"$WORK/none"
done

# omasec rule add does it as well
app_server --accept blocking
check "rule add" on server omasec rule add late direction in port "$PORT" account mgmt
check "and the listener is taken over" listens
check "rule add: a session" session_ok
stop_peer server
apply server <"$WORK/rule"

# after flow detach a listener is unprotected: it is refused, and one can see why
app_server --accept epoll
check "detach" on server omasec flow detach
check_fails "not wrapped" listens
check_fails "status knows" on server omasec status
check "and names the program" grep -Eq "process $PEER_server \(python3?[0-9.]*\) listens on \[::\]:$PORT, which rule dm selects, but" "$WORK/check.out"
events server
on router "$PYTHON" "$LIB/sidedoor.py" answered 10.2.0.2 "$PORT" >"$WORK/answered"
expect "connections are refused at once" "$WORK/answered" 'd["connect"] == "ECONNREFUSED" and d["seconds"] < 2'
check "told, with the peer" event server '"unattached"' '"10.2.0.1:'
# somebody else traces it
echo "$PEER_server" >"$WORK/trace.pid"
background trace server "$PYTHON" "$LIB/sidedoor.py" trace 0 0 "$WORK/trace"
tracer=$LAST
wait_for 20 test -e "$WORK/trace"
check_fails "what cannot be stopped is not taken over" on server omasec flow attach
check "and named" grep -q "process $PEER_server .*cannot be stopped" "$WORK/check.out"
check_fails "still not wrapped" listens
touch "$WORK/trace.go"
wait "$tracer"
check "attach" on server omasec flow attach
check "wrapped again" listens
check "status is content" on server omasec status
check "attach: a session" session_ok
stop_peer server

# without being stopped, a thread in accept() keeps its listener out of reach
apply server <"$WORK/none"
app_server --accept blocking
on server "$PYTHON" "$LIB/sidedoor.py" ulp_of 0 "$PORT" "$PEER_server" >"$WORK/ulp_of"
expect "setsockopt(TCP_ULP) under a thread in accept() is EBUSY" "$WORK/ulp_of" 'd["set"] == "EBUSY"'
stop_peer server

# connections
background sink server "$PYTHON" "$LIB/sidedoor.py" sink :: 9999 "$WORK/sink"
sink=$LAST
wait_for 20 test -e "$WORK/sink"
background existing device "$PYTHON" "$LIB/sidedoor.py" existing 10.2.0.2 9999 "$WORK/existing"
existing=$LAST
wait_for 20 test -e "$WORK/existing"
check "rule add over a connection" on device omasec rule add old direction out port 9999 account mgmt
check "it is reset" grep -q "Reset 1 connection" "$WORK/check.out"
touch "$WORK/existing.go"
wait "$existing"
expect "which the application sees" "$WORK/existing.log" 'd["send"] in ("ECONNABORTED", "EPIPE", "ECONNRESET")'
touch "$WORK/sink.go"
wait "$sink"

# one flow object for a socket, whatever it does
apply server <"$WORK/rule"
background relisten server "$PYTHON" "$LIB/sidedoor.py" relisten ::1 "$PORT" "$WORK/relisten"
relisten=$LAST
wait_for 30 test -e "$WORK/relisten"
on server omasec -j status >"$WORK/status"
expect "a socket that listens again is one listener" "$WORK/status" 'd["status"]["listeners"] == 1 and d["status"]["flows"] == 0'
touch "$WORK/relisten.go"
wait "$relisten"
expect "listen() worked each time" "$WORK/relisten.log" 'd["listen"] == ["ok"]'
on server omasec -j status >"$WORK/status"
expect "and none when it is closed" "$WORK/status" 'd["status"]["listeners"] == 0'

# a port that nobody chose
on server sysctl -qw net.ipv4.ip_local_port_range="40000 40100"
{ account; rule dm "direction = in" "port = 40000-40100"; } >"$WORK/c"
apply server <"$WORK/c"
background ephemeral server "$PYTHON" "$LIB/sidedoor.py" ephemeral :: 0 "$WORK/ephemeral"
ephemeral=$LAST
wait_for 20 test -e "$WORK/ephemeral"
PORT=$(cat "$WORK/ephemeral.port")
on router "$PYTHON" "$LIB/sidedoor.py" answered 10.2.0.2 "$PORT" >"$WORK/answered"
wait "$ephemeral"
expect "a listener without bind() is protected too" "$WORK/ephemeral.log" 'd["ulp"] == "omasec"'
finish
