# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034
#
# What the end-to-end tests share; sourced. Three network namespaces in a row,
# the device, a router on the path, the server:
#
#	device 10.1.0.2 fd01::2 --- 10.1.0.1 router 10.2.0.1 --- 10.2.0.2 fd02::2 server
#
# Both ends may have rules and a helper of their own; the router has neither, and
# is where lib/tamper.py listens. A test is a list of checks; each prints one line
# "ok TEXT" or "not ok TEXT", and finish exits accordingly. Everything started here
# is ended by the EXIT trap.
set -u
LIB=$(cd "$(dirname "$0")/lib" && pwd)
WORK=$(mktemp -d /tmp/e2e.XXXXXX)
PATH=${E2E_PATH:+$E2E_PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH PYTHONDONTWRITEBYTECODE=1
PORT=8080
FAILED=0
PIDS=
# Programs of lib/ go through warm/, which spares them Python's start. A test in which
# it matters whose process a socket is says PYTHON=/usr/bin/python3.
PYTHON=${PYTHON:-warm}
# Slow machines: software emulation, debug kernels.
PATIENCE=${PATIENCE:-40}

# ---- checks

ok() { echo "ok $*"; }
not_ok() { echo "not ok $*"; FAILED=1; }

# check TEXT COMMAND...: the command must succeed
check()
{
	_text=$1
	shift
	# The command may read what the last one said.
	"$@" >"$WORK/check.new" 2>&1
	_rc=$?
	mv "$WORK/check.new" "$WORK/check.out"
	if [ $_rc = 0 ]; then
		ok "$_text"
	else
		not_ok "$_text"
		echo "    status $_rc of: $*"
		tail -n 15 "$WORK/check.out" | cut -c1-1000 | sed 's/^/    /'
		for _log in server omasecd-device omasecd-server; do
			[ ! -s "$WORK/$_log.log" ] || tail -n 3 "$WORK/$_log.log" | cut -c1-300 | sed "s/^/    $_log: /"
		done
		return 1
	fi
}

# check_fails TEXT COMMAND...
check_fails()
{
	_text=$1
	shift
	"$@" >"$WORK/check.new" 2>&1
	_rc=$?
	mv "$WORK/check.new" "$WORK/check.out"
	if [ $_rc = 0 ]; then
		not_ok "$_text"
		echo "    succeeded: $*"
		tail -n 15 "$WORK/check.out" | sed 's/^/    /'
		return 1
	fi
	ok "$_text"
}

# expect TEXT FILE EXPR: a Python expression over d, the JSON in FILE
expect()
{
	check "$1" "$PYTHON" "$LIB/expect.py" "$2" "$3"
}

# skip WHY: the whole test
skip() { echo "$*"; exit 77; }

finish() { exit $FAILED; }

die()
{
	echo "not ok $*"
	exit 1
}

# now: seconds since the start, in $NOW
now()
{
	read -r NOW _ </proc/uptime
	NOW=${NOW%%.*}
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	now
	_until=$((NOW + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		now
		[ "$NOW" -le $_until ] || return 1
		sleep 0.2
	done
}

# ---- namespaces

on()
{
	_ns=$1
	shift
	warm -n "$_ns" "$@"
}

link_to_router()
{
	ip link add "$1" netns "$2" type veth peer name "$1" netns router
	ip -n "$2" addr add "$3.2/24" dev "$1"
	ip -n "$2" addr add "$4::2/64" dev "$1" nodad
	ip -n router addr add "$3.1/24" dev "$1"
	ip -n router addr add "$4::1/64" dev "$1" nodad
	ip -n "$2" link set "$1" up
	ip -n router link set "$1" up
	ip -n "$2" route add default via "$3.1"
	ip -n "$2" -6 route add default via "$4::1"
}

network()
{
	modprobe veth 2>/dev/null
	for _ns in device router server; do
		ip netns add $_ns || die "no network namespaces here"
		ip -n $_ns link set lo up
	done
	link_to_router dev0 device 10.1.0 fd01
	link_to_router srv0 server 10.2.0 fd02
	on router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

cleanup()
{
	trap - EXIT
	for _pid in $PIDS; do kill "$_pid" 2>/dev/null; done
	for _pid in $PIDS; do wait "$_pid" 2>/dev/null; done
	for _ns in device router server; do
		[ -e /run/netns/$_ns ] || continue
		_left=$(ip netns pids $_ns)
		# shellcheck disable=SC2086
		[ -z "$_left" ] || kill -9 $_left 2>/dev/null
		ip netns del $_ns
	done
	rm -rf "$WORK"
}
trap 'cleanup' EXIT
trap 'exit 1' INT TERM

# background NAME NS COMMAND...: its process id is in $LAST, its output in $WORK/NAME.log
background()
{
	_name=$1 _ns=$2
	shift 2
	warm -n "$_ns" "$@" >"$WORK/$_name.log" 2>&1 &
	LAST=$!
	PIDS="$PIDS $LAST"
}

# ---- omasec

# helper_start NS [OPTION...]
helper_start()
{
	_hns=$1
	shift
	mkdir -p "$WORK/$_hns"
	chmod 700 "$WORK/$_hns"
	background "omasecd-$_hns" "$_hns" omasecd -f --state-dir "$WORK/$_hns" "$@"
	eval "HELPER_$_hns=$LAST"
	wait_for "$PATIENCE" helper_settled "$_hns" "$LAST"
	helper_is_up "$_hns" || {
		cat "$WORK/omasecd-$_hns.log"
		on "$_hns" omasec status
		die "omasecd did not come up in $_hns: $(tail -n 1 "$WORK/omasecd-$_hns.log")"
	}
}

helper_settled() { helper_is_up "$1" || ! kill -0 "$2"; }

helper_is_up()
{
	on "$1" omasec -j status | grep -Eq '"helper": *[1-9{t]'
}

helper_pid() { eval "echo \$HELPER_$1"; }

# helper_stop NS [SIGNAL]
helper_stop()
{
	_pid=$(helper_pid "$1")
	kill -"${2:-TERM}" "$_pid" 2>/dev/null
	wait "$_pid" 2>/dev/null
}

# secret NAME PASSWORD: prints the path of a file with it
secret()
{
	mkdir -p "$WORK/secrets"
	chmod 700 "$WORK/secrets"
	(umask 077 && printf '%s' "$2" >"$WORK/secrets/$1")
	echo "$WORK/secrets/$1"
}

# account [NAME [LINE...]]: the account that all peers here have; lines replace or add
account()
{
	_name=${1:-mgmt}
	[ $# -eq 0 ] || shift
	printf '[account %s]\n' "$_name"
	{
		printf '%s\n' "$@"
		printf '%s\n' "server-id = Mgmt1" "client-name = Device1" "server-name = Mgmt1" \
			"client-secret-file = $(secret client device-secret)" \
			"server-secret-file = $(secret server server-secret)" \
			"client-nonce = base64:Zmlyc3QtY2xpZW50LTE=" "server-nonce = base64:Zmlyc3Qtc2VydmVyLTE="
	} | keys_once
}

# rule NAME [LINE...]
rule()
{
	printf '[rule %s]\n' "$1"
	shift
	{
		printf '%s\n' "$@"
		printf '%s\n' "port = $PORT" "account = mgmt"
	} | keys_once
}

# The first line of each key counts; an empty value takes the key out.
keys_once() { awk -F' *= *' '$1 != "" && !seen[$1]++ && $2 != ""'; }

# What peers outside of omasec need to know of the account.
PEER="--user Device1:device-secret --server-user Mgmt1:server-secret --nonce Zmlyc3QtY2xpZW50LTE= --server-nonce Zmlyc3Qtc2VydmVyLTE="

# apply NS: the configuration on standard input replaces what is there
apply()
{
	cat >"$WORK/conf-$1"
	on "$1" omasec apply --replace "$WORK/conf-$1" >/dev/null || {
		cat -n "$WORK/conf-$1"
		die "omasec apply failed in $1"
	}
}

# protect_device [LINE...], protect_server [LINE...]: helper, account, one rule
protect_device()
{
	{ account; rule dm "direction = out" "$@"; } >"$WORK/c"
	apply device <"$WORK/c"
	helper_start device
}

protect_server()
{
	{ account; rule dm "direction = in" "$@"; } >"$WORK/c"
	apply server <"$WORK/c"
	helper_start server
}

# stat NS NAME: the value of a counter, 0 if it is not there
stat()
{
	on "$1" omasec -j stats | "$PYTHON" "$LIB/expect.py" --stat "$2"
}

# refused NS REASON [AT-LEAST]: that many messages or flows were refused for it
refused()
{
	_v=$(stat "$1" "$2")
	[ "${_v:-0}" -ge "${3:-1}" ] || {
		echo "$2 is ${_v:-nothing}, expected ${3:-1}"
		on "$1" omasec stats
		return 1
	}
}

# events NS: collects events in $WORK/events-NS.log from now on
events()
{
	background "events-$1" "$1" omasec -j event
	wait_for 3 on "$1" awk '$2 == 16 && $4 !~ /^0*$/ { found = 1 } END { exit !found }' /proc/net/netlink
}

# event NS TEXT...: an event with all these texts was seen
event()
{
	_f=$WORK/events-$1.log
	shift
	_line=$(cat "$_f")
	for _t in "$@"; do
		_line=$(printf '%s\n' "$_line" | grep -F -- "$_t")
	done
	[ -n "$_line" ] || {
		echo "no event with: $*"
		tail -n 10 "$_f"
		return 1
	}
}

# ---- peers

py()
{
	case $1 in
	"$LIB"/*) "$PYTHON" "$@" ;;
	*) /usr/bin/python3 "$@" ;;
	esac
}

# start_peer NAME NS SCRIPT ARG...: a server; returns when it listens
start_peer()
{
	_pname=$1 _pns=$2 _script=$3
	shift 3
	rm -f "$WORK/$_pname.ready"
	background "$_pname" "$_pns" "$PYTHON" "$LIB/$_script" "$@" --ready "$WORK/$_pname.ready"
	eval "PEER_$_pname=$LAST"
	wait_for "$PATIENCE" test -s "$WORK/$_pname.ready" || {
		cat "$WORK/$_pname.log"
		die "$_script does not listen"
	}
}

# stop_peer NAME: ends it and returns its exit status
stop_peer()
{
	eval "_pid=\$PEER_$1"
	kill "$_pid" 2>/dev/null
	wait "$_pid"
}

app_server() { start_peer server server dm_server.py --port $PORT --json "$WORK/server.json" --host :: "$@"; }
native_server() { start_peer server server native_peer.py server --port $PORT --json "$WORK/server.json" --host :: "$@"; }
# relay ARG...: listens at the router's address on the device's side
relay() { start_peer relay router tamper.py --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log" "$@"; }

# The URL of the server, directly and through the relay.
DIRECT=http://10.2.0.2:$PORT/dm
DIRECT6="http://[fd02::2]:$PORT/dm"
RELAY=http://10.1.0.1:$PORT/dm

# app_client URL ARG...: runs sessions of the unmodified client
app_client() { on device "$PYTHON" "$LIB/dm_client.py" "$@" --json "$WORK/client.json"; }
# native_client URL ARG...: runs in $NATIVE_NS, the device unless a test says otherwise
native_client()
{
	_url=$1
	shift
	# shellcheck disable=SC2086
	on "${NATIVE_NS:-device}" "$PYTHON" "$LIB/native_peer.py" client --url "$_url" $PEER "$@" --json "$WORK/client.json"
}
wirecheck()
{
	# shellcheck disable=SC2086
	"$PYTHON" "$LIB/wirecheck.py" "$WORK/wire.log" $PEER --state "$WORK/wire.nonces" "$@"
}

# session TEXT "SERVER OPTIONS" "CLIENT OPTIONS" ["WIRECHECK OPTIONS"]: both
# applications behind omasec, with every message on the wire judged
session()
{
	# shellcheck disable=SC2086
	{
		: >"$WORK/wire.log"
		app_server $2
		relay
		check "$1: client" app_client $RELAY $3
		check "$1: server" stop_peer server
		stop_peer relay
		check "$1: wire" wirecheck ${4:-}
	}
}

# raw CASE...: sends what lib/raw.py calls so to the server; one line of JSON each in $WORK/raw
raw() { on device "$PYTHON" "$LIB/raw.py" request "$DIRECT" "$@" >"$WORK/raw"; }

# raw_is CASE PATTERN: the outcome of that case is one of PATTERN (a|b)
raw_is()
{
	grep "\"case\": \"$1\"" "$WORK/raw" | grep -qE "\"outcome\": \"($2)\"" || {
		grep "\"case\": \"$1\"" "$WORK/raw"
		return 1
	}
}

# raw_server CASE: a server that answers so
raw_server() { start_peer server server raw.py answer $PORT "$1"; }

# requests_seen N: the server application has seen so many requests
app_saw() { [ "$(grep -c '"sha256"' "$WORK/server.json")" -eq "$1" ] || { cat "$WORK/server.json"; return 1; }; }
