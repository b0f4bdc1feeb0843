#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# omasec obex-relay: the unmodified OBEX applications on libopenobex over UNIX sockets and a
# tty, each behind a relay. What is between the relays is authenticated; what an attacker
# changes there reaches no application; and no octet goes before protection is certain.
#
# KERNELS: 6.12
# TIMEOUT: 240
# MODULE: no
. ./lib/common.sh
insmod "$OMASEC_KO" || die "the module does not load"
network
PORT=7002			# of the server application, which no rule names
OWN="port = 6500"		# of the relays' rules
APP=http://127.0.0.1:7001/dm

# stream NAME NS A B: joins two streams
stream()
{
	_sname=$1 _sns=$2
	shift 2
	start_peer "$_sname" "$_sns" stream.py "$@"
}
# relay_on NS ARG...: a relay with rule dm there
relay_on()
{
	_rns=$1
	shift
	relay_runs "$_rns" omasec obex-relay rule dm "$@"
}
relay_runs()
{
	background "relay-$1" "$@"
	eval "RELAY_$1=$LAST"
}
relay_pid() { eval "echo \$RELAY_$1"; }
# relay_ends NS: its exit status
relay_ends() { wait "$(relay_pid "$1")"; }
flow_open() { on device omasec -j flow list | grep -q '"reason"'; }
told() { grep -q -- "$2" "$WORK/relay-$1.log" || { cat "$WORK/relay-$1.log"; return 1; }; }

# relays: one on each side
relays()
{
	relay_on server carrier "listen:$WORK/air-server" app "connect:$WORK/app-server"
	relay_on device app "listen:$WORK/app-device" carrier "connect:$WORK/air"
	wait_for 20 sockets_wait
}
sockets_wait() { [ -S "$WORK/air-server" ] && [ -S "$WORK/app-device" ]; }
# attack ACTION...: what the router does to the carrier
attack()
{
	: >"$WORK/wire.log"
	start_peer tamper router obex_tamper.py --listen 9001 --host :: --to 127.0.0.1:9002 --log "$WORK/wire.log" "$@"
}

protect_device "binding = obex" "$OWN"
protect_server "binding = obex" "$OWN"
events server
stream app_device device listen:7001 "unix:$WORK/app-device"
stream app_server server "unix-listen:$WORK/app-server" "tcp:127.0.0.1:$PORT"
stream air router "unix-listen:$WORK/air" tcp:127.0.0.1:9001
stream air_server router listen:9002 "unix:$WORK/air-server"

attack
app_server --obex --mtu 8192
relays
check "a session over sockets: client" app_client $APP --transport obex --mtu 1000
check "the device's relay ends with it" relay_ends device
check "the server's relay, too" relay_ends server
check "every message on the carrier has its MAC" wirecheck
stop_peer tamper

attack
# The server's relay gets its sockets as systemd would pass them.
relay_runs server /usr/bin/python3 "$LIB/stream.py" "unix-listen:$WORK/air-server" \
	"unix:$WORK/app-server" --pass carrier:app -- omasec obex-relay rule dm carrier systemd:carrier app systemd:app
wait_for 20 test -S "$WORK/air-server"
stream pty router "pty:$WORK/tty" tcp:127.0.0.1:9001
relay_on device app "listen:$WORK/app-device" carrier "tty:$WORK/tty"
wait_for 20 sockets_wait
check "a session over a tty, WBXML: client" app_client $APP --transport obex --session 2 --wbxml --size 5000
check "the device's relay ends with it" relay_ends device
check "the server's relay, too" relay_ends server
rm -f "$WORK/air-server"
check "every message on the tty has its MAC" wirecheck
stop_peer tamper

attack --do body@c2s:2
relays
check "a message altered on the way is asked for again" app_client $APP --transport obex --session 3
check "told: mac-wrong" event server mac-wrong
relay_ends device
relay_ends server
stop_peer tamper

attack --do type=text/plain@s2c:2
relays
check_fails "an answer that says it is none of DM ends the session" app_client $APP --transport obex --session 4
expect "after one good answer" "$WORK/client.json" 'd["results"][0]["commands"] == 2'
check_fails "the relay fails" relay_ends device
check "and says why" told device "refused, not-dm"
relay_ends server
stop_peer tamper

attack
relays
background hold device "$PYTHON" "$LIB/dm_client.py" $APP --transport obex --session 5 --pause 4000 --json "$WORK/hold.json"
hold=$LAST
check "the protected end is a flow" wait_for 30 flow_open
on device omasec flow kill --all
check_fails "the relay of a flow that is killed fails" relay_ends device
check "and says why" told device "refused, killed"
check_fails "so does the client" wait "$hold"
relay_ends server
stop_peer tamper
stop_peer server
expect "the server application saw no MAC, and each message once" "$WORK/server.json" \
	'not any(r["hmac"] for r in d["requests"]) and len(d["requests"]) == len(set(r["sha256"] for r in d["requests"]))'

attack
relays
kill "$(relay_pid server)"
check "it ends on a signal, also while it waits" relay_ends server
check "and leaves no socket" test ! -e "$WORK/air-server"
kill "$(relay_pid device)"
relay_ends device

# refuses TEXT STATUS PATTERN: the relay does not start, and no octet came of it
refuses()
{
	on device /usr/bin/python3 "$LIB/silent.py" omasec obex-relay rule dm app fd:3 carrier fd:4 >"$WORK/refuses" 2>&1
	_rc=$?
	check "$1: no octet, status $2" test $_rc = "$2"
	check "$1: says so" grep -q "$3" "$WORK/refuses"
}
# rules [LINE...]: the device's rule, and before it what is on standard input
rules() { { account; cat; rule dm "$@" "binding = obex" "$OWN"; } >"$WORK/c"; apply device <"$WORK/c"; }
rule else "direction = out" "binding = obex" "$OWN" | rules "direction = out"
refuses "another rule comes first" 1 "before rule dm"
rule else "direction = in" "binding = obex" "$OWN" | rules "direction = out"
refuses "a rule selects the carrier's end" 1 "other end"
rule else "direction = out" "binding = obex" "$OWN" | rules "direction = in"
refuses "the same for a server" 1 "other end"
rules "direction = out" "uid = 4321" </dev/null
refuses "the rule is for another user" 1 "does not select"
rules "direction = in" "address = 192.0.2.1" </dev/null
refuses "the rule is for another address" 1 "does not select"
rules "direction = out" "binding = http" </dev/null
refuses "the rule is for HTTP" 1 "not for OBEX"
rules "direction = out" </dev/null
background squat device /usr/bin/python3 "$LIB/stream.py" listen:6500 tcp:127.0.0.1:1
wait_for 20 sh -c "nsenter --net=/run/netns/device -- ss -tln | grep -q :6500"
refuses "another program has the port" 1 "has the port"
kill "$LAST"
on device omasec flow detach
refuses "nothing is protected any more" 1 "no new sockets"
printf '' | apply device
refuses "there is no rule" 1 "no rule dm"
helper_stop device
helper_stop server
check "the module goes" wait_for 20 rmmod omasec
echo /bin/false >/proc/sys/kernel/modprobe
refuses "the module is not loaded" 3 "not loaded"
echo /sbin/modprobe >/proc/sys/kernel/modprobe
finish
