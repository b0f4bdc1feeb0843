#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# omasec report: clauses by rule, and what was seen, as text, JSON and a page.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
app_server
check "a session" app_client "$DIRECT"
on router "$PYTHON" "$LIB/raw.py" request "$DIRECT" no-mac >/dev/null
stop_peer server
report() { on "$1" omasec -j report >"$WORK/report.json"; }
check "each clause with must is met" report server
expect "messages by protection" "$WORK/report.json" \
	'd["rules"][0]["seen"]["rx-mac"] >= 3 and d["rules"][0]["seen"]["tx-mac"] >= 3 and d["rules"][0]["seen"]["rx-plain"] == 0'
expect "integrity is met" "$WORK/report.json" \
	'all(f["state"] == "met" for f in d["rules"][0]["findings"] if f["clause"] in ("neutral-integrity", "hmac-or-signature", "hmac-nonces"))'
expect "the account is there" "$WORK/report.json" 'd["accounts"][0]["name"] == "mgmt" and d["accounts"][0]["client-key"] == "ok"'
expect "the refusal is there" "$WORK/report.json" 'any(r["reason"] == "mac-missing" for r in d["refusals"])'
on server omasec report >"$WORK/report.txt"
check "text says why" grep -q "a nonce serves once" "$WORK/report.txt"
on server omasec report --html "$WORK/report.html"
check "the page is whole" grep -q "</html>" "$WORK/report.html"
check "and has the rule" grep -q "Rule dm" "$WORK/report.html"
{ account; rule dm "direction = in" "auth-mode = static"; } >"$WORK/c"
apply server <"$WORK/c"
report server
check "a clause with must that is not met makes it exit 1" test $? -eq 1
on server omasec report --html "$WORK/no/such/dir.html" >"$WORK/out" 2>&1
check "a page that cannot be written is an error" grep -q "cannot write" "$WORK/out"
finish
