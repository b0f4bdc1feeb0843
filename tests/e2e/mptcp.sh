#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A server that listens with Multipath TCP, as Go programs do: peers that speak plain
# TCP are protected, those that speak Multipath TCP are refused at once, peers that no
# rule selects are left alone.
#
# KERNELS: 6.1 6.12
# TIMEOUT: 240
. ./lib/common.sh
network
on server sysctl -qw net.mptcp.enabled=1 2>/dev/null || skip "this kernel has no Multipath TCP"
on router sysctl -qw net.mptcp.enabled=1
peer() { on router "$PYTHON" "$LIB/sidedoor.py" "$1" 10.2.0.2 "$PORT" >"$WORK/$1"; }

protect_device
protect_server
events server
app_server --mptcp
check "the listener is wrapped" test "$(stat server listeners-wrapped)" -eq 1
on server omasec -j flow list >"$WORK/flows"
expect "and listed" "$WORK/flows" "[f['local'] for f in d['flows'] if f['listener']] == ['[::]:$PORT']"
check "a protected client over plain TCP" app_client "$DIRECT" --sessions 3 --close
check "its connections were attached" test "$(stat server flows-attached)" -ge 3
check "an IPv4 peer is shown as one" event server '"attached"' '"10.1.0.2:'
check_fails "and not as IPv6" event server '::ffff:'

peer mptcp_answered
expect "a Multipath TCP peer gets a reset, and quickly" "$WORK/mptcp_answered" \
	'd.get("recv", d["connect"]) == "ECONNRESET" and d["seconds"] < 3'
check "counted" refused server mptcp
check "told, with the peer" event server '"mptcp"' '10.2.0.1'
check "the advice names the ways out" event server GODEBUG=multipathtcp=0
check "plain TCP goes on" app_client "$DIRECT" --session 10
stop_peer server
check "the server application saw only what was protected" test "$(grep -c '"sha256"' "$WORK/server.json")" -eq "$(grep -c '"POST"' "$WORK/server.json")"
check "nothing is left in the list" sh -c "nsenter --net=/run/netns/server -- omasec -j flow list | grep -q '\"flows\": *\\[\\]'"

# the same, with a listener that was there first
{ account; rule dm "direction = in" "port = 9"; } >"$WORK/c"
apply server <"$WORK/c"
app_server --mptcp --accept blocking
{ account; rule dm "direction = in"; } >"$WORK/c"
apply server <"$WORK/c"
on server omasec -j flow list >"$WORK/flows"
expect "an older listener is taken over" "$WORK/flows" "[f['local'] for f in d['flows'] if f['listener']] == ['[::]:$PORT']"
check "a session with it" app_client "$DIRECT" --session 20
stop_peer server

# peers that no rule selects
{ account; rule dm "direction = in" "address = 10.1.0.2/32"; } >"$WORK/c"
apply server <"$WORK/c"
before=$(stat server flows-attached)
app_server --mptcp
for _ in 1 2 3 4 5; do
	peer answered
	peer mptcp_answered
done
expect "plain TCP of others passes" "$WORK/answered" 'd["connect"] == "ok" and d["recv"] > 0'
expect "Multipath TCP of others passes" "$WORK/mptcp_answered" 'd["connect"] == "ok" and d["recv"] > 0 and d["mptcp"] == 1'
check "they were not attached" test "$(stat server flows-attached)" -eq "$before"
check "those that it selects are" app_client "$DIRECT" --session 30
stop_peer server

on server sysctl -qw net.mptcp.enabled=0
app_server
check "a plain listener where Multipath TCP is off" app_client "$DIRECT" --session 40
stop_peer server

# switched on only after the module was loaded
helper_stop server
helper_stop device
sysctl -qw net.mptcp.enabled=0
check "loaded while it is off" sh -c 'rmmod omasec && insmod "$OMASEC_KO"'
on server sysctl -qw net.mptcp.enabled=1
protect_device
protect_server
app_server --mptcp
check "Multipath TCP that comes later is known" app_client "$DIRECT" --session 50
stop_peer server
sysctl -qw net.mptcp.enabled=1
finish
