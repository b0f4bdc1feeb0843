#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sockets that connect, reconnect, listen and close in many threads, while flows are
# listed and killed, listeners given back and taken over, and rules change. Nothing
# is left of it, and the kernel has nothing to complain about.
#
# KERNELS: 6.12 debug rt
# TIMEOUT: 180
# CPUS: 2
. ./lib/common.sh
ip netns add device && ip -n device link set lo up || die "no network namespaces here"
{ account; rule o "direction = out" "auth-mode = static"; rule i "direction = in" "auth-mode = static" "port = $PORT"
  rule more "direction = in" "auth-mode = static" "port = $((PORT + 3))"; } >"$WORK/all"
{ account; rule i "direction = in" "auth-mode = static"; rule o "direction = out" "auth-mode = static"; } >"$WORK/fewer"
apply device <"$WORK/all"
background churn device "$PYTHON" "$LIB/sidedoor.py" churn 127.0.0.1 "$PORT" "$WORK/churn"
churn=$LAST
wait_for 20 test -e "$WORK/churn"
now
until=$((NOW + 20))
rounds=0
# Slow kernels get the time that a few rounds take.
while [ "$NOW" -lt $until ] || { [ $rounds -lt 3 ] && [ "$NOW" -lt $((until + 90)) ]; }; do
	on device omasec flow list >/dev/null || break
	on device omasec flow kill --all || break
	on device omasec apply --replace "$WORK/fewer" >/dev/null 2>&1 || break
	on device omasec flow detach 2>/dev/null	# a thread may be in accept()
	on device omasec status >/dev/null
	on device omasec flow attach >/dev/null 2>&1	# that one may be gone again
	on device omasec apply --replace "$WORK/all" >/dev/null 2>&1 || break
	rounds=$((rounds + 1))
	now
done
check "the tool kept up" test $rounds -ge 3
touch "$WORK/churn.go"
wait "$churn"
expect "each kind of socket was there" "$WORK/churn.log" \
	'd["alive"] == 0 and len(d["done"]) == 4 and all(n > 3 for n in d["done"].values())'
sleep 1
on device omasec -j status >"$WORK/status"
expect "no flow and no listener is left" "$WORK/status" 'd["status"]["flows"] == 0 and d["status"]["listeners"] == 0'
on device omasec -j flow list >"$WORK/flows"
expect "nor listed" "$WORK/flows" 'd["flows"] == []'
finish
