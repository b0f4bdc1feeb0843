#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# status and the lists tell what is protected, as JSON with a schema number and as
# text; the exit status says what is wrong.
#
# KERNELS: 6.1
# TIMEOUT: 180
. ./lib/common.sh
network
protect_device
protect_server
app_server
app_client "$DIRECT" >/dev/null
for what in status stats "rule list" "account list" "flow list" "key list"; do
	# shellcheck disable=SC2086
	on device omasec -j $what >"$WORK/out.json"
	expect "$what: JSON with schema 1" "$WORK/out.json" 'd["schema"] == 1'
	# shellcheck disable=SC2086
	check "$what: text" on device omasec $what
	check "$what: no secret in it" sh -c "! grep -q secret '$WORK/out.json' '$WORK/check.out'"
done
on device omasec -j status >"$WORK/out.json"
expect "which driver serves what" "$WORK/out.json" \
	'all(d["status"][a + "-driver"] for a in ("md5", "sha256", "sha384", "sha512", "aes", "gcm", "cbc"))'
on device omasec monitor --timeout 100ms >"$WORK/lines"
check "a line with the counters" grep -q ' stats received ' "$WORK/lines"
check "the live screen comes, and q ends it" on server /usr/bin/python3 "$LIB/screen.py" "q quits" q omasec monitor
check "with what was counted, and ^C ends it" on device /usr/bin/python3 "$LIB/screen.py" "received 3 (" "$(printf '\003')" \
	omasec monitor --interval 200ms
check_fails "what is no terminal gets lines" grep -q "$(printf '\033')" "$WORK/lines"
check_fails "a mistyped command is an error" on device omasec rules list
on device omasec rules list 2>/dev/null
check "with exit status 2" test $? -eq 2
on device setpriv --reuid 65534 --clear-groups --inh-caps=-all --bounding-set=-all omasec status 2>/dev/null
check "without CAP_NET_ADMIN exit status 4" test $? -eq 4
stop_peer server
finish
